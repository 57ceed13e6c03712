/* Paying by UPI under the clerk's hand: which keys do what, and what never happens twice.
 *
 * rooms: ui/screen ui/widget core/base core/money core/qr core/directory core/tender */
#include "tests/unit/fake_upi.h"
#include "tests/unit/stage_fixture.h"

static struct fake_upi upi;

static int setup_upi(void **state)
{
	(void)setup(state);
	fake_upi_open(&upi, &fake);
	return 0;
}

/* Ramesh wants 500 for his balance, by UPI: the Enter on Confirm is still to come. */
static void go_confirm(void)
{
	(void)scan("100244781560");
	type("500*\n");
	assert_screen("confirm");
}

static void show_qr(void)
{
	go_confirm();
	(void)press(BT_KEY_ENTER);
	assert_screen("upi");
}

/* ---- choosing it ---- */

static void test_star_chooses_upi_and_goes_round_to_cash(void **state)
{
	(void)state;
	(void)scan("100244781560");
	type("500");
	assert_string_equal(bt_ui_stage_desk(stage)->draft.tender->id, "cash");
	type("*");
	assert_string_equal(bt_ui_stage_desk(stage)->draft.tender->id, "upi");
	tick(500);
	assert_string_equal(bt_ui_stage_desk(stage)->draft.tender->id, "upi");
	type("*");
	assert_string_equal(bt_ui_stage_desk(stage)->draft.tender->id, "cash");
}

static void test_what_confirm_chooses_the_card_keeps(void **state)
{
	(void)state;
	(void)scan("100244781560");
	type("500\n*");
	assert_screen("confirm");
	(void)press(BT_KEY_ESC);
	tick(600);
	assert_screen("card");
	assert_string_equal(bt_ui_stage_desk(stage)->draft.tender->id, "upi");
}

static void test_next_person_begins_with_cash(void **state)
{
	(void)state;
	go_confirm();
	(void)press(BT_KEY_F3);
	(void)scan("100244781560");
	assert_string_equal(bt_ui_stage_desk(stage)->draft.tender->id, "cash");
}

static void test_upi_is_passed_over_while_the_bank_cannot_be_asked(void **state)
{
	(void)state;
	upi.offered = false;
	(void)scan("100244781560");
	type("500*");
	assert_string_equal(bt_ui_stage_desk(stage)->draft.tender->id, "cash");
	assert_true(shows("No UPI now: the bank cannot be asked. Take cash."));
	type("\n*");
	assert_screen("confirm");
	assert_string_equal(bt_ui_stage_desk(stage)->draft.tender->id, "cash");
	assert_true(shows("No UPI now: the bank cannot be asked. Take cash."));
}

/* Withdrawn while the money is counted: the bank is asked for nothing. */
static void test_no_qr_at_a_withdrawn_counter(void **state)
{
	(void)state;
	go_confirm();
	fake.status.withdrawn = true;
	tick(600);
	(void)press(BT_KEY_ENTER);
	assert_screen("confirm");
	assert_int_equal(upi.begins, 0);
	fake.status.withdrawn = false;
	tick(600);
	(void)press(BT_KEY_ENTER);
	assert_screen("upi");
}

static void test_upi_is_passed_over_while_nine_wait(void **state)
{
	static const char *const ids[] = {"1", "2", "3", "4", "5", "6", "7", "8", "9"};
	(void)state;
	upi.count = 0;
	for (int i = 0; i < BT_UPI_WAITING; i++) {
		(void)bt_text_copy(upi.view[i].sale_id, 37, ids[i]);
		upi.view[i].consumer = fake.people[1];
	}
	upi.count = BT_UPI_WAITING;
	(void)scan("100244781560");
	type("500*");
	assert_string_equal(bt_ui_stage_desk(stage)->draft.tender->id, "cash");
	assert_true(shows("Nine payments by UPI are waiting."));
}

