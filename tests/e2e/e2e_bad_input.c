/* What people and files get wrong: a clear sentence in both languages, no money taken, nothing lost. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/e2e/pty.h"
#include "tests/e2e/world.h"

struct bad_row {
	const char *number; /* NULL: a good one; "note=NOTE": the consumer with that note */
	const char *amount;
	const char *english; /* part of the sentence */
	const char *hindi;
};

static const struct bad_row rows[] = {
    {"999999999999", "500", "not a number we know", "यह नंबर हमारे पास नहीं है"},
    {"58000079524", "500", "typing mistake", "मीटर नंबर लिखने में"},
    {"0100000000009", "500", "typing mistake", "मीटर नंबर लिखने में"},
    {"600727580000795238", "500", "typing mistake", "मीटर नंबर लिखने में"},
    {NULL, "abc", "not a number", "सिर्फ़ अंक"},
    {NULL, "5O0", "not a number", "सिर्फ़ अंक"},
    {NULL, "12.50", "Only whole rupees", "सिर्फ़ पूरे रुपये"},
    {NULL, "-500", "not a number", "सिर्फ़ अंक"},
    {NULL, "0", "At least", "कम से कम"},
    {NULL, "99", "At least", "कम से कम"},
    {NULL, "10001", "At most", "तक"},
    {NULL, "1000000000000000000", "At most", "तक"},
    {NULL, "99999999999999999999999999", "At most", "तक"},
    {"note=blocked", "500", "Blocked", "रोका"},
};

static const char *pick_number(const struct world *world, const struct bad_row *row)
{
	if (row->number == NULL)
		return world_number(world, "sts_units", "", 0);
	if (strncmp(row->number, "note=", 5) == 0)
		return world_number(world, "sts_units", row->number + 5, 0);
	return row->number;
}

/* A terminal's input is written with composed nukta letters, a file's without: compare what both share. */
static bool says(const char *text, const char *part)
{
	static const char nukta[] = "़";
	const char *cut = strstr(part, nukta);
	char head[128];

	snprintf(head, sizeof head, "%.*s", cut != NULL ? (int)(cut - part) : (int)strlen(part), part);
	return strstr(text, head) != NULL;
}

static void refuse_one(struct world *world, const struct bad_row *row, const char *lang, const char *expected)
{
	char line[512];
	struct world_run run;

	snprintf(line, sizeof line,
		 "sell --state %%T --passphrase-file %%P --lang %s --connection %s --amount %s --tender cash --json",
		 lang, pick_number(world, row), row->amount);
	run = world_batti(world, line);
	if (run.status != 1 && run.status != 2)
		fail_msg("%s: exit %d\n%s%s", line, run.status, run.out, run.err);
	if (!says(run.err, expected) && !says(run.out, expected))
		fail_msg("%s: not \"%s\" but\nout: %s\nerr: %s", line, expected, run.out, run.err);
	assert_null(strstr(run.out, "\"token\":\""));
	world_run_free(&run);
}

static void bad_sales_are_refused_in_both_languages(void **state)
{
	struct world *world = world_open_enrolled(100);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		refuse_one(world, &rows[i], "en", rows[i].english);
		refuse_one(world, &rows[i], "hi", rows[i].hindi);
	}
	assert_int_equal(world_sync(world), 0);
	world_check_settled(world);
	world_close(world);
}

/* A mistyped folder is not an empty ledger. */
static void sandbox_tells_a_folder_that_is_none(void **state)
{
	static const char *const words[] = {"ledger", "consumers", "fault"};
	struct world *world = world_open(60);
	char folder[WORLD_PATH_CAP];

	(void)state;
	world_fill(world, "%D/mistyped", folder);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		const char *const arguments[] = {SANDBOX_PROGRAM, words[i], "--state", folder, NULL};
		struct world_run run = world_run(arguments);

		assert_int_equal(run.status, 1);
		assert_string_equal(run.out, "");
		assert_non_null(strstr(run.err, folder));
		assert_int_not_equal(access(folder, F_OK), 0);
		world_run_free(&run);
	}
	world_close(world);
}

static void write_config(const struct world *world, const char *text)
{
	char path[WORLD_PATH_CAP + 16];
	FILE *file;

	snprintf(path, sizeof path, "%s/batti.conf", world->dir);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void unknown_setting_is_named(void **state)
{
	static const struct {
		const char *text, *said, *said_hi;
	} bad[] = {
	    {"[batti]\ncolour_of_paper = blue\n", "line 2: there is no such setting: colour_of_paper = blue",
	     "ऐसी कोई सेटिंग"},
	    {"[batti]\n\ndeadline_ms = soon\n", "line 3: this value cannot be: deadline_ms = soon", "यह मान"},
	    {"[batti]\ndeadline_ms = -1\n", "this value cannot be: deadline_ms = -1", "यह मान"},
	    {"deadline_ms = 2500\n", "line 1: this has to stand under [batti]: deadline_ms", "[batti] के नीचे"},
	    {"[counter]\ndeadline_ms = 2500\n", "line 2: this has to stand under [batti]", "[batti] के नीचे"},
	    {"[batti]\nslow\n", "line 2: a line is", "लाइन ऐसी होती है"},
	    {"[batti\n", "line 1: a line is", "लाइन ऐसी होती है"},
	};
	struct world *world = world_open_enrolled(60);
	struct world_run run;
	char line[256];

	(void)state;
	snprintf(line, sizeof line, "lookup --state %%T --config %%D/batti.conf %s",
		 world_number(world, "sts_units", "", 0));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		write_config(world, bad[i].text);
		run = world_batti(world, line);
		assert_int_equal(run.status, 2);
		assert_non_null(strstr(run.err, bad[i].said));
		assert_non_null(strstr(run.err, bad[i].said_hi));
		world_run_free(&run);
	}
	write_config(world, "[batti]\ndeadline_ms = 2500\n");
	run = world_batti(world, line);
	assert_int_equal(run.status, 0);
	world_run_free(&run);
	snprintf(line, sizeof line, "lookup --state %%T --config " BATTI_SOURCE_DIR "/assets/batti.conf.sample %s",
		 world_number(world, "sts_units", "", 0));
	run = world_batti(world, line);
	assert_int_equal(run.status, 0);
	world_run_free(&run);
	world_close(world);
}

