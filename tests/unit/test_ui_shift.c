/* The clerk's day around the sales: open with a float, deposit, count blind, seal, hand over; a supervisor closes.
 *
 * rooms: ui/screen ui/widget core/base core/money core/qr core/directory core/tender
 * uses: zbar
 * wraps: bt_ui_label bt_ui_label_at
 *
 * Golden screens of the till are those of screen_golden.h, in both languages and two sizes. */
#include "tests/unit/fake_till.h"
#include "tests/unit/screen_golden.h"
#include "tests/unit/stage_fixture.h"

static struct fake_till till;

static int setup_till(void **state)
{
	(void)state;
	open_stage(&(struct bt_ui_stage_options){.signed_in = NULL});
	fake_till_open_in(&till, &fake);
	draw();
	return 0;
}

/* Rina with her shift open. */
static int setup_open(void **state)
{
	(void)state;
	open_stage(&(struct bt_ui_stage_options){.signed_in = "rina", .idle_lock_ms = LOCK_MS});
	fake_till_open_in(&till, &fake);
	till.state.stage = BT_TILL_OPEN;
	draw();
	return 0;
}

/* The chosen one of the sign-in list is Rina. */
static void sign_in(void)
{
	type("1234\n");
	draw();
}

/* ---- opening ---- */

static void test_a_sign_in_leads_to_the_float(void **state)
{
	(void)state;
	sign_in();
	assert_screen("shift_open");
	assert_true(shows("shift 0611"));
	assert_true(shows("₹ 50,000 in hand, warning at ₹ 40,000"));
	assert_int_equal(type("2000\n"), 0);
	assert_int_equal(till.opens, 1);
	assert_true(till.opened_with == 200000);
	assert_screen("home");
	assert_true(shows("Shift 0611 is open with ₹ 2,000 in the drawer."));
}

static void test_an_open_shift_is_not_asked_for_again(void **state)
{
	(void)state;
	till.state.stage = BT_TILL_OPEN;
	sign_in();
	assert_screen("home");
}

/* PIN and float typed in one go: what comes while the PIN is checked is for the float. */
static void test_the_float_is_typed_ahead(void **state)
{
	(void)state;
	fake.job = BT_UI_JOB_RUNNING;
	type("1234\n");
	fake.job = BT_UI_JOB_RUNNING;
	type("2000\n");
	assert_screen("signin");
	fake.job = BT_UI_JOB_GOOD;
	draw();
	assert_screen("home");
	assert_true(till.opened_with == 200000);
}

static void test_another_float_than_was_left_is_asked_once(void **state)
{
	(void)state;
	till.state.has_last_drawer = true;
	till.state.last_drawer = 250000;
	sign_in();
	type("2000\n");
	assert_int_equal(till.opens, 0);
	assert_true(shows("The last drawer had ₹ 2,500. Enter again if this is right."));
	/* Another sum is asked about again. */
	press(BT_KEY_BACKSPACE);
	type("1\n");
	assert_int_equal(till.opens, 0);
	press(BT_KEY_ENTER);
	assert_int_equal(till.opens, 1);
	assert_true(till.opened_with == 200100);
}

static void test_the_float_that_was_left_is_not_asked_about(void **state)
{
	(void)state;
	till.state.has_last_drawer = true;
	till.state.last_drawer = 200000;
	sign_in();
	type("2000\n");
	assert_int_equal(till.opens, 1);
}

static void test_an_empty_drawer_is_asked_about(void **state)
{
	(void)state;
	sign_in();
	press(BT_KEY_ENTER);
	assert_true(shows("No money in the drawer?"));
	assert_int_equal(till.opens, 0);
	press(BT_KEY_ENTER);
	assert_int_equal(till.opens, 1);
	assert_true(till.opened_with == 0);
}

