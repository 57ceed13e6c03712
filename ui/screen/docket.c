/* Paid, token later: the consumer leaves with proof, not with a shrug. */
#include "ui/screen/after.h"

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

/* A docket promises something, so there is none for a refusal and none while the record is in doubt. */
static bool has_docket(const struct docket *docket)
{
	return !is_refused(docket) && !is_stopped(docket);
}

static struct bt_ui_go print(struct docket *docket, struct bt_ui_desk *desk)
{
	if (!has_docket(docket)) {
		bt_ui_note(desk, BT_INK_WARN, N_("Nothing to print here."), NULL);
		return BT_GO(BT_GO_IGNORED);
	}
	return bt_ui_after_press(&docket->after, desk, &(struct bt_ui_press){.key = BT_KEY_F5});
}

/* The token may still come while the docket is on the screen. */
static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	struct docket *docket = self;
	if (event->kind == BT_UI_EVENT_TICK) {
		bt_ui_after_look(&docket->after, desk);
		const struct bt_ui_screen *screen = docket->after.known ? bt_ui_sale_screen(&docket->after.view) : NULL;
		return screen && screen != &bt_ui_docket ? BT_GO_TO(BT_GO_SWAP, screen) : BT_GO(BT_GO_STAY);
	}
	bool asked = docket->after.view.printing == BT_PRINTING_ASK;
	if (event->press.key == BT_KEY_F5 || (event->press.key == BT_KEY_ENTER && !asked)) {
		return print(docket, desk);
	}
	return bt_ui_after_press(&docket->after, desk, &event->press);
}

/* The head-end said no: the money goes back, and nothing is promised. */
static void draw_refused(const struct bt_sale_view *view, struct bt_ui_canvas *canvas)
{
	char amount[32], text[640];
	const char *reason = canvas->lang == BT_LANG_HI && view->refusal_hi[0] ? view->refusal_hi : view->refusal_en;
	bt_ui_put(canvas, 8, BT_MARK_COL, BT_INK_BAD | BT_BOLD, "✕");
	bt_ui_put(canvas, 8, BT_TEXT_LEFT, BT_INK_BAD | BT_BOLD, bt_ui_word(canvas, N_("No token was made.")));
	(void)bt_words_format(canvas->words, canvas->lang, N_("The server refused: {1}"),
			      (const char *[]){reason, NULL}, text, sizeof(text));
	int row = bt_ui_paragraph(canvas, 10, BT_TEXT_LEFT, READ_COLUMNS, BT_INK_FACT, text);
	bt_money_format(view->sale.quote.amount, amount);
	bt_ui_say(canvas, row + 1, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD, N_("Give the money back: ₹ {1}."), amount,
		  NULL);
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
	draw_waiting(&docket->after.view, canvas);
	(void)bt_ui_after_print_state(&docket->after, desk, N_("Docket printed."), canvas);
}

static bool show_print(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		       char label[64])
{
	(void)desk;
	(void)canvas;
	(void)label;
	return has_docket(self);
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Print docket"), N_("Print this again"), show_print},
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
