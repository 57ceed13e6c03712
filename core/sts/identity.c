#include "core/sts/identity.h"

#include <string.h>

#include "core/base/words.h"
#include "core/sts/base_date.h"

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

static bool is_pan_long(const char *pan)
{
	return strnlen(pan, BT_STS_PAN_CAP) == PAN_DIGITS && is_digits(pan, PAN_DIGITS);
}

static bool is_pan_digit_right(const char *pan)
{
	return bt_luhn_digit(pan, PAN_DIGITS - 1) == pan[PAN_DIGITS - 1];
}

/* Of 18 digits; NULL when they begin with no issuer's number. */
static const struct iin *find_iin(const char *pan)
{
	for (size_t i = 0; i < IIN_COUNT; i++) {
		if (memcmp(pan, iins[i].digits, iins[i].len) == 0)
			return &iins[i];
	}
	return NULL;
}

static enum bt_err take_drn(const char *pan, char out[BT_STS_DRN_CAP])
{
	char drn[BT_STS_DRN_CAP] = "";
	const struct iin *iin = is_pan_long(pan) ? find_iin(pan) : NULL;
	enum bt_err err;

	if (iin == NULL)
		return BT_EINPUT;
	if (!is_pan_digit_right(pan))
		return BT_EAUTH;
	memcpy(drn, pan + iin->len, iin->drn_len);
	err = bt_sts_drn_check(drn);
	if (err == BT_OK)
		memcpy(out, drn, sizeof drn);
	return err;
}

enum bt_err bt_sts_pan_check(const char *pan)
{
	char drn[BT_STS_DRN_CAP];

	return take_drn(pan, drn);
}

enum bt_err bt_sts_drn_of(const char *digits, char out[BT_STS_DRN_CAP])
{
	enum bt_err err;

	if (is_pan_long(digits))
		return take_drn(digits, out);
	err = bt_sts_drn_check(digits);
	if (err == BT_OK)
		memcpy(out, digits, strlen(digits) + 1);
	return err;
}

bool bt_sts_is_mistyped(const char *digits)
{
	char drn[BT_STS_DRN_CAP];

	/* A slip in the issuer's digits spoils the last digit too; a right last digit says that they are meant. */
	return bt_sts_drn_of(digits, drn) == BT_EAUTH || (is_pan_long(digits) && !is_pan_digit_right(digits));
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

static bool has_digits(const char *text, size_t len)
{
	return strnlen(text, len + 1) == len && is_digits(text, len);
}

static bool has_sgc(const struct bt_sts_key_id *id)
{
	return has_digits(id->sgc, sizeof id->sgc - 1);
}

static bool has_ti(const struct bt_sts_key_id *id)
{
	return has_digits(id->ti, sizeof id->ti - 1);
}

static bool has_krn(const struct bt_sts_key_id *id)
{
	return id->krn >= 1 && id->krn <= 9;
}

static bool has_kt(const struct bt_sts_key_id *id)
{
	return id->kt <= 3;
}

static bool has_base(const struct bt_sts_key_id *id)
{
	return bt_sts_base_date_find(id->base) != NULL;
}

static bool has_ea(const struct bt_sts_key_id *id)
{
	return has_digits(id->ea, sizeof id->ea - 1);
}

static bool has_dkga(const struct bt_sts_key_id *id)
{
	return has_digits(id->dkga, sizeof id->dkga - 1) && id->dkga[0] == '0' && id->dkga[1] >= '1' &&
	       id->dkga[1] <= '4';
}

struct key_rule {
	bool (*holds)(const struct bt_sts_key_id *id);
	const char *fault;
};

/* KEN has none: every value of its eight bits is one. Which EA and DKGA are supported is told elsewhere. */
static const struct key_rule key_rules[] = {
    {.holds = has_sgc, .fault = N_("the supply group code is not six digits")},
    {.holds = has_krn, .fault = N_("the key revision number is not 1 to 9")},
    {.holds = has_kt, .fault = N_("the key type is not 0 to 3")},
    {.holds = has_ti, .fault = N_("the tariff index is not two digits")},
    {.holds = has_base, .fault = N_("the base date is not 1993, 2014 or 2035")},
    {.holds = has_ea, .fault = N_("the encryption algorithm is not two digits")},
    {.holds = has_dkga, .fault = N_("the key generation algorithm is not 01 to 04")},
};

const char *bt_sts_key_id_fault(const struct bt_sts_key_id *id)
{
	for (size_t i = 0; i < sizeof key_rules / sizeof key_rules[0]; i++) {
		if (!key_rules[i].holds(id))
			return key_rules[i].fault;
	}
	return NULL;
}

bool bt_sts_key_id_equal(const struct bt_sts_key_id *a, const struct bt_sts_key_id *b)
{
	bool kcv_known = a->kcv[0] != '\0' && b->kcv[0] != '\0';

	return strcmp(a->sgc, b->sgc) == 0 && strcmp(a->ti, b->ti) == 0 && strcmp(a->ea, b->ea) == 0 &&
	       strcmp(a->dkga, b->dkga) == 0 && a->krn == b->krn && a->kt == b->kt && a->ken == b->ken &&
	       a->base == b->base && (!kcv_known || strcmp(a->kcv, b->kcv) == 0);
}
