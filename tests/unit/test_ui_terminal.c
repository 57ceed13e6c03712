/* What reaches a terminal: each kind of cell through ncurses into an emulator, against the paint that the golden
 * screens record, in 256, 16 and 8 colours and mono, dark and light.
 *
 * rooms: ui/widget core/base
 * uses: vterm */
#include <errno.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <vterm.h>

#include "ui/widget/palette.h"
#include "ui/widget/terminal.h"

#define ROWS  24
#define COLS  80
#define KINDS (BT_INK_COUNT * BT_ON_COUNT * 2 * GLYPHS)

static const enum bt_ui_glyph glyphs[] = {BT_GLYPH_TEXT,   BT_GLYPH_FULL,    BT_GLYPH_UPPER, BT_GLYPH_LOWER,
					  BT_GLYPH_BAR_ON, BT_GLYPH_BAR_OFF, BT_GLYPH_CURSOR};
#define GLYPHS ((int)(sizeof(glyphs) / sizeof(glyphs[0])))

static struct bt_ui_canvas canvas;

static struct bt_ui_cell *cell_of(int kind)
{
	return &canvas.cell[kind / COLS][kind % COLS];
}

/* One cell of every kind: a letter or a block, in each role, on each ground, bold or not. */
static void fill_canvas(void)
{
	bt_ui_canvas_reset(&canvas, ROWS, COLS);
	assert_true(KINDS <= ROWS * COLS);
	for (int kind = 0; kind < KINDS; kind++) {
		int rest = kind / GLYPHS;
		*cell_of(kind) = (struct bt_ui_cell){.glyph = (uint8_t)glyphs[kind % GLYPHS],
						     .bold = (uint8_t)(rest % 2),
						     .ground = (uint8_t)(rest / 2 % BT_ON_COUNT),
						     .role = (uint8_t)(rest / 2 / BT_ON_COUNT)};
		if (glyphs[kind % GLYPHS] == BT_GLYPH_TEXT) {
			(void)bt_text_copy(cell_of(kind)->text, sizeof(cell_of(kind)->text), "क");
		}
	}
}

static const struct terminal {
	const char *term;
	int colours;
	enum bt_ui_theme theme;
} terminals[] = {
    {"xterm-256color", 256, BT_THEME_DARK},
    {"xterm-256color", 256, BT_THEME_LIGHT},
    {"xterm-256color", 16, BT_THEME_DARK},
    {"xterm-256color", 16, BT_THEME_LIGHT},
    {"xterm", 8, BT_THEME_DARK},
    {"xterm", 8, BT_THEME_LIGHT},
    {"vt220", 0, BT_THEME_DARK},
    {"vt220", 0, BT_THEME_LIGHT},
};

/* In the terminal: the picture, and nothing that would take it away again. */
static void show(const struct terminal *terminal)
{
	setenv("TERM", terminal->term, 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	unsetenv("NO_COLOR");
	unsetenv("NO_UNICODE");
	if (bt_ui_terminal_open(terminal->theme, terminal->colours, NULL) != BT_OK ||
	    bt_ui_palette_colours() != terminal->colours) {
		_exit(1);
	}
	bt_ui_terminal_show(&canvas);
	_exit(0);
}

static VTerm *read_terminal(const struct terminal *terminal)
{
	const struct winsize size = {.ws_row = ROWS, .ws_col = COLS};
	VTerm *vt = vterm_new(ROWS, COLS);
	char bytes[4096];
	int fd = -1, status = 0;
	assert_non_null(vt);
	vterm_set_utf8(vt, 1);
	vterm_screen_reset(vterm_obtain_screen(vt), 1);
	pid_t pid = forkpty(&fd, NULL, NULL, &size);
	assert_true(pid >= 0);
	if (pid == 0) {
		show(terminal);
	}
	for (ssize_t len = 1; len > 0 || (len < 0 && errno == EINTR);) {
		len = read(fd, bytes, sizeof(bytes));
		if (len > 0) {
			vterm_input_write(vt, bytes, (size_t)len);
		}
	}
	vterm_screen_flush_damage(vterm_obtain_screen(vt));
	close(fd);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	return vt;
}

static bool is_colour(VTerm *vt, VTermColor seen, short wanted)
{
	VTermColor colour;
	vterm_state_get_palette_color(vterm_obtain_state(vt), wanted, &colour);
	vterm_screen_convert_color_to_rgb(vterm_obtain_screen(vt), &seen);
	vterm_screen_convert_color_to_rgb(vterm_obtain_screen(vt), &colour);
	return seen.rgb.red == colour.rgb.red && seen.rgb.green == colour.rgb.green && seen.rgb.blue == colour.rgb.blue;
}

/* A blank shows its ground only; reversed, its ink. */
static const char *judge(VTerm *vt, const struct terminal *terminal, int kind)
{
	VTermScreenCell cell;
	const struct bt_ui_cell *drawn = cell_of(kind);
	struct bt_ui_paint paint = bt_ui_palette_paint(terminal->theme, terminal->colours, drawn);
	bool half = drawn->glyph == BT_GLYPH_LOWER || drawn->glyph == BT_GLYPH_UPPER;
	uint32_t wanted = drawn->glyph == BT_GLYPH_TEXT ? 0x915 : half ? 0x2584 : ' ';
	if (drawn->glyph == BT_GLYPH_BAR_OFF && terminal->colours == 0) {
		wanted = '.';
	}
	vterm_screen_get_cell(vterm_obtain_screen(vt), (VTermPos){.row = kind / COLS, .col = kind % COLS}, &cell);
	if ((cell.chars[0] ? cell.chars[0] : ' ') != wanted) {
		return "another character";
	}
	if ((cell.attrs.reverse != 0) != paint.reverse) {
		return "reverse";
	}
	if (wanted != ' ' && (cell.attrs.bold != 0) != paint.bold) {
		return "bold";
	}
	if (terminal->colours > 0 && !is_colour(vt, cell.bg, paint.back)) {
		return "another ground";
	}
	if (terminal->colours > 0 && wanted != ' ' && !is_colour(vt, cell.fg, paint.front)) {
		return "another ink";
	}
	return NULL;
}

static void test_a_terminal_shows_the_paint_that_is_recorded(void **state)
{
	int wrong = 0;
	(void)state;
	fill_canvas();
	for (size_t i = 0; i < sizeof(terminals) / sizeof(terminals[0]); i++) {
		VTerm *vt = read_terminal(&terminals[i]);
		for (int kind = 0; kind < KINDS; kind++) {
			const char *what = judge(vt, &terminals[i], kind);
			if (what) {
				const struct bt_ui_cell *cell = cell_of(kind);
				fprintf(stderr, "%s, theme %d: role %d, ground %d, glyph %d, bold %d: %s\n",
					terminals[i].term, (int)terminals[i].theme, cell->role, cell->ground,
					cell->glyph, cell->bold, what);
				wrong++;
			}
		}
		vterm_free(vt);
	}
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_terminal_shows_the_paint_that_is_recorded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
