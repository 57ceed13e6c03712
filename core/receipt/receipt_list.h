/* The list of stuck recharges on paper: whose money is where, and since when. No receipt: nothing is paid by it.
 *
 * Whoever keeps the list fills it; this room only sets it down. */
#ifndef BT_RECEIPT_RECEIPT_LIST_H
#define BT_RECEIPT_RECEIPT_LIST_H

#include "core/receipt/receipt.h"

#define BT_RECEIPT_LISTED 40 /* rows on one slip: three lines each */

struct bt_receipt_listed {
	struct bt_receipt_name name; /* both empty: its connection stands instead */
	char connection[16];
	bt_paise amount;   /* 0: the row is about no money */
	const char *where; /* catalogue key, with {1} for */
	char arg[32];      /* this */
	int64_t since_ms;
};

struct bt_receipt_list {
	struct bt_receipt_name utility, counter, clerk;
	bool training;
	bool unpaid; /* nothing came for one of them: it is paid again */
	int64_t at_ms;
	int count, all; /* all: those that are open; those beyond the rows are only counted */
	struct bt_receipt_listed rows[BT_RECEIPT_LISTED];
};

/** @return BT_OK, or BT_EFULL when a name is longer than a line (out then undefined). */
BT_MUST_USE enum bt_err bt_receipt_list_compose(const struct bt_receipt_list *list, const struct bt_words *words,
						enum bt_receipt_lang lang, struct bt_receipt *out);

#endif