static void test_no_cash_is_counted_with_upi(void **state)
{
	(void)state;
	(void)scan("100244781560");
	type("500\n1000");
	assert_true(shows("Cash given"));
	type("*");
	assert_false(shows("Cash given"));
	assert_true(shows("Enter Show QR"));
	assert_false(shows("Money taken"));
	assert_int_equal(type("7"), 1);
	type("*");
	assert_true(shows("empty = exact money"));
}

/* ---- the money rule ---- */

static void test_enter_typed_ahead_begins_nothing(void **state)
{
	(void)state;
	(void)scan("100244781560");
	type("500*");
	draw();
	press_stale(BT_KEY_ENTER);
	press_stale(BT_KEY_ENTER);
	press_stale(BT_KEY_ENTER);
	assert_screen("confirm");
	assert_int_equal(upi.begins, 0);
	assert_int_equal(fake.pays, 0);
	(void)press(BT_KEY_ENTER);
	assert_int_equal(upi.begins, 1);
}

static void test_a_second_enter_asks_and_pays_nothing(void **state)
{
	(void)state;
	go_confirm();
	draw();
	(void)send(BT_KEY_ENTER, 0, true, HAND_MS);
	assert_int_equal(upi.begins, 1);
	press_stale(BT_KEY_ENTER);
	press_stale(BT_KEY_ENTER);
	(void)press(BT_KEY_ENTER);
	assert_screen("upi");
	assert_int_equal(upi.begins, 1);
	assert_int_equal(fake.pays, 0);
	assert_int_equal(upi.asks, 3);
	assert_int_equal(upi.begun.amount, 50000);
	assert_int_equal(upi.begun.dues, 0);
	assert_string_equal(upi.begun.tender->id, "upi");
}

static void test_what_could_not_begin_takes_no_money(void **state)
{
	(void)state;
	go_confirm();
	upi.begin_err = BT_EUNREACHABLE;
	upi.offered = false;
	assert_true(press(BT_KEY_ENTER));
	assert_screen("confirm");
	assert_int_equal(fake.pays, 0);
	assert_true(shows("No UPI now: the bank cannot be asked. Take cash."));
	type("*");
	(void)press(BT_KEY_ENTER);
	assert_int_equal(fake.pays, 1);
	assert_string_equal(fake.paid.tender->id, "cash");
}

/* ---- while it is up ---- */

static void test_paid_shows_the_token_by_itself(void **state)
{
	(void)state;
	show_qr();
	upi.view[0].stage = BT_UPI_PAID;
	fake.view.state = BT_SALE_VENDING;
	tick(100);
	assert_screen("upi");
	tick(400);
	assert_screen("wait");
	fake.view.state = BT_SALE_TOKENED;
	tick(100);
	assert_screen("token");
	(void)press(BT_KEY_F3);
	tick(100);
	assert_false(shows("Paid:"));
}

static void test_a_used_up_qr_is_made_anew_by_enter(void **state)
{
	(void)state;
	show_qr();
	upi.view[0].stage = BT_UPI_DEAD;
	tick(1);
	(void)send(BT_KEY_ENTER, 0, true, 50); /* was meant to ask */
	assert_int_equal(upi.renews, 0);
	assert_true(shows("This QR is used up."));
	assert_true(shows("Enter New QR"));
	press_stale(BT_KEY_ENTER);
	assert_int_equal(upi.renews, 0);
	(void)press(BT_KEY_ENTER);
	assert_int_equal(upi.renews, 1);
	assert_int_equal(upi.begins, 1);
	assert_true(shows("Waiting for the bank"));
}

/* What the consumer asks is not "is the QR used up" but "has my money gone". */
static void test_a_failed_payment_is_no_used_up_qr(void **state)
{
	(void)state;
	show_qr();
	assert_true(shows("this one goes on alone."));
	upi.view[0].stage = BT_UPI_DEAD;
	upi.view[0].death = BT_UPI_DEATH_FAILED;
	tick(1);
	assert_true(shows("The bank said no: no money"));
	assert_false(shows("goes on alone")); /* nothing of it does */
	assert_false(shows("used up"));
	assert_true(shows("Enter New QR"));
	tick(1000);
	(void)press(BT_KEY_ENTER);
	assert_int_equal(upi.renews, 1);
	assert_true(shows("Waiting for the bank"));
}

