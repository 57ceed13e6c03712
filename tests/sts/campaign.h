/* What the campaigns share: chance from a seed, keys held by both sides, and random tokens of every kind.
 *
 * core/sts makes the tokens, tests/meter reads them: two programs that share no code. */
#ifndef STS_CAMPAIGN_H
#define STS_CAMPAIGN_H

#include "core/sts/token.h"
#include "tests/meter/decoder.h"

/** xorshift64*: the same tokens on every machine for the same seed, which is not 0. */
struct campaign_chance {
	uint64_t state;
};

uint64_t campaign_draw(struct campaign_chance *chance);
/** 0 .. @p below - 1. */
uint32_t campaign_below(struct campaign_chance *chance, uint32_t below);

/** One random key, ready on both sides. */
struct campaign_pair {
	struct bt_sts_schedule schedule; /* the vendor's */
	struct meter_cipher *cipher;     /* the meter's */
};

/** @p ea 7 or 11; sample tables. Ends the program when a side cannot. */
void campaign_pair_open(struct campaign_pair *pair, unsigned ea, struct campaign_chance *chance);
void campaign_pair_close(struct campaign_pair *pair);

/** A token of any supported kind with random fields, each in its range, and often at the ends of it. */
struct bt_sts_token campaign_token(struct campaign_chance *chance);
/** True when the meter read what the vendor meant. An amount may have been rounded up to what its field can say. */
bool campaign_is_same(const struct bt_sts_token *made, const struct meter_token *read);

/** The number in argv[@p at], or @p otherwise. Ends the program for anything else. */
uint64_t campaign_argument(int argc, char **argv, int at, uint64_t otherwise);

#endif
