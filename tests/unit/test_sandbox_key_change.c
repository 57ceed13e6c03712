/* Key changes at the head-end: released when every terminal that could make a token has the new key, carried by each
 * sale until a terminal's record lists them, and never again.
 *
 * rooms: core/sandbox
 * Rules: PROTOCOL T6, T1, H1. That the tokens themselves are right is shown by test_sandbox_token and by the virtual
 * meter. */
#include "tests/unit/sandbox_fixture.h"

#include "core/sandbox/fact.h"

#define THERE     "0143"
#define DUE       "100246000115"
#define OTHER     "100244781560"
#define METER     "04740075298" /* of OTHER */
#define TOWN      20
#define SINCE_ALL "1000000"

static int open_bench(void **state)
{
	struct head_end *bench = calloc(1, sizeof *bench);
	struct bt_sbx_terminal here = {.number = HEAD_END_TERMINAL, .lane = 3}, there = {.number = THERE, .lane = 4};
	assert_non_null(bench);
	head_end_set_clock(HEAD_END_NOW);
	head_end_open(bench, TOWN);
	assert_true(bt_sbx_terminal_put(bench->sbx.db, &here));
	assert_true(bt_sbx_terminal_put(bench->sbx.db, &there));
	*state = bench;
	return 0;
}

/* The row as a terminal is given it. */
static json_t *row_of(struct head_end *bench, const char *number)
{
	char path[64];
	json_t *row;
	snprintf(path, sizeof path, "/v1/consumers/%s", number);
	assert_int_equal(head_end_call_json(bench, HEAD_END_TERMINAL, "GET", path, NULL, &row), 200);
	return row;
}

static void expect_row(struct head_end *bench, const char *number, int krn, int next_krn, int tokens)
{
	json_t *row = row_of(bench, number);
	const json_t *next = json_object_get(row, "key_next"), *change = json_object_get(row, "key_change");
	assert_int_equal(json_integer_value(json_object_get(json_object_get(row, "key"), "krn")), krn);
	assert_int_equal(json_integer_value(json_object_get(next, "krn")), next_krn);
	assert_true(next_krn != 0 || json_is_null(next));
	assert_int_equal(json_array_size(json_object_get(change, "tokens")), tokens);
	assert_true(tokens != 0 || json_is_null(change));
	json_decref(row);
}

/* Ask for what is new, having everything up to @p since. */
static void fetch(struct head_end *bench, const char *terminal, const char *since)
{
	json_t *page;
	bench->since = since;
	assert_int_equal(head_end_call_json(bench, terminal, "GET", "/v1/directory", NULL, &page), 200);
	bench->since = NULL;
	json_decref(page);
}

static unsigned lease(struct head_end *bench, const char *terminal)
{
	json_t *answer;
	unsigned status = head_end_call_json(bench, terminal, "GET", "/v1/lease", NULL, &answer);
	if (status != 200)
		assert_string_equal(head_end_code(answer), "directory_old");
	json_decref(answer);
	return status;
}

static unsigned sell(struct head_end *bench, json_t *sale, json_t **answer)
{
	return head_end_call_json(bench, HEAD_END_TERMINAL, "POST", "/v1/sales", head_end_request(sale), answer);
}

/* The reply has left, as the server notes it. */
static void release(struct head_end *bench, const json_t *sale)
{
	assert_true(bt_sbx_ledger_release(bench->sbx.db, head_end_sale_id(sale)));
}

static void what_is_due_travels_with_the_key(void **state)
{
	struct head_end *bench = *state;
	expect_row(bench, DUE, 2, 0, 4);
	expect_row(bench, "100246000126", 2, 0, 2);
	expect_row(bench, "100246000137", 2, 0, 4);
	expect_row(bench, "100246000148", 1, 0, 0);
	expect_row(bench, OTHER, 1, 0, 0);
	json_t *row = row_of(bench, "100246000137");
	const json_t *change = json_object_get(row, "key_change"), *from = json_object_get(change, "from");
	assert_true(json_is_true(json_object_get(change, "roll_over")));
	assert_int_equal(json_integer_value(json_object_get(from, "base")), 1993);
	assert_int_equal(json_integer_value(json_object_get(from, "krn")), 1);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(row, "key"), "base")), 2014);
	json_decref(row);
}

