/* Training on its screens: the lessons in front, the one in hand above the search, and row 1 that nothing covers.
 *
 * rooms: ui/screen ui/widget core/base core/money core/qr core/directory core/tender
 * uses: zbar
 * wraps: bt_ui_label bt_ui_label_at
 *
 * Golden screens 16 are those of screen_golden.h, in both languages and two sizes. */
#include "tests/unit/fake_whole.h"
#include "tests/unit/screen_golden.h"
#include "tests/unit/stage_fixture.h"
#include "ui/screen/face.h"

static struct fake_whole whole;

static void open_training(enum bt_lang lang)
{
	fake_open(&fake, screen_golden_words);
	fake_practice_open(&fake);
	boot_ms = 1000;
	assert_int_equal(bt_ui_stage_open(&fake.shop, &(struct bt_ui_stage_options){.lang = lang, .signed_in = "rina"},
					  boot_ms, &stage),
			 BT_OK);
	draw();
}

static int setup_training(void **state)
{
	(void)state;
	open_training(BT_LANG_EN);
	return 0;
}

static void test_the_lessons_come_first(void **state)
{
	(void)state;
	assert_screen("practice");
	assert_true(shows("0 of 5 done"));
	assert_false(press(BT_KEY_ENTER));
	assert_screen("home");
	assert_int_equal(practice.begins, 1);
	assert_true(shows("Practice 1 of 5"));
	assert_true(shows("Sell Sunita Devi ₹ 200 for cash. The money is exact."));
	assert_true(shows("Number 1002 4551 0087"));
}

static void test_any_lesson_may_be_chosen_left_and_repeated(void **state)
{
	(void)state;
	for (int lesson = 0; lesson < BT_LESSONS; lesson++) {
		assert_screen("practice");
		for (int i = 0; i < BT_LESSONS; i++) {
			press(BT_KEY_UP);
		}
		for (int i = 0; i < lesson; i++) {
			press(BT_KEY_DOWN);
		}
		press(BT_KEY_ENTER);
		assert_screen("home");
		assert_int_equal(practice.state.lesson, lesson);
		press(BT_KEY_ESC);
	}
	press(BT_KEY_ESC);
	assert_screen("home");
	assert_int_equal(practice.leaves, 1);
	assert_false(shows("Practice 5 of 5"));
}

/* What is typed is cleared first, as at the counter. */
static void test_esc_clears_before_it_leaves(void **state)
{
	(void)state;
	press(BT_KEY_ENTER);
	type("12");
	press(BT_KEY_ESC);
	assert_screen("home");
	press(BT_KEY_ESC);
	assert_screen("practice");
}

static void test_a_wrong_step_has_its_hint(void **state)
{
	(void)state;
	press(BT_KEY_ENTER);
	practice.state.verdict = (struct bt_lesson_verdict){
	    .step = BT_LESSON_WRONG, .hint = N_("The amount was to be ₹ {1}. Once more, please."), .figure = 20000};
	assert_true(shows("▲ The amount was to be ₹ 200. Once more, please."));
	assert_true(shows("Practice 1 of 5"));
}

static void test_the_end_of_a_lesson_is_said(void **state)
{
	(void)state;
	press(BT_KEY_ENTER);
	fake_practice_finish();
	draw();
	assert_screen("practice");
	assert_true(shows("✓ A cash recharge takes 4 keys after a scan: + + Enter Enter."));
	assert_true(shows("1 of 5 done"));
	press(BT_KEY_ENTER);
	assert_true(shows("Practice 2 of 5"));
}

/* The clerk has typed ahead: the page waits, and what was learnt stands above the search meanwhile. */
static void test_typing_ahead_is_not_interrupted(void **state)
{
	(void)state;
	press(BT_KEY_ENTER);
	type("1");
	fake_practice_finish();
	draw();
	assert_screen("home");
	assert_true(shows("✓ A cash recharge takes 4 keys"));
	press(BT_KEY_BACKSPACE);
	draw();
	assert_screen("practice");
}

/* In life there is none of it. */
static void test_life_knows_no_lessons(void **state)
{
	(void)state;
	assert_screen("home");
	press(BT_KEY_ESC);
	assert_screen("home");
	assert_false(shows("Practice"));
	assert_false(shows("TRAINING"));
}

/* ---- row 1 ---- */

static void assert_row_says_training(const char *where)
{
	char row[4096];
	bt_ui_row_text(&canvas, 1, row, sizeof(row));
	if (!strstr(row, "TRAINING · NO VALUE")) {
		fail_msg("%s at %dx%d: row 1 is \"%s\"", where, canvas.rows, canvas.cols, row);
	}
}