static void test_what_is_no_float(void **state)
{
	(void)state;
	sign_in();
	assert_int_equal(type("a"), 1);
	assert_int_equal(type("."), 1);
	assert_true(shows("Only whole rupees."));
	assert_int_equal(type("1234567"), 1); /* the seventh digit */
	press(BT_KEY_DELETE);
	(void)scan("100244781560");
	assert_true(shows("Finish this person first."));
	assert_screen("shift_open");
	till.open_err = BT_EDISK;
	type("2000\n");
	assert_screen("shift_open");
	assert_true(shows("Not done. Nothing was recorded. Call 1912."));
}

/* Nobody sells without a shift; what was typed is still there after it is open. */
static void test_no_money_without_a_shift(void **state)
{
	(void)state;
	sign_in();
	press(BT_KEY_ESC);
	assert_screen("home");
	(void)scan("100244781560");
	type("500\n");
	assert_screen("shift_open");
	assert_true(shows("There is no open shift."));
	type("2000\n");
	assert_screen("card");
	type("\n");
	assert_screen("confirm");
	press(BT_KEY_ENTER);
	assert_int_equal(fake.pays, 1);
	assert_true(fake.paid.amount == 50000);
}

static void test_a_supervisor_begins_at_home(void **state)
{
	(void)state;
	fake_till_leave_two(&till);
	press(BT_KEY_DOWN);
	press(BT_KEY_DOWN);
	type("1234\n");
	draw();
	assert_screen("home");
	press(BT_KEY_F7);
	assert_screen("shift");
	assert_true(shows("There is no open shift."));
	assert_true(shows("0610"));
	press(BT_KEY_ENTER);
	assert_screen("shift_open");
	assert_true(shows("1 never counted, 1 to be closed, see F7"));
	press(BT_KEY_F7);
	assert_screen("shift");
}

/* ---- the page of the shift, and deposits ---- */

/* A supervisor checks the drawer with the sum on paper; on the screen it stands nowhere. */
static void test_a_supervisor_checks_the_cash(void **state)
{
	(void)state;
	press(BT_KEY_F7);
	assert_true(shows("F8 Cash check"));
	press(BT_KEY_F8);
	assert_screen("approve");
	assert_true(shows("Print the X report of shift 0611 of Rina Kumari with its cash."));
	type("1234\n1\n");
	tick(100);
	assert_screen("shift");
	assert_int_equal(till.cash_prints, 1);
	assert_int_equal(till.prints, 0);
	assert_string_equal(till.closed_by, fake.approver);
	assert_string_equal(till.reason, "cash_check");
	assert_false(shows("44,220"));
	fake.status.paper = BT_PAPER_NONE;
	tick(1000);
	assert_false(shows("Cash check"));
	press(BT_KEY_F8);
	assert_screen("shift");
}

static void test_the_page_of_the_shift_is_blind(void **state)
{
	(void)state;
	till.report.expected_cash = 4622000;
	press(BT_KEY_F7);
	assert_screen("shift");
	assert_false(shows("44,220.00")); /* nor what would let it be added up */
	assert_true(shows("88 sales"));
	assert_true(shows("38,500.00"));
	assert_true(shows("61 sales"));
	assert_false(shows("46,220"));
	press(BT_KEY_F5);
	assert_int_equal(till.prints, 1);
	assert_true(till.printed == 611);
	assert_true(shows("Printing"));
	fake.status.paper = BT_PAPER_NONE;
	press(BT_KEY_F5);
	assert_true(shows("There is no printer here."));
	assert_int_equal(till.prints, 1);
	press(BT_KEY_ESC);
	assert_screen("home");
}

static void test_a_deposit_is_confirmed(void **state)
{
	(void)state;
	press(BT_KEY_F7);
	press(BT_KEY_F7);
	assert_screen("deposit");
	press(BT_KEY_ENTER); /* nothing typed */
	assert_int_equal(type("20000\n"), 0);
	assert_int_equal(type("SBI-4471 "), 1); /* no blank */
	type("\n");
	assert_true(shows("Take ₹ 20,000 out of the drawer, slip SBI-4471."));
	assert_true(shows("twenty thousand rupees"));
	assert_int_equal(till.deposits, 0);
	press(BT_KEY_ENTER);
	assert_int_equal(till.deposits, 1);
	assert_true(till.deposited == 2000000);
	assert_string_equal(till.slip, "SBI-4471");
	assert_screen("shift");
	assert_true(shows("Recorded: ₹ 20,000 out of the drawer, slip SBI-4471."));
	press(BT_KEY_ESC);
	assert_screen("home");
}

