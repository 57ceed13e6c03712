#include "core/shift/till.h"

#include <string.h>

#include "core/base/json.h"
#include "core/shift/shift.h"

#define REASON_LETTERS "abcdefghijklmnopqrstuvwxyz_"
#define REASON_MAX     23

void bt_till_begin(struct bt_till *till, struct bt_journal *journal, int64_t first)
{
	*till = (struct bt_till){.journal = journal, .first = first};
}

/* Which shift is the newest is asked anew. @return the journal's error. */
static enum bt_err find_newest(struct bt_till *till, int64_t head)
{
	struct bt_shift newest;
	struct bt_shift_sums sums = till->sums;
	enum bt_err err = bt_shift_newest(till->journal, &newest);

	if (err == BT_ENOTFOUND) {
		till->any = false;
		till->seen = head;
		return BT_OK;
	}
	if (!err && (!till->any || newest.open_seq != till->newest.open_seq))
		bt_shift_sums_begin(&newest, &sums);
	if (!err)
		err = bt_shift_sums_read(till->journal, newest.until, &sums);
	if (err)
		return err;
	till->newest = newest;
	till->sums = sums;
	till->any = true;
	till->seen = head;
	till->list_known = false;
	return BT_OK;
}

/* Go on from what was read before: with every key pressed, so only what came since is read. */
static enum bt_err refresh(struct bt_till *till)
{
	int64_t head = bt_journal_head(till->journal).seq;
	struct bt_shift_sums sums = till->sums;
	enum bt_err err;

	if (till->seen == head && head != 0)
		return BT_OK;
	if (!till->any || till->newest.ended)
		return find_newest(till, head);
	err = bt_shift_sums_read(till->journal, INT64_MAX, &sums);
	if (err)
		return err;
	if (sums.shifts_moved)
		return find_newest(till, head);
	till->sums = sums;
	till->seen = head;
	return BT_OK;
}

/* Ended shifts that wait, the newest apart: whether that has ended depends on who asks. */
static enum bt_err refresh_list(struct bt_till *till)
{
	struct bt_shift shifts[BT_TILL_SHIFTS];
	int count = 0;
	enum bt_err err;

	if (till->list_known)
		return BT_OK;
	err = bt_shift_list(till->journal, INT64_MAX, BT_TILL_SHIFTS, shifts, &count);
	if (err)
		return err;
	till->unsealed = till->sealed = 0;
	for (int i = 1; i < count; i++) {
		till->unsealed += shifts[i].sealed_seq == 0 && shifts[i].closed_seq == 0;
		till->sealed += shifts[i].sealed_seq != 0 && shifts[i].closed_seq == 0;
	}
	till->list_known = true;
	return BT_OK;
}

/* A clerk goes on in the shift he signed in to, past midnight too. */
static bool is_open(const struct bt_till *till, const char *operator_id, int64_t in_shift)
{
	return till->any && !till->newest.ended && till->newest.number == in_shift &&
	       strcmp(till->newest.operator_id, operator_id) == 0;
}

static bool is_sealed(const struct bt_till *till, int64_t in_shift)
{
	return till->any && till->newest.counted && till->newest.number == in_shift;
}

static void fill_ceiling(const struct bt_till *till, const struct bt_till_limits *limits, struct bt_till_facts *out)
{
	bt_paise drawer = bt_shift_sums_drawer(&till->sums, till->newest.opening_float);

	if (!out->is_open)
		return;
	out->near_ceiling = limits->warn_at > 0 && drawer >= limits->warn_at;
	out->at_ceiling = limits->ceiling > 0 && drawer >= limits->ceiling;
}

static void fill_waiting(const struct bt_till *till, struct bt_till_facts *out)
{
	const struct bt_shift *newest = &till->newest;

	out->unsealed = till->unsealed;
	out->sealed = till->sealed;
	if (!till->any || out->is_open || newest->closed_seq)
		return;
	out->unsealed += newest->sealed_seq == 0;
	out->sealed += newest->sealed_seq != 0;
}

