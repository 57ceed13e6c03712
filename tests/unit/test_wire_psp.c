/* The way to the bank by a payment service: the three calls of a payment against the service that the sandbox plays,
 * which shares no codec with us; and answers that no service should give.
 *
 * rooms: core/wire core/sandbox core/base core/money
 * Sources: facts of vending 3.2; Razorpay QR Codes API. */
#include "tests/unit/sandbox_fixture.h"

#include "core/sandbox/bank.h"
#include "core/sandbox/psp.h"
#include "core/wire/psp.h"

#define PAYMENT "01a2033b-4655-7c3e-8a51-2f1b6f0f6a12" /* named at HEAD_END_NOW */
#define OTHER   "01a2033b-4656-7c3e-8a51-2f1b6f0f6a12"
#define SALE    "01a2033b-4655-7c3e-8a51-2f1b6f0f6a10"
#define UTR     "632712345678"
#define BUYER   "100244781560"
#define RECORD  "{\"amount_paise\":50000,\"connection\":\"" BUYER "\",\"terminal\":\"0142\"}"
#define BOOT_MS 5000000
#define WAITING 8
#define CROWD   130 /* QRs of other counters in the same quarter of an hour */

struct service {
	struct head_end bench;
	struct bt_clock clock;
	struct bt_wire wire;
	struct bt_psp *psp;
	struct bt_wire ours;
	struct bt_answer waiting[WAITING];
	int count, asked;
	char query[256];
	int64_t now_ms;
	int lose; /* the answer to the so manieth request from now; 0 none */
	bool is_away;
};

/* ---- the service behind a wire ---- */

/* Of the arguments in the request's path; the value lies in the query until the next is asked for. */
static const char *find_query(const void *source, const char *name)
{
	const struct service *service = source;
	static char value[32];
	const char *at = strchr(service->query, '?');
	size_t len = strlen(name);
	for (; at; at = strchr(at, '&')) {
		at++;
		if (strncmp(at, name, len) == 0 && at[len] == '=') {
			snprintf(value, sizeof value, "%.*s", (int)strcspn(at + len + 1, "&"), at + len + 1);
			return value;
		}
	}
	return NULL;
}

static void answer_request(struct service *service, const struct bt_call *call, const struct bt_http_request *request,
			   struct bt_answer *out)
{
	json_t *json;
	char path[256];
	snprintf(service->query, sizeof service->query, "%s", request->path);
	snprintf(path, sizeof path, "%.*s", (int)strcspn(request->path, "?"), request->path);
	struct bt_sbx_psp_request asked = {.method = request->method,
					   .path = path,
					   .body = request->body.data ? (const char *)request->body.data : "",
					   .body_len = request->body.len,
					   .argument = find_query,
					   .source = service};
	unsigned status = bt_sbx_psp_run(&service->bench.sbx, &asked, &json);
	char *text = json_dumps(json, JSON_COMPACT);
	struct bt_http_reply reply = {.status = (int)status, .body = bt_bytes_of(text)};
	bt_protocol_psp.decode(call, &reply, out);
	free(text);
	json_decref(json);
}

static enum bt_err submit(void *self, const struct bt_call *call)
{
	struct service *service = self;
	struct bt_http_request request;
	assert_in_range(service->count, 0, WAITING - 1);
	assert_int_equal(bt_protocol_psp.encode(call, &request), BT_OK);
	struct bt_answer *answer = &service->waiting[service->count++];
	*answer = (struct bt_answer){.kind = call->kind, .id = call->id};
	service->asked++;
	if (service->is_away)
		(void)bt_fault_set(&answer->fault, BT_EUNREACHABLE, 0, "away");
	else
		answer_request(service, call, &request, answer);
	if (service->lose > 0 && --service->lose == 0) {
		*answer = (struct bt_answer){.kind = call->kind, .id = call->id};
		(void)bt_fault_set(&answer->fault, BT_ELOST, 0, "lost");
	}
	bt_buf_fini(&request.body);
	return BT_OK;
}

static bool take(void *self, struct bt_answer *out)
{
	struct service *service = self;
	if (service->count == 0)
		return false;
	*out = service->waiting[0];
	memmove(service->waiting, service->waiting + 1, sizeof service->waiting[0] * (size_t)--service->count);
	return true;
}

static int no_fd(void *self)
{
	(void)self;
	return -1;
}

static int64_t read_wall(void *self)
{
	return ((struct service *)self)->now_ms;
}

