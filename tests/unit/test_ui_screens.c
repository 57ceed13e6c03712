/* Golden screens of the sale: finding, card, amount, money, waiting, token, and what comes of a refusal.
 *
 * rooms: ui/screen ui/widget core/base core/money core/qr core/directory core/tender
 * uses: zbar
 * wraps: bt_ui_label bt_ui_label_at
 *
 * Each state in both languages, two sizes, 256 colours and mono (screen_golden.h); README.md beside the files lists
 * where and why a screen differs from its mock-up. */
#include "tests/unit/screen_golden.h"

static void open_card(void)
{
	type("100244781560\n");
}

static void go_search(void)
{
	type("ramesh dan");
}

static void go_card(void)
{
	open_card();
	type("500");
}

static void go_card_down(void)
{
	fake_server_down(&fake);
	fake.status.unsent = 14;
	fake.ramesh.balance_at_ms = fake.status.balances_known_ms;
	go_card();
}

static void go_card_key_change(void)
{
	fake.ramesh.key_change.tokens.count = 4;
	fake.ramesh.supply_cut_at_ms = 0;
	go_card();
}

/* He did not key it in, and is back. */
static void go_card_key_given(void)
{
	(void)bt_text_copy(fake.history[0].sale_id, sizeof(fake.history[0].sale_id), "a sale");
	fake.view.key_tokens.count = 4;
	fake.view.state = BT_SALE_DONE;
	fake.ramesh.cut_from_ms = 0;
	open_card();
}

static void go_card_known(void)
{
	fake_fill_account(&fake);
	go_card();
}

/* What was known this morning, and he may have paid in the app since. */
static void go_card_known_down(void)
{
	fake_fill_account(&fake);
	fake.account.time_ms = fake.status.balances_known_ms;
	go_card_down();
}

static void go_card_cut_down(void)
{
	fake_server_down(&fake);
	fake.ramesh.supply_cut_at_ms = fake_time(2025, 11, 21, 8, 15, 0);
	tick(1);
	go_card();
	type("\n");
	assert_string_equal(bt_ui_stage_screen_id(stage), "card");
}

static void go_card_due_back(void)
{
	fake_fill_account(&fake);
	fake.ramesh.supply_cut_at_ms = fake_time(2025, 11, 21, 8, 15, 0);
	fake.account.reconnect_since_ms = fake_time(2025, 11, 21, 11, 32, 0);
	fake.account.reconnect_due_ms = fake_time(2025, 11, 21, 11, 52, 0);
	go_card();
}

static void go_card_unsure(void)
{
	fake_fill_account(&fake);
	fake.account.waiting[0].unsure = true;
	fake.account.waiting[0].paid_at_ms = fake_time(2025, 11, 20, 19, 5, 0);
	go_card();
}

static void go_card_notice(void)
{
	fake_fill_account(&fake);
	fake.account.waiting_count = 0;
	fake.ramesh.cut_from_ms = 0;
	go_card();
}

/* Ten days are left of November, and 4.5 kWh a day are less than the 48 that are free. */
static void go_card_month_free(void)
{
	fake.ramesh.cut_from_ms = 0;
	fake.ramesh.balance = 2500;
	fake.ramesh.dues = fake.ramesh.dues_daily = 0;
	fake.ramesh.daily_units = 45;
	open_card();
}

static void go_card_ceiling(void)
{
	fake.cash_today = 19960000;
	fake.cash_day_limit = 20000000;
	go_card();
	type("\n");
	assert_string_equal(bt_ui_stage_screen_id(stage), "card");
}

static void go_card_elsewhere(void)
{
	fake.cash_today = 15000000;
	fake.cash_elsewhere = 4960000;
	fake.cash_day_limit = 20000000;
	go_card();
	type("\n");
	assert_string_equal(bt_ui_stage_screen_id(stage), "card");
}

static void go_history_known(void)
{
	fake_fill_account(&fake);
	open_card();
	(void)press(BT_KEY_F6);
	for (int i = 0; i < 6; i++) {
		(void)press(BT_KEY_DOWN);
	}
}

static void go_history_down(void)
{
	fake_server_down(&fake);
	open_card();
	(void)press(BT_KEY_F6);
}

static void go_split(void)
{
	open_card();
	type("1000//\n300");
}

static void go_confirm(void)
{
	go_card();
	type("\n");
}

static void go_change(void)
{
	go_confirm();
	type("1000");
}

static void go_short(void)
{
	go_confirm();
	type("400\n");
}

