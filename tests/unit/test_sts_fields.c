/* The cipher, the check field, the amount field and the 66 bits, each against published values.
 * rooms: core/sts core/base */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "core/sts/amount.h"
#include "core/sts/block.h"
#include "core/sts/crc.h"
#include "core/sts/misty1.h"

/* RFC 2994. */
static const uint8_t rfc_key[16] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
				    0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};

static void test_misty1_of_the_rfc(void **state)
{
	struct bt_misty1 misty;

	(void)state;
	bt_misty1_init(&misty, rfc_key);
	assert_true(bt_misty1_encrypt(&misty, UINT64_C(0x0123456789abcdef)) == UINT64_C(0x8b1da5f56ab3d07c));
	assert_true(bt_misty1_encrypt(&misty, UINT64_C(0xfedcba9876543210)) == UINT64_C(0x04b68240b13be95d));
	assert_true(bt_misty1_decrypt(&misty, UINT64_C(0x8b1da5f56ab3d07c)) == UINT64_C(0x0123456789abcdef));
	assert_true(bt_misty1_decrypt(&misty, UINT64_C(0x04b68240b13be95d)) == UINT64_C(0xfedcba9876543210));
}

/* Each block deciphers to what it came from, through 10 000 keys and blocks in a chain. */
static void test_misty1_there_and_back(void **state)
{
	struct bt_misty1 misty;
	uint8_t key[16];
	uint64_t block = UINT64_C(0x0123456789abcdef);

	(void)state;
	memcpy(key, rfc_key, sizeof key);
	for (int i = 0; i < 10000; i++) {
		uint64_t cipher;

		bt_misty1_init(&misty, key);
		cipher = bt_misty1_encrypt(&misty, block);
		assert_true(bt_misty1_decrypt(&misty, cipher) == block);
		block = cipher;
		key[i % 16] ^= (uint8_t)(cipher & 0xff);
	}
}

/* Examples on the public pages of the STS Association. */
static void test_crc(void **state)
{
	const uint64_t first = UINT64_C(0x004a2d900ff20000);
	const uint64_t second = UINT64_C(0x05) << 56 | UINT64_C(12593749) << 32 | UINT64_C(0x2710) << 16;

	(void)state;
	assert_int_equal(bt_sts_crc(0, first), 0x0ffa);
	assert_int_equal(bt_sts_crc(0, first | 0xffff), 0x0ffa);
	assert_int_equal(bt_sts_crc_c(0, first), 0x7bc4);
	assert_int_equal(bt_sts_crc(0, second), 0x1970);
}

static void test_amount_values(void **state)
{
	static const struct {
		uint32_t tenths;
		uint16_t code;
	} rows[] = {
	    {0, 0},
	    {1, 1},
	    {16383, 0x3fff},
	    {16384, 0x4000},
	    {16385, 0x4001},
	    {180223, 0x8000},
	    {180224, 0x8000},
	    {1818623, 0xc000},
	    {1818624, 0xc000},
	    {18200625, 0xffff},
	    {18201624, 0xffff},
	};
	uint16_t code = 77;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(bt_sts_amount_encode(rows[i].tenths, &code), BT_OK);
		assert_int_equal(code, rows[i].code);
	}
	code = 77;
	assert_int_equal(bt_sts_amount_encode(BT_STS_AMOUNT_MAX + 1, &code), BT_ERANGE);
	assert_int_equal(bt_sts_amount_encode(UINT32_MAX, &code), BT_ERANGE);
	assert_int_equal(code, 77);
}

/* Over every amount: never less than asked, and never more than the next code up is worth. */
static void test_every_amount(void **state)
{
	uint16_t code = 0;

	(void)state;
	for (uint32_t tenths = 0; tenths <= BT_STS_AMOUNT_MAX; tenths++) {
		if (bt_sts_amount_encode(tenths, &code) != BT_OK)
			fail();
		if (bt_sts_amount_decode(code) < tenths)
			fail();
		if (code > 0 && bt_sts_amount_decode((uint16_t)(code - 1)) >= tenths)
			fail();
	}
	for (uint32_t all = 0; all <= UINT16_MAX; all++) {
		assert_int_equal(bt_sts_amount_encode(bt_sts_amount_decode((uint16_t)all), &code), BT_OK);
		assert_int_equal(code, all);
	}
}

static void check_carrier(const char *token, uint8_t token_class, uint64_t block)
{
	struct bt_sts_carrier carrier = {.token_class = 9};
	char text[BT_STS_TOKEN_CAP];

	assert_int_equal(bt_sts_carrier_parse(token, &carrier), BT_OK);
	assert_int_equal(carrier.token_class, token_class);
	assert_true(carrier.block == block);
	bt_sts_carrier_format(&carrier, text);
	assert_string_equal(text, token);
}

static void test_carrier(void **state)
{
	struct bt_sts_carrier carrier = {.token_class = 9, .block = 9};

	(void)state;
	check_carrier("00000000000000000000", 0, 0);
	/* 2^66 - 1, the largest. */
	check_carrier("73786976294838206463", 3, UINT64_MAX);
	/* 3ad2ff6f8c100a5f4 hex, printed in public: class bits 00, the bits above are 1 and 1. */
	check_carrier("67819696861845956084", 0, UINT64_C(0xad2ff6f8d900a5f4));
	assert_int_equal(bt_sts_carrier_parse("73786976294838206464", &carrier), BT_EINPUT);
	assert_int_equal(bt_sts_carrier_parse("99999999999999999999", &carrier), BT_EINPUT);
	assert_int_equal(bt_sts_carrier_parse("1234", &carrier), BT_EINPUT);
	assert_int_equal(bt_sts_carrier_parse("000000000000000000000", &carrier), BT_EINPUT);
	assert_int_equal(bt_sts_carrier_parse("0000000000000000000 ", &carrier), BT_EINPUT);
	assert_int_equal(carrier.token_class, 9);
	assert_true(carrier.block == 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_misty1_of_the_rfc),
	    cmocka_unit_test(test_misty1_there_and_back),
	    cmocka_unit_test(test_crc),
	    cmocka_unit_test(test_amount_values),
	    cmocka_unit_test(test_every_amount),
	    cmocka_unit_test(test_carrier),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
