/* Keys that mean the same on every screen, and any key on any of them.
 *
 * rooms: ui/screen ui/widget core/base core/money core/qr core/directory core/tender
 */
#include "tests/unit/stage_fixture.h"

static void test_language_changes_in_the_middle_of_typing(void **state)
{
	(void)state;
	type("ramesh d");
	press(BT_KEY_F2);
	assert_int_equal(bt_ui_stage_desk(stage)->lang, BT_LANG_HI);
	assert_true(shows("ramesh d_"));
	press(BT_KEY_F2);
	assert_true(shows("ramesh d_"));
}

static void test_resize_and_small_windows_lose_nothing(void **state)
{
	(void)state;
	type("ramesh");
	bt_ui_stage_draw(stage, 10, 30, &canvas);
	bt_ui_stage_draw(stage, 1, 1, &canvas);
	assert_true(shows("ramesh_"));
}

static void test_help_reads_the_same_keys(void **state)
{
	(void)state;
	(void)scan("100244781560");
	press(BT_KEY_F1);
	draw();
	for (const struct bt_ui_key_row *row = bt_ui_card.keys; row->key; row++) {
		/* Keys that are offered only where they act are in tests of their own. */
		assert_true(shows(row->help) || row->show);
	}
	press(BT_KEY_ESC);
	assert_screen("card");
	assert_false(shows(bt_ui_card.keys[0].help));
}

static void test_demo_keys_stand_on_every_screen(void **state)
{
	(void)state;
	fake.shop.demo_server = fake_demo;
	assert_true(shows("Ctrl-D server down"));
	press(BT_KEY_DEMO_DOWN);
	assert_string_equal(fake.fault, "down");
	assert_true(shows("Ctrl-U up"));
	press(BT_KEY_DEMO_UP);
	assert_string_equal(fake.fault, "none");
	assert_false(bt_ui_stage_is_over(stage));
	press(BT_KEY_DEMO_END);
	assert_true(bt_ui_stage_is_over(stage));
}

static void test_demo_keys_mean_nothing_at_a_real_counter(void **state)
{
	(void)state;
	press(BT_KEY_DEMO_DOWN);
	press(BT_KEY_DEMO_END);
	assert_string_equal(fake.fault, "");
	assert_false(bt_ui_stage_is_over(stage));
	assert_false(shows("Ctrl-"));
	/* Not even the help goes. */
	press(BT_KEY_F1);
	assert_true(shows("Esc closes this help."));
	press(BT_KEY_DEMO_SLOW);
	assert_true(shows("Esc closes this help."));
}

static void test_stopped_record_says_so_by_itself_and_the_rest_works(void **state)
{
	(void)state;
	fake.status.stopped = BT_ECORRUPT;
	draw();
	draw();
	assert_screen("limit_used");
	assert_true(shows("The record does not agree with itself."));
	assert_true(shows("Nothing is lost."));
	assert_true(shows("0612-250 0000"));
	assert_int_equal(canvas.cell[1][40].ground, BT_ON_STOP);
	press(BT_KEY_ESC);
	assert_screen("home");
	draw();
	assert_screen("home");
	press(BT_KEY_F5);
	assert_int_equal(fake.reprints, 1);
	press(BT_KEY_F4);
	assert_screen("stuck");
	press(BT_KEY_ESC);
	(void)scan("100244781560");
	assert_screen("card");
	assert_true(shows("Ramesh Kumar Singh"));
	type("500\n");
	assert_screen("limit_used");
	assert_int_equal(fake.pays, 0);
	press(BT_KEY_ENTER);
	assert_screen("card");
	fake.status.stopped = BT_OK;
	type("\n");
	assert_screen("confirm");
}

