/* The status row: no slot is ever cut, in either language, with shapes and without.
 *
 * rooms: ui/screen ui/widget core/base core/money core/qr core/directory core/tender
 * uses: zbar
 * wraps: bt_ui_label bt_ui_label_at */
#include "tests/unit/screen_golden.h"

/* ---- the status row: no slot is ever cut ---- */

/* On a stage of its own over the same shop. */
static void assert_status_row_has(enum bt_lang lang, bool plain, const char *const *wanted)
{
	char row[4096];
	struct bt_ui_stage_options options = {.lang = lang, .plain = plain};
	assert_int_equal(bt_ui_stage_open(&fake.shop, &options, 1000, &stage), BT_OK);
	bt_ui_stage_draw(stage, 24, 80, &canvas);
	screen_golden_close();
	bt_ui_row_text(&canvas, 0, row, sizeof(row));
	for (; *wanted; wanted++) {
		char composed[128];
		bt_text_compose_nukta(*wanted, composed, sizeof(composed));
		if (!strstr(row, composed)) {
			fail_msg("\"%s\" is cut in: %s", composed, row);
		}
	}
	static const int before[] = {21, 37, 53};
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		assert_string_equal(canvas.cell[0][before[i]].text, "");
	}
}

static void test_no_slot_of_the_server_is_cut(void **state)
{
	static const struct {
		enum bt_breaker_state server;
		int latency_ms;
		int64_t down_ms;
		const char *figure, *words[BT_LANG_COUNT];
	} rows[] = {
	    {BT_BREAKER_ONLINE, 210, 0, "", {"Server up", "सर्वर चालू"}},
	    {BT_BREAKER_SLOW, 2300, 0, "2.3", {"Slow", "सर्वर धीमा"}},
	    {BT_BREAKER_SLOW, 30000, 0, "30.0", {"Slow", "सर्वर धीमा"}},
	    {BT_BREAKER_OFFLINE, 0, 44 * 60000, "0:44 ", {"Server down", "सर्वर बंद"}},
	    {BT_BREAKER_OFFLINE, 0, 99 * FAKE_HOUR_MS, "99:00 ", {"Server down", "सर्वर बंद"}},
	    {BT_BREAKER_OFFLINE, 0, 719 * FAKE_HOUR_MS, "719", {"719 h ", "719 घंटे "}},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) * BT_LANG_COUNT * 2; i++) {
		size_t row = i / 4;
		bool plain = i % 2;
		enum bt_lang lang = (enum bt_lang)(i / 2 % 2);
		fake_open(&fake, screen_golden_words);
		fake.status.server = rows[row].server;
		fake.status.latency_ms = rows[row].latency_ms;
		fake.status.down_ms = rows[row].down_ms;
		const char *words_too[] = {rows[row].figure, rows[row].words[lang], NULL};
		const char *figure_only[] = {rows[row].figure, NULL};
		assert_status_row_has(lang, plain, plain ? figure_only : words_too);
	}
}

static void test_no_slot_of_the_paper_is_cut(void **state)
{
	static const char *const wanted[BT_PAPER_COUNT][BT_LANG_COUNT] = {
	    [BT_PAPER_OK] = {" Paper ok ", " काग़ज़ ठीक "},        [BT_PAPER_LOW] = {" Paper low ", " काग़ज़ कम "},
	    [BT_PAPER_OUT] = {" No paper ", " काग़ज़ नहीं "},       [BT_PAPER_OPEN] = {" Lid open ", " ढक्कन खुला "},
	    [BT_PAPER_SILENT] = {"? No answer ", "? प्रिंटर चुप "}, [BT_PAPER_NONE] = {" No printer ", " प्रिंटर नहीं "},
	};
	(void)state;
	for (int i = 0; i < BT_PAPER_COUNT * BT_LANG_COUNT; i++) {
		enum bt_lang lang = (enum bt_lang)(i % 2);
		fake_open(&fake, screen_golden_words);
		fake.status.paper = (enum bt_paper)(i / 2);
		fake.status.who = fake_dual("Sanjay", "संजयजीतन");
		assert_status_row_has(lang, false, (const char *const[]){wanted[i / 2][lang], NULL});
	}
}

static void test_no_figure_of_the_limit_is_cut(void **state)
{
	static const struct {
		int64_t unsent;
		struct bt_allowance left;
		const char *to_send, *limit;
	} rows[] = {
	    {9999, {.paise_left = 940000, .paise_cap = 15000000, .ends = BT_ENDS_MONEY}, "9,999 ", "₹ 9,400 "},
	    {99999, {.paise_left = 3749900, .paise_cap = 15000000, .ends = BT_ENDS_MONEY}, "99,999 ", "₹ 37,499 "},
	    {100000,
	     {.paise_left = 99999900, .paise_cap = 1000000000, .ends = BT_ENDS_MONEY},
	     "1,00,000 ",
	     "₹ 9,99,999 "},
	    {0, {.paise_left = 1234567800, .paise_cap = 100000000000, .ends = BT_ENDS_MONEY}, "0 ", "₹ 1,23,45,678 "},
	    {0, {.count_left = 12, .count_cap = 300, .ends = BT_ENDS_COUNT}, "0 ", "12 "},
	    {0, {.count_left = 1112, .count_cap = 30000, .ends = BT_ENDS_COUNT}, "0 ", "1,112 "},
	    {0, {.ms_left = 1000 * FAKE_HOUR_MS, .ends = BT_ENDS_TIME}, "0 ", "1,000 "},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) * BT_LANG_COUNT; i++) {
		enum bt_lang lang = (enum bt_lang)(i % 2);
		fake_open(&fake, screen_golden_words);
		fake.status.unsent = rows[i / 2].unsent;
		fake.status.allowance = rows[i / 2].left;
		const char *wanted[] = {rows[i / 2].to_send, rows[i / 2].limit, NULL};
		assert_status_row_has(lang, false, wanted);
	}
}

static void test_words_of_the_limit_are_not_cut(void **state)
{
	static const char *const wanted[][BT_LANG_COUNT] = {
	    {" No limit ", " सीमा नहीं "}, {" Offline used ", " सीमा ख़त्म "}, {" Keys locked ", " चाबी बंद "}};
	(void)state;
	for (int i = 0; i < 3 * BT_LANG_COUNT; i++) {
		enum bt_lang lang = (enum bt_lang)(i % 2);
		fake_open(&fake, screen_golden_words);
		fake.status.has_lease = i / 2 != 0;
		fake.status.allowance.used_up = i / 2 == 1 ? BT_DENY_TOTAL : BT_DENY_NONE;
		fake.status.keys_locked = i / 2 == 2;
		assert_status_row_has(lang, false, (const char *const[]){wanted[i / 2][lang], NULL});
	}
}

static int load_words(void **state)
{
	(void)state;
	return screen_golden_load(BATTI_SHARE_DIR "/locale");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_no_slot_of_the_server_is_cut),
	    cmocka_unit_test(test_no_slot_of_the_paper_is_cut),
	    cmocka_unit_test(test_no_figure_of_the_limit_is_cut),
	    cmocka_unit_test(test_words_of_the_limit_are_not_cut),
	};
	return cmocka_run_group_tests(tests, load_words, screen_golden_drop);
}
