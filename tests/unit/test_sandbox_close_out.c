/* What a counter that is gone has left open: named, decided once by the office, and never both token and money.
 *
 * rooms: core/sandbox
 * Rules: PROTOCOL S5, S7, H1, H3; `finish`, `payments?find` and `claims` in assets/api/openapi.yaml. */
#include "tests/unit/sandbox_fixture.h"

#include "core/sandbox/bank.h"
#include "core/sandbox/close_out.h"
#include "core/sandbox/fact.h"
#include "core/sandbox/terminal.h"

#define OTHER      "0143"
#define CONNECTION "100244781560"
#define RECEIPT    "0142-0611-087-4"
#define FIRST      "00000000-0000-7000-9000-000000000001"
#define SECOND     "00000000-0000-7000-9000-000000000002"
#define CLAIM_ID   "00000000-0000-7000-8000-00000000c1a1"
#define UTR        "632712345678"
#define LATER_UTR  "632712345679"

/* Why the office is refused. */
#define NOT_GONE  "its counter is not withdrawn: it ends this sale itself"
#define GIVEN     "it was given already"
#define WENT_BACK "it was decided before that the money went back"
#define MAY_BE_OUT                                                                                                     \
	"a token of it may be out: give it, or give its meter another key first and wait until that change is done"
#define NOT_BEGUN     "no refund was begun at that counter"
#define BANK_HAS_IT   "the bank has this money, and no counter pays it out: say give-back"
#define NOT_TWICE     "it was not paid for twice"
#define NOT_KNOWN     "no such sale is known here: say the text of the docket's QR"
#define NOT_KNOWN_FOR "what was paid for is not known here: say the text of the docket's QR"
#define NO_SUCH_WORD  "say give, returned, give-back or second-back, and who decides"

/* A sale that its counter has on record as paid. */
struct bench {
	struct head_end server;
	json_t *sale;
	char id[37];
	int64_t seq;
};

static struct bt_sbx_outcome upload(struct bench *bench, const char *kind, const json_t *body)
{
	struct bt_sbx_terminal owner;
	struct bt_sbx_outcome outcome;
	char *text = body ? bt_sbx_json_canonical(body) : NULL;
	sqlite3 *db = bench->server.sbx.db;
	assert_true(bt_sbx_terminal_find(db, HEAD_END_TERMINAL, &owner));
	struct bt_sbx_fact fact = {.terminal = &owner,
				   .time = bt_sbx_now_ms(),
				   .sale_id = bench->id,
				   .kind = kind,
				   .body = text ? text : "{}"};
	assert_true(bt_sbx_fact_post(&bench->server.sbx, &fact, &outcome));
	assert_true(bt_sbx_store_run(db, "INSERT INTO events VALUES(?,?,?,?,?,?,'','','','',0)", "tiittt",
				     HEAD_END_TERMINAL, ++bench->seq, fact.time, bench->id, kind, fact.body));
	assert_true(bt_sbx_payment_settle(db, HEAD_END_TERMINAL));
	free(text);
	return outcome;
}

static void withdraw(struct bench *bench)
{
	sqlite3 *db = bench->server.sbx.db;
	assert_true(bt_sbx_terminal_revoke(&bench->server.sbx, HEAD_END_TERMINAL));
	assert_true(
	    bt_sbx_store_run(db, "INSERT OR REPLACE INTO leases VALUES(?,1,0,?)", "ti", HEAD_END_TERMINAL, INT64_MAX));
}

static int open_bench(void **state)
{
	struct bench *bench = calloc(1, sizeof *bench);
	struct bt_sbx_terminal here = {.number = HEAD_END_TERMINAL, .lane = 3}, there = {.number = OTHER, .lane = 4};
	assert_non_null(bench);
	head_end_open(&bench->server, 20);
	head_end_set_clock(HEAD_END_NOW);
	assert_true(bt_sbx_terminal_put(bench->server.sbx.db, &here));
	assert_true(bt_sbx_terminal_put(bench->server.sbx.db, &there));
	bench->sale = head_end_sale(&bench->server, CONNECTION);
	snprintf(bench->id, sizeof bench->id, "%s", head_end_sale_id(bench->sale));
	*state = bench;
	return 0;
}

static int close_bench(void **state)
{
	struct bench *bench = *state;
	json_decref(bench->sale);
	head_end_close(&bench->server);
	free(bench);
	return 0;
}

static unsigned finish(struct bench *bench, json_t **answer)
{
	char path[96];
	snprintf(path, sizeof path, "/v1/sales/%s/finish", bench->id);
	return head_end_call(&bench->server, OTHER, "POST", path, "{\"era\":1}", answer);
}