static int64_t read_boot(void *self)
{
	return ((struct service *)self)->now_ms - HEAD_END_NOW + BOOT_MS;
}

static int open_service(void **state)
{
	struct service *service = calloc(1, sizeof *service);
	assert_non_null(service);
	service->now_ms = HEAD_END_NOW;
	bt_sbx_clock_use(read_wall, service);
	head_end_open(&service->bench, 0);
	service->clock = (struct bt_clock){.wall_ms = read_wall, .boot_ms = read_boot, .self = service};
	service->wire = (struct bt_wire){
	    .submit = submit, .take = take, .fd = no_fd, .self = service, .protocol = &bt_protocol_psp};
	assert_int_equal(bt_psp_open(&service->wire, &service->clock, &service->psp), BT_OK);
	service->ours = bt_psp_wire(service->psp);
	*state = service;
	return 0;
}

static int close_service(void **state)
{
	struct service *service = *state;
	bt_psp_close(service->psp);
	bt_sbx_clock_use(NULL, NULL);
	head_end_close(&service->bench);
	free(service);
	return 0;
}

/* As after a restart of the counter: nothing is remembered. */
static void forget_all(struct service *service)
{
	bt_psp_close(service->psp);
	assert_int_equal(bt_psp_open(&service->wire, &service->clock, &service->psp), BT_OK);
	service->ours = bt_psp_wire(service->psp);
}

static struct bt_answer ask_of(struct service *service, enum bt_call_kind kind, const char *payment_id)
{
	struct bt_answer answer;
	struct bt_call call = {.kind = kind, .id = 77, .deadline_ms = 10000, .body = bt_bytes_of(RECORD)};
	snprintf(call.sale_id, sizeof call.sale_id, "%s", SALE);
	snprintf(call.text, sizeof call.text, "%s", payment_id);
	assert_int_equal(bt_wire_submit(&service->ours, &call), BT_OK);
	assert_true(bt_wire_take(&service->ours, &answer));
	assert_int_equal(answer.kind, kind);
	assert_int_equal(answer.id, 77);
	assert_int_equal(service->count, 0);
	if (answer.fault.err == BT_OK) {
		assert_string_equal(answer.payment.payment_id, payment_id);
		assert_string_equal(answer.sale_id, SALE);
	}
	return answer;
}

static struct bt_answer ask(struct service *service, enum bt_call_kind kind)
{
	return ask_of(service, kind, PAYMENT);
}

static void expect(struct service *service, enum bt_call_kind kind, enum bt_payment_status status,
		   enum bt_payment_attempt attempt)
{
	struct bt_answer answer = ask(service, kind);
	assert_int_equal(answer.fault.err, BT_OK);
	assert_int_equal(answer.payment.status, status);
	assert_int_equal(answer.payment.attempt, attempt);
}

static void say(struct service *service, enum bt_sbx_bank_word word, const char *utr)
{
	struct bt_sbx_payment payment, after;
	assert_true(bt_sbx_payment_find(service->bench.sbx.db, PAYMENT, &payment));
	assert_null(bt_sbx_bank_say(service->bench.sbx.db, &payment, word, utr, &after));
}

static int64_t count_qrs(struct service *service)
{
	return bt_sbx_store_count(service->bench.sbx.db, -1, "SELECT count(*) FROM payments", "");
}

static void expect_paid(struct service *service, enum bt_call_kind kind)
{
	struct bt_answer answer = ask(service, kind);
	assert_int_equal(answer.fault.err, BT_OK);
	assert_int_equal(answer.payment.status, BT_PAYMENT_PAID);
	assert_string_equal(answer.payment.utr, UTR);
	assert_int_equal(answer.payment.amount, 50000);
	assert_int_equal(answer.payment.paid_at_ms, HEAD_END_NOW / 1000 * 1000);
}

/* ---- tests ---- */

