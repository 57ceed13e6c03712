/* Open the shift: the clerk counts the float, and sees what the day begins with. */
#include "ui/screen/till.h"

#include <string.h>

#include "ui/screen/face.h"
#include "ui/widget/dates.h"
#include "ui/widget/field.h"

#define FLOAT_DIGITS 6
#define AMOUNT_ROW   5
#define FACTS_ROW    10
#define SIGN_COL     24
#define AMOUNT_COL   27
#define HOUR_MS      INT64_C(3600000)

struct shift_open {
	struct bt_ui_field amount;
	bool asked; /* about the sum in the field; the next Enter holds */
};

/* An empty field, or another sum than the drawer was left with, is asked about once. */
static bool asks_again(struct shift_open *open, struct bt_ui_desk *desk, bt_paise amount)
{
	const struct bt_till_state *till = &desk->till;
	char text[32];
	if (open->asked) {
		return false;
	}
	if (till->has_last_drawer && till->last_drawer != amount) {
		bt_money_format(till->last_drawer, text);
		bt_ui_note(desk, BT_INK_WARN, N_("The last drawer had ₹ {1}. Enter again if this is right."), text,
			   NULL);
	} else if (!open->amount.text[0]) {
		bt_ui_note(desk, BT_INK_WARN, N_("No money in the drawer? Enter again if this is right."), NULL);
	} else {
		return false;
	}
	open->asked = true;
	return true;
}

static struct bt_ui_go open_it(struct shift_open *open, struct bt_ui_desk *desk)
{
	const struct bt_ui_till *till = desk->shop->till;
	bt_paise amount = bt_ui_field_paise(&open->amount);
	char text[32], number[16];
	bt_ui_till_look(desk);
	if (bt_ui_till_is_open(desk)) {
		return BT_GO(BT_GO_BACK);
	}
	if (asks_again(open, desk, amount)) {
		return BT_GO(BT_GO_STAY);
	}
	enum bt_err err = till->open(till->self, amount);
	if (err != BT_OK) {
		bt_ui_till_say(desk, err);
		return BT_GO(BT_GO_STAY);
	}
	bt_ui_till_look(desk);
	bt_money_format(amount, text);
	bt_ui_shift_number(desk->till.shift, number);
	bt_ui_note(desk, BT_INK_OK, N_("Shift {1} is open with ₹ {2} in the drawer."), number, text, NULL);
	return BT_GO(BT_GO_BACK);
}

static struct bt_ui_go edit(struct shift_open *open, struct bt_ui_desk *desk, const struct bt_ui_press *press)
{
	open->asked = false;
	if (press->key == BT_KEY_BACKSPACE) {
		bt_ui_field_backspace(&open->amount);
	} else if (press->key == BT_KEY_DELETE) {
		bt_ui_field_clear(&open->amount);
	} else if (press->ch == '.') {
		bt_ui_note(desk, BT_INK_WARN, N_("Only whole rupees."), NULL);
		return BT_GO(BT_GO_IGNORED);
	} else if (!bt_ui_field_put_digit(&open->amount, press->ch, FLOAT_DIGITS)) {
		return BT_GO(BT_GO_IGNORED);
	}
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	struct shift_open *open = self;
	if (event->kind == BT_UI_EVENT_TICK) {
		return BT_GO(BT_GO_STAY);
	}
	switch (event->press.key) {
	case BT_KEY_ENTER:
		return open_it(open, desk);
	case BT_KEY_CHAR:
	case BT_KEY_BACKSPACE:
	case BT_KEY_DELETE:
		return edit(open, desk, &event->press);
	case BT_KEY_ESC:
		return BT_GO(BT_GO_BACK);
	case BT_KEY_F7:
		return BT_GO_TO(BT_GO_PUSH, &bt_ui_shift);
	case BT_KEY_UP:
	case BT_KEY_DOWN:
	case BT_KEY_PAGE_UP:
	case BT_KEY_PAGE_DOWN:
	case BT_KEY_SIDEWAYS:
		bt_ui_note(desk, BT_INK_WARN, N_("Num Lock is off."), NULL);
		return BT_GO(BT_GO_IGNORED);
	default:
		return BT_GO(BT_GO_IGNORED);
	}
}

static void draw_title(const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	char day[BT_DATE_BYTES], number[16];
	int year = bt_civil_of(desk->status.now_ms, BT_INDIA_OFFSET_MINUTES).year;
	bt_ui_put(canvas, 2, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD, bt_ui_word(canvas, N_("Open the shift")));
	bt_ui_date_day(canvas, desk->status.now_ms, day);
	int col = bt_ui_put(canvas, 2, BT_TITLE_COL, BT_INK_FACT, day) + 1;
	bt_text_printf(day, sizeof(day), "%d,", year);
	col = bt_ui_put(canvas, 2, col, BT_INK_FACT, day) + 2;
	if (desk->till.stage == BT_TILL_NONE) {
		bt_ui_shift_number(desk->till.shift, number);
		bt_ui_say(canvas, 2, col, BT_INK_FACT, N_("shift {1}"), number, NULL);
	}
}

