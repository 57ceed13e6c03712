/* How the counter behaves under the hand: scans, typing ahead, double Enter, locks, languages.
 *
 * rooms: ui/screen ui/widget core/base core/money core/qr core/directory core/tender
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/fake_shop.h"
#include "ui/screen/stage.h"

#define HAND_MS    200 /* between keys of a hand */
#define SCANNER_MS 8

static struct fake_shop fake;
static struct bt_ui_stage *stage;
static struct bt_ui_canvas canvas;
static int64_t boot_ms;

static bool send(enum bt_ui_key key, uint32_t ch, bool fresh, int64_t gap_ms)
{
	boot_ms += gap_ms;
	return bt_ui_stage_press(stage, &(struct bt_ui_press){.key = key, .ch = ch, .at_ms = boot_ms, .fresh = fresh});
}

static void tick(int64_t ms)
{
	boot_ms += ms;
	bt_ui_stage_tick(stage, boot_ms);
}

static void draw(void)
{
	tick(1);
	bt_ui_stage_draw(stage, 24, 80, &canvas);
}

static bool press(enum bt_ui_key key)
{
	draw();
	return send(key, 0, true, HAND_MS);
}

/* A key that was typed before the screen in front was drawn. */
static void press_stale(enum bt_ui_key key)
{
	(void)send(key, 0, false, HAND_MS);
}

static int type(const char *text)
{
	int bells = 0;
	for (; *text; text++) {
		draw();
		bells +=
		    send(*text == '\n' ? BT_KEY_ENTER : BT_KEY_CHAR, (uint32_t)(unsigned char)*text, true, HAND_MS);
	}
	return bells;
}

static bool scan(const char *text)
{
	for (int gap = HAND_MS; *text; text++, gap = SCANNER_MS) {
		draw();
		(void)send(BT_KEY_CHAR, (uint32_t)(unsigned char)*text, true, gap);
	}
	return send(BT_KEY_ENTER, 0, true, SCANNER_MS);
}

static bool shows(const char *text)
{
	char row[4096];
	draw();
	for (int i = 0; i < canvas.rows; i++) {
		bt_ui_row_text(&canvas, i, row, sizeof(row));
		if (strstr(row, text)) {
			return true;
		}
	}
	return false;
}

#define assert_screen(wanted) assert_string_equal(bt_ui_stage_screen_id(stage), wanted)

static void open_stage(bool signed_in)
{
	fake_open(&fake, NULL);
	boot_ms = 1000;
	struct bt_ui_stage_options options = {.signed_in = signed_in, .idle_lock_ms = 180000};
	assert_int_equal(bt_ui_stage_open(&fake.shop, &options, boot_ms, &stage), BT_OK);
}

static int setup(void **state)
{
	(void)state;
	open_stage(true);
	(void)bt_text_copy(bt_ui_stage_desk(stage)->operator_id, 24, "rina");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	bt_ui_stage_close(stage);
	stage = NULL;
	return 0;
}

/* Check 5 of the design. */
static void test_cash_sale_after_a_scan_takes_four_keys(void **state)
{
	(void)state;
	(void)scan("100244781560");
	assert_screen("card");
	assert_int_equal(type("++\n\n"), 0);
	assert_int_equal(fake.pays, 1);
	assert_int_equal(fake.paid.amount, 50000);
	assert_int_equal(fake.paid.given, 50000);
	assert_screen("token");
}

static void test_enter_typed_before_confirm_was_drawn_does_not_count(void **state)
{
	(void)state;
	(void)scan("100244781560");
	type("500");
	(void)send(BT_KEY_ENTER, 0, true, HAND_MS);
	(void)send(BT_KEY_CHAR, '1', true, HAND_MS);
	(void)send(BT_KEY_CHAR, '0', true, HAND_MS);
	(void)send(BT_KEY_ENTER, 0, true, HAND_MS);
	assert_int_equal(fake.pays, 0);
	assert_screen("confirm");
	assert_true(shows("10_"));
	draw();
	(void)send(BT_KEY_ENTER, 0, false, HAND_MS);
	assert_int_equal(fake.pays, 0);
	type("00\n");
	assert_int_equal(fake.pays, 1);
	assert_int_equal(fake.paid.given, 100000);
}

static void test_second_enter_pays_nothing(void **state)
{
	(void)state;
	fake.next_state = BT_SALE_VENDING;
	(void)scan("100244781560");
	type("500\n\n\n\n");
	assert_int_equal(fake.pays, 1);
	assert_int_equal(fake.issues, 0);
	tick(400);
	assert_screen("wait");
	fake.view.state = BT_SALE_TOKENED;
	tick(100);
	assert_screen("token");
	type("\n\n");
	assert_int_equal(fake.pays, 1);
}

