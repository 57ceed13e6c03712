#include "core/sandbox/month.h"

#include <string.h>

#include "core/sandbox/clock.h"
#include "core/sandbox/orders.h"
#include "core/sandbox/store.h"

#define MONTH_META  "month"
#define TOLD_SALES  8
#define CHARGES_MAX 12

/* A row of `months`. */
struct row {
	int64_t of, units, slab, fixed, free_left;
	bool closed;
};

/* By the order that rules in month `of`: all of it, for orders begin with one. */
static const struct bt_sbx_category *find_category(sqlite3 *db, const struct bt_sbx_consumer *consumer, int64_t of)
{
	struct bt_sbx_order order = bt_sbx_order_at(db, bt_sbx_month_start(of));
	const struct bt_sbx_category *category = bt_sbx_category_find(order.categories, consumer->category);
	return category && bt_sbx_is_monthly(category) ? category : NULL;
}

/* A month of which nothing is known yet has all its free units. */
static struct row load_row(sqlite3 *db, const struct bt_sbx_consumer *consumer, int64_t of)
{
	struct row row = {.of = of, .free_left = consumer->free_of > 0 ? consumer->free_of : 0};
	sqlite3_stmt *found = bt_sbx_store_ask(db,
					       "SELECT units, slab, fixed, free_left, closed FROM months WHERE"
					       " connection=? AND of=?",
					       "ti", consumer->number, of);
	if (found && sqlite3_step(found) == SQLITE_ROW) {
		row.units = sqlite3_column_int64(found, 0);
		row.slab = sqlite3_column_int64(found, 1);
		row.fixed = sqlite3_column_int64(found, 2);
		row.free_left = sqlite3_column_int64(found, 3);
		row.closed = sqlite3_column_int(found, 4) != 0;
	}
	sqlite3_finalize(found);
	return row;
}

static bool save_row(sqlite3 *db, const char *number, const struct row *row)
{
	return bt_sbx_store_run(db,
				"INSERT OR REPLACE INTO months(connection, of, units, slab, fixed, free_left, closed)"
				" VALUES(?,?,?,?,?,?,?)",
				"tiiiiii", number, row->of, row->units, row->slab, row->fixed, row->free_left,
				(int64_t)row->closed);
}

static int64_t owed_of(const struct bt_sbx_category *category, const struct row *row)
{
	return category->fixed_paise > row->fixed ? category->fixed_paise - row->fixed : 0;
}

bool bt_sbx_month_find(sqlite3 *db, const struct bt_sbx_consumer *consumer, int64_t at_ms, struct bt_sbx_month *out)
{
	int64_t of = bt_sbx_month_of(at_ms);
	const struct bt_sbx_category *category = find_category(db, consumer, of);
	if (!category)
		return false;
	struct row row = load_row(db, consumer, of);
	*out = (struct bt_sbx_month){row.of, row.units, owed_of(category, &row), row.free_left};
	return true;
}

/* As far as the record goes: what it took is what was owed, or there was no more money. */
bool bt_sbx_month_said(const struct bt_sbx_sale *sale, const struct bt_sbx_category *category, struct bt_sbx_month *out)
{
	if (!sale->has_month || !bt_sbx_is_monthly(category) || sale->month != bt_sbx_month_of(sale->paid_at))
		return false;
	*out = (struct bt_sbx_month){sale->month, sale->before, sale->fixed_paise, sale->free};
	return true;
}

bool bt_sbx_month_seed(sqlite3 *db, const struct bt_sbx_consumer *consumer, int64_t at_ms, int64_t units,
		       int64_t fixed_paise)
{
	int64_t of = bt_sbx_month_of(at_ms);
	const struct bt_sbx_category *category = find_category(db, consumer, of);
	struct row row = {of, units, 0, fixed_paise, consumer->free_left, false};
	if (!category)
		return true;
	row.slab = bt_sbx_month_cost(category, units);
	return save_row(db, consumer->number, &row);
}

/* What is owed arrives as dues, so that the next recharge collects it; what was taken too much pays dues first. */
static bool put_line(sqlite3 *db, const struct row *row, const char *what, const char *cause, const char *sale_id,
		     int64_t paise, struct bt_sbx_consumer *consumer)
{
	if (paise == 0)
		return true;
	consumer->dues_paise += paise;
	if (consumer->dues_paise < 0) {
		consumer->balance_paise -= consumer->dues_paise;
		consumer->dues_paise = 0;
	}
	return bt_sbx_store_run(db,
				"INSERT INTO charges(connection, of, what, paise, cause, sale_id, at)"
				" VALUES(?,?,?,?,?,?,?)",
				"tititti", consumer->number, row->of, what, paise, cause, sale_id, bt_sbx_now_ms());
}

