/* The shift and its drawer behind the screens: what core/shift keeps, with the settings of this counter. */
#include <string.h>

#include "ui/counter_parts.h"

static int64_t shift_of(const struct bt_counter *counter)
{
	return bt_teller_shift(counter->teller);
}

static const char *operator_of(const struct bt_counter *counter)
{
	return counter->person ? counter->person->id : "";
}

static struct bt_till_limits limits_of(const struct bt_counter *counter)
{
	return (struct bt_till_limits){.ceiling = counter->config.cash_ceiling,
				       .warn_at = counter->config.cash_warning};
}

/* The screen follows, and whoever looks for the cause finds it in the log. */
static enum bt_err note(struct bt_counter *counter, enum bt_err err, const struct bt_fault *fault)
{
	counter->counts.known = false;
	if (err)
		bt_log_line(counter->log, "till", "not done: %s (%s)", bt_err_name(err), fault->what);
	return err;
}

static void show_state(void *self, struct bt_till_state *out)
{
	struct bt_counter *counter = self;
	const struct bt_till_limits limits = limits_of(counter);
	struct bt_till_facts facts;

	*out = (struct bt_till_state){.ceiling = limits.ceiling, .warn_at = limits.warn_at};
	if (bt_till_facts(&counter->till, operator_of(counter), shift_of(counter), &limits, &facts) != BT_OK)
		return;
	out->stage = facts.is_sealed  ? BT_TILL_SEALED
		     : !facts.is_open ? BT_TILL_NONE
		     : facts.counts   ? BT_TILL_COUNTED
				      : BT_TILL_OPEN;
	out->shift = facts.shift;
	out->from_ms = facts.from_ms;
	out->opening_float = facts.opening_float;
	out->counts = facts.counts;
	if (facts.newest_count) {
		out->counted = facts.newest_count->total;
		out->torn = facts.newest_count->torn;
		out->note_count = facts.newest_count->note_count;
		memcpy(out->notes, facts.newest_count->notes, sizeof out->notes);
	}
	out->recount_due = facts.recount_due && facts.counts < BT_TILL_COUNTS;
	out->near_ceiling = facts.near_ceiling;
	out->over_ceiling = facts.at_ceiling;
	out->has_last_drawer = facts.has_last_drawer;
	out->last_drawer = facts.last_drawer;
	out->left_over = facts.left_over > 9999 ? 9999 : (int)facts.left_over;
	out->unsealed = facts.unsealed;
	out->sealed = facts.sealed;
}

static enum bt_err open_shift(void *self, bt_paise opening_float)
{
	struct bt_counter *counter = self;
	struct bt_fault fault = {0};
	int64_t shift = 0;
	enum bt_err err;

	if (!counter->person)
		return BT_ESTATE;
	err = bt_till_open(&counter->till, counter->person->id, shift_of(counter), opening_float, &shift, &fault);
	if (!err)
		bt_teller_set_operator(counter->teller, counter->person->id, shift);
	return note(counter, err, &fault);
}

enum bt_err bt_counter_open_shift(struct bt_counter *counter, const char *operator_id, int64_t *shift,
				  struct bt_fault *fault)
{
	const struct bt_till_limits none = {0};
	struct bt_till_facts facts;
	enum bt_err err = bt_till_facts(&counter->till, operator_id, 0, &none, &facts);

	if (err)
		return bt_fault_set(fault, err, 0, "shifts cannot be read");
	return bt_till_open(&counter->till, operator_id, 0, facts.last_drawer, shift, fault);
}

static enum bt_err deposit(void *self, bt_paise amount, const char *slip)
{
	struct bt_counter *counter = self;
	struct bt_fault fault = {0};
	enum bt_err err =
	    bt_till_deposit(&counter->till, operator_of(counter), shift_of(counter), amount, slip, &fault);

	return note(counter, err, &fault);
}

static int list_denominations(void *self, bt_paise out[BT_TILL_NOTES])
{
	const struct bt_counter *counter = self;
	int count = counter->config.denomination_count;

	for (int i = 0; i < count; i++)
		out[i] = counter->config.denominations[i];
	out[count] = 0; /* all coins, in rupees */
	return count + 1;
}

static enum bt_err count_cash(void *self, const int64_t *pieces, const int64_t *torn, int lines)
{
	struct bt_counter *counter = self;
	struct bt_receipt_note notes[BT_TILL_NOTES];
	bt_paise values[BT_TILL_NOTES];
	struct bt_fault fault = {0};
	enum bt_err err;

	if (lines != list_denominations(self, values))
		return BT_ERANGE;
	for (int i = 0; i < lines; i++)
		notes[i] = (struct bt_receipt_note){values[i] ? values[i] : BT_PAISE_PER_RUPEE, pieces[i], torn[i]};
	err = bt_till_count(&counter->till, operator_of(counter), shift_of(counter), notes, lines, &fault);
	return note(counter, err, &fault);
}

