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
	    cmocka_unit_test(test_same_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
