#include "ui/widget/terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/text.h"
#include "ui/widget/curses.h"

#define ESC_MS        25
#define SEQUENCE_MAX  8192 /* characters of one that never ends */
#define PASTE_LOST_MS 2000 /* a paste comes in a piece, or nearly */
#define PASTE_BEGIN   0x2001
#define PASTE_END     0x2002
#define PAD_CODES     0x2100 /* + the character that the number pad stands for */

/* One terminal per process: what it shows now, so that only differences are written. */
static struct bt_ui_canvas *shown;
static SCREEN *screen;
static bool pasting;
static int64_t paste_empty_ms; /* since when nothing more of it has come; 0 it goes on */

/* The number pad in application mode: last letter of ESC O x, and what is printed on the key. */
static const struct {
	char code, ch;
} pad_keys[] = {{'k', '+'}, {'m', '-'}, {'j', '*'}, {'o', '/'}, {'p', '0'}, {'q', '1'}, {'r', '2'}, {'s', '3'},
		{'t', '4'}, {'u', '5'}, {'v', '6'}, {'w', '7'}, {'x', '8'}, {'y', '9'}, {'M', '\r'}};

static const struct {
	int code;
	enum bt_ui_key key;
} code_keys[] = {
    {KEY_ENTER, BT_KEY_ENTER},     {KEY_BACKSPACE, BT_KEY_BACKSPACE}, {KEY_DC, BT_KEY_DELETE},
    {KEY_UP, BT_KEY_UP},           {KEY_DOWN, BT_KEY_DOWN},           {KEY_PPAGE, BT_KEY_PAGE_UP},
    {KEY_NPAGE, BT_KEY_PAGE_DOWN}, {KEY_LEFT, BT_KEY_SIDEWAYS},       {KEY_RIGHT, BT_KEY_SIDEWAYS},
    {KEY_HOME, BT_KEY_SIDEWAYS},   {KEY_END, BT_KEY_SIDEWAYS},        {KEY_IC, BT_KEY_SIDEWAYS},
    {KEY_B2, BT_KEY_SIDEWAYS},     {KEY_RESIZE, BT_KEY_RESIZE},
};

static const struct {
	uint32_t ch;
	enum bt_ui_key key;
} control_keys[] = {
    {'\r', BT_KEY_ENTER},     {'\n', BT_KEY_ENTER},     {'\t', BT_KEY_TAB},       {0x1B, BT_KEY_ESC},
    {0x7F, BT_KEY_BACKSPACE}, {0x08, BT_KEY_BACKSPACE}, {0x04, BT_KEY_DEMO_DOWN}, {0x13, BT_KEY_DEMO_SLOW},
    {0x15, BT_KEY_DEMO_UP},   {0x11, BT_KEY_DEMO_END},
};

static void write_out(const char *text)
{
	ssize_t ignored = write(STDOUT_FILENO, text, strlen(text));
	(void)ignored;
}

static bool set_locale(void)
{
	if (setlocale(LC_CTYPE, "") && strcmp(nl_langinfo(CODESET), "UTF-8") == 0) {
		return true;
	}
	return setlocale(LC_CTYPE, "C.UTF-8") && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static void define_keys(void)
{
	define_key("\033[200~", PASTE_BEGIN);
	define_key("\033[201~", PASTE_END);
	for (size_t i = 0; i < sizeof(pad_keys) / sizeof(pad_keys[0]); i++) {
		char code[4] = {'\033', 'O', pad_keys[i].code, '\0'};
		define_key(code, PAD_CODES + pad_keys[i].ch);
	}
}

enum bt_err bt_ui_terminal_open(enum bt_ui_theme theme, int colours, struct bt_fault *fault)
{
	if (!set_locale()) {
		return bt_fault_set(fault, BT_EUNSUPPORTED, 0, "no UTF-8 locale");
	}
	screen = newterm(NULL, stdout, stdin);
	if (!screen) {
		return bt_fault_set(fault, BT_EUNSUPPORTED, 0, "the terminal is not known (TERM)");
	}
	shown = calloc(1, sizeof(*shown));
	if (!shown) {
		endwin();
		delscreen(screen);
		screen = NULL;
		return bt_fault_set(fault, BT_ENOMEM, 0, "canvas");
	}
	raw();
	noecho();
	(void)meta(stdscr, TRUE);
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(ESC_MS);
	curs_set(0);
	define_keys();
	bt_ui_palette_open(theme, colours);
	struct bt_ui_cell blank = {.role = BT_INK_FACT};
	struct bt_ui_look look = bt_ui_palette_look(&blank);
	bkgdset(' ' | COLOR_PAIR(look.pair));
	erase();
	write_out("\033[?2004h");
	return BT_OK;
}

void bt_ui_terminal_close(void)
{
	if (!screen) {
		return;
	}
	write_out("\033[?2004l");
	erase();
	endwin();
	delscreen(screen);
	screen = NULL;
	if (shown) {
		explicit_bzero(shown, sizeof(*shown));
		free(shown);
		shown = NULL;
	}
}

void bt_ui_terminal_size(int *rows, int *cols)
{
	*rows = LINES;
	*cols = COLS;
}

void bt_ui_terminal_resize(void)
{
	struct winsize size;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0) {
		resizeterm(size.ws_row, size.ws_col);
	}
	shown->rows = 0;
	clearok(stdscr, TRUE);
	erase();
}

