#include "tests/meter/sta.h"

#include <stdlib.h>
#include <string.h>

#define ROUNDS   16
#define LINE_CAP 512

static const char sample[] =
    "S1 12 10 8 4 3 15 0 2 14 1 5 13 6 9 7 11\n"
    "S2 6 9 7 4 3 10 12 14 2 13 1 15 0 11 8 5\n"
    "P 29 27 34 9 16 62 55 2 40 49 38 25 33 61 30 23 1 41 21 57 42 15 5 58 19 53 22 17 48 28 24 39"
    " 3 60 36 14 11 52 54 12 31 51 10 26 0 45 37 43 44 6 59 4 7 35 56 50 13 18 32 47 46 63 20 8\n";

/* @p count numbers, each of 0 .. count-1 once, and nothing behind them. */
static bool read_permutation(const char *text, unsigned count, uint8_t *out)
{
	uint64_t seen = 0;

	for (unsigned i = 0; i < count; i++) {
		char *end;
		unsigned long number = strtoul(text, &end, 10);

		if (end == text || number >= count || (seen >> number & 1) != 0)
			return false;
		seen |= (uint64_t)1 << number;
		out[i] = (uint8_t)number;
		text = end;
	}
	return text[strspn(text, " \t\r\n")] == '\0';
}

static bool read_backwards(const char *text, uint8_t out[METER_STA_NIBBLES])
{
	uint8_t forward[METER_STA_NIBBLES];

	if (!read_permutation(text, METER_STA_NIBBLES, forward))
		return false;
	for (uint8_t i = 0; i < METER_STA_NIBBLES; i++)
		out[forward[i]] = i;
	return true;
}

enum line { LINE_S1 = 1, LINE_S2 = 2, LINE_P = 4, LINE_ALL = 7, LINE_BAD = 8 };

static unsigned read_line(const char *line, struct meter_sta *out)
{
	if (strncmp(line, "S1 ", 3) == 0 && read_backwards(line + 3, out->from_first))
		return LINE_S1;
	if (strncmp(line, "S2 ", 3) == 0 && read_backwards(line + 3, out->from_second))
		return LINE_S2;
	if (strncmp(line, "P ", 2) == 0 && read_permutation(line + 2, METER_STA_BITS, out->went_to))
		return LINE_P;
	return LINE_BAD;
}

bool meter_sta_read(FILE *file, struct meter_sta *out)
{
	struct meter_sta sta;
	char line[LINE_CAP];
	unsigned seen = 0;

	while (fgets(line, sizeof line, file) != NULL) {
		unsigned read;

		if (line[0] == '#' || line[strspn(line, " \t\r\n")] == '\0')
			continue;
		read = read_line(line, &sta);
		if (read == LINE_BAD || (seen & read) != 0)
			return false;
		seen |= read;
	}
	if (seen != LINE_ALL)
		return false;
	*out = sta;
	return true;
}

void meter_sta_sample(struct meter_sta *out)
{
	const char *line = sample;

	for (int i = 0; i < 3; i++) {
		char one[LINE_CAP];
		size_t len = strcspn(line, "\n");

		memcpy(one, line, len);
		one[len] = '\0';
		read_line(one, out);
		line += len + 1;
	}
}

static void spread(uint64_t word, uint8_t bit[METER_STA_BITS])
{
	for (unsigned i = 0; i < METER_STA_BITS; i++)
		bit[i] = (uint8_t)(word >> i & 1);
}

/* Undone from the last round to the first, a round's key bit for nibble n is bit 4n of the key turned right once for
 * each round behind us; a 1 there stands for a 0 in the complemented key, which chose S1. */
uint64_t meter_sta_decrypt(const struct meter_sta *sta, uint64_t key, uint64_t block)
{
	uint8_t key_bit[METER_STA_BITS], here[METER_STA_BITS], before[METER_STA_BITS];
	uint64_t out = 0;

	spread(key, key_bit);
	spread(block, here);
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned i = 0; i < METER_STA_BITS; i++)
			before[i] = here[sta->went_to[i]];
		for (unsigned low = 0; low < METER_STA_BITS; low += 4) {
			const uint8_t *from =
			    key_bit[(low + round) % METER_STA_BITS] != 0 ? sta->from_first : sta->from_second;
			unsigned nibble = (unsigned)(before[low] | before[low + 1] << 1 | before[low + 2] << 2 |
						     before[low + 3] << 3);

			for (unsigned i = 0; i < 4; i++)
				here[low + i] = (uint8_t)(from[nibble] >> i & 1);
		}
	}
	for (unsigned i = 0; i < METER_STA_BITS; i++)
		out |= (uint64_t)here[i] << i;
	return out;
}
