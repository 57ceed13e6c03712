/* The month of a consumer as far as it is known here: the list's word, and this terminal's own sales since.
 * PROTOCOL S8. */
#include "core/sale/teller_work.h"

#include <string.h>

#include "core/base/mutant.h"

#define OWN_SALES 32

/* Money that was taken and is not on its way back counts, whether its token is out or still to come. */
static bool stands(enum bt_sale_stage stage)
{
	return stage == BT_STAGE_PAID || stage == BT_STAGE_VENDING || stage == BT_STAGE_TOKENED ||
	       stage == BT_STAGE_CREDITED || stage == BT_STAGE_PENDING || stage == BT_STAGE_INQUIRING;
}

/* The head-end's state has it in. Ids rise with time: of a full list the older ones are in it too. */
static bool is_told(const struct bt_consumer_month *month, int32_t of, const char *sale_id)
{
	bool older = month->sale_count == BT_MONTH_SALES;

	if (month->of != of)
		return false;
	for (int i = 0; i < month->sale_count; i++) {
		int order = strcmp(sale_id, month->sales[i]);

		if (order == 0)
			return true;
		older = older && order < 0;
	}
	return older;
}

static void add_sale(struct bt_teller *teller, const char *sale_id, struct bt_tariff_month *month)
{
	struct bt_quote quote;

	if (bt_teller_read_quote(teller, sale_id, &quote) != BT_OK || quote.month != month->of)
		return;
	month->units += quote.units - quote.free;
	month->fixed -= quote.fixed < month->fixed ? quote.fixed : month->fixed;
	month->free -= quote.free < month->free ? quote.free : month->free;
}

bool bt_teller_month(struct bt_teller *teller, const struct bt_consumer *consumer, int64_t at_ms,
		     struct bt_tariff_month *out)
{
	const struct bt_tariff *tariff = bt_teller_tariff(teller, at_ms);
	const struct bt_tariff_category *category = tariff ? bt_tariff_category_find(tariff, consumer->category) : NULL;
	const struct bt_tariff_month known = {consumer->month.of, consumer->month.units, consumer->month.fixed,
					      consumer->free_left};
	struct bt_sale_row rows[OWN_SALES];
	int count = 0;

	if (!category || !bt_tariff_is_monthly(category))
		return false;
	if (bt_mutant(BT_MUTANT_MONTH_OF_RAW_CLOCK))
		at_ms = bt_clock_wall_ms(teller->parts.clock);
	*out = bt_tariff_month_in(category, &known, bt_tariff_month_of(at_ms));
	if (bt_journal_sales(teller->parts.journal, BT_SALES_METER, consumer->number, OWN_SALES, rows, &count) != BT_OK)
		count = 0;
	for (int i = 0; i < count; i++)
		if (stands(rows[i].stage) && !is_told(&consumer->month, out->of, rows[i].sale_id))
			add_sale(teller, rows[i].sale_id, out);
	if (bt_mutant(BT_MUTANT_FREE_UNITS_BEYOND))
		out->free = consumer->free_of;
	return true;
}
