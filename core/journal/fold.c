#include "core/journal/fold.h"

#include <limits.h>
#include <string.h>

#include "core/base/mutant.h"

#define TID_MAX 0xffffff /* 24 bits */

static enum bt_err fold_tid(struct bt_sale_row *row, const json_t *body)
{
	int64_t tid = 0;
	if (!bt_json_has(body, "tid"))
		return BT_OK;
	if (bt_json_int(body, "tid", 1, TID_MAX, &tid) != BT_OK)
		return BT_EINPUT;
	if (row->tid && row->tid != (uint32_t)tid && !bt_mutant(BT_MUTANT_NEW_TID_ON_REQUOTE) &&
	    !bt_mutant(BT_MUTANT_NEW_TID_LATER))
		return BT_ESTATE;
	row->tid = (uint32_t)tid;
	return BT_OK;
}

static bool is_delivered(const struct bt_sale_row *row)
{
	return row->stage == BT_STAGE_TOKENED || row->stage == BT_STAGE_CREDITED;
}

/* The money is on its way back or returned: nothing may undo that but the head-end's token (PROTOCOL S5). */
static bool is_going_back(const struct bt_sale_row *row)
{
	return row->stage == BT_STAGE_REFUNDING || row->stage == BT_STAGE_REFUNDED;
}

static bool is_without_money(const struct bt_sale_row *row)
{
	return row->stage == BT_STAGE_TENDERING || row->stage == BT_STAGE_UNPAID;
}

/* What a sale is about never changes. What the bank was asked for is what it says was paid. */
static bool is_same_sale(const struct bt_sale_row *row, const struct bt_sale_row *next)
{
	return strcmp(row->meter, next->meter) == 0 && strcmp(row->connection, next->connection) == 0 &&
	       strcmp(row->receipt, next->receipt) == 0 && strcmp(row->delivery, next->delivery) == 0 &&
	       (!is_without_money(row) || row->amount == next->amount);
}

static enum bt_err fold_record(struct bt_sale_row *row, const struct bt_event *event, const json_t *body,
			       enum bt_sale_stage stage)
{
	struct bt_sale_row next = *row;
	bool first = row->paid_seq == 0;
	if (bt_json_text(body, "connection", next.connection, sizeof next.connection) != BT_OK ||
	    bt_json_text(body, "meter", next.meter, sizeof next.meter) != BT_OK ||
	    bt_json_text(body, "operator", next.operator_id, sizeof next.operator_id) != BT_OK ||
	    bt_json_text(body, "receipt", next.receipt, sizeof next.receipt) != BT_OK ||
	    bt_json_text(body, "delivery", next.delivery, sizeof next.delivery) != BT_OK ||
	    bt_json_int(body, "shift", 0, INT32_MAX, &next.shift) != BT_OK ||
	    bt_json_int(body, "paid_at", 0, INT64_MAX, &next.paid_at_ms) != BT_OK ||
	    bt_json_int(body, "amount_paise", 1, BT_PAISE_MAX, &next.amount) != BT_OK ||
	    bt_json_int(body, "dues_paise", 0, BT_PAISE_MAX, &next.dues) != BT_OK ||
	    bt_json_int(body, "units", 0, INT64_MAX, &next.units) != BT_OK)
		return BT_EINPUT;
	if (!first && (is_delivered(row) || is_going_back(row) || !is_same_sale(row, &next)))
		return BT_ESTATE;
	if (first)
		next.paid_seq = event->seq;
	memcpy(next.sale_id, event->sale_id, sizeof next.sale_id);
	next.stage = stage;
	enum bt_err err = fold_tid(&next, body);
	if (err == BT_OK)
		*row = next;
	return err;
}

/* First, after the bank's word, however late, or again with a higher revision after the consumer agreed to new figures
 * (PROTOCOL S3). */
static enum bt_err fold_paid(struct bt_sale_row *row, const struct bt_event *event, const json_t *body)
{
	if (event->kind == BT_EVENT_REVISED && is_without_money(row))
		return BT_ESTATE;
	return fold_record(row, event, body, BT_STAGE_PAID);
}

/* First, or again with another tender because the QR before is used up: never once there is money. */
static enum bt_err fold_intent(struct bt_sale_row *row, const struct bt_event *event, const json_t *body)
{
	if (row->paid_seq != 0 && row->stage != BT_STAGE_TENDERING)
		return BT_ESTATE;
	return fold_record(row, event, body, BT_STAGE_TENDERING);
}

static enum bt_err fold_intent_end(struct bt_sale_row *row, const struct bt_event *event, const json_t *body)
{
	char why[24];
	(void)event;
	if (bt_json_text(body, "why", why, sizeof why) != BT_OK)
		return BT_EINPUT;
	/* That other money took its place may be said after it had ended. */
	if (row->stage != BT_STAGE_TENDERING && (row->stage != BT_STAGE_UNPAID || strcmp(why, "for_cash") != 0))
		return BT_ESTATE;
	row->stage = BT_STAGE_UNPAID;
	return BT_OK;
}

