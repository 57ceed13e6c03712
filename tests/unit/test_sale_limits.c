/* What bounds the counter: keys, clock, lease and caps to the paisa, TIDs, receipt numbers, amounts.
 * rooms: core/sale core/shift core/authority core/journal core/directory core/wire core/receipt core/sts core/base */
#include "tests/unit/teller_fixture.h"

static void assert_denied(struct shop *shop, bt_paise amount, enum bt_denial denial)
{
	shop_pay(shop, amount);
	if (denial == BT_DENY_NONE) {
		assert_int_equal(shop_view(shop).denial, BT_DENY_NONE);
		assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
		return;
	}
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_int_equal(shop_view(shop).denial, denial);
	assert_string_equal(shop_view(shop).token, "");
	assert_string_equal(shop_row(shop).token, "");
	assert_false(shop_shows_token(&shop->jobs[shop->jobs_count - 1].receipt));
}

static void set_lease(struct shop *shop)
{
	bt_teller_set_lease(shop->teller, &shop->lease);
}

/* The TID is fixed when the money is recorded, although the keys are locked; whoever finishes it uses that one. */
static void sale_limits_keys_locked(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;
	struct bt_sale_view view;
	char digits[21];

	bt_vault_seal(&shop->vault);
	shop_go_offline(shop);
	assert_denied(shop, 50000, BT_DENY_KEYS);
	view = shop_view(shop);
	shop_digits(&view.sale, digits);
	assert_int_equal(shop_row(shop).tid, view.sale.tid);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	shop_pass(shop, 40 * 60000);
	shop_go_online(shop);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	answer = shop_good(shop);
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_DONE);
	assert_string_equal(shop_view(shop).token, digits);
	/* Nobody stands there: it is printed when somebody asks, and then as an original. */
	assert_int_equal(shop->jobs_count, 1);
	assert_int_equal(bt_teller_reprint(shop->teller, shop->sale_id, BT_REPRINT_ASKED), BT_OK);
	assert_int_equal(shop->jobs[1].copy, 1);
	assert_false(shop->jobs[1].open_drawer);
	assert_true(shop_shows_token(&shop->jobs[1].receipt));
}

/* PROTOCOL T4: a restore may leave an old lease beside a new enrolment, or the other way about; the later floor counts.
 */
static void sale_limits_later_floor_counts(void **state)
{
	static const uint32_t floors[][2] = {{SHOP_MINUTE + 20, 0}, {0, SHOP_MINUTE + 20}};
	struct shop *shop = *state;

	for (size_t i = 0; i < 2; i++) {
		shop->enrolment.lane.floor = floors[i][0];
		shop->lease.lane.floor = floors[i][1];
		set_lease(shop);
		shop_pay(shop, 50000);
		assert_true(shop_view(shop).sale.has_tid);
		assert_true(shop_view(shop).sale.tid > SHOP_MINUTE + 20);
	}
	bt_teller_set_lease(shop->teller, NULL);
	shop->enrolment.lane.floor = SHOP_MINUTE + 40;
	shop_pay(shop, 50000);
	assert_true(shop_view(shop).sale.tid > SHOP_MINUTE + 40);
}

static void sale_limits_no_vault_at_all(void **state)
{
	struct shop *shop = *state;

	bt_teller_set_keys(shop->teller, &(struct bt_keys){.driver = NULL});
	shop_pay(shop, 50000);
	shop_pass(shop, 3000);
	assert_int_equal(shop_view(shop).denial, BT_DENY_KEYS);
}

/* A place for keys that is far away and does what it is told. */
struct far_keys {
	enum bt_err prepare, derive;
	int prepared;
};

static bool far_is_open(const void *self)
{
	return self != NULL;
}

static enum bt_err far_prepare(void *self, const char *pan, const struct bt_sealed_key *key)
{
	struct far_keys *far = self;

	assert_string_equal(pan, SHOP_PAN);
	assert_string_equal(key->sgc, "123457");
	far->prepared++;
	return far->prepare;
}

static enum bt_err far_derive(void *self, const char *pan, const struct bt_sealed_key *key,
			      struct bt_sts_decoder_key *out, struct bt_fault *fault)
{
	struct far_keys *far = self;

