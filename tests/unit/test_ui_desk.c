/* The desk under a hand: one is found by any name, the one right thing is done, and a claim is written when nobody can
 * be asked.
 *
 * rooms: ui/screen ui/widget core/base core/money core/qr core/directory core/tender core/desk
 * Screens 09 and 10; the table behind them is tests/unit/test_desk_verdict.c. */
#include "tests/unit/stage_fixture.h"

#include "tests/unit/fake_desk.h"

static struct fake_desk fake_at;

static int setup_desk(void **state)
{
	(void)setup(state);
	fake_desk_open(&fake_at, &fake);
	return 0;
}

#undef TEST
#define TEST(function) cmocka_unit_test_setup_teardown(function, setup_desk, teardown)

static void find_sunita(void)
{
	press(BT_KEY_F4);
	assert_screen("stuck");
	type(FAKE_UTR "\n");
	assert_string_equal(fake_at.asked, FAKE_UTR);
	tick(500);
}

static void test_found_by_its_utr_and_given_once(void **state)
{
	(void)state;
	find_sunita();
	assert_screen("stuck_one");
	assert_true(shows("The money reached the company.  The meter did not get it."));
	assert_true(shows("Give the token for ₹ 500 here.  Nothing to pay."));
	assert_true(shows("UTR 4326 1180 5521"));
	press(BT_KEY_ENTER);
	assert_int_equal(fake_at.finishes, 1);
	/* Whoever presses again is not heard while the server is asked. */
	press(BT_KEY_ENTER);
	assert_int_equal(fake_at.finishes, 1);
	fake.docket_view.state = BT_DOCKET_DELIVERED;
	fake.view.state = BT_SALE_TOKENED;
	tick(200);
	assert_screen("token");
}

static void test_a_refusal_is_said(void **state)
{
	(void)state;
	find_sunita();
	press(BT_KEY_ENTER);
	fake.docket_view.state = BT_DOCKET_REFUSED;
	(void)bt_text_copy(fake.docket_view.refusal_en, sizeof(fake.docket_view.refusal_en), "The meter has changed.");
	tick(200);
	assert_screen("stuck_one");
	assert_true(shows("The server refused: The meter has changed."));
}

/* The word that none exists is the server's: when it goes away, so does the offer. */
static void test_no_token_without_the_server(void **state)
{
	(void)state;
	find_sunita();
	fake.status.server = BT_BREAKER_OFFLINE;
	tick(1000);
	assert_false(shows("Give the token"));
	assert_true(shows("Write a claim."));
	press(BT_KEY_ENTER);
	assert_int_equal(fake_at.finishes, 0);
	assert_screen("claim");
}

static void test_bank_unsure_is_waited_for(void **state)
{
	(void)state;
	fake_at.found[0].bank = BT_BANK_UNSURE;
	fake_at.found[0].received = false;
	fake_at.found[0].can = BT_CAN_WAIT;
	find_sunita();
	assert_true(shows("The bank has not paid us yet."));
	assert_true(shows("Wait.  It comes back or is credited within 5 days."));
	assert_false(shows("F8"));
	press(BT_KEY_ENTER); /* asks again */
	assert_int_equal(fake_at.finishes, 0);
	assert_string_equal(fake_at.asked, fake_at.found[0].payment_id);
}

static void test_refund_is_ordered_with_a_second_person(void **state)
{
	(void)state;
	fake_at.found[0].can = BT_CAN_REFUND;
	find_sunita();
	assert_true(shows("Order the refund of ₹ 500 to the bank."));
	press(BT_KEY_F8);
	assert_screen("approve");
	assert_true(shows("Order ₹ 500 of Sunita Devi, 1002 4551 0087, back to the bank."));
	type("1234\n3\n");
	tick(100);
	assert_screen("stuck_one");
	assert_int_equal(fake_at.orders, 1);
	assert_string_equal(fake_at.ordered, fake_at.found[0].payment_id);
	assert_string_equal(fake_at.approver, fake.approver);
}

/* Ordered back is not given any more, whatever the server said before. */
static void test_no_token_beside_a_refund(void **state)
{
	(void)state;
	fake_at.claims[0] = (struct bt_claim){.connection = FAKE_SUNITA,
					      .utr = FAKE_UTR,
					      .channel = "app",
					      .note = "refund",
					      .number = "C-0142-1-7",
					      .amount = 50000};
	fake_at.claim_count = 1;
	find_sunita();
	assert_true(shows("A refund is ordered."));
	press(BT_KEY_ENTER);
	assert_int_equal(fake_at.finishes, 0);
}

static void test_unknown_utr_offers_a_claim(void **state)
{
	(void)state;
	fake_at.found_count = 0;
	find_sunita();
	assert_screen("stuck");
	assert_true(shows("Not found at the company. The bank may still have it."));
	assert_true(shows("Enter Write a claim"));
	press(BT_KEY_ENTER);
	assert_screen("claim");
	assert_true(shows("4326 1180 5521"));
}

