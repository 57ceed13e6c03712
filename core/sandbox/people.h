/* The sandbox's consumers, made from a seed: the same seed makes the same people, meters and failures.
 *
 * The first eight are the well-known people of the screens; then every 50 connections hold one of each named failure
 * and the rest are ordinary. After them, the same in every town, come the guests: meters of other makes, meters
 * whose key is due, and people whose price depends on what they bought in the month. */
#ifndef BT_SANDBOX_PEOPLE_H
#define BT_SANDBOX_PEOPLE_H

#include "core/sandbox/consumer.h"

#define BT_SBX_CONSUMERS_MAX 1000000
#define BT_SBX_GUESTS        11
/** Name of the meta value with the moment at which the town was made: what its people did before is told from there. */
#define BT_SBX_TOWN_AT "town_at"

/** Consumer number @p index of a town; pure, a function of its arguments alone. */
void bt_sbx_person_make(uint64_t seed, int64_t index, int64_t now_ms, struct bt_sbx_consumer *out);
/** What connection @p number paid before its town was made, in paise; @p which 0 is the newest. */
int64_t bt_sbx_person_past(const char *number, int which);
/** Guest @p index of 0..BT_SBX_GUESTS-1; pure. */
void bt_sbx_guest_make(int64_t index, int64_t version, int64_t now_ms, struct bt_sbx_consumer *out);
/** Fill an empty ledger with @p count consumers and the guests in one transaction and write meters.csv; nothing when it
 * has some. */
bool bt_sbx_people_make(struct bt_sbx *sbx, uint64_t seed, int64_t count);

#endif
