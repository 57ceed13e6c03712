/* The library's direct functions, which it calls deprecated: those meant instead allocate two hash contexts for every
 * message and cost several times as much, and keep DES in a module that an installation may lack. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "core/base/crypto.h"

#include <string.h>

#include <openssl/des.h>
#include <openssl/sha.h>

#define BLOCK_LEN  SHA256_CBLOCK
#define INNER_BYTE 0x36 /* FIPS 198 ipad and opad */
#define OUTER_BYTE 0x5c

/* The hash's state behind one block: @p key, padded with zeros, each byte of it changed by @p with. */
static void hash_key(struct bt_bytes key, uint8_t with, uint32_t out[8])
{
	uint8_t block[BLOCK_LEN];
	SHA256_CTX context;

	memset(block, with, sizeof block);
	for (size_t i = 0; i < key.len; i++)
		block[i] ^= key.data[i];
	SHA256_Init(&context);
	SHA256_Update(&context, block, sizeof block);
	for (int i = 0; i < 8; i++)
		out[i] = context.h[i];
	explicit_bzero(block, sizeof block);
	explicit_bzero(&context, sizeof context);
}

enum bt_err bt_hmac_key_init(struct bt_hmac_key *out, struct bt_bytes key)
{
	if (key.len > BLOCK_LEN)
		return BT_EINPUT;
	hash_key(key, INNER_BYTE, out->inner);
	hash_key(key, OUTER_BYTE, out->outer);
	return BT_OK;
}

/* Go on from @p state, which stands behind one block. */
static void hash_on(const uint32_t state[8], struct bt_bytes in, uint8_t out[BT_SHA256_LEN])
{
	SHA256_CTX context = {.Nl = BLOCK_LEN * 8, .md_len = SHA256_DIGEST_LENGTH};

	for (int i = 0; i < 8; i++)
		context.h[i] = state[i];
	SHA256_Update(&context, in.data, in.len);
	SHA256_Final(out, &context);
	explicit_bzero(&context, sizeof context);
}

void bt_hmac_of(const struct bt_hmac_key *key, struct bt_bytes in, uint8_t out[BT_SHA256_LEN])
{
	uint8_t digest[BT_SHA256_LEN];

	hash_on(key->inner, in, digest);
	hash_on(key->outer, BT_BYTES(digest), out);
	explicit_bzero(digest, sizeof digest);
}

_Static_assert(sizeof(struct bt_des_key) == sizeof(DES_key_schedule), "a DES schedule is 16 rounds of 64 bits");

void bt_des_key_init(struct bt_des_key *out, const uint8_t key[BT_DES_LEN])
{
	DES_key_schedule schedule;
	DES_cblock block;

	memcpy(block, key, sizeof block);
	DES_set_key_unchecked(&block, &schedule);
	memcpy(out, &schedule, sizeof *out);
	explicit_bzero(&schedule, sizeof schedule);
	explicit_bzero(&block, sizeof block);
}

void bt_des_encrypt(const struct bt_des_key *key, const uint8_t in[BT_DES_LEN], uint8_t out[BT_DES_LEN])
{
	DES_key_schedule schedule;
	DES_cblock block, cipher;

	memcpy(&schedule, key, sizeof schedule);
	memcpy(block, in, sizeof block);
	DES_ecb_encrypt(&block, &cipher, &schedule, DES_ENCRYPT);
	memcpy(out, cipher, sizeof cipher);
	explicit_bzero(&schedule, sizeof schedule);
}
