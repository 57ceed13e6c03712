/* The 16-bit amount field: two bits of decimal exponent, fourteen of mantissa.
 *
 * Each exponent starts where the one below ends, so every amount has one code and codes rise with amounts. What falls
 * between two codes is rounded up, in the consumer's favour. Source: IEC 62055-41; check values in tests. Pure. */
#ifndef BT_STS_AMOUNT_H
#define BT_STS_AMOUNT_H

#include <stdint.h>

#include "core/base/err.h"

#define BT_STS_AMOUNT_MAX 18201624u

/** @p tenths 0..BT_STS_AMOUNT_MAX. @return BT_OK, or BT_ERANGE and *out is untouched. */
BT_MUST_USE enum bt_err bt_sts_amount_encode(uint32_t tenths, uint16_t *out);
/** Every code has a meaning. */
uint32_t bt_sts_amount_decode(uint16_t code);

#endif
