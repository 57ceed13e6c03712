/* Balance, dues or both: the consumer's choice in two numbers. */
#include "ui/screen/face.h"

#include "ui/screen/pay.h"
#include "ui/widget/field.h"

#define AMOUNT_COL 23
#define STEP       10000 /* + and − move this much */
#define DIGITS     7

struct split {
	struct bt_ui_field dues;
	bool has_quote;
};

static void recompute(struct split *split, struct bt_ui_desk *desk)
{
	const struct bt_ui_shop *shop = desk->shop;
	desk->draft.dues = bt_ui_field_paise(&split->dues);
	split->has_quote =
	    shop->quote(shop->self, &desk->draft.consumer, desk->draft.amount, desk->draft.dues, &desk->quote) == BT_OK;
	desk->outlook =
	    shop->outlook(shop->self, &desk->draft.consumer, desk->draft.amount, desk->draft.dues, &desk->denial);
}

/* Never more than the amount, nor than the dues that are known. */
static void limit(struct split *split, struct bt_ui_desk *desk)
{
	bt_paise part = bt_ui_field_paise(&split->dues), most = desk->draft.amount;
	if (part > desk->draft.consumer.dues && desk->draft.consumer.dues < most) {
		most = desk->draft.consumer.dues - desk->draft.consumer.dues % BT_PAISE_PER_RUPEE;
		bt_ui_note(desk, BT_INK_WARN, N_("More than the known dues is not taken. The rest goes to balance."),
			   NULL);
	} else if (part > most) {
		bt_ui_note(desk, BT_INK_WARN, N_("The part was larger than the whole. It is now the whole."), NULL);
	}
	if (part > most) {
		bt_ui_field_set_paise(&split->dues, most);
	}
	recompute(split, desk);
}

static void enter(void *self, struct bt_ui_desk *desk)
{
	bt_ui_field_set_paise(&((struct split *)self)->dues, desk->draft.dues);
	((struct split *)self)->dues.replace = true;
	recompute(self, desk);
}

/* / goes around: all to balance, all to dues, half and half. */
static void cycle(struct split *split, const struct bt_ui_desk *desk)
{
	bt_paise whole = desk->draft.amount, part = bt_ui_field_paise(&split->dues);
	bt_paise half = whole / 2 - (whole / 2) % BT_PAISE_PER_RUPEE;
	if (part == 0) {
		bt_ui_field_set_paise(&split->dues, whole);
	} else {
		bt_ui_field_set_paise(&split->dues, part == half ? 0 : half);
	}
}

static void move(struct split *split, bt_paise by)
{
	bt_paise part = bt_ui_field_paise(&split->dues) + by;
	bt_ui_field_set_paise(&split->dues, part > 0 ? part : 0);
}

static struct bt_ui_go press_char(struct split *split, struct bt_ui_desk *desk, uint32_t ch)
{
	switch (ch) {
	case '/':
		cycle(split, desk);
		break;
	case '+':
		move(split, STEP);
		break;
	case '-':
		move(split, -STEP);
		break;
	default:
		if (!bt_ui_field_put_digit(&split->dues, ch, DIGITS)) {
			return BT_GO(BT_GO_IGNORED);
		}
	}
	split->dues.replace = split->dues.replace && (ch == '/' || ch == '+' || ch == '-');
	limit(split, desk);
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	struct split *split = self;
	if (event->kind == BT_UI_EVENT_TICK) {
		return BT_GO(BT_GO_STAY);
	}
	switch (event->press.key) {
	case BT_KEY_ENTER:
		recompute(split, desk);
		if (!split->has_quote || desk->outlook == BT_OUTLOOK_REFUSED) {
			bt_ui_say_denial(desk);
			return BT_GO(BT_GO_STAY);
		}
		return BT_GO_TO(BT_GO_PUSH, &bt_ui_confirm);
	case BT_KEY_CHAR:
		return press_char(split, desk, event->press.ch);
	case BT_KEY_BACKSPACE:
		bt_ui_field_backspace(&split->dues);
		break;
	case BT_KEY_DELETE:
		bt_ui_field_clear(&split->dues);
		break;
	case BT_KEY_ESC:
		return BT_GO(BT_GO_BACK);
	default:
		return BT_GO(BT_GO_IGNORED);
	}
	recompute(split, desk);
	return BT_GO(BT_GO_STAY);
}

static void signed_text(bt_paise paise, char out[48])
{
	char number[32];
	bt_money_format_full(paise < 0 ? -paise : paise, number);
	bt_text_printf(out, 48, "%s %s", paise < 0 ? "−" : "+", number);
}

