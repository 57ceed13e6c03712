/* PIN and passphrase: stretched on a thread of their own, judged and journaled on the counter's. */
#include <string.h>

#include "core/base/json.h"
#include "core/base/thread.h"
#include "core/shift/shift.h"
#include "ui/counter_parts.h"

#define END_JOBS_MS 3000

static void *stretch(void *context)
{
	struct bt_counter_job *job = context;
	struct bt_bytes secret = {job->secret.data, job->secret.len};
	int done = (int)job->kind;

	if (job->kind == BT_JOB_UNLOCK)
		job->err = job->driver->unlock(&job->terms, secret, &job->unlocked, &job->fault);
	else if (job->kind == BT_JOB_CODE)
		bt_counter_judge_code(job, secret);
	else
		job->err = bt_operator_check_pin(job->person, secret);
	bt_secret_wipe(&job->secret);
	if (bt_queue_put(job->done, &done) != BT_OK)
		job->err = BT_EFULL; /* cannot be: one of each kind, and room for that */
	return NULL;
}

enum bt_err bt_counter_start_job(struct bt_counter *counter, enum bt_counter_job_kind kind, struct bt_bytes secret)
{
	struct bt_counter_job *job = &counter->jobs[kind];
	enum bt_err err;

	if (job->running)
		return BT_EBUSY;
	job->kind = kind;
	job->done = counter->job_done;
	job->driver = counter->keys.driver;
	job->terms = bt_counter_key_terms(counter);
	job->unlocked = NULL;
	job->fault = (struct bt_fault){0};
	err = bt_secret_make(&job->secret, secret.len);
	if (err)
		return err;
	memcpy(job->secret.data, secret.data, secret.len);
	if (bt_thread_start(&job->thread, stretch, job) != 0) {
		bt_secret_wipe(&job->secret);
		return BT_EOS;
	}
	job->running = true;
	if (!job->quiet)
		counter->job_state = BT_UI_JOB_RUNNING;
	return BT_OK;
}

/* Keys that are being opened are open within half a second: a docket for want of that would be a poor trade. */
static void say_opening(struct bt_counter *counter, bool opening)
{
	counter->keys.opening = opening;
	bt_teller_set_keys(counter->teller, &counter->keys);
}

enum bt_err bt_counter_start_unlock(struct bt_counter *counter, struct bt_bytes passphrase, bool quiet)
{
	enum bt_err err;

	if (counter->jobs[BT_JOB_UNLOCK].running)
		return BT_EBUSY;
	counter->jobs[BT_JOB_UNLOCK].quiet = quiet;
	err = bt_counter_start_job(counter, BT_JOB_UNLOCK, passphrase);
	if (!err)
		say_opening(counter, true);
	return err;
}

bool bt_counter_may_try(struct bt_counter *counter, const char *operator_id)
{
	struct bt_sign_in_state state;

	if (bt_shift_sign_in_state(counter->journal, operator_id, bt_clock_wall_ms(&counter->clock), &state) != BT_OK)
		return false;
	counter->job_tries_left = state.tries_left;
	counter->job_wait_ms = state.wait_ms;
	return state.tries_left > 0;
}

void bt_counter_start_sign_in(struct bt_counter *counter, const char *operator_id, const char *pin)
{
	struct bt_counter_job *job = &counter->jobs[BT_JOB_SIGN_IN];

	if (job->running)
		return;
	job->person = bt_enrolment_operator(&counter->enrolment, operator_id);
	if (!job->person || !bt_counter_may_try(counter, operator_id)) {
		counter->job_state = BT_UI_JOB_LOCKED_OUT;
		return;
	}
	if (bt_counter_start_job(counter, BT_JOB_SIGN_IN, bt_bytes_of(pin)) != BT_OK)
		counter->job_state = BT_UI_JOB_WRONG;
}

static void open_for(struct bt_counter *counter, const struct bt_operator *person)
{
	struct bt_fault fault = {0};
	int64_t shift = 0;

	counter->job_state = BT_UI_JOB_WRONG;
	if (bt_shift_sign_in(counter->journal, person->id, bt_clock_wall_ms(&counter->clock), &shift, &fault) !=
	    BT_OK) {
		bt_log_line(counter->log, "people", "sign-in not recorded: %s", fault.what);
		return;
	}
	counter->person = person;
	bt_teller_set_operator(counter->teller, person->id, shift);
	counter->job_state = BT_UI_JOB_GOOD;
}

