/* Pay by UPI: the consumer scans, and only the bank's answer counts. The QR has the window but for a side. */
#include "ui/screen/face.h"

#include <string.h>

#include "ui/screen/aside.h"
#include "ui/screen/pay.h"
#include "ui/widget/field.h"
#include "ui/widget/frame.h"
#include "ui/widget/qr.h"

#define SHORT_VERSION 5   /* so that the QR keeps its place at 80x24 whatever the link says */
#define SHORT_MODULES 37  /* of it */
#define SIDE_LEAST    35  /* columns that the words beside the QR need */
#define SIDE_TEXT     2   /* where they begin there, */
#define WIDE_COLS     100 /* and from this size on the frame is whole */
#define WIDE_ROWS     30
#define WIDE_QR_ROW   2
#define WAIT_SHOW_MS  300 /* a healthy sale never flashes a waiting screen */
#define NOT_MEANT_MS  250 /* an Enter this soon after the QR was used up was meant to ask */
#define STAR_MS       80  /* a star that something follows within this is part of a scan */
#define PATIENCE_MS   10000
#define WARNING_COLS  22 /* three short lines that are read at a glance */
#define NEXT_COLS     26
#define MINUTE_S      60

enum leaving { STAYS, STOPS, TAKES_CASH };

/* The link as a QR; absent when it is too long for any. */
struct coded {
	bool there;
	struct bt_qr qr;
};

struct upi {
	char sale_id[37];
	struct bt_upi_view view;
	bool known;
	enum leaving leaving;
	int64_t left_boot_ms;  /* since when it is being left */
	int64_t stage_boot_ms; /* since when it stands at this stage */
	int64_t star_boot_ms;  /* a star that may be part of a scan; 0 none */
	char coded_text[BT_UPI_QR_TEXT];
	struct coded robust, small; /* level M while that fits, else L */
};

/* Where everything goes in a window. */
struct layout {
	int frame_columns, left, columns; /* columns: of the words */
	const struct bt_qr *qr;           /* NULL: none is up, or it does not fit */
	int qr_row, qr_col, quiet;
	bool no_room;
};

/* ---- what it is about ---- */

static void code(struct upi *upi)
{
	if (strcmp(upi->coded_text, upi->view.qr) == 0) {
		return;
	}
	bt_text_copy(upi->coded_text, sizeof(upi->coded_text), upi->view.qr);
	upi->robust.there = bt_qr_encode(upi->view.qr, BT_QR_M, SHORT_VERSION, &upi->robust.qr) == BT_OK;
	upi->small.there = bt_qr_encode(upi->view.qr, BT_QR_L, SHORT_VERSION, &upi->small.qr) == BT_OK;
}

static bool look(struct upi *upi, const struct bt_ui_desk *desk)
{
	const struct bt_ui_upi *shop = desk->shop->upi;
	enum bt_upi_stage before = upi->view.stage;
	bool first = !upi->known;
	upi->known = shop && shop->view(shop->self, upi->sale_id, &upi->view) == BT_OK;
	if (upi->known && (first || upi->view.stage != before)) {
		upi->stage_boot_ms = desk->boot_ms;
	}
	if (upi->known) {
		code(upi);
	}
	return upi->known;
}

static void enter(void *self, struct bt_ui_desk *desk)
{
	struct upi *upi = self;
	memcpy(upi->sale_id, desk->sale_id, sizeof(upi->sale_id));
	bt_ui_aside_add(desk, upi->sale_id);
	(void)look(upi, desk);
}

/* ---- where it leads ---- */

static struct bt_ui_go leave_it(const struct bt_ui_desk *desk)
{
	return BT_GO(desk->from_list ? BT_GO_BACK : BT_GO_HOME);
}

