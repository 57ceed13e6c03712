/* The desk: a payment of the app that brought no token is found by what the bank calls it and given once; a bank that
 * is not sure is waited for; a refund is ordered; a claim is written while the server is away and sent when it is back;
 * and supply that is owed has its time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/e2e/counter.h"
#include "tests/e2e/world.h"

#define KIND "sts_units"

struct app_payment {
	char utr[16], payment_id[40], sale_id[40];
};

static struct world *world;

static int open_world(void **state)
{
	world = world_open_enrolled(40);
	*state = world;
	return 0;
}

static int close_world(void **state)
{
	world_close(*state);
	return 0;
}

/* `batti-sandbox WORDS --state S CONNECTION [MORE]` of the running server. */
static void sandbox(const char *command, const char *connection, const char *more, const char *flag, char *out,
		    size_t cap)
{
	const char *arguments[] = {SANDBOX_PROGRAM, command, "--state", world->server, connection, more, flag, NULL};
	struct world_run run = world_run(arguments);

	if (run.status != 0)
		fprintf(stderr, "%s: %s", command, run.err);
	assert_int_equal(run.status, 0);
	if (out)
		snprintf(out, cap, "%s", run.out);
	world_run_free(&run);
}

static struct app_payment pay_in_app(const char *connection, const char *rupees, const char *flag)
{
	struct app_payment payment;
	char out[400];

	sandbox("app-pay", connection, rupees, flag, out, sizeof out);
	assert_int_equal(
	    sscanf(out, "utr %15s\npayment %39s\nsale %39s", payment.utr, payment.payment_id, payment.sale_id), 3);
	return payment;
}

/* As a hand types: faster would be a scanner, which starts the next person. */
static void type_by_hand(struct pty *counter, const char *text)
{
	for (; *text; text++) {
		char one[2] = {*text, '\0'};

		counter_type(counter, one);
		pty_settle(counter, 80, 400);
	}
}

/* From home to the page of one payment. */
static void find_payment(struct pty *counter, const char *name)
{
	counter_type(counter, "{F4}");
	counter_expect(counter, "Reference, UTR, number or docket");
	type_by_hand(counter, name);
	counter_type(counter, "{Enter}");
}

static struct pty *open_counter(void)
{
	struct pty *counter = counter_open(world, &(struct counter_options){0});

	counter_sign_in(counter);
	counter_expect_server(counter, "up");
	return counter;
}

/* Sales that the ledger holds. */
static int64_t count_committed(void)
{
	json_t *ledger = world_ledger(world);
	int64_t count = json_integer_value(json_object_get(ledger, "sales"));

	json_decref(ledger);
	return count;
}

static void expect_in_meter_once(const char *connection, const char *token)
{
	assert_string_equal(world_meter_enter(world, world_meter(world, connection), token), "accepted");
	assert_string_equal(world_meter_enter(world, world_meter(world, connection), token), "used");
}

/* Found by its UTR, read out with blanks; given here; asked for again, the same digits. */
static void test_app_payment_is_given_once(void **state)
{
	const char *connection = world_number(world, KIND, "", 0);
	struct app_payment payment = pay_in_app(connection, "500", "--no-token");
	struct pty *counter = open_counter();
	char token[WORLD_TOKEN_CAP], held[WORLD_TOKEN_CAP], spaced[32];

	(void)state;
	snprintf(spaced, sizeof spaced, "%.4s %.4s %.4s", payment.utr, payment.utr + 4, payment.utr + 8);
	find_payment(counter, spaced);
	counter_expect(counter, "The money reached the company.");
	counter_expect(counter, "Server asked now: no token exists, safe to give one");
	assert_int_equal(count_committed(), 0);
	counter_type(counter, "{Enter}");
	counter_expect_token(counter, token);
	counter_type(counter, "{F3}");
	counter_expect(counter, "Find the consumer");
	find_payment(counter, payment.utr);
	counter_expect(counter, "The token was given.");
	assert_true(pty_wait_gone(counter, "Give the token", COUNTER_WAIT_MS));
	counter_close(counter);
	assert_int_equal(count_committed(), 1);
	assert_true(world_ledger_token(world, payment.sale_id, held));
	assert_string_equal(held, token);
	expect_in_meter_once(connection, token);
	assert_int_equal(world_sync(world), 0);
	world_check_journal(world);
}

