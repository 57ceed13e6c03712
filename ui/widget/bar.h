/* A bar that fills: cells of background, so that it needs no glyph. */
#ifndef BT_UI_WIDGET_BAR_H
#define BT_UI_WIDGET_BAR_H

#include "ui/widget/canvas.h"

/** @p columns cells at (@p row, @p col), @p part of @p whole filled, rounded down. */
void bt_ui_bar(struct bt_ui_canvas *canvas, int row, int col, int columns, enum bt_ui_role role, int64_t part,
	       int64_t whole);

#endif
