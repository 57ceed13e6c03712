/* Golden screens of paying by UPI and of the second screen, in both languages, and what zbar reads from them.
 *
 * rooms: ui/screen ui/widget core/base core/money core/qr core/directory core/tender
 * uses: zbar
 * wraps: bt_ui_label bt_ui_label_at */
#include "tests/unit/fake_upi.h"
#include "tests/unit/screen_golden.h"

/* Longer than version 5 holds at any level, but not than version 8 at level M. */
#define LONG_QR                                                                                                        \
	"upi://pay?pa=south.bihar.power.0142@sbi&pn=South%20Bihar%20Power&tr=014206110870142&am=500.00&cu=INR&mc=4900" \
	"&tn=100244781560"

static struct fake_upi upi;

static void open_counter(enum bt_lang lang)
{
	screen_golden_open(lang);
	fake_upi_open(&upi, &fake);
}

static void go_confirm(void)
{
	(void)scan("100244781560");
	type("500*\n");
}

static void go_shown(void)
{
	go_confirm();
	(void)press(BT_KEY_ENTER);
}

static void go_card(void)
{
	(void)scan("100244781560");
	type("500*");
}

static void go_card_refused(void)
{
	upi.offered = false;
	go_card();
}

static void go_confirm_docket(void)
{
	fake.outlook = BT_OUTLOOK_DOCKET;
	fake.denial = BT_DENY_NOT_COVERED;
	fake_server_down(&fake);
	go_confirm();
}

static void go_asking(void)
{
	upi.view[0].stage = BT_UPI_ASKING;
	upi.view[0].asked_ms = -1;
	go_shown();
}

static void go_unreachable(void)
{
	upi.view[0].unreachable = true;
	fake_server_down(&fake);
	go_shown();
}

static void go_unsure(void)
{
	upi.view[0].stage = BT_UPI_UNSURE;
	go_shown();
}

static void go_dead(void)
{
	upi.view[0].stage = BT_UPI_DEAD;
	go_shown();
}

static void go_failed(void)
{
	upi.view[0].death = BT_UPI_DEATH_FAILED;
	go_dead();
}

static void go_unmade(void)
{
	upi.view[0].death = BT_UPI_DEATH_UNMADE;
	go_dead();
}

static void go_closing(void)
{
	go_shown();
	(void)press(BT_KEY_ESC);
}

static void go_scan_refused(void)
{
	go_shown();
	(void)scan("100244780417");
}

static void go_long(void)
{
	(void)bt_text_copy(upi.view[0].qr, sizeof(upi.view[0].qr), LONG_QR);
	go_shown();
}

static void go_long_no_printer(void)
{
	fake.status.paper = BT_PAPER_NONE;
	go_long();
}

static void go_paid_meanwhile(void)
{
	struct bt_upi_view *irfan = fake_upi_aside(&upi, FAKE_UPI_B);
	tick(100);
	irfan->stage = BT_UPI_PAID;
	fake.view.state = BT_SALE_TOKENED;
	tick(100);
}

static void go_list(void)
{
	go_shown();
	(void)press(BT_KEY_F3);
	fake_upi_aside(&upi, FAKE_UPI_B)->stage = BT_UPI_UNSURE;
	(void)press(BT_KEY_F4);
}

static void go_list_unpaid(void)
{
	struct bt_upi_view *irfan = fake_upi_aside(&upi, FAKE_UPI_B);
	irfan->stage = BT_UPI_DEAD;
	irfan->nothing_came = true;
	go_shown();
	(void)press(BT_KEY_F3);
	(void)press(BT_KEY_F4);
}

static void go_cash(void)
{
	(void)scan("100244781560");
	type("500\n");
}

static void go_change(void)
{
	go_cash();
	type("1000");
}

static void go_wait(void)
{
	fake.next_state = BT_SALE_VENDING;
	go_cash();
	(void)press(BT_KEY_ENTER);
	tick(400);
}

static void go_token(void)
{
	go_cash();
	(void)press(BT_KEY_ENTER);
}

static void go_key_change(void)
{
	fake.view.key_tokens.count = 4;
	go_token();
}

