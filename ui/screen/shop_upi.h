/* Paying by UPI as the screens see it (SCREENS 05). A part of the shop; NULL where a shop has none. */
#ifndef BT_UI_SCREEN_SHOP_UPI_H
#define BT_UI_SCREEN_SHOP_UPI_H

#include "core/sale/upi.h"

struct bt_ui_upi {
	void *self;
	/** True while the bank can be asked and one more may wait (BT_UPI_WAITING); asks nobody. */
	bool (*offered)(void *self);
	/** The whole sale is on record and the bank is asked for a QR; see view. Errors as bt_teller_pay, and BT_EFULL:
	 *  too many wait; BT_EUNREACHABLE: nobody to ask. */
	enum bt_err (*begin)(void *self, const struct bt_draft *draft, char sale_id[37]);
	/** BT_OK or BT_ENOTFOUND. Once PAID the sale is as any other: shop->view. */
	enum bt_err (*view)(void *self, const char *sale_id, struct bt_upi_view *out);
	/** Ask the bank now. BT_OK, BT_ESTATE. */
	enum bt_err (*ask)(void *self, const char *sale_id);
	/** A new QR for the same sale after one that is used up. BT_OK, BT_ESTATE. */
	enum bt_err (*renew)(void *self, const char *sale_id);
	/** Let go: the bank is asked once more and told to close the QR; money that comes all the same is matched.
	 *  @p for_cash: the consumer pays otherwise now, so such money is to go back. BT_OK, BT_ESTATE. */
	enum bt_err (*stop)(void *self, const char *sale_id, bool for_cash);
	/** The QR on paper. BT_OK, BT_ESTATE (no printer, no QR), BT_EFULL. */
	enum bt_err (*print)(void *self, const char *sale_id);
	/** Those that wait for the bank, oldest first. @return how many, at most @p max. */
	int (*waiting)(void *self, int max, struct bt_upi_view *out);
};

#endif
