#include "core/sync/sync.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/sync/tasks.h"

#define CALL_DEADLINE_MS 20000
#define BACKOFF_FIRST_MS 1000
#define BACKOFF_MOST_MS  60000

static bool always(struct bt_sync *sync)
{
	(void)sync;
	return true;
}

static bool wants_pending(struct bt_sync *sync);
static enum bt_err start_pending(struct bt_sync *sync);

const struct bt_sync_task bt_sync_tasks[BT_TASK_COUNT] = {
    [BT_TASK_HEALTH] = {.kind = BT_CALL_HEALTH,
			.every_ms = 15000,
			.wanted = always,
			.start = bt_sync_start_health,
			.take = bt_sync_take_health},
    [BT_TASK_LEASE] = {.kind = BT_CALL_LEASE,
		       .every_ms = 300000,
		       .wanted = bt_sync_wants_lease,
		       .start = bt_sync_start_lease,
		       .take = bt_sync_take_lease},
    [BT_TASK_TARIFFS] = {.kind = BT_CALL_TARIFFS,
			 .every_ms = 3600000,
			 .wanted = bt_sync_wants_tariffs,
			 .start = bt_sync_start_tariffs,
			 .take = bt_sync_take_tariffs},
    [BT_TASK_PENDING] = {.kind = BT_CALL_SALE, .every_ms = 30000, .wanted = wants_pending, .start = start_pending},
    [BT_TASK_DIRECTORY] = {.kind = BT_CALL_DIRECTORY,
			   .every_ms = 600000,
			   .wanted = always,
			   .start = bt_sync_start_directory,
			   .take = bt_sync_take_directory},
    [BT_TASK_JOURNAL] = {.kind = BT_CALL_JOURNAL,
			 .every_ms = 1000,
			 .wanted = bt_sync_wants_upload,
			 .start = bt_sync_start_upload,
			 .take = bt_sync_take_upload},
};

static int64_t boot_now(const struct bt_sync *sync)
{
	return bt_clock_boot_ms(sync->parts.clock);
}

enum bt_err bt_sync_submit(struct bt_sync *sync, struct bt_call *call)
{
	call->id = sync->next_call++;
	call->deadline_ms = CALL_DEADLINE_MS;
	call->era = sync->state.era;
	sync->call_id = call->id;
	return bt_wire_submit(sync->parts.wire, call);
}

enum bt_err bt_sync_put(struct bt_sync *sync, enum bt_event_kind kind, const char *sale_id, void *json)
{
	struct bt_event_in event = {.kind = kind, .sale_id = sale_id};
	struct bt_buf text;
	enum bt_err err;

	if (!json)
		return BT_ENOMEM;
	bt_buf_init(&text, BT_EVENT_BODY_MAX);
	err = bt_json_encode(json, &text);
	json_decref(json);
	event.body = bt_buf_view(&text);
	if (!err)
		err = bt_journal_put(sync->parts.journal, &event, 1, NULL);
	bt_buf_fini(&text);
	return err;
}

enum bt_err bt_sync_open(const struct bt_sync_parts *parts, struct bt_sync **out, struct bt_fault *fault)
{
	struct bt_sync *sync = calloc(1, sizeof *sync);
	enum bt_err err;

	if (!sync)
		return bt_fault_set(fault, BT_ENOMEM, 0, "sync");
	sync->parts = *parts;
	sync->busy = BT_TASK_NONE;
	sync->next_call = 1;
	sync->state.era = parts->enrolment->era;
	sync->sent_seq = bt_journal_acknowledged(parts->journal);
	err = bt_sync_load_terms(sync, fault);
	if (err) {
		bt_sync_close(sync);
		return err;
	}
	*out = sync;
	return BT_OK;
}

void bt_sync_close(struct bt_sync *sync)
{
	free(sync);
}

void bt_sync_kick(struct bt_sync *sync)
{
	memset(sync->due_boot_ms, 0, sizeof sync->due_boot_ms);
	sync->finish_after_ms = 0;
}

