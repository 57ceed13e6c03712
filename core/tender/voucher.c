#include "core/tender/kinds.h"

#include "core/base/words.h"

/* The number printed on the voucher. */
static enum bt_err check_voucher(bt_paise amount, bt_paise given, const char *reference)
{
	enum bt_err err = bt_tender_check_exact(amount, given);
	return err == BT_OK
		   ? bt_tender_check_reference(reference, BT_TENDER_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZ-", 4, 24)
		   : err;
}

const struct bt_tender_kind bt_tender_voucher = {
    .id = "voucher",
    .name = N_("Voucher"),
    .bankable = false,
    .takes_change = false,
    .needs_reference = true,
    .offline = false,
    .available = false,
    .check = check_voucher,
};
