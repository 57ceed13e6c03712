/* The head-end at the telephone, and its lanes: each code read out once, a lease alive as long as a code may lengthen
 * it, and no lane given again before every lease on it is dead.
 *
 * rooms: core/sandbox
 * Rules: PROTOCOL L3, T3, T4. */
#include "core/sandbox/call.h"

#include <dirent.h>
#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/sandbox/check.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/grants.h"
#include "core/sandbox/json_in.h"
#include "core/sandbox/ledger.h"
#include "core/sandbox/people.h"
#include "core/sandbox/price.h"

#define HERE  "0142"
#define OTHER "100244781560"
#define METER "04740075298" /* of OTHER */
#define TOWN  20
/* Five seconds into a minute around noon, far from the reserved one. */
#define NOW   INT64_C(1795350245000)
#define LIFE  (72 * BT_SBX_HOUR_MS)
#define WAIT  (5 * BT_SBX_LANES * BT_SBX_MINUTE_MS)
#define EXTRA (BT_SBX_GRANT_DAYS * BT_SBX_DAY_MS)

struct bench {
	char dir[64];
	struct bt_sbx sbx;
	const char *since;
	int sales;
};

static const char *give_argument(const void *source, const char *name)
{
	return strcmp(name, "since") == 0 ? source : NULL;
}

static unsigned call(struct bench *bench, const char *terminal, const char *method, const char *path, json_t *body,
		     json_t **answer)
{
	char name[64];
	char *text = body ? bt_sbx_json_canonical(body) : NULL;
	struct bt_sbx_reply reply = {.status = 200};
	struct bt_sbx_request request = {.terminal = terminal,
					 .name = name,
					 .body = text ? text : "",
					 .body_len = text ? strlen(text) : 0,
					 .argument = give_argument,
					 .source = bench->since};
	const struct bt_sbx_route *route = bt_sbx_route_find(method, path, name, sizeof name);
	unsigned status = bt_sbx_route_run(&bench->sbx, route, &request, &reply);
	free(text);
	json_decref(body);
	assert_non_null(reply.body);
	*answer = reply.body;
	return status;
}

static void set_clock(int64_t ms)
{
	bt_sbx_clock_skew(0);
	bt_sbx_clock_skew(ms - bt_sbx_now_ms());
}

static int open_bench(void **state)
{
	struct bench *bench = calloc(1, sizeof *bench);
	struct bt_sbx_terminal here = {.number = HERE, .lane = 3};
	assert_non_null(bench);
	set_clock(NOW);
	snprintf(bench->dir, sizeof bench->dir, "%s/batti-sandbox-XXXXXX", P_tmpdir);
	assert_non_null(mkdtemp(bench->dir));
	assert_true(bt_sbx_open(bench->dir, &bench->sbx));
	assert_true(bt_sbx_people_make(&bench->sbx, 1, TOWN));
	assert_true(bt_sbx_terminal_put(bench->sbx.db, &here));
	bench->sbx.lease = (struct bt_sbx_lease_terms){.hours = 72, .value_paise = 15000000, .count = 300, .grants = 2};
	*state = bench;
	return 0;
}

static int close_bench(void **state)
{
	struct bench *bench = *state;
	bt_sbx_clock_skew(0);
	bt_sbx_close(&bench->sbx);
	DIR *dir = opendir(bench->dir);
	for (struct dirent *entry; dir && (entry = readdir(dir));)
		(void)unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	rmdir(bench->dir);
	free(bench);
	return 0;
}

/* A paid sale under the key that terminals are told now. */
static json_t *make_sale(struct bench *bench, const char *number)
{
	struct bt_sbx_consumer c;
	struct bt_sbx_sale chosen = {.tid = -1};
	char id[40];
	char pan[19];
	assert_true(bt_sbx_consumer_find(bench->sbx.db, number, &c));
	assert_true(bt_sbx_pan_make(c.meter, pan));
	assert_int_equal(bt_sbx_choose(&bench->sbx, &c, bt_sbx_now_ms(), &chosen), BT_SBX_NONE);
	const struct bt_sbx_key_id *k = &chosen.key;
	struct bt_sbx_price price = bt_sbx_price_of(bt_sbx_category_find(c.category), 50000);
	/* Lane 3, each sale a minute of its own; 00:01 is far. */
	int64_t tid =
	    bt_sbx_tid_minute(bt_sbx_now_ms()) / BT_SBX_LANES * BT_SBX_LANES + 3 - BT_SBX_LANES * ++bench->sales;
	snprintf(id, sizeof id, "00000000-0000-7000-8000-%012d", bench->sales);
	json_t *key = json_pack("{s:i, s:s, s:s, s:s, s:i, s:i, s:i, s:s, s:s, s:i}", "base", k->base, "dkga", k->dkga,
				"ea", k->ea, "kcv", k->kcv, "ken", k->ken, "krn", k->krn, "kt", k->kt, "sgc", k->sgc,
				"ti", k->ti, "version", 1);
	json_t *sale = json_pack(
	    "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:i, s:i, s:[], s:o}",
	    "sale_id", id, "terminal", HERE, "connection", number, "meter", c.meter, "pan", pan, "kind", c.kind,
	    "delivery", "token", "operator", "rina", "receipt", "0142-0611-087-4", "tariff", BT_SBX_TARIFF_ID,
	    "amount_paise", (json_int_t)50000, "dues_paise", (json_int_t)0, "duty_paise", (json_int_t)price.duty_paise,
	    "energy_paise", (json_int_t)price.energy_paise, "units", (json_int_t)price.units, "paid_at",
	    (json_int_t)bt_sbx_now_ms(), "rev", 1, "rnd", 5, "tenders", "key", key);
	json_object_set_new(sale, "tid", json_integer(tid));
	return sale;
}

