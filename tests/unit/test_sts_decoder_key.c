/* Decoder keys against both vector files and the worked examples, and every identity that gives none.
 *
 * rooms: core/sts core/base */
#include "core/sts/decoder_key.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include <openssl/crypto.h>

#include "core/base/text.h"
#include "tests/unit/sts_rows.h"

#define EXAMPLE_PAN "600727000000000009"

static const char example_04[] = "abababababababab949494949494949401234567";
static const char example_02[] = "abababababababab";

static const struct bt_sts_key_id id_04 = {
    .sgc = "123457", .ti = "01", .ea = "11", .dkga = "04", .krn = 1, .kt = 2, .ken = 255, .base = 1993};
static const struct bt_sts_key_id id_02 = {
    .sgc = "123456", .ti = "01", .ea = "07", .dkga = "02", .krn = 1, .kt = 2, .ken = 255, .base = 1993};

static struct bt_sts_deriver *open_deriver(const char *hex)
{
	struct bt_sts_deriver *deriver = NULL;
	uint8_t key[BT_STS_DKGA04_KEY_LEN];
	size_t len = strlen(hex) / 2;

	assert_in_range(len, 1, sizeof key);
	sts_row_bytes(hex, key, len);
	assert_int_equal(bt_sts_deriver_open((struct bt_bytes){key, len}, &deriver), BT_OK);
	return deriver;
}

static void expect_key(const char *vending_key, const char *pan, const struct bt_sts_key_id *id, const char *expected)
{
	struct bt_sts_deriver *deriver = open_deriver(vending_key);
	struct bt_sts_decoder_key key;
	char hex[33];

	assert_int_equal(bt_sts_derive(deriver, pan, id, &key), BT_OK);
	bt_hex_encode((struct bt_bytes){key.bytes, key.len}, hex);
	assert_string_equal(hex, expected);
	bt_sts_deriver_close(deriver);
}

/* ---- the vector files ----------------------------------------------------------------------------------------------
 */

static struct bt_sts_key_id read_key_id(const struct sts_row *row)
{
	struct bt_sts_key_id id = {
	    .krn = (uint8_t)sts_row_number(row, STS_KRN),
	    .kt = (uint8_t)sts_row_number(row, STS_KT),
	    .base = (uint16_t)sts_row_number(row, STS_BASE),
	};

	memcpy(id.sgc, row->field[STS_SGC], sizeof id.sgc);
	memcpy(id.ti, row->field[STS_TI], sizeof id.ti);
	memcpy(id.ea, row->field[STS_EA], sizeof id.ea);
	memcpy(id.dkga, row->field[STS_DKGA], sizeof id.dkga);
	return id;
}

/* The key a key-change row changes to: "newvk=..;newsgc=..;newkrn=..;newkt=..;newti=..;newken=..;newbd=..;..newdk=..".
 */
static bool read_new_key(const struct sts_row *row, struct bt_sts_key_id *id, char vending_key[41], char expected[33])
{
	const char *fields = row->field[STS_AMOUNT];
	unsigned krn, kt, ken, base, ro;

	*id = read_key_id(row);
	if (sscanf(
		fields,
		"newvk=%40[0-9a-f];newsgc=%6[0-9];newkrn=%u;newkt=%u;newti=%2[0-9];newken=%u;newbd=%u;ro=%u;newdk=%32["
		"0-9a-f]",
		vending_key, id->sgc, &krn, &kt, id->ti, &ken, &base, &ro, expected) != 9)
		return false;
	id->krn = (uint8_t)krn;
	id->kt = (uint8_t)kt;
	id->base = (uint16_t)base;
	return true;
}

struct counts {
	int rows, common, changes;
};

static struct counts check_file(const char *path)
{
	FILE *file = fopen(path, "r");
	struct counts counts = {0};
	struct sts_row row;

