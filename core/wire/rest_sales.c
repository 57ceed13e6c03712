/* Calls about sales: asked for, inquired about, taken back; and dockets, finished by the head-end. */
#include <inttypes.h>
#include <string.h>

#include "core/wire/rest.h"

#define SALE_BODY_MAX 8192
#define TID_MAX       0xFFFFFF
#define UNITS_MAX     INT64_C(1000000000)
#define QR_LETTERS    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

/* ---- asking ---- */

static enum bt_err put_sales_path(const struct bt_call *call, struct bt_buf *path)
{
	(void)call;
	return bt_buf_put_text(path, "/v1/sales");
}

static enum bt_err put_inquiry_path(const struct bt_call *call, struct bt_buf *path)
{
	if (!bt_rest_is_sale_id(call->sale_id))
		return BT_EINPUT;
	return bt_buf_printf(path, "/v1/sales/%s", call->sale_id);
}

static enum bt_err put_reversal_path(const struct bt_call *call, struct bt_buf *path)
{
	if (!bt_rest_is_sale_id(call->sale_id))
		return BT_EINPUT;
	return bt_buf_printf(path, "/v1/sales/%s/reversal", call->sale_id);
}

static enum bt_err put_docket_path(const struct bt_call *call, struct bt_buf *path)
{
	return bt_rest_put_named(call, "/v1/dockets/", path);
}

static enum bt_err put_finish_path(const struct bt_call *call, struct bt_buf *path)
{
	if (!bt_rest_is_sale_id(call->sale_id))
		return BT_EINPUT;
	return bt_buf_printf(path, "/v1/sales/%s/finish", call->sale_id);
}

/* A record that names another sale than its envelope would be answered under the wrong name. */
static bool is_record_of(const struct bt_call *call)
{
	char sale_id[37];
	int64_t rev;
	json_t *record = NULL;
	bool same;

	if (bt_json_parse(call->body, SALE_BODY_MAX, &record, NULL) != BT_OK)
		return false;
	same = bt_json_text(record, "sale_id", sale_id, sizeof sale_id) == BT_OK &&
	       strcmp(sale_id, call->sale_id) == 0 && bt_json_int(record, "rev", 1, INT64_MAX, &rev) == BT_OK &&
	       rev == call->number;
	json_decref(record);
	return same;
}

static enum bt_err put_sale(const struct bt_call *call, struct bt_buf *body)
{
	enum bt_err err;

	if (!bt_rest_is_sale_id(call->sale_id) || call->era < 1 || !is_record_of(call))
		return BT_EINPUT;
	err = bt_buf_printf(body, "{\"era\":%" PRId64 ",\"sale\":", call->era);
	if (!err)
		err = bt_buf_put(body, call->body.data, call->body.len);
	return err ? err : bt_buf_put_text(body, "}");
}

/* The reason is a code, so that it needs no escaping. */
static enum bt_err put_reversal(const struct bt_call *call, struct bt_buf *body)
{
	if (call->era < 1 || !call->text[0] || strspn(call->text, BT_REST_CODE_LETTERS) != strlen(call->text))
		return BT_EINPUT;
	return bt_buf_printf(body, "{\"era\":%" PRId64 ",\"reason\":\"%s\"}", call->era, call->text);
}

/* In place of a token that the meter refused; an operator's id is plain, or it is not sent. */
static enum bt_err put_refused(const struct bt_call *call, struct bt_buf *body)
{
	if (call->body.len != 0 || !bt_text_is_clean(call->text) || strpbrk(call->text, "\"\\"))
		return BT_EINPUT;
	return bt_buf_printf(body, "{\"era\":%" PRId64 ",\"refused\":{\"by\":\"%s\"}}", call->era, call->text);
}

/* The text of a docket's QR is of the QR's own letters, so that it needs no escaping. */
static enum bt_err put_finish(const struct bt_call *call, struct bt_buf *body)
{
	if (call->era < 1)
		return BT_EINPUT;
	if (call->text[0])
		return put_refused(call, body);
	if (call->body.len == 0)
		return bt_buf_printf(body, "{\"era\":%" PRId64 "}", call->era);
	for (size_t i = 0; i < call->body.len; i++)
		if (!call->body.data[i] || !strchr(QR_LETTERS, call->body.data[i]))
			return BT_EINPUT;
	return bt_buf_printf(body, "{\"docket\":\"%.*s\",\"era\":%" PRId64 "}", (int)call->body.len,
			     (const char *)call->body.data, call->era);
}

/* ---- reading a good answer ---- */

static enum bt_err read_token(const json_t *reply, struct bt_answer *out)
{
	const json_t *token = json_object_get(reply, "token");
	enum bt_err err;

	if (json_is_null(token))
		return BT_OK;
	err = bt_json_text(reply, "token", out->token, sizeof out->token);
	if (err)
		return err;
	return strlen(out->token) == 20 && bt_text_is_digits(out->token) ? BT_OK : BT_EFORMAT;
}

static enum bt_err read_tid(const json_t *reply, struct bt_answer *out)
{
	int64_t tid = 0;
	enum bt_err err = BT_OK;

