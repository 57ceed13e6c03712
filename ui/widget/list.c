#include "ui/widget/list.h"

void bt_ui_list_reset(struct bt_ui_list *list, int count)
{
	*list = (struct bt_ui_list){.count = count};
}

void bt_ui_list_choose(struct bt_ui_list *list, int at, int rows)
{
	list->chosen = at;
	if (list->chosen >= list->count) {
		list->chosen = list->count - 1;
	}
	if (list->chosen < 0) {
		list->chosen = 0;
	}
	if (list->chosen < list->top) {
		list->top = list->chosen;
	}
	if (list->chosen >= list->top + rows) {
		list->top = list->chosen - rows + 1;
	}
}

bool bt_ui_list_move(struct bt_ui_list *list, enum bt_ui_key key, int rows)
{
	int by = 0;
	if (key == BT_KEY_UP || key == BT_KEY_DOWN) {
		by = key == BT_KEY_UP ? -1 : 1;
	} else if (key == BT_KEY_PAGE_UP || key == BT_KEY_PAGE_DOWN) {
		by = key == BT_KEY_PAGE_UP ? -rows : rows;
	} else {
		return false;
	}
	bt_ui_list_choose(list, list->chosen + by, rows);
	return true;
}

void bt_ui_list_mark(struct bt_ui_canvas *canvas, int row, int end)
{
	bt_ui_fill(canvas, row, BT_MARK_COL, end - BT_MARK_COL, BT_ON_SELECTED);
	bt_ui_put(canvas, row, BT_MARK_COL, BT_INK_ACCENT | BT_BOLD, "›");
}
