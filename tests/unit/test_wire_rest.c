/* The REST codec: bytes of every request, and the one fate of every reply.
 * rooms: core/wire core/base
 * Replies are written out from the wire contract by hand; none was made by the codec. */
#include "core/wire/protocol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/text.h"

#define SALE_ID  "01890a5d-ac96-774b-bcce-b302099a8057"
#define OTHER_ID "01890a5d-ac96-774b-bcce-b302099a8058"
#define RECORD   "{\"amount_paise\":50000,\"rev\":2,\"sale_id\":\"" SALE_ID "\"}"
/* A change that is due, with these two tokens. */
#define CHANGE(first, second)                                                                                          \
	"{\"tokens\":[" first "," second                                                                               \
	"],\"from\":{\"sgc\":\"123457\",\"krn\":1,\"kt\":2,\"ti\":\"01\",\"ken\":255,"                                 \
	"\"base\":2014},\"roll_over\":false}"
#define GOOD_SALE                                                                                                      \
	"{\"sale_id\":\"" SALE_ID "\",\"rev\":2,\"status\":\"committed\",\"token\":\"44170823915622607384\","          \
	"\"tid\":6789012,\"units\":635,\"balance_paise\":-14230,\"dues_paise\":186000,\"time\":1795000000000}"
#define REFUSAL(id, code)                                                                                              \
	"{\"error\":{\"code\":\"" code "\",\"message\":{\"en\":\"No.\",\"hi\":\"नहीं\"}},\"sale_id\":\"" id "\"}"
#define TOMBSTONE(word) "{\"error\":{\"code\":\"unknown_sale\"},\"sale_id\":\"" SALE_ID "\",\"tombstone\":" word "}"

static struct bt_call make_call(enum bt_call_kind kind)
{
	struct bt_call call = {.kind = kind,
			       .id = 7,
			       .deadline_ms = 1000,
			       .sale_id = SALE_ID,
			       .number = 2,
			       .limit = 500,
			       .era = 1,
			       .body = bt_bytes_of(RECORD)};

	return call;
}

static struct bt_answer decode(const struct bt_call *call, int status, struct bt_bytes body)
{
	struct bt_answer answer = {.kind = call->kind, .id = call->id};
	struct bt_http_reply reply = {.status = status, .era = 3, .body = body};
	/* A copy without a terminator, so that reading one byte too many is seen by the sanitizer. */
	uint8_t *copy = malloc(body.len ? body.len : 1);

	assert_non_null(copy);
	if (body.len)
		memcpy(copy, body.data, body.len);
	reply.body.data = copy;
	bt_protocol_rest.decode(call, &reply, &answer);
	free(copy);
	return answer;
}

/* ---- requests ---- */

static void assert_request(const struct bt_call *call, const char *method, const char *path, const char *body)
{
	struct bt_http_request request = {0};

	assert_int_equal(bt_protocol_rest.encode(call, &request), BT_OK);
	assert_string_equal(request.method, method);
	assert_string_equal(request.path, path);
	assert_int_equal(request.body.len, strlen(body));
	if (request.body.len)
		assert_string_equal((const char *)request.body.data, body);
	bt_buf_fini(&request.body);
}