	assert_non_null(file);
	for (; sts_row_next(file, &row); counts.rows++) {
		struct bt_sts_key_id id = read_key_id(&row);
		char pan[BT_STS_PAN_CAP], vending_key[41], expected[33];

		assert_int_equal(bt_sts_pan_of_drn(row.field[STS_DRN], pan), BT_OK);
		assert_memory_equal(pan, row.field[STS_IIN], strlen(row.field[STS_IIN]));
		expect_key(row.field[STS_VENDING_KEY], pan, &id, row.field[STS_DECODER_KEY]);
		counts.common += id.kt == 3;
		if (read_new_key(&row, &id, vending_key, expected)) {
			expect_key(vending_key, pan, &id, expected);
			counts.changes++;
		}
	}
	fclose(file);
	return counts;
}

static void test_vector_files(void **state)
{
	struct counts sta = check_file(BATTI_VECTORS_DIR "/sts_ea07_sample_tables.csv");
	struct counts misty = check_file(BATTI_VECTORS_DIR "/sts_ea11_misty1.csv");

	(void)state;
	assert_int_equal(sta.rows, 112);
	assert_int_equal(misty.rows, 63);
	assert_true(sta.common > 0 && sta.changes > 0);
	assert_true(misty.common > 0 && misty.changes > 0);
}

/* ---- worked examples, with what is hashed or enciphered ------------------------------------------------------------
 */

static void test_dkga02_example(void **state)
{
	struct bt_sts_key_id id = id_02;
	uint8_t block[8];
	char hex[17];

	(void)state;
	assert_int_equal(bt_sts_dkga02_block(EXAMPLE_PAN, &id, block), BT_OK);
	bt_hex_encode(BT_BYTES(block), hex);
	assert_string_equal(hex, "2151356011ffffff");
	expect_key(example_02, EXAMPLE_PAN, &id, "e653341f9d5bf36f");
	/* Common keys: the DRN's digits are zeros, those of the issuer stay; both lengths. */
	id.kt = 3;
	assert_int_equal(bt_sts_dkga02_block("600727580000795237", &id, block), BT_OK);
	bt_hex_encode(BT_BYTES(block), hex);
	assert_string_equal(hex, "3151356011ffffff");
	assert_int_equal(bt_sts_dkga02_block("000001000000000082", &id, block), BT_OK);
	bt_hex_encode(BT_BYTES(block), hex);
	assert_string_equal(hex, "3123456011ffffff");
}

static void expect_message(const struct bt_sts_key_id *id, const char *expected)
{
	uint8_t message[BT_STS_DKGA04_MESSAGE_LEN];
	char hex[2 * sizeof message + 1];

	assert_int_equal(bt_sts_dkga04_message(EXAMPLE_PAN, id, message), BT_OK);
	bt_hex_encode(BT_BYTES(message), hex);
	assert_string_equal(hex, expected);
}

static void test_dkga04_examples(void **state)
{
	struct bt_sts_key_id id = id_04;

	(void)state;
	expect_message(
	    &id, "04023034023933023131023031000406313233343537013201311236303037323730303030303030303030303900000080");
	expect_key(example_04, EXAMPLE_PAN, &id, "f94b6ed353c3bfdb113e2d3a7ea3c41d");
	memcpy(id.ea, "07", sizeof id.ea);
	id.krn = 4;
	id.base = 2014;
	expect_key(example_04, EXAMPLE_PAN, &id, "9dc0722c29a6cc0c");
	id.krn = 1;
	expect_message(
	    &id, "04023034023134023037023031000406313233343537013201311236303037323730303030303030303030303900000040");
}

/* ---- what gives no key ---------------------------------------------------------------------------------------------
 */

