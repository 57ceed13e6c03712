/* Months: what each consumer was charged in one is what its units come to by steps and its fixed charge, to the paisa,
 * whichever counters sold by whatever they knew (PROTOCOL S8). */
#include <stdio.h>
#include <string.h>

#include "core/sandbox/clock.h"
#include "core/sandbox/month.h"
#include "core/sandbox/orders.h"
#include "tests/world/world.h"

#define FIXED      INT64_C(4000) /* of the first month */
#define STEP       INT64_C(1000)
#define DEAREST    INT64_C(99)     /* paise of a tenth of a kWh above the step with its duty, upwards */
#define NEW_MONTH  INT64_C(202612) /* of the new prices, if there are any */
#define FREE_UNITS INT64_C(1250)

/* ---- who ---- */

/* One of the people who buy most, and one in six of all. The first months differ: below the step and just below it, the
 * charge taken and owed. */
bool sim_months_seed(struct sim_town *town, int64_t at_ms)
{
	for (int i = 1; i < SIM_PEOPLE; i += 6) {
		struct bt_sbx_consumer consumer;

		if (!bt_sbx_store_run(town->sbx.db,
				      "UPDATE consumers SET category='DS-III', free_of=?, free_left=? WHERE number=?"
				      " AND note='' AND kind<>'dues'",
				      "iit", FREE_UNITS, (int64_t)i * 20, town->people[i].number) ||
		    !bt_sbx_consumer_find(town->sbx.db, town->people[i].number, &consumer) ||
		    !bt_sbx_month_seed(town->sbx.db, &consumer, at_ms, i % 4 == 1 ? 900 : 0, i % 4 == 3 ? FIXED : 0))
			return false;
	}
	return true;
}

/* In half of the worlds the month that comes has another price, and everybody has been told. */
void sim_months_announce(struct sim_world *world)
{
	world->has_new_prices = chance_below(&world->chance, 2) == 0;
	if (world->has_new_prices && !bt_sbx_order_announce(world->head.sbx.db, NEW_MONTH, SIM_START_MS))
		sim_fail(world, "the next tariff is not announced");
}

/* ---- what must hold ---- */

/* What a month costs, by the order that rules in it. */
struct rates {
	int64_t below, above, fixed;
};

static const struct rates old_rates = {742, 895, FIXED}, new_rates = {772, 931, 5000};

static const struct rates *rates_of(const struct sim_world *world, int64_t of)
{
	return world->has_new_prices && of >= NEW_MONTH ? &new_rates : &old_rates;
}

/* Of the first tenths of a month, with 6 % duty, upwards; worked out here once more. */
static int64_t cost_of(const struct rates *rates, int64_t tenths)
{
	int64_t below = tenths < STEP ? tenths : STEP;

	return ((below * rates->below + (tenths - below) * rates->above) * 106 + 999) / 1000;
}

/* A month of a consumer: what it began with, and what is in the ledger of it. */
struct month {
	const char *number;
	int64_t of;
	const struct rates *rates;
	int64_t units, slab, fixed, free_left; /* at the beginning */
	int64_t sold_units, sold_free;         /* booked */
	int64_t sold_slab, sold_fixed;         /* taken by sales */
	int64_t paid, rest;                    /* paid towards all this; what is left below a tenth of a kWh */
};

static int64_t sum(sqlite3 *db, const char *sql, const struct month *month)
{
	return bt_sbx_store_count(db, 0, sql, "ti", month->number, month->of);
}

static void load_beginning(const struct sim_world *world, struct month *month)
{
	sqlite3 *town = world->town->sbx.db;

	month->units = sum(town, "SELECT units FROM months WHERE connection=? AND of=?", month);
	month->slab = sum(town, "SELECT slab FROM months WHERE connection=? AND of=?", month);
	month->fixed = sum(town, "SELECT fixed FROM months WHERE connection=? AND of=?", month);
	month->free_left =
	    bt_sbx_store_count(town, FREE_UNITS, "SELECT free_left FROM months WHERE connection=? AND of=?", "ti",
			       month->number, month->of);
}

/* One sale: priced by so many units before, it paid for so many, and what was over is less than a tenth more; but for a
 * paisa either way, for energy and duty are whole paise each. */
