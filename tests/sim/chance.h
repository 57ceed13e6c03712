/* Seeded chance for the simulation: the same seed gives the same world. Not for keys. Pure but for its state.
 *
 * Source: splitmix64, Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014. */
#ifndef TESTS_SIM_CHANCE_H
#define TESTS_SIM_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

struct chance {
	uint64_t state;
};

static inline uint64_t chance_mix(uint64_t value)
{
	value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
	return value ^ (value >> 31);
}

static inline uint64_t chance_next(struct chance *chance)
{
	chance->state += UINT64_C(0x9e3779b97f4a7c15);
	return chance_mix(chance->state);
}

/** 0 to @p bound - 1; @p bound at least 1. */
static inline uint32_t chance_below(struct chance *chance, uint32_t bound)
{
	return (uint32_t)(((chance_next(chance) >> 32) * bound) >> 32);
}

static inline bool chance_one_in(struct chance *chance, uint32_t n)
{
	return chance_below(chance, n) == 0;
}

/** @p from to @p to, both included. */
static inline uint32_t chance_between(struct chance *chance, uint32_t from, uint32_t to)
{
	return from + chance_below(chance, to - from + 1);
}

#endif
