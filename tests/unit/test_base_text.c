/* Text: strict UTF-8, columns, cleaning, clipping, search keys.
 *
 * rooms: core/base
 * Known answers: widths from the glossary of screens (counted there by hand), keys from the spelling of the names. */
#include "core/base/text.h"

#include <limits.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <wchar.h>

#include <cmocka.h>

static void check_utf8_is_strict(void **state)
{
	(void)state;
	static const char *const bad[] = {
	    "\x80",         "\xC0\x80",         "\xC1\xBF",         "\xE0\x9F\xBF", "\xED\xA0\x80",
	    "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80",     "\xFF",
	};
	uint32_t c = 7;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(bt_utf8_next(bad[i], strlen(bad[i]), &c), -1);
	}
	assert_int_equal(c, 7);
	assert_int_equal(bt_utf8_next("", 0, &c), 0);
	static const struct {
		const char *text;
		uint32_t c;
	} good[] = {{"A", 0x41},
		    {"\xC2\x80", 0x80},
		    {"\xE0\xA4\x95", 0x915},
		    {"\xEF\xBF\xBF", 0xFFFF},
		    {"\xF4\x8F\xBF\xBF", 0x10FFFF}};
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		size_t len = strlen(good[i].text);
		assert_int_equal(bt_utf8_next(good[i].text, len, &c), (int)len);
		assert_int_equal(c, good[i].c);
		for (size_t cut = 1; cut < len; cut++) {
			assert_int_equal(bt_utf8_next(good[i].text, cut, &c), -1);
		}
	}
}

static void check_columns_of_the_glossary(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int columns;
	} rows[] = {
	    {"Server up", 9},
	    {"सर्वर चालू", 8},
	    {"सर्वर बंद 0:44", 12},
	    {"भेजना बाकी 14", 12},
	    {"काग़ज़ ठीक", 8},
	    {"चुनें", 2},
	    {"नामंज़ूर", 5},
	    {"उपभोक्ता नंबर", 11},
	    {"मुफ़्त यूनिट", 8},
	    {"ज़्यादा", 5},
	    {"₹ 31/दिन", 8},
	    {"स्मार्ट प्रीपेड मीटर", 16},
	    {"कितना होना चाहिए, यह नहीं दिखेगा।", 31},
	    {"● ▲ ■ ✓ ✕ ›", 11},
	    {"漢字", 4},
	    {"", 0},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(bt_text_columns(rows[i].text), rows[i].columns);
	}
	assert_int_equal(bt_text_columns("a\xFFz"), 3);
}

/* The C library's own table, where the machine has a UTF-8 locale, for the scripts that reach the screen. */
static void check_columns_agree_with_the_terminal(void **state)
{
	(void)state;
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL) {
		skip();
	}
	for (uint32_t c = 0x20; c < 0x3000; c++) {
		int expected = wcwidth((wchar_t)c);
		if (expected >= 0 && c != 0xAD && !(c >= 0x200B && c <= 0x200F) && !(c >= 0x202A && c <= 0x206F) &&
		    c != 0x61C && !(c >= 0x600 && c <= 0x605) && c != 0x6DD && c != 0x70F && c != 0x180E &&
		    c != 0x890 && c != 0x891 && c != 0x8E2 && bt_char_columns(c) != expected) {
			fail_msg("U+%04X: %d, C library %d", c, bt_char_columns(c), expected);
		}
	}
	(void)setlocale(LC_CTYPE, "C");
}