static void add_sale(struct sim_world *world, struct month *month, sqlite3_stmt *row)
{
	const char *sale_id = (const char *)sqlite3_column_text(row, 0);
	int64_t before = sqlite3_column_int64(row, 1), paid = sqlite3_column_int64(row, 2);
	int64_t slab = sqlite3_column_int64(row, 3), fixed = sqlite3_column_int64(row, 4);
	int64_t units = sqlite3_column_int64(row, 5), free_units = sqlite3_column_int64(row, 6);
	int64_t towards = sqlite3_column_int64(row, 7), rest = towards - fixed - slab;
	bool is_said = sqlite3_column_type(row, 10) != SQLITE_NULL;

	if (units + free_units != sqlite3_column_int64(row, 8))
		sim_fail(world, "sale %s: not all of its units are in its month", sale_id);
	if (slab != cost_of(month->rates, before + paid) - cost_of(month->rates, before) || fixed < 0 ||
	    fixed > month->rates->fixed)
		sim_fail(world, "sale %s: %lld paise for %lld tenths after %lld, %lld fixed", sale_id, (long long)slab,
			 (long long)paid, (long long)before, (long long)fixed);
	if (is_said && (rest < -1 || rest > DEAREST + 1))
		sim_fail(world, "sale %s: %lld paise are neither units nor charge", sale_id, (long long)rest);
	if (month->of != bt_sbx_month_of(sqlite3_column_int64(row, 9)) ||
	    (is_said && sqlite3_column_int64(row, 10) != month->of))
		sim_fail(world, "sale %s is in another month than it was paid in", sale_id);
	if (is_said && sqlite3_column_int64(row, 11) > month->free_left)
		sim_fail(world, "sale %s: %lld tenths free of %lld", sale_id, (long long)sqlite3_column_int64(row, 11),
			 (long long)month->free_left);
	month->sold_units += units;
	month->sold_free += free_units;
	month->sold_slab += slab;
	month->sold_fixed += fixed;
	month->paid += towards;
	month->rest += rest;
}

static void add_sales(struct sim_world *world, struct month *month)
{
	sqlite3_stmt *row = bt_sbx_store_ask(
	    world->head.sbx.db,
	    "SELECT m.sale_id, m.before, m.paid, m.slab, m.fixed, m.units, m.free, s.paise-s.dues, s.units,"
	    " json_extract(s.sale,'$.paid_at'), json_extract(s.sale,'$.month.of'), json_extract(s.sale,'$.month.free')"
	    " FROM month_sales m JOIN sales s USING(sale_id) WHERE s.state='committed' AND m.connection=? AND m.of=?",
	    "ti", month->number, month->of);

	while (row && sqlite3_step(row) == SQLITE_ROW)
		add_sale(world, month, row);
	sqlite3_finalize(row);
}

static void check_month(struct sim_world *world, const struct month *month)
{
	sqlite3 *db = world->head.sbx.db;
	int64_t slab_lines =
	    sum(db, "SELECT sum(paise) FROM charges WHERE connection=? AND of=? AND what='slab'", month);
	int64_t fixed_lines =
	    sum(db, "SELECT sum(paise) FROM charges WHERE connection=? AND of=? AND what='fixed'", month);
	int64_t units = month->units + month->sold_units;
	int64_t fixed = month->fixed + month->sold_fixed + fixed_lines;
	bool is_over = sum(db, "SELECT closed FROM months WHERE connection=? AND of=?", month) != 0;
	int64_t cost = cost_of(month->rates, units);
	int64_t charged = month->slab + month->fixed + month->paid - month->rest + slab_lines + fixed_lines;

	if (month->slab + month->sold_slab + slab_lines != cost || charged != cost + fixed)
		sim_fail(world, "%s, %lld: charged %lld for %lld tenths, which come to %lld with %lld fixed",
			 month->number, (long long)month->of, (long long)charged, (long long)units, (long long)cost,
			 (long long)fixed);
	if (fixed < 0 || fixed > month->rates->fixed || (is_over && fixed != month->rates->fixed))
		sim_fail(world, "%s, %lld: %lld of the fixed charge is taken", month->number, (long long)month->of,
			 (long long)fixed);
	if (sum(db, "SELECT units FROM months WHERE connection=? AND of=?", month) != units ||
	    sum(db, "SELECT free_left FROM months WHERE connection=? AND of=?", month) !=
		month->free_left - month->sold_free)
		sim_fail(world, "%s, %lld: the month does not stand at what was sold", month->number,
			 (long long)month->of);
}

