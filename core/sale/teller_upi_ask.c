/* Questions about a payment: one at a time, never waited for; and what an answer, or none, means. An outcome that is
 * not known is asked about, never guessed. Source: facts of vending 3.2, of reliability on unknown outcomes; PROTOCOL
 * H3. */
#include "core/sale/teller_work.h"

#include <string.h>

#include "core/base/mutant.h"

#define CALL_MS       10000
#define CALL_GRACE_MS 5000 /* the wire answers every call by its deadline; one that has not come then never will */
#define SLOWEST_MS    INT64_C(60000)    /* between questions without an answer */
#define FIRST_LOOK_MS INT64_C(30000)    /* after the end: for a late success */
#define LAST_LOOK_MS  INT64_C(1800000)  /* growing to this */
#define WATCH_MS      INT64_C(86400000) /* then the head-end alone watches */
#define DEAD_MS       INT64_C(900000)   /* one that nobody renews ends by itself */
#define QR_MS         INT64_C(900000)   /* no QR is shown longer, whatever clock the head-end has */

static void drop(struct bt_teller *teller, struct bt_teller_payment *payment)
{
	explicit_bzero(payment, sizeof *payment);
	teller->changed = true;
}

/* ---- asking ---- */

static bool is_over(const struct bt_teller_payment *payment, int64_t boot_ms)
{
	bool up = payment->stage == BT_UPI_SHOWN || payment->stage == BT_UPI_UNSURE;

	return payment->stage == BT_UPI_DEAD || payment->stage == BT_UPI_CLOSING || payment->stage == BT_UPI_ENDED ||
	       !payment->is_newest || (up && payment->expires_boot_ms <= boot_ms);
}

/* "Not there" is made definite by closing; before that the same is asked for again, never another. */
static enum bt_call_kind choose_question(const struct bt_teller_payment *payment, int64_t boot_ms)
{
	if (is_over(payment, boot_ms))
		return payment->closed ? BT_CALL_PAYMENT : BT_CALL_PAYMENT_CLOSE;
	return payment->stage == BT_UPI_ASKING && !payment->unsure ? BT_CALL_PAYMENT_OPEN : BT_CALL_PAYMENT;
}

/* Up to a quarter more, so that counters that lost the same server do not all come back in one second. */
static int64_t jitter(const struct bt_teller *teller, int64_t ms)
{
	uint32_t chance = 0;

	if (bt_random_fill(teller->parts.random, &chance, sizeof chance) != BT_OK)
		return ms;
	return ms + (int64_t)(chance % (uint32_t)(ms / 4 + 1));
}

static int64_t doubled(int64_t ms, int times, int64_t most)
{
	while (times-- > 0 && ms < most)
		ms *= 2;
	return ms < most ? ms : most;
}

static void set_due(const struct bt_teller *teller, struct bt_teller_payment *payment)
{
	int64_t now = bt_clock_boot_ms(teller->parts.clock), wait;

	if (payment->failures > 0)
		wait = doubled(BT_UPI_POLL_MS / 2, payment->failures, SLOWEST_MS);
	else if (is_over(payment, now) && payment->closed)
		wait = doubled(FIRST_LOOK_MS, payment->looks++, LAST_LOOK_MS);
	else
		wait = BT_UPI_POLL_MS;
	payment->due_boot_ms = now + jitter(teller, wait);
	/* The QR that runs out meanwhile is closed then. */
	if (payment->failures == 0 && payment->stage == BT_UPI_SHOWN && payment->expires_boot_ms > now &&
	    payment->expires_boot_ms < payment->due_boot_ms)
		payment->due_boot_ms = payment->expires_boot_ms;
}

/* The whole sale goes along, so that any terminal can finish it with the same TID (PROTOCOL T1). */
static enum bt_err put_record(struct bt_teller *teller, const struct bt_teller_payment *payment, struct bt_buf *body)
{
	struct bt_teller_work *work;
	enum bt_err err = bt_teller_load(teller, payment->sale_id, &work);

	if (err)
		return err;
	if (work->state != BT_SALE_TENDERING || strcmp(work->sale.tenders[0].id, payment->payment_id) != 0)
		return BT_ESTATE;
	return bt_sale_encode(&work->sale, body);
}

/* ---- one question ---- */

