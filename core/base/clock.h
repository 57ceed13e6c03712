/* Time through a small interface, and civil dates without the C library's zone tables.
 *
 * The core never reads a clock itself: it is handed a bt_clock. The real one is bt_clock_system(); the simulation has
 * its own. India has one zone and no summer time, so local time is UTC plus a fixed number of minutes. */
#ifndef BT_BASE_CLOCK_H
#define BT_BASE_CLOCK_H

#include <stdint.h>

#include "core/base/err.h"

struct bt_clock {
	/** Wall clock, milliseconds since 1970-01-01T00:00:00Z; may jump. MUST be set. */
	int64_t (*wall_ms)(void *self);
	/** Milliseconds since boot, counting suspension; never goes back within a boot. MUST be set. */
	int64_t (*boot_ms)(void *self);
	/** 36-character identity of this boot, NUL-terminated. MUST be set. */
	void (*boot_id)(void *self, char out[37]);
	void *self;
};

struct bt_clock bt_clock_system(void);
int64_t bt_clock_wall_ms(const struct bt_clock *clock);
int64_t bt_clock_boot_ms(const struct bt_clock *clock);
void bt_clock_boot_id(const struct bt_clock *clock, char out[37]);

#define BT_INDIA_OFFSET_MINUTES 330

/** A civil date and time in some zone; weekday 0 = Sunday. */
struct bt_civil {
	int year, month, day, hour, minute, second, weekday;
};

/** Civil time of @p ms shifted by @p offset_minutes. Pure; proleptic Gregorian; valid for years 1970..9999. */
struct bt_civil bt_civil_of(int64_t ms, int offset_minutes);
/** Inverse of bt_civil_of (weekday ignored). */
int64_t bt_civil_to_ms(struct bt_civil civil, int offset_minutes);
/** "2026-11-21T11:42:07Z"; @p out needs 21 bytes. */
void bt_time_format_utc(int64_t ms, char out[21]);

#endif
