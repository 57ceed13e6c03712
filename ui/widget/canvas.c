#include "ui/widget/canvas.h"

#include <stdarg.h>
#include <string.h>

#define BT_SAY_ARGS 9
#define FIRST_MARK  0x300 /* below it every printable character is one column wide */

/* What stands for a shape where a font has only ASCII. */
static const struct {
	uint32_t shape;
	char ascii;
} plain_shapes[] = {
    {0x20B9, 'R'}, {0x2212, '-'}, {0x203A, '>'}, {0x2026, '.'}, {0x25CF, '*'}, {0x25CB, 'o'},
    {0x25B2, '!'}, {0x25B3, '!'}, {0x25A0, '!'}, {0x2713, '+'}, {0x2715, 'x'}, {0x2500, '-'},
    {0x2014, '-'}, {0x00B7, '-'}, {0x2191, '^'}, {0x2193, 'v'},
};

void bt_ui_canvas_reset(struct bt_ui_canvas *canvas, int rows, int cols)
{
	canvas->rows = rows < BT_CANVAS_ROWS ? rows : BT_CANVAS_ROWS;
	canvas->cols = cols < BT_CANVAS_COLS ? cols : BT_CANVAS_COLS;
	for (int row = 0; row < canvas->rows; row++) {
		memset(canvas->cell[row], 0, sizeof(canvas->cell[row][0]) * (size_t)canvas->cols);
	}
}

static struct bt_ui_cell *find_cell(struct bt_ui_canvas *canvas, int row, int col)
{
	if (row < 0 || row >= canvas->rows || col < 0 || col >= canvas->cols) {
		return NULL;
	}
	return &canvas->cell[row][col];
}

void bt_ui_fill(struct bt_ui_canvas *canvas, int row, int col, int count, enum bt_ui_ground ground)
{
	for (int i = 0; i < count; i++) {
		struct bt_ui_cell *cell = find_cell(canvas, row, col + i);
		if (cell) {
			cell->ground = (uint8_t)ground;
		}
	}
}

void bt_ui_fade(struct bt_ui_canvas *canvas, int first, int last)
{
	for (int row = first; row <= last; row++) {
		for (int col = 0; col < canvas->cols; col++) {
			struct bt_ui_cell *cell = find_cell(canvas, row, col);
			if (cell) {
				cell->role = BT_INK_FAINT;
				cell->bold = 0;
			}
		}
	}
}

void bt_ui_blank(struct bt_ui_canvas *canvas, int row)
{
	for (int col = 0; col < canvas->cols; col++) {
		struct bt_ui_cell *cell = find_cell(canvas, row, col);
		if (cell) {
			*cell = (struct bt_ui_cell){.ground = cell->ground};
		}
	}
}

bool bt_ui_is_blank(const struct bt_ui_canvas *canvas, int row)
{
	for (int col = 0; row < canvas->rows && col < canvas->cols; col++) {
		const struct bt_ui_cell *cell = &canvas->cell[row][col];
		if ((cell->text[0] && cell->text[0] != ' ') || cell->glyph != BT_GLYPH_TEXT || cell->ground) {
			return false;
		}
	}
	return true;
}

void bt_ui_lower(struct bt_ui_canvas *canvas, int first, int last)
{
	if (first < 0 || last >= canvas->rows || first >= last) {
		return;
	}
	memmove(canvas->cell[first + 1], canvas->cell[first], sizeof(canvas->cell[0]) * (size_t)(last - first));
	memset(canvas->cell[first], 0, sizeof(canvas->cell[0]));
}

static size_t plain_char(uint32_t c, const char *bytes, size_t used, char out[4])
{
	for (size_t i = 0; i < sizeof(plain_shapes) / sizeof(plain_shapes[0]); i++) {
		if (plain_shapes[i].shape == c) {
			out[0] = plain_shapes[i].ascii;
			return 1;
		}
	}
	memcpy(out, bytes, used);
	return used;
}

