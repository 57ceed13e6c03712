/* "Why once more?": the one question before a slip that came out is printed again. It stands in row 22 and a number key
 * answers it; any other key goes on with its own meaning, and nothing is printed.
 *
 * A number key is only an answer when nothing follows it at once: a scan, too, begins with a digit. */
#ifndef BT_UI_SCREEN_AGAIN_H
#define BT_UI_SCREEN_AGAIN_H

#include "ui/screen/screen.h"

/** Ask it about @p sale_id. */
void bt_ui_again_ask(struct bt_ui_desk *desk, const char *sale_id);
/** Ask no longer; the sentence goes with the next key. */
void bt_ui_again_drop(struct bt_ui_desk *desk);

enum bt_ui_again_took {
	BT_UI_AGAIN_NOT,   /* the key is not for the question */
	BT_UI_AGAIN_TAKEN, /* it was */
	BT_UI_AGAIN_TYPED, /* the one before it was no answer: *early comes first, then this one */
};
/** A key, before anybody else sees it. @p early is written only with TYPED. */
enum bt_ui_again_took bt_ui_again_press(struct bt_ui_desk *desk, const struct bt_ui_press *press,
					struct bt_ui_press *early);
/** Time has passed: an answer that nothing followed is carried out. */
void bt_ui_again_tick(struct bt_ui_desk *desk, int64_t boot_ms);
/** Milliseconds until that; -1 nothing is answered. */
int bt_ui_again_due_ms(const struct bt_ui_desk *desk);

#endif
