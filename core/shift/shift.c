#include "core/shift/shift.h"

#include <string.h>

#include "core/base/json.h"

/* Far enough back to hold every try of a lock-out's quarter hour. */
#define LOOK_BACK_EVENTS 2000
/* A shift that sold anything has its opening, a sign-in, a payment and what was given for it. */
#define EVENTS_PER_SHIFT 4
#define SHIFTS_LOST_MAX  200

struct tries {
	const char *operator_id;
	int failed; /* in a row */
	int64_t last_ms;
};

static bool names_operator(const struct bt_event *event, const char *member, const char *operator_id)
{
	char text[24];
	json_t *body;
	bool is;

	if (bt_json_parse(event->body, BT_EVENT_BODY_MAX, &body, NULL) != BT_OK)
		return false;
	is = bt_json_text(body, member, text, sizeof text) == BT_OK && strcmp(text, operator_id) == 0;
	json_decref(body);
	return is;
}

static bool is_of_operator(const struct bt_event *event, const char *operator_id)
{
	return names_operator(event, "operator", operator_id);
}

/* A sign-in, or a PIN that was right for something a supervisor approved. */
static bool is_success(const struct bt_event *event, const char *operator_id)
{
	bool approval = event->kind == BT_EVENT_REFUNDING || event->kind == BT_EVENT_ABANDONED ||
			event->kind == BT_EVENT_OVERRIDDEN || event->kind == BT_EVENT_DRAWER;

	return (event->kind == BT_EVENT_SIGN_IN && is_of_operator(event, operator_id)) ||
	       (approval && names_operator(event, "by", operator_id));
}

static bool count_try(void *context, const struct bt_event *event)
{
	struct tries *tries = context;
	bool failed = event->kind == BT_EVENT_SIGN_FAILED && is_of_operator(event, tries->operator_id);

	if (!failed && !is_success(event, tries->operator_id)) {
		/* The clock was set back since: the wait runs anew from here, or it would last until the old time
		 * comes again. */
		if (event->time_ms < tries->last_ms)
			tries->last_ms = event->time_ms;
		return true;
	}
	tries->failed = failed ? tries->failed + 1 : 0;
	tries->last_ms = event->time_ms;
	return true;
}

enum bt_err bt_shift_sign_in_state(struct bt_journal *journal, const char *operator_id, int64_t now_ms,
				   struct bt_sign_in_state *out)
{
	struct tries tries = {.operator_id = operator_id};
	int64_t head = bt_journal_head(journal).seq, after = head > LOOK_BACK_EVENTS ? head - LOOK_BACK_EVENTS : 0;
	int64_t since;
	enum bt_err err = bt_journal_read(journal, after, count_try, &tries, NULL);

	if (err)
		return err;
	*out = (struct bt_sign_in_state){.tries_left = BT_SHIFT_PIN_TRIES - tries.failed % BT_SHIFT_PIN_TRIES};
	if (tries.failed == 0 || tries.failed % BT_SHIFT_PIN_TRIES != 0)
		return BT_OK;
	/* A clock set back does not end the wait early. */
	since = now_ms > tries.last_ms ? now_ms - tries.last_ms : 0;
	if (since < BT_SHIFT_LOCKOUT_MS)
		*out = (struct bt_sign_in_state){.tries_left = 0, .wait_ms = BT_SHIFT_LOCKOUT_MS - since};
	return BT_OK;
}

enum bt_err bt_shift_note_failed(struct bt_journal *journal, const char *operator_id, struct bt_fault *fault)
{
	return bt_journal_put_json(journal, BT_EVENT_SIGN_FAILED, "", json_pack("{s:s}", "operator", operator_id),
				   fault);
}

/* PROTOCOL J2: the key changes first, so that all of the shift is under its own. A cut between the two costs one change
 * more at the next sign-in. */
static enum bt_err open_shift(struct bt_journal *journal, const char *operator_id, int64_t shift,
			      struct bt_fault *fault)
{
	enum bt_err err = bt_journal_ratchet(journal, fault);

