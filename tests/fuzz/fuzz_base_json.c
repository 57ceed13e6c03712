/* JSON at the trust boundary: limits hold, and the canonical form is made again from itself. */
#include <assert.h>
#include <limits.h>
#include <stdlib.h>

#include "core/base/json.h"
#include "core/base/text.h"
#include "tests/fuzz/input.h"

#define SIZE_MAX_BYTES 4096
#define TEXT_CAP       24

static int measure_depth(const json_t *value)
{
	int deepest = 0;
	const char *key;
	json_t *member;
	size_t index;

	json_array_foreach(value, index, member)
	{
		int depth = measure_depth(member);
		deepest = depth > deepest ? depth : deepest;
	}
	json_object_foreach((json_t *)(uintptr_t)value, key, member)
	{
		int depth = measure_depth(member);
		deepest = depth > deepest ? depth : deepest;
	}
	return deepest + (json_is_array(value) || json_is_object(value));
}

/* A text comes out whole and clean, or not at all. */
static void check_text(const json_t *object, const char *key, const json_t *member)
{
	char out[TEXT_CAP + 1], whole[3 * TEXT_CAP];

	memset(out, 0x7F, sizeof out);
	if (bt_json_text(object, key, out, TEXT_CAP) != BT_OK) {
		assert(out[0] == 0x7F && out[TEXT_CAP - 1] == 0x7F);
		return;
	}
	assert(json_is_string(member) && json_string_length(member) < TEXT_CAP);
	assert(out[TEXT_CAP] == 0x7F && memchr(out, '\0', TEXT_CAP) != NULL && bt_text_is_clean(out));
	bt_text_clean(json_string_value(member), json_string_length(member), INT_MAX, whole, sizeof whole);
	assert(strcmp(out, whole) == 0);
}

static void check_getters(const json_t *object)
{
	const char *key;
	json_t *member;

	json_object_foreach((json_t *)(uintptr_t)object, key, member)
	{
		int64_t number = -7;
		bool flag = false;

		check_text(object, key, member);
		if (bt_json_int(object, key, -5, 1000, &number) == BT_OK)
			assert(json_is_integer(member) && number >= -5 && number <= 1000);
		else
			assert(number == -7);
		assert((bt_json_bool(object, key, &flag) == BT_OK) == json_is_boolean(member));
		assert((bt_json_array(object, key) == member) == json_is_array(member));
		assert((bt_json_object(object, key) == member) == json_is_object(member));
		assert(bt_json_has(object, key) == !json_is_null(member));
	}
}

/* What does not fit leaves the buffer as it was. */
static void check_full(const json_t *value, size_t max)
{
	struct bt_buf small;

	bt_buf_init(&small, max + 4);
	assert(bt_buf_put(&small, "keep", 4) == BT_OK);
	if (bt_json_encode(value, &small) != BT_OK)
		assert(small.len == 4 && strcmp((const char *)small.data, "keep") == 0);
	bt_buf_fini(&small);
}

static void check_canonical(const json_t *value)
{
	struct bt_buf first, second;
	json_t *again = NULL;

	bt_buf_init(&first, 16 * SIZE_MAX_BYTES);
	bt_buf_init(&second, 16 * SIZE_MAX_BYTES);
	if (bt_json_encode(value, &first) == BT_OK) {
		assert(bt_json_parse(bt_buf_view(&first), first.len, &again, NULL) == BT_OK);
		assert(json_equal(value, again) && bt_json_encode(again, &second) == BT_OK);
		assert(bt_bytes_equal(bt_buf_view(&first), bt_buf_view(&second)));
		assert(strchr((const char *)first.data, '\n') == NULL && strlen((const char *)first.data) == first.len);
		check_full(value, first.len / 2);
		json_decref(again);
	}
	bt_buf_fini(&first);
	bt_buf_fini(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *value = NULL;
	enum bt_err err = bt_json_parse((struct bt_bytes){data, size}, SIZE_MAX_BYTES, &value, NULL);

	assert(size <= SIZE_MAX_BYTES || err == BT_EFULL);
	if (err) {
		assert(value == NULL && (err == BT_EFORMAT || err == BT_EFULL));
		return 0;
	}
	assert(json_is_object(value) || json_is_array(value));
	assert(measure_depth(value) <= BT_JSON_MAX_DEPTH);
	check_getters(value);
	check_canonical(value);
	json_decref(value);
	return 0;
}
