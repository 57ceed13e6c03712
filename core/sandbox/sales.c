#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sandbox/app_pay.h"
#include "core/sandbox/call.h"
#include "core/sandbox/check.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/json_in.h"
#include "core/sandbox/ledger.h"
#include "core/sandbox/month.h"
#include "core/sandbox/payments.h"
#include "core/sandbox/sell.h"

enum bt_sbx_code bt_sbx_give_stored(struct bt_sbx *sbx, const char *sale_id, struct bt_sbx_reply *reply)
{
	reply->body = bt_sbx_ledger_reply(sbx->db, sale_id);
	reply->shows_token = true;
	return reply->body ? BT_SBX_NONE : BT_SBX_INTERNAL;
}

static json_t *describe_figures(const struct bt_sbx_figures *figures)
{
	json_t *month = NULL;
	if (figures->month.of)
		month = json_pack("{s:I, s:I, s:I, s:I}", "fixed_paise", (json_int_t)figures->fixed_paise, "free",
				  (json_int_t)figures->free, "of", (json_int_t)figures->month.of, "units",
				  (json_int_t)figures->month.units);
	return json_pack("{s:{s:I, s:I, s:I, s:I, s:s, s:o*}}", "figures", "energy_paise",
			 (json_int_t)figures->energy_paise, "duty_paise", (json_int_t)figures->duty_paise, "dues_paise",
			 (json_int_t)figures->dues_paise, "units", (json_int_t)figures->units, "tariff",
			 figures->tariff, "month", month);
}

static enum bt_sbx_code check_request(struct bt_sbx *sbx, const struct bt_sbx_sale *sale,
				      const struct bt_sbx_consumer *consumer, struct bt_sbx_reply *reply)
{
	struct bt_sbx_terminal terminal;
	struct bt_sbx_figures figures = {0};
	/* Another terminal may finish a docket with the owner's TID (PROTOCOL S4), but the owner must be one of ours.
	 */
	if (strcmp(sale->terminal, BT_SBX_APP) != 0 && !bt_sbx_terminal_find(sbx->db, sale->terminal, &terminal))
		return BT_SBX_WRONG_TERMINAL;
	struct bt_sbx_month month;
	struct bt_sbx_order order = bt_sbx_order_at(sbx->db, sale->paid_at);
	bool has_month = consumer && bt_sbx_month_find(sbx->db, consumer, sale->paid_at, &month);
	enum bt_sbx_code code = bt_sbx_check_account(sale, &order, consumer, has_month ? &month : NULL, &figures);
	if (code == BT_SBX_BLOCKED) {
		reply->reason_en = bt_sbx_note_of(consumer->note)->reason_en;
		reply->reason_hi = bt_sbx_note_of(consumer->note)->reason_hi;
	}
	if (code == BT_SBX_FIGURES)
		reply->body = describe_figures(&figures);
	if (code == BT_SBX_NONE)
		code = bt_sbx_check_key(sbx, sale, consumer);
	if (code == BT_SBX_NONE)
		code = bt_sbx_check_lane(sbx, sale);
	if (code == BT_SBX_NONE)
		code = bt_sbx_check_range(sbx, sale, bt_sbx_now_ms());
	return code == BT_SBX_NONE ? bt_sbx_check_memory(sbx, sale, bt_sbx_now_ms()) : code;
}

enum bt_sbx_code bt_sbx_sell_check(struct bt_sbx *sbx, const struct bt_sbx_sale *sale, struct bt_sbx_reply *reply)
{
	struct bt_sbx_consumer consumer;
	bool known = bt_sbx_consumer_find(sbx->db, sale->connection, &consumer);
	if (!bt_sbx_key_change_release(sbx->db))
		return BT_SBX_INTERNAL;
	return check_request(sbx, sale, known ? &consumer : NULL, reply);
}

