/* A day at the counter, from the float to the Z: three hundred mixed sales through an outage, paid in cash with and
 * without change, towards dues and by UPI; a recharge of the app that brought no token; the count, the seal, the
 * supervisor. The Z is held against the ledger of the sandbox, the tokens against the meters.
 *
 * Under the sanitizers, which are slow, the day is shorter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/e2e/counter.h"

#ifdef __SANITIZE_ADDRESS__
#define SALES 90
#else
#define SALES 300
#endif
#define OUTAGE_FROM    (SALES / 3)
#define OUTAGE_UNTIL   (SALES * 2 / 3)
#define CONNECTIONS    (SALES / 2) /* two recharges each */
#define FLOAT          2000
#define SUPERVISOR_PIN "778899"
#define HAND_MS        60 /* behind a number that came as fast as a scan */
#define DRAIN_MS       90000

static struct world *world;
static struct pty *counter;
static int64_t cash_rupees; /* in the drawer, by what was given and returned */
static int64_t cash_sales, upi_sales, upi_rupees;
static int next_consumer;

/* ---- one sale of each sort ---- */

static const char *next_number(void)
{
	return world_number(world, "sts_units", "", next_consumer++ % CONNECTIONS);
}

/* From home to the amount, written. */
static void ask(const char *number, int64_t rupees)
{
	char amount[16];

	snprintf(amount, sizeof amount, "%d", (int)rupees);
	counter_type(counter, number);
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Pay by");
	pty_settle(counter, HAND_MS, COUNTER_WAIT_MS);
	counter_type(counter, amount);
}

static bool is_asked_or_there(struct pty *pty, void *context)
{
	return pty_shows(pty, context) || pty_shows(pty, "If not, Enter again.") || pty_shows(pty, "Once more?");
}

/* From the amount to the page that asks for money; while the server is away those who are cut are asked first. */
static void go_on(const char *keys, const char *page)
{
	char text[64];

	snprintf(text, sizeof text, "%s", page);
	counter_type(counter, keys);
	(void)pty_wait_for(counter, is_asked_or_there, text, COUNTER_WAIT_MS);
	if (!pty_shows(counter, page))
		counter_type(counter, "{Enter}");
	counter_expect(counter, page);
	pty_settle(counter, HAND_MS, COUNTER_WAIT_MS);
}

static void next_person(void)
{
	counter_type(counter, "{F3}");
	counter_expect(counter, "Find the consumer");
}

static void take_cash(const char *number, int64_t rupees, const char *given)
{
	char token[WORLD_TOKEN_CAP];

	ask(number, rupees);
	go_on("{Enter}", "count the money before Enter");
	counter_type(counter, given);
	counter_type(counter, "{Enter}");
	counter_expect_token(counter, token);
	world_note_sale(world, rupees * 100, token);
	cash_rupees += rupees;
	cash_sales++;
	next_person();
}

/* Nothing is made for it: the money is credited, now or with a docket when the server is back. */
static void take_dues(const char *number, int64_t rupees)
{
	ask(number, rupees);
	go_on("{Enter}", "count the money before Enter");
	counter_type(counter, "{Enter}");
	assert_true(pty_wait_gone(counter, "count the money before Enter", COUNTER_WAIT_MS));
	world_note_sale(world, rupees * 100, "");
	cash_rupees += rupees;
	cash_sales++;
	next_person();
}

/* The newest payment that the bank waits for. */
static void find_payment(char payment_id[40])
{
	json_t *ledger = world_ledger(world), *payments = json_object_get(ledger, "payments");
	const json_t *newest = json_array_get(payments, json_array_size(payments) - 1);
	const char *id = json_string_value(json_object_get(newest, "payment_id"));

	assert_non_null(id);
	snprintf(payment_id, 40, "%s", id);
	json_decref(ledger);
}

static void pay_with_telephone(void)
{
	char payment_id[40];
	const char *arguments[] = {SANDBOX_PROGRAM, "pay", "--state", world->server, "--payment", payment_id, NULL};
	struct world_run run;

	find_payment(payment_id);
	run = world_run(arguments);
	assert_int_equal(run.status, 0);
	world_run_free(&run);
}

