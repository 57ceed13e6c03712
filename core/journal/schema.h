/* The database's schema as numbered steps, forward only, and whether a file has exactly that schema.
 *
 * Step i brings user_version from i to i + 1, in one transaction of its own. A released step is never changed.
 * Private to core/journal. Source: DESIGN 6. */
#ifndef BT_JOURNAL_SCHEMA_H
#define BT_JOURNAL_SCHEMA_H

#include "core/journal/store.h"

#define BT_SCHEMA_VERSION 7

/** Bring the database up to BT_SCHEMA_VERSION. @return BT_OK; BT_EUNSUPPORTED when it is newer, or older and not
 *  @p writable; BT_ECORRUPT (what it holds cannot be brought up); BT_ENOSPC, BT_EDISK, BT_ENOMEM. */
BT_MUST_USE enum bt_err bt_schema_migrate(struct bt_store *store, bool writable, struct bt_fault *fault);
/** Hold every table, index and trigger against what the steps make. A new step makes another fingerprint: the fault of
 *  a journal made anew says which. @return BT_OK, BT_ECORRUPT, BT_EDISK, BT_ENOMEM, BT_ECRYPTO. */
BT_MUST_USE enum bt_err bt_schema_check(struct bt_store *store, struct bt_fault *fault);

#endif
