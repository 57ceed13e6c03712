/* Deposit: cash out of the drawer to the bank or the cash office, with the number of the slip they gave for it. */
#include "ui/screen/till.h"

#include <string.h>

#include "ui/screen/face.h"
#include "ui/widget/field.h"

#define AMOUNT_DIGITS 7
#define AMOUNT_ROW    5
#define SLIP_ROW      10
#define SIGN_COL      24
#define AMOUNT_COL    27
#define SLIP_COLUMNS  20

enum focus { FOCUS_AMOUNT, FOCUS_SLIP, FOCUS_SURE };

struct deposit {
	struct bt_ui_field amount, slip;
	enum focus focus;
};

static struct bt_ui_go record(struct deposit *deposit, struct bt_ui_desk *desk)
{
	const struct bt_ui_till *till = desk->shop->till;
	bt_paise amount = bt_ui_field_paise(&deposit->amount);
	char text[32];
	enum bt_err err = till->deposit(till->self, amount, deposit->slip.text);
	deposit->focus = err == BT_EINPUT ? FOCUS_SLIP : FOCUS_AMOUNT;
	if (err == BT_ERANGE) {
		bt_ui_note(desk, BT_INK_BAD, N_("So much cannot be in the drawer. Nothing was recorded."), NULL);
	} else if (err == BT_EINPUT) {
		bt_ui_note(desk, BT_INK_BAD, N_("This slip number cannot be used. Nothing was recorded."), NULL);
	} else if (err != BT_OK) {
		bt_ui_till_say(desk, err);
	}
	if (err != BT_OK) {
		return BT_GO(BT_GO_STAY);
	}
	bt_ui_till_look(desk);
	bt_money_format(amount, text);
	bt_ui_note(desk, BT_INK_OK,
		   deposit->slip.text[0] ? N_("Recorded: ₹ {1} out of the drawer, slip {2}.")
					 : N_("Recorded: ₹ {1} out of the drawer, without a slip."),
		   text, deposit->slip.text, NULL);
	return BT_GO_TO(BT_GO_SWAP, &bt_ui_shift);
}

static struct bt_ui_go go_on(struct deposit *deposit, struct bt_ui_desk *desk)
{
	if (bt_ui_field_paise(&deposit->amount) == 0) {
		deposit->focus = FOCUS_AMOUNT;
		return BT_GO(BT_GO_IGNORED);
	}
	if (deposit->focus == FOCUS_SURE) {
		return record(deposit, desk);
	}
	deposit->focus = deposit->focus == FOCUS_AMOUNT ? FOCUS_SLIP : FOCUS_SURE;
	return BT_GO(BT_GO_STAY);
}

static bool is_of_slip(uint32_t ch)
{
	return (ch >= '0' && ch <= '9') || (ch >= 'A' && ch <= 'Z') || (ch >= 'a' && ch <= 'z') || ch == '-' ||
	       ch == '/';
}

static struct bt_ui_go write_char(struct deposit *deposit, struct bt_ui_desk *desk, uint32_t ch)
{
	bool taken = false;
	if (deposit->focus == FOCUS_AMOUNT && ch == '.') {
		bt_ui_note(desk, BT_INK_WARN, N_("Only whole rupees."), NULL);
	} else if (deposit->focus == FOCUS_AMOUNT) {
		taken = bt_ui_field_put_digit(&deposit->amount, ch, AMOUNT_DIGITS);
	} else if (deposit->focus == FOCUS_SLIP) {
		taken = is_of_slip(ch) && bt_ui_field_put(&deposit->slip, ch, SLIP_COLUMNS);
	}
	return BT_GO(taken ? BT_GO_STAY : BT_GO_IGNORED);
}

static void erase(struct deposit *deposit, bool all)
{
	if (deposit->focus == FOCUS_SURE) {
		deposit->focus = FOCUS_SLIP;
		return;
	}
	struct bt_ui_field *field = deposit->focus == FOCUS_AMOUNT ? &deposit->amount : &deposit->slip;
	if (all) {
		bt_ui_field_clear(field);
	} else {
		bt_ui_field_backspace(field);
	}
}

