/* What an amount buys, in the consumer's month where the category has steps, a fixed charge or free units. */
#include "core/tariff/tariff.h"

#include <assert.h>

#include "core/base/clock.h"

#define BASIS_POINTS 10000

int32_t bt_tariff_month_of(int64_t ms)
{
	struct bt_civil civil = bt_civil_of(ms, BT_INDIA_OFFSET_MINUTES);
	return civil.year * 100 + civil.month;
}

bool bt_tariff_is_monthly(const struct bt_tariff_category *category)
{
	return category->step_count > 0 || category->fixed > 0 || category->gives_free;
}

struct bt_tariff_month bt_tariff_month_in(const struct bt_tariff_category *category,
					  const struct bt_tariff_month *known, int32_t of)
{
	if (known->of == of)
		return *known;
	bool has_turned = known->of != 0 && known->of < of;
	return (struct bt_tariff_month){.of = of, .fixed = has_turned ? category->fixed : 0};
}

/* The prices of a category as steps: one rate is one step. */
static int steps_of(const struct bt_tariff_category *category, struct bt_tariff_step out[BT_TARIFF_STEPS])
{
	int count = category->step_count > 0 ? category->step_count : 1;
	for (int i = 0; i < count; i++)
		out[i] = category->step_count > 0 ? category->steps[i] : (struct bt_tariff_step){0, category->rate};
	return count;
}

/* Tenths of kWh times paise a kWh are tenths of a paisa: nothing is rounded until it is cut off at a tenth of a kWh.
 * @return the units; parts are those of them at each price, *count of them. */
static int64_t divide(const struct bt_tariff_category *category, int64_t before, bt_paise energy,
		      struct bt_tariff_part parts[BT_TARIFF_STEPS], int *count)
{
	struct bt_tariff_step steps[BT_TARIFF_STEPS];
	int last = steps_of(category, steps) - 1;
	int64_t left = energy * 10;
	int64_t units = 0;
	*count = 0;
	for (int i = 0; i <= last; i++) {
		int64_t at = before + units;
		if (i < last && at >= steps[i + 1].above)
			continue;
		int64_t bought = left / steps[i].rate;
		bool fills = i < last && bought >= steps[i + 1].above - at;
		if (fills)
			bought = steps[i + 1].above - at;
		if (bought > 0)
			parts[(*count)++] = (struct bt_tariff_part){bought, steps[i].rate, bought * steps[i].rate / 10};
		left -= bought * steps[i].rate;
		units += bought;
		if (!fills)
			break;
	}
	return units;
}

static bool is_month_sound(const struct bt_tariff_month *month)
{
	return month->units >= 0 && month->units <= BT_MONTH_UNITS_MAX && month->fixed >= 0 &&
	       month->fixed <= BT_PAISE_MAX && month->free >= 0 && month->free <= BT_MONTH_UNITS_MAX;
}

/* What of the amount is for the meter; a payment of dues alone leaves the month as it is. */
static void fill(const struct bt_tariff_category *row, const struct bt_tariff_month *month, bt_paise balance,
		 struct bt_quote *out)
{
	struct bt_tariff_part parts[BT_TARIFF_STEPS];
	int count = 0;
	int64_t divisor = BASIS_POINTS + row->duty_bp;
	out->fixed = balance < month->fixed ? balance : month->fixed;
	balance -= out->fixed;
	out->energy = (balance * BASIS_POINTS + divisor / 2) / divisor;
	out->duty = balance - out->energy;
	out->units = divide(row, month->units, out->energy, parts, &count);
	out->rate = count > 0 ? parts[count - 1].rate : row->rate;
	if (row->gives_free && out->amount > out->dues)
		out->free = month->free;
	out->units += out->free;
	out->month = month->of;
	out->before = month->units;
}

enum bt_err bt_tariff_quote(const struct bt_tariff *tariff, const char *category, const struct bt_tariff_month *month,
			    bt_paise amount, bt_paise dues, struct bt_quote *out)
{
	static const struct bt_tariff_month none = {.of = 0};
	if (amount < 1 || amount > BT_PAISE_MAX || dues < 0 || dues > amount) {
		return BT_ERANGE;
	}
	const struct bt_tariff_category *row = bt_tariff_category_find(tariff, category);
	if (row == NULL) {
		return BT_ENOTFOUND;
	}
	if (month == NULL || !bt_tariff_is_monthly(row)) {
		month = &none;
	}
	if (!is_month_sound(month)) {
		return BT_ERANGE;
	}
	struct bt_quote quote = {.amount = amount, .dues = dues};
	fill(row, month, amount - dues, &quote);
	enum bt_err err = bt_text_copy(quote.tariff, sizeof(quote.tariff), tariff->id);
	assert(err == BT_OK && quote.fixed + quote.energy + quote.duty + quote.dues == quote.amount);
	(void)err;
	*out = quote;
	return BT_OK;
}

int bt_tariff_parts(const struct bt_tariff_category *category, const struct bt_quote *quote,
		    struct bt_tariff_part out[BT_TARIFF_STEPS])
{
	int count = 0;
	bt_paise sum = 0;
	if (divide(category, quote->before, quote->energy, out, &count) != quote->units - quote->free || count == 0)
		return 0;
	for (int i = 0; i < count - 1; i++)
		sum += out[i].energy;
	out[count - 1].energy = quote->energy - sum;
	return count;
}
