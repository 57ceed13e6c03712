/* Where the end marker begins: in bytes written down here, and in slips as the driver renders them.
 * rooms: printer core/receipt core/money core/base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "printer/driver.h"
#include "printer/escpos_end.h"
#include "tests/unit/receipt_fixture.h"

static struct bt_escpos_end find(const char *bytes, size_t len)
{
	struct bt_escpos_end end;
	bt_escpos_find_end((struct bt_bytes){(const uint8_t *)bytes, len}, &end);
	return end;
}

static void assert_end(struct bt_escpos_end end, size_t opening, size_t command, size_t marker)
{
	assert_int_equal(end.opening, opening);
	assert_int_equal(end.command, command);
	assert_int_equal(end.marker, marker);
}

#define FIND(bytes) find(bytes, sizeof(bytes) - 1)

static void test_last_line_of_letters(void **state)
{
	(void)state;
	assert_end(FIND("\x1b@\x1c.TOKEN\n\x1b\x45\x01= 12 =\x1b\x45\x00\n\x1d\x56\x42\x00"), 2, 13, 13);
	assert_end(FIND("\x00\x00\x1b@A"), 4, 4, 4);
	assert_end(FIND("A B\r\n  \n"), 0, 0, 0);
}

/* A picture of two bytes by five rows: a line, two blank rows, the marker of two rows. */
static void test_last_rows_of_a_picture(void **state)
{
	static const char slip[] = "\x1b@\x1d\x76\x30\x00\x02\x00\x05\x00"
				   "\xff\xff\x00\x00\x00\x00\x00\x0f\x01\x00"
				   "\x1b\x4a\x09\x1d\x56\x42\x00";
	(void)state;
	assert_end(FIND(slip), 2, 2, 16);
	/* The marker begins in one band and ends in the next. */
	static const char two[] = "\x1b@\x1d\x76\x30\x00\x01\x00\x02\x00"
				  "\x00\xff"
				  "\x1d\x76\x30\x00\x01\x00\x01\x00"
				  "\xff";
	assert_end(FIND(two), 2, 2, 11);
	/* A feed between makes the second band a line of its own. */
	static const char fed[] = "\x1b@\x1d\x76\x30\x00\x01\x00\x01\x00"
				  "\xff\x1b\x4a\x10"
				  "\x1d\x76\x30\x00\x01\x00\x01\x00"
				  "\xff";
	assert_end(FIND(fed), 2, 14, 22);
}

static void test_no_ink_has_no_marker(void **state)
{
	(void)state;
	assert_end(FIND("\x1b@\x1c.\x1b\x70\x00\x19\xfa"), 2, 9, 9);
	assert_end(find("", 0), 0, 0, 0);
	assert_end(FIND("\x00\x00\x00"), 0, 3, 3);
}

/* Behind what nobody knows the marker may be anywhere: the place is the last that is certain. */
static void test_unknown_bytes_end_the_reading(void **state)
{
	(void)state;
	assert_end(FIND("\x1b@A\n\x1b\x7e"
			"BC\n"),
		   2, 4, 4);
	assert_end(FIND("\x1b@\x1d\x76\x30\x00\x30\x00\x70\x00\xff"), 2, 2, 2); /* cut in a picture */
}

static void render(const struct bt_prn_profile *profile, enum bt_receipt_lang lang, struct bt_buf *out)
{
	static struct bt_receipt receipt;
	struct bt_receipt_facts facts = fixture_token();
	struct bt_prn_sheet sheet = {.receipt = &receipt, .profile = profile, .open_drawer = true};
	assert_int_equal(bt_receipt_compose(&facts, NULL, lang, &receipt), BT_OK);
	assert_int_equal(bt_raster_open(FIXTURE_FONT, &sheet.raster, NULL), BT_OK);
	bt_buf_init(out, BT_PRN_MAX_BYTES);
	assert_int_equal(bt_prn_escpos.render(&sheet, out, NULL), BT_OK);
	bt_raster_close(sheet.raster);
}

/* Every command of the driver is known here, and the marker is a small part at the end of each slip. */
static void test_slips_of_the_driver(void **state)
{
	static const enum bt_prn_mode modes[] = {BT_PRN_RASTER, BT_PRN_HYBRID, BT_PRN_TEXT};
	(void)state;
	for (const struct bt_prn_profile *row = bt_prn_profiles; row->id[0] != '\0'; row++) {
		for (size_t i = 0; i < 6; i++) {
			struct bt_prn_profile profile = *row;
			struct bt_escpos_end end;
			struct bt_buf slip;
			profile.mode = modes[i / 2];
			profile.native_qr = i / 2 != 0;
			render(&profile, i % 2 == 0 ? BT_RECEIPT_EN : BT_RECEIPT_BOTH, &slip);
			bt_escpos_find_end(bt_buf_view(&slip), &end);
			assert_int_equal(end.opening, 2);
			assert_true(end.opening < end.command && end.command <= end.marker && end.marker < slip.len);
			size_t band = (size_t)profile.band_rows * (size_t)profile.width_dots / 8;
			assert_true(slip.len - end.command <= 2 * band);
			assert_true(slip.len - end.marker <= 40 * (size_t)profile.width_dots / 8);
			/* Cut before the marker and filled up with noughts, no slip shows the marker's line. */
			struct bt_escpos_end before;
			memset(slip.data + end.marker, 0, slip.len - end.marker);
			bt_escpos_find_end(bt_buf_view(&slip), &before);
			assert_true(before.marker < end.marker);
			bt_buf_fini(&slip);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_last_line_of_letters), cmocka_unit_test(test_last_rows_of_a_picture),
	    cmocka_unit_test(test_no_ink_has_no_marker), cmocka_unit_test(test_unknown_bytes_end_the_reading),
	    cmocka_unit_test(test_slips_of_the_driver),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
