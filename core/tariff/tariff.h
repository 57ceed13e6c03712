/* Tariffs: signed data that turn an amount into deductions, energy and units. Pure.
 *
 * Both sides of the wire compute the same figures from the same document, so a quote needs no request. Rounding: energy
 * is the balance part, less the fixed charge taken from it, divided by (1 + duty), rounded half up to the paisa; units
 * are the most tenths of a kWh whose price, step by step and exact in tenths of a paisa, is not above the energy.
 *
 * A category may have steps, whose price rises or falls with the units paid for since the month began in India, a fixed
 * charge that every month owes once, and free units that come with a recharge; then a quote depends on what is known of
 * the consumer's month (PROTOCOL S8).
 * Source: DESIGN 5; price rule of the REST protocol (assets/api/openapi.yaml); facts of vending 5.2, 5.4, 5.5. */
#ifndef BT_TARIFF_TARIFF_H
#define BT_TARIFF_TARIFF_H

#include "core/base/crypto.h"
#include "core/money/money.h"

#define BT_TARIFF_CATEGORIES 32
#define BT_TARIFF_HOLIDAYS   64
#define BT_TARIFFS_MAX       4
/** Tenths of a kWh a day, the most that is believed. */
#define BT_DAILY_UNITS_MAX 1000000
/** Prices of one category. */
#define BT_TARIFF_STEPS 6
/** Tenths of kWh in a month, the most that is believed. */
#define BT_MONTH_UNITS_MAX INT64_C(1000000000)
/** Paise a month. */
#define BT_FIXED_CHARGE_MAX INT64_C(100000000)

/** A price that holds for what is paid for beyond `above` in one month. */
struct bt_tariff_step {
	int64_t above; /* tenths of kWh; 0 in the first row, then rising */
	bt_paise rate; /* per kWh, 1..100000 */
};

struct bt_tariff_category {
	char code[16];
	bt_paise rate;  /* per kWh, 1..100000; the only one, or that of the first step */
	int duty_bp;    /* electricity duty in basis points of energy, 0..10000 */
	int step_count; /* 0: one rate */
	struct bt_tariff_step steps[BT_TARIFF_STEPS];
	bt_paise fixed;  /* charge of every month, without duty, 0..BT_FIXED_CHARGE_MAX */
	bool gives_free; /* a recharge brings the month's free units that are left, beside what it pays for */
};

struct bt_tariff {
	char id[32];
	char name_en[64], name_hi[96];
	int64_t valid_from_ms;
	bt_paise minimum, maximum;             /* one recharge */
	int cut_from_minute, cut_until_minute; /* of the day, when supply may be cut */
	bool cut_not_sunday;
	int cut_grace_hours; /* from the moment the balance is used up */
	int holiday_count;
	int32_t holidays[BT_TARIFF_HOLIDAYS]; /* days since 1970-01-01, rising: offices are closed, nobody is cut */
	int count;
	struct bt_tariff_category categories[BT_TARIFF_CATEGORIES];
};

/** The order in force and those before and after it, as far as the head-end tells of them: each rules from its
 *  `valid_from_ms` on until the next one does. Rising by it, no two at one time, no two of one id. */
struct bt_tariffs {
	int count; /* 1..BT_TARIFFS_MAX */
	struct bt_tariff list[BT_TARIFFS_MAX];
};

/** What is known of a consumer's month, before a recharge. */
struct bt_tariff_month {
	int32_t of;     /* year * 100 + month, in India; 0: nothing is known */
	int64_t units;  /* tenths of kWh paid for in it, 0..BT_MONTH_UNITS_MAX */
	bt_paise fixed; /* of its fixed charge, still owed */
	int64_t free;   /* tenths of kWh, free ones left */
};

/** What an amount buys. Dues, fixed charge, energy and duty are together the amount, to the paisa. */
struct bt_quote {
	bt_paise amount; /* all of it */
	bt_paise dues;   /* part towards dues */
	bt_paise fixed;  /* part towards the month's fixed charge */
	bt_paise energy, duty;
	int64_t units;  /* tenths of kWh, the free ones too */
	int64_t free;   /* those of them that cost nothing */
	bt_paise rate;  /* of the last of them that was paid for */
	int32_t month;  /* year * 100 + month that it was reckoned in; 0 where the category knows no months */
	int64_t before; /* tenths of kWh paid for in that month before */
	char tariff[32];
};

/** One price of a quote. */
struct bt_tariff_part {
	int64_t units; /* tenths of kWh */
	bt_paise rate; /* per kWh */
	bt_paise energy;
};

