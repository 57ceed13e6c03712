/* Golden screens over the stage fixture: each state of a list in both languages, at 80x24 and 132x43, in 256 colours
 * and without colour.
 *
 * One file per picture, tests/golden/screens/<language>-<columns>x<rows>/<id>.txt: the letters, what is read back from
 * big digits and QR, and the paint of each run of cells in 256 colours and in mono. With BATTI_GOLDEN_UPDATE set they
 * are written instead. Each picture has to keep the rules of picture_rules.h, and each state what was typed, whatever
 * comes between (screen_golden_disturb). */
#ifndef BT_TESTS_SCREEN_GOLDEN_H
#define BT_TESTS_SCREEN_GOLDEN_H

#include "tests/unit/picture_rules.h"
#include "tests/unit/stage_fixture.h"

/* A state as it is read without colour: a shape in the margin ("" none) and the words beside it. */
struct screen_golden_sign {
	const char *shape, *key;
};

struct screen_golden {
	const char *id;
	void (*arrange)(void);
	const char *screen;                 /* that is in front then */
	const char *qr;                     /* that is to be read; NULL: none */
	const char *qr_wide;                /* at 132x43, where that is another */
	void (*draw)(int rows, int cols);   /* NULL: what the clerk sees */
	bool middle;                        /* at 100x36 too */
	struct screen_golden_sign signs[3]; /* what a clerk has to see there */
};

struct screen_goldens {
	const struct screen_golden *list;
	size_t count;
	void (*open)(enum bt_lang lang); /* begins a stage in that language, on boot_ms */
	const char *folder;              /* BATTI_GOLDEN_DIR "/screens" */
};

static const struct screen_golden_size {
	int rows, cols;
} screen_golden_sizes[] = {{24, 80}, {43, 132}, {36, 100}};
#define SCREEN_GOLDEN_SIZES (sizeof(screen_golden_sizes) / sizeof(screen_golden_sizes[0]))

static struct bt_words *screen_golden_words;
static int screen_golden_wrong; /* all are named before the test fails */

static inline int screen_golden_load(const char *locale)
{
	return bt_words_open(locale, &screen_golden_words, NULL) == BT_OK ? 0 : -1;
}

static inline int screen_golden_drop(void **state)
{
	(void)state;
	bt_words_close(screen_golden_words);
	return 0;
}

/* ---- the file ---- */

/* The lines of @p body under their heading. */
static inline void screen_golden_section(const char *head, const char *body, char out[PICTURE_BYTES])
{
	size_t used = strlen(out), head_len = strlen(head), body_len = strlen(body);
	assert_true(used + head_len + body_len + 6 < PICTURE_BYTES);
	used += (size_t)snprintf(out + used, PICTURE_BYTES - used, "--- %s\n", head);
	memcpy(out + used, body, body_len + 1);
}

static inline void screen_golden_read(enum bt_ui_theme theme, char out[PICTURE_BYTES])
{
	static char part[PICTURE_BYTES];
	char read[1024], line[1100];
	picture_text(&canvas, out);
	(void)picture_read_digits(&canvas, read, sizeof(read));
	if (read[0]) {
		(void)snprintf(line, sizeof(line), "%s\n", read);
		screen_golden_section("big digits", line, out);
	}
	picture_read_qr(&canvas, read, sizeof(read));
	if (read[0]) {
		(void)snprintf(line, sizeof(line), "%s\n", read);
		screen_golden_section("QR", line, out);
	}
	picture_paint(&canvas, theme, 256, part);
	screen_golden_section("256 colours", part, out);
	picture_paint(&canvas, theme, 0, part);
	screen_golden_section("mono", part, out);
}

static inline void screen_golden_path(const char *folder, const char *id, enum bt_lang lang, char out[512])
{
	(void)bt_text_printf(out, 512, "%s/%s-%dx%d/%s.txt", folder, lang == BT_LANG_HI ? "hi" : "en", canvas.cols,
			     canvas.rows, id);
}

