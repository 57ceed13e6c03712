/* The decision: every cap at its boundary, to the paisa and to the millisecond; trusted time; what is left.
 * rooms: core/authority core/base */
#include "core/authority/authority.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define START  INT64_C(1795000000000)
#define HOUR   INT64_C(3600000)
#define MINUTE INT64_C(60000)

static const struct bt_lease lease = {
    .terminal = "0142",
    .number = 1,
    .not_before_ms = START,
    .expires_ms = START + 72 * HOUR,
    .sale_cap = 1000000,
    .meter_day_cap = 2000000,
    .meter_day_count = 9,
    .total_cap = 30000000,
    .total_count = 1000,
    .oldest_ms = 48 * HOUR,
};

static struct bt_authority_ask make_ask(void)
{
	return (struct bt_authority_ask){.lease = &lease, .now_ms = START + HOUR, .amount = 50000};
}

/* ---- caps ---- */

static void authority_decide_in_good_order(void **state)
{
	struct bt_authority_ask ask = make_ask();

	(void)state;
	assert_int_equal(bt_authority_decide(&ask), BT_DENY_NONE);
}

static void authority_decide_no_lease(void **state)
{
	struct bt_authority_ask ask = make_ask();

	(void)state;
	ask.lease = NULL;
	assert_int_equal(bt_authority_decide(&ask), BT_DENY_NO_LEASE);
	ask.clock = BT_ECLOCK;
	assert_int_equal(bt_authority_decide(&ask), BT_DENY_NO_LEASE);
	ask = make_ask();
	ask.now_ms = START - 1;
	assert_int_equal(bt_authority_decide(&ask), BT_DENY_NO_LEASE);
	ask.now_ms = START;
	assert_int_equal(bt_authority_decide(&ask), BT_DENY_NONE);
}

static void authority_decide_clock(void **state)
{
	struct bt_authority_ask ask = make_ask();

	(void)state;
	ask.clock = BT_ECLOCK;
	ask.now_ms = 0;
	assert_int_equal(bt_authority_decide(&ask), BT_DENY_CLOCK);
}

static void authority_decide_expiry(void **state)
{
	struct bt_authority_ask ask = make_ask();

	(void)state;
	ask.now_ms = lease.expires_ms - 1;
	assert_int_equal(bt_authority_decide(&ask), BT_DENY_NONE);
	ask.now_ms = lease.expires_ms;
	assert_int_equal(bt_authority_decide(&ask), BT_DENY_EXPIRED);
}

static void authority_decide_one_sale(void **state)
{
	struct bt_authority_ask ask = make_ask();

	(void)state;
	ask.amount = 1000000;
	assert_int_equal(bt_authority_decide(&ask), BT_DENY_NONE);
	ask.amount = 1000001;
	assert_int_equal(bt_authority_decide(&ask), BT_DENY_SALE);
	ask.amount = 0;
	assert_int_equal(bt_authority_decide(&ask), BT_DENY_SALE);
	ask.amount = -1;
	assert_int_equal(bt_authority_decide(&ask), BT_DENY_SALE);
	ask.amount = INT64_MAX;
	assert_int_equal(bt_authority_decide(&ask), BT_DENY_SALE);
}

static void authority_decide_meter_and_day(void **state)
{
	struct bt_authority_ask ask = make_ask();

	(void)state;
	ask.meter_tokens = 8;
	ask.meter_paise = 1950000;
	assert_int_equal(bt_authority_decide(&ask), BT_DENY_NONE);
	ask.meter_paise = 1950001;
	assert_int_equal(bt_authority_decide(&ask), BT_DENY_METER_DAY);
	ask.meter_paise = 0;
	ask.meter_tokens = 9;
	assert_int_equal(bt_authority_decide(&ask), BT_DENY_METER_DAY);
	ask.meter_tokens = 0;
	ask.meter_paise = INT64_MAX;
	assert_int_equal(bt_authority_decide(&ask), BT_DENY_METER_DAY);
}

static void authority_decide_total(void **state)
{
	struct bt_authority_ask ask = make_ask();

	(void)state;
	ask.unsent.paise = 29950000;
	assert_int_equal(bt_authority_decide(&ask), BT_DENY_NONE);
	ask.unsent.paise = 29950001;
	assert_int_equal(bt_authority_decide(&ask), BT_DENY_TOTAL);
	ask.amount = 49999;
	assert_int_equal(bt_authority_decide(&ask), BT_DENY_NONE);
	ask.unsent.paise = 30000000;
	ask.amount = 1;
	assert_int_equal(bt_authority_decide(&ask), BT_DENY_TOTAL);
	/* Unsent sales of an older, larger lease count under this one (PROTOCOL L1). */
	ask.unsent.paise = INT64_MAX;
	assert_int_equal(bt_authority_decide(&ask), BT_DENY_TOTAL);
	/* Money used up is told before the size of this sale: a smaller one would not help. */
	ask.amount = 1000001;
	assert_int_equal(bt_authority_decide(&ask), BT_DENY_TOTAL);
}

