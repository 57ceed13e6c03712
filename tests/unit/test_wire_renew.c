/* The call for a new certificate in the REST codec: the bytes of the request, and the one fate of each reply.
 * rooms: core/wire core/base
 * Replies are written out from assets/api/openapi.yaml by hand; none was made by the codec. */
#include "core/wire/protocol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/text.h"

#define PEM      "-----BEGIN CERTIFICATE REQUEST-----\nMIHW\n-----END CERTIFICATE REQUEST-----\n"
#define GOOD     "{\"certificate\":\"-----BEGIN CERTIFICATE-----\\n\",\"time\":1795350245000,\"era\":3}"
#define NO(code) "{\"error\":{\"code\":\"" code "\",\"message\":{\"en\":\"No.\",\"hi\":\"नहीं\"}}}"

static struct bt_call make_call(void)
{
	return (struct bt_call){
	    .kind = BT_CALL_RENEW, .id = 7, .deadline_ms = 1000, .era = 3, .text = "0142", .body = bt_bytes_of(PEM)};
}

static void the_request_is_these_bytes(void **state)
{
	static const char body[] = "{\"era\":3,\"request\":\"-----BEGIN CERTIFICATE REQUEST-----\\nMIHW\\n"
				   "-----END CERTIFICATE REQUEST-----\\n\"}";
	struct bt_call call = make_call();
	struct bt_http_request request = {0};

	(void)state;
	assert_int_equal(bt_protocol_rest.encode(&call, &request), BT_OK);
	assert_string_equal(request.method, "POST");
	assert_string_equal(request.path, "/v1/terminals/0142/certificate");
	assert_int_equal(request.body.len, strlen(body));
	assert_memory_equal(request.body.data, body, request.body.len);
	bt_buf_fini(&request.body);
	/* A fresh connection, and no other after it on the same. */
	assert_true(bt_call_moves_money(BT_CALL_RENEW));
}

static void what_names_nothing_is_not_asked(void **state)
{
	struct bt_http_request request = {.method = "untouched"};
	struct bt_call call = make_call();

	(void)state;
	call.text[0] = '\0';
	assert_int_equal(bt_protocol_rest.encode(&call, &request), BT_EINPUT);
	bt_text_copy(call.text, sizeof call.text, "../sales");
	assert_int_equal(bt_protocol_rest.encode(&call, &request), BT_EINPUT);
	call = make_call();
	call.era = 0;
	assert_int_equal(bt_protocol_rest.encode(&call, &request), BT_EINPUT);
	call = make_call();
	call.body = (struct bt_bytes){NULL, 0};
	assert_int_equal(bt_protocol_rest.encode(&call, &request), BT_EINPUT);
	call.body = bt_bytes_of("\xff\xfe no text");
	assert_int_equal(bt_protocol_rest.encode(&call, &request), BT_EINPUT);
	assert_string_equal(request.method, "untouched");
}

static enum bt_err fate_of(int status, struct bt_bytes body, char code[40])
{
	struct bt_call call = make_call();
	struct bt_answer answer = {.kind = BT_CALL_RENEW, .id = 7};
	uint8_t *copy = malloc(body.len ? body.len : 1);
	struct bt_http_reply reply = {.status = status, .era = 3, .body = {copy, body.len}};
	enum bt_err err;

	assert_non_null(copy);
	if (body.len)
		memcpy(copy, body.data, body.len);
	bt_protocol_rest.decode(&call, &reply, &answer);
	free(copy);
	err = answer.fault.err;
	assert_true(err != BT_OK || answer.body.len == body.len);
	memcpy(code, answer.code, 40);
	bt_answer_fini(&answer);
	return err;
}

static void each_reply_has_one_fate(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum bt_err err;
		const char *code;
	} rows[] = {
	    {201, GOOD, BT_OK, ""},
	    {200, GOOD, BT_OK, ""},
	    {202, GOOD, BT_EGARBAGE, ""},
	    {201, "{\"certificate\":7,\"time\":1,\"era\":3}", BT_EGARBAGE, ""},
	    {201, "{\"certificate\":\"\",\"time\":-1,\"era\":3}", BT_EGARBAGE, ""},
	    {201, "{\"certificate\":\"\",\"time\":1}", BT_EGARBAGE, ""},
	    {201, "{\"time\":1,\"era\":3}", BT_EGARBAGE, ""},
	    {201, "[]", BT_EGARBAGE, ""},
	    {201, "", BT_EGARBAGE, ""},
	    {400, NO("malformed"), BT_EREFUSED, "malformed"},
	    {401, NO("no_certificate"), BT_EREFUSED, "no_certificate"},
	    {403, NO("wrong_terminal"), BT_EREFUSED, "wrong_terminal"},
	    {409, NO("era"), BT_EREFUSED, "era"},
	    {500, NO("internal"), BT_EGARBAGE, ""},
	};
	char code[40];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(fate_of(rows[i].status, bt_bytes_of(rows[i].body), code), rows[i].err);
		assert_string_equal(code, rows[i].code);
	}
	/* Cut anywhere it is no answer. */
	for (size_t len = 0; len < strlen(GOOD); len++)
		assert_int_equal(fate_of(201, (struct bt_bytes){(const uint8_t *)GOOD, len}, code), BT_EGARBAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_request_is_these_bytes),
	    cmocka_unit_test(what_names_nothing_is_not_asked),
	    cmocka_unit_test(each_reply_has_one_fate),
	};

	return cmocka_run_group_tests_name("wire renew", tests, NULL, NULL);
}
