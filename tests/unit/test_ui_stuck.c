/* Sales that have not ended: the list of them, finishing one, and the sale that a restart cut off.
 *
 * rooms: ui/screen ui/widget core/base core/money core/qr core/directory core/tender
 */
#include "tests/unit/stage_fixture.h"

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
	take_500_of_ramesh();
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

/* The keys are being opened as somebody presses. */
static void press_before_the_key(void)
{
	open_one_sale();
	fake.finish_state = BT_SALE_PENDING;
	fake.view.awaits_key = true;
	press(BT_KEY_F4);
	press(BT_KEY_ENTER);
	assert_screen("wait");
}

/* One Enter, and the token comes by itself. */
static void test_stuck_sale_whose_key_is_on_its_way(void **state)
{
	(void)state;
	press_before_the_key();
	assert_true(shows("Making the token here"));
	assert_false(shows("No token now"));
	tick(100);
	assert_screen("wait");
	fake.view.awaits_key = false;
	fake.view.state = BT_SALE_TOKENED;
	tick(100);
	assert_screen("token");
	assert_int_equal(fake.finishes, 1);
}

/* It did not come: the docket again, and why. */
static void test_stuck_sale_whose_key_does_not_come(void **state)
{
	(void)state;
	press_before_the_key();
	fake.view.awaits_key = false;
	fake.view.denial = BT_DENY_KEYS;
	tick(100);
	assert_screen("docket");
	assert_true(shows("Reason: the offline keys are locked."));
	/* On a supervisor's word, from the docket of a sale that is in doubt. */
	fake.view.state = BT_SALE_INQUIRING;
	fake.view.denial = BT_DENY_SERVER;
	tick(200);
	assert_false(shows("Not possible now"));
	fake.view.awaits_key = true;
	tick(200);
	assert_screen("wait");
	fake.view.awaits_key = false;
	fake.view.denial = BT_DENY_KEYS;
	tick(100);
	assert_screen("docket");
	assert_true(shows("Not possible now: the offline keys are locked."));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_another_sale_looked_at_does_not_take_the_place_of_this_one),
	    TEST(test_enter_on_a_stuck_sale_finishes_it),
	    TEST(test_stuck_sale_whose_key_is_on_its_way),
	    TEST(test_stuck_sale_whose_key_does_not_come),
	    TEST(test_stuck_sale_that_cannot_be_finished_says_why),
	    TEST(test_stuck_list_reaches_its_end),
	    TEST(test_stuck_sale_says_what_is_objected),
	    TEST(test_cut_off_sale_is_asked_about_before_the_next_person),
	};
	return cmocka_run_group_tests_name("ui_stuck", tests, NULL, NULL);
}