static void test_money_not_recorded_is_said_and_keeps_the_screen(void **state)
{
	(void)state;
	fake.pay_err = BT_EDISK;
	(void)scan("100244781560");
	type("500\n\n");
	assert_screen("confirm");
	assert_true(shows("Money not recorded. Give it back."));
}

static void test_scan_starts_the_next_person_from_card_and_token(void **state)
{
	(void)state;
	(void)scan("100244781560");
	type("25");
	(void)scan("100244781560");
	assert_screen("card");
	assert_int_equal(bt_ui_stage_desk(stage)->draft.amount, 0);
	type("500\n\n");
	assert_screen("token");
	(void)scan("100244781560");
	assert_screen("card");
	assert_int_equal(fake.pays, 1);
}

static void test_scan_is_refused_on_confirm_and_leaves_no_digit(void **state)
{
	(void)state;
	(void)scan("100244781560");
	type("500\n1");
	assert_true(scan("100244781571"));
	assert_screen("confirm");
	assert_true(shows("Finish this person first. The scan was not used."));
	assert_true(shows("1_"));
	assert_int_equal(fake.pays, 0);
}

static void test_keys_typed_while_waiting_are_for_the_next_person(void **state)
{
	(void)state;
	fake.next_state = BT_SALE_VENDING;
	(void)scan("100244781560");
	type("500\n\n");
	tick(400);
	assert_screen("wait");
	type("10");
	assert_screen("wait");
	fake.view.state = BT_SALE_TOKENED;
	tick(100);
	assert_screen("home");
	assert_true(shows("    10_"));
}

static void test_enter_on_wait_makes_the_token_here(void **state)
{
	(void)state;
	fake.next_state = BT_SALE_VENDING;
	(void)scan("100244781560");
	type("500\n\n");
	tick(400);
	type("\n");
	assert_int_equal(fake.issues, 1);
	assert_screen("token");
	assert_true(shows("made here 11:42"));
}

static void test_waiting_screen_never_flashes(void **state)
{
	(void)state;
	fake.next_state = BT_SALE_VENDING;
	(void)scan("100244781560");
	type("500\n\n");
	tick(100);
	assert_screen("confirm");
	assert_true(shows("Money is recorded"));
	fake.view.state = BT_SALE_TOKENED;
	tick(50);
	assert_screen("token");
}

static void test_language_changes_in_the_middle_of_typing(void **state)
{
	(void)state;
	type("ramesh d");
	press(BT_KEY_F2);
	assert_int_equal(bt_ui_stage_desk(stage)->lang, BT_LANG_HI);
	assert_true(shows("ramesh d_"));
	press(BT_KEY_F2);
	assert_true(shows("ramesh d_"));
}

static void test_resize_and_small_windows_lose_nothing(void **state)
{
	(void)state;
	type("ramesh");
	bt_ui_stage_draw(stage, 10, 30, &canvas);
	bt_ui_stage_draw(stage, 1, 1, &canvas);
	assert_true(shows("ramesh_"));
}

static void test_amounts_are_refused_with_a_reason(void **state)
{
	(void)state;
	(void)scan("100244781560");
	assert_int_equal(type("a"), 1);
	type("50\n");
	assert_true(shows("At least ₹ 100."));
	press(BT_KEY_DELETE);
	type("20000\n");
	assert_true(shows("At most ₹ 10,000 at one time."));
	press(BT_KEY_DELETE);
	type("\n");
	assert_true(shows("Type the amount first."));
	assert_int_equal(type("."), 1);
	assert_true(shows("Only whole rupees."));
	assert_int_equal(press(BT_KEY_UP), true);
	assert_true(shows("Num Lock is off."));
	type("*");
	assert_true(shows("This way of paying is not available here."));
	assert_screen("card");
}

static void test_repeat_and_ten_times_are_asked_once(void **state)
{
	(void)state;
	fake.ramesh.last_recharge = 20000;
	fake.repeat = 4;
	(void)scan("100244781560");
	type("5000\n");
	assert_true(shows("ten times the last recharge"));
	type("\n");
	assert_true(shows("Same recharge 4 minutes ago. Once more?"));
	type("\n");
	assert_screen("confirm");
}

