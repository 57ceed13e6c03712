/* The shift: what it has taken so far, what can be done with it, and the shifts that wait to be closed. */
#include "ui/screen/till.h"

#include <string.h>

#include "ui/screen/face.h"
#include "ui/widget/dates.h"
#include "ui/widget/frame.h"
#include "ui/widget/list.h"

#define FIGURES_ROW 4
#define HEAD_ROW    13
#define FIRST_ROW   15
#define ROWS_SHOWN  5
#define SUM_END     36
#define CLERK_COL   11
#define CLERK_WIDTH 19
#define SPAN_COL    31
#define SPAN_WIDTH  27
#define STATE_COL   62

struct shift_page {
	bool has_report;
	struct bt_receipt_shift report; /* of the shift that is open, without what should be in the drawer */
	struct bt_ui_list list;
	struct bt_till_shift waiting[BT_TILL_WAITING];
};

static void look(struct shift_page *page, struct bt_ui_desk *desk)
{
	const struct bt_ui_till *till = desk->shop->till;
	struct bt_ui_list before = page->list;
	bt_ui_till_look(desk);
	page->has_report =
	    desk->till.stage != BT_TILL_NONE && till->report(till->self, desk->till.shift, &page->report) == BT_OK;
	bt_ui_list_reset(&page->list, till->waiting(till->self, BT_TILL_WAITING, page->waiting));
	if (before.chosen < page->list.count) {
		page->list.chosen = before.chosen;
		page->list.top = before.top;
	}
}

static void enter(void *self, struct bt_ui_desk *desk)
{
	look(self, desk);
}

/* On towards the end of the shift, one step at a time. */
static struct bt_ui_go go_on(struct bt_ui_desk *desk)
{
	desk->shift = desk->till.shift;
	switch (desk->till.stage) {
	case BT_TILL_NONE:
		return BT_GO_TO(BT_GO_SWAP, &bt_ui_shift_open);
	case BT_TILL_OPEN:
		return BT_GO_TO(BT_GO_PUSH, &bt_ui_count);
	case BT_TILL_COUNTED:
		return BT_GO_TO(BT_GO_PUSH, desk->till.recount_due ? &bt_ui_count : &bt_ui_seal);
	case BT_TILL_SEALED:
		return BT_GO_TO(BT_GO_PUSH, &bt_ui_close_shift);
	}
	return BT_GO(BT_GO_IGNORED);
}

/* A supervisor checks the drawer of the shift in hand; those that wait to be closed come first. */
static bool checks_cash(const struct shift_page *page, const struct bt_ui_desk *desk)
{
	return page->has_report && page->report.hides_cash && page->list.count == 0 &&
	       desk->status.paper != BT_PAPER_NONE;
}

static struct bt_ui_go ask_cash(struct bt_ui_desk *desk)
{
	desk->shift = desk->till.shift;
	desk->asked = BT_UI_ASK_CASH;
	return BT_GO_TO(BT_GO_PUSH, &bt_ui_approve);
}

static struct bt_ui_go choose(const struct shift_page *page, struct bt_ui_desk *desk, enum bt_ui_key key)
{
	if (page->list.count == 0) {
		return key == BT_KEY_F8 && checks_cash(page, desk) ? ask_cash(desk) : BT_GO(BT_GO_IGNORED);
	}
	desk->shift = page->waiting[page->list.chosen].shift;
	desk->asked = BT_UI_ASK_SHIFT;
	return BT_GO_TO(BT_GO_PUSH, key == BT_KEY_F8 ? &bt_ui_approve : &bt_ui_close_shift);
}

