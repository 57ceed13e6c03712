/* System: everything an engineer on the telephone asks, on one page. */
#include "ui/screen/face.h"

#include "ui/widget/bar.h"
#include "ui/widget/dates.h"
#include "ui/widget/frame.h"

#define LINES_MAX 18
#define FIRST_ROW 4
#define BAR_COLS  16

struct system_page {
	struct bt_ui_code_way way;
	int count;
	struct bt_ui_system_line lines[LINES_MAX];
};

static void look(struct system_page *page, const struct bt_ui_desk *desk)
{
	page->count = desk->shop->system_lines(desk->shop->self, LINES_MAX, page->lines);
	page->way.open = desk->signed_in && !desk->locked && desk->status.stopped == BT_OK && bt_ui_has_code(desk);
}

static void enter(void *self, struct bt_ui_desk *desk)
{
	look(self, desk);
}

/* Only with a printer can the drawer be told to open, and only where somebody answers for the counter. */
static bool has_drawer(const struct bt_ui_desk *desk)
{
	return desk->signed_in && !desk->locked && desk->status.stopped == BT_OK && desk->status.paper != BT_PAPER_NONE;
}

static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	char time[BT_DATE_BYTES];
	if (event->kind == BT_UI_EVENT_TICK) {
		look(self, desk);
		return BT_GO(BT_GO_STAY);
	}
	switch (event->press.key) {
	case BT_KEY_ESC:
	case BT_KEY_F12:
		return BT_GO(BT_GO_BACK);
	case BT_KEY_ENTER:
		look(self, desk);
		bt_ui_time_seconds(desk->status.now_ms, time);
		bt_ui_note(desk, BT_INK_FACT, N_("Looked at again, {1}."), time, NULL);
		return BT_GO(BT_GO_STAY);
	case BT_KEY_F7:
		desk->asked = BT_UI_ASK_DRAWER;
		return has_drawer(desk) ? BT_GO_TO(BT_GO_PUSH, &bt_ui_approve) : BT_GO(BT_GO_IGNORED);
	default:
		return BT_GO(BT_GO_IGNORED);
	}
}

static void draw_title(const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct bt_sts_lane lane = desk->shop->lane(desk->shop->self);
	char index[32], count[32];
	bt_count_format(lane.index, index);
	bt_count_format(lane.count, count);
	bt_ui_say(canvas, 2, BT_VALUE_COL + 4, BT_INK_FACT, N_("terminal {1}, Batti {2}, lane {3} of {4}"),
		  desk->shop->enrolment->terminal, BATTI_VERSION, index, count, NULL);
}

static void draw_line(const struct bt_ui_system_line *line, int row, struct bt_ui_canvas *canvas)
{
	static const enum bt_ui_role roles[] = {
	    [BT_UI_GOOD] = BT_INK_OK, [BT_UI_WARN] = BT_INK_WARN, [BT_UI_BAD] = BT_INK_BAD};
	enum bt_ui_role role = roles[line->mark];
	int col = BT_VALUE_COL + 3;
	bt_ui_label(canvas, row, line->label);
	bt_ui_put(canvas, row, BT_VALUE_COL, role, bt_ui_role_shape(role));
	if (line->whole > 0) {
		bt_ui_bar(canvas, row, col, BAR_COLS, BT_INK_OK, line->part, line->whole);
		col += BAR_COLS + 2;
	}
	bt_ui_put_clip(canvas, row, col, canvas->cols - 2 - col, BT_INK_FACT, line->value[canvas->lang]);
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct system_page *page = self;
	bt_ui_put(canvas, 2, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD, bt_ui_word(canvas, N_("System")));
	draw_title(desk, canvas);
	if (page->way.open && desk->shop->enrolment->control_room[0] && page->count + FIRST_ROW + 1 < 22) {
		bt_ui_say(canvas, FIRST_ROW + page->count + 1, BT_TEXT_LEFT, BT_INK_QUIET,
			  N_("More recharges while the server is down: call {1}, then F8."),
			  desk->shop->enrolment->control_room, NULL);
	}
	for (int i = 0; i < page->count; i++)
		draw_line(&page->lines[i], FIRST_ROW + i, canvas);
}

static bool show_drawer(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
			char label[64])
{
	(void)self;
	(void)canvas;
	(void)label;
	return has_drawer(desk);
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Test it"), "", NULL},
    {"F7", N_("Open drawer"), N_("A supervisor opens the drawer"), show_drawer},
    {"F8", N_("Enter code"), N_("A supervisor's approval, unlock, code"), bt_ui_show_code},
    {"Esc", N_("Back"), N_("One step back"), NULL},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_system = {
    .id = "system",
    .size = sizeof(struct system_page),
    .tick_ms = 1000,
    .scan = BT_SCAN_STARTS,
    .keys = keys,
    .enter = enter,
    .draw = draw,
    .on_event = on_event,
};
