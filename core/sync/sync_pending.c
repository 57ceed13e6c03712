/* Pending sales, finished one by one in rounds: disconnections first, then balances, then tokens, oldest first in each.
 */
#include <string.h>

#include "core/sync/tasks.h"

#define FINISH_PACE_MS 200
#define RESTS_MOST     3 /* each doubles the rest between two rounds */

static const char *const ranks[] = {"dues", "balance", "token"};
#define RANKS ((int)(sizeof ranks / sizeof ranks[0]))

void bt_sync_start_round(struct bt_sync *sync)
{
	sync->round_rank = 0;
	sync->round_seq = 0;
	sync->round_tried = 0;
	sync->round_over = false;
}

void bt_sync_hasten_rounds(struct bt_sync *sync)
{
	sync->round_before = -1;
	sync->round_rests = 0;
	bt_sync_start_round(sync);
}

/* As many as before are still there: most wait for a minute of their meter, or for a person. */
int bt_sync_end_round(struct bt_sync *sync)
{
	bool ended = sync->round_tried != sync->round_before;

	sync->round_over = true;
	sync->round_before = sync->round_tried;
	sync->round_rests = ended ? 0 : sync->round_rests + 1;
	if (sync->round_rests > RESTS_MOST)
		sync->round_rests = RESTS_MOST;
	return 1 << sync->round_rests;
}

/* A withdrawn terminal's requests are refused, each of them, for good (PROTOCOL H5). */
bool bt_sync_holds_pending(const struct bt_sync *sync)
{
	return sync->state.revoked || bt_sync_is_resending(sync);
}

/* The next one of this round. Each is tried once a round, so that one that cannot be finished holds up no other. */
static bool find_pending(struct bt_sync *sync, struct bt_sale_row *out)
{
	while (!sync->round_over && sync->round_rank < RANKS) {
		enum bt_err err =
		    bt_journal_next_pending(sync->parts.journal, ranks[sync->round_rank], sync->round_seq, out);

		if (err != BT_ENOTFOUND)
			return err == BT_OK;
		if (sync->round_rank == 0)
			bt_sync_note_cuts_ended(sync);
		sync->round_rank++;
		sync->round_seq = 0;
	}
	return false;
}

bool bt_sync_wants_pending(struct bt_sync *sync)
{
	struct bt_sale_row row;

	return find_pending(sync, &row);
}

bool bt_sync_is_ending_cuts(struct bt_sync *sync)
{
	struct bt_sale_row row;

	/* Where none of them may be asked for now, nothing waits for them. */
	if (sync->round_rank > 0 || bt_sync_holds_pending(sync))
		return false;
	return find_pending(sync, &row) && sync->round_rank == 0;
}

bool bt_sync_is_finishing(const struct bt_sync *sync)
{
	return sync->finishing[0] && bt_teller_is_asking(sync->parts.teller, sync->finishing);
}

/* The teller asks and its answer comes to the teller; sync only paces. One at a time, so that a server that hangs never
 * fills the teller's places while people stand at the counter. */
enum bt_err bt_sync_start_pending(struct bt_sync *sync)
{
	struct bt_sale_row row;
	enum bt_err err;

	sync->due_boot_ms[BT_TASK_PENDING] = bt_sync_boot_ms(sync) + FINISH_PACE_MS;
	if (bt_sync_is_finishing(sync))
		return BT_ENOTFOUND;
	if (!find_pending(sync, &row))
		return BT_ENOTFOUND;
	bt_text_copy(sync->finishing, sizeof sync->finishing, row.sale_id);
	sync->round_seq = row.paid_seq;
	sync->round_tried++;
	err = bt_teller_finish(sync->parts.teller, sync->finishing);
	bt_log_line(sync->parts.log, "sync", "finishing %s: %s", sync->finishing, bt_err_name(err));
	return BT_ENOTFOUND;
}
