/* A sale read back from the journal, as it stands there. */
#include "core/sale/teller_work.h"

#include <string.h>

#include "core/base/json.h"

static enum bt_sale_state state_of_stage(enum bt_sale_stage stage, int printed)
{
	switch (stage) {
	case BT_STAGE_TOKENED:
		return printed ? BT_SALE_DONE : BT_SALE_TOKENED;
	case BT_STAGE_CREDITED:
		return printed ? BT_SALE_DONE : BT_SALE_CREDITED;
	case BT_STAGE_REFUSED:
		return BT_SALE_REFUSED;
	case BT_STAGE_ABANDONED:
		return BT_SALE_ABANDONED;
	case BT_STAGE_REFUNDING:
		return BT_SALE_REFUNDING;
	case BT_STAGE_REFUNDED:
		return BT_SALE_REFUNDED;
	case BT_STAGE_INQUIRING:
		return BT_SALE_INQUIRING;
	case BT_STAGE_VENDING:
		return BT_SALE_VENDING;
	case BT_STAGE_PAID:
		return BT_SALE_PAID;
	case BT_STAGE_TENDERING:
		return BT_SALE_TENDERING;
	case BT_STAGE_UNPAID:
		return BT_SALE_UNPAID;
	case BT_STAGE_PENDING:
		break;
	}
	return BT_SALE_PENDING;
}

static void restore_consumer(struct bt_teller *teller, struct bt_teller_work *work)
{
	const struct bt_sale *sale = &work->sale;

	if (teller->parts.directory &&
	    bt_directory_find(teller->parts.directory, sale->connection, &work->consumer) == BT_OK)
		return;
	work->consumer = (struct bt_consumer){.kind = sale->kind};
	bt_text_copy(work->consumer.number, sizeof work->consumer.number, sale->connection);
	bt_text_copy(work->consumer.meter, sizeof work->consumer.meter, sale->meter);
	bt_text_copy(work->consumer.pan, sizeof work->consumer.pan, sale->pan);
}

/* Why a docket was given, from its event; a reason of another version of Batti reads as none. */
static enum bt_denial read_denial(struct bt_teller *teller, const char *sale_id)
{
	enum bt_denial denial = BT_DENY_NONE;
	struct bt_event event;
	struct bt_buf body;
	char reason[32];
	json_t *o;

	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	if (bt_journal_newest(teller->parts.journal, BT_EVENT_PENDING, sale_id, &event, &body) == BT_OK &&
	    bt_json_parse(bt_buf_view(&body), BT_EVENT_BODY_MAX, &o, NULL) == BT_OK) {
		if (bt_json_text(o, "reason", reason, sizeof reason) == BT_OK)
			denial = bt_denial_find(reason);
		json_decref(o);
	}
	bt_buf_fini(&body);
	return denial;
}

/* A slip that lacks what is keyed in first would be worth nothing: a body that cannot be read is no sale. */
static enum bt_err read_key_tokens(struct bt_bytes body, struct bt_key_tokens *out)
{
	json_t *o;
	enum bt_err err = bt_json_parse(body, BT_EVENT_BODY_MAX, &o, NULL);

	if (err)
		return err;
	if (bt_json_has(o, "key_change"))
		err = bt_key_tokens_read(bt_json_array(o, "key_change"), out);
	json_decref(o);
	return err;
}

/* The newest revision is the sale (PROTOCOL S3); before there is money, the newest intent is. */
static enum bt_err newest_record(struct bt_teller *teller, const char *sale_id, struct bt_buf *body)
{
	static const enum bt_event_kind kinds[] = {BT_EVENT_REVISED, BT_EVENT_PAID, BT_EVENT_INTENT};
	struct bt_event event;
	enum bt_err err = BT_ENOTFOUND;

	for (size_t i = 0; err == BT_ENOTFOUND && i < sizeof kinds / sizeof kinds[0]; i++)
		err = bt_journal_newest(teller->parts.journal, kinds[i], sale_id, &event, body);
	return err;
}

enum bt_err bt_teller_read_quote(struct bt_teller *teller, const char *sale_id, struct bt_quote *out)
{
	struct bt_sale sale;
	struct bt_buf body;
	enum bt_err err;

	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	err = newest_record(teller, sale_id, &body);
	if (!err)
		err = bt_sale_decode(bt_buf_view(&body), &sale, NULL);
	if (!err)
		*out = sale.quote;
	bt_buf_fini(&body);
	return err;
}

static enum bt_err read_back(struct bt_teller *teller, const struct bt_sale_row *row, struct bt_teller_work *work)
{
	struct bt_event event;
	struct bt_buf body;
	enum bt_err err;

	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	err = newest_record(teller, row->sale_id, &body);
	if (!err)
		err = bt_sale_decode(bt_buf_view(&body), &work->sale, NULL);
	if (!err && row->token[0] &&
	    bt_journal_newest(teller->parts.journal, BT_EVENT_TOKENED, row->sale_id, &event, &body) == BT_OK) {
		work->tokened_at_ms = event.time_ms;
		err = read_key_tokens(bt_buf_view(&body), &work->key_tokens);
	}
	bt_buf_fini(&body);
	return err;
}

