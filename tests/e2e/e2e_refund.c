/* Money back, new figures and the question after a restart: the real counter, the real server, the meter. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/e2e/counter.h"

#define SUPERVISOR_PIN "778899"

static const struct counter_options english = {.lang = "en"};

static void finish(struct world *world, struct pty *counter)
{
	counter_close(counter);
	world_fault(world, "none");
	assert_int_equal(world_sync(world), 0);
	world_check_settled(world);
	world_check_journal(world);
	world_close(world);
}

static struct pty *open_counter(struct world *world)
{
	struct pty *counter = counter_open(world, &english);

	counter_sign_in(counter);
	return counter;
}

static int64_t count_posted(struct world *world)
{
	json_t *ledger = world_ledger(world);
	int64_t count = (int64_t)json_array_size(json_object_get(ledger, "entries"));

	json_decref(ledger);
	return count;
}

static void approve(struct pty *counter)
{
	counter_type(counter, "{F8}");
	counter_expect(counter, "Supervisor needed");
	counter_type(counter, SUPERVISOR_PIN "{Enter}3{Enter}");
}

/* 500 rupees are taken for somebody whom the server does not know. */
static void be_refused(struct world *world, struct pty *counter)
{
	counter_ask(counter, world_number(world, "sts_units", "unknown_to_server", 0), "500");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "A supervisor has to approve it.");
}

static void refused_sale_is_refunded(void **state)
{
	struct world *world = world_open_enrolled(100);
	struct pty *counter = open_counter(world);

	(void)state;
	be_refused(world, counter);
	/* The clerk's own PIN is somebody's, but not this one's. */
	counter_type(counter, "{F8}");
	counter_expect(counter, "Supervisor needed");
	counter_type(counter, COUNTER_PIN "{Enter}3{Enter}");
	counter_expect(counter, "Wrong PIN.");
	counter_type(counter, SUPERVISOR_PIN "{Enter}{Enter}");
	counter_expect(counter, "Give the money back: ₹ 500.");
	counter_expect(counter, "Approved by A. K. Jha.");
	assert_int_equal(count_posted(world), 0);
	finish(world, counter);
}

/* The server takes the sale back and its answer is lost: no money moves until it is asked again. */
static void lost_reversal_is_asked_for_again(void **state)
{
	struct world *world = world_open_enrolled(100);
	struct pty *counter = open_counter(world);

	(void)state;
	be_refused(world, counter);
	world_fault(world, "drop-reply");
	approve(counter);
	counter_expect(counter, "Not confirmed yet.");
	assert_false(pty_shows(counter, "Give the money back"));
	/* The program ends here; whoever comes later finds it in the list. */
	counter_close(counter);
	world_fault(world, "none");
	assert_int_equal(world_sync(world), 0);
	counter = open_counter(world);
	counter_type(counter, "{F4}");
	counter_expect(counter, "give the money back");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Give the money back: ₹ 500.");
	finish(world, counter);
}

/* Paid while the server was away, for a meter that is not in the list: a docket. The money waits for the server. */
static void docket_is_refunded_when_the_server_is_back(void **state)
{
	struct world *world = world_open_enrolled(100);
	struct pty *counter = open_counter(world);

	(void)state;
	world_fault(world, "down");
	counter_ask(counter, world_number(world, "sts_units", "not_covered", 0), "500");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Docket D-");
	counter_type(counter, "{F8}");
	counter_expect(counter, "Supervisor needed");
	counter_type(counter, SUPERVISOR_PIN "{Enter}3{Enter}");
	counter_expect(counter, "Not confirmed yet.");
	world_fault(world, "none");
	/* Sync finds the server, and asks. */
	assert_true(pty_wait(counter, "Give the money back: ₹ 500.", 60000));
	finish(world, counter);
}

static void new_figures_are_agreed_to(void **state)
{
	struct world *world = world_open_enrolled(100);
	struct pty *counter = open_counter(world);
	const char *number = world_number(world, "sts_units", "figures", 0);
	char token[WORLD_TOKEN_CAP];

	(void)state;
	counter_ask(counter, number, "500");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Server says");
	pty_settle(counter, 400, COUNTER_WAIT_MS);
	counter_type(counter, "{Enter}");
	counter_expect_token(counter, token);
	world_note_sale(world, 50000, token);
	assert_string_equal(world_meter_enter(world, world_meter(world, number), token), "accepted");
	finish(world, counter);
}

/* Killed while the server was thinking: the clerk is asked first, and the consumer gets the same token. */
static void cut_off_sale_is_asked_about(void **state)
{
	struct world *world = world_open_enrolled(100);
	struct pty *counter = open_counter(world);
	char token[WORLD_TOKEN_CAP];

	(void)state;
	world_fault(world, "hang");
	counter_ask(counter, world_number(world, "sts_units", "", 0), "500");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Asking the server");
	pty_kill(counter, SIGKILL);
	counter_close(counter);
	world_fault(world, "none");
	counter = counter_open(world, &english);
	counter_expect(counter, COUNTER_CLERK);
	counter_type(counter, COUNTER_PIN "{Enter}");
	counter_expect(counter, "What became of it?");
	pty_settle(counter, 400, COUNTER_WAIT_MS);
	counter_type(counter, "{Enter}");
	counter_expect_token(counter, token);
	world_note_sale(world, 50000, token);
	finish(world, counter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(refused_sale_is_refunded),
	    cmocka_unit_test(lost_reversal_is_asked_for_again),
	    cmocka_unit_test(docket_is_refunded_when_the_server_is_back),
	    cmocka_unit_test(new_figures_are_agreed_to),
	    cmocka_unit_test(cut_off_sale_is_asked_about),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
