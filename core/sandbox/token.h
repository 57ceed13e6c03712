/* The sandbox's own STS codec: meter identities, DKGA04 decoder keys, class 0 electricity tokens under EA11.
 *
 * It plays the utility's security module: it holds the vending key, and makes exactly the token that a request names or
 * nothing (PROTOCOL T2). MISTY1 comes from Botan, which shares no line with the product's own cipher. */
#ifndef BT_SANDBOX_TOKEN_H
#define BT_SANDBOX_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BT_SBX_VENDING_KEY_LEN 20
#define BT_SBX_DECODER_KEY_LEN 16
#define BT_SBX_UNITS_MAX       INT64_C(18201624) /* tenths of kWh that the amount field can carry */

/** What a decoder key depends on, besides the vending key. */
struct bt_sbx_meter_id {
	char pan[19]; /* 18 digits */
	char sgc[7];  /* 6 digits */
	char ti[3];   /* 2 digits */
	int krn;      /* 1..9 */
	int kt;       /* 0..3 */
	int base;     /* 1993, 2014, 2035 */
};

/** Check digit for @p len ASCII digits. Source: facts/sts.md 2 (Luhn). */
char bt_sbx_luhn(const char *digits, size_t len);
/** 18-digit MeterPAN of an 11- or 13-digit DRN. @return false when a digit or the check digit is wrong. */
bool bt_sbx_pan_make(const char *drn, char out[19]);
/** Decoder key under DKGA04 for EA11. Source: facts/sts.md 4.4. */
bool bt_sbx_decoder_key(const uint8_t vending_key[BT_SBX_VENDING_KEY_LEN], const struct bt_sbx_meter_id *meter,
			uint8_t out[BT_SBX_DECODER_KEY_LEN]);
/** First three bytes of the key's cipher of eight zero bytes, as 6 upper-case hex digits. */
bool bt_sbx_kcv(const uint8_t key[BT_SBX_DECODER_KEY_LEN], char out[7]);
/** 16-bit amount field, rounded up in the customer's favour. @p tenths 0..BT_SBX_UNITS_MAX. */
uint16_t bt_sbx_amount_field(int64_t tenths);
/** Class 0 token of any register (subclass 0 electricity, 1 water, 2 gas): 20 digits. @p rnd 0..15, @p tid 24 bits. */
bool bt_sbx_token_make(const uint8_t key[BT_SBX_DECODER_KEY_LEN], int subclass, int64_t rnd, int64_t tid,
		       int64_t tenths, char out[21]);

#endif
