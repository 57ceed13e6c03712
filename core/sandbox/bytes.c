#include "core/sandbox/bytes.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

void bt_sbx_hex_encode(const uint8_t *in, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[in[i] >> 4];
		out[2 * i + 1] = digits[in[i] & 15];
	}
	out[2 * len] = '\0';
}

static int read_nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool bt_sbx_hex_decode(const char *text, uint8_t *out, size_t len)
{
	if (!text || strlen(text) != 2 * len)
		return false;
	for (size_t i = 0; i < len; i++) {
		int high = read_nibble(text[2 * i]);
		int low = read_nibble(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high * 16 + low);
	}
	return true;
}

size_t bt_sbx_b64_encode(const uint8_t *in, size_t len, char *out, size_t cap)
{
	size_t need = (len + 2) / 3 * 4;
	if (cap < need + 1 || len > 1u << 24)
		return 0;
	EVP_EncodeBlock((unsigned char *)out, in, (int)len);
	return need;
}

bool bt_sbx_b64_decode(const char *text, uint8_t *out, size_t len)
{
	unsigned char wide[256];
	size_t need = (len + 2) / 3 * 4;
	size_t padding = (3 - len % 3) % 3;
	if (!text || strlen(text) != need || need / 4 * 3 > sizeof wide)
		return false;
	for (size_t i = 0; i < need; i++) {
		bool is_padding = text[i] == '=';
		if (is_padding != (i >= need - padding))
			return false;
	}
	if (EVP_DecodeBlock(wide, (const unsigned char *)text, (int)need) != (int)(need / 4 * 3))
		return false;
	memcpy(out, wide, len);
	return true;
}

bool bt_sbx_is_digits(const char *text, size_t len)
{
	return text && len > 0 && strlen(text) == len && strspn(text, "0123456789") == len;
}

void bt_sbx_clean(const char *in, char *out, size_t cap)
{
	size_t i = 0;
	for (; in && in[i] && i + 1 < cap; i++)
		out[i] = in[i] >= 0x20 && in[i] < 0x7f ? in[i] : '?';
	out[i] = '\0';
}

bool bt_sbx_number_parse(const char *text, int64_t min, int64_t max, int64_t *out)
{
	char *end = NULL;
	if (!text || !*text || strspn(text, "-0123456789") != strlen(text))
		return false;
	errno = 0;
	long long value = strtoll(text, &end, 10);
	if (errno || *end || value < min || value > max)
		return false;
	*out = value;
	return true;
}
