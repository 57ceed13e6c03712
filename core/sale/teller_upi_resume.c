/* After a restart: the bank may have the money of any sale that it was asked for and that is not paid on record. Each
 * is asked about again, until the bank has said its last word. PROTOCOL S6, T1. */
#include "core/sale/teller_work.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/mutant.h"
#include "core/sale/sale_rows.h"

/* Of those that ended without money so many of the newest are looked after once more: a late success may have come
 * meanwhile. By number and not by time: after a restart nobody knows yet what time it is. */
#define LATE_LOOKS 32

/* So many of the newest QRs are looked at for one that stood before the QR that was paid. */
#define SECOND_LOOKS 64

/* Set @p stage and what follows from it: nothing is known of what the bank did meanwhile. */
static void take_up(struct bt_teller *teller, struct bt_teller_payment *payment, enum bt_upi_stage stage)
{
	payment->stage = stage;
	payment->unsure = true;
	payment->has_left = true;
	payment->ended_boot_ms = bt_clock_boot_ms(teller->parts.clock);
}

/* Why and by whom it was let go. */
static void read_end(struct bt_teller *teller, struct bt_teller_payment *payment)
{
	struct bt_event event;
	struct bt_buf body;
	json_t *o;
	char why[24];

	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	if (bt_journal_newest(teller->parts.journal, BT_EVENT_INTENT_END, payment->sale_id, &event, &body) == BT_OK &&
	    bt_json_parse(bt_buf_view(&body), BT_EVENT_BODY_MAX, &o, NULL) == BT_OK) {
		payment->for_cash = bt_json_text(o, "why", why, sizeof why) == BT_OK && strcmp(why, "for_cash") == 0;
		if (bt_json_text(o, "by", payment->by, sizeof payment->by) != BT_OK)
			payment->by[0] = 0;
		json_decref(o);
	}
	bt_buf_fini(&body);
}

/* Take up what @p tender was asked for, over the way on record. An older record does not say which, and both may have
 * been meant: where there is a payment service, both are asked, each to close it, and neither for its QR again.
 * @return how many were put into @p out; fewer than there are ways when so many wait that the head-end has to tell of
 * the rest. */
static int add_ways(struct bt_teller *teller, const char *sale_id, const struct bt_tender *tender,
		    struct bt_teller_payment *out[2])
{
	enum bt_tender_way ways[2] = {tender->way, BT_WAY_UNSAID};
	int wanted = 1, count = 0;

	if (bt_mutant(BT_MUTANT_UPI_WAY_FORGOTTEN))
		ways[0] = BT_WAY_SERVER;
	if (tender->way == BT_WAY_UNSAID) {
		ways[0] = BT_WAY_SERVER;
		ways[1] = BT_WAY_SERVICE;
		wanted = teller->parts.service ? 2 : 1;
	}
	if (tender->way == BT_WAY_SERVICE && !teller->parts.service)
		bt_log_line(teller->parts.log, "sale", "%s: its payment service is not set any more", sale_id);
	for (int i = 0; i < wanted; i++) {
		struct bt_teller_payment *payment = bt_teller_upi_add(teller, sale_id, tender->id, ways[i]);

		if (!payment)
			break;
		take_up(teller, payment, BT_UPI_DEAD);
		out[count++] = payment;
	}
	return count;
}

static enum bt_err add_payment(struct bt_teller *teller, const struct bt_sale_row *row, struct bt_bytes record)
{
	struct bt_teller_payment *before = bt_teller_upi_find(teller, row->sale_id), *added[2];
	struct bt_sale sale;
	enum bt_err err = bt_sale_decode(record, &sale, NULL);
	int count;

	if (err)
		return err;
	if (before)
		take_up(teller, before, BT_UPI_DEAD);
	count = add_ways(teller, row->sale_id, &sale.tenders[0], added);
	if (count == 1 && row->stage == BT_STAGE_TENDERING)
		take_up(teller, added[0], BT_UPI_ASKING);
	for (int i = 0; i < count && row->stage == BT_STAGE_UNPAID; i++) {
		take_up(teller, added[i], BT_UPI_ENDED);
		read_end(teller, added[i]);
	}
	return BT_OK;
}

