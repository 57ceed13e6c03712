/* The counter on its screen against the real server: a clerk's day in short. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/e2e/counter.h"

static const struct counter_options english = {.lang = "en"};
static const struct counter_options hindi = {.lang = "hi"};

static void finish(struct world *world, struct pty *counter)
{
	counter_close(counter);
	world_fault(world, "none");
	assert_int_equal(world_sync(world), 0);
	world_check_settled(world);
	world_close(world);
}

static void sells_for_cash(void **state)
{
	struct world *world = world_open_enrolled(100);
	struct pty *counter = counter_open(world, &english);
	const char *number = world_number(world, "sts_units", "", 0);
	char token[WORLD_TOKEN_CAP];

	(void)state;
	counter_sign_in(counter);
	counter_sell(counter, number, "500", token);
	world_note_sale(world, 50000, token);
	assert_string_equal(world_meter_enter(world, world_meter(world, number), token), "accepted");

	counter_type(counter, "{F3}");
	counter_expect(counter, "Find the consumer");
	world_fault(world, "down");
	counter_sell(counter, world_number(world, "sts_units", "", 1), "300", token);
	world_note_sale(world, 30000, token);
	counter_expect(counter, "made here");
	finish(world, counter);
}

static void types_an_amount_as_a_scan_would(void **state)
{
	struct world *world = world_open_enrolled(100);
	struct pty *counter = counter_open(world, &english);
	char keys[64], token[WORLD_TOKEN_CAP];

	(void)state;
	counter_sign_in(counter);
	snprintf(keys, sizeof keys, "%s{Enter}", world_number(world, "sts_units", "", 0));
	counter_type(counter, keys);
	counter_expect(counter, "Pay by");
	counter_type(counter, "++{Enter}"); /* the second ready-made amount is ₹ 500 */
	counter_expect(counter, "count the money before Enter");
	pty_settle(counter, 400, COUNTER_WAIT_MS);
	counter_type(counter, "{Enter}");
	counter_expect_token(counter, token);
	world_note_sale(world, 50000, token);
	finish(world, counter);
}

static void double_enter_sells_once(void **state)
{
	struct world *world = world_open_enrolled(100);
	struct pty *counter = counter_open(world, &english);
	char token[WORLD_TOKEN_CAP];

	(void)state;
	counter_sign_in(counter);
	counter_ask(counter, world_number(world, "sts_units", "", 0), "500");
	counter_type(counter, "{Enter}{Enter}{Enter}");
	counter_expect_token(counter, token);
	world_note_sale(world, 50000, token);

	/* The same while the server hangs: the second Enter may end the wait, it never sells. */
	counter_type(counter, "{F3}");
	counter_expect(counter, "Find the consumer");
	world_fault(world, "hang");
	counter_ask(counter, world_number(world, "sts_units", "", 1), "300");
	counter_type(counter, "{Enter}{Enter}{Enter}{Enter}");
	counter_expect_token(counter, token);
	world_note_sale(world, 30000, token);
	pty_settle(counter, 500, 3000);
	finish(world, counter);
}

/* Enter typed before the confirm screen was drawn is not "money taken". */
static void enter_typed_ahead_takes_no_money(void **state)
{
	struct world *world = world_open_enrolled(100);
	struct pty *counter = counter_open(world, &english);

	(void)state;
	counter_sign_in(counter);
	counter_find(counter, world_number(world, "sts_units", "", 0));
	/* In one write, so that all of it is there before anything can be drawn. */
	assert_true(pty_send(counter, "500\r\r\r", 6));
	counter_expect(counter, "count the money before Enter");
	pty_settle(counter, 800, 3000);
	assert_true(pty_shows(counter, "count the money before Enter"));
	counter_type(counter, "{Esc}");
	counter_expect(counter, "Pay by");
	finish(world, counter);
}

