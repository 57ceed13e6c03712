/* What must always hold. Source: PROTOCOL, "what the simulation asserts, always". */
#include <string.h>

#include "core/sandbox/clock.h"
#include "tests/world/world.h"

#define UNSENT_ROWS 64
#define ISSUED_HERE "\"issued_by\":\"terminal\""

/* ---- after each turn ---- */

static bool note_issue(void *context, const struct bt_event *event)
{
	bool *any = context;

	if (memmem(event->body.data, event->body.len, ISSUED_HERE, strlen(ISSUED_HERE)))
		*any = true;
	return true;
}

/* As the ledger has it, not the counter's own book; a restored head-end has forgotten what it acknowledged. */
static bool is_unknown_to_head(const struct sim_world *world, const struct bt_sale_row *row)
{
	if (world->faults[SIM_FAULT_RESTORE_SERVER])
		return !row->settled;
	return bt_sbx_store_count(world->head.sbx.db, 0, "SELECT 1 FROM sales WHERE sale_id=? AND state='committed'",
				  "t", row->sale_id) == 0;
}

/* Caps hold over all issued sales that the head-end has not acknowledged (PROTOCOL L1). */
static void check_caps(struct sim_counter *counter, const struct bt_lease *lease)
{
	static struct bt_sale_row rows[UNSENT_ROWS];
	struct sim_world *world = counter->world;
	bt_paise paise = 0;
	int count = 0, issued = 0;

	if (bt_journal_sales(counter->journal, BT_SALES_ALL, NULL, UNSENT_ROWS, rows, &count) != BT_OK)
		return;
	for (int i = 0; i < count; i++)
		if (rows[i].made_here && is_unknown_to_head(world, &rows[i])) {
			paise += rows[i].amount;
			issued++;
		}
	if (paise > lease->total_cap || issued > lease->total_count) {
		world->totals.over_lease++;
		sim_fail(world, "%s has issued %d sales over %lld paise unsent, the lease allows %lld over %lld",
			 counter->number, issued, (long long)paise, (long long)lease->total_count,
			 (long long)lease->total_cap);
	}
}

/* A token dated too far ahead would shut the meter's future (PROTOCOL T3). */
static void check_minutes_ahead(struct sim_counter *counter)
{
	struct sim_world *world = counter->world;
	struct bt_sale_row rows[4];
	int64_t latest = bt_sbx_tid_minute(world->now_ms) + 4 * world->lanes_most + 10;
	int count = 0;

	if (bt_journal_sales(counter->journal, BT_SALES_ALL, NULL, 4, rows, &count) != BT_OK)
		return;
	for (int i = 0; i < count; i++)
		if (rows[i].made_here && rows[i].tid > latest)
			sim_fail(world, "%s dated a token %lld minutes ahead", counter->number,
				 (long long)rows[i].tid - (long long)latest);
}

/* The head-end's clock is the true one here, and all trust comes from it (PROTOCOL L2): some slack for its travel. */
static void check_time(struct sim_counter *counter, const struct bt_lease *lease)
{
	struct sim_world *world = counter->world;

	if (world->now_ms >= lease->expires_ms + BT_CLOCK_APART_MAX_MS + 60000) {
		world->totals.late_issue++;
		sim_fail(world, "%s issued after its lease had ended", counter->number);
	}
}

void sim_check_turn(struct sim_counter *counter)
{
	const struct bt_sync_state *state = bt_sync_state(counter->sync);
	bool any = false;

	if (counter->world->head.took_old_era)
		sim_fail(counter->world, "committed from an old era");
	if (state->forked) {
		counter->world->totals.clones++;
		sim_fail(counter->world, "%s is taken for a clone", counter->number);
	}
	if (bt_journal_head(counter->journal).seq <= counter->issued_seen ||
	    bt_journal_read_some(counter->journal, counter->issued_seen, UINT64_C(1) << BT_EVENT_TOKENED, note_issue,
				 &any, NULL) != BT_OK)
		return;
	counter->issued_seen = bt_journal_head(counter->journal).seq;
	if (!any)
		return;
	counter->world->totals.offline++;
	/* It may have been given up, or renewed, in the very turn in which it was used. */
	if (!state->has_lease && !counter->had_lease) {
		sim_fail(counter->world, "%s issued without a lease", counter->number);
		return;
	}
	check_minutes_ahead(counter);
	check_caps(counter, counter->had_lease ? &counter->lease : &state->lease);
	check_time(counter, counter->had_lease ? &counter->lease : &state->lease);
}

