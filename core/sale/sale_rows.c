#include "core/sale/sale_rows.h"

#include <stdlib.h>

#define FIRST_ROWS 64
#define MOST_ROWS  (1 << 22) /* more sales than a terminal takes in its life */

enum bt_err bt_sale_rows_load(struct bt_journal *journal, enum bt_sale_filter filter, struct bt_sale_row **rows,
			      int *count)
{
	struct bt_sale_row *found = NULL;
	int n = 0;

	for (int max = FIRST_ROWS; max <= MOST_ROWS; max *= 2) {
		enum bt_err err;

		free(found);
		found = calloc((size_t)max, sizeof *found);
		err = found ? bt_journal_sales(journal, filter, NULL, max, found, &n) : BT_ENOMEM;
		if (err) {
			free(found);
			return err;
		}
		if (n < max)
			break;
	}
	if (n == 0) {
		free(found);
		found = NULL;
	}
	*rows = found;
	*count = n;
	return BT_OK;
}
