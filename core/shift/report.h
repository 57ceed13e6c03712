/* What the report of a shift says: X while it goes on, Z when it has ended.
 *
 * Everything comes from the events of the shift, but for the list of what was not finished when it was sealed, which
 * the seal keeps: those sales go on. What the drawer has to hold is said of a sealed shift only. */
#ifndef BT_SHIFT_REPORT_H
#define BT_SHIFT_REPORT_H

#include "core/shift/sums.h"

/**
 * Fill the figures of @p shift from its sums, which have been read to its end.
 * @return BT_OK; BT_ECORRUPT when the seal and the events it stands for say different sums; the journal's error. @p out
 *         is untouched then.
 */
BT_MUST_USE enum bt_err bt_shift_report_make(struct bt_journal *journal, const struct bt_shift *shift,
					     const struct bt_shift_sums *sums, struct bt_receipt_shift *out);
/** The same of shift @p number, its sums read for it. @return as bt_shift_report_make, or BT_ENOTFOUND. @p shift and
 *  @p sums say more than the report does; either may be NULL. */
BT_MUST_USE enum bt_err bt_shift_report(struct bt_journal *journal, int64_t number, struct bt_shift *shift,
					struct bt_shift_sums *sums, struct bt_receipt_shift *out);
/** Take out of the figures of a shift that is still to be counted what would tell the cash in its drawer: the sum of
 *  cash, and every sum that has it in it. How many sales there were stays. Nothing is taken from a sealed one. Pure. */
void bt_shift_report_hide_cash(struct bt_receipt_shift *report);
/** The body of `shift_sealed`: the figures of @p shift as they stand after all events so far, with what is not
 *  finished. @return BT_OK and *out is yours (json_decref); BT_ENOMEM; the journal's error. */
BT_MUST_USE enum bt_err bt_shift_report_freeze(struct bt_journal *journal, const struct bt_shift *shift,
					       const struct bt_shift_sums *sums, json_t **out);
/** How a sum of @p place among the tenders is called: an id of the record, and a catalogue key. */
const char *bt_shift_tender_id(int place);
const char *bt_shift_tender_name(int place);

#endif
