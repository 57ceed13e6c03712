/* What a card asks or refuses between its amount and the next screen: a withdrawn counter, the day's cash, and the
 * questions that are asked once. Each says its sentence in row 22. */
#ifndef BT_UI_SCREEN_ASK_H
#define BT_UI_SCREEN_ASK_H

#include "ui/screen/known.h"

/** What has been asked about this person; zeroed with each amount but for `app`. */
struct bt_ui_asked_once {
	bt_paise tenfold; /* the amount about which it was asked */
	bool repeat, app;
};

/** @return true when this counter is withdrawn: what it took would only have to go back. */
bool bt_ui_refuse_withdrawn(struct bt_ui_desk *desk);
/** @return true when the draft is to be paid in cash, and no more of this person, or into this drawer, is taken now. */
bool bt_ui_refuse_cash(struct bt_ui_desk *desk);
/** @return true when a question stands in row 22 now: the same key again goes on. */
bool bt_ui_ask_once(struct bt_ui_desk *desk, struct bt_ui_asked_once *asked);

#endif
