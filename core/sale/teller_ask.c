/* Asking the head-end, and what its answer means. */
#include "core/sale/teller_work.h"

#include <string.h>

#include "core/base/json.h"
#include "core/base/mutant.h"

/* The counter is free at the deadline; the request may live on, because a late answer settles the sale. */
#define CALL_DEADLINE_MS 30000
/* The wire answers every call by its deadline; one that has not come so long after it never will. */
#define CALL_GRACE_MS 5000
#define BLOCK_COLUMNS 79
/* How often it is looked whether the key has come that proves a token, and for how long. */
#define PROVE_LOOK_MS 100
#define PROVE_MOST_MS 10000

bool bt_teller_server_answers(const struct bt_teller *teller)
{
	return teller->parts.wire && bt_breaker_worth_waiting(teller->parts.breaker);
}

/* Number the call and send it; work->asking says whether it is on its way. */
static void submit(struct bt_teller *teller, struct bt_teller_work *work, struct bt_call *call)
{
	int64_t now = bt_clock_boot_ms(teller->parts.clock);

	call->id = teller->next_call++;
	call->deadline_ms = CALL_DEADLINE_MS;
	call->era = teller->era;
	bt_text_copy(call->sale_id, sizeof call->sale_id, work->sale.sale_id);
	work->asked_boot_ms = now;
	work->deadline_boot_ms = now + teller->parts.deadline_ms;
	work->call_id = call->id;
	work->call_kind = call->kind;
	work->key_until_boot_ms = 0;
	work->judged = false;
	work->asking = bt_wire_submit(teller->parts.wire, call) == BT_OK;
	teller->changed = true;
}

void bt_teller_wait_less(struct bt_teller *teller, int64_t ms)
{
	teller->waited_ms = ms < teller->parts.deadline_ms ? ms : teller->parts.deadline_ms;
}

void bt_teller_ask(struct bt_teller *teller, struct bt_teller_work *work)
{
	struct bt_call call = {.kind = BT_CALL_SALE, .number = work->sale.rev};
	struct bt_buf body;

	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	work->asking = false;
	if (bt_mutant(BT_MUTANT_NEW_ID_ON_RETRY) && work->state == BT_SALE_PENDING)
		work->sale.sale_id[35] ^= 1;
	if (teller->parts.wire && bt_sale_encode(&work->sale, &body) == BT_OK) {
		call.body = bt_buf_view(&body);
		submit(teller, work, &call);
		work->deadline_boot_ms -= teller->waited_ms;
		teller->waited_ms = 0;
	}
	bt_buf_fini(&body);
	if (!work->asking) {
		work->call_id = 0;
		work->deadline_boot_ms =
		    bt_clock_boot_ms(teller->parts.clock); /* nothing left: the next step decides */
	}
}

void bt_teller_ask_about(struct bt_teller *teller, struct bt_teller_work *work, enum bt_call_kind kind)
{
	struct bt_call call = {.kind = kind};

	if (kind == BT_CALL_REVERSAL)
		bt_text_copy(call.text, sizeof call.text, work->reason);
	submit(teller, work, &call);
}

static enum bt_err own_token(struct bt_teller *teller, const struct bt_teller_work *work, char out[21])
{
	enum bt_err err =
	    work->sale.has_tid ? bt_keys_prepare(&teller->keys, work->sale.pan, &work->consumer.key) : BT_ESEALED;

	return err ? err : bt_teller_make_token(teller, &work->sale, &work->consumer, out);
}

static void prove_later(struct bt_teller *teller, struct bt_teller_work *work)
{
	int64_t now = bt_clock_boot_ms(teller->parts.clock);

	if (!work->unproved)
		work->key_until_boot_ms = now + PROVE_MOST_MS;
	work->unproved = now < work->key_until_boot_ms;
	work->prove_boot_ms = now + PROVE_LOOK_MS;
}

