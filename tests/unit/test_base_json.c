/* JSON at the trust boundary: limits, texts that come out whole or not at all, and the canonical form.
 *
 * rooms: core/base */
#include "core/base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static json_t *parse(const char *text)
{
	json_t *value = NULL;
	assert_int_equal(bt_json_parse(bt_bytes_of(text), 4096, &value, NULL), BT_OK);
	return value;
}

static void check_limits(void **state)
{
	static const char *const refused[] = {
	    "", "1", "{", "{}x", "{\"a\":1,\"a\":2}", "[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", "{\"a\":\"\\u0000\"}",
	};
	json_t *value = NULL;
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		assert_int_equal(bt_json_parse(bt_bytes_of(refused[i]), 4096, &value, NULL), BT_EFORMAT);
		assert_null(value);
	}
	assert_int_equal(bt_json_parse(bt_bytes_of("[1,2]"), 4, &value, NULL), BT_EFULL);
	json_decref(parse("[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]"));
	json_decref(parse("{\"a\":\"[[[[[[[[[[[[[[[[[[[[[\"}"));
}

/* "12345" and two control characters are seven bytes, but eleven when cleaned: not to be read as "12345". */
static void check_text_is_whole_or_nothing(void **state)
{
	static const struct {
		const char *json, *out; /* NULL: refused */
	} rows[] = {
	    {"{\"t\":\"1234567\"}", "1234567"},
	    {"{\"t\":\"12345678\"}", NULL},
	    {"{\"t\":\"1234\\u0001\"}", "1234\xEF\xBF\xBD"},
	    {"{\"t\":\"12345\\u0001\\u0001\"}", NULL},
	    {"{\"t\":7}", NULL},
	    {"{}", NULL},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *value = parse(rows[i].json);
		char out[8] = "before";
		assert_int_equal(bt_json_text(value, "t", out, sizeof(out)), rows[i].out ? BT_OK : BT_EFORMAT);
		assert_string_equal(out, rows[i].out ? rows[i].out : "before");
		json_decref(value);
	}
}

static void check_canonical(void **state)
{
	json_t *value = parse(" { \"b\" : [ true , null ] ,\n \"a\" : -5 } ");
	struct bt_buf out;
	(void)state;
	bt_buf_init(&out, 64);
	assert_int_equal(bt_json_encode(value, &out), BT_OK);
	assert_string_equal((const char *)out.data, "{\"a\":-5,\"b\":[true,null]}");
	bt_buf_fini(&out);
	json_decref(value);
	value = parse("[1.0]");
	bt_buf_init(&out, 64);
	assert_int_equal(bt_json_encode(value, &out), BT_EINPUT);
	bt_buf_fini(&out);
	json_decref(value);
}

/* What could not be read again is not written. */
static void check_what_is_not_written(void **state)
{
	json_t *values[] = {json_pack("{s:[f]}", "a", 1.5), json_pack("[s%]", "a\0b", (size_t)3), json_array()};
	struct bt_buf out;
	(void)state;
	for (int depth = 1; depth <= BT_JSON_MAX_DEPTH; depth++)
		values[2] = json_pack("[o]", values[2]);
	bt_buf_init(&out, 64);
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		assert_int_equal(bt_json_encode(values[i], &out), BT_EINPUT);
	assert_int_equal(bt_json_encode(json_array_get(values[2], 0), &out), BT_OK);
	json_decref(parse((const char *)out.data));
	bt_buf_fini(&out);
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		json_decref(values[i]);
}

/* At every size that is too small the buffer stays what it was, terminator included. */
static void check_full(void **state)
{
	json_t *value = parse("{\"a\":-5,\"b\":[true,null]}");
	(void)state;
	for (size_t max = 4; max < 4 + strlen("{\"a\":-5,\"b\":[true,null]}"); max++) {
		struct bt_buf out;
		bt_buf_init(&out, max);
		assert_int_equal(bt_buf_put(&out, "keep", 4), BT_OK);
		assert_int_equal(bt_json_encode(value, &out), BT_EFULL);
		assert_int_equal(out.len, 4);
		assert_string_equal((const char *)out.data, "keep");
		bt_buf_fini(&out);
	}
	json_decref(value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(check_limits),    cmocka_unit_test(check_text_is_whole_or_nothing),
	    cmocka_unit_test(check_canonical), cmocka_unit_test(check_what_is_not_written),
	    cmocka_unit_test(check_full),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
