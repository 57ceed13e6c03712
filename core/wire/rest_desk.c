/* Calls of the desk: payments of every channel, claims, and supply that is owed back. */
#include <inttypes.h>
#include <string.h>

#include "core/wire/rest.h"

static enum bt_err put_find_path(const struct bt_call *call, struct bt_buf *path)
{
	enum bt_err err;

	if (!call->text[0])
		return BT_EINPUT;
	err = bt_buf_put_text(path, "/v1/payments?find=");
	return err ? err : bt_rest_put_escaped(path, call->text);
}

static enum bt_err put_claims_path(const struct bt_call *call, struct bt_buf *path)
{
	(void)call;
	return bt_buf_put_text(path, "/v1/claims");
}

static enum bt_err put_claim_path(const struct bt_call *call, struct bt_buf *path)
{
	if (!bt_rest_is_sale_id(call->text))
		return BT_EINPUT;
	return bt_buf_printf(path, "/v1/claims/%s", call->text);
}

/* The claim is an object as it stands on record; the era goes in beside its members. */
static enum bt_err put_claim(const struct bt_call *call, struct bt_buf *body)
{
	enum bt_err err;

	if (call->era < 1 || call->body.len < 3 || call->body.data[0] != '{' || !bt_rest_is_sale_id(call->text))
		return BT_EINPUT;
	err = bt_buf_printf(body, "{\"era\":%" PRId64 ",", call->era);
	return err ? err : bt_buf_put(body, call->body.data + 1, call->body.len - 1);
}

/* An answer about another claim would promise the wrong person. */
static enum bt_err read_claim(const struct bt_call *call, const json_t *reply, struct bt_answer *out)
{
	char claim_id[37];

	(void)out;
	if (bt_json_text(reply, "claim_id", claim_id, sizeof claim_id) != BT_OK || strcmp(claim_id, call->text) != 0)
		return BT_EFORMAT;
	return BT_OK;
}

static enum bt_err put_reconnections_path(const struct bt_call *call, struct bt_buf *path)
{
	enum bt_err err = bt_buf_put_text(path, "/v1/reconnections");

	if (!err && call->text[0])
		err = bt_buf_put_text(path, "?connection=");
	return err ? err : bt_rest_put_escaped(path, call->text);
}

const struct bt_rest_call bt_rest_find = {.method = "GET",
					  .put_path = put_find_path,
					  .good_status = {200, 200},
					  .members = {{"payments", BT_MEMBER_ARRAY}, {"time", BT_MEMBER_COUNT}},
					  .keeps_body = true};

const struct bt_rest_call bt_rest_claim = {
    .method = "POST",
    .put_path = put_claims_path,
    .put_body = put_claim,
    .good_status = {200, 201},
    .members = {{"number", BT_MEMBER_TEXT}, {"promised_at", BT_MEMBER_COUNT}, {"state", BT_MEMBER_TEXT}},
    .read_good = read_claim,
    .keeps_body = true};

const struct bt_rest_call bt_rest_claim_view = {
    .method = "GET",
    .put_path = put_claim_path,
    .good_status = {200, 200},
    .members = {{"number", BT_MEMBER_TEXT}, {"promised_at", BT_MEMBER_COUNT}, {"state", BT_MEMBER_TEXT}},
    .read_good = read_claim,
    .keeps_body = true};

const struct bt_rest_call bt_rest_reconnections = {
    .method = "GET",
    .put_path = put_reconnections_path,
    .good_status = {200, 200},
    .members = {{"reconnections", BT_MEMBER_ARRAY}, {"time", BT_MEMBER_COUNT}},
    .keeps_body = true};
