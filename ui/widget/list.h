/* A list that is longer than its window: which row is chosen and which is the first to be seen. A value. */
#ifndef BT_UI_WIDGET_LIST_H
#define BT_UI_WIDGET_LIST_H

#include "ui/widget/canvas.h"
#include "ui/widget/key.h"

struct bt_ui_list {
	int count, chosen, top;
};

/** @p count rows, the first one chosen. */
void bt_ui_list_reset(struct bt_ui_list *list, int count);
/** Choose row @p at, or the one nearest to it, and bring it into a window of @p rows. */
void bt_ui_list_choose(struct bt_ui_list *list, int at, int rows);
/** Move by a key over a window of @p rows. @return true when the key was one for lists. */
bool bt_ui_list_move(struct bt_ui_list *list, enum bt_ui_key key, int rows);
/** Mark the chosen row from column 0 or 2 to before @p end: ground and the sign at column 2. */
void bt_ui_list_mark(struct bt_ui_canvas *canvas, int row, int end);

#endif
