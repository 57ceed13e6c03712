#include "core/sandbox/crypto.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

/* Set before any thread starts. */
static void (*random_source)(void *context, uint8_t *out, size_t len);
static void *random_context;

void bt_sbx_random_use(void (*fill)(void *context, uint8_t *out, size_t len), void *context)
{
	random_source = fill;
	random_context = context;
}

void bt_sbx_random(uint8_t *out, size_t len)
{
	if (random_source) {
		random_source(random_context, out, len);
		return;
	}
	if (RAND_bytes(out, (int)len) != 1)
		abort();
}

static void write_big_endian(uint64_t value, uint8_t *out, size_t len)
{
	for (size_t i = len; i-- > 0; value >>= 8)
		out[i] = (uint8_t)(value & 0xff);
}

static bool add_field(EVP_MD_CTX *ctx, const void *field, size_t len)
{
	uint8_t frame[4];
	write_big_endian(len, frame, sizeof frame);
	return EVP_DigestUpdate(ctx, frame, sizeof frame) == 1 && EVP_DigestUpdate(ctx, field, len) == 1;
}

bool bt_sbx_chain_hash(const struct bt_sbx_link *link, uint8_t out[BT_SBX_HASH_LEN])
{
	uint8_t seq[8];
	uint8_t when[8];
	write_big_endian(link->seq, seq, sizeof seq);
	write_big_endian((uint64_t)link->time, when, sizeof when);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1 &&
		  add_field(ctx, link->prev_hash, sizeof link->prev_hash) && add_field(ctx, seq, sizeof seq) &&
		  add_field(ctx, when, sizeof when) && add_field(ctx, link->sale_id, strlen(link->sale_id)) &&
		  add_field(ctx, link->kind, strlen(link->kind)) && add_field(ctx, link->body, strlen(link->body)) &&
		  EVP_DigestFinal_ex(ctx, out, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	return ok;
}

bool bt_sbx_sha256(const void *in, size_t len, uint8_t out[BT_SBX_HASH_LEN])
{
	return EVP_Digest(in, len, out, NULL, EVP_sha256(), NULL) == 1;
}

bool bt_sbx_ed25519_public(const uint8_t seed[32], uint8_t out[32])
{
	size_t len = 32;
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, 32);
	bool ok = key && EVP_PKEY_get_raw_public_key(key, out, &len) == 1 && len == 32;
	EVP_PKEY_free(key);
	return ok;
}

bool bt_sbx_ed25519_sign(const uint8_t seed[32], const void *in, size_t len, uint8_t out[64])
{
	size_t out_len = 64;
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, 32);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = key && ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 &&
		  EVP_DigestSign(ctx, out, &out_len, in, len) == 1 && out_len == 64;
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return ok;
}

bool bt_sbx_ed25519_verify(const uint8_t key[32], const void *in, size_t len, const uint8_t signature[64])
{
	EVP_PKEY *public_key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, 32);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = public_key && ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, public_key) == 1 &&
		  EVP_DigestVerify(ctx, signature, 64, in, len) == 1;
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(public_key);
	return ok;
}

bool bt_sbx_seal(const uint8_t key[32], const char *aad, const uint8_t *in, size_t len, uint8_t *out)
{
	int done = 0;
	bt_sbx_random(out, 12);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	bool ok = ctx && EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, out) == 1 &&
		  EVP_EncryptUpdate(ctx, NULL, &done, (const uint8_t *)aad, (int)strlen(aad)) == 1 &&
		  EVP_EncryptUpdate(ctx, out + 12, &done, in, (int)len) == 1 &&
		  EVP_EncryptFinal_ex(ctx, out + 12 + len, &done) == 1 &&
		  EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, 16, out + 12 + len) == 1;
	EVP_CIPHER_CTX_free(ctx);
	return ok;
}

bool bt_sbx_unseal(const uint8_t key[32], const char *aad, const uint8_t *in, size_t len, uint8_t *out)
{
	int done = 0;
	uint8_t tag[16];
	memcpy(tag, in + 12 + len, sizeof tag);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	bool ok = ctx && EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, in) == 1 &&
		  EVP_DecryptUpdate(ctx, NULL, &done, (const uint8_t *)aad, (int)strlen(aad)) == 1 &&
		  EVP_DecryptUpdate(ctx, out, &done, in + 12, (int)len) == 1 &&
		  EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, sizeof tag, tag) == 1 &&
		  EVP_DecryptFinal_ex(ctx, out + len, &done) == 1;
	EVP_CIPHER_CTX_free(ctx);
	if (!ok)
		memset(out, 0, len);
	return ok;
}

bool bt_sbx_pin_hash(const char *pin, const uint8_t salt[16], uint8_t out[32])
{
	return EVP_PBE_scrypt(pin, strlen(pin), salt, 16, 1u << 17, 8, 1, UINT64_C(256) << 20, out, 32) == 1;
}

bool bt_sbx_code_hash(const char *message, const uint8_t salt[16], uint8_t out[32])
{
	return EVP_PBE_scrypt(message, strlen(message), salt, 16, 1u << 14, 8, 1, UINT64_C(64) << 20, out, 32) == 1;
}
