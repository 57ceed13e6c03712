/* Whatever is not a right token, and right tokens that are not read: each is told for what it is.
 * rooms: core/sts core/base */
#include "tests/unit/sts_tokens.h"

#include "core/sts/block.h"
#include "core/sts/crc.h"

#define FIRST_TOO_LARGE "73786976294838206464" /* 2^66 */

/* One token of each kind: under EA11, under EA07 with the sample tables (rows of the vector files), and class 1. */
static const char *const right[] = {EXAMPLE_TOKEN, "70407480466348352546", "00000000000150997584"};
static const char *const keys[] = {"f94b6ed353c3bfdb113e2d3a7ea3c41d", "5f72a7dc2b1862b2",
				   "f94b6ed353c3bfdb113e2d3a7ea3c41d"};

#define RIGHT_COUNT 3

static enum bt_err decode(size_t which, const char *token)
{
	const struct bt_sts_decoder_key key = read_hex_key(keys[which]);
	struct bt_sts_schedule schedule = make_schedule(&key);
	struct bt_sts_token seen = {.subclass = 77};
	enum bt_err err = bt_sts_token_decode(&schedule, token, &seen);

	assert_true(err == BT_OK || err == BT_EUNSUPPORTED || seen.subclass == 77);
	return err;
}

static void test_truncations_and_additions(void **state)
{
	char token[BT_STS_TOKEN_CAP + 1];

	(void)state;
	for (size_t which = 0; which < RIGHT_COUNT; which++) {
		assert_int_equal(decode(which, right[which]), BT_OK);
		for (size_t len = 0; len < 20; len++) {
			memcpy(token, right[which], BT_STS_TOKEN_CAP);
			token[len] = '\0';
			assert_int_equal(decode(which, token), BT_EINPUT);
		}
		snprintf(token, sizeof token, "%s0", right[which]);
		assert_int_equal(decode(which, token), BT_EINPUT);
		snprintf(token, sizeof token, " %s", right[which]);
		assert_int_equal(decode(which, token), BT_EINPUT);
	}
}

/* Any other character in any place: a digit makes another check field (or too large a number), the rest no token. */
static void test_every_character_changed(void **state)
{
	char token[BT_STS_TOKEN_CAP];
	unsigned digits = 0;

	(void)state;
	for (size_t which = 0; which < RIGHT_COUNT; which++) {
		for (size_t at = 0; at < 20; at++) {
			for (int byte = 1; byte < 256; byte++) {
				enum bt_err err;

				memcpy(token, right[which], sizeof token);
				token[at] = (char)byte;
				err = decode(which, token);
				if (token[at] == right[which][at])
					assert_int_equal(err, BT_OK);
				else if (byte < '0' || byte > '9' || strcmp(token, FIRST_TOO_LARGE) >= 0)
					assert_int_equal(err, BT_EINPUT);
				else
					assert_int_equal(err, BT_EAUTH);
				digits += byte >= '0' && byte <= '9' && token[at] != right[which][at];
			}
		}
	}
	assert_int_equal(digits, RIGHT_COUNT * 180);
}

static void test_every_bit_flipped(void **state)
{
	struct bt_sts_carrier good, wrong;
	char token[BT_STS_TOKEN_CAP];

	(void)state;
	for (size_t which = 0; which < RIGHT_COUNT; which++) {
		assert_int_equal(bt_sts_carrier_parse(right[which], &good), BT_OK);
		for (unsigned bit = 0; bit < 66; bit++) {
			wrong = good;
			if (bit < 64)
				wrong.block ^= UINT64_C(1) << bit;
			else
				wrong.token_class ^= (uint8_t)(1u << (bit - 64));
			bt_sts_carrier_format(&wrong, token);
			assert_int_equal(decode(which, token), BT_EAUTH);
		}
	}
}

