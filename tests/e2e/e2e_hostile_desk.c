/* Bytes that are no key, thrown at every page that a counter shows when something is wrong: a server that hangs, is
 * away or refuses, money of other channels, a limit that is used up, a record cut off; at training and at the second
 * screen. No page is left, the record holds what hands have put into it, and nothing raw comes back. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/e2e/counter.h"
#include "tests/e2e/hostile.h"
#include "tests/e2e/world.h"

#define KIND           "sts_units"
#define SUPERVISOR_PIN "778899"
#define LEASE_RUPEES   1000
#define PIN_KEYS       HOSTILE_ENTER HOSTILE_BACKSPACE HOSTILE_DIGITS
#define FIELD_KEYS     PIN_KEYS HOSTILE_ESC HOSTILE_TAB
#define LIST_KEYS      HOSTILE_ENTER HOSTILE_ESC
#define ANY_KEYS       LIST_KEYS HOSTILE_BACKSPACE HOSTILE_TAB

static struct world *world;
static struct hostile_target target;
static int consumer;             /* a new one for each sale */
static char two[WORLD_PATH_CAP]; /* state of another terminal */
static char docket[40];          /* of a sale there */

/* ---- a hand ---- */

/* From any page of a clerk who is signed in. */
static void go_home(void)
{
	hostile_type(target.pty, "{F3}");
	counter_expect(target.pty, "Find the consumer");
	hostile_type(target.pty, "{F3}");
	pty_settle(target.pty, HOSTILE_REST_MS, COUNTER_WAIT_MS);
}

static void pay(const char *number, const char *rupees)
{
	go_home();
	counter_ask(target.pty, number, rupees);
	hostile_type(target.pty, "{Enter}");
}

static void open_counter(void)
{
	target.pty = counter_open(world, &(struct counter_options){.lang = "en"});
}

static void sandbox(const char *command, const char *connection, const char *more, const char *flag, char *out,
		    size_t cap)
{
	const char *arguments[] = {SANDBOX_PROGRAM, command, "--state", world->server, connection, more, flag, NULL};
	struct world_run run = world_run(arguments);

	if (run.status != 0)
		fail_msg("%s: %s", command, run.err);
	snprintf(out, cap, "%s", run.out);
	world_run_free(&run);
}

/* ---- the server is away, refuses, hangs ---- */

static void go_wait(void)
{
	world_fault(world, "hang");
	pay(world_number(world, KIND, "", consumer++), "500");
}

static void go_made_here(void)
{
	counter_expect(target.pty, "made here");
}

static void go_docket(void)
{
	world_fault(world, "down");
	pay(world_number(world, KIND, "not_covered", 0), "500");
}

static void go_approve(void)
{
	hostile_type(target.pty, "{F8}");
}

static void go_approve_typed(void)
{
	hostile_type(target.pty, SUPERVISOR_PIN "{Enter}");
}

static void go_refund_waits(void)
{
	hostile_type(target.pty, "3{Enter}");
}

static void go_stuck_own(void)
{
	go_home();
	hostile_type(target.pty, "{F4}");
}

static void go_refund_given(void)
{
	hostile_type(target.pty, "{Enter}");
	counter_expect(target.pty, "Not confirmed yet.");
	world_fault(world, "none");
	assert_true(pty_wait(target.pty, "Give the money back: ₹ 500.", 60000));
}

static void go_refused(void)
{
	pay(world_number(world, KIND, "unknown_to_server", 0), "500");
}

static void go_figures(void)
{
	pay(world_number(world, KIND, "figures", 0), "500");
}

static void go_resume(void)
{
	go_home();
	world_fault(world, "hang");
	pay(world_number(world, KIND, "", consumer++), "500");
	counter_expect(target.pty, "Asking the server");
	pty_kill(target.pty, SIGKILL);
	assert_int_equal(pty_wait_exit(target.pty, COUNTER_WAIT_MS), PTY_KILLED(SIGKILL));
	pty_close(target.pty);
	world_fault(world, "none");
	open_counter();
	counter_expect(target.pty, COUNTER_CLERK);
	counter_type(target.pty, COUNTER_PIN "{Enter}");
}

