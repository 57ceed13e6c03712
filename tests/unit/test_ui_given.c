/* What was given before, given again: the change of key from the card, any sale from the history. Lists and keys that
 * have nothing to act on are not offered.
 *
 * rooms: ui/screen ui/widget core/base core/money core/qr core/directory core/tender
 */
#include "tests/unit/stage_fixture.h"

#define SALE "0192f000-0000-7000-8000-00000000000a"

static const struct bt_key_tokens two = {2, {"28174750822127375193", "43978677805789848586"}};

/* The second newest sale of Ramesh is in the record with its token. */
static void sell_before(void)
{
	(void)bt_text_copy(fake.history[1].sale_id, sizeof(fake.history[1].sale_id), SALE);
	fake.view.state = BT_SALE_DONE;
}

static void test_card_gives_the_change_of_key_again(void **state)
{
	(void)state;
	sell_before();
	fake.view.key_tokens = two;
	fake.ramesh.cut_from_ms = 0;
	(void)scan("100244781560");
	assert_true(shows("F5 Key slip"));
	assert_true(shows("F5 repeats it."));
	assert_false(press(BT_KEY_F5));
	assert_int_equal(fake.reprints, 1);
	assert_string_equal(fake.reprinted, SALE);
	assert_int_equal(fake.pays, 0);
	assert_screen("token");
	assert_true(shows("2817  4750  8221  2737  5193"));
	press(BT_KEY_ESC);
	assert_screen("card");
}

static void test_without_a_printer_the_digits_are_shown(void **state)
{
	(void)state;
	sell_before();
	fake.view.key_tokens = two;
	fake.status.paper = BT_PAPER_NONE;
	tick(1000);
	(void)scan("100244781560");
	press(BT_KEY_F5);
	assert_int_equal(fake.reprints, 0);
	assert_screen("token");
	assert_true(shows("4397  8677  8057  8984  8586"));
	assert_true(shows("No printer is set up."));
}

/* Another meter hangs there now: the old one's numbers would only be refused. */
static void test_no_key_slip_of_another_meter_or_without_a_change(void **state)
{
	(void)state;
	sell_before();
	(void)scan("100244781560");
	assert_false(shows("Key slip"));
	assert_true(press(BT_KEY_F5));
	assert_screen("card");
	press(BT_KEY_ESC);
	fake.view.key_tokens = two;
	(void)bt_text_copy(fake.view.sale.meter, sizeof(fake.view.sale.meter), "04740040417");
	(void)scan("100244781560");
	assert_false(shows("Key slip"));
	assert_true(press(BT_KEY_F5));
	assert_int_equal(fake.reprints, 0);
}

static void test_history_opens_a_sale(void **state)
{
	(void)state;
	sell_before();
	(void)scan("100244781560");
	press(BT_KEY_F6);
	assert_screen("history");
	press(BT_KEY_DOWN);
	press(BT_KEY_ENTER);
	assert_screen("token");
	assert_string_equal(bt_ui_stage_desk(stage)->sale_id, SALE);
	press(BT_KEY_ESC);
	assert_screen("history");
}

static void test_empty_lists_offer_no_keys(void **state)
{
	(void)state;
	fake.history_count = 0;
	(void)scan("100244781560");
	press(BT_KEY_F6);
	assert_screen("history");
	assert_false(shows("Print again"));
	assert_false(shows("Open"));
	assert_true(press(BT_KEY_ENTER));
	press(BT_KEY_F4);
	assert_screen("stuck");
	assert_true(shows("Nothing is stuck."));
	assert_false(shows("Print again"));
	assert_false(shows("Open"));
}

/* Whether a token will come is known before an amount is typed, and before the consumer is asked for money. */
static void test_card_warns_before_the_amount(void **state)
{
	(void)state;
	fake.outlook = BT_OUTLOOK_DOCKET;
	fake.denial = BT_DENY_NOT_COVERED;
	fake.status.server = BT_BREAKER_OFFLINE;
	fake.least_asked = INT64_MAX;
	tick(1000);
	(void)scan("100244781560");
	assert_true(shows("No token now. Reason:"));
	assert_true(fake.least_asked >= fake.tariff.minimum);
}

/* Keys that are being opened are not locked, though no token can be made yet. */
static void test_card_does_not_warn_of_keys_that_are_being_opened(void **state)
{
	(void)state;
	fake.outlook = BT_OUTLOOK_DOCKET;
	fake.denial = BT_DENY_KEYS;
	fake.status.server = BT_BREAKER_OFFLINE;
	tick(1000);
	(void)scan("100244781560");
	assert_false(shows("No token now."));
	fake.status.keys_locked = true;
	tick(1000);
	assert_true(shows("No token now."));
}

/* Nobody has this number as a consumer's, and yet it is not "nobody found". */
static void test_a_docket_that_is_being_typed_is_known_as_one(void **state)
{
	(void)state;
	type("D-0143");
	assert_true(shows("A docket: Enter looks it up."));
	assert_false(shows("Nobody found"));
	press(BT_KEY_DELETE);
	type("9990");
	assert_true(shows("Nobody found"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_card_gives_the_change_of_key_again),
	    TEST(test_without_a_printer_the_digits_are_shown),
	    TEST(test_no_key_slip_of_another_meter_or_without_a_change),
	    TEST(test_history_opens_a_sale),
	    TEST(test_empty_lists_offer_no_keys),
	    TEST(test_card_warns_before_the_amount),
	    TEST(test_card_does_not_warn_of_keys_that_are_being_opened),
	    TEST(test_a_docket_that_is_being_typed_is_known_as_one),
	};
	return cmocka_run_group_tests_name("ui_given", tests, NULL, NULL);
}
