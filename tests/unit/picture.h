/* A picture of a screen: its letters, its paint in colours and without, and what is read back from its cells.
 *
 * Big digits are read with shapes of their own, copied from the design, not from bigdigits.c; a QR by zbar. */
#ifndef BT_TESTS_PICTURE_H
#define BT_TESTS_PICTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zbar.h>

#include "ui/widget/canvas.h"
#include "ui/widget/palette.h"

#define PICTURE_BYTES  65536
#define PICTURE_DOT    3 /* pixels of a half cell */
#define PICTURE_HALVES (2 * BT_CANVAS_ROWS)

static inline void picture_text(const struct bt_ui_canvas *canvas, char out[PICTURE_BYTES])
{
	char row[4096];
	size_t used = 0;
	out[0] = '\0';
	for (int i = 0; i < canvas->rows; i++) {
		bt_ui_row_text(canvas, i, row, sizeof(row));
		used += (size_t)snprintf(out + used, PICTURE_BYTES - used, "%s\n", row);
	}
}

/* ---- paint ---- */

/* "114b/236" in colours, "br" without: ink, b bold, d dim, r reverse, and the ground where it is another. A block
 * counts as what it says; which half of it is ink stands in the letters. "" is what an untouched cell has. */
static inline void picture_paint_of(const struct bt_ui_cell *cell, enum bt_ui_theme theme, int colours, char out[24])
{
	const struct bt_ui_cell untouched = {.role = BT_INK_FACT};
	struct bt_ui_cell seen = *cell;
	bool blank = cell->glyph == BT_GLYPH_TEXT && !cell->text[0];
	if (cell->glyph != BT_GLYPH_TEXT && cell->glyph != BT_GLYPH_BAR_OFF) {
		seen.glyph = BT_GLYPH_LOWER;
	}
	struct bt_ui_paint paint = bt_ui_palette_paint(theme, colours, &seen);
	struct bt_ui_paint plain = bt_ui_palette_paint(theme, colours, &untouched);
	size_t used = 0;
	if (!blank && colours > 0) {
		used += (size_t)snprintf(out, 24, "%d", paint.front);
	}
	used += (size_t)snprintf(out + used, 24 - used, "%s%s%s", !blank && paint.bold ? "b" : "",
				 !blank && paint.dim ? "d" : "", paint.reverse ? "r" : "");
	if (paint.back != plain.back) {
		(void)snprintf(out + used, 24 - used, "/%d", paint.back);
	}
}

static inline bool picture_is_blank(const struct bt_ui_cell *cell)
{
	return cell->glyph == BT_GLYPH_TEXT && !cell->text[0];
}

/* One line a row: " column-column:paint" for each run. A blank belongs to the run before it where its ground does. */
static inline void picture_paint(const struct bt_ui_canvas *canvas, enum bt_ui_theme theme, int colours,
				 char out[PICTURE_BYTES])
{
	size_t used = 0;
	out[0] = '\0';
	for (int row = 0; row < canvas->rows; row++) {
		char run[24] = "", here[24], ground[24] = "";
		int first = 0, last = -1, runs = 0;
		for (int col = 0; col <= canvas->cols; col++) {
			static const struct bt_ui_cell none;
			const struct bt_ui_cell *cell = col < canvas->cols ? &canvas->cell[row][col] : &none;
			struct bt_ui_cell bare = {.ground = cell->ground};
			char under[24];
			picture_paint_of(cell, theme, colours, here);
			picture_paint_of(&bare, theme, colours, under);
			bool goes_on = col < canvas->cols && strcmp(under, ground) == 0 &&
				       (picture_is_blank(cell) || strcmp(here, run) == 0);
			if (goes_on) {
				last = picture_is_blank(cell) && !under[0] ? last : col;
				continue;
			}
			if (run[0]) {
				used += (size_t)snprintf(out + used, PICTURE_BYTES - used, runs ? " " : "%02d ", row);
				used +=
				    (size_t)snprintf(out + used, PICTURE_BYTES - used, "%d-%d:%s", first, last, run);
				runs++;
			}
			memcpy(run, here, sizeof(run));
			memcpy(ground, under, sizeof(ground));
			first = last = col;
		}
		used += (size_t)snprintf(out + used, PICTURE_BYTES - used, runs ? "\n" : "");
	}
}