static void expect_refused(struct bench *bench, const char *code)
{
	json_t *answer;
	assert_int_equal(finish(bench, &answer), 409);
	assert_string_equal(head_end_code(answer), code);
	json_decref(answer);
}

static void expect_given(struct bench *bench)
{
	json_t *answer;
	assert_int_equal(finish(bench, &answer), 201);
	assert_true(json_equal(json_object_get(answer, "tid"), json_object_get(bench->sale, "tid")));
	json_decref(answer);
	assert_int_equal(finish(bench, &answer), 200);
	json_decref(answer);
	assert_int_equal(head_end_count_committed(&bench->server), 1);
}

static void decide(struct bench *bench, const char *number, const char *word)
{
	const char *why = bt_sbx_close_out(&bench->server.sbx, number, word, "sharma");
	assert_string_equal(why ? why : "", "");
}

static void expect_no(struct bench *bench, const char *number, const char *word, const char *expected)
{
	const char *why = bt_sbx_close_out(&bench->server.sbx, number, word, "sharma");
	assert_string_equal(why ? why : "", expected);
}

static int64_t count_exceptions(struct bench *bench, const char *code)
{
	return bt_sbx_store_count(bench->server.sbx.db, -1, "SELECT count(*) FROM exceptions WHERE code=?", "t", code);
}

static void reverse(struct bench *bench)
{
	char path[96];
	json_t *answer;
	snprintf(path, sizeof path, "/v1/sales/%s/reversal", bench->id);
	assert_int_equal(head_end_call(&bench->server, HEAD_END_TERMINAL, "POST", path,
				       "{\"era\":1,\"reason\":\"returned\"}", &answer),
			 200);
	json_decref(answer);
}

static void tender(struct bench *bench, const char *payment_id, const char *utr)
{
	json_object_set_new(
	    bench->sale, "tenders",
	    json_pack("[{s:s, s:s, s:i, s:s}]", "id", payment_id, "kind", "upi", "paise", 50000, "reference", utr));
}

/* The bank collects for a QR that the counter asked the payment service for. */
static void collect(struct bench *bench, const char *payment_id, const char *utr)
{
	struct bt_sbx_payment payment = {.way = "psp",
					 .status = "active",
					 .attempt = "none",
					 .terminal = HEAD_END_TERMINAL,
					 .paise = 50000,
					 .made_at = bt_sbx_now_ms(),
					 .expires_at = bt_sbx_now_ms() + BT_SBX_PAYMENT_MS};
	snprintf(payment.payment_id, sizeof payment.payment_id, "%s", payment_id);
	snprintf(payment.sale_id, sizeof payment.sale_id, "%s", bench->id);
	assert_true(bt_sbx_payment_put(bench->server.sbx.db, &payment, NULL));
	assert_null(bt_sbx_bank_say(bench->server.sbx.db, &payment, BT_SBX_BANK_COLLECTS, utr, &payment));
}

/* Recorded at the counter before it asked the payment service, and collected. */
static void pay_by_upi(struct bench *bench)
{
	tender(bench, FIRST, "");
	(void)upload(bench, "intent", bench->sale);
	collect(bench, FIRST, UTR);
}

static void expect_refund(struct bench *bench, const char *payment_id, const char *refund)
{
	struct bt_sbx_payment payment;
	assert_true(bt_sbx_payment_find(bench->server.sbx.db, payment_id, &payment));
	assert_string_equal(payment.refund, refund);
}

static void expect_desk(struct bench *bench, const char *name, const char *can, const char *bank, int is_begun)
{
	json_t *answer;
	bench->server.find = name;
	assert_int_equal(head_end_call(&bench->server, OTHER, "GET", "/v1/payments", "", &answer), 200);
	const json_t *list = json_object_get(answer, "payments"), *found = json_array_get(list, 0);
	assert_int_equal(json_array_size(list), 1);
	assert_string_equal(json_string_value(json_object_get(found, "can")), can);
	assert_string_equal(json_string_value(json_object_get(found, "bank")), bank);
	assert_int_equal(json_is_true(json_object_get(found, "refund_begun")), is_begun);
	json_decref(answer);
}

static void begin_refund(struct bench *bench)
{
	(void)upload(bench, "paid", bench->sale);
	(void)upload(bench, "refunding", NULL);
}

/* ---- a refund begun and not confirmed ---- */