static void wire_rest_encodes_known_bytes(void **state)
{
	struct bt_call call = make_call(BT_CALL_SALE);

	(void)state;
	assert_request(&call, "POST", "/v1/sales", "{\"era\":1,\"sale\":" RECORD "}");
	call = make_call(BT_CALL_INQUIRY);
	assert_request(&call, "GET", "/v1/sales/" SALE_ID, "");
	call = make_call(BT_CALL_REVERSAL);
	(void)bt_text_copy(call.text, sizeof call.text, "paid_twice");
	assert_request(&call, "POST", "/v1/sales/" SALE_ID "/reversal", "{\"era\":1,\"reason\":\"paid_twice\"}");
	call = make_call(BT_CALL_FINISH);
	call.body = bt_bytes_of("RC1:AB $%*+-./:9");
	assert_request(&call, "POST", "/v1/sales/" SALE_ID "/finish", "{\"docket\":\"RC1:AB $%*+-./:9\",\"era\":1}");
	call.body = bt_bytes_of("");
	assert_request(&call, "POST", "/v1/sales/" SALE_ID "/finish", "{\"era\":1}");
	(void)bt_text_copy(call.text, sizeof call.text, "jha");
	assert_request(&call, "POST", "/v1/sales/" SALE_ID "/finish", "{\"era\":1,\"refused\":{\"by\":\"jha\"}}");
	call = make_call(BT_CALL_DOCKET);
	(void)bt_text_copy(call.text, sizeof call.text, "D-0142-0611-087-7");
	assert_request(&call, "GET", "/v1/dockets/D-0142-0611-087-7", "");
	call = make_call(BT_CALL_DIRECTORY);
	assert_request(&call, "GET", "/v1/directory?since=2&limit=500", "");
	call = make_call(BT_CALL_LEASE);
	assert_request(&call, "GET", "/v1/lease", "");
	call = make_call(BT_CALL_TARIFFS);
	assert_request(&call, "GET", "/v1/tariffs", "");
	call = make_call(BT_CALL_HEAD);
	assert_request(&call, "GET", "/v1/journal/head", "");
	call = make_call(BT_CALL_JOURNAL);
	assert_request(&call, "POST", "/v1/journal", RECORD);
	call = make_call(BT_CALL_ENROL);
	assert_request(&call, "POST", "/v1/enrolments", RECORD);
	call = make_call(BT_CALL_CONSUMER);
	(void)bt_text_copy(call.text, sizeof call.text, "10 0/../x?é");
	assert_request(&call, "GET", "/v1/consumers/10%200%2F..%2Fx%3F%C3%A9", "");
	call = make_call(BT_CALL_ACCOUNT);
	(void)bt_text_copy(call.text, sizeof call.text, "100244781560");
	assert_request(&call, "GET", "/v1/consumers/100244781560/account", "");
	call = make_call(BT_CALL_HEALTH);
	(void)bt_text_copy(call.text, sizeof call.text, "000102030405060708090a0b0c0d0e0f");
	assert_request(&call, "GET", "/v1/health?nonce=000102030405060708090a0b0c0d0e0f", "");
}

static void wire_rest_refuses_to_encode_what_does_not_agree(void **state)
{
	struct bt_http_request request = {.method = "untouched"};
	struct bt_call call = make_call(BT_CALL_SALE);

	(void)state;
	(void)bt_text_copy(call.sale_id, sizeof call.sale_id, OTHER_ID);
	assert_int_equal(bt_protocol_rest.encode(&call, &request), BT_EINPUT);
	call = make_call(BT_CALL_SALE);
	call.number = 1;
	assert_int_equal(bt_protocol_rest.encode(&call, &request), BT_EINPUT);
	call = make_call(BT_CALL_SALE);
	call.era = 0;
	assert_int_equal(bt_protocol_rest.encode(&call, &request), BT_EINPUT);
	call = make_call(BT_CALL_SALE);
	call.body = bt_bytes_of(RECORD ",\"x\":1");
	assert_int_equal(bt_protocol_rest.encode(&call, &request), BT_EINPUT);
	call = make_call(BT_CALL_INQUIRY);
	(void)bt_text_copy(call.sale_id, sizeof call.sale_id, "../../v1/sales");
	assert_int_equal(bt_protocol_rest.encode(&call, &request), BT_EINPUT);
	call = make_call(BT_CALL_FINISH);
	call.body = bt_bytes_of("RC1:A\",\"era\":\"9");
	assert_int_equal(bt_protocol_rest.encode(&call, &request), BT_EINPUT);
	call.body = bt_bytes_of("");
	call.era = 0;
	assert_int_equal(bt_protocol_rest.encode(&call, &request), BT_EINPUT);
	call.era = 1;
	(void)bt_text_copy(call.text, sizeof call.text, "jha\"},\"era\":{\"");
	assert_int_equal(bt_protocol_rest.encode(&call, &request), BT_EINPUT);
	(void)bt_text_copy(call.text, sizeof call.text, "jha");
	call.body = bt_bytes_of("RC1:A"); /* a docket is of a token that nobody has */
	assert_int_equal(bt_protocol_rest.encode(&call, &request), BT_EINPUT);
	call = make_call(BT_CALL_REVERSAL);
	assert_int_equal(bt_protocol_rest.encode(&call, &request), BT_EINPUT); /* no reason */
	(void)bt_text_copy(call.text, sizeof call.text, "a\",\"era\":2");
	assert_int_equal(bt_protocol_rest.encode(&call, &request), BT_EINPUT);
	call = make_call(BT_CALL_DIRECTORY);
	call.limit = 2001;
	assert_int_equal(bt_protocol_rest.encode(&call, &request), BT_EINPUT);
	call = make_call(BT_CALL_CONSUMER);
	(void)bt_text_copy(call.text, sizeof call.text, "..");
	assert_int_equal(bt_protocol_rest.encode(&call, &request), BT_EINPUT);
	call = make_call(BT_CALL_HEALTH);
	assert_int_equal(bt_protocol_rest.encode(&call, &request), BT_EINPUT);
	assert_string_equal(request.method, "untouched");
}