/* Make the token of what was found good, and commit; @p posting says how it is booked. */
static enum bt_sbx_code make(struct bt_sbx *sbx, struct bt_sbx_sale *sale, struct bt_sbx_consumer *consumer,
			     struct bt_sbx_posting *posting, struct bt_sbx_reply *reply)
{
	bool is_token = strcmp(sale->delivery, "token") == 0;
	char token[21] = "";
	char key_id[80];
	struct bt_sbx_meter_key key;
	json_t *key_change = NULL;
	posting->picked = is_token && !sale->has_tid;
	enum bt_sbx_code code = posting->picked ? bt_sbx_choose(sbx, consumer, bt_sbx_now_ms(), sale) : BT_SBX_NONE;
	if (code != BT_SBX_NONE)
		return code;
	/* This token or nothing (PROTOCOL T2): the units round to none, or the key has expired at this minute. */
	if (is_token && !bt_sbx_token_of(sbx, sale, token))
		return BT_SBX_KEY_MISMATCH;
	bt_sbx_key_id_text(sale, key_id);
	posting->sale = sale;
	posting->token = token;
	posting->key_id = key_id;
	posting->tid = sale->tid;
	posting->rnd = sale->rnd;
	if (is_token && consumer && bt_sbx_carries_change(sbx, sale, consumer, &key)) {
		key_change = bt_sbx_meter_key_json(sbx, &key);
		if (!key_change)
			return BT_SBX_INTERNAL;
		posting->key_change = key.change;
		posting->key_change_json = key_change;
	}
	bool ok = bt_sbx_ledger_put(sbx, posting, consumer) && bt_sbx_store_commit(sbx->db);
	json_decref(key_change);
	if (!ok)
		return BT_SBX_INTERNAL;
	reply->status = 201;
	return bt_sbx_give_stored(sbx, sale->sale_id, reply);
}

enum bt_sbx_code bt_sbx_sell_new(struct bt_sbx *sbx, const char *caller, struct bt_sbx_sale *sale, const char *text,
				 struct bt_sbx_reply *reply)
{
	struct bt_sbx_consumer consumer;
	struct bt_sbx_posting posting = {.sale_text = text, .by = caller};
	if (sbx->picks)
		bt_sbx_sale_drop_minute(sale);
	bool known = bt_sbx_consumer_find(sbx->db, sale->connection, &consumer);
	/* A lease may have died since, and with it what a change waited for. */
	if (!bt_sbx_key_change_release(sbx->db))
		return BT_SBX_INTERNAL;
	enum bt_sbx_code code = check_request(sbx, sale, known ? &consumer : NULL, reply);
	return code == BT_SBX_NONE ? make(sbx, sale, known ? &consumer : NULL, &posting, reply) : code;
}

/* What nobody's word helps against: digits that are not of this meter as it is, or that no one can make; a minute that
 * is another's, whose token the meter takes instead (PROTOCOL T1, T4); one still to come; a credit to nobody. */
static enum bt_sbx_code check_as_paid(struct bt_sbx *sbx, const struct bt_sbx_sale *sale,
				      const struct bt_sbx_consumer *consumer, enum bt_sbx_code exception)
{
	bool is_token = strcmp(sale->delivery, "token") == 0;
	struct bt_sbx_sale ahead = *sale;
	ahead.paid_at = 0;
	if (exception == BT_SBX_INTERNAL || exception == BT_SBX_WRONG_TERMINAL)
		return exception;
	if (exception == BT_SBX_UNKNOWN_CONSUMER || exception == BT_SBX_DELIVERY) {
		if (is_token ? !sale->has_key : !consumer)
			return exception;
	}
	if (consumer && strcmp(consumer->meter, sale->meter) != 0)
		return BT_SBX_METER_MISMATCH;
	enum bt_sbx_code code = consumer ? bt_sbx_check_key(sbx, sale, consumer) : BT_SBX_NONE;
	if (code == BT_SBX_NONE)
		code = bt_sbx_check_range(sbx, &ahead, bt_sbx_now_ms());
	if (code == BT_SBX_NONE)
		code = bt_sbx_check_lane(sbx, sale);
	return code == BT_SBX_NONE ? bt_sbx_check_memory(sbx, sale, bt_sbx_now_ms()) : code;
}

