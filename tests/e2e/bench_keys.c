/* Keystroke to changed cell through a pty, the search field of home, against an empty curses program in the same run.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/e2e/bench.h"
#include "tests/e2e/counter.h"

#define KEYS     400
#define WAIT_MS  5000
#define QUIET_MS 3

static void time_keys(struct pty *pty, const char *const keys[2], struct bench_samples *out, const char *what)
{
	for (int i = 0; i < KEYS; i++) {
		int64_t began = bench_clock_ns();

		pty_type(pty, keys[i % 2]);
		bench_add(out, pty_wait_change(pty, WAIT_MS) < 0 ? -1 : bench_clock_ns() - began, what);
		pty_settle(pty, QUIET_MS, WAIT_MS);
	}
}

int main(void)
{
	static struct bench_samples ours, limit;
	static const struct counter_options options = {.lang = "en"};
	static const char *const empty[] = {BENCH_EMPTY, NULL};
	struct pty_options plain = {.argv = empty};
	struct world *world = world_open_enrolled(5000);
	struct pty *counter = counter_open(world, &options), *least = pty_open(&plain);

	counter_sign_in(counter);
	pty_wait(least, "ready", WAIT_MS);
	/* The fifth digit of a number and back: each shows another list of consumers. */
	counter_type(counter, "1002");
	pty_settle(counter, 100, WAIT_MS);
	time_keys(least, (const char *const[]){"4", "5"}, &limit, "the empty program");
	time_keys(counter, (const char *const[]){"4", "{Backspace}"}, &ours, "the counter");
	pty_close(least);
	pty_close(counter);
	world_close(world);
	bench_print("keystroke_to_screen", &ours, "empty curses program", &limit);
	return EXIT_SUCCESS;
}
