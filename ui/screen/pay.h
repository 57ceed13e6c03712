/* What the screens of a sale share: which way the money goes, why no token comes, what was sold before. */
#ifndef BT_UI_SCREEN_PAY_H
#define BT_UI_SCREEN_PAY_H

#include "ui/screen/screen.h"

enum bt_towards { BT_TOWARDS_BALANCE, BT_TOWARDS_DUES, BT_TOWARDS_SPLIT, BT_TOWARDS_COUNT };

/** Catalogue key of the reason as part of a sentence: "this meter is not in our offline list". */
const char *bt_ui_reason_key(enum bt_denial denial);
/** Put into row 22 why desk->outlook is no token, or why it may not be sold. */
void bt_ui_say_denial(struct bt_ui_desk *desk);
/** Catalogue key of what came of a sale: "token given". */
const char *bt_ui_outcome_key(const struct bt_sale_row *row);
/** Print a sale again; when that is not possible, or why it is wanted has to be asked first, row 22 says so. @return
 * true when it is being printed. */
bool bt_ui_print_again(struct bt_ui_desk *desk, const char *sale_id);
/** True when @p kind can be taken now; UPI only while the bank can be asked. */
bool bt_ui_tender_is_open(const struct bt_ui_desk *desk, const struct bt_tender_kind *kind);
/** The next way of paying after @p now that can be taken; where UPI cannot, row 22 says why. */
const struct bt_tender_kind *bt_ui_next_tender(struct bt_ui_desk *desk, const struct bt_tender_kind *now);
/** True for UPI: nothing is counted by hand. */
bool bt_ui_is_upi(const struct bt_tender_kind *kind);
/** Key row: only where there is more than one way of paying to choose from. */
bool bt_ui_show_ways(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		     char label[64]);
/** How @p sale_id stands. @return false when it cannot be had. */
bool bt_ui_sale_view(const struct bt_ui_desk *desk, const char *sale_id, struct bt_sale_view *out);

#endif
