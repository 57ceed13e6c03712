/* Payments of every channel as the desk asks for them: where the money is, and what may be done about it. */
#include "core/sandbox/desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sandbox/app_pay.h"
#include "core/sandbox/call.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/close_out.h"
#include "core/sandbox/json_in.h"
#include "core/sandbox/ledger.h"
#include "core/sandbox/payments.h"
#include "core/sandbox/reissue.h"

#define FIND_MAX    40
#define LIST_MAX    20
#define BANK_SAYS   3000 /* after the payment, in the app's own log */
#define SERVER_SAYS 18000

/* ---- what is known of one ---- */

static void look_at_sale(struct bt_sbx *sbx, const struct bt_sbx_found *found, struct bt_sbx_entry *entry,
			 int64_t *booked_at)
{
	*entry = (struct bt_sbx_entry){.state = ""};
	if (!bt_sbx_ledger_find(sbx->db, found->sale_id, entry))
		entry->state[0] = '\0';
	*booked_at = bt_sbx_store_count(sbx->db, 0, "SELECT at FROM sales WHERE sale_id=?", "t", found->sale_id);
}

static bool is_committed(const struct bt_sbx_entry *entry)
{
	return strcmp(entry->state, "committed") == 0;
}

/* The head-end will never deliver it: what was paid goes back. */
static bool is_closed(const struct bt_sbx_entry *entry)
{
	return *entry->state && !is_committed(entry);
}

/* Nothing can be delivered to this connection, so that the money has to go back. */
static bool is_undeliverable(struct bt_sbx *sbx, const struct bt_sbx_found *found)
{
	struct bt_sbx_consumer consumer;
	if (!bt_sbx_consumer_find(sbx->db, found->connection, &consumer))
		return true;
	const struct bt_sbx_note *note = bt_sbx_note_of(consumer.note);
	return note->blocked || note->server_knows_not || strcmp(consumer.meter, found->meter) != 0;
}

/* What nobody knows what it was paid for waits for the record of its counter. */
static bool is_named(struct bt_sbx *sbx, const struct bt_sbx_found *found)
{
	char *record =
	    strcmp(found->channel, "upi") == 0 ? bt_sbx_payment_paid_record(sbx->db, found->sale_id) : strdup("");
	free(record);
	return record != NULL;
}

/* Its counter is gone, and what it did not end nobody else can without a word of the office. */
static bool is_for_office(struct bt_sbx *sbx, const struct bt_sbx_found *found, const struct bt_sbx_entry *entry)
{
	char owner[9];
	if (bt_sbx_waits_for_office(sbx->db, found->sale_id))
		return true;
	bt_sbx_owner_of(sbx->db, found->sale_id, owner);
	return !*entry->state && found->received && bt_sbx_is_gone(sbx->db, owner) &&
	       bt_sbx_ruling_of(sbx->db, found->sale_id) == BT_SBX_UNDECIDED &&
	       (!is_named(sbx, found) || is_undeliverable(sbx, found));
}

static const char *judge(struct bt_sbx *sbx, const struct bt_sbx_found *found, const struct bt_sbx_entry *entry)
{
	if (is_committed(entry) || is_closed(entry) || strcmp(found->bank, "failed") == 0 ||
	    strcmp(found->bank, "returned") == 0)
		return "none";
	if (strcmp(found->bank, "unsure") == 0)
		return "wait";
	if (!found->received)
		return "claim";
	if (!is_named(sbx, found))
		return "wait";
	return is_undeliverable(sbx, found) ? "refund" : "finish";
}

/* What a meter has told of is in it. */
static bool can_reissue(struct bt_sbx *sbx, const struct bt_sbx_found *found, const struct bt_sbx_entry *entry)
{
	return !found->in_meter && bt_sbx_reissue_is_open(sbx, entry);
}

static void add_step(json_t *steps, int64_t at, const char *what, bool ok)
{
	json_array_append_new(steps, json_pack("{s:I, s:s, s:b}", "at", (json_int_t)at, "what", what, "ok", (int)ok));
}

static json_t *make_steps(const struct bt_sbx_found *found, const struct bt_sbx_entry *entry, int64_t booked_at,
			  const char *can)
{
	json_t *steps = json_array();
	char bank[24];
	bool is_counter = strcmp(found->channel, "counter") == 0;
	snprintf(bank, sizeof bank, "bank_%s", found->bank);
	add_step(steps, found->paid_at, is_counter ? "paid_counter" : "paid_app", true);
	if (!is_counter)
		add_step(steps, found->paid_at + BANK_SAYS, bank, strcmp(found->bank, "paid") == 0);
	if (is_committed(entry))
		add_step(steps, booked_at, *entry->core.token ? "token_given" : "credited", true);
	else if (is_closed(entry))
		add_step(steps, booked_at, "refund_ordered", true);
	else if (strcmp(found->bank, "paid") == 0)
		add_step(steps,
			 found->paid_at + SERVER_SAYS < bt_sbx_now_ms() ? found->paid_at + SERVER_SAYS
									: bt_sbx_now_ms(),
			 found->received ? "no_token" : "not_received", false);
	if (found->in_meter)
		add_step(steps, booked_at, "in_meter", true);
	if (strcmp(can, "finish") == 0)
		add_step(steps, bt_sbx_now_ms(), "none_exists", true);
	return steps;
}

