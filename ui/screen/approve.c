/* A second person approves one thing, and sees the whole sentence of it before. */
#include "ui/screen/face.h"

#include <string.h>

#include "ui/screen/pay.h"
#include "ui/screen/till.h"
#include "ui/widget/dates.h"
#include "ui/widget/field.h"
#include "ui/widget/list.h"

#define PIN_COLUMNS  12
#define TYPED_BYTES  256 /* as long as the text of a slip's QR */
#define TYPED_SHOWN  24
#define BAND_FIRST   6
#define BAND_LAST    17
#define SENTENCE_ROW 9
#define FIELDS_ROW   14
#define READ_COLUMNS 70
#define MINUTE_MS    INT64_C(60000)

enum focus { FOCUS_DOCKET, FOCUS_PIN, FOCUS_WHY };

#define REASONS_MAX 4

/* Why, in the words of the screen and of the record, in the order of the number keys. */
struct whys {
	const char *said;
	const char *codes[REASONS_MAX];
};

static const struct whys of_sale = {N_("1 wrong person  2 paid twice  3 no token  4 other"),
				    {"wrong_person", "paid_twice", "no_token", "other"}};
static const struct whys of_shift = {N_("1 checked  2 clerk is away  3 other"), {"checked", "clerk_away", "other"}};
static const struct whys of_drawer = {N_("1 small change  2 counting  3 other"), {"small_change", "counting", "other"}};

static const struct whys of_meter = {N_("1 the meter refuses it  2 other"), {"refused", "other"}};
static const struct whys of_cash = {N_("1 cash check  2 hand-over  3 other"), {"cash_check", "hand_over", "other"}};

static const struct {
	const char *sentence;
	const struct whys *whys;
} things[BT_UI_ASK_COUNT] = {
    [BT_UI_ASK_REFUND] = {N_("Refund ₹ {1} in cash to {2}, {3}."), &of_sale},
    [BT_UI_ASK_CLOSE] = {N_("Close the sale of ₹ {1} to {2}, {3}. Two different tokens were made."), &of_sale},
    [BT_UI_ASK_MAKE] = {N_("Make the token of ₹ {1} for {2}, {3} here. The server may have made one too."), &of_sale},
    [BT_UI_ASK_DRAWER] = {N_("Open the drawer without a sale."), &of_drawer},
    [BT_UI_ASK_ORDER] = {N_("Order ₹ {1} of {2}, {3}, back to the bank."), &of_sale},
    [BT_UI_ASK_REISSUE] = {N_("New token of ₹ {1} for {2}, {3}. The meter refuses the one before."), &of_meter},
    [BT_UI_ASK_SHIFT] = {N_("Close shift {1} of {2}. Nobody counted its cash."), &of_shift},
    [BT_UI_ASK_CASH] = {N_("Print the X report of shift {1} of {2} with its cash."), &of_cash},
};

struct approve {
	struct bt_sale_view view;
	struct bt_till_shift shift; /* where a shift is to be closed */
	char sale_id[37];
	bool known;
	enum bt_ui_asked asked;
	enum focus focus;
	struct bt_ui_list names; /* supervisors, without the one whose sale or shift it is */
	struct bt_ui_field pin;
	char typed[TYPED_BYTES]; /* the docket's number, or its QR */
	size_t typed_len;
	int why; /* -1: not said */
	bool checking;
};

/* The @p at-th who may approve here; NULL when there are not so many. */
static const struct bt_operator *find_name(const struct approve *approve, const struct bt_ui_desk *desk, int at)
{
	const struct bt_enrolment *enrolment = desk->shop->enrolment;
	const char *whose = approve->asked == BT_UI_ASK_SHIFT ? approve->shift.operator_id : desk->operator_id;
	for (int i = 0, seen = 0; i < enrolment->operator_count; i++) {
		const struct bt_operator *person = &enrolment->operators[i];
		bool may = person->role == BT_ROLE_SUPERVISOR && strcmp(person->id, whose) != 0;
		if (may && seen++ == at) {
			return person;
		}
	}
	return NULL;
}

static bool asks_docket(const struct approve *approve)
{
	return approve->asked == BT_UI_ASK_REFUND && approve->view.needs_docket;
}

