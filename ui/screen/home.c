/* Home: find one person among lakhs, and be ready for a scan at any moment. */
#include "ui/screen/face.h"

#include <string.h>

#include "core/receipt/record.h"
#include "core/sts/identity.h"
#include "ui/screen/aside.h"
#include "ui/screen/pay.h"
#include "ui/screen/practice.h"
#include "ui/screen/till.h"
#include "ui/widget/field.h"
#include "ui/widget/list.h"

#define ROWS_MAX       10
#define FIELD_COLUMNS  60
#define RULE_COLUMNS   72
#define RELATIVE_COL   23
#define PLACE_COL      42
#define METER_END      76
#define FIRST_BELOW    6 /* rows from the heading to the first one found */
#define LETTERS_LEAST  3
#define DIGITS_LEAST   4
#define TOKEN_DIGITS   20
#define LOW_PERCENT    75
#define NEARLY_PERCENT 90

struct home {
	struct bt_ui_field field;
	struct bt_ui_list list;
	bool stale; /* the field has changed since the search: the key shows first, the rows follow at once */
	bool searched, more, looking; /* looking: the server has been asked for the number in the field */
	struct bt_consumer found[ROWS_MAX];
};

static bool is_number(const char *text)
{
	return strspn(text, "0123456789 ") == strlen(text) && strpbrk(text, "0123456789") != NULL;
}

static void squeeze(const char *text, char out[BT_FIELD_BYTES])
{
	size_t used = 0;
	for (; *text && used + 1 < BT_FIELD_BYTES; text++) {
		if (*text != ' ') {
			out[used++] = *text;
		}
	}
	out[used] = '\0';
}

static bool has_lesson(const struct bt_ui_desk *desk)
{
	return desk->shop->practice &&
	       (desk->practice.lesson != BT_NO_LESSON || desk->practice.finished != BT_NO_LESSON);
}

/* A lesson stands above the search and takes rows from what is found. */
static int count_rows(const struct bt_ui_desk *desk)
{
	return has_lesson(desk) ? ROWS_MAX - BT_PRACTICE_ROWS : ROWS_MAX;
}

static void search(struct home *home, const struct bt_ui_desk *desk)
{
	int count = 0, least = is_number(home->field.text) ? DIGITS_LEAST : LETTERS_LEAST;
	home->stale = false;
	home->more = false;
	home->looking = false;
	home->searched = bt_text_columns(home->field.text) >= least;
	if (home->searched && desk->shop->search(desk->shop->self, home->field.text, count_rows(desk), home->found,
						 &count, &home->more) != BT_OK) {
		count = 0;
	}
	bt_ui_list_reset(&home->list, count);
}

/* The row that Enter opens without moving: an exact hit by number, meter or mobile, or the chosen one. */
static const struct bt_consumer *find_choice(const struct home *home)
{
	char digits[BT_FIELD_BYTES];
	squeeze(home->field.text, digits);
	for (int i = 0; i < home->list.count && is_number(digits); i++) {
		const struct bt_consumer *row = &home->found[i];
		if (home->list.chosen == 0 && (strcmp(row->number, digits) == 0 || strcmp(row->meter, digits) == 0)) {
			return row;
		}
	}
	return home->list.count > 0 ? &home->found[home->list.chosen] : NULL;
}

static struct bt_ui_go open_card(struct bt_ui_desk *desk, const struct bt_consumer *consumer)
{
	memset(&desk->draft, 0, sizeof(desk->draft));
	if (bt_ui_aside_find(desk, consumer, desk->sale_id)) {
		desk->from_list = true;
		return BT_GO_TO(BT_GO_PUSH, &bt_ui_upi); /* what this person has begun comes first */
	}
	desk->draft.consumer = *consumer;
	return BT_GO_TO(BT_GO_PUSH, &bt_ui_card);
}

