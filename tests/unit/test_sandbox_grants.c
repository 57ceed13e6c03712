/* The head-end at the telephone, and its lanes: each code read out once, a lease alive as long as a code may lengthen
 * it, and no lane given again before every lease on it is dead.
 *
 * rooms: core/sandbox
 * Rules: PROTOCOL L3, T3, T4. */
#include "tests/unit/sandbox_fixture.h"

#include <openssl/evp.h>

#include "core/sandbox/grants.h"
#include "core/sandbox/lanes.h"

#define OTHER "100244781560"
#define METER "04740075298" /* of OTHER */
#define TOWN  20
#define LIFE  (72 * BT_SBX_HOUR_MS)
#define WAIT  (5 * BT_SBX_LANES * BT_SBX_MINUTE_MS)
#define EXTRA (BT_SBX_GRANT_DAYS * BT_SBX_DAY_MS)

static int open_bench(void **state)
{
	struct head_end *bench = calloc(1, sizeof *bench);
	struct bt_sbx_terminal here = {.number = HEAD_END_TERMINAL, .lane = 3};
	assert_non_null(bench);
	head_end_set_clock(HEAD_END_NOW);
	head_end_open(bench, TOWN);
	assert_true(bt_sbx_terminal_put(bench->sbx.db, &here));
	bench->sbx.lease = (struct bt_sbx_lease_terms){.hours = 72, .value_paise = 15000000, .count = 300, .grants = 2};
	*state = bench;
	return 0;
}

static unsigned sell(struct head_end *bench, json_t *sale, json_t **answer)
{
	return head_end_call_json(bench, HEAD_END_TERMINAL, "POST", "/v1/sales", head_end_request(sale), answer);
}

/* The lease document as a terminal reads it. */
static json_t *take_lease(struct head_end *bench)
{
	json_t *answer;
	uint8_t raw[4096];
	assert_int_equal(head_end_call_json(bench, HEAD_END_TERMINAL, "GET", "/v1/lease", NULL, &answer), 200);
	const char *text = json_string_value(json_object_get(answer, "document"));
	size_t wide = strlen(text);
	assert_true(wide < sizeof raw);
	int len = EVP_DecodeBlock(raw, (const unsigned char *)text, (int)wide);
	len -= (text[wide - 1] == '=') + (text[wide - 2] == '=');
	json_t *lease = json_loadb((const char *)raw, (size_t)len, 0, NULL);
	assert_non_null(lease);
	json_decref(answer);
	return lease;
}

static int64_t ask(struct head_end *bench, const char *sql)
{
	return bt_sbx_store_count(bench->sbx.db, -1, sql, "");
}

static void sandbox_grants_are_read_out_once(void **state)
{
	struct head_end *bench = *state;
	struct bt_sbx_grant first, second, third;
	json_t *lease = take_lease(bench);
	const json_t *grants = json_object_get(lease, "grants");
	assert_int_equal(json_array_size(grants), 2);
	for (size_t i = 0; i < 2; i++) {
		const json_t *grant = json_array_get(grants, i);
		assert_int_equal(json_integer_value(json_object_get(grant, "i")), i + 1);
		assert_int_equal(json_integer_value(json_object_get(grant, "days")), BT_SBX_GRANT_DAYS);
		assert_int_equal(json_integer_value(json_object_get(grant, "value_paise")), 15000000);
		assert_int_equal(json_object_size(grant), 5); /* and nothing of the code */
	}
	json_decref(lease);
	assert_true(bt_sbx_grants_read_out(&bench->sbx, HEAD_END_TERMINAL, &first));
	assert_true(bt_sbx_grants_read_out(&bench->sbx, HEAD_END_TERMINAL, &second));
	assert_false(bt_sbx_grants_read_out(&bench->sbx, HEAD_END_TERMINAL, &third));
	assert_string_not_equal(first.code, second.code);
	assert_int_equal(first.number, 1);
	assert_int_equal(second.number, 2);
	assert_int_equal(strlen(first.code), 20);
	/* The next lease has codes of its own. */
	json_decref(take_lease(bench));
	assert_true(bt_sbx_grants_read_out(&bench->sbx, HEAD_END_TERMINAL, &third));
	assert_int_equal(third.lease, 2);
	assert_string_not_equal(third.code, first.code);
}

static void sandbox_grants_are_refused(void **state)
{
	struct head_end *bench = *state;
	struct bt_sbx_grant grant;
	assert_false(bt_sbx_grants_read_out(&bench->sbx, HEAD_END_TERMINAL, &grant)); /* no lease */
	assert_false(bt_sbx_grants_read_out(&bench->sbx, "0999", &grant));
	json_decref(take_lease(bench));
	assert_true(bt_sbx_terminal_revoke(&bench->sbx, HEAD_END_TERMINAL));
	assert_false(bt_sbx_grants_read_out(&bench->sbx, HEAD_END_TERMINAL, &grant));
	assert_int_equal(ask(bench, "SELECT count(*) FROM grants WHERE read_at IS NOT NULL"), 0);
}