enum bt_sbx_code bt_sbx_check_as_paid(struct bt_sbx *sbx, const struct bt_sbx_sale *sale)
{
	struct bt_sbx_consumer found;
	struct bt_sbx_sale renewed = *sale;
	struct bt_sbx_reply unsaid = {.status = 0};
	struct bt_sbx_consumer *consumer = bt_sbx_consumer_find(sbx->db, sale->connection, &found) ? &found : NULL;
	if (consumer && sale->has_key && bt_sbx_check_key(sbx, sale, consumer) != BT_SBX_NONE)
		(void)bt_sbx_follow_key(sbx, consumer, &renewed);
	enum bt_sbx_code exception = check_request(sbx, &renewed, consumer, &unsaid);
	json_decref(unsaid.body);
	enum bt_sbx_code code = check_as_paid(sbx, &renewed, consumer, exception);
	/* These pass with time. */
	return code == BT_SBX_TID_RANGE || code == BT_SBX_TID_WAIT ? BT_SBX_NONE : code;
}

enum bt_sbx_code bt_sbx_sell_as_paid(struct bt_sbx *sbx, const char *caller, struct bt_sbx_sale *sale, const char *text,
				     struct bt_sbx_reply *reply)
{
	struct bt_sbx_consumer found;
	struct bt_sbx_posting posting = {.sale_text = text, .by = caller, .is_fact = true};
	struct bt_sbx_reply unsaid = {.status = 0};
	if (sbx->picks)
		bt_sbx_sale_drop_minute(sale);
	struct bt_sbx_consumer *consumer = bt_sbx_consumer_find(sbx->db, sale->connection, &found) ? &found : NULL;
	if (!bt_sbx_key_change_release(sbx->db))
		return BT_SBX_INTERNAL;
	posting.exception = check_request(sbx, sale, consumer, &unsaid);
	json_decref(unsaid.body);
	enum bt_sbx_code code = check_as_paid(sbx, sale, consumer, posting.exception);
	return code == BT_SBX_NONE ? make(sbx, sale, consumer, &posting, reply) : code;
}

int64_t bt_sbx_made_at(const char *sale_id)
{
	char hex[13];
	snprintf(hex, sizeof hex, "%.8s%.4s", sale_id, sale_id + 9);
	return strtoll(hex, NULL, 16);
}

static bool is_forgotten(const struct bt_sbx *sbx, const char *owner, const char *but, const char *sale_id)
{
	return bt_sbx_may_have_forgotten(sbx, bt_sbx_made_at(sale_id), owner, but);
}

static enum bt_sbx_code say_waiting(struct bt_sbx_reply *reply)
{
	reply->reason_en = "The server was restored and waits for the records of all counters. Ask again later.";
	reply->reason_hi = "सर्वर बहाल हुआ है और सब काउंटरों के रिकॉर्ड की राह देख रहा है। बाद में फिर पूछें।";
	return BT_SBX_DOCKET_WAITS;
}