static void it_is_named_and_given_on_the_offices_word(void **state)
{
	struct bench *bench = *state;
	begin_refund(bench);
	expect_refused(bench, "reversed");
	expect_no(bench, RECEIPT, "give", NOT_GONE);
	withdraw(bench);
	expect_desk(bench, RECEIPT, "office", "paid", 1);
	expect_refused(bench, "office");
	decide(bench, RECEIPT, "give");
	decide(bench, RECEIPT, "give");
	expect_desk(bench, RECEIPT, "finish", "paid", 0);
	expect_given(bench);
	expect_no(bench, RECEIPT, "returned", GIVEN);
	expect_no(bench, RECEIPT, "give-back", GIVEN);
	assert_int_equal(count_exceptions(bench, "closed_out"), 1);
	/* A disk that is found says otherwise: the worst there is, named. */
	assert_int_equal(upload(bench, "refunded", NULL).code, BT_SBX_NOT_REVERSED);
}

/* The head-end had taken it back, and the counter may have handed out the money just before it burnt. */
static void what_was_taken_back_may_be_given_or_was_returned(void **state)
{
	struct bench *bench = *state;
	begin_refund(bench);
	reverse(bench);
	withdraw(bench);
	expect_desk(bench, RECEIPT, "office", "paid", 1);
	expect_refused(bench, "office");
	decide(bench, RECEIPT, "give");
	expect_given(bench);
}

static void money_that_was_returned_is_not_given(void **state)
{
	struct bench *bench = *state;
	begin_refund(bench);
	reverse(bench);
	withdraw(bench);
	decide(bench, "D-" RECEIPT, "returned");
	expect_refused(bench, "reversed");
	expect_no(bench, RECEIPT, "give", WENT_BACK);
	expect_no(bench, RECEIPT, "give-back", WENT_BACK);
	expect_desk(bench, RECEIPT, "none", "returned", 0);
	assert_int_equal(upload(bench, "refunded", NULL).standing, BT_SBX_POSTED);
	assert_int_equal(count_exceptions(bench, "decided_otherwise"), 0);
}

/* Of what its counter's record brings later nothing is passed over. */
static void what_comes_later_and_contradicts_is_named(void **state)
{
	struct bench *bench = *state;
	begin_refund(bench);
	reverse(bench);
	withdraw(bench);
	decide(bench, RECEIPT, "give");
	assert_int_equal(upload(bench, "refunded", NULL).code, BT_SBX_DECIDED_OTHERWISE);
	expect_refused(bench, "reversed"); /* the money is out */
	assert_int_equal(head_end_count_committed(&bench->server), 0);
}

static void money_given_twice_is_named(void **state)
{
	struct bench *bench = *state;
	begin_refund(bench);
	withdraw(bench);
	decide(bench, RECEIPT, "give-back");
	expect_refused(bench, "reversed");
	assert_int_equal(upload(bench, "refunded", NULL).code, BT_SBX_DECIDED_OTHERWISE);
}

/* Paid there after it had lost its lane, in a minute that another counter has used since: two tokens of one minute are
 * one to the meter, so the money goes back (PROTOCOL T1, T4). */
static void a_minute_that_is_anothers_is_not_given(void **state)
{
	struct bench *bench = *state;
	int64_t tid = json_integer_value(json_object_get(bench->sale, "tid"));
	json_object_set_new(bench->sale, "tid", json_integer(tid + 1)); /* lane 4 */
	begin_refund(bench);
	withdraw(bench);
	expect_refused(bench, "office");
	expect_no(bench, RECEIPT, "give", bt_sbx_refusal_of(BT_SBX_TID_LANE)->en);
	json_object_set_new(bench->sale, "tid", json_integer(tid));
	assert_int_equal(count_exceptions(bench, "closed_out"), 0);
	decide(bench, RECEIPT, "give-back");
	expect_refused(bench, "reversed");
}

/* Nothing is said to be returned that nobody began to return, and nothing goes back of which a token may be out. */
/* Between the office's word and the consumer's coming another sale took the minute: two counters of one lane, both
 * gone.
 */
static void what_cannot_be_given_any_more_is_decided_again(void **state)
{
	struct bench *bench = *state, other;
	begin_refund(bench);
	withdraw(bench);
	decide(bench, RECEIPT, "give");
	other = *bench;
	other.sale = head_end_sale_at(&bench->server, CONNECTION, 30000,
				      json_integer_value(json_object_get(bench->sale, "tid")));
	snprintf(other.id, sizeof other.id, "%s", head_end_sale_id(other.sale));
	json_object_set_new(other.sale, "receipt", json_string("0142-0611-088-2"));
	(void)upload(&other, "paid", other.sale);
	expect_given(&other);
	expect_refused(bench, "office");
	expect_desk(bench, RECEIPT, "office", "paid", 1);
	expect_no(bench, RECEIPT, "give", bt_sbx_refusal_of(BT_SBX_TID_USED)->en);
	decide(bench, RECEIPT, "give-back");
	expect_refused(bench, "reversed");
	assert_int_equal(head_end_count_committed(&bench->server), 1);
	json_decref(other.sale);
}

