#include "core/base/text.h"

#include <string.h>

#include "core/base/text_tables.h"

int bt_char_columns(uint32_t c)
{
	if (bt_char_is_mark(c) || c == 0) {
		return 0;
	}
	/* Conjoining vowels and finals of Hangul sit in the cell of the consonant before them. */
	if ((c >= 0x1160 && c <= 0x11FF) || (c >= 0xD7B0 && c <= 0xD7FB)) {
		return 0;
	}
	return bt_char_is_wide(c) ? 2 : 1;
}

bool bt_char_is_mark(uint32_t c)
{
	return c == BT_CHAR_ZWJ || c == BT_CHAR_ZWNJ || bt_char_is_nonspacing(c);
}

/* A malformed byte is shown as one U+FFFD. */
static size_t step_char(const char *text, size_t len, uint32_t *out)
{
	int used = bt_utf8_next(text, len, out);
	if (used > 0) {
		return (size_t)used;
	}
	*out = BT_CHAR_REPLACE;
	return 1;
}

int bt_text_columns(const char *text)
{
	size_t len = strlen(text);
	int columns = 0;
	for (size_t at = 0; at < len;) {
		uint32_t c = 0;
		at += step_char(text + at, len - at, &c);
		columns += bt_char_columns(c);
	}
	return columns;
}

void bt_text_clip(const char *in, int columns, char *out, size_t cap)
{
	if (cap == 0) {
		return;
	}
	size_t len = strlen(in);
	size_t cut = 0; /* the last place where cutting is allowed and everything before it fits */
	int used = 0;
	uint32_t before = 0;
	for (size_t at = 0; at <= len;) {
		uint32_t c = 0;
		size_t step = at < len ? step_char(in + at, len - at, &c) : 1;
		if (at == len || at == 0 || bt_char_may_cut(before, c)) {
			cut = at;
		}
		if (at == len || at + step > cap - 1) {
			break;
		}
		used += bt_char_columns(c);
		if (used > columns) {
			break;
		}
		before = c;
		at += step;
	}
	memmove(out, in, cut);
	out[cut] = '\0';
}

/* Source: Unicode composition exclusions U+0958..U+095F. */
static const struct {
	uint32_t base, composed;
} nukta_pairs[] = {
    {0x0915, 0x0958}, {0x0916, 0x0959}, {0x0917, 0x095A}, {0x091C, 0x095B},
    {0x0921, 0x095C}, {0x0922, 0x095D}, {0x092B, 0x095E}, {0x092F, 0x095F},
};

static uint32_t find_composed(uint32_t base)
{
	for (size_t i = 0; i < sizeof(nukta_pairs) / sizeof(nukta_pairs[0]); i++) {
		if (nukta_pairs[i].base == base) {
			return nukta_pairs[i].composed;
		}
	}
	return 0;
}

void bt_text_compose_nukta(const char *in, char *out, size_t cap)
{
	if (cap == 0) {
		return;
	}
	size_t len = strlen(in);
	size_t used = 0;
	for (size_t at = 0; at < len;) {
		uint32_t c = 0;
		uint32_t next = 0;
		char spelled[4];
		size_t step = step_char(in + at, len - at, &c);
		uint32_t composed = find_composed(c);
		if (composed != 0 && bt_utf8_next(in + at + step, len - at - step, &next) > 0 &&
		    next == BT_CHAR_NUKTA) {
			c = composed;
			step += 3; /* U+093C is three bytes */
		}
		size_t need = (size_t)bt_utf8_put(c, spelled);
		if (used + need > cap - 1) {
			break;
		}
		memcpy(out + used, spelled, need);
		used += need;
		at += step;
	}
	out[used] = '\0';
}
