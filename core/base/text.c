#include "core/base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const lang_codes[BT_LANG_COUNT] = {
    [BT_LANG_EN] = "en",
    [BT_LANG_HI] = "hi",
};

const char *bt_lang_code(enum bt_lang lang)
{
	assert((unsigned)lang < BT_LANG_COUNT);
	return lang_codes[lang];
}

enum bt_err bt_lang_parse(const char *text, enum bt_lang *out)
{
	for (unsigned i = 0; i < BT_LANG_COUNT; i++) {
		if (strcmp(text, lang_codes[i]) == 0) {
			*out = (enum bt_lang)i;
			return BT_OK;
		}
	}
	return BT_EINPUT;
}

/* The longest prefix of at most `limit` bytes that does not end inside a character. */
static size_t find_cut(const char *text, size_t limit)
{
	size_t cut = limit;
	while (cut > 0 && ((unsigned char)text[cut] & 0xC0) == 0x80 && limit - cut < 4) {
		cut--;
	}
	/* Four continuation bytes in a row are no character: cut where the room ends. */
	return ((unsigned char)text[cut] & 0xC0) == 0x80 ? limit : cut;
}

enum bt_err bt_text_copy(char *out, size_t cap, const char *in)
{
	size_t len = strlen(in);
	if (cap == 0) {
		return BT_EFULL;
	}
	if (len < cap) {
		memmove(out, in, len + 1);
		return BT_OK;
	}
	size_t cut = find_cut(in, cap - 1);
	memmove(out, in, cut);
	out[cut] = '\0';
	return BT_EFULL;
}

/* True when the last `have` bytes begin a character whose rest was cut away. */
static size_t trim_partial(const char *text, size_t len)
{
	size_t start = len;
	while (start > 0 && len - start < 3 && ((unsigned char)text[start - 1] & 0xC0) == 0x80) {
		start--;
	}
	if (start == 0) {
		return len;
	}
	unsigned char lead = (unsigned char)text[start - 1];
	size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
	return len - (start - 1) < need ? start - 1 : len;
}

enum bt_err bt_text_printf(char *out, size_t cap, const char *format, ...)
{
	if (cap == 0) {
		return BT_EFULL;
	}
	va_list args;
	va_start(args, format);
	int wrote = vsnprintf(out, cap, format, args);
	va_end(args);
	if (wrote < 0) {
		out[0] = '\0';
		return BT_EFULL;
	}
	if ((size_t)wrote < cap) {
		return BT_OK;
	}
	out[trim_partial(out, cap - 1)] = '\0';
	return BT_EFULL;
}

/* Shape of a character by its first byte: length, the bits the lead carries, the smallest value of that length. */
static int read_lead(unsigned char lead, uint32_t *bits, uint32_t *least)
{
	if (lead < 0x80) {
		*bits = lead;
		*least = 0;
		return 1;
	}
	if (lead >= 0xC2 && lead <= 0xDF) {
		*bits = lead & 0x1Fu;
		*least = 0x80;
		return 2;
	}
	if (lead >= 0xE0 && lead <= 0xEF) {
		*bits = lead & 0x0Fu;
		*least = 0x800;
		return 3;
	}
	if (lead >= 0xF0 && lead <= 0xF4) {
		*bits = lead & 0x07u;
		*least = 0x10000;
		return 4;
	}
	return -1;
}

int bt_utf8_next(const char *text, size_t len, uint32_t *out)
{
	if (len == 0) {
		return 0;
	}
	uint32_t value = 0;
	uint32_t least = 0;
	int need = read_lead((unsigned char)text[0], &value, &least);
	if (need < 0 || (size_t)need > len) {
		return -1;
	}
	for (int i = 1; i < need; i++) {
		unsigned char byte = (unsigned char)text[i];
		if ((byte & 0xC0) != 0x80) {
			return -1;
		}
		value = (value << 6) | (byte & 0x3Fu);
	}
	if (value < least || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
		return -1;
	}
	*out = value;
	return need;
}

bool bt_text_is_digits(const char *text)
{
	if (text[0] == '\0') {
		return false;
	}
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9') {
			return false;
		}
	}
	return true;
}
