/* The public QR interface of a payment service, one step of a question at a time. Source: Razorpay QR Codes API; facts
 * of vending 3.2. */
#include "core/wire/psp.h"

#include <inttypes.h>
#include <string.h>

#include "core/base/json.h"

#define RECORD_MAX    8192
#define REPLY_MAX     65536
#define AROUND_S      900 /* the clocks of counter and service may differ */
#define SHOWN_MS      INT64_C(300000)
#define UTR_DIGITS    12 /* Source: UPI (NPCI) */
#define QR_CODES      "/v1/payments/qr_codes"
#define ID_LETTERS    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"
#define SECONDS_MAX   INT64_C(253402300799)
#define CLEAN_COLUMNS 120

/* ---- asking ---- */

/* When the payment was named: the first 48 bits of its id. */
static enum bt_err read_named_s(const char *payment_id, int64_t *out)
{
	uint8_t raw[6];
	char hex[13];

	if (strlen(payment_id) != 36)
		return BT_EINPUT;
	(void)bt_text_printf(hex, sizeof hex, "%.8s%.4s", payment_id, payment_id + 9);
	if (bt_hex_decode(hex, raw, sizeof raw) != BT_OK)
		return BT_EINPUT;
	*out = (int64_t)(((uint64_t)bt_be32_get(raw) << 16 | (uint64_t)raw[4] << 8 | raw[5]) / 1000);
	return BT_OK;
}

static enum bt_err put_look(const struct bt_call *call, struct bt_http_request *out)
{
	int64_t named_s = 0;
	enum bt_err err = read_named_s(call->text, &named_s);

	out->method = "GET";
	return err ? err
		   : bt_text_printf(out->path, sizeof out->path,
				    QR_CODES "?from=%" PRId64 "&to=%" PRId64 "&count=%d&skip=%d", named_s - AROUND_S,
				    named_s + AROUND_S, BT_PSP_PAGE, call->psp.page * BT_PSP_PAGE);
}

/* Of the sale the service learns the amount, and names by which the money is found again. */
static enum bt_err put_wish(const struct bt_call *call, const json_t *record, struct bt_buf *body)
{
	char terminal[16], connection[16];
	int64_t paise = 0;
	json_t *wish;
	enum bt_err err;

	if (bt_json_text(record, "terminal", terminal, sizeof terminal) != BT_OK ||
	    bt_json_text(record, "connection", connection, sizeof connection) != BT_OK ||
	    bt_json_int(record, "amount_paise", 1, BT_PAISE_MAX, &paise) != BT_OK)
		return BT_EINPUT;
	wish = json_pack("{s:s, s:s, s:s, s:b, s:I, s:I, s:{s:s, s:s, s:s, s:s}}", "type", "upi_qr", "name", terminal,
			 "usage", "single_use", "fixed_amount", 1, "payment_amount", (json_int_t)paise, "close_by",
			 (json_int_t)call->psp.close_by_s, "notes", "payment_id", call->text, "sale_id", call->sale_id,
			 "terminal", terminal, "connection", connection);
	err = wish ? bt_json_encode(wish, body) : BT_ENOMEM;
	json_decref(wish);
	return err;
}

static enum bt_err put_make(const struct bt_call *call, struct bt_http_request *out)
{
	json_t *record = NULL;
	enum bt_err err = bt_json_parse(call->body, RECORD_MAX, &record, NULL);

	out->method = "POST";
	if (!err)
		err = bt_text_printf(out->path, sizeof out->path, QR_CODES);
	if (!err)
		err = put_wish(call, record, &out->body);
	json_decref(record);
	return err == BT_ENOMEM || err == BT_EFULL ? err : err ? BT_EINPUT : BT_OK;
}

static enum bt_err put_one(const struct bt_call *call, const char *method, const char *tail,
			   struct bt_http_request *out)
{
	const char *id = call->psp.qr_id;

	out->method = method;
	if (!id[0] || id[strspn(id, ID_LETTERS)] != '\0')
		return BT_EINPUT;
	return bt_text_printf(out->path, sizeof out->path, QR_CODES "/%s%s", id, tail);
}

static enum bt_err put_close(const struct bt_call *call, struct bt_http_request *out)
{
	enum bt_err err = put_one(call, "POST", "/close", out);

	return err ? err : bt_buf_put_text(&out->body, "{}");
}

static enum bt_err put_money(const struct bt_call *call, struct bt_http_request *out)
{
	return put_one(call, "GET", "/payments?count=50", out);
}

static enum bt_err put_state(const struct bt_call *call, struct bt_http_request *out)
{
	return put_one(call, "GET", "", out);
}

