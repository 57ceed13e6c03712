/* The card: which one warning stands in row 9, what is asked once, the day's cash, and the person's other connections.
 *
 * rooms: ui/screen ui/widget core/base core/money core/qr core/directory core/tender core/tariff */
#include "tests/unit/stage_fixture.h"

#define RAMESH "100244781560"

static void refresh(void)
{
	tick(600); /* so that what was changed is looked at */
}

/* Everything at once, then the most useful one taken away each time: the next one comes. */
static void check_one_warning_at_a_time(void **state)
{
	(void)state;
	fake_fill_account(&fake);
	fake.ramesh.blocked = fake_dual("theft case", "");
	fake.ramesh.supply_cut_at_ms = fake_time(2025, 11, 21, 8, 15, 0);
	fake.ramesh.daily_units = 45;
	fake.live = BT_OK;
	(void)scan(RAMESH);
	assert_true(shows("Blocked by the office. Reason: theft case."));
	assert_false(shows("Supply is cut since"));
	fake.ramesh.blocked = fake_dual("", "");
	refresh();
	assert_true(shows("Supply is cut since 08:15."));
	assert_false(shows("paid in the app"));
	fake.ramesh.supply_cut_at_ms = 0;
	refresh();
	assert_true(shows("₹ 500 paid in the app at 09:10, not yet in the meter."));
	assert_false(shows("Supply may be cut from"));
	fake.account.waiting_count = 0;
	fake.account.time_ms++;
	refresh();
	assert_true(shows("Supply may be cut from Sat 22 Nov, 10:00."));
	assert_false(shows("line work"));
	fake.ramesh.cut_from_ms = 0;
	refresh();
	assert_true(shows("for line work."));
	fake.account.notices[0].until_ms = fake.status.now_ms; /* over */
	fake.account.time_ms++;
	fake.ramesh.balance = 100;
	fake.ramesh.dues = 0;
	refresh();
	assert_true(shows("No recharge is needed this month."));
	fake.ramesh.daily_units = 49; /* ten days at 4.9 kWh are more than 48 */
	refresh();
	assert_false(shows("No recharge is needed this month."));
}

/* The answer comes while the card stands there. */
static void check_account_arrives(void **state)
{
	(void)state;
	(void)scan(RAMESH);
	assert_false(shows("paid in the app"));
	fake_fill_account(&fake);
	refresh();
	assert_true(shows("paid in the app at 09:10"));
}

/* Cut, and the server is away: asked once, whatever the amount is then. With the server up it is not asked. */
static void check_app_is_asked_once(void **state)
{
	(void)state;
	fake.ramesh.supply_cut_at_ms = fake_time(2025, 11, 21, 8, 15, 0);
	(void)scan(RAMESH);
	type("500\n");
	assert_screen("confirm");
	(void)press(BT_KEY_F3);
	fake_server_down(&fake);
	tick(10);
	(void)scan(RAMESH);
	type("500\n");
	assert_screen("card");
	assert_true(shows("Did you pay in the app today?"));
	type("\n");
	assert_screen("confirm");
	(void)press(BT_KEY_ESC);
	assert_screen("card");
	(void)press(BT_KEY_DELETE);
	type("300\n");
	assert_screen("confirm");
}

/* The office withdraws the counter while a card stands there, and again while the money is counted. */
static void check_withdrawn_takes_no_money(void **state)
{
	static const char key[] = "The office has withdrawn this counter. It takes no more money.";
	(void)state;
	(void)scan(RAMESH);
	fake.status.withdrawn = true;
	refresh();
	assert_true(shows("The office has withdrawn this counter.  It takes no more money."));
	type("500\n");
	assert_screen("card");
	assert_string_equal(bt_ui_stage_desk(stage)->note.key, key);
	fake.status.withdrawn = false;
	refresh();
	type("\n");
	assert_screen("confirm");
	fake.status.withdrawn = true;
	refresh();
	type("\n");
	assert_screen("confirm");
	assert_string_equal(bt_ui_stage_desk(stage)->note.key, key);
	assert_int_equal(fake.pays, 0);
	fake.status.withdrawn = false; /* a new limit has come */
	refresh();
	type("\n");
	assert_int_equal(fake.pays, 1);
	assert_false(shows("withdrawn"));
}