/* PROTOCOL T2: the same 20 digits or nothing. */
static bool is_diverged(struct bt_teller *teller, struct bt_teller_work *work, const struct bt_answer *answer)
{
	char own[21];
	enum bt_err err;

	if (work->sale.delivery != BT_DELIVERY_TOKEN || !bt_teller_converges(teller) ||
	    bt_mutant(BT_MUTANT_OTHER_DIGITS_TAKEN))
		return false;
	if (answer->units != work->sale.quote.units || (work->sale.has_tid && answer->tid != work->sale.tid))
		return true;
	/* Its docket was finished elsewhere after the meter had got its next key: the same minute under that one, and
	 * not what the list here would make of it (PROTOCOL T6). */
	if (answer->next_key)
		return false;
	if (work->token[0])
		return strcmp(work->token, answer->token) != 0;
	err = own_token(teller, work, own);
	if (err == BT_EBUSY)
		prove_later(teller, work);
	return err == BT_OK && strcmp(own, answer->token) != 0;
}

static enum bt_err add_settled(struct bt_teller *teller, struct bt_teller_batch *batch, const char *sale_id,
			       const char *by)
{
	return bt_teller_add(
	    batch, BT_EVENT_SETTLED, sale_id,
	    json_pack("{s:I, s:s}", "at", (json_int_t)bt_clock_wall_ms(teller->parts.clock), "by", by));
}

static enum bt_err add_credited(struct bt_teller_batch *batch, const struct bt_sale *sale)
{
	return bt_teller_add(batch, BT_EVENT_CREDITED, sale->sale_id,
			     json_pack("{s:s, s:I}", "issued_by", "server", "rev", (json_int_t)sale->rev));
}

static enum bt_err commit_if(struct bt_teller *teller, struct bt_teller_batch *batch, enum bt_err err)
{
	if (err) {
		bt_teller_drop(batch);
		return err;
	}
	return bt_teller_commit(teller, batch, NULL);
}

static enum bt_err record_good(struct bt_teller *teller, struct bt_teller_work *work, const struct bt_answer *answer,
			       bool token_is_new)
{
	struct bt_teller_batch batch = {0};
	const struct bt_sale *sale = &work->sale;
	enum bt_err err = BT_OK;

	if (sale->delivery == BT_DELIVERY_TOKEN && token_is_new)
		err = bt_teller_add(&batch, BT_EVENT_TOKENED, sale->sale_id,
				    bt_teller_tokened_body(teller, sale, answer->token, &answer->key_change.tokens,
							   answer->tid, answer->units, "server"));
	else if (sale->delivery != BT_DELIVERY_TOKEN)
		err = add_credited(&batch, sale);
	if (!err)
		err = add_settled(teller, &batch, sale->sale_id, "sale");
	return commit_if(teller, &batch, err);
}

/* The row as the list holds it now; what was known when the sale was paid must not overwrite a newer key. */
static struct bt_consumer listed_consumer(struct bt_teller *teller, const struct bt_teller_work *work)
{
	struct bt_consumer listed;

	if (bt_directory_find(teller->parts.directory, work->consumer.number, &listed) != BT_OK)
		return work->consumer;
	return listed;
}

static void set_account(struct bt_consumer *consumer, const struct bt_answer *answer, bt_paise amount)
{
	consumer->balance = answer->balance;
	consumer->dues = answer->dues;
	consumer->balance_at_ms = answer->server_time_ms;
	consumer->last_recharge = amount;
}

static void refresh_account(struct bt_teller *teller, struct bt_teller_work *work, const struct bt_answer *answer)
{
	struct bt_consumer listed;

	if (!answer->has_account)
		return;
	set_account(&work->consumer, answer, work->sale.quote.amount);
	if (!teller->parts.directory)
		return;
	listed = listed_consumer(teller, work);
	set_account(&listed, answer, work->sale.quote.amount);
	if (bt_directory_put(teller->parts.directory, &listed, NULL) != BT_OK)
		bt_log_line(teller->parts.log, "sale", "list of consumers not refreshed");
}