static enum bt_err fold_tokened(struct bt_sale_row *row, const struct bt_event *event, const json_t *body)
{
	(void)event;
	struct bt_sale_row next = *row;
	char by[16];
	if (bt_json_text(body, "issued_by", by, sizeof by) != BT_OK ||
	    bt_json_text(body, "token", next.token, sizeof next.token) != BT_OK ||
	    bt_json_int(body, "units", 0, INT64_MAX, &next.units) != BT_OK || strlen(next.token) != 20 ||
	    !bt_text_is_digits(next.token))
		return BT_EINPUT;
	bool here = strcmp(by, "terminal") == 0;
	if (is_without_money(row) || row->stage == BT_STAGE_CREDITED ||
	    (row->token[0] && strcmp(row->token, next.token) != 0))
		return BT_ESTATE;
	if (row->stage == BT_STAGE_REFUNDED || (row->stage == BT_STAGE_REFUNDING && here))
		return BT_ESTATE;
	if (!row->token[0])
		next.made_here = here;
	next.stage = BT_STAGE_TOKENED;
	enum bt_err err = fold_tid(&next, body);
	if (err == BT_OK)
		*row = next;
	return err;
}

static enum bt_err fold_credited(struct bt_sale_row *row, const struct bt_event *event, const json_t *body)
{
	(void)event;
	(void)body;
	if (row->token[0] || row->stage == BT_STAGE_REFUNDED || is_without_money(row))
		return BT_ESTATE;
	row->stage = BT_STAGE_CREDITED;
	return BT_OK;
}

/* A token or credit that is out is never taken back (PROTOCOL S9). Approved twice is approved once. */
static enum bt_err fold_refunding(struct bt_sale_row *row, const struct bt_event *event, const json_t *body)
{
	(void)event;
	(void)body;
	if (row->token[0] || is_delivered(row) || row->stage == BT_STAGE_REFUNDED || row->stage == BT_STAGE_ABANDONED ||
	    is_without_money(row))
		return BT_ESTATE;
	row->stage = BT_STAGE_REFUNDING;
	return BT_OK;
}

/* Cash goes back only for a sale whose refund was journaled before (PROTOCOL S5). */
static enum bt_err fold_refunded(struct bt_sale_row *row, const struct bt_event *event, const json_t *body)
{
	(void)event;
	(void)body;
	if (row->stage != BT_STAGE_REFUNDING)
		return BT_ESTATE;
	row->stage = BT_STAGE_REFUNDED;
	row->printed_copies = 0; /* from here on slips of the refund are counted: the first goes with the money */
	return BT_OK;
}

/* A person's word that a sale in doubt may be issued here; the token follows in the same put. */
static enum bt_err fold_overridden(struct bt_sale_row *row, const struct bt_event *event, const json_t *body)
{
	(void)event;
	(void)body;
	return row->stage == BT_STAGE_INQUIRING ? BT_OK : BT_ESTATE;
}

static enum bt_err fold_printed(struct bt_sale_row *row, const struct bt_event *event, const json_t *body)
{
	(void)event;
	char result[16];
	if (bt_json_text(body, "result", result, sizeof result) != BT_OK)
		return BT_EINPUT;
	if (strcmp(result, "failed") != 0 && strcmp(result, "sending") != 0 && row->printed_copies < INT_MAX)
		row->printed_copies++;
	return BT_OK;
}

static enum bt_err fold_settled(struct bt_sale_row *row, const struct bt_event *event, const json_t *body)
{
	(void)event;
	(void)body;
	row->settled = true;
	return BT_OK;
}

static enum bt_err fold_exception(struct bt_sale_row *row, const struct bt_event *event, const json_t *body)
{
	(void)event;
	(void)body;
	row->exception = true;
	return BT_OK;
}

/* A sale that only its receipt remembers: what the signed record on it carries. */
static enum bt_err fold_recovered(struct bt_sale_row *row, const struct bt_event *event, const json_t *body)
{
	struct bt_sale_row next = *row;
	if (row->paid_seq != 0)
		return BT_ESTATE;
	if (bt_json_text(body, "meter", next.meter, sizeof next.meter) != BT_OK ||
	    bt_json_text(body, "token", next.token, sizeof next.token) != BT_OK ||
	    bt_json_int(body, "paid_at", 0, INT64_MAX, &next.paid_at_ms) != BT_OK ||
	    bt_json_int(body, "amount_paise", 1, BT_PAISE_MAX, &next.amount) != BT_OK ||
	    bt_json_int(body, "dues_paise", 0, BT_PAISE_MAX, &next.dues) != BT_OK ||
	    bt_json_int(body, "units", 0, INT64_MAX, &next.units) != BT_OK ||
	    (next.token[0] && (strlen(next.token) != 20 || !bt_text_is_digits(next.token))))
		return BT_EINPUT;
	enum bt_err err = fold_tid(&next, body);
	if (err != BT_OK)
		return err;
	next.paid_seq = event->seq;
	memcpy(next.sale_id, event->sale_id, sizeof next.sale_id);
	next.stage = next.token[0] ? BT_STAGE_TOKENED : BT_STAGE_PENDING;
	bt_text_copy(next.delivery, sizeof next.delivery, next.token[0] || next.tid ? "token" : "dues");
	*row = next;
	return BT_OK;
}

