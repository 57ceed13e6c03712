/* Payments by UPI that wait for the bank while others are served: up to nine, each goes on by itself.
 *
 * The desk remembers which ones there are, so that the clerk is told once, at home, when one has been paid meanwhile.
 */
#ifndef BT_UI_SCREEN_ASIDE_H
#define BT_UI_SCREEN_ASIDE_H

#include "ui/screen/screen.h"

/** This one is under way from now on. */
void bt_ui_aside_add(struct bt_ui_desk *desk, const char *sale_id);
/** The clerk has seen what came of it. */
void bt_ui_aside_drop(struct bt_ui_desk *desk, const char *sale_id);
/** Say in row 22 that one has been paid, unless something else stands there; the next one follows when that has been
 *  read. */
void bt_ui_aside_tell(struct bt_ui_desk *desk);
/** The oldest one of this person. @return false: none waits, *sale_id untouched. */
bool bt_ui_aside_find(const struct bt_ui_desk *desk, const struct bt_consumer *consumer, char sale_id[37]);

/** Where the money of one that waits is, as a catalogue key for a row of a list. */
const char *bt_ui_upi_where(const struct bt_upi_view *view);

/** Why UPI is not to be had now, as a catalogue key; NULL: it is. Asks nobody. */
const char *bt_ui_upi_refusal(const struct bt_ui_desk *desk);

#endif