static inline void screen_golden_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static inline void screen_golden_check(const char *path, const char *text)
{
	static char raw[PICTURE_BYTES], wanted[PICTURE_BYTES];
	FILE *file = fopen(path, "r");
	if (!file) {
		fprintf(stderr, "%s is not there\n", path);
		screen_golden_wrong++;
		return;
	}
	size_t len = fread(raw, 1, sizeof(raw) - 1, file);
	fclose(file);
	raw[len] = '\0';
	bt_text_compose_nukta(raw, wanted, sizeof(wanted));
	if (strcmp(text, wanted) != 0) {
		fprintf(stderr, "---- %s as drawn ----\n%s---- as wanted ----\n%s", path, text, wanted);
		screen_golden_wrong++;
	}
}

/** The canvas against the file of @p id. */
static inline void screen_golden_compare(const char *folder, const char *id, enum bt_lang lang, enum bt_ui_theme theme)
{
	static char text[PICTURE_BYTES];
	char path[512];
	screen_golden_read(theme, text);
	screen_golden_path(folder, id, lang, path);
	if (getenv("BATTI_GOLDEN_UPDATE")) {
		screen_golden_write(path, text);
	} else {
		screen_golden_check(path, text);
	}
}

/* ---- the rules ---- */

static inline void screen_golden_complain(const char *id, const char *what)
{
	static char text[PICTURE_BYTES];
	if (what) {
		picture_text(&canvas, text);
		fprintf(stderr, "%s%s, %s, %dx%d: %s\n", text, id, canvas.lang == BT_LANG_HI ? "hi" : "en", canvas.cols,
			canvas.rows, what);
		screen_golden_wrong++;
	}
}

static inline const struct bt_ui_screen *screen_golden_front(void)
{
	for (int i = 0; bt_ui_screens[i]; i++) {
		if (strcmp(bt_ui_screens[i]->id, bt_ui_stage_screen_id(stage)) == 0) {
			return bt_ui_screens[i];
		}
	}
	return NULL;
}

/* The side of a screen that shows a QR has the server and the time only; its QR stands in row 0 then. */
static inline bool screen_golden_has_side(void)
{
	return canvas.cell[0][canvas.cols - 1].ground != BT_ON_BAR;
}

/* Without blanks, so that a sentence is found wherever a line ends in it. */
static inline void screen_golden_squeeze(const char *text, char *out, size_t cap)
{
	size_t used = 0;
	for (; *text && used + 1 < cap; text++) {
		if (*text != ' ') {
			out[used++] = *text;
		}
	}
	out[used] = '\0';
}

/* From column @p col of @p row on, and of the two rows below it. */
static inline void screen_golden_lines(int row, int col, char *out, size_t cap)
{
	size_t used = 0;
	out[0] = '\0';
	for (int y = row; y < row + 3 && y < canvas.rows; y++) {
		for (int x = col; x < canvas.cols && used + 32 < cap; x++) {
			used += (size_t)snprintf(out + used, cap - used, "%s", canvas.cell[y][x].text);
		}
	}
}

/* The words between the places of @p key follow each other in @p text, which begins with the first. */
static inline bool screen_golden_says(const char *text, const char *key)
{
	char words[1024], squeezed[1024];
	bt_text_compose_nukta(bt_words_get(screen_golden_words, canvas.lang, key), words, sizeof(words));
	screen_golden_squeeze(words, squeezed, sizeof(squeezed));
	bool first = true;
	for (char *part = squeezed; *part; first = false) {
		char *place = strchr(part, '{'), *next = place ? place + 3 : part + strlen(part);
		size_t len = place ? (size_t)(place - part) : strlen(part);
		part[len] = '\0';
		const char *found = strstr(text, part);
		if (!found || (first && found != text)) {
			return false;
		}
		text = found + len;
		part = next;
	}
	return true;
}

static inline bool screen_golden_shows(const struct screen_golden_sign *sign)
{
	char text[4096];
	for (int row = 1; row < canvas.rows - 1; row++) {
		for (int col = 2; col < canvas.cols; col++) {
			/* A shape hangs two columns before its words; words without one begin behind a blank. */
			const struct bt_ui_cell *before = &canvas.cell[row][col - (sign->shape[0] ? 2 : 1)];
			if (strcmp(before->text, sign->shape) != 0 || before->glyph != BT_GLYPH_TEXT) {
				continue;
			}
			screen_golden_lines(row, col, text, sizeof(text));
			if (screen_golden_says(text, sign->key)) {
				return true;
			}
		}
	}
	return false;
}

