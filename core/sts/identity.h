/* Who a meter is: DRN, IIN, MeterPAN, and the identity of the decoder key it holds.
 *
 * Source: IEC 62055-41 (MeterPAN, DRN, SGC, KRN, KT, TI, KEN, base date); check digits are Luhn. */
#ifndef BT_STS_IDENTITY_H
#define BT_STS_IDENTITY_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

#define BT_STS_DRN_CAP 14 /* 11 or 13 digits and a terminator */
#define BT_STS_PAN_CAP 19 /* 18 digits and a terminator */

/** Identity of a decoder key; everything that must agree before two sides can make the same token. */
struct bt_sts_key_id {
	char sgc[7];      /* supply group code, 6 digits */
	char ti[3];       /* tariff index, 2 digits */
	char ea[3];       /* encryption algorithm, "07" or "11" */
	char dkga[3];     /* decoder key generation algorithm, "02" or "04" */
	uint8_t krn;      /* key revision number, 1..9 */
	uint8_t kt;       /* key type, 0..3 */
	uint8_t ken;      /* key expiry number, 0..255 */
	uint16_t base;    /* base date, year 1993, 2014 or 2035 */
	uint32_t version; /* the directory's own version of this key, 0 when unknown */
	char kcv[7];      /* key check value: 6 upper-case hex digits, "" when unknown */
};

/** @return the Luhn check digit '0'..'9' of @p len ASCII digits. Pure. */
char bt_luhn_digit(const char *digits, size_t len);
/** @return BT_OK, BT_EINPUT (not 11 or 13 digits), BT_EAUTH (wrong check digit: a typing mistake). */
BT_MUST_USE enum bt_err bt_sts_drn_check(const char *drn);
/** @return BT_OK, BT_EINPUT (not 18 digits, or an IIN other than 600727 and 0000) or BT_EAUTH (wrong check digit of PAN
 * or DRN). */
BT_MUST_USE enum bt_err bt_sts_pan_check(const char *pan);
/** IIN 600727 for 11 digits, 0000 for 13. @p drn is checked first. @return as bt_sts_drn_check. */
BT_MUST_USE enum bt_err bt_sts_pan_of_drn(const char *drn, char out[BT_STS_PAN_CAP]);
/** True of 11, 13 or 18 digits (DRN or MeterPAN) whose last one does not fit the others: a typing mistake, and which
 * digit it is cannot be told. Pure. */
bool bt_sts_is_mistyped(const char *digits);
/** The DRN in 11, 13 or 18 digits. @return as bt_sts_drn_check and bt_sts_pan_check; @p out untouched on failure. */
BT_MUST_USE enum bt_err bt_sts_drn_of(const char *digits, char out[BT_STS_DRN_CAP]);
/**
 * The first field of @p id that is not what the standard allows. Version and check value are not looked at.
 * @return a clause of the word catalogue, "the tariff index is not two digits", or NULL when all are right. Pure.
 */
const char *bt_sts_key_id_fault(const struct bt_sts_key_id *id);
/** True when both name the same key; the version is not compared, nor the check value when either side lacks it. */
bool bt_sts_key_id_equal(const struct bt_sts_key_id *a, const struct bt_sts_key_id *b);

#endif