static void go_home(void)
{
	tick(1);
}

static void draw_payer(int rows, int cols)
{
	struct bt_ui_payer payer;
	bt_ui_stage_payer(stage, &payer);
	canvas.words = screen_golden_words;
	canvas.lang = payer.lang;
	bt_ui_canvas_reset(&canvas, rows, cols);
	bt_ui_payer_draw(&payer, &canvas);
}

/* The page that stands while nothing is heard from the counter. */
static void draw_away(int rows, int cols)
{
	const struct bt_ui_payer payer = {.page = BT_PAYER_CLOSED};
	canvas.words = screen_golden_words;
	bt_ui_canvas_reset(&canvas, rows, cols);
	bt_ui_payer_draw(&payer, &canvas);
}

static const struct screen_golden goldens[] = {
    {"05-upi", go_shown, .screen = "upi", .qr = FAKE_QR, .signs = {{"", "Waiting for the bank"}}},
    {"05-card", go_card, .screen = "card"},
    {"05-card-no-bank", go_card_refused, .screen = "card",
     .signs = {{"▲", "No UPI now: the bank cannot be asked. Take cash."}}},
    {"05-confirm", go_confirm, .screen = "confirm"},
    {"05-confirm-docket", go_confirm_docket, .screen = "confirm",
     .signs = {{"▲", "No token at once: a docket, and the token later."}}},
    {"05-upi-asking", go_asking, .screen = "upi"},
    {"05-upi-no-answer", go_unreachable, .screen = "upi", .qr = FAKE_QR, .signs = {{"▲", "bank does not answer"}}},
    {"05-upi-unsure", go_unsure, .screen = "upi", .signs = {{"▲", "Bank is unsure. Do not pay again."}}},
    {"05-upi-used-up", go_dead, .screen = "upi", .signs = {{"▲", "This QR is used up. Enter makes a new one."}}},
    {"05-upi-failed", go_failed, .screen = "upi",
     .signs = {{"▲", "The bank said no: no money came. Enter makes a new QR."}}},
    {"05-upi-unmade", go_unmade, .screen = "upi", .signs = {{"▲", "No QR could be made. Enter tries again."}}},
    {"05-upi-closing", go_closing, .screen = "upi"},
    {"05-upi-scan", go_scan_refused, .screen = "upi", .qr = FAKE_QR},
    {"05-upi-long", go_long, .screen = "upi", .qr_wide = LONG_QR},
    {"05-upi-long-no-printer", go_long_no_printer, .screen = "upi", .qr_wide = LONG_QR},
    {"05-paid-meanwhile", go_paid_meanwhile, .screen = "home",
     .signs = {{"✓", "Paid: {1} {2}. The slip is printing."}}},
    {"05-upi-list", go_list, .screen = "stuck"},
    {"05-upi-list-unpaid", go_list_unpaid, .screen = "stuck"},
    {"24-payer-start", go_home, .screen = "home", .draw = draw_payer},
    {"24-payer-confirm", go_cash, .screen = "confirm", .draw = draw_payer},
    {"24-payer-change", go_change, .screen = "confirm", .draw = draw_payer},
    {"24-payer-qr", go_shown, .screen = "upi", .qr = FAKE_QR, .draw = draw_payer},
    {"24-payer-asking", go_closing, .screen = "upi", .draw = draw_payer},
    {"24-payer-unsure", go_unsure, .screen = "upi", .draw = draw_payer,
     .signs = {{"▲", "Bank is unsure. Do not pay again."}}},
    {"24-payer-used-up", go_dead, .screen = "upi", .draw = draw_payer,
     .signs = {{"▲", "This QR is used up. Please wait."}}},
    {"24-payer-failed", go_failed, .screen = "upi", .draw = draw_payer,
     .signs = {{"▲", "The bank said no. Please wait."}}},
    {"24-payer-wait", go_wait, .screen = "wait", .draw = draw_payer,
     .signs = {{"✓", "The money is here. Please wait."}}},
    {"24-payer-token", go_token, .screen = "token", .qr = FAKE_TOKEN, .draw = draw_payer},
    {"24-payer-key-change", go_key_change, .screen = "token", .draw = draw_payer},
    {"24-payer-closed", go_home, .screen = "home", .draw = draw_away},
};

