#include "core/base/json.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"

static void wipe_and_free(void *memory)
{
	if (memory)
		explicit_bzero(memory, malloc_usable_size(memory));
	free(memory);
}

void bt_json_process_init(void)
{
	json_set_alloc_funcs(malloc, wipe_and_free);
}

/* @return the place of the quote that ends the text which goes on at @p at, or the end of all. */
static size_t find_quote(struct bt_bytes in, size_t at)
{
	for (; at < in.len && in.data[at] != '"'; at++)
		if (in.data[at] == '\\')
			at++;
	return at;
}

/* Nesting is counted on the raw bytes, so that a hostile document never recurses inside the parser. */
static bool is_shallow(struct bt_bytes in)
{
	int depth = 0;

	for (size_t i = 0; i < in.len; i++) {
		uint8_t c = in.data[i];

		if (c == '"')
			i = find_quote(in, i + 1);
		else if ((c == '{' || c == '[') && ++depth > BT_JSON_MAX_DEPTH)
			return false;
		else if (c == '}' || c == ']')
			depth--;
	}
	return true;
}

enum bt_err bt_json_parse(struct bt_bytes in, size_t max_bytes, json_t **out, struct bt_fault *fault)
{
	json_error_t error;
	json_t *value;

	if (in.len > max_bytes)
		return bt_fault_set(fault, BT_EFULL, 0, "JSON of %zu bytes", in.len);
	if (!is_shallow(in))
		return bt_fault_set(fault, BT_EFORMAT, 0, "JSON nested too deep");
	value = json_loadb((const char *)in.data, in.len, JSON_REJECT_DUPLICATES, &error);
	if (!value)
		return bt_fault_set(fault, BT_EFORMAT, 0, "not JSON at line %d, byte %d", error.line, error.position);
	*out = value;
	return BT_OK;
}

/* What is written has to be read again: no real number, no text with a byte 0, not too deep. */
static bool can_be_read(const json_t *value, int depth)
{
	const char *key;
	json_t *member;
	size_t index;

	if (json_is_string(value))
		return memchr(json_string_value(value), '\0', json_string_length(value)) == NULL;
	if (!json_is_array(value) && !json_is_object(value))
		return !json_is_real(value);
	if (depth == BT_JSON_MAX_DEPTH)
		return false;
	json_array_foreach(value, index, member) if (!can_be_read(member, depth + 1)) return false;
	json_object_foreach((json_t *)(uintptr_t)value, key, member) if (!can_be_read(member, depth + 1)) return false;
	return true;
}

static int put_piece(const char *piece, size_t len, void *context)
{
	return bt_buf_put(context, piece, len) == BT_OK ? 0 : -1;
}

static enum bt_err dump(const json_t *value, size_t flags, struct bt_buf *out)
{
	size_t before = out->len;

	if (json_dump_callback(value, put_piece, out, JSON_COMPACT | flags) == 0)
		return BT_OK;
	bt_buf_cut(out, before);
	return BT_EFULL;
}

enum bt_err bt_json_encode(const json_t *value, struct bt_buf *out)
{
	return value && can_be_read(value, 0) ? dump(value, JSON_SORT_KEYS, out) : BT_EINPUT;
}

enum bt_err bt_json_put_text(struct bt_buf *out, struct bt_bytes text)
{
	json_t *value = json_stringn((const char *)text.data, text.len);
	enum bt_err err = value ? dump(value, JSON_ENCODE_ANY, out) : BT_EINPUT;

	json_decref(value);
	return err;
}

enum bt_err bt_json_int(const json_t *object, const char *key, int64_t min, int64_t max, int64_t *out)
{
	const json_t *member = json_object_get(object, key);
	json_int_t value;

	if (!json_is_integer(member))
		return BT_EFORMAT;
	value = json_integer_value(member);
	if (value < min || value > max)
		return BT_EFORMAT;
	*out = value;
	return BT_OK;
}

enum bt_err bt_json_text(const json_t *object, const char *key, char *out, size_t cap)
{
	const json_t *member = json_object_get(object, key);

	if (!json_is_string(member) || json_string_length(member) >= cap)
		return BT_EFORMAT;
	/* What cleaning would lengthen past the field is not cut: a number that lost its end is another number. */
	if (bt_text_clean_len(json_string_value(member), json_string_length(member)) >= cap)
		return BT_EFORMAT;
	bt_text_clean(json_string_value(member), json_string_length(member), (int)cap, out, cap);
	return BT_OK;
}

enum bt_err bt_json_bool(const json_t *object, const char *key, bool *out)
{
	const json_t *member = json_object_get(object, key);

	if (!json_is_boolean(member))
		return BT_EFORMAT;
	*out = json_is_true(member);
	return BT_OK;
}

const json_t *bt_json_array(const json_t *object, const char *key)
{
	const json_t *member = json_object_get(object, key);

	return json_is_array(member) ? member : NULL;
}

const json_t *bt_json_object(const json_t *object, const char *key)
{
	const json_t *member = json_object_get(object, key);

	return json_is_object(member) ? member : NULL;
}

bool bt_json_has(const json_t *object, const char *key)
{
	const json_t *member = json_object_get(object, key);

	return member && !json_is_null(member);
}
