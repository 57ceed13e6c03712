/* The program's own main, with a self-test that fails and with the real one: a known answer that does not come out
 * stops every command, in both languages, before anything else.
 *
 * rooms: ui/command ui core/sts core/base */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

#include "core/sts/selftest.h"

static bool is_arithmetic_right;

static enum bt_err check_known_answers(struct bt_fault *fault)
{
	if (is_arithmetic_right)
		return bt_sts_selftest(fault);
	return bt_fault_set(fault, BT_ECORRUPT, 0, "MISTY1 encrypt");
}

/* The composition root takes its self-test and its name from here. */
#define bt_sts_selftest check_known_answers
#define main            batti_main
int batti_main(int argc, char **argv);
#include "ui/main.c"
#undef main

struct outcome {
	int code;
	char text[4096]; /* of both output streams */
};

static void run(struct outcome *out, char **argv)
{
	FILE *file = tmpfile();
	int argc = 0, screen = dup(STDOUT_FILENO), errors = dup(STDERR_FILENO);
	size_t len;

	while (argv[argc])
		argc++;
	assert_true(file && screen >= 0 && errors >= 0);
	fflush(NULL);
	dup2(fileno(file), STDOUT_FILENO);
	dup2(fileno(file), STDERR_FILENO);
	out->code = batti_main(argc, argv);
	fflush(NULL);
	dup2(screen, STDOUT_FILENO);
	dup2(errors, STDERR_FILENO);
	close(screen);
	close(errors);
	rewind(file);
	len = fread(out->text, 1, sizeof out->text - 1, file);
	out->text[len] = '\0';
	fclose(file);
}

static void expect_stopped(char **argv)
{
	struct outcome outcome;

	is_arithmetic_right = false;
	run(&outcome, argv);
	assert_int_equal(outcome.code, BT_EXIT_STOPPED);
	assert_int_equal(outcome.code, 4);
	assert_non_null(
	    strstr(outcome.text, "Stopped: a known answer does not come out (MISTY1 encrypt). No token is made."));
	assert_non_null(strstr(outcome.text, "रुका: जाना हुआ उत्तर नहीं आया (MISTY1 encrypt)। कोई टोकन नहीं बनता।"));
}

static void test_wrong_arithmetic_stops_every_command(void **state)
{
	(void)state;
	expect_stopped((char *[]){"batti", NULL});
	expect_stopped((char *[]){"batti", "doctor", "--state", "/nowhere", NULL});
	for (int i = 0; bt_commands[i]; i++) {
		char name[64];

		if (strcmp(bt_commands[i]->name, "token") == 0)
			continue; /* checks for itself, but for the part that lists every answer */
		snprintf(name, sizeof name, "%s", bt_commands[i]->name);
		expect_stopped((char *[]){"batti", name, NULL});
	}
}

static void test_right_arithmetic_goes_on(void **state)
{
	struct outcome outcome;

	(void)state;
	is_arithmetic_right = true;
	run(&outcome, (char *[]){"batti", "sell", "--no-such-option", NULL});
	assert_int_equal(outcome.code, BT_EXIT_USAGE);
	assert_null(strstr(outcome.text, "known answer"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_wrong_arithmetic_stops_every_command),
	    cmocka_unit_test(test_right_arithmetic_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