static void go_wait(void)
{
	fake.next_state = BT_SALE_VENDING;
	go_confirm();
	type("\n");
	tick(400);
}

static void go_elsewhere(void)
{
	type("D-0143-0611-087-7\n");
	assert_string_equal(fake.docket_text, "D-0143-0611-087-7");
}

/* The head-end has said the name; now it is away. */
static void go_elsewhere_offline(void)
{
	fake_server_down(&fake);
	fake.docket_view.counter = fake_dual("Danapur counter 3", "दानापुर काउंटर 3");
	tick(1);
	go_elsewhere();
	(void)press(BT_KEY_ENTER);
	assert_int_equal(fake.docket_finishes, 0);
}

static void go_elsewhere_refused(void)
{
	fake.docket_view.state = BT_DOCKET_REFUSED;
	(void)bt_text_copy(fake.docket_view.code, sizeof(fake.docket_view.code), "reversed");
	(void)bt_text_copy(fake.docket_view.refusal_en, sizeof(fake.docket_view.refusal_en),
			   "This payment was taken back where it was made. There is no token for it.");
	(void)bt_text_copy(fake.docket_view.refusal_hi, sizeof(fake.docket_view.refusal_hi),
			   "यह भुगतान जहाँ हुआ था वहीं वापस लिया गया। इसका कोई टोकन नहीं है।");
	go_elsewhere();
}

static void go_elsewhere_lost(void)
{
	go_elsewhere();
	(void)press(BT_KEY_ENTER);
	assert_int_equal(fake.docket_finishes, 1);
	fake.docket_view.state = BT_DOCKET_UNANSWERED;
	tick(1);
}

static void go_docket(void)
{
	fake.next_state = BT_SALE_PENDING;
	fake.outlook = BT_OUTLOOK_DOCKET;
	fake.denial = fake.view.denial = BT_DENY_NOT_COVERED;
	fake.view.printing = BT_PRINTING_NONE;
	fake_server_down(&fake);
	go_confirm();
	type("\n");
}

static void go_token(void)
{
	go_confirm();
	type("\n");
}

static void go_token_no_paper(void)
{
	fake.status.paper = BT_PAPER_OUT;
	fake.view.printing = BT_PRINTING_FAILED;
	go_token();
}

/* A slip in hand while the printer wants something. */
static void hold(enum bt_paper paper)
{
	fake.status.paper = paper;
	fake.view.printing = BT_PRINTING_NOW;
	fake.view.copies = 0;
}

static void go_token_held_out(void)
{
	hold(BT_PAPER_OUT);
	go_token();
}

static void go_token_held_open(void)
{
	hold(BT_PAPER_OPEN);
	go_token();
}

static void go_token_held_jam(void)
{
	hold(BT_PAPER_JAM);
	go_token();
}

static void go_token_held_fault(void)
{
	hold(BT_PAPER_FAULT);
	go_token();
}

static void go_token_held_silent(void)
{
	hold(BT_PAPER_SILENT);
	go_token();
}

/* The roll is low, which keeps nothing from coming out. */
static void go_token_held_low(void)
{
	hold(BT_PAPER_LOW);
	go_token();
}

static void go_token_ask(void)
{
	fake.view.printing = BT_PRINTING_ASK;
	go_token();
}

static void go_token_why(void)
{
	fake.reprint_err = BT_EINPUT;
	go_token();
	(void)press(BT_KEY_F5);
	assert_int_equal(fake.reprints, 0);
}

static void go_token_no_printer(void)
{
	fake.status.paper = BT_PAPER_NONE;
	fake.view.printing = BT_PRINTING_NONE;
	go_token();
}

static void go_token_here(void)
{
	fake_server_down(&fake);
	fake.status.unsent = 15;
	fake.view.made_here = true;
	go_token();
}

static const struct bt_key_tokens four = {
    4, {"34812744915211133004", "46903925208523674737", "71464563847088610152", "67904239402617643990"}};

static void go_token_key_change(void)
{
	fake.view.key_tokens = four;
	go_token();
}

static void go_token_key_change_here(void)
{
	fake.view.key_tokens = (struct bt_key_tokens){2, {"28174750822127375193", "43978677805789848586"}};
	go_token_here();
}

static void go_credit(void)
{
	fake.next_state = BT_SALE_CREDITED;
	fake.view.sale.quote.dues = 50000;
	go_token();
}

static void go_credit_held(void)
{
	hold(BT_PAPER_OUT);
	go_credit();
}

static void go_docket_held(void)
{
	go_docket();
	hold(BT_PAPER_OPEN);
	tick(1);
}

