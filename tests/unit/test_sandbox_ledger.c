/* The sandbox's calls on a real ledger, without HTTP: once per id whatever is repeated, facts always posted.
 *
 * rooms: core/sandbox
 * Rules: PROTOCOL H1, H2, H3, H4, T2, T3. The right tokens come from the meters' keys through the codec that
 * test_sandbox_token checks against known answers. */
#include "tests/unit/sandbox_fixture.h"

#include "core/sandbox/alarms.h"
#include "core/sandbox/bytes.h"
#include "core/sandbox/crypto.h"

#define RAMESH "100244781560"

struct bench {
	struct head_end server;
	uint8_t journal_seed[32];
	int64_t seq;
	char head[65];
	int64_t next_tid;
};

/* Run a call; the answer is the caller's to release. */
static unsigned call(struct bench *bench, const char *method, const char *path, json_t *body, json_t **answer)
{
	return head_end_call_json(&bench->server, HEAD_END_TERMINAL, method, path, body, answer);
}

/* For a call whose answer is known to hold nothing new. */
static void expect_call(struct bench *bench, const char *method, const char *path, json_t *body, unsigned status)
{
	json_t *answer;
	assert_int_equal(call(bench, method, path, body, &answer), status);
	json_decref(answer);
}

static void expect_code(json_t *answer, const char *code)
{
	assert_string_equal(head_end_code(answer), code);
	json_decref(answer);
}

static json_t *make_sale(struct bench *bench, const char *number, int64_t paise)
{
	/* Lane 3, going back so that every sale of this bench has a minute of its own; 00:01 is kept free. */
	bench->next_tid -= BT_SBX_LANES;
	if (bench->next_tid % 1440 == 1)
		bench->next_tid -= BT_SBX_LANES;
	json_t *sale = head_end_sale_at(&bench->server, number, paise, bench->next_tid);
	/* What the contract says of the keys of these meters, whatever the head-end says. */
	json_object_update_new(json_object_get(sale, "key"),
			       json_pack("{s:i, s:s, s:s, s:i, s:i, s:s, s:s}", "base", 2014, "dkga", "04", "ea", "11",
					 "ken", 255, "kt", 2, "sgc", BT_SBX_SGC, "ti", "01"));
	return sale;
}

static json_t *make_event(struct bench *bench, const char *kind, const char *sale_id, const json_t *body)
{
	uint8_t hash[32];
	uint8_t signature[64];
	char signature_text[96];
	char hex[65];
	char *text = bt_sbx_json_canonical(body);
	struct bt_sbx_link link = {
	    .seq = (uint64_t)++bench->seq, .time = bt_sbx_now_ms(), .sale_id = sale_id, .kind = kind, .body = text};
	assert_true(bt_sbx_hex_decode(bench->head, link.prev_hash, 32));
	assert_true(bt_sbx_chain_hash(&link, hash));
	assert_true(bt_sbx_ed25519_sign(bench->journal_seed, hash, 32, signature));
	bt_sbx_b64_encode(signature, sizeof signature, signature_text, sizeof signature_text);
	bt_sbx_hex_encode(hash, 32, hex);
	json_t *event = json_pack("{s:I, s:I, s:s, s:s, s:s, s:s, s:s, s:s}", "seq", (json_int_t)bench->seq, "time",
				  (json_int_t)link.time, "sale_id", sale_id, "kind", kind, "body", text, "prev_hash",
				  bench->head, "hash", hex, "signature", signature_text);
	memcpy(bench->head, hex, sizeof hex);
	free(text);
	return event;
}

static json_t *upload_of(json_t *events)
{
	return json_pack("{s:s, s:i, s:i, s:O}", "terminal", "0142", "era", 1, "epoch", 1, "events", events);
}

/* The token that the meter of this sale expects. */
static void right_token(struct bench *bench, const json_t *record, char out[21])
{
	struct bt_sbx_sale sale;
	assert_true(bt_sbx_sale_read(record, &sale));
	assert_true(bt_sbx_token_of(&bench->server.sbx, &sale, out));
}

static json_t *issue_of(const json_t *sale, const char *token, int lease)
{
	return json_pack("{s:s, s:i, s:O, s:s, s:O, s:i}", "issued_by", "terminal", "rev", 1, "tid",
			 json_object_get(sale, "tid"), "token", token, "units", json_object_get(sale, "units"), "lease",
			 lease);
}

/* Upload paid + tokened and give back the only result. */
static void post_fact(struct bench *bench, json_t *sale, const char *token, int lease, char code[24])
{
	json_t *answer;
	json_t *issue = issue_of(sale, token, lease);
	json_t *events = json_array();
	json_array_append_new(events, make_event(bench, "paid", head_end_sale_id(sale), sale));
	json_array_append_new(events, make_event(bench, "tokened", head_end_sale_id(sale), issue));
	assert_int_equal(call(bench, "POST", "/v1/journal", upload_of(events), &answer), 200);
	const json_t *results = json_object_get(answer, "results");
	assert_int_equal(json_array_size(results), 1);
	snprintf(code, 24, "%s", json_string_value(json_object_get(json_array_get(results, 0), "code")));
	assert_int_equal(json_integer_value(json_object_get(answer, "acknowledged")), bench->seq);
	json_decref(answer);
	json_decref(events);
	json_decref(issue);
}