/* Letters only: what was drawn in colour and in bold is not looked at. */
static inline void screen_golden_signs(const struct screen_golden *golden)
{
	for (size_t i = 0; i < 3 && golden->signs[i].key; i++) {
		if (!screen_golden_shows(&golden->signs[i])) {
			screen_golden_complain(golden->id, golden->signs[i].key);
		}
	}
}

/* A blank row below the banner, unless the page is full or one that does not move. */
static inline const char *screen_golden_air(void)
{
	bool full = !bt_ui_is_blank(&canvas, canvas.rows - 3);
	const char *id = bt_ui_stage_screen_id(stage);
	bool stands = strcmp(id, "token") == 0 || strcmp(id, "upi") == 0;
	bool touches = !bt_ui_is_blank(&canvas, 1) && !bt_ui_is_blank(&canvas, 2);
	return touches && !full && !stands ? "it touches the banner" : NULL;
}

static inline void screen_golden_rules(const struct screen_golden *golden)
{
	const struct bt_ui_desk *desk = bt_ui_stage_desk(stage);
	char qr[1024];
	bool wide = canvas.cols >= 132;
	const char *wanted = wide && golden->qr_wide ? golden->qr_wide : golden->qr;
	screen_golden_complain(golden->id, rule_edge());
	screen_golden_complain(golden->id, rule_reading());
	screen_golden_complain(golden->id, rule_shapes());
	screen_golden_complain(golden->id, rule_blocks());
	screen_golden_complain(golden->id, rule_labels());
	screen_golden_signs(golden);
	picture_read_qr(&canvas, qr, sizeof(qr));
	if (strcmp(qr, wanted ? wanted : "") != 0) {
		fprintf(stderr, "read: %s\n", qr);
		screen_golden_complain(golden->id, "another QR than was meant");
	}
	if (!golden->draw) {
		screen_golden_complain(golden->id, rule_status(&desk->status, &desk->till, screen_golden_has_side()));
		screen_golden_complain(golden->id, rule_help_key());
		screen_golden_complain(golden->id, screen_golden_air());
		screen_golden_complain(golden->id, rule_keys());
	}
}

/* ---- the walk ---- */

static inline void screen_golden_arrange(const struct screen_goldens *all, const struct screen_golden *golden,
					 enum bt_lang lang)
{
	all->open(lang);
	golden->arrange();
	draw();
	assert_screen(golden->screen);
}

static inline void screen_golden_draw(const struct screen_golden *golden, int rows, int cols)
{
	if (golden->draw) {
		golden->draw(rows, cols);
	} else {
		bt_ui_stage_draw(stage, rows, cols, &canvas);
	}
}

/** Rina at a counter where all is well. */
static inline void screen_golden_open(enum bt_lang lang)
{
	fake_open(&fake, screen_golden_words);
	boot_ms = 1000;
	struct bt_ui_stage_options options = {.lang = lang, .signed_in = "rina"};
	assert_int_equal(bt_ui_stage_open(&fake.shop, &options, boot_ms, &stage), BT_OK);
}

static inline void screen_golden_close(void)
{
	bt_ui_stage_close(stage);
	stage = NULL;
}

/** Every picture of the list. @return how many. */
static inline int screen_golden_walk(const struct screen_goldens *all)
{
	int count = 0;
	screen_golden_wrong = 0;
	for (size_t i = 0; i < all->count * BT_LANG_COUNT; i++) {
		const struct screen_golden *golden = &all->list[i / 2];
		enum bt_lang lang = (enum bt_lang)(i % 2);
		screen_golden_arrange(all, golden, lang);
		for (size_t s = 0; s < SCREEN_GOLDEN_SIZES - (golden->middle ? 0 : 1); s++, count++) {
			screen_golden_draw(golden, screen_golden_sizes[s].rows, screen_golden_sizes[s].cols);
			screen_golden_compare(all->folder, golden->id, lang,
					      golden->draw ? BT_THEME_LIGHT : BT_THEME_DARK);
			screen_golden_rules(golden);
		}
		screen_golden_close();
	}
	assert_int_equal(screen_golden_wrong, 0);
	return count;
}

/* ---- nothing typed is lost ---- */

