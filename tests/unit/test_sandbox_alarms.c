/* What the head-end sounds an alarm about: each rule with a counter that shows it and one that does not.
 *
 * rooms: core/sandbox
 * Rules: PROTOCOL J3. Sales are asked for through the calls; shifts and issues stand in the ledger as an upload leaves
 * them. */
#include "tests/unit/sandbox_fixture.h"

#include "core/sandbox/alarms.h"
#include "core/sandbox/crypto.h"

#define RAMESH "100244781560"
#define OTHER  "0143"
#define MAX    50

struct bench {
	struct head_end server;
	struct bt_sbx_alarm alarms[MAX];
	int64_t seq;
};

static int open_bench(void **state)
{
	struct bench *bench = calloc(1, sizeof *bench);
	assert_non_null(bench);
	head_end_set_clock(HEAD_END_NOW);
	head_end_open(&bench->server, 60);
	const char *numbers[] = {HEAD_END_TERMINAL, OTHER};
	for (int i = 0; i < 2; i++) {
		struct bt_sbx_terminal terminal = {.lane = 3 + i};
		snprintf(terminal.number, sizeof terminal.number, "%s", numbers[i]);
		bt_sbx_random(terminal.journal_key, 32);
		assert_true(bt_sbx_terminal_put(bench->server.sbx.db, &terminal));
	}
	*state = bench;
	return 0;
}

static int close_bench(void **state)
{
	struct bench *bench = *state;
	head_end_close(&bench->server);
	free(bench);
	return 0;
}

/* A sale that is posted on request. */
static void sell(struct bench *bench, const char *terminal, const char *connection, const char *tender, const char *by,
		 char id[40])
{
	json_t *answer;
	int64_t lane = strcmp(terminal, OTHER) == 0 ? 4 : 3;
	int64_t minute = bt_sbx_tid_minute(bt_sbx_now_ms());
	int64_t tid = (minute / BT_SBX_LANES - 1) * BT_SBX_LANES + lane;
	/* One minute each: the meters forget what stood there. */
	assert_true(bt_sbx_store_run(bench->server.sbx.db, "UPDATE sales SET tid=NULL", ""));
	json_t *sale = head_end_sale_at(&bench->server, connection, 50000, tid);
	json_object_set_new(sale, "terminal", json_string(terminal));
	json_object_set_new(sale, "operator", json_string(by));
	json_object_set_new(sale, "tenders",
			    json_pack("[{s:s, s:s, s:I, s:s}]", "id", "00000000-0000-7000-8000-000000000000", "kind",
				      tender, "paise", (json_int_t)50000, "reference",
				      strcmp(tender, "upi") == 0 ? "412701062200" : ""));
	snprintf(id, 40, "%s", head_end_sale_id(sale));
	unsigned status =
	    head_end_call_json(&bench->server, terminal, "POST", "/v1/sales", head_end_request(sale), &answer);
	if (status != 200 && status != 201)
		fail_msg("%s", json_dumps(answer, 0));
	json_decref(answer);
	json_decref(sale);
}

static void note_event(struct bench *bench, const char *terminal, const char *kind, const char *sale_id, int64_t time,
		       const char *body)
{
	assert_true(bt_sbx_store_run(bench->server.sbx.db, "INSERT INTO events VALUES(?,?,?,?,?,?,'','','','',?)",
				     "tiittti", terminal, ++bench->seq, time, sale_id, kind, body, time));
}

/* The alarms of one kind; the others are not looked at. */
static int alarms_of(struct bench *bench, const char *kind)
{
	struct bt_sbx_alarm all[MAX];
	int found = 0, count = bt_sbx_alarms(&bench->server.sbx, MAX, all);
	assert_true(count >= 0);
	for (int i = 0; i < count; i++)
		if (strcmp(all[i].kind, kind) == 0)
			bench->alarms[found++] = all[i];
	return found;
}

