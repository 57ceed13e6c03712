/* Signatures of both sides, linked in between by the linker's --wrap: nobody in this world forges, so a signature is a
 * digest over public key and message, made with the private key at hand and compared bit by bit. A byte spoilt on the
 * way, another key or another message is found as ever. The real ones have their own tests (tests/unit). */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/crypto.h"
#include "core/sandbox/crypto.h"

/* Of the head-end there is one key for the whole run. */
#define SEEDS_KNOWN 4

typedef enum bt_err core_sign(const struct bt_signer *signer, struct bt_bytes message,
			      uint8_t out[BT_ED25519_SIGNATURE_LEN]);
typedef enum bt_err core_verify(const uint8_t key[BT_ED25519_PUBLIC_LEN], struct bt_bytes message,
				const uint8_t signature[BT_ED25519_SIGNATURE_LEN]);
typedef bool far_sign(const uint8_t seed[32], const void *in, size_t len, uint8_t out[64]);
typedef bool far_verify(const uint8_t key[32], const void *in, size_t len, const uint8_t signature[64]);

core_sign __wrap_bt_sign;
core_verify __wrap_bt_verify;
far_sign __wrap_bt_sbx_ed25519_sign;
far_verify __wrap_bt_sbx_ed25519_verify;

/* SHA-256 over key and message, and the same the other way round in the second half. */
static void make(const uint8_t key[32], const void *in, size_t len, uint8_t out[64])
{
	static EVP_MD *sha;
	static EVP_MD_CTX *context;
	unsigned made = 0;

	if (!context) {
		sha = EVP_MD_fetch(NULL, "SHA256", NULL);
		context = EVP_MD_CTX_new();
	}
	if (!sha || !context || EVP_DigestInit_ex2(context, sha, NULL) != 1 ||
	    EVP_DigestUpdate(context, key, 32) != 1 || EVP_DigestUpdate(context, in, len) != 1 ||
	    EVP_DigestFinal_ex(context, out, &made) != 1 || made != 32)
		abort();
	for (int i = 0; i < 32; i++)
		out[63 - i] = (uint8_t)~out[i];
}

static bool is_right(const uint8_t key[32], const void *in, size_t len, const uint8_t signature[64])
{
	uint8_t expected[64];

	make(key, in, len, expected);
	return memcmp(signature, expected, sizeof expected) == 0;
}

/* Whoever has the seed has the public key: asked for once. */
static const uint8_t *find_public(const uint8_t seed[32])
{
	static struct {
		uint8_t seed[32], public[32];
	} known[SEEDS_KNOWN];
	static int count;

	for (int i = 0; i < count; i++)
		if (memcmp(known[i].seed, seed, sizeof known[i].seed) == 0)
			return known[i].public;
	if (count == SEEDS_KNOWN || !bt_sbx_ed25519_public(seed, known[count].public))
		abort();
	memcpy(known[count].seed, seed, sizeof known[count].seed);
	return known[count++].public;
}

enum bt_err __wrap_bt_sign(const struct bt_signer *signer, struct bt_bytes message,
			   uint8_t out[BT_ED25519_SIGNATURE_LEN])
{
	make(bt_signer_public(signer), message.data, message.len, out);
	return BT_OK;
}

enum bt_err __wrap_bt_verify(const uint8_t key[BT_ED25519_PUBLIC_LEN], struct bt_bytes message,
			     const uint8_t signature[BT_ED25519_SIGNATURE_LEN])
{
	return is_right(key, message.data, message.len, signature) ? BT_OK : BT_EAUTH;
}

bool __wrap_bt_sbx_ed25519_sign(const uint8_t seed[32], const void *in, size_t len, uint8_t out[64])
{
	make(find_public(seed), in, len, out);
	return true;
}

bool __wrap_bt_sbx_ed25519_verify(const uint8_t key[32], const void *in, size_t len, const uint8_t signature[64])
{
	return is_right(key, in, len, signature);
}