/* What the lines add up to is owed or in the balance: nothing else changes an account without dues being paid. */
static void check_lines(struct sim_world *world, const char *number)
{
	static const char stands[] = "SELECT balance-dues FROM consumers WHERE number=?";
	sqlite3 *db = world->head.sbx.db;
	int64_t lines = bt_sbx_store_count(db, 0, "SELECT sum(paise) FROM charges WHERE connection=?", "t", number);
	int64_t credits = bt_sbx_store_count(db, 0,
					     "SELECT sum(paise) FROM sales WHERE connection=? AND state='committed' AND"
					     " delivery='balance'",
					     "t", number);
	int64_t moved = bt_sbx_store_count(db, 0, stands, "t", number) -
			bt_sbx_store_count(world->town->sbx.db, 0, stands, "t", number);

	if (bt_sbx_store_count(db, 0, "SELECT count(*) FROM sales WHERE connection=? AND dues>0", "t", number) == 0 &&
	    moved != credits - lines)
		sim_fail(world, "%s: lines of %lld, credits of %lld, and the account moved by %lld", number,
			 (long long)lines, (long long)credits, (long long)moved);
}

static void check_person(struct sim_world *world, const char *number)
{
	sqlite3_stmt *row =
	    bt_sbx_store_ask(world->head.sbx.db, "SELECT of FROM months WHERE connection=?", "t", number);

	while (row && sqlite3_step(row) == SQLITE_ROW) {
		struct month month = {.number = number, .of = sqlite3_column_int64(row, 0)};

		month.rates = rates_of(world, month.of);
		load_beginning(world, &month);
		add_sales(world, &month);
		check_month(world, &month);
	}
	sqlite3_finalize(row);
	check_lines(world, number);
}

static int64_t count(const struct sim_world *world, const char *where)
{
	char sql[128];

	snprintf(sql, sizeof sql, "SELECT count(*) FROM charges WHERE %s", where);
	return bt_sbx_store_count(world->head.sbx.db, 0, sql, "");
}

bool sim_months_has(const struct sim_world *world, const char *number)
{
	return bt_sbx_store_count(world->town->sbx.db, 0,
				  "SELECT 1 FROM consumers WHERE number=? AND category='DS-III'", "t", number) == 1;
}

/* Whenever it is heard of, a sale stands at the price of the moment at which it was paid (PROTOCOL S3). A docket does
 * not name its tariff; of a name that was altered on its way nothing is known. */
static void check_tariffs(struct sim_world *world)
{
	static const char strange[] = "SELECT count(*) FROM sales WHERE state='committed' AND"
				      " json_extract(sale,'$.tariff')<>CASE WHEN json_extract(sale,'$.paid_at')>=?"
				      " THEN 'BERC-2027-28' ELSE 'BERC-2026-27' END AND (?=0 OR"
				      " json_extract(sale,'$.tariff') IN ('BERC-2026-27','BERC-2027-28'))";
	static const char turned[] = "SELECT count(*) FROM sales WHERE state='committed' AND at>=?1 AND"
				     " json_extract(sale,'$.tariff')='BERC-2026-27'";
	int64_t from = world->has_new_prices ? bt_sbx_month_start(NEW_MONTH) : INT64_MAX;

	if (bt_sbx_store_count(world->head.sbx.db, 0, strange, "ii", from, (int64_t)world->faults[SIM_FAULT_CORRUPT]) !=
	    0)
		sim_fail(world, "a sale stands at a tariff of another time than it was paid at");
	world->totals.visited[SIM_PATH_OLD_TARIFF] += bt_sbx_store_count(world->head.sbx.db, 0, turned, "i", from);
}

void sim_months_check(struct sim_world *world)
{
	for (int i = 0; i < SIM_PEOPLE && !world->failure[0]; i++)
		if (sim_months_has(world, world->town->people[i].number))
			check_person(world, world->town->people[i].number);
	check_tariffs(world);
	world->totals.visited[SIM_PATH_SLAB_LINE] += count(world, "what='slab' AND cause='posted'");
	world->totals.visited[SIM_PATH_FIXED_LINE] += count(world, "what='fixed' AND cause='posted'");
	world->totals.visited[SIM_PATH_MONTH_TURNED] += count(world, "what='fixed' AND cause='turned'") > 0;
}
