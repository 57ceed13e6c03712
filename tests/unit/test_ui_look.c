/* The look: what holds on every screen there is, in every state that keys lead to, in both languages and two sizes.
 *
 * rooms: ui/screen ui/widget core/base core/money core/qr core/directory core/tender
 * uses: zbar
 * wraps: bt_ui_label bt_ui_label_at
 *
 * A walk over bt_ui_screens, so that a new screen is looked at without a line here: it is opened by itself over a shop
 * with every part (fake_whole.h), in each situation below, keys of every kind are pressed, and each picture is judged.
 * Source: SCREENS 2, 3, 5, 10. */
#include "tests/unit/fake_whole.h"
#include "tests/unit/screen_golden.h"
#include "tests/unit/stage_fixture.h"
#include "ui/screen/face.h"
#include "ui/widget/frame.h"

#define WALK 40

static struct fake_whole whole;

/* ---- situations ---- */

static void all_well(void)
{
}

static void server_down(void)
{
	fake_server_down(&fake);
	fake.status.unsent = 212;
	fake.status.unsent_old = true;
}

static void limit_low(void)
{
	server_down();
	fake.status.allowance.paise_left = 940000;
	fake.status.allowance.percent_used = 94;
	fake.status.allowance.ends = BT_ENDS_MONEY;
	fake.status.allowance.sales_left = 19;
}

static void limit_used(void)
{
	limit_low();
	fake.status.allowance.paise_left = 0;
	fake.status.allowance.percent_used = 100;
	fake.status.allowance.used_up = BT_DENY_TOTAL;
}

static void keys_locked(void)
{
	server_down();
	fake.status.keys_locked = true;
}

static void stopped(void)
{
	fake.status.stopped = BT_ENOSPC;
}

static void withdrawn(void)
{
	fake.status.withdrawn = true;
	fake.status.has_lease = false;
}

static void clock_doubted(void)
{
	server_down();
	fake.status.clock_trusted = false;
	fake.status.clock_doubt = BT_CLOCK_MOVED;
}

static void no_paper(void)
{
	fake.status.paper = BT_PAPER_OUT;
	fake.view.printing = BT_PRINTING_NOW;
}

static void cash_near_ceiling(void)
{
	whole.till.state.near_ceiling = true;
	fake.status.paper = BT_PAPER_SILENT;
}

static void refused_sale(void)
{
	fake.view.state = BT_SALE_REFUSED;
	(void)bt_text_copy(fake.view.refusal_en, sizeof(fake.view.refusal_en), "The connection is blocked.");
	(void)bt_text_copy(fake.view.refusal_hi, sizeof(fake.view.refusal_hi), "कनेक्शन रोका गया है।");
}

static void pending_sale(void)
{
	fake.view.state = BT_SALE_PENDING;
	fake.view.denial = BT_DENY_NOT_COVERED;
	fake.view.token[0] = '\0';
}

static void blocked_consumer(void)
{
	fake.ramesh.blocked = fake_dual("theft case", "चोरी का मामला");
	fake.outlook = BT_OUTLOOK_REFUSED;
}

static const struct situation {
	const char *name;
	void (*arrange)(void);
} situations[] = {
    {"all well", all_well},           {"server down", server_down},   {"limit low", limit_low},
    {"limit used", limit_used},       {"keys locked", keys_locked},   {"record stopped", stopped},
    {"clock doubted", clock_doubted}, {"no paper", no_paper},         {"cash near ceiling", cash_near_ceiling},
    {"sale refused", refused_sale},   {"sale pending", pending_sale}, {"consumer blocked", blocked_consumer},
    {"withdrawn", withdrawn},
};
#define SITUATIONS (sizeof(situations) / sizeof(situations[0]))

