/* Payments by UPI on the wire: bytes of every request, and the one meaning of every reply.
 * rooms: core/wire core/base
 * Replies are written out from the wire contract by hand; none was made by the codec. */
#include "core/wire/protocol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/text.h"

#define SALE_ID    "01890a5d-ac96-774b-bcce-b302099a8057"
#define PAYMENT_ID "01890a5d-ac96-774b-bcce-b302099a8001"
#define OTHER_ID   "01890a5d-ac96-774b-bcce-b302099a8058"
#define RECORD     "{\"sale_id\":\"" SALE_ID "\",\"tenders\":[{\"id\":\"" PAYMENT_ID "\",\"kind\":\"upi\"}]}"
#define LINK       "upi://pay?pa=batti@bank&am=500.00&cu=INR"
#define OPENED                                                                                                         \
	"{\"payment_id\":\"" PAYMENT_ID "\",\"sale_id\":\"" SALE_ID "\",\"status\":\"active\",\"qr\":\"" LINK          \
	"\",\"expires_at\":1795000300000,\"time\":1795000000000,\"era\":3}"
#define WORD(status, attempt, paise, utr)                                                                              \
	"{\"payment_id\":\"" PAYMENT_ID "\",\"sale_id\":\"" SALE_ID "\",\"status\":\"" status                          \
	"\",\"attempt\":\"" attempt "\",\"amount_paise\":" paise ",\"utr\":\"" utr                                     \
	"\",\"paid_at\":0,\"time\":1795000000000,\"era\":3}"

static struct bt_call make_call(enum bt_call_kind kind)
{
	return (struct bt_call){.kind = kind,
				.id = 7,
				.deadline_ms = 1000,
				.sale_id = SALE_ID,
				.text = PAYMENT_ID,
				.era = 1,
				.body = bt_bytes_of(RECORD)};
}

static struct bt_answer decode(enum bt_call_kind kind, int status, struct bt_bytes body)
{
	struct bt_call call = make_call(kind);
	struct bt_answer answer = {.kind = kind, .id = call.id};
	struct bt_http_reply reply = {.status = status, .era = 3, .body = body};
	/* A copy without a terminator, so that reading one byte too many is seen by the sanitizer. */
	uint8_t *copy = malloc(body.len ? body.len : 1);

	assert_non_null(copy);
	if (body.len)
		memcpy(copy, body.data, body.len);
	reply.body.data = copy;
	bt_protocol_rest.decode(&call, &reply, &answer);
	free(copy);
	return answer;
}

static enum bt_err meaning(enum bt_call_kind kind, int status, const char *body)
{
	struct bt_answer answer = decode(kind, status, bt_bytes_of(body));
	enum bt_err err = answer.fault.err;

	if (err == BT_EGARBAGE) {
		assert_string_equal(answer.payment.utr, "");
		assert_int_equal(answer.payment.status, BT_PAYMENT_UNKNOWN);
	}
	bt_answer_fini(&answer);
	return err;
}

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

static void wire_payments_known_bytes(void **state)
{
	struct bt_call call = make_call(BT_CALL_PAYMENT_OPEN);

	(void)state;
	assert_request(&call, "POST", "/v1/payments",
		       "{\"era\":1,\"payment_id\":\"" PAYMENT_ID "\",\"sale\":" RECORD "}");
	call = make_call(BT_CALL_PAYMENT);
	assert_request(&call, "GET", "/v1/payments/" PAYMENT_ID, "");
	call = make_call(BT_CALL_PAYMENT_CLOSE);
	assert_request(&call, "POST", "/v1/payments/" PAYMENT_ID "/close", "{\"era\":1}");
}

/* The bank must never collect for another sale or under another name than the envelope says. */
static void wire_payments_refuses_what_does_not_agree(void **state)
{
	static const char *const records[] = {
	    "{\"sale_id\":\"" OTHER_ID "\",\"tenders\":[{\"id\":\"" PAYMENT_ID "\"}]}",
	    "{\"sale_id\":\"" SALE_ID "\",\"tenders\":[{\"id\":\"" OTHER_ID "\"}]}",
	    "{\"sale_id\":\"" SALE_ID "\",\"tenders\":[{\"id\":\"" PAYMENT_ID "\"},{\"id\":\"" PAYMENT_ID "\"}]}",
	    "{\"sale_id\":\"" SALE_ID "\",\"tenders\":[]}",
	    "{\"sale_id\":\"" SALE_ID "\"}",
	    "",
	};
	struct bt_http_request request = {.method = "untouched"};
	struct bt_call call;

	(void)state;
	for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
		call = make_call(BT_CALL_PAYMENT_OPEN);
		call.body = bt_bytes_of(records[i]);
		assert_int_equal(bt_protocol_rest.encode(&call, &request), BT_EINPUT);
	}
	call = make_call(BT_CALL_PAYMENT_OPEN);
	call.era = 0;
	assert_int_equal(bt_protocol_rest.encode(&call, &request), BT_EINPUT);
	call = make_call(BT_CALL_PAYMENT_CLOSE);
	call.era = 0;
	assert_int_equal(bt_protocol_rest.encode(&call, &request), BT_EINPUT);
	for (int kind = BT_CALL_PAYMENT_OPEN; kind <= BT_CALL_PAYMENT_CLOSE; kind++) {
		call = make_call((enum bt_call_kind)kind);
		(void)bt_text_copy(call.text, sizeof call.text, "../sales");
		assert_int_equal(bt_protocol_rest.encode(&call, &request), BT_EINPUT);
	}
	assert_string_equal(request.method, "untouched");
}

