/* Stuck recharges: every rupee that is not where it should be, oldest first; and finding one by any of its names,
 * whichever channel took it. */
#include "ui/screen/stuck_rows.h"

#include <string.h>

#include "ui/screen/face.h"
#include "ui/screen/pay.h"
#include "ui/widget/dates.h"
#include "ui/widget/field.h"
#include "ui/widget/list.h"

#define ROWS_SHOWN    12
#define FIELD_ROW     4
#define FIRST_ROW     7
#define FIELD_COLUMNS 30
#define MONEY_END     38
#define WHERE_COL     41
#define SINCE_END     76
#define HOUR_MS       INT64_C(3600000)
#define MINUTE_MS     INT64_C(60000)

/* What the field is about. */
enum search {
	SEARCH_NONE,  /* the list */
	SEARCH_ASKED, /* the server is asked */
	SEARCH_FOUND, /* the rows are what was found */
	SEARCH_OFFER, /* nothing was found, or nobody can be asked: a claim may be written */
};

struct stuck {
	struct bt_ui_list list;
	enum bt_stuck_filter filter;
	enum search search;
	struct bt_ui_field field;
	struct bt_stuck_row row; /* the one that is asked about, instead of what was typed; id "" none */
	struct bt_stuck_row rows[BT_STUCK_MAX];
};

static void look_at(struct stuck *stuck, struct bt_ui_desk *desk, int from, int count)
{
	struct bt_sale_view view;
	for (int i = from; i < stuck->list.count && i < from + count; i++) {
		struct bt_stuck_row *row = &stuck->rows[i];
		bool known = row->kind == BT_STUCK_SALE && desk->shop->view(desk->shop->self, row->id, &view) == BT_OK;
		if (known) {
			row->name = view.consumer.name;
		}
		if (row->objected) {
			row->where = bt_ui_stuck_objection(known ? view.exception : "");
			row->same_minute = known && !view.convergent && strcmp(view.exception, "tid_used") == 0;
		}
		struct bt_consumer person;
		if (row->kind == BT_STUCK_CLAIM &&
		    desk->shop->enquiry->person(desk->shop->enquiry->self, row->connection, &person)) {
			row->name = person.name;
		}
	}
}

/* Asked for the rows in the window only: the list may be long and is looked at every second. */
static void look_at_window(struct stuck *stuck, struct bt_ui_desk *desk)
{
	look_at(stuck, desk, stuck->list.top, ROWS_SHOWN);
}

/* Sales of our own that are open beyond those in the list. */
static int unlisted(const struct stuck *stuck, const struct bt_ui_desk *desk)
{
	int more = desk->status.open_sales - BT_STUCK_OURS;
	return more > 0 && stuck->filter != BT_STUCK_APP && stuck->search == SEARCH_NONE ? more : 0;
}

static void look(struct stuck *stuck, struct bt_ui_desk *desk)
{
	int chosen = stuck->list.chosen, top = stuck->list.top;
	int count = stuck->search == SEARCH_NONE ? bt_ui_stuck_gather(desk, stuck->filter, stuck->rows, BT_STUCK_MAX)
						 : bt_ui_stuck_found(desk, stuck->rows, BT_STUCK_MAX);
	bt_ui_list_reset(&stuck->list, count);
	if (chosen < count) {
		stuck->list.chosen = chosen;
		stuck->list.top = top;
	}
	look_at_window(stuck, desk);
}

/* Whoever comes from a card that warns of a payment finds it chosen. */
static void choose_own(struct stuck *stuck, struct bt_ui_desk *desk)
{
	for (int i = 0; i < stuck->list.count; i++) {
		if (stuck->rows[i].kind == BT_STUCK_WAITING) {
			bt_ui_list_choose(&stuck->list, i, ROWS_SHOWN);
			look_at_window(stuck, desk);
			return;
		}
	}
}

static void enter(void *self, struct bt_ui_desk *desk)
{
	look(self, desk);
	choose_own(self, desk);
}

/* ---- opening a row ---- */