static void show_cell(int row, int col, const struct bt_ui_cell *cell)
{
	struct bt_ui_look look = bt_ui_palette_look(cell);
	wchar_t text[8] = L" ";
	cchar_t out;
	if (cell->glyph == BT_GLYPH_LOWER || cell->glyph == BT_GLYPH_UPPER) {
		text[0] = L'▄';
	} else if (cell->glyph == BT_GLYPH_BAR_OFF && bt_ui_palette_colours() == 0) {
		text[0] = L'.';
	} else if (cell->glyph == BT_GLYPH_TEXT && cell->text[0]) {
		size_t used = mbstowcs(text, cell->text, 6);
		if (used == (size_t)-1) {
			text[0] = L'?';
			used = 1;
		}
		text[used] = L'\0';
	}
	if (setcchar(&out, text, look.attrs, look.pair, NULL) == OK) {
		mvadd_wch(row, col, &out);
	}
}

static void show_row(const struct bt_ui_canvas *canvas, int row)
{
	for (int col = 0; col < canvas->cols; col++) {
		const struct bt_ui_cell *cell = &canvas->cell[row][col];
		uint32_t c = 0;
		show_cell(row, col, cell);
		if (bt_utf8_next(cell->text, strlen(cell->text), &c) > 0 && bt_char_columns(c) == 2) {
			col++;
		}
	}
}

void bt_ui_terminal_show(const struct bt_ui_canvas *canvas)
{
	bool all = canvas->rows != shown->rows || canvas->cols != shown->cols;
	for (int row = 0; row < canvas->rows; row++) {
		size_t size = sizeof(canvas->cell[row][0]) * (size_t)canvas->cols;
		if (all || memcmp(canvas->cell[row], shown->cell[row], size) != 0) {
			show_row(canvas, row);
			memcpy(shown->cell[row], canvas->cell[row], size);
		}
	}
	shown->rows = canvas->rows;
	shown->cols = canvas->cols;
	refresh();
}

static enum bt_ui_key find_code(int code)
{
	for (size_t i = 0; i < sizeof(code_keys) / sizeof(code_keys[0]); i++) {
		if (code_keys[i].code == code) {
			return code_keys[i].key;
		}
	}
	if (code >= KEY_F(1) && code <= KEY_F(12)) {
		return (enum bt_ui_key)(BT_KEY_F1 + (code - KEY_F(1)));
	}
	return BT_KEY_NONE;
}

static enum bt_ui_key find_control(uint32_t ch)
{
	for (size_t i = 0; i < sizeof(control_keys) / sizeof(control_keys[0]); i++) {
		if (control_keys[i].ch == ch) {
			return control_keys[i].key;
		}
	}
	return ch < ' ' ? BT_KEY_NONE : BT_KEY_CHAR;
}

/* The next byte of what has begun: a terminal sends one in a piece, or nearly. A key is none, and stays for later. */
static bool read_on(int *byte)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	int ch = getch();
	if (ch == ERR && poll(&input, 1, ESC_MS) > 0) {
		ch = getch();
	}
	if (ch == ERR) {
		return false;
	}
	if (ch >= KEY_MIN) {
		ungetch(ch);
		return false;
	}
	*byte = ch;
	return true;
}

/* A control is no part of a sequence: it begins something else, and stays for it. */
static bool is_broken_off(int ch)
{
	if (ch < ' ') {
		ungetch(ch);
	}
	return ch < ' ';
}

/* A control sequence ends with a byte from '@' to '~'; a report of the oldest mice has three more. */
static void skip_control(void)
{
	int ch = 0;
	for (int i = 0; i < SEQUENCE_MAX && read_on(&ch); i++) {
		if (ch > '~') {
			ungetch(ch);
		}
		if (is_broken_off(ch) || ch > '~') {
			return;
		}
		if (ch >= '@') {
			bool is_mouse = i == 0 && ch == 'M';
			for (int more = 0; is_mouse && more < 3; more++) {
				is_mouse = read_on(&ch) && !is_broken_off(ch);
			}
			return;
		}
	}
}

