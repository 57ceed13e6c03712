/* EA07: its table sets as text, and the cipher against the vector file and against the standard's own steps.
 *
 * rooms: core/sts core/base */
#include "core/sts/sta.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "core/sts/block.h"
#include "core/sts/crc.h"
#include "tests/unit/sts_rows.h"
#include "tests/unit/sts_sample.h"

#define S1_LINE "S1 12 10 8 4 3 15 0 2 14 1 5 13 6 9 7 11\n"
#define S2_LINE "S2 6 9 7 4 3 10 12 14 2 13 1 15 0 11 8 5\n"
#define P_LINE                                                                                                         \
	"P 29 27 34 9 16 62 55 2 40 49 38 25 33 61 30 23 1 41 21 57 42 15 5 58 19 53 22 17 48 28 24 39 3 60 36 14 11 " \
	"52 54 12 31 51 10 26 0 45 37 43 44 6 59 4 7 35 56 50 13 18 32 47 46 63 20 8\n"

static void expect_sample(const char *text)
{
	struct bt_sta_tables tables;
	struct bt_fault fault = {0};

	assert_int_equal(bt_sta_tables_parse(bt_bytes_of(text), &tables, &fault), BT_OK);
	assert_memory_equal(&tables, &bt_sta_sample, sizeof tables);
}

static void test_table_text(void **state)
{
	(void)state;
	expect_sample(S1_LINE S2_LINE P_LINE);
	expect_sample("# the sample set\n\n" P_LINE "  \t\n" S2_LINE "#S1 0\n" S1_LINE);
	expect_sample("S1\t12 10 8 4 3 15 0 2 14 1 5 13 6 9 7 11 \r\n" S2_LINE P_LINE "\r\n");
	expect_sample(P_LINE S1_LINE "  S2 06 09 07 04 03 10 12 14 02 13 01 15 00 11 08 05");
}

static void test_table_text_refused(void **state)
{
	static const struct {
		const char *text, *what;
	} rows[] = {
	    {"", "no line S1"},
	    {S1_LINE P_LINE, "no line S2"},
	    {S1_LINE S2_LINE, "no line P"},
	    {S1_LINE S2_LINE P_LINE "S3 1 2 3\n", "line 4: begins with none of S1, S2, P"},
	    {"s1 1\n", "line 1: begins with none of S1, S2, P"},
	    {"\n" S1_LINE S2_LINE S1_LINE P_LINE, "line 4: S1 again"},
	    {"S1\n", "line 1: S1 has 0 numbers, 16 are needed"},
	    {S1_LINE "S2 6 9 7 4 3 10 12 14 2 13 1 15 0 11 8\n" P_LINE, "line 2: S2 has 15 numbers, 16 are needed"},
	    {"S1 12 10 8 4 3 15 0 2 14 1 5 13 6 9 7 11 1\n", "line 1: S1 has more than 16 numbers"},
	    {"S1 12 10 8 4 3 16 0 2 14 1 5 13 6 9 7 11\n", "line 1: number 6 of S1 is not one of 0 to 15"},
	    {"S1 12 10 -8 4 3 15 0 2 14 1 5 13 6 9 7 11\n", "line 1: number 3 of S1 is not one of 0 to 15"},
	    {"S1 12 10 0x8 4\n", "line 1: number 3 of S1 is not one of 0 to 15"},
	    {"S1 12 10 256 4\n", "line 1: number 3 of S1 is not one of 0 to 15"},
	    {"S1 12,10,8,4,3,15,0,2,14,1,5,13,6,9,7,11\n", "line 1: number 1 of S1 is not one of 0 to 15"},
	    {"S1 12 10 8 4 3 15 0 2 14 1 5 13 6 9 7 12\n", "line 1: S1 has 12 twice, it must have each once"},
	    {"P 29 27 64\n", "line 1: number 3 of P is not one of 0 to 63"},
	    {"P 29 27 29\n", "line 1: P has 29 twice, it must have each once"},
	};
	struct bt_sta_tables tables, before;

	(void)state;
	memset(&tables, 0x5a, sizeof tables);
	before = tables;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct bt_fault fault = {0};

		assert_int_equal(bt_sta_tables_parse(bt_bytes_of(rows[i].text), &tables, &fault), BT_EFORMAT);
		assert_string_equal(fault.what, rows[i].what);
		assert_int_equal(bt_sta_tables_parse(bt_bytes_of(rows[i].text), &tables, NULL), BT_EFORMAT);
	}
	assert_memory_equal(&tables, &before, sizeof tables);
}