static void take_upi(const char *number, int64_t rupees)
{
	char token[WORLD_TOKEN_CAP];

	ask(number, rupees);
	go_on("*{Enter}", "Show QR");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Waiting for the bank");
	counter_expect(counter, "left");
	pay_with_telephone();
	counter_type(counter, "{Enter}"); /* ask the bank now */
	counter_expect_token(counter, token);
	world_note_sale(world, rupees * 100, token);
	upi_rupees += rupees;
	upi_sales++;
	next_person();
}

/* ---- the day ---- */

static const char *next_debtor(int64_t *rupees)
{
	static size_t at;

	for (; at < json_array_size(world->list); at++) {
		const json_t *one = json_array_get(world->list, at);
		const char *kind = json_string_value(json_object_get(one, "kind")),
			   *note = json_string_value(json_object_get(one, "note"));
		int64_t dues = json_integer_value(json_object_get(one, "dues_paise"));

		if (strcmp(kind, "dues") == 0 && !*note && dues >= 20000) {
			at++;
			*rupees = 100;
			return json_string_value(json_object_get(one, "number"));
		}
	}
	return NULL;
}

static void sell_one(int turn, bool is_down)
{
	int64_t rupees = 100 + turn % 9 * 50;
	const char *debtor;

	switch (turn % 10) {
	case 3:
		take_cash(next_number(), rupees, "1000");
		return;
	case 5:
		if (is_down)
			break;
		take_upi(next_number(), rupees);
		return;
	case 8:
		debtor = next_debtor(&rupees);
		if (!debtor)
			break;
		take_dues(debtor, rupees);
		return;
	default:
		break;
	}
	take_cash(next_number(), rupees, "");
}

static void sell_all(void)
{
	for (int i = 0; i < SALES; i++) {
		if (i == OUTAGE_FROM) {
			world_fault(world, "down");
			counter_expect_server(counter, "down");
		}
		if (i == OUTAGE_UNTIL) {
			world_fault(world, "none");
			counter_expect_server(counter, "up");
		}
		sell_one(i, i >= OUTAGE_FROM && i < OUTAGE_UNTIL);
	}
	/* The list works itself off. */
	assert_true(pty_wait(counter, "To send 0 ", DRAIN_MS));
}

/* Paid in the app, no token came: found by what the bank calls it, given here, and not money of this drawer. */
static void give_what_the_app_owes(void)
{
	const char *number = world_number(world, "sts_units", "", CONNECTIONS);
	const char *arguments[] = {SANDBOX_PROGRAM, "app-pay", "--state",    world->server,
				   number,          "500",     "--no-token", NULL};
	struct world_run run = world_run(arguments);
	char utr[16], token[WORLD_TOKEN_CAP];

	assert_int_equal(run.status, 0);
	assert_int_equal(sscanf(run.out, "utr %15s", utr), 1);
	world_run_free(&run);
	counter_type(counter, "{F4}");
	counter_expect(counter, "Reference, UTR, number or docket");
	for (const char *at = utr; *at; at++) { /* by hand: faster would be a scanner */
		char one[2] = {*at, '\0'};

		counter_type(counter, one);
		pty_settle(counter, 80, 400);
	}
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Server asked now: no token exists, safe to give one");
	counter_type(counter, "{Enter}");
	counter_expect_token(counter, token);
	assert_string_equal(world_meter_enter(world, world_meter(world, number), token), "accepted");
	assert_string_equal(world_meter_enter(world, world_meter(world, number), token), "used");
	next_person();
}

/* Notes of 500 and 200 and so on down, then coins; the whole drawer, and it is even. */
static void count_and_seal(void)
{
	static const int notes[] = {500, 200, 100, 50, 20, 10, 1};
	int64_t left = FLOAT + cash_rupees;
	char pieces[32];

	counter_type(counter, "{F7}");
	counter_expect(counter, "What should be in the drawer is shown after");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Type how many.");
	for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++) {
		snprintf(pieces, sizeof pieces, "%d{Enter}", (int)(left / notes[i]));
		counter_type(counter, pieces);
		left %= notes[i];
	}
	counter_expect(counter, "What should be there is shown after the seal");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Should be");
	counter_expect(counter, "Even");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Sealed. You may go.");
}

