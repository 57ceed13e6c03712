/* Bytes that are no key, thrown at every page beside selling for cash: UPI and its second screen, the count, the seal
 * and who closes, training. No page is left, the record holds what hands have put into it, and nothing raw comes back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/e2e/counter.h"
#include "tests/e2e/hostile.h"
#include "tests/e2e/world.h"

#define KIND       "sts_units"
#define SECOND_PIN "445566"
#define START_MS   90000
#define PIN_KEYS   HOSTILE_ENTER HOSTILE_BACKSPACE HOSTILE_DIGITS
#define FIELD_KEYS PIN_KEYS HOSTILE_ESC HOSTILE_TAB
#define CARD_KEYS  PIN_KEYS HOSTILE_ESC "+-/*."
#define LIST_KEYS  HOSTILE_ENTER HOSTILE_ESC
#define ANY_KEYS   LIST_KEYS HOSTILE_BACKSPACE HOSTILE_TAB

static struct world *world;
static struct hostile_target target;
static struct pty *counter; /* whose payer the second screen shows */
static char payment[40];
static int places, consumer;

static void stay(void)
{
}

static void go_home(void)
{
	hostile_type(target.pty, "{F3}");
	counter_expect(target.pty, "Find the consumer");
}

static void go_shift(void)
{
	hostile_type(target.pty, "{F7}");
	counter_expect(target.pty, "drawer is shown after");
}

/* ---- by UPI ---- */

static void tell_bank(const char *how)
{
	const char *const arguments[] = {SANDBOX_PROGRAM, "pay",   "--state", world->server,
					 "--payment",     payment, how,       NULL};
	struct world_run run = world_run(arguments);

	assert_int_equal(run.status, 0);
	world_run_free(&run);
}

static void go_upi_card(void)
{
	counter_find(target.pty, world_number(world, KIND, "", consumer++));
	hostile_type(target.pty, "500*");
}

static void go_qr(void)
{
	json_t *ledger, *payments;

	go_home();
	go_upi_card();
	hostile_type(target.pty, "{Enter}");
	counter_expect(target.pty, "Show QR");
	hostile_type(target.pty, "{Enter}");
	counter_expect(target.pty, "Waiting for the bank");
	ledger = world_ledger(world);
	payments = json_object_get(ledger, "payments");
	snprintf(
	    payment, sizeof payment, "%s",
	    json_string_value(json_object_get(json_array_get(payments, json_array_size(payments) - 1), "payment_id")));
	json_decref(ledger);
}

static void go_aside(void)
{
	hostile_type(target.pty, "{F3}");
	counter_expect(target.pty, "Find the consumer");
	hostile_type(target.pty, "{F4}");
}

static void go_back_to_qr(void)
{
	hostile_type(target.pty, "{Enter}");
}

static void go_failed(void)
{
	tell_bank("--fail");
}

static void go_cash_instead(void)
{
	go_qr();
	hostile_type(target.pty, "*");
}

static const struct hostile_place by_upi[] = {
    {"card, UPI chosen", go_upi_card, "UPI", CARD_KEYS, 0},
    {"upi", go_qr, "Waiting for the bank", HOSTILE_ENTER HOSTILE_ESC "*", HOSTILE_CLOCK},
    {"stuck, a payment set aside", go_aside, "waiting for the bank", FIELD_KEYS HOSTILE_TAB,
     HOSTILE_TEXT | HOSTILE_CLOCK},
    {"upi, brought back", go_back_to_qr, "Waiting for the bank", HOSTILE_ENTER HOSTILE_ESC "*", HOSTILE_CLOCK},
    {"upi, failed", go_failed, "The bank said no: no money", HOSTILE_ENTER HOSTILE_ESC "*", HOSTILE_CLOCK},
    {"confirm, cash instead of UPI", go_cash_instead, "count the money before Enter", CARD_KEYS, 0},
};

/* ---- the second screen: no byte is a key there ---- */

static void go_begin(void)
{
	counter = counter_open(world, &(struct counter_options){.lang = "en"});
	assert_true(pty_wait_gone(target.pty, "Please wait.", COUNTER_WAIT_MS));
}

static void go_asked(void)
{
	counter_sign_in(counter);
	counter_ask(counter, world_number(world, KIND, "", 1), "500");
}