static int open_bench(void **state)
{
	struct bench *bench = calloc(1, sizeof *bench);
	struct bt_sbx_terminal terminal = {.number = "0142", .lane = 3};
	assert_non_null(bench);
	head_end_set_clock(HEAD_END_NOW);
	head_end_open(&bench->server, 60);
	bt_sbx_random(bench->journal_seed, 32);
	assert_true(bt_sbx_ed25519_public(bench->journal_seed, terminal.journal_key));
	assert_true(bt_sbx_terminal_put(bench->server.sbx.db, &terminal));
	memset(bench->head, '0', 64);
	*state = bench;
	return 0;
}

/* Each test begins with the newest minutes: their meters differ or their sales do not meet. */
static int renew_minutes(void **state)
{
	struct bench *bench = *state;
	int64_t minute = bt_sbx_tid_minute(bt_sbx_now_ms());
	bench->next_tid = minute - (minute - 3) % BT_SBX_LANES + 2 * BT_SBX_LANES;
	assert_true(bt_sbx_store_run(bench->server.sbx.db, "UPDATE sales SET tid=NULL, said_tid=NULL", ""));
	return 0;
}

static int close_bench(void **state)
{
	struct bench *bench = *state;
	head_end_close(&bench->server);
	free(bench);
	return 0;
}

static void check_replay_gives_same_answer(void **state)
{
	struct bench *bench = *state;
	json_t *first, *second, *different;
	char token[21];
	json_t *sale = make_sale(bench, RAMESH, 50000);
	int64_t before = head_end_count_committed(&bench->server);
	assert_int_equal(call(bench, "POST", "/v1/sales", head_end_request(sale), &first), 201);
	assert_int_equal(call(bench, "POST", "/v1/sales", head_end_request(sale), &second), 200);
	assert_true(json_equal(first, second));
	right_token(bench, sale, token);
	assert_string_equal(json_string_value(json_object_get(first, "token")), token);
	assert_int_equal(head_end_count_committed(&bench->server), before + 1);
	json_object_set_new(sale, "rnd", json_integer(6));
	assert_int_equal(call(bench, "POST", "/v1/sales", head_end_request(sale), &different), 409);
	expect_code(different, "id_conflict");
	json_decref(first);
	json_decref(second);
	json_decref(sale);
}

/* A head-end that picks minutes itself (PROTOCOL T5): whatever is named, once for an id, and an inquiry says which. */
static void check_minutes_are_picked(void **state)
{
	struct bench *bench = *state;
	json_t *first, *again, *asked;
	char token[21], path[80];
	json_t *sale = make_sale(bench, RAMESH, 40000);
	right_token(bench, sale, token);
	bench->server.sbx.picks = true;
	assert_int_equal(call(bench, "POST", "/v1/sales", head_end_request(sale), &first), 201);
	assert_string_not_equal(json_string_value(json_object_get(first, "token")), token);
	assert_int_equal(json_integer_value(json_object_get(first, "tid")) % BT_SBX_LANES, 0);
	json_object_set_new(sale, "tid", json_integer(json_integer_value(json_object_get(sale, "tid")) + 16));
	assert_int_equal(call(bench, "POST", "/v1/sales", head_end_request(sale), &again), 200);
	assert_true(json_equal(first, again));
	snprintf(path, sizeof path, "/v1/sales/%s", head_end_sale_id(sale));
	assert_int_equal(call(bench, "GET", path, NULL, &asked), 200);
	assert_true(json_equal(first, asked));
	json_decref(asked);
	json_object_set_new(sale, "amount_paise", json_integer(50000));
	assert_int_equal(call(bench, "POST", "/v1/sales", head_end_request(sale), &asked), 400);
	bench->server.sbx.picks = false;
	json_decref(asked);
	json_decref(again);
	json_decref(first);
	json_decref(sale);
}

/* ---- a minute that two tokens of a meter have ---- */

static unsigned refuse_token(struct bench *bench, const char *sale_id, json_t *refused, int era, json_t **answer)
{
	char path[80];
	snprintf(path, sizeof path, "/v1/sales/%s/finish", sale_id);
	return call(bench, "POST", path, json_pack("{s:i, s:o}", "era", era, "refused", refused), answer);
}

static unsigned say_used(struct bench *bench, const char *sale_id, json_t **answer)
{
	return refuse_token(bench, sale_id, json_pack("{s:s}", "by", "jha"), 1, answer);
}

static void expect_alone(struct bench *bench, const char *sale_id)
{
	json_t *answer;
	assert_int_equal(say_used(bench, sale_id, &answer), 409);
	expect_code(answer, "tid_alone");
}

/* Sell under whatever minute is picked until it is one of lane 3, and none twice; the last sale and its token. */
static json_t *sell_in_lane_3(struct bench *bench, char token[21])
{
	bool seen[BT_SBX_LANES] = {false};
	for (int i = 0; i < BT_SBX_LANES; i++) {
		json_t *answer, *sale = make_sale(bench, RAMESH, 10000);
		assert_int_equal(call(bench, "POST", "/v1/sales", head_end_request(sale), &answer), 201);
		int64_t tid = json_integer_value(json_object_get(answer, "tid"));
		assert_false(seen[tid % BT_SBX_LANES]);
		seen[tid % BT_SBX_LANES] = true;
		json_object_set_new(sale, "tid", json_integer(tid));
		snprintf(token, 21, "%s", json_string_value(json_object_get(answer, "token")));
		json_decref(answer);
		if (tid % BT_SBX_LANES == 3)
			return sale;
		json_decref(sale);
	}
	fail_msg("sixteen minutes, and none of lane 3");
	return NULL;
}