/* A receipt of something that was given: its person, with the receipt at hand. @return false when it is not one. */
static bool open_receipt(struct bt_ui_desk *desk, const char *text, const char *own_sale_id, struct bt_ui_go *out)
{
	const struct bt_ui_shop *shop = desk->shop;
	struct bt_consumer consumer;
	struct bt_sale_view view;
	bool ours = own_sale_id[0] && bt_ui_sale_view(desk, own_sale_id, &view);
	bool given =
	    !own_sale_id[0] ||
	    (ours && (view.state == BT_SALE_TOKENED || view.state == BT_SALE_CREDITED || view.state == BT_SALE_DONE));
	if (!given || !shop->accounts || !bt_record_is(text) ||
	    shop->accounts->of_receipt(shop->self, text, &consumer) != BT_OK) {
		return false;
	}
	*out = open_card(desk, &consumer);
	if (out->screen != &bt_ui_card) {
		return true; /* a payment of this person is under way */
	}
	bt_text_copy(desk->scanned, sizeof(desk->scanned), own_sale_id);
	bt_ui_note(desk, BT_INK_FACT,
		   own_sale_id[0] ? N_("This receipt is of this counter. F5 prints it again.")
				  : N_("This receipt is of another counter. It is printed again there."),
		   NULL);
	return true;
}

static struct bt_ui_go open_own(struct bt_ui_desk *desk, const char *sale_id)
{
	struct bt_sale_view view;
	bt_text_copy(desk->sale_id, sizeof(desk->sale_id), sale_id);
	if (!bt_ui_sale_view(desk, sale_id, &view)) {
		return BT_GO(BT_GO_IGNORED);
	}
	desk->from_list = true;
	/* Not possible yet is what the docket's own screen says then. */
	if (view.state == BT_SALE_PENDING && desk->shop->finish(desk->shop->self, sale_id) == BT_OK) {
		return BT_GO_TO(BT_GO_PUSH, &bt_ui_wait);
	}
	const struct bt_ui_screen *screen = bt_ui_sale_screen(&view);
	return BT_GO_TO(BT_GO_PUSH, screen ? screen : &bt_ui_wait);
}

static bool looks_like_docket(const char *text)
{
	return strchr(text, '-') || bt_record_is(text);
}

/* A docket, of this counter or another. @return false when the text is none. */
static bool open_docket(struct home *home, struct bt_ui_desk *desk, const char *text, struct bt_ui_go *out)
{
	char own_sale_id[37] = "";
	*out = BT_GO(BT_GO_STAY);
	if (!looks_like_docket(text)) {
		return false;
	}
	home->field.replace = true;
	switch (desk->shop->docket(desk->shop->self, text, own_sale_id)) {
	case BT_DOCKET_NOT:
		return false;
	case BT_DOCKET_DAMAGED:
		bt_ui_note(desk, BT_INK_WARN, N_("This docket cannot be read. Scan it again, or type its number."),
			   NULL);
		break;
	case BT_DOCKET_SLIP:
		if (open_receipt(desk, text, "", out)) {
			break;
		}
		bt_ui_note(desk, BT_INK_WARN, N_("This is no docket: the token stands on this receipt."), NULL);
		break;
	case BT_DOCKET_OURS:
		if (!open_receipt(desk, text, own_sale_id, out)) {
			*out = open_own(desk, own_sale_id);
		}
		break;
	case BT_DOCKET_ELSEWHERE:
		*out = BT_GO_TO(BT_GO_PUSH, &bt_ui_elsewhere);
		break;
	}
	return true;
}