static const struct hostile_place trouble[] = {
    {"wait", go_wait, "Asking the server", HOSTILE_ENTER HOSTILE_ESC, HOSTILE_TEXT | HOSTILE_MOVES | HOSTILE_ALONE},
    {"token, made here", go_made_here, "F6 Same person", HOSTILE_ENTER, HOSTILE_TEXT},
    {"docket", go_docket, "Docket D-", HOSTILE_ENTER, HOSTILE_TEXT | HOSTILE_CLOCK},
    {"approve, a refund", go_approve, "Supervisor needed", FIELD_KEYS, 0},
    {"approve, the reason of a refund", go_approve_typed, "Supervisor needed", FIELD_KEYS, 0},
    {"refund, not confirmed", go_refund_waits, "Not confirmed yet.", HOSTILE_ENTER, HOSTILE_TEXT | HOSTILE_CLOCK},
    {"stuck, our own", go_stuck_own, "Stuck recharges", FIELD_KEYS, HOSTILE_TEXT | HOSTILE_CLOCK},
    {"refund, to be given", go_refund_given, "Give the money back", ANY_KEYS, HOSTILE_TEXT | HOSTILE_CLOCK},
    {"docket, refused", go_refused, "A supervisor has to approve it.", HOSTILE_ENTER, HOSTILE_TEXT | HOSTILE_CLOCK},
    {"docket, other figures", go_figures, "Server says", HOSTILE_ENTER, HOSTILE_TEXT | HOSTILE_CLOCK},
    {"resume", go_resume, "What became of it?", HOSTILE_ENTER, HOSTILE_CLOCK | HOSTILE_ALL},
};

/* ---- the desk ---- */

static void find_payment(const char *name)
{
	go_home();
	hostile_type(target.pty, "{F4}");
	counter_expect(target.pty, "Reference, UTR, number or docket");
	hostile_type_by_hand(target.pty, name);
	hostile_type(target.pty, "{Enter}");
}

static char utr[16]; /* of the newest payment in the app */

static void find_paid_in_app(const char *flag)
{
	char out[400];

	sandbox("app-pay", world_number(world, KIND, "", consumer++), "500", flag, out, sizeof out);
	assert_int_equal(sscanf(out, "utr %15s", utr), 1);
	find_payment(utr);
}

static void go_paid_in_app(void)
{
	find_paid_in_app("--no-token");
	counter_expect(target.pty, "Server asked now");
}

static void go_order(void)
{
	hostile_type(target.pty, "{F8}");
}

static void go_given(void)
{
	hostile_type(target.pty, "{Esc}");
	counter_expect(target.pty, "Server asked now");
	hostile_type(target.pty, "{Enter}");
}

static void go_given_before(void)
{
	find_payment(utr);
}

static void go_claim_of_it(void)
{
	go_paid_in_app();
	hostile_type(target.pty, "{F5}");
}

static void go_bank_unsure(void)
{
	find_paid_in_app("--bank-unsure");
}

static void go_not_found(void)
{
	find_payment("432611805521");
	counter_expect(target.pty, "Not found at the company.");
}

static void go_claim(void)
{
	world_fault(world, "down");
	counter_expect_server(target.pty, "down");
	find_payment("432611805522");
	counter_expect(target.pty, "Other channels cannot be asked now.");
	hostile_type(target.pty, "{Enter}");
}

static void go_claim_typed(void)
{
	hostile_type_by_hand(target.pty, world_number(world, KIND, "", consumer++));
	hostile_type(target.pty, "{Enter}");
	hostile_type(target.pty, "{Enter}");
	hostile_type_by_hand(target.pty, "50");
}

static void go_claim_made(void)
{
	hostile_type_by_hand(target.pty, "0");
	hostile_type(target.pty, "{Enter}");
	hostile_type(target.pty, "{Enter}");
}

static void go_claim_listed(void)
{
	world_fault(world, "none");
	counter_expect(target.pty, "The answer is promised by");
	go_home();
	hostile_type(target.pty, "{F4}");
}

static void pay_at_two(void)
{
	char line[WORLD_PATH_CAP + 200];
	struct world_run run;
	json_t *answer;

	world_fill(world, "%D/two", two);
	world_enrol(world, two);
	snprintf(line, sizeof line, "sync --json --state %s", two);
	run = world_batti(world, line);
	assert_int_equal(run.status, 0);
	world_run_free(&run);
	world_fault(world, "down");
	snprintf(line, sizeof line, "sell --connection %s --amount 500 --json --state %s",
		 world_number(world, KIND, "", consumer++), two);
	run = world_batti(world, line);
	assert_int_equal(run.status, 5);
	answer = json_loads(run.out, 0, NULL);
	snprintf(docket, sizeof docket, "D-%s", json_string_value(json_object_get(answer, "receipt")));
	json_decref(answer);
	world_run_free(&run);
}

static void go_elsewhere(void)
{
	pay_at_two();
	go_home();
	hostile_type_by_hand(target.pty, docket);
	hostile_type(target.pty, "{Enter}");
}

