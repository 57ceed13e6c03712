/* The head-end is put back from a backup: it has lost sales that the terminal has, and names a new era. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
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

/* As the README of the sandbox says: what the backup holds, but the marks stay where they are. */
static void put_back(const struct world *world, const char *backup)
{
	char marks[WORLD_PATH_CAP + 32], kept[WORLD_PATH_CAP + 32];

	snprintf(marks, sizeof marks, "%s/marks", world->server);
	snprintf(kept, sizeof kept, "%s/kept-marks", world->dir);
	copy_folder(marks, kept);
	copy_folder(backup, world->server);
	copy_folder(kept, marks);
}

static int64_t begin_era(struct world *world)
{
	struct world_run run =
	    world_run((const char *const[]){SANDBOX_PROGRAM, "restored", "--state", world->server, NULL});
	int64_t era;

	assert_int_equal(run.status, 0);
	assert_memory_equal(run.out, "era ", 4);
	era = strtoll(run.out + 4, NULL, 10);
	world_run_free(&run);
	return era;
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
	put_back(world, backup);
	assert_int_equal(begin_era(world), 2);
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
	put_back(world, backup);
	assert_int_equal(begin_era(world), 2);
	world_start_server(world);
	(void)world_sell(world, number, 300);
	assert_int_equal(world_sync(world), 0);
	assert_int_equal(ledger_size(world), 3);
	world_check_settled(world); /* three tokens of one meter, each taken once */
	world_close(world);
}

/* One backup put back again and again: each time an era that never was, also without the marks. */
static void no_era_comes_twice(void **state)
{
	struct world *world = world_open_enrolled(10);
	char backup[WORLD_PATH_CAP + 32], marks[WORLD_PATH_CAP + 32];
	int64_t eras[3];

	(void)state;
	snprintf(backup, sizeof backup, "%s/backup", world->dir);
	snprintf(marks, sizeof marks, "%s/marks", world->server);
	world_stop_server(world, false);
	copy_folder(world->server, backup);
	for (int i = 0; i < 3; i++) {
		put_back(world, backup);
		if (i == 2)
			run_or_fail((const char *const[]){"/bin/rm", marks, NULL});
		eras[i] = begin_era(world);
		world_start_server(world);
		assert_string_equal(world_sell(world, world_number(world, "sts_units", "", i), 100 + i)->issued_by,
				    "server");
		assert_int_equal(world_sync(world), 0);
		assert_int_equal(ledger_size(world), i + 1); /* the terminal sends again what was forgotten */
		world_stop_server(world, false);
	}
	assert_int_equal(eras[0], 2);
	assert_int_equal(eras[1], 3);
	assert_true(eras[2] > INT64_C(1700000000)); /* of the clock: nobody knows how many there were */
	world_start_server(world);
	world_check_settled(world);
	world_check_journal(world);
	world_close(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(goes_on_under_the_new_era),
	    cmocka_unit_test(same_consumer_before_and_after),
	    cmocka_unit_test(no_era_comes_twice),
	};
	return cmocka_run_group_tests_name("restore of the head-end", tests, NULL, NULL);
}
