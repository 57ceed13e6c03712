/* Batti's own protocol, assets/api/openapi.yaml: one row per call says how it is asked and how its answer is read. */
#include "core/wire/protocol.h"

#include <inttypes.h>
#include <string.h>

#include "core/base/json.h"

#define SALE_BODY_MAX    8192
#define DOCUMENT_MAX     (2u << 20)
#define DIRECTORY_LIMIT  2000
#define TID_MAX          0xFFFFFF
#define UNITS_MAX        INT64_C(1000000000)
#define CLEAN_COLUMNS_EN 120
#define CLEAN_COLUMNS_HI 120

/* Codes of refusals and reasons are made of these. */
#define QR_LETTERS   "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
#define CODE_LETTERS "abcdefghijklmnopqrstuvwxyz0123456789_"

enum member_type { MEMBER_TEXT, MEMBER_COUNT, MEMBER_BOOL, MEMBER_OBJECT, MEMBER_ARRAY };

struct member {
	const char *key; /* NULL ends the list */
	enum member_type type;
};

struct rest_call {
	const char *method;
	enum bt_err (*put_path)(const struct bt_call *call, struct bt_buf *path);
	enum bt_err (*put_body)(const struct bt_call *call, struct bt_buf *body); /* NULL: none */
	int good_status[2];
	struct member members[8]; /* of a good reply */
	enum bt_err (*read_good)(const struct bt_call *call, const json_t *reply,
				 struct bt_answer *out); /* may be NULL */
	bool about_sale;                                 /* an error counts as a refusal only when it names our sale */
	bool keeps_body;
};

/* ---- asking ---- */

static bool is_unreserved(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c && strchr("-._~", c) != NULL);
}

static enum bt_err put_escaped(struct bt_buf *path, const char *text)
{
	enum bt_err err = BT_OK;

	for (; *text && !err; text++)
		err = is_unreserved(*text) ? bt_buf_put(path, text, 1)
					   : bt_buf_printf(path, "%%%02X", (unsigned)(unsigned char)*text);
	return err;
}

static enum bt_err put_enrol_path(const struct bt_call *call, struct bt_buf *path)
{
	(void)call;
	return bt_buf_put_text(path, "/v1/enrolments");
}

static enum bt_err put_health_path(const struct bt_call *call, struct bt_buf *path)
{
	uint8_t nonce[16];

	if (strlen(call->text) != 32 || bt_hex_decode(call->text, nonce, sizeof nonce) != BT_OK)
		return BT_EINPUT;
	return bt_buf_printf(path, "/v1/health?nonce=%s", call->text);
}

static enum bt_err put_lease_path(const struct bt_call *call, struct bt_buf *path)
{
	(void)call;
	return bt_buf_put_text(path, "/v1/lease");
}

static enum bt_err put_tariffs_path(const struct bt_call *call, struct bt_buf *path)
{
	(void)call;
	return bt_buf_put_text(path, "/v1/tariffs");
}

static enum bt_err put_directory_path(const struct bt_call *call, struct bt_buf *path)
{
	enum bt_err err;

	if (call->number < 0 || call->limit < 1 || call->limit > DIRECTORY_LIMIT || call->keys_number < 0)
		return BT_EINPUT;
	err = bt_buf_printf(path, "/v1/directory?since=%" PRId64 "&limit=%d", call->number, call->limit);
	if (!err && call->keys_number > 0)
		err = bt_buf_printf(path, "&keys=%" PRId64, call->keys_number);
	return err;
}

static enum bt_err put_consumer_path(const struct bt_call *call, struct bt_buf *path)
{
	enum bt_err err;

	/* A dot segment would name another resource once the path is put in normal form. */
	if (!call->text[0] || call->text[0] == '.')
		return BT_EINPUT;
	err = bt_buf_put_text(path, "/v1/consumers/");
	return err ? err : put_escaped(path, call->text);
}

static enum bt_err put_sales_path(const struct bt_call *call, struct bt_buf *path)
{
	(void)call;
	return bt_buf_put_text(path, "/v1/sales");
}

