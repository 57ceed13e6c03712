/* The breaker: when it opens, when it closes, when it probes.
 * rooms: core/wire core/base */
#include "core/wire/breaker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SLOW_MS 1000

/* Fills with the byte its context points to. */
static enum bt_err fill_same(void *self, void *out, size_t len)
{
	memset(out, *(const int *)self, len);
	return BT_OK;
}

static enum bt_err fail_to_fill(void *self, void *out, size_t len)
{
	(void)self;
	(void)out;
	(void)len;
	return BT_EOS;
}

static int zero = 0, full = 0xff;
static const struct bt_random least = {.fill = fill_same, .self = &zero};
static const struct bt_random most = {.fill = fill_same, .self = &full};
static const struct bt_random broken = {.fill = fail_to_fill};

static struct bt_breaker note_all(const enum bt_err *errs, const int *latencies, size_t count)
{
	struct bt_breaker breaker;

	bt_breaker_init(&breaker, 1000);
	for (size_t i = 0; i < count; i++)
		bt_breaker_note(&breaker, errs[i], latencies[i], SLOW_MS, 2000 + (int64_t)i, &least);
	return breaker;
}

static void wire_breaker_opens_and_closes(void **state)
{
	static const struct {
		enum bt_err errs[4];
		int latencies[4];
		size_t count;
		enum bt_breaker_state expected;
	} rows[] = {
	    {{BT_OK}, {10}, 1, BT_BREAKER_ONLINE},
	    {{BT_EREFUSED}, {10}, 1, BT_BREAKER_ONLINE},
	    {{BT_EUNREACHABLE}, {1}, 1, BT_BREAKER_OFFLINE},
	    {{BT_OK}, {1001}, 1, BT_BREAKER_ONLINE},
	    {{BT_OK, BT_OK}, {1000, 1000}, 2, BT_BREAKER_ONLINE},
	    {{BT_OK, BT_OK}, {1001, 1001}, 2, BT_BREAKER_SLOW},
	    {{BT_OK, BT_OK, BT_OK}, {1001, 10, 1001}, 3, BT_BREAKER_ONLINE},
	    {{BT_ETIMEOUT}, {3000}, 1, BT_BREAKER_ONLINE},
	    {{BT_ETIMEOUT, BT_ETIMEOUT}, {3000, 3000}, 2, BT_BREAKER_SLOW},
	    {{BT_ELOST, BT_ELOST}, {5, 5}, 2, BT_BREAKER_OFFLINE},
	    {{BT_EGARBAGE, BT_EGARBAGE}, {5, 5}, 2, BT_BREAKER_OFFLINE},
	    {{BT_ELOST, BT_OK, BT_ELOST}, {5, 5, 5}, 3, BT_BREAKER_ONLINE},
	    {{BT_EUNREACHABLE, BT_OK}, {5, 10}, 2, BT_BREAKER_ONLINE},
	    {{BT_EUNREACHABLE, BT_OK}, {5, 2000}, 2, BT_BREAKER_SLOW},
	    {{BT_EUNREACHABLE, BT_ETIMEOUT}, {5, 3000}, 2, BT_BREAKER_OFFLINE},
	    {{BT_ETIMEOUT, BT_ETIMEOUT, BT_EUNREACHABLE}, {3000, 3000, 1}, 3, BT_BREAKER_OFFLINE},
	    {{BT_OK, BT_OK, BT_OK}, {1001, 1001, 10}, 3, BT_BREAKER_ONLINE},
	    /* our own faults say nothing about the head-end */
	    {{BT_EINPUT, BT_EFULL, BT_ENOMEM}, {1, 1, 1}, 3, BT_BREAKER_ONLINE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct bt_breaker breaker = note_all(rows[i].errs, rows[i].latencies, rows[i].count);

		if (breaker.state != rows[i].expected)
			print_error("row %zu\n", i);
		assert_int_equal(breaker.state, rows[i].expected);
		assert_int_equal(bt_breaker_worth_waiting(&breaker), rows[i].expected == BT_BREAKER_ONLINE);
	}
}

static void wire_breaker_says_since_when(void **state)
{
	struct bt_breaker breaker;

	(void)state;
	bt_breaker_init(&breaker, 1000);
	assert_int_equal(breaker.since_ms, 1000);
	bt_breaker_note(&breaker, BT_EUNREACHABLE, 1, SLOW_MS, 5000, &least);
	bt_breaker_note(&breaker, BT_EUNREACHABLE, 1, SLOW_MS, 6000, &least);
	assert_int_equal(breaker.since_ms, 5000);
	bt_breaker_note(&breaker, BT_OK, 44, SLOW_MS, 7000, &least);
	assert_int_equal(breaker.since_ms, 7000);
	assert_int_equal(breaker.latency_ms, 44);
}

/* With the largest jitter the spacing of probes is the back-off itself. */
static void wire_breaker_backs_off(void **state)
{
	static const int largest[] = {1000, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000};
	struct bt_breaker breaker;
	int64_t now = 5000;

	(void)state;
	bt_breaker_init(&breaker, 0);
	assert_true(bt_breaker_probe_due(&breaker, 0, &least));
	bt_breaker_note(&breaker, BT_EUNREACHABLE, 1, SLOW_MS, now, &broken);
	for (size_t i = 0; i < sizeof largest / sizeof largest[0]; i++) {
		int64_t due = breaker.next_probe_ms;

		assert_int_equal(due - now, largest[i]);
		assert_false(bt_breaker_probe_due(&breaker, due - 1, &broken));
		assert_true(bt_breaker_probe_due(&breaker, due, &broken));
		assert_false(bt_breaker_probe_due(&breaker, due, &broken));
		now = due;
		bt_breaker_note(&breaker, BT_EUNREACHABLE, 1, SLOW_MS, now, &broken);
	}
}

static void wire_breaker_jitter_is_within_the_backoff(void **state)
{
	struct bt_breaker breaker;

	(void)state;
	bt_breaker_init(&breaker, 0);
	bt_breaker_note(&breaker, BT_EUNREACHABLE, 1, SLOW_MS, 5000, &least);
	assert_int_equal(breaker.next_probe_ms, 5001);
	bt_breaker_init(&breaker, 0);
	bt_breaker_note(&breaker, BT_EUNREACHABLE, 1, SLOW_MS, 5000, &most);
	assert_in_range(breaker.next_probe_ms, 5001, 6000);
}

static void wire_breaker_asks_seldom_while_online(void **state)
{
	struct bt_breaker breaker;

	(void)state;
	bt_breaker_init(&breaker, 0);
	assert_true(bt_breaker_probe_due(&breaker, 0, &least));
	assert_in_range(breaker.next_probe_ms, 15001, 30000);
	assert_false(bt_breaker_probe_due(&breaker, 15000, &least));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(wire_breaker_opens_and_closes),
	    cmocka_unit_test(wire_breaker_says_since_when),
	    cmocka_unit_test(wire_breaker_backs_off),
	    cmocka_unit_test(wire_breaker_jitter_is_within_the_backoff),
	    cmocka_unit_test(wire_breaker_asks_seldom_while_online),
	};

	return cmocka_run_group_tests_name("wire_breaker", tests, NULL, NULL);
}
