/* Cash of one person in one day, from the record alone, and what it means for the next sale.
 * rooms: core/sale core/shift core/receipt core/tender core/journal core/directory core/money core/base */
#include "tests/unit/journal_fixture.h"

#include "core/sale/cash.h"

#define RAMESH  "100244781560"
#define SHOP    "100244781571"
#define DAY     INT64_C(86400000)
#define LAKHS_2 INT64_C(20000000)

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	assert_non_null(f);
	fixture_make(f);
	assert_int_equal(fixture_open(f), BT_OK);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	fixture_end(*state);
	free(*state);
	return 0;
}

/* @p tenders is the list as the record has it. */
static void put(struct fixture *f, enum bt_event_kind kind, int sale, const char *connection, int64_t paid_at,
		bt_paise amount, const char *tenders)
{
	char id[37], body[1024];

	fixture_sale_id(sale, id);
	snprintf(body, sizeof body,
		 "{\"amount_paise\":%lld,\"connection\":\"%s\",\"delivery\":\"dues\",\"dues_paise\":%lld,"
		 "\"duty_paise\":0,\"energy_paise\":0,\"kind\":\"dues\",\"lease\":1,\"meter\":\"\","
		 "\"operator\":\"rina\",\"paid_at\":%lld,\"pan\":\"\",\"receipt\":\"0142-0611-%03d-4\",\"rev\":1,"
		 "\"sale_id\":\"%s\",\"shift\":611,\"tariff\":\"BERC-2026-27\",\"tenders\":%s,"
		 "\"terminal\":\"0142\",\"units\":0}",
		 (long long)amount, connection, (long long)amount, (long long)paid_at, sale, id, tenders);
	assert_int_equal(fixture_put(f, kind, sale, body), BT_OK);
}

static void pay(struct fixture *f, int sale, const char *connection, int64_t paid_at, bt_paise amount, const char *kind)
{
	char tenders[256];

	snprintf(tenders, sizeof tenders, "[{\"given_paise\":%lld,\"id\":\"x\",\"kind\":\"%s\",\"paise\":%lld}]",
		 (long long)amount, kind, (long long)amount);
	put(f, BT_EVENT_PAID, sale, connection, paid_at, amount, tenders);
}

static bt_paise today(struct fixture *f, const struct bt_account *account, int64_t now)
{
	bt_paise sum = -1;

	assert_int_equal(bt_cash_today(f->journal, RAMESH, account, now, &sum), BT_OK);
	return sum;
}

/* Midnight is that of India, 18:30 UTC; another way of paying and what was given back are no cash of the day. */
static void cash_of_the_day(void **state)
{
	struct fixture *f = *state;
	const int64_t midnight = FIXTURE_START_MS / DAY * DAY + 18 * 3600000 + 1800000;
	struct bt_account account = {.other_count = 1};

	bt_text_copy(account.others[0].number, sizeof account.others[0].number, SHOP);
	assert_int_equal(today(f, &account, midnight), 0);
	pay(f, 1, RAMESH, midnight - 1, 100000, "cash");
	pay(f, 2, RAMESH, midnight, 20000, "cash");
	pay(f, 3, RAMESH, midnight + 1000, 30000, "cheque");
	pay(f, 4, SHOP, midnight + 2000, 4000, "cash");
	put(f, BT_EVENT_PAID, 5, RAMESH, midnight + 3000, 900,
	    "[{\"given_paise\":300,\"id\":\"x\",\"kind\":\"cash\",\"paise\":300},"
	    "{\"given_paise\":600,\"id\":\"y\",\"kind\":\"upi\",\"paise\":600}]");
	assert_int_equal(today(f, &account, midnight + DAY / 2), 24300);
	assert_int_equal(today(f, NULL, midnight + DAY / 2), 20300); /* the shop is not known to be his */
	assert_int_equal(today(f, NULL, midnight - 1), 120300);      /* a clock that is set back hides nothing */
	pay(f, 6, RAMESH, midnight + 4000, 50000, "cash");
	assert_int_equal(today(f, &account, midnight + DAY / 2), 74300);
	assert_int_equal(fixture_put(f, BT_EVENT_REFUNDING, 6, "{\"asked_by\":\"rina\",\"by\":\"jha\"}"), BT_OK);
	assert_int_equal(today(f, &account, midnight + DAY / 2), 74300); /* it is still here */
	assert_int_equal(fixture_put(f, BT_EVENT_REFUNDED, 6, "{\"amount_paise\":50000,\"status\":\"reversed\"}"),
			 BT_OK);
	assert_int_equal(today(f, &account, midnight + DAY / 2), 24300);
	assert_int_equal(today(f, &account, midnight + DAY), 0);
}

