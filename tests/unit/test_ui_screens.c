/* Golden screens: every screen as text against the design's mock-ups, in both languages, at 80x24 and 132x43.
 *
 * rooms: ui/screen ui/widget core/base core/money core/qr core/directory core/tender
 * uses: zbar
 *
 * The golden files are the mock-ups; README.md beside them lists where and why a screen differs from its mock-up. With
 * BATTI_GOLDEN_UPDATE set the files are written instead. Blocks read as full and half blocks, bars as shades, the
 * cursor as '_'. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zbar.h>

#include "tests/unit/fake_desk.h"
#include "tests/unit/fake_shop.h"
#include "ui/screen/stage.h"

#define SCREEN_BYTES 65536

struct world {
	struct fake_shop fake;
	struct bt_ui_stage *stage;
	int64_t boot_ms;
};

static struct bt_words *words;

static void press(struct world *world, enum bt_ui_key key, uint32_t ch)
{
	static struct bt_ui_canvas canvas;
	bt_ui_stage_draw(world->stage, 24, 80, &canvas);
	world->boot_ms += 200;
	(void)bt_ui_stage_press(world->stage,
				&(struct bt_ui_press){.key = key, .ch = ch, .at_ms = world->boot_ms, .fresh = true});
}

static void type(struct world *world, const char *text)
{
	for (; *text; text++) {
		press(world, *text == '\n' ? BT_KEY_ENTER : BT_KEY_CHAR, (uint32_t)(unsigned char)*text);
	}
}

static void open_card(struct world *world)
{
	type(world, "100244781560\n");
}

static void go_search(struct world *world)
{
	type(world, "ramesh dan");
}

static void go_card(struct world *world)
{
	open_card(world);
	type(world, "500");
}

static void go_card_down(struct world *world)
{
	fake_server_down(&world->fake);
	world->fake.status.unsent = 14;
	world->fake.ramesh.balance_at_ms = world->fake.status.balances_known_ms;
	go_card(world);
}

static void go_card_key_change(struct world *world)
{
	world->fake.ramesh.key_change.tokens.count = 4;
	world->fake.ramesh.supply_cut_at_ms = 0;
	go_card(world);
}

/* He did not key it in, and is back. */
static void go_card_key_given(struct world *world)
{
	(void)bt_text_copy(world->fake.history[0].sale_id, sizeof(world->fake.history[0].sale_id), "a sale");
	world->fake.view.key_tokens.count = 4;
	world->fake.view.state = BT_SALE_DONE;
	world->fake.ramesh.cut_from_ms = 0;
	open_card(world);
}

static void go_card_known(struct world *world)
{
	fake_fill_account(&world->fake);
	go_card(world);
}

/* What was known this morning, and he may have paid in the app since. */
static void go_card_known_down(struct world *world)
{
	fake_fill_account(&world->fake);
	world->fake.account.time_ms = world->fake.status.balances_known_ms;
	go_card_down(world);
}

static void go_card_cut_down(struct world *world)
{
	fake_server_down(&world->fake);
	world->fake.ramesh.supply_cut_at_ms = fake_time(2025, 11, 21, 8, 15, 0);
	bt_ui_stage_tick(world->stage, ++world->boot_ms);
	go_card(world);
	type(world, "\n");
	assert_string_equal(bt_ui_stage_screen_id(world->stage), "card");
}

static void go_card_due_back(struct world *world)
{
	fake_fill_account(&world->fake);
	world->fake.ramesh.supply_cut_at_ms = fake_time(2025, 11, 21, 8, 15, 0);
	world->fake.account.reconnect_since_ms = fake_time(2025, 11, 21, 11, 32, 0);
	world->fake.account.reconnect_due_ms = fake_time(2025, 11, 21, 11, 52, 0);
	go_card(world);
}

static void go_card_unsure(struct world *world)
{
	fake_fill_account(&world->fake);
	world->fake.account.waiting[0].unsure = true;
	world->fake.account.waiting[0].paid_at_ms = fake_time(2025, 11, 20, 19, 5, 0);
	go_card(world);
}

static void go_card_notice(struct world *world)
{
	fake_fill_account(&world->fake);
	world->fake.account.waiting_count = 0;
	world->fake.ramesh.cut_from_ms = 0;
	go_card(world);
}

/* Ten days are left of November, and 4.5 kWh a day are less than the 48 that are free. */
static void go_card_month_free(struct world *world)
{
	world->fake.ramesh.cut_from_ms = 0;
	world->fake.ramesh.balance = 2500;
	world->fake.ramesh.dues = world->fake.ramesh.dues_daily = 0;
	world->fake.ramesh.daily_units = 45;
	open_card(world);
}

static void go_card_ceiling(struct world *world)
{
	world->fake.cash_today = 19960000;
	world->fake.cash_day_limit = 20000000;
	go_card(world);
	type(world, "\n");
	assert_string_equal(bt_ui_stage_screen_id(world->stage), "card");
}

static void go_history_known(struct world *world)
{
	fake_fill_account(&world->fake);
	open_card(world);
	press(world, BT_KEY_F6, 0);
	for (int i = 0; i < 6; i++) {
		press(world, BT_KEY_DOWN, 0);
	}
}

static void go_history_down(struct world *world)
{
	fake_server_down(&world->fake);
	open_card(world);
	press(world, BT_KEY_F6, 0);
}

static void go_split(struct world *world)
{
	open_card(world);
	type(world, "1000//\n300");
}

static void go_confirm(struct world *world)
{
	go_card(world);
	type(world, "\n");
}

static void go_change(struct world *world)
{
	go_confirm(world);
	type(world, "1000");
}

static void go_short(struct world *world)
{
	go_confirm(world);
	type(world, "400\n");
}

static void go_wait(struct world *world)
{
	world->fake.next_state = BT_SALE_VENDING;
	go_confirm(world);
	type(world, "\n");
	world->boot_ms += 400;
	bt_ui_stage_tick(world->stage, world->boot_ms);
}

static void go_elsewhere(struct world *world)
{
	type(world, "D-0143-0611-087-7\n");
	assert_string_equal(world->fake.docket_text, "D-0143-0611-087-7");
}

/* The head-end has said the name; now it is away. */
static void go_elsewhere_offline(struct world *world)
{
	fake_server_down(&world->fake);
	world->fake.docket_view.counter = fake_dual("Danapur counter 3", "दानापुर काउंटर 3");
	bt_ui_stage_tick(world->stage, ++world->boot_ms);
	go_elsewhere(world);
	press(world, BT_KEY_ENTER, 0);
	assert_int_equal(world->fake.docket_finishes, 0);
}