static void check_cleaning(void **state)
{
	(void)state;
	static const struct {
		const char *in, *out;
	} rows[] = {
	    {"Ramesh  \t\r\n Kumar", "Ramesh Kumar"},
	    {"a\x1B[31mb", "a\xEF\xBF\xBD[31mb"},
	    {"a\xFF\xC0z", "a\xEF\xBF\xBD\xEF\xBF\xBDz"},
	    {"x\xE2\x80\xAEy", "x\xEF\xBF\xBDy"},             /* right-to-left override */
	    {"x\xE2\x80\x8By", "x\xEF\xBF\xBDy"},             /* zero width space */
	    {"x\xE2\x80\xA8y", "x y"},                        /* line separator is white space */
	    {"x\xC2\xA0y", "x y"},                            /* no-break space */
	    {"x\xEE\x80\x80y", "x\xEF\xBF\xBDy"},             /* private use */
	    {"x\xEF\xBF\xBEy", "x\xEF\xBF\xBDy"},             /* noncharacter */
	    {"क्\xE2\x80\x8D\xE2\x80\x8Dष", "क्\xE2\x80\x8Dष"}, /* one ZWJ stays */
	    {"e\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81x", "e\xCC\x81\xCC\x81\xCC\x81\xCC\x81x"},
	    {"\xCC\x81x", "\xEF\xBF\xBDx"},
	    {"\xE2\x80\x8D\xCC\x81x", "\xEF\xBF\xBDx"}, /* a joiner is no base for a mark */
	    {"\xE2\x80\x8C", ""},
	    {"\xE1\x85\xA1x", "\xEF\xBF\xBDx"}, /* a vowel of Hangul has no cell of its own either */
	    {"\xE1\x84\x80\xE1\x85\xA1\xE1\x85\xA1\xE1\x85\xA1\xE1\x85\xA1\xE1\x85\xA1",
	     "\xE1\x84\x80\xE1\x85\xA1\xE1\x85\xA1\xE1\x85\xA1\xE1\x85\xA1"},
	    {"रमेश कुमार", "रमेश कुमार"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char out[128];
		char again[128];
		bt_text_clean(rows[i].in, strlen(rows[i].in), INT_MAX, out, sizeof(out));
		assert_string_equal(out, rows[i].out);
		assert_int_equal(bt_text_clean_len(rows[i].in, strlen(rows[i].in)), strlen(out));
		assert_true(bt_text_is_clean(out));
		assert_int_equal(bt_text_is_clean(rows[i].in), strcmp(rows[i].in, rows[i].out) == 0);
		bt_text_clean(out, strlen(out), INT_MAX, again, sizeof(again));
		assert_string_equal(again, out);
	}
}

static void check_cleaning_is_bounded(void **state)
{
	(void)state;
	const char *text = "कुमार सिंह";
	for (size_t cap = 0; cap < 40; cap++) {
		char out[40];
		memset(out, 'Z', sizeof(out));
		bt_text_clean(text, strlen(text), INT_MAX, out, cap);
		if (cap == 0) {
			assert_int_equal(out[0], 'Z');
			continue;
		}
		assert_true(strlen(out) < cap);
		assert_true(bt_text_is_clean(out));
		assert_int_equal(strncmp(text, out, strlen(out)), 0);
		if (cap < sizeof(out)) {
			assert_int_equal(out[cap], 'Z');
		}
	}
	for (int columns = 0; columns < 10; columns++) {
		char out[64];
		bt_text_clean(text, strlen(text), columns, out, sizeof(out));
		assert_true(bt_text_columns(out) <= columns);
	}
}

static void check_every_byte_pair_cleans(void **state)
{
	(void)state;
	for (unsigned pair = 0; pair < 65536; pair++) {
		const char in[4] = {'a', (char)(pair >> 8), (char)(pair & 0xFF), 'b'};
		char out[16];
		bt_text_clean(in, sizeof(in), INT_MAX, out, sizeof(out));
		assert_true(bt_text_is_clean(out));
	}
}

static void check_clip(void **state)
{
	(void)state;
	static const struct {
		const char *in;
		int columns;
		const char *out;
	} rows[] = {
	    {"Ramesh", 3, "Ram"}, {"Ramesh", 6, "Ramesh"}, {"Ramesh", 9, "Ramesh"},
	    {"Ramesh", 0, ""},    {"कुमार", 1, "कु"},        {"कुमार", 2, "कु"}, /* मा is two cells: never म alone */
	    {"कुमार", 3, "कुमा"},   {"क्षमा", 1, ""},                           /* no cut inside a conjunct */
	    {"क्षमा", 2, "क्ष"},    {"漢字", 3, "漢"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char out[64];
		bt_text_clip(rows[i].in, rows[i].columns, out, sizeof(out));
		assert_string_equal(out, rows[i].out);
	}
	char small[5];
	bt_text_clip("रमेश", 9, small, sizeof(small));
	assert_string_equal(small, "र");
}

static void check_copy_and_printf(void **state)
{
	(void)state;
	char out[8];
	assert_int_equal(bt_text_copy(out, sizeof(out), "abc"), BT_OK);
	assert_string_equal(out, "abc");
	assert_int_equal(bt_text_copy(out, sizeof(out), "रमेश"), BT_EFULL);
	assert_string_equal(out, "रम");
	assert_int_equal(bt_text_copy(out, 0, "x"), BT_EFULL);
	assert_int_equal(bt_text_printf(out, sizeof(out), "%d", 1234567), BT_OK);
	assert_int_equal(bt_text_printf(out, sizeof(out), "%s", "aरमेश"), BT_EFULL);
	assert_string_equal(out, "aरम");
	assert_int_equal(bt_text_printf(out, sizeof(out), "%s", "aaरमेश"), BT_EFULL);
	assert_string_equal(out, "aaर");
	assert_int_equal(bt_text_printf(out, sizeof(out), "%s", "abcdefgh"), BT_EFULL);
	assert_string_equal(out, "abcdefg");
}

static void check_nukta(void **state)
{
	(void)state;
	char out[64];
	bt_text_compose_nukta("काग\xE0\xA4\xBCज\xE0\xA4\xBC", out, sizeof(out));
	assert_string_equal(out, "का\xE0\xA5\x9A\xE0\xA5\x9B");
	bt_text_compose_nukta("न\xE0\xA4\xBC", out, sizeof(out));
	assert_string_equal(out, "न\xE0\xA4\xBC");
	char small[4];
	bt_text_compose_nukta("ज\xE0\xA4\xBCरा", small, sizeof(small));
	assert_string_equal(small, "\xE0\xA5\x9B");
}

static void check_keys_meet_in_both_scripts(void **state)
{
	(void)state;
	static const char *const names[][2] = {
	    {"रमेश", "Ramesh"},
	    {"कुमार", "Kumar"},
	    {"सिंह", "Singh"},
	    {"देवी", "Devi"},
	    {"इरफ़ान", "Irfan"},
	    {"दानापुर", "Danapur"},
	    {"सुनीता देवी", "Sunita Devi"},
	    {"कमला", "Kamla"},
	    {"संजय प्रसाद", "Sanjay Prasad"},
	    {"रीना कुमारी", "Rina Kumari"},
	    {"ए. के. झा", "A. K. Jha"},
	    {"रामेश्वर साव", "Rameshwar Sao"},
	    {"गोला रोड", "Gola Rod"},
	    {"खगौल", "Khagaul"},
	    {"दरभंगा", "Darbhanga"},
	    {"मुज़फ़्फ़रपुर", "Muzaffarpur"},
	    {"भागलपुर", "Bhagalpur"},
	    {"पटना", "Patna"},
	    {"कृष्णा", "Krishna"},
	    {"कृष्ण", "Krishna"},
	    {"आदित्य", "Aditya"},
	    {"महेन्द्र", "Mahendra"},
	    {"मिश्रा", "Mishra"},
	    {"लक्ष्मी", "Laxmi"},
	    {"विश्वनाथ", "Vishwanath"},
	    {"पूजा", "Pooja"},
	    {"संदीप", "Sandeep"},
	    {"फूल", "Phool"},
	    {"अररिया", "Araria"},
	    {"ज्ञान", "Gyan"},
	    {"गढ़", "Garh"},
	    {"छपरा", "Chhapra"},
	    {"वार्ड 7", "Ward 7"},
	    {"वार्ड ७", "ward 7"},
	    {"महतो", "Mahto"},
	    {"मो. आलम", "Md. Alam"},
	    {"अनिल", "Anil"},
	    {"सरिता", "Sarita"},
	    {"समस्तीपुर", "Samastipur"},

	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char hindi[64];
		char latin[64];
		bt_text_search_key(names[i][0], hindi, sizeof(hindi));
		bt_text_search_key(names[i][1], latin, sizeof(latin));
		assert_string_equal(hindi, latin);
	}
	char key[64];
	bt_text_search_key("रमेश", key, sizeof(key));
	assert_string_equal(key, "ramesh");
	bt_text_search_key("  A.K.  O'Brien-Jha ", key, sizeof(key));
	assert_string_equal(key, "a k obrien jha");
	bt_text_search_key("1122 0033", key, sizeof(key));
	assert_string_equal(key, "1122 0033");
}

static void check_sounds(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
	    {"virendra", "vrndr"},
	    {"birender", "vrndr"},
	    {"shatrughn", "strgn"},
	    {"satrughan", "strgn"},
	    {"singh", "sn"},
	    {"sinh", "sn"},
	    {"singheshvar", "sngsvr"},
	    {"chovdhury", "cdr"},
	    {"chaudhri", "cdr"},
	    {"ovais", "ovs"},
	    {"imtiyaj", "imtj"},
	    {"husain", "hsn"},
	    {"kr", "kmr"},
	    {"mohammad", "md"},
	    {"munni", "mn"},
	    {"ward7", ""},
	    {"12", ""},
	    {"", ""},
	    {"aeiou", "a"},
	    {"yadav", "ydv"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char sounds[32];
		bt_text_sounds(rows[i][0], sounds, sizeof(sounds));
		assert_string_equal(sounds, rows[i][1]);
	}
	char small[3];
	bt_text_sounds("virendra", small, sizeof(small));
	assert_string_equal(small, "vr");
}

/* What is typed so far must be the beginning of the whole key, from three letters on. */
static void check_keys_grow_by_prefix(void **state)
{
	(void)state;
	static const char *const names[] = {"ramesh",  "kumar", "singh",     "sunita",   "kamla",
					    "danapur", "irfan", "rameshwar", "mahendra", "krishna",
					    "gupta",   "priya", "sandeep",   "khagaul",  "mishra"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char whole[64];
		bt_text_search_key(names[i], whole, sizeof(whole));
		for (size_t len = 3; len <= strlen(names[i]); len++) {
			char typed[32] = {0};
			char key[64];
			memcpy(typed, names[i], len);
			if (typed[len - 1] == 'e' && names[i][len] == 'e') {
				continue; /* half of a long vowel */
			}
			bt_text_search_key(typed, key, sizeof(key));
			if (strncmp(whole, key, strlen(key)) != 0) {
				fail_msg("%s: %s is not the beginning of %s", typed, key, whole);
			}
		}
	}
}

static void check_keys_are_bounded(void **state)
{
	(void)state;
	const char *text = "रमेश कुमार सिंह xxxxxxxx क्षक्षक्षक्ष";
	for (size_t cap = 1; cap < 48; cap++) {
		char out[48];
		memset(out, 'Z', sizeof(out));
		bt_text_search_key(text, out, cap);
		assert_true(strlen(out) < cap);
		assert_int_equal(out[cap], 'Z');
	}
	char long_word[4096];
	char out[64];
	memset(long_word, 'x', sizeof(long_word) - 1);
	long_word[sizeof(long_word) - 1] = '\0';
	bt_text_search_key(long_word, out, sizeof(out));
	assert_true(strlen(out) < sizeof(out));
	for (unsigned c = 0; c < 65536; c++) {
		const char in[4] = {(char)0xE0, (char)(0xA4 | (c >> 15)), (char)(c & 0xFF), 0};
		const char two[8] = {(char)0xE0, (char)0xA4, (char)(0x80 | (c & 0x3F)),
				     (char)0xE0, (char)0xA5, (char)(0x80 | ((c >> 6) & 0x3F)),
				     0};
		bt_text_search_key(in, out, sizeof(out));
		bt_text_search_key(two, out, sizeof(out));
	}
}

static void check_small_things(void **state)
{
	(void)state;
	enum bt_lang lang = BT_LANG_EN;
	assert_int_equal(bt_lang_parse("hi", &lang), BT_OK);
	assert_int_equal(lang, BT_LANG_HI);
	assert_int_equal(bt_lang_parse("HI", &lang), BT_EINPUT);
	assert_string_equal(bt_lang_code(BT_LANG_EN), "en");
	assert_true(bt_text_is_digits("0123456789"));
	assert_false(bt_text_is_digits(""));
	assert_false(bt_text_is_digits("12a"));
	assert_false(bt_text_is_digits("१२"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(check_utf8_is_strict),
	    cmocka_unit_test(check_columns_of_the_glossary),
	    cmocka_unit_test(check_columns_agree_with_the_terminal),
	    cmocka_unit_test(check_cleaning),
	    cmocka_unit_test(check_cleaning_is_bounded),
	    cmocka_unit_test(check_every_byte_pair_cleans),
	    cmocka_unit_test(check_clip),
	    cmocka_unit_test(check_copy_and_printf),
	    cmocka_unit_test(check_nukta),
	    cmocka_unit_test(check_keys_meet_in_both_scripts),
	    cmocka_unit_test(check_sounds),
	    cmocka_unit_test(check_keys_grow_by_prefix),
	    cmocka_unit_test(check_keys_are_bounded),
	    cmocka_unit_test(check_small_things),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
