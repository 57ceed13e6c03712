/* The tariff in force and what an amount buys under it, coded apart from the product (wire contract, "tariffs").
 *
 * All money is integer paise, all energy integer tenths of kWh; the figures are demonstration values after
 * facts/vending.md 5.5. */
#ifndef BT_SANDBOX_PRICE_H
#define BT_SANDBOX_PRICE_H

#include <stdbool.h>
#include <stdint.h>

#define BT_SBX_TARIFF_ID     "BERC-2026-27"
#define BT_SBX_MINIMUM_PAISE INT64_C(10000)
#define BT_SBX_MAXIMUM_PAISE INT64_C(1000000)

struct bt_sbx_category {
	const char *code;
	int64_t rate_paise; /* per kWh */
	int64_t duty_bp;    /* electricity duty, hundredths of a per cent */
};

struct bt_sbx_price {
	int64_t energy_paise;
	int64_t duty_paise;
	int64_t units; /* tenths of kWh, cut off */
};

/** Ends with a row whose code is NULL. */
extern const struct bt_sbx_category bt_sbx_categories[];

/** NULL when the tariff has no such category. */
const struct bt_sbx_category *bt_sbx_category_find(const char *code);
/** Split the balance part of a payment, 0..BT_SBX_MAXIMUM_PAISE, into energy and duty, and the energy into units. */
struct bt_sbx_price bt_sbx_price_of(const struct bt_sbx_category *category, int64_t paise);

#endif