static const struct fold_rule {
	enum bt_err (*fold)(struct bt_sale_row *row, const struct bt_event *event, const json_t *body);
	bool moves; /* goes to @p stage, unless token or credit are out, or the money goes back: those stay */
	enum bt_sale_stage stage;
} rules[BT_EVENT_KIND_COUNT] = {
    [BT_EVENT_PAID] = {.fold = fold_paid},
    [BT_EVENT_VENDING] = {.moves = true, .stage = BT_STAGE_VENDING},
    [BT_EVENT_TOKENED] = {.fold = fold_tokened},
    [BT_EVENT_CREDITED] = {.fold = fold_credited},
    [BT_EVENT_REFUSED] = {.moves = true, .stage = BT_STAGE_REFUSED},
    [BT_EVENT_PENDING] = {.moves = true, .stage = BT_STAGE_PENDING},
    [BT_EVENT_PRINTED] = {.fold = fold_printed},
    [BT_EVENT_SETTLED] = {.fold = fold_settled},
    [BT_EVENT_EXCEPTION] = {.fold = fold_exception},
    [BT_EVENT_RECOVERED] = {.fold = fold_recovered},
    [BT_EVENT_ABANDONED] = {.moves = true, .stage = BT_STAGE_ABANDONED},
    [BT_EVENT_REVISED] = {.fold = fold_paid},
    [BT_EVENT_REFUNDING] = {.fold = fold_refunding},
    [BT_EVENT_REFUNDED] = {.fold = fold_refunded},
    [BT_EVENT_INQUIRING] = {.moves = true, .stage = BT_STAGE_INQUIRING},
    [BT_EVENT_OVERRIDDEN] = {.fold = fold_overridden},
    [BT_EVENT_INTENT] = {.fold = fold_intent},
    [BT_EVENT_INTENT_END] = {.fold = fold_intent_end},
};

enum bt_err bt_fold_event(struct bt_sale_row *row, const struct bt_event *event, const json_t *body)
{
	const struct fold_rule *rule = &rules[event->kind];
	if (row->paid_seq == 0 && event->kind != BT_EVENT_PAID && event->kind != BT_EVENT_RECOVERED &&
	    event->kind != BT_EVENT_INTENT)
		return BT_ESTATE;
	if (rule->moves && is_without_money(row))
		return BT_ESTATE;
	if (rule->fold) {
		enum bt_err err = rule->fold(row, event, body);
		if (err != BT_OK)
			return err;
	}
	if (rule->moves && !is_delivered(row) && !is_going_back(row))
		row->stage = rule->stage;
	row->last_seq = event->seq;
	return BT_OK;
}

/* As a text of at most @p max bytes that JSON writes as it is. */
static bool is_plain(const char *text, size_t max)
{
	size_t len = 0;
	while (text && text[len] && (unsigned char)text[len] >= 0x20 && text[len] != '"' && text[len] != '\\')
		len++;
	return text && !text[len] && len <= max;
}

bool bt_fold_handed(const json_t *body, const char **sale_id, const char **docket)
{
	const char *sale = json_string_value(json_object_get(body, "sale_id"));
	const char *number = json_string_value(json_object_get(body, "docket"));
	if (!is_plain(sale, 36) || !is_plain(number, 27))
		return false;
	*sale_id = sale;
	*docket = number;
	return true;
}

bool bt_fold_equal(const struct bt_sale_row *a, const struct bt_sale_row *b)
{
	return strcmp(a->sale_id, b->sale_id) == 0 && strcmp(a->connection, b->connection) == 0 &&
	       strcmp(a->meter, b->meter) == 0 && strcmp(a->operator_id, b->operator_id) == 0 &&
	       strcmp(a->receipt, b->receipt) == 0 && strcmp(a->token, b->token) == 0 &&
	       strcmp(a->delivery, b->delivery) == 0 && a->shift == b->shift && a->paid_seq == b->paid_seq &&
	       a->last_seq == b->last_seq && a->paid_at_ms == b->paid_at_ms && a->amount == b->amount &&
	       a->dues == b->dues && a->units == b->units && a->tid == b->tid && a->stage == b->stage &&
	       a->made_here == b->made_here && a->settled == b->settled && a->exception == b->exception &&
	       a->printed_copies == b->printed_copies;
}
