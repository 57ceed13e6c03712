/* Keys and class 0 tokens against the vector file, and everything that is not a right token.
 * rooms: core/sts core/base */
#include "core/sts/credit.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "core/sts/block.h"
#include "core/sts/crc.h"
#include "core/sts/misty1.h"
#include "core/sts/tid.h"
#include "tests/unit/sts_rows.h"

static struct bt_sts_key_id read_key_id(const struct sts_row *row)
{
	struct bt_sts_key_id id = {
	    .krn = (uint8_t)sts_row_number(row, STS_KRN),
	    .kt = (uint8_t)sts_row_number(row, STS_KT),
	    .ken = (uint8_t)sts_row_number(row, STS_KEN),
	    .base = (uint16_t)sts_row_number(row, STS_BASE),
	};

	memcpy(id.sgc, row->field[STS_SGC], sizeof id.sgc);
	memcpy(id.ti, row->field[STS_TI], sizeof id.ti);
	memcpy(id.ea, row->field[STS_EA], sizeof id.ea);
	memcpy(id.dkga, row->field[STS_DKGA], sizeof id.dkga);
	return id;
}

static struct bt_sts_decoder_key read_key(const struct sts_row *row)
{
	struct bt_sts_decoder_key key = {.len = 16};

	sts_row_bytes(row->field[STS_DECODER_KEY], key.bytes, key.len);
	return key;
}

static struct bt_sts_credit read_credit(const struct sts_row *row)
{
	return (struct bt_sts_credit){
	    .subclass = (uint8_t)sts_row_number(row, STS_SUBCLASS),
	    .rnd = (uint8_t)sts_row_number(row, STS_RND),
	    .tid = sts_row_tid(row),
	    .amount = sts_row_tenths(row),
	};
}

static void check_row_key(const struct sts_row *row)
{
	const struct bt_sts_key_id id = read_key_id(row);
	struct bt_sts_decoder_key key = {.len = 0};
	uint8_t vending_key[20];
	char pan[BT_STS_PAN_CAP];

	assert_int_equal(bt_sts_pan_of_drn(row->field[STS_DRN], pan), BT_OK);
	assert_memory_equal(pan, row->field[STS_IIN], strlen(row->field[STS_IIN]));
	sts_row_bytes(row->field[STS_VENDING_KEY], vending_key, sizeof vending_key);
	assert_int_equal(bt_sts_dkga04(vending_key, pan, &id, &key), BT_OK);
	assert_int_equal(key.len, 16);
	assert_memory_equal(key.bytes, read_key(row).bytes, 16);
}

static void check_row_credit(const struct sts_row *row)
{
	const struct bt_sts_decoder_key key = read_key(row);
	const struct bt_sts_credit credit = read_credit(row);
	struct bt_sts_credit seen;
	char token[BT_STS_TOKEN_CAP];

	assert_int_equal(bt_sts_credit_encode(&key, &credit, token), BT_OK);
	assert_string_equal(token, row->field[STS_TOKEN]);
	assert_int_equal(bt_sts_credit_decode(&key, token, &seen), BT_OK);
	assert_int_equal(seen.subclass, credit.subclass);
	assert_int_equal(seen.rnd, credit.rnd);
	assert_int_equal(seen.tid, credit.tid);
	assert_true(seen.amount >= credit.amount);
}

/* Each row's key comes from its vending key; class 0 rows give their token, others are told as another class. */
static void test_vector_file(void **state)
{
	FILE *file = fopen(STS_ROWS_PATH, "r");
	struct sts_row row;
	int credits = 0, others = 0;

	(void)state;
	assert_non_null(file);
	while (sts_row_next(file, &row)) {
		const struct bt_sts_decoder_key key = read_key(&row);
		struct bt_sts_credit seen;

		check_row_key(&row);
		if (sts_row_number(&row, STS_CLASS) == 0) {
			check_row_credit(&row);
			credits++;
		} else {
			assert_int_equal(bt_sts_credit_decode(&key, row.field[STS_TOKEN], &seen), BT_EUNSUPPORTED);
			others++;
		}
	}
	fclose(file);
	assert_int_equal(credits, 31);
	assert_int_equal(others, 32);
}

