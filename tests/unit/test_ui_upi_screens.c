/* Golden screens of paying by UPI and of the second screen, in both languages, and what zbar reads from them.
 *
 * rooms: ui/screen ui/widget core/base core/money core/qr core/directory core/tender
 * uses: zbar */
#include "tests/unit/canvas_golden.h"
#include "tests/unit/fake_upi.h"
#include "tests/unit/stage_fixture.h"

/* Longer than version 5 holds at any level, but not than version 8 at level M. */
#define LONG_QR                                                                                                        \
	"upi://pay?pa=south.bihar.power.0142@sbi&pn=South%20Bihar%20Power&tr=014206110870142&am=500.00&cu=INR&mc=4900" \
	"&tn=100244781560"

static struct fake_upi upi;
static struct bt_words *words;

static void open_counter(enum bt_lang lang)
{
	fake_open(&fake, words);
	fake_upi_open(&upi, &fake);
	boot_ms = 1000;
	struct bt_ui_stage_options options = {.lang = lang, .signed_in = true};
	assert_int_equal(bt_ui_stage_open(&fake.shop, &options, boot_ms, &stage), BT_OK);
	(void)bt_text_copy(bt_ui_stage_desk(stage)->operator_id, 24, "rina");
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

static const struct page {
	const char *id, *screen;
	void (*arrange)(void);
	const char *qr; /* what it says; NULL: nothing to read */
} counter_pages[] = {
    {"05-upi", "upi", go_shown, FAKE_QR},
    {"05-card", "card", go_card, NULL},
    {"05-card-no-bank", "card", go_card_refused, NULL},
    {"05-confirm", "confirm", go_confirm, NULL},
    {"05-confirm-docket", "confirm", go_confirm_docket, NULL},
    {"05-upi-asking", "upi", go_asking, NULL},
    {"05-upi-no-answer", "upi", go_unreachable, FAKE_QR},
    {"05-upi-unsure", "upi", go_unsure, NULL},
    {"05-upi-used-up", "upi", go_dead, NULL},
    {"05-upi-closing", "upi", go_closing, NULL},
    {"05-upi-scan", "upi", go_scan_refused, FAKE_QR},
    {"05-upi-long", "upi", go_long, ""},
    {"05-upi-long-no-printer", "upi", go_long_no_printer, ""},
    {"05-paid-meanwhile", "home", go_paid_meanwhile, NULL},
    {"05-upi-list", "stuck", go_list, NULL},
};

static const struct page payer_pages[] = {
    {"24-payer-start", "home", go_home, NULL},       {"24-payer-confirm", "confirm", go_cash, NULL},
    {"24-payer-change", "confirm", go_change, NULL}, {"24-payer-qr", "upi", go_shown, FAKE_QR},
    {"24-payer-asking", "upi", go_closing, NULL},    {"24-payer-unsure", "upi", go_unsure, NULL},
    {"24-payer-used-up", "upi", go_dead, NULL},      {"24-payer-wait", "wait", go_wait, NULL},
    {"24-payer-token", "token", go_token, NULL},     {"24-payer-key-change", "token", go_key_change, NULL},
};

static const struct {
	const char *suffix;
	int rows, cols;
} sizes[] = {{"", 24, 80}, {"-132", 43, 132}};

static void name_golden(const char *id, enum bt_lang lang, const char *suffix, char out[64])
{
	bt_text_printf(out, 64, "%s%s%s", id, lang == BT_LANG_HI ? "-hi" : "", suffix);
}

/* Nothing passes column 77 at 80 columns but the QR itself. */
static void assert_edge_is_free(void)
{
	for (int row = 0; row < canvas.rows && canvas.cols == 80; row++) {
		for (int col = 78; col < 80; col++) {
			assert_true(canvas.cell[row][col].ground == BT_ON_PAPER || !canvas.cell[row][col].text[0]);
		}
	}
}

static void draw_payer(int rows, int cols)
{
	struct bt_ui_payer payer;
	bt_ui_stage_payer(stage, &payer);
	canvas.words = words;
	bt_ui_canvas_reset(&canvas, rows, cols);
	bt_ui_payer_draw(&payer, &canvas);
}

static void compare(const struct page *page, bool second, enum bt_lang lang)
{
	char id[64], read[512];
	open_counter(lang);
	page->arrange();
	draw();
	assert_screen(page->screen);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		if (second) {
			draw_payer(sizes[i].rows, sizes[i].cols);
		} else {
			bt_ui_stage_draw(stage, sizes[i].rows, sizes[i].cols, &canvas);
		}
		name_golden(page->id, lang, sizes[i].suffix, id);
		assert_golden(&canvas, BATTI_GOLDEN_DIR, id);
		assert_edge_is_free();
		if (page->qr) {
			bool fits = page->qr[0] || sizes[i].cols > 80;
			golden_read_qr(&canvas, read, sizeof(read));
			assert_string_equal(read, fits && !page->qr[0] ? LONG_QR : page->qr);
		}
	}
	bt_ui_stage_close(stage);
}

