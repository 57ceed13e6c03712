/* Bytes that are no key, thrown at every page from signing in to the deposit: selling for cash, what is known of
 * people, what a supervisor approves. No page is left, the record holds what this test has sold, and nothing raw comes
 * back. */
#include <setjmp.h>
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
#define RAMESH         "100244781560"
#define PIN_KEYS       HOSTILE_ENTER HOSTILE_BACKSPACE HOSTILE_DIGITS
#define FIELD_KEYS     PIN_KEYS HOSTILE_ESC

static struct world *world;
static struct hostile_target target;
static int64_t sold; /* by go_token, go_credit and, without money yet, go_qr, and nobody else */
static int consumer; /* a new one for each sale */

static int open_world(void **state)
{
	(void)state;
	world = world_open_enrolled(60);
	target = (struct hostile_target){.world = world, .state = world->terminal};
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	print_message("%d places\n", target.places);
	world_close(world);
	return 0;
}

static void expect_gone(const char *text)
{
	if (!pty_wait_gone(target.pty, text, COUNTER_WAIT_MS))
		fail_msg("\"%s\" does not go:\n%s", text, pty_screen(target.pty));
}

static const char *next_consumer(void)
{
	return world_number(world, KIND, "", consumer++ % 20);
}

/* ---- signing in ---- */

static void stay(void)
{
}

static void go_half_pin(void)
{
	hostile_type(target.pty, "11");
}

static void go_wrong_pin(void)
{
	hostile_type(target.pty, "{Del}000000{Enter}");
	counter_expect(target.pty, "Wrong PIN.");
}

static void go_help(void)
{
	hostile_type(target.pty, "{F1}");
}

static void go_system_unsigned(void)
{
	hostile_type(target.pty, "{Esc}");
	expect_gone("Esc closes this help");
	hostile_type(target.pty, "{F12}");
}

static void go_shift_open(void)
{
	hostile_type(target.pty, "{Esc}");
	expect_gone("Second copy");
	hostile_type(target.pty, "{Del}" COUNTER_PIN "{Enter}");
}

static void go_half_float(void)
{
	hostile_type(target.pty, "99");
}

static const struct hostile_place start[] = {
    {"signin", stay, COUNTER_CLERK, PIN_KEYS HOSTILE_ESC, 0},
    {"signin, half a PIN", go_half_pin, COUNTER_CLERK, PIN_KEYS HOSTILE_ESC, 0},
    {"signin, a wrong PIN", go_wrong_pin, COUNTER_CLERK, PIN_KEYS HOSTILE_ESC, 0},
    {"signin, its help", go_help, "Esc closes this help", HOSTILE_ENTER HOSTILE_ESC HOSTILE_BACKSPACE HOSTILE_TAB,
     HOSTILE_TEXT | HOSTILE_ALONE},
    {"system, nobody signed in", go_system_unsigned, "Second copy", HOSTILE_ENTER HOSTILE_ESC, HOSTILE_CLOCK},
    {"shift_open", go_shift_open, "Float in drawer", FIELD_KEYS, 0},
    {"shift_open, half a float", go_half_float, "Float in drawer", FIELD_KEYS, 0},
};

/* ---- selling ---- */

/* From any page of a clerk who is signed in. */
static void go_home(void)
{
	int rows, columns;

	pty_size(target.pty, &rows, &columns);
	if (rows != 24)
		pty_resize(target.pty, 24, 80);
	if (pty_shows(target.pty, "Locked by Rina")) {
		hostile_type(target.pty, "{Del}" COUNTER_PIN "{Enter}");
		expect_gone("Locked by Rina");
	}
	if (pty_shows(target.pty, "उपभोक्ता खोजें")) {
		hostile_type(target.pty, "{F2}");
		expect_gone("उपभोक्ता खोजें");
	}
	hostile_type(target.pty, "{F3}");
	counter_expect(target.pty, "Find the consumer");
	hostile_type(target.pty, "{F3}");
	counter_expect(target.pty, "Number, meter, mobile, name or docket.");
	pty_settle(target.pty, HOSTILE_REST_MS, COUNTER_WAIT_MS);
}

