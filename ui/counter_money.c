/* Money back, cut-off sales, and the second person who approves: the counter behind the screens. */
#include <string.h>

#include "ui/counter_parts.h"

static enum bt_err note_change(struct bt_counter *counter, enum bt_err err)
{
	counter->counts.known = false;
	if (err)
		bt_log_line(counter->log, "sale", "not done: %s", bt_err_name(err));
	return err;
}

enum bt_err bt_counter_agree(void *self, const char *sale_id)
{
	struct bt_counter *counter = self;

	return note_change(counter, bt_teller_agree(counter->teller, sale_id));
}

bool bt_counter_cut_off(void *self, char sale_id[37])
{
	return bt_teller_cut_off(((struct bt_counter *)self)->teller, sale_id);
}

enum bt_err bt_counter_take_up(void *self, const char *sale_id)
{
	struct bt_counter *counter = self;

	return note_change(counter, bt_teller_take_up(counter->teller, sale_id));
}

enum bt_err bt_counter_let_wait(void *self, const char *sale_id)
{
	struct bt_counter *counter = self;

	return note_change(counter, bt_teller_let_wait(counter->teller, sale_id));
}

/* What may be approved by whom is known only with the order. */
static bool may_approve(const struct bt_operator *person)
{
	return person && person->role == BT_ROLE_SUPERVISOR;
}

void bt_counter_approve(void *self, const char *operator_id, const char *pin)
{
	struct bt_counter *counter = self;
	struct bt_counter_job *job = &counter->jobs[BT_JOB_APPROVE];

	if (job->running)
		return;
	counter->approver = NULL;
	job->person = bt_enrolment_operator(&counter->enrolment, operator_id);
	if (!may_approve(job->person)) {
		counter->job_state = BT_UI_JOB_FAILED;
	} else if (!bt_counter_may_try(counter, operator_id)) {
		counter->job_state = BT_UI_JOB_LOCKED_OUT;
	} else if (bt_counter_start_job(counter, BT_JOB_APPROVE, bt_bytes_of(pin)) != BT_OK) {
		counter->job_state = BT_UI_JOB_WRONG;
	}
}

void bt_counter_take_approval(struct bt_counter *counter, struct bt_counter_job *job)
{
	if (job->err != BT_OK) {
		bt_counter_note_wrong_pin(counter, job->person);
		return;
	}
	counter->approver = job->person;
	counter->job_state = BT_UI_JOB_GOOD;
}

/* A PIN that was right is good for one thing. */
bool bt_counter_use_word(struct bt_counter *counter, const struct bt_approval *approval)
{
	const struct bt_operator *person = counter->approver;

	counter->approver = NULL;
	return person && strcmp(person->id, approval->by) == 0;
}

/* Two people: the one at the counter does not approve what he asks for. */
bool bt_counter_use_approval(struct bt_counter *counter, const struct bt_approval *approval)
{
	bool is_own = counter->approver == counter->person;

	return bt_counter_use_word(counter, approval) && !is_own;
}

enum bt_err bt_counter_refund(void *self, const char *sale_id, const struct bt_approval *approval,
			      enum bt_denial *denial)
{
	struct bt_counter *counter = self;

	*denial = BT_DENY_NONE;
	return note_change(counter, bt_counter_use_approval(counter, approval)
					? bt_teller_refund(counter->teller, sale_id, approval)
					: BT_EAUTH);
}

enum bt_err bt_counter_abandon(void *self, const char *sale_id, const struct bt_approval *approval,
			       enum bt_denial *denial)
{
	struct bt_counter *counter = self;

	*denial = BT_DENY_NONE;
	return note_change(counter, bt_counter_use_approval(counter, approval)
					? bt_teller_abandon(counter->teller, sale_id, approval)
					: BT_EAUTH);
}

enum bt_err bt_counter_make_anyway(void *self, const char *sale_id, const struct bt_approval *approval,
				   enum bt_denial *denial)
{
	struct bt_counter *counter = self;

	*denial = BT_DENY_NONE;
	return note_change(counter, bt_counter_use_approval(counter, approval)
					? bt_teller_override(counter->teller, sale_id, approval, denial)
					: BT_EAUTH);
}

enum bt_err bt_counter_open_drawer(void *self, const char *sale_id, const struct bt_approval *approval,
				   enum bt_denial *denial)
{
	struct bt_counter *counter = self;

	(void)sale_id;
	*denial = BT_DENY_NONE;
	return note_change(counter, bt_counter_use_approval(counter, approval)
					? bt_teller_open_drawer(counter->teller, approval)
					: BT_EAUTH);
}
