/* Slips of paper. A docket's QR lets another counter finish the sale; a receipt's QR brings a sale back into a record
 * that lost it, and some are taken into that of another counter although their owner's has them too (PROTOCOL H2). */
#include "core/base/json.h"
#include "core/receipt/record.h"
#include "tests/world/world.h"

void sim_paper_keep(const struct sim_counter *counter, const struct bt_print_job *job, bool has_token)
{
	struct sim_world *world = counter->world;
	int which = sim_find_sale(world, job->sale_id);

	for (int i = 0; which >= 0 && i < job->receipt.count; i++) {
		struct sim_sale *sale = &world->sales[which];

		/* What another counter hands out for a docket bears that one's signature; what replaces a token has the
		 * digits alone, and brings no sale back. */
		if (job->receipt.lines[i].kind != BT_LINE_QR || !bt_record_is(job->receipt.lines[i].left) ||
		    (has_token && counter->index != sale->counter))
			continue;
		if (has_token && !sale->slip[0] && sim_strikes(world, SIM_FAULT_PAPER, 250))
			sim_plan(world,
				 sim_between(world, 1000, chance_one_in(&world->chance, 2) ? 10000 : SIM_HOUR_MS),
				 SIM_PAPER, which, 0);
		bt_text_copy(has_token ? sale->slip : sale->paper, sizeof sale->slip, job->receipt.lines[i].left);
	}
}

/* What `batti journal recover --receipts` puts down: the sale, and the slip with its own counter's signature. */
static json_t *make_body(const struct bt_receipt_record *record, const char *text)
{
	return json_pack("{s:I, s:I, s:s, s:I, s:s, s:s, s:s, s:I, s:b, s:I, s:I}", "amount_paise",
			 (json_int_t)record->amount, "dues_paise", (json_int_t)record->dues, "meter", record->drn,
			 "paid_at", (json_int_t)record->paid_at_ms, "record", text, "terminal", record->terminal,
			 "token", record->token, "units", (json_int_t)record->units, "own", 0, "tid",
			 (json_int_t)record->tid, "rnd", (json_int_t)record->rnd);
}

void sim_paper_take_in(struct sim_world *world, int which)
{
	const struct sim_sale *sale = &world->sales[which];
	const struct sim_counter *owner = &world->counters[sale->counter];
	struct sim_counter *counter =
	    &world->counters[(sale->counter + 1 + (int)chance_below(&world->chance, (uint32_t)world->there - 1)) %
			     world->there];
	struct bt_receipt_record record;
	struct bt_sale_row row;

	if (!counter->on || bt_journal_state(counter->journal) != BT_OK ||
	    bt_journal_sale(counter->journal, sale->id, &row) != BT_ENOTFOUND)
		return;
	if (bt_record_decode(sale->slip, bt_signer_public(owner->signer), &record) != BT_OK || !record.token[0]) {
		sim_fail(world, "the receipt of %s is not genuine", sale->id);
		return;
	}
	if (bt_journal_put_json(counter->journal, BT_EVENT_RECOVERED, sale->id, make_body(&record, sale->slip), NULL) ==
	    BT_OK)
		sim_trace(world, "%s: takes in the receipt of %s", counter->number, sale->id);
	sim_counter_turn(counter);
}
