/* Key changes at the head-end: released when every terminal that could make a token has the new key, carried by each
 * sale until a token is out, and never again.
 *
 * rooms: core/sandbox
 * Rules: PROTOCOL T6, T1, H1. That the tokens themselves are right is shown by test_sandbox_token and by the virtual
 * meter. */
#include "core/sandbox/call.h"

#include <dirent.h>
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
#include "core/sandbox/fact.h"
#include "core/sandbox/json_in.h"
#include "core/sandbox/ledger.h"
#include "core/sandbox/people.h"
#include "core/sandbox/price.h"

#define HERE  "0142"
#define THERE "0143"
#define DUE   "100246000115"
#define OTHER "100244781560"
#define METER "04740075298" /* of OTHER */
#define TOWN  20
/* Five seconds into a minute around noon, far from the reserved one. */
#define NOW       INT64_C(1795350245000)
#define SINCE_ALL "1000000"

struct bench {
	char dir[64];
	struct bt_sbx sbx;
	const char *since; /* what the directory is asked beyond */
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
	struct bt_sbx_terminal here = {.number = HERE, .lane = 3}, there = {.number = THERE, .lane = 4};
	assert_non_null(bench);
	set_clock(NOW);
	snprintf(bench->dir, sizeof bench->dir, "%s/batti-sandbox-XXXXXX", P_tmpdir);
	assert_non_null(mkdtemp(bench->dir));
	assert_true(bt_sbx_open(bench->dir, &bench->sbx));
	assert_true(bt_sbx_people_make(&bench->sbx, 1, TOWN));
	assert_true(bt_sbx_terminal_put(bench->sbx.db, &here));
	assert_true(bt_sbx_terminal_put(bench->sbx.db, &there));
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

/* The row as a terminal is given it. */
static json_t *row_of(struct bench *bench, const char *number)
{
	char path[64];
	json_t *row;
	snprintf(path, sizeof path, "/v1/consumers/%s", number);
	assert_int_equal(call(bench, HERE, "GET", path, NULL, &row), 200);
	return row;
}

static void expect_row(struct bench *bench, const char *number, int krn, int next_krn, int tokens)
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
static void fetch(struct bench *bench, const char *terminal, const char *since)
{
	json_t *page;
	bench->since = since;
	assert_int_equal(call(bench, terminal, "GET", "/v1/directory", NULL, &page), 200);
	bench->since = NULL;
	json_decref(page);
}

static unsigned lease(struct bench *bench, const char *terminal)
{
	json_t *answer;
	unsigned status = call(bench, terminal, "GET", "/v1/lease", NULL, &answer);
	if (status != 200)
		assert_string_equal(json_string_value(json_object_get(json_object_get(answer, "error"), "code")),
				    "directory_old");
	json_decref(answer);
	return status;
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

static const char *id_of(const json_t *sale)
{
	return json_string_value(json_object_get(sale, "sale_id"));
}

/* The reply has left, as the server notes it. */
static void release(struct bench *bench, const json_t *sale)
{
	assert_true(bt_sbx_ledger_release(bench->sbx.db, id_of(sale)));
}

static void what_is_due_travels_with_the_key(void **state)
{
	struct bench *bench = *state;
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

static void each_sale_carries_it_until_a_token_is_out(void **state)
{
	struct bench *bench = *state;
	json_t *row = row_of(bench, DUE), *first, *again, *second, *third, *asked;
	json_t *sales[] = {make_sale(bench, DUE), make_sale(bench, DUE), make_sale(bench, DUE)};
	char path[80];
	assert_int_equal(sell(bench, sales[0], &first), 201);
	assert_true(json_equal(json_object_get(first, "key_change"), json_object_get(row, "key_change")));
	/* Its reply was lost: the next sale must carry them too. */
	assert_int_equal(sell(bench, sales[1], &second), 201);
	assert_true(json_equal(json_object_get(second, "key_change"), json_object_get(row, "key_change")));
	release(bench, sales[1]);
	expect_row(bench, DUE, 2, 0, 0);
	assert_int_equal(sell(bench, sales[2], &third), 201);
	assert_true(json_is_null(json_object_get(third, "key_change")));
	/* An answer once given stays what it was. */
	assert_int_equal(sell(bench, sales[0], &again), 200);
	assert_true(json_equal(first, again));
	snprintf(path, sizeof path, "/v1/sales/%s", id_of(sales[1]));
	assert_int_equal(call(bench, HERE, "GET", path, NULL, &asked), 200);
	assert_true(json_equal(second, asked));
	json_t *answers[] = {row, first, again, second, third, asked, sales[0], sales[1], sales[2]};
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
		json_decref(answers[i]);
}

/* A sale that the terminal made by itself, posted from its record. */
static enum bt_sbx_code post_fact(struct bench *bench, json_t *sale, json_t *key_change)
{
	struct bt_sbx_sale read;
	struct bt_sbx_terminal terminal;
	struct bt_sbx_outcome outcome;
	char token[21];
	assert_true(bt_sbx_terminal_find(bench->sbx.db, HERE, &terminal));
	assert_true(bt_sbx_sale_read(sale, &read) && bt_sbx_token_of(&bench->sbx, &read, token));
	json_t *issue = json_pack("{s:s, s:i, s:O, s:s, s:O, s:i}", "issued_by", "terminal", "rev", 1, "tid",
				  json_object_get(sale, "tid"), "token", token, "units", json_object_get(sale, "units"),
				  "lease", 1);
	if (key_change)
		json_object_set(issue, "key_change", key_change);
	char *bodies[] = {bt_sbx_json_canonical(sale), bt_sbx_json_canonical(issue)};
	const char *kinds[] = {"paid", "tokened"};
	for (size_t i = 0; i < 2; i++) {
		struct bt_sbx_fact fact = {&terminal, bt_sbx_now_ms(), id_of(sale), kinds[i], bodies[i]};
		assert_true(bt_sbx_fact_post(&bench->sbx, &fact, &outcome));
		free(bodies[i]);
	}
	assert_int_equal(outcome.standing, outcome.code == BT_SBX_NONE ? BT_SBX_POSTED : BT_SBX_EXCEPTION);
	json_decref(issue);
	return outcome.code;
}

static void a_fact_counts_when_it_carried_all_of_them(void **state)
{
	struct bench *bench = *state;
	assert_int_equal(lease(bench, HERE), 200);
	json_t *row = row_of(bench, DUE);
	json_t *tokens = json_object_get(json_object_get(row, "key_change"), "tokens");
	json_t *wrong = json_deep_copy(tokens), *sales[4];
	json_array_set_new(wrong, 3, json_string("01234567890123456789"));
	for (size_t i = 0; i < 4; i++)
		sales[i] = make_sale(bench, DUE);
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
	struct bench *bench = *state;
	json_t *answer;
	assert_int_equal(lease(bench, HERE), 200);
	assert_int_equal(lease(bench, THERE), 200);
	json_t *paid_before = make_sale(bench, OTHER), *too_late = make_sale(bench, OTHER);
	assert_true(bt_sbx_key_change_begin(&bench->sbx, METER));
	assert_false(bt_sbx_key_change_begin(&bench->sbx, METER)); /* one at a time */
	fetch(bench, HERE, "0");
	expect_row(bench, OTHER, 1, 2, 0);
	fetch(bench, HERE, SINCE_ALL);
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
	json_t *next = make_sale(bench, OTHER);
	assert_int_equal(sell(bench, next, &answer), 201);
	assert_int_equal(json_array_size(json_object_get(json_object_get(answer, "key_change"), "tokens")), 4);
	release(bench, next);
	json_decref(answer);
	/* ... and not after. */
	assert_int_equal(sell(bench, too_late, &answer), 409);
	assert_string_equal(json_string_value(json_object_get(json_object_get(answer, "error"), "code")),
			    "key_mismatch");
	json_decref(answer);
	json_decref(paid_before);
	json_decref(too_late);
	json_decref(next);
	/* The change after that begins where this one ended. */
	assert_true(bt_sbx_key_change_begin(&bench->sbx, METER));
	expect_row(bench, OTHER, 2, 3, 0);
}

static void a_dead_lease_is_not_waited_for(void **state)
{
	struct bench *bench = *state;
	fetch(bench, HERE, "0");
	fetch(bench, HERE, SINCE_ALL);
	fetch(bench, THERE, "0");
	fetch(bench, THERE, SINCE_ALL);
	assert_int_equal(lease(bench, HERE), 200);
	assert_int_equal(lease(bench, THERE), 200);
	assert_true(bt_sbx_key_change_begin(&bench->sbx, METER));
	fetch(bench, HERE, SINCE_ALL);
	assert_true(bt_sbx_terminal_revoke(bench->sbx.db, THERE)); /* that it does not hear of */
	fetch(bench, HERE, SINCE_ALL);
	expect_row(bench, OTHER, 1, 2, 0);
	set_clock(NOW + (bench->sbx.lease.hours + 1) * BT_SBX_HOUR_MS);
	fetch(bench, HERE, SINCE_ALL);
	expect_row(bench, OTHER, 2, 0, 4);
	assert_true(bt_sbx_store_run(bench->sbx.db, "UPDATE terminals SET revoked_at=NULL", ""));
	/* Back again, it gets no lease before it has the new key. */
	assert_int_equal(lease(bench, THERE), 409);
	assert_int_equal(lease(bench, HERE), 200);
	fetch(bench, THERE, "1");
	assert_int_equal(lease(bench, THERE), 409);
	fetch(bench, THERE, SINCE_ALL);
	assert_int_equal(lease(bench, THERE), 200);
}

static void only_meters_that_take_tokens(void **state)
{
	struct bench *bench = *state;
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
	    cmocka_unit_test_setup_teardown(what_is_due_travels_with_the_key, open_bench, close_bench),
	    cmocka_unit_test_setup_teardown(each_sale_carries_it_until_a_token_is_out, open_bench, close_bench),
	    cmocka_unit_test_setup_teardown(a_fact_counts_when_it_carried_all_of_them, open_bench, close_bench),
	    cmocka_unit_test_setup_teardown(nothing_is_released_before_all_have_it, open_bench, close_bench),
	    cmocka_unit_test_setup_teardown(a_dead_lease_is_not_waited_for, open_bench, close_bench),
	    cmocka_unit_test_setup_teardown(only_meters_that_take_tokens, open_bench, close_bench),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
