/* Every row of the three vector files, made and read back with each field; the tokens printed in public.
 * rooms: core/sts core/base */
#include "tests/unit/sts_tokens.h"

#include "core/sts/crc.h"
#include "core/sts/tid.h"
#include "core/sts/token_type.h"

/* What the amount field makes of a number: rounded up to its step. */
static uint32_t round_up(uint32_t value)
{
	uint32_t first = value < 16384 ? 0 : value < 180224 ? 16384 : value < 1818624 ? 180224 : 1818624;
	uint32_t step = first == 0 ? 1 : first == 16384 ? 10 : first == 180224 ? 100 : 1000;

	return first + (value - first + step - 1) / step * step;
}

static void read_section(const struct sts_row *row, struct bt_sts_token *out)
{
	const struct bt_sts_key_change change = read_change(row);
	unsigned long sgc = strtoul(change.to.sgc, NULL, 10);
	/* Which word of the key each subclass carries, for keys of 8 and of 16 bytes. */
	static const unsigned words[2][10] = {{[3] = 0, [4] = 1}, {[3] = 0, [8] = 1, [9] = 2, [4] = 3}};
	const uint8_t *word = change.key.bytes + 4u * words[change.key.len == 16][out->subclass];
	bool first = out->subclass == 3, second = out->subclass == 4;

	out->section = (struct bt_sts_section){
	    .ken_half = (uint8_t)(first    ? change.to.ken / 16
				  : second ? change.to.ken % 16
					   : 0),
	    .krn = first ? change.to.krn : 0,
	    .kt = first ? change.to.kt : 0,
	    .ro = first && change.roll_over,
	    .ti = (uint8_t)(second ? strtoul(change.to.ti, NULL, 10) : 0),
	    .sgc_half = (uint16_t)(first || second      ? 0
				   : out->subclass == 8 ? sgc % 4096
							: sgc / 4096),
	    .key_part = (uint32_t)word[0] << 24 | (uint32_t)word[1] << 16 | (uint32_t)word[2] << 8 | word[3],
	};
}

static struct bt_sts_token read_token(const struct sts_row *row)
{
	struct bt_sts_token token = {.token_class = (uint8_t)sts_row_number(row, STS_CLASS),
				     .subclass = (uint8_t)sts_row_number(row, STS_SUBCLASS)};

	if (sts_row_part(row, "newdk")) {
		read_section(row, &token);
		return token;
	}
	if (token.token_class == 1) {
		token.mfr_code = (uint16_t)sts_row_part_number(row, "mfr", 10);
		token.control = sts_row_part_number(row, "control", 16);
		return token;
	}
	token.rnd = (uint8_t)sts_row_number(row, STS_RND);
	token.tid = sts_row_tid(row);
	token.value = token.token_class == 0 ? sts_row_tenths(row) : (uint32_t)sts_row_part_number(row, "value", 10);
	return token;
}

static void check_same(const struct bt_sts_token *seen, const struct bt_sts_token *expected)
{
	assert_int_equal(seen->token_class, expected->token_class);
	assert_int_equal(seen->subclass, expected->subclass);
	assert_int_equal(seen->rnd, expected->rnd);
	assert_int_equal(seen->tid, expected->tid);
	assert_int_equal(seen->value, expected->value);
	assert_true(seen->control == expected->control);
	assert_int_equal(seen->mfr_code, expected->mfr_code);
	assert_int_equal(seen->section.ken_half, expected->section.ken_half);
	assert_int_equal(seen->section.krn, expected->section.krn);
	assert_int_equal(seen->section.kt, expected->section.kt);
	assert_int_equal(seen->section.ro, expected->section.ro);
	assert_int_equal(seen->section.three, expected->section.three);
	assert_int_equal(seen->section.ti, expected->section.ti);
	assert_int_equal(seen->section.sgc_half, expected->section.sgc_half);
	assert_int_equal(seen->section.key_part, expected->section.key_part);
}

static void check_row(const struct sts_row *row)
{
	struct bt_sts_token token = read_token(row), seen;
	struct bt_sts_decoder_key key = read_hex_key(row->field[STS_DECODER_KEY]);
	struct bt_sts_schedule schedule = {0};
	const struct bt_sts_schedule *with = NULL;
	char text[BT_STS_TOKEN_CAP];

	if (token.token_class != 1) {
		schedule = make_schedule(&key);
		with = &schedule;
	}
	assert_int_equal(bt_sts_token_encode(with, &token, text), BT_OK);
	assert_string_equal(text, row->field[STS_TOKEN]);
	assert_int_equal(bt_sts_token_decode(with, text, &seen), BT_OK);
	if (bt_sts_token_type_find(token.token_class, token.subclass)->layout == BT_STS_LAYOUT_AMOUNT)
		token.value = round_up(token.value);
	check_same(&seen, &token);
}

