/* Minute numbers, expiry of keys, and the choice of a TID in a lane (PROTOCOL T3).
 * rooms: core/sts core/base */
#include "core/sts/tid.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "core/base/clock.h"

#define NOON 6790320u /* minute 720 of a day, and a multiple of 16 */

static int64_t make_time(int year, int month, int day, int hour, int minute, int second)
{
	return bt_civil_to_ms((struct bt_civil){year, month, day, hour, minute, second, 0}, 0);
}

static void expect_tid(int64_t wall_ms, uint16_t base, uint32_t expected)
{
	uint32_t tid = 77;

	assert_int_equal(bt_sts_tid_of(wall_ms, base, &tid), BT_OK);
	assert_int_equal(tid, expected);
}

/* Dates printed by the STS Association (tests/vectors/sts_public_examples.csv). */
static void test_public_dates(void **state)
{
	(void)state;
	expect_tid(make_time(2016, 12, 11, 15, 49, 0), 1993, 12593749);
	expect_tid(make_time(2020, 1, 1, 8, 0, 0), 1993, 14200320);
	expect_tid(make_time(2020, 1, 1, 8, 0, 59), 2014, 3155520);
	expect_tid(make_time(2024, 11, 24, 20, 15, 59), 1993, BT_STS_TID_MAX);
	expect_tid(make_time(2045, 11, 24, 20, 15, 0), 2014, BT_STS_TID_MAX);
	expect_tid(make_time(2035, 1, 1, 0, 0, 0), 2035, 0);
}

static void test_dates_outside(void **state)
{
	uint32_t tid = 77;

	(void)state;
	assert_int_equal(bt_sts_tid_of(make_time(2024, 11, 24, 20, 16, 0), 1993, &tid), BT_ERANGE);
	assert_int_equal(bt_sts_tid_of(make_time(2014, 1, 1, 0, 0, 0) - 1, 2014, &tid), BT_ERANGE);
	assert_int_equal(bt_sts_tid_of(INT64_MIN, 2014, &tid), BT_ERANGE);
	assert_int_equal(bt_sts_tid_of(INT64_MAX, 2014, &tid), BT_ERANGE);
	assert_int_equal(bt_sts_tid_of(make_time(2020, 1, 1, 0, 0, 0), 2020, &tid), BT_EINPUT);
	assert_int_equal(tid, 77);
}

/* Asked for in 00:01, a token carries 00:02; only one asked for as special carries 00:01. */
static void test_minute_to_carry(void **state)
{
	const uint32_t midnight = NOON / 1440 * 1440;
	uint32_t tid = 77;

	(void)state;
	for (uint32_t minute = midnight; minute < midnight + 1440; minute++) {
		assert_int_equal(bt_sts_tid_ordinary(minute, &tid), BT_OK);
		assert_int_equal(tid, minute == midnight + 1 ? midnight + 2 : minute);
		assert_int_equal(bt_sts_tid_special(minute), midnight + 1);
	}
	assert_int_equal(bt_sts_tid_ordinary(BT_STS_TID_MAX, &tid), BT_OK);
	assert_int_equal(tid, BT_STS_TID_MAX);
	assert_int_equal(bt_sts_tid_ordinary(BT_STS_TID_MAX + 1, &tid), BT_ERANGE);
	assert_int_equal(bt_sts_tid_ordinary(UINT32_MAX, &tid), BT_ERANGE);
	assert_int_equal(tid, BT_STS_TID_MAX);
	assert_true(bt_sts_tid_special(BT_STS_TID_MAX) <= BT_STS_TID_MAX);
	assert_int_equal(bt_sts_tid_special(0), 1);
}

/* Expiry compares the eight high bits, and not a multiple of the number. */
static void test_expiry(void **state)
{
	(void)state;
	assert_false(bt_sts_ken_expired(85, 85u * 65535 + 1));
	assert_false(bt_sts_ken_expired(85, 5636095));
	assert_true(bt_sts_ken_expired(85, 5636096));
	assert_false(bt_sts_ken_expired(0, 65535));
	assert_true(bt_sts_ken_expired(0, 65536));
	assert_true(bt_sts_ken_expired(254, BT_STS_TID_MAX));
	assert_false(bt_sts_ken_expired(255, BT_STS_TID_MAX));
}

#define USED_MAX 64

