/* The vault: the one key under which every meter's decoder key is sealed, wrapped by scrypt over a passphrase.
 *
 * Unsealed, it lies in locked memory only. Source: DESIGN 8; AES-256-GCM, scrypt N=2^17. */
#ifndef BT_AUTHORITY_VAULT_H
#define BT_AUTHORITY_VAULT_H

#include "core/base/crypto.h"
#include "core/base/random.h"
#include "core/directory/directory.h"
#include "core/sts/token.h"

#define BT_VAULT_LOG2_N 17

/** What a terminal is for. Nothing of the one kind opens for the other. */
enum bt_purpose { BT_FOR_LIVE, BT_FOR_TRAINING };

/** The key under which a training head-end seals: published here, so that nothing under it can have value. Live
 *  terminals refuse it, and a training one takes no other. */
extern const uint8_t bt_vault_training_key[BT_GCM_KEY_LEN];
/** What a key of 32 bytes is for: training if it is the published one. BT_FOR_LIVE for any other length. */
enum bt_purpose bt_vault_key_purpose(struct bt_bytes key);

/** The wrapped key as it lies on disk. */
struct bt_vault_wrap {
	uint8_t salt[BT_SCRYPT_SALT_LEN], nonce[BT_GCM_NONCE_LEN], cipher[BT_GCM_KEY_LEN], tag[BT_GCM_TAG_LEN];
};

struct bt_vault {
	struct bt_secret key; /* empty while sealed */
};

/** Wrap @p key (32 bytes) under @p passphrase. About 0.4 s.
 *  @return BT_OK, BT_EINPUT (length of key), BT_EOS (randomness), BT_ECRYPTO; *out untouched on failure. */
BT_MUST_USE enum bt_err bt_vault_wrap_make(const struct bt_random *random, struct bt_bytes passphrase,
					   struct bt_bytes key, struct bt_vault_wrap *out);
/** About 0.4 s: not on the screen's thread. @return BT_OK, BT_EAUTH (passphrase, or a damaged wrap), BT_ENOMEM. */
BT_MUST_USE enum bt_err bt_vault_unseal(const struct bt_vault_wrap *wrap, struct bt_bytes passphrase,
					struct bt_vault *out);
bool bt_vault_is_open(const struct bt_vault *vault);
/** Cleanse the key; fine on a zeroed or sealed one. */
void bt_vault_seal(struct bt_vault *vault);

/** Identity of a sealed key as the token room names it. */
struct bt_sts_key_id bt_sealed_key_id(const struct bt_sealed_key *sealed);
/**
 * Open one meter's decoder key; the whole identity is associated data. Whether it is still good (good_until_ms) and is
 * the key that its check value names is for the caller to say (bt_keys_schedule).
 * @param[in]  pan 18 digits, of the meter the key is wanted for.
 * @param[out] out 8 (EA07) or 16 bytes (EA11); the caller cleanses it after use; untouched on failure.
 * @return BT_OK, BT_ESEALED (vault), BT_EAUTH (altered, or of another meter), BT_ENOTFOUND (no key), BT_EUNSUPPORTED
 *         (genuine, but of an algorithm this program has no token codec for).
 * Source: REST contract, "sealed"; associated data "batti-key-v1|pan|sgc|krn|kt|ti|ea|dkga|base|ken|version|good|kcv".
 */
BT_MUST_USE enum bt_err bt_vault_open_key(const struct bt_vault *vault, const char *pan,
					  const struct bt_sealed_key *sealed, struct bt_sts_decoder_key *out);

#endif