/* What the card warns of is opened with F4 and Enter, without a name of it being typed. */
static void test_card_leads_to_the_payment(void **state)
{
	const char *connection = world_number(world, KIND, "", 6);
	struct app_payment payment = pay_in_app(connection, "500", "--no-token");
	struct pty *counter = open_counter();
	char token[WORLD_TOKEN_CAP], held[WORLD_TOKEN_CAP];

	(void)state;
	counter_find(counter, connection);
	counter_expect(counter, "not yet in the meter.  F4 opens it.");
	counter_type(counter, "{F4}");
	counter_expect(counter, "app paid, no token");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Give the token for ₹ 500 here.");
	counter_type(counter, "{Esc}");
	assert_true(pty_wait_gone(counter, "Give the token for", COUNTER_WAIT_MS));
	counter_expect(counter, "app paid, no token");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Give the token for ₹ 500 here.");
	counter_type(counter, "{Enter}");
	counter_expect_token(counter, token);
	counter_close(counter);
	assert_true(world_ledger_token(world, payment.sale_id, held));
	assert_string_equal(held, token);
	expect_in_meter_once(connection, token);
}

/* None of it is money of this counter, and the answer may be lost on its way. */
static void test_answer_lost_on_its_way(void **state)
{
	const char *connection = world_number(world, KIND, "", 1);
	struct app_payment payment = pay_in_app(connection, "300", "--no-token");
	struct pty *counter = open_counter();
	char token[WORLD_TOKEN_CAP], held[WORLD_TOKEN_CAP];

	(void)state;
	find_payment(counter, payment.utr);
	counter_expect(counter, "Give the token for");
	world_fault(world, "drop-reply");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Ask again: it gives the same token.");
	world_fault(world, "none");
	counter_type(counter, "{Enter}");
	counter_expect_token(counter, token);
	counter_close(counter);
	assert_int_equal(count_committed(), 1);
	assert_true(world_ledger_token(world, payment.sale_id, held));
	assert_string_equal(held, token);
	assert_int_equal(world_journal_sales(world), 0);
	expect_in_meter_once(connection, token);
}

static void test_bank_unsure_waits(void **state)
{
	struct app_payment payment = pay_in_app(world_number(world, KIND, "", 2), "500", "--bank-unsure");
	struct pty *counter = open_counter();

	(void)state;
	find_payment(counter, payment.utr);
	counter_expect(counter, "The bank has not paid us yet.");
	assert_true(pty_wait_gone(counter, "Give the token", COUNTER_WAIT_MS));
	assert_true(pty_wait_gone(counter, "F8", COUNTER_WAIT_MS));
	counter_type(counter, "{Enter}"); /* asks again */
	counter_expect(counter, "It comes back or is credited within 5 days.");
	counter_close(counter);
	assert_int_equal(count_committed(), 0);
}

/* With a supervisor; from then on no counter gives a token for it. */
static void test_refund_is_ordered(void **state)
{
	struct app_payment payment = pay_in_app(world_number(world, KIND, "", 3), "500", "--no-token");
	struct pty *counter = open_counter();

	(void)state;
	find_payment(counter, payment.utr);
	counter_expect(counter, "Give the token for");
	counter_type(counter, "{F8}");
	counter_expect(counter, "Supervisor needed");
	counter_type(counter, "778899{Enter}3{Enter}");
	counter_expect(counter, "A refund is ordered.");
	assert_true(pty_wait_gone(counter, "Give the token", COUNTER_WAIT_MS));
	counter_expect(counter, "answer promised by");
	counter_type(counter, "{Enter}"); /* asked again, the server says the same */
	counter_expect(counter, "on its way back to the payer's bank");
	counter_close(counter);
	assert_int_equal(count_committed(), 0);
	assert_int_equal(world_sync(world), 0);
	world_check_journal(world);
}

static void expect_claim_on_record(bool answered)
{
	struct world_run run = world_batti(world, "journal export --state %T");

	assert_int_equal(run.status, 0);
	assert_non_null(strstr(run.out, "\"claim\""));
	assert_int_equal(strstr(run.out, "\"claim_answer\"") != NULL, answered);
	world_run_free(&run);
}

/* F5 on the list: whose money is where, on paper. */
static void test_list_is_printed(void **state)
{
	const char *connection = world_number(world, KIND, "", 7);
	char path[WORLD_PATH_CAP], paper[WORLD_PATH_CAP], text[8192] = "";
	struct counter_options options = {.config = path};
	struct pty *counter;
	FILE *file;

	(void)state;
	(void)pay_in_app(connection, "500", "--no-token");
	counter_print_letters(world, "", path);
	counter = counter_open(world, &options);
	counter_sign_in(counter);
	counter_find(counter, connection);
	counter_expect(counter, "not yet in the meter.  F4 opens it.");
	counter_type(counter, "{F4}");
	counter_expect(counter, "app paid, no token");
	counter_type(counter, "{F5}");
	counter_expect(counter, "Printing");
	world_fill(world, "%D/paper.txt", paper);
	for (int tries = 0; tries < 100 && !strstr(text, "paid again"); tries++) {
		pty_settle(counter, 50, 50);
		file = fopen(paper, "r");
		text[file ? fread(text, 1, sizeof text - 1, file) : 0] = '\0';
		if (file)
			fclose(file);
	}
	assert_non_null(strstr(text, "Stuck recharges"));
	assert_non_null(strstr(text, "₹ 500.00"));
	assert_non_null(strstr(text, "app paid, no token"));
	assert_non_null(strstr(text, "Nothing here needs to be paid again."));
	counter_close(counter);
}

