/* Keystroke to screen on the worst of days: while ten thousand sales are being sent to a slow server, and while the
 * name of the server cannot be resolved and the question hangs. In the same run tig and htop, each moving its cursor.
 *
 * Usage: bench_busy [SALES]. A peer that is not installed is named as missing. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/e2e/bench.h"
#include "tests/e2e/counter.h"

#define KEYS      400
#define WAIT_MS   5000
#define QUIET_MS  3
#define SALES     10000
#define CONSUMERS 2500
#define HIDDEN    "head-end.test"

static void fail(const char *what)
{
	fprintf(stderr, "bench: %s\n", what);
	exit(EXIT_FAILURE);
}

/* The fifth digit of a number and back: each shows another list of consumers. The wait is for the digit in its field,
 * so that what moves in the status row meanwhile is not taken for an answer. */
static void time_counter(struct pty *counter, struct bench_samples *out)
{
	counter_type(counter, "1002");
	pty_settle(counter, 100, 1000);
	for (int i = 0; i < KEYS; i++) {
		bool adds = i % 2 == 0;
		int64_t began = bench_clock_ns();
		bool came;

		pty_type(counter, adds ? "4" : "{Backspace}");
		came = adds ? pty_wait(counter, "    10024", WAIT_MS) : pty_wait_gone(counter, "    10024", WAIT_MS);
		bench_add(out, came ? bench_clock_ns() - began : -1, "the counter");
		pty_settle(counter, QUIET_MS, 50);
	}
	counter_type(counter, "{Del}");
}

/* A cursor that moves down a list and up again. */
static void time_peer(const char *const *command, const char *ready, struct bench_samples *out)
{
	struct pty_options options = {.argv = command};
	struct pty *peer = pty_open(&options);

	if (!peer || !pty_wait(peer, ready, WAIT_MS))
		fail(command[0]);
	pty_settle(peer, 200, 1000);
	for (int i = 0; i < KEYS; i++) {
		int64_t began = bench_clock_ns();

		pty_type(peer, i % 2 ? "{Up}" : "{Down}");
		bench_add(out, pty_wait_change(peer, WAIT_MS) < 0 ? -1 : bench_clock_ns() - began, command[0]);
		pty_settle(peer, QUIET_MS, 50);
	}
	pty_close(peer);
}

static void write_numbers(const struct world *world, const char *path)
{
	FILE *file = fopen(path, "we");

	for (int i = 0; file && i < CONSUMERS / 2; i++)
		fprintf(file, "%s\n", world_number(world, "sts_units", "", i));
	if (!file || fclose(file) != 0)
		fail(path);
}

static void make_outage(struct world *world, const char *count)
{
	char numbers[WORLD_PATH_CAP];
	const char *const command[] = {MANY_SALES, world->terminal, world->passphrase, numbers, count, NULL};
	struct world_run run;

	world_fill(world, "%D/numbers", numbers);
	write_numbers(world, numbers);
	world_stop_server(world, false);
	run = world_run(command);
	if (run.status != 0)
		fail(run.err);
	world_run_free(&run);
}

/* "To send 9988" of the status row; -1 when it does not stand there. */
static long unsent(struct pty *counter)
{
	const char *slot = strstr(pty_row(counter, 0), "To send ");

	return slot ? strtol(slot + strlen("To send "), NULL, 10) : -1;
}

/* The terminal asks for a name from now on instead of an address. */
static void hide_server(struct world *world)
{
	static char text[1 << 20];
	char path[WORLD_PATH_CAP], *at;
	size_t len;
	FILE *file;

	world_fill(world, "%T/terminal.json", path);
	file = fopen(path, "r+e");
	len = file ? fread(text, 1, sizeof text - 64, file) : 0;
	text[len] = 0;
	at = strstr(text, "127.0.0.1");
	if (!at || fseek(file, 0, SEEK_SET) != 0)
		fail(path);
	fprintf(file, "%.*s%s%s", (int)(at - text), text, HIDDEN, at + strlen("127.0.0.1"));
	if (fclose(file) != 0)
		fail(path);
}

static struct pty *open_without_names(struct world *world)
{
	const char *const command[] = {
	    BATTI_PROGRAM, "--state", world->terminal, "--passphrase-file", world->passphrase, "--lang", "en", NULL};
	static const char *const extra[] = {"LD_PRELOAD=" HANGING_DNS, NULL};
	struct pty_options options = {.argv = command, .extra = extra};

	return pty_open(&options);
}

static bool find_program(const char *name, char out[PATH_MAX])
{
	static const char *const folders[] = {"/usr/bin", "/bin", "/usr/local/bin"};

	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		snprintf(out, PATH_MAX, "%s/%s", folders[i], name);
		if (access(out, X_OK) == 0)
			return true;
	}
	return false;
}

/* A list for tig that is the same everywhere: a repository of its own with some commits. */
static void make_repository(struct world *world, char out[WORLD_PATH_CAP])
{
	static const char script[] = "git init -q \"$1\" && cd \"$1\" && for i in 1 2 3 4 5 6 7 8; do git -c "
				     "user.name=a -c user.email=a@b commit -q "
				     "--allow-empty -m \"commit $i\" || exit 1; done";
	const char *const command[] = {"/bin/sh", "-c", script, "sh", out, NULL};
	struct world_run run;

	world_fill(world, "%D/repository", out);
	run = world_run(command);
	if (run.status != 0)
		fail(run.err);
	world_run_free(&run);
}

static void time_peers(struct world *world, struct bench_samples *tig, struct bench_samples *htop)
{
	char program[PATH_MAX], repository[WORLD_PATH_CAP];
	const char *const with_tig[] = {"/bin/sh", "-c", "cd \"$1\" && exec \"$2\"", "sh", repository, program, NULL};
	const char *const with_htop[] = {program, NULL};

	if (find_program("tig", program)) {
		make_repository(world, repository);
		time_peer(with_tig, "commit 8", tig);
	}
	if (find_program("htop", program))
		time_peer(with_htop, "PID", htop);
}

static void print_both(const char *name, struct bench_samples *ours, struct bench_samples *tig,
		       struct bench_samples *htop)
{
	bench_print(name, ours, tig->count ? "tig" : "tig is not installed", tig);
	bench_print(name, ours, htop->count ? "htop" : "htop is not installed", htop);
}

int main(int argc, char **argv)
{
	static struct bench_samples sending, nameless, tig, htop;
	static const struct counter_options options = {.lang = "en"};
	char count[24];
	long sales = argc > 1 ? strtol(argv[1], NULL, 10) : SALES;
	struct world *world = world_open_wide(CONSUMERS);
	struct pty *counter;
	long left;

	snprintf(count, sizeof count, "%ld", sales);
	make_outage(world, count);
	world_start_server(world);
	world_fault(world, "slow=150");
	counter = counter_open(world, &options);
	counter_sign_in(counter);
	time_counter(counter, &sending);
	left = unsent(counter);
	if (left <= 0 || left >= sales)
		fail("nothing was sent meanwhile, or all of it");
	counter_close(counter);

	time_peers(world, &tig, &htop);

	world_stop_server(world, false);
	hide_server(world);
	counter = open_without_names(world);
	counter_sign_in(counter);
	time_counter(counter, &nameless);
	pty_close(counter); /* by SIGKILL: the question still hangs */
	world_close(world);
	print_both("keystroke_while_sending", &sending, &tig, &htop);
	print_both("keystroke_while_dns_hangs", &nameless, &tig, &htop);
	return EXIT_SUCCESS;
}