/* Once more, with the same sale: the screen that follows says what came of it. */
static void finish(struct bt_ui_desk *desk, const struct bt_sale_view *view)
{
	const struct bt_ui_shop *shop = desk->shop;
	const struct bt_quote *quote = &view->sale.quote;
	desk->outlook = shop->outlook(shop->self, &view->consumer, quote->amount, quote->dues, &desk->denial);
	if (shop->finish(shop->self, desk->sale_id) != BT_OK) {
		bt_ui_note(desk, BT_INK_WARN, N_("No token now. Reason: {1}."), "", NULL);
		bt_ui_note_word(desk, 0, bt_ui_reason_key(desk->denial));
	}
}

static struct bt_ui_go open_sale(struct bt_ui_desk *desk, const char *sale_id)
{
	struct bt_sale_view view;
	bt_text_copy(desk->sale_id, sizeof(desk->sale_id), sale_id);
	if (!bt_ui_sale_view(desk, desk->sale_id, &view)) {
		return BT_GO(BT_GO_IGNORED);
	}
	desk->from_list = true;
	if (view.state == BT_SALE_PENDING) {
		finish(desk, &view);
		(void)bt_ui_sale_view(desk, desk->sale_id, &view);
	} else if (view.state == BT_SALE_REFUNDING || view.state == BT_SALE_INQUIRING) {
		/* Asked now rather than at the next round; the screen says how it stands either way. */
		(void)desk->shop->finish(desk->shop->self, desk->sale_id);
	}
	const struct bt_ui_screen *screen = bt_ui_sale_screen(&view);
	return BT_GO_TO(BT_GO_PUSH, screen ? screen : &bt_ui_wait);
}

static struct bt_ui_go open_upi(struct bt_ui_desk *desk, const char *sale_id)
{
	bt_text_copy(desk->sale_id, sizeof(desk->sale_id), sale_id);
	desk->from_list = true;
	return BT_GO_TO(BT_GO_PUSH, &bt_ui_upi);
}

static struct bt_ui_go open_claim(struct bt_ui_desk *desk, const char *claim_id)
{
	memset(&desk->claim, 0, sizeof(desk->claim));
	bt_text_copy(desk->claim.claim_id, sizeof(desk->claim.claim_id), claim_id);
	return BT_GO_TO(BT_GO_PUSH, &bt_ui_claim);
}

/* The person's card says when supply was cut, and what else is owed. */
static struct bt_ui_go open_owed(struct bt_ui_desk *desk, const char *connection)
{
	struct bt_consumer person;
	if (!desk->shop->enquiry->person(desk->shop->enquiry->self, connection, &person)) {
		return BT_GO(BT_GO_IGNORED);
	}
	memset(&desk->draft, 0, sizeof(desk->draft));
	desk->draft.consumer = person;
	return BT_GO_TO(BT_GO_PUSH, &bt_ui_card);
}

static struct bt_ui_go open_payment(struct bt_ui_desk *desk, const char *payment_id)
{
	const struct bt_desk_payment *found = NULL;
	int count = 0;
	(void)desk->shop->enquiry->found(desk->shop->enquiry->self, &found, &count);
	for (int i = 0; i < count; i++) {
		if (strcmp(found[i].payment_id, payment_id) == 0) {
			desk->payment = found[i];
			return BT_GO_TO(BT_GO_PUSH, &bt_ui_stuck_one);
		}
	}
	return BT_GO(BT_GO_IGNORED);
}

/* ---- finding one ---- */

static void end_search(struct stuck *stuck, struct bt_ui_desk *desk)
{
	stuck->search = SEARCH_NONE;
	stuck->row.id[0] = '\0';
	bt_ui_field_clear(&stuck->field);
	bt_ui_note_clear(desk);
	look(stuck, desk);
}

