/* The sandbox's own token codec, prices and chain hash against known answers.
 *
 * rooms: core/sandbox
 * Sources: tests/vectors/sts_ea11_misty1.csv, sts_ea07_sample_tables.csv (see its README); facts of IEC 62055-41
 * worked examples A, B, F; RFC 2994 through
 * the key check value; amount codes printed by the STS Association; the chain hash computed with Python's hashlib. */
#include "core/sandbox/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/sandbox/bytes.h"
#include "core/sandbox/crypto.h"
#include "core/sandbox/price.h"

#define FIELDS 19

/* Civil days since 1970 of a Gregorian date, counted in years that begin in March. */
static int64_t count_days(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = y / 400;
	int64_t of_era = y % 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int64_t read_tid(const char *text, int64_t base)
{
	long year, month, day, hour, minute;
	if (strncmp(text, "tid=", 4) == 0)
		return strtoll(text + 4, NULL, 10);
	assert_int_equal(sscanf(text, "%ld-%ld-%ldT%ld:%ld", &year, &month, &day, &hour, &minute), 5);
	int64_t tid = (count_days(year, month, day) - count_days(base, 1, 1)) * 1440 + hour * 60 + minute;
	return tid % 1440 == 1 ? tid + 1 : tid;
}

static int64_t read_tenths(const char *text)
{
	long whole, tenth;
	assert_int_equal(sscanf(text, "%ld.%1ld", &whole, &tenth), 2);
	return whole * 10 + tenth;
}

static size_t split(char *line, char *fields[FIELDS])
{
	size_t count = 0;
	line[strcspn(line, "\r\n")] = '\0';
	for (char *rest = line; rest && count < FIELDS; count++) {
		fields[count] = rest;
		rest = strchr(rest, ',');
		if (rest)
			*rest++ = '\0';
	}
	return count;
}

/* The value behind "name=" in "a=1;b=2". */
static const char *find_value(const char *text, const char *name, char *out, size_t cap)
{
	size_t len = strlen(name);
	for (const char *at = text; at; at = strchr(at, ';')) {
		at += *at == ';';
		if (strncmp(at, name, len) != 0 || at[len] != '=')
			continue;
		snprintf(out, cap, "%.*s", (int)strcspn(at + len + 1, ";"), at + len + 1);
		return out;
	}
	fail_msg("no %s in %s", name, text);
	return "";
}

static long find_number(const char *text, const char *name)
{
	char value[64];
	return strtol(find_value(text, name, value, sizeof value), NULL, 10);
}

static void read_key(const char *hex, struct bt_sbx_key *out)
{
	out->len = strlen(hex) / 2;
	assert_true(out->len == 8 || out->len == 16);
	assert_true(bt_sbx_hex_decode(hex, out->bytes, out->len));
}

/* One section of a key change: the whole set is made and the one asked for is compared. */
static void check_section(char *const fields[FIELDS], const struct bt_sbx_key *held)
{
	static const char *const order[] = {"3", "4", "8", "9"};
	const char *said = fields[14];
	struct bt_sbx_meter_id to = {.krn = (int)find_number(said, "newkrn"),
				     .kt = (int)find_number(said, "newkt"),
				     .ken = (int)find_number(said, "newken")};
	struct bt_sbx_key next;
	char hex[64];
	char tokens[BT_SBX_SECTIONS_MAX][21];
	size_t section = 0;
	find_value(said, "newsgc", to.sgc, sizeof to.sgc);
	find_value(said, "newti", to.ti, sizeof to.ti);
	read_key(find_value(said, "newdk", hex, sizeof hex), &next);
	while (strcmp(order[section], fields[13]) != 0)
		section++;
	int count = bt_sbx_key_change_make(held, &to, &next, find_number(said, "ro") == 1, tokens);
	assert_int_equal(count, held->len == 16 ? 4 : 2);
	assert_true((int)section < count);
	assert_string_equal(tokens[section], fields[18]);
}

static void check_row(char *const fields[FIELDS])
{
	struct bt_sbx_meter_id id = {.krn = (int)strtol(fields[7], NULL, 10),
				     .kt = (int)strtol(fields[8], NULL, 10),
				     .base = (int)strtol(fields[11], NULL, 10)};
	struct bt_sbx_vending vending;
	bool is_des = strcmp(fields[1], "02") == 0;
	struct bt_sbx_key key;
	struct bt_sbx_key expected;
	char token[21];
	snprintf(id.dkga, sizeof id.dkga, "%s", fields[1]);
	snprintf(id.ea, sizeof id.ea, "%s", fields[2]);
	snprintf(id.sgc, sizeof id.sgc, "%s", fields[6]);
	snprintf(id.ti, sizeof id.ti, "%s", fields[9]);
	assert_true(bt_sbx_pan_make(fields[5], id.pan));
	assert_true(bt_sbx_hex_decode(fields[3], is_des ? vending.des : vending.wide,
				      is_des ? sizeof vending.des : sizeof vending.wide));
	read_key(fields[17], &expected);
	assert_true(bt_sbx_decoder_key(&vending, &id, &key));
	assert_int_equal(key.len, expected.len);
	assert_memory_equal(key.bytes, expected.bytes, key.len);
	if (strcmp(fields[12], "2") == 0 && strncmp(fields[14], "newvk=", 6) == 0)
		check_section(fields, &key);
	if (strcmp(fields[12], "0") != 0)
		return;
	assert_true(bt_sbx_token_make(&key, (int)strtol(fields[13], NULL, 10), strtoll(fields[15], NULL, 10),
				      read_tid(fields[16], id.base), read_tenths(fields[14]), token));
	assert_string_equal(token, fields[18]);
}

static int check_file(const char *path)
{
	char line[1024];
	char *fields[FIELDS];
	int rows = 0;
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(fgets(line, sizeof line, file));
	for (; fgets(line, sizeof line, file) != NULL; rows++) {
		assert_int_equal(split(line, fields), FIELDS);
		check_row(fields);
	}
	fclose(file);
	return rows;
}

static void check_vectors(void **state)
{
	(void)state;
	assert_true(check_file(BATTI_VECTORS_DIR "/sts_ea11_misty1.csv") > 50);
	assert_true(check_file(BATTI_VECTORS_DIR "/sts_ea07_sample_tables.csv") > 50);
}

static void check_worked_example(void **state)
{
	struct bt_sbx_meter_id id = {"600727000000000009", "123457", "01", "11", "04", 1, 2, 1993, 255};
	struct bt_sbx_vending vending;
	struct bt_sbx_key key;
	char token[21];
	(void)state;
	assert_true(bt_sbx_hex_decode("abababababababab949494949494949401234567", vending.wide, sizeof vending.wide));
	assert_true(bt_sbx_decoder_key(&vending, &id, &key));
	assert_true(bt_sbx_token_make(&key, 0, 5, 5871660, 1, token));
	assert_string_equal(token, "59386323472137426967");
}

/* Worked example A: its cipher is that of the licensed tables, its decoder key is not. */
static void check_des_key(void **state)
{
	struct bt_sbx_meter_id id = {"600727000000000009", "123456", "01", "07", "02", 1, 2, 1993, 255};
	struct bt_sbx_vending vending;
	struct bt_sbx_key key, expected;
	(void)state;
	memset(vending.des, 0xab, sizeof vending.des);
	read_key("e653341f9d5bf36f", &expected);
	assert_true(bt_sbx_decoder_key(&vending, &id, &key));
	assert_memory_equal(key.bytes, expected.bytes, 8);
	memcpy(id.ea, "11", 3);
	assert_false(bt_sbx_decoder_key(&vending, &id, &key));
}

/* Worked example F: four tokens from TI 01 to TI 02; keys are those of example B. */
static void check_key_change_set(void **state)
{
	static const char *const expected[] = {"34812744915211133004", "46903925208523674737", "71464563847088610152",
					       "67904239402617643990"};
	struct bt_sbx_meter_id id = {"600727000000000009", "123457", "01", "11", "04", 1, 2, 1993, 255};
	struct bt_sbx_meter_id to = id;
	struct bt_sbx_vending vending;
	struct bt_sbx_key held, next, narrow = {.len = 8};
	char tokens[BT_SBX_SECTIONS_MAX][21];
	(void)state;
	memcpy(to.ti, "02", 3);
	assert_true(bt_sbx_hex_decode("abababababababab949494949494949401234567", vending.wide, sizeof vending.wide));
	assert_true(bt_sbx_decoder_key(&vending, &id, &held) && bt_sbx_decoder_key(&vending, &to, &next));
	assert_int_equal(bt_sbx_key_change_make(&held, &to, &next, false, tokens), 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(tokens[i], expected[i]);
	assert_int_equal(bt_sbx_key_change_make(&held, &to, &narrow, false, tokens), 0);
	to.krn = 10;
	assert_int_equal(bt_sbx_key_change_make(&held, &to, &next, false, tokens), 0);
}

static void check_identities(void **state)
{
	char pan[19];
	(void)state;
	assert_true(bt_sbx_pan_make("00000000000", pan));
	assert_string_equal(pan, "600727000000000009");
	assert_true(bt_sbx_pan_make("0100000000008", pan));
	assert_string_equal(pan, "000001000000000082");
	assert_false(bt_sbx_pan_make("00000000001", pan));
	assert_false(bt_sbx_pan_make("0000000000", pan));
	assert_false(bt_sbx_pan_make("0000000000a", pan));
}

static void check_amounts(void **state)
{
	static const struct {
		int64_t tenths;
		uint16_t field;
	} rows[] = {{0, 0},           {16383, 0x3fff},   {16384, 0x4000},   {180223, 0x8000},
		    {180224, 0x8000}, {1818623, 0xc000}, {1818624, 0xc000}, {18201624, 0xffff}};
	char token[21];
	struct bt_sbx_key key = {.len = 16};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(bt_sbx_amount_field(rows[i].tenths), rows[i].field);
	assert_false(bt_sbx_token_make(&key, 0, 5, 1, BT_SBX_UNITS_MAX + 1, token));
	assert_false(bt_sbx_token_make(&key, 0, 16, 1, 1, token));
	assert_false(bt_sbx_token_make(&key, 0, 5, 0x1000000, 1, token));
}

static void check_prices(void **state)
{
	(void)state;
	struct bt_sbx_price price = bt_sbx_price_of(bt_sbx_category_find(bt_sbx_categories, "DS-II"), 50000);
	assert_int_equal(price.energy_paise, 47170);
	assert_int_equal(price.duty_paise, 2830);
	assert_int_equal(price.units, 635);
	price = bt_sbx_price_of(bt_sbx_category_find(bt_sbx_categories, "DS-II"), 0);
	assert_int_equal(price.energy_paise, 0);
	assert_int_equal(price.units, 0);
	for (int64_t paise = 1; paise <= 1000000; paise += 997) {
		price = bt_sbx_price_of(bt_sbx_category_find(bt_sbx_categories, "NDS-I"), paise);
		assert_int_equal(price.energy_paise + price.duty_paise, paise);
		assert_true(price.units * 779 <= price.energy_paise * 10);
		assert_true((price.units + 1) * 779 > price.energy_paise * 10);
	}
	assert_null(bt_sbx_category_find(bt_sbx_categories, "DS-9"));
}

static void check_chain_hash(void **state)
{
	struct bt_sbx_link link = {.seq = 258,
				   .time = 1795307088266,
				   .sale_id = "8b5fd615-6f25-471e-8a0b-a64567d548e7",
				   .kind = "paid",
				   .body = "{\"name\":\"रमेश\"}"};
	uint8_t hash[BT_SBX_HASH_LEN];
	char hex[65];
	(void)state;
	for (size_t i = 0; i < sizeof link.prev_hash; i++)
		link.prev_hash[i] = (uint8_t)i;
	assert_true(bt_sbx_chain_hash(&link, hash));
	bt_sbx_hex_encode(hash, sizeof hash, hex);
	assert_string_equal(hex, "f6a1f113846f85ae42e3b8cb30833185cff98546641fd92b59f2f51938c074c5");
	/* A byte moved from one field to the next must change the hash, although the joined bytes are the same. */
	link.kind = "pai";
	link.body = "d{\"name\":\"रमेश\"}";
	assert_true(bt_sbx_chain_hash(&link, hash));
	bt_sbx_hex_encode(hash, sizeof hash, hex);
	assert_string_not_equal(hex, "f6a1f113846f85ae42e3b8cb30833185cff98546641fd92b59f2f51938c074c5");
}

static void check_base64(void **state)
{
	uint8_t out[4] = {0};
	char text[16];
	(void)state;
	assert_true(bt_sbx_b64_decode("Zm9vYg==", out, 4));
	assert_memory_equal(out, "foob", 4);
	assert_false(bt_sbx_b64_decode("Zm9vYg=", out, 4));
	assert_false(bt_sbx_b64_decode("Zm9vYmE=", out, 4));
	assert_false(bt_sbx_b64_decode("Zm9=Yg==", out, 4));
	assert_int_equal(bt_sbx_b64_encode((const uint8_t *)"foob", 4, text, sizeof text), 8);
	assert_string_equal(text, "Zm9vYg==");
	assert_int_equal(bt_sbx_b64_encode((const uint8_t *)"foob", 4, text, 8), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(check_vectors),    cmocka_unit_test(check_worked_example),
	    cmocka_unit_test(check_des_key),    cmocka_unit_test(check_key_change_set),
	    cmocka_unit_test(check_identities), cmocka_unit_test(check_amounts),
	    cmocka_unit_test(check_prices),     cmocka_unit_test(check_chain_hash),
	    cmocka_unit_test(check_base64),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