static void test_blocked_person_cannot_pay(void **state)
{
	(void)state;
	fake.ramesh.blocked = fake_dual("theft case", "");
	(void)scan("100244781560");
	assert_true(shows("Blocked by the office. Reason: theft case."));
	assert_int_equal(type("500\n"), 1);
	assert_screen("card");
}

static void test_unknown_number_asks_the_server_and_opens(void **state)
{
	(void)state;
	type("999988887777\n");
	assert_screen("home");
	assert_int_equal(fake.look_ups, 1);
	tick(100);
	assert_screen("home");
	fake.live = BT_OK;
	tick(100);
	assert_screen("card");
}

/* A meter number in any of its lengths, with blanks or without: 11 and 13 digits, and 18 with the issuer's before. */
static void test_mistyped_meter_is_said(void **state)
{
	static const char *const wrong[] = {"58000079524\n", "0100000000009\n", "600727580000795238\n",
					    "6007 2758 0000 7952 38\n", "610727580000795237\n"};
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		type(wrong[i]);
		assert_screen("home");
		assert_true(shows("The meter number has a typing mistake."));
		press(BT_KEY_ESC);
	}
	type("600727580000795237\n");
	assert_false(shows("typing mistake"));
}

static void test_unknown_number_while_down_is_said(void **state)
{
	(void)state;
	fake_server_down(&fake);
	type("999988887777\n");
	assert_true(shows("This number is not in our list. It can be tried when the server is up."));
	type("1");
	assert_true(shows("    1_"));
}

static void test_lock_hides_everything_and_lets_only_a_pin_in(void **state)
{
	(void)state;
	(void)scan("100244781560");
	type("50");
	tick(180001);
	assert_screen("signin");
	assert_false(shows("Ramesh"));
	press(BT_KEY_F3);
	assert_screen("signin");
	press(BT_KEY_F12);
	assert_screen("system");
	press(BT_KEY_F3);
	(void)scan("100244781560");
	assert_screen("system");
	press(BT_KEY_ESC);
	assert_screen("signin");
	type("9999\n");
	tick(50);
	assert_true(shows("Wrong PIN. 3 tries left."));
	type("1234\n");
	tick(50);
	assert_screen("card");
	assert_true(shows("Ramesh"));
}

static void test_somebody_else_begins_at_home(void **state)
{
	(void)state;
	(void)scan("100244781560");
	press(BT_KEY_F9);
	press(BT_KEY_DOWN);
	type("1234\n");
	tick(50);
	assert_screen("home");
	assert_string_equal(bt_ui_stage_desk(stage)->operator_id, "sanjay");
}

static void test_idle_while_unlocking_keys_locks_too(void **state)
{
	(void)state;
	fake.status.keys_locked = true;
	press(BT_KEY_F8);
	assert_screen("signin");
	tick(180001);
	assert_screen("signin");
	press(BT_KEY_ESC);
	assert_screen("signin");
	assert_true(bt_ui_stage_desk(stage)->locked);
}

static void test_passphrase_opens_the_keys(void **state)
{
	(void)state;
	memset(bt_ui_stage_desk(stage)->operator_id, 0, 24); /* signed in by the command line */
	fake.status.keys_locked = true;
	press(BT_KEY_F8);
	type("correct horse\n");
	tick(50);
	assert_screen("home");
	assert_false(fake.status.keys_locked);
}

/* Keys in a module: its PIN is asked for, and what is not its PIN's fault is not blamed on it. */
static void test_module_pin_opens_the_keys(void **state)
{
	(void)state;
	fake.status.keys_locked = true;
	fake.status.keys_want_pin = true;
	press(BT_KEY_F8);
	draw();
	assert_true(shows("Module PIN"));
	assert_false(shows("Passphrase"));
	type("wrong\n");
	tick(50);
	draw();
	assert_true(shows("The PIN of the key module is not right."));
	type("wrong\n");
	fake.job = BT_UI_JOB_FAILED;
	tick(50);
	draw();
	assert_true(shows("The key module does not open. F12 says why."));
	type("correct horse\n");
	tick(50);
	assert_false(fake.status.keys_locked);
}

static void test_help_reads_the_same_keys(void **state)
{
	(void)state;
	(void)scan("100244781560");
	press(BT_KEY_F1);
	draw();
	for (const struct bt_ui_key_row *row = bt_ui_card.keys; row->key; row++) {
		assert_true(shows(row->help));
	}
	press(BT_KEY_ESC);
	assert_screen("card");
	assert_false(shows(bt_ui_card.keys[0].help));
}