/* A mark joins the cell before it when there is room; a wide character takes a second, empty cell. */
static int put_char(struct bt_ui_canvas *canvas, int row, int col, unsigned style, uint32_t c, const char *bytes,
		    size_t used)
{
	int columns = c < FIRST_MARK ? 1 : bt_char_columns(c);
	if (columns == 0) {
		struct bt_ui_cell *base = find_cell(canvas, row, col - 1);
		if (base && base->text[0] && strlen(base->text) + used < sizeof(base->text)) {
			size_t len = strlen(base->text);
			memcpy(base->text + len, bytes, used);
			base->text[len + used] = '\0';
		}
		return 0;
	}
	for (int i = 0; i < columns; i++) {
		struct bt_ui_cell *cell = find_cell(canvas, row, col + i);
		if (!cell) {
			continue;
		}
		*cell = (struct bt_ui_cell){
		    .ground = cell->ground, .role = (uint8_t)BT_STYLE_ROLE(style), .bold = (style & BT_BOLD) != 0};
		if (i == 0 && c != ' ') {
			char shown[4];
			size_t len = canvas->plain ? plain_char(c, bytes, used, shown) : used;
			memcpy(cell->text, canvas->plain ? shown : bytes, len);
		}
	}
	return columns;
}

int bt_ui_put(struct bt_ui_canvas *canvas, int row, int col, unsigned style, const char *text)
{
	static const char nukta[] = "\xE0\xA4\xBC";
	char composed[1024];
	if (strstr(text, nukta)) {
		bt_text_compose_nukta(text, composed, sizeof(composed));
		text = composed;
	}
	size_t len = strlen(text);
	for (size_t at = 0; at < len;) {
		uint32_t c = 0;
		int used = bt_utf8_next(text + at, len - at, &c);
		if (used <= 0) {
			used = 1;
			c = '?';
		}
		col += put_char(canvas, row, col, style, c, c == '?' ? "?" : text + at, (size_t)used);
		at += (size_t)used;
	}
	return col;
}

int bt_ui_put_clip(struct bt_ui_canvas *canvas, int row, int col, int columns, unsigned style, const char *text)
{
	char composed[1024], cut[1024];
	if (columns <= 0) {
		return col;
	}
	bt_text_compose_nukta(text, composed, sizeof(composed));
	bt_text_clip(composed, columns, cut, sizeof(cut));
	return bt_ui_put(canvas, row, col, style, cut);
}

int bt_ui_put_name(struct bt_ui_canvas *canvas, int row, int col, int columns, unsigned style, const char *text)
{
	char composed[1024];
	bt_text_compose_nukta(text, composed, sizeof(composed));
	if (bt_text_columns(composed) <= columns) {
		return bt_ui_put(canvas, row, col, style, composed);
	}
	return bt_ui_put(canvas, row, bt_ui_put_clip(canvas, row, col, columns - 1, style, composed), style, "…");
}

int bt_ui_put_right(struct bt_ui_canvas *canvas, int row, int end, unsigned style, const char *text)
{
	char composed[1024];
	bt_text_compose_nukta(text, composed, sizeof(composed));
	int col = end - bt_text_columns(composed);
	bt_ui_put(canvas, row, col, style, composed);
	return col;
}

void bt_ui_block(struct bt_ui_canvas *canvas, int row, int col, enum bt_ui_glyph glyph, enum bt_ui_role role)
{
	struct bt_ui_cell *cell = find_cell(canvas, row, col);
	if (cell) {
		*cell = (struct bt_ui_cell){.ground = cell->ground, .role = (uint8_t)role, .glyph = (uint8_t)glyph};
	}
}

void bt_ui_cursor(struct bt_ui_canvas *canvas, int row, int col)
{
	bt_ui_block(canvas, row, col, BT_GLYPH_CURSOR, BT_INK_ACCENT);
}

const char *bt_ui_word(const struct bt_ui_canvas *canvas, const char *key)
{
	return bt_words_get(canvas->words, canvas->lang, key);
}

