/* One slip over a line that bytes and answers go over: how it is sent, and how much is known of it afterwards.
 *
 * Everything but the end marker is sent first; a printer that answers is asked whether it worked that off, and only
 * then does the end go. A line cut before that leaves no whole slip on paper, so the original may be printed again.
 * The states and what ends them stand in printer/README.md. */
#ifndef BT_PRINTER_LADDER_H
#define BT_PRINTER_LADDER_H

#include "printer/link.h"

/** Open @p link, deliver, close. @p out comes zeroed. Blocks as @p slip allows; see bt_prn_wish. */
void bt_ladder_deliver(const struct bt_prn_link *link, const char *address, const struct bt_prn_slip *slip,
		       struct bt_prn_hand *hand, struct bt_prn_outcome *out);

#endif
