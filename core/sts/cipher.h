/* The encryption algorithms (EA) of the token standard: one row each; and a decoder key made ready for one of them.
 *
 * A row without functions is an algorithm that is known by name and not supported. Source: IEC 62055-41 EA codes. Pure.
 */
#ifndef BT_STS_CIPHER_H
#define BT_STS_CIPHER_H

#include <stdint.h>

#include "core/sts/decoder_key.h"
#include "core/sts/misty1.h"
#include "core/sts/sta.h"

struct bt_sts_cipher;

/** A decoder key made ready for many tokens. As secret as the key: whoever holds one wipes it. */
struct bt_sts_schedule {
	const struct bt_sts_cipher *cipher;
	const struct bt_sta *sta; /* borrowed; EA07 only */
	union {
		struct bt_misty1 misty1;
		uint64_t sta_key;
	};
};

struct bt_sts_cipher {
	const char *ea;      /* "07", "09", "11" */
	const char *refusal; /* why it is not supported, after "not supported: "; NULL when it is */
	bool needs_tables;   /* a table set has to be given with the key */
	uint8_t key_len;     /* bytes; tells the supported algorithms apart */
	void (*init)(struct bt_sts_schedule *schedule, const uint8_t *key);
	uint64_t (*encrypt)(const struct bt_sts_schedule *schedule, uint64_t block);
	uint64_t (*decrypt)(const struct bt_sts_schedule *schedule, uint64_t block);
};

/** @return the row of @p ea, or NULL. */
const struct bt_sts_cipher *bt_sts_cipher_find(const char *ea);
/**
 * Make @p key ready; its length says for which algorithm.
 * @param[in] sta kept by reference; may be NULL when no EA07 key is expected.
 * @return BT_OK, or BT_EUNSUPPORTED (no such length, or EA07 without tables) and *out is untouched.
 */
BT_MUST_USE enum bt_err bt_sts_schedule_init(struct bt_sts_schedule *out, const struct bt_sta *sta,
					     const struct bt_sts_decoder_key *key);
void bt_sts_schedule_wipe(struct bt_sts_schedule *schedule);
uint64_t bt_sts_encrypt(const struct bt_sts_schedule *schedule, uint64_t block);
uint64_t bt_sts_decrypt(const struct bt_sts_schedule *schedule, uint64_t block);
/** Key check value: the first 3 bytes of the cipher of eight zero bytes, upper-case hex. */
void bt_sts_kcv(const struct bt_sts_schedule *schedule, char out[7]);

#endif