static void test_a_qr_that_never_was_is_not_used_up(void **state)
{
	(void)state;
	show_qr();
	upi.view[0].stage = BT_UPI_DEAD;
	upi.view[0].death = BT_UPI_DEATH_UNMADE;
	tick(1);
	assert_true(shows("No QR could be made."));
	assert_false(shows("used up"));
	tick(1000);
	(void)press(BT_KEY_ENTER);
	assert_int_equal(upi.renews, 1);
}

static void test_paper_is_printed_while_the_qr_is_up(void **state)
{
	(void)state;
	show_qr();
	assert_false(press(BT_KEY_F5));
	assert_int_equal(upi.prints, 1);
	upi.view[0].stage = BT_UPI_UNSURE;
	assert_true(press(BT_KEY_F5));
	assert_int_equal(upi.prints, 1);
	assert_true(shows("Bank is unsure."));
}

static void test_nothing_is_typed_there(void **state)
{
	(void)state;
	show_qr();
	assert_int_equal(type("1234"), 4);
	assert_screen("upi");
	upi.view[0].stage = BT_UPI_PAID;
	fake.view.state = BT_SALE_TOKENED;
	tick(100);
	assert_screen("token"); /* and nobody else's number has begun */
}

/* The QR of a slip holds stars, and an Enter ends it. */
static void test_a_scan_is_refused_and_stops_nothing(void **state)
{
	(void)state;
	show_qr();
	assert_true(scan("RC1:A7*00%.H*RLK0*"));
	tick(200);
	assert_screen("upi");
	assert_int_equal(upi.stops, 0);
	assert_int_equal(upi.asks, 0);
	assert_true(shows("Finish this person first."));
	assert_true(scan("*100244781560*"));
	tick(200);
	assert_int_equal(upi.stops, 0);
}

static void test_a_resize_and_a_language_change_nothing(void **state)
{
	(void)state;
	show_qr();
	(void)press(BT_KEY_RESIZE);
	(void)press(BT_KEY_F2);
	bt_ui_stage_draw(stage, 43, 132, &canvas);
	bt_ui_stage_draw(stage, 20, 60, &canvas);
	(void)press(BT_KEY_F1);
	assert_true(shows("Stop: the bank is asked once more first"));
	(void)press(BT_KEY_ESC);
	assert_screen("upi");
	assert_int_equal(upi.stops, 0);
	assert_int_equal(upi.asks, 0);
	assert_int_equal(bt_ui_stage_desk(stage)->lang, BT_LANG_HI);
}

/* ---- leaving it ---- */

static void test_esc_asks_once_more_before_it_lets_go(void **state)
{
	(void)state;
	show_qr();
	(void)press(BT_KEY_ESC);
	assert_screen("upi");
	assert_int_equal(upi.stops, 1);
	assert_true(shows("Asking the bank once more"));
	(void)press(BT_KEY_ESC); /* it has not answered yet */
	assert_screen("upi");
	assert_int_equal(upi.stops, 1);
	upi.view[0].stage = BT_UPI_ENDED;
	tick(100);
	assert_screen("home");
	assert_true(shows("Stopped. The bank says that nothing was paid."));
}

static void test_money_that_came_before_the_stop_is_not_lost(void **state)
{
	(void)state;
	show_qr();
	(void)press(BT_KEY_ESC);
	upi.view[0].stage = BT_UPI_PAID;
	fake.view.state = BT_SALE_TOKENED;
	tick(100);
	assert_screen("token");
}

