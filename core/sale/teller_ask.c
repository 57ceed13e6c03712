/* Asking the head-end, and what its answer means. */
#include "core/sale/teller_work.h"

#include <string.h>

#include "core/base/json.h"

/* The counter is free at the deadline; the request may live on, because a late answer settles the sale. */
#define CALL_DEADLINE_MS 30000

void bt_teller_ask(struct bt_teller *teller, struct bt_teller_work *work)
{
	struct bt_buf body;
	struct bt_call call = {.kind = BT_CALL_SALE,
			       .id = teller->next_call++,
			       .deadline_ms = CALL_DEADLINE_MS,
			       .number = work->sale.rev,
			       .era = teller->era};
	int64_t now = bt_clock_boot_ms(teller->parts.clock);

	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	bt_text_copy(call.sale_id, sizeof call.sale_id, work->sale.sale_id);
	work->asked_boot_ms = now;
	work->deadline_boot_ms = now + teller->parts.deadline_ms;
	work->call_id = call.id;
	work->asking = false;
	if (bt_sale_encode(&work->sale, &body) == BT_OK) {
		call.body = bt_buf_view(&body);
		work->asking = bt_wire_submit(teller->parts.wire, &call) == BT_OK;
	}
	bt_buf_fini(&body);
	if (!work->asking)
		work->deadline_boot_ms = now; /* nothing left: the next step decides */
}

static enum bt_err own_token(struct bt_teller *teller, const struct bt_teller_work *work, char out[21])
{
	if (!work->sale.has_tid || !bt_vault_is_open(teller->vault))
		return BT_ESEALED;
	return bt_teller_make_token(teller, &work->sale, &work->consumer, out);
}

/* PROTOCOL T2: the same 20 digits or nothing. */
static bool is_diverged(struct bt_teller *teller, const struct bt_teller_work *work, const struct bt_answer *answer)
{
	char own[21];

	if (work->sale.delivery != BT_DELIVERY_TOKEN)
		return false;
	if (work->sale.has_tid && answer->tid != work->sale.tid)
		return true;
	if (work->token[0])
		return strcmp(work->token, answer->token) != 0;
	return own_token(teller, work, own) == BT_OK && strcmp(own, answer->token) != 0;
}

static enum bt_err add_settled(struct bt_teller *teller, struct bt_teller_batch *batch, const char *sale_id)
{
	return bt_teller_add(
	    batch, BT_EVENT_SETTLED, sale_id,
	    json_pack("{s:I, s:s}", "at", (json_int_t)bt_clock_wall_ms(teller->parts.clock), "by", "sale"));
}

static enum bt_err record_good(struct bt_teller *teller, struct bt_teller_work *work, const struct bt_answer *answer,
			       bool token_is_new)
{
	struct bt_teller_batch batch = {0};
	const struct bt_sale *sale = &work->sale;
	enum bt_err err = BT_OK;

	if (sale->delivery == BT_DELIVERY_TOKEN && token_is_new)
		err = bt_teller_add(
		    &batch, BT_EVENT_TOKENED, sale->sale_id,
		    bt_teller_tokened_body(teller, sale, answer->token, answer->tid, answer->units, "server"));
	else if (sale->delivery != BT_DELIVERY_TOKEN)
		err = bt_teller_add(&batch, BT_EVENT_CREDITED, sale->sale_id,
				    json_pack("{s:s, s:I}", "issued_by", "server", "rev", (json_int_t)sale->rev));
	if (!err)
		err = add_settled(teller, &batch, sale->sale_id);
	if (!err)
		err = bt_teller_commit(teller, &batch, NULL);
	return err;
}

static void refresh_account(struct bt_teller *teller, struct bt_teller_work *work, const struct bt_answer *answer)
{
	if (!answer->has_account || !teller->parts.directory)
		return;
	work->consumer.balance = answer->balance;
	work->consumer.dues = answer->dues;
	work->consumer.balance_at_ms = answer->server_time_ms;
	work->consumer.last_recharge = work->sale.quote.amount;
	if (bt_directory_put(teller->parts.directory, &work->consumer, NULL) != BT_OK)
		bt_log_line(teller->parts.log, "sale", "list of consumers not refreshed");
}

