/* Dockets: what is known of one by its number, and its sale finished for any terminal (PROTOCOL S4). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sandbox/app_pay.h"
#include "core/sandbox/check.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/close_out.h"
#include "core/sandbox/docket_in.h"
#include "core/sandbox/json_in.h"
#include "core/sandbox/ledger.h"
#include "core/sandbox/payments.h"
#include "core/sandbox/reissue.h"
#include "core/sandbox/sell.h"

#define RECORD_MAX 8192

/* A request to finish a sale. */
struct errand {
	const char *sale_id, *caller;
	int64_t era;
	char text[BT_SBX_DOCKET_TEXT_MAX + 1]; /* of the docket's QR, "" when only its number was said */
	struct bt_sbx_sale docket;             /* what it says */
	char inspected_by[33];                 /* who saw that the meter refuses its token, "" nobody */
	bool is_ruled;                         /* its counter is gone, and the office wants it given */
};

/* ---- by number ---- */

/* The owner's record, or what was committed. Numbers are given once, so there is one sale at most. */
static json_t *find_by_receipt(sqlite3 *db, const char *receipt)
{
	json_t *record = NULL;
	sqlite3_stmt *row =
	    bt_sbx_store_ask(db,
			     "SELECT sale FROM receipts JOIN paid USING(sale_id) WHERE receipt=?1"
			     " UNION ALL SELECT sale FROM receipts JOIN sales USING(sale_id) WHERE receipt=?1"
			     " AND sale IS NOT NULL LIMIT 1",
			     "t", receipt);
	if (row && sqlite3_step(row) == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(row, 0);
		record = text ? bt_sbx_json_parse(text, strlen(text)) : NULL;
	}
	sqlite3_finalize(row);
	return record;
}

static const char *status_of(sqlite3 *db, const char *sale_id)
{
	struct bt_sbx_entry entry;
	if (!bt_sbx_ledger_find(db, sale_id, &entry))
		return "open";
	return strcmp(entry.state, "committed") == 0 ? "committed" : "reversed";
}

enum bt_sbx_code bt_sbx_call_docket(struct bt_sbx *sbx, const struct bt_sbx_request *request,
				    struct bt_sbx_reply *reply)
{
	char id[BT_SBX_SALE_ID_LEN + 1], terminal[9], connection[13], meter[14];
	int64_t amount, paid_at, units = 0;
	if (strncmp(request->name, "D-", 2) != 0)
		return BT_SBX_MALFORMED;
	json_t *record = find_by_receipt(sbx->db, request->name + 2);
	if (!record)
		return BT_SBX_UNKNOWN_DOCKET;
	bool ok = bt_sbx_json_text(record, "sale_id", id, sizeof id) &&
		  bt_sbx_json_text(record, "terminal", terminal, sizeof terminal) &&
		  bt_sbx_json_text(record, "connection", connection, sizeof connection) &&
		  bt_sbx_json_text(record, "meter", meter, sizeof meter) &&
		  bt_sbx_json_int(record, "amount_paise", 0, INT64_MAX, &amount) &&
		  bt_sbx_json_int(record, "paid_at", 0, INT64_MAX, &paid_at);
	(void)bt_sbx_json_int(record, "units", 0, INT64_MAX, &units);
	if (ok)
		reply->body =
		    json_pack("{s:s, s:s, s:s, s:o, s:s, s:s, s:I, s:I, s:I, s:s}", "docket", request->name, "sale_id",
			      id, "terminal", terminal, "counter", bt_sbx_counter_name(terminal), "connection",
			      connection, "meter", meter, "amount_paise", (json_int_t)amount, "units",
			      (json_int_t)units, "paid_at", (json_int_t)paid_at, "status", status_of(sbx->db, id));
	json_decref(record);
	return reply->body ? BT_SBX_NONE : BT_SBX_INTERNAL;
}

/* ---- finishing ---- */

/* A docket counts when a terminal of ours signed it before it was withdrawn (PROTOCOL H5), or when the office has said
 * what becomes of its sale: then that is the answer to it. */
