/* What the screens after a sale share: they keep a view of it, print it again, and let the next person begin. */
#ifndef BT_UI_SCREEN_AFTER_H
#define BT_UI_SCREEN_AFTER_H

#include "ui/screen/screen.h"
#include "ui/widget/canvas.h"

struct bt_ui_after {
	char sale_id[37]; /* its own: another sale may be looked at in front of it */
	struct bt_sale_view view;
	bool known;
};

/** The keys of a sale that is done: token or credit. */
extern const struct bt_ui_key_row bt_ui_after_keys[];

/** Begin with the sale on the desk. */
void bt_ui_after_enter(struct bt_ui_after *after, const struct bt_ui_desk *desk);
/** Look at the sale again. */
void bt_ui_after_look(struct bt_ui_after *after, const struct bt_ui_desk *desk);
/** Any digit or letter starts the next person with it; F5 prints, F6 is the same person, Enter answers the printer. */
struct bt_ui_go bt_ui_after_press(struct bt_ui_after *after, struct bt_ui_desk *desk, const struct bt_ui_press *press);
/** For a key row: Esc, when the sale was opened from a list. */
bool bt_ui_after_show_back(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
			   char label[64]);
/** For a key row beside one for Enter: F5, while a slip is in hand that may be given up; Enter means nothing then. */
bool bt_ui_after_is_held(const struct bt_ui_after *after);
/** Row 22: what the printer says; @p done_key when the slip is out. @return true when there is room for a remark. */
bool bt_ui_after_print_state(const struct bt_ui_after *after, const struct bt_ui_desk *desk, const char *done_key,
			     struct bt_ui_canvas *canvas);
/** "✓ Money is recorded, 11:42:07." with name and amount, rows 3 and 5. */
void bt_ui_after_money(const struct bt_ui_after *after, struct bt_ui_canvas *canvas);

#endif
