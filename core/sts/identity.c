#include "core/sts/identity.h"

#include <string.h>

#define PAN_DIGITS (BT_STS_PAN_CAP - 1)

struct iin {
	const char *digits;
	size_t len;
	size_t drn_len;
};

/* An IIN and a DRN always make 17 digits together. */
static const struct iin iins[] = {
    {.digits = "600727", .len = 6, .drn_len = 11},
    {.digits = "0000", .len = 4, .drn_len = 13},
};

#define IIN_COUNT (sizeof iins / sizeof iins[0])

static bool is_digits(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
	}
	return true;
}

char bt_luhn_digit(const char *digits, size_t len)
{
	unsigned sum = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned digit = (unsigned)(digits[len - 1 - i] - '0');

		if (i % 2 == 0)
			digit = digit < 5 ? digit * 2 : digit * 2 - 9;
		sum += digit;
	}
	return "0123456789"[(10 - sum % 10) % 10];
}

enum bt_err bt_sts_drn_check(const char *drn)
{
	size_t len = strnlen(drn, BT_STS_DRN_CAP);

	if ((len != 11 && len != 13) || !is_digits(drn, len))
		return BT_EINPUT;
	return bt_luhn_digit(drn, len - 1) == drn[len - 1] ? BT_OK : BT_EAUTH;
}

enum bt_err bt_sts_pan_check(const char *pan)
{
	char drn[BT_STS_DRN_CAP] = "";
	const struct iin *iin = NULL;

	if (strnlen(pan, BT_STS_PAN_CAP) != PAN_DIGITS || !is_digits(pan, PAN_DIGITS))
		return BT_EINPUT;
	for (size_t i = 0; i < IIN_COUNT; i++) {
		if (memcmp(pan, iins[i].digits, iins[i].len) == 0)
			iin = &iins[i];
	}
	if (iin == NULL)
		return BT_EINPUT;
	memcpy(drn, pan + iin->len, iin->drn_len);
	if (bt_luhn_digit(pan, PAN_DIGITS - 1) != pan[PAN_DIGITS - 1])
		return BT_EAUTH;
	return bt_sts_drn_check(drn);
}

enum bt_err bt_sts_pan_of_drn(const char *drn, char out[BT_STS_PAN_CAP])
{
	enum bt_err err = bt_sts_drn_check(drn);
	const struct iin *iin;

	if (err != BT_OK)
		return err;
	iin = strlen(drn) == iins[0].drn_len ? &iins[0] : &iins[1];
	memcpy(out, iin->digits, iin->len);
	memcpy(out + iin->len, drn, iin->drn_len);
	out[PAN_DIGITS - 1] = bt_luhn_digit(out, PAN_DIGITS - 1);
	out[PAN_DIGITS] = '\0';
	return BT_OK;
}

bool bt_sts_key_id_equal(const struct bt_sts_key_id *a, const struct bt_sts_key_id *b)
{
	bool kcv_known = a->kcv[0] != '\0' && b->kcv[0] != '\0';

	return strcmp(a->sgc, b->sgc) == 0 && strcmp(a->ti, b->ti) == 0 && strcmp(a->ea, b->ea) == 0 &&
	       strcmp(a->dkga, b->dkga) == 0 && a->krn == b->krn && a->kt == b->kt && a->ken == b->ken &&
	       a->base == b->base && (!kcv_known || strcmp(a->kcv, b->kcv) == 0);
}
