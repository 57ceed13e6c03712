#include "core/receipt/base45.h"

#include <string.h>

static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/* Least significant digit first, as the RFC has it. */
static void put_digits(uint32_t value, int count, char *out)
{
	for (int i = 0; i < count; i++) {
		out[i] = alphabet[value % 45];
		value /= 45;
	}
}

enum bt_err bt_base45_encode(struct bt_bytes in, char *out, size_t cap)
{
	if (cap < BT_BASE45_LEN(in.len) + 1)
		return BT_EFULL;
	size_t i = 0;
	for (; i + 1 < in.len; i += 2, out += 3)
		put_digits((uint32_t)in.data[i] << 8 | in.data[i + 1], 3, out);
	if (i < in.len) {
		put_digits(in.data[i], 2, out);
		out += 2;
	}
	*out = '\0';
	return BT_OK;
}

/* @return the value of @p count characters, or UINT32_MAX for a character outside the alphabet. */
static uint32_t take_digits(const char *text, size_t count)
{
	uint32_t value = 0;
	for (size_t i = count; i > 0; i--) {
		const char *found = memchr(alphabet, text[i - 1], sizeof(alphabet) - 1);
		if (found == NULL)
			return UINT32_MAX;
		value = value * 45 + (uint32_t)(found - alphabet);
	}
	return value;
}

enum bt_err bt_base45_decode(const char *text, uint8_t *out, size_t cap, size_t *out_len)
{
	size_t left = strlen(text);
	size_t made = 0;
	if (left % 3 == 1)
		return BT_EINPUT;
	while (left > 0) {
		size_t take = left >= 3 ? 3 : 2;
		size_t bytes = take - 1;
		uint32_t value = take_digits(text, take);
		if (value >= (bytes == 2 ? 0x10000u : 0x100u))
			return BT_EINPUT;
		if (cap - made < bytes)
			return BT_EFULL;
		if (bytes == 2)
			out[made++] = (uint8_t)(value >> 8);
		out[made++] = (uint8_t)(value & 0xff);
		text += take;
		left -= take;
	}
	*out_len = made;
	return BT_OK;
}
