/* Answers of a head-end that says anything at all, to every call.
 * rooms: core/wire core/base */
#include <assert.h>

#include "core/base/json.h"
#include "core/base/text.h"
#include "core/wire/protocol.h"
#include "tests/fuzz/input.h"

#define SALE_ID "019ab0de-7c00-7abc-8def-0123456789ab"

#define PAYMENT_ID "019ab0de-7c00-7abc-8def-0123456789ac"

static const int statuses[] = {200, 201, 204, 301, 400, 401, 403, 404, 409, 422, 499, 500, 503, 599};

static const char *const texts[BT_CALL_COUNT] = {
    [BT_CALL_HEALTH] = "00112233445566778899aabbccddeeff",
    [BT_CALL_CONSUMER] = "100244781560",
    [BT_CALL_DOCKET] = "D-0142-0611-087-7",
    [BT_CALL_PAYMENT_OPEN] = PAYMENT_ID,
    [BT_CALL_PAYMENT] = PAYMENT_ID,
    [BT_CALL_PAYMENT_CLOSE] = PAYMENT_ID,
    [BT_CALL_RENEW] = "0142",
};

/* Read by another way than the product does. */
static bool names_our_sale(struct bt_bytes body)
{
	json_t *json = json_loadb((const char *)body.data, body.len, JSON_REJECT_DUPLICATES, NULL);
	const char *said = json_string_value(json_object_get(json, "sale_id"));
	bool same = said && strcmp(said, SALE_ID) == 0;

	json_decref(json);
	return same;
}

static bool is_token_or_empty(const char *token)
{
	return token[0] == '\0' || (strlen(token) == 20 && strspn(token, "0123456789") == 20);
}

static bool is_about_sale(enum bt_call_kind kind)
{
	return kind == BT_CALL_SALE || kind == BT_CALL_INQUIRY || kind == BT_CALL_REVERSAL || kind == BT_CALL_FINISH;
}

static bool is_about_payment(enum bt_call_kind kind)
{
	return kind == BT_CALL_PAYMENT_OPEN || kind == BT_CALL_PAYMENT || kind == BT_CALL_PAYMENT_CLOSE;
}

static void check_payment(const struct bt_call *call, const struct bt_answer *answer)
{
	const struct bt_payment_word *word = &answer->payment;

	assert(strcmp(answer->sale_id, SALE_ID) == 0 && strcmp(word->payment_id, PAYMENT_ID) == 0);
	assert(word->status != BT_PAYMENT_UNKNOWN && answer->token[0] == '\0' && answer->body.len == 0);
	assert((strncmp(word->qr, "upi://pay?", 10) == 0) == (call->kind == BT_CALL_PAYMENT_OPEN));
	if (call->kind != BT_CALL_PAYMENT_OPEN && word->status == BT_PAYMENT_PAID)
		assert(word->amount > 0 && strlen(word->utr) == 12 && strspn(word->utr, "0123456789") == 12);
	else
		assert(word->utr[0] == '\0');
}

static void check_texts(const struct bt_answer *answer)
{
	assert(bt_text_is_clean(answer->sale_id) && bt_text_is_clean(answer->code) && bt_text_is_clean(answer->token));
	assert(bt_text_is_clean(answer->message_en) && bt_text_is_clean(answer->message_hi));
	for (const char *at = answer->fault.what; *at; at++)
		assert(*at >= ' ' && *at <= '~');
}

/* Handed on as it was read, and nothing else of it. */
static bool is_document(const struct bt_answer *answer, struct bt_bytes body)
{
	json_t *json = json_loadb((const char *)body.data, body.len, JSON_REJECT_DUPLICATES, NULL);
	bool same = answer->body.len == 0 && json && json_equal(json, answer->document);

	json_decref(json);
	return same;
}

static bool is_handed_on_read(enum bt_call_kind kind)
{
	return kind == BT_CALL_HEALTH || kind == BT_CALL_JOURNAL || kind == BT_CALL_DIRECTORY;
}