/* As made from the sale's own figures, at @p tid under some RND. */
static void check_token_of(struct bench *bench, const json_t *record, int64_t tid, const char *token)
{
	struct bt_sbx_sale sale;
	char made[21];
	int found = 0;
	assert_true(bt_sbx_sale_read(record, &sale));
	sale.tid = tid;
	for (sale.rnd = 0; sale.rnd < 16; sale.rnd++) {
		assert_true(bt_sbx_token_of(&bench->server.sbx, &sale, made));
		found += strcmp(made, token) == 0;
	}
	assert_int_equal(found, 1);
}

static bool may_replace(struct bench *bench, const char *sale_id)
{
	json_t *answer;
	bench->server.find = sale_id;
	assert_int_equal(call(bench, "GET", "/v1/payments", NULL, &answer), 200);
	const json_t *list = json_object_get(answer, "payments");
	assert_int_equal(json_array_size(list), 1);
	bool may = json_is_true(json_object_get(json_array_get(list, 0), "reissue"));
	json_decref(answer);
	return may;
}

static void expect_same_everywhere(struct bench *bench, const char *sale_id, const json_t *wanted)
{
	json_t *answer;
	char path[80];
	assert_int_equal(say_used(bench, sale_id, &answer), 200);
	assert_true(json_equal(answer, wanted));
	json_decref(answer);
	snprintf(path, sizeof path, "/v1/sales/%s/finish", sale_id);
	assert_int_equal(call(bench, "POST", path, json_pack("{s:i}", "era", 1), &answer), 200);
	assert_true(json_equal(answer, wanted));
	json_decref(answer);
	snprintf(path, sizeof path, "/v1/sales/%s", sale_id);
	assert_int_equal(call(bench, "GET", path, NULL, &answer), 200);
	assert_true(json_equal(answer, wanted));
	json_decref(answer);
}

static int64_t count_exceptions(struct bench *bench)
{
	return bt_sbx_store_count(bench->server.sbx.db, -1, "SELECT count(*) FROM exceptions", "");
}

/* What the terminal that gave the new token has on record of it. */
static void post_delivered(struct bench *bench, const char *sale_id, const json_t *given)
{
	json_t *answer, *events = json_array();
	json_t *body = json_pack("{s:s, s:s, s:s, s:O, s:O, s:O}", "docket", "", "refused_by", "jha", "sale_id",
				 sale_id, "tid", json_object_get(given, "tid"), "token",
				 json_object_get(given, "token"), "units", json_object_get(given, "units"));
	json_array_append_new(events, make_event(bench, "delivered", "", body));
	assert_int_equal(call(bench, "POST", "/v1/journal", upload_of(events), &answer), 200);
	json_decref(answer);
	json_decref(events);
	json_decref(body);
}

/* A ledger put back from a backup has forgotten the replacement, and learns it from the record of whoever gave it
 * (PROTOCOL H4); also before it knows the other token of that minute again. */
static void forget_and_learn(struct bench *bench, const char *sale_id, const char *other, const json_t *given)
{
	json_t *answer;
	sqlite3 *db = bench->server.sbx.db;
	int64_t exceptions = count_exceptions(bench);
	for (int i = 0; i < 2; i++) {
		assert_true(bt_sbx_store_run(db, "DELETE FROM reissues", ""));
		assert_true(i == 0 || bt_sbx_store_run(db, "DELETE FROM sales WHERE sale_id=?", "t", other));
		post_delivered(bench, sale_id, given);
		assert_int_equal(count_exceptions(bench), exceptions);
		assert_int_equal(say_used(bench, sale_id, &answer), 200);
		assert_string_equal(json_string_value(json_object_get(answer, "token")),
				    json_string_value(json_object_get(given, "token")));
		json_decref(answer);
		expect_alone(bench, other);
	}
}

/* The head-end's and a counter's own, which it hears of later: posted, named, and one of the two replaced after
 * somebody has looked at the meter; the other one never (PROTOCOL H1, T5). */