static void test_demo_keys_stand_on_every_screen(void **state)
{
	(void)state;
	fake.shop.demo_server = fake_demo;
	assert_true(shows("Ctrl-D server down"));
	press(BT_KEY_DEMO_DOWN);
	assert_string_equal(fake.fault, "down");
	assert_true(shows("Ctrl-U up"));
	press(BT_KEY_DEMO_UP);
	assert_string_equal(fake.fault, "none");
	assert_false(bt_ui_stage_is_over(stage));
	press(BT_KEY_DEMO_END);
	assert_true(bt_ui_stage_is_over(stage));
}

static void test_demo_keys_mean_nothing_at_a_real_counter(void **state)
{
	(void)state;
	press(BT_KEY_DEMO_DOWN);
	press(BT_KEY_DEMO_END);
	assert_string_equal(fake.fault, "");
	assert_false(bt_ui_stage_is_over(stage));
	assert_false(shows("Ctrl-"));
}

static void test_stopped_record_says_so_by_itself_and_the_rest_works(void **state)
{
	(void)state;
	fake.status.stopped = BT_ECORRUPT;
	draw();
	draw();
	assert_screen("limit_used");
	assert_true(shows("The record does not agree with itself."));
	assert_true(shows("Nothing is lost."));
	assert_true(shows("0612-250 0000"));
	assert_int_equal(canvas.cell[1][40].ground, BT_ON_STOP);
	press(BT_KEY_ESC);
	assert_screen("home");
	draw();
	assert_screen("home");
	press(BT_KEY_F5);
	assert_int_equal(fake.reprints, 1);
	press(BT_KEY_F4);
	assert_screen("stuck");
	press(BT_KEY_ESC);
	(void)scan("100244781560");
	assert_screen("card");
	assert_true(shows("Ramesh Kumar Singh"));
	type("500\n");
	assert_screen("limit_used");
	assert_int_equal(fake.pays, 0);
	press(BT_KEY_ENTER);
	assert_screen("card");
	fake.status.stopped = BT_OK;
	type("\n");
	assert_screen("confirm");
}

static void test_record_that_stops_under_a_sale_says_what_is_not_sure(void **state)
{
	(void)state;
	(void)scan("100244781560");
	type("500\n");
	draw();
	fake.status.stopped = fake.pay_err = BT_ENOSPC;
	(void)send(BT_KEY_ENTER, 0, true, HAND_MS);
	assert_screen("limit_used");
	assert_true(shows("Not sure if ₹ 500 was recorded."));
	assert_true(shows("The disk is full."));
}

/* Section 5 of the design: what a key means on one screen it means on all. */
static void test_keys_that_mean_the_same_everywhere(void **state)
{
	static const struct {
		const char *screen, *typed;
		enum bt_sale_state becomes;
	} places[] = {
	    {"home", "", BT_SALE_TOKENED},
	    {"card", "100244781560\n", BT_SALE_TOKENED},
	    {"split", "100244781560\n1000//\n", BT_SALE_TOKENED},
	    {"confirm", "100244781560\n500\n", BT_SALE_TOKENED},
	    {"wait", "100244781560\n500\n\n", BT_SALE_VENDING},
	    {"docket", "100244781560\n500\n\n", BT_SALE_PENDING},
	    {"docket", "100244781560\n500\n\n", BT_SALE_REFUSED},
	    {"token", "100244781560\n500\n\n", BT_SALE_TOKENED},
	    {"credit", "100244781560\n500\n\n", BT_SALE_CREDITED},
	};
	(void)state;
	fake.status.keys_locked = true;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		static const struct {
			enum bt_ui_key key;
			const char *screen;
		} keys[] = {{BT_KEY_F12, "system"}, {BT_KEY_F4, "stuck"}, {BT_KEY_F8, "signin"}};
		press(BT_KEY_F3);
		fake.next_state = places[i].becomes;
		type(places[i].typed);
		tick(400);
		assert_screen(places[i].screen);
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
			press(keys[k].key);
			assert_screen(keys[k].screen);
			press(BT_KEY_F1);
			press(BT_KEY_ESC);
			assert_screen(keys[k].screen);
			press(BT_KEY_ESC);
			assert_screen(places[i].screen);
		}
		press(BT_KEY_F2);
		press(BT_KEY_F2);
		press(BT_KEY_F1);
		assert_true(shows("This help"));
		press(BT_KEY_F1);
		press(BT_KEY_F9);
		assert_screen("signin");
		press(BT_KEY_F4);
		assert_screen("signin");
		press(BT_KEY_F12);
		assert_screen("system");
		press(BT_KEY_ESC);
		type("1234\n");
		tick(50);
		assert_screen(places[i].screen);
	}
}