static unsigned sell(struct bench *bench, json_t *sale, json_t **answer)
{
	return call(bench, HERE, "POST", "/v1/sales", json_pack("{s:i, s:O}", "era", 1, "sale", sale), answer);
}

/* The lease document as a terminal reads it. */
static json_t *take_lease(struct bench *bench)
{
	json_t *answer;
	uint8_t raw[4096];
	assert_int_equal(call(bench, HERE, "GET", "/v1/lease", NULL, &answer), 200);
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

static int64_t ask(struct bench *bench, const char *sql)
{
	return bt_sbx_store_count(bench->sbx.db, -1, sql, "");
}

static void sandbox_grants_are_read_out_once(void **state)
{
	struct bench *bench = *state;
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
	assert_true(bt_sbx_grants_read_out(&bench->sbx, HERE, &first));
	assert_true(bt_sbx_grants_read_out(&bench->sbx, HERE, &second));
	assert_false(bt_sbx_grants_read_out(&bench->sbx, HERE, &third));
	assert_string_not_equal(first.code, second.code);
	assert_int_equal(first.number, 1);
	assert_int_equal(second.number, 2);
	assert_int_equal(strlen(first.code), 20);
	/* The next lease has codes of its own. */
	json_decref(take_lease(bench));
	assert_true(bt_sbx_grants_read_out(&bench->sbx, HERE, &third));
	assert_int_equal(third.lease, 2);
	assert_string_not_equal(third.code, first.code);
}

static void sandbox_grants_are_refused(void **state)
{
	struct bench *bench = *state;
	struct bt_sbx_grant grant;
	assert_false(bt_sbx_grants_read_out(&bench->sbx, HERE, &grant)); /* no lease */
	assert_false(bt_sbx_grants_read_out(&bench->sbx, "0999", &grant));
	json_decref(take_lease(bench));
	assert_true(bt_sbx_terminal_revoke(bench->sbx.db, HERE));
	assert_false(bt_sbx_grants_read_out(&bench->sbx, HERE, &grant));
	assert_int_equal(ask(bench, "SELECT count(*) FROM grants WHERE read_at IS NOT NULL"), 0);
}

/* Keys changed while its lease was dead: it must not come back to life with the old ones (PROTOCOL T6). */
static void sandbox_grants_wait_for_changed_keys(void **state)
{
	struct bench *bench = *state;
	struct bt_sbx_grant grant;
	json_decref(take_lease(bench));
	assert_true(bt_sbx_store_run(bench->sbx.db, "INSERT INTO key_acks VALUES(?,0)", "t", HERE));
	assert_true(bt_sbx_store_run(bench->sbx.db, "INSERT INTO key_changes VALUES(NULL,?,2,2014,'due',?)", "ti",
				     METER, bt_sbx_now_ms()));
	assert_false(bt_sbx_grants_read_out(&bench->sbx, HERE, &grant));
	assert_true(
	    bt_sbx_store_run(bench->sbx.db, "INSERT INTO key_acks SELECT ?, place FROM key_changes", "t", HERE));
	assert_true(bt_sbx_grants_read_out(&bench->sbx, HERE, &grant));
}

static void note(struct bench *bench, int grant, enum bt_sbx_standing standing)
{
	struct bt_sbx_terminal here;
	struct bt_sbx_outcome outcome;
	char body[160];
	assert_true(bt_sbx_terminal_find(bench->sbx.db, HERE, &here));
	snprintf(body, sizeof body, "{\"days\":3,\"grant\":%d,\"lease\":1,\"value\":15000000}", grant);
	struct bt_sbx_fact fact = {.terminal = &here, .time = NOW, .sale_id = "", .kind = "extension", .body = body};
	assert_true(bt_sbx_fact_post(&bench->sbx, &fact, &outcome));
	assert_int_equal(outcome.standing, standing);
	if (standing == BT_SBX_EXCEPTION)
		assert_int_equal(outcome.code, BT_SBX_EXTENSION_UNKNOWN);
}

static void sandbox_grants_used_are_noted(void **state)
{
	struct bench *bench = *state;
	struct bt_sbx_grant grant;
	json_decref(take_lease(bench));
	assert_true(bt_sbx_grants_read_out(&bench->sbx, HERE, &grant));
	note(bench, 0, BT_SBX_SILENT); /* a wrong code */
	note(bench, 1, BT_SBX_SILENT);
	assert_int_equal(ask(bench, "SELECT used_at FROM grants WHERE i=1"), NOW);
	note(bench, 1, BT_SBX_EXCEPTION); /* twice */
	note(bench, 2, BT_SBX_EXCEPTION); /* never read out */
	assert_int_equal(ask(bench, "SELECT count(*) FROM exceptions WHERE code='extension_unknown'"), 2);
}

/* ---- lanes (PROTOCOL T4) ---- */

static void fill_lanes(struct bench *bench)
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
	struct bench *bench = *state;
	struct bt_sbx_terminal placed = {.lane = -1};
	fill_lanes(bench);
	json_decref(take_lease(bench));
	/* Dead leases free no lane of a terminal that is not withdrawn. */
	set_clock(NOW + 100 * LIFE);
	assert_false(bt_sbx_terminal_place(bench->sbx.db, bt_sbx_now_ms(), &placed));
	json_t *lease = take_lease(bench);
	assert_int_equal(json_integer_value(json_object_get(lease, "lane")), 3);
	json_decref(lease);
}