static void test_a_bank_that_is_silent_keeps_nobody(void **state)
{
	(void)state;
	show_qr();
	(void)press(BT_KEY_ESC);
	upi.view[0].unreachable = true;
	(void)press(BT_KEY_ESC);
	assert_screen("home");
	assert_true(shows("The bank has not said its last word. See F4 later."));
	type("r");
	upi.view[0].stage = BT_UPI_PAID; /* late, and told */
	fake.view.state = BT_SALE_PENDING;
	tick(100);
	assert_true(shows("Paid: Ramesh Kumar Singh ₹ 500. It stands under F4."));
}

static void test_star_is_cash_once_the_bank_has_said_no(void **state)
{
	(void)state;
	(void)scan("100244781560");
	type("500*\n\n");
	assert_screen("upi");
	fake.view.sale.quote.dues = 20000;
	type("*");
	assert_int_equal(upi.stops, 0); /* it might be part of a scan */
	tick(100);
	assert_int_equal(upi.stops, 1);
	assert_screen("upi");
	upi.view[0].stage = BT_UPI_ENDED;
	tick(100);
	assert_screen("confirm");
	assert_true(shows("empty = exact money"));
	assert_int_equal(fake.pays, 0);
	(void)press(BT_KEY_ENTER);
	assert_int_equal(fake.pays, 1);
	assert_string_equal(fake.paid.tender->id, "cash");
	assert_int_equal(fake.paid.amount, 50000);
	assert_int_equal(fake.paid.dues, 20000);
	assert_int_equal(upi.cash_stops, 1);
}

/* An Enter that was pressed for the QR is not "money taken" on the Confirm that comes by itself. */
static void test_enter_before_the_cash_question_takes_no_cash(void **state)
{
	(void)state;
	show_qr();
	type("*");
	tick(100);
	draw();
	upi.view[0].stage = BT_UPI_ENDED;
	tick(100);
	assert_screen("confirm");
	press_stale(BT_KEY_ENTER);
	(void)send(BT_KEY_ENTER, 0, true, HAND_MS); /* not drawn yet either */
	assert_int_equal(fake.pays, 0);
	(void)press(BT_KEY_ENTER);
	assert_int_equal(fake.pays, 1);
}

static void test_money_that_came_before_the_cash_is_not_taken_twice(void **state)
{
	(void)state;
	show_qr();
	type("*");
	tick(100);
	upi.view[0].stage = BT_UPI_PAID;
	fake.view.state = BT_SALE_TOKENED;
	tick(100);
	assert_screen("token");
	assert_true(shows("Paid by UPI after all. Take no cash."));
	assert_int_equal(fake.pays, 0);
	assert_int_equal(upi.cash_stops, 0);
}

static void test_cash_while_the_bank_is_silent_is_told_to_go_back(void **state)
{
	(void)state;
	show_qr();
	type("*");
	tick(100);
	upi.view[0].unreachable = true;
	tick(100);
	assert_screen("upi");
	type("*");
	tick(100);
	assert_screen("confirm");
	assert_int_equal(upi.cash_stops, 0);
	(void)press(BT_KEY_ENTER);
	assert_int_equal(fake.pays, 1);
	assert_int_equal(upi.cash_stops, 1);
}

static void test_cash_of_somebody_else_sends_nothing_back(void **state)
{
	(void)state;
	show_qr();
	type("*");
	tick(100);
	upi.view[0].unreachable = true;
	tick(100);
	type("*");
	tick(100);
	assert_screen("confirm");
	(void)press(BT_KEY_ESC);
	upi.count = 0;
	(void)press(BT_KEY_F3);
	take_500_of_ramesh();
	assert_int_equal(fake.pays, 1);
	assert_int_equal(upi.cash_stops, 0);
}

/* ---- set aside ---- */

static void test_f3_sets_it_aside_and_home_tells_when_it_is_paid(void **state)
{
	(void)state;
	show_qr();
	(void)press(BT_KEY_F3);
	assert_screen("home");
	tick(1000);
	assert_false(shows("Paid:"));
	upi.view[0].stage = BT_UPI_PAID;
	fake.view.state = BT_SALE_TOKENED;
	tick(100);
	assert_true(shows("Paid: Ramesh Kumar Singh ₹ 500. The slip is printing."));
	type("r");
	assert_false(shows("Paid:"));
	tick(1000);
	assert_false(shows("Paid:")); /* once */
}

