/* Payments by UPI at the head-end: one QR at a time for a sale, the bank's word once and for all, the sale finished for
 * anyone once it is paid, and money that goes back only with the owner's record.
 *
 * rooms: core/sandbox core/qr core/base
 * Rules: PROTOCOL T1, H1, H3, H4, S4, S5, S7; facts of vending 3.1, 3.2. */
#include "tests/unit/sandbox_fixture.h"

#include "core/qr/qr.h"
#include "core/sandbox/bank.h"
#include "core/sandbox/fact.h"
#include "core/sandbox/terminal.h"
#include "core/sandbox/upi_link.h"

#define OTHER       "0143"
#define CONNECTION  "100244781560"
#define FIRST       "00000000-0000-7000-9000-000000000001"
#define SECOND      "00000000-0000-7000-9000-000000000002"
#define THIRD       "00000000-0000-7000-9000-000000000003"
#define UTR         "632712345678"
#define LATER_UTR   "632712345679"
#define QR_MODULES  37 /* version 5: what a screen of 80x24 can show */
#define EVENT_AFTER 1000

/* It stands still unless a test says otherwise. */
static int64_t clock_ms;

static int64_t read_clock(void *context)
{
	(void)context;
	return clock_ms;
}

static void pass(int64_t ms)
{
	clock_ms += ms;
}

static int open_bench(void **state)
{
	struct head_end *bench = calloc(1, sizeof *bench);
	struct bt_sbx_terminal here = {.number = HEAD_END_TERMINAL, .lane = 3}, there = {.number = OTHER, .lane = 4};
	assert_non_null(bench);
	clock_ms = HEAD_END_NOW;
	bt_sbx_clock_use(read_clock, NULL);
	head_end_open(bench, 20);
	assert_true(bt_sbx_terminal_put(bench->sbx.db, &here));
	assert_true(bt_sbx_terminal_put(bench->sbx.db, &there));
	*state = bench;
	return 0;
}

static int close_bench(void **state)
{
	bt_sbx_clock_use(NULL, NULL);
	return head_end_teardown(state);
}

/* ---- asking ---- */

static json_t *name_tender(json_t *sale, const char *payment_id, const char *utr)
{
	json_object_set_new(sale, "tenders",
			    json_pack("[{s:s, s:s, s:O, s:s}]", "id", payment_id, "kind", "upi", "paise",
				      json_object_get(sale, "amount_paise"), "reference", utr));
	return sale;
}

static json_t *intent(struct head_end *bench, const char *payment_id)
{
	return name_tender(head_end_sale(bench, CONNECTION), payment_id, "");
}

static unsigned ask(struct head_end *bench, const char *payment_id, json_t *sale, json_t **answer)
{
	return head_end_call_json(
	    bench, HEAD_END_TERMINAL, "POST", "/v1/payments",
	    json_pack("{s:I, s:s, s:O}", "era", (json_int_t)bench->sbx.era, "payment_id", payment_id, "sale", sale),
	    answer);
}

static void expect_asked(struct head_end *bench, const char *payment_id, json_t *sale, unsigned status)
{
	json_t *answer;
	assert_int_equal(ask(bench, payment_id, sale, &answer), status);
	assert_string_equal(json_string_value(json_object_get(answer, "sale_id")), head_end_sale_id(sale));
	assert_string_equal(json_string_value(json_object_get(answer, "payment_id")), payment_id);
	json_decref(answer);
}

static void expect_not_asked(struct head_end *bench, const char *payment_id, json_t *sale, unsigned status,
			     const char *code)
{
	json_t *answer;
	assert_int_equal(ask(bench, payment_id, sale, &answer), status);
	assert_string_equal(head_end_code(answer), code);
	json_decref(answer);
}

static const char *text_of(const json_t *answer, const char *key)
{
	const char *text = json_string_value(json_object_get(answer, key));
	assert_non_null(text);
	return text;
}

static void expect_payment(struct head_end *bench, const char *payment_id, const char *status, const char *attempt,
			   const char *utr)
{
	char path[80];
	json_t *answer;
	snprintf(path, sizeof path, "/v1/payments/%s", payment_id);
	assert_int_equal(head_end_call(bench, HEAD_END_TERMINAL, "GET", path, "", &answer), 200);
	assert_string_equal(text_of(answer, "status"), status);
	assert_string_equal(text_of(answer, "attempt"), attempt);
	assert_string_equal(text_of(answer, "utr"), utr);
	assert_int_equal(json_integer_value(json_object_get(answer, "paid_at")) > 0, *utr != '\0');
	json_decref(answer);
}