static void switches_language_in_the_middle_of_typing(void **state)
{
	struct world *world = world_open_enrolled(100);
	struct pty *counter = counter_open(world, &english);
	char token[WORLD_TOKEN_CAP];

	(void)state;
	counter_sign_in(counter);
	counter_type(counter, "1002447");
	counter_expect(counter, "1002447");
	pty_settle(counter, 60, COUNTER_WAIT_MS); /* behind so many digits at once only a scanner sends an F2 */
	counter_type(counter, "{F2}");
	counter_expect(counter, "उपभोक्ता खोजें");
	assert_true(pty_shows(counter, "1002447"));
	counter_type(counter, "{F2}");
	counter_expect(counter, "Find the consumer");
	assert_true(pty_shows(counter, "1002447"));
	for (int i = 0; i < 7; i++)
		counter_type(counter, "{Backspace}");
	counter_sell(counter, world_number(world, "sts_units", "", 0), "500", token);
	world_note_sale(world, 50000, token);
	finish(world, counter);
}

/* The row of keys stands in the last row, and what was typed is there. */
static bool has_followed(struct pty *counter, void *context)
{
	const int *rows = context;
	return pty_shows(counter, "1002447") && strstr(pty_row(counter, *rows - 1), "F1 Help") != NULL;
}

static void follows_the_size_of_its_window(void **state)
{
	static const struct {
		int rows, columns;
	} sizes[] = {{43, 132}, {24, 80}, {30, 100}, {24, 80}};
	struct world *world = world_open_enrolled(100);
	struct pty *counter = counter_open(world, &english);

	(void)state;
	counter_sign_in(counter);
	counter_type(counter, "1002447");
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		pty_resize(counter, sizes[i].rows, sizes[i].columns);
		int rows = sizes[i].rows;
		assert_true(pty_wait_for(counter, has_followed, &rows, 10000));
	}
	pty_resize(counter, 20, 60);
	counter_expect(counter, "too small");
	pty_resize(counter, 24, 80);
	counter_expect(counter, "Find the consumer");
	counter_expect(counter, "1002447");
	finish(world, counter);
}

/* Names with control characters, bidi marks and C1 codes; and replies that are none. counter_close looks at every byte.
 */
static void shows_nothing_raw(void **state)
{
	static const char *const faults[] = {"bidi", "garbage", "deep", "huge", "error"};
	struct world *world = world_open_enrolled(100);
	struct pty *counter = counter_open(world, &hindi);
	char keys[64];

	(void)state;
	counter_expect(counter, "रीना");
	counter_type(counter, COUNTER_PIN "{Enter}");
	counter_expect(counter, "शुरू का पैसा");
	counter_type(counter, COUNTER_FLOAT "{Enter}");
	counter_expect(counter, "उपभोक्ता खोजें");
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		world_fault(world, faults[i]);
		snprintf(keys, sizeof keys, "%s{Enter}", world_number(world, "sts_units", "", (int)i));
		counter_type(counter, keys);
		counter_expect(counter, "किसमें");
		pty_settle(counter, 700, 4000);
		counter_type(counter, "{F3}");
		counter_expect(counter, "उपभोक्ता खोजें");
	}
	finish(world, counter);
}

/* A dead terminal: the program ends by itself and what it held is on the disk. */
static void ends_when_its_terminal_is_gone(void **state)
{
	struct world *world = world_open_enrolled(60);
	struct pty *counter = counter_open(world, &english);

	(void)state;
	counter_sign_in(counter);
	pty_kill(counter, SIGHUP);
	assert_int_not_equal(pty_wait_exit(counter, 5000), PTY_STILL_RUNNING);
	pty_close(counter);
	world_check_journal(world);
	world_close(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sells_for_cash),
	    cmocka_unit_test(types_an_amount_as_a_scan_would),
	    cmocka_unit_test(double_enter_sells_once),
	    cmocka_unit_test(enter_typed_ahead_takes_no_money),
	    cmocka_unit_test(switches_language_in_the_middle_of_typing),
	    cmocka_unit_test(follows_the_size_of_its_window),
	    cmocka_unit_test(shows_nothing_raw),
	    cmocka_unit_test(ends_when_its_terminal_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
