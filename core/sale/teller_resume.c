/* After a restart: sales that were cut off, and the clerk's word for each. PROTOCOL S6. */
#include "core/sale/teller_work.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/mutant.h"
#include "core/sale/sale_rows.h"

/* So long the clerk may say what became of a sale; then it is PENDING by itself. */
#define ASK_MS INT64_C(900000)

bool bt_teller_is_cut_off(const struct bt_teller *teller, const struct bt_sale_row *row)
{
	if (bt_mutant(BT_MUTANT_INTENT_DROPPED))
		return false;
	return (row->stage == BT_STAGE_PAID || row->stage == BT_STAGE_VENDING) && row->last_seq <= teller->opened_seq &&
	       !bt_journal_has_exception(teller->parts.journal, row->sale_id, BT_TELLER_DIVERGED);
}

/* How long it may still be asked about. A clock that was set back must not make that longer than it is from the start
 * of this run. */
static int64_t time_left(const struct bt_teller *teller, int64_t paid_at_ms)
{
	int64_t since_paid = bt_teller_now(teller) - paid_at_ms,
		since_open = bt_clock_boot_ms(teller->parts.clock) - teller->opened_boot_ms,
		gone = since_paid > since_open ? since_paid : since_open;

	return teller->parts.asks_after_restart && gone < ASK_MS ? ASK_MS - gone : 0;
}

/* What a head-end that picks tokens itself may have done with a request is not known (PROTOCOL T5). */
static enum bt_err put_waiting(struct bt_teller *teller, const char *sale_id, bool asked)
{
	struct bt_teller_batch batch = {0};
	bool doubt = asked && !bt_teller_converges(teller);
	enum bt_err err = bt_teller_add(&batch, doubt ? BT_EVENT_INQUIRING : BT_EVENT_PENDING, sale_id,
					bt_teller_pending_body(BT_DENY_SERVER));

	return err ? err : bt_teller_commit(teller, &batch, NULL);
}

/* The same in memory, where the sale has been looked at since. */
static void let_go(struct bt_teller *teller, struct bt_teller_work *work)
{
	bool doubt = work->state == BT_SALE_VENDING && !bt_teller_converges(teller);

	work->cut_off = false;
	work->background = true;
	work->denial = BT_DENY_SERVER;
	bt_teller_move(teller, work, doubt ? BT_SALE_EV_VEND_UNKNOWN : BT_SALE_EV_GONE);
}

static enum bt_err sort_one(struct bt_teller *teller, const struct bt_sale_row *row)
{
	int64_t left = time_left(teller, row->paid_at_ms), at = bt_clock_boot_ms(teller->parts.clock) + left;
	struct bt_teller_work *work = bt_teller_find(teller, row->sale_id);
	enum bt_err err;

	if (left > 0) {
		if (at < teller->sort_boot_ms)
			teller->sort_boot_ms = at;
		return BT_OK;
	}
	err = put_waiting(teller, row->sale_id, row->stage == BT_STAGE_VENDING);
	if (!err && work)
		let_go(teller, work);
	return err;
}

enum bt_err bt_teller_sort_cut_off(struct bt_teller *teller)
{
	struct bt_sale_row *rows = NULL;
	int count = 0;
	enum bt_err err = bt_sale_rows_load(teller->parts.journal, BT_SALES_OPEN, &rows, &count);

	teller->sort_boot_ms = INT64_MAX;
	for (int i = 0; !err && i < count; i++)
		if (bt_teller_is_cut_off(teller, &rows[i]))
			err = sort_one(teller, &rows[i]);
	free(rows);
	return err;
}

int64_t bt_teller_cut_off_at(const struct bt_teller *teller)
{
	return teller->sort_boot_ms;
}

void bt_teller_watch_cut_off(struct bt_teller *teller, int64_t boot_ms)
{
	enum bt_err err;

	if (boot_ms < teller->sort_boot_ms)
		return;
	err = bt_teller_sort_cut_off(teller);
	if (err)
		bt_log_line(teller->parts.log, "sale", "cut-off sales stay as they are: %s", bt_err_name(err));
}

bool bt_teller_cut_off(struct bt_teller *teller, char sale_id[37])
{
	struct bt_sale_row *rows = NULL;
	int count = 0;
	bool found = false;

	sale_id[0] = 0;
	if (teller->sort_boot_ms == INT64_MAX ||
	    bt_sale_rows_load(teller->parts.journal, BT_SALES_OPEN, &rows, &count) != BT_OK)
		return false;
	for (int i = 0; !found && i < count; i++) {
		found = bt_teller_is_cut_off(teller, &rows[i]);
		if (found)
			bt_text_copy(sale_id, 37, rows[i].sale_id);
	}
	free(rows);
	return found;
}

static enum bt_err load_cut_off(struct bt_teller *teller, const char *sale_id, struct bt_teller_work **out)
{
	enum bt_err err = bt_teller_load(teller, sale_id, out);

	if (err)
		return err;
	return (*out)->cut_off ? BT_OK : BT_ESTATE;
}

/* Its own event, so that the next restart knows that it was taken up. */
static enum bt_err send_again(struct bt_teller *teller, struct bt_teller_work *work)
{
	struct bt_teller_batch batch = {0};
	enum bt_err err = bt_teller_add(&batch, BT_EVENT_VENDING, work->sale.sale_id,
					json_pack("{s:b, s:I}", "resumed", 1, "rev", (json_int_t)work->sale.rev));

	if (!err)
		err = bt_teller_commit(teller, &batch, NULL);
	if (err)
		return err;
	work->cut_off = false;
	work->reached = work->reached || work->state == BT_SALE_VENDING;
	bt_teller_move(teller, work, BT_SALE_EV_SEND);
	bt_teller_ask(teller, work);
	return BT_OK;
}

enum bt_err bt_teller_take_up(struct bt_teller *teller, const char *sale_id)
{
	struct bt_teller_work *work;
	enum bt_err err = load_cut_off(teller, sale_id, &work);

	if (err)
		return err;
	work->background = false;
	if (bt_teller_server_answers(teller))
		return send_again(teller, work);
	work->cut_off = false;
	if (work->state == BT_SALE_VENDING && !bt_teller_converges(teller)) {
		bt_teller_enter_doubt(teller, work);
		return BT_OK;
	}
	if (bt_teller_await_key(teller, work))
		return BT_OK;
	bt_teller_move(teller, work, work->state == BT_SALE_PAID ? BT_SALE_EV_SKIP_SERVER : BT_SALE_EV_ISSUE_HERE);
	bt_teller_decide(teller, work);
	return BT_OK;
}

enum bt_err bt_teller_let_wait(struct bt_teller *teller, const char *sale_id)
{
	struct bt_teller_work *work;
	enum bt_err err = load_cut_off(teller, sale_id, &work);

	if (!err)
		err = put_waiting(teller, sale_id, work->state == BT_SALE_VENDING);
	if (!err)
		let_go(teller, work);
	return err;
}
