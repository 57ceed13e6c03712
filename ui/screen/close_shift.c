/* Close the shift: the difference first, then everything that is not finished. Of a shift that has ended. */
#include "ui/screen/till.h"

#include <string.h>

#include "ui/screen/aside.h"
#include "ui/screen/face.h"
#include "ui/screen/pay.h"
#include "ui/screen/stuck_rows.h"
#include "ui/widget/dates.h"

#define FIGURES_ROW  4
#define BIG_ROW      8
#define SIGN_COL     17
#define BIG_END      43
#define SUM_END      35
#define SUM_ROWS     6 /* of the second block, before what is not settled */
#define LIST_ROW     12
#define LIST_SHOWN   4
#define OPEN_MAX     64
#define DOCKET_WIDTH 26
#define NAME_WIDTH   26
#define MONEY_END    39
#define WHERE_COL    41
#define SEALED_ROW   18
#define TEXT_ROW     19

/* Where the money of one that stood in the report as not settled is by now. */
struct unsettled {
	struct bt_dual name;
	const char *where; /* catalogue key with {1} for arg; NULL: it has been finished since */
	char arg[32];
	bool urgent;
};

struct close_shift {
	int64_t shift;
	bool known, waits; /* waits: not closed yet */
	struct bt_till_shift entry;
	struct bt_receipt_shift report;
	struct unsettled unsettled[LIST_SHOWN];
	struct bt_sale_row open[OPEN_MAX];
	struct bt_stuck_row stuck[BT_STUCK_MAX];
};

/* Its number is that of its receipt, with or without the mark of a docket. */
static const struct bt_sale_row *find_open(const struct close_shift *page, int count, const char *docket)
{
	const char *receipt = strncmp(docket, "D-", 2) == 0 ? docket + 2 : docket;
	for (int i = 0; i < count; i++) {
		if (strcmp(page->open[i].receipt, receipt) == 0) {
			return &page->open[i];
		}
	}
	return NULL;
}

/* No docket names it, and no money has come: whoever began it may still be paid for. */
static void look_at_bank(const struct bt_ui_desk *desk, const char *receipt, struct unsettled *out)
{
	struct bt_upi_view views[BT_UPI_WAITING];
	const struct bt_ui_upi *upi = desk->shop->upi;
	int count = upi ? upi->waiting(upi->self, BT_UPI_WAITING, views) : 0;
	for (int i = 0; i < count; i++) {
		if (strcmp(views[i].receipt, receipt) == 0) {
			out->name = views[i].consumer.name;
			out->urgent = views[i].stage == BT_UPI_UNSURE;
			out->where = bt_ui_upi_where(&views[i]);
		}
	}
}

static void look_at_unsettled(struct close_shift *page, const struct bt_ui_desk *desk)
{
	struct bt_sale_view view;
	int open = 0, stuck = bt_ui_stuck_gather(desk, BT_STUCK_OWN, page->stuck, BT_STUCK_MAX);
	if (desk->shop->open_sales(desk->shop->self, OPEN_MAX, page->open, &open) != BT_OK) {
		open = 0;
	}
	memset(page->unsettled, 0, sizeof(page->unsettled));
	for (int i = 0; i < LIST_SHOWN && i < page->report.unsettled_count; i++) {
		const struct bt_sale_row *sale = find_open(page, open, page->report.unsettled[i].docket);
		struct unsettled *out = &page->unsettled[i];
		if (!sale) {
			look_at_bank(desk, page->report.unsettled[i].docket, out);
			continue;
		}
		if (bt_ui_sale_view(desk, sale->sale_id, &view)) {
			out->name = view.consumer.name;
		}
		out->where = N_("paid, not yet delivered");
		for (int j = 0; j < stuck; j++) {
			const struct bt_stuck_row *row = &page->stuck[j];
			if (strcmp(row->id, sale->sale_id) == 0 && row->where) {
				out->where = row->where;
				out->urgent = row->urgent;
				memcpy(out->arg, row->arg, sizeof(out->arg));
			}
		}
	}
}

static void look(struct close_shift *page, struct bt_ui_desk *desk)
{
	const struct bt_ui_till *till = desk->shop->till;
	bt_ui_till_look(desk);
	page->waits = bt_ui_till_find(desk, page->shift, &page->entry);
	page->known = till->report(till->self, page->shift, &page->report) == BT_OK;
	if (page->known) {
		look_at_unsettled(page, desk);
	}
}

