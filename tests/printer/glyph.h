/* The letters of the simulated printer: ASCII, five dots wide and seven high, drawn for it. */
#ifndef TESTS_PRINTER_GLYPH_H
#define TESTS_PRINTER_GLYPH_H

#include <stdint.h>

#define SIM_GLYPH_WIDTH  5
#define SIM_GLYPH_HEIGHT 7

/** Seven rows, the leftmost dot in bit 4. What is no printable ASCII is a full block. Static. */
const uint8_t *sim_glyph(uint8_t character);

#endif
