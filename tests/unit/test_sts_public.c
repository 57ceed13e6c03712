/* What the STS Association and others print in public (tests/vectors/sts_public_examples.csv): check fields, TIDs,
 * check digits, the 66 bits, a meter test token. Rows of ciphers and keys have tests of their own.
 * rooms: core/sts core/base */
#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/sts/block.h"
#include "core/sts/crc.h"
#include "core/sts/identity.h"
#include "core/sts/tid.h"
#include "core/sts/token.h"

/* Class in the first of seven bytes, then bits 63 to 16 of the block; the input of CRC_C ends in a byte 01 besides. */
static uint64_t read_block(const char *hex, uint8_t *token_class)
{
	char digits[15];

	memcpy(digits, hex, 14);
	digits[14] = '\0';
	*token_class = (uint8_t)(strtoull(digits, NULL, 16) >> 48);
	return (uint64_t)strtoull(digits, NULL, 16) << 16;
}

static void check_crc(const char *input, const char *expected)
{
	uint8_t token_class = 0;
	unsigned rnd, tid, amount;
	uint64_t block;

	if (sscanf(input, "class0 sub0 RND%u TID%u Amount%xh", &rnd, &tid, &amount) == 3)
		block = (uint64_t)rnd << 56 | (uint64_t)tid << 32 | (uint64_t)amount << 16;
	else
		block = read_block(input, &token_class);
	assert_int_equal(bt_sts_crc(token_class, block), strtoul(expected, NULL, 16));
}

static void check_crc_c(const char *input, const char *expected)
{
	uint8_t token_class;
	uint64_t block = read_block(input, &token_class);

	assert_string_equal(input + 14, "01");
	assert_int_equal(bt_sts_crc_c(token_class, block), strtoul(expected, NULL, 16));
}

static void check_tid(const char *input, const char *expected)
{
	struct bt_civil civil = {0};
	unsigned base;
	uint32_t tid;

	assert_int_equal(sscanf(input, "%d-%d-%dT%d:%d base%u", &civil.year, &civil.month, &civil.day, &civil.hour,
				&civil.minute, &base),
			 6);
	assert_int_equal(bt_sts_tid_of(bt_civil_to_ms(civil, 0), (uint16_t)base, &tid), BT_OK);
	assert_int_equal(tid, strtoul(expected, NULL, 10));
}

static void check_class_1(const char *input, const char *expected)
{
	struct bt_sts_token token = {.token_class = 1};
	unsigned subclass, mfr, control;
	char text[BT_STS_TOKEN_CAP];

	assert_int_equal(sscanf(input, "sub%u mfr%u control%u", &subclass, &mfr, &control), 3);
	token.subclass = (uint8_t)subclass;
	token.mfr_code = (uint16_t)mfr;
	token.control = control;
	assert_int_equal(bt_sts_token_encode(NULL, &token, text), BT_OK);
	assert_string_equal(text, expected);
}

/* The 66 bits as they stand: the class back in its place, the two bits it displaced on top. */
static void check_digits(const char *input, const char *expected)
{
	struct bt_sts_carrier carrier;
	uint64_t low;
	char hex[20];

	assert_int_equal(bt_sts_carrier_parse(input, &carrier), BT_OK);
	low = (carrier.block & ~(UINT64_C(3) << 27)) | (uint64_t)carrier.token_class << 27;
	snprintf(hex, sizeof hex, "%X%016" PRIX64, (unsigned)(carrier.block >> 27 & 3), low);
	assert_string_equal(hex, expected);
}

static void check_pan(const char *input, const char *expected)
{
	char iin[8], drn[16], pan[BT_STS_PAN_CAP];

	assert_int_equal(sscanf(input, "IIN%7s DRN%15s", iin, drn), 2);
	assert_int_equal(bt_sts_pan_of_drn(drn, pan), BT_OK);
	assert_string_equal(pan, expected);
	assert_memory_equal(pan, iin, strlen(iin));
}

static const struct kind {
	const char *what;
	int rows;
	void (*check)(const char *input, const char *expected);
} kinds[] = {
    {"CRC", 2, check_crc},        {"CRC_C", 1, check_crc_c},  {"TID", 5, check_tid}, {"class1 token", 1, check_class_1},
    {"dec/hex", 1, check_digits}, {"Luhn/PAN", 1, check_pan},
};

#define KINDS (sizeof kinds / sizeof kinds[0])

static void test_every_row(void **state)
{
	FILE *file = fopen(BATTI_VECTORS_DIR "/sts_public_examples.csv", "r");
	int rows[KINDS] = {0};
	char line[512];

	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof line, file)) {
		char *rest = line, *what = strsep(&rest, ","), *input = strsep(&rest, ","), *expected;

		expected = strsep(&rest, ",");
		assert_non_null(expected);
		for (size_t i = 0; i < KINDS; i++) {
			if (strcmp(what, kinds[i].what) != 0)
				continue;
			kinds[i].check(input, expected);
			rows[i]++;
		}
	}
	fclose(file);
	for (size_t i = 0; i < KINDS; i++)
		assert_int_equal(rows[i], kinds[i].rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
