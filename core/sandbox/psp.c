#include "core/sandbox/psp.h"

#include <stdio.h>
#include <string.h>

#include "core/sandbox/bytes.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/crypto.h"
#include "core/sandbox/json_in.h"
#include "core/sandbox/payments.h"
#include "core/sandbox/upi_link.h"

#define ID_LEN        14
#define SECRET_LEN    24
#define CLOSE_AFTER_S 900 /* at least so far ahead */
#define LIST_DEFAULT  10
#define LIST_MAX      100
#define SECONDS_MAX   INT64_C(2147483647)
#define PAISE_MAX     INT64_C(10000000)
#define COLLECTION    "/v1/payments/qr_codes"

/* What is asked of one QR. */
typedef unsigned answer_call(struct bt_sbx *sbx, const struct bt_sbx_payment *payment, json_t **answer);

static void make_letters(char *out, size_t len)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	uint8_t raw[SECRET_LEN];
	bt_sbx_random(raw, len);
	for (size_t i = 0; i < len; i++)
		out[i] = letters[raw[i] % (sizeof letters - 1)];
	out[len] = '\0';
}

bool bt_sbx_psp_key(sqlite3 *db, char out[BT_SBX_PSP_KEY_MAX])
{
	char id[ID_LEN + 1], secret[SECRET_LEN + 1];
	if (bt_sbx_meta_text(db, "psp_key", out, BT_SBX_PSP_KEY_MAX))
		return true;
	make_letters(id, ID_LEN);
	make_letters(secret, SECRET_LEN);
	snprintf(out, BT_SBX_PSP_KEY_MAX, "rzp_test_%s:%s", id, secret);
	return bt_sbx_meta_put_text(db, "psp_key", out);
}

/* ---- refusing ---- */

static json_t *describe_error(const char *code, const char *description)
{
	return json_pack("{s:{s:s, s:s, s:s, s:s, s:s, s:{}}}", "error", "code", code, "description", description,
			 "source", "business", "step", "payment_initiation", "reason", "input_validation_failed",
			 "metadata");
}

json_t *bt_sbx_psp_denial(void)
{
	return describe_error("BAD_REQUEST_ERROR", "The api key provided is invalid");
}

static unsigned refuse(const char *description, json_t **answer)
{
	*answer = describe_error("BAD_REQUEST_ERROR", description);
	return 400;
}

static unsigned fail(json_t **answer)
{
	*answer = describe_error("SERVER_ERROR", "The server encountered an error");
	return 500;
}

/* ---- what is said of one ---- */

static bool is_paid(const struct bt_sbx_payment *payment)
{
	return strcmp(payment->status, "paid") == 0;
}

/* A QR that is used up stays active here: only its payments tell. */
static const char *reason_of(const struct bt_sbx_payment *payment)
{
	if (is_paid(payment))
		return "paid";
	return strcmp(payment->status, "closed") == 0 ? "on_demand" : "expired";
}

static json_t *describe_qr(const struct bt_sbx_payment *payment)
{
	bool is_active = strcmp(payment->status, "active") == 0;
	char id[24], image[48];
	snprintf(id, sizeof id, "qr_%.14s", payment->reference + 3);
	snprintf(image, sizeof image, "https://rzp.io/i/%.8s", payment->reference + 3);
	json_t *notes = json_pack("{s:s, s:s, s:s}", "payment_id", payment->payment_id, "sale_id", payment->sale_id,
				  "terminal", payment->terminal);
	return json_pack("{s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:b, s:I, s:i, s:o, s:n, s:I, s:o}",
			 "id", id, "entity", "qr_code", "created_at", (json_int_t)(payment->made_at / 1000), "name",
			 payment->terminal, "usage", "single_use", "type", "upi_qr", "image_url", image,
			 "image_content", payment->qr, "payment_amount", (json_int_t)payment->paise, "status",
			 is_active ? "active" : "closed", "description", "", "fixed_amount", 1,
			 "payments_amount_received", (json_int_t)(is_paid(payment) ? payment->paise : 0),
			 "payments_count_received", is_paid(payment) ? 1 : 0, "notes", notes, "customer_id", "close_by",
			 (json_int_t)(payment->expires_at / 1000), "close_reason",
			 is_active ? json_null() : json_string(reason_of(payment)));
}