static void test_a_deposit_that_cannot_be(void **state)
{
	(void)state;
	press(BT_KEY_F7);
	press(BT_KEY_F7);
	till.deposit_err = BT_ERANGE;
	type("99000\n\n\n");
	assert_true(shows("So much cannot be in the drawer. Nothing was recorded."));
	assert_true(shows("█")); /* what was typed is still there */
	till.deposit_err = BT_OK;
	type("\n\n\n");
	assert_true(till.deposited == 9900000);
	assert_string_equal(till.slip, "");
	assert_true(shows("without a slip."));
}

static void test_esc_goes_back_through_a_deposit(void **state)
{
	(void)state;
	press(BT_KEY_F7);
	press(BT_KEY_F7);
	type("500\n12\n");
	press(BT_KEY_ESC);
	assert_false(shows("Take ₹ 500"));
	type("3\n");
	assert_true(shows("slip 123."));
	for (int i = 0; i < 3; i++) {
		assert_screen("deposit");
		press(BT_KEY_ESC);
	}
	assert_screen("shift");
	assert_int_equal(till.deposits, 0);
}

static void test_the_ceiling_is_said(void **state)
{
	(void)state;
	assert_false(shows("₹!"));
	till.state.near_ceiling = true;
	tick(500);
	assert_true(shows("₹!  Rina"));
	press(BT_KEY_F3);
	assert_true(shows("Drawer is near its ceiling. Deposit now."));
	till.state.over_ceiling = true;
	tick(500);
	(void)scan("100244781560");
	type("500\n");
	assert_screen("confirm");
	assert_true(shows("The drawer is at its ceiling of ₹ 50,000. Deposit first: F7."));
	press(BT_KEY_F7);
	assert_screen("shift");
	press(BT_KEY_ESC);
	assert_screen("confirm");
	fake.status.paper = BT_PAPER_SILENT;
	assert_true(shows("₹! 11:42"));
}

/* ---- counting ---- */

static void open_count(void)
{
	press(BT_KEY_F7);
	press(BT_KEY_ENTER);
	assert_screen("count");
}

static void test_count_seal_hand_over(void **state)
{
	static const int64_t wanted[FAKE_LINES] = {80, 14, 30, 5, 0, 3, 40};
	(void)state;
	open_count();
	assert_int_equal(type("80\n14\n30\n5\n\n3\n40\n"), 0);
	assert_screen("seal");
	assert_int_equal(till.counts, 1);
	assert_int_equal(till.lines, FAKE_LINES);
	assert_memory_equal(till.pieces, wanted, sizeof(wanted));
	assert_true(shows("count 1 of 2"));
	assert_false(shows("Should be"));
	assert_false(shows("46,220"));
	press(BT_KEY_ENTER);
	assert_screen("close_shift");
	assert_int_equal(till.seals, 1);
	assert_true(shows("46,120.00"));
	assert_true(shows("46,220.00"));
	assert_true(shows("Short"));
	press(BT_KEY_F5);
	assert_true(till.printed == 611);
	press(BT_KEY_ENTER);
	assert_screen("signin");
	assert_false(bt_ui_stage_desk(stage)->signed_in);
	press(BT_KEY_F3); /* nothing behind it is to be had */
	assert_screen("signin");
	press(BT_KEY_F7);
	assert_screen("signin");
}

