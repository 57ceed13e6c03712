/* The 16-bit check field of a token.
 *
 * CRC-16 in reflected form (polynomial 0xA001, start 0xFFFF, nothing at the end) over the class in one byte and bits
 * 63..16 of the block, most significant byte first; its register is stored low byte first. Source: IEC 62055-41,
 * public examples in tests/vectors. Pure. */
#ifndef BT_STS_CRC_H
#define BT_STS_CRC_H

#include <stdint.h>

/** Check field of @p block (its low 16 bits are not read) in @p token_class, 0..3. */
uint16_t bt_sts_crc(uint8_t token_class, uint64_t block);
/** The other check field, of the currency tokens (class 0, subclass 4..7): one byte 01 follows the same seven. */
uint16_t bt_sts_crc_c(uint8_t token_class, uint64_t block);

#endif
