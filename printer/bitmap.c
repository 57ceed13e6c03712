#include "printer/bitmap.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROWS 1024

void bt_bitmap_init(struct bt_bitmap *bitmap, int width)
{
	*bitmap = (struct bt_bitmap){.width = width, .stride = width / 8};
}

void bt_bitmap_fini(struct bt_bitmap *bitmap)
{
	free(bitmap->bits);
	bt_bitmap_init(bitmap, bitmap->width);
}

enum bt_err bt_bitmap_extend(struct bt_bitmap *bitmap, int rows)
{
	if (rows <= bitmap->rows)
		return BT_OK;
	if (rows > BT_BITMAP_MAX_ROWS)
		return BT_EFULL;
	int cap = bitmap->cap_rows > 0 ? bitmap->cap_rows : FIRST_ROWS;
	while (cap < rows)
		cap *= 2;
	if (cap > bitmap->cap_rows) {
		size_t had = (size_t)bitmap->cap_rows * (size_t)bitmap->stride;
		size_t now = (size_t)cap * (size_t)bitmap->stride;
		uint8_t *bits = realloc(bitmap->bits, now);
		if (bits == NULL)
			return BT_ENOMEM;
		memset(bits + had, 0, now - had);
		bitmap->bits = bits;
		bitmap->cap_rows = cap;
	}
	bitmap->rows = rows;
	return BT_OK;
}

const uint8_t *bt_bitmap_row(const struct bt_bitmap *bitmap, int row)
{
	return bitmap->bits + (size_t)row * (size_t)bitmap->stride;
}

static bool is_inside(const struct bt_bitmap *bitmap, int x, int y)
{
	return x >= 0 && y >= 0 && x < bitmap->width && y < bitmap->rows;
}

bool bt_bitmap_is_black(const struct bt_bitmap *bitmap, int x, int y)
{
	return is_inside(bitmap, x, y) && (bt_bitmap_row(bitmap, y)[x / 8] & (0x80 >> (x % 8))) != 0;
}

void bt_bitmap_set(struct bt_bitmap *bitmap, int x, int y, bool black)
{
	if (!is_inside(bitmap, x, y))
		return;
	uint8_t *byte = bitmap->bits + (size_t)y * (size_t)bitmap->stride + (size_t)(x / 8);
	unsigned dot = 0x80u >> (x % 8);
	*byte = (uint8_t)(black ? *byte | dot : *byte & ~dot);
}

void bt_bitmap_fill(struct bt_bitmap *bitmap, int x, int y, int width, int height)
{
	for (int row = y; row < y + height; row++)
		for (int column = x; column < x + width; column++)
			bt_bitmap_set(bitmap, column, row, true);
}