static void test_one_recount(void **state)
{
	(void)state;
	open_count();
	type("80\n14\n30\n5\n\n3\n40\n");
	press(BT_KEY_F7);
	assert_screen("count");
	assert_false(shows("40,000")); /* blind: it begins empty */
	type("81\n14\n30\n5\n\n3\n40\n");
	assert_screen("seal");
	assert_int_equal(till.counts, 2);
	assert_true(shows("It was counted twice."));
	press(BT_KEY_F7);
	assert_screen("seal");
	press(BT_KEY_ESC);
	assert_screen("shift");
	press(BT_KEY_ENTER); /* counted already: on to the seal */
	assert_screen("seal");
	press(BT_KEY_ENTER);
	assert_screen("close_shift");
	assert_true(shows("Over"));
}

/* The whole end of the day, typed faster than it is drawn. */
static void test_a_count_typed_ahead(void **state)
{
	(void)state;
	open_count();
	for (const char *key = "80\n14\n30\n5\n\n3\n40\n\n"; *key; key++) {
		(void)send(*key == '\n' ? BT_KEY_ENTER : BT_KEY_CHAR, (uint32_t)(unsigned char)*key, false, HAND_MS);
	}
	assert_screen("close_shift");
	assert_int_equal(till.counts, 1);
	assert_int_equal(till.seals, 1);
}

static void test_moving_between_the_lines(void **state)
{
	(void)state;
	open_count();
	assert_true(press(BT_KEY_UP));
	type("1");
	press(BT_KEY_DOWN);
	type("2");
	press(BT_KEY_UP);
	assert_int_equal(type("0"), 0);
	assert_true(shows("5,000")); /* ten of 500 */
	assert_true(shows("400"));   /* two of 200 */
	press(BT_KEY_BACKSPACE);
	press(BT_KEY_BACKSPACE);
	assert_false(shows("5,000"));
	for (int i = 0; i < FAKE_LINES - 1; i++) {
		assert_false(press(BT_KEY_DOWN));
	}
	assert_true(press(BT_KEY_DOWN));
	assert_true(shows("Record the count"));
}

/* Tab: how many of these; Enter goes on to the next line. Who has none never meets it. */
static void test_torn_notes_are_told_apart(void **state)
{
	static const int64_t pieces[FAKE_LINES] = {80, 14, 30, 5, 0, 3, 40}, torn[FAKE_LINES] = {2, 0, 5, 0, 0, 0, 0};
	(void)state;
	open_count();
	assert_int_equal(type("80\t2\n14\n30\t5\n5\n\n3\n40"), 0);
	assert_true(press(BT_KEY_TAB)); /* coins have no such thing */
	press(BT_KEY_ENTER);
	assert_screen("seal");
	assert_memory_equal(till.pieces, pieces, sizeof(pieces));
	assert_memory_equal(till.torn, torn, sizeof(torn));
	assert_true(shows("₹ 1,500:  500 × 2, 100 × 5"));
	assert_true(shows("for exchange at the bank, not for change."));
	press(BT_KEY_ENTER);
	assert_screen("close_shift");
	assert_true(shows("46,120.00"));
	assert_true(shows("Torn or soiled"));
	assert_true(shows("1,500.00"));
}

static void test_none_torn_is_not_spoken_of(void **state)
{
	static const int64_t none[FAKE_LINES] = {0};
	(void)state;
	open_count();
	type("80\n14\n30\n5\n\n3\n40\n");
	assert_memory_equal(till.torn, none, sizeof(none));
	assert_false(shows("Torn"));
	press(BT_KEY_ENTER);
	assert_screen("close_shift");
	assert_false(shows("Torn"));
}

