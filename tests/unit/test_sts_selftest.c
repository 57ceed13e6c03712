/* The known answers hold, each says where it comes from, all are quick, and one that does not hold is named.
 *
 * rooms: core/sts core/base */
#include "core/sts/selftest.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <setjmp.h>

#include <cmocka.h>

static void test_all_hold(void **state)
{
	unsigned count = 0;
	const struct bt_sts_known_answer *answers = bt_sts_known_answers(&count);
	struct bt_fault fault = {.what = "untouched"};

	(void)state;
	assert_int_equal(count, 21);
	for (unsigned i = 0; i < count; i++) {
		assert_true(answers[i].holds());
		assert_true(strlen(answers[i].name) > 2 && strlen(answers[i].origin) > 5);
		for (unsigned other = 0; other < i; other++)
			assert_string_not_equal(answers[i].name, answers[other].name);
	}
	assert_int_equal(bt_sts_selftest(&fault), BT_OK);
	assert_string_equal(fault.what, "untouched");
	assert_int_equal(bt_sts_selftest(NULL), BT_OK);
}

static bool hold(void)
{
	return true;
}

static bool hold_not(void)
{
	return false;
}

static void test_the_first_that_fails_is_named(void **state)
{
	static const struct bt_sts_known_answer answers[] = {
	    {"first", "here", hold}, {"second", "here", hold_not}, {"third", "here", hold_not}};
	struct bt_fault fault = {0};

	(void)state;
	assert_int_equal(bt_sts_known_answers_check(answers, 1, &fault), BT_OK);
	assert_int_equal(bt_sts_known_answers_check(answers, 3, &fault), BT_ECORRUPT);
	assert_int_equal(fault.err, BT_ECORRUPT);
	assert_string_equal(fault.what, "second");
	assert_int_equal(bt_err_fate(fault.err), BT_FATE_STOP);
}

/* Every program start waits for it. The fastest of ten, with room for sanitizers. */
static void test_quick(void **state)
{
	int64_t best = INT64_MAX;

	(void)state;
	for (int i = 0; i < 10; i++) {
		struct timespec start, end;
		int64_t ns;

		clock_gettime(CLOCK_MONOTONIC, &start);
		assert_int_equal(bt_sts_selftest(NULL), BT_OK);
		clock_gettime(CLOCK_MONOTONIC, &end);
		ns = (end.tv_sec - start.tv_sec) * INT64_C(1000000000) + end.tv_nsec - start.tv_nsec;
		best = ns < best ? ns : best;
	}
	print_message("known answers in %d microseconds\n", (int)(best / 1000));
	assert_true(best < 5000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_all_hold),
	    cmocka_unit_test(test_the_first_that_fails_is_named),
	    cmocka_unit_test(test_quick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
