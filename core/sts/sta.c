#include "core/sts/sta.h"

#include <string.h>

#define NIBBLES    16u
#define KEY_ROTATE 12u /* what the key is rotated right by before the first round */

/* Even and odd nibbles of a word, one in each byte, and the key bits that choose their substitution. */
#define NIBBLE_MASK  UINT64_C(0x0f0f0f0f0f0f0f0f)
#define CHOICE_MASK  UINT64_C(0x1010101010101010)
#define EVEN_CHOICES 1u /* left to where a choice has its key bit */
#define ODD_CHOICES  3u /* right, likewise */

const struct bt_sta_tables bt_sta_sample = {
    .s1 = {12, 10, 8, 4, 3, 15, 0, 2, 14, 1, 5, 13, 6, 9, 7, 11},
    .s2 = {6, 9, 7, 4, 3, 10, 12, 14, 2, 13, 1, 15, 0, 11, 8, 5},
    .p = {29, 27, 34, 9,  16, 62, 55, 2,  40, 49, 38, 25, 33, 61, 30, 23, 1,  41, 21, 57, 42, 15,
	  5,  58, 19, 53, 22, 17, 48, 28, 24, 39, 3,  60, 36, 14, 11, 52, 54, 12, 31, 51, 10, 26,
	  0,  45, 37, 43, 44, 6,  59, 4,  7,  35, 56, 50, 13, 18, 32, 47, 46, 63, 20, 8},
};

/* ---- the three lines ----------------------------------------------------------------------------------------------
 */

struct table_line {
	const char *name;
	size_t offset; /* in struct bt_sta_tables */
	unsigned count;
};

static const struct table_line table_lines[] = {
    {.name = "S1", .offset = offsetof(struct bt_sta_tables, s1), .count = 16},
    {.name = "S2", .offset = offsetof(struct bt_sta_tables, s2), .count = 16},
    {.name = "P", .offset = offsetof(struct bt_sta_tables, p), .count = 64},
};

#define TABLE_LINES (sizeof table_lines / sizeof table_lines[0])

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of @p line, which then begins behind it; empty at the end. */
static struct bt_bytes next_word(struct bt_bytes *line)
{
	struct bt_bytes word;

	while (line->len > 0 && is_blank(line->data[0])) {
		line->data++;
		line->len--;
	}
	word = (struct bt_bytes){line->data, 0};
	while (word.len < line->len && !is_blank(word.data[word.len]))
		word.len++;
	line->data += word.len;
	line->len -= word.len;
	return word;
}

static struct bt_bytes next_line(struct bt_bytes *text)
{
	const uint8_t *end = memchr(text->data, '\n', text->len);
	struct bt_bytes line = {text->data, end ? (size_t)(end - text->data) : text->len};
	size_t used = end ? line.len + 1 : line.len;

	text->data += used;
	text->len -= used;
	return line;
}

static const struct table_line *find_table_line(struct bt_bytes name)
{
	for (size_t i = 0; i < TABLE_LINES; i++) {
		if (bt_bytes_equal(name, bt_bytes_of(table_lines[i].name)))
			return &table_lines[i];
	}
	return NULL;
}

/* @return the value of one or two digits, or 255. */
static uint8_t read_number(struct bt_bytes word)
{
	unsigned value = 0;

	if (word.len < 1 || word.len > 2)
		return 255;
	for (size_t i = 0; i < word.len; i++) {
		if (word.data[i] < '0' || word.data[i] > '9')
			return 255;
		value = value * 10 + (unsigned)(word.data[i] - '0');
	}
	return (uint8_t)value;
}

/* The numbers of one line: each of 0..count-1 exactly once, which makes a permutation. */
static enum bt_err read_numbers(const struct table_line *row, struct bt_bytes rest, unsigned number, uint8_t *out,
				struct bt_fault *fault)
{
	uint64_t seen = 0;

	for (unsigned i = 0; i < row->count; i++) {
		struct bt_bytes word = next_word(&rest);
		uint8_t value = read_number(word);

		if (word.len == 0)
			return bt_fault_set(fault, BT_EFORMAT, 0, "line %u: %s has %u numbers, %u are needed", number,
					    row->name, i, row->count);
		if (value >= row->count)
			return bt_fault_set(fault, BT_EFORMAT, 0, "line %u: number %u of %s is not one of 0 to %u",
					    number, i + 1, row->name, row->count - 1);
		if (seen >> value & 1)
			return bt_fault_set(fault, BT_EFORMAT, 0, "line %u: %s has %u twice, it must have each once",
					    number, row->name, value);
		seen |= UINT64_C(1) << value;
		out[i] = value;
	}
	if (next_word(&rest).len > 0)
		return bt_fault_set(fault, BT_EFORMAT, 0, "line %u: %s has more than %u numbers", number, row->name,
				    row->count);
	return BT_OK;
}

enum bt_err bt_sta_tables_parse(struct bt_bytes text, struct bt_sta_tables *out, struct bt_fault *fault)
{
	struct bt_sta_tables tables;
	bool have[TABLE_LINES] = {false};