static struct bt_ui_go offer(struct stuck *stuck, struct bt_ui_desk *desk, const char *why)
{
	stuck->search = SEARCH_OFFER;
	bt_ui_list_reset(&stuck->list, 0);
	bt_ui_note(desk, BT_INK_WARN, why, NULL);
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go find(struct stuck *stuck, struct bt_ui_desk *desk, const char *text)
{
	const struct bt_ui_enquiry *enquiry = desk->shop->enquiry;
	switch (enquiry->find(enquiry->self, text)) {
	case BT_OK:
		stuck->search = SEARCH_ASKED;
		bt_ui_list_reset(&stuck->list, 0);
		bt_ui_note(desk, BT_INK_FACT, N_("Asking the server"), NULL);
		return BT_GO(BT_GO_STAY);
	case BT_EINPUT:
		return BT_GO(BT_GO_IGNORED);
	default:
		return offer(stuck, desk, N_("Other channels cannot be asked now. A claim can be written."));
	}
}

static struct bt_ui_go open_row(struct stuck *stuck, struct bt_ui_desk *desk)
{
	static struct bt_ui_go (*const open[])(struct bt_ui_desk *, const char *) = {
	    [BT_STUCK_SALE] = open_sale, [BT_STUCK_UPI] = open_upi,         [BT_STUCK_CLAIM] = open_claim,
	    [BT_STUCK_OWED] = open_owed, [BT_STUCK_PAYMENT] = open_payment,
	};
	if (stuck->list.count == 0) {
		return BT_GO(BT_GO_IGNORED);
	}
	const struct bt_stuck_row *row = &stuck->rows[stuck->list.chosen];
	if (row->kind == BT_STUCK_WAITING ||
	    (row->same_minute && desk->shop->enquiry && desk->status.server != BT_BREAKER_OFFLINE)) {
		stuck->row = *row;
		return find(stuck, desk, row->id);
	}
	return open[row->kind](desk, row->id);
}

static bool looks_like_docket(const char *text)
{
	return strchr(text, '-') && text[0] != 'C' && text[0] != 'c';
}

/* @return false when the text is no docket. */
static bool open_docket(struct bt_ui_desk *desk, const char *text, struct bt_ui_go *out)
{
	char own_sale_id[37] = "";
	*out = BT_GO(BT_GO_STAY);
	switch (looks_like_docket(text) ? desk->shop->docket(desk->shop->self, text, own_sale_id) : BT_DOCKET_NOT) {
	case BT_DOCKET_OURS:
		*out = open_sale(desk, own_sale_id);
		return true;
	case BT_DOCKET_ELSEWHERE:
		*out = BT_GO_TO(BT_GO_PUSH, &bt_ui_elsewhere);
		return true;
	case BT_DOCKET_DAMAGED:
		bt_ui_note(desk, BT_INK_WARN, N_("This docket cannot be read. Scan it again, or type its number."),
			   NULL);
		return true;
	case BT_DOCKET_SLIP:
		bt_ui_note(desk, BT_INK_WARN, N_("This is no docket: the token stands on this receipt."), NULL);
		return true;
	default:
		return false;
	}
}

static struct bt_ui_go ask(struct stuck *stuck, struct bt_ui_desk *desk)
{
	struct bt_ui_go docket;
	if (open_docket(desk, stuck->field.text, &docket)) {
		return docket;
	}
	return desk->shop->enquiry ? find(stuck, desk, stuck->field.text) : BT_GO(BT_GO_IGNORED);
}

static struct bt_ui_go take_found(struct stuck *stuck, struct bt_ui_desk *desk)
{
	const struct bt_desk_payment *found = NULL;
	int count = 0;
	switch (desk->shop->enquiry->found(desk->shop->enquiry->self, &found, &count)) {
	case BT_DESK_ASKING:
		return BT_GO(BT_GO_STAY);
	case BT_DESK_ANSWERED:
		break;
	default:
		return offer(stuck, desk, N_("Other channels cannot be asked now. A claim can be written."));
	}
	if (count == 0) {
		return offer(stuck, desk, N_("Not found at the company. The bank may still have it."));
	}
	bt_ui_note_clear(desk);
	if (stuck->row.same_minute && !found[0].reissue) {
		/* The meter took this one of the two: its own page has it. */
		char sale_id[40];
		bt_text_copy(sale_id, sizeof(sale_id), stuck->row.id);
		end_search(stuck, desk);
		return open_sale(desk, sale_id);
	}
	stuck->search = SEARCH_FOUND;
	look(stuck, desk);
	if (count != 1) {
		return BT_GO(BT_GO_STAY);
	}
	struct bt_ui_go go = open_row(stuck, desk);
	if (stuck->row.id[0]) {
		end_search(stuck, desk); /* Esc leads back to the list it was opened from */
	}
	return go;
}

static void begin_claim(const struct bt_stuck_row *row, struct bt_claim *out)
{
	out->amount = row->amount;
	out->paid_on_ms = row->since_ms;
	bt_text_copy(out->connection, sizeof(out->connection), row->connection);
	bt_text_copy(out->utr, sizeof(out->utr), row->utr);
	bt_text_copy(out->channel, sizeof(out->channel), row->channel);
}

/* What was typed goes into the claim: twelve digits are a connection of the list, or else what a bank calls it. */
static struct bt_ui_go write_claim(const struct stuck *stuck, struct bt_ui_desk *desk)
{
	struct bt_consumer person;
	char digits[BT_FIELD_BYTES];
	size_t used = 0;
	for (const char *at = stuck->field.text; *at; at++) {
		if (*at != ' ') {
			digits[used++] = *at;
		}
	}
	digits[used] = '\0';
	memset(&desk->claim, 0, sizeof(desk->claim));
	if (stuck->row.id[0]) {
		begin_claim(&stuck->row, &desk->claim);
	} else if (bt_text_is_digits(digits) &&
		   desk->shop->enquiry->person(desk->shop->enquiry->self, digits, &person)) {
		bt_text_copy(desk->claim.connection, sizeof(desk->claim.connection), digits);
	} else if (bt_text_is_digits(digits)) {
		bt_text_copy(desk->claim.utr, sizeof(desk->claim.utr), digits);
	}
	return BT_GO_TO(BT_GO_PUSH, &bt_ui_claim);
}

/* ---- keys ---- */

static struct bt_ui_go press_enter(struct stuck *stuck, struct bt_ui_desk *desk)
{
	switch (stuck->search) {
	case SEARCH_OFFER:
		return write_claim(stuck, desk);
	case SEARCH_ASKED:
		return BT_GO(BT_GO_STAY);
	case SEARCH_FOUND:
		return open_row(stuck, desk);
	default:
		return stuck->field.text[0] ? ask(stuck, desk) : open_row(stuck, desk);
	}
}

/* "Nothing here needs to be paid again" must be so of every row. */
static bool has_unpaid(const struct stuck *stuck)
{
	bool found = false;
	for (int i = 0; i < stuck->list.count; i++) {
		found = found || stuck->rows[i].unpaid;
	}
	return found;
}

/* ---- the list on paper ---- */

static void set_down(const struct bt_stuck_row *row, struct bt_receipt_listed *out)
{
	*out = (struct bt_receipt_listed){.amount = row->amount, .where = row->where, .since_ms = row->since_ms};
	for (int lang = 0; lang < BT_LANG_COUNT; lang++) {
		const char *name = bt_dual_get(&row->name, (enum bt_lang)lang);
		bt_text_copy(out->name.text[lang], sizeof(out->name.text[lang]), name);
	}
	bt_text_copy(out->connection, sizeof(out->connection), row->connection);
	bt_text_copy(out->arg, sizeof(out->arg), row->arg);
}

static struct bt_ui_go print_list(struct stuck *stuck, struct bt_ui_desk *desk)
{
	const struct bt_ui_enquiry *enquiry = desk->shop->enquiry;
	struct bt_receipt_list list = {.all = stuck->list.count, .unpaid = has_unpaid(stuck)};
	if (stuck->list.count == 0 || !enquiry) {
		return BT_GO(BT_GO_IGNORED);
	}
	if (desk->status.paper == BT_PAPER_NONE) {
		bt_ui_note(desk, BT_INK_WARN, N_("There is no printer here."), NULL);
		return BT_GO(BT_GO_STAY);
	}
	look_at(stuck, desk, 0, BT_RECEIPT_LISTED);
	while (list.count < list.all && list.count < BT_RECEIPT_LISTED) {
		set_down(&stuck->rows[list.count], &list.rows[list.count]);
		list.count++;
	}
	list.all += unlisted(stuck, desk);
	if (enquiry->print_list(enquiry->self, &list) != BT_OK) {
		bt_ui_note(desk, BT_INK_WARN, N_("The printer does not answer. F5 tries again."), NULL);
	} else {
		bt_ui_note(desk, BT_INK_FACT, N_("Printing"), NULL);
	}
	return BT_GO(BT_GO_STAY);
}

/* Another text is another question. */
static struct bt_ui_go edit(struct stuck *stuck, struct bt_ui_desk *desk, const struct bt_ui_press *press)
{
	bool taken = true;
	if (press->key == BT_KEY_CHAR) {
		taken = bt_ui_field_put(&stuck->field, press->ch, FIELD_COLUMNS);
	} else if (!stuck->field.text[0]) {
		return BT_GO(BT_GO_IGNORED);
	} else if (press->key == BT_KEY_DELETE) {
		bt_ui_field_clear(&stuck->field);
	} else {
		bt_ui_field_backspace(&stuck->field);
	}
	if (taken && stuck->search != SEARCH_NONE) {
		stuck->search = SEARCH_NONE;
		stuck->row.id[0] = '\0';
		bt_ui_note_clear(desk);
		look(stuck, desk);
	}
	return BT_GO(taken ? BT_GO_STAY : BT_GO_IGNORED);
}

static struct bt_ui_go press_key(struct stuck *stuck, struct bt_ui_desk *desk, const struct bt_ui_press *press)
{
	switch (press->key) {
	case BT_KEY_ENTER:
		return press_enter(stuck, desk);
	case BT_KEY_F5:
		return print_list(stuck, desk);
	case BT_KEY_TAB:
		stuck->filter = (enum bt_stuck_filter)((stuck->filter + 1) % BT_STUCK_FILTERS);
		end_search(stuck, desk);
		return BT_GO(BT_GO_STAY);
	case BT_KEY_CHAR:
	case BT_KEY_BACKSPACE:
	case BT_KEY_DELETE:
		return edit(stuck, desk, press);
	case BT_KEY_ESC:
		if (stuck->search == SEARCH_NONE && !stuck->field.text[0]) {
			return BT_GO(BT_GO_BACK);
		}
		end_search(stuck, desk);
		return BT_GO(BT_GO_STAY);
	default:
		if (!bt_ui_list_move(&stuck->list, press->key, ROWS_SHOWN)) {
			return BT_GO(BT_GO_IGNORED);
		}
		look_at_window(stuck, desk);
		return BT_GO(BT_GO_STAY);
	}
}

static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	struct stuck *stuck = self;
	if (event->kind != BT_UI_EVENT_TICK) {
		return press_key(stuck, desk, &event->press);
	}
	if (stuck->search == SEARCH_ASKED) {
		return take_found(stuck, desk);
	}
	if (stuck->search != SEARCH_OFFER) {
		look(stuck, desk);
	}
	return BT_GO(BT_GO_STAY);
}

