/* Who is let in: the lock of the screen, and what opens the offline keys.
 *
 * rooms: ui/screen ui/widget core/base core/money core/qr core/directory core/tender
 */
#include "tests/unit/stage_fixture.h"

static void test_lock_hides_everything_and_lets_only_a_pin_in(void **state)
{
	(void)state;
	(void)scan("100244781560");
	type("50");
	tick(LOCK_MS + 1);
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
	tick(LOCK_MS + 1);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_lock_hides_everything_and_lets_only_a_pin_in),
	    TEST(test_somebody_else_begins_at_home),
	    TEST(test_idle_while_unlocking_keys_locks_too),
	    TEST(test_passphrase_opens_the_keys),
	    TEST(test_module_pin_opens_the_keys),
	};
	return cmocka_run_group_tests_name("ui_lock", tests, NULL, NULL);
}