static void test_another_key(void **state)
{
	struct bt_sts_decoder_key key;
	struct bt_sts_schedule schedule;
	struct bt_sts_token seen;

	(void)state;
	for (size_t which = 0; which < 2; which++) {
		key = read_hex_key(keys[which]);
		for (unsigned bit = 0; bit < 8u * key.len; bit++) {
			key.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
			schedule = make_schedule(&key);
			assert_int_equal(bt_sts_token_decode(&schedule, right[which], &seen), BT_EAUTH);
			key.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
}

static void test_no_key(void **state)
{
	const struct bt_sts_token credit = {.value = 1}, manage = {.token_class = 2};
	struct bt_sts_token seen = {.subclass = 77};
	char token[BT_STS_TOKEN_CAP] = "untouched";

	(void)state;
	assert_int_equal(bt_sts_token_decode(NULL, EXAMPLE_TOKEN, &seen), BT_EINPUT);
	assert_int_equal(bt_sts_token_encode(NULL, &credit, token), BT_EINPUT);
	assert_int_equal(bt_sts_token_encode(NULL, &manage, token), BT_EINPUT);
	assert_string_equal(token, "untouched");
	assert_int_equal(seen.subclass, 77);
}

/* What a block with this check field is read as, under the example key. */
static enum bt_err decode_block(uint8_t token_class, uint64_t block, uint16_t crc, struct bt_sts_token *out)
{
	struct bt_sts_schedule schedule = make_schedule(&example_key);
	struct bt_sts_carrier carrier = {.token_class = token_class, .block = block | crc};
	char token[BT_STS_TOKEN_CAP];

	if (token_class != 1)
		carrier.block = bt_sts_encrypt(&schedule, carrier.block);
	bt_sts_carrier_format(&carrier, token);
	return bt_sts_token_decode(&schedule, token, out);
}

/* By class and subclass: + read, . told as another kind with class and subclass and nothing else. */
static void test_every_class_and_subclass(void **state)
{
	static const char *const expected[4] = {"++++............", "++..............", "++++++++++......",
						"................"};

	(void)state;
	for (uint8_t token_class = 0; token_class < 4; token_class++) {
		for (unsigned subclass = 0; subclass < 16; subclass++) {
			/* KRN 1 where a section has one; 0 or 1 is in range everywhere else. */
			bool first = token_class == 2 && subclass == 3, currency = token_class == 0 && subclass >= 4;
			uint64_t block = (uint64_t)subclass << 60 | (first ? UINT64_C(1) << 52 : 0);
			bool crc_c = currency && subclass < 8;
			uint16_t crc = crc_c ? bt_sts_crc_c(token_class, block) : bt_sts_crc(token_class, block);
			uint16_t other = crc_c ? bt_sts_crc(token_class, block) : bt_sts_crc_c(token_class, block);
			struct bt_sts_token seen = {.rnd = 77, .tid = 77};
			bool is_read = expected[token_class][subclass] == '+';

			assert_int_equal(decode_block(token_class, block, other, &seen), BT_EAUTH);
			assert_int_equal(seen.rnd, 77);
			assert_int_equal(decode_block(token_class, block, crc, &seen),
					 is_read ? BT_OK : BT_EUNSUPPORTED);
			assert_int_equal(seen.token_class, token_class);
			assert_int_equal(seen.subclass, subclass);
			assert_int_equal(seen.rnd, 0);
			assert_int_equal(seen.tid, 0);
			assert_int_equal(bt_sts_token_refusal(&seen) == NULL, is_read);
		}
	}
}

static enum bt_err decode_fields(uint8_t token_class, uint64_t block)
{
	struct bt_sts_token seen = {.subclass = 77};
	enum bt_err err = decode_block(token_class, block, bt_sts_crc(token_class, block), &seen);

	assert_int_equal(seen.subclass == 77, err != BT_OK);
	return err;
}

/* Right check field, right key, and a field that means nothing. */
static void test_read_fields_out_of_range(void **state)
{
	(void)state;
	/* ClearCredit: registers 0 to 7 and FFFF. */
	for (uint64_t value = 0; value <= UINT16_MAX; value++) {
		enum bt_err expected = value <= 7 || value == UINT16_MAX ? BT_OK : BT_ERANGE;

		assert_int_equal(decode_fields(2, UINT64_C(1) << 60 | value << 16), expected);
	}
	/* ClearTamperCondition: padding. */
	assert_int_equal(decode_fields(2, UINT64_C(5) << 60), BT_OK);
	assert_int_equal(decode_fields(2, UINT64_C(5) << 60 | 1 << 16), BT_ERANGE);
	/* First section: KRN. */
	for (uint64_t krn = 0; krn < 16; krn++)
		assert_int_equal(decode_fields(2, UINT64_C(3) << 60 | krn << 52),
				 krn >= 1 && krn <= 9 ? BT_OK : BT_ERANGE);
	/* Second section: TI. */
	for (uint64_t ti = 0; ti < 256; ti++)
		assert_int_equal(decode_fields(2, UINT64_C(4) << 60 | ti << 48), ti <= 99 ? BT_OK : BT_ERANGE);
	/* Fourth section: the upper half of an SGC of at most 999999. */
	assert_int_equal(decode_fields(2, UINT64_C(9) << 60 | UINT64_C(244) << 48), BT_OK);
	assert_int_equal(decode_fields(2, UINT64_C(9) << 60 | UINT64_C(245) << 48), BT_ERANGE);
	/* Manufacturers of two digits and of four. */
	assert_int_equal(decode_fields(1, UINT64_C(99) << 16), BT_OK);
	assert_int_equal(decode_fields(1, UINT64_C(100) << 16), BT_ERANGE);
	assert_int_equal(decode_fields(1, UINT64_C(1) << 60 | UINT64_C(9999) << 16), BT_OK);
	assert_int_equal(decode_fields(1, UINT64_C(1) << 60 | UINT64_C(10000) << 16), BT_ERANGE);
}

/* The bit that announces a third token for a key of 64 bits is read, and only read. */
static void test_third_token_announced(void **state)
{
	const uint64_t block = UINT64_C(3) << 60 | UINT64_C(1) << 52 | UINT64_C(1) << 50;
	struct bt_sts_token seen;

	(void)state;
	assert_int_equal(decode_block(2, block, bt_sts_crc(2, block), &seen), BT_OK);
	assert_true(seen.section.three);
	assert_false(seen.section.ro);
	assert_non_null(bt_sts_token_refusal(&seen));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_truncations_and_additions),
	    cmocka_unit_test(test_every_character_changed),
	    cmocka_unit_test(test_every_bit_flipped),
	    cmocka_unit_test(test_another_key),
	    cmocka_unit_test(test_no_key),
	    cmocka_unit_test(test_every_class_and_subclass),
	    cmocka_unit_test(test_read_fields_out_of_range),
	    cmocka_unit_test(test_third_token_announced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