static void check_cash_of_a_day(void **state)
{
	(void)state;
	fake.cash_today = 19950000;
	(void)scan(RAMESH);
	type("500\n");
	assert_screen("card");
	assert_true(shows("Cash stays below ₹ 2,00,000 a person a day; ₹ 1,99,500 was taken today."));
	(void)press(BT_KEY_DELETE);
	type("499\n");
	assert_screen("confirm");
	assert_int_equal(fake.pays, 0);
	(void)press(BT_KEY_ESC);
	fake.cash_today = 15000000;
	fake.cash_elsewhere = 4950100;
	type("\n");
	assert_screen("card");
	assert_true(shows("Cash stays below ₹ 2,00,000 a day: ₹ 1,50,000 here, ₹ 49,501 elsewhere."));
	fake.cash_elsewhere = 0;
	fake.cash_err = BT_EDISK;
	type("\n");
	assert_screen("card");
	assert_true(shows("cannot be summed up"));
	fake.cash_err = BT_OK;
	fake.cash_today = 0;
	fake.cash_day_limit = 20000000;
	fake.tariff.maximum = BT_PAISE_MAX;
	(void)press(BT_KEY_DELETE);
	type("200000\n");
	assert_true(shows("Cash of ₹ 2,00,000 or more is not allowed by law."));
}

/* At the ceiling no cash is taken before a deposit, here or on Confirm; another way of paying goes on. */
static void check_full_drawer(void **state)
{
	(void)state;
	(void)scan(RAMESH);
	type("500\n");
	assert_screen("confirm");
	fake.drawer_is_full = true;
	type("\n");
	assert_screen("confirm");
	assert_true(shows("The drawer is at its ceiling of ₹ 50,000. Deposit first: F7."));
	assert_int_equal(fake.pays, 0);
	(void)press(BT_KEY_ESC);
	type("\n");
	assert_screen("card");
	assert_true(shows("Deposit first: F7."));
	fake.drawer_is_full = false;
	type("\n");
	assert_screen("confirm");
	tick(500);
	type("\n");
	assert_int_equal(fake.pays, 1);
}

/* Twelve payments, four that wait, a notice and six connections: more than a page. Each of them comes into view. */
static void check_long_history(void **state)
{
	(void)state;
	fake_fill_account(&fake);
	fake.history_count = 0;
	for (int i = 0; i < BT_ACCOUNT_RECHARGES; i++)
		fake.account.recharges[i] =
		    (struct bt_account_recharge){.at_ms = fake.status.now_ms - (int64_t)(i + 1) * 3600000,
						 .amount = (i + 1) * 10000,
						 .channel = BT_CHANNEL_APP};
	fake.account.recharge_count = BT_ACCOUNT_RECHARGES;
	for (int i = 1; i < BT_ACCOUNT_WAITING; i++)
		fake.account.waiting[i] = fake.account.waiting[0];
	fake.account.waiting_count = BT_ACCOUNT_WAITING;
	for (int i = 2; i < BT_ACCOUNT_OTHERS; i++) {
		fake.account.others[i] = fake.account.others[1];
		fake.account.others[i].number[11] = (char)('3' + i);
	}
	fake.account.other_count = BT_ACCOUNT_OTHERS;
	for (int lang = 0; lang < BT_LANG_COUNT; lang++) {
		(void)scan(RAMESH);
		(void)press(BT_KEY_F6);
		assert_screen("history");
		assert_true(shows("₹ 100 "));
		assert_false(shows("₹ 1,200 "));
		assert_true(shows("1002 4478 1571"));
		assert_true(shows("Esc"));
		(void)press(BT_KEY_PAGE_DOWN);
		assert_true(shows("₹ 700 "));
		(void)press(BT_KEY_PAGE_DOWN);
		assert_true(shows("₹ 1,200 "));
		assert_true(shows("› 1002 4478 1571"));
		(void)press(BT_KEY_PAGE_DOWN);
		assert_true(shows("› 1002 4490 0038"));
		assert_true(shows("Esc")); /* nothing runs into the keys */
		(void)press(BT_KEY_PAGE_UP);
		(void)press(BT_KEY_PAGE_UP);
		(void)press(BT_KEY_PAGE_UP);
		assert_true(shows("₹ 100 "));
		(void)press(BT_KEY_ESC);
		(void)press(BT_KEY_F2);
	}
}

/* Once for each amount: another one is asked about again, the same one is not. */
static void check_tenfold(void **state)
{
	(void)state;
	fake.ramesh.last_recharge = 20000;
	(void)scan(RAMESH);
	type("2000\n");
	assert_screen("card");
	assert_true(shows("₹ 2,000 is ten times the last recharge."));
	type("\n");
	assert_screen("confirm");
	(void)press(BT_KEY_ESC);
	type("\n");
	assert_screen("confirm");
	(void)press(BT_KEY_ESC);
	(void)press(BT_KEY_DELETE);
	type("1999\n");
	assert_screen("confirm");
	(void)press(BT_KEY_ESC);
	(void)press(BT_KEY_DELETE);
	type("3000\n");
	assert_screen("card");
}