/* The same recharge, to be paid in cash: Confirm asks for it as for any other. */
static struct bt_ui_go take_cash(const struct upi *upi, struct bt_ui_desk *desk)
{
	struct bt_sale_view sale;
	const struct bt_ui_shop *shop = desk->shop;
	if (!bt_ui_sale_view(desk, upi->sale_id, &sale)) {
		return BT_GO(BT_GO_IGNORED);
	}
	const struct bt_quote *quote = &sale.sale.quote;
	desk->draft = (struct bt_draft){.consumer = upi->view.consumer,
					.amount = quote->amount,
					.dues = quote->dues,
					.tender = bt_tender_find("cash")};
	desk->quote = *quote;
	desk->outlook = shop->outlook(shop->self, &desk->draft.consumer, quote->amount, quote->dues, &desk->denial);
	bt_text_copy(desk->instead_of, sizeof(desk->instead_of), upi->sale_id);
	return BT_GO_TO(BT_GO_SWAP, &bt_ui_confirm);
}

/* The sale goes on as any other; the waiting screen only after a moment. */
static struct bt_ui_go follow_sale(const struct upi *upi, struct bt_ui_desk *desk)
{
	struct bt_sale_view sale;
	if (!bt_ui_sale_view(desk, upi->sale_id, &sale)) {
		return BT_GO(BT_GO_STAY);
	}
	const struct bt_ui_screen *screen = bt_ui_sale_screen(&sale);
	if (!screen && desk->boot_ms - upi->stage_boot_ms < WAIT_SHOW_MS) {
		return BT_GO(BT_GO_STAY);
	}
	const struct bt_quote *quote = &sale.sale.quote;
	desk->outlook =
	    desk->shop->outlook(desk->shop->self, &sale.consumer, quote->amount, quote->dues, &desk->denial);
	desk->from_list = false;
	bt_ui_aside_drop(desk, upi->sale_id);
	if (upi->leaving == TAKES_CASH) {
		bt_ui_note(desk, BT_INK_WARN, N_("Paid by UPI after all. Take no cash."), NULL);
	}
	return BT_GO_TO(BT_GO_OVER, screen ? screen : &bt_ui_wait);
}

static struct bt_ui_go follow_end(const struct upi *upi, struct bt_ui_desk *desk)
{
	bt_ui_aside_drop(desk, upi->sale_id);
	if (upi->leaving == TAKES_CASH) {
		return take_cash(upi, desk);
	}
	bt_ui_note(desk, BT_INK_FACT, N_("Stopped. The bank says that nothing was paid."), NULL);
	return leave_it(desk);
}

static struct bt_ui_go follow(struct upi *upi, struct bt_ui_desk *desk)
{
	memcpy(desk->sale_id, upi->sale_id, sizeof(desk->sale_id));
	if (!look(upi, desk)) {
		return leave_it(desk);
	}
	if (upi->view.stage == BT_UPI_PAID) {
		return follow_sale(upi, desk);
	}
	return upi->view.stage == BT_UPI_ENDED ? follow_end(upi, desk) : BT_GO(BT_GO_STAY);
}

/* The bank was asked for its last word and does not give it. */
static bool is_left_alone(const struct upi *upi, const struct bt_ui_desk *desk)
{
	return upi->view.unreachable || desk->boot_ms - upi->left_boot_ms >= PATIENCE_MS;
}

/* First the bank is asked once more; whoever will not wait for its word goes on, and what comes all the same is found
 * under F4. */
static struct bt_ui_go let_go(struct upi *upi, struct bt_ui_desk *desk, enum leaving leaving)
{
	const struct bt_ui_upi *shop = desk->shop->upi;
	bool again = upi->leaving == leaving;
	if (again && upi->view.stage == BT_UPI_CLOSING && is_left_alone(upi, desk)) {
		if (leaving == TAKES_CASH) {
			return take_cash(upi, desk);
		}
		bt_ui_note(desk, BT_INK_WARN, N_("The bank has not said its last word. See F4 later."), NULL);
		return leave_it(desk);
	}
	if (upi->view.stage != BT_UPI_CLOSING && shop->stop(shop->self, upi->sale_id, false) != BT_OK) {
		return BT_GO(BT_GO_IGNORED);
	}
	if (!again) {
		upi->leaving = leaving;
		upi->left_boot_ms = desk->boot_ms;
	}
	return follow(upi, desk);
}