static void wire_payments_reads_a_qr(void **state)
{
	struct bt_answer answer = decode(BT_CALL_PAYMENT_OPEN, 201, bt_bytes_of(OPENED));

	(void)state;
	assert_int_equal(answer.fault.err, BT_OK);
	assert_string_equal(answer.sale_id, SALE_ID);
	assert_string_equal(answer.payment.payment_id, PAYMENT_ID);
	assert_string_equal(answer.payment.qr, LINK);
	assert_int_equal(answer.payment.status, BT_PAYMENT_ACTIVE);
	assert_int_equal(answer.payment.expires_at_ms, 1795000300000);
	assert_int_equal(answer.server_time_ms, 1795000000000);
	assert_int_equal(meaning(BT_CALL_PAYMENT_OPEN, 200, OPENED), BT_OK);
	bt_answer_fini(&answer);
}

static void wire_payments_reads_the_banks_word(void **state)
{
	struct bt_answer answer =
	    decode(BT_CALL_PAYMENT, 200, bt_bytes_of(WORD("paid", "none", "50000", "632512345678")));

	(void)state;
	assert_int_equal(answer.fault.err, BT_OK);
	assert_int_equal(answer.payment.status, BT_PAYMENT_PAID);
	assert_int_equal(answer.payment.amount, 50000);
	assert_string_equal(answer.payment.utr, "632512345678");
	bt_answer_fini(&answer);
	answer = decode(BT_CALL_PAYMENT, 200, bt_bytes_of(WORD("active", "unsure", "50000", "")));
	assert_int_equal(answer.fault.err, BT_OK);
	assert_int_equal(answer.payment.attempt, BT_ATTEMPT_UNSURE);
	bt_answer_fini(&answer);
	answer = decode(BT_CALL_PAYMENT_CLOSE, 200, bt_bytes_of(WORD("expired", "failed", "50000", "")));
	assert_int_equal(answer.fault.err, BT_OK);
	assert_int_equal(answer.payment.status, BT_PAYMENT_EXPIRED);
	assert_int_equal(answer.payment.attempt, BT_ATTEMPT_FAILED);
	bt_answer_fini(&answer);
}

/* A tombstone knows no sale; money is always somebody's. */
static void wire_payments_tombstone(void **state)
{
	(void)state;
	assert_int_equal(meaning(BT_CALL_PAYMENT_CLOSE, 200,
				 "{\"payment_id\":\"" PAYMENT_ID
				 "\",\"sale_id\":\"\",\"status\":\"closed\",\"attempt\":\"none\",\"amount_paise\":0,"
				 "\"utr\":\"\",\"paid_at\":0,\"time\":1,\"era\":3}"),
			 BT_OK);
	assert_int_equal(meaning(BT_CALL_PAYMENT, 200,
				 "{\"payment_id\":\"" PAYMENT_ID
				 "\",\"sale_id\":\"\",\"status\":\"paid\",\"attempt\":\"none\",\"amount_paise\":50000,"
				 "\"utr\":\"632512345678\",\"paid_at\":1,\"time\":1,\"era\":3}"),
			 BT_EGARBAGE);
}