static void come_back(void *self, struct bt_ui_desk *desk)
{
	look(self, desk);
}

static void enter(void *self, struct bt_ui_desk *desk)
{
	struct close_shift *page = self;
	page->shift = desk->shift;
	look(page, desk);
}

/* Whose shift it is goes home with it. */
static bool is_own(const struct close_shift *page, const struct bt_ui_desk *desk)
{
	return desk->till.stage == BT_TILL_SEALED && desk->till.shift == page->shift;
}

static struct bt_ui_go hand_over(const struct close_shift *page, struct bt_ui_desk *desk)
{
	if (!is_own(page, desk)) {
		return BT_GO(BT_GO_IGNORED);
	}
	bt_ui_note(desk, BT_INK_OK, N_("Sealed. You may go."), NULL);
	return BT_GO(BT_GO_OUT);
}

static struct bt_ui_go ask_supervisor(const struct close_shift *page, struct bt_ui_desk *desk)
{
	if (!page->waits) {
		return BT_GO(BT_GO_IGNORED);
	}
	desk->shift = page->shift;
	desk->asked = BT_UI_ASK_SHIFT;
	return BT_GO_TO(BT_GO_PUSH, &bt_ui_approve);
}

static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	struct close_shift *page = self;
	if (event->kind == BT_UI_EVENT_TICK) {
		look(page, desk);
		return BT_GO(BT_GO_STAY);
	}
	switch (event->press.key) {
	case BT_KEY_ENTER:
		return hand_over(page, desk);
	case BT_KEY_F5:
		bt_ui_till_print(desk, page->shift);
		return BT_GO(BT_GO_STAY);
	case BT_KEY_F8:
		return ask_supervisor(page, desk);
	case BT_KEY_ESC:
		return BT_GO(BT_GO_BACK);
	default:
		return BT_GO(BT_GO_IGNORED);
	}
}

static void draw_difference(const struct bt_receipt_shift *report, struct bt_ui_canvas *canvas)
{
	bt_paise difference = bt_ui_till_difference(report);
	enum bt_ui_role role = BT_INK_OK;
	if (!report->is_counted) {
		bt_ui_put(canvas, FIGURES_ROW, BT_MARK_COL, BT_INK_WARN | BT_BOLD, "▲");
		bt_ui_put(canvas, FIGURES_ROW, BT_TEXT_LEFT, BT_INK_WARN,
			  bt_ui_word(canvas, N_("Nobody counted this drawer.")));
		return;
	}
	bt_ui_sum(canvas, FIGURES_ROW, BT_TEXT_LEFT, SUM_END, N_("Counted"), report->counted_cash);
	bt_ui_sum(canvas, FIGURES_ROW + 1, BT_TEXT_LEFT, SUM_END, N_("Should be"), report->expected_cash);
	if (report->torn_cash > 0) {
		bt_ui_sum(canvas, FIGURES_ROW + 2, BT_TEXT_LEFT, SUM_END, N_("Torn or soiled"), report->torn_cash);
	}
	if (difference != 0) {
		role = difference < 0 ? BT_INK_BAD : BT_INK_WARN;
		bt_ui_put(canvas, BIG_ROW + 1, BT_MARK_COL, role | BT_BOLD, difference < 0 ? "✕" : "▲");
	} else {
		bt_ui_put(canvas, BIG_ROW + 1, BT_MARK_COL, role | BT_BOLD, "✓");
	}
	bt_ui_label_at(canvas, BIG_ROW + 1, BT_TEXT_LEFT, role | BT_BOLD,
		       difference < 0   ? N_("Short")
		       : difference > 0 ? N_("Over")
					: N_("Even"));
	bt_ui_sum_big(canvas, BIG_ROW, SIGN_COL, BT_VALUE_COL, BIG_END, role,
		      difference < 0 ? -difference : difference);
}

