/* Slips: the facts of a sale for a receipt, and what came of printing them. */
#include "core/sale/teller_work.h"

#include <stdio.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/mutant.h"
#include "core/receipt/record.h"

#define PRINTS_SEARCHED 256 /* events */

void bt_teller_slip_name(struct bt_receipt_name *out, const struct bt_dual *in)
{
	bt_text_copy(out->text[BT_LANG_EN], sizeof out->text[BT_LANG_EN], bt_dual_get(in, BT_LANG_EN));
	bt_text_copy(out->text[BT_LANG_HI], sizeof out->text[BT_LANG_HI], bt_dual_get(in, BT_LANG_HI));
}

enum bt_err bt_teller_compose(const struct bt_teller *teller, const struct bt_receipt_facts *facts,
			      enum bt_receipt_lang lang, struct bt_receipt *out)
{
	const struct bt_receipt_form *form = teller->parts.form;

	return form ? bt_form_compose(form, facts, NULL, teller->parts.words, lang, out)
		    : bt_receipt_compose(facts, teller->parts.words, lang, out);
}

enum bt_receipt_lang bt_teller_slip_lang(const struct bt_teller *teller, enum bt_receipt_kind kind)
{
	const struct bt_receipt_form *form = teller->parts.form;

	return form ? bt_form_lang(form, kind, teller->parts.receipt_lang) : teller->parts.receipt_lang;
}

void bt_teller_slip_copy(const struct bt_teller *teller, int64_t first_printed_ms, struct bt_receipt_facts *facts)
{
	const struct bt_operator *person = bt_enrolment_operator(teller->parts.enrolment, teller->operator_id);

	if (facts->copy <= 1)
		return;
	facts->printed_at_ms = bt_teller_now(teller);
	facts->first_printed_ms = first_printed_ms;
	if (person)
		bt_teller_slip_name(&facts->printed_by, &person->name);
}

static enum bt_receipt_kind kind_of(const struct bt_teller_work *work)
{
	if (work->token[0])
		return BT_RECEIPT_TOKEN;
	if (work->state == BT_SALE_CREDITED ||
	    (work->state == BT_SALE_DONE && work->sale.delivery != BT_DELIVERY_TOKEN))
		return BT_RECEIPT_CREDIT;
	if (work->state == BT_SALE_REFUNDED)
		return BT_RECEIPT_REFUND;
	return work->state == BT_SALE_REFUNDING ? BT_RECEIPT_REFUND_DOCKET : BT_RECEIPT_DOCKET;
}

/* Slips of each name are counted apart; what was delivered has none. */
static const char *slip_name(enum bt_receipt_kind kind)
{
	static const char *const names[] = {[BT_RECEIPT_DOCKET] = "docket",
					    [BT_RECEIPT_REFUND] = "refund",
					    [BT_RECEIPT_REFUND_DOCKET] = "refund_docket"};

	return (size_t)kind < sizeof names / sizeof names[0] && names[kind] ? names[kind] : "";
}

static void fill_people(const struct bt_teller *teller, const struct bt_teller_work *work,
			struct bt_receipt_facts *facts)
{
	const struct bt_enrolment *enrolment = teller->parts.enrolment;
	const struct bt_operator *person = bt_enrolment_operator(enrolment, work->sale.operator_id);

	bt_teller_slip_name(&facts->utility, &enrolment->utility);
	bt_teller_slip_name(&facts->counter, &enrolment->counter);
	if (person)
		bt_teller_slip_name(&facts->clerk, &person->name);
	bt_teller_slip_name(&facts->consumer, &work->consumer.name);
	bt_teller_slip_name(&facts->relative, &work->consumer.relative);
	bt_teller_slip_name(&facts->place, &work->consumer.place);
	bt_text_copy(facts->relation, sizeof facts->relation, work->consumer.relation);
	bt_text_copy(facts->category, sizeof facts->category, work->consumer.category);
	bt_text_copy(facts->complaint, sizeof facts->complaint, enrolment->complaint);
}

static void fill_money(const struct bt_teller *teller, const struct bt_teller_work *work,
		       struct bt_receipt_facts *facts)
{
	const struct bt_sale *sale = &work->sale;
	const struct bt_tender *tender = &sale->tenders[0];
	const struct bt_tender_kind *kind = bt_tender_find(tender->kind);

