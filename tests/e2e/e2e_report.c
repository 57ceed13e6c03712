/* A clerk's shift from float to seal, on the screen and by commands: its Z is what the server's ledger says, and an
 * answer that comes after the seal does not change it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/e2e/counter.h"

#define SUPERVISOR_PIN "778899"

static const struct counter_options english = {.lang = "en"};

static struct pty *sign_in(struct world *world, const char *first_words)
{
	struct pty *counter = counter_open(world, &english);

	counter_expect(counter, COUNTER_CLERK);
	counter_type(counter, COUNTER_PIN "{Enter}");
	counter_expect(counter, first_words);
	return counter;
}

static json_t *report(struct world *world, const char *which)
{
	char line[100];
	struct world_run run;
	json_t *o;

	snprintf(line, sizeof line, "report %s --json --state %%T", which);
	run = world_batti(world, line);
	assert_int_equal(run.status, 0);
	o = json_loadb(run.out, run.out_len, 0, NULL);
	assert_non_null(o);
	world_run_free(&run);
	return o;
}

static int64_t get(const json_t *o, const char *name)
{
	const json_t *value = json_object_get(o, name);

	if (!json_is_integer(value))
		fail_msg("%s is no number", name);
	return json_integer_value(value);
}

static void refund_one(struct world *world, struct pty *counter)
{
	counter_find(counter, world_number(world, "sts_units", "unknown_to_server", 0));
	pty_settle(counter, 600, COUNTER_WAIT_MS);
	counter_type(counter, "500{Enter}");
	counter_expect(counter, "count the money before Enter");
	pty_settle(counter, 400, COUNTER_WAIT_MS);
	counter_type(counter, "{Enter}");
	counter_expect(counter, "A supervisor has to approve it.");
	counter_type(counter, "{F8}");
	counter_expect(counter, "Supervisor needed");
	counter_type(counter, SUPERVISOR_PIN "{Enter}3{Enter}");
	counter_expect(counter, "Give the money back: ₹ 500.");
}

/* Paid while the server is away, for a meter that is not in the list: it is finished later. */
static void pay_for_docket(struct world *world, int rupees)
{
	char line[200];
	struct world_run run;

	world_fault(world, "down");
	snprintf(line, sizeof line, "sell --connection %s --amount %d --json --state %%T --passphrase-file %%P",
		 world_number(world, "sts_units", "not_covered", 0), rupees);
	run = world_batti(world, line);
	assert_non_null(strstr(run.out, "\"receipt\""));
	assert_int_not_equal(run.status, 0);
	world_run_free(&run);
}

/* 6 x 500, 1 x 200, 1 x 100, 1 x 50, 2 x 20: 3,390. */
static void count_and_seal(struct pty *counter)
{
	counter_type(counter, "{F7}");
	counter_expect(counter, "What should be in the drawer is shown after the count is sealed.");
	assert_true(pty_wait_gone(counter, "3,400", COUNTER_WAIT_MS));
	counter_type(counter, "{Enter}");
	counter_expect(counter, "How many");
	counter_type(counter, "6{Enter}1{Enter}1{Enter}1{Enter}2{Enter}{Enter}{Enter}");
	counter_expect(counter, "Seal the count");
	assert_true(pty_wait_gone(counter, "3,400", COUNTER_WAIT_MS));
	pty_settle(counter, 400, COUNTER_WAIT_MS);
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Should be");
	counter_expect(counter, "3,400.00");
	counter_expect(counter, "Short");
}

static void check_cash(const json_t *z)
{
	assert_int_equal(get(z, "cash_float_paise"), 200000);
	assert_int_equal(get(z, "expected_cash_paise"), 340000);
	assert_int_equal(get(z, "counted_cash_paise"), 339000);
	assert_int_equal(get(z, "difference_paise"), -1000);
	assert_int_equal(json_array_size(json_object_get(z, "counts")), 1);
	assert_int_equal(get(json_object_get(z, "refunds"), "paise"), 50000);
	assert_int_equal(get(z, "receipts_grand_total_non_bankable_paise"), 0);
	assert_int_equal(get(z, "transactions"), 6);
}