/* Money of another channel: no sale of this record stands for it. */
static bool look_at_payment(struct approve *approve, const struct bt_ui_desk *desk)
{
	const struct bt_desk_payment *payment = &desk->payment;
	approve->view.sale.quote.amount = payment->amount;
	approve->view.consumer.name = payment->name;
	bt_text_copy(approve->view.consumer.number, sizeof(approve->view.consumer.number), payment->connection);
	bt_text_copy(approve->sale_id, sizeof(approve->sale_id), payment->payment_id);
	return payment->amount > 0 && desk->shop->enquiry;
}

/* The shift in hand goes on: it is in no list of those that wait. */
static bool look_at_own_shift(struct approve *approve, const struct bt_ui_desk *desk)
{
	approve->shift = (struct bt_till_shift){.shift = desk->shift};
	bt_text_copy(approve->shift.operator_id, sizeof(approve->shift.operator_id), desk->operator_id);
	return desk->shop->till != NULL;
}

/* What is asked about, as it is now. */
static bool look_up(struct approve *approve, const struct bt_ui_desk *desk)
{
	if (approve->asked == BT_UI_ASK_SHIFT) {
		return bt_ui_till_find(desk, desk->shift, &approve->shift);
	}
	if (approve->asked == BT_UI_ASK_ORDER || approve->asked == BT_UI_ASK_REISSUE) {
		return look_at_payment(approve, desk);
	}
	if (approve->asked == BT_UI_ASK_CASH) {
		return look_at_own_shift(approve, desk);
	}
	return approve->asked == BT_UI_ASK_DRAWER || bt_ui_sale_view(desk, approve->sale_id, &approve->view);
}

static void enter(void *self, struct bt_ui_desk *desk)
{
	struct approve *approve = self;
	int count = 0;
	memcpy(approve->sale_id, desk->sale_id, sizeof(approve->sale_id));
	approve->asked = desk->asked;
	approve->known = look_up(approve, desk);
	while (find_name(approve, desk, count)) {
		count++;
	}
	bt_ui_list_reset(&approve->names, count);
	approve->why = -1;
	approve->focus = asks_docket(approve) ? FOCUS_DOCKET : FOCUS_PIN;
	if (count == 0) {
		bt_ui_note(desk, BT_INK_BAD, N_("Your own PIN is not enough here."), NULL);
	}
}

/* A scanned docket is its QR; what goes on from here is its number. */
static const char *docket_number(const struct approve *approve, const struct bt_ui_desk *desk)
{
	char proof[TYPED_BYTES];
	bool scanned = strncmp(approve->typed, "RC1:", 4) == 0 &&
		       desk->shop->proof(desk->shop->self, approve->sale_id, proof, sizeof(proof)) == BT_OK &&
		       strcmp(proof, approve->typed) == 0;
	return scanned ? approve->view.sale.receipt : approve->typed;
}

static struct bt_ui_go say_not_done(struct approve *approve, struct bt_ui_desk *desk, enum bt_err err,
				    enum bt_denial denial)
{
	approve->focus = FOCUS_PIN; /* it was good for one thing */
	if (err == BT_EINPUT && asks_docket(approve)) {
		approve->focus = FOCUS_DOCKET;
		memset(approve->typed, 0, sizeof(approve->typed));
		approve->typed_len = 0;
		bt_ui_note(desk, BT_INK_BAD, N_("This is not the docket of this payment."), NULL);
	} else if (denial != BT_DENY_NONE) {
		bt_ui_note(desk, BT_INK_BAD, N_("Not possible now: {1}."), "", NULL);
		bt_ui_note_word(desk, 0, bt_ui_reason_key(denial));
	} else if (err == BT_ESTATE) {
		/* It has moved on meanwhile: what is behind shows where to. */
		return BT_GO(BT_GO_BACK);
	} else {
		bt_ui_note(desk, BT_INK_BAD, N_("Not done. Nothing was recorded. Call {1}."),
			   desk->shop->enrolment->complaint, NULL);
	}
	return BT_GO(BT_GO_STAY);
}

/* As the orders of a sale, of the shift in hand. */
static enum bt_err close_shift(const struct approve *approve, struct bt_ui_desk *desk,
			       const struct bt_approval *approval)
{
	const struct bt_ui_till *till = desk->shop->till;
	enum bt_err err = till->close(till->self, approve->shift.shift, approval);
	bt_ui_till_look(desk);
	return err;
}