/* A sale that the terminal made by itself, posted from its record. */
static enum bt_sbx_code post_fact(struct head_end *bench, json_t *sale, json_t *key_change)
{
	struct bt_sbx_sale read;
	struct bt_sbx_terminal terminal;
	struct bt_sbx_outcome outcome;
	char token[21];
	assert_true(bt_sbx_terminal_find(bench->sbx.db, HEAD_END_TERMINAL, &terminal));
	assert_true(bt_sbx_sale_read(sale, &read) && bt_sbx_token_of(&bench->sbx, &read, token));
	json_t *issue = json_pack("{s:s, s:i, s:O, s:s, s:O, s:i}", "issued_by", "terminal", "rev", 1, "tid",
				  json_object_get(sale, "tid"), "token", token, "units", json_object_get(sale, "units"),
				  "lease", 1);
	if (key_change)
		json_object_set(issue, "key_change", key_change);
	char *bodies[] = {bt_sbx_json_canonical(sale), bt_sbx_json_canonical(issue)};
	const char *kinds[] = {"paid", "tokened"};
	for (size_t i = 0; i < 2; i++) {
		struct bt_sbx_fact fact = {&terminal, bt_sbx_now_ms(), head_end_sale_id(sale), kinds[i], bodies[i]};
		assert_true(bt_sbx_fact_post(&bench->sbx, &fact, &outcome));
		free(bodies[i]);
	}
	assert_int_equal(outcome.standing, outcome.code == BT_SBX_NONE ? BT_SBX_POSTED : BT_SBX_EXCEPTION);
	json_decref(issue);
	return outcome.code;
}

static json_t *key_tokens_of(const json_t *answer)
{
	return json_object_get(json_object_get(answer, "key_change"), "tokens");
}

/* An answer that has left may be lost, or overtaken by a newer list: a counter makes the token by itself then, and says
 * so without them. They are carried until a slip has them. */
static void each_sale_carries_it_until_a_slip_has_it(void **state)
{
	struct head_end *bench = *state;
	assert_int_equal(lease(bench, HEAD_END_TERMINAL), 200);
	json_t *row = row_of(bench, DUE), *answers[4], *again, *asked, *sales[4];
	char path[80];
	for (size_t i = 0; i < 4; i++)
		sales[i] = head_end_sale(bench, DUE);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(sell(bench, sales[i], &answers[i]), 201);
		assert_true(json_equal(json_object_get(answers[i], "key_change"), json_object_get(row, "key_change")));
		if (i == 1)
			release(bench, sales[i]);
	}
	expect_row(bench, DUE, 2, 0, 4);
	assert_int_equal(post_fact(bench, sales[1], NULL), BT_SBX_NONE);
	expect_row(bench, DUE, 2, 0, 4);
	assert_int_equal(post_fact(bench, sales[2], key_tokens_of(answers[2])), BT_SBX_NONE);
	expect_row(bench, DUE, 2, 0, 0);
	assert_int_equal(sell(bench, sales[3], &answers[3]), 201);
	assert_true(json_is_null(json_object_get(answers[3], "key_change")));
	/* An answer once given stays what it was. */
	assert_int_equal(sell(bench, sales[0], &again), 200);
	assert_true(json_equal(answers[0], again));
	snprintf(path, sizeof path, "/v1/sales/%s", head_end_sale_id(sales[1]));
	assert_int_equal(head_end_call_json(bench, HEAD_END_TERMINAL, "GET", path, NULL, &asked), 200);
	assert_true(json_equal(answers[1], asked));
	for (size_t i = 0; i < 4; i++) {
		json_decref(answers[i]);
		json_decref(sales[i]);
	}
	json_decref(row);
	json_decref(again);
	json_decref(asked);
}

/* Another counter's record says that it handed out @p answer. */
static enum bt_sbx_code post_delivered(struct head_end *bench, const json_t *answer, json_t *key_change)
{
	struct bt_sbx_terminal terminal;
	struct bt_sbx_outcome outcome;
	assert_true(bt_sbx_terminal_find(bench->sbx.db, THERE, &terminal));
	json_t *body = json_pack("{s:O, s:O, s:O, s:O}", "sale_id", json_object_get(answer, "sale_id"), "tid",
				 json_object_get(answer, "tid"), "token", json_object_get(answer, "token"), "units",
				 json_object_get(answer, "units"));
	if (key_change)
		json_object_set(body, "key_change", key_change);
	char *text = bt_sbx_json_canonical(body);
	struct bt_sbx_fact fact = {&terminal, bt_sbx_now_ms(), "", "delivered", text};
	assert_true(bt_sbx_fact_post(&bench->sbx, &fact, &outcome));
	free(text);
	json_decref(body);
	return outcome.code;
}

