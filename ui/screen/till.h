/* What the screens of the till share: how a shift is named, sums in big digits, its warnings, and the way to an open
 * shift before money is taken. */
#ifndef BT_UI_SCREEN_TILL_H
#define BT_UI_SCREEN_TILL_H

#include "ui/screen/screen.h"

#define BT_TITLE_COL 24 /* what a title says beside itself */

/** Ask the shop how the till stands; nothing without a till. */
void bt_ui_till_look(struct bt_ui_desk *desk);
/** True when a shift is open, or none is kept here. */
bool bt_ui_till_is_open(const struct bt_ui_desk *desk);
/** True when cash may move: it is open, and has not been counted twice. */
bool bt_ui_till_takes(const struct bt_ui_desk *desk);
/** The screen that comes before money is taken, said in row 22; NULL: nothing is in the way. */
const struct bt_ui_screen *bt_ui_till_way(struct bt_ui_desk *desk);
/** True when F7 brings the page of the shift in front of @p screen: not from its own pages. */
bool bt_ui_till_leads_to(const struct bt_ui_desk *desk, const struct bt_ui_screen *screen);
/** Say in row 22 that the drawer is near its ceiling, or at it, unless something stands there. */
void bt_ui_till_warn(struct bt_ui_desk *desk);
/** Say what kept the till from doing as it was told; it has recorded nothing. */
void bt_ui_till_say(struct bt_ui_desk *desk, enum bt_err err);
/** Print its report (X while it is open, Z of an ended one) and say so in row 22. */
void bt_ui_till_print(struct bt_ui_desk *desk, int64_t shift);

/** The shift of that number among those that wait to be closed. @return false when it does not wait. */
bool bt_ui_till_find(const struct bt_ui_desk *desk, int64_t shift, struct bt_till_shift *out);
/** Counted less expected; 0 while that is not to be known. */
bt_paise bt_ui_till_difference(const struct bt_receipt_shift *report);

/** "0611". */
void bt_ui_shift_number(int64_t shift, char out[16]);
/** "09:58 to 17:34", with its day when that is not today; "since 09:58" while @p until_ms is 0. */
void bt_ui_shift_span(const struct bt_ui_canvas *canvas, int64_t from_ms, int64_t until_ms, int64_t now_ms,
		      char out[BT_NOTE_ARG * 2]);
/** Row 2: @p key in bold, then number, name and span. @p operator_id "" leaves the name out. */
void bt_ui_shift_title(struct bt_ui_canvas *canvas, const struct bt_ui_desk *desk, const char *key, int64_t shift,
		       const char *operator_id, const char *span);
/** One line of sums: word at @p col, amount with paise ending before @p end. */
void bt_ui_sum(struct bt_ui_canvas *canvas, int row, int col, int end, const char *key, bt_paise paise);
/** What was paid by each tender from @p row on in the second block, with how many. @return the row after them. */
int bt_ui_tenders(struct bt_ui_canvas *canvas, int row, const struct bt_receipt_shift *report);
/** @p paise in 3-row digits from @p col, the rupee sign in the middle row at @p sign_col; in bold where they would pass
 * @p end or cannot be drawn. */
void bt_ui_sum_big(struct bt_ui_canvas *canvas, int row, int sign_col, int col, int end, enum bt_ui_role role,
		   bt_paise paise);

#endif