/* Each intent of a sale named another QR; the newest comes last. */
static enum bt_err add_payments(struct bt_teller *teller, const struct bt_sale_row *row)
{
	struct bt_event event, newest;
	struct bt_buf body;
	int64_t at = row->paid_seq - 1;
	enum bt_err err = bt_journal_newest(teller->parts.journal, BT_EVENT_INTENT, row->sale_id, &newest, NULL);

	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	while (!err && at < newest.seq) {
		err = bt_journal_next(teller->parts.journal, BT_EVENT_INTENT, at, &event, &body);
		if (err)
			break;
		at = event.seq;
		if (strcmp(event.sale_id, row->sale_id) == 0)
			err = add_payment(teller, row, bt_buf_view(&body));
	}
	bt_buf_fini(&body);
	return err;
}

static bool is_watched(const struct bt_sale_row *row, int age)
{
	if (bt_mutant(BT_MUTANT_UPI_FORGOTTEN))
		return false;
	return row->stage == BT_STAGE_TENDERING || age < LATE_LOOKS;
}

/* @return the payment that the record says @p sale_id was paid by. */
static enum bt_err read_paid_by(struct bt_teller *teller, const char *sale_id, char payment_id[37])
{
	struct bt_event event;
	struct bt_sale sale;
	struct bt_buf body;
	enum bt_err err;

	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	err = bt_journal_newest(teller->parts.journal, BT_EVENT_PAID, sale_id, &event, &body);
	if (!err)
		err = bt_sale_decode(bt_buf_view(&body), &sale, NULL);
	bt_buf_fini(&body);
	if (!err)
		bt_text_copy(payment_id, 37, sale.tenders[0].id);
	return err;
}

/* One of a sale that another QR has paid is closed, and watched as it was before the restart. */
static enum bt_err add_second(struct bt_teller *teller, const char *sale_id, struct bt_bytes record)
{
	struct bt_teller_payment *added[2];
	struct bt_sale_row row;
	struct bt_sale sale;
	char paid_by[37];
	enum bt_err err = bt_journal_sale(teller->parts.journal, sale_id, &row);

	if (err || row.stage == BT_STAGE_TENDERING || row.stage == BT_STAGE_UNPAID || row.stage == BT_STAGE_ABANDONED)
		return err;
	err = read_paid_by(teller, sale_id, paid_by);
	if (!err)
		err = bt_sale_decode(record, &sale, NULL);
	if (err || strcmp(sale.tenders[0].id, paid_by) == 0)
		return err;
	for (int i = add_ways(teller, sale_id, &sale.tenders[0], added); i > 0; i--)
		added[i - 1]->is_newest = false;
	return BT_OK;
}

static enum bt_err add_seconds(struct bt_teller *teller)
{
	struct bt_event event = {.seq = INT64_MAX};
	struct bt_buf body;
	enum bt_err err = BT_OK;

	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	for (int i = 0; !err && i < SECOND_LOOKS; i++) {
		err = bt_journal_before(teller->parts.journal, BT_EVENT_INTENT, event.seq, &event, &body);
		if (!err)
			err = add_second(teller, event.sale_id, bt_buf_view(&body));
	}
	bt_buf_fini(&body);
	return err == BT_ENOTFOUND ? BT_OK : err;
}

enum bt_err bt_teller_upi_take_up(struct bt_teller *teller)
{
	struct bt_sale_row *rows = NULL;
	int count = 0;
	/* First, so that those whose money is still awaited take their places where there are too many. */
	enum bt_err err = bt_mutant(BT_MUTANT_UPI_FORGOTTEN) ? BT_OK : add_seconds(teller);

	if (!err)
		err = bt_sale_rows_load(teller->parts.journal, BT_SALES_TENDERED, &rows, &count);
	/* Oldest first: where there are too many, those are given up whose end is longest ago. */
	for (int i = count - 1; !err && i >= 0; i--)
		if (is_watched(&rows[i], i))
			err = add_payments(teller, &rows[i]);
	free(rows);
	return err;
}
