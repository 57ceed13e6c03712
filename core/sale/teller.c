#include "core/sale/teller.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/mutant.h"
#include "core/sale/teller_work.h"

enum bt_sale_effect bt_teller_move(struct bt_teller *teller, struct bt_teller_work *work, enum bt_sale_event event)
{
	const struct bt_sale_step *step = bt_sale_find_step(work->state, event);

	assert(step);
	bt_log_line(teller->parts.log, "sale", "%s %s: %s -> %s", work->sale.sale_id, bt_sale_event_name(event),
		    bt_sale_state_name(work->state), bt_sale_state_name(step->next));
	work->state = step->next;
	work->touched = ++teller->touches;
	teller->changed = true;
	return step->effect;
}

enum bt_err bt_teller_add(struct bt_teller_batch *batch, enum bt_event_kind kind, const char *sale_id, void *json)
{
	assert(batch->count < 4);
	if (!json)
		return BT_ENOMEM;
	batch->bodies[batch->count] = json;
	batch->events[batch->count++] = (struct bt_event_in){.kind = kind, .sale_id = sale_id, .tree = json};
	return BT_OK;
}

void bt_teller_drop(struct bt_teller_batch *batch)
{
	for (int i = 0; i < batch->count; i++)
		json_decref(batch->bodies[i]);
	batch->count = 0;
}

enum bt_err bt_teller_commit(struct bt_teller *teller, struct bt_teller_batch *batch, struct bt_fault *fault)
{
	struct bt_fault own = {0};
	enum bt_err err = bt_journal_put(teller->parts.journal, batch->events, batch->count, &own);

	bt_teller_drop(batch);
	if (err) {
		bt_log_line(teller->parts.log, "sale", "not recorded: %s (%s)", bt_err_name(err), own.what);
		if (bt_err_fate(err) == BT_FATE_STOP && bt_journal_state(teller->parts.journal) != BT_OK)
			teller->stopped = err;
		teller->changed = true;
		if (fault)
			*fault = own;
	}
	return err;
}

struct bt_teller_work *bt_teller_find(struct bt_teller *teller, const char *sale_id)
{
	for (int i = 0; i < BT_TELLER_SALES; i++)
		if (teller->works[i].used && strcmp(teller->works[i].sale.sale_id, sale_id) == 0)
			return &teller->works[i];
	return NULL;
}

int64_t bt_teller_now(const struct bt_teller *teller)
{
	return bt_clock_trust_best(&teller->trust, teller->parts.clock);
}

void bt_teller_freshen(const struct bt_teller *teller, struct bt_consumer *consumer)
{
	struct bt_consumer listed;

	if (!teller->parts.directory || bt_directory_find(teller->parts.directory, consumer->number, &listed) != BT_OK)
		return;
	consumer->blocked = listed.blocked;
	consumer->key = bt_mutant(BT_MUTANT_NEXT_KEY_EARLY) && listed.key_next.present ? listed.key_next : listed.key;
	consumer->key_next = listed.key_next;
	consumer->key_change = listed.key_change;
	/* Another meter hangs there now: its key makes no token for the one that was paid for. */
	if (strcmp(listed.meter, consumer->meter) != 0) {
		consumer->key.present = false;
		consumer->key_next.present = false;
		consumer->key_change.tokens.count = 0;
	}
}

/* A sale that was cut off waits for a person's word, not for anything here. */
static bool is_idle(const struct bt_teller_work *work)
{
	bool waiting = !work->cut_off && (work->state == BT_SALE_PAID || work->state == BT_SALE_VENDING ||
					  work->state == BT_SALE_DECIDING);

	return !waiting && !work->asking && !work->unproved && work->later_boot_ms == 0 &&
	       !bt_slip_is_in_hand(work->printing);
}

struct bt_teller_work *bt_teller_room(struct bt_teller *teller)
{
	struct bt_teller_work *oldest = NULL;

	for (int i = 0; i < BT_TELLER_SALES; i++) {
		struct bt_teller_work *work = &teller->works[i];

		if (!work->used)
			return work;
		/* Whose bank is asked is not in any list of those who wait, and may be in no list of consumers. */
		if (is_idle(work) && work->state != BT_SALE_TENDERING && (!oldest || work->touched < oldest->touched))
			oldest = work;
	}
	return oldest;
}

