/* The disk is full in the middle of the day: selling stops with the reason, nothing durable is lost, and with room
 * again it goes on. The disk is a small tmpfs in a mount namespace of this program's own; without the right to make one
 * the test says so and is skipped. */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/e2e/world.h"

#define SKIPPED      77 /* what ctest takes as "skipped" */
#define DISK_OPTIONS "size=24m,mode=0700"
#define SALES_MAX    60
#define AMOUNTS      9
#define STOPPED      4 /* exit status: the record cannot be written */

static void fill_disk(const char *path)
{
	static const char zeros[4096];
	FILE *file = fopen(path, "a");

	assert_non_null(file);
	setvbuf(file, NULL, _IONBF, 0);
	while (fwrite(zeros, sizeof zeros, 1, file) == 1)
		;
	fclose(file);
}

static int rupees_of(int nth)
{
	return 100 + nth % AMOUNTS * 50;
}

/* @return exit status of one sale; a sale that was made is noted. */
static int sell_one(struct world *world, int nth, const char *lang, char said[1024])
{
	char line[512];
	struct world_run run;
	int status, rupees = rupees_of(nth);

	snprintf(line, sizeof line,
		 "sell --state %%T --passphrase-file %%P --lang %s --connection %s --amount %d --tender cash --json",
		 lang, world_number(world, "sts_units", "", nth % 150), rupees);
	run = world_batti(world, line);
	status = run.status;
	snprintf(said, 1024, "%s%s", run.out, run.err);
	if (status == 0) {
		json_t *answer = json_loadb(run.out, run.out_len, 0, NULL);

		assert_non_null(answer);
		world_note_sale(world, (int64_t)rupees * 100, json_string_value(json_object_get(answer, "token")));
		json_decref(answer);
	}
	world_run_free(&run);
	return status;
}

static void full_disk_stops_selling_and_loses_nothing(void **state)
{
	struct world *world = world_open(400);
	char filler[WORLD_PATH_CAP + 16], said[1024];
	int made = 0, status;
	int64_t extra;

	(void)state;
	assert_int_equal(mkdir(world->terminal, 0700), 0);
	assert_int_equal(mount("tmpfs", world->terminal, "tmpfs", 0, DISK_OPTIONS), 0);
	snprintf(filler, sizeof filler, "%s/filler", world->terminal);
	world_enrol(world, world->terminal);
	assert_int_equal(sell_one(world, made++, "en", said), 0);

	/* Room that a program gives back when it ends, or has left inside its files, may take a few more. */
	do
		fill_disk(filler);
	while ((status = sell_one(world, made++, "en", said)) == 0 && made < SALES_MAX);
	if (status != STOPPED || strstr(said, "disk is full") == NULL || strstr(said, "\"token\":\"") != NULL)
		fail_msg("sale %d on a full disk: exit %d\n%s", made, status, said);
	fill_disk(filler);
	assert_int_equal(sell_one(world, made - 1 + AMOUNTS, "hi", said), STOPPED);
	assert_non_null(strstr(said, "डिस्क भर गई"));

	assert_int_equal(unlink(filler), 0);
	world_check_journal(world);
	assert_int_equal(sell_one(world, made + 1, "en", said), 0);
	assert_int_equal(world_sync(world), 0);
	/* A sale that was told "stopped" may have its money in the record all the same: then it is finished, not lost.
	 * Both that were stopped were of one amount, so the record's count says what the ledger must hold. */
	extra = world_journal_sales(world) - world->sale_count;
	assert_in_range(extra, 0, 2);
	for (int64_t i = 0; i < extra; i++)
		world_note_sale(world, (int64_t)rupees_of(made - 1) * 100, "");
	world_check_settled(world);
	umount2(world->terminal, MNT_DETACH);
	world_close(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(full_disk_stops_selling_and_loses_nothing)};

	if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) {
		printf("SKIP: a full disk needs a mount namespace (root)\n");
		return SKIPPED;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
