/* The card against the real server: what was paid through which channel, what is stuck, the person's other connection,
 * what is known of it while the server is down, and the day's cash of one person over both. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tests/e2e/counter.h"

#define RAMESH "100244781560"
#define SHOP   "1002 4478 1571"

static void write_settings(struct world *world, const char *settings)
{
	char path[WORLD_PATH_CAP];
	FILE *file;

	world_fill(world, "%D/batti.conf", path);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "[batti]\n%s", settings);
	assert_int_equal(fclose(file), 0);
}

static struct pty *open_wide(struct world *world, const char *settings)
{
	static char path[WORLD_PATH_CAP];
	struct counter_options options = {.rows = 43, .columns = 132, .lang = "en", .config = path};

	write_settings(world, settings);
	world_fill(world, "%D/batti.conf", path);
	return counter_open(world, &options);
}

/* The digits are not read here: at this size they are larger than elsewhere. */
static void sell(struct pty *counter, const char *rupees)
{
	counter_ask(counter, RAMESH, rupees);
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Same person");
}

static void pay_in_app(struct world *world, const char *flag)
{
	const char *arguments[] = {SANDBOX_PROGRAM, "app-pay", "--state", world->server, RAMESH, "300", flag, NULL};
	struct world_run run = world_run(arguments);

	assert_int_equal(run.status, 0);
	world_run_free(&run);
}

static void shows_every_channel(void **state)
{
	struct world *world = world_open_enrolled(60);
	struct pty *counter;

	(void)state;
	pay_in_app(world, "--no-token");
	counter = open_wide(world, "");
	counter_sign_in(counter);
	sell(counter, "500");
	counter_type(counter, "{F3}");
	counter_expect(counter, "Find the consumer");
	counter_find(counter, RAMESH);
	counter_expect(counter, "₹ 500    token given");
	counter_expect(counter, "app, not given");
	counter_expect(counter, "₹ 300 paid in the app at");
	counter_expect(counter, SHOP "   Gola Road, Danapur");
	counter_expect(counter, "for line work.");
	counter_type(counter, "{F3}");
	counter_expect(counter, "Find the consumer");
	/* Down: the same, and since when it is known. */
	world_fault(world, "down");
	counter_expect_server(counter, "down");
	counter_find(counter, RAMESH);
	counter_expect(counter, "Last recharges  as of");
	counter_expect(counter, "₹ 300 paid in the app at");
	/* The other connection, from the list of this one. */
	counter_type(counter, "{F6}");
	counter_expect(counter, "Other connections of this person");
	counter_type(counter, "{PgDn}{PgDn}");
	counter_expect(counter, "› " SHOP);
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Connection      " SHOP);
	counter_close(counter);
	world_fault(world, "none");
	world_close(world);
}

static void expect_sell(struct world *world, const char *rupees, int status, const char *said)
{
	char line[200];
	struct world_run run;

	snprintf(line, sizeof line, "sell --config %%D/batti.conf --state %%T --connection 100244781571 --amount %s",
		 rupees);
	run = world_batti(world, line);
	assert_int_equal(run.status, status);
	assert_non_null(strstr(run.err, said));
	world_run_free(&run);
}

/* 700 rupees a day, over both connections and over a restart. */
static void keeps_the_cash_of_a_day(void **state)
{
	struct world *world = world_open_enrolled(60);
	struct pty *counter = open_wide(world, "cash_day_limit = 700\n");

	(void)state;
	counter_sign_in(counter);
	sell(counter, "400");
	counter_close(counter);
	counter = open_wide(world, "cash_day_limit = 700\n");
	counter_sign_in(counter);
	counter_find(counter, "100244781571");
	counter_expect(counter, "1002 4478 1560   Ward 7, Danapur");
	counter_type(counter, "300{Enter}");
	counter_expect(counter, "Cash stays below ₹ 700 a person a day; ₹ 400 was taken today.");
	counter_type(counter, "{Del}299{Enter}");
	counter_expect(counter, "count the money before Enter");
	counter_close(counter);
	/* The command goes by the same rule, and records nothing. */
	expect_sell(world, "300", 1, "Cash stays below ₹ 700 a person a day; ₹ 400 was taken today.");
	expect_sell(world, "299", 0, "");
	expect_sell(world, "100", 1, "₹ 699 was taken today.");
	assert_int_equal(world_journal_sales(world), 2);
	world_close(world);
}