/* The TID that follows from the row's date is the one in its token, but for the reserved minute. */
static void test_vector_times(void **state)
{
	FILE *file = fopen(STS_ROWS_PATH, "r");
	struct sts_row row;
	int reserved = 0;

	(void)state;
	assert_non_null(file);
	while (sts_row_next(file, &row)) {
		uint32_t tid;

		if (sts_row_number(&row, STS_CLASS) != 0 || row.field[STS_TIME][0] == 't')
			continue;
		assert_int_equal(bt_sts_tid_of(sts_row_wall_ms(&row), (uint16_t)sts_row_number(&row, STS_BASE), &tid),
				 BT_OK);
		if (tid % 1440 == BT_STS_TID_RESERVED)
			reserved++;
		else
			assert_int_equal(tid, sts_row_tid(&row));
	}
	fclose(file);
	assert_int_equal(reserved, 2);
}

static const uint8_t example_vending_key[20] = {0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0x94, 0x94,
						0x94, 0x94, 0x94, 0x94, 0x94, 0x94, 0x01, 0x23, 0x45, 0x67};
static const uint8_t example_key[16] = {0xf9, 0x4b, 0x6e, 0xd3, 0x53, 0xc3, 0xbf, 0xdb,
					0x11, 0x3e, 0x2d, 0x3a, 0x7e, 0xa3, 0xc4, 0x1d};
static const struct bt_sts_key_id example_id = {
    .sgc = "123457", .ti = "01", .ea = "11", .dkga = "04", .krn = 1, .kt = 2, .ken = 255, .base = 1993};
#define EXAMPLE_PAN   "600727000000000009"
#define EXAMPLE_TOKEN "59386323472137426967"

/* A worked example with every intermediate value: 0.1 kWh at 2004-03-01T13:00Z, RND 5. */
static void test_worked_example(void **state)
{
	const struct bt_sts_credit credit = {.rnd = 5, .tid = 5871660, .amount = 1};
	struct bt_sts_decoder_key key;
	char token[BT_STS_TOKEN_CAP];
	char grouped[25];

	(void)state;
	assert_int_equal(bt_sts_dkga04(example_vending_key, EXAMPLE_PAN, &example_id, &key), BT_OK);
	assert_int_equal(key.len, 16);
	assert_memory_equal(key.bytes, example_key, 16);
	assert_int_equal(bt_sts_crc(0, UINT64_C(0x0559982c00010000)), 0x2831);
	assert_int_equal(bt_sts_credit_encode(&key, &credit, token), BT_OK);
	assert_string_equal(token, EXAMPLE_TOKEN);
	bt_sts_token_group(token, grouped);
	assert_string_equal(grouped, "5938 6323 4721 3742 6967");
}

/* The same, for EA07: its cipher is not built in, its keys are. */
static void test_key_of_ea07(void **state)
{
	static const uint8_t expected[8] = {0x9d, 0xc0, 0x72, 0x2c, 0x29, 0xa6, 0xcc, 0x0c};
	struct bt_sts_key_id id = example_id;
	struct bt_sts_decoder_key key;
	struct bt_sts_credit credit = {.rnd = 5};
	char token[BT_STS_TOKEN_CAP] = "untouched";

	(void)state;
	id.krn = 4;
	id.base = 2014;
	memcpy(id.ea, "07", 3);
	assert_int_equal(bt_sts_dkga04(example_vending_key, EXAMPLE_PAN, &id, &key), BT_OK);
	assert_int_equal(key.len, 8);
	assert_memory_equal(key.bytes, expected, 8);
	assert_int_equal(bt_sts_credit_encode(&key, &credit, token), BT_EUNSUPPORTED);
	assert_int_equal(bt_sts_credit_decode(&key, EXAMPLE_TOKEN, &credit), BT_EUNSUPPORTED);
	assert_string_equal(token, "untouched");
}

static void expect_key(enum bt_err expected, const char *pan, struct bt_sts_key_id id)
{
	struct bt_sts_decoder_key key = {.len = 77};

	assert_int_equal(bt_sts_dkga04(example_vending_key, pan, &id, &key), expected);
	assert_int_equal(key.len, 77);
}