/**
 * Read a signed document as served by GET /v1/tariffs ({"document","signature"}, base64).
 * @return BT_OK, BT_EAUTH when @p key did not sign it, BT_EFORMAT; *out untouched on failure.
 */
BT_MUST_USE enum bt_err bt_tariffs_decode(struct bt_bytes envelope, const uint8_t key[BT_ED25519_PUBLIC_LEN],
					  struct bt_tariffs *out, struct bt_fault *fault);
/** The one that rules at @p ms, since 1970; the first where none did yet, for then the clock is wrong rather than the
 *  price unknown. Borrowed; never NULL. Pure. Source: PROTOCOL S3. */
const struct bt_tariff *bt_tariffs_at(const struct bt_tariffs *tariffs, int64_t ms);
/** That of @p id, borrowed; NULL when it is not told of. Pure. */
const struct bt_tariff *bt_tariffs_find(const struct bt_tariffs *tariffs, const char *id);
/** Year * 100 + month of @p ms in India. Pure. */
int32_t bt_tariff_month_of(int64_t ms);
/** True when a price of this category depends on the month. */
bool bt_tariff_is_monthly(const struct bt_tariff_category *category);
/**
 * What is to be taken for known in month @p of: @p known, where it is of that month. In a month after it everything
 * begins anew, but that free units are given only where somebody said so. Of a month before it nothing is known any
 * more, and where nothing is known at all (0) nothing is either: nothing is owed, and nothing is free. Pure. Source:
 * PROTOCOL S8.
 */
struct bt_tariff_month bt_tariff_month_in(const struct bt_tariff_category *category,
					  const struct bt_tariff_month *known, int32_t of);
/**
 * The fixed charge comes first out of what does not go to dues, then energy with its duty.
 *
 * @param[in] month   of the sale, as bt_tariff_month_in says; NULL, or a category without months: nothing bought yet,
 *                    nothing owed, nothing free.
 * @param[in] amount  whole sale, 1..BT_PAISE_MAX.
 * @param[in] dues    part of it towards dues, 0..amount.
 * @return BT_OK, BT_ERANGE (also a month out of its ranges), BT_ENOTFOUND (category). Units and energy are 0 when all
 * goes to dues.
 */
BT_MUST_USE enum bt_err bt_tariff_quote(const struct bt_tariff *tariff, const char *category,
					const struct bt_tariff_month *month, bt_paise amount, bt_paise dues,
					struct bt_quote *out);
/** The prices in @p quote, in their order; what is left below a tenth of a kWh stands with the last, so that they add
 * up to its energy. @return how many, 0 where nothing was paid for, or where the quote is not of this category. */
int bt_tariff_parts(const struct bt_tariff_category *category, const struct bt_quote *quote,
		    struct bt_tariff_part out[BT_TARIFF_STEPS]);
/** NULL when the tariff has no such category. Borrowed. */
const struct bt_tariff_category *bt_tariff_category_find(const struct bt_tariff *tariff, const char *code);
/** The first moment at or after @p from_ms (at least 0) at which a supply may be cut: within the hours of the tariff,
 * in Indian time, not on a holiday, and not on a Sunday where it says so. Pure. Source: facts of vending 5.2. */
int64_t bt_tariff_next_cut(const struct bt_tariff *tariff, int64_t from_ms);

/** What a connection has and uses. */
struct bt_tariff_use {
	const char *category;
	bt_paise balance;
	bt_paise dues_daily; /* taken from the balance each day, at least 0 */
	int64_t daily_units; /* tenths of kWh, 0..BT_DAILY_UNITS_MAX; 0: not known */
	int64_t free_left;   /* tenths of kWh that cost nothing */
};

/**
 * The least recharge after which nobody comes to cut before the office is open again: it clears a negative balance,
 * leaves the least recharge in hand, and pays the use up to the first window of cuts on a later day, less the grace.
 * @return whole rupees, in paise, at least the tariff's minimum; 0 when the balance is enough. Pure.
 * Source: facts of vending 5.2 (negative + minimum).
 */
bt_paise bt_tariff_safe_amount(const struct bt_tariff *tariff, const struct bt_tariff_use *use, int64_t now_ms);
/** The first moment at which supply may be cut when nothing more is paid: the balance lasts as long as the use of every
 *  day lets it, then the grace, then the next window of cuts. @return 0 when nobody knows: the use is not known, the
 *  balance is negative, the category is not in the tariff, or it lasts for more than a year. Pure. */
int64_t bt_tariff_safe_until(const struct bt_tariff *tariff, const struct bt_tariff_use *use, int64_t now_ms);

#endif