static void test_claim_is_written_while_the_server_is_down(void **state)
{
	(void)state;
	fake.status.server = BT_BREAKER_OFFLINE;
	fake_at.find_err = BT_EUNREACHABLE;
	find_sunita();
	assert_true(shows("Other channels cannot be asked now. A claim can be written."));
	press(BT_KEY_ENTER);
	assert_screen("claim");
	type("100000000000\n"); /* nobody */
	assert_true(shows("This is not a number we know."));
	press(BT_KEY_DELETE);
	type(FAKE_SUNITA "\n");
	assert_true(shows("Sunita Devi"));
	type("\n500\n");
	type("-"); /* yesterday */
	assert_true(shows("Thu 20 Nov"));
	type("*");
	assert_true(shows("UPI"));
	type("\n");
	assert_int_equal(fake_at.claims_written, 1);
	assert_true(shows("Claim C-0142-1-7"));
	assert_true(shows("The claim is sent as soon as the server is back."));
	assert_string_equal(fake_at.claims[0].utr, FAKE_UTR);
	assert_string_equal(fake_at.claims[0].channel, "upi");
	assert_int_equal(fake_at.claims[0].amount, 50000);
	assert_int_equal(fake_at.claims[0].paid_on_ms, fake.status.now_ms - 86400000);
	/* The server is back. */
	fake_at.claims[0].answered = true;
	(void)bt_text_copy(fake_at.claims[0].state, sizeof(fake_at.claims[0].state), "open");
	fake_at.claims[0].promised_ms = fake.status.now_ms + 2 * FAKE_HOUR_MS;
	tick(500);
	assert_true(shows("The answer is promised by 13:42."));
	press(BT_KEY_F5);
	assert_int_equal(fake_at.prints, 1);
	press(BT_KEY_ESC);
	press(BT_KEY_ESC);
	assert_screen("stuck");
	assert_true(shows("answer promised by 13:42"));
}

static void test_half_a_utr_is_no_utr(void **state)
{
	(void)state;
	fake_at.found_count = 0;
	press(BT_KEY_F4);
	type("43261180\n");
	tick(500);
	press(BT_KEY_ENTER);
	type(FAKE_SUNITA "\n\n500\n\n");
	assert_true(shows("A UTR has 12 digits."));
	assert_int_equal(fake_at.claims_written, 0);
}

/* A timer, then a line that nobody overlooks. */
static void test_supply_that_is_owed(void **state)
{
	(void)state;
	fake_at.owed_known = true;
	fake_at.owed_count = 1;
	fake_at.owed[0] = (struct bt_desk_owed){.connection = FAKE_SUNITA,
						.name = fake_dual("Ajay Sao", "अजय साव"),
						.since_ms = fake.status.now_ms - 600000,
						.due_ms = fake.status.now_ms + 600000};
	press(BT_KEY_F4);
	assert_true(shows("○ supply due back 11:52"));
	fake.status.now_ms += 11 * 60000;
	tick(500);
	assert_true(shows("▲ supply was due 11:52"));
	find_sunita();
	assert_screen("stuck_one");
	assert_true(shows("Was due back 11:52.  Call 1912."));
	fake_at.owed_count = 0;
	press(BT_KEY_ESC);
	press(BT_KEY_ESC);
	assert_true(shows("Nothing is stuck."));
}

static void test_tab_chooses_whose(void **state)
{
	(void)state;
	fake.open_count = 1;
	fake.open[0] =
	    (struct bt_sale_row){.amount = 20000, .stage = BT_STAGE_PENDING, .delivery = "balance", .paid_at_ms = 1};
	fake_at.claims[0] = (struct bt_claim){.claim_id = "0192f000-0000-7000-8000-0000000000c1",
					      .number = "C-0142-1-7",
					      .connection = FAKE_SUNITA,
					      .amount = 50000,
					      .at_ms = fake.status.now_ms};
	fake_at.claim_count = 1;
	press(BT_KEY_F4);
	assert_true(shows("₹ 200"));
	assert_true(shows("₹ 500"));
	press(BT_KEY_TAB);
	assert_true(shows("Stuck: paid here"));
	assert_false(shows("₹ 500"));
	press(BT_KEY_TAB);
	assert_true(shows("Stuck: elsewhere"));
	assert_false(shows("₹ 200"));
	assert_true(shows("claim written, not sent"));
	press(BT_KEY_ENTER);
	assert_screen("claim");
}

/* Esc takes the search away first, and then the page. */
static void test_esc_leaves_the_search_first(void **state)
{
	(void)state;
	press(BT_KEY_F4);
	type("4326");
	press(BT_KEY_ESC);
	assert_screen("stuck");
	assert_false(shows("4326"));
	press(BT_KEY_ESC);
	assert_screen("home");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_found_by_its_utr_and_given_once),
	    TEST(test_a_refusal_is_said),
	    TEST(test_no_token_without_the_server),
	    TEST(test_bank_unsure_is_waited_for),
	    TEST(test_refund_is_ordered_with_a_second_person),
	    TEST(test_no_token_beside_a_refund),
	    TEST(test_unknown_utr_offers_a_claim),
	    TEST(test_claim_is_written_while_the_server_is_down),
	    TEST(test_half_a_utr_is_no_utr),
	    TEST(test_supply_that_is_owed),
	    TEST(test_tab_chooses_whose),
	    TEST(test_esc_leaves_the_search_first),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
