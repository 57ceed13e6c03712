/* Another number of lanes while terminals trade: who moves when, and what is given to nobody.
 *
 * rooms: core/sandbox
 * Rules: PROTOCOL T4, T3. */
#include "tests/unit/sandbox_fixture.h"

#include <openssl/evp.h>

#include "core/sandbox/grants.h"
#include "core/sandbox/lanes.h"

#define LIFE  (72 * BT_SBX_HOUR_MS)
#define OTHER "0143"
#define THIRD "0144"

static void put_terminal(struct head_end *bench, const char *number, int64_t lane)
{
	struct bt_sbx_terminal terminal = {.lane = lane};
	snprintf(terminal.number, sizeof terminal.number, "%s", number);
	assert_true(bt_sbx_terminal_put(bench->sbx.db, &terminal));
}

static int open_bench(void **state)
{
	struct head_end *bench = calloc(1, sizeof *bench);
	assert_non_null(bench);
	head_end_open(bench, 20);
	head_end_set_clock(HEAD_END_NOW);
	bench->sbx.lease.grants = 1;
	put_terminal(bench, HEAD_END_TERMINAL, 3);
	put_terminal(bench, OTHER, 11);
	*state = bench;
	return 0;
}

struct given {
	int64_t lane, lanes, most, floor;
};

static struct given take_lease(struct head_end *bench, const char *terminal)
{
	json_t *answer;
	uint8_t document[8192] = {0};
	assert_int_equal(head_end_call(bench, terminal, "GET", "/v1/lease", "", &answer), 200);
	const char *text = json_string_value(json_object_get(answer, "document"));
	assert_non_null(text);
	size_t wide = strlen(text);
	assert_true(wide < sizeof document);
	int len = EVP_DecodeBlock(document, (const unsigned char *)text, (int)wide);
	len -= (text[wide - 1] == '=') + (text[wide - 2] == '=');
	json_t *lease = json_loadb((const char *)document, (size_t)len, 0, NULL);
	assert_non_null(lease);
	struct given given = {json_integer_value(json_object_get(lease, "lane")),
			      json_integer_value(json_object_get(lease, "lanes")),
			      json_integer_value(json_object_get(lease, "lanes_most")),
			      json_integer_value(json_object_get(lease, "tid_floor"))};
	json_decref(lease);
	json_decref(answer);
	return given;
}

static void expect(struct given given, int64_t lane, int64_t lanes)
{
	assert_int_equal(given.lane, lane);
	assert_int_equal(given.lanes, lanes);
}

static bool is_free(struct head_end *bench, int64_t lane, int64_t lanes, int64_t at)
{
	return bt_sbx_lane_is_free(&bench->sbx, lane, lanes, at);
}

/* Against the definition: a minute that is in both. */
static void lanes_overlap(void **state)
{
	(void)state;
	for (int64_t n = 8; n <= 128; n *= 2)
		for (int64_t m = 8; m <= 128; m *= 2)
			for (int64_t a = 0; a < n; a++)
				for (int64_t b = 0; b < m; b++) {
					bool both = false;
					for (int64_t minute = a; minute < 128; minute += n)
						both |= minute % m == b;
					assert_int_equal(bt_sbx_lanes_overlap(a, n, b, m), both);
				}
}

static void lanes_of_no_other_count(void **state)
{
	struct head_end *bench = *state;
	static const int64_t counts[] = {-16, 0, 1, 4, 12, 15, 17, 24, 127, 256};
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
		assert_false(bt_sbx_lanes_change(&bench->sbx, counts[i]));
	assert_int_equal(bt_sbx_lanes_now(bench->sbx.db), 16);
}

/* With more of them a terminal moves within its own; the rest of it is nobody's until its old lease is dead. */
static void lanes_more(void **state)
{
	struct head_end *bench = *state;
	int64_t end = HEAD_END_NOW + LIFE + 5 * 32 * BT_SBX_MINUTE_MS;
	expect(take_lease(bench, HEAD_END_TERMINAL), 3, 16);
	assert_true(bt_sbx_lanes_change(&bench->sbx, 32));
	assert_false(is_free(bench, 3, 32, HEAD_END_NOW));
	assert_false(is_free(bench, 19, 32, HEAD_END_NOW));
	/* Nobody ever had a lease there, and it is a terminal's all the same. */
	assert_false(is_free(bench, 27, 32, HEAD_END_NOW));
	assert_true(is_free(bench, 20, 32, HEAD_END_NOW));
	assert_false(is_free(bench, 16, 32, HEAD_END_NOW));
	struct given given = take_lease(bench, HEAD_END_TERMINAL);
	expect(given, 3, 32);
	assert_int_equal(given.floor, 0);
	assert_int_equal(given.most, 32);
	assert_false(is_free(bench, 19, 32, end));
	assert_true(is_free(bench, 19, 32, end + BT_SBX_MINUTE_MS));
	assert_false(is_free(bench, 3, 32, end + 100 * LIFE));
}

/* A code that was read out before it moved keeps the old lane alive. */
static void lanes_wait_for_a_code(void **state)
{
	struct head_end *bench = *state;
	struct bt_sbx_grant grant;
	int64_t end = HEAD_END_NOW + LIFE + BT_SBX_GRANT_DAYS * BT_SBX_DAY_MS + (int64_t)5 * 32 * BT_SBX_MINUTE_MS;
	(void)take_lease(bench, HEAD_END_TERMINAL);
	assert_true(bt_sbx_grants_read_out(&bench->sbx, HEAD_END_TERMINAL, &grant));
	assert_true(bt_sbx_lanes_change(&bench->sbx, 32));
	expect(take_lease(bench, HEAD_END_TERMINAL), 3, 32);
	assert_false(is_free(bench, 19, 32, end));
	assert_true(is_free(bench, 19, 32, end + BT_SBX_MINUTE_MS));
}

