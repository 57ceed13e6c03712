/* What the benchmarks that look at a screen share: samples, their middle and their far end, and the line they print. */
#ifndef TESTS_E2E_BENCH_H
#define TESTS_E2E_BENCH_H

#include <stddef.h>
#include <stdint.h>

#define BENCH_SAMPLES_MAX 4096

struct bench_samples {
	int64_t ns[BENCH_SAMPLES_MAX];
	size_t count;
};

int64_t bench_clock_ns(void);
/** Ends the program when the sample is negative (nothing came) or there are too many. */
void bench_add(struct bench_samples *samples, int64_t ns, const char *what);
/** One JSON line: p50 and p99 in microseconds of both, and how many times the limit's p50 ours is. */
void bench_print(const char *name, struct bench_samples *ours, const char *limit_name, struct bench_samples *limit);

#endif
