/* MISTY1, the 64-bit block cipher with a 128-bit key that the token standard calls EA11.
 *
 * Eight rounds, one block, no mode and no padding. The schedule is made once per key and is itself secret: whoever
 * holds one wipes it. Source: RFC 2994. Pure. */
#ifndef BT_STS_MISTY1_H
#define BT_STS_MISTY1_H

#include <stdint.h>

#define BT_MISTY1_KEY_LEN 16
#define BT_MISTY1_ROUNDS  8u

struct bt_misty1 {
	uint32_t key[8];      /* 16-bit words */
	uint32_t expanded[8]; /* 16-bit words */
	uint32_t nine[8];     /* the lower nine bits of the expanded ones */
	uint32_t seven[8];    /* the upper seven, as the S-box tables take them */
};

/** Make the schedule of @p key, 16 bytes, most significant first. */
void bt_misty1_init(struct bt_misty1 *misty, const uint8_t key[BT_MISTY1_KEY_LEN]);
/** @p block and the result are big-endian blocks read as numbers. */
uint64_t bt_misty1_encrypt(const struct bt_misty1 *misty, uint64_t block);
uint64_t bt_misty1_decrypt(const struct bt_misty1 *misty, uint64_t block);

#endif
