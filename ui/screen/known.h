/* What is known of a person beside the list: payments of every channel in one list with this counter's own, what is
 * stuck elsewhere, a notice, other connections. Card and history show the same. */
#ifndef BT_UI_SCREEN_KNOWN_H
#define BT_UI_SCREEN_KNOWN_H

#include "ui/screen/screen.h"

#define BT_KNOWN_PAST BT_ACCOUNT_RECHARGES

/** One payment, or one line that the server put beside them. */
struct bt_ui_past {
	int64_t at_ms;
	bt_paise amount;
	enum bt_channel channel;
	const char *outcome; /* catalogue key */
	int32_t month;       /* year * 100 + month of a line, whose outcome is named by it; 0: a payment */
	int own;             /* place among the counter's own; -1 of another counter or channel */
};

struct bt_ui_known {
	bool has_account;
	struct bt_account account;
	int own_count, past_count;
	struct bt_sale_row own[BT_KNOWN_PAST]; /* newest first, as the record has them */
	struct bt_ui_past past[BT_KNOWN_PAST]; /* newest first */
};

/** Ask the shop anew for all of it. */
void bt_ui_known_load(struct bt_ui_known *known, const struct bt_ui_desk *desk);
/** The account again, when a newer answer has come. */
void bt_ui_known_refresh(struct bt_ui_known *known, const struct bt_ui_desk *desk);
/** At most @p max payments, from number @p from on, at @p row and below; @p chosen in bold, -1 none. */
void bt_ui_known_past(const struct bt_ui_known *known, struct bt_ui_canvas *canvas, int row, int col, int from, int max,
		      int chosen);
/** "as of yesterday 21:10" beside a heading, while the server is down; nothing while it is up. */
void bt_ui_known_since(const struct bt_ui_known *known, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas,
		       int row, int col);
/** "₹ 500 paid in the app at 09:10, not yet in the meter.", for row 9 and lists. */
void bt_ui_known_waiting(const struct bt_ui_canvas *canvas, const struct bt_account_waiting *waiting, int64_t now_ms,
			 char *out, size_t cap);
/** The third block of wide windows, from row 3. */
void bt_ui_known_block(const struct bt_ui_known *known, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas);

/** Begin anew with another connection of the list in place of all that is open but home. */
struct bt_ui_go bt_ui_known_open(struct bt_ui_desk *desk, const char *number);

#endif
