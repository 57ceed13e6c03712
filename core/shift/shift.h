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
 * Journal the sign-in and give the shift: the newest one when it is this operator's and of today, or a new one numbered
 * one higher than any before (@p first when there was none), under a new key of the record (PROTOCOL J2). Whoever signs
 * in between ends the shift before.
 * @param[out] shift  number for the receipts.
 */
BT_MUST_USE enum bt_err bt_shift_sign_in(struct bt_journal *journal, const char *operator_id, int64_t now_ms,
					 int64_t first, int64_t *shift, struct bt_fault *fault);
/** The operator's shift of today, without signing in again (commands). BT_OK, or BT_ENOTFOUND: sign in first. */
BT_MUST_USE enum bt_err bt_shift_resume(struct bt_journal *journal, const char *operator_id, int64_t now_ms,
					int64_t *shift);
/** A new shift when @p shift has used up its receipt numbers; otherwise leaves it. */
BT_MUST_USE enum bt_err bt_shift_continue(struct bt_journal *journal, const char *operator_id, int64_t *shift,
					  struct bt_fault *fault);

#endif
