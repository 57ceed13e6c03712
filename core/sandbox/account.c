#include "core/sandbox/account.h"

#include <string.h>

#include "core/sandbox/call.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/json_in.h"
#include "core/sandbox/month.h"
#include "core/sandbox/people.h"

#define RECHARGES_MAX 12
#define WAITING_MAX   4
#define OTHERS_MAX    6
#define PAST_COUNT    5
/* A meter that is switched from afar says within so long that a credit has come. */
#define METER_REPORTS_MS (15 * BT_SBX_MINUTE_MS)
#define INDIA_OFFSET     (BT_SBX_HOUR_MS * 11 / 2)
#define NOTICE_PLACE     "Danapur"
#define NOTICE_ENDS      (11 * BT_SBX_HOUR_MS) /* of a Sunday */

/* What has been paid for a connection: in the ledger, at a counter that gave a docket, in the app without an end. */
static const char paid_sql[] =
    "SELECT at, paise, channel, delivery, given, reported FROM ("
    " SELECT coalesce(json_extract(s.sale,'$.paid_at'), s.at) AS at, s.paise AS paise,"
    "  CASE WHEN s.terminal='app' THEN 'app' ELSE 'counter' END AS channel, s.delivery AS delivery,"
    "  s.released OR s.delivery<>'token' AS given, coalesce(a.in_meter, 0) AS reported"
    "  FROM sales s LEFT JOIN app_payments a USING(sale_id) WHERE s.connection=?1 AND s.state='committed'"
    " UNION ALL SELECT coalesce(json_extract(p.sale,'$.paid_at'), p.time), json_extract(p.sale,'$.amount_paise'), "
    "'counter', json_extract(p.sale,'$.delivery'), 0, "
    "0"
    "  FROM paid p WHERE p.pending=1 AND json_extract(p.sale,'$.connection')=?1"
    "  AND NOT EXISTS(SELECT 1 FROM sales WHERE sale_id=p.sale_id)"
    " UNION ALL SELECT a.paid_at, a.paise, 'app', json_extract(a.sale,'$.delivery'), 0, 0 FROM app_payments a"
    "  WHERE a.connection=?1 AND a.received=1 AND NOT EXISTS(SELECT 1 FROM sales WHERE sale_id=a.sale_id)"
    ") ORDER BY at DESC LIMIT ?2";

/* Money that has left the consumer and is not in the meter; `unsure`: not even the bank knows where it is. */
static const char waiting_sql[] =
    "SELECT payment_id, 'app', paise, paid_at, utr, CASE WHEN received THEN 'paid' ELSE 'unsure' END AS stands"
    " FROM app_payments a WHERE connection=?1 AND bank IN ('paid','unsure')"
    " AND NOT EXISTS(SELECT 1 FROM sales WHERE sale_id=a.sale_id)"
    " UNION ALL SELECT payment_id, 'upi', paise, paid_at, coalesce(utr,''), 'paid' FROM payments p"
    " WHERE status='paid' AND refund='' AND json_extract(sale,'$.connection')=?1"
    " AND NOT EXISTS(SELECT 1 FROM sales WHERE sale_id=p.sale_id) ORDER BY 4 LIMIT ?2";

/* Cash of the connections in ?1 since ?2 that other terminals than ?3 took: sales that stand, and payments still
 * without one unless their counter has given the money back. The record of whoever took it says of what it was. */
static const char cash_sql[] =
    "WITH mine(number) AS (SELECT value FROM json_each(?1)), taken(record) AS ("
    " SELECT coalesce(p.sale, s.sale) FROM sales s LEFT JOIN paid p ON p.sale_id=s.sale_id"
    "  WHERE s.state='committed' AND s.at>=?2 AND s.connection IN mine AND s.terminal<>?3"
    " UNION ALL SELECT p.sale FROM paid p WHERE p.time>=?2 AND p.terminal<>?3"
    "  AND json_extract(p.sale,'$.connection') IN mine AND NOT EXISTS(SELECT 1 FROM sales WHERE sale_id=p.sale_id)"
    "  AND NOT EXISTS(SELECT 1 FROM events e WHERE e.sale_id=p.sale_id AND e.kind IN ('refunded','abandoned')))"
    " SELECT coalesce(sum(json_extract(t.value,'$.paise')),0) FROM taken, json_each(record,'$.tenders') t"
    " WHERE json_extract(t.value,'$.kind')='cash' AND json_extract(record,'$.paid_at')>=?2";

/* FNV-1a over the number: small, and good enough to tell people apart. */
static uint64_t hash_of(const char *number, int which)
{
	uint64_t hash = UINT64_C(14695981039346656037) + (uint64_t)which * 977;
	for (; *number; number++)
		hash = (hash ^ (uint64_t)(unsigned char)*number) * UINT64_C(1099511628211);
	return hash ^ hash >> 29;
}

