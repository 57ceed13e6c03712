/* What came out, as a person would look at it: sheet-NNN.txt says every command with its offset, sheet-NNN.png shows
 * the dots, and prints.log has a line per sheet. */
#ifndef TESTS_PRINTER_SHEET_H
#define TESTS_PRINTER_SHEET_H

#include "tests/printer/device.h"

/** Say more of the sheet in hand; what is too much is left out. */
void sim_tale_add(struct sim_tale *tale, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sim_tale_clear(struct sim_tale *tale);

/**
 * The sheet ends above row @p end of the paper: write it, unless nothing is on it and nothing was said.
 *
 * A slip is whole when the last that stands on its sheet is its end: two bars across the paper with a line between
 * them, or a line of letters between rows of `=`. prints.log says `end=bars`, `end=text` or `end=none`.
 * @param how "full", "partly", "torn" or "left": uncut in the printer.
 */
void sim_sheet_end(struct sim_device *device, int end, const char *how);

#endif
