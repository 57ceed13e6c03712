#include "core/tender/tender.h"

#include <string.h>

#include "core/tender/kinds.h"

const struct bt_tender_kind *const bt_tender_kinds[] = {
    &bt_tender_cash, &bt_tender_upi, &bt_tender_card, &bt_tender_cheque, &bt_tender_voucher, NULL,
};

const struct bt_tender_kind *bt_tender_find(const char *id)
{
	for (size_t i = 0; bt_tender_kinds[i] != NULL; i++) {
		if (strcmp(bt_tender_kinds[i]->id, id) == 0) {
			return bt_tender_kinds[i];
		}
	}
	return NULL;
}

enum bt_err bt_tender_check_exact(bt_paise amount, bt_paise given)
{
	if (amount < 1 || amount > BT_PAISE_MAX) {
		return BT_ERANGE;
	}
	return given == amount ? BT_OK : BT_ERANGE;
}

enum bt_err bt_tender_check_reference(const char *reference, const char *letters, size_t least, size_t most)
{
	size_t len = reference == NULL ? 0 : strlen(reference);
	if (len < least || len > most || strspn(reference, letters) != len) {
		return BT_EINPUT;
	}
	return BT_OK;
}
