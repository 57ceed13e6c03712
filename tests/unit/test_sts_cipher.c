/* The table of ciphers, EA11 against the vector file and another library, the check fields a bit at a time, the digits
 * by long division, and the published examples of all of them.
 *
 * rooms: core/sts core/base
 * uses: botan */
#include "core/sts/cipher.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include <botan/ffi.h>

#include "core/base/crypto.h"
#include "core/sts/block.h"
#include "core/sts/crc.h"
#include "tests/unit/sts_rows.h"
#include "tests/unit/sts_sample.h"

static void next_key(uint64_t *state, uint8_t out[16])
{
	bt_be64_put(out, sts_next_word(state));
	bt_be64_put(out + 8, sts_next_word(state));
}

/* ---- the table -----------------------------------------------------------------------------------------------------
 */

static void test_rows(void **state)
{
	(void)state;
	assert_int_equal(bt_sts_cipher_find("07")->key_len, 8);
	assert_null(bt_sts_cipher_find("07")->refusal);
	assert_int_equal(bt_sts_cipher_find("11")->key_len, 16);
	assert_null(bt_sts_cipher_find("11")->refusal);
	assert_non_null(strstr(bt_sts_cipher_find("09")->refusal, "EA09"));
	assert_null(bt_sts_cipher_find("08"));
	assert_null(bt_sts_cipher_find(""));
	assert_null(bt_sts_cipher_find("7"));
}

static void test_keys_of_every_length(void **state)
{
	(void)state;
	for (unsigned len = 0; len <= 255; len++) {
		struct bt_sts_decoder_key key = {.bytes = {1, 2, 3}, .len = (uint8_t)len};
		struct bt_sts_schedule schedule, before;

		memset(&schedule, 0x5a, sizeof schedule);
		before = schedule;
		assert_int_equal(bt_sts_schedule_init(&schedule, NULL, &key), len == 16 ? BT_OK : BT_EUNSUPPORTED);
		if (len != 16)
			assert_memory_equal(&schedule, &before, sizeof schedule);
		assert_int_equal(bt_sts_schedule_init(&schedule, &sts_sample, &key),
				 len == 16 || len == 8 ? BT_OK : BT_EUNSUPPORTED);
		if (len != 16 && len != 8)
			continue;
		assert_true(schedule.cipher == bt_sts_cipher_find(len == 8 ? "07" : "11"));
		assert_true(bt_sts_decrypt(&schedule, bt_sts_encrypt(&schedule, 77)) == 77);
		bt_sts_schedule_wipe(&schedule);
		for (size_t i = 0; i < sizeof schedule; i++)
			assert_int_equal(((const uint8_t *)&schedule)[i], 0);
	}
}

/* Of a schedule for EA07: the first three bytes of what eight zero bytes become. */
static void test_check_value_of_ea07(void **state)
{
	struct bt_sts_decoder_key key = {.bytes = {1, 2, 3, 4, 5, 6, 7, 8}, .len = 8};
	struct bt_sts_schedule schedule;
	char expected[17], kcv[7];

	(void)state;
	assert_int_equal(bt_sts_schedule_init(&schedule, &sts_sample, &key), BT_OK);
	snprintf(expected, sizeof expected, "%016llX",
		 (unsigned long long)bt_sta_encrypt(&sts_sample, UINT64_C(0x0102030405060708), 0));
	bt_sts_kcv(&schedule, kcv);
	assert_int_equal(strlen(kcv), 6);
	assert_memory_equal(kcv, expected, 6);
}

/* ---- EA11 ----------------------------------------------------------------------------------------------------------
 */

static void test_misty1_vector_file(void **state)
{
	FILE *file = fopen(STS_ROWS_PATH, "r");
	struct sts_row row;
	int rows = 0;

	(void)state;
	assert_non_null(file);
	for (; sts_row_next(file, &row); rows++) {
		struct bt_sts_carrier carrier;
		struct bt_misty1 misty;
		uint8_t key[16];
		uint64_t block;

		sts_row_bytes(row.field[STS_DECODER_KEY], key, sizeof key);
		bt_misty1_init(&misty, key);
		assert_int_equal(bt_sts_carrier_parse(row.field[STS_TOKEN], &carrier), BT_OK);
		assert_int_equal(carrier.token_class, sts_row_number(&row, STS_CLASS));
		block = bt_misty1_decrypt(&misty, carrier.block);
		assert_int_equal(block >> 60, sts_row_number(&row, STS_SUBCLASS));
		assert_int_equal(block & 0xffff, bt_sts_crc(carrier.token_class, block));
		assert_true(bt_misty1_encrypt(&misty, block) == carrier.block);
	}
	fclose(file);
	assert_int_equal(rows, 63);
}

