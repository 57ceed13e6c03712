/* Sales that a server refused or a record stopped: money back, new figures, and what a supervisor decides.
 *
 * rooms: ui/screen ui/widget core/base core/money core/qr core/directory core/tender
 */
#include "tests/unit/stage_fixture.h"

static void test_refused_sale_says_what_to_do_and_prints_no_docket(void **state)
{
	(void)state;
	fake.next_state = BT_SALE_REFUSED;
	(void)bt_text_copy(fake.view.refusal_en, sizeof(fake.view.refusal_en), "blocked by the office");
	take_500_of_ramesh();
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

/* After a restart the words of the refusal are gone; what is said then is still a whole sentence. */
static void test_refusal_without_its_words(void **state)
{
	(void)state;
	fake.next_state = BT_SALE_REFUSED;
	take_500_of_ramesh();
	assert_screen("docket");
	assert_true(shows("The server refused.  The office can say why."));
	assert_false(shows("The server refused:"));
}

/* Refused, with somebody else's PIN and a reason: only then the money is asked for, and the screen follows the sale. */
static void test_refund_is_approved_by_another_person(void **state)
{
	(void)state;
	fake.next_state = BT_SALE_REFUSED;
	fake.view.refundable = true;
	take_500_of_ramesh();
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
	fake.next_state = BT_SALE_REFUSED;
	fake.view.refundable = true;
	take_500_of_ramesh();
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
	fake.next_state = BT_SALE_PENDING;
	fake.view.refundable = fake.view.needs_docket = true;
	take_500_of_ramesh();
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

static void test_new_figures_are_agreed_to(void **state)
{
	(void)state;
	fake.next_state = BT_SALE_REFUSED;
	fake.view.has_figures = true;
	fake.view.refundable = true;
	fake.view.figures = (struct bt_quote){.amount = 50000, .energy = 47619, .duty = 2381, .units = 601};
	take_500_of_ramesh();
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
	fake.next_state = BT_SALE_STOPPED;
	take_500_of_ramesh();
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
	take_500_of_ramesh();
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
	take_500_of_ramesh();
	assert_screen("docket");
	assert_true(shows("Stopped: the record does not agree with itself."));
	assert_false(shows("The token comes when the server is back"));
	assert_false(shows("Print docket"));
	press(BT_KEY_ENTER);
	assert_int_equal(fake.reprints, 0);
	press(BT_KEY_F3);
	assert_screen("home");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_refused_sale_says_what_to_do_and_prints_no_docket),
	    TEST(test_refusal_without_its_words),
	    TEST(test_refund_is_approved_by_another_person),
	    TEST(test_approval_is_refused_or_impossible),
	    TEST(test_refund_of_a_docket_wants_the_docket),
	    TEST(test_new_figures_are_agreed_to),
	    TEST(test_divergence_is_closed_and_doubt_overridden),
	    TEST(test_stopped_sale_promises_nothing),
	};
	return cmocka_run_group_tests_name("ui_refused", tests, NULL, NULL);
}
