/* A sale at the counter: the number, the amount, the money, the token; scans, typing ahead and double Enter.
 *
 * rooms: ui/screen ui/widget core/base core/money core/qr core/directory core/tender
 */
#include "tests/unit/stage_fixture.h"

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
	take_500_of_ramesh();
	assert_screen("confirm");
	assert_true(shows("Money not recorded. Give it back."));
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
	take_500_of_ramesh();
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
	take_500_of_ramesh();
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
	take_500_of_ramesh();
	tick(100);
	assert_screen("confirm");
	assert_true(shows("Money is recorded"));
	fake.view.state = BT_SALE_TOKENED;
	tick(50);
	assert_screen("token");
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
	press(BT_KEY_ESC);
	type(FAKE_TOKEN "\n"); /* off a slip whose QR holds no more than that */
	assert_true(shows("20 digits are a token. It is keyed into the meter."));
	type("1");
	assert_true(shows("    1_"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_cash_sale_after_a_scan_takes_four_keys),
	    TEST(test_enter_typed_before_confirm_was_drawn_does_not_count),
	    TEST(test_second_enter_pays_nothing),
	    TEST(test_money_not_recorded_is_said_and_keeps_the_screen),
	    TEST(test_record_that_stops_under_a_sale_says_what_is_not_sure),
	    TEST(test_scan_starts_the_next_person_from_card_and_token),
	    TEST(test_scan_is_refused_on_confirm_and_leaves_no_digit),
	    TEST(test_keys_typed_while_waiting_are_for_the_next_person),
	    TEST(test_enter_on_wait_makes_the_token_here),
	    TEST(test_waiting_screen_never_flashes),
	    TEST(test_amounts_are_refused_with_a_reason),
	    TEST(test_repeat_and_ten_times_are_asked_once),
	    TEST(test_blocked_person_cannot_pay),
	    TEST(test_unknown_number_asks_the_server_and_opens),
	    TEST(test_mistyped_meter_is_said),
	    TEST(test_unknown_number_while_down_is_said),
	};
	return cmocka_run_group_tests_name("ui_sale", tests, NULL, NULL);
}