static struct bt_ui_go choose(struct home *home, struct bt_ui_desk *desk)
{
	char digits[BT_FIELD_BYTES];
	struct bt_ui_go docket;
	if (open_docket(home, desk, home->field.text, &docket)) {
		return docket;
	}
	const struct bt_consumer *choice = find_choice(home);
	if (choice) {
		return open_card(desk, choice);
	}
	squeeze(home->field.text, digits);
	if (!is_number(digits) || !home->searched) {
		return BT_GO(home->field.text[0] ? BT_GO_IGNORED : BT_GO_STAY);
	}
	home->field.replace = true;
	if (strlen(digits) == TOKEN_DIGITS) {
		bt_ui_note(desk, BT_INK_WARN, N_("20 digits are a token. It is keyed into the meter."), NULL);
	} else if (bt_sts_is_mistyped(digits)) {
		bt_ui_note(desk, BT_INK_WARN, N_("The meter number has a typing mistake."), NULL);
	} else if (desk->status.server == BT_BREAKER_OFFLINE || strlen(digits) > 15) {
		bt_ui_note(desk, BT_INK_WARN,
			   N_("This number is not in our list. It can be tried when the server is up."), NULL);
	} else {
		desk->shop->look_up(desk->shop->self, digits);
		home->looking = true;
		bt_ui_note(desk, BT_INK_FACT, N_("Asking the server"), NULL);
	}
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go take_answer(struct home *home, struct bt_ui_desk *desk)
{
	char digits[BT_FIELD_BYTES];
	squeeze(home->field.text, digits);
	enum bt_err err = desk->shop->live(desk->shop->self, digits, &home->found[0]);
	if (err == BT_EBUSY) {
		return BT_GO(BT_GO_STAY);
	}
	home->looking = false;
	bt_ui_note_clear(desk);
	if (err == BT_OK) {
		return open_card(desk, &home->found[0]);
	}
	if (err == BT_ENOTFOUND) {
		bt_ui_note(desk, BT_INK_WARN, N_("This is not a number we know."), NULL);
	} else {
		bt_ui_note(desk, BT_INK_WARN,
			   N_("This number is not in our list. It can be tried when the server is up."), NULL);
	}
	return BT_GO(BT_GO_STAY);
}

/* Once at three quarters, once at nine tenths, once when it is used, and once when the record has stopped: only here,
 * and only over an empty field. */
static struct bt_ui_go show_limit(const struct home *home, struct bt_ui_desk *desk)
{
	const struct bt_allowance *left = &desk->status.allowance;
	bool said = desk->stop_shown == desk->status.stopped;
	if (desk->status.stopped == BT_OK || !home->field.text[0]) {
		desk->stop_shown = desk->status.stopped;
	}
	if (desk->status.stopped != BT_OK) {
		return said || home->field.text[0] ? BT_GO(BT_GO_STAY) : BT_GO_TO(BT_GO_PUSH, &bt_ui_limit_used);
	}
	if (home->field.text[0] || desk->status.server != BT_BREAKER_OFFLINE || !desk->status.has_lease) {
		return BT_GO(BT_GO_STAY);
	}
	if (!desk->status.clock_trusted) {
		return BT_GO(BT_GO_STAY); /* the banner says so; it is not the limit that is used */
	}
	if (left->used_up != BT_DENY_NONE) {
		bool shown = desk->limit_shown >= 100;
		desk->limit_shown = 100;
		return shown ? BT_GO(BT_GO_STAY) : BT_GO_TO(BT_GO_PUSH, &bt_ui_limit_used);
	}
	int mark = left->percent_used >= NEARLY_PERCENT ? NEARLY_PERCENT : LOW_PERCENT;
	if (left->percent_used < LOW_PERCENT) {
		desk->limit_shown = 0;
	}
	if (left->percent_used < LOW_PERCENT || desk->limit_shown >= mark) {
		return BT_GO(BT_GO_STAY);
	}
	desk->limit_shown = mark;
	return BT_GO_TO(BT_GO_PUSH, &bt_ui_limit_low);
}

/* What a restart cut off is settled before the next person is served (PROTOCOL S6). */
static struct bt_ui_go show_due(const struct home *home, struct bt_ui_desk *desk)
{
	if (desk->status.stopped == BT_OK && desk->shop->cut_off(desk->shop->self, desk->sale_id)) {
		return BT_GO_TO(BT_GO_PUSH, &bt_ui_resume);
	}
	if (desk->shop->practice && desk->practice.asks && !home->field.text[0]) {
		return BT_GO_TO(BT_GO_PUSH, &bt_ui_practice_list);
	}
	return show_limit(home, desk);
}

static void reprint_last(struct bt_ui_desk *desk)
{
	char sale_id[37] = "";
	desk->shop->newest(desk->shop->self, sale_id);
	if (!sale_id[0]) {
		bt_ui_note(desk, BT_INK_WARN, N_("No recharges known here."), NULL);
	} else if (bt_ui_print_again(desk, sale_id)) {
		bt_ui_note(desk, BT_INK_FACT, N_("Printing"), NULL);
	}
}

static struct bt_ui_go edit(struct home *home, struct bt_ui_desk *desk, const struct bt_ui_press *press)
{
	if (press->key == BT_KEY_CHAR && !bt_ui_field_put(&home->field, press->ch, FIELD_COLUMNS)) {
		/* The QR of a slip is longer than the field: it is taken when the scan is whole. */
		return BT_GO(bt_record_is(home->field.text) ? BT_GO_STAY : BT_GO_IGNORED);
	}
	if (press->key == BT_KEY_BACKSPACE) {
		bt_ui_field_backspace(&home->field);
	} else if (press->key == BT_KEY_DELETE || press->key == BT_KEY_ESC) {
		bt_ui_field_clear(&home->field);
	}
	(void)desk;
	home->stale = true;
	home->looking = false;
	return BT_GO(BT_GO_STAY);
}

static void catch_up(struct home *home, const struct bt_ui_desk *desk)
{
	if (home->stale) {
		search(home, desk);
	}
}

static struct bt_ui_go press_key(struct home *home, struct bt_ui_desk *desk, const struct bt_ui_press *press)
{
	switch (press->key) {
	case BT_KEY_ENTER:
		catch_up(home, desk);
		return choose(home, desk);
	case BT_KEY_ESC:
		if (desk->shop->practice && !home->field.text[0]) {
			return BT_GO_TO(BT_GO_PUSH, &bt_ui_practice_list);
		}
		return edit(home, desk, press);
	case BT_KEY_CHAR:
	case BT_KEY_BACKSPACE:
	case BT_KEY_DELETE:
		return edit(home, desk, press);
	case BT_KEY_F5:
		reprint_last(desk);
		return BT_GO(BT_GO_STAY);
	case BT_KEY_F7:
		return desk->shop->till ? BT_GO_TO(BT_GO_PUSH, &bt_ui_shift) : BT_GO(BT_GO_IGNORED);
	default:
		catch_up(home, desk);
		return BT_GO(bt_ui_list_move(&home->list, press->key, ROWS_MAX) ? BT_GO_STAY : BT_GO_IGNORED);
	}
}

static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	struct home *home = self;
	if (event->kind == BT_UI_EVENT_TICK) {
		catch_up(home, desk);
		bt_ui_aside_tell(desk);
		return home->looking ? take_answer(home, desk) : show_due(home, desk);
	}
	if (event->kind == BT_UI_EVENT_SCAN) {
		struct bt_ui_go docket;
		bt_ui_field_clear(&home->field);
		if (open_docket(home, desk, event->text, &docket)) {
			search(home, desk);
			return docket;
		}
		bt_ui_field_set(&home->field, event->text);
		search(home, desk);
		return choose(home, desk);
	}
	return press_key(home, desk, &event->press);
}

