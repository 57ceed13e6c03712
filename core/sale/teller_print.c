/* Slips: the facts of a sale for a receipt, and how many the record knows of. */
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

void bt_teller_slip_copy(const struct bt_teller *teller, enum bt_reprint why, int64_t first_printed_ms,
			 struct bt_receipt_facts *facts)
{
	const struct bt_operator *person = bt_enrolment_operator(teller->parts.enrolment, teller->operator_id);

	if (facts->copy <= 1)
		return;
	facts->printed_at_ms = bt_teller_now(teller);
	facts->first_printed_ms = first_printed_ms;
	bt_text_copy(facts->reprint_reason, sizeof facts->reprint_reason, bt_reprint_key(why));
	if (person)
		bt_teller_slip_name(&facts->printed_by, &person->name);
}

enum bt_receipt_kind bt_teller_slip_kind(const struct bt_teller_work *work)
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
const char *bt_teller_slip_code(enum bt_receipt_kind kind)
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

/* The record keeps what was bought, not at which rates: the tariff of the sale says it, where it is held and gives
 * these very units. */
static void fill_rates(const struct bt_teller *teller, const struct bt_teller_work *work,
		       struct bt_receipt_facts *facts)
{
	const struct bt_quote *quote = &work->sale.quote;
	const struct bt_tariff *tariff = bt_tariffs_find(&teller->tariffs, quote->tariff);
	const struct bt_tariff_category *row = tariff ? bt_tariff_category_find(tariff, work->consumer.category) : NULL;
	struct bt_tariff_part parts[BT_TARIFF_STEPS];
	int count = row ? bt_tariff_parts(row, quote, parts) : 0;

	facts->rate_paise = count > 0 ? parts[count - 1].rate : quote->rate;
	for (int i = 0; count > 1 && i < count && i < BT_RECEIPT_STEPS; i++)
		facts->steps[facts->step_count++] =
		    (struct bt_receipt_step){parts[i].units, parts[i].rate, parts[i].energy};
}

static void fill_money(const struct bt_teller *teller, const struct bt_teller_work *work,
		       struct bt_receipt_facts *facts)
{
	const struct bt_sale *sale = &work->sale;
	const struct bt_tender *tender = &sale->tenders[0];
	const struct bt_tender_kind *kind = bt_tender_find(tender->kind);
	const struct bt_tariff *tariff = bt_tariffs_find(&teller->tariffs, sale->quote.tariff);

	facts->paid_at_ms = sale->paid_at_ms;
	facts->amount = sale->quote.amount;
	facts->dues = sale->quote.dues;
	facts->energy = sale->quote.energy;
	facts->duty = sale->quote.duty;
	facts->units = sale->quote.units;
	facts->fixed = sale->quote.fixed;
	facts->free_units = sale->quote.free;
	fill_rates(teller, work, facts);
	facts->given = tender->given;
	facts->change = tender->given - tender->amount;
	/* A token books no balance (PROTOCOL S1): the old figure beside new units would only be asked about. */
	if (sale->delivery != BT_DELIVERY_TOKEN) {
		facts->balance_known = work->consumer.balance;
		facts->balance_at_ms = work->consumer.balance_at_ms;
	}
	bt_text_copy(facts->tender, sizeof facts->tender, kind ? kind->name : tender->kind);
	bt_text_copy(facts->tender_reference, sizeof facts->tender_reference, tender->reference);
	bt_text_copy(facts->tariff, sizeof facts->tariff, tariff ? tariff->name_en : sale->quote.tariff);
}

/* What is paid for and not yet credited stops no cut; nor does less than what is owed. */
static void fill_cut(const struct bt_teller *teller, const struct bt_teller_work *work, struct bt_receipt_facts *facts)
{
	const struct bt_consumer *consumer = &work->consumer;
	int64_t from = consumer->cut_from_ms > facts->paid_at_ms ? consumer->cut_from_ms : facts->paid_at_ms;
	bool owes = consumer->kind == BT_KIND_REMOTE && consumer->balance_at_ms != 0 &&
		    consumer->balance + facts->amount - facts->dues < 0;
	const struct bt_tariff *tariff = bt_teller_tariff(teller, from);

	if (!tariff || consumer->cut_from_ms == 0 || consumer->supply_cut_at_ms != 0)
		return;
	if (facts->kind == BT_RECEIPT_DOCKET || (facts->kind == BT_RECEIPT_CREDIT && owes))
		facts->cut_from_ms = bt_tariff_next_cut(tariff, from);
}

/* About until when what was bought lasts. A later look at the balance has this sale in it already: a copy made then
 * says nothing rather than something else. */
static void fill_safe(const struct bt_teller *teller, const struct bt_teller_work *work, struct bt_receipt_facts *facts)
{
	const struct bt_consumer *consumer = &work->consumer;
	const struct bt_tariff_use use = {.category = consumer->category,
					  .balance = consumer->balance + facts->amount - facts->dues,
					  .dues_daily = consumer->dues_daily,
					  .daily_units = consumer->daily_units,
					  .free_left = consumer->free_left};
	const struct bt_tariff *tariff = bt_teller_tariff(teller, facts->paid_at_ms);

	if (!tariff || consumer->postpaid || consumer->balance_at_ms == 0 ||
	    consumer->balance_at_ms > facts->paid_at_ms)
		return;
	if (facts->kind == BT_RECEIPT_TOKEN || facts->kind == BT_RECEIPT_CREDIT)
		facts->safe_until_ms = bt_tariff_safe_until(tariff, &use, facts->paid_at_ms);
}

