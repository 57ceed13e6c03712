/* What is read through at every start, so that nothing damaged is sold on or counted: see check.c.
 *
 * Private to core/journal. Source: DESIGN 6; facts of reliability 2.4. */
#ifndef BT_JOURNAL_CHECK_H
#define BT_JOURNAL_CHECK_H

#include "core/journal/state.h"

/** Read the database through up to @p last, its newest event, changing nothing. @return BT_OK, BT_ECORRUPT (the first
 *  thing that does not agree, in @p fault), BT_EDISK, BT_ENOMEM. */
BT_MUST_USE enum bt_err bt_check_all(struct bt_journal *journal, const struct bt_head *last, struct bt_fault *fault);
/** Hold each projected row against a fold of its events; some seconds for 100,000 sales. @return BT_OK, BT_ECORRUPT,
 *  BT_EDISK, BT_ENOMEM. */
BT_MUST_USE enum bt_err bt_check_rows_by_events(struct bt_journal *journal, struct bt_fault *fault);

#endif