/* Payments of both sides in one list: this counter's own open, the others do not; another connection opens its card. */
static void check_history(void **state)
{
	(void)state;
	fake_fill_account(&fake);
	(void)bt_text_copy(fake.history[0].sale_id, sizeof(fake.history[0].sale_id), "a sale");
	fake.view.state = BT_SALE_DONE;
	(void)scan(RAMESH);
	(void)press(BT_KEY_F6);
	assert_screen("history");
	assert_true(shows("app, balance"));
	assert_true(shows("Waiting elsewhere. F4 opens it."));
	assert_true(shows("1002 4478 1571   shop, Gola Road"));
	type("\n");
	assert_screen("token");
	(void)press(BT_KEY_ESC);
	for (int i = 0; i < 3; i++) {
		(void)press(BT_KEY_DOWN);
	}
	assert_true(type("\n") > 0); /* through the app: nothing of ours to open */
	assert_screen("history");
	(void)press(BT_KEY_F5);
	assert_true(shows("Only what was taken at this counter is printed again here."));
	assert_int_equal(fake.reprints, 0);
	(void)press(BT_KEY_DOWN);
	(void)press(BT_KEY_DOWN);
	type("\n");
	assert_screen("card");
	assert_true(shows("1002 4478 1571"));
	assert_true(shows("shop, Gola Road"));
	type("500\n");
	assert_screen("confirm");
	assert_string_equal(bt_ui_stage_desk(stage)->draft.consumer.number, "100244781571");
	(void)press(BT_KEY_ESC);
	(void)press(BT_KEY_ESC);
	assert_screen("home");
}

static void check_other_not_in_list(void **state)
{
	(void)state;
	fake_fill_account(&fake);
	(void)scan(RAMESH);
	(void)press(BT_KEY_F6);
	for (int i = 0; i < 6; i++) {
		(void)press(BT_KEY_DOWN);
	}
	type("\n");
	assert_screen("history");
	assert_true(shows("This number is not in our list."));
}

/* A sale that this counter knows as owed, and the server as given and reported by the meter. */
static void check_server_knows_more(void **state)
{
	(void)state;
	fake_fill_account(&fake);
	fake.history[0].stage = BT_STAGE_PENDING;
	fake.history[1].stage = BT_STAGE_PENDING;
	fake.account.recharges[0].state = BT_RECHARGE_IN_METER;
	fake.account.recharges[1].state = BT_RECHARGE_NOT_GIVEN;
	(void)scan(RAMESH);
	(void)press(BT_KEY_F6);
	assert_true(shows("14 Nov 09:12      ₹ 300    in the meter"));
	assert_true(shows("02 Nov 18:40      ₹ 500    token later"));
	assert_true(shows("21 Oct 10:05      ₹ 500    token given"));
}

/* An old receipt opens its person and lies ready to be printed again. */
static void check_receipt_of_ours(void **state)
{
	(void)state;
	fake.docket_found = BT_DOCKET_OURS;
	fake.view.state = BT_SALE_DONE;
	(void)scan(FAKE_SLIP);
	assert_screen("card");
	assert_true(shows("This receipt is of this counter. F5 prints it again."));
	assert_true(shows("1002 4478 1560"));
	(void)press(BT_KEY_F5);
	assert_int_equal(fake.reprints, 1);
	assert_string_equal(fake.reprinted, "0192f000-0000-7000-8000-000000000001");
	(void)press(BT_KEY_ESC);
	(void)scan(RAMESH); /* the next person has no receipt */
	assert_screen("card");
	assert_true(press(BT_KEY_F5));
	assert_int_equal(fake.reprints, 1);
}

static void check_receipt_of_another_counter(void **state)
{
	static const char *const slips[] = {FAKE_PROOF, FAKE_SLIP}; /* of a credit, and of a token */

	(void)state;
	fake.docket_found = BT_DOCKET_SLIP;
	for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
		(void)scan(slips[i]);
		assert_screen("card");
		assert_true(shows("This receipt is of another counter."));
		assert_true(press(BT_KEY_F5));
		assert_int_equal(fake.reprints, 0);
	}
}

/* What is still owed is a docket's own page, as before. */
static void check_docket_of_ours(void **state)
{
	(void)state;
	fake.docket_found = BT_DOCKET_OURS;
	fake.view.state = BT_SALE_PENDING;
	fake.finish_err = BT_ESTATE;
	(void)scan(FAKE_PROOF);
	assert_screen("docket");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(check_one_warning_at_a_time),
	    TEST(check_account_arrives),
	    TEST(check_app_is_asked_once),
	    TEST(check_withdrawn_takes_no_money),
	    TEST(check_cash_of_a_day),
	    TEST(check_full_drawer),
	    TEST(check_long_history),
	    TEST(check_tenfold),
	    TEST(check_history),
	    TEST(check_other_not_in_list),
	    TEST(check_server_knows_more),
	    TEST(check_receipt_of_ours),
	    TEST(check_receipt_of_another_counter),
	    TEST(check_docket_of_ours),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
