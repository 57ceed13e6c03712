#include "core/base/text.h"

#include <limits.h>
#include <string.h>

#include "core/base/text_tables.h"

#define MARKS_PER_BASE 4

/* What has been written so far, and where it may be cut. */
struct cleaner {
	char *out;
	size_t cap, used;
	size_t cut; /* last place between two clusters */
	int columns, max_columns;
	int marks;       /* on the base before */
	uint32_t before; /* character written last, 0 at the start */
};

static bool is_joiner(uint32_t c)
{
	return c == BT_CHAR_ZWJ || c == BT_CHAR_ZWNJ;
}

/* Printable ASCII is itself in one column, and may stand or be cut beside any other of it: most of every text is. */
static bool is_plain(uint32_t c)
{
	return c > ' ' && c < 0x7f;
}

/* What becomes of the next character: itself, a blank, U+FFFD, or 0 for nothing at all. */
static uint32_t choose_char(const struct cleaner *clean, uint32_t c)
{
	if (is_plain(c)) {
		return c;
	}
	if (bt_char_is_blank(c)) {
		return clean->before == ' ' ? 0 : ' ';
	}
	if (bt_char_is_refused(c)) {
		return BT_CHAR_REPLACE;
	}
	if (is_joiner(c)) {
		/* At the start it joins nothing, and would be a base for marks to come. */
		return clean->before == 0 || is_joiner(clean->before) ? 0 : c;
	}
	if (bt_char_columns(c) == 0) {
		/* At the start it would sit on whatever the screen shows before this text. */
		if (clean->before == 0) {
			return BT_CHAR_REPLACE;
		}
		return clean->marks >= MARKS_PER_BASE ? 0 : c;
	}
	return c;
}

/* False when there is no room for it: the text then ends at the last place between clusters. */
static bool put_char(struct cleaner *clean, uint32_t c)
{
	char spelled[4];
	size_t need = (size_t)bt_utf8_put(c, spelled);
	int columns = is_plain(c) ? 1 : bt_char_columns(c);
	if ((is_plain(clean->before) && is_plain(c)) || bt_char_may_cut(clean->before, c)) {
		clean->cut = clean->used;
	}
	if (clean->used + need > clean->cap - 1 || columns > clean->max_columns - clean->columns) {
		clean->used = clean->cut;
		return false;
	}
	memcpy(clean->out + clean->used, spelled, need);
	clean->used += need;
	clean->columns += columns;
	if (columns > 0) {
		clean->marks = 0;
	} else if (!is_joiner(c)) {
		clean->marks++;
	}
	clean->before = c;
	return true;
}

/* Printable ASCII without two blanks side by side is clean as it stands: most of every text that comes in. */
static bool is_all_plain(const char *in, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!is_plain((unsigned char)in[i]) && (in[i] != ' ' || (i > 0 && in[i - 1] == ' '))) {
			return false;
		}
	}
	return true;
}

void bt_text_clean(const char *in, size_t len, int max_columns, char *out, size_t cap)
{
	if (cap == 0) {
		return;
	}
	if (len < cap && max_columns >= 0 && len <= (size_t)max_columns && is_all_plain(in, len)) {
		memcpy(out, in, len);
		out[len] = '\0';
		return;
	}
	struct cleaner clean = {.out = out, .cap = cap, .max_columns = max_columns};
	for (size_t at = 0; at < len;) {
		uint32_t c = 0;
		int step = bt_utf8_next(in + at, len - at, &c);
		if (step < 0) {
			step = 1;
			c = BT_CHAR_REPLACE;
		}
		at += (size_t)step;
		c = choose_char(&clean, c);
		if (c != 0 && !put_char(&clean, c)) {
			break;
		}
	}
	out[clean.used] = '\0';
}

size_t bt_text_clean_len(const char *in, size_t len)
{
	char room[64];
	struct cleaner clean = {.out = room, .cap = sizeof(room), .max_columns = INT_MAX};
	size_t total = 0;
	if (is_all_plain(in, len)) {
		return len;
	}
	for (size_t at = 0; at < len;) {
		uint32_t c = 0;
		int step = bt_utf8_next(in + at, len - at, &c);
		c = choose_char(&clean, step < 0 ? BT_CHAR_REPLACE : c);
		at += step < 0 ? 1 : (size_t)step;
		clean.used = 0; /* the length is wanted, not the copy */
		clean.columns = 0;
		if (c != 0 && put_char(&clean, c)) {
			total += clean.used;
		}
	}
	return total;
}

bool bt_text_is_clean(const char *text)
{
	char room[64];
	struct cleaner clean = {.out = room, .cap = sizeof(room), .max_columns = INT_MAX};
	size_t len = strlen(text);
	if (is_all_plain(text, len)) {
		return true;
	}
	for (size_t at = 0; at < len;) {
		uint32_t c = 0;
		int step = bt_utf8_next(text + at, len - at, &c);
		if (step < 0 || choose_char(&clean, c) != c) {
			return false;
		}
		at += (size_t)step;
		clean.used = 0; /* only the state that judges the next character is wanted, not the copy */
		clean.columns = 0;
		if (!put_char(&clean, c)) {
			return false;
		}
	}
	return true;
}