/* A control string ends with BEL, or with an escape and its backslash; another escape begins something else. */
static void skip_string(void)
{
	int ch = 0;
	for (int i = 0; i < SEQUENCE_MAX && read_on(&ch) && ch != 0x07; i++) {
		if (ch == 0x1B) {
			if (read_on(&ch) && ch != '\\') {
				ungetch(ch);
				ungetch(0x1B);
			}
			return;
		}
	}
}

/* Behind an escape: what is no key of ours, and no key at all, is swallowed whole, or its first byte would be Esc and
 * the rest be typed. Esc and a letter, typed fast, stay what they are. Source: ECMA-48 5.4, 5.6. */
static bool skip_sequence(void)
{
	int ch = getch(), next = 0;
	if (ch == ERR) {
		return false;
	}
	if (ch >= KEY_MIN) {
		ungetch(ch);
		return false;
	}
	if (ch == '[') {
		skip_control();
	} else if (ch == 'O') {
		(void)(read_on(&next) && is_broken_off(next));
	} else if (ch == ']' || ch == '_' || ch == '^') {
		skip_string();
	} else {
		bool is_string = ch == 'P' && read_on(&next) && next < 0x80 && strchr("0123456789$+!>|=", next);
		if (is_string) {
			skip_string();
			return true;
		}
		if (next) {
			ungetch(next);
		}
		ungetch(ch);
		return false;
	}
	return true;
}

/* A character of one or more bytes. What is none, or is cut short, is dropped by itself: the byte behind it is
 * somebody's key. @return false when it is none. */
static bool read_character(int first, uint32_t *out)
{
	char bytes[4] = {(char)first};
	size_t wanted = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1, len = 1;
	int next;
	while (len < wanted && read_on(&next)) {
		if ((next & 0xC0) != 0x80) {
			ungetch(next);
			break;
		}
		bytes[len++] = (char)next;
	}
	return bt_utf8_next(bytes, len, out) == (int)wanted;
}

static int64_t now_ms(void)
{
	struct bt_clock clock = bt_clock_system();
	return bt_clock_boot_ms(&clock);
}

/* Bytes between the marks of a paste are dropped. One whose end was lost is over when nothing has come for a while, or
 * the keyboard would be dead. @return true when @p ch belongs to it. */
static bool is_pasted(int ch)
{
	if (!pasting || ch == KEY_RESIZE) {
		return false;
	}
	if (paste_empty_ms != 0 && now_ms() - paste_empty_ms >= PASTE_LOST_MS) {
		pasting = false;
	}
	paste_empty_ms = 0;
	return pasting;
}

/* @return true when @p out is a key to hand on. */
static bool take(int ch, struct bt_ui_press *out)
{
	uint32_t character = 0;
	if (ch == PASTE_BEGIN || ch == PASTE_END) {
		pasting = ch == PASTE_BEGIN;
		out->key = BT_KEY_PASTE;
		return pasting;
	}
	if (is_pasted(ch)) {
		return false;
	}
	if (ch == KEY_MOUSE) {
		skip_control(); /* no mouse was asked for; where and which button follows */
		return false;
	}
	if (ch == 0x1B && skip_sequence()) {
		return false;
	}
	if (ch > PAD_CODES && ch < PAD_CODES + 0x80) {
		ch -= PAD_CODES;
	}
	if (ch >= KEY_MIN) {
		out->key = find_code(ch);
		return out->key != BT_KEY_NONE;
	}
	if (!read_character(ch, &character)) {
		return false;
	}
	out->key = find_control(character);
	out->ch = out->key == BT_KEY_CHAR ? character : 0;
	return out->key != BT_KEY_NONE;
}

bool bt_ui_terminal_read(struct bt_ui_press *out)
{
	for (;;) {
		int ch = getch();
		if (ch == ERR) {
			if (pasting && paste_empty_ms == 0) {
				paste_empty_ms = now_ms();
			}
			return false;
		}
		*out = (struct bt_ui_press){.key = BT_KEY_NONE};
		if (take(ch, out)) {
			return true;
		}
	}
}

void bt_ui_terminal_bell(void)
{
	beep();
}

bool bt_ui_terminal_is_plain(void)
{
	const char *no_unicode = getenv("NO_UNICODE"), *term = getenv("TERM");
	return (no_unicode && no_unicode[0]) || (term && strcmp(term, "linux") == 0);
}