/* Section 5 of the design: what a key means on one screen it means on all. */
static void test_keys_that_mean_the_same_everywhere(void **state)
{
	static const struct {
		const char *screen, *typed;
		enum bt_sale_state becomes;
	} places[] = {
	    {"home", "", BT_SALE_TOKENED},
	    {"card", "100244781560\n", BT_SALE_TOKENED},
	    {"split", "100244781560\n1000//\n", BT_SALE_TOKENED},
	    {"confirm", "100244781560\n500\n", BT_SALE_TOKENED},
	    {"wait", "100244781560\n500\n\n", BT_SALE_VENDING},
	    {"docket", "100244781560\n500\n\n", BT_SALE_PENDING},
	    {"docket", "100244781560\n500\n\n", BT_SALE_REFUSED},
	    {"token", "100244781560\n500\n\n", BT_SALE_TOKENED},
	    {"credit", "100244781560\n500\n\n", BT_SALE_CREDITED},
	};
	(void)state;
	fake.status.keys_locked = true;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		static const struct {
			enum bt_ui_key key;
			const char *screen;
		} keys[] = {{BT_KEY_F12, "system"}, {BT_KEY_F4, "stuck"}, {BT_KEY_F8, "signin"}};
		press(BT_KEY_F3);
		fake.next_state = places[i].becomes;
		type(places[i].typed);
		tick(400);
		assert_screen(places[i].screen);
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
			press(keys[k].key);
			assert_screen(keys[k].screen);
			press(BT_KEY_F1);
			press(BT_KEY_ESC);
			assert_screen(keys[k].screen);
			press(BT_KEY_ESC);
			assert_screen(places[i].screen);
		}
		press(BT_KEY_F2);
		press(BT_KEY_F2);
		press(BT_KEY_F1);
		assert_true(shows("This help"));
		press(BT_KEY_F1);
		press(BT_KEY_F9);
		assert_screen("signin");
		press(BT_KEY_F4);
		assert_screen("signin");
		press(BT_KEY_F12);
		assert_screen("system");
		press(BT_KEY_ESC);
		type("1234\n");
		tick(50);
		assert_screen(places[i].screen);
	}
}

/* Any key on any screen: nothing crashes, and money is taken by a fresh Enter on confirm only. */
static void test_any_key_anywhere(void **state)
{
	(void)state;
	unsigned seed = 12345;
	for (int i = 0; i < 20000; i++) {
		seed = seed * 1103515245u + 12345u;
		enum bt_ui_key key = (enum bt_ui_key)(1 + (seed >> 16) % BT_KEY_F12);
		uint32_t ch = key == BT_KEY_CHAR ? (seed >> 8) % 0x980 : 0;
		bool on_confirm = strcmp(bt_ui_stage_screen_id(stage), "confirm") == 0;
		int pays = fake.pays;
		fake.next_state = (enum bt_sale_state)(BT_SALE_VENDING + (seed >> 20) % 6);
		draw();
		(void)send(key, ch, true, (seed >> 12) % 90);
		assert_true(fake.pays == pays || (on_confirm && key == BT_KEY_ENTER));
		if (i % 50 == 0) {
			while (strcmp(bt_ui_stage_screen_id(stage), "home") != 0) {
				fake.job = BT_UI_JOB_GOOD;
				(void)send(BT_KEY_ESC, 0, true, HAND_MS);
				(void)send(BT_KEY_F3, 0, true, HAND_MS);
				if (strcmp(bt_ui_stage_screen_id(stage), "signin") == 0) {
					type("1234\n");
				}
				fake.view.state = BT_SALE_TOKENED;
				tick(50);
			}
			(void)scan("100244781560");
			type("500");
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_language_changes_in_the_middle_of_typing),
	    TEST(test_resize_and_small_windows_lose_nothing),
	    TEST(test_help_reads_the_same_keys),
	    TEST(test_demo_keys_stand_on_every_screen),
	    TEST(test_demo_keys_mean_nothing_at_a_real_counter),
	    TEST(test_stopped_record_says_so_by_itself_and_the_rest_works),
	    TEST(test_keys_that_mean_the_same_everywhere),
	    TEST(test_any_key_anywhere),
	};
	return cmocka_run_group_tests_name("ui_keys", tests, NULL, NULL);
}