static void go_payer_qr(void)
{
	counter_type(counter, "*");
	counter_expect(counter, "UPI");
	pty_settle(counter, HOSTILE_REST_MS, COUNTER_WAIT_MS);
	counter_type(counter, "{Enter}");
	counter_expect(counter, "Waiting for the bank");
}

static void go_digits(void)
{
	pty_settle(counter, HOSTILE_REST_MS, COUNTER_WAIT_MS);
	counter_type(counter, "*");
	counter_expect(counter, "count the money before Enter");
	pty_settle(counter, 400, COUNTER_WAIT_MS);
	counter_type(counter, "{Enter}");
	counter_expect(counter, "F6 Same person");
}

static const struct hostile_place second[] = {
    {"display, no counter", stay, "Please wait.", "", HOSTILE_ALONE | HOSTILE_ALL},
    {"display, nobody is served", go_begin, "Electricity recharge", "", HOSTILE_ALONE | HOSTILE_ALL},
    {"display, whose connection", go_asked, "Is this your connection?", "", HOSTILE_ALONE | HOSTILE_ALL},
    {"display, the QR", go_payer_qr, "Scan with your phone", "", HOSTILE_ALONE | HOSTILE_ALL | HOSTILE_CLOCK},
    {"display, the token", go_digits, "Key these 20 digits into the meter", "", HOSTILE_ALONE | HOSTILE_ALL},
};

/* ---- the end of the day ---- */

static void go_count(void)
{
	go_home();
	go_shift();
	hostile_type(target.pty, "{Enter}");
}

static void go_count_typed(void)
{
	hostile_type(target.pty, "5{Enter}1");
}

static void go_seal(void)
{
	hostile_type(target.pty, "{Enter}{Enter}{Enter}{Enter}{Enter}{Enter}");
}

static void go_recount(void)
{
	hostile_type(target.pty, "{F7}");
}

static void go_seal_again(void)
{
	hostile_type(target.pty, "5{Enter}{Enter}{Enter}{Enter}{Enter}{Enter}{Enter}");
}

static void go_close(void)
{
	hostile_type(target.pty, "{Enter}");
}

static void go_sealed(void)
{
	hostile_type(target.pty, "{Enter}");
	counter_expect(target.pty, "Sealed. You may go.");
}

static void go_next_clerk(void)
{
	hostile_type(target.pty, "{Down}" SECOND_PIN "{Enter}");
}

static void go_earlier(void)
{
	hostile_type(target.pty, "{F7}");
}

static void go_close_approved(void)
{
	hostile_type(target.pty, "{F8}");
}

static const struct hostile_place closing[] = {
    {"count", go_count, "Type how many.", FIELD_KEYS HOSTILE_TAB, 0},
    {"count, half done", go_count_typed, "Type how many.", FIELD_KEYS HOSTILE_TAB, 0},
    {"seal", go_seal, "is shown after the seal", HOSTILE_ENTER HOSTILE_ESC, 0},
    {"count, once more", go_recount, "Type how many.", FIELD_KEYS, 0},
    {"seal, of two counts", go_seal_again, "is shown after the seal", LIST_KEYS, 0},
    {"close_shift", go_close, "Should be", HOSTILE_ENTER HOSTILE_ESC, 0},
    {"signin, after the seal", go_sealed, COUNTER_CLERK, PIN_KEYS HOSTILE_ESC, 0},
    {"shift_open, one to be closed", go_next_clerk, "see F7", FIELD_KEYS, 0},
    {"shift, those that wait", go_earlier, "These shifts wait for a supervisor", HOSTILE_ENTER HOSTILE_ESC, 0},
    {"approve, a shift", go_close_approved, "Close shift 0611 of Rina Kumari.", FIELD_KEYS HOSTILE_TAB, 0},
};

/* ---- training ---- */

static void go_lesson(void)
{
	hostile_type(target.pty, "{Enter}");
	counter_expect(target.pty, "Practice 1 of 5");
}

static void go_lesson_help(void)
{
	hostile_type(target.pty, "{F1}");
}

static const struct hostile_place training[] = {
    {"practice", stay, "0 of 5 done", LIST_KEYS, HOSTILE_ALL},
    {"home, in a lesson", go_lesson, "Practice 1 of 5", ANY_KEYS HOSTILE_DIGITS, HOSTILE_TEXT},
    {"home, its help in a lesson", go_lesson_help, "Esc closes this help", ANY_KEYS, HOSTILE_TEXT | HOSTILE_ALONE},
};

