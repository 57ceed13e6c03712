/* The forms of `batti receipt` that stand in files of their own. */
#ifndef BT_UI_COMMAND_RECEIPT_H
#define BT_UI_COMMAND_RECEIPT_H

#include "ui/command/command.h"

/** A slip with figures of nobody, in the form of the settings; needs no state folder. */
enum bt_exit bt_command_receipt_sample(struct bt_command_env *env);
/** Write to @p path, or to standard output when it is NULL or "-". @return as bt_file_replace, or BT_EOS. */
BT_MUST_USE enum bt_err bt_command_receipt_write(const char *path, struct bt_bytes bytes, struct bt_fault *fault);
/** Exit: 0 genuine; 1 not genuine; 2 cannot be judged. Of several receipts, 1 before 2 before 0. */
enum bt_exit bt_command_receipt_verify(struct bt_command_env *env);

#endif