/* ---- drawing ---- */

static void draw_row(const struct stuck *stuck, int at, int row, const struct bt_ui_desk *desk,
		     struct bt_ui_canvas *canvas)
{
	const struct bt_stuck_row *one = &stuck->rows[at];
	bool chosen = at == stuck->list.chosen;
	const char *name = bt_dual_get(&one->name, canvas->lang);
	char text[BT_DATE_BYTES];
	if (chosen) {
		bt_ui_list_mark(canvas, row, SINCE_END + 2);
	}
	bt_ui_group_digits(one->connection, text);
	bt_ui_put_name(canvas, row, BT_TEXT_LEFT, 23, BT_INK_FACT | (chosen ? BT_BOLD : 0u), name[0] ? name : text);
	if (one->amount > 0) {
		bt_ui_rupees(one->amount, false, text);
		bt_ui_put_right(canvas, row, MONEY_END, BT_INK_FACT, text);
	}
	enum bt_ui_role role = one->urgent ? BT_INK_WARN : BT_INK_FACT;
	bt_ui_put(canvas, row, WHERE_COL, role, one->urgent ? "▲" : "○");
	bt_ui_say(canvas, row, WHERE_COL + 2, role, one->where, one->arg, NULL);
	bt_ui_span(desk->status.now_ms - one->since_ms, text);
	bt_ui_put_right(canvas, row, SINCE_END, BT_INK_FACT, text);
}