static void check_good(const struct bt_call *call, const struct bt_http_reply *reply, const struct bt_answer *answer)
{
	assert(reply->status == 200 || reply->status == 201);
	assert(answer->code[0] == '\0' && !answer->tombstone && is_token_or_empty(answer->token));
	if (is_about_payment(call->kind)) {
		check_payment(call, answer);
		return;
	}
	if (!is_about_sale(call->kind)) {
		assert(answer->sale_id[0] == '\0' && answer->token[0] == '\0');
		assert(is_handed_on_read(call->kind) ? is_document(answer, reply->body)
						     : bt_bytes_equal(bt_buf_view(&answer->body), reply->body));
		return;
	}
	assert(strcmp(answer->sale_id, SALE_ID) == 0 && names_our_sale(reply->body));
	assert(answer->body.len == 0 && answer->tid <= 0xFFFFFF && (!answer->token[0] || answer->tid > 0));
	if (call->kind == BT_CALL_REVERSAL) {
		assert(!answer->rev && !answer->token[0] && !answer->body.len);
		return;
	}
	assert(answer->rev >= 1 &&
	       (call->kind == BT_CALL_INQUIRY || call->kind == BT_CALL_FINISH || answer->rev == call->number));
	assert(answer->key_change.tokens.count == 0 || answer->token[0]);
	for (int i = 0; i < answer->key_change.tokens.count; i++)
		assert(answer->key_change.tokens.digits[i][0] &&
		       is_token_or_empty(answer->key_change.tokens.digits[i]));
	assert(answer->units >= 0 && answer->balance >= -BT_PAISE_MAX && answer->balance <= BT_PAISE_MAX);
	assert(answer->dues >= -BT_PAISE_MAX && answer->dues <= BT_PAISE_MAX);
}

static void check_refused(const struct bt_call *call, const struct bt_http_reply *reply, const struct bt_answer *answer)
{
	bool reversed = strcmp(answer->code, "reversed") == 0 && reply->status < 300;

	assert(answer->code[0] && answer->token[0] == '\0' && answer->tid == 0);
	assert(answer->key_change.tokens.count == 0);
	assert((reply->status >= 400 && reply->status <= 499) || (is_about_sale(call->kind) && reversed));
	assert(bt_bytes_equal(bt_buf_view(&answer->body), reply->body));
	if (is_about_sale(call->kind) || call->kind == BT_CALL_PAYMENT_OPEN)
		assert(strcmp(answer->sale_id, SALE_ID) == 0 && names_our_sale(reply->body));
	if (call->kind == BT_CALL_INQUIRY)
		assert(answer->tombstone || reversed);
}

/* Nothing half read survives. */
static void check_garbage(const struct bt_answer *answer)
{
	assert(bt_err_fate(answer->fault.err) == BT_FATE_UNKNOWN);
	assert(!answer->sale_id[0] && !answer->token[0] && !answer->code[0] && !answer->message_en[0]);
	assert(!answer->message_hi[0] && !answer->tid && !answer->units && !answer->rev && !answer->has_account);
	assert(!answer->tombstone && answer->body.len == 0);
	assert(answer->payment.status == BT_PAYMENT_UNKNOWN && !answer->payment.utr[0] && !answer->payment.qr[0]);
}

static void check_reply(const struct bt_call *call, const struct bt_http_reply *reply)
{
	struct bt_answer answer = {.kind = call->kind, .id = call->id, .latency_ms = 7};

	bt_protocol_rest.decode(call, reply, &answer);
	assert(!answer.document || (answer.fault.err == BT_OK && is_handed_on_read(call->kind)));
	assert(answer.kind == call->kind && answer.id == call->id && answer.status == reply->status);
	check_texts(&answer);
	if (answer.fault.err == BT_OK)
		check_good(call, reply, &answer);
	else if (answer.fault.err == BT_EREFUSED)
		check_refused(call, reply, &answer);
	else
		check_garbage(&answer);
	bt_answer_fini(&answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	struct bt_call call = {.kind = take_byte(&input) % BT_CALL_COUNT, .id = 42, .sale_id = SALE_ID, .number = 1};
	struct bt_http_reply reply = {.status = statuses[take_byte(&input) % (sizeof statuses / sizeof *statuses)]};

	if (texts[call.kind])
		(void)bt_text_copy(call.text, sizeof call.text, texts[call.kind]);
	reply.body = (struct bt_bytes){input.data, input.len};
	check_reply(&call, &reply);
	return 0;
}