/* ---- the QR ---- */

static inline bool picture_is_dark(const struct bt_ui_canvas *canvas, int y, int x)
{
	const struct bt_ui_cell *cell = &canvas->cell[y / 2][x];
	return cell->ground != BT_ON_PAPER || cell->glyph == BT_GLYPH_FULL ||
	       cell->glyph == (y % 2 == 0 ? BT_GLYPH_UPPER : BT_GLYPH_LOWER);
}

static inline bool picture_has_paper(const struct bt_ui_canvas *canvas)
{
	for (int i = 0; i < canvas->rows * canvas->cols; i++) {
		if (canvas->cell[i / canvas->cols][i % canvas->cols].ground == BT_ON_PAPER) {
			return true;
		}
	}
	return false;
}

/** What the QR on the canvas says; "" when there is none that reads. */
static inline void picture_read_qr(const struct bt_ui_canvas *canvas, char *out, size_t cap)
{
	int width = canvas->cols * PICTURE_DOT, height = canvas->rows * 2 * PICTURE_DOT;
	out[0] = '\0';
	if (!picture_has_paper(canvas)) {
		return;
	}
	uint8_t *grey = malloc((size_t)width * (size_t)height);
	zbar_image_scanner_t *scanner = zbar_image_scanner_create();
	zbar_image_t *image = zbar_image_create();
	assert_non_null(grey);
	for (int i = 0; i < width * height; i++) {
		grey[i] = picture_is_dark(canvas, i / width / PICTURE_DOT, i % width / PICTURE_DOT) ? 0 : 255;
	}
	zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
	zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
	zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
	zbar_image_set_size(image, (unsigned)width, (unsigned)height);
	zbar_image_set_data(image, grey, (unsigned long)width * (unsigned long)height, NULL);
	bool found = zbar_scan_image(scanner, image) == 1;
	(void)bt_text_copy(out, cap, found ? zbar_symbol_get_data(zbar_image_first_symbol(image)) : "");
	zbar_image_destroy(image);
	zbar_image_scanner_destroy(scanner);
	free(grey);
}

/* ---- big digits ---- */

/* Source: section 4 of the design. Each digit begins six columns after the one before. */
static const char *const picture_small[5] = {"####   ##   ####  ####  #  #  ####  ####  ####  ####  ####",
					     "#  #    #      #     #  #  #  #     #        #  #  #  #  #",
					     "#  #    #   ####   ###  ####  ####  ####     #  ####  ####",
					     "#  #    #   #        #     #     #  #  #     #  #  #     #",
					     "####   ###  ####  ####     #  ####  ####     #  ####  ####"};
static const char *const picture_large[5] = {"###    #    ###   ###   # #   ###   ###   ###   ###   ###",
					     "# #   ##      #     #   # #   #     #       #   # #   # #",
					     "# #    #    ###    ##   ###   ###   ###     #   ###   ###",
					     "# #    #    #       #     #     #   # #     #   # #     #",
					     "###   ###   ###   ###     #   ###   ###     #   ###   ###"};

/* The ink of big digits in half cells. */
struct picture_ink {
	int height, width;
	bool dark[PICTURE_HALVES][BT_CANVAS_COLS];
};

/* Blocks on paper are a QR's, and those in accent a cursor's. */
static inline void picture_find_ink(const struct bt_ui_canvas *canvas, struct picture_ink *out)
{
	memset(out, 0, sizeof(*out));
	out->height = 2 * canvas->rows;
	out->width = canvas->cols;
	for (int y = 0; y < out->height; y++) {
		for (int x = 0; x < out->width; x++) {
			const struct bt_ui_cell *cell = &canvas->cell[y / 2][x];
			bool block = cell->glyph == BT_GLYPH_FULL ||
				     cell->glyph == (y % 2 == 0 ? BT_GLYPH_UPPER : BT_GLYPH_LOWER);
			out->dark[y][x] = block && cell->ground != BT_ON_PAPER && cell->role != BT_INK_ACCENT;
		}
	}
}

