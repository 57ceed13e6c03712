/* The chain: what is hashed and signed of an event, and the check of one link. Pure but for the signature.
 *
 * Private to core/journal. Source: DESIGN 6; field framing as in the journal upload of assets/api/openapi.yaml. */
#ifndef BT_JOURNAL_CHAIN_H
#define BT_JOURNAL_CHAIN_H

#include "core/journal/journal.h"

/** SHA-256 over prev_hash, seq, time, sale id, kind and body, each after its length as u32 big endian; numbers are 8
 *  bytes big endian. The event's own hash and signature are not read. @return BT_OK, BT_EFULL (body too long),
 *  BT_ECRYPTO. */
BT_MUST_USE enum bt_err bt_chain_hash(const struct bt_event *event, uint8_t out[BT_SHA256_LEN]);
/** BT_OK when the event's hash is the hash of its content, else BT_ECORRUPT. */
BT_MUST_USE enum bt_err bt_chain_check(const struct bt_event *event);
/** The journal key and terminal named by a genesis body. @return BT_OK or BT_EFORMAT. */
BT_MUST_USE enum bt_err bt_chain_genesis(struct bt_bytes body, uint8_t key[BT_ED25519_PUBLIC_LEN], char *terminal,
					 size_t cap);
/** What a genesis or epoch body says; all but the number is 0 for the first epoch. */
struct bt_epoch {
	int64_t number;
	int64_t floor_ms;    /* when it began by the clock of then, which nobody had confirmed */
	int64_t lost;        /* events that may be missing before it */
	int64_t lost_sales;  /* payments that are known to be among them, 0 also where nobody counted */
	bt_paise lost_paise; /* and their sum */
};
/** @return BT_OK or BT_EFORMAT. */
BT_MUST_USE enum bt_err bt_chain_epoch(struct bt_bytes body, struct bt_epoch *out);
/** The genesis body of a new journal, canonical. @return BT_OK, BT_EFULL, BT_ENOMEM, BT_EINPUT. */
BT_MUST_USE enum bt_err bt_chain_genesis_encode(const uint8_t key[BT_ED25519_PUBLIC_LEN], const char *terminal,
						struct bt_buf *out);

#endif
