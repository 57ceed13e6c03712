#include "core/sandbox/token.h"

#include <botan/ffi.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sandbox/bytes.h"
#include "core/sandbox/sta.h"

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

/* Digits one to a nibble, the first the most significant. */
static void pack_digits(const char *digits, uint8_t out[8])
{
	for (size_t i = 0; i < 8; i++)
		out[i] = (uint8_t)((digits[2 * i] & 15) << 4 | (digits[2 * i + 1] & 15));
}

static bool run_cipher(const char *name, const uint8_t *key, size_t key_len, const uint8_t in[8], uint8_t out[8])
{
	botan_block_cipher_t cipher = NULL;
	bool ok = botan_block_cipher_init(&cipher, name) == 0 &&
		  botan_block_cipher_set_key(cipher, key, key_len) == 0 &&
		  botan_block_cipher_encrypt_blocks(cipher, in, out, 1) == 0;
	botan_block_cipher_destroy(cipher);
	return ok;
}

/* DES(VK, D) xor D xor VK, where D is the PANBlock xor the CONTROLBlock. The PAN's last digit is a check digit and its
 * first ones say only which IIN; a common key (KT 3) names no meter. */
static bool make_by_des(const struct bt_sbx_vending *vending, const struct bt_sbx_meter_id *meter,
			struct bt_sbx_key *out)
{
	bool is_long = strncmp(meter->pan, "600727", 6) != 0;
	size_t iin_len = is_long ? 3 : 5;
	char digits[17];
	char control[17];
	uint8_t block[8], controls[8], cipher[8];
	snprintf(digits, sizeof digits, "%.16s", meter->pan + 1);
	if (meter->kt == 3)
		memset(digits + iin_len, '0', 16 - iin_len);
	/* '?' is 3f hex: its low nibble is the F that fills the block. */
	if (snprintf(control, sizeof control, "%d%s%s%d??????", meter->kt, meter->sgc, meter->ti, meter->krn) != 16)
		return false;
	pack_digits(digits, block);
	pack_digits(control, controls);
	for (size_t i = 0; i < sizeof block; i++)
		block[i] ^= controls[i];
	if (!run_cipher("DES", vending->des, sizeof vending->des, block, cipher))
		return false;
	out->len = sizeof block;
	for (size_t i = 0; i < sizeof block; i++)
		out->bytes[i] = cipher[i] ^ block[i] ^ vending->des[i];
	return true;
}

static bool make_by_hmac(const struct bt_sbx_vending *vending, const struct bt_sbx_meter_id *meter,
			 struct bt_sbx_key *out)
{
	/* Field counts and lengths are single bytes in front of ASCII digits; the last byte counts key bits. */
	char text[64];
	uint8_t mac[32];
	unsigned mac_len = 0;
	size_t key_len = strcmp(meter->ea, "11") == 0 ? 16 : 8;
	int len = snprintf(text, sizeof text, "\x04\x02%s\x02%02d\x02%s\x02%s%c\x04\x06%s\x01%d\x01%d\x12%s%c%c%c%c",
			   "04", meter->base % 100, meter->ea, meter->ti, 0, meter->sgc, meter->kt, meter->krn,
			   meter->pan, 0, 0, 0, (int)key_len * 8);
	if (len != 49 ||
	    !HMAC(EVP_sha256(), vending->wide, sizeof vending->wide, (const uint8_t *)text, 49, mac, &mac_len))
		return false;
	memcpy(out->bytes, mac, key_len);
	out->len = key_len;
	return true;
}

static const struct {
	const char *dkga, *ea;
	bool (*make)(const struct bt_sbx_vending *vending, const struct bt_sbx_meter_id *meter, struct bt_sbx_key *out);
} makers[] = {
    {"02", "07", make_by_des},
    {"04", "07", make_by_hmac},
    {"04", "11", make_by_hmac},
};

bool bt_sbx_decoder_key(const struct bt_sbx_vending *vending, const struct bt_sbx_meter_id *meter,
			struct bt_sbx_key *out)
{
	struct bt_sbx_key key = {.len = 0};
	for (size_t i = 0; i < sizeof makers / sizeof *makers; i++) {
		if (strcmp(makers[i].dkga, meter->dkga) != 0 || strcmp(makers[i].ea, meter->ea) != 0)
			continue;
		if (!makers[i].make(vending, meter, &key))
			return false;
		*out = key;
		return true;
	}
	return false;
}