static void go_refused(void)
{
	fake.next_state = BT_SALE_REFUSED;
	(void)bt_text_copy(fake.view.refusal_en, 160,
			   "the figures do not agree with what the office has for this connection");
	(void)bt_text_copy(fake.view.refusal_hi, 320, "आँकड़े दफ़्तर के हिसाब से नहीं मिलते");
	go_confirm();
	type("\n");
}

static void go_figures(void)
{
	go_refused();
	fake.view.has_figures = true;
	fake.view.refundable = true;
	fake.view.sale.quote = (struct bt_quote){.amount = 50000, .energy = 47170, .duty = 2830, .units = 635};
	fake.view.figures = (struct bt_quote){.amount = 50000, .energy = 47619, .duty = 2381, .units = 601};
	tick(1);
}

static void go_doubt(void)
{
	fake.next_state = BT_SALE_INQUIRING;
	fake.view.refundable = true;
	go_confirm();
	type("\n");
}

static void go_approve(void)
{
	go_refused();
	fake.view.refundable = true;
	tick(1);
	(void)press(BT_KEY_F8);
	type("1234\n3");
}

static void go_approve_docket(void)
{
	fake.next_state = BT_SALE_PENDING;
	fake.view.refundable = true;
	fake.view.needs_docket = true;
	go_confirm();
	type("\n");
	(void)press(BT_KEY_F8);
	type("0142 0611 0");
}

static void go_approve_make(void)
{
	go_doubt();
	type("\n");
}

/* Approved: REFUNDING as the shop's table left it. */
static void go_refund_asking(void)
{
	go_approve();
	fake.view.asking = true;
	fake.view.printing = BT_PRINTING_NONE;
	fake.view.copies = 0;
	type("\n");
	tick(1);
	tick(1);
}

static void go_refund_waits(void)
{
	go_refund_asking();
	fake.view.asking = false;
	fake.view.printing = BT_PRINTING_DONE;
	fake.view.copies = 1;
	tick(1);
}

static void go_refund_given(void)
{
	go_refund_asking();
	fake.view.state = BT_SALE_REFUNDED;
	fake.view.printing = BT_PRINTING_DONE;
	fake.view.copies = 1;
	tick(1);
}

static void go_refund_due(void)
{
	go_refund_given();
	fake.view.printing = BT_PRINTING_NONE;
	fake.view.copies = 0;
	tick(1);
}

static void go_refund_held(void)
{
	go_refund_given();
	hold(BT_PAPER_OUT);
	tick(1);
}

static void go_resume(void)
{
	fake.view.cut_off = true;
	fake.view.state = BT_SALE_VENDING;
	tick(1);
}

static void go_history(void)
{
	open_card();
	(void)press(BT_KEY_F6);
}

/* A connection whose price depends on the month: the charge is owed, some units are free, and lines are on the account.
 */
static void set_month(void)
{
	fake.ramesh.month = (struct bt_consumer_month){.of = 202511, .units = 640, .fixed = 4000};
}

static void go_card_fixed(void)
{
	set_month();
	go_card();
}

static void go_card_all_fixed(void)
{
	set_month();
	fake.ramesh.month.fixed = 90000;
	fake.ramesh.free_left = 0;
	go_card();
	type("\n");
	assert_string_equal(bt_ui_stage_screen_id(stage), "card");
}

static void go_confirm_fixed(void)
{
	go_card_fixed();
	type("\n");
}

static void go_figures_fixed(void)
{
	go_figures();
	fake.view.figures =
	    (struct bt_quote){.amount = 50000, .fixed = 4000, .energy = 43396, .duty = 2604, .units = 534};
	tick(1);
}

static void go_history_lines(void)
{
	fake_fill_account(&fake);
	fake.account.charges[0] = (struct bt_account_charge){
	    .at_ms = fake_time(2025, 11, 20, 18, 5, 0), .what = BT_CHARGE_SLAB, .of = 202511, .amount = 9650};
	fake.account.charges[1] = (struct bt_account_charge){
	    .at_ms = fake_time(2025, 11, 13, 18, 5, 0), .what = BT_CHARGE_FIXED, .of = 202510, .amount = -4000};
	fake.account.charge_count = 2;
	open_card();
	(void)press(BT_KEY_F6);
}

static void go_help(void)
{
	go_card();
	(void)press(BT_KEY_F1);
}

/* Nothing typed, no free units, a good balance: the slots stay, quiet. */
static void go_card_empty(void)
{
	fake.ramesh.free_of = 0;
	fake.ramesh.balance = 50000;
	fake.ramesh.cut_from_ms = 0;
	open_card();
}