static void a_qr_is_made_and_paid(void **state)
{
	struct service *service = *state;
	struct bt_answer answer = ask(service, BT_CALL_PAYMENT_OPEN);
	assert_int_equal(answer.fault.err, BT_OK);
	assert_int_equal(answer.payment.status, BT_PAYMENT_ACTIVE);
	assert_int_equal(answer.payment.expires_at_ms - answer.server_time_ms, 300000);
	assert_true(strncmp(answer.payment.qr, "upi://pay?", 10) == 0 && strstr(answer.payment.qr, "&am=500.00&"));
	assert_true(strlen(answer.payment.qr) <= 106);
	expect(service, BT_CALL_PAYMENT, BT_PAYMENT_ACTIVE, BT_ATTEMPT_NONE);
	say(service, BT_SBX_BANK_COLLECTS, UTR);
	expect_paid(service, BT_CALL_PAYMENT);
	expect_paid(service, BT_CALL_PAYMENT_CLOSE);
	assert_int_equal(bt_sbx_store_count(service->bench.sbx.db, 0,
					    "SELECT 1 FROM payment_notes WHERE payment_id=? AND connection=?", "tt",
					    PAYMENT, BUYER),
			 1);
}

static void a_restart_forgets_nothing(void **state)
{
	struct service *service = *state;
	struct bt_answer first = ask(service, BT_CALL_PAYMENT_OPEN), again;
	forget_all(service);
	service->now_ms += 2000;
	again = ask(service, BT_CALL_PAYMENT_OPEN);
	assert_string_equal(first.payment.qr, again.payment.qr);
	assert_int_equal(first.payment.expires_at_ms, again.payment.expires_at_ms);
	service->now_ms -= 2000;
	say(service, BT_SBX_BANK_COLLECTS, UTR);
	forget_all(service);
	expect_paid(service, BT_CALL_PAYMENT);
	assert_int_equal(count_qrs(service), 1);
}

/* Asked for again, whatever was lost, there is one QR of a payment. */
static void a_lost_answer_makes_no_second_qr(void **state)
{
	struct service *service = *state;
	service->lose = 2; /* that to the request which makes it */
	assert_int_equal(ask(service, BT_CALL_PAYMENT_OPEN).fault.err, BT_ELOST);
	assert_int_equal(count_qrs(service), 1);
	expect(service, BT_CALL_PAYMENT_OPEN, BT_PAYMENT_ACTIVE, BT_ATTEMPT_NONE);
	assert_int_equal(count_qrs(service), 1);
}

static void it_is_found_among_those_of_other_counters(void **state)
{
	struct service *service = *state;
	char sql[200];
	expect(service, BT_CALL_PAYMENT_OPEN, BT_PAYMENT_ACTIVE, BT_ATTEMPT_NONE);
	for (int i = 0; i < CROWD; i++) {
		snprintf(sql, sizeof sql,
			 "INSERT INTO payments SELECT NULL, 'p%d', 's%d', '0143', way, status, attempt, paise,"
			 " 'RZP%014dqrv2', qr, NULL, made_at, expires_at, 0, '', NULL FROM payments LIMIT 1",
			 i, i, i);
		assert_true(bt_sbx_store_run(service->bench.sbx.db, sql, ""));
	}
	forget_all(service);
	service->asked = 0;
	expect(service, BT_CALL_PAYMENT, BT_PAYMENT_ACTIVE, BT_ATTEMPT_NONE);
	assert_int_equal(service->asked, 5); /* three pages, its money, its state */
	service->asked = 0;
	expect(service, BT_CALL_PAYMENT, BT_PAYMENT_ACTIVE, BT_ATTEMPT_NONE);
	assert_int_equal(service->asked, 2);
}

static void what_was_never_made_is_said_so(void **state)
{
	struct service *service = *state;
	struct bt_answer answer = ask(service, BT_CALL_PAYMENT);
	assert_int_equal(answer.fault.err, BT_EREFUSED);
	assert_string_equal(answer.code, "unknown_payment");
	expect(service, BT_CALL_PAYMENT_CLOSE, BT_PAYMENT_CLOSED, BT_ATTEMPT_NONE);
	assert_int_equal(count_qrs(service), 0);
}

static void attempts_and_ends_are_told(void **state)
{
	struct service *service = *state;
	expect(service, BT_CALL_PAYMENT_OPEN, BT_PAYMENT_ACTIVE, BT_ATTEMPT_NONE);
	say(service, BT_SBX_BANK_UNSURE, NULL);
	expect(service, BT_CALL_PAYMENT, BT_PAYMENT_ACTIVE, BT_ATTEMPT_UNSURE);
	say(service, BT_SBX_BANK_FAILS, NULL);
	expect(service, BT_CALL_PAYMENT, BT_PAYMENT_ACTIVE, BT_ATTEMPT_FAILED);
	expect(service, BT_CALL_PAYMENT_CLOSE, BT_PAYMENT_CLOSED, BT_ATTEMPT_FAILED);
	expect(service, BT_CALL_PAYMENT_CLOSE, BT_PAYMENT_CLOSED, BT_ATTEMPT_FAILED);
	say(service, BT_SBX_BANK_LATE, UTR);
	expect_paid(service, BT_CALL_PAYMENT);
}

