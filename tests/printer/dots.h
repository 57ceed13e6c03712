/* Black and white dots in rows: the paper of the simulated printer, and what it is about to put there.
 *
 * Grows downwards up to a stated length. Used by one thread at a time. */
#ifndef TESTS_PRINTER_DOTS_H
#define TESTS_PRINTER_DOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** 25 m of paper at 8 dots a millimetre: who prints more in one test has run away. */
#define SIM_DOTS_MOST 200000

struct sim_dots {
	int width; /* a multiple of 8 */
	int rows;
	int held;      /* rows there is memory for */
	uint8_t *bits; /* width / 8 bytes a row, leftmost dot in the highest bit, 1 = black */
};

/** Empty; nothing is allocated yet. */
void sim_dots_init(struct sim_dots *dots, int width);
void sim_dots_fini(struct sim_dots *dots);
/** Forget the rows, keep the memory. */
void sim_dots_clear(struct sim_dots *dots);
/** Make it at least @p rows long, new rows white. Ends the program when that is too long or there is no memory. */
void sim_dots_extend(struct sim_dots *dots, int rows);
uint8_t *sim_dots_row(const struct sim_dots *dots, int row);
/** Outside of the width nothing happens; rows are added as needed. */
void sim_dots_set(struct sim_dots *dots, int x, int y);
bool sim_dots_get(const struct sim_dots *dots, int x, int y);
/** Turn every dot of a rectangle over. */
void sim_dots_invert(struct sim_dots *dots, int x, int y, int width, int height);
void sim_dots_fill(struct sim_dots *dots, int x, int y, int width, int height);
/** How often the rows of @p whole stand in @p dots, without sharing a row. */
int sim_dots_count(const struct sim_dots *dots, const struct sim_dots *whole);

#endif
