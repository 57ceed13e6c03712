/* A docket at another counter: paid at one terminal while the server is away and the keys are locked, the token taken
 * at a second one, and the meter takes it once, whoever comes first and whatever is lost on the way. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/e2e/counter.h"
#include "tests/e2e/world.h"

#define KIND         "sts_units"
#define TEXT_CAP     300
#define PROOF_LEN    217
#define SLIP_COLUMNS 48

struct docket {
	char sale_id[37], number[40], text[TEXT_CAP];
	const char *connection;
};

static struct world *world;
static char two[WORLD_PATH_CAP];

static void run_at(const char *state, const char *line, int status, char *out, size_t cap)
{
	char whole[WORLD_PATH_CAP + 400];
	struct world_run run;

	snprintf(whole, sizeof whole, "%s --state %s", line, state);
	run = world_batti(world, whole);
	if (run.status != status)
		fprintf(stderr, "%s: %d\n%s\n%s\n", whole, run.status, run.out, run.err);
	assert_int_equal(run.status, status);
	if (out)
		snprintf(out, cap, "%s", run.out);
	world_run_free(&run);
}

static int try_at(const char *state, const char *line)
{
	char whole[WORLD_PATH_CAP + 400];
	struct world_run run;
	int status;

	snprintf(whole, sizeof whole, "%s --state %s", line, state);
	run = world_batti(world, whole);
	status = run.status;
	world_run_free(&run);
	return status;
}

static int open_world(void **state)
{
	world = world_open_enrolled(20);
	*state = world;
	world_fill(world, "%D/two", two);
	world_enrol(world, two);
	run_at(two, "sync --json", 0, NULL, 0);
	return 0;
}

static int close_world(void **state)
{
	world_close(*state);
	return 0;
}

static void text_of(const char *json, const char *key, char *out, size_t cap)
{
	json_t *o = json_loads(json, 0, NULL);
	const char *text = json_string_value(json_object_get(o, key));

	snprintf(out, cap, "%s", text ? text : "");
	json_decref(o);
}

/* The text of the QR, from the slip in plain text: broken into lines of 48, blanks at their ends left out. */
static void read_proof(struct docket *docket)
{
	char line[200], out[20000];
	const char *at;
	size_t len = 0;

	snprintf(line, sizeof line, "receipt render --sale %s --as text --width 576 --lang en", docket->sale_id);
	run_at(world->terminal, line, 0, out, sizeof out);
	at = strstr(out, "RC1:");
	assert_non_null(at);
	memset(docket->text, ' ', PROOF_LEN);
	for (; len < PROOF_LEN; len += SLIP_COLUMNS, at += strcspn(at, "\n") + 1) {
		size_t part = strcspn(at, "\n"), room = PROOF_LEN - len;

		memcpy(docket->text + len, at, part < room ? part : room);
	}
	docket->text[PROOF_LEN] = '\0';
}

/* Nobody can open the keys and the server is away: the money is taken for a docket. */
static struct docket pay_for_docket(int nth, int rupees)
{
	struct docket docket = {.connection = world_number(world, KIND, "", nth)};
	char line[200], out[2000], receipt[32];

	world_fault(world, "down");
	snprintf(line, sizeof line, "sell --connection %s --amount %d --json", docket.connection, rupees);
	run_at(world->terminal, line, 5, out, sizeof out);
	world_fault(world, "none");
	text_of(out, "sale_id", docket.sale_id, sizeof docket.sale_id);
	text_of(out, "receipt", receipt, sizeof receipt);
	snprintf(docket.number, sizeof docket.number, "D-%s", receipt);
	read_proof(&docket);
	return docket;
}

/* `batti docket -` at @p state with @p text on standard input. */
static int take_text(const char *state, const char *text, char *out, size_t cap)
{
	char file[WORLD_PATH_CAP], command[2 * WORLD_PATH_CAP + 200];
	const char *arguments[] = {"/bin/sh", "-c", command, NULL};
	struct world_run run;
	FILE *kept;
	int status;

	world_fill(world, "%D/scan", file);
	kept = fopen(file, "w");
	assert_non_null(kept);
	fprintf(kept, "%s\n", text);
	fclose(kept);
	snprintf(command, sizeof command, BATTI_PROGRAM " docket - --json --state %s < %s", state, file);
	run = world_run(arguments);
	status = run.status;
	snprintf(out, cap, "%s", run.out);
	world_run_free(&run);
	return status;
}

static void take_token(const struct docket *docket, char token[WORLD_TOKEN_CAP])
{
	char out[2000];

	assert_int_equal(take_text(two, docket->text, out, sizeof out), 0);
	text_of(out, "token", token, WORLD_TOKEN_CAP);
	assert_int_equal(strlen(token), 20);
	text_of(out, "state", out, sizeof out);
	assert_string_equal(out, "DELIVERED");
}