static void check_same_minute_is_replaced(void **state)
{
	struct bench *bench = *state;
	json_t *answer, *given;
	char token[21], theirs[21], code[24];
	expect_call(bench, "GET", "/v1/lease", NULL, 200);
	bench->server.sbx.picks = bench->server.sbx.picks_any = true;
	json_t *first = sell_in_lane_3(bench, theirs);
	expect_alone(bench, head_end_sale_id(first));
	assert_false(may_replace(bench, head_end_sale_id(first)));
	json_t *sale = make_sale(bench, RAMESH, 30000);
	json_object_set(sale, "tid", json_object_get(first, "tid"));
	right_token(bench, sale, token);
	int64_t posted = head_end_count_committed(&bench->server);
	post_fact(bench, sale, token, 1, code);
	assert_string_equal(code, "tid_used");
	assert_int_equal(head_end_count_committed(&bench->server), posted + 1);
	assert_true(may_replace(bench, head_end_sale_id(sale)));
	assert_true(may_replace(bench, head_end_sale_id(first)));

	assert_int_equal(refuse_token(bench, head_end_sale_id(sale), json_object(), 1, &answer), 400);
	json_decref(answer);
	assert_int_equal(refuse_token(bench, head_end_sale_id(sale), json_pack("{s:s}", "by", "jha"), 9, &answer), 409);
	expect_code(answer, "era");
	assert_int_equal(say_used(bench, head_end_sale_id(sale), &given), 200);
	int64_t tid = json_integer_value(json_object_get(given, "tid"));
	assert_int_not_equal(tid, json_integer_value(json_object_get(sale, "tid")));
	/* No counter has such a minute: it would be refused once more, and nothing replaces a replacement. */
	assert_int_equal(tid % BT_SBX_LANES, 0);
	check_token_of(bench, sale, tid, json_string_value(json_object_get(given, "token")));
	assert_int_equal(json_integer_value(json_object_get(given, "units")),
			 json_integer_value(json_object_get(sale, "units")));
	assert_true(bt_sbx_ledger_minute_used(bench->server.sbx.db, json_string_value(json_object_get(sale, "meter")),
					      tid, ""));
	expect_same_everywhere(bench, head_end_sale_id(sale), given);
	expect_alone(bench, head_end_sale_id(first));
	assert_false(may_replace(bench, head_end_sale_id(first)));
	assert_true(may_replace(bench, head_end_sale_id(sale)));
	assert_int_equal(head_end_count_committed(&bench->server), posted + 1);
	assert_int_equal(bt_sbx_store_count(bench->server.sbx.db, 0, "SELECT count(*) FROM reissues", ""), 1);

	int64_t exceptions = count_exceptions(bench);
	post_delivered(bench, head_end_sale_id(sale), given);
	assert_int_equal(count_exceptions(bench), exceptions);
	forget_and_learn(bench, head_end_sale_id(sale), head_end_sale_id(first), given);
	bench->server.sbx.picks = bench->server.sbx.picks_any = false;
	json_decref(given);
	json_decref(sale);
	json_decref(first);
}

/* ---- a token of the key before ---- */

static void change_key(struct bench *bench, const char *meter, const char *stage, int krn, int base)
{
	assert_true(bt_sbx_store_run(bench->server.sbx.db, "DELETE FROM key_changes WHERE meter=?", "t", meter));
	assert_true(bt_sbx_store_run(bench->server.sbx.db,
				     "INSERT INTO key_changes(meter, krn, base, stage, at) VALUES(?,?,?,?,0)", "tiit",
				     meter, (int64_t)krn, (int64_t)base, stage));
}

/* As the sale, but for the key revision. */
static void check_renewed(struct bench *bench, const json_t *sale, int krn, const json_t *given)
{
	struct bt_sbx_sale read;
	char made[21];
	assert_true(bt_sbx_sale_read(sale, &read));
	struct bt_sbx_consumer consumer;
	assert_true(bt_sbx_consumer_find(bench->server.sbx.db, read.connection, &consumer));
	assert_true(bt_sbx_follow_key(&bench->server.sbx, &consumer, &read));
	assert_int_equal(read.key.krn, krn);
	assert_true(bt_sbx_token_of(&bench->server.sbx, &read, made));
	assert_string_equal(json_string_value(json_object_get(given, "token")), made);
	assert_int_equal(json_integer_value(json_object_get(given, "tid")), read.tid);
}

/* The meter has got its next key since: the same minute under that one, once somebody has looked at it, and the same
 * again however often it is asked for. Not while the meter still takes the key before, and not over a change of base
 * date, behind which it would take the minute twice (PROTOCOL T6). */
static void check_token_of_the_key_before_is_renewed(void **state)
{
	struct bench *bench = *state;
	json_t *answer, *given, *sale = make_sale(bench, RAMESH, 45000);
	const char *id = head_end_sale_id(sale), *meter = json_string_value(json_object_get(sale, "meter"));
	char token[21];
	assert_int_equal(call(bench, "POST", "/v1/sales", head_end_request(sale), &answer), 201);
	snprintf(token, sizeof token, "%s", json_string_value(json_object_get(answer, "token")));
	json_decref(answer);
	assert_false(may_replace(bench, id));
	change_key(bench, meter, "announced", 2, 2014);
	expect_alone(bench, id);
	change_key(bench, meter, "due", 2, 2014);
	expect_alone(bench, id);
	change_key(bench, meter, "done", 2, 2035);
	expect_alone(bench, id);
	assert_false(may_replace(bench, id));
	change_key(bench, meter, "done", 2, 2014);
	assert_true(may_replace(bench, id));
	int64_t exceptions = count_exceptions(bench), posted = head_end_count_committed(&bench->server);
	assert_int_equal(say_used(bench, id, &given), 200);
	assert_string_not_equal(json_string_value(json_object_get(given, "token")), token);
	check_renewed(bench, sale, 2, given);
	expect_same_everywhere(bench, id, given);
	assert_true(may_replace(bench, id));
	/* What the counter that gave it has on record, also to a ledger that has forgotten it (PROTOCOL H4). */
	post_delivered(bench, id, given);
	assert_true(bt_sbx_store_run(bench->server.sbx.db, "DELETE FROM reissues", ""));
	post_delivered(bench, id, given);
	assert_int_equal(say_used(bench, id, &answer), 200);
	assert_string_equal(json_string_value(json_object_get(answer, "token")),
			    json_string_value(json_object_get(given, "token")));
	json_decref(answer);
	assert_int_equal(count_exceptions(bench), exceptions);
	assert_int_equal(head_end_count_committed(&bench->server), posted);
	assert_true(bt_sbx_store_run(bench->server.sbx.db, "DELETE FROM key_changes WHERE meter=?", "t", meter));
	assert_true(bt_sbx_store_run(bench->server.sbx.db, "DELETE FROM reissues WHERE sale_id=?", "t", id));
	json_decref(given);
	json_decref(sale);
}

