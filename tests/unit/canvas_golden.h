/* A canvas held against a file of tests/golden/screens, and what zbar reads from its cells. */
#ifndef BT_TESTS_CANVAS_GOLDEN_H
#define BT_TESTS_CANVAS_GOLDEN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zbar.h>

#include "ui/widget/canvas.h"

#define GOLDEN_BYTES 65536
#define GOLDEN_DOT   3 /* pixels of a half cell */

static inline void golden_read(const struct bt_ui_canvas *canvas, char out[GOLDEN_BYTES])
{
	char row[4096];
	size_t used = 0;
	for (int i = 0; i < canvas->rows; i++) {
		bt_ui_row_text(canvas, i, row, sizeof(row));
		used += (size_t)snprintf(out + used, GOLDEN_BYTES - used, "%s\n", row);
	}
}

/** @p dir holds the folder of screens. With BATTI_GOLDEN_UPDATE set the file is written instead. */
static inline void assert_golden(const struct bt_ui_canvas *canvas, const char *dir, const char *id)
{
	static char text[GOLDEN_BYTES], raw[GOLDEN_BYTES], wanted[GOLDEN_BYTES];
	char path[512];
	golden_read(canvas, text);
	(void)bt_text_printf(path, sizeof(path), "%s/screens/%s.txt", dir, id);
	FILE *file = fopen(path, getenv("BATTI_GOLDEN_UPDATE") ? "w" : "r");
	assert_non_null(file);
	if (getenv("BATTI_GOLDEN_UPDATE")) {
		fputs(text, file);
		assert_int_equal(fclose(file), 0);
		return;
	}
	raw[fread(raw, 1, sizeof(raw) - 1, file)] = '\0';
	fclose(file);
	bt_text_compose_nukta(raw, wanted, sizeof(wanted));
	if (strcmp(text, wanted) != 0) {
		fprintf(stderr, "---- %s as drawn ----\n%s---- as wanted ----\n%s", id, text, wanted);
	}
	assert_string_equal(text, wanted);
}

static inline bool golden_is_dark(const struct bt_ui_canvas *canvas, int y, int x)
{
	const struct bt_ui_cell *cell = &canvas->cell[y / 2][x];
	return cell->ground != BT_ON_PAPER || cell->glyph == BT_GLYPH_FULL ||
	       cell->glyph == (y % 2 == 0 ? BT_GLYPH_UPPER : BT_GLYPH_LOWER);
}

/** What the QR on the canvas says; "" when there is none that reads. */
static inline void golden_read_qr(const struct bt_ui_canvas *canvas, char *out, size_t cap)
{
	int width = canvas->cols * GOLDEN_DOT, height = canvas->rows * 2 * GOLDEN_DOT;
	uint8_t *grey = malloc((size_t)width * (size_t)height);
	zbar_image_scanner_t *scanner = zbar_image_scanner_create();
	zbar_image_t *image = zbar_image_create();
	assert_non_null(grey);
	for (int i = 0; i < width * height; i++) {
		grey[i] = golden_is_dark(canvas, i / width / GOLDEN_DOT, i % width / GOLDEN_DOT) ? 0 : 255;
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

#endif