/* Keys of every kind, as a hand on the pad and a new clerk press them. */
static const struct {
	enum bt_ui_key key;
	char ch;
} walk[WALK] = {
    {BT_KEY_NONE, 0},      {BT_KEY_CHAR, '1'},    {BT_KEY_CHAR, '0'},  {BT_KEY_CHAR, '0'}, {BT_KEY_CHAR, '0'},
    {BT_KEY_ENTER, 0},     {BT_KEY_CHAR, '+'},    {BT_KEY_CHAR, '-'},  {BT_KEY_CHAR, '/'}, {BT_KEY_CHAR, '*'},
    {BT_KEY_BACKSPACE, 0}, {BT_KEY_CHAR, 'r'},    {BT_KEY_DELETE, 0},  {BT_KEY_UP, 0},     {BT_KEY_DOWN, 0},
    {BT_KEY_DOWN, 0},      {BT_KEY_PAGE_DOWN, 0}, {BT_KEY_PAGE_UP, 0}, {BT_KEY_TAB, 0},    {BT_KEY_CHAR, '9'},
    {BT_KEY_CHAR, '9'},    {BT_KEY_CHAR, '9'},    {BT_KEY_CHAR, '9'},  {BT_KEY_CHAR, '9'}, {BT_KEY_CHAR, '9'},
    {BT_KEY_ENTER, 0},     {BT_KEY_F5, 0},        {BT_KEY_F6, 0},      {BT_KEY_F7, 0},     {BT_KEY_F8, 0},
    {BT_KEY_DELETE, 0},    {BT_KEY_CHAR, '5'},    {BT_KEY_ENTER, 0},   {BT_KEY_ENTER, 0},  {BT_KEY_CHAR, 'Z'},
    {BT_KEY_TAB, 0},       {BT_KEY_CHAR, '2'},    {BT_KEY_ENTER, 0},   {BT_KEY_ESC, 0},    {BT_KEY_ENTER, 0},
};

/* ---- one picture ---- */

static char where[200];

static void complain(const char *what)
{
	char row[4096];
	fprintf(stderr, "%s: %s\n", where, what);
	for (int i = 0; i < canvas.rows; i++) {
		bt_ui_row_text(&canvas, i, row, sizeof(row));
		fprintf(stderr, "%s\n", row);
	}
	fail_msg("%s: %s", where, what);
}

/* Devanagari in English, or an English sentence in Hindi, is a word that is missing from the catalogue. Signs, units,
 * names of people (data) and the name of the other language may be in either. */
static bool has_devanagari(const char *text)
{
	for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
		if (at[0] == 0xe0 && (at[1] == 0xa4 || at[1] == 0xa5)) {
			return true;
		}
	}
	return false;
}

/* The keys of the last row in the language of the canvas. */
static void judge_keys(const struct bt_ui_screen *screen)
{
	for (const struct bt_ui_key_row *row = screen->keys; row->key; row++) {
		const char *hindi = bt_words_get(screen_golden_words, BT_LANG_HI, row->label);
		if (strcmp(row->label, "हिन्दी") != 0 && strcmp(hindi, row->label) == 0 && !has_devanagari(hindi)) {
			complain(row->label);
		}
		if (row->help[0] && strcmp(bt_words_get(screen_golden_words, BT_LANG_HI, row->help), row->help) == 0) {
			complain(row->help);
		}
	}
}

static void judge(const char *wrong)
{
	if (wrong) {
		complain(wrong);
	}
}

/* ---- the walk ---- */

static const struct {
	int rows, cols;
} sizes[] = {{24, 80}, {43, 132}};

static void look(const struct bt_ui_screen *screen, const void *self, struct bt_ui_desk *desk, const char *situation,
		 int step)
{
	for (int i = 0; i < 4; i++) {
		canvas.words = screen_golden_words;
		canvas.lang = desk->lang = (enum bt_lang)(i % 2);
		bt_ui_canvas_reset(&canvas, sizes[i / 2].rows, sizes[i / 2].cols);
		(void)bt_text_printf(where, sizeof(where), "%s, %s, key %d, %s, %dx%d", screen->id, situation, step,
				     i % 2 ? "hi" : "en", canvas.cols, canvas.rows);
		bt_ui_face_draw(screen, self, desk, &canvas);
		screen->draw(self, desk, &canvas);
		bool side = screen->frame_columns && screen->frame_columns(self, desk, &canvas) < canvas.cols;
		judge(rule_edge());
		judge(rule_reading());
		judge(rule_shapes());
		judge(rule_status(&desk->status, &desk->till, side));
		judge(rule_help_key());
		judge(rule_keys());
		judge(rule_labels());
	}
	desk->lang = BT_LANG_EN;
}

