/* What was delivered for another terminal: on record, read back from it, and printed. No sale of this record. */
#include "core/sale/teller_work.h"

#include <string.h>

#include "core/base/json.h"

void bt_teller_docket_name(struct bt_teller *teller, struct bt_docket_view *view, const char *connection,
			   const char *meter)
{
	if (teller->parts.directory && bt_directory_find(teller->parts.directory, connection, &view->consumer) == BT_OK)
		return;
	view->consumer = (struct bt_consumer){.kind = BT_KIND_DUES};
	bt_text_copy(view->consumer.number, sizeof view->consumer.number, connection);
	bt_text_copy(view->consumer.meter, sizeof view->consumer.meter, meter);
}

/* ---- the record: `delivered` ---- */

static void *delivered_body(const struct bt_teller *teller, int copy, const char *result)
{
	const struct bt_teller_docket *docket = &teller->docket;
	const struct bt_docket_view *view = &docket->view;
	json_t *o =
	    json_pack("{s:I, s:I, s:s, s:i, s:s, s:I, s:I, s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:I, s:I, s:s, s:I}",
		      "amount_paise", (json_int_t)view->amount, "at", (json_int_t)view->delivered_at_ms, "connection",
		      view->consumer.number, "copy", copy, "docket", view->number, "dues_paise", (json_int_t)view->dues,
		      "duty_paise", (json_int_t)view->duty, "meter", view->consumer.meter, "operator",
		      teller->operator_id, "owner", view->terminal, "paid_at", (json_int_t)view->paid_at_ms, "proof",
		      docket->text, "result", result, "sale_id", view->sale_id, "shift", (json_int_t)teller->shift,
		      "tid", (json_int_t)view->tid, "token", view->token, "units", (json_int_t)view->units);

	if (o && ((view->refused_by[0] && json_object_set_new(o, "refused_by", json_string(view->refused_by)) != 0) ||
		  (view->key_tokens.count &&
		   json_object_set_new(o, "key_change", bt_key_tokens_json(&view->key_tokens)) != 0) ||
		  (copy > 1 && docket->why != BT_REPRINT_UNSAID &&
		   json_object_set_new(o, "reason", json_string(bt_reprint_code(docket->why))) != 0))) {
		json_decref(o);
		return NULL;
	}
	return o;
}

/* No sale of this record: it stands for none in the envelope, and no cap, shift or total counts it. */
enum bt_err bt_teller_docket_record(struct bt_teller *teller, int copy, const char *result)
{
	struct bt_teller_batch batch = {0};
	struct bt_event event;
	enum bt_err err = bt_teller_add(&batch, BT_EVENT_DELIVERED, "", delivered_body(teller, copy, result));

	if (!err)
		err = bt_teller_commit(teller, &batch, NULL);
	if (!err && !teller->docket.head[0] &&
	    bt_journal_newest(teller->parts.journal, BT_EVENT_DELIVERED, NULL, &event, NULL) == BT_OK)
		bt_hex_encode((struct bt_bytes){event.hash, 8}, teller->docket.head);
	return err;
}

/* Everything the page needs stands in each of these events, so the newest one is enough. */
static enum bt_err read_delivered(struct bt_teller *teller, const json_t *o, struct bt_teller_docket *out)
{
	struct bt_docket_view *view = &out->view;
	char connection[16], meter[14], result[16];
	int64_t copy, tid;

	*view = (struct bt_docket_view){.state = BT_DOCKET_DELIVERED, .is_known = true};
	if (bt_json_text(o, "sale_id", view->sale_id, sizeof view->sale_id) != BT_OK ||
	    bt_json_text(o, "docket", view->number, sizeof view->number) != BT_OK ||
	    bt_json_text(o, "owner", view->terminal, sizeof view->terminal) != BT_OK ||
	    bt_json_text(o, "token", view->token, sizeof view->token) != BT_OK ||
	    bt_json_text(o, "connection", connection, sizeof connection) != BT_OK ||
	    bt_json_text(o, "meter", meter, sizeof meter) != BT_OK ||
	    bt_json_text(o, "result", result, sizeof result) != BT_OK ||
	    bt_json_text(o, "proof", out->text, sizeof out->text) != BT_OK ||
	    bt_json_int(o, "amount_paise", 0, BT_PAISE_MAX, &view->amount) != BT_OK ||
	    bt_json_int(o, "dues_paise", 0, BT_PAISE_MAX, &view->dues) != BT_OK ||
	    bt_json_int(o, "duty_paise", 0, BT_PAISE_MAX, &view->duty) != BT_OK ||
	    bt_json_int(o, "units", 0, INT32_MAX, &view->units) != BT_OK ||
	    bt_json_int(o, "tid", 0, UINT32_MAX, &tid) != BT_OK ||
	    bt_json_int(o, "paid_at", 0, INT64_MAX, &view->paid_at_ms) != BT_OK ||
	    bt_json_int(o, "at", 0, INT64_MAX, &view->delivered_at_ms) != BT_OK ||
	    bt_json_int(o, "copy", 0, 1000000, &copy) != BT_OK ||
	    (bt_json_has(o, "refused_by") &&
	     bt_json_text(o, "refused_by", view->refused_by, sizeof view->refused_by) != BT_OK))
		return BT_EFORMAT;
	view->tid = (uint32_t)tid;
	view->copies = (int)copy - (strcmp(result, "failed") == 0 && copy > 0);
	if (view->copies > 0 && (strcmp(result, BT_SLIP_SENDING) == 0 || strcmp(result, "unconfirmed") == 0))
		view->printing = BT_PRINTING_ASK;
	view->gives_token = view->token[0] != '\0';
	view->has_paper = out->text[0] != '\0';
	bt_teller_docket_name(teller, view, connection, meter);
	return bt_json_has(o, "key_change") ? bt_key_tokens_read(bt_json_array(o, "key_change"), &view->key_tokens)
					    : BT_OK;
}