/* A restart must not make a person forget it: it stands in the record as an exception. */
static void stop_diverged(struct bt_teller *teller, struct bt_teller_work *work)
{
	struct bt_teller_batch batch = {0};
	const char *sale_id = work->sale.sale_id;

	bt_log_line(teller->parts.log, "sale", "%s: head-end and terminal made different tokens", sale_id);
	if (commit_if(teller, &batch,
		      bt_teller_add(&batch, BT_EVENT_EXCEPTION, sale_id,
				    json_pack("{s:s}", "code", BT_TELLER_DIVERGED))) != BT_OK)
		bt_log_line(teller->parts.log, "sale", "%s: divergence not recorded", sale_id);
	bt_teller_note_exception(teller, sale_id, BT_TELLER_DIVERGED);
	teller->stopped = BT_EDIVERGED;
	bt_teller_move(teller, work, BT_SALE_EV_VEND_DIVERGED);
}

/* Key-change tokens come from the head-end alone: what it says now counts, the list may be behind. */
static void note_other_change(struct bt_teller *teller, const struct bt_teller_work *work,
			      const struct bt_answer *answer)
{
	struct bt_key_tokens listed = bt_teller_key_tokens(&work->sale, &work->consumer);

	if (listed.count != 0 && answer->key_change.tokens.count != 0 &&
	    !bt_key_tokens_equal(&listed, &answer->key_change.tokens))
		bt_log_line(teller->parts.log, "sale", "%s: key-change tokens differ from the list's",
			    work->sale.sale_id);
}

static void take_good(struct bt_teller *teller, struct bt_teller_work *work, const struct bt_answer *answer)
{
	bool token = work->sale.delivery == BT_DELIVERY_TOKEN, token_is_new = token && !work->token[0];

	if (is_diverged(teller, work, answer)) {
		if (bt_sale_find_step(work->state, BT_SALE_EV_VEND_DIVERGED))
			stop_diverged(teller, work);
		return;
	}
	if (token && work->token[0] && strcmp(work->token, answer->token) != 0) {
		bt_teller_note_duplicate(teller, work);
		return;
	}
	if (work->settled)
		return;
	if (record_good(teller, work, answer, token_is_new) != BT_OK) {
		if (bt_sale_find_step(work->state, BT_SALE_EV_STORAGE_FAILED))
			bt_teller_move(teller, work, BT_SALE_EV_STORAGE_FAILED);
		return;
	}
	work->settled = true;
	if (token_is_new || !token)
		work->copies = 0; /* a docket's slips are not this slip's copies */
	if (token_is_new) {
		note_other_change(teller, work, answer);
		bt_text_copy(work->token, sizeof work->token, answer->token);
		work->key_tokens = answer->key_change.tokens;
		work->tokened_at_ms = bt_clock_wall_ms(teller->parts.clock);
	}
	refresh_account(teller, work, answer);
	if (bt_sale_find_step(work->state, token ? BT_SALE_EV_VEND_OK : BT_SALE_EV_VEND_CREDITED) &&
	    bt_teller_move(teller, work, token ? BT_SALE_EV_VEND_OK : BT_SALE_EV_VEND_CREDITED) != BT_SALE_DO_NONE &&
	    !work->background)
		bt_teller_print(teller, work);
}

/* A "blocked" refusal bars issue here until a newer list says otherwise (PROTOCOL S2). */
static void note_blocked(struct bt_teller *teller, struct bt_teller_work *work, const struct bt_answer *answer)
{
	struct bt_consumer listed;

	if (strcmp(answer->code, "blocked") != 0 || !teller->parts.directory)
		return;
	listed = listed_consumer(teller, work);
	bt_text_clean(answer->message_en, strlen(answer->message_en), BLOCK_COLUMNS, listed.blocked.en,
		      sizeof listed.blocked.en);
	bt_text_clean(answer->message_hi, strlen(answer->message_hi), BLOCK_COLUMNS, listed.blocked.hi,
		      sizeof listed.blocked.hi);
	if (!bt_consumer_is_blocked(&listed))
		bt_text_copy(listed.blocked.en, sizeof listed.blocked.en, "-");
	work->consumer.blocked = listed.blocked;
	if (bt_directory_put(teller->parts.directory, &listed, NULL) != BT_OK)
		bt_log_line(teller->parts.log, "sale", "block not kept in the list of consumers");
}

