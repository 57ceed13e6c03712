#include "core/receipt/receipt_shift.h"

#include "core/receipt/blocks.h"

#define SIGNATURE_SPACES 5 /* about 8 mm */

/* Unlike on a sale's slip a nought is said: that there was none is what a report is read for. */
static void format_sum(bt_paise paise, char *out, size_t cap)
{
	char digits[32];
	bt_money_format_full(paise < 0 ? -paise : paise, digits);
	(void)bt_text_printf(out, cap, "%s₹ %s", paise < 0 ? "−" : "", digits);
}

static void put_sum(struct bt_lines *lines, bool bold, const char *key, bt_paise paise)
{
	char value[40];
	format_sum(paise, value, sizeof(value));
	bt_lines_pair(lines, bold, key, value);
}

/* "Cash (12)" and what they come to. */
static void put_total(struct bt_lines *lines, const char *key, const struct bt_receipt_total *total)
{
	char word[BT_RECEIPT_TEXT], label[BT_RECEIPT_TEXT];
	char value[40];
	bt_lines_word(lines, key, NULL, word, sizeof(word) - 24);
	(void)bt_text_printf(label, sizeof(label), "%s (%lld)", word, (long long)total->count);
	if (total->sum == BT_RECEIPT_HIDDEN)
		(void)bt_text_copy(value, sizeof(value), "—");
	else
		format_sum(total->sum, value, sizeof(value));
	bt_lines_put(lines, BT_LINE_PAIR, false, label, value);
}

static void put_totals(struct bt_lines *lines, const struct bt_receipt_total *totals, int count)
{
	for (int i = 0; i < count && i < BT_RECEIPT_TOTALS; i++)
		put_total(lines, totals[i].name, &totals[i]);
}

static void put_count(struct bt_lines *lines, const char *key, int64_t count)
{
	char value[24];
	(void)bt_text_printf(value, sizeof(value), "%lld", (long long)count);
	bt_lines_pair(lines, false, key, value);
}

/* Who sealed it and who closed it, and when; of what is still to be done, that it is. */
static void put_end(const struct bt_slip *slip)
{
	const struct bt_receipt_shift *shift = slip->shift;
	if (shift->sealed_ms != shift->until_ms)
		bt_lines_when(slip->lines, false, N_("Ended"), shift->until_ms);
	bt_lines_when(slip->lines, false, N_("Sealed"), shift->sealed_ms);
	bt_lines_name(slip->lines, false, N_("Sealed by"), &slip->facts->sealed_by);
	if (shift->sealed_ms == 0)
		bt_lines_say(slip->lines, BT_LINE_TEXT, false, N_("Nobody has sealed this shift."), NULL);
	else if (shift->sealed_by[0] == '\0')
		bt_lines_say(slip->lines, BT_LINE_TEXT, false,
			     N_("It ended by itself: its receipt numbers were used up."), NULL);
	bt_lines_when(slip->lines, false, N_("Closed"), shift->closed_ms);
	bt_lines_name(slip->lines, false, N_("Closed by"), &slip->facts->closed_by);
	if (shift->closed_ms == 0)
		bt_lines_say(slip->lines, BT_LINE_TEXT, false, N_("Not closed by a supervisor yet."), NULL);
}

void bt_block_shift(const struct bt_slip *slip)
{
	const struct bt_receipt_shift *shift = slip->shift;
	put_count(slip->lines, N_("Shift"), shift->number);
	bt_lines_when(slip->lines, false, N_("Opened"), shift->from_ms);
	if (shift->until_ms != 0)
		put_end(slip);
	bt_lines_when(slip->lines, false, N_("Time of this report"), slip->facts->paid_at_ms);
}

/* The tenders add up to the sum; the kinds are the same money looked at otherwise. */
void bt_block_takings(const struct bt_slip *slip)
{
	const struct bt_receipt_shift *shift = slip->shift;
	struct bt_lines *lines = slip->lines;
	struct bt_receipt_total all = {0};
	for (int i = 0; i < shift->tender_count && i < BT_RECEIPT_TOTALS; i++) {
		all.count += shift->tenders[i].count;
		all.sum += shift->hides_cash ? 0 : shift->tenders[i].sum;
	}
	if (shift->hides_cash)
		all.sum = BT_RECEIPT_HIDDEN;
	bt_lines_say(lines, BT_LINE_CENTRE, true, N_("Sales by way of paying"), NULL);
	put_totals(lines, shift->tenders, shift->tender_count);
	put_total(lines, N_("All sales"), &all);
	bt_lines_rule(lines);
	if (shift->kind_count > 0)
		bt_lines_say(lines, BT_LINE_CENTRE, true, N_("Sales by kind"), NULL);
	put_totals(lines, shift->kinds, shift->kind_count);
	bt_lines_rule(lines);
	put_total(lines, N_("Refunds"), &shift->refunds);
	if (!shift->hides_cash)
		put_sum(lines, false, N_("Cash and cheques"), shift->bankable);
	put_sum(lines, false, N_("Not bankable"), shift->non_bankable);
}