static void open_one_sale(void)
{
	fake.open_count = 1;
	fake.view.state = BT_SALE_PENDING;
	(void)bt_text_copy(fake.open[0].sale_id, 37, "0192f000-0000-7000-8000-00000000000f");
}

/* A paid sale that has not ended is followed, whatever is looked at meanwhile. */
static void test_another_sale_looked_at_does_not_take_the_place_of_this_one(void **state)
{
	(void)state;
	(void)scan("100244781560");
	type("500\n\n");
	assert_screen("token");
	char before[37];
	(void)bt_text_copy(before, sizeof(before), bt_ui_stage_desk(stage)->sale_id);
	open_one_sale();
	fake.finish_err = BT_ESTATE;
	press(BT_KEY_F4);
	press(BT_KEY_ENTER);
	assert_screen("docket");
	press(BT_KEY_ESC);
	assert_screen("stuck");
	press(BT_KEY_ESC);
	assert_screen("token");
	fake.view.state = BT_SALE_TOKENED;
	press(BT_KEY_F5);
	assert_string_equal(fake.reprinted, before);
}

static void test_enter_on_a_stuck_sale_finishes_it(void **state)
{
	(void)state;
	open_one_sale();
	fake.finish_state = BT_SALE_VENDING;
	press(BT_KEY_F4);
	press(BT_KEY_ENTER);
	assert_screen("wait");
	assert_int_equal(fake.finishes, 1);
	tick(100);
	assert_screen("wait");
	fake.view.state = BT_SALE_TOKENED;
	fake.view.printing = BT_PRINTING_NONE;
	fake.view.copies = 0;
	tick(100);
	assert_screen("token");
	assert_true(shows("Not printed. F5 prints it."));
	press(BT_KEY_ESC);
	assert_screen("stuck");
}

static void test_stuck_sale_that_cannot_be_finished_says_why(void **state)
{
	(void)state;
	open_one_sale();
	fake.outlook = BT_OUTLOOK_DOCKET;
	fake.denial = BT_DENY_KEYS;
	fake.finish_err = BT_ESTATE;
	press(BT_KEY_F4);
	press(BT_KEY_ENTER);
	assert_screen("docket");
	assert_true(shows("No token now. Reason: the offline keys are locked."));
}

static void test_stuck_list_reaches_its_end(void **state)
{
	(void)state;
	fake.view.state = BT_SALE_PENDING;
	fake.finish_err = BT_ESTATE;
	fake.open_count = fake.status.open_sales = 300;
	for (int i = 0; i < 300; i++) {
		fake.open[i] = (struct bt_sale_row){
		    .amount = 100 * (i + 1), .stage = BT_STAGE_PENDING, .delivery = "token", .paid_at_ms = 1};
		bt_text_printf(fake.open[i].sale_id, 37, "0192f000-0000-7000-8000-%012d", i);
	}
	press(BT_KEY_F4);
	assert_screen("stuck");
	assert_true(shows("300 open"));
	for (int i = 0; i < 30; i++) {
		press(BT_KEY_PAGE_DOWN);
	}
	assert_true(shows("₹ 256"));
	tick(1000);
	assert_true(shows("₹ 256"));
	press(BT_KEY_ENTER);
	assert_screen("docket");
	assert_string_equal(bt_ui_stage_desk(stage)->sale_id, "0192f000-0000-7000-8000-000000000255");
}

static void test_stuck_sale_says_what_is_objected(void **state)
{
	static const struct {
		const char *code, *says;
	} rows[] = {{"diverged", "▲ two different tokens"},
		    {"malformed", "▲ server cannot read it"},
		    {"paid_missing", "▲ server lacks the payment"},
		    {"lease_expired", "▲ made after the limit"},
		    {"a code of tomorrow", "▲ the server objects"}};
	(void)state;
	open_one_sale();
	fake.open[0].stage = BT_STAGE_TOKENED;
	fake.open[0].exception = true;
	press(BT_KEY_F4);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)bt_text_copy(fake.view.exception, sizeof(fake.view.exception), rows[i].code);
		tick(1000);
		assert_true(shows(rows[i].says));
	}
}