static void ask(struct bt_teller *teller, struct bt_teller_payment *payment)
{
	int64_t now = bt_clock_boot_ms(teller->parts.clock);
	struct bt_call call = {.kind = choose_question(payment, now), .deadline_ms = CALL_MS, .era = teller->era};
	struct bt_buf body;
	enum bt_err err = BT_OK;

	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	bt_text_copy(call.sale_id, sizeof call.sale_id, payment->sale_id);
	bt_text_copy(call.text, sizeof call.text, payment->payment_id);
	if (call.kind == BT_CALL_PAYMENT_OPEN)
		err = put_record(teller, payment, &body);
	call.body = bt_buf_view(&body);
	call.id = teller->next_call++;
	if (!err)
		err = bt_wire_submit(bt_teller_upi_wire(teller, payment->way), &call);
	bt_buf_fini(&body);
	if (err) {
		payment->failures++;
		set_due(teller, payment);
		return;
	}
	bt_teller_upi_note_trial(teller, payment->way);
	payment->asking = true;
	payment->call_kind = call.kind;
	payment->call_id = call.id;
	payment->until_boot_ms = now + CALL_MS + CALL_GRACE_MS;
	teller->changed = true;
}

void bt_teller_upi_hurry(struct bt_teller *teller, struct bt_teller_payment *payment)
{
	payment->due_boot_ms = bt_clock_boot_ms(teller->parts.clock);
	if (!payment->asking && bt_teller_upi_can_ask(teller, payment->way))
		ask(teller, payment);
}

/* ---- what an answer means ---- */

/* Used up. The sale may be given another QR; who has gone will not ask for one. */
static void set_dead(struct bt_teller *teller, struct bt_teller_payment *payment, enum bt_upi_death death)
{
	payment->stage = BT_UPI_DEAD;
	payment->death = death;
	payment->ended_boot_ms = bt_clock_boot_ms(teller->parts.clock);
	payment->looks = 0;
}

static void end_now(struct bt_teller *teller, struct bt_teller_payment *payment, const char *why)
{
	enum bt_err err = payment->for_cash ? BT_OK : bt_teller_upi_end(teller, payment, why);

	if (err) {
		/* Not now: it is tried again with the next question. */
		bt_log_line(teller->parts.log, "sale", "%s: end not recorded: %s", payment->sale_id, bt_err_name(err));
		payment->failures++;
		return;
	}
	payment->stage = BT_UPI_ENDED;
	payment->ended_boot_ms = bt_clock_boot_ms(teller->parts.clock);
	payment->looks = 0;
}

static void take_closed(struct bt_teller *teller, struct bt_teller_payment *payment, enum bt_payment_attempt attempt)
{
	payment->closed = true;
	if (payment->stage == BT_UPI_CLOSING)
		end_now(teller, payment, "stopped");
	else if (payment->stage != BT_UPI_ENDED && payment->stage != BT_UPI_DEAD)
		set_dead(teller, payment, attempt == BT_ATTEMPT_FAILED ? BT_UPI_DEATH_FAILED : BT_UPI_DEATH_UNSAID);
}

static void take_qr(struct bt_teller *teller, struct bt_teller_payment *payment, const struct bt_answer *answer)
{
	int64_t left = answer->payment.expires_at_ms - answer->server_time_ms;

	/* Known from before, and something has come of it: that is asked about. */
	payment->unsure = answer->payment.status != BT_PAYMENT_ACTIVE;
	if (payment->stage != BT_UPI_ASKING || payment->unsure) {
		payment->due_boot_ms = bt_clock_boot_ms(teller->parts.clock);
		return;
	}
	payment->stage = BT_UPI_SHOWN;
	payment->expires_boot_ms = bt_clock_boot_ms(teller->parts.clock) + (left < 0 ? 0 : left > QR_MS ? QR_MS : left);
	bt_text_copy(payment->qr, sizeof payment->qr, answer->payment.qr);
}

static void take_active(struct bt_teller *teller, struct bt_teller_payment *payment, enum bt_payment_attempt attempt)
{
	bool up = payment->stage == BT_UPI_ASKING || payment->stage == BT_UPI_SHOWN || payment->stage == BT_UPI_UNSURE;

	payment->closed = false; /* what was closed here before the head-end was restored is to be closed again */
	if (!up)
		return;
	if (attempt == BT_ATTEMPT_FAILED) {
		set_dead(teller, payment, BT_UPI_DEATH_FAILED);
		payment->due_boot_ms = bt_clock_boot_ms(teller->parts.clock);
	} else if (attempt == BT_ATTEMPT_UNSURE) {
		if (bt_mutant(BT_MUTANT_UPI_UNSURE_IS_FAILED)) {
			end_now(teller, payment, "failed");
			drop(teller, payment);
			return;
		}
		if (payment->stage == BT_UPI_ASKING) /* its QR is not known here, and needs not be any more */
			payment->expires_boot_ms = bt_clock_boot_ms(teller->parts.clock) + QR_MS;
		payment->stage = BT_UPI_UNSURE;
	} else if (payment->stage == BT_UPI_ASKING) {
		payment->unsure = false;
		payment->due_boot_ms = bt_clock_boot_ms(teller->parts.clock);
	}
}

