/* The 66 bits between a block and its 20 digits: two bits of class woven into 64 bits of (enciphered) block.
 *
 * Class bits take the places of bits 28 and 27, and the two bits that stood there go on top. Knows nothing of ciphers
 * or of what the fields mean. Source: IEC 62055-41 class insertion and transposition. Pure. */
#ifndef BT_STS_BLOCK_H
#define BT_STS_BLOCK_H

#include <stdint.h>

#include "core/sts/token.h"

struct bt_sts_carrier {
	uint8_t token_class; /* 0..3 */
	uint64_t block;      /* as it travels: enciphered, but for class 1 */
};

/** Low two bits of the class are taken. */
void bt_sts_carrier_format(const struct bt_sts_carrier *carrier, char out[BT_STS_TOKEN_CAP]);
/** @p token 20 digits and a terminator. @return BT_OK, or BT_EINPUT (form, or 2^66 and above); *out untouched then. */
BT_MUST_USE enum bt_err bt_sts_carrier_parse(const char *token, struct bt_sts_carrier *out);

#endif