static void go_elsewhere_refused(struct world *world)
{
	world->fake.docket_view.state = BT_DOCKET_REFUSED;
	(void)bt_text_copy(world->fake.docket_view.code, sizeof(world->fake.docket_view.code), "reversed");
	(void)bt_text_copy(world->fake.docket_view.refusal_en, sizeof(world->fake.docket_view.refusal_en),
			   "This payment was taken back where it was made. There is no token for it.");
	(void)bt_text_copy(world->fake.docket_view.refusal_hi, sizeof(world->fake.docket_view.refusal_hi),
			   "यह भुगतान जहाँ हुआ था वहीं वापस लिया गया। इसका कोई टोकन नहीं है।");
	go_elsewhere(world);
}

static void go_elsewhere_lost(struct world *world)
{
	go_elsewhere(world);
	press(world, BT_KEY_ENTER, 0);
	assert_int_equal(world->fake.docket_finishes, 1);
	world->fake.docket_view.state = BT_DOCKET_UNANSWERED;
	bt_ui_stage_tick(world->stage, ++world->boot_ms);
}

static void go_docket(struct world *world)
{
	world->fake.next_state = BT_SALE_PENDING;
	world->fake.outlook = BT_OUTLOOK_DOCKET;
	world->fake.denial = world->fake.view.denial = BT_DENY_NOT_COVERED;
	world->fake.view.printing = BT_PRINTING_NONE;
	fake_server_down(&world->fake);
	go_confirm(world);
	type(world, "\n");
}

static void go_token(struct world *world)
{
	go_confirm(world);
	type(world, "\n");
}

static void go_token_no_paper(struct world *world)
{
	world->fake.status.paper = BT_PAPER_OUT;
	world->fake.view.printing = BT_PRINTING_FAILED;
	go_token(world);
}

/* A slip in hand while the printer wants something. */
static void hold(struct world *world, enum bt_paper paper)
{
	world->fake.status.paper = paper;
	world->fake.view.printing = BT_PRINTING_NOW;
	world->fake.view.copies = 0;
}

static void go_token_held_out(struct world *world)
{
	hold(world, BT_PAPER_OUT);
	go_token(world);
}

static void go_token_held_open(struct world *world)
{
	hold(world, BT_PAPER_OPEN);
	go_token(world);
}

static void go_token_held_jam(struct world *world)
{
	hold(world, BT_PAPER_JAM);
	go_token(world);
}

static void go_token_held_fault(struct world *world)
{
	hold(world, BT_PAPER_FAULT);
	go_token(world);
}

static void go_token_held_silent(struct world *world)
{
	hold(world, BT_PAPER_SILENT);
	go_token(world);
}

/* The roll is low, which keeps nothing from coming out. */
static void go_token_held_low(struct world *world)
{
	hold(world, BT_PAPER_LOW);
	go_token(world);
}

static void go_token_ask(struct world *world)
{
	world->fake.view.printing = BT_PRINTING_ASK;
	go_token(world);
}

static void go_token_why(struct world *world)
{
	world->fake.reprint_err = BT_EINPUT;
	go_token(world);
	press(world, BT_KEY_F5, 0);
	assert_int_equal(world->fake.reprints, 0);
}

static void go_token_no_printer(struct world *world)
{
	world->fake.status.paper = BT_PAPER_NONE;
	world->fake.view.printing = BT_PRINTING_NONE;
	go_token(world);
}

static void go_token_here(struct world *world)
{
	fake_server_down(&world->fake);
	world->fake.status.unsent = 15;
	world->fake.view.made_here = true;
	go_token(world);
}

static const struct bt_key_tokens four = {
    4, {"34812744915211133004", "46903925208523674737", "71464563847088610152", "67904239402617643990"}};

static void go_token_key_change(struct world *world)
{
	world->fake.view.key_tokens = four;
	go_token(world);
}

static void go_token_key_change_here(struct world *world)
{
	world->fake.view.key_tokens = (struct bt_key_tokens){2, {"28174750822127375193", "43978677805789848586"}};
	go_token_here(world);
}

static void go_credit(struct world *world)
{
	world->fake.next_state = BT_SALE_CREDITED;
	world->fake.view.sale.quote.dues = 50000;
	go_token(world);
}

static void go_credit_held(struct world *world)
{
	hold(world, BT_PAPER_OUT);
	go_credit(world);
}

static void go_docket_held(struct world *world)
{
	go_docket(world);
	hold(world, BT_PAPER_OPEN);
	bt_ui_stage_tick(world->stage, ++world->boot_ms);
}

static void go_limit_low(struct world *world)
{
	struct bt_ui_status *status = &world->fake.status;
	fake_server_down(&world->fake);
	status->unsent = 212;
	status->allowance.sales_left = 19;
	status->allowance.paise_left = 940000;
	status->allowance.count_left = 88;
	status->allowance.count_cap = 252;
	status->allowance.ms_left = 3 * FAKE_HOUR_MS + 10 * 60000;
	status->allowance.percent_used = 95;
	bt_ui_stage_tick(world->stage, ++world->boot_ms);
}

static void go_limit_used(struct world *world)
{
	struct bt_ui_status *status = &world->fake.status;
	fake_server_down(&world->fake);
	status->unsent = 300;
	status->allowance.paise_left = 0;
	status->allowance.used_up = BT_DENY_TOTAL;
	status->allowance.ends = BT_ENDS_MONEY;
	bt_ui_stage_tick(world->stage, ++world->boot_ms);
}

static void go_stopped(struct world *world)
{
	world->fake.status.stopped = BT_ENOSPC;
	bt_ui_stage_tick(world->stage, ++world->boot_ms);
}

static void go_diverged(struct world *world)
{
	world->fake.enrolment.control_room[0] = '\0';
	world->fake.status.stopped = BT_EDIVERGED;
	bt_ui_stage_tick(world->stage, ++world->boot_ms);
}

static void go_refused(struct world *world)
{
	world->fake.next_state = BT_SALE_REFUSED;
	(void)bt_text_copy(world->fake.view.refusal_en, 160,
			   "the figures do not agree with what the office has for this connection");
	(void)bt_text_copy(world->fake.view.refusal_hi, 320, "आँकड़े दफ़्तर के हिसाब से नहीं मिलते");
	go_confirm(world);
	type(world, "\n");
}

static void go_code(struct world *world)
{
	go_limit_low(world);
	press(world, BT_KEY_F8, 0);
}

/* The first group is right, the second has its last digit wrong. */
static void go_code_typing(struct world *world)
{
	go_code(world);
	type(world, "4389168660");
}

static void go_code_wrong(struct world *world)
{
	go_code(world);
	type(world, "43891686641634972126\n");
	world->fake.job = BT_UI_JOB_WRONG;
	bt_ui_stage_tick(world->stage, ++world->boot_ms);
}

