/* A printer between slips: asked now and then over a short connection, or listened to on a line of its own. */
#ifndef BT_PRINTER_IDLE_H
#define BT_PRINTER_IDLE_H

#include "printer/link.h"

/** Open, ask for the paper as the profile allows, close. Some seconds at most. */
enum bt_paper bt_idle_probe(const struct bt_prn_link *link, const char *address, const struct bt_prn_profile *profile);
/**
 * Keep a line of this counter's own open and show each change of the paper, until @p work is readable.
 * @return false at once when the printer cannot tell unasked or the line cannot be opened, or when it is lost.
 */
bool bt_idle_watch(const struct bt_prn_link *link, const char *address, const struct bt_prn_profile *profile,
		   struct bt_prn_hand *hand, int work);

#endif
