#include <string.h>

#include "printer/escpos.h"

/* Every control byte that leaves this file is here. */
static const uint8_t feed_dots[] = {0x1b, 0x4a};          /* n */
static const uint8_t raster[] = {0x1d, 0x76, 0x30, 0x00}; /* xL xH yL yH, data */

#define DLE           0x10
#define BLANK_STRETCH 16 /* rows: shorter ones stay in the picture */
#define FEED_MOST     255
#define WORD          8 /* bytes that are compared at once */

#define PUT(out, bytes) bt_buf_put(out, bytes, sizeof(bytes))

static bool is_real_time(uint8_t after_dle)
{
	return after_dle == 0x04 || after_dle == 0x05 || after_dle == 0x14;
}

/* 0x10 becomes 0x30: one dot more, and neither half of a pair any longer. */
static void nudge_look_alikes(uint8_t *data, size_t len)
{
	uint8_t *end = data + len;
	for (uint8_t *at = memchr(data, DLE, len); at != NULL && at + 1 < end;
	     at = memchr(at + 1, DLE, (size_t)(end - at - 1)))
		if (is_real_time(at[1]))
			*at = 0x30;
}

static int find_used_bytes(const struct bt_bitmap *bitmap, int row)
{
	static const uint8_t nothing[WORD];
	const uint8_t *bytes = bt_bitmap_row(bitmap, row);
	int used = bitmap->stride;
	while (used >= WORD && memcmp(bytes + used - WORD, nothing, WORD) == 0)
		used -= WORD;
	while (used > 0 && bytes[used - 1] == 0)
		used--;
	return used;
}

static enum bt_err put_band(const struct bt_bitmap *bitmap, int from, int to, int used, struct bt_buf *out)
{
	const uint8_t size[] = {(uint8_t)(used & 0xff), (uint8_t)(used >> 8), (uint8_t)((to - from) & 0xff),
				(uint8_t)((to - from) >> 8)};
	enum bt_err err = PUT(out, raster);
	if (err == BT_OK)
		err = PUT(out, size);
	size_t start = out->len;
	for (int row = from; row < to && err == BT_OK; row++)
		err = bt_buf_put(out, bt_bitmap_row(bitmap, row), (size_t)used);
	if (err == BT_OK)
		nudge_look_alikes(out->data + start, out->len - start);
	return err;
}

/* In whole dots, each time. */
static enum bt_err put_feed(int dots, int units_per_dot, struct bt_buf *out)
{
	enum bt_err err = BT_OK;
	int most = FEED_MOST / units_per_dot;
	while (dots > 0 && err == BT_OK) {
		int now = dots > most ? most : dots;
		uint8_t units = (uint8_t)(now * units_per_dot);
		err = PUT(out, feed_dots);
		if (err == BT_OK)
			err = bt_buf_put(out, &units, 1);
		dots -= now;
	}
	return err;
}

static enum bt_err put_blank(const struct bt_prn_profile *profile, const struct bt_bitmap *bitmap, int from, int to,
			     struct bt_buf *out)
{
	enum bt_err err = BT_OK;
	if (profile->feed_units_per_dot > 0)
		return put_feed(to - from, profile->feed_units_per_dot, out);
	for (int row = from; row < to && err == BT_OK; row += profile->band_rows) {
		int end = to - row > profile->band_rows ? row + profile->band_rows : to;
		err = put_band(bitmap, row, end, 1, out);
	}
	return err;
}

static int find_blank_end(const struct bt_bitmap *bitmap, int row)
{
	while (row < bitmap->rows && find_used_bytes(bitmap, row) == 0)
		row++;
	return row;
}

/* The first row that is not of the band that starts at @p row. */
static int find_band_end(const struct bt_bitmap *bitmap, int row, int most, int *used)
{
	int end = row;
	*used = 1;
	while (end < bitmap->rows && end - row < most) {
		int width = find_used_bytes(bitmap, end);
		if (width == 0 && find_blank_end(bitmap, end) - end >= BLANK_STRETCH)
			break;
		*used = width > *used ? width : *used;
		end++;
	}
	return end;
}

enum bt_err bt_escpos_put_bitmap(const struct bt_prn_profile *profile, const struct bt_bitmap *bitmap,
				 struct bt_buf *out)
{
	enum bt_err err = BT_OK;
	for (int row = 0; row < bitmap->rows && err == BT_OK;) {
		int used;
		int end = find_blank_end(bitmap, row);
		if (end - row >= BLANK_STRETCH) {
			err = put_blank(profile, bitmap, row, end, out);
		} else {
			end = find_band_end(bitmap, row, profile->band_rows, &used);
			err = put_band(bitmap, row, end, used, out);
		}
		row = end;
	}
	return err;
}
