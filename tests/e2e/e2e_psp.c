/* UPI while the recharge server is away and the bank is not: the counter asks a payment service by itself, always or
 * only then, and the token is made here. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tests/e2e/counter.h"

#define RUPEES 500

static const struct counter_options english = {.lang = "en"};

/* ---- the settings ---- */

static void write_file(const char *path, mode_t mode, const char *text)
{
	FILE *file = fopen(path, "w");

	if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0 || chmod(path, mode) != 0)
		fail_msg("%s could not be written", path);
}

/* The key as the service gave it out, for its owner alone unless @p mode says otherwise. */
static void set_service(struct world *world, const char *upi, mode_t mode)
{
	const char *const arguments[] = {SANDBOX_PROGRAM, "psp-key", "--state", world->server, NULL};
	struct world_run key = world_run(arguments);
	char path[WORLD_PATH_CAP], text[4 * WORLD_PATH_CAP];

	assert_int_equal(key.status, 0);
	world_fill(world, "%T/psp.key", path);
	write_file(path, mode, key.out);
	snprintf(text, sizeof text,
		 "[batti]\nupi = %s\npsp_url = %s\npsp_key_file = %s/psp.key\npsp_ca_file = %s/ca.pem\n", upi,
		 world->psp_url, world->terminal, world->server);
	world_fill(world, "%T/batti.conf", path);
	write_file(path, 0600, text);
	world_run_free(&key);
}

static struct world *open_office(const char *upi)
{
	struct world *world = world_open_enrolled(60);

	set_service(world, upi, 0600);
	assert_int_equal(world_sync(world), 0);
	return world;
}

/* ---- the bank ---- */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

/* The newest payment there is; the ledger is the caller's. */
static json_t *newest(json_t *ledger)
{
	json_t *payments = json_object_get(ledger, "payments");

	assert_true(json_array_size(payments) > 0);
	return json_array_get(payments, json_array_size(payments) - 1);
}

static void tell_bank(struct world *world, const char *way, const char *how)
{
	json_t *ledger = world_ledger(world);
	const char *const arguments[] = {SANDBOX_PROGRAM,
					 "pay",
					 "--state",
					 world->server,
					 "--payment",
					 text_of(newest(ledger), "payment_id"),
					 how,
					 NULL};
	struct world_run run = world_run(arguments);

	if (run.status != 0)
		fail_msg("batti-sandbox pay: exit %d\n%s%s", run.status, run.out, run.err);
	assert_string_equal(text_of(newest(ledger), "way"), way);
	json_decref(ledger);
	world_run_free(&run);
}

/* ---- on the screen ---- */

static void ask_qr(struct pty *counter, const char *number)
{
	counter_ask(counter, number, "500");
	counter_type(counter, "*");
	counter_expect(counter, "UPI");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Waiting for the bank");
}

static struct pty *show_qr(struct world *world)
{
	struct pty *counter = counter_open(world, &english);

	counter_sign_in(counter);
	ask_qr(counter, world_number(world, "sts_units", "", 0));
	return counter;
}

/* Paid, shown, keyed in: one of the sales that the ledger has to have once. */
static void take_token(struct world *world, struct pty *counter, const char *number, const char *made_by)
{
	char token[WORLD_TOKEN_CAP];

	counter_expect_token(counter, token);
	counter_expect(counter, made_by);
	world_note_sale(world, RUPEES * 100, token);
	assert_string_equal(world_meter_enter(world, world_meter(world, number), token), "accepted");
}

/* The payment that an entry of the ledger names, and its way. */
static const json_t *payment_of(const json_t *ledger, const char *utr)
{
	const json_t *payments = json_object_get(ledger, "payments");

	for (size_t i = 0; i < json_array_size(payments); i++)
		if (strcmp(text_of(json_array_get(payments, i), "utr"), utr) == 0)
			return json_array_get(payments, i);
	fail_msg("no payment %s", utr);
	return NULL;
}