	(void)pan;
	(void)key;
	if (far->derive)
		return bt_fault_set(fault, far->derive, 0, "far");
	*out = shop_meter_key;
	return BT_OK;
}

/* The key is fetched before the money is taken; one that is not there in time, or never, leaves a docket. */
static void sale_limits_keys_from_a_slow_place(void **state)
{
	static const struct bt_key_driver driver = {
	    .id = "far", .is_open = far_is_open, .prepare = far_prepare, .derive = far_derive};
	static const struct {
		enum bt_err prepare, derive;
		enum bt_outlook outlook;
		enum bt_denial denial;
	} rows[] = {
	    {BT_OK, BT_EBUSY, BT_OUTLOOK_TOKEN, BT_DENY_KEYS},
	    {BT_OK, BT_ECRYPTO, BT_OUTLOOK_TOKEN, BT_DENY_KEYS},
	    {BT_ENOTFOUND, BT_OK, BT_OUTLOOK_DOCKET, BT_DENY_KEYS},
	    {BT_EUNSUPPORTED, BT_OK, BT_OUTLOOK_DOCKET, BT_DENY_KEY_CHANGE},
	    {BT_EAUTH, BT_OK, BT_OUTLOOK_DOCKET, BT_DENY_KEY_CHANGE},
	};
	struct shop *shop = *state;
	struct far_keys far;

	shop_go_offline(shop);
	bt_teller_set_keys(shop->teller, &(struct bt_keys){.driver = &driver, .self = &far});
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		enum bt_denial denial = BT_DENY_NONE;

		far = (struct far_keys){.prepare = rows[i].prepare, .derive = rows[i].derive};
		assert_int_equal(bt_teller_outlook(shop->teller, &shop->consumer, 50000, 0, &denial), rows[i].outlook);
		assert_int_equal(far.prepared, 1);
		assert_denied(shop, 50000, rows[i].denial);
		shop_printed(shop, BT_PRINT_CONFIRMED);
		shop_pass(shop, 11 * 60000);
	}
}

/* The owner may finish its docket here when the keys are open again; the slip does not come out by itself. */
static void sale_limits_finished_here_by_its_owner(void **state)
{
	struct shop *shop = *state;
	struct bt_sale_view view;
	char digits[21];

	bt_vault_seal(&shop->vault);
	shop_go_offline(shop);
	assert_denied(shop, 50000, BT_DENY_KEYS);
	view = shop_view(shop);
	shop_digits(&view.sale, digits);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_ESTATE);
	shop_unlock(shop);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	assert_string_equal(shop_view(shop).token, digits);
	assert_int_equal(shop->jobs_count, 1);
}

/* The docket is out and the consumer gone when the request turns out to be lost: no token comes out by itself. */
static void sale_limits_nothing_prints_after_the_docket(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	bt_vault_seal(&shop->vault);
	shop_pay(shop, 50000);
	shop_pass(shop, 3000);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_int_equal(shop->jobs_count, 1);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	shop_unlock(shop);
	answer = shop_bad(shop, BT_ELOST, "");
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	assert_int_equal(shop->jobs_count, 1);
}

static void sale_limits_total(void **state)
{
	struct shop *shop = *state;

	shop_go_offline(shop);
	shop->lease.total_cap = 100000;
	set_lease(shop);
	assert_denied(shop, 50000, BT_DENY_NONE);
	assert_denied(shop, 50000, BT_DENY_NONE); /* reaches the cap */
	assert_denied(shop, 10000, BT_DENY_TOTAL);
}

/* The same through a wait: the sale in hand is in the journal's sums by then and must not count twice. */
static void sale_limits_total_after_a_wait(void **state)
{
	struct shop *shop = *state;

	shop->lease.total_cap = 50000;
	shop->lease.total_count = 1;
	shop->lease.meter_day_count = 1;
	shop->lease.meter_day_cap = 50000;
	set_lease(shop);
	shop_pay(shop, 50000);
	shop_pass(shop, 3000);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	shop_pay(shop, 10000);
	shop_pass(shop, 3000);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_int_equal(shop_view(shop).denial, BT_DENY_COUNT);
}