static void put_note(struct bt_lines *lines, const struct bt_receipt_note *note, int64_t pieces)
{
	char value[32], left[64], right[40];
	bt_money_format(note->value, value);
	(void)bt_text_printf(left, sizeof(left), "₹ %s × %lld", value, (long long)pieces);
	format_sum(note->value * pieces, right, sizeof(right));
	bt_lines_put(lines, BT_LINE_PAIR, false, left, right);
}

/* Counted among the rest, and told apart: whoever opens the drawer next finds it in no change. */
static void put_torn(struct bt_lines *lines, const struct bt_receipt_shift *shift)
{
	if (shift->torn_cash == 0)
		return;
	bt_lines_rule(lines);
	bt_lines_say(lines, BT_LINE_CENTRE, true, N_("Torn or soiled, counted above"), NULL);
	for (int i = 0; i < shift->note_count && i < BT_RECEIPT_NOTES; i++)
		if (shift->notes[i].torn > 0)
			put_note(lines, &shift->notes[i], shift->notes[i].torn);
	put_sum(lines, true, N_("To be exchanged"), shift->torn_cash);
	bt_lines_say(lines, BT_LINE_TEXT, false, N_("At the bank; not to be given as change."), NULL);
}

static void put_difference(struct bt_lines *lines, bt_paise difference)
{
	if (difference == 0)
		bt_lines_say(lines, BT_LINE_CENTRE, true, N_("The cash agrees"), NULL);
	else
		put_sum(lines, true, difference < 0 ? N_("Cash short") : N_("Cash over"),
			difference < 0 ? -difference : difference);
}

void bt_block_cash(const struct bt_slip *slip)
{
	const struct bt_receipt_shift *shift = slip->shift;
	put_sum(slip->lines, false, N_("Opening float"), shift->opening_float);
	if (shift->deposits.count > 0)
		put_total(slip->lines, N_("Deposits"), &shift->deposits);
	if (!shift->is_blind)
		put_sum(slip->lines, true, N_("Cash expected"), shift->expected_cash);
	if (!shift->is_counted) {
		bt_lines_say(slip->lines, BT_LINE_CENTRE, true, N_("The cash is not counted"), NULL);
		if (shift->hides_cash)
			bt_lines_say(slip->lines, BT_LINE_TEXT, false,
				     N_("The cash is told after the count is sealed."), NULL);
		return;
	}
	for (int i = 0; i < shift->note_count && i < BT_RECEIPT_NOTES; i++)
		put_note(slip->lines, &shift->notes[i], shift->notes[i].pieces);
	put_sum(slip->lines, true, N_("Cash counted"), shift->counted_cash);
	put_difference(slip->lines, shift->counted_cash - shift->expected_cash);
	put_sum(slip->lines, true, N_("Bankable"), shift->to_bank);
	put_torn(slip->lines, shift);
}

void bt_block_numbers(const struct bt_slip *slip)
{
	const struct bt_receipt_shift *shift = slip->shift;
	bt_lines_pair(slip->lines, false, N_("First receipt"), shift->first_receipt);
	bt_lines_pair(slip->lines, false, N_("Last receipt"), shift->last_receipt);
	put_count(slip->lines, N_("Numbers given up"), shift->abandoned_count);
	for (int i = 0; i < shift->abandoned_count && i < BT_RECEIPT_ABANDONED; i++)
		bt_lines_put(slip->lines, BT_LINE_PAIR, false, "", shift->abandoned[i]);
}

static void put_unsettled(const struct bt_slip *slip, bool of_bank)
{
	const struct bt_receipt_shift *shift = slip->shift;
	for (int i = 0; i < shift->unsettled_count && i < BT_RECEIPT_UNSETTLED; i++) {
		const struct bt_receipt_unsettled *one = &shift->unsettled[i];
		char value[40];
		if (one->waits_for_bank != of_bank)
			continue;
		format_sum(one->amount, value, sizeof(value));
		bt_lines_put(slip->lines, BT_LINE_PAIR, false, one->docket, value);
	}
}

/* What is owed for money that is here, then what the bank may still send. */
void bt_block_unsettled(const struct bt_slip *slip)
{
	const struct bt_receipt_shift *shift = slip->shift;
	char more[24];
	put_count(slip->lines, N_("Paid, not yet delivered"), shift->unsettled_count - shift->bank_count);
	put_unsettled(slip, false);
	if (shift->bank_count > 0) {
		put_count(slip->lines, N_("Waiting for the bank"), shift->bank_count);
		put_unsettled(slip, true);
	}
	if (shift->unsettled_count <= BT_RECEIPT_UNSETTLED)
		return;
	(void)bt_text_printf(more, sizeof(more), "%d", shift->unsettled_count - BT_RECEIPT_UNSETTLED);
	bt_lines_say(slip->lines, BT_LINE_TEXT, false, N_("and {1} more on the screen"), more);
}

/* Room to write with a pen, above the dots. */
static void put_signature(const struct bt_slip *slip, const char *key)
{
	for (int i = 0; i < SIGNATURE_SPACES; i++)
		bt_block_space(slip);
	bt_lines_pair(slip->lines, false, key, "................");
}

void bt_block_sign(const struct bt_slip *slip)
{
	put_signature(slip, N_("Signature of the clerk"));
	put_signature(slip, N_("Signature of the supervisor"));
}