static json_t *name_of(struct bt_sbx *sbx, const char *connection)
{
	struct bt_sbx_consumer consumer;
	return bt_sbx_consumer_find(sbx->db, connection, &consumer)
		   ? bt_sbx_json_words(consumer.name_en, consumer.name_hi)
		   : bt_sbx_json_words("", "");
}

json_t *bt_sbx_found_json(struct bt_sbx *sbx, const struct bt_sbx_found *found)
{
	struct bt_sbx_entry entry;
	int64_t booked_at;
	look_at_sale(sbx, found, &entry, &booked_at);
	bool waits = is_for_office(sbx, found, &entry);
	/* That it was taken back here says nothing of where the money is. */
	if (waits && is_closed(&entry))
		entry.state[0] = '\0';
	const char *can = waits ? "office" : judge(sbx, found, &entry);
	bool reissues = can_reissue(sbx, found, &entry);
	bool has_token = is_committed(&entry) && *entry.core.token;
	bool has_credit = is_committed(&entry) && !*entry.core.token;
	return json_pack(
	    "{s:s, s:s, s:s, s:s, s:s, s:o, s:I, s:s, s:I, s:s, s:s, s:s, s:s, s:o, s:s, s:b, s:b, s:b}", "payment_id",
	    found->payment_id, "sale_id", found->sale_id, "channel", found->channel, "connection", found->connection,
	    "meter", found->meter, "name", name_of(sbx, found->connection), "amount_paise", (json_int_t)found->paise,
	    "utr", found->utr, "paid_at", (json_int_t)found->paid_at, "bank",
	    is_closed(&entry) ? "returned" : found->bank, "company", found->received ? "received" : "none", "token",
	    found->in_meter ? "in_meter"
	    : has_token     ? "given"
			    : "none",
	    "credit", has_credit ? "posted" : "none", "steps", make_steps(found, &entry, booked_at, can), "can", can,
	    "reissue", (int)reissues, "next_key", (int)(reissues && bt_sbx_reissue_is_for_key(sbx, &entry)),
	    "refund_begun", waits && bt_sbx_refund_is_begun(sbx->db, found->sale_id));
}

/* ---- finding them ---- */

static void read_found(sqlite3_stmt *row, struct bt_sbx_found *out)
{
	*out = (struct bt_sbx_found){.paise = sqlite3_column_int64(row, 5),
				     .paid_at = sqlite3_column_int64(row, 7),
				     .received = sqlite3_column_int(row, 9) != 0,
				     .in_meter = sqlite3_column_int(row, 10) != 0};
	bt_sbx_column_text(row, 0, out->payment_id, sizeof out->payment_id);
	bt_sbx_column_text(row, 1, out->sale_id, sizeof out->sale_id);
	bt_sbx_column_text(row, 2, out->channel, sizeof out->channel);
	bt_sbx_column_text(row, 3, out->connection, sizeof out->connection);
	bt_sbx_column_text(row, 4, out->meter, sizeof out->meter);
	bt_sbx_column_text(row, 6, out->utr, sizeof out->utr);
	bt_sbx_column_text(row, 8, out->bank, sizeof out->bank);
}

/* What was asked of the payment service has no sale of its own here: that stands in what its counter recorded before it
 * asked, where that has come, and its connection in what the service was told (PROTOCOL T1). */
#define COLLECTED                                                                                                      \
	"(SELECT p.*, coalesce(" BT_SBX_PAID_FOR                                                                       \
	", (SELECT json_object('connection', n.connection, 'meter', c.meter) FROM payment_notes n LEFT JOIN"           \
	" consumers c ON c.number=n.connection WHERE n.payment_id=p.payment_id)) said FROM payments p"                 \
	" WHERE p.sale_id<>'' AND (p.status='paid' OR p.attempt<>'none'))"

/* A connection by its number, or by the mobile of its people. */
#define OF_MOBILE " IN (SELECT number FROM consumers WHERE mobile=?1)"