static void go_code_accepted(struct world *world)
{
	go_code(world);
	type(world, "43891686641634972126\n");
	world->fake.job = BT_UI_JOB_GOOD;
	bt_ui_stage_tick(world->stage, ++world->boot_ms);
}

static void go_code_none(struct world *world)
{
	world->fake.extension.codes_left = 0;
	go_code(world);
}

static void doubt_clock(struct world *world)
{
	fake_server_down(&world->fake);
	world->fake.status.clock_trusted = false;
	world->fake.status.clock_doubt = BT_CLOCK_UNCONFIRMED;
	world->fake.status.allowance.used_up = BT_DENY_CLOCK;
	bt_ui_stage_tick(world->stage, ++world->boot_ms);
}

static void go_clock(struct world *world)
{
	doubt_clock(world);
	press(world, BT_KEY_F8, 0);
}

static void go_clock_moved(struct world *world)
{
	doubt_clock(world);
	world->fake.status.clock_doubt = BT_CLOCK_MOVED;
	world->fake.status.clock_apart_ms = INT64_C(95) * 60000;
	bt_ui_stage_tick(world->stage, ++world->boot_ms);
	press(world, BT_KEY_F8, 0);
	type(world, "2111202510");
}

static void go_clock_pin(struct world *world)
{
	go_clock(world);
	type(world, "211120251150\n12");
}

static void go_figures(struct world *world)
{
	go_refused(world);
	world->fake.view.has_figures = true;
	world->fake.view.refundable = true;
	world->fake.view.sale.quote = (struct bt_quote){.amount = 50000, .energy = 47170, .duty = 2830, .units = 635};
	world->fake.view.figures = (struct bt_quote){.amount = 50000, .energy = 47619, .duty = 2381, .units = 601};
	bt_ui_stage_tick(world->stage, ++world->boot_ms);
}

static void go_doubt(struct world *world)
{
	world->fake.next_state = BT_SALE_INQUIRING;
	world->fake.view.refundable = true;
	go_confirm(world);
	type(world, "\n");
}

static void go_approve(struct world *world)
{
	go_refused(world);
	world->fake.view.refundable = true;
	bt_ui_stage_tick(world->stage, ++world->boot_ms);
	press(world, BT_KEY_F8, 0);
	type(world, "1234\n3");
}

static void go_approve_docket(struct world *world)
{
	world->fake.next_state = BT_SALE_PENDING;
	world->fake.view.refundable = true;
	world->fake.view.needs_docket = true;
	go_confirm(world);
	type(world, "\n");
	press(world, BT_KEY_F8, 0);
	type(world, "0142 0611 0");
}

static void go_approve_make(struct world *world)
{
	go_doubt(world);
	type(world, "\n");
}

/* Approved: REFUNDING as the shop's table left it. */
static void go_refund_asking(struct world *world)
{
	go_approve(world);
	world->fake.view.asking = true;
	world->fake.view.printing = BT_PRINTING_NONE;
	world->fake.view.copies = 0;
	type(world, "\n");
	bt_ui_stage_tick(world->stage, ++world->boot_ms);
	bt_ui_stage_tick(world->stage, ++world->boot_ms);
}

static void go_refund_waits(struct world *world)
{
	go_refund_asking(world);
	world->fake.view.asking = false;
	world->fake.view.printing = BT_PRINTING_DONE;
	world->fake.view.copies = 1;
	bt_ui_stage_tick(world->stage, ++world->boot_ms);
}

static void go_refund_given(struct world *world)
{
	go_refund_asking(world);
	world->fake.view.state = BT_SALE_REFUNDED;
	world->fake.view.printing = BT_PRINTING_DONE;
	world->fake.view.copies = 1;
	bt_ui_stage_tick(world->stage, ++world->boot_ms);
}

static void go_refund_due(struct world *world)
{
	go_refund_given(world);
	world->fake.view.printing = BT_PRINTING_NONE;
	world->fake.view.copies = 0;
	bt_ui_stage_tick(world->stage, ++world->boot_ms);
}

static void go_refund_held(struct world *world)
{
	go_refund_given(world);
	hold(world, BT_PAPER_OUT);
	bt_ui_stage_tick(world->stage, ++world->boot_ms);
}

static void go_resume(struct world *world)
{
	world->fake.view.cut_off = true;
	world->fake.view.state = BT_SALE_VENDING;
	bt_ui_stage_tick(world->stage, ++world->boot_ms);
}

static void go_signin(struct world *world)
{
	world->fake.status.keys_locked = true;
	press(world, BT_KEY_F9, 0);
	bt_ui_stage_desk(world->stage)->locked = false;
	type(world, "123");
}

static void go_system(struct world *world)
{
	press(world, BT_KEY_F12, 0);
}

static void go_system_sending(struct world *world)
{
	world->fake.sending = true;
	world->fake.status.unsent = 2130;
	world->fake.status.unsent_old = true;
	press(world, BT_KEY_F12, 0);
}

static void go_drawer(struct world *world)
{
	go_system(world);
	press(world, BT_KEY_F7, 0);
	type(world, "1234\n2");
}

static struct fake_desk at_desk;

/* As the mock-up has it, but for the app: what others took is found by name. */
static void go_stuck(struct world *world)
{
	int64_t now = world->fake.status.now_ms;
	struct bt_sale_row *rows = world->fake.open;
	fake_desk_open(&at_desk, &world->fake);
	rows[0] = (struct bt_sale_row){.amount = 50000, .stage = BT_STAGE_PENDING, .delivery = "token"};
	rows[0].paid_at_ms = now - 151 * 60000;
	rows[1] = (struct bt_sale_row){.amount = 20000, .stage = BT_STAGE_PENDING, .delivery = "balance"};
	rows[1].paid_at_ms = now - 44 * 60000;
	rows[2] = (struct bt_sale_row){.amount = 100000, .stage = BT_STAGE_REFUSED, .delivery = "token"};
	rows[2].paid_at_ms = now - 9 * 60000;
	world->fake.open_count = 3;
	at_desk.claims[0] = (struct bt_claim){.connection = FAKE_SUNITA,
					      .amount = 50000,
					      .at_ms = now - 48 * 60000,
					      .answered = true,
					      .state = "open",
					      .promised_ms = now + 72 * 60000};
	at_desk.claim_count = 1;
	at_desk.owed_known = true;
	at_desk.owed_count = 2;
	at_desk.owed[0] = (struct bt_desk_owed){.name = fake_dual("Md. Irfan", "मो. इरफ़ान"),
						.since_ms = now - 31 * 60000,
						.due_ms = now - 11 * 60000,
						.overdue = true};
	at_desk.owed[1] = (struct bt_desk_owed){
	    .name = fake_dual("Ajay Sao", "अजय साव"), .since_ms = now - 10 * 60000, .due_ms = now + 10 * 60000};
	press(world, BT_KEY_F4, 0);
}

