/* What screens may ask of a connection beside the list: what was paid for it through every channel, the person's other
 * connections, and how much cash was taken for the person today. Everything returns at once. */
#ifndef BT_UI_SCREEN_SHOP_ACCOUNT_H
#define BT_UI_SCREEN_SHOP_ACCOUNT_H

#include "core/directory/account.h"

struct bt_ui_accounts {
	/** The newest answer known, of now or of an earlier day: time_ms says which. A look_up asks for a new one.
	 *  @return BT_OK; BT_ENOTFOUND when there never was one; *out untouched then. */
	enum bt_err (*find)(void *self, const char *number, struct bt_account *out);
	/** A connection by its number. BT_OK; BT_ENOTFOUND: not in the list. */
	enum bt_err (*connection)(void *self, const char *number, struct bt_consumer *out);
	/** The connection that a receipt's QR is about, whichever counter printed it. BT_OK, BT_ENOTFOUND. */
	enum bt_err (*of_receipt)(void *self, const char *text, struct bt_consumer *out);
	/** Cash taken here today, by the record, for @p consumer and the other connections of @p account, NULL none.
	 *  BT_OK, or the record's error. */
	enum bt_err (*cash_today)(void *self, const struct bt_consumer *consumer, const struct bt_account *account,
				  bt_paise *out);
	/** From this much cash of one person in one day on nothing more is taken. */
	bt_paise (*cash_day_limit)(void *self);
};

#endif