static void draw_ceiling(const struct bt_till_state *till, struct bt_ui_canvas *canvas)
{
	char ceiling[32], warning[32];
	bt_ui_label(canvas, FACTS_ROW, N_("Cash ceiling"));
	if (till->ceiling <= 0) {
		bt_ui_put(canvas, FACTS_ROW, BT_VALUE_COL + 4, BT_INK_QUIET, bt_ui_word(canvas, N_("none")));
		return;
	}
	bt_money_format(till->ceiling, ceiling);
	bt_money_format(till->warn_at, warning);
	bt_ui_say(canvas, FACTS_ROW, BT_VALUE_COL + 4, BT_INK_FACT, N_("₹ {1} in hand, warning at ₹ {2}"), ceiling,
		  warning, NULL);
}

static void draw_printer(enum bt_paper paper, struct bt_ui_canvas *canvas)
{
	int row = FACTS_ROW + 1;
	bool well = paper == BT_PAPER_OK;
	bt_ui_label(canvas, row, N_("Printer"));
	if (!well && paper != BT_PAPER_NONE) {
		bt_ui_put(canvas, row, BT_VALUE_COL + 2, BT_INK_WARN | BT_BOLD, "▲");
	}
	bt_ui_put(canvas, row, BT_VALUE_COL + 4, well || paper == BT_PAPER_NONE ? BT_INK_FACT : BT_INK_WARN,
		  bt_ui_word(canvas, well ? N_("ready") : bt_ui_paper_key(paper)));
}

static void draw_limit(const struct bt_ui_status *status, struct bt_ui_canvas *canvas)
{
	char money[32], hours[32];
	int row = FACTS_ROW + 2;
	bt_ui_label(canvas, row, N_("Offline limit"));
	if (!status->has_lease || status->allowance.used_up != BT_DENY_NONE || status->keys_locked) {
		const char *why = !status->has_lease    ? N_("none")
				  : status->keys_locked ? N_("Offline keys are locked since the power cut.")
							: N_("used up");
		bt_ui_put(canvas, row, BT_VALUE_COL + 2, BT_INK_WARN | BT_BOLD, "▲");
		bt_ui_put(canvas, row, BT_VALUE_COL + 4, BT_INK_WARN, bt_ui_word(canvas, why));
		return;
	}
	bt_money_format(status->allowance.paise_left, money);
	bt_count_format(status->allowance.ms_left / HOUR_MS, hours);
	bt_ui_say(canvas, row, BT_VALUE_COL + 4, BT_INK_FACT,
		  status->server == BT_BREAKER_OFFLINE ? N_("₹ {1} and {2} h left")
						       : N_("₹ {1} and {2} h, if the server goes down"),
		  money, hours, NULL);
}

/* What earlier shifts left: recharges that are not finished, and shifts that are not closed. */
static void draw_left_over(const struct bt_till_state *till, struct bt_ui_canvas *canvas)
{
	char count[32], other[32];
	int row = FACTS_ROW + 3;
	bt_ui_label(canvas, row, N_("Left over"));
	bt_count_format(till->left_over, count);
	if (till->left_over > 0) {
		bt_ui_put(canvas, row, BT_VALUE_COL + 2, BT_INK_WARN | BT_BOLD, "▲");
		bt_ui_say(canvas, row, BT_VALUE_COL + 4, BT_INK_WARN, N_("{1} stuck from before, see F4"), count, NULL);
	} else {
		bt_ui_put(canvas, row, BT_VALUE_COL + 4, BT_INK_FACT, bt_ui_word(canvas, N_("nothing")));
	}
	if (till->unsealed + till->sealed == 0) {
		return;
	}
	bt_count_format(till->unsealed, count);
	bt_count_format(till->sealed, other);
	bt_ui_label(canvas, row + 1, N_("Earlier shifts"));
	bt_ui_say(canvas, row + 1, BT_VALUE_COL + 4, till->unsealed > 0 ? BT_INK_WARN : BT_INK_FACT,
		  till->unsealed > 0 ? N_("{1} never counted, {2} to be closed, see F7")
				     : N_("{2} to be closed, see F7"),
		  count, other, NULL);
	if (till->unsealed > 0) {
		bt_ui_put(canvas, row + 1, BT_VALUE_COL + 2, BT_INK_WARN | BT_BOLD, "▲");
	}
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct shift_open *open = self;
	draw_title(desk, canvas);
	bt_ui_label(canvas, AMOUNT_ROW + 1, N_("Float in drawer"));
	bool nothing = strcmp(open->amount.text, "0") == 0;
	bt_ui_amount_draw(canvas, AMOUNT_ROW, SIGN_COL, AMOUNT_COL, BT_INK_FACT, bt_ui_field_paise(&open->amount),
			  !nothing);
	draw_ceiling(&desk->till, canvas);
	draw_printer(desk->status.paper, canvas);
	draw_limit(&desk->status, canvas);
	draw_left_over(&desk->till, canvas);
	bt_ui_say_wide(canvas, FACTS_ROW + 6, BT_TEXT_LEFT, BT_INK_QUIET,
		       N_("Count the float yourself. Your name stands on every receipt."), NULL);
}

static bool show_shifts(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
			char label[64])
{
	(void)self;
	(void)canvas;
	(void)label;
	return desk->till.unsealed + desk->till.sealed > 0;
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Open"), N_("Open the shift"), NULL},
    {"F7", N_("Earlier shifts"), N_("Shifts that wait to be closed"), show_shifts},
    {"Esc", N_("Back"), N_("One step back"), NULL},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_shift_open = {
    .id = "shift_open",
    .size = sizeof(struct shift_open),
    .scan = BT_SCAN_REFUSED,
    .keys = keys,
    .draw = draw,
    .on_event = on_event,
};
