/* The list of events, the weather, and the mending at the end. */
#include "tests/world/world.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sandbox/clock.h"
#include "core/sandbox/lanes.h"
#include "core/sandbox/terminal.h"

#define WEATHER_EVERY_MS (75 * INT64_C(1000))
#define TRADE_MOST_MS    (6 * SIM_HOUR_MS)
#define HEAL_MOST_MS     (SIM_DAY_MS / 2)
#define AFTER_ALL_MS     SIM_HOUR_MS /* from when everybody is served */
#define DECISIONS_MAX    3           /* of head office: what it let be given may be impossible since */
#define EVENTS_MOST      100000
#define LOOK_EVERY       100 /* events between two looks whether everything is mended */

static const char *const fault_names[] = {
#define FAULT_NAME(id) [SIM_FAULT_##id] = #id,
    SIM_FAULTS(FAULT_NAME)
#undef FAULT_NAME
};

void sim_fail(struct sim_world *world, const char *format, ...)
{
	va_list args;

	if (world->failure[0])
		return;
	va_start(args, format);
	vsnprintf(world->failure, sizeof world->failure, format, args);
	va_end(args);
}

void sim_trace(struct sim_world *world, const char *format, ...)
{
	va_list args;

	if (!world->trace)
		return;
	printf("%10.3f ", (double)(world->now_ms - SIM_START_MS) / 1000.0);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

void sim_hash_fold(uint64_t *hash, uint64_t value)
{
	*hash = chance_mix(*hash ^ value);
}

bool sim_has(const struct sim_world *world, enum sim_fault fault)
{
	return world->faults[fault] && !world->healing;
}

bool sim_strikes(struct sim_world *world, enum sim_fault fault, uint32_t per_mille)
{
	return sim_has(world, fault) && chance_below(&world->chance, 1000) < per_mille;
}

int64_t sim_between(struct sim_world *world, int64_t low, int64_t high)
{
	return low + (int64_t)(chance_next(&world->chance) % (uint64_t)(high - low + 1));
}

int sim_find_sale(const struct sim_world *world, const char *id)
{
	for (int i = world->sale_count - 1; i >= 0; i--)
		if (strcmp(world->sales[i].id, id) == 0)
			return i;
	return -1;
}

/* ---- the list of events: a heap by time, then by order ---- */

static bool comes_before(const struct sim_event *a, const struct sim_event *b)
{
	return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

static void swap(struct sim_event *a, struct sim_event *b)
{
	struct sim_event kept = *a;

	*a = *b;
	*b = kept;
}

void sim_plan(struct sim_world *world, int64_t in_ms, enum sim_event_kind kind, int who, uint64_t tag)
{
	int at = world->event_count;

	if (at == SIM_EVENTS_MAX) {
		sim_fail(world, "the list of events is full");
		return;
	}
	world->event_count++;
	world->events[at] = (struct sim_event){
	    .at_ms = world->now_ms + in_ms, .order = world->next_order++, .kind = kind, .who = who, .tag = tag};
	for (; at > 0 && comes_before(&world->events[at], &world->events[(at - 1) / 2]); at = (at - 1) / 2)
		swap(&world->events[at], &world->events[(at - 1) / 2]);
}

static struct sim_event take_event(struct sim_world *world)
{
	struct sim_event first = world->events[0];
	int at = 0;

	world->events[0] = world->events[--world->event_count];
	for (;;) {
		int child = 2 * at + 1;

		if (child + 1 < world->event_count && comes_before(&world->events[child + 1], &world->events[child]))
			child++;
		if (child >= world->event_count || !comes_before(&world->events[child], &world->events[at]))
			return first;
		swap(&world->events[at], &world->events[child]);
		at = child;
	}
}

/* ---- the weather ---- */

static void change_server(struct sim_world *world)
{
	if (!world->head.up) {
		world->head.up = world->now_ms >= world->down_until_ms && chance_one_in(&world->chance, 4);
	} else if (sim_strikes(world, SIM_FAULT_LONG_OUTAGE, 25)) {
		world->head.up = false;
		world->down_until_ms = world->now_ms + sim_between(world, 30, 8 * 60) * SIM_MINUTE_MS;
		sim_trace(world, "the server is down for long");
	} else if (sim_strikes(world, SIM_FAULT_OUTAGE, 150)) {
		world->head.up = false;
		sim_trace(world, "the server is down");
	}
}

static bool backup_says(const struct sim_world *world, const char *sql, const struct sim_counter *counter)
{
	return bt_sbx_store_count(world->head.backup, 0, sql, "t", counter->number) == 1;
}

/* What the marks alone had to know. */
static void note_known_again(struct sim_world *world)
{
	for (int i = 0; i < SIM_COUNTERS; i++) {
		const struct sim_counter *counter = &world->counters[i];
		struct bt_sbx_terminal terminal;
		bool known = counter->there && bt_sbx_terminal_find(world->head.sbx.db, counter->number, &terminal);

		if (known && !backup_says(world, "SELECT count(*) FROM terminals WHERE terminal=?", counter))
			world->totals.visited[SIM_PATH_ENROLLED_SINCE]++;
		if (known && terminal.is_revoked &&
		    !backup_says(world, "SELECT count(revoked_at) FROM terminals WHERE terminal=?", counter))
			world->totals.visited[SIM_PATH_WITHDRAWN_SINCE]++;
	}
}

static void restore_server(struct sim_world *world)
{
	bool lost = sim_has(world, SIM_FAULT_LOSE_MARKS);

	if (!sim_has(world, SIM_FAULT_RESTORE_SERVER))
		return;
	if (chance_one_in(&world->chance, 10)) {
		sim_head_end_back_up(&world->head);
	} else if (sim_strikes(world, SIM_FAULT_RESTORE_SERVER, 150) && world->head.backup) {
		if (!sim_head_end_restore(&world->head, lost))
			sim_fail(world, "the server cannot be restored");
		sim_trace(world, "the server is restored, era %" PRId64 "%s", world->head.sbx.era,
			  lost ? ", its marks are lost" : "");
		world->totals.visited[lost ? SIM_PATH_RESTORE_WITHOUT_MARKS : SIM_PATH_RESTORE_OF_SERVER]++;
		if (!lost)
			note_known_again(world);
		if (world->head.has_old_era)
			sim_fail(world, "an era is begun that had been before");
	}
}

static void change_counter(struct sim_world *world)
{
	struct sim_counter *counter = &world->counters[chance_below(&world->chance, (uint32_t)world->there)];

	if (!counter->linked) {
		counter->linked = world->now_ms >= counter->cut_off_until_ms && chance_one_in(&world->chance, 3);
	} else if (world->head.sbx.picks_any && chance_one_in(&world->chance, 2)) {
		counter->linked = false;
		counter->cut_off_until_ms = world->now_ms + sim_between(world, 1, 10) * SIM_MINUTE_MS;
	} else if (world->head.sbx.picks && sim_strikes(world, SIM_FAULT_LONG_OUTAGE, 200)) {
		counter->linked = false;
		counter->cut_off_until_ms = world->now_ms + sim_between(world, 5, 60) * SIM_MINUTE_MS;
	} else if (sim_key_cuts_off(counter)) {
		counter->linked = false;
		counter->cut_off_until_ms = world->now_ms + sim_between(world, 10, 120) * SIM_MINUTE_MS;
	} else if (sim_strikes(world, SIM_FAULT_OUTAGE, 100)) {
		counter->linked = false;
	}
	if (!counter->on)
		return;
	if (sim_strikes(world, SIM_FAULT_KILL, 100))
		sim_counter_crash(counter, chance_one_in(&world->chance, 2));
	else if (sim_strikes(world, SIM_FAULT_CLOCK_JUMP, 50))
		counter->skew_ms += sim_between(world, -2 * SIM_HOUR_MS, 2 * SIM_HOUR_MS);
	else if (sim_strikes(world, SIM_FAULT_REVOKE, 30) && !counter->revoked)
		(void)sim_counter_withdraw(counter);
}

static void change_weather(struct sim_world *world)
{
	if (world->healing)
		return;
	change_server(world);
	restore_server(world);
	change_counter(world);
	sim_lane_withdraw(world);
	sim_lane_renumber(world);
	sim_key_begin(world);
	sim_plan(world, sim_between(world, 1000, WEATHER_EVERY_MS), SIM_WEATHER, 0, 0);
}

/* ---- what happens ---- */

static void happen(struct sim_world *world, const struct sim_event *event)
{
	struct sim_counter *counter = &world->counters[event->who % SIM_COUNTERS];
	bool same_boot = counter->on && event->tag == (uint64_t)counter->boot;

	switch (event->kind) {
	case SIM_TURN:
		/* One that another has overtaken is no turn. */
		if (counter->on && event->tag == (uint64_t)counter->generation && event->at_ms == counter->turn_ms)
			sim_counter_turn(counter);
		break;
	case SIM_CLERK:
		if (same_boot)
			sim_clerk_next(counter);
		break;
	case SIM_REQUEST:
		sim_net_request(world, event->tag);
		break;
	case SIM_REPLY:
		sim_net_reply(world, event->tag);
		break;
	case SIM_DEADLINE:
		sim_net_deadline(world, event->tag);
		break;
	case SIM_KEY_IN:
		sim_meter_key_in(world, event->who);
		break;
	case SIM_COME_BACK:
		sim_clerk_come_back(world, event->who);
		break;
	case SIM_REPLACE:
		sim_lane_give_again(world);
		break;
	case SIM_PAPER:
		sim_paper_take_in(world, event->who);
		break;
	case SIM_SCAN:
		sim_payer_acts(world, event->who, event->tag);
		break;
	case SIM_SWITCH_ON:
		if (event->tag == (uint64_t)counter->boot)
			sim_counter_switch_on(counter);
		break;
	case SIM_UNLOCK:
		if (same_boot)
			sim_counter_unlock(counter);
		break;
	case SIM_WEATHER:
		change_weather(world);
		break;
	case SIM_PRINTED:
		if (same_boot)
			sim_counter_turn(counter);
		break;
	}
}

static bool step(struct sim_world *world)
{
	struct sim_event event;

	if (world->event_count == 0 || world->failure[0])
		return false;
	event = take_event(world);
	world->now_ms = event.at_ms;
	sim_hash_fold(&world->totals.hash, (uint64_t)event.kind << 32 | (uint64_t)(event.at_ms - SIM_START_MS));
	happen(world, &event);
	return true;
}

/* Enough was sold, or it is evening: where counters were withdrawn, or away for hours, there is nothing more to come.
 */
static bool is_trade_over(const struct sim_world *world)
{
	if (world->now_ms > SIM_START_MS + TRADE_MOST_MS)
		return true;
	if (world->sale_count < world->sales_wanted)
		return false;
	for (int i = 0; i < SIM_COUNTERS; i++)
		if (world->counters[i].serving || world->counters[i].in_limbo)
			return false;
	return true;
}

/* ---- mending ---- */

static void mend(struct sim_world *world)
{
	world->healing = true;
	world->head.up = true;
	for (int i = 0; i < SIM_COUNTERS; i++) {
		struct sim_counter *counter = &world->counters[i];

		power_disarm(counter->disk);
		counter->linked = true;
		counter->skew_ms = 0;
		sim_counter_switch_on(counter);
		sim_counter_unlock(counter);
	}
}

static bool is_counter_idle(struct sim_counter *counter)
{
	struct bt_unsent unsent;

	if (!counter->there)
		return true;
	if (!counter->on || bt_teller_under_way(counter->teller) > 0)
		return false;
	/* One that rests after a failure has not said everything yet; nor has one that has yet to hear of a restore. */
	if (bt_sync_state(counter->sync)->to_send != 0 ||
	    bt_sync_state(counter->sync)->era != counter->world->head.sbx.era)
		return false;
	/* One that was withdrawn never comes to rest: it asks for its lease every five minutes, and gets none. */
	if (counter->revoked)
		return true;
	return bt_sync_is_idle(counter->sync) && bt_journal_unsent(counter->journal, &unsent) == BT_OK &&
	       unsent.count == 0;
}

static bool is_every_counter_idle(struct sim_world *world)
{
	for (int i = 0; i < SIM_COUNTERS; i++)
		if (!is_counter_idle(&world->counters[i]))
			return false;
	return true;
}

/* An answer that differed in a digit stops a sale for good: somebody has to look at it, and nobody here does. */
static bool is_for_a_person(const struct sim_counter *counter, const struct sim_sale *sale)
{
	struct bt_sale_view view;

	return bt_teller_view(counter->teller, sale->id, &view) == BT_OK && view.state == BT_SALE_STOPPED;
}

static bool is_still_waiting(const struct sim_world *world, const struct sim_sale *sale)
{
	const struct sim_counter *counter = &world->counters[sale->counter];
	struct bt_sale_row row;

	if (sim_refused_waits(world, sale))
		return true;
	if (sale->returned || (sale->token[0] && !sale->elsewhere) || sim_payer_is_over(world, sale))
		return false;
	if (sale->ruled)
		return sim_office_waits(sale);
	if (!counter->on)
		return true;
	if (bt_journal_sale(counter->journal, sale->id, &row) != BT_OK)
		return false; /* the check at the end says so */
	/* A head-end that was restored may have forgotten what it gave out there; the owner says it again. */
	if (sale->token[0])
		return row.stage == BT_STAGE_PENDING && !counter->revoked && !is_for_a_person(counter, sale);
	return !sim_is_for_head_office(world, sale, &row) && (row.stage != BT_STAGE_CREDITED || !row.settled);
}

/* With everything mended, who was served at an earlier look stays so; the check at the end looks at all of them. */
static bool is_everybody_served(const struct sim_world *world, bool served[SIM_SALES_MAX])
{
	for (int i = 0; i < world->sale_count; i++) {
		served[i] = served[i] || !is_still_waiting(world, &world->sales[i]);
		if (!served[i])
			return false;
	}
	return true;
}

/* The counters rest over the holidays, and requests that went astray come days after their sales were settled: none of
 * them may change anything (PROTOCOL H2). */
static void deliver_late_mail(struct sim_world *world)
{
	while (world->event_count > 0 && !world->failure[0]) {
		struct sim_event event = take_event(world);

		world->now_ms = event.at_ms;
		if (event.kind == SIM_REQUEST)
			sim_net_request(world, event.tag);
	}
}

/* Until everybody has been served and every counter is idle. */
static void come_to_rest(struct sim_world *world)
{
	int64_t until = world->now_ms + HEAL_MOST_MS;
	bool served[SIM_SALES_MAX] = {false};

	for (int events = 1; world->now_ms < until && step(world); events++) {
		if (events % LOOK_EVERY != 0 || !is_everybody_served(world, served))
			continue;
		if (is_every_counter_idle(world))
			break;
		/* A record that the head-end cannot take stays unsent for ever. */
		if (until > world->now_ms + AFTER_ALL_MS)
			until = world->now_ms + AFTER_ALL_MS;
	}
}

static void heal(struct sim_world *world)
{
	mend(world);
	for (int i = 0; i < world->sale_count; i++) {
		struct sim_sale *sale = &world->sales[i];

		if ((!sale->token[0] && !sale->returned) || (sale->meter_refuses && !sale->substitute[0])) {
			sale->on_the_way = false; /* tomorrow is too late */
			sim_clerk_plan_return(world, sim_between(world, 1000, SIM_MINUTE_MS), i);
		} else if (sim_refused_waits(world, sale)) {
			sim_plan(world, SIM_MINUTE_MS, SIM_KEY_IN, i, 0);
		}
	}
	come_to_rest(world);
	for (int i = 0; i < DECISIONS_MAX && sim_office_decides(world); i++)
		come_to_rest(world);
	deliver_late_mail(world);
	for (int i = 0; i < world->sale_count && !world->failure[0]; i++)
		if (world->sales[i].token[0])
			sim_meter_key_in(world, i);
}

/* ---- a whole world ---- */

static int64_t read_now(void *context)
{
	return ((const struct sim_world *)context)->now_ms;
}

/* Where every token has to get into its meter, nobody else's minutes may be in the way: those of a copied disk, or of a
 * head-end that picks them. */
static void choose_key_change(struct sim_world *world)
{
	world->faults[SIM_FAULT_KEY_CHANGE] = !world->head.sbx.picks && chance_one_in(&world->chance, 3);
	if (!sim_has(world, SIM_FAULT_KEY_CHANGE))
		return;
	world->faults[SIM_FAULT_THIEF] = world->faults[SIM_FAULT_RESTORE_SERVER] = false;
	/* Dockets, and counters that are away while a change is done. */
	world->faults[SIM_FAULT_SMALL_LIMIT] |= chance_one_in(&world->chance, 2);
}

static void choose_faults(struct sim_world *world)
{
	for (int i = 0; i < SIM_FAULT_COUNT; i++)
		world->faults[i] = chance_one_in(&world->chance, 2);
	/* A record that is lost comes back whole from a mirror that no fault has kept behind. */
	world->faults[SIM_FAULT_LOSE_RECORD] = chance_one_in(&world->chance, 8);
	if (sim_has(world, SIM_FAULT_LOSE_RECORD))
		world->faults[SIM_FAULT_SYNC_FAILS] = world->faults[SIM_FAULT_WRITE_FAILS] =
		    world->faults[SIM_FAULT_DISK_FULL] = false;
	world->faults[SIM_FAULT_LOSE_MARKS] = chance_one_in(&world->chance, 3);
	world->faults[SIM_FAULT_PICKS_MINUTES] = chance_one_in(&world->chance, 6);
	world->head.sbx.picks = world->faults[SIM_FAULT_PICKS_MINUTES];
	world->faults[SIM_FAULT_LANE_CHANGE] = chance_one_in(&world->chance, 6);
	if (sim_has(world, SIM_FAULT_LANE_CHANGE)) {
		world->faults[SIM_FAULT_SHORT_LIMIT] = true;
		world->faults[SIM_FAULT_RESTORE_SERVER] |= chance_one_in(&world->chance, 2);
		/* One that has lost its marks gives no lane again for weeks, which few worlds last. */
		world->faults[SIM_FAULT_LOSE_MARKS] =
		    sim_has(world, SIM_FAULT_LOSE_MARKS) && chance_one_in(&world->chance, 4);
	}
	/* UPI is paid in worlds without these. */
	if (sim_has(world, SIM_FAULT_PICKS_MINUTES) && chance_one_in(&world->chance, 2))
		world->faults[SIM_FAULT_RESTORE_SERVER] = world->faults[SIM_FAULT_REVOKE] =
		    world->faults[SIM_FAULT_LANE_CHANGE] = false;
	/* One that meets the minutes of counters; what a copied disk sells with them is another matter. */
	world->head.sbx.picks_any = world->head.sbx.picks && chance_mix(world->seed) % 4 != 0;
	if (world->head.sbx.picks_any) {
		world->faults[SIM_FAULT_THIEF] = false;
		world->faults[SIM_FAULT_LONG_OUTAGE] = false;
	}
	choose_key_change(world);
	world->faults[SIM_FAULT_OTHER_LANES] = chance_one_in(&world->chance, 14);
	if (sim_has(world, SIM_FAULT_OTHER_LANES))
		world->faults[SIM_FAULT_SHORT_LIMIT] = true;
	if (sim_has(world, SIM_FAULT_SMALL_LIMIT))
		world->head.sbx.lease.value_paise = sim_between(world, 2, 20) * 100000;
	if (sim_has(world, SIM_FAULT_SHORT_LIMIT))
		world->head.sbx.lease.hours = 1;
	/* A QR whose name was lost is looked for at the service by the time of its own clock. */
	world->has_service = !sim_has(world, SIM_FAULT_CLOCK_JUMP);
}

static void begin(struct sim_world *world, struct power_disk *const disks[SIM_DISKS])
{
	world->thief_disk = disks[SIM_COUNTERS];
	choose_faults(world);
	for (int i = 0; i < SIM_COUNTERS; i++) {
		sim_counter_make(world, i, disks[i]);
		if (i < SIM_AT_FIRST) {
			struct bt_sbx_terminal place = {.lane = BT_SBX_FIRST_LANE + i, .lanes = BT_SBX_LANES};

			/* With fewer lanes this one and the first have the same. */
			if (world->head.sbx.picks_any)
				place.lanes = BT_SBX_LANES_LEAST; /* their minutes meet the head-end's the sooner */
			else if (sim_has(world, SIM_FAULT_OTHER_LANES) && i == 1)
				place.lane = BT_SBX_FIRST_LANE + BT_SBX_LANES_LEAST;
			sim_counter_enrol(&world->counters[i], &place);
			sim_plan(world, i * 1000, SIM_SWITCH_ON, i, 0);
		}
	}
	sim_plan(world, SIM_MINUTE_MS, SIM_WEATHER, 0, 0);
}

static void explain(const struct sim_world *world)
{
	fprintf(stderr, "sales: %s\nfaults:", world->failure);
	for (int i = 0; i < SIM_FAULT_COUNT; i++)
		if (world->faults[i])
			fprintf(stderr, " %s", fault_names[i]);
	fprintf(stderr, "%s\n", world->head.sbx.picks_any ? " (any)" : "");
}

static void add_totals(struct sim_totals *to, const struct sim_totals *from)
{
	to->worlds += from->worlds;
	to->sales += from->sales;
	to->cuts += from->cuts;
	to->offline += from->offline;
	to->lost += from->lost;
	to->doubled += from->doubled;
	to->unaccounted_paise += from->unaccounted_paise;
	to->over_lease += from->over_lease;
	to->tid_collisions += from->tid_collisions;
	to->stuck += from->stuck;
	to->clones += from->clones;
	to->diverged += from->diverged;
	to->late_issue += from->late_issue;
	for (int i = 0; i < SIM_PATH_COUNT; i++)
		to->visited[i] += from->visited[i];
	to->hash += from->hash;
}

static void run_trade(struct sim_world *world)
{
	/* Where every counter has been withdrawn nobody sells any more: what there is has to come to its end all the
	 * same. */
	for (int events = 0; events < EVENTS_MOST && !is_trade_over(world) && step(world); events++)
		;
	if (!world->failure[0])
		heal(world);
	if (!world->failure[0])
		sim_thief_come_to_light(world);
	if (!world->failure[0])
		sim_check_end(world);
}

bool sim_world_run(const struct sim_town *town, struct power_disk *const disks[SIM_DISKS], uint64_t seed, int sales,
		   bool trace, struct sim_totals *totals)
{
	struct sim_world *world = calloc(1, sizeof *world);
	bool sound;

	if (!world)
		return false;
	world->town = town;
	world->seed = seed;
	world->chance.state = seed;
	world->trace = trace;
	world->now_ms = SIM_START_MS;
	world->replaced = -1;
	world->lanes_most = BT_SBX_LANES;
	world->sales_wanted = sales;
	world->totals.hash = seed;
	bt_sbx_clock_use(read_now, world);
	if (!sim_head_end_open(town, chance_next(&world->chance), &world->head))
		sim_fail(world, "no head-end");
	else
		sim_months_announce(world);
	begin(world, disks);
	run_trade(world);
	world->totals.worlds = 1;
	world->totals.sales = world->sale_count;
	sound = world->failure[0] == '\0';
	if (!sound)
		explain(world);
	for (int i = 0; i < SIM_COUNTERS; i++)
		sim_counter_free(&world->counters[i]);
	sim_thief_free(world);
	sim_key_free(world);
	sim_net_free(world);
	sim_head_end_close(&world->head);
	bt_sbx_clock_use(NULL, NULL);
	add_totals(totals, &world->totals);
	free(world);
	return sound;
}