static void what_its_counter_may_have_issued_is_only_given(void **state)
{
	struct bench *bench = *state;
	(void)upload(bench, "paid", bench->sale);
	withdraw(bench);
	expect_desk(bench, RECEIPT, "finish", "paid", 0);
	expect_no(bench, RECEIPT, "returned", NOT_BEGUN);
	expect_no(bench, RECEIPT, "give-back", MAY_BE_OUT);
	expect_no(bench, RECEIPT, "keep", NO_SUCH_WORD);
	expect_no(bench, "0142-0611-088-2", "give", NOT_KNOWN);
	expect_given(bench);
}

/* A credit of which a docket tells is on the account at once, and comes off it with the money. */
static void a_credit_comes_off_with_its_money(void **state)
{
	struct bench *bench = *state;
	struct bt_sbx_consumer consumer;
	char number[13] = "";
	sqlite3 *db = bench->server.sbx.db;
	sqlite3_stmt *row =
	    bt_sbx_store_ask(db, "SELECT number FROM consumers WHERE note='balance_only' OR kind='remote' LIMIT 1", "");
	assert_int_equal(sqlite3_step(row), SQLITE_ROW);
	bt_sbx_column_text(row, 0, number, sizeof number);
	sqlite3_finalize(row);
	assert_true(bt_sbx_consumer_find(db, number, &consumer));
	json_object_set_new(bench->sale, "connection", json_string(number));
	json_object_set_new(bench->sale, "meter", json_string(consumer.meter));
	json_object_set_new(bench->sale, "kind", json_string("remote"));
	json_object_set_new(bench->sale, "delivery", json_string("balance"));
	json_object_del(bench->sale, "tid");
	json_object_del(bench->sale, "rnd");
	json_object_del(bench->sale, "key");
	(void)upload(bench, "paid", bench->sale);
	(void)upload(bench, "pending", NULL);
	assert_int_equal(head_end_count_committed(&bench->server), 1);
	(void)upload(bench, "refunding", NULL);
	withdraw(bench);
	expect_refused(bench, "office");
	decide(bench, RECEIPT, "returned");
	assert_int_equal(head_end_count_committed(&bench->server), 0);
	int64_t before = consumer.balance_paise;
	assert_true(bt_sbx_consumer_find(db, number, &consumer));
	assert_int_equal(consumer.balance_paise, before);
	expect_refused(bench, "reversed");
}

/* ---- by UPI ---- */

static void money_of_the_bank_goes_back_to_its_account(void **state)
{
	struct bench *bench = *state;
	pay_by_upi(bench);
	withdraw(bench);
	expect_desk(bench, UTR, "finish", "paid", 0);
	expect_no(bench, UTR, "give-back", MAY_BE_OUT); /* its counter may have made the token */
	(void)upload(bench, "refunding", NULL);
	expect_desk(bench, CONNECTION, "office", "paid", 1);
	expect_no(bench, UTR, "returned", BANK_HAS_IT);
	decide(bench, UTR, "give-back");
	expect_refund(bench, FIRST, "ordered");
	expect_desk(bench, UTR, "none", "returned", 0);
	expect_refused(bench, "reversed");
	assert_int_equal(upload(bench, "refunded", NULL).standing, BT_SBX_POSTED);
	assert_int_equal(count_exceptions(bench, "decided_otherwise"), 0);
}

/* The order waited for a record that does not come. */
static void an_order_that_waits_for_a_gone_counter_is_let_go(void **state)
{
	struct bench *bench = *state;
	collect(bench, FIRST, UTR);
	reverse(bench);
	expect_refund(bench, FIRST, "waits");
	withdraw(bench);
	expect_desk(bench, UTR, "office", "paid", 1);
	decide(bench, FIRST, "give-back");
	expect_refund(bench, FIRST, "ordered");
}

static void money_that_was_to_go_back_buys_again(void **state)
{
	struct bench *bench = *state;
	pay_by_upi(bench);
	reverse(bench);
	expect_refund(bench, FIRST, "waits");
	withdraw(bench);
	decide(bench, UTR, "give");
	expect_refund(bench, FIRST, "");
	expect_given(bench);
}

