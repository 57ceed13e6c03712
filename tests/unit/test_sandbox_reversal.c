/* Who may take a sale back: the terminal it belongs to, while it is not revoked. Nobody else changes anything.
 *
 * rooms: core/sandbox
 * Rules: PROTOCOL H3, H4, H5; the sentences about `revoked` and reversal in assets/api/openapi.yaml. */
#include "tests/unit/sandbox_fixture.h"

#include "core/sandbox/ledger.h"
#include "core/sandbox/terminal.h"

#define OWNER   "0142"
#define OTHER   "0143"
#define REVOKED "0144"
#define SALE    "00000000-0000-7000-8000-000000000001"
#define PAID    "00000000-0000-7000-8000-000000000002"
#define UNKNOWN "00000000-0000-7000-8000-000000000003"
#define GONE    "00000000-0000-7000-8000-000000000004"

static void put_terminal(struct head_end *bench, const char *number, int64_t lane)
{
	struct bt_sbx_terminal terminal = {.lane = lane};

	snprintf(terminal.number, sizeof terminal.number, "%s", number);
	assert_true(bt_sbx_terminal_put(bench->sbx.db, &terminal));
}

static void put_sale(struct head_end *bench, const char *sale_id, const char *terminal)
{
	assert_true(bt_sbx_store_run(bench->sbx.db,
				     "INSERT INTO sales(sale_id, state, terminal, connection, meter, delivery, paise,"
				     " dues, units, rev, by, at, sale, reply)"
				     " VALUES(?,'committed',?,'','','dues',5000,5000,0,1,?,?,'{}','{}')",
				     "ttti", sale_id, terminal, terminal, bt_sbx_now_ms()));
}

/* A payment that was uploaded, of a sale that has not come yet. */
static void put_payment(struct head_end *bench, const char *sale_id, const char *terminal)
{
	assert_true(bt_sbx_store_run(bench->sbx.db,
				     "INSERT INTO paid(sale_id, terminal, sale, time) VALUES(?,?,'{}',?)", "tti",
				     sale_id, terminal, bt_sbx_now_ms()));
}

static int open_bench(void **state)
{
	struct head_end *bench = calloc(1, sizeof *bench);

	assert_non_null(bench);
	head_end_open(bench, 0);
	put_terminal(bench, OWNER, 3);
	put_terminal(bench, OTHER, 4);
	put_terminal(bench, REVOKED, 5);
	assert_true(bt_sbx_terminal_revoke(&bench->sbx, REVOKED));
	put_sale(bench, SALE, OWNER);
	put_sale(bench, GONE, REVOKED);
	put_payment(bench, PAID, OWNER);
	*state = bench;
	return 0;
}

static unsigned reverse(struct head_end *bench, const char *terminal, const char *sale_id, json_t **answer)
{
	char path[96], body[64];

	snprintf(path, sizeof path, "/v1/sales/%s/reversal", sale_id);
	snprintf(body, sizeof body, "{\"era\":%d,\"reason\":\"consumer left\"}", (int)bench->sbx.era);
	return head_end_call(bench, terminal, "POST", path, body, answer);
}

static int64_t count(struct head_end *bench, const char *sale_id, const char *state)
{
	return bt_sbx_store_count(bench->sbx.db, -1, "SELECT count(*) FROM sales WHERE sale_id=? AND state=?", "tt",
				  sale_id, state);
}

static void expect_refused(struct head_end *bench, const char *terminal, const char *sale_id, const char *code)
{
	json_t *answer;

	assert_int_equal(reverse(bench, terminal, sale_id, &answer), 403);
	assert_string_equal(head_end_code(answer), code);
	assert_string_equal(json_string_value(json_object_get(answer, "sale_id")), sale_id);
	assert_int_equal(count(bench, sale_id, "tombstone"), 0);
	assert_int_equal(count(bench, sale_id, "reversed"), 0);
	json_decref(answer);
}

static void only_the_owner_reverses(void **state)
{
	struct head_end *bench = *state;
	json_t *answer;

	expect_refused(bench, OTHER, SALE, "wrong_terminal");
	expect_refused(bench, OTHER, PAID, "wrong_terminal");
	assert_int_equal(count(bench, SALE, "committed"), 1);
	assert_int_equal(reverse(bench, OWNER, SALE, &answer), 200);
	json_decref(answer);
	assert_int_equal(count(bench, SALE, "reversed"), 1);
	assert_int_equal(reverse(bench, OWNER, PAID, &answer), 200);
	json_decref(answer);
	assert_int_equal(count(bench, PAID, "tombstone"), 1);
}

/* Another counter told its consumer of the credit: it stands (PROTOCOL H3). */
static void a_credit_given_elsewhere_stands(void **state)
{
	struct head_end *bench = *state;
	json_t *answer;

	assert_true(bt_sbx_ledger_tell(bench->sbx.db, SALE, OWNER)); /* its own word of it holds nobody back */
	assert_int_equal(reverse(bench, OWNER, SALE, &answer), 200);
	json_decref(answer);
	assert_true(bt_sbx_store_run(bench->sbx.db, "DELETE FROM sales WHERE sale_id=?", "t", SALE));
	put_sale(bench, SALE, OWNER);
	assert_true(bt_sbx_ledger_tell(bench->sbx.db, SALE, OTHER));
	assert_int_equal(reverse(bench, OWNER, SALE, &answer), 409);
	assert_string_equal(head_end_code(answer), "token_released");
	json_decref(answer);
	assert_int_equal(count(bench, SALE, "committed"), 1);
}

static void a_revoked_terminal_reverses_nothing(void **state)
{
	struct head_end *bench = *state;

	expect_refused(bench, REVOKED, SALE, "revoked");
	expect_refused(bench, REVOKED, UNKNOWN, "revoked");
	expect_refused(bench, REVOKED, GONE, "revoked"); /* its own, even */
	assert_int_equal(count(bench, GONE, "committed"), 1);
}

