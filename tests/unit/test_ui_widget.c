/* The pieces screens are drawn with: columns, big digits, QR cells, fields, lists, scans.
 *
 * rooms: ui/widget core/base core/money core/qr
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ui/widget/bigdigits.h"
#include "ui/widget/burst.h"
#include "ui/widget/dates.h"
#include "ui/widget/field.h"
#include "ui/widget/frame.h"
#include "ui/widget/list.h"
#include "ui/widget/qr.h"

static struct bt_ui_canvas canvas;

static int reset(void **state)
{
	(void)state;
	memset(&canvas, 0, sizeof(canvas));
	bt_ui_canvas_reset(&canvas, 24, 80);
	return 0;
}

static const char *row_text(int row)
{
	static char text[4096];
	bt_ui_row_text(&canvas, row, text, sizeof(text));
	return text;
}

static void test_text_stands_at_columns_not_bytes(void **state)
{
	(void)state;
	/* Source: wcswidth in C.UTF-8; the two words are 12 and 6 columns wide. */
	assert_int_equal(bt_ui_put(&canvas, 0, 4, BT_INK_FACT, "उपभोक्ता संख्या"), 16);
	assert_int_equal(bt_ui_put(&canvas, 1, 4, BT_INK_FACT, "रिचार्ज"), 10);
	assert_string_equal(canvas.cell[1][4].text, "र");
	assert_string_equal(canvas.cell[1][5].text, "ि");
	assert_int_equal(bt_ui_put_right(&canvas, 2, 65, BT_INK_FACT, "₹ 1,860.00"), 55);
}

static void test_nukta_is_composed(void **state)
{
	(void)state;
	bt_ui_put(&canvas, 0, 0, BT_INK_FACT, "\xE0\xA4\x9C\xE0\xA4\xBC"); /* U+091C U+093C */
	assert_string_equal(canvas.cell[0][0].text, "\xE0\xA5\x9B");       /* U+095B */
}

static void test_drawing_outside_is_clipped(void **state)
{
	(void)state;
	bt_ui_put(&canvas, 0, 78, BT_INK_FACT, "abcdef");
	bt_ui_put(&canvas, -1, 0, BT_INK_FACT, "x");
	bt_ui_put(&canvas, 24, 0, BT_INK_FACT, "x");
	bt_ui_put(&canvas, 1, -2, BT_INK_FACT, "abc");
	(void)bt_ui_digits5(&canvas, 22, 70, BT_INK_FACT, "888");
	assert_string_equal(canvas.cell[0][79].text, "b");
	assert_string_equal(canvas.cell[1][0].text, "c");
}

static void test_plain_shapes_are_ascii(void **state)
{
	(void)state;
	canvas.plain = true;
	bt_ui_put(&canvas, 0, 0, BT_INK_FACT, "✓ ▲ ₹ − ›");
	assert_string_equal(row_text(0), "+ ! R - >");
}

static void test_every_digit_looks_different(void **state)
{
	(void)state;
	char seen[10][2][6 * 256];
	for (int digit = 0; digit < 10; digit++) {
		char text[2] = {(char)('0' + digit), '\0'};
		seen[digit][0][0] = seen[digit][1][0] = '\0';
		for (int set = 0; set < 2; set++) {
			reset(NULL);
			if (set) {
				(void)bt_ui_digits5(&canvas, 0, 0, BT_INK_FACT, text);
			} else {
				(void)bt_ui_digits3(&canvas, 0, 0, 1, BT_INK_FACT, text);
			}
			for (int row = 0; row < 5; row++) {
				size_t used = strlen(seen[digit][set]);
				(void)bt_text_printf(seen[digit][set] + used, sizeof(seen[digit][set]) - used, "%s\n",
						     row_text(row));
			}
			for (int other = 0; other < digit; other++) {
				assert_string_not_equal(seen[digit][set], seen[other][set]);
			}
		}
	}
}

static void test_digits_take_the_columns_they_say(void **state)
{
	(void)state;
	assert_int_equal(bt_ui_digits5_columns("4417"), 30);
	assert_int_equal(bt_ui_digits3_columns("4417", 2), 22);
	assert_int_equal(bt_ui_digits3(&canvas, 0, 0, 2, BT_INK_FACT, "4417"), 22);
	assert_int_equal(bt_ui_digits5(&canvas, 4, 0, BT_INK_FACT, "4417"), 30);
}

static bool cell_is_dark(int row, int col, bool lower)
{
	enum bt_ui_glyph glyph = (enum bt_ui_glyph)canvas.cell[row][col].glyph;
	return glyph == BT_GLYPH_FULL || glyph == (lower ? BT_GLYPH_LOWER : BT_GLYPH_UPPER);
}

static void test_qr_cells_are_the_modules_and_a_quiet_zone(void **state)
{
	(void)state;
	static struct bt_qr qr;
	assert_int_equal(bt_qr_encode("44170823915622607384", BT_QR_Q, 1, &qr), BT_OK);
	assert_int_equal(qr.modules, 21);
	assert_true(bt_ui_qr_fits(&canvas, &qr, 6, 48, 20));
	assert_false(bt_ui_qr_fits(&canvas, &qr, 6, 52, 20));
	assert_false(bt_ui_qr_fits(&canvas, &qr, 7, 48, 20));
	bt_ui_qr_draw(&canvas, &qr, 6, 48);
	for (int y = 0; y < 29; y++) {
		for (int x = 0; x < 29; x++) {
			bool inside = y >= 4 && x >= 4 && y < 25 && x < 25;
			bool dark = inside && qr.dark[y - 4][x - 4];
			assert_int_equal(cell_is_dark(6 + y / 2, 48 + x, y % 2), dark);
			assert_int_equal(canvas.cell[6 + y / 2][48 + x].ground, BT_ON_PAPER);
		}
	}
}