static void close_as_supervisor(void)
{
	counter_expect(counter, COUNTER_CLERK);
	counter_type(counter, "{Down}{Down}" SUPERVISOR_PIN "{Enter}");
	counter_expect(counter, "Find the consumer");
	counter_type(counter, "{F7}");
	counter_expect(counter, "These shifts wait for a supervisor");
	counter_type(counter, "{F8}");
	counter_expect(counter, "Close shift 0611 of Rina Kumari.");
	counter_type(counter, SUPERVISOR_PIN "{Enter}1{Enter}");
	counter_expect(counter, "Shift 0611 is closed.");
}

/* ---- the Z and the ledger ---- */

static int64_t number_of(const json_t *o, const char *name)
{
	assert_true(json_is_integer(json_object_get(o, name)));
	return json_integer_value(json_object_get(o, name));
}

static void expect_tender(const json_t *tenders, const char *kind, int64_t count, int64_t paise)
{
	for (size_t i = 0; i < json_array_size(tenders); i++) {
		const json_t *row = json_array_get(tenders, i);

		if (strcmp(json_string_value(json_object_get(row, "kind")), kind) != 0)
			continue;
		assert_int_equal(number_of(row, "count"), count);
		assert_int_equal(number_of(row, "paise"), paise);
		return;
	}
	assert_int_equal(count, 0);
}

/* What the ledger holds of this counter: money of each tender, from entries that came in over the wire. */
static int64_t ledger_sum(const json_t *ledger, const char *tender, int64_t *count)
{
	const json_t *row;
	int64_t paise = 0;
	size_t i;

	*count = 0;
	json_array_foreach(json_object_get(ledger, "tenders"), i, row)
	{
		if (strcmp(json_string_value(json_object_get(row, "kind")), tender) == 0) {
			*count = number_of(row, "sales");
			paise = number_of(row, "paise");
		}
	}
	return paise;
}

static void compare_with_ledger(void)
{
	struct world_run run = world_batti(world, "report z --state %T --shift 611 --json");
	json_t *z = run.status == 0 ? json_loadb(run.out, run.out_len, 0, NULL) : NULL, *ledger = world_ledger(world);
	int64_t count;

	assert_non_null(z);
	world_run_free(&run);
	assert_int_equal(number_of(z, "transactions"), SALES);
	assert_int_equal(number_of(z, "difference_paise"), 0);
	assert_int_equal(number_of(z, "expected_cash_paise"), (FLOAT + cash_rupees) * 100);
	expect_tender(json_object_get(z, "tenders"), "cash", cash_sales, cash_rupees * 100);
	expect_tender(json_object_get(z, "tenders"), "upi", upi_sales, upi_rupees * 100);
	assert_int_equal(ledger_sum(ledger, "cash", &count), cash_rupees * 100);
	assert_int_equal(count, cash_sales);
	assert_int_equal(ledger_sum(ledger, "upi", &count), upi_rupees * 100);
	assert_int_equal(count, upi_sales);
	json_decref(z);
	json_decref(ledger);
}

static void a_day(void **state)
{
	struct counter_options options = {.lang = "en"};
	char path[WORLD_PATH_CAP];
	FILE *file;

	(void)state;
	world = world_open_wide(SALES * 2);
	world_fill(world, "%D/batti.conf", path);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("[batti]\nprinter = none\ncash_ceiling = 0\nidle_lock_s = 0\n", file);
	assert_int_equal(fclose(file), 0);
	options.config = path;
	counter = counter_open(world, &options);
	counter_expect(counter, COUNTER_CLERK);
	counter_type(counter, COUNTER_PIN "{Enter}");
	counter_expect(counter, "Float in drawer");
	counter_type(counter, "2000{Enter}");
	counter_expect(counter, "Find the consumer");
	sell_all();
	give_what_the_app_owes();
	count_and_seal();
	close_as_supervisor();
	counter_close(counter);
	assert_int_equal(world_sync(world), 0);
	compare_with_ledger();
	world_check_journal(world);
	world_close(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
