/* The forms of `batti receipt` that stand in files of their own. */
#ifndef BT_UI_COMMAND_RECEIPT_H
#define BT_UI_COMMAND_RECEIPT_H

#include "ui/command/command.h"

/** Exit: 0 genuine; 1 not genuine; 2 cannot be judged. Of several receipts, 1 before 2 before 0. */
enum bt_exit bt_command_receipt_verify(struct bt_command_env *env);

#endif
