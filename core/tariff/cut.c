/* When supply may be cut, and what keeps it. */
#include "core/tariff/tariff.h"

#include "core/base/clock.h"

#define MINUTE_MS     INT64_C(60000)
#define HOUR_MS       (60 * MINUTE_MS)
#define DAY_MS        (24 * HOUR_MS)
#define DAY_MINUTES   INT64_C(1440)
#define INDIA_MS      (BT_INDIA_OFFSET_MINUTES * MINUTE_MS)
#define BASIS_POINTS  10000
#define FORESEEN_DAYS 366 /* of use; beyond that nobody can say */

static int64_t day_of(int64_t ms)
{
	return (ms + INDIA_MS) / DAY_MS;
}

static int64_t time_of(int64_t day, int minute)
{
	return day * DAY_MS - INDIA_MS + minute * MINUTE_MS;
}

/* Day 0 was a Thursday. */
static bool is_spared(const struct bt_tariff *tariff, int64_t day)
{
	if (tariff->cut_not_sunday && (day + 4) % 7 == 0)
		return true;
	for (int i = 0; i < tariff->holiday_count; i++) {
		if (tariff->holidays[i] == day)
			return true;
	}
	return false;
}

/* Ends: there are fewer holidays than days. */
int64_t bt_tariff_next_cut(const struct bt_tariff *tariff, int64_t from_ms)
{
	for (int64_t day = day_of(from_ms);; day++) {
		int64_t opens = time_of(day, tariff->cut_from_minute);
		if (!is_spared(tariff, day) && from_ms < time_of(day, tariff->cut_until_minute))
			return from_ms > opens ? from_ms : opens;
	}
}

static int64_t divide_up(int64_t value, int64_t by)
{
	return (value + by - 1) / by;
}

/* Which step a day falls in nobody knows beforehand: the dearest, so that nobody comes too early. */
static bt_paise dearest_of(const struct bt_tariff_category *category)
{
	bt_paise rate = category->rate;
	for (int i = 0; i < category->step_count; i++) {
		if (category->steps[i].rate > rate)
			rate = category->steps[i].rate;
	}
	return rate;
}

/* What is taken from the balance in so many minutes, upwards. In minutes nothing of a year's overflows. */
static bt_paise cost_of(const struct bt_tariff *tariff, const struct bt_tariff_use *use, int64_t minutes)
{
	const struct bt_tariff_category *row = bt_tariff_category_find(tariff, use->category);
	int64_t tenths = divide_up(use->daily_units * minutes, DAY_MINUTES) - use->free_left;
	bt_paise cost = divide_up(use->dues_daily * minutes, DAY_MINUTES);
	if (row && tenths > 0)
		cost += divide_up(tenths * dearest_of(row) * (BASIS_POINTS + row->duty_bp), 10 * BASIS_POINTS);
	return cost;
}

bt_paise bt_tariff_safe_amount(const struct bt_tariff *tariff, const struct bt_tariff_use *use, int64_t now_ms)
{
	int64_t next = bt_tariff_next_cut(tariff, time_of(day_of(now_ms) + 1, 0));
	int64_t span = next - tariff->cut_grace_hours * HOUR_MS - now_ms;
	bt_paise reserve = span > 0 ? cost_of(tariff, use, divide_up(span, MINUTE_MS)) : 0;
	if (reserve < tariff->minimum)
		reserve = tariff->minimum;
	if (use->balance >= reserve)
		return 0;
	bt_paise least = reserve - use->balance;
	if (least < tariff->minimum)
		least = tariff->minimum;
	return divide_up(least, BT_PAISE_PER_RUPEE) * BT_PAISE_PER_RUPEE;
}

int64_t bt_tariff_safe_until(const struct bt_tariff *tariff, const struct bt_tariff_use *use, int64_t now_ms)
{
	int64_t low = 0, high = FORESEEN_DAYS * DAY_MINUTES;
	if (use->daily_units <= 0 || use->balance < 0 || !bt_tariff_category_find(tariff, use->category) ||
	    cost_of(tariff, use, high) <= use->balance)
		return 0;
	while (high - low > 1) { /* the balance covers `low` minutes and not `high` */
		int64_t middle = (low + high) / 2;
		if (cost_of(tariff, use, middle) <= use->balance)
			low = middle;
		else
			high = middle;
	}
	return bt_tariff_next_cut(tariff, now_ms + low * MINUTE_MS + tariff->cut_grace_hours * HOUR_MS);
}