static enum bt_err record_refused(struct bt_teller *teller, struct bt_teller_work *work, const struct bt_answer *answer)
{
	struct bt_teller_batch batch = {0};
	json_t *body = json_pack("{s:s, s:I}", "code", answer->code, "rev", (json_int_t)work->sale.rev);
	enum bt_err err;

	if (body && work->has_figures &&
	    json_object_set_new(body, "figures", bt_teller_figures_json(&work->figures)) != 0) {
		json_decref(body);
		body = NULL;
	}
	err = bt_teller_add(&batch, BT_EVENT_REFUSED, work->sale.sale_id, body);
	return err ? err : bt_teller_commit(teller, &batch, NULL);
}

/* The figures that the head-end would sell at, kept with the refusal so that a restart does not lose them. */
static void note_figures(struct bt_teller_work *work, const struct bt_answer *answer)
{
	json_t *o = NULL;

	work->has_figures = false;
	if (strcmp(answer->code, "figures") != 0 ||
	    bt_json_parse(bt_buf_view(&answer->body), bt_call_reply_max(BT_CALL_SALE), &o, NULL) != BT_OK)
		return;
	work->has_figures = bt_teller_read_figures(o, &work->sale, &work->figures);
	json_decref(o);
}

/* @p fate: what the request may have done. A head-end that picks its own tokens may have given one. */
static void take_lost(struct bt_teller *teller, struct bt_teller_work *work, enum bt_fate fate)
{
	bool was_vending = work->state == BT_SALE_VENDING;
	bool asked = was_vending || work->state == BT_SALE_PENDING;

	if (asked && fate != BT_FATE_NOTHING && !bt_teller_converges(teller) && !bt_mutant(BT_MUTANT_SOLD_ANEW)) {
		bt_teller_enter_doubt(teller, work);
		return;
	}
	if (was_vending && bt_teller_await_key(teller, work)) {
		if (fate == BT_FATE_NOTHING)
			work->call_id = 0;
		return;
	}
	if (bt_sale_find_step(work->state, BT_SALE_EV_VEND_LOST))
		bt_teller_move(teller, work, BT_SALE_EV_VEND_LOST);
	if (was_vending || (work->state == BT_SALE_PENDING && work->sale.delivery == BT_DELIVERY_TOKEN))
		bt_teller_decide(teller, work);
	else if (work->state == BT_SALE_REFUNDING)
		bt_teller_refund_waits(teller, work);
}

static void take_refused(struct bt_teller *teller, struct bt_teller_work *work, const struct bt_answer *answer)
{
	bool final =
	    work->state == BT_SALE_VENDING || work->state == BT_SALE_PENDING || work->state == BT_SALE_INQUIRING;

	if (bt_mutant(BT_MUTANT_ISSUE_OVER_REFUSAL) && work->state == BT_SALE_VENDING) {
		take_lost(teller, work, BT_FATE_UNKNOWN);
		return;
	}
	note_blocked(teller, work, answer);
	if (work->state == BT_SALE_PENDING && work->sale.delivery != BT_DELIVERY_TOKEN) {
		/* Money was taken and a docket given: that is a fact, and the head-end posts it from the record with
		 * the refusal as a named exception (PROTOCOL H1). Calling it refused would give the money back as well.
		 */
		bt_log_line(teller->parts.log, "sale", "%s: docket refused as a request: %s", work->sale.sale_id,
			    answer->code);
		return;
	}
	if (!final) {
		/* The token is out already: the signed fact goes up with the record and is posted over the refusal. */
		bt_log_line(teller->parts.log, "sale", "%s: refused after issue: %s", work->sale.sale_id, answer->code);
		return;
	}
	note_figures(work, answer);
	bt_text_copy(work->code, sizeof work->code, answer->code);
	bt_text_copy(work->refusal_en, sizeof work->refusal_en, answer->message_en);
	bt_text_copy(work->refusal_hi, sizeof work->refusal_hi, answer->message_hi);
	if (record_refused(teller, work, answer) != BT_OK) {
		bt_teller_move(teller, work, BT_SALE_EV_STORAGE_FAILED);
		return;
	}
	bt_teller_move(teller, work, BT_SALE_EV_VEND_REFUSED);
}

