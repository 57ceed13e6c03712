/* The virtual meter's own reading of tokens, against the vector files.
 * rooms: tests/meter */
#include "tests/meter/decoder.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "tests/meter/factory.h"
#include "tests/unit/sts_rows.h"

/* A worked example of the standard: 0.1 kWh at minute 5871660. */
#define EXAMPLE_KEY   "f94b6ed353c3bfdb113e2d3a7ea3c41d"
#define EXAMPLE_TOKEN "59386323472137426967"

static struct meter_cipher *open_cipher(unsigned ea, const char *hex)
{
	struct meter_key key = {.ea = (uint8_t)ea};
	struct meter_cipher *cipher = NULL;
	struct meter_sta sta;

	meter_sta_sample(&sta);
	assert_true(meter_key_parse(hex, &key));
	assert_true(meter_cipher_open(&key, &sta, &cipher));
	return cipher;
}

static enum meter_result decode_example(const char *text)
{
	struct meter_cipher *cipher = open_cipher(METER_EA_MISTY1, EXAMPLE_KEY);
	struct meter_token token = {.tid = 77};
	enum meter_result result = meter_token_decode(cipher, text, &token);

	assert_true(result == METER_ACCEPTED || token.tid == 77);
	meter_cipher_close(cipher);
	return result;
}

/* "newti=94" in "newkt=2;newti=94;ro=0" is 94; in @p base. */
static unsigned long read_field(const char *fields, const char *name, int base)
{
	const char *at = strstr(fields, name);

	assert_non_null(at);
	return strtoul(at + strlen(name), NULL, base);
}

/* 32 bits of the new key, @p at its first hex digit. */
static uint32_t read_new_key(const char *fields, size_t at)
{
	char hex[9] = "";
	const char *key = strstr(fields, "newdk=");

	assert_non_null(key);
	memcpy(hex, key + strlen("newdk=") + at, 8);
	return (uint32_t)strtoul(hex, NULL, 16);
}

static void check_first(const struct sts_row *row, const struct meter_section *section, bool whole)
{
	const char *fields = row->field[STS_AMOUNT];

	(void)whole;
	assert_int_equal(section->ken_half, read_field(fields, "newken=", 10) >> 4);
	assert_int_equal(section->krn, read_field(fields, "newkrn=", 10));
	assert_int_equal(section->kt, read_field(fields, "newkt=", 10));
	assert_int_equal(section->roll_over, read_field(fields, "ro=", 10));
	assert_false(section->three);
	assert_int_equal(section->key_part, read_new_key(fields, 0));
}

static void check_second(const struct sts_row *row, const struct meter_section *section, bool whole)
{
	const char *fields = row->field[STS_AMOUNT];

	assert_int_equal(section->ken_half, read_field(fields, "newken=", 10) & 15);
	assert_int_equal(section->ti, read_field(fields, "newti=", 10));
	assert_int_equal(section->key_part, read_new_key(fields, whole ? 24 : 8));
}

static void check_third(const struct sts_row *row, const struct meter_section *section, bool whole)
{
	assert_true(whole);
	assert_int_equal(section->sgc_half, read_field(row->field[STS_AMOUNT], "newsgc=", 10) & 0xfff);
	assert_int_equal(section->key_part, read_new_key(row->field[STS_AMOUNT], 8));
}

static void check_fourth(const struct sts_row *row, const struct meter_section *section, bool whole)
{
	assert_true(whole);
	assert_int_equal(section->sgc_half, read_field(row->field[STS_AMOUNT], "newsgc=", 10) >> 12);
	assert_int_equal(section->key_part, read_new_key(row->field[STS_AMOUNT], 16));
}

static void check_section(const struct sts_row *row, const struct meter_token *token)
{
	static void (*const checks[16])(const struct sts_row *row, const struct meter_section *section, bool whole) = {
	    [3] = check_first, [4] = check_second, [8] = check_third, [9] = check_fourth};

	assert_non_null(checks[token->subclass]);
	assert_int_equal(token->tid, 0);
	checks[token->subclass](row, &token->section, strlen(row->field[STS_DECODER_KEY]) == 32);
}

/* What its field can say of an amount, in the consumer's favour. */
static void check_amount(uint32_t carried, uint32_t asked)
{
	assert_true(carried >= asked);
	assert_true(carried - asked < (asked < 16384 ? 1u : asked < 180224 ? 10u : asked < 1818624 ? 100u : 1000u));
}

static void check_row(const struct sts_row *row, const struct meter_token *token)
{
	assert_string_equal(token->digits, row->field[STS_TOKEN]);
	assert_int_equal(token->token_class, sts_row_number(row, STS_CLASS));
	assert_int_equal(token->subclass, sts_row_number(row, STS_SUBCLASS));
	if (row->field[STS_RND][0] == '\0') {
		check_section(row, token);
		return;
	}
	assert_int_equal(token->rnd, sts_row_number(row, STS_RND));
	assert_int_equal(token->tid, sts_row_tid(row));
	if (token->token_class == 0) {
		check_amount(token->amount, sts_row_tenths(row));
	} else if (token->subclass == 0 || token->subclass == 6) {
		check_amount(token->amount, (uint32_t)read_field(row->field[STS_AMOUNT], "value=", 10));
	} else {
		assert_int_equal(token->data, read_field(row->field[STS_AMOUNT], "value=", 10));
		assert_int_equal(token->amount, 0);
	}
}

