/* A QR asked for, what the bank says of it, and its end: the three calls of a payment. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sandbox/bytes.h"
#include "core/sandbox/call.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/crypto.h"
#include "core/sandbox/json_in.h"
#include "core/sandbox/ledger.h"
#include "core/sandbox/payments.h"
#include "core/sandbox/sell.h"
#include "core/sandbox/terminal.h"
#include "core/sandbox/upi_link.h"

#define REFERENCE_BYTES 8

/* ---- what is said of one ---- */

static json_t *describe(const struct bt_sbx *sbx, const struct bt_sbx_payment *payment)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:I, s:I, s:I}", "payment_id", payment->payment_id, "sale_id",
			 payment->sale_id, "status", payment->status, "attempt", payment->attempt, "amount_paise",
			 (json_int_t)payment->paise, "utr", payment->utr, "paid_at", (json_int_t)payment->paid_at,
			 "time", (json_int_t)bt_sbx_now_ms(), "era", (json_int_t)sbx->era);
}

static enum bt_sbx_code give_qr(const struct bt_sbx *sbx, const struct bt_sbx_payment *payment,
				struct bt_sbx_reply *reply)
{
	reply->body = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I}", "payment_id", payment->payment_id, "sale_id",
				payment->sale_id, "status", payment->status, "qr", payment->qr, "expires_at",
				(json_int_t)payment->expires_at, "time", (json_int_t)bt_sbx_now_ms(), "era",
				(json_int_t)sbx->era);
	return reply->body ? BT_SBX_NONE : BT_SBX_INTERNAL;
}

/* Of those that a terminal asked the payment service for the head-end hears by the record alone, and by the bank's
 * statement. */
static bool is_own(const struct bt_sbx_payment *payment)
{
	return strcmp(payment->way, "head-end") == 0;
}

/* A refusal names the payment that was asked about. */
static enum bt_sbx_code name_payment(enum bt_sbx_code code, const char *payment_id, struct bt_sbx_reply *reply)
{
	if (code == BT_SBX_NONE)
		return code;
	if (!reply->body)
		reply->body = json_object();
	json_object_set_new(reply->body, "payment_id", json_string(payment_id));
	return code;
}

/* ---- asking for a QR ---- */

/* An intent: one tender, by UPI, of this name and the whole amount; nothing is known of the bank's word yet. */
static bool is_intent(const json_t *record, const struct bt_sbx_sale *sale, const char *payment_id)
{
	const json_t *tenders = json_object_get(record, "tenders");
	const json_t *tender = json_array_get(tenders, 0);
	char id[BT_SBX_PAYMENT_ID_LEN + 1], kind[8], utr[2] = "";
	int64_t paise = 0;
	if (json_array_size(tenders) != 1 || !bt_sbx_json_text(tender, "id", id, sizeof id) ||
	    !bt_sbx_json_text(tender, "kind", kind, sizeof kind) ||
	    !bt_sbx_json_int(tender, "paise", 1, INT64_MAX, &paise))
		return false;
	if (json_object_get(tender, "reference") && !bt_sbx_json_text(tender, "reference", utr, sizeof utr))
		return false;
	return strcmp(kind, "upi") == 0 && strcmp(id, payment_id) == 0 && paise == sale->amount_paise && !*utr;
}

/* The same sale and the same amount: the QR of then, with what became of it. */
static enum bt_sbx_code answer_known(struct bt_sbx *sbx, const struct bt_sbx_payment *payment,
				     const struct bt_sbx_sale *sale, struct bt_sbx_reply *reply)
{
	char text[BT_SBX_RECORD_MAX];
	struct bt_sbx_sale known;
	struct bt_sbx_core held, asked;
	if (strcmp(payment->status, "closed") == 0)
		return BT_SBX_PAYMENT_CLOSED;
	bt_sbx_payment_record(sbx->db, payment->payment_id, text);
	json_t *record = bt_sbx_json_parse(text, strlen(text));
	bool ok = record && bt_sbx_sale_read(record, &known);
	json_decref(record);
	if (!ok)
		return BT_SBX_PAYMENT_DIFFERS;
	bt_sbx_core_of(&known, "", &held);
	bt_sbx_core_of(sale, "", &asked);
	return bt_sbx_core_equal(&held, &asked) ? give_qr(sbx, payment, reply) : BT_SBX_PAYMENT_DIFFERS;
}

