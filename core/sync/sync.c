#include "core/sync/sync.h"

#include <stdlib.h>
#include <string.h>

#include "core/sync/tasks.h"

#define CALL_DEADLINE_MS 20000
#define BACKOFF_FIRST_MS 1000
#define BACKOFF_MOST_MS  60000
/* The wire answers every call by its deadline; one that has not come so long after it never will. */
#define CALL_GRACE_MS 5000
/* How soon a due task that wants nothing is asked again whether it does. */
#define RECHECK_MS 5000
#define RECOUNT_MS 60000
/* Not more often than ten times a second, and once a minute whatever happens. */
#define SHORTEST_REST_MS 100
#define LONGEST_REST_MS  60000

static bool always(struct bt_sync *sync)
{
	(void)sync;
	return true;
}

const struct bt_sync_task bt_sync_tasks[BT_TASK_COUNT] = {
    [BT_TASK_HEALTH] = {.kind = BT_CALL_HEALTH,
			.every_ms = 15000,
			.wanted = always,
			.start = bt_sync_start_health,
			.take = bt_sync_take_health},
    [BT_TASK_HEAD] = {.kind = BT_CALL_HEAD,
		      .every_ms = 1000,
		      .when_slow = true,
		      .wanted = bt_sync_wants_head,
		      .start = bt_sync_start_head,
		      .take = bt_sync_take_head,
		      .failed = bt_sync_head_failed},
    [BT_TASK_LEASE] = {.kind = BT_CALL_LEASE,
		       .every_ms = 300000,
		       .when_slow = true,
		       .wanted = bt_sync_wants_lease,
		       .start = bt_sync_start_lease,
		       .take = bt_sync_take_lease},
    [BT_TASK_TARIFFS] = {.kind = BT_CALL_TARIFFS,
			 .every_ms = 3600000,
			 .wanted = bt_sync_wants_tariffs,
			 .start = bt_sync_start_tariffs,
			 .take = bt_sync_take_tariffs},
    [BT_TASK_PENDING] = {.kind = BT_CALL_SALE,
			 .every_ms = 30000,
			 .wanted = bt_sync_wants_pending,
			 .held = bt_sync_holds_pending,
			 .start = bt_sync_start_pending},
    [BT_TASK_CLAIMS] = {.kind = BT_CALL_CLAIM,
			.every_ms = 5000,
			.wanted = bt_sync_wants_claims,
			.held = bt_sync_is_resending,
			.start = bt_sync_start_claims,
			.take = bt_sync_take_claims,
			.failed = bt_sync_claims_failed},
    [BT_TASK_JOURNAL] = {.kind = BT_CALL_JOURNAL,
			 .every_ms = 1000,
			 .when_slow = true,
			 .wanted = bt_sync_wants_upload,
			 .held = bt_sync_holds_upload,
			 .start = bt_sync_start_upload,
			 .take = bt_sync_take_upload,
			 .go_on = bt_sync_go_on_settling,
			 .failed = bt_sync_upload_failed},
    [BT_TASK_DIRECTORY] = {.kind = BT_CALL_DIRECTORY,
			   .every_ms = 600000,
			   .wanted = always,
			   .start = bt_sync_start_directory,
			   .take = bt_sync_take_directory,
			   .go_on = bt_sync_go_on_directory},
    [BT_TASK_IDENTITY] = {.kind = BT_CALL_RENEW,
			  .every_ms = 60000,
			  .when_slow = true,
			  .wanted = bt_sync_wants_identity,
			  .start = bt_sync_start_identity,
			  .take = bt_sync_take_identity},
};

int64_t bt_sync_boot_ms(const struct bt_sync *sync)
{
	return bt_clock_boot_ms(sync->parts.clock);
}

enum bt_err bt_sync_submit(struct bt_sync *sync, struct bt_call *call)
{
	call->id = sync->next_call++;
	call->deadline_ms = CALL_DEADLINE_MS;
	call->era = sync->state.era;
	sync->call_id = call->id;
	sync->asked_boot_ms = bt_sync_boot_ms(sync);
	return bt_wire_submit(sync->parts.wire, call);
}

enum bt_err bt_sync_open(const struct bt_sync_parts *parts, struct bt_sync **out, struct bt_fault *fault)
{
	struct bt_sync *sync = calloc(1, sizeof *sync);
	enum bt_err err;