static inline void screen_golden_picture(char out[PICTURE_BYTES], bool without_message)
{
	bt_ui_stage_draw(stage, BT_SCREEN_ROWS, BT_SCREEN_COLS, &canvas);
	for (int row = 0; without_message && row < BT_SCREEN_ROWS; row++) {
		/* A screen with a side says it there, in the lines above the keys. */
		bool there = screen_golden_has_side() ? row > 15 && row < 23 : row == BT_SCREEN_ROWS - 2;
		for (int col = 0; there && col < (screen_golden_has_side() ? 35 : BT_SCREEN_COLS); col++) {
			canvas.cell[row][col] = (struct bt_ui_cell){.ground = 0};
		}
	}
	picture_text(&canvas, out);
}

static inline void screen_golden_same(const struct screen_golden *golden, const char *what, const char *before,
				      bool without_message)
{
	static char after[PICTURE_BYTES];
	screen_golden_picture(after, without_message);
	if (strcmp(before, after) != 0) {
		fprintf(stderr, "---- before ----\n%s", before);
		screen_golden_complain(golden->id, what);
	}
}

static inline bool screen_golden_is_printable(uint32_t ch)
{
	return (ch >= 0x20 && ch < 0x7f) || ch >= 0xa0;
}

/* A code point for every byte that is no letter, sign or digit, and some that no keyboard has. */
static inline void screen_golden_bytes(void)
{
	static const uint32_t odd[] = {0x202e, 0x2066, 0xfeff, 0xfffe, 0xd800, 0x110000};
	for (uint32_t ch = 0; ch < 0x100; ch++) {
		if (!screen_golden_is_printable(ch)) {
			(void)send(BT_KEY_CHAR, ch, true, HAND_MS);
		}
	}
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		(void)send(BT_KEY_CHAR, odd[i], true, HAND_MS);
	}
}

static inline void screen_golden_resizes(void)
{
	static const int sizes[][2] = {{10, 30}, {1, 1}, {43, 132}, {30, 100}, {96, 256}, {24, 79}};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		(void)send(BT_KEY_RESIZE, 0, true, 1);
		bt_ui_stage_draw(stage, sizes[i][0], sizes[i][1], &canvas);
	}
}

/* The other language shows what it would have shown had it been chosen from the beginning. */
static inline void screen_golden_language(const struct screen_goldens *all, const struct screen_golden *golden)
{
	static char other[PICTURE_BYTES];
	screen_golden_arrange(all, golden, BT_LANG_HI);
	screen_golden_picture(other, false);
	screen_golden_close();
	screen_golden_arrange(all, golden, BT_LANG_EN);
	(void)press(BT_KEY_F2);
	screen_golden_same(golden, "F2 shows something else than the other language", other, false);
}

/** A resize, another language, a paste, every byte and a scan in the middle of typing: all of it is still there. */
static inline void screen_golden_disturb(const struct screen_goldens *all)
{
	static char whole[PICTURE_BYTES], silent[PICTURE_BYTES];
	screen_golden_wrong = 0;
	for (size_t i = 0; i < all->count; i++) {
		const struct screen_golden *golden = &all->list[i];
		if (golden->draw) {
			continue;
		}
		screen_golden_language(all, golden);
		(void)press(BT_KEY_F2);
		draw();
		screen_golden_picture(whole, false);
		screen_golden_resizes();
		screen_golden_same(golden, "a resize changes it", whole, false);
		screen_golden_picture(silent, true);
		(void)press(BT_KEY_PASTE);
		screen_golden_same(golden, "a paste changes it", silent, true);
		screen_golden_bytes();
		screen_golden_same(golden, "a byte that is no key changes it", silent, true);
		if (screen_golden_front()->scan == BT_SCAN_REFUSED) {
			(void)scan("100244780417");
			assert_screen(golden->screen);
			screen_golden_same(golden, "a scan that is refused changes it", silent, true);
			if (!shows("Finish this person first.")) {
				screen_golden_complain(golden->id, "a scan is refused without a word");
			}
		} else if (screen_golden_front()->scan == BT_SCAN_STARTS) {
			/* A person who has a payment waiting comes back to that. */
			(void)scan("100244781560");
			if (!shows("1002 4478 1560") || strcmp(bt_ui_stage_screen_id(stage), "home") == 0) {
				screen_golden_complain(golden->id, "a scan does not start the next person");
			}
		}
		screen_golden_close();
	}
	assert_int_equal(screen_golden_wrong, 0);
}

#endif
