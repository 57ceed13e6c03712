#include "core/shift/shift.h"

#include <string.h>

#include "core/base/json.h"
#include "core/shift/report.h"

/* Far enough back to hold every try of a lock-out's quarter hour. */
#define LOOK_BACK_EVENTS 2000

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

/* Where a supervisor's PIN was right for something. */
static const enum bt_event_kind approvals[] = {BT_EVENT_REFUNDING, BT_EVENT_ABANDONED, BT_EVENT_OVERRIDDEN,
					       BT_EVENT_DRAWER, BT_EVENT_SHIFT_CLOSED};
#define APPROVALS (sizeof approvals / sizeof approvals[0])

static bool is_success(const struct bt_event *event, const char *operator_id)
{
	for (size_t i = 0; i < APPROVALS; i++)
		if (event->kind == approvals[i])
			return names_operator(event, "by", operator_id);
	return event->kind == BT_EVENT_SIGN_IN && is_of_operator(event, operator_id);
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

static enum bt_err count_tries(struct bt_journal *journal, uint64_t kinds, struct tries *tries)
{
	int64_t head = bt_journal_head(journal).seq;

	return bt_journal_read_some(journal, head > LOOK_BACK_EVENTS ? head - LOOK_BACK_EVENTS : 0, kinds, count_try,
				    tries, NULL);
}

static uint64_t kinds_of_tries(void)
{
	uint64_t kinds = UINT64_C(1) << BT_EVENT_SIGN_FAILED | UINT64_C(1) << BT_EVENT_SIGN_IN;

	for (size_t i = 0; i < APPROVALS; i++)
		kinds |= UINT64_C(1) << approvals[i];
	return kinds;
}

enum bt_err bt_shift_sign_in_state(struct bt_journal *journal, const char *operator_id, int64_t now_ms,
				   struct bt_sign_in_state *out)
{
	struct tries tries = {.operator_id = operator_id}, timed = tries;
	int64_t since;
	enum bt_err err = count_tries(journal, kinds_of_tries(), &tries);

	if (err)
		return err;
	*out = (struct bt_sign_in_state){.tries_left = BT_SHIFT_PIN_TRIES - tries.failed % BT_SHIFT_PIN_TRIES};
	if (tries.failed == 0 || tries.failed % BT_SHIFT_PIN_TRIES != 0)
		return BT_OK;
	/* Only how long a lock-out lasts takes the times of all records, and ten times as long to read. */
	err = count_tries(journal, UINT64_MAX, &timed);
	if (err)
		return err;
	/* A clock set back does not end the wait early. */
	since = now_ms > timed.last_ms ? now_ms - timed.last_ms : 0;
	if (since < BT_SHIFT_LOCKOUT_MS)
		*out = (struct bt_sign_in_state){.tries_left = 0, .wait_ms = BT_SHIFT_LOCKOUT_MS - since};
	return BT_OK;
}

enum bt_err bt_shift_note_failed(struct bt_journal *journal, const char *operator_id, struct bt_fault *fault)
{
	return bt_journal_put_json(journal, BT_EVENT_SIGN_FAILED, "", json_pack("{s:s}", "operator", operator_id),
				   fault);
}

static json_t *opening_body(const char *operator_id, int64_t shift, bt_paise opening_float)
{
	return json_pack("{s:I, s:s, s:I}", "float_paise", (json_int_t)opening_float, "operator", operator_id, "shift",
			 (json_int_t)shift);
}

/* PROTOCOL J2: the key changes first, so that all of the shift is under its own. A cut between the two costs one change
 * more at the next opening. */
enum bt_err bt_shift_open(struct bt_journal *journal, const char *operator_id, int64_t first, bt_paise opening_float,
			  int64_t *shift, struct bt_fault *fault)
{
	struct bt_shift newest;
	int64_t number;
	enum bt_err err = bt_shift_newest(journal, &newest);

	if (err && err != BT_ENOTFOUND)
		return bt_fault_set(fault, err, 0, "newest shift cannot be read");
	if (opening_float < 0 || opening_float > BT_PAISE_MAX)
		return bt_fault_set(fault, BT_ERANGE, 0, "float");
	number = bt_shift_next_number(err ? NULL : &newest, first);
	err = bt_journal_ratchet(journal, fault);
	if (!err)
		err = bt_journal_put_json(journal, BT_EVENT_SHIFT_OPEN, "",
					  opening_body(operator_id, number, opening_float), fault);
	if (!err)
		*shift = number;
	return err;
}

enum bt_err bt_shift_resume(struct bt_journal *journal, const char *operator_id, int64_t now_ms, int64_t *shift)
{
	struct bt_shift newest;
	enum bt_err err = bt_shift_newest(journal, &newest);

	if (err)
		return err;
	if (!bt_shift_is_of(&newest, operator_id, now_ms))
		return BT_ENOTFOUND;
	*shift = newest.number;
	return BT_OK;
}

enum bt_err bt_shift_sign_in(struct bt_journal *journal, const char *operator_id, int64_t now_ms, int64_t *shift,
			     struct bt_fault *fault)
{
	int64_t number = 0;
	enum bt_err err = bt_shift_resume(journal, operator_id, now_ms, &number);

	if (err && err != BT_ENOTFOUND)
		return bt_fault_set(fault, err, 0, "newest shift cannot be read");
	err = bt_journal_put_json(journal, BT_EVENT_SIGN_IN, "", json_pack("{s:s}", "operator", operator_id), fault);
	if (!err)
		*shift = number;
	return err;
}

/* The seal and the opening behind it: one commit, or neither. */
static enum bt_err put_both(struct bt_journal *journal, json_t *seal, json_t *opening, struct bt_fault *fault)
{
	const struct bt_event_in events[] = {{.kind = BT_EVENT_SHIFT_SEALED, .sale_id = "", .tree = seal},
					     {.kind = BT_EVENT_SHIFT_OPEN, .sale_id = "", .tree = opening}};
	enum bt_err err = seal && opening ? bt_journal_put(journal, events, 2, fault) : BT_ENOMEM;

	json_decref(seal);
	json_decref(opening);
	return err;
}

/* The sequence on a receipt has three digits: the person goes on under the next number, and the drawer with him. */
static enum bt_err go_on(struct bt_journal *journal, const struct bt_shift *full, int64_t *shift,
			 struct bt_fault *fault)
{
	struct bt_shift_sums sums;
	json_t *seal = NULL;
	bt_paise drawer;
	enum bt_err err;

	bt_shift_sums_begin(full, &sums);
	err = bt_shift_sums_read(journal, full->until, &sums);
	if (!err)
		err = bt_shift_report_freeze(journal, full, &sums, &seal);
	if (!err)
		err = bt_journal_ratchet(journal, fault);
	if (err) {
		json_decref(seal);
		return bt_fault_set(fault, err, 0, "a full shift cannot be ended");
	}
	/* Refunds of cash that came in before can have left less than nothing by the record; none is carried on. */
	drawer = bt_shift_sums_drawer(&sums, full->opening_float);
	err =
	    put_both(journal, seal, opening_body(full->operator_id, full->number + 1, drawer < 0 ? 0 : drawer), fault);
	if (!err)
		*shift = full->number + 1;
	return err;
}

static enum bt_err count_counts(struct bt_journal *journal, const struct bt_shift *shift, int *out)
{
	struct bt_event event = {.seq = shift->open_seq};
	enum bt_err err = BT_OK;

	*out = 0;
	while (!err && *out < BT_SHIFT_COUNTS) {
		err = bt_journal_next(journal, BT_EVENT_CASH_COUNT, event.seq, &event, NULL);
		*out += err == BT_OK;
	}
	return err == BT_ENOTFOUND ? BT_OK : err;
}

enum bt_err bt_shift_continue(struct bt_journal *journal, const char *operator_id, int64_t *shift,
			      struct bt_fault *fault)
{
	struct bt_shift newest;
	int64_t used = 0;
	int counts = 0;
	enum bt_err err = bt_shift_newest(journal, &newest);

	if (err && err != BT_ENOTFOUND)
		return bt_fault_set(fault, err, 0, "newest shift cannot be read");
	if (err || newest.ended || newest.number != *shift || strcmp(newest.operator_id, operator_id) != 0)
		return bt_fault_set(fault, BT_ESTATE, 0, "no shift is open");
	err = count_counts(journal, &newest, &counts);
	if (!err && counts >= BT_SHIFT_COUNTS)
		return bt_fault_set(fault, BT_ESTATE, 0, "the drawer was counted twice: the shift is to be sealed");
	if (!err)
		err = bt_journal_shift_count(journal, *shift, &used);
	if (err)
		return bt_fault_set(fault, err, 0, "shift cannot be read");
	return used < BT_SHIFT_RECEIPTS ? BT_OK : go_on(journal, &newest, shift, fault);
}
