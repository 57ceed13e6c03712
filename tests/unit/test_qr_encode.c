/* QR symbols: sizes, finder patterns, refusals.
 * rooms: core/qr core/base
 * Whether a symbol can be read back is proved on printed dots, in test_printer_escpos.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "core/qr/qr.h"

static struct bt_qr qr;

static void assert_finder(int row, int column)
{
	static const char *const finder[7] = {"#######", "#.....#", "#.###.#", "#.###.#",
					      "#.###.#", "#.....#", "#######"};
	for (int y = 0; y < 7; y++)
		for (int x = 0; x < 7; x++)
			assert_int_equal(qr.dark[row + y][column + x], finder[y][x] == '#');
}

static void test_twenty_digits_make_the_smallest_symbol(void **state)
{
	(void)state;
	assert_int_equal(bt_qr_encode("44717023198527604388", BT_QR_Q, 0, &qr), BT_OK);
	assert_int_equal(qr.modules, 21); /* ISO/IEC 18004: version 1-Q holds 27 digits */
	assert_finder(0, 0);
	assert_finder(0, 14);
	assert_finder(14, 0);
}

static void test_proof_stays_alphanumeric(void **state)
{
	char text[188];
	(void)state;
	memset(text, 'Z', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(bt_qr_encode(text, BT_QR_M, 0, &qr), BT_OK);
	assert_int_equal(qr.modules, 49); /* 187 characters: version 8-M holds 221, 7-M 178 */
}

static void test_least_version_is_kept(void **state)
{
	(void)state;
	assert_int_equal(bt_qr_encode("1", BT_QR_L, 5, &qr), BT_OK);
	assert_int_equal(qr.modules, 37);
}

static void test_refusals_leave_the_output(void **state)
{
	static char text[4000];
	static struct bt_qr before;
	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	memset(&qr, 0x5a, sizeof(qr));
	before = qr;
	assert_int_equal(bt_qr_encode("", BT_QR_M, 0, &qr), BT_EINPUT);
	assert_int_equal(bt_qr_encode("1", BT_QR_M, -1, &qr), BT_EINPUT);
	assert_int_equal(bt_qr_encode("1", BT_QR_M, 41, &qr), BT_EFULL);
	assert_int_equal(bt_qr_encode("1", BT_QR_M, 21, &qr), BT_EFULL);
	assert_int_equal(bt_qr_encode(text, BT_QR_M, 0, &qr), BT_EFULL);
	assert_memory_equal(&before, &qr, sizeof(qr));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_twenty_digits_make_the_smallest_symbol),
	    cmocka_unit_test(test_proof_stays_alphanumeric),
	    cmocka_unit_test(test_least_version_is_kept),
	    cmocka_unit_test(test_refusals_leave_the_output),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