static void it_runs_out_by_itself(void **state)
{
	struct service *service = *state;
	expect(service, BT_CALL_PAYMENT_OPEN, BT_PAYMENT_ACTIVE, BT_ATTEMPT_NONE);
	service->now_ms += 3600000;
	expect(service, BT_CALL_PAYMENT, BT_PAYMENT_EXPIRED, BT_ATTEMPT_NONE);
}

static void a_failure_at_any_step_is_the_questions(void **state)
{
	struct service *service = *state;
	expect(service, BT_CALL_PAYMENT_OPEN, BT_PAYMENT_ACTIVE, BT_ATTEMPT_NONE);
	for (int step = 1; step <= 3; step++) {
		forget_all(service);
		service->lose = step;
		assert_int_equal(ask(service, BT_CALL_PAYMENT).fault.err, BT_ELOST);
	}
	service->is_away = true;
	assert_int_equal(ask(service, BT_CALL_PAYMENT).fault.err, BT_EUNREACHABLE);
	assert_int_equal(ask_of(service, BT_CALL_PAYMENT_OPEN, OTHER).fault.err, BT_EUNREACHABLE);
}

static void only_payments_are_asked(void **state)
{
	struct service *service = *state;
	struct bt_call call = {.kind = BT_CALL_SALE, .deadline_ms = 1000};
	struct bt_http_request request;
	assert_int_equal(bt_wire_submit(&service->ours, &call), BT_EINPUT);
	assert_int_equal(bt_protocol_psp.encode(&call, &request), BT_EINPUT);
	call.kind = BT_CALL_PAYMENT;
	call.psp.step = BT_PSP_MONEY;
	snprintf(call.psp.qr_id, sizeof call.psp.qr_id, "qr_/../x");
	assert_int_equal(bt_protocol_psp.encode(&call, &request), BT_EINPUT);
	call.psp.step = BT_PSP_LOOK;
	snprintf(call.text, sizeof call.text, "no name");
	assert_int_equal(bt_protocol_psp.encode(&call, &request), BT_EINPUT);
}

#define NOTES "\"notes\":{\"payment_id\":\"" PAYMENT "\",\"sale_id\":\"" SALE "\"}"
#define QR_OF(notes, amount, status, count, link)                                                                      \
	"{\"id\":\"qr_1\",\"created_at\":1,\"payment_amount\":" amount ",\"status\":\"" status                         \
	"\",\"payments_count_received\":" count ",\"image_content\":\"" link "\"," notes "}"
#define MONEY_OF(status, amount, rrn)                                                                                  \
	"{\"items\":[{\"status\":\"" status "\",\"amount\":" amount                                                    \
	",\"currency\":\"INR\",\"created_at\":9,\"acquirer_data\":{\"rrn\":\"" rrn "\"}}]}"
#define LINK "upi://pay?pa=x"

struct reply {
	enum bt_psp_step step;
	int status;
	const char *body;
	enum bt_err err;
};

static enum bt_err decode(const struct reply *reply, size_t len, struct bt_answer *out)
{
	struct bt_call call = {.kind = BT_CALL_PAYMENT, .psp = {.step = reply->step, .qr_id = "qr_1"}};
	struct bt_http_reply http = {.status = reply->status,
				     .body = {.data = (const uint8_t *)reply->body, .len = len}};
	snprintf(call.sale_id, sizeof call.sale_id, "%s", SALE);
	snprintf(call.text, sizeof call.text, "%s", PAYMENT);
	*out = (struct bt_answer){.kind = call.kind};
	bt_protocol_psp.decode(&call, &http, out);
	return out->fault.err;
}