static void draw_heading(const struct stuck *stuck, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	static const char *const filters[] = {
	    [BT_STUCK_ALL] = N_("Stuck recharges"),
	    [BT_STUCK_OWN] = N_("Stuck: paid here"),
	    [BT_STUCK_APP] = N_("Stuck: elsewhere"),
	};
	char count[32], hours[32], minutes[32], oldest[64];
	int open = stuck->list.count + unlisted(stuck, desk);
	int64_t age = 0;
	bt_ui_put(canvas, 2, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD, bt_ui_word(canvas, filters[stuck->filter]));
	if (stuck->list.count == 0 || stuck->search != SEARCH_NONE) {
		return;
	}
	for (int i = 0; i < stuck->list.count; i++) {
		int64_t since = desk->status.now_ms - stuck->rows[i].since_ms;
		age = since > age ? since : age;
	}
	bt_count_format(open, count);
	bt_count_format(age / HOUR_MS, hours);
	bt_text_printf(minutes, sizeof(minutes), "%02d", (int)(age / MINUTE_MS % 60));
	(void)bt_words_format(canvas->words, canvas->lang, N_("{1} h {2}"), (const char *[]){hours, minutes, NULL},
			      oldest, sizeof(oldest));
	bt_ui_say(canvas, 2, BT_VALUE_COL + 4, BT_INK_FACT, N_("{1} open, oldest {2}"), count, oldest, NULL);
}

