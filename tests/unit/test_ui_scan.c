/* A scanner at every screen: it starts the next person or is refused, and whatever its code holds is never a command.
 *
 * rooms: ui/screen ui/widget core/base core/money core/qr core/directory core/tender core/tariff */
#include "tests/unit/stage_fixture.h"

#define RAMESH "100244781560"

struct place {
	const char *screen;
	void (*go)(void);
	bool refused; /* what was there stays, and that is said */
};

static void go_home(void)
{
}

static void go_home_typed(void)
{
	type("ram");
}

static void go_card(void)
{
	(void)scan(RAMESH);
	type("500");
}

static void go_history(void)
{
	go_card();
	(void)press(BT_KEY_F6);
}

static void go_split(void)
{
	(void)scan(RAMESH);
	type("1000//\n300");
}

static void go_confirm(void)
{
	go_card();
	type("\n1000");
}

static void go_wait(void)
{
	fake.next_state = BT_SALE_VENDING;
	take_500_of_ramesh();
	tick(400);
}

static void go_token(void)
{
	take_500_of_ramesh();
}

static void go_stuck(void)
{
	(void)press(BT_KEY_F4);
}

static void go_system(void)
{
	(void)press(BT_KEY_F12);
}

static void go_help(void)
{
	go_card();
	(void)press(BT_KEY_F1);
}

static void go_locked(void)
{
	(void)press(BT_KEY_F9);
}

static const struct place places[] = {
    {"home", go_home, false},       {"home", go_home_typed, false}, {"card", go_card, false},
    {"history", go_history, false}, {"split", go_split, true},      {"confirm", go_confirm, true},
    {"token", go_token, false},     {"stuck", go_stuck, false},     {"system", go_system, false},
};
#define PLACES (sizeof places / sizeof places[0])

/* @return bells. A space in @p code stands for @p key. */
static int scan_with(const char *code, enum bt_ui_key key, int enters)
{
	int bells = 0, gap = HAND_MS;
	for (; *code; code++, gap = SCANNER_MS) {
		draw();
		bells += *code == ' ' ? send(key, 0, true, gap)
				      : send(BT_KEY_CHAR, (uint32_t)(unsigned char)*code, true, gap);
	}
	for (int i = 0; i < enters; i++) {
		draw();
		bells += send(BT_KEY_ENTER, 0, true, SCANNER_MS);
	}
	return bells;
}

static void go_to(const struct place *place)
{
	bt_ui_stage_close(stage);
	open_stage(&(struct bt_ui_stage_options){.signed_in = "rina", .idle_lock_ms = LOCK_MS});
	place->go();
	draw();
	assert_screen(place->screen);
}

/* Keys that do something on one screen or another. */
static const enum bt_ui_key commands[] = {
    BT_KEY_ESC, BT_KEY_TAB, BT_KEY_BACKSPACE, BT_KEY_DELETE, BT_KEY_UP,    BT_KEY_DOWN,
    BT_KEY_F1,  BT_KEY_F2,  BT_KEY_F3,        BT_KEY_F4,     BT_KEY_F5,    BT_KEY_F6,
    BT_KEY_F7,  BT_KEY_F8,  BT_KEY_F9,        BT_KEY_F12,    BT_KEY_PASTE,
};
#define COMMANDS (sizeof commands / sizeof commands[0])

static void assert_only_scanned(const struct place *place, int pays, enum bt_lang lang)
{
	if (place->refused) {
		assert_screen(place->screen);
		assert_true(shows("Finish this person first. The scan was not used."));
	} else {
		assert_true(strcmp(bt_ui_stage_screen_id(stage), "card") == 0 ||
			    strcmp(bt_ui_stage_screen_id(stage), "home") == 0);
	}
	assert_int_equal(fake.pays, pays);
	assert_int_equal(fake.reprints, 0);
	assert_int_equal(fake.finishes, 0);
	assert_int_equal(bt_ui_stage_desk(stage)->lang, lang);
	assert_false(bt_ui_stage_desk(stage)->locked);
}

static void check_plain_scan(void **state)
{
	(void)state;
	for (size_t i = 0; i < PLACES; i++) {
		go_to(&places[i]);
		int pays = fake.pays;
		(void)scan_with(RAMESH, BT_KEY_NONE, 1);
		assert_only_scanned(&places[i], pays, BT_LANG_EN);
		if (!places[i].refused) {
			assert_screen("card");
			assert_int_equal(bt_ui_stage_desk(stage)->draft.amount, 0);
		}
	}
}

