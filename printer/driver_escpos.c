#include <string.h>

#include "printer/driver.h"
#include "printer/escpos.h"
#include "printer/layout.h"

/* Every control byte that leaves this file is here. */
static const uint8_t initialise[] = {0x1b, 0x40};
static const uint8_t leave_kanji[] = {0x1c, 0x2e}; /* clones start in a Chinese code page */
static const uint8_t kick_drawer[] = {0x1b, 0x70, 0x00, 0x19, 0xfa};
static const uint8_t feed_dots[] = {0x1b, 0x4a};          /* n */
static const uint8_t raster[] = {0x1d, 0x76, 0x30, 0x00}; /* xL xH yL yH, data */
static const uint8_t feed_and_cut[] = {0x1d, 0x56, 0x42, 0x00};
static const uint8_t feed_to_tear[] = {0x1b, 0x64, 0x04};
static const uint8_t ask_paper[] = {0x1d, 0x72, 0x01};

#define DLE           0x10
#define BLANK_STRETCH 16 /* rows: shorter ones stay in the picture */
#define FEED_MOST     255

#define PUT(out, bytes) bt_buf_put(out, bytes, sizeof(bytes))

static bool is_real_time(uint8_t after_dle)
{
	return after_dle == 0x04 || after_dle == 0x05 || after_dle == 0x14;
}

/* 0x10 becomes 0x30: one dot more, and neither half of a pair any longer. */
static void nudge_look_alikes(uint8_t *data, size_t len)
{
	for (size_t i = 0; i + 1 < len; i++)
		if (data[i] == DLE && is_real_time(data[i + 1]))
			data[i] = 0x30;
}

static int find_used_bytes(const struct bt_bitmap *bitmap, int row)
{
	const uint8_t *bytes = bt_bitmap_row(bitmap, row);
	int used = bitmap->stride;
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

static enum bt_err put_feed(int units, struct bt_buf *out)
{
	enum bt_err err = BT_OK;
	while (units > 0 && err == BT_OK) {
		uint8_t most = (uint8_t)(units > FEED_MOST ? FEED_MOST : units);
		err = PUT(out, feed_dots);
		if (err == BT_OK)
			err = bt_buf_put(out, &most, 1);
		units -= most;
	}
	return err;
}

static enum bt_err put_blank(const struct bt_prn_profile *profile, const struct bt_bitmap *bitmap, int from, int to,
			     struct bt_buf *out)
{
	enum bt_err err = BT_OK;
	if (profile->feed_units_per_dot > 0)
		return put_feed((to - from) * profile->feed_units_per_dot, out);
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

/* A printer cut off in the middle of a band still waits for its bytes: a band of nothing satisfies it. */
static enum bt_err put_resync(const struct bt_prn_profile *profile, struct bt_buf *out)
{
	static const uint8_t nothing[64];
	enum bt_err err = BT_OK;
	for (int left = profile->band_rows * profile->width_dots / 8; left > 0 && err == BT_OK;
	     left -= (int)sizeof(nothing))
		err = PUT(out, nothing);
	return err;
}

static enum bt_err put_start(const struct bt_prn_sheet *sheet, struct bt_buf *out)
{
	enum bt_err err = sheet->after_broken ? put_resync(sheet->profile, out) : BT_OK;
	if (err == BT_OK)
		err = PUT(out, initialise);
	if (err == BT_OK)
		err = PUT(out, leave_kanji);
	if (err == BT_OK && sheet->open_drawer && sheet->profile->drawer)
		err = PUT(out, kick_drawer);
	return err;
}

static enum bt_err put_finish(const struct bt_prn_profile *profile, struct bt_buf *out)
{
	return profile->cutter ? PUT(out, feed_and_cut) : PUT(out, feed_to_tear);
}

static enum bt_err render_escpos(const struct bt_prn_sheet *sheet, struct bt_buf *out, struct bt_fault *fault)
{
	struct bt_bitmap bitmap;
	bt_bitmap_init(&bitmap, sheet->profile->width_dots);
	enum bt_err err = bt_layout_draw(sheet, &bitmap);
	if (err == BT_OK)
		err = put_start(sheet, out);
	if (err == BT_OK)
		err = bt_escpos_put_bitmap(sheet->profile, &bitmap, out);
	if (err == BT_OK)
		err = put_finish(sheet->profile, out);
	bt_bitmap_fini(&bitmap);
	return err == BT_OK ? BT_OK : bt_fault_set(fault, err, 0, "ESC/POS slip");
}

const struct bt_prn_driver bt_prn_escpos = {
    .id = "escpos",
    .extension = "bin",
    .ask_paper = {ask_paper, sizeof(ask_paper)},
    .render = render_escpos,
};