static struct bt_ui_go press_enter(struct upi *upi, struct bt_ui_desk *desk, bool fresh)
{
	const struct bt_ui_upi *shop = desk->shop->upi;
	enum bt_err err = BT_OK;
	if (upi->view.stage != BT_UPI_DEAD) {
		err = shop->ask(shop->self, upi->sale_id);
	} else if (fresh && desk->boot_ms - upi->stage_boot_ms >= NOT_MEANT_MS) {
		err = shop->renew(shop->self, upi->sale_id);
	}
	if (err != BT_OK) {
		bt_ui_note(desk, BT_INK_WARN, N_("The bank cannot be asked now. It is tried again by itself."), NULL);
	}
	return follow(upi, desk);
}

static struct bt_ui_go print(const struct upi *upi, struct bt_ui_desk *desk)
{
	const struct bt_ui_upi *shop = desk->shop->upi;
	if (upi->view.stage != BT_UPI_SHOWN || !upi->view.qr[0]) {
		return BT_GO(BT_GO_IGNORED);
	}
	if (desk->status.paper == BT_PAPER_NONE) {
		bt_ui_note(desk, BT_INK_WARN, N_("No printer is set up."), NULL);
		return BT_GO(BT_GO_IGNORED);
	}
	if (shop->print(shop->self, upi->sale_id) != BT_OK) {
		bt_ui_note(desk, BT_INK_WARN, N_("The printer does not answer. F5 tries again."), NULL);
	} else {
		bt_ui_note(desk, BT_INK_FACT, N_("Printing"), NULL);
	}
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go open_person(const struct upi *upi, struct bt_ui_desk *desk)
{
	memset(&desk->draft, 0, sizeof(desk->draft));
	desk->draft.consumer = upi->view.consumer;
	return BT_GO_TO(BT_GO_PUSH, &bt_ui_card);
}

/* Nothing is typed here but the star, and slips hold stars too: it counts when nothing follows it at once. */
static struct bt_ui_go press_char(struct upi *upi, const struct bt_ui_press *press)
{
	bool alone = upi->star_boot_ms == 0 || press->at_ms - upi->star_boot_ms >= STAR_MS;
	upi->star_boot_ms = press->ch == '*' && alone ? press->at_ms : 0;
	return BT_GO(press->ch == '*' ? BT_GO_STAY : BT_GO_IGNORED);
}

static struct bt_ui_go press_key(struct upi *upi, struct bt_ui_desk *desk, const struct bt_ui_press *press)
{
	if (!upi->known) {
		return leave_it(desk);
	}
	switch (press->key) {
	case BT_KEY_ENTER:
		return press_enter(upi, desk, press->fresh);
	case BT_KEY_CHAR:
		return press_char(upi, press);
	case BT_KEY_F5:
		return print(upi, desk);
	case BT_KEY_F6:
		return open_person(upi, desk);
	case BT_KEY_ESC:
		return let_go(upi, desk, STOPS);
	default:
		return BT_GO(BT_GO_IGNORED);
	}
}

static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	struct upi *upi = self;
	if (event->kind == BT_UI_EVENT_PRESS) {
		return press_key(upi, desk, &event->press);
	}
	struct bt_ui_go where = follow(upi, desk);
	if (where.verb == BT_GO_STAY && upi->star_boot_ms > 0 && desk->boot_ms - upi->star_boot_ms >= STAR_MS) {
		upi->star_boot_ms = 0;
		where = let_go(upi, desk, TAKES_CASH);
	}
	return where;
}

/* ---- drawing ---- */

static bool place_whole(const struct bt_ui_canvas *canvas, int modules, struct layout *out)
{
	for (int quiet = BT_QR_QUIET; quiet >= BT_QR_QUIET_LEAST; quiet--) {
		int col = canvas->cols - bt_ui_qr_whole_columns(modules, quiet);
		if (col >= SIDE_LEAST && bt_ui_qr_whole_rows(modules, quiet) <= canvas->rows - 1) {
			*out = (struct layout){.frame_columns = col - 1, .qr_col = col, .quiet = quiet};
			return true;
		}
	}
	return false;
}

