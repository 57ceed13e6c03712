/* A meter taken from its files, one entry on its keypad, and back to its files before anything is said. */
#ifndef METER_ENTRY_H
#define METER_ENTRY_H

#include "tests/meter/judge.h"

/** Read a meter: its identity as given, its memory, its cipher. Close it on success. @return false and *fault. */
bool meter_open(const char *state, const struct meter_identity *identity, struct meter *out, struct meter_fault *fault);
void meter_close(struct meter *meter);

/**
 * One entry: lock, read, judge, save.
 * @param[out] after the meter as it is then; its cipher is closed.
 * @return true with *effect, or false and *fault when the meter could not do it; nothing was said then, and the old
 *         memory stands.
 */
bool meter_enter(const char *state, const struct meter_identity *identity, const char *text, int64_t now_s,
		 struct meter_effect *effect, struct meter *after, struct meter_fault *fault);
/** Open the meter's cover: its tamper switch trips and stays so until a token clears it. */
bool meter_tamper(const char *state, const struct meter_identity *identity, struct meter_fault *fault);

#endif
