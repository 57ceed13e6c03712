#include "tests/printer/dots.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t count_bytes(const struct sim_dots *dots, int rows)
{
	return (size_t)rows * (size_t)(dots->width / 8);
}

void sim_dots_init(struct sim_dots *dots, int width)
{
	*dots = (struct sim_dots){.width = width};
}

void sim_dots_fini(struct sim_dots *dots)
{
	free(dots->bits);
	sim_dots_init(dots, dots->width);
}

void sim_dots_clear(struct sim_dots *dots)
{
	dots->rows = 0;
}

static void hold(struct sim_dots *dots, int rows)
{
	int held = dots->held > 0 ? dots->held : 64;

	while (held < rows)
		held *= 2;
	dots->bits = realloc(dots->bits, count_bytes(dots, held));
	if (dots->bits == NULL || rows > SIM_DOTS_MOST) {
		fputs("printer-sim: more paper than there is\n", stderr);
		abort();
	}
	dots->held = held;
}

void sim_dots_extend(struct sim_dots *dots, int rows)
{
	if (rows <= dots->rows)
		return;
	if (rows > dots->held)
		hold(dots, rows);
	memset(sim_dots_row(dots, dots->rows), 0, count_bytes(dots, rows - dots->rows));
	dots->rows = rows;
}

uint8_t *sim_dots_row(const struct sim_dots *dots, int row)
{
	return dots->bits + count_bytes(dots, row);
}

void sim_dots_set(struct sim_dots *dots, int x, int y)
{
	if (x < 0 || x >= dots->width || y < 0)
		return;
	sim_dots_extend(dots, y + 1);
	sim_dots_row(dots, y)[x / 8] |= (uint8_t)(0x80 >> x % 8);
}

bool sim_dots_get(const struct sim_dots *dots, int x, int y)
{
	if (x < 0 || x >= dots->width || y < 0 || y >= dots->rows)
		return false;
	return (sim_dots_row(dots, y)[x / 8] & 0x80 >> x % 8) != 0;
}

void sim_dots_invert(struct sim_dots *dots, int x, int y, int width, int height)
{
	sim_dots_extend(dots, y + height);
	for (int row = y; row < y + height; row++)
		for (int at = x; at < x + width && at < dots->width; at++)
			sim_dots_row(dots, row)[at / 8] ^= (uint8_t)(0x80 >> at % 8);
}

void sim_dots_fill(struct sim_dots *dots, int x, int y, int width, int height)
{
	for (int row = y; row < y + height; row++)
		for (int at = x; at < x + width; at++)
			sim_dots_set(dots, at, row);
}

int sim_dots_count(const struct sim_dots *dots, const struct sim_dots *whole)
{
	int found = 0;

	for (int row = 0; whole->rows > 0 && row + whole->rows <= dots->rows;) {
		if (memcmp(sim_dots_row(dots, row), whole->bits, count_bytes(whole, whole->rows)) != 0) {
			row++;
			continue;
		}
		found++;
		row += whole->rows;
	}
	return found;
}