/* Sixty-four are looked at; a day with more is not guessed at. */
static void day_with_too_many_sales(void **state)
{
	struct fixture *f = *state;
	bt_paise sum = -1;

	for (int i = 1; i <= 63; i++)
		pay(f, i, RAMESH, FIXTURE_START_MS + i, 100, "cash");
	assert_int_equal(bt_cash_today(f->journal, RAMESH, NULL, FIXTURE_START_MS + 1000, &sum), BT_OK);
	assert_int_equal(sum, 6300);
	pay(f, 64, RAMESH, FIXTURE_START_MS + 64, 100, "cash");
	assert_int_equal(bt_cash_today(f->journal, RAMESH, NULL, FIXTURE_START_MS + 1000, &sum), BT_EFULL);
	assert_int_equal(sum, 6300);
}

/* What the head-end said holds from that midnight to the next. */
static void cash_of_others_is_of_its_day(void **state)
{
	const int64_t midnight = FIXTURE_START_MS / DAY * DAY + 18 * 3600000 + 1800000;
	struct bt_account account = {.cash_since_ms = midnight, .cash_elsewhere = 14900000};

	(void)state;
	assert_int_equal(bt_cash_elsewhere(&account, midnight), 14900000);
	assert_int_equal(bt_cash_elsewhere(&account, midnight + DAY - 1), 14900000);
	assert_int_equal(bt_cash_elsewhere(&account, midnight + DAY), 0);
	assert_int_equal(bt_cash_elsewhere(&account, midnight - 1), 0);
	account.cash_since_ms = midnight + 1; /* no midnight */
	assert_int_equal(bt_cash_elsewhere(&account, midnight + 1), 0);
	account.cash_since_ms = 0; /* it was not said */
	assert_int_equal(bt_cash_elsewhere(&account, midnight), 0);
	assert_int_equal(bt_cash_elsewhere(NULL, midnight), 0);
}

static void judged_by_its_figures(void **state)
{
	const struct {
		struct bt_cash_facts facts;
		enum bt_cash_word word;
	} rows[] = {
	    {{.amount = LAKHS_2 - 1, .day_limit = LAKHS_2}, BT_CASH_MAY},
	    {{.amount = LAKHS_2, .day_limit = LAKHS_2}, BT_CASH_DAY},
	    {{.amount = 100, .today = LAKHS_2 - 101, .day_limit = LAKHS_2}, BT_CASH_MAY},
	    {{.amount = 100, .today = LAKHS_2 - 100, .day_limit = LAKHS_2}, BT_CASH_DAY},
	    {{.amount = 100, .today = 50000, .elsewhere = LAKHS_2 - 50101, .day_limit = LAKHS_2}, BT_CASH_MAY},
	    {{.amount = 100, .today = 50000, .elsewhere = LAKHS_2 - 50100, .day_limit = LAKHS_2}, BT_CASH_DAY},
	    {{.amount = 100, .elsewhere = BT_PAISE_MAX, .day_limit = LAKHS_2}, BT_CASH_DAY},
	    {{.amount = 100, .day_limit = LAKHS_2, .drawer_is_full = true}, BT_CASH_DRAWER},
	    {{.amount = LAKHS_2, .day_limit = LAKHS_2, .drawer_is_full = true},
	     BT_CASH_DAY}, /* a deposit would not help */
	    {{.amount = 100, .day_limit = LAKHS_2, .today_is_unknown = true}, BT_CASH_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(bt_cash_judge(&rows[i].facts), rows[i].word);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(cash_of_the_day),
	    TEST(day_with_too_many_sales),
	    cmocka_unit_test(cash_of_others_is_of_its_day),
	    cmocka_unit_test(judged_by_its_figures),
	};

	return cmocka_run_group_tests_name("cash", tests, NULL, NULL);
}
