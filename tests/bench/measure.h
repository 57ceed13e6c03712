/* What the benchmarks share: time read from a clock, times put in order for their middle and far end, and the way out
 * when there is nothing to measure. */
#ifndef BT_TESTS_BENCH_MEASURE_H
#define BT_TESTS_BENCH_MEASURE_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline int64_t bench_read_ns(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline int64_t bench_now_us(void)
{
	return bench_read_ns(CLOCK_MONOTONIC) / 1000;
}

/* What this thread has worked. */
static inline int64_t bench_cpu_us(void)
{
	return bench_read_ns(CLOCK_THREAD_CPUTIME_ID) / 1000;
}

static inline int bench_compare_us(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The shortest first: the median is then us[count / 2]. */
static inline void bench_sort_us(int64_t *us, size_t count)
{
	qsort(us, count, sizeof *us, bench_compare_us);
}

static inline _Noreturn void bench_fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", program_invocation_short_name, what);
	exit(1);
}

#endif