static void test_it_is_told_at_home_when_it_was_paid_elsewhere(void **state)
{
	(void)state;
	show_qr();
	(void)press(BT_KEY_F3);
	(void)fake_upi_aside(&upi, FAKE_UPI_B);
	tick(100);
	(void)press(BT_KEY_F12);
	upi.view[0].stage = upi.view[1].stage = BT_UPI_PAID;
	fake.view.state = BT_SALE_PENDING;
	tick(100);
	assert_screen("system");
	(void)press(BT_KEY_ESC);
	tick(100);
	assert_true(shows("Paid: Ramesh Kumar Singh ₹ 500. It stands under F4."));
	type("r");
	tick(100);
	assert_true(shows("Paid: Md. Irfan ₹ 1,000. It stands under F4."));
}

static void test_its_person_finds_it_again(void **state)
{
	(void)state;
	(void)fake_upi_aside(&upi, FAKE_UPI_B);
	show_qr();
	(void)press(BT_KEY_F3);
	(void)scan("100244781560");
	assert_screen("upi");
	assert_true(shows("Ramesh Kumar Singh"));
	assert_int_equal(upi.begins, 1);
	(void)press(BT_KEY_F6);
	assert_screen("card");
	(void)press(BT_KEY_ESC);
	assert_screen("upi");
	upi.view[0].stage = BT_UPI_ENDED;
	tick(100);
	assert_screen("home");
}

static void test_one_that_waits_stands_under_f4(void **state)
{
	(void)state;
	show_qr();
	(void)press(BT_KEY_F3);
	fake_upi_aside(&upi, FAKE_UPI_B)->stage = BT_UPI_UNSURE;
	(void)press(BT_KEY_F4);
	assert_screen("stuck");
	assert_true(shows("Md. Irfan"));
	assert_true(shows("UPI, bank unsure"));
	assert_true(shows("UPI, waiting for the bank"));
	(void)press(BT_KEY_ENTER); /* the oldest one */
	assert_screen("upi");
	assert_true(shows("Md. Irfan"));
	upi.view[1].stage = BT_UPI_ENDED;
	tick(100);
	assert_screen("stuck");
	assert_false(shows("Md. Irfan"));
	assert_true(shows("Ramesh Kumar Singh"));
}

/* Of a QR that nobody has paid nobody waits for the bank, and its consumer does pay again. */
static void test_one_that_brought_no_money_says_so_under_f4(void **state)
{
	(void)state;
	show_qr();
	(void)press(BT_KEY_F3);
	struct bt_upi_view *irfan = fake_upi_aside(&upi, FAKE_UPI_B);
	irfan->stage = BT_UPI_DEAD;
	(void)press(BT_KEY_F4);
	assert_false(shows("no money came"));
	assert_true(shows("Nothing here needs to be paid again."));
	irfan->nothing_came = true;
	tick(1000);
	assert_true(shows("UPI, no money came"));
	assert_true(shows("UPI, waiting for the bank"));
	assert_true(shows("Pay again only where no money came."));
	assert_false(shows("Nothing here needs"));
	(void)press(BT_KEY_ENTER);
	assert_screen("upi");
	assert_true(shows("Enter New QR"));
}

/* Nor does the list of a person's payments wait for it. */
static void test_one_that_brought_no_money_is_not_paid_in_the_history(void **state)
{
	(void)state;
	show_qr();
	fake.history[0] = (struct bt_sale_row){
	    .amount = 50000, .stage = BT_STAGE_TENDERING, .delivery = "token", .sale_id = FAKE_UPI_A};
	fake.history_count = 1;
	upi.view[0].stage = BT_UPI_DEAD;
	(void)press(BT_KEY_F6);
	(void)press(BT_KEY_F6);
	assert_screen("history");
	assert_true(shows("waiting for the bank"));
	(void)press(BT_KEY_ESC);
	upi.view[0].nothing_came = true;
	(void)press(BT_KEY_F6);
	assert_screen("history");
	assert_true(shows("not paid"));
	assert_false(shows("waiting for the bank"));
}

