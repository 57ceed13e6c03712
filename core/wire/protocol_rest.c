/* Batti's own protocol, assets/api/openapi.yaml: one row per call says how it is asked and how its answer is read. */
#include <string.h>

#include "core/wire/rest.h"

#define DOCUMENT_MAX     (2u << 20)
#define CLEAN_COLUMNS_EN 120
#define CLEAN_COLUMNS_HI 120

static const struct bt_rest_call *const rest_calls[BT_CALL_COUNT] = {
    [BT_CALL_ENROL] = &bt_rest_enrol,
    [BT_CALL_HEALTH] = &bt_rest_health,
    [BT_CALL_LEASE] = &bt_rest_lease,
    [BT_CALL_TARIFFS] = &bt_rest_tariffs,
    [BT_CALL_DIRECTORY] = &bt_rest_directory,
    [BT_CALL_CONSUMER] = &bt_rest_consumer,
    [BT_CALL_SALE] = &bt_rest_sale,
    [BT_CALL_INQUIRY] = &bt_rest_inquiry,
    [BT_CALL_REVERSAL] = &bt_rest_reversal,
    [BT_CALL_JOURNAL] = &bt_rest_journal,
    [BT_CALL_HEAD] = &bt_rest_head,
    [BT_CALL_DOCKET] = &bt_rest_docket,
    [BT_CALL_FINISH] = &bt_rest_finish,
    [BT_CALL_ACCOUNT] = &bt_rest_account,
    [BT_CALL_PAYMENT_OPEN] = &bt_rest_payment_open,
    [BT_CALL_PAYMENT] = &bt_rest_payment,
    [BT_CALL_PAYMENT_CLOSE] = &bt_rest_payment_close,
    [BT_CALL_FIND] = &bt_rest_find,
    [BT_CALL_CLAIM] = &bt_rest_claim,
    [BT_CALL_CLAIM_VIEW] = &bt_rest_claim_view,
    [BT_CALL_RECONNECTIONS] = &bt_rest_reconnections,
    [BT_CALL_RENEW] = &bt_rest_renew,
};

/* ---- what the families share ---- */

static bool is_unreserved(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c && strchr("-._~", c) != NULL);
}

enum bt_err bt_rest_put_escaped(struct bt_buf *path, const char *text)
{
	enum bt_err err = BT_OK;

	for (; *text && !err; text++)
		err = is_unreserved(*text) ? bt_buf_put(path, text, 1)
					   : bt_buf_printf(path, "%%%02X", (unsigned)(unsigned char)*text);
	return err;
}

bool bt_rest_is_sale_id(const char *text)
{
	return strlen(text) == 36 && strspn(text, "0123456789abcdef-") == 36;
}

enum bt_err bt_rest_put_document(const struct bt_call *call, struct bt_buf *body)
{
	if (call->body.len < 2 || call->body.data[0] != '{')
		return BT_EINPUT;
	return bt_buf_put(body, call->body.data, call->body.len);
}

bool bt_rest_names_sale(const struct bt_call *call, const json_t *reply)
{
	char sale_id[37];

	return bt_json_text(reply, "sale_id", sale_id, sizeof sale_id) == BT_OK && strcmp(sale_id, call->sale_id) == 0;
}

enum bt_err bt_rest_put_named(const struct bt_call *call, const char *before, struct bt_buf *path)
{
	enum bt_err err;

	if (!call->text[0] || call->text[0] == '.')
		return BT_EINPUT;
	err = bt_buf_put_text(path, before);
	return err ? err : bt_rest_put_escaped(path, call->text);
}

static enum bt_err encode_rest(const struct bt_call *call, struct bt_http_request *out)
{
	const struct bt_rest_call *row = rest_calls[call->kind];
	struct bt_http_request request = {.method = row->method};
	struct bt_buf path;
	enum bt_err err;

	bt_buf_init(&path, sizeof request.path - 1);
	bt_buf_init(&request.body, DOCUMENT_MAX);
	err = row->put_path(call, &path);
	if (!err)
		err = bt_text_copy(request.path, sizeof request.path, (const char *)path.data);
	if (!err && row->put_body)
		err = row->put_body(call, &request.body);
	bt_buf_fini(&path);
	if (err)
		bt_buf_fini(&request.body);
	else
		*out = request;
	return err;
}

/* ---- reading ---- */

/* Any part may be missing; a text is cut rather than the refusal lost. */
static enum bt_err read_message(const json_t *error, struct bt_answer *out)
{
	const json_t *message = bt_json_object(error, "message");
	const json_t *en = json_object_get(message, "en"), *hi = json_object_get(message, "hi");

	if (bt_json_has(error, "message") && !message)
		return BT_EFORMAT;
	if ((en && !json_is_string(en)) || (hi && !json_is_string(hi)))
		return BT_EFORMAT;
	if (en)
		bt_text_clean(json_string_value(en), json_string_length(en), CLEAN_COLUMNS_EN, out->message_en,
			      sizeof out->message_en);
	if (hi)
		bt_text_clean(json_string_value(hi), json_string_length(hi), CLEAN_COLUMNS_HI, out->message_hi,
			      sizeof out->message_hi);
	return BT_OK;
}