static void enter(void *self, struct bt_ui_desk *desk)
{
	struct home *home = self;
	bt_ui_field_set(&home->field, desk->start);
	memset(desk->start, 0, sizeof(desk->start));
	search(home, desk);
	bt_ui_till_warn(desk);
}

static void draw_row(const struct bt_consumer *row, bool chosen, int at, struct bt_ui_canvas *canvas)
{
	char text[320], meter[16] = "";
	size_t len = strlen(row->meter);
	if (chosen) {
		bt_ui_list_mark(canvas, at, METER_END + 2);
	}
	bt_ui_put_name(canvas, at, BT_TEXT_LEFT, RELATIVE_COL - BT_TEXT_LEFT - 1, BT_INK_FACT | (chosen ? BT_BOLD : 0u),
		       bt_dual_get(&row->name, canvas->lang));
	bt_ui_relative(canvas, row, text);
	bt_ui_put_name(canvas, at, RELATIVE_COL, PLACE_COL - RELATIVE_COL - 1, BT_INK_QUIET, text);
	bt_ui_put_name(canvas, at, PLACE_COL, 28, BT_INK_FACT, bt_dual_get(&row->place, canvas->lang));
	if (len >= 4) {
		bt_text_printf(meter, sizeof(meter), "…%s", row->meter + len - 4);
		bt_ui_put_right(canvas, at, METER_END, BT_INK_FACT, meter);
	}
}