/* Every sale in the ledger once, with money that came for it over the way that is said, and no other money. */
static void check_upi_sales(struct world *world, const char *const *ways, size_t count)
{
	json_t *ledger = world_ledger(world), *entries = json_object_get(ledger, "entries"), *payment;
	json_t *tender = json_array_get(json_object_get(ledger, "tenders"), 0);
	size_t i, paid = 0;

	assert_int_equal(json_array_size(entries), count);
	for (i = 0; i < count; i++) {
		const json_t *entry = json_array_get(entries, i);

		assert_true(json_is_null(json_object_get(entry, "exception")));
		assert_string_equal(text_of(entry, "tender"), "upi");
		assert_string_equal(text_of(payment_of(ledger, text_of(entry, "reference")), "way"), ways[i]);
	}
	json_array_foreach(json_object_get(ledger, "payments"), i, payment)
	{
		paid += strcmp(text_of(payment, "status"), "paid") == 0;
		assert_true(json_is_false(json_object_get(payment, "stuck")));
	}
	assert_int_equal(paid, count);
	assert_string_equal(text_of(tender, "kind"), "upi");
	assert_int_equal(json_integer_value(json_object_get(tender, "paise")), (json_int_t)count * RUPEES * 100);
	json_decref(ledger);
}

static void close_up(struct world *world, const char *const *ways, size_t count)
{
	world_fault(world, "none");
	assert_int_equal(world_sync(world), 0);
	check_upi_sales(world, ways, count);
	world_check_settled(world);
	world_check_journal(world);
	world_close(world);
}

static const char *const by_service[] = {"psp"};

/* ---- the ways it goes ---- */

static void token_is_made_here_while_the_server_is_down(void **state)
{
	struct world *world = open_office("psp");
	const char *number = world_number(world, "sts_units", "", 0);
	struct pty *counter;

	(void)state;
	world_fault(world, "down");
	counter = show_qr(world);
	tell_bank(world, "psp", NULL);
	take_token(world, counter, number, "made here");
	counter_close(counter);
	close_up(world, by_service, 1);
}

static void used_up_and_renewed_while_the_server_is_down(void **state)
{
	struct world *world = open_office("psp");
	struct pty *counter;
	char token[WORLD_TOKEN_CAP];

	(void)state;
	world_fault(world, "down");
	counter = show_qr(world);
	tell_bank(world, "psp", "--fail");
	counter_expect(counter, "New QR");
	/* An Enter that comes with the news was meant for what stood there before. */
	pty_settle(counter, 600, COUNTER_WAIT_MS);
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Waiting for the bank");
	tell_bank(world, "psp", NULL);
	counter_expect_token(counter, token);
	world_note_sale(world, RUPEES * 100, token);
	counter_close(counter);
	close_up(world, by_service, 1);
}

static void note_newest_sale(struct world *world, char sale_id[37])
{
	json_t *ledger = world_ledger(world);

	snprintf(sale_id, 37, "%s", text_of(newest(ledger), "sale_id"));
	json_decref(ledger);
}

static void finish_later(struct world *world, const char *sale_id)
{
	char token[WORLD_TOKEN_CAP] = "";

	for (int i = 0; i < 10 && !(world_ledger_token(world, sale_id, token) && token[0]); i++)
		(void)world_sync(world);
	assert_true(token[0] != '\0');
	world_note_sale(world, RUPEES * 100, token);
}

/* Killed with the QR up, paid while nobody runs: found again at the service, and finished with the server. */
static void killed_while_the_qr_is_up(void **state)
{
	struct world *world = open_office("psp");
	struct pty *counter;
	char sale_id[37];

	(void)state;
	counter = show_qr(world);
	note_newest_sale(world, sale_id);
	pty_kill(counter, SIGKILL);
	counter_close(counter);
	tell_bank(world, "psp", NULL);
	finish_later(world, sale_id);
	close_up(world, by_service, 1);
}

/* ---- by whichever answers ---- */

