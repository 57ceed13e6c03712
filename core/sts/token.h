/* STS tokens: 66 bits, 20 digits. This file: class 0 (transfer credit), encode and decode.
 *
 * Pure and allocation-free. The token is a function of (decoder key, class, subclass, amount, RND, TID) and nothing
 * else. Source: IEC 62055-41, facts of the token standard; known answers in tests/vectors. */
#ifndef BT_STS_TOKEN_H
#define BT_STS_TOKEN_H

#include <stdint.h>

#include "core/sts/identity.h"

#define BT_STS_TOKEN_CAP 21 /* 20 digits and a terminator */

struct bt_sts_decoder_key {
	uint8_t bytes[16]; /* 8 used with EA07, 16 with EA11 */
	uint8_t len;
};

/** Class 0 fields. */
struct bt_sts_credit {
	uint8_t subclass; /* 0 electricity (0.1 kWh), 1 water, 2 gas (0.1 m3), 3 time (0.1 minute) */
	uint8_t rnd;      /* 0..15 */
	uint32_t tid;     /* 24 bits, minutes since the key's base date */
	uint32_t amount;  /* in tenths, 0..18201624; rounded up to what the amount field can carry */
};

/** DKGA04. @p vending_key 20 bytes, @p pan 18 checked digits; @p ea "07" (8 bytes) or "11" (16 bytes).
 *  @return BT_OK, BT_EINPUT, BT_EUNSUPPORTED (another dkga or ea), BT_ECRYPTO; *out untouched then. */
BT_MUST_USE enum bt_err bt_sts_dkga04(const uint8_t vending_key[20], const char *pan, const struct bt_sts_key_id *id,
				      struct bt_sts_decoder_key *out);
/** Key check value of an EA11 key: first 3 bytes of MISTY1 of eight zero bytes, upper-case hex.
 *  @return BT_OK, BT_EUNSUPPORTED (key is not 16 bytes). */
BT_MUST_USE enum bt_err bt_sts_kcv(const struct bt_sts_decoder_key *key, char out[7]);
/** EA11 encode. @return BT_OK, BT_ERANGE (a field), BT_EUNSUPPORTED (key is not 16 bytes). */
BT_MUST_USE enum bt_err bt_sts_credit_encode(const struct bt_sts_decoder_key *key, const struct bt_sts_credit *credit,
					     char out[BT_STS_TOKEN_CAP]);
/** @p token 20 digits. @return BT_OK, BT_EINPUT (form, or >= 2^66), BT_EAUTH (CRC: mistyped, or another key),
 *  BT_EUNSUPPORTED (a right token of another class or subclass, or key is not 16 bytes); *out untouched on failure. */
BT_MUST_USE enum bt_err bt_sts_credit_decode(const struct bt_sts_decoder_key *key, const char *token,
					     struct bt_sts_credit *out);
/** "4417 0823 9156 2260 7384": @p token of at most 20 characters in groups of four; @p out needs 25 bytes. */
void bt_sts_token_group(const char *token, char out[25]);

#endif