static void go_list(void)
{
	hostile_type_by_hand(target.pty, "ramesh");
}

static void go_nobody(void)
{
	hostile_type_by_hand(target.pty, "zzq");
}

static void go_hindi(void)
{
	hostile_type(target.pty, "{F2}");
}

static void find(const char *note, int nth)
{
	counter_find(target.pty, world_number(world, KIND, note, nth));
}

static void go_card(void)
{
	find("", 1);
}

static void go_amount(void)
{
	go_card();
	hostile_type(target.pty, "500");
}

static void go_blocked(void)
{
	find("blocked", 0);
}

static void go_wide(void)
{
	pty_resize(target.pty, 43, 132);
	go_card();
}

static void go_small(void)
{
	go_amount();
	pty_resize(target.pty, 10, 60);
}

static void go_card_help(void)
{
	go_card();
	hostile_type(target.pty, "{F1}");
}

/* Somebody who owes more than is paid towards the dues. */
static const char *find_debtor(const char *wanted)
{
	const json_t *row;
	size_t index;

	json_array_foreach(world->list, index, row)
	{
		const char *note = json_string_value(json_object_get(row, "note"));
		const char *kind = json_string_value(json_object_get(row, "kind"));

		if (note && !*note && kind && strcmp(kind, wanted) == 0 &&
		    json_integer_value(json_object_get(row, "dues_paise")) > 100000)
			return json_string_value(json_object_get(row, "number"));
	}
	fail_msg("nobody owes anything");
	return NULL;
}

static void go_split(void)
{
	counter_find(target.pty, find_debtor(KIND));
	hostile_type(target.pty, "1000//{Enter}");
}

static void go_confirm(void)
{
	counter_ask(target.pty, next_consumer(), "500");
}

static void go_change(void)
{
	go_confirm();
	hostile_type(target.pty, "1000");
}

static void go_short(void)
{
	go_confirm();
	hostile_type(target.pty, "400");
}

static void go_token(void)
{
	char token[WORLD_TOKEN_CAP];

	counter_sell(target.pty, next_consumer(), "500", token);
	counter_expect(target.pty, "Receipt printed.");
	sold++;
}

static void go_key_due(void)
{
	find("key_due", 0);
}

static void go_key_change(void)
{
	go_key_due();
	hostile_type(target.pty, "500{Enter}");
	counter_expect(target.pty, "count the money before Enter");
	pty_settle(target.pty, 400, COUNTER_WAIT_MS);
	hostile_type(target.pty, "{Enter}");
	counter_expect(target.pty, "First key in these");
	counter_expect(target.pty, "Receipt printed.");
	sold++;
}

static void go_why(void)
{
	go_token();
	hostile_type(target.pty, "{F5}");
	counter_expect(target.pty, "Why once more?");
}

static void go_token_help(void)
{
	go_token();
	hostile_type(target.pty, "{F1}");
}

static void go_credit(void)
{
	counter_ask(target.pty, find_debtor("dues"), "500");
	hostile_type(target.pty, "{Enter}");
	counter_expect(target.pty, "Receipt printed.");
	sold++;
}

static void go_history(void)
{
	go_card();
	hostile_type(target.pty, "{F6}");
}

/* Recharges of this one, other connections of the person, a notice. */
static void go_connections(void)
{
	counter_find(target.pty, RAMESH);
	hostile_type(target.pty, "{F6}");
}

static void go_stuck(void)
{
	hostile_type(target.pty, "{F4}");
}

static void go_stuck_typed(void)
{
	go_stuck();
	counter_expect(target.pty, "Stuck recharges");
	hostile_type_by_hand(target.pty, "4326");
}

static void go_system(void)
{
	hostile_type(target.pty, "{F12}");
}