static void authority_decide_count(void **state)
{
	struct bt_authority_ask ask = make_ask();

	(void)state;
	ask.unsent.count = 999;
	assert_int_equal(bt_authority_decide(&ask), BT_DENY_NONE);
	ask.unsent.count = 1000;
	assert_int_equal(bt_authority_decide(&ask), BT_DENY_COUNT);
}

static void authority_decide_oldest(void **state)
{
	struct bt_authority_ask ask = make_ask();

	(void)state;
	ask.unsent = (struct bt_unsent){.count = 1, .paise = 1, .oldest_ms = START - 48 * HOUR + 1};
	ask.now_ms = START;
	assert_int_equal(bt_authority_decide(&ask), BT_DENY_NONE);
	ask.now_ms = START + 1;
	assert_int_equal(bt_authority_decide(&ask), BT_DENY_OLDEST);
}

static void authority_decide_each_denial_has_words(void **state)
{
	(void)state;
	for (int denial = 0; denial < BT_DENY_COUNT_OF; denial++) {
		assert_non_null(bt_denial_code((enum bt_denial)denial));
		assert_true((bt_denial_key((enum bt_denial)denial)[0] == '\0') == (denial == BT_DENY_NONE));
	}
	assert_string_equal(bt_denial_code(BT_DENY_EXPIRED), "expired");
	assert_string_equal(bt_denial_code(BT_DENY_METER_DAY), "meter_day");
}

/* ---- what is left ---- */

static void authority_allowance_says_what_ends_first(void **state)
{
	struct bt_unsent unsent = {0};
	struct bt_allowance left;

	(void)state;
	bt_authority_allowance(&lease, BT_OK, START, &unsent, &left);
	assert_int_equal(left.used_up, BT_DENY_NONE);
	assert_int_equal(left.percent_used, 0);
	assert_int_equal(left.sales_left, 600);
	assert_int_equal(left.ms_left, 72 * HOUR);
	bt_authority_allowance(&lease, BT_OK, START + 54 * HOUR, &unsent, &left);
	assert_int_equal(left.percent_used, 75);
	assert_int_equal(left.ends, BT_ENDS_TIME);
	unsent = (struct bt_unsent){.count = 100, .paise = 27000000, .oldest_ms = START};
	bt_authority_allowance(&lease, BT_OK, START + HOUR, &unsent, &left);
	assert_int_equal(left.percent_used, 90);
	assert_int_equal(left.ends, BT_ENDS_MONEY);
	assert_int_equal(left.paise_left, 3000000);
	assert_int_equal(left.sales_left, 11);
	assert_int_equal(left.ms_left, 47 * HOUR);
	unsent = (struct bt_unsent){.count = 999, .paise = 999, .oldest_ms = START};
	bt_authority_allowance(&lease, BT_OK, START + HOUR, &unsent, &left);
	assert_int_equal(left.percent_used, 99);
	assert_int_equal(left.ends, BT_ENDS_COUNT);
	assert_int_equal(left.sales_left, 1);
}

static void authority_allowance_at_the_end(void **state)
{
	struct bt_unsent unsent = {.count = 3, .paise = 30000000, .oldest_ms = START};
	struct bt_allowance left;

	(void)state;
	bt_authority_allowance(&lease, BT_OK, START + HOUR, &unsent, &left);
	assert_int_equal(left.used_up, BT_DENY_TOTAL);
	assert_int_equal(left.percent_used, 100);
	assert_int_equal(left.sales_left, 0);
	unsent.paise = 29999999;
	bt_authority_allowance(&lease, BT_OK, START + HOUR, &unsent, &left);
	assert_int_equal(left.used_up, BT_DENY_NONE);
	assert_int_equal(left.percent_used, 99);
	bt_authority_allowance(&lease, BT_OK, START + 48 * HOUR, &unsent, &left);
	assert_int_equal(left.used_up, BT_DENY_OLDEST);
	assert_int_equal(left.ms_left, 0);
	bt_authority_allowance(&lease, BT_OK, START + 80 * HOUR, &unsent, &left);
	assert_int_equal(left.used_up, BT_DENY_EXPIRED);
	bt_authority_allowance(&lease, BT_ECLOCK, 0, &unsent, &left);
	assert_int_equal(left.used_up, BT_DENY_CLOCK);
	assert_int_equal(left.paise_left, 1);
	assert_int_equal(left.sales_left, 0);
	bt_authority_allowance(NULL, BT_OK, START, &unsent, &left);
	assert_int_equal(left.used_up, BT_DENY_NO_LEASE);
	assert_int_equal(left.percent_used, 100);
}

/* ---- time ---- */

struct fake_clock {
	int64_t wall_ms, boot_ms;
	const char *boot_id;
};

static int64_t tell_wall(void *self)
{
	return ((struct fake_clock *)self)->wall_ms;
}

static int64_t tell_boot(void *self)
{
	return ((struct fake_clock *)self)->boot_ms;
}

static void tell_id(void *self, char out[37])
{
	memcpy(out, ((struct fake_clock *)self)->boot_id, 37);
}

#define BOOT_A "aaaaaaaa-0000-4000-8000-000000000000"
#define BOOT_B "bbbbbbbb-0000-4000-8000-000000000000"

