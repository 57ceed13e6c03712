/* The card against the real server: what was paid through which channel, what is stuck, the person's other connection,
 * what is known of it while the server is down, and the day's cash of one person over both. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/e2e/counter.h"

#define RAMESH "100244781560"
#define SHOP   "1002 4478 1571"

static struct pty *open_wide(struct world *world, const char *settings)
{
	static char path[WORLD_PATH_CAP];
	struct counter_options options = {.rows = 43, .columns = 132, .lang = "en", .config = path};
	FILE *file;

	world_fill(world, "%D/batti.conf", path);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "[batti]\n%s", settings);
	assert_int_equal(fclose(file), 0);
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
	counter_expect(counter, "Server down");
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
	world_close(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(shows_every_channel),
	    cmocka_unit_test(keeps_the_cash_of_a_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
