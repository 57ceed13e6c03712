/* Base45: two bytes as three characters of the QR's alphanumeric alphabet. Source: RFC 9285. */
#ifndef BT_RECEIPT_BASE45_H
#define BT_RECEIPT_BASE45_H

#include "core/base/bytes.h"

/** Characters that @p len bytes become, without a terminator. */
#define BT_BASE45_LEN(len) ((len) / 2 * 3 + (len) % 2 * 2)

/** NUL-terminated text of @p in. @return BT_OK, or BT_EFULL when @p cap is too small; @p out untouched then. */
BT_MUST_USE enum bt_err bt_base45_encode(struct bt_bytes in, char *out, size_t cap);
/** The bytes of NUL-terminated @p text; only the one spelling an encoder writes is taken.
 *  @return BT_OK, BT_EINPUT (a character, a length or a value that no bytes have) or BT_EFULL; @p out undefined then.
 */
BT_MUST_USE enum bt_err bt_base45_decode(const char *text, uint8_t *out, size_t cap, size_t *out_len);

#endif
