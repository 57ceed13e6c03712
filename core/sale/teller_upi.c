/* A sale paid by UPI: begun, shown another QR, let go; and what its screen sees. PROTOCOL T1, S7. */
#include "core/sale/teller_work.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"

static bool is_up(const struct bt_teller_payment *payment)
{
	return payment->stage != BT_UPI_ENDED && payment->stage != BT_UPI_PAID;
}

/* Somebody may come back for it. */
static bool is_waiting(const struct bt_teller_payment *payment)
{
	return payment->used && payment->is_newest && is_up(payment) && !payment->for_cash;
}

struct bt_teller_payment *bt_teller_upi_find(struct bt_teller *teller, const char *sale_id)
{
	for (int i = 0; i < BT_TELLER_PAYMENTS; i++)
		if (teller->payments[i].used && teller->payments[i].is_newest &&
		    strcmp(teller->payments[i].sale_id, sale_id) == 0)
			return &teller->payments[i];
	return NULL;
}

/* Who has been closed goes before who has not, then whose end is longer ago. */
static bool goes_before(const struct bt_teller_payment *a, const struct bt_teller_payment *b)
{
	return a->closed != b->closed ? a->closed : a->ended_boot_ms < b->ended_boot_ms;
}

/* A free place, or that of the one whose end is longest ago: the head-end tells of it too. */
static struct bt_teller_payment *find_place(struct bt_teller *teller)
{
	struct bt_teller_payment *oldest = NULL;

	for (int i = 0; i < BT_TELLER_PAYMENTS; i++) {
		struct bt_teller_payment *payment = &teller->payments[i];

		if (!payment->used)
			return payment;
		if ((payment->stage == BT_UPI_ENDED || !payment->is_newest) && !payment->asking &&
		    (!oldest || goes_before(payment, oldest)))
			oldest = payment;
	}
	return oldest;
}

struct bt_teller_payment *bt_teller_upi_add(struct bt_teller *teller, const char *sale_id, const char *payment_id,
					    enum bt_tender_way way)
{
	struct bt_teller_payment *before = bt_teller_upi_find(teller, sale_id), *place = find_place(teller);

	if (!place)
		return NULL;
	if (before)
		before->is_newest = false;
	*place = (struct bt_teller_payment){.used = true, .is_newest = true, .way = way, .answered_boot_ms = -1};
	bt_text_copy(place->sale_id, sizeof place->sale_id, sale_id);
	bt_text_copy(place->payment_id, sizeof place->payment_id, payment_id);
	place->due_boot_ms = bt_clock_boot_ms(teller->parts.clock);
	return place;
}

static int count_waiting(const struct bt_teller *teller)
{
	int count = 0;

	for (int i = 0; i < BT_TELLER_PAYMENTS; i++)
		count += is_waiting(&teller->payments[i]);
	return count;
}

bool bt_teller_upi_offered(const struct bt_teller *teller)
{
	return bt_teller_upi_choose(teller) != BT_WAY_UNSAID && count_waiting(teller) < BT_UPI_WAITING &&
	       bt_teller_state(teller) == BT_OK;
}

enum bt_err bt_teller_upi_begin(struct bt_teller *teller, const struct bt_draft *draft, char sale_id[37],
				struct bt_fault *fault)
{
	struct bt_teller_work fresh, *work;
	struct bt_teller_batch batch = {0};
	struct bt_teller_payment *payment;
	enum bt_tender_way way = bt_teller_upi_choose(teller);
	enum bt_err err;

	if (!draft->tender || !draft->tender->asks_bank)
		return bt_fault_set(fault, BT_EUNSUPPORTED, 0, "no tender that a bank is asked about");
	if (way == BT_WAY_UNSAID)
		return bt_fault_set(fault, BT_EUNREACHABLE, 0, "nobody to ask");
	if (count_waiting(teller) >= BT_UPI_WAITING || !find_place(teller))
		return bt_fault_set(fault, BT_EFULL, 0, "%d wait for the bank", BT_UPI_WAITING);
	err = bt_teller_take_draft(teller, draft, &fresh, fault);
	if (!err) {
		fresh.sale.tenders[0].way = way;
		err = bt_teller_add_sale(&batch, BT_EVENT_INTENT, &fresh.sale);
	}
	if (!err)
		err = bt_teller_commit(teller, &batch, fault);
	if (err)
		return err;
	work = bt_teller_room(teller);
	*work = fresh;
	bt_teller_move(teller, work, BT_SALE_EV_INTEND);
	payment = bt_teller_upi_add(teller, work->sale.sale_id, work->sale.tenders[0].id, way);
	bt_teller_upi_hurry(teller, payment);
	bt_text_copy(sale_id, 37, work->sale.sale_id);
	return BT_OK;
}

