/* Paid, token later: the consumer leaves with proof, not with a shrug. */
#include "ui/screen/after.h"

#include <string.h>

#include "ui/screen/face.h"
#include "ui/screen/pay.h"

#define READ_COLUMNS 62

struct docket {
	struct bt_ui_after after;
};

static void enter(void *self, struct bt_ui_desk *desk)
{
	bt_ui_after_enter(&((struct docket *)self)->after, desk);
}

static bool is_refused(const struct docket *docket)
{
	return docket->after.view.state == BT_SALE_REFUSED;
}

static bool is_stopped(const struct docket *docket)
{
	return docket->after.view.state == BT_SALE_STOPPED;
}

static bool is_in_doubt(const struct docket *docket)
{
	return docket->after.view.state == BT_SALE_INQUIRING;
}

/* A docket promises something, so there is none for a refusal, a closed sale, and while the record is in doubt. */
static bool has_docket(const struct docket *docket)
{
	return docket->after.view.state == BT_SALE_PENDING || is_in_doubt(docket);
}

static bool has_figures(const struct docket *docket)
{
	return is_refused(docket) && docket->after.view.has_figures;
}

/* What F8 is for here; false: nobody is needed. */
static bool find_asked(const struct docket *docket, const struct bt_ui_desk *desk, enum bt_ui_asked *out)
{
	bool closes = is_stopped(docket) && desk->status.stopped == BT_EDIVERGED;
	*out = closes ? BT_UI_ASK_CLOSE : BT_UI_ASK_REFUND;
	return closes || docket->after.view.refundable;
}

static struct bt_ui_go print(struct docket *docket, struct bt_ui_desk *desk)
{
	if (!has_docket(docket)) {
		bt_ui_note(desk, BT_INK_WARN, N_("Nothing to print here."), NULL);
		return BT_GO(BT_GO_IGNORED);
	}
	return bt_ui_after_press(&docket->after, desk, &(struct bt_ui_press){.key = BT_KEY_F5});
}

static struct bt_ui_go ask(const struct docket *docket, struct bt_ui_desk *desk, enum bt_ui_asked asked)
{
	memcpy(desk->sale_id, docket->after.sale_id, sizeof(desk->sale_id));
	desk->asked = asked;
	return BT_GO_TO(BT_GO_PUSH, &bt_ui_approve);
}

/* The same sale at the server's figures: it goes on as if they had been there from the start. */
static struct bt_ui_go agree(struct docket *docket, struct bt_ui_desk *desk)
{
	const struct bt_ui_shop *shop = desk->shop;
	const struct bt_quote *quote = &docket->after.view.figures;
	desk->outlook =
	    shop->outlook(shop->self, &docket->after.view.consumer, quote->amount, quote->dues, &desk->denial);
	if (shop->agree(shop->self, docket->after.sale_id) != BT_OK) {
		bt_ui_note(desk, BT_INK_BAD, N_("Not done. Nothing was recorded. Call {1}."),
			   shop->enrolment->complaint, NULL);
		return BT_GO(BT_GO_STAY);
	}
	memcpy(desk->sale_id, docket->after.sale_id, sizeof(desk->sale_id));
	return BT_GO_TO(BT_GO_SWAP, &bt_ui_wait);
}

static struct bt_ui_go press_key(struct docket *docket, struct bt_ui_desk *desk, const struct bt_ui_press *press)
{
	enum bt_ui_asked asked;
	bool paper = docket->after.view.printing == BT_PRINTING_ASK;
	if (press->key == BT_KEY_F8) {
		return find_asked(docket, desk, &asked) ? ask(docket, desk, asked) : BT_GO(BT_GO_IGNORED);
	}
	if (press->key == BT_KEY_ENTER && has_figures(docket)) {
		/* An Enter from before they were seen is no agreement. */
		return press->fresh ? agree(docket, desk) : BT_GO(BT_GO_IGNORED);
	}
	if (press->key == BT_KEY_ENTER && is_in_doubt(docket) && !paper) {
		return ask(docket, desk, BT_UI_ASK_MAKE);
	}
	if (press->key == BT_KEY_ENTER && bt_ui_after_is_held(&docket->after)) {
		return BT_GO(BT_GO_IGNORED); /* only F5 gives a slip up */
	}
	if (press->key == BT_KEY_F5 || (press->key == BT_KEY_ENTER && !paper)) {
		return print(docket, desk);
	}
	return bt_ui_after_press(&docket->after, desk, press);
}

/* The token may still come while the docket is on the screen. */
static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	struct docket *docket = self;
	if (event->kind == BT_UI_EVENT_TICK) {
		bt_ui_after_look(&docket->after, desk);
		if (docket->after.known && docket->after.view.awaits_key) {
			memcpy(desk->sale_id, docket->after.sale_id, sizeof(desk->sale_id));
			return BT_GO_TO(BT_GO_SWAP, &bt_ui_wait);
		}
		const struct bt_ui_screen *screen = docket->after.known ? bt_ui_sale_screen(&docket->after.view) : NULL;
		return screen && screen != &bt_ui_docket ? BT_GO_TO(BT_GO_SWAP, screen) : BT_GO(BT_GO_STAY);
	}
	return press_key(docket, desk, &event->press);
}

