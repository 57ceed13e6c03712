/* Waiting: that money is safe first, then what is being tried, and when it ends. */
#include "ui/screen/face.h"

#include <string.h>

#include "ui/screen/pay.h"
#include "ui/widget/bar.h"
#include "ui/widget/dates.h"

#define BAR_COLUMNS 48

struct wait {
	struct bt_sale_view view;
	char sale_id[37];
	bool known;
};

static struct bt_ui_go look(struct wait *wait, struct bt_ui_desk *desk)
{
	memcpy(desk->sale_id, wait->sale_id, sizeof(desk->sale_id));
	wait->known = bt_ui_sale_view(desk, wait->sale_id, &wait->view);
	const struct bt_ui_screen *screen = wait->known ? bt_ui_sale_screen(&wait->view) : NULL;
	return screen ? BT_GO_TO(BT_GO_SWAP, screen) : BT_GO(BT_GO_STAY);
}

static void enter(void *self, struct bt_ui_desk *desk)
{
	struct wait *wait = self;
	memcpy(wait->sale_id, desk->sale_id, sizeof(wait->sale_id));
	(void)look(wait, desk);
}

/* The clerk may end the wait only where both would make the same token. */
static bool can_make_here(const struct wait *wait, const struct bt_ui_desk *desk)
{
	return wait->view.convergent && !wait->view.awaits_key && desk->outlook == BT_OUTLOOK_TOKEN &&
	       desk->denial == BT_DENY_NONE;
}

static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	if (event->kind == BT_UI_EVENT_TICK) {
		return look(self, desk);
	}
	if (event->press.key == BT_KEY_ESC) {
		return BT_GO(BT_GO_STAY);
	}
	if (event->press.key != BT_KEY_ENTER) {
		return BT_GO(BT_GO_KEEP);
	}
	if (!can_make_here(self, desk) ||
	    desk->shop->issue_now(desk->shop->self, ((struct wait *)self)->sale_id) != BT_OK) {
		return BT_GO(BT_GO_STAY);
	}
	return look(self, desk);
}

static void draw_progress(const struct wait *wait, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	char now[BT_DATE_BYTES], end[BT_DATE_BYTES];
	int64_t deadline = wait->view.deadline_ms > 0 ? wait->view.deadline_ms : 1;
	bt_ui_put(canvas, 10, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD,
		  bt_ui_word(canvas, wait->view.awaits_key ? N_("Making the token here") : N_("Asking the server")));
	bt_ui_bar(canvas, 12, BT_TEXT_LEFT, BAR_COLUMNS, BT_INK_ACCENT, wait->view.waited_ms, deadline);
	bt_ui_seconds(wait->view.waited_ms, now);
	bt_text_printf(end, sizeof(end), "%lld", (long long)((deadline + 999) / 1000));
	bt_ui_say(canvas, 12, BT_TEXT_LEFT + BAR_COLUMNS + 3, BT_INK_QUIET, N_("{1} / {2} s"), now, end, NULL);
	if (can_make_here(wait, desk)) {
		bt_ui_say_wide(canvas, 14, BT_TEXT_LEFT, BT_INK_QUIET,
			       N_("At {1} seconds the token is made here. It is the same token."), end, NULL);
	}
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct wait *wait = self;
	char text[BT_DATE_BYTES];
	if (!wait->known) {
		return;
	}
	bt_ui_put_name(canvas, 3, BT_TEXT_LEFT, BT_PERSON_COL - BT_TEXT_LEFT - 1, BT_INK_FACT | BT_BOLD,
		       bt_dual_get(&wait->view.consumer.name, canvas->lang));
	bt_ui_rupees(wait->view.sale.quote.amount, false, text);
	bt_ui_put(canvas, 3, BT_PERSON_COL, BT_INK_FACT | BT_BOLD, text);
	bt_ui_put(canvas, 5, BT_MARK_COL, BT_INK_OK | BT_BOLD, "✓");
	bt_ui_time_seconds(wait->view.sale.paid_at_ms, text);
	bt_ui_say(canvas, 5, BT_TEXT_LEFT, BT_INK_FACT, N_("Money is recorded, {1}."), text, NULL);
	draw_progress(wait, desk, canvas);
}

static bool show_here(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		      char label[64])
{
	(void)canvas;
	(void)label;
	return can_make_here(self, desk);
}

static void payer(const void *self, const struct bt_ui_desk *desk, struct bt_ui_payer *out)
{
	const struct wait *wait = self;
	if (wait->known) {
		out->page = BT_PAYER_WAIT;
		out->amount = wait->view.sale.quote.amount;
		bt_ui_payer_name(out, &wait->view.consumer, desk->lang);
	}
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Make it here now"), "", show_here},
    {"F3", N_("Next person"), N_("Next person; work in progress goes on by itself"), NULL},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_wait = {
    .id = "wait",
    .size = sizeof(struct wait),
    .tick_ms = 100,
    .scan = BT_SCAN_REFUSED,
    .keys = keys,
    .enter = enter,
    .draw = draw,
    .on_event = on_event,
    .payer = payer,
};
