#include "ui/widget/bar.h"

void bt_ui_bar(struct bt_ui_canvas *canvas, int row, int col, int columns, enum bt_ui_role role, int64_t part,
	       int64_t whole)
{
	int64_t filled = whole > 0 && part > 0 ? part * columns / whole : 0;
	for (int i = 0; i < columns; i++) {
		bool on = i < filled;
		bt_ui_block(canvas, row, col + i, on ? BT_GLYPH_BAR_ON : BT_GLYPH_BAR_OFF, on ? role : BT_INK_FAINT);
	}
}
