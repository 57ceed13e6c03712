/* From a draft to a sale whose money is recorded. */
#include "core/sale/teller_work.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/base/json.h"
#include "core/shift/shift.h"
#include "core/sts/identity.h"

#define REPEAT_MS INT64_C(600000)

static enum bt_delivery delivery_of(const struct bt_consumer *consumer, bt_paise amount, bt_paise dues)
{
	if (consumer->kind == BT_KIND_DUES || dues == amount)
		return BT_DELIVERY_DUES;
	if (consumer->kind == BT_KIND_REMOTE && !consumer->takes_token)
		return BT_DELIVERY_BALANCE;
	return BT_DELIVERY_TOKEN;
}

/* By the tariff and in the month of the moment at which it is paid, whatever comes later (PROTOCOL S3, S8). */
static enum bt_err quote_at(struct bt_teller *teller, const struct bt_consumer *consumer, bt_paise amount,
			    bt_paise dues, int64_t at_ms, struct bt_quote *out)
{
	const struct bt_tariff *tariff = bt_teller_tariff(teller, at_ms);
	struct bt_tariff_month month;

	if (!tariff)
		return BT_ENOTFOUND;
	if (consumer->kind == BT_KIND_DUES)
		dues = amount;
	if (amount < tariff->minimum || amount > tariff->maximum || dues < 0 || dues > amount)
		return BT_ERANGE;
	return bt_tariff_quote(tariff, consumer->category,
			       bt_teller_month(teller, consumer, at_ms, &month) ? &month : NULL, amount, dues, out);
}

enum bt_err bt_teller_quote(struct bt_teller *teller, const struct bt_consumer *consumer, bt_paise amount,
			    bt_paise dues, struct bt_quote *out)
{
	return quote_at(teller, consumer, amount, dues, bt_teller_now(teller), out);
}

/* Caps by day and age are reckoned from this: a wrong wall clock must not get round them. One that starts at 1970 must
 * not use them up either, by a docket that is taken before anybody has said what time it is: that is not before the
 * lease was given. */
static int64_t stamp(const struct bt_teller *teller)
{
	int64_t now = bt_teller_now(teller);

	return teller->has_lease && now < teller->lease.not_before_ms ? teller->lease.not_before_ms : now;
}

/* The sale as it would be, but for id, receipt number and TID. */
static enum bt_err sketch(struct bt_teller *teller, const struct bt_consumer *consumer, bt_paise amount, bt_paise dues,
			  struct bt_sale *out)
{
	enum bt_err err;

	*out = (struct bt_sale){.rev = 1, .kind = consumer->kind, .shift = teller->shift};
	out->paid_at_ms = stamp(teller);
	err = quote_at(teller, consumer, amount, dues, out->paid_at_ms, &out->quote);
	if (err)
		return err;
	/* More than the known dues would be refused after the money is taken. */
	if (out->quote.dues > consumer->dues)
		return BT_ERANGE;
	out->delivery = delivery_of(consumer, amount, out->quote.dues);
	/* A token of no units is no token: the amount is too small for a tenth of a unit. */
	if (out->delivery == BT_DELIVERY_TOKEN && out->quote.units <= 0)
		return BT_ERANGE;
	out->lease = teller->has_lease ? teller->lease.number : 0;
	bt_text_copy(out->terminal, sizeof out->terminal, teller->parts.enrolment->terminal);
	bt_text_copy(out->operator_id, sizeof out->operator_id, teller->operator_id);
	bt_text_copy(out->connection, sizeof out->connection, consumer->number);
	bt_text_copy(out->meter, sizeof out->meter, consumer->meter);
	bt_text_copy(out->pan, sizeof out->pan, consumer->pan);
	return BT_OK;
}

enum bt_outlook bt_teller_outlook(struct bt_teller *teller, const struct bt_consumer *consumer, bt_paise amount,
				  bt_paise dues, enum bt_denial *denial)
{
	struct bt_sale sale;
	struct bt_consumer fresh = *consumer;

	*denial = BT_DENY_NONE;
	bt_teller_freshen(teller, &fresh);
	if (bt_teller_state(teller) != BT_OK)
		*denial = BT_DENY_STOPPED;
	else if (bt_consumer_is_blocked(&fresh))
		*denial = BT_DENY_BLOCKED;
	if (*denial != BT_DENY_NONE || sketch(teller, &fresh, amount, dues, &sale) != BT_OK)
		return BT_OUTLOOK_REFUSED;
	bt_teller_fix_token(teller, &fresh, &sale);
	if (bt_teller_server_answers(teller))
		return sale.delivery == BT_DELIVERY_TOKEN ? BT_OUTLOOK_TOKEN : BT_OUTLOOK_CREDIT;
	*denial = bt_teller_authority(teller, &sale, &fresh, false);
	return *denial == BT_DENY_NONE ? BT_OUTLOOK_TOKEN : BT_OUTLOOK_DOCKET;
}

