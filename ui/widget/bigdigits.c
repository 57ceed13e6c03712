#include "ui/widget/bigdigits.h"

#include <string.h>

#define COMMA 10
#define ROWS3 6 /* half rows; the last one is leading, used by the comma's tail only */

/* Four half cells wide, one bit each, left is the highest. The comma is two wide and hangs on the last line. */
static const uint8_t half_rows[11][ROWS3] = {
    {0xF, 0x9, 0x9, 0x9, 0xF, 0x0}, {0x6, 0x2, 0x2, 0x2, 0x7, 0x0}, {0xF, 0x1, 0xF, 0x8, 0xF, 0x0},
    {0xF, 0x1, 0x7, 0x1, 0xF, 0x0}, {0x9, 0x9, 0xF, 0x1, 0x1, 0x0}, {0xF, 0x8, 0xF, 0x1, 0xF, 0x0},
    {0xF, 0x8, 0xF, 0x9, 0xF, 0x0}, {0xF, 0x1, 0x1, 0x1, 0x1, 0x0}, {0xF, 0x9, 0xF, 0x9, 0xF, 0x0},
    {0xF, 0x9, 0xF, 0x1, 0xF, 0x0}, {0x0, 0x0, 0x0, 0x0, 0x1, 0x2},
};

/* Three pixels wide, each pixel two columns. */
static const uint8_t whole_rows[10][5] = {
    {7, 5, 5, 5, 7}, {2, 6, 2, 2, 7}, {7, 1, 7, 4, 7}, {7, 1, 3, 1, 7}, {5, 5, 7, 1, 1},
    {7, 4, 7, 1, 7}, {7, 4, 7, 5, 7}, {7, 1, 1, 1, 1}, {7, 5, 7, 5, 7}, {7, 5, 7, 1, 7},
};

static int digit_of(char c)
{
	if (c == ',') {
		return COMMA;
	}
	return c >= '0' && c <= '9' ? c - '0' : -1;
}

int bt_ui_digits3_columns(const char *text, int gap)
{
	int columns = 0;
	for (; *text; text++) {
		columns += (*text == ',' ? 2 : 4) + gap;
	}
	return columns > 0 ? columns - gap : 0;
}

int bt_ui_digits5_columns(const char *text)
{
	int columns = 0;
	for (; *text; text++) {
		columns += (*text == ',' ? 2 : 6) + 2;
	}
	return columns > 0 ? columns - 2 : 0;
}

static void draw_half(struct bt_ui_canvas *canvas, int row, int col, enum bt_ui_role role, int upper, int lower)
{
	if (upper && lower) {
		bt_ui_block(canvas, row, col, BT_GLYPH_FULL, role);
	} else if (upper) {
		bt_ui_block(canvas, row, col, BT_GLYPH_UPPER, role);
	} else if (lower) {
		bt_ui_block(canvas, row, col, BT_GLYPH_LOWER, role);
	}
}

int bt_ui_digits3(struct bt_ui_canvas *canvas, int row, int col, int gap, enum bt_ui_role role, const char *text)
{
	for (; *text; text++) {
		int digit = digit_of(*text);
		int width = digit == COMMA ? 2 : 4;
		for (int line = 0; digit >= 0 && line < ROWS3; line += 2) {
			for (int bit = 0; bit < width; bit++) {
				int mask = 1 << (width - 1 - bit);
				draw_half(canvas, row + line / 2, col + bit, role, half_rows[digit][line] & mask,
					  half_rows[digit][line + 1] & mask);
			}
		}
		col += width + gap;
	}
	return col - gap;
}

static void draw_pixel(struct bt_ui_canvas *canvas, int row, int col, enum bt_ui_role role)
{
	bt_ui_block(canvas, row, col, BT_GLYPH_FULL, role);
	bt_ui_block(canvas, row, col + 1, BT_GLYPH_FULL, role);
}

int bt_ui_digits5(struct bt_ui_canvas *canvas, int row, int col, enum bt_ui_role role, const char *text)
{
	for (; *text; text++) {
		int digit = digit_of(*text);
		if (digit == COMMA) {
			draw_pixel(canvas, row + 4, col, role);
			col += 4;
			continue;
		}
		for (int line = 0; digit >= 0 && line < 5; line++) {
			for (int bit = 0; bit < 3; bit++) {
				if (whole_rows[digit][line] & (4 >> bit)) {
					draw_pixel(canvas, row + line, col + 2 * bit, role);
				}
			}
		}
		col += 8;
	}
	return col - 2;
}

int bt_ui_digits_spaced(struct bt_ui_canvas *canvas, int row, int col, enum bt_ui_role role, const char *text)
{
	for (; *text; text++) {
		char one[2] = {*text, '\0'};
		bt_ui_put(canvas, row, col, (unsigned)role | BT_BOLD, one);
		col += 2;
	}
	return col - 1;
}