static enum bt_sbx_code sell(struct bt_sbx *sbx, const char *caller, const json_t *body, struct bt_sbx_reply *reply)
{
	struct bt_sbx_sale sale;
	struct bt_sbx_entry entry;
	struct bt_sbx_core asked;
	struct bt_sbx_terminal terminal;
	int64_t era = 0;
	const json_t *object = json_object_get(body, "sale");
	char id[BT_SBX_SALE_ID_LEN + 1];
	if (bt_sbx_json_text(object, "sale_id", id, sizeof id) && bt_sbx_is_sale_id(id))
		snprintf(reply->sale_id, sizeof reply->sale_id, "%s", id);
	/* No terminal speaks for the app. */
	if (!bt_sbx_sale_read(object, &sale) || strcmp(sale.terminal, BT_SBX_APP) == 0 ||
	    !bt_sbx_json_int(body, "era", 0, INT64_MAX, &era))
		return BT_SBX_MALFORMED;
	if (!bt_sbx_store_begin(sbx->db))
		return BT_SBX_INTERNAL;
	bool known = bt_sbx_ledger_find(sbx->db, sale.sale_id, &entry);
	if (known && strcmp(entry.state, "committed") != 0)
		return BT_SBX_TOMBSTONE;
	if (known) {
		bt_sbx_core_of(&sale, "", &asked);
		if (sbx->picks)
			bt_sbx_core_take_minute(&asked, &entry.core);
		return bt_sbx_ledger_is_same(sbx->db, &entry, &asked) ? bt_sbx_give_stored(sbx, sale.sale_id, reply)
								      : BT_SBX_ID_CONFLICT;
	}
	if (!bt_sbx_terminal_find(sbx->db, caller, &terminal) || terminal.is_revoked)
		return BT_SBX_REVOKED;
	if (era != sbx->era)
		return BT_SBX_ERA;
	/* What the caller did itself, it knows. */
	if (is_forgotten(sbx, caller, caller, sale.sale_id))
		return say_waiting(reply);
	char *text = bt_sbx_json_canonical(object);
	enum bt_sbx_code code = text ? bt_sbx_sell_new(sbx, caller, &sale, text, reply) : BT_SBX_INTERNAL;
	free(text);
	return code;
}

enum bt_sbx_code bt_sbx_call_sell(struct bt_sbx *sbx, const struct bt_sbx_request *request, struct bt_sbx_reply *reply)
{
	json_t *body = bt_sbx_json_parse(request->body, request->body_len);
	reply->moves_money = true;
	enum bt_sbx_code code = body ? sell(sbx, request->terminal, body, reply) : BT_SBX_MALFORMED;
	json_decref(body);
	return code;
}

enum bt_sbx_code bt_sbx_call_inquire(struct bt_sbx *sbx, const struct bt_sbx_request *request,
				     struct bt_sbx_reply *reply)
{
	struct bt_sbx_entry entry;
	if (!bt_sbx_is_sale_id(request->name))
		return BT_SBX_MALFORMED;
	snprintf(reply->sale_id, sizeof reply->sale_id, "%s", request->name);
	if (!bt_sbx_store_begin(sbx->db))
		return BT_SBX_INTERNAL;
	bool known = bt_sbx_ledger_find(sbx->db, request->name, &entry);
	if (known && strcmp(entry.state, "committed") == 0)
		return bt_sbx_give_stored(sbx, request->name, reply);
	if (known && strcmp(entry.state, "reversed") == 0) {
		reply->body = json_pack("{s:s, s:s, s:I}", "sale_id", request->name, "status", "reversed", "rev",
					(json_int_t)entry.rev);
		return BT_SBX_NONE;
	}
	/* What a restored ledger has forgotten may be out, from a docket that was finished elsewhere (PROTOCOL H4):
	 * nothing is closed before all have said what they have. */
	if (!known && is_forgotten(sbx, request->terminal, "", request->name))
		return say_waiting(reply);
	if (!bt_sbx_ledger_tombstone(sbx->db, request->name) || !bt_sbx_store_commit(sbx->db))
		return BT_SBX_INTERNAL;
	reply->body = json_pack("{s:b}", "tombstone", 1);
	return BT_SBX_UNKNOWN_SALE;
}

