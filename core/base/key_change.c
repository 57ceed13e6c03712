#include "core/base/key_change.h"

#include <string.h>

#include "core/base/json.h"
#include "core/base/text.h"

/* 2^66 - 1: a token carries 66 bits. As texts of one length, digits compare as numbers do. */
static const char largest[] = "73786976294838206463";

static bool is_token(const char *text)
{
	return text && strlen(text) == sizeof largest - 1 && bt_text_is_digits(text) && strcmp(text, largest) <= 0;
}

static bool has_token(const struct bt_key_tokens *tokens, const char *digits)
{
	for (int i = 0; i < tokens->count; i++)
		if (strcmp(tokens->digits[i], digits) == 0)
			return true;
	return false;
}

enum bt_err bt_key_tokens_read(const json_t *list, struct bt_key_tokens *out)
{
	struct bt_key_tokens tokens = {.count = 0};
	size_t count = json_array_size(list);

	if (count != 2 && count != BT_KEY_SECTIONS_MAX)
		return BT_EFORMAT;
	for (size_t i = 0; i < count; i++) {
		const json_t *one = json_array_get(list, i);
		const char *digits = json_string_value(one);

		if (!is_token(digits) || json_string_length(one) != sizeof largest - 1 || has_token(&tokens, digits))
			return BT_EFORMAT;
		memcpy(tokens.digits[tokens.count++], digits, sizeof tokens.digits[0]);
	}
	*out = tokens;
	return BT_OK;
}

json_t *bt_key_tokens_json(const struct bt_key_tokens *tokens)
{
	json_t *list = json_array();
	int bad = list ? 0 : -1;

	for (int i = 0; i < tokens->count && !bad; i++)
		bad = json_array_append_new(list, json_string(tokens->digits[i]));
	if (!bad)
		return list;
	json_decref(list);
	return NULL;
}

bool bt_key_tokens_equal(const struct bt_key_tokens *a, const struct bt_key_tokens *b)
{
	for (int i = 0; i < a->count && i < b->count; i++)
		if (strcmp(a->digits[i], b->digits[i]) != 0)
			return false;
	return a->count == b->count;
}

static enum bt_err read_from(const json_t *from, struct bt_key_change *out)
{
	int64_t krn, kt, ken, base;

	if (!from || bt_json_text(from, "sgc", out->sgc, sizeof out->sgc) != BT_OK ||
	    bt_json_text(from, "ti", out->ti, sizeof out->ti) != BT_OK || strlen(out->sgc) != 6 ||
	    strlen(out->ti) != 2 || !bt_text_is_digits(out->sgc) || !bt_text_is_digits(out->ti) ||
	    bt_json_int(from, "krn", 1, 9, &krn) != BT_OK || bt_json_int(from, "kt", 0, 3, &kt) != BT_OK ||
	    bt_json_int(from, "ken", 0, 255, &ken) != BT_OK || bt_json_int(from, "base", 1993, 2035, &base) != BT_OK)
		return BT_EFORMAT;
	out->krn = (uint8_t)krn;
	out->kt = (uint8_t)kt;
	out->ken = (uint8_t)ken;
	out->base = (uint16_t)base;
	return BT_OK;
}

enum bt_err bt_key_change_read(const json_t *object, struct bt_key_change *out)
{
	struct bt_key_change change;

	memset(&change, 0, sizeof change);
	if (bt_json_has(object, "key_change")) {
		const json_t *o = bt_json_object(object, "key_change");

		if (!o || bt_key_tokens_read(bt_json_array(o, "tokens"), &change.tokens) != BT_OK ||
		    read_from(bt_json_object(o, "from"), &change) != BT_OK ||
		    bt_json_bool(o, "roll_over", &change.roll_over) != BT_OK)
			return BT_EFORMAT;
	}
	*out = change;
	return BT_OK;
}

json_t *bt_key_change_json(const struct bt_key_change *change)
{
	if (change->tokens.count == 0)
		return json_null();
	return json_pack("{s:o, s:{s:s, s:i, s:i, s:s, s:i, s:i}, s:b}", "tokens", bt_key_tokens_json(&change->tokens),
			 "from", "sgc", change->sgc, "krn", (int)change->krn, "kt", (int)change->kt, "ti", change->ti,
			 "ken", (int)change->ken, "base", (int)change->base, "roll_over", (int)change->roll_over);
}