/* Every row of a file with keys. @return how many. */
static int check_file(const char *path)
{
	FILE *file = fopen(path, "r");
	struct sts_row row;
	int count = 0;

	assert_non_null(file);
	for (; sts_row_next(file, &row); count++) {
		unsigned ea = (unsigned)sts_row_number(&row, STS_EA);
		struct meter_cipher *cipher = open_cipher(ea, row.field[STS_DECODER_KEY]);
		struct meter_token token;

		assert_int_equal(meter_token_decode(cipher, row.field[STS_TOKEN], &token), METER_ACCEPTED);
		check_row(&row, &token);
		meter_cipher_close(cipher);
	}
	fclose(file);
	return count;
}

static void test_vectors_of_misty1(void **state)
{
	(void)state;
	assert_int_equal(check_file(STS_ROWS_PATH), 63);
}

static void test_vectors_of_sta(void **state)
{
	(void)state;
	assert_int_equal(check_file(BATTI_VECTORS_DIR "/sts_ea07_sample_tables.csv"), 112);
}

static void test_vectors_of_class_1(void **state)
{
	FILE *file = fopen(BATTI_VECTORS_DIR "/sts_class1.csv", "r");
	struct sts_row row;
	int count = 0;

	(void)state;
	assert_non_null(file);
	for (; sts_row_next(file, &row); count++) {
		const char *control = strstr(row.field[STS_AMOUNT], "control=0x");
		struct meter_token token;

		assert_non_null(control);
		assert_int_equal(meter_token_decode(NULL, row.field[STS_TOKEN], &token), METER_ACCEPTED);
		assert_int_equal(token.token_class, 1);
		assert_int_equal(token.subclass, sts_row_number(&row, STS_SUBCLASS));
		assert_int_equal(token.mfr_code, read_field(row.field[STS_AMOUNT], "mfr=", 10));
		assert_true(token.control == strtoull(control + strlen("control="), NULL, 16));
	}
	fclose(file);
	assert_int_equal(count, 43);
}

static void test_worked_example(void **state)
{
	struct meter_cipher *cipher = open_cipher(METER_EA_MISTY1, EXAMPLE_KEY);
	struct meter_token token;

	(void)state;
	assert_int_equal(meter_token_decode(cipher, "5938 6323-4721 37426967 ", &token), METER_ACCEPTED);
	assert_string_equal(token.digits, EXAMPLE_TOKEN);
	assert_int_equal(token.tid, 5871660);
	assert_int_equal(token.amount, 1);
	meter_cipher_close(cipher);
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

/* Printed in public; in clear, so right under any key and under none. */
static void test_meter_test_token(void **state)
{
	struct meter_token token;

	(void)state;
	assert_int_equal(decode_example("00000000000134220736"), METER_ACCEPTED);
	assert_int_equal(decode_example("00000000000134220737"), METER_BAD_CRC);
	assert_int_equal(meter_token_decode(NULL, "00000000000134220736", &token), METER_ACCEPTED);
	assert_int_equal(meter_token_decode(NULL, EXAMPLE_TOKEN, &token), METER_BROKEN);
}

static void test_answers(void **state)
{
	(void)state;
	for (int i = 0; i < METER_RESULT_COUNT; i++) {
		const struct meter_answer *answer = meter_answer((enum meter_result)i);

		assert_non_null(answer->word);
		assert_non_null(answer->reason);
		assert_non_null(answer->name);
		assert_int_equal(strcmp(answer->word, "accepted") == 0, meter_result_is_accepted((enum meter_result)i));
		assert_int_equal(strcmp(answer->word, "invalid") == 0, answer->reason[0] != '\0');
	}
	assert_int_equal(meter_answer(METER_BAD_CRC)->code, 13);
	assert_string_equal(meter_answer(METER_BAD_CRC)->name, "CRCError");
}

static void test_unknown_keys(void **state)
{
	struct meter_key key = {.ea = 9};
	struct meter_cipher *cipher = NULL;
	struct meter_sta sta;

	(void)state;
	meter_sta_sample(&sta);
	assert_false(meter_key_parse("0123456789abcdef", &key));
	assert_false(meter_cipher_open(&key, &sta, &cipher));
	assert_null(cipher);
	key.ea = METER_EA_STA;
	assert_false(meter_key_parse(EXAMPLE_KEY, &key));
	assert_false(meter_key_parse("0123456789abcdeg", &key));
	assert_true(meter_key_parse("0123456789ABCDEF", &key));
	assert_int_equal(key.bytes[7], 0xef);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_vectors_of_misty1),  cmocka_unit_test(test_vectors_of_sta),
	    cmocka_unit_test(test_vectors_of_class_1), cmocka_unit_test(test_worked_example),
	    cmocka_unit_test(test_not_twenty_digits),  cmocka_unit_test(test_every_digit_changed),
	    cmocka_unit_test(test_meter_test_token),   cmocka_unit_test(test_answers),
	    cmocka_unit_test(test_unknown_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