/* ---- terminals that name their keys in another way: F1 is none of theirs here ---- */

static void go_card(void)
{
	counter_find(target.pty, world_number(world, KIND, "", 1));
}

static const struct hostile_place by_terminal[] = {
    {"home, by terminal", stay, "Find the consumer", FIELD_KEYS, HOSTILE_TEXT | HOSTILE_ALONE},
    {"card, by terminal", go_card, "Pay by", CARD_KEYS, HOSTILE_ALONE},
};

/* ---- */

static int close_all(void **state)
{
	(void)state;
	places += target.places;
	pty_close(target.pty);
	pty_close(counter);
	counter = NULL;
	world_close(world);
	world = NULL;
	target = (struct hostile_target){0};
	return 0;
}

static void open_counter(void)
{
	world = world_open_enrolled(20);
	target = (struct hostile_target){.world = world, .state = world->terminal};
	target.pty = counter_open(world, &(struct counter_options){.lang = "en"});
	counter_sign_in(target.pty);
}

static void close_counter(int64_t sold)
{
	counter_close(target.pty);
	target.pty = NULL;
	assert_int_equal(world_journal_sales(world), sold);
}

static void nothing_pays_by_upi(void **state)
{
	(void)state;
	open_counter();
	hostile_throw_at_all(&target, by_upi, sizeof by_upi / sizeof *by_upi, NULL);
	go_home();
	close_counter(2); /* which the bank was asked for */
}

static void nothing_moves_the_second_screen(void **state)
{
	const char *arguments[] = {BATTI_PROGRAM, "--display", "--state", NULL, NULL};

	(void)state;
	world = world_open_enrolled(60);
	arguments[3] = world->terminal;
	target = (struct hostile_target){.world = world, .state = world->terminal};
	target.pty = pty_open(&(struct pty_options){.argv = arguments});
	assert_non_null(target.pty);
	hostile_throw_at_all(&target, second, sizeof second / sizeof *second, NULL);
	counter_close(target.pty);
	target.pty = counter;
	counter = NULL;
	close_counter(2);
}

static void nothing_ends_the_day(void **state)
{
	(void)state;
	open_counter();
	hostile_throw_at_all(&target, closing, sizeof closing / sizeof *closing, NULL);
	close_counter(0);
}

static void nothing_moves_in_training(void **state)
{
	char folder[WORLD_PATH_CAP], terminal[WORLD_PATH_CAP];
	const char *arguments[] = {BATTI_PROGRAM, "--training", "--state", folder, "--lang", "en", NULL};

	(void)state;
	world = world_open(1);
	world_fill(world, "%D/office", folder);
	world_fill(world, "%D/office/terminal", terminal);
	target = (struct hostile_target){.world = world, .state = terminal};
	target.pty = pty_open(&(struct pty_options){.argv = arguments});
	assert_non_null(target.pty);
	assert_true(pty_wait(target.pty, "0 of 5 done", START_MS));
	hostile_throw_at_all(&target, training, sizeof training / sizeof *training, NULL);
	counter_close(target.pty);
	target.pty = NULL;
}

static void nothing_moves_at_other_terminals(void **state)
{
	static const char *const terms[] = {"linux", "vt220", "xterm"};

	(void)state;
	world = world_open_enrolled(20);
	target = (struct hostile_target){.world = world, .state = world->terminal};
	for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
		target.pty = counter_open(world, &(struct counter_options){.lang = "en", .term = terms[i]});
		counter_sign_in(target.pty);
		hostile_throw_at_all(&target, by_terminal, sizeof by_terminal / sizeof *by_terminal, NULL);
		close_counter(0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(nothing_pays_by_upi, close_all),
	    cmocka_unit_test_teardown(nothing_moves_the_second_screen, close_all),
	    cmocka_unit_test_teardown(nothing_ends_the_day, close_all),
	    cmocka_unit_test_teardown(nothing_moves_at_other_terminals, close_all),
	    cmocka_unit_test_teardown(nothing_moves_in_training, close_all),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	print_message("%d places\n", places);
	return failed;
}
