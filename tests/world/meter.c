/* Meters on walls: digits keyed in are read by the virtual meter's own decoder and taken once. */
#include <string.h>

#include "tests/meter/decoder.h"
#include "tests/world/world.h"

static bool has_tid(const struct sim_meter *meter, uint32_t tid)
{
	for (int i = 0; i < SIM_METER_TIDS; i++)
		if (meter->tids[i] == tid)
			return true;
	return false;
}

/* Drop the smallest, keep the rest rising. */
static void keep_tid(struct sim_meter *meter, uint32_t tid)
{
	int at = 0;

	for (; at + 1 < SIM_METER_TIDS && meter->tids[at + 1] < tid; at++)
		meter->tids[at] = meter->tids[at + 1];
	meter->tids[at] = tid;
}

/* What it reads as a credit token of its own key. */
static bool read(const struct sim_world *world, int who, const char *digits, struct meter_token *token)
{
	const struct meter_cipher *key = sim_key_of_meter(world, who);

	return key && meter_token_decode(key, digits, token) == METER_ACCEPTED && token->token_class == 0;
}

static bool take(struct sim_meter *meter, const struct meter_token *token)
{
	if (token->tid < meter->tids[0] || has_tid(meter, token->tid))
		return false;
	keep_tid(meter, token->tid);
	meter->units += token->amount;
	return true;
}

/* Whoever made it says that it is of this minute: the counter, or the head-end. */
static bool is_of_sale(const struct sim_world *world, const struct sim_sale *sale, uint32_t tid)
{
	const struct sim_counter *counter = &world->counters[sale->counter];
	struct bt_sale_row row;

	if (sale->tid == tid ||
	    (counter->on && bt_journal_sale(counter->journal, sale->id, &row) == BT_OK && row.tid == tid))
		return true;
	return bt_sbx_store_count(world->head.sbx.db, 0,
				  "SELECT count(*) FROM sales WHERE sale_id=? AND (tid=? OR said_tid=?)", "tii",
				  sale->id, (int64_t)tid, (int64_t)tid) > 0;
}

bool sim_meter_take(struct sim_world *world, int person, const char *token)
{
	struct meter_token found;

	return read(world, person, token, &found) && take(&world->meters[person], &found);
}

static void key_in(struct sim_world *world, int which, const char *digits)
{
	struct sim_sale *sale = &world->sales[which];
	bool may_differ = world->town->people[sale->person].has_other_key || sim_key_changes(world, sale->person);
	struct meter_token token;

	/* One token in 65,536 of another key has the right check field by chance, and is of some minute or other. */
	if (!read(world, sale->person, digits, &token) || (may_differ && !is_of_sale(world, sale, token.tid))) {
		if (sale->accepted == 0 && sim_key_changes(world, sale->person))
			sim_refused_note(world, which);
		return;
	}
	if (!take(&world->meters[sale->person], &token)) {
		if (sale->accepted == 0 && has_tid(&world->meters[sale->person], token.tid))
			sim_refused_note(world, which);
		return;
	}
	sale->accepted++;
	sale->units += token.amount;
	sim_key_note_taken(world, sale, digits);
	sim_hash_fold(&world->totals.hash, token.tid);
	/* Some try their luck once more. */
	if (!world->healing && chance_one_in(&world->chance, 5))
		sim_plan(world, SIM_MINUTE_MS, SIM_KEY_IN, which, 0);
}

void sim_meter_key_in(struct sim_world *world, int which)
{
	struct sim_sale *sale = &world->sales[which];

	sale->keyed = true;
	if (!sim_key_in(world, which))
		return;
	key_in(world, which, sale->token);
	if (sale->second[0])
		key_in(world, which, sale->second);
	if (sale->substitute[0])
		key_in(world, which, sale->substitute);
}