/* Tenders, what went out, the float; what goes to the bank stands last, apart where there is room. */
static void draw_sums(const struct bt_receipt_shift *report, struct bt_ui_canvas *canvas)
{
	int row = bt_ui_tenders(canvas, FIGURES_ROW, report), last = FIGURES_ROW + SUM_ROWS - 1;
	if (report->refunds.count > 0) {
		bt_ui_sum(canvas, row++, BT_BLOCK_COL, BT_AMOUNT_END - 2, N_("Refunds"), -report->refunds.sum);
	}
	if (report->deposits.count > 0) {
		bt_ui_sum(canvas, row++, BT_BLOCK_COL, BT_AMOUNT_END - 2, N_("Deposits"), -report->deposits.sum);
	}
	bt_ui_sum(canvas, row++, BT_BLOCK_COL, BT_AMOUNT_END - 2, N_("Float"), report->opening_float);
	row = row < last ? last : row;
	if (report->is_counted) {
		bt_ui_sum(canvas, row, BT_BLOCK_COL, BT_AMOUNT_END - 2, N_("Bankable"), report->to_bank);
	}
}

static void draw_one(const struct bt_receipt_unsettled *one, const struct unsettled *now, int row,
		     struct bt_ui_canvas *canvas)
{
	char text[64];
	const char *name = bt_dual_get(&now->name, canvas->lang);
	enum bt_ui_role role = !now->where ? BT_INK_OK : now->urgent ? BT_INK_WARN : BT_INK_FACT;
	bt_ui_put_name(canvas, row, BT_TEXT_LEFT, DOCKET_WIDTH, BT_INK_FACT, name[0] ? name : one->docket);
	bt_ui_rupees(one->amount, false, text);
	bt_ui_put_right(canvas, row, MONEY_END, BT_INK_FACT, text);
	bt_ui_put(canvas, row, WHERE_COL, role, !now->where ? "✓" : now->urgent ? "▲" : "○");
	bt_ui_say(canvas, row, WHERE_COL + 2, role, now->where ? now->where : N_("finished since"), now->arg, NULL);
}

static void draw_unsettled(const struct close_shift *page, struct bt_ui_canvas *canvas)
{
	char text[64];
	const struct bt_receipt_shift *report = &page->report;
	int row = LIST_ROW + 1, listed = report->unsettled_count;
	if (listed > BT_RECEIPT_UNSETTLED) {
		listed = BT_RECEIPT_UNSETTLED;
	}
	bt_ui_label(canvas, LIST_ROW, N_("Not settled"));
	bt_count_format(report->unsettled_count, text);
	if (report->unsettled_count == 0) {
		bt_ui_put(canvas, LIST_ROW, BT_VALUE_COL, BT_INK_FACT, bt_ui_word(canvas, N_("nothing")));
		return;
	}
	bt_ui_say(canvas, LIST_ROW, BT_VALUE_COL, BT_INK_FACT, N_("{1}, each goes on the printed list"), text, NULL);
	for (int i = 0; i < listed && i < LIST_SHOWN; i++, row++) {
		draw_one(&report->unsettled[i], &page->unsettled[i], row, canvas);
	}
	if (report->unsettled_count > LIST_SHOWN) {
		bt_count_format(report->unsettled_count - LIST_SHOWN, text);
		bt_ui_say(canvas, row, BT_TEXT_LEFT, BT_INK_QUIET, N_("and {1} more, see F4"), text, NULL);
	}
}

/* "Rina Kumari, 17:34": who did it, by name as far as it is known, and when. */
static void draw_hand(const char *key, const char *operator_id, int64_t at_ms, int row, const struct bt_ui_desk *desk,
		      struct bt_ui_canvas *canvas)
{
	char when[BT_DATE_BYTES];
	const struct bt_operator *person = bt_enrolment_operator(desk->shop->enrolment, operator_id);
	if (bt_ui_days_ago(at_ms, desk->status.now_ms) == 0) {
		bt_ui_time(at_ms, when);
	} else {
		bt_ui_date_time(canvas, at_ms, when);
	}
	bt_ui_label(canvas, row, key);
	int col = bt_ui_put_name(canvas, row, BT_VALUE_COL, NAME_WIDTH, BT_INK_FACT,
				 person ? bt_dual_get(&person->name, canvas->lang) : operator_id);
	col = bt_ui_put(canvas, row, col, BT_INK_FACT, ",") + 1;
	bt_ui_put(canvas, row, col + 1, BT_INK_FACT, when);
}