static void test_one_that_waits_since_before_a_restart_is_told_too(void **state)
{
	struct bt_upi_view *irfan = fake_upi_aside(&upi, FAKE_UPI_B);
	(void)state;
	tick(100);
	irfan->stage = BT_UPI_PAID;
	fake.view.state = BT_SALE_TOKENED;
	fake.status.paper = BT_PAPER_NONE;
	tick(100);
	assert_true(shows("Paid: Md. Irfan ₹ 1,000."));
}

/* ---- what the payer sees ---- */

static struct bt_ui_payer payer_of(void)
{
	struct bt_ui_payer payer;
	draw();
	bt_ui_stage_payer(stage, &payer);
	return payer;
}

static void test_the_payer_sees_a_masked_name_and_the_change(void **state)
{
	(void)state;
	assert_int_equal(payer_of().page, BT_PAYER_START);
	(void)scan("100244781560");
	assert_int_equal(payer_of().page, BT_PAYER_START);
	type("500\n");
	struct bt_ui_payer payer = payer_of();
	assert_int_equal(payer.page, BT_PAYER_CONFIRM);
	assert_string_equal(payer.name, "R*** K*** S***");
	assert_string_equal(payer.meter, "5298");
	assert_int_equal(payer.amount, 50000);
	type("1000");
	payer = payer_of();
	assert_int_equal(payer.page, BT_PAYER_CHANGE);
	assert_int_equal(payer.change, 50000);
	(void)press(BT_KEY_ENTER);
	payer = payer_of();
	assert_int_equal(payer.page, BT_PAYER_TOKEN);
	assert_string_equal(payer.token, "44170823915622607384");
	(void)press(BT_KEY_F3);
	payer = payer_of();
	assert_int_equal(payer.page, BT_PAYER_START);
	assert_string_equal(payer.name, "");
	assert_string_equal(payer.token, "");
}

static void test_the_payer_sees_the_qr_while_the_clerk_looks_elsewhere(void **state)
{
	(void)state;
	show_qr();
	assert_string_equal(payer_of().qr, FAKE_QR);
	assert_int_equal(payer_of().left_s, 252);
	(void)press(BT_KEY_F12);
	assert_int_equal(payer_of().page, BT_PAYER_QR);
	(void)press(BT_KEY_ESC);
	upi.view[0].stage = BT_UPI_DEAD;
	tick(100);
	assert_int_equal(payer_of().page, BT_PAYER_USED_UP);
	assert_string_equal(payer_of().qr, "");
	upi.view[0].death = BT_UPI_DEATH_FAILED;
	tick(100);
	assert_int_equal(payer_of().page, BT_PAYER_FAILED);
	upi.view[0].death = BT_UPI_DEATH_UNMADE;
	tick(100);
	assert_int_equal(payer_of().page, BT_PAYER_ASKING);
}

static void test_a_locked_counter_shows_the_payer_nothing(void **state)
{
	(void)state;
	show_qr();
	(void)press(BT_KEY_F9);
	struct bt_ui_payer payer = payer_of();
	assert_int_equal(payer.page, BT_PAYER_START);
	assert_string_equal(payer.name, "");
	assert_string_equal(payer.qr, "");
	assert_int_equal(payer.amount, 0);
}

static void test_numbers_before_the_token_are_on_the_slip_only(void **state)
{
	(void)state;
	fake.view.key_tokens.count = 2;
	take_500_of_ramesh();
	struct bt_ui_payer payer = payer_of();
	assert_int_equal(payer.page, BT_PAYER_TOKEN);
	assert_string_equal(payer.token, "");
}