static void go_blocked_person(void)
{
	fake.ramesh.blocked = fake_dual("theft case", "चोरी का मामला");
	go_card();
	type("\n");
}

static const struct screen_golden goldens[] = {
    {"01-home", go_search, .screen = "home"},
    {"02-card", go_card, .screen = "card", .signs = {{"▲", "Supply may be cut from {1}."}}},
    {"02-card-blocked", go_blocked_person, .screen = "card", .signs = {{"✕", "Blocked by the office. Reason: {1}."}}},
    {"02-card-elsewhere", go_card_elsewhere, .screen = "card",
     .signs = {{"✕", "Cash stays below ₹ {1} a day: ₹ {2} here, ₹ {3} elsewhere."}}},
    {"02-card-ceiling", go_card_ceiling, .screen = "card",
     .signs = {{"✕", "Cash stays below ₹ {1} a person a day; ₹ {2} was taken today."}}},
    {"02-card-cut-down", go_card_cut_down, .screen = "card",
     .signs = {{"▲", "Supply is cut since {1}."}, {"▲", "Did you pay in the app today? If not, Enter again."}}},
    {"02-card-down", go_card_down, .screen = "card"},
    {"02-card-due-back", go_card_due_back, .screen = "card"},
    {"02-card-empty", go_card_empty, .screen = "card"},
    {"02-card-help", go_help, .screen = "card"},
    {"02-card-key-change", go_card_key_change, .screen = "card"},
    {"02-card-key-given", go_card_key_given, .screen = "card"},
    {"02-card-month-free", go_card_month_free, .screen = "card", .signs = {{"", "No recharge is needed this month."}}},
    {"02-card-notice", go_card_notice, .screen = "card"},
    {"02-card-stuck", go_card_known, .screen = "card"},
    {"02-card-stuck-down", go_card_known_down, .screen = "card"},
    {"02-card-unsure", go_card_unsure, .screen = "card"},
    {"02-card-month", go_card_fixed, .screen = "card"},
    {"02-card-month-fixed", go_card_all_fixed, .screen = "card",
     .signs = {{"", "The fixed charge takes all of this. Take more."}}},
    {"02-history-lines", go_history_lines, .screen = "history"},
    {"02-history", go_history_known, .screen = "history"},
    {"02-history-down", go_history_down, .screen = "history"},
    {"02-history-own", go_history, .screen = "history"},
    {"03-split", go_split, .screen = "split"},
    {"04-confirm", go_confirm, .screen = "confirm", .signs = {{"", "Take"}}},
    {"04-confirm-change", go_change, .screen = "confirm", .signs = {{"", "Return"}}},
    {"04-confirm-month", go_confirm_fixed, .screen = "confirm", .signs = {{"", "Fixed charge"}}},
    {"04-confirm-short", go_short, .screen = "confirm",
     .signs = {{"✕", "Short"}, {"✕", "Given is less than ₹ {1}. ₹ {2} short."}}},
    {"06-credit", go_credit, .screen = "credit",
     .signs = {{"✓", "The dues are paid down by ₹ {1}."}, {"✓", "Receipt printed."}}},
    {"06-credit-out", go_credit_held, .screen = "credit"},
    {"06-doubt", go_doubt, .screen = "docket"},
    {"06-figures-month", go_figures_fixed, .screen = "docket", .signs = {{"", "fixed charge"}}},
    {"06-figures", go_figures, .screen = "docket", .signs = {{"✕", "No token was made."}}},
    {"06-refused", go_refused, .screen = "docket", .signs = {{"✕", "No token was made."}}},
    {"06-resume", go_resume, .screen = "resume",
     .signs = {{"▲", "This recharge was cut off before anything was given."}}},
    {"06-wait", go_wait, .screen = "wait", .signs = {{"✓", "Money is recorded, {1}."}}},
    {"06-wait-docket", go_docket, .screen = "docket",
     .signs = {{"✓", "Money is recorded, {1}."}, {"", "No token now. Docket {1}"}}},
    {"06-wait-docket-open", go_docket_held, .screen = "docket"},
    {"07-token", go_token, .screen = "token", .qr = FAKE_TOKEN, .qr_wide = FAKE_PROOF, .middle = true,
     .signs = {{"✓", "Receipt printed."}}},
    {"07-token-ask", go_token_ask, .screen = "token", .qr = FAKE_TOKEN, .qr_wide = FAKE_PROOF,
     .signs = {{"▲", "Did the slip come out? Enter yes, F5 no."}}},
    {"07-token-cutter", go_token_held_jam, .screen = "token", .qr = FAKE_TOKEN, .qr_wide = FAKE_PROOF},
    {"07-token-fault", go_token_held_fault, .screen = "token", .qr = FAKE_TOKEN, .qr_wide = FAKE_PROOF},
    {"07-token-here", go_token_here, .screen = "token", .qr = FAKE_TOKEN, .qr_wide = FAKE_PROOF},
    {"07-token-key-change", go_token_key_change, .screen = "token", .qr_wide = FAKE_TOKEN, .middle = true},
    {"07-token-key-change-here", go_token_key_change_here, .screen = "token", .qr_wide = FAKE_TOKEN},
    {"07-token-low", go_token_held_low, .screen = "token", .qr = FAKE_TOKEN, .qr_wide = FAKE_PROOF},
    {"07-token-no-printer", go_token_no_printer, .screen = "token", .qr = FAKE_TOKEN, .qr_wide = FAKE_PROOF},
    {"07-token-open", go_token_held_open, .screen = "token", .qr = FAKE_TOKEN, .qr_wide = FAKE_PROOF},
    {"07-token-out", go_token_held_out, .screen = "token", .qr = FAKE_TOKEN, .qr_wide = FAKE_PROOF},
    {"07-token-paper", go_token_no_paper, .screen = "token", .qr = FAKE_TOKEN, .qr_wide = FAKE_PROOF,
     .signs = {{"✕", "No paper. Put in a roll, then F5. Meanwhile write or photograph this."}}},
    {"07-token-silent", go_token_held_silent, .screen = "token", .qr = FAKE_TOKEN, .qr_wide = FAKE_PROOF},
    {"07-token-why", go_token_why, .screen = "token", .qr = FAKE_TOKEN, .qr_wide = FAKE_PROOF},
    {"15-approve", go_approve, .screen = "approve", .signs = {{"▲", "Supervisor needed"}}},
    {"15-approve-docket", go_approve_docket, .screen = "approve"},
    {"15-approve-make", go_approve_make, .screen = "approve"},
    {"15-refund-asking", go_refund_asking, .screen = "refund"},
    {"15-refund-due", go_refund_due, .screen = "refund"},
    {"15-refund-given", go_refund_given, .screen = "refund",
     .signs = {{"✓", "The server has confirmed: no token was given and none will be."}}},
    {"15-refund-out", go_refund_held, .screen = "refund"},
    {"15-refund-waits", go_refund_waits, .screen = "refund",
     .signs = {{"▲", "Not confirmed yet. Do not give the money."}}},
    {"31-elsewhere", go_elsewhere, .screen = "elsewhere"},
    {"31-elsewhere-lost", go_elsewhere_lost, .screen = "elsewhere"},
    {"31-elsewhere-offline", go_elsewhere_offline, .screen = "elsewhere"},
    {"31-elsewhere-refused", go_elsewhere_refused, .screen = "elsewhere"},
};