int bt_teller_repeat_minutes(struct bt_teller *teller, const struct bt_consumer *consumer, bt_paise amount)
{
	struct bt_sale_row rows[8];
	int count = 0;
	int64_t now = bt_teller_now(teller);

	if (bt_journal_sales(teller->parts.journal, BT_SALES_METER, consumer->number, 8, rows, &count) != BT_OK)
		return -1;
	for (int i = 0; i < count; i++)
		if (rows[i].stage != BT_STAGE_TENDERING && rows[i].stage != BT_STAGE_UNPAID &&
		    rows[i].amount == amount && now >= rows[i].paid_at_ms && now - rows[i].paid_at_ms < REPEAT_MS)
			return (int)((now - rows[i].paid_at_ms) / 60000);
	return -1;
}

/* "0142-0611-087-4": terminal, shift, sequence, Luhn digit over all of them. Gapless within the shift. */
static enum bt_err number_receipt(struct bt_teller *teller, struct bt_sale *sale)
{
	char digits[64], number[64];
	int64_t used;
	int len;
	enum bt_err err = bt_journal_shift_count(teller->parts.journal, sale->shift, &used);

	if (err)
		return err;
	len = snprintf(digits, sizeof digits, "%s%04d%03d", sale->terminal, (int)sale->shift, (int)used + 1);
	snprintf(number, sizeof number, "%s-%04d-%03d-%c", sale->terminal, (int)sale->shift, (int)used + 1,
		 bt_luhn_digit(digits, (size_t)len));
	return bt_text_copy(sale->receipt, sizeof sale->receipt, number);
}

static enum bt_err add_tender(struct bt_teller *teller, const struct bt_draft *draft, struct bt_sale *sale)
{
	struct bt_tender *tender = &sale->tenders[0];
	bt_paise given = draft->given ? draft->given : draft->amount;
	enum bt_err err;

	if (!draft->tender || !draft->tender->available ||
	    (!draft->tender->offline && !draft->tender->asks_bank && !bt_teller_server_answers(teller)))
		return BT_EUNSUPPORTED;
	/* What the bank has yet to say has no reference. */
	err = draft->tender->asks_bank ? BT_OK : draft->tender->check(draft->amount, given, draft->reference);
	if (!err)
		err = bt_uuid7(teller->parts.random, sale->paid_at_ms, tender->id);
	if (err)
		return err;
	bt_text_copy(tender->kind, sizeof tender->kind, draft->tender->id);
	if (!draft->tender->asks_bank)
		bt_text_copy(tender->reference, sizeof tender->reference, draft->reference);
	tender->amount = draft->amount;
	tender->given = draft->tender->asks_bank ? draft->amount : given;
	sale->tender_count = 1;
	return BT_OK;
}

static enum bt_err fix(struct bt_teller *teller, const struct bt_draft *draft, const struct bt_consumer *consumer,
		       struct bt_sale *sale)
{
	enum bt_err err = sketch(teller, consumer, draft->amount, draft->dues, sale);

	if (!err)
		err = add_tender(teller, draft, sale);
	if (!err)
		err = bt_uuid7(teller->parts.random, sale->paid_at_ms, sale->sale_id);
	if (!err)
		err = number_receipt(teller, sale);
	/* A head-end that picks its own would make another token than the one fixed here (PROTOCOL T5). */
	if (!err && bt_teller_converges(teller))
		bt_teller_fix_token(teller, consumer, sale);
	return err;
}

static bool key_is_coming(struct bt_teller *teller, const struct bt_teller_work *work)
{
	return bt_keys_prepare(&teller->keys, work->sale.pan, &work->consumer.key) == BT_EBUSY;
}

/* Server not worth waiting for: money and outcome go into one commit (DESIGN 6: two commits offline). */
static enum bt_err record_offline(struct bt_teller *teller, struct bt_teller_work *work, struct bt_teller_batch *batch,
				  struct bt_fault *fault)
{
	const struct bt_sale sale = bt_teller_with_late_tid(teller, work);
	enum bt_denial denial = bt_teller_is_for_server(teller, work)
				    ? BT_DENY_SERVER
				    : bt_teller_authority(teller, &sale, &work->consumer, false);
	enum bt_err err;

