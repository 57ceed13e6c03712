#include "core/desk/desk.h"

#include <stdlib.h>
#include <string.h>

#define FIND_DEADLINE_MS 6000
#define OWED_DEADLINE_MS 6000
#define OWED_FRESH_MS    30000
#define TEXT_MAX         40 /* as long as the head-end reads */
/* Apart from the ids of teller and sync, which count from one. */
#define DESK_CALLS (UINT64_C(1) << 61)

struct bt_desk {
	struct bt_desk_parts parts;
	uint64_t calls;
	/* found */
	enum bt_desk_state state;
	uint64_t find_call;
	int found_count;
	struct bt_desk_payment found[BT_DESK_FOUND_MAX];
	/* owed */
	bool owed_asking, owed_known, owed_tried;
	uint64_t owed_call;
	int64_t owed_boot_ms; /* when it was asked last */
	int owed_count;
	struct bt_desk_owed owed[BT_DESK_OWED_MAX];
};

enum bt_err bt_desk_open(const struct bt_desk_parts *parts, struct bt_desk **out)
{
	struct bt_desk *desk = calloc(1, sizeof *desk);

	if (!desk)
		return BT_ENOMEM;
	desk->parts = *parts;
	*out = desk;
	return BT_OK;
}

void bt_desk_close(struct bt_desk *desk)
{
	free(desk);
}

static enum bt_err submit(struct bt_desk *desk, enum bt_call_kind kind, const char *text, int deadline_ms, uint64_t *id)
{
	struct bt_call call = {.kind = kind, .deadline_ms = deadline_ms};
	enum bt_err err = bt_text_copy(call.text, sizeof call.text, text);

	if (err)
		return BT_EINPUT;
	call.id = *id = DESK_CALLS | ++desk->calls;
	return bt_wire_submit(desk->parts.wire, &call);
}

enum bt_err bt_desk_find(struct bt_desk *desk, const char *text)
{
	enum bt_err err;

	if (!text[0] || strlen(text) >= TEXT_MAX)
		return BT_EINPUT;
	desk->found_count = 0;
	desk->state = BT_DESK_UNANSWERED;
	if (!desk->parts.wire)
		return BT_EUNREACHABLE;
	err = submit(desk, BT_CALL_FIND, text, FIND_DEADLINE_MS, &desk->find_call);
	if (!err)
		desk->state = BT_DESK_ASKING;
	return err;
}

enum bt_desk_state bt_desk_found(const struct bt_desk *desk, const struct bt_desk_payment **out, int *count)
{
	*out = desk->found;
	*count = desk->state == BT_DESK_ANSWERED ? desk->found_count : 0;
	return desk->state;
}

void bt_desk_look_at_owed(struct bt_desk *desk)
{
	int64_t now = bt_clock_boot_ms(desk->parts.clock);

	if (!desk->parts.wire || (desk->owed_tried && now - desk->owed_boot_ms < OWED_FRESH_MS))
		return;
	desk->owed_tried = true;
	desk->owed_boot_ms = now;
	desk->owed_asking = submit(desk, BT_CALL_RECONNECTIONS, "", OWED_DEADLINE_MS, &desk->owed_call) == BT_OK;
}

bool bt_desk_owed(const struct bt_desk *desk, const struct bt_desk_owed **out, int *count)
{
	*out = desk->owed;
	*count = desk->owed_count;
	return desk->owed_known;
}

/* A refusal says that the text is no name of a payment: nothing is found by it. */
static void take_found(struct bt_desk *desk, const struct bt_answer *answer)
{
	enum bt_err err = answer->fault.err;

	desk->found_count = 0;
	if (!err)
		err = bt_desk_payments_read(bt_buf_view(&answer->body), desk->found, &desk->found_count);
	desk->state = !err || err == BT_EREFUSED ? BT_DESK_ANSWERED : BT_DESK_UNANSWERED;
	if (err)
		bt_log_line(desk->parts.log, "desk", "find: %s %s", bt_err_name(err), answer->code);
}

/* What was told before stands until something newer is. */
static void take_owed(struct bt_desk *desk, const struct bt_answer *answer)
{
	enum bt_err err = answer->fault.err;

	desk->owed_asking = false;
	if (!err)
		err = bt_desk_owed_read(bt_buf_view(&answer->body), desk->owed, &desk->owed_count);
	if (!err)
		desk->owed_known = true;
	else
		bt_log_line(desk->parts.log, "desk", "reconnections: %s", bt_err_name(err));
}

bool bt_desk_answer(struct bt_desk *desk, const struct bt_answer *answer)
{
	if (answer->kind != BT_CALL_FIND && answer->kind != BT_CALL_RECONNECTIONS)
		return false;
	/* An answer to a question that was asked again since says nothing. */
	if (answer->kind == BT_CALL_FIND && answer->id == desk->find_call && desk->state == BT_DESK_ASKING)
		take_found(desk, answer);
	if (answer->kind == BT_CALL_RECONNECTIONS && answer->id == desk->owed_call && desk->owed_asking)
		take_owed(desk, answer);
	return true;
}
