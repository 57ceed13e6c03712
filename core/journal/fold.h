/* The projection of a sale: its events, in order, folded into one row. Pure.
 *
 * The same function runs when an event is put, when one sale is looked up, and when everything is verified, so a row
 * can always be held against the events it came from. Private to core/journal. */
#ifndef BT_JOURNAL_FOLD_H
#define BT_JOURNAL_FOLD_H

#include "core/base/json.h"
#include "core/journal/journal.h"

/**
 * Fold one event into the row of its sale.
 *
 * @param[in,out] row   zeroed before the first event of a sale; unchanged on failure.
 * @param[in]     event sale_id not empty; its body is not read.
 * @param[in]     body  the parsed body.
 * @return BT_OK; BT_EINPUT when the body lacks what the projection needs; BT_ESTATE when the event cannot follow what
 *         is there: anything before `paid`, a second TID or other digits for one sale, a token beside a credit.
 * Source: PROTOCOL T1, S1, S9.
 */
BT_MUST_USE enum bt_err bt_fold_event(struct bt_sale_row *row, const struct bt_event *event, const json_t *body);
/** Of a `delivered` event: the sale it ends and its docket, borrowed from @p body: what two indexes of events hold.
 *  @return false when one is no text, longer than such a thing is (36 and 27 bytes) or one that JSON writes with an
 *  escape; nothing is written then. */
bool bt_fold_handed(const json_t *body, const char **sale_id, const char **docket);
/** Every field equal. */
bool bt_fold_equal(const struct bt_sale_row *a, const struct bt_sale_row *b);

#endif
