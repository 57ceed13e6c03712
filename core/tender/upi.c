#include "core/tender/kinds.h"

#include "core/base/words.h"

/* The 12 digits of the UTR name the payment at the bank. Source: UPI (NPCI). */
static enum bt_err check_upi(bt_paise amount, bt_paise given, const char *reference)
{
	enum bt_err err = bt_tender_check_exact(amount, given);
	return err == BT_OK ? bt_tender_check_reference(reference, BT_TENDER_DIGITS, 12, 12) : err;
}

const struct bt_tender_kind bt_tender_upi = {
    .id = "upi",
    .name = N_("UPI"),
    .bankable = false,
    .takes_change = false,
    .needs_reference = true,
    .asks_bank = true,
    .offline = false,
    .available = true,
    .check = check_upi,
};