static enum bt_err seal(void *self)
{
	struct bt_counter *counter = self;
	struct bt_fault fault = {0};
	enum bt_err err = bt_till_seal(&counter->till, operator_of(counter), shift_of(counter), &fault);

	return note(counter, err, &fault);
}

static enum bt_err close_shift(void *self, int64_t shift, const struct bt_approval *approval)
{
	struct bt_counter *counter = self;
	struct bt_fault fault = {0};
	struct bt_shift of;
	/* Two people: nobody closes his own, whoever stands at the counter. */
	bool has_word = bt_counter_use_word(counter, approval);
	enum bt_err err = bt_shift_find(counter->journal, shift, &of);

	if (!err && (!has_word || strcmp(of.operator_id, approval->by) == 0))
		err = BT_EAUTH;
	if (!err)
		err = bt_till_close(&counter->till, shift, approval->by, operator_of(counter), approval->reason,
				    bt_clock_wall_ms(&counter->clock), &fault);
	return note(counter, err, &fault);
}

/* For whoever stands at the counter, who is to count without knowing. */
static enum bt_err report(void *self, int64_t shift, struct bt_receipt_shift *out)
{
	enum bt_err err = bt_till_report(&((struct bt_counter *)self)->till, shift, out);

	if (!err)
		bt_shift_report_hide_cash(out);
	return err;
}

static enum bt_err print_figures(struct bt_counter *counter, int64_t shift, const struct bt_receipt_shift *figures)
{
	struct bt_fault fault = {0};
	struct bt_shift of;
	enum bt_err err = bt_shift_find(counter->journal, shift, &of);

	if (!err)
		err = bt_teller_print_report(counter->teller, figures, of.operator_id);
	return note(counter, err, &fault);
}

static enum bt_err print(void *self, int64_t shift)
{
	struct bt_receipt_shift figures;
	enum bt_err err = report(self, shift, &figures);

	return err ? err : print_figures(self, shift, &figures);
}

/* The paper is the supervisor's: nothing of it stands on the screen. */
static enum bt_err print_cash(void *self, int64_t shift, const struct bt_approval *approval)
{
	struct bt_counter *counter = self;
	struct bt_receipt_shift figures;
	enum bt_err err =
	    bt_counter_use_approval(counter, approval) ? bt_till_report(&counter->till, shift, &figures) : BT_EAUTH;

	if (err)
		return err;
	bt_log_line(counter->log, "till", "report of shift %lld with its cash for %s (%s)", (long long)shift,
		    approval->by, approval->reason);
	return print_figures(counter, shift, &figures);
}

/* Ended ones; the shift somebody is in is no business of a supervisor yet. */
static int list_waiting(void *self, int max, struct bt_till_shift *out)
{
	struct bt_counter *counter = self;
	struct bt_shift shifts[BT_TILL_SHIFTS];
	int64_t now = bt_clock_wall_ms(&counter->clock);
	int count = 0, n = 0;

	if (bt_shift_list(counter->journal, INT64_MAX, BT_TILL_SHIFTS, shifts, &count) != BT_OK)
		return 0;
	for (int i = 0; i < count && n < max; i++) {
		const struct bt_shift *shift = &shifts[i];

		if (shift->closed_seq || bt_shift_is_of(shift, shift->operator_id, now))
			continue;
		out[n] = (struct bt_till_shift){.shift = shift->number,
						.from_ms = shift->from_ms,
						.until_ms = shift->until_ms,
						.sealed = shift->sealed_seq != 0};
		out[n].difference = shift->counted ? shift->counted_cash - shift->expected : 0;
		bt_text_copy(out[n++].operator_id, sizeof out->operator_id, shift->operator_id);
	}
	return n;
}

bool bt_counter_cash_is_near(struct bt_counter *counter)
{
	const struct bt_till_limits limits = limits_of(counter);

	return counter->person &&
	       bt_till_cash_is_near(&counter->till, operator_of(counter), shift_of(counter), &limits);
}

bool bt_counter_drawer_is_full(struct bt_counter *counter)
{
	const struct bt_till_limits ceiling = {.ceiling = counter->config.cash_ceiling};

	return counter->person &&
	       bt_till_cash_is_near(&counter->till, operator_of(counter), shift_of(counter), &ceiling);
}

struct bt_ui_till bt_counter_till(struct bt_counter *counter)
{
	return (struct bt_ui_till){
	    .self = counter,
	    .state = show_state,
	    .open = open_shift,
	    .deposit = deposit,
	    .denominations = list_denominations,
	    .count = count_cash,
	    .seal = seal,
	    .close = close_shift,
	    .report = report,
	    .print = print,
	    .print_cash = print_cash,
	    .waiting = list_waiting,
	};
}