/* Keys changed while its lease was dead: it must not come back to life with the old ones (PROTOCOL T6). */
static void sandbox_grants_wait_for_changed_keys(void **state)
{
	struct head_end *bench = *state;
	struct bt_sbx_grant grant;
	json_decref(take_lease(bench));
	assert_true(bt_sbx_store_run(bench->sbx.db, "INSERT INTO key_acks VALUES(?,0)", "t", HEAD_END_TERMINAL));
	assert_true(bt_sbx_store_run(bench->sbx.db, "INSERT INTO key_changes VALUES(NULL,?,2,2014,'due',?)", "ti",
				     METER, bt_sbx_now_ms()));
	assert_false(bt_sbx_grants_read_out(&bench->sbx, HEAD_END_TERMINAL, &grant));
	assert_true(bt_sbx_store_run(bench->sbx.db, "INSERT INTO key_acks SELECT ?, place FROM key_changes", "t",
				     HEAD_END_TERMINAL));
	assert_true(bt_sbx_grants_read_out(&bench->sbx, HEAD_END_TERMINAL, &grant));
}

static void note(struct head_end *bench, int grant, enum bt_sbx_standing standing)
{
	struct bt_sbx_terminal here;
	struct bt_sbx_outcome outcome;
	char body[160];
	assert_true(bt_sbx_terminal_find(bench->sbx.db, HEAD_END_TERMINAL, &here));
	snprintf(body, sizeof body, "{\"days\":3,\"grant\":%d,\"lease\":1,\"value\":15000000}", grant);
	struct bt_sbx_fact fact = {
	    .terminal = &here, .time = HEAD_END_NOW, .sale_id = "", .kind = "extension", .body = body};
	assert_true(bt_sbx_fact_post(&bench->sbx, &fact, &outcome));
	assert_int_equal(outcome.standing, standing);
	if (standing == BT_SBX_EXCEPTION)
		assert_int_equal(outcome.code, BT_SBX_EXTENSION_UNKNOWN);
}

static void sandbox_grants_used_are_noted(void **state)
{
	struct head_end *bench = *state;
	struct bt_sbx_grant grant;
	json_decref(take_lease(bench));
	assert_true(bt_sbx_grants_read_out(&bench->sbx, HEAD_END_TERMINAL, &grant));
	note(bench, 0, BT_SBX_SILENT); /* a wrong code */
	note(bench, 1, BT_SBX_SILENT);
	assert_int_equal(ask(bench, "SELECT used_at FROM grants WHERE i=1"), HEAD_END_NOW);
	note(bench, 1, BT_SBX_EXCEPTION); /* twice */
	note(bench, 2, BT_SBX_EXCEPTION); /* never read out */
	assert_int_equal(ask(bench, "SELECT count(*) FROM exceptions WHERE code='extension_unknown'"), 2);
}

/* ---- lanes (PROTOCOL T4) ---- */

static void fill_lanes(struct head_end *bench)
{
	for (int lane = 1; lane < BT_SBX_LANES; lane++) {
		struct bt_sbx_terminal one = {.lane = lane};
		snprintf(one.number, sizeof one.number, "%04d", 200 + lane);
		if (lane != 3)
			assert_true(bt_sbx_terminal_put(bench->sbx.db, &one));
	}
}

static void sandbox_lanes_are_for_life(void **state)
{
	struct head_end *bench = *state;
	struct bt_sbx_terminal placed = {.lane = -1};
	fill_lanes(bench);
	json_decref(take_lease(bench));
	/* Dead leases free no lane of a terminal that is not withdrawn. */
	head_end_set_clock(HEAD_END_NOW + 100 * LIFE);
	assert_false(bt_sbx_terminal_place(&bench->sbx, bt_sbx_now_ms(), &placed));
	json_t *lease = take_lease(bench);
	assert_int_equal(json_integer_value(json_object_get(lease, "lane")), 3);
	json_decref(lease);
}

/* A restored ledger whose marks are lost knows nothing of a lease that was given behind the backup: it counts the
 * longest there can be. */