/* ---- reading ---- */

static enum bt_err read_status(const json_t *qr, struct bt_payment_word *out)
{
	char status[16], reason[24] = "";
	int64_t count = 0;

	if (bt_json_text(qr, "status", status, sizeof status) != BT_OK ||
	    bt_json_int(qr, "payments_count_received", 0, INT32_MAX, &count) != BT_OK)
		return BT_EFORMAT;
	if (bt_json_has(qr, "close_reason") && bt_json_text(qr, "close_reason", reason, sizeof reason) != BT_OK)
		return BT_EFORMAT;
	/* There is money, and its payment will tell how much. */
	if (count > 0 || strcmp(reason, "paid") == 0) {
		out->status = BT_PAYMENT_ACTIVE;
		out->attempt = BT_ATTEMPT_UNSURE;
		return BT_OK;
	}
	if (strcmp(status, "active") != 0 && strcmp(status, "closed") != 0)
		return BT_EFORMAT;
	out->status = strcmp(status, "active") == 0      ? BT_PAYMENT_ACTIVE
		      : strcmp(reason, "on_demand") == 0 ? BT_PAYMENT_CLOSED
							 : BT_PAYMENT_EXPIRED;
	return BT_OK;
}

static bool names_payment(const struct bt_call *call, const json_t *qr)
{
	const json_t *notes = bt_json_object(qr, "notes");
	char payment_id[37], sale_id[37];

	return notes && bt_json_text(notes, "payment_id", payment_id, sizeof payment_id) == BT_OK &&
	       strcmp(payment_id, call->text) == 0 &&
	       bt_json_text(notes, "sale_id", sale_id, sizeof sale_id) == BT_OK && strcmp(sale_id, call->sale_id) == 0;
}

static enum bt_err read_qr(const struct bt_call *call, const json_t *qr, struct bt_answer *out)
{
	struct bt_payment_word word = {.status = BT_PAYMENT_UNKNOWN};
	int64_t created_s = 0;

	if (!names_payment(call, qr) || bt_json_text(qr, "id", word.qr_id, sizeof word.qr_id) != BT_OK ||
	    !word.qr_id[0] || word.qr_id[strspn(word.qr_id, ID_LETTERS)] != '\0' ||
	    bt_json_int(qr, "payment_amount", 1, BT_PAISE_MAX, &word.amount) != BT_OK ||
	    bt_json_int(qr, "created_at", 0, SECONDS_MAX, &created_s) != BT_OK || read_status(qr, &word) != BT_OK ||
	    bt_json_text(qr, "image_content", word.qr, sizeof word.qr) != BT_OK || !bt_payment_is_link(word.qr))
		return BT_EFORMAT;
	out->server_time_ms = created_s * 1000;
	word.expires_at_ms = created_s * 1000 + SHOWN_MS;
	word.listed = out->payment.listed;
	out->payment = word;
	return BT_OK;
}

/* One that has money before any other: a request whose answer was lost may have left a second. */
static enum bt_err read_list(const struct bt_call *call, const json_t *reply, struct bt_answer *out)
{
	const json_t *items = bt_json_array(reply, "items");

	if (!items || json_array_size(items) > BT_PSP_PAGE)
		return BT_EFORMAT;
	out->payment.listed = (int)json_array_size(items);
	for (size_t i = 0; i < json_array_size(items); i++) {
		struct bt_answer row = *out;

		if (!names_payment(call, json_array_get(items, i)))
			continue;
		if (read_qr(call, json_array_get(items, i), &row) != BT_OK)
			return BT_EFORMAT;
		if (!out->payment.qr_id[0] || row.payment.attempt == BT_ATTEMPT_UNSURE)
			*out = row;
	}
	return BT_OK;
}

/* The UTR is what the bank that received the money calls it. */
static enum bt_err read_captured(const json_t *item, struct bt_payment_word *out)
{
	int64_t created_s = 0;
	char currency[8];

	if (bt_json_int(item, "amount", 1, BT_PAISE_MAX, &out->amount) != BT_OK ||
	    bt_json_text(item, "currency", currency, sizeof currency) != BT_OK || strcmp(currency, "INR") != 0 ||
	    bt_json_int(item, "created_at", 0, SECONDS_MAX, &created_s) != BT_OK ||
	    bt_json_text(bt_json_object(item, "acquirer_data"), "rrn", out->utr, sizeof out->utr) != BT_OK ||
	    strlen(out->utr) != UTR_DIGITS || !bt_text_is_digits(out->utr))
		return BT_EFORMAT;
	out->paid_at_ms = created_s * 1000;
	out->status = BT_PAYMENT_PAID;
	return BT_OK;
}

