/* Simulated sales: worlds of counters, each from its own seed. One line at the end; exit 1 when anything was found that
 * must not be, or when a hard path was not gone through often enough. */
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/campaign.h"
#include "tests/world/world.h"

#define SALES_A_WORLD 90
/* Some worlds come to their evening with fewer. */
#define SALES_COUNTED 86
#define PATH_LEAST    100
/* Fewer sales than this cannot go through every path often enough. */
#define PATHS_FROM_SALES 200000

enum count {
	COUNT_FAILURES,
	COUNT_SALES,
	COUNT_CUTS,
	COUNT_OFFLINE,
	COUNT_LOST,
	COUNT_DOUBLED,
	COUNT_UNACCOUNTED,
	COUNT_OVER_LEASE,
	COUNT_TID_COLLISIONS,
	COUNT_STUCK,
	COUNT_PATHS, /* the first of them */
};

_Static_assert(COUNT_PATHS + SIM_PATH_COUNT <= CAMPAIGN_COUNTERS, "each path has its counter");

/* Caches of the counters lie here, and what a town is made of; gone at the end. In memory where there is such a folder:
 * nothing in it has to survive anything. */
static char folder[64];

static bool make_folder(void)
{
	static const char *const places[] = {"/dev/shm", "/tmp"};

	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		snprintf(folder, sizeof folder, "%s/batti-sim-XXXXXX", places[i]);
		if (mkdtemp(folder))
			return true;
	}
	return false;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
	(void)about;
	(void)kind;
	(void)where;
	return remove(path);
}

/* What one process needs once: disks before anything else of SQLite, then the town. */
static const struct sim_town *open_town(const struct campaign_options *options, struct power_disk *disks[SIM_DISKS])
{
	static const char *const names[SIM_DISKS] = {"power0", "power1", "power2", "power3", "power4"};
	static struct sim_town town;

	for (int i = 0; i < SIM_DISKS; i++)
		if (!(disks[i] = power_open(names[i])))
			abort();
	if (!sim_town_open(&town, folder, options->seed))
		abort();
	return &town;
}

static void add(struct campaign_totals *to, const struct sim_totals *from)
{
	const int64_t counts[COUNT_PATHS] = {[COUNT_SALES] = from->sales,
					     [COUNT_CUTS] = from->cuts,
					     [COUNT_OFFLINE] = from->offline,
					     [COUNT_LOST] = from->lost,
					     [COUNT_DOUBLED] = from->doubled,
					     [COUNT_UNACCOUNTED] = llabs(from->unaccounted_paise),
					     [COUNT_OVER_LEASE] = from->over_lease,
					     [COUNT_TID_COLLISIONS] = from->tid_collisions,
					     [COUNT_STUCK] = from->stuck};

	for (int i = 0; i < COUNT_PATHS; i++)
		to->counts[i] += (uint64_t)counts[i];
	for (int i = 0; i < SIM_PATH_COUNT; i++)
		to->counts[COUNT_PATHS + i] += (uint64_t)from->visited[i];
	to->hash += from->hash;
}

static void run_world(const struct campaign_options *options, uint64_t number, struct campaign_totals *totals)
{
	static struct power_disk *disks[SIM_DISKS];
	static const struct sim_town *town;
	struct sim_totals found = {.worlds = 0};

	if (!town)
		town = open_town(options, disks);
	if (!sim_world_run(town, disks, campaign_seed(options, number, 1), SALES_A_WORLD, options->trace, &found)) {
		totals->counts[COUNT_FAILURES]++;
		printf("FAILED --seed %" PRIu64 " --world %" PRIu64 "\n", options->seed, number);
	}
	add(totals, &found);
}

static bool print_paths(const struct campaign_totals *totals, bool wanted)
{
	static const char *const names[] = {
#define PATH_NAME(id, name) [SIM_PATH_##id] = name,
	    SIM_PATHS(PATH_NAME)
#undef PATH_NAME
	};
	bool enough = true;

	for (int i = 0; i < SIM_PATH_COUNT; i++) {
		bool seldom = wanted && totals->counts[COUNT_PATHS + i] < PATH_LEAST;

		printf("visited %8" PRIu64 "  %s%s\n", totals->counts[COUNT_PATHS + i], names[i],
		       seldom ? "  TOO SELDOM" : "");
		enough = enough && !seldom;
	}
	return enough;
}

int main(int argc, char **argv)
{
	struct campaign_options options = {.seed = 1, .amount = 20000};
	struct campaign_totals totals;
	const uint64_t *counts = totals.counts;
	int status = campaign_options_read(argc, argv, "--sales", &options);
	bool good;

	if (status)
		return status;
	if (!sim_memory_use() || !make_folder())
		return 2;
	good = campaign_run(&options, (options.amount + SALES_COUNTED - 1) / SALES_COUNTED, run_world, &totals);
	(void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	good = good && counts[COUNT_FAILURES] == 0;
	good = print_paths(&totals, good && options.world < 0 && options.amount >= PATHS_FROM_SALES) && good;
	printf("sales=%" PRIu64 " cuts=%" PRIu64 " offline=%" PRIu64 " lost=%" PRIu64 " doubled=%" PRIu64
	       " unaccounted_paise=%" PRIu64 " over_lease=%" PRIu64 " tid_collisions=%" PRIu64 " stuck=%" PRIu64
	       " seed=%" PRIu64 " hash=%016" PRIx64 "\n",
	       counts[COUNT_SALES], counts[COUNT_CUTS], counts[COUNT_OFFLINE], counts[COUNT_LOST],
	       counts[COUNT_DOUBLED], counts[COUNT_UNACCOUNTED], counts[COUNT_OVER_LEASE], counts[COUNT_TID_COLLISIONS],
	       counts[COUNT_STUCK], options.seed, totals.hash);
	return good ? 0 : 1;
}
