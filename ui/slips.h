/* The form of the slips that the settings name: the utility's folder, or the one that comes with Batti. */
#ifndef BT_UI_SLIPS_H
#define BT_UI_SLIPS_H

#include "core/receipt/form.h"
#include "ui/config.h"

/** The folder with slips.json and the pictures. Borrowed from @p config, or static. */
const char *bt_slips_folder(const struct bt_config *config);
/**
 * Read the form. A folder without slips.json gives the form that is built in, and so does a file with a mistake.
 * @return BT_OK, also without a file; BT_EFORMAT, BT_EFULL, BT_EOS with what is wrong in fault->what: @p out is the
 *         built-in form then.
 */
BT_MUST_USE enum bt_err bt_slips_form(const struct bt_config *config, struct bt_receipt_form *out,
				      struct bt_fault *fault);

#endif