static struct bt_clock make_clock(struct fake_clock *fake)
{
	return (struct bt_clock){.wall_ms = tell_wall, .boot_ms = tell_boot, .boot_id = tell_id, .self = fake};
}

static void authority_clock_runs_from_its_confirmation(void **state)
{
	/* The wall clock is 20 minutes slow, as a dead battery leaves it: that is known and does not matter. */
	struct fake_clock fake = {.wall_ms = START - 20 * MINUTE, .boot_ms = 5000, .boot_id = BOOT_A};
	struct bt_clock clock = make_clock(&fake);
	struct bt_clock_trust trust = {0};
	int64_t now = -1;

	(void)state;
	assert_int_equal(bt_clock_trust_now(&trust, &clock, &now), BT_ECLOCK);
	bt_clock_trust_confirm(&trust, &clock, START);
	assert_int_equal(bt_clock_trust_now(&trust, &clock, &now), BT_OK);
	assert_int_equal(now, START);
	fake.boot_ms += HOUR;
	fake.wall_ms += HOUR + 5 * MINUTE;
	assert_int_equal(bt_clock_trust_now(&trust, &clock, &now), BT_OK);
	assert_int_equal(now, START + HOUR);
	fake.wall_ms += 1;
	now = -1;
	assert_int_equal(bt_clock_trust_now(&trust, &clock, &now), BT_ECLOCK);
	assert_int_equal(now, -1);
	fake.wall_ms -= 10 * MINUTE + 1;
	assert_int_equal(bt_clock_trust_now(&trust, &clock, &now), BT_OK);
	fake.wall_ms -= 1;
	assert_int_equal(bt_clock_trust_now(&trust, &clock, &now), BT_ECLOCK);
}

static void authority_clock_ends_with_the_boot(void **state)
{
	struct fake_clock fake = {.wall_ms = START, .boot_ms = 5000, .boot_id = BOOT_A};
	struct bt_clock clock = make_clock(&fake);
	struct bt_clock_trust trust;
	int64_t now;

	(void)state;
	bt_clock_trust_confirm(&trust, &clock, START);
	fake.boot_id = BOOT_B;
	assert_int_equal(bt_clock_trust_now(&trust, &clock, &now), BT_ECLOCK);
	fake.boot_id = BOOT_A;
	fake.boot_ms = 4999;
	assert_int_equal(bt_clock_trust_now(&trust, &clock, &now), BT_ECLOCK);
}

static void authority_clock_event_round_trip(void **state)
{
	struct fake_clock fake = {.wall_ms = START - 7, .boot_ms = 5000, .boot_id = BOOT_A};
	struct bt_clock clock = make_clock(&fake);
	struct bt_clock_trust trust, back = {0};
	struct bt_buf body;

	(void)state;
	bt_buf_init(&body, 512);
	bt_clock_trust_confirm(&trust, &clock, START);
	assert_int_equal(bt_clock_trust_encode(&trust, &clock, "server", "", &body), BT_OK);
	assert_string_equal((const char *)body.data,
			    "{\"boot_id\":\"" BOOT_A "\",\"boot_ms\":5000,\"offset_ms\":7,\"source\":\"server\","
			    "\"wall_ms\":1795000000000}");
	assert_int_equal(bt_clock_trust_decode(bt_buf_view(&body), &back), BT_OK);
	assert_memory_equal(&back.boot_id, &trust.boot_id, sizeof back.boot_id);
	assert_int_equal(back.true_ms, trust.true_ms);
	assert_int_equal(back.boot_ms, trust.boot_ms);
	assert_int_equal(back.offset_ms, trust.offset_ms);
	for (size_t len = 0; len < body.len; len++)
		assert_int_equal(bt_clock_trust_decode((struct bt_bytes){body.data, len}, &back), BT_EFORMAT);
	assert_int_equal(bt_clock_trust_encode(&trust, &clock, "guess", "", &body), BT_EINPUT);
	fake.boot_id = BOOT_B;
	assert_int_equal(bt_clock_trust_encode(&trust, &clock, "server", "", &body), BT_ECLOCK);
	bt_buf_fini(&body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(authority_decide_in_good_order),
	    cmocka_unit_test(authority_decide_no_lease),
	    cmocka_unit_test(authority_decide_clock),
	    cmocka_unit_test(authority_decide_expiry),
	    cmocka_unit_test(authority_decide_one_sale),
	    cmocka_unit_test(authority_decide_meter_and_day),
	    cmocka_unit_test(authority_decide_total),
	    cmocka_unit_test(authority_decide_count),
	    cmocka_unit_test(authority_decide_oldest),
	    cmocka_unit_test(authority_decide_each_denial_has_words),
	    cmocka_unit_test(authority_allowance_says_what_ends_first),
	    cmocka_unit_test(authority_allowance_at_the_end),
	    cmocka_unit_test(authority_clock_runs_from_its_confirmation),
	    cmocka_unit_test(authority_clock_ends_with_the_boot),
	    cmocka_unit_test(authority_clock_event_round_trip),
	};

	return cmocka_run_group_tests_name("authority_decide", tests, NULL, NULL);
}