/* A divergence is over when a person has closed the sale. A question that cannot be answered keeps it. */
static bool note_diverged(void *context, const char *sale_id, const char *code)
{
	struct bt_teller *teller = context;
	struct bt_event event;

	if (strcmp(code, BT_TELLER_DIVERGED) == 0 &&
	    bt_journal_newest(teller->parts.journal, BT_EVENT_ABANDONED, sale_id, &event, NULL) != BT_OK)
		teller->stopped = BT_EDIVERGED;
	return teller->stopped == BT_OK;
}

enum bt_err bt_teller_find_divergence(struct bt_teller *teller)
{
	teller->stopped = BT_OK;
	return bt_journal_exceptions(teller->parts.journal, NULL, note_diverged, teller);
}

enum bt_err bt_teller_open(const struct bt_teller_parts *parts, struct bt_teller **out, struct bt_fault *fault)
{
	enum bt_err err;
	struct bt_teller *teller = calloc(1, sizeof *teller);

	if (!teller)
		return bt_fault_set(fault, BT_ENOMEM, 0, "teller");
	teller->parts = *parts;
	teller->era = parts->enrolment->era;
	teller->shift = parts->enrolment->shift_next;
	/* Call numbers of this run are told from those of sync by their top bit. */
	teller->next_call = UINT64_C(1) << 63;
	teller->opened_seq = bt_journal_head(parts->journal).seq;
	teller->opened_boot_ms = bt_clock_boot_ms(parts->clock);
	err = bt_teller_sort_cut_off(teller);
	if (!err)
		err = bt_teller_upi_take_up(teller);
	if (!err)
		err = bt_teller_find_divergence(teller);
	if (err) {
		bt_teller_close(teller);
		return bt_fault_set(fault, err, 0, "open sales could not be taken up");
	}
	if (teller->stopped)
		bt_log_line(parts->log, "sale", "a divergence stands on record: no selling");
	*out = teller;
	return BT_OK;
}

void bt_teller_close(struct bt_teller *teller)
{
	if (!teller)
		return;
	explicit_bzero(teller, sizeof *teller);
	free(teller);
}

void bt_teller_set_operator(struct bt_teller *teller, const char *operator_id, int64_t shift)
{
	bt_text_copy(teller->operator_id, sizeof teller->operator_id, operator_id);
	teller->shift = shift;
}

int64_t bt_teller_shift(const struct bt_teller *teller)
{
	return teller->shift;
}

void bt_teller_set_lease(struct bt_teller *teller, const struct bt_lease *lease)
{
	teller->has_lease = lease != NULL;
	if (lease)
		teller->lease = *lease;
}

void bt_teller_set_tariffs(struct bt_teller *teller, const struct bt_tariffs *tariffs)
{
	teller->tariffs.count = 0;
	if (tariffs)
		teller->tariffs = *tariffs;
}

const struct bt_tariff *bt_teller_tariff(const struct bt_teller *teller, int64_t at_ms)
{
	if (bt_mutant(BT_MUTANT_TARIFF_TOO_EARLY))
		at_ms = INT64_MAX;
	return teller->tariffs.count > 0 ? bt_tariffs_at(&teller->tariffs, at_ms) : NULL;
}

const struct bt_tariff *bt_teller_tariff_now(const struct bt_teller *teller)
{
	return bt_teller_tariff(teller, bt_teller_now(teller));
}

void bt_teller_set_trust(struct bt_teller *teller, const struct bt_clock_trust *trust)
{
	teller->trust = *trust;
}

void bt_teller_set_era(struct bt_teller *teller, int64_t era)
{
	teller->era = era;
}

void bt_teller_set_keys(struct bt_teller *teller, const struct bt_keys *keys)
{
	teller->keys = *keys;
}

bool bt_teller_step(struct bt_teller *teller)
{
	int64_t now = bt_clock_boot_ms(teller->parts.clock);
	bool changed;

	for (int i = 0; i < BT_TELLER_SALES; i++)
		if (teller->works[i].used)
			bt_teller_watch(teller, &teller->works[i], now);
	bt_teller_docket_watch(teller, now);
	bt_teller_upi_watch(teller, now);
	bt_teller_take_prints(teller);
	bt_teller_watch_cut_off(teller, now);
	changed = teller->changed;
	teller->changed = false;
	return changed;
}