/* It may be the head-end's own that the meter refused; what is not known, credits and sales alone are never replaced.
 */
static void check_either_of_two_is_replaced(void **state)
{
	struct bench *bench = *state;
	json_t *given;
	char token[21], theirs[21], code[24];
	expect_call(bench, "GET", "/v1/lease", NULL, 200);
	bench->server.sbx.picks = bench->server.sbx.picks_any = true;
	json_t *first = sell_in_lane_3(bench, theirs);
	json_t *sale = make_sale(bench, RAMESH, 20000);
	json_object_set(sale, "tid", json_object_get(first, "tid"));
	right_token(bench, sale, token);
	post_fact(bench, sale, token, 1, code);
	assert_string_equal(code, "tid_used");
	assert_int_equal(say_used(bench, head_end_sale_id(first), &given), 200);
	assert_string_not_equal(json_string_value(json_object_get(given, "token")), theirs);
	check_token_of(bench, first, json_integer_value(json_object_get(given, "tid")),
		       json_string_value(json_object_get(given, "token")));
	expect_alone(bench, head_end_sale_id(sale));
	/* Its owner's record of the token before is still the same sale. */
	int64_t exceptions = count_exceptions(bench);
	json_t *events = json_array(), *answer;
	json_t *issue = issue_of(first, theirs, 1);
	json_object_set_new(issue, "issued_by", json_string("server"));
	json_object_del(first, "tid"); /* it named none */
	json_object_del(first, "rnd");
	json_object_del(first, "key");
	json_array_append_new(events, make_event(bench, "paid", head_end_sale_id(first), first));
	json_array_append_new(events, make_event(bench, "tokened", head_end_sale_id(first), issue));
	assert_int_equal(call(bench, "POST", "/v1/journal", upload_of(events), &answer), 200);
	assert_int_equal(count_exceptions(bench), exceptions);
	expect_alone(bench, "00000000-0000-7000-8000-999999999999");
	bench->server.sbx.picks = bench->server.sbx.picks_any = false;
	json_decref(answer);
	json_decref(issue);
	json_decref(events);
	json_decref(given);
	json_decref(sale);
	json_decref(first);
}

/* Sold here, and made at the counter too, for @p tid, on a supervisor's word; the minute of the head-end's own. */
static json_t *sell_over_doubt(struct bench *bench, int64_t tid, int64_t *ours)
{
	json_t *answer, *sale = make_sale(bench, RAMESH, 15000);
	char token[21], code[24];
	assert_int_equal(call(bench, "POST", "/v1/sales", head_end_request(sale), &answer), 201);
	*ours = json_integer_value(json_object_get(answer, "tid"));
	json_object_set_new(sale, "tid", json_integer(tid));
	right_token(bench, sale, token);
	post_fact(bench, sale, token, 1, code);
	assert_string_equal(code, "token_differs");
	json_decref(answer);
	return sale;
}

/* A token that stands for no sale is out all the same: its minute is used up and known, whoever else has it may have
 * another token, and for its own sale there is no third (PROTOCOL T1, T5). */
static void check_tokens_beside_use_up_their_minutes(void **state)
{
	struct bench *bench = *state;
	struct bt_sbx_alarm alarms[4];
	json_t *answer;
	char theirs[21], text[16], code[24];
	int64_t ours;
	expect_call(bench, "GET", "/v1/lease", NULL, 200);
	bench->server.sbx.picks = bench->server.sbx.picks_any = true;
	json_t *first = sell_in_lane_3(bench, theirs);
	const char *meter = json_string_value(json_object_get(first, "meter"));
	int64_t held = json_integer_value(json_object_get(first, "tid")), free_one = held - BT_SBX_LANES;
	json_t *doubt = sell_over_doubt(bench, free_one, &ours);
	assert_true(bt_sbx_ledger_minute_used(bench->server.sbx.db, meter, free_one, ""));
	snprintf(text, sizeof text, "%lld", (long long)free_one);
	assert_true(bt_sbx_meter_read_put(&bench->server.sbx, meter, text));
	assert_int_equal(bt_sbx_alarms(&bench->server.sbx, 4, alarms), 0);

	assert_false(may_replace(bench, head_end_sale_id(first)));
	json_t *second = sell_over_doubt(bench, held, &ours);
	assert_true(may_replace(bench, head_end_sale_id(first)));
	assert_int_equal(say_used(bench, head_end_sale_id(first), &answer), 200);

	json_t *other = make_sale(bench, RAMESH, 12000);
	json_object_set_new(other, "tid", json_integer(ours));
	right_token(bench, other, theirs);
	post_fact(bench, other, theirs, 1, code);
	assert_false(may_replace(bench, head_end_sale_id(second)));
	expect_alone(bench, head_end_sale_id(second));
	assert_true(may_replace(bench, head_end_sale_id(other)));
	bench->server.sbx.picks = bench->server.sbx.picks_any = false;
	json_decref(answer);
	json_decref(other);
	json_decref(second);
	json_decref(doubt);
	json_decref(first);
}

