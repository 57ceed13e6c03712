/* Stuck recharges: every rupee taken here that has not become a token or a credit yet, and what the server objects to;
 * what can still be finished comes first. */
#include "ui/screen/face.h"

#include <string.h>

#include "ui/screen/pay.h"
#include "ui/widget/dates.h"
#include "ui/widget/list.h"

#define ROWS_MAX   256
#define ROWS_SHOWN 12
#define FIRST_ROW  5
#define MONEY_END  38
#define WHERE_COL  41
#define SINCE_END  76
#define HOUR_MS    INT64_C(3600000)
#define MINUTE_MS  INT64_C(60000)

/* Asked for the rows in the window only: the list may be long and is looked at every second. */
struct shown {
	struct bt_dual name;
	const char *objection; /* NULL: none */
};

struct stuck {
	struct bt_ui_list list;
	struct bt_sale_row rows[ROWS_MAX];
	struct shown shown[ROWS_SHOWN]; /* from list.top on */
};

/* What an exception says to those at the counter; codes of the head-end are those of the journal upload in
 * assets/api/openapi.yaml, "diverged" is the teller's own. */
static const struct {
	const char *code, *says;
} objections[] = {
    {"diverged", N_("two different tokens")},
    {"token_differs", N_("two different tokens")},
    {"malformed", N_("server cannot read it")},
    {"paid_missing", N_("server lacks the payment")},
    {"lease_expired", N_("made after the limit")},
    {"blocked", N_("given though blocked")},
    {"tid_used", N_("token may not work")},
    {"tid_lane", N_("token may not work")},
    {"possible_duplicate", N_("two tokens may be out")},
    {"abandoned", N_("closed by a supervisor")},
    {"not_reversed", N_("money back, sale stands")},
    {"key_mismatch", N_("token may not work")},
    {"meter_mismatch", N_("meter has changed")},
};

static const char *find_objection(const char *code)
{
	for (size_t i = 0; i < sizeof(objections) / sizeof(objections[0]); i++) {
		if (strcmp(objections[i].code, code) == 0) {
			return objections[i].says;
		}
	}
	return N_("the server objects");
}

static void look_at_window(struct stuck *stuck, struct bt_ui_desk *desk)
{
	struct bt_sale_view view;
	memset(stuck->shown, 0, sizeof(stuck->shown));
	for (int i = 0; i < ROWS_SHOWN && stuck->list.top + i < stuck->list.count; i++) {
		const struct bt_sale_row *row = &stuck->rows[stuck->list.top + i];
		bool known = desk->shop->view(desk->shop->self, row->sale_id, &view) == BT_OK;
		if (known) {
			stuck->shown[i].name = view.consumer.name;
		}
		if (row->exception) {
			stuck->shown[i].objection = find_objection(known ? view.exception : "");
		}
	}
}

static void look(struct stuck *stuck, struct bt_ui_desk *desk)
{
	int count = 0, chosen = stuck->list.chosen, top = stuck->list.top;
	if (desk->shop->open_sales(desk->shop->self, ROWS_MAX, stuck->rows, &count) != BT_OK) {
		count = 0;
	}
	bt_ui_list_reset(&stuck->list, count);
	if (chosen < count) {
		stuck->list.chosen = chosen;
		stuck->list.top = top;
	}
	look_at_window(stuck, desk);
}

static void enter(void *self, struct bt_ui_desk *desk)
{
	look(self, desk);
}

/* Once more, with the same sale: the screen that follows says what came of it. */
static void finish(struct bt_ui_desk *desk, const struct bt_sale_view *view)
{
	const struct bt_ui_shop *shop = desk->shop;
	const struct bt_quote *quote = &view->sale.quote;
	desk->outlook = shop->outlook(shop->self, &view->consumer, quote->amount, quote->dues, &desk->denial);
	if (shop->finish(shop->self, desk->sale_id) != BT_OK) {
		bt_ui_note(desk, BT_INK_WARN, N_("No token now. Reason: {1}."),
			   bt_ui_desk_word(desk, bt_ui_reason_key(desk->denial)), NULL);
	}
}

