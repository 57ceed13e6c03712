#include "ui/screen/till.h"

#include <string.h>

#include "ui/screen/face.h"
#include "ui/widget/bigdigits.h"
#include "ui/widget/dates.h"

#define COUNT_END  76
#define NAME_WIDTH 20
#define SUM_TEXT   64

void bt_ui_till_look(struct bt_ui_desk *desk)
{
	const struct bt_ui_till *till = desk->shop->till;
	if (till) {
		till->state(till->self, &desk->till);
	}
}

bool bt_ui_till_is_open(const struct bt_ui_desk *desk)
{
	return !desk->shop->till || desk->till.stage == BT_TILL_OPEN || desk->till.stage == BT_TILL_COUNTED;
}

bool bt_ui_till_takes(const struct bt_ui_desk *desk)
{
	return bt_ui_till_is_open(desk) && (!desk->shop->till || desk->till.counts < BT_TILL_COUNTS);
}

const struct bt_ui_screen *bt_ui_till_way(struct bt_ui_desk *desk)
{
	if (bt_ui_till_takes(desk)) {
		return NULL;
	}
	if (bt_ui_till_is_open(desk)) {
		bt_ui_note(desk, BT_INK_WARN, N_("The cash was counted twice. Seal this shift first."), NULL);
		return &bt_ui_shift;
	}
	bt_ui_note(desk, BT_INK_WARN, N_("There is no open shift."), NULL);
	return &bt_ui_shift_open;
}

bool bt_ui_till_leads_to(const struct bt_ui_desk *desk, const struct bt_ui_screen *screen)
{
	const struct bt_ui_screen *const own[] = {&bt_ui_shift, &bt_ui_deposit, &bt_ui_count, &bt_ui_seal,
						  &bt_ui_close_shift};
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (own[i] == screen) {
			return false;
		}
	}
	return desk->shop->till != NULL;
}

void bt_ui_till_warn(struct bt_ui_desk *desk)
{
	char ceiling[32];
	bt_ui_till_look(desk); /* the sale before may have filled it this moment */
	if (!desk->shop->till || desk->note.key) {
		return;
	}
	if (desk->till.over_ceiling) {
		bt_money_format(desk->till.ceiling, ceiling);
		bt_ui_note(desk, BT_INK_BAD, N_("The drawer is at its ceiling of ₹ {1}. Deposit first: F7."), ceiling,
			   NULL);
	} else if (desk->till.near_ceiling) {
		bt_ui_note(desk, BT_INK_WARN, N_("Drawer is near its ceiling. Deposit now."), NULL);
	}
}

void bt_ui_till_say(struct bt_ui_desk *desk, enum bt_err err)
{
	desk->shop->status(desk->shop->self, &desk->status);
	if (desk->status.stopped != BT_OK) {
		bt_ui_note(desk, BT_INK_BAD, bt_ui_stop_sentence(desk->status.stopped),
			   desk->shop->enrolment->complaint, NULL);
	} else if (err == BT_ESTATE) {
		bt_ui_note(desk, BT_INK_WARN, N_("The shift has moved on meanwhile. Look again: F7."), NULL);
	} else {
		bt_ui_note(desk, BT_INK_BAD, N_("Not done. Nothing was recorded. Call {1}."),
			   desk->shop->enrolment->complaint, NULL);
	}
}

void bt_ui_till_print(struct bt_ui_desk *desk, int64_t shift)
{
	const struct bt_ui_till *till = desk->shop->till;
	if (desk->status.paper == BT_PAPER_NONE) {
		bt_ui_note(desk, BT_INK_WARN, N_("There is no printer here."), NULL);
	} else if (till->print(till->self, shift) != BT_OK) {
		bt_ui_note(desk, BT_INK_WARN, N_("The printer does not answer. F5 tries again."), NULL);
	} else {
		bt_ui_note(desk, BT_INK_FACT, N_("Printing"), NULL);
	}
}

bool bt_ui_till_find(const struct bt_ui_desk *desk, int64_t shift, struct bt_till_shift *out)
{
	const struct bt_ui_till *till = desk->shop->till;
	struct bt_till_shift waiting[BT_TILL_WAITING];
	int count = till ? till->waiting(till->self, BT_TILL_WAITING, waiting) : 0;
	for (int i = 0; i < count; i++) {
		if (waiting[i].shift == shift) {
			*out = waiting[i];
			return true;
		}
	}
	return false;
}