int64_t bt_sbx_daily_units(const struct bt_sbx_consumer *consumer)
{
	bool is_home = strncmp(consumer->category, "DS", 2) == 0;
	if (strcmp(consumer->kind, "dues") == 0)
		return 0;
	return is_home ? 20 + (int64_t)(hash_of(consumer->number, 0) % 70)
		       : 50 + (int64_t)(hash_of(consumer->number, 0) % 150);
}

int64_t bt_sbx_past_paise(const char *number, int which)
{
	return (1 + (int64_t)(hash_of(number, which) % 10)) * 10000;
}

json_t *bt_sbx_notice_words(void)
{
	return bt_sbx_json_words("Supply off in " NOTICE_PLACE " on Sunday, 08:00 to 11:00, for line work.",
				 "लाइन के काम के लिए रविवार 08:00 से 11:00 तक दानापुर में बिजली बंद रहेगी।");
}

static json_t *make_recharge(int64_t at, int64_t paise, const char *channel, const char *delivery, const char *state)
{
	return json_pack("{s:I, s:I, s:s, s:s, s:s}", "at", (json_int_t)at, "amount_paise", (json_int_t)paise,
			 "channel", channel, "delivery", delivery, "state", state);
}

/* Before the town was made nothing is in the ledger, and its people had light all the same. */
static void add_past(struct bt_sbx *sbx, const struct bt_sbx_consumer *c, json_t *list)
{
	int64_t made_at = bt_sbx_meta_int(sbx->db, BT_SBX_TOWN_AT, 0);
	int64_t day = (made_at + INDIA_OFFSET) / BT_SBX_DAY_MS;
	bool is_bill = strcmp(c->kind, "dues") == 0, is_remote = strcmp(c->kind, "remote") == 0;
	for (int i = 0; made_at > 0 && !is_bill && i < PAST_COUNT && json_array_size(list) < RECHARGES_MAX; i++) {
		uint64_t hash = hash_of(c->number, i + 100);
		bool in_app = hash % 4 == 0;
		int64_t minute = 570 + (int64_t)(hash >> 8) % 480; /* 09:30 to 17:30 */
		day -= 6 + (int64_t)((hash >> 20) % 12);
		const char *delivery = c->takes_token && *c->meter && !in_app ? "token" : "balance";
		json_array_append_new(list,
				      make_recharge(day * BT_SBX_DAY_MS - INDIA_OFFSET + minute * BT_SBX_MINUTE_MS,
						    bt_sbx_person_past(c->number, i), in_app ? "app" : "counter",
						    delivery, is_remote ? "in_meter" : "given"));
	}
}

static json_t *make_recharges(struct bt_sbx *sbx, const struct bt_sbx_consumer *c)
{
	json_t *list = json_array();
	bool reports = strcmp(c->kind, "remote") == 0;
	char channel[12], delivery[8];
	sqlite3_stmt *row = bt_sbx_store_ask(sbx->db, paid_sql, "ti", c->number, (int64_t)RECHARGES_MAX);
	while (row && sqlite3_step(row) == SQLITE_ROW) {
		int64_t at = sqlite3_column_int64(row, 0);
		bool given = sqlite3_column_int(row, 4) != 0, reported = sqlite3_column_int(row, 5) != 0;
		bt_sbx_column_text(row, 2, channel, sizeof channel);
		bt_sbx_column_text(row, 3, delivery, sizeof delivery);
		if (given && reports && strcmp(delivery, "balance") == 0 && bt_sbx_now_ms() - at >= METER_REPORTS_MS)
			reported = true;
		json_array_append_new(list, make_recharge(at, sqlite3_column_int64(row, 1), channel, delivery,
							  reported ? "in_meter"
							  : given  ? "given"
								   : "not_given"));
	}
	sqlite3_finalize(row);
	add_past(sbx, c, list);
	return list;
}

static json_t *make_waiting(struct bt_sbx *sbx, const struct bt_sbx_consumer *c)
{
	json_t *list = json_array();
	char text[4][40];
	static const int columns[4] = {0, 1, 4, 5};
	sqlite3_stmt *row = bt_sbx_store_ask(sbx->db, waiting_sql, "ti", c->number, (int64_t)WAITING_MAX);
	while (row && sqlite3_step(row) == SQLITE_ROW) {
		for (int i = 0; i < 4; i++)
			bt_sbx_column_text(row, columns[i], text[i], sizeof text[i]);
		json_array_append_new(
		    list, json_pack("{s:s, s:s, s:I, s:I, s:s, s:s}", "payment_id", text[0], "channel", text[1],
				    "amount_paise", (json_int_t)sqlite3_column_int64(row, 2), "paid_at",
				    (json_int_t)sqlite3_column_int64(row, 3), "utr", text[2], "state", text[3]));
	}
	sqlite3_finalize(row);
	return list;
}

