#include "printer/bitmap.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROWS 128

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

static void fill_row(uint8_t *bytes, int from, int to)
{
	int first = from / 8, last = (to - 1) / 8;
	uint8_t head = (uint8_t)(0xff >> (from % 8));
	uint8_t tail = (uint8_t)(0xff << (7 - (to - 1) % 8));
	if (first == last) {
		bytes[first] |= head & tail;
		return;
	}
	bytes[first] |= head;
	memset(bytes + first + 1, 0xff, (size_t)(last - first - 1));
	bytes[last] |= tail;
}

void bt_bitmap_fill(struct bt_bitmap *bitmap, int x, int y, int width, int height)
{
	int right = x + width < bitmap->width ? x + width : bitmap->width;
	int bottom = y + height < bitmap->rows ? y + height : bitmap->rows;
	x = x < 0 ? 0 : x;
	for (int row = y < 0 ? 0 : y; row < bottom && x < right; row++)
		fill_row(bitmap->bits + (size_t)row * (size_t)bitmap->stride, x, right);
}

/* ---- stamps: a byte at a time where the row lies inside, else dot by dot -------------------------------------------
 */

static void print_row(uint8_t *out, const uint8_t *in, int bytes, int shift)
{
	for (int i = 0; i < bytes; i++) {
		out[i] |= (uint8_t)(in[i] >> shift);
		if (in[i] << (8 - shift) & 0xff) /* beyond the last byte there is nothing to put */
			out[i + 1] |= (uint8_t)(in[i] << (8 - shift));
	}
}

static void erase_row(uint8_t *out, const uint8_t *in, int bytes, int shift)
{
	for (int i = 0; i < bytes; i++) {
		out[i] &= (uint8_t) ~(in[i] >> shift);
		if (in[i] << (8 - shift) & 0xff)
			out[i + 1] &= (uint8_t) ~(in[i] << (8 - shift));
	}
}

static void set_dots(struct bt_bitmap *bitmap, const struct bt_stamp *stamp, int x, int y, bool black)
{
	for (int row = 0; row < stamp->rows; row++)
		for (int column = 0; column < stamp->width; column++)
			if ((stamp->bits[row * stamp->stride + column / 8] & (0x80 >> (column % 8))) != 0)
				bt_bitmap_set(bitmap, x + column, y + row, black);
}

static bool misses_paper(const struct bt_bitmap *bitmap, const struct bt_stamp *stamp, int x, int y)
{
	return x >= bitmap->width || y >= bitmap->rows || x + stamp->width <= 0 || y + stamp->rows <= 0;
}

static bool holds_stamp(const struct bt_bitmap *bitmap, const struct bt_stamp *stamp, int x, int y)
{
	return x >= 0 && y >= 0 && x + stamp->width <= bitmap->width && y + stamp->rows <= bitmap->rows;
}

void bt_bitmap_print(struct bt_bitmap *bitmap, const struct bt_stamp *stamp, int x, int y)
{
	if (misses_paper(bitmap, stamp, x, y))
		return;
	if (!holds_stamp(bitmap, stamp, x, y)) {
		set_dots(bitmap, stamp, x, y, true);
		return;
	}
	uint8_t *out = bitmap->bits + (size_t)y * (size_t)bitmap->stride + (size_t)(x / 8);
	for (int row = 0; row < stamp->rows; row++, out += bitmap->stride)
		print_row(out, stamp->bits + row * stamp->stride, (stamp->width + 7) / 8, x % 8);
}

void bt_bitmap_erase(struct bt_bitmap *bitmap, const struct bt_stamp *stamp, int x, int y)
{
	if (misses_paper(bitmap, stamp, x, y))
		return;
	if (!holds_stamp(bitmap, stamp, x, y)) {
		set_dots(bitmap, stamp, x, y, false);
		return;
	}
	uint8_t *out = bitmap->bits + (size_t)y * (size_t)bitmap->stride + (size_t)(x / 8);
	for (int row = 0; row < stamp->rows; row++, out += bitmap->stride)
		erase_row(out, stamp->bits + row * stamp->stride, (stamp->width + 7) / 8, x % 8);
}