static void take_word(struct bt_teller *teller, struct bt_teller_payment *payment, const struct bt_answer *answer)
{
	const struct bt_payment_word *word = &answer->payment;

	if (answer->kind == BT_CALL_PAYMENT_OPEN)
		take_qr(teller, payment, answer);
	else if (word->status == BT_PAYMENT_PAID)
		bt_teller_upi_captured(teller, payment, word);
	else if (word->status == BT_PAYMENT_ACTIVE)
		take_active(teller, payment, word->attempt);
	else
		take_closed(teller, payment, word->attempt);
}

/* The sale has its money by another QR: every one of them is asked about now. */
static void hurry_all(struct bt_teller *teller, const char *sale_id)
{
	for (int i = 0; i < BT_TELLER_PAYMENTS; i++)
		if (teller->payments[i].used && strcmp(teller->payments[i].sale_id, sale_id) == 0)
			teller->payments[i].due_boot_ms = bt_clock_boot_ms(teller->parts.clock);
}

static void take_open_refusal(struct bt_teller *teller, struct bt_teller_payment *payment,
			      const struct bt_answer *answer)
{
	struct bt_teller_work *work;

	bt_log_line(teller->parts.log, "sale", "%s: no QR: %s", payment->sale_id, answer->code);
	if (bt_teller_load(teller, payment->sale_id, &work) == BT_OK) {
		bt_text_copy(work->code, sizeof work->code, answer->code);
		bt_text_copy(work->refusal_en, sizeof work->refusal_en, answer->message_en);
		bt_text_copy(work->refusal_hi, sizeof work->refusal_hi, answer->message_hi);
	}
	payment->refused = payment->way == BT_WAY_SERVER;
	if (payment->stage == BT_UPI_ASKING)
		set_dead(teller, payment, BT_UPI_DEATH_UNMADE);
	if (strcmp(answer->code, "payment_paid") == 0)
		hurry_all(teller, payment->sale_id);
}

static void take_refusal(struct bt_teller *teller, struct bt_teller_payment *payment, const struct bt_answer *answer)
{
	if (strcmp(answer->code, "era") == 0 && answer->era > teller->era) {
		teller->era = answer->era;
		payment->due_boot_ms = bt_clock_boot_ms(teller->parts.clock);
	} else if (answer->kind == BT_CALL_PAYMENT_OPEN) {
		take_open_refusal(teller, payment, answer);
	} else if (strcmp(answer->code, "unknown_payment") == 0) {
		/* It never arrived, or the head-end was restored: asked for again, or closed so that it never will be.
		 */
		payment->closed = false;
		payment->unsure = false;
		if (!is_over(payment, bt_clock_boot_ms(teller->parts.clock)))
			payment->stage = BT_UPI_ASKING;
	} else {
		payment->failures++;
	}
}

static struct bt_teller_payment *find_call(struct bt_teller *teller, const struct bt_answer *answer)
{
	for (int i = 0; i < BT_TELLER_PAYMENTS; i++)
		if (teller->payments[i].used && teller->payments[i].asking && teller->payments[i].call_id == answer->id)
			return &teller->payments[i];
	return NULL;
}

static bool names_payment(const struct bt_teller_payment *payment, const struct bt_answer *answer)
{
	return strcmp(answer->payment.payment_id, payment->payment_id) == 0 &&
	       strcmp(answer->sale_id, payment->sale_id) == 0;
}

/* A request for a QR that may have arrived is asked about before it is sent again. */
static void take_nothing(struct bt_teller_payment *payment, enum bt_fate fate)
{
	payment->unreachable = true;
	payment->failures++;
	if (payment->call_kind == BT_CALL_PAYMENT_OPEN && fate != BT_FATE_NOTHING)
		payment->unsure = payment->has_left = true;
}