/* The record of @p terminal has come up to the era of @p number. */
static void put_era(struct head_end *bench, const char *terminal, int64_t seq, const char *body)
{
	assert_true(bt_sbx_store_run(bench->sbx.db, "INSERT INTO events VALUES(?,?,?,'','era',?,'','','','',0)", "tiit",
				     terminal, seq, bt_sbx_now_ms(), body));
}

static void expect_waits(struct head_end *bench, const char *sale_id)
{
	json_t *answer;

	assert_int_equal(reverse(bench, OWNER, sale_id, &answer), 409);
	assert_string_equal(head_end_code(answer), "docket_waits");
	json_decref(answer);
	assert_int_equal(count(bench, sale_id, "tombstone") + count(bench, sale_id, "reversed"), 0);
}

/* A restored ledger may have forgotten a token that left: at the owner's counter or at one that finished its docket. */
static void an_older_sale_waits_for_the_records(void **state)
{
	struct head_end *bench = *state;
	json_t *answer;

	put_era(bench, OTHER, 1, "{\"era\":1}");
	put_era(bench, REVOKED, 1, "{\"era\":1}"); /* nobody waits for this one */
	assert_true(bt_sbx_begin_era(&bench->sbx));
	bench->sbx.own_floor += 1; /* the minute that is running is the restore's */
	expect_waits(bench, SALE);
	expect_waits(bench, UNKNOWN);
	assert_int_equal(head_end_call(bench, OWNER, "GET", "/v1/sales/" UNKNOWN, "", &answer), 409);
	assert_string_equal(head_end_code(answer), "docket_waits");
	json_decref(answer);
	assert_int_equal(count(bench, UNKNOWN, "tombstone"), 0);
	put_era(bench, OWNER, 1, "{\"era\":2}");
	expect_waits(bench, SALE);
	put_era(bench, OTHER, 2, "");
	expect_waits(bench, SALE);
	put_era(bench, OTHER, 3, "{\"era\":2}");
	assert_int_equal(reverse(bench, OWNER, SALE, &answer), 200);
	json_decref(answer);
	assert_int_equal(count(bench, SALE, "reversed"), 1);
}

/* One that had sent nothing yet when the backup was made, but has a lease, may have finished a docket since. */
static void an_older_sale_waits_for_who_has_a_lease(void **state)
{
	struct head_end *bench = *state;
	json_t *answer;

	assert_int_equal(head_end_call(bench, OTHER, "GET", "/v1/lease", "", &answer), 200);
	json_decref(answer);
	assert_true(bt_sbx_begin_era(&bench->sbx));
	bench->sbx.own_floor += 1;
	put_era(bench, OWNER, 1, "{\"era\":2}");
	expect_waits(bench, SALE);
	put_era(bench, OTHER, 1, "{\"era\":2}");
	assert_int_equal(reverse(bench, OWNER, SALE, &answer), 200);
	json_decref(answer);
}

/* What was paid since is known; a time that is still to come is that of a wrong clock. */
static void a_newer_sale_waits_for_nobody(void **state)
{
	static const char to_come[] = "ffffffff-0000-7000-8000-000000000001";
	struct head_end *bench = *state;
	char newer[37];
	json_t *answer;
	long long ms;

	assert_true(bt_sbx_begin_era(&bench->sbx));
	ms = (long long)bt_sbx_now_ms() + 60000;
	snprintf(newer, sizeof newer, "%08llx-%04llx-7000-8000-000000000001", ms >> 16, ms & 0xffff);
	assert_int_equal(reverse(bench, OWNER, newer, &answer), 200);
	json_decref(answer);
	assert_int_equal(count(bench, newer, "tombstone"), 1);
	expect_waits(bench, to_come);
}

struct asked {
	const char *method, *path, *body;
};

/* Everything but journal, its head, inquiry and what is open to all. */
static void all_else_answers_revoked(void **state)
{
	static const struct asked calls[] = {
	    {"GET", "/v1/lease", ""},
	    {"GET", "/v1/tariffs", ""},
	    {"GET", "/v1/directory", ""},
	    {"GET", "/v1/consumers", ""},
	    {"GET", "/v1/consumers/100244781560", ""},
	    {"POST", "/v1/sales/" UNKNOWN "/reversal", "{\"era\":7,\"reason\":\"an era of no server\"}"},
	};
	struct head_end *bench = *state;
	json_t *answer;

	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
		assert_int_equal(head_end_call(bench, REVOKED, calls[i].method, calls[i].path, calls[i].body, &answer),
				 403);
		assert_string_equal(head_end_code(answer), "revoked");
		json_decref(answer);
	}
	assert_int_equal(head_end_call(bench, REVOKED, "GET", "/v1/journal/head", "", &answer), 200);
	json_decref(answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(only_the_owner_reverses, open_bench, head_end_teardown),
	    cmocka_unit_test_setup_teardown(a_credit_given_elsewhere_stands, open_bench, head_end_teardown),
	    cmocka_unit_test_setup_teardown(a_revoked_terminal_reverses_nothing, open_bench, head_end_teardown),
	    cmocka_unit_test_setup_teardown(an_older_sale_waits_for_the_records, open_bench, head_end_teardown),
	    cmocka_unit_test_setup_teardown(an_older_sale_waits_for_who_has_a_lease, open_bench, head_end_teardown),
	    cmocka_unit_test_setup_teardown(a_newer_sale_waits_for_nobody, open_bench, head_end_teardown),
	    cmocka_unit_test_setup_teardown(all_else_answers_revoked, open_bench, head_end_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
