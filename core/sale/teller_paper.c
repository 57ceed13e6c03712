/* Slips on their way to paper: sent, waited for, given up, and what came of each on record; and the drawer. */
#include "core/sale/teller_work.h"

#include <string.h>

#include "core/base/json.h"

static const struct {
	const char *name;
	enum bt_slip_event event;
} outcomes[] = {
    [BT_PRINT_CONFIRMED] = {"confirmed", BT_SLIP_EV_CONFIRMED},
    [BT_PRINT_UNCONFIRMED] = {"unconfirmed", BT_SLIP_EV_UNCONFIRMED},
    [BT_PRINT_FAILED] = {"failed", BT_SLIP_EV_FAILED},
};

const char *bt_teller_outcome(enum bt_print_state state, enum bt_slip_event *event)
{
	*event = outcomes[state].event;
	return outcomes[state].name;
}

enum bt_slip_effect bt_teller_slip_step(enum bt_print_progress *printing, enum bt_slip_event event)
{
	const struct bt_slip_step *step = bt_slip_find_step(*printing, event);

	if (!step)
		return BT_SLIP_DO_NOTHING;
	*printing = step->next;
	return step->effect;
}

/* The slips of other sales stand behind it, and are not meant: they go on their way when this one has ended. */
static enum bt_print_progress *find_front(struct bt_teller *teller, struct bt_teller_work **work)
{
	struct bt_teller_docket *docket = &teller->docket;
	enum bt_print_progress *front = NULL;
	uint64_t sent = UINT64_MAX;

	*work = NULL;
	if (bt_slip_is_in_hand(docket->view.printing)) {
		front = &docket->view.printing;
		sent = docket->sent;
	}
	for (int i = 0; i < BT_TELLER_SALES; i++) {
		struct bt_teller_work *other = &teller->works[i];

		if (other->used && bt_slip_is_in_hand(other->printing) && other->sent < sent) {
			front = &other->printing;
			sent = other->sent;
			*work = other;
		}
	}
	return front;
}

enum bt_err bt_teller_give_up(struct bt_teller *teller)
{
	const struct bt_sink *sink = teller->parts.sink;
	struct bt_teller_work *work;
	enum bt_print_progress *printing = find_front(teller, &work);

	if (!sink || !sink->give_up || !bt_slip_is_stuck(sink->paper(sink->self)) || !printing ||
	    !bt_slip_find_step(*printing, BT_SLIP_EV_GIVE_UP))
		return BT_ESTATE;
	if (bt_teller_slip_step(printing, BT_SLIP_EV_GIVE_UP) == BT_SLIP_DO_THROW_AWAY)
		sink->give_up(sink->self);
	if (work)
		bt_text_copy(work->asked_by, sizeof work->asked_by, teller->operator_id);
	teller->changed = true;
	return BT_OK;
}

static bool set_text(json_t *body, const char *name, const char *text)
{
	return !text[0] || json_object_set_new(body, name, json_string(text)) == 0;
}

/* A docket's slips are counted apart, and a refund's: what follows has an original of its own. */
static enum bt_err record_print(struct bt_teller *teller, const struct bt_teller_work *work, int copy,
				const char *result)
{
	struct bt_teller_batch batch = {0};
	json_t *body = json_pack("{s:i, s:s}", "copy", copy, "result", result);
	bool again = copy > 1 && work->why != BT_REPRINT_UNSAID;

	if (body && (!set_text(body, "slip", bt_teller_slip_code(work->slip)) ||
		     !set_text(body, "reason", again ? bt_reprint_code(work->why) : "") ||
		     !set_text(body, "operator", again ? work->asked_by : ""))) {
		json_decref(body);
		body = NULL;
	}
	enum bt_err err = bt_teller_add(&batch, BT_EVENT_PRINTED, work->sale.sale_id, body);
	if (!err)
		err = bt_teller_commit(teller, &batch, NULL);
	if (err)
		bt_log_line(teller->parts.log, "sale", "%s: slip %d not recorded", work->sale.sale_id, copy);
	return err;
}

/* Without a printer the screen is the slip of a refund: it is on record that the money was given, or the sale would
 * stand among those that wait for it. */
static void record_unprinted(struct bt_teller *teller, struct bt_teller_work *work)
{
	work->slip = bt_teller_slip_kind(work);
	if (work->slip != BT_RECEIPT_REFUND || work->copies > 0)
		return;
	(void)!record_print(teller, work, 1, "unconfirmed");
	work->copies = 1;
}

/* Cash goes in with the sale's first slip while the consumer stands there, and out with the first of its refund,
 * whenever that is asked for. */
static bool opens_drawer(const struct bt_teller_work *work, int copy)
{
	bool moves = work->slip == BT_RECEIPT_REFUND || (work->slip != BT_RECEIPT_REFUND_DOCKET && !work->background);

	return copy == 1 && moves && bt_teller_is_cash(&work->sale);
}

/* On record first: a slip that was on its way as the lights went out is followed by a copy, never by a second original.
 */
static void send(struct bt_teller *teller, struct bt_teller_work *work)
{
	const struct bt_sink *sink = teller->parts.sink;
	struct bt_print_job job = {.copy = work->copies + 1};

	bt_text_copy(job.sale_id, sizeof job.sale_id, work->sale.sale_id);
	work->slip = bt_teller_slip_kind(work);
	job.open_drawer = opens_drawer(work, job.copy);
	work->sent = ++teller->sends;
	if (bt_teller_slip(teller, work, job.copy, &job.receipt) != BT_OK ||
	    record_print(teller, work, job.copy, BT_SLIP_SENDING) != BT_OK) {
		bt_teller_slip_step(&work->printing, BT_SLIP_EV_NOT_TAKEN);
	} else if (sink->submit(sink->self, &job) != BT_OK) {
		(void)!record_print(teller, work, job.copy, "failed");
		bt_teller_slip_step(&work->printing, BT_SLIP_EV_NOT_TAKEN);
	}
}

