/* The offline limit is nearly used: how long this can go on, in recharges, and whom to call. */
#include "ui/screen/face.h"

#include "ui/widget/bar.h"

#define BAR_COLUMNS 40
#define LEFT_END    76
#define HOUR_MS     INT64_C(3600000)
#define MINUTE_MS   INT64_C(60000)

static void enter(void *self, struct bt_ui_desk *desk)
{
	((struct bt_ui_code_way *)self)->open = bt_ui_has_code(desk);
}

static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	if (event->kind == BT_UI_EVENT_TICK) {
		enter(self, desk);
		return BT_GO(BT_GO_STAY);
	}
	return bt_ui_limit_press(event->press.key);
}

static void draw_cap(struct bt_ui_canvas *canvas, int row, const char *label, int64_t left, int64_t whole,
		     const char *left_text)
{
	int64_t used = whole - left;
	enum bt_ui_role role = whole > 0 && used * 100 / whole >= BT_LIMIT_LOW_PERCENT ? BT_INK_WARN : BT_INK_ACCENT;
	bt_ui_label(canvas, row, label);
	bt_ui_bar(canvas, row, BT_VALUE_COL, BAR_COLUMNS, role, used, whole);
	bt_ui_put_right(canvas, row, LEFT_END, BT_INK_FACT, left_text);
}

static void draw_caps(const struct bt_allowance *left, struct bt_ui_canvas *canvas)
{
	char text[128], a[32], b[32];
	bt_money_format(left->paise_left, a);
	(void)bt_words_format(canvas->words, canvas->lang, N_("₹ {1} left"), (const char *[]){a, NULL}, text,
			      sizeof(text));
	draw_cap(canvas, 5, N_("Money"), left->paise_left, left->paise_cap, text);
	bt_count_format(left->count_left, a);
	(void)bt_words_format(canvas->words, canvas->lang, N_("{1} left"), (const char *[]){a, NULL}, text,
			      sizeof(text));
	draw_cap(canvas, 7, N_("Recharges"), left->count_left, left->count_cap, text);
	bt_count_format(left->ms_left / HOUR_MS, a);
	bt_text_printf(b, sizeof(b), "%02d", (int)(left->ms_left / MINUTE_MS % 60));
	(void)bt_words_format(canvas->words, canvas->lang, N_("{1} h {2} left"), (const char *[]){a, b, NULL}, text,
			      sizeof(text));
	draw_cap(canvas, 9, N_("Time"), left->ms_left, left->ms_whole, text);
}

/* Whom to call, and what for; without a code that could be read out only the call is left. */
static void draw_steps(const struct bt_ui_code_way *way, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct bt_enrolment *enrolment = desk->shop->enrolment;
	const char *room = enrolment->control_room[0] ? enrolment->control_room : enrolment->complaint;
	if (!way->open) {
		bt_ui_say(canvas, 12, BT_TEXT_LEFT, BT_INK_FACT, N_("Call the division control room: {1}."), room,
			  NULL);
		return;
	}
	bt_ui_say(canvas, 12, BT_TEXT_LEFT, BT_INK_FACT, N_("1  Call the division control room: {1}."), room, NULL);
	bt_ui_say(canvas, 13, BT_TEXT_LEFT, BT_INK_FACT,
		  N_("2  F8 shows what to read out and takes the code they give you."), NULL);
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	char count[32];
	bt_ui_put(canvas, 3, BT_MARK_COL, BT_INK_WARN | BT_BOLD, "▲");
	bt_count_format(desk->status.allowance.sales_left, count);
	bt_ui_say(canvas, 3, BT_TEXT_LEFT, BT_INK_WARN | BT_BOLD, N_("About {1} more recharges can be made here."),
		  count, NULL);
	draw_caps(&desk->status.allowance, canvas);
	draw_steps(self, desk, canvas);
	bt_ui_put(canvas, 17, BT_TEXT_LEFT, BT_INK_QUIET,
		  bt_ui_word(canvas, N_("When it is used up, payments and dockets still go on; tokens wait.")));
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Go on"), "", NULL},
    {"F8", N_("Enter code"), N_("A supervisor's approval, unlock, code"), bt_ui_show_code},
    {"F4", N_("Stuck"), N_("Stuck recharges"), NULL},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_limit_low = {
    .id = "limit_low",
    .size = sizeof(struct bt_ui_code_way),
    .tick_ms = 1000,
    .scan = BT_SCAN_STARTS,
    .keys = keys,
    .enter = enter,
    .draw = draw,
    .on_event = on_event,
};