static unsigned close_payment(struct head_end *bench, const char *terminal, const char *payment_id, json_t **answer)
{
	char path[80], body[32];
	snprintf(path, sizeof path, "/v1/payments/%s/close", payment_id);
	snprintf(body, sizeof body, "{\"era\":%d}", (int)bench->sbx.era);
	return head_end_call(bench, terminal, "POST", path, body, answer);
}

static void expect_closing(struct head_end *bench, const char *payment_id, const char *status)
{
	json_t *answer;
	assert_int_equal(close_payment(bench, HEAD_END_TERMINAL, payment_id, &answer), 200);
	assert_string_equal(text_of(answer, "status"), status);
	json_decref(answer);
}

/* What the bank says of it; why it does not, NULL when it does. */
static const char *say(struct head_end *bench, const char *payment_id, enum bt_sbx_bank_word word, const char *utr)
{
	struct bt_sbx_payment payment, after;
	assert_true(bt_sbx_payment_find(bench->sbx.db, payment_id, &payment));
	return bt_sbx_bank_say(bench->sbx.db, &payment, word, utr, &after);
}

static void collect(struct head_end *bench, const char *payment_id, const char *utr)
{
	assert_null(say(bench, payment_id, BT_SBX_BANK_COLLECTS, utr));
}

/* ---- the owner's record ---- */

/* One event of the record of a terminal, as the upload takes it. */
static struct bt_sbx_outcome upload(struct head_end *bench, const char *kind, const char *sale_id, const json_t *body)
{
	static int64_t seq;
	struct bt_sbx_terminal owner;
	struct bt_sbx_outcome outcome;
	char *text = body ? bt_sbx_json_canonical(body) : NULL;
	sqlite3 *db = bench->sbx.db;
	assert_true(bt_sbx_terminal_find(db, HEAD_END_TERMINAL, &owner));
	struct bt_sbx_fact fact = {
	    .terminal = &owner, .time = bt_sbx_now_ms(), .sale_id = sale_id, .kind = kind, .body = text ? text : "{}"};
	assert_true(bt_sbx_fact_post(&bench->sbx, &fact, &outcome));
	assert_true(bt_sbx_store_run(db, "INSERT INTO events VALUES(?,?,?,?,?,?,'','','','',0)", "tiittt",
				     HEAD_END_TERMINAL, ++seq, fact.time, sale_id, kind, fact.body));
	assert_true(bt_sbx_payment_settle(db, HEAD_END_TERMINAL));
	free(text);
	return outcome;
}

static unsigned finish(struct head_end *bench, const char *terminal, const char *sale_id, json_t **answer)
{
	char path[96];
	snprintf(path, sizeof path, "/v1/sales/%s/finish", sale_id);
	return head_end_call(bench, terminal, "POST", path, "{\"era\":1}", answer);
}

static unsigned reverse(struct head_end *bench, const char *sale_id, json_t **answer)
{
	char path[96];
	snprintf(path, sizeof path, "/v1/sales/%s/reversal", sale_id);
	return head_end_call(bench, HEAD_END_TERMINAL, "POST", path, "{\"era\":1,\"reason\":\"paid_twice\"}", answer);
}

static void expect_refund(struct head_end *bench, const char *payment_id, const char *refund)
{
	struct bt_sbx_payment payment;
	assert_true(bt_sbx_payment_find(bench->sbx.db, payment_id, &payment));
	assert_string_equal(payment.refund, refund);
}

static int64_t count_exceptions(struct head_end *bench, const char *code)
{
	return bt_sbx_store_count(bench->sbx.db, -1, "SELECT count(*) FROM exceptions WHERE code=?", "t", code);
}

/* ---- tests ---- */