/* Put right what was taken for the units. */
static bool level_slab(sqlite3 *db, const struct bt_sbx_category *category, struct row *row, const char *cause,
		       const char *sale_id, struct bt_sbx_consumer *consumer)
{
	int64_t line = bt_sbx_month_cost(category, row->units) - row->slab;
	row->slab += line;
	return put_line(db, row, "slab", cause, sale_id, line, consumer);
}

static bool level_fixed(sqlite3 *db, struct row *row, int64_t line, const char *cause, const char *sale_id,
			struct bt_sbx_consumer *consumer)
{
	row->fixed += line;
	return put_line(db, row, "fixed", cause, sale_id, line, consumer);
}

/* What a sale did, by its own figures or by those of this head-end. */
struct deed {
	int64_t before, paid, fixed; /* priced by, and taken */
	int64_t units, free;         /* booked here */
	int64_t fixed_line;
};

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static struct deed judge(const struct bt_sbx_category *category, const struct row *row, const struct bt_sbx_sale *sale,
			 bool is_fact)
{
	int64_t towards = sale->amount_paise - sale->dues_paise;
	struct bt_sbx_month month = {row->of, row->units, owed_of(category, row), row->free_left};
	struct bt_sbx_price price = bt_sbx_price_in(category, &month, towards);
	struct deed deed = {.before = row->units, .fixed = price.fixed_paise, .free = least(price.free, sale->units)};
	if (is_fact && sale->has_month) {
		/* No unit is free here that was not free there, and none beyond what was left. */
		deed.before = sale->before;
		deed.fixed = sale->fixed_paise;
		deed.free = least(sale->free, category->gives_free ? row->free_left : 0);
		deed.paid = sale->units - sale->free;
		deed.fixed_line = price.fixed_paise - sale->fixed_paise;
	} else {
		deed.paid = sale->units - deed.free;
	}
	deed.units = sale->units - deed.free;
	return deed;
}

bool bt_sbx_month_book(sqlite3 *db, const struct bt_sbx_sale *sale, struct bt_sbx_consumer *consumer, bool is_fact)
{
	/* The month in which it was paid, whenever it is heard of. */
	int64_t of = bt_sbx_month_of(sale->paid_at);
	const struct bt_sbx_category *category = find_category(db, consumer, of);
	if (!category || sale->amount_paise == sale->dues_paise)
		return true;
	struct row row = load_row(db, consumer, of);
	struct deed deed = judge(category, &row, sale, is_fact);
	int64_t slab = bt_sbx_month_cost(category, deed.before + deed.paid) - bt_sbx_month_cost(category, deed.before);
	row.units += deed.units;
	row.free_left -= deed.free;
	row.slab += slab;
	row.fixed += deed.fixed;
	return level_slab(db, category, &row, "posted", sale->sale_id, consumer) &&
	       level_fixed(db, &row, deed.fixed_line, "posted", sale->sale_id, consumer) &&
	       save_row(db, consumer->number, &row) &&
	       bt_sbx_store_run(db,
				"INSERT OR REPLACE INTO month_sales(sale_id, connection, of, before, paid, slab, fixed,"
				" units, free) VALUES(?,?,?,?,?,?,?,?,?)",
				"ttiiiiiii", sale->sale_id, consumer->number, row.of, deed.before, deed.paid, slab,
				deed.fixed, deed.units, deed.free);
}

bool bt_sbx_month_undo(sqlite3 *db, const char *sale_id, struct bt_sbx_consumer *consumer)
{
	sqlite3_stmt *sale =
	    bt_sbx_store_ask(db, "SELECT of, slab, fixed, units, free FROM month_sales WHERE sale_id=?", "t", sale_id);
	bool found = sale && sqlite3_step(sale) == SQLITE_ROW;
	struct row row = {.of = 0};
	if (found) {
		row = load_row(db, consumer, sqlite3_column_int64(sale, 0));
		row.slab -= sqlite3_column_int64(sale, 1);
		row.fixed -= sqlite3_column_int64(sale, 2);
		row.units -= sqlite3_column_int64(sale, 3);
		row.free_left += sqlite3_column_int64(sale, 4);
	}
	sqlite3_finalize(sale);
	const struct bt_sbx_category *category = found ? find_category(db, consumer, row.of) : NULL;
	if (!category)
		return true;
	/* In a month that goes on the next recharge pays the charge; what was given back in advance is owed again. */
	int64_t fixed_line = row.closed ? owed_of(category, &row) : row.fixed < 0 ? -row.fixed : 0;
	return level_slab(db, category, &row, "reversed", sale_id, consumer) &&
	       level_fixed(db, &row, fixed_line, "reversed", sale_id, consumer) &&
	       save_row(db, consumer->number, &row) &&
	       bt_sbx_store_run(db, "DELETE FROM month_sales WHERE sale_id=?", "t", sale_id);
}