static void go_stuck_unknown(struct world *world)
{
	fake_desk_open(&at_desk, &world->fake);
	at_desk.found_count = 0;
	press(world, BT_KEY_F4, 0);
	type(world, FAKE_UTR "\n");
	bt_ui_stage_tick(world->stage, world->boot_ms += 500);
}

static void find_one(struct world *world)
{
	press(world, BT_KEY_F4, 0);
	type(world, FAKE_UTR "\n");
	bt_ui_stage_tick(world->stage, world->boot_ms += 500);
}

static void go_stuck_one(struct world *world)
{
	fake_desk_open(&at_desk, &world->fake);
	find_one(world);
}

static void go_stuck_bank(struct world *world)
{
	fake_desk_open(&at_desk, &world->fake);
	at_desk.found[0].bank = BT_BANK_UNSURE;
	at_desk.found[0].received = false;
	at_desk.found[0].can = BT_CAN_WAIT;
	at_desk.found[0].steps = 1;
	fake_add_step(&at_desk.found[0], at_desk.found[0].paid_at_ms + 3000, "Bank is not sure", false);
	find_one(world);
}

static void go_stuck_down(struct world *world)
{
	go_stuck_one(world);
	fake_server_down(&world->fake);
	bt_ui_stage_tick(world->stage, world->boot_ms += 1000);
}

static void go_order(struct world *world)
{
	go_stuck_one(world);
	press(world, BT_KEY_F8, 0);
}

static void go_claim(struct world *world)
{
	go_stuck_unknown(world);
	type(world, "\n");
	type(world, FAKE_SUNITA "\n\n500\n");
}

static void go_claim_made(struct world *world)
{
	go_claim(world);
	type(world, "\n");
}

static void go_claim_promised(struct world *world)
{
	go_claim_made(world);
	at_desk.claims[0].answered = true;
	bt_text_copy(at_desk.claims[0].state, sizeof(at_desk.claims[0].state), "open");
	at_desk.claims[0].promised_ms = world->fake.status.now_ms + 119 * 60000;
	bt_ui_stage_tick(world->stage, world->boot_ms += 500);
}

static void go_history(struct world *world)
{
	open_card(world);
	press(world, BT_KEY_F6, 0);
}

static void go_help(struct world *world)
{
	go_card(world);
	press(world, BT_KEY_F1, 0);
}

/* Nothing typed, no free units, a good balance: the slots stay, quiet. */
static void go_card_empty(struct world *world)
{
	world->fake.ramesh.free_of = 0;
	world->fake.ramesh.balance = 50000;
	world->fake.ramesh.cut_from_ms = 0;
	open_card(world);
}

static void go_blocked_person(struct world *world)
{
	world->fake.ramesh.blocked = fake_dual("theft case", "चोरी का मामला");
	go_card(world);
	type(world, "\n");
}