static void test_field_takes_back_whole_characters(void **state)
{
	(void)state;
	struct bt_ui_field field = {.text = ""};
	assert_true(bt_ui_field_put(&field, 'a', 10));
	assert_true(bt_ui_field_put(&field, 0x930, 10));
	bt_ui_field_backspace(&field);
	assert_string_equal(field.text, "a");
	bt_ui_field_backspace(&field);
	bt_ui_field_backspace(&field);
	assert_string_equal(field.text, "");
	assert_false(bt_ui_field_put(&field, 0x1B, 10));
	assert_false(bt_ui_field_put(&field, 0x202E, 10));
	assert_true(bt_ui_field_put(&field, '1', 1));
	assert_false(bt_ui_field_put(&field, '2', 1));
}

static void test_amount_field_takes_digits_only(void **state)
{
	(void)state;
	struct bt_ui_field field = {.text = ""};
	assert_true(bt_ui_field_put_digit(&field, '0', 7));
	assert_true(bt_ui_field_put_digit(&field, '5', 7));
	assert_string_equal(field.text, "5");
	assert_false(bt_ui_field_put_digit(&field, 'e', 7));
	assert_int_equal(bt_ui_field_paise(&field), 500);
	field.replace = true;
	assert_true(bt_ui_field_put_digit(&field, '7', 7));
	assert_string_equal(field.text, "7");
}

static void test_list_keeps_the_chosen_row_in_sight(void **state)
{
	(void)state;
	struct bt_ui_list list;
	bt_ui_list_reset(&list, 20);
	for (int i = 0; i < 12; i++) {
		assert_true(bt_ui_list_move(&list, BT_KEY_DOWN, 5));
	}
	assert_int_equal(list.chosen, 12);
	assert_int_equal(list.top, 8);
	bt_ui_list_move(&list, BT_KEY_PAGE_UP, 5);
	bt_ui_list_move(&list, BT_KEY_PAGE_UP, 5);
	bt_ui_list_move(&list, BT_KEY_PAGE_UP, 5);
	assert_int_equal(list.chosen, 0);
	bt_ui_list_reset(&list, 0);
	assert_true(bt_ui_list_move(&list, BT_KEY_DOWN, 5));
	assert_int_equal(list.chosen, 0);
	assert_false(bt_ui_list_move(&list, BT_KEY_ENTER, 5));
}

static bool burst_at(const char *text, int64_t gap_ms)
{
	struct bt_ui_burst burst;
	int64_t at_ms = 1000;
	bt_ui_burst_reset(&burst);
	for (; *text; text++, at_ms += gap_ms) {
		(void)bt_ui_burst_note(&burst, (uint32_t)(unsigned char)*text, at_ms);
	}
	return bt_ui_burst_is_scan(&burst, at_ms);
}

/* Source: scanner wedge measurements: 8 and 16 ms a key are scanners, 50 ms and more a hand, 33 ms a key held down. */
static void test_scanner_is_told_from_a_hand(void **state)
{
	(void)state;
	assert_true(burst_at("100244781560", 8));
	assert_true(burst_at("100244781560", 16));
	assert_false(burst_at("100244781560", 50));
	assert_false(burst_at("100244781560", 90));
	assert_false(burst_at("000000000000", 16));
	assert_false(burst_at("1002447", 8));
}

static void test_spans_and_seconds(void **state)
{
	(void)state;
	char text[BT_DATE_BYTES];
	bt_ui_span(44 * 60000 + 59999, text);
	assert_string_equal(text, "0:44");
	bt_ui_seconds(2349, text);
	assert_string_equal(text, "2.3");
	assert_int_equal(bt_ui_days_ago(INT64_C(1763749800000) - 1, INT64_C(1763749800000)),
			 1); /* 22 Nov 2025 00:00 IST */
}

static void test_sentences_are_set_apart(void **state)
{
	(void)state;
	char text[128];
	bt_ui_widen("Up. Down? नव. 10. ठीक। हाँ।", text, sizeof(text));
	assert_string_equal(text, "Up.  Down?  नव. 10.  ठीक।  हाँ।");
}

#define TEST(function) cmocka_unit_test_setup(function, reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_text_stands_at_columns_not_bytes),
	    TEST(test_nukta_is_composed),
	    TEST(test_drawing_outside_is_clipped),
	    TEST(test_plain_shapes_are_ascii),
	    TEST(test_every_digit_looks_different),
	    TEST(test_digits_take_the_columns_they_say),
	    TEST(test_qr_cells_are_the_modules_and_a_quiet_zone),
	    TEST(test_field_takes_back_whole_characters),
	    TEST(test_amount_field_takes_digits_only),
	    TEST(test_list_keeps_the_chosen_row_in_sight),
	    TEST(test_scanner_is_told_from_a_hand),
	    TEST(test_spans_and_seconds),
	    TEST(test_sentences_are_set_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
