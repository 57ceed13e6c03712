/* What the campaigns of the simulation share: options, worlds dealt out to processes, one line at the end.
 *
 * A campaign is many small worlds, each a function of the seed and its number, so that any one can be run again alone
 * and the sum does not depend on how many processes shared them out. Everything a world needs comes from its seed. */
#ifndef TESTS_SIM_CAMPAIGN_H
#define TESTS_SIM_CAMPAIGN_H

#include <stdbool.h>
#include <stdint.h>

#define CAMPAIGN_COUNTERS 96

/** What a campaign counts is one list of ROW(ID, "name"), given to these two: an enum of the places in
 *  campaign_totals.counts, and the names in their order. */
#define CAMPAIGN_COUNTER_ID(id, name)   id,
#define CAMPAIGN_COUNTER_NAME(id, name) [id] = name,

struct campaign_options {
	uint64_t seed;
	uint64_t amount; /* how much of what the campaign counts */
	int jobs;        /* processes */
	int64_t world;   /* only this one; -1 all */
	bool trace;
	const char *mutant; /* NULL none */
};

/** Counters of one process; [0] is a failure when not 0. */
struct campaign_totals {
	uint64_t hash;
	uint64_t counts[CAMPAIGN_COUNTERS];
};

/**
 * Read --NAME N (the campaign's amount, e.g. --cuts), --seed S, --jobs J, --world W, --trace, --mutant NAME.
 *
 * @param amount_name e.g. "--cuts"; @p out holds the defaults before.
 * @return 0, or the status to exit with after a message.
 */
int campaign_options_read(int argc, char **argv, const char *amount_name, struct campaign_options *out);

/** The seed of a world, and of one purpose within it. */
uint64_t campaign_seed(const struct campaign_options *options, uint64_t world, uint64_t purpose);

/** Run @p worlds worlds over options->jobs processes; each runs @p world and adds to its totals, until one fails. The
 *  hashes of worlds are added up. @return false when a process died; totals are summed into @p out. */
bool campaign_run(const struct campaign_options *options, uint64_t worlds,
		  void (*world)(const struct campaign_options *options, uint64_t number,
				struct campaign_totals *totals),
		  struct campaign_totals *out);

#endif
