/* What a counter is told about a connection: what was paid and what became of it, through whichever channel.
 *
 * rooms: core/sandbox */
#include "tests/unit/sandbox_fixture.h"

#include "core/sandbox/account.h"
#include "core/sandbox/terminal.h"

#define RAMESH          "100244781560"
#define RAMESH_SHOP     "100244781571"
#define KAMLA           "100245126904" /* a meter switched from afar */
#define PATH_OF(number) "/v1/consumers/" number "/account"

static int setup(void **state)
{
	struct head_end *h = calloc(1, sizeof *h);
	assert_non_null(h);
	head_end_open(h, 60);
	head_end_set_clock(HEAD_END_NOW);
	assert_true(bt_sbx_store_run(h->sbx.db, "UPDATE meta SET value=? WHERE name='town_at'", "i",
				     HEAD_END_NOW - BT_SBX_DAY_MS));
	struct bt_sbx_terminal terminal = {.number = HEAD_END_TERMINAL, .lane = 3};
	assert_true(bt_sbx_terminal_put(h->sbx.db, &terminal));
	*state = h;
	return 0;
}

static json_t *account(struct head_end *h, const char *path)
{
	json_t *answer;
	assert_int_equal(head_end_call(h, HEAD_END_TERMINAL, "GET", path, "", &answer), 200);
	return answer;
}

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static int64_t number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static const json_t *recharge(const json_t *answer, size_t i)
{
	return json_array_get(json_object_get(answer, "recharges"), i);
}

static void assert_recharge(const json_t *answer, size_t i, int64_t paise, const char *channel, const char *delivery,
			    const char *state)
{
	const json_t *row = recharge(answer, i);
	assert_int_equal(number_of(row, "amount_paise"), paise);
	assert_string_equal(text_of(row, "channel"), channel);
	assert_string_equal(text_of(row, "delivery"), delivery);
	assert_string_equal(text_of(row, "state"), state);
}

/* The past is the same each time it is asked for, ends before the town was made and rises to it. */
static void check_past(void **state)
{
	struct head_end *h = *state;
	json_t *answer = account(h, PATH_OF(RAMESH));
	json_t *again = account(h, PATH_OF(RAMESH));
	assert_string_equal(text_of(answer, "number"), RAMESH);
	assert_int_equal(json_array_size(json_object_get(answer, "recharges")), 5);
	assert_int_equal(number_of(recharge(answer, 0), "amount_paise"), 30000); /* what the directory says was last */
	for (size_t i = 0; i < 5; i++) {
		assert_true(number_of(recharge(answer, i), "at") < HEAD_END_NOW - 5 * BT_SBX_DAY_MS);
		assert_true(i == 0 || number_of(recharge(answer, i), "at") < number_of(recharge(answer, i - 1), "at"));
		assert_string_equal(text_of(recharge(answer, i), "state"), "given");
	}
	assert_true(json_equal(json_object_get(answer, "recharges"), json_object_get(again, "recharges")));
	assert_int_equal(json_array_size(json_object_get(answer, "waiting")), 0);
	assert_true(json_is_null(json_object_get(answer, "reconnection")));
	json_decref(again);
	json_decref(answer);
}

static void check_person(void **state)
{
	struct head_end *h = *state;
	json_t *answer = account(h, PATH_OF(RAMESH));
	const json_t *others = json_object_get(answer, "others"), *notices = json_object_get(answer, "notices");
	assert_int_equal(json_array_size(others), 1);
	assert_string_equal(text_of(json_array_get(others, 0), "number"), RAMESH_SHOP);
	assert_string_equal(text_of(json_object_get(json_array_get(others, 0), "place"), "en"), "Gola Road, Danapur");
	assert_int_equal(json_array_size(notices), 1);
	int64_t until = number_of(json_array_get(notices, 0), "until");
	assert_true(until > HEAD_END_NOW && until <= HEAD_END_NOW + 7 * BT_SBX_DAY_MS);
	assert_non_null(text_of(json_array_get(notices, 0), "hi"));
	json_decref(answer);
	answer = account(h, PATH_OF("100246000160")); /* Khagaul, and nobody else of that name */
	assert_int_equal(json_array_size(json_object_get(answer, "others")), 0);
	assert_int_equal(json_array_size(json_object_get(answer, "notices")), 0);
	json_decref(answer);
}

/* A sale at the counter: its token is out when the answer has left. */
static void check_counter(void **state)
{
	struct head_end *h = *state;
	json_t *answer, *sale = head_end_sale(h, RAMESH);
	assert_int_equal(head_end_call_json(h, HEAD_END_TERMINAL, "POST", "/v1/sales", head_end_request(sale), &answer),
			 201);
	json_decref(answer);
	answer = account(h, PATH_OF(RAMESH));
	assert_recharge(answer, 0, 50000, "counter", "token", "not_given");
	assert_int_equal(json_array_size(json_object_get(answer, "recharges")), 6);
	json_decref(answer);
	assert_true(bt_sbx_ledger_release(h->sbx.db, head_end_sale_id(sale)));
	answer = account(h, PATH_OF(RAMESH));
	assert_recharge(answer, 0, 50000, "counter", "token", "given");
	json_decref(answer);
	json_decref(sale);
}

