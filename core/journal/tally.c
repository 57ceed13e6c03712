#include "core/journal/tally.h"

#include <string.h>

#define LANES 4

/* Texts with their terminators, numbers of 8 bytes: no two rows have the same form. */
static enum bt_err hash_row(const struct bt_sale_row *row, uint8_t out[BT_SHA256_LEN])
{
	const char *const texts[] = {row->sale_id, row->connection, row->meter,   row->operator_id,
				     row->receipt, row->token,      row->delivery};
	const int64_t numbers[] = {row->shift,   row->paid_seq,  row->last_seq,      row->paid_at_ms, row->amount,
				   row->dues,    row->units,     row->tid,           row->stage,      row->made_here,
				   row->settled, row->exception, row->printed_copies};
	uint8_t bytes[sizeof *row + 16 * 8];
	size_t len = 0;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		size_t n = strlen(texts[i]) + 1;
		memcpy(bytes + len, texts[i], n);
		len += n;
	}
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++, len += 8)
		bt_be64_put(bytes + len, (uint64_t)numbers[i]);
	return bt_sha256((struct bt_bytes){bytes, len}, out);
}

enum bt_err bt_tally_move(struct bt_tally *tally, const struct bt_sale_row *before, const struct bt_sale_row *after)
{
	uint8_t old[BT_SHA256_LEN] = {0}, fresh[BT_SHA256_LEN];
	bool replaces = before->paid_seq != 0;
	if ((replaces && hash_row(before, old) != BT_OK) || hash_row(after, fresh) != BT_OK)
		return BT_ECRYPTO;
	tally->sales += replaces ? 0 : 1;
	for (size_t i = 0; i < LANES; i++)
		tally->lanes[i] += bt_be64_get(fresh + 8 * i) - bt_be64_get(old + 8 * i);
	return BT_OK;
}

bool bt_tally_equal(const struct bt_tally *a, const struct bt_tally *b)
{
	return a->sales == b->sales && memcmp(a->lanes, b->lanes, sizeof a->lanes) == 0;
}

void bt_tally_encode(const struct bt_tally *tally, uint8_t out[BT_TALLY_LEN])
{
	for (size_t i = 0; i < LANES; i++)
		bt_be64_put(out + 8 * i, tally->lanes[i]);
}

void bt_tally_decode(int64_t sales, const uint8_t in[BT_TALLY_LEN], struct bt_tally *out)
{
	out->sales = sales;
	for (size_t i = 0; i < LANES; i++)
		out->lanes[i] = bt_be64_get(in + 8 * i);
}
