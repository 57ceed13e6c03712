/* The lessons of training: what there is to practise, what is done, and what was learnt from the last one. */
#include "ui/screen/practice.h"

#include <string.h>

#include "ui/screen/face.h"
#include "ui/widget/list.h"

#define FIRST_ROW    5
#define NAME_COL     7
#define NAME_COLUMNS 24 /* of a name in a task */
#define DONE_COL     44
#define DONE_ROW     12
#define WORDS_ROW    14

struct practice {
	struct bt_ui_list list;
};

static void draw_progress(struct bt_ui_canvas *canvas, int row, int lesson)
{
	char number[32], count[32];
	bt_count_format(lesson + 1, number);
	bt_count_format(BT_LESSONS, count);
	bt_ui_say(canvas, row, BT_TEXT_LEFT, BT_INK_QUIET, N_("Practice {1} of {2}"), number, count, NULL);
}

static void say_task(const struct bt_ui_canvas *canvas, const struct bt_ui_practice_state *state, char *out, size_t cap)
{
	const struct bt_lesson *lesson = &bt_lessons[state->lesson];
	char amount[32], part[32], name[160];
	bt_text_clip(bt_dual_get(&state->person.name, canvas->lang), NAME_COLUMNS, name, sizeof(name));
	bt_money_format(lesson->amount, amount);
	bt_money_format(lesson->dues ? lesson->dues : lesson->given, part);
	bool is_half = state->verdict.step == BT_LESSON_HALF && lesson->second;
	(void)bt_words_format(canvas->words, canvas->lang, is_half ? lesson->second : lesson->task,
			      (const char *[]){name, amount, part, NULL}, out, cap);
}

/* The task in hand, what was wrong with the last try, or the number to type; after the end what was learnt. */
bool bt_ui_practice_head(const struct bt_ui_practice_state *state, struct bt_ui_canvas *canvas, int row)
{
	char text[512], figure[32];
	int lesson = state->lesson != BT_NO_LESSON ? state->lesson : state->finished;
	if (lesson == BT_NO_LESSON) {
		return false;
	}
	draw_progress(canvas, row, lesson);
	if (state->lesson == BT_NO_LESSON) {
		bt_ui_put(canvas, row + 1, BT_MARK_COL, BT_INK_OK | BT_BOLD, "✓");
		bt_ui_put_clip(canvas, row + 1, BT_TEXT_LEFT, BT_PRACTICE_COLUMNS, BT_INK_OK,
			       bt_ui_word(canvas, bt_lessons[lesson].done));
		return true;
	}
	say_task(canvas, state, text, sizeof(text));
	bt_ui_put_clip(canvas, row + 1, BT_TEXT_LEFT, BT_PRACTICE_COLUMNS, BT_INK_FACT | BT_BOLD, text);
	if (state->verdict.step == BT_LESSON_WRONG) {
		bt_money_format(state->verdict.figure, figure);
		bt_ui_put(canvas, row + 2, BT_MARK_COL, BT_INK_WARN | BT_BOLD, "▲");
		bt_ui_say(canvas, row + 2, BT_TEXT_LEFT, BT_INK_WARN, state->verdict.hint, figure, NULL);
	} else {
		bt_ui_group_digits(state->person.number, figure);
		bt_ui_say(canvas, row + 2, BT_TEXT_LEFT, BT_INK_QUIET, N_("Number {1}"), figure, NULL);
	}
	return true;
}

/* The one in hand, or the first that is not done; all of them done, the one that was done last. */
static int find_next(const struct bt_ui_practice_state *state)
{
	if (state->lesson != BT_NO_LESSON) {
		return state->lesson;
	}
	for (int i = 0; i < BT_LESSONS; i++) {
		if (!state->done[i]) {
			return i;
		}
	}
	return state->finished != BT_NO_LESSON ? state->finished : 0;
}

static void enter(void *self, struct bt_ui_desk *desk)
{
	struct practice *practice = self;
	bt_ui_list_reset(&practice->list, BT_LESSONS);
	practice->list.chosen = find_next(&desk->practice);
}

