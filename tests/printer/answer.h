/* What the printer tells: status bytes and the answers to questions. Source: facts of printing 2, status. */
#ifndef TESTS_PRINTER_ANSWER_H
#define TESTS_PRINTER_ANSWER_H

#include "tests/printer/device.h"

/** Queue an answer as the model gives it: not at all, twice, late. What does not fit is lost, as in a real one. */
void sim_answer(struct sim_device *device, const void *bytes, size_t len);
/** DLE EOT n: one byte; nothing for an n that does not exist. */
void sim_answer_now(struct sim_device *device, int n);
/** GS r n, in order. */
void sim_answer_in_order(struct sim_device *device, int n);
/** GS I n. */
void sim_answer_name(struct sim_device *device, int n);
/** GS a n: from now on each change is told, and how it stands is told at once. */
void sim_answer_unasked(struct sim_device *device, unsigned n);
/** Something changed: tell it to who asked for that. */
void sim_answer_changed(struct sim_device *device);

#endif
