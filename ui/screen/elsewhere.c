/* A docket of another counter: where the money is, and the token from the server. */
#include "ui/screen/face.h"

#include <string.h>

#include "ui/screen/pay.h"
#include "ui/widget/dates.h"

#define READ_COLUMNS 70

struct elsewhere {
	struct bt_docket_view view;
};

static void look(struct elsewhere *elsewhere, const struct bt_ui_desk *desk)
{
	desk->shop->docket_view(desk->shop->self, &elsewhere->view);
}

/* What has come is shown as any other token or credit. */
static struct bt_ui_go follow(struct elsewhere *elsewhere, struct bt_ui_desk *desk)
{
	struct bt_sale_view view;
	look(elsewhere, desk);
	if (elsewhere->view.state != BT_DOCKET_DELIVERED || !bt_ui_sale_view(desk, elsewhere->view.sale_id, &view)) {
		return BT_GO(BT_GO_STAY);
	}
	bt_text_copy(desk->sale_id, sizeof(desk->sale_id), elsewhere->view.sale_id);
	desk->from_list = false;
	return BT_GO_TO(BT_GO_SWAP, bt_ui_sale_screen(&view));
}

static void enter(void *self, struct bt_ui_desk *desk)
{
	look(self, desk);
}

/* Asking again would change nothing. */
static bool is_final(const struct bt_docket_view *view)
{
	static const char *const codes[] = {"reversed",        "tombstone",      "id_conflict",   "docket_invalid",
					    "docket_terminal", "docket_revoked", "meter_mismatch"};
	for (size_t i = 0; view->state == BT_DOCKET_REFUSED && i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (strcmp(view->code, codes[i]) == 0) {
			return true;
		}
	}
	return false;
}

static bool may_ask(const struct bt_docket_view *view, const struct bt_ui_desk *desk)
{
	return desk->status.server != BT_BREAKER_OFFLINE && !is_final(view) &&
	       (view->state == BT_DOCKET_READY || view->state == BT_DOCKET_REFUSED ||
		view->state == BT_DOCKET_UNANSWERED || view->state == BT_DOCKET_NEEDS_SERVER);
}

static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	struct elsewhere *elsewhere = self;
	char one[2] = {event->press.ch < 0x80 ? (char)event->press.ch : '\0', '\0'};
	if (event->kind == BT_UI_EVENT_TICK) {
		return follow(elsewhere, desk);
	}
	switch (event->press.key) {
	case BT_KEY_ENTER:
		if (!may_ask(&elsewhere->view, desk) || desk->shop->docket_finish(desk->shop->self) != BT_OK) {
			return BT_GO(BT_GO_IGNORED);
		}
		return follow(elsewhere, desk);
	case BT_KEY_CHAR:
		bt_text_copy(desk->start, sizeof(desk->start), one);
		return BT_GO(BT_GO_HOME);
	case BT_KEY_ESC:
		return BT_GO(BT_GO_BACK);
	default:
		return BT_GO(BT_GO_IGNORED);
	}
}

/* "Danapur counter 2 (0142)", or "counter 0142" while nobody has said the name. */
static void name_counter(const struct bt_docket_view *view, const struct bt_ui_canvas *canvas, char out[128])
{
	const char *name = bt_dual_get(&view->counter, canvas->lang);
	if (name[0]) {
		bt_text_printf(out, 128, "%s (%s)", name, view->terminal);
	} else {
		(void)bt_words_format(canvas->words, canvas->lang, N_("counter {1}"),
				      (const char *[]){view->terminal, NULL}, out, 128);
	}
}

/* Where the money is. */
static int draw_money(const struct bt_docket_view *view, struct bt_ui_canvas *canvas, int row)
{
	char counter[128], when[BT_DATE_BYTES], text[512];
	const char *key = N_("Paid at {1}, {2}. The token was not given yet.");
	if (!view->is_known) {
		return row;
	}
	if (is_final(view)) {
		key = N_("Paid at {1}, {2}.");
	} else if (!view->gives_token) {
		key = N_("Paid at {1}, {2}. The credit is still to come.");
	} else if (view->was_given) {
		key = N_("Paid at {1}, {2}. The token was made already; it is the same one.");
	}
	name_counter(view, canvas, counter);
	bt_ui_date_time(canvas, view->paid_at_ms, when);
	(void)bt_words_format(canvas->words, canvas->lang, key, (const char *[]){counter, when, NULL}, text,
			      sizeof(text));
	return bt_ui_paragraph(canvas, row, BT_TEXT_LEFT, READ_COLUMNS, BT_INK_FACT | BT_BOLD, text) + 1;
}

