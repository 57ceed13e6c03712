/* The top of the card: what the queue asks about one connection, and the one most useful warning. */
#ifndef BT_UI_SCREEN_CARD_TOP_H
#define BT_UI_SCREEN_CARD_TOP_H

#include "ui/screen/known.h"

/** Rows 5 to 7: numbers, free units, balance and its time, dues and their daily part, what keeps supply. */
void bt_ui_card_facts(const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas);
/** Row 9: blocked, supply cut or owed back, paid elsewhere and stuck, what is unusual about this sale, a cut in sight,
 *  a key change given here (@p key_given), a notice, no recharge needed; one of them or nothing. */
void bt_ui_card_warning(const struct bt_ui_known *known, bool key_given, const struct bt_ui_desk *desk,
			struct bt_ui_canvas *canvas);

#endif
