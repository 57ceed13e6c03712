/* Bytes that are no key, thrown at the screens of the real program: it lives, shows the same screen and has taken no
 * money. */
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

#define KIND     "sts_units"
#define QUIET_MS 20
#define HAND_MS  80 /* what comes behind it is no part of what was sent before */

static struct world *world;
static struct pty *counter;
static int64_t sold; /* by go_token, and nobody else */

static int open_world(void **state)
{
	(void)state;
	world = world_open_enrolled(20);
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	world_close(world);
	return 0;
}

/* ---- the screens ---- */

static void go_home(void)
{
	counter_type(counter, "{F3}");
	counter_expect(counter, "Find the consumer");
}

static void go_card(void)
{
	counter_find(counter, world_number(world, KIND, "", 1));
}

/* Somebody who owes more than is paid towards the dues. */
static const char *find_debtor(void)
{
	const json_t *row;
	size_t index;

	json_array_foreach(world->list, index, row)
	{
		const char *note = json_string_value(json_object_get(row, "note"));
		const char *kind = json_string_value(json_object_get(row, "kind"));

		if (note && !*note && kind && strcmp(kind, KIND) == 0 &&
		    json_integer_value(json_object_get(row, "dues_paise")) > 100000)
			return json_string_value(json_object_get(row, "number"));
	}
	fail_msg("nobody owes anything");
	return NULL;
}

static void go_split(void)
{
	counter_find(counter, find_debtor());
	counter_type(counter, "1000//{Enter}");
	counter_expect(counter, "is divided like this");
}

static void go_confirm(void)
{
	counter_ask(counter, world_number(world, KIND, "", 1), "500");
}

static void go_history(void)
{
	go_card();
	counter_type(counter, "{F6}");
}

static void go_stuck(void)
{
	counter_type(counter, "{F4}");
}

static void go_system(void)
{
	counter_type(counter, "{F12}");
}

static void go_shift(void)
{
	counter_type(counter, "{F7}");
}

static void go_deposit(void)
{
	counter_type(counter, "{F7}");
	counter_expect(counter, "drawer is shown after");
	counter_type(counter, "{F7}");
}

static void go_help(void)
{
	counter_type(counter, "{F1}");
}

static void go_token(void)
{
	char token[WORLD_TOKEN_CAP];

	counter_sell(counter, world_number(world, KIND, "", 2 + (int)(sold % 6)), "500", token);
	sold++;
}

static void go_lock(void)
{
	counter_type(counter, "{F9}");
}

/* In this order; the lock is the last that needs somebody signed in. */
static const struct place {
	const char *name;
	void (*go)(void);
	const char *shows; /* the words by which the screen is known */
} places[] = {
    {"home", go_home, "Find the consumer"},
    {"help", go_help, "Esc closes this help"},
    {"card", go_card, "Pay by"},
    {"split", go_split, "is divided like this"},
    {"confirm", go_confirm, "count the money before Enter"},
    {"history", go_history, "Last recharges"},
    {"stuck", go_stuck, "Stuck recharges"},
    {"system", go_system, "Second copy"},
    {"shift", go_shift, "drawer is shown after"},
    {"deposit", go_deposit, "Deposit"},
    {"token", go_token, "F6 Same person"},
    {"lock", go_lock, "Locked by Rina"},
};
#define PLACES (sizeof places / sizeof places[0])

static void unlock(void)
{
	if (pty_shows(counter, "Locked by Rina")) {
		counter_type(counter, "{Del}" COUNTER_PIN "{Enter}");
		assert_true(pty_wait_gone(counter, "Locked by Rina", COUNTER_WAIT_MS));
	}
}

static void go_to(const struct place *place)
{
	unlock();
	counter_type(counter, "{F3}");
	counter_expect(counter, "Find the consumer");
	place->go();
	counter_expect(counter, place->shows);
}

static void assert_still(const struct place *place, const char *what)
{
	if (!pty_running(counter)) {
		fail_msg("%s on %s: the counter has ended", what, place->name);
	}
	if (!pty_wait(counter, place->shows, 3000)) {
		fail_msg("%s on %s: the screen was left:\n%s", what, place->name, pty_screen(counter));
	}
}

static void open_counter(void)
{
	counter = counter_open(world, &(struct counter_options){.lang = "en"});
	counter_sign_in(counter);
}

/* The record, which one program at a time may open, holds what this test has sold and nothing else. */
static int end_counter(void **state)
{
	(void)state;
	pty_close(counter);
	counter = NULL;
	return 0;
}