enum bt_err bt_till_facts(struct bt_till *till, const char *operator_id, int64_t in_shift,
			  const struct bt_till_limits *limits, struct bt_till_facts *out)
{
	struct bt_till_facts facts = {0};
	struct bt_open_count left_over = {0};
	enum bt_err err = refresh(till);

	if (!err)
		err = refresh_list(till);
	if (err)
		return err;
	facts.is_open = is_open(till, operator_id, in_shift);
	facts.is_sealed = is_sealed(till, in_shift);
	facts.shift = facts.is_open || facts.is_sealed
			  ? till->newest.number
			  : bt_shift_next_number(till->any ? &till->newest : NULL, till->first);
	if (facts.is_open || facts.is_sealed) {
		facts.from_ms = till->newest.from_ms;
		facts.opening_float = till->newest.opening_float;
		facts.counts = till->sums.counts;
	}
	facts.newest_count = facts.is_open && facts.counts ? &till->sums.counted[facts.counts - 1] : NULL;
	facts.recount_due = facts.is_open && till->sums.counts > 0 && !bt_shift_sums_are_counted(&till->sums);
	fill_ceiling(till, limits, &facts);
	fill_waiting(till, &facts);
	facts.has_last_drawer = till->any && till->newest.ended && till->newest.counted;
	facts.last_drawer = facts.has_last_drawer ? till->newest.counted_cash : 0;
	err = bt_journal_open_within(till->journal, 0, facts.is_open ? till->newest.after : till->seen, 0, NULL,
				     &(int){0}, &left_over);
	if (err)
		return err;
	facts.left_over = left_over.all;
	*out = facts;
	return BT_OK;
}

bool bt_till_cash_is_near(struct bt_till *till, const char *operator_id, int64_t in_shift,
			  const struct bt_till_limits *limits)
{
	struct bt_till_facts facts = {0};

	if (refresh(till) != BT_OK)
		return false;
	facts.is_open = is_open(till, operator_id, in_shift);
	fill_ceiling(till, limits, &facts);
	return facts.near_ceiling || facts.at_ceiling;
}

enum bt_err bt_till_open(struct bt_till *till, const char *operator_id, int64_t in_shift, bt_paise opening_float,
			 int64_t *shift, struct bt_fault *fault)
{
	enum bt_err err = refresh(till);

	if (err)
		return bt_fault_set(fault, err, 0, "shifts cannot be read");
	if (is_open(till, operator_id, in_shift))
		return bt_fault_set(fault, BT_ESTATE, 0, "shift %lld is open", (long long)till->newest.number);
	return bt_shift_open(till->journal, operator_id, till->first, opening_float, shift, fault);
}

/* Two counts are on record: nothing moves any more before the shift is sealed. */
static enum bt_err check_open(struct bt_till *till, const char *operator_id, int64_t in_shift, struct bt_fault *fault)
{
	enum bt_err err = refresh(till);

	if (err)
		return bt_fault_set(fault, err, 0, "shifts cannot be read");
	if (!is_open(till, operator_id, in_shift))
		return bt_fault_set(fault, BT_ESTATE, 0, "no shift is open");
	if (till->sums.counts >= BT_SHIFT_COUNTS)
		return bt_fault_set(fault, BT_ESTATE, 0, "counted twice");
	return BT_OK;
}

enum bt_err bt_till_deposit(struct bt_till *till, const char *operator_id, int64_t in_shift, bt_paise amount,
			    const char *slip, struct bt_fault *fault)
{
	json_t *body;
	enum bt_err err = check_open(till, operator_id, in_shift, fault);

	if (err)
		return err;
	if (amount < 1 || amount > bt_shift_sums_drawer(&till->sums, till->newest.opening_float))
		return bt_fault_set(fault, BT_ERANGE, 0, "more than can be in the drawer");
	if (strlen(slip) > BT_TILL_SLIP_MAX || !bt_text_is_clean(slip))
		return bt_fault_set(fault, BT_EINPUT, 0, "number of the slip");
	body = json_pack("{s:I, s:s, s:I}", "amount_paise", (json_int_t)amount, "operator", operator_id, "shift",
			 (json_int_t)till->newest.number);
	if (body && slip[0] && json_object_set_new(body, "slip", json_string(slip)) != 0) {
		json_decref(body);
		body = NULL;
	}
	return bt_journal_put_json(till->journal, BT_EVENT_DEPOSIT, "", body, fault);
}

static json_t *encode_note(const struct bt_receipt_note *note)
{
	if (note->torn == 0)
		return json_pack("{s:I, s:I}", "pieces", (json_int_t)note->pieces, "value_paise",
				 (json_int_t)note->value);
	return json_pack("{s:I, s:I, s:I}", "pieces", (json_int_t)note->pieces, "torn", (json_int_t)note->torn,
			 "value_paise", (json_int_t)note->value);
}

