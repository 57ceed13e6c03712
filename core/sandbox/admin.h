/* The admin socket: one line in, one line out, to change the fault of a running server. */
#ifndef BT_SANDBOX_ADMIN_H
#define BT_SANDBOX_ADMIN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/sandbox/sbx.h"

#define BT_SBX_ADMIN_LINE 128

/** Listen in the state folder. @return a descriptor, -1 on failure. */
int bt_sbx_admin_listen(const struct bt_sbx *sbx);
/** Take one caller and read its line. @return the caller's descriptor, -1 when there was none worth answering. */
int bt_sbx_admin_accept(int listener, char line[BT_SBX_ADMIN_LINE]);
/** Send a line and close. */
void bt_sbx_admin_answer(int caller, const char *line);
/** Ask a running server. @return false when none runs. */
bool bt_sbx_admin_ask(const struct bt_sbx *sbx, const char *line, char answer[BT_SBX_ADMIN_LINE]);

#endif