static void check_sale_then_fact_is_one(void **state)
{
	struct bench *bench = *state;
	char token[21];
	char code[24];
	json_t *sale = make_sale(bench, RAMESH, 30000);
	expect_call(bench, "POST", "/v1/sales", head_end_request(sale), 201);
	int64_t posted = head_end_count_committed(&bench->server);
	right_token(bench, sale, token);
	post_fact(bench, sale, token, 1, code);
	assert_string_equal(code, "");
	assert_int_equal(head_end_count_committed(&bench->server), posted);
	json_decref(sale);
}

static void check_fact_then_sale_is_one(void **state)
{
	struct bench *bench = *state;
	json_t *answer;
	char token[21];
	char code[24];
	json_t *sale = make_sale(bench, RAMESH, 30000);
	expect_call(bench, "GET", "/v1/lease", NULL, 200);
	right_token(bench, sale, token);
	post_fact(bench, sale, token, 1, code);
	assert_string_equal(code, "");
	int64_t posted = head_end_count_committed(&bench->server);
	assert_int_equal(call(bench, "POST", "/v1/sales", head_end_request(sale), &answer), 200);
	assert_string_equal(json_string_value(json_object_get(answer, "token")), token);
	assert_int_equal(head_end_count_committed(&bench->server), posted);
	json_decref(answer);
	json_decref(sale);
}

static void check_facts_are_posted_with_names(void **state)
{
	struct bench *bench = *state;
	char token[21];
	char code[24];
	struct bt_sbx_consumer blocked;
	bt_sbx_person_make(1, 12, 0, &blocked);
	assert_string_equal(blocked.note, "blocked");
	expect_call(bench, "GET", "/v1/lease", NULL, 200);
	int64_t posted = head_end_count_committed(&bench->server);

	json_t *sale = make_sale(bench, RAMESH, 20000);
	post_fact(bench, sale, "11111111111111111111", 1, code);
	assert_string_equal(code, "token_differs");
	json_decref(sale);

	sale = make_sale(bench, blocked.number, 20000);
	right_token(bench, sale, token);
	post_fact(bench, sale, token, 1, code);
	assert_string_equal(code, "blocked");
	json_decref(sale);

	sale = make_sale(bench, RAMESH, 20000);
	right_token(bench, sale, token);
	post_fact(bench, sale, token, 999, code);
	assert_string_equal(code, "lease_expired");

	/* A second sale on the same minute of the same meter is posted too, without taking the minute. */
	json_t *twin = make_sale(bench, RAMESH, 20000);
	json_object_set(twin, "tid", json_object_get(sale, "tid"));
	right_token(bench, twin, token);
	post_fact(bench, twin, token, 1, code);
	assert_string_equal(code, "tid_used");
	json_decref(twin);
	json_decref(sale);
	assert_int_equal(head_end_count_committed(&bench->server), posted + 4);
}

static void check_tombstone_stops_request_not_fact(void **state)
{
	struct bench *bench = *state;
	json_t *answer;
	char token[21];
	char code[24];
	char path[80];
	json_t *sale = make_sale(bench, RAMESH, 20000);
	snprintf(path, sizeof path, "/v1/sales/%s", head_end_sale_id(sale));
	assert_int_equal(call(bench, "GET", path, NULL, &answer), 404);
	assert_true(json_is_true(json_object_get(answer, "tombstone")));
	expect_code(answer, "unknown_sale");
	assert_int_equal(call(bench, "POST", "/v1/sales", head_end_request(sale), &answer), 409);
	expect_code(answer, "tombstone");
	right_token(bench, sale, token);
	post_fact(bench, sale, token, 1, code);
	assert_string_equal(code, "tombstone");
	expect_call(bench, "GET", path, NULL, 200);
	json_decref(sale);
}

static void check_refusals(void **state)
{
	static const struct {
		const char *member;
		int64_t change;
		const char *code;
	} rows[] = {
	    {"tid", 1, "tid_lane"},          {"tid", 320, "tid_range"}, {"tid", -320, "tid_range"},
	    {"units", 1, "figures"},         {"rnd", 11, "malformed"},  {"amount_paise", 1, "malformed"},
	    {"dues_paise", -1, "malformed"},
	};
	struct bench *bench = *state;
	json_t *answer;
	int64_t posted = head_end_count_committed(&bench->server);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		json_t *sale = make_sale(bench, RAMESH, 50000);
		json_int_t value = json_integer_value(json_object_get(sale, rows[i].member));
		renew_minutes(state);
		json_object_set_new(sale, rows[i].member, json_integer(value + rows[i].change));
		assert_true(call(bench, "POST", "/v1/sales", head_end_request(sale), &answer) >= 400);
		assert_string_equal(json_string_value(json_object_get(answer, "sale_id")), head_end_sale_id(sale));
		expect_code(answer, rows[i].code);
		json_decref(sale);
	}
	json_t *sale = make_sale(bench, RAMESH, 50000);
	json_t *request = head_end_request(sale);
	json_object_set_new(request, "era", json_integer(2));
	assert_int_equal(call(bench, "POST", "/v1/sales", request, &answer), 409);
	expect_code(answer, "era");
	json_decref(sale);
	assert_int_equal(head_end_count_committed(&bench->server), posted);
}

