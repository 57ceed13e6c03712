/* Calls about payments by UPI: a QR asked for, what the bank says of it, and letting it go. */
#include <inttypes.h>
#include <string.h>

#include "core/wire/rest.h"

#define RECORD_MAX 8192
#define UTR_DIGITS 12 /* Source: UPI (NPCI) */

/* ---- asking ---- */

static enum bt_err put_payments_path(const struct bt_call *call, struct bt_buf *path)
{
	(void)call;
	return bt_buf_put_text(path, "/v1/payments");
}

static enum bt_err put_payment_path(const struct bt_call *call, struct bt_buf *path)
{
	if (!bt_rest_is_sale_id(call->text))
		return BT_EINPUT;
	return bt_buf_printf(path, "/v1/payments/%s", call->text);
}

static enum bt_err put_close_path(const struct bt_call *call, struct bt_buf *path)
{
	if (!bt_rest_is_sale_id(call->text))
		return BT_EINPUT;
	return bt_buf_printf(path, "/v1/payments/%s/close", call->text);
}

/* A record whose one tender is not this payment would be collected under another name. */
static bool is_record_of(const struct bt_call *call)
{
	char sale_id[37], tender_id[37];
	json_t *record = NULL;
	const json_t *tenders;
	bool same;

	if (bt_json_parse(call->body, RECORD_MAX, &record, NULL) != BT_OK)
		return false;
	tenders = bt_json_array(record, "tenders");
	same = bt_json_text(record, "sale_id", sale_id, sizeof sale_id) == BT_OK &&
	       strcmp(sale_id, call->sale_id) == 0 && json_array_size(tenders) == 1 &&
	       bt_json_text(json_array_get(tenders, 0), "id", tender_id, sizeof tender_id) == BT_OK &&
	       strcmp(tender_id, call->text) == 0;
	json_decref(record);
	return same;
}

static enum bt_err put_open(const struct bt_call *call, struct bt_buf *body)
{
	enum bt_err err;

	if (!bt_rest_is_sale_id(call->sale_id) || !bt_rest_is_sale_id(call->text) || call->era < 1 ||
	    !is_record_of(call))
		return BT_EINPUT;
	err = bt_buf_printf(body, "{\"era\":%" PRId64 ",\"payment_id\":\"%s\",\"sale\":", call->era, call->text);
	if (!err)
		err = bt_buf_put(body, call->body.data, call->body.len);
	return err ? err : bt_buf_put_text(body, "}");
}

static enum bt_err put_close(const struct bt_call *call, struct bt_buf *body)
{
	if (call->era < 1)
		return BT_EINPUT;
	return bt_buf_printf(body, "{\"era\":%" PRId64 "}", call->era);
}

/* ---- reading a good answer ---- */

static enum bt_err read_status(const json_t *reply, enum bt_payment_status *out)
{
	static const char *const words[] = {[BT_PAYMENT_ACTIVE] = "active",
					    [BT_PAYMENT_PAID] = "paid",
					    [BT_PAYMENT_CLOSED] = "closed",
					    [BT_PAYMENT_EXPIRED] = "expired"};
	char text[16];

	if (bt_json_text(reply, "status", text, sizeof text) != BT_OK)
		return BT_EFORMAT;
	for (size_t i = BT_PAYMENT_ACTIVE; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(text, words[i]) == 0) {
			*out = (enum bt_payment_status)i;
			return BT_OK;
		}
	return BT_EFORMAT;
}

static enum bt_err read_attempt(const json_t *reply, enum bt_payment_attempt *out)
{
	static const char *const words[] = {
	    [BT_ATTEMPT_NONE] = "none", [BT_ATTEMPT_FAILED] = "failed", [BT_ATTEMPT_UNSURE] = "unsure"};
	char text[16];

	if (bt_json_text(reply, "attempt", text, sizeof text) != BT_OK)
		return BT_EFORMAT;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(text, words[i]) == 0) {
			*out = (enum bt_payment_attempt)i;
			return BT_OK;
		}
	return BT_EFORMAT;
}

/* Which payment it is about. A tombstone knows no sale. */
static enum bt_err read_names(const struct bt_call *call, const json_t *reply, bool sale_known, struct bt_answer *out)
{
	char payment_id[37], sale_id[37];

	if (bt_json_text(reply, "payment_id", payment_id, sizeof payment_id) != BT_OK ||
	    strcmp(payment_id, call->text) != 0 || bt_json_text(reply, "sale_id", sale_id, sizeof sale_id) != BT_OK ||
	    (strcmp(sale_id, call->sale_id) != 0 && (sale_known || sale_id[0])))
		return BT_EFORMAT;
	(void)bt_text_copy(out->sale_id, sizeof out->sale_id, call->sale_id);
	return bt_text_copy(out->payment.payment_id, sizeof out->payment.payment_id, payment_id);
}

static enum bt_err read_qr(const struct bt_call *call, const json_t *reply, struct bt_answer *out)
{
	struct bt_payment_word *word = &out->payment;

	if (read_names(call, reply, true, out) != BT_OK || read_status(reply, &word->status) != BT_OK ||
	    bt_json_text(reply, "qr", word->qr, sizeof word->qr) != BT_OK || !bt_payment_is_link(word->qr))
		return BT_EFORMAT;
	return bt_json_int(reply, "expires_at", 0, INT64_MAX, &word->expires_at_ms);
}

/* Money is told only with its amount and the twelve digits that name it at the bank. */
static enum bt_err read_word(const struct bt_call *call, const json_t *reply, struct bt_answer *out)
{
	struct bt_payment_word *word = &out->payment;

	if (read_status(reply, &word->status) != BT_OK || read_attempt(reply, &word->attempt) != BT_OK ||
	    read_names(call, reply, word->status == BT_PAYMENT_PAID, out) != BT_OK ||
	    bt_json_int(reply, "amount_paise", 0, BT_PAISE_MAX, &word->amount) != BT_OK ||
	    bt_json_int(reply, "paid_at", 0, INT64_MAX, &word->paid_at_ms) != BT_OK ||
	    bt_json_text(reply, "utr", word->utr, sizeof word->utr) != BT_OK)
		return BT_EFORMAT;
	if (word->status != BT_PAYMENT_PAID)
		return word->utr[0] ? BT_EFORMAT : BT_OK;
	return word->amount > 0 && strlen(word->utr) == UTR_DIGITS && bt_text_is_digits(word->utr) ? BT_OK : BT_EFORMAT;
}

const struct bt_rest_call bt_rest_payment_open = {.method = "POST",
						  .put_path = put_payments_path,
						  .put_body = put_open,
						  .good_status = {200, 201},
						  .members = {{"time", BT_MEMBER_COUNT}},
						  .read_good = read_qr,
						  .about_sale = true};

const struct bt_rest_call bt_rest_payment = {.method = "GET",
					     .put_path = put_payment_path,
					     .good_status = {200, 200},
					     .members = {{"time", BT_MEMBER_COUNT}},
					     .read_good = read_word};

const struct bt_rest_call bt_rest_payment_close = {.method = "POST",
						   .put_path = put_close_path,
						   .put_body = put_close,
						   .good_status = {200, 200},
						   .members = {{"time", BT_MEMBER_COUNT}},
						   .read_good = read_word};
