/* The desk's side of the head-end: payments of the app found and finished, claims, reconnections.
 *
 * rooms: core/sandbox
 * Rules: PROTOCOL T1, S4, H3, H4; /v1/payments?find, /v1/claims and /v1/reconnections in assets/api/openapi.yaml. */
#include "tests/unit/sandbox_fixture.h"

#include "core/sandbox/app_pay.h"
#include "core/sandbox/reconnect.h"
#include "core/sandbox/terminal.h"

#define CLAIM_ID "00000000-0000-7000-8000-00000000c1a1"
#define MINUTE   INT64_C(60000)

struct bench {
	struct head_end server;
	struct bt_sbx_consumer consumer;
	struct bt_sbx_app_payment payment;
};

static void find_consumer(struct bench *bench, const char *where)
{
	char sql[200], number[13] = "";
	snprintf(sql, sizeof sql, "SELECT number FROM consumers WHERE note='' AND %s LIMIT 1", where);
	sqlite3_stmt *row = bt_sbx_store_ask(bench->server.sbx.db, sql, "");
	assert_int_equal(sqlite3_step(row), SQLITE_ROW);
	bt_sbx_column_text(row, 0, number, sizeof number);
	sqlite3_finalize(row);
	assert_true(bt_sbx_consumer_find(bench->server.sbx.db, number, &bench->consumer));
}

static int open_bench(void **state)
{
	struct bench *bench = calloc(1, sizeof *bench);
	struct bt_sbx_terminal terminal = {.number = HEAD_END_TERMINAL, .lane = 3};
	assert_non_null(bench);
	head_end_open(&bench->server, 60);
	head_end_set_clock(HEAD_END_NOW);
	assert_true(bt_sbx_terminal_put(bench->server.sbx.db, &terminal));
	find_consumer(bench, "kind='sts_units'");
	*state = bench;
	return 0;
}

static int close_bench(void **state)
{
	head_end_close(&((struct bench *)*state)->server);
	free(*state);
	return 0;
}

static void pay(struct bench *bench, enum bt_sbx_app_end end)
{
	assert_true(bt_sbx_app_pay(&bench->server.sbx, bench->consumer.number, 500, end, &bench->payment));
}

static const char *text_of(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));
	assert_non_null(text);
	return text;
}

/* The one payment that is found; the answer is the caller's. */
static const json_t *find(struct bench *bench, const char *text, json_t **answer)
{
	bench->server.find = text;
	assert_int_equal(head_end_call(&bench->server, HEAD_END_TERMINAL, "GET", "/v1/payments", "", answer), 200);
	const json_t *list = json_object_get(*answer, "payments");
	assert_int_equal(json_array_size(list), 1);
	return json_array_get(list, 0);
}

static void expect(struct bench *bench, const char *bank, const char *company, const char *token, const char *can)
{
	json_t *answer;
	const json_t *payment = find(bench, bench->payment.utr, &answer);
	assert_string_equal(text_of(payment, "bank"), bank);
	assert_string_equal(text_of(payment, "company"), company);
	assert_string_equal(text_of(payment, "token"), token);
	assert_string_equal(text_of(payment, "can"), can);
	assert_true(json_array_size(json_object_get(payment, "steps")) >= 2);
	json_decref(answer);
}

static unsigned finish(struct bench *bench, json_t **answer)
{
	char path[80];
	snprintf(path, sizeof path, "/v1/sales/%s/finish", bench->payment.sale_id);
	return head_end_call(&bench->server, HEAD_END_TERMINAL, "POST", path, "{\"era\":1}", answer);
}

static unsigned claim(struct bench *bench, const char *note, json_t **answer)
{
	return head_end_call_json(&bench->server, HEAD_END_TERMINAL, "POST", "/v1/claims",
				  json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:I, s:s, s:i}", "claim_id", CLAIM_ID,
					    "number", "C-0142-1-5", "connection", bench->consumer.number, "utr",
					    bench->payment.utr, "channel", "app", "amount_paise", 50000, "paid_on",
					    (json_int_t)HEAD_END_NOW, "note", note, "era", (int)bench->server.sbx.era),
				  answer);
}

static void test_given_in_the_app(void **state)
{
	struct bench *bench = *state;
	pay(bench, BT_SBX_APP_GIVEN);
	expect(bench, "paid", "received", "given", "none");
	pay(bench, BT_SBX_APP_IN_METER);
	expect(bench, "paid", "received", "in_meter", "none");
}