static void sell_to_ramesh(struct world *world)
{
	struct world_run run =
	    world_batti(world, "sell --config %D/batti.conf --state %T --connection " RAMESH " --amount 400");

	assert_int_equal(run.status, 0);
	world_run_free(&run);
}

/* No screen has ever asked whose the two connections are: the command asks the server itself. */
static void the_command_asks_whose_connections_they_are(void **state)
{
	struct world *world = world_open_enrolled(60);

	(void)state;
	write_settings(world, "cash_day_limit = 700\n");
	sell_to_ramesh(world);
	expect_sell(world, "300", 1, "Cash stays below ₹ 700 a person a day; ₹ 400 was taken today.");
	assert_int_equal(world_journal_sales(world), 1);
	/* What it said last counts while it is away. */
	world_fault(world, "down");
	expect_sell(world, "300", 1, "₹ 400 was taken today.");
	expect_sell(world, "299", 5, "The money is safe."); /* its keys are locked */
	world_fault(world, "none");
	world_close(world);
}

static void run_second(struct world *world, const char *what)
{
	char line[200];
	struct world_run run;

	snprintf(line, sizeof line, "%s --state %%D/two", what);
	run = world_batti(world, line);
	assert_int_equal(run.status, 0);
	world_run_free(&run);
}

/* What another counter took of the person counts, and what this one took counts once, sent up or not. */
static void counts_the_cash_of_other_counters(void **state)
{
	struct world *world = world_open_enrolled(60);
	char two[WORLD_PATH_CAP];

	(void)state;
	write_settings(world, "cash_day_limit = 700\n");
	world_fill(world, "%D/two", two);
	world_enrol(world, two);
	run_second(world, "sync");
	run_second(world, "sell --connection " RAMESH " --amount 400");
	run_second(world, "sync");
	expect_sell(world, "300", 1, "Cash stays below ₹ 700 a person a day; ₹ 400 was taken today.");
	expect_sell(world, "300", 1, "Of this, ₹ 400 was taken at other counters.");
	assert_int_equal(world_journal_sales(world), 0);
	expect_sell(world, "100", 0, "");
	assert_int_equal(world_sync(world), 0);
	expect_sell(world, "200", 1, "₹ 500 was taken today.");
	/* What it said last counts for the day while it is away. */
	world_fault(world, "down");
	expect_sell(world, "200", 1, "Of this, ₹ 400 was taken at other counters.");
	world_fault(world, "none");
	expect_sell(world, "199", 0, "");
	world_close(world);
}

/* It was never told, and cannot be: the sale goes on as it does on the screen, by this connection alone, and soon. */
static void the_command_goes_on_without_an_answer(void **state)
{
	static const char *const faults[] = {"down", "hang"};

	(void)state;
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		struct world *world = world_open_enrolled(60);
		struct timespec from, until;

		write_settings(world, "cash_day_limit = 700\ndeadline_ms = 500\n");
		sell_to_ramesh(world);
		world_fault(world, faults[i]);
		clock_gettime(CLOCK_MONOTONIC, &from);
		expect_sell(world, "300", 5, "The money is safe.");
		clock_gettime(CLOCK_MONOTONIC, &until);
		assert_true(until.tv_sec - from.tv_sec < 15);
		/* Of its own connection everything is known here. */
		expect_sell(world, "400", 1, "₹ 300 was taken today.");
		assert_int_equal(world_journal_sales(world), 2);
		world_fault(world, "none");
		world_close(world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(shows_every_channel),
	    cmocka_unit_test(keeps_the_cash_of_a_day),
	    cmocka_unit_test(the_command_asks_whose_connections_they_are),
	    cmocka_unit_test(counts_the_cash_of_other_counters),
	    cmocka_unit_test(the_command_goes_on_without_an_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
