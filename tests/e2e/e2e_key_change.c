/* Meters whose key changes: what the slip says to key in is keyed in, in that order, and the meter takes it.
 *
 * The meter starts from the key the factory put into it and shares no code with head-end or terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/e2e/counter.h"

#define KIND           "sts_units"
#define SUPERVISOR_PIN "778899"

static int open_world(void **state)
{
	*state = world_open_enrolled(20);
	return 0;
}

static int close_world(void **state)
{
	world_close(*state);
	return 0;
}

static const char *number_of(const struct world *world, const char *note)
{
	return world_number(world, KIND, note, 0);
}

static void expect_meter(struct world *world, const char *number, const char *token, const char *word)
{
	assert_string_equal(world_meter_enter(world, world_meter(world, number), token), word);
}

/* Everything on the slip, from the top. */
static void key_in(struct world *world, const char *number, const struct world_sale *sale)
{
	const char *meter = world_meter(world, number);
	int64_t before = world_meter_credit(world, meter);

	for (int i = 0; i < sale->key_changes; i++)
		expect_meter(world, number, sale->key_change[i], "accepted");
	expect_meter(world, number, sale->token, "accepted");
	assert_true(world_meter_credit(world, meter) > before);
}

/* Bought, keyed in, bought again: once the head-end has the record of the first there is nothing to key in before. */
static void buy_twice(struct world *world, const char *note, int tokens)
{
	const char *number = number_of(world, note);
	const struct world_sale *sale = world_sell(world, number, 500);

	assert_string_equal(sale->issued_by, "server");
	assert_int_equal(sale->key_changes, tokens);
	key_in(world, number, sale);
	assert_int_equal(world_sync(world), 0);
	sale = world_sell(world, number, 300);
	assert_int_equal(sale->key_changes, 0);
	key_in(world, number, sale);
}

static void test_online(void **state)
{
	struct world *world = *state;

	buy_twice(world, "key_due", 4);
	buy_twice(world, "key_due_ea07", 2);
	buy_twice(world, "key_roll_over", 4);
	assert_int_equal(world_sync(world), 0);
}

/* The token alone does nothing in a meter that has the key before. */
static void test_without_the_change(void **state)
{
	struct world *world = *state;
	const char *number = number_of(world, "key_due");
	const struct world_sale *sale = world_sell(world, number, 500);

	expect_meter(world, number, sale->token, "invalid");
	key_in(world, number, sale);
}

/* While the server is away every slip has them again; a meter that took them refuses them and takes the recharge. */
static void buy_offline(struct world *world, const char *note, int tokens)
{
	const char *number = number_of(world, note);
	const struct world_sale *first, *second;

	first = world_sell(world, number, 500);
	assert_string_equal(first->issued_by, "terminal");
	assert_int_equal(first->key_changes, tokens);
	key_in(world, number, first);
	second = world_sell(world, number, 300);
	assert_int_equal(second->key_changes, tokens);
	for (int i = 0; i < tokens; i++)
		assert_string_equal(first->key_change[i], second->key_change[i]);
	expect_meter(world, number, second->key_change[0], "invalid");
	expect_meter(world, number, second->token, "accepted");
}

static void expect_no_exception(struct world *world)
{
	json_t *ledger = world_ledger(world), *one;
	size_t i;

	json_array_foreach(json_object_get(ledger, "entries"), i, one)
	    assert_true(json_is_null(json_object_get(one, "exception")));
	json_decref(ledger);
}

static void test_offline(void **state)
{
	static const char *const notes[] = {"key_due", "key_due_ea07", "key_roll_over"};
	struct world *world = *state;

	world_fault(world, "down");
	for (size_t i = 0; i < 3; i++)
		buy_offline(world, notes[i], i == 1 ? 2 : 4);
	world_fault(world, "none");
	assert_int_equal(world_sync(world), 0);
	expect_no_exception(world);
	for (size_t i = 0; i < 3; i++) {
		const struct world_sale *sale = world_sell(world, number_of(world, notes[i]), 200);

		assert_int_equal(sale->key_changes, 0);
		key_in(world, number_of(world, notes[i]), sale);
	}
	world_check_journal(world);
}

