/* Lanes: which minutes are whose (PROTOCOL T4). Lane k of n has the minutes with minute mod n == k.
 *
 * The office may change n while counters trade: each counter moves with its next lease, to the lane of the new n that
 * lies within its own or that its own lies within, and stays where it is for as long as that is anybody else's. Two
 * lanes of different n overlap when k = k' mod the smaller n, which is why n is a power of two: then they overlap
 * wholly or not at all. Lane 0 of 16 is the head-end's own and stays so, whatever n is: a lane within it is never
 * given. In the ledger it belongs to the terminal "". */
#ifndef BT_SANDBOX_LANES_H
#define BT_SANDBOX_LANES_H

#include "core/sandbox/marks.h"

#define BT_SBX_LANES_LEAST 8
#define BT_SBX_LANES_MOST  128

/** @return true for 8, 16, 32, 64 and 128. */
bool bt_sbx_lanes_are_possible(int64_t count);
/** Have lane @p a of @p n and lane @p b of @p m a minute in common? */
bool bt_sbx_lanes_overlap(int64_t a, int64_t n, int64_t b, int64_t m);
/** How many lanes there are for whoever is given one now. */
int64_t bt_sbx_lanes_now(sqlite3 *db);
/** The largest number of lanes in which a minute was given that may still matter to a meter: for how far back and
 *  ahead one looks (PROTOCOL T3). */
int64_t bt_sbx_lanes_most(sqlite3 *db, int64_t now_ms);
/** From now on lanes are given of @p count. @return false when that cannot be, or could not be written down. */
BT_SBX_MUST_USE bool bt_sbx_lanes_change(struct bt_sbx *sbx, int64_t count);

/** A lane that nothing living overlaps, for a terminal that is enrolled now; inside the caller's transaction. Sets
 *  lane, lanes and lane_floor of @p out. @return false when there is none. */
BT_SBX_MUST_USE bool bt_sbx_lane_place(struct bt_sbx *sbx, const struct bt_sbx_marks *marks, int64_t now_ms,
				       struct bt_sbx_terminal *out);
/** Could this lane be given to a terminal that is enrolled now? */
bool bt_sbx_lane_is_free(struct bt_sbx *sbx, int64_t index, int64_t count, int64_t now_ms);
/** A terminal is to have the lease @p lease: move it to the lane of now where nothing living of anybody else overlaps
 *  that; inside the caller's transaction. Sets lane, lanes and lane_floor of @p terminal.
 *  @return false when the ledger failed. */
BT_SBX_MUST_USE bool bt_sbx_lane_follow(struct bt_sbx *sbx, int64_t lease, struct bt_sbx_terminal *terminal);
/** Note that a terminal has a lane, from the lease @p lease on; 0 from its enrolment on. */
BT_SBX_MUST_USE bool bt_sbx_lane_put(sqlite3 *db, const struct bt_sbx_terminal *terminal, int64_t lease);
/** Was this minute @p terminal's to use, in any lane that it ever had?
 *  @param[out] count of that lane. */
bool bt_sbx_lane_had(sqlite3 *db, const char *terminal, int64_t minute, int64_t *count);

/** Print the lanes, whose they are and which are free. @return the exit status. */
int bt_sbx_lanes_report(struct bt_sbx *sbx);

#endif