static void sale_limits_count_and_sale(void **state)
{
	struct shop *shop = *state;

	shop_go_offline(shop);
	shop->lease.total_count = 2;
	shop->lease.sale_cap = 50000;
	set_lease(shop);
	assert_denied(shop, 50000, BT_DENY_NONE);
	assert_denied(shop, 50100, BT_DENY_SALE);
	assert_denied(shop, 50000, BT_DENY_COUNT);
}

static void sale_limits_meter_day(void **state)
{
	struct shop *shop = *state;

	shop_go_offline(shop);
	shop->lease.meter_day_cap = 100000;
	set_lease(shop);
	assert_denied(shop, 60000, BT_DENY_NONE);
	assert_denied(shop, 40100, BT_DENY_METER_DAY);
	shop_pass(shop, SHOP_DAY_MS + 1);
	assert_denied(shop, 60000, BT_DENY_NONE);
}

/* A docket of yesterday is not in today's sum, so finishing it takes nothing off today's. */
static void sale_limits_meter_day_is_not_widened_by_an_old_docket(void **state)
{
	struct shop *shop = *state;
	char docket[37];

	bt_vault_seal(&shop->vault);
	shop_go_offline(shop);
	shop->lease.meter_day_cap = 100000;
	set_lease(shop);
	assert_denied(shop, 50000, BT_DENY_KEYS);
	bt_text_copy(docket, sizeof docket, shop->sale_id);
	shop_pass(shop, SHOP_DAY_MS + 60000);
	shop_unlock(shop);
	assert_denied(shop, 100000, BT_DENY_NONE);
	assert_int_equal(bt_teller_finish(shop->teller, docket), BT_ESTATE);
}

/* The wall clock is a year behind, the head-end has said what time it is: the day's cap holds all the same. */
static void sale_limits_meter_day_under_a_wrong_wall_clock(void **state)
{
	struct shop *shop = *state;
	int64_t now = shop->wall_ms;

	shop->wall_ms -= 365 * SHOP_DAY_MS;
	bt_clock_trust_confirm(&shop->trust, &shop->clock, now);
	bt_teller_set_trust(shop->teller, &shop->trust);
	shop_go_offline(shop);
	shop->lease.meter_day_count = 1;
	set_lease(shop);
	assert_denied(shop, 50000, BT_DENY_NONE);
	assert_int_equal(shop_row(shop).paid_at_ms, now);
	assert_denied(shop, 50000, BT_DENY_METER_DAY);
}

static void sale_limits_lease_expired_and_none(void **state)
{
	struct shop *shop = *state;

	shop_go_offline(shop);
	shop_pass(shop, shop->lease.expires_ms - SHOP_START_MS - 1);
	assert_denied(shop, 50000, BT_DENY_NONE);
	shop_pass(shop, 1);
	assert_denied(shop, 50000, BT_DENY_EXPIRED);
	bt_teller_set_lease(shop->teller, NULL);
	assert_denied(shop, 50000, BT_DENY_NO_LEASE);
}

/* No TID leaves under an unconfirmed clock; the head-end picks one, and offline there is a docket. */
static void sale_limits_clock_untrusted(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	bt_teller_set_trust(shop->teller, &(struct bt_clock_trust){0});
	shop_pay(shop, 50000);
	assert_null(strstr(shop->calls[0].body, "\"tid\""));
	assert_null(strstr(shop->calls[0].body, "\"key\""));
	assert_null(strstr(shop->calls[0].body, "\"rnd\""));
	answer = shop_good(shop);
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	assert_string_equal(shop_view(shop).token, "11112222333344445555");
	assert_int_equal(shop_row(shop).tid, SHOP_MINUTE / 16 * 16);
	shop_go_offline(shop);
	assert_denied(shop, 50000, BT_DENY_CLOCK);
}

static void sale_limits_wall_clock_moved(void **state)
{
	struct shop *shop = *state;

	shop_go_offline(shop);
	shop->wall_ms += 3600000;
	assert_denied(shop, 50000, BT_DENY_CLOCK);
}