static enum bt_err print_cash(const struct approve *approve, const struct bt_ui_desk *desk,
			      const struct bt_approval *approval)
{
	const struct bt_ui_till *till = desk->shop->till;
	return till->print_cash(till->self, approve->shift.shift, approval);
}

static enum bt_err order_back(const struct approve *approve, const struct bt_ui_desk *desk,
			      const struct bt_approval *approval)
{
	const struct bt_ui_enquiry *enquiry = desk->shop->enquiry;
	enum bt_denial denial = BT_DENY_NONE;
	return enquiry->order(enquiry->self, approve->sale_id, approval, &denial);
}

static enum bt_err reissue(const struct approve *approve, const struct bt_ui_desk *desk,
			   const struct bt_approval *approval)
{
	const struct bt_ui_enquiry *enquiry = desk->shop->enquiry;
	enum bt_denial denial = BT_DENY_NONE;
	return enquiry->reissue(enquiry->self, approve->sale_id, approval, &denial);
}

static void say_done(const struct approve *approve, struct bt_ui_desk *desk)
{
	char number[16];
	bt_ui_note_clear(desk);
	if (approve->asked == BT_UI_ASK_DRAWER) {
		bt_ui_note(desk, BT_INK_OK, N_("Drawer opened."), NULL);
	} else if (approve->asked == BT_UI_ASK_CASH) {
		bt_ui_note(desk, BT_INK_FACT, N_("Printing"), NULL);
	} else if (approve->asked == BT_UI_ASK_ORDER) {
		bt_ui_note(desk, BT_INK_OK, N_("Refund ordered. Its docket is printed."), NULL);
	} else if (approve->asked == BT_UI_ASK_SHIFT) {
		bt_ui_shift_number(approve->shift.shift, number);
		bt_ui_note(desk, BT_INK_OK, N_("Shift {1} is closed."), number, NULL);
	}
}

static struct bt_ui_go order(struct approve *approve, struct bt_ui_desk *desk)
{
	const struct bt_ui_shop *shop = desk->shop;
	const struct bt_operator *person = find_name(approve, desk, approve->names.chosen);
	enum bt_denial denial = BT_DENY_NONE;
	enum bt_err (*const orders[BT_UI_ASK_COUNT])(void *, const char *, const struct bt_approval *,
						     enum bt_denial *) = {
	    [BT_UI_ASK_REFUND] = shop->refund,
	    [BT_UI_ASK_CLOSE] = shop->abandon,
	    [BT_UI_ASK_MAKE] = shop->make_anyway,
	    [BT_UI_ASK_DRAWER] = shop->open_drawer,
	};
	if (!person || approve->why < 0) {
		return BT_GO(BT_GO_STAY);
	}
	struct bt_approval approval = {.by = person->id,
				       .reason = things[approve->asked].whys->codes[approve->why],
				       .docket = docket_number(approve, desk)};
	enum bt_err err = approve->asked == BT_UI_ASK_SHIFT   ? close_shift(approve, desk, &approval)
			  : approve->asked == BT_UI_ASK_CASH  ? print_cash(approve, desk, &approval)
			  : approve->asked == BT_UI_ASK_ORDER ? order_back(approve, desk, &approval)
			  : approve->asked == BT_UI_ASK_REISSUE
			      ? reissue(approve, desk, &approval)
			      : orders[approve->asked](shop->self, approve->sale_id, &approval, &denial);
	if (err == BT_OK) {
		say_done(approve, desk);
		return BT_GO(BT_GO_BACK); /* to the sale, which has moved on */
	}
	return say_not_done(approve, desk, err, denial);
}

static void say_wrong(struct approve *approve, struct bt_ui_desk *desk, enum bt_ui_job job, int tries, int64_t wait_ms)
{
	char text[32];
	approve->focus = FOCUS_PIN;
	if (job == BT_UI_JOB_LOCKED_OUT) {
		bt_count_format((wait_ms + MINUTE_MS - 1) / MINUTE_MS, text);
		bt_ui_note(desk, BT_INK_BAD, N_("This name waits {1} minutes."), text, NULL);
	} else if (job == BT_UI_JOB_FAILED) {
		bt_ui_note(desk, BT_INK_BAD, N_("Your own PIN is not enough here."), NULL);
	} else {
		bt_count_format(tries, text);
		bt_ui_note(desk, BT_INK_BAD, N_("Wrong PIN. {1} tries left."), text, NULL);
	}
}