static void a_qr_can_be_shown_scanned_and_paid(void **state)
{
	struct head_end *bench = *state;
	struct bt_sbx_payment scanned;
	struct bt_qr symbol;
	json_t *answer, *sale = intent(bench, FIRST);
	assert_int_equal(ask(bench, FIRST, sale, &answer), 201);
	const char *qr = text_of(answer, "qr");
	assert_string_equal(text_of(answer, "status"), "active");
	assert_int_equal(json_integer_value(json_object_get(answer, "expires_at")),
			 json_integer_value(json_object_get(answer, "time")) + 300000);
	assert_true(strncmp(qr, "upi://pay?pa=", 13) == 0 && strstr(qr, "&am=500.00&cu=INR&mc=4900&tn=" CONNECTION));
	assert_int_equal(bt_qr_encode(qr, BT_QR_L, 0, &symbol), BT_OK);
	assert_true(symbol.modules <= QR_MODULES);
	assert_null(bt_sbx_bank_find(bench->sbx.db, qr, NULL, &scanned));
	assert_string_equal(scanned.payment_id, FIRST);
	expect_payment(bench, FIRST, "active", "none", "");
	collect(bench, FIRST, UTR);
	expect_payment(bench, FIRST, "paid", "none", UTR);
	assert_string_equal(say(bench, FIRST, BT_SBX_BANK_LATE, NULL), "this QR has been paid");
	json_decref(answer);
	json_decref(sale);
}

static void the_largest_qr_fits_the_screen(void **state)
{
	char link[BT_SBX_QR_TEXT_MAX], reference[20];
	struct bt_qr symbol;
	int64_t paise;
	(void)state;
	assert_true(bt_sbx_upi_link_make("0123456789abcdef", 1000000, CONNECTION, link, sizeof link));
	assert_true(strlen(link) <= BT_SBX_UPI_LINK_MAX);
	assert_int_equal(bt_qr_encode(link, BT_QR_L, 0, &symbol), BT_OK);
	assert_true(symbol.modules <= QR_MODULES);
	assert_true(bt_sbx_upi_link_read(link, reference, sizeof reference, &paise));
	assert_string_equal(reference, "0123456789abcdef");
	assert_int_equal(paise, 1000000);
	assert_false(bt_sbx_upi_link_make("0123456789abcdef", 1000000, CONNECTION, link, 60));
}

static void no_other_text_is_a_qr_of_ours(void **state)
{
	static const char *const texts[] = {"",
					    "upi://pay?",
					    "upi://pay?tr=&am=5.00",
					    "upi://pay?tr=abc",
					    "upi://pay?tr=abc&am=5",
					    "upi://pay?tr=abc&am=5.0",
					    "upi://pay?tr=abc&am=.50",
					    "upi://pay?tr=abc&am=5.0x",
					    "upi://pay?tr=abc&am=-5.00",
					    "upi://pay?tr=abcdefghijklmnopqrstuvwxyz&am=5.00",
					    "https://pay?tr=abc&am=5.00"};
	char reference[20];
	int64_t paise;
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_false(bt_sbx_upi_link_read(texts[i], reference, sizeof reference, &paise));
}

static void asking_again_is_the_same_qr(void **state)
{
	struct head_end *bench = *state;
	json_t *first, *again, *sale = intent(bench, FIRST), *other = intent(bench, FIRST);
	assert_int_equal(ask(bench, FIRST, sale, &first), 201);
	pass(EVENT_AFTER);
	assert_int_equal(ask(bench, FIRST, sale, &again), 200);
	assert_string_equal(text_of(first, "qr"), text_of(again, "qr"));
	assert_true(json_equal(json_object_get(first, "expires_at"), json_object_get(again, "expires_at")));
	expect_not_asked(bench, FIRST, other, 409, "payment_differs");
	json_decref(first);
	json_decref(again);
	json_decref(sale);
	json_decref(other);
}