static void format_args(struct bt_ui_canvas *canvas, const char *key, va_list list, char *out, size_t cap)
{
	const char *args[BT_SAY_ARGS + 1] = {NULL};
	for (int i = 0; i < BT_SAY_ARGS; i++) {
		args[i] = va_arg(list, const char *);
		if (!args[i]) {
			break;
		}
	}
	(void)bt_words_format(canvas->words, canvas->lang, key, args, out, cap);
}

int bt_ui_say(struct bt_ui_canvas *canvas, int row, int col, unsigned style, const char *key, ...)
{
	char text[768];
	va_list list;
	va_start(list, key);
	format_args(canvas, key, list, text, sizeof(text));
	va_end(list);
	return bt_ui_put(canvas, row, col, style, text);
}

int bt_ui_say_wide(struct bt_ui_canvas *canvas, int row, int col, unsigned style, const char *key, ...)
{
	char text[768], wide[800];
	va_list list;
	va_start(list, key);
	format_args(canvas, key, list, text, sizeof(text));
	va_end(list);
	bt_ui_widen(text, wide, sizeof(wide));
	return bt_ui_put(canvas, row, col, style, wide);
}

/* The end of a sentence: a danda, or a stop after a Latin letter or digit; "नव." is none. */
static bool ends_sentence(const char *text, size_t at)
{
	static const char danda[] = "\xE0\xA5\xA4";
	if (at >= 3 && memcmp(text + at - 3, danda, 3) == 0) {
		return true;
	}
	if (at < 2 || (text[at - 1] != '.' && text[at - 1] != '?')) {
		return false;
	}
	char before = text[at - 2];
	return (before >= 'a' && before <= 'z') || (before >= '0' && before <= '9');
}

void bt_ui_widen(const char *text, char *out, size_t cap)
{
	size_t used = 0;
	for (size_t at = 0; text[at] && used + 2 < cap; at++) {
		out[used++] = text[at];
		if (text[at] == ' ' && text[at + 1] != ' ' && text[at + 1] && ends_sentence(text, at)) {
			out[used++] = ' ';
		}
	}
	out[used] = '\0';
}

int bt_ui_paragraph(struct bt_ui_canvas *canvas, int row, int col, int columns, unsigned style, const char *text)
{
	char wide[800], line[800] = "";
	bt_ui_widen(text, wide, sizeof(wide));
	size_t at = 0;
	while (wide[at]) {
		size_t gap = strspn(wide + at, " "), word = strcspn(wide + at + gap, " ");
		char longer[800];
		bt_text_printf(longer, sizeof(longer), "%s%.*s", line, (int)(gap + word), wide + at);
		if (line[0] && bt_text_columns(longer) > columns) {
			bt_ui_put(canvas, row++, col, style, line);
			bt_text_printf(line, sizeof(line), "%.*s", (int)word, wide + at + gap);
		} else {
			memcpy(line, longer, sizeof(line));
		}
		at += gap + word;
	}
	bt_ui_put(canvas, row++, col, style, line);
	return row;
}

static const char *cell_text(const struct bt_ui_cell *cell)
{
	static const char *const glyphs[] = {
	    [BT_GLYPH_FULL] = "█",   [BT_GLYPH_UPPER] = "▀",   [BT_GLYPH_LOWER] = "▄",
	    [BT_GLYPH_BAR_ON] = "▓", [BT_GLYPH_BAR_OFF] = "░", [BT_GLYPH_CURSOR] = "_",
	};
	if (cell->glyph != BT_GLYPH_TEXT) {
		return glyphs[cell->glyph];
	}
	return cell->text[0] ? cell->text : " ";
}

void bt_ui_row_text(const struct bt_ui_canvas *canvas, int row, char *out, size_t cap)
{
	size_t used = 0, ink = 0;
	out[0] = '\0';
	for (int col = 0; col < canvas->cols; col++) {
		const char *text = cell_text(&canvas->cell[row][col]);
		size_t len = strlen(text);
		if (used + len + 1 > cap) {
			break;
		}
		memcpy(out + used, text, len + 1);
		used += len;
		if (strcmp(text, " ") != 0) {
			ink = used;
		}
	}
	out[ink] = '\0';
}