struct meter {
	uint32_t tids[USED_MAX];
	size_t count;
};

static bool is_used(void *context, uint32_t tid)
{
	const struct meter *meter = context;

	for (size_t i = 0; i < meter->count; i++) {
		if (meter->tids[i] == tid)
			return true;
	}
	return false;
}

/* Choose and remember; 0 when there is none. */
static uint32_t take(const struct bt_sts_lane *lane, uint32_t minute, struct meter *meter)
{
	uint32_t tid = 0;
	enum bt_err err = bt_sts_tid_choose(lane, minute, is_used, meter, &tid);

	if (err == BT_ENOTFOUND) {
		assert_int_equal(tid, 0);
		return 0;
	}
	assert_int_equal(err, BT_OK);
	assert_true(meter->count < USED_MAX);
	meter->tids[meter->count++] = tid;
	return tid;
}

/* Nine tokens for one meter in one minute: the newest minute first, five back, then four ahead, then no more. */
static void test_burst(void **state)
{
	const struct bt_sts_lane lane = {.index = 3, .count = 16};
	static const int turns[] = {0, -1, -2, -3, -4, 1, 2, 3, 4};
	struct meter meter = {.count = 0};

	(void)state;
	for (size_t i = 0; i < sizeof turns / sizeof turns[0]; i++)
		assert_int_equal(take(&lane, NOON + 3, &meter), (int)NOON + 3 + 16 * turns[i]);
	assert_int_equal(take(&lane, NOON + 3, &meter), 0);
	/* A turn later there is room for one. */
	assert_int_equal(take(&lane, NOON + 18, &meter), 0);
	assert_int_equal(take(&lane, NOON + 19, &meter), NOON + 3 + 16 * 5);
	assert_int_equal(take(&lane, NOON + 19, &meter), 0);
}

/* The minute is any within the turn; the lane's own one before it comes first. */
static void test_minutes_of_a_turn(void **state)
{
	const struct bt_sts_lane lane = {.index = 3, .count = 16};

	(void)state;
	for (uint32_t minute = NOON + 3; minute < NOON + 19; minute++) {
		struct meter meter = {.count = 0};

		assert_int_equal(take(&lane, minute, &meter), NOON + 3);
	}
}

static void test_floor(void **state)
{
	struct bt_sts_lane lane = {.index = 3, .count = 16, .floor = NOON + 3};
	struct meter meter = {.count = 0};

	(void)state;
	/* At the floor and before it nothing: only the four ahead are left. */
	for (unsigned turn = 1; turn <= 4; turn++)
		assert_int_equal(take(&lane, NOON + 3, &meter), NOON + 3 + 16 * turn);
	assert_int_equal(take(&lane, NOON + 3, &meter), 0);
	/* After enrolment the floor is four turns ahead; waiting brings it within reach. */
	lane.floor = NOON + 64;
	meter.count = 0;
	assert_int_equal(take(&lane, NOON, &meter), 0);
	assert_int_equal(take(&lane, NOON + 3, &meter), NOON + 67);
	lane.floor = BT_STS_TID_MAX;
	assert_int_equal(take(&lane, BT_STS_TID_MAX, &meter), 0);
	lane.floor = UINT32_MAX;
	assert_int_equal(take(&lane, NOON, &meter), 0);
}

/* Lane 1 of 16 owns minute 00:01 of every day and may not use it. */
static void test_reserved_minute(void **state)
{
	const struct bt_sts_lane lane = {.index = 1, .count = 16};
	const uint32_t midnight = NOON / 1440 * 1440;
	struct meter meter = {.count = 0};
	unsigned taken = 0;

	(void)state;
	assert_int_equal(take(&lane, midnight + 1, &meter), midnight + 1 - 16);
	while (take(&lane, midnight + 1, &meter) != 0)
		taken++;
	assert_int_equal(taken + 1, 8);
	assert_false(is_used(&meter, midnight + 1));
	/* Seen from behind it is skipped too. */
	meter.count = 0;
	for (taken = 0; take(&lane, midnight - 1, &meter) != 0;)
		taken++;
	assert_int_equal(taken, 8);
	assert_false(is_used(&meter, midnight + 1));
}