/* Of the notes in the line, so never more of them; wherever the cursor has been meanwhile. */
static void test_more_torn_notes_than_notes(void **state)
{
	(void)state;
	open_count();
	type("3\t4\n");
	assert_true(shows("More torn notes than notes in this line."));
	type("\n");
	assert_true(shows("More torn notes than notes in this line."));
	type("56789");
	assert_true(shows("4,567"));
	assert_false(shows("45,678")); /* four digits: a fifth would stand in the column beside it */
	press(BT_KEY_DELETE);
	type("3\n"); /* all three */
	assert_false(shows("More torn notes"));
	press(BT_KEY_TAB);
	type("1");
	press(BT_KEY_DOWN); /* leaves 200: none counted, one torn */
	type("1");
	press(BT_KEY_TAB);
	type("1\n\n\n\n");
	assert_true(shows("Record the count"));
	press(BT_KEY_ENTER);
	assert_int_equal(till.counts, 0);
	assert_true(shows("More torn notes than notes in this line."));
	press(BT_KEY_DELETE); /* the cursor has gone to it */
	type("\n\n\n\n\n\n");
	assert_screen("seal");
	assert_int_equal(till.torn[0], 3);
	assert_int_equal(till.torn[1], 0);
	assert_int_equal(till.torn[2], 1);
}

/* Alone it is a count in hand like any other. */
static void test_torn_notes_are_not_lost_by_one_key(void **state)
{
	(void)state;
	open_count();
	press(BT_KEY_TAB);
	type("2");
	press(BT_KEY_ESC);
	assert_screen("count");
	assert_true(shows("Esc again throws it away."));
	press(BT_KEY_TAB);
	type("2\n");
	assert_false(shows("Torn notes"));
	assert_true(shows("1,000"));
}

static void test_very_many_notes_are_asked_about(void **state)
{
	(void)state;
	open_count();
	type("10000\n");
	assert_true(shows("More than 9,999 notes? Enter again if right."));
	type("\n9999\n");
	assert_false(shows("More than"));
	type("\n\n\n\n12000\n");
	assert_true(shows("More than ₹ 9,999 in coins?"));
	assert_int_equal(till.counts, 0);
	press(BT_KEY_ENTER);
	assert_int_equal(till.counts, 1);
}

static void test_a_count_of_nothing_is_asked_about(void **state)
{
	(void)state;
	open_count();
	type("\n\n\n\n\n\n\n");
	assert_screen("count");
	assert_true(shows("No money in the drawer?"));
	press(BT_KEY_ENTER);
	assert_int_equal(till.counts, 1);
}

static void test_a_count_is_not_lost_by_one_key(void **state)
{
	(void)state;
	open_count();
	press(BT_KEY_ESC);
	assert_screen("shift"); /* nothing was typed */
	press(BT_KEY_ENTER);
	type("61\n");
	press(BT_KEY_ESC);
	assert_true(shows("This count is not recorded yet. Esc again throws it away."));
	assert_screen("count");
	/* A scan, another language, a resize, the lock: the 61 stay. */
	assert_true(scan("100244781560"));
	assert_screen("count");
	press(BT_KEY_F2);
	assert_true(shows("30,500"));
	press(BT_KEY_F2);
	bt_ui_stage_draw(stage, 43, 132, &canvas);
	bt_ui_stage_draw(stage, 10, 40, &canvas);
	(void)send(BT_KEY_RESIZE, 0, true, HAND_MS);
	assert_true(shows("30,500"));
	press(BT_KEY_F7);
	assert_screen("count");
	press(BT_KEY_F9);
	assert_screen("signin");
	assert_false(shows("30,500"));
	type("1234\n");
	draw();
	assert_screen("count");
	assert_true(shows("30,500"));
	press(BT_KEY_ESC);
	press(BT_KEY_ESC);
	assert_screen("shift");
	assert_int_equal(till.counts, 0);
}

static void test_a_seal_that_waits(void **state)
{
	(void)state;
	open_count();
	type("80\n\n\n\n\n\n\n");
	till.seal_err = BT_ESTATE;
	press(BT_KEY_ENTER);
	assert_screen("seal");
	assert_true(shows("A recharge still waits for its answer. Finish it first: F4."));
	press(BT_KEY_F4);
	assert_screen("stuck");
	press(BT_KEY_ESC);
	assert_screen("seal");
	till.seal_err = BT_OK;
	press(BT_KEY_ENTER);
	assert_screen("close_shift");
}