static json_t *encode_notes(const struct bt_receipt_note *notes, int count)
{
	json_t *list = json_array();

	for (int i = 0; list && i < count; i++)
		if (notes[i].pieces > 0 && json_array_append_new(list, encode_note(&notes[i])) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static enum bt_err add_up(const struct bt_receipt_note *notes, int count, bt_paise *out)
{
	bt_paise total = 0;

	if (count < 0 || count > BT_RECEIPT_NOTES)
		return BT_ERANGE;
	for (int i = 0; i < count; i++) {
		if (notes[i].pieces < 0 || notes[i].pieces > BT_TILL_PIECES_MAX || notes[i].value < 1 ||
		    notes[i].value > BT_PAISE_MAX / BT_TILL_PIECES_MAX || notes[i].torn < 0 ||
		    notes[i].torn > notes[i].pieces)
			return BT_ERANGE;
		total += notes[i].value * notes[i].pieces;
	}
	if (total > BT_PAISE_MAX)
		return BT_ERANGE;
	*out = total;
	return BT_OK;
}

enum bt_err bt_till_count(struct bt_till *till, const char *operator_id, int64_t in_shift,
			  const struct bt_receipt_note *notes, int count, struct bt_fault *fault)
{
	bt_paise total = 0;
	enum bt_err err = check_open(till, operator_id, in_shift, fault);

	if (err)
		return err;
	if (add_up(notes, count, &total) != BT_OK)
		return bt_fault_set(fault, BT_ERANGE, 0, "a count of more than there can be");
	return bt_journal_put_json(till->journal, BT_EVENT_CASH_COUNT, "",
				   json_pack("{s:i, s:o, s:s, s:I, s:I}", "count", till->sums.counts + 1, "notes",
					     encode_notes(notes, count), "operator", operator_id, "shift",
					     (json_int_t)till->newest.number, "total_paise", (json_int_t)total),
				   fault);
}

static bool is_same(const struct bt_shift_sums *a, const struct bt_shift_sums *b)
{
	return a->seq == b->seq && memcmp(a->tenders, b->tenders, sizeof a->tenders) == 0 &&
	       memcmp(a->kinds, b->kinds, sizeof a->kinds) == 0 &&
	       memcmp(&a->refunds, &b->refunds, sizeof a->refunds) == 0 &&
	       memcmp(&a->deposits, &b->deposits, sizeof a->deposits) == 0 && a->refunded_cash == b->refunded_cash &&
	       a->refunded_cheques == b->refunded_cheques && a->counts == b->counts && a->cash_seq == b->cash_seq &&
	       a->abandoned_count == b->abandoned_count;
}

/* What was kept running is what the record says from its first event on. */
static enum bt_err check_sums(const struct bt_till *till, struct bt_fault *fault)
{
	struct bt_shift_sums again;
	enum bt_err err;

	bt_shift_sums_begin(&till->newest, &again);
	err = bt_shift_sums_read(till->journal, till->newest.until, &again);
	if (err)
		return bt_fault_set(fault, err, 0, "the shift cannot be read");
	return is_same(&again, &till->sums) ? BT_OK
					    : bt_fault_set(fault, BT_ECORRUPT, 0, "sums differ from the record");
}

static enum bt_err check_sealable(struct bt_till *till, const char *operator_id, int64_t in_shift,
				  struct bt_fault *fault)
{
	int64_t under_way = 0;
	enum bt_err err = refresh(till);

	if (err)
		return bt_fault_set(fault, err, 0, "shifts cannot be read");
	if (!is_open(till, operator_id, in_shift))
		return bt_fault_set(fault, BT_ESTATE, 0, "no shift is open");
	/* What moves after the second count is not the clerk's doing: it stands in the sums, and in the list. */
	if (till->sums.counts == 0 || (till->sums.counts < BT_SHIFT_COUNTS && !bt_shift_sums_are_counted(&till->sums)))
		return bt_fault_set(fault, BT_ESTATE, 0, "not counted since money moved");
	err = bt_journal_under_way(till->journal, &under_way);
	if (err)
		return bt_fault_set(fault, err, 0, "sales cannot be read");
	return under_way ? bt_fault_set(fault, BT_ESTATE, 0, "%lld sales wait for an answer", (long long)under_way)
			 : check_sums(till, fault);
}

enum bt_err bt_till_seal(struct bt_till *till, const char *operator_id, int64_t in_shift, struct bt_fault *fault)
{
	const struct bt_shift_count *count;
	json_t *body;
	enum bt_err err = check_sealable(till, operator_id, in_shift, fault);

	if (err)
		return err;
	count = &till->sums.counted[till->sums.counts - 1];
	err = bt_shift_report_freeze(till->journal, &till->newest, &till->sums, &body);
	if (err)
		return bt_fault_set(fault, err, 0, "the shift cannot be set down");
	if (json_object_set_new(body, "counted_paise", json_integer(count->total)) != 0) {
		json_decref(body);
		body = NULL;
	}
	return bt_journal_put_json(till->journal, BT_EVENT_SHIFT_SEALED, "", body, fault);
}

struct closing {
	struct bt_event_in events[2];
	struct bt_buf texts[2];
	int count;
};

static enum bt_err add_event(struct closing *closing, enum bt_event_kind kind, json_t *body)
{
	struct bt_buf *text = &closing->texts[closing->count];
	enum bt_err err;

	bt_buf_init(text, BT_EVENT_BODY_MAX);
	err = body ? bt_json_encode(body, text) : BT_ENOMEM;
	json_decref(body);
	closing->events[closing->count++] =
	    (struct bt_event_in){.kind = kind, .sale_id = "", .body = bt_buf_view(text)};
	return err;
}

/* Nobody counted it: it is sealed with what the record says, on the word of the one who closes it. */
static enum bt_err add_seal(struct bt_journal *journal, const struct bt_shift *shift, const char *by,
			    struct closing *closing)
{
	struct bt_shift_sums sums;
	json_t *body;
	enum bt_err err;

	bt_shift_sums_begin(shift, &sums);
	err = bt_shift_sums_read(journal, shift->until, &sums);
	if (!err)
		err = bt_shift_report_freeze(journal, shift, &sums, &body);
	if (err)
		return err;
	if (json_object_set_new(body, "by", json_string(by)) != 0) {
		json_decref(body);
		body = NULL;
	}
	return add_event(closing, BT_EVENT_SHIFT_SEALED, body);
}

static json_t *encode_left(const struct bt_sale_row *row)
{
	if (row->stage == BT_STAGE_TENDERING)
		return json_pack("{s:I, s:s, s:s}", "paise", (json_int_t)row->amount, "receipt", row->receipt, "waits",
				 "bank");
	return json_pack("{s:I, s:s}", "paise", (json_int_t)row->amount, "receipt", row->receipt);
}

/* What is not finished as it is closed: the supervisor has seen the list. */
static enum bt_err add_close(struct bt_journal *journal, const struct bt_shift *shift, const char *by,
			     const char *asked_by, const char *reason, struct closing *closing)
{
	struct bt_sale_row rows[BT_RECEIPT_UNSETTLED];
	json_t *list = json_array();
	struct bt_open_count all = {0};
	int count = 0;
	enum bt_err err =
	    bt_journal_open_within(journal, shift->after, shift->until, BT_RECEIPT_UNSETTLED, rows, &count, &all);

	for (int i = 0; !err && i < count; i++)
		if (json_array_append_new(list, encode_left(&rows[i])) != 0)
			err = BT_ENOMEM;
	if (err) {
		json_decref(list);
		return err;
	}
	return add_event(closing, BT_EVENT_SHIFT_CLOSED,
			 json_pack("{s:s, s:s, s:s, s:I, s:o, s:I}", "asked_by", asked_by, "by", by, "reason", reason,
				   "shift", (json_int_t)shift->number, "unsettled", list, "unsettled_count",
				   (json_int_t)all.all));
}

enum bt_err bt_till_close(struct bt_till *till, int64_t number, const char *by, const char *asked_by,
			  const char *reason, int64_t now_ms, struct bt_fault *fault)
{
	struct closing closing = {0};
	struct bt_shift shift;
	size_t len = strlen(reason);
	enum bt_err err = bt_shift_find(till->journal, number, &shift);

	if (err)
		return bt_fault_set(fault, err, 0, "shift %lld", (long long)number);
	if (len == 0 || len > REASON_MAX || strspn(reason, REASON_LETTERS) != len)
		return bt_fault_set(fault, BT_EINPUT, 0, "reason");
	if (shift.closed_seq || bt_shift_is_of(&shift, shift.operator_id, now_ms))
		return bt_fault_set(fault, BT_ESTATE, 0, shift.closed_seq ? "it is closed" : "somebody is in it");
	if (!shift.sealed_seq)
		err = add_seal(till->journal, &shift, by, &closing);
	if (!err)
		err = add_close(till->journal, &shift, by, asked_by, reason, &closing);
	if (!err)
		err = bt_journal_put(till->journal, closing.events, closing.count, fault);
	else
		bt_fault_set(fault, err, 0, "the shift cannot be set down");
	for (int i = 0; i < closing.count; i++)
		bt_buf_fini(&closing.texts[i]);
	return err;
}

enum bt_err bt_till_report(struct bt_till *till, int64_t shift, struct bt_receipt_shift *out)
{
	enum bt_err err = refresh(till);

	if (!err && till->any && till->newest.number == shift)
		return bt_shift_report_make(till->journal, &till->newest, &till->sums, out);
	return err ? err : bt_shift_report(till->journal, shift, NULL, NULL, out);
}