static void test_keys_refused(void **state)
{
	struct bt_sts_key_id id = example_id;

	(void)state;
	expect_key(BT_EINPUT, "600727000000000008", id);
	expect_key(BT_EINPUT, "", id);
	id.krn = 0;
	expect_key(BT_EINPUT, EXAMPLE_PAN, id);
	id = example_id;
	id.kt = 4;
	expect_key(BT_EINPUT, EXAMPLE_PAN, id);
	id = example_id;
	id.base = 2000;
	expect_key(BT_EINPUT, EXAMPLE_PAN, id);
	id = example_id;
	id.sgc[5] = '\0';
	expect_key(BT_EINPUT, EXAMPLE_PAN, id);
	id = example_id;
	id.ti[0] = 'x';
	expect_key(BT_EINPUT, EXAMPLE_PAN, id);
	id = example_id;
	id.ea[1] = '2';
	expect_key(BT_EUNSUPPORTED, EXAMPLE_PAN, id);
	id = example_id;
	id.dkga[1] = '2';
	expect_key(BT_EUNSUPPORTED, EXAMPLE_PAN, id);
}

/* The value of MISTY1 over zeros was computed with another library, Botan 2.19. */
static void test_check_value(void **state)
{
	struct bt_sts_decoder_key key = {.len = 16};
	struct bt_sts_schedule schedule;
	char kcv[7];

	(void)state;
	memcpy(key.bytes, example_key, 16);
	assert_int_equal(bt_sts_schedule_init(&schedule, NULL, &key), BT_OK);
	bt_sts_kcv(&schedule, kcv);
	assert_string_equal(kcv, "9E0887");
}

static struct bt_sts_decoder_key make_example_key(void)
{
	struct bt_sts_decoder_key key = {.len = 16};

	memcpy(key.bytes, example_key, 16);
	return key;
}

static void expect_credit(enum bt_err expected, struct bt_sts_credit credit)
{
	const struct bt_sts_decoder_key key = make_example_key();
	char token[BT_STS_TOKEN_CAP] = "untouched";

	assert_int_equal(bt_sts_credit_encode(&key, &credit, token), expected);
	if (expected != BT_OK)
		assert_string_equal(token, "untouched");
}

static void test_fields_out_of_range(void **state)
{
	(void)state;
	expect_credit(BT_OK, (struct bt_sts_credit){3, 15, BT_STS_TID_MAX, 18201624});
	expect_credit(BT_ERANGE, (struct bt_sts_credit){4, 15, BT_STS_TID_MAX, 18201624});
	expect_credit(BT_ERANGE, (struct bt_sts_credit){3, 16, BT_STS_TID_MAX, 18201624});
	expect_credit(BT_ERANGE, (struct bt_sts_credit){3, 15, BT_STS_TID_MAX + 1, 18201624});
	expect_credit(BT_ERANGE, (struct bt_sts_credit){3, 15, BT_STS_TID_MAX, 18201625});
}

static enum bt_err decode_example(const char *token)
{
	const struct bt_sts_decoder_key key = make_example_key();
	struct bt_sts_credit credit = {.tid = 77};
	enum bt_err err = bt_sts_credit_decode(&key, token, &credit);

	assert_true(err == BT_OK || credit.tid == 77);
	return err;
}

static void test_truncations_and_additions(void **state)
{
	char token[BT_STS_TOKEN_CAP + 1];

	(void)state;
	assert_int_equal(decode_example(EXAMPLE_TOKEN), BT_OK);
	for (size_t len = 0; len < 20; len++) {
		memcpy(token, EXAMPLE_TOKEN, BT_STS_TOKEN_CAP);
		token[len] = '\0';
		assert_int_equal(decode_example(token), BT_EINPUT);
	}
	assert_int_equal(decode_example(EXAMPLE_TOKEN "0"), BT_EINPUT);
	assert_int_equal(decode_example(" " EXAMPLE_TOKEN), BT_EINPUT);
}

