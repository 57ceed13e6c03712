/* The desk under a hand: one is found by any name, the one right thing is done, and a claim is written when nobody can
 * be asked.
 *
 * rooms: ui/screen ui/widget core/base core/money core/qr core/directory core/tender core/desk
 * Screens 09 and 10; the table behind them is tests/unit/test_desk_verdict.c. */
#include "tests/unit/stage_fixture.h"

#include "tests/unit/fake_desk.h"
#include "ui/screen/stuck_rows.h"

#define RAMESH "100244781560"

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

/* What the card warns of is what F4 has: chosen, asked for by its own name, and Esc leads back. */
static void test_card_leads_to_its_payment(void **state)
{
	(void)state;
	fake_fill_account(&fake);
	(void)scan(RAMESH);
	assert_screen("card");
	assert_true(shows("₹ 500 paid in the app at 09:10, not yet in the meter.  F4 opens it."));
	press(BT_KEY_F4);
	assert_screen("stuck");
	assert_true(shows("› Ramesh Kumar Singh"));
	assert_true(shows("▲ app paid, no token"));
	press(BT_KEY_ENTER);
	assert_string_equal(fake_at.asked, fake.account.waiting[0].payment_id);
	tick(500);
	assert_screen("stuck_one");
	press(BT_KEY_ESC);
	assert_screen("stuck");
	assert_true(shows("› Ramesh Kumar Singh"));
	press(BT_KEY_ESC);
	assert_screen("card");
	press(BT_KEY_F3); /* the next person has nothing of it */
	press(BT_KEY_F4);
	assert_screen("stuck");
	assert_false(shows("Ramesh Kumar Singh"));
}

