/* A recharge whose price depends on the month: sold by what the counter knows while the server is down, put right by
 * one line on the account afterwards, shown on the card, and collected by the next recharge. PROTOCOL S8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/e2e/counter.h"

static int open_world(void **state)
{
	*state = world_open_enrolled(20);
	return 0;
}

static int close_world(void **state)
{
	world_close(*state);
	return 0;
}

static void pay_in_app(struct world *world, const char *number, const char *rupees)
{
	const char *arguments[] = {SANDBOX_PROGRAM, "app-pay", "--state", world->server, number, rupees, NULL};
	struct world_run run = world_run(arguments);

	assert_int_equal(run.status, 0);
	world_run_free(&run);
}

/* How many lines there are, and what they add up to. */
static size_t find_lines(struct world *world, const char *number, const char *what, int64_t *paise)
{
	json_t *ledger = world_ledger(world), *line;
	size_t i, count = 0;

	*paise = 0;
	json_array_foreach(json_object_get(ledger, "charges"), i, line)
	{
		if (strcmp(json_string_value(json_object_get(line, "connection")), number) != 0 ||
		    strcmp(json_string_value(json_object_get(line, "what")), what) != 0)
			continue;
		count++;
		*paise += json_integer_value(json_object_get(line, "paise"));
	}
	json_decref(ledger);
	return count;
}

static void expect_accepted(struct world *world, const char *number, const char *token)
{
	assert_string_equal(world_meter_enter(world, world_meter(world, number), token), "accepted");
}

/* Alone it knows everything: two in a row, down or up, and nothing is to be put right. */
static void test_one_counter_knows_its_own(void **state)
{
	struct world *world = *state;
	const char *number = world_number(world, "sts_units", "month_new", 0);
	const struct world_sale *sale;
	int64_t paise;

	world_fault(world, "down");
	sale = world_sell(world, number, 500);
	assert_string_equal(sale->issued_by, "terminal");
	expect_accepted(world, number, sale->token);
	/* 500 less 40: 433.96 of energy are 58.4 units, and 125.0 are free. */
	assert_int_equal(world_meter_credit(world, world_meter(world, number)), 1834);
	sale = world_sell(world, number, 500);
	expect_accepted(world, number, sale->token);
	/* 471.70 of energy: 41.6 units are left below the step, 308.672, and 163.028 buy 18.2 above it. */
	assert_int_equal(world_meter_credit(world, world_meter(world, number)), 1834 + 416 + 182);
	world_fault(world, "none");
	assert_int_equal(world_sync(world), 0);
	sale = world_sell(world, number, 500); /* 471.70 at 8.95 are 52.7 */
	assert_string_equal(sale->issued_by, "server");
	expect_accepted(world, number, sale->token);
	assert_int_equal(world_meter_credit(world, world_meter(world, number)), 1834 + 416 + 182 + 527);
	assert_int_equal(world_sync(world), 0);
	assert_int_equal(find_lines(world, number, "slab", &paise), 0);
	assert_int_equal(find_lines(world, number, "fixed", &paise), 0);
	world_check_journal(world);
}

/* Meanwhile the app has taken the charge and the free units, and climbed the steps: the counter could not know. */
static void test_the_difference_comes_later(void **state)
{
	struct world *world = *state;
	const char *number = world_number(world, "sts_units", "month_new", 0);
	const struct world_sale *sale;
	struct pty *counter;
	int64_t slab, fixed, again;

	world_fault(world, "down");
	pay_in_app(world, number, "800");
	sale = world_sell(world, number, 500);
	assert_string_equal(sale->issued_by, "terminal");
	expect_accepted(world, number, sale->token);
	assert_int_equal(world_meter_credit(world, world_meter(world, number)), 1834);
	world_fault(world, "none");
	assert_int_equal(world_sync(world), 0);
	assert_int_equal(find_lines(world, number, "slab", &slab), 1);
	assert_int_equal(find_lines(world, number, "fixed", &fixed), 1);
	assert_int_equal(fixed, -4000);
	assert_true(slab > 100000); /* 125.0 units that were free once already, above the step */
	assert_int_equal(world_sync(world), 0);
	assert_int_equal(find_lines(world, number, "slab", &again), 1);
	counter = counter_open(world, &(struct counter_options){.rows = 24, .columns = 80, .lang = "en"});
	counter_sign_in(counter);
	counter_find(counter, number);
	counter_type(counter, "{F6}");
	counter_expect(counter, "Slab difference, ");
	counter_expect(counter, "Fixed charge, ");
	counter_close(counter);
	world_check_journal(world);
}

static int announce(struct world *world, const char *month)
{
	const char *arguments[] = {SANDBOX_PROGRAM, "tariff", "--state", world->server, month, NULL};
	struct world_run run = world_run(arguments);
	int status = run.status;

	world_run_free(&run);
	return status;
}

/* The next order is told while the one before rules: the counter says from when, and sells by the one that rules. */
static void test_the_next_tariff_is_known(void **state)
{
	struct world *world = *state;
	const struct world_sale *sale;
	struct pty *counter;

	assert_int_not_equal(announce(world, "2026-4"), 0);
	assert_int_not_equal(announce(world, "2026-04"), 0); /* has begun */
	assert_int_equal(announce(world, "2099-04"), 0);
	assert_int_equal(world_sync(world), 0);
	world_fault(world, "down");
	sale = world_sell(world, world_number(world, "sts_units", "", 0), 500);
	assert_string_equal(sale->issued_by, "terminal");
	world_fault(world, "none");
	assert_int_equal(world_sync(world), 0);
	counter = counter_open(world, &(struct counter_options){.rows = 24, .columns = 80, .lang = "en"});
	counter_sign_in(counter);
	counter_type(counter, "{F12}");
	counter_expect(counter, "BERC 2026-27, signed; a new one from 01.04.2099 00:00");
	counter_close(counter);
	world_check_journal(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_one_counter_knows_its_own, open_world, close_world),
	    cmocka_unit_test_setup_teardown(test_the_difference_comes_later, open_world, close_world),
	    cmocka_unit_test_setup_teardown(test_the_next_tariff_is_known, open_world, close_world),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
