/* Dockets of other counters behind the table the screens know; what was delivered for one looks like any other sale. */
#include <string.h>

#include "core/sale/docket.h"
#include "ui/counter_parts.h"

enum bt_docket_found bt_counter_docket(void *self, const char *text, char own_sale_id[37])
{
	return bt_teller_docket_open(((struct bt_counter *)self)->teller, text, own_sale_id);
}

void bt_counter_docket_view(void *self, struct bt_docket_view *out)
{
	bt_teller_docket_view(((struct bt_counter *)self)->teller, out);
}

enum bt_err bt_counter_docket_finish(void *self)
{
	return bt_teller_docket_finish(((struct bt_counter *)self)->teller);
}

/* The docket in hand, when it was delivered here and is this sale. */
static bool is_delivered(struct bt_counter *counter, const char *sale_id, struct bt_docket_view *out)
{
	bt_teller_docket_view(counter->teller, out);
	return out->state == BT_DOCKET_DELIVERED && strcmp(out->sale_id, sale_id) == 0;
}

static void describe(const struct bt_docket_view *docket, struct bt_sale_view *out)
{
	*out = (struct bt_sale_view){.state = docket->token[0] ? BT_SALE_TOKENED : BT_SALE_CREDITED,
				     .consumer = docket->consumer,
				     .key_tokens = docket->key_tokens,
				     .settled = true,
				     .convergent = true,
				     .printing = docket->printing,
				     .copies = docket->copies,
				     .tokened_at_ms = docket->delivered_at_ms};
	out->sale.delivery = docket->token[0] ? BT_DELIVERY_TOKEN : BT_DELIVERY_BALANCE;
	out->sale.paid_at_ms = docket->paid_at_ms;
	out->sale.quote.amount = docket->amount;
	out->sale.quote.dues = docket->dues;
	out->sale.quote.units = docket->units;
	if (docket->refused_by[0])
		bt_text_copy(out->exception, sizeof out->exception, "replaced");
	bt_text_copy(out->token, sizeof out->token, docket->token);
	bt_text_copy(out->sale.sale_id, sizeof out->sale.sale_id, docket->sale_id);
	bt_text_copy(out->sale.terminal, sizeof out->sale.terminal, docket->terminal);
	bt_text_copy(out->sale.receipt, sizeof out->sale.receipt, docket->number[0] ? docket->number + 2 : "");
	bt_text_copy(out->sale.connection, sizeof out->sale.connection, docket->consumer.number);
	bt_text_copy(out->sale.meter, sizeof out->sale.meter, docket->consumer.meter);
}

/* A token of our own that the meter refused: what counts is the one that was given in its place. */
static bool is_replaced(struct bt_counter *counter, const struct bt_sale_view *sale, struct bt_docket_view *out)
{
	return !sale->convergent && sale->token[0] &&
	       bt_teller_docket_replaced(counter->teller, sale->sale.sale_id, out);
}

enum bt_err bt_counter_view(void *self, const char *sale_id, struct bt_sale_view *out)
{
	struct bt_counter *counter = self;
	struct bt_docket_view docket;

	if (!is_delivered(counter, sale_id, &docket)) {
		enum bt_err err = bt_teller_view(counter->teller, sale_id, out);

		if (err)
			return err;
		if (!is_replaced(counter, out, &docket)) {
			bt_counter_note_shown(counter, out);
			return BT_OK;
		}
	}
	describe(&docket, out);
	return BT_OK;
}

/* In hand, when it was delivered here and is this sale; one that replaced a token of our own is taken in hand. */
static bool take_delivered(struct bt_counter *counter, const char *sale_id, struct bt_docket_view *out)
{
	struct bt_sale_view sale;

	if (is_delivered(counter, sale_id, out))
		return true;
	if (bt_teller_view(counter->teller, sale_id, &sale) != BT_OK || !is_replaced(counter, &sale, out))
		return false;
	bt_teller_docket_take(counter->teller, out);
	return is_delivered(counter, sale_id, out);
}

enum bt_err bt_counter_reprint(void *self, const char *sale_id, enum bt_reprint said)
{
	struct bt_counter *counter = self;
	struct bt_docket_view docket;

	return take_delivered(counter, sale_id, &docket) ? bt_teller_docket_reprint(counter->teller, said)
							 : bt_teller_reprint(counter->teller, sale_id, said);
}

enum bt_err bt_counter_paper_seen(void *self, const char *sale_id)
{
	struct bt_counter *counter = self;
	struct bt_docket_view docket;

	return take_delivered(counter, sale_id, &docket) ? bt_teller_docket_paper_seen(counter->teller)
							 : bt_teller_paper_seen(counter->teller, sale_id);
}