/* ---- replies ---- */

#define ACCOUNT(waiting)                                                                                               \
	"{\"number\":\"100244781560\",\"time\":1795000000000,\"recharges\":[]," waiting                                \
	",\"notices\":[],\"others\":[],\"reconnection\":null}"

struct row {
	enum bt_call_kind kind;
	int status;
	const char *body;
	enum bt_err err;
	const char *code;
};

static const struct row rows[] = {
    {BT_CALL_SALE, 201, GOOD_SALE, BT_OK, ""},
    {BT_CALL_SALE, 200, GOOD_SALE, BT_OK, ""},
    {BT_CALL_INQUIRY, 200, GOOD_SALE, BT_OK, ""},
    /* good words, wrong status */
    {BT_CALL_SALE, 202, GOOD_SALE, BT_EGARBAGE, ""},
    {BT_CALL_SALE, 302, GOOD_SALE, BT_EGARBAGE, ""},
    {BT_CALL_SALE, 409, GOOD_SALE, BT_EGARBAGE, ""},
    {BT_CALL_SALE, 500, GOOD_SALE, BT_EGARBAGE, ""},
    {BT_CALL_INQUIRY, 201, GOOD_SALE, BT_EGARBAGE, ""},
    /* refusals: ours, another's, nobody's */
    {BT_CALL_SALE, 409, REFUSAL(SALE_ID, "tid_used"), BT_EREFUSED, "tid_used"},
    {BT_CALL_SALE, 422, REFUSAL(SALE_ID, "blocked"), BT_EREFUSED, "blocked"},
    {BT_CALL_SALE, 409, REFUSAL(OTHER_ID, "tid_used"), BT_EGARBAGE, ""},
    {BT_CALL_SALE, 409, "{\"error\":{\"code\":\"tid_used\"}}", BT_EGARBAGE, ""},
    {BT_CALL_SALE, 500, REFUSAL(SALE_ID, "tid_used"), BT_EGARBAGE, ""},
    {BT_CALL_SALE, 200, REFUSAL(SALE_ID, "tid_used"), BT_EGARBAGE, ""},
    {BT_CALL_SALE, 409, REFUSAL(SALE_ID, "Not A Code"), BT_EGARBAGE, ""},
    {BT_CALL_SALE, 409, REFUSAL(SALE_ID, ""), BT_EGARBAGE, ""},
    {BT_CALL_SALE, 409, "{\"error\":\"tid_used\",\"sale_id\":\"" SALE_ID "\"}", BT_EGARBAGE, ""},
    {BT_CALL_SALE, 409, "{\"error\":{\"code\":\"a\",\"message\":\"m\"},\"sale_id\":\"" SALE_ID "\"}", BT_EGARBAGE, ""},
    {BT_CALL_SALE, 409, "<html>409 Conflict</html>", BT_EGARBAGE, ""},
    {BT_CALL_SALE, 403, "", BT_EGARBAGE, ""},
    /* an inquiry ends a sale only by a tombstone or a reversal (PROTOCOL H3) */
    {BT_CALL_INQUIRY, 404, TOMBSTONE("true"), BT_EREFUSED, "unknown_sale"},
    {BT_CALL_INQUIRY, 404, TOMBSTONE("false"), BT_EGARBAGE, ""},
    {BT_CALL_INQUIRY, 404, TOMBSTONE("1"), BT_EGARBAGE, ""},
    {BT_CALL_INQUIRY, 404, REFUSAL(SALE_ID, "unknown_sale"), BT_EGARBAGE, ""},
    {BT_CALL_INQUIRY, 403, REFUSAL(SALE_ID, "revoked"), BT_EGARBAGE, ""},
    {BT_CALL_INQUIRY, 200, "{\"sale_id\":\"" SALE_ID "\",\"rev\":2,\"status\":\"reversed\"}", BT_EREFUSED, "reversed"},
    /* only the word that it was taken back lets money go (PROTOCOL H3) */
    {BT_CALL_REVERSAL, 200, "{\"sale_id\":\"" SALE_ID "\",\"status\":\"reversed\"}", BT_OK, ""},
    {BT_CALL_REVERSAL, 200, "{\"sale_id\":\"" OTHER_ID "\",\"status\":\"reversed\"}", BT_EGARBAGE, ""},
    {BT_CALL_REVERSAL, 200, "{\"status\":\"reversed\"}", BT_EGARBAGE, ""},
    {BT_CALL_REVERSAL, 200, "{\"sale_id\":\"" SALE_ID "\",\"status\":\"committed\"}", BT_EGARBAGE, ""},
    {BT_CALL_REVERSAL, 200, GOOD_SALE, BT_EGARBAGE, ""},
    {BT_CALL_REVERSAL, 201, "{\"sale_id\":\"" SALE_ID "\",\"status\":\"reversed\"}", BT_EGARBAGE, ""},
    {BT_CALL_REVERSAL, 409, REFUSAL(SALE_ID, "token_released"), BT_EREFUSED, "token_released"},
    {BT_CALL_REVERSAL, 409, REFUSAL(OTHER_ID, "token_released"), BT_EGARBAGE, ""},
    {BT_CALL_REVERSAL, 404, "{\"error\":{\"code\":\"unknown_sale\"}}", BT_EGARBAGE, ""},
    {BT_CALL_REVERSAL, 500, REFUSAL(SALE_ID, "internal"), BT_EGARBAGE, ""},
    {BT_CALL_FINISH, 201, GOOD_SALE, BT_OK, ""},
    {BT_CALL_FINISH, 409, REFUSAL(SALE_ID, "reversed"), BT_EREFUSED, "reversed"},
    {BT_CALL_FINISH, 409, REFUSAL(OTHER_ID, "reversed"), BT_EGARBAGE, ""},
    {BT_CALL_FINISH, 500, REFUSAL(SALE_ID, "internal"), BT_EGARBAGE, ""},
    {BT_CALL_DOCKET, 404, "{\"error\":{\"code\":\"unknown_docket\"}}", BT_EREFUSED, "unknown_docket"},
    {BT_CALL_DOCKET, 200, GOOD_SALE, BT_EGARBAGE, ""},
    /* garbage */
    {BT_CALL_SALE, 200, "", BT_EGARBAGE, ""},
    {BT_CALL_SALE, 200, "null", BT_EGARBAGE, ""},
    {BT_CALL_SALE, 200, "[]", BT_EGARBAGE, ""},
    {BT_CALL_SALE, 200, "{}", BT_EGARBAGE, ""},
    {BT_CALL_SALE, 200, "OK", BT_EGARBAGE, ""},
    {BT_CALL_SALE, 200, GOOD_SALE "x", BT_EGARBAGE, ""},
    {BT_CALL_SALE, 200, "{\"a\":1,\"a\":2}", BT_EGARBAGE, ""},
    /* calls that are not about a sale */
    {BT_CALL_LEASE, 200, "{\"document\":\"e30=\",\"signature\":\"AA==\"}", BT_OK, ""},
    {BT_CALL_LEASE, 200, "{\"document\":{},\"signature\":\"AA==\"}", BT_EGARBAGE, ""},
    {BT_CALL_LEASE, 403, "{\"error\":{\"code\":\"revoked\"}}", BT_EREFUSED, "revoked"},
    {BT_CALL_LEASE, 503, "{\"error\":{\"code\":\"revoked\"}}", BT_EGARBAGE, ""},
    {BT_CALL_CONSUMER, 404, "{\"error\":{\"code\":\"unknown_consumer\"}}", BT_EREFUSED, "unknown_consumer"},
    {BT_CALL_ACCOUNT, 404, "{\"error\":{\"code\":\"unknown_consumer\"}}", BT_EREFUSED, "unknown_consumer"},
    {BT_CALL_ACCOUNT, 200, ACCOUNT("\"waiting\":[]"), BT_EGARBAGE, ""}, /* of somebody else: nobody was asked about */
    {BT_CALL_ACCOUNT, 200, ACCOUNT("\"waiting\":{}"), BT_EGARBAGE, ""},
    {BT_CALL_DIRECTORY, 200, "{\"version\":4,\"complete\":true,\"consumers\":[],\"removed\":[]}", BT_OK, ""},
    {BT_CALL_DIRECTORY, 200, "{\"version\":-4,\"complete\":true,\"consumers\":[],\"removed\":[]}", BT_EGARBAGE, ""},
    {BT_CALL_DIRECTORY, 200, "{\"version\":4,\"complete\":1,\"consumers\":[],\"removed\":[]}", BT_EGARBAGE, ""},
    {BT_CALL_JOURNAL, 409, "{\"error\":{\"code\":\"gap\"},\"expected\":12}", BT_EREFUSED, "gap"},
    {BT_CALL_JOURNAL, 200, "{\"acknowledged\":1,\"head\":\"00\",\"head_signature\":\"\",\"results\":[]}", BT_OK, ""},
    {BT_CALL_JOURNAL, 200, "{\"acknowledged\":1.5,\"head\":\"00\",\"head_signature\":\"\",\"results\":[]}", BT_EGARBAGE,
     ""},
    {BT_CALL_HEAD, 200, "{\"seq\":0,\"hash\":\"0000000000000000000000000000000000000000000000000000000000000000\"}",
     BT_OK, ""},
    {BT_CALL_HEAD, 200, "{\"seq\":0,\"hash\":\"00\"}", BT_EGARBAGE, ""},
};