static void what_would_be_refused_is_not_asked_for(void **state)
{
	struct head_end *bench = *state;
	json_t *sale = intent(bench, FIRST), *answer;
	json_object_set_new(sale, "units", json_integer(1));
	expect_not_asked(bench, FIRST, sale, 409, "figures");
	json_decref(sale);
	sale = intent(bench, SECOND); /* the tender is of another payment */
	expect_not_asked(bench, FIRST, sale, 400, "malformed");
	name_tender(sale, FIRST, UTR);
	expect_not_asked(bench, FIRST, sale, 400, "malformed");
	name_tender(sale, FIRST, "");
	assert_int_equal(head_end_call_json(bench, OTHER, "POST", "/v1/payments",
					    json_pack("{s:i, s:s, s:O}", "era", 1, "payment_id", FIRST, "sale", sale),
					    &answer),
			 403);
	assert_string_equal(head_end_code(answer), "wrong_terminal");
	json_decref(answer);
	assert_int_equal(head_end_call_json(bench, HEAD_END_TERMINAL, "POST", "/v1/payments",
					    json_pack("{s:i, s:s, s:O}", "era", 7, "payment_id", FIRST, "sale", sale),
					    &answer),
			 409);
	assert_string_equal(head_end_code(answer), "era");
	json_decref(answer);
	assert_int_equal(head_end_call(bench, HEAD_END_TERMINAL, "GET", "/v1/payments/" FIRST, "", &answer), 404);
	assert_string_equal(head_end_code(answer), "unknown_payment");
	json_decref(answer);
	json_decref(sale);
}

static void closing_makes_not_there_definite(void **state)
{
	struct head_end *bench = *state;
	json_t *sale = intent(bench, FIRST);
	expect_closing(bench, FIRST, "closed");
	expect_not_asked(bench, FIRST, sale, 409, "payment_closed");
	expect_closing(bench, FIRST, "closed");
	assert_string_equal(say(bench, FIRST, BT_SBX_BANK_LATE, NULL), "there is no QR of this payment");
	json_decref(sale);
}

static void a_closed_one_can_still_be_paid_late(void **state)
{
	struct head_end *bench = *state;
	json_t *answer, *sale = intent(bench, FIRST);
	expect_asked(bench, FIRST, sale, 201);
	assert_int_equal(close_payment(bench, OTHER, FIRST, &answer), 403);
	json_decref(answer);
	expect_closing(bench, FIRST, "closed");
	assert_string_equal(say(bench, FIRST, BT_SBX_BANK_COLLECTS, NULL), "this QR is closed");
	assert_null(say(bench, FIRST, BT_SBX_BANK_LATE, UTR));
	expect_payment(bench, FIRST, "paid", "none", UTR);
	expect_closing(bench, FIRST, "paid");
	json_decref(sale);
}

static void a_qr_is_dead_after_one_attempt(void **state)
{
	struct head_end *bench = *state;
	json_t *sale = intent(bench, FIRST);
	expect_asked(bench, FIRST, sale, 201);
	assert_null(say(bench, FIRST, BT_SBX_BANK_UNSURE, NULL));
	expect_payment(bench, FIRST, "active", "unsure", "");
	assert_null(say(bench, FIRST, BT_SBX_BANK_FAILS, NULL));
	expect_payment(bench, FIRST, "active", "failed", "");
	assert_string_equal(say(bench, FIRST, BT_SBX_BANK_COLLECTS, NULL), "this QR is used up");
	name_tender(sale, SECOND, "");
	expect_asked(bench, SECOND, sale, 201);
	expect_payment(bench, FIRST, "closed", "failed", "");
	collect(bench, SECOND, UTR);
	name_tender(sale, THIRD, "");
	expect_not_asked(bench, THIRD, sale, 409, "payment_paid");
	json_decref(sale);
}

static void a_qr_runs_out(void **state)
{
	struct head_end *bench = *state;
	json_t *sale = intent(bench, FIRST);
	expect_asked(bench, FIRST, sale, 201);
	pass(BT_SBX_PAYMENT_MS - 1);
	expect_payment(bench, FIRST, "active", "none", "");
	pass(1);
	expect_payment(bench, FIRST, "expired", "none", "");
	assert_string_equal(say(bench, FIRST, BT_SBX_BANK_COLLECTS, NULL), "this QR is closed");
	assert_null(say(bench, FIRST, BT_SBX_BANK_LATE, UTR));
	expect_payment(bench, FIRST, "paid", "none", UTR);
	json_decref(sale);
}

static void a_utr_is_given_once(void **state)
{
	struct head_end *bench = *state;
	json_t *sale = intent(bench, FIRST), *other = intent(bench, SECOND);
	expect_asked(bench, FIRST, sale, 201);
	expect_asked(bench, SECOND, other, 201);
	assert_non_null(say(bench, FIRST, BT_SBX_BANK_COLLECTS, "63271234567"));
	assert_non_null(say(bench, FIRST, BT_SBX_BANK_COLLECTS, "63271234567x"));
	collect(bench, FIRST, UTR);
	assert_non_null(say(bench, SECOND, BT_SBX_BANK_COLLECTS, UTR));
	collect(bench, SECOND, NULL);
	json_decref(sale);
	json_decref(other);
}

