/* The slip under the clerk's eyes: what it waits for, giving it up, whether it came out, why another is wanted, and the
 * drawer on a supervisor's word.
 *
 * rooms: ui/screen ui/widget core/base core/money core/qr core/directory core/tender
 */
#include "tests/unit/stage_fixture.h"

#define GOES_ON   "it goes on by itself"
#define WHY_AGAIN "Why once more?"

/* A token is on the screen, its slip in the printer's hand. */
static void give_token(enum bt_paper paper)
{
	fake.status.paper = paper;
	fake.view.printing = BT_PRINTING_NOW;
	fake.view.copies = 0;
	fake.next_state = BT_SALE_TOKENED;
	(void)scan("100244781560");
	(void)type("500\n\n");
	assert_screen("token");
}

/* The sentence follows the printer while nobody touches a key, and goes when the slip goes on. */
static void test_the_sentence_follows_the_paper(void **state)
{
	static const struct {
		enum bt_paper paper;
		const char *wanted;
	} steps[] = {{BT_PAPER_OUT, "No paper. Put in a roll: " GOES_ON},
		     {BT_PAPER_OPEN, "The printer is open. Close it: " GOES_ON},
		     {BT_PAPER_JAM, "The cutter is stuck. Free it: " GOES_ON},
		     {BT_PAPER_FAULT, "The printer reports an error. Wait,"},
		     {BT_PAPER_SILENT, "The printer does not answer. Is it switched on?"},
		     {BT_PAPER_LOW, "  Printing"},
		     {BT_PAPER_OK, "  Printing"}};
	(void)state;
	give_token(BT_PAPER_OK);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		fake.status.paper = steps[i].paper;
		assert_true(shows(steps[i].wanted));
		assert_int_equal(shows("Next scan or number starts the next person."), steps[i].paper <= BT_PAPER_LOW);
	}
	fake.view.printing = BT_PRINTING_DONE;
	assert_true(shows("✓ Receipt printed."));
	assert_false(shows(GOES_ON));
	assert_int_equal(fake.reprints, 0);
}

static void test_f5_gives_it_up(void **state)
{
	(void)state;
	give_token(BT_PAPER_OUT);
	assert_false(press(BT_KEY_F5));
	assert_int_equal(fake.reprints, 1);
	assert_int_equal(fake.reprint_said, BT_REPRINT_UNSAID); /* what happened says why */
	fake.view.printing = BT_PRINTING_GIVEN_UP;
	assert_false(shows(GOES_ON));
	assert_true(shows("  Printing"));
}

/* It is on its way and nothing keeps it: F5 is taken, and nothing wrong is said. */
static void test_f5_while_it_prints_says_nothing_wrong(void **state)
{
	(void)state;
	give_token(BT_PAPER_OK);
	fake.reprint_err = BT_ESTATE;
	press(BT_KEY_F5);
	assert_int_equal(fake.reprints, 0);
	assert_true(shows("  Printing"));
	assert_false(shows("does not answer"));
}

static void test_enter_does_not_give_up_a_docket(void **state)
{
	(void)state;
	fake.outlook = BT_OUTLOOK_DOCKET;
	fake.denial = fake.view.denial = BT_DENY_NOT_COVERED;
	fake.next_state = BT_SALE_PENDING;
	fake.status.server = BT_BREAKER_OFFLINE;
	fake.status.paper = BT_PAPER_OPEN;
	fake.view.printing = BT_PRINTING_NOW;
	tick(1000);
	(void)scan("100244781560");
	(void)type("500\n\n");
	assert_screen("docket");
	assert_true(shows("F5 Print again"));
	assert_false(shows("Enter Print docket"));
	assert_true(press(BT_KEY_ENTER));
	assert_int_equal(fake.reprints, 0);
	assert_false(press(BT_KEY_F5));
	assert_int_equal(fake.reprints, 1);
	fake.status.paper = BT_PAPER_OK;
	fake.view.printing = BT_PRINTING_DONE;
	assert_true(shows("✓ Docket printed."));
	assert_true(shows("Enter Print docket"));
}

static void test_it_did_not_come_out(void **state)
{
	(void)state;
	give_token(BT_PAPER_OK);
	fake.view.printing = BT_PRINTING_ASK;
	assert_true(shows("Did the slip come out? Enter yes, F5 no."));
	press(BT_KEY_F5);
	assert_int_equal(fake.reprints, 1);
	assert_int_equal(fake.reprint_said, BT_REPRINT_UNSAID);
	press(BT_KEY_ENTER);
	assert_true(shows("✓ Receipt printed."));
}

/* It came out, and the shop wants to know why another is wanted. */
static void ask_why(void)
{
	give_token(BT_PAPER_OK);
	fake.view.printing = BT_PRINTING_DONE;
	fake.view.copies = 1;
	fake.reprint_err = BT_EINPUT;
	press(BT_KEY_F5);
	assert_int_equal(fake.reprints, 0);
	assert_true(shows(WHY_AGAIN " 1 torn or unreadable, 2 the consumer asks for it."));
}

