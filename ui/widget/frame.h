/* The four rows that never move: status, banner, message, keys; and the help that reads the same keys. */
#ifndef BT_UI_WIDGET_FRAME_H
#define BT_UI_WIDGET_FRAME_H

#include "ui/widget/canvas.h"

enum bt_ui_slot_id { BT_SLOT_SERVER, BT_SLOT_TO_SEND, BT_SLOT_LIMIT, BT_SLOT_PAPER, BT_SLOT_WHO, BT_SLOT_COUNT };

/** One slot of the status row: a shape of its own role, then words. */
struct bt_ui_slot {
	const char *shape; /* "" none; ASCII word when plain */
	enum bt_ui_role shape_role;
	unsigned style;
	char text[96];
};

/** Columns that a slot has for its words, behind @p shape ("" none); the last slot has what its words take. Pure. */
int bt_ui_slot_room(enum bt_ui_slot_id id, const char *shape);
/** Row 0. Slots keep their columns; the last one ends two columns before the right edge. */
void bt_ui_status_row(struct bt_ui_canvas *canvas, const struct bt_ui_slot slots[BT_SLOT_COUNT]);

/** Row 0 of a screen that needs most of it for itself: the server and the time, within the first @p columns. */
void bt_ui_status_side(struct bt_ui_canvas *canvas, int columns, const struct bt_ui_slot *server, const char *time);
/** The message of such a screen, in lines down to the second last row. */
void bt_ui_message_side(struct bt_ui_canvas *canvas, int columns, enum bt_ui_role role, const char *text);

enum bt_ui_banner { BT_BANNER_NONE, BT_BANNER_CALM, BT_BANNER_STOP, BT_BANNER_TRAINING };
/** Row 1 of a screen that has a side only; a calm banner has no room there. */
void bt_ui_banner_side(struct bt_ui_canvas *canvas, int columns, enum bt_ui_banner kind, const char *text);
/** Row 1. */
void bt_ui_banner_row(struct bt_ui_canvas *canvas, enum bt_ui_banner kind, const char *text);

/** The second last row: one sentence with its shape at column 2. */
void bt_ui_message_row(struct bt_ui_canvas *canvas, enum bt_ui_role role, const char *text);
/** The shape that says the same as the role: a tick, a triangle, a cross; "" for plain facts. */
const char *bt_ui_role_shape(enum bt_ui_role role);

/** One key as it stands on the last row and in the help. Words are in the canvas's language already. */
struct bt_ui_key_cell {
	const char *key;
	char label[64];
	const char *help; /* sentence for the help; "" leaves the label to speak */
};

/** The last row. F1 stands at the right whatever happens; keys that do not fit are left to the help. */
void bt_ui_key_row(struct bt_ui_canvas *canvas, const struct bt_ui_key_cell *keys, int count);
/** This screen's keys in sentences, over the screen, which goes faint. */
void bt_ui_help_draw(struct bt_ui_canvas *canvas, const struct bt_ui_key_cell *keys, int count);

/** The one sentence for a window that is too small. */
void bt_ui_too_small(struct bt_ui_canvas *canvas);

#endif
