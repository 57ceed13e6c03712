/* A till that is only data, beside fake_shop.h: the figures of the mock-ups of the shift, in memory.
 *
 * It knows the steps of a shift and refuses what is out of turn; sums are those of the mock-ups whatever is sold. */
#ifndef BT_TEST_FAKE_TILL_H
#define BT_TEST_FAKE_TILL_H

#include "tests/unit/fake_shop.h"

struct fake_till {
	struct bt_ui_till table;
	struct bt_till_state state;
	struct bt_receipt_shift report;
	struct bt_till_shift waiting[BT_TILL_WAITING];
	int waiting_count;
	int opens, deposits, counts, seals, closes, prints, cash_prints;
	bt_paise opened_with, deposited;
	char slip[32], closed_by[24], reason[24];
	int64_t pieces[BT_TILL_NOTES], torn[BT_TILL_NOTES];
	int lines;
	int64_t printed, closed;
	enum bt_err open_err, deposit_err, count_err, seal_err, close_err, print_err;
};

static const bt_paise fake_notes[] = {50000, 20000, 10000, 5000, 2000, 1000, 0};

#define FAKE_LINES ((int)(sizeof(fake_notes) / sizeof(fake_notes[0])))

static inline void fake_till_state(void *self, struct bt_till_state *out)
{
	*out = ((struct fake_till *)self)->state;
}

static inline enum bt_err fake_till_open(void *self, bt_paise opening_float)
{
	struct fake_till *till = self;
	if (till->open_err != BT_OK) {
		return till->open_err;
	}
	till->opens++;
	till->opened_with = opening_float;
	till->state.stage = BT_TILL_OPEN;
	return BT_OK;
}

static inline enum bt_err fake_till_deposit(void *self, bt_paise amount, const char *slip)
{
	struct fake_till *till = self;
	if (till->deposit_err != BT_OK) {
		return till->deposit_err;
	}
	till->deposits++;
	till->deposited = amount;
	(void)bt_text_copy(till->slip, sizeof(till->slip), slip);
	return BT_OK;
}

static inline int fake_till_denominations(void *self, bt_paise out[BT_TILL_NOTES])
{
	(void)self;
	memcpy(out, fake_notes, sizeof(fake_notes));
	return FAKE_LINES;
}

static inline enum bt_err fake_till_count(void *self, const int64_t *pieces, const int64_t *torn, int lines)
{
	struct fake_till *till = self;
	if (till->count_err != BT_OK) {
		return till->count_err;
	}
	till->counts++;
	till->lines = lines;
	memcpy(till->pieces, pieces, sizeof(till->pieces[0]) * (size_t)lines);
	memcpy(till->torn, torn, sizeof(till->torn[0]) * (size_t)lines);
	till->state.counted = till->state.torn = 0;
	till->state.note_count = 0;
	for (int i = 0; i < lines; i++) {
		bt_paise value = fake_notes[i] > 0 ? fake_notes[i] : BT_PAISE_PER_RUPEE;
		till->state.counted += pieces[i] * value;
		till->state.notes[till->state.note_count++] = (struct bt_receipt_note){value, pieces[i], torn[i]};
		till->state.torn += torn[i] * value;
	}
	till->state.stage = BT_TILL_COUNTED;
	till->state.counts++;
	return BT_OK;
}

static inline enum bt_err fake_till_seal(void *self)
{
	struct fake_till *till = self;
	if (till->seal_err != BT_OK) {
		return till->seal_err;
	}
	till->seals++;
	till->state.stage = BT_TILL_SEALED;
	till->report.until_ms = fake_time(2025, 11, 21, 17, 34, 0);
	till->report.sealed_ms = till->report.until_ms;
	(void)bt_text_copy(till->report.sealed_by, sizeof(till->report.sealed_by), "rina");
	till->report.is_counted = true;
	till->report.is_blind = false;
	till->report.counted_cash = till->state.counted;
	till->report.torn_cash = till->state.torn;
	till->report.expected_cash = 4622000;
	till->report.to_bank = till->state.counted - 200000 + 1240000;
	till->waiting[0] = (struct bt_till_shift){.shift = till->state.shift,
						  .from_ms = till->state.from_ms,
						  .until_ms = till->report.until_ms,
						  .operator_id = "rina",
						  .sealed = true,
						  .difference = till->state.counted - 4622000};
	till->waiting_count = 1;
	return BT_OK;
}