static void test_ends_of_the_range(void **state)
{
	const struct bt_sts_lane first = {.index = 2, .count = 4};
	const struct bt_sts_lane last = {.index = 3, .count = 4};
	struct meter meter = {.count = 0};

	(void)state;
	assert_int_equal(take(&first, 0, &meter), 2);
	assert_int_equal(take(&first, 7, &meter), 6);
	meter.count = 0;
	/* The highest minute of all is in lane 3 of 4; there is nothing ahead of it. */
	for (unsigned turn = 0; turn < 5; turn++)
		assert_int_equal(take(&last, BT_STS_TID_MAX, &meter), BT_STS_TID_MAX - 4 * turn);
	assert_int_equal(take(&last, BT_STS_TID_MAX, &meter), 0);
}

static void expect_refused(uint32_t index, uint32_t count, uint32_t minute)
{
	const struct bt_sts_lane lane = {.index = index, .count = count};
	struct meter meter = {.count = 0};
	uint32_t tid = 77;

	assert_int_equal(bt_sts_tid_choose(&lane, minute, is_used, &meter, &tid), BT_EINPUT);
	assert_int_equal(tid, 77);
}

static void test_lanes_refused(void **state)
{
	(void)state;
	expect_refused(0, 16, NOON);
	expect_refused(16, 16, NOON);
	expect_refused(1, 1, NOON);
	expect_refused(0, 0, NOON);
	expect_refused(1, 129, NOON);
	expect_refused(1, 16, BT_STS_TID_MAX + 1);
}

/* What PROTOCOL T3 says, found by looking at every minute: the model the choice is held against. */
static uint32_t choose_by_looking(const struct bt_sts_lane *lane, int64_t minute, struct meter *meter)
{
	const int64_t count = (int64_t)lane->count;

	for (int64_t step = 0; step < 9 * count; step++) {
		int64_t tid = step < 5 * count ? minute - step : minute + step - 5 * count + 1;

		if (tid <= (int64_t)lane->floor || tid > BT_STS_TID_MAX || tid % count != (int64_t)lane->index ||
		    tid % 1440 == 1)
			continue;
		if (!is_used(meter, (uint32_t)tid))
			return (uint32_t)tid;
	}
	return 0;
}

/* All lanes of every small count sell to one meter, each with its own clock, around two midnights and three floors:
 * no minute is ever taken twice, in whatever lane, and each choice is the model's. */
static void check_lanes(uint32_t count, uint32_t start, uint32_t floor)
{
	static uint8_t owner[4096];
	struct meter meters[8] = {0};

	memset(owner, 0, sizeof owner);
	for (uint32_t minute = start; minute < start + 12; minute++) {
		for (uint32_t index = 1; index < count; index++) {
			const struct bt_sts_lane lane = {.index = index, .count = count, .floor = floor};
			/* Clocks apart by up to five minutes; some lanes sell oftener than others. */
			uint32_t now = minute + index * 7 % 6;

			for (uint32_t sale = 0; sale < 1 + (minute + index) % 3; sale++) {
				uint32_t expected = choose_by_looking(&lane, now, &meters[index]);
				uint32_t tid = take(&lane, now, &meters[index]);

				assert_int_equal(tid, expected);
				if (tid == 0)
					continue;
				assert_true(tid > floor && tid < sizeof owner);
				assert_int_equal(owner[tid], 0);
				assert_int_equal(tid % count, index);
				owner[tid] = 1;
			}
		}
	}
}

static void test_no_two_lanes_share_a_minute(void **state)
{
	(void)state;
	for (uint32_t count = 2; count <= 8; count++) {
		for (uint32_t start = 0; start < 3000; start += start < 60 || start % 1440 > 1380 ? 1 : 37) {
			check_lanes(count, start, 0);
			check_lanes(count, start, start);
			check_lanes(count, start, start + 4 * count);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_public_dates),
	    cmocka_unit_test(test_dates_outside),
	    cmocka_unit_test(test_minute_to_carry),
	    cmocka_unit_test(test_expiry),
	    cmocka_unit_test(test_burst),
	    cmocka_unit_test(test_minutes_of_a_turn),
	    cmocka_unit_test(test_floor),
	    cmocka_unit_test(test_reserved_minute),
	    cmocka_unit_test(test_ends_of_the_range),
	    cmocka_unit_test(test_lanes_refused),
	    cmocka_unit_test(test_no_two_lanes_share_a_minute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
