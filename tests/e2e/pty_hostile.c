/* What must never reach a terminal, looked for in every byte that a program wrote. */
#include <stdio.h>
#include <string.h>

#include "tests/e2e/pty.h"

static size_t rune_length(uint8_t first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first < 0xe0)
		return 2;
	if (first >= 0xe0 && first < 0xf0)
		return 3;
	return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

static const char *judge_rune(uint32_t rune)
{
	if (rune >= 0x80 && rune < 0xa0)
		return "a C1 control";
	if (rune == 0x200e || rune == 0x200f || rune == 0x061c || (rune >= 0x202a && rune <= 0x202e) ||
	    (rune >= 0x2066 && rune <= 0x2069))
		return "a bidi mark";
	return rune == 0xfeff || rune == 0x2028 || rune == 0x2029 ? "a line or byte-order mark" : NULL;
}

/* With its first bytes, for whoever looks for where it came from. */
static const char *judge_escape(const uint8_t *at, size_t left)
{
	static char found[96];
	int len;

	if (left < 2 || at[1] == '\0' || strchr("]PX^_", at[1]) == NULL)
		return NULL;
	len = snprintf(found, sizeof found, "an OSC, DCS, SOS, PM or APC string:");
	for (size_t i = 0; i < 16 && i < left; i++)
		len += snprintf(found + len, sizeof found - (size_t)len, " %02x", at[i]);
	return found;
}

const char *pty_find_hostile(const uint8_t *raw, size_t raw_len)
{
	size_t at = 0;

	while (at < raw_len) {
		const uint8_t *byte = raw + at;
		size_t len = rune_length(*byte);
		uint32_t rune = *byte;
		const char *found = NULL;

		if (len == 0)
			return "bytes that are not UTF-8";
		if (at + len > raw_len) /* cut by the end of what was read */
			return NULL;
		if (len > 1)
			rune &= 0x7fu >> len;
		for (size_t i = 1; i < len; i++) {
			if ((byte[i] & 0xc0) != 0x80)
				return "bytes that are not UTF-8";
			rune = rune << 6 | (byte[i] & 0x3fu);
		}
		found = rune == 0x1b ? judge_escape(byte, raw_len - at) : judge_rune(rune);
		if (found != NULL)
			return found;
		at += len;
	}
	return NULL;
}

const char *pty_raw_hostile(const struct pty *pty)
{
	size_t len;
	const uint8_t *raw = pty_raw(pty, &len);

	return pty_find_hostile(raw, len);
}
