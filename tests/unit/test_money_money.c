/* Money: parsing, Indian grouping, amounts in words.
 *
 * rooms: core/money core/base
 * Known answers: written by hand from the rules of Indian grouping and the glossary of screens. */
#include "core/money/money.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void check_parse(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bt_paise paise;
	} good[] = {{"0", 0},
		    {"500", 50000},
		    {"1,000", 100000},
		    {"1,20,000", 12000000},
		    {"12.5", 1250},
		    {"12.50", 1250},
		    {"12.05", 1205},
		    {"0500", 50000},
		    {"990000000", BT_PAISE_MAX},
		    {"99,00,00,000.00", BT_PAISE_MAX}};
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		bt_paise paise = -1;
		assert_int_equal(bt_money_parse(good[i].text, &paise), BT_OK);
		assert_int_equal(paise, good[i].paise);
	}
	static const char *const bad[] = {"",   ",",  ".",   ".50", "5.", "5.123", "-5",    "+5",
					  " 5", "5 ", "1e3", "0x5", "₹5", "५",     "5.5.5", "5.,5"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		bt_paise paise = 7;
		assert_int_equal(bt_money_parse(bad[i], &paise), BT_EINPUT);
		assert_int_equal(paise, 7);
	}
	static const char *const large[] = {"990000000.01", "990000001", "99999999999999999999999999999999999999"};
	for (size_t i = 0; i < sizeof(large) / sizeof(large[0]); i++) {
		bt_paise paise = 7;
		assert_int_equal(bt_money_parse(large[i], &paise), BT_ERANGE);
		assert_int_equal(paise, 7);
	}
}

static void check_figures(void **state)
{
	(void)state;
	static const struct {
		bt_paise paise;
		const char *plain, *full, *rupees;
	} rows[] = {
	    {0, "0", "0.00", "₹ 0"},
	    {5, "0.05", "0.05", "₹ 0.05"},
	    {50000, "500", "500.00", "₹ 500"},
	    {100000, "1,000", "1,000.00", "₹ 1,000"},
	    {-14230, "-142.30", "-142.30", "− ₹ 142.30"},
	    {12000000, "1,20,000", "1,20,000.00", "₹ 1,20,000"},
	    {123456789, "12,34,567.89", "12,34,567.89", "₹ 12,34,567.89"},
	    {BT_PAISE_MAX, "99,00,00,000", "99,00,00,000.00", "₹ 99,00,00,000"},
	};
	char out[40];
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bt_money_format(rows[i].paise, out);
		assert_string_equal(out, rows[i].plain);
		bt_money_format_full(rows[i].paise, out);
		assert_string_equal(out, rows[i].full);
		bt_money_format_rupees(rows[i].paise, out);
		assert_string_equal(out, rows[i].rupees);
	}
	bt_money_format_rupees(INT64_MIN, out);
	assert_string_equal(out, "− ₹ 92,23,37,20,36,85,47,758.08");
	bt_units_format(635, out);
	assert_string_equal(out, "63.5");
	bt_units_format(12345670, out);
	assert_string_equal(out, "12,34,567.0");
	bt_units_format(INT64_MIN, out);
	bt_count_format(104220, out);
	assert_string_equal(out, "1,04,220");
	bt_count_format(999, out);
	assert_string_equal(out, "999");
}

static void check_words(void **state)
{
	(void)state;
	static const struct {
		bt_paise paise;
		const char *en, *hi;
	} rows[] = {
	    {0, "zero rupees", "शून्य रुपये"},
	    {100, "one rupee", "एक रुपया"},
	    {1, "one paisa", "एक पैसा"},
	    {50000, "five hundred rupees", "पाँच सौ रुपये"},
	    {50050, "five hundred rupees and fifty paise", "पाँच सौ रुपये और पचास पैसे"},
	    {12000000, "one lakh twenty thousand rupees", "एक लाख बीस हज\xE0\xA4\xBCार रुपये"},
	    {100100, "one thousand one rupees", "एक हज\xE0\xA4\xBCार एक रुपये"},
	    {9900, "ninety nine rupees", "निन्यानवे रुपये"},
	    {1900, "nineteen rupees", "उन्नीस रुपये"},
	    {-2100, "minus twenty one rupees", "ऋण इक्कीस रुपये"},
	    {INT64_C(12345678900), "twelve crore thirty four lakh fifty six thousand seven hundred eighty nine rupees",
	     "बारह करोड\xE0\xA4\xBC चौंतीस लाख छप्पन हज\xE0\xA4\xBCार सात सौ नवासी रुपये"},
	    {BT_PAISE_MAX, "ninety nine crore rupees", "निन्यानवे करोड\xE0\xA4\xBC रुपये"},
	};
	char out[400];
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(bt_money_words(rows[i].paise, BT_LANG_EN, out, sizeof(out)), BT_OK);
		assert_string_equal(out, rows[i].en);
		assert_int_equal(bt_money_words(rows[i].paise, BT_LANG_HI, out, sizeof(out)), BT_OK);
		assert_string_equal(out, rows[i].hi);
	}
	assert_int_equal(bt_money_words(INT64_MIN, BT_LANG_HI, out, sizeof(out)), BT_OK);
	for (bt_paise rupees = 0; rupees < 100; rupees++) {
		assert_int_equal(bt_money_words(rupees * 100, BT_LANG_HI, out, sizeof(out)), BT_OK);
		assert_true(bt_text_is_clean(out));
	}
	for (size_t cap = 0; cap < sizeof("five hundred rupees"); cap++) {
		assert_int_equal(bt_money_words(50000, BT_LANG_EN, out, cap), BT_EFULL);
		assert_true(cap == 0 || strlen(out) < cap);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(check_parse),
	    cmocka_unit_test(check_figures),
	    cmocka_unit_test(check_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
