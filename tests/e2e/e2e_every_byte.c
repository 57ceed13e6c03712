/* The connection breaks at every byte: of the request, of the reply, with a reset, an orderly end, silence, the server
 * gone for good, or the request served and its answer never seen. A sale ends with a token all the same, and it is the
 * ledger's, digit for digit; an upload that was cut is made good by the next.
 *
 * Usage: e2e_every_byte [sale|drain]. A sample of the bytes; with FAULTS_ALL=1 every one. ONLY_AT and ONLY_KIND choose
 * cases. */
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/e2e/aftermath.h"

#define CONSUMERS      400
#define ROUND          60 /* sales between two starts from the kept world */
#define READY_MS       10000
#define MARGIN         256 /* bytes beyond what was counted: handshakes differ a little in length */
#define THOROUGH       16  /* so many drains lie between two whose slips and meters are looked at too */
#define VIOLATIONS_MAX 25
#define SETTINGS       "[batti]\ndeadline_ms = 300\nslow_ms = 200\n"

static const char *const directions[] = {"request", "reply"};

enum what { SALE, DRAIN };

/** What follows the last byte, and how many bytes lie between two cases: of a sample, and of all. An upload over a line
 *  that is silent waits for its deadline of 20 s, a sale for what the settings say. */
static const struct kind {
	const char *name;
	int sample[2], all[2];
} kinds[] = {
    {"reset", {[SALE] = 307, [DRAIN] = 1499}, {[SALE] = 1, [DRAIN] = 1}},
    {"gone", {[SALE] = 307, [DRAIN] = 1499}, {[SALE] = 7, [DRAIN] = 31}},
    {"end", {[SALE] = 307, [DRAIN] = 1499}, {[SALE] = 5, [DRAIN] = 37}},
    {"deaf", {[SALE] = 307, [DRAIN] = 16000}, {[SALE] = 11, [DRAIN] = 1501}},
    {"silence", {[SALE] = 307, [DRAIN] = 20000}, {[SALE] = 13, [DRAIN] = 1501}},
};

#define KINDS (sizeof kinds / sizeof kinds[0])

struct proxy {
	pid_t pid;
	int port; /* 0 until it has taken one */
	int64_t carried[2];
	bool harmed;
};

/** One case. */
struct cut {
	const char *kind, *direction;
	int64_t at;
};

struct tally {
	int cases, unmet, violations;
};

/* ---- the proxy ---- */

static void become_proxy(const struct world *world, const struct proxy *proxy, const struct cut *cut)
{
	char port[16], to[16], ready[WORLD_PATH_CAP], count[WORLD_PATH_CAP], at[32];
	const char *words[] = {FAULT_PROXY, "--listen", port, "--to", to, "--ready", ready, "--count",
			       count,       "--cut",    NULL, "--at", at, "--then",  NULL,  NULL};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(port, sizeof port, "%d", proxy->port);
	snprintf(to, sizeof to, "%d", world->port);
	world_fill(world, "%D/proxy-ready", ready);
	world_fill(world, "%D/proxy-count", count);
	if (cut != NULL) {
		snprintf(at, sizeof at, "%" PRId64, cut->at);
		words[10] = cut->direction;
		words[14] = cut->kind;
	} else {
		words[9] = NULL;
	}
	execv(FAULT_PROXY, (char *const *)(uintptr_t)words);
	_exit(127);
}

static void start_proxy(struct world *world, struct proxy *proxy, const struct cut *cut)
{
	char ready[WORLD_PATH_CAP], line[32] = "";
	FILE *file;

	world_fill(world, "%D/proxy-ready", ready);
	unlink(ready);
	proxy->pid = fork();
	if (proxy->pid == 0)
		become_proxy(world, proxy, cut);
	for (int waited = 0; access(ready, F_OK) != 0; waited += 2) {
		if (waited > READY_MS)
			fail_msg("the proxy did not become ready");
		poll(NULL, 0, 2);
	}
	file = fopen(ready, "r");
	assert_true(file != NULL && fgets(line, sizeof line, file) != NULL);
	fclose(file);
	proxy->port = (int)strtol(line, NULL, 10);
	assert_in_range(proxy->port, 1, 65535);
}