void bt_teller_print(struct bt_teller *teller, struct bt_teller_work *work)
{
	if (!teller->parts.sink) {
		record_unprinted(teller, work);
		if (bt_sale_find_step(work->state, BT_SALE_EV_FINISH))
			bt_teller_move(teller, work, BT_SALE_EV_FINISH);
		return;
	}
	if (bt_teller_slip_step(&work->printing, BT_SLIP_EV_DUE) == BT_SLIP_DO_SEND) {
		work->why = BT_REPRINT_UNSAID;
		send(teller, work);
	}
	teller->changed = true;
}

/* A token is not printed while it may not be shown, nor anything of what was never paid or is still asked for. */
static bool may_print(const struct bt_teller_work *work)
{
	return work->state != BT_SALE_VENDING && work->state != BT_SALE_PAID && work->state != BT_SALE_ABANDONED &&
	       work->state != BT_SALE_TENDERING && work->state != BT_SALE_UNPAID &&
	       !(work->state == BT_SALE_STOPPED && work->token[0]);
}

/* What this slip was counts for the sale only when it is still what the sale is about: a docket may come out while the
 * token arrives, and the token itself is still to be printed. */
static void count_print(struct bt_teller *teller, struct bt_teller_work *work, const struct bt_print_result *result)
{
	if (result->state == BT_PRINT_FAILED)
		return;
	if (work->slip == BT_RECEIPT_DOCKET)
		work->docket_given = true;
	if (work->slip != bt_teller_slip_kind(work))
		return;
	if (result->copy > work->copies)
		work->copies = result->copy;
	if (bt_sale_find_step(work->state, BT_SALE_EV_PRINTED))
		bt_teller_move(teller, work, BT_SALE_EV_PRINTED);
}

static void take_print(struct bt_teller *teller, const struct bt_print_result *result)
{
	struct bt_teller_work *work = bt_teller_find(teller, result->sale_id);
	enum bt_print_progress was;
	enum bt_slip_event event;
	const char *name = bt_teller_outcome(result->state, &event);

	if (bt_teller_docket_printed(teller, result) || bt_teller_report_printed(teller, result))
		return;
	/* A slip of a run before, one that nobody asked for, or the drawer. */
	if (!work || !bt_slip_is_in_hand(work->printing))
		return;
	if (!may_print(work))
		work->printing = BT_PRINTING_NOW; /* nothing follows */
	was = work->printing;
	teller->changed = true;
	enum bt_slip_effect effect = bt_teller_slip_step(&work->printing, event);
	(void)!record_print(teller, work, result->copy, name); /* what was on its way stays on record as that */
	count_print(teller, work, result);
	if (effect != BT_SLIP_DO_RECORD_SEND)
		return;
	if (bt_reprint_why(was, work->copies + 1, work->why, BT_REPRINT_UNSAID, &work->why) == BT_OK)
		send(teller, work);
}

void bt_teller_take_prints(struct bt_teller *teller)
{
	const struct bt_sink *sink = teller->parts.sink;
	struct bt_print_result result;

	while (sink && sink->take(sink->self, &result))
		take_print(teller, &result);
}

enum bt_err bt_teller_reprint(struct bt_teller *teller, const char *sale_id, enum bt_reprint said)
{
	struct bt_teller_work *work;
	enum bt_err err = bt_teller_load(teller, sale_id, &work);

	if (err)
		return err;
	if (!teller->parts.sink || !may_print(work))
		return BT_ESTATE;
	if (bt_slip_is_in_hand(work->printing))
		return bt_teller_give_up(teller);
	err = bt_reprint_why(work->printing, work->copies + 1, work->why, said, &work->why);
	if (err)
		return err;
	bt_text_copy(work->asked_by, sizeof work->asked_by, teller->operator_id);
	if (bt_teller_slip_step(&work->printing, BT_SLIP_EV_PRINT) == BT_SLIP_DO_SEND)
		send(teller, work);
	teller->changed = true;
	return work->printing == BT_PRINTING_NOW ? BT_OK : BT_EFULL;
}

enum bt_err bt_teller_paper_seen(struct bt_teller *teller, const char *sale_id)
{
	struct bt_teller_work *work;
	enum bt_err err = bt_teller_load(teller, sale_id, &work);

	if (err)
		return err;
	if (bt_teller_slip_step(&work->printing, BT_SLIP_EV_SEEN) != BT_SLIP_DO_RECORD)
		return BT_ESTATE;
	(void)!record_print(teller, work, work->copies, "confirmed");
	if (bt_sale_find_step(work->state, BT_SALE_EV_PRINTED))
		bt_teller_move(teller, work, BT_SALE_EV_PRINTED);
	teller->changed = true;
	return BT_OK;
}

enum bt_err bt_teller_open_drawer(struct bt_teller *teller, const struct bt_approval *approval)
{
	const struct bt_sink *sink = teller->parts.sink;
	struct bt_print_job job = {.open_drawer = true};
	struct bt_teller_batch batch = {0};
	enum bt_err err = sink ? bt_teller_check_approval(teller, approval) : BT_ESTATE;

	if (!err)
		err = bt_teller_add(&batch, BT_EVENT_DRAWER, "", bt_teller_approval_body(teller, approval));
	if (!err)
		err = bt_teller_commit(teller, &batch, NULL);
	return err ? err : sink->submit(sink->self, &job);
}