	if (!sync)
		return bt_fault_set(fault, BT_ENOMEM, 0, "sync");
	sync->parts = *parts;
	sync->busy = sync->going_on = BT_TASK_NONE;
	sync->next_call = 1;
	sync->healthy_boot_ms = -1;
	sync->drain_from = -1;
	sync->round_before = -1;
	sync->batch_most = BT_SYNC_BATCH;
	sync->sent_seq = bt_journal_acknowledged(parts->journal);
	bt_sync_note_identity(sync);
	err = bt_sync_load_era(sync, fault);
	if (!err)
		err = bt_sync_load_terms(sync, fault);
	if (!err &&
	    ((err = bt_sync_settle_left_over(sync)) != BT_OK || (err = bt_sync_count_quarantined(sync)) != BT_OK))
		bt_fault_set(fault, err, 0, "what is unsent cannot be read");
	if (err) {
		bt_sync_close(sync);
		return err;
	}
	*out = sync;
	return BT_OK;
}

void bt_sync_close(struct bt_sync *sync)
{
	if (sync)
		bt_directory_page_close(sync->page);
	free(sync);
}

void bt_sync_kick(struct bt_sync *sync)
{
	memset(sync->due_boot_ms, 0, sizeof sync->due_boot_ms);
	/* Somebody has reason to look: one probe now, whatever the back-off says. */
	sync->parts.breaker->next_probe_ms = 0;
	bt_sync_hasten_rounds(sync);
}

/* ---- scheduling ---- */

/* Full jitter: anywhere up to the limit, which doubles; so that terminals that failed together do not come back
 * together. Without randomness the whole limit, which is late but never a storm. */
static void back_off(struct bt_sync *sync, enum bt_sync_task_id id)
{
	uint32_t draw;
	int *limit = &sync->backoff_ms[id];

	*limit = *limit ? *limit * 2 : BACKOFF_FIRST_MS;
	if (*limit > BACKOFF_MOST_MS)
		*limit = BACKOFF_MOST_MS;
	if (bt_random_fill(sync->parts.random, &draw, sizeof draw) != BT_OK)
		draw = UINT32_MAX;
	sync->due_boot_ms[id] = bt_sync_boot_ms(sync) + (int64_t)(((uint64_t)draw * (uint64_t)(*limit + 1)) >> 32);
}

/* An answer that stays the same (@p is_final) is asked for again no sooner than if it had been given, and
 * not within a minute. */
static void finish_task(struct bt_sync *sync, enum bt_sync_task_id id, enum bt_err err, bool is_final)
{
	int64_t rests = bt_sync_tasks[id].every_ms;

	sync->changed = true;
	if (err == BT_EBUSY) {
		sync->due_boot_ms[id] = 0;
		sync->backoff_ms[id] = 0;
		return;
	}
	if (err)
		sync->state.last_error = err;
	if (err && !is_final) {
		back_off(sync, id);
		return;
	}
	sync->backoff_ms[id] = 0;
	sync->due_boot_ms[id] = bt_sync_boot_ms(sync) + (rests < BACKOFF_MOST_MS && err ? BACKOFF_MOST_MS : rests);
}

static bool is_reachable(const struct bt_sync *sync)
{
	return sync->parts.breaker->state == BT_BREAKER_ONLINE;
}

/* A server too slow to be waited for at the counter still takes the record and renews the lease: these wait for
 * nobody, and without them a server that stays slow would end offline selling too. */
static bool may_run(const struct bt_sync *sync, enum bt_sync_task_id id)
{
	const struct bt_sync_task *task = &bt_sync_tasks[id];

	if (task->held && task->held(sync))
		return false;
	return is_reachable(sync) || (task->when_slow && sync->parts.breaker->state == BT_BREAKER_SLOW);
}

/* A due task that wants nothing is put off, all of them to the same moment; otherwise the caller's loop would turn for
 * it for ever. What the journal has to send is known without asking. */
