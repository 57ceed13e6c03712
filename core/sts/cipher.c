#include "core/sts/cipher.h"

#include <string.h>

#include "core/base/bytes.h"

#include "core/base/words.h"

static void init_misty1(struct bt_sts_schedule *schedule, const uint8_t *key)
{
	bt_misty1_init(&schedule->misty1, key);
}

static uint64_t encrypt_misty1(const struct bt_sts_schedule *schedule, uint64_t block)
{
	return bt_misty1_encrypt(&schedule->misty1, block);
}

static uint64_t decrypt_misty1(const struct bt_sts_schedule *schedule, uint64_t block)
{
	return bt_misty1_decrypt(&schedule->misty1, block);
}

static void init_sta(struct bt_sts_schedule *schedule, const uint8_t *key)
{
	schedule->sta_key = bt_be64_get(key);
}

static uint64_t encrypt_sta(const struct bt_sts_schedule *schedule, uint64_t block)
{
	return bt_sta_encrypt(schedule->sta, schedule->sta_key, block);
}

static uint64_t decrypt_sta(const struct bt_sts_schedule *schedule, uint64_t block)
{
	return bt_sta_decrypt(schedule->sta, schedule->sta_key, block);
}

static const struct bt_sts_cipher ciphers[] = {
    {.ea = "07",
     .needs_tables = true,
     .key_len = BT_STA_KEY_LEN,
     .init = init_sta,
     .encrypt = encrypt_sta,
     .decrypt = decrypt_sta},
    {.ea = "09",
     .refusal = N_("EA09 (DEA), which is no longer listed as in use and for which no known answers are published"),
     .key_len = 8},
    {.ea = "11",
     .key_len = BT_MISTY1_KEY_LEN,
     .init = init_misty1,
     .encrypt = encrypt_misty1,
     .decrypt = decrypt_misty1},
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

enum bt_err bt_sts_schedule_init(struct bt_sts_schedule *out, const struct bt_sta *sta,
				 const struct bt_sts_decoder_key *key)
{
	for (size_t i = 0; i < CIPHER_COUNT; i++) {
		if (ciphers[i].key_len != key->len || ciphers[i].init == NULL)
			continue;
		if (ciphers[i].needs_tables && sta == NULL)
			return BT_EUNSUPPORTED;
		out->cipher = &ciphers[i];
		out->sta = sta;
		ciphers[i].init(out, key->bytes);
		return BT_OK;
	}
	return BT_EUNSUPPORTED;
}

void bt_sts_schedule_wipe(struct bt_sts_schedule *schedule)
{
	explicit_bzero(schedule, sizeof *schedule);
}

uint64_t bt_sts_encrypt(const struct bt_sts_schedule *schedule, uint64_t block)
{
	return schedule->cipher->encrypt(schedule, block);
}

uint64_t bt_sts_decrypt(const struct bt_sts_schedule *schedule, uint64_t block)
{
	return schedule->cipher->decrypt(schedule, block);
}

void bt_sts_kcv(const struct bt_sts_schedule *schedule, char out[7])
{
	uint64_t check = bt_sts_encrypt(schedule, 0);

	for (unsigned i = 0; i < 6; i++)
		out[i] = "0123456789ABCDEF"[check >> (60 - 4 * i) & 15];
	out[6] = '\0';
}
