#include "core/wire/psp.h"

#include <stdlib.h>
#include <string.h>

#define AT_ONCE       64 /* questions */
#define NAMES         64 /* of QRs that are remembered */
#define PAGES_MAX     20
#define RECORD_MAX    8192
#define CLOSE_AFTER_S 960 /* the service wants 15 minutes at least */

/* A question under way. */
struct errand {
	bool used;
	struct bt_call call; /* as it was asked; its body lies in `record` */
	struct bt_buf record;
	struct bt_psp_call step;
	enum bt_payment_attempt attempt; /* what the payments said */
	int64_t since_ms;                /* boot time */
	uint64_t id;                     /* under which the service is asked just now */
};

struct name {
	char payment_id[37], qr_id[24];
};

struct bt_psp {
	const struct bt_wire *service;
	const struct bt_clock *clock;
	struct errand errands[AT_ONCE];
	struct name names[NAMES];
	size_t next_name;
	uint64_t next_id;
};

/* ---- names ---- */

static const char *find_name(const struct bt_psp *psp, const char *payment_id)
{
	for (size_t i = 0; i < NAMES; i++)
		if (psp->names[i].qr_id[0] && strcmp(psp->names[i].payment_id, payment_id) == 0)
			return psp->names[i].qr_id;
	return NULL;
}

static void keep_name(struct bt_psp *psp, const char *payment_id, const char *qr_id)
{
	struct name *name = &psp->names[psp->next_name];

	if (!qr_id[0] || find_name(psp, payment_id))
		return;
	(void)bt_text_copy(name->payment_id, sizeof name->payment_id, payment_id);
	(void)bt_text_copy(name->qr_id, sizeof name->qr_id, qr_id);
	psp->next_name = (psp->next_name + 1) % NAMES;
}

/* ---- one step ---- */

static void forget(struct errand *errand)
{
	bt_buf_fini(&errand->record);
	*errand = (struct errand){.used = false};
}

static enum bt_err ask_step(struct bt_psp *psp, struct errand *errand, enum bt_psp_step step)
{
	int64_t left_ms = errand->call.deadline_ms - (bt_clock_boot_ms(psp->clock) - errand->since_ms);
	struct bt_call call = errand->call;

	if (left_ms < 1)
		return BT_ETIMEOUT;
	errand->step.step = step;
	if (step == BT_PSP_MAKE)
		errand->step.close_by_s = bt_clock_wall_ms(psp->clock) / 1000 + CLOSE_AFTER_S;
	errand->id = psp->next_id++;
	call.id = errand->id;
	call.deadline_ms = (int)left_ms;
	call.psp = errand->step;
	call.body = bt_buf_view(&errand->record);
	return bt_wire_submit(psp->service, &call);
}

/* Where a question begins once the QR's name is known. */
static enum bt_psp_step first_step(enum bt_call_kind kind)
{
	if (kind == BT_CALL_PAYMENT_OPEN)
		return BT_PSP_STATE;
	return kind == BT_CALL_PAYMENT_CLOSE ? BT_PSP_CLOSE : BT_PSP_MONEY;
}

/* ---- from the service's answers to ours ---- */

static void say_unknown(const struct errand *errand, struct bt_answer *answer)
{
	struct bt_payment_word word = {.status = BT_PAYMENT_CLOSED};

	(void)bt_text_copy(word.payment_id, sizeof word.payment_id, errand->call.text);
	answer->payment = word;
	if (errand->call.kind == BT_CALL_PAYMENT_CLOSE)
		return;
	(void)bt_text_copy(answer->code, sizeof answer->code, "unknown_payment");
	(void)bt_fault_set(&answer->fault, BT_EREFUSED, 0, "the payment service knows no such payment");
}

/* What follows an answer that is good; *step is untouched when it is the last. @return true when more is to be asked.
 */
static bool follow_look(struct errand *errand, struct bt_answer *answer, enum bt_psp_step *step)
{
	bool is_opening = errand->call.kind == BT_CALL_PAYMENT_OPEN;

	if (answer->payment.qr_id[0]) {
		(void)bt_text_copy(errand->step.qr_id, sizeof errand->step.qr_id, answer->payment.qr_id);
		*step = first_step(errand->call.kind);
		return !is_opening;
	}
	/* A full page is not the end of the list. */
	if (answer->payment.listed == BT_PSP_PAGE) {
		if (++errand->step.page >= PAGES_MAX)
			(void)bt_fault_set(&answer->fault, BT_EGARBAGE, 0, "the payment service's list has no end");
		*step = BT_PSP_LOOK;
		return errand->step.page < PAGES_MAX;
	}
	if (!is_opening)
		say_unknown(errand, answer);
	*step = BT_PSP_MAKE;
	return is_opening;
}

