#include "core/tender/kinds.h"

#include "core/base/words.h"

/* The retrieval reference number, 12 letters or digits. Source: ISO 8583 field 37. */
static enum bt_err check_card(bt_paise amount, bt_paise given, const char *reference)
{
	enum bt_err err = bt_tender_check_exact(amount, given);
	return err == BT_OK
		   ? bt_tender_check_reference(reference, BT_TENDER_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 12, 12)
		   : err;
}

const struct bt_tender_kind bt_tender_card = {
    .id = "card",
    .name = N_("Card"),
    .bankable = false,
    .takes_change = false,
    .needs_reference = true,
    .offline = false,
    .available = false,
    .check = check_card,
};
