/* What was sold to one connection from this terminal, newest first. */
#include "ui/screen/face.h"

#include "ui/screen/pay.h"
#include "ui/widget/list.h"

#define ROWS_MAX  12
#define FIRST_ROW 7

struct history {
	struct bt_ui_list list;
	struct bt_sale_row rows[ROWS_MAX];
};

static void enter(void *self, struct bt_ui_desk *desk)
{
	struct history *history = self;
	int count = 0;
	if (desk->shop->history(desk->shop->self, &desk->draft.consumer, ROWS_MAX, history->rows, &count) != BT_OK) {
		count = 0;
	}
	bt_ui_list_reset(&history->list, count);
}

static struct bt_ui_go print_again(const struct history *history, struct bt_ui_desk *desk)
{
	if (history->list.count == 0) {
		return BT_GO(BT_GO_IGNORED);
	}
	const char *sale_id = history->rows[history->list.chosen].sale_id;
	if (bt_ui_print_again(desk, sale_id)) {
		bt_ui_note(desk, BT_INK_FACT, N_("Printing"), NULL);
	}
	return BT_GO(BT_GO_STAY);
}

/* The slip is lost and there is no printer: the digits can still be read. */
static struct bt_ui_go open_sale(const struct history *history, struct bt_ui_desk *desk)
{
	struct bt_sale_view view;
	if (history->list.count == 0 || !bt_ui_sale_view(desk, history->rows[history->list.chosen].sale_id, &view) ||
	    !bt_ui_sale_screen(&view)) {
		return BT_GO(BT_GO_IGNORED);
	}
	bt_text_copy(desk->sale_id, sizeof(desk->sale_id), history->rows[history->list.chosen].sale_id);
	desk->from_list = true;
	return BT_GO_TO(BT_GO_PUSH, bt_ui_sale_screen(&view));
}

static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	struct history *history = self;
	if (event->kind == BT_UI_EVENT_TICK) {
		return BT_GO(BT_GO_STAY);
	}
	if (event->press.key == BT_KEY_ESC || event->press.key == BT_KEY_F6) {
		return BT_GO(BT_GO_BACK);
	}
	if (event->press.key == BT_KEY_ENTER) {
		return open_sale(history, desk);
	}
	if (event->press.key == BT_KEY_F5) {
		return print_again(history, desk);
	}
	return BT_GO(bt_ui_list_move(&history->list, event->press.key, ROWS_MAX) ? BT_GO_STAY : BT_GO_IGNORED);
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct history *history = self;
	bt_ui_person(canvas, 2, &desk->draft.consumer);
	bt_ui_numbers(canvas, 3, &desk->draft.consumer);
	bt_ui_put(canvas, 5, BT_TEXT_LEFT, BT_INK_QUIET, bt_ui_word(canvas, N_("Last recharges")));
	if (history->list.count == 0) {
		bt_ui_put(canvas, FIRST_ROW, BT_TEXT_LEFT, BT_INK_QUIET,
			  bt_ui_word(canvas, N_("No recharges known here.")));
		return;
	}
	bt_ui_list_mark(canvas, FIRST_ROW + history->list.chosen, 60);
	bt_ui_history_rows(canvas, FIRST_ROW, BT_TEXT_LEFT, history->rows, history->list.count, history->list.chosen);
}

static bool show_rows(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		      char label[64])
{
	(void)desk;
	(void)canvas;
	(void)label;
	return ((const struct history *)self)->list.count > 0;
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Open"), N_("Forward: accept, choose, next"), show_rows},
    {"↑↓", N_("Move"), N_("Move in the list"), show_rows},
    {"F5", N_("Print again"), N_("Print this again"), show_rows},
    {"Esc", N_("Back"), N_("One step back"), NULL},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_history = {
    .id = "history",
    .size = sizeof(struct history),
    .scan = BT_SCAN_STARTS,
    .keys = keys,
    .enter = enter,
    .draw = draw,
    .on_event = on_event,
};
