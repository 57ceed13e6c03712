#include "tests/meter/cipher.h"

#include <stdlib.h>

#include <botan/ffi.h>

struct meter_cipher {
	botan_block_cipher_t misty1; /* EA11 */
	struct meter_sta sta;        /* EA07, with sta_key */
	uint64_t sta_key;
};

unsigned meter_key_len(unsigned ea)
{
	return ea == METER_EA_STA ? 8 : ea == METER_EA_MISTY1 ? 16 : 0;
}

static uint64_t read_word(const uint8_t bytes[8])
{
	uint64_t word = 0;

	for (int i = 0; i < 8; i++)
		word = word << 8 | bytes[i];
	return word;
}

static bool make_ready(struct meter_cipher *cipher, const struct meter_key *key)
{
	if (key->ea == METER_EA_STA) {
		cipher->sta_key = read_word(key->bytes);
		return true;
	}
	return botan_block_cipher_init(&cipher->misty1, "MISTY1") == 0 &&
	       botan_block_cipher_set_key(cipher->misty1, key->bytes, meter_key_len(key->ea)) == 0;
}

bool meter_cipher_open(const struct meter_key *key, const struct meter_sta *sta, struct meter_cipher **out)
{
	struct meter_cipher *cipher = calloc(1, sizeof *cipher);

	if (cipher == NULL || meter_key_len(key->ea) == 0) {
		free(cipher);
		return false;
	}
	cipher->sta = *sta;
	if (!make_ready(cipher, key)) {
		meter_cipher_close(cipher);
		return false;
	}
	*out = cipher;
	return true;
}

void meter_cipher_close(struct meter_cipher *cipher)
{
	if (cipher == NULL)
		return;
	if (cipher->misty1 != NULL)
		botan_block_cipher_destroy(cipher->misty1);
	free(cipher);
}

bool meter_cipher_decrypt(const struct meter_cipher *cipher, uint64_t block, uint64_t *out)
{
	uint8_t in[8], plain[8];

	if (cipher->misty1 == NULL) {
		*out = meter_sta_decrypt(&cipher->sta, cipher->sta_key, block);
		return true;
	}
	for (int i = 0; i < 8; i++)
		in[i] = (uint8_t)(block >> (56 - 8 * i) & 0xff);
	if (botan_block_cipher_decrypt_blocks(cipher->misty1, in, plain, 1) != 0)
		return false;
	*out = read_word(plain);
	return true;
}