static void check_damaged_record_stops_nothing(void **state)
{
	struct bench *bench = *state;
	json_t *answer;
	json_t *body = json_pack("{s:s}", "operator", "rina");
	json_t *bad = make_event(bench, "sign_in", "", body);
	json_t *good = make_event(bench, "sign_in", "", body);
	json_object_set_new(bad, "body", json_string("{\"operator\":\"jha\"}"));
	json_t *events = json_pack("[o, o]", bad, good);
	assert_int_equal(call(bench, "POST", "/v1/journal", upload_of(events), &answer), 200);
	assert_int_equal(json_integer_value(json_object_get(answer, "acknowledged")), bench->seq);
	const json_t *result = json_array_get(json_object_get(answer, "results"), 0);
	assert_string_equal(json_string_value(json_object_get(result, "code")), "malformed");
	json_decref(answer);

	/* Again: acknowledged again. Another record in that place: a fork. */
	expect_call(bench, "POST", "/v1/journal", upload_of(events), 200);
	json_object_set(bad, "hash", json_object_get(good, "hash"));
	assert_int_equal(call(bench, "POST", "/v1/journal", upload_of(events), &answer), 409);
	expect_code(answer, "fork");
	json_decref(events);

	json_t *left_out = make_event(bench, "sign_in", "", body);
	events = json_pack("[o]", make_event(bench, "sign_in", "", body));
	assert_int_equal(call(bench, "POST", "/v1/journal", upload_of(events), &answer), 409);
	assert_int_equal(json_integer_value(json_object_get(answer, "expected")), bench->seq - 1);
	expect_code(answer, "gap");
	json_array_insert_new(events, 0, left_out);
	expect_call(bench, "POST", "/v1/journal", upload_of(events), 200);
	json_decref(events);
	json_decref(body);
}

static json_t *make_dues_sale(struct bench *bench)
{
	json_t *sale = make_sale(bench, RAMESH, 40000);
	json_object_del(sale, "tid");
	json_object_del(sale, "key");
	json_object_set_new(sale, "delivery", json_string("dues"));
	json_object_set_new(sale, "dues_paise", json_integer(40000));
	json_object_set_new(sale, "energy_paise", json_integer(0));
	json_object_set_new(sale, "duty_paise", json_integer(0));
	json_object_set_new(sale, "units", json_integer(0));
	return sale;
}

static void check_pending_credit_is_booked_once(void **state)
{
	struct bench *bench = *state;
	struct bt_sbx_consumer before, after;
	json_t *sale = make_dues_sale(bench);
	json_t *pending = json_pack("{s:s}", "reason", "server");
	json_t *events = json_array();
	json_array_append_new(events, make_event(bench, "paid", head_end_sale_id(sale), sale));
	json_array_append_new(events, make_event(bench, "pending", head_end_sale_id(sale), pending));
	assert_true(bt_sbx_consumer_find(bench->server.sbx.db, RAMESH, &before));
	for (int i = 0; i < 3; i++) {
		expect_call(bench, "POST", "/v1/journal", upload_of(events), 200);
		expect_call(bench, "POST", "/v1/sales", head_end_request(sale), 200);
	}
	assert_true(bt_sbx_consumer_find(bench->server.sbx.db, RAMESH, &after));
	assert_int_equal(before.dues_paise - after.dues_paise, 40000);
	json_decref(events);
	json_decref(pending);
	json_decref(sale);
}

/* The newest result's code after @p kind of @p sale is uploaded with an empty body; "-" when nothing is said of it. */
static void post_empty(struct bench *bench, const char *kind, const json_t *sale, char code[24])
{
	json_t *answer, *body = json_object(), *events = json_array();
	json_array_append_new(events, make_event(bench, kind, head_end_sale_id(sale), body));
	assert_int_equal(call(bench, "POST", "/v1/journal", upload_of(events), &answer), 200);
	const json_t *results = json_object_get(answer, "results");
	snprintf(code, 24, "%s",
		 json_array_size(results) == 0
		     ? "-"
		     : json_string_value(json_object_get(json_array_get(results, 0), "code")));
	json_decref(answer);
	json_decref(events);
	json_decref(body);
}

/* Money that its owner gives back is credited by nobody, whichever came first, the docket's record or the reversal; and
 * money given back for a sale that stands is named (PROTOCOL S5, H3). */