static void test_an_honest_office_is_silent(void **state)
{
	struct bench *bench = *state;
	char id[40];
	struct bt_sbx_alarm all[MAX];
	note_event(bench, HEAD_END_TERMINAL, "shift_open", "", HEAD_END_NOW - 3600000, "{\"operator\":\"rina\"}");
	note_event(bench, OTHER, "shift_open", "", HEAD_END_NOW - 3000000, "{\"operator\":\"sanjay\"}");
	for (int i = 0; i < 25; i++) {
		sell(bench, HEAD_END_TERMINAL, RAMESH, i % 2 ? "cash" : "upi", "rina", id);
		sell(bench, OTHER, RAMESH, i % 3 ? "cash" : "upi", "sanjay", id);
	}
	assert_int_equal(bt_sbx_alarms(&bench->server.sbx, MAX, all), 0);
}

static void test_one_operator_at_two_counters(void **state)
{
	struct bench *bench = *state;
	const char *rina = "{\"operator\":\"rina\"}";
	int64_t t = HEAD_END_NOW - 10 * 3600000;
	/* Sealed before she goes to the other counter: nothing to ask. */
	note_event(bench, HEAD_END_TERMINAL, "shift_open", "", t, rina);
	note_event(bench, HEAD_END_TERMINAL, "shift_sealed", "", t + 3600000, "{}");
	note_event(bench, OTHER, "shift_open", "", t + 3700000, rina);
	note_event(bench, OTHER, "shift_sealed", "", t + 3800000, "{}");
	assert_int_equal(alarms_of(bench, "operator_twice"), 0);
	note_event(bench, HEAD_END_TERMINAL, "shift_open", "", t + 4000000, rina);
	note_event(bench, OTHER, "shift_open", "", t + 5000000, rina);
	assert_int_equal(alarms_of(bench, "operator_twice"), 1);
	assert_string_equal(bench->alarms[0].terminal, OTHER);
	assert_string_equal(bench->alarms[0].subject, "rina");
	assert_non_null(strstr(bench->alarms[0].detail, HEAD_END_TERMINAL));
	/* A month later nobody asks any more. */
	note_event(bench, HEAD_END_TERMINAL, "shift_sealed", "", t + 6000000, "{}");
	note_event(bench, OTHER, "shift_sealed", "", t + 6000000, "{}");
	head_end_set_clock(HEAD_END_NOW + INT64_C(31) * 86400000);
	assert_int_equal(alarms_of(bench, "operator_twice"), 0);
}

static void test_own_meter(void **state)
{
	struct bench *bench = *state;
	char id[40];
	sell(bench, HEAD_END_TERMINAL, RAMESH, "cash", "rina", id);
	assert_int_equal(alarms_of(bench, "staff_meter"), 0);
	assert_false(bt_sbx_staff_put(&bench->server.sbx, "999999999999", "rina"));
	assert_true(bt_sbx_staff_put(&bench->server.sbx, RAMESH, "rina"));
	sell(bench, HEAD_END_TERMINAL, RAMESH, "cash", "sanjay", id);
	assert_int_equal(alarms_of(bench, "staff_meter"), 1);
	assert_string_equal(bench->alarms[0].subject, RAMESH);
	assert_string_equal(bench->alarms[0].detail,
			    "2 recharges, 1000 rupees, for the connection of rina, 1 of them by the same person");
}

static void test_odd_tenders(void **state)
{
	struct bench *bench = *state;
	char id[40];
	for (int i = 0; i < 19; i++)
		sell(bench, OTHER, RAMESH, "cash", "sanjay", id);
	for (int i = 0; i < 20; i++)
		sell(bench, HEAD_END_TERMINAL, RAMESH, i % 2 ? "cash" : "upi", "rina", id);
	/* Nineteen are too few to say anything. */
	assert_int_equal(alarms_of(bench, "tender_mix"), 0);
	sell(bench, OTHER, RAMESH, "cash", "sanjay", id);
	assert_int_equal(alarms_of(bench, "tender_mix"), 2);
	assert_string_equal(bench->alarms[1].terminal, OTHER);
	assert_string_equal(bench->alarms[1].detail, "cash in 100 of 100 sales, elsewhere in 50");
}

