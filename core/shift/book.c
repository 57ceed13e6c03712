#include "core/shift/book.h"

#include <string.h>

#include "core/base/json.h"

/* A shift that sold anything has its opening, a sign-in, a payment and what was given for it. */
#define EVENTS_PER_SHIFT 4
#define SHIFTS_LOST_MAX  200

static enum bt_err read_opening(const struct bt_event *event, struct bt_shift *out)
{
	struct bt_shift shift = {
	    .open_seq = event->seq, .after = event->seq - 1, .until = INT64_MAX, .from_ms = event->time_ms};
	json_t *body;
	enum bt_err err = bt_json_parse(event->body, BT_EVENT_BODY_MAX, &body, NULL);

	if (err)
		return err;
	err = bt_json_int(body, "shift", 1, INT32_MAX, &shift.number);
	if (!err)
		err = bt_json_int(body, "float_paise", 0, BT_PAISE_MAX, &shift.opening_float);
	if (!err)
		err = bt_json_text(body, "operator", shift.operator_id, sizeof shift.operator_id);
	json_decref(body);
	if (!err)
		*out = shift;
	return err;
}

static void end_at(struct bt_shift *shift, int64_t seq, int64_t ms)
{
	shift->ended = true;
	shift->until = seq;
	shift->until_ms = ms;
}

/* A supervisor who seals what nobody counted says so; a clerk seals what he has counted. */
static void read_sealer(const struct bt_shift *shift, const json_t *body, char out[24])
{
	if (bt_json_text(body, "by", out, sizeof shift->sealed_by) != BT_OK)
		bt_text_copy(out, sizeof shift->sealed_by, shift->counted ? shift->operator_id : "");
}

static void note_seal(struct bt_shift *shift, const struct bt_event *event, const json_t *body)
{
	shift->sealed_seq = event->seq;
	shift->sealed_ms = event->time_ms;
	shift->counted = bt_json_int(body, "counted_paise", 0, BT_PAISE_MAX, &shift->counted_cash) == BT_OK;
	if (bt_json_int(body, "expected_paise", INT64_MIN / 2, INT64_MAX / 2, &shift->expected) != BT_OK)
		shift->expected = 0;
	read_sealer(shift, body, shift->sealed_by);
	/* A seal behind the next opening is a supervisor's, of a shift that had ended by itself. */
	if (event->seq <= shift->until)
		end_at(shift, event->seq, event->time_ms);
}

static void note_close(struct bt_shift *shift, const struct bt_event *event, const json_t *body)
{
	shift->closed_seq = event->seq;
	shift->closed_ms = event->time_ms;
	if (bt_json_text(body, "by", shift->closed_by, sizeof shift->closed_by) != BT_OK)
		shift->closed_by[0] = '\0';
}

/* Hand each event of @p kind behind @p after to the shift it names. */
static enum bt_err note_each(struct bt_journal *journal, enum bt_event_kind kind, int64_t after,
			     struct bt_shift *shifts, int count,
			     void (*note)(struct bt_shift *, const struct bt_event *, const json_t *))
{
	struct bt_event event = {.seq = after};
	struct bt_buf text;
	enum bt_err err;

	bt_buf_init(&text, BT_EVENT_BODY_MAX);
	while ((err = bt_journal_next(journal, kind, event.seq, &event, &text)) == BT_OK) {
		int64_t number;
		json_t *body;

		err = bt_json_parse(event.body, BT_EVENT_BODY_MAX, &body, NULL);
		if (err)
			break;
		err = bt_json_int(body, "shift", 1, INT32_MAX, &number);
		for (int i = 0; !err && i < count; i++)
			if (shifts[i].number == number && event.seq > shifts[i].open_seq)
				note(&shifts[i], &event, body);
		json_decref(body);
		if (err)
			break;
	}
	bt_buf_fini(&text);
	return err == BT_ENOTFOUND ? BT_OK : err;
}

