/* Check digits, MeterPANs, sameness of keys.
 * rooms: core/sts core/base */
#include "core/sts/identity.h"

#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

static void test_known_pans(void **state)
{
	char pan[BT_STS_PAN_CAP];

	(void)state;
	/* A response printed in public (tests/vectors/sts_public_examples.csv). */
	assert_int_equal(bt_sts_pan_of_drn("58000079523", pan), BT_OK);
	assert_string_equal(pan, "600727580000795237");
	assert_int_equal(bt_sts_pan_of_drn("00000000000", pan), BT_OK);
	assert_string_equal(pan, "600727000000000009");
	assert_int_equal(bt_sts_pan_of_drn("0100000000008", pan), BT_OK);
	assert_string_equal(pan, "000001000000000082");
	assert_int_equal(bt_sts_pan_check(pan), BT_OK);
}

static void test_every_single_digit_is_noticed(void **state)
{
	static const char *const good[] = {"600727580000795237", "000001000000000082"};
	char pan[BT_STS_PAN_CAP];

	(void)state;
	for (size_t row = 0; row < 2; row++) {
		for (size_t at = 0; at < 18; at++) {
			for (char digit = '0'; digit <= '9'; digit++) {
				memcpy(pan, good[row], sizeof pan);
				pan[at] = digit;
				if (digit == good[row][at])
					assert_int_equal(bt_sts_pan_check(pan), BT_OK);
				else
					assert_int_not_equal(bt_sts_pan_check(pan), BT_OK);
			}
		}
	}
}

static void test_form(void **state)
{
	char pan[BT_STS_PAN_CAP] = "untouched";

	(void)state;
	assert_int_equal(bt_sts_drn_check("58000079523"), BT_OK);
	assert_int_equal(bt_sts_drn_check("58000079524"), BT_EAUTH);
	assert_int_equal(bt_sts_drn_check(""), BT_EINPUT);
	assert_int_equal(bt_sts_drn_check("580000795231"), BT_EINPUT);
	assert_int_equal(bt_sts_drn_check("5800007952 "), BT_EINPUT);
	assert_int_equal(bt_sts_drn_check("58000079523580000795235800007952358000079523"), BT_EINPUT);
	assert_int_equal(bt_sts_pan_of_drn("58000079524", pan), BT_EAUTH);
	assert_int_equal(bt_sts_pan_of_drn("5800007952x", pan), BT_EINPUT);
	assert_string_equal(pan, "untouched");
	assert_int_equal(bt_sts_pan_check("60072758000079523"), BT_EINPUT);
	assert_int_equal(bt_sts_pan_check("6007275800007952370"), BT_EINPUT);
	assert_int_equal(bt_sts_pan_check("500727580000795237"), BT_EINPUT);
	/* Right check digit of the PAN over a wrong one of the DRN. */
	memcpy(pan, "600727580000795240", sizeof pan);
	pan[17] = bt_luhn_digit(pan, 17);
	assert_int_equal(bt_sts_pan_check(pan), BT_EAUTH);
}

/* Whichever digit it is, and not what was never a meter number. */
static void test_mistyped_or_not(void **state)
{
	static const char *const mistyped[] = {"58000079524", "85000079523", "0100000000009", "600727580000795238",
					       "610727580000795237"};
	/* One has right digits at the end of another issuer's number. */
	static const char *const other[] = {
	    "58000079523", "0100000000008", "600727580000795237", "000001000000000082", "500727580000795239", "",
	    "5800007952",  "580000795231",  "5800007952a",        "Ramesh Kumar"};

	(void)state;
	for (size_t i = 0; i < sizeof mistyped / sizeof mistyped[0]; i++)
		assert_true(bt_sts_is_mistyped(mistyped[i]));
	for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
		assert_false(bt_sts_is_mistyped(other[i]));
}