static void test_found_by_each_name(void **state)
{
	struct bench *bench = *state;
	pay(bench, BT_SBX_APP_NO_TOKEN);
	char spaced[20];
	snprintf(spaced, sizeof spaced, "%.4s %.4s %.4s", bench->payment.utr, bench->payment.utr + 4,
		 bench->payment.utr + 8);
	const char *names[] = {bench->payment.utr,     bench->payment.payment_id, bench->payment.sale_id,
			       bench->consumer.number, bench->consumer.meter,     spaced};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		json_t *answer;
		assert_string_equal(text_of(find(bench, names[i], &answer), "utr"), bench->payment.utr);
		json_decref(answer);
	}
}

static void test_what_is_no_name(void **state)
{
	struct bench *bench = *state;
	const char *wrong[] = {NULL, "", "  ", "%", "1' OR '1'='1", "0123456789012345678901234567890123456789"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		json_t *answer;
		bench->server.find = wrong[i];
		assert_int_equal(head_end_call(&bench->server, HEAD_END_TERMINAL, "GET", "/v1/payments", "", &answer),
				 400);
		json_decref(answer);
	}
}

/* Whoever finishes it, and however often: one token, one commit (PROTOCOL T1, S4). */
static void test_finished_once(void **state)
{
	struct bench *bench = *state;
	char token[21];
	json_t *answer;
	pay(bench, BT_SBX_APP_NO_TOKEN);
	expect(bench, "paid", "received", "none", "finish");
	assert_int_equal(finish(bench, &answer), 201);
	snprintf(token, sizeof token, "%s", text_of(answer, "token"));
	json_decref(answer);
	assert_int_equal(finish(bench, &answer), 200);
	assert_string_equal(text_of(answer, "token"), token);
	json_decref(answer);
	assert_int_equal(head_end_count_committed(&bench->server), 1);
	expect(bench, "paid", "received", "given", "none");
}

static void test_bank_decides_first(void **state)
{
	struct bench *bench = *state;
	json_t *answer;
	pay(bench, BT_SBX_APP_BANK_UNSURE);
	expect(bench, "unsure", "none", "none", "wait");
	assert_int_equal(finish(bench, &answer), 404);
	json_decref(answer);
	pay(bench, BT_SBX_APP_BANK_FAILED);
	expect(bench, "failed", "none", "none", "none");
	assert_int_equal(head_end_count_committed(&bench->server), 0);
}

static void test_no_terminal_speaks_for_the_app(void **state)
{
	struct bench *bench = *state;
	json_t *answer, *sale = head_end_sale(&bench->server, bench->consumer.number);
	json_object_set_new(sale, "terminal", json_string(BT_SBX_APP));
	assert_int_equal(
	    head_end_call_json(&bench->server, HEAD_END_TERMINAL, "POST", "/v1/sales", head_end_request(sale), &answer),
	    400);
	json_decref(answer);
	json_decref(sale);
}

static void test_claim_is_answered_once(void **state)
{
	struct bench *bench = *state;
	json_t *first, *again;
	pay(bench, BT_SBX_APP_BANK_UNSURE);
	assert_int_equal(claim(bench, "no_token", &first), 201);
	assert_string_equal(text_of(first, "state"), "found");
	assert_in_range(json_integer_value(json_object_get(first, "promised_at")), HEAD_END_NOW + 120 * MINUTE,
			bt_sbx_now_ms() + 120 * MINUTE);
	head_end_set_clock(HEAD_END_NOW + 5 * MINUTE);
	assert_int_equal(claim(bench, "no_token", &again), 200);
	assert_int_equal(json_integer_value(json_object_get(again, "promised_at")),
			 json_integer_value(json_object_get(first, "promised_at")));
	json_decref(again);
	assert_int_equal(claim(bench, "other", &again), 409);
	assert_string_equal(head_end_code(again), "id_conflict");
	json_decref(again);
	assert_int_equal(head_end_call(&bench->server, HEAD_END_TERMINAL, "GET", "/v1/claims/" CLAIM_ID, "", &again),
			 200);
	assert_string_equal(text_of(again, "number"), "C-0142-1-5");
	json_decref(again);
	json_decref(first);
}

static void test_docket_of_a_claim_finds_the_payment(void **state)
{
	struct bench *bench = *state;
	json_t *answer;
	pay(bench, BT_SBX_APP_NO_TOKEN);
	assert_int_equal(claim(bench, "no_token", &answer), 201);
	json_decref(answer);
	assert_string_equal(text_of(find(bench, "C-0142-1-5", &answer), "utr"), bench->payment.utr);
	json_decref(answer);
}

