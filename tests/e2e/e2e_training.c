/* Training as a new clerk meets it: an office made for it, five lessons judged by the money, row 1 that nothing covers,
 * slips with the mark, a server that comes and goes with the program, and keys that no live counter takes. */
#include <ctype.h>
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/e2e/counter.h"
#include "tests/e2e/world.h"

#define NUMBER_CAP  16
#define DOCKET_CAP  24
#define START_MS    90000
#define MARK        "TRAINING"
#define PRACTICE_UP 20000

static struct world *world;

static int open_world(void **state)
{
	(void)state;
	world = world_open(1);
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	world_close(world);
	return 0;
}

/* ---- the program ---- */

static struct pty *open_training(const char *lang, bool anew)
{
	char folder[WORLD_PATH_CAP], paper[WORLD_PATH_CAP + 8];
	const char *arguments[] = {BATTI_PROGRAM, "--training",          "--state", folder, "--lang", lang, "--printer",
				   paper,         anew ? "--new" : NULL, NULL};
	struct pty_options options = {.argv = arguments};
	struct pty *counter;

	world_fill(world, "%D/office", folder);
	world_fill(world, "file:%D/paper", paper);
	counter = pty_open(&options);
	assert_non_null(counter);
	if (!pty_wait(counter, strcmp(lang, "en") == 0 ? "0 of 5 done" : "5 में 0 पूरे", START_MS)) {
		fail_msg("the lessons did not come:\n%s", pty_screen(counter));
	}
	return counter;
}

/* Row 1 on every look. */
static void expect(struct pty *counter, const char *text)
{
	counter_expect(counter, text);
	if (!strstr(pty_row(counter, 1), MARK)) {
		fail_msg("row 1 is covered:\n%s", pty_screen(counter));
	}
}

/* The connection number of the task, without its blanks. */
static void read_number(struct pty *counter, char out[NUMBER_CAP])
{
	size_t used = 0;
	const char *at;

	expect(counter, "Number 1");
	at = strstr(pty_row(counter, 5), "Number ");
	assert_non_null(at);
	for (at += strlen("Number "); *at && used + 1 < NUMBER_CAP; at++) {
		if (isdigit((unsigned char)*at)) {
			out[used++] = *at;
		}
	}
	out[used] = '\0';
	assert_int_equal(used, 12);
}

static void open_card(struct pty *counter, const char *number)
{
	counter_type(counter, number);
	expect(counter, number);
	counter_type(counter, "{Enter}");
	expect(counter, "Pay by");
}

static void take_money(struct pty *counter, const char *keys)
{
	counter_type(counter, keys);
	expect(counter, "count the money before Enter");
	pty_settle(counter, 300, COUNTER_WAIT_MS);
}

static void expect_done(struct pty *counter, const char *count, const char *learnt)
{
	expect(counter, "Next scan or number");
	counter_type(counter, "{F3}");
	expect(counter, count);
	expect(counter, learnt);
}

/* ---- the five ---- */

static void do_cash(struct pty *counter)
{
	char number[NUMBER_CAP];

	counter_type(counter, "{Enter}");
	expect(counter, "Practice 1 of 5");
	read_number(counter, number);
	/* A wrong step first: it has its hint, and the lesson stays. */
	open_card(counter, number);
	take_money(counter, "500{Enter}");
	counter_type(counter, "{Enter}");
	expect(counter, "Next scan or number");
	counter_type(counter, "{F3}");
	expect(counter, "The amount was to be ₹ 200");
	expect(counter, "Practice 1 of 5");
	open_card(counter, number);
	take_money(counter, "200{Enter}");
	counter_type(counter, "{Enter}");
	expect_done(counter, "1 of 5 done", "4 keys after a scan");
}

static void do_change(struct pty *counter)
{
	char number[NUMBER_CAP];

	counter_type(counter, "{Enter}");
	expect(counter, "Practice 2 of 5");
	read_number(counter, number);
	open_card(counter, number);
	take_money(counter, "200{Enter}");
	counter_type(counter, "500");
	expect(counter, "500 given, 200 to pay");
	counter_type(counter, "{Enter}");
	expect_done(counter, "2 of 5 done", "goes back to the consumer");
}

static void do_split(struct pty *counter)
{
	char number[NUMBER_CAP];

	counter_type(counter, "{Enter}");
	expect(counter, "Practice 3 of 5");
	read_number(counter, number);
	open_card(counter, number);
	counter_type(counter, "1000//{Enter}");
	expect(counter, "is divided like this");
	take_money(counter, "300{Enter}");
	counter_type(counter, "{Enter}");
	expect_done(counter, "3 of 5 done", "Paying dues adds no units");
}