struct expected_file {
	const char *path;
	int rows[3]; /* by class */
	int sections;
};

static void check_file(const struct expected_file *expected)
{
	FILE *file = fopen(expected->path, "r");
	int rows[3] = {0}, sections = 0;
	struct sts_row row;

	assert_non_null(file);
	while (sts_row_next(file, &row)) {
		check_row(&row);
		assert_true(sts_row_number(&row, STS_CLASS) < 3);
		rows[sts_row_number(&row, STS_CLASS)]++;
		sections += sts_row_part(&row, "newdk") != NULL;
	}
	fclose(file);
	assert_memory_equal(rows, expected->rows, sizeof rows);
	assert_int_equal(sections, expected->sections);
}

static void test_rows_of_ea11(void **state)
{
	const struct expected_file file = {.path = STS_ROWS_EA11, .rows = {31, 0, 32}, .sections = 16};

	(void)state;
	check_file(&file);
}

static void test_rows_of_ea07(void **state)
{
	const struct expected_file file = {.path = STS_ROWS_EA07, .rows = {66, 0, 46}, .sections = 18};

	(void)state;
	check_file(&file);
}

static void test_rows_of_class_1(void **state)
{
	const struct expected_file file = {.path = STS_ROWS_CLASS1, .rows = {0, 43, 0}};

	(void)state;
	check_file(&file);
}

/* The TID that follows from each row's date is the one in its token; from the reserved minute, the next. */
static void test_times_of_the_rows(void **state)
{
	static const char *const paths[] = {STS_ROWS_EA11, STS_ROWS_EA07};
	int dated = 0, reserved = 0;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		FILE *file = fopen(paths[i], "r");
		struct sts_row row;

		assert_non_null(file);
		while (sts_row_next(file, &row)) {
			uint32_t minute, tid;

			if (strchr(row.field[STS_TIME], 'T') == NULL)
				continue;
			dated++;
			assert_int_equal(
			    bt_sts_tid_of(sts_row_wall_ms(&row), (uint16_t)sts_row_number(&row, STS_BASE), &minute),
			    BT_OK);
			assert_int_equal(bt_sts_tid_ordinary(minute, &tid), BT_OK);
			assert_int_equal(tid, sts_row_tid(&row));
			reserved += tid != minute;
		}
		fclose(file);
	}
	assert_int_equal(dated, 90);
	assert_int_equal(reserved, 3);
}

static void test_worked_example(void **state)
{
	const struct bt_sts_token token = {.rnd = 5, .tid = EXAMPLE_TID, .value = 1};
	struct bt_sts_schedule schedule = make_schedule(&example_key);
	struct bt_sts_token seen;
	char text[BT_STS_TOKEN_CAP], grouped[25];

	(void)state;
	assert_int_equal(bt_sts_crc(0, UINT64_C(0x0559982c00010000)), 0x2831);
	assert_int_equal(bt_sts_token_encode(&schedule, &token, text), BT_OK);
	assert_string_equal(text, EXAMPLE_TOKEN);
	assert_int_equal(bt_sts_token_decode(&schedule, text, &seen), BT_OK);
	check_same(&seen, &token);
	bt_sts_token_group(text, grouped);
	assert_string_equal(grouped, "5938 6323 4721 3742 6967");
}

/* Meter test tokens printed in public: they work in any meter, whatever key is at hand or none. */
static void test_public_class_1(void **state)
{
	static const struct {
		const char *text;
		struct bt_sts_token token;
	} rows[] = {
	    {"00000000000134220736", {.token_class = 1}},
	    {"00000000000150997584", {.token_class = 1, .control = 1}},
	    {"01152921509036054672", {.token_class = 1, .subclass = 1, .control = 1}},
	};
	struct bt_sts_schedule schedule = make_schedule(&example_key);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct bt_sts_token seen;
		char text[BT_STS_TOKEN_CAP];

		assert_int_equal(bt_sts_token_encode(NULL, &rows[i].token, text), BT_OK);
		assert_string_equal(text, rows[i].text);
		assert_int_equal(bt_sts_token_encode(&schedule, &rows[i].token, text), BT_OK);
		assert_string_equal(text, rows[i].text);
		assert_int_equal(bt_sts_token_decode(NULL, text, &seen), BT_OK);
		check_same(&seen, &rows[i].token);
		assert_int_equal(bt_sts_token_decode(&schedule, text, &seen), BT_OK);
		check_same(&seen, &rows[i].token);
	}
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
	    cmocka_unit_test(test_rows_of_ea11),    cmocka_unit_test(test_rows_of_ea07),
	    cmocka_unit_test(test_rows_of_class_1), cmocka_unit_test(test_times_of_the_rows),
	    cmocka_unit_test(test_worked_example),  cmocka_unit_test(test_public_class_1),
	    cmocka_unit_test(test_grouping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