static enum bt_sbx_code check_docket(struct bt_sbx *sbx, const struct errand *errand)
{
	struct bt_sbx_terminal owner;
	if (strcmp(errand->docket.sale_id, errand->sale_id) != 0)
		return BT_SBX_DOCKET_INVALID;
	if (!bt_sbx_terminal_find(sbx->db, errand->docket.terminal, &owner))
		return BT_SBX_DOCKET_TERMINAL;
	uint8_t key[32];
	if (!bt_sbx_receipt_key(sbx->db, &owner, key))
		return BT_SBX_INTERNAL;
	if (!bt_sbx_docket_is_genuine(errand->text, key))
		return BT_SBX_DOCKET_INVALID;
	return owner.is_revoked && errand->docket.paid_at >= owner.revoked_at &&
		       bt_sbx_ruling_of(sbx->db, errand->sale_id) == BT_SBX_UNDECIDED
		   ? BT_SBX_DOCKET_REVOKED
		   : BT_SBX_NONE;
}

static enum bt_sbx_code say_taken_back(struct bt_sbx_reply *reply)
{
	reply->reason_en = "This payment was taken back where it was made. There is no token for it.";
	reply->reason_hi = "यह भुगतान जहाँ हुआ था वहीं वापस लिया गया। इसका कोई टोकन नहीं है।";
	return BT_SBX_REVERSED;
}

/* The owner took the money back; an inquiry about an id that was not known yet says nothing of money. */
static enum bt_sbx_code say_closed(struct bt_sbx *sbx, const struct errand *errand, struct bt_sbx_reply *reply)
{
	enum bt_sbx_ruling ruling = bt_sbx_ruling_of(sbx->db, errand->sale_id);
	if (ruling == BT_SBX_RETURNED || ruling == BT_SBX_GIVE_BACK) {
		reply->reason_en =
		    "The office has closed this payment: the money is given back. There is no token for it.";
		reply->reason_hi = "दफ़्तर ने यह भुगतान बंद किया: पैसा वापस दिया गया। इसका कोई टोकन नहीं है।";
		return BT_SBX_REVERSED;
	}
	if (!bt_sbx_ledger_is_taken_back(sbx->db, errand->sale_id))
		return BT_SBX_TOMBSTONE;
	return say_taken_back(reply);
}

/* The owner's own record says that the money goes back: it has given its word to issue nothing (PROTOCOL S5). */
static bool is_going_back(struct bt_sbx *sbx, const char *owner, const char *sale_id)
{
	return bt_sbx_store_count(sbx->db, 0,
				  "SELECT 1 FROM events WHERE terminal=? AND sale_id=? AND kind IN"
				  " ('refunding','refunded','abandoned') LIMIT 1",
				  "tt", owner, sale_id) == 1;
}

/* A ledger put back from a backup may have forgotten that it took this sale back, which its owner's record says even
 * where that counter is withdrawn, or that another counter finished it (PROTOCOL H4). One that is gone may never say.
 */
static enum bt_sbx_code check_forgotten(const struct bt_sbx *sbx, const struct errand *errand, const char *owner,
					int64_t paid_at)
{
	if (!bt_sbx_is_before_restore(sbx, paid_at))
		return BT_SBX_NONE;
	if (bt_sbx_may_have_forgotten(sbx, paid_at, owner, ""))
		return BT_SBX_DOCKET_WAITS;
	if (errand->is_ruled || strcmp(owner, BT_SBX_APP) == 0 || bt_sbx_has_come_up(sbx, owner))
		return BT_SBX_NONE;
	return bt_sbx_is_gone(sbx->db, owner) ? BT_SBX_OFFICE : BT_SBX_DOCKET_WAITS;
}

static enum bt_sbx_code give_again(struct bt_sbx *sbx, const struct errand *errand, const struct bt_sbx_entry *entry,
				   struct bt_sbx_reply *reply)
{
	struct bt_sbx_core asked;
	/* A credit can still be taken out again, and is about to be; a token that was made goes to whoever comes first.
	 */
	if (!*entry->core.token && !errand->is_ruled && is_going_back(sbx, entry->core.terminal, errand->sale_id))
		return say_taken_back(reply);
	/* A token that has left was never taken back; one that has not may have been, before the ledger was put back.
	 */
	enum bt_sbx_code code =
	    entry->released ? BT_SBX_NONE
			    : check_forgotten(sbx, errand, entry->core.terminal, bt_sbx_made_at(errand->sale_id));
	if (code != BT_SBX_NONE)
		return code;
	bt_sbx_core_of(&errand->docket, "", &asked);
	/* A revision has other units under the same id; the older docket stands for it still. */
	if (*errand->text && errand->docket.rev < entry->rev)
		asked.units = entry->core.units;
	if (*errand->text && !bt_sbx_ledger_is_same(sbx->db, entry, &asked))
		return BT_SBX_ID_CONFLICT;
	if (!bt_sbx_ledger_tell(sbx->db, errand->sale_id, errand->caller) || !bt_sbx_store_commit(sbx->db))
		return BT_SBX_INTERNAL;
	return bt_sbx_give_stored(sbx, errand->sale_id, reply);
}

