/* Months of connections whose price depends on them, and the lines that put an account right (PROTOCOL S8).
 *
 * A request is sold at this head-end's own figures. A fact stands as it was sold: what it would have come to here is
 * worked out, and the difference becomes named lines, "slab" and "fixed", each once. What was taken in a month is then
 * always what its units come to by steps and its fixed charge, to the paisa. All of it inside the caller's transaction.
 */
#ifndef BT_SANDBOX_MONTH_H
#define BT_SANDBOX_MONTH_H

#include <jansson.h>

#include "core/sandbox/consumer.h"
#include "core/sandbox/price.h"
#include "core/sandbox/sale_in.h"

/** The month in which @p at_ms lies, of this connection. @return false when its price knows no months; *out untouched.
 */
bool bt_sbx_month_find(sqlite3 *db, const struct bt_sbx_consumer *consumer, int64_t at_ms, struct bt_sbx_month *out);
/** What @p sale says it was priced by. @return false when it says nothing. */
bool bt_sbx_month_said(const struct bt_sbx_sale *sale, const struct bt_sbx_category *category,
		       struct bt_sbx_month *out);
/** Give a connection of the town a month that began before it did: so many tenths are paid for, so much of the charge.
 */
BT_SBX_MUST_USE bool bt_sbx_month_seed(sqlite3 *db, const struct bt_sbx_consumer *consumer, int64_t at_ms,
				       int64_t units, int64_t fixed_paise);
/** Book a sale in its month. @p consumer's dues and balance take up the lines, if any; it is not written here.
 *  @p is_fact: it stands at its own figures; otherwise it is sold at those of this head-end. */
BT_SBX_MUST_USE bool bt_sbx_month_book(sqlite3 *db, const struct bt_sbx_sale *sale, struct bt_sbx_consumer *consumer,
				       bool is_fact);
/** Take it out again; the sales that stay are put right by a line. */
BT_SBX_MUST_USE bool bt_sbx_month_undo(sqlite3 *db, const char *sale_id, struct bt_sbx_consumer *consumer);
/** Once a month has turned: what is still owed of its fixed charges becomes lines, and the connections are new in the
 *  directory. */
BT_SBX_MUST_USE bool bt_sbx_month_turn(sqlite3 *db, int64_t now_ms);
/** The contract's `month` of a consumer as @p terminal is told it; NULL json where the price knows none; yours. */
json_t *bt_sbx_month_json(sqlite3 *db, const struct bt_sbx_consumer *consumer, const char *terminal);
/** The newest lines of an account; yours. */
json_t *bt_sbx_month_charges(sqlite3 *db, const char *number);

#endif