/* A text cut anywhere but in its last line end is no table set; nor does a byte that is not text pass. */
static void test_table_text_cut(void **state)
{
	static const char whole[] = S1_LINE S2_LINE P_LINE;
	struct bt_sta_tables tables;
	char damaged[sizeof whole];

	(void)state;
	for (size_t len = 0; len < sizeof whole - 2; len++) {
		char *copy = malloc(len + 1); /* so that a sanitizer sees a read behind the end */

		memcpy(copy, whole, len);
		assert_int_equal(bt_sta_tables_parse((struct bt_bytes){(uint8_t *)copy, len}, &tables, NULL),
				 BT_EFORMAT);
		free(copy);
	}
	for (size_t at = 0; at < sizeof whole - 2; at++) {
		if (whole[at] == ' ')
			continue;
		memcpy(damaged, whole, sizeof whole);
		damaged[at] = '\0';
		assert_int_equal(
		    bt_sta_tables_parse((struct bt_bytes){(uint8_t *)damaged, sizeof whole - 1}, &tables, NULL),
		    BT_EFORMAT);
	}
}

static bool is_permutation(const uint8_t *numbers, unsigned count)
{
	uint64_t seen = 0;

	for (unsigned i = 0; i < count; i++)
		seen |= numbers[i] < count ? UINT64_C(1) << numbers[i] : 0;
	return seen == UINT64_MAX >> (64 - count);
}

/* Any bit flipped: refused with a reason, or a table set whose three lines are permutations all the same. */
static void test_table_text_flipped(void **state)
{
	static const char whole[] = S1_LINE S2_LINE P_LINE;
	int refused = 0;

	(void)state;
	for (size_t bit = 0; bit < 8 * (sizeof whole - 1); bit++) {
		struct bt_sta_tables tables;
		struct bt_fault fault = {0};
		char damaged[sizeof whole];

		memcpy(damaged, whole, sizeof whole);
		damaged[bit / 8] = (char)((unsigned char)damaged[bit / 8] ^ 1u << bit % 8);
		if (bt_sta_tables_parse((struct bt_bytes){(uint8_t *)damaged, sizeof whole - 1}, &tables, &fault) ==
		    BT_OK) {
			assert_true(is_permutation(tables.s1, 16) && is_permutation(tables.s2, 16) &&
				    is_permutation(tables.p, 64));
			continue;
		}
		assert_true(fault.what[0] != '\0');
		refused++;
	}
	assert_true(refused > (int)(7 * (sizeof whole - 1)));
}

/* Each token of the file deciphers under its key to a block whose check field holds, which enciphers to the token. */
static void test_vector_file(void **state)
{
	FILE *file = fopen(BATTI_VECTORS_DIR "/sts_ea07_sample_tables.csv", "r");
	struct sts_row row;
	int rows = 0;

	(void)state;
	assert_non_null(file);
	for (; sts_row_next(file, &row); rows++) {
		struct bt_sts_carrier carrier;
		uint8_t key[8];
		uint64_t block;

		sts_row_bytes(row.field[STS_DECODER_KEY], key, sizeof key);
		assert_int_equal(bt_sts_carrier_parse(row.field[STS_TOKEN], &carrier), BT_OK);
		assert_int_equal(carrier.token_class, sts_row_number(&row, STS_CLASS));
		block = bt_sta_decrypt(&sts_sample, bt_be64_get(key), carrier.block);
		assert_int_equal(block >> 60, sts_row_number(&row, STS_SUBCLASS));
		assert_int_equal(block & 0xffff, bt_sts_crc(carrier.token_class, block));
		assert_true(bt_sta_encrypt(&sts_sample, bt_be64_get(key), block) == carrier.block);
	}
	fclose(file);
	assert_int_equal(rows, 112);
}