/* Nobody is asked for money for a sale that has it, or that is closed. */
static enum bt_sbx_code check_sale_is_open(struct bt_sbx *sbx, const char *sale_id, struct bt_sbx_reply *reply)
{
	struct bt_sbx_entry entry;
	struct bt_sbx_payment paid;
	if (bt_sbx_payment_of_sale(sbx->db, sale_id, &paid)) {
		reply->body = json_pack("{s:s, s:s}", "paid_payment_id", paid.payment_id, "utr", paid.utr);
		return BT_SBX_PAYMENT_PAID;
	}
	if (!bt_sbx_ledger_find(sbx->db, sale_id, &entry))
		return BT_SBX_NONE;
	if (strcmp(entry.state, "committed") == 0)
		return BT_SBX_PAYMENT_PAID;
	return strcmp(entry.state, "reversed") == 0 ? BT_SBX_REVERSED : BT_SBX_TOMBSTONE;
}

static bool make_payment(const char *payment_id, const struct bt_sbx_sale *sale, struct bt_sbx_payment *out)
{
	uint8_t raw[REFERENCE_BYTES];
	int64_t now_ms = bt_sbx_now_ms();
	*out = (struct bt_sbx_payment){.way = "head-end",
				       .status = "active",
				       .attempt = "none",
				       .paise = sale->amount_paise,
				       .made_at = now_ms,
				       .expires_at = now_ms + BT_SBX_PAYMENT_MS};
	bt_sbx_random(raw, sizeof raw);
	bt_sbx_hex_encode(raw, sizeof raw, out->reference);
	snprintf(out->payment_id, sizeof out->payment_id, "%s", payment_id);
	snprintf(out->sale_id, sizeof out->sale_id, "%s", sale->sale_id);
	snprintf(out->terminal, sizeof out->terminal, "%s", sale->terminal);
	return bt_sbx_upi_link_make(out->reference, out->paise, sale->connection, out->qr, sizeof out->qr);
}

static enum bt_sbx_code ask_bank(struct bt_sbx *sbx, const char *payment_id, const struct bt_sbx_sale *sale,
				 const json_t *record, struct bt_sbx_reply *reply)
{
	struct bt_sbx_payment payment;
	/* Refused before there is money rather than after. */
	enum bt_sbx_code code = bt_sbx_sell_check(sbx, sale, reply);
	if (code != BT_SBX_NONE)
		return code;
	char *text = bt_sbx_json_canonical(record);
	bool fits = text && strlen(text) < BT_SBX_RECORD_MAX;
	bool ok = fits && make_payment(payment_id, sale, &payment) && bt_sbx_payment_put(sbx->db, &payment, text) &&
		  bt_sbx_store_commit(sbx->db);
	free(text);
	if (!ok)
		return fits ? BT_SBX_INTERNAL : BT_SBX_MALFORMED;
	reply->status = 201;
	return give_qr(sbx, &payment, reply);
}

static enum bt_sbx_code pay(struct bt_sbx *sbx, const char *caller, const json_t *body, struct bt_sbx_reply *reply)
{
	struct bt_sbx_sale sale;
	struct bt_sbx_payment payment;
	char payment_id[BT_SBX_PAYMENT_ID_LEN + 1], id[BT_SBX_SALE_ID_LEN + 1];
	int64_t era = 0;
	const json_t *record = json_object_get(body, "sale");
	if (bt_sbx_json_text(record, "sale_id", id, sizeof id) && bt_sbx_is_sale_id(id))
		snprintf(reply->sale_id, sizeof reply->sale_id, "%s", id);
	if (!bt_sbx_json_text(body, "payment_id", payment_id, sizeof payment_id) || !bt_sbx_is_sale_id(payment_id) ||
	    !bt_sbx_json_int(body, "era", 0, INT64_MAX, &era) || !bt_sbx_sale_read(record, &sale) ||
	    !is_intent(record, &sale, payment_id))
		return BT_SBX_MALFORMED;
	if (strcmp(sale.terminal, caller) != 0)
		return name_payment(BT_SBX_WRONG_TERMINAL, payment_id, reply);
	if (!bt_sbx_store_begin(sbx->db))
		return BT_SBX_INTERNAL;
	if (bt_sbx_payment_find(sbx->db, payment_id, &payment))
		return name_payment(answer_known(sbx, &payment, &sale, reply), payment_id, reply);
	enum bt_sbx_code code = era == sbx->era ? check_sale_is_open(sbx, sale.sale_id, reply) : BT_SBX_ERA;
	if (code == BT_SBX_NONE)
		code = ask_bank(sbx, payment_id, &sale, record, reply);
	return name_payment(code, payment_id, reply);
}