static json_t *make_list(json_t *items)
{
	return json_pack("{s:s, s:I, s:o}", "entity", "collection", "count", (json_int_t)json_array_size(items),
			 "items", items);
}

static unsigned show(struct bt_sbx *sbx, const struct bt_sbx_payment *payment, json_t **answer)
{
	(void)sbx;
	*answer = describe_qr(payment);
	return 200;
}

static unsigned show_payments(struct bt_sbx *sbx, const struct bt_sbx_payment *payment, json_t **answer)
{
	json_t *items = json_array();
	bool is_tried = is_paid(payment) || strcmp(payment->attempt, "none") != 0;
	const char *status = is_paid(payment)                          ? "captured"
			     : strcmp(payment->attempt, "failed") == 0 ? "failed"
								       : "created";
	(void)sbx;
	if (is_tried) {
		char id[24];
		snprintf(id, sizeof id, "pay_%.14s", payment->reference + 3);
		json_t *acquirer = json_object();
		if (is_paid(payment))
			json_object_set_new(acquirer, "rrn", json_string(payment->utr));
		json_array_append_new(
		    items, json_pack("{s:s, s:s, s:I, s:s, s:s, s:s, s:b, s:I, s:o}", "id", id, "entity", "payment",
				     "amount", (json_int_t)payment->paise, "currency", "INR", "status", status,
				     "method", "upi", "captured", is_paid(payment), "created_at",
				     (json_int_t)((is_paid(payment) ? payment->paid_at : payment->made_at) / 1000),
				     "acquirer_data", acquirer));
	}
	*answer = make_list(items);
	return 200;
}

static unsigned close_qr(struct bt_sbx *sbx, const struct bt_sbx_payment *payment, json_t **answer)
{
	struct bt_sbx_payment after;
	if (strcmp(payment->status, "active") != 0)
		return refuse("QR code is already closed", answer);
	if (!bt_sbx_payment_close(sbx->db, payment->payment_id) ||
	    !bt_sbx_payment_find(sbx->db, payment->payment_id, &after))
		return fail(answer);
	return show(sbx, &after, answer);
}

/* ---- making one ---- */

static bool read_notes(const json_t *notes, struct bt_sbx_payment *out)
{
	return bt_sbx_json_text(notes, "payment_id", out->payment_id, sizeof out->payment_id) &&
	       bt_sbx_is_sale_id(out->payment_id) &&
	       bt_sbx_json_text(notes, "sale_id", out->sale_id, sizeof out->sale_id) &&
	       bt_sbx_is_sale_id(out->sale_id) &&
	       bt_sbx_json_text(notes, "terminal", out->terminal, sizeof out->terminal);
}

/* Whose it is, where that was noted; "" otherwise. */
static void read_connection(const json_t *notes, char out[13])
{
	if (!bt_sbx_json_text(notes, "connection", out, 13))
		*out = '\0';
}

static const char *read_wish(const json_t *body, struct bt_sbx_payment *out)
{
	char type[16], usage[16];
	int64_t close_by;
	if (!bt_sbx_json_text(body, "type", type, sizeof type) || strcmp(type, "upi_qr") != 0)
		return "The type field is invalid";
	if (!bt_sbx_json_text(body, "usage", usage, sizeof usage) || strcmp(usage, "single_use") != 0 ||
	    !json_is_true(json_object_get(body, "fixed_amount")))
		return "A single use QR has a fixed amount";
	if (!bt_sbx_json_int(body, "payment_amount", 100, PAISE_MAX, &out->paise))
		return "The payment amount is invalid";
	if (!bt_sbx_json_int(body, "close_by", 0, SECONDS_MAX, &close_by) ||
	    close_by < out->made_at / 1000 + CLOSE_AFTER_S)
		return "close_by should be at least 15 minutes after current time";
	out->expires_at = close_by * 1000;
	return read_notes(json_object_get(body, "notes"), out) ? NULL : "The notes are invalid";
}