static void sale_limits_not_covered(void **state)
{
	struct shop *shop = *state;

	shop->consumer.key.present = false;
	shop_pay(shop, 50000);
	assert_null(strstr(shop->calls[0].body, "\"tid\""));
	shop_pass(shop, 3000);
	assert_int_equal(shop_view(shop).denial, BT_DENY_NOT_COVERED);
}

/* PROTOCOL T6: the key was changed between payment and issue; the fixed identity makes no token under the new one. */
static void sale_limits_key_changed_meanwhile(void **state)
{
	struct shop *shop = *state;
	struct bt_consumer changed = shop->consumer;

	assert_int_equal(bt_directory_put(shop->directory, &shop->consumer, NULL), BT_OK);
	shop_pay(shop, 50000);
	changed.key.krn = 2;
	assert_int_equal(bt_directory_put(shop->directory, &changed, NULL), BT_OK);
	shop_pass(shop, 3000);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_int_equal(shop_view(shop).denial, BT_DENY_KEY_CHANGE);
}

/* PROTOCOL T3: nine distinct minutes of the lane for one meter in one minute, then a docket, then the head-end picks.
 */
static void sale_limits_ten_sales_in_one_minute(void **state)
{
	struct shop *shop = *state;
	uint32_t tids[9];

	shop_go_offline(shop);
	shop->lease.meter_day_count = 49;
	set_lease(shop);
	for (int i = 0; i < 9; i++) {
		assert_denied(shop, 10000 + i, BT_DENY_NONE);
		tids[i] = shop_view(shop).sale.tid;
		assert_int_equal(tids[i] % 16, 3);
		assert_int_not_equal(tids[i] % 1440, 1);
		assert_true(tids[i] > SHOP_MINUTE - 80 && tids[i] <= SHOP_MINUTE + 64);
		for (int j = 0; j < i; j++)
			assert_int_not_equal(tids[i], tids[j]);
	}
	assert_denied(shop, 20000, BT_DENY_TID);
	assert_false(shop_view(shop).sale.has_tid);
	shop_go_online(shop);
	shop_pay(shop, 30000);
	assert_null(strstr(shop->calls[0].body, "\"tid\""));
	/* A TID is burned when journaled: dockets count, and other meters have minutes of their own. */
	shop_go_offline(shop);
	bt_text_copy(shop->consumer.meter, sizeof shop->consumer.meter, "04740015306");
	shop_pay(shop, 20000);
	assert_int_equal(shop_view(shop).sale.tid, tids[0]);
}

static void sale_limits_two_sales_in_one_minute(void **state)
{
	struct shop *shop = *state;
	uint32_t first;

	shop_pay(shop, 50000);
	first = shop_view(shop).sale.tid;
	shop_pay(shop, 50000);
	assert_int_not_equal(shop_view(shop).sale.tid, first);
}

static void sale_limits_amounts(void **state)
{
	static const bt_paise refused[] = {0, -1, INT64_MIN, INT64_MAX, 9999, 1000001, BT_PAISE_MAX + 1};
	struct shop *shop = *state;
	struct bt_quote quote;
	int64_t count;

	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		assert_int_equal(shop_try(shop, refused[i], 0, refused[i]), BT_ERANGE);
		assert_int_equal(bt_teller_quote(shop->teller, &shop->consumer, refused[i], refused[i], &quote),
				 BT_ERANGE);
		assert_int_equal(shop_try(shop, 50000, refused[i] > 0 ? refused[i] + 0 : -5, 0),
				 refused[i] == 9999 ? BT_OK : BT_ERANGE);
	}
	assert_int_equal(bt_journal_shift_count(shop->journal, 611, &count), BT_OK);
	assert_int_equal(count, 1);
	shop_pay(shop, 10000);
	shop_pay(shop, 1000000);
}

