/* The bank has the money: the sale is paid, whenever that is said, and what it becomes. PROTOCOL S2, S6, S7. */
#include "core/sale/teller_work.h"

#include <string.h>

#include "core/base/json.h"

#define PAID_TWICE "paid_twice"
#define SHIFT_MS   INT64_C(43200000) /* the longest that anybody works */

/* The payer may still stand there: nobody has been sent away, and it is the shift in which it was begun. Midnight sends
 * nobody away; a shift that nobody closed does not keep anybody. */
static bool goes_on(const struct bt_teller *teller, const struct bt_teller_work *work)
{
	return work->state == BT_SALE_TENDERING && teller->operator_id[0] && work->sale.shift == teller->shift &&
	       bt_teller_now(teller) - work->sale.paid_at_ms < SHIFT_MS;
}

static enum bt_err put_and_wait(struct bt_teller *teller, struct bt_teller_work *work, struct bt_teller_batch *batch)
{
	enum bt_err err =
	    bt_teller_add(batch, BT_EVENT_PENDING, work->sale.sale_id, bt_teller_pending_body(BT_DENY_SERVER));

	if (!err)
		err = bt_teller_commit(teller, batch, NULL);
	else
		bt_teller_drop(batch);
	if (err)
		return err;
	work->denial = BT_DENY_SERVER;
	work->background = true;
	bt_teller_move(teller, work, BT_SALE_EV_GONE);
	return BT_OK;
}

/* Other money has taken its place: it goes back to the account it came from, on the word of who let it go. */
static enum bt_err put_and_return(struct bt_teller *teller, struct bt_teller_work *work, const char *by,
				  struct bt_teller_batch *batch)
{
	enum bt_err err =
	    bt_teller_add(batch, BT_EVENT_REFUNDING, work->sale.sale_id,
			  json_pack("{s:I, s:s, s:s, s:s}", "amount_paise", (json_int_t)work->sale.quote.amount,
				    "asked_by", by, "by", by, "reason", PAID_TWICE));

	if (!err)
		err = bt_teller_commit(teller, batch, NULL);
	else
		bt_teller_drop(batch);
	if (!err)
		bt_teller_start_refund(teller, work, by, PAID_TWICE);
	return err;
}

static enum bt_err record(struct bt_teller *teller, struct bt_teller_work *work,
			  const struct bt_teller_payment *payment)
{
	struct bt_teller_batch batch = {0};
	bool on = goes_on(teller, work);
	enum bt_err err = bt_teller_add_sale(&batch, BT_EVENT_PAID, &work->sale);

	if (err)
		return err;
	bt_teller_freshen(teller, &work->consumer);
	bt_teller_move(teller, work, BT_SALE_EV_CAPTURED);
	if (payment->for_cash)
		return put_and_return(teller, work, payment->by, &batch);
	if (!on)
		return put_and_wait(teller, work, &batch);
	work->background = false;
	err = bt_teller_record_paid(teller, work, &batch, NULL);
	if (!err)
		bt_text_copy(teller->newest, sizeof teller->newest, work->sale.sale_id);
	return err;
}

struct second_search {
	const struct bt_teller_payment *payment;
	bool found;
};

static bool match_second(void *context, const struct bt_event *event)
{
	struct second_search *search = context;
	char code[BT_EXCEPTION_CODE_MAX], payment_id[37];
	json_t *o;

	if (strcmp(event->sale_id, search->payment->sale_id) != 0 ||
	    bt_json_parse(event->body, BT_EVENT_BODY_MAX, &o, NULL) != BT_OK)
		return true;
	search->found = bt_json_text(o, "code", code, sizeof code) == BT_OK && strcmp(code, PAID_TWICE) == 0 &&
			bt_json_text(o, "payment_id", payment_id, sizeof payment_id) == BT_OK &&
			strcmp(payment_id, search->payment->payment_id) == 0;
	json_decref(o);
	return !search->found;
}

/* The sale has its money by another QR: the head-end orders this one back, and the record says so, once of each: of
 * several that were paid too every one has to go back. */
static enum bt_err note_second(struct bt_teller *teller, const struct bt_teller_payment *payment,
			       const struct bt_payment_word *word)
{
	struct second_search search = {.payment = payment};
	struct bt_teller_batch batch = {0};
	struct bt_sale_row row;
	enum bt_err err = bt_journal_sale(teller->parts.journal, payment->sale_id, &row);

	if (!err)
		err = bt_journal_read_some(teller->parts.journal, row.paid_seq - 1, UINT64_C(1) << BT_EVENT_EXCEPTION,
					   match_second, &search, NULL);
	if (err || search.found)
		return err;
	err = bt_teller_add(&batch, BT_EVENT_EXCEPTION, payment->sale_id,
			    json_pack("{s:I, s:s, s:s, s:s, s:s}", "amount_paise", (json_int_t)word->amount, "code",
				      PAID_TWICE, "payment_id", payment->payment_id, "utr", word->utr, "way",
				      bt_way_code(payment->way)));
	if (!err)
		err = bt_teller_commit(teller, &batch, NULL);
	if (!err)
		bt_teller_note_exception(teller, payment->sale_id, PAID_TWICE);
	return err;
}

static void retry_later(struct bt_teller *teller, struct bt_teller_payment *payment)
{
	payment->failures++;
	payment->due_boot_ms = bt_clock_boot_ms(teller->parts.clock) + BT_UPI_POLL_MS;
}

/* Every QR of the sale but the one that was paid is still watched: a second payment is to be noticed. */
static void set_paid(struct bt_teller *teller, struct bt_teller_payment *payment)
{
	struct bt_teller_payment *newest = bt_teller_upi_find(teller, payment->sale_id);

	if (newest && newest != payment) {
		newest->is_newest = false;
		newest->ended_boot_ms = bt_clock_boot_ms(teller->parts.clock);
		newest->due_boot_ms = newest->ended_boot_ms; /* to be closed */
	}
	explicit_bzero(payment, sizeof *payment);
	teller->changed = true;
}

void bt_teller_upi_captured(struct bt_teller *teller, struct bt_teller_payment *payment,
			    const struct bt_payment_word *word)
{
	struct bt_teller_work *work, before;
	struct bt_tender *tender;
	enum bt_err err = bt_teller_load(teller, payment->sale_id, &work);

	if (err || bt_journal_state(teller->parts.journal) != BT_OK ||
	    (word->amount != work->sale.quote.amount &&
	     (work->state == BT_SALE_TENDERING || work->state == BT_SALE_UNPAID))) {
		bt_log_line(teller->parts.log, "sale", "%s: capture not understood", payment->sale_id);
		retry_later(teller, payment);
		return;
	}
	tender = &work->sale.tenders[0];
	if (work->state != BT_SALE_TENDERING && work->state != BT_SALE_UNPAID) {
		err = strcmp(tender->reference, word->utr) != 0 ? note_second(teller, payment, word) : BT_OK;
		if (err)
			retry_later(teller, payment);
		else
			set_paid(teller, payment);
		return;
	}
	before = *work;
	bt_text_copy(tender->id, sizeof tender->id, payment->payment_id);
	tender->way = payment->way;
	bt_text_copy(tender->reference, sizeof tender->reference, word->utr);
	err = record(teller, work, payment);
	if (!err) {
		set_paid(teller, payment);
		return;
	}
	/* Nothing is on record, and the bank says it again. */
	*work = before;
	if (bt_err_fate(err) == BT_FATE_STOP && bt_teller_state(teller) != BT_OK)
		bt_teller_move(teller, work, BT_SALE_EV_STORAGE_FAILED);
	retry_later(teller, payment);
}
