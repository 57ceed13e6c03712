/* What must hold after a fault, whatever it was: the world is put back to a kept start, the fault happens, and then a
 * user starts the program again.
 *
 * Nothing here fails the test for what it finds: it is written down, so that one run tells all of it. */
#ifndef TESTS_E2E_AFTERMATH_H
#define TESTS_E2E_AFTERMATH_H

#include "tests/e2e/world.h"

#define AFTERMATH_RUPEES  200 /* of the sale that the fault meets, and of the one after it */
#define AFTERMATH_WHY_CAP 1024

/** What was to be seen of the command that the fault met. */
struct aftermath_seen {
	int status; /* exit status, or minus the signal */
	bool has_line;
	char sale_id[37];
	char token[WORLD_TOKEN_CAP];
};

/** Keep server and terminal as they stand; the server is stopped. */
void aftermath_keep(struct world *world);
/** Put both back as they were kept; the server is stopped. */
void aftermath_restore(struct world *world);
/** Run a line of `batti`; @p text, of WORLD_OUT_CAP, gets its standard output and may be NULL. */
int aftermath_run(struct world *world, const char *line, char *text);
/** How many sales the terminal's record holds money of; -1 with the reason when it does not agree with itself. */
int64_t aftermath_recorded(struct world *world, char why[AFTERMATH_WHY_CAP]);
void aftermath_read_sale(const struct world_run *run, struct aftermath_seen *out);
/** The sale of which a line was written stands in the ledger once, with the token that was seen. */
bool aftermath_seen_holds(const json_t *entries, const struct aftermath_seen *seen, char why[AFTERMATH_WHY_CAP]);
/** No consumer has two sales; each has a token, its money, no exception, the same digits on the terminal's slip, and
 *  its meter takes it once. */
bool aftermath_entries_hold(struct world *world, const json_t *ledger, char why[AFTERMATH_WHY_CAP]);
/**
 * Start again without the fault, the server up: the record verifies, everything is sent, and one more sale to
 * @p connection is made. Then ledger, record, slips and meters agree, and the ledger has what was seen.
 *
 * @param[in] before  sales in the record that was kept
 * @param[in] may_add how many sales the command could have made
 * @return false with the first thing that does not hold in @p why.
 */
bool aftermath_holds(struct world *world, const struct aftermath_seen *seen, int64_t before, int64_t may_add,
		     const char *connection, char why[AFTERMATH_WHY_CAP]);

#endif