/* PROTOCOL T1, S4: the record's own minute, whoever brings it to an end, and the owner's request is the same sale. */
static void anyone_finishes_a_paid_one(void **state)
{
	struct head_end *bench = *state;
	json_t *refused, *given, *again, *sale = intent(bench, FIRST);
	const char *sale_id = head_end_sale_id(sale);
	expect_asked(bench, FIRST, sale, 201);
	assert_int_equal(finish(bench, OTHER, sale_id, &refused), 409);
	assert_string_equal(head_end_code(refused), "payment_open");
	collect(bench, FIRST, UTR);
	pass(BT_SBX_HOUR_MS);
	assert_int_equal(finish(bench, OTHER, sale_id, &given), 201);
	assert_true(json_equal(json_object_get(given, "tid"), json_object_get(sale, "tid")));
	assert_int_equal(strlen(text_of(given, "token")), 20);
	name_tender(sale, FIRST, UTR);
	assert_int_equal(
	    head_end_call_json(bench, HEAD_END_TERMINAL, "POST", "/v1/sales", head_end_request(sale), &again), 200);
	assert_string_equal(text_of(again, "token"), text_of(given, "token"));
	assert_int_equal(bt_sbx_store_count(bench->sbx.db, 0,
					    "SELECT 1 FROM sales WHERE terminal=? AND"
					    " json_extract(sale,'$.tenders[0].reference')=?",
					    "tt", HEAD_END_TERMINAL, UTR),
			 1);
	json_decref(refused);
	json_decref(given);
	json_decref(again);
	json_decref(sale);
}

static void ask_service(struct head_end *bench, const char *payment_id, const json_t *sale)
{
	struct bt_sbx_payment payment = {.way = "psp",
					 .status = "active",
					 .attempt = "none",
					 .terminal = HEAD_END_TERMINAL,
					 .reference = "RZPFQKvjzmOXeZgUNqrv2",
					 .paise = 50000,
					 .made_at = bt_sbx_now_ms(),
					 .expires_at = bt_sbx_now_ms() + BT_SBX_PAYMENT_MS};
	snprintf(payment.payment_id, sizeof payment.payment_id, "%s", payment_id);
	snprintf(payment.sale_id, sizeof payment.sale_id, "%s", head_end_sale_id(sale));
	assert_true(bt_sbx_payment_put(bench->sbx.db, &payment, NULL));
}

static void expect_found(struct head_end *bench, const char *name, const char *connection, const char *can)
{
	json_t *answer;
	bench->find = name;
	assert_int_equal(head_end_call(bench, OTHER, "GET", "/v1/payments", "", &answer), 200);
	const json_t *list = json_object_get(answer, "payments"), *found = json_array_get(list, 0);
	assert_int_equal(json_array_size(list), 1);
	assert_string_equal(text_of(found, "payment_id"), FIRST);
	assert_string_equal(text_of(found, "connection"), connection);
	assert_string_equal(text_of(found, "bank"), "paid");
	assert_string_equal(text_of(found, "can"), can);
	json_decref(answer);
}

/* The payment service knows no sale: its counter recorded that before it asked, and may be gone since. */
static void the_desk_finds_what_the_service_collected(void **state)
{
	struct head_end *bench = *state;
	struct bt_sbx_consumer consumer;
	json_t *sale = intent(bench, FIRST);
	assert_true(bt_sbx_consumer_find(bench->sbx.db, CONNECTION, &consumer));
	ask_service(bench, FIRST, sale);
	collect(bench, FIRST, UTR);
	expect_found(bench, UTR, "", "wait");
	expect_found(bench, "RZPFQKvjzmOXeZgUNqrv2", "", "wait");
	assert_true(bt_sbx_payment_note(bench->sbx.db, FIRST, CONNECTION));
	expect_found(bench, CONNECTION, CONNECTION, "wait");
	expect_found(bench, consumer.mobile, CONNECTION, "wait");
	(void)upload(bench, "intent", head_end_sale_id(sale), sale);
	const char *names[] = {UTR,        FIRST,          "RZPFQKvjzmOXeZgUNqrv2", head_end_sale_id(sale),
			       CONNECTION, consumer.meter, consumer.mobile};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		expect_found(bench, names[i], CONNECTION, "finish");
	json_decref(sale);
}

