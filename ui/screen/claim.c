/* A claim: what a consumer says of money paid elsewhere, written down with or without the server, and what was
 * promised. */
#include "ui/screen/face.h"

#include <string.h>

#include "ui/screen/pay.h"
#include "ui/widget/dates.h"
#include "ui/widget/field.h"

#define CLAIMS_MAX     40
#define FIRST_ROW      6
#define UTR_DIGITS     12
#define NUMBER_DIGITS  15
#define AMOUNT_DIGITS  6
#define DAY_MS         INT64_C(86400000)
#define DAYS_BACK_MOST 60
#define READ_COLUMNS   70

enum focus { FOCUS_NUMBER, FOCUS_UTR, FOCUS_AMOUNT, FOCUS_DAY, FOCUS_COUNT };

static const struct {
	const char *code, *says;
} channels[] = {
    {"app", N_("Mobile app")},  {"upi", N_("UPI")},           {"bank", N_("Bank")},
    {"counter", N_("Counter")}, {"other", N_("Another way")},
};
#define CHANNELS ((int)(sizeof(channels) / sizeof(channels[0])))

struct claim {
	enum focus focus;
	struct bt_ui_field number, utr, amount;
	int days_back, channel;
	struct bt_claim made; /* on record once it has a number */
	struct bt_consumer person;
	bool known;
};

static bool is_made(const struct claim *claim)
{
	return claim->made.number[0] != '\0';
}

static void look_at_person(struct claim *claim, const struct bt_ui_desk *desk)
{
	const struct bt_ui_enquiry *enquiry = desk->shop->enquiry;
	claim->known = claim->number.text[0] && enquiry->person(enquiry->self, claim->number.text, &claim->person);
}

/* As it stands on record: the answer comes while it is looked at. */
static void look_at_record(struct claim *claim, const struct bt_ui_desk *desk, const char *claim_id)
{
	struct bt_claim list[CLAIMS_MAX];
	const struct bt_ui_enquiry *enquiry = desk->shop->enquiry;
	int count = enquiry->claims(enquiry->self, CLAIMS_MAX, list);
	for (int i = 0; i < count; i++) {
		if (strcmp(list[i].claim_id, claim_id) == 0) {
			claim->made = list[i];
			bt_ui_field_set(&claim->number, list[i].connection);
		}
	}
}

/* What is known already is filled in; the hand goes to the first thing that is not. */
static void enter(void *self, struct bt_ui_desk *desk)
{
	struct claim *claim = self;
	const struct bt_claim *from = &desk->claim;
	if (from->claim_id[0]) {
		look_at_record(claim, desk, from->claim_id);
	} else {
		bt_ui_field_set(&claim->number, from->connection);
		bt_ui_field_set(&claim->utr, from->utr);
		if (from->amount > 0) {
			bt_ui_field_set_paise(&claim->amount, from->amount);
		}
		if (from->paid_on_ms > 0) {
			int64_t days = bt_ui_days_ago(from->paid_on_ms, desk->status.now_ms);
			claim->days_back = days > 0 && days <= DAYS_BACK_MOST ? (int)days : 0;
		}
		for (int i = 0; i < CHANNELS; i++) {
			if (strcmp(channels[i].code, from->channel) == 0) {
				claim->channel = i;
			}
		}
		claim->focus = !from->connection[0] ? FOCUS_NUMBER
			       : !from->utr[0]      ? FOCUS_UTR
			       : from->amount == 0  ? FOCUS_AMOUNT
						    : FOCUS_DAY;
	}
	look_at_person(claim, desk);
}

/* ---- writing ---- */