static const struct golden {
	const char *id;
	enum bt_lang lang;
	int rows, cols;
	void (*arrange)(struct world *world);
	const char *screen;
} goldens[] = {
    {"01-home", BT_LANG_EN, 24, 80, go_search, "home"},
    {"01-home-hi", BT_LANG_HI, 24, 80, go_search, "home"},
    {"02-card", BT_LANG_EN, 24, 80, go_card, "card"},
    {"02-card-hi", BT_LANG_HI, 24, 80, go_card, "card"},
    {"02-card-hi-down", BT_LANG_HI, 24, 80, go_card_down, "card"},
    {"02-card-132", BT_LANG_EN, 43, 132, go_card_known, "card"},
    {"02-card-132-hi", BT_LANG_HI, 43, 132, go_card_known, "card"},
    {"02-card-132-down", BT_LANG_EN, 43, 132, go_card_known_down, "card"},
    {"02-card-132-down-hi", BT_LANG_HI, 43, 132, go_card_known_down, "card"},
    {"02-card-down", BT_LANG_EN, 24, 80, go_card_down, "card"},
    {"02-card-stuck", BT_LANG_EN, 24, 80, go_card_known, "card"},
    {"02-card-stuck-hi", BT_LANG_HI, 24, 80, go_card_known, "card"},
    {"02-card-unsure", BT_LANG_EN, 24, 80, go_card_unsure, "card"},
    {"02-card-unsure-hi", BT_LANG_HI, 24, 80, go_card_unsure, "card"},
    {"02-card-unsure-132", BT_LANG_EN, 43, 132, go_card_unsure, "card"},
    {"02-card-cut-down", BT_LANG_EN, 24, 80, go_card_cut_down, "card"},
    {"02-card-cut-down-hi", BT_LANG_HI, 24, 80, go_card_cut_down, "card"},
    {"02-card-due-back", BT_LANG_EN, 24, 80, go_card_due_back, "card"},
    {"02-card-due-back-hi", BT_LANG_HI, 24, 80, go_card_due_back, "card"},
    {"02-card-due-back-132", BT_LANG_EN, 43, 132, go_card_due_back, "card"},
    {"02-card-notice", BT_LANG_EN, 24, 80, go_card_notice, "card"},
    {"02-card-notice-hi", BT_LANG_HI, 24, 80, go_card_notice, "card"},
    {"02-card-notice-132", BT_LANG_EN, 43, 132, go_card_notice, "card"},
    {"02-card-month-free", BT_LANG_EN, 24, 80, go_card_month_free, "card"},
    {"02-card-month-free-hi", BT_LANG_HI, 24, 80, go_card_month_free, "card"},
    {"02-card-ceiling", BT_LANG_EN, 24, 80, go_card_ceiling, "card"},
    {"02-card-ceiling-hi", BT_LANG_HI, 24, 80, go_card_ceiling, "card"},
    {"02-history", BT_LANG_EN, 24, 80, go_history_known, "history"},
    {"02-history-known-hi", BT_LANG_HI, 24, 80, go_history_known, "history"},
    {"02-history-132", BT_LANG_EN, 43, 132, go_history_known, "history"},
    {"02-history-down", BT_LANG_EN, 24, 80, go_history_down, "history"},
    {"02-card-empty", BT_LANG_EN, 24, 80, go_card_empty, "card"},
    {"02-card-empty-hi", BT_LANG_HI, 24, 80, go_card_empty, "card"},
    {"02-card-blocked", BT_LANG_EN, 24, 80, go_blocked_person, "card"},
    {"02-card-blocked-hi", BT_LANG_HI, 24, 80, go_blocked_person, "card"},
    {"02-card-blocked-132", BT_LANG_EN, 43, 132, go_blocked_person, "card"},
    {"02-card-help", BT_LANG_EN, 24, 80, go_help, "card"},
    {"02-history-hi", BT_LANG_HI, 24, 80, go_history, "history"},
    {"02-card-key-change", BT_LANG_EN, 24, 80, go_card_key_change, "card"},
    {"02-card-key-change-hi", BT_LANG_HI, 24, 80, go_card_key_change, "card"},
    {"02-card-key-given", BT_LANG_EN, 24, 80, go_card_key_given, "card"},
    {"02-card-key-given-hi", BT_LANG_HI, 24, 80, go_card_key_given, "card"},
    {"03-split", BT_LANG_EN, 24, 80, go_split, "split"},
    {"03-split-hi", BT_LANG_HI, 24, 80, go_split, "split"},
    {"04-confirm", BT_LANG_EN, 24, 80, go_confirm, "confirm"},
    {"04-confirm-change", BT_LANG_EN, 24, 80, go_change, "confirm"},
    {"04-confirm-change-hi", BT_LANG_HI, 24, 80, go_change, "confirm"},
    {"04-confirm-short", BT_LANG_EN, 24, 80, go_short, "confirm"},
    {"06-wait-1", BT_LANG_EN, 24, 80, go_wait, "wait"},
    {"06-wait-hi", BT_LANG_HI, 24, 80, go_wait, "wait"},
    {"06-wait-docket", BT_LANG_EN, 24, 80, go_docket, "docket"},
    {"06-wait-docket-hi", BT_LANG_HI, 24, 80, go_docket, "docket"},
    {"06-wait-docket-open", BT_LANG_EN, 24, 80, go_docket_held, "docket"},
    {"06-wait-docket-open-hi", BT_LANG_HI, 24, 80, go_docket_held, "docket"},
    {"06-credit", BT_LANG_EN, 24, 80, go_credit, "credit"},
    {"06-credit-out", BT_LANG_EN, 24, 80, go_credit_held, "credit"},
    {"06-credit-out-hi", BT_LANG_HI, 24, 80, go_credit_held, "credit"},
    {"06-refused", BT_LANG_EN, 24, 80, go_refused, "docket"},
    {"06-refused-hi", BT_LANG_HI, 24, 80, go_refused, "docket"},
    {"06-figures", BT_LANG_EN, 24, 80, go_figures, "docket"},
    {"06-figures-hi", BT_LANG_HI, 24, 80, go_figures, "docket"},
    {"06-doubt", BT_LANG_EN, 24, 80, go_doubt, "docket"},
    {"06-doubt-hi", BT_LANG_HI, 24, 80, go_doubt, "docket"},
    {"06-resume", BT_LANG_EN, 24, 80, go_resume, "resume"},
    {"06-resume-hi", BT_LANG_HI, 24, 80, go_resume, "resume"},
    {"15-approve", BT_LANG_EN, 24, 80, go_approve, "approve"},
    {"15-approve-hi", BT_LANG_HI, 24, 80, go_approve, "approve"},
    {"15-approve-docket", BT_LANG_EN, 24, 80, go_approve_docket, "approve"},
    {"15-approve-docket-hi", BT_LANG_HI, 24, 80, go_approve_docket, "approve"},
    {"15-approve-make", BT_LANG_EN, 24, 80, go_approve_make, "approve"},
    {"15-approve-make-hi", BT_LANG_HI, 24, 80, go_approve_make, "approve"},
    {"15-approve-drawer", BT_LANG_EN, 24, 80, go_drawer, "approve"},
    {"15-approve-drawer-hi", BT_LANG_HI, 24, 80, go_drawer, "approve"},
    {"15-refund-asking", BT_LANG_EN, 24, 80, go_refund_asking, "refund"},
    {"15-refund-asking-hi", BT_LANG_HI, 24, 80, go_refund_asking, "refund"},
    {"15-refund-waits", BT_LANG_EN, 24, 80, go_refund_waits, "refund"},
    {"15-refund-waits-hi", BT_LANG_HI, 24, 80, go_refund_waits, "refund"},
    {"15-refund-given", BT_LANG_EN, 24, 80, go_refund_given, "refund"},
    {"15-refund-given-hi", BT_LANG_HI, 24, 80, go_refund_given, "refund"},
    {"15-refund-out", BT_LANG_EN, 24, 80, go_refund_held, "refund"},
    {"15-refund-out-hi", BT_LANG_HI, 24, 80, go_refund_held, "refund"},
    {"15-refund-due", BT_LANG_EN, 24, 80, go_refund_due, "refund"},
    {"07-token", BT_LANG_EN, 24, 80, go_token, "token"},
    {"07-token-hi-paper", BT_LANG_HI, 24, 80, go_token_no_paper, "token"},
    {"07-token-out", BT_LANG_EN, 24, 80, go_token_held_out, "token"},
    {"07-token-out-hi", BT_LANG_HI, 24, 80, go_token_held_out, "token"},
    {"07-token-open", BT_LANG_EN, 24, 80, go_token_held_open, "token"},
    {"07-token-open-hi", BT_LANG_HI, 24, 80, go_token_held_open, "token"},
    {"07-token-cutter", BT_LANG_EN, 24, 80, go_token_held_jam, "token"},
    {"07-token-cutter-hi", BT_LANG_HI, 24, 80, go_token_held_jam, "token"},
    {"07-token-fault", BT_LANG_EN, 24, 80, go_token_held_fault, "token"},
    {"07-token-fault-hi", BT_LANG_HI, 24, 80, go_token_held_fault, "token"},
    {"07-token-silent", BT_LANG_EN, 24, 80, go_token_held_silent, "token"},
    {"07-token-silent-hi", BT_LANG_HI, 24, 80, go_token_held_silent, "token"},
    {"07-token-low", BT_LANG_EN, 24, 80, go_token_held_low, "token"},
    {"07-token-low-hi", BT_LANG_HI, 24, 80, go_token_held_low, "token"},
    {"07-token-ask", BT_LANG_EN, 24, 80, go_token_ask, "token"},
    {"07-token-ask-hi", BT_LANG_HI, 24, 80, go_token_ask, "token"},
    {"07-token-why", BT_LANG_EN, 24, 80, go_token_why, "token"},
    {"07-token-why-hi", BT_LANG_HI, 24, 80, go_token_why, "token"},
    {"07-token-no-printer", BT_LANG_EN, 24, 80, go_token_no_printer, "token"},
    {"07-token-hi-no-printer", BT_LANG_HI, 24, 80, go_token_no_printer, "token"},
    {"07-token-36", BT_LANG_EN, 36, 100, go_token, "token"},
    {"07-token-key-change", BT_LANG_EN, 24, 80, go_token_key_change, "token"},
    {"07-token-key-change-hi", BT_LANG_HI, 24, 80, go_token_key_change, "token"},
    {"07-token-key-change-2-hi", BT_LANG_HI, 24, 80, go_token_key_change_here, "token"},
    {"07-token-key-change-36", BT_LANG_EN, 36, 100, go_token_key_change, "token"},
    {"07-token-key-change-132", BT_LANG_HI, 43, 132, go_token_key_change_here, "token"},
    {"07-token-132", BT_LANG_EN, 43, 132, go_token_here, "token"},
    {"08-lease-low", BT_LANG_EN, 24, 80, go_limit_low, "limit_low"},
    {"08-lease-low-hi", BT_LANG_HI, 24, 80, go_limit_low, "limit_low"},
    {"08-blocked", BT_LANG_EN, 24, 80, go_limit_used, "limit_used"},
    {"08-blocked-hi", BT_LANG_HI, 24, 80, go_limit_used, "limit_used"},
    {"08-code", BT_LANG_EN, 24, 80, go_code_typing, "extend"},
    {"08-code-hi", BT_LANG_HI, 24, 80, go_code_typing, "extend"},
    {"08-code-wrong", BT_LANG_EN, 24, 80, go_code_wrong, "extend"},
    {"08-code-wrong-hi", BT_LANG_HI, 24, 80, go_code_wrong, "extend"},
    {"08-code-accepted", BT_LANG_EN, 24, 80, go_code_accepted, "limit_low"},
    {"08-code-accepted-hi", BT_LANG_HI, 24, 80, go_code_accepted, "limit_low"},
    {"08-code-none-hi", BT_LANG_HI, 24, 80, go_code_none, "extend"},
    {"08-stopped", BT_LANG_EN, 24, 80, go_stopped, "limit_used"},
    {"08-stopped-hi", BT_LANG_HI, 24, 80, go_stopped, "limit_used"},
    {"08-diverged", BT_LANG_EN, 24, 80, go_diverged, "limit_used"},
    {"31-elsewhere", BT_LANG_EN, 24, 80, go_elsewhere, "elsewhere"},
    {"31-elsewhere-hi", BT_LANG_HI, 24, 80, go_elsewhere, "elsewhere"},
    {"31-elsewhere-offline", BT_LANG_EN, 24, 80, go_elsewhere_offline, "elsewhere"},
    {"31-elsewhere-offline-hi", BT_LANG_HI, 24, 80, go_elsewhere_offline, "elsewhere"},
    {"31-elsewhere-refused", BT_LANG_EN, 24, 80, go_elsewhere_refused, "elsewhere"},
    {"31-elsewhere-refused-hi", BT_LANG_HI, 24, 80, go_elsewhere_refused, "elsewhere"},
    {"31-elsewhere-lost", BT_LANG_EN, 24, 80, go_elsewhere_lost, "elsewhere"},
    {"31-elsewhere-lost-hi", BT_LANG_HI, 24, 80, go_elsewhere_lost, "elsewhere"},
    {"09-desk", BT_LANG_EN, 24, 80, go_stuck, "stuck"},
    {"09-desk-hi", BT_LANG_HI, 24, 80, go_stuck, "stuck"},
    {"09-desk-132", BT_LANG_EN, 43, 132, go_stuck, "stuck"},
    {"09-desk-132-hi", BT_LANG_HI, 43, 132, go_stuck, "stuck"},
    {"09-desk-unknown", BT_LANG_EN, 24, 80, go_stuck_unknown, "stuck"},
    {"09-desk-unknown-hi", BT_LANG_HI, 24, 80, go_stuck_unknown, "stuck"},
    {"09-claim", BT_LANG_EN, 24, 80, go_claim, "claim"},
    {"09-claim-hi", BT_LANG_HI, 24, 80, go_claim, "claim"},
    {"09-claim-made", BT_LANG_EN, 24, 80, go_claim_made, "claim"},
    {"09-claim-made-hi", BT_LANG_HI, 24, 80, go_claim_made, "claim"},
    {"09-claim-promised", BT_LANG_EN, 24, 80, go_claim_promised, "claim"},
    {"09-claim-promised-hi", BT_LANG_HI, 24, 80, go_claim_promised, "claim"},
    {"10-desk-detail", BT_LANG_EN, 24, 80, go_stuck_one, "stuck_one"},
    {"10-desk-detail-hi", BT_LANG_HI, 24, 80, go_stuck_one, "stuck_one"},
    {"10-desk-detail-132", BT_LANG_EN, 43, 132, go_stuck_one, "stuck_one"},
    {"10-desk-detail-132-hi", BT_LANG_HI, 43, 132, go_stuck_one, "stuck_one"},
    {"10-desk-bank", BT_LANG_EN, 24, 80, go_stuck_bank, "stuck_one"},
    {"10-desk-bank-hi", BT_LANG_HI, 24, 80, go_stuck_bank, "stuck_one"},
    {"10-desk-down", BT_LANG_EN, 24, 80, go_stuck_down, "stuck_one"},
    {"10-desk-down-hi", BT_LANG_HI, 24, 80, go_stuck_down, "stuck_one"},
    {"15-approve-order", BT_LANG_EN, 24, 80, go_order, "approve"},
    {"15-approve-order-hi", BT_LANG_HI, 24, 80, go_order, "approve"},
    {"11-signin", BT_LANG_EN, 24, 80, go_signin, "signin"},
    {"11-signin-hi", BT_LANG_HI, 24, 80, go_signin, "signin"},
    {"11-clock", BT_LANG_EN, 24, 80, go_clock, "clock"},
    {"11-clock-hi", BT_LANG_HI, 24, 80, go_clock, "clock"},
    {"11-clock-moved", BT_LANG_EN, 24, 80, go_clock_moved, "clock"},
    {"11-clock-moved-hi", BT_LANG_HI, 24, 80, go_clock_moved, "clock"},
    {"11-clock-pin", BT_LANG_EN, 24, 80, go_clock_pin, "clock"},
    {"11-clock-pin-hi", BT_LANG_HI, 24, 80, go_clock_pin, "clock"},
    {"17-system", BT_LANG_EN, 24, 80, go_system, "system"},
    {"17-system-hi", BT_LANG_HI, 24, 80, go_system, "system"},
    {"17-system-sending", BT_LANG_EN, 24, 80, go_system_sending, "system"},
    {"17-system-sending-hi", BT_LANG_HI, 24, 80, go_system_sending, "system"},
};