static void a_paid_fact_is_matched_to_the_bank(void **state)
{
	struct head_end *bench = *state;
	json_t *sale = intent(bench, FIRST);
	expect_asked(bench, FIRST, sale, 201);
	assert_int_equal(upload(bench, "intent", head_end_sale_id(sale), sale).standing, BT_SBX_SILENT);
	name_tender(sale, FIRST, UTR);
	struct bt_sbx_outcome outcome = upload(bench, "paid", head_end_sale_id(sale), sale);
	assert_int_equal(outcome.standing, BT_SBX_EXCEPTION);
	assert_int_equal(outcome.code, BT_SBX_UTR_UNKNOWN);
	collect(bench, FIRST, LATER_UTR);
	assert_int_equal(upload(bench, "paid", head_end_sale_id(sale), sale).code, BT_SBX_UTR_UNKNOWN);
	assert_int_equal(count_exceptions(bench, "utr_unknown"), 2);
	name_tender(sale, FIRST, LATER_UTR);
	assert_int_equal(upload(bench, "paid", head_end_sale_id(sale), sale).standing, BT_SBX_SILENT);
	json_decref(sale);
	/* The same money does not pay for another sale. */
	sale = name_tender(head_end_sale(bench, CONNECTION), SECOND, LATER_UTR);
	assert_int_equal(upload(bench, "paid", head_end_sale_id(sale), sale).code, BT_SBX_UTR_UNKNOWN);
	json_decref(sale);
}

static void what_is_of_the_counter_alone_changes_nothing(void **state)
{
	static const char *const kinds[] = {"intent",      "intent_end",   "deposit", "shift_open",
					    "shift_count", "shift_sealed", "claim",   "claim_answer"};
	struct head_end *bench = *state;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		assert_int_equal(upload(bench, kinds[i], "", NULL).standing, BT_SBX_SILENT);
	assert_int_equal(bt_sbx_store_count(bench->sbx.db, -1, "SELECT count(*) FROM exceptions", ""), 0);
	assert_int_equal(head_end_count_committed(bench), 0);
}

/* PROTOCOL S5: the bank sends the money back when the owner has on record that it gives nothing for it. */
static void a_reversal_orders_the_refund_with_the_owners_record(void **state)
{
	struct head_end *bench = *state;
	json_t *answer, *sale = intent(bench, FIRST);
	const char *sale_id = head_end_sale_id(sale);
	expect_asked(bench, FIRST, sale, 201);
	collect(bench, FIRST, UTR);
	assert_int_equal(reverse(bench, sale_id, &answer), 200);
	json_decref(answer);
	expect_refund(bench, FIRST, "waits");
	(void)upload(bench, "deposit", "", NULL);
	expect_refund(bench, FIRST, "waits");
	(void)upload(bench, "refunding", sale_id, NULL);
	expect_refund(bench, FIRST, "ordered");
	assert_int_equal(finish(bench, OTHER, sale_id, &answer), 409);
	json_decref(answer);
	name_tender(sale, SECOND, "");
	expect_not_asked(bench, SECOND, sale, 409, "tombstone");
	json_decref(sale);
}

static void late_money_of_a_reversed_sale_goes_back(void **state)
{
	struct head_end *bench = *state;
	json_t *answer, *sale = intent(bench, FIRST);
	const char *sale_id = head_end_sale_id(sale);
	expect_asked(bench, FIRST, sale, 201);
	(void)upload(bench, "refunding", sale_id, NULL);
	assert_int_equal(reverse(bench, sale_id, &answer), 200);
	json_decref(answer);
	expect_payment(bench, FIRST, "closed", "none", "");
	assert_null(say(bench, FIRST, BT_SBX_BANK_LATE, UTR));
	expect_refund(bench, FIRST, "ordered");
	json_decref(sale);
}