static struct bt_ui_go take_result(struct approve *approve, struct bt_ui_desk *desk)
{
	int tries = 0;
	int64_t wait_ms = 0;
	if (!approve->checking) {
		return BT_GO(BT_GO_STAY);
	}
	enum bt_ui_job job = desk->shop->job(desk->shop->self, &tries, &wait_ms);
	if (job == BT_UI_JOB_RUNNING) {
		return BT_GO(BT_GO_STAY);
	}
	approve->checking = false;
	bt_ui_field_clear(&approve->pin);
	bt_ui_note_clear(desk);
	if (job == BT_UI_JOB_GOOD) {
		return order(approve, desk);
	}
	say_wrong(approve, desk, job, tries, wait_ms);
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go submit(struct approve *approve, struct bt_ui_desk *desk)
{
	const struct bt_operator *person = find_name(approve, desk, approve->names.chosen);
	if (!approve->pin.text[0]) {
		approve->focus = FOCUS_PIN;
		return BT_GO(BT_GO_IGNORED);
	}
	if (!person || approve->why < 0) {
		return BT_GO(BT_GO_IGNORED);
	}
	desk->shop->approve(desk->shop->self, person->id, approve->pin.text);
	approve->checking = true;
	bt_ui_field_clear(&approve->pin);
	bt_ui_note(desk, BT_INK_FACT, N_("Please wait."), NULL);
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go go_on(struct approve *approve, struct bt_ui_desk *desk)
{
	if (approve->focus == FOCUS_WHY) {
		return submit(approve, desk);
	}
	bool filled = approve->focus == FOCUS_DOCKET ? approve->typed_len > 0 : approve->pin.text[0] != '\0';
	if (!filled) {
		return BT_GO(BT_GO_IGNORED);
	}
	approve->focus = approve->focus == FOCUS_DOCKET ? FOCUS_PIN : FOCUS_WHY;
	return BT_GO(BT_GO_STAY);
}

static bool write_docket(struct approve *approve, uint32_t ch)
{
	if (ch == ' ' && strncmp(approve->typed, "RC1:", 4) != 0) {
		return true; /* numbers are read out with blanks; in a QR they mean something */
	}
	if (ch < ' ' || ch > '~' || approve->typed_len + 1 >= sizeof(approve->typed)) {
		return false;
	}
	approve->typed[approve->typed_len++] = (char)ch;
	return true;
}

static struct bt_ui_go write_char(struct approve *approve, uint32_t ch)
{
	bool digit = ch >= '0' && ch <= '9', taken = false;
	if (approve->focus == FOCUS_DOCKET) {
		taken = write_docket(approve, ch);
	} else if (approve->focus == FOCUS_PIN) {
		taken = digit && bt_ui_field_put(&approve->pin, ch, PIN_COLUMNS);
	} else if (ch >= '1' && ch <= '0' + (uint32_t)REASONS_MAX && things[approve->asked].whys->codes[ch - '1']) {
		approve->why = (int)(ch - '1');
		taken = true;
	}
	return BT_GO(taken ? BT_GO_STAY : BT_GO_IGNORED);
}

static void erase(struct approve *approve, bool all)
{
	if (approve->focus == FOCUS_PIN && all) {
		bt_ui_field_clear(&approve->pin);
	} else if (approve->focus == FOCUS_PIN) {
		bt_ui_field_backspace(&approve->pin);
	} else if (approve->focus == FOCUS_WHY) {
		approve->why = -1;
	} else {
		approve->typed_len = all || approve->typed_len == 0 ? 0 : approve->typed_len - 1;
		memset(approve->typed + approve->typed_len, 0, sizeof(approve->typed) - approve->typed_len);
	}
}

static struct bt_ui_go press_key(struct approve *approve, struct bt_ui_desk *desk, const struct bt_ui_press *press)
{
	switch (press->key) {
	case BT_KEY_ENTER:
	case BT_KEY_TAB:
		return go_on(approve, desk);
	case BT_KEY_CHAR:
		return write_char(approve, press->ch);
	case BT_KEY_BACKSPACE:
	case BT_KEY_DELETE:
		erase(approve, press->key == BT_KEY_DELETE);
		return BT_GO(BT_GO_STAY);
	case BT_KEY_ESC:
		return BT_GO(BT_GO_BACK);
	default:
		if (bt_ui_list_move(&approve->names, press->key, 1)) {
			bt_ui_field_clear(&approve->pin);
			approve->focus = FOCUS_PIN;
			return BT_GO(BT_GO_STAY);
		}
		return BT_GO(BT_GO_IGNORED);
	}
}

/* Keys that come while a PIN is checked are for what follows it. */
static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	struct approve *approve = self;
	if (event->kind == BT_UI_EVENT_TICK) {
		return take_result(approve, desk);
	}
	return approve->checking ? BT_GO(BT_GO_KEEP) : press_key(approve, desk, &event->press);
}

static void sale_sentence(const struct approve *approve, const struct bt_ui_canvas *canvas, char *out, size_t cap)
{
	char amount[32], number[32];
	bt_money_format(approve->view.sale.quote.amount, amount);
	bt_ui_group_digits(approve->view.consumer.number, number);
	const char *const args[] = {amount, bt_dual_get(&approve->view.consumer.name, canvas->lang), number, NULL};
	(void)bt_words_format(canvas->words, canvas->lang, things[approve->asked].sentence, args, out, cap);
}

static bool is_about_shift(const struct approve *approve)
{
	return approve->asked == BT_UI_ASK_SHIFT || approve->asked == BT_UI_ASK_CASH;
}

static void shift_sentence(const struct approve *approve, const struct bt_ui_desk *desk,
			   const struct bt_ui_canvas *canvas, char *out, size_t cap)
{
	const struct bt_till_shift *shift = &approve->shift;
	const struct bt_operator *person = bt_enrolment_operator(desk->shop->enrolment, shift->operator_id);
	const char *key = things[approve->asked].sentence;
	char number[16], money[32];
	if (shift->sealed) {
		key = shift->difference < 0   ? N_("Close shift {1} of {2}. The cash is ₹ {3} short.")
		      : shift->difference > 0 ? N_("Close shift {1} of {2}. The cash is ₹ {3} over.")
					      : N_("Close shift {1} of {2}. The cash agrees.");
	}
	bt_ui_shift_number(shift->shift, number);
	bt_money_format(shift->difference < 0 ? -shift->difference : shift->difference, money);
	const char *whose = person                  ? bt_dual_get(&person->name, canvas->lang)
			    : shift->operator_id[0] ? shift->operator_id
						    : bt_dual_get(&desk->status.who, canvas->lang);
	const char *const args[] = {number, whose, money, NULL};
	(void)bt_words_format(canvas->words, canvas->lang, key, args, out, cap);
}

static void draw_sentence(const struct approve *approve, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	char text[640], time[BT_DATE_BYTES];
	const struct bt_operator *clerk = bt_enrolment_operator(desk->shop->enrolment, desk->operator_id);
	if (is_about_shift(approve)) {
		shift_sentence(approve, desk, canvas, text, sizeof(text));
	} else {
		sale_sentence(approve, canvas, text, sizeof(text));
	}
	int row = bt_ui_paragraph(canvas, SENTENCE_ROW, BT_TEXT_LEFT, READ_COLUMNS, BT_INK_FACT | BT_BOLD, text);
	bt_ui_time(desk->status.now_ms, time);
	bt_ui_say_wide(canvas, row, BT_TEXT_LEFT, BT_INK_QUIET,
		       approve->asked == BT_UI_ASK_REFUND ? N_("No token was ever shown. Asked by {1}, {2}.")
							  : N_("Asked by {1}, {2}."),
		       bt_dual_get(clerk ? &clerk->name : &desk->status.who, canvas->lang), time, NULL);
}

static void draw_docket(const struct approve *approve, int row, struct bt_ui_canvas *canvas)
{
	size_t from = approve->typed_len > TYPED_SHOWN ? approve->typed_len - TYPED_SHOWN : 0;
	bt_ui_label(canvas, row, N_("Docket"));
	int end = bt_ui_put(canvas, row, BT_VALUE_COL, BT_INK_FACT | BT_BOLD, approve->typed + from);
	if (approve->focus == FOCUS_DOCKET) {
		bt_ui_block(canvas, row, end, BT_GLYPH_CURSOR, BT_INK_ACCENT);
	}
}

static void draw_fields(const struct approve *approve, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	int row = FIELDS_ROW;
	const struct bt_operator *person = find_name(approve, desk, approve->names.chosen);
	if (asks_docket(approve)) {
		draw_docket(approve, row++, canvas);
	}
	bt_ui_label(canvas, row, N_("Name"));
	bt_ui_put(canvas, row++, BT_VALUE_COL, BT_INK_FACT | BT_BOLD,
		  person ? bt_dual_get(&person->name, canvas->lang) : "");
	bt_ui_label(canvas, row, N_("PIN"));
	if (approve->focus == FOCUS_PIN) {
		bt_ui_field_draw_dots(canvas, row, BT_VALUE_COL, &approve->pin);
	} else if (approve->pin.text[0]) {
		bt_ui_put(canvas, row, BT_VALUE_COL, BT_INK_QUIET, "✓");
	}
	row++;
	bt_ui_label(canvas, row, N_("Why"));
	int end = bt_ui_say_wide(canvas, row, BT_VALUE_COL, approve->focus == FOCUS_WHY ? BT_INK_FACT : BT_INK_QUIET,
				 things[approve->asked].whys->said, NULL);
	if (approve->why >= 0) {
		char number[2] = {(char)('1' + approve->why), '\0'};
		bt_ui_put(canvas, row, end + 2, BT_INK_ACCENT | BT_BOLD, "›");
		bt_ui_put(canvas, row, end + 4, BT_INK_FACT | BT_BOLD, number);
	} else if (approve->focus == FOCUS_WHY) {
		bt_ui_block(canvas, row, end + 2, BT_GLYPH_CURSOR, BT_INK_ACCENT);
	}
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct approve *approve = self;
	char text[48];
	if (!approve->known) {
		return;
	}
	/* What is behind goes faint, not away: the sentence on the band says all of it. */
	if (approve->asked != BT_UI_ASK_DRAWER && !is_about_shift(approve)) {
		bt_ui_put_name(canvas, 3, BT_TEXT_LEFT, BT_PERSON_COL - BT_TEXT_LEFT - 1, BT_INK_FAINT,
			       bt_dual_get(&approve->view.consumer.name, canvas->lang));
		bt_ui_rupees(approve->view.sale.quote.amount, false, text);
		bt_ui_put(canvas, 3, BT_PERSON_COL, BT_INK_FAINT, text);
	}
	for (int row = BAND_FIRST; row <= BAND_LAST; row++) {
		bt_ui_fill(canvas, row, 0, canvas->cols, BT_ON_BAR);
	}
	bt_ui_put(canvas, 7, BT_MARK_COL, BT_INK_WARN | BT_BOLD, "▲");
	bt_ui_put(canvas, 7, BT_TEXT_LEFT, BT_INK_WARN | BT_BOLD, bt_ui_word(canvas, N_("Supervisor needed")));
	draw_sentence(approve, desk, canvas);
	draw_fields(approve, desk, canvas);
	if (asks_docket(approve) && approve->focus == FOCUS_DOCKET) {
		bt_ui_say_wide(canvas, BT_SCREEN_ROWS - 4, BT_TEXT_LEFT, BT_INK_QUIET,
			       N_("Type the number of the docket, or scan it."), NULL);
	}
}

static bool show_next(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		      char label[64])
{
	(void)desk;
	if (((const struct approve *)self)->focus != FOCUS_WHY) {
		bt_text_copy(label, 64, bt_ui_word(canvas, N_("Next")));
	}
	return true;
}

static bool show_names(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		       char label[64])
{
	(void)desk;
	(void)canvas;
	(void)label;
	return ((const struct approve *)self)->names.count > 1;
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Approve"), N_("Forward: accept, choose, next"), show_next},
    {"↑↓", N_("Name"), N_("Move in the list"), show_names},
    {"Esc", N_("Refuse"), N_("One step back"), NULL},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_approve = {
    .id = "approve",
    .size = sizeof(struct approve),
    .tick_ms = 50,
    .scan = BT_SCAN_TYPED,
    .keys = keys,
    .enter = enter,
    .draw = draw,
    .on_event = on_event,
};