static void read_screen(const struct bt_ui_canvas *canvas, char *out)
{
	char row[4096];
	size_t used = 0;
	for (int i = 0; i < canvas->rows; i++) {
		bt_ui_row_text(canvas, i, row, sizeof(row));
		used += (size_t)snprintf(out + used, SCREEN_BYTES - used, "%s\n", row);
	}
}

static bool read_file(const char *path, char *out)
{
	char raw[SCREEN_BYTES];
	FILE *file = fopen(path, "r");
	if (!file) {
		return false;
	}
	size_t len = fread(raw, 1, sizeof(raw) - 1, file);
	fclose(file);
	raw[len] = '\0';
	bt_text_compose_nukta(raw, out, SCREEN_BYTES);
	return true;
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void open_world(struct world *world, enum bt_lang lang)
{
	memset(world, 0, sizeof(*world));
	fake_open(&world->fake, words);
	world->boot_ms = 1000;
	struct bt_ui_stage_options options = {.lang = lang, .signed_in = true};
	assert_int_equal(bt_ui_stage_open(&world->fake.shop, &options, world->boot_ms, &world->stage), BT_OK);
	(void)bt_text_copy(bt_ui_stage_desk(world->stage)->operator_id, 24, "rina");
}

static void draw_golden(const struct golden *golden, struct bt_ui_canvas *canvas)
{
	static struct world world;
	open_world(&world, golden->lang);
	golden->arrange(&world);
	bt_ui_stage_tick(world.stage, world.boot_ms);
	assert_string_equal(bt_ui_stage_screen_id(world.stage), golden->screen);
	bt_ui_stage_draw(world.stage, golden->rows, golden->cols, canvas);
	bt_ui_stage_close(world.stage);
}

static void compare_golden(const struct golden *golden)
{
	static struct bt_ui_canvas canvas;
	static char text[SCREEN_BYTES], wanted[SCREEN_BYTES];
	char path[512];
	draw_golden(golden, &canvas);
	read_screen(&canvas, text);
	(void)bt_text_printf(path, sizeof(path), "%s/screens/%s.txt", BATTI_GOLDEN_DIR, golden->id);
	if (getenv("BATTI_GOLDEN_UPDATE")) {
		write_file(path, text);
		return;
	}
	assert_true(read_file(path, wanted));
	if (strcmp(text, wanted) != 0) {
		fprintf(stderr, "---- %s as drawn ----\n%s---- as wanted ----\n%s", golden->id, text, wanted);
	}
	assert_string_equal(text, wanted);
}

static void test_goldens(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(goldens) / sizeof(goldens[0]); i++) {
		compare_golden(&goldens[i]);
	}
}