/* Somebody came after the count: another one is due, and after two of them nothing more is sold before the seal. */
static void test_cash_after_the_count(void **state)
{
	(void)state;
	open_count();
	type("80\n\n\n\n\n\n\n");
	till.seal_err = BT_ESTATE;
	till.state.recount_due = true;
	press(BT_KEY_ENTER);
	assert_true(shows("Cash has moved since it was counted. Count again: F7."));
	press(BT_KEY_ESC);
	assert_true(shows("It is to be counted again."));
	press(BT_KEY_ENTER);
	assert_screen("count");
	till.seal_err = BT_OK;
	till.state.recount_due = false;
	type("81\n\n\n\n\n\n\n");
	assert_screen("seal");
	(void)scan("100244781560"); /* refused here */
	press(BT_KEY_F3);
	(void)scan("100244781560");
	type("500\n");
	assert_screen("shift");
	assert_true(shows("The cash was counted twice. Seal this shift first."));
	assert_true(press(BT_KEY_F7));
	assert_screen("shift");
	press(BT_KEY_ENTER);
	assert_screen("seal");
}

/* ---- by name ---- */

/* Whoever was signed in before the screens began is known to them as anybody else. */
static void test_who_is_signed_in_already_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(bt_ui_stage_desk(stage)->operator_id, "rina");
	press(BT_KEY_F7);
	assert_true(shows("shift 0611,  Rina Kumari,  since"));
	press(BT_KEY_F8);
	assert_true(shows("of Rina Kumari"));
	press(BT_KEY_ESC);
	press(BT_KEY_ENTER);
	assert_screen("count");
	type("81\n\n\n\n\n\n\n");
	assert_true(shows("shift 0611,  Rina Kumari,  since"));
	press(BT_KEY_F9);
	assert_true(shows("Locked by Rina."));
}

/* The utility has taken him off the list meanwhile: his shift is still his. */
static void test_who_is_no_operator_any_more_has_a_number(void **state)
{
	(void)state;
	fake_till_leave_two(&till);
	(void)bt_text_copy(till.waiting[0].operator_id, sizeof(till.waiting[0].operator_id), "4711");
	press(BT_KEY_F7);
	assert_true(shows("4711"));
	press(BT_KEY_F6);
	assert_screen("close_shift");
	assert_true(shows("shift 0610,  4711,  "));
	press(BT_KEY_F8);
	assert_true(shows("Close shift 0610 of 4711."));
}

/* ---- the supervisor ---- */

static void test_a_supervisor_closes_at_once(void **state)
{
	(void)state;
	open_count();
	type("80\n14\n30\n5\n\n3\n40\n\n");
	press(BT_KEY_F8);
	assert_screen("approve");
	assert_true(shows("Close shift 0611 of Rina Kumari.  The cash is ₹ 100 short."));
	type("1234\n1\n");
	draw();
	assert_screen("close_shift");
	assert_int_equal(till.closes, 1);
	assert_true(till.closed == 611);
	assert_string_equal(till.closed_by, "jha");
	assert_string_equal(till.reason, "checked");
	assert_true(shows("Shift 0611 is closed."));
	assert_true(shows("This shift is closed.")); /* at once, not at its next look */
	assert_false(shows("Supervisor closes"));
	assert_true(shows("Rina Kumari,  17:34"));
	assert_true(shows("A. K. Jha,  17:38"));
	press(BT_KEY_F8);
	assert_screen("close_shift");
}

static void test_shifts_of_others_are_closed_from_the_list(void **state)
{
	(void)state;
	fake_till_leave_two(&till);
	press(BT_KEY_F7);
	assert_true(shows("Sanjay Prasad"));
	assert_true(shows("₹ 100 short"));
	assert_true(shows("never counted"));
	press(BT_KEY_F6);
	assert_screen("close_shift");
	assert_false(shows("Hand over"));
	assert_true(press(BT_KEY_ENTER));
	press(BT_KEY_ESC);
	press(BT_KEY_DOWN);
	press(BT_KEY_F8);
	assert_true(shows("Close shift 0609 of Rina Kumari.  Nobody counted its cash."));
	type("1234\n3\n");
	draw();
	assert_screen("shift");
	assert_true(till.closed == 609);
	assert_string_equal(till.reason, "other");
	assert_false(shows("never counted"));
	press(BT_KEY_F8);
	till.close_err = BT_EAUTH;
	type("1234\n1\n");
	draw();
	assert_screen("approve");
	assert_true(shows("Not done. Nothing was recorded."));
}

