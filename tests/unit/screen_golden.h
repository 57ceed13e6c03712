/* Golden screens over the stage fixture: each as text against its file, in both languages, at 80x24 and 132x43.
 *
 * <id>.txt, <id>-hi.txt, <id>-132.txt and <id>-132-hi.txt of tests/golden/screens. With BATTI_GOLDEN_UPDATE set they
 * are written instead. Nothing may pass column 77 at 80 columns. */
#ifndef BT_TESTS_SCREEN_GOLDEN_H
#define BT_TESTS_SCREEN_GOLDEN_H

#include "tests/unit/stage_fixture.h"

#define SCREEN_GOLDEN_BYTES 65536

struct screen_golden {
	const char *id;
	void (*arrange)(void);
	const char *screen; /* that is in front then */
};

static struct bt_words *screen_golden_words;

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

static inline void screen_golden_read(char out[SCREEN_GOLDEN_BYTES])
{
	char row[4096];
	size_t used = 0;
	for (int i = 0; i < canvas.rows; i++) {
		bt_ui_row_text(&canvas, i, row, sizeof(row));
		used += (size_t)snprintf(out + used, SCREEN_GOLDEN_BYTES - used, "%s\n", row);
	}
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
	static char raw[SCREEN_GOLDEN_BYTES], wanted[SCREEN_GOLDEN_BYTES];
	FILE *file = fopen(path, "r");
	if (!file) {
		fail_msg("%s is not there", path);
	}
	size_t len = fread(raw, 1, sizeof(raw) - 1, file);
	fclose(file);
	raw[len] = '\0';
	bt_text_compose_nukta(raw, wanted, sizeof(wanted));
	if (strcmp(text, wanted) != 0) {
		fprintf(stderr, "---- %s as drawn ----\n%s---- as wanted ----\n%s", path, text, wanted);
	}
	assert_string_equal(text, wanted);
}

static inline void screen_golden_edges(void)
{
	for (int row = 0; row < canvas.rows && canvas.cols == 80; row++) {
		assert_string_equal(canvas.cell[row][78].text, "");
		assert_string_equal(canvas.cell[row][79].text, "");
	}
}

/** @p open begins a stage in that language, on boot_ms; the files lie in @p folder. */
static inline void screen_golden_compare(const struct screen_golden *golden, const char *folder,
					 void (*open)(enum bt_lang lang))
{
	static char text[SCREEN_GOLDEN_BYTES];
	static const struct {
		int rows, cols;
		const char *name;
	} sizes[] = {{24, 80, ""}, {43, 132, "-132"}};
	char path[512];
	for (int i = 0; i < 2 * BT_LANG_COUNT; i++) {
		enum bt_lang lang = (enum bt_lang)(i % 2);
		open(lang);
		golden->arrange();
		draw();
		assert_screen(golden->screen);
		bt_ui_stage_draw(stage, sizes[i / 2].rows, sizes[i / 2].cols, &canvas);
		screen_golden_read(text);
		(void)bt_text_printf(path, sizeof(path), "%s/%s%s%s.txt", folder, golden->id, sizes[i / 2].name,
				     lang == BT_LANG_HI ? "-hi" : "");
		if (getenv("BATTI_GOLDEN_UPDATE")) {
			screen_golden_write(path, text);
		} else {
			screen_golden_check(path, text);
		}
		screen_golden_edges();
		bt_ui_stage_close(stage);
		stage = NULL;
	}
}

#endif