static struct bt_ui_go step_back(struct deposit *deposit)
{
	if (deposit->focus == FOCUS_AMOUNT) {
		return BT_GO(BT_GO_BACK);
	}
	deposit->focus = deposit->focus == FOCUS_SURE ? FOCUS_SLIP : FOCUS_AMOUNT;
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	struct deposit *deposit = self;
	if (event->kind == BT_UI_EVENT_TICK) {
		return BT_GO(BT_GO_STAY);
	}
	switch (event->press.key) {
	case BT_KEY_ENTER:
		return go_on(deposit, desk);
	case BT_KEY_CHAR:
		return write_char(deposit, desk, event->press.ch);
	case BT_KEY_BACKSPACE:
	case BT_KEY_DELETE:
		erase(deposit, event->press.key == BT_KEY_DELETE);
		return BT_GO(BT_GO_STAY);
	case BT_KEY_ESC:
	case BT_KEY_UP:
		return step_back(deposit);
	case BT_KEY_TAB:
	case BT_KEY_DOWN:
		return deposit->focus == FOCUS_SURE ? BT_GO(BT_GO_IGNORED) : go_on(deposit, desk);
	default:
		return BT_GO(BT_GO_IGNORED);
	}
}

static void draw_slip(const struct deposit *deposit, struct bt_ui_canvas *canvas)
{
	bt_ui_label(canvas, SLIP_ROW, N_("Slip number"));
	int end = bt_ui_put(canvas, SLIP_ROW, SIGN_COL, BT_INK_FACT | BT_BOLD, deposit->slip.text);
	if (deposit->focus == FOCUS_SLIP) {
		bt_ui_cursor(canvas, SLIP_ROW, end);
		bt_ui_put(canvas, SLIP_ROW + 1, SIGN_COL, BT_INK_QUIET,
			  bt_ui_word(canvas, N_("from the bank or the cash office; empty = none")));
	}
}

static void draw_sentence(const struct deposit *deposit, struct bt_ui_canvas *canvas)
{
	char amount[32], text[512];
	bt_money_format(bt_ui_field_paise(&deposit->amount), amount);
	(void)bt_words_format(canvas->words, canvas->lang,
			      deposit->slip.text[0] ? N_("Take ₹ {1} out of the drawer, slip {2}.")
						    : N_("Take ₹ {1} out of the drawer, without a slip."),
			      (const char *[]){amount, deposit->slip.text, NULL}, text, sizeof(text));
	bt_ui_put(canvas, SLIP_ROW + 4, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD, text);
	if (bt_money_words(bt_ui_field_paise(&deposit->amount), canvas->lang, text, sizeof(text)) == BT_OK) {
		bt_ui_put_clip(canvas, SLIP_ROW + 5, BT_TEXT_LEFT, 74, BT_INK_FACT, text);
	}
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct deposit *deposit = self;
	bt_ui_shift_title(canvas, desk, N_("Deposit"), desk->till.shift, desk->operator_id, "");
	bt_ui_label(canvas, AMOUNT_ROW + 1, N_("Amount"));
	bt_ui_amount_draw(canvas, AMOUNT_ROW, SIGN_COL, AMOUNT_COL, BT_INK_FACT, bt_ui_field_paise(&deposit->amount),
			  deposit->focus == FOCUS_AMOUNT);
	draw_slip(deposit, canvas);
	if (deposit->focus == FOCUS_SURE) {
		draw_sentence(deposit, canvas);
	}
	bt_ui_say_wide(canvas, SLIP_ROW + 8, BT_TEXT_LEFT, BT_INK_QUIET,
		       N_("Count it before you give it away. It stands in the report of this shift."), NULL);
}

static bool show_enter(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		       char label[64])
{
	(void)desk;
	if (((const struct deposit *)self)->focus == FOCUS_SURE) {
		bt_text_copy(label, 64, bt_ui_word(canvas, N_("Record the deposit")));
	}
	return true;
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Next"), N_("Forward: accept, choose, next"), show_enter},
    {"Esc", N_("Back"), N_("One step back"), NULL},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_deposit = {
    .id = "deposit",
    .size = sizeof(struct deposit),
    .scan = BT_SCAN_REFUSED,
    .keys = keys,
    .draw = draw,
    .on_event = on_event,
};