static void test_refused_sale_says_what_to_do_and_prints_no_docket(void **state)
{
	(void)state;
	fake.next_state = BT_SALE_REFUSED;
	(void)bt_text_copy(fake.view.refusal_en, sizeof(fake.view.refusal_en), "blocked by the office");
	(void)scan("100244781560");
	type("500\n\n");
	assert_screen("docket");
	assert_true(shows("No token was made."));
	assert_true(shows("The server refused: blocked by the office"));
	assert_true(shows("The money goes back: ₹ 500.  A supervisor has to approve it."));
	assert_true(shows("F3"));
	assert_false(shows("Docket printed."));
	press(BT_KEY_F5);
	press(BT_KEY_ENTER);
	assert_int_equal(fake.reprints, 0);
	press(BT_KEY_F3);
	assert_screen("home");
}

/* Refused, with somebody else's PIN and a reason: only then the money is asked for, and the screen follows the sale. */
static void test_refund_is_approved_by_another_person(void **state)
{
	(void)state;
	(void)bt_text_copy(bt_ui_stage_desk(stage)->operator_id, 24, "rina");
	fake.next_state = BT_SALE_REFUSED;
	fake.view.refundable = true;
	(void)scan("100244781560");
	type("500\n\n");
	assert_screen("docket");
	press(BT_KEY_F8);
	assert_screen("approve");
	assert_true(shows("Refund ₹ 500 in cash to Ramesh Kumar Singh, 1002 4478 1560."));
	assert_true(shows("A. K. Jha"));
	press(BT_KEY_ENTER); /* no PIN yet */
	type("9999\n");
	press(BT_KEY_ENTER); /* no reason yet */
	assert_int_equal(fake.approver[0], 0);
	type("2\n");
	tick(100);
	assert_true(shows("Wrong PIN. 3 tries left."));
	assert_int_equal(fake.orders, 0);
	assert_screen("approve");
	type("1234\n\n");
	tick(100);
	tick(100);
	assert_string_equal(fake.approver, "jha");
	assert_string_equal(fake.reason, "paid_twice");
	assert_int_equal(fake.orders, 1);
	tick(300);
	assert_screen("refund");
	assert_true(shows("Do not give the money."));
	fake.view.state = BT_SALE_REFUNDED;
	fake.view.copies = 0;
	fake.view.printing = BT_PRINTING_NONE;
	tick(300);
	assert_true(shows("Give the money back: ₹ 500."));
	press(BT_KEY_ENTER);
	assert_int_equal(fake.reprints, 1);
	/* The token that had left comes instead. */
	fake.view.state = BT_SALE_TOKENED;
	tick(300);
	assert_screen("token");
}

static void test_approval_is_refused_or_impossible(void **state)
{
	(void)state;
	(void)bt_text_copy(bt_ui_stage_desk(stage)->operator_id, 24, "rina");
	fake.next_state = BT_SALE_REFUSED;
	fake.view.refundable = true;
	(void)scan("100244781560");
	type("500\n\n");
	press(BT_KEY_F8);
	press(BT_KEY_ESC);
	assert_screen("docket");
	assert_int_equal(fake.orders, 0);
	fake.order_err = BT_ESTATE; /* it has moved on */
	fake.view.state = BT_SALE_REFUSED;
	press(BT_KEY_F8);
	type("1234\n4\n");
	tick(100);
	tick(100);
	assert_screen("docket");
	assert_int_equal(fake.orders, 0);
	/* A supervisor at the counter has nobody to ask but another one. */
	(void)bt_text_copy(bt_ui_stage_desk(stage)->operator_id, 24, "jha");
	press(BT_KEY_F8);
	assert_screen("approve");
	assert_true(shows("Your own PIN is not enough here."));
	type("1234\n4\n");
	tick(100);
	assert_int_equal(fake.orders, 0);
	/* Nothing to refund: F8 means nothing here. */
	press(BT_KEY_ESC);
	fake.view.refundable = false;
	tick(300);
	press(BT_KEY_F8);
	assert_screen("docket");
}

/* The docket's number, typed as it is read out, or its QR: whichever, the number is what counts. */
static void test_refund_of_a_docket_wants_the_docket(void **state)
{
	(void)state;
	(void)bt_text_copy(bt_ui_stage_desk(stage)->operator_id, 24, "rina");
	fake.next_state = BT_SALE_PENDING;
	fake.view.refundable = fake.view.needs_docket = true;
	(void)scan("100244781560");
	type("500\n\n");
	press(BT_KEY_F8);
	assert_true(shows("Type the number of the docket, or scan it."));
	fake.order_err = BT_EINPUT;
	type("0142 0611 086 7\n1234\n1\n");
	tick(100);
	tick(100);
	assert_string_equal(fake.docket, "014206110867");
	assert_true(shows("This is not the docket of this payment."));
	fake.order_err = BT_OK;
	type(FAKE_PROOF);
	type("\n1234\n\n");
	tick(100);
	tick(100);
	assert_string_equal(fake.docket, "0142-0611-087-4");
	assert_int_equal(fake.orders, 1);
}