static struct bt_ui_go press_key(struct practice *practice, struct bt_ui_desk *desk, enum bt_ui_key key)
{
	const struct bt_ui_shop *shop = desk->shop;
	switch (key) {
	case BT_KEY_ENTER:
		shop->practice->begin(shop->self, practice->list.chosen);
		shop->practice->state(shop->self, &desk->practice);
		return BT_GO(BT_GO_BACK);
	case BT_KEY_ESC:
		shop->practice->leave(shop->self);
		shop->practice->state(shop->self, &desk->practice);
		return BT_GO(BT_GO_BACK);
	case BT_KEY_CHAR:
		return BT_GO(BT_GO_KEEP);
	default:
		return BT_GO(bt_ui_list_move(&practice->list, key, BT_LESSONS) ? BT_GO_STAY : BT_GO_IGNORED);
	}
}

static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	if (event->kind != BT_UI_EVENT_PRESS) {
		return BT_GO(BT_GO_STAY);
	}
	return press_key(self, desk, event->press.key);
}

static void draw_lesson(const struct bt_ui_practice_state *state, int lesson, bool chosen, struct bt_ui_canvas *canvas)
{
	char number[32];
	int row = FIRST_ROW + lesson;
	if (chosen) {
		bt_ui_list_mark(canvas, row, DONE_COL + 14);
	}
	bt_count_format(lesson + 1, number);
	bt_ui_put(canvas, row, BT_TEXT_LEFT, BT_INK_QUIET, number);
	bt_ui_put(canvas, row, NAME_COL, BT_INK_FACT | (chosen ? BT_BOLD : 0u),
		  bt_ui_word(canvas, bt_lessons[lesson].name));
	if (state->done[lesson]) {
		int end = bt_ui_put(canvas, row, DONE_COL, BT_INK_OK | BT_BOLD, "✓");
		bt_ui_put(canvas, row, end + 1, BT_INK_OK, bt_ui_word(canvas, N_("done")));
	}
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct practice *practice = self;
	const struct bt_ui_practice_state *state = &desk->practice;
	int count = 0;
	for (int i = 0; i < BT_LESSONS; i++) {
		count += state->done[i] ? 1 : 0;
		draw_lesson(state, i, practice->list.chosen == i, canvas);
	}
	char done[32], whole[32];
	bt_count_format(count, done);
	bt_count_format(BT_LESSONS, whole);
	bt_ui_put(canvas, 3, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD, bt_ui_word(canvas, N_("Practice")));
	bt_ui_say(canvas, 3, BT_VALUE_COL, BT_INK_QUIET, N_("{1} of {2} done"), done, whole, NULL);
	if (state->lesson == BT_NO_LESSON && state->finished != BT_NO_LESSON) {
		bt_ui_put(canvas, DONE_ROW, BT_MARK_COL, BT_INK_OK | BT_BOLD, "✓");
		bt_ui_put_clip(canvas, DONE_ROW, BT_TEXT_LEFT, BT_PRACTICE_COLUMNS, BT_INK_OK,
			       bt_ui_word(canvas, bt_lessons[state->finished].done));
	}
	bt_ui_put(canvas, WORDS_ROW, BT_TEXT_LEFT, BT_INK_FACT,
		  bt_ui_word(canvas, N_("Nothing here has value: no money, no token, no meter.")));
	bt_ui_put(canvas, WORDS_ROW + 1, BT_TEXT_LEFT, BT_INK_QUIET,
		  bt_ui_word(canvas, N_("Every key works as at the counter. Esc at the search comes back here.")));
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Begin"), N_("Begin this lesson, or begin it again"), NULL},
    {"↑↓", N_("Move"), N_("Move in the list"), NULL},
    {"Esc", N_("Without a task"), N_("Practise freely; Esc at the search comes back here"), NULL},
    {"F2", N_("हिन्दी"), N_("Hindi or English"), NULL},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_practice_list = {
    .id = "practice",
    .size = sizeof(struct practice),
    .tick_ms = 500,
    .scan = BT_SCAN_STARTS,
    .keys = keys,
    .enter = enter,
    .draw = draw,
    .on_event = on_event,
};