static void say(struct bt_ui_canvas *canvas, int row, enum bt_ui_role role, const char *key, const char *arg)
{
	char text[640];
	(void)bt_words_format(canvas->words, canvas->lang, key, (const char *[]){arg, NULL}, text, sizeof(text));
	(void)bt_ui_paragraph(canvas, row, BT_TEXT_LEFT, READ_COLUMNS, role, text);
}

/* What may be done now. */
static void draw_next(const struct bt_docket_view *view, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas,
		      int row)
{
	const char *reason = canvas->lang == BT_LANG_HI && view->refusal_hi[0] ? view->refusal_hi : view->refusal_en;
	char counter[128];
	name_counter(view, canvas, counter);
	switch (view->state) {
	case BT_DOCKET_LOOKING:
	case BT_DOCKET_ASKING:
		say(canvas, row, BT_INK_FACT, N_("Asking the server"), "");
		return;
	case BT_DOCKET_REFUSED:
		bt_ui_put(canvas, row, BT_MARK_COL, BT_INK_BAD | BT_BOLD, "✕");
		say(canvas, row, BT_INK_BAD | BT_BOLD, N_("The server refused: {1}"), reason);
		return;
	case BT_DOCKET_DIFFERS:
		bt_ui_put(canvas, row, BT_MARK_COL, BT_INK_BAD | BT_BOLD, "■");
		say(canvas, row, BT_INK_BAD | BT_BOLD,
		    N_("The server's answer is not of this docket. Nothing was given. Call {1}."),
		    desk->shop->enrolment->complaint);
		return;
	case BT_DOCKET_UNRECORDED:
		bt_ui_put(canvas, row, BT_MARK_COL, BT_INK_BAD | BT_BOLD, "■");
		say(canvas, row, BT_INK_BAD | BT_BOLD, N_("Not recorded, so nothing was given. The docket stays good."),
		    "");
		return;
	default:
		break;
	}
	if (!may_ask(view, desk)) {
		bt_ui_put(canvas, row, BT_MARK_COL, BT_INK_WARN, "▲");
		say(canvas, row, BT_INK_WARN,
		    N_("No token here while the server is down. {1} can give it, or come back later."), counter);
	} else if (view->state == BT_DOCKET_UNANSWERED) {
		bt_ui_put(canvas, row, BT_MARK_COL, BT_INK_WARN, "▲");
		say(canvas, row, BT_INK_WARN, N_("The server has not answered. Ask again: it gives the same token."),
		    "");
	} else {
		say(canvas, row, BT_INK_FACT,
		    N_("Nothing more to pay. The docket stays good until the token is given."), "");
	}
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct bt_docket_view *view = &((const struct elsewhere *)self)->view;
	char text[64];
	bt_ui_say(canvas, 3, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD, N_("Docket {1}"), view->number, NULL);
	if (view->is_known) {
		bt_ui_person(canvas, 5, &view->consumer);
		bt_ui_numbers(canvas, 6, &view->consumer);
		bt_ui_rupees(view->amount, false, text);
		int next = bt_ui_put(canvas, 8, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD, text);
		if (view->gives_token && view->units > 0) {
			bt_ui_units(canvas, view->units, text);
			bt_ui_put(canvas, 8, next + 4, BT_INK_FACT | BT_BOLD, text);
		}
	}
	draw_next(view, desk, canvas, draw_money(view, canvas, view->is_known ? 10 : 5));
}

static bool show_get(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas, char label[64])
{
	const struct bt_docket_view *view = &((const struct elsewhere *)self)->view;
	if (!view->gives_token) {
		bt_text_copy(label, 64, bt_ui_word(canvas, N_("Credit it now")));
	}
	return may_ask(view, desk);
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Get the token now"), N_("The server gives what was paid for elsewhere"), show_get},
    {"F3", N_("Next person"), N_("Next person; work in progress goes on by itself"), NULL},
    {"Esc", N_("Back"), N_("One step back"), NULL},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_elsewhere = {
    .id = "elsewhere",
    .size = sizeof(struct elsewhere),
    .tick_ms = 200,
    .scan = BT_SCAN_STARTS,
    .keys = keys,
    .enter = enter,
    .draw = draw,
    .on_event = on_event,
};