/* A docket that nobody has finished. */
static void check_docket(void **state)
{
	struct head_end *h = *state;
	json_t *sale = head_end_sale(h, RAMESH);
	char *text = bt_sbx_json_canonical(sale);
	assert_true(bt_sbx_store_run(h->sbx.db, "INSERT INTO paid VALUES(?,?,?,?,1)", "ttti", head_end_sale_id(sale),
				     HEAD_END_TERMINAL, text, HEAD_END_NOW));
	json_t *answer = account(h, PATH_OF(RAMESH));
	assert_recharge(answer, 0, 50000, "counter", "token", "not_given");
	json_decref(answer);
	free(text);
	json_decref(sale);
}

/* A sale of @p paise at @p terminal, paid in @p tender; standing, or only paid for. */
static void put_cash(struct head_end *h, const char *id, const char *terminal, const char *number, const char *tender,
		     int64_t paise, int64_t at, bool stands)
{
	char sale[512];
	snprintf(sale, sizeof sale,
		 "{\"connection\":\"%s\",\"delivery\":\"token\",\"paid_at\":%lld,\"amount_paise\":%lld,"
		 "\"tenders\":[{\"kind\":\"%s\",\"paise\":%lld},{\"kind\":\"card\",\"paise\":100}]}",
		 number, (long long)at, (long long)paise + 100, tender, (long long)paise);
	if (stands)
		assert_true(bt_sbx_store_run(h->sbx.db,
					     "INSERT INTO sales(sale_id, state, terminal, connection, delivery, paise,"
					     " at, sale) VALUES(?,'committed',?,?,'token',?,?,?)",
					     "tttiit", id, terminal, number, paise, at, sale));
	else
		assert_true(
		    bt_sbx_store_run(h->sbx.db, "INSERT INTO paid VALUES(?,?,?,?,1)", "ttti", id, terminal, sale, at));
}

static int64_t cash_elsewhere(struct head_end *h, const char *path)
{
	json_t *answer = account(h, path);
	const json_t *cash = json_object_get(answer, "cash_elsewhere");
	int64_t paise = number_of(cash, "amount_paise");
	assert_int_equal(number_of(cash, "since"), INT64_C(1795285800000)); /* 22 November 2026, 00:00 in India */
	json_decref(answer);
	return paise;
}

/* Of the person, of today, in cash, and at every terminal but the one that asks. */
static void check_cash(void **state)
{
	struct head_end *h = *state;
	const int64_t midnight = INT64_C(1795285800000), noon = HEAD_END_NOW - BT_SBX_HOUR_MS;
	assert_int_equal(cash_elsewhere(h, PATH_OF(RAMESH)), 0);
	put_cash(h, "own", HEAD_END_TERMINAL, RAMESH, "cash", 70000, noon, true);
	put_cash(h, "own paid", HEAD_END_TERMINAL, RAMESH, "cash", 70000, noon, false);
	put_cash(h, "before", "0143", RAMESH, "cash", 70000, midnight - 1, true);
	put_cash(h, "by card", "0143", RAMESH, "card", 70000, noon, true);
	put_cash(h, "stranger", "0143", KAMLA, "cash", 70000, noon, true);
	assert_int_equal(cash_elsewhere(h, PATH_OF(RAMESH)), 0);
	put_cash(h, "first", "0143", RAMESH, "cash", 10000, midnight, true);
	put_cash(h, "shop", "0144", RAMESH_SHOP, "cash", 2000, noon, true);
	put_cash(h, "docket", "0144", RAMESH, "cash", 300, noon, false);
	assert_int_equal(cash_elsewhere(h, PATH_OF(RAMESH)), 12300);
	assert_int_equal(cash_elsewhere(h, PATH_OF(RAMESH_SHOP)), 12300);
	/* The docket is finished: once. Its record says how it was paid, whatever the deliverer's says. */
	put_cash(h, "docket", "0144", RAMESH, "card", 300, noon, true);
	assert_int_equal(cash_elsewhere(h, PATH_OF(RAMESH)), 12300);
	/* What was given back has gone. */
	put_cash(h, "given back", "0144", RAMESH, "cash", 40, noon, false);
	assert_int_equal(cash_elsewhere(h, PATH_OF(RAMESH)), 12340);
	assert_true(
	    bt_sbx_store_run(h->sbx.db,
			     "INSERT INTO events VALUES('0144',1,?,'given back','refunded','{}','','','posted','',"
			     "?)",
			     "ii", noon, noon));
	assert_true(bt_sbx_store_run(h->sbx.db, "UPDATE sales SET state='reversed' WHERE sale_id='shop'", ""));
	assert_int_equal(cash_elsewhere(h, PATH_OF(RAMESH)), 10300);
}