static void expect_once(const struct docket *docket, const char *token)
{
	const char *meter = world_meter(world, docket->connection);

	assert_string_equal(world_meter_enter(world, meter, token), "accepted");
	assert_string_equal(world_meter_enter(world, meter, token), "used");
}

/* Both send everything: the sale stands in the ledger once, with these digits, and nobody objects to anything. */
static void expect_settled(const struct docket *docket, const char *token)
{
	char held[WORLD_TOKEN_CAP], out[4000];
	json_t *ledger, *one;
	size_t i;

	assert_int_equal(world_sync(world), 0);
	run_at(two, "sync --json", 0, out, sizeof out);
	assert_true(world_ledger_token(world, docket->sale_id, held));
	assert_string_equal(held, token);
	ledger = world_ledger(world);
	json_array_foreach(json_object_get(ledger, "entries"), i, one)
	    assert_true(json_is_null(json_object_get(one, "exception")));
	json_decref(ledger);
	world_check_journal(world);
	run_at(two, "journal verify --json", 0, NULL, 0);
}

/* The owner's machine is off: the paper alone is enough. */
static void test_from_paper(void **state)
{
	struct docket docket = pay_for_docket(0, 500);
	char token[WORLD_TOKEN_CAP], again[WORLD_TOKEN_CAP], out[2000];

	(void)state;
	take_token(&docket, token);
	take_token(&docket, again);
	assert_string_equal(again, token);
	/* By its number too, now that the head-end has it. */
	run_at(two, "docket --json --operator rina", 2, NULL, 0);
	snprintf(out, sizeof out, "docket %s --json", docket.number);
	run_at(two, out, 0, out, sizeof out);
	text_of(out, "token", again, sizeof again);
	assert_string_equal(again, token);
	expect_once(&docket, token);
	/* The owner comes back: the very same sale, acknowledged. */
	expect_settled(&docket, token);
	snprintf(out, sizeof out, "docket %s --json", docket.number);
	run_at(world->terminal, out, 0, out, sizeof out);
	text_of(out, "token", again, sizeof again);
	assert_string_equal(again, token);
}

/* The money is the owner's: nothing of it is counted where the token was given. */
static void test_counts_nothing(void **state)
{
	struct docket docket = pay_for_docket(0, 500);
	char token[WORLD_TOKEN_CAP], out[4000];

	(void)state;
	take_token(&docket, token);
	run_at(two, "lease show --json", 0, out, sizeof out);
	assert_null(strstr(out, "50000"));
	run_at(two, "journal export", 0, out, sizeof out);
	expect_settled(&docket, token);
}

/* Known only by its number: when the owner has sent its record, and not before. */
static void test_by_number(void **state)
{
	struct docket docket = pay_for_docket(1, 300);
	char line[100], out[2000], token[WORLD_TOKEN_CAP];

	(void)state;
	snprintf(line, sizeof line, "docket %s --json", docket.number);
	run_at(two, line, 1, NULL, 0);
	assert_int_equal(world_sync(world), 0);
	run_at(two, line, 0, out, sizeof out);
	text_of(out, "token", token, sizeof token);
	expect_once(&docket, token);
	expect_settled(&docket, token);
}

/* The owner finishes first, by itself; the second counter gives the same digits. */
static void test_owner_first(void **state)
{
	struct docket docket = pay_for_docket(2, 400);
	char line[200], out[2000], own[WORLD_TOKEN_CAP], token[WORLD_TOKEN_CAP];

	(void)state;
	snprintf(line, sizeof line, "docket %s --json", docket.number);
	run_at(world->terminal, line, 0, out, sizeof out);
	text_of(out, "token", own, sizeof own);
	take_token(&docket, token);
	assert_string_equal(token, own);
	expect_once(&docket, token);
	expect_settled(&docket, token);
}

/* The owner makes the token by itself, offline with its keys open, while the second counter has it from the server. */
static void test_both_at_once(void **state)
{
	struct docket docket = pay_for_docket(3, 200);
	char line[WORLD_PATH_CAP + 200], out[2000], own[WORLD_TOKEN_CAP], token[WORLD_TOKEN_CAP];

	(void)state;
	take_token(&docket, token);
	world_fault(world, "down");
	snprintf(line, sizeof line, "docket %s --json --offline --passphrase-file %%P", docket.number);
	run_at(world->terminal, line, 0, out, sizeof out);
	text_of(out, "token", own, sizeof own);
	assert_string_equal(own, token);
	world_fault(world, "none");
	expect_once(&docket, token);
	expect_settled(&docket, token);
}

/* Committed, and the answer lost: unknown here, the same digits when asked again. */
static void test_lost_answer(void **state)
{
	struct docket docket = pay_for_docket(4, 500);
	char out[2000], held[WORLD_TOKEN_CAP], token[WORLD_TOKEN_CAP];

	(void)state;
	world_fault(world, "drop-reply");
	assert_int_equal(take_text(two, docket.text, out, sizeof out), 3);
	assert_null(strstr(out, "\"token\":\""));
	world_fault(world, "none");
	assert_true(world_ledger_token(world, docket.sale_id, held));
	take_token(&docket, token);
	assert_string_equal(token, held);
	expect_once(&docket, token);
	expect_settled(&docket, token);
}

