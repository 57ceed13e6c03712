/* The head-end's cryptography over OpenSSL: randomness, the journal's chain hash, Ed25519, sealing of meter keys.
 *
 * Written apart from the product's, from the wire contract alone, so that a mistake cannot hide on both sides. */
#ifndef BT_SANDBOX_CRYPTO_H
#define BT_SANDBOX_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BT_SBX_HASH_LEN  32
#define BT_SBX_SEAL_OVER 28 /* nonce 12 + tag 16 */

/** One journal event as it is hashed; texts are NUL-terminated UTF-8. */
struct bt_sbx_link {
	uint8_t prev_hash[BT_SBX_HASH_LEN];
	uint64_t seq;
	int64_t time;
	const char *sale_id;
	const char *kind;
	const char *body;
};

/** Fill with random bytes; ends the program when the system has none, since every key would be void. */
void bt_sbx_random(uint8_t *out, size_t len);
/** Take randomness from @p fill: for a simulation that has to come out the same twice. NULL: the system's again. */
void bt_sbx_random_use(void (*fill)(void *context, uint8_t *out, size_t len), void *context);
/** SHA-256 of the length-framed fields prev_hash, seq, time, sale_id, kind, body (each: u32 big-endian length). */
bool bt_sbx_chain_hash(const struct bt_sbx_link *link, uint8_t out[BT_SBX_HASH_LEN]);
bool bt_sbx_sha256(const void *in, size_t len, uint8_t out[BT_SBX_HASH_LEN]);
/** Public half of a 32-byte Ed25519 seed. */
bool bt_sbx_ed25519_public(const uint8_t seed[32], uint8_t out[32]);
bool bt_sbx_ed25519_sign(const uint8_t seed[32], const void *in, size_t len, uint8_t out[64]);
bool bt_sbx_ed25519_verify(const uint8_t key[32], const void *in, size_t len, const uint8_t signature[64]);
/** AES-256-GCM: out = nonce 12 || ciphertext len || tag 16, with a fresh random nonce. */
bool bt_sbx_seal(const uint8_t key[32], const char *aad, const uint8_t *in, size_t len, uint8_t *out);
/** Open what bt_sbx_seal made of @p len bytes. @return false when it is of another key or @p aad; @p out is then zero.
 */
bool bt_sbx_unseal(const uint8_t key[32], const char *aad, const uint8_t *in, size_t len, uint8_t *out);
/** scrypt N=2^17 r=8 p=1 over the PIN's digits. Takes about half a second and 128 MiB. */
bool bt_sbx_pin_hash(const char *pin, const uint8_t salt[16], uint8_t out[32]);
/** scrypt N=2^14 r=8 p=1 over the bytes of @p message: what a lease says of an extension code. About 0.05 s. */
bool bt_sbx_code_hash(const char *message, const uint8_t salt[16], uint8_t out[32]);

#endif