static void go_drawer(void)
{
	go_system();
	counter_expect(target.pty, "F7 Open drawer");
	hostile_type(target.pty, "{F7}");
}

static void go_half_approved(void)
{
	go_drawer();
	counter_expect(target.pty, "Supervisor needed");
	hostile_type(target.pty, "77");
}

static void go_approve_reason(void)
{
	go_drawer();
	counter_expect(target.pty, "Supervisor needed");
	hostile_type(target.pty, SUPERVISOR_PIN "{Enter}");
}

static void go_extend(void)
{
	go_system();
	counter_expect(target.pty, "Second copy");
	hostile_type(target.pty, "{F8}");
}

static void go_half_code(void)
{
	go_extend();
	counter_expect(target.pty, "Read this out");
	hostile_type_by_hand(target.pty, "123");
}

static void go_shift(void)
{
	hostile_type(target.pty, "{F7}");
	counter_expect(target.pty, "drawer is shown after");
}

static void go_shift_cash(void)
{
	go_shift();
	hostile_type(target.pty, "{F8}");
}

static void go_deposit(void)
{
	go_shift();
	hostile_type(target.pty, "{F7}");
}

static void go_deposit_slip(void)
{
	go_deposit();
	counter_expect(target.pty, "Slip number");
	hostile_type(target.pty, "500{Enter}44");
}

static void go_deposit_sure(void)
{
	go_deposit_slip();
	hostile_type(target.pty, "71{Enter}");
}

static void go_lock(void)
{
	hostile_type(target.pty, "{F9}");
}

static void go_lock_typed(void)
{
	hostile_type(target.pty, "{F9}");
	counter_expect(target.pty, "Locked by Rina");
	hostile_type(target.pty, "99");
}

#define HELP_KEYS HOSTILE_ENTER HOSTILE_ESC HOSTILE_BACKSPACE HOSTILE_TAB
#define CARD_KEYS FIELD_KEYS "+-/*."