/* Check 2 of the design: nothing beyond column 77 at 80 columns but the QR, in either language. */
static void test_nothing_passes_the_edge(void **state)
{
	static struct bt_ui_canvas canvas;
	(void)state;
	for (size_t i = 0; i < sizeof(goldens) / sizeof(goldens[0]); i++) {
		struct golden golden = goldens[i];
		for (int lang = 0; lang < BT_LANG_COUNT && golden.cols == 80; lang++) {
			golden.lang = (enum bt_lang)lang;
			draw_golden(&golden, &canvas);
			for (int row = 0; row < canvas.rows; row++) {
				assert_string_equal(canvas.cell[row][78].text, "");
				assert_string_equal(canvas.cell[row][79].text, "");
			}
		}
	}
}

/* ---- check 4 of the design: each QR is read back from its cells ---- */

#define DOT 3 /* pixels of a half cell */

static bool is_dark(const struct bt_ui_canvas *canvas, int y, int x)
{
	const struct bt_ui_cell *cell = &canvas->cell[y / 2][x];
	return cell->ground != BT_ON_PAPER || cell->glyph == BT_GLYPH_FULL ||
	       cell->glyph == (y % 2 == 0 ? BT_GLYPH_UPPER : BT_GLYPH_LOWER);
}

static void assert_qr_reads(const struct bt_ui_canvas *canvas, const char *wanted)
{
	int width = canvas->cols * DOT, height = canvas->rows * 2 * DOT;
	uint8_t *grey = malloc((size_t)width * (size_t)height);
	zbar_image_scanner_t *scanner = zbar_image_scanner_create();
	zbar_image_t *image = zbar_image_create();
	assert_non_null(grey);
	for (int i = 0; i < width * height; i++) {
		grey[i] = is_dark(canvas, i / width / DOT, i % width / DOT) ? 0 : 255;
	}
	zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
	zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
	zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
	zbar_image_set_size(image, (unsigned)width, (unsigned)height);
	zbar_image_set_data(image, grey, (unsigned long)width * (unsigned long)height, NULL);
	assert_int_equal(zbar_scan_image(scanner, image), 1);
	assert_string_equal(zbar_symbol_get_data(zbar_image_first_symbol(image)), wanted);
	zbar_image_destroy(image);
	zbar_image_scanner_destroy(scanner);
	free(grey);
}

static void test_qr_of_the_token_is_read_back(void **state)
{
	static const struct {
		int rows, cols;
		bool no_proof;
		const char *wanted;
	} sizes[] = {
	    {24, 80, false, "44170823915622607384"},
	    {36, 100, false, "44170823915622607384"},
	    {43, 120, false, "44170823915622607384"},
	    {43, 132, false, FAKE_PROOF},
	    {42, 132, false, FAKE_PROOF},
	    {43, 132, true, "44170823915622607384"},
	};
	static struct bt_ui_canvas canvas;
	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct world world;
		open_world(&world, (enum bt_lang)(i % 2));
		world.fake.no_proof = sizes[i].no_proof;
		go_token(&world);
		for (int ticks = 0; ticks < 3; ticks++) {
			bt_ui_stage_tick(world.stage, ++world.boot_ms);
			bt_ui_stage_draw(world.stage, sizes[i].rows, sizes[i].cols, &canvas);
		}
		assert_qr_reads(&canvas, sizes[i].wanted);
		assert_int_equal(world.fake.proofs, 1);
		bt_ui_stage_close(world.stage);
	}
}

/* ---- the status row: no slot is ever cut ---- */

static void assert_status_row_has(struct world *world, bool plain, const char *const *wanted)
{
	static struct bt_ui_canvas canvas;
	char row[4096];
	struct bt_ui_stage_options options = {.lang = bt_ui_stage_desk(world->stage)->lang, .plain = plain};
	struct bt_ui_stage *stage = NULL;
	assert_int_equal(bt_ui_stage_open(&world->fake.shop, &options, 1000, &stage), BT_OK);
	bt_ui_stage_draw(stage, 24, 80, &canvas);
	bt_ui_stage_close(stage);
	bt_ui_row_text(&canvas, 0, row, sizeof(row));
	for (; *wanted; wanted++) {
		char composed[128];
		bt_text_compose_nukta(*wanted, composed, sizeof(composed));
		if (!strstr(row, composed)) {
			fail_msg("\"%s\" is cut in: %s", composed, row);
		}
	}
	static const int before[] = {21, 37, 53};
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		assert_string_equal(canvas.cell[0][before[i]].text, "");
	}
}