static void do_away(struct pty *counter)
{
	char number[NUMBER_CAP];

	counter_type(counter, "{Enter}");
	expect(counter, "Practice 4 of 5");
	counter_expect_server(counter, "down");
	read_number(counter, number);
	open_card(counter, number);
	take_money(counter, "300{Enter}");
	counter_type(counter, "{Enter}");
	expect(counter, "made here");
	expect_done(counter, "4 of 5 done", "hears of it by itself");
	/* Brought back by the program, and what was made here has reached it. */
	counter_expect_server(counter, "up");
	expect(counter, "To send 0");
}

/* "D-0142-0611-087-4" from the screen. */
static void read_docket(struct pty *counter, char out[DOCKET_CAP])
{
	const char *at = strstr(pty_screen(counter), "D-");
	size_t used = 0;

	if (!at) {
		fail_msg("no docket number:\n%s", pty_screen(counter));
	}
	while (used + 1 < DOCKET_CAP && (isdigit((unsigned char)at[used]) || at[used] == '-' || at[used] == 'D')) {
		out[used] = at[used];
		used++;
	}
	out[used] = '\0';
}

static void do_stuck(struct pty *counter)
{
	char number[NUMBER_CAP], docket[DOCKET_CAP];

	counter_type(counter, "{Enter}");
	expect(counter, "Practice 5 of 5");
	counter_expect_server(counter, "down");
	read_number(counter, number);
	open_card(counter, number);
	take_money(counter, "200{Enter}");
	counter_type(counter, "{Enter}");
	expect(counter, "Nothing more to pay");
	read_docket(counter, docket);
	counter_type(counter, "{F3}");
	expect(counter, "the docket's number, or F4");
	counter_expect_server(counter, "up");
	counter_type(counter, docket);
	expect(counter, docket);
	counter_type(counter, "{Enter}");
	expect_done(counter, "5 of 5 done", "Money with a docket is safe");
}

/* ---- what is left of it ---- */

/* No process serves this folder any more. */
static bool is_served(void)
{
	char folder[WORLD_PATH_CAP], path[300], line[4096];
	DIR *processes = opendir("/proc");
	const struct dirent *entry;
	bool found = false;

	world_fill(world, "%D/office/server", folder);
	assert_non_null(processes);
	while (!found && (entry = readdir(processes))) {
		size_t len;
		FILE *file;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof path, "/proc/%s/cmdline", entry->d_name);
		file = fopen(path, "r");
		if (!file)
			continue;
		len = fread(line, 1, sizeof line - 1, file);
		fclose(file);
		found = len > 0 && memmem(line, len, folder, strlen(folder)) && memmem(line, len, "--until-eof", 11);
	}
	closedir(processes);
	return found;
}

static void end(struct pty *counter, int signal)
{
	const char *hostile = pty_raw_hostile(counter);

	if (hostile)
		fail_msg("%s reached the terminal", hostile);
	pty_kill(counter, signal);
	assert_int_not_equal(pty_wait_exit(counter, COUNTER_WAIT_MS), PTY_STILL_RUNNING);
	pty_close(counter);
	for (int tries = 0; is_served() && tries < 100; tries++)
		usleep(100000);
	assert_false(is_served());
}

static int count_text(const char *text, const char *wanted)
{
	int count = 0;

	for (const char *at = strstr(text, wanted); at; at = strstr(at + 1, wanted))
		count++;
	return count;
}

/* Every sale of the office stands in its ledger once, and its newest slip bears the mark. */
static void check_office(int sales)
{
	char path[WORLD_PATH_CAP];
	const char *arguments[] = {SANDBOX_PROGRAM, "ledger", "--state", path, "--json", NULL};
	struct world_run run;
	json_t *ledger;

	world_fill(world, "%D/office/server", path);
	run = world_run(arguments);
	assert_int_equal(run.status, 0);
	ledger = json_loads(run.out, 0, NULL);
	assert_int_equal(count_text(run.out, "\"sale_id\""), sales);
	json_decref(ledger);
	world_run_free(&run);
	run = world_batti(world, "journal verify --state %D/office/terminal --training");
	assert_int_equal(run.status, 0);
	world_run_free(&run);
}

static void check_slip(void)
{
	struct world_run run = world_batti(world, "journal export --state %D/office/terminal --training");
	char line[200], *at, id[40] = "";

	assert_int_equal(run.status, 0);
	at = strstr(run.out, "sale_id\\\":\\\"");
	if (!at)
		at = strstr(run.out, "\"sale_id\":\"");
	assert_non_null(at);
	at = strpbrk(at + 8, "0123456789abcdef");
	snprintf(id, sizeof id, "%.36s", at);
	world_run_free(&run);
	snprintf(line, sizeof line,
		 "receipt render --sale %s --as text --state %%D/office/terminal --training --passphrase-file "
		 "%%D/office/passphrase",
		 id);
	run = world_batti(world, line);
	assert_int_equal(run.status, 0);
	assert_true(count_text(run.out, "TRAINING · NO VALUE") >= 2);
	world_run_free(&run);
}

