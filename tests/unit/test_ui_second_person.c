/* Whoever is asked when the counter alone may not go on: the code read out by telephone, the supervisor who says what
 * the time is.
 *
 * rooms: ui/screen ui/widget core/base core/money core/qr core/directory core/tender
 */
#include "tests/unit/stage_fixture.h"

#define MINUTE_MS INT64_C(60000)
#define CODE      "43891686641634972126"

static int setup_down(void **state)
{
	(void)state;
	open_stage(&(struct bt_ui_stage_options){.signed_in = "rina"});
	fake_server_down(&fake);
	return 0;
}

static int setup_signed_out(void **state)
{
	(void)state;
	open_stage(&(struct bt_ui_stage_options){.signed_in = NULL});
	fake_server_down(&fake);
	return 0;
}

/* ---- the code ---- */

static void use_up(void)
{
	fake.status.allowance.used_up = BT_DENY_TOTAL;
	fake.status.allowance.paise_left = 0;
	draw();
	assert_screen("limit_used");
}

static void test_f8_leads_to_the_code(void **state)
{
	(void)state;
	press(BT_KEY_F8);
	assert_screen("home"); /* nobody is needed */
	press(BT_KEY_F12);
	press(BT_KEY_F8);
	assert_screen("extend");
	press(BT_KEY_ESC);
	press(BT_KEY_ESC);
	assert_screen("home");
	fake.status.keys_locked = true;
	use_up();
	press(BT_KEY_F8);
	assert_screen("extend"); /* on the screen of the limit the code comes before the keys */
	assert_true(shows("58 213 904"));
	assert_true(shows("7f3a 1c22"));
	assert_true(shows("0142"));
}

static void test_each_group_is_told(void **state)
{
	(void)state;
	use_up();
	press(BT_KEY_F8);
	assert_int_equal(type("a"), 1);
	assert_int_equal(type("43891"), 0);
	assert_true(shows("43891 ✓"));
	assert_int_equal(type("68660"), 0);
	assert_true(shows("68660 ✕"));
	/* Nothing goes behind a group that is wrong. */
	assert_int_equal(type("1"), 1);
	assert_true(shows("Group 2 is not right."));
	press(BT_KEY_ENTER);
	assert_string_equal(fake.code, "");
	press(BT_KEY_BACKSPACE);
	assert_int_equal(type("0"), 0);
	press(BT_KEY_DELETE);
	assert_false(shows("6866"));
	assert_true(shows("43891 ✓"));
	assert_int_equal(type("6866416349721"), 0);
	press(BT_KEY_ENTER);
	assert_true(shows("The code has 20 digits"));
	assert_string_equal(fake.code, "");
	assert_int_equal(type("26"), 0);
	assert_int_equal(type("1"), 1);
	fake.job = BT_UI_JOB_RUNNING;
	press(BT_KEY_ENTER);
	assert_string_equal(fake.code, CODE);
	assert_false(shows("43891")); /* it does not stay on the screen */
}

static void answer(enum bt_ui_job job, int tries_left)
{
	fake.job = BT_UI_JOB_RUNNING;
	type(CODE "\n");
	draw();
	assert_screen("extend");
	fake.job = job;
	fake.tries_left = tries_left;
	draw();
}

static void test_what_came_of_a_code(void **state)
{
	(void)state;
	use_up();
	press(BT_KEY_F8);
	answer(BT_UI_JOB_WRONG, 4);
	assert_true(shows("This code is not right, or is for another request. 4 tries left."));
	answer(BT_UI_JOB_WRONG, 5);
	assert_true(shows("Five codes were wrong. Call again with the new request number."));
	answer(BT_UI_JOB_FAILED, 5);
	assert_true(shows("The limit has changed. Read out the new request number."));
	assert_screen("extend");
	fake.status.allowance.used_up = BT_DENY_NONE;
	answer(BT_UI_JOB_GOOD, 5);
	assert_screen("limit_used");
	assert_true(shows("Accepted: 3 days and ₹ 1,50,000 more, till 27.11.2025 00:41."));
	assert_screen("home"); /* there is nothing more to say of the limit */
}

static void test_no_code_is_left(void **state)
{
	(void)state;
	use_up();
	fake.extension.codes_left = 0;
	press(BT_KEY_F8);
	assert_true(shows("All codes of this limit are used."));
	assert_int_equal(type("1"), 1);
	press(BT_KEY_ENTER);
	assert_string_equal(fake.code, "");
	fake.no_limit = true;
	assert_true(shows("There is no offline limit that could be extended."));
}

/* ---- the time ---- */