static bool has_event(struct bt_teller *teller, enum bt_event_kind kind, const char *sale_id)
{
	struct bt_event event;

	return bt_journal_newest(teller->parts.journal, kind, sale_id, &event, NULL) == BT_OK;
}

/* A sale whose tokens differ stays as the divergence left it, whatever else was objected since, until it is closed. */
static enum bt_err read_exceptions(struct bt_teller *teller, const struct bt_sale_row *row, struct bt_teller_work *work)
{
	enum bt_err err = bt_journal_exception(teller->parts.journal, row->sale_id, work->exception);

	if (!err && bt_journal_has_exception(teller->parts.journal, row->sale_id, BT_TELLER_DIVERGED))
		work->state = has_event(teller, BT_EVENT_ABANDONED, row->sale_id) ? BT_SALE_ABANDONED : BT_SALE_STOPPED;
	return err;
}

/* The body of an event as an object, yours to free; NULL when there is none that can be read. */
static json_t *read_body(struct bt_teller *teller, enum bt_event_kind kind, const char *sale_id)
{
	struct bt_event event;
	struct bt_buf body;
	json_t *o = NULL;

	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	if (bt_journal_newest(teller->parts.journal, kind, sale_id, &event, &body) != BT_OK ||
	    bt_json_parse(bt_buf_view(&body), BT_EVENT_BODY_MAX, &o, NULL) != BT_OK)
		o = NULL;
	bt_buf_fini(&body);
	return o;
}

static void read_refusal(struct bt_teller *teller, struct bt_teller_work *work)
{
	json_t *o = read_body(teller, BT_EVENT_REFUSED, work->sale.sale_id);

	if (bt_json_text(o, "code", work->code, sizeof work->code) != BT_OK)
		work->code[0] = 0;
	work->has_figures = bt_teller_read_figures(o, &work->sale, &work->figures);
	json_decref(o);
}

/* What goes back: who approved it, and why as the head-end is told. */
static void read_refund(struct bt_teller *teller, struct bt_teller_work *work)
{
	json_t *o = read_body(teller, BT_EVENT_REFUNDING, work->sale.sale_id);

	if (bt_json_text(o, "by", work->approved_by, sizeof work->approved_by) != BT_OK)
		work->approved_by[0] = 0;
	if (bt_json_text(o, "reason", work->reason, sizeof work->reason) != BT_OK)
		bt_text_copy(work->reason, sizeof work->reason, "other");
	json_decref(o);
}

/* What only some stages have. */
static void read_particulars(struct bt_teller *teller, const struct bt_sale_row *row, struct bt_teller_work *work)
{
	work->docket_given = row->printed_copies > 0 && row->stage != BT_STAGE_REFUNDED;
	work->cut_off = bt_teller_is_cut_off(teller, row);
	if (row->stage == BT_STAGE_PENDING)
		work->denial = read_denial(teller, row->sale_id);
	if (row->stage == BT_STAGE_INQUIRING)
		work->denial = BT_DENY_SERVER;
	if (row->stage == BT_STAGE_REFUSED)
		read_refusal(teller, work);
	if (row->stage == BT_STAGE_REFUNDING || row->stage == BT_STAGE_REFUNDED)
		read_refund(teller, work);
	work->overridden = row->token[0] && has_event(teller, BT_EVENT_OVERRIDDEN, row->sale_id);
}

enum bt_err bt_teller_load(struct bt_teller *teller, const char *sale_id, struct bt_teller_work **out)
{
	struct bt_teller_work *work = bt_teller_find(teller, sale_id), fresh = {.used = true};
	struct bt_sale_row row;
	enum bt_print_progress left;
	enum bt_err err;

	if (work) {
		work->touched = ++teller->touches; /* what is looked at is not what makes room */
		*out = work;
		return BT_OK;
	}
	err = bt_journal_sale(teller->parts.journal, sale_id, &row);
	if (!err)
		err = read_back(teller, &row, &fresh);
	if (err)
		return err;
	work = bt_teller_room(teller);
	if (!work)
		return BT_EFULL;
	fresh.copies = bt_teller_printed(teller, &row, &left);
	fresh.printing = left == BT_PRINTING_NONE ? BT_PRINTING_NONE : BT_PRINTING_ASK;
	fresh.state = state_of_stage(row.stage, left == BT_PRINTING_NOW ? fresh.copies - 1 : fresh.copies);
	read_particulars(teller, &row, &fresh);
	if (row.exception)
		err = read_exceptions(teller, &row, &fresh);
	if (err)
		return err;
	fresh.made_here = row.made_here;
	fresh.reached = row.stage == BT_STAGE_REFUSED; /* that was the head-end's word */
	fresh.settled = row.settled;
	fresh.background = true;
	fresh.touched = ++teller->touches;
	bt_text_copy(fresh.token, sizeof fresh.token, row.token);
	*work = fresh;
	restore_consumer(teller, work);
	*out = work;
	return BT_OK;
}