static struct bt_ui_go refuse(struct claim *claim, struct bt_ui_desk *desk, enum focus focus, const char *why)
{
	claim->focus = focus;
	bt_ui_note(desk, BT_INK_WARN, why, NULL);
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go write(struct claim *claim, struct bt_ui_desk *desk)
{
	const struct bt_ui_enquiry *enquiry = desk->shop->enquiry;
	size_t utr = strlen(claim->utr.text);
	struct bt_claim made = {.note = "no_token", .amount = bt_ui_field_paise(&claim->amount)};
	if (!claim->known) {
		return refuse(claim, desk, FOCUS_NUMBER, N_("This is not a number we know."));
	}
	if (utr != 0 && utr != UTR_DIGITS) {
		return refuse(claim, desk, FOCUS_UTR, N_("A UTR has 12 digits. Leave it empty if there is none."));
	}
	if (made.amount <= 0) {
		return refuse(claim, desk, FOCUS_AMOUNT, N_("How much was paid?"));
	}
	made.paid_on_ms = desk->claim.paid_on_ms > 0 && claim->days_back == 0
			      ? desk->claim.paid_on_ms
			      : desk->status.now_ms - claim->days_back * DAY_MS;
	bt_text_copy(made.connection, sizeof(made.connection), claim->number.text);
	bt_text_copy(made.utr, sizeof(made.utr), claim->utr.text);
	bt_text_copy(made.channel, sizeof(made.channel), channels[claim->channel].code);
	if (enquiry->claim(enquiry->self, &made) != BT_OK) {
		bt_ui_note(desk, BT_INK_BAD, N_("Not done. Nothing was recorded. Call {1}."),
			   desk->shop->enrolment->complaint, NULL);
		return BT_GO(BT_GO_STAY);
	}
	claim->made = made;
	bt_ui_note(desk, BT_INK_OK, N_("The claim is on record. Its docket is printed."), NULL);
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go go_on(struct claim *claim, struct bt_ui_desk *desk)
{
	if (claim->focus == FOCUS_NUMBER && !claim->known) {
		return refuse(claim, desk, FOCUS_NUMBER, N_("This is not a number we know."));
	}
	if (claim->focus == FOCUS_DAY) {
		return write(claim, desk);
	}
	bt_ui_note_clear(desk);
	claim->focus++;
	return BT_GO(BT_GO_STAY);
}

static bool change_day(struct claim *claim, int step)
{
	int days = claim->days_back + step;
	if (days < 0 || days > DAYS_BACK_MOST) {
		return false;
	}
	claim->days_back = days;
	return true;
}

static bool put_char(struct claim *claim, struct bt_ui_desk *desk, uint32_t ch)
{
	bool digit = ch >= '0' && ch <= '9', taken = false;
	if (ch == '*') {
		claim->channel = (claim->channel + 1) % CHANNELS;
		return true;
	}
	switch (claim->focus) {
	case FOCUS_NUMBER:
		taken = digit && bt_ui_field_put(&claim->number, ch, NUMBER_DIGITS);
		look_at_person(claim, desk);
		return taken;
	case FOCUS_UTR:
		return digit && bt_ui_field_put(&claim->utr, ch, UTR_DIGITS);
	case FOCUS_AMOUNT:
		return digit && bt_ui_field_put_digit(&claim->amount, ch, AMOUNT_DIGITS);
	default:
		return (ch == '-' && change_day(claim, 1)) || (ch == '+' && change_day(claim, -1));
	}
}

static void erase(struct claim *claim, const struct bt_ui_desk *desk, bool all)
{
	struct bt_ui_field *const fields[] = {&claim->number, &claim->utr, &claim->amount};
	if (claim->focus < FOCUS_DAY && all) {
		bt_ui_field_clear(fields[claim->focus]);
	} else if (claim->focus < FOCUS_DAY) {
		bt_ui_field_backspace(fields[claim->focus]);
	}
	look_at_person(claim, desk);
}

static struct bt_ui_go edit(struct claim *claim, struct bt_ui_desk *desk, const struct bt_ui_press *press)
{
	switch (press->key) {
	case BT_KEY_ENTER:
		return go_on(claim, desk);
	case BT_KEY_TAB:
	case BT_KEY_DOWN:
		claim->focus = (enum focus)((claim->focus + 1) % FOCUS_COUNT);
		return BT_GO(BT_GO_STAY);
	case BT_KEY_UP:
		claim->focus = (enum focus)((claim->focus + FOCUS_COUNT - 1) % FOCUS_COUNT);
		return BT_GO(BT_GO_STAY);
	case BT_KEY_CHAR:
		return BT_GO(put_char(claim, desk, press->ch) ? BT_GO_STAY : BT_GO_IGNORED);
	case BT_KEY_BACKSPACE:
	case BT_KEY_DELETE:
		erase(claim, desk, press->key == BT_KEY_DELETE);
		return BT_GO(BT_GO_STAY);
	case BT_KEY_ESC:
		return BT_GO(BT_GO_BACK);
	default:
		return BT_GO(BT_GO_IGNORED);
	}
}

static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	struct claim *claim = self;
	const struct bt_ui_enquiry *enquiry = desk->shop->enquiry;
	if (event->kind == BT_UI_EVENT_TICK) {
		if (is_made(claim)) {
			look_at_record(claim, desk, claim->made.claim_id);
		}
		return BT_GO(BT_GO_STAY);
	}
	if (!is_made(claim)) {
		return edit(claim, desk, &event->press);
	}
	switch (event->press.key) {
	case BT_KEY_F5:
		if (enquiry->print(enquiry->self, claim->made.claim_id) == BT_OK) {
			bt_ui_note(desk, BT_INK_FACT, N_("Printing"), NULL);
		} else {
			bt_ui_note(desk, BT_INK_WARN, N_("Not printed. Write down the number."), NULL);
		}
		return BT_GO(BT_GO_STAY);
	case BT_KEY_ENTER:
	case BT_KEY_ESC:
		return BT_GO(BT_GO_BACK);
	default:
		return BT_GO(BT_GO_IGNORED);
	}
}

/* ---- drawing ---- */

static void draw_digits(const struct claim *claim, enum focus focus, int row, const struct bt_ui_field *field,
			struct bt_ui_canvas *canvas)
{
	char text[32];
	bt_ui_group_digits(field->text, text);
	int end = bt_ui_put(canvas, row, BT_VALUE_COL, BT_INK_FACT | BT_BOLD, text);
	if (claim->focus == focus) {
		bt_ui_cursor(canvas, row, end);
	}
}

static void draw_fields(const struct claim *claim, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	char text[BT_DATE_BYTES];
	int row = FIRST_ROW;
	bt_ui_label(canvas, row, N_("Connection"));
	draw_digits(claim, FOCUS_NUMBER, row, &claim->number, canvas);
	if (claim->known) {
		bt_ui_put_name(canvas, row, BT_BLOCK_COL, 32, BT_INK_FACT,
			       bt_dual_get(&claim->person.name, canvas->lang));
	}
	row += 2;
	bt_ui_label(canvas, row, N_("UTR of the bank"));
	draw_digits(claim, FOCUS_UTR, row, &claim->utr, canvas);
	bt_ui_put(canvas, row, BT_BLOCK_COL, BT_INK_QUIET, bt_ui_word(canvas, N_("12 digits; empty if there is none")));
	row += 2;
	bt_ui_label(canvas, row, N_("Amount"));
	bt_ui_rupees(bt_ui_field_paise(&claim->amount), false, text);
	int end = bt_ui_put(canvas, row, BT_VALUE_COL, BT_INK_FACT | BT_BOLD, claim->amount.text[0] ? text : "₹ ");
	if (claim->focus == FOCUS_AMOUNT) {
		bt_ui_cursor(canvas, row, end);
	}
	row += 2;
	bt_ui_label(canvas, row, N_("Paid on"));
	bt_ui_date_day(canvas, desk->status.now_ms - claim->days_back * DAY_MS, text);
	end = bt_ui_put(canvas, row, BT_VALUE_COL, BT_INK_FACT | BT_BOLD, text);
	if (claim->focus == FOCUS_DAY) {
		bt_ui_cursor(canvas, row, end + 1);
	}
	row += 2;
	bt_ui_label(canvas, row, N_("Paid by"));
	bt_ui_put(canvas, row, BT_VALUE_COL, BT_INK_FACT | BT_BOLD, bt_ui_word(canvas, channels[claim->channel].says));
}

/* What the consumer is told, in one sentence. */
static const char *promise_key(const struct bt_claim *claim)
{
	static const struct {
		const char *state, *says;
	} says[] = {
	    {"refund", N_("The money goes back to the payer's bank by {1}.")},
	    {"settled", N_("The server says that it was given already.")},
	    {"refused", N_("The server does not accept this claim. Call {2}.")},
	};
	for (size_t i = 0; claim->answered && i < sizeof(says) / sizeof(says[0]); i++) {
		if (strcmp(says[i].state, claim->state) == 0) {
			return says[i].says;
		}
	}
	return claim->answered ? N_("The answer is promised by {1}.")
			       : N_("The claim is sent as soon as the server is back. The promised time follows.");
}

static void draw_made(const struct claim *claim, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct bt_claim *made = &claim->made;
	char text[640], when[BT_DATE_BYTES], amount[48], utr[32];
	if (claim->known) {
		bt_ui_person(canvas, 4, &claim->person);
		bt_ui_numbers(canvas, 5, &claim->person);
	}
	bt_ui_rupees(made->amount, false, amount);
	bt_ui_date_day(canvas, made->paid_on_ms, when);
	bt_ui_label(canvas, 8, N_("Amount"));
	bt_ui_put(canvas, 8, BT_VALUE_COL, BT_INK_FACT | BT_BOLD, amount);
	bt_ui_label(canvas, 9, N_("Paid on"));
	bt_ui_put(canvas, 9, BT_VALUE_COL, BT_INK_FACT, when);
	bt_ui_group_digits(made->utr, utr);
	if (utr[0]) {
		bt_ui_label(canvas, 10, N_("UTR of the bank"));
		bt_ui_put(canvas, 10, BT_VALUE_COL, BT_INK_FACT, utr);
	}
	bt_ui_date_near(canvas, made->promised_ms, desk->status.now_ms, when);
	(void)bt_words_format(canvas->words, canvas->lang, promise_key(made),
			      (const char *[]){when, desk->shop->enrolment->complaint, NULL}, text, sizeof(text));
	(void)bt_ui_paragraph(canvas, 13, BT_TEXT_LEFT, READ_COLUMNS, BT_INK_FACT | BT_BOLD, text);
	bt_ui_put(canvas, 16, BT_TEXT_LEFT, BT_INK_QUIET, bt_ui_word(canvas, N_("Nothing more to pay.")));
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct claim *claim = self;
	if (is_made(claim)) {
		bt_ui_say(canvas, 2, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD, N_("Claim {1}"), claim->made.number, NULL);
		draw_made(claim, desk, canvas);
		return;
	}
	bt_ui_put(canvas, 2, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD,
		  bt_ui_word(canvas, N_("A claim for money paid elsewhere")));
	bt_ui_put(canvas, 4, BT_TEXT_LEFT, BT_INK_QUIET,
		  bt_ui_word(canvas, N_("No money is taken. The consumer gets a docket.")));
	draw_fields(claim, desk, canvas);
}

static bool show_enter(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		       char label[64])
{
	const struct claim *claim = self;
	(void)desk;
	if (!is_made(claim)) {
		bt_text_copy(label, 64,
			     bt_ui_word(canvas, claim->focus == FOCUS_DAY ? N_("Write the claim") : N_("Next")));
	}
	return !is_made(claim);
}

static bool show_print(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		       char label[64])
{
	(void)desk;
	(void)canvas;
	(void)label;
	return is_made(self);
}

static bool show_way(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas, char label[64])
{
	(void)desk;
	(void)canvas;
	(void)label;
	return !is_made(self);
}

static bool show_day(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas, char label[64])
{
	return show_way(self, desk, canvas, label) && ((const struct claim *)self)->focus == FOCUS_DAY;
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Next"), N_("Forward: accept, choose, next"), show_enter},
    {"+ −", N_("Day"), N_("A day later or earlier"), show_day},
    {"*", N_("Paid by"), N_("The app, UPI, a bank, a counter"), show_way},
    {"F5", N_("Print again"), N_("Print this again"), show_print},
    {"Esc", N_("Back"), N_("One step back"), NULL},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_claim = {
    .id = "claim",
    .size = sizeof(struct claim),
    .tick_ms = 500,
    .scan = BT_SCAN_REFUSED,
    .keys = keys,
    .enter = enter,
    .draw = draw,
    .on_event = on_event,
};
