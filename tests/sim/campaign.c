#include "tests/sim/campaign.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/mutant.h"
#include "tests/sim/chance.h"

#define JOBS_MAX 64
/* A long run tells of more than one world, when there are more. A planted fault is caught with the first. */
#define FAILURES_MOST 4

static bool read_number(const char *text, uint64_t max, uint64_t *out)
{
	char *end = NULL;
	errno = 0;
	unsigned long long value = text && text[0] != '-' ? strtoull(text, &end, 10) : 0;
	if (!end || end == text || *end || errno || value > max)
		return false;
	*out = value;
	return true;
}

static int complain(const char *argv0, const char *amount_name, const char *what)
{
	fprintf(stderr, "%s: %s\nusage: [%s N] [--seed S] [--jobs J] [--world W] [--trace] [--mutant NAME]\n", argv0,
		what, amount_name);
	return 2;
}

/* @return 0, or 2 after a message. */
static int read_pair(const char *argv0, const char *amount_name, const char *name, const char *value,
		     struct campaign_options *out)
{
	uint64_t number = 0;
	if (strcmp(name, "--mutant") == 0) {
		if (!value || !bt_mutant_switch_on(value))
			return complain(argv0, amount_name, "no such planted fault in this build");
		out->mutant = value;
		return 0;
	}
	if (!read_number(value, INT64_MAX, &number))
		return complain(argv0, amount_name, "a number is expected");
	if (strcmp(name, amount_name) == 0)
		out->amount = number;
	else if (strcmp(name, "--seed") == 0)
		out->seed = number;
	else if (strcmp(name, "--jobs") == 0)
		out->jobs = number < JOBS_MAX ? (int)number : JOBS_MAX;
	else if (strcmp(name, "--world") == 0)
		out->world = (int64_t)number;
	else
		return complain(argv0, amount_name, "unknown option");
	return 0;
}

int campaign_options_read(int argc, char **argv, const char *amount_name, struct campaign_options *out)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	out->jobs = cores > 0 && cores < JOBS_MAX ? (int)cores : 1;
	out->world = -1;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--trace") == 0) {
			out->trace = true;
			continue;
		}
		int status = read_pair(argv[0], amount_name, argv[i], i + 1 < argc ? argv[i + 1] : NULL, out);
		if (status)
			return status;
		i++;
	}
	out->jobs = out->jobs < 1 ? 1 : out->jobs;
	return 0;
}

uint64_t campaign_seed(const struct campaign_options *options, uint64_t world, uint64_t purpose)
{
	return chance_mix(chance_mix(options->seed ^ UINT64_C(0x5851f42d4c957f2d)) + 3 * world +
			  purpose * UINT64_C(0x9e3779b97f4a7c15));
}

typedef void world_runner(const struct campaign_options *options, uint64_t number, struct campaign_totals *totals);

static void run_share(const struct campaign_options *options, uint64_t first, uint64_t step, uint64_t end,
		      world_runner *world, struct campaign_totals *totals)
{
	uint64_t most = options->mutant ? 1 : FAILURES_MOST;

	for (uint64_t i = first; i < end && totals->counts[0] < most; i += step)
		world(options, i, totals);
}

static void add_totals(struct campaign_totals *to, const struct campaign_totals *from)
{
	to->hash += from->hash;
	for (int i = 0; i < CAMPAIGN_COUNTERS; i++)
		to->counts[i] += from->counts[i];
}

/* A child writes its totals, smaller than a pipe holds, and ends. */
static pid_t start_share(const struct campaign_options *options, int job, uint64_t worlds, world_runner *world,
			 int *out)
{
	int ends[2];
	if (pipe(ends) != 0)
		return -1;
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		struct campaign_totals totals = {0};
		close(ends[0]);
		run_share(options, (uint64_t)job, (uint64_t)options->jobs, worlds, world, &totals);
		fflush(NULL);
		ssize_t n = write(ends[1], &totals, sizeof totals);
		_exit(n == (ssize_t)sizeof totals ? 0 : 1);
	}
	close(ends[1]);
	if (pid < 0)
		close(ends[0]);
	*out = ends[0];
	return pid;
}

bool campaign_run(const struct campaign_options *options, uint64_t worlds, world_runner *world,
		  struct campaign_totals *out)
{
	pid_t pids[JOBS_MAX];
	int ends[JOBS_MAX];
	bool good = true;
	*out = (struct campaign_totals){0};
	if (options->world >= 0) {
		world(options, (uint64_t)options->world, out);
		return true;
	}
	for (int i = 0; i < options->jobs; i++)
		pids[i] = start_share(options, i, worlds, world, &ends[i]);
	for (int i = 0; i < options->jobs; i++) {
		struct campaign_totals totals = {0};
		int status = 1;
		if (pids[i] < 0) {
			good = false;
			continue;
		}
		bool got = read(ends[i], &totals, sizeof totals) == (ssize_t)sizeof totals;
		close(ends[i]);
		bool whole = waitpid(pids[i], &status, 0) == pids[i] && status == 0 && got;
		if (!whole)
			printf("FAILED share %d of %d came to no end\n", i + 1, options->jobs);
		good = whole && good;
		add_totals(out, &totals);
	}
	return good;
}
