/* kill -9 of the counter at the worst moments, then a restart: the money is there, the sale ends once. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/e2e/counter.h"

static const struct counter_options english = {.lang = "en"};

static void kill_hard(struct pty *counter)
{
	pty_kill(counter, SIGKILL);
	assert_int_equal(pty_wait_exit(counter, 5000), PTY_KILLED(SIGKILL));
	pty_close(counter);
}

/* Start the counter again; what was open is finished on its own. Then everything must be sent. */
static void recover(struct world *world)
{
	struct pty *counter;

	world_check_journal(world);
	counter = counter_open(world, &english);
	counter_sign_in(counter);
	pty_settle(counter, 1000, 6000);
	counter_close(counter);
	assert_int_equal(world_sync(world), 0);
	world_check_settled(world);
}

static void killed_between_payment_and_token(void **state)
{
	struct world *world = world_open_enrolled(60);
	struct pty *counter = counter_open(world, &english);

	(void)state;
	counter_sign_in(counter);
	world_fault(world, "hang");
	counter_ask(counter, world_number(world, "sts_units", "", 0), "500");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Money is recorded");
	kill_hard(counter);
	world_note_sale(world, 50000, "");
	world_fault(world, "none");
	recover(world);
	world_close(world);
}

/* The server did commit; only the terminal does not know. */
static void killed_after_the_server_committed(void **state)
{
	struct world *world = world_open_enrolled(60);
	struct pty *counter = counter_open(world, &english);

	(void)state;
	counter_sign_in(counter);
	world_fault(world, "slow=2500");
	counter_ask(counter, world_number(world, "sts_units", "", 1), "300");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Money is recorded");
	kill_hard(counter);
	world_note_sale(world, 30000, "");
	world_fault(world, "none");
	recover(world);
	world_close(world);
}

static void killed_between_payment_and_token_server_still_down(void **state)
{
	struct world *world = world_open_enrolled(60);
	struct pty *counter = counter_open(world, &english);

	(void)state;
	counter_sign_in(counter);
	world_fault(world, "hang");
	counter_ask(counter, world_number(world, "sts_units", "", 0), "500");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Money is recorded");
	kill_hard(counter);
	world_note_sale(world, 50000, "");
	world_stop_server(world, true);
	counter = counter_open(world, &english);
	counter_sign_in(counter);
	pty_settle(counter, 1000, 8000);
	counter_close(counter);
	world_check_journal(world);
	world_start_server(world);
	world_fault(world, "none");
	recover(world);
	world_close(world);
}

static void killed_between_token_and_print(void **state)
{
	struct world *world = world_open_enrolled(60);
	struct pty *counter = counter_open(world, &english);
	char token[WORLD_TOKEN_CAP];

	(void)state;
	counter_sign_in(counter);
	counter_sell(counter, world_number(world, "sts_units", "", 2), "400", token);
	kill_hard(counter);
	world_note_sale(world, 40000, token);
	recover(world);
	world_close(world);
}

/* Every 40 ms from Enter on, a fresh sale is killed: whatever was durable then, it settles once. */
static void killed_at_any_moment(void **state)
{
	struct world *world = world_open_enrolled(200);
	json_t *ledger;
	int64_t sales;

	(void)state;
	for (int delay_ms = 0; delay_ms < 400; delay_ms += 40) {
		struct pty *counter = counter_open(world, &english);

		counter_sign_in(counter);
		counter_ask(counter, world_number(world, "sts_units", "", 3 + delay_ms / 40), "200");
		counter_type(counter, "{Enter}");
		pty_settle(counter, delay_ms, delay_ms);
		kill_hard(counter);
		world_check_journal(world);
	}
	assert_int_equal(world_sync(world), 0);
	/* Whether a kill came before the money was recorded is the machine's choice; no sale may be half of one. */
	ledger = world_ledger(world);
	sales = json_integer_value(json_object_get(ledger, "sales"));
	json_decref(ledger);
	assert_in_range(sales, 1, 10);
	for (int64_t i = 0; i < sales; i++)
		world_note_sale(world, 20000, "");
	recover(world);
	world_close(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(killed_between_payment_and_token),
	    cmocka_unit_test(killed_after_the_server_committed),
	    cmocka_unit_test(killed_between_payment_and_token_server_still_down),
	    cmocka_unit_test(killed_between_token_and_print),
	    cmocka_unit_test(killed_at_any_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