static void draw_becomes(struct bt_ui_canvas *canvas, int row, const char *before, const char *after, bool bad)
{
	int col = bt_ui_put(canvas, row, BT_BLOCK_COL, BT_INK_FACT, before) + 2;
	col = bt_ui_put(canvas, row, col, BT_INK_QUIET, bt_ui_word(canvas, N_("becomes"))) + 2;
	bt_ui_put(canvas, row, col, bad ? BT_INK_BAD | BT_BOLD : BT_INK_FACT | BT_BOLD, after);
}

static void draw_balance(const struct split *split, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	char before[48], after[48];
	bt_paise part = desk->draft.amount - desk->draft.dues, balance = desk->draft.consumer.balance;
	bt_ui_label(canvas, 7, N_("Balance"));
	bt_ui_amount_draw(canvas, 6, BT_VALUE_COL, AMOUNT_COL, BT_INK_FACT, part, false);
	if (!split->has_quote || desk->draft.consumer.balance_at_ms == 0) {
		return;
	}
	bt_paise charge = desk->quote.duty + desk->quote.fixed, become = balance + part - charge;
	signed_text(balance, before);
	signed_text(become, after);
	draw_becomes(canvas, 7, before, after, become < 0);
	bt_money_format_full(charge, before);
	bt_ui_say(canvas, 8, BT_BLOCK_COL, BT_INK_QUIET, N_("after duty and charge of {1}"), before, NULL);
}

static void draw_dues(const struct split *split, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	char before[48], after[48];
	const struct bt_consumer *consumer = &desk->draft.consumer;
	bt_paise part = bt_ui_field_paise(&split->dues);
	bt_ui_label(canvas, 11, N_("Dues"));
	bt_ui_amount_draw(canvas, 10, BT_VALUE_COL, AMOUNT_COL, BT_INK_FACT, part, false);
	bt_money_format_full(consumer->dues, before);
	bt_money_format_full(consumer->dues - part, after);
	draw_becomes(canvas, 11, before, after, false);
	if (consumer->dues_daily > 0) {
		bt_money_format(consumer->dues_daily, before);
		bt_ui_say(canvas, 12, BT_BLOCK_COL, BT_INK_QUIET, N_("daily part stays ₹ {1}"), before, NULL);
	}
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct split *split = self;
	char text[64];
	bt_ui_put_name(canvas, 2, BT_TEXT_LEFT, BT_PERSON_COL - BT_TEXT_LEFT - 1, BT_INK_FACT | BT_BOLD,
		       bt_dual_get(&desk->draft.consumer.name, canvas->lang));
	bt_ui_group_digits(desk->draft.consumer.number, text);
	bt_ui_put(canvas, 2, BT_PERSON_COL, BT_INK_FACT, text);
	bt_money_format(desk->draft.amount, text);
	bt_ui_say(canvas, 4, BT_TEXT_LEFT, BT_INK_FACT, N_("₹ {1} is divided like this"), text, NULL);
	draw_balance(split, desk, canvas);
	draw_dues(split, desk, canvas);
	bt_ui_label(canvas, 15, N_("Gives"));
	bt_ui_units(canvas, split->has_quote ? desk->quote.units : 0, text);
	bt_ui_put(canvas, 15, BT_VALUE_COL, BT_INK_FACT | BT_BOLD, text);
	bt_ui_say_wide(canvas, 17, BT_TEXT_LEFT, BT_INK_QUIET,
		       N_("Paying dues adds no units. Paying balance leaves the dues as they are."), NULL);
	int col = bt_ui_put(canvas, 19, BT_TEXT_LEFT, BT_INK_QUIET, bt_ui_word(canvas, N_("Ask:")));
	col = bt_ui_put(canvas, 19, col + 2, BT_INK_QUIET, "\"");
	col = bt_ui_put(canvas, 19, col, BT_INK_QUIET,
			bt_ui_word(canvas, N_("How much for the light, how much for the old bill?")));
	bt_ui_put(canvas, 19, col, BT_INK_QUIET, "\"");
}

static bool show_move(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		      char label[64])
{
	(void)self;
	(void)desk;
	char step[32];
	bt_money_format(STEP, step);
	(void)bt_words_format(canvas->words, canvas->lang, N_("Move ₹ {1}"), (const char *[]){step, NULL}, label, 64);
	return true;
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Next"), N_("Forward: accept, choose, next"), NULL},
    {"/", N_("Balance, dues, split"), N_("Towards: balance, dues, split"), NULL},
    {"+ −", N_("Move ₹ {1}"), "", show_move},
    {"Esc", N_("Back"), N_("One step back"), NULL},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_split = {
    .id = "split",
    .size = sizeof(struct split),
    .scan = BT_SCAN_REFUSED,
    .keys = keys,
    .enter = enter,
    .draw = draw,
    .on_event = on_event,
};
