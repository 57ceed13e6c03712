/* Money on its way back: approved, asked for at the server, given back; no money before the server's word. */
#include "ui/screen/after.h"

#include "ui/screen/face.h"
#include "ui/screen/pay.h"
#include "ui/widget/bar.h"
#include "ui/widget/dates.h"

#define READ_COLUMNS 62
#define BAR_COLUMNS  48

struct refund {
	struct bt_ui_after after;
};

static void enter(void *self, struct bt_ui_desk *desk)
{
	bt_ui_after_enter(&((struct refund *)self)->after, desk);
}

static bool is_given(const struct refund *refund)
{
	return refund->after.view.state == BT_SALE_REFUNDED;
}

/* The first slip opens the drawer: it is asked for by a key when nobody stood there as the answer came. */
static bool is_due(const struct refund *refund)
{
	return is_given(refund) && refund->after.view.copies == 0 && !bt_slip_is_in_hand(refund->after.view.printing);
}

/* Until the deadline; then the slip says that the money follows. */
static bool is_asking(const struct bt_sale_view *view)
{
	return view->state == BT_SALE_REFUNDING && view->asking && view->waited_ms < view->deadline_ms;
}

/* The token may have left before: then that is what the consumer gets. */
static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	struct refund *refund = self;
	if (event->kind == BT_UI_EVENT_TICK) {
		bt_ui_after_look(&refund->after, desk);
		const struct bt_ui_screen *screen = refund->after.known ? bt_ui_sale_screen(&refund->after.view) : NULL;
		return screen && screen != &bt_ui_refund ? BT_GO_TO(BT_GO_SWAP, screen) : BT_GO(BT_GO_STAY);
	}
	if (is_asking(&refund->after.view) && (event->press.key == BT_KEY_F5 || event->press.key == BT_KEY_ENTER)) {
		return BT_GO(BT_GO_IGNORED); /* which slip it will be is not known yet */
	}
	if (event->press.key == BT_KEY_ENTER && bt_ui_after_is_held(&refund->after)) {
		return BT_GO(BT_GO_IGNORED); /* only F5 gives a slip up */
	}
	bool asked = refund->after.view.printing == BT_PRINTING_ASK;
	if (event->press.key == BT_KEY_ENTER && !asked) {
		return bt_ui_after_press(&refund->after, desk, &(struct bt_ui_press){.key = BT_KEY_F5});
	}
	return bt_ui_after_press(&refund->after, desk, &event->press);
}

static int draw_approved(const struct bt_sale_view *view, const struct bt_ui_desk *desk, int row,
			 struct bt_ui_canvas *canvas)
{
	const struct bt_operator *person = bt_enrolment_operator(desk->shop->enrolment, view->approved_by);
	if (person) {
		bt_ui_say(canvas, row++, BT_TEXT_LEFT, BT_INK_QUIET, N_("Approved by {1}."),
			  bt_dual_get(&person->name, canvas->lang), NULL);
	}
	bt_ui_say(canvas, row++, BT_TEXT_LEFT, BT_INK_QUIET, N_("receipt {1}"), view->sale.receipt, NULL);
	return row;
}

static void draw_given(const struct refund *refund, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct bt_sale_view *view = &refund->after.view;
	char amount[32];
	bt_ui_put(canvas, 8, BT_MARK_COL, BT_INK_OK | BT_BOLD, "✓");
	bt_ui_say_wide(canvas, 8, BT_TEXT_LEFT, BT_INK_OK | BT_BOLD,
		       N_("The server has confirmed: no token was given and none will be."), NULL);
	bt_money_format(view->sale.quote.amount, amount);
	bt_ui_say(canvas, 10, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD,
		  view->copies > 1 ? N_("Money returned: ₹ {1}") : N_("Give the money back: ₹ {1}."), amount, NULL);
	if (is_due(refund)) {
		bt_ui_say_wide(canvas, 12, BT_TEXT_LEFT, BT_INK_FACT, N_("Enter opens the drawer and prints the slip."),
			       NULL);
	}
	(void)draw_approved(view, desk, 14, canvas);
}

