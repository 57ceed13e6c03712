/* A terminal is withdrawn, and when nothing of it can be alive any more another one is enrolled in its lane; and the
 * number of lanes becomes another while leases of the one before are alive. PROTOCOL T4.
 */
#include <inttypes.h>

#include "core/base/mutant.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/lanes.h"
#include "tests/world/world.h"

#define BACKDATED_MS    (5 * SIM_MINUTE_MS) /* a lease is good from before it is given */
#define LONGEST_WAIT_MS (6 * SIM_HOUR_MS)   /* what a world waits for a lane; after a code by telephone it is days */
#define ASK_AGAIN_MS    (20 * SIM_MINUTE_MS)
#define ASKED_MOST      24

/* 5n minutes of the slowest lane there has been. */
static int64_t dead_time_ms(const struct sim_world *world)
{
	return 5 * world->lanes_most * SIM_MINUTE_MS;
}

/* When the office may give the lane again, as the head-end has it. */
static int64_t free_at_ms(const struct sim_world *world, const char *terminal)
{
	return bt_sbx_store_count(world->head.sbx.db, 0, "SELECT max(expires) FROM leases WHERE terminal=?", "t",
				  terminal) +
	       dead_time_ms(world) + 1;
}

void sim_lane_withdraw(struct sim_world *world)
{
	struct sim_counter *counter = &world->counters[chance_below(&world->chance, SIM_AT_FIRST)];
	int64_t wait;

	if (!sim_has(world, SIM_FAULT_LANE_CHANGE) || world->replaced >= 0 ||
	    world->sale_count < world->sales_wanted / 3 || !sim_counter_withdraw(counter))
		return;
	world->replaced = counter->index;
	wait = free_at_ms(world, counter->number) - world->now_ms;
	if (bt_mutant(BT_MUTANT_LANE_REUSED))
		wait = SIM_MINUTE_MS;
	if (wait > LONGEST_WAIT_MS)
		return;
	world->waits = true;
	sim_trace(world, "%s is withdrawn, its lane is free in %lld minutes", counter->number,
		  (long long)(wait / SIM_MINUTE_MS));
	sim_plan(world, wait > 1 ? wait : 1, SIM_REPLACE, SIM_AT_FIRST, 0);
}

/* The one that had it must not be able to issue, whatever it has heard (PROTOCOL T4). */
static void check_dead(struct sim_world *world, const struct sim_counter *former)
{
	const struct bt_sync_state *state = former->on ? bt_sync_state(former->sync) : NULL;

	if (state && state->has_lease &&
	    state->lease.expires_ms + 5 * state->lease.lane.count * SIM_MINUTE_MS > world->now_ms)
		sim_fail(world, "the lane of %s is given again while its lease is alive", former->number);
}

void sim_lane_give_again(struct sim_world *world)
{
	const struct sim_counter *former = &world->counters[world->replaced];
	struct sim_counter *counter = &world->counters[SIM_AT_FIRST];
	struct bt_sbx_terminal place = {.lane = 0};
	int64_t again = free_at_ms(world, former->number) - world->now_ms;

	if (world->healing)
		return;
	if (bt_mutant(BT_MUTANT_LANE_REUSED)) {
		place.lane = former->enrolment.lane.index;
		place.lanes = BT_SBX_LANES;
	} else if (again > 0 && again < LONGEST_WAIT_MS) {
		sim_plan(world, again, SIM_REPLACE, SIM_AT_FIRST, 0);
		return;
	} else if (!bt_sbx_terminal_place(&world->head.sbx, bt_sbx_now_ms(), &place)) {
		/* Where n has changed every lane may be overlapped by what is still alive. */
		if (world->lanes_changed_ms > 0 && world->lane_tries++ < ASKED_MOST) {
			sim_plan(world, ASK_AGAIN_MS, SIM_REPLACE, SIM_AT_FIRST, 0);
			return;
		}
		/* Without its marks a restored one gives none for weeks. */
		if (world->lanes_changed_ms == 0 && (!world->head.restores || !world->faults[SIM_FAULT_LOSE_MARKS]))
			sim_fail(world, "no lane is free");
		world->waits = false;
		return;
	}
	world->waits = false;
	if (bt_sbx_lanes_overlap(place.lane, place.lanes, former->enrolment.lane.index, former->enrolment.lane.count)) {
		check_dead(world, former);
		world->totals.visited[SIM_PATH_LANE_CHANGE]++;
		if (world->head.restores)
			world->totals.visited[SIM_PATH_LANE_AFTER_RESTORE]++;
	}
	sim_trace(world, "%s comes in place of %s, in lane %lld of %lld above %lld", counter->number, former->number,
		  (long long)place.lane, (long long)place.lanes, (long long)place.lane_floor);
	sim_counter_enrol(counter, &place);
	sim_plan(world, SIM_MINUTE_MS, SIM_SWITCH_ON, counter->index, (uint64_t)counter->boot);
}

