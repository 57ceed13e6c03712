/* Every sale of a kind, however many there are: after a long outage thousands may be open. */
#ifndef BT_SALE_SALE_ROWS_H
#define BT_SALE_SALE_ROWS_H

#include "core/journal/journal.h"

/**
 * Read all rows that @p filter lets through, in its order; none is left out, as a page of fixed size would.
 * @param[out] rows  yours to free; NULL when there is none. Untouched on failure, as @p count is.
 * @return BT_OK, BT_ENOMEM, or the journal's error.
 */
BT_MUST_USE enum bt_err bt_sale_rows_load(struct bt_journal *journal, enum bt_sale_filter filter,
					  struct bt_sale_row **rows, int *count);

#endif
