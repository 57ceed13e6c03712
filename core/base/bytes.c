#include "core/base/bytes.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

struct bt_bytes bt_bytes_of(const char *text)
{
	return (struct bt_bytes){(const uint8_t *)text, strlen(text)};
}

bool bt_bytes_equal(struct bt_bytes a, struct bt_bytes b)
{
	return a.len == b.len && (a.len == 0 || CRYPTO_memcmp(a.data, b.data, a.len) == 0);
}

void bt_buf_init(struct bt_buf *buf, size_t max)
{
	*buf = (struct bt_buf){.max = max};
}

void bt_buf_fini(struct bt_buf *buf)
{
	if (buf->data)
		explicit_bzero(buf->data, buf->cap);
	free(buf->data);
	buf->data = NULL;
	buf->len = buf->cap = 0;
}

void bt_buf_clear(struct bt_buf *buf)
{
	buf->len = 0;
	if (buf->data)
		buf->data[0] = 0;
}

void bt_buf_cut(struct bt_buf *buf, size_t len)
{
	buf->len = len;
	if (buf->data)
		buf->data[len] = 0;
}

static enum bt_err reserve(struct bt_buf *buf, size_t more)
{
	size_t need, cap;
	uint8_t *data;

	if (more > buf->max || buf->len > buf->max - more)
		return BT_EFULL;
	need = buf->len + more + 1;
	if (need <= buf->cap)
		return BT_OK;
	cap = buf->cap ? buf->cap : 256;
	while (cap < need)
		cap *= 2;
	/* Not realloc: what a buffer held may be a key, and an old copy would stay behind. */
	data = malloc(cap);
	if (!data)
		return BT_ENOMEM;
	if (buf->data) {
		memcpy(data, buf->data, buf->len + 1);
		explicit_bzero(buf->data, buf->cap);
		free(buf->data);
	}
	buf->data = data;
	buf->cap = cap;
	return BT_OK;
}

enum bt_err bt_buf_put(struct bt_buf *buf, const void *data, size_t len)
{
	enum bt_err err = reserve(buf, len);

	if (err)
		return err;
	if (len)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = 0;
	return BT_OK;
}

enum bt_err bt_buf_put_text(struct bt_buf *buf, const char *text)
{
	return bt_buf_put(buf, text, strlen(text));
}

enum bt_err bt_buf_printf(struct bt_buf *buf, const char *format, ...)
{
	va_list args;
	int len;
	enum bt_err err;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		return BT_EINPUT;
	err = reserve(buf, (size_t)len);
	if (err)
		return err;
	va_start(args, format);
	vsnprintf((char *)buf->data + buf->len, (size_t)len + 1, format, args);
	va_end(args);
	buf->len += (size_t)len;
	return BT_OK;
}

struct bt_bytes bt_buf_view(const struct bt_buf *buf)
{
	return (struct bt_bytes){buf->data, buf->len};
}

void bt_hex_encode(struct bt_bytes in, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < in.len; i++) {
		out[2 * i] = digits[in.data[i] >> 4];
		out[2 * i + 1] = digits[in.data[i] & 15];
	}
	out[2 * in.len] = 0;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

enum bt_err bt_hex_decode(const char *text, uint8_t *out, size_t len)
{
	if (strlen(text) != 2 * len)
		return BT_EINPUT;
	for (size_t i = 0; i < len; i++) {
		int high = hex_value(text[2 * i]), low = hex_value(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return BT_EINPUT;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return BT_OK;
}

enum bt_err bt_base64_encode(struct bt_bytes in, char *out, size_t cap)
{
	size_t need = (in.len + 2) / 3 * 4 + 1;

	if (need > cap || in.len > 1u << 28)
		return BT_EFULL;
	EVP_EncodeBlock((unsigned char *)out, in.data, (int)in.len);
	out[need - 1] = 0;
	return BT_OK;
}

static bool is_base64(const char *text, size_t len, size_t *pad)
{
	*pad = 0;
	if (len % 4 != 0)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		bool letter =
		    (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';

		if (c == '=' && i + 2 >= len)
			++*pad;
		else if (!letter || *pad)
			return false;
	}
	return *pad <= 2;
}

enum bt_err bt_base64_decode(const char *text, uint8_t *out, size_t cap, size_t *out_len)
{
	size_t len = strlen(text), pad, n;
	uint8_t *whole;

	if (!is_base64(text, len, &pad) || len > 1u << 28)
		return BT_EINPUT;
	n = len / 4 * 3 - pad;
	if (n > cap)
		return BT_EFULL;
	whole = malloc(len / 4 * 3 + 1);
	if (!whole)
		return BT_ENOMEM;
	if (len && EVP_DecodeBlock(whole, (const unsigned char *)text, (int)len) < 0) {
		free(whole);
		return BT_EINPUT;
	}
	memcpy(out, whole, n);
	OPENSSL_cleanse(whole, len / 4 * 3);
	free(whole);
	*out_len = n;
	return BT_OK;
}

uint64_t bt_be64_get(const uint8_t *p)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

void bt_be64_put(uint8_t *p, uint64_t v)
{
	for (int i = 7; i >= 0; i--, v >>= 8)
		p[i] = (uint8_t)v;
}

uint32_t bt_be32_get(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

void bt_be32_put(uint8_t *p, uint32_t v)
{
	for (int i = 3; i >= 0; i--, v >>= 8)
		p[i] = (uint8_t)v;
}
