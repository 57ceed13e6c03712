/* Calls about the record: its upload, and what the head-end holds of it. */
#include <string.h>

#include "core/wire/rest.h"

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

const struct bt_rest_call bt_rest_journal = {.method = "POST",
					     .put_path = put_journal_path,
					     .put_body = bt_rest_put_document,
					     .good_status = {200, 200},
					     .members = {{"acknowledged", BT_MEMBER_COUNT},
							 {"head", BT_MEMBER_TEXT},
							 {"head_signature", BT_MEMBER_TEXT},
							 {"results", BT_MEMBER_ARRAY}},
					     .keeps_document = true};

const struct bt_rest_call bt_rest_head = {.method = "GET",
					  .put_path = put_head_path,
					  .good_status = {200, 200},
					  .members = {{"seq", BT_MEMBER_COUNT}, {"hash", BT_MEMBER_TEXT}},
					  .read_good = read_head,
					  .keeps_body = true};
