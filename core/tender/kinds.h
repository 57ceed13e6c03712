/* The rows of the tender table, one file each, and the two checks they share: private to this room. */
#ifndef BT_TENDER_KINDS_H
#define BT_TENDER_KINDS_H

#include "core/tender/tender.h"

extern const struct bt_tender_kind bt_tender_cash;
extern const struct bt_tender_kind bt_tender_upi;
extern const struct bt_tender_kind bt_tender_card;
extern const struct bt_tender_kind bt_tender_cheque;
extern const struct bt_tender_kind bt_tender_voucher;

#define BT_TENDER_DIGITS "0123456789"

/** Kinds that give no change: exactly the amount. @return BT_OK or BT_ERANGE. */
BT_MUST_USE enum bt_err bt_tender_check_exact(bt_paise amount, bt_paise given);
/** @p least to @p most characters, each of @p letters; NULL counts as empty. @return BT_OK or BT_EINPUT. */
BT_MUST_USE enum bt_err bt_tender_check_reference(const char *reference, const char *letters, size_t least,
						  size_t most);

#endif
