/* Waiting for a payment by UPI without a screen. */
#ifndef BT_UI_COMMAND_SELL_UPI_H
#define BT_UI_COMMAND_SELL_UPI_H

#include "ui/command/command.h"

/** The longest wait for the bank: a QR lives five minutes. */
#define BT_UPI_COMMAND_MS INT64_C(420000)

/**
 * Write the QR's link as soon as there is one, and wait for the bank. Cut off meanwhile, the sale is asked about by
 * whichever run comes next.
 * @return BT_EXIT_DONE once the sale is paid; BT_EXIT_REFUSED: nothing was paid; BT_EXIT_UNKNOWN: the bank has not
 * said.
 */
enum bt_exit bt_command_sell_upi(struct bt_command_env *env, struct bt_counter *counter, const char *sale_id);

#endif
