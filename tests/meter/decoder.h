/* What a meter reads from 20 digits: its own unpacking, check field and fields of every kind of token.
 *
 * Shares no line with core: when the two agree about a token, two independent readings of the standard do. Whether the
 * meter takes such a token is another matter: judge.h. Source: IEC 62055-41. Pure but for the library's cipher. */
#ifndef METER_DECODER_H
#define METER_DECODER_H

#include "tests/meter/cipher.h"
#include "tests/meter/result.h"

#define METER_DIGITS    20
#define METER_TOKEN_CAP 21 /* the digits and a terminator */

/** One section of a key change. All values are the new ones; which are there depends on the subclass. */
struct meter_section {
	uint8_t ken_half;  /* subclass 3: the high nibble; 4: the low one */
	uint8_t krn;       /* 3 */
	uint8_t kt;        /* 3 */
	bool roll_over;    /* 3: RO */
	bool three;        /* 3: 3KCT */
	uint8_t ti;        /* 4 */
	uint16_t sgc_half; /* 8: the low 12 bits; 9: the high ones */
	uint32_t key_part;
};

/** Fields that a kind does not carry are 0. */
struct meter_token {
	char digits[METER_TOKEN_CAP];
	uint8_t token_class, subclass;
	uint8_t rnd;
	uint32_t tid;    /* 24 bits; class 0, and class 2 but for key changes */
	uint16_t data;   /* the 16 bits that follow the TID, as they stand */
	uint32_t amount; /* `data` read as an amount: class 0 tenths of a unit; class 2 watts, where it is one */
	uint64_t control;
	uint16_t mfr_code;
	struct meter_section section;
};

/** Keep the digits of what a person keyed in; blanks and dashes may stand between them.
 *  @return METER_ACCEPTED, or METER_BAD_DIGITS for any other character or number of digits; @p out untouched then. */
enum meter_result meter_token_clean(const char *text, char out[METER_TOKEN_CAP]);
/**
 * @param[in] cipher NULL when there is no key: class 1 can be read all the same.
 * @return METER_ACCEPTED when the token is right and for this key, METER_BAD_DIGITS, METER_BAD_CRC, or METER_BROKEN (no
 *         cipher, where one is needed); *out is written on METER_ACCEPTED only. Of a kind that is not known only class
 *         and subclass are.
 */
enum meter_result meter_token_decode(const struct meter_cipher *cipher, const char *text, struct meter_token *out);

#endif