static void sandbox_lanes_outlive_a_forgotten_lease(void **state)
{
	struct head_end *bench = *state;
	struct bt_sbx_terminal placed = {.lane = -1};
	int64_t longest = BT_SBX_LEASE_HOURS_MAX * BT_SBX_HOUR_MS +
			  (int64_t)BT_SBX_GRANTS_MAX * BT_SBX_GRANT_DAYS * BT_SBX_DAY_MS +
			  5 * BT_SBX_LANES_MOST * BT_SBX_MINUTE_MS;
	fill_lanes(bench);
	assert_true(bt_sbx_terminal_revoke(&bench->sbx, HEAD_END_TERMINAL));
	assert_int_equal(unlinkat(bench->sbx.dir_fd, "marks", 0), 0);
	assert_true(bt_sbx_begin_era(&bench->sbx));
	int64_t restored_at = bt_sbx_now_ms();
	assert_false(bt_sbx_terminal_place(&bench->sbx, restored_at + longest - BT_SBX_MINUTE_MS, &placed));
	assert_true(bt_sbx_terminal_place(&bench->sbx, restored_at + longest + BT_SBX_MINUTE_MS, &placed));
	assert_int_equal(placed.lane, 3);
}

/* Withdrawn, its lane is given on when its last lease is dead by 5n minutes, above a floor of 4n minutes. */
static void sandbox_lanes_outlive_the_last_lease(void **state)
{
	struct head_end *bench = *state;
	struct bt_sbx_terminal placed = {.lane = -1};
	fill_lanes(bench);
	json_decref(take_lease(bench));
	assert_true(bt_sbx_terminal_revoke(&bench->sbx, HEAD_END_TERMINAL));
	assert_false(bt_sbx_terminal_place(&bench->sbx, HEAD_END_NOW + LIFE + WAIT, &placed));
	assert_int_equal(placed.lane, -1);
	assert_true(bt_sbx_terminal_place(&bench->sbx, HEAD_END_NOW + LIFE + WAIT + BT_SBX_MINUTE_MS, &placed));
	assert_int_equal(placed.lane, 3);
	assert_string_not_equal(placed.number, HEAD_END_TERMINAL);
	assert_int_equal(placed.lane_floor,
			 bt_sbx_tid_minute(HEAD_END_NOW + LIFE + WAIT + BT_SBX_MINUTE_MS) + 4 * BT_SBX_LANES);
}

/* A code that was read out may lengthen the lease, used or not: the lane waits for that too. */
static void sandbox_lanes_wait_for_codes_read_out(void **state)
{
	struct head_end *bench = *state;
	struct bt_sbx_terminal placed = {.lane = -1};
	struct bt_sbx_grant grant;
	fill_lanes(bench);
	json_decref(take_lease(bench));
	assert_true(bt_sbx_grants_read_out(&bench->sbx, HEAD_END_TERMINAL, &grant));
	assert_true(bt_sbx_terminal_revoke(&bench->sbx, HEAD_END_TERMINAL));
	assert_false(bt_sbx_terminal_place(&bench->sbx, HEAD_END_NOW + LIFE + EXTRA + WAIT, &placed));
	assert_true(bt_sbx_terminal_place(&bench->sbx, HEAD_END_NOW + LIFE + EXTRA + WAIT + BT_SBX_MINUTE_MS, &placed));
	assert_int_equal(placed.lane, 3);
}

/* PROTOCOL T3: the fiftieth token for one meter within 10n minutes waits, whoever asks. */
static void sandbox_lanes_fifty_tokens(void **state)
{
	struct head_end *bench = *state;
	json_t *answer, *sale = head_end_sale(bench, OTHER);
	int64_t minute = bt_sbx_tid_minute(HEAD_END_NOW);
	int64_t tid = minute - 159;
	for (int i = 0; i < 49; i++, tid++) {
		char id[40];
		snprintf(id, sizeof id, "00000000-0000-7000-8000-1%011d", i);
		tid += tid % BT_SBX_LANES == 3;
		/* As other terminals' records would have it. */
		assert_true(bt_sbx_store_run(
		    bench->sbx.db, "INSERT INTO sales(sale_id, state, meter, tid, at) VALUES(?,'committed',?,?,?)",
		    "ttii", id, METER, tid, (int64_t)HEAD_END_NOW));
	}
	assert_int_equal(sell(bench, sale, &answer), 409);
	assert_string_equal(head_end_code(answer), "tid_wait");
	json_decref(answer);
	assert_true(bt_sbx_store_run(bench->sbx.db, "UPDATE sales SET tid=? WHERE tid=(SELECT min(tid) FROM sales)",
				     "i", minute - 160));
	assert_int_equal(sell(bench, sale, &answer), 201);
	json_decref(answer);
	json_decref(sale);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_bench, head_end_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(sandbox_grants_are_read_out_once),
	    TEST(sandbox_grants_are_refused),
	    TEST(sandbox_grants_wait_for_changed_keys),
	    TEST(sandbox_grants_used_are_noted),
	    TEST(sandbox_lanes_are_for_life),
	    TEST(sandbox_lanes_outlive_the_last_lease),
	    TEST(sandbox_lanes_outlive_a_forgotten_lease),
	    TEST(sandbox_lanes_wait_for_codes_read_out),
	    TEST(sandbox_lanes_fifty_tokens),
	};
	return cmocka_run_group_tests_name("sandbox_grants", tests, NULL, NULL);
}
