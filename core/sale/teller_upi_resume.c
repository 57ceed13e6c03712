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

/* Set @p stage and what follows from it: nothing is known of what the bank did meanwhile. */
static void take_up(struct bt_teller *teller, struct bt_teller_payment *payment, enum bt_upi_stage stage)
{
	payment->stage = stage;
	payment->unsure = true;
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

static enum bt_err add_payment(struct bt_teller *teller, const struct bt_sale_row *row, struct bt_bytes record)
{
	struct bt_teller_payment *payment, *before = bt_teller_upi_find(teller, row->sale_id);
	struct bt_sale sale;
	enum bt_err err = bt_sale_decode(record, &sale, NULL);

	if (err)
		return err;
	if (before)
		take_up(teller, before, BT_UPI_DEAD);
	payment = bt_teller_upi_add(teller, row->sale_id, sale.tenders[0].id);
	if (!payment)
		return BT_OK; /* so many that the head-end has to tell of the rest */
	take_up(teller, payment, row->stage == BT_STAGE_TENDERING ? BT_UPI_ASKING : BT_UPI_ENDED);
	if (row->stage == BT_STAGE_UNPAID)
		read_end(teller, payment);
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

enum bt_err bt_teller_upi_take_up(struct bt_teller *teller)
{
	struct bt_sale_row *rows = NULL;
	int count = 0;
	enum bt_err err = bt_sale_rows_load(teller->parts.journal, BT_SALES_TENDERED, &rows, &count);

	/* Oldest first: where there are too many, those are given up whose end is longest ago. */
	for (int i = count - 1; !err && i >= 0; i--)
		if (is_watched(&rows[i], i))
			err = add_payments(teller, &rows[i]);
	free(rows);
	return err;
}