/* In a large window below the whole frame; else beside the words, from the top. */
static bool place(const struct bt_ui_canvas *canvas, int modules, struct layout *out)
{
	const struct bt_qr sized = {.modules = modules};
	int col = canvas->cols - bt_ui_qr_columns(&sized);
	if (canvas->plain) {
		return place_whole(canvas, modules, out);
	}
	if (canvas->cols >= WIDE_COLS && canvas->rows >= WIDE_ROWS &&
	    bt_ui_qr_fits(canvas, &sized, WIDE_QR_ROW, BT_BLOCK_COL, canvas->rows - 3)) {
		*out = (struct layout){
		    .frame_columns = canvas->cols, .qr_row = WIDE_QR_ROW, .qr_col = BT_BLOCK_COL, .quiet = BT_QR_QUIET};
		return true;
	}
	if (col >= SIDE_LEAST && bt_ui_qr_fits(canvas, &sized, 0, col, canvas->rows - 2)) {
		*out = (struct layout){.frame_columns = col - 1, .qr_col = col, .quiet = BT_QR_QUIET};
		return true;
	}
	return false;
}

static struct layout find_layout(const struct upi *upi, const struct bt_ui_canvas *canvas)
{
	const struct coded *const tries[] = {&upi->robust, &upi->small};
	bool is_up = upi->known && upi->view.stage == BT_UPI_SHOWN && upi->view.qr[0];
	struct layout layout = {.no_room = true};
	for (int i = 0; is_up && layout.no_room && i < 2; i++) {
		if (tries[i]->there && place(canvas, tries[i]->qr.modules, &layout)) {
			layout.qr = &tries[i]->qr;
		}
	}
	if (!is_up) {
		(void)place(canvas, SHORT_MODULES, &layout); /* the words do not move when the QR comes */
		layout.no_room = false;
	}
	if (layout.frame_columns == 0 || layout.frame_columns == canvas->cols) {
		layout.frame_columns = canvas->cols;
		layout.left = BT_TEXT_LEFT;
		layout.columns = layout.qr_col ? layout.qr_col - BT_TEXT_LEFT - 1 : BT_SCREEN_COLS - BT_TEXT_LEFT - 4;
	} else {
		layout.left = SIDE_TEXT;
		layout.columns = layout.frame_columns - SIDE_TEXT - 1;
	}
	return layout;
}

static int frame_columns(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas)
{
	(void)desk;
	return find_layout(self, canvas).frame_columns;
}

/* What is said of a payment, here and to the payer. */
struct said {
	enum bt_ui_payer_page page;
	enum bt_ui_role role;
	const char *says, *remark;
	bool at_a_glance; /* the remark: in short lines */
};

static const struct said stages[] = {
    [BT_UPI_ASKING] = {BT_PAYER_ASKING, BT_INK_FACT, N_("Asking the bank for a QR"),
		       N_("Only the bank counts. A picture on the phone is not a payment."), true},
    [BT_UPI_SHOWN] = {BT_PAYER_QR, BT_INK_FACT, N_("Waiting for the bank"),
		      N_("Only the bank counts. A picture on the phone is not a payment."), true},
    [BT_UPI_UNSURE] = {BT_PAYER_UNSURE, BT_INK_WARN, N_("Bank is unsure. Do not pay again."),
		       N_("If money was taken, it comes back or is credited within 5 days."), false},
    [BT_UPI_DEAD] = {BT_PAYER_USED_UP, BT_INK_WARN, N_("This QR is used up. Enter makes a new one."),
		     N_("Only the bank counts. A picture on the phone is not a payment."), true},
    [BT_UPI_CLOSING] = {BT_PAYER_ASKING, BT_INK_FACT, N_("Asking the bank once more"),
			N_("Money that comes all the same is found under F4."), false},
    [BT_UPI_ENDED] = {BT_PAYER_START, BT_INK_FACT, N_("Stopped"), "", false},
    [BT_UPI_PAID] = {BT_PAYER_WAIT, BT_INK_OK, N_("Paid"), "", false},
};

