/* Confirm and take cash: one look at name, amount and words; one Enter that means "I have the money". */
#include "ui/screen/ask.h"
#include "ui/screen/face.h"

#include <string.h>

#include "ui/screen/aside.h"
#include "ui/screen/pay.h"
#include "ui/screen/till.h"
#include "ui/widget/bigdigits.h"
#include "ui/widget/field.h"
#include "ui/widget/frame.h"

#define GIVEN_DIGITS 8
#define SIGN_COL     17
#define WAIT_SHOW_MS 300 /* a healthy sale never flashes a waiting screen */

struct confirm {
	struct bt_ui_field given;
	bool paid;
	char sale_id[37]; /* of the sale that is paid */
	int64_t paid_boot_ms;
};

static bt_paise given_of(const struct confirm *confirm)
{
	return bt_ui_field_paise(&confirm->given);
}

static void enter(void *self, struct bt_ui_desk *desk)
{
	(void)self;
	if (desk->draft.tender && strcmp(desk->draft.tender->id, "cash") == 0) {
		bt_ui_till_warn(desk);
	}
}

/* From here to the screen that shows what came of it; the waiting screen only after a moment. */
static struct bt_ui_go follow(const struct confirm *confirm, struct bt_ui_desk *desk)
{
	struct bt_sale_view view;
	memcpy(desk->sale_id, confirm->sale_id, sizeof(desk->sale_id));
	desk->from_list = false;
	if (!bt_ui_sale_view(desk, confirm->sale_id, &view)) {
		return BT_GO(BT_GO_STAY);
	}
	const struct bt_ui_screen *screen = bt_ui_sale_screen(&view);
	if (screen) {
		return BT_GO_TO(BT_GO_OVER, screen);
	}
	return desk->boot_ms - confirm->paid_boot_ms >= WAIT_SHOW_MS ? BT_GO_TO(BT_GO_OVER, &bt_ui_wait)
								     : BT_GO(BT_GO_STAY);
}

static void say_pay_error(struct bt_ui_desk *desk, enum bt_err err)
{
	char text[32];
	if (err == BT_ERANGE) {
		bt_money_format(BT_TENDER_CASH_LEGAL_LIMIT, text);
		bt_ui_note(desk, BT_INK_BAD, N_("Cash of ₹ {1} or more is not allowed by law."), text, NULL);
	} else if (desk->status.stopped != BT_OK) {
		/* The last write may have been durable or not; it is known when the record is opened again. */
		bt_money_format(desk->draft.amount, text);
		bt_ui_note(desk, BT_INK_BAD,
			   N_("Not sure if ₹ {1} was recorded. Write down the name; a restart tells."), text, NULL);
	} else {
		bt_ui_note(desk, BT_INK_BAD, N_("Money not recorded. Give it back."), NULL);
	}
}

/* Nothing has been taken yet, so nothing has to be given back. */
static void say_begin_error(struct bt_ui_desk *desk, enum bt_err err)
{
	const char *refusal = bt_ui_upi_refusal(desk);
	if (desk->status.stopped != BT_OK) {
		bt_ui_note(desk, BT_INK_BAD, bt_ui_stop_sentence(desk->status.stopped),
			   desk->shop->enrolment->complaint, NULL);
	} else if (err == BT_EFULL || err == BT_EUNREACHABLE || refusal) {
		bt_ui_note(desk, BT_INK_WARN,
			   refusal ? refusal : N_("No UPI now: the bank cannot be asked. Take cash."), NULL);
	} else {
		bt_ui_note(desk, BT_INK_WARN, N_("This amount cannot be paid by UPI here. Take cash."), NULL);
	}
}

/* The whole sale is put on record, and the bank is asked for a QR. */
static struct bt_ui_go show_qr(struct confirm *confirm, struct bt_ui_desk *desk)
{
	const struct bt_ui_upi *upi = desk->shop->upi;
	char sale_id[37] = "";
	if (bt_ui_refuse_withdrawn(desk)) {
		return BT_GO(BT_GO_IGNORED);
	}
	desk->draft.given = desk->draft.amount;
	enum bt_err err = upi ? upi->begin(upi->self, &desk->draft, sale_id) : BT_EUNREACHABLE;
	if (err != BT_OK) {
		desk->shop->status(desk->shop->self, &desk->status);
		say_begin_error(desk, err);
		return desk->status.stopped ? BT_GO_TO(BT_GO_SWAP, &bt_ui_limit_used) : BT_GO(BT_GO_IGNORED);
	}
	confirm->paid = true;
	bt_text_copy(desk->sale_id, sizeof(desk->sale_id), sale_id);
	desk->from_list = false;
	return BT_GO_TO(BT_GO_OVER, &bt_ui_upi);
}

