#include "ui/slips.h"

const char *bt_slips_folder(const struct bt_config *config)
{
	return config->slips[0] ? config->slips : BATTI_SOURCE_DIR "/assets/receipt";
}

enum bt_err bt_slips_form(const struct bt_config *config, struct bt_receipt_form *out, struct bt_fault *fault)
{
	enum bt_err err = bt_form_open(bt_slips_folder(config), out, fault);

	return err == BT_ENOTFOUND ? BT_OK : err;
}
