/* What the display of a meter can be asked for: the tests of class 1, one row each.
 *
 * The names and bits above 0 are as remembered of the standard's table, not read there. Pure. */
#ifndef METER_DISPLAY_H
#define METER_DISPLAY_H

#include "tests/meter/judge.h"

#define METER_TEST_ALL  0u
#define METER_TESTS     19u
#define METER_SHOWN_CAP 32

struct meter_test {
	const char *id; /* "krn", "power_limit_w" ... */
	bool is_number; /* what it shows is a number, in JSON too */
	void (*show)(const struct meter *meter, char out[METER_SHOWN_CAP]);
};

/** Row @p bit, 1 .. METER_TESTS - 1; row 0 asks for all of them and shows nothing itself. */
const struct meter_test *meter_test(unsigned bit);
/** Of the bits asked for those that this meter can show, bit 0 spread to all. */
uint64_t meter_display_known(uint64_t control);

#endif
