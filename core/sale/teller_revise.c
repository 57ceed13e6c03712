/* New figures: a refusal that names them, and the consumer who agrees. PROTOCOL S3. */
#include "core/sale/teller_work.h"

#include <string.h>

#include "core/base/json.h"
#include "core/base/mutant.h"

bool bt_teller_read_figures(const void *json, const struct bt_sale *sale, struct bt_quote *out)
{
	const json_t *figures = bt_json_object(json, "figures");
	struct bt_quote quote = {.amount = sale->quote.amount};

	if (!figures || bt_json_int(figures, "energy_paise", 0, BT_PAISE_MAX, &quote.energy) != BT_OK ||
	    bt_json_int(figures, "duty_paise", 0, BT_PAISE_MAX, &quote.duty) != BT_OK ||
	    bt_json_int(figures, "dues_paise", 0, BT_PAISE_MAX, &quote.dues) != BT_OK ||
	    bt_json_int(figures, "units", 0, INT32_MAX, &quote.units) != BT_OK ||
	    bt_json_text(figures, "tariff", quote.tariff, sizeof quote.tariff) != BT_OK ||
	    bt_sale_month_read(figures, &quote) != BT_OK || quote.free > quote.units)
		return false;
	/* What was paid towards what is the consumer's own choice, and stands on no other revision. */
	if (quote.dues != sale->quote.dues || quote.fixed + quote.energy + quote.duty + quote.dues != quote.amount)
		return false;
	if (sale->delivery == BT_DELIVERY_TOKEN && quote.units <= 0)
		return false;
	*out = quote;
	return true;
}

void *bt_teller_figures_json(const struct bt_quote *figures)
{
	json_t *o = json_pack("{s:I, s:I, s:I, s:s, s:I}", "dues_paise", (json_int_t)figures->dues, "duty_paise",
			      (json_int_t)figures->duty, "energy_paise", (json_int_t)figures->energy, "tariff",
			      figures->tariff, "units", (json_int_t)figures->units);

	if (o && figures->month && json_object_set_new(o, "month", bt_sale_month_json(figures)) != 0) {
		json_decref(o);
		return NULL;
	}
	return o;
}

enum bt_err bt_teller_add_sale(struct bt_teller_batch *batch, enum bt_event_kind kind, const struct bt_sale *sale)
{
	return bt_teller_add(batch, kind, sale->sale_id, bt_sale_json(sale));
}

/* The sale that was agreed to, and that it may leave at once: one commit. */
static enum bt_err record(struct bt_teller *teller, const struct bt_sale *next)
{
	struct bt_teller_batch batch = {0};
	enum bt_err err = bt_teller_add_sale(&batch, BT_EVENT_REVISED, next);

	if (!err)
		err = bt_teller_add(&batch, BT_EVENT_VENDING, next->sale_id,
				    json_pack("{s:I}", "rev", (json_int_t)next->rev));
	if (err) {
		bt_teller_drop(&batch);
		return err;
	}
	return bt_teller_commit(teller, &batch, NULL);
}

enum bt_err bt_teller_agree(struct bt_teller *teller, const char *sale_id)
{
	struct bt_teller_work *work;
	struct bt_sale next;
	enum bt_err err = bt_teller_load(teller, sale_id, &work);

	if (err)
		return err;
	if (work->state != BT_SALE_REFUSED || !work->has_figures || bt_teller_state(teller) != BT_OK)
		return BT_ESTATE;
	next = work->sale;
	next.rev++;
	next.quote = work->figures;
	if (bt_mutant(BT_MUTANT_NEW_TID_ON_REQUOTE))
		bt_teller_fix_token(teller, &work->consumer, &next);
	err = record(teller, &next);
	if (err)
		return err;
	work->sale = next;
	work->has_figures = false;
	work->background = false;
	work->code[0] = work->refusal_en[0] = work->refusal_hi[0] = 0;
	bt_teller_move(teller, work, BT_SALE_EV_AGREED);
	bt_teller_ask(teller, work);
	return BT_OK;
}