static void doubt(enum bt_clock_doubt why)
{
	fake.status.clock_trusted = false;
	fake.status.clock_doubt = why;
	fake.status.allowance.used_up = BT_DENY_CLOCK;
	fake.status.newest_ms = fake.status.now_ms - MINUTE_MS;
	draw();
	assert_screen("home"); /* it is not the limit that is used */
}

static void test_keys_then_the_time(void **state)
{
	(void)state;
	fake.status.keys_locked = true;
	doubt(BT_CLOCK_UNCONFIRMED);
	assert_true(shows("The time is not confirmed."));
	press(BT_KEY_F8);
	assert_screen("signin");
	type("correct horse\n");
	draw();
	assert_screen("clock");
	assert_true(shows("2025"));
	type("\n");
	assert_true(shows("I, A. K. Jha, have looked: it is 21.11.2025 11:42."));
	type("1111\n");
	draw();
	assert_true(shows("Wrong PIN. 3 tries left."));
	assert_false(fake.status.clock_trusted);
	type("1234\n");
	draw();
	assert_screen("home");
	assert_true(shows("Date and time are confirmed."));
	assert_string_equal(fake.clock_word_of, "jha");
	assert_int_equal(fake.clock_offset_ms, 0);
}

static void test_before_anybody_has_signed_in(void **state)
{
	(void)state;
	fake.status.clock_trusted = false;
	fake.status.clock_doubt = BT_CLOCK_UNCONFIRMED;
	draw();
	assert_true(shows("Date and time are not confirmed since the start."));
	press(BT_KEY_F8);
	assert_screen("clock");
	press(BT_KEY_F3); /* nothing behind the sign-in is to be had from here */
	assert_screen("clock");
	press(BT_KEY_F8);
	assert_screen("clock");
	type("\n1234\n");
	draw();
	assert_screen("signin");
}

static void test_the_time_is_typed(void **state)
{
	static const char *const bad[] = {
	    "1",           "2111202511", "322120251150", "310220261150", "001120251150", "211320251150", "211119991150",
	    "211120252460"};
	(void)state;
	doubt(BT_CLOCK_UNCONFIRMED);
	press(BT_KEY_F8);
	assert_screen("clock");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		type(bad[i]);
		press(BT_KEY_ENTER);
		assert_true(shows("Type day, month, year, hour, minute"));
		press(BT_KEY_DELETE);
	}
	assert_int_equal(type("x"), 1);
	type("211120251150\n");
	assert_true(shows("I, A. K. Jha, have looked: it is 21.11.2025 11:50."));
	type("1234\n");
	/* 11:50:00 less 11:42:07. */
	assert_int_equal(fake.clock_offset_ms, 7 * MINUTE_MS + 53000);
}

/* Before the newest record: asked twice after a boot, refused within one. */
static void test_a_time_before_the_record(void **state)
{
	(void)state;
	doubt(BT_CLOCK_UNCONFIRMED);
	press(BT_KEY_F8);
	type("201120251150\n");
	assert_true(shows("The last record is later: 21.11.2025 11:41. Enter again if this is right."));
	press(BT_KEY_ENTER);
	assert_true(shows("have looked: it is 20.11.2025 11:50."));
	press(BT_KEY_ESC);
	press(BT_KEY_ESC);
	doubt(BT_CLOCK_MOVED);
	fake.status.clock_apart_ms = -30 * MINUTE_MS;
	press(BT_KEY_F8);
	assert_true(shows("This computer's clock was set back by 30 minutes."));
	type("201120251150\n");
	assert_true(shows("It cannot be right."));
	press(BT_KEY_ENTER);
	assert_true(shows("It cannot be right."));
}

static void test_no_supervisor_is_known(void **state)
{
	(void)state;
	fake.enrolment.operator_count = 2;
	doubt(BT_CLOCK_UNCONFIRMED);
	press(BT_KEY_F8);
	press(BT_KEY_ENTER);
	assert_true(shows("No supervisor is known at this counter."));
}

#define DOWN(function) cmocka_unit_test_setup_teardown(function, setup_down, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    DOWN(test_f8_leads_to_the_code),
	    DOWN(test_each_group_is_told),
	    DOWN(test_what_came_of_a_code),
	    DOWN(test_no_code_is_left),
	    DOWN(test_keys_then_the_time),
	    cmocka_unit_test_setup_teardown(test_before_anybody_has_signed_in, setup_signed_out, teardown),
	    DOWN(test_the_time_is_typed),
	    DOWN(test_a_time_before_the_record),
	    DOWN(test_no_supervisor_is_known),
	};
	return cmocka_run_group_tests_name("ui_second_person", tests, NULL, NULL);
}
