/* Committing one sale, whoever brings it: its owner with the record, another terminal with the docket. */
#ifndef BT_SANDBOX_SELL_H
#define BT_SANDBOX_SELL_H

#include "core/sandbox/call.h"
#include "core/sandbox/sale_in.h"

/** Check @p sale, make its token and commit, inside the caller's transaction, which it ends on success. @p text is
 *  what the ledger keeps of it; a sale without TID gets one here. */
enum bt_sbx_code bt_sbx_sell_new(struct bt_sbx *sbx, const char *caller, struct bt_sbx_sale *sale, const char *text,
				 struct bt_sbx_reply *reply);
/** The same of a sale whose counter is gone, on the word of the office: it stands at its own figures, as its counter's
 *  record would, and what is said against it is its exception (PROTOCOL H1). Still refused is what would be no token of
 *  this meter, or harm it. */
enum bt_sbx_code bt_sbx_sell_as_paid(struct bt_sbx *sbx, const char *caller, struct bt_sbx_sale *sale, const char *text,
				     struct bt_sbx_reply *reply);
/** Why it could not be given so, whenever asked: BT_SBX_NONE when it could. */
enum bt_sbx_code bt_sbx_check_as_paid(struct bt_sbx *sbx, const struct bt_sbx_sale *sale);
/** The same checks alone: what would be refused were @p sale brought now. */
enum bt_sbx_code bt_sbx_sell_check(struct bt_sbx *sbx, const struct bt_sbx_sale *sale, struct bt_sbx_reply *reply);
/** Answer with what was committed under this id. */
enum bt_sbx_code bt_sbx_give_stored(struct bt_sbx *sbx, const char *sale_id, struct bt_sbx_reply *reply);

/** When the terminal made this id, in ms since 1970: a UUIDv7 begins with it. */
int64_t bt_sbx_made_at(const char *sale_id);

#endif