static bool is_sale_id(const char *text)
{
	return strlen(text) == 36 && strspn(text, "0123456789abcdef-") == 36;
}

static enum bt_err put_inquiry_path(const struct bt_call *call, struct bt_buf *path)
{
	if (!is_sale_id(call->sale_id))
		return BT_EINPUT;
	return bt_buf_printf(path, "/v1/sales/%s", call->sale_id);
}

static enum bt_err put_reversal_path(const struct bt_call *call, struct bt_buf *path)
{
	if (!is_sale_id(call->sale_id))
		return BT_EINPUT;
	return bt_buf_printf(path, "/v1/sales/%s/reversal", call->sale_id);
}

static enum bt_err put_docket_path(const struct bt_call *call, struct bt_buf *path)
{
	enum bt_err err;

	if (!call->text[0] || call->text[0] == '.')
		return BT_EINPUT;
	err = bt_buf_put_text(path, "/v1/dockets/");
	return err ? err : put_escaped(path, call->text);
}

static enum bt_err put_finish_path(const struct bt_call *call, struct bt_buf *path)
{
	if (!is_sale_id(call->sale_id))
		return BT_EINPUT;
	return bt_buf_printf(path, "/v1/sales/%s/finish", call->sale_id);
}

static enum bt_err put_journal_path(const struct bt_call *call, struct bt_buf *path)
{
	(void)call;
	return bt_buf_put_text(path, "/v1/journal");
}

static enum bt_err put_head_path(const struct bt_call *call, struct bt_buf *path)
{
	(void)call;
	return bt_buf_put_text(path, "/v1/journal/head");
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

	if (!is_sale_id(call->sale_id) || call->era < 1 || !is_record_of(call))
		return BT_EINPUT;
	err = bt_buf_printf(body, "{\"era\":%" PRId64 ",\"sale\":", call->era);
	if (!err)
		err = bt_buf_put(body, call->body.data, call->body.len);
	return err ? err : bt_buf_put_text(body, "}");
}

/* The reason is a code, so that it needs no escaping. */
static enum bt_err put_reversal(const struct bt_call *call, struct bt_buf *body)
{
	if (call->era < 1 || !call->text[0] || strspn(call->text, CODE_LETTERS) != strlen(call->text))
		return BT_EINPUT;
	return bt_buf_printf(body, "{\"era\":%" PRId64 ",\"reason\":\"%s\"}", call->era, call->text);
}

/* The text of a docket's QR is of the QR's own letters, so that it needs no escaping. */
static enum bt_err put_finish(const struct bt_call *call, struct bt_buf *body)
{
	if (call->era < 1)
		return BT_EINPUT;
	if (call->body.len == 0)
		return bt_buf_printf(body, "{\"era\":%" PRId64 "}", call->era);
	for (size_t i = 0; i < call->body.len; i++)
		if (!call->body.data[i] || !strchr(QR_LETTERS, call->body.data[i]))
			return BT_EINPUT;
	return bt_buf_printf(body, "{\"docket\":\"%.*s\",\"era\":%" PRId64 "}", (int)call->body.len,
			     (const char *)call->body.data, call->era);
}

static enum bt_err put_document(const struct bt_call *call, struct bt_buf *body)
{
	if (call->body.len < 2 || call->body.data[0] != '{')
		return BT_EINPUT;
	return bt_buf_put(body, call->body.data, call->body.len);
}

/* ---- reading a good answer ---- */

static bool has_member(const json_t *reply, const struct member *member)
{
	const json_t *value = json_object_get(reply, member->key);

	switch (member->type) {
	case MEMBER_TEXT:
		return json_is_string(value);
	case MEMBER_COUNT:
		return json_is_integer(value) && json_integer_value(value) >= 0;
	case MEMBER_BOOL:
		return json_is_boolean(value);
	case MEMBER_OBJECT:
		return json_is_object(value);
	case MEMBER_ARRAY:
		return json_is_array(value);
	}
	return false;
}

