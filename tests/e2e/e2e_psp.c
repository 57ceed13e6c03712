/* UPI while the recharge server is away and the bank is not: the counter asks a payment service by itself, and the
 * token is made here. */
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
static void set_service(struct world *world, mode_t mode)
{
	const char *const arguments[] = {SANDBOX_PROGRAM, "psp-key", "--state", world->server, NULL};
	struct world_run key = world_run(arguments);
	char path[WORLD_PATH_CAP], text[4 * WORLD_PATH_CAP];

	assert_int_equal(key.status, 0);
	world_fill(world, "%T/psp.key", path);
	write_file(path, mode, key.out);
	snprintf(text, sizeof text,
		 "[batti]\nupi = psp\npsp_url = %s\npsp_key_file = %s/psp.key\npsp_ca_file = %s/ca.pem\n",
		 world->psp_url, world->terminal, world->server);
	world_fill(world, "%T/batti.conf", path);
	write_file(path, 0600, text);
	world_run_free(&key);
}

static struct world *open_office(void)
{
	struct world *world = world_open_enrolled(60);

	set_service(world, 0600);
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

static void tell_bank(struct world *world, const char *how)
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
	assert_string_equal(text_of(newest(ledger), "way"), "psp");
	json_decref(ledger);
	world_run_free(&run);
}

/* ---- on the screen ---- */

static struct pty *show_qr(struct world *world)
{
	struct pty *counter = counter_open(world, &english);

	counter_sign_in(counter);
	counter_ask(counter, world_number(world, "sts_units", "", 0), "500");
	counter_type(counter, "*");
	counter_expect(counter, "UPI");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Waiting for the bank");
	return counter;
}

static void check_one_upi_sale(struct world *world)
{
	json_t *ledger = world_ledger(world), *entry = json_array_get(json_object_get(ledger, "entries"), 0);
	json_t *tender = json_array_get(json_object_get(ledger, "tenders"), 0);

	assert_int_equal(json_array_size(json_object_get(ledger, "entries")), 1);
	assert_true(json_is_null(json_object_get(entry, "exception")));
	assert_string_equal(text_of(entry, "tender"), "upi");
	assert_string_equal(text_of(entry, "reference"), text_of(newest(ledger), "utr"));
	assert_string_equal(text_of(tender, "kind"), "upi");
	assert_int_equal(json_integer_value(json_object_get(tender, "paise")), RUPEES * 100);
	assert_string_equal(text_of(newest(ledger), "status"), "paid");
	assert_true(json_is_false(json_object_get(newest(ledger), "stuck")));
	json_decref(ledger);
}

static void close_up(struct world *world)
{
	world_fault(world, "none");
	assert_int_equal(world_sync(world), 0);
	check_one_upi_sale(world);
	world_check_settled(world);
	world_check_journal(world);
	world_close(world);
}

/* ---- the ways it goes ---- */

static void token_is_made_here_while_the_server_is_down(void **state)
{
	struct world *world = open_office();
	const char *number = world_number(world, "sts_units", "", 0);
	struct pty *counter;
	char token[WORLD_TOKEN_CAP];

	(void)state;
	world_fault(world, "down");
	counter = show_qr(world);
	tell_bank(world, NULL);
	counter_expect_token(counter, token);
	counter_expect(counter, "made here");
	world_note_sale(world, RUPEES * 100, token);
	assert_string_equal(world_meter_enter(world, world_meter(world, number), token), "accepted");
	counter_close(counter);
	close_up(world);
}

static void used_up_and_renewed_while_the_server_is_down(void **state)
{
	struct world *world = open_office();
	struct pty *counter;
	char token[WORLD_TOKEN_CAP];

	(void)state;
	world_fault(world, "down");
	counter = show_qr(world);
	tell_bank(world, "--fail");
	counter_expect(counter, "New QR");
	/* An Enter that comes with the news was meant for what stood there before. */
	pty_settle(counter, 600, COUNTER_WAIT_MS);
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Waiting for the bank");
	tell_bank(world, NULL);
	counter_expect_token(counter, token);
	world_note_sale(world, RUPEES * 100, token);
	counter_close(counter);
	close_up(world);
}

/* Killed with the QR up, paid while nobody runs: found again at the service, and finished with the server. */
static void killed_while_the_qr_is_up(void **state)
{
	struct world *world = open_office();
	struct pty *counter;
	char token[WORLD_TOKEN_CAP] = "", sale_id[37];
	json_t *ledger;

	(void)state;
	counter = show_qr(world);
	ledger = world_ledger(world);
	snprintf(sale_id, sizeof sale_id, "%s", text_of(newest(ledger), "sale_id"));
	json_decref(ledger);
	pty_kill(counter, SIGKILL);
	counter_close(counter);
	tell_bank(world, NULL);
	for (int i = 0; i < 10 && !(world_ledger_token(world, sale_id, token) && token[0]); i++)
		(void)world_sync(world);
	assert_true(token[0] != '\0');
	world_note_sale(world, RUPEES * 100, token);
	close_up(world);
}

static void a_key_that_others_can_read_is_not_used(void **state)
{
	struct world *world = world_open_enrolled(20);
	struct world_run run;

	(void)state;
	set_service(world, 0644);
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
	    cmocka_unit_test(a_key_that_others_can_read_is_not_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