static void check_refund_and_credit_exclude_each_other(void **state)
{
	struct bench *bench = *state;
	struct bt_sbx_consumer before, after;
	char path[96], code[24];
	for (int reversed_first = 0; reversed_first < 2; reversed_first++) {
		json_t *sale = make_dues_sale(bench), *events = json_array();
		assert_true(bt_sbx_consumer_find(bench->server.sbx.db, RAMESH, &before));
		json_array_append_new(events, make_event(bench, "paid", head_end_sale_id(sale), sale));
		expect_call(bench, "POST", "/v1/journal", upload_of(events), 200);
		if (!reversed_first)
			post_empty(bench, "pending", sale, code);
		snprintf(path, sizeof path, "/v1/sales/%s/reversal", head_end_sale_id(sale));
		expect_call(bench, "POST", path, json_pack("{s:i, s:s}", "era", 1, "reason", "paid_twice"), 200);
		if (reversed_first) {
			post_empty(bench, "pending", sale, code);
			assert_string_equal(code, "-");
		}
		post_empty(bench, "refunding", sale, code);
		post_empty(bench, "refunded", sale, code);
		assert_string_equal(code, "");
		expect_call(bench, "POST", "/v1/sales", head_end_request(sale), 409);
		assert_true(bt_sbx_consumer_find(bench->server.sbx.db, RAMESH, &after));
		assert_int_equal(before.dues_paise, after.dues_paise);
		json_decref(events);
		json_decref(sale);
	}
	json_t *stands = make_dues_sale(bench);
	expect_call(bench, "POST", "/v1/sales", head_end_request(stands), 201);
	post_empty(bench, "refunded", stands, code);
	assert_string_equal(code, "not_reversed");
	post_empty(bench, "abandoned", stands, code);
	assert_string_equal(code, "abandoned");
	json_decref(stands);
}

/* After a refusal the consumer may agree to the server's figures: the next revision, the same id and minute. */
static void check_next_revision_is_sold(void **state)
{
	struct bench *bench = *state;
	json_t *answer, *sale = make_sale(bench, RAMESH, 50000);
	json_t *units = json_incref(json_object_get(sale, "units"));
	json_object_set_new(sale, "units", json_integer(json_integer_value(units) + 1));
	assert_int_equal(call(bench, "POST", "/v1/sales", head_end_request(sale), &answer), 409);
	assert_true(json_is_object(json_object_get(answer, "figures")));
	json_decref(answer);
	json_object_set(sale, "units", units);
	json_object_set_new(sale, "rev", json_integer(2));
	assert_int_equal(call(bench, "POST", "/v1/sales", head_end_request(sale), &answer), 201);
	assert_int_equal(json_integer_value(json_object_get(answer, "rev")), 2);
	json_decref(answer);
	json_decref(units);
	json_decref(sale);
}

static void check_codes_work_once(void **state)
{
	struct bench *bench = *state;
	char code[BT_SBX_CODE_LEN + 1];
	assert_true(bt_sbx_code_make(bench->server.sbx.db, code));
	assert_false(bt_sbx_code_use(bench->server.sbx.db, "AAAA-AAAA-AAAA"));
	assert_true(bt_sbx_code_use(bench->server.sbx.db, code));
	assert_false(bt_sbx_code_use(bench->server.sbx.db, code));
}

static void check_lanes_are_not_shared(void **state)
{
	struct bench *bench = *state;
	struct bt_sbx_terminal terminal = {.number = ""};
	uint32_t seen = 1u << 3 | 1u;
	for (int i = 0; i < BT_SBX_LANES - 2; i++) {
		assert_true(bt_sbx_terminal_place(&bench->server.sbx, bt_sbx_now_ms(), &terminal));
		assert_false(seen >> terminal.lane & 1);
		seen |= 1u << terminal.lane;
		assert_true(bt_sbx_terminal_put(bench->server.sbx.db, &terminal));
	}
	assert_false(bt_sbx_terminal_place(&bench->server.sbx, bt_sbx_now_ms(), &terminal));
	/* A revoked terminal that never had a lease frees its lane, with a floor for the next holder. */
	assert_true(bt_sbx_terminal_revoke(&bench->server.sbx, "0145"));
	assert_true(bt_sbx_terminal_place(&bench->server.sbx, bt_sbx_now_ms(), &terminal));
	assert_true(terminal.lane_floor > bt_sbx_tid_minute(bt_sbx_now_ms()));
	assert_string_equal(terminal.number, "0157");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(check_replay_gives_same_answer, renew_minutes),
	    cmocka_unit_test_setup(check_minutes_are_picked, renew_minutes),
	    cmocka_unit_test_setup(check_same_minute_is_replaced, renew_minutes),
	    cmocka_unit_test_setup(check_token_of_the_key_before_is_renewed, renew_minutes),
	    cmocka_unit_test_setup(check_either_of_two_is_replaced, renew_minutes),
	    cmocka_unit_test_setup(check_sale_then_fact_is_one, renew_minutes),
	    cmocka_unit_test_setup(check_fact_then_sale_is_one, renew_minutes),
	    cmocka_unit_test_setup(check_facts_are_posted_with_names, renew_minutes),
	    cmocka_unit_test_setup(check_tombstone_stops_request_not_fact, renew_minutes),
	    cmocka_unit_test_setup(check_refusals, renew_minutes),
	    cmocka_unit_test_setup(check_damaged_record_stops_nothing, renew_minutes),
	    cmocka_unit_test_setup(check_pending_credit_is_booked_once, renew_minutes),
	    cmocka_unit_test_setup(check_refund_and_credit_exclude_each_other, renew_minutes),
	    cmocka_unit_test_setup(check_next_revision_is_sold, renew_minutes),
	    cmocka_unit_test_setup(check_tokens_beside_use_up_their_minutes, renew_minutes),
	    cmocka_unit_test(check_codes_work_once),
	    cmocka_unit_test(check_lanes_are_not_shared),
	};
	return cmocka_run_group_tests(tests, open_bench, close_bench);
}
