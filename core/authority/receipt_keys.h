/* Receipt keys: with which keys the slips of every terminal are signed, as the head-end signed it.
 *
 * Any terminal can so judge any other's slip without a server. A key that a terminal no longer uses stays in the list,
 * with the time until which it was good. Lists are numbered; a higher number is newer. The file "receipt-keys.json" of
 * the state folder holds the envelope as it came. Source: assets/api/openapi.yaml, schema ReceiptKeys. */
#ifndef BT_AUTHORITY_RECEIPT_KEYS_H
#define BT_AUTHORITY_RECEIPT_KEYS_H

#include "core/base/crypto.h"

#define BT_RECEIPT_KEYS_FILE "receipt-keys.json"
#define BT_RECEIPT_KEYS_MAX  20000
/** Bytes of an envelope. */
#define BT_RECEIPT_KEYS_BYTES ((size_t)4 << 20)

struct bt_receipt_key {
	char terminal[8];
	uint8_t key[BT_ED25519_PUBLIC_LEN];
	int64_t until_ms; /* no slip of a later time was signed with it; 0: it is in use */
};

struct bt_receipt_keys {
	int64_t number; /* 1 or more; 0: no list */
	int count;
	struct bt_receipt_key *rows; /* in the order of the list */
};

/** Read {"document","signature"}, both base64. @p out is yours, to bt_receipt_keys_fini, on BT_OK alone.
 *  @return BT_OK, BT_EAUTH (not signed by the head-end), BT_EFORMAT, BT_ENOMEM; *out untouched on failure. */
BT_MUST_USE enum bt_err bt_receipt_keys_decode(struct bt_bytes envelope,
					       const uint8_t head_end_key[BT_ED25519_PUBLIC_LEN],
					       struct bt_receipt_keys *out, struct bt_fault *fault);
/** The list in the state folder @p dir. @return BT_ENOTFOUND when there is none; as bt_receipt_keys_decode. */
BT_MUST_USE enum bt_err bt_receipt_keys_load(const char *dir, const uint8_t head_end_key[BT_ED25519_PUBLIC_LEN],
					     struct bt_receipt_keys *out, struct bt_fault *fault);
/** A zeroed one is fine. */
void bt_receipt_keys_fini(struct bt_receipt_keys *keys);
/** The next key of @p terminal behind @p after (NULL: from the first on), or NULL; borrowed. */
const struct bt_receipt_key *bt_receipt_keys_next(const struct bt_receipt_keys *keys, const char *terminal,
						  const struct bt_receipt_key *after);

#endif
