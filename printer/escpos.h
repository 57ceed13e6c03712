/* ESC/POS, piece by piece: dots as raster bands, lines in the printer's own letters, its own QR.
 *
 * No piece lets a byte from outside become a command: dots are data of a length said before, letters are the printable
 * ones of ASCII only. */
#ifndef BT_PRINTER_ESCPOS_H
#define BT_PRINTER_ESCPOS_H

#include "core/base/bytes.h"
#include "core/receipt/receipt.h"
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

/** True for a line that the printer's letters can say: ASCII after "₹" has become "Rs" and dashes, dots and quotes of
 *  print those of a typewriter. Never true for a QR or a picture. Pure. */
bool bt_escpos_is_letters(const struct bt_receipt_line *line);
/**
 * Append a line in font A, from a line's start to a line's start, with every style put back.
 * @param[in] line one that bt_escpos_is_letters.
 * @return BT_OK, BT_EINPUT (another line; nothing is appended), BT_EFULL or BT_ENOMEM.
 * Source: ESC a, ESC E, GS !, GS B, facts of printing 2.
 */
BT_MUST_USE enum bt_err bt_escpos_put_letters(const struct bt_prn_profile *profile, const struct bt_receipt_line *line,
					      struct bt_buf *out);

/** Modules of the largest symbol of level M that a printer may make of @p payload, which chooses its mode itself: what
 *  is wider than the paper is not printed at all. 0 when it is empty, too long for 97 modules, or not printable ASCII.
 *  Pure. */
int bt_escpos_qr_modules(const char *payload);
/**
 * Append the printer's own QR, level M, centred; copies aside as bt_layout_qr says.
 * @return BT_OK, BT_EINPUT (bt_escpos_qr_modules is 0), BT_EFULL (too wide for the paper, or @p out is full).
 * Source: GS ( k functions 165, 167, 169, 180, 181; capacities ISO/IEC 18004 table 7.
 */
BT_MUST_USE enum bt_err bt_escpos_put_qr(const struct bt_prn_profile *profile, const char *payload, int copy,
					 struct bt_buf *out);

#endif
