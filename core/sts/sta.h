/* STA, the 64-bit block cipher with a 64-bit key that the token standard calls EA07.
 *
 * Its substitution and permutation tables are data: the sample set of the standard is built in, a utility loads the
 * licensed set from a file. Source: IEC 62055-41 (STA); file form below. Pure. */
#ifndef BT_STS_STA_H
#define BT_STS_STA_H

#include <stdint.h>

#include "core/base/bytes.h"

#define BT_STA_KEY_LEN 8
#define BT_STA_ROUNDS  16u

/** A table set as it is written down. */
struct bt_sta_tables {
	uint8_t s1[16], s2[16]; /* index: nibble; each a permutation of 0..15 */
	uint8_t p[64];          /* index: source bit, value: destination bit; a permutation of 0..63 */
};

/** The sample set. */
extern const struct bt_sta_tables bt_sta_sample;

/**
 * Read a table set: the three lines `S1 n n ...` (16 numbers), `S2 n n ...` (16), `P n n ...` (64), in any order, each
 * once; blank lines and lines that begin with # are passed over.
 * @return BT_OK, or BT_EFORMAT (fault says which line and why) and *out is untouched.
 */
BT_MUST_USE enum bt_err bt_sta_tables_parse(struct bt_bytes text, struct bt_sta_tables *out, struct bt_fault *fault);

/** A table set made ready for both directions. About 10 KB, of which a direction touches 4; shared by all keys; no
 *  secret. A choice is a nibble with the key bit that chooses its substitution above it. */
struct bt_sta {
	uint64_t encrypt[16][32];   /* [nibble][choice]: substituted, then permuted */
	uint64_t decrypt[16][32];   /* [nibble][choice]: substituted back, then permuted back for the round before */
	uint64_t unpermute[16][16]; /* [nibble][its value] */
	uint8_t unsubstitute[32];   /* [choice] */
};

/** @p tables as bt_sta_tables_parse makes them. */
void bt_sta_init(struct bt_sta *sta, const struct bt_sta_tables *tables);
/** @p key and blocks are big-endian bytes read as numbers. */
uint64_t bt_sta_encrypt(const struct bt_sta *sta, uint64_t key, uint64_t block);
uint64_t bt_sta_decrypt(const struct bt_sta *sta, uint64_t key, uint64_t block);

#endif
