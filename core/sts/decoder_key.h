/* Decoder keys, and the algorithms (DKGA) that make them from a vending key and a meter's identity.
 *
 * What is enciphered or hashed is apart from who does it: a security module takes the message and keeps the key.
 * Source: IEC 62055-41 DKGA02 (DES), DKGA04 (HMAC-SHA-256, NIST SP 800-108). */
#ifndef BT_STS_DECODER_KEY_H
#define BT_STS_DECODER_KEY_H

#include <stdint.h>

#include "core/base/bytes.h"
#include "core/sts/identity.h"

#define BT_STS_DKGA02_KEY_LEN     8  /* DES */
#define BT_STS_DKGA04_KEY_LEN     20 /* 160 bits */
#define BT_STS_DKGA04_MESSAGE_LEN 49

struct bt_sts_decoder_key {
	uint8_t bytes[16]; /* 8 used with EA07, 16 with EA11; most significant first */
	uint8_t len;
};

/**
 * Why keys of this identity cannot be made here, in plain English after "not supported: " (DKGA01, DKGA03, EA09, DKGA02
 * with EA11 ...); NULL when they can. Pure.
 */
const char *bt_sts_key_id_refusal(const struct bt_sts_key_id *id);

/**
 * DKGA04: what is authenticated under the vending key. The decoder key is the first 8 (EA07) or 16 (EA11) bytes of the
 * HMAC-SHA-256 of it.
 * @return BT_OK, BT_EINPUT (a field of @p id, or a check digit of @p pan), BT_EUNSUPPORTED; *out untouched then. Pure.
 */
BT_MUST_USE enum bt_err bt_sts_dkga04_message(const char *pan, const struct bt_sts_key_id *id,
					      uint8_t out[BT_STS_DKGA04_MESSAGE_LEN]);
/**
 * DKGA02: D, PANBlock XOR CONTROLBlock. The decoder key is DES(VK, D) XOR D XOR VK.
 * Errors as bt_sts_dkga04_message. Pure.
 */
BT_MUST_USE enum bt_err bt_sts_dkga02_block(const char *pan, const struct bt_sts_key_id *id, uint8_t out[8]);

/** A clear vending key made ready: many meters' keys, nothing allocated after opening. Opaque; not for two threads. */
struct bt_sts_deriver;

/** @p vending_key 8 bytes (DKGA02) or 20 (DKGA04). @return BT_OK, BT_EINPUT (length), BT_ENOMEM, BT_ECRYPTO. */
BT_MUST_USE enum bt_err bt_sts_deriver_open(struct bt_bytes vending_key, struct bt_sts_deriver **out);
/** Cleanses the key. NULL is fine. */
void bt_sts_deriver_close(struct bt_sts_deriver *deriver);
/** @p pan 18 checked digits. @return BT_OK, BT_EINPUT (identity, or a DKGA that wants the other length of vending key),
 *  BT_EUNSUPPORTED (bt_sts_key_id_refusal says why), BT_ECRYPTO; *out untouched then. */
BT_MUST_USE enum bt_err bt_sts_derive(struct bt_sts_deriver *deriver, const char *pan, const struct bt_sts_key_id *id,
				      struct bt_sts_decoder_key *out);

#endif
