/* Tokens made at a counter on a supervisor's word, although the head-end may have made another (PROTOCOL T5): where it
 * has, a consumer who shows the docket elsewhere has two. That is what the word was for; but no rupee is booked twice,
 * and the ledger names the one that does not stand. */
#include <string.h>

#include "tests/world/world.h"

bool sim_doubt_is_overridden(struct sim_counter *counter, int which)
{
	struct sim_world *world = counter->world;
	struct sim_sale *sale = &world->sales[which];
	struct bt_approval approval = {.by = SIM_SUPERVISOR, .reason = "waits"};
	enum bt_denial denial = BT_DENY_NONE;
	enum bt_err err;

	/* What the bank collects is the head-end's to finish. */
	if (sale->upi || sale->leaves || sale->overridden || world->healing || !chance_one_in(&world->chance, 2))
		return false;
	err = bt_teller_override(counter->teller, sale->id, &approval, &denial);
	/* Or the lights went out over it: then the record will say. */
	sale->overridden = err == BT_OK || bt_err_fate(err) == BT_FATE_STOP || counter->disk->off;
	if (err)
		return false;
	sim_trace(world, "%s: made over doubt: %s", counter->number, sale->id);
	world->totals.visited[SIM_PATH_OVERRIDDEN]++;
	return true;
}

bool sim_doubt_takes(struct sim_world *world, int which, const char *token)
{
	const struct sim_sale *sale = &world->sales[which];

	if (!sale->overridden || strcmp(sale->token, token) == 0)
		return false;
	return sim_clerk_take_second(world, which, token);
}

static bool is_named(const struct sim_world *world, const struct sim_sale *sale, const char *token)
{
	return bt_sbx_store_count(world->head.sbx.db, 0,
				  "SELECT EXISTS(SELECT 1 FROM sales WHERE sale_id=?1 AND token=?2) OR"
				  " EXISTS(SELECT 1 FROM exceptions WHERE sale_id=?1 AND code='token_differs' AND"
				  " json_extract(detail,'$.token')=?2)",
				  "tt", sale->id, token) == 1;
}

void sim_doubt_check(struct sim_world *world, const struct sim_sale *sale)
{
	if (!sale->overridden)
		return;
	if ((sale->token[0] && !is_named(world, sale, sale->token)) ||
	    (sale->second[0] && !is_named(world, sale, sale->second))) {
		world->totals.lost++;
		sim_fail(world, "sale %s: a token made over doubt is nowhere named", sale->id);
	}
}