/* Nothing was bought: only the money and who let it go stand on these slips. */
static void fill_refund(const struct bt_teller *teller, const struct bt_teller_work *work,
			struct bt_receipt_facts *facts)
{
	const struct bt_operator *person = bt_enrolment_operator(teller->parts.enrolment, work->approved_by);

	if (facts->kind != BT_RECEIPT_REFUND && facts->kind != BT_RECEIPT_REFUND_DOCKET)
		return;
	facts->dues = facts->fixed = facts->energy = facts->duty = facts->given = facts->change = 0;
	facts->units = facts->free_units = 0;
	facts->step_count = 0;
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
						   BT_EVENT_PAID,      BT_EVENT_INTENT};
	struct bt_event event;
	struct bt_buf body;

	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && !facts->head[0]; i++)
		if (bt_journal_newest(teller->parts.journal, kinds[i], sale->sale_id, &event, &body) == BT_OK)
			bt_hex_encode((struct bt_bytes){event.hash, 8}, facts->head);
	bt_buf_fini(&body);
}

/* A slip without its proof is still a slip: a failure here leaves the digits alone in the QR and is logged. */
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

/* The newest slip of another kind than @p wanted counts as none of it. */
static int read_printed(const json_t *body, const char *wanted, enum bt_print_progress *left)
{
	int64_t copy;
	char result[16], slip[16] = "";

	if (bt_json_int(body, "copy", 0, 1000000, &copy) != BT_OK ||
	    bt_json_text(body, "result", result, sizeof result) != BT_OK ||
	    (bt_json_has(body, "slip") && bt_json_text(body, "slip", slip, sizeof slip) != BT_OK))
		return 0;
	if (strcmp(slip, wanted) != 0)
		return 0;
	*left = strcmp(result, BT_SLIP_SENDING) == 0 ? BT_PRINTING_NOW
		: strcmp(result, "unconfirmed") == 0 ? BT_PRINTING_ASK
						     : BT_PRINTING_NONE;
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
	enum bt_print_progress left;
	enum bt_err err;

	bt_buf_init(&text, BT_EVENT_BODY_MAX);
	err = bt_journal_newest(teller->parts.journal, BT_EVENT_PAID, sale_id, &event, NULL);
	for (int i = 0; i < PRINTS_SEARCHED && !err && !first; i++) {
		err = bt_journal_next(teller->parts.journal, BT_EVENT_PRINTED, event.seq, &event, &text);
		if (err || strcmp(event.sale_id, sale_id) != 0 ||
		    bt_json_parse(bt_buf_view(&text), BT_EVENT_BODY_MAX, &body, NULL) != BT_OK)
			continue;
		if (read_printed(body, wanted, &left) > 0 && left != BT_PRINTING_NOW)
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

	*facts = (struct bt_receipt_facts){.kind = bt_teller_slip_kind(work),
					   .training = teller->parts.training,
					   .made_here = work->made_here,
					   .possible_duplicate = work->overridden,
					   .copy = copy,
					   .no_token = work->sale.delivery != BT_DELIVERY_TOKEN};
	fill_people(teller, work, facts);
	fill_money(teller, work, facts);
	fill_refund(teller, work, facts);
	fill_cut(teller, work, facts);
	fill_safe(teller, work, facts);
	if (copy > 1)
		bt_teller_slip_copy(teller, work->why,
				    find_first_print(teller, sale->sale_id, bt_teller_slip_code(facts->kind)), facts);
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

enum bt_err bt_teller_slip(struct bt_teller *teller, const struct bt_teller_work *work, int copy,
			   struct bt_receipt *out)
{
	return compose(teller, work, bt_teller_slip_lang(teller, work->slip), copy, out);
}

static const char *slip_of_stage(enum bt_sale_stage stage)
{
	if (stage == BT_STAGE_TOKENED || stage == BT_STAGE_CREDITED)
		return "";
	if (stage == BT_STAGE_REFUNDED)
		return bt_teller_slip_code(BT_RECEIPT_REFUND);
	return bt_teller_slip_code(stage == BT_STAGE_REFUNDING ? BT_RECEIPT_REFUND_DOCKET : BT_RECEIPT_DOCKET);
}

int bt_teller_printed(struct bt_teller *teller, const struct bt_sale_row *row, enum bt_print_progress *left)
{
	const char *wanted = slip_of_stage(row->stage);
	struct bt_event event;
	struct bt_buf text;
	json_t *body;
	int copies = 0;

	*left = BT_PRINTING_NONE;
	bt_buf_init(&text, BT_EVENT_BODY_MAX);
	if (bt_journal_newest(teller->parts.journal, BT_EVENT_PRINTED, row->sale_id, &event, &text) == BT_OK &&
	    bt_json_parse(bt_buf_view(&text), BT_EVENT_BODY_MAX, &body, NULL) == BT_OK) {
		copies = read_printed(body, wanted, left);
		json_decref(body);
	}
	bt_buf_fini(&text);
	return copies;
}

enum bt_err bt_teller_receipt(struct bt_teller *teller, const char *sale_id, enum bt_receipt_lang lang, int copy,
			      struct bt_receipt *out)
{
	struct bt_teller_docket given;
	struct bt_teller_work *work;
	enum bt_err err = bt_teller_load(teller, sale_id, &work);

	if (!err && bt_teller_docket_find_replaced(teller, sale_id, &given))
		return bt_teller_docket_compose(teller, &given, lang, copy, out);
	return err ? err : compose(teller, work, lang, copy, out);
}
