/* A payment of any channel as the desk is told of it: what the bank, the company and the ledger say. */
#ifndef BT_SANDBOX_DESK_H
#define BT_SANDBOX_DESK_H

#include <jansson.h>

#include "core/sandbox/sbx.h"

/** What its channel knows; the rest stands in the ledger under its sale. */
struct bt_sbx_found {
	char payment_id[37], sale_id[37];
	char channel[12]; /* app, counter, upi */
	char connection[13], meter[14];
	char utr[13];
	char bank[12]; /* paid, unsure, failed, returned */
	int64_t paise, paid_at;
	bool received; /* by the company */
	bool in_meter; /* the meter has said so */
};

/** A row of "payments" of the contract; yours. */
json_t *bt_sbx_found_json(struct bt_sbx *sbx, const struct bt_sbx_found *found);
/** The newest payment that the bank calls so. @return false when there is none. */
bool bt_sbx_found_by_utr(struct bt_sbx *sbx, const char *utr, struct bt_sbx_found *out);

#endif