/* Refusals that speak of the moment, not of the sale: nothing was committed and the same body may go again (PROTOCOL
 * H4, T3). */
static bool is_passing(const char *code)
{
	static const char *const codes[] = {"era", "tid_wait", "docket_waits"};

	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (strcmp(code, codes[i]) == 0)
			return true;
	return false;
}

/* An answer counts for the sale it names, and a committed token sale has its token. A revision that only fixed the TID
 * for a token made here has not been asked for: what was is the one before. */
static bool is_about(const struct bt_teller *teller, const struct bt_teller_work *work, const struct bt_answer *answer)
{
	const struct bt_sale *sale = &work->sale;
	int64_t oldest = bt_teller_converges(teller) ? sale->rev : 1;

	if (strcmp(answer->sale_id, sale->sale_id) != 0)
		return false;
	if (answer->fault.err != BT_OK)
		return true;
	return answer->rev >= oldest && answer->rev <= sale->rev &&
	       (sale->delivery != BT_DELIVERY_TOKEN || (strlen(answer->token) == 20 && answer->tid != 0));
}

bool bt_teller_ask_in_new_era(struct bt_teller *teller, struct bt_teller_work *work, const struct bt_answer *answer)
{
	int64_t deadline = work->deadline_boot_ms;
	bool stands_there = !work->background && bt_clock_boot_ms(teller->parts.clock) < deadline &&
			    (work->state == BT_SALE_VENDING || work->state == BT_SALE_REFUNDING);

	if (strcmp(answer->code, "era") != 0 || answer->era <= teller->era)
		return false;
	teller->era = answer->era;
	if (!stands_there || work->era_told)
		return false;
	work->era_told = true;
	if (answer->kind == BT_CALL_SALE)
		bt_teller_ask(teller, work);
	else
		bt_teller_ask_about(teller, work, answer->kind);
	if (work->asking)
		work->deadline_boot_ms = deadline;
	return work->asking;
}

static void take_sale_answer(struct bt_teller *teller, struct bt_teller_work *work, const struct bt_answer *answer)
{
	bool answered =
	    (answer->fault.err == BT_OK || answer->fault.err == BT_EREFUSED) && is_about(teller, work, answer);

	work->reached = work->reached || answered;
	if (answered && answer->fault.err == BT_OK) {
		take_good(teller, work, answer);
	} else if (bt_mutant(BT_MUTANT_LOST_IS_REFUSED) || (answered && !is_passing(answer->code))) {
		take_refused(teller, work, answer);
	} else if (!answered || !bt_teller_ask_in_new_era(teller, work, answer)) {
		/* Of a passing refusal it is known that nothing was done. */
		take_lost(teller, work, answered ? BT_FATE_NOTHING : bt_err_fate(answer->fault.err));
	}
}

/* Of a sale in doubt, or of a token that had left before it could be taken back. */
static void take_inquiry(struct bt_teller *teller, struct bt_teller_work *work, const struct bt_answer *answer)
{
	bool ours = strcmp(answer->sale_id, work->sale.sale_id) == 0;

	if (answer->fault.err == BT_OK && is_about(teller, work, answer))
		take_good(teller, work, answer);
	else if (ours && answer->fault.err == BT_EREFUSED && work->state == BT_SALE_INQUIRING)
		take_refused(teller, work, answer);
	else
		take_lost(teller, work, BT_FATE_UNKNOWN);
}

static void take_answer(struct bt_teller *teller, struct bt_teller_work *work, const struct bt_answer *answer)
{
	if (answer->kind == BT_CALL_REVERSAL) {
		bt_teller_take_reversal(teller, work, answer);
	} else if (answer->kind == BT_CALL_INQUIRY) {
		take_inquiry(teller, work, answer);
	} else if (work->state == BT_SALE_REFUNDING) {
		/* Whatever it says: the head-end alone decides whether token or refund comes first (PROTOCOL H3). */
		bt_log_line(teller->parts.log, "sale", "%s: answered after the refund was begun", work->sale.sale_id);
		bt_teller_pursue_refund(teller, work);
		if (!work->asking)
			bt_teller_refund_waits(teller, work);
	} else {
		take_sale_answer(teller, work, answer);
	}
}

