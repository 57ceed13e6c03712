#include "core/base/clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int64_t read_clock_ms(clockid_t id)
{
	struct timespec now;

	if (clock_gettime(id, &now) != 0)
		return 0;
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t read_wall_ms(void *self)
{
	(void)self;
	return read_clock_ms(CLOCK_REALTIME);
}

static int64_t read_boot_ms(void *self)
{
	(void)self;
	return read_clock_ms(CLOCK_BOOTTIME);
}

static void read_boot_id(void *self, char out[37])
{
	ssize_t got = 0;
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

	(void)self;
	memset(out, 0, 37);
	if (fd >= 0) {
		got = read(fd, out, 36);
		close(fd);
	}
	/* Without an identity every process start counts as a new boot: the clock is then confirmed again. */
	if (got != 36)
		snprintf(out, 37, "no-boot-id-%d", (int)getpid());
}

struct bt_clock bt_clock_system(void)
{
	return (struct bt_clock){.wall_ms = read_wall_ms, .boot_ms = read_boot_ms, .boot_id = read_boot_id};
}

int64_t bt_clock_wall_ms(const struct bt_clock *clock)
{
	return clock->wall_ms(clock->self);
}

int64_t bt_clock_boot_ms(const struct bt_clock *clock)
{
	return clock->boot_ms(clock->self);
}

void bt_clock_boot_id(const struct bt_clock *clock, char out[37])
{
	clock->boot_id(clock->self, out);
}

#define DAY_MS INT64_C(86400000)

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int64_t days_from_civil(int64_t year, int month, int day)
{
	int64_t y = year - (month <= 2), era = floor_div(y, 400), yoe = y - era * 400;
	int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

struct bt_civil bt_civil_of(int64_t ms, int offset_minutes)
{
	int64_t local = ms + (int64_t)offset_minutes * 60000;
	int64_t days = floor_div(local, DAY_MS), rest = local - days * DAY_MS;
	int64_t z = days + 719468, era = floor_div(z, 146097), doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	int month = (int)(mp < 10 ? mp + 3 : mp - 9);

	return (struct bt_civil){
	    .year = (int)(yoe + era * 400 + (month <= 2)),
	    .month = month,
	    .day = (int)(doy - (153 * mp + 2) / 5 + 1),
	    .hour = (int)(rest / 3600000),
	    .minute = (int)(rest / 60000 % 60),
	    .second = (int)(rest / 1000 % 60),
	    .weekday = (int)((days % 7 + 11) % 7),
	};
}

int64_t bt_civil_to_ms(struct bt_civil c, int offset_minutes)
{
	int64_t days = days_from_civil(c.year, c.month, c.day);

	return days * DAY_MS + ((int64_t)c.hour * 3600 + c.minute * 60 + c.second) * 1000 -
	       (int64_t)offset_minutes * 60000;
}

void bt_time_format_utc(int64_t ms, char out[21])
{
	struct bt_civil c = bt_civil_of(ms, 0);

	char text[64];

	snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", c.year, c.month, c.day, c.hour, c.minute,
		 c.second);
	memcpy(out, text, 20);
	out[20] = 0;
}