/* The payment by UPI that was let go for this cash: money that comes for it all the same has to go back. */
static void let_go_for_cash(struct bt_ui_desk *desk)
{
	const struct bt_ui_upi *upi = desk->shop->upi;
	if (upi && desk->instead_of[0]) {
		/* Refused when it has ended for good: then nothing can come for it. */
		(void)upi->stop(upi->self, desk->instead_of, true);
	}
	desk->instead_of[0] = '\0';
}

static bool refuse_given(const struct confirm *confirm, struct bt_ui_desk *desk)
{
	char amount[32], missing[32];
	bt_paise given = given_of(confirm), due = desk->draft.amount;
	if (!confirm->given.text[0] || given >= due) {
		return false;
	}
	bt_money_format(due, amount);
	bt_money_format(due - given, missing);
	bt_ui_note(desk, BT_INK_BAD, N_("Given is less than ₹ {1}. ₹ {2} short."), amount, missing, NULL);
	return true;
}

static struct bt_ui_go take_money(struct confirm *confirm, struct bt_ui_desk *desk)
{
	if (refuse_given(confirm, desk) || bt_ui_refuse_withdrawn(desk) || bt_ui_refuse_cash(desk)) {
		return BT_GO(BT_GO_IGNORED);
	}
	desk->draft.given = confirm->given.text[0] ? given_of(confirm) : desk->draft.amount;
	char sale_id[37] = "";
	enum bt_err err = desk->shop->pay(desk->shop->self, &desk->draft, sale_id);
	if (err != BT_OK) {
		desk->shop->status(desk->shop->self, &desk->status);
		say_pay_error(desk, err);
		return desk->status.stopped ? BT_GO_TO(BT_GO_SWAP, &bt_ui_limit_used) : BT_GO(BT_GO_IGNORED);
	}
	memcpy(confirm->sale_id, sale_id, sizeof(confirm->sale_id));
	confirm->paid = true;
	confirm->paid_boot_ms = desk->boot_ms;
	let_go_for_cash(desk);
	return follow(confirm, desk);
}

/* Money is recorded: what is typed now is for the screen that follows, but a second Enter is not a second wish. */
static struct bt_ui_go press_late(const struct bt_ui_press *press)
{
	return BT_GO(press->key == BT_KEY_ENTER || press->key == BT_KEY_ESC ? BT_GO_STAY : BT_GO_KEEP);
}

static struct bt_ui_go press_key(struct confirm *confirm, struct bt_ui_desk *desk, const struct bt_ui_press *press)
{
	switch (press->key) {
	case BT_KEY_ENTER:
		if (!press->fresh) {
			return BT_GO(BT_GO_STAY);
		}
		return bt_ui_is_upi(desk->draft.tender) ? show_qr(confirm, desk) : take_money(confirm, desk);
	case BT_KEY_CHAR:
		if (press->ch == '*') {
			desk->draft.tender = bt_ui_next_tender(desk, desk->draft.tender);
			bt_ui_field_clear(&confirm->given);
			return BT_GO(BT_GO_STAY);
		}
		if (bt_ui_is_upi(desk->draft.tender)) {
			return BT_GO(BT_GO_IGNORED); /* nothing is counted */
		}
		return BT_GO(bt_ui_field_put_digit(&confirm->given, press->ch, GIVEN_DIGITS) ? BT_GO_STAY
											     : BT_GO_IGNORED);
	case BT_KEY_BACKSPACE:
		bt_ui_field_backspace(&confirm->given);
		return BT_GO(BT_GO_STAY);
	case BT_KEY_DELETE:
		bt_ui_field_clear(&confirm->given);
		return BT_GO(BT_GO_STAY);
	case BT_KEY_ESC:
		return BT_GO(BT_GO_BACK);
	default:
		return BT_GO(BT_GO_IGNORED);
	}
}