static enum bt_err read_error(const json_t *reply, struct bt_answer *out)
{
	const json_t *error = bt_json_object(reply, "error");

	if (!error || bt_json_text(error, "code", out->code, sizeof out->code) != BT_OK)
		return BT_EFORMAT;
	if (!out->code[0] || out->code[strspn(out->code, BT_REST_CODE_LETTERS)] != '\0')
		return BT_EFORMAT;
	return read_message(error, out);
}

/* An inquiry that was itself turned away says nothing about the sale; only a tombstone is an end (PROTOCOL H3). */
static bool has_tombstone(const json_t *reply)
{
	bool tombstone = false;

	return bt_json_bool(reply, "tombstone", &tombstone) == BT_OK && tombstone;
}

static enum bt_err read_refusal(const struct bt_call *call, const json_t *reply, struct bt_answer *out)
{
	if (read_error(reply, out) != BT_OK)
		return BT_EFORMAT;
	if (!rest_calls[call->kind]->about_sale)
		return BT_EREFUSED;
	if (!bt_rest_names_sale(call, reply))
		return BT_EFORMAT;
	(void)bt_text_copy(out->sale_id, sizeof out->sale_id, call->sale_id);
	if (call->kind == BT_CALL_SALE)
		out->rev = call->number;
	if (call->kind != BT_CALL_INQUIRY)
		return BT_EREFUSED;
	out->tombstone = strcmp(out->code, "unknown_sale") == 0 && has_tombstone(reply);
	return out->tombstone ? BT_EREFUSED : BT_EFORMAT;
}

static bool has_member(const json_t *reply, const struct bt_rest_member *member)
{
	const json_t *value = json_object_get(reply, member->key);

	switch (member->type) {
	case BT_MEMBER_TEXT:
		return json_is_string(value);
	case BT_MEMBER_COUNT:
		return json_is_integer(value) && json_integer_value(value) >= 0;
	case BT_MEMBER_BOOL:
		return json_is_boolean(value);
	case BT_MEMBER_OBJECT:
		return json_is_object(value);
	case BT_MEMBER_ARRAY:
		return json_is_array(value);
	}
	return false;
}

static enum bt_err read_good(const struct bt_call *call, const json_t *reply, struct bt_answer *out)
{
	const struct bt_rest_call *row = rest_calls[call->kind];

	for (const struct bt_rest_member *member = row->members; member->key; member++)
		if (!has_member(reply, member))
			return BT_EFORMAT;
	if (bt_json_has(reply, "era") && bt_json_int(reply, "era", 1, INT64_MAX, &out->era) != BT_OK)
		return BT_EFORMAT;
	if (bt_json_has(reply, "time") && bt_json_int(reply, "time", 0, INT64_MAX, &out->server_time_ms) != BT_OK)
		return BT_EFORMAT;
	return row->read_good ? row->read_good(call, reply, out) : BT_OK;
}

static enum bt_err read_reply(const struct bt_call *call, const struct bt_http_reply *reply, const json_t *json,
			      struct bt_answer *out)
{
	const int *good = rest_calls[call->kind]->good_status;

	if (!json_is_object(json))
		return BT_EFORMAT;
	if (reply->status == good[0] || reply->status == good[1])
		return read_good(call, json, out);
	if (reply->status >= 400 && reply->status < 500)
		return read_refusal(call, json, out);
	return BT_EFORMAT;
}

/* Half-read fields must not outlive the judgement that the answer could not be understood. */
static void forget_answer(struct bt_answer *out)
{
	struct bt_answer bare = {
	    .kind = out->kind, .id = out->id, .latency_ms = out->latency_ms, .status = out->status, .era = out->era};

	bt_answer_fini(out);
	*out = bare;
}

static void decode_rest(const struct bt_call *call, const struct bt_http_reply *reply, struct bt_answer *out)
{
	size_t max = bt_call_reply_max(call->kind);
	json_t *json = NULL;
	enum bt_err err;

	out->status = reply->status;
	out->era = reply->era;
	bt_buf_init(&out->body, max);
	err = bt_json_parse(reply->body, max, &json, NULL);
	if (!err)
		err = read_reply(call, reply, json, out);
	if (err == BT_EREFUSED || (!err && rest_calls[call->kind]->keeps_body)) {
		enum bt_err kept = bt_buf_put(&out->body, reply->body.data, reply->body.len);

		err = kept ? kept : err;
	}
	if (!err && rest_calls[call->kind]->keeps_document)
		out->document = json_incref(json);
	json_decref(json);
	if (err && err != BT_EREFUSED) {
		forget_answer(out);
		err = BT_EGARBAGE;
	}
	out->fault = (struct bt_fault){0};
	if (err)
		(void)bt_fault_set(&out->fault, err, 0, "%s: status %d%s%s", bt_call_name(call->kind), reply->status,
				   out->code[0] ? ", code " : "", out->code);
}

const struct bt_protocol bt_protocol_rest = {
    .id = "rest",
    .convergent = true,
    .encode = encode_rest,
    .decode = decode_rest,
};

const struct bt_protocol bt_protocol_rest_picks = {
    .id = "rest-picks",
    .convergent = false,
    .encode = encode_rest,
    .decode = decode_rest,
};
