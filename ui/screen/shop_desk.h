/* The desk for stuck recharges as the screens see it (SCREENS 09, 10). A part of the shop; NULL where there is none. */
#ifndef BT_UI_SCREEN_SHOP_DESK_H
#define BT_UI_SCREEN_SHOP_DESK_H

#include "core/desk/claim.h"
#include "core/desk/desk.h"
#include "core/receipt/receipt_list.h"
#include "core/sale/teller.h"

struct bt_ui_enquiry {
	void *self;
	/** Ask the server for payments by a UTR, reference, connection, meter, docket or claim; see found. BT_OK;
	 * BT_EINPUT (no name of a payment); BT_EUNREACHABLE (the server is away); BT_EFULL. */
	enum bt_err (*find)(void *self, const char *text);
	/** What was found, borrowed until the next step. */
	enum bt_desk_state (*found)(void *self, const struct bt_desk_payment **out, int *count);
	/** Supply that is owed back, longest due first, as it was told last; asks anew twice a minute. @return false
	 * while nothing was told. */
	bool (*owed)(void *self, const struct bt_desk_owed **out, int *count);
	/** Claims of this counter, newest first. @return how many, at most @p max. */
	int (*claims)(void *self, int max, struct bt_claim *out);
	/** Whose connection that is, by the list. */
	bool (*person)(void *self, const char *connection, struct bt_consumer *out);
	/** The server makes the token or the credit of this payment, and it is given here; shop->docket_view says how
	 * that goes. BT_OK; BT_ESTATE; BT_EUNREACHABLE; BT_EFULL. */
	enum bt_err (*finish)(void *self, const struct bt_desk_payment *payment);
	/** Put a claim on record, have it sent, and print its docket. Errors as bt_claim_write. */
	enum bt_err (*claim)(void *self, struct bt_claim *claim);
	/** The docket of a claim on paper. BT_OK; BT_ENOTFOUND; BT_ESTATE (no printer); BT_EFULL. */
	enum bt_err (*print)(void *self, const char *claim_id);
	/** A list on paper: of @p list the rows and their number are given. Errors as print. */
	enum bt_err (*print_list)(void *self, struct bt_receipt_list *list);
	/** A supervisor orders the money of a payment that was found back to the bank: a claim that closes its sale.
	 *  @p denial is never set. BT_OK; BT_EAUTH; BT_ENOTFOUND (found no more); as claim. */
	enum bt_err (*order)(void *self, const char *payment_id, const struct bt_approval *approval,
			     enum bt_denial *denial);
	/** A supervisor has seen that the meter refuses the token of a payment that was found: the server makes another
	 *  one, as finish. @p denial is never set. BT_OK; BT_EAUTH; BT_ENOTFOUND (found no more); as finish. */
	enum bt_err (*reissue)(void *self, const char *payment_id, const struct bt_approval *approval,
			       enum bt_denial *denial);
};

#endif