static unsigned make_qr(struct bt_sbx *sbx, const struct bt_sbx_psp_request *request, json_t **answer)
{
	struct bt_sbx_payment payment = {
	    .way = "psp", .status = "active", .attempt = "none", .made_at = bt_sbx_now_ms()};
	struct bt_sbx_payment known;
	char letters[ID_LEN + 1], connection[13];
	json_t *body = bt_sbx_json_parse(request->body, request->body_len);
	const char *why = body ? read_wish(body, &payment) : "The request body is invalid";
	read_connection(json_object_get(body, "notes"), connection);
	json_decref(body);
	if (why)
		return refuse(why, answer);
	if (bt_sbx_payment_find(sbx->db, payment.payment_id, &known))
		return refuse("The notes name a payment that is known", answer);
	make_letters(letters, ID_LEN);
	snprintf(payment.reference, sizeof payment.reference, "RZP%sqrv2", letters);
	if (!bt_sbx_upi_link_make(payment.reference, payment.paise, "Bijli", payment.qr, sizeof payment.qr) ||
	    !bt_sbx_payment_put(sbx->db, &payment, NULL) ||
	    !bt_sbx_payment_note(sbx->db, payment.payment_id, connection))
		return fail(answer);
	return show(sbx, &payment, answer);
}

/* ---- the list ---- */

static int64_t read_argument(const struct bt_sbx_psp_request *request, const char *name, int64_t max, int64_t missing)
{
	int64_t value = missing;
	const char *text = request->argument(request->source, name);
	if (text)
		(void)bt_sbx_number_parse(text, 0, max, &value);
	return value;
}

/* Newest first. */
static unsigned list_qrs(struct bt_sbx *sbx, const struct bt_sbx_psp_request *request, json_t **answer)
{
	int64_t count = read_argument(request, "count", LIST_MAX, LIST_DEFAULT);
	json_t *items = json_array();
	struct bt_sbx_payment payment;
	char id[BT_SBX_PAYMENT_ID_LEN + 1];
	sqlite3_stmt *row =
	    bt_sbx_store_ask(sbx->db,
			     "SELECT payment_id FROM payments WHERE way='psp' AND made_at/1000 BETWEEN ? AND ?"
			     " ORDER BY place DESC LIMIT ? OFFSET ?",
			     "iiii", read_argument(request, "from", SECONDS_MAX, 0),
			     read_argument(request, "to", SECONDS_MAX, SECONDS_MAX), count,
			     read_argument(request, "skip", SECONDS_MAX, 0));
	while (row && sqlite3_step(row) == SQLITE_ROW) {
		bt_sbx_column_text(row, 0, id, sizeof id);
		if (bt_sbx_payment_find(sbx->db, id, &payment))
			json_array_append_new(items, describe_qr(&payment));
	}
	sqlite3_finalize(row);
	*answer = make_list(items);
	return 200;
}

/* ---- which of them ---- */

static unsigned ask_one(struct bt_sbx *sbx, const struct bt_sbx_psp_request *request, json_t **answer)
{
	static const struct {
		const char *method, *tail;
		answer_call *call;
	} calls[] = {{"GET", "", show}, {"GET", "/payments", show_payments}, {"POST", "/close", close_qr}};
	const char *name = request->path + strlen(COLLECTION "/");
	const char *tail = name + strcspn(name, "/");
	char reference[36];
	struct bt_sbx_payment payment;
	if (tail - name != ID_LEN + 3 || strncmp(name, "qr_", 3) != 0)
		return refuse("The id provided does not exist", answer);
	snprintf(reference, sizeof reference, "RZP%.*sqrv2", ID_LEN, name + 3);
	if (!bt_sbx_payment_of_reference(sbx->db, reference, &payment))
		return refuse("The id provided does not exist", answer);
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (strcmp(calls[i].method, request->method) == 0 && strcmp(calls[i].tail, tail) == 0)
			return calls[i].call(sbx, &payment, answer);
	return refuse("The requested URL was not found on the server.", answer);
}

unsigned bt_sbx_psp_run(struct bt_sbx *sbx, const struct bt_sbx_psp_request *request, json_t **answer)
{
	unsigned status;
	*answer = NULL;
	if (!bt_sbx_store_begin(sbx->db))
		return fail(answer);
	if (strcmp(request->path, COLLECTION) == 0)
		status = strcmp(request->method, "POST") == 0 ? make_qr(sbx, request, answer)
							      : list_qrs(sbx, request, answer);
	else if (strncmp(request->path, COLLECTION "/", strlen(COLLECTION "/")) == 0)
		status = ask_one(sbx, request, answer);
	else
		status = refuse("The requested URL was not found on the server.", answer);
	if (status == 200 && !bt_sbx_store_commit(sbx->db)) {
		json_decref(*answer);
		status = fail(answer);
	}
	bt_sbx_store_rollback(sbx->db);
	return status;
}
