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
	int cut_grace_hours;
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
/** The first moment at or after @p from_ms (at least 0) at which a supply may be cut: within the hours of the tariff, in
 *  Indian time, and not on a Sunday where it says so. Holidays are not in the tariff. Pure. */
int64_t bt_tariff_next_cut(const struct bt_tariff *tariff, int64_t from_ms);

#endif