static void wire_rest_gives_each_reply_one_fate(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct bt_call call = make_call(rows[i].kind);
		struct bt_answer answer = decode(&call, rows[i].status, bt_bytes_of(rows[i].body));

		if (answer.fault.err != rows[i].err)
			print_error("row %zu: %s\n", i, rows[i].body);
		assert_int_equal(answer.fault.err, rows[i].err);
		assert_string_equal(answer.code, rows[i].code);
		assert_int_equal(answer.id, 7);
		assert_int_equal(answer.kind, rows[i].kind);
		bt_answer_fini(&answer);
	}
}

static void wire_rest_keeps_an_account(void **state)
{
	struct bt_call call = make_call(BT_CALL_ACCOUNT);

	(void)state;
	(void)bt_text_copy(call.text, sizeof call.text, "100244781560");
	struct bt_answer answer = decode(&call, 200, bt_bytes_of(ACCOUNT("\"waiting\":[]")));
	assert_int_equal(answer.fault.err, BT_OK);
	assert_int_equal(answer.server_time_ms, 1795000000000);
	assert_int_equal(answer.body.len, strlen(ACCOUNT("\"waiting\":[]")));
	bt_answer_fini(&answer);
	(void)bt_text_copy(call.text, sizeof call.text, "100244781571");
	answer = decode(&call, 200, bt_bytes_of(ACCOUNT("\"waiting\":[]")));
	assert_int_equal(answer.fault.err, BT_EGARBAGE);
	bt_answer_fini(&answer);
}

