/* The harness itself: a terminal that cannot see a fault cannot show that there is none. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/e2e/pty.h"

#define WAIT_MS 5000

static struct pty *open_shell(const char *script)
{
	const char *arguments[] = {"/bin/sh", "-c", script, NULL};
	struct pty_options options = {.argv = arguments};
	struct pty *pty = pty_open(&options);

	assert_non_null(pty);
	return pty;
}

static void sees_text_cells_and_keys(void **state)
{
	struct pty *pty =
	    open_shell("printf '\\033[3;5H\\033[1;7mhello\\033[0m हिंदी'; read line; printf 'got %s' \"$line\"; exit 7");

	(void)state;
	assert_true(pty_wait(pty, "हिंदी", WAIT_MS));
	assert_string_equal(pty_row(pty, 2), "    hello हिंदी");
	assert_string_equal(pty_cell(pty, 2, 4).text, "h");
	assert_true(pty_cell(pty, 2, 4).bold && pty_cell(pty, 2, 4).reverse);
	assert_true(pty_type(pty, "42{Enter}"));
	assert_true(pty_wait(pty, "got 42", WAIT_MS));
	assert_int_equal(pty_wait_exit(pty, WAIT_MS), 7);
	pty_close(pty);
}

static void answers_what_a_terminal_is_asked(void **state)
{
	struct pty *pty =
	    open_shell("stty raw -echo; printf '\\033[5;9H\\033[6n'; dd bs=1 count=6 2>/dev/null | od -c | tr -d ' '");

	(void)state;
	assert_true(pty_wait(pty, "[5;9R", WAIT_MS));
	pty_close(pty);
}

static void tells_a_program_that_is_not_there(void **state)
{
	const char *arguments[] = {"/nonexistent/program", NULL};
	struct pty_options options = {.argv = arguments};
	struct pty *pty = pty_open(&options);

	(void)state;
	assert_non_null(pty);
	assert_false(pty_wait(pty, "anything", WAIT_MS));
	assert_int_equal(pty_wait_exit(pty, WAIT_MS), 127);
	pty_close(pty);
}

static void tells_a_killed_program(void **state)
{
	struct pty *pty = open_shell("printf ready; sleep 100");

	(void)state;
	assert_true(pty_wait(pty, "ready", WAIT_MS));
	pty_kill(pty, SIGKILL);
	assert_int_equal(pty_wait_exit(pty, WAIT_MS), PTY_KILLED(SIGKILL));
	pty_close(pty);
}

static void sees_hostile_bytes(void **state)
{
	static const char *const scripts[] = {
	    "printf '\\033]0;title\\007'", /* OSC */
	    "printf '\\033Pq\\033\\\\'",   /* DCS */
	    "printf '\\302\\233'",         /* C1 CSI as UTF-8 */
	    "printf '\\342\\200\\256'",    /* U+202E */
	    "printf '\\342\\201\\246'",    /* U+2066 */
	    "printf '\\377'",              /* no UTF-8 */
	};
	struct pty *pty;

	(void)state;
	for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
		pty = open_shell(scripts[i]);
		assert_int_equal(pty_wait_exit(pty, WAIT_MS), 0);
		pty_settle(pty, 50, WAIT_MS);
		if (pty_raw_hostile(pty) == NULL)
			fail_msg("not seen: %s", scripts[i]);
		pty_close(pty);
	}
	pty = open_shell("printf '\\033[1mहिंदी \\342\\200\\215 ₹ \\033[0m'"); /* a joiner is needed by Hindi */
	assert_int_equal(pty_wait_exit(pty, WAIT_MS), 0);
	assert_null(pty_raw_hostile(pty));
	pty_close(pty);
}

static void follows_a_new_size(void **state)
{
	struct pty *pty = open_shell("trap 'stty size' WINCH; printf ready; while :; do sleep 0.05; done");

	(void)state;
	assert_true(pty_wait(pty, "ready", WAIT_MS));
	pty_resize(pty, 43, 132);
	assert_true(pty_wait(pty, "43 132", WAIT_MS));
	pty_close(pty);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sees_text_cells_and_keys),
	    cmocka_unit_test(answers_what_a_terminal_is_asked),
	    cmocka_unit_test(tells_a_program_that_is_not_there),
	    cmocka_unit_test(tells_a_killed_program),
	    cmocka_unit_test(sees_hostile_bytes),
	    cmocka_unit_test(follows_a_new_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
