/* The screens under a hand: keys with the gaps of fingers or of a scanner, and what stands on the screen, over a shop
 * that is only data (fake_shop.h). */
#ifndef BT_TESTS_STAGE_FIXTURE_H
#define BT_TESTS_STAGE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/fake_shop.h"
#include "ui/screen/stage.h"

#define HAND_MS    200 /* between keys of a hand */
#define SCANNER_MS 8
#define LOCK_MS    180000

static struct fake_shop fake;
static struct bt_ui_stage *stage;
static struct bt_ui_canvas canvas;
static int64_t boot_ms;

#define assert_screen(wanted) assert_string_equal(bt_ui_stage_screen_id(stage), wanted)

/* @return whether a bell rang, as all that press keys do. */
static inline bool send(enum bt_ui_key key, uint32_t ch, bool fresh, int64_t gap_ms)
{
	boot_ms += gap_ms;
	return bt_ui_stage_press(stage, &(struct bt_ui_press){.key = key, .ch = ch, .at_ms = boot_ms, .fresh = fresh});
}

static inline void tick(int64_t ms)
{
	boot_ms += ms;
	bt_ui_stage_tick(stage, boot_ms);
}

static inline void draw(void)
{
	tick(1);
	bt_ui_stage_draw(stage, 24, 80, &canvas);
}

static inline bool press(enum bt_ui_key key)
{
	draw();
	return send(key, 0, true, HAND_MS);
}

/* A key that was typed before the screen in front was drawn. */
static inline void press_stale(enum bt_ui_key key)
{
	(void)send(key, 0, false, HAND_MS);
}

/* @return how many bells rang. */
static inline int type(const char *text)
{
	int bells = 0;
	for (; *text; text++) {
		draw();
		bells += send(*text == '\n'   ? BT_KEY_ENTER
			      : *text == '\t' ? BT_KEY_TAB
					      : BT_KEY_CHAR,
			      (uint32_t)(unsigned char)*text, true, HAND_MS);
	}
	return bells;
}

static inline bool scan(const char *text)
{
	for (int gap = HAND_MS; *text; text++, gap = SCANNER_MS) {
		draw();
		(void)send(BT_KEY_CHAR, (uint32_t)(unsigned char)*text, true, gap);
	}
	return send(BT_KEY_ENTER, 0, true, SCANNER_MS);
}

static inline bool shows(const char *text)
{
	char row[4096];
	draw();
	for (int i = 0; i < canvas.rows; i++) {
		bt_ui_row_text(&canvas, i, row, sizeof(row));
		if (strstr(row, text)) {
			return true;
		}
	}
	return false;
}

static inline void open_stage(const struct bt_ui_stage_options *options)
{
	fake_open(&fake, NULL);
	boot_ms = 1000;
	assert_int_equal(bt_ui_stage_open(&fake.shop, options, boot_ms, &stage), BT_OK);
}

/* Rina has signed in, and the screen locks by itself. */
static inline int setup(void **state)
{
	(void)state;
	open_stage(&(struct bt_ui_stage_options){.signed_in = "rina", .idle_lock_ms = LOCK_MS});
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	bt_ui_stage_close(stage);
	stage = NULL;
	return 0;
}

/* Ramesh's number is scanned, 500 rupees are typed, and money is said to be in the drawer. */
static inline void take_500_of_ramesh(void)
{
	(void)scan("100244781560");
	type("500\n\n");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

#endif