static void wire_rest_reads_what_a_sale_says(void **state)
{
	struct bt_call call = make_call(BT_CALL_SALE);
	struct bt_answer answer = decode(&call, 201, bt_bytes_of(GOOD_SALE));

	(void)state;
	assert_string_equal(answer.sale_id, SALE_ID);
	assert_string_equal(answer.token, "44170823915622607384");
	assert_int_equal(answer.rev, 2);
	assert_int_equal(answer.tid, 6789012);
	assert_int_equal(answer.units, 635);
	assert_true(answer.has_account);
	assert_int_equal(answer.balance, -14230);
	assert_int_equal(answer.dues, 186000);
	assert_int_equal(answer.server_time_ms, 1795000000000);
	assert_int_equal(answer.era, 3);
	bt_answer_fini(&answer);
}

static void wire_rest_reads_what_is_keyed_in_before(void **state)
{
	static const char body[] = "{\"sale_id\":\"" SALE_ID "\",\"rev\":2,\"status\":\"committed\",\"token\":"
				   "\"44170823915622607384\",\"tid\":6789012,\"units\":635,\"time\":1795000000000,"
				   "\"key_change\":" CHANGE("\"34812744915211133004\"", "\"46903925208523674737\"") "}";
	static const enum bt_call_kind kinds[] = {BT_CALL_SALE, BT_CALL_INQUIRY};

	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct bt_call call = make_call(kinds[i]);
		struct bt_answer answer = decode(&call, 200, bt_bytes_of(body));

		assert_int_equal(answer.fault.err, BT_OK);
		assert_int_equal(answer.key_change.tokens.count, 2);
		assert_string_equal(answer.key_change.tokens.digits[0], "34812744915211133004");
		assert_string_equal(answer.key_change.tokens.digits[1], "46903925208523674737");
		assert_false(answer.key_change.roll_over);
		bt_answer_fini(&answer);
	}
}

static void wire_rest_reads_of_which_key_it_is(void **state)
{
	static const char *const said[] = {"", ",\"next_key\":true", ",\"next_key\":1"};
	struct bt_call call = make_call(BT_CALL_SALE);
	char body[400];

	(void)state;
	for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
		snprintf(body, sizeof body,
			 "{\"sale_id\":\"" SALE_ID "\",\"rev\":2,\"status\":\"committed\",\"token\":"
			 "\"44170823915622607384\",\"tid\":6789012,\"units\":635,\"time\":1795000000000,"
			 "\"key_change\":null%s}",
			 said[i]);
		struct bt_answer answer = decode(&call, 200, bt_bytes_of(body));

		assert_int_equal(answer.fault.err == BT_OK, i < 2);
		assert_int_equal(answer.next_key, i == 1);
		bt_answer_fini(&answer);
	}
}

