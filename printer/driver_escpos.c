#include <string.h>

#include "printer/driver.h"
#include "printer/escpos.h"
#include "printer/layout.h"

/* Every control byte that leaves this file is here. */
static const uint8_t initialise[] = {0x1b, 0x40};
static const uint8_t leave_kanji[] = {0x1c, 0x2e}; /* clones start in a Chinese code page */
static const uint8_t kick_drawer[] = {0x1b, 0x70, 0x00, 0x19, 0xfa};
static const uint8_t feed_and_cut[] = {0x1d, 0x56, 0x42, 0x00};
static const uint8_t feed_to_tear[] = {0x1b, 0x64, 0x04};

#define PUT(out, bytes) bt_buf_put(out, bytes, sizeof(bytes))

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

/* Lines @p from up to, not including, @p to as dots. */
static enum bt_err put_strip(const struct bt_prn_sheet *sheet, int from, int to, struct bt_buf *out)
{
	struct bt_bitmap bitmap;
	bt_bitmap_init(&bitmap, sheet->profile->width_dots);
	enum bt_err err = bt_layout_draw_lines(sheet, from, to, &bitmap);
	if (err == BT_OK)
		err = bt_escpos_put_bitmap(sheet->profile, &bitmap, out);
	bt_bitmap_fini(&bitmap);
	return err;
}

/* Steps with pictures are one block, and of dots. */
static int find_part_end(const struct bt_prn_sheet *sheet, int from)
{
	return sheet->pictures != NULL ? bt_layout_block_end(sheet->receipt, from) : from + 1;
}

/* Marks are dots as well where others of them are. */
static bool is_letters(const struct bt_prn_sheet *sheet, const struct bt_receipt_line *line)
{
	if (sheet->profile->mode == BT_PRN_HYBRID && line->kind == BT_LINE_MARK)
		return false;
	return (line->kind != BT_LINE_STEP || sheet->pictures == NULL) && bt_escpos_is_letters(line);
}

static bool is_own_qr(const struct bt_prn_sheet *sheet, const struct bt_receipt_line *line)
{
	return line->kind == BT_LINE_QR && sheet->profile->native_qr && bt_escpos_qr_modules(line->left) > 0;
}

/* What the printer can say itself it says; lines between that it cannot go together as one strip of dots. */
static enum bt_err put_mixed(const struct bt_prn_sheet *sheet, struct bt_buf *out)
{
	const struct bt_receipt *receipt = sheet->receipt;
	int strip = 0; /* its first line; it ends before the line in hand */
	enum bt_err err = BT_OK;
	for (int at = 0, next; at < receipt->count && err == BT_OK; at = next) {
		const struct bt_receipt_line *line = &receipt->lines[at];
		bool letters = is_letters(sheet, line);
		next = find_part_end(sheet, at);
		if (!letters && !is_own_qr(sheet, line))
			continue;
		err = strip < at ? put_strip(sheet, strip, at, out) : BT_OK;
		if (err == BT_OK)
			err = letters ? bt_escpos_put_letters(sheet->profile, line, out)
				      : bt_escpos_put_qr(sheet->profile, line->left, receipt->copy, out);
		strip = next;
	}
	return err == BT_OK && strip < receipt->count ? put_strip(sheet, strip, receipt->count, out) : err;
}

static enum bt_err put_raster(const struct bt_prn_sheet *sheet, struct bt_buf *out)
{
	return put_strip(sheet, 0, sheet->receipt->count, out);
}

static enum bt_err put_text(const struct bt_prn_sheet *sheet, struct bt_buf *out)
{
	struct bt_prn_sheet without = *sheet;
	without.pictures = NULL;
	return put_mixed(&without, out);
}

static enum bt_err (*const modes[])(const struct bt_prn_sheet *sheet, struct bt_buf *out) = {
    [BT_PRN_RASTER] = put_raster,
    [BT_PRN_HYBRID] = put_mixed,
    [BT_PRN_TEXT] = put_text,
};

/* Without a line there is only the drawer to open: no paper is moved. */
static enum bt_err render_escpos(const struct bt_prn_sheet *sheet, struct bt_buf *out, struct bt_fault *fault)
{
	enum bt_err err = put_start(sheet, out);
	if (err == BT_OK && sheet->receipt->count > 0)
		err = modes[sheet->profile->mode](sheet, out);
	if (err == BT_OK && sheet->receipt->count > 0)
		err = put_finish(sheet->profile, out);
	return err == BT_OK ? BT_OK : bt_fault_set(fault, err, 0, "ESC/POS slip");
}

const struct bt_prn_driver bt_prn_escpos = {
    .id = "escpos",
    .extension = "bin",
    .answers = true,
    .render = render_escpos,
};