/* What was cut off comes first, and an Enter meant for something else answers nothing. */
static void test_cut_off_sale_is_asked_about_before_the_next_person(void **state)
{
	(void)state;
	fake.view.cut_off = true;
	fake.view.state = BT_SALE_VENDING;
	tick(600);
	assert_screen("resume");
	press_stale(BT_KEY_ENTER);
	assert_int_equal(fake.take_ups, 0);
	press(BT_KEY_F3);
	tick(600);
	assert_screen("resume"); /* still to be answered */
	press(BT_KEY_ENTER);
	assert_int_equal(fake.take_ups, 1);
	assert_screen("token");
	fake.view.cut_off = true;
	fake.view.state = BT_SALE_VENDING;
	press(BT_KEY_F3);
	tick(600);
	press(BT_KEY_DOWN);
	press(BT_KEY_ENTER);
	assert_screen("docket");
	fake.view.cut_off = true;
	fake.view.state = BT_SALE_VENDING;
	press(BT_KEY_F3);
	tick(600);
	press(BT_KEY_DOWN);
	press(BT_KEY_DOWN);
	press(BT_KEY_ENTER);
	assert_screen("approve");
	press(BT_KEY_ESC);
	assert_screen("resume");
	fake.view.cut_off = false; /* fifteen minutes are over */
	fake.view.state = BT_SALE_PENDING;
	tick(600);
	assert_screen("docket");
}

static void test_new_figures_are_agreed_to(void **state)
{
	(void)state;
	fake.next_state = BT_SALE_REFUSED;
	fake.view.has_figures = true;
	fake.view.refundable = true;
	fake.view.figures = (struct bt_quote){.amount = 50000, .energy = 47619, .duty = 2381, .units = 601};
	(void)scan("100244781560");
	type("500\n\n");
	assert_screen("docket");
	assert_true(shows("60.1 units"));
	assert_int_equal(fake.agrees, 0);
	press_stale(BT_KEY_ENTER);
	assert_int_equal(fake.agrees, 0);
	press(BT_KEY_ENTER);
	assert_int_equal(fake.agrees, 1);
	assert_screen("wait");
}

static void test_divergence_is_closed_and_doubt_overridden(void **state)
{
	(void)state;
	(void)bt_text_copy(bt_ui_stage_desk(stage)->operator_id, 24, "rina");
	fake.next_state = BT_SALE_STOPPED;
	(void)scan("100244781560");
	type("500\n\n");
	press(BT_KEY_F8);
	assert_screen("docket"); /* the record itself has stopped: nothing to approve */
	fake.status.stopped = BT_EDIVERGED;
	tick(300);
	press(BT_KEY_F8);
	assert_screen("approve");
	assert_true(shows("Close the sale of ₹ 500 to Ramesh Kumar Singh"));
	type("1234\n4\n");
	tick(100);
	tick(100);
	tick(300);
	assert_true(shows("Closed by a supervisor."));
	fake.status.stopped = BT_OK;
	press(BT_KEY_F3);
	fake.next_state = BT_SALE_INQUIRING;
	fake.view.state = BT_SALE_INQUIRING;
	(void)scan("100244781560");
	type("500\n\n");
	press(BT_KEY_ENTER);
	assert_screen("approve");
	fake.order_err = BT_ESTATE;
	fake.order_denial = BT_DENY_KEYS;
	type("1234\n4\n");
	tick(100);
	tick(100);
	assert_true(shows("the offline keys are locked"));
	fake.order_err = BT_OK;
	fake.order_denial = BT_DENY_NONE;
	type("1234\n\n");
	tick(100);
	tick(100);
	tick(300);
	assert_int_equal(fake.orders, 2);
}

/* A sale whose record is in doubt promises nothing and prints nothing; it says whom to call and lets the queue go on.
 */
static void test_stopped_sale_promises_nothing(void **state)
{
	(void)state;
	fake.next_state = BT_SALE_STOPPED;
	(void)scan("100244781560");
	type("500\n\n");
	assert_screen("docket");
	assert_true(shows("Stopped: the record does not agree with itself."));
	assert_false(shows("The token comes when the server is back"));
	assert_false(shows("Print docket"));
	press(BT_KEY_ENTER);
	assert_int_equal(fake.reprints, 0);
	press(BT_KEY_F3);
	assert_screen("home");
}

