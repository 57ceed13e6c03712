/* What the bank was asked to collect for a sale and what it said: one row per QR, with the whole sale beside it.
 *
 * A sale is paid once. Of a second payment that comes in for it, and of one whose sale was taken back, the money goes
 * back to the account it came from: ordered when the owner's own record says that it will not give anything for it
 * (PROTOCOL S5, S7). Every function runs inside the caller's transaction. */
#ifndef BT_SANDBOX_PAYMENTS_H
#define BT_SANDBOX_PAYMENTS_H

#include "core/sandbox/sale_in.h"
#include "core/sandbox/store.h"

#define BT_SBX_PAYMENT_MS     INT64_C(300000) /* a QR can be paid for as long */
#define BT_SBX_RECORD_MAX     8192            /* of a sale record, with its end */
#define BT_SBX_UTR_LEN        12
#define BT_SBX_QR_TEXT_MAX    256
#define BT_SBX_PAYMENT_ID_LEN BT_SBX_SALE_ID_LEN

/** SQL: what a row `p` of payments was collected for, NULL where nobody has said. The record that it was asked for
 * with, else the newest that its counter made before it asked the payment service, where that has come up. */
#define BT_SBX_PAID_FOR                                                                                                \
	"coalesce(p.sale, (SELECT e.body FROM events e WHERE e.sale_id=p.sale_id AND e.terminal=p.terminal AND"        \
	" e.kind='intent' AND json_valid(e.body) ORDER BY e.seq DESC LIMIT 1))"

struct bt_sbx_payment {
	char payment_id[BT_SBX_PAYMENT_ID_LEN + 1];
	char sale_id[BT_SBX_SALE_ID_LEN + 1]; /* "" when only a close names the payment */
	char terminal[9];
	char way[9];     /* head-end, psp */
	char status[8];  /* active, paid, closed, expired */
	char attempt[8]; /* none, failed, unsure */
	char reference[36];
	char qr[BT_SBX_QR_TEXT_MAX];
	char utr[BT_SBX_UTR_LEN + 1]; /* "" until paid */
	char refund[8];               /* "", waits, ordered */
	int64_t paise, made_at, expires_at, paid_at;
};

/** Find by what the terminal, the payer's bank or the statement calls it; one that has run out says so.
 *  @return false when there is none. */
bool bt_sbx_payment_find(sqlite3 *db, const char *payment_id, struct bt_sbx_payment *out);
bool bt_sbx_payment_of_reference(sqlite3 *db, const char *reference, struct bt_sbx_payment *out);
/** The payment that stands for a sale: captured, and not on its way back. */
bool bt_sbx_payment_of_sale(sqlite3 *db, const char *sale_id, struct bt_sbx_payment *out);

/** Put a new one; @p sale_text is the canonical record, NULL for none. One of the head-end's that is still open for the
 * same sale is closed by its next; the payment service knows nothing of sales, and closes none. */
BT_SBX_MUST_USE bool bt_sbx_payment_put(sqlite3 *db, const struct bt_sbx_payment *payment, const char *sale_text);
/** What the payment service was told of its sale: the connection, "" nothing. */
BT_SBX_MUST_USE bool bt_sbx_payment_note(sqlite3 *db, const char *payment_id, const char *connection);
/** Close one that is still open. */
BT_SBX_MUST_USE bool bt_sbx_payment_close(sqlite3 *db, const char *payment_id);
/** The record the payment was made with, "" when there is none. */
void bt_sbx_payment_record(sqlite3 *db, const char *payment_id, char out[BT_SBX_RECORD_MAX]);

/** The record of a sale that is known from its payment alone, with the UTR in its tender; yours.
 *  @return NULL when no payment stands for it. */
char *bt_sbx_payment_paid_record(sqlite3 *db, const char *sale_id);
/** True when a payment was asked for that sale, whatever became of it. */
bool bt_sbx_payment_is_known(sqlite3 *db, const char *sale_id);

/** The bank collected it: the row is paid, and on its way back when the sale has its money already or was taken back.
 *  @p utr is 12 digits that no other payment has. */
BT_SBX_MUST_USE bool bt_sbx_payment_capture(sqlite3 *db, const struct bt_sbx_payment *payment, const char *utr);
/** The sale was taken back: what is open is closed, what is paid goes back. */
BT_SBX_MUST_USE bool bt_sbx_payment_return(sqlite3 *db, const char *sale_id);
/** Without waiting for any record: the office says so. What is open is closed, what is paid goes back. */
BT_SBX_MUST_USE bool bt_sbx_payment_order_back(sqlite3 *db, const char *sale_id);
/** Order the refunds for which the record of @p terminal was waited for and has come. */
BT_SBX_MUST_USE bool bt_sbx_payment_settle(sqlite3 *db, const char *terminal);
/** True when the bank collected what the record of a paid sale says, under the UTR that it says. Of a record without a
 * tender of that kind too. */
bool bt_sbx_payment_matches(sqlite3 *db, const json_t *record);

#endif
