/* Colours for roles: one table row per kind of terminal. Only terminal.c asks. */
#ifndef BT_UI_WIDGET_PALETTE_H
#define BT_UI_WIDGET_PALETTE_H

#include "ui/widget/canvas.h"

enum bt_ui_theme {
	BT_THEME_DARK,  /* at the counter */
	BT_THEME_LIGHT, /* for consumers */
	BT_THEMES
};

struct bt_ui_look {
	uint32_t attrs; /* ncurses attributes without a pair */
	short pair;
	bool swapped; /* a half block is drawn as its other half */
};

/** After the terminal is in screen mode: choose by its colours, NO_COLOR and TERM; @p most limits it, 0 does not. */
void bt_ui_palette_open(enum bt_ui_theme theme, int most);
/** How to paint @p cell. */
struct bt_ui_look bt_ui_palette_look(const struct bt_ui_cell *cell);
/** What a cell has on a terminal, apart from its character: numbers of the terminal's colours, both 0 where there are
 * none. */
struct bt_ui_paint {
	short front, back;
	bool bold, dim, reverse;
};

/** The paint of @p cell where there are @p colours (256, 16, 8 or 0), without a terminal. Pure. */
struct bt_ui_paint bt_ui_palette_paint(enum bt_ui_theme theme, int colours, const struct bt_ui_cell *cell);
/** Colours in use: 256, 16, 8 or 0. */
int bt_ui_palette_colours(void);

#endif