static struct bt_ui_go print(const struct shift_page *page, struct bt_ui_desk *desk)
{
	if (!page->has_report) {
		return BT_GO(BT_GO_IGNORED);
	}
	bt_ui_till_print(desk, desk->till.shift);
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	struct shift_page *page = self;
	look(page, desk);
	if (event->kind == BT_UI_EVENT_TICK) {
		return BT_GO(BT_GO_STAY);
	}
	switch (event->press.key) {
	case BT_KEY_ENTER:
		return go_on(desk);
	case BT_KEY_F5:
		return print(page, desk);
	case BT_KEY_F6:
	case BT_KEY_F8:
		return choose(page, desk, event->press.key);
	case BT_KEY_F7:
		return bt_ui_till_takes(desk) ? BT_GO_TO(BT_GO_PUSH, &bt_ui_deposit) : BT_GO(BT_GO_IGNORED);
	case BT_KEY_ESC:
		return BT_GO(BT_GO_BACK);
	default:
		return BT_GO(bt_ui_list_move(&page->list, event->press.key, ROWS_SHOWN) ? BT_GO_STAY : BT_GO_IGNORED);
	}
}

static void draw_figures(const struct bt_receipt_shift *report, struct bt_ui_canvas *canvas)
{
	int row = FIGURES_ROW;
	bt_ui_sum(canvas, row++, BT_TEXT_LEFT, SUM_END, N_("Float"), report->opening_float);
	bt_ui_sum(canvas, row++, BT_TEXT_LEFT, SUM_END, N_("Deposits"), -report->deposits.sum);
	bt_ui_sum(canvas, row++, BT_TEXT_LEFT, SUM_END, N_("Refunds"), -report->refunds.sum);
	if (report->tender_count == 0) {
		bt_ui_put(canvas, FIGURES_ROW, BT_BLOCK_COL, BT_INK_QUIET, bt_ui_word(canvas, N_("Nothing sold yet.")));
	}
	(void)bt_ui_tenders(canvas, FIGURES_ROW, report);
}

static const char *stage_key(const struct bt_till_state *till)
{
	static const char *const keys[] = {
	    [BT_TILL_NONE] = N_("There is no open shift."),
	    [BT_TILL_OPEN] = N_("What should be in the drawer is shown after the count is sealed."),
	    [BT_TILL_COUNTED] = N_("The cash is counted. The count is to be sealed."),
	    [BT_TILL_SEALED] = N_("Sealed. You may go."),
	};
	bool again = till->stage == BT_TILL_COUNTED && till->recount_due;
	return again ? N_("Cash has moved since it was counted. It is to be counted again.") : keys[till->stage];
}

/* Counted less expected, in words: short, over, or even. */
static void draw_difference(const struct bt_till_shift *shift, int row, struct bt_ui_canvas *canvas)
{
	char text[48];
	bt_paise difference = shift->difference;
	bt_ui_rupees(difference < 0 ? -difference : difference, false, text);
	if (!shift->sealed) {
		bt_ui_put(canvas, row, STATE_COL - 2, BT_INK_WARN | BT_BOLD, "▲");
		bt_ui_put(canvas, row, STATE_COL, BT_INK_WARN, bt_ui_word(canvas, N_("never counted")));
	} else if (difference == 0) {
		bt_ui_put(canvas, row, STATE_COL, BT_INK_FACT, bt_ui_word(canvas, N_("Even")));
	} else {
		enum bt_ui_role role = difference < 0 ? BT_INK_BAD : BT_INK_WARN;
		bt_ui_put(canvas, row, STATE_COL - 2, role | BT_BOLD, bt_ui_role_shape(role));
		bt_ui_say(canvas, row, STATE_COL, role, difference < 0 ? N_("{1} short") : N_("{1} over"), text, NULL);
	}
}

static void draw_row(const struct shift_page *page, int at, int row, const struct bt_ui_desk *desk,
		     struct bt_ui_canvas *canvas)
{
	const struct bt_till_shift *shift = &page->waiting[at];
	const struct bt_operator *person = bt_enrolment_operator(desk->shop->enrolment, shift->operator_id);
	bool chosen = at == page->list.chosen;
	char text[BT_NOTE_ARG * 2];
	if (chosen) {
		bt_ui_list_mark(canvas, row, 78);
	}
	bt_ui_shift_number(shift->shift, text);
	bt_ui_put(canvas, row, BT_TEXT_LEFT, BT_INK_FACT | (chosen ? BT_BOLD : 0u), text);
	bt_ui_put_name(canvas, row, CLERK_COL, CLERK_WIDTH, BT_INK_FACT | (chosen ? BT_BOLD : 0u),
		       person ? bt_dual_get(&person->name, canvas->lang) : shift->operator_id);
	/* One that nobody ended was over some time before the next began. */
	if (shift->sealed) {
		bt_ui_shift_span(canvas, shift->from_ms, shift->until_ms, desk->status.now_ms, text);
	} else {
		bt_ui_date_time(canvas, shift->from_ms, text);
	}
	bt_ui_put_clip(canvas, row, SPAN_COL, SPAN_WIDTH, BT_INK_QUIET, text);
	draw_difference(shift, row, canvas);
}