/* The answer is lost: the terminal makes the token, with what its list says is keyed in first; H agrees. */
static void test_lost_answer(void **state)
{
	struct world *world = *state;
	const char *number = number_of(world, "key_due");
	const struct world_sale *sale;

	world_fault(world, "drop-reply");
	sale = world_sell(world, number, 500);
	assert_string_equal(sale->issued_by, "terminal");
	assert_int_equal(sale->key_changes, 4);
	world_fault(world, "none");
	assert_int_equal(world_sync(world), 0);
	expect_no_exception(world);
	key_in(world, number, sale);
	sale = world_sell(world, number, 300);
	assert_int_equal(sale->key_changes, 0);
	key_in(world, number, sale);
}

/* Meters of other makes, whose keys stay: EA07 under both ways of making keys, numbers of 13 digits. */
static void test_other_makes(void **state)
{
	static const char *const notes[] = {"ea07", "ea07_dkga02", "long_drn", "long_drn_ea07"};
	struct world *world = *state;

	for (int away = 0; away < 2; away++) {
		world_fault(world, away ? "down" : "none");
		for (size_t i = 0; i < 4; i++) {
			const struct world_sale *sale = world_sell(world, number_of(world, notes[i]), 200);

			assert_string_equal(sale->issued_by, away ? "terminal" : "server");
			assert_int_equal(sale->key_changes, 0);
			key_in(world, number_of(world, notes[i]), sale);
		}
	}
	world_fault(world, "none");
	assert_int_equal(world_sync(world), 0);
	expect_no_exception(world);
}

/* The slip shows them before the token, each time it is printed. */
static void test_slip(void **state)
{
	struct world *world = *state;
	const struct world_sale *sale = world_sell(world, number_of(world, "key_due"), 500);
	char line[160], grouped[32];
	const char *at;
	struct world_run run;

	snprintf(line, sizeof line, "receipt render --state %%T --sale %s --as text --width 384 --lang en", sale->id);
	run = world_batti(world, line);
	assert_int_equal(run.status, 0);
	at = strstr(run.out, "First key in these, one by one");
	for (int i = 0; i < 4; i++) {
		const char *t = sale->key_change[i];

		snprintf(grouped, sizeof grouped, "%.4s %.4s %.4s %.4s %.4s", t, t + 4, t + 8, t + 12, t + 16);
		assert_non_null(at);
		at = strstr(at, grouped);
	}
	assert_non_null(at);
	at = strstr(at, "Then the recharge token");
	assert_non_null(at);
	snprintf(grouped, sizeof grouped, "1   %c %c %c %c", sale->token[0], sale->token[1], sale->token[2],
		 sale->token[3]);
	assert_non_null(strstr(at, grouped));
	world_run_free(&run);
}

static void begin_change(struct world *world, const char *number)
{
	const char *arguments[] = {
	    SANDBOX_PROGRAM, "key-change", "--state", world->server, world_meter(world, number), NULL};
	struct world_run run = world_run(arguments);

	assert_int_equal(run.status, 0);
	world_run_free(&run);
}

static void sync_second(struct world *world)
{
	struct world_run run = world_batti(world, "sync --state %D/two --json");

	assert_int_equal(run.status, 0);
	world_run_free(&run);
}