static bool is_one_sale(const struct bt_sbx_sale *paid, const struct bt_sbx_sale *docket)
{
	struct bt_sbx_core held, asked;
	bt_sbx_core_of(paid, "", &held);
	bt_sbx_core_of(docket, "", &asked);
	if (paid->rev != docket->rev)
		asked.units = held.units;
	return bt_sbx_core_equal(&held, &asked);
}

/* A sale of which only its payment is known here: its terminal stopped before it could say that the bank did not. */
static enum bt_sbx_code find_intent(struct bt_sbx *sbx, const char *sale_id, struct bt_sbx_sale *out, char **text)
{
	char *paid = bt_sbx_payment_paid_record(sbx->db, sale_id);
	struct bt_sbx_payment payment;
	/* The bank has collected it, and for what its counter has yet to say. */
	if (!paid && bt_sbx_payment_of_sale(sbx->db, sale_id, &payment))
		return BT_SBX_UNKNOWN_DOCKET;
	if (!paid)
		return bt_sbx_payment_is_known(sbx->db, sale_id) ? BT_SBX_PAYMENT_OPEN : BT_SBX_UNKNOWN_DOCKET;
	json_t *record = bt_sbx_json_parse(paid, strlen(paid));
	bool ok = record && bt_sbx_sale_read(record, out);
	json_decref(record);
	if (ok)
		*text = paid;
	else
		free(paid);
	return ok ? BT_SBX_NONE : BT_SBX_INTERNAL;
}

/* What is to be committed: the owner's record where it has come, what the docket says where it has not. *text is yours.
 */
static enum bt_sbx_code find_sale(struct bt_sbx *sbx, const struct errand *errand, struct bt_sbx_sale *out, char **text)
{
	char stored[RECORD_MAX] = "";
	sqlite3_stmt *row = bt_sbx_store_ask(sbx->db, "SELECT sale FROM paid WHERE sale_id=?", "t", errand->sale_id);
	if (row && sqlite3_step(row) == SQLITE_ROW)
		bt_sbx_column_text(row, 0, stored, sizeof stored);
	sqlite3_finalize(row);
	if (!*stored && !*errand->text)
		bt_sbx_app_record(sbx->db, errand->sale_id, stored, sizeof stored);
	json_t *record = *stored ? bt_sbx_json_parse(stored, strlen(stored)) : NULL;
	bool has_paid = record && bt_sbx_sale_read(record, out);
	json_decref(record);
	if (!has_paid && !*errand->text)
		return find_intent(sbx, errand->sale_id, out, text);
	if (has_paid && *errand->text && !is_one_sale(out, &errand->docket))
		return BT_SBX_ID_CONFLICT;
	bool from_docket = !has_paid || (*errand->text && errand->docket.rev > out->rev);
	if (from_docket)
		*out = errand->docket;
	*text = from_docket ? bt_sbx_docket_record(errand->text, out) : strdup(stored);
	return *text ? BT_SBX_NONE : BT_SBX_INTERNAL;
}

/* The key has changed since: the same minute under the new key, as long as the meter remembers its minutes (PROTOCOL
 * T6). What the owner knows it by is kept, so that its own record is still the same sale. */
static enum bt_sbx_code renew_key(struct bt_sbx *sbx, struct bt_sbx_sale *sale, struct bt_sbx_reply *reply)
{
	struct bt_sbx_consumer consumer;
	char former[80];
	if (!bt_sbx_key_change_release(sbx->db))
		return BT_SBX_INTERNAL;
	if (!sale->has_key || !bt_sbx_consumer_find(sbx->db, sale->connection, &consumer) ||
	    strcmp(consumer.meter, sale->meter) != 0 || bt_sbx_check_key(sbx, sale, &consumer) == BT_SBX_NONE)
		return BT_SBX_NONE;
	bt_sbx_key_id_text(sale, former);
	if (!bt_sbx_follow_key(sbx, &consumer, sale)) {
		reply->reason_en =
		    "The meter got a new key since this was paid. The office must look at the meter first.";
		reply->reason_hi = "भुगतान के बाद मीटर की कुंजी नई हुई है। पहले दफ़्तर को मीटर देखना होगा।";
		return BT_SBX_KEY_MISMATCH;
	}
	return bt_sbx_store_run(sbx->db, "INSERT OR REPLACE INTO rekeyed(sale_id, key_id) VALUES(?,?)", "tt",
				sale->sale_id, former)
		   ? BT_SBX_NONE
		   : BT_SBX_INTERNAL;
}