	if (bt_json_has(reply, "tid"))
		err = bt_json_int(reply, "tid", 1, TID_MAX, &tid);
	if (err || (out->token[0] && tid == 0))
		return BT_EFORMAT;
	out->tid = (uint32_t)tid;
	return BT_OK;
}

static enum bt_err read_account(const json_t *reply, struct bt_answer *out)
{
	if (!bt_json_has(reply, "balance_paise") && !bt_json_has(reply, "dues_paise"))
		return BT_OK;
	out->has_account = true;
	if (bt_json_int(reply, "balance_paise", -BT_PAISE_MAX, BT_PAISE_MAX, &out->balance) != BT_OK)
		return BT_EFORMAT;
	return bt_json_int(reply, "dues_paise", -BT_PAISE_MAX, BT_PAISE_MAX, &out->dues);
}

static enum bt_err read_committed(const struct bt_call *call, const json_t *reply, struct bt_answer *out)
{
	char status[16];

	if (!bt_rest_names_sale(call, reply) || bt_json_text(reply, "status", status, sizeof status) != BT_OK ||
	    bt_json_int(reply, "rev", 1, INT64_MAX, &out->rev) != BT_OK)
		return BT_EFORMAT;
	(void)bt_text_copy(out->sale_id, sizeof out->sale_id, call->sale_id);
	if (strcmp(status, "reversed") == 0) {
		/* A reversal is given only for a token that never left the head-end. */
		(void)bt_text_copy(out->code, sizeof out->code, status);
		return BT_EREFUSED;
	}
	if (strcmp(status, "committed") != 0 || read_token(reply, out) != BT_OK || read_tid(reply, out) != BT_OK ||
	    bt_json_int(reply, "units", 0, UNITS_MAX, &out->units) != BT_OK ||
	    bt_key_change_read(reply, &out->key_change) != BT_OK)
		return BT_EFORMAT;
	if (bt_json_has(reply, "next_key") && bt_json_bool(reply, "next_key", &out->next_key) != BT_OK)
		return BT_EFORMAT;
	/* Nothing is keyed in before a token that is not there. */
	if (out->key_change.tokens.count != 0 && !out->token[0])
		return BT_EFORMAT;
	return read_account(reply, out);
}

/* What was committed is what was asked for, to the revision. */
static enum bt_err read_sale(const struct bt_call *call, const json_t *reply, struct bt_answer *out)
{
	enum bt_err err = read_committed(call, reply, out);

	return !err && out->rev != call->number ? BT_EFORMAT : err;
}

/* Taken back for this very sale; anything less is not known (PROTOCOL H3). */
static enum bt_err read_reversal(const struct bt_call *call, const json_t *reply, struct bt_answer *out)
{
	char status[16];

	if (!bt_rest_names_sale(call, reply) || bt_json_text(reply, "status", status, sizeof status) != BT_OK ||
	    strcmp(status, "reversed") != 0)
		return BT_EFORMAT;
	return bt_text_copy(out->sale_id, sizeof out->sale_id, call->sale_id);
}

static enum bt_err read_docket(const struct bt_call *call, const json_t *reply, struct bt_answer *out)
{
	char number[80], sale_id[37];

	(void)out;
	if (bt_json_text(reply, "docket", number, sizeof number) != BT_OK || strcmp(number, call->text) != 0 ||
	    bt_json_text(reply, "sale_id", sale_id, sizeof sale_id) != BT_OK || !bt_rest_is_sale_id(sale_id))
		return BT_EFORMAT;
	return BT_OK;
}

const struct bt_rest_call bt_rest_sale = {.method = "POST",
					  .put_path = put_sales_path,
					  .put_body = put_sale,
					  .good_status = {200, 201},
					  .members = {{"time", BT_MEMBER_COUNT}},
					  .read_good = read_sale,
					  .about_sale = true};

const struct bt_rest_call bt_rest_inquiry = {.method = "GET",
					     .put_path = put_inquiry_path,
					     .good_status = {200, 200},
					     .read_good = read_committed,
					     .about_sale = true};

const struct bt_rest_call bt_rest_reversal = {.method = "POST",
					      .put_path = put_reversal_path,
					      .put_body = put_reversal,
					      .good_status = {200, 200},
					      .read_good = read_reversal,
					      .about_sale = true};

const struct bt_rest_call bt_rest_docket = {.method = "GET",
					    .put_path = put_docket_path,
					    .good_status = {200, 200},
					    .members = {{"terminal", BT_MEMBER_TEXT},
							{"counter", BT_MEMBER_OBJECT},
							{"connection", BT_MEMBER_TEXT},
							{"meter", BT_MEMBER_TEXT},
							{"amount_paise", BT_MEMBER_COUNT},
							{"paid_at", BT_MEMBER_COUNT},
							{"status", BT_MEMBER_TEXT}},
					    .read_good = read_docket,
					    .keeps_body = true};

const struct bt_rest_call bt_rest_finish = {.method = "POST",
					    .put_path = put_finish_path,
					    .put_body = put_finish,
					    .good_status = {200, 201},
					    .members = {{"time", BT_MEMBER_COUNT}},
					    .read_good = read_committed,
					    .about_sale = true};