/* ---- pending sales: finished one by one, disconnections first, then balances, then tokens, oldest first ---- */

static int rank_of(const struct bt_sale_row *row)
{
	if (row->dues == row->amount)
		return 0;
	return row->tid == 0 && row->units == 0 ? 1 : 2;
}

static bool find_pending(struct bt_sync *sync, char sale_id[37])
{
	struct bt_sale_row *rows = calloc(256, sizeof *rows), *best = NULL;
	int count = 0;

	if (rows && bt_journal_sales(sync->parts.journal, BT_SALES_OPEN, NULL, 256, rows, &count) == BT_OK)
		for (int i = 0; i < count; i++)
			if (rows[i].stage == BT_STAGE_PENDING && rows[i].paid_at_ms > sync->finish_after_ms &&
			    (!best || rank_of(&rows[i]) < rank_of(best)))
				best = &rows[i];
	if (best)
		bt_text_copy(sale_id, 37, best->sale_id);
	free(rows);
	return best != NULL;
}

static bool wants_pending(struct bt_sync *sync)
{
	char sale_id[37];

	return find_pending(sync, sale_id);
}

static enum bt_err start_pending(struct bt_sync *sync)
{
	struct bt_sale_view view;
	enum bt_err err;

	if (!find_pending(sync, sync->finishing))
		return BT_ENOTFOUND;
	if (bt_teller_view(sync->parts.teller, sync->finishing, &view) == BT_OK)
		sync->finish_after_ms = view.sale.paid_at_ms;
	err = bt_teller_finish(sync->parts.teller, sync->finishing);
	/* The teller asks; its answer comes to the teller. Sync only paces: the next one goes at the next step. */
	bt_log_line(sync->parts.log, "sync", "finishing %s: %s", sync->finishing, bt_err_name(err));
	sync->due_boot_ms[BT_TASK_PENDING] = boot_now(sync) + (err ? 5000 : 200);
	return BT_ENOTFOUND;
}

/* ---- scheduling ---- */

static void back_off(struct bt_sync *sync, enum bt_sync_task_id id)
{
	uint32_t draw = 0;
	int *backoff = &sync->backoff_ms[id];

	*backoff = *backoff ? *backoff * 2 : BACKOFF_FIRST_MS;
	if (*backoff > BACKOFF_MOST_MS)
		*backoff = BACKOFF_MOST_MS;
	if (bt_random_fill(sync->parts.random, &draw, sizeof draw) != BT_OK)
		draw = 0;
	sync->due_boot_ms[id] = boot_now(sync) + *backoff / 2 + (int64_t)(draw % (uint32_t)(*backoff / 2 + 1));
}

static void finish_task(struct bt_sync *sync, enum bt_sync_task_id id, enum bt_err err)
{
	sync->changed = true;
	if (err == BT_EBUSY) {
		sync->due_boot_ms[id] = 0;
		return;
	}
	if (err) {
		sync->state.last_error = err;
		back_off(sync, id);
		return;
	}
	sync->backoff_ms[id] = 0;
	sync->due_boot_ms[id] = boot_now(sync) + bt_sync_tasks[id].every_ms;
}

static bool is_reachable(const struct bt_sync *sync)
{
	return sync->parts.breaker->state == BT_BREAKER_ONLINE;
}

static bool is_due(struct bt_sync *sync, enum bt_sync_task_id id)
{
	if (boot_now(sync) < sync->due_boot_ms[id])
		return false;
	if (id == BT_TASK_JOURNAL && sync->state.forked)
		return false;
	return bt_sync_tasks[id].wanted(sync);
}

static bool try_start(struct bt_sync *sync, enum bt_sync_task_id id)
{
	enum bt_err err = bt_sync_tasks[id].start(sync);

	if (err == BT_OK) {
		sync->busy = id;
		return true;
	}
	if (err != BT_ENOTFOUND)
		finish_task(sync, id, err);
	else if (sync->due_boot_ms[id] <= boot_now(sync))
		sync->due_boot_ms[id] = boot_now(sync) + bt_sync_tasks[id].every_ms;
	return false;
}

