/* Golden screens: every screen as text against the design's mock-ups, in both languages, at 80x24 and 132x43.
 *
 * rooms: ui/screen ui/widget core/base core/money core/qr core/directory core/tender
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

static void go_token_here(struct world *world)
{
	fake_server_down(&world->fake);
	world->fake.status.unsent = 15;
	world->fake.view.made_here = true;
	go_token(world);
}

static void go_credit(struct world *world)
{
	world->fake.next_state = BT_SALE_CREDITED;
	world->fake.view.sale.quote.dues = 50000;
	go_token(world);
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

static void go_stuck(struct world *world)
{
	struct bt_sale_row *rows = world->fake.open;
	rows[0] = (struct bt_sale_row){.amount = 50000, .stage = BT_STAGE_PENDING, .delivery = "token"};
	rows[0].paid_at_ms = world->fake.status.now_ms - 151 * 60000;
	rows[1] = (struct bt_sale_row){.amount = 20000, .stage = BT_STAGE_PENDING, .delivery = "balance"};
	rows[1].paid_at_ms = world->fake.status.now_ms - 44 * 60000;
	rows[2] = (struct bt_sale_row){.amount = 100000, .stage = BT_STAGE_REFUSED, .delivery = "token"};
	rows[2].paid_at_ms = world->fake.status.now_ms - 10 * 60000;
	world->fake.open_count = 3;
	press(world, BT_KEY_F4, 0);
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
    {"02-card-132", BT_LANG_EN, 43, 132, go_card, "card"},
    {"02-card-blocked", BT_LANG_EN, 24, 80, go_blocked_person, "card"},
    {"02-card-help", BT_LANG_EN, 24, 80, go_help, "card"},
    {"02-history-hi", BT_LANG_HI, 24, 80, go_history, "history"},
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
    {"06-credit", BT_LANG_EN, 24, 80, go_credit, "credit"},
    {"07-token", BT_LANG_EN, 24, 80, go_token, "token"},
    {"07-token-hi-paper", BT_LANG_HI, 24, 80, go_token_no_paper, "token"},
    {"07-token-36", BT_LANG_EN, 36, 100, go_token, "token"},
    {"07-token-132", BT_LANG_EN, 43, 132, go_token_here, "token"},
    {"08-lease-low", BT_LANG_EN, 24, 80, go_limit_low, "limit_low"},
    {"08-lease-low-hi", BT_LANG_HI, 24, 80, go_limit_low, "limit_low"},
    {"08-blocked", BT_LANG_EN, 24, 80, go_limit_used, "limit_used"},
    {"08-blocked-hi", BT_LANG_HI, 24, 80, go_limit_used, "limit_used"},
    {"09-desk", BT_LANG_EN, 24, 80, go_stuck, "stuck"},
    {"11-signin", BT_LANG_EN, 24, 80, go_signin, "signin"},
    {"11-signin-hi", BT_LANG_HI, 24, 80, go_signin, "signin"},
    {"17-system", BT_LANG_EN, 24, 80, go_system, "system"},
    {"17-system-hi", BT_LANG_HI, 24, 80, go_system, "system"},
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
	};
	return cmocka_run_group_tests(tests, load_words, drop_words);
}