static void test_counter_pages(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(counter_pages) / sizeof(counter_pages[0]) * BT_LANG_COUNT; i++) {
		compare(&counter_pages[i / 2], false, (enum bt_lang)(i % 2));
	}
}

static void test_payer_pages(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(payer_pages) / sizeof(payer_pages[0]) * BT_LANG_COUNT; i++) {
		compare(&payer_pages[i / 2], true, (enum bt_lang)(i % 2));
	}
}

/* The page that stands while nothing is heard from the counter. */
static void test_a_counter_that_is_away(void **state)
{
	const struct bt_ui_payer payer = {.page = BT_PAYER_CLOSED};
	(void)state;
	canvas.words = words;
	bt_ui_canvas_reset(&canvas, 24, 80);
	bt_ui_payer_draw(&payer, &canvas);
	assert_golden(&canvas, BATTI_GOLDEN_DIR, "24-payer-closed");
}

static void test_training_is_said_on_both_screens(void **state)
{
	char text[GOLDEN_BYTES];
	(void)state;
	open_counter(BT_LANG_EN);
	fake.status.training = true;
	go_shown();
	draw();
	golden_read(&canvas, text);
	assert_non_null(strstr(text, "TRAINING · NO VALUE"));
	draw_payer(24, 80);
	golden_read(&canvas, text);
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
		golden_read_qr(&canvas, read, sizeof(read));
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
	fake_open(&fake, words);
	fake_upi_open(&upi, &fake);
	struct bt_ui_stage_options options = {.plain = true, .signed_in = true};
	assert_int_equal(bt_ui_stage_open(&fake.shop, &options, boot_ms, &stage), BT_OK);
	go_shown();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char read[512], text[GOLDEN_BYTES];
		bt_ui_stage_draw(stage, rows[i].rows, rows[i].cols, &canvas);
		golden_read_qr(&canvas, read, sizeof(read));
		assert_string_equal(read, rows[i].reads ? FAKE_QR : "");
		golden_read(&canvas, text);
		assert_null(strstr(text, "▀"));
		assert_null(strstr(text, "▄"));
		assert_int_equal(strstr(text, "F5 prints it") != NULL, !rows[i].reads);
		canvas.plain = true;
		draw_payer(rows[i].rows, rows[i].cols);
		golden_read_qr(&canvas, read, sizeof(read));
		assert_string_equal(read, rows[i].reads ? FAKE_QR : "");
	}
	canvas.plain = false;
	bt_ui_stage_close(stage);
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
	    cmocka_unit_test(test_counter_pages),
	    cmocka_unit_test(test_payer_pages),
	    cmocka_unit_test(test_a_counter_that_is_away),
	    cmocka_unit_test(test_training_is_said_on_both_screens),
	    cmocka_unit_test(test_the_frame_is_whole_where_there_is_room),
	    cmocka_unit_test(test_a_plain_terminal_shows_it_in_whole_cells),
	};
	return cmocka_run_group_tests(tests, load_words, drop_words);
}
