/* Paid by UPI: the real counter, the real server that plays the bank, the meter. Whatever is lost or killed on the way,
 * each payment ends as one token or goes back to its account. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/e2e/counter.h"

#define RUPEES 500
#define QR_MS  30000
#define END_MS 120000

static void sleep_ms(long ms)
{
	const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	nanosleep(&pause, NULL);
}

/* ---- a sale by the command line, waiting for the bank ---- */

struct waiting {
	pid_t pid;
	char file[WORLD_PATH_CAP]; /* of what it writes */
	char qr[512], sale_id[37];
};

static json_t *read_line(const char *path, int nth)
{
	char line[2048];
	FILE *file = fopen(path, "r");
	json_t *found = NULL;

	for (int i = 0; file != NULL && fgets(line, sizeof line, file) != NULL; i++)
		if (i == nth)
			found = json_loads(line, 0, NULL);
	if (file != NULL)
		fclose(file);
	return found;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

static void start_program(const struct waiting *waiting, const char *const *arguments)
{
	int out = open(waiting->file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	char *words[24] = {NULL};

	for (int i = 0; arguments[i] != NULL; i++)
		words[i] = strdup(arguments[i]);
	if (out >= 0 && dup2(out, STDOUT_FILENO) >= 0)
		execv(words[0], words);
	_exit(126);
}

static void wait_for_qr(struct waiting *waiting)
{
	for (int i = 0; i < QR_MS / 100; i++) {
		json_t *line = read_line(waiting->file, 0);

		snprintf(waiting->qr, sizeof waiting->qr, "%s", text_of(line, "qr"));
		snprintf(waiting->sale_id, sizeof waiting->sale_id, "%s", text_of(line, "sale_id"));
		json_decref(line);
		if (waiting->qr[0] != '\0')
			return;
		sleep_ms(100);
	}
	fail_msg("no QR in %s", waiting->file);
}

static struct waiting begin(struct world *world, const char *number)
{
	struct waiting waiting = {.pid = -1};
	const char *const arguments[] = {
	    BATTI_PROGRAM,  "sell", "--state",  world->terminal, "--passphrase-file", world->passphrase,
	    "--connection", number, "--amount", "500",           "--tender",          "upi",
	    "--json",       NULL};

	world_fill(world, "%D/upi.json", waiting.file);
	unlink(waiting.file);
	waiting.pid = fork();
	if (waiting.pid == 0)
		start_program(&waiting, arguments);
	assert_true(waiting.pid > 0);
	wait_for_qr(&waiting);
	return waiting;
}

/* @return its exit status, or minus the signal. */
static int end(struct waiting *waiting)
{
	int status = 0;

	for (int i = 0; i < END_MS / 100; i++) {
		if (waitpid(waiting->pid, &status, WNOHANG) == waiting->pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
		sleep_ms(100);
	}
	kill(waiting->pid, SIGKILL);
	waitpid(waiting->pid, &status, 0);
	fail_msg("the sale did not end");
	return -1;
}

static void end_paid(struct world *world, struct waiting *waiting, const char *issued_by)
{
	json_t *line;

	assert_int_equal(end(waiting), 0);
	line = read_line(waiting->file, 1);
	assert_string_equal(text_of(line, "sale_id"), waiting->sale_id);
	assert_string_equal(text_of(line, "issued_by"), issued_by);
	world_note_sale(world, RUPEES * 100, text_of(line, "token"));
	json_decref(line);
}

static void kill_it(struct waiting *waiting)
{
	kill(waiting->pid, SIGKILL);
	assert_int_equal(end(waiting), -SIGKILL);
}

/* ---- the bank ---- */

/* What the bank is told of whoever scanned; @p how NULL: the money has come. */
static void scan(struct world *world, const char *qr, const char *how)
{
	const char *const arguments[] = {SANDBOX_PROGRAM, "pay", "--state", world->server, "--qr", qr, how, NULL};
	struct world_run run = world_run(arguments);

	if (run.status != 0)
		fail_msg("batti-sandbox pay: exit %d\n%s%s", run.status, run.out, run.err);
	world_run_free(&run);
}

/* The QR that is up for the newest payment, as the head-end knows it. */
static void find_qr(struct world *world, char payment_id[37], int wanted)
{
	json_t *ledger = world_ledger(world), *payments = json_object_get(ledger, "payments");

	assert_int_equal(json_array_size(payments), wanted);
	snprintf(payment_id, 37, "%s", text_of(json_array_get(payments, (size_t)wanted - 1), "payment_id"));
	json_decref(ledger);
}

static void scan_payment(struct world *world, const char *payment_id, const char *how)
{
	const char *const arguments[] = {SANDBOX_PROGRAM, "pay",      "--state", world->server,
					 "--payment",     payment_id, how,       NULL};
	struct world_run run = world_run(arguments);

	if (run.status != 0)
		fail_msg("batti-sandbox pay: exit %d\n%s%s", run.status, run.out, run.err);
	world_run_free(&run);
}

static bool ledger_has(struct world *world, const char *sale_id, char token[WORLD_TOKEN_CAP])
{
	return world_ledger_token(world, sale_id, token) && token[0] != '\0';
}

/* The sale is finished by whatever runs next, each of them bounded; its token goes to whoever has the docket. */
static void finish_later(struct world *world, const char *sale_id)
{
	char token[WORLD_TOKEN_CAP];

	for (int i = 0; i < 10 && !ledger_has(world, sale_id, token); i++)
		(void)world_sync(world);
	assert_true(ledger_has(world, sale_id, token));
	world_note_sale(world, RUPEES * 100, token);
}

static void close_up(struct world *world)
{
	world_fault(world, "none");
	assert_int_equal(world_sync(world), 0);
	world_check_settled(world);
	world_check_journal(world);
	world_close(world);
}

/* ---- the ways it goes ---- */

static void paid_and_vended(void **state)
{
	struct world *world = world_open_enrolled(60);
	struct waiting waiting = begin(world, world_number(world, "sts_units", "", 0));

	(void)state;
	assert_int_equal(strncmp(waiting.qr, "upi://pay?", 10), 0);
	assert_non_null(strstr(waiting.qr, "am=500.00"));
	scan(world, waiting.qr, NULL);
	end_paid(world, &waiting, "server");
	close_up(world);
}

/* A failed attempt uses the QR up: nothing is owed, nothing is in the ledger, the number is given up. */
static void failed_attempt_ends_without_money(void **state)
{
	struct world *world = world_open_enrolled(60);
	struct waiting waiting = begin(world, world_number(world, "sts_units", "", 0));
	char token[WORLD_TOKEN_CAP];

	(void)state;
	scan(world, waiting.qr, "--fail");
	assert_int_equal(end(&waiting), 1);
	assert_false(ledger_has(world, waiting.sale_id, token));
	(void)world_sell(world, world_number(world, "sts_units", "", 0), RUPEES); /* the next one pays in cash */
	close_up(world);
}

/* The bank does not know, then it does: asked until it says. */
static void unsure_and_then_paid(void **state)
{
	struct world *world = world_open_enrolled(60);
	struct waiting waiting = begin(world, world_number(world, "sts_units", "", 0));

	(void)state;
	scan(world, waiting.qr, "--unsure");
	sleep_ms(6000);
	scan(world, waiting.qr, "--late");
	end_paid(world, &waiting, "server");
	close_up(world);
}

/* Killed while the QR is up; the bank collects while nobody runs. */
static void killed_while_the_qr_is_up(void **state)
{
	struct world *world = world_open_enrolled(60);
	struct waiting waiting = begin(world, world_number(world, "sts_units", "", 0));

	(void)state;
	kill_it(&waiting);
	scan(world, waiting.qr, NULL);
	finish_later(world, waiting.sale_id);
	close_up(world);
}

/* The bank has the money and the server is not worth waiting for: the token is made here, the same as there. */
static void server_slow_when_the_bank_has_the_money(void **state)
{
	struct world *world = world_open_enrolled(60);
	struct waiting waiting = begin(world, world_number(world, "sts_units", "", 0));

	(void)state;
	world_fault(world, "slow=2500");
	sleep_ms(15000); /* two slow answers tell the counter */
	scan(world, waiting.qr, NULL);
	end_paid(world, &waiting, "terminal");
	close_up(world);
}

/* Let go when the answer is not known: the bank collects late, and it becomes a docket that is finished by itself. */
static void late_success_is_matched(void **state)
{
	struct world *world = world_open_enrolled(60);
	struct waiting waiting = begin(world, world_number(world, "sts_units", "", 0));

	(void)state;
	scan(world, waiting.qr, "--fail");
	assert_int_equal(end(&waiting), 1);
	scan(world, waiting.qr, "--late");
	finish_later(world, waiting.sale_id);
	close_up(world);
}

/* ---- on the screen ---- */

static const struct counter_options english = {.lang = "en"};

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

/* Used up and a new QR for the same sale, which is paid: one sale, one token. */
static void new_qr_on_the_screen(void **state)
{
	struct world *world = world_open_enrolled(60);
	struct pty *counter = show_qr(world);
	char payment_id[37], token[WORLD_TOKEN_CAP];
	json_t *ledger;

	(void)state;
	find_qr(world, payment_id, 1);
	scan_payment(world, payment_id, "--fail");
	counter_expect(counter, "New QR");
	sleep_ms(1000); /* an Enter at once would be one that was meant to ask */
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Waiting for the bank");
	find_qr(world, payment_id, 2);
	scan_payment(world, payment_id, NULL);
	counter_expect_token(counter, token);
	ledger = world_ledger(world);
	assert_string_equal(text_of(json_array_get(json_object_get(ledger, "payments"), 0), "sale_id"),
			    text_of(json_array_get(json_object_get(ledger, "payments"), 1), "sale_id"));
	json_decref(ledger);
	world_note_sale(world, RUPEES * 100, token);
	counter_close(counter);
	close_up(world);
}

/* Set aside for the next person, it is counted behind F4 and comes back from there. */
static void set_aside_and_brought_back(void **state)
{
	struct world *world = world_open_enrolled(60);
	struct pty *counter = show_qr(world);
	char payment_id[37], token[WORLD_TOKEN_CAP];

	(void)state;
	find_qr(world, payment_id, 1);
	counter_type(counter, "{F3}");
	counter_expect(counter, "Find the consumer");
	counter_expect(counter, "F4 Stuck 1");
	counter_type(counter, "{F4}");
	counter_expect(counter, "UPI, waiting for the bank");
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Only the bank counts.");
	scan_payment(world, payment_id, NULL);
	counter_expect_token(counter, token);
	world_note_sale(world, RUPEES * 100, token);
	counter_close(counter);
	close_up(world);
}

/* Cash took its place, and the bank collects late: one recharge, and the bank's money goes back to its account. */
static void late_success_after_cash(void **state)
{
	struct world *world = world_open_enrolled(60);
	struct pty *counter = show_qr(world);
	char payment_id[37], token[WORLD_TOKEN_CAP];
	bool ordered = false;

	(void)state;
	find_qr(world, payment_id, 1);
	counter_type(counter, "*");
	counter_expect(counter, "count the money before Enter"); /* the bank has said that nothing was paid */
	pty_settle(counter, 400, COUNTER_WAIT_MS);
	counter_type(counter, "{Enter}");
	counter_expect_token(counter, token);
	world_note_sale(world, RUPEES * 100, token);
	counter_close(counter);
	scan_payment(world, payment_id, "--late");
	for (int i = 0; i < 10 && !ordered; i++) {
		json_t *ledger;

		(void)world_sync(world);
		ledger = world_ledger(world);
		ordered =
		    strcmp(text_of(json_array_get(json_object_get(ledger, "payments"), 0), "refund"), "ordered") == 0;
		json_decref(ledger);
	}
	assert_true(ordered);
	close_up(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(paid_and_vended),
	    cmocka_unit_test(failed_attempt_ends_without_money),
	    cmocka_unit_test(unsure_and_then_paid),
	    cmocka_unit_test(killed_while_the_qr_is_up),
	    cmocka_unit_test(server_slow_when_the_bank_has_the_money),
	    cmocka_unit_test(late_success_is_matched),
	    cmocka_unit_test(new_qr_on_the_screen),
	    cmocka_unit_test(set_aside_and_brought_back),
	    cmocka_unit_test(late_success_after_cash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