static void test_names_are_masked_in_any_script(void **state)
{
	static const struct {
		const char *name, *masked;
	} rows[] = {
	    {"Ramesh Kumar Singh", "R*** K*** S***"},
	    {"रमेश कुमार सिंह", "र*** कु*** सिं***"},
	    {"श्री प्रेम", "श्री*** प्रे***"},
	    {"मो. इरफ़ान", "मो*** इ***"},
	    {"  A. K.  Jha ", "A*** K*** J***"},
	    {"", ""},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char out[128], small[12];
		bt_ui_payer_mask(rows[i].name, out, sizeof(out));
		assert_string_equal(out, rows[i].masked);
		bt_ui_payer_mask(rows[i].name, small, sizeof(small));
		assert_true(strncmp(small, rows[i].masked, strlen(small)) == 0);
	}
}

#define UPI_TEST(function) cmocka_unit_test_setup_teardown(function, setup_upi, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    UPI_TEST(test_star_chooses_upi_and_goes_round_to_cash),
	    UPI_TEST(test_what_confirm_chooses_the_card_keeps),
	    UPI_TEST(test_next_person_begins_with_cash),
	    UPI_TEST(test_upi_is_passed_over_while_the_bank_cannot_be_asked),
	    UPI_TEST(test_no_qr_at_a_withdrawn_counter),
	    UPI_TEST(test_upi_is_passed_over_while_nine_wait),
	    UPI_TEST(test_no_cash_is_counted_with_upi),
	    UPI_TEST(test_enter_typed_ahead_begins_nothing),
	    UPI_TEST(test_a_second_enter_asks_and_pays_nothing),
	    UPI_TEST(test_what_could_not_begin_takes_no_money),
	    UPI_TEST(test_paid_shows_the_token_by_itself),
	    UPI_TEST(test_a_used_up_qr_is_made_anew_by_enter),
	    UPI_TEST(test_a_failed_payment_is_no_used_up_qr),
	    UPI_TEST(test_a_qr_that_never_was_is_not_used_up),
	    UPI_TEST(test_paper_is_printed_while_the_qr_is_up),
	    UPI_TEST(test_nothing_is_typed_there),
	    UPI_TEST(test_a_scan_is_refused_and_stops_nothing),
	    UPI_TEST(test_a_resize_and_a_language_change_nothing),
	    UPI_TEST(test_esc_asks_once_more_before_it_lets_go),
	    UPI_TEST(test_money_that_came_before_the_stop_is_not_lost),
	    UPI_TEST(test_a_bank_that_is_silent_keeps_nobody),
	    UPI_TEST(test_star_is_cash_once_the_bank_has_said_no),
	    UPI_TEST(test_enter_before_the_cash_question_takes_no_cash),
	    UPI_TEST(test_money_that_came_before_the_cash_is_not_taken_twice),
	    UPI_TEST(test_cash_while_the_bank_is_silent_is_told_to_go_back),
	    UPI_TEST(test_cash_of_somebody_else_sends_nothing_back),
	    UPI_TEST(test_f3_sets_it_aside_and_home_tells_when_it_is_paid),
	    UPI_TEST(test_it_is_told_at_home_when_it_was_paid_elsewhere),
	    UPI_TEST(test_its_person_finds_it_again),
	    UPI_TEST(test_one_that_waits_stands_under_f4),
	    UPI_TEST(test_one_that_brought_no_money_says_so_under_f4),
	    UPI_TEST(test_one_that_brought_no_money_is_not_paid_in_the_history),
	    UPI_TEST(test_one_that_waits_since_before_a_restart_is_told_too),
	    UPI_TEST(test_the_payer_sees_a_masked_name_and_the_change),
	    UPI_TEST(test_the_payer_sees_the_qr_while_the_clerk_looks_elsewhere),
	    UPI_TEST(test_a_locked_counter_shows_the_payer_nothing),
	    UPI_TEST(test_numbers_before_the_token_are_on_the_slip_only),
	    UPI_TEST(test_names_are_masked_in_any_script),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