int bt_teller_due_ms(const struct bt_teller *teller)
{
	int64_t now = bt_clock_boot_ms(teller->parts.clock), first = bt_teller_cut_off_at(teller);

	if (bt_teller_docket_watch_at(teller) < first)
		first = bt_teller_docket_watch_at(teller);
	if (bt_teller_upi_watch_at(teller) < first)
		first = bt_teller_upi_watch_at(teller);
	for (int i = 0; i < BT_TELLER_SALES; i++) {
		int64_t at = teller->works[i].used ? bt_teller_watch_at(&teller->works[i]) : INT64_MAX;

		if (at < first)
			first = at;
	}
	if (first == INT64_MAX)
		return -1;
	if (first <= now)
		return 0;
	return first - now > 60000 ? 60000 : (int)(first - now);
}

int bt_teller_under_way(const struct bt_teller *teller)
{
	int count = 0;

	for (int i = 0; i < BT_TELLER_SALES; i++)
		count += teller->works[i].used && !is_idle(&teller->works[i]);
	return count;
}

void bt_teller_newest(struct bt_teller *teller, char sale_id[37])
{
	bt_text_copy(sale_id, 37, teller->newest);
}

void bt_teller_note_settled(struct bt_teller *teller, const char *sale_id)
{
	struct bt_teller_work *work = bt_teller_find(teller, sale_id);

	if (work)
		work->settled = true;
	teller->changed = true;
}

void bt_teller_note_exception(struct bt_teller *teller, const char *sale_id, const char *code)
{
	struct bt_teller_work *work = bt_teller_find(teller, sale_id);

	if (work)
		bt_text_copy(work->exception, sizeof work->exception, code);
	teller->changed = true;
}

enum bt_err bt_teller_state(const struct bt_teller *teller)
{
	return teller->stopped ? teller->stopped : bt_journal_state(teller->parts.journal);
}

enum bt_err bt_teller_view(struct bt_teller *teller, const char *sale_id, struct bt_sale_view *out)
{
	struct bt_teller_work *work;
	const struct bt_tender *tender;
	bool shown;
	enum bt_err err = bt_teller_load(teller, sale_id, &work);

	if (err)
		return err;
	tender = &work->sale.tenders[0];
	shown = work->state == BT_SALE_TOKENED || work->state == BT_SALE_DONE;
	*out = (struct bt_sale_view){
	    .sale = work->sale,
	    .consumer = work->consumer,
	    .state = work->state,
	    .made_here = work->made_here,
	    .settled = work->settled,
	    .given = tender->given,
	    .change = tender->given - tender->amount,
	    .deadline_ms = teller->parts.deadline_ms,
	    .denial = work->denial,
	    .printing = work->printing,
	    .copies = work->copies,
	    .tokened_at_ms = work->tokened_at_ms,
	    .cut_off = work->cut_off,
	    .asking = work->asking,
	    .awaits_key = work->later_boot_ms != 0 || (work->state == BT_SALE_VENDING && work->key_until_boot_ms != 0),
	    .convergent = bt_teller_converges(teller),
	    .refundable = bt_teller_is_refundable(teller, work),
	    .needs_docket = work->docket_given,
	    .has_figures = work->has_figures,
	    .figures = work->figures,
	    .possible_duplicate = work->overridden,
	};
	if (work->state == BT_SALE_VENDING || work->state == BT_SALE_REFUNDING || work->later_boot_ms != 0)
		out->waited_ms = bt_clock_boot_ms(teller->parts.clock) - work->asked_boot_ms;
	if (shown) {
		bt_text_copy(out->token, sizeof out->token, work->token);
		out->key_tokens = work->key_tokens;
	}
	bt_text_copy(out->approved_by, sizeof out->approved_by, work->approved_by);
	bt_text_copy(out->exception, sizeof out->exception, work->exception);
	bt_text_copy(out->refusal_en, sizeof out->refusal_en, work->refusal_en);
	bt_text_copy(out->refusal_hi, sizeof out->refusal_hi, work->refusal_hi);
	return BT_OK;
}
