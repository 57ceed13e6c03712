/* The head-end's clock: milliseconds since the epoch, UTC, plus the skew that the `clock` fault asks for, and the two
 * calendars the sandbox needs: TID minutes and working days in India. */
#ifndef BT_SANDBOX_CLOCK_H
#define BT_SANDBOX_CLOCK_H

#include <stdint.h>

#define BT_SBX_MINUTE_MS INT64_C(60000)
#define BT_SBX_HOUR_MS   INT64_C(3600000)
#define BT_SBX_DAY_MS    INT64_C(86400000)

/** Milliseconds since 1970 UTC as this head-end believes. */
int64_t bt_sbx_now_ms(void);
/** Monotonic milliseconds, for durations. */
int64_t bt_sbx_tick_ms(void);
/** Make the head-end's clock wrong by @p ms (0: right). */
void bt_sbx_clock_skew(int64_t ms);
/** Take the time from @p now_ms (skew still added) and durations too: for a simulation. NULL: the system's again. */
void bt_sbx_clock_use(int64_t (*now_ms)(void *context), void *context);
/** Whole minutes since 2014-01-01 00:00 UTC, seconds cut off. Source: facts/sts.md 5.3. */
int64_t bt_sbx_tid_minute(int64_t ms);
/** Days on which nobody is cut, "2026-08-15", rising; ends with NULL. Source: facts/vending.md 5.2 (fixed holidays). */
extern const char *const bt_sbx_holidays[];
/** Year * 100 + month of @p ms in India. */
int64_t bt_sbx_month_of(int64_t ms);
/** The moment at which it begins there. */
int64_t bt_sbx_month_start(int64_t month);
/** The month after it. */
int64_t bt_sbx_month_next(int64_t month);
/** The next 10:00 in India after @p ms that is not on a Sunday or a holiday. Source: facts/vending.md 5.2. */
int64_t bt_sbx_next_cut(int64_t ms);

#endif