static const struct hostile_place selling[] = {
    {"home", go_home, "Find the consumer", FIELD_KEYS, HOSTILE_TEXT | HOSTILE_ALL},
    {"home, people found", go_list, "Ask the name", FIELD_KEYS, HOSTILE_TEXT | HOSTILE_ALL},
    {"home, nobody found", go_nobody, "Nobody found", FIELD_KEYS, HOSTILE_TEXT},
    {"home in Hindi", go_hindi, "उपभोक्ता खोजें", FIELD_KEYS, HOSTILE_TEXT | HOSTILE_ALONE},
    {"home, its help", go_help, "Esc closes this help", HELP_KEYS, HOSTILE_TEXT | HOSTILE_ALONE},
    {"card", go_card, "Pay by", CARD_KEYS, HOSTILE_ALL},
    {"card, an amount typed", go_amount, "Pay by", CARD_KEYS, 0},
    {"card of somebody blocked", go_blocked, "Blocked by the office.", CARD_KEYS, 0},
    {"card, wide", go_wide, "Pay by", CARD_KEYS, 0},
    {"card, its help", go_card_help, "Esc closes this help", HELP_KEYS, HOSTILE_TEXT | HOSTILE_ALONE},
    {"card, window too small", go_small, "window is too small", CARD_KEYS, HOSTILE_ALONE},
    {"split", go_split, "is divided like this", CARD_KEYS, HOSTILE_ALL},
    {"confirm", go_confirm, "count the money before Enter", CARD_KEYS, 0},
    {"confirm, change", go_change, "1,000 given, 500 to pay", CARD_KEYS, 0},
    {"confirm, too little", go_short, "Short", CARD_KEYS, 0},
    {"token", go_token, "F6 Same person", HOSTILE_ENTER, HOSTILE_TEXT | HOSTILE_ALL},
    {"card, a new key is due", go_key_due, "Pay by", CARD_KEYS, 0},
    {"token, behind a key change", go_key_change, "First key in these", HOSTILE_ENTER, HOSTILE_TEXT},
    {"token, why once more", go_why, "F6 Same person", HOSTILE_ENTER HOSTILE_ESC, HOSTILE_TEXT | HOSTILE_ALONE},
    {"token, its help", go_token_help, "Esc closes this help", HELP_KEYS, HOSTILE_TEXT | HOSTILE_ALONE},
    {"credit", go_credit, "Same person", HOSTILE_ENTER, HOSTILE_TEXT | HOSTILE_ALL},
    {"history", go_history, "Last recharges", HOSTILE_ENTER HOSTILE_ESC, HOSTILE_ALL},
    {"history, other connections", go_connections, "Other connections of this person", HOSTILE_ENTER HOSTILE_ESC, 0},
    {"stuck, empty", go_stuck, "Stuck recharges", FIELD_KEYS HOSTILE_TAB, HOSTILE_TEXT | HOSTILE_ALL},
    {"stuck, a reference half typed", go_stuck_typed, "4326", FIELD_KEYS HOSTILE_TAB, HOSTILE_TEXT},
    {"system", go_system, "Second copy", HOSTILE_ENTER HOSTILE_ESC, HOSTILE_CLOCK | HOSTILE_ALL},
    {"approve, the drawer", go_drawer, "Open the drawer without a sale.", FIELD_KEYS HOSTILE_TAB, 0},
    {"approve, half a PIN", go_half_approved, "Open the drawer without a sale.", FIELD_KEYS HOSTILE_TAB, 0},
    {"approve, the reason", go_approve_reason, "Open the drawer without a sale.", FIELD_KEYS HOSTILE_TAB, 0},
    {"extend", go_extend, "Read this out", FIELD_KEYS, HOSTILE_CLOCK},
    {"extend, half a code", go_half_code, "123", FIELD_KEYS, HOSTILE_CLOCK},
    {"shift", go_shift, "drawer is shown after", HOSTILE_ENTER HOSTILE_ESC, HOSTILE_ALL},
    {"approve, the cash of a report", go_shift_cash, "with its cash.", FIELD_KEYS HOSTILE_TAB, 0},
    {"deposit", go_deposit, "Slip number", FIELD_KEYS HOSTILE_TAB, HOSTILE_TEXT},
    {"deposit, half a slip number", go_deposit_slip, "Slip number", FIELD_KEYS HOSTILE_TAB, HOSTILE_TEXT},
    {"deposit, asked once more", go_deposit_sure, "out of the drawer, slip", FIELD_KEYS HOSTILE_TAB, HOSTILE_TEXT},
    {"lock", go_lock, "Locked by Rina", PIN_KEYS HOSTILE_ESC, HOSTILE_ALL},
    {"lock, half a PIN", go_lock_typed, "Locked by Rina", PIN_KEYS HOSTILE_ESC, 0},
};

/* ---- */

static void open_counter(void)
{
	char path[WORLD_PATH_CAP];

	counter_print_letters(world, "", path);
	target.pty = counter_open(world, &(struct counter_options){.lang = "en", .config = path});
}

static int end_counter(void **state)
{
	(void)state;
	pty_close(target.pty);
	target.pty = NULL;
	return 0;
}

/* The record, which one program at a time may open, holds what this test has sold and nothing else. */
static void close_counter(void)
{
	counter_close(target.pty);
	target.pty = NULL;
	assert_int_equal(world_journal_sales(world), sold);
}

static void nothing_begins_the_day(void **state)
{
	(void)state;
	open_counter();
	hostile_throw_at_all(&target, start, sizeof start / sizeof *start, NULL);
	close_counter();
}

static void nothing_sells(void **state)
{
	(void)state;
	open_counter();
	counter_sign_in(target.pty);
	hostile_throw_at_all(&target, selling, sizeof selling / sizeof *selling, go_home);
	go_home();
	close_counter();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(nothing_begins_the_day, end_counter),
	    cmocka_unit_test_teardown(nothing_sells, end_counter),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
