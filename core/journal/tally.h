/* The tally of the projection: how many sales it holds and a sum over their rows, kept with every put, so that a row
 * that is changed, lost or added otherwise shows at the next start.
 *
 * The sum is taken lane by lane over SHA-256 of each row: order does not matter, and a put takes the old row out and
 * brings the new one in. Against accident; an edit with intent is found by the chain. Private to core/journal; pure. */
#ifndef BT_JOURNAL_TALLY_H
#define BT_JOURNAL_TALLY_H

#include "core/journal/journal.h"

#define BT_TALLY_LEN 32

struct bt_tally {
	int64_t sales;
	uint64_t lanes[4];
};

/** Take @p before out, unless it is a zeroed row, and bring @p after in. @return BT_OK or BT_ECRYPTO (unchanged). */
BT_MUST_USE enum bt_err bt_tally_move(struct bt_tally *tally, const struct bt_sale_row *before,
				      const struct bt_sale_row *after);
bool bt_tally_equal(const struct bt_tally *a, const struct bt_tally *b);
/** The lanes as bytes, big endian. */
void bt_tally_encode(const struct bt_tally *tally, uint8_t out[BT_TALLY_LEN]);
void bt_tally_decode(int64_t sales, const uint8_t in[BT_TALLY_LEN], struct bt_tally *out);

#endif