/* ---- a lease with one flipped bit ---- */

static long find_lease(const char *folder, char *path, size_t cap)
{
	DIR *entries = opendir(folder);
	struct dirent *entry;
	struct stat info = {0};
	bool found = false;

	assert_non_null(entries);
	while (!found && (entry = readdir(entries)) != NULL) {
		if (strncmp(entry->d_name, "lease", 5) != 0)
			continue;
		snprintf(path, cap, "%s/%s", folder, entry->d_name);
		found = stat(path, &info) == 0 && S_ISREG(info.st_mode);
	}
	closedir(entries);
	if (!found)
		fail_msg("no file of the lease in %s", folder);
	return (long)info.st_size;
}

static void flip_bit(const char *path, long at)
{
	FILE *file = fopen(path, "r+b");
	int byte;

	assert_non_null(file);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	byte = fgetc(file);
	assert_int_not_equal(byte, EOF);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	fputc(byte ^ 1, file);
	assert_int_equal(fclose(file), 0);
}

/* Anywhere in the file: offline, no token is made under it, and the server's word mends it. */
static void lease_with_a_flipped_bit_gives_no_token(void **state)
{
	struct world *world = world_open_enrolled(60);
	char path[2 * WORLD_PATH_CAP], line[512];
	long size = find_lease(world->terminal, path, sizeof path);
	struct world_run run;

	(void)state;
	world_stop_server(world, true);
	for (int part = 1; part < 4; part++) {
		flip_bit(path, size * part / 4);
		snprintf(line, sizeof line,
			 "sell --state %%T --passphrase-file %%P --connection %s --amount %d --tender cash --json",
			 world_number(world, "sts_units", "", part), 100 * part);
		run = world_batti(world, line);
		if (run.status == 0 || strstr(run.out, "\"issued_by\":\"terminal\"") != NULL)
			fail_msg("bit flipped at %ld of %ld: exit %d\n%s%s", size * part / 4, size, run.status, run.out,
				 run.err);
		assert_true(run.out[0] != '\0' || run.err[0] != '\0');
		world_run_free(&run);
		flip_bit(path, size * part / 4);
	}
	world_close(world);
}

/* Names full of control characters, C1 codes and bidi marks: what a command prints may go to a terminal. */
static void check_printed(const char *what, const char *text)
{
	const char *hostile = pty_find_hostile((const uint8_t *)text, strlen(text));

	if (hostile != NULL || strchr(text, '\x1b') != NULL || strchr(text, '\a') != NULL)
		fail_msg("%s printed %s:\n%s", what, hostile != NULL ? hostile : "an escape or a bell", text);
}

static void hostile_names_are_cleaned(void **state)
{
	static const char *const lines[] = {"lookup --state %T --json ", "lookup --state %T --lang hi ",
					    "lookup --state %T "};
	struct world *world = world_open(60);
	const char *number = world_number(world, "sts_units", "", 0);
	char line[512];
	struct world_run run;

	(void)state;
	world_fault(world, "bidi");
	world_enrol(world, world->terminal); /* the whole list arrives with such names */
	snprintf(line, sizeof line,
		 "receipt render --state %%T --sale %s --as text --width 576 --lang both -o /dev/stdout",
		 world_sell(world, number, 500)->id);
	run = world_batti(world, line);
	assert_int_equal(run.status, 0);
	check_printed(line, run.out);
	world_run_free(&run);
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		snprintf(line, sizeof line, "%s%s", lines[i], number);
		run = world_batti(world, line);
		assert_int_equal(run.status, 0);
		assert_non_null(
		    strstr(run.out, "\xef\xbf\xbd")); /* the mark of what was taken out: the fault did reach us */
		check_printed(line, run.out);
		check_printed(line, run.err);
		world_run_free(&run);
	}
	world_close(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bad_sales_are_refused_in_both_languages),
	    cmocka_unit_test(sandbox_tells_a_folder_that_is_none),
	    cmocka_unit_test(unknown_setting_is_named),
	    cmocka_unit_test(lease_with_a_flipped_bit_gives_no_token),
	    cmocka_unit_test(hostile_names_are_cleaned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
