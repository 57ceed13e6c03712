/* What is said by telephone or by a supervisor: extension codes and the time. Stretched on a thread of their own,
 * judged and journaled on the counter's. */
#include <string.h>

#include "core/shift/shift.h"
#include "ui/counter_parts.h"

/* ---- extension codes ---- */

static const char *who(const struct bt_counter *counter)
{
	return counter->person ? counter->person->id : "";
}

/* Eight hex digits in two groups, the beginning of the short head on receipts. */
static void format_head(struct bt_journal *journal, char out[16])
{
	struct bt_head head = bt_journal_head(journal);
	char hex[9];

	bt_hex_encode((struct bt_bytes){head.hash, 4}, hex);
	bt_text_printf(out, 16, "%.4s %.4s", hex, hex + 4);
}

bool bt_counter_extension(struct bt_counter *counter, struct bt_ui_extension *out)
{
	const struct bt_sync_state *state = bt_sync_state(counter->sync);
	char request[BT_REQUEST_CAP];

	*out = (struct bt_ui_extension){0};
	if (!state->has_lease || bt_extension_request(&state->signed_lease, &state->extension, request) != BT_OK)
		return false;
	bt_text_printf(out->request, sizeof out->request, "%.2s %.3s %.3s", request, request + 2, request + 5);
	format_head(counter->journal, out->head);
	out->unsent = counter->counts.unsent.paise;
	out->codes_left = bt_extension_left(&state->signed_lease, &state->extension);
	out->until_ms = state->lease.expires_ms;
	if (counter->extended > 0) {
		out->added_days = state->signed_lease.grants[counter->extended - 1].days;
		out->added = state->signed_lease.grants[counter->extended - 1].value;
	}
	return true;
}

static int tries_left(const struct bt_counter *counter)
{
	return BT_EXTENSION_TRIES - bt_sync_state(counter->sync)->extension.tries;
}

void bt_counter_start_extend(struct bt_counter *counter, const char *code)
{
	const struct bt_sync_state *state = bt_sync_state(counter->sync);
	struct bt_counter_job *job = &counter->jobs[BT_JOB_CODE];
	struct bt_fault fault = {0};

	if (job->running)
		return;
	counter->job_state = BT_UI_JOB_WRONG;
	counter->job_tries_left = tries_left(counter);
	/* What its check digits give away is no try. */
	if (!bt_extension_is_code(code))
		return;
	counter->job_state = BT_UI_JOB_FAILED;
	if (bt_sync_try_code(counter->sync, who(counter), &fault) != BT_OK) {
		bt_log_line(counter->log, "limit", "code not tried: %s", fault.what);
		return;
	}
	job->lease = state->signed_lease;
	job->extension = state->extension;
	if (bt_counter_start_job(counter, BT_JOB_CODE, bt_bytes_of(code)) != BT_OK)
		counter->job_state = BT_UI_JOB_FAILED;
}

void bt_counter_judge_code(struct bt_counter_job *job, struct bt_bytes code)
{
	job->err = bt_extension_judge(&job->lease, &job->extension, code, &job->grant);
}

void bt_counter_take_code(struct bt_counter *counter, struct bt_counter_job *job)
{
	struct bt_fault fault = {0};
	enum bt_err err = job->err;

	if (err == BT_OK)
		err = bt_sync_extend(counter->sync, job->lease.number, job->grant, who(counter), &fault);
	/* Judged under a lease that has been renewed in the meantime: neither right nor wrong any more. */
	if (bt_sync_state(counter->sync)->signed_lease.number != job->lease.number)
		err = BT_ESTATE;
	counter->job_tries_left = tries_left(counter);
	if (err == BT_OK) {
		counter->extended = job->grant;
		counter->job_state = BT_UI_JOB_GOOD;
		return;
	}
	counter->job_state = err == BT_EAUTH ? BT_UI_JOB_WRONG : BT_UI_JOB_FAILED;
	bt_log_line(counter->log, "limit", "code not accepted: %s %s", bt_err_name(err), fault.what);
}

/* ---- the time ---- */

void bt_counter_start_clock(struct bt_counter *counter, const char *operator_id, const char *pin, int64_t offset_ms)
{
	struct bt_counter_job *job = &counter->jobs[BT_JOB_CLOCK];

	if (job->running)
		return;
	job->person = bt_enrolment_operator(&counter->enrolment, operator_id);
	job->offset_ms = offset_ms;
	if (!job->person || job->person->role != BT_ROLE_SUPERVISOR || !bt_counter_may_try(counter, operator_id)) {
		counter->job_state = BT_UI_JOB_LOCKED_OUT;
		return;
	}
	if (bt_counter_start_job(counter, BT_JOB_CLOCK, bt_bytes_of(pin)) != BT_OK)
		counter->job_state = BT_UI_JOB_WRONG;
}

void bt_counter_take_clock(struct bt_counter *counter, struct bt_counter_job *job)
{
	int64_t true_ms = bt_clock_trust_best(&bt_sync_state(counter->sync)->trust, &counter->clock) + job->offset_ms;
	struct bt_fault fault = {0};

	if (job->err != BT_OK) {
		bt_counter_note_wrong_pin(counter, job->person);
		return;
	}
	counter->job_state = BT_UI_JOB_GOOD;
	if (bt_sync_confirm_clock(counter->sync, true_ms, job->person->id, &fault) == BT_OK)
		return;
	counter->job_state = BT_UI_JOB_FAILED;
	bt_log_line(counter->log, "clock", "time not taken: %s", fault.what);
}

/* ---- the clock of the record ---- */

static int64_t record_wall(void *self)
{
	const struct bt_counter *counter = self;

	return counter->sync ? bt_clock_trust_best(&bt_sync_state(counter->sync)->trust, &counter->clock)
			     : bt_clock_wall_ms(&counter->clock);
}

static int64_t record_boot(void *self)
{
	return bt_clock_boot_ms(&((struct bt_counter *)self)->clock);
}

static void record_boot_id(void *self, char out[37])
{
	bt_clock_boot_id(&((struct bt_counter *)self)->clock, out);
}

struct bt_clock bt_counter_record_clock(struct bt_counter *counter)
{
	return (struct bt_clock){
	    .wall_ms = record_wall, .boot_ms = record_boot, .boot_id = record_boot_id, .self = counter};
}
