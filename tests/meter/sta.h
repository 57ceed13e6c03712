/* EA07 (STA) the meter's way: one bit after the other, and only the direction a meter needs.
 *
 * Slow on purpose and unlike the product's tables of whole nibbles: the two agree only when both read the standard
 * alike. Source: IEC 62055-41 STA; the sample tables printed with it. Pure. */
#ifndef METER_STA_H
#define METER_STA_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define METER_STA_NIBBLES 16
#define METER_STA_BITS    64

/** A table set as it undoes a cipher. */
struct meter_sta {
	uint8_t from_first[METER_STA_NIBBLES];  /* S1 backwards: what became this nibble */
	uint8_t from_second[METER_STA_NIBBLES]; /* S2 backwards */
	uint8_t went_to[METER_STA_BITS];        /* P: where bit i went */
};

/** The sample set. */
void meter_sta_sample(struct meter_sta *out);
/**
 * Read a table set: lines `S1`, `S2` (16 numbers each) and `P` (64), each once, in any order; # begins a comment line.
 * @return false, *out untouched, when a line is missing, twice there, of another kind, or no permutation.
 */
bool meter_sta_read(FILE *file, struct meter_sta *out);
/** @p key and blocks are big-endian bytes read as numbers. */
uint64_t meter_sta_decrypt(const struct meter_sta *sta, uint64_t key, uint64_t block);

#endif
