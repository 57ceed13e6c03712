/* Talking to a printer over an open, non-blocking descriptor: bytes out before a deadline, status bytes in.
 *
 * Shared by the links that have a back channel. Real-time status (DLE EOT) is asked only before the first byte and
 * after the last, never between bytes of another command. Source: facts of printing 2, status and ladder. */
#ifndef BT_PRINTER_STREAM_H
#define BT_PRINTER_STREAM_H

#include "printer/link.h"

/** Milliseconds of the monotonic clock; for deadlines only. */
int64_t bt_stream_now_ms(void);
/** Ask the paper sensor and the cover. Waits at most half a second. @return BT_PAPER_SILENT when nothing answers. */
enum bt_paper bt_stream_ask_now(int fd);
/** True when a slip would not come out: no paper, or the cover is open. Pure. */
bool bt_stream_is_blocked(enum bt_paper paper);
/** Send the whole slip, ask whether it was worked off, and fill @p out. Does not close. */
void bt_stream_deliver(int fd, const struct bt_prn_slip *slip, struct bt_prn_outcome *out);

#endif
