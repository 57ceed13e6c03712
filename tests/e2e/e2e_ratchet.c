/* The key of the record changes with every shift: sold, sent, checked and brought back across the changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/e2e/world.h"

#define KEY_FILE_CAP 8192

static void sell_as(struct world *world, const char *operator_id, int nth)
{
	char line[512];
	struct world_run run;

	snprintf(
	    line, sizeof line,
	    "sell --state %%T --passphrase-file %%P --connection %s --amount 100 --tender cash --operator %s --json",
	    world_number(world, "sts_units", "", nth), operator_id);
	run = world_batti(world, line);
	if (run.status != 0)
		fail_msg("%s: exit %d\n%s%s", line, run.status, run.out, run.err);
	json_t *answer = json_loadb(run.out, run.out_len, 0, NULL);
	world_note_sale(world, 10000, json_string_value(json_object_get(answer, "token")));
	json_decref(answer);
	world_run_free(&run);
}

static void read_file(const char *path, char out[KEY_FILE_CAP])
{
	FILE *file = fopen(path, "re");
	size_t len;

	assert_non_null(file);
	len = fread(out, 1, KEY_FILE_CAP - 1, file);
	fclose(file);
	out[len] = '\0';
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void set_mirror(struct world *world, const char *folder)
{
	char path[WORLD_PATH_CAP + 32], line[WORLD_PATH_CAP + 64];

	snprintf(path, sizeof path, "%s/batti.conf", world->terminal);
	snprintf(line, sizeof line, "[batti]\nmirror = %s\n", folder ? folder : "");
	write_file(path, line);
}

static int run_batti(struct world *world, const char *line)
{
	struct world_run run = world_batti(world, line);
	int status = run.status;

	world_run_free(&run);
	return status;
}

/* How many events of this kind an export has. */
static int count_events(struct world *world, const char *kind)
{
	struct world_run run = world_batti(world, "journal export --state %T");
	char wanted[64];
	int n = 0;

	assert_int_equal(run.status, 0);
	snprintf(wanted, sizeof wanted, "\"kind\":\"%s\"", kind);
	for (const char *at = strstr(run.out, wanted); at; at = strstr(at + 1, wanted))
		n++;
	world_run_free(&run);
	return n;
}

static void spoil(struct world *world)
{
	char path[WORLD_PATH_CAP + 32];

	snprintf(path, sizeof path, "%s/journal.db", world->terminal);
	write_file(path, "spoiled");
	snprintf(path, sizeof path, "%s/journal.db-wal", world->terminal);
	(void)unlink(path);
	assert_int_not_equal(run_batti(world, "journal verify --state %T"), 0);
}

static void goes_on_across_shifts(void **state)
{
	struct world *world = world_open_enrolled(40);
	char stick[WORLD_PATH_CAP + 32], key_path[WORLD_PATH_CAP + 32];
	char first[KEY_FILE_CAP], now[KEY_FILE_CAP], line[2 * WORLD_PATH_CAP];

	(void)state;
	snprintf(stick, sizeof stick, "%s/stick", world->dir);
	snprintf(key_path, sizeof key_path, "%s/keys/journal.key", world->terminal);
	assert_int_equal(mkdir(stick, 0700), 0);
	read_file(key_path, first);
	first[64] = '\0';
	set_mirror(world, stick);

	sell_as(world, "rina", 0);
	assert_int_equal(world_sync(world), 0);
	sell_as(world, "sanjay", 1);
	world_stop_server(world, false);
	sell_as(world, "rina", 2); /* the third shift, without a server */
	assert_int_equal(count_events(world, "key"), 3);
	read_file(key_path, now);
	assert_null(strstr(now, first));
	world_start_server(world);
	assert_int_equal(world_sync(world), 0);
	world_check_settled(world);
	world_check_journal(world);

	spoil(world);
	assert_int_equal(run_batti(world, "journal recover --state %T"), 0);
	world_check_journal(world);
	sell_as(world, "sanjay", 3);
	assert_int_equal(world_sync(world), 0);
	world_check_settled(world);

	/* The stick is pulled; two shifts later all but the stick and the keys is lost. */
	set_mirror(world, NULL);
	sell_as(world, "rina", 4);
	assert_int_equal(world_sync(world), 0);
	sell_as(world, "sanjay", 5);
	spoil(world);
	snprintf(line, sizeof line, "journal recover --state %%T --from %s", stick);
	assert_int_equal(run_batti(world, line), 0);
	world_check_journal(world);
	sell_as(world, "rina", 6);
	assert_int_equal(world_sync(world), 0);
	world_check_journal(world);
	world_close(world);
}

static void missing_key_is_told(void **state)
{
	struct world *world = world_open_enrolled(10);
	char path[WORLD_PATH_CAP + 32];
	struct world_run run;

	(void)state;
	sell_as(world, "rina", 0);
	snprintf(path, sizeof path, "%s/keys/journal.key", world->terminal);
	assert_int_equal(unlink(path), 0);
	run = world_batti(world, "sync --state %T");
	assert_int_not_equal(run.status, 0);
	if (!strstr(run.err, "journal.key") && !strstr(run.out, "journal.key"))
		fail_msg("no word of the key: %s%s", run.out, run.err);
	world_run_free(&run);
	world_close(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(goes_on_across_shifts),
	    cmocka_unit_test(missing_key_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