/* Any key on any screen: nothing crashes, and money is taken by a fresh Enter on confirm only. */
static void test_any_key_anywhere(void **state)
{
	(void)state;
	unsigned seed = 12345;
	for (int i = 0; i < 20000; i++) {
		seed = seed * 1103515245u + 12345u;
		enum bt_ui_key key = (enum bt_ui_key)(1 + (seed >> 16) % BT_KEY_F12);
		uint32_t ch = key == BT_KEY_CHAR ? (seed >> 8) % 0x980 : 0;
		bool on_confirm = strcmp(bt_ui_stage_screen_id(stage), "confirm") == 0;
		int pays = fake.pays;
		fake.next_state = (enum bt_sale_state)(BT_SALE_VENDING + (seed >> 20) % 6);
		draw();
		(void)send(key, ch, true, (seed >> 12) % 90);
		assert_true(fake.pays == pays || (on_confirm && key == BT_KEY_ENTER));
		if (i % 50 == 0) {
			while (strcmp(bt_ui_stage_screen_id(stage), "home") != 0) {
				fake.job = BT_UI_JOB_GOOD;
				(void)send(BT_KEY_ESC, 0, true, HAND_MS);
				(void)send(BT_KEY_F3, 0, true, HAND_MS);
				if (strcmp(bt_ui_stage_screen_id(stage), "signin") == 0) {
					type("1234\n");
				}
				fake.view.state = BT_SALE_TOKENED;
				tick(50);
			}
			(void)scan("100244781560");
			type("500");
		}
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_cash_sale_after_a_scan_takes_four_keys),
	    TEST(test_enter_typed_before_confirm_was_drawn_does_not_count),
	    TEST(test_second_enter_pays_nothing),
	    TEST(test_money_not_recorded_is_said_and_keeps_the_screen),
	    TEST(test_scan_starts_the_next_person_from_card_and_token),
	    TEST(test_scan_is_refused_on_confirm_and_leaves_no_digit),
	    TEST(test_keys_typed_while_waiting_are_for_the_next_person),
	    TEST(test_enter_on_wait_makes_the_token_here),
	    TEST(test_waiting_screen_never_flashes),
	    TEST(test_language_changes_in_the_middle_of_typing),
	    TEST(test_resize_and_small_windows_lose_nothing),
	    TEST(test_amounts_are_refused_with_a_reason),
	    TEST(test_repeat_and_ten_times_are_asked_once),
	    TEST(test_blocked_person_cannot_pay),
	    TEST(test_unknown_number_asks_the_server_and_opens),
	    TEST(test_mistyped_meter_is_said),
	    TEST(test_unknown_number_while_down_is_said),
	    TEST(test_lock_hides_everything_and_lets_only_a_pin_in),
	    TEST(test_somebody_else_begins_at_home),
	    TEST(test_idle_while_unlocking_keys_locks_too),
	    TEST(test_passphrase_opens_the_keys),
	    TEST(test_module_pin_opens_the_keys),
	    TEST(test_help_reads_the_same_keys),
	    TEST(test_demo_keys_stand_on_every_screen),
	    TEST(test_demo_keys_mean_nothing_at_a_real_counter),
	    TEST(test_stopped_record_says_so_by_itself_and_the_rest_works),
	    TEST(test_record_that_stops_under_a_sale_says_what_is_not_sure),
	    TEST(test_keys_that_mean_the_same_everywhere),
	    TEST(test_another_sale_looked_at_does_not_take_the_place_of_this_one),
	    TEST(test_enter_on_a_stuck_sale_finishes_it),
	    TEST(test_stuck_sale_that_cannot_be_finished_says_why),
	    TEST(test_stuck_list_reaches_its_end),
	    TEST(test_stuck_sale_says_what_is_objected),
	    TEST(test_refused_sale_says_what_to_do_and_prints_no_docket),
	    TEST(test_refund_is_approved_by_another_person),
	    TEST(test_approval_is_refused_or_impossible),
	    TEST(test_refund_of_a_docket_wants_the_docket),
	    TEST(test_cut_off_sale_is_asked_about_before_the_next_person),
	    TEST(test_new_figures_are_agreed_to),
	    TEST(test_divergence_is_closed_and_doubt_overridden),
	    TEST(test_stopped_sale_promises_nothing),
	    TEST(test_any_key_anywhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