bool sim_is_closed_at_head(const struct sim_world *world, const char *sale_id)
{
	return bt_sbx_store_count(world->head.sbx.db, 0,
				  "SELECT 1 FROM sales WHERE sale_id=? AND state IN ('tombstone', 'reversed')", "t",
				  sale_id) == 1;
}

bool sim_is_for_head_office(const struct sim_world *world, const struct sim_sale *sale, const struct bt_sale_row *row)
{
	return world->counters[sale->counter].revoked && row->stage == BT_STAGE_REFUNDING;
}

/* ---- at the end ---- */

struct entry {
	bool committed;
	char token[21];
	int64_t paise, units;
};

static struct entry find_entry(const struct sim_world *world, const char *sale_id)
{
	struct entry entry = {.committed = false};
	sqlite3_stmt *row = bt_sbx_store_ask(
	    world->head.sbx.db, "SELECT token, paise, units FROM sales WHERE sale_id=? AND state='committed'", "t",
	    sale_id);

	if (row && sqlite3_step(row) == SQLITE_ROW) {
		entry.committed = true;
		bt_sbx_column_text(row, 0, entry.token, sizeof entry.token);
		entry.paise = sqlite3_column_int64(row, 1);
		entry.units = sqlite3_column_int64(row, 2);
	}
	sqlite3_finalize(row);
	return entry;
}

static void check_delivery(struct sim_world *world, const struct sim_sale *sale, const struct entry *entry)
{
	int most = sale->overridden ? 2 : 1; /* a supervisor took that upon himself */

	if (sale->accepted > most || (sale->returned && (entry->committed || sale->accepted))) {
		world->totals.doubled++;
		sim_fail(world, "sale %s: accepted %d, returned %d, posted %d", sale->id, sale->accepted,
			 sale->returned, entry->committed);
	}
	/* Of two a restored ledger may have heard of the later first: the other is a named exception then. */
	if (sale->token[0] && (!entry->committed || (!sale->overridden && !sim_has_digits(sale, entry->token)))) {
		world->totals.lost++;
		sim_fail(world, "sale %s: the token that is out is not in the ledger", sale->id);
	}
	if (sale->accepted > 0 && sale->units != sale->accepted * entry->units)
		sim_fail(world, "sale %s: the meter took %lld tenths, the ledger has %lld", sale->id,
			 (long long)sale->units, (long long)entry->units);
}

static void check_sale(struct sim_world *world, struct sim_sale *sale)
{
	struct entry entry = find_entry(world, sale->id);
	struct bt_sale_row row;

	check_delivery(world, sale, &entry);
	sim_doubt_check(world, sale);
	sim_refused_check(world, sale);
	if (!world->counters[sale->counter].on) {
		sim_fail(world, "%s is not up again at the end", world->counters[sale->counter].number);
		return;
	}
	if (bt_journal_sale(world->counters[sale->counter].journal, sale->id, &row) != BT_OK) {
		world->totals.lost++;
		sim_fail(world, "sale %s is gone from its record", sale->id);
		return;
	}
	if (sale->upi) {
		sim_payer_check(world, sale, entry.committed, &row);
	} else if (!sale->returned && !entry.committed && row.stage != BT_STAGE_ABANDONED) {
		world->totals.stuck++;
		sim_fail(world, "sale %s has no end: stage %d", sale->id, (int)row.stage);
	}
	if (entry.committed && entry.paise != sale->cash) {
		world->totals.unaccounted_paise += entry.paise - sale->cash;
		sim_fail(world, "sale %s: %lld paid, %lld posted", sale->id, (long long)sale->cash,
			 (long long)entry.paise);
	}
}

