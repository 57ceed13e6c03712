#include "core/sandbox/clock.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#define BASE_2014_MS  INT64_C(1388534400000)
#define INDIA_OFFSET  (BT_SBX_HOUR_MS * 11 / 2)
#define CUT_STARTS_AT (10 * BT_SBX_HOUR_MS)

/* The one fault that changes what time it is; atomic because request threads read it. */
static _Atomic int64_t clock_skew_ms;
/* Set before any thread starts. */
static int64_t (*clock_source)(void *context);
static void *clock_context;

static int64_t read_clock(clockid_t which)
{
	struct timespec now;
	clock_gettime(which, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t bt_sbx_now_ms(void)
{
	int64_t now = clock_source ? clock_source(clock_context) : read_clock(CLOCK_REALTIME);
	return now + atomic_load(&clock_skew_ms);
}

int64_t bt_sbx_tick_ms(void)
{
	return clock_source ? clock_source(clock_context) : read_clock(CLOCK_MONOTONIC);
}

void bt_sbx_clock_use(int64_t (*now_ms)(void *context), void *context)
{
	clock_source = now_ms;
	clock_context = context;
}

void bt_sbx_clock_skew(int64_t ms)
{
	atomic_store(&clock_skew_ms, ms);
}

int64_t bt_sbx_tid_minute(int64_t ms)
{
	return (ms - BASE_2014_MS) / BT_SBX_MINUTE_MS;
}

const char *const bt_sbx_holidays[] = {"2026-08-15", "2026-10-02", "2027-01-26", NULL};

static bool is_holiday(int64_t day)
{
	char text[16];
	time_t seconds = (time_t)(day * (BT_SBX_DAY_MS / 1000));
	struct tm civil;
	if (!gmtime_r(&seconds, &civil) || strftime(text, sizeof text, "%Y-%m-%d", &civil) == 0)
		return false;
	for (size_t i = 0; bt_sbx_holidays[i]; i++)
		if (strcmp(bt_sbx_holidays[i], text) == 0)
			return true;
	return false;
}

int64_t bt_sbx_next_cut(int64_t ms)
{
	int64_t day = (ms + INDIA_OFFSET) / BT_SBX_DAY_MS;
	for (;; day++) {
		int64_t cut = day * BT_SBX_DAY_MS - INDIA_OFFSET + CUT_STARTS_AT;
		/* Day 0 of the epoch was a Thursday, so (day + 4) % 7 is 0 on a Sunday. */
		if (cut > ms && (day + 4) % 7 != 0 && !is_holiday(day))
			return cut;
	}
}

int64_t bt_sbx_month_of(int64_t ms)
{
	struct tm civil;
	time_t seconds = (time_t)((ms + INDIA_OFFSET) / 1000);
	return gmtime_r(&seconds, &civil) ? (int64_t)(civil.tm_year + 1900) * 100 + civil.tm_mon + 1 : 0;
}

int64_t bt_sbx_month_start(int64_t month)
{
	struct tm civil = {
	    .tm_year = (int)(month / 100) - 1900, .tm_mon = (int)(month % 100) - 1, .tm_mday = 1, .tm_hour = 0};
	return (int64_t)timegm(&civil) * 1000 - INDIA_OFFSET;
}

int64_t bt_sbx_month_next(int64_t month)
{
	return month % 100 == 12 ? (month / 100 + 1) * 100 + 1 : month + 1;
}
