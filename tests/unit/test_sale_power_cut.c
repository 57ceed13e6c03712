/* After a power cut with nobody to open the keys: while the server answers, the next sale needs no unsealing. Lanes,
 * floors, and how many tokens one meter may have at once.
 * rooms: core/sale core/shift core/authority core/journal core/directory core/wire core/receipt core/base */
#include "tests/unit/teller_fixture.h"

#define MINUTE INT64_C(60000)

/* Dark, and light again: keys sealed, time not confirmed. */
static void cut_power(struct shop *shop)
{
	shop_restart(shop);
	bt_vault_seal(&shop->vault);
	shop->trust = (struct bt_clock_trust){.true_ms = 0};
	bt_teller_set_trust(shop->teller, &shop->trust);
}

static const char *newest_body(const struct shop *shop)
{
	return shop->calls[shop->calls_count - 1].body;
}

/* PROTOCOL T1, L2: before H has said what the time is no TID is chosen here; H chooses one, and its token goes out. */
static void sale_power_cut_server_up_clock_unknown(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	cut_power(shop);
	shop_pay(shop, 50000);
	assert_int_equal(shop_view(shop).state, BT_SALE_VENDING);
	assert_false(shop_view(shop).sale.has_tid);
	assert_null(strstr(newest_body(shop), "\"tid\""));
	answer = shop_good(shop);
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	assert_false(shop_view(shop).made_here);
	assert_string_equal(shop_row(shop).token, answer.token);
	assert_int_equal(shop_row(shop).tid, answer.tid);
	assert_false(bt_vault_is_open(&shop->vault));
}

/* Once H's time is known the TID is of this terminal's lane, keys sealed or not. */
static void sale_power_cut_server_up_clock_known(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	cut_power(shop);
	shop_trust_clock(shop);
	shop_pay(shop, 50000);
	assert_true(shop_view(shop).sale.has_tid);
	assert_int_equal(shop_view(shop).sale.tid % 16, 3);
	answer = shop_good(shop);
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	assert_int_equal(shop_row(shop).tid, shop_view(shop).sale.tid);
	assert_false(bt_vault_is_open(&shop->vault));
}

/* The server goes in the middle of it: a docket, never a token out of sealed keys or an unknown time. */
static void sale_power_cut_server_lost(void **state)
{
	struct shop *shop = *state;

	cut_power(shop);
	shop_pay(shop, 50000);
	shop_pass(shop, 4000);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_int_equal(shop_view(shop).denial, BT_DENY_CLOCK);
	shop_go_offline(shop);
	shop_pay(shop, 60000);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_int_equal(shop_view(shop).denial, BT_DENY_CLOCK);
	shop_trust_clock(shop);
	shop_pay(shop, 70000);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_int_equal(shop_view(shop).denial, BT_DENY_KEYS);
}

/* PROTOCOL T4: the latest of the floors counts, in minutes of the key's own base date. */
static void sale_power_cut_floors(void **state)
{
	const struct bt_sts_lane enrolled = {3, 16, 700};
	const struct bt_lease lease = {.lane = {5, 16, 900}};
	struct bt_sts_lane lane;
	uint32_t minute;

	(void)state;
	assert_int_equal(bt_authority_lane(NULL, &enrolled, 0, 2014).floor, 700);
	assert_int_equal(bt_authority_lane(NULL, &enrolled, 0, 2014).index, 3);
	lane = bt_authority_lane(&lease, &enrolled, 0, 2014);
	assert_int_equal(lane.floor, 900);
	assert_int_equal(lane.index, 5);
	/* 1993 to 2014 are 21 years with five leap days: 7670 days. */
	assert_int_equal(bt_authority_lane(&lease, &enrolled, 0, 1993).floor, 7670 * 1440 + 900);
	assert_int_equal(bt_authority_lane(&lease, &enrolled, 0, 2035).floor, 0);
	assert_int_equal(bt_sts_tid_of(SHOP_START_MS, 2014, &minute), BT_OK);
	assert_int_equal(bt_authority_lane(&lease, &enrolled, SHOP_START_MS, 2014).floor, minute + 64);
	assert_int_equal(
	    bt_authority_lane(&(struct bt_lease){.lane = {5, 16, minute + 99}}, &enrolled, SHOP_START_MS, 2014).floor,
	    minute + 99);
	/* A time behind the last minute, or one that nobody has said yet, leaves none. */
	assert_true(bt_authority_lane(&lease, &enrolled, INT64_MAX, 2014).floor >= BT_STS_TID_MAX);
	assert_true(bt_authority_lane(&lease, &enrolled, SHOP_START_MS, 1993).floor >= BT_STS_TID_MAX);
	assert_int_equal(bt_authority_lane(&lease, &enrolled, SHOP_START_MS, 2035).floor, 64);
}

/* No TID at or below the floor; one above it as soon as there is one within reach. */
static void sale_power_cut_floor_holds_a_sale(void **state)
{
	struct shop *shop = *state;

	shop->lease.lane.floor = SHOP_MINUTE + 64;
	bt_teller_set_lease(shop->teller, &shop->lease);
	shop_go_offline(shop);
	shop_pay(shop, 50000);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_int_equal(shop_view(shop).denial, BT_DENY_TID);
	shop_pass(shop, 80 * MINUTE);
	shop_pay(shop, 50000);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	assert_true(shop_view(shop).sale.tid > SHOP_MINUTE + 64);
}

/* One by H, in its own lane, while the time is not known here. */
static void sell_by_server(struct shop *shop, uint32_t tid)
{
	struct bt_answer answer;

	shop_pay(shop, 10000);
	answer = shop_good(shop);
	answer.tid = tid;
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	shop_printed(shop, BT_PRINT_CONFIRMED);
}

/* PROTOCOL T3: 49 tokens for one meter within 10n minutes, whoever chose their minutes, and no fiftieth from here; H is
 * asked for one without a TID. When the window has passed the lane is open again. */
static void sale_power_cut_fifty_tokens(void **state)
{
	struct shop *shop = *state;

	shop->lease.meter_day_count = BT_METER_TOKENS_MAX;
	bt_teller_set_lease(shop->teller, &shop->lease);
	cut_power(shop);
	for (uint32_t i = 0; i < BT_METER_TOKENS_MAX; i++)
		sell_by_server(shop, SHOP_MINUTE / 16 * 16 - 16 * i);
	shop_trust_clock(shop);
	shop_pay(shop, 10000);
	assert_false(shop_view(shop).sale.has_tid);
	assert_null(strstr(newest_body(shop), "\"tid\""));
	shop_pass(shop, 4000);
	assert_int_equal(shop_view(shop).denial, BT_DENY_TID);
	shop_pass(shop, BT_METER_WINDOW_MS(16));
	shop_go_online(shop);
	shop_pay(shop, 10000);
	assert_true(shop_view(shop).sale.has_tid);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(sale_power_cut_server_up_clock_unknown),
	    TEST(sale_power_cut_server_up_clock_known),
	    TEST(sale_power_cut_server_lost),
	    cmocka_unit_test(sale_power_cut_floors),
	    TEST(sale_power_cut_floor_holds_a_sale),
	    TEST(sale_power_cut_fifty_tokens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