static enum bt_sbx_code commit(struct bt_sbx *sbx, const struct errand *errand, struct bt_sbx_reply *reply)
{
	struct bt_sbx_sale sale;
	char *text = NULL;
	enum bt_sbx_code code = find_sale(sbx, errand, &sale, &text);
	if (code == BT_SBX_NONE && !errand->is_ruled && is_going_back(sbx, sale.terminal, errand->sale_id))
		code = say_taken_back(reply);
	if (code == BT_SBX_NONE)
		code = check_forgotten(sbx, errand, sale.terminal, sale.paid_at);
	if (code == BT_SBX_NONE)
		code = renew_key(sbx, &sale, reply);
	if (code == BT_SBX_NONE)
		code =
		    (errand->is_ruled ? bt_sbx_sell_as_paid : bt_sbx_sell_new)(sbx, errand->caller, &sale, text, reply);
	if (code == BT_SBX_NONE && !bt_sbx_ledger_tell(sbx->db, errand->sale_id, errand->caller))
		code = BT_SBX_INTERNAL;
	free(text);
	return code;
}

/* Its token was given, and the meter refused it. */
static enum bt_sbx_code replace(struct bt_sbx *sbx, const struct errand *errand, const struct bt_sbx_entry *entry,
				struct bt_sbx_reply *reply)
{
	enum bt_sbx_code code = errand->era == sbx->era
				    ? bt_sbx_reissue(sbx, entry, errand->caller, errand->inspected_by, reply)
				    : BT_SBX_ERA;
	if (code == BT_SBX_NONE && !bt_sbx_store_commit(sbx->db))
		code = BT_SBX_INTERNAL;
	return code == BT_SBX_NONE ? bt_sbx_give_stored(sbx, errand->sale_id, reply) : code;
}

/* What the meter did is known by whoever looked at it. */
static bool read_refused(const json_t *body, struct errand *errand)
{
	const json_t *refused = json_object_get(body, "refused");
	return !refused || (bt_sbx_json_text(refused, "by", errand->inspected_by, sizeof errand->inspected_by) &&
			    *errand->inspected_by);
}

static enum bt_sbx_code finish(struct bt_sbx *sbx, struct errand *errand, const json_t *body,
			       struct bt_sbx_reply *reply)
{
	struct bt_sbx_terminal caller;
	struct bt_sbx_entry entry;
	bool has_text = json_object_get(body, "docket") != NULL;
	if (!bt_sbx_json_int(body, "era", 0, INT64_MAX, &errand->era) ||
	    (has_text && !bt_sbx_json_text(body, "docket", errand->text, sizeof errand->text)) ||
	    !read_refused(body, errand))
		return BT_SBX_MALFORMED;
	if (has_text && !bt_sbx_docket_read(errand->text, &errand->docket))
		return BT_SBX_DOCKET_INVALID;
	if (!bt_sbx_store_begin(sbx->db))
		return BT_SBX_INTERNAL;
	if (!bt_sbx_terminal_find(sbx->db, errand->caller, &caller) || caller.is_revoked)
		return BT_SBX_REVOKED;
	errand->is_ruled = bt_sbx_is_to_give(sbx->db, errand->sale_id);
	enum bt_sbx_code code = has_text ? check_docket(sbx, errand) : BT_SBX_NONE;
	if (code != BT_SBX_NONE)
		return code;
	bool known = bt_sbx_ledger_find(sbx->db, errand->sale_id, &entry);
	bool is_closed = known && strcmp(entry.state, "committed") != 0;
	if (is_closed && !errand->is_ruled)
		return say_closed(sbx, errand, reply);
	known = known && !is_closed;
	if (*errand->inspected_by)
		return known ? replace(sbx, errand, &entry, reply) : BT_SBX_TID_ALONE;
	if (known)
		return give_again(sbx, errand, &entry, reply);
	return errand->era == sbx->era ? commit(sbx, errand, reply) : BT_SBX_ERA;
}