static bool names_sale(const struct bt_call *call, const json_t *reply)
{
	char sale_id[37];

	return bt_json_text(reply, "sale_id", sale_id, sizeof sale_id) == BT_OK && strcmp(sale_id, call->sale_id) == 0;
}

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

	if (!names_sale(call, reply) || bt_json_text(reply, "status", status, sizeof status) != BT_OK ||
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

	if (!names_sale(call, reply) || bt_json_text(reply, "status", status, sizeof status) != BT_OK ||
	    strcmp(status, "reversed") != 0)
		return BT_EFORMAT;
	return bt_text_copy(out->sale_id, sizeof out->sale_id, call->sale_id);
}

static enum bt_err read_docket(const struct bt_call *call, const json_t *reply, struct bt_answer *out)
{
	char number[80], sale_id[37];

	(void)out;
	if (bt_json_text(reply, "docket", number, sizeof number) != BT_OK || strcmp(number, call->text) != 0 ||
	    bt_json_text(reply, "sale_id", sale_id, sizeof sale_id) != BT_OK || !is_sale_id(sale_id))
		return BT_EFORMAT;
	return BT_OK;
}

static enum bt_err read_health(const struct bt_call *call, const json_t *reply, struct bt_answer *out)
{
	char nonce[33];

	(void)out;
	if (bt_json_text(reply, "nonce", nonce, sizeof nonce) != BT_OK || strcmp(nonce, call->text) != 0)
		return BT_EFORMAT;
	return BT_OK;
}

static enum bt_err read_consumer(const struct bt_call *call, const json_t *reply, struct bt_answer *out)
{
	char number[80];

	(void)out;
	if (bt_json_text(reply, "number", number, sizeof number) != BT_OK || strcmp(number, call->text) != 0)
		return BT_EFORMAT;
	return BT_OK;
}

static enum bt_err read_head(const struct bt_call *call, const json_t *reply, struct bt_answer *out)
{
	char hex[65];
	uint8_t hash[32];

	(void)call;
	(void)out;
	if (bt_json_text(reply, "hash", hex, sizeof hex) != BT_OK || strlen(hex) != 64)
		return BT_EFORMAT;
	return bt_hex_decode(hex, hash, sizeof hash) == BT_OK ? BT_OK : BT_EFORMAT;
}

/* ---- the calls ---- */

