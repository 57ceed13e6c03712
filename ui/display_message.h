/* One message to the second screen: what it shows now, in a fixed number of bytes.
 *
 * Length and version come first, every field has its place, texts end inside it and are clean (core/base/text.h), and
 * each page has only the fields that belong to it: what is read is exactly what was written, or nothing. It goes one
 * way; there is no message back. Figures are big-endian.
 *
 *   0  "BTD"            3 version        4 length, 2 bytes   6 page    7 language   8 training
 *   9  amount, 8        17 given, 8      25 change, 8        33 units, 8            41 seconds left, 4
 *   45 name, 128        173 meter, 5     178 QR, 256         434 token, 21 */
#ifndef BT_UI_DISPLAY_MESSAGE_H
#define BT_UI_DISPLAY_MESSAGE_H

#include "core/base/bytes.h"
#include "ui/screen/payer.h"

#define BT_DISPLAY_VERSION 1
#define BT_DISPLAY_BYTES   455

/** Total: a text that is not clean, or a figure out of range, is left out. Pure. */
void bt_display_encode(const struct bt_ui_payer *payer, uint8_t out[BT_DISPLAY_BYTES]);
/** @return BT_OK; BT_EUNSUPPORTED: of another version; BT_EFORMAT. @p out is untouched then. Pure. */
BT_MUST_USE enum bt_err bt_display_decode(struct bt_bytes message, struct bt_ui_payer *out);

#endif