/* Withdrawn, its lane is given on when its last lease is dead by 5n minutes, above a floor of 4n minutes. */
static void sandbox_lanes_outlive_the_last_lease(void **state)
{
	struct bench *bench = *state;
	struct bt_sbx_terminal placed = {.lane = -1};
	fill_lanes(bench);
	json_decref(take_lease(bench));
	assert_true(bt_sbx_terminal_revoke(bench->sbx.db, HERE));
	assert_false(bt_sbx_terminal_place(bench->sbx.db, NOW + LIFE + WAIT, &placed));
	assert_int_equal(placed.lane, -1);
	assert_true(bt_sbx_terminal_place(bench->sbx.db, NOW + LIFE + WAIT + BT_SBX_MINUTE_MS, &placed));
	assert_int_equal(placed.lane, 3);
	assert_string_not_equal(placed.number, HERE);
	assert_int_equal(placed.lane_floor, bt_sbx_tid_minute(NOW + LIFE + WAIT + BT_SBX_MINUTE_MS) + 4 * BT_SBX_LANES);
}

/* A code that was read out may lengthen the lease, used or not: the lane waits for that too. */
static void sandbox_lanes_wait_for_codes_read_out(void **state)
{
	struct bench *bench = *state;
	struct bt_sbx_terminal placed = {.lane = -1};
	struct bt_sbx_grant grant;
	fill_lanes(bench);
	json_decref(take_lease(bench));
	assert_true(bt_sbx_grants_read_out(&bench->sbx, HERE, &grant));
	assert_true(bt_sbx_terminal_revoke(bench->sbx.db, HERE));
	assert_false(bt_sbx_terminal_place(bench->sbx.db, NOW + LIFE + EXTRA + WAIT, &placed));
	assert_true(bt_sbx_terminal_place(bench->sbx.db, NOW + LIFE + EXTRA + WAIT + BT_SBX_MINUTE_MS, &placed));
	assert_int_equal(placed.lane, 3);
}

/* PROTOCOL T3: the fiftieth token for one meter within 10n minutes waits, whoever asks. */
static void sandbox_lanes_fifty_tokens(void **state)
{
	struct bench *bench = *state;
	json_t *answer, *sale = make_sale(bench, OTHER);
	int64_t minute = bt_sbx_tid_minute(NOW);
	int64_t tid = minute - 159;
	for (int i = 0; i < 49; i++, tid++) {
		char id[40];
		snprintf(id, sizeof id, "00000000-0000-7000-8000-1%011d", i);
		tid += tid % BT_SBX_LANES == 3;
		/* As other terminals' records would have it. */
		assert_true(bt_sbx_store_run(
		    bench->sbx.db, "INSERT INTO sales(sale_id, state, meter, tid, at) VALUES(?,'committed',?,?,?)",
		    "ttii", id, METER, tid, (int64_t)NOW));
	}
	assert_int_equal(sell(bench, sale, &answer), 409);
	assert_string_equal(json_string_value(json_object_get(json_object_get(answer, "error"), "code")), "tid_wait");
	json_decref(answer);
	assert_true(bt_sbx_store_run(bench->sbx.db, "UPDATE sales SET tid=? WHERE tid=(SELECT min(tid) FROM sales)",
				     "i", minute - 160));
	assert_int_equal(sell(bench, sale, &answer), 201);
	json_decref(answer);
	json_decref(sale);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(sandbox_grants_are_read_out_once),
	    TEST(sandbox_grants_are_refused),
	    TEST(sandbox_grants_wait_for_changed_keys),
	    TEST(sandbox_grants_used_are_noted),
	    TEST(sandbox_lanes_are_for_life),
	    TEST(sandbox_lanes_outlive_the_last_lease),
	    TEST(sandbox_lanes_wait_for_codes_read_out),
	    TEST(sandbox_lanes_fifty_tokens),
	};
	return cmocka_run_group_tests_name("sandbox_grants", tests, NULL, NULL);
}