enum bt_sbx_code bt_sbx_call_pay(struct bt_sbx *sbx, const struct bt_sbx_request *request, struct bt_sbx_reply *reply)
{
	json_t *body = bt_sbx_json_parse(request->body, request->body_len);
	reply->moves_money = true;
	enum bt_sbx_code code = body ? pay(sbx, request->terminal, body, reply) : BT_SBX_MALFORMED;
	json_decref(body);
	return code;
}

/* ---- asking after it ---- */

enum bt_sbx_code bt_sbx_call_payment(struct bt_sbx *sbx, const struct bt_sbx_request *request,
				     struct bt_sbx_reply *reply)
{
	struct bt_sbx_payment payment;
	if (!bt_sbx_is_sale_id(request->name))
		return BT_SBX_MALFORMED;
	if (!bt_sbx_payment_find(sbx->db, request->name, &payment) || !is_own(&payment))
		return name_payment(BT_SBX_UNKNOWN_PAYMENT, request->name, reply);
	snprintf(reply->sale_id, sizeof reply->sale_id, "%s", payment.sale_id);
	reply->body = describe(sbx, &payment);
	return reply->body ? BT_SBX_NONE : BT_SBX_INTERNAL;
}

/* ---- letting go ---- */

static struct bt_sbx_payment make_closed(const struct bt_sbx_request *request)
{
	struct bt_sbx_payment closed = {.way = "head-end",
					.status = "closed",
					.attempt = "none",
					.made_at = bt_sbx_now_ms(),
					.expires_at = bt_sbx_now_ms()};
	snprintf(closed.payment_id, sizeof closed.payment_id, "%s", request->name);
	snprintf(closed.terminal, sizeof closed.terminal, "%s", request->terminal);
	return closed;
}

/* "Not there" becomes definite: whatever comes later under this name finds it closed. */
static bool put_closed(struct bt_sbx *sbx, const struct bt_sbx_request *request)
{
	struct bt_sbx_payment closed = make_closed(request);
	return bt_sbx_payment_put(sbx->db, &closed, NULL);
}

static enum bt_sbx_code close_payment(struct bt_sbx *sbx, const struct bt_sbx_request *request,
				      struct bt_sbx_reply *reply)
{
	struct bt_sbx_payment payment;
	struct bt_sbx_terminal caller;
	if (!bt_sbx_store_begin(sbx->db))
		return BT_SBX_INTERNAL;
	if (!bt_sbx_terminal_find(sbx->db, request->terminal, &caller) || caller.is_revoked)
		return BT_SBX_REVOKED;
	bool known = bt_sbx_payment_find(sbx->db, request->name, &payment);
	if (known && strcmp(payment.terminal, request->terminal) != 0)
		return BT_SBX_WRONG_TERMINAL;
	if (known && !is_own(&payment)) {
		payment = make_closed(request);
		reply->body = describe(sbx, &payment);
		return reply->body ? BT_SBX_NONE : BT_SBX_INTERNAL;
	}
	if (known ? !bt_sbx_payment_close(sbx->db, request->name) : !put_closed(sbx, request))
		return BT_SBX_INTERNAL;
	if (!bt_sbx_payment_find(sbx->db, request->name, &payment) || !bt_sbx_store_commit(sbx->db))
		return BT_SBX_INTERNAL;
	reply->body = describe(sbx, &payment);
	return reply->body ? BT_SBX_NONE : BT_SBX_INTERNAL;
}

enum bt_sbx_code bt_sbx_call_close_payment(struct bt_sbx *sbx, const struct bt_sbx_request *request,
					   struct bt_sbx_reply *reply)
{
	int64_t era = 0;
	json_t *body = bt_sbx_json_parse(request->body, request->body_len);
	bool ok = body && bt_sbx_is_sale_id(request->name) && bt_sbx_json_int(body, "era", 0, INT64_MAX, &era);
	json_decref(body);
	reply->moves_money = true;
	if (!ok)
		return BT_SBX_MALFORMED;
	return name_payment(era == sbx->era ? close_payment(sbx, request, reply) : BT_SBX_ERA, request->name, reply);
}