static void test_a_number_key_says_why(void **state)
{
	static const enum bt_reprint wanted[] = {BT_REPRINT_DAMAGED, BT_REPRINT_ASKED};
	(void)state;
	ask_why();
	for (int i = 0; i < 2; i++) {
		send(BT_KEY_CHAR, (uint32_t)('1' + i), true, HAND_MS);
		assert_int_equal(fake.reprints, i);
		tick(50);
		assert_int_equal(fake.reprints, i);
		assert_true(bt_ui_stage_due_ms(stage) <= 100);
		tick(60);
		assert_int_equal(fake.reprints, i + 1);
		assert_int_equal(fake.reprint_said, wanted[i]);
		assert_screen("token");
		assert_false(shows(WHY_AGAIN));
		press(BT_KEY_F5);
		assert_true(shows(WHY_AGAIN));
	}
}

/* A scan begins with a digit too: it is the next person, whole, and nothing is printed. */
static void test_a_scan_is_no_answer(void **state)
{
	(void)state;
	ask_why();
	(void)scan("100244781560");
	assert_screen("card");
	assert_true(shows("Ramesh Kumar Singh"));
	tick(1000);
	assert_int_equal(fake.reprints, 0);
	assert_false(shows(WHY_AGAIN));
}

static void test_other_keys_mean_what_they_always_mean(void **state)
{
	(void)state;
	ask_why();
	assert_false(press(BT_KEY_ESC));
	assert_screen("token");
	assert_false(shows(WHY_AGAIN));
	(void)type("1");
	tick(200);
	assert_screen("home"); /* a digit is the next person again */
	assert_int_equal(fake.reprints, 0);
	ask_why();
	press(BT_KEY_F2);
	assert_string_equal(bt_ui_stage_desk(stage)->again.sale_id, bt_ui_stage_desk(stage)->sale_id);
	press(BT_KEY_F3);
	assert_screen("home");
	assert_false(shows(WHY_AGAIN));
	ask_why();
	press(BT_KEY_F9);
	assert_screen("signin");
	(void)type("1");
	tick(200);
	assert_int_equal(fake.reprints, 0); /* that was the beginning of a PIN */
}

/* From the list of a person the answer says that it prints; the list has no row for it. */
static void test_from_a_list(void **state)
{
	(void)state;
	(void)bt_text_copy(fake.history[1].sale_id, sizeof(fake.history[1].sale_id),
			   "0192f000-0000-7000-8000-00000000000a");
	fake.view.state = BT_SALE_DONE;
	fake.reprint_err = BT_EINPUT;
	(void)scan("100244781560");
	press(BT_KEY_F6);
	press(BT_KEY_DOWN);
	press(BT_KEY_F5);
	assert_screen("history");
	assert_true(shows(WHY_AGAIN));
	(void)type("2");
	tick(200);
	assert_int_equal(fake.reprints, 1);
	assert_int_equal(fake.reprint_said, BT_REPRINT_ASKED);
	assert_string_equal(fake.reprinted, "0192f000-0000-7000-8000-00000000000a");
	assert_true(shows("Printing"));
}

/* ---- the drawer ---- */

static void test_a_supervisor_opens_the_drawer(void **state)
{
	(void)state;
	press(BT_KEY_F12);
	assert_true(shows("F7 Open drawer"));
	press(BT_KEY_F7);
	assert_screen("approve");
	assert_true(shows("Open the drawer without a sale."));
	(void)type("1234\n4");
	press(BT_KEY_ENTER);
	assert_int_equal(fake.drawers, 0); /* there is no fourth reason */
	(void)type("2\n");
	tick(200);
	assert_int_equal(fake.drawers, 1);
	assert_string_equal(fake.approver, "jha");
	assert_string_equal(fake.reason, "counting");
	assert_screen("system");
	assert_true(shows("✓ Drawer opened."));
}

static void test_a_wrong_pin_opens_nothing(void **state)
{
	(void)state;
	press(BT_KEY_F12);
	press(BT_KEY_F7);
	(void)type("9999\n1\n");
	tick(200);
	assert_int_equal(fake.drawers, 0);
	assert_screen("approve");
	assert_true(shows("Wrong PIN."));
}

/* Without a printer nothing can tell the drawer to open; and not before somebody has signed in. */
static void test_no_drawer_no_key(void **state)
{
	(void)state;
	fake.status.paper = BT_PAPER_NONE;
	tick(1000);
	press(BT_KEY_F12);
	assert_false(shows("Open drawer"));
	assert_true(press(BT_KEY_F7));
	assert_screen("system");
	press(BT_KEY_ESC);
	fake.status.paper = BT_PAPER_OK;
	press(BT_KEY_F9);
	press(BT_KEY_F12);
	assert_screen("system");
	assert_false(shows("Open drawer"));
	assert_true(press(BT_KEY_F7));
	assert_screen("system");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_the_sentence_follows_the_paper),
	    TEST(test_f5_gives_it_up),
	    TEST(test_f5_while_it_prints_says_nothing_wrong),
	    TEST(test_enter_does_not_give_up_a_docket),
	    TEST(test_it_did_not_come_out),
	    TEST(test_a_number_key_says_why),
	    TEST(test_a_scan_is_no_answer),
	    TEST(test_other_keys_mean_what_they_always_mean),
	    TEST(test_from_a_list),
	    TEST(test_a_supervisor_opens_the_drawer),
	    TEST(test_a_wrong_pin_opens_nothing),
	    TEST(test_no_drawer_no_key),
	};
	return cmocka_run_group_tests_name("ui_paper", tests, NULL, NULL);
}
