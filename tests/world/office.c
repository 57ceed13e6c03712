/* Head office: a counter was withdrawn over a refund that it had begun, and nobody there can end it any more. When all
 * is quiet a person looks at the counter's papers, says that no money was handed out, and what becomes of it. */
#include <string.h>

#include "core/sandbox/close_out.h"
#include "core/sandbox/ledger.h"
#include "tests/world/world.h"

/* Somebody other than its own counter has to make it, and the consumer has to say which it is. */
static bool can_be_given(const struct sim_world *world, const struct sim_sale *sale)
{
	for (int i = 0; i < world->there; i++)
		if (i != sale->counter && !world->counters[i].revoked)
			return sale->paper[0] || sale->number[0];
	return false;
}

/* Its token has left, only not to the consumer: there is nothing to decide, any counter gives it again. */
static bool is_given(struct sim_world *world, const struct sim_sale *sale)
{
	struct bt_sbx_entry entry;

	return bt_sbx_ledger_find(world->head.sbx.db, sale->id, &entry) && strcmp(entry.state, "committed") == 0 &&
	       entry.released && entry.core.token[0];
}

/* Paid for when its counter, withdrawn, had given its lease up: the minute is of the lane of its enrolment, and where n
 * has become another since that may be somebody else's. Marks that were lost do not say what lanes there were. */
static bool is_of_no_lane(const struct sim_world *world, const struct sim_sale *sale, const struct bt_sale_row *row)
{
	const struct bt_lease *newest = &world->counters[sale->counter].newest;

	if (world->head.restores && world->faults[SIM_FAULT_LOSE_MARKS])
		return true;
	return newest->number > 0 && row->tid % newest->lane.count != newest->lane.index;
}

/* What is no token of any meter cannot be given on anybody's word: of a connection that the head-end does not know,
 * paid for without a minute, and so without a key; of a minute that is not the counter's, or that another token of the
 * meter has. */
static bool cannot_be_made(const struct sim_world *world, const struct sim_sale *sale, const struct bt_sale_row *row)
{
	const struct sim_person *person = &world->town->people[sale->person];
	sqlite3 *db = world->head.sbx.db;
	struct bt_sbx_consumer consumer;

	if (row->tid != 0)
		return is_of_no_lane(world, sale, row) ||
		       bt_sbx_ledger_minute_used(db, person->meter, row->tid, sale->id);
	return !bt_sbx_consumer_find(db, person->number, &consumer) || bt_sbx_note_of(consumer.note)->server_knows_not;
}

/* @return true when the head-end will have it given. */
static bool gives(struct sim_world *world, const struct sim_sale *sale, const struct bt_sale_row *row)
{
	const char *why = bt_sbx_close_out(&world->head.sbx, sale->id, "give", SIM_SUPERVISOR);

	sim_trace(world, "head office: give %s%s%s", sale->id, why ? ": " : "", why ? why : "");
	if (why && !cannot_be_made(world, sale, row))
		sim_fail(world, "head office cannot have %s given: %s", sale->id, why);
	return !why;
}

static void decide(struct sim_world *world, int which, const struct bt_sale_row *row)
{
	struct sim_sale *sale = &world->sales[which];
	bool wants = can_be_given(world, sale) && chance_one_in(&world->chance, 2);
	const char *why;

	if (wants && gives(world, sale, row)) {
		sale->ruled = true;
		sim_clerk_plan_return(world, SIM_MINUTE_MS, which);
		world->totals.visited[SIM_PATH_OFFICE_GIVES]++;
		return;
	}
	why = bt_sbx_close_out(&world->head.sbx, sale->id, "give-back", SIM_SUPERVISOR);
	sim_trace(world, "head office: give back %s", sale->id);
	if (why) {
		sim_fail(world, "no way out of %s: %s", sale->id, why);
		return;
	}
	sale->returned = true;
	world->cash -= sale->cash; /* in nobody's drawer any more */
	world->totals.visited[SIM_PATH_OFFICE_GIVES_BACK]++;
}

bool sim_office_decides(struct sim_world *world)
{
	bool any = false;

	for (int i = 0; i < world->sale_count && !world->failure[0]; i++) {
		const struct sim_sale *sale = &world->sales[i];
		const struct sim_counter *counter = &world->counters[sale->counter];
		struct bt_sale_row row;

		if (sale->returned || sale->ruled || sale->elsewhere || sale->token[0] || !counter->on ||
		    bt_journal_sale(counter->journal, sale->id, &row) != BT_OK ||
		    !sim_is_for_head_office(world, sale, &row))
			continue;
		if (!is_given(world, sale)) {
			decide(world, i, &row);
			any = true;
		} else if (can_be_given(world, sale)) {
			world->sales[i].ruled = true;
			sim_clerk_plan_return(world, SIM_MINUTE_MS, i);
			any = true;
		}
	}
	return any;
}

bool sim_office_attends(struct sim_world *world, int which)
{
	struct sim_sale *sale = &world->sales[which];

	if (!sale->ruled || sale->token[0])
		return false;
	if (bt_sbx_waits_for_office(world->head.sbx.db, sale->id)) {
		sale->ruled = false; /* it could not be made any more, and is decided anew */
		return true;
	}
	if (!sim_errand_go(world, which))
		sim_clerk_plan_return(world, SIM_HOUR_MS, which);
	return true;
}

bool sim_office_waits(const struct sim_sale *sale)
{
	return !sale->token[0] && !sale->elsewhere;
}