static void test_the_limit_of_a_meter(void **state)
{
	struct bench *bench = *state;
	char id[40];
	const char *offline = "{\"issued_by\":\"terminal\"}";
	for (int day = 0; day < 3; day++) {
		assert_int_equal(alarms_of(bench, "meter_cap"), 0);
		for (int i = 0; i < 9; i++) {
			sell(bench, HEAD_END_TERMINAL, RAMESH, "cash", "rina", id);
			note_event(bench, HEAD_END_TERMINAL, "tokened", id, HEAD_END_NOW - day * INT64_C(86400000),
				   i == 8 && day == 2 ? "{\"issued_by\":\"head_end\"}" : offline);
		}
	}
	/* The last of the third day was the server's own. */
	assert_int_equal(alarms_of(bench, "meter_cap"), 0);
	sell(bench, HEAD_END_TERMINAL, RAMESH, "cash", "rina", id);
	note_event(bench, HEAD_END_TERMINAL, "tokened", id, HEAD_END_NOW - 2 * INT64_C(86400000), offline);
	assert_int_equal(alarms_of(bench, "meter_cap"), 1);
	assert_string_equal(bench->alarms[0].terminal, HEAD_END_TERMINAL);
}

static void test_a_minute_nobody_reported(void **state)
{
	struct bench *bench = *state;
	struct bt_sbx_consumer ramesh;
	char id[40], text[24];
	sell(bench, OTHER, RAMESH, "cash", "sanjay", id);
	int64_t tid = bt_sbx_store_count(bench->server.sbx.db, -1, "SELECT tid FROM sales WHERE sale_id=?", "t", id);
	assert_true(bt_sbx_consumer_find(bench->server.sbx.db, RAMESH, &ramesh));
	snprintf(text, sizeof text, "%lld", (long long)tid);
	assert_true(bt_sbx_meter_read_put(&bench->server.sbx, ramesh.meter, text));
	assert_int_equal(alarms_of(bench, "lane_minute"), 0);
	snprintf(text, sizeof text, "%lld", (long long)tid - BT_SBX_LANES);
	assert_true(bt_sbx_meter_read_put(&bench->server.sbx, ramesh.meter, text));
	assert_int_equal(alarms_of(bench, "lane_minute"), 1);
	assert_string_equal(bench->alarms[0].terminal, OTHER);
	assert_string_equal(bench->alarms[0].subject, ramesh.meter);
	/* Its lane is somebody else's now, above the floor: what lies below is still of the one before. */
	struct bt_sbx_terminal next = {.number = "0199", .lane = 4, .lane_floor = tid + 64};
	assert_true(bt_sbx_terminal_put(bench->server.sbx.db, &next));
	assert_int_equal(alarms_of(bench, "lane_minute"), 1);
	assert_string_equal(bench->alarms[0].terminal, OTHER);
	/* Lane 0 is the head-end's own: other channels are not in this ledger. */
	snprintf(text, sizeof text, "%lld", (long long)(tid - tid % BT_SBX_LANES));
	assert_true(bt_sbx_meter_read_put(&bench->server.sbx, ramesh.meter, text));
	assert_int_equal(alarms_of(bench, "lane_minute"), 1);
	assert_false(bt_sbx_meter_read_put(&bench->server.sbx, "00000000000", "5"));
	assert_false(bt_sbx_meter_read_put(&bench->server.sbx, ramesh.meter, "16777216"));
	assert_false(bt_sbx_meter_read_put(&bench->server.sbx, ramesh.meter, "x"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_bench, close_bench)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_an_honest_office_is_silent),
	    TEST(test_one_operator_at_two_counters),
	    TEST(test_own_meter),
	    TEST(test_odd_tenders),
	    TEST(test_the_limit_of_a_meter),
	    TEST(test_a_minute_nobody_reported),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
