/* Figures of a token read exactly.
 * rooms: ui/command core/sts core/base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "ui/command/token_text.h"

#define MAX 18201624u

static void tenths_are_exact_or_refused(void **state)
{
	static const struct {
		const char *text;
		bool taken;
		uint32_t tenths;
	} rows[] = {
	    {"0", true, 0},
	    {"0.0", true, 0},
	    {"25.6", true, 256},
	    {"25.60", true, 256},
	    {"0025.6000", true, 256},
	    {"1820162.4", true, MAX},
	    {"1820162.5", false, 0},
	    {"25.61", false, 0},
	    {"25.601", false, 0},
	    {"25.", false, 0},
	    {".5", false, 0},
	    {"", false, 0},
	    {" 1", false, 0},
	    {"1 ", false, 0},
	    {"+1", false, 0},
	    {"-1", false, 0},
	    {"1e3", false, 0},
	    {"1,5", false, 0},
	    {"0x10", false, 0},
	    {"1.5.0", false, 0},
	    {"429496729.7", false, 0},
	    {"18446744073709551616", false, 0},
	    {"99999999999999999999999999", false, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint32_t tenths = 77;

		if (bt_token_read_tenths(rows[i].text, MAX, &tenths) != rows[i].taken)
			fail_msg("%s", rows[i].text);
		assert_int_equal(tenths, rows[i].taken ? rows[i].tenths : 77);
	}
}

static void numbers_stay_in_range(void **state)
{
	static const char *const bad[] = {
	    "", "256", "-1", " 1", "1 ", "1a", "4294967296", "18446744073709551617", "00000000001"};
	uint32_t value = 77;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(bt_token_read_number(bad[i], 255, &value));
	assert_int_equal(value, 77);
	assert_true(bt_token_read_number("255", 255, &value));
	assert_int_equal(value, 255);
	assert_true(bt_token_read_number("4294967295", UINT32_MAX, &value));
	assert_int_equal(value, UINT32_MAX);
}

static void bits_are_hex_or_decimal(void **state)
{
	static const char *const bad[] = {"", "0x", "0xg", "x1", "0x1 ", "0x11111111111111111", "1f"};
	uint64_t bits = 77;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(bt_token_read_bits(bad[i], &bits) && bits != 77);
	assert_true(bt_token_read_bits("0xfFfFfffff", &bits));
	assert_true(bits == 0xfffffffffu);
	assert_true(bt_token_read_bits("0x0", &bits));
	assert_true(bits == 0);
	assert_true(bt_token_read_bits("17", &bits));
	assert_true(bits == 17);
}

/* Milliseconds from `date -u -d ... +%s`. */
static void times_are_of_the_calendar(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {
	    {"1993-01-01T00:00:00", INT64_C(725846400000)},
	    {"2004-03-01T13:55", INT64_C(1078149300000)},
	    {"2024-02-29T23:59:59Z", INT64_C(1709251199000)},
	    {"2045-11-24T20:15Z", INT64_C(2395167300000)},
	};
	static const char *const bad[] = {
	    "",
	    "2024-02-30T00:00:00",
	    "2023-02-29T00:00:00",
	    "2024-13-01T00:00:00",
	    "2024-00-01T00:00:00",
	    "2024-01-00T00:00:00",
	    "2024-01-01T24:00:00",
	    "2024-01-01T00:60:00",
	    "2024-01-01T00:00:60",
	    "2024-01-01 00:00:00",
	    "2024-01-01",
	    "2024-01-01T00",
	    "2024-01-01T00:00:0",
	    "2024-01-01T00:00:00+05:30",
	    "2024-01-01T00:00:00ZZ",
	    "1969-12-31T23:59:59",
	    "24-01-01T00:00:00",
	    "20240101T000000",
	    "2024-1-01T00:00:00",
	};
	int64_t ms = 77;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (bt_token_read_time(bad[i], &ms))
			fail_msg("%s", bad[i]);
	assert_true(ms == 77);
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_true(bt_token_read_time(good[i].text, &ms));
		assert_true(ms == good[i].ms);
	}
}

static void codes_have_two_digits(void **state)
{
	char code[3] = "xx";

	(void)state;
	assert_false(bt_token_read_code("", code) || bt_token_read_code("100", code) || bt_token_read_code("a", code) ||
		     bt_token_read_code("1a", code) || bt_token_read_code(" 1", code));
	assert_string_equal(code, "xx");
	assert_true(bt_token_read_code("7", code));
	assert_string_equal(code, "07");
	assert_true(bt_token_read_code("11", code));
	assert_string_equal(code, "11");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tenths_are_exact_or_refused), cmocka_unit_test(numbers_stay_in_range),
	    cmocka_unit_test(bits_are_hex_or_decimal),     cmocka_unit_test(times_are_of_the_calendar),
	    cmocka_unit_test(codes_have_two_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