static void draw_asking(const struct bt_sale_view *view, struct bt_ui_canvas *canvas)
{
	int64_t deadline = view->deadline_ms > 0 ? view->deadline_ms : 1;
	bt_ui_say_wide(canvas, 8, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD,
		       N_("Asking the server if the money may go back."), NULL);
	bt_ui_bar(canvas, 10, BT_TEXT_LEFT, BAR_COLUMNS, BT_INK_ACCENT, view->waited_ms, deadline);
	bt_ui_say_wide(canvas, 12, BT_TEXT_LEFT, BT_INK_FACT, N_("Do not give the money yet."), NULL);
}

static void draw_waits(const struct bt_sale_view *view, struct bt_ui_canvas *canvas)
{
	char text[640];
	const char *refusal = canvas->lang == BT_LANG_HI && view->refusal_hi[0] ? view->refusal_hi : view->refusal_en;
	bt_ui_put(canvas, 8, BT_MARK_COL, BT_INK_WARN | BT_BOLD, "▲");
	bt_ui_say_wide(canvas, 8, BT_TEXT_LEFT, BT_INK_WARN | BT_BOLD, N_("Not confirmed yet. Do not give the money."),
		       NULL);
	int row =
	    bt_ui_paragraph(canvas, 10, BT_TEXT_LEFT, READ_COLUMNS, BT_INK_FACT,
			    bt_ui_word(canvas, N_("The money may be given back when the server has confirmed. It is "
						  "asked again by itself. The slip says so.")));
	if (refusal[0]) {
		(void)bt_words_format(canvas->words, canvas->lang, N_("The server refused: {1}"),
				      (const char *[]){refusal, NULL}, text, sizeof(text));
		bt_ui_put(canvas, row + 1, BT_MARK_COL, BT_INK_WARN | BT_BOLD, "▲");
		(void)bt_ui_paragraph(canvas, row + 1, BT_TEXT_LEFT, READ_COLUMNS, BT_INK_WARN, text);
	}
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct refund *refund = self;
	const struct bt_sale_view *view = &refund->after.view;
	if (!refund->after.known) {
		return;
	}
	bt_ui_after_money(&refund->after, canvas);
	if (is_given(refund)) {
		draw_given(refund, desk, canvas);
	} else if (is_asking(view)) {
		draw_asking(view, canvas);
		return; /* nothing is printed yet, and nothing is to be */
	} else {
		draw_waits(view, canvas);
		(void)draw_approved(view, desk, 17, canvas);
	}
	if (is_due(refund) && view->printing == BT_PRINTING_NONE) {
		return; /* the sentence above says which key prints it */
	}
	(void)bt_ui_after_print_state(&refund->after, desk,
				      is_given(refund) ? N_("Refund slip printed.") : N_("Slip printed."), canvas);
}

static bool show_print(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		       char label[64])
{
	(void)desk;
	if (is_due(self)) {
		bt_text_copy(label, 64, bt_ui_word(canvas, N_("Give the money")));
	}
	return !bt_ui_after_is_held(&((const struct refund *)self)->after) &&
	       !is_asking(&((const struct refund *)self)->after.view);
}

static bool show_held(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		      char label[64])
{
	(void)canvas;
	(void)label;
	return bt_ui_after_is_held(&((const struct refund *)self)->after) && bt_slip_is_stuck(desk->status.paper);
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Print again"), N_("Print this again"), show_print},
    {"F5", N_("Print again"), N_("Print this again"), show_held},
    {"F3", N_("Next person"), N_("Next person; work in progress goes on by itself"), NULL},
    {"Esc", N_("Back"), N_("One step back"), bt_ui_after_show_back},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_refund = {
    .id = "refund",
    .size = sizeof(struct refund),
    .tick_ms = 200,
    .scan = BT_SCAN_STARTS,
    .keys = keys,
    .enter = enter,
    .draw = draw,
    .on_event = on_event,
};
