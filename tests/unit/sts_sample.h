/* The sample tables of EA07, made ready once, and words to try ciphers with. */
#ifndef BT_TESTS_STS_SAMPLE_H
#define BT_TESTS_STS_SAMPLE_H

#include <stdint.h>

#include "core/sts/sta.h"

static struct bt_sta sts_sample;

static inline int sts_make_sample(void **state)
{
	(void)state;
	bt_sta_init(&sts_sample, &bt_sta_sample);
	return 0;
}

/* A fixed sequence of 64-bit words (xorshift), the same in every run. */
static inline uint64_t sts_next_word(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

#endif
