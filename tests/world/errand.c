/* A docket at another counter: the consumer paid at one and asks at the next for what is still to come (PROTOCOL S4).
 * Some show it once more after their money went back. */
#include <string.h>

#include "core/base/text.h"
#include "core/sale/docket.h"
#include "tests/world/world.h"

static struct sim_counter *pick_counter(struct sim_world *world, int owner)
{
	struct sim_counter *counter =
	    &world
		 ->counters[(owner + 1 + (int)chance_below(&world->chance, (uint32_t)world->there - 1)) % world->there];

	return counter->on && counter->errand < 0 && bt_teller_state(counter->teller) == BT_OK ? counter : NULL;
}

bool sim_errand_go(struct sim_world *world, int which)
{
	const struct sim_sale *sale = &world->sales[which];
	struct sim_counter *counter = pick_counter(world, sale->counter);
	char own[37];

	if (!counter || (!sale->paper[0] && !sale->number[0]))
		return false;
	if (bt_teller_docket_open(counter->teller,
				  sale->paper[0] && !chance_one_in(&world->chance, 4) ? sale->paper : sale->number,
				  own) != BT_DOCKET_ELSEWHERE)
		return false;
	sim_trace(world, "%s: the docket of %s", counter->number, sale->id);
	counter->errand = which;
	counter->errand_tries = 3;
	sim_counter_plan_turn(counter);
	return true;
}

/* The owner, lengthened by a code, may issue the same sale at the same time. */
static void note_owner(struct sim_world *world, const struct sim_sale *sale)
{
	const struct sim_counter *owner = &world->counters[sale->counter];
	const struct bt_sync_state *state;

	world->totals.visited[SIM_PATH_FINISHED_ELSEWHERE]++;
	if (!owner->on)
		return;
	state = bt_sync_state(owner->sync);
	if (state->has_lease && state->extension.lease == state->signed_lease.number && state->extension.used != 0)
		world->totals.visited[SIM_PATH_FINISHED_BESIDE_EXTENSION]++;
}

static void take_delivery(struct sim_counter *counter, const struct bt_docket_view *view)
{
	struct sim_world *world = counter->world;
	struct sim_sale *sale = &world->sales[counter->errand];

	if (strcmp(view->sale_id, sale->id) != 0)
		sim_fail(world, "another sale than that of the docket: %s", sale->id);
	if (sale->returned)
		sim_fail(world, "delivered at another counter after the money went back: %s", sale->id);
	sale->refused = false; /* what the head-end would not have made at the owner's counter, it has given now */
	note_owner(world, sale);
	sale->elsewhere = sale->elsewhere || !sale->token[0];
	if (view->token[0])
		sim_clerk_see_token(world, counter->errand, view->token, &view->key_tokens);
}

void sim_errand_end(struct sim_counter *counter)
{
	struct sim_world *world = counter->world;
	int which = counter->errand;

	counter->errand = -1;
	if (which < 0)
		return;
	if ((!world->sales[which].token[0] && !world->sales[which].returned) ||
	    (world->sales[which].meter_refuses && !world->sales[which].substitute[0]))
		sim_clerk_plan_return(world, sim_between(world, SIM_MINUTE_MS, SIM_HOUR_MS), which);
}

void sim_errand_look(struct sim_counter *counter)
{
	struct bt_docket_view view;

	if (counter->errand < 0)
		return;
	bt_teller_docket_view(counter->teller, &view);
	switch (view.state) {
	case BT_DOCKET_LOOKING:
	case BT_DOCKET_ASKING:
		return;
	case BT_DOCKET_DELIVERED:
		take_delivery(counter, &view);
		sim_errand_end(counter);
		return;
	case BT_DOCKET_DIFFERS:
		sim_fail(counter->world, "the head-end's answer is not of the docket: %s", view.sale_id);
		return;
	default:
		if (counter->errand_tries-- <= 0 || bt_teller_docket_finish(counter->teller) != BT_OK)
			sim_errand_end(counter);
	}
}
