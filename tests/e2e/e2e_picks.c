/* A server that picks the minute of each token itself: what it made is what the consumer gets, and what nobody knows of
 * is asked about before anything else (PROTOCOL T5). */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/e2e/counter.h"

#define SUPERVISOR_PIN "778899"
#define LANES          16
#define LANE           3 /* of the first terminal */
#define IN_DOUBT       "The server has not said if it gave a token."

static const struct counter_options english = {.lang = "en"};

static struct pty *open_counter(struct world *world)
{
	struct pty *counter = counter_open(world, &english);

	counter_sign_in(counter);
	return counter;
}

/* The newest sale of the ledger; the ledger is the caller's. */
static const json_t *newest(const json_t *ledger)
{
	const json_t *entries = json_object_get(ledger, "entries");

	assert_true(json_array_size(entries) > 0);
	return json_array_get(entries, json_array_size(entries) - 1);
}

static size_t count_posted(struct world *world)
{
	json_t *ledger = world_ledger(world);
	size_t count = json_array_size(json_object_get(ledger, "entries"));

	json_decref(ledger);
	return count;
}

static int64_t newest_lane(struct world *world)
{
	json_t *ledger = world_ledger(world);
	int64_t tid = json_integer_value(json_object_get(newest(ledger), "tid"));

	json_decref(ledger);
	return tid % LANES;
}

/* What the ledger calls the newest sale. */
static void newest_id(struct world *world, char out[37])
{
	json_t *ledger = world_ledger(world);

	snprintf(out, 37, "%s", json_string_value(json_object_get(newest(ledger), "sale_id")));
	json_decref(ledger);
}

static void settle(struct world *world)
{
	world_fault(world, "none");
	assert_int_equal(world_sync(world), 0);
	world_check_settled(world);
	world_check_journal(world);
	world_close(world);
}

/* Its token, of its own lane, whatever this terminal would have made. */
static void the_servers_token_is_given(void **state)
{
	struct world *world = world_open_picks(60);
	const char *number = world_number(world, "sts_units", "", 0);
	const struct world_sale *sale = world_sell(world, number, 500);
	char token[WORLD_TOKEN_CAP];

	(void)state;
	assert_string_equal(sale->issued_by, "server");
	assert_true(world_ledger_token(world, sale->id, token));
	assert_string_equal(sale->token, token);
	assert_int_equal(newest_lane(world), 0);
	settle(world);
}

/* Nobody could be asked: the request never left, and the token is made here as ever. */
static void what_never_left_is_made_here(void **state)
{
	struct world *world = world_open_picks(60);
	const char *number = world_number(world, "sts_units", "", 0);
	const struct world_sale *sale;

	(void)state;
	world_fault(world, "down");
	sale = world_sell(world, number, 500);
	assert_string_equal(sale->issued_by, "terminal");
	assert_int_equal(strlen(sale->token), 20);
	world_fault(world, "none");
	assert_int_equal(world_sync(world), 0);
	assert_int_equal(newest_lane(world), LANE);
	settle(world);
}

/* 500 rupees are taken, and the server's answer is lost. */
static void lose_the_answer(struct world *world, struct pty *counter)
{
	world_fault(world, "drop-reply");
	counter_ask(counter, world_number(world, "sts_units", "", 0), "500");
	counter_type(counter, "{Enter}");
	counter_expect(counter, IN_DOUBT);
	counter_expect(counter, "Make it here anyway");
	assert_int_equal(count_posted(world), 1);
}

/* No token is made here; the server is asked again by itself, and what it made is given. */
static void a_lost_answer_is_asked_for(void **state)
{
	struct world *world = world_open_picks(60);
	struct pty *counter = open_counter(world);
	char token[WORLD_TOKEN_CAP] = "", posted[WORLD_TOKEN_CAP], id[37];

	(void)state;
	lose_the_answer(world, counter);
	world_fault(world, "none");
	assert_true(counter_read_token(counter, token, COUNTER_SERVER_MS));
	assert_int_equal(count_posted(world), 1);
	newest_id(world, id);
	assert_true(world_ledger_token(world, id, posted));
	assert_string_equal(token, posted);
	world_note_sale(world, 50000, token);
	counter_close(counter);
	settle(world);
}

/* As long as it is not known, no other token is made here for this meter: neither for the next sale. */
static void a_meter_in_doubt_gets_no_token_here(void **state)
{
	struct world *world = world_open_picks(60);
	struct pty *counter = open_counter(world);

	(void)state;
	lose_the_answer(world, counter);
	world_fault(world, "down");
	counter_type(counter, "{F3}");
	counter_ask(counter, world_number(world, "sts_units", "", 0), "300");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Docket D-0142");
	assert_false(pty_shows(counter, IN_DOUBT));
	counter_close(counter);
	assert_int_equal(world_journal_sales(world), 2);
	world_fault(world, "none");
	assert_int_equal(world_sync(world), 0);
	assert_int_equal(count_posted(world), 2);
	world_check_journal(world);
	world_close(world);
}

static void expect_on_slip(struct world *world, const char *id, const char *words)
{
	char line[256], path[WORLD_PATH_CAP], slip[8192] = "";
	struct world_run run;
	FILE *file;

	snprintf(line, sizeof line, "receipt render --state %%T --sale %s --as text --width 384 --lang en -o %%D/slip",
		 id);
	run = world_batti(world, line);
	assert_int_equal(run.status, 0);
	world_run_free(&run);
	world_fill(world, "%D/slip", path);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_true(fread(slip, 1, sizeof slip - 1, file) > 0);
	fclose(file);
	if (strstr(slip, words) == NULL)
		fail_msg("no \"%s\" on the slip:\n%s", words, slip);
}

/* A supervisor has it made here all the same: both are out, the slip says so, and the server hears of it. */
static void a_supervisor_has_it_made(void **state)
{
	struct world *world = world_open_picks(60);
	struct pty *counter = open_counter(world);
	const char *meter = world_meter(world, world_number(world, "sts_units", "", 0));
	char token[WORLD_TOKEN_CAP], posted[WORLD_TOKEN_CAP], id[37];

	(void)state;
	lose_the_answer(world, counter);
	newest_id(world, id);
	world_fault(world, "down");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Supervisor needed");
	counter_type(counter, SUPERVISOR_PIN "{Enter}3{Enter}");
	counter_expect_token(counter, token);
	counter_close(counter);
	assert_true(world_ledger_token(world, id, posted));
	assert_string_not_equal(token, posted);
	expect_on_slip(world, id, "POSSIBLE DUPLICATE");
	assert_string_equal(world_meter_enter(world, meter, token), "accepted");
	world_fault(world, "none");
	assert_int_equal(world_sync(world), 0);
	assert_int_equal(count_posted(world), 1);
	counter = open_counter(world);
	counter_type(counter, "{F4}");
	counter_expect(counter, "two different tokens");
	counter_close(counter);
	world_check_journal(world);
	world_close(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_servers_token_is_given), cmocka_unit_test(what_never_left_is_made_here),
	    cmocka_unit_test(a_lost_answer_is_asked_for), cmocka_unit_test(a_meter_in_doubt_gets_no_token_here),
	    cmocka_unit_test(a_supervisor_has_it_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