static const struct screen_goldens all = {goldens, sizeof(goldens) / sizeof(goldens[0]), open_counter,
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

static void test_training_is_said_on_both_screens(void **state)
{
	char text[PICTURE_BYTES];
	(void)state;
	open_counter(BT_LANG_EN);
	fake.status.training = true;
	go_shown();
	draw();
	picture_text(&canvas, text);
	assert_non_null(strstr(text, "TRAINING · NO VALUE"));
	draw_payer(24, 80);
	picture_text(&canvas, text);
	assert_non_null(strstr(text, "TRAINING · NO VALUE"));
	bt_ui_stage_close(stage);
}

/* Where the frame of the screen is whole, and where it is a side. */
static void test_the_frame_is_whole_where_there_is_room(void **state)
{
	static const struct {
		int rows, cols, qr_row, qr_col;
	} rows[] = {{24, 80, 0, 35}, {29, 99, 0, 54}, {30, 100, 2, 44}, {43, 132, 2, 44}, {24, 132, 0, 87}};
	(void)state;
	open_counter(BT_LANG_EN);
	go_shown();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char top[4096], read[512];
		bt_ui_stage_draw(stage, rows[i].rows, rows[i].cols, &canvas);
		bt_ui_row_text(&canvas, 0, top, sizeof(top));
		assert_int_equal(strstr(top, "Paper ok") != NULL, rows[i].qr_row > 0);
		assert_int_equal(canvas.cell[rows[i].qr_row][rows[i].qr_col].ground, BT_ON_PAPER);
		assert_int_not_equal(canvas.cell[rows[i].qr_row][rows[i].qr_col - 1].ground, BT_ON_PAPER);
		assert_int_equal(canvas.cell[rows[i].qr_row + 22][rows[i].qr_col + 44].ground, BT_ON_PAPER);
		assert_int_not_equal(canvas.cell[rows[i].qr_row + 23][rows[i].qr_col].ground, BT_ON_PAPER);
		picture_read_qr(&canvas, read, sizeof(read));
		assert_string_equal(read, FAKE_QR);
	}
	bt_ui_stage_close(stage);
}

/* Whole cells only: no half block, no shape beyond ASCII in the QR, and it reads where it has room. */
static void test_a_plain_terminal_shows_it_in_whole_cells(void **state)
{
	static const struct {
		int rows, cols;
		bool reads;
	} rows[] = {{24, 80, false}, {43, 132, true}, {60, 160, true}};
	(void)state;
	fake_open(&fake, screen_golden_words);
	fake_upi_open(&upi, &fake);
	struct bt_ui_stage_options options = {.plain = true, .signed_in = "rina"};
	assert_int_equal(bt_ui_stage_open(&fake.shop, &options, boot_ms, &stage), BT_OK);
	go_shown();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char read[512], text[PICTURE_BYTES];
		bt_ui_stage_draw(stage, rows[i].rows, rows[i].cols, &canvas);
		picture_read_qr(&canvas, read, sizeof(read));
		assert_string_equal(read, rows[i].reads ? FAKE_QR : "");
		picture_text(&canvas, text);
		assert_null(strstr(text, "▀"));
		assert_null(strstr(text, "▄"));
		assert_int_equal(strstr(text, "F5 prints it") != NULL, !rows[i].reads);
		canvas.plain = true;
		draw_payer(rows[i].rows, rows[i].cols);
		picture_read_qr(&canvas, read, sizeof(read));
		assert_string_equal(read, rows[i].reads ? FAKE_QR : "");
	}
	canvas.plain = false;
	bt_ui_stage_close(stage);
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
	    cmocka_unit_test(test_training_is_said_on_both_screens),
	    cmocka_unit_test(test_the_frame_is_whole_where_there_is_room),
	    cmocka_unit_test(test_a_plain_terminal_shows_it_in_whole_cells),
	};
	return cmocka_run_group_tests(tests, load_words, screen_golden_drop);
}