#define OLD_END 40
#define NEW_END 58

static void draw_pair(struct bt_ui_canvas *canvas, int row, const char *key, const char *old, const char *fresh)
{
	bt_ui_label(canvas, row, key);
	bt_ui_put_right(canvas, row, OLD_END, BT_INK_QUIET, old);
	bt_ui_put_right(canvas, row, NEW_END, BT_INK_FACT | BT_BOLD, fresh);
}

/* Old and new side by side: what the same money gives. */
static int draw_figures(const struct bt_sale_view *view, int row, struct bt_ui_canvas *canvas)
{
	const struct bt_quote *old = &view->sale.quote, *fresh = &view->figures;
	char a[64], b[64];
	bt_ui_put_right(canvas, row, OLD_END, BT_INK_QUIET, bt_ui_word(canvas, N_("Said before")));
	bt_ui_put_right(canvas, row, NEW_END, BT_INK_QUIET, bt_ui_word(canvas, N_("Server says")));
	if (old->units > 0 || fresh->units > 0) {
		bt_ui_units(canvas, old->units, a);
		bt_ui_units(canvas, fresh->units, b);
		draw_pair(canvas, ++row, N_("Gives"), a, b);
	}
	if (old->fixed > 0 || fresh->fixed > 0) {
		bt_ui_rupees(old->fixed, true, a);
		bt_ui_rupees(fresh->fixed, true, b);
		draw_pair(canvas, ++row, N_("fixed charge"), a, b);
	}
	bt_ui_rupees(old->energy, true, a);
	bt_ui_rupees(fresh->energy, true, b);
	draw_pair(canvas, ++row, N_("energy"), a, b);
	bt_ui_rupees(old->duty, true, a);
	bt_ui_rupees(fresh->duty, true, b);
	draw_pair(canvas, ++row, N_("duty"), a, b);
	return row + 1;
}

/* The head-end said no: other figures, or the money goes back on a supervisor's word. Nothing is promised. */
static void draw_refused(const struct bt_sale_view *view, struct bt_ui_canvas *canvas)
{
	char amount[32], text[640];
	const char *reason = canvas->lang == BT_LANG_HI && view->refusal_hi[0] ? view->refusal_hi : view->refusal_en;
	bt_ui_put(canvas, 8, BT_MARK_COL, BT_INK_BAD | BT_BOLD, "✕");
	bt_ui_put(canvas, 8, BT_TEXT_LEFT, BT_INK_BAD | BT_BOLD, bt_ui_word(canvas, N_("No token was made.")));
	/* The record keeps the refusal, not its words. */
	(void)bt_words_format(canvas->words, canvas->lang,
			      reason[0] ? N_("The server refused: {1}")
					: N_("The server refused. The office can say why."),
			      (const char *[]){reason, NULL}, text, sizeof(text));
	int row = bt_ui_paragraph(canvas, 10, BT_TEXT_LEFT, READ_COLUMNS, BT_INK_FACT, text);
	if (view->has_figures) {
		row = draw_figures(view, row + 1, canvas);
		bt_ui_say_wide(canvas, row + 1, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD,
			       N_("Ask the consumer. Enter: agreed. F8: the money goes back."), NULL);
	} else {
		bt_money_format(view->sale.quote.amount, amount);
		bt_ui_say_wide(canvas, row + 1, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD,
			       N_("The money goes back: ₹ {1}. A supervisor has to approve it."), amount, NULL);
	}
	bt_ui_say(canvas, row + 3, BT_TEXT_LEFT, BT_INK_QUIET, N_("receipt {1}"), view->sale.receipt, NULL);
}

/* A person has to look first: nothing is promised and nothing printed. */
static void draw_stopped(const struct bt_sale_view *view, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	char text[512];
	bt_ui_put(canvas, 8, BT_MARK_COL, BT_INK_BAD | BT_BOLD, "■");
	(void)bt_words_format(canvas->words, canvas->lang,
			      N_("Stopped: the record does not agree with itself. Nothing is lost. Call {1}."),
			      (const char *[]){desk->shop->enrolment->complaint, NULL}, text, sizeof(text));
	int row = bt_ui_paragraph(canvas, 8, BT_TEXT_LEFT, READ_COLUMNS, BT_INK_BAD | BT_BOLD, text);
	bt_ui_say(canvas, row + 1, BT_TEXT_LEFT, BT_INK_QUIET, N_("receipt {1}"), view->sale.receipt, NULL);
}

static void draw_closed(const struct bt_sale_view *view, struct bt_ui_canvas *canvas)
{
	bt_ui_put(canvas, 8, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD, bt_ui_word(canvas, N_("Closed by a supervisor.")));
	bt_ui_say(canvas, 10, BT_TEXT_LEFT, BT_INK_QUIET, N_("receipt {1}"), view->sale.receipt, NULL);
}

