#include "core/sandbox/token.h"

#include <botan/ffi.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

#include "core/sandbox/bytes.h"

char bt_sbx_luhn(const char *digits, size_t len)
{
	unsigned sum = 0;
	for (size_t i = 0; i < len; i++) {
		unsigned digit = (unsigned)(digits[len - 1 - i] - '0');
		if (i % 2 == 0)
			digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
		sum += digit;
	}
	return (char)('0' + (10 - sum % 10) % 10);
}

bool bt_sbx_pan_make(const char *drn, char out[19])
{
	size_t len = strlen(drn);
	const char *iin = len == 11 ? "600727" : "0000";
	if ((len != 11 && len != 13) || !bt_sbx_is_digits(drn, len) || bt_sbx_luhn(drn, len - 1) != drn[len - 1])
		return false;
	snprintf(out, 19, "%s%s", iin, drn);
	out[17] = bt_sbx_luhn(out, 17);
	out[18] = '\0';
	return true;
}

bool bt_sbx_decoder_key(const uint8_t vending_key[BT_SBX_VENDING_KEY_LEN], const struct bt_sbx_meter_id *meter,
			uint8_t out[BT_SBX_DECODER_KEY_LEN])
{
	/* Field counts and lengths are single bytes in front of ASCII digits; 0x80 at the end is 128 key bits. */
	char text[64];
	uint8_t mac[32];
	unsigned mac_len = 0;
	int base = meter->base % 100;
	int len =
	    snprintf(text, sizeof text, "\x04\x02%s\x02%02d\x02%s\x02%s%c\x04\x06%s\x01%d\x01%d\x12%s%c%c%c%c", "04",
		     base, "11", meter->ti, 0, meter->sgc, meter->kt, meter->krn, meter->pan, 0, 0, 0, 0x80);
	if (len != 49)
		return false;
	if (!HMAC(EVP_sha256(), vending_key, BT_SBX_VENDING_KEY_LEN, (const uint8_t *)text, 49, mac, &mac_len))
		return false;
	memcpy(out, mac, BT_SBX_DECODER_KEY_LEN);
	return true;
}

static bool encrypt_block(const uint8_t key[BT_SBX_DECODER_KEY_LEN], const uint8_t in[8], uint8_t out[8])
{
	botan_block_cipher_t cipher = NULL;
	bool ok = botan_block_cipher_init(&cipher, "MISTY1") == 0 &&
		  botan_block_cipher_set_key(cipher, key, BT_SBX_DECODER_KEY_LEN) == 0 &&
		  botan_block_cipher_encrypt_blocks(cipher, in, out, 1) == 0;
	botan_block_cipher_destroy(cipher);
	return ok;
}

bool bt_sbx_kcv(const uint8_t key[BT_SBX_DECODER_KEY_LEN], char out[7])
{
	const uint8_t zero[8] = {0};
	uint8_t block[8];
	if (!encrypt_block(key, zero, block))
		return false;
	snprintf(out, 7, "%02X%02X%02X", block[0], block[1], block[2]);
	return true;
}

uint16_t bt_sbx_amount_field(int64_t tenths)
{
	static const struct {
		int64_t from;
		int64_t step;
	} ranges[] = {{0, 1}, {16384, 10}, {180224, 100}, {1818624, 1000}};
	size_t e = 0;
	while (e < 3 && tenths >= ranges[e + 1].from)
		e++;
	int64_t mantissa = (tenths - ranges[e].from + ranges[e].step - 1) / ranges[e].step;
	/* A mantissa rounded up to 16384 carries into the exponent, which is the right code. */
	int64_t field = (int64_t)(e << 14) + mantissa;
	return (uint16_t)(field > 0xffff ? 0xffff : field);
}

static uint16_t crc_of(const uint8_t *in, size_t len)
{
	uint16_t crc = 0xffff;
	for (size_t i = 0; i < len; i++) {
		crc ^= in[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (uint16_t)(crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1);
	}
	return (uint16_t)(crc << 8 | crc >> 8);
}

/* Bits 28 and 27 of the cipher move to the top and leave their places to the class, which is 0 here. */
static void write_digits(uint64_t cipher, char out[21])
{
	unsigned __int128 token = (unsigned __int128)(cipher >> 27 & 3) << 64 | (cipher & ~(UINT64_C(3) << 27));
	for (int i = 19; i >= 0; i--, token /= 10)
		out[i] = (char)('0' + (int)(token % 10));
	out[20] = '\0';
}

bool bt_sbx_token_make(const uint8_t key[BT_SBX_DECODER_KEY_LEN], int subclass, int64_t rnd, int64_t tid,
		       int64_t tenths, char out[21])
{
	uint8_t covered[7] = {0}; /* class 0, then the upper 48 bits of the block */
	uint8_t block[8];
	uint8_t cipher[8];
	uint64_t whole = 0;
	if (subclass < 0 || subclass > 3 || rnd < 0 || rnd > 15 || tid < 0 || tid > 0xffffff || tenths < 0 ||
	    tenths > BT_SBX_UNITS_MAX)
		return false;
	uint16_t amount = bt_sbx_amount_field(tenths);
	covered[1] = (uint8_t)(subclass << 4 | (int)rnd);
	covered[2] = (uint8_t)(tid >> 16);
	covered[3] = (uint8_t)(tid >> 8 & 0xff);
	covered[4] = (uint8_t)(tid & 0xff);
	covered[5] = (uint8_t)(amount >> 8);
	covered[6] = (uint8_t)(amount & 0xff);
	uint16_t crc = crc_of(covered, sizeof covered);
	memcpy(block, covered + 1, 6);
	block[6] = (uint8_t)(crc >> 8);
	block[7] = (uint8_t)(crc & 0xff);
	if (!encrypt_block(key, block, cipher))
		return false;
	for (size_t i = 0; i < sizeof cipher; i++)
		whole = whole << 8 | cipher[i];
	write_digits(whole, out);
	return true;
}
