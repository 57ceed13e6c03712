/* What a meter does with a token: the rules of acceptance, in their order, and what each kind changes.
 *
 * lock-out, carrier, check field, kind, key type (credit), expiry, old, used, field by field, overflow; then the change
 * itself, and last of all the TID is remembered. Nothing here reads a clock or a disk. Source: IEC 62055-41 token
 * acceptance; the lock-out and the ten minutes for the rest of a key change are a meter maker's. */
#ifndef METER_JUDGE_H
#define METER_JUDGE_H

#include "tests/meter/memory.h"

#define METER_WRONG_FREE     3    /* this many wrong entries in a row, then a delay */
#define METER_DELAY_FIRST_S  5    /* doubled by each wrong entry that follows */
#define METER_DELAY_MAX_S    1280 /* 5 doubled eight times */
#define METER_CHANGE_WAITS_S 600  /* after the last section that came */
#define METER_REGISTER_ALL   0xffff

/** A meter at work. */
struct meter {
	struct meter_identity identity;
	struct meter_memory memory;
	struct meter_cipher *cipher; /* of memory.binding.key */
	int64_t now_s;               /* seconds since 1970 */
};

struct meter_effect;
/** What a kind of token does. Changes the memory on METER_ACCEPTED and held sections only; but a key change that turns
 *  out wrong is dropped. */
typedef enum meter_result meter_apply(struct meter *meter, const struct meter_token *token,
				      struct meter_effect *effect);

struct meter_kind {
	const char *id;     /* "credit_electricity", "key_change_1" ... */
	const char *change; /* class 2: what an accepted one set, in words; "" when report has words of its own */
	const char *unit;   /* of what was set, with a blank before it; NULL when there is no number */
	const char *field;  /* its name in JSON */
	meter_apply *apply;
	bool has_tid;
};

/** What became of an entry. */
struct meter_effect {
	enum meter_result result;
	struct meter_token token;      /* zeroed when it could not be read */
	const struct meter_kind *kind; /* NULL: not read, or of no kind this meter knows */
	uint32_t added_tenths;
	uint32_t set;      /* class 2: the new value; of clear_credit, tenths taken away */
	unsigned held, of; /* sections of a key change: of 2 or 4; when all are held it was applied */
	uint64_t shown;    /* tests a class 1 token asked for, bit by bit */
	int64_t wait_s;    /* locked: seconds still to wait */
	bool remember;     /* the memory changed and has to be saved */
};

/** The row of a class and subclass, or NULL. */
const struct meter_kind *meter_kind_find(uint8_t token_class, uint8_t subclass);
/** Judge what was keyed in and change the memory. After a key change *meter->cipher is of the old key still. */
void meter_judge(struct meter *meter, const char *text, struct meter_effect *out);
/** Seconds for which nothing but meter tests is taken; 0: none. */
int64_t meter_locked_s(const struct meter_memory *memory, int64_t now_s);

#endif