static void test_drn_of_what_is_typed(void **state)
{
	char drn[BT_STS_DRN_CAP] = "untouched";

	(void)state;
	assert_int_equal(bt_sts_drn_of("600727580000795238", drn), BT_EAUTH);
	assert_int_equal(bt_sts_drn_of("58000079524", drn), BT_EAUTH);
	assert_int_equal(bt_sts_drn_of("5800007952", drn), BT_EINPUT);
	assert_string_equal(drn, "untouched");
	assert_int_equal(bt_sts_drn_of("600727580000795237", drn), BT_OK);
	assert_string_equal(drn, "58000079523");
	assert_int_equal(bt_sts_drn_of("000001000000000082", drn), BT_OK);
	assert_string_equal(drn, "0100000000008");
	assert_int_equal(bt_sts_drn_of("58000079523", drn), BT_OK);
	assert_string_equal(drn, "58000079523");
}

static void expect_fault(struct bt_sts_key_id id, const char *part)
{
	const char *fault = bt_sts_key_id_fault(&id);

	assert_int_equal(fault == NULL, part == NULL);
	if (part)
		assert_non_null(strstr(fault, part));
}

static void test_fields_of_a_key(void **state)
{
	static const uint16_t bases[] = {1993, 2014, 2035};
	const struct bt_sts_key_id good = {
	    .sgc = "000001", .ti = "00", .ea = "07", .dkga = "02", .krn = 1, .kt = 0, .ken = 0, .base = 1993};
	struct bt_sts_key_id id = good;

	(void)state;
	expect_fault(good, NULL);
	memcpy(id.sgc, "12345", 6);
	expect_fault(id, "supply group");
	memcpy(id.sgc, "12345x", 7);
	expect_fault(id, "supply group");
	for (unsigned krn = 0; krn < 256; krn++) {
		id = good;
		id.krn = (uint8_t)krn;
		expect_fault(id, krn >= 1 && krn <= 9 ? NULL : "revision");
	}
	for (unsigned kt = 0; kt < 256; kt++) {
		id = good;
		id.kt = (uint8_t)kt;
		expect_fault(id, kt <= 3 ? NULL : "key type");
	}
	id = good;
	memcpy(id.ti, "1", 2);
	expect_fault(id, "tariff index");
	for (unsigned base = 1900; base < 2100; base++) {
		id = good;
		id.base = (uint16_t)base;
		expect_fault(id, base == bases[0] || base == bases[1] || base == bases[2] ? NULL : "base date");
	}
	id = good;
	id.ea[0] = 'x';
	expect_fault(id, "encryption");
	id = good;
	memcpy(id.dkga, "05", 3);
	expect_fault(id, "generation");
	memcpy(id.dkga, "00", 3);
	expect_fault(id, "generation");
}

static void test_same_key(void **state)
{
	const struct bt_sts_key_id id = {.sgc = "123457",
					 .ti = "01",
					 .ea = "11",
					 .dkga = "04",
					 .krn = 1,
					 .kt = 2,
					 .ken = 255,
					 .base = 2014,
					 .version = 7,
					 .kcv = "A1B2C3"};
	struct bt_sts_key_id other = id;

	(void)state;
	other.version = 8;
	assert_true(bt_sts_key_id_equal(&id, &other));
	other.kcv[0] = '\0';
	assert_true(bt_sts_key_id_equal(&id, &other));
	other.kcv[0] = 'B';
	assert_false(bt_sts_key_id_equal(&id, &other));
	other = id;
	other.ken = 85;
	assert_false(bt_sts_key_id_equal(&id, &other));
	other = id;
	other.base = 2035;
	assert_false(bt_sts_key_id_equal(&id, &other));
	other = id;
	other.ti[1] = '2';
	assert_false(bt_sts_key_id_equal(&id, &other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_known_pans),
	    cmocka_unit_test(test_every_single_digit_is_noticed),
	    cmocka_unit_test(test_form),
	    cmocka_unit_test(test_mistyped_or_not),
	    cmocka_unit_test(test_drn_of_what_is_typed),
	    cmocka_unit_test(test_fields_of_a_key),
	    cmocka_unit_test(test_same_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
