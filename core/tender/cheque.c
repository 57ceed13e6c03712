#include "core/tender/kinds.h"

#include "core/base/words.h"

/* The six digits of the cheque, first on its MICR line. Source: CTS-2010. */
static enum bt_err check_cheque(bt_paise amount, bt_paise given, const char *reference)
{
	enum bt_err err = bt_tender_check_exact(amount, given);
	return err == BT_OK ? bt_tender_check_reference(reference, BT_TENDER_DIGITS, 6, 6) : err;
}

const struct bt_tender_kind bt_tender_cheque = {
    .id = "cheque",
    .name = N_("Cheque"),
    .bankable = true,
    .takes_change = false,
    .needs_reference = true,
    .offline = true,
    .available = false,
    .check = check_cheque,
};
