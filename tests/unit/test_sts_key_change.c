/* Key changes: each section in the vector files made from its whole set, sets joined back in any order, and what is
 * refused.
 * rooms: core/sts core/base */
#include "tests/unit/sts_tokens.h"

#define LONGEST_SET BT_STS_SECTIONS_MAX

static void check_same(const struct bt_sts_key_change *seen, const struct bt_sts_key_change *expected)
{
	assert_string_equal(seen->to.sgc, expected->key.len == 8 ? "" : expected->to.sgc);
	assert_string_equal(seen->to.ti, expected->to.ti);
	assert_string_equal(seen->to.ea, expected->key.len == 8 ? "07" : "11");
	assert_int_equal(seen->to.krn, expected->to.krn);
	assert_int_equal(seen->to.kt, expected->to.kt);
	assert_int_equal(seen->to.ken, expected->to.ken);
	assert_int_equal(seen->roll_over, expected->roll_over);
	assert_int_equal(seen->key.len, expected->key.len);
	assert_memory_equal(seen->key.bytes, expected->key.bytes, sizeof seen->key.bytes);
}

/* All orders of the set, by counting in base @p count and leaving out what repeats. */
static void check_join(const struct bt_sts_token *sections, unsigned count, const struct bt_sts_key_change *expected)
{
	unsigned orders = 0, codes = count == 2 ? 4 : 256;

	for (unsigned code = 0; code < codes; code++) {
		struct bt_sts_token shuffled[LONGEST_SET];
		struct bt_sts_key_change seen = {.roll_over = false};
		unsigned rest = code, used = 0;

		for (unsigned i = 0; i < count; i++, rest /= count) {
			used |= 1u << rest % count;
			shuffled[i] = sections[rest % count];
		}
		if (used == (1u << count) - 1) {
			assert_int_equal(bt_sts_key_change_join(shuffled, count, &seen), BT_OK);
			check_same(&seen, expected);
			orders++;
		} else {
			assert_int_equal(bt_sts_key_change_join(shuffled, count, &seen), BT_EINPUT);
			assert_int_equal(seen.key.len, 0);
		}
	}
	assert_int_equal(orders, count == 2 ? 2 : 24);
}

static void check_row(const struct sts_row *row)
{
	static const unsigned subclasses[] = {3, 4, 8, 9};
	const struct bt_sts_decoder_key key = read_hex_key(row->field[STS_DECODER_KEY]);
	const struct bt_sts_key_change change = read_change(row);
	struct bt_sts_schedule held = make_schedule(&key);
	struct bt_sts_token sections[LONGEST_SET];
	char set[LONGEST_SET][BT_STS_TOKEN_CAP];
	unsigned count = 0, seen = 0;

	assert_int_equal(bt_sts_key_change_encode(&held, &change, set, &count), BT_OK);
	assert_int_equal(count, key.len == 8 ? 2 : 4);
	for (unsigned i = 0; i < count; i++) {
		assert_int_equal(bt_sts_token_decode(&held, set[i], &sections[i]), BT_OK);
		assert_int_equal(sections[i].subclass, subclasses[i]);
		if (sections[i].subclass == sts_row_number(row, STS_SUBCLASS)) {
			assert_string_equal(set[i], row->field[STS_TOKEN]);
			seen++;
		}
	}
	assert_int_equal(seen, 1);
	check_join(sections, count, &change);
}

static int check_file(const char *path)
{
	FILE *file = fopen(path, "r");
	struct sts_row row;
	int count = 0;

	assert_non_null(file);
	while (sts_row_next(file, &row)) {
		if (sts_row_part(&row, "newdk") == NULL)
			continue;
		check_row(&row);
		count++;
	}
	fclose(file);
	return count;
}

static void test_rows(void **state)
{
	(void)state;
	assert_int_equal(check_file(STS_ROWS_EA11), 16);
	assert_int_equal(check_file(STS_ROWS_EA07), 18);
}

static const struct bt_sts_key_change good = {
    .to = {.sgc = "999999", .ti = "99", .krn = 9, .kt = 3, .ken = 0xa5},
    .key = {.bytes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, .len = 16},
    .roll_over = true,
};

static void expect_encode(enum bt_err expected, const struct bt_sts_key_change *change)
{
	struct bt_sts_schedule held = make_schedule(&example_key);
	char set[LONGEST_SET][BT_STS_TOKEN_CAP] = {"untouched"};
	unsigned count = 77;

	assert_int_equal(bt_sts_key_change_encode(&held, change, set, &count), expected);
	assert_int_equal(count, expected == BT_OK ? 4 : 77);
	assert_int_equal(strcmp(set[0], "untouched") == 0, expected != BT_OK);
}

