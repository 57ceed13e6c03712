/* Tokens that a meter refuses as used, because another one of the same minute went in before: where a head-end picks
 * any minute it meets those that counters make without it (PROTOCOL T5). A supervisor looks at the meter, and any
 * counter asks for a token in place of that one. */
#include <string.h>

#include "core/base/text.h"
#include "core/sale/docket.h"
#include "tests/world/world.h"

/* Where every counter has been withdrawn a person at head office has to give it. */
static bool is_any_in_office(const struct sim_world *world)
{
	for (int i = 0; i < world->there; i++)
		if (!world->counters[i].revoked)
			return true;
	return false;
}

/* Its token may be none to the meter. */
static bool may_refuse(const struct sim_world *world, const struct sim_sale *sale)
{
	return world->head.sbx.picks_any || sim_key_changes(world, sale->person);
}

bool sim_refused_waits(const struct sim_world *world, const struct sim_sale *sale)
{
	if (!may_refuse(world, sale) || !sale->token[0] || sale->returned)
		return false;
	return !sale->keyed || (sale->meter_refuses && sale->accepted == 0 && is_any_in_office(world));
}

void sim_refused_note(struct sim_world *world, int which)
{
	struct sim_sale *sale = &world->sales[which];

	/* Of a sale that may have two tokens nobody gives a third. */
	if (!may_refuse(world, sale) || sale->meter_refuses || sale->overridden)
		return;
	sim_trace(world, "the meter refuses: %s", sale->id);
	sale->meter_refuses = true;
	sim_clerk_plan_return(world, sim_between(world, SIM_MINUTE_MS, SIM_HOUR_MS), which);
}

static struct sim_counter *pick_counter(struct sim_world *world)
{
	struct sim_counter *counter = &world->counters[chance_below(&world->chance, (uint32_t)world->there)];

	return counter->on && counter->errand < 0 && bt_teller_state(counter->teller) == BT_OK ? counter : NULL;
}

/* As the desk names a payment that it has found, with the word of who saw the meter. */
static struct bt_docket_view describe(const struct sim_world *world, const struct sim_sale *sale)
{
	const struct sim_person *person = &world->town->people[sale->person];
	struct bt_docket_view view = {.amount = sale->cash, .gives_token = true};

	bt_text_copy(view.sale_id, sizeof view.sale_id, sale->id);
	bt_text_copy(view.terminal, sizeof view.terminal, world->counters[sale->counter].number);
	bt_text_copy(view.consumer.number, sizeof view.consumer.number, person->number);
	bt_text_copy(view.consumer.meter, sizeof view.consumer.meter, person->meter);
	bt_text_copy(view.refused_by, sizeof view.refused_by, SIM_SUPERVISOR);
	return view;
}

bool sim_refused_attends(struct sim_world *world, int which)
{
	struct sim_sale *sale = &world->sales[which];
	struct sim_counter *counter;
	struct bt_docket_view view;

	if (!sale->meter_refuses || sale->accepted > 0 || (sale->substitute[0] && !sale->wants_more) ||
	    (world->healing && !is_any_in_office(world)))
		return false;
	counter = pick_counter(world);
	if (!counter) {
		sim_clerk_plan_return(world, SIM_HOUR_MS, which);
		return true;
	}
	sim_trace(world, "%s: the meter refuses the token of %s", counter->number, sale->id);
	sale->wants_more = false;
	view = describe(world, sale);
	bt_teller_docket_take(counter->teller, &view);
	counter->errand = which;
	counter->errand_tries = 3;
	sim_counter_plan_turn(counter);
	return true;
}

bool sim_refused_takes(struct sim_world *world, int which, const char *token)
{
	struct sim_sale *sale = &world->sales[which];

	if (!sale->meter_refuses || strcmp(sale->token, token) == 0)
		return false;
	if (sale->substitute[0] && strcmp(sale->substitute, token) != 0)
		sim_fail(world, "a second token in place of the one refused: %s", sale->id);
	if (sale->substitute[0])
		return true;
	bt_text_copy(sale->substitute, sizeof sale->substitute, token);
	sale->keyed = false;
	world->totals.visited[SIM_PATH_REPLACED]++;
	sim_clerk_plan_key_in(world, which);
	/* With the new one in the pocket, to another supervisor: perhaps there is one more to be had. */
	sale->wants_more = !chance_one_in(&world->chance, 4);
	if (sale->wants_more)
		sim_clerk_plan_return(world, sim_between(world, 10000, SIM_MINUTE_MS), which);
	return true;
}

/* What was given in its place is known, and no other token of that meter has its minute. */
void sim_refused_check(struct sim_world *world, const struct sim_sale *sale)
{
	if (!sale->meter_refuses)
		return;
	if (sale->accepted == 0 && is_any_in_office(world)) {
		world->totals.stuck++;
		sim_fail(world, "sale %s: the meter has refused its token, and took none in its place", sale->id);
	}
	if (sale->substitute[0] &&
	    bt_sbx_store_count(world->head.sbx.db, 0,
			       "SELECT (SELECT count(*) FROM reissues WHERE sale_id=?1 AND token=?2) +"
			       " (SELECT count(*) FROM sales WHERE sale_id=?1 AND token=?2)",
			       "tt", sale->id, sale->substitute) != 1) {
		world->totals.lost++;
		sim_fail(world, "sale %s: what replaced its token is not in the ledger", sale->id);
	}
}
