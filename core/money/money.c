#include "core/money/money.h"

#include <assert.h>
#include <string.h>

/* Digits with commas among them; stops at the first other character. BT_ERANGE beyond BT_PAISE_MAX. */
static enum bt_err parse_rupees(const char **at, bt_paise *out)
{
	bt_paise rupees = 0;
	bool any = false;
	for (; (**at >= '0' && **at <= '9') || **at == ','; (*at)++) {
		if (**at == ',') {
			continue;
		}
		any = true;
		rupees = rupees * 10 + (**at - '0');
		if (rupees > BT_PAISE_MAX / BT_PAISE_PER_RUPEE) {
			rupees = BT_PAISE_MAX; /* stays too large without growing; the rest must still be digits */
		}
	}
	*out = rupees;
	return any ? BT_OK : BT_EINPUT;
}

/* ".5" is fifty paise, ".50" too; nothing at all is none. */
static enum bt_err parse_paise(const char **at, bt_paise *out)
{
	*out = 0;
	if (**at != '.') {
		return BT_OK;
	}
	(*at)++;
	if (**at < '0' || **at > '9') {
		return BT_EINPUT;
	}
	*out = (**at - '0') * 10;
	(*at)++;
	if (**at >= '0' && **at <= '9') {
		*out += **at - '0';
		(*at)++;
	}
	return BT_OK;
}

enum bt_err bt_money_parse(const char *text, bt_paise *out)
{
	bt_paise rupees = 0;
	bt_paise paise = 0;
	enum bt_err err = parse_rupees(&text, &rupees);
	if (err == BT_OK) {
		err = parse_paise(&text, &paise);
	}
	if (err != BT_OK || *text != '\0') {
		return BT_EINPUT;
	}
	if (rupees > BT_PAISE_MAX / BT_PAISE_PER_RUPEE || rupees * BT_PAISE_PER_RUPEE + paise > BT_PAISE_MAX) {
		return BT_ERANGE;
	}
	*out = rupees * BT_PAISE_PER_RUPEE + paise;
	return BT_OK;
}

/* A magnitude that fits every int64, the smallest included. */
static uint64_t take_magnitude(int64_t n)
{
	return n < 0 ? UINT64_C(0) - (uint64_t)n : (uint64_t)n;
}

/* The last three digits stand together, then pairs: 12,34,567. Written from the end of @p room backwards. */
static char *group_digits(uint64_t n, char *end)
{
	int digits = 0;
	do {
		if (digits == 3 || (digits > 3 && (digits - 3) % 2 == 0)) {
			*--end = ',';
		}
		*--end = (char)('0' + n % 10);
		n /= 10;
		digits++;
	} while (n > 0);
	return end;
}

/* The point and its digits, written from @p end backwards. */
static char *spell_fraction(uint64_t fraction, uint64_t scale, char *end)
{
	for (uint64_t left = scale; left > 1; left /= 10) {
		*--end = (char)('0' + fraction % 10);
		fraction /= 10;
	}
	*--end = '.';
	return end;
}

enum fraction_rule { FRACTION_WHERE_ANY, FRACTION_ALWAYS };

/* The grouped figure with the sign left out; @p room must outlive the result, which lies inside it. */
static const char *spell_scaled(int64_t value, uint64_t scale, enum fraction_rule rule, char room[48])
{
	uint64_t magnitude = take_magnitude(value);
	uint64_t fraction = magnitude % scale;
	char *start = room + 47;
	*start = '\0';
	if (rule == FRACTION_ALWAYS || fraction != 0) {
		start = spell_fraction(fraction, scale, start);
	}
	return group_digits(magnitude / scale, start);
}

/* @p cap holds any int64: 19 digits, 9 commas, a point, signs. */
static void put_figure(const char *sign, const char *figure, char *out, size_t cap)
{
	enum bt_err err = bt_text_printf(out, cap, "%s%s", sign, figure);
	assert(err == BT_OK);
	(void)err;
}

void bt_money_format(bt_paise paise, char out[32])
{
	char room[48];
	put_figure(paise < 0 ? "-" : "", spell_scaled(paise, BT_PAISE_PER_RUPEE, FRACTION_WHERE_ANY, room), out, 32);
}

void bt_money_format_full(bt_paise paise, char out[32])
{
	char room[48];
	put_figure(paise < 0 ? "-" : "", spell_scaled(paise, BT_PAISE_PER_RUPEE, FRACTION_ALWAYS, room), out, 32);
}

void bt_money_format_rupees(bt_paise paise, char out[40])
{
	char room[48];
	const char *sign = paise < 0 ? "− ₹ " : "₹ ";
	put_figure(sign, spell_scaled(paise, BT_PAISE_PER_RUPEE, FRACTION_WHERE_ANY, room), out, 40);
}

void bt_units_format(int64_t tenths, char out[32])
{
	char room[48];
	put_figure(tenths < 0 ? "-" : "", spell_scaled(tenths, 10, FRACTION_ALWAYS, room), out, 32);
}

void bt_count_format(int64_t n, char out[32])
{
	char room[48];
	put_figure(n < 0 ? "-" : "", spell_scaled(n, 1, FRACTION_WHERE_ANY, room), out, 32);
}
