#include "tests/e2e/bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int64_t bench_clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void bench_add(struct bench_samples *samples, int64_t ns, const char *what)
{
	if (ns < 0 || samples->count == BENCH_SAMPLES_MAX) {
		fprintf(stderr, "bench: no answer from %s\n", what);
		exit(EXIT_FAILURE);
	}
	samples->ns[samples->count++] = ns;
}

static int compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int64_t take_us(struct bench_samples *samples, size_t percent)
{
	if (samples->count == 0)
		return 0;
	qsort(samples->ns, samples->count, sizeof samples->ns[0], compare);
	return samples->ns[(samples->count - 1) * percent / 100] / 1000;
}

void bench_print(const char *name, struct bench_samples *ours, const char *limit_name, struct bench_samples *limit)
{
	int64_t middle = take_us(ours, 50), limit_middle = take_us(limit, 50);

	printf("{\"bench\":\"%s\",\"samples\":%zu,\"p50_us\":%" PRId64 ",\"p99_us\":%" PRId64
	       ",\"limit\":\"%s\",\"limit_p50_us\":%" PRId64 ",\"limit_p99_us\":%" PRId64 ",\"times_limit\":%.2f}\n",
	       name, ours->count, middle, take_us(ours, 99), limit_name, limit_middle, take_us(limit, 99),
	       limit_middle > 0 ? (double)middle / (double)limit_middle : 0.0);
}
