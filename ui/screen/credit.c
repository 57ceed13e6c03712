/* Credited: dues or balance have taken the money; a receipt, no token. */
#include "ui/screen/after.h"

#include "ui/screen/face.h"

struct credit {
	struct bt_ui_after after;
};

static void enter(void *self, struct bt_ui_desk *desk)
{
	bt_ui_after_enter(&((struct credit *)self)->after, desk);
}

static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	struct credit *credit = self;
	if (event->kind == BT_UI_EVENT_TICK) {
		bt_ui_after_look(&credit->after, desk);
		return BT_GO(BT_GO_STAY);
	}
	return bt_ui_after_press(&credit->after, desk, &event->press);
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct credit *credit = self;
	const struct bt_sale_view *view = &credit->after.view;
	char text[64];
	int row = 10;
	if (!credit->after.known) {
		return;
	}
	bt_ui_after_money(&credit->after, canvas);
	bt_ui_put(canvas, row, BT_MARK_COL, BT_INK_OK | BT_BOLD, "✓");
	if (view->sale.quote.dues > 0) {
		bt_money_format(view->sale.quote.dues, text);
		bt_ui_say(canvas, row, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD, N_("The dues are paid down by ₹ {1}."),
			  text, NULL);
		row += 2;
	}
	if (view->sale.quote.amount > view->sale.quote.dues) {
		bt_ui_put(canvas, row, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD,
			  bt_ui_word(canvas, N_("The balance is credited.")));
		row += 2;
	}
	bt_ui_say(canvas, row, BT_TEXT_LEFT, BT_INK_QUIET, N_("receipt {1}"), view->sale.receipt, NULL);
	bt_ui_say(canvas, row + 2, BT_TEXT_LEFT, BT_INK_QUIET, N_("Next scan or number starts the next person."), NULL);
	(void)bt_ui_after_print_state(&credit->after, desk, N_("Receipt printed."), canvas);
}

const struct bt_ui_screen bt_ui_credit = {
    .id = "credit",
    .size = sizeof(struct credit),
    .tick_ms = 200,
    .scan = BT_SCAN_STARTS,
    .keys = bt_ui_after_keys,
    .enter = enter,
    .draw = draw,
    .on_event = on_event,
};