/* ---- the month turns ---- */

static bool close_month(sqlite3 *db, struct bt_sbx_consumer *consumer, int64_t of)
{
	const struct bt_sbx_category *category = find_category(db, consumer, of);
	struct row row = load_row(db, consumer, of);
	if (row.closed || !category)
		return true;
	row.closed = true;
	return level_fixed(db, &row, owed_of(category, &row), "turned", "", consumer) &&
	       save_row(db, consumer->number, &row);
}

static bool turn_one(sqlite3 *db, const char *number, int64_t from, int64_t to)
{
	struct bt_sbx_consumer consumer;
	bool ok = bt_sbx_consumer_find(db, number, &consumer);
	for (int64_t of = from; ok && of < to; of = bt_sbx_month_next(of))
		ok = close_month(db, &consumer, of);
	return ok && bt_sbx_consumer_update(db, &consumer);
}

static bool turn_category(sqlite3 *db, const char *code, int64_t from, int64_t to)
{
	char last[16] = "", number[16];
	for (;;) {
		sqlite3_stmt *row = bt_sbx_store_ask(
		    db, "SELECT number FROM consumers WHERE category=? AND number>? ORDER BY number LIMIT 1", "tt",
		    code, last);
		bool more = row && sqlite3_step(row) == SQLITE_ROW;
		if (more)
			bt_sbx_column_text(row, 0, number, sizeof number);
		sqlite3_finalize(row);
		if (!more)
			return row != NULL;
		if (!turn_one(db, number, from, to))
			return false;
		memcpy(last, number, sizeof last);
	}
}

bool bt_sbx_month_turn(sqlite3 *db, int64_t now_ms)
{
	int64_t now = bt_sbx_month_of(now_ms);
	int64_t was = bt_sbx_meta_int(db, MONTH_META, 0);
	bool ok = true;
	if (was >= now)
		return true;
	for (const struct bt_sbx_category *row = bt_sbx_order_at(db, now_ms).categories; ok && was > 0 && row->code;
	     row++)
		if (bt_sbx_is_monthly(row))
			ok = turn_category(db, row->code, was, now);
	return ok && bt_sbx_meta_put_int(db, MONTH_META, now);
}

/* ---- what is told ---- */

json_t *bt_sbx_month_json(sqlite3 *db, const struct bt_sbx_consumer *consumer, const char *terminal)
{
	struct bt_sbx_month month;
	char sale_id[BT_SBX_SALE_ID_LEN + 1];
	if (!bt_sbx_month_find(db, consumer, bt_sbx_now_ms(), &month))
		return json_null();
	json_t *sales = json_array();
	sqlite3_stmt *row =
	    bt_sbx_store_ask(db,
			     "SELECT sale_id FROM month_sales m JOIN sales s USING(sale_id) WHERE"
			     " m.connection=? AND m.of=? AND s.terminal=? ORDER BY sale_id DESC LIMIT ?",
			     "titi", consumer->number, month.of, terminal, (int64_t)TOLD_SALES);
	while (row && sqlite3_step(row) == SQLITE_ROW) {
		bt_sbx_column_text(row, 0, sale_id, sizeof sale_id);
		json_array_append_new(sales, json_string(sale_id));
	}
	sqlite3_finalize(row);
	return json_pack("{s:I, s:I, s:I, s:I, s:o}", "of", (json_int_t)month.of, "units", (json_int_t)month.units,
			 "fixed_paise", (json_int_t)month.fixed_left, "free", (json_int_t)month.free_left, "sales",
			 sales);
}

json_t *bt_sbx_month_charges(sqlite3 *db, const char *number)
{
	char what[8];
	json_t *list = json_array();
	sqlite3_stmt *row = bt_sbx_store_ask(
	    db, "SELECT at, what, of, paise FROM charges WHERE connection=? ORDER BY place DESC LIMIT ?", "ti", number,
	    (int64_t)CHARGES_MAX);
	while (row && sqlite3_step(row) == SQLITE_ROW) {
		bt_sbx_column_text(row, 1, what, sizeof what);
		json_array_append_new(list,
				      json_pack("{s:I, s:s, s:I, s:I}", "at", (json_int_t)sqlite3_column_int64(row, 0),
						"what", what, "of", (json_int_t)sqlite3_column_int64(row, 2),
						"amount_paise", (json_int_t)sqlite3_column_int64(row, 3)));
	}
	sqlite3_finalize(row);
	return list;
}