/* What is handed out for a docket of another counter counts like a slip of one's own. */
static void a_docket_handed_out_counts(void **state)
{
	struct head_end *bench = *state;
	json_t *sale = head_end_sale(bench, DUE), *answer;
	assert_int_equal(sell(bench, sale, &answer), 201);
	release(bench, sale);
	assert_int_equal(post_delivered(bench, answer, NULL), BT_SBX_NONE);
	expect_row(bench, DUE, 2, 0, 4);
	assert_int_equal(post_delivered(bench, answer, key_tokens_of(answer)), BT_SBX_NONE);
	expect_row(bench, DUE, 2, 0, 0);
	json_decref(answer);
	json_decref(sale);
}

/* The token is out, whatever is wrong with the list beside it: its owner gives no money back, and the change is carried
 * on. */
static void a_docket_handed_out_has_left_although_its_list_is_spoilt(void **state)
{
	struct head_end *bench = *state;
	json_t *sale = head_end_sale(bench, DUE), *answer, *refusal, *spoilt = json_pack("[s, s]", "1234", "5678");
	char path[80];
	assert_int_equal(sell(bench, sale, &answer), 201);
	assert_int_equal(post_delivered(bench, answer, spoilt), BT_SBX_MALFORMED);
	snprintf(path, sizeof path, "/v1/sales/%s/reversal", head_end_sale_id(sale));
	assert_int_equal(
	    head_end_call(bench, HEAD_END_TERMINAL, "POST", path, "{\"era\":1,\"reason\":\"returned\"}", &refusal),
	    409);
	assert_string_equal(head_end_code(refusal), "token_released");
	expect_row(bench, DUE, 2, 0, 4);
	json_decref(spoilt);
	json_decref(refusal);
	json_decref(answer);
	json_decref(sale);
}

/* The same of another counter's digits, which are not those of the ledger: a token is out all the same. */
static void a_docket_handed_out_has_left_although_its_digits_differ(void **state)
{
	struct head_end *bench = *state;
	json_t *sale = head_end_sale(bench, DUE), *answer, *refusal;
	char path[80];
	assert_int_equal(sell(bench, sale, &answer), 201);
	json_object_set_new(answer, "token", json_string("00000000000000000001"));
	assert_int_equal(post_delivered(bench, answer, NULL), BT_SBX_TOKEN_DIFFERS);
	snprintf(path, sizeof path, "/v1/sales/%s/reversal", head_end_sale_id(sale));
	assert_int_equal(
	    head_end_call(bench, HEAD_END_TERMINAL, "POST", path, "{\"era\":1,\"reason\":\"returned\"}", &refusal),
	    409);
	assert_string_equal(head_end_code(refusal), "token_released");
	json_decref(refusal);
	json_decref(answer);
	json_decref(sale);
}

/* A counter's own token is posted, whatever is wrong with the list above it (PROTOCOL H1). */
static void a_fact_is_posted_although_its_list_is_spoilt(void **state)
{
	struct head_end *bench = *state;
	json_t *sale = head_end_sale(bench, DUE), *spoilt = json_pack("[s, s]", "1234", "5678");
	struct bt_sbx_entry entry;
	assert_int_equal(lease(bench, HEAD_END_TERMINAL), 200);
	assert_int_equal(post_fact(bench, sale, spoilt), BT_SBX_MALFORMED);
	assert_true(bt_sbx_ledger_find(bench->sbx.db, head_end_sale_id(sale), &entry));
	assert_string_equal(entry.state, "committed");
	assert_true(entry.released);
	expect_row(bench, DUE, 2, 0, 4);
	json_decref(spoilt);
	json_decref(sale);
}

static void a_fact_counts_when_it_carried_all_of_them(void **state)
{
	struct head_end *bench = *state;
	assert_int_equal(lease(bench, HEAD_END_TERMINAL), 200);
	json_t *row = row_of(bench, DUE);
	json_t *tokens = json_object_get(json_object_get(row, "key_change"), "tokens");
	json_t *wrong = json_deep_copy(tokens), *sales[4];
	json_array_set_new(wrong, 3, json_string("01234567890123456789"));
	for (size_t i = 0; i < 4; i++)
		sales[i] = head_end_sale(bench, DUE);
	assert_int_equal(post_fact(bench, sales[0], NULL), BT_SBX_NONE);
	expect_row(bench, DUE, 2, 0, 4);
	assert_int_equal(post_fact(bench, sales[1], wrong), BT_SBX_TOKEN_DIFFERS);
	expect_row(bench, DUE, 2, 0, 4);
	assert_int_equal(post_fact(bench, sales[2], tokens), BT_SBX_NONE);
	expect_row(bench, DUE, 2, 0, 0);
	/* Made before that was known: the same once more is nothing wrong. */
	assert_int_equal(post_fact(bench, sales[3], tokens), BT_SBX_NONE);
	for (size_t i = 0; i < 4; i++)
		json_decref(sales[i]);
	json_decref(wrong);
	json_decref(row);
}

