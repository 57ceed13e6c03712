/* The account of a connection: what the queue asks beside balance and dues. */
#include <string.h>

#include "core/wire/rest.h"

static enum bt_err put_account_path(const struct bt_call *call, struct bt_buf *path)
{
	enum bt_err err = bt_rest_put_named(call, "/v1/consumers/", path);

	return err ? err : bt_buf_put_text(path, "/account");
}

static enum bt_err read_account(const struct bt_call *call, const json_t *reply, struct bt_answer *out)
{
	char number[80];

	(void)out;
	if (bt_json_text(reply, "number", number, sizeof number) != BT_OK || strcmp(number, call->text) != 0)
		return BT_EFORMAT;
	return BT_OK;
}

const struct bt_rest_call bt_rest_account = {.method = "GET",
					     .put_path = put_account_path,
					     .good_status = {200, 200},
					     .members = {{"time", BT_MEMBER_COUNT},
							 {"recharges", BT_MEMBER_ARRAY},
							 {"waiting", BT_MEMBER_ARRAY},
							 {"notices", BT_MEMBER_ARRAY},
							 {"others", BT_MEMBER_ARRAY}},
					     .read_good = read_account,
					     .keeps_body = true};