	for (unsigned number = 1; text.len > 0; number++) {
		struct bt_bytes rest = next_line(&text);
		struct bt_bytes name = next_word(&rest);
		const struct table_line *row = find_table_line(name);
		enum bt_err err;

		if (name.len == 0 || name.data[0] == '#')
			continue;
		if (row == NULL)
			return bt_fault_set(fault, BT_EFORMAT, 0, "line %u: begins with none of S1, S2, P", number);
		if (have[row - table_lines])
			return bt_fault_set(fault, BT_EFORMAT, 0, "line %u: %s again", number, row->name);
		err = read_numbers(row, rest, number, (uint8_t *)&tables + row->offset, fault);
		if (err != BT_OK)
			return err;
		have[row - table_lines] = true;
	}
	for (size_t i = 0; i < TABLE_LINES; i++) {
		if (!have[i])
			return bt_fault_set(fault, BT_EFORMAT, 0, "no line %s", table_lines[i].name);
	}
	*out = tables;
	return BT_OK;
}

/* ---- the cipher ---------------------------------------------------------------------------------------------------
 */

/* What nibble @p n of value @p value becomes when every bit i goes to @p to[i]. */
static uint64_t spread(const uint8_t to[64], unsigned n, unsigned value)
{
	uint64_t out = 0;

	for (unsigned bit = 0; bit < 4; bit++)
		out |= (uint64_t)(value >> bit & 1) << to[4 * n + bit];
	return out;
}

void bt_sta_init(struct bt_sta *sta, const struct bt_sta_tables *tables)
{
	uint8_t substitute[32]; /* key bit 0: S1, 1: S2 */
	uint8_t back[64];

	for (unsigned value = 0; value < 16; value++) {
		substitute[value] = tables->s1[value];
		substitute[value + 16] = tables->s2[value];
		sta->unsubstitute[tables->s1[value]] = (uint8_t)value;
		sta->unsubstitute[tables->s2[value] + 16] = (uint8_t)value;
	}
	for (unsigned bit = 0; bit < 64; bit++)
		back[tables->p[bit]] = (uint8_t)bit;
	for (unsigned n = 0; n < NIBBLES; n++) {
		for (unsigned choice = 0; choice < 32; choice++) {
			sta->encrypt[n][choice] = spread(tables->p, n, substitute[choice]);
			sta->decrypt[n][choice] = spread(back, n, sta->unsubstitute[choice]);
		}
		for (unsigned value = 0; value < 16; value++)
			sta->unpermute[n][value] = spread(back, n, value);
	}
}

static uint64_t rotate_left(uint64_t word, unsigned by)
{
	return word << by | word >> (64 - by);
}

static uint64_t rotate_right(uint64_t word, unsigned by)
{
	return word >> by | word << (64 - by);
}

/* One round: all sixteen nibbles at once, each looked up with the key bit over it. Written out because a loop is not
 * unrolled at the level releases are built with, and this is most of the cost of a token. */
static inline uint64_t look_up(const uint64_t table[16][32], uint64_t key, uint64_t block)
{
	uint64_t even = (block & NIBBLE_MASK) | (key << EVEN_CHOICES & CHOICE_MASK);
	uint64_t odd = (block >> 4 & NIBBLE_MASK) | (key >> ODD_CHOICES & CHOICE_MASK);

	return ((table[0][even & 31] | table[1][odd & 31]) | (table[2][even >> 8 & 31] | table[3][odd >> 8 & 31])) |
	       ((table[4][even >> 16 & 31] | table[5][odd >> 16 & 31]) |
		(table[6][even >> 24 & 31] | table[7][odd >> 24 & 31])) |
	       ((table[8][even >> 32 & 31] | table[9][odd >> 32 & 31]) |
		(table[10][even >> 40 & 31] | table[11][odd >> 40 & 31])) |
	       ((table[12][even >> 48 & 31] | table[13][odd >> 48 & 31]) |
		(table[14][even >> 56] | table[15][odd >> 56]));
}

uint64_t bt_sta_encrypt(const struct bt_sta *sta, uint64_t key, uint64_t block)
{
	uint64_t word = rotate_right(~key, KEY_ROTATE);

	for (unsigned round = 0; round < BT_STA_ROUNDS; round++) {
		block = look_up(sta->encrypt, word, block);
		word = rotate_left(word, 1);
	}
	return block;
}

/* Each round back is "permute back, substitute back". The first half of the first and the second half of the last stand
 * alone, so that those between are "substitute back, permute back": one look-up, as when encrypting. */
uint64_t bt_sta_decrypt(const struct bt_sta *sta, uint64_t key, uint64_t block)
{
	uint64_t word = rotate_left(rotate_right(~key, KEY_ROTATE), BT_STA_ROUNDS - 1);
	uint64_t back = 0;

	for (unsigned n = 0; n < NIBBLES; n++)
		back |= sta->unpermute[n][block >> 4 * n & 15];
	for (unsigned round = 1; round < BT_STA_ROUNDS; round++) {
		back = look_up(sta->decrypt, word, back);
		word = rotate_right(word, 1);
	}
	block = 0;
	for (unsigned n = 0; n < NIBBLES; n++) {
		uint64_t choice = (back >> 4 * n & 15) | (word >> (4 * n + 3) & 1) << 4;

		block |= (uint64_t)sta->unsubstitute[choice] << 4 * n;
	}
	return block;
}