/* Money on its way back buys nothing any more (PROTOCOL H3). */
static void test_refund_closes_the_sale(void **state)
{
	struct bench *bench = *state;
	json_t *answer;
	pay(bench, BT_SBX_APP_NO_TOKEN);
	assert_int_equal(claim(bench, "refund", &answer), 201);
	assert_string_equal(text_of(answer, "state"), "refund");
	json_decref(answer);
	assert_int_equal(finish(bench, &answer), 409);
	json_decref(answer);
	expect(bench, "returned", "received", "none", "none");
}

/* A ledger put back from a backup may have forgotten who has the token (PROTOCOL H4). */
static void test_refund_waits_for_the_records(void **state)
{
	struct bench *bench = *state;
	json_t *answer;
	pay(bench, BT_SBX_APP_NO_TOKEN);
	assert_int_equal(head_end_call(&bench->server, HEAD_END_TERMINAL, "GET", "/v1/lease", "", &answer), 200);
	json_decref(answer);
	assert_true(bt_sbx_begin_era(&bench->server.sbx));
	bench->server.sbx.own_floor += 1; /* the minute that is running is the restore's */
	assert_int_equal(claim(bench, "refund", &answer), 201);
	assert_string_equal(text_of(answer, "state"), "found");
	json_decref(answer);
	assert_int_equal(bt_sbx_store_count(bench->server.sbx.db, 0, "SELECT count(*) FROM sales WHERE sale_id=?", "t",
					    bench->payment.sale_id),
			 0);
}

/* A token that is out is never paid back (PROTOCOL S9). */
static void test_no_refund_of_a_token(void **state)
{
	struct bench *bench = *state;
	json_t *answer;
	pay(bench, BT_SBX_APP_GIVEN);
	assert_int_equal(claim(bench, "refund", &answer), 201);
	assert_string_equal(text_of(answer, "state"), "settled");
	json_decref(answer);
	expect(bench, "paid", "received", "given", "none");
}

static void expect_order(struct bench *bench, const char *connection, size_t count, const char *order)
{
	json_t *answer;
	bench->server.connection = connection;
	assert_int_equal(head_end_call(&bench->server, HEAD_END_TERMINAL, "GET", "/v1/reconnections", "", &answer),
			 200);
	const json_t *list = json_object_get(answer, "reconnections");
	assert_int_equal(json_array_size(list), count);
	if (count)
		assert_string_equal(text_of(json_array_get(list, 0), "state"), order);
	json_decref(answer);
}

static void test_supply_is_promised(void **state)
{
	struct bench *bench = *state;
	struct bt_sbx_app_payment payment;
	sqlite3 *db = bench->server.sbx.db;
	find_consumer(bench, "kind='dues' AND dues>=10000 AND dues<=1000000 AND dues%100=0");
	assert_true(bt_sbx_store_run(db, "UPDATE consumers SET supply_cut_at=? WHERE number=?", "it", HEAD_END_NOW,
				     bench->consumer.number));
	assert_true(bt_sbx_app_pay(&bench->server.sbx, bench->consumer.number, bench->consumer.dues_paise / 100 - 1,
				   BT_SBX_APP_GIVEN, &payment));
	expect_order(bench, bench->consumer.number, 0, "");
	assert_true(bt_sbx_app_pay(&bench->server.sbx, bench->consumer.number, 1, BT_SBX_APP_GIVEN, &payment));
	expect_order(bench, bench->consumer.number, 1, "ordered");
	expect_order(bench, NULL, 1, "ordered");
	head_end_set_clock(HEAD_END_NOW + 21 * MINUTE);
	expect_order(bench, NULL, 1, "overdue");
	assert_true(bt_sbx_reconnect(&bench->server.sbx, bench->consumer.number));
	expect_order(bench, NULL, 0, "");
	expect_order(bench, bench->consumer.number, 1, "done");
	assert_true(bt_sbx_consumer_find(db, bench->consumer.number, &bench->consumer));
	assert_int_equal(bench->consumer.supply_cut_at, -1);
	assert_false(bt_sbx_reconnect(&bench->server.sbx, bench->consumer.number));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_bench, close_bench)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_given_in_the_app),       TEST(test_found_by_each_name),
	    TEST(test_what_is_no_name),        TEST(test_finished_once),
	    TEST(test_bank_decides_first),     TEST(test_no_terminal_speaks_for_the_app),
	    TEST(test_claim_is_answered_once), TEST(test_docket_of_a_claim_finds_the_payment),
	    TEST(test_refund_closes_the_sale), TEST(test_refund_waits_for_the_records),
	    TEST(test_no_refund_of_a_token),   TEST(test_supply_is_promised),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