static void draw_sealed(const struct bt_receipt_shift *report, const struct bt_ui_desk *desk,
			struct bt_ui_canvas *canvas)
{
	if (report->sealed_ms == 0) {
		return;
	}
	if (report->sealed_by[0]) {
		draw_hand(N_("Sealed by"), report->sealed_by, report->sealed_ms, SEALED_ROW, desk, canvas);
	} else {
		bt_ui_put(canvas, SEALED_ROW, BT_TEXT_LEFT, BT_INK_QUIET,
			  bt_ui_word(canvas, N_("It ended by itself: its receipt numbers were used up.")));
	}
}

static void draw_state(const struct close_shift *page, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	char unsent[32], text[256] = "";
	if (!page->waits) {
		bt_ui_put(canvas, TEXT_ROW, BT_MARK_COL, BT_INK_OK | BT_BOLD, "✓");
		bt_ui_put(canvas, TEXT_ROW, BT_TEXT_LEFT, BT_INK_FACT, bt_ui_word(canvas, N_("This shift is closed.")));
		if (page->report.closed_ms != 0) {
			draw_hand(N_("Closed by"), page->report.closed_by, page->report.closed_ms, TEXT_ROW + 1, desk,
				  canvas);
		}
	} else if (is_own(page, desk)) {
		bt_ui_put(canvas, TEXT_ROW, BT_MARK_COL, BT_INK_OK | BT_BOLD, "✓");
		bt_ui_put(canvas, TEXT_ROW, BT_TEXT_LEFT, BT_INK_FACT, bt_ui_word(canvas, N_("Sealed. You may go.")));
		bt_ui_put(canvas, TEXT_ROW + 1, BT_TEXT_LEFT, BT_INK_QUIET,
			  bt_ui_word(canvas, N_("A supervisor closes it, now or tomorrow.")));
		bt_ui_put(canvas, TEXT_ROW + 2, BT_TEXT_LEFT, BT_INK_QUIET,
			  bt_ui_word(canvas, N_("The next shift can open on a fresh drawer.")));
	} else {
		bt_ui_put(canvas, TEXT_ROW, BT_TEXT_LEFT, BT_INK_FACT,
			  bt_ui_word(canvas, N_("It waits for a supervisor to close it.")));
	}
	if (desk->status.unsent > 0) {
		bt_count_format(desk->status.unsent, unsent);
		(void)bt_words_format(canvas->words, canvas->lang, N_("{1} still to send"),
				      (const char *[]){unsent, NULL}, text, sizeof(text));
		bt_ui_put_right(canvas, TEXT_ROW, 77, BT_INK_WARN, text);
	}
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct close_shift *page = self;
	char span[BT_NOTE_ARG * 2] = "";
	if (!page->known) {
		bt_ui_put(canvas, FIGURES_ROW, BT_TEXT_LEFT, BT_INK_FACT,
			  bt_ui_word(canvas, N_("This report cannot be had.")));
		return;
	}
	bt_ui_shift_span(canvas, page->report.from_ms, page->report.until_ms, desk->status.now_ms, span);
	bt_ui_shift_title(canvas, desk, N_("Close the shift"), page->shift, page->entry.operator_id, span);
	draw_difference(&page->report, canvas);
	draw_sums(&page->report, canvas);
	draw_unsettled(page, canvas);
	draw_sealed(&page->report, desk, canvas);
	draw_state(page, desk, canvas);
}

static bool show_hand_over(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
			   char label[64])
{
	(void)canvas;
	(void)label;
	return is_own(self, desk);
}

static bool show_waits(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		       char label[64])
{
	(void)desk;
	(void)canvas;
	(void)label;
	return ((const struct close_shift *)self)->waits;
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Hand over"), N_("Sign out; the shift is sealed"), show_hand_over},
    {"F8", N_("Supervisor closes"), N_("A supervisor closes this shift"), show_waits},
    {"F5", N_("Print Z"), N_("Print the report of this shift"), NULL},
    {"Esc", N_("Back"), N_("One step back"), NULL},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_close_shift = {
    .id = "close_shift",
    .size = sizeof(struct close_shift),
    .tick_ms = 1000,
    .scan = BT_SCAN_REFUSED,
    .keys = keys,
    .enter = enter,
    .draw = draw,
    .on_event = on_event,
    .come_back = come_back,
};