/* Of the app by any of its names; of counters what their records or the ledger say, which needs no bank. */
static const char find_sql[] =
    "SELECT payment_id, sale_id, 'app', connection, meter, paise, utr, paid_at, bank, received, in_meter"
    " FROM app_payments WHERE ?1 IN (utr, payment_id, sale_id, connection, meter) OR connection" OF_MOBILE
    " UNION ALL SELECT payment_id, sale_id, 'upi', json_extract(said,'$.connection'), json_extract(said,'$.meter'),"
    " paise, utr, max(paid_at, made_at), CASE WHEN refund='ordered' THEN 'returned' WHEN status='paid' THEN 'paid' "
    "WHEN attempt='unsure' THEN 'unsure'"
    " ELSE 'failed' END, status='paid', 0 FROM " COLLECTED
    " WHERE ?1 IN (utr, reference, payment_id, sale_id, json_extract(said,'$.connection'),"
    " json_extract(said,'$.meter'), json_extract(said,'$.receipt'), 'D-' || json_extract(said,'$.receipt'))"
    " OR json_extract(said,'$.connection')" OF_MOBILE
    " UNION ALL SELECT sale_id, sale_id, 'counter', json_extract(sale,'$.connection'), json_extract(sale,'$.meter'),"
    " json_extract(sale,'$.amount_paise'), '', json_extract(sale,'$.paid_at'), 'paid', 1, 0 FROM"
    " (SELECT sale_id, sale FROM paid UNION SELECT sale_id, sale FROM sales s WHERE sale IS NOT NULL AND"
    "  NOT EXISTS(SELECT 1 FROM paid p WHERE p.sale_id=s.sale_id) AND"
    "  NOT EXISTS(SELECT 1 FROM app_payments a WHERE a.sale_id=s.sale_id)) c"
    " WHERE (?1 IN (sale_id, json_extract(sale,'$.connection'), json_extract(sale,'$.meter'),"
    " json_extract(sale,'$.receipt'), 'D-' || json_extract(sale,'$.receipt'))"
    " OR json_extract(sale,'$.connection')" OF_MOBILE ")"
    " AND NOT EXISTS(SELECT 1 FROM payments u WHERE u.sale_id=c.sale_id AND u.status='paid')"
    " ORDER BY 8 DESC LIMIT ?2";

/* Numbers are read out with blanks. @return false for what can be no name of a payment. */
static bool squeeze(const char *text, char out[FIND_MAX])
{
	size_t len = 0;
	for (; text && *text; text++) {
		bool is_letter = (*text >= '0' && *text <= '9') || (*text >= 'a' && *text <= 'z') ||
				 (*text >= 'A' && *text <= 'Z') || *text == '-';
		if (*text == ' ')
			continue;
		if (!is_letter || len + 1 >= FIND_MAX)
			return false;
		out[len++] = *text;
	}
	out[len] = '\0';
	return len > 0;
}

/* The docket of a claim stands for what it claims. */
static void follow_claim(sqlite3 *db, char text[FIND_MAX])
{
	char utr[BT_SBX_UTR_LEN + 1] = "", connection[13] = "";
	sqlite3_stmt *row = bt_sbx_store_ask(db, "SELECT utr, connection FROM claims WHERE number=?", "t", text);
	if (row && sqlite3_step(row) == SQLITE_ROW) {
		bt_sbx_column_text(row, 0, utr, sizeof utr);
		bt_sbx_column_text(row, 1, connection, sizeof connection);
		snprintf(text, FIND_MAX, "%s", *utr ? utr : connection);
	}
	sqlite3_finalize(row);
}

enum bt_sbx_code bt_sbx_call_find_payments(struct bt_sbx *sbx, const struct bt_sbx_request *request,
					   struct bt_sbx_reply *reply)
{
	struct bt_sbx_found found;
	char text[FIND_MAX];
	if (!squeeze(request->argument(request->source, "find"), text))
		return BT_SBX_MALFORMED;
	follow_claim(sbx->db, text);
	json_t *list = json_array();
	sqlite3_stmt *row = bt_sbx_store_ask(sbx->db, find_sql, "ti", text, (int64_t)LIST_MAX);
	bool ok = row != NULL;
	while (row && sqlite3_step(row) == SQLITE_ROW) {
		read_found(row, &found);
		json_t *one = bt_sbx_found_json(sbx, &found);
		ok = one && json_array_append_new(list, one) == 0 && ok;
	}
	sqlite3_finalize(row);
	reply->body = json_pack("{s:o, s:I}", "payments", list, "time", (json_int_t)bt_sbx_now_ms());
	return ok && reply->body ? BT_SBX_NONE : BT_SBX_INTERNAL;
}

bool bt_sbx_found_by_utr(struct bt_sbx *sbx, const char *utr, struct bt_sbx_found *out)
{
	sqlite3_stmt *row = bt_sbx_store_ask(sbx->db, find_sql, "ti", utr, (int64_t)1);
	bool found = *utr && row && sqlite3_step(row) == SQLITE_ROW;
	if (found)
		read_found(row, out);
	sqlite3_finalize(row);
	return found;
}