static bool follow(struct errand *errand, struct bt_answer *answer, enum bt_psp_step *step)
{
	switch (errand->step.step) {
	case BT_PSP_LOOK:
		return follow_look(errand, answer, step);
	case BT_PSP_CLOSE:
		*step = BT_PSP_MONEY;
		return true;
	case BT_PSP_MONEY:
		errand->attempt = answer->payment.attempt;
		*step = BT_PSP_STATE;
		return answer->payment.status != BT_PAYMENT_PAID;
	case BT_PSP_STATE:
		if (answer->payment.attempt == BT_ATTEMPT_NONE)
			answer->payment.attempt = errand->attempt;
		return false;
	case BT_PSP_MAKE:
		return false;
	}
	return false;
}

/* One that is closed already is no refusal to close. */
static bool is_good(const struct errand *errand, const struct bt_answer *answer)
{
	return answer->fault.err == BT_OK ||
	       (answer->fault.err == BT_EREFUSED && errand->step.step == BT_PSP_CLOSE && answer->status == 400);
}

/* A QR that was found in the list was made some time ago. */
static void finish(struct bt_psp *psp, struct errand *errand, struct bt_answer *answer)
{
	answer->kind = errand->call.kind;
	answer->id = errand->call.id;
	answer->latency_ms = (int)(bt_clock_boot_ms(psp->clock) - errand->since_ms);
	if (errand->step.step != BT_PSP_MAKE)
		answer->server_time_ms = bt_clock_wall_ms(psp->clock);
	forget(errand);
}

/* @return true when @p answer is the end of its question, in our words. */
static bool take_step(struct bt_psp *psp, struct errand *errand, struct bt_answer *answer)
{
	enum bt_psp_step step = BT_PSP_LOOK;
	enum bt_err err;

	keep_name(psp, errand->call.text, answer->payment.qr_id);
	if (is_good(errand, answer) && follow(errand, answer, &step)) {
		err = ask_step(psp, errand, step);
		if (!err)
			return false;
		(void)bt_fault_set(&answer->fault, err, 0, "%s: no time left", bt_call_name(errand->call.kind));
	}
	finish(psp, errand, answer);
	return true;
}

/* ---- the wire ---- */

static struct errand *find_free(struct bt_psp *psp)
{
	for (size_t i = 0; i < AT_ONCE; i++)
		if (!psp->errands[i].used)
			return &psp->errands[i];
	return NULL;
}

static enum bt_err submit_question(void *self, const struct bt_call *call)
{
	struct bt_psp *psp = self;
	struct errand *errand = find_free(psp);
	const char *qr_id = find_name(psp, call->text);
	enum bt_err err;

	if (call->kind != BT_CALL_PAYMENT_OPEN && call->kind != BT_CALL_PAYMENT && call->kind != BT_CALL_PAYMENT_CLOSE)
		return BT_EINPUT;
	if (!errand)
		return BT_EFULL;
	*errand = (struct errand){.used = true, .call = *call, .since_ms = bt_clock_boot_ms(psp->clock)};
	bt_buf_init(&errand->record, RECORD_MAX);
	err = bt_buf_put(&errand->record, call->body.data, call->body.len);
	if (!err && qr_id)
		err = bt_text_copy(errand->step.qr_id, sizeof errand->step.qr_id, qr_id);
	if (!err)
		err = ask_step(psp, errand, qr_id ? first_step(call->kind) : BT_PSP_LOOK);
	if (err)
		forget(errand);
	return err;
}

static bool take_answer(void *self, struct bt_answer *out)
{
	struct bt_psp *psp = self;
	struct bt_answer answer;

	while (bt_wire_take(psp->service, &answer)) {
		for (size_t i = 0; i < AT_ONCE; i++) {
			if (!psp->errands[i].used || psp->errands[i].id != answer.id)
				continue;
			if (take_step(psp, &psp->errands[i], &answer)) {
				*out = answer;
				return true;
			}
			break;
		}
		bt_answer_fini(&answer);
	}
	return false;
}

static int get_fd(void *self)
{
	const struct bt_psp *psp = self;

	return psp->service->fd(psp->service->self);
}

enum bt_err bt_psp_open(const struct bt_wire *service, const struct bt_clock *clock, struct bt_psp **out)
{
	struct bt_psp *psp = calloc(1, sizeof *psp);

	if (!psp)
		return BT_ENOMEM;
	psp->service = service;
	psp->clock = clock;
	psp->next_id = 1;
	*out = psp;
	return BT_OK;
}

void bt_psp_close(struct bt_psp *psp)
{
	if (!psp)
		return;
	for (size_t i = 0; i < AT_ONCE; i++)
		forget(&psp->errands[i]);
	free(psp);
}

struct bt_wire bt_psp_wire(struct bt_psp *psp)
{
	return (struct bt_wire){.submit = submit_question,
				.take = take_answer,
				.fd = get_fd,
				.self = psp,
				.protocol = psp->service->protocol};
}
