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

/* ---- two tokens of one minute ---- */

/* So many newest minutes have one of the terminal's lane among them, and the one that it chose. */
#define APP_PAYMENTS (LANES + 4)

struct app_payment {
	char utr[16], payment_id[40], sale_id[40], token[WORLD_TOKEN_CAP];
};

/* The server cannot be reached by the counter, which makes its token here, while the app sells to the same meter. */
static struct world_sale sell_on_both_sides(struct world *world, const char *number, struct app_payment *app)
{
	const char *arguments[] = {SANDBOX_PROGRAM, "app-pay", "--state", world->server, number, "100", NULL};
	struct world_sale sale;

	world_fault(world, "down");
	sale = *world_sell(world, number, 500);
	assert_string_equal(sale.issued_by, "terminal");
	for (int i = 0; i < APP_PAYMENTS; i++) {
		struct world_run run = world_run(arguments);

		assert_int_equal(run.status, 0);
		assert_int_equal(
		    sscanf(run.out, "utr %15s\npayment %39s\nsale %39s", app[i].utr, app[i].payment_id, app[i].sale_id),
		    3);
		world_run_free(&run);
		assert_true(world_ledger_token(world, app[i].sale_id, app[i].token));
	}
	world_fault(world, "none");
	return sale;
}

static const json_t *entry_of(const json_t *ledger, const char *sale_id)
{
	const json_t *entries = json_object_get(ledger, "entries");

	for (size_t i = 0; i < json_array_size(entries); i++) {
		const json_t *entry = json_array_get(entries, i);

		if (strcmp(json_string_value(json_object_get(entry, "sale_id")), sale_id) == 0)
			return entry;
	}
	fail_msg("%s is not in the ledger", sale_id);
	return NULL;
}

/* All of it is posted, once, and the ledger says which token of @p sale_id counts; the meter has what was paid for. */
static void expect_replaced(struct world *world, const char *meter, const char *sale_id, const char *before,
			    const char *token)
{
	json_t *ledger = world_ledger(world);
	const json_t *entries = json_object_get(ledger, "entries"), *entry = entry_of(ledger, sale_id);
	int64_t units = 0;

	assert_int_equal(json_array_size(entries), APP_PAYMENTS + 1);
	assert_string_equal(json_string_value(json_object_get(entry, "token")), before);
	assert_string_equal(json_string_value(json_object_get(entry, "replaced_by")), token);
	for (size_t i = 0; i < json_array_size(entries); i++)
		units += json_integer_value(json_object_get(json_array_get(entries, i), "units"));
	assert_int_equal(world_meter_credit(world, meter), units);
	json_decref(ledger);
}

/* From the page of the payment: a supervisor has seen what the meter says. */
static void replace(struct pty *counter, char token[WORLD_TOKEN_CAP])
{
	counter_expect(counter, "Two tokens of this meter have the same minute.");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Supervisor needed");
	counter_type(counter, SUPERVISOR_PIN "{Enter}1{Enter}");
	counter_expect_token(counter, token);
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

/* The meter took those of the app, and refuses the counter's own: the list of what is stuck leads to a new one. */
static void our_token_of_a_used_minute_is_replaced(void **state)
{
	struct world *world = world_open_picks_any(60);
	const char *number = world_number(world, "sts_units", "", 0), *meter = world_meter(world, number);
	struct app_payment app[APP_PAYMENTS];
	struct world_sale sale = sell_on_both_sides(world, number, app);
	struct pty *counter;
	char token[WORLD_TOKEN_CAP], again[WORLD_TOKEN_CAP];

	(void)state;
	for (int i = 0; i < APP_PAYMENTS; i++)
		assert_string_equal(world_meter_enter(world, meter, app[i].token), "accepted");
	assert_string_equal(world_meter_enter(world, meter, sale.token), "used");
	assert_int_equal(world_sync(world), 0);
	counter = open_counter(world);
	counter_expect_server(counter, "up");
	counter_type(counter, "{F4}");
	counter_expect(counter, "token may not work");
	counter_type(counter, "{Enter}");
	replace(counter, token);
	assert_string_not_equal(token, sale.token);
	assert_string_equal(world_meter_enter(world, meter, token), "accepted");
	assert_string_equal(world_meter_enter(world, meter, token), "used");
	/* What is opened later is what counts. */
	counter_type(counter, "{F3}");
	counter_expect(counter, "Find the consumer");
	counter_type(counter, "{F4}");
	counter_expect(counter, "new token given");
	counter_type(counter, "{Enter}");
	counter_expect_token(counter, again);
	assert_string_equal(again, token);
	counter_close(counter);
	assert_int_equal(world_sync(world), 0);
	expect_on_slip(world, sale.id, "Replaces the old token");
	expect_on_slip(world, sale.id, "Approved by ");
	expect_replaced(world, meter, sale.id, sale.token, token);
	world_check_journal(world);
	world_close(world);
}

/* The counter's was keyed in first, and one of the app's is refused: found by its UTR, replaced once, and the same
 * digits for whoever asks again. The one that the meter took is never replaced. */
static void their_token_of_a_used_minute_is_replaced(void **state)
{
	struct world *world = world_open_picks_any(60);
	const char *number = world_number(world, "sts_units", "", 0), *meter = world_meter(world, number);
	struct app_payment app[APP_PAYMENTS];
	struct world_sale sale = sell_on_both_sides(world, number, app);
	struct pty *counter;
	char token[WORLD_TOKEN_CAP], again[WORLD_TOKEN_CAP];
	int refused = -1;

	(void)state;
	assert_string_equal(world_meter_enter(world, meter, sale.token), "accepted");
	for (int i = 0; i < APP_PAYMENTS; i++)
		if (strcmp(world_meter_enter(world, meter, app[i].token), "used") == 0) {
			assert_int_equal(refused, -1);
			refused = i;
		}
	assert_true(refused >= 0);
	assert_int_equal(world_sync(world), 0);
	counter = open_counter(world);
	counter_expect_server(counter, "up");
	find_payment(counter, app[refused].utr);
	world_fault(world, "drop-reply");
	counter_expect(counter, "Two tokens of this meter have the same minute.");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Supervisor needed");
	counter_type(counter, SUPERVISOR_PIN "{Enter}1{Enter}");
	counter_expect(counter, "Ask again: it gives the same token.");
	world_fault(world, "none");
	replace(counter, token);
	assert_string_equal(world_meter_enter(world, meter, token), "accepted");
	counter_type(counter, "{F3}");
	counter_expect(counter, "Find the consumer");
	find_payment(counter, app[refused].utr);
	replace(counter, again);
	assert_string_equal(again, token);
	counter_type(counter, "{F3}");
	counter_expect(counter, "Find the consumer");
	counter_type(counter, "{F4}");
	counter_expect(counter, "token may not work");
	counter_type(counter, "{Enter}");
	counter_expect_token(counter, again);
	assert_string_equal(again, sale.token);
	counter_close(counter);
	assert_int_equal(world_sync(world), 0);
	expect_replaced(world, meter, app[refused].sale_id, app[refused].token, token);
	world_check_journal(world);
	world_close(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_servers_token_is_given),
	    cmocka_unit_test(what_never_left_is_made_here),
	    cmocka_unit_test(a_lost_answer_is_asked_for),
	    cmocka_unit_test(a_meter_in_doubt_gets_no_token_here),
	    cmocka_unit_test(a_supervisor_has_it_made),
	    cmocka_unit_test(our_token_of_a_used_minute_is_replaced),
	    cmocka_unit_test(their_token_of_a_used_minute_is_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