/* Nobody can be asked: it is written down, and the promise comes with the server. */
static void test_claim_written_offline_is_sent_first(void **state)
{
	const char *connection = world_number(world, KIND, "", 4);
	struct app_payment payment = pay_in_app(connection, "500", "--bank-unsure");
	struct pty *counter = open_counter();

	(void)state;
	world_fault(world, "down");
	counter_expect_server(counter, "down");
	find_payment(counter, payment.utr);
	counter_expect(counter, "Other channels cannot be asked now.");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "A claim for money paid elsewhere");
	type_by_hand(counter, connection);
	counter_type(counter, "{Enter}{Enter}");
	type_by_hand(counter, "500");
	counter_type(counter, "{Enter}{Enter}");
	counter_expect(counter, "Claim C-");
	counter_expect(counter, "The claim is sent as soon as the server is back.");
	world_fault(world, "none");
	counter_expect(counter, "The answer is promised by");
	counter_type(counter, "{Esc}{Esc}{Esc}");
	counter_type(counter, "{F4}");
	counter_expect(counter, "answer promised by");
	counter_close(counter);
	expect_claim_on_record(true);
	assert_int_equal(world_sync(world), 0);
}

/* Killed before the server is back: the claim stands, and goes when the counter is started again. */
static void test_claim_survives_a_kill(void **state)
{
	const char *connection = world_number(world, KIND, "", 5);
	struct pty *counter = open_counter();

	(void)state;
	world_fault(world, "down");
	counter_expect_server(counter, "down");
	find_payment(counter, "432611805521");
	counter_expect(counter, "Other channels cannot be asked now.");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "A claim for money paid elsewhere");
	type_by_hand(counter, connection);
	counter_type(counter, "{Enter}{Enter}");
	type_by_hand(counter, "500");
	counter_type(counter, "{Enter}{Enter}");
	counter_expect(counter, "Claim C-");
	pty_kill(counter, 9);
	pty_close(counter);
	world_fault(world, "none");
	expect_claim_on_record(false);
	assert_int_equal(world_sync(world), 0);
	expect_claim_on_record(true);
}

/* A connection with dues that one payment can clear. */
static const char *find_debtor(int64_t *rupees)
{
	json_t *one;
	size_t i;

	json_array_foreach(world->list, i, one)
	{
		const char *kind = json_string_value(json_object_get(one, "kind")),
			   *note = json_string_value(json_object_get(one, "note"));
		int64_t dues = json_integer_value(json_object_get(one, "dues_paise"));

		if (strcmp(kind, "dues") == 0 && !*note && dues >= 10000 && dues <= 1000000 && dues % 100 == 0) {
			*rupees = dues / 100;
			return json_string_value(json_object_get(one, "number"));
		}
	}
	fail_msg("nobody owes what can be paid");
	return "";
}

static void test_supply_is_promised_and_overdue(void **state)
{
	int64_t rupees = 0;
	const char *connection = find_debtor(&rupees);
	char line[120];
	struct world_run run;
	struct pty *counter;

	(void)state;
	sandbox("cut", connection, NULL, NULL, NULL, 0);
	snprintf(line, sizeof line, "sell --state %%T --connection %s --amount %d --json", connection, (int)rupees);
	run = world_batti(world, line);
	assert_int_equal(run.status, 0);
	world_run_free(&run);
	counter = open_counter();
	counter_type(counter, "{F4}");
	counter_expect(counter, "supply due back");
	counter_close(counter);
	/* 25 minutes later, as the server has it, nobody has been there. */
	world_fault(world, "clock=25");
	counter = counter_open(world, &(struct counter_options){0});
	counter_sign_in(counter);
	counter_type(counter, "{F4}");
	counter_expect(counter, "supply was due");
	counter_close(counter);
	world_fault(world, "none");
	sandbox("reconnect", connection, NULL, NULL, NULL, 0);
	counter = open_counter();
	counter_type(counter, "{F4}");
	counter_expect(counter, "Nothing is stuck.");
	counter_close(counter);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_app_payment_is_given_once),
	    TEST(test_card_leads_to_the_payment),
	    TEST(test_answer_lost_on_its_way),
	    TEST(test_bank_unsure_waits),
	    TEST(test_refund_is_ordered),
	    TEST(test_list_is_printed),
	    TEST(test_claim_written_offline_is_sent_first),
	    TEST(test_claim_survives_a_kill),
	    TEST(test_supply_is_promised_and_overdue),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