static void close_counter(void)
{
	unlock();
	counter_close(counter);
	counter = NULL;
	assert_int_equal(world_journal_sales(world), sold);
}

/* ---- every byte ---- */

/* Each by itself: controls and bytes that begin no character leave every screen where it is. */
static void single_bytes_leave_no_screen(void **state)
{
	(void)state;
	open_counter();
	for (size_t p = 0; p < PLACES; p++) {
		if (strcmp(places[p].name, "help") == 0)
			continue; /* any key closes it */
		go_to(&places[p]);
		for (int byte = 0; byte < 256; byte++) {
			uint8_t one = (uint8_t)byte;
			bool is_key =
			    byte == '\r' || byte == '\n' || byte == 27 || byte == 8 || byte == 127 || byte == '\t';

			if (is_key || (byte >= 32 && byte < 127))
				continue;
			assert_true(pty_send(counter, &one, 1));
		}
		pty_settle(counter, QUIET_MS, COUNTER_WAIT_MS);
		assert_still(&places[p], "a single byte");
	}
	close_counter();
}

/* One after the other in one breath, keys among them: wherever that leads, the counter lives, F3 leads home, and no
 * money was taken. On Confirm an Enter is an Enter, so it is left out. */
static void all_bytes_take_no_money(void **state)
{
	uint8_t all[256];

	(void)state;
	for (int byte = 0; byte < 256; byte++)
		all[byte] = (uint8_t)byte;
	open_counter();
	for (size_t p = 0; p < PLACES; p++) {
		if (strcmp(places[p].name, "confirm") == 0)
			continue;
		go_to(&places[p]);
		pty_settle(counter, HAND_MS, COUNTER_WAIT_MS);
		assert_true(pty_send(counter, all, sizeof all));
		pty_settle(counter, HAND_MS, COUNTER_WAIT_MS);
		assert_true(pty_running(counter));
	}
	unlock();
	counter_type(counter, "{F3}");
	counter_expect(counter, "Find the consumer");
	close_counter();
}

/* ---- what terminals say, and what whoever sits at one may try ---- */

static void sequences_leave_no_screen(void **state)
{
	static const char *const sequences[] = {
	    "\x1b[<0;10;10M", /* a mouse */
	    "\x1b[M !!",
	    "\x1b[200~500\r\r\x1b[201~", /* a paste that holds Enter */
	    "\x1b]0;title\x07",
	    "\x1b]52;c;aGVsbG8=\x1b\\",
	    "\x1bP1$r0m\x1b\\",
	    "\x1b[?1;2c",
	    "\x1b[12;40R",
	    "\x1b[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20;21;22;23;24;25;26;27;28;29;30;31;32z",
	    "\xe0\xa4", /* a character that never ends */
	    "\xc3\x28\xf5\x80\x80\x80",
	    "\x9b\x31\x7e",
	};

	(void)state;
	open_counter();
	for (size_t p = 0; p < PLACES; p++) {
		if (strcmp(places[p].name, "help") == 0)
			continue; /* any key closes it */
		go_to(&places[p]);
		for (size_t i = 0; i < sizeof sequences / sizeof sequences[0]; i++) {
			pty_settle(counter, HAND_MS, COUNTER_WAIT_MS);
			assert_true(pty_send(counter, sequences[i], strlen(sequences[i])));
		}
		pty_settle(counter, HAND_MS, COUNTER_WAIT_MS);
		assert_still(&places[p], "a sequence");
	}
	close_counter();
}

/* No shell, no suspending, no core: the keyboard's signals and a terminal that changes its size do nothing. */
static void signals_leave_no_screen(void **state)
{
	static const int signals[] = {SIGINT, SIGQUIT, SIGTSTP, SIGWINCH, SIGPIPE};

	(void)state;
	open_counter();
	for (size_t p = 0; p < PLACES; p++) {
		go_to(&places[p]);
		for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
			pty_kill(counter, signals[i]);
		pty_settle(counter, HAND_MS, COUNTER_WAIT_MS);
		assert_still(&places[p], "a signal");
		if (strcmp(places[p].name, "help") == 0)
			counter_type(counter, "{Esc}");
	}
	close_counter();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(single_bytes_leave_no_screen, end_counter),
	    cmocka_unit_test_teardown(all_bytes_take_no_money, end_counter),
	    cmocka_unit_test_teardown(sequences_leave_no_screen, end_counter),
	    cmocka_unit_test_teardown(signals_leave_no_screen, end_counter),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