	if (denial == BT_DENY_NONE && key_is_coming(teller, work)) {
		err = bt_teller_commit(teller, batch, fault);
		if (!err && !bt_teller_await_key(teller, work)) {
			bt_teller_move(teller, work, BT_SALE_EV_SKIP_SERVER);
			bt_teller_decide(teller, work);
		}
		return err;
	}
	if (denial == BT_DENY_NONE)
		denial = bt_teller_try_token(teller, &sale, &work->consumer, work->token);
	work->denial = denial;
	if (denial == BT_DENY_NONE)
		work->key_tokens = bt_teller_key_tokens(&sale, &work->consumer);
	err = denial == BT_DENY_NONE
		  ? bt_teller_add_tokened(teller, batch, &work->sale, &sale, work->token, &work->key_tokens)
		  : bt_teller_add(batch, BT_EVENT_PENDING, sale.sale_id, bt_teller_pending_body(denial));
	if (!err && denial == BT_DENY_NONE)
		work->sale = sale;
	if (!err)
		err = bt_teller_commit(teller, batch, fault);
	if (err)
		return err;
	bt_teller_move(teller, work, BT_SALE_EV_SKIP_SERVER);
	work->made_here = denial == BT_DENY_NONE;
	work->tokened_at_ms = work->made_here ? bt_clock_wall_ms(teller->parts.clock) : 0;
	bt_teller_move(teller, work, work->made_here ? BT_SALE_EV_ISSUE_HERE : BT_SALE_EV_CANNOT_ISSUE);
	bt_teller_print(teller, work);
	work->background = !work->made_here; /* the docket frees the consumer */
	return BT_OK;
}

static enum bt_err record_online(struct bt_teller *teller, struct bt_teller_work *work, struct bt_teller_batch *batch,
				 struct bt_fault *fault)
{
	enum bt_err err = bt_teller_add(batch, BT_EVENT_VENDING, work->sale.sale_id,
					json_pack("{s:I}", "rev", (json_int_t)work->sale.rev));

	if (!err)
		err = bt_teller_commit(teller, batch, fault);
	if (err)
		return err;
	bt_teller_move(teller, work, BT_SALE_EV_SEND);
	bt_teller_ask(teller, work);
	return BT_OK;
}

enum bt_err bt_teller_take_draft(struct bt_teller *teller, const struct bt_draft *draft, struct bt_teller_work *fresh,
				 struct bt_fault *fault)
{
	enum bt_err err = bt_teller_state(teller);

	if (err)
		return bt_fault_set(fault, err, 0, "the record has stopped");
	*fresh = (struct bt_teller_work){.used = true, .consumer = draft->consumer, .state = BT_SALE_DRAFT};
	bt_teller_freshen(teller, &fresh->consumer);
	if (!teller->operator_id[0] || bt_consumer_is_blocked(&draft->consumer) ||
	    bt_consumer_is_blocked(&fresh->consumer))
		return bt_fault_set(fault, BT_ESTATE, 0, "nobody signed in, or connection blocked");
	if (!bt_teller_room(teller))
		return bt_fault_set(fault, BT_EFULL, 0, "%d sales under way", BT_TELLER_SALES);
	/* A shift ends by itself when its numbers run out: the sequence on a receipt has three digits. */
	err = bt_shift_continue(teller->parts.journal, teller->operator_id, &teller->shift, fault);
	if (err)
		return err;
	err = fix(teller, draft, &fresh->consumer, &fresh->sale);
	return err ? bt_fault_set(fault, err, 0, "sale cannot be made: %s", bt_err_text(err)) : BT_OK;
}

enum bt_err bt_teller_record_paid(struct bt_teller *teller, struct bt_teller_work *work, struct bt_teller_batch *batch,
				  struct bt_fault *fault)
{
	enum bt_err err = bt_teller_server_answers(teller) ? record_online(teller, work, batch, fault)
							   : record_offline(teller, work, batch, fault);

	if (err)
		bt_teller_drop(batch);
	return err;
}

enum bt_err bt_teller_pay(struct bt_teller *teller, const struct bt_draft *draft, char sale_id[37],
			  struct bt_fault *fault)
{
	struct bt_teller_work fresh, *work;
	struct bt_teller_batch batch = {0};
	enum bt_err err;

	if (draft->tender && draft->tender->asks_bank)
		return bt_fault_set(fault, BT_EUNSUPPORTED, 0, "only the bank says that this is paid");
	err = bt_teller_take_draft(teller, draft, &fresh, fault);
	if (err)
		return err;
	err = bt_teller_add_sale(&batch, BT_EVENT_PAID, &fresh.sale);
	if (err)
		return bt_fault_set(fault, err, 0, "sale cannot be made: %s", bt_err_text(err));
	work = bt_teller_room(teller);
	*work = fresh;
	bt_teller_move(teller, work, BT_SALE_EV_PAY);
	err = bt_teller_record_paid(teller, work, &batch, fault);
	if (err) {
		explicit_bzero(work, sizeof *work);
		return err;
	}
	bt_text_copy(teller->newest, sizeof teller->newest, work->sale.sale_id);
	bt_text_copy(sale_id, 37, work->sale.sale_id);
	return BT_OK;
}
