/* The lesson in hand as home shows it above the search. */
#ifndef BT_UI_SCREEN_PRACTICE_H
#define BT_UI_SCREEN_PRACTICE_H

#include "ui/screen/shop_practice.h"
#include "ui/widget/canvas.h"

#define BT_PRACTICE_ROWS    4 /* that the head takes, with the blank one below it */
#define BT_PRACTICE_COLUMNS 73

/** From @p row: which lesson, the task, and the number to type or what was wrong; after its end what was learnt.
 *  @return false, and nothing is drawn, while there is none. */
bool bt_ui_practice_head(const struct bt_ui_practice_state *state, struct bt_ui_canvas *canvas, int row);

#endif