static void test_misty1_of_another_library(void **state)
{
	uint64_t random = UINT64_C(0x2994299429942994);
	botan_block_cipher_t other;

	(void)state;
	assert_int_equal(botan_block_cipher_init(&other, "MISTY1"), 0);
	for (int i = 0; i < 20000; i++) {
		struct bt_misty1 misty;
		uint8_t key[16], plain[8], cipher[8];
		uint64_t block = sts_next_word(&random);

		next_key(&random, key);
		bt_misty1_init(&misty, key);
		bt_be64_put(plain, block);
		assert_int_equal(botan_block_cipher_set_key(other, key, sizeof key), 0);
		assert_int_equal(botan_block_cipher_encrypt_blocks(other, plain, cipher, 1), 0);
		assert_true(bt_misty1_encrypt(&misty, block) == bt_be64_get(cipher));
		assert_true(bt_misty1_decrypt(&misty, bt_be64_get(cipher)) == block);
		assert_true(bt_misty1_encrypt(&misty, bt_misty1_decrypt(&misty, block)) == block);
	}
	botan_block_cipher_destroy(other);
}

static void test_misty1_every_bit_counts(void **state)
{
	uint64_t random = UINT64_C(0xfeedface12345678);

	(void)state;
	for (int i = 0; i < 100; i++) {
		struct bt_misty1 right, wrong;
		uint8_t key[16];
		uint64_t block = sts_next_word(&random), cipher;

		next_key(&random, key);
		bt_misty1_init(&right, key);
		cipher = bt_misty1_encrypt(&right, block);
		for (unsigned bit = 0; bit < 64; bit++)
			assert_true(bt_misty1_encrypt(&right, block ^ UINT64_C(1) << bit) != cipher);
		for (unsigned bit = 0; bit < 128; bit++) {
			key[bit / 8] ^= (uint8_t)(1u << bit % 8);
			bt_misty1_init(&wrong, key);
			assert_true(bt_misty1_encrypt(&wrong, block) != cipher);
			key[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
}

/* ---- check fields and digits ---------------------------------------------------------------------------------------
 */

/* CRC-16, reflected, over bytes, a bit at a time; its two bytes the other way round. */
static uint16_t make_crc(const uint8_t *bytes, size_t len)
{
	unsigned crc = 0xffff;

	for (size_t i = 0; i < len; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xa001 : crc >> 1;
	}
	return (uint16_t)(crc << 8 | crc >> 8);
}

static void check_crc(uint8_t token_class, uint64_t block)
{
	uint8_t bytes[9] = {token_class};

	bt_be64_put(bytes + 1, block);
	if (bt_sts_crc(token_class, block) != make_crc(bytes, 7))
		fail();
	bytes[7] = 1;
	if (bt_sts_crc_c(token_class, block) != make_crc(bytes, 8))
		fail();
}

/* Every value of every nibble alone (all that the tables hold), and many blocks. */
static void test_check_fields(void **state)
{
	uint64_t random = UINT64_C(0xc0c0c0c0c0c0c0c0);

	(void)state;
	for (unsigned token_class = 0; token_class < 4; token_class++) {
		for (unsigned shift = 0; shift < 64; shift += 4) {
			for (uint64_t value = 0; value < 16; value++)
				check_crc((uint8_t)token_class, value << shift);
		}
		for (int i = 0; i < 50000; i++)
			check_crc((uint8_t)token_class, sts_next_word(&random));
	}
}

/* The 66 bits as the standard puts them together, by long division. */
static void check_digits(uint8_t token_class, uint64_t block)
{
	const struct bt_sts_carrier carrier = {.token_class = token_class, .block = block};
	struct bt_sts_carrier back;
	uint64_t top = block >> 27 & 3;
	unsigned __int128 bits =
	    (unsigned __int128)top << 64 | (block & ~(UINT64_C(3) << 27)) | (uint64_t)token_class << 27;
	char digits[BT_STS_TOKEN_CAP], expected[BT_STS_TOKEN_CAP];

	for (int i = 19; i >= 0; i--) {
		expected[i] = (char)('0' + (int)(bits % 10));
		bits /= 10;
	}
	expected[20] = '\0';
	bt_sts_carrier_format(&carrier, digits);
	assert_string_equal(digits, expected);
	assert_int_equal(bt_sts_carrier_parse(digits, &back), BT_OK);
	assert_int_equal(back.token_class, token_class);
	assert_true(back.block == block);
}

static void test_digits(void **state)
{
	uint64_t random = UINT64_C(0xd161d161d161d161), block = 1;

	(void)state;
	for (unsigned token_class = 0; token_class < 4; token_class++) {
		check_digits((uint8_t)token_class, 0);
		check_digits((uint8_t)token_class, UINT64_MAX);
		for (int bit = 0; bit < 64; bit++) {
			check_digits((uint8_t)token_class, UINT64_C(1) << bit);
			check_digits((uint8_t)token_class, (UINT64_C(1) << bit) - 1);
		}
		for (int i = 0; i < 20; i++) { /* carries into each digit */
			check_digits((uint8_t)token_class, block);
			check_digits((uint8_t)token_class, block - 1);
			block *= 10;
		}
		for (int i = 0; i < 50000; i++)
			check_digits((uint8_t)token_class, sts_next_word(&random) >> (i % 64));
	}
}

/* ---- what is printed in public --------------------------------------------------------------------------------------
 */

struct counts {
	int crc, crc_c, misty1, des;
};

static void check_crc_row(const char *input, unsigned expected, struct counts *counts)
{
	unsigned long tid, amount;
	uint8_t bytes[8] = {0};
	uint64_t block;

	if (sscanf(input, "class0 sub0 RND5 TID%lu Amount%lxh", &tid, &amount) == 2) {
		block = UINT64_C(5) << 56 | (uint64_t)tid << 32 | (uint64_t)amount << 16;
		assert_int_equal(bt_sts_crc(0, block), expected);
	} else {
		sts_row_bytes(input, bytes, 7);
		assert_int_equal(bt_sts_crc(bytes[0], bt_be64_get(bytes) << 8), expected);
	}
	counts->crc++;
}

static void check_crc_c_row(const char *input, unsigned expected, struct counts *counts)
{
	uint8_t bytes[8];

	sts_row_bytes(input, bytes, sizeof bytes);
	assert_int_equal(bytes[7], 1);
	assert_int_equal(bt_sts_crc_c(bytes[0], bt_be64_get(bytes) << 8), expected);
	counts->crc_c++;
}

static void check_misty1_row(const char *key_hex, uint64_t plain, uint64_t cipher, struct counts *counts)
{
	struct bt_misty1 misty;
	uint8_t key[16];

	sts_row_bytes(key_hex, key, sizeof key);
	bt_misty1_init(&misty, key);
	assert_true(bt_misty1_encrypt(&misty, plain) == cipher);
	assert_true(bt_misty1_decrypt(&misty, cipher) == plain);
	counts->misty1++;
}

static void check_des_row(const char *key_hex, uint64_t plain, uint64_t cipher, struct counts *counts)
{
	struct bt_des_key des;
	uint8_t bytes[8];

	sts_row_bytes(key_hex, bytes, sizeof bytes);
	bt_des_key_init(&des, bytes);
	bt_be64_put(bytes, plain);
	bt_des_encrypt(&des, bytes, bytes);
	assert_true(bt_be64_get(bytes) == cipher);
	counts->des++;
}

static void check_public_row(char *line, struct counts *counts)
{
	char *what = strsep(&line, ","), *input = strsep(&line, ","), *expected = strsep(&line, ",");
	char key[33];
	unsigned long long plain;
	uint64_t answer = strtoull(expected, NULL, 16);

	if (strcmp(what, "CRC") == 0)
		check_crc_row(input, (unsigned)answer, counts);
	else if (strcmp(what, "CRC_C") == 0)
		check_crc_c_row(input, (unsigned)answer, counts);
	else if (sscanf(input, "key %32[0-9a-f] pt %16llx", key, &plain) != 2)
		return;
	else if (strcmp(what, "MISTY1") == 0)
		check_misty1_row(key, plain, answer, counts);
	else if (strncmp(what, "DES", 3) == 0)
		check_des_row(key, plain, answer, counts);
}

static void test_public_examples(void **state)
{
	FILE *file = fopen(BATTI_VECTORS_DIR "/sts_public_examples.csv", "r");
	struct counts counts = {0};
	char line[512];

	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof line, file))
		check_public_row(line, &counts);
	fclose(file);
	assert_int_equal(counts.crc, 2);
	assert_int_equal(counts.crc_c, 1);
	assert_int_equal(counts.misty1, 2);
	assert_int_equal(counts.des, 1);
}

/* The last public example, an EA07 token under the key 0abc12def3456789: 25.6 kWh at 1996-03-25T13:55, RND 11. It was
 * made with another table set than the sample, which neither makes nor reads it, with the key either way round. */
static void test_token_of_another_table_set(void **state)
{
	const uint64_t keys[] = {UINT64_C(0x0abc12def3456789), UINT64_C(0x896745f3de12bc0a)};
	uint64_t block = UINT64_C(11) << 56 | UINT64_C(1698595) << 32 | UINT64_C(256) << 16;
	struct bt_sts_carrier carrier;

	(void)state;
	block |= bt_sts_crc(0, block);
	assert_int_equal(bt_sts_carrier_parse("29054347139309851356", &carrier), BT_OK);
	assert_int_equal(carrier.token_class, 0);
	for (int i = 0; i < 2; i++) {
		uint64_t read = bt_sta_decrypt(&sts_sample, keys[i], carrier.block);

		assert_true(bt_sta_encrypt(&sts_sample, keys[i], block) != carrier.block);
		assert_int_not_equal(read & 0xffff, bt_sts_crc(0, read));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_keys_of_every_length),
	    cmocka_unit_test(test_check_value_of_ea07),
	    cmocka_unit_test(test_misty1_vector_file),
	    cmocka_unit_test(test_misty1_of_another_library),
	    cmocka_unit_test(test_misty1_every_bit_counts),
	    cmocka_unit_test(test_check_fields),
	    cmocka_unit_test(test_digits),
	    cmocka_unit_test(test_public_examples),
	    cmocka_unit_test(test_token_of_another_table_set),
	};

	return cmocka_run_group_tests(tests, sts_make_sample, NULL);
}
