/* Payments that another channel took: the app, whose bank and whose token server each fail on their own.
 *
 * A payment is a row of its own; what it delivers is a sale of the ledger under its own id, like any counter's. Its
 * minute is fixed by the first commit (PROTOCOL T1), so whoever finishes it gets the same digits. */
#ifndef BT_SANDBOX_APP_PAY_H
#define BT_SANDBOX_APP_PAY_H

#include "core/sandbox/sbx.h"

#define BT_SBX_APP     "app" /* stands for the terminal in the sales of that channel */
#define BT_SBX_UTR_LEN 12

/** What becomes of a payment made in the app. */
enum bt_sbx_app_end {
	BT_SBX_APP_GIVEN,       /* paid, and the app showed the token or the credit */
	BT_SBX_APP_IN_METER,    /* the same, and the meter reported it */
	BT_SBX_APP_NO_TOKEN,    /* paid, and nothing was given */
	BT_SBX_APP_BANK_UNSURE, /* debited, and the bank cannot say what became of it */
	BT_SBX_APP_BANK_FAILED, /* the bank refused, or gives it back */
	BT_SBX_APP_ENDS
};

struct bt_sbx_app_payment {
	char payment_id[37], sale_id[37];
	char utr[BT_SBX_UTR_LEN + 1];
};

/** Make a payment of @p rupees for a connection, now. @return false with a line on stderr: no such connection, an
 *  amount that cannot be paid, or the ledger refuses its sale. */
bool bt_sbx_app_pay(struct bt_sbx *sbx, const char *connection, int64_t rupees, enum bt_sbx_app_end end,
		    struct bt_sbx_app_payment *out);
/** The sale's record, when the payment behind it reached the company; "" otherwise. */
void bt_sbx_app_record(sqlite3 *db, const char *sale_id, char *out, size_t cap);

#endif
