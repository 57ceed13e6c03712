/* A sale by the command line, whatever the server does: the consumer has the token, the money is posted once, and it is
 * the token that the server would have made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/e2e/world.h"

#define DEADLINE_MS    3000
#define FIRST_TERMINAL "0142"
#define REFUSED        1 /* exit status: the server or a rule said no */
#define NO_LEASE       5 /* exit status: paid, but no right to issue */
#define SLACK_MS       1500

/* What a sale takes whose server answers at once: start, scrypt and signatures, on a machine as busy as this one. */
static int64_t usual_ms;

/* @p waits_ms: what the server keeps it waiting, once; a second wait of 3 s is more than all slack. */
static void expect_took(int64_t took_ms, int64_t waits_ms)
{
	assert_in_range(took_ms, waits_ms, waits_ms + SLACK_MS + 2 * usual_ms);
}

static int open_world(void **state)
{
	*state = world_open_enrolled(300);
	return 0;
}

static int close_world(void **state)
{
	world_close(*state);
	return 0;
}

static void settle(struct world *world)
{
	world_fault(world, "none");
	assert_int_equal(world_sync(world), 0);
	world_check_settled(world);
}

static void sells_online(void **state)
{
	struct world *world = *state;
	const char *number = world_number(world, "sts_units", "", 0);
	const struct world_sale *sale = world_sell(world, number, 500);
	char token[WORLD_TOKEN_CAP];

	usual_ms = sale->took_ms;
	assert_string_equal(sale->issued_by, "server");
	assert_int_equal(strlen(sale->token), 20);
	assert_true(world_ledger_token(world, sale->id, token));
	assert_string_equal(sale->token, token);
	assert_string_equal(world_meter_enter(world, world_meter(world, number), token), "accepted");
	assert_string_equal(world_meter_enter(world, world_meter(world, number), token), "used");
	settle(world);
}

struct fault_row {
	const char *fault;
	const char *issued_by;
	bool committed; /* the server holds the sale before anything is sent again */
	int waits_ms;   /* how long the server keeps the consumer waiting, by what it does or by the deadline */
};

static const struct fault_row faults[] = {
    {"none", "server", true, 0},
    {"down", "terminal", false, 0},
    {"slow=1000", "server", true, 1000},
    {"slow=5000", "terminal", true, DEADLINE_MS},
    {"hang", "terminal", false, DEADLINE_MS},
    {"error", "terminal", false, 0},
    {"garbage", "terminal", false, 0},
    {"drop-reply", "terminal", true, 0},
    {"huge", "terminal", false, 0},
    {"deep", "terminal", false, 0},
};

/* Each fault in a world of its own, so that one server's bad days do not open the breaker of the next. */
static void sell_under(const struct fault_row *row)
{
	struct world *world = world_open_enrolled(60);
	const char *number = world_number(world, "sts_units", "", 1);
	char line[256], token[WORLD_TOKEN_CAP];
	const struct world_sale *sale;
	struct world_run run;

	print_message("fault %s\n", row->fault);
	world_fault(world, row->fault);
	sale = world_sell(world, number, 500);
	expect_took(sale->took_ms, row->waits_ms);
	assert_string_equal(sale->issued_by, row->issued_by);
	assert_int_equal(strlen(sale->token), 20);
	if (row->committed && strcmp(row->fault, "slow=5000") != 0) {
		assert_true(world_ledger_token(world, sale->id, token));
		assert_string_equal(token, sale->token);
	}
	snprintf(line, sizeof line,
		 "receipt render --state %%T --sale %s --as text --width 384 --lang both -o %%D/slip", sale->id);
	run = world_batti(world, line);
	assert_int_equal(run.status, 0);
	world_run_free(&run);
	settle(world);
	assert_true(world_ledger_token(world, sale->id, token));
	assert_string_equal(token, sale->token);
	world_close(world);
}

static void sells_whatever_the_server_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		sell_under(&faults[i]);
}

/* The deadline counts from the request; the rest is starting and unsealing. */
static void never_waits_longer_than_the_deadline(void **state)
{
	struct world *world = *state;
	char line[512];
	struct world_run run;

	world_fault(world, "hang");
	snprintf(line, sizeof line,
		 "sell --state %%T --passphrase-file %%P --connection %s --amount 200 --tender cash --json",
		 world_number(world, "sts_units", "", 2));
	run = world_batti(world, line);
	assert_int_equal(run.status, 0);
	expect_took(run.took_ms, DEADLINE_MS);
	world_run_free(&run);
	world_note_sale(world, 20000, "");
	settle(world);
}

static void sells_while_the_server_is_gone_and_back(void **state)
{
	struct world *world = *state;
	const char *number = world_number(world, "sts_units", "", 3);

	world_stop_server(world, true);
	assert_string_equal(world_sell(world, number, 300)->issued_by, "terminal");
	assert_int_not_equal(world_sync(world), 0);
	world_start_server(world);
	assert_string_equal(world_sell(world, number, 400)->issued_by, "server");
	assert_string_equal(world_sell(world, number, 500)->issued_by, "server");
	settle(world);
}

static struct world_run try_to_sell(struct world *world, const char *number)
{
	char line[512];

	snprintf(line, sizeof line,
		 "sell --state %%T --passphrase-file %%P --connection %s --amount 200 --tender cash --json", number);
	return world_batti(world, line);
}

/* A terminal that the head-end has withdrawn learns it from the answer to a sale, and issues nothing from then on. */
static void revoked_gives_up_the_lease(void **state)
{
	struct world *world = *state;
	const char *const revoke[] = {SANDBOX_PROGRAM, "revoke", "--state", world->server, FIRST_TERMINAL, NULL};
	const char *number = world_number(world, "sts_units", "", 4);
	char lease[WORLD_PATH_CAP];
	struct world_run run;
	json_t *ledger;

	world_fill(world, "%T/lease.json", lease);
	world_sell(world, number, 300);
	assert_int_equal(access(lease, F_OK), 0);
	run = world_run(revoke);
	assert_int_equal(run.status, 0);
	world_run_free(&run);

	run = try_to_sell(world, number);
	assert_int_equal(run.status, REFUSED);
	assert_null(strstr(run.out, "\"token\":\""));
	assert_int_not_equal(access(lease, F_OK), 0);
	world_run_free(&run);

	world_stop_server(world, true);
	run = try_to_sell(world, world_number(world, "sts_units", "", 5));
	assert_int_equal(run.status, NO_LEASE);
	assert_null(strstr(run.out, "\"token\":\""));
	assert_int_not_equal(access(lease, F_OK), 0);
	world_run_free(&run);
	world_check_journal(world);
	ledger = world_ledger(world);
	assert_int_equal(json_integer_value(json_object_get(ledger, "sales")), 1);
	json_decref(ledger);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(sells_online, open_world, close_world),
	    cmocka_unit_test(sells_whatever_the_server_does),
	    cmocka_unit_test_setup_teardown(never_waits_longer_than_the_deadline, open_world, close_world),
	    cmocka_unit_test_setup_teardown(sells_while_the_server_is_gone_and_back, open_world, close_world),
	    cmocka_unit_test_setup_teardown(revoked_gives_up_the_lease, open_world, close_world),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
