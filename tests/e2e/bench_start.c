/* Start of the counter to its first usable screen, against the start of an empty curses program in the same run. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/e2e/bench.h"
#include "tests/e2e/counter.h"

#define ROUNDS  15
#define WAIT_MS 20000

static int64_t time_start(struct pty *pty, const char *text, int64_t began)
{
	int64_t took = pty_wait(pty, text, WAIT_MS) ? bench_clock_ns() - began : -1;

	pty_close(pty);
	return took;
}

int main(void)
{
	static struct bench_samples ours, limit;
	static const struct counter_options options = {.lang = "en"};
	static const char *const empty[] = {BENCH_EMPTY, NULL};
	struct world *world = world_open_enrolled(1000);

	for (int i = 0; i < ROUNDS; i++) {
		struct pty_options plain = {.argv = empty};
		int64_t began = bench_clock_ns();

		bench_add(&limit, time_start(pty_open(&plain), "ready", began), "the empty program");
		began = bench_clock_ns();
		bench_add(&ours, time_start(counter_open(world, &options), COUNTER_CLERK, began), "the counter");
	}
	world_close(world);
	bench_print("start_to_sign_in", &ours, "empty curses program", &limit);
	return EXIT_SUCCESS;
}
