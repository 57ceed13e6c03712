/* The counter behind the table the screens know (ui/screen/shop.h). */
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ui/counter_parts.h"
#include "ui/training.h"

#define COUNTS_MS 1000

static const struct bt_tariff *show_tariff(void *self)
{
	struct bt_counter *counter = self;

	return bt_teller_tariff_now(counter->teller);
}

/* What only the journal knows is asked again after something has happened, and once a second: keys are not to wait for
 * it. */
static void refresh_counts(struct bt_counter *counter)
{
	struct bt_counter_counts *counts = &counter->counts;
	int64_t now = bt_clock_boot_ms(&counter->clock), open = 0;
	struct bt_upi_view waiting[BT_UPI_WAITING];

	if (counts->known && now - counts->at_ms < COUNTS_MS)
		return;
	*counts = (struct bt_counter_counts){.known = true, .at_ms = now};
	counts->has_unsent = bt_journal_unsent(counter->journal, &counts->unsent) == BT_OK &&
			     bt_journal_used(counter->journal, &counts->used) == BT_OK;
	if (bt_journal_open_count(counter->journal, &open) == BT_OK)
		counts->open_sales = open > INT_MAX ? INT_MAX : (int)open;
	counts->waiting_upi = bt_teller_upi_waiting(counter->teller, BT_UPI_WAITING, waiting);
	counts->balances_known_ms = bt_directory_updated_ms(counter->directory);
	counts->cash_is_near = bt_counter_cash_is_near(counter);
}

static void show_status(void *self, struct bt_ui_status *out)
{
	struct bt_counter *counter = self;
	const struct bt_sync_state *state = bt_sync_state(counter->sync);
	const struct bt_counter_counts *counts = &counter->counts;
	const struct bt_unsent *unsent = &counts->unsent;
	int64_t now = 0, apart = 0, wall = bt_clock_trust_best(&state->trust, &counter->clock);
	enum bt_err clock = bt_clock_trust_now(&state->trust, &counter->clock, &now);

	refresh_counts(counter);
	*out = (struct bt_ui_status){
	    .clock_doubt = bt_clock_trust_doubt(&state->trust, &counter->clock, &apart),
	    .server = counter->has_wire ? counter->breaker.state : BT_BREAKER_OFFLINE,
	    .latency_ms = counter->breaker.latency_ms,
	    .has_lease = state->has_lease,
	    .withdrawn = state->revoked,
	    .keys_locked = !bt_keys_are_open(&counter->keys) && !counter->jobs[BT_JOB_UNLOCK].running,
	    .keys_want_pin = counter->keys.driver->asks_for_pin,
	    .clock_trusted = clock == BT_OK,
	    .paper = counter->has_sink ? counter->sink.paper(counter->sink.self) : BT_PAPER_NONE,
	    .now_ms = wall,
	    .balances_known_ms = counts->balances_known_ms,
	    .stopped = bt_teller_state(counter->teller),
	};
	out->training = counter->purpose == BT_FOR_TRAINING;
	out->clock_apart_ms = apart;
	out->newest_ms = clock == BT_OK ? 0 : bt_sync_newest_ms(counter->sync);
	if (counter->breaker.state == BT_BREAKER_OFFLINE)
		out->down_ms = bt_clock_boot_ms(&counter->clock) - counter->breaker.since_ms;
	if (counter->person)
		out->who = counter->person->short_name;
	if (counts->has_unsent) {
		out->unsent = unsent->count;
		out->unsent_old = state->forked || (state->has_lease && unsent->oldest_ms &&
						    wall - unsent->oldest_ms > state->lease.oldest_ms / 2);
	}
	bt_authority_allowance(state->has_lease ? &state->lease : NULL, clock, now, &counts->used, &out->allowance);
	out->open_sales = counts->open_sales;
	out->waiting_upi = counts->waiting_upi;
	out->cash_near = counts->cash_is_near;
}

static enum bt_err search(void *self, const char *text, int max, struct bt_consumer *out, int *count, bool *more)
{
	return bt_counter_search(self, text, max, out, count, more);
}

static void look_up(void *self, const char *number)
{
	bt_counter_start_look_up(self, number);
}

static enum bt_err live(void *self, const char *number, struct bt_consumer *out)
{
	struct bt_counter *counter = self;

	if (strcmp(counter->live_number, number) != 0)
		return BT_EUNREACHABLE;
	if (counter->live_err == BT_OK)
		*out = counter->live;
	return counter->live_err;
}

static enum bt_err quote(void *self, const struct bt_consumer *consumer, bt_paise amount, bt_paise dues,
			 struct bt_quote *out)
{
	return bt_teller_quote(((struct bt_counter *)self)->teller, consumer, amount, dues, out);
}

