/* The table of token types: which classes and subclasses there are, and what is said of those that are not made.
 * rooms: core/sts core/base */
#include "core/sts/token_type.h"

#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

/* By class and subclass: + supported, n refused by name, . reserved. */
static const char *const expected[4] = {"++++nnnn........", "++n.............", "++++++++++n.....", "................"};

static void test_every_class_and_subclass(void **state)
{
	(void)state;
	for (uint8_t token_class = 0; token_class < 4; token_class++) {
		for (uint8_t subclass = 0; subclass < BT_STS_SUBCLASSES; subclass++) {
			const struct bt_sts_token_type *type = bt_sts_token_type_find(token_class, subclass);
			const char *refusal = bt_sts_token_type_refusal(token_class, subclass);
			char mark = expected[token_class][subclass];

			assert_int_equal(type == NULL, mark == '.');
			assert_int_equal(refusal == NULL, mark == '+');
			if (type == NULL)
				continue;
			assert_int_equal(type->token_class, token_class);
			assert_int_equal(type->subclass, subclass);
			assert_int_equal(type->layout == BT_STS_LAYOUT_NONE, mark == 'n');
			assert_ptr_equal(type->refusal, refusal);
			assert_int_equal(type->layout == BT_STS_LAYOUT_SECTION, type->section != 0);
			assert_ptr_equal(bt_sts_token_type_named(type->id), type);
		}
	}
}

static void test_beyond_the_fields(void **state)
{
	(void)state;
	assert_null(bt_sts_token_type_find(4, 0));
	assert_null(bt_sts_token_type_find(255, 255));
	assert_null(bt_sts_token_type_find(0, 16));
	assert_non_null(bt_sts_token_type_refusal(4, 0));
	assert_non_null(bt_sts_token_type_refusal(0, 16));
	assert_null(bt_sts_token_type_named("nothing"));
	assert_null(bt_sts_token_type_named(""));
}

static void test_reasons(void **state)
{
	(void)state;
	for (uint8_t subclass = 4; subclass < 8; subclass++)
		assert_non_null(strstr(bt_sts_token_type_refusal(0, subclass), "currency"));
	assert_non_null(strstr(bt_sts_token_type_refusal(0, 8), "class 0"));
	assert_non_null(strstr(bt_sts_token_type_refusal(1, 3), "class 1"));
	assert_non_null(strstr(bt_sts_token_type_refusal(2, 11), "class 2"));
	assert_non_null(strstr(bt_sts_token_type_refusal(3, 0), "class 3"));
}

/* Ids are for ever and each its own; every supported type says how its value is called, or has none. */
static void test_rows(void **state)
{
	unsigned count = 0;
	const struct bt_sts_token_type *types = bt_sts_token_types(&count);

	(void)state;
	assert_int_equal(count, 22);
	for (unsigned i = 0; i < count; i++) {
		assert_true(types[i].id[0] != '\0' && types[i].name[0] != '\0');
		assert_non_null(types[i].field);
		assert_non_null(types[i].unit);
		assert_int_equal(types[i].max > 0, types[i].field[0] != '\0');
		assert_int_equal(types[i].crc_c, types[i].token_class == 0 && types[i].subclass >= 4);
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(types[i].id, types[j].id);
	}
}

static void test_standard_names(void **state)
{
	static const struct {
		const char *id, *name, *unit;
	} rows[] = {
	    {"electricity", "TransferCredit electricity", "0.1 kWh"},
	    {"water", "TransferCredit water", "0.1 m3"},
	    {"time", "TransferCredit time", "0.1 min"},
	    {"max_power_limit", "SetMaximumPowerLimit", "W"},
	    {"clear_credit", "ClearCredit", ""},
	    {"key_change_1", "Set1stSectionDecoderKey", ""},
	    {"key_change_4", "Set4thSectionDecoderKey", ""},
	    {"phase_unbalance_limit", "SetMaximumPhasePowerUnbalanceLimit", "W"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct bt_sts_token_type *type = bt_sts_token_type_named(rows[i].id);

		assert_non_null(type);
		assert_string_equal(type->name, rows[i].name);
		assert_string_equal(type->unit, rows[i].unit);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_class_and_subclass),
	    cmocka_unit_test(test_beyond_the_fields),
	    cmocka_unit_test(test_reasons),
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_standard_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