static void stop_proxy(struct world *world, struct proxy *proxy)
{
	char count[WORLD_PATH_CAP], line[96] = "", *rest;
	int status = 0;
	FILE *file;

	kill(proxy->pid, SIGTERM);
	waitpid(proxy->pid, &status, 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	world_fill(world, "%D/proxy-count", count);
	file = fopen(count, "r");
	assert_true(file != NULL && fgets(line, sizeof line, file) != NULL);
	fclose(file);
	proxy->carried[0] = strtoll(line, &rest, 10);
	proxy->carried[1] = strtoll(rest, &rest, 10);
	proxy->harmed = strtol(rest, NULL, 10) != 0;
}

/* ---- the world behind it ---- */

static void write_settings(const struct world *world)
{
	char path[WORLD_PATH_CAP];
	FILE *file;

	world_fill(world, "%T/batti.conf", path);
	file = fopen(path, "w");
	assert_true(file != NULL && fputs(SETTINGS, file) >= 0 && fclose(file) == 0);
}

/* The terminal knows the proxy's port as its server. */
static struct world *open_behind(struct proxy *proxy)
{
	struct world *world = world_open(CONSUMERS);
	char server[sizeof world->url];

	memcpy(server, world->url, sizeof server);
	start_proxy(world, proxy, NULL);
	snprintf(world->url, sizeof world->url, "https://127.0.0.1:%d", proxy->port);
	world_enrol(world, world->terminal);
	memcpy(world->url, server, sizeof server);
	write_settings(world);
	return world;
}

static void start_again(struct world *world)
{
	aftermath_restore(world);
	world_start_server(world);
}

static void complain(struct tally *tally, const struct cut *cut, const char *why)
{
	tally->violations++;
	if (cut != NULL)
		print_message("ONLY_KIND=%s ONLY_AT=%" PRId64 " of the %s: %s\n", cut->kind, cut->at, cut->direction,
			      why);
	else
		print_message("after the round: %s\n", why);
	if (tally->violations >= VIOLATIONS_MAX)
		fail_msg("%d violations, enough", tally->violations);
}

static bool is_wanted(const struct cut *cut)
{
	const char *kind = getenv("ONLY_KIND"), *at = getenv("ONLY_AT");

	return (kind == NULL || strcmp(kind, cut->kind) == 0) && (at == NULL || strtoll(at, NULL, 10) == cut->at);
}

/* Call @p each for every cut of what was counted without one. */
static void cut_everywhere(enum what what, const int64_t counted[2], void (*each)(void *context, const struct cut *cut),
			   void *context)
{
	bool all = getenv("FAULTS_ALL") != NULL;

	for (int direction = 0; direction < 2; direction++)
		for (size_t kind = 0; kind < KINDS; kind++) {
			int step = all ? kinds[kind].all[what] : kinds[kind].sample[what];
			int64_t first = all ? 0 : (int64_t)kind * step / (int64_t)KINDS;

			if (getenv("ONLY_AT") != NULL)
				first = strtoll(getenv("ONLY_AT"), NULL, 10) % step;
			for (int64_t at = first; at <= counted[direction] + MARGIN; at += step) {
				struct cut cut = {kinds[kind].name, directions[direction], at};

				if (is_wanted(&cut))
					each(context, &cut);
			}
		}
}

/* ---- sales ---- */

struct selling {
	struct world *world;
	struct proxy *proxy;
	struct tally tally;
	struct aftermath_seen seen[ROUND];
	int sold;
};

static struct world_run sell(struct world *world, int nth)
{
	char line[512];

	snprintf(line, sizeof line,
		 "sell --state %%T --passphrase-file %%P --connection %s --amount %d --tender cash --json",
		 world_number(world, "sts_units", "", nth), AFTERMATH_RUPEES);
	return world_batti(world, line);
}

/* All that was sold since the start: sent, in the ledger with the consumer's digits, and in the meters. */
static void settle_round(struct selling *selling)
{
	struct world *world = selling->world;
	char why[AFTERMATH_WHY_CAP] = "";
	int64_t unsent, recorded;
	json_t *ledger;

	start_proxy(world, selling->proxy, NULL);
	unsent = world_sync(world);
	if (unsent != 0)
		unsent = world_sync(world);
	stop_proxy(world, selling->proxy);
	recorded = aftermath_recorded(world, why);
	ledger = world_ledger(world);
	if (recorded >= 0 && (unsent != 0 || recorded != selling->sold ||
			      (int64_t)json_array_size(json_object_get(ledger, "entries")) != recorded))
		snprintf(why, sizeof why, "%d sold, %" PRId64 " in the record, %zu in the ledger, %" PRId64 " unsent",
			 selling->sold, recorded, json_array_size(json_object_get(ledger, "entries")), unsent);
	for (int i = 0; why[0] == '\0' && i < selling->sold; i++)
		aftermath_seen_holds(json_object_get(ledger, "entries"), &selling->seen[i], why);
	if (why[0] != '\0' || !aftermath_entries_hold(world, ledger, why))
		complain(&selling->tally, NULL, why);
	json_decref(ledger);
	selling->sold = 0;
	start_again(world);
}

static void sell_through(void *context, const struct cut *cut)
{
	struct selling *selling = context;
	struct world_run run;
	struct aftermath_seen *seen;
	char why[AFTERMATH_WHY_CAP];

	if (selling->sold == ROUND)
		settle_round(selling);
	seen = &selling->seen[selling->sold++];
	start_proxy(selling->world, selling->proxy, cut);
	run = sell(selling->world, selling->sold);
	stop_proxy(selling->world, selling->proxy);
	aftermath_read_sale(&run, seen);
	if (run.status != 0 || seen->token[0] == '\0') {
		snprintf(why, sizeof why, "exit %d %.300s %.300s", run.status, run.out, run.err);
		complain(&selling->tally, cut, why);
	}
	world_run_free(&run);
	selling->tally.cases++;
	selling->tally.unmet += !selling->proxy->harmed;
}

static void say_tally(const char *what, const int64_t counted[2], const struct tally *tally)
{
	print_message("%s: %" PRId64 " bytes asked, %" PRId64 " answered, %d cases, %d beyond the end, %d violations\n",
		      what, counted[0], counted[1], tally->cases, tally->unmet, tally->violations);
	assert_int_equal(tally->violations, 0);
	assert_in_range(tally->unmet, 0, tally->cases / 4);
}

static void sells_over_a_line_cut_at_every_byte(void **state)
{
	static struct selling selling;
	struct proxy proxy = {0};
	struct world *world = open_behind(&proxy);
	struct world_run run;
	int64_t counted[2];

	(void)state;
	stop_proxy(world, &proxy);
	aftermath_keep(world);
	start_again(world);
	start_proxy(world, &proxy, NULL);
	run = sell(world, 0);
	stop_proxy(world, &proxy);
	assert_int_equal(run.status, 0);
	world_run_free(&run);
	memcpy(counted, proxy.carried, sizeof counted);
	start_again(world);
	selling = (struct selling){.world = world, .proxy = &proxy};
	cut_everywhere(SALE, counted, sell_through, &selling);
	settle_round(&selling);
	world_close(world);
	say_tally("sale", counted, &selling.tally);
}

/* ---- a drain ---- */

#define DRAINED 3

struct draining {
	struct world *world;
	struct proxy *proxy;
	struct tally tally;
	struct aftermath_seen seen[DRAINED];
};

static bool all_drained(struct draining *draining, char why[AFTERMATH_WHY_CAP])
{
	struct world *world = draining->world;
	json_t *ledger = world_ledger(world), *entries = json_object_get(ledger, "entries");
	bool holds = true;

	for (int i = 0; holds && i < DRAINED; i++)
		holds = aftermath_seen_holds(entries, &draining->seen[i], why);
	if (draining->tally.cases % THOROUGH == 1)
		holds = holds && aftermath_entries_hold(world, ledger, why);
	if (holds && json_array_size(entries) != DRAINED) {
		snprintf(why, AFTERMATH_WHY_CAP, "%zu sales in the ledger", json_array_size(entries));
		holds = false;
	}
	json_decref(ledger);
	return holds;
}

static void drain_through(void *context, const struct cut *cut)
{
	struct draining *draining = context;
	struct world *world = draining->world;
	char why[AFTERMATH_WHY_CAP] = "";
	int64_t unsent, recorded;
	int status;

	start_again(world);
	start_proxy(world, draining->proxy, cut);
	status = aftermath_run(world, "sync --state %T --json", NULL);
	stop_proxy(world, draining->proxy);
	draining->tally.cases++;
	draining->tally.unmet += !draining->proxy->harmed;
	start_proxy(world, draining->proxy, NULL);
	unsent = world_sync(world);
	stop_proxy(world, draining->proxy);
	recorded = aftermath_recorded(world, why);
	if (why[0] == '\0' && (status < 0 || status > 5 || unsent != 0 || recorded != DRAINED))
		snprintf(why, sizeof why, "exit %d, then %" PRId64 " unsent, %" PRId64 " in the record", status, unsent,
			 recorded);
	if (why[0] != '\0' || !all_drained(draining, why))
		complain(&draining->tally, cut, why);
}

static void drains_over_a_line_cut_at_every_byte(void **state)
{
	static struct draining draining;
	struct proxy proxy = {0};
	struct world *world = open_behind(&proxy);
	int64_t counted[2];

	(void)state;
	stop_proxy(world, &proxy); /* nobody listens: the sales are made at the counter */
	draining = (struct draining){.world = world, .proxy = &proxy};
	for (int i = 0; i < DRAINED; i++) {
		struct world_run run = sell(world, i);

		aftermath_read_sale(&run, &draining.seen[i]);
		assert_int_equal(run.status, 0);
		world_run_free(&run);
	}
	aftermath_keep(world);
	start_again(world);
	start_proxy(world, &proxy, NULL);
	assert_int_equal(world_sync(world), 0);
	stop_proxy(world, &proxy);
	memcpy(counted, proxy.carried, sizeof counted);
	cut_everywhere(DRAIN, counted, drain_through, &draining);
	world_close(world);
	say_tally("drain", counted, &draining.tally);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest sale[] = {cmocka_unit_test(sells_over_a_line_cut_at_every_byte)};
	const struct CMUnitTest drain[] = {cmocka_unit_test(drains_over_a_line_cut_at_every_byte)};
	int failed = 0;

	if (argc < 2 || strcmp(argv[1], "sale") == 0)
		failed += cmocka_run_group_tests(sale, NULL, NULL);
	if (argc < 2 || strcmp(argv[1], "drain") == 0)
		failed += cmocka_run_group_tests(drain, NULL, NULL);
	return failed;
}