/* Of one that is DEAD in another way than by its time. */
static const struct said deaths[] = {
    [BT_UPI_DEATH_FAILED] = {BT_PAYER_FAILED, BT_INK_WARN, N_("The bank said no: no money came. Enter makes a new QR."),
			     N_("If money was taken, it comes back or is credited within 5 days."), false},
    [BT_UPI_DEATH_UNMADE] = {BT_PAYER_ASKING, BT_INK_WARN, N_("No QR could be made. Enter tries again."),
			     N_("Only the bank counts. A picture on the phone is not a payment."), true},
};

static const struct said *said_of(const struct bt_upi_view *view)
{
	bool is_special = view->stage == BT_UPI_DEAD && view->death != BT_UPI_DEATH_UNSAID;
	return is_special ? &deaths[view->death] : &stages[view->stage];
}

static void draw_amount(const struct upi *upi, const struct layout *layout, struct bt_ui_canvas *canvas)
{
	char words[320];
	bt_ui_amount_draw(canvas, 5, layout->left, layout->left + 3, BT_INK_FACT, upi->view.amount, false);
	if (bt_money_words(upi->view.amount, canvas->lang, words, sizeof(words)) == BT_OK) {
		(void)bt_ui_paragraph(canvas, 9, layout->left, layout->columns, BT_INK_FACT, words);
	}
}

/* "asked 3 s ago" and "4:12 left"; it is not silent for long that the bank cannot be reached. */
static void draw_times(const struct upi *upi, const struct layout *layout, int row, struct bt_ui_canvas *canvas)
{
	const struct bt_upi_view *view = &upi->view;
	char number[32], left[32], text[96];
	if (view->unreachable) {
		bt_ui_put(canvas, row, layout->left - 2, BT_INK_WARN | BT_BOLD, bt_ui_role_shape(BT_INK_WARN));
		bt_ui_put(canvas, row, layout->left, BT_INK_WARN, bt_ui_word(canvas, N_("bank does not answer")));
	} else if (view->asked_ms >= 0 && view->stage != BT_UPI_PAID) {
		bt_count_format(view->asked_ms / 1000, number);
		bt_ui_say(canvas, row, layout->left, BT_INK_QUIET, N_("asked {1} s ago"), number, NULL);
	}
	if (view->stage == BT_UPI_SHOWN && view->left_ms > 0) {
		int seconds = (int)((view->left_ms + 999) / 1000);
		bt_text_printf(left, sizeof(left), "%d:%02d", seconds / MINUTE_S, seconds % MINUTE_S);
		(void)bt_words_format(canvas->words, canvas->lang, N_("{1} left"), (const char *[]){left, NULL}, text,
				      sizeof(text));
		bt_ui_put_right(canvas, row, layout->left + layout->columns, BT_INK_FACT, text);
	}
}

static void draw_stage(const struct upi *upi, const struct layout *layout, struct bt_ui_canvas *canvas)
{
	const struct said *said = said_of(&upi->view);
	enum bt_ui_role role = said->role;
	bool in_short_lines = layout->left == SIDE_TEXT && said->at_a_glance;
	bt_ui_put(canvas, 12, layout->left - 2, role | BT_BOLD, bt_ui_role_shape(role));
	int row =
	    bt_ui_paragraph(canvas, 12, layout->left, layout->columns, role | BT_BOLD, bt_ui_word(canvas, said->says));
	draw_times(upi, layout, row, canvas);
	(void)bt_ui_paragraph(canvas, 16, layout->left, in_short_lines ? WARNING_COLS : layout->columns, BT_INK_QUIET,
			      bt_ui_word(canvas, said->remark));
}