/* A change begun while this terminal sells and another is away: nothing is handed out before both have the new key. */
static void test_another_terminal_away(void **state)
{
	struct world *world = *state;
	const char *number = world_number(world, KIND, "", 0);
	char two[WORLD_PATH_CAP];
	const struct world_sale *sale;

	world_fill(world, "%D/two", two);
	world_enrol(world, two);
	sync_second(world);
	key_in(world, number, world_sell(world, number, 200));
	begin_change(world, number);
	assert_int_equal(world_sync(world), 0);
	sale = world_sell(world, number, 300);
	assert_int_equal(sale->key_changes, 0);
	key_in(world, number, sale);
	sync_second(world);
	assert_int_equal(world_sync(world), 0);
	/* Paid under the old key by a terminal that had not heard yet would be taken still; this one has. */
	sale = world_sell(world, number, 500);
	assert_int_equal(sale->key_changes, 4);
	key_in(world, number, sale);
	assert_int_equal(world_sync(world), 0);
	sale = world_sell(world, number, 100);
	assert_int_equal(sale->key_changes, 0);
	key_in(world, number, sale);
	assert_int_equal(world_sync(world), 0);
	expect_no_exception(world);
}

struct app_payment {
	char utr[16], payment_id[40], sale_id[40], token[WORLD_TOKEN_CAP];
};

static struct app_payment pay_in_app(struct world *world, const char *number)
{
	const char *arguments[] = {SANDBOX_PROGRAM, "app-pay", "--state", world->server, number, "100", NULL};
	struct world_run run = world_run(arguments);
	struct app_payment paid;

	assert_int_equal(run.status, 0);
	assert_int_equal(sscanf(run.out, "utr %15s\npayment %39s\nsale %39s", paid.utr, paid.payment_id, paid.sale_id),
			 3);
	world_run_free(&run);
	assert_true(world_ledger_token(world, paid.sale_id, paid.token));
	return paid;
}

/* As a hand types: faster would be a scanner, which starts the next person. */
static void find_payment(struct pty *counter, const char *name)
{
	counter_type(counter, "{F4}");
	counter_expect(counter, "Reference, UTR, number or docket");
	for (; *name; name++) {
		char one[2] = {*name, '\0'};

		counter_type(counter, one);
		pty_settle(counter, 80, 400);
	}
	counter_type(counter, "{Enter}");
}

/* Bought before the meter got its next key, keyed in after it: the meter refuses it. Somebody has seen that, and the
 * same minute comes under the new key, which the meter takes once (PROTOCOL T6). */
static void test_token_of_the_key_before(void **state)
{
	static const struct counter_options english = {.lang = "en"};
	struct world *world = *state;
	const char *number = world_number(world, KIND, "", 0);
	struct app_payment before = pay_in_app(world, number);
	char token[WORLD_TOKEN_CAP];
	struct pty *counter;

	begin_change(world, number);
	assert_int_equal(world_sync(world), 0);
	assert_int_equal(world_sync(world), 0);
	key_in(world, number, world_sell(world, number, 500));
	expect_meter(world, number, before.token, "invalid");
	counter = counter_open(world, &english);
	counter_sign_in(counter);
	counter_expect_server(counter, "up");
	find_payment(counter, before.utr);
	counter_expect(counter, "The meter got a new key after this token was made.");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Supervisor needed");
	counter_type(counter, SUPERVISOR_PIN "{Enter}1{Enter}");
	counter_expect_token(counter, token);
	counter_close(counter);
	expect_meter(world, number, token, "accepted");
	expect_meter(world, number, token, "used");
	assert_int_equal(world_sync(world), 0);
	expect_no_exception(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_online, open_world, close_world),
	    cmocka_unit_test_setup_teardown(test_without_the_change, open_world, close_world),
	    cmocka_unit_test_setup_teardown(test_offline, open_world, close_world),
	    cmocka_unit_test_setup_teardown(test_lost_answer, open_world, close_world),
	    cmocka_unit_test_setup_teardown(test_other_makes, open_world, close_world),
	    cmocka_unit_test_setup_teardown(test_slip, open_world, close_world),
	    cmocka_unit_test_setup_teardown(test_another_terminal_away, open_world, close_world),
	    cmocka_unit_test_setup_teardown(test_token_of_the_key_before, open_world, close_world),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
