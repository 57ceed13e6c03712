/* A receipt drawn on a bitmap: where each line stands, how large, and the QR. Sizes are data by paper width. */
#ifndef BT_PRINTER_LAYOUT_H
#define BT_PRINTER_LAYOUT_H

#include "printer/bitmap.h"
#include "printer/driver.h"

/**
 * Draw the whole document below what @p out holds, in order.
 * @param[in,out] out initialised to the paper's width (384, 512 or 576 dots); rows are added.
 * @return BT_OK, BT_EINPUT (no sizes for this width), BT_EFULL (too long, or the QR does not fit the paper),
 *         BT_ENOMEM; @p out then holds part of a slip.
 */
BT_MUST_USE enum bt_err bt_layout_draw(const struct bt_prn_sheet *sheet, struct bt_bitmap *out);
/** The same with lines @p from up to, not including, @p to only. A block of steps is never to be divided. */
BT_MUST_USE enum bt_err bt_layout_draw_lines(const struct bt_prn_sheet *sheet, int from, int to, struct bt_bitmap *out);
/** Dots a module of a QR of @p modules, and how far to the right of the middle copy @p copy of a slip has it.
 *  @return BT_OK, BT_EINPUT (no such paper) or BT_EFULL (cameras would not read it). Pure. */
BT_MUST_USE enum bt_err bt_layout_qr(int width_dots, int modules, int copy, int *dots, int *shift);
/** Line one past the block of steps that begins at line @p from; @p from + 1 for any other line. Pure. */
int bt_layout_block_end(const struct bt_receipt *receipt, int from);

#endif
