/* What screens may ask of a connection beside the list: what was paid for it through every channel, the person's other
 * connections, and whether more cash may be taken. Everything returns at once. */
#ifndef BT_UI_SCREEN_SHOP_ACCOUNT_H
#define BT_UI_SCREEN_SHOP_ACCOUNT_H

#include "core/directory/account.h"
#include "core/sale/cash.h"
#include "core/sale/teller.h"

struct bt_ui_accounts {
	/** The newest answer known, of now or of an earlier day: time_ms says which. A look_up asks for a new one.
	 *  @return BT_OK; BT_ENOTFOUND when there never was one; *out untouched then. */
	enum bt_err (*find)(void *self, const char *number, struct bt_account *out);
	/** A connection by its number. BT_OK; BT_ENOTFOUND: not in the list. */
	enum bt_err (*connection)(void *self, const char *number, struct bt_consumer *out);
	/** The connection that a receipt's QR is about, whichever counter printed it. BT_OK, BT_ENOTFOUND. */
	enum bt_err (*of_receipt)(void *self, const char *text, struct bt_consumer *out);
	/** Whether the draft may be paid as it says, were it in cash: the cash of the person today over the connections
	 *  that are known, and what is in the drawer. @p out says with what figures; what is in the drawer is none. */
	enum bt_cash_word (*judge_cash)(void *self, const struct bt_draft *draft, struct bt_cash_facts *out);
};

#endif