static void training_does_all_five(void **state)
{
	struct pty *counter = open_training("en", false);

	(void)state;
	do_cash(counter);
	do_change(counter);
	do_split(counter);
	do_away(counter);
	do_stuck(counter);
	expect(counter, "To send 0");
	end(counter, SIGTERM);
	check_office(6);
	check_slip();
}

/* Left in the middle with the server away, killed, begun again: the server is there, and nothing is left behind. */
static void training_is_left_and_begun_again(void **state)
{
	struct pty *counter = open_training("en", false);

	(void)state;
	counter_type(counter, "{Down}{Down}{Down}{Enter}");
	expect(counter, "Practice 4 of 5");
	counter_expect_server(counter, "down");
	counter_type(counter, "{Esc}");
	expect(counter, "0 of 5 done");
	counter_type(counter, "{Esc}");
	counter_expect_server(counter, "up");
	assert_true(pty_wait_gone(counter, "Practice 4", COUNTER_WAIT_MS));
	counter_type(counter, "{Esc}");
	expect(counter, "0 of 5 done");
	counter_type(counter, "{Down}{Down}{Down}{Enter}");
	counter_expect_server(counter, "down");
	end(counter, SIGKILL);
	counter = open_training("en", false);
	counter_expect_server(counter, "up");
	end(counter, SIGHUP);
}

static void training_in_hindi_and_anew(void **state)
{
	struct pty *counter = open_training("hi", true);

	(void)state;
	assert_non_null(strstr(pty_row(counter, 1), "अभ्यास · असली पैसा या टोकन नहीं"));
	counter_type(counter, "{Enter}");
	counter_expect(counter, "अभ्यास 5 में 1");
	assert_non_null(strstr(pty_row(counter, 1), "अभ्यास · असली पैसा या टोकन नहीं"));
	end(counter, SIGTERM);
	check_office(0);
}

/* Every screen that a key opens, its help, and a window that is too small. */
static void training_row_is_never_covered(void **state)
{
	static const char *const keys[] = {"{F1}",  "{F1}", "{F4}", "{F12}", "{F1}", "{Esc}",
					   "{Esc}", "{F9}", "{F1}", "{Esc}", NULL};
	struct pty *counter = open_training("en", false);

	(void)state;
	counter_type(counter, "{Esc}");
	expect(counter, "Find the consumer");
	for (int i = 0; keys[i]; i++) {
		counter_type(counter, keys[i]);
		pty_settle(counter, 150, COUNTER_WAIT_MS);
		expect(counter, MARK);
	}
	pty_resize(counter, 10, 60);
	counter_expect(counter, "window is too small");
	expect(counter, MARK);
	end(counter, SIGTERM);
}

static void expect_refused(const char *line, const char *why)
{
	struct world_run run = world_batti(world, line);

	if (run.status == 0 || !strstr(run.err, why))
		fail_msg("%s: %d\n%s%s", line, run.status, run.out, run.err);
	world_run_free(&run);
}

/* Neither kind of folder opens for the other, and neither kind of server enrols the other. */
static void training_and_life_are_apart(void **state)
{
	char path[WORLD_PATH_CAP], line[WORLD_PATH_CAP * 2], code[64] = "";
	const char *arguments[] = {SANDBOX_PROGRAM, "enrolment-code", "--state", world->server, NULL};
	struct world_run run;

	(void)state;
	expect_refused("lookup Ram --offline --state %D/office/terminal", "is for training");
	expect_refused("sell --connection 100244781560 --amount 500 --tender cash --state %D/office/terminal "
		       "--passphrase-file %D/office/passphrase",
		       "is for training");
	world_enrol(world, world->terminal);
	expect_refused("lookup Ram --offline --state %T --training", "is not for training");
	run = world_run(arguments);
	assert_int_equal(run.status, 0);
	snprintf(code, sizeof code, "%.*s", (int)strcspn(run.out, "\n"), run.out);
	world_run_free(&run);
	snprintf(line, sizeof line,
		 "enrol %%U --state %%D/other --code %s --ca %%D/server/ca.pem --passphrase-file %%P --training", code);
	expect_refused(line, "not for training");
	world_fill(world, "%D/other/terminal.json", path);
	assert_int_not_equal(access(path, F_OK), 0);
	/* A folder that is not one of ours is not emptied. */
	world_fill(world, "%D/office/training", path);
	assert_int_equal(access(path, F_OK), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(training_does_all_five),        cmocka_unit_test(training_is_left_and_begun_again),
	    cmocka_unit_test(training_row_is_never_covered), cmocka_unit_test(training_and_life_are_apart),
	    cmocka_unit_test(training_in_hindi_and_anew),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
