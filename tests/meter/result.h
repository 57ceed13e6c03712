/* What a meter may answer to a token: the standard's result, and the word the command line has for it.
 *
 * One row each. The numbers are those of a status register, in the order of a meter maker's public manual; only that of
 * CRCError is certain. Source: IEC 62055-41 token result; the maker's list. Pure. */
#ifndef METER_RESULT_H
#define METER_RESULT_H

#include <stdbool.h>

enum meter_result {
	METER_ACCEPTED,
	METER_SECTION_1, /* a section of a key change is held; the key changes when all are */
	METER_SECTION_2, /* these four follow one another: METER_SECTION_1 + n */
	METER_SECTION_3,
	METER_SECTION_4,
	METER_OVERFLOW,    /* the credit register cannot hold it; the token is not used up */
	METER_KEY_TYPE,    /* a key change that the type of the key in force does not allow */
	METER_FORMAT,      /* bits that have to be 0 are not */
	METER_RANGE,       /* a field outside its range */
	METER_FUNCTION,    /* a right token of a kind this meter does not take */
	METER_OLD,         /* below every TID remembered */
	METER_USED,        /* this TID was accepted before */
	METER_EXPIRED,     /* the key is past its expiry number */
	METER_DEFAULT_KEY, /* credit under a key that is not the meter's for good */
	METER_BAD_CRC,     /* mistyped, or made for another meter */
	METER_MFR_CODE,    /* a meter test for another maker's meters */
	METER_LOCKED,      /* too many wrong entries; wait */
	METER_BAD_DIGITS,  /* not 20 digits, or 2^66 and above */
	METER_BROKEN,      /* the cipher is not to be had: the meter, not the token */
	METER_RESULT_COUNT
};

struct meter_answer {
	const char *word;   /* "accepted", "used", "old", or "invalid" for all others */
	const char *reason; /* why it is invalid, in one word; "" for the rest */
	const char *name;   /* the standard's */
	unsigned code;      /* status register number; 0: the sources give none */
};

/** The row of @p result, static. */
const struct meter_answer *meter_answer(enum meter_result result);
/** True for METER_ACCEPTED and the held sections. */
bool meter_result_is_accepted(enum meter_result result);

#endif