	facts->paid_at_ms = sale->paid_at_ms;
	facts->amount = sale->quote.amount;
	facts->dues = sale->quote.dues;
	facts->energy = sale->quote.energy;
	facts->duty = sale->quote.duty;
	facts->units = sale->quote.units;
	facts->rate_paise = sale->quote.rate;
	facts->given = tender->given;
	facts->change = tender->given - tender->amount;
	/* A token books no balance (PROTOCOL S1): the old figure beside new units would only be asked about. */
	if (sale->delivery != BT_DELIVERY_TOKEN) {
		facts->balance_known = work->consumer.balance;
		facts->balance_at_ms = work->consumer.balance_at_ms;
	}
	bt_text_copy(facts->tender, sizeof facts->tender, kind ? kind->name : tender->kind);
	bt_text_copy(facts->tender_reference, sizeof facts->tender_reference, tender->reference);
	bt_text_copy(facts->tariff, sizeof facts->tariff,
		     teller->has_tariff ? teller->tariff.name_en : sale->quote.tariff);
}

/* What is paid for and not yet credited stops no cut; nor does less than what is owed. */
static void fill_cut(const struct bt_teller *teller, const struct bt_teller_work *work, struct bt_receipt_facts *facts)
{
	const struct bt_consumer *consumer = &work->consumer;
	int64_t from = consumer->cut_from_ms > facts->paid_at_ms ? consumer->cut_from_ms : facts->paid_at_ms;
	bool owes = consumer->kind == BT_KIND_REMOTE && consumer->balance_at_ms != 0 &&
		    consumer->balance + facts->amount - facts->dues < 0;

	if (!teller->has_tariff || consumer->cut_from_ms == 0 || consumer->supply_cut_at_ms != 0)
		return;
	if (facts->kind == BT_RECEIPT_DOCKET || (facts->kind == BT_RECEIPT_CREDIT && owes))
		facts->cut_from_ms = bt_tariff_next_cut(&teller->tariff, from);
}

/* Nothing was bought: only the money and who let it go stand on these slips. */
static void fill_refund(const struct bt_teller *teller, const struct bt_teller_work *work,
			struct bt_receipt_facts *facts)
{
	const struct bt_operator *person = bt_enrolment_operator(teller->parts.enrolment, work->approved_by);

	if (facts->kind != BT_RECEIPT_REFUND && facts->kind != BT_RECEIPT_REFUND_DOCKET)
		return;
	facts->dues = facts->energy = facts->duty = facts->given = facts->change = 0;
	facts->units = 0;
	facts->balance_at_ms = 0;
	facts->tariff[0] = facts->category[0] = '\0';
	if (person)
		bt_teller_slip_name(&facts->approved, &person->name);
}

/* The short head of the record as it stood with this sale's newest fact: the same on every copy. */
static void name_head(struct bt_teller *teller, const struct bt_sale *sale, struct bt_receipt_facts *facts)
{
	static const enum bt_event_kind kinds[] = {BT_EVENT_TOKENED,   BT_EVENT_CREDITED, BT_EVENT_REFUNDED,
						   BT_EVENT_REFUNDING, BT_EVENT_PENDING,  BT_EVENT_INQUIRING,
						   BT_EVENT_PAID};
	struct bt_event event;
	struct bt_buf body;

	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && !facts->head[0]; i++)
		if (bt_journal_newest(teller->parts.journal, kinds[i], sale->sale_id, &event, &body) == BT_OK)
			bt_hex_encode((struct bt_bytes){event.hash, 8}, facts->head);
	bt_buf_fini(&body);
}