/* Server there, server away, server there: each QR by who answers, each rupee in the ledger once. */
static void auto_goes_with_the_server_and_without(void **state)
{
	static const char *const ways[] = {"head-end", "psp", "head-end"};
	static const char *const faults[] = {"none", "down", "none"};
	static const char *const made_by[] = {"Server up", "made here", "Server up"};
	struct world *world = open_office("auto");
	struct pty *counter = counter_open(world, &english);

	(void)state;
	counter_sign_in(counter);
	for (int i = 0; i < 3; i++) {
		const char *number = world_number(world, "sts_units", "", i);

		world_fault(world, faults[i]);
		if (i == 2)
			counter_expect_server(counter, "up");
		ask_qr(counter, number);
		tell_bank(world, ways[i], NULL);
		take_token(world, counter, number, made_by[i]);
		counter_type(counter, "{F3}");
	}
	counter_close(counter);
	close_up(world, ways, 3);
}

/* The power goes with the QR up, and then everything is the other way round: server and settings. */
static void auto_killed_with_a_qr_of_the_service(void **state)
{
	struct world *world = open_office("auto");
	struct pty *counter;
	char sale_id[37];

	(void)state;
	world_fault(world, "down");
	counter = show_qr(world);
	note_newest_sale(world, sale_id);
	pty_kill(counter, SIGKILL);
	counter_close(counter);
	world_fault(world, "none");
	set_service(world, "head-end", 0600);
	tell_bank(world, "psp", NULL);
	finish_later(world, sale_id);
	close_up(world, by_service, 1);
}

static void auto_killed_with_a_qr_of_the_server(void **state)
{
	static const char *const ways[] = {"head-end"};
	struct world *world = open_office("auto");
	struct pty *counter = show_qr(world);
	char sale_id[37];
	json_t *ledger;

	(void)state;
	note_newest_sale(world, sale_id);
	pty_kill(counter, SIGKILL);
	counter_close(counter);
	world_fault(world, "down");
	tell_bank(world, "head-end", NULL);
	(void)world_sync(world);
	ledger = world_ledger(world);
	assert_int_equal(json_array_size(json_object_get(ledger, "payments")), 1);
	assert_int_equal(json_array_size(json_object_get(ledger, "entries")), 0);
	json_decref(ledger);
	world_fault(world, "none");
	finish_later(world, sale_id);
	close_up(world, ways, 1);
}

static void auto_needs_a_service(void **state)
{
	struct world *world = world_open_enrolled(20);
	struct world_run run;
	char path[WORLD_PATH_CAP];

	(void)state;
	world_fill(world, "%T/batti.conf", path);
	write_file(path, 0600, "[batti]\nupi = auto\npsp_url = https://localhost:1\n");
	run = world_batti(world, "sync --state %T --passphrase-file %P");
	assert_int_not_equal(run.status, 0);
	assert_non_null(strstr(run.err, "upi = auto, which needs psp_url and psp_key_file"));
	assert_non_null(strstr(run.err, "upi = auto है"));
	world_run_free(&run);
	world_close(world);
}

static void a_key_that_others_can_read_is_not_used(void **state)
{
	struct world *world = world_open_enrolled(20);
	struct world_run run;

	(void)state;
	set_service(world, "psp", 0644);
	run = world_batti(world, "sync --state %T --passphrase-file %P");
	assert_int_not_equal(run.status, 0);
	assert_non_null(strstr(run.err, "psp_key_file"));
	world_run_free(&run);
	world_close(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(token_is_made_here_while_the_server_is_down),
	    cmocka_unit_test(used_up_and_renewed_while_the_server_is_down),
	    cmocka_unit_test(killed_while_the_qr_is_up),
	    cmocka_unit_test(auto_goes_with_the_server_and_without),
	    cmocka_unit_test(auto_killed_with_a_qr_of_the_service),
	    cmocka_unit_test(auto_killed_with_a_qr_of_the_server),
	    cmocka_unit_test(auto_needs_a_service),
	    cmocka_unit_test(a_key_that_others_can_read_is_not_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
