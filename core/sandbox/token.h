/* The sandbox's own STS codec: meter identities, decoder keys (DKGA02, DKGA04), class 0 tokens and key-change tokens
 * under EA07 and EA11.
 *
 * It plays the utility's security module: it holds the vending keys, and makes exactly the token that a request names
 * or nothing (PROTOCOL T2). MISTY1 and DES come from Botan and EA07 from this folder; none of it shares a line with the
 * product's own ciphers. */
#ifndef BT_SANDBOX_TOKEN_H
#define BT_SANDBOX_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BT_SBX_VENDING_KEY_LEN 20
#define BT_SBX_DES_KEY_LEN     8
#define BT_SBX_UNITS_MAX       INT64_C(18201624) /* tenths of kWh that the amount field can carry */
#define BT_SBX_SECTIONS_MAX    4

/** One supply group's vending keys, one for each way of making decoder keys. */
struct bt_sbx_vending {
	uint8_t wide[BT_SBX_VENDING_KEY_LEN]; /* DKGA04 */
	uint8_t des[BT_SBX_DES_KEY_LEN];      /* DKGA02 */
};

/** What a decoder key depends on, besides the vending key; KEN goes with it. */
struct bt_sbx_meter_id {
	char pan[19]; /* 18 digits */
	char sgc[7];  /* 6 digits */
	char ti[3];   /* 2 digits */
	char ea[3];   /* "07" or "11" */
	char dkga[3]; /* "02" (EA07 only) or "04" */
	int krn;      /* 1..9 */
	int kt;       /* 0..3 */
	int base;     /* 1993, 2014, 2035 */
	int ken;      /* 0..255 */
};

/** A decoder key, most significant byte first: 8 bytes for EA07, 16 for EA11. */
struct bt_sbx_key {
	uint8_t bytes[16];
	size_t len;
};

/** Check digit for @p len ASCII digits. Source: facts/sts.md 2 (Luhn). */
char bt_sbx_luhn(const char *digits, size_t len);
/** 18-digit MeterPAN of an 11- or 13-digit DRN. @return false when a digit or the check digit is wrong. */
bool bt_sbx_pan_make(const char *drn, char out[19]);
/** @return false for an algorithm this codec has not. Source: facts/sts.md 4.1, 4.2, 4.4. */
bool bt_sbx_decoder_key(const struct bt_sbx_vending *vending, const struct bt_sbx_meter_id *meter,
			struct bt_sbx_key *out);
/** First three bytes of the key's cipher of eight zero bytes, as 6 upper-case hex digits. */
bool bt_sbx_kcv(const struct bt_sbx_key *key, char out[7]);
/** 16-bit amount field, rounded up in the customer's favour. @p tenths 0..BT_SBX_UNITS_MAX. */
uint16_t bt_sbx_amount_field(int64_t tenths);
/** Class 0 token of any register (subclass 0 electricity, 1 water, 2 gas): 20 digits. @p rnd 0..15, @p tid 24 bits. */
bool bt_sbx_token_make(const struct bt_sbx_key *key, int subclass, int64_t rnd, int64_t tid, int64_t tenths,
		       char out[21]);
/**
 * The tokens that bring a meter from the key it holds to @p next of identity @p to, in the order they are keyed in.
 * Both keys have one length. @p roll_over makes the meter forget its TIDs: a change of base date.
 * @return 2 (64-bit keys) or 4 (128-bit), 0 when there can be no such change. Source: facts/sts.md 5.6.
 */
int bt_sbx_key_change_make(const struct bt_sbx_key *held, const struct bt_sbx_meter_id *to,
			   const struct bt_sbx_key *next, bool roll_over, char out[BT_SBX_SECTIONS_MAX][21]);

#endif