static void of_two_payments_the_second_goes_back(void **state)
{
	struct bench *bench = *state;
	pay_by_upi(bench);
	withdraw(bench);
	expect_no(bench, UTR, "second-back", NOT_TWICE);
	collect(bench, SECOND, LATER_UTR);
	expect_given(bench);
	expect_refund(bench, SECOND, "waits");
	decide(bench, LATER_UTR, "second-back");
	expect_refund(bench, FIRST, "");
	expect_refund(bench, SECOND, "ordered");
	assert_int_equal(head_end_count_committed(&bench->server), 1);
}

/* For what the bank collected nobody knows: the office does once nothing that may be out has any worth. */
static void what_was_never_told_of_goes_back_after_a_key_change(void **state)
{
	struct bench *bench = *state;
	struct bt_sbx_consumer consumer;
	sqlite3 *db = bench->server.sbx.db;
	collect(bench, FIRST, UTR);
	assert_true(bt_sbx_payment_note(db, FIRST, CONNECTION));
	assert_true(bt_sbx_consumer_find(db, CONNECTION, &consumer));
	expect_desk(bench, UTR, "wait", "paid", 0);
	withdraw(bench);
	expect_desk(bench, UTR, "office", "paid", 0);
	expect_refused(bench, "office");
	expect_no(bench, UTR, "give", NOT_KNOWN_FOR);
	expect_no(bench, UTR, "give-back", MAY_BE_OUT);
	assert_true(bt_sbx_store_run(db,
				     "INSERT INTO key_changes(meter, krn, base, stage, at) VALUES(?,2,2014,'due',?)",
				     "ti", consumer.meter, bt_sbx_now_ms() + 1000));
	expect_no(bench, UTR, "give-back", MAY_BE_OUT);
	assert_true(bt_sbx_store_run(db, "UPDATE key_changes SET stage='out'", ""));
	expect_no(bench, UTR, "give-back", MAY_BE_OUT);
	assert_true(bt_sbx_store_run(db, "UPDATE key_changes SET stage='done'", ""));
	decide(bench, UTR, "give-back");
	expect_refund(bench, FIRST, "ordered");
}

/* ---- claims ---- */

static void expect_claimed(struct bench *bench)
{
	sqlite3 *db = bench->server.sbx.db;
	json_t *answer;
	assert_int_equal(
	    head_end_call_json(&bench->server, OTHER, "POST", "/v1/claims",
			       json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:s, s:i}", "claim_id", CLAIM_ID,
					 "number", "C-0143-1-5", "connection", CONNECTION, "utr", "", "channel",
					 "counter", "amount_paise", 50000, "paid_on", 0, "note", "no_token", "era", 1),
			       &answer),
	    201);
	json_decref(answer);
	assert_int_equal(
	    bt_sbx_store_count(db, 0, "SELECT 1 FROM closings WHERE sale_id=? AND code='claim'", "t", bench->id), 1);
}

static void a_claim_lays_it_before_the_office(void **state)
{
	struct bench *bench = *state;
	(void)upload(bench, "paid", bench->sale);
	withdraw(bench);
	expect_claimed(bench);
	/* What can still be given is. */
	expect_desk(bench, RECEIPT, "finish", "paid", 0);
	expect_given(bench);
}

/* The counter may have recorded several amounts before it asked: the last one is what was paid for. */
static void a_claim_goes_by_what_was_agreed_last(void **state)
{
	struct bench *bench = *state;
	json_object_set_new(bench->sale, "amount_paise", json_integer(40000));
	(void)upload(bench, "intent", bench->sale);
	json_object_set_new(bench->sale, "amount_paise", json_integer(50000));
	pay_by_upi(bench);
	withdraw(bench);
	expect_claimed(bench);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_bench, close_bench)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(it_is_named_and_given_on_the_offices_word),
	    TEST(what_was_taken_back_may_be_given_or_was_returned),
	    TEST(money_that_was_returned_is_not_given),
	    TEST(what_comes_later_and_contradicts_is_named),
	    TEST(money_given_twice_is_named),
	    TEST(a_minute_that_is_anothers_is_not_given),
	    TEST(what_cannot_be_given_any_more_is_decided_again),
	    TEST(what_its_counter_may_have_issued_is_only_given),
	    TEST(a_credit_comes_off_with_its_money),
	    TEST(money_of_the_bank_goes_back_to_its_account),
	    TEST(an_order_that_waits_for_a_gone_counter_is_let_go),
	    TEST(money_that_was_to_go_back_buys_again),
	    TEST(of_two_payments_the_second_goes_back),
	    TEST(what_was_never_told_of_goes_back_after_a_key_change),
	    TEST(a_claim_lays_it_before_the_office),
	    TEST(a_claim_goes_by_what_was_agreed_last),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
