/* QR symbols as bits, for screen and paper alike; libqrencode behind it.
 *
 * The quiet zone is the drawer's business. Source: ISO/IEC 18004. */
#ifndef BT_QR_QR_H
#define BT_QR_QR_H

#include <stdint.h>

#include "core/base/bytes.h"

#define BT_QR_MAX_MODULES 97 /* version 20 */

enum bt_qr_level { BT_QR_L, BT_QR_M, BT_QR_Q, BT_QR_H };

struct bt_qr {
	int modules;                                        /* side; 21 for version 1 */
	uint8_t dark[BT_QR_MAX_MODULES][BT_QR_MAX_MODULES]; /* [row][column], 1 = dark */
};

/** Encode text, numeric and alphanumeric parts found by the library. @p min_version 0 lets it choose.
 *  @return BT_OK, BT_EFULL (does not fit 97 modules), BT_EINPUT (empty), BT_ENOMEM; *out untouched then. */
BT_MUST_USE enum bt_err bt_qr_encode(const char *text, enum bt_qr_level level, int min_version, struct bt_qr *out);

#endif