static struct bt_teller_work *find_call(struct bt_teller *teller, const struct bt_answer *answer)
{
	for (int i = 0; i < BT_TELLER_SALES; i++)
		if (teller->works[i].used && teller->works[i].asking && teller->works[i].call_id == answer->id)
			return &teller->works[i];
	return NULL;
}

bool bt_teller_answer(struct bt_teller *teller, const struct bt_answer *answer)
{
	struct bt_teller_work *work;

	if (bt_teller_docket_answer(teller, answer) || bt_teller_upi_answer(teller, answer))
		return true;
	if (answer->kind != BT_CALL_SALE && answer->kind != BT_CALL_INQUIRY && answer->kind != BT_CALL_REVERSAL)
		return false;
	work = find_call(teller, answer);
	if (!work)
		return true;
	work->asking = false;
	teller->changed = true;
	if (!work->judged)
		bt_breaker_note(teller->parts.breaker, answer->fault.err, answer->latency_ms, teller->parts.slow_ms,
				bt_clock_boot_ms(teller->parts.clock), teller->parts.random);
	take_answer(teller, work, answer);
	return true;
}

/* Somebody stands there until the deadline. */
static bool waits_at_counter(const struct bt_teller_work *work)
{
	return !work->cut_off &&
	       (work->state == BT_SALE_VENDING || (work->state == BT_SALE_REFUNDING && !work->background));
}

static int64_t lost_at(const struct bt_teller_work *work)
{
	int64_t at = work->asking ? work->asked_boot_ms + CALL_DEADLINE_MS + CALL_GRACE_MS : INT64_MAX;

	if (waits_at_counter(work) && work->deadline_boot_ms < at)
		at = work->deadline_boot_ms;
	return at;
}

int64_t bt_teller_watch_at(const struct bt_teller_work *work)
{
	int64_t at = lost_at(work);

	if (work->later_boot_ms && work->later_boot_ms < at)
		at = work->later_boot_ms;
	return work->unproved && work->prove_boot_ms < at ? work->prove_boot_ms : at;
}

/* The head-end's token was shown before the key came that says whether it is the one made here (PROTOCOL T2). */
static void prove(struct bt_teller *teller, struct bt_teller_work *work)
{
	char own[21];
	enum bt_err err = own_token(teller, work, own);

	if (err == BT_EBUSY) {
		prove_later(teller, work);
		return;
	}
	work->unproved = false;
	if (!err && work->token[0] && strcmp(own, work->token) != 0 &&
	    bt_sale_find_step(work->state, BT_SALE_EV_VEND_DIVERGED))
		stop_diverged(teller, work);
}

/* One call tells the breaker once: at the counter's deadline, or by its answer before. */
static void note_late(struct bt_teller *teller, struct bt_teller_work *work, int64_t boot_ms)
{
	if (!work->asking || work->judged)
		return;
	work->judged = true;
	bt_breaker_note(teller->parts.breaker, BT_ETIMEOUT, teller->parts.deadline_ms, teller->parts.slow_ms, boot_ms,
			teller->parts.random);
}

/* Whoever was told that the token is being made presses nothing more. Another answer may have come meanwhile. */
static void try_later(struct bt_teller *teller, struct bt_teller_work *work)
{
	if (work->state == BT_SALE_INQUIRING && work->word_by[0])
		bt_teller_override_later(teller, work);
	else if (work->state == BT_SALE_PENDING && !work->asking)
		bt_teller_decide(teller, work);
	else
		bt_teller_forget_key(work);
}

