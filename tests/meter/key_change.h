/* The sections of a key change: held in any order until all are there, then applied at once.
 *
 * A 64-bit key comes in two sections, a 128-bit key in four. Sections carry nothing that tells one set from another;
 * what can be held against them is that each comes once and that a section differing from the one held begins another
 * set. A set of three (3KCT, 64-bit key and SGC) is known and refused as a function this meter does not have.
 * Source: IEC 62055-41 key change. */
#ifndef METER_KEY_CHANGE_H
#define METER_KEY_CHANGE_H

#include "tests/meter/judge.h"

meter_apply meter_key_change_apply;
/** Sections of a set for keys of @p ea: 2 or 4. */
unsigned meter_key_change_count(unsigned ea);
/** How many are held. */
unsigned meter_key_change_held(const struct meter_waiting *waiting);
/** Drop a set whose last section came too long ago. @return true when there was one. */
bool meter_key_change_expire(struct meter_waiting *waiting, int64_t now_s);
/** Which key type may follow which in a meter with a keypad: never DCTK, which is for magnetic cards. */
bool meter_key_type_allows(unsigned from, unsigned to);

#endif
