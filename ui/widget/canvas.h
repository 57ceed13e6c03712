/* The canvas: a grid of cells in memory on which screens draw; terminal.c brings it to a terminal.
 *
 * A cell holds one column of text (a character and its marks) or a block that is painted with colours only. Nothing
 * here knows ncurses, so a test reads a screen from memory. Text is placed at columns computed by bt_text_columns after
 * the nukta pairs are composed; a value never flows after a label. Drawing outside the canvas is clipped. */
#ifndef BT_UI_WIDGET_CANVAS_H
#define BT_UI_WIDGET_CANVAS_H

#include "core/base/words.h"
#include "ui/widget/role.h"

#define BT_CANVAS_ROWS 96
#define BT_CANVAS_COLS 256
#define BT_SCREEN_ROWS 24 /* the least a screen needs */
#define BT_SCREEN_COLS 80
#define BT_TEXT_LEFT   4  /* text begins here, */
#define BT_MARK_COL    2  /* shapes hang here, */
#define BT_VALUE_COL   20 /* values stand here */

enum bt_ui_glyph {
	BT_GLYPH_TEXT,
	BT_GLYPH_FULL,    /* whole cell in the role's colour */
	BT_GLYPH_UPPER,   /* upper half */
	BT_GLYPH_LOWER,   /* lower half */
	BT_GLYPH_BAR_ON,  /* done part of a progress bar */
	BT_GLYPH_BAR_OFF, /* the rest of it */
	BT_GLYPH_CURSOR,
};

struct bt_ui_cell {
	char text[20]; /* one character and at most four marks; "" is a blank */
	uint8_t glyph, role, ground, bold;
};

struct bt_ui_canvas {
	int rows, cols;
	const struct bt_words *words; /* borrowed; may be NULL */
	enum bt_lang lang;
	bool plain; /* only ASCII shapes: consoles without Unicode */
	struct bt_ui_cell cell[BT_CANVAS_ROWS][BT_CANVAS_COLS];
};

/** Empty canvas of the given size, clipped to what it can hold. */
void bt_ui_canvas_reset(struct bt_ui_canvas *canvas, int rows, int cols);
/** Give @p count cells from (@p row, @p col) a ground; text put there later keeps it. */
void bt_ui_fill(struct bt_ui_canvas *canvas, int row, int col, int count, enum bt_ui_ground ground);
/** Turn everything between two rows faint, as behind an overlay; @p last inclusive. */
void bt_ui_fade(struct bt_ui_canvas *canvas, int first, int last);
/** Blank the cells of a row, ground kept. */
void bt_ui_blank(struct bt_ui_canvas *canvas, int row);
/** True while nothing stands in a row and it has no ground. */
bool bt_ui_is_blank(const struct bt_ui_canvas *canvas, int row);
/** Everything from row @p first to @p last inclusive goes one row down; what stood at @p last is lost. */
void bt_ui_lower(struct bt_ui_canvas *canvas, int first, int last);

/** Put cleaned UTF-8; @p style is a role, with BT_BOLD or without. @return the column after it. */
int bt_ui_put(struct bt_ui_canvas *canvas, int row, int col, unsigned style, const char *text);
/** As bt_ui_put, at most @p columns columns. */
int bt_ui_put_clip(struct bt_ui_canvas *canvas, int row, int col, int columns, unsigned style, const char *text);
/** As bt_ui_put_clip, for names and places: what is cut ends in an ellipsis, so that nobody reads half a name as a
 * whole one. */
int bt_ui_put_name(struct bt_ui_canvas *canvas, int row, int col, int columns, unsigned style, const char *text);
/** So that the text ends just before column @p end. @return the column it began at. */
int bt_ui_put_right(struct bt_ui_canvas *canvas, int row, int end, unsigned style, const char *text);
/** One block cell. */
void bt_ui_block(struct bt_ui_canvas *canvas, int row, int col, enum bt_ui_glyph glyph, enum bt_ui_role role);
/** The text cursor: one cell of accent. */
void bt_ui_cursor(struct bt_ui_canvas *canvas, int row, int col);

/** The word for @p key in the canvas's language. Borrowed. */
const char *bt_ui_word(const struct bt_ui_canvas *canvas, const char *key);
/** A sentence with its places filled from the NULL-ended list of strings. @return the column after it. */
__attribute__((sentinel)) int bt_ui_say(struct bt_ui_canvas *canvas, int row, int col, unsigned style, const char *key,
					...);
/** As bt_ui_say; two blanks between sentences, as reading text has them. */
__attribute__((sentinel)) int bt_ui_say_wide(struct bt_ui_canvas *canvas, int row, int col, unsigned style,
					     const char *key, ...);
/** A wide text that goes on at @p col of the next row where it would pass @p columns. @return the row after it. */
int bt_ui_paragraph(struct bt_ui_canvas *canvas, int row, int col, int columns, unsigned style, const char *text);
/** Two blanks between sentences; @p out of @p cap bytes. */
void bt_ui_widen(const char *text, char *out, size_t cap);

/** The row as text, blanks at the end cut: blocks as full, upper and lower block, bars as shades, the cursor as '_'. */
void bt_ui_row_text(const struct bt_ui_canvas *canvas, int row, char *out, size_t cap);

#endif