/* DKGA, EA, and a word of the refusal; NULL where keys are made. */
static void test_refusals_by_name(void **state)
{
	static const char *const rows[][3] = {
	    {"02", "07", NULL},     {"04", "07", NULL},    {"04", "11", NULL},   {"01", "07", "DKGA01"},
	    {"03", "07", "DKGA03"}, {"04", "09", "EA09"},  {"02", "09", "EA09"}, {"02", "11", "DKGA02 with EA11"},
	    {"05", "11", "other"},  {"00", "07", "other"}, {"4", "11", "other"}, {"04", "12", "other"},
	    {"04", "7", "other"},   {"", "11", "other"},   {"04", "", "other"},
	};
	uint8_t message[BT_STS_DKGA04_MESSAGE_LEN], block[8];
	struct bt_sts_deriver *four = open_deriver(example_04), *two = open_deriver(example_02);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct bt_sts_key_id id = id_04;
		struct bt_sts_decoder_key key = {.len = 77};
		const char *refusal;

		assert_int_equal(bt_text_copy(id.dkga, sizeof id.dkga, rows[i][0]), BT_OK);
		assert_int_equal(bt_text_copy(id.ea, sizeof id.ea, rows[i][1]), BT_OK);
		refusal = bt_sts_key_id_refusal(&id);
		if (rows[i][2] == NULL) {
			assert_null(refusal);
			continue;
		}
		assert_non_null(refusal);
		assert_non_null(strstr(refusal, rows[i][2]));
		assert_int_equal(bt_sts_derive(four, EXAMPLE_PAN, &id, &key), BT_EUNSUPPORTED);
		assert_int_equal(bt_sts_derive(two, EXAMPLE_PAN, &id, &key), BT_EUNSUPPORTED);
		assert_int_equal(bt_sts_dkga04_message(EXAMPLE_PAN, &id, message), BT_EUNSUPPORTED);
		assert_int_equal(bt_sts_dkga02_block(EXAMPLE_PAN, &id, block), BT_EUNSUPPORTED);
		assert_int_equal(key.len, 77);
	}
	bt_sts_deriver_close(four);
	bt_sts_deriver_close(two);
}

/* Codes without a terminator are no codes, and nothing behind them is read. */
static void test_codes_without_end(void **state)
{
	struct bt_sts_key_id id = id_04;

	(void)state;
	memset(id.ea, '1', sizeof id.ea);
	assert_non_null(bt_sts_key_id_refusal(&id));
	id = id_04;
	memset(id.dkga, '4', sizeof id.dkga);
	assert_non_null(bt_sts_key_id_refusal(&id));
}

static void expect_input(const char *pan, struct bt_sts_key_id id)
{
	struct bt_sts_deriver *deriver = open_deriver(strcmp(id.dkga, "02") == 0 ? example_02 : example_04);
	struct bt_sts_decoder_key key = {.len = 77};

	assert_int_equal(bt_sts_derive(deriver, pan, &id, &key), BT_EINPUT);
	assert_int_equal(key.len, 77);
	bt_sts_deriver_close(deriver);
}

static void check_identities(const struct bt_sts_key_id *right)
{
	struct bt_sts_key_id id = *right;
	char pan[BT_STS_PAN_CAP];

	for (size_t len = 0; len < BT_STS_PAN_CAP - 1; len++) {
		memcpy(pan, EXAMPLE_PAN, sizeof pan);
		pan[len] = '\0';
		expect_input(pan, id);
		memcpy(pan, EXAMPLE_PAN, sizeof pan);
		pan[len] = (char)(pan[len] ^ 1); /* another digit: of the check digits, or what they check */
		expect_input(pan, id);
	}
	id.krn = 0;
	expect_input(EXAMPLE_PAN, id);
	id.krn = 10;
	expect_input(EXAMPLE_PAN, id);
	id = *right;
	id.kt = 4;
	expect_input(EXAMPLE_PAN, id);
	id = *right;
	id.base = 2000;
	expect_input(EXAMPLE_PAN, id);
	id = *right;
	id.sgc[5] = '\0';
	expect_input(EXAMPLE_PAN, id);
	id = *right;
	id.ti[1] = 'x';
	expect_input(EXAMPLE_PAN, id);
}

static void test_identities_refused(void **state)
{
	(void)state;
	check_identities(&id_04);
	check_identities(&id_02);
}