/* The ledger holds what was sold and not given back. */
static void check_ledger(struct world *world, const json_t *z)
{
	json_t *ledger = world_ledger(world);
	int64_t refunds = get(json_object_get(z, "refunds"), "count");

	assert_int_equal(get(z, "receipts_grand_total_bankable_paise") - get(json_object_get(z, "refunds"), "paise"),
			 get(ledger, "paise"));
	assert_int_equal(get(z, "transactions") - refunds, get(ledger, "sales"));
	json_decref(ledger);
}

static void z_equals_the_ledger(void **state)
{
	static const int rupees[] = {500, 200, 300, 100};
	struct world *world = world_open_enrolled(100);
	struct pty *counter = sign_in(world, "Float in drawer");
	json_t *x, *z, *later;

	(void)state;
	counter_type(counter, "2000{Enter}");
	counter_expect(counter, "Find the consumer");
	refund_one(world, counter);
	counter_close(counter);
	for (size_t i = 0; i < sizeof rupees / sizeof rupees[0]; i++)
		world_sell(world, world_number(world, "sts_units", "", (int)i), rupees[i]);
	pay_for_docket(world, 300);
	x = report(world, "x");
	assert_true(json_is_null(json_object_get(x, "expected_cash_paise")));
	assert_string_equal(json_string_value(json_object_get(x, "stage")), "open");
	counter = sign_in(world, "Find the consumer");
	count_and_seal(counter);
	counter_close(counter);
	z = report(world, "z");
	check_cash(z);
	assert_int_equal(get(z, "unsettled_count"), get(x, "unsettled_count"));
	assert_true(get(z, "unsettled_count") >= 1);
	/* The server comes back, the docket is finished: the shift stays as it was sealed. */
	world_fault(world, "none");
	assert_int_equal(world_sync(world), 0);
	later = report(world, "z");
	assert_true(json_equal(z, later));
	check_ledger(world, z);
	world_check_journal(world);
	json_decref(x);
	json_decref(z);
	json_decref(later);
	world_close(world);
}

static int count_fields(const char *line)
{
	int fields = 1;

	for (; *line && *line != '\n'; line++)
		fields += *line == ',';
	return fields;
}

/* Every row has the columns that the head names. */
static void rows_for_a_spreadsheet(void **state)
{
	struct world *world = world_open_enrolled(20);
	struct world_run run;
	const char *second;

	(void)state;
	run = world_batti(world, "report z --state %T");
	assert_int_equal(run.status, 1);
	assert_non_null(strstr(run.err, "There is no shift that has ended."));
	world_run_free(&run);
	world_sell(world, world_number(world, "sts_units", "", 0), 250);
	run = world_batti(world, "report list --csv --state %T");
	assert_int_equal(run.status, 0);
	second = strchr(run.out, '\n');
	assert_non_null(second);
	assert_int_equal(count_fields(run.out), 41);
	assert_int_equal(count_fields(second + 1), 41);
	assert_non_null(strstr(second, ",250.00,0.00,250.00,1,250.00,1,"));
	world_run_free(&run);
	run = world_batti(world, "report list --state %T");
	assert_int_equal(run.status, 0);
	assert_non_null(strstr(run.out, "  Rina Kumari          "));
	world_run_free(&run);
	run = world_batti(world, "report x --lang en --state %T");
	assert_int_equal(run.status, 0);
	assert_non_null(strstr(run.out, "X REPORT, the shift goes on"));
	assert_null(strstr(run.out, "Cash expected"));
	world_run_free(&run);
	run = world_batti(world, "report stuck-free --state %T");
	assert_int_equal(run.status, 0);
	world_run_free(&run);
	run = world_batti(world, "report z --shift 0 --state %T");
	assert_int_equal(run.status, 2);
	world_run_free(&run);
	world_close(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(z_equals_the_ledger),
	    cmocka_unit_test(rows_for_a_spreadsheet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