static void put_off(struct bt_sync *sync, enum bt_sync_task_id id)
{
	if (id == BT_TASK_JOURNAL)
		return;
	int64_t rest_ms = id == BT_TASK_IDENTITY ? bt_sync_tasks[id].every_ms : RECHECK_MS;

	sync->due_boot_ms[id] = (bt_sync_boot_ms(sync) / rest_ms + 1) * rest_ms;
	if (id != BT_TASK_PENDING)
		return;
	if (sync->round_over) {
		bt_sync_start_round(sync);
		sync->due_boot_ms[id] = 0;
		return;
	}
	int rests = bt_sync_end_round(sync);
	if (sync->round_tried)
		sync->due_boot_ms[id] = bt_sync_boot_ms(sync) + (int64_t)rests * bt_sync_tasks[id].every_ms;
}

static bool is_due(struct bt_sync *sync, enum bt_sync_task_id id)
{
	if (!may_run(sync, id) || bt_sync_boot_ms(sync) < sync->due_boot_ms[id])
		return false;
	if (bt_sync_tasks[id].wanted(sync))
		return true;
	put_off(sync, id);
	return false;
}

static bool try_start(struct bt_sync *sync, enum bt_sync_task_id id)
{
	enum bt_err err = bt_sync_tasks[id].start(sync);

	if (err == BT_OK) {
		sync->busy = id;
		return true;
	}
	if (err != BT_ENOTFOUND)
		finish_task(sync, id, err, false);
	else if (sync->due_boot_ms[id] <= bt_sync_boot_ms(sync))
		sync->due_boot_ms[id] = bt_sync_boot_ms(sync) + bt_sync_tasks[id].every_ms;
	return false;
}

static void give_up_call(struct bt_sync *sync)
{
	enum bt_sync_task_id id = sync->busy;

	if (id == BT_TASK_NONE || bt_sync_boot_ms(sync) < sync->asked_boot_ms + CALL_DEADLINE_MS + CALL_GRACE_MS)
		return;
	bt_log_line(sync->parts.log, "sync", "%s: never answered", bt_call_name(bt_sync_tasks[id].kind));
	sync->busy = BT_TASK_NONE;
	finish_task(sync, id, BT_ETIMEOUT, false);
}

/* What could not be finished while the head-end was away is tried as soon as it is back. */
static void note_reach(struct bt_sync *sync)
{
	bool reachable = is_reachable(sync);

	if (reachable && !sync->reached) {
		bt_sync_hasten_rounds(sync);
		sync->due_boot_ms[BT_TASK_PENDING] = 0;
		sync->due_boot_ms[BT_TASK_CLAIMS] = 0;
	}
	sync->reached = reachable;
}

/* A person may have seen to one meanwhile. */
static void recount(struct bt_sync *sync)
{
	if (sync->state.quarantined > 0 && bt_sync_boot_ms(sync) - sync->counted_boot_ms >= RECOUNT_MS &&
	    bt_sync_count_quarantined(sync) != BT_OK)
		bt_log_line(sync->parts.log, "sync", "what is quarantined cannot be counted");
}

/* One step of what an answer brought; nothing is asked before the last. */
static void go_on(struct bt_sync *sync)
{
	enum bt_sync_task_id id = sync->going_on;
	bool done = false;
	enum bt_err err = bt_sync_tasks[id].go_on(sync, &done);

	if (!done && !err)
		return;
	sync->going_on = BT_TASK_NONE;
	finish_task(sync, id, err, false);
	bt_sync_measure_drain(sync);
}

bool bt_sync_step(struct bt_sync *sync)
{
	bool changed;

	give_up_call(sync);
	bt_sync_measure_drain(sync);
	recount(sync);
	if (sync->going_on != BT_TASK_NONE) {
		go_on(sync);
		changed = sync->changed;
		sync->changed = false;
		return changed;
	}
	changed = sync->changed;
	sync->changed = false;
	if (sync->busy != BT_TASK_NONE || !sync->parts.wire)
		return changed;
	note_reach(sync);
	/* Away: probes, paced by the breaker. */
	if (!is_reachable(sync) &&
	    bt_breaker_probe_due(sync->parts.breaker, bt_sync_boot_ms(sync), sync->parts.random) &&
	    try_start(sync, BT_TASK_HEALTH))
		return changed;
	/* Without a certificate that is taken most of the rest goes nowhere. */
	if (bt_sync_presses_identity(sync) && is_due(sync, BT_TASK_IDENTITY) && try_start(sync, BT_TASK_IDENTITY))
		return changed;
	for (int id = 0; id < BT_TASK_COUNT; id++)
		if (is_due(sync, (enum bt_sync_task_id)id) && try_start(sync, (enum bt_sync_task_id)id))
			break;
	return changed;
}