bt_paise bt_ui_till_difference(const struct bt_receipt_shift *report)
{
	return report->is_counted ? report->counted_cash - report->expected_cash : 0;
}

void bt_ui_shift_number(int64_t shift, char out[16])
{
	bt_text_printf(out, 16, "%04lld", (long long)shift);
}

void bt_ui_shift_span(const struct bt_ui_canvas *canvas, int64_t from_ms, int64_t until_ms, int64_t now_ms,
		      char out[BT_NOTE_ARG * 2])
{
	char from[BT_DATE_BYTES], until[BT_DATE_BYTES];
	if (bt_ui_days_ago(from_ms, now_ms) == 0) {
		bt_ui_time(from_ms, from);
	} else {
		bt_ui_date_time(canvas, from_ms, from);
	}
	bt_ui_time(until_ms, until);
	(void)bt_words_format(canvas->words, canvas->lang, until_ms > 0 ? N_("{1} to {2}") : N_("since {1}"),
			      (const char *[]){from, until, NULL}, out, BT_NOTE_ARG * 2);
}

void bt_ui_shift_title(struct bt_ui_canvas *canvas, const struct bt_ui_desk *desk, const char *key, int64_t shift,
		       const char *operator_id, const char *span)
{
	char number[16];
	const struct bt_operator *person = bt_enrolment_operator(desk->shop->enrolment, operator_id);
	bt_ui_shift_number(shift, number);
	bt_ui_put(canvas, 2, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD, bt_ui_word(canvas, key));
	int col = bt_ui_say(canvas, 2, BT_TITLE_COL, BT_INK_FACT, N_("shift {1}"), number, NULL);
	if (operator_id[0]) {
		col = bt_ui_put(canvas, 2, col, BT_INK_FACT, ",") + 2;
		col = bt_ui_put_name(canvas, 2, col, NAME_WIDTH, BT_INK_FACT,
				     person ? bt_dual_get(&person->name, canvas->lang) : operator_id);
	}
	if (span[0]) {
		col = bt_ui_put(canvas, 2, col, BT_INK_FACT, ",") + 2;
		bt_ui_put_clip(canvas, 2, col, canvas->cols - 2 - col, BT_INK_FACT, span);
	}
}

void bt_ui_sum(struct bt_ui_canvas *canvas, int row, int col, int end, const char *key, bt_paise paise)
{
	char text[SUM_TEXT], number[32];
	bt_money_format_full(paise < 0 ? -paise : paise, number);
	bt_text_printf(text, sizeof(text), "%s%s", paise < 0 ? "− " : "", number);
	bt_ui_label_at(canvas, row, col, BT_INK_QUIET, key);
	bt_ui_put_right(canvas, row, end, BT_INK_FACT, text);
}

int bt_ui_tenders(struct bt_ui_canvas *canvas, int row, const struct bt_receipt_shift *report)
{
	char count[32], text[SUM_TEXT];
	for (int i = 0; i < report->tender_count; i++, row++) {
		const struct bt_receipt_total *total = &report->tenders[i];
		if (total->sum == BT_RECEIPT_HIDDEN) {
			bt_ui_label_at(canvas, row, BT_BLOCK_COL, BT_INK_QUIET, total->name);
			bt_ui_put_right(canvas, row, BT_AMOUNT_END - 2, BT_INK_QUIET, "—");
		} else {
			bt_ui_sum(canvas, row, BT_BLOCK_COL, BT_AMOUNT_END - 2, total->name, total->sum);
		}
		bt_count_format(total->count, count);
		(void)bt_words_format(canvas->words, canvas->lang, total->count == 1 ? N_("{1} sale") : N_("{1} sales"),
				      (const char *[]){count, NULL}, text, sizeof(text));
		bt_ui_put_right(canvas, row, COUNT_END, BT_INK_QUIET, text);
	}
	return row;
}

void bt_ui_sum_big(struct bt_ui_canvas *canvas, int row, int sign_col, int col, int end, enum bt_ui_role role,
		   bt_paise paise)
{
	char text[32];
	bt_money_format(paise, text);
	bt_ui_put(canvas, row + 1, sign_col, (unsigned)role | BT_BOLD, "₹");
	if (canvas->plain || strchr(text, '.') || col + bt_ui_digits3_columns(text, 1) > end) {
		bt_ui_put(canvas, row + 1, col, (unsigned)role | BT_BOLD, text);
	} else {
		(void)bt_ui_digits3(canvas, row, col, 1, role, text);
	}
}
