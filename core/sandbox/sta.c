#include "core/sandbox/sta.h"

#include <stddef.h>

#define ROUNDS 16

static const uint8_t boxes[2][16] = {
    {12, 10, 8, 4, 3, 15, 0, 2, 14, 1, 5, 13, 6, 9, 7, 11},
    {6, 9, 7, 4, 3, 10, 12, 14, 2, 13, 1, 15, 0, 11, 8, 5},
};

/* Where each bit goes, bit 0 the least significant. */
static const uint8_t places[64] = {
    29, 27, 34, 9,  16, 62, 55, 2,  40, 49, 38, 25, 33, 61, 30, 23, 1,  41, 21, 57, 42, 15,
    5,  58, 19, 53, 22, 17, 48, 28, 24, 39, 3,  60, 36, 14, 11, 52, 54, 12, 31, 51, 10, 26,
    0,  45, 37, 43, 44, 6,  59, 4,  7,  35, 56, 50, 13, 18, 32, 47, 46, 63, 20, 8,
};

static uint64_t read_word(const uint8_t in[8])
{
	uint64_t word = 0;
	for (size_t i = 0; i < 8; i++)
		word = word << 8 | in[i];
	return word;
}

static uint64_t rotate_left(uint64_t word, unsigned bits)
{
	return word << bits | word >> (64 - bits);
}

static uint64_t substitute(uint64_t block, uint64_t round_key)
{
	uint64_t changed = 0;
	for (unsigned n = 0; n < 16; n++) {
		unsigned which = round_key >> (4 * n + 3) & 1;
		changed |= (uint64_t)boxes[which][block >> 4 * n & 15] << 4 * n;
	}
	return changed;
}

static uint64_t permute(uint64_t block)
{
	uint64_t changed = 0;
	for (unsigned i = 0; i < 64; i++)
		changed |= (block >> i & 1) << places[i];
	return changed;
}

void bt_sbx_sta_encrypt(const uint8_t key[8], const uint8_t in[8], uint8_t out[8])
{
	uint64_t block = read_word(in);
	uint64_t round_key = rotate_left(~read_word(key), 64 - 12);
	for (int round = 0; round < ROUNDS; round++) {
		block = permute(substitute(block, round_key));
		round_key = rotate_left(round_key, 1);
	}
	for (size_t i = 0; i < 8; i++)
		out[i] = (uint8_t)(block >> (56 - 8 * i) & 0xff);
}