/* A slip without its proof is still a slip: a failure here leaves the QR out and is logged. */
static void fill_proof(struct bt_teller *teller, const struct bt_teller_work *work, struct bt_receipt_facts *facts)
{
	const struct bt_sale *sale = &work->sale;
	struct bt_receipt_record record = {.is_docket = facts->kind == BT_RECEIPT_DOCKET,
					   .is_training = facts->training,
					   .amount = sale->quote.amount,
					   .dues = sale->quote.dues,
					   .duty = sale->quote.duty,
					   .rev = (uint16_t)sale->rev,
					   .units = (uint32_t)sale->quote.units,
					   .tid = sale->tid,
					   .rnd = sale->rnd,
					   .paid_at_ms = sale->paid_at_ms};

	name_head(teller, sale, facts);
	/* A slip that says the money goes back is no proof that something is owed; nor is a docket of training. */
	if (facts->kind == BT_RECEIPT_REFUND || facts->kind == BT_RECEIPT_REFUND_DOCKET ||
	    (facts->training && facts->kind == BT_RECEIPT_DOCKET))
		return;
	bt_text_copy(record.terminal, sizeof record.terminal, sale->terminal);
	bt_text_copy(record.sale_id, sizeof record.sale_id, sale->sale_id);
	bt_text_copy(record.drn, sizeof record.drn, sale->meter);
	bt_text_copy(record.token, sizeof record.token, work->token);
	bt_text_copy(record.receipt, sizeof record.receipt, sale->receipt);
	bt_text_copy(record.connection, sizeof record.connection, sale->connection);
	bt_text_copy(record.kind, sizeof record.kind, bt_kind_code(sale->kind));
	bt_text_copy(record.delivery, sizeof record.delivery, bt_delivery_code(sale->delivery));
	if (record.is_docket)
		bt_teller_describe_key(sale, &record.docket);
	if (!teller->parts.signer || bt_record_encode(&record, teller->parts.signer, facts->record) != BT_OK) {
		facts->record[0] = 0;
		bt_log_line(teller->parts.log, "sale", "%s: slip without proof", sale->sale_id);
	}
}

/* @p slip: the kind that is counted; the newest slip of another kind counts as none of it. */
static int read_printed(const json_t *body, const char *wanted)
{
	int64_t copy;
	char result[16], slip[16] = "";

	if (bt_json_int(body, "copy", 0, 1000000, &copy) != BT_OK ||
	    bt_json_text(body, "result", result, sizeof result) != BT_OK ||
	    (bt_json_has(body, "slip") && bt_json_text(body, "slip", slip, sizeof slip) != BT_OK))
		return 0;
	if (strcmp(slip, wanted) != 0)
		return 0;
	if (strcmp(result, "failed") == 0 && copy > 0)
		copy--;
	return (int)copy;
}

/* Slips of a sale are soon after its money; one that never was printed is not looked for for ever. */
static int64_t find_first_print(struct bt_teller *teller, const char *sale_id, const char *wanted)
{
	struct bt_event event;
	struct bt_buf text;
	json_t *body;
	int64_t first = 0;
	enum bt_err err;

	bt_buf_init(&text, BT_EVENT_BODY_MAX);
	err = bt_journal_newest(teller->parts.journal, BT_EVENT_PAID, sale_id, &event, NULL);
	for (int i = 0; i < PRINTS_SEARCHED && !err && !first; i++) {
		err = bt_journal_next(teller->parts.journal, BT_EVENT_PRINTED, event.seq, &event, &text);
		if (err || strcmp(event.sale_id, sale_id) != 0 ||
		    bt_json_parse(bt_buf_view(&text), BT_EVENT_BODY_MAX, &body, NULL) != BT_OK)
			continue;
		if (read_printed(body, wanted) > 0)
			first = event.time_ms;
		json_decref(body);
	}
	bt_buf_fini(&text);
	return first;
}

static void gather(struct bt_teller *teller, const struct bt_teller_work *work, int copy,
		   struct bt_receipt_facts *facts)
{
	const struct bt_sale *sale = &work->sale;