static const struct screen_goldens all = {goldens, sizeof(goldens) / sizeof(goldens[0]), screen_golden_open,
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

static void test_qr_of_the_token_is_read_back(void **state)
{
	static const struct {
		int rows, cols;
		bool no_proof;
		const char *wanted;
	} sizes[] = {
	    {24, 80, false, FAKE_TOKEN},  {36, 100, false, FAKE_TOKEN}, {43, 120, false, FAKE_TOKEN},
	    {43, 132, false, FAKE_PROOF}, {42, 132, false, FAKE_PROOF}, {43, 132, true, FAKE_TOKEN},
	};
	char read[512];
	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		screen_golden_open((enum bt_lang)(i % 2));
		fake.no_proof = sizes[i].no_proof;
		go_token();
		for (int ticks = 0; ticks < 3; ticks++) {
			tick(1);
			bt_ui_stage_draw(stage, sizes[i].rows, sizes[i].cols, &canvas);
		}
		picture_read_qr(&canvas, read, sizeof(read));
		assert_string_equal(read, sizes[i].wanted);
		assert_int_equal(fake.proofs, 1);
		screen_golden_close();
	}
}

static int load_words(void **state)
{
	(void)state;
	return screen_golden_load(BATTI_SHARE_DIR "/locale");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_goldens),
	    cmocka_unit_test(test_nothing_typed_is_lost),
	    cmocka_unit_test(test_qr_of_the_token_is_read_back),
	};
	return cmocka_run_group_tests(tests, load_words, screen_golden_drop);
}