/* ---- golden screens ---- */

static void go_open(void)
{
	sign_in();
	type("2000");
}

static void go_open_asked(void)
{
	till.state.has_last_drawer = true;
	till.state.last_drawer = 250000;
	fake.status.paper = BT_PAPER_OUT;
	fake_till_leave_two(&till);
	fake_server_down(&fake);
	go_open();
	type("\n");
}

static void be_open(void)
{
	till.state.stage = BT_TILL_OPEN;
	sign_in();
}

static void go_shift(void)
{
	be_open();
	till.report.deposits = (struct bt_receipt_total){"", 1, 2000000};
	press(BT_KEY_F7);
}

static void go_shift_list(void)
{
	fake_till_leave_two(&till);
	go_shift();
}

static void go_deposit(void)
{
	go_shift();
	press(BT_KEY_F7);
	type("20000\n4471\n");
}

static void go_near(void)
{
	be_open();
	till.state.near_ceiling = true;
	tick(500);
	press(BT_KEY_F3);
}

static void go_count(void)
{
	be_open();
	open_count();
	type("61\n14\n88\n23\n");
}

static void go_seal(void)
{
	be_open();
	open_count();
	type("80\n14\n30\n5\n\n3\n40\n");
}

static void go_count_torn(void)
{
	be_open();
	open_count();
	type("61\t2\n14\n88\t15");
}

static void go_seal_torn(void)
{
	be_open();
	open_count();
	type("80\t2\n14\n30\t5\n5\n\n3\n40\n");
}

/* Two of the three are still open by now. */
static void leave_open(void)
{
	fake.open[0] = (struct bt_sale_row){.sale_id = "a",
					    .receipt = "0142-0611-041-5",
					    .amount = 100000,
					    .stage = BT_STAGE_REFUSED,
					    .delivery = "token"};
	fake.open[1] = (struct bt_sale_row){.sale_id = "b",
					    .receipt = "0142-0611-052-1",
					    .amount = 20000,
					    .stage = BT_STAGE_PENDING,
					    .delivery = "balance"};
	fake.open_count = 2;
}

static void go_close(void)
{
	leave_open();
	go_seal();
	type("\n");
	fake.status.now_ms = till.report.until_ms;
}

static void go_close_torn(void)
{
	leave_open();
	go_seal_torn();
	type("\n");
	fake.status.now_ms = till.report.until_ms;
}

static void go_close_even(void)
{
	be_open();
	open_count();
	till.report.unsettled_count = 0;
	type("80\n14\n30\n5\n\n3\n140\n\n");
	fake.status.now_ms = till.report.until_ms;
}

static void go_closed(void)
{
	go_close();
	press(BT_KEY_F8);
	type("1234\n1\n");
	tick(1000);
}

static void go_approve(void)
{
	go_close();
	press(BT_KEY_F8);
	type("12");
}

static const struct screen_golden goldens[] = {
    {"12-shift-open", go_open, .screen = "shift_open", .signs = {{"▲", "{1} stuck from before, see F4"}}},
    {"12-shift-open-asked", go_open_asked, .screen = "shift_open"},
    {"12-shift", go_shift, .screen = "shift"},
    {"12-shift-list", go_shift_list, .screen = "shift"},
    {"12-deposit", go_deposit, .screen = "deposit"},
    {"12-ceiling", go_near, .screen = "home", .signs = {{"▲", "Drawer is near its ceiling. Deposit now."}}},
    {"13-count", go_count, .screen = "count"},
    {"13-count-torn", go_count_torn, .screen = "count"},
    {"13-seal", go_seal, .screen = "seal"},
    {"13-seal-torn", go_seal_torn, .screen = "seal"},
    {"14-close", go_close, .screen = "close_shift", .signs = {{"✕", "Short"}}},
    {"14-close-torn", go_close_torn, .screen = "close_shift", .signs = {{"✕", "Short"}}},
    {"14-closed", go_closed, .screen = "close_shift", .signs = {{"✕", "Short"}}},
    {"14-close-even", go_close_even, .screen = "close_shift", .signs = {{"✓", "Even"}}},
    {"15-approve-shift", go_approve, .screen = "approve"},
};