	*facts = (struct bt_receipt_facts){.kind = kind_of(work),
					   .training = teller->parts.training,
					   .made_here = work->made_here,
					   .possible_duplicate = work->overridden,
					   .copy = copy,
					   .no_token = work->sale.delivery != BT_DELIVERY_TOKEN};
	fill_people(teller, work, facts);
	fill_money(teller, work, facts);
	fill_refund(teller, work, facts);
	fill_cut(teller, work, facts);
	if (copy > 1)
		bt_teller_slip_copy(teller, find_first_print(teller, sale->sale_id, slip_name(facts->kind)), facts);
	bt_text_copy(facts->terminal, sizeof facts->terminal, sale->terminal);
	bt_text_copy(facts->connection, sizeof facts->connection, sale->connection);
	bt_text_copy(facts->meter, sizeof facts->meter, sale->meter);
	bt_text_copy(facts->token, sizeof facts->token, work->token);
	facts->key_change = work->key_tokens;
	snprintf(facts->receipt_number, sizeof facts->receipt_number, "%s%.21s",
		 facts->kind == BT_RECEIPT_DOCKET ? "D-" : "", sale->receipt);
	if (facts->kind == BT_RECEIPT_DOCKET)
		bt_text_copy(facts->reason, sizeof facts->reason, bt_denial_key(work->denial));
	fill_proof(teller, work, facts);
}

static enum bt_err compose(struct bt_teller *teller, const struct bt_teller_work *work, enum bt_receipt_lang lang,
			   int copy, struct bt_receipt *out)
{
	struct bt_receipt_facts facts;

	gather(teller, work, copy, &facts);
	if (bt_mutant(BT_MUTANT_NEW_TOKEN_ON_COPY) && copy > 1)
		facts.token[19] ^= 1;
	return bt_teller_compose(teller, &facts, lang, out);
}

/* A docket's slips are counted apart, and a refund's: what follows has an original of its own. */
static void record_print(struct bt_teller *teller, struct bt_teller_work *work, int copy, const char *result)
{
	struct bt_teller_batch batch = {0};
	const char *slip = slip_name(work->slip);
	json_t *body = json_pack("{s:i, s:s}", "copy", copy, "result", result);

	if (body && slip[0] && json_object_set_new(body, "slip", json_string(slip)) != 0) {
		json_decref(body);
		body = NULL;
	}
	if (bt_teller_add(&batch, BT_EVENT_PRINTED, work->sale.sale_id, body) != BT_OK ||
	    bt_teller_commit(teller, &batch, NULL) != BT_OK)
		bt_log_line(teller->parts.log, "sale", "%s: slip %d not recorded", work->sale.sale_id, copy);
}

/* Without a printer the screen is the slip of a refund: it is on record that the money was given, or the sale would
 * stand among those that wait for it. */
static void record_unprinted(struct bt_teller *teller, struct bt_teller_work *work)
{
	work->slip = kind_of(work);
	if (work->slip != BT_RECEIPT_REFUND || work->copies > 0)
		return;
	record_print(teller, work, 1, "unconfirmed");
	work->copies = 1;
}

/* Cash goes in with the sale's first slip while the consumer stands there, and out with the first of its refund,
 * whenever that is asked for. */
static bool opens_drawer(const struct bt_teller_work *work, int copy)
{
	bool moves = work->slip == BT_RECEIPT_REFUND || (work->slip != BT_RECEIPT_REFUND_DOCKET && !work->background);

	return copy == 1 && moves && strcmp(work->sale.tenders[0].kind, "cash") == 0;
}

void bt_teller_print(struct bt_teller *teller, struct bt_teller_work *work, int copy)
{
	struct bt_print_job job = {.copy = copy};
	const struct bt_sink *sink = teller->parts.sink;

	if (!sink) {
		record_unprinted(teller, work);
		if (bt_sale_find_step(work->state, BT_SALE_EV_FINISH))
			bt_teller_move(teller, work, BT_SALE_EV_FINISH);
		return;
	}
	bt_text_copy(job.sale_id, sizeof job.sale_id, work->sale.sale_id);
	work->slip = kind_of(work);
	job.open_drawer = opens_drawer(work, copy);
	work->printing = BT_PRINTING_FAILED;
	if (compose(teller, work, bt_teller_slip_lang(teller, work->slip), copy, &job.receipt) == BT_OK &&
	    sink->submit(sink->self, &job) == BT_OK)
		work->printing = BT_PRINTING_NOW;
	teller->changed = true;
}