static enum bt_outlook outlook(void *self, const struct bt_consumer *consumer, bt_paise amount, bt_paise dues,
			       enum bt_denial *denial)
{
	return bt_teller_outlook(((struct bt_counter *)self)->teller, consumer, amount, dues, denial);
}

static int repeat_minutes(void *self, const struct bt_consumer *consumer, bt_paise amount)
{
	return bt_teller_repeat_minutes(((struct bt_counter *)self)->teller, consumer, amount);
}

static enum bt_err history(void *self, const struct bt_consumer *consumer, int max, struct bt_sale_row *out, int *count)
{
	return bt_journal_sales(((struct bt_counter *)self)->journal, BT_SALES_METER, consumer->number, max, out,
				count);
}

static enum bt_err pay(void *self, const struct bt_draft *draft, char sale_id[37])
{
	struct bt_counter *counter = self;
	struct bt_cash_facts cash;
	struct bt_fault fault = {0};
	enum bt_err err;

	if (bt_counter_judge_cash(counter, draft, &cash) != BT_CASH_MAY)
		return BT_ERANGE;
	err = bt_teller_pay(counter->teller, draft, sale_id, &fault);
	counter->counts.known = false;
	if (err)
		bt_log_line(counter->log, "sale", "not taken: %s (%s)", bt_err_name(err), fault.what);
	return err;
}

static enum bt_err proof(void *self, const char *sale_id, char *out, size_t cap)
{
	struct bt_receipt slip;
	enum bt_err err = bt_teller_receipt(((struct bt_counter *)self)->teller, sale_id, BT_RECEIPT_EN, 1, &slip);

	for (int i = 0; !err && i < slip.count; i++)
		if (slip.lines[i].kind == BT_LINE_QR)
			return bt_text_copy(out, cap, slip.lines[i].left);
	return err ? err : BT_ENOTFOUND;
}

static enum bt_err issue_now(void *self, const char *sale_id)
{
	return bt_teller_issue_now(((struct bt_counter *)self)->teller, sale_id);
}

static enum bt_err finish(void *self, const char *sale_id)
{
	struct bt_counter *counter = self;

	counter->counts.known = false;
	return bt_teller_finish(counter->teller, sale_id);
}

static enum bt_err open_sales(void *self, int max, struct bt_sale_row *out, int *count)
{
	return bt_journal_sales(((struct bt_counter *)self)->journal, BT_SALES_OPEN, NULL, max, out, count);
}

static void newest(void *self, char sale_id[37])
{
	struct bt_counter *counter = self;
	struct bt_sale_row row;
	int count = 0;

	bt_teller_newest(counter->teller, sale_id);
	if (!sale_id[0] && bt_journal_sales(counter->journal, BT_SALES_ALL, NULL, 1, &row, &count) == BT_OK && count)
		bt_text_copy(sale_id, 37, row.sale_id);
}

static void sign_in(void *self, const char *operator_id, const char *pin)
{
	bt_counter_start_sign_in(self, operator_id, pin);
}

static void unlock(void *self, const char *passphrase)
{
	struct bt_counter *counter = self;

	if (bt_counter_start_unlock(counter, bt_bytes_of(passphrase), false) != BT_OK)
		bt_log_line(counter->log, "people", "unlock not started");
}

static enum bt_ui_job job(void *self, int *tries_left, int64_t *wait_ms)
{
	struct bt_counter *counter = self;

	*tries_left = counter->job_tries_left;
	*wait_ms = counter->job_wait_ms;
	return counter->job_state;
}

static void sign_out(void *self)
{
	struct bt_counter *counter = self;

	counter->person = NULL;
	counter->job_state = BT_UI_JOB_NONE;
	bt_teller_set_operator(counter->teller, "", 0);
}

static bool extension(void *self, struct bt_ui_extension *out)
{
	return bt_counter_extension(self, out);
}

static void extend(void *self, const char *code)
{
	bt_counter_start_extend(self, code);
}

static void confirm_clock(void *self, const char *operator_id, const char *pin, int64_t offset_ms)
{
	bt_counter_start_clock(self, operator_id, pin, offset_ms);
}

static struct bt_sts_lane lane(void *self)
{
	const struct bt_counter *counter = self;
	const struct bt_sync_state *state = bt_sync_state(counter->sync);

	return state->has_lease ? state->lease.lane : counter->enrolment.lane;
}

static int system_lines(void *self, int max, struct bt_ui_system_line *out)
{
	return bt_counter_system(self, max, out);
}

static enum bt_err sandbox_path(char *out, size_t cap)
{
	char *slash;
	ssize_t len = readlink("/proc/self/exe", out, cap - 1);

