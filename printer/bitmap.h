/* A slip as black and white dots, growing downwards up to a stated length. */
#ifndef BT_PRINTER_BITMAP_H
#define BT_PRINTER_BITMAP_H

#include <stdint.h>

#include "core/base/err.h"

/** About 1 m of paper at 8 dots a millimetre: no slip is longer. */
#define BT_BITMAP_MAX_ROWS 8192

struct bt_bitmap {
	int width;  /* dots, a multiple of 8 */
	int rows;   /* rows that are part of the slip */
	int stride; /* bytes a row */
	int cap_rows;
	uint8_t *bits; /* leftmost dot in the highest bit, 1 = black */
};

/* Dots that are copied onto a bitmap: a letter, a picture. Bits beyond the width are 0. */
struct bt_stamp {
	int width, rows;
	int stride;          /* bytes a row */
	const uint8_t *bits; /* as in a bitmap; borrowed */
};

/** Empty, @p width dots wide (a multiple of 8). Allocates nothing yet. */
void bt_bitmap_init(struct bt_bitmap *bitmap, int width);
void bt_bitmap_fini(struct bt_bitmap *bitmap);
/** Make it at least @p rows long, new rows white. @return BT_OK, BT_EFULL or BT_ENOMEM; unchanged on failure. */
BT_MUST_USE enum bt_err bt_bitmap_extend(struct bt_bitmap *bitmap, int rows);
/** Borrowed first byte of a row. */
const uint8_t *bt_bitmap_row(const struct bt_bitmap *bitmap, int row);
bool bt_bitmap_is_black(const struct bt_bitmap *bitmap, int x, int y);
/** Turn a rectangle black, cut at the edges. */
void bt_bitmap_fill(struct bt_bitmap *bitmap, int x, int y, int width, int height);
/** Make a dot black, or white inside a black mark. Outside the bitmap nothing happens. */
void bt_bitmap_set(struct bt_bitmap *bitmap, int x, int y, bool black);
/** Add the black dots of @p stamp with its upper left corner at (@p x, @p y), cut at the edges. */
void bt_bitmap_print(struct bt_bitmap *bitmap, const struct bt_stamp *stamp, int x, int y);
/** The same in white: takes them out of a black mark. */
void bt_bitmap_erase(struct bt_bitmap *bitmap, const struct bt_stamp *stamp, int x, int y);

#endif