/* Openings from the newest backwards; each older one ends at the latest where the one after it begins. */
static enum bt_err read_openings(struct bt_journal *journal, int64_t upto, int max, struct bt_shift *out, int *count)
{
	struct bt_event event = {.seq = INT64_MAX};
	struct bt_shift shift = {0};
	struct bt_buf text;
	int64_t later_seq = 0, later_ms = 0;
	int n = 0;
	enum bt_err err = BT_OK;

	bt_buf_init(&text, BT_EVENT_BODY_MAX);
	while (n < max && !err) {
		err = bt_journal_before(journal, BT_EVENT_SHIFT_OPEN, event.seq, &event, &text);
		if (!err)
			err = read_opening(&event, &shift);
		if (err)
			break;
		if (later_seq)
			end_at(&shift, later_seq - 1, later_ms);
		shift.lost = bt_journal_lost_after(journal, shift.open_seq);
		later_seq = shift.open_seq;
		later_ms = shift.from_ms;
		if (shift.number <= upto)
			out[n++] = shift;
	}
	bt_buf_fini(&text);
	*count = n;
	return err == BT_ENOTFOUND ? BT_OK : err;
}

enum bt_err bt_shift_list(struct bt_journal *journal, int64_t upto, int max, struct bt_shift *out, int *count)
{
	struct bt_shift older[1];
	int n = 0, before = 0;
	int64_t from;
	enum bt_err err = read_openings(journal, upto, max, out, &n);

	if (err || n == 0) {
		if (!err)
			*count = 0;
		return err;
	}
	/* Where the one before the oldest was sealed is where the oldest begins. */
	err = read_openings(journal, out[n - 1].number - 1, 1, older, &before);
	if (err)
		return err;
	from = before ? older[0].open_seq : out[n - 1].open_seq;
	err = note_each(journal, BT_EVENT_SHIFT_SEALED, from, out, n, note_seal);
	if (!err && before)
		err = note_each(journal, BT_EVENT_SHIFT_SEALED, from, older, 1, note_seal);
	if (!err)
		err = note_each(journal, BT_EVENT_SHIFT_CLOSED, from, out, n, note_close);
	for (int i = 0; !err && i < n; i++) {
		const struct bt_shift *previous = i + 1 < n ? &out[i + 1] : before ? &older[0] : NULL;

		if (previous)
			out[i].after = previous->until;
	}
	if (!err)
		*count = n;
	return err;
}

enum bt_err bt_shift_newest(struct bt_journal *journal, struct bt_shift *out)
{
	int count;
	enum bt_err err = bt_shift_list(journal, INT64_MAX, 1, out, &count);

	return err ? err : count ? BT_OK : BT_ENOTFOUND;
}

enum bt_err bt_shift_find(struct bt_journal *journal, int64_t number, struct bt_shift *out)
{
	struct bt_shift shift;
	int count;
	enum bt_err err = bt_shift_list(journal, number, 1, &shift, &count);

	if (err)
		return err;
	if (count == 0 || shift.number != number)
		return BT_ENOTFOUND;
	*out = shift;
	return BT_OK;
}

static bool is_same_day(int64_t a_ms, int64_t b_ms)
{
	struct bt_civil a = bt_civil_of(a_ms, BT_INDIA_OFFSET_MINUTES);
	struct bt_civil b = bt_civil_of(b_ms, BT_INDIA_OFFSET_MINUTES);

	return a.year == b.year && a.month == b.month && a.day == b.day;
}

bool bt_shift_is_of(const struct bt_shift *shift, const char *operator_id, int64_t now_ms)
{
	return !shift->ended && shift->lost == 0 && strcmp(shift->operator_id, operator_id) == 0 &&
	       is_same_day(shift->from_ms, now_ms);
}

int64_t bt_shift_next_number(const struct bt_shift *newest, int64_t first)
{
	int64_t lost;

	if (!newest)
		return first;
	lost = newest->lost / EVENTS_PER_SHIFT;
	/* Receipts given under numbers that were lost with the record are not given again (DESIGN 1). */
	return newest->number + 1 + (lost < SHIFTS_LOST_MAX ? lost : SHIFTS_LOST_MAX);
}
