/* Printers that the simulator can be: what each answers and how badly. */
#ifndef TESTS_PRINTER_MODEL_H
#define TESTS_PRINTER_MODEL_H

#include <stdbool.h>

struct sim_model {
	const char *name;
	bool real_time;      /* answers DLE EOT */
	bool in_order;       /* answers GS r */
	bool names;          /* answers GS I */
	bool unasked;        /* GS a: tells each change by itself */
	bool process_id;     /* GS ( H */
	bool groups;         /* knows GS ( and GS 8, so that it skips what it does not know of them by its length */
	bool forgets;        /* DLE ENQ and DLE DC4 8 */
	bool only_error;     /* DLE ENQ 2 is obeyed after an error of the blade only, not without paper */
	bool drops_line;     /* closes the line after some bytes, anywhere */
	int answers;         /* how often each answer comes */
	int late_ms;         /* how long an answer takes */
	unsigned char wrong; /* bits of each status byte that are turned over */
};

/** NULL-name-ended. */
extern const struct sim_model sim_models[];
/** @return the row or NULL. */
const struct sim_model *sim_model_find(const char *name);

#endif