/* Any other character in any place: a digit makes another check field (or too large a number), the rest no token. */
static void test_every_character_changed(void **state)
{
	char token[BT_STS_TOKEN_CAP];

	(void)state;
	for (size_t at = 0; at < 20; at++) {
		for (int byte = 1; byte < 256; byte++) {
			enum bt_err err;

			memcpy(token, EXAMPLE_TOKEN, sizeof token);
			token[at] = (char)byte;
			err = decode_example(token);
			if (token[at] == EXAMPLE_TOKEN[at])
				assert_int_equal(err, BT_OK);
			else if (byte < '0' || byte > '9' || strcmp(token, "73786976294838206464") >= 0)
				assert_int_equal(err, BT_EINPUT);
			else
				assert_int_equal(err, BT_EAUTH);
		}
	}
}

static void test_every_bit_flipped(void **state)
{
	struct bt_sts_carrier right, wrong;
	char token[BT_STS_TOKEN_CAP];

	(void)state;
	assert_int_equal(bt_sts_carrier_parse(EXAMPLE_TOKEN, &right), BT_OK);
	for (unsigned bit = 0; bit < 66; bit++) {
		wrong = right;
		if (bit < 64)
			wrong.block ^= UINT64_C(1) << bit;
		else
			wrong.token_class ^= (uint8_t)(1u << (bit - 64));
		bt_sts_carrier_format(&wrong, token);
		assert_int_equal(decode_example(token), BT_EAUTH);
	}
}

static void test_another_key(void **state)
{
	struct bt_sts_decoder_key key = make_example_key();
	struct bt_sts_credit credit;

	(void)state;
	for (unsigned bit = 0; bit < 128; bit++) {
		key.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(bt_sts_credit_decode(&key, EXAMPLE_TOKEN, &credit), BT_EAUTH);
		key.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

/* A block with a right check field under the example key, in @p token_class. */
static enum bt_err decode_block(uint8_t token_class, uint64_t block, uint16_t crc)
{
	struct bt_sts_carrier carrier = {.token_class = token_class, .block = block | crc};
	struct bt_misty1 misty;
	char token[BT_STS_TOKEN_CAP];

	bt_misty1_init(&misty, example_key);
	if (token_class != 1)
		carrier.block = bt_misty1_encrypt(&misty, carrier.block);
	bt_sts_carrier_format(&carrier, token);
	return decode_example(token);
}

static void test_right_tokens_of_other_kinds(void **state)
{
	const uint64_t currency = UINT64_C(4) << 60;
	const uint64_t reserved = UINT64_C(8) << 60;

	(void)state;
	assert_int_equal(decode_block(0, currency, bt_sts_crc_c(0, currency)), BT_EUNSUPPORTED);
	assert_int_equal(decode_block(0, currency, bt_sts_crc(0, currency)), BT_EAUTH);
	assert_int_equal(decode_block(0, reserved, bt_sts_crc(0, reserved)), BT_EUNSUPPORTED);
	assert_int_equal(decode_block(3, reserved, bt_sts_crc(3, reserved)), BT_EUNSUPPORTED);
	/* A meter test token printed in public; it works in any meter and so under any key. */
	assert_int_equal(decode_example("00000000000134220736"), BT_EUNSUPPORTED);
	assert_int_equal(decode_example("00000000000134220737"), BT_EAUTH);
}

static void test_grouping(void **state)
{
	char out[25];

	(void)state;
	bt_sts_token_group("", out);
	assert_string_equal(out, "");
	bt_sts_token_group("12345", out);
	assert_string_equal(out, "1234 5");
	bt_sts_token_group("123456789012345678901234", out);
	assert_string_equal(out, "1234 5678 9012 3456 7890");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_vector_file),
	    cmocka_unit_test(test_vector_times),
	    cmocka_unit_test(test_worked_example),
	    cmocka_unit_test(test_key_of_ea07),
	    cmocka_unit_test(test_keys_refused),
	    cmocka_unit_test(test_check_value),
	    cmocka_unit_test(test_fields_out_of_range),
	    cmocka_unit_test(test_truncations_and_additions),
	    cmocka_unit_test(test_every_character_changed),
	    cmocka_unit_test(test_every_bit_flipped),
	    cmocka_unit_test(test_another_key),
	    cmocka_unit_test(test_right_tokens_of_other_kinds),
	    cmocka_unit_test(test_grouping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