static void draw_doubt(const struct bt_sale_view *view, struct bt_ui_canvas *canvas)
{
	char number[48];
	bt_text_printf(number, sizeof(number), "D-%s", view->sale.receipt);
	bt_ui_say_wide(canvas, 10, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD, N_("No token now. Docket {1}"), number, NULL);
	int row =
	    bt_ui_paragraph(canvas, 12, BT_TEXT_LEFT, READ_COLUMNS, BT_INK_FACT,
			    bt_ui_word(canvas, N_("The server has not said if it gave a token. It is asked again by "
						  "itself. The money is safe.")));
	bt_ui_say_wide(canvas, row + 1, BT_TEXT_LEFT, BT_INK_QUIET, N_("Nothing more to pay."), NULL);
	/* What kept a supervisor's word from being done. */
	if (view->denial != BT_DENY_NONE && view->denial != BT_DENY_SERVER) {
		bt_ui_say_wide(canvas, row + 2, BT_TEXT_LEFT, BT_INK_WARN, N_("Not possible now: {1}."),
			       bt_ui_word(canvas, bt_ui_reason_key(view->denial)), NULL);
	}
}

static void draw_waiting(const struct bt_sale_view *view, struct bt_ui_canvas *canvas)
{
	bool token_follows = view->sale.delivery == BT_DELIVERY_TOKEN;
	char number[48], both[1200];
	bt_text_printf(number, sizeof(number), "D-%s", view->sale.receipt);
	bt_ui_say_wide(canvas, 10, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD,
		       token_follows ? N_("No token now. Docket {1}") : N_("Docket {1}"), number, NULL);
	bt_text_printf(
	    both, sizeof(both), "%s  %s", bt_ui_word(canvas, N_("The money is safe.")),
	    bt_ui_word(canvas, token_follows
				   ? N_("The token comes when the server is back, at any counter, with this docket.")
				   : N_("The credit follows by itself when the server is back.")));
	int row = bt_ui_paragraph(canvas, 12, BT_TEXT_LEFT, READ_COLUMNS, BT_INK_FACT, both);
	const char *reason = bt_ui_word(canvas, bt_ui_reason_key(view->denial));
	bt_ui_say_wide(canvas, row + 1, BT_TEXT_LEFT, BT_INK_QUIET, N_("Nothing more to pay. Reason: {1}."), reason,
		       NULL);
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct docket *docket = self;
	if (!docket->after.known) {
		return;
	}
	bt_ui_after_money(&docket->after, canvas);
	if (is_refused(docket)) {
		draw_refused(&docket->after.view, canvas);
		return;
	}
	if (is_stopped(docket)) {
		draw_stopped(&docket->after.view, desk, canvas);
		return;
	}
	if (docket->after.view.state == BT_SALE_ABANDONED) {
		draw_closed(&docket->after.view, canvas);
		return;
	}
	if (is_in_doubt(docket)) {
		draw_doubt(&docket->after.view, canvas);
	} else {
		draw_waiting(&docket->after.view, canvas);
	}
	(void)bt_ui_after_print_state(&docket->after, desk, N_("Docket printed."), canvas);
}

static bool show_print(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		       char label[64])
{
	(void)desk;
	if (has_figures(self)) {
		bt_text_copy(label, 64, bt_ui_word(canvas, N_("Agreed, go on")));
	} else if (is_in_doubt(self)) {
		bt_text_copy(label, 64, bt_ui_word(canvas, N_("Make it here anyway")));
	}
	bool waits = bt_ui_after_is_held(&((const struct docket *)self)->after) && !is_in_doubt(self);
	return has_figures(self) || (has_docket(self) && !waits);
}

static bool show_held(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		      char label[64])
{
	(void)canvas;
	(void)label;
	return bt_ui_after_is_held(&((const struct docket *)self)->after) && bt_slip_is_stuck(desk->status.paper);
}

static bool show_person(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
			char label[64])
{
	enum bt_ui_asked asked;
	bool needed = find_asked(self, desk, &asked);
	if (needed && asked == BT_UI_ASK_CLOSE) {
		bt_text_copy(label, 64, bt_ui_word(canvas, N_("Close it")));
	}
	return needed;
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Print docket"), N_("Print this again"), show_print},
    {"F5", N_("Print again"), N_("Print this again"), show_held},
    {"F8", N_("Refund"), N_("A supervisor's approval"), show_person},
    {"F3", N_("Next person"), N_("Next person; work in progress goes on by itself"), NULL},
    {"Esc", N_("Back"), N_("One step back"), bt_ui_after_show_back},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_docket = {
    .id = "docket",
    .size = sizeof(struct docket),
    .tick_ms = 200,
    .scan = BT_SCAN_STARTS,
    .keys = keys,
    .enter = enter,
    .draw = draw,
    .on_event = on_event,
};