static void put_app_payment(struct head_end *h, const char *id, const char *number, const char *delivery,
			    const char *bank, int64_t received, int64_t in_meter)
{
	char sale[128];
	snprintf(sale, sizeof sale, "{\"connection\":\"%s\",\"delivery\":\"%s\"}", number, delivery);
	assert_true(bt_sbx_store_run(h->sbx.db,
				     "INSERT INTO app_payments(payment_id, sale_id, connection, meter, paise, utr,"
				     " paid_at, bank, received, in_meter, sale) VALUES(?1,?1||'s',?2,'',50000,?3,?4,?5,"
				     "?6,?7,?8)",
				     "tttitiit", id, number, "432611805521", HEAD_END_NOW - BT_SBX_HOUR_MS, bank,
				     received, in_meter, sale));
}

static void check_app(void **state)
{
	struct head_end *h = *state;
	put_app_payment(h, "p1", RAMESH, "token", "paid", 1, 0);
	put_app_payment(h, "p2", RAMESH, "token", "unsure", 0, 0);
	put_app_payment(h, "p3", RAMESH, "token", "failed", 0, 0);
	json_t *answer = account(h, PATH_OF(RAMESH));
	const json_t *waiting = json_object_get(answer, "waiting");
	assert_int_equal(json_array_size(waiting), 2);
	assert_string_equal(text_of(json_array_get(waiting, 0), "payment_id"), "p1");
	assert_string_equal(text_of(json_array_get(waiting, 0), "channel"), "app");
	assert_string_equal(text_of(json_array_get(waiting, 0), "state"), "paid");
	assert_string_equal(text_of(json_array_get(waiting, 0), "utr"), "432611805521");
	assert_int_equal(number_of(json_array_get(waiting, 0), "paid_at"), HEAD_END_NOW - BT_SBX_HOUR_MS);
	assert_string_equal(text_of(json_array_get(waiting, 1), "state"), "unsure");
	assert_recharge(answer, 0, 50000, "app", "token", "not_given");
	assert_int_equal(json_array_size(json_object_get(answer, "recharges")), 6);
	json_decref(answer);
	/* What the meter has reported is not waited for. */
	put_app_payment(h, "p4", KAMLA, "balance", "paid", 1, 1);
	assert_true(bt_sbx_store_run(h->sbx.db,
				     "INSERT INTO sales(sale_id, state, terminal, connection, delivery, paise, at)"
				     " VALUES('p4s','committed','app',?,'balance',50000,?)",
				     "ti", KAMLA, HEAD_END_NOW));
	answer = account(h, PATH_OF(KAMLA));
	assert_recharge(answer, 0, 50000, "app", "balance", "in_meter");
	assert_int_equal(json_array_size(json_object_get(answer, "waiting")), 0);
	json_decref(answer);
}

static void check_reconnection(void **state)
{
	struct head_end *h = *state;
	assert_true(bt_sbx_store_run(h->sbx.db,
				     "INSERT INTO reconnections(connection, sale_id, since, due_at) VALUES(?,'s',?,?)",
				     "tii", KAMLA, HEAD_END_NOW, HEAD_END_NOW + 20 * BT_SBX_MINUTE_MS));
	json_t *answer = account(h, PATH_OF(KAMLA));
	const json_t *due = json_object_get(answer, "reconnection");
	assert_int_equal(number_of(due, "since"), HEAD_END_NOW);
	assert_int_equal(number_of(due, "due_at"), HEAD_END_NOW + 20 * BT_SBX_MINUTE_MS);
	json_decref(answer);
}

static void check_strangers(void **state)
{
	struct head_end *h = *state;
	json_t *answer;
	assert_int_equal(head_end_call(h, HEAD_END_TERMINAL, "GET", PATH_OF("999999999999"), "", &answer), 404);
	assert_string_equal(head_end_code(answer), "unknown_consumer");
	json_decref(answer);
	assert_int_equal(head_end_call(h, "0999", "GET", PATH_OF(RAMESH), "", &answer), 401);
	json_decref(answer);
}

/* India's fixed holidays and its Sundays are nobody's day to be cut. */
static void check_next_cut(void **state)
{
	(void)state;
	const int64_t india = BT_SBX_HOUR_MS * 11 / 2;
	const int64_t friday = INT64_C(20728) * BT_SBX_DAY_MS - india; /* 2 October 2026, 00:00 in India */
	assert_int_equal(bt_sbx_next_cut(friday - BT_SBX_HOUR_MS), friday + BT_SBX_DAY_MS + 10 * BT_SBX_HOUR_MS);
	assert_int_equal(bt_sbx_next_cut(friday + 35 * BT_SBX_HOUR_MS), friday + 82 * BT_SBX_HOUR_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(check_past, setup, head_end_teardown),
	    cmocka_unit_test_setup_teardown(check_person, setup, head_end_teardown),
	    cmocka_unit_test_setup_teardown(check_counter, setup, head_end_teardown),
	    cmocka_unit_test_setup_teardown(check_docket, setup, head_end_teardown),
	    cmocka_unit_test_setup_teardown(check_cash, setup, head_end_teardown),
	    cmocka_unit_test_setup_teardown(check_app, setup, head_end_teardown),
	    cmocka_unit_test_setup_teardown(check_reconnection, setup, head_end_teardown),
	    cmocka_unit_test_setup_teardown(check_strangers, setup, head_end_teardown),
	    cmocka_unit_test(check_next_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