/* Without the server the same row begins a claim with all that is known; once it is written, its row stands instead. */
static void test_card_leads_to_a_claim_without_the_server(void **state)
{
	(void)state;
	fake_fill_account(&fake);
	(void)scan(RAMESH);
	fake_at.find_err = BT_EUNREACHABLE;
	press(BT_KEY_F4);
	press(BT_KEY_ENTER);
	assert_screen("stuck");
	assert_true(shows("Other channels cannot be asked now. A claim can be written."));
	press(BT_KEY_ENTER);
	assert_screen("claim");
	assert_true(shows("4326 1180 5521"));
	assert_true(shows("1002 4478 1560"));
	press(BT_KEY_ESC);
	assert_screen("stuck");
	press(BT_KEY_ESC); /* the offer */
	fake_at.claims[0] = (struct bt_claim){.utr = "432611805521", .number = "C-0142-1-7", .amount = 50000};
	(void)bt_text_copy(fake_at.claims[0].connection, sizeof(fake_at.claims[0].connection), RAMESH);
	fake_at.claim_count = 1;
	tick(500);
	assert_true(shows("claim written, not sent"));
	assert_false(shows("app paid, no token"));
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
/* The meter took another token of the same minute (PROTOCOL T5): a second person has seen it, and only then is anybody
 * asked; a supervisor who says no has nothing made. */
static void test_a_refused_token_is_replaced(void **state)
{
	(void)state;
	fake_at.found[0].can = BT_CAN_NONE;
	fake_at.found[0].token = BT_TOKEN_GIVEN;
	fake_at.found[0].reissue = true;
	find_sunita();
	assert_true(shows("Two tokens of this meter have the same minute.  It takes one."));
	assert_true(shows("The meter says used?  A supervisor gives"));
	press(BT_KEY_ENTER);
	assert_screen("approve");
	press(BT_KEY_ESC);
	assert_screen("stuck_one");
	tick(200);
	assert_int_equal(fake_at.reissues, 0);
	press(BT_KEY_ENTER);
	assert_screen("approve");
	assert_true(shows("New token of ₹ 500 for Sunita Devi, 1002 4551 0087."));
	type("1234\n1\n");
	tick(100);
	assert_screen("stuck_one");
	assert_int_equal(fake_at.reissues, 1);
	assert_string_equal(fake_at.ordered, fake_at.found[0].payment_id);
	assert_string_equal(fake.docket_view.refused_by, fake.approver);
	tick(200);
	/* Whoever presses again is not heard while the server is asked. */
	press(BT_KEY_ENTER);
	assert_screen("stuck_one");
	fake.docket_view.state = BT_DOCKET_DELIVERED;
	fake.view.state = BT_SALE_TOKENED;
	tick(200);
	assert_screen("token");
	assert_int_equal(fake_at.reissues, 1);
}

/* The meter has got its next key since (PROTOCOL T6): the page says that, and the rest is the same. */
static void test_a_token_of_the_key_before_is_replaced(void **state)
{
	(void)state;
	fake_at.found[0].can = BT_CAN_NONE;
	fake_at.found[0].token = BT_TOKEN_GIVEN;
	fake_at.found[0].reissue = fake_at.found[0].next_key = true;
	find_sunita();
	assert_true(shows("The meter got a new key after this token was made."));
	assert_true(shows("The meter refuses it?"));
	press(BT_KEY_ENTER);
	assert_screen("approve");
	assert_true(shows("1002 4551 0087.  The meter refuses"));
	assert_true(shows("the one before."));
}

/* Without the server there is no such word. */
static void test_no_new_token_without_the_server(void **state)
{
	(void)state;
	fake_at.found[0].can = BT_CAN_NONE;
	fake_at.found[0].token = BT_TOKEN_GIVEN;
	fake_at.found[0].reissue = true;
	find_sunita();
	fake.status.server = BT_BREAKER_OFFLINE;
	tick(200);
	press(BT_KEY_ENTER);
	assert_screen("stuck_one");
}

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

/* More than a page holds: PgUp and PgDn go by a page, the row that is opened is the one that is marked. */
static void test_a_long_list_pages(void **state)
{
	(void)state;
	fake.open_count = 30;
	fake.status.open_sales = 30;
	for (int i = 0; i < 30; i++) {
		fake.open[i] = fake.open[0];
		fake.open[i].amount = (i + 1) * 10000;
		fake.open[i].paid_at_ms = fake.status.now_ms - (int64_t)(60 - i) * 60000;
		(void)bt_text_printf(fake.open[i].sale_id, sizeof(fake.open[i].sale_id), "sale-%02d", i);
	}
	for (int lang = 0; lang < BT_LANG_COUNT; lang++) {
		press(BT_KEY_F4);
		assert_true(shows("₹ 1,200 "));
		assert_false(shows("₹ 1,300 "));
		press(BT_KEY_PAGE_DOWN);
		assert_true(shows("₹ 1,300 "));
		assert_false(shows("₹ 100 "));
		press(BT_KEY_PAGE_DOWN);
		press(BT_KEY_PAGE_DOWN);
		assert_true(shows("₹ 3,000 "));
		assert_true(shows("₹ 1,900 "));
		assert_false(shows("₹ 1,800 "));
		tick(500); /* looked at again, it stays where it is */
		assert_true(shows("₹ 3,000 "));
		press(BT_KEY_PAGE_UP);
		press(BT_KEY_PAGE_UP);
		press(BT_KEY_PAGE_UP);
		assert_true(shows("₹ 100 "));
		press(BT_KEY_ESC);
		press(BT_KEY_F2);
	}
}

/* F5 on the list is about the list, F5 on one about that one: once a claim is written, its docket. */
static void test_f5_prints_what_the_page_is_about(void **state)
{
	(void)state;
	fake.open_count = 2;
	fake.open[1].amount = 20000;
	fake_at.claims[0] = (struct bt_claim){.connection = FAKE_SUNITA,
					      .utr = FAKE_UTR,
					      .channel = "app",
					      .number = "C-0142-1-7",
					      .amount = 50000,
					      .at_ms = fake.status.now_ms - FAKE_HOUR_MS};
	fake_at.claim_count = 1;
	press(BT_KEY_F4);
	assert_true(shows("F5 Print"));
	press(BT_KEY_F5);
	assert_int_equal(fake_at.lists, 1);
	assert_int_equal(fake_at.listed.all, 3);
	assert_int_equal(fake_at.listed.count, 3);
	assert_string_equal(fake_at.listed.rows[2].name.text[BT_LANG_EN], "Sunita Devi");
	assert_string_equal(fake_at.listed.rows[2].where, "claim written, not sent");
	assert_int_equal(fake_at.listed.rows[2].amount, 50000);
	press(BT_KEY_TAB); /* paid here */
	press(BT_KEY_F5);
	assert_int_equal(fake_at.listed.all, 2);
	fake.status.open_sales = BT_STUCK_OURS + 5; /* more than the list holds */
	tick(500);
	press(BT_KEY_F5);
	assert_int_equal(fake_at.listed.all, 7);
	assert_int_equal(fake_at.listed.count, 2);
	fake.status.paper = BT_PAPER_NONE;
	tick(500);
	press(BT_KEY_F5);
	assert_true(shows("There is no printer here."));
	assert_int_equal(fake_at.lists, 3);
	press(BT_KEY_ESC);
	find_sunita();
	assert_screen("stuck_one");
	press(BT_KEY_F5);
	assert_int_equal(fake_at.prints, 1);
	assert_screen("stuck_one");
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
	    TEST(test_card_leads_to_its_payment),
	    TEST(test_card_leads_to_a_claim_without_the_server),
	    TEST(test_a_refusal_is_said),
	    TEST(test_no_token_without_the_server),
	    TEST(test_bank_unsure_is_waited_for),
	    TEST(test_refund_is_ordered_with_a_second_person),
	    TEST(test_a_refused_token_is_replaced),
	    TEST(test_no_new_token_without_the_server),
	    TEST(test_a_token_of_the_key_before_is_replaced),
	    TEST(test_no_token_beside_a_refund),
	    TEST(test_unknown_utr_offers_a_claim),
	    TEST(test_claim_is_written_while_the_server_is_down),
	    TEST(test_half_a_utr_is_no_utr),
	    TEST(test_supply_that_is_owed),
	    TEST(test_tab_chooses_whose),
	    TEST(test_a_long_list_pages),
	    TEST(test_f5_prints_what_the_page_is_about),
	    TEST(test_esc_leaves_the_search_first),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