void bt_teller_watch(struct bt_teller *teller, struct bt_teller_work *work, int64_t boot_ms)
{
	if (work->later_boot_ms && boot_ms >= work->later_boot_ms)
		try_later(teller, work);
	if (work->unproved && boot_ms >= work->prove_boot_ms)
		prove(teller, work);
	if (boot_ms < lost_at(work))
		return;
	note_late(teller, work, boot_ms);
	if (work->asking && boot_ms >= work->asked_boot_ms + CALL_DEADLINE_MS + CALL_GRACE_MS) {
		work->asking = false;
		teller->changed = true;
		bt_teller_pursue_refund(teller, work);
	}
	/* What never left did nothing. */
	take_lost(teller, work, work->call_id == 0 ? BT_FATE_NOTHING : BT_FATE_UNKNOWN);
}

bool bt_teller_is_asking(struct bt_teller *teller, const char *sale_id)
{
	const struct bt_teller_work *work = bt_teller_find(teller, sale_id);

	return work && (work->asking || work->later_boot_ms);
}

enum bt_err bt_teller_issue_now(struct bt_teller *teller, const char *sale_id)
{
	struct bt_teller_work *work = bt_teller_find(teller, sale_id);

	if (!work || work->state != BT_SALE_VENDING || work->cut_off || !bt_teller_converges(teller))
		return BT_ESTATE;
	bt_teller_freshen(teller, &work->consumer);
	if (bt_teller_authority(teller, &work->sale, &work->consumer, true) != BT_DENY_NONE)
		return BT_ESTATE;
	if (bt_teller_await_key(teller, work))
		return BT_OK;
	bt_teller_move(teller, work, BT_SALE_EV_ISSUE_HERE);
	bt_teller_decide(teller, work);
	return BT_OK;
}

/* What is asked to finish a sale that stands there; false: nothing is. */
static bool find_question(const struct bt_teller_work *work, enum bt_call_kind *out)
{
	static const struct {
		enum bt_sale_state state;
		enum bt_call_kind kind;
	} questions[] = {{BT_SALE_PENDING, BT_CALL_SALE},
			 {BT_SALE_INQUIRING, BT_CALL_INQUIRY},
			 {BT_SALE_REFUNDING, BT_CALL_REVERSAL}};

	for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++)
		if (questions[i].state == work->state) {
			*out = questions[i].kind;
			return true;
		}
	return false;
}

enum bt_err bt_teller_finish(struct bt_teller *teller, const char *sale_id)
{
	struct bt_teller_work *work;
	enum bt_call_kind kind;
	enum bt_err err = bt_teller_load(teller, sale_id, &work);

	if (err)
		return err;
	if (!find_question(work, &kind) || work->asking ||
	    strcmp(work->sale.terminal, teller->parts.enrolment->terminal) != 0)
		return BT_ESTATE;
	work->background = true;
	if (!work->later_boot_ms)
		bt_teller_forget_key(work); /* a wait that has ended is none of this one's */
	if (!bt_teller_server_answers(teller)) {
		if (kind != BT_CALL_SALE)
			return BT_ESTATE;
		bt_teller_decide(teller, work);
		return work->state == BT_SALE_PENDING && !work->later_boot_ms ? BT_ESTATE : BT_OK;
	}
	bt_teller_move(teller, work, BT_SALE_EV_SEND);
	if (kind == BT_CALL_SALE)
		bt_teller_ask(teller, work);
	else
		bt_teller_ask_about(teller, work, kind);
	return work->asking ? BT_OK : BT_EFULL;
}

enum bt_err bt_teller_note_posted(struct bt_teller *teller, const char *sale_id)
{
	struct bt_teller_batch batch = {0};
	struct bt_teller_work *work;
	enum bt_err err = bt_teller_load(teller, sale_id, &work);

	if (err)
		return err;
	if (work->state != BT_SALE_PENDING || work->sale.delivery == BT_DELIVERY_TOKEN)
		return BT_ESTATE;
	err = add_credited(&batch, &work->sale);
	if (!err)
		err = add_settled(teller, &batch, sale_id, "journal");
	err = commit_if(teller, &batch, err);
	if (err)
		return err;
	work->settled = true;
	work->copies = 0;
	bt_teller_move(teller, work, BT_SALE_EV_VEND_CREDITED);
	return BT_OK;
}