bool bt_teller_docket_find(struct bt_teller *teller, const struct bt_docket_view *wanted, struct bt_teller_docket *out)
{
	struct bt_teller_docket read = {.asking = false};
	struct bt_event event;
	struct bt_buf body;
	json_t *o = NULL;
	bool found;

	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	found = bt_journal_handed(teller->parts.journal, wanted->sale_id, wanted->number, &event, &body) == BT_OK &&
		bt_json_parse(bt_buf_view(&body), BT_EVENT_BODY_MAX, &o, NULL) == BT_OK &&
		read_delivered(teller, o, &read) == BT_OK;
	if (found) {
		bt_hex_encode((struct bt_bytes){event.hash, 8}, read.head);
		*out = read;
	}
	json_decref(o);
	bt_buf_fini(&body);
	return found;
}

bool bt_teller_docket_find_replaced(struct bt_teller *teller, const char *sale_id, struct bt_teller_docket *out)
{
	struct bt_docket_view wanted = {.state = BT_DOCKET_NONE};
	struct bt_teller_docket given;

	bt_text_copy(wanted.sale_id, sizeof wanted.sale_id, sale_id);
	if (!bt_teller_docket_find(teller, &wanted, &given) || !given.view.refused_by[0])
		return false;
	*out = given;
	return true;
}

/* ---- printing ---- */

/* A token in place of one that the meter refused: on whose word, and of which receipt when the sale is our own. */
static void fill_replaced(const struct bt_teller *teller, const struct bt_docket_view *view,
			  struct bt_receipt_facts *facts)
{
	const struct bt_operator *person = bt_enrolment_operator(teller->parts.enrolment, view->refused_by);
	struct bt_sale_row row;

	facts->replaces = view->refused_by[0] != '\0';
	if (!facts->replaces)
		return;
	if (person)
		bt_teller_slip_name(&facts->approved, &person->name);
	if (!facts->receipt_number[0] && bt_journal_sale(teller->parts.journal, view->sale_id, &row) == BT_OK)
		bt_text_copy(facts->receipt_number, sizeof facts->receipt_number, row.receipt);
}

static void gather(const struct bt_teller *teller, const struct bt_teller_docket *docket, int copy,
		   struct bt_receipt_facts *facts)
{
	const struct bt_enrolment *enrolment = teller->parts.enrolment;
	const struct bt_operator *person = bt_enrolment_operator(enrolment, teller->operator_id);
	const struct bt_docket_view *view = &docket->view;
	const struct bt_consumer *consumer = &view->consumer;

	*facts = (struct bt_receipt_facts){.kind = view->token[0] ? BT_RECEIPT_TOKEN : BT_RECEIPT_CREDIT,
					   .training = teller->parts.training,
					   .copy = copy,
					   .no_token = !view->token[0],
					   .key_change = view->key_tokens,
					   .paid_at_ms = view->paid_at_ms,
					   .amount = view->amount,
					   .dues = view->dues,
					   .units = view->units};
	bt_teller_slip_name(&facts->utility, &enrolment->utility);
	bt_teller_slip_name(&facts->counter, &enrolment->counter);
	if (person)
		bt_teller_slip_name(&facts->clerk, &person->name);
	bt_teller_slip_name(&facts->consumer, &consumer->name);
	bt_teller_slip_name(&facts->relative, &consumer->relative);
	bt_teller_slip_name(&facts->place, &consumer->place);
	bt_text_copy(facts->relation, sizeof facts->relation, consumer->relation);
	bt_text_copy(facts->terminal, sizeof facts->terminal, enrolment->terminal);
	bt_text_copy(facts->receipt_number, sizeof facts->receipt_number, view->number[0] ? view->number + 2 : "");
	bt_text_copy(facts->docket, sizeof facts->docket, view->number);
	/* A counter has a number; what an app took was paid at none. */
	bt_text_copy(facts->paid_at, sizeof facts->paid_at, bt_text_is_digits(view->terminal) ? view->terminal : "");
	bt_text_copy(facts->connection, sizeof facts->connection, consumer->number);
	bt_text_copy(facts->meter, sizeof facts->meter, consumer->meter);
	bt_text_copy(facts->token, sizeof facts->token, view->token);
	bt_text_copy(facts->complaint, sizeof facts->complaint, enrolment->complaint);
	bt_text_copy(facts->head, sizeof facts->head, docket->head);
	bt_teller_slip_copy(teller, docket->why, view->delivered_at_ms, facts);
	/* The proof of the payment is the owner's signature, which is on the docket. */
	bt_text_copy(facts->record, sizeof facts->record, docket->text);
	fill_replaced(teller, view, facts);
}