static void nothing_is_released_before_all_have_it(void **state)
{
	struct head_end *bench = *state;
	json_t *answer;
	assert_int_equal(lease(bench, HEAD_END_TERMINAL), 200);
	assert_int_equal(lease(bench, THERE), 200);
	json_t *paid_before = head_end_sale(bench, OTHER), *too_late = head_end_sale(bench, OTHER);
	assert_true(bt_sbx_key_change_begin(&bench->sbx, METER));
	assert_false(bt_sbx_key_change_begin(&bench->sbx, METER)); /* one at a time */
	fetch(bench, HEAD_END_TERMINAL, "0");
	expect_row(bench, OTHER, 1, 2, 0);
	fetch(bench, HEAD_END_TERMINAL, SINCE_ALL);
	expect_row(bench, OTHER, 1, 2, 0); /* THERE has not spoken */
	fetch(bench, THERE, "1");
	expect_row(bench, OTHER, 1, 2, 0); /* it has the old row only */
	fetch(bench, THERE, SINCE_ALL);
	expect_row(bench, OTHER, 2, 0, 4);
	/* Money taken under the key before still gets its token while no other is out ... */
	assert_int_equal(sell(bench, paid_before, &answer), 201);
	assert_true(json_is_null(json_object_get(answer, "key_change")));
	release(bench, paid_before);
	json_decref(answer);
	expect_row(bench, OTHER, 2, 0, 4);
	json_t *next = head_end_sale(bench, OTHER);
	assert_int_equal(sell(bench, next, &answer), 201);
	assert_int_equal(json_array_size(json_object_get(json_object_get(answer, "key_change"), "tokens")), 4);
	json_t *tokens = json_incref(key_tokens_of(answer));
	release(bench, next);
	json_decref(answer);
	expect_row(bench, OTHER, 2, 0, 4);
	/* ... and not after. */
	assert_int_equal(sell(bench, too_late, &answer), 409);
	assert_string_equal(head_end_code(answer), "key_mismatch");
	json_decref(answer);
	json_decref(paid_before);
	json_decref(too_late);
	assert_false(bt_sbx_key_change_begin(&bench->sbx, METER)); /* no slip has it yet */
	assert_int_equal(post_fact(bench, next, tokens), BT_SBX_NONE);
	json_decref(tokens);
	json_decref(next);
	/* The change after that begins where this one ended. */
	assert_true(bt_sbx_key_change_begin(&bench->sbx, METER));
	expect_row(bench, OTHER, 2, 3, 0);
}

/* A ledger put back from before a change tells the key that the meter has no more, until the office begins the change
 * again: that leads to the very key that the meter carries, and its tokens are those that the meter took before. */
static void a_change_begun_again_leads_to_the_same_key(void **state)
{
	struct head_end *bench = *state;
	json_t *answer;
	assert_true(bt_sbx_key_change_begin(&bench->sbx, METER));
	json_t *carried = row_of(bench, OTHER), *sale = head_end_sale(bench, OTHER);
	assert_int_equal(sell(bench, sale, &answer), 201);
	release(bench, sale);
	assert_int_equal(post_fact(bench, sale, key_tokens_of(answer)), BT_SBX_NONE);
	expect_row(bench, OTHER, 2, 0, 0);
	json_decref(answer);
	json_decref(sale);
	assert_true(bt_sbx_store_run(bench->sbx.db, "DELETE FROM key_changes WHERE meter=?", "t", METER));
	assert_true(bt_sbx_store_run(bench->sbx.db, "DELETE FROM sales", ""));
	expect_row(bench, OTHER, 1, 0, 0);
	assert_true(bt_sbx_key_change_begin(&bench->sbx, METER));
	json_t *again = row_of(bench, OTHER);
	const json_t *key = json_object_get(again, "key"), *before = json_object_get(carried, "key");
	assert_non_null(json_object_get(key, "kcv"));
	assert_true(json_equal(json_object_get(key, "kcv"), json_object_get(before, "kcv")));
	assert_true(json_equal(json_object_get(key, "krn"), json_object_get(before, "krn")));
	assert_true(json_equal(json_object_get(again, "key_change"), json_object_get(carried, "key_change")));
	/* Sold under the key that the meter has, and right here. */
	sale = head_end_sale(bench, OTHER);
	assert_int_equal(sell(bench, sale, &answer), 201);
	assert_int_equal(post_fact(bench, sale, NULL), BT_SBX_NONE);
	json_decref(answer);
	json_decref(sale);
	json_decref(again);
	json_decref(carried);
}