static const struct reply replies[] = {
    {BT_PSP_STATE, 200, QR_OF(NOTES, "500", "active", "0", LINK), BT_OK},
    {BT_PSP_STATE, 500, QR_OF(NOTES, "500", "active", "0", LINK), BT_EGARBAGE},
    {BT_PSP_STATE, 200, QR_OF("\"notes\":[]", "500", "active", "0", LINK), BT_EGARBAGE},
    {BT_PSP_STATE, 200, QR_OF(NOTES, "0", "active", "0", LINK), BT_EGARBAGE},
    {BT_PSP_STATE, 200, QR_OF(NOTES, "500", "paused", "0", LINK), BT_EGARBAGE},
    {BT_PSP_STATE, 200, QR_OF(NOTES, "500", "active", "-1", LINK), BT_EGARBAGE},
    {BT_PSP_STATE, 200, QR_OF(NOTES, "500", "active", "0", "https://x"), BT_EGARBAGE},
    {BT_PSP_STATE, 200, QR_OF(NOTES, "500", "active", "0", "upi://pay?pa=\\u202ex"), BT_EGARBAGE},
    {BT_PSP_STATE, 200, "[]", BT_EGARBAGE},
    {BT_PSP_MONEY, 200, MONEY_OF("captured", "500", UTR), BT_OK},
    {BT_PSP_MONEY, 200, MONEY_OF("captured", "500", "63271234567"), BT_EGARBAGE},
    {BT_PSP_MONEY, 200, MONEY_OF("captured", "500", "63271234567x"), BT_EGARBAGE},
    {BT_PSP_MONEY, 200, MONEY_OF("captured", "0", UTR), BT_EGARBAGE},
    {BT_PSP_MONEY, 200, "{\"items\":[{}]}", BT_EGARBAGE},
    {BT_PSP_MONEY, 200, "{}", BT_EGARBAGE},
    {BT_PSP_LOOK, 200, "{\"items\":[" QR_OF(NOTES, "500", "active", "0", LINK) "]}", BT_OK},
    {BT_PSP_LOOK, 200, "{\"items\":[" QR_OF("\"notes\":[]", "null", "active", "0", "x") "]}", BT_OK},
    {BT_PSP_LOOK, 200, "{\"items\":[" QR_OF(NOTES, "500", "active", "0", "x") "]}", BT_EGARBAGE},
    {BT_PSP_LOOK, 401, "{\"error\":{\"code\":\"BAD_REQUEST_ERROR\",\"description\":\"no\"}}", BT_EREFUSED},
    {BT_PSP_MAKE, 400, "{\"error\":{}}", BT_EREFUSED},
    {BT_PSP_MAKE, 400, "{\"error\":{\"description\":7}}", BT_EGARBAGE},
    {BT_PSP_MAKE, 400, "{}", BT_EGARBAGE},
};

static void each_reply_has_one_meaning(void **state)
{
	struct bt_answer answer;
	(void)state;
	for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
		if (decode(&replies[i], strlen(replies[i].body), &answer) != replies[i].err)
			fail_msg("reply %zu: %s", i, bt_err_name(answer.fault.err));
		assert_string_equal(answer.payment.payment_id, PAYMENT);
	}
}

/* Cut anywhere, it says nothing; with a flipped bit it never says that money came, unless all of it is still there. */
static void no_damaged_reply_is_money(void **state)
{
	struct bt_answer answer;
	struct reply reply = {BT_PSP_MONEY, 200, MONEY_OF("captured", "500", UTR), BT_OK};
	size_t len = strlen(reply.body);
	char damaged[256];
	(void)state;
	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(decode(&reply, cut, &answer), BT_EGARBAGE);
	for (size_t bit = 0; bit < len * 8; bit++) {
		snprintf(damaged, sizeof damaged, "%s", reply.body);
		damaged[bit / 8] = (char)(damaged[bit / 8] ^ (1 << bit % 8));
		struct reply spoilt = {BT_PSP_MONEY, 200, damaged, BT_OK};
		if (decode(&spoilt, len, &answer) == BT_OK && answer.payment.status == BT_PAYMENT_PAID)
			assert_int_equal(strlen(answer.payment.utr), 12);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_service, close_service)
	const struct CMUnitTest tests[] = {
	    TEST(a_qr_is_made_and_paid),
	    TEST(a_restart_forgets_nothing),
	    TEST(a_lost_answer_makes_no_second_qr),
	    TEST(it_is_found_among_those_of_other_counters),
	    TEST(what_was_never_made_is_said_so),
	    TEST(attempts_and_ends_are_told),
	    TEST(it_runs_out_by_itself),
	    TEST(a_failure_at_any_step_is_the_questions),
	    TEST(only_payments_are_asked),
	    cmocka_unit_test(each_reply_has_one_meaning),
	    cmocka_unit_test(no_damaged_reply_is_money),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