	if (err)
		return err;
	return bt_journal_put_json(journal, BT_EVENT_SHIFT_OPEN, "",
				   json_pack("{s:I, s:s, s:I}", "float_paise", (json_int_t)0, "operator", operator_id,
					     "shift", (json_int_t)shift),
				   fault);
}

/* The newest opened shift: its number, and whether it is this operator's of today. */
static enum bt_err newest_shift(struct bt_journal *journal, const char *operator_id, int64_t now_ms, int64_t *number,
				bool *fits)
{
	struct bt_event event;
	struct bt_buf body;
	json_t *o = NULL;
	int64_t lost;
	struct bt_civil then, now = bt_civil_of(now_ms, BT_INDIA_OFFSET_MINUTES);
	enum bt_err err;

	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	err = bt_journal_newest(journal, BT_EVENT_SHIFT_OPEN, NULL, &event, &body);
	event.body = bt_buf_view(&body);
	if (!err)
		err = bt_json_parse(event.body, BT_EVENT_BODY_MAX, &o, NULL);
	if (!err)
		err = bt_json_int(o, "shift", 1, INT32_MAX, number);
	if (!err) {
		then = bt_civil_of(event.time_ms, BT_INDIA_OFFSET_MINUTES);
		/* Receipts given under numbers that were lost with the record are not given again (DESIGN 1). */
		lost = bt_journal_lost_after(journal, event.seq);
		*number += lost / EVENTS_PER_SHIFT < SHIFTS_LOST_MAX ? lost / EVENTS_PER_SHIFT : SHIFTS_LOST_MAX;
		*fits = lost == 0 && then.year == now.year && then.month == now.month && then.day == now.day &&
			is_of_operator(&event, operator_id);
	}
	json_decref(o);
	bt_buf_fini(&body);
	return err;
}

enum bt_err bt_shift_sign_in(struct bt_journal *journal, const char *operator_id, int64_t now_ms, int64_t first,
			     int64_t *shift, struct bt_fault *fault)
{
	int64_t number = first - 1, used = 0;
	bool fits = false;
	enum bt_err err = newest_shift(journal, operator_id, now_ms, &number, &fits);

	if (err && err != BT_ENOTFOUND)
		return bt_fault_set(fault, err, 0, "newest shift cannot be read");
	err = bt_journal_put_json(journal, BT_EVENT_SIGN_IN, "", json_pack("{s:s}", "operator", operator_id), fault);
	if (!err && fits)
		err = bt_journal_shift_count(journal, number, &used);
	if (!err && (!fits || used >= BT_SHIFT_RECEIPTS))
		err = open_shift(journal, operator_id, ++number, fault);
	if (!err)
		*shift = number;
	return err;
}

enum bt_err bt_shift_resume(struct bt_journal *journal, const char *operator_id, int64_t now_ms, int64_t *shift)
{
	int64_t number = 0, used = 0;
	bool fits = false;
	enum bt_err err = newest_shift(journal, operator_id, now_ms, &number, &fits);

	if (!err && fits)
		err = bt_journal_shift_count(journal, number, &used);
	if (err)
		return err;
	if (!fits || used >= BT_SHIFT_RECEIPTS)
		return BT_ENOTFOUND;
	*shift = number;
	return BT_OK;
}

enum bt_err bt_shift_continue(struct bt_journal *journal, const char *operator_id, int64_t *shift,
			      struct bt_fault *fault)
{
	int64_t used, number = *shift;
	bool fits;
	enum bt_err err = bt_journal_shift_count(journal, *shift, &used);

	if (err || used < BT_SHIFT_RECEIPTS)
		return err;
	err = newest_shift(journal, operator_id, 0, &number, &fits);
	if (!err)
		err = open_shift(journal, operator_id, number + 1, fault);
	if (!err)
		*shift = number + 1;
	return err;
}