static void wire_rest_keeps_figures_of_a_refusal(void **state)
{
	static const char body[] =
	    "{\"error\":{\"code\":\"figures\"},\"sale_id\":\"" SALE_ID "\",\"figures\":{\"units\":634}}";
	struct bt_call call = make_call(BT_CALL_SALE);
	struct bt_answer answer = decode(&call, 409, bt_bytes_of(body));

	(void)state;
	assert_int_equal(answer.fault.err, BT_EREFUSED);
	assert_int_equal(answer.rev, 2);
	assert_string_equal((const char *)answer.body.data, body);
	bt_answer_fini(&answer);
}

/* ---- one member spoilt at a time ---- */

static void assert_spoilt(const char *member, const char *instead)
{
	static const char *const members[][2] = {
	    {"sale_id", "\"" SALE_ID "\""},
	    {"rev", "2"},
	    {"status", "\"committed\""},
	    {"token", "\"44170823915622607384\""},
	    {"tid", "6789012"},
	    {"units", "635"},
	    {"balance_paise", "-14230"},
	    {"dues_paise", "186000"},
	    {"time", "1795000000000"},
	    {"key_change", CHANGE("\"34812744915211133004\"", "\"46903925208523674737\"")},
	};
	struct bt_call call = make_call(BT_CALL_SALE);
	struct bt_answer answer;
	struct bt_buf body;

	bt_buf_init(&body, 4096);
	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
		assert_int_equal(bt_buf_printf(&body, "%c\"%s\":%s", i ? ',' : '{', members[i][0],
					       strcmp(members[i][0], member) == 0 ? instead : members[i][1]),
				 BT_OK);
	assert_int_equal(bt_buf_put_text(&body, "}"), BT_OK);
	answer = decode(&call, 201, bt_buf_view(&body));
	if (answer.fault.err != BT_EGARBAGE)
		print_error("%s: %s\n", member, instead);
	assert_int_equal(answer.fault.err, BT_EGARBAGE);
	assert_string_equal(answer.token, "");
	assert_int_equal(answer.tid, 0);
	bt_answer_fini(&answer);
	bt_buf_fini(&body);
}

static void wire_rest_believes_no_spoilt_member(void **state)
{
	static const char *const spoilt[][2] = {
	    {"sale_id", "\"" OTHER_ID "\""},
	    {"sale_id", "null"},
	    {"rev", "1"},
	    {"rev", "\"2\""},
	    {"rev", "2.0"},
	    {"status", "\"Committed\""},
	    {"status", "\"pending\""},
	    {"status", "7"},
	    {"token", "\"4417082391562260738\""},
	    {"token", "\"441708239156226073841\""},
	    {"token", "\"4417082391562260738A\""},
	    {"token", "\"4417 0823 9156 2260 7\""},
	    {"token", "44170823915622607384"},
	    {"token", "\"\""},
	    {"token", "\"\\u0967\\u0967\\u0967\\u0967\\u0967\\u0967\""},
	    {"tid", "null"},
	    {"tid", "0"},
	    {"tid", "16777216"},
	    {"tid", "-5"},
	    {"units", "-1"},
	    {"units", "63.5"},
	    {"balance_paise", "\"-14230\""},
	    {"balance_paise", "9223372036854775808"},
	    {"dues_paise", "1e3"},
	    {"dues_paise", "null"},
	    {"time", "-1"},
	    {"time", "\"now\""},
	    {"key_change", "[]"},
	    {"key_change", "\"34812744915211133004\""},
	    {"key_change", "{\"tokens\":[\"34812744915211133004\",\"46903925208523674737\"]}"},
	    {"key_change", CHANGE("\"34812744915211133004\"", "\"34812744915211133004\"")},
	    {"key_change", CHANGE("\"34812744915211133004\"", "\"99999999999999999999\"")},
	    {"key_change", CHANGE("\"34812744915211133004\"", "\"4690 3925 2085 2367 47\"")},
	    {"key_change", CHANGE("\"34812744915211133004\"", "\"\\u0967\\u0967\\u0967\"")},
	    {"key_change", CHANGE("\"34812744915211133004\"", "null")},
	    {"key_change", CHANGE("\"34812744915211133004\"", "\"46903925208523674737\",\"71464563847088610152\"")},
	    {"token", "null"}, /* what is keyed in before a token that is not there? */
	};

	(void)state;
	for (size_t i = 0; i < sizeof spoilt / sizeof spoilt[0]; i++)
		assert_spoilt(spoilt[i][0], spoilt[i][1]);
}

