/* The line that letters are set in before it is printed. */
#ifndef TESTS_PRINTER_TEXT_H
#define TESTS_PRINTER_TEXT_H

#include "tests/printer/device.h"

#define SIM_LETTER_WIDTH 12
#define SIM_LETTER_ROWS  24
#define SIM_SMALL_WIDTH  9
#define SIM_SMALL_ROWS   17

/** As after ESC @. */
void sim_text_reset(struct sim_device *device);
void sim_text_letter(struct sim_device *device, uint8_t letter);
/** Print the line, or feed one when it is empty. */
void sim_text_end_line(struct sim_device *device);
/** Print the line if there is something in it. */
void sim_text_flush(struct sim_device *device);
/** Columns of dots as ESC * gives them: @p tall is 8 or 24, each dot @p wide columns. */
void sim_text_columns(struct sim_device *device, const uint8_t *bytes, int count, int tall, int wide);
/** Where something @p width dots wide starts under the alignment that is set. */
int sim_text_start(const struct sim_device *device, int width);

#endif