static const struct rest_call rest_calls[BT_CALL_COUNT] = {
    [BT_CALL_ENROL] = {.method = "POST",
		       .put_path = put_enrol_path,
		       .put_body = put_document,
		       .good_status = {201, 201},
		       .members = {{"terminal", MEMBER_TEXT},
				   {"certificate", MEMBER_TEXT},
				   {"ca", MEMBER_TEXT},
				   {"head_end_key", MEMBER_TEXT},
				   {"vault_key", MEMBER_TEXT},
				   {"era", MEMBER_COUNT},
				   {"operators", MEMBER_ARRAY}},
		       .keeps_body = true},
    [BT_CALL_HEALTH] = {.method = "GET",
			.put_path = put_health_path,
			.good_status = {200, 200},
			.members = {{"time", MEMBER_COUNT}, {"era", MEMBER_COUNT}, {"signature", MEMBER_TEXT}},
			.read_good = read_health,
			.keeps_body = true},
    [BT_CALL_LEASE] = {.method = "GET",
		       .put_path = put_lease_path,
		       .good_status = {200, 200},
		       .members = {{"document", MEMBER_TEXT}, {"signature", MEMBER_TEXT}},
		       .keeps_body = true},
    [BT_CALL_TARIFFS] = {.method = "GET",
			 .put_path = put_tariffs_path,
			 .good_status = {200, 200},
			 .members = {{"document", MEMBER_TEXT}, {"signature", MEMBER_TEXT}},
			 .keeps_body = true},
    [BT_CALL_DIRECTORY] = {.method = "GET",
			   .put_path = put_directory_path,
			   .good_status = {200, 200},
			   .members = {{"version", MEMBER_COUNT},
				       {"complete", MEMBER_BOOL},
				       {"consumers", MEMBER_ARRAY},
				       {"removed", MEMBER_ARRAY}},
			   .keeps_body = true},
    [BT_CALL_CONSUMER] = {.method = "GET",
			  .put_path = put_consumer_path,
			  .good_status = {200, 200},
			  .members = {{"meter", MEMBER_TEXT}, {"name", MEMBER_OBJECT}, {"kind", MEMBER_TEXT}},
			  .read_good = read_consumer,
			  .keeps_body = true},
    [BT_CALL_SALE] = {.method = "POST",
		      .put_path = put_sales_path,
		      .put_body = put_sale,
		      .good_status = {200, 201},
		      .members = {{"time", MEMBER_COUNT}},
		      .read_good = read_sale,
		      .about_sale = true},
    [BT_CALL_INQUIRY] = {.method = "GET",
			 .put_path = put_inquiry_path,
			 .good_status = {200, 200},
			 .read_good = read_committed,
			 .about_sale = true},
    [BT_CALL_REVERSAL] = {.method = "POST",
			  .put_path = put_reversal_path,
			  .put_body = put_reversal,
			  .good_status = {200, 200},
			  .read_good = read_reversal,
			  .about_sale = true},
    [BT_CALL_JOURNAL] = {.method = "POST",
			 .put_path = put_journal_path,
			 .put_body = put_document,
			 .good_status = {200, 200},
			 .members = {{"acknowledged", MEMBER_COUNT},
				     {"head", MEMBER_TEXT},
				     {"head_signature", MEMBER_TEXT},
				     {"results", MEMBER_ARRAY}},
			 .keeps_body = true},
    [BT_CALL_HEAD] = {.method = "GET",
		      .put_path = put_head_path,
		      .good_status = {200, 200},
		      .members = {{"seq", MEMBER_COUNT}, {"hash", MEMBER_TEXT}},
		      .read_good = read_head,
		      .keeps_body = true},
    [BT_CALL_DOCKET] = {.method = "GET",
			.put_path = put_docket_path,
			.good_status = {200, 200},
			.members = {{"terminal", MEMBER_TEXT},
				    {"counter", MEMBER_OBJECT},
				    {"connection", MEMBER_TEXT},
				    {"meter", MEMBER_TEXT},
				    {"amount_paise", MEMBER_COUNT},
				    {"paid_at", MEMBER_COUNT},
				    {"status", MEMBER_TEXT}},
			.read_good = read_docket,
			.keeps_body = true},
    [BT_CALL_FINISH] = {.method = "POST",
			.put_path = put_finish_path,
			.put_body = put_finish,
			.good_status = {200, 201},
			.members = {{"time", MEMBER_COUNT}},
			.read_good = read_committed,
			.about_sale = true},
};

static enum bt_err encode_rest(const struct bt_call *call, struct bt_http_request *out)
{
	const struct rest_call *row = &rest_calls[call->kind];
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

/* ---- reading what is not a good answer ---- */

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
	if (!out->code[0] || out->code[strspn(out->code, CODE_LETTERS)] != '\0')
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
	if (!rest_calls[call->kind].about_sale)
		return BT_EREFUSED;
	if (!names_sale(call, reply))
		return BT_EFORMAT;
	(void)bt_text_copy(out->sale_id, sizeof out->sale_id, call->sale_id);
	if (call->kind == BT_CALL_SALE)
		out->rev = call->number;
	if (call->kind != BT_CALL_INQUIRY)
		return BT_EREFUSED;
	out->tombstone = strcmp(out->code, "unknown_sale") == 0 && has_tombstone(reply);
	return out->tombstone ? BT_EREFUSED : BT_EFORMAT;
}

static enum bt_err read_good(const struct bt_call *call, const json_t *reply, struct bt_answer *out)
{
	const struct rest_call *row = &rest_calls[call->kind];

	for (const struct member *member = row->members; member->key; member++)
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
	const int *good = rest_calls[call->kind].good_status;

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
	if (err == BT_EREFUSED || (!err && rest_calls[call->kind].keeps_body)) {
		enum bt_err kept = bt_buf_put(&out->body, reply->body.data, reply->body.len);

		err = kept ? kept : err;
	}
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