	if (len <= 0)
		return BT_EOS;
	out[len] = 0;
	slash = strrchr(out, '/');
	if (!slash)
		return BT_EOS;
	*slash = 0;
	return bt_text_printf(out + (slash - out), cap - (size_t)(slash - out), "/batti-sandbox");
}

/* Only the demo has a sandbox to order about; a real counter never starts another program. */
static void demo_server(void *self, const char *fault)
{
	struct bt_counter *counter = self;
	char path[1024], state[1024], wanted[64];
	char word[] = "fault", option[] = "--state";
	char *const args[] = {path, word, option, state, wanted, NULL};
	char *const none[] = {NULL};
	posix_spawn_file_actions_t actions;

	if (counter->demo_pid > 0 && waitpid(counter->demo_pid, NULL, WNOHANG) == 0)
		return;
	counter->demo_pid = 0;
	if (sandbox_path(path, sizeof path) != BT_OK ||
	    bt_text_copy(state, sizeof state, counter->demo_sandbox) != BT_OK ||
	    bt_text_copy(wanted, sizeof wanted, fault) != BT_OK)
		return;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", 1, 0);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", 1, 0);
	if (posix_spawn(&counter->demo_pid, path, &actions, NULL, args, none) != 0)
		counter->demo_pid = 0;
	posix_spawn_file_actions_destroy(&actions);
}

/* The server has just been taken down or brought back: look at once instead of at the next round. */
static void follow_demo(struct bt_counter *counter)
{
	if (counter->demo_pid <= 0 || waitpid(counter->demo_pid, NULL, WNOHANG) == 0)
		return;
	counter->demo_pid = 0;
	bt_sync_kick(counter->sync);
}

static void typed(void *self)
{
	struct bt_counter *counter = self;

	counter->typed_ms = bt_clock_boot_ms(&counter->clock);
}

static bool step(void *self)
{
	struct bt_counter *counter = self;
	bool changed;

	follow_demo(counter);
	changed = bt_counter_turn(counter);
	changed = bt_counter_turn_practice(counter, changed) || changed;
	if (changed)
		counter->counts.known = false;
	return changed;
}

static int due_ms(void *self)
{
	struct bt_counter *counter = self;
	int due = bt_counter_due_ms(counter);

	bool is_ordering = counter->demo_pid > 0 || (counter->training && bt_training_is_busy(counter->training));

	return is_ordering && (due < 0 || due > 50) ? 50 : due;
}

static int fds(void *self, int *out, int max)
{
	return bt_counter_fds(self, out, max);
}

struct bt_ui_shop bt_counter_shop(struct bt_counter *counter)
{
	counter->ui_till = bt_counter_till(counter);
	counter->ui_upi = bt_counter_upi(counter);
	counter->enquiry = bt_counter_enquiry(counter);
	return (struct bt_ui_shop){
	    .self = counter,
	    .words = counter->words,
	    .enrolment = &counter->enrolment,
	    .tariff = show_tariff,
	    .status = show_status,
	    .search = search,
	    .look_up = look_up,
	    .live = live,
	    .quote = quote,
	    .outlook = outlook,
	    .repeat_minutes = repeat_minutes,
	    .history = history,
	    .pay = pay,
	    .view = bt_counter_view,
	    .proof = proof,
	    .issue_now = issue_now,
	    .finish = finish,
	    .reprint = bt_counter_reprint,
	    .paper_seen = bt_counter_paper_seen,
	    .agree = bt_counter_agree,
	    .cut_off = bt_counter_cut_off,
	    .take_up = bt_counter_take_up,
	    .let_wait = bt_counter_let_wait,
	    .approve = bt_counter_approve,
	    .refund = bt_counter_refund,
	    .abandon = bt_counter_abandon,
	    .make_anyway = bt_counter_make_anyway,
	    .open_drawer = bt_counter_open_drawer,
	    .docket = bt_counter_docket,
	    .docket_view = bt_counter_docket_view,
	    .docket_finish = bt_counter_docket_finish,
	    .open_sales = open_sales,
	    .newest = newest,
	    .sign_in = sign_in,
	    .unlock = unlock,
	    .job = job,
	    .sign_out = sign_out,
	    .extension = extension,
	    .extend = extend,
	    .confirm_clock = confirm_clock,
	    .accounts = &bt_counter_accounts,
	    .till = &counter->ui_till,
	    .upi = &counter->ui_upi,
	    .enquiry = &counter->enquiry,
	    .lane = lane,
	    .system_lines = system_lines,
	    .practice = counter->training && counter->practice.has_people ? &bt_counter_practice_shop : NULL,
	    .demo_server = counter->demo_sandbox ? demo_server : NULL,
	    .typed = typed,
	    .step = step,
	    .due_ms = due_ms,
	    .fds = fds,
	};
}