/* Nothing of the sale changes but the name under which the bank is asked, and over whom. */
static enum bt_err record_renewed(struct bt_teller *teller, struct bt_sale *sale, enum bt_tender_way way)
{
	struct bt_teller_batch batch = {0};
	enum bt_err err = bt_uuid7(teller->parts.random, bt_teller_now(teller), sale->tenders[0].id);

	sale->tenders[0].way = way;
	if (!err)
		err = bt_teller_add_sale(&batch, BT_EVENT_INTENT, sale);
	return err ? err : bt_teller_commit(teller, &batch, NULL);
}

enum bt_err bt_teller_upi_replace(struct bt_teller *teller, const char *sale_id, enum bt_tender_way way)
{
	struct bt_teller_payment *payment;
	struct bt_teller_work *work;
	struct bt_sale sale;
	enum bt_err err;

	if (!find_place(teller))
		return BT_EFULL;
	err = bt_teller_load(teller, sale_id, &work);
	if (err)
		return err;
	if (work->state != BT_SALE_TENDERING)
		return BT_ESTATE;
	sale = work->sale;
	err = record_renewed(teller, &sale, way);
	if (err) {
		if (bt_err_fate(err) == BT_FATE_STOP)
			bt_teller_move(teller, work, BT_SALE_EV_STORAGE_FAILED);
		return err;
	}
	work->sale = sale;
	work->refusal_en[0] = work->refusal_hi[0] = 0;
	bt_teller_move(teller, work, BT_SALE_EV_RENEW);
	payment = bt_teller_upi_add(teller, sale_id, sale.tenders[0].id, way);
	bt_teller_upi_hurry(teller, payment);
	return BT_OK;
}

/* While nothing is begun any more, a sale that was may still have another QR where it had its first. */
static enum bt_tender_way choose_again(const struct bt_teller *teller, const struct bt_teller_payment *payment)
{
	if (teller->parts.upi == BT_UPI_OFF && bt_teller_upi_can_ask(teller, payment->way))
		return payment->way;
	return bt_teller_upi_choose(teller);
}

enum bt_err bt_teller_upi_renew(struct bt_teller *teller, const char *sale_id)
{
	const struct bt_teller_payment *payment = bt_teller_upi_find(teller, sale_id);
	enum bt_tender_way way;

	if (!payment || payment->stage != BT_UPI_DEAD)
		return BT_ESTATE;
	way = choose_again(teller, payment);
	if (way == BT_WAY_UNSAID || !bt_teller_upi_is_clear(teller, sale_id, way))
		return BT_ESTATE;
	return bt_teller_upi_replace(teller, sale_id, way);
}

enum bt_err bt_teller_upi_ask(struct bt_teller *teller, const char *sale_id)
{
	struct bt_teller_payment *payment = bt_teller_upi_find(teller, sale_id);

	if (!payment || !is_up(payment) || !bt_teller_upi_wire(teller, payment->way))
		return BT_ESTATE;
	bt_teller_upi_hurry(teller, payment);
	return BT_OK;
}

enum bt_err bt_teller_upi_end(struct bt_teller *teller, struct bt_teller_payment *payment, const char *why)
{
	struct bt_teller_batch batch = {0};
	struct bt_teller_work *work;
	bool again;
	enum bt_err err = bt_teller_load(teller, payment->sale_id, &work);

	if (err)
		return err;
	if (work->state != BT_SALE_TENDERING && work->state != BT_SALE_UNPAID)
		return BT_ESTATE;
	again = work->state == BT_SALE_UNPAID;
	err = bt_teller_add(&batch, BT_EVENT_INTENT_END, payment->sale_id,
			    again ? json_pack("{s:b, s:s, s:s}", "again", 1, "by", teller->operator_id, "why", why)
				  : json_pack("{s:s, s:s}", "by", teller->operator_id, "why", why));
	if (!err)
		err = bt_teller_commit(teller, &batch, NULL);
	if (err) {
		if (bt_err_fate(err) == BT_FATE_STOP)
			bt_teller_move(teller, work, BT_SALE_EV_STORAGE_FAILED);
		return err;
	}
	if (!again)
		bt_teller_move(teller, work, BT_SALE_EV_GAVE_UP);
	return BT_OK;
}

/* The clerk's word that other money takes its place must outlast a cut: what the bank says later is judged by it. */
static enum bt_err let_go_for_cash(struct bt_teller *teller, struct bt_teller_payment *payment)
{
	enum bt_err err = bt_teller_upi_end(teller, payment, "for_cash");

	if (err)
		return err;
	payment->for_cash = true;
	bt_text_copy(payment->by, sizeof payment->by, teller->operator_id);
	return BT_OK;
}