static void sale_limits_tender(void **state)
{
	struct shop *shop = *state;
	struct bt_draft draft = {.consumer = shop->consumer, .amount = 50000};

	assert_int_equal(shop_try(shop, 50000, 0, 49999), BT_ERANGE);
	assert_int_equal(shop_try(shop, 50000, 0, -1), BT_ERANGE);
	assert_int_equal(shop_try(shop, 50000, 0, INT64_MAX), BT_ERANGE);
	assert_int_equal(bt_teller_pay(shop->teller, &draft, shop->sale_id, &shop->fault), BT_EUNSUPPORTED);
	draft.tender = bt_tender_find("upi");
	assert_int_equal(bt_teller_pay(shop->teller, &draft, shop->sale_id, &shop->fault), BT_EUNSUPPORTED);
	assert_int_equal(shop_try(shop, 50000, 0, 100000), BT_OK);
	assert_int_equal(shop_view(shop).change, 50000);
	bt_teller_set_operator(shop->teller, "", 611);
	assert_int_equal(shop_try(shop, 50000, 0, 0), BT_ESTATE);
	bt_teller_set_operator(shop->teller, "rina", 611);
	shop->consumer.blocked = (struct bt_dual){.en = "Theft case"};
	assert_int_equal(shop_try(shop, 50000, 0, 0), BT_ESTATE);
	bt_teller_set_tariffs(shop->teller, NULL);
	shop->consumer.blocked = (struct bt_dual){0};
	assert_int_equal(shop_try(shop, 50000, 0, 0), BT_ENOTFOUND);
}

/* Check digits by hand: the doubled sums are 22 and 24. */
static void sale_limits_receipt_numbers(void **state)
{
	struct shop *shop = *state;

	shop_pay(shop, 50000);
	assert_string_equal(shop_view(shop).sale.receipt, "0142-0611-001-8");
	assert_int_equal(shop_try(shop, 1, 0, 0), BT_ERANGE); /* leaves no gap */
	shop_restart(shop);
	shop_pay(shop, 50000);
	assert_string_equal(shop_view(shop).sale.receipt, "0142-0611-002-6");
}

static void put_shift(struct shop *shop, int64_t shift)
{
	char body[96];
	struct bt_event_in event = {.kind = BT_EVENT_SHIFT_OPEN, .sale_id = ""};

	snprintf(body, sizeof body, "{\"float_paise\":0,\"operator\":\"rina\",\"shift\":%lld}", (long long)shift);
	event.body = bt_bytes_of(body);
	assert_int_equal(bt_journal_put(shop->journal, &event, 1, &shop->fault), BT_OK);
}

/* The thousandth sale opens the next shift: a receipt's sequence never has four digits. */
static void sale_limits_shift_ends_at_999(void **state)
{
	struct shop *shop = *state;

	put_shift(shop, 611);
	shop->consumer.kind = BT_KIND_DUES;
	shop_go_offline(shop);
	for (int i = 1; i <= 999; i++) {
		shop->jobs_count = shop->results_count = shop->results_taken = 0;
		shop_pay(shop, 10000);
		shop_printed(shop, BT_PRINT_CONFIRMED);
	}
	assert_memory_equal(shop_view(shop).sale.receipt, "0142-0611-999-", 14);
	shop_pay(shop, 10000);
	assert_memory_equal(shop_view(shop).sale.receipt, "0142-0612-001-", 14);
	assert_int_equal(shop_view(shop).sale.shift, 612);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(sale_limits_keys_locked),
	    TEST(sale_limits_later_floor_counts),
	    TEST(sale_limits_no_vault_at_all),
	    TEST(sale_limits_keys_from_a_slow_place),
	    TEST(sale_limits_finished_here_by_its_owner),
	    TEST(sale_limits_nothing_prints_after_the_docket),
	    TEST(sale_limits_total),
	    TEST(sale_limits_total_after_a_wait),
	    TEST(sale_limits_count_and_sale),
	    TEST(sale_limits_meter_day),
	    TEST(sale_limits_meter_day_is_not_widened_by_an_old_docket),
	    TEST(sale_limits_meter_day_under_a_wrong_wall_clock),
	    TEST(sale_limits_lease_expired_and_none),
	    TEST(sale_limits_clock_untrusted),
	    TEST(sale_limits_wall_clock_moved),
	    TEST(sale_limits_not_covered),
	    TEST(sale_limits_key_changed_meanwhile),
	    TEST(sale_limits_ten_sales_in_one_minute),
	    TEST(sale_limits_two_sales_in_one_minute),
	    TEST(sale_limits_amounts),
	    TEST(sale_limits_tender),
	    TEST(sale_limits_receipt_numbers),
	    TEST(sale_limits_shift_ends_at_999),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