static void wire_rest_takes_a_credit_without_a_token(void **state)
{
	struct bt_call call = make_call(BT_CALL_SALE);
	struct bt_answer answer =
	    decode(&call, 200,
		   bt_bytes_of("{\"sale_id\":\"" SALE_ID "\",\"rev\":2,\"status\":\"committed\",\"token\":null,"
			       "\"tid\":null,\"units\":0,\"balance_paise\":1,\"dues_paise\":0,\"time\":5}"));

	(void)state;
	assert_int_equal(answer.fault.err, BT_OK);
	assert_string_equal(answer.token, "");
	assert_int_equal(answer.tid, 0);
	bt_answer_fini(&answer);
}

/* ---- hostile bytes ---- */

static void wire_rest_never_believes_a_cut_reply(void **state)
{
	struct bt_call call = make_call(BT_CALL_SALE);
	struct bt_bytes whole = bt_bytes_of(GOOD_SALE);

	(void)state;
	for (size_t len = 0; len < whole.len; len++) {
		struct bt_answer answer = decode(&call, 201, (struct bt_bytes){whole.data, len});

		assert_int_equal(answer.fault.err, BT_EGARBAGE);
		bt_answer_fini(&answer);
	}
}

/* A flipped bit may yield another well-formed reply, but never another sale, revision or form of token. */
static void wire_rest_survives_each_flipped_bit(void **state)
{
	struct bt_call call = make_call(BT_CALL_SALE);
	char body[] = GOOD_SALE;

	(void)state;
	for (size_t bit = 0; bit < (sizeof body - 1) * 8; bit++) {
		struct bt_answer answer;

		body[bit / 8] = (char)(body[bit / 8] ^ (1 << (bit % 8)));
		answer = decode(&call, 201, bt_bytes_of(body));
		if (answer.fault.err == BT_OK) {
			assert_string_equal(answer.sale_id, SALE_ID);
			assert_int_equal(answer.rev, 2);
			assert_true(strlen(answer.token) == 20 && bt_text_is_digits(answer.token));
		} else {
			assert_int_equal(answer.fault.err, BT_EGARBAGE);
		}
		bt_answer_fini(&answer);
		body[bit / 8] = (char)(body[bit / 8] ^ (1 << (bit % 8)));
	}
}

static void wire_rest_refuses_deep_and_huge(void **state)
{
	struct bt_call call = make_call(BT_CALL_SALE);
	size_t len = bt_call_reply_max(BT_CALL_SALE) + 1;
	char *body = malloc(len + 1);
	struct bt_answer answer;

	(void)state;
	assert_non_null(body);
	memset(body, '[', len);
	answer = decode(&call, 200, (struct bt_bytes){(uint8_t *)body, len - 1});
	assert_int_equal(answer.fault.err, BT_EGARBAGE);
	bt_answer_fini(&answer);
	memset(body, ' ', len);
	memcpy(body, GOOD_SALE, sizeof GOOD_SALE - 1);
	answer = decode(&call, 200, (struct bt_bytes){(uint8_t *)body, len});
	assert_int_equal(answer.fault.err, BT_EGARBAGE);
	bt_answer_fini(&answer);
	answer = decode(&call, 200, (struct bt_bytes){(uint8_t *)body, len - 1});
	assert_int_equal(answer.fault.err, BT_OK);
	bt_answer_fini(&answer);
	free(body);
}

static void wire_rest_cleans_messages(void **state)
{
	static const char body[] = "{\"error\":{\"code\":\"blocked\",\"message\":{\"en\":\"\\u001b[2JPaid\\u202e 005 "
				   "\\u0007\",\"hi\":\"\\u2066रुका\\u009b\"}},\"sale_id\":\"" SALE_ID "\"}";
	struct bt_call call = make_call(BT_CALL_SALE);
	struct bt_answer answer = decode(&call, 422, bt_bytes_of(body));

	(void)state;
	assert_int_equal(answer.fault.err, BT_EREFUSED);
	assert_true(bt_text_is_clean(answer.message_en));
	assert_true(bt_text_is_clean(answer.message_hi));
	assert_null(strchr(answer.message_en, 0x1b));
	assert_null(strstr(answer.message_en, "\xe2\x80\xae"));
	assert_non_null(strstr(answer.message_en, "Paid"));
	assert_non_null(strstr(answer.message_hi, "रुका"));
	bt_answer_fini(&answer);
}

