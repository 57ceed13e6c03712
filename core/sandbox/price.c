#include "core/sandbox/price.h"

#include <stddef.h>
#include <string.h>

const struct bt_sbx_category bt_sbx_categories[] = {
    {.code = "DS-I", .rate_paise = 674, .duty_bp = 600},
    {.code = "DS-II", .rate_paise = 742, .duty_bp = 600},
    {.code = "NDS-I", .rate_paise = 779, .duty_bp = 600},
    {.code = "NDS-II", .rate_paise = 805, .duty_bp = 600},
    {.code = NULL},
};

const struct bt_sbx_category *bt_sbx_category_find(const char *code)
{
	for (const struct bt_sbx_category *row = bt_sbx_categories; row->code; row++)
		if (strcmp(row->code, code) == 0)
			return row;
	return NULL;
}

struct bt_sbx_price bt_sbx_price_of(const struct bt_sbx_category *category, int64_t paise)
{
	int64_t whole = 10000 + category->duty_bp;
	struct bt_sbx_price price = {.energy_paise = (paise * 10000 + whole / 2) / whole};
	price.duty_paise = paise - price.energy_paise;
	price.units = price.energy_paise * 10 / category->rate_paise;
	return price;
}