static enum bt_err read_money(const struct bt_call *call, const json_t *reply, struct bt_answer *out)
{
	const json_t *items = bt_json_array(reply, "items");
	struct bt_payment_word *word = &out->payment;
	char status[16];

	if (!items)
		return BT_EFORMAT;
	for (size_t i = 0; i < json_array_size(items); i++) {
		const json_t *item = json_array_get(items, i);

		if (bt_json_text(item, "status", status, sizeof status) != BT_OK)
			return BT_EFORMAT;
		if (strcmp(status, "captured") == 0) {
			*word = (struct bt_payment_word){.status = BT_PAYMENT_UNKNOWN};
			(void)bt_text_copy(word->qr_id, sizeof word->qr_id, call->psp.qr_id);
			return read_captured(item, word);
		}
		if (strcmp(status, "created") == 0 || strcmp(status, "authorized") == 0)
			word->attempt = BT_ATTEMPT_UNSURE;
		else if (word->attempt == BT_ATTEMPT_NONE)
			word->attempt = BT_ATTEMPT_FAILED;
	}
	return BT_OK;
}

/* ---- the steps ---- */

static const struct {
	enum bt_err (*put)(const struct bt_call *call, struct bt_http_request *out);
	enum bt_err (*read)(const struct bt_call *call, const json_t *reply, struct bt_answer *out);
} steps[] = {
    [BT_PSP_LOOK] = {put_look, read_list}, [BT_PSP_MAKE] = {put_make, read_qr},
    [BT_PSP_CLOSE] = {put_close, read_qr}, [BT_PSP_MONEY] = {put_money, read_money},
    [BT_PSP_STATE] = {put_state, read_qr},
};

static bool is_payment(enum bt_call_kind kind)
{
	return kind == BT_CALL_PAYMENT_OPEN || kind == BT_CALL_PAYMENT || kind == BT_CALL_PAYMENT_CLOSE;
}

static enum bt_err encode_psp(const struct bt_call *call, struct bt_http_request *out)
{
	struct bt_http_request request = {.method = ""};
	enum bt_err err;

	if (!is_payment(call->kind) || (unsigned)call->psp.step >= sizeof steps / sizeof steps[0])
		return BT_EINPUT;
	bt_buf_init(&request.body, RECORD_MAX);
	err = steps[call->psp.step].put(call, &request);
	if (err)
		bt_buf_fini(&request.body);
	else
		*out = request;
	return err;
}

static enum bt_err read_refusal(int status, const json_t *reply, struct bt_answer *out)
{
	const json_t *error = bt_json_object(reply, "error");
	const json_t *words = error ? json_object_get(error, "description") : NULL;

	if (!error || (words && !json_is_string(words)))
		return BT_EFORMAT;
	if (words)
		bt_text_clean(json_string_value(words), json_string_length(words), CLEAN_COLUMNS, out->message_en,
			      sizeof out->message_en);
	(void)bt_text_copy(out->code, sizeof out->code, status == 401 ? "service_key" : "service_refused");
	return BT_EREFUSED;
}

static enum bt_err read_reply(const struct bt_call *call, const struct bt_http_reply *reply, const json_t *json,
			      struct bt_answer *out)
{
	if (!json_is_object(json))
		return BT_EFORMAT;
	if (reply->status == 200)
		return steps[call->psp.step].read(call, json, out);
	return reply->status >= 400 && reply->status < 500 ? read_refusal(reply->status, json, out) : BT_EFORMAT;
}

static void decode_psp(const struct bt_call *call, const struct bt_http_reply *reply, struct bt_answer *out)
{
	struct bt_answer bare = *out;
	json_t *json = NULL;
	enum bt_err err = bt_json_parse(reply->body, REPLY_MAX, &json, NULL);

	if (!err)
		err = read_reply(call, reply, json, out);
	json_decref(json);
	/* Half-read fields must not outlive the judgement that the answer could not be understood. */
	if (err && err != BT_EREFUSED) {
		*out = bare;
		err = BT_EGARBAGE;
	}
	out->status = reply->status;
	(void)bt_text_copy(out->sale_id, sizeof out->sale_id, call->sale_id);
	(void)bt_text_copy(out->payment.payment_id, sizeof out->payment.payment_id, call->text);
	if (err)
		(void)bt_fault_set(&out->fault, err, reply->status, "%s: %s", bt_call_name(call->kind),
				   err == BT_EREFUSED ? out->code : "the payment service's answer is not understood");
}

const struct bt_protocol bt_protocol_psp = {
    .id = "psp", .convergent = false, .encode = encode_psp, .decode = decode_psp};