/* Without the server nobody but the owner gives anything. */
static void test_offline(void **state)
{
	struct docket docket = pay_for_docket(5, 500);
	char out[2000], token[WORLD_TOKEN_CAP], line[100];

	(void)state;
	world_fault(world, "down");
	assert_true(take_text(two, docket.text, out, sizeof out) != 0);
	assert_null(strstr(out, "\"token\":\""));
	snprintf(line, sizeof line, "docket %s --json --offline", docket.number);
	run_at(two, line, 1, out, sizeof out);
	text_of(out, "state", out, sizeof out);
	assert_string_equal(out, "NEEDS_SERVER");
	world_fault(world, "none");
	take_token(&docket, token);
	expect_once(&docket, token);
	/* Given here before: shown again without the server. */
	world_fault(world, "down");
	take_token(&docket, token);
	world_fault(world, "none");
	expect_settled(&docket, token);
}

static void test_bad_text(void **state)
{
	struct docket docket = pay_for_docket(6, 500);
	char out[2000], bent[TEXT_CAP], line[100];
	int refused = 0;

	(void)state;
	assert_int_equal(take_text(two, "RC1:GARBAGE", out, sizeof out), 2);
	assert_int_equal(take_text(two, "", out, sizeof out), 2);
	assert_int_equal(take_text(two, "hello", out, sizeof out), 2);
	run_at(two, "docket D-0142-0611-001-1 --json", 2, NULL, 0);
	/* Another amount under the owner's signature: the head-end refuses, and nothing is committed. */
	snprintf(bent, sizeof bent, "%s", docket.text);
	bent[4 + 42] = bent[4 + 42] == '0' ? '1' : '0';
	assert_true(take_text(two, bent, out, sizeof out) != 0);
	assert_null(strstr(out, "\"token\":\""));
	assert_false(world_ledger_token(world, docket.sale_id, out));
	/* A number of a counter that nobody has, with the digit that Luhn's rule gives it. */
	snprintf(line, sizeof line, "docket D-9999-0001-001-%s --json", "0");
	for (char digit = '0'; digit <= '9'; digit++) {
		line[strlen("docket D-9999-0001-001-")] = digit;
		refused += try_at(two, line) == 1;
	}
	assert_int_equal(refused, 1);
}

/* On the screen of the second counter: scanned at home, one sentence, Enter, the token; and again by its number. */
static void test_on_the_screen(void **state)
{
	struct docket docket = pay_for_docket(7, 500);
	char keys[TEXT_CAP + 16], token[WORLD_TOKEN_CAP], again[WORLD_TOKEN_CAP], owner[WORLD_PATH_CAP];
	struct pty *counter;

	(void)state;
	snprintf(owner, sizeof owner, "%s", world->terminal);
	snprintf(world->terminal, sizeof world->terminal, "%s", two);
	counter = counter_open(world, &(struct counter_options){.rows = 24});
	counter_sign_in(counter);
	snprintf(keys, sizeof keys, "%s{Enter}", docket.text);
	counter_type(counter, keys);
	counter_expect(counter, "Paid at counter 0142");
	counter_expect(counter, "Get the token now");
	counter_type(counter, "{F2}");
	counter_expect(counter, "टोकन अभी नहीं दिया गया");
	counter_type(counter, "{F2}{Enter}");
	counter_expect_token(counter, token);
	counter_type(counter, "{F3}");
	counter_expect(counter, "Find the consumer");
	for (const char *at = docket.number; *at; at++)
		counter_type(counter, (const char[]){*at, '\0'});
	counter_type(counter, "{Enter}");
	counter_expect_token(counter, again);
	assert_string_equal(again, token);
	counter_close(counter);
	snprintf(world->terminal, sizeof world->terminal, "%s", owner);
	expect_once(&docket, token);
	expect_settled(&docket, token);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_from_paper, open_world, close_world),
	    cmocka_unit_test_setup_teardown(test_counts_nothing, open_world, close_world),
	    cmocka_unit_test_setup_teardown(test_by_number, open_world, close_world),
	    cmocka_unit_test_setup_teardown(test_owner_first, open_world, close_world),
	    cmocka_unit_test_setup_teardown(test_both_at_once, open_world, close_world),
	    cmocka_unit_test_setup_teardown(test_lost_answer, open_world, close_world),
	    cmocka_unit_test_setup_teardown(test_offline, open_world, close_world),
	    cmocka_unit_test_setup_teardown(test_on_the_screen, open_world, close_world),
	    cmocka_unit_test_setup_teardown(test_bad_text, open_world, close_world),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