static void go_elsewhere_unknown(void)
{
	world_fault(world, "none");
	counter_expect_server(target.pty, "up");
	go_home();
	hostile_type_by_hand(target.pty, docket);
	hostile_type(target.pty, "{Enter}");
}

static void go_of_another(void)
{
	char line[WORLD_PATH_CAP + 40];
	struct world_run run;

	snprintf(line, sizeof line, "sync --json --state %s", two);
	run = world_batti(world, line);
	assert_int_equal(run.status, 0);
	world_run_free(&run);
	go_home();
	hostile_type_by_hand(target.pty, docket);
	hostile_type(target.pty, "{Enter}");
}

static void go_its_token(void)
{
	hostile_type(target.pty, "{Enter}");
}

static void go_owed(void)
{
	char out[200];
	const json_t *row;
	const char *number = NULL;
	size_t index;

	go_home();
	json_array_foreach(world->list, index, row)
	{
		if (strcmp(json_string_value(json_object_get(row, "kind")), "dues") == 0)
			number = json_string_value(json_object_get(row, "number"));
	}
	assert_non_null(number);
	sandbox("cut", number, NULL, NULL, out, sizeof out);
	counter_find(target.pty, number);
}

static const struct hostile_place desk[] = {
    {"stuck_one", go_paid_in_app, "The money reached the company.", LIST_KEYS, HOSTILE_CLOCK},
    {"approve, an order", go_order, "Supervisor needed", FIELD_KEYS, 0},
    {"token, for the app", go_given, "F6 Same person", LIST_KEYS, HOSTILE_TEXT},
    {"stuck_one, given before", go_given_before, "The token was given.", LIST_KEYS, HOSTILE_CLOCK},
    {"claim, of what was found", go_claim_of_it, "claim", FIELD_KEYS "+-*", HOSTILE_TEXT | HOSTILE_CLOCK},
    {"stuck_one, the bank unsure", go_bank_unsure, "The bank has not paid us yet.", LIST_KEYS, HOSTILE_CLOCK},
    {"stuck, not found", go_not_found, "432611805521", FIELD_KEYS, HOSTILE_TEXT | HOSTILE_CLOCK},
    {"claim", go_claim, "A claim for money paid elsewhere", FIELD_KEYS "+-*", HOSTILE_TEXT},
    {"claim, half typed", go_claim_typed, "A claim for money paid elsewhere", FIELD_KEYS "+-*", HOSTILE_TEXT},
    {"claim, written down", go_claim_made, "Claim C-", LIST_KEYS, HOSTILE_CLOCK},
    {"stuck, a promise", go_claim_listed, "answer promised by", FIELD_KEYS, HOSTILE_TEXT | HOSTILE_CLOCK},
    {"elsewhere, the server away", go_elsewhere, docket, LIST_KEYS, HOSTILE_TEXT | HOSTILE_CLOCK},
    {"elsewhere, not known", go_elsewhere_unknown, docket, LIST_KEYS, HOSTILE_TEXT | HOSTILE_CLOCK},
    {"elsewhere, made already", go_of_another, "Get the token now", LIST_KEYS, HOSTILE_TEXT},
    {"token, of another counter", go_its_token, "F6 Same person", LIST_KEYS, HOSTILE_TEXT},
    {"card of somebody who is cut", go_owed, "Pay by", FIELD_KEYS "+-/*.", 0},
};

/* ---- the limit ---- */

static void go_limit_low(void)
{
	world_fault(world, "down");
	counter_expect_server(target.pty, "down");
	pay(world_number(world, KIND, "", consumer++), "900");
	counter_expect(target.pty, "F6 Same person");
	hostile_type(target.pty, "{F3}");
}

static void go_code(void)
{
	hostile_type(target.pty, "{F8}");
}

static void go_limit_used(void)
{
	hostile_type(target.pty, "{Esc}");
	counter_expect(target.pty, "more recharges can be made here");
	hostile_type(target.pty, "{Enter}");
	pay(world_number(world, KIND, "", consumer++), "100");
	counter_expect(target.pty, "F6 Same person");
	hostile_type(target.pty, "{F3}");
}

static const struct hostile_place limit[] = {
    {"limit_low", go_limit_low, "more recharges can be made here", LIST_KEYS, HOSTILE_TEXT | HOSTILE_CLOCK},
    {"extend, from there", go_code, "Read this out", FIELD_KEYS, HOSTILE_CLOCK},
    {"limit_used", go_limit_used, "No more tokens here", LIST_KEYS, HOSTILE_TEXT | HOSTILE_CLOCK},
};

/* ---- after a power cut: keys locked, time not trusted ---- */

static void stay(void)
{
}

