/* The encryption algorithms (EA) of the token standard: one row each, found by code or by the key that asks for them.
 *
 * A row without functions is an algorithm whose keys can be derived but whose cipher is not built in. */
#ifndef BT_STS_CIPHER_H
#define BT_STS_CIPHER_H

#include <stdint.h>

#include "core/sts/token.h"

struct bt_sts_cipher {
	const char *ea;  /* "07", "11" */
	uint8_t key_len; /* bytes; tells the algorithms apart */
	/** One block under @p key of key_len bytes; both are set or neither is. */
	uint64_t (*encrypt)(const uint8_t *key, uint64_t block);
	uint64_t (*decrypt)(const uint8_t *key, uint64_t block);
};

/** @return the row of @p ea, or NULL. */
const struct bt_sts_cipher *bt_sts_cipher_find(const char *ea);
/** @return the row for keys as long as @p key, or NULL when there is none that can encipher. */
const struct bt_sts_cipher *bt_sts_cipher_of_key(const struct bt_sts_decoder_key *key);

#endif