static void take_good(struct bt_teller *teller, struct bt_teller_work *work, const struct bt_answer *answer)
{
	bool token = work->sale.delivery == BT_DELIVERY_TOKEN, token_is_new = token && !work->token[0];

	if (is_diverged(teller, work, answer)) {
		bt_log_line(teller->parts.log, "sale", "%s: head-end and terminal made different tokens",
			    work->sale.sale_id);
		teller->stopped = BT_EDIVERGED;
		bt_teller_move(teller, work, BT_SALE_EV_VEND_DIVERGED);
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
	if (token_is_new) {
		bt_text_copy(work->token, sizeof work->token, answer->token);
		work->tokened_at_ms = bt_clock_wall_ms(teller->parts.clock);
	}
	refresh_account(teller, work, answer);
	if (bt_sale_find_step(work->state, token ? BT_SALE_EV_VEND_OK : BT_SALE_EV_VEND_CREDITED) &&
	    bt_teller_move(teller, work, token ? BT_SALE_EV_VEND_OK : BT_SALE_EV_VEND_CREDITED) != BT_SALE_DO_NONE)
		bt_teller_print(teller, work, work->copies + 1);
}

/* A "blocked" refusal bars issue here until a newer list says otherwise (PROTOCOL S2). */
static void note_blocked(struct bt_teller *teller, struct bt_teller_work *work, const struct bt_answer *answer)
{
	if (strcmp(answer->code, "blocked") != 0 || !teller->parts.directory)
		return;
	bt_text_copy(work->consumer.blocked.en, sizeof work->consumer.blocked.en, answer->message_en);
	bt_text_copy(work->consumer.blocked.hi, sizeof work->consumer.blocked.hi, answer->message_hi);
	if (!bt_consumer_is_blocked(&work->consumer))
		bt_text_copy(work->consumer.blocked.en, sizeof work->consumer.blocked.en, "-");
	if (bt_directory_put(teller->parts.directory, &work->consumer, NULL) != BT_OK)
		bt_log_line(teller->parts.log, "sale", "block not kept in the list of consumers");
}

static void take_refused(struct bt_teller *teller, struct bt_teller_work *work, const struct bt_answer *answer)
{
	struct bt_teller_batch batch = {0};
	bool final = work->state == BT_SALE_VENDING || work->state == BT_SALE_PENDING;

	note_blocked(teller, work, answer);
	if (!final) {
		/* The token is out already: the signed fact goes up with the record and is posted over the refusal. */
		bt_log_line(teller->parts.log, "sale", "%s: refused after issue: %s", work->sale.sale_id, answer->code);
		return;
	}
	bt_text_copy(work->code, sizeof work->code, answer->code);
	bt_text_copy(work->refusal_en, sizeof work->refusal_en, answer->message_en);
	bt_text_copy(work->refusal_hi, sizeof work->refusal_hi, answer->message_hi);
	if (bt_teller_add(&batch, BT_EVENT_REFUSED, work->sale.sale_id,
			  json_pack("{s:s, s:I}", "code", answer->code, "rev", (json_int_t)work->sale.rev)) != BT_OK ||
	    bt_teller_commit(teller, &batch, NULL) != BT_OK) {
		bt_teller_move(teller, work, BT_SALE_EV_STORAGE_FAILED);
		return;
	}
	if (bt_teller_move(teller, work, BT_SALE_EV_VEND_REFUSED) == BT_SALE_DO_PRINT_DOCKET)
		bt_teller_print(teller, work, work->copies + 1);
}

static void take_lost(struct bt_teller *teller, struct bt_teller_work *work)
{
	bool was_vending = work->state == BT_SALE_VENDING;

	if (bt_sale_find_step(work->state, BT_SALE_EV_VEND_LOST))
		bt_teller_move(teller, work, BT_SALE_EV_VEND_LOST);
	if (was_vending || (work->state == BT_SALE_PENDING && work->sale.delivery == BT_DELIVERY_TOKEN))
		bt_teller_decide(teller, work);
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

	if (answer->kind != BT_CALL_SALE)
		return false;
	work = find_call(teller, answer);
	if (!work)
		return true;
	work->asking = false;
	teller->changed = true;
	bt_breaker_note(teller->parts.breaker, answer->fault.err, answer->latency_ms, teller->parts.slow_ms,
			bt_clock_boot_ms(teller->parts.clock), teller->parts.random);
	switch (bt_err_fate(answer->fault.err)) {
	case BT_FATE_REFUSED:
		take_refused(teller, work, answer);
		break;
	case BT_FATE_NOTHING:
	case BT_FATE_UNKNOWN:
	case BT_FATE_STOP:
		if (answer->fault.err == BT_OK)
			take_good(teller, work, answer);
		else
			take_lost(teller, work);
		break;
	}
	return true;
}

enum bt_err bt_teller_issue_now(struct bt_teller *teller, const char *sale_id)
{
	struct bt_teller_work *work = bt_teller_find(teller, sale_id);

	if (!work || work->state != BT_SALE_VENDING ||
	    bt_teller_authority(teller, &work->sale, &work->consumer, true) != BT_DENY_NONE)
		return BT_ESTATE;
	bt_teller_move(teller, work, BT_SALE_EV_ISSUE_HERE);
	bt_teller_decide(teller, work);
	return BT_OK;
}

enum bt_err bt_teller_finish(struct bt_teller *teller, const char *sale_id)
{
	struct bt_teller_work *work;
	enum bt_err err = bt_teller_load(teller, sale_id, &work);

	if (err)
		return err;
	if (work->state != BT_SALE_PENDING || work->asking)
		return BT_ESTATE;
	if (!teller->parts.wire || !bt_breaker_worth_waiting(teller->parts.breaker)) {
		bt_teller_decide(teller, work);
		return work->state == BT_SALE_PENDING ? BT_ESTATE : BT_OK;
	}
	bt_teller_move(teller, work, BT_SALE_EV_SEND);
	bt_teller_ask(teller, work);
	return work->asking ? BT_OK : BT_EFULL;
}
