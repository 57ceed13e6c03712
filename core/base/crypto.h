/* The cryptography Batti uses, over OpenSSL 3: hashes, HMAC, DES, Ed25519, AES-256-GCM, scrypt.
 *
 * Thin and total: fixed sizes, no algorithm chosen by data; what is kept between calls is a value of the caller's.
 * Source: FIPS 180-4, FIPS 198, FIPS 46-3, RFC 8032, NIST SP 800-38D, RFC 7914. */
#ifndef BT_BASE_CRYPTO_H
#define BT_BASE_CRYPTO_H

#include "core/base/bytes.h"
#include "core/base/secret.h"

#define BT_SHA256_LEN            32
#define BT_DES_LEN               8
#define BT_ED25519_SEED_LEN      32
#define BT_ED25519_PUBLIC_LEN    32
#define BT_ED25519_SIGNATURE_LEN 64
#define BT_GCM_KEY_LEN           32
#define BT_GCM_NONCE_LEN         12
#define BT_GCM_TAG_LEN           16
#define BT_SCRYPT_SALT_LEN       16

BT_MUST_USE enum bt_err bt_sha256(struct bt_bytes in, uint8_t out[BT_SHA256_LEN]);
BT_MUST_USE enum bt_err bt_hmac_sha256(struct bt_bytes key, struct bt_bytes in, uint8_t out[BT_SHA256_LEN]);

/** An HMAC-SHA-256 key made ready for many short messages. As secret as the key: whoever holds one wipes it. */
struct bt_hmac_key {
	uint32_t inner[8], outer[8]; /* the hash's state behind the first block of each of its two passes */
};
/** @p key at most 64 bytes. @return BT_OK or BT_EINPUT. Allocates nothing, nor does bt_hmac_of. */
BT_MUST_USE enum bt_err bt_hmac_key_init(struct bt_hmac_key *out, struct bt_bytes key);
void bt_hmac_of(const struct bt_hmac_key *key, struct bt_bytes in, uint8_t out[BT_SHA256_LEN]);

/** Single DES, for the token standard's DKGA02 only; a key made ready, as secret as the key. */
struct bt_des_key {
	uint32_t rounds[32];
};
/** Any 8 bytes: parity bits are not read. Allocates nothing, nor does bt_des_encrypt. */
void bt_des_key_init(struct bt_des_key *out, const uint8_t key[BT_DES_LEN]);
void bt_des_encrypt(const struct bt_des_key *key, const uint8_t in[BT_DES_LEN], uint8_t out[BT_DES_LEN]);

/** An Ed25519 key pair made ready for signing; opaque. */
struct bt_signer;
BT_MUST_USE enum bt_err bt_signer_open(const uint8_t seed[BT_ED25519_SEED_LEN], struct bt_signer **out);
void bt_signer_close(struct bt_signer *signer);
/** Borrowed 32 bytes. */
const uint8_t *bt_signer_public(const struct bt_signer *signer);
BT_MUST_USE enum bt_err bt_sign(const struct bt_signer *signer, struct bt_bytes message,
				uint8_t out[BT_ED25519_SIGNATURE_LEN]);
/** @return BT_OK, BT_EAUTH when the signature is not this message's under @p key. */
BT_MUST_USE enum bt_err bt_verify(const uint8_t key[BT_ED25519_PUBLIC_LEN], struct bt_bytes message,
				  const uint8_t signature[BT_ED25519_SIGNATURE_LEN]);

/** AES-256-GCM. @p out gets plain->len bytes, @p tag 16. A nonce is never used twice under one key. */
BT_MUST_USE enum bt_err bt_gcm_seal(struct bt_bytes key, const uint8_t nonce[BT_GCM_NONCE_LEN], struct bt_bytes aad,
				    struct bt_bytes plain, uint8_t *out, uint8_t tag[BT_GCM_TAG_LEN]);
/** @return BT_OK, or BT_EAUTH and @p out is zeroed. */
BT_MUST_USE enum bt_err bt_gcm_open(struct bt_bytes key, const uint8_t nonce[BT_GCM_NONCE_LEN], struct bt_bytes aad,
				    struct bt_bytes cipher, const uint8_t tag[BT_GCM_TAG_LEN], uint8_t *out);
/** scrypt with r=8 p=1 and N=2^log2_n (10..20). About 0.4 s and 128 MiB at 17. */
BT_MUST_USE enum bt_err bt_scrypt(struct bt_bytes password, struct bt_bytes salt, unsigned log2_n, uint8_t *out,
				  size_t out_len);

#endif
