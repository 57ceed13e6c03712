/* Two tables of rates and what an amount buys under one of them, coded apart from the product (wire contract,
 * "tariffs").
 *
 * All money is integer paise, all energy integer tenths of kWh; the figures are demonstration values after
 * facts/vending.md 5.5. */
#ifndef BT_SANDBOX_PRICE_H
#define BT_SANDBOX_PRICE_H

#include <stdbool.h>
#include <stdint.h>

#define BT_SBX_MINIMUM_PAISE INT64_C(10000)
#define BT_SBX_MAXIMUM_PAISE INT64_C(1000000)

#define BT_SBX_STEPS 4

/** A price for what is paid for beyond `above` tenths of kWh in one month. */
struct bt_sbx_step {
	int64_t above, rate_paise; /* rate 0: no such step */
};

struct bt_sbx_category {
	const char *code;
	int64_t rate_paise;                     /* per kWh */
	int64_t duty_bp;                        /* electricity duty, hundredths of a per cent */
	int64_t fixed_paise;                    /* owed once for every month, without duty */
	bool gives_free;                        /* free units of the month come with a recharge */
	struct bt_sbx_step steps[BT_SBX_STEPS]; /* beyond the rate, rising */
};

/** What this head-end knows of a connection's month. */
struct bt_sbx_month {
	int64_t of;         /* year * 100 + month, in India */
	int64_t units;      /* tenths of kWh paid for in it */
	int64_t fixed_left; /* paise of its fixed charge, still owed */
	int64_t free_left;  /* tenths of kWh */
};

struct bt_sbx_price {
	int64_t fixed_paise;
	int64_t energy_paise;
	int64_t duty_paise;
	int64_t units; /* tenths of kWh, cut off; the free ones too */
	int64_t free;  /* those of them that cost nothing */
};

/** Each ends with a row whose code is NULL; of the same codes in the same order. */
extern const struct bt_sbx_category bt_sbx_categories[];
extern const struct bt_sbx_category bt_sbx_next_categories[];

/** NULL when @p categories have no such code. */
const struct bt_sbx_category *bt_sbx_category_find(const struct bt_sbx_category *categories, const char *code);
/** Split the balance part of a payment, 0..BT_SBX_MAXIMUM_PAISE, into energy and duty, and the energy into units. */
struct bt_sbx_price bt_sbx_price_of(const struct bt_sbx_category *category, int64_t paise);
/** The same in a month, NULL for a category that knows none: its fixed charge comes out first, then energy at the step
 *  that each tenth of a kWh falls in; free units come on top (PROTOCOL S8). */
struct bt_sbx_price bt_sbx_price_in(const struct bt_sbx_category *category, const struct bt_sbx_month *month,
				    int64_t paise);
/** True when a price of this category depends on the month. */
bool bt_sbx_is_monthly(const struct bt_sbx_category *category);
/** What the first @p units tenths of kWh of a month come to with their duty, in paise, upwards. */
int64_t bt_sbx_month_cost(const struct bt_sbx_category *category, int64_t units);

#endif
