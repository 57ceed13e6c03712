/* Shifts and the people at the counter: who may sign in, and under which shift number receipts are written.
 *
 * Everything is derived from the journal, so that a power cut neither shortens a lock-out nor loses a shift number.
 * Names follow IEC 61968 PaymentMetering. */
#ifndef BT_SHIFT_SHIFT_H
#define BT_SHIFT_SHIFT_H

#include "core/journal/journal.h"

#define BT_SHIFT_PIN_TRIES  5
#define BT_SHIFT_LOCKOUT_MS INT64_C(900000)
/** A shift ends by itself when its receipt numbers would need a fourth digit. */
#define BT_SHIFT_RECEIPTS 999

struct bt_sign_in_state {
	int tries_left;  /* 0 while locked out */
	int64_t wait_ms; /* until the lock-out ends */
};

/** How many tries @p operator_id has left, from the journal's newest events. */
BT_MUST_USE enum bt_err bt_shift_sign_in_state(struct bt_journal *journal, const char *operator_id, int64_t now_ms,
					       struct bt_sign_in_state *out);
/** Journal one failed try. */
BT_MUST_USE enum bt_err bt_shift_note_failed(struct bt_journal *journal, const char *operator_id,
					     struct bt_fault *fault);
/**
 * Journal the sign-in, and give the shift in which this operator goes on: the newest one when it is open, his and of
 * today. Nothing is opened: without one the till asks for the float first (shift/till.h).
 * @param[out] shift  number for the receipts; 0: none is open.
 */
BT_MUST_USE enum bt_err bt_shift_sign_in(struct bt_journal *journal, const char *operator_id, int64_t now_ms,
					 int64_t *shift, struct bt_fault *fault);
/**
 * Open a shift with @p opening_float in the drawer, numbered one higher than any before (@p first when there was none),
 * under a new key of the record (PROTOCOL J2). Whatever shift was open ends with it, uncounted.
 * @return BT_OK; BT_ERANGE (float); the journal's error.
 */
BT_MUST_USE enum bt_err bt_shift_open(struct bt_journal *journal, const char *operator_id, int64_t first,
				      bt_paise opening_float, int64_t *shift, struct bt_fault *fault);
/** The operator's open shift of today, without signing in again (commands). BT_OK, or BT_ENOTFOUND: open one first. */
BT_MUST_USE enum bt_err bt_shift_resume(struct bt_journal *journal, const char *operator_id, int64_t now_ms,
					int64_t *shift);
/**
 * Before money is taken: @p shift is open. When it has used up its receipt numbers it is sealed as it stands, and the
 * next one begins with what is in the drawer.
 * @param[in,out] shift  the one in which the next receipt is written.
 * @return BT_OK; BT_ESTATE: none is open, or it was counted twice and waits for its seal; the journal's error.
 */
BT_MUST_USE enum bt_err bt_shift_continue(struct bt_journal *journal, const char *operator_id, int64_t *shift,
					  struct bt_fault *fault);

#endif