/* Each key at each place within the code, once as many characters as a scan has are there, on each screen. */
static void check_function_keys_inside(void **state)
{
	(void)state;
	for (size_t i = 0; i < PLACES; i++) {
		for (size_t k = 0; k < COMMANDS; k++) {
			for (int at = 8; at <= 12; at++) {
				char code[32];
				assert_int_equal(bt_text_printf(code, sizeof code, "%.*s %s", at, RAMESH, &RAMESH[at]),
						 BT_OK);
				go_to(&places[i]);
				int pays = fake.pays;
				(void)scan_with(code, commands[k], 1);
				assert_only_scanned(&places[i], pays, BT_LANG_EN);
			}
		}
	}
}

/* Suffixes: a second end of line, a key behind it, a second line that is too short to be a scan by itself. */
static void check_tails(void **state)
{
	(void)state;
	for (size_t i = 0; i < PLACES; i++) {
		go_to(&places[i]);
		int pays = fake.pays;
		(void)scan_with(RAMESH, BT_KEY_NONE, 5);
		assert_only_scanned(&places[i], pays, BT_LANG_EN);
		for (size_t k = 0; k < COMMANDS; k++) {
			go_to(&places[i]);
			pays = fake.pays;
			(void)scan_with(RAMESH, BT_KEY_NONE, 1);
			draw();
			(void)send(commands[k], 0, true, SCANNER_MS);
			assert_only_scanned(&places[i], pays, BT_LANG_EN);
		}
		go_to(&places[i]);
		pays = fake.pays;
		(void)scan_with(RAMESH, BT_KEY_NONE, 1);
		for (const char *at = "500\n\n"; *at; at++) {
			draw();
			(void)send(*at == '\n' ? BT_KEY_ENTER : BT_KEY_CHAR, (uint32_t)(unsigned char)*at, true,
				   SCANNER_MS);
		}
		assert_only_scanned(&places[i], pays, BT_LANG_EN);
		if (!places[i].refused) {
			assert_int_equal(bt_ui_stage_desk(stage)->draft.amount, 0);
		}
	}
}

/* Signs that choose on a card, and every printable character. */
static void check_signs_inside(void **state)
{
	(void)state;
	for (size_t i = 0; i < PLACES; i++) {
		for (char c = ' ' + 1; c < 0x7F; c++) {
			char code[32];
			assert_int_equal(bt_text_printf(code, sizeof code, "1002%c4478%c1560", c, c), BT_OK);
			go_to(&places[i]);
			int pays = fake.pays;
			(void)scan_with(code, BT_KEY_NONE, 1);
			assert_only_scanned(&places[i], pays, BT_LANG_EN);
		}
	}
}

/* A hand is slower, and every one of its keys counts. */
static void check_a_hand_is_heard(void **state)
{
	(void)state;
	go_to(&places[0]);
	(void)scan(RAMESH);
	type("500");
	(void)press(BT_KEY_F6);
	assert_screen("history");
	(void)press(BT_KEY_ESC);
	assert_screen("card");
	/* Right behind a scan, as fast as hands are. */
	(void)scan(RAMESH);
	(void)send(BT_KEY_F6, 0, true, 60);
	assert_screen("history");
	/* Two keys rolled over, and a third. */
	(void)press(BT_KEY_ESC);
	draw();
	(void)send(BT_KEY_CHAR, '5', true, HAND_MS);
	(void)send(BT_KEY_CHAR, '0', true, 20);
	(void)send(BT_KEY_F6, 0, true, 20);
	assert_screen("history");
}

/* Behind a lock or the help nothing of a scan gets through. */
static void check_guarded(void **state)
{
	(void)state;
	go_to(&(struct place){"signin", go_locked, true});
	(void)scan_with(RAMESH, BT_KEY_NONE, 1);
	assert_screen("signin");
	assert_int_equal(fake.pays, 0);
	go_to(&(struct place){"card", go_help, false});
	(void)scan_with(RAMESH, BT_KEY_F9, 1);
	assert_screen("card");
	assert_int_equal(fake.pays, 0);
	go_to(&(struct place){"wait", go_wait, false});
	int issues = fake.issues;
	(void)scan_with(RAMESH, BT_KEY_NONE, 2);
	assert_int_equal(fake.issues, issues);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(check_plain_scan),   TEST(check_function_keys_inside), TEST(check_tails),
	    TEST(check_signs_inside), TEST(check_a_hand_is_heard),      TEST(check_guarded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