/* ---- another n ---- */

static bool is_alive(const struct sim_world *world, const struct sim_counter *counter)
{
	return counter->there && counter->newest.number > 0 && counter->newest.expires_ms > world->now_ms;
}

/* What the office would give now to a newcomer must be nobody's. */
static void check_free(struct sim_world *world)
{
	int64_t count = bt_sbx_lanes_now(world->head.sbx.db);

	for (int i = 0; i < SIM_COUNTERS; i++) {
		const struct sim_counter *counter = &world->counters[i];
		const struct bt_sts_lane *lane = &counter->newest.lane;
		int64_t index = count > lane->count ? (int64_t)lane->index + lane->count : lane->index % count;

		if (!is_alive(world, counter) || count == lane->count || index == 0)
			continue;
		if (bt_sbx_lane_is_free(&world->head.sbx, index, count, world->now_ms))
			sim_fail(world, "lane %lld of %lld is free, and %s may use lane %u of %u", (long long)index,
				 (long long)count, counter->number, lane->index, lane->count);
		else
			world->totals.visited[SIM_PATH_LANES_OVERLAP]++;
	}
}

void sim_lane_renumber(struct sim_world *world)
{
	int64_t before, count;

	if (!sim_has(world, SIM_FAULT_OTHER_LANES))
		return;
	before = bt_sbx_lanes_now(world->head.sbx.db);
	/* Up and down: what was left for more has to be come back to. */
	count = (int64_t)BT_SBX_LANES_LEAST
		<< (before > BT_SBX_LANES ? chance_below(&world->chance, 2) : chance_below(&world->chance, 5));
	if (chance_one_in(&world->chance, 8))
		check_free(world);
	if (count == before || !chance_one_in(&world->chance, 16))
		return;
	if (!bt_sbx_lanes_change(&world->head.sbx, count)) {
		sim_fail(world, "%lld lanes could not be changed to %lld", (long long)before, (long long)count);
		return;
	}
	if (bt_mutant(BT_MUTANT_LANES_WITHOUT_N))
		sim_head_end_forget_counts(&world->head, count);
	sim_trace(world, "from now on there are %lld lanes, and not %lld", (long long)count, (long long)before);
	world->lanes_changed_ms = world->now_ms;
	world->lanes_most = count > world->lanes_most ? count : world->lanes_most;
	check_free(world);
}

static void check_apart(struct sim_counter *counter)
{
	struct sim_world *world = counter->world;
	const struct bt_sts_lane *lane = &counter->newest.lane;

	for (int i = 0; i < SIM_COUNTERS; i++) {
		const struct sim_counter *other = &world->counters[i];
		const struct bt_sts_lane *its = &other->newest.lane;

		if (i != counter->index && is_alive(world, other) && is_alive(world, counter) &&
		    bt_sbx_lanes_overlap(lane->index, lane->count, its->index, its->count))
			sim_fail(world, "%s has lane %u of %u while %s has lane %u of %u", counter->number, lane->index,
				 lane->count, other->number, its->index, its->count);
	}
}

static void note_move(struct sim_world *world, const struct bt_sts_lane *from, const struct bt_sts_lane *to)
{
	if (from->count == to->count)
		return;
	world->totals.visited[SIM_PATH_OTHER_LANES]++;
	world->totals.visited[to->count > from->count ? SIM_PATH_MORE_LANES : SIM_PATH_FEWER_LANES]++;
}

void sim_lane_check(struct sim_counter *counter)
{
	const struct bt_sync_state *state = bt_sync_state(counter->sync);
	struct bt_lease before = counter->newest;

	if (!state->has_lease || (state->lease.number == before.number && state->lease.expires_ms == before.expires_ms))
		return;
	counter->newest = state->lease;
	if (state->lease.number == before.number)
		return;
	if (counter->revoked && state->lease.not_before_ms + BACKDATED_MS > counter->revoked_ms)
		sim_fail(counter->world, "%s is given lease %" PRId64 ", and was withdrawn before", counter->number,
			 state->lease.number);
	note_move(counter->world, before.number ? &before.lane : &counter->enrolment.lane, &counter->newest.lane);
	check_apart(counter);
}
