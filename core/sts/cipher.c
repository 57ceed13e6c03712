#include "core/sts/cipher.h"

#include <string.h>

#include "core/sts/misty1.h"

static uint64_t encrypt_misty1(const uint8_t *key, uint64_t block)
{
	struct bt_misty1 misty;

	bt_misty1_init(&misty, key);
	block = bt_misty1_encrypt(&misty, block);
	explicit_bzero(&misty, sizeof misty);
	return block;
}

static uint64_t decrypt_misty1(const uint8_t *key, uint64_t block)
{
	struct bt_misty1 misty;

	bt_misty1_init(&misty, key);
	block = bt_misty1_decrypt(&misty, block);
	explicit_bzero(&misty, sizeof misty);
	return block;
}

static const struct bt_sts_cipher ciphers[] = {
    {.ea = "07", .key_len = 8},
    {.ea = "11", .key_len = BT_MISTY1_KEY_LEN, .encrypt = encrypt_misty1, .decrypt = decrypt_misty1},
};

#define CIPHER_COUNT (sizeof ciphers / sizeof ciphers[0])

const struct bt_sts_cipher *bt_sts_cipher_find(const char *ea)
{
	for (size_t i = 0; i < CIPHER_COUNT; i++) {
		if (strcmp(ciphers[i].ea, ea) == 0)
			return &ciphers[i];
	}
	return NULL;
}

const struct bt_sts_cipher *bt_sts_cipher_of_key(const struct bt_sts_decoder_key *key)
{
	for (size_t i = 0; i < CIPHER_COUNT; i++) {
		if (ciphers[i].key_len == key->len && ciphers[i].encrypt != NULL)
			return &ciphers[i];
	}
	return NULL;
}