static const char *slip_of_stage(enum bt_sale_stage stage)
{
	if (stage == BT_STAGE_TOKENED || stage == BT_STAGE_CREDITED)
		return "";
	if (stage == BT_STAGE_REFUNDED)
		return slip_name(BT_RECEIPT_REFUND);
	return slip_name(stage == BT_STAGE_REFUNDING ? BT_RECEIPT_REFUND_DOCKET : BT_RECEIPT_DOCKET);
}

int bt_teller_printed(struct bt_teller *teller, const struct bt_sale_row *row)
{
	const char *wanted = slip_of_stage(row->stage);
	struct bt_event event;
	struct bt_buf text;
	json_t *body;
	int copies = 0;

	bt_buf_init(&text, BT_EVENT_BODY_MAX);
	if (bt_journal_newest(teller->parts.journal, BT_EVENT_PRINTED, row->sale_id, &event, &text) == BT_OK &&
	    bt_json_parse(bt_buf_view(&text), BT_EVENT_BODY_MAX, &body, NULL) == BT_OK) {
		copies = read_printed(body, wanted);
		json_decref(body);
	}
	bt_buf_fini(&text);
	return copies;
}

static void take_print(struct bt_teller *teller, const struct bt_print_result *result)
{
	static const struct {
		const char *name;
		enum bt_print_progress progress;
	} outcomes[] = {
	    [BT_PRINT_CONFIRMED] = {"confirmed", BT_PRINTING_DONE},
	    [BT_PRINT_UNCONFIRMED] = {"unconfirmed", BT_PRINTING_ASK},
	    [BT_PRINT_FAILED] = {"failed", BT_PRINTING_FAILED},
	};
	struct bt_teller_work *work = bt_teller_find(teller, result->sale_id);

	if (bt_teller_docket_printed(teller, result))
		return;
	/* A slip of a run before, or one that nobody asked for. */
	if (!work || work->printing != BT_PRINTING_NOW)
		return;
	work->printing = outcomes[result->state].progress;
	teller->changed = true;
	record_print(teller, work, result->copy, outcomes[result->state].name);
	if (result->state != BT_PRINT_FAILED && work->slip == BT_RECEIPT_DOCKET)
		work->docket_given = true;
	/* The docket came out while the token arrived: the token itself is still to be printed. */
	if (result->state == BT_PRINT_FAILED || work->slip != kind_of(work))
		return;
	if (result->copy > work->copies)
		work->copies = result->copy;
	if (bt_sale_find_step(work->state, BT_SALE_EV_PRINTED))
		bt_teller_move(teller, work, BT_SALE_EV_PRINTED);
}

void bt_teller_take_prints(struct bt_teller *teller)
{
	const struct bt_sink *sink = teller->parts.sink;
	struct bt_print_result result;

	while (sink && sink->take(sink->self, &result))
		take_print(teller, &result);
}

enum bt_err bt_teller_reprint(struct bt_teller *teller, const char *sale_id)
{
	struct bt_teller_work *work;
	enum bt_err err = bt_teller_load(teller, sale_id, &work);

	if (err)
		return err;
	if (!teller->parts.sink || work->printing == BT_PRINTING_NOW || work->state == BT_SALE_VENDING ||
	    work->state == BT_SALE_PAID || work->state == BT_SALE_ABANDONED ||
	    (work->state == BT_SALE_STOPPED && work->token[0]))
		return BT_ESTATE;
	bt_teller_print(teller, work, work->copies + 1);
	return work->printing == BT_PRINTING_NOW ? BT_OK : BT_EFULL;
}

enum bt_err bt_teller_paper_seen(struct bt_teller *teller, const char *sale_id)
{
	struct bt_teller_work *work = bt_teller_find(teller, sale_id);

	if (!work)
		return BT_ENOTFOUND;
	if (work->printing != BT_PRINTING_ASK)
		return BT_ESTATE;
	work->printing = BT_PRINTING_DONE;
	record_print(teller, work, work->copies, "confirmed");
	teller->changed = true;
	return BT_OK;
}

enum bt_err bt_teller_receipt(struct bt_teller *teller, const char *sale_id, enum bt_receipt_lang lang, int copy,
			      struct bt_receipt *out)
{
	struct bt_teller_work *work;
	enum bt_err err = bt_teller_load(teller, sale_id, &work);

	return err ? err : compose(teller, work, lang, copy, out);
}
