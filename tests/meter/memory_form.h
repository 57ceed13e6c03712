/* The text of a meter's memory: one line a fact, the number of the form first, "end" last. */
#ifndef METER_MEMORY_FORM_H
#define METER_MEMORY_FORM_H

#include "tests/meter/memory.h"

/**
 * Read form 1 or 2.
 * @param[in,out] memory as from the factory: what form 1 does not have stays. Undefined on failure.
 * @return false for any other text, also for one that was cut short.
 */
bool meter_memory_read(FILE *file, struct meter_memory *memory);
/** Write form 2. Errors stand in the stream. */
void meter_memory_write(FILE *file, const struct meter_memory *memory);

#endif