static void open_golden(enum bt_lang lang)
{
	fake_open(&fake, screen_golden_words);
	boot_ms = 1000;
	assert_int_equal(bt_ui_stage_open(&fake.shop, &(struct bt_ui_stage_options){.lang = lang}, boot_ms, &stage),
			 BT_OK);
	fake_till_open_in(&till, &fake);
	draw();
}

static const struct screen_goldens all = {goldens, sizeof(goldens) / sizeof(goldens[0]), open_golden,
					  BATTI_GOLDEN_DIR "/screens"};

static void test_goldens(void **state)
{
	(void)state;
	print_message("%d pictures\n", screen_golden_walk(&all));
}

static void test_nothing_typed_is_lost(void **state)
{
	(void)state;
	screen_golden_disturb(&all);
}

static int load_words(void **state)
{
	(void)state;
	return screen_golden_load(BATTI_SHARE_DIR "/locale");
}

#define SIGNED_OUT(function) cmocka_unit_test_setup_teardown(function, setup_till, teardown)
#define OPEN(function)       cmocka_unit_test_setup_teardown(function, setup_open, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    SIGNED_OUT(test_a_sign_in_leads_to_the_float),
	    SIGNED_OUT(test_an_open_shift_is_not_asked_for_again),
	    SIGNED_OUT(test_the_float_is_typed_ahead),
	    SIGNED_OUT(test_another_float_than_was_left_is_asked_once),
	    SIGNED_OUT(test_the_float_that_was_left_is_not_asked_about),
	    SIGNED_OUT(test_an_empty_drawer_is_asked_about),
	    SIGNED_OUT(test_what_is_no_float),
	    SIGNED_OUT(test_no_money_without_a_shift),
	    SIGNED_OUT(test_a_supervisor_begins_at_home),
	    OPEN(test_a_supervisor_checks_the_cash),
	    OPEN(test_the_page_of_the_shift_is_blind),
	    OPEN(test_a_deposit_is_confirmed),
	    OPEN(test_a_deposit_that_cannot_be),
	    OPEN(test_esc_goes_back_through_a_deposit),
	    OPEN(test_the_ceiling_is_said),
	    OPEN(test_count_seal_hand_over),
	    OPEN(test_one_recount),
	    OPEN(test_a_count_typed_ahead),
	    OPEN(test_moving_between_the_lines),
	    OPEN(test_torn_notes_are_told_apart),
	    OPEN(test_none_torn_is_not_spoken_of),
	    OPEN(test_more_torn_notes_than_notes),
	    OPEN(test_torn_notes_are_not_lost_by_one_key),
	    OPEN(test_very_many_notes_are_asked_about),
	    OPEN(test_a_count_of_nothing_is_asked_about),
	    OPEN(test_a_count_is_not_lost_by_one_key),
	    OPEN(test_a_seal_that_waits),
	    OPEN(test_cash_after_the_count),
	    OPEN(test_who_is_signed_in_already_has_a_name),
	    OPEN(test_who_is_no_operator_any_more_has_a_number),
	    OPEN(test_a_supervisor_closes_at_once),
	    OPEN(test_shifts_of_others_are_closed_from_the_list),
	    cmocka_unit_test(test_goldens),
	    cmocka_unit_test(test_nothing_typed_is_lost),
	};
	return cmocka_run_group_tests_name("ui_shift", tests, load_words, screen_golden_drop);
}