static void wire_rest_cuts_a_long_message_and_keeps_the_refusal(void **state)
{
	struct bt_call call = make_call(BT_CALL_SALE);
	struct bt_answer answer;
	struct bt_buf body;

	(void)state;
	bt_buf_init(&body, 8192);
	assert_int_equal(bt_buf_put_text(&body, "{\"error\":{\"code\":\"blocked\",\"message\":{\"en\":\""), BT_OK);
	for (int i = 0; i < 600; i++)
		assert_int_equal(bt_buf_put_text(&body, "word "), BT_OK);
	assert_int_equal(bt_buf_put_text(&body, "\"}},\"sale_id\":\"" SALE_ID "\"}"), BT_OK);
	answer = decode(&call, 422, bt_buf_view(&body));
	assert_int_equal(answer.fault.err, BT_EREFUSED);
	assert_true(strlen(answer.message_en) < sizeof answer.message_en);
	bt_answer_fini(&answer);
	bt_buf_fini(&body);
}

static void wire_rest_health_must_echo_our_nonce(void **state)
{
	struct bt_call call = make_call(BT_CALL_HEALTH);
	struct bt_answer answer;

	(void)state;
	(void)bt_text_copy(call.text, sizeof call.text, "000102030405060708090a0b0c0d0e0f");
	answer = decode(&call, 200,
			bt_bytes_of("{\"time\":5,\"era\":2,\"nonce\":\"000102030405060708090a0b0c0d0e0f\","
				    "\"signature\":\"AA==\",\"notices\":[]}"));
	assert_int_equal(answer.fault.err, BT_OK);
	assert_int_equal(answer.server_time_ms, 5);
	assert_int_equal(answer.era, 2);
	bt_answer_fini(&answer);
	answer = decode(&call, 200,
			bt_bytes_of("{\"time\":5,\"era\":2,\"nonce\":\"ff0102030405060708090a0b0c0d0e0f\","
				    "\"signature\":\"AA==\",\"notices\":[]}"));
	assert_int_equal(answer.fault.err, BT_EGARBAGE);
	bt_answer_fini(&answer);
}

static void wire_rest_every_call_has_a_row(void **state)
{
	(void)state;
	for (int kind = 0; kind < BT_CALL_COUNT; kind++) {
		assert_non_null(bt_call_name((enum bt_call_kind)kind));
		assert_in_range(bt_call_reply_max((enum bt_call_kind)kind), 1024, 4194304);
	}
	assert_true(bt_call_moves_money(BT_CALL_SALE));
	assert_true(bt_call_moves_money(BT_CALL_JOURNAL));
	assert_false(bt_call_moves_money(BT_CALL_HEALTH));
	assert_ptr_equal(bt_protocol_find("rest"), &bt_protocol_rest);
	assert_ptr_equal(bt_protocol_find("rest-picks"), &bt_protocol_rest_picks);
	assert_null(bt_protocol_find("nosuch"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(wire_rest_encodes_known_bytes),
	    cmocka_unit_test(wire_rest_refuses_to_encode_what_does_not_agree),
	    cmocka_unit_test(wire_rest_gives_each_reply_one_fate),
	    cmocka_unit_test(wire_rest_keeps_an_account),
	    cmocka_unit_test(wire_rest_reads_what_a_sale_says),
	    cmocka_unit_test(wire_rest_keeps_figures_of_a_refusal),
	    cmocka_unit_test(wire_rest_believes_no_spoilt_member),
	    cmocka_unit_test(wire_rest_reads_what_is_keyed_in_before),
	    cmocka_unit_test(wire_rest_reads_of_which_key_it_is),
	    cmocka_unit_test(wire_rest_takes_a_credit_without_a_token),
	    cmocka_unit_test(wire_rest_never_believes_a_cut_reply),
	    cmocka_unit_test(wire_rest_survives_each_flipped_bit),
	    cmocka_unit_test(wire_rest_refuses_deep_and_huge),
	    cmocka_unit_test(wire_rest_cleans_messages),
	    cmocka_unit_test(wire_rest_cuts_a_long_message_and_keeps_the_refusal),
	    cmocka_unit_test(wire_rest_health_must_echo_our_nonce),
	    cmocka_unit_test(wire_rest_every_call_has_a_row),
	};

	return cmocka_run_group_tests_name("wire_rest", tests, NULL, NULL);
}