/* @p row: of the first one found. */
static void draw_found(const struct home *home, int row, struct bt_ui_canvas *canvas)
{
	char count[32];
	if (home->list.count == 0) {
		if (home->searched && looks_like_docket(home->field.text)) {
			bt_ui_put(canvas, row - 1, BT_TEXT_LEFT, BT_INK_QUIET,
				  bt_ui_word(canvas, N_("A docket: Enter looks it up.")));
		} else if (home->searched) {
			bt_ui_put(canvas, row - 1, BT_TEXT_LEFT, BT_INK_QUIET, bt_ui_word(canvas, N_("Nobody found")));
		}
		return;
	}
	bt_ui_put(canvas, row - 1, BT_TEXT_LEFT, BT_INK_QUIET, bt_ui_word(canvas, N_("Name")));
	bt_ui_put(canvas, row - 1, PLACE_COL, BT_INK_QUIET, bt_ui_word(canvas, N_("Place")));
	bt_ui_put_right(canvas, row - 1, METER_END, BT_INK_QUIET, bt_ui_word(canvas, N_("Meter")));
	for (int i = 0; i < home->list.count; i++, row++) {
		draw_row(&home->found[i], i == home->list.chosen, row, canvas);
	}
	bt_count_format(home->list.count, count);
	bt_ui_say_wide(canvas, row + 1, BT_TEXT_LEFT, BT_INK_QUIET,
		       home->more ? N_("More than {1}. Type more letters.")
				  : N_("{1} found. Ask the name, do not read it out."),
		       count, NULL);
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct home *home = self;
	int top = 3;
	if (has_lesson(desk) && bt_ui_practice_head(&desk->practice, canvas, top)) {
		top += BT_PRACTICE_ROWS;
	}
	bt_ui_put(canvas, top, BT_TEXT_LEFT, BT_INK_QUIET, bt_ui_word(canvas, N_("Find the consumer")));
	bt_ui_field_draw(canvas, top + 1, BT_TEXT_LEFT, &home->field);
	for (int col = BT_TEXT_LEFT; col < BT_TEXT_LEFT + RULE_COLUMNS; col++) {
		bt_ui_put(canvas, top + 2, col, BT_INK_FAINT, "─");
	}
	bt_ui_say_wide(canvas, top + 3, BT_TEXT_LEFT, BT_INK_QUIET,
		       N_("Number, meter, mobile, name or docket. Or scan the bill."), NULL);
	draw_found(home, top + FIRST_BELOW, canvas);
}

static bool show_stuck(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		       char label[64])
{
	(void)self;
	int stuck = desk->status.open_sales + desk->status.waiting_upi;
	if (stuck > 0) {
		char count[32];
		bt_count_format(stuck, count);
		(void)bt_words_format(canvas->words, canvas->lang, N_("Stuck {1}"), (const char *[]){count, NULL},
				      label, 64);
	}
	return true;
}

static bool show_practice(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
			  char label[64])
{
	(void)self;
	(void)canvas;
	(void)label;
	return desk->shop->practice != NULL;
}

static bool show_shift(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		       char label[64])
{
	(void)self;
	(void)canvas;
	(void)label;
	return desk->shop->till != NULL;
}

/* Between two persons: nothing but the heading. */
static void payer(const void *self, const struct bt_ui_desk *desk, struct bt_ui_payer *out)
{
	(void)self;
	(void)desk;
	out->page = BT_PAYER_START;
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Choose"), N_("Forward: accept, choose, next"), NULL},
    {"↑↓", N_("Move"), N_("Move in the list"), NULL},
    {"F4", N_("Stuck"), N_("Stuck recharges"), show_stuck},
    {"F5", N_("Reprint"), N_("Print the last slip again"), NULL},
    {"F7", N_("Shift"), N_("The shift: deposit, report, count, close"), show_shift},
    {"F2", N_("हिन्दी"), N_("Hindi or English"), NULL},
    {"F9", N_("Lock"), N_("Lock the screen; work goes on"), NULL},
    {"Esc", N_("Practice"), N_("The lessons; with something typed, the empty field first"), show_practice},
    {"F12", N_("System"), "", NULL},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_home = {
    .id = "home",
    .size = sizeof(struct home),
    .tick_ms = 500,
    .scan = BT_SCAN_STARTS,
    .keys = keys,
    .enter = enter,
    .draw = draw,
    .on_event = on_event,
    .payer = payer,
};
