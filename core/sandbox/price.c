#include "core/sandbox/price.h"

#include <stddef.h>
#include <string.h>

const struct bt_sbx_category bt_sbx_categories[] = {
    {.code = "DS-I", .rate_paise = 674, .duty_bp = 600},
    {.code = "DS-II", .rate_paise = 742, .duty_bp = 600},
    {.code = "NDS-I", .rate_paise = 779, .duty_bp = 600},
    {.code = "NDS-II", .rate_paise = 805, .duty_bp = 600},
    /* Made up of what Bihar had until the steps were merged: 7.42, above 100 units 8.95; a charge of 40 rupees. */
    {.code = "DS-III",
     .rate_paise = 742,
     .duty_bp = 600,
     .fixed_paise = 4000,
     .gives_free = true,
     .steps = {{.above = 1000, .rate_paise = 895}}},
    {.code = NULL},
};

/* No order has said these: they are about 4 % above the ones before. */
const struct bt_sbx_category bt_sbx_next_categories[] = {
    {.code = "DS-I", .rate_paise = 701, .duty_bp = 600},
    {.code = "DS-II", .rate_paise = 772, .duty_bp = 600},
    {.code = "NDS-I", .rate_paise = 810, .duty_bp = 600},
    {.code = "NDS-II", .rate_paise = 837, .duty_bp = 600},
    {.code = "DS-III",
     .rate_paise = 772,
     .duty_bp = 600,
     .fixed_paise = 5000,
     .gives_free = true,
     .steps = {{.above = 1000, .rate_paise = 931}}},
    {.code = NULL},
};

const struct bt_sbx_category *bt_sbx_category_find(const struct bt_sbx_category *categories, const char *code)
{
	for (const struct bt_sbx_category *row = categories; row->code; row++)
		if (strcmp(row->code, code) == 0)
			return row;
	return NULL;
}

bool bt_sbx_is_monthly(const struct bt_sbx_category *category)
{
	return category->steps[0].rate_paise > 0 || category->fixed_paise > 0 || category->gives_free;
}

/* Of the first `units` tenths of a month, in tenths of a paisa: each step adds what it costs more than the one below.
 */
static int64_t cost_of(const struct bt_sbx_category *category, int64_t units)
{
	int64_t rate = category->rate_paise;
	int64_t cost = units * rate;
	for (int i = 0; i < BT_SBX_STEPS && category->steps[i].rate_paise > 0; i++) {
		const struct bt_sbx_step *step = &category->steps[i];
		if (units > step->above)
			cost += (units - step->above) * (step->rate_paise - rate);
		rate = step->rate_paise;
	}
	return cost;
}

int64_t bt_sbx_month_cost(const struct bt_sbx_category *category, int64_t units)
{
	int64_t whole = 10000 + category->duty_bp;
	return (cost_of(category, units) * whole + 99999) / 100000;
}

/* The most tenths that cost no more than the energy, found by halving. */
static int64_t units_for(const struct bt_sbx_category *category, int64_t before, int64_t energy_paise)
{
	int64_t least = 0, beyond = energy_paise * 10 + 1; /* no price is below a paisa a kWh */
	int64_t from = cost_of(category, before);
	while (beyond - least > 1) {
		int64_t middle = least + (beyond - least) / 2;
		if (cost_of(category, before + middle) - from <= energy_paise * 10)
			least = middle;
		else
			beyond = middle;
	}
	return least;
}

struct bt_sbx_price bt_sbx_price_in(const struct bt_sbx_category *category, const struct bt_sbx_month *month,
				    int64_t paise)
{
	int64_t whole = 10000 + category->duty_bp;
	struct bt_sbx_price price = {.fixed_paise = 0};
	if (month) {
		price.fixed_paise = month->fixed_left < paise ? month->fixed_left : paise;
		price.free = category->gives_free && paise > 0 ? month->free_left : 0;
	}
	paise -= price.fixed_paise;
	price.energy_paise = (paise * 10000 + whole / 2) / whole;
	price.duty_paise = paise - price.energy_paise;
	price.units = price.free + units_for(category, month ? month->units : 0, price.energy_paise);
	return price;
}

struct bt_sbx_price bt_sbx_price_of(const struct bt_sbx_category *category, int64_t paise)
{
	return bt_sbx_price_in(category, NULL, paise);
}
