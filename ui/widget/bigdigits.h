/* Big digits drawn from cells, no font needed: a 3-row set of half cells and a 5-row set of whole cells.
 *
 * Only one thing on a screen is set in them. Fit is tested before drawing, never after. Source: section "Big digits" of
 * the screen design. */
#ifndef BT_UI_WIDGET_BIGDIGITS_H
#define BT_UI_WIDGET_BIGDIGITS_H

#include "ui/widget/canvas.h"

/** Columns that @p text (digits and commas) takes, gaps between digits included. Pure. */
int bt_ui_digits3_columns(const char *text, int gap);
int bt_ui_digits5_columns(const char *text);
/** Three rows from @p row; @p gap columns between digits: 1 in amounts, 2 in tokens. @return the column after it. */
int bt_ui_digits3(struct bt_ui_canvas *canvas, int row, int col, int gap, enum bt_ui_role role, const char *text);
/** Five rows from @p row, two columns between digits. */
int bt_ui_digits5(struct bt_ui_canvas *canvas, int row, int col, enum bt_ui_role role, const char *text);
/** Where blocks cannot be drawn: bold digits with a blank between them. */
int bt_ui_digits_spaced(struct bt_ui_canvas *canvas, int row, int col, enum bt_ui_role role, const char *text);

#endif