/* With fewer of them two terminals would have the same: each keeps its own, until the other is dead. */
static void lanes_fewer(void **state)
{
	struct head_end *bench = *state;
	int64_t end = HEAD_END_NOW + LIFE + 5 * 16 * BT_SBX_MINUTE_MS;
	put_terminal(bench, THIRD, 5);
	(void)take_lease(bench, HEAD_END_TERMINAL);
	(void)take_lease(bench, OTHER);
	assert_true(bt_sbx_lanes_change(&bench->sbx, 8));
	expect(take_lease(bench, HEAD_END_TERMINAL), 3, 16);
	expect(take_lease(bench, OTHER), 11, 16);
	struct given given = take_lease(bench, THIRD);
	expect(given, 5, 8);
	assert_int_equal(given.most, 16);
	assert_int_equal(given.floor, 0);
	assert_true(bt_sbx_terminal_revoke(&bench->sbx, OTHER));
	head_end_set_clock(end);
	expect(take_lease(bench, HEAD_END_TERMINAL), 3, 16);
	head_end_set_clock(end + BT_SBX_MINUTE_MS);
	given = take_lease(bench, HEAD_END_TERMINAL);
	expect(given, 3, 8);
	assert_int_equal(given.floor, bt_sbx_tid_minute(end + BT_SBX_MINUTE_MS) + 4 * 16);
}

/* Lane 8 of 16 lies in lane 0 of 8, which is nobody's. */
static void lanes_fewer_beside_lane_0(void **state)
{
	struct head_end *bench = *state;
	put_terminal(bench, THIRD, 8);
	assert_true(bt_sbx_lanes_change(&bench->sbx, 8));
	expect(take_lease(bench, THIRD), 8, 16);
	assert_false(is_free(bench, 0, 8, HEAD_END_NOW));
}

/* A minute of the lane before is good for as long as a lease in it may have been used, and no longer. */
static void lanes_had(void **state)
{
	struct head_end *bench = *state;
	int64_t minute = bt_sbx_tid_minute(HEAD_END_NOW), count = 0;
	int64_t theirs = minute - minute % 32 + 19; /* of lane 3 of 16, and not of lane 3 of 32 */
	int64_t last = bt_sbx_tid_minute(HEAD_END_NOW + LIFE) + 4 * 16;
	(void)take_lease(bench, HEAD_END_TERMINAL);
	assert_true(bt_sbx_lanes_change(&bench->sbx, 32));
	(void)take_lease(bench, HEAD_END_TERMINAL);
	assert_true(bt_sbx_lane_had(bench->sbx.db, HEAD_END_TERMINAL, theirs, &count));
	assert_int_equal(count, 16);
	assert_true(bt_sbx_lane_had(bench->sbx.db, HEAD_END_TERMINAL, theirs - 16, &count));
	assert_int_equal(count, 32);
	assert_false(bt_sbx_lane_had(bench->sbx.db, HEAD_END_TERMINAL, theirs + 1, &count));
	theirs += (last - theirs) / 32 * 32;
	assert_true(bt_sbx_lane_had(bench->sbx.db, HEAD_END_TERMINAL, theirs, &count));
	assert_false(bt_sbx_lane_had(bench->sbx.db, HEAD_END_TERMINAL, theirs + 32, &count));
	assert_true(bt_sbx_lane_had(bench->sbx.db, HEAD_END_TERMINAL, theirs + 16, &count));
}

/* A ledger put back hears from the marks where its terminals are now, and takes nobody for displaced by that. */
static void lanes_outlive_the_ledger(void **state)
{
	struct head_end *bench = *state;
	struct bt_sbx_terminal found;
	(void)take_lease(bench, HEAD_END_TERMINAL);
	(void)take_lease(bench, OTHER);
	assert_true(bt_sbx_lanes_change(&bench->sbx, 32));
	head_end_set_clock(HEAD_END_NOW + BT_SBX_MINUTE_MS);
	expect(take_lease(bench, HEAD_END_TERMINAL), 3, 32);
	/* As the backup had it. */
	assert_true(bt_sbx_store_run(bench->sbx.db, "DELETE FROM lanes WHERE lanes=32", ""));
	assert_true(bt_sbx_store_run(bench->sbx.db, "DELETE FROM leases WHERE number=2", ""));
	assert_true(bt_sbx_begin_era(&bench->sbx));
	assert_true(bt_sbx_terminal_find(bench->sbx.db, HEAD_END_TERMINAL, &found));
	assert_int_equal(found.lane, 3);
	assert_int_equal(found.lanes, 32);
	assert_false(found.is_revoked);
	assert_true(bt_sbx_terminal_find(bench->sbx.db, OTHER, &found));
	assert_int_equal(found.lanes, 16);
	assert_false(found.is_revoked);
	assert_false(is_free(bench, 19, 32, HEAD_END_NOW + LIFE));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_bench, head_end_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lanes_overlap),
	    TEST(lanes_of_no_other_count),
	    TEST(lanes_more),
	    TEST(lanes_wait_for_a_code),
	    TEST(lanes_fewer),
	    TEST(lanes_fewer_beside_lane_0),
	    TEST(lanes_had),
	    TEST(lanes_outlive_the_ledger),
	};
	return cmocka_run_group_tests_name("sandbox_lanes", tests, NULL, NULL);
}
