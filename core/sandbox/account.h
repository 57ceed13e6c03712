/* What a counter is told about one connection beside the directory: what was paid, through whichever channel, and what
 * became of it; what is stuck; notices; the person's other connections; supply that is owed back.
 *
 * Made from the ledger, the payments of the other channels and, before the town was made, from the number alone. */
#ifndef BT_SANDBOX_ACCOUNT_H
#define BT_SANDBOX_ACCOUNT_H

#include <jansson.h>

#include "core/sandbox/consumer.h"

/** Use of a usual day in tenths of kWh, 0 for a bill meter; a function of the number and the category alone. */
int64_t bt_sbx_daily_units(const struct bt_sbx_consumer *consumer);
/** What the last recharge before the town was made came to, for who is not one of the well-known people. */
int64_t bt_sbx_past_paise(const char *number, int which);
/** Words of the notice in force, and the place whose people get it. */
json_t *bt_sbx_notice_words(void);

#endif