static void test_no_slot_of_the_server_is_cut(void **state)
{
	static const struct {
		enum bt_breaker_state server;
		int latency_ms;
		int64_t down_ms;
		const char *figure, *words[BT_LANG_COUNT];
	} rows[] = {
	    {BT_BREAKER_ONLINE, 210, 0, "", {"Server up", "सर्वर चालू"}},
	    {BT_BREAKER_SLOW, 2300, 0, "2.3", {"Slow", "सर्वर धीमा"}},
	    {BT_BREAKER_SLOW, 30000, 0, "30.0", {"Slow", "सर्वर धीमा"}},
	    {BT_BREAKER_OFFLINE, 0, 44 * 60000, "0:44 ", {"Server down", "सर्वर बंद"}},
	    {BT_BREAKER_OFFLINE, 0, 99 * FAKE_HOUR_MS, "99:00 ", {"Server down", "सर्वर बंद"}},
	    {BT_BREAKER_OFFLINE, 0, 719 * FAKE_HOUR_MS, "719", {"719 h ", "719 घंटे "}},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) * BT_LANG_COUNT * 2; i++) {
		struct world world;
		size_t row = i / 4;
		bool plain = i % 2;
		enum bt_lang lang = (enum bt_lang)(i / 2 % 2);
		open_world(&world, lang);
		world.fake.status.server = rows[row].server;
		world.fake.status.latency_ms = rows[row].latency_ms;
		world.fake.status.down_ms = rows[row].down_ms;
		const char *words_too[] = {rows[row].figure, rows[row].words[lang], NULL};
		const char *figure_only[] = {rows[row].figure, NULL};
		assert_status_row_has(&world, plain, plain ? figure_only : words_too);
		bt_ui_stage_close(world.stage);
	}
}

static void test_no_slot_of_the_paper_is_cut(void **state)
{
	static const char *const wanted[BT_PAPER_COUNT][BT_LANG_COUNT] = {
	    [BT_PAPER_OK] = {" Paper ok ", " काग़ज़ ठीक "},        [BT_PAPER_LOW] = {" Paper low ", " काग़ज़ कम "},
	    [BT_PAPER_OUT] = {" No paper ", " काग़ज़ नहीं "},       [BT_PAPER_OPEN] = {" Lid open ", " ढक्कन खुला "},
	    [BT_PAPER_SILENT] = {"? No answer ", "? प्रिंटर चुप "}, [BT_PAPER_NONE] = {" No printer ", " प्रिंटर नहीं "},
	};
	(void)state;
	for (int i = 0; i < BT_PAPER_COUNT * BT_LANG_COUNT; i++) {
		struct world world;
		enum bt_lang lang = (enum bt_lang)(i % 2);
		open_world(&world, lang);
		world.fake.status.paper = (enum bt_paper)(i / 2);
		world.fake.status.who = fake_dual("Sanjay", "संजयजीतन");
		assert_status_row_has(&world, false, (const char *const[]){wanted[i / 2][lang], NULL});
		bt_ui_stage_close(world.stage);
	}
}

static void test_no_figure_of_the_limit_is_cut(void **state)
{
	static const struct {
		int64_t unsent;
		struct bt_allowance left;
		const char *to_send, *limit;
	} rows[] = {
	    {9999, {.paise_left = 940000, .paise_cap = 15000000, .ends = BT_ENDS_MONEY}, "9,999 ", "₹ 9,400 "},
	    {99999, {.paise_left = 3749900, .paise_cap = 15000000, .ends = BT_ENDS_MONEY}, "99,999 ", "₹ 37,499 "},
	    {100000,
	     {.paise_left = 99999900, .paise_cap = 1000000000, .ends = BT_ENDS_MONEY},
	     "1,00,000 ",
	     "₹ 9,99,999 "},
	    {0, {.paise_left = 1234567800, .paise_cap = 100000000000, .ends = BT_ENDS_MONEY}, "0 ", "₹ 1,23,45,678 "},
	    {0, {.count_left = 12, .count_cap = 300, .ends = BT_ENDS_COUNT}, "0 ", "12 "},
	    {0, {.count_left = 1112, .count_cap = 30000, .ends = BT_ENDS_COUNT}, "0 ", "1,112 "},
	    {0, {.ms_left = 1000 * FAKE_HOUR_MS, .ends = BT_ENDS_TIME}, "0 ", "1,000 "},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) * BT_LANG_COUNT; i++) {
		struct world world;
		open_world(&world, (enum bt_lang)(i % 2));
		world.fake.status.unsent = rows[i / 2].unsent;
		world.fake.status.allowance = rows[i / 2].left;
		const char *wanted[] = {rows[i / 2].to_send, rows[i / 2].limit, NULL};
		assert_status_row_has(&world, false, wanted);
		bt_ui_stage_close(world.stage);
	}
}

static void test_words_of_the_limit_are_not_cut(void **state)
{
	static const char *const wanted[][BT_LANG_COUNT] = {
	    {" No limit ", " सीमा नहीं "}, {" Offline used ", " सीमा ख़त्म "}, {" Keys locked ", " चाबी बंद "}};
	(void)state;
	for (int i = 0; i < 3 * BT_LANG_COUNT; i++) {
		struct world world;
		enum bt_lang lang = (enum bt_lang)(i % 2);
		open_world(&world, lang);
		world.fake.status.has_lease = i / 2 != 0;
		world.fake.status.allowance.used_up = i / 2 == 1 ? BT_DENY_TOTAL : BT_DENY_NONE;
		world.fake.status.keys_locked = i / 2 == 2;
		assert_status_row_has(&world, false, (const char *const[]){wanted[i / 2][lang], NULL});
		bt_ui_stage_close(world.stage);
	}
}

static int load_words(void **state)
{
	(void)state;
	return bt_words_open(BATTI_SHARE_DIR "/locale", &words, NULL) == BT_OK ? 0 : -1;
}

static int drop_words(void **state)
{
	(void)state;
	bt_words_close(words);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_goldens),
	    cmocka_unit_test(test_nothing_passes_the_edge),
	    cmocka_unit_test(test_qr_of_the_token_is_read_back),
	    cmocka_unit_test(test_no_slot_of_the_server_is_cut),
	    cmocka_unit_test(test_no_slot_of_the_paper_is_cut),
	    cmocka_unit_test(test_no_figure_of_the_limit_is_cut),
	    cmocka_unit_test(test_words_of_the_limit_are_not_cut),
	};
	return cmocka_run_group_tests(tests, load_words, drop_words);
}