static void a_dead_lease_is_not_waited_for(void **state)
{
	struct head_end *bench = *state;
	fetch(bench, HEAD_END_TERMINAL, "0");
	fetch(bench, HEAD_END_TERMINAL, SINCE_ALL);
	fetch(bench, THERE, "0");
	fetch(bench, THERE, SINCE_ALL);
	assert_int_equal(lease(bench, HEAD_END_TERMINAL), 200);
	assert_int_equal(lease(bench, THERE), 200);
	assert_true(bt_sbx_key_change_begin(&bench->sbx, METER));
	fetch(bench, HEAD_END_TERMINAL, SINCE_ALL);
	assert_true(bt_sbx_terminal_revoke(&bench->sbx, THERE)); /* that it does not hear of */
	fetch(bench, HEAD_END_TERMINAL, SINCE_ALL);
	expect_row(bench, OTHER, 1, 2, 0);
	head_end_set_clock(HEAD_END_NOW + (bench->sbx.lease.hours + 1) * BT_SBX_HOUR_MS);
	fetch(bench, HEAD_END_TERMINAL, SINCE_ALL);
	expect_row(bench, OTHER, 2, 0, 4);
	assert_true(bt_sbx_store_run(bench->sbx.db, "UPDATE terminals SET revoked_at=NULL", ""));
	/* Back again, it gets no lease before it has the new key. */
	assert_int_equal(lease(bench, THERE), 409);
	assert_int_equal(lease(bench, HEAD_END_TERMINAL), 200);
	fetch(bench, THERE, "1");
	assert_int_equal(lease(bench, THERE), 409);
	fetch(bench, THERE, SINCE_ALL);
	assert_int_equal(lease(bench, THERE), 200);
}

static void only_meters_that_take_tokens(void **state)
{
	struct head_end *bench = *state;
	struct bt_sbx_consumer c;
	assert_false(bt_sbx_key_change_begin(&bench->sbx, "04740016904")); /* balance only */
	assert_false(bt_sbx_key_change_begin(&bench->sbx, "00000000000"));
	assert_false(bt_sbx_key_change_begin(&bench->sbx, ""));
	bt_sbx_person_make(1, 16, 0, &c);
	assert_string_equal(c.note, "not_covered");
	assert_false(bt_sbx_key_change_begin(&bench->sbx, c.meter));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(what_is_due_travels_with_the_key, open_bench, head_end_teardown),
	    cmocka_unit_test_setup_teardown(each_sale_carries_it_until_a_slip_has_it, open_bench, head_end_teardown),
	    cmocka_unit_test_setup_teardown(a_docket_handed_out_counts, open_bench, head_end_teardown),
	    cmocka_unit_test_setup_teardown(a_docket_handed_out_has_left_although_its_list_is_spoilt, open_bench,
					    head_end_teardown),
	    cmocka_unit_test_setup_teardown(a_docket_handed_out_has_left_although_its_digits_differ, open_bench,
					    head_end_teardown),
	    cmocka_unit_test_setup_teardown(a_fact_is_posted_although_its_list_is_spoilt, open_bench,
					    head_end_teardown),
	    cmocka_unit_test_setup_teardown(a_fact_counts_when_it_carried_all_of_them, open_bench, head_end_teardown),
	    cmocka_unit_test_setup_teardown(nothing_is_released_before_all_have_it, open_bench, head_end_teardown),
	    cmocka_unit_test_setup_teardown(a_change_begun_again_leads_to_the_same_key, open_bench, head_end_teardown),
	    cmocka_unit_test_setup_teardown(a_dead_lease_is_not_waited_for, open_bench, head_end_teardown),
	    cmocka_unit_test_setup_teardown(only_meters_that_take_tokens, open_bench, head_end_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
