/* A bitmap as ESC/POS raster commands: bands, blank rows left out, and no byte pair that a printer would obey in the
 * middle of a picture. */
#ifndef BT_PRINTER_ESCPOS_H
#define BT_PRINTER_ESCPOS_H

#include "core/base/bytes.h"
#include "printer/bitmap.h"
#include "printer/profile.h"

/**
 * Append @p bitmap as `GS v 0` bands of at most profile->band_rows rows, trimmed at the right; blank stretches become
 * `ESC J`, or one-byte-wide bands where the model does not obey it.
 *
 * Printers act on `10 04`, `10 05` and `10 14` even inside image data. Where such a pair would arise the lone dot that
 * 0x10 stands for is made two dots wide. A QR is never touched: its modules are at least four dots, so no byte of it
 * holds a lone dot.
 * @return BT_OK, BT_EFULL or BT_ENOMEM; @p out then holds a part.
 * Source: real-time commands inside raster, facts of printing 2.
 */
BT_MUST_USE enum bt_err bt_escpos_put_bitmap(const struct bt_prn_profile *profile, const struct bt_bitmap *bitmap,
					     struct bt_buf *out);

#endif
