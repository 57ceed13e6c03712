/* Tariff orders: which one rules when (PROTOCOL S3). This head-end has one in force and one that may be announced; a
 * sale is priced by the order of the moment at which it was paid, whenever it is heard of. Orders begin with a month of
 * India, so that a month has one price. */
#ifndef BT_SANDBOX_ORDERS_H
#define BT_SANDBOX_ORDERS_H

#include "core/sandbox/price.h"
#include "core/sandbox/store.h"

#define BT_SBX_ORDERS 2

struct bt_sbx_order {
	const char *id, *name;
	int64_t from_ms; /* it rules from then on, since 1970 */
	const struct bt_sbx_category *categories;
};

/** All there are, rising by time. @return how many. */
int bt_sbx_orders(sqlite3 *db, struct bt_sbx_order out[BT_SBX_ORDERS]);
/** The one that rules at @p ms; the first of all before it does. */
struct bt_sbx_order bt_sbx_order_at(sqlite3 *db, int64_t ms);
/** False when @p month, year * 100 + month, has begun at @p now_ms, or the next order rules already. */
bool bt_sbx_order_can_rule(sqlite3 *db, int64_t month, int64_t now_ms);
/** Have the next order rule from the first of @p month on; counters hear of it with their next tariff. @return false
 * when it cannot rule from then, or could not be written. */
BT_SBX_MUST_USE bool bt_sbx_order_announce(sqlite3 *db, int64_t month, int64_t now_ms);

#endif