/* Until the work of the coming Sunday is over. Day 0 of the epoch was a Thursday. */
static json_t *make_notices(const struct bt_sbx_consumer *c)
{
	json_t *list = json_array();
	int64_t now = bt_sbx_now_ms(), day = (now + INDIA_OFFSET) / BT_SBX_DAY_MS;
	while ((day + 4) % 7 != 0 || day * BT_SBX_DAY_MS - INDIA_OFFSET + NOTICE_ENDS <= now)
		day++;
	if (strstr(c->place_en, NOTICE_PLACE)) {
		json_t *notice = bt_sbx_notice_words();
		json_object_set_new(notice, "until", json_integer(day * BT_SBX_DAY_MS - INDIA_OFFSET + NOTICE_ENDS));
		json_array_append_new(list, notice);
	}
	return list;
}

static json_t *make_others(struct bt_sbx *sbx, const struct bt_sbx_consumer *c)
{
	json_t *list = json_array();
	char number[13], place_en[64], place_hi[128];
	sqlite3_stmt *row = bt_sbx_store_ask(sbx->db,
					     "SELECT number, place_en, place_hi FROM consumers WHERE mobile=? AND"
					     " name_en=? AND number<>? AND note<>'unknown_to_server' ORDER BY number"
					     " LIMIT ?",
					     "ttti", c->mobile, c->name_en, c->number, (int64_t)OTHERS_MAX);
	while (row && sqlite3_step(row) == SQLITE_ROW) {
		bt_sbx_column_text(row, 0, number, sizeof number);
		bt_sbx_column_text(row, 1, place_en, sizeof place_en);
		bt_sbx_column_text(row, 2, place_hi, sizeof place_hi);
		json_array_append_new(
		    list, json_pack("{s:s, s:o}", "number", number, "place", bt_sbx_json_words(place_en, place_hi)));
	}
	sqlite3_finalize(row);
	return list;
}

/* Since midnight in India, of the person; the terminal that asks knows its own. */
static json_t *make_cash(struct bt_sbx *sbx, const struct bt_sbx_consumer *c, const char *terminal,
			 const json_t *others)
{
	int64_t since = (bt_sbx_now_ms() + INDIA_OFFSET) / BT_SBX_DAY_MS * BT_SBX_DAY_MS - INDIA_OFFSET;
	json_t *numbers = json_pack("[s]", c->number);
	for (size_t i = 0; i < json_array_size(others); i++)
		json_array_append(numbers, json_object_get(json_array_get(others, i), "number"));
	char *text = json_dumps(numbers, JSON_COMPACT);
	int64_t paise = text ? bt_sbx_store_count(sbx->db, -1, cash_sql, "tit", text, since, terminal) : -1;
	free(text);
	json_decref(numbers);
	return paise < 0 ? json_null()
			 : json_pack("{s:I, s:I}", "since", (json_int_t)since, "amount_paise", (json_int_t)paise);
}

static json_t *make_reconnection(struct bt_sbx *sbx, const struct bt_sbx_consumer *c)
{
	json_t *due = json_null();
	sqlite3_stmt *row = bt_sbx_store_ask(
	    sbx->db, "SELECT since, due_at FROM reconnections WHERE connection=? AND done_at IS NULL", "t", c->number);
	if (row && sqlite3_step(row) == SQLITE_ROW)
		due = json_pack("{s:I, s:I}", "since", (json_int_t)sqlite3_column_int64(row, 0), "due_at",
				(json_int_t)sqlite3_column_int64(row, 1));
	sqlite3_finalize(row);
	return due;
}

enum bt_sbx_code bt_sbx_call_account(struct bt_sbx *sbx, const struct bt_sbx_request *request,
				     struct bt_sbx_reply *reply)
{
	struct bt_sbx_consumer c;
	if (!bt_sbx_consumer_find(sbx->db, request->name, &c) || bt_sbx_note_of(c.note)->server_knows_not)
		return BT_SBX_UNKNOWN_CONSUMER;
	json_t *others = make_others(sbx, &c);
	reply->body = json_pack(
	    "{s:s, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "number", c.number, "time", (json_int_t)bt_sbx_now_ms(),
	    "recharges", make_recharges(sbx, &c), "charges", bt_sbx_month_charges(sbx->db, c.number), "waiting",
	    make_waiting(sbx, &c), "notices", make_notices(&c), "others", others, "cash_elsewhere",
	    make_cash(sbx, &c, request->terminal, others), "reconnection", make_reconnection(sbx, &c));
	return BT_SBX_NONE;
}
