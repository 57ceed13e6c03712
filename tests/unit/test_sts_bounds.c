/* Every field of every type at its ends: what is made there, and what is refused beyond.
 * rooms: core/sts core/base */
#include "tests/unit/sts_tokens.h"

#include "core/sts/amount.h"
#include "core/sts/tid.h"
#include "core/sts/token_type.h"

/* Made or not as said; what is made reads back the same, what is not leaves the output alone. */
static void expect(enum bt_err expected, struct bt_sts_token token)
{
	struct bt_sts_schedule schedule = make_schedule(&example_key);
	struct bt_sts_token seen;
	char text[BT_STS_TOKEN_CAP] = "untouched", again[BT_STS_TOKEN_CAP];

	assert_int_equal(bt_sts_token_encode(&schedule, &token, text), expected);
	if (expected != BT_OK) {
		assert_string_equal(text, "untouched");
		return;
	}
	assert_int_equal(bt_sts_token_decode(&schedule, text, &seen), BT_OK);
	assert_int_equal(seen.rnd, token.rnd);
	assert_int_equal(seen.tid, token.tid);
	assert_true(seen.value >= token.value);
	assert_true(seen.control == token.control);
	assert_int_equal(seen.mfr_code, token.mfr_code);
	assert_memory_equal(&seen.section.key_part, &token.section.key_part, sizeof seen.section.key_part);
	assert_int_equal(bt_sts_token_encode(&schedule, &seen, again), BT_OK);
	assert_string_equal(again, text);
}

/* RND, TID and value of each type that has them, from its row. */
static void test_stamp_and_value(void **state)
{
	unsigned count = 0, tried = 0;
	const struct bt_sts_token_type *types = bt_sts_token_types(&count);

	(void)state;
	for (unsigned i = 0; i < count; i++) {
		struct bt_sts_token token = {.token_class = types[i].token_class, .subclass = types[i].subclass};

		if (types[i].layout != BT_STS_LAYOUT_AMOUNT && types[i].layout != BT_STS_LAYOUT_DATA)
			continue;
		tried++;
		expect(BT_OK, token);
		token.rnd = 15;
		token.tid = BT_STS_TID_MAX;
		token.value = types[i].max;
		expect(BT_OK, token);
		token.rnd = 16;
		expect(BT_ERANGE, token);
		token.rnd = 15;
		token.tid = BT_STS_TID_MAX + 1;
		expect(BT_ERANGE, token);
		token.tid = UINT32_MAX;
		expect(BT_ERANGE, token);
		token.tid = 0;
		token.value = types[i].max + 1;
		expect(BT_ERANGE, token);
		token.value = UINT32_MAX;
		expect(BT_ERANGE, token);
		token.value = BT_STS_REGISTER_ALL;
		expect(types[i].all || types[i].max >= UINT16_MAX ? BT_OK : BT_ERANGE, token);
	}
	assert_int_equal(tried, 10);
	assert_int_equal(bt_sts_token_type_named("electricity")->max, 18201624);
}

static void test_meter_tests(void **state)
{
	struct bt_sts_token two = {.token_class = 1, .control = (UINT64_C(1) << 36) - 1, .mfr_code = 99};
	struct bt_sts_token four = {
	    .token_class = 1, .subclass = 1, .control = (UINT64_C(1) << 28) - 1, .mfr_code = 9999};

	(void)state;
	expect(BT_OK, two);
	expect(BT_OK, four);
	two.control++;
	expect(BT_ERANGE, two);
	two.control = UINT64_MAX;
	expect(BT_ERANGE, two);
	two.control = 0;
	two.mfr_code = 100;
	expect(BT_ERANGE, two);
	four.control++;
	expect(BT_ERANGE, four);
	four.control = 0;
	four.mfr_code = 10000;
	expect(BT_ERANGE, four);
}

static void expect_section(enum bt_err expected, uint8_t subclass, struct bt_sts_section section)
{
	section.key_part = UINT32_MAX;
	expect(expected, (struct bt_sts_token){.token_class = 2, .subclass = subclass, .section = section});
}

static void test_sections(void **state)
{
	(void)state;
	expect_section(BT_OK, 3, (struct bt_sts_section){.ken_half = 15, .krn = 9, .kt = 3, .ro = true});
	expect_section(BT_OK, 3, (struct bt_sts_section){.krn = 1});
	expect_section(BT_ERANGE, 3, (struct bt_sts_section){.krn = 0});
	expect_section(BT_ERANGE, 3, (struct bt_sts_section){.krn = 10});
	expect_section(BT_ERANGE, 3, (struct bt_sts_section){.krn = 1, .kt = 4});
	expect_section(BT_ERANGE, 3, (struct bt_sts_section){.krn = 1, .ken_half = 16});
	expect_section(BT_OK, 4, (struct bt_sts_section){.ken_half = 15, .ti = 99});
	expect_section(BT_ERANGE, 4, (struct bt_sts_section){.ti = 100});
	expect_section(BT_ERANGE, 4, (struct bt_sts_section){.ken_half = 16});
	expect_section(BT_OK, 8, (struct bt_sts_section){.sgc_half = 0xfff});
	expect_section(BT_ERANGE, 8, (struct bt_sts_section){.sgc_half = 0x1000});
	expect_section(BT_OK, 9, (struct bt_sts_section){.sgc_half = 244});
	expect_section(BT_ERANGE, 9, (struct bt_sts_section){.sgc_half = 245});
}

static void test_types_not_made(void **state)
{
	(void)state;
	for (unsigned token_class = 0; token_class < 5; token_class++) {
		for (unsigned subclass = 0; subclass < 18; subclass++) {
			struct bt_sts_token token = {.token_class = (uint8_t)token_class,
						     .subclass = (uint8_t)subclass};

			if (bt_sts_token_type_refusal(token.token_class, token.subclass))
				expect(BT_EUNSUPPORTED, token);
		}
	}
}

/* What a type does not carry is not read: it changes no digit. */
static void test_fields_of_other_types(void **state)
{
	struct bt_sts_schedule schedule = make_schedule(&example_key);
	struct bt_sts_token plain = {.rnd = 5, .tid = EXAMPLE_TID, .value = 1}, full = plain;
	char text[BT_STS_TOKEN_CAP];

	(void)state;
	full.control = UINT64_MAX;
	full.mfr_code = UINT16_MAX;
	full.section.ti = 255;
	assert_int_equal(bt_sts_token_encode(&schedule, &full, text), BT_OK);
	assert_string_equal(text, EXAMPLE_TOKEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_stamp_and_value),
	    cmocka_unit_test(test_meter_tests),
	    cmocka_unit_test(test_sections),
	    cmocka_unit_test(test_types_not_made),
	    cmocka_unit_test(test_fields_of_other_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
