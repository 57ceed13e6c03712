/* The head-end is put back from a backup: it has lost sales that the terminal has, and names a new era. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/e2e/world.h"

static void run_or_fail(const char *const *arguments)
{
	struct world_run run = world_run(arguments);

	if (run.status != 0)
		fail_msg("%s: exit %d\n%s%s", arguments[0], run.status, run.out, run.err);
	world_run_free(&run);
}

static void copy_folder(const char *from, const char *into)
{
	run_or_fail((const char *const[]){"/bin/rm", "-rf", into, NULL});
	run_or_fail((const char *const[]){"/bin/cp", "-a", from, into, NULL});
}

static void begin_era(struct world *world)
{
	struct world_run run =
	    world_run((const char *const[]){SANDBOX_PROGRAM, "restored", "--state", world->server, NULL});

	assert_int_equal(run.status, 0);
	assert_string_equal(run.out, "era 2\n");
	world_run_free(&run);
}

/* Online, then with the server away, from the nth consumer on. */
static void sell_some(struct world *world, int nth)
{
	for (int i = 0; i < 2; i++)
		assert_string_equal(
		    world_sell(world, world_number(world, "sts_units", "", nth + i), 100 + nth)->issued_by, "server");
	world_stop_server(world, true);
	for (int i = 2; i < 4; i++)
		assert_string_equal(
		    world_sell(world, world_number(world, "sts_units", "", nth + i), 100 + nth)->issued_by, "terminal");
	world_start_server(world);
}

static int64_t ledger_size(struct world *world)
{
	json_t *ledger = world_ledger(world);
	int64_t size = (int64_t)json_array_size(json_object_get(ledger, "entries"));

	json_decref(ledger);
	return size;
}

static void goes_on_under_the_new_era(void **state)
{
	struct world *world = world_open_enrolled(40);
	char backup[WORLD_PATH_CAP + 32];

	(void)state;
	snprintf(backup, sizeof backup, "%s/backup", world->dir);
	sell_some(world, 0);
	assert_int_equal(world_sync(world), 0);
	world_stop_server(world, false);
	copy_folder(world->server, backup);
	world_start_server(world);

	sell_some(world, 4); /* two of these were sent, two were not, and the ledger forgets all four */
	world_stop_server(world, true);
	copy_folder(backup, world->server);
	begin_era(world);
	world_start_server(world);
	assert_int_equal(ledger_size(world), 4);

	/* The terminal knows only the era that has gone by: the first request is refused for it, and asked again. */
	assert_string_equal(world_sell(world, world_number(world, "sts_units", "", 8), 300)->issued_by, "server");
	assert_int_equal(world_sync(world), 0);
	assert_int_equal(ledger_size(world), 9);
	world_check_settled(world);
	world_check_journal(world);
	world_close(world);
}

/* One meter on both sides of the restore: a ledger that has forgotten minutes must not give them out again. */
static void same_consumer_before_and_after(void **state)
{
	struct world *world = world_open_enrolled(10);
	const char *number = world_number(world, "sts_units", "", 0);
	char backup[WORLD_PATH_CAP + 32];

	(void)state;
	snprintf(backup, sizeof backup, "%s/backup", world->dir);
	world_stop_server(world, false);
	copy_folder(world->server, backup);
	world_start_server(world);
	(void)world_sell(world, number, 100);
	world_stop_server(world, true);
	(void)world_sell(world, number, 200);
	copy_folder(backup, world->server);
	begin_era(world);
	world_start_server(world);
	(void)world_sell(world, number, 300);
	assert_int_equal(world_sync(world), 0);
	assert_int_equal(ledger_size(world), 3);
	world_check_settled(world); /* three tokens of one meter, each taken once */
	world_close(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(goes_on_under_the_new_era),
	    cmocka_unit_test(same_consumer_before_and_after),
	};
	return cmocka_run_group_tests_name("restore of the head-end", tests, NULL, NULL);
}