static void go_unlock(void)
{
	hostile_type(target.pty, "{F8}");
}

static void go_clock(void)
{
	char line[80] = "";
	FILE *file = fopen(world->passphrase, "r");

	assert_non_null(file);
	assert_non_null(fgets(line, sizeof line, file));
	assert_int_equal(fclose(file), 0);
	line[strcspn(line, "\n")] = '\0';
	hostile_type(target.pty, "{Del}");
	hostile_type_by_hand(target.pty, line);
	hostile_type(target.pty, "{Enter}");
	counter_expect(target.pty, "F8 confirms the time");
	hostile_type(target.pty, "{F8}");
}

static void go_half_a_date(void)
{
	hostile_type_by_hand(target.pty, "2211");
}

static void go_word_for_it(void)
{
	hostile_type(target.pty, "{Del}{Enter}");
}

static const struct hostile_place power_cut[] = {
    {"signin, keys locked", stay, "Offline keys are locked", PIN_KEYS HOSTILE_ESC, 0},
    {"signin, the passphrase", go_unlock, "Passphrase", PIN_KEYS HOSTILE_ESC, HOSTILE_TEXT},
    {"clock", go_clock, "Is this the date and time?", FIELD_KEYS, HOSTILE_CLOCK},
    {"clock, half a date", go_half_a_date, "Is this the date and time?", FIELD_KEYS, HOSTILE_CLOCK},
    {"clock, whose word it is", go_word_for_it, "A supervisor's word for date and time", FIELD_KEYS, HOSTILE_CLOCK},
};

/* The same machine, started once more. */
static void restart_machine(void)
{
	char command[3 * WORLD_PATH_CAP], id[WORLD_PATH_CAP];
	const char *arguments[] = {"/usr/bin/unshare", "-m", "/bin/sh", "-c", command, NULL};
	FILE *file;

	world_fill(world, "%D/boot_id", id);
	file = fopen(id, "w");
	assert_non_null(file);
	fprintf(file, "7d3a1f60-52c8-4b1e-9a77-0c4e5d1b2a90\n");
	assert_int_equal(fclose(file), 0);
	snprintf(command, sizeof command,
		 "mount --bind %s /proc/sys/kernel/random/boot_id && exec " BATTI_PROGRAM " --lang en --state %s", id,
		 world->terminal);
	target.pty = pty_open(&(struct pty_options){.argv = arguments});
	assert_non_null(target.pty);
}

/* ---- */

static int places;

static int close_all(void **state)
{
	(void)state;
	places += target.places;
	pty_close(target.pty);
	world_close(world);
	world = NULL;
	target = (struct hostile_target){0};
	return 0;
}

static void open_world(struct world *opened)
{
	world = opened;
	consumer = 0;
	target = (struct hostile_target){.world = world, .state = world->terminal};
	open_counter();
	counter_sign_in(target.pty);
}

static void close_counter(int64_t sold)
{
	counter_close(target.pty);
	target.pty = NULL;
	assert_int_equal(world_journal_sales(world), sold);
}

static void nothing_moves_in_trouble(void **state)
{
	(void)state;
	open_world(world_open_enrolled(60));
	hostile_throw_at_all(&target, trouble, sizeof trouble / sizeof *trouble, NULL);
	close_counter(5);
}

static void nothing_moves_at_the_desk(void **state)
{
	(void)state;
	open_world(world_open_enrolled(60));
	hostile_throw_at_all(&target, desk, sizeof desk / sizeof *desk, NULL);
	close_counter(0);
}

static void nothing_moves_at_the_limit(void **state)
{
	(void)state;
	open_world(world_open_narrow(60, LEASE_RUPEES));
	hostile_throw_at_all(&target, limit, sizeof limit / sizeof *limit, NULL);
	close_counter(2);
}

static void nothing_moves_after_a_power_cut(void **state)
{
	(void)state;
	if (geteuid() != 0 || access("/usr/bin/unshare", X_OK) != 0) {
		print_message("SKIP: another boot id needs root and unshare\n");
		skip();
	}
	open_world(world_open_enrolled(20));
	counter_close(target.pty);
	world_fault(world, "down");
	restart_machine();
	hostile_throw_at_all(&target, power_cut, sizeof power_cut / sizeof *power_cut, NULL);
	close_counter(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(nothing_moves_in_trouble, close_all),
	    cmocka_unit_test_teardown(nothing_moves_at_the_desk, close_all),
	    cmocka_unit_test_teardown(nothing_moves_at_the_limit, close_all),
	    cmocka_unit_test_teardown(nothing_moves_after_a_power_cut, close_all),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	print_message("%d places\n", places);
	return failed;
}
