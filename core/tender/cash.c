#include "core/tender/kinds.h"

#include "core/base/words.h"

/* Cash counts when it is in the hand: no reference, and change is given back. The limit is on what stays, not on what
 * was handed over. */
static enum bt_err check_cash(bt_paise amount, bt_paise given, const char *reference)
{
	(void)reference;
	if (amount < 1 || amount >= BT_TENDER_CASH_LEGAL_LIMIT) {
		return BT_ERANGE;
	}
	return given >= amount && given <= BT_PAISE_MAX ? BT_OK : BT_ERANGE;
}

const struct bt_tender_kind bt_tender_cash = {
    .id = "cash",
    .name = N_("Cash"),
    .bankable = true,
    .takes_change = true,
    .needs_reference = false,
    .offline = true,
    .available = true,
    .check = check_cash,
};
