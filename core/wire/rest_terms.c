/* Calls about the terminal itself and about consumers: enrolment, certificate, time, lease, tariff, directory. */
#include <inttypes.h>
#include <string.h>

#include "core/wire/rest.h"

#define DIRECTORY_LIMIT 2000

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

static enum bt_err read_health(const struct bt_call *call, const json_t *reply, struct bt_answer *out)
{
	char nonce[33];

	(void)out;
	if (bt_json_text(reply, "nonce", nonce, sizeof nonce) != BT_OK || strcmp(nonce, call->text) != 0)
		return BT_EFORMAT;
	return BT_OK;
}

static enum bt_err put_lease_path(const struct bt_call *call, struct bt_buf *path)
{
	(void)call;
	return bt_buf_put_text(path, "/v1/lease");
}

static enum bt_err put_renew_path(const struct bt_call *call, struct bt_buf *path)
{
	enum bt_err err = bt_rest_put_named(call, "/v1/terminals/", path);

	return err ? err : bt_buf_put_text(path, "/certificate");
}

/* PEM is ASCII, so its bytes are UTF-8 too. */
static enum bt_err put_renew(const struct bt_call *call, struct bt_buf *body)
{
	json_t *json;
	enum bt_err err;

	if (call->era < 1 || call->body.len == 0)
		return BT_EINPUT;
	json = json_pack("{s:I, s:s%}", "era", (json_int_t)call->era, "request", (const char *)call->body.data,
			 call->body.len);
	err = json ? bt_json_encode(json, body) : BT_EINPUT;
	json_decref(json);
	return err;
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
	return bt_rest_put_named(call, "/v1/consumers/", path);
}

static enum bt_err read_consumer(const struct bt_call *call, const json_t *reply, struct bt_answer *out)
{
	char number[80];

	(void)out;
	if (bt_json_text(reply, "number", number, sizeof number) != BT_OK || strcmp(number, call->text) != 0)
		return BT_EFORMAT;
	return BT_OK;
}

const struct bt_rest_call bt_rest_enrol = {.method = "POST",
					   .put_path = put_enrol_path,
					   .put_body = bt_rest_put_document,
					   .good_status = {201, 201},
					   .members = {{"terminal", BT_MEMBER_TEXT},
						       {"certificate", BT_MEMBER_TEXT},
						       {"ca", BT_MEMBER_TEXT},
						       {"head_end_key", BT_MEMBER_TEXT},
						       {"vault_key", BT_MEMBER_TEXT},
						       {"era", BT_MEMBER_COUNT},
						       {"operators", BT_MEMBER_ARRAY}},
					   .keeps_body = true};

const struct bt_rest_call bt_rest_renew = {
    .method = "POST",
    .put_path = put_renew_path,
    .put_body = put_renew,
    .good_status = {200, 201},
    .members = {{"certificate", BT_MEMBER_TEXT}, {"time", BT_MEMBER_COUNT}, {"era", BT_MEMBER_COUNT}},
    .keeps_body = true};

const struct bt_rest_call bt_rest_health = {
    .method = "GET",
    .put_path = put_health_path,
    .good_status = {200, 200},
    .members = {{"time", BT_MEMBER_COUNT}, {"era", BT_MEMBER_COUNT}, {"signature", BT_MEMBER_TEXT}},
    .read_good = read_health,
    .keeps_document = true};

const struct bt_rest_call bt_rest_lease = {.method = "GET",
					   .put_path = put_lease_path,
					   .good_status = {200, 200},
					   .members = {{"document", BT_MEMBER_TEXT}, {"signature", BT_MEMBER_TEXT}},
					   .keeps_body = true};

const struct bt_rest_call bt_rest_tariffs = {.method = "GET",
					     .put_path = put_tariffs_path,
					     .good_status = {200, 200},
					     .members = {{"document", BT_MEMBER_TEXT}, {"signature", BT_MEMBER_TEXT}},
					     .keeps_body = true};

const struct bt_rest_call bt_rest_directory = {.method = "GET",
					       .put_path = put_directory_path,
					       .good_status = {200, 200},
					       .members = {{"version", BT_MEMBER_COUNT},
							   {"complete", BT_MEMBER_BOOL},
							   {"consumers", BT_MEMBER_ARRAY},
							   {"removed", BT_MEMBER_ARRAY}},
					       .keeps_document = true};

const struct bt_rest_call bt_rest_consumer = {
    .method = "GET",
    .put_path = put_consumer_path,
    .good_status = {200, 200},
    .members = {{"meter", BT_MEMBER_TEXT}, {"name", BT_MEMBER_OBJECT}, {"kind", BT_MEMBER_TEXT}},
    .read_good = read_consumer,
    .keeps_body = true};