static inline bool picture_ink_at(const struct picture_ink *ink, int y, int x)
{
	return y >= 0 && y < ink->height && x >= 0 && x < ink->width && ink->dark[y][x];
}

/* A shape of @p wide by 5 pixels of @p across by @p down half cells, with a blank column on either side. */
static inline bool picture_matches(const struct picture_ink *ink, int y, int x, const char *const rows[5], int digit,
				   int wide, int across, int down)
{
	for (int py = 0; py < 5 * down; py++) {
		const char *row = rows[py / down] + 6 * digit;
		for (int px = -1; px <= wide * across; px++) {
			bool inside = px >= 0 && px < wide * across;
			if (picture_ink_at(ink, y + py, x + px) != (inside && row[px / across] == '#')) {
				return false;
			}
		}
	}
	return true;
}

static inline void picture_wipe(struct picture_ink *ink, int y, int x, int height, int width)
{
	for (int i = 0; i < height * width; i++) {
		if (picture_ink_at(ink, y + i / width, x + i % width)) {
			ink->dark[y + i / width][x + i % width] = false;
		}
	}
}

/* Reads the digit whose upper left corner is here, and takes its ink away. @return its columns, 0 none. */
static inline int picture_take_digit(struct picture_ink *ink, int y, int x, char *out)
{
	for (int digit = 0; digit < 10; digit++) {
		*out = (char)('0' + digit);
		if (picture_matches(ink, y, x, picture_large, digit, 3, 2, 2)) {
			picture_wipe(ink, y, x, 10, 6);
			return 6;
		}
		if (picture_matches(ink, y, x, picture_small, digit, 4, 1, 1)) {
			picture_wipe(ink, y, x, 5, 4);
			return 4;
		}
	}
	return 0;
}

/* The same for a comma, or the colon of a time: they stand behind a digit only. */
static inline int picture_take_sign(struct picture_ink *ink, int y, int x, char *out)
{
	bool small = !picture_ink_at(ink, y + 4, x) && picture_ink_at(ink, y + 4, x + 1) &&
		     picture_ink_at(ink, y + 5, x) && !picture_ink_at(ink, y + 5, x + 1);
	bool large = picture_ink_at(ink, y + 8, x) && picture_ink_at(ink, y + 8, x + 1) &&
		     picture_ink_at(ink, y + 9, x) && picture_ink_at(ink, y + 9, x + 1);
	bool colon = picture_ink_at(ink, y + 1, x) && picture_ink_at(ink, y + 3, x) && !picture_ink_at(ink, y, x) &&
		     !picture_ink_at(ink, y + 2, x) && !picture_ink_at(ink, y + 4, x);
	*out = colon ? ':' : ',';
	if (colon) {
		picture_wipe(ink, y, x, 4, 1);
		return 1;
	}
	if (small || large) {
		picture_wipe(ink, small ? y + 4 : y + 8, x, 2, 2);
		return 2;
	}
	return 0;
}

/** Every big number on the canvas, a blank between two of them. @return true when all big ink was read. */
static inline bool picture_read_digits(const struct bt_ui_canvas *canvas, char *out, size_t cap)
{
	static struct picture_ink ink;
	size_t used = 0;
	picture_find_ink(canvas, &ink);
	out[0] = '\0';
	for (int y = 0; y < ink.height; y += 2) {
		int end = -1;
		for (int x = 0; x < ink.width; x++) {
			char digit = 0;
			int columns = picture_take_digit(&ink, y, x, &digit);
			if (columns == 0 && end >= 0) {
				columns = picture_take_sign(&ink, y, x, &digit);
			}
			if (columns > 0 && used + 3 < cap) {
				if (used > 0 && (end < 0 || x - end > 3)) {
					out[used++] = ' ';
				}
				out[used++] = digit;
				out[used] = '\0';
				end = x + columns;
				x = end - 1;
			}
		}
	}
	for (int i = 0; i < ink.height * ink.width; i++) {
		if (ink.dark[i / ink.width][i % ink.width]) {
			return false;
		}
	}
	return true;
}

#endif
