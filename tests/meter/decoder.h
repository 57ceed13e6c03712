/* What a meter reads from 20 digits: its own unpacking and check field, and Botan's MISTY1 instead of the product's.
 *
 * Shares no line with core: when the two agree about a token, two independent readings of the standard do. Only
 * class 0, subclass 0 (electricity credit) under EA11. Source: IEC 62055-41. Pure but for the library. */
#ifndef METER_DECODER_H
#define METER_DECODER_H

#include <stdbool.h>
#include <stdint.h>

#define METER_KEY_LEN   16
#define METER_DIGITS    20
#define METER_TOKEN_CAP 21 /* the digits and a terminator */

enum meter_result {
	METER_ACCEPTED,
	METER_USED,        /* this TID was accepted before */
	METER_OLD,         /* below every TID remembered */
	METER_BAD_DIGITS,  /* not 20 digits, or 2^66 and above */
	METER_BAD_CRC,     /* mistyped, or made for another meter */
	METER_UNSUPPORTED, /* a right token of a class or subclass this meter does not take */
	METER_EXPIRED,     /* the key is past its expiry number */
	METER_OVERFLOW,    /* the credit register cannot hold it */
	METER_BROKEN,      /* the cipher is not to be had: the meter, not the token */
	METER_RESULT_COUNT
};

struct meter_token {
	char digits[METER_TOKEN_CAP];
	uint32_t tid;    /* 24 bits */
	uint32_t tenths; /* of a kWh */
};

/** "accepted", "used", "old", or "invalid" for all others. */
const char *meter_result_word(enum meter_result result);
/** Why a token is invalid, in one word; "" for accepted, used and old. */
const char *meter_result_reason(enum meter_result result);

/** Keep the digits of what a person keyed in; blanks and dashes may stand between them.
 *  @return METER_ACCEPTED, or METER_BAD_DIGITS for any other character or number of digits; @p out untouched then. */
enum meter_result meter_token_clean(const char *text, char out[METER_TOKEN_CAP]);
/** @return METER_ACCEPTED when the token is right and for this key (TID not judged yet), or why not; *out is written
 *  on METER_ACCEPTED only. */
enum meter_result meter_token_decode(const uint8_t key[METER_KEY_LEN], const char *text, struct meter_token *out);

#endif