bool bt_teller_upi_answer(struct bt_teller *teller, const struct bt_answer *answer)
{
	struct bt_teller_payment *payment;
	int64_t now = bt_clock_boot_ms(teller->parts.clock);
	bool good;

	if (answer->kind != BT_CALL_PAYMENT_OPEN && answer->kind != BT_CALL_PAYMENT &&
	    answer->kind != BT_CALL_PAYMENT_CLOSE)
		return false;
	payment = find_call(teller, answer);
	if (!payment)
		return true;
	bt_breaker_note(bt_teller_upi_breaker(teller, payment->way), answer->fault.err, answer->latency_ms,
			teller->parts.slow_ms, now, teller->parts.random);
	payment->asking = false;
	teller->changed = true;
	good = answer->fault.err == BT_OK && names_payment(payment, answer);
	if (!good && answer->fault.err != BT_EREFUSED) {
		take_nothing(payment, answer->fault.err == BT_OK ? BT_FATE_UNKNOWN : bt_err_fate(answer->fault.err));
		set_due(teller, payment);
		if (bt_teller_upi_detour(teller, payment) != BT_WAY_UNSAID)
			payment->due_boot_ms = now;
		return true;
	}
	payment->has_left = payment->has_left || answer->kind == BT_CALL_PAYMENT_OPEN;
	payment->unreachable = false;
	payment->failures = 0;
	payment->answered_boot_ms = now;
	payment->due_boot_ms = -1;
	if (good)
		take_word(teller, payment, answer);
	else
		take_refusal(teller, payment, answer);
	if (payment->used && payment->due_boot_ms < 0)
		set_due(teller, payment);
	return true;
}

/* ---- what is due ---- */

static bool is_spent(const struct bt_teller_payment *payment, int64_t boot_ms)
{
	bool over = payment->stage == BT_UPI_ENDED || !payment->is_newest;

	return over && !payment->asking && boot_ms >= payment->ended_boot_ms + WATCH_MS;
}

static bool is_forgotten(const struct bt_teller_payment *payment, int64_t boot_ms)
{
	return payment->stage == BT_UPI_DEAD && payment->is_newest && payment->closed && !payment->asking &&
	       boot_ms >= payment->ended_boot_ms + DEAD_MS;
}

/* Another QR of the same sale, over whoever answers; this one, which nobody has heard of, is closed when it can be. */
static void take_detour(struct bt_teller *teller, struct bt_teller_payment *payment, enum bt_tender_way way)
{
	enum bt_err err = bt_teller_upi_replace(teller, payment->sale_id, way);

	if (err) {
		bt_log_line(teller->parts.log, "sale", "%s: no other way: %s", payment->sale_id, bt_err_name(err));
		payment->failures++;
	}
	payment->ended_boot_ms = bt_clock_boot_ms(teller->parts.clock);
	set_due(teller, payment);
}

static void ask_or_wait(struct bt_teller *teller, struct bt_teller_payment *payment, int64_t boot_ms)
{
	enum bt_tender_way way = bt_teller_upi_detour(teller, payment);

	if (way != BT_WAY_UNSAID) {
		take_detour(teller, payment, way);
	} else if (bt_teller_upi_can_ask(teller, payment->way)) {
		ask(teller, payment);
	} else {
		teller->changed = teller->changed || !payment->unreachable;
		payment->unreachable = true;
		payment->due_boot_ms = boot_ms + BT_UPI_POLL_MS / 4;
	}
}

static void watch(struct bt_teller *teller, struct bt_teller_payment *payment, int64_t boot_ms)
{
	if (payment->asking && boot_ms >= payment->until_boot_ms) {
		payment->asking = false;
		take_nothing(payment, BT_FATE_UNKNOWN);
		set_due(teller, payment);
		teller->changed = true;
	}
	if (is_spent(payment, boot_ms)) {
		drop(teller, payment);
		return;
	}
	/* What is on record already is followed while anything can be recorded, also when nothing is sold. */
	if (bt_journal_state(teller->parts.journal) != BT_OK)
		return;
	if (is_forgotten(payment, boot_ms))
		end_now(teller, payment, "expired");
	if (!payment->asking && boot_ms >= payment->due_boot_ms)
		ask_or_wait(teller, payment, boot_ms);
}

void bt_teller_upi_watch(struct bt_teller *teller, int64_t boot_ms)
{
	for (int i = 0; i < BT_TELLER_PAYMENTS; i++)
		if (teller->payments[i].used)
			watch(teller, &teller->payments[i], boot_ms);
}

int64_t bt_teller_upi_watch_at(const struct bt_teller *teller)
{
	int64_t first = INT64_MAX;

	for (int i = 0; i < BT_TELLER_PAYMENTS; i++) {
		const struct bt_teller_payment *payment = &teller->payments[i];
		int64_t at = payment->asking ? payment->until_boot_ms : payment->due_boot_ms;

		if (payment->used && at < first)
			first = at;
	}
	return bt_journal_state(teller->parts.journal) == BT_OK ? first : INT64_MAX;
}
