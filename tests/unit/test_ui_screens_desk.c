/* Golden screens of what stands around the sale: limits, stuck recharges, people, the system.
 *
 * rooms: ui/screen ui/widget core/base core/money core/qr core/directory core/tender
 * uses: zbar
 * wraps: bt_ui_label bt_ui_label_at
 *
 * Each state in both languages, two sizes, 256 colours and mono (screen_golden.h); README.md beside the files lists
 * where and why a screen differs from its mock-up. */
#include "tests/unit/fake_desk.h"
#include "tests/unit/screen_golden.h"

static void go_limit_low(void)
{
	struct bt_ui_status *status = &fake.status;
	fake_server_down(&fake);
	status->unsent = 212;
	status->allowance.sales_left = 19;
	status->allowance.paise_left = 940000;
	status->allowance.count_left = 88;
	status->allowance.count_cap = 252;
	status->allowance.ms_left = 3 * FAKE_HOUR_MS + 10 * 60000;
	status->allowance.percent_used = 95;
	tick(1);
}

static void go_limit_used(void)
{
	struct bt_ui_status *status = &fake.status;
	fake_server_down(&fake);
	status->unsent = 300;
	status->allowance.paise_left = 0;
	status->allowance.used_up = BT_DENY_TOTAL;
	status->allowance.ends = BT_ENDS_MONEY;
	tick(1);
}

static void go_stopped(void)
{
	fake.status.stopped = BT_ENOSPC;
	tick(1);
}

static void go_diverged(void)
{
	fake.enrolment.control_room[0] = '\0';
	fake.status.stopped = BT_EDIVERGED;
	tick(1);
}

static void go_code(void)
{
	go_limit_low();
	(void)press(BT_KEY_F8);
}

/* The first group is right, the second has its last digit wrong. */
static void go_code_typing(void)
{
	go_code();
	type("4389168660");
}

static void go_code_wrong(void)
{
	go_code();
	type("43891686641634972126\n");
	fake.job = BT_UI_JOB_WRONG;
	tick(1);
}

static void go_code_accepted(void)
{
	go_code();
	type("43891686641634972126\n");
	fake.job = BT_UI_JOB_GOOD;
	tick(1);
}

static void go_code_none(void)
{
	fake.extension.codes_left = 0;
	go_code();
}

static void doubt_clock(void)
{
	fake_server_down(&fake);
	fake.status.clock_trusted = false;
	fake.status.clock_doubt = BT_CLOCK_UNCONFIRMED;
	fake.status.allowance.used_up = BT_DENY_CLOCK;
	tick(1);
}

static void go_clock(void)
{
	doubt_clock();
	(void)press(BT_KEY_F8);
}

static void go_clock_moved(void)
{
	doubt_clock();
	fake.status.clock_doubt = BT_CLOCK_MOVED;
	fake.status.clock_apart_ms = INT64_C(95) * 60000;
	tick(1);
	(void)press(BT_KEY_F8);
	type("2111202510");
}

static void go_clock_pin(void)
{
	go_clock();
	type("211120251150\n12");
}

static void go_signin(void)
{
	fake.status.keys_locked = true;
	(void)press(BT_KEY_F9);
	bt_ui_stage_desk(stage)->locked = false;
	type("123");
}

static void go_system(void)
{
	(void)press(BT_KEY_F12);
}

static void go_system_sending(void)
{
	fake.sending = true;
	fake.status.unsent = 2130;
	fake.status.unsent_old = true;
	(void)press(BT_KEY_F12);
}

static void go_drawer(void)
{
	go_system();
	(void)press(BT_KEY_F7);
	type("1234\n2");
}

static struct fake_desk at_desk;

/* As the mock-up has it, but for the app: what others took is found by name. */
static void go_stuck(void)
{
	int64_t now = fake.status.now_ms;
	struct bt_sale_row *rows = fake.open;
	fake_desk_open(&at_desk, &fake);
	rows[0] = (struct bt_sale_row){.amount = 50000, .stage = BT_STAGE_PENDING, .delivery = "token"};
	rows[0].paid_at_ms = now - 151 * 60000;
	rows[1] = (struct bt_sale_row){.amount = 20000, .stage = BT_STAGE_PENDING, .delivery = "balance"};
	rows[1].paid_at_ms = now - 44 * 60000;
	rows[2] = (struct bt_sale_row){.amount = 100000, .stage = BT_STAGE_REFUSED, .delivery = "token"};
	rows[2].paid_at_ms = now - 9 * 60000;
	fake.open_count = 3;
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
	(void)press(BT_KEY_F4);
}

