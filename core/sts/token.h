/* STS tokens: 66 bits, 20 digits. Every class and subclass that is told with certainty, encode and decode.
 *
 * A token is a function of (decoder key, class, subclass, fields) and nothing else; class 1 travels in clear and needs
 * no key. What a class and subclass mean is a row of token_type.h. Pure and allocation-free. Source: IEC 62055-41;
 * known answers in tests/vectors. */
#ifndef BT_STS_TOKEN_H
#define BT_STS_TOKEN_H

#include <stdint.h>

#include "core/sts/cipher.h"

#define BT_STS_TOKEN_CAP 21 /* 20 digits and a terminator */

/** Fields of one section of a decoder key change; which are there depends on the subclass. All values are the new ones.
 */
struct bt_sts_section {
	uint8_t ken_half;  /* 1st: KENHO, 2nd: KENLO; 4 bits */
	uint8_t krn;       /* 1st: 1..9 */
	uint8_t kt;        /* 1st: 0..3 */
	bool ro;           /* 1st: roll over; the meter forgets its TIDs */
	bool three;        /* 1st: 3KCT; read only, refused when made */
	uint8_t ti;        /* 2nd: 0..99 */
	uint16_t sgc_half; /* 3rd: SGCLO, 4th: SGCHO; 12 bits */
	uint32_t key_part; /* NKHO, NKLO, NKMO2, NKMO1 */
};

/** Any token. Fields that its type does not carry are not read when it is made, and 0 when it is read. */
struct bt_sts_token {
	uint8_t token_class; /* 0, 1, 2 */
	uint8_t subclass;    /* 0..15 */
	uint8_t rnd;         /* 0..15; class 0, and class 2 with a TID */
	uint32_t tid;        /* 24 bits, minutes since the key's base date; likewise */
	uint32_t value;      /* class 0: tenths of a unit; class 2: watts, register, rate or factor, by type */
	uint64_t control;    /* class 1: bit i asks for test i; 36 bits (subclass 0) or 28 (subclass 1) */
	uint16_t mfr_code;   /* class 1: 0..99 (subclass 0) or 0..9999 (subclass 1); 0 speaks to every meter */
	struct bt_sts_section section; /* class 2, subclass 3, 4, 8, 9 */
};

/**
 * @param[in] schedule NULL will do for class 1.
 * @return BT_OK, BT_ERANGE (a field), BT_EUNSUPPORTED (reserved or not certain: bt_sts_token_refusal says which),
 *         BT_EINPUT (no key where one is needed); @p out untouched then. An amount is rounded up to what its field can
 *         carry, in the consumer's favour.
 */
BT_MUST_USE enum bt_err bt_sts_token_encode(const struct bt_sts_schedule *schedule, const struct bt_sts_token *token,
					    char out[BT_STS_TOKEN_CAP]);
/**
 * @param[in] digits 20 digits and a terminator.
 * @return BT_OK, BT_EINPUT (form, 2^66 and above, or no key where one is needed), BT_EAUTH (CRC: mistyped, or made
 * under another key), BT_EUNSUPPORTED (a right token of a type this program does not read; *out then holds class and
 *         subclass only), BT_ERANGE (a right token with a field outside its range); *out untouched otherwise.
 */
BT_MUST_USE enum bt_err bt_sts_token_decode(const struct bt_sts_schedule *schedule, const char *digits,
					    struct bt_sts_token *out);
/**
 * Why this token is not made here, in plain English after "not supported: " (its type, or the third token of a key
 * change of 64 bits); NULL when it is. Pure.
 */
const char *bt_sts_token_refusal(const struct bt_sts_token *token);
/** "4417 0823 9156 2260 7384": @p token of at most 20 characters in groups of four; @p out needs 25 bytes. */
void bt_sts_token_group(const char *token, char out[25]);

#endif
