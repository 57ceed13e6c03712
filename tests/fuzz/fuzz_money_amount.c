/* Amounts as people type them and as slips show them: never out of range, and the same after being shown and typed. */
#include <assert.h>
#include <stdbool.h>

#include "core/money/money.h"
#include "tests/fuzz/input.h"

#define UNSET INT64_C(-12345)

static void check_parsed(const char *text)
{
	bt_paise paise = UNSET;
	enum bt_err err = bt_money_parse(text, &paise);

	if (err) {
		assert((err == BT_EINPUT || err == BT_ERANGE) && paise == UNSET);
		return;
	}
	assert(paise >= 0 && paise <= BT_PAISE_MAX);
	assert(strspn(text, "0123456789,.") == strlen(text) && strpbrk(text, "0123456789") != NULL);
}

/* Indian grouping: three digits, then twos, none of them in front. */
static void check_grouping(const char *text)
{
	size_t digits = strcspn(text, "."), last = 0;

	for (size_t i = 0; i < digits; i++) {
		if (text[i] != ',')
			continue;
		assert(i > 0 && (last == 0 || i - last == 3));
		last = i;
	}
	assert(last == 0 || digits - last == 4);
}

static void check_shown(bt_paise paise)
{
	char text[32], full[32], rupees[40];
	bt_paise again = UNSET;

	bt_money_format(paise, text);
	bt_money_format_full(paise, full);
	bt_money_format_rupees(paise, rupees);
	assert(strlen(text) < sizeof text && strlen(full) < sizeof full && bt_text_is_clean(rupees));
	if (paise < 0 || paise > BT_PAISE_MAX) {
		assert(text[0] == '-' || bt_money_parse(text, &again) == BT_ERANGE);
		return;
	}
	check_grouping(text);
	assert(bt_money_parse(text, &again) == BT_OK && again == paise);
	assert(bt_money_parse(full, &again) == BT_OK && again == paise);
	assert(full[strlen(full) - 3] == '.');
}

static void check_words(bt_paise paise, size_t cap)
{
	for (int lang = 0; lang < BT_LANG_COUNT; lang++) {
		char out[513];
		enum bt_err err;

		memset(out, 0x7F, sizeof out);
		err = bt_money_words(paise, (enum bt_lang)lang, out, cap);
		assert(out[cap] == 0x7F && (err == BT_OK || err == BT_EFULL));
		if (err == BT_OK)
			assert(memchr(out, '\0', cap) != NULL && out[0] && bt_text_is_clean(out));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	bt_paise paise = (bt_paise)take_number(&input, 8);
	char text[64], units[32], count[32];

	check_shown(paise);
	check_shown((bt_paise)((uint64_t)paise % (uint64_t)(BT_PAISE_MAX + 1)));
	check_words((bt_paise)((uint64_t)paise % (uint64_t)(BT_PAISE_MAX + 1)), 1 + take_number(&input, 2) % 512);
	bt_units_format(paise, units);
	bt_count_format(paise, count);
	assert(strlen(units) < sizeof units && strlen(count) < sizeof count);
	take_text(&input, input.len, text, sizeof text);
	check_parsed(text);
	return 0;
}
