#include "core/sandbox/json_in.h"

#include <string.h>

/* Jansson's own limit is far above what any call needs, and a deep document costs stack. */
static bool is_shallow(const char *text, size_t len)
{
	int depth = 0;
	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		if (c == '"') {
			for (i++; i < len && text[i] != '"'; i++)
				if (text[i] == '\\')
					i++;
		} else if ((c == '{' || c == '[') && ++depth > BT_SBX_JSON_DEPTH) {
			return false;
		} else if (c == '}' || c == ']') {
			depth--;
		}
	}
	return true;
}

json_t *bt_sbx_json_parse(const char *text, size_t len)
{
	if (!text || !is_shallow(text, len))
		return NULL;
	json_t *value = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	if (value && !json_is_object(value)) {
		json_decref(value);
		return NULL;
	}
	return value;
}

bool bt_sbx_json_text(const json_t *object, const char *key, char *out, size_t cap)
{
	const json_t *member = json_object_get(object, key);
	const char *text = json_string_value(member);
	size_t len = json_string_length(member);
	if (!text || len >= cap)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return false;
	memcpy(out, text, len + 1);
	return true;
}

bool bt_sbx_json_int(const json_t *object, const char *key, int64_t min, int64_t max, int64_t *out)
{
	const json_t *member = json_object_get(object, key);
	if (!json_is_integer(member))
		return false;
	int64_t value = json_integer_value(member);
	if (value < min || value > max)
		return false;
	*out = value;
	return true;
}

bool bt_sbx_json_small(const json_t *object, const char *key, int min, int max, int *out)
{
	int64_t value = 0;
	if (!bt_sbx_json_int(object, key, min, max, &value))
		return false;
	*out = (int)value;
	return true;
}

char *bt_sbx_json_canonical(const json_t *value)
{
	return json_dumps(value, JSON_SORT_KEYS | JSON_COMPACT | JSON_ENCODE_ANY);
}

json_t *bt_sbx_json_words(const char *en, const char *hi)
{
	return json_pack("{s:s, s:s}", "en", en, "hi", hi);
}
