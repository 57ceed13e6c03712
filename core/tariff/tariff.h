/* Tariffs: signed data that turn an amount into deductions, energy and units. Pure.
 *
 * Both sides of the wire compute the same figures from the same document, so a quote needs no request. Rounding: energy
 * is the balance part divided by (1 + duty), rounded half up to the paisa; units are truncated to a tenth of a kWh.
 * Source: DESIGN 5; price rule of the REST protocol (assets/api/openapi.yaml). */
#ifndef BT_TARIFF_TARIFF_H
#define BT_TARIFF_TARIFF_H

#include "core/base/crypto.h"
#include "core/money/money.h"

#define BT_TARIFF_CATEGORIES 32
#define BT_TARIFF_HOLIDAYS   64
/** Tenths of a kWh a day, the most that is believed. */
#define BT_DAILY_UNITS_MAX 1000000

struct bt_tariff_category {
	char code[16];
	bt_paise rate; /* per kWh, 1..100000 */
	int duty_bp;   /* electricity duty in basis points of energy, 0..10000 */
};

struct bt_tariff {
	char id[32];
	char name_en[64], name_hi[96];
	int64_t valid_from_ms;
	bt_paise minimum, maximum; /* one recharge */
	int cut_from_minute, cut_until_minute; /* of the day, when supply may be cut */
	bool cut_not_sunday;
	int cut_grace_hours; /* from the moment the balance is used up */
	int holiday_count;
	int32_t holidays[BT_TARIFF_HOLIDAYS]; /* days since 1970-01-01, rising: offices are closed, nobody is cut */
	int count;
	struct bt_tariff_category categories[BT_TARIFF_CATEGORIES];
};

/** What an amount buys. */
struct bt_quote {
	bt_paise amount;  /* all of it */
	bt_paise dues;    /* part towards dues */
	bt_paise energy, duty;
	int64_t units;    /* tenths of kWh */
	bt_paise rate;
	char tariff[32];
};

/**
 * Read a signed document as served by GET /v1/tariffs ({"document","signature"}, base64).
 * @return BT_OK, BT_EAUTH when @p key did not sign it, BT_EFORMAT; *out untouched on failure.
 */
BT_MUST_USE enum bt_err bt_tariff_decode(struct bt_bytes envelope, const uint8_t key[BT_ED25519_PUBLIC_LEN],
                                         struct bt_tariff *out, struct bt_fault *fault);
/**
 * @param[in] amount  whole sale, 1..BT_PAISE_MAX.
 * @param[in] dues    part of it towards dues, 0..amount.
 * @return BT_OK, BT_ERANGE, BT_ENOTFOUND (category). Units and energy are 0 when all goes to dues.
 */
BT_MUST_USE enum bt_err bt_tariff_quote(const struct bt_tariff *tariff, const char *category, bt_paise amount,
                                        bt_paise dues, struct bt_quote *out);
/** NULL when the tariff has no such category. Borrowed. */
const struct bt_tariff_category *bt_tariff_category_find(const struct bt_tariff *tariff, const char *code);
/** The first moment at or after @p from_ms (at least 0) at which a supply may be cut: within the hours of the tariff, in
 *  Indian time, not on a holiday, and not on a Sunday where it says so. Pure. Source: facts of vending 5.2. */
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