static void draw_waiting(const struct shift_page *page, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	int row = FIRST_ROW;
	if (page->list.count == 0) {
		return;
	}
	bt_ui_put(canvas, HEAD_ROW, BT_TEXT_LEFT, BT_INK_QUIET,
		  bt_ui_word(canvas, N_("These shifts wait for a supervisor to close them")));
	for (int i = page->list.top; i < page->list.count && row < FIRST_ROW + ROWS_SHOWN; i++) {
		draw_row(page, i, row++, desk, canvas);
	}
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct shift_page *page = self;
	char span[BT_NOTE_ARG * 2] = "";
	if (page->has_report) {
		bt_ui_shift_span(canvas, desk->till.from_ms, page->report.until_ms, desk->status.now_ms, span);
		bt_ui_shift_title(canvas, desk, N_("Shift"), desk->till.shift, desk->operator_id, span);
		draw_figures(&page->report, canvas);
	} else {
		bt_ui_put(canvas, 2, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD, bt_ui_word(canvas, N_("Shift")));
	}
	bt_ui_put(canvas, FIGURES_ROW + 6, BT_TEXT_LEFT, BT_INK_QUIET, bt_ui_word(canvas, stage_key(&desk->till)));
	draw_waiting(page, desk, canvas);
}

static bool show_enter(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		       char label[64])
{
	static const char *const labels[] = {[BT_TILL_NONE] = N_("Open the shift"),
					     [BT_TILL_OPEN] = N_("Count"),
					     [BT_TILL_COUNTED] = N_("Seal"),
					     [BT_TILL_SEALED] = N_("Close")};
	bool again = desk->till.stage == BT_TILL_COUNTED && desk->till.recount_due;
	(void)self;
	bt_text_copy(label, 64, bt_ui_word(canvas, again ? N_("Recount") : labels[desk->till.stage]));
	return true;
}

static bool show_deposit(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
			 char label[64])
{
	(void)self;
	(void)canvas;
	(void)label;
	return bt_ui_till_takes(desk);
}

static bool show_print(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		       char label[64])
{
	if (desk->till.stage == BT_TILL_SEALED) {
		bt_text_copy(label, 64, bt_ui_word(canvas, N_("Print Z")));
	}
	return ((const struct shift_page *)self)->has_report;
}

static bool show_list(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		      char label[64])
{
	(void)desk;
	(void)canvas;
	(void)label;
	return ((const struct shift_page *)self)->list.count > 0;
}

static bool show_second(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
			char label[64])
{
	const struct shift_page *page = self;
	if (page->list.count == 0) {
		bt_text_copy(label, 64, bt_ui_word(canvas, N_("Cash check")));
	}
	return page->list.count > 0 || checks_cash(page, desk);
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Count"), N_("The next step of this shift"), show_enter},
    {"F7", N_("Deposit"), N_("Cash out of the drawer to the bank or the office"), show_deposit},
    {"F5", N_("Print X"), N_("Print the report of this shift"), show_print},
    {"F6", N_("Look"), N_("The report of the chosen shift"), show_list},
    {"F8", N_("Close"), N_("A supervisor closes the chosen shift, or checks the cash"), show_second},
    {"Esc", N_("Back"), N_("One step back"), NULL},
    {"↑↓", N_("Move"), N_("Move in the list"), show_list},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_shift = {
    .id = "shift",
    .size = sizeof(struct shift_page),
    .tick_ms = 1000,
    .scan = BT_SCAN_STARTS,
    .keys = keys,
    .enter = enter,
    .draw = draw,
    .on_event = on_event,
    .come_back = enter,
};