static inline enum bt_err fake_till_close(void *self, int64_t shift, const struct bt_approval *approval)
{
	struct fake_till *till = self;
	if (till->close_err != BT_OK) {
		return till->close_err;
	}
	till->closes++;
	till->closed = shift;
	(void)bt_text_copy(till->closed_by, sizeof(till->closed_by), approval->by);
	(void)bt_text_copy(till->reason, sizeof(till->reason), approval->reason);
	(void)bt_text_copy(till->report.closed_by, sizeof(till->report.closed_by), approval->by);
	till->report.closed_ms = till->report.until_ms + 240000;
	for (int i = 0; i < till->waiting_count; i++) {
		if (till->waiting[i].shift == shift) {
			till->waiting_count--;
			memmove(&till->waiting[i], &till->waiting[i + 1],
				sizeof(till->waiting[0]) * (size_t)(till->waiting_count - i));
		}
	}
	return BT_OK;
}

/* What should be in the drawer stays hidden until the count is sealed, as it does in the real one. */
static inline enum bt_err fake_till_report(void *self, int64_t shift, struct bt_receipt_shift *out)
{
	struct fake_till *till = self;
	if (till->state.stage == BT_TILL_NONE && till->waiting_count == 0) {
		return BT_ENOTFOUND;
	}
	*out = till->report;
	out->number = shift;
	if (till->report.until_ms == 0) {
		out->is_blind = out->hides_cash = true;
		out->tenders[0].sum = BT_RECEIPT_HIDDEN;
	}
	return BT_OK;
}

static inline enum bt_err fake_till_print(void *self, int64_t shift)
{
	struct fake_till *till = self;
	till->prints += till->print_err == BT_OK;
	till->printed = shift;
	return till->print_err;
}

static inline enum bt_err fake_till_print_cash(void *self, int64_t shift, const struct bt_approval *approval)
{
	struct fake_till *till = self;
	till->cash_prints++;
	till->printed = shift;
	(void)bt_text_copy(till->closed_by, sizeof(till->closed_by), approval->by);
	(void)bt_text_copy(till->reason, sizeof(till->reason), approval->reason);
	return BT_OK;
}

static inline int fake_till_waiting(void *self, int max, struct bt_till_shift *out)
{
	struct fake_till *till = self;
	int count = till->waiting_count < max ? till->waiting_count : max;
	memcpy(out, till->waiting, sizeof(*out) * (size_t)count);
	return count;
}

/* Two shifts before: one sealed with a hundred rupees too few, one that nobody counted. */
static inline void fake_till_leave_two(struct fake_till *till)
{
	till->waiting[0] = (struct bt_till_shift){.shift = 610,
						  .from_ms = fake_time(2025, 11, 20, 10, 2, 0),
						  .until_ms = fake_time(2025, 11, 20, 17, 40, 0),
						  .operator_id = "sanjay",
						  .sealed = true,
						  .difference = -10000};
	till->waiting[1] = (struct bt_till_shift){.shift = 609,
						  .from_ms = fake_time(2025, 11, 19, 9, 55, 0),
						  .until_ms = fake_time(2025, 11, 20, 10, 2, 0),
						  .operator_id = "rina"};
	till->waiting_count = 2;
	till->state.sealed = till->state.unsealed = 1;
}

/** A till without an open shift, joined to @p shop. */
static inline void fake_till_open_in(struct fake_till *till, struct fake_shop *shop)
{
	memset(till, 0, sizeof(*till));
	till->table = (struct bt_ui_till){.self = till,
					  .state = fake_till_state,
					  .open = fake_till_open,
					  .deposit = fake_till_deposit,
					  .denominations = fake_till_denominations,
					  .count = fake_till_count,
					  .seal = fake_till_seal,
					  .close = fake_till_close,
					  .report = fake_till_report,
					  .print = fake_till_print,
					  .print_cash = fake_till_print_cash,
					  .waiting = fake_till_waiting};
	till->state = (struct bt_till_state){.stage = BT_TILL_NONE,
					     .shift = 611,
					     .from_ms = fake_time(2025, 11, 21, 9, 58, 0),
					     .opening_float = 200000,
					     .ceiling = 5000000,
					     .warn_at = 4000000,
					     .left_over = 2};
	till->report =
	    (struct bt_receipt_shift){.number = 611,
				      .from_ms = till->state.from_ms,
				      .opening_float = 200000,
				      .tender_count = 3,
				      .tenders = {{"Cash", 88, 4422000}, {"UPI", 61, 3850000}, {"Cheque", 2, 1240000}},
				      .bankable = 5662000,
				      .non_bankable = 3850000,
				      .unsettled_count = 3,
				      .unsettled = {{.docket = "D-0142-0611-041-5", .amount = 100000},
						    {.docket = "D-0142-0611-052-1", .amount = 20000},
						    {.docket = "D-0142-0611-063-2", .amount = 50000}}};
	shop->shop.till = &till->table;
}

#endif
