/* The bank, as far as this head-end plays it: what it says of a QR that somebody scanned. */
#ifndef BT_SANDBOX_BANK_H
#define BT_SANDBOX_BANK_H

#include "core/sandbox/payments.h"

enum bt_sbx_bank_word {
	BT_SBX_BANK_COLLECTS, /* the money has come; not through a QR that is used up or closed */
	BT_SBX_BANK_FAILS,    /* the attempt came to nothing, and the QR is used up */
	BT_SBX_BANK_UNSURE,   /* somebody tried, and what came of it is not known */
	BT_SBX_BANK_LATE,     /* the money has come after all, whatever was said before */
	BT_SBX_BANK_WORDS
};

/** Put the word on record. @p utr is 12 digits, NULL: made here. @p out is the payment afterwards.
 *  @return NULL, or why the bank does not do that. */
const char *bt_sbx_bank_say(sqlite3 *db, const struct bt_sbx_payment *payment, enum bt_sbx_bank_word word,
			    const char *utr, struct bt_sbx_payment *out);
/** What is meant by the text of a scanned QR or by a payment's name, one of them NULL.
 *  @return NULL, or why there is none. */
const char *bt_sbx_bank_find(sqlite3 *db, const char *qr, const char *payment_id, struct bt_sbx_payment *out);

#endif