/* What is to be done where the QR has no room: a picture of a part of it does not read. */
static void draw_no_room(const struct bt_ui_desk *desk, const struct layout *layout, struct bt_ui_canvas *canvas)
{
	const char *key = desk->status.paper == BT_PAPER_NONE
			      ? N_("This window cannot show the QR. Make the letters smaller, or the window larger.")
			      : N_("This window cannot show the QR. F5 prints it; or make the window larger.");
	bt_ui_put(canvas, 19, layout->left - 2, BT_INK_WARN | BT_BOLD, bt_ui_role_shape(BT_INK_WARN));
	(void)bt_ui_paragraph(canvas, 19, layout->left, layout->columns, BT_INK_WARN, bt_ui_word(canvas, key));
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct upi *upi = self;
	char number[32];
	if (!upi->known) {
		return;
	}
	struct layout layout = find_layout(upi, canvas);
	bt_ui_put_name(canvas, 2, layout.left, layout.columns, BT_INK_FACT | BT_BOLD,
		       bt_dual_get(&upi->view.consumer.name, canvas->lang));
	bt_ui_group_digits(upi->view.consumer.number, number);
	bt_ui_put(canvas, 3, layout.left, BT_INK_FACT, number);
	draw_amount(upi, &layout, canvas);
	draw_stage(upi, &layout, canvas);
	if (layout.qr && canvas->plain) {
		bt_ui_qr_whole_draw(canvas, layout.qr, layout.quiet, layout.qr_row, layout.qr_col);
	} else if (layout.qr) {
		bt_ui_qr_draw(canvas, layout.qr, layout.qr_row, layout.qr_col);
	} else if (layout.no_room) {
		draw_no_room(desk, &layout, canvas);
	}
	if (!desk->note.key && !layout.no_room && upi->view.stage != BT_UPI_DEAD) {
		(void)bt_ui_paragraph(canvas, 21, layout.left, layout.left == SIDE_TEXT ? NEXT_COLS : layout.columns,
				      BT_INK_QUIET,
				      bt_ui_word(canvas, N_("F3 serves the next person; this one goes on alone.")));
	}
}

static void payer(const void *self, const struct bt_ui_desk *desk, struct bt_ui_payer *out)
{
	const struct upi *upi = self;
	if (!upi->known) {
		return;
	}
	out->page = said_of(&upi->view)->page;
	out->amount = upi->view.amount;
	bt_ui_payer_name(out, &upi->view.consumer, desk->lang);
	if (out->page == BT_PAYER_QR) {
		bt_text_copy(out->qr, sizeof(out->qr), upi->view.qr);
		out->left_s = (int)((upi->view.left_ms + 999) / 1000);
	}
}

static bool show_enter(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		       char label[64])
{
	const struct upi *upi = self;
	(void)desk;
	bt_text_copy(label, 64, bt_ui_word(canvas, upi->view.stage == BT_UPI_DEAD ? N_("New QR") : N_("Ask bank now")));
	return upi->known && upi->view.stage < BT_UPI_ENDED;
}

static bool show_print(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		       char label[64])
{
	const struct upi *upi = self;
	(void)canvas;
	(void)label;
	return upi->known && upi->view.stage == BT_UPI_SHOWN && desk->status.paper != BT_PAPER_NONE;
}

static bool show_open(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		      char label[64])
{
	const struct upi *upi = self;
	(void)desk;
	(void)canvas;
	(void)label;
	return upi->known && upi->view.stage < BT_UPI_ENDED;
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Ask bank now"), N_("Ask the bank now; a new QR after one that is used up"), show_enter},
    {"F5", N_("Print QR"), N_("The QR on paper, for the consumer's phone"), show_print},
    {"F3", N_("Next person"), N_("Next person; work in progress goes on by itself"), NULL},
    {"*", N_("Cash"), N_("Cash instead: the bank is asked once more first"), show_open},
    {"Esc", N_("Stop"), N_("Stop: the bank is asked once more first"), show_open},
    {"F6", N_("Same person"), N_("More about this person"), show_open},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_upi = {
    .id = "upi",
    .size = sizeof(struct upi),
    .tick_ms = 100,
    .stands = true,
    .scan = BT_SCAN_REFUSED,
    .keys = keys,
    .enter = enter,
    .draw = draw,
    .on_event = on_event,
    .frame_columns = frame_columns,
    .payer = payer,
};