static bool encrypt_block(const struct bt_sbx_key *key, const uint8_t in[8], uint8_t out[8])
{
	if (key->len == 16)
		return run_cipher("MISTY1", key->bytes, key->len, in, out);
	if (key->len != 8)
		return false;
	bt_sbx_sta_encrypt(key->bytes, in, out);
	return true;
}

bool bt_sbx_kcv(const struct bt_sbx_key *key, char out[7])
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

/* Bits 28 and 27 of the cipher move to the top and leave their places to the class. */
static void write_digits(uint64_t cipher, unsigned class, char out[21])
{
	uint64_t rest = (cipher & ~(UINT64_C(3) << 27)) | (uint64_t) class << 27;
	unsigned __int128 token = (unsigned __int128)(cipher >> 27 & 3) << 64 | rest;
	for (int i = 19; i >= 0; i--, token /= 10)
		out[i] = (char)('0' + (int)(token % 10));
	out[20] = '\0';
}

/* Close a block with its check field, encipher it and write it out. covered[0] is the class. */
static bool finish_token(const struct bt_sbx_key *key, const uint8_t covered[7], char out[21])
{
	uint8_t block[8];
	uint8_t cipher[8];
	uint64_t whole = 0;
	uint16_t crc = crc_of(covered, 7);
	memcpy(block, covered + 1, 6);
	block[6] = (uint8_t)(crc >> 8);
	block[7] = (uint8_t)(crc & 0xff);
	if (!encrypt_block(key, block, cipher))
		return false;
	for (size_t i = 0; i < sizeof cipher; i++)
		whole = whole << 8 | cipher[i];
	write_digits(whole, covered[0], out);
	return true;
}

bool bt_sbx_token_make(const struct bt_sbx_key *key, int subclass, int64_t rnd, int64_t tid, int64_t tenths,
		       char out[21])
{
	uint8_t covered[7] = {0}; /* class 0, then the upper 48 bits of the block */
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
	return finish_token(key, covered, out);
}

/* The sections: their subclass, which quarter of the new key each carries (of a 64-bit key the halves), in the order
 * they are keyed in. */
static const struct {
	int subclass;
	size_t from_wide, from_narrow; /* first byte of the key part */
} sections[BT_SBX_SECTIONS_MAX] = {{3, 0, 0}, {4, 12, 4}, {8, 4, 0}, {9, 8, 0}};

/* The 12 bits behind the subclass, section by section. */
static unsigned section_head(size_t section, const struct bt_sbx_meter_id *to, bool roll_over)
{
	unsigned sgc = (unsigned)strtoul(to->sgc, NULL, 10);
	unsigned ken = (unsigned)to->ken;
	switch (section) {
	case 0:
		return (ken >> 4) << 8 | (unsigned)to->krn << 4 | (roll_over ? 8u : 0u) | (unsigned)to->kt;
	case 1:
		return (ken & 15) << 8 | (unsigned)strtoul(to->ti, NULL, 10);
	case 2:
		return sgc & 0xfff;
	default:
		return sgc >> 12;
	}
}

int bt_sbx_key_change_make(const struct bt_sbx_key *held, const struct bt_sbx_meter_id *to,
			   const struct bt_sbx_key *next, bool roll_over, char out[BT_SBX_SECTIONS_MAX][21])
{
	bool is_wide = next->len == 16;
	size_t count = is_wide ? 4 : 2;
	if (held->len != next->len || to->krn < 1 || to->krn > 9 || to->kt < 0 || to->kt > 3 || to->ken < 0 ||
	    to->ken > 255)
		return 0;
	for (size_t i = 0; i < count; i++) {
		unsigned head = section_head(i, to, roll_over);
		uint8_t covered[7] = {2, (uint8_t)((unsigned)sections[i].subclass << 4 | head >> 8),
				      (uint8_t)(head & 0xff)};
		memcpy(covered + 3, next->bytes + (is_wide ? sections[i].from_wide : sections[i].from_narrow), 4);
		if (!finish_token(held, covered, out[i]))
			return 0;
	}
	return (int)count;
}
