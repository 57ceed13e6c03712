/* The offline limit is used, or the record has stopped: tokens stop, nothing else. */
#include "ui/screen/face.h"

#include "ui/widget/frame.h"

#define WAITS_COL 44
#define HOUR_MS   INT64_C(3600000)

static void enter(void *self, struct bt_ui_desk *desk)
{
	((struct bt_ui_code_way *)self)->open = desk->status.stopped == BT_OK && bt_ui_has_code(desk);
}

static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	if (event->kind == BT_UI_EVENT_TICK) {
		enter(self, desk);
		return BT_GO(bt_ui_tokens_stopped(&desk->status) ? BT_GO_STAY : BT_GO_BACK);
	}
	return bt_ui_limit_press(event->press.key);
}

static void draw_used(const struct bt_allowance *left, struct bt_ui_canvas *canvas)
{
	char a[32], b[32];
	switch (left->ends) {
	case BT_ENDS_MONEY:
		bt_money_format(left->paise_cap - left->paise_left, a);
		bt_money_format(left->paise_cap, b);
		bt_ui_say(canvas, 5, BT_TEXT_LEFT, BT_INK_QUIET, N_("Used up: money, ₹ {1} of ₹ {2}."), a, b, NULL);
		break;
	case BT_ENDS_COUNT:
		bt_count_format(left->count_cap - left->count_left, a);
		bt_count_format(left->count_cap, b);
		bt_ui_say(canvas, 5, BT_TEXT_LEFT, BT_INK_QUIET, N_("Used up: recharges, {1} of {2}."), a, b, NULL);
		break;
	case BT_ENDS_TIME:
		bt_count_format(left->ms_whole / HOUR_MS, b);
		(void)bt_words_format(canvas->words, canvas->lang, N_("{1} h"), (const char *[]){b, NULL}, a,
				      sizeof(a));
		bt_ui_say(canvas, 5, BT_TEXT_LEFT, BT_INK_QUIET, N_("Used up: time, {1}."), a, NULL);
		break;
	}
}

/* A stopped record sells nothing at all: the same screen with its own reason and a shorter list. */
static void draw_lists(bool stopped, struct bt_ui_canvas *canvas)
{
	static const char *const works[] = {N_("Take a payment, with a docket"), N_("Find, history, print again"),
					    N_("Stuck recharges")};
	bt_ui_put(canvas, 8, BT_MARK_COL, BT_INK_OK | BT_BOLD, bt_ui_role_shape(BT_INK_OK));
	bt_ui_put(canvas, 8, BT_TEXT_LEFT, BT_INK_OK | BT_BOLD, bt_ui_word(canvas, N_("Still works")));
	bt_ui_put(canvas, 8, WAITS_COL - 2, BT_INK_BAD | BT_BOLD, bt_ui_role_shape(BT_INK_BAD));
	bt_ui_put(canvas, 8, WAITS_COL, BT_INK_BAD | BT_BOLD, bt_ui_word(canvas, N_("Waits")));
	bt_ui_put(canvas, 9, WAITS_COL, BT_INK_FACT, bt_ui_word(canvas, N_("New tokens")));
	for (int i = stopped ? 1 : 0, row = 9; i < 3; i++, row++) {
		bt_ui_put(canvas, row, BT_TEXT_LEFT, BT_INK_FACT, bt_ui_word(canvas, works[i]));
	}
	if (stopped) {
		bt_ui_put(canvas, 10, WAITS_COL, BT_INK_FACT, bt_ui_word(canvas, N_("Payments")));
	}
}

/* What happened, that nothing is lost, and whom to call. */
static void draw_stopped(const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct bt_enrolment *enrolment = desk->shop->enrolment;
	bt_ui_put(canvas, 3, BT_MARK_COL, BT_INK_BAD | BT_BOLD, "✕");
	bt_ui_put(canvas, 3, BT_TEXT_LEFT, BT_INK_BAD | BT_BOLD,
		  bt_ui_word(canvas, bt_ui_stop_reason(desk->status.stopped)));
	bt_ui_put(canvas, 5, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD, bt_ui_word(canvas, N_("Nothing is lost.")));
	if (enrolment->control_room[0]) {
		bt_ui_say(canvas, 6, BT_TEXT_LEFT, BT_INK_FACT, N_("Call the division control room: {1}."),
			  enrolment->control_room, NULL);
	} else {
		bt_ui_say(canvas, 6, BT_TEXT_LEFT, BT_INK_FACT, N_("Call {1}."), enrolment->complaint, NULL);
	}
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	bool stopped = desk->status.stopped != BT_OK;
	const struct bt_ui_code_way *way = self;
	const struct bt_enrolment *enrolment = desk->shop->enrolment;
	/* A code or a renewal has just ended it; the next tick leads back. */
	if (!bt_ui_tokens_stopped(&desk->status)) {
		bt_ui_put(canvas, 3, BT_MARK_COL, BT_INK_OK | BT_BOLD, bt_ui_role_shape(BT_INK_OK));
		bt_ui_put(canvas, 3, BT_TEXT_LEFT, BT_INK_OK | BT_BOLD,
			  bt_ui_word(canvas, N_("Tokens are made here again.")));
		return;
	}
	if (stopped) {
		draw_stopped(desk, canvas);
	} else {
		bt_ui_put(canvas, 3, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD,
			  bt_ui_word(canvas, N_("No more tokens here until the limit is renewed.")));
		draw_used(&desk->status.allowance, canvas);
	}
	draw_lists(stopped, canvas);
	if (!stopped && way->open) {
		bt_ui_say_wide(canvas, 17, BT_TEXT_LEFT, BT_INK_FACT,
			       N_("More recharges by telephone: {1}. F8 says what to read out."),
			       enrolment->control_room[0] ? enrolment->control_room : enrolment->complaint, NULL);
	}
	if (stopped) {
		bt_ui_put(canvas, 14, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD,
			  bt_ui_word(canvas, N_("Take no money at this counter.")));
		return;
	}
	int col = bt_ui_put(canvas, 14, BT_TEXT_LEFT, BT_INK_QUIET, bt_ui_word(canvas, N_("Say:")));
	col = bt_ui_put(canvas, 14, col + 2, BT_INK_QUIET, "\"");
	col = bt_ui_say_wide(canvas, 14, col, BT_INK_QUIET,
			     N_("Your money will be safe, the number comes later. Shall I take it?"), NULL);
	bt_ui_put(canvas, 14, col, BT_INK_QUIET, "\"");
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Go on"), "", NULL},
    {"F8", N_("Enter code"), N_("A supervisor's approval, unlock, code"), bt_ui_show_code},
    {"F4", N_("Stuck"), N_("Stuck recharges"), NULL},
    {"Esc", N_("Back"), N_("One step back"), NULL},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_limit_used = {
    .id = "limit_used",
    .size = sizeof(struct bt_ui_code_way),
    .tick_ms = 1000,
    .scan = BT_SCAN_STARTS,
    .keys = keys,
    .enter = enter,
    .draw = draw,
    .on_event = on_event,
};
