/* A receipt drawn on a bitmap: where each line stands, how large, and the QR. Sizes are data by paper width. */
#ifndef BT_PRINTER_LAYOUT_H
#define BT_PRINTER_LAYOUT_H

#include "core/receipt/receipt.h"
#include "printer/raster.h"

/**
 * Draw the whole document below what @p out holds.
 * @param[in,out] out initialised to the paper's width (384, 512 or 576 dots); rows are added.
 * @return BT_OK, BT_EINPUT (no sizes for this width), BT_EFULL (too long, or the QR does not fit the paper),
 *         BT_ENOMEM; @p out then holds part of a slip.
 */
BT_MUST_USE enum bt_err bt_layout_draw(struct bt_raster *raster, const struct bt_receipt *receipt,
				       struct bt_bitmap *out);

#endif