enum bt_err bt_teller_docket_compose(struct bt_teller *teller, const struct bt_teller_docket *docket,
				     enum bt_receipt_lang lang, int copy, struct bt_receipt *out)
{
	struct bt_receipt_facts facts;

	gather(teller, docket, copy, &facts);
	return bt_teller_compose(teller, &facts, lang, out);
}

static void send(struct bt_teller *teller)
{
	const struct bt_sink *sink = teller->parts.sink;
	struct bt_docket_view *view = &teller->docket.view;
	struct bt_print_job job = {.copy = view->copies + 1};
	enum bt_receipt_lang lang = bt_teller_slip_lang(teller, view->token[0] ? BT_RECEIPT_TOKEN : BT_RECEIPT_CREDIT);

	bt_text_copy(job.sale_id, sizeof job.sale_id, view->sale_id);
	teller->docket.sent = ++teller->sends;
	if (bt_teller_docket_compose(teller, &teller->docket, lang, job.copy, &job.receipt) != BT_OK ||
	    bt_teller_docket_record(teller, job.copy, BT_SLIP_SENDING) != BT_OK) {
		bt_teller_slip_step(&view->printing, BT_SLIP_EV_NOT_TAKEN);
	} else if (sink->submit(sink->self, &job) != BT_OK) {
		(void)!bt_teller_docket_record(teller, job.copy, "failed");
		bt_teller_slip_step(&view->printing, BT_SLIP_EV_NOT_TAKEN);
	}
}

void bt_teller_docket_print(struct bt_teller *teller)
{
	struct bt_docket_view *view = &teller->docket.view;

	if (teller->parts.sink && bt_teller_slip_step(&view->printing, BT_SLIP_EV_DUE) == BT_SLIP_DO_SEND) {
		teller->docket.why = BT_REPRINT_UNSAID;
		send(teller);
	}
	teller->changed = true;
}

enum bt_err bt_teller_docket_reprint(struct bt_teller *teller, enum bt_reprint said)
{
	struct bt_docket_view *view = &teller->docket.view;
	enum bt_reprint *why = &teller->docket.why;
	enum bt_err err;

	if (view->state != BT_DOCKET_DELIVERED || !teller->parts.sink)
		return BT_ESTATE;
	if (bt_slip_is_in_hand(view->printing))
		return bt_teller_give_up(teller);
	err = bt_reprint_why(view->printing, view->copies + 1, *why, said, why);
	if (err)
		return err;
	if (bt_teller_slip_step(&view->printing, BT_SLIP_EV_PRINT) == BT_SLIP_DO_SEND)
		send(teller);
	teller->changed = true;
	return view->printing == BT_PRINTING_NOW ? BT_OK : BT_EFULL;
}

bool bt_teller_docket_printed(struct bt_teller *teller, const struct bt_print_result *result)
{
	struct bt_docket_view *view = &teller->docket.view;
	enum bt_reprint *why = &teller->docket.why;
	enum bt_print_progress was = view->printing;
	enum bt_slip_event event;
	const char *name = bt_teller_outcome(result->state, &event);

	if (!bt_slip_is_in_hand(was) || strcmp(view->sale_id, result->sale_id) != 0)
		return false;
	enum bt_slip_effect effect = bt_teller_slip_step(&view->printing, event);
	if (result->state != BT_PRINT_FAILED && result->copy > view->copies)
		view->copies = result->copy;
	if (bt_teller_docket_record(teller, result->copy, name) != BT_OK)
		bt_log_line(teller->parts.log, "docket", "%s: slip %d not recorded", view->sale_id, result->copy);
	if (effect == BT_SLIP_DO_RECORD_SEND &&
	    bt_reprint_why(was, view->copies + 1, *why, BT_REPRINT_UNSAID, why) == BT_OK)
		send(teller);
	teller->changed = true;
	return true;
}

enum bt_err bt_teller_docket_paper_seen(struct bt_teller *teller)
{
	struct bt_docket_view *view = &teller->docket.view;

	if (bt_teller_slip_step(&view->printing, BT_SLIP_EV_SEEN) != BT_SLIP_DO_RECORD)
		return BT_ESTATE;
	teller->changed = true;
	return bt_teller_docket_record(teller, view->copies, "confirmed");
}