/* Each screen there is, by itself and under its help, at each size, with all that could want row 1 for itself. */
static void test_nothing_covers_the_row(void **state)
{
	static const int sizes[][2] = {{24, 80}, {43, 132}, {30, 100}};
	struct bt_ui_desk *desk = bt_ui_stage_desk(stage);
	(void)state;
	fake_whole_open(&whole, &fake);
	fake_server_down(&fake);
	fake.status.stopped = BT_EDISK;
	tick(1);
	bt_ui_note(desk, BT_INK_WARN, N_("Paste is not taken here."), NULL);
	for (int i = 0; bt_ui_screens[i]; i++) {
		const struct bt_ui_screen *screen = bt_ui_screens[i];
		void *self = calloc(1, screen->size);
		assert_non_null(self);
		fake_whole_desk(&whole, desk);
		if (screen->enter) {
			screen->enter(self, desk);
		}
		for (size_t s = 0; s < 2 * sizeof(sizes) / sizeof(sizes[0]); s++) {
			bt_ui_canvas_reset(&canvas, sizes[s / 2][0], sizes[s / 2][1]);
			bt_ui_face_draw(screen, self, desk, &canvas);
			screen->draw(self, desk, &canvas);
			if (s % 2) {
				bt_ui_face_help(screen, self, desk, &canvas);
			}
			bt_ui_face_training(s % 2 ? NULL : screen, self, desk, &canvas);
			assert_row_says_training(screen->id);
			assert_int_equal(canvas.cell[1][0].ground, BT_ON_TRAINING);
		}
		free(self);
	}
	bt_ui_stage_draw(stage, 10, 60, &canvas);
	assert_row_says_training("too small");
	press(BT_KEY_F1);
	draw();
	assert_row_says_training("help");
}

/* ---- words ---- */

/* Each task, half and hint stands whole within its columns, in both languages. */
static void test_every_sentence_fits(void **state)
{
	struct bt_lesson_fact fact = {.is_cash = true};
	(void)state;
	for (int lang = 0; lang < BT_LANG_COUNT; lang++) {
		open_training((enum bt_lang)lang);
		for (int id = 0; id < BT_LESSONS; id++) {
			const char *sentences[] = {bt_lessons[id].task, bt_lessons[id].second, bt_lessons[id].done,
						   bt_lesson_judge((enum bt_lesson_id)id, "1", &fact, 1).hint};
			for (int i = 0; i < 4; i++) {
				char text[600];
				if (!sentences[i]) {
					continue;
				}
				(void)bt_words_format(
				    screen_golden_words, (enum bt_lang)lang, sentences[i],
				    (const char *[]){"Dharmendra Kumar Tiwari.", "1,000", "300", NULL}, text,
				    sizeof(text));
				if (bt_text_columns(text) > 73) {
					fail_msg("%d columns: %s", bt_text_columns(text), text);
				}
			}
		}
		bt_ui_stage_close(stage);
		stage = NULL;
	}
}

/* ---- goldens ---- */

static void go_list(void)
{
}

static void go_lesson(void)
{
	press(BT_KEY_ENTER);
}

static void go_wrong(void)
{
	go_lesson();
	practice.state.verdict = (struct bt_lesson_verdict){
	    .step = BT_LESSON_WRONG, .hint = N_("The amount was to be ₹ {1}. Once more, please."), .figure = 20000};
}

static void go_found(void)
{
	press(BT_KEY_DOWN);
	go_lesson();
	type("ramesh dan");
}

static void go_done(void)
{
	go_lesson();
	fake_practice_finish();
}

static void go_half(void)
{
	for (int i = 0; i < BT_LESSON_STUCK; i++) {
		press(BT_KEY_DOWN);
	}
	go_lesson();
	practice.state.verdict.step = BT_LESSON_HALF;
}

static const struct screen_golden goldens[] = {
    {"16-practice", go_list, .screen = "practice"},
    {"16-training", go_lesson, .screen = "home"},
    {"16-training-wrong", go_wrong, .screen = "home",
     .signs = {{"▲", "The amount was to be ₹ {1}. Once more, please."}}},
    {"16-training-found", go_found, .screen = "home"},
    {"16-practice-done", go_done, .screen = "practice"},
    {"16-training-half", go_half, .screen = "home"},
};

static const struct screen_goldens all = {goldens, sizeof(goldens) / sizeof(goldens[0]), open_training,
					  BATTI_GOLDEN_DIR "/screens"};

static void test_goldens(void **state)
{
	(void)state;
	print_message("%d pictures\n", screen_golden_walk(&all));
}

static void test_nothing_typed_is_lost(void **state)
{
	(void)state;
	screen_golden_disturb(&all);
}

#define TRAINING(function) cmocka_unit_test_setup_teardown(function, setup_training, teardown)

static int load_words(void **state)
{
	(void)state;
	return screen_golden_load(BATTI_SHARE_DIR "/locale");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TRAINING(test_the_lessons_come_first),
	    TRAINING(test_any_lesson_may_be_chosen_left_and_repeated),
	    TRAINING(test_esc_clears_before_it_leaves),
	    TRAINING(test_a_wrong_step_has_its_hint),
	    TRAINING(test_the_end_of_a_lesson_is_said),
	    TRAINING(test_typing_ahead_is_not_interrupted),
	    TEST(test_life_knows_no_lessons),
	    TRAINING(test_nothing_covers_the_row),
	    cmocka_unit_test(test_every_sentence_fits),
	    cmocka_unit_test(test_goldens),
	    cmocka_unit_test(test_nothing_typed_is_lost),
	};
	return cmocka_run_group_tests(tests, load_words, screen_golden_drop);
}