/* Whose sale this is, as far as the ledger or an uploaded payment says; "" when nobody knows the id. */
static void find_owner(struct bt_sbx *sbx, const char *sale_id, const struct bt_sbx_entry *entry, char out[9])
{
	snprintf(out, 9, "%s", entry ? entry->core.terminal : "");
	if (*out)
		return;
	sqlite3_stmt *row = bt_sbx_store_ask(sbx->db, "SELECT terminal FROM paid WHERE sale_id=?", "t", sale_id);
	if (row && sqlite3_step(row) == SQLITE_ROW)
		bt_sbx_column_text(row, 0, out, 9);
	sqlite3_finalize(row);
}

/* Only the terminal that took the money gives it back, and only while it is in office. */
static enum bt_sbx_code check_reversal(struct bt_sbx *sbx, const char *caller, const char *sale_id,
				       const struct bt_sbx_entry *entry)
{
	struct bt_sbx_terminal terminal;
	char owner[9];
	if (!bt_sbx_terminal_find(sbx->db, caller, &terminal) || terminal.is_revoked)
		return BT_SBX_REVOKED;
	find_owner(sbx, sale_id, entry, owner);
	return *owner && strcmp(owner, caller) != 0 ? BT_SBX_WRONG_TERMINAL : BT_SBX_NONE;
}

/* A credit that another counter has told its consumer of, on the docket: it stands, like a token that has left. */
static enum bt_sbx_code say_given(struct bt_sbx_reply *reply)
{
	reply->reason_en = "This was given at another counter.";
	reply->reason_hi = "यह दूसरे काउंटर पर दिया जा चुका है।";
	return BT_SBX_TOKEN_RELEASED;
}

static enum bt_sbx_code reverse(struct bt_sbx *sbx, const struct bt_sbx_request *request, const json_t *body,
				struct bt_sbx_reply *reply)
{
	const char *sale_id = request->name;
	struct bt_sbx_entry entry;
	char reason[200];
	int64_t era = 0;
	if (!bt_sbx_json_int(body, "era", 0, INT64_MAX, &era) ||
	    !bt_sbx_json_text(body, "reason", reason, sizeof reason))
		return BT_SBX_MALFORMED;
	if (!bt_sbx_store_begin(sbx->db))
		return BT_SBX_INTERNAL;
	bool known = bt_sbx_ledger_find(sbx->db, sale_id, &entry);
	enum bt_sbx_code code = check_reversal(sbx, request->terminal, sale_id, known ? &entry : NULL);
	if (code != BT_SBX_NONE)
		return code;
	if (era != sbx->era)
		return BT_SBX_ERA;
	bool is_committed = known && strcmp(entry.state, "committed") == 0;
	if (is_committed && entry.released)
		return *entry.core.token ? BT_SBX_TOKEN_RELEASED : say_given(reply);
	bool is_reversed = known && strcmp(entry.state, "reversed") == 0;
	if (!is_reversed && is_forgotten(sbx, request->terminal, "", sale_id))
		return say_waiting(reply);
	if (is_committed ? !bt_sbx_ledger_reverse(sbx->db, sale_id)
			 : !bt_sbx_ledger_take_back(sbx->db, sale_id, request->terminal))
		return BT_SBX_INTERNAL;
	if (!bt_sbx_payment_return(sbx->db, sale_id) || !bt_sbx_store_commit(sbx->db))
		return BT_SBX_INTERNAL;
	reply->body = json_pack("{s:s, s:s}", "sale_id", sale_id, "status", "reversed");
	return BT_SBX_NONE;
}

enum bt_sbx_code bt_sbx_call_reverse(struct bt_sbx *sbx, const struct bt_sbx_request *request,
				     struct bt_sbx_reply *reply)
{
	if (!bt_sbx_is_sale_id(request->name))
		return BT_SBX_MALFORMED;
	snprintf(reply->sale_id, sizeof reply->sale_id, "%s", request->name);
	reply->moves_money = true;
	json_t *body = bt_sbx_json_parse(request->body, request->body_len);
	enum bt_sbx_code code = body ? reverse(sbx, request, body, reply) : BT_SBX_MALFORMED;
	json_decref(body);
	return code;
}