/* One of whose timers may wake the loop. */
static bool has_timer(const struct bt_sync *sync, enum bt_sync_task_id id)
{
	if (id == BT_TASK_JOURNAL && sync->state.to_send == 0)
		return false;
	/* The answer wakes it, or the teller, who waits for no more than he has to. */
	if (id == BT_TASK_PENDING && bt_sync_is_finishing(sync))
		return false;
	return may_run(sync, id);
}

static int64_t first_due(const struct bt_sync *sync)
{
	int64_t first = INT64_MAX;

	if (sync->busy != BT_TASK_NONE)
		return sync->asked_boot_ms + CALL_DEADLINE_MS + CALL_GRACE_MS;
	if (!is_reachable(sync))
		first = sync->parts.breaker->next_probe_ms;
	for (int id = 0; id < BT_TASK_COUNT; id++)
		if (sync->due_boot_ms[id] < first && has_timer(sync, (enum bt_sync_task_id)id))
			first = sync->due_boot_ms[id];
	return first;
}

int bt_sync_due_ms(const struct bt_sync *sync)
{
	int64_t now = bt_sync_boot_ms(sync), first = sync->parts.wire ? first_due(sync) : INT64_MAX;

	if (sync->going_on != BT_TASK_NONE)
		return 0;
	if (first > now + LONGEST_REST_MS)
		return LONGEST_REST_MS;
	return first < now + SHORTEST_REST_MS ? SHORTEST_REST_MS : (int)(first - now);
}

bool bt_sync_is_idle(struct bt_sync *sync)
{
	if (sync->busy != BT_TASK_NONE || sync->going_on != BT_TASK_NONE || bt_teller_under_way(sync->parts.teller))
		return false;
	for (int id = 0; id < BT_TASK_COUNT; id++) {
		bool failed = sync->backoff_ms[id] != 0,
		     timer = id != BT_TASK_PENDING && id != BT_TASK_CLAIMS && id != BT_TASK_JOURNAL;

		if (failed || !may_run(sync, (enum bt_sync_task_id)id) ||
		    (timer && bt_sync_boot_ms(sync) < sync->due_boot_ms[id]))
			continue;
		if (bt_sync_tasks[id].wanted(sync))
			return false;
	}
	return true;
}

bool bt_sync_answer(struct bt_sync *sync, const struct bt_answer *answer)
{
	enum bt_sync_task_id id = sync->busy;
	enum bt_err err = answer->fault.err;
	bool is_withdrawn;

	if (id == BT_TASK_NONE || answer->id != sync->call_id || answer->kind != bt_sync_tasks[id].kind)
		return false;
	sync->busy = BT_TASK_NONE;
	/* A large page is slow by its size; only small calls judge the server. */
	if (id != BT_TASK_DIRECTORY && id != BT_TASK_JOURNAL)
		bt_breaker_note(sync->parts.breaker, err, answer->latency_ms, sync->parts.slow_ms,
				bt_sync_boot_ms(sync), sync->parts.random);
	bt_sync_note_era(sync, answer->era);
	is_withdrawn = bt_err_fate(err) == BT_FATE_REFUSED && strcmp(answer->code, "revoked") == 0;
	if (is_withdrawn)
		bt_sync_note_revoked(sync);
	if (err)
		bt_log_line(sync->parts.log, "sync", "%s: %s %s (%s)", bt_call_name(answer->kind), bt_err_name(err),
			    answer->code, answer->fault.what);
	if (err && bt_sync_tasks[id].failed)
		bt_sync_tasks[id].failed(sync, answer);
	if (!err)
		err = bt_sync_tasks[id].take(sync, answer);
	if (!err && bt_sync_tasks[id].go_on) {
		sync->going_on = id;
		return true;
	}
	finish_task(sync, id, err, is_withdrawn);
	bt_sync_measure_drain(sync);
	return true;
}

const struct bt_sync_state *bt_sync_state(const struct bt_sync *sync)
{
	return &sync->state;
}
