#include "core/wire/protocol.h"

#include <string.h>

struct call_row {
	const char *name;
	bool moves_money;
	size_t reply_max;
};

static const struct call_row call_rows[BT_CALL_COUNT] = {
#define CALL_ROW(id, call_name, money, max) [id] = {.name = call_name, .moves_money = money, .reply_max = max},
    BT_CALLS(CALL_ROW)
#undef CALL_ROW
};

const struct bt_protocol *const bt_protocols[] = {
    &bt_protocol_rest,
    &bt_protocol_rest_picks,
    NULL,
};

const char *bt_call_name(enum bt_call_kind kind)
{
	return call_rows[kind].name;
}

bool bt_call_moves_money(enum bt_call_kind kind)
{
	return call_rows[kind].moves_money;
}

size_t bt_call_reply_max(enum bt_call_kind kind)
{
	return call_rows[kind].reply_max;
}

void bt_answer_fini(struct bt_answer *answer)
{
	/* The reply to an enrolment carries the vault's key. */
	if (answer->body.data)
		explicit_bzero(answer->body.data, answer->body.cap);
	bt_buf_fini(&answer->body);
	json_decref(answer->document);
	answer->document = NULL;
}

const struct bt_protocol *bt_protocol_find(const char *id)
{
	for (size_t i = 0; bt_protocols[i]; i++)
		if (strcmp(bt_protocols[i]->id, id) == 0)
			return bt_protocols[i];
	return NULL;
}

bool bt_payment_is_link(const char *text)
{
	static const char start[] = "upi://pay?";

	if (strncmp(text, start, strlen(start)) != 0)
		return false;
	for (; *text; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}
