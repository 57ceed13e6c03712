/* Sales whose counter is gone for ever: withdrawn, burnt, stolen. Nobody there ends them any more, so the office does,
 * one by one, and its word is on record (PROTOCOL S5, H1, H3).
 *
 * There is one word for each way in which money may go, and no two of them go together: what was paid back is never
 * given, and nothing is paid back of which a token may be out. What the counter's own record says later is posted as
 * ever, and is a named exception where it contradicts. */
#ifndef BT_SANDBOX_CLOSE_OUT_H
#define BT_SANDBOX_CLOSE_OUT_H

#include "core/sandbox/refusal.h"
#include "core/sandbox/sbx.h"
#include "core/sandbox/store.h"

enum bt_sbx_ruling {
	BT_SBX_UNDECIDED,
	BT_SBX_GIVE,      /* no money went back: what was paid for may be given under the same id, as it was paid */
	BT_SBX_RETURNED,  /* the refund that was begun at the counter was paid out there */
	BT_SBX_GIVE_BACK, /* the money goes back now: to the account it came from, or over the office's own desk */
	BT_SBX_RULINGS
};

enum bt_sbx_ruling bt_sbx_ruling_of(sqlite3 *db, const char *sale_id);
/** True when the office wants it given, and its counter's record has not said since that the money was handed back. */
bool bt_sbx_is_to_give(sqlite3 *db, const char *sale_id);
/** Whose sale it is, as far as anything here says; "" when nothing does. */
void bt_sbx_owner_of(sqlite3 *db, const char *sale_id, char out[9]);
/** True for a terminal that was withdrawn. */
bool bt_sbx_is_gone(sqlite3 *db, const char *terminal);
/** True when a refund was begun by the sale's own counter: its record says so, or it had the sale taken back here. From
 *  then on it issues nothing (PROTOCOL S5). */
bool bt_sbx_refund_is_begun(sqlite3 *db, const char *sale_id);
/** True when the sale's counter is gone, nothing of it was given, and only the office can say what becomes of it: a
 *  refund begun and not confirmed, or something that was refused elsewhere. */
bool bt_sbx_waits_for_office(sqlite3 *db, const char *sale_id);
/** What the office let be given cannot be made any more: it is undecided again. Inside the caller's transaction. */
BT_SBX_MUST_USE bool bt_sbx_ask_office_again(sqlite3 *db, const char *sale_id);
/** Lay a sale before the office, with the text of its docket ("" without) and why it could not be given. Once is
 * enough. Inside the caller's transaction. */
BT_SBX_MUST_USE bool bt_sbx_lay_before_office(sqlite3 *db, const char *sale_id, const char *owner, const char *docket,
					      enum bt_sbx_code code);

/** The same of whatever of this connection and amount a counter that is gone has left open: its consumer claims it. */
BT_SBX_MUST_USE bool bt_sbx_lay_claimed(sqlite3 *db, const char *connection, int64_t paise);

/**
 * Decide about one sale, in a transaction of its own.
 *
 * @param[in] number a sale's or a payment's id, the number of a receipt or docket, a docket's text, a UTR, the
 * reference of a QR.
 * @param[in] word   give, returned, give-back, second-back.
 * @param[in] by     who decides.
 * @return NULL when it is done or was decided so before; otherwise why not, and nothing has changed.
 */
const char *bt_sbx_close_out(struct bt_sbx *sbx, const char *number, const char *word, const char *by);
/** Print what waits for the office, and what it has decided. @return the exit status. */
int bt_sbx_close_out_report(struct bt_sbx *sbx);

#endif