static struct bt_ui_go open_sale(const struct stuck *stuck, struct bt_ui_desk *desk)
{
	if (stuck->list.count == 0) {
		return BT_GO(BT_GO_IGNORED);
	}
	struct bt_sale_view view;
	memcpy(desk->sale_id, stuck->rows[stuck->list.chosen].sale_id, sizeof(desk->sale_id));
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

static struct bt_ui_go print_again(const struct stuck *stuck, struct bt_ui_desk *desk)
{
	if (stuck->list.count == 0) {
		return BT_GO(BT_GO_IGNORED);
	}
	if (stuck->rows[stuck->list.chosen].stage == BT_STAGE_REFUSED) {
		bt_ui_note(desk, BT_INK_WARN, N_("Nothing to print here."), NULL);
		return BT_GO(BT_GO_IGNORED);
	}
	if (bt_ui_print_again(desk, stuck->rows[stuck->list.chosen].sale_id)) {
		bt_ui_note(desk, BT_INK_FACT, N_("Printing"), NULL);
	}
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	struct stuck *stuck = self;
	if (event->kind == BT_UI_EVENT_TICK) {
		look(stuck, desk);
		return BT_GO(BT_GO_STAY);
	}
	if (event->press.key == BT_KEY_ENTER) {
		return open_sale(stuck, desk);
	}
	if (event->press.key == BT_KEY_F5) {
		return print_again(stuck, desk);
	}
	if (event->press.key == BT_KEY_CHAR) {
		/* A docket's number, or the next person: home finds out. */
		char one[2] = {event->press.ch < 0x80 ? (char)event->press.ch : '\0', '\0'};
		bt_text_copy(desk->start, sizeof(desk->start), one);
		return BT_GO(BT_GO_HOME);
	}
	if (event->press.key == BT_KEY_ESC) {
		return BT_GO(BT_GO_BACK);
	}
	if (!bt_ui_list_move(&stuck->list, event->press.key, ROWS_SHOWN)) {
		return BT_GO(BT_GO_IGNORED);
	}
	look_at_window(stuck, desk);
	return BT_GO(BT_GO_STAY);
}

static const char *where_key(const struct bt_sale_row *row, const char *objection)
{
	if (objection) {
		return objection;
	}
	static const char *const by_stage[] = {
	    [BT_STAGE_PAID] = N_("cut off: say what became of it"),
	    [BT_STAGE_VENDING] = N_("cut off: say what became of it"),
	    [BT_STAGE_REFUSED] = N_("the server refused"),
	    [BT_STAGE_REFUNDING] = N_("money goes back, not confirmed"),
	    [BT_STAGE_REFUNDED] = N_("give the money back"),
	    [BT_STAGE_INQUIRING] = N_("server has not said"),
	};
	if ((size_t)row->stage < sizeof(by_stage) / sizeof(by_stage[0]) && by_stage[row->stage]) {
		return by_stage[row->stage];
	}
	return strcmp(row->delivery, "token") == 0 ? N_("paid here, token waits") : N_("paid here, credit waits");
}

/* What the server alone cannot end. */
static bool needs_somebody(const struct bt_sale_row *row)
{
	return row->stage == BT_STAGE_REFUSED || row->stage == BT_STAGE_REFUNDED || row->stage == BT_STAGE_PAID ||
	       row->stage == BT_STAGE_VENDING || row->exception;
}

static void draw_row(const struct stuck *stuck, int at, int row, const struct bt_ui_desk *desk,
		     struct bt_ui_canvas *canvas)
{
	const struct bt_sale_row *sale = &stuck->rows[at];
	const struct shown *shown = &stuck->shown[at - stuck->list.top];
	bool chosen = at == stuck->list.chosen, needs_eye = needs_somebody(sale);
	const char *name = bt_dual_get(&shown->name, canvas->lang);
	char text[BT_DATE_BYTES];
	if (chosen) {
		bt_ui_list_mark(canvas, row, SINCE_END + 2);
	}
	bt_ui_group_digits(sale->connection, text);
	bt_ui_put_name(canvas, row, BT_TEXT_LEFT, 23, BT_INK_FACT | (chosen ? BT_BOLD : 0u), name[0] ? name : text);
	bt_ui_rupees(sale->amount, false, text);
	bt_ui_put_right(canvas, row, MONEY_END, BT_INK_FACT, text);
	enum bt_ui_role role = needs_eye ? BT_INK_WARN : BT_INK_FACT;
	bt_ui_put(canvas, row, WHERE_COL, role, needs_eye ? "▲" : "○");
	bt_ui_put(canvas, row, WHERE_COL + 2, role, bt_ui_word(canvas, where_key(sale, shown->objection)));
	bt_ui_span(desk->status.now_ms - sale->paid_at_ms, text);
	bt_ui_put_right(canvas, row, SINCE_END, BT_INK_FACT, text);
}

static void draw_heading(const struct stuck *stuck, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	char count[32], hours[32], minutes[32], oldest[64];
	int64_t age = 0;
	bt_ui_put(canvas, 2, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD, bt_ui_word(canvas, N_("Stuck recharges")));
	if (stuck->list.count == 0) {
		return;
	}
	for (int i = 0; i < stuck->list.count; i++) {
		int64_t since = desk->status.now_ms - stuck->rows[i].paid_at_ms;
		age = since > age ? since : age;
	}
	/* More may be open than the list holds. */
	bt_count_format(desk->status.open_sales > ROWS_MAX ? desk->status.open_sales : stuck->list.count, count);
	bt_count_format(age / HOUR_MS, hours);
	bt_text_printf(minutes, sizeof(minutes), "%02d", (int)(age / MINUTE_MS % 60));
	(void)bt_words_format(canvas->words, canvas->lang, N_("{1} h {2}"), (const char *[]){hours, minutes, NULL},
			      oldest, sizeof(oldest));
	bt_ui_say(canvas, 2, BT_VALUE_COL + 4, BT_INK_FACT, N_("{1} open, oldest {2}"), count, oldest, NULL);
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct stuck *stuck = self;
	int row = FIRST_ROW;
	draw_heading(stuck, desk, canvas);
	if (stuck->list.count == 0) {
		bt_ui_put(canvas, FIRST_ROW, BT_TEXT_LEFT, BT_INK_FACT, bt_ui_word(canvas, N_("Nothing is stuck.")));
		return;
	}
	bt_ui_put(canvas, row - 1, BT_TEXT_LEFT, BT_INK_QUIET, bt_ui_word(canvas, N_("Consumer")));
	bt_ui_put_right(canvas, row - 1, MONEY_END, BT_INK_QUIET, bt_ui_word(canvas, N_("Amount")));
	bt_ui_put(canvas, row - 1, WHERE_COL, BT_INK_QUIET, bt_ui_word(canvas, N_("Where the money is")));
	bt_ui_put_right(canvas, row - 1, SINCE_END, BT_INK_QUIET, bt_ui_word(canvas, N_("Since")));
	for (int i = stuck->list.top; i < stuck->list.count && row < FIRST_ROW + ROWS_SHOWN; i++) {
		draw_row(stuck, i, row++, desk, canvas);
	}
	bt_ui_put(canvas, row + 2, BT_TEXT_LEFT, BT_INK_QUIET,
		  bt_ui_word(canvas, N_("Nothing here needs to be paid again.")));
}

static bool show_rows(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		      char label[64])
{
	(void)desk;
	(void)canvas;
	(void)label;
	return ((const struct stuck *)self)->list.count > 0;
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Open"), N_("Forward: accept, choose, next"), show_rows},
    {"↑↓", N_("Move"), N_("Move in the list"), show_rows},
    {"F5", N_("Print again"), N_("Print this again"), show_rows},
    {"Esc", N_("Back"), N_("One step back"), NULL},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_stuck = {
    .id = "stuck",
    .size = sizeof(struct stuck),
    .tick_ms = 1000,
    .scan = BT_SCAN_STARTS,
    .keys = keys,
    .enter = enter,
    .draw = draw,
    .on_event = on_event,
};
