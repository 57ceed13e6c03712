/* An outage of 200 recharges, then the server is back: everything settles exactly once, and again changes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/e2e/world.h"

#define SALES       200
#define CONNECTIONS 100 /* two recharges each: within the day's cap of a meter, and two tokens on one meter */

static void drains_two_hundred_sales(void **state)
{
	struct world *world = world_open_enrolled(400);
	json_t *before, *after;

	(void)state;
	world_stop_server(world, false);
	for (int i = 0; i < SALES; i++) {
		const struct world_sale *sale =
		    world_sell(world, world_number(world, "sts_units", "", i % CONNECTIONS), 100 + i % 7 * 50);

		assert_string_equal(sale->issued_by, "terminal");
		assert_int_equal(strlen(sale->token), 20);
	}
	assert_int_not_equal(world_sync(world), 0);
	world_check_journal(world);

	world_start_server(world);
	assert_int_equal(world_sync(world), 0);
	world_check_settled(world);

	before = world_ledger(world);
	assert_int_equal(world_sync(world), 0);
	after = world_ledger(world);
	assert_true(json_equal(before, after));
	json_decref(before);
	json_decref(after);
	world_close(world);
}

static void drains_through_a_server_that_loses_answers(void **state)
{
	struct world *world = world_open_enrolled(60);

	(void)state;
	world_fault(world, "down");
	for (int i = 0; i < 8; i++)
		world_sell(world, world_number(world, "sts_units", "", i), 100);
	world_fault(world, "drop-reply");
	world_sync(world);
	world_fault(world, "garbage");
	world_sync(world);
	world_stop_server(world, true);
	world_sync(world);
	world_start_server(world);
	world_fault(world, "none");
	assert_int_equal(world_sync(world), 0);
	world_check_settled(world);
	world_close(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(drains_through_a_server_that_loses_answers),
	    cmocka_unit_test(drains_two_hundred_sales),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
