/* Supply that is owed back: paying what a cut connection owes orders it, and it is due in 20 minutes.
 *
 * Source: DESIGN 5 (dues); a credit to the balance of a meter switched from afar counts too. A meter that takes the
 * token switches itself. */
#ifndef BT_SANDBOX_RECONNECT_H
#define BT_SANDBOX_RECONNECT_H

#include <jansson.h>

#include "core/sandbox/consumer.h"

/** One order per connection at a time; inside the caller's transaction. */
BT_SBX_MUST_USE bool bt_sbx_reconnect_order(sqlite3 *db, const char *connection, const char *sale_id);
/** The sale was taken back: what it ordered is not owed any more. Inside the caller's transaction. */
BT_SBX_MUST_USE bool bt_sbx_reconnect_cancel(sqlite3 *db, const char *sale_id);
/** The line is switched on. @return false with a line on stderr: none is ordered. */
bool bt_sbx_reconnect(struct bt_sbx *sbx, const char *connection);
/** The line is switched off, now. @return false with a line on stderr: no such connection. */
bool bt_sbx_cut(struct bt_sbx *sbx, const char *connection);

#endif
