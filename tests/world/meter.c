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

static bool take(struct sim_world *world, int who, const char *digits, struct meter_token *token)
{
	const struct sim_person *person = &world->town->people[who];
	struct sim_meter *meter = &world->meters[who];

	if (!person->meter_key || meter_token_decode(person->meter_key, digits, token) != METER_ACCEPTED)
		return false;
	if (token->tid < meter->tids[0] || has_tid(meter, token->tid))
		return false;
	keep_tid(meter, token->tid);
	meter->units += token->amount;
	return true;
}

bool sim_meter_take(struct sim_world *world, int person, const char *token)
{
	struct meter_token read;

	return take(world, person, token, &read);
}

void sim_meter_key_in(struct sim_world *world, int which)
{
	struct sim_sale *sale = &world->sales[which];
	struct meter_token token;

	if (!take(world, sale->person, sale->token, &token))
		return;
	sale->accepted++;
	sale->units += token.amount;
	sim_hash_fold(&world->totals.hash, token.tid);
	/* Some try their luck once more. */
	if (!world->healing && chance_one_in(&world->chance, 5))
		sim_plan(world, SIM_MINUTE_MS, SIM_KEY_IN, which, 0);
}