static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	struct confirm *confirm = self;
	if (event->kind == BT_UI_EVENT_TICK) {
		return confirm->paid ? follow(confirm, desk) : BT_GO(BT_GO_STAY);
	}
	return confirm->paid ? press_late(&event->press) : press_key(confirm, desk, &event->press);
}

/* ---- drawing ---- */

static void draw_big(struct bt_ui_canvas *canvas, enum bt_ui_role role, bt_paise paise)
{
	char text[32];
	bt_money_format(paise, text);
	bt_ui_put(canvas, 8, SIGN_COL, role | BT_BOLD, "₹");
	if (canvas->plain && canvas->cols < BT_SCREEN_COLS) {
		(void)bt_ui_digits_spaced(canvas, 8, BT_VALUE_COL, role, text);
	} else if (strchr(text, '.') || BT_VALUE_COL + bt_ui_digits5_columns(text) > 78) {
		bt_ui_put(canvas, 8, BT_VALUE_COL, role | BT_BOLD, text);
	} else {
		(void)bt_ui_digits5(canvas, 6, BT_VALUE_COL, role, text);
	}
}

/* As soon as cash given is typed the big number is what to return; the amount moves into the sentence. */
static void draw_amount(const struct confirm *confirm, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	bt_paise due = desk->draft.amount, given = given_of(confirm);
	bool typed = confirm->given.text[0] != '\0', back = typed && given >= due, less = typed && given < due;
	enum bt_ui_role role = BT_INK_FACT;
	bt_paise shown = due;
	char text[320], a[32], b[32];
	if (back || less) {
		role = back ? BT_INK_OK : BT_INK_BAD;
		shown = back ? given - due : due - given;
	}
	if (less) {
		bt_ui_put(canvas, 6, BT_MARK_COL, BT_INK_BAD | BT_BOLD, bt_ui_role_shape(BT_INK_BAD));
		bt_ui_label(canvas, 6, N_("Short"));
	} else {
		bt_ui_label(canvas, 6, back ? N_("Return") : N_("Take"));
	}
	draw_big(canvas, role, shown);
	if (bt_money_words(shown, canvas->lang, text, sizeof(text)) != BT_OK) {
		return;
	}
	int col = bt_ui_put_clip(canvas, 12, BT_VALUE_COL, 58, BT_INK_FACT, text);
	if (typed) {
		bt_money_format(given, a);
		bt_money_format(due, b);
		bt_ui_say(canvas, 12, col + 3, BT_INK_FACT, N_("({1} given, {2} to pay)"), a, b, NULL);
	}
}

static void towards_text(const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas, char *out, size_t cap)
{
	char units[32], balance[32], dues[32];
	const struct bt_draft *draft = &desk->draft;
	bt_units_format(desk->quote.units, units);
	bt_money_format(draft->amount - draft->dues, balance);
	bt_money_format(draft->dues, dues);
	const char *key = N_("Balance ₹ {1} ({2} units), dues ₹ {3}");
	const char *args[] = {balance, units, dues, NULL};
	if (draft->dues == draft->amount) {
		key = N_("Dues, no units");
	} else if (draft->dues == 0) {
		key = N_("Balance, {1} units");
		args[0] = units;
	}
	(void)bt_words_format(canvas->words, canvas->lang, key, args, out, cap);
}

static void draw_given(const struct confirm *confirm, struct bt_ui_canvas *canvas)
{
	char text[32];
	bt_ui_label(canvas, 18, N_("Cash given"));
	bt_ui_put(canvas, 18, BT_VALUE_COL, BT_INK_FACT | BT_BOLD, "₹");
	if (confirm->given.text[0]) {
		bt_money_format(given_of(confirm), text);
		int end = bt_ui_put(canvas, 18, BT_VALUE_COL + 2, BT_INK_FACT | BT_BOLD, text);
		bt_ui_cursor(canvas, 18, end);
	} else {
		bt_ui_cursor(canvas, 18, BT_VALUE_COL + 2);
		bt_ui_put(canvas, 18, BT_VALUE_COL + 5, BT_INK_QUIET, bt_ui_word(canvas, N_("empty = exact money")));
	}
}

