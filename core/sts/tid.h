/* Token identifiers: minutes since the base date, and the choice of one in this terminal's lane.
 *
 * Source: IEC 62055-41 TID; PROTOCOL T3 (choosing), T4 (lanes and floors). Pure. */
#ifndef BT_STS_TID_H
#define BT_STS_TID_H

#include <stdint.h>

#include "core/base/err.h"

#define BT_STS_TID_MAX 0xFFFFFFu
/** TID mod 1440 == 1 is reserved for special tokens. */
#define BT_STS_TID_RESERVED 1u

struct bt_sts_lane {
	uint32_t index; /* k, 1..count-1 for a terminal; 0 is the head-end's */
	uint32_t count; /* n, 2..128 */
	uint32_t floor; /* no TID at or below this one */
};

/** Minute number of @p wall_ms (UTC) since 1 January of @p base (1993, 2014, 2035).
 *  @return BT_OK, BT_EINPUT (base), BT_ERANGE (before the base date or beyond 24 bits). */
BT_MUST_USE enum bt_err bt_sts_tid_of(int64_t wall_ms, uint16_t base, uint32_t *out);

/** The minute that a token asked for in @p minute carries: itself, or the next one after the reserved minute.
 *  @return BT_OK, or BT_ERANGE (beyond 24 bits) and *out is untouched. */
BT_MUST_USE enum bt_err bt_sts_tid_ordinary(uint32_t minute, uint32_t *out);
/** The reserved minute of the day that @p minute lies in: what a token asked for as special carries. */
uint32_t bt_sts_tid_special(uint32_t minute);

/** Says whether this terminal has used @p tid for the meter in question. */
typedef bool bt_sts_tid_used(void *context, uint32_t tid);

/**
 * PROTOCOL T3: the largest in-lane, unreserved minute in (max(floor, m-5n), m] not yet used; if none, the first unused
 * one up to m+4n.
 * @return BT_OK, BT_EINPUT (lane, or a minute beyond 24 bits), BT_ENOTFOUND (none free: the consumer has to wait, or
 * the head-end picks).
 */
BT_MUST_USE enum bt_err bt_sts_tid_choose(const struct bt_sts_lane *lane, uint32_t minute, bt_sts_tid_used *used,
					  void *context, uint32_t *out);
/** True when the key has expired at @p tid: (tid >> 16) > ken, 255 never. */
bool bt_sts_ken_expired(uint8_t ken, uint32_t tid);

#endif
