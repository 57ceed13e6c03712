/* The people of the demonstration office and their PINs, which are published: this is a sandbox. */
#ifndef BT_SANDBOX_OPERATORS_H
#define BT_SANDBOX_OPERATORS_H

#include <jansson.h>
#include <stdbool.h>

#include "core/sandbox/store.h"

/** Hash every PIN once (slow by intent) and keep the list for enrolments. */
bool bt_sbx_operators_make(sqlite3 *db);
/** The list as an enrolment carries it; yours. NULL on an error. */
json_t *bt_sbx_operators_list(sqlite3 *db);

#endif
