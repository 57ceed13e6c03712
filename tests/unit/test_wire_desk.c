/* The calls of the desk in the REST codec: the bytes of each request, and the one fate of each reply.
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

#define CLAIM_ID "01890a5d-ac96-774b-bcce-b302099a8057"
#define OTHER_ID "01890a5d-ac96-774b-bcce-b302099a8058"
#define CLAIM    "{\"claim_id\":\"" CLAIM_ID "\",\"number\":\"C-0142-1-5\"}"
#define PROMISE(id)                                                                                                    \
	"{\"claim_id\":\"" id "\",\"number\":\"C-0142-1-5\",\"promised_at\":1795357445000,\"state\":\"open\","         \
	"\"time\":1795350245000}"
#define NO(code) "{\"error\":{\"code\":\"" code "\",\"message\":{\"en\":\"No.\",\"hi\":\"नहीं\"}}}"

static struct bt_call make_call(enum bt_call_kind kind, const char *text)
{
	struct bt_call call = {.kind = kind, .id = 7, .deadline_ms = 1000, .era = 3, .body = bt_bytes_of(CLAIM)};

	assert_int_equal(bt_text_copy(call.text, sizeof call.text, text), BT_OK);
	return call;
}

static void assert_request(enum bt_call_kind kind, const char *text, const char *method, const char *path,
			   const char *body)
{
	struct bt_call call = make_call(kind, text);
	struct bt_http_request request = {0};

	assert_int_equal(bt_protocol_rest.encode(&call, &request), BT_OK);
	assert_string_equal(request.method, method);
	assert_string_equal(request.path, path);
	assert_int_equal(request.body.len, strlen(body));
	if (request.body.len)
		assert_memory_equal(request.body.data, body, request.body.len);
	bt_buf_fini(&request.body);
}

static void requests_are_these_bytes(void **state)
{
	(void)state;
	assert_request(BT_CALL_FIND, "4326 1180", "GET", "/v1/payments?find=4326%201180", "");
	assert_request(BT_CALL_FIND, "a&b=c#d", "GET", "/v1/payments?find=a%26b%3Dc%23d", "");
	assert_request(BT_CALL_CLAIM, CLAIM_ID, "POST", "/v1/claims",
		       "{\"era\":3,\"claim_id\":\"" CLAIM_ID "\",\"number\":\"C-0142-1-5\"}");
	assert_request(BT_CALL_CLAIM_VIEW, CLAIM_ID, "GET", "/v1/claims/" CLAIM_ID, "");
	assert_request(BT_CALL_RECONNECTIONS, "", "GET", "/v1/reconnections", "");
	assert_request(BT_CALL_RECONNECTIONS, "100245510087", "GET", "/v1/reconnections?connection=100245510087", "");
}

static void what_names_nothing_is_not_asked(void **state)
{
	struct bt_http_request request = {.method = "untouched"};
	struct bt_call call = make_call(BT_CALL_FIND, "");

	(void)state;
	assert_int_equal(bt_protocol_rest.encode(&call, &request), BT_EINPUT);
	call = make_call(BT_CALL_CLAIM_VIEW, "../sales");
	assert_int_equal(bt_protocol_rest.encode(&call, &request), BT_EINPUT);
	call = make_call(BT_CALL_CLAIM, CLAIM_ID);
	call.era = 0;
	assert_int_equal(bt_protocol_rest.encode(&call, &request), BT_EINPUT);
	call = make_call(BT_CALL_CLAIM, CLAIM_ID);
	call.body = bt_bytes_of("[]");
	assert_int_equal(bt_protocol_rest.encode(&call, &request), BT_EINPUT);
	assert_string_equal(request.method, "untouched");
}

static enum bt_err fate_of(enum bt_call_kind kind, int status, struct bt_bytes body, char code[40])
{
	struct bt_call call = make_call(kind, kind == BT_CALL_RECONNECTIONS ? "" : CLAIM_ID);
	struct bt_answer answer = {.kind = kind, .id = 7};
	uint8_t *copy = malloc(body.len ? body.len : 1);
	struct bt_http_reply reply = {.status = status, .era = 3, .body = {copy, body.len}};
	enum bt_err err;

	assert_non_null(copy);
	if (body.len)
		memcpy(copy, body.data, body.len);
	bt_protocol_rest.decode(&call, &reply, &answer);
	free(copy);
	err = answer.fault.err;
	memcpy(code, answer.code, 40);
	bt_answer_fini(&answer);
	return err;
}

static const struct {
	enum bt_call_kind kind;
	int status;
	const char *body;
	enum bt_err err;
	const char *code;
} replies[] = {
    {BT_CALL_FIND, 200, "{\"payments\":[],\"time\":1}", BT_OK, ""},
    {BT_CALL_FIND, 200, "{\"payments\":{},\"time\":1}", BT_EGARBAGE, ""},
    {BT_CALL_FIND, 200, "{\"time\":1}", BT_EGARBAGE, ""},
    {BT_CALL_FIND, 400, NO("malformed"), BT_EREFUSED, "malformed"},
    {BT_CALL_FIND, 500, NO("internal"), BT_EGARBAGE, ""},
    {BT_CALL_CLAIM, 201, PROMISE(CLAIM_ID), BT_OK, ""},
    {BT_CALL_CLAIM, 200, PROMISE(CLAIM_ID), BT_OK, ""},
    {BT_CALL_CLAIM, 201, PROMISE(OTHER_ID), BT_EGARBAGE, ""},
    {BT_CALL_CLAIM, 202, PROMISE(CLAIM_ID), BT_EGARBAGE, ""},
    {BT_CALL_CLAIM, 409, NO("id_conflict"), BT_EREFUSED, "id_conflict"},
    {BT_CALL_CLAIM_VIEW, 200, PROMISE(CLAIM_ID), BT_OK, ""},
    {BT_CALL_CLAIM_VIEW, 200, PROMISE(OTHER_ID), BT_EGARBAGE, ""},
    {BT_CALL_CLAIM_VIEW, 404, NO("unknown_claim"), BT_EREFUSED, "unknown_claim"},
    {BT_CALL_RECONNECTIONS, 200, "{\"reconnections\":[],\"time\":1}", BT_OK, ""},
    {BT_CALL_RECONNECTIONS, 200, "{\"reconnections\":[],\"time\":-1}", BT_EGARBAGE, ""},
    {BT_CALL_RECONNECTIONS, 200, "[]", BT_EGARBAGE, ""},
};

static void each_reply_has_one_fate(void **state)
{
	char code[40];

	(void)state;
	for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
		assert_int_equal(fate_of(replies[i].kind, replies[i].status, bt_bytes_of(replies[i].body), code),
				 replies[i].err);
		assert_string_equal(code, replies[i].code);
	}
}

static void a_cut_reply_is_no_promise(void **state)
{
	struct bt_bytes whole = bt_bytes_of(PROMISE(CLAIM_ID));
	char code[40];

	(void)state;
	for (size_t len = 0; len < whole.len; len++)
		assert_int_equal(fate_of(BT_CALL_CLAIM, 201, (struct bt_bytes){whole.data, len}, code), BT_EGARBAGE);
}

static void only_a_claim_moves_money(void **state)
{
	(void)state;
	assert_true(bt_call_moves_money(BT_CALL_CLAIM));
	assert_false(bt_call_moves_money(BT_CALL_FIND));
	assert_false(bt_call_moves_money(BT_CALL_CLAIM_VIEW));
	assert_false(bt_call_moves_money(BT_CALL_RECONNECTIONS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(requests_are_these_bytes), cmocka_unit_test(what_names_nothing_is_not_asked),
	    cmocka_unit_test(each_reply_has_one_fate),  cmocka_unit_test(a_cut_reply_is_no_promise),
	    cmocka_unit_test(only_a_claim_moves_money),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
