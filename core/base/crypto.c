#include "core/base/crypto.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>

enum bt_err bt_sha256(struct bt_bytes in, uint8_t out[BT_SHA256_LEN])
{
	return EVP_Digest(in.data, in.len, out, NULL, EVP_sha256(), NULL) == 1 ? BT_OK : BT_ECRYPTO;
}

enum bt_err bt_hmac_sha256(struct bt_bytes key, struct bt_bytes in, uint8_t out[BT_SHA256_LEN])
{
	unsigned len = 0;

	if (key.len > 4096 || !HMAC(EVP_sha256(), key.data, (int)key.len, in.data, in.len, out, &len))
		return BT_ECRYPTO;
	return len == BT_SHA256_LEN ? BT_OK : BT_ECRYPTO;
}

struct bt_signer {
	EVP_PKEY *key;
	uint8_t public[BT_ED25519_PUBLIC_LEN];
};

enum bt_err bt_signer_open(const uint8_t seed[BT_ED25519_SEED_LEN], struct bt_signer **out)
{
	size_t len = BT_ED25519_PUBLIC_LEN;
	struct bt_signer *signer = calloc(1, sizeof *signer);

	if (!signer)
		return BT_ENOMEM;
	signer->key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, BT_ED25519_SEED_LEN);
	if (!signer->key || EVP_PKEY_get_raw_public_key(signer->key, signer->public, &len) != 1) {
		bt_signer_close(signer);
		return BT_ECRYPTO;
	}
	*out = signer;
	return BT_OK;
}

void bt_signer_close(struct bt_signer *signer)
{
	if (!signer)
		return;
	EVP_PKEY_free(signer->key);
	free(signer);
}

const uint8_t *bt_signer_public(const struct bt_signer *signer)
{
	return signer->public;
}

enum bt_err bt_sign(const struct bt_signer *signer, struct bt_bytes message, uint8_t out[BT_ED25519_SIGNATURE_LEN])
{
	size_t len = BT_ED25519_SIGNATURE_LEN;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good = context && EVP_DigestSignInit(context, NULL, NULL, NULL, signer->key) == 1 &&
		    EVP_DigestSign(context, out, &len, message.data, message.len) == 1;

	EVP_MD_CTX_free(context);
	return good ? BT_OK : BT_ECRYPTO;
}

enum bt_err bt_verify(const uint8_t key[BT_ED25519_PUBLIC_LEN], struct bt_bytes message,
		      const uint8_t signature[BT_ED25519_SIGNATURE_LEN])
{
	EVP_PKEY *public = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, BT_ED25519_PUBLIC_LEN);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good = public && context && EVP_DigestVerifyInit(context, NULL, NULL, NULL, public) == 1 &&
		    EVP_DigestVerify(context, signature, BT_ED25519_SIGNATURE_LEN, message.data, message.len) == 1;

	EVP_MD_CTX_free(context);
	EVP_PKEY_free(public);
	return good ? BT_OK : BT_EAUTH;
}

enum bt_err bt_gcm_seal(struct bt_bytes key, const uint8_t nonce[BT_GCM_NONCE_LEN], struct bt_bytes aad,
			struct bt_bytes plain, uint8_t *out, uint8_t tag[BT_GCM_TAG_LEN])
{
	int len = 0;
	bool good;
	EVP_CIPHER_CTX *context;

	if (key.len != BT_GCM_KEY_LEN || plain.len > 1u << 20 || aad.len > 1u << 20)
		return BT_EINPUT;
	context = EVP_CIPHER_CTX_new();
	good = context && EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key.data, nonce) == 1 &&
	       EVP_EncryptUpdate(context, NULL, &len, aad.data, (int)aad.len) == 1 &&
	       EVP_EncryptUpdate(context, out, &len, plain.data, (int)plain.len) == 1 &&
	       EVP_EncryptFinal_ex(context, out + plain.len, &len) == 1 &&
	       EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, BT_GCM_TAG_LEN, tag) == 1;
	EVP_CIPHER_CTX_free(context);
	return good ? BT_OK : BT_ECRYPTO;
}

enum bt_err bt_gcm_open(struct bt_bytes key, const uint8_t nonce[BT_GCM_NONCE_LEN], struct bt_bytes aad,
			struct bt_bytes cipher, const uint8_t tag[BT_GCM_TAG_LEN], uint8_t *out)
{
	int len = 0;
	bool good;
	uint8_t expected[BT_GCM_TAG_LEN];
	EVP_CIPHER_CTX *context;

	if (key.len != BT_GCM_KEY_LEN || cipher.len > 1u << 20 || aad.len > 1u << 20)
		return BT_EINPUT;
	memcpy(expected, tag, sizeof expected);
	context = EVP_CIPHER_CTX_new();
	good = context && EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, key.data, nonce) == 1 &&
	       EVP_DecryptUpdate(context, NULL, &len, aad.data, (int)aad.len) == 1 &&
	       EVP_DecryptUpdate(context, out, &len, cipher.data, (int)cipher.len) == 1 &&
	       EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, BT_GCM_TAG_LEN, expected) == 1 &&
	       EVP_DecryptFinal_ex(context, out + cipher.len, &len) == 1;
	EVP_CIPHER_CTX_free(context);
	if (!good)
		OPENSSL_cleanse(out, cipher.len);
	return good ? BT_OK : BT_EAUTH;
}

enum bt_err bt_scrypt(struct bt_bytes password, struct bt_bytes salt, unsigned log2_n, uint8_t *out, size_t out_len)
{
	uint64_t n = UINT64_C(1) << log2_n;

	if (log2_n < 10 || log2_n > 20)
		return BT_ERANGE;
	/* The library's default ceiling of 32 MiB is below what N=2^17 needs: 128 r N bytes and a little. */
	return EVP_PBE_scrypt((const char *)password.data, password.len, salt.data, salt.len, n, 8, 1,
			      n * 1024 + (UINT64_C(4) << 20), out, out_len) == 1
		   ? BT_OK
		   : BT_ECRYPTO;
}