/* Nothing is counted; what will come of it is said as the Enter of cash says it. */
static void draw_before_qr(const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	if (desk->outlook == BT_OUTLOOK_DOCKET) {
		bt_ui_put(canvas, 18, BT_MARK_COL, BT_INK_WARN | BT_BOLD, bt_ui_role_shape(BT_INK_WARN));
		bt_ui_put(canvas, 18, BT_TEXT_LEFT, BT_INK_WARN,
			  bt_ui_word(canvas, N_("No token at once: a docket, and the token later.")));
	}
	bt_ui_put(canvas, 20, BT_TEXT_LEFT, BT_INK_QUIET, bt_ui_word(canvas, N_("Ask the name before Enter.")));
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct confirm *confirm = self;
	char text[256];
	bt_ui_person(canvas, 3, &desk->draft.consumer);
	bt_ui_numbers(canvas, 4, &desk->draft.consumer);
	draw_amount(confirm, desk, canvas);
	if (desk->quote.fixed > 0) {
		bt_ui_label(canvas, 14, N_("Fixed charge"));
		bt_ui_rupees(desk->quote.fixed, true, text);
		bt_ui_put(canvas, 14, BT_VALUE_COL, BT_INK_FACT, text);
	}
	bt_ui_label(canvas, 15, N_("Towards"));
	towards_text(desk, canvas, text, sizeof(text));
	bt_ui_put(canvas, 15, BT_VALUE_COL, BT_INK_FACT, text);
	bt_ui_label(canvas, 16, N_("Pay by"));
	if (desk->draft.tender) {
		bt_ui_put(canvas, 16, BT_VALUE_COL, BT_INK_FACT, bt_ui_word(canvas, desk->draft.tender->name));
	}
	if (bt_ui_is_upi(desk->draft.tender)) {
		draw_before_qr(desk, canvas);
		return;
	}
	draw_given(confirm, canvas);
	bt_ui_put(canvas, 20, BT_TEXT_LEFT, BT_INK_QUIET,
		  bt_ui_word(canvas, N_("Ask the name and count the money before Enter.")));
}

static void payer(const void *self, const struct bt_ui_desk *desk, struct bt_ui_payer *out)
{
	const struct confirm *confirm = self;
	bt_paise given = given_of(confirm);
	bool gives_back = confirm->given.text[0] && given > desk->draft.amount;
	out->page = gives_back ? BT_PAYER_CHANGE : BT_PAYER_CONFIRM;
	out->amount = desk->draft.amount;
	out->units = desk->draft.dues < desk->draft.amount ? desk->quote.units : 0;
	bt_ui_payer_name(out, &desk->draft.consumer, desk->lang);
	if (gives_back) {
		out->given = given;
		out->change = given - desk->draft.amount;
	}
}

static bool show_enter(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		       char label[64])
{
	static const char *const labels[] = {[BT_OUTLOOK_TOKEN] = N_("Money taken, give token"),
					     [BT_OUTLOOK_CREDIT] = N_("Money taken, credit it"),
					     [BT_OUTLOOK_DOCKET] = N_("Money taken, give docket"),
					     [BT_OUTLOOK_REFUSED] = N_("Money taken, give docket")};
	bool upi = bt_ui_is_upi(desk->draft.tender);
	bt_text_copy(label, 64, bt_ui_word(canvas, upi ? N_("Show QR") : labels[desk->outlook]));
	return !((const struct confirm *)self)->paid;
}

static bool show_recorded(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
			  char label[64])
{
	(void)desk;
	(void)canvas;
	(void)label;
	return ((const struct confirm *)self)->paid;
}

static bool show_before(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
			char label[64])
{
	return !show_recorded(self, desk, canvas, label);
}

static bool show_ways(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		      char label[64])
{
	return show_before(self, desk, canvas, label) && bt_ui_show_ways(self, desk, canvas, label);
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Money taken, give token"), "", show_enter},
    {"✓", N_("Money is recorded"), "", show_recorded},
    {"*", N_("Pay by"), N_("Pay by: cash, UPI, card, cheque, voucher"), show_ways},
    {"Esc", N_("Back"), N_("One step back"), show_before},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_confirm = {
    .id = "confirm",
    .size = sizeof(struct confirm),
    .tick_ms = 50,
    .scan = BT_SCAN_REFUSED,
    .keys = keys,
    .enter = enter,
    .draw = draw,
    .on_event = on_event,
    .payer = payer,
};
