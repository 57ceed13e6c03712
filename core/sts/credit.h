/* Class 0, subclass 0..3 (transfer credit in units), straight from a decoder key. Pure. Source: IEC 62055-41. */
#ifndef BT_STS_CREDIT_H
#define BT_STS_CREDIT_H

#include "core/sts/token.h"

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
/** @return BT_OK, BT_ERANGE (a field), BT_EUNSUPPORTED (no cipher for keys of this length). */
BT_MUST_USE enum bt_err bt_sts_credit_encode(const struct bt_sts_decoder_key *key, const struct bt_sts_credit *credit,
					     char out[BT_STS_TOKEN_CAP]);
/** @p token 20 digits. @return BT_OK, BT_EINPUT (form, or >= 2^66), BT_EAUTH (CRC: mistyped, or another key),
 *  BT_EUNSUPPORTED (a right token of another class or subclass, or no cipher); *out untouched on failure. */
BT_MUST_USE enum bt_err bt_sts_credit_decode(const struct bt_sts_decoder_key *key, const char *token,
					     struct bt_sts_credit *out);

#endif