static void press_one(const struct bt_ui_screen *screen, void *self, struct bt_ui_desk *desk, int step)
{
	struct bt_ui_event event = {
	    .kind = walk[step].key == BT_KEY_NONE ? BT_UI_EVENT_TICK : BT_UI_EVENT_PRESS,
	    .press = {
		.key = walk[step].key, .ch = (uint32_t)(unsigned char)walk[step].ch, .at_ms = boot_ms, .fresh = true}};
	boot_ms += HAND_MS;
	desk->boot_ms = boot_ms;
	bt_ui_note_clear(desk);
	(void)screen->on_event(self, desk, &event);
}

static void open_in(const struct situation *situation)
{
	fake_open(&fake, screen_golden_words);
	fake_whole_open(&whole, &fake);
	situation->arrange();
	boot_ms = 1000;
	assert_int_equal(
	    bt_ui_stage_open(&fake.shop, &(struct bt_ui_stage_options){.signed_in = "rina"}, boot_ms, &stage), BT_OK);
	tick(1);
}

static void walk_screen(const struct bt_ui_screen *screen, const struct situation *situation)
{
	struct bt_ui_desk *desk;
	void *self = calloc(1, screen->size);
	assert_non_null(self);
	open_in(situation);
	desk = bt_ui_stage_desk(stage);
	if (screen == &bt_ui_practice_list) {
		fake_practice_open(&fake);
	}
	fake_whole_desk(&whole, desk);
	if (screen->enter) {
		screen->enter(self, desk);
	}
	for (int step = 0; step < WALK; step++) {
		press_one(screen, self, desk, step);
		look(screen, self, desk, situation->name, step);
	}
	free(self);
	bt_ui_stage_close(stage);
	stage = NULL;
}

static void test_every_picture_of_every_screen(void **state)
{
	int count = 0;
	(void)state;
	for (int i = 0; bt_ui_screens[i]; i++) {
		(void)bt_text_printf(where, sizeof(where), "%s", bt_ui_screens[i]->id);
		canvas.rows = 0;
		judge_keys(bt_ui_screens[i]);
		for (size_t s = 0; s < SITUATIONS; s++) {
			walk_screen(bt_ui_screens[i], &situations[s]);
			count += WALK * 4;
		}
	}
	print_message("%d pictures\n", count);
}

/* ---- keys mean the same everywhere ---- */

static void test_a_key_means_the_same_everywhere(void **state)
{
	int wrong = 0;
	(void)state;
	for (int i = 0; bt_ui_screens[i]; i++) {
		for (const struct bt_ui_key_row *row = bt_ui_screens[i]->keys; row->key; row++) {
			if (!rule_is_meant(row->key, row->label)) {
				wrong++;
				fprintf(stderr, "%s: %s \"%s\" is not among the meanings of that key\n",
					bt_ui_screens[i]->id, row->key, row->label);
			}
		}
	}
	assert_int_equal(wrong, 0);
}

/* ---- states without colour ---- */

/* Two situations that differ for a clerk differ in letters: each is told from all well by shape and word alone. */
static void test_states_are_told_without_colour(void **state)
{
	static char well[PICTURE_BYTES], other[PICTURE_BYTES];
	(void)state;
	for (int lang = 0; lang < BT_LANG_COUNT; lang++) {
		for (size_t s = 0; s <= 8; s++) {
			open_in(&situations[s]);
			bt_ui_stage_desk(stage)->lang = (enum bt_lang)lang;
			draw();
			picture_text(&canvas, s ? other : well);
			if (s && strcmp(well, other) == 0) {
				fail_msg("%s looks as all well does", situations[s].name);
			}
			bt_ui_stage_close(stage);
			stage = NULL;
		}
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
	    cmocka_unit_test(test_every_picture_of_every_screen),
	    cmocka_unit_test(test_a_key_means_the_same_everywhere),
	    cmocka_unit_test(test_states_are_told_without_colour),
	};
	return cmocka_run_group_tests(tests, load_words, screen_golden_drop);
}