static void go_stuck_away(void)
{
	go_stuck();
	fake_server_down(&fake);
	tick(1000);
}

static void go_stuck_unknown(void)
{
	fake_desk_open(&at_desk, &fake);
	at_desk.found_count = 0;
	(void)press(BT_KEY_F4);
	type(FAKE_UTR "\n");
	tick(500);
}

static void find_one(void)
{
	(void)press(BT_KEY_F4);
	type(FAKE_UTR "\n");
	tick(500);
}

static void go_stuck_one(void)
{
	fake_desk_open(&at_desk, &fake);
	find_one();
}

static void go_stuck_bank(void)
{
	fake_desk_open(&at_desk, &fake);
	at_desk.found[0].bank = BT_BANK_UNSURE;
	at_desk.found[0].received = false;
	at_desk.found[0].can = BT_CAN_WAIT;
	at_desk.found[0].steps = 1;
	fake_add_step(&at_desk.found[0], at_desk.found[0].paid_at_ms + 3000, "Bank is not sure", false);
	find_one();
}

static void go_stuck_down(void)
{
	go_stuck_one();
	fake_server_down(&fake);
	tick(1000);
}

static void go_order(void)
{
	go_stuck_one();
	(void)press(BT_KEY_F8);
}

static void go_claim(void)
{
	go_stuck_unknown();
	type("\n");
	type(FAKE_SUNITA "\n\n500\n");
}

static void go_claim_made(void)
{
	go_claim();
	type("\n");
}

static void go_claim_promised(void)
{
	go_claim_made();
	at_desk.claims[0].answered = true;
	bt_text_copy(at_desk.claims[0].state, sizeof(at_desk.claims[0].state), "open");
	at_desk.claims[0].promised_ms = fake.status.now_ms + 119 * 60000;
	tick(500);
}

static const struct screen_golden goldens[] = {
    {"08-blocked", go_limit_used, .screen = "limit_used",
     .signs = {{"■", "Offline limit used. Payments with docket only; tokens wait."},
	       {"✓", "Still works"},
	       {"✕", "Waits"}}},
    {"08-code", go_code_typing, .screen = "extend"},
    {"08-code-accepted", go_code_accepted, .screen = "limit_low",
     .signs = {{"✓", "Accepted: {1} days and ₹ {2} more, till {3}."}}},
    {"08-code-none", go_code_none, .screen = "extend"},
    {"08-code-wrong", go_code_wrong, .screen = "extend",
     .signs = {{"✕", "This code is not right, or is for another request. {1} tries left."}}},
    {"08-diverged", go_diverged, .screen = "limit_used",
     .signs = {{"✕", "The server's token differs from the one made here."}}},
    {"08-lease-low", go_limit_low, .screen = "limit_low",
     .signs = {{"▲", "About {1} more recharges can be made here."}}},
    {"08-stopped", go_stopped, .screen = "limit_used",
     .signs = {{"■", "Stopped: the disk is full. Nothing is lost. Call {1}."}, {"✕", "The disk is full."}}},
    {"09-claim", go_claim, .screen = "claim"},
    {"09-claim-made", go_claim_made, .screen = "claim"},
    {"09-claim-promised", go_claim_promised, .screen = "claim"},
    {"09-desk", go_stuck, .screen = "stuck"},
    {"09-desk-away", go_stuck_away, .screen = "stuck"},
    {"09-desk-unknown", go_stuck_unknown, .screen = "stuck",
     .signs = {{"▲", "Not found at the company. The bank may still have it."}}},
    {"10-desk-bank", go_stuck_bank, .screen = "stuck_one"},
    {"10-desk-detail", go_stuck_one, .screen = "stuck_one"},
    {"10-desk-down", go_stuck_down, .screen = "stuck_one"},
    {"11-clock", go_clock, .screen = "clock"},
    {"11-clock-moved", go_clock_moved, .screen = "clock"},
    {"11-clock-pin", go_clock_pin, .screen = "clock"},
    {"11-signin", go_signin, .screen = "signin", .signs = {{"▲", "Offline keys are locked since the power cut."}}},
    {"15-approve-drawer", go_drawer, .screen = "approve"},
    {"15-approve-order", go_order, .screen = "approve"},
    {"17-system", go_system, .screen = "system"},
    {"17-system-sending", go_system_sending, .screen = "system"},
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
	};
	return cmocka_run_group_tests(tests, load_words, screen_golden_drop);
}