static void test_vending_keys_refused(void **state)
{
	static const uint8_t bytes[64] = {0xab};
	struct bt_sts_deriver *two = open_deriver(example_02), *four = open_deriver(example_04);
	struct bt_sts_decoder_key key = {.len = 77};

	(void)state;
	for (size_t len = 0; len <= sizeof bytes; len++) {
		struct bt_sts_deriver *deriver = NULL;

		assert_int_equal(bt_sts_deriver_open((struct bt_bytes){bytes, len}, &deriver),
				 len == 8 || len == 20 ? BT_OK : BT_EINPUT);
		assert_true((deriver != NULL) == (len == 8 || len == 20));
		bt_sts_deriver_close(deriver);
	}
	assert_int_equal(bt_sts_derive(two, EXAMPLE_PAN, &id_04, &key), BT_EINPUT);
	assert_int_equal(bt_sts_derive(four, EXAMPLE_PAN, &id_02, &key), BT_EINPUT);
	assert_int_equal(key.len, 77);
	bt_sts_deriver_close(two);
	bt_sts_deriver_close(four);
	bt_sts_deriver_close(NULL);
}

/* Every bit of the vending key, those of parity too, makes another decoder key. */
static void check_every_bit(const char *hex, const struct bt_sts_key_id *id)
{
	uint8_t bytes[BT_STS_DKGA04_KEY_LEN];
	size_t len = strlen(hex) / 2;
	struct bt_sts_deriver *deriver = open_deriver(hex);
	struct bt_sts_decoder_key right, other;

	sts_row_bytes(hex, bytes, len);
	assert_int_equal(bt_sts_derive(deriver, EXAMPLE_PAN, id, &right), BT_OK);
	bt_sts_deriver_close(deriver);
	for (size_t bit = 0; bit < 8 * len; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(bt_sts_deriver_open((struct bt_bytes){bytes, len}, &deriver), BT_OK);
		assert_int_equal(bt_sts_derive(deriver, EXAMPLE_PAN, id, &other), BT_OK);
		assert_int_equal(other.len, right.len);
		assert_memory_not_equal(other.bytes, right.bytes, right.len);
		bt_sts_deriver_close(deriver);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

static void test_every_bit_counts(void **state)
{
	(void)state;
	check_every_bit(example_04, &id_04);
	check_every_bit(example_02, &id_02);
}

/* ---- memory --------------------------------------------------------------------------------------------------------
 */

static unsigned long allocations;

static void *count_malloc(size_t len, const char *file, int line)
{
	(void)file;
	(void)line;
	allocations++;
	return malloc(len);
}

static void *count_realloc(void *memory, size_t len, const char *file, int line)
{
	(void)file;
	(void)line;
	allocations++;
	return realloc(memory, len);
}

static void count_free(void *memory, const char *file, int line)
{
	(void)file;
	(void)line;
	free(memory);
}

/* The library that hashes and enciphers is asked for no memory while keys are made; it is when a deriver is opened. */
static void test_nothing_is_allocated(void **state)
{
	unsigned long before = allocations;
	struct bt_sts_deriver *two = open_deriver(example_02), *four = open_deriver(example_04);
	struct bt_sts_decoder_key key;

	(void)state;
	assert_true(allocations > before);
	before = allocations;
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(bt_sts_derive(two, EXAMPLE_PAN, &id_02, &key), BT_OK);
		assert_int_equal(bt_sts_derive(four, EXAMPLE_PAN, &id_04, &key), BT_OK);
	}
	assert_int_equal(allocations, before);
	bt_sts_deriver_close(two);
	bt_sts_deriver_close(four);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_vector_files),         cmocka_unit_test(test_dkga02_example),
	    cmocka_unit_test(test_dkga04_examples),      cmocka_unit_test(test_refusals_by_name),
	    cmocka_unit_test(test_codes_without_end),    cmocka_unit_test(test_identities_refused),
	    cmocka_unit_test(test_vending_keys_refused), cmocka_unit_test(test_every_bit_counts),
	    cmocka_unit_test(test_nothing_is_allocated),
	};

	if (CRYPTO_set_mem_functions(count_malloc, count_realloc, count_free) != 1)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