/* The standard's own words, a bit at a time. */
static uint64_t encrypt_slowly(const struct bt_sta_tables *tables, uint64_t key, uint64_t x)
{
	uint64_t w = ~key >> 12 | ~key << 52;

	for (int round = 0; round < 16; round++) {
		uint64_t substituted = 0, permuted = 0;

		for (int n = 0; n < 16; n++) {
			uint64_t nibble = x >> 4 * n & 15;

			substituted |= (uint64_t)(w >> (4 * n + 3) & 1 ? tables->s2[nibble] : tables->s1[nibble])
				       << 4 * n;
		}
		for (int i = 0; i < 64; i++)
			permuted |= (substituted >> i & 1) << tables->p[i];
		x = permuted;
		w = w << 1 | w >> 63;
	}
	return x;
}

static void shuffle(uint8_t *numbers, unsigned count, uint64_t *random)
{
	for (unsigned i = 0; i < count; i++)
		numbers[i] = (uint8_t)i;
	for (unsigned i = count - 1; i > 0; i--) {
		unsigned other = (unsigned)(sts_next_word(random) % (i + 1));
		uint8_t moved = numbers[i];

		numbers[i] = numbers[other];
		numbers[other] = moved;
	}
}

/* Other table sets than the sample, S1 and S2 not each other's inverse. */
static void test_any_table_set(void **state)
{
	uint64_t random = UINT64_C(0x5eed5eed5eed5eed);
	struct bt_sta_tables tables = bt_sta_sample;
	struct bt_sta sta;

	(void)state;
	for (int set = 0; set < 50; set++) {
		bt_sta_init(&sta, &tables);
		for (int i = 0; i < 200; i++) {
			uint64_t key = sts_next_word(&random), block = sts_next_word(&random);
			uint64_t cipher = bt_sta_encrypt(&sta, key, block);

			assert_true(cipher == encrypt_slowly(&tables, key, block));
			assert_true(bt_sta_decrypt(&sta, key, cipher) == block);
		}
		shuffle(tables.s1, 16, &random);
		shuffle(tables.s2, 16, &random);
		shuffle(tables.p, 64, &random);
	}
}

static void test_there_and_back(void **state)
{
	uint64_t random = UINT64_C(0x0123456789abcdef);

	(void)state;
	for (int i = 0; i < 200000; i++) {
		uint64_t key = sts_next_word(&random), block = sts_next_word(&random);

		if (bt_sta_decrypt(&sts_sample, key, bt_sta_encrypt(&sts_sample, key, block)) != block ||
		    bt_sta_encrypt(&sts_sample, key, bt_sta_decrypt(&sts_sample, key, block)) != block)
			fail();
	}
}

/* Every bit of the block changes the cipher. A bit of the key need not: it chooses a substitution four times, and for
 * two of sixteen nibbles both substitutions of the sample set are the same, so that one in 8^4 changes nothing. */
static void test_every_bit_counts(void **state)
{
	uint64_t random = UINT64_C(0xfeedface12345678);
	int alike = 0;

	(void)state;
	for (int i = 0; i < 640; i++) {
		uint64_t key = sts_next_word(&random), block = sts_next_word(&random);
		uint64_t cipher = bt_sta_encrypt(&sts_sample, key, block);

		for (unsigned bit = 0; bit < 64; bit++) {
			assert_true(bt_sta_encrypt(&sts_sample, key, block ^ UINT64_C(1) << bit) != cipher);
			alike += bt_sta_encrypt(&sts_sample, key ^ UINT64_C(1) << bit, block) == cipher;
		}
	}
	assert_in_range(alike, 2, 25); /* of 40960; 10 are expected */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_table_text),     cmocka_unit_test(test_table_text_refused),
	    cmocka_unit_test(test_table_text_cut), cmocka_unit_test(test_table_text_flipped),
	    cmocka_unit_test(test_vector_file),    cmocka_unit_test(test_any_table_set),
	    cmocka_unit_test(test_there_and_back), cmocka_unit_test(test_every_bit_counts),
	};

	return cmocka_run_group_tests(tests, sts_make_sample, NULL);
}