void bt_counter_note_wrong_pin(struct bt_counter *counter, const struct bt_operator *person)
{
	struct bt_fault fault = {0};

	if (bt_shift_note_failed(counter->journal, person->id, &fault) != BT_OK)
		bt_log_line(counter->log, "people", "failed sign-in not recorded: %s", fault.what);
	counter->job_state = bt_counter_may_try(counter, person->id) ? BT_UI_JOB_WRONG : BT_UI_JOB_LOCKED_OUT;
}

static void take_sign_in(struct bt_counter *counter, struct bt_counter_job *job)
{
	if (job->err == BT_OK)
		open_for(counter, job->person);
	else
		bt_counter_note_wrong_pin(counter, job->person);
}

struct bt_key_terms bt_counter_key_terms(const struct bt_counter *counter)
{
	return (struct bt_key_terms){
	    .wrap = &counter->enrolment.vault, .uri = counter->config.vending_key, .purpose = counter->purpose};
}

enum bt_err bt_counter_take_keys(struct bt_counter *counter, void *unlocked)
{
	struct bt_keys *keys = &counter->keys;
	enum bt_err err =
	    bt_journal_put_json(counter->journal, BT_EVENT_UNSEAL, "",
				json_pack("{s:s}", "operator", counter->person ? counter->person->id : ""), NULL);

	/* An unseal that is not recorded did not happen. */
	if (err) {
		keys->driver->lock(unlocked);
		return err;
	}
	keys->driver->lock(keys->self);
	keys->self = unlocked;
	bt_teller_set_keys(counter->teller, keys);
	return BT_OK;
}

static void note_locked(struct bt_counter *counter, const struct bt_counter_job *job)
{
	counter->keys_fault[0] = '\0';
	if (job->err == BT_OK)
		return;
	bt_log_line(counter->log, "keys", "not opened: %s (%s)", bt_err_name(job->err), job->fault.what);
	if (job->driver->asks_for_pin)
		bt_text_copy(counter->keys_fault, sizeof counter->keys_fault, job->fault.what);
}

static void take_unlock(struct bt_counter *counter, struct bt_counter_job *job)
{
	enum bt_ui_job state = job->err == BT_EAUTH || !job->driver->asks_for_pin ? BT_UI_JOB_WRONG : BT_UI_JOB_FAILED;

	say_opening(counter, false);
	note_locked(counter, job);
	if (job->err == BT_OK && bt_counter_take_keys(counter, job->unlocked) == BT_OK)
		state = BT_UI_JOB_GOOD;
	job->unlocked = NULL;
	if (job->quiet)
		return;
	counter->job_tries_left = 0;
	counter->job_state = state;
}

bool bt_counter_take_jobs(struct bt_counter *counter)
{
	static void (*const takes[BT_JOB_COUNT])(struct bt_counter * counter, struct bt_counter_job * job) = {
	    [BT_JOB_SIGN_IN] = take_sign_in,
	    [BT_JOB_UNLOCK] = take_unlock,
	    [BT_JOB_CODE] = bt_counter_take_code,
	    [BT_JOB_CLOCK] = bt_counter_take_clock,
	    [BT_JOB_APPROVE] = bt_counter_take_approval,
	};
	int kind;
	bool any = false;

	while (bt_queue_take(counter->job_done, &kind) == BT_OK) {
		struct bt_counter_job *job = &counter->jobs[kind];

		pthread_join(job->thread, NULL);
		job->running = false;
		any = true;
		takes[kind](counter, job);
	}
	return any;
}

static bool any_running(const struct bt_counter *counter)
{
	for (int kind = 0; kind < BT_JOB_COUNT; kind++)
		if (counter->jobs[kind].running)
			return true;
	return false;
}

static void end_job(struct bt_counter_job *job)
{
	pthread_join(job->thread, NULL);
	job->running = false;
	if (job->unlocked)
		job->driver->lock(job->unlocked);
}

/* A security module may never answer; nobody closes a counter to wait for it. */
bool bt_counter_end_jobs(struct bt_counter *counter)
{
	int64_t until = bt_clock_boot_ms(&counter->clock) + END_JOBS_MS, left = END_JOBS_MS;
	int kind;

	while (any_running(counter) && left > 0 && bt_queue_wait(counter->job_done, (int)left) == BT_OK) {
		while (bt_queue_take(counter->job_done, &kind) == BT_OK)
			end_job(&counter->jobs[kind]);
		left = until - bt_clock_boot_ms(&counter->clock);
	}
	return !any_running(counter);
}