/* Where the head-end picks any, each that the meter refused was replaced, by a minute that nobody else has. */
static void check_minutes(struct sim_world *world)
{
	int64_t twice = bt_sbx_store_count(
	    world->head.sbx.db, 0,
	    world->head.sbx.picks_any
		? "SELECT count(*) FROM reissues r JOIN sales s ON s.meter=r.meter AND s.said_tid=r.tid AND"
		  " s.state='committed' AND s.sale_id<>r.sale_id"
		: "SELECT count(*) FROM (SELECT 1 FROM sales WHERE token IS NOT NULL AND "
		  "state='committed' GROUP BY meter, said_tid HAVING count(*)>1)",
	    "");

	if (twice > 0) {
		world->totals.tid_collisions += twice;
		sim_fail(world, "%lld minutes of a meter are used twice", (long long)twice);
	}
}

static void check_money(struct sim_world *world)
{
	int64_t posted =
	    bt_sbx_store_count(world->head.sbx.db, 0, "SELECT sum(paise) FROM sales WHERE state='committed'", "") -
	    sim_thief_posted(world);

	if (posted != world->cash) {
		world->totals.unaccounted_paise += posted - world->cash;
		sim_fail(world, "cash in drawers %lld, posted %lld", (long long)world->cash, (long long)posted);
	}
}

static int64_t read_balance(sqlite3 *db, const char *number)
{
	return bt_sbx_store_count(db, 0, "SELECT balance FROM consumers WHERE number=?", "t", number);
}

/* A credit is in the account and nowhere else; a token is in no account (PROTOCOL S1). */
static void check_accounts(struct sim_world *world)
{
	sqlite3 *db = world->head.sbx.db;

	for (int i = 0; i < SIM_PEOPLE; i++) {
		const char *number = world->town->people[i].number;
		int64_t credits = bt_sbx_store_count(
		    db, 0,
		    "SELECT sum(paise-dues) FROM sales WHERE connection=? AND state='committed' AND delivery='balance'",
		    "t", number);

		if (!sim_months_has(world, number) &&
		    read_balance(db, number) - read_balance(world->town->sbx.db, number) != credits)
			sim_fail(world, "%s: balance %lld, credits of %lld over %lld", number,
				 (long long)read_balance(db, number), (long long)credits,
				 (long long)read_balance(world->town->sbx.db, number));
	}
	if (bt_sbx_store_count(db, 0,
			       "SELECT count(*) FROM sales WHERE state='committed' AND"
			       " (delivery='token')<>(token IS NOT NULL)",
			       "") != 0)
		sim_fail(world, "a credit with a token, or a token sale without one");
}

static void count_same_minute(struct sim_world *world)
{
	world->totals.visited[SIM_PATH_SAME_METER_SAME_MINUTE] += bt_sbx_store_count(
	    world->head.sbx.db, 0,
	    "SELECT count(*) FROM sales a JOIN sales b ON a.meter=b.meter AND a.terminal<b.terminal AND "
	    "abs(a.said_tid-b.said_tid)<16 WHERE a.token IS NOT NULL AND b.token IS NOT NULL",
	    "");
}

/* What came from paper and from its owner's record stands once, and nobody was asked (PROTOCOL H2). */
static void count_paper(struct sim_world *world)
{
	sqlite3 *db = world->head.sbx.db;

	world->totals.visited[SIM_PATH_PAPER_AND_RECORD] += bt_sbx_store_count(
	    db, 0,
	    "SELECT count(*) FROM events e JOIN sales s USING(sale_id) WHERE e.kind='recovered' AND s.state='committed'"
	    " AND e.terminal<>s.terminal",
	    "");
	world->totals.visited[SIM_PATH_PAPER_FIRST] += bt_sbx_store_count(
	    db, 0,
	    "SELECT count(*) FROM events e JOIN sales s USING(sale_id) WHERE e.kind='recovered' AND s.state='committed'"
	    " AND e.terminal<>s.terminal AND e.status='exception'",
	    "");
}

void sim_check_end(struct sim_world *world)
{
	for (int i = 0; i < world->sale_count && !world->failure[0]; i++)
		check_sale(world, &world->sales[i]);
	check_minutes(world);
	check_money(world);
	check_accounts(world);
	sim_months_check(world);
	sim_key_check(world);
	count_same_minute(world);
	count_paper(world);
}