static void test_refused_when_made(void **state)
{
	struct bt_sts_key_change change = good;

	(void)state;
	expect_encode(BT_OK, &change);
	change.key.len = 8;
	expect_encode(BT_EINPUT, &change);
	change.key.len = 0;
	expect_encode(BT_EINPUT, &change);
	change = good;
	change.to.krn = 0;
	expect_encode(BT_ERANGE, &change);
	change.to.krn = 10;
	expect_encode(BT_ERANGE, &change);
	change = good;
	change.to.kt = 4;
	expect_encode(BT_ERANGE, &change);
	change = good;
	change.to.ti[1] = '\0';
	expect_encode(BT_EINPUT, &change);
	change = good;
	change.to.sgc[0] = 'x';
	expect_encode(BT_EINPUT, &change);
	change = good;
	change.to.sgc[5] = '\0';
	expect_encode(BT_EINPUT, &change);
}

static void make_sections(struct bt_sts_token out[LONGEST_SET])
{
	struct bt_sts_schedule held = make_schedule(&example_key);
	char set[LONGEST_SET][BT_STS_TOKEN_CAP];
	unsigned count = 0;

	assert_int_equal(bt_sts_key_change_encode(&held, &good, set, &count), BT_OK);
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(bt_sts_token_decode(&held, set[i], &out[i]), BT_OK);
}

static void expect_join(enum bt_err expected, const struct bt_sts_token *sections, unsigned count)
{
	struct bt_sts_key_change seen = {.key = {.len = 77}};

	assert_int_equal(bt_sts_key_change_join(sections, count, &seen), expected);
	assert_int_equal(seen.key.len, 77);
}

static void test_refused_when_joined(void **state)
{
	struct bt_sts_token sections[LONGEST_SET + 1], changed[LONGEST_SET];

	(void)state;
	make_sections(sections);
	sections[4] = sections[3];
	expect_join(BT_EINPUT, sections, 0);
	expect_join(BT_EINPUT, sections, 1);
	expect_join(BT_EINPUT, sections, 3);
	expect_join(BT_EINPUT, sections, 5);
	expect_join(BT_EINPUT, sections + 2, 2);
	memcpy(changed, sections, sizeof changed);
	changed[2].token_class = 0;
	expect_join(BT_EINPUT, changed, 4);
	memcpy(changed, sections, sizeof changed);
	changed[2].subclass = 5;
	expect_join(BT_EINPUT, changed, 4);
	/* One beyond 999999: 244 and 576 in halves of twelve bits. */
	memcpy(changed, sections, sizeof changed);
	assert_int_equal(changed[3].section.sgc_half, 244);
	assert_int_equal(changed[2].section.sgc_half, 575);
	changed[2].section.sgc_half = 576;
	expect_join(BT_EINPUT, changed, 4);
}

/* The third token of a key of 64 bits: seen when read, refused by name when made, never joined. */
static void test_third_token_of_a_short_key(void **state)
{
	const struct bt_sts_decoder_key key = read_hex_key("5f72a7dc2b1862b2");
	struct bt_sts_schedule held = make_schedule(&key);
	struct bt_sts_token first = {.token_class = 2, .subclass = 3, .section = {.krn = 1, .kt = 2, .three = true}};
	struct bt_sts_token set[3] = {first, {.token_class = 2, .subclass = 4}, {.token_class = 2, .subclass = 8}};
	char text[BT_STS_TOKEN_CAP] = "untouched";

	(void)state;
	assert_int_equal(bt_sts_token_encode(&held, &first, text), BT_EUNSUPPORTED);
	assert_string_equal(text, "untouched");
	assert_non_null(strstr(bt_sts_token_refusal(&first), "3KCT"));
	first.section.three = false;
	assert_null(bt_sts_token_refusal(&first));
	expect_join(BT_EUNSUPPORTED, set, 3);
	expect_join(BT_EUNSUPPORTED, set, 2);
}

static void test_key_types(void **state)
{
	/* By parent and child: DITK, DDTK, DUTK, DCTK. Source: IEC 62055-41 key type rules. */
	static const char *const allowed[4] = {"-+++", "-+++", "-++-", "-+-+"};

	(void)state;
	for (uint8_t from = 0; from < 4; from++) {
		for (uint8_t to = 0; to < 4; to++)
			assert_int_equal(bt_sts_key_type_allows(from, to), allowed[from][to] == '+');
	}
	assert_false(bt_sts_key_type_allows(4, 1));
	assert_false(bt_sts_key_type_allows(1, 4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_refused_when_made),
	    cmocka_unit_test(test_refused_when_joined),
	    cmocka_unit_test(test_third_token_of_a_short_key),
	    cmocka_unit_test(test_key_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
