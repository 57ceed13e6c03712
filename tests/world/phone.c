/* At the limit and without the server: the supervisor telephones head office and is read a code (PROTOCOL L3). */
#include <stdio.h>
#include <string.h>

#include "core/authority/extension.h"
#include "core/sandbox/grants.h"
#include "core/sandbox/meter_key.h"
#include "tests/world/world.h"

/* Somebody sits there as long as there is a code to read out. */
static bool read_out(struct sim_counter *counter, struct bt_sbx_grant *grant)
{
	struct bt_sbx *sbx = &counter->world->head.sbx;

	return !counter->revoked && !bt_sbx_key_change_is_behind(sbx->db, counter->number) &&
	       bt_sbx_store_count(sbx->db, 0,
				  "SELECT count(*) FROM grants WHERE terminal=?1 AND read_at IS NULL AND lease="
				  "(SELECT max(number) FROM leases WHERE terminal=?1)",
				  "t", counter->number) > 0 &&
	       bt_sbx_grants_read_out(sbx, counter->number, grant);
}

/* As the program does it: the try is on record before anybody knows whether it is right. */
static bool key_in(struct sim_counter *counter, const char *code)
{
	const struct bt_sync_state *state = bt_sync_state(counter->sync);
	struct bt_bytes digits = {(const uint8_t *)code, strlen(code)};
	int number = 0;

	return bt_sync_try_code(counter->sync, SIM_SUPERVISOR, NULL) == BT_OK &&
	       bt_extension_judge(&state->signed_lease, &state->extension, digits, &number) == BT_OK &&
	       bt_sync_extend(counter->sync, state->signed_lease.number, number, SIM_SUPERVISOR, NULL) == BT_OK;
}

static void note_extended(struct sim_counter *counter, const struct bt_sbx_grant *grant)
{
	struct sim_world *world = counter->world;

	sim_trace(world, "%s: extended by code %lld of lease %lld", counter->number, (long long)grant->number,
		  (long long)grant->lease);
	world->totals.visited[SIM_PATH_EXTENDED]++;
	if (bt_sync_state(counter->sync)->signed_lease.number != grant->lease)
		sim_fail(world, "%s took a code of another lease", counter->number);
	snprintf(counter->code, sizeof counter->code, "%s", grant->code);
}

void sim_phone_try_again(struct sim_counter *counter)
{
	if (counter->code[0] && bt_sync_state(counter->sync)->has_lease && chance_one_in(&counter->world->chance, 2) &&
	    key_in(counter, counter->code))
		sim_fail(counter->world, "%s took a code twice", counter->number);
}

void sim_phone_for_code(struct sim_counter *counter)
{
	struct sim_world *world = counter->world;
	struct bt_sbx_grant grant;

	if (!bt_sync_state(counter->sync)->has_lease)
		return;
	sim_phone_try_again(counter);
	if (!read_out(counter, &grant))
		return;
	if (chance_one_in(&world->chance, 8)) {
		char misheard[sizeof grant.code];

		snprintf(misheard, sizeof misheard, "%s", grant.code);
		misheard[chance_below(&world->chance, BT_EXTENSION_DIGITS)] ^= 1;
		if (key_in(counter, misheard))
			sim_fail(world, "%s took a code that nobody has read out", counter->number);
	}
	if (bt_journal_state(counter->journal) == BT_OK && key_in(counter, grant.code))
		note_extended(counter, &grant);
}
