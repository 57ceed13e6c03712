/* What batti-meter says: lines for people, or one object for programs. */
#ifndef METER_REPORT_H
#define METER_REPORT_H

#include "tests/meter/judge.h"

/** How the facts are printed; one row for text, one for JSON. */
struct meter_report {
	void (*entry)(const struct meter *meter, const struct meter_effect *effect);
	void (*show)(const struct meter *meter);
	void (*status)(const struct meter *meter); /* at meter->now_s */
};

extern const struct meter_report meter_report_text, meter_report_json;

#endif