bool bt_sync_step(struct bt_sync *sync)
{
	bool changed = sync->changed;

	sync->changed = false;
	if (sync->busy != BT_TASK_NONE || !sync->parts.wire)
		return changed;
	if (!is_reachable(sync)) {
		/* Away: nothing but probes, paced by the breaker. */
		if (bt_breaker_probe_due(sync->parts.breaker, boot_now(sync), sync->parts.random))
			try_start(sync, BT_TASK_HEALTH);
		return changed;
	}
	for (int id = 0; id < BT_TASK_COUNT; id++)
		if (is_due(sync, (enum bt_sync_task_id)id) && try_start(sync, (enum bt_sync_task_id)id))
			break;
	return changed;
}

int bt_sync_due_ms(const struct bt_sync *sync)
{
	int64_t now = boot_now(sync), best = 60000;

	if (sync->busy != BT_TASK_NONE || !sync->parts.wire)
		return 60000;
	if (!is_reachable(sync)) {
		best = sync->parts.breaker->next_probe_ms - now;
		return best < 0 ? 0 : best > 60000 ? 60000 : (int)best;
	}
	for (int id = 0; id < BT_TASK_COUNT; id++) {
		int64_t left = sync->due_boot_ms[id] - now;

		if (left < best)
			best = left;
	}
	/* Not more often than ten times a second: a due task that is not wanted would keep the loop turning. */
	return best < 100 ? 100 : (int)best;
}

bool bt_sync_is_idle(const struct bt_sync *sync)
{
	struct bt_sync *self = (struct bt_sync *)(uintptr_t)sync;

	if (sync->busy != BT_TASK_NONE || bt_teller_under_way(sync->parts.teller))
		return false;
	if (!is_reachable(sync))
		return true;
	for (int id = 0; id < BT_TASK_COUNT; id++) {
		bool failed = sync->backoff_ms[id] != 0, timer = id != BT_TASK_PENDING && id != BT_TASK_JOURNAL;

		if (failed || (timer && boot_now(sync) < sync->due_boot_ms[id]))
			continue;
		if (id == BT_TASK_JOURNAL && sync->state.forked)
			continue;
		if (bt_sync_tasks[id].wanted(self))
			return false;
	}
	return true;
}

bool bt_sync_answer(struct bt_sync *sync, const struct bt_answer *answer)
{
	enum bt_sync_task_id id = sync->busy;
	enum bt_err err = answer->fault.err;

	if (id == BT_TASK_NONE || answer->id != sync->call_id || answer->kind != bt_sync_tasks[id].kind)
		return false;
	sync->busy = BT_TASK_NONE;
	/* A large page is slow by its size; only small calls judge the server. */
	if (id != BT_TASK_DIRECTORY && id != BT_TASK_JOURNAL)
		bt_breaker_note(sync->parts.breaker, err, answer->latency_ms, sync->parts.slow_ms, boot_now(sync),
				sync->parts.random);
	if (answer->era > 0 && answer->era != sync->state.era) {
		sync->state.era = answer->era;
		bt_teller_set_era(sync->parts.teller, answer->era);
	}
	if (bt_err_fate(err) == BT_FATE_REFUSED && id == BT_TASK_JOURNAL)
		bt_sync_upload_refused(sync, answer);
	if (bt_err_fate(err) == BT_FATE_REFUSED && strcmp(answer->code, "revoked") == 0)
		sync->state.revoked = true;
	if (err)
		bt_log_line(sync->parts.log, "sync", "%s: %s %s (%s)", bt_call_name(answer->kind), bt_err_name(err),
			    answer->code, answer->fault.what);
	else
		err = bt_sync_tasks[id].take(sync, answer);
	finish_task(sync, id, err);
	return true;
}

const struct bt_sync_state *bt_sync_state(const struct bt_sync *sync)
{
	return &sync->state;
}