/* What a counter never asked for is not given back while its record may still say what became of it. */
static void of_two_payments_the_one_goes_back_that_the_owner_did_not_take(void **state)
{
	struct head_end *bench = *state;
	json_t *sale = intent(bench, FIRST);
	const char *sale_id = head_end_sale_id(sale);
	expect_asked(bench, FIRST, sale, 201);
	(void)upload(bench, "intent", sale_id, sale);
	name_tender(sale, SECOND, "");
	expect_asked(bench, SECOND, sale, 201);
	assert_null(say(bench, FIRST, BT_SBX_BANK_LATE, UTR));
	collect(bench, SECOND, LATER_UTR);
	expect_refund(bench, FIRST, "");
	expect_refund(bench, SECOND, "waits");
	assert_int_equal(count_exceptions(bench, "paid_twice"), 1);
	pass(EVENT_AFTER);
	name_tender(sale, SECOND, LATER_UTR);
	assert_int_equal(upload(bench, "paid", sale_id, sale).standing, BT_SBX_SILENT);
	expect_refund(bench, FIRST, "ordered");
	expect_refund(bench, SECOND, "");
	json_decref(sale);
}

static void of_three_payments_two_go_back(void **state)
{
	static const char third[] = "01936f2e-7c3a-7abc-8def-0123456789b3", third_utr[] = "699900001111";
	struct head_end *bench = *state;
	json_t *sale = intent(bench, FIRST);
	const char *sale_id = head_end_sale_id(sale);
	expect_asked(bench, FIRST, sale, 201);
	name_tender(sale, SECOND, "");
	expect_asked(bench, SECOND, sale, 201);
	name_tender(sale, third, "");
	expect_asked(bench, third, sale, 201);
	assert_null(say(bench, FIRST, BT_SBX_BANK_LATE, UTR));
	assert_null(say(bench, SECOND, BT_SBX_BANK_LATE, third_utr));
	collect(bench, third, LATER_UTR);
	expect_refund(bench, FIRST, "");
	expect_refund(bench, SECOND, "waits");
	expect_refund(bench, third, "waits");
	pass(EVENT_AFTER);
	name_tender(sale, third, LATER_UTR);
	assert_int_equal(upload(bench, "paid", sale_id, sale).standing, BT_SBX_SILENT);
	expect_refund(bench, FIRST, "ordered");
	expect_refund(bench, SECOND, "ordered");
	expect_refund(bench, third, "");
	json_decref(sale);
}

static void a_second_payment_goes_back_once_the_record_is_past_it(void **state)
{
	struct head_end *bench = *state;
	json_t *sale = intent(bench, FIRST);
	const char *sale_id = head_end_sale_id(sale);
	expect_asked(bench, FIRST, sale, 201);
	name_tender(sale, SECOND, "");
	expect_asked(bench, SECOND, sale, 201);
	collect(bench, SECOND, UTR);
	name_tender(sale, SECOND, UTR);
	(void)upload(bench, "paid", sale_id, sale);
	pass(EVENT_AFTER);
	assert_null(say(bench, FIRST, BT_SBX_BANK_LATE, LATER_UTR));
	expect_refund(bench, FIRST, "waits");
	pass(EVENT_AFTER);
	(void)upload(bench, "deposit", "", NULL);
	expect_refund(bench, FIRST, "ordered");
	expect_refund(bench, SECOND, "");
	json_decref(sale);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)
	const struct CMUnitTest tests[] = {
	    TEST(a_qr_can_be_shown_scanned_and_paid),
	    TEST(the_largest_qr_fits_the_screen),
	    TEST(no_other_text_is_a_qr_of_ours),
	    TEST(asking_again_is_the_same_qr),
	    TEST(what_would_be_refused_is_not_asked_for),
	    TEST(closing_makes_not_there_definite),
	    TEST(a_closed_one_can_still_be_paid_late),
	    TEST(a_qr_is_dead_after_one_attempt),
	    TEST(a_qr_runs_out),
	    TEST(a_utr_is_given_once),
	    TEST(anyone_finishes_a_paid_one),
	    TEST(the_desk_finds_what_the_service_collected),
	    TEST(a_paid_fact_is_matched_to_the_bank),
	    TEST(what_is_of_the_counter_alone_changes_nothing),
	    TEST(a_reversal_orders_the_refund_with_the_owners_record),
	    TEST(late_money_of_a_reversed_sale_goes_back),
	    TEST(of_two_payments_the_one_goes_back_that_the_owner_did_not_take),
	    TEST(of_three_payments_two_go_back),
	    TEST(a_second_payment_goes_back_once_the_record_is_past_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