/* ---- what its counter can say no more ---- */

/* Refusals that stay, whoever asks and when. Not those of a moment, of whoever asks, or of a paper that is not genuine;
 * where a docket is not its counter's record the record counts, by its number. */
static bool stays(enum bt_sbx_code code)
{
	static const enum bt_sbx_code codes[] = {
	    BT_SBX_OFFICE,         BT_SBX_REVERSED,         BT_SBX_TOMBSTONE,      BT_SBX_FIGURES,
	    BT_SBX_BLOCKED,        BT_SBX_UNKNOWN_CONSUMER, BT_SBX_METER_MISMATCH, BT_SBX_DELIVERY,
	    BT_SBX_DUES_TOO_MUCH,  BT_SBX_BELOW_MINIMUM,    BT_SBX_ABOVE_MAXIMUM,  BT_SBX_KEY_MISMATCH,
	    BT_SBX_TID_RANGE,      BT_SBX_TID_LANE,         BT_SBX_TID_USED,       BT_SBX_DOCKET_REVOKED,
	    BT_SBX_UNKNOWN_DOCKET,
	};
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (codes[i] == code)
			return true;
	return false;
}

/* Of what is given on the office's word: another sale has its minute since, or the meter is another one. */
static bool is_past_giving(enum bt_sbx_code code)
{
	return code == BT_SBX_TID_USED || code == BT_SBX_TID_LANE || code == BT_SBX_METER_MISMATCH ||
	       code == BT_SBX_KEY_MISMATCH || code == BT_SBX_UNKNOWN_CONSUMER || code == BT_SBX_DELIVERY;
}

static enum bt_sbx_code say_office(struct bt_sbx *sbx, const struct errand *errand, enum bt_sbx_code code,
				   struct bt_sbx_reply *reply)
{
	reply->reason_en = reply->reason_hi = NULL;
	if (bt_sbx_refund_is_begun(sbx->db, errand->sale_id)) {
		reply->reason_en =
		    "A refund was begun at that counter and is not confirmed. The office decides: token or money.";
		reply->reason_hi = "उस काउंटर पर पैसा लौटाना शुरू हुआ था, पर पक्का नहीं हुआ। अब दफ़्तर तय करेगा: टोकन या पैसा।";
	}
	json_decref(reply->body);
	reply->body = json_pack("{s:s}", "why", bt_sbx_refusal_of(code)->name);
	return BT_SBX_OFFICE;
}

/* A genuine paper is never left without a way out: where its counter is gone the office has it from here on. */
static enum bt_sbx_code lay_before_office(struct bt_sbx *sbx, const struct errand *errand, enum bt_sbx_code code,
					  struct bt_sbx_reply *reply)
{
	char owner[9];
	bt_sbx_store_rollback(sbx->db);
	bt_sbx_owner_of(sbx->db, errand->sale_id, owner);
	if (!*owner)
		snprintf(owner, sizeof owner, "%s", errand->docket.terminal);
	if (!bt_sbx_is_gone(sbx->db, owner))
		return code;
	if (!bt_sbx_store_begin(sbx->db) ||
	    (errand->is_ruled && is_past_giving(code) && !bt_sbx_ask_office_again(sbx->db, errand->sale_id)) ||
	    !bt_sbx_lay_before_office(sbx->db, errand->sale_id, owner, errand->text, code))
		return BT_SBX_INTERNAL;
	if (!bt_sbx_waits_for_office(sbx->db, errand->sale_id))
		return code;
	return bt_sbx_store_commit(sbx->db) ? say_office(sbx, errand, code, reply) : BT_SBX_INTERNAL;
}

enum bt_sbx_code bt_sbx_call_finish(struct bt_sbx *sbx, const struct bt_sbx_request *request,
				    struct bt_sbx_reply *reply)
{
	struct errand errand = {.sale_id = request->name, .caller = request->terminal};
	if (!bt_sbx_is_sale_id(request->name))
		return BT_SBX_MALFORMED;
	snprintf(reply->sale_id, sizeof reply->sale_id, "%s", request->name);
	reply->moves_money = true;
	json_t *body = bt_sbx_json_parse(request->body, request->body_len);
	enum bt_sbx_code code = body ? finish(sbx, &errand, body, reply) : BT_SBX_MALFORMED;
	json_decref(body);
	return stays(code) ? lay_before_office(sbx, &errand, code, reply) : code;
}
