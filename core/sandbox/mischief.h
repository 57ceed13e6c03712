/* Replies no honest server gives: random bytes, far too much, far too deep, and names that try to steer a screen. */
#ifndef BT_SANDBOX_MISCHIEF_H
#define BT_SANDBOX_MISCHIEF_H

#include <jansson.h>
#include <microhttpd.h>

#include "core/sandbox/faults.h"

/** A whole reply for garbage, huge and deep; NULL for every other fault. */
struct MHD_Response *bt_sbx_mischief_reply(enum bt_sbx_fault_kind kind);
/** Put escape sequences, control characters and bidi marks around every text in two languages, at any depth. */
void bt_sbx_mischief_names(json_t *value);

#endif
