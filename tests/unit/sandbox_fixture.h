/* A head-end in a folder of its own for the tests of core/sandbox: its calls without HTTP, and sales as a terminal
 * words them. */
#ifndef BT_TESTS_SANDBOX_FIXTURE_H
#define BT_TESTS_SANDBOX_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/sandbox/call.h"
#include "core/sandbox/check.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/json_in.h"
#include "core/sandbox/ledger.h"
#include "core/sandbox/people.h"
#include "core/sandbox/price.h"
#include "tests/unit/folder_fixture.h"

#define HEAD_END_TERMINAL "0142"
/* Five seconds into a minute around noon, far from the reserved one. */
#define HEAD_END_NOW INT64_C(1795350245000)

struct head_end {
	char dir[64];
	struct bt_sbx sbx;
	const char *since;      /* what the directory is asked beyond, NULL for nothing */
	const char *find;       /* what payments are asked for */
	const char *connection; /* whose reconnections are asked for, NULL for all */
	int sales;
};

static inline void head_end_set_clock(int64_t ms)
{
	bt_sbx_clock_skew(0);
	bt_sbx_clock_skew(ms - bt_sbx_now_ms());
}

/* With this many people, from seed 1. */
static inline void head_end_open(struct head_end *h, int people)
{
	snprintf(h->dir, sizeof h->dir, "%s/batti-sandbox-XXXXXX", P_tmpdir);
	assert_non_null(mkdtemp(h->dir));
	assert_true(bt_sbx_open(h->dir, &h->sbx));
	if (people)
		assert_true(bt_sbx_people_make(&h->sbx, 1, people));
}

static inline void head_end_close(struct head_end *h)
{
	bt_sbx_clock_skew(0);
	bt_sbx_close(&h->sbx);
	fixture_remove(h->dir);
}

/* Of a test whose state is a head-end and nothing else. */
static inline int head_end_teardown(void **state)
{
	head_end_close(*state);
	free(*state);
	return 0;
}

static inline const char *head_end_argument(const void *source, const char *name)
{
	const struct head_end *h = source;
	if (strcmp(name, "since") == 0)
		return h->since;
	if (strcmp(name, "find") == 0)
		return h->find;
	return strcmp(name, "connection") == 0 ? h->connection : NULL;
}

/* Run a call; the answer is the caller's to release. */
static inline unsigned head_end_call(struct head_end *h, const char *terminal, const char *method, const char *path,
				     const char *body, json_t **answer)
{
	char name[64];
	struct bt_sbx_reply reply = {.status = 200};
	struct bt_sbx_request request = {.terminal = terminal,
					 .name = name,
					 .body = body,
					 .body_len = strlen(body),
					 .argument = head_end_argument,
					 .source = h};
	const struct bt_sbx_route *route = bt_sbx_route_find(method, path, name, sizeof name);
	unsigned status = bt_sbx_route_run(&h->sbx, route, &request, &reply);
	assert_non_null(reply.body);
	*answer = reply.body;
	return status;
}

/* The same with a body as JSON, NULL for none; the body is released. */
static inline unsigned head_end_call_json(struct head_end *h, const char *terminal, const char *method,
					  const char *path, json_t *body, json_t **answer)
{
	char *text = body ? bt_sbx_json_canonical(body) : NULL;
	unsigned status = head_end_call(h, terminal, method, path, text ? text : "", answer);
	free(text);
	json_decref(body);
	return status;
}

/* Why a call was refused; borrowed from its answer. */
static inline const char *head_end_code(const json_t *answer)
{
	return json_string_value(json_object_get(json_object_get(answer, "error"), "code"));
}

/* A paid sale at the given minute, under the key that terminals are told now. */
static inline json_t *head_end_sale_at(struct head_end *h, const char *number, int64_t paise, int64_t tid)
{
	struct bt_sbx_consumer c;
	struct bt_sbx_sale chosen = {.tid = -1};
	char id[40];
	char pan[19];
	assert_true(bt_sbx_consumer_find(h->sbx.db, number, &c));
	assert_true(bt_sbx_pan_make(c.meter, pan));
	assert_int_equal(bt_sbx_choose(&h->sbx, &c, bt_sbx_now_ms(), &chosen), BT_SBX_NONE);
	const struct bt_sbx_key_id *k = &chosen.key;
	struct bt_sbx_price price = bt_sbx_price_of(bt_sbx_category_find(bt_sbx_categories, c.category), paise);
	snprintf(id, sizeof id, "00000000-0000-7000-8000-%012d", ++h->sales);
	json_t *key = json_pack("{s:i, s:s, s:s, s:s, s:i, s:i, s:i, s:s, s:s, s:i}", "base", k->base, "dkga", k->dkga,
				"ea", k->ea, "kcv", k->kcv, "ken", k->ken, "krn", k->krn, "kt", k->kt, "sgc", k->sgc,
				"ti", k->ti, "version", 1);
	json_t *sale = json_pack(
	    "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:i, s:i, s:[], s:o}",
	    "sale_id", id, "terminal", HEAD_END_TERMINAL, "connection", number, "meter", c.meter, "pan", pan, "kind",
	    c.kind, "delivery", "token", "operator", "rina", "receipt", "0142-0611-087-4", "tariff", "BERC-2026-27",
	    "amount_paise", (json_int_t)paise, "dues_paise", (json_int_t)0, "duty_paise", (json_int_t)price.duty_paise,
	    "energy_paise", (json_int_t)price.energy_paise, "units", (json_int_t)price.units, "paid_at",
	    (json_int_t)bt_sbx_now_ms(), "rev", 1, "rnd", 5, "tenders", "key", key);
	json_object_set_new(sale, "tid", json_integer(tid));
	return sale;
}

/* Of 500 rupees. Lane 3, each sale a minute of its own; 00:01 is far. */
static inline json_t *head_end_sale(struct head_end *h, const char *number)
{
	int64_t minute = bt_sbx_tid_minute(bt_sbx_now_ms());
	int64_t tid = minute / BT_SBX_LANES * BT_SBX_LANES + 3 - BT_SBX_LANES * (h->sales + 1);
	return head_end_sale_at(h, number, 50000, tid);
}

static inline const char *head_end_sale_id(const json_t *sale)
{
	return json_string_value(json_object_get(sale, "sale_id"));
}

static inline json_t *head_end_request(json_t *sale)
{
	return json_pack("{s:i, s:O}", "era", 1, "sale", sale);
}

static inline int64_t head_end_count_committed(struct head_end *h)
{
	return bt_sbx_store_count(h->sbx.db, -1, "SELECT count(*) FROM sales WHERE state='committed'", "");
}

#endif