/* What is not this payment's, or is money without its name, says nothing. */
static void wire_payments_garbage_is_unknown(void **state)
{
	static const char *const words[] = {
	    WORD("paid", "none", "50000", ""),
	    WORD("paid", "none", "50000", "63251234567"),
	    WORD("paid", "none", "50000", "63251234567x"),
	    WORD("paid", "none", "0", "632512345678"),
	    WORD("active", "none", "50000", "632512345678"),
	    WORD("closing", "none", "50000", ""),
	    WORD("active", "perhaps", "50000", ""),
	    WORD("active", "none", "-1", ""),
	    "{\"payment_id\":\"" OTHER_ID "\",\"sale_id\":\"" SALE_ID
	    "\",\"status\":\"active\",\"attempt\":\"none\",\"amount_paise\":1,\"utr\":\"\",\"paid_at\":0,\"time\":1}",
	    "{\"payment_id\":\"" PAYMENT_ID "\",\"sale_id\":\"" OTHER_ID
	    "\",\"status\":\"active\",\"attempt\":\"none\",\"amount_paise\":1,\"utr\":\"\",\"paid_at\":0,\"time\":1}",
	    "{}",
	    "",
	};
	static const char *const links[] = {"http://pay?x", "upi://pay?a b", "upi://pay?\\u0007", "upi://pay?\\u0900",
					    ""};
	char body[512];

	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		assert_int_equal(meaning(BT_CALL_PAYMENT, 200, words[i]), BT_EGARBAGE);
	for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
		assert_int_equal(bt_text_printf(body, sizeof body,
						"{\"payment_id\":\"" PAYMENT_ID "\",\"sale_id\":\"" SALE_ID
						"\",\"status\":\"active\",\"qr\":\"%s\",\"expires_at\":1,\"time\":1}",
						links[i]),
				 BT_OK);
		assert_int_equal(meaning(BT_CALL_PAYMENT_OPEN, 201, body), BT_EGARBAGE);
	}
	assert_int_equal(meaning(BT_CALL_PAYMENT, 500, WORD("active", "none", "1", "")), BT_EGARBAGE);
}

static void wire_payments_refusals(void **state)
{
	static const char unknown[] = "{\"error\":{\"code\":\"unknown_payment\"}}";
	static const char closed[] = "{\"error\":{\"code\":\"payment_closed\"},\"sale_id\":\"" SALE_ID "\"}";
	struct bt_answer answer = decode(BT_CALL_PAYMENT, 404, bt_bytes_of(unknown));

	(void)state;
	assert_int_equal(answer.fault.err, BT_EREFUSED);
	assert_string_equal(answer.code, "unknown_payment");
	bt_answer_fini(&answer);
	assert_int_equal(meaning(BT_CALL_PAYMENT_OPEN, 409, closed), BT_EREFUSED);
	/* A refusal of a request for money counts only when it names the sale. */
	assert_int_equal(meaning(BT_CALL_PAYMENT_OPEN, 409, "{\"error\":{\"code\":\"payment_closed\"}}"), BT_EGARBAGE);
	assert_int_equal(meaning(BT_CALL_PAYMENT, 404, "<html>"), BT_EGARBAGE);
}

static void wire_payments_truncated_is_unknown(void **state)
{
	static const struct {
		enum bt_call_kind kind;
		const char *body;
	} whole[] = {{BT_CALL_PAYMENT_OPEN, OPENED},
		     {BT_CALL_PAYMENT, WORD("paid", "none", "50000", "632512345678")},
		     {BT_CALL_PAYMENT_CLOSE, WORD("closed", "none", "50000", "")}};

	(void)state;
	for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++)
		for (size_t len = 0; len < strlen(whole[i].body); len++) {
			struct bt_answer answer =
			    decode(whole[i].kind, 200, (struct bt_bytes){(const uint8_t *)whole[i].body, len});

			assert_int_equal(answer.fault.err, BT_EGARBAGE);
			bt_answer_fini(&answer);
		}
}

/* With any bit turned over it is the same, another payment state, or nothing: never money of another amount's name. */
static void wire_payments_flipped_bits(void **state)
{
	const char *body = WORD("paid", "none", "50000", "632512345678");
	size_t len = strlen(body);
	uint8_t *copy = malloc(len);

	(void)state;
	assert_non_null(copy);
	for (size_t bit = 0; bit < 8 * len; bit++) {
		struct bt_answer answer;

		memcpy(copy, body, len);
		copy[bit / 8] ^= (uint8_t)(1u << (bit % 8));
		answer = decode(BT_CALL_PAYMENT, 200, (struct bt_bytes){copy, len});
		if (answer.fault.err == BT_OK && answer.payment.status == BT_PAYMENT_PAID) {
			assert_string_equal(answer.payment.payment_id, PAYMENT_ID);
			assert_int_equal(strspn(answer.payment.utr, "0123456789"), 12);
			assert_true(answer.payment.amount > 0);
		}
		bt_answer_fini(&answer);
	}
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(wire_payments_known_bytes),  cmocka_unit_test(wire_payments_refuses_what_does_not_agree),
	    cmocka_unit_test(wire_payments_reads_a_qr),   cmocka_unit_test(wire_payments_reads_the_banks_word),
	    cmocka_unit_test(wire_payments_tombstone),    cmocka_unit_test(wire_payments_garbage_is_unknown),
	    cmocka_unit_test(wire_payments_refusals),     cmocka_unit_test(wire_payments_truncated_is_unknown),
	    cmocka_unit_test(wire_payments_flipped_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