enum bt_err bt_teller_upi_stop(struct bt_teller *teller, const char *sale_id, bool for_cash)
{
	struct bt_teller_payment *payment = bt_teller_upi_find(teller, sale_id);
	enum bt_err err = BT_OK;

	if (!payment || payment->for_cash || (!is_up(payment) && !for_cash))
		return BT_ESTATE;
	if (for_cash)
		err = let_go_for_cash(teller, payment);
	else if (payment->closed)
		err = bt_teller_upi_end(teller, payment, "stopped");
	if (err)
		return err;
	payment->stage = payment->closed ? BT_UPI_ENDED : BT_UPI_CLOSING;
	payment->ended_boot_ms = bt_clock_boot_ms(teller->parts.clock);
	payment->looks = 0;
	bt_teller_upi_hurry(teller, payment);
	teller->changed = true;
	return BT_OK;
}

/* ---- as screens see it ---- */

/* Of one that has run out nobody knows before the bank has closed it, and of none after a restart. */
static bool has_nothing(const struct bt_teller *teller, const char *sale_id)
{
	for (int i = 0; i < BT_TELLER_PAYMENTS; i++) {
		const struct bt_teller_payment *payment = &teller->payments[i];

		if (payment->used && strcmp(payment->sale_id, sale_id) == 0 && !payment->closed &&
		    payment->death != BT_UPI_DEATH_FAILED)
			return false;
	}
	return true;
}

/* One that has run out can still be paid in its last second: until the bank has said, nobody knows. */
static void describe_payment(const struct bt_teller *teller, const struct bt_teller_payment *payment,
			     struct bt_upi_view *out)
{
	int64_t now = bt_clock_boot_ms(teller->parts.clock);

	out->stage = payment->stage;
	out->death = payment->death;
	out->nothing_came = payment->stage == BT_UPI_DEAD && has_nothing(teller, payment->sale_id);
	out->unreachable = payment->unreachable;
	out->is_asking = payment->asking;
	out->for_cash = payment->for_cash;
	out->asked_ms = payment->answered_boot_ms < 0 ? -1 : now - payment->answered_boot_ms;
	if (payment->stage != BT_UPI_SHOWN)
		return;
	if (payment->expires_boot_ms <= now) {
		out->stage = BT_UPI_UNSURE;
		return;
	}
	out->left_ms = payment->expires_boot_ms - now;
	bt_text_copy(out->qr, sizeof out->qr, payment->qr);
}

static enum bt_upi_stage stage_of_sale(const struct bt_teller_work *work)
{
	return work->state == BT_SALE_TENDERING ? BT_UPI_ASKING
	       : work->state == BT_SALE_UNPAID  ? BT_UPI_ENDED
						: BT_UPI_PAID;
}

enum bt_err bt_teller_upi_view(struct bt_teller *teller, const char *sale_id, struct bt_upi_view *out)
{
	const struct bt_teller_payment *payment = bt_teller_upi_find(teller, sale_id);
	const struct bt_tender_kind *kind;
	struct bt_teller_work *work;
	enum bt_err err = bt_teller_load(teller, sale_id, &work);

	if (err)
		return err;
	kind = bt_tender_find(work->sale.tenders[0].kind);
	if (!kind || !kind->asks_bank)
		return BT_ENOTFOUND;
	*out = (struct bt_upi_view){.stage = stage_of_sale(work),
				    .amount = work->sale.quote.amount,
				    .consumer = work->consumer,
				    .asked_ms = -1,
				    .since_ms = work->sale.paid_at_ms};
	bt_text_copy(out->sale_id, sizeof out->sale_id, sale_id);
	bt_text_copy(out->receipt, sizeof out->receipt, work->sale.receipt);
	if (out->stage == BT_UPI_PAID)
		bt_text_copy(out->utr, sizeof out->utr, work->sale.tenders[0].reference);
	else if (payment)
		describe_payment(teller, payment, out);
	return BT_OK;
}

/* Ids are made in the order of time. */
static int compare_ids(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int bt_teller_upi_waiting(struct bt_teller *teller, int max, struct bt_upi_view *out)
{
	const char *ids[BT_TELLER_PAYMENTS];
	int found = 0, count = 0;

	for (int i = 0; i < BT_TELLER_PAYMENTS; i++)
		if (is_waiting(&teller->payments[i]))
			ids[found++] = teller->payments[i].sale_id;
	qsort(ids, (size_t)found, sizeof ids[0], compare_ids);
	for (int i = 0; i < found && count < max; i++)
		if (bt_teller_upi_view(teller, ids[i], &out[count]) == BT_OK)
			count++;
	return count;
}
