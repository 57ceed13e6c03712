#include "tests/meter/decoder.h"

#include <stddef.h>
#include <string.h>

#include <botan/ffi.h>

struct verdict {
	const char *word;
	const char *reason;
};

static const struct verdict verdicts[METER_RESULT_COUNT] = {
    [METER_ACCEPTED] = {"accepted", ""},
    [METER_USED] = {"used", ""},
    [METER_OLD] = {"old", ""},
    [METER_BAD_DIGITS] = {"invalid", "digits"},
    [METER_BAD_CRC] = {"invalid", "crc"},
    [METER_UNSUPPORTED] = {"invalid", "kind"},
    [METER_EXPIRED] = {"invalid", "expired"},
    [METER_OVERFLOW] = {"invalid", "overflow"},
    [METER_BROKEN] = {"invalid", "broken"},
};

const char *meter_result_word(enum meter_result result)
{
	return verdicts[result].word;
}

const char *meter_result_reason(enum meter_result result)
{
	return verdicts[result].reason;
}

enum meter_result meter_token_clean(const char *text, char out[METER_TOKEN_CAP])
{
	char digits[METER_TOKEN_CAP] = "";
	size_t count = 0;

	for (; *text != '\0'; text++) {
		if (*text == ' ' || *text == '-')
			continue;
		if (*text < '0' || *text > '9' || count == METER_DIGITS)
			return METER_BAD_DIGITS;
		digits[count++] = *text;
	}
	if (count != METER_DIGITS)
		return METER_BAD_DIGITS;
	memcpy(out, digits, sizeof digits);
	return METER_ACCEPTED;
}

static bool decrypt(const uint8_t key[METER_KEY_LEN], const uint8_t in[8], uint8_t out[8])
{
	botan_block_cipher_t cipher = NULL;
	bool done = botan_block_cipher_init(&cipher, "MISTY1") == 0 &&
		    botan_block_cipher_set_key(cipher, key, METER_KEY_LEN) == 0 &&
		    botan_block_cipher_decrypt_blocks(cipher, in, out, 1) == 0;

	botan_block_cipher_destroy(cipher);
	return done;
}

/* CRC-16 (reflected 8005) of the class byte and six bytes of block against the two bytes that follow, low byte first.
 */
static bool is_whole(uint8_t token_class, const uint8_t block[8])
{
	unsigned crc = 0xffff ^ token_class;

	for (int i = 0;; i++) {
		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xa001u : 0u);
		if (i == 6)
			break;
		crc ^= block[i];
	}
	return block[6] == (crc & 0xff) && block[7] == crc >> 8;
}

static uint32_t read_amount(const uint8_t field[2])
{
	unsigned exponent = field[0] >> 6;
	uint32_t mantissa = (field[0] & 0x3fu) << 8 | field[1];
	uint32_t scale = 1;
	uint32_t start = 0;

	for (; exponent > 0; exponent--) {
		start += 16384 * scale;
		scale *= 10;
	}
	return start + mantissa * scale;
}

/* Take the class out of bits 28 and 27 and put the bits back that made room for it. */
static bool unweave(const char *digits, uint8_t *token_class, uint8_t out[8])
{
	unsigned __int128 word = 0;
	uint64_t block;

	for (size_t i = 0; i < METER_DIGITS; i++)
		word = word * 10 + (unsigned)(digits[i] - '0');
	if (word >> 66 != 0)
		return false;
	*token_class = (uint8_t)(word >> 27 & 3);
	block = (uint64_t)word;
	block ^= (uint64_t)*token_class << 27;
	block |= (uint64_t)(word >> 64) << 27;
	for (size_t i = 0; i < 8; i++)
		out[i] = (uint8_t)(block >> (56 - 8 * i) & 0xff);
	return true;
}

enum meter_result meter_token_decode(const uint8_t key[METER_KEY_LEN], const char *text, struct meter_token *out)
{
	struct meter_token token = {.tid = 0};
	uint8_t token_class;
	uint8_t carried[8];
	uint8_t block[8];

	if (meter_token_clean(text, token.digits) != METER_ACCEPTED || !unweave(token.digits, &token_class, carried))
		return METER_BAD_DIGITS;
	if (token_class == 1)
		memcpy(block, carried, sizeof block); /* meter tests travel in clear */
	else if (!decrypt(key, carried, block))
		return METER_BROKEN;
	if (!is_whole(token_class, block))
		return METER_BAD_CRC;
	if (token_class != 0 || block[0] >> 4 != 0)
		return METER_UNSUPPORTED;
	token.tid = (uint32_t)block[1] << 16 | (uint32_t)block[2] << 8 | block[3];
	token.tenths = read_amount(block + 4);
	*out = token;
	return METER_ACCEPTED;
}
