/* The virtual meter's own reading of tokens, against the vector file.
 * rooms: tests/meter */
#include "tests/meter/decoder.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "tests/unit/sts_rows.h"

/* A worked example of the standard: 0.1 kWh at minute 5871660. */
static const uint8_t example_key[METER_KEY_LEN] = {0xf9, 0x4b, 0x6e, 0xd3, 0x53, 0xc3, 0xbf, 0xdb,
						   0x11, 0x3e, 0x2d, 0x3a, 0x7e, 0xa3, 0xc4, 0x1d};
#define EXAMPLE_TOKEN "59386323472137426967"

static enum meter_result decode_example(const char *text)
{
	struct meter_token token = {.tid = 77};
	enum meter_result result = meter_token_decode(example_key, text, &token);

	assert_true(result == METER_ACCEPTED || token.tid == 77);
	return result;
}

static void test_vector_file(void **state)
{
	FILE *file = fopen(STS_ROWS_PATH, "r");
	struct sts_row row;
	int electricity = 0, others = 0;

	(void)state;
	assert_non_null(file);
	while (sts_row_next(file, &row)) {
		struct meter_token token;
		uint8_t key[METER_KEY_LEN];
		enum meter_result result;

		sts_row_bytes(row.field[STS_DECODER_KEY], key, sizeof key);
		result = meter_token_decode(key, row.field[STS_TOKEN], &token);
		if (sts_row_number(&row, STS_CLASS) != 0 || sts_row_number(&row, STS_SUBCLASS) != 0) {
			assert_int_equal(result, METER_UNSUPPORTED);
			others++;
			continue;
		}
		assert_int_equal(result, METER_ACCEPTED);
		assert_string_equal(token.digits, row.field[STS_TOKEN]);
		assert_int_equal(token.tid, sts_row_tid(&row));
		assert_true(token.tenths >= sts_row_tenths(&row));
		assert_true(token.tenths < sts_row_tenths(&row) + 1000);
		electricity++;
	}
	fclose(file);
	assert_int_equal(electricity, 15);
	assert_int_equal(others, 48);
}

static void test_worked_example(void **state)
{
	struct meter_token token;

	(void)state;
	assert_int_equal(meter_token_decode(example_key, "5938 6323-4721 37426967 ", &token), METER_ACCEPTED);
	assert_string_equal(token.digits, EXAMPLE_TOKEN);
	assert_int_equal(token.tid, 5871660);
	assert_int_equal(token.tenths, 1);
}

static void test_not_twenty_digits(void **state)
{
	char text[METER_TOKEN_CAP];

	(void)state;
	for (size_t len = 0; len < METER_DIGITS; len++) {
		memcpy(text, EXAMPLE_TOKEN, sizeof text);
		text[len] = '\0';
		assert_int_equal(decode_example(text), METER_BAD_DIGITS);
	}
	assert_int_equal(decode_example(EXAMPLE_TOKEN "0"), METER_BAD_DIGITS);
	assert_int_equal(decode_example(EXAMPLE_TOKEN "\n"), METER_BAD_DIGITS);
	assert_int_equal(decode_example("5938632347213742696x"), METER_BAD_DIGITS);
	assert_int_equal(decode_example("73786976294838206464"), METER_BAD_DIGITS);
	assert_int_equal(decode_example("99999999999999999999"), METER_BAD_DIGITS);
}

static void test_every_digit_changed(void **state)
{
	char text[METER_TOKEN_CAP];

	(void)state;
	for (size_t at = 0; at < METER_DIGITS; at++) {
		for (char digit = '0'; digit <= '9'; digit++) {
			memcpy(text, EXAMPLE_TOKEN, sizeof text);
			text[at] = digit;
			if (digit == EXAMPLE_TOKEN[at])
				assert_int_equal(decode_example(text), METER_ACCEPTED);
			else if (strcmp(text, "73786976294838206464") >= 0)
				assert_int_equal(decode_example(text), METER_BAD_DIGITS);
			else
				assert_int_equal(decode_example(text), METER_BAD_CRC);
		}
	}
}

/* In clear, so right under any key; this meter runs no tests. Printed in public. */
static void test_meter_test_token(void **state)
{
	(void)state;
	assert_int_equal(decode_example("00000000000134220736"), METER_UNSUPPORTED);
	assert_int_equal(decode_example("00000000000134220737"), METER_BAD_CRC);
}

static void test_words(void **state)
{
	(void)state;
	for (int i = 0; i < METER_RESULT_COUNT; i++) {
		assert_non_null(meter_result_word((enum meter_result)i));
		assert_non_null(meter_result_reason((enum meter_result)i));
	}
	assert_string_equal(meter_result_word(METER_BAD_CRC), "invalid");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_vector_file),       cmocka_unit_test(test_worked_example),
	    cmocka_unit_test(test_not_twenty_digits), cmocka_unit_test(test_every_digit_changed),
	    cmocka_unit_test(test_meter_test_token),  cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
