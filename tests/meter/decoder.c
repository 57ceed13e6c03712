#include "tests/meter/decoder.h"

#include <stddef.h>
#include <string.h>

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

static unsigned turn_byte(unsigned crc, unsigned byte)
{
	crc ^= byte;
	for (int bit = 0; bit < 8; bit++)
		crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xa001u : 0u);
	return crc;
}

/* CRC-16 (reflected 8005) of the class byte and six bytes of block against the two bytes that follow, low byte first.
 * Tokens in currency, class 0 subclass 4 to 7, have one more byte 01 in theirs. */
static bool is_whole(unsigned token_class, uint64_t block)
{
	unsigned crc = turn_byte(0xffff, token_class);
	uint64_t subclass = block >> 60;

	for (int shift = 56; shift >= 16; shift -= 8)
		crc = turn_byte(crc, (unsigned)(block >> shift & 0xff));
	if (token_class == 0 && subclass >= 4 && subclass <= 7)
		crc = turn_byte(crc, 1);
	return (block >> 8 & 0xff) == (crc & 0xff) && (block & 0xff) == crc >> 8;
}

static uint32_t read_amount(uint16_t field)
{
	unsigned exponent = field >> 14;
	uint32_t mantissa = field & 0x3fffu;
	uint32_t scale = 1;
	uint32_t start = 0;

	for (; exponent > 0; exponent--) {
		start += 16384 * scale;
		scale *= 10;
	}
	return start + mantissa * scale;
}

/* Take the class out of bits 28 and 27 and put the bits back that made room for it. */
static bool unweave(const char *digits, uint8_t *token_class, uint64_t *out)
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
	*out = block;
	return true;
}

/* @p width bits of @p block, @p first the number of those above them: as the standard draws a token. */
static uint64_t take_bits(uint64_t block, unsigned first, unsigned width)
{
	return block << first >> (64 - width);
}

static void read_common(uint64_t block, struct meter_token *token)
{
	token->rnd = (uint8_t)take_bits(block, 4, 4);
	token->tid = (uint32_t)take_bits(block, 8, 24);
	token->data = (uint16_t)take_bits(block, 32, 16);
}

static void read_with_amount(uint64_t block, struct meter_token *token)
{
	read_common(block, token);
	token->amount = read_amount(token->data);
}

static void read_test_2(uint64_t block, struct meter_token *token)
{
	token->control = take_bits(block, 4, 36);
	token->mfr_code = (uint16_t)take_bits(block, 40, 8);
}

static void read_test_4(uint64_t block, struct meter_token *token)
{
	token->control = take_bits(block, 4, 28);
	token->mfr_code = (uint16_t)take_bits(block, 32, 16);
}

static void read_section_1(uint64_t block, struct meter_token *token)
{
	token->section.ken_half = (uint8_t)take_bits(block, 4, 4);
	token->section.krn = (uint8_t)take_bits(block, 8, 4);
	token->section.roll_over = take_bits(block, 12, 1) != 0;
	token->section.three = take_bits(block, 13, 1) != 0;
	token->section.kt = (uint8_t)take_bits(block, 14, 2);
	token->section.key_part = (uint32_t)take_bits(block, 16, 32);
}

static void read_section_2(uint64_t block, struct meter_token *token)
{
	token->section.ken_half = (uint8_t)take_bits(block, 4, 4);
	token->section.ti = (uint8_t)take_bits(block, 8, 8);
	token->section.key_part = (uint32_t)take_bits(block, 16, 32);
}

static void read_section_sgc(uint64_t block, struct meter_token *token)
{
	token->section.sgc_half = (uint16_t)take_bits(block, 4, 12);
	token->section.key_part = (uint32_t)take_bits(block, 16, 32);
}

typedef void reader(uint64_t block, struct meter_token *token);

static reader *const readers[3][16] = {
    [0] = {read_with_amount, read_with_amount, read_with_amount, read_with_amount},
    [1] = {read_test_2, read_test_4},
    [2] = {[0] = read_with_amount,
	   [1] = read_common,
	   [2] = read_common,
	   [3] = read_section_1,
	   [4] = read_section_2,
	   [5] = read_common,
	   [6] = read_with_amount,
	   [7] = read_common,
	   [8] = read_section_sgc,
	   [9] = read_section_sgc},
};

enum meter_result meter_token_decode(const struct meter_cipher *cipher, const char *text, struct meter_token *out)
{
	struct meter_token token = {.tid = 0};
	uint64_t block;

	if (meter_token_clean(text, token.digits) != METER_ACCEPTED ||
	    !unweave(token.digits, &token.token_class, &block))
		return METER_BAD_DIGITS;
	/* Meter tests travel in clear. */
	if (token.token_class != 1 && (cipher == NULL || !meter_cipher_decrypt(cipher, block, &block)))
		return METER_BROKEN;
	if (!is_whole(token.token_class, block))
		return METER_BAD_CRC;
	token.subclass = (uint8_t)take_bits(block, 0, 4);
	if (token.token_class < 3 && readers[token.token_class][token.subclass] != NULL)
		readers[token.token_class][token.subclass](block, &token);
	*out = token;
	return METER_ACCEPTED;
}