static void draw_list(const struct stuck *stuck, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	int row = FIRST_ROW;
	bt_ui_put(canvas, row - 1, BT_TEXT_LEFT, BT_INK_QUIET, bt_ui_word(canvas, N_("Consumer")));
	bt_ui_put_right(canvas, row - 1, MONEY_END, BT_INK_QUIET, bt_ui_word(canvas, N_("Amount")));
	bt_ui_put(canvas, row - 1, WHERE_COL, BT_INK_QUIET, bt_ui_word(canvas, N_("Where the money is")));
	bt_ui_put_right(canvas, row - 1, SINCE_END, BT_INK_QUIET, bt_ui_word(canvas, N_("Since")));
	for (int i = stuck->list.top; i < stuck->list.count && row < FIRST_ROW + ROWS_SHOWN; i++) {
		draw_row(stuck, i, row++, desk, canvas);
	}
	bt_ui_put(canvas, row + 2, BT_TEXT_LEFT, BT_INK_QUIET,
		  bt_ui_word(canvas, has_unpaid(stuck) ? N_("Pay again only where no money came.")
						       : N_("Nothing here needs to be paid again.")));
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct stuck *stuck = self;
	draw_heading(stuck, desk, canvas);
	int end = bt_ui_put(canvas, FIELD_ROW, BT_TEXT_LEFT, BT_INK_QUIET,
			    bt_ui_word(canvas, N_("Reference, UTR, number or docket")));
	bt_ui_field_draw(canvas, FIELD_ROW, end + 2, &stuck->field);
	if (stuck->list.count > 0) {
		draw_list(stuck, desk, canvas);
	} else if (stuck->search == SEARCH_NONE) {
		bt_ui_put(canvas, FIRST_ROW, BT_TEXT_LEFT, BT_INK_FACT, bt_ui_word(canvas, N_("Nothing is stuck.")));
	}
}

static bool show_enter(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		       char label[64])
{
	const struct stuck *stuck = self;
	(void)desk;
	if (stuck->search == SEARCH_OFFER) {
		bt_text_copy(label, 64, bt_ui_word(canvas, N_("Write a claim")));
	} else if (stuck->search == SEARCH_NONE && stuck->field.text[0]) {
		bt_text_copy(label, 64, bt_ui_word(canvas, N_("Find")));
	} else {
		return stuck->list.count > 0;
	}
	return true;
}

static bool show_rows(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		      char label[64])
{
	(void)desk;
	(void)canvas;
	(void)label;
	return ((const struct stuck *)self)->list.count > 0;
}

static bool show_print(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		       char label[64])
{
	return desk->shop->enquiry && show_rows(self, desk, canvas, label);
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Open"), N_("Forward: accept, choose, next"), show_enter},
    {"↑↓", N_("Move"), N_("Move in the list"), show_rows},
    {"Tab", N_("All, ours, app"), N_("All, paid here, or paid elsewhere"), NULL},
    {"F5", N_("Print"), N_("Print this list"), show_print},
    {"Esc", N_("Back"), N_("One step back"), NULL},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_stuck = {
    .id = "stuck",
    .size = sizeof(struct stuck),
    .tick_ms = 500,
    .scan = BT_SCAN_STARTS,
    .keys = keys,
    .enter = enter,
    .draw = draw,
    .on_event = on_event,
};
