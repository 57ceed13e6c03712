#include "ui/command/token_text.h"

#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"

#define NUMBER_DIGITS 10 /* more would not fit 64 bits for certain */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The digits at the start of *text, 1..NUMBER_DIGITS of them; *text is moved behind them. */
static bool take_number(const char **text, uint64_t *out)
{
	const char *at = *text;
	uint64_t value = 0;

	while (is_digit(*at) && at - *text <= NUMBER_DIGITS)
		value = value * 10 + (uint64_t)(*at++ - '0');
	if (at == *text || at - *text > NUMBER_DIGITS)
		return false;
	*text = at;
	*out = value;
	return true;
}

bool bt_token_read_number(const char *text, uint32_t max, uint32_t *out)
{
	uint64_t value;

	if (!take_number(&text, &value) || *text || value > max)
		return false;
	*out = (uint32_t)value;
	return true;
}

bool bt_token_read_tenths(const char *text, uint32_t max, uint32_t *out)
{
	uint64_t tenths;

	if (!take_number(&text, &tenths))
		return false;
	tenths *= 10;
	if (*text == '.') {
		if (!is_digit(text[1]))
			return false;
		tenths += (uint64_t)(text[1] - '0');
		for (text += 2; *text == '0';)
			text++;
	}
	if (*text || tenths > max)
		return false;
	*out = (uint32_t)tenths;
	return true;
}

static int hex_value(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;

	return at ? (int)(at - digits) : -1;
}

bool bt_token_read_bits(const char *text, uint64_t *out)
{
	uint64_t value = 0;
	size_t len;

	if (text[0] != '0' || text[1] != 'x')
		return take_number(&text, out) && !*text;
	text += 2;
	len = strlen(text);
	if (len == 0 || len > 16)
		return false;
	for (; *text; text++) {
		if (hex_value(*text) < 0)
			return false;
		value = value << 4 | (uint64_t)hex_value(*text);
	}
	*out = value;
	return true;
}

bool bt_token_read_code(const char *text, char out[3])
{
	size_t len = strlen(text);

	if (len < 1 || len > 2 || !is_digit(text[0]) || (len == 2 && !is_digit(text[1])))
		return false;
	out[0] = len == 2 ? text[0] : '0';
	out[1] = text[len - 1];
	out[2] = '\0';
	return true;
}

/* Exactly @p digits digits, with @p before in front of them. */
static bool take_part(const char **text, char before, int digits, int *out)
{
	int value = 0;

	if (before && *(*text)++ != before)
		return false;
	for (int i = 0; i < digits; i++) {
		if (!is_digit(**text))
			return false;
		value = value * 10 + (*(*text)++ - '0');
	}
	*out = value;
	return true;
}

static bool is_same_civil(const struct bt_civil *a, const struct bt_civil *b)
{
	return a->year == b->year && a->month == b->month && a->day == b->day && a->hour == b->hour &&
	       a->minute == b->minute && a->second == b->second;
}

bool bt_token_read_time(const char *text, int64_t *out)
{
	struct bt_civil civil = {0}, again;
	int64_t ms;

	if (!take_part(&text, 0, 4, &civil.year) || !take_part(&text, '-', 2, &civil.month) ||
	    !take_part(&text, '-', 2, &civil.day) || !take_part(&text, 'T', 2, &civil.hour) ||
	    !take_part(&text, ':', 2, &civil.minute) || (*text == ':' && !take_part(&text, ':', 2, &civil.second)))
		return false;
	if (*text == 'Z')
		text++;
	if (*text || civil.year < 1970 || civil.month < 1 || civil.month > 12 || civil.day < 1)
		return false;
	ms = bt_civil_to_ms(civil, 0);
	again = bt_civil_of(ms, 0);
	if (!is_same_civil(&civil, &again)) /* the 30th of February comes back as a day of March */
		return false;
	*out = ms;
	return true;
}

void bt_token_format_tenths(uint32_t tenths, char out[14])
{
	snprintf(out, 14, "%u.%u", tenths / 10, tenths % 10);
}
