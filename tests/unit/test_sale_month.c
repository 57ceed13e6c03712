/* A recharge in a month with steps, a fixed charge and free units, while the server is down: what the list says, this
 * terminal's own sales since, and nothing free beyond that. Rules: PROTOCOL S8. Known answers by hand: 742 paise up to
 * 100.0 units, 895 above, no duty, 40 rupees a month; 18 November 2026.
 * rooms: core/sale core/shift core/authority core/journal core/directory core/wire core/receipt core/sts core/base */
#include "tests/unit/teller_fixture.h"

static int setup(void **state)
{
	int failed = shop_setup(state);
	struct shop *shop = *state;

	if (failed)
		return failed;
	for (int i = 0; i < shop->tariff.count; i++)
		if (strcmp(shop->tariff.categories[i].code, shop->consumer.category) == 0) {
			struct bt_tariff_category *row = &shop->tariff.categories[i];

			*row = (struct bt_tariff_category){.code = "DS-II",
							   .rate = 742,
							   .step_count = 2,
							   .steps = {{0, 742}, {1000, 895}},
							   .fixed = 4000,
							   .gives_free = true};
		}
	shop_set_tariff(shop);
	shop->consumer.month = (struct bt_consumer_month){.of = 202611, .units = 900, .fixed = 4000};
	shop->consumer.free_of = 1250;
	shop->consumer.free_left = 125;
	shop_go_offline(shop);
	return 0;
}

static struct bt_quote quote_of(struct shop *shop, bt_paise amount)
{
	struct bt_quote quote;

	assert_int_equal(bt_teller_quote(shop->teller, &shop->consumer, amount, 0, &quote), BT_OK);
	assert_int_equal(quote.fixed + quote.energy + quote.duty + quote.dues, quote.amount);
	return quote;
}

/* 400 rupees: 40 of them fixed charge; 10.0 units at 7.42 are 74.20, and 285.80 buy 31.9 at 8.95; 12.5 are free. */
static void the_list_is_the_beginning(void **state)
{
	struct bt_quote quote = quote_of(*state, 40000);

	assert_int_equal(quote.fixed, 4000);
	assert_int_equal(quote.energy, 36000);
	assert_int_equal(quote.free, 125);
	assert_int_equal(quote.units, 100 + 319 + 125);
	assert_int_equal(quote.month, 202611);
	assert_int_equal(quote.before, 900);
}

/* The second of the month owes no charge, has nothing free, and begins where the first ended: 400 / 8.95 = 44.6. */
static void own_sales_count(void **state)
{
	struct shop *shop = *state;
	struct bt_quote quote;

	shop_pay(shop, 40000);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	quote = quote_of(shop, 40000);
	assert_int_equal(quote.fixed, 0);
	assert_int_equal(quote.free, 0);
	assert_int_equal(quote.before, 900 + 419);
	assert_int_equal(quote.units, 446);
	shop_restart(shop);
	shop_go_offline(shop);
	assert_int_equal(quote_of(shop, 40000).units, 446);
}

/* The head-end's state has it in: it is not counted twice. */
static void a_sale_that_is_told_is_in_the_list(void **state)
{
	struct shop *shop = *state;

	shop_pay(shop, 40000);
	shop->consumer.month = (struct bt_consumer_month){.of = 202611, .units = 1319, .sale_count = 1};
	shop->consumer.free_left = 0;
	bt_text_copy(shop->consumer.month.sales[0], 37, shop->sale_id);
	assert_int_equal(quote_of(shop, 40000).before, 1319);
	/* Another sale's name says nothing of this one, unless the list of names is full. */
	shop->consumer.month.sales[0][35] = shop->consumer.month.sales[0][35] == '0' ? '1' : '0';
	assert_int_equal(quote_of(shop, 40000).before, 1319 + 419);
	shop->consumer.month.sale_count = BT_MONTH_SALES;
	for (int i = 0; i < BT_MONTH_SALES; i++)
		bt_text_copy(shop->consumer.month.sales[i], 37, "ffffffff-ffff-7fff-bfff-ffffffffffff");
	assert_int_equal(quote_of(shop, 40000).before, 1319);
}

/* December in India, as the list of November knows it: the charge is owed again, the steps begin anew, nothing free. */
static void the_month_turns(void **state)
{
	struct shop *shop = *state;
	struct bt_quote quote;

	shop_pay(shop, 40000);
	shop->consumer.month.of = 202610;
	quote = quote_of(shop, 40000);
	assert_int_equal(quote.fixed, 0); /* taken by the sale before, in November */
	assert_int_equal(quote.before, 419);
	assert_int_equal(quote.free, 0);
	shop->consumer.month.of = 202612;
	quote = quote_of(shop, 40000);
	assert_int_equal(quote.before, 419);
	assert_int_equal(quote.fixed, 0);
}

static void an_amount_that_the_charge_takes_up_is_not_sold(void **state)
{
	struct shop *shop = *state;

	shop->consumer.month.fixed = 20000;
	shop->consumer.free_left = 0;
	assert_int_equal(shop_try(shop, 20000, 0, 0), BT_ERANGE);
	assert_int_equal(shop_try(shop, 20100, 0, 0), BT_OK);
}

static void the_record_and_the_slip_say_it(void **state)
{
	struct shop *shop = *state;
	struct bt_sale sale, back;
	struct bt_buf body;
	bool fixed = false, rate = false, none = false;
	const struct bt_receipt *slip;

	shop_pay(shop, 40000);
	slip = &shop->jobs[shop->jobs_count - 1].receipt;
	for (int i = 0; i < slip->count; i++) {
		const struct bt_receipt_line *line = &slip->lines[i];

		fixed = fixed || (strcmp(line->left, "fixed charge") == 0 && strstr(line->right, "40.00"));
		rate = rate || (strcmp(line->left, "31.9 × ₹ 8.95") == 0 && strstr(line->right, "285.80"));
		none = none || (strcmp(line->left, "of these free") == 0 && strcmp(line->right, "12.5") == 0);
	}
	assert_true(fixed && rate && none);
	sale = shop_view(shop).sale;
	bt_buf_init(&body, 8192);
	assert_int_equal(bt_sale_encode(&sale, &body), BT_OK);
	assert_non_null(strstr((const char *)body.data,
			       "\"month\":{\"fixed_paise\":4000,\"free\":125,\"of\":202611,\"units\":900}"));
	assert_int_equal(bt_sale_decode(bt_buf_view(&body), &back, NULL), BT_OK);
	assert_int_equal(back.quote.fixed, 4000);
	assert_int_equal(back.quote.free, 125);
	assert_int_equal(back.quote.month, 202611);
	assert_int_equal(back.quote.before, 900);
	bt_buf_fini(&body);
}

/* The order of the moment at which it is paid, held before it rules; a recharge that is asked for after the turn costs
 * what it costs then (PROTOCOL S3). 500 rupees at 7.42 are 67.3, at 7.72 they are 64.7; 1 December 2026. */
static void the_tariff_of_the_moment(void **state)
{
	struct shop *shop = *state;
	struct bt_tariffs tariffs = {.count = 2};

	for (int i = 0; i < 2; i++) {
		tariffs.list[i] = shop->tariff;
		for (int j = 0; j < shop->tariff.count; j++)
			tariffs.list[i].categories[j] =
			    (struct bt_tariff_category){.code = "DS-II", .rate = i == 0 ? 742 : 772};
	}
	bt_text_copy(tariffs.list[1].id, sizeof tariffs.list[1].id, "BERC-NEXT");
	bt_text_copy(tariffs.list[1].name_en, sizeof tariffs.list[1].name_en, "BERC NEXT");
	tariffs.list[1].valid_from_ms = INT64_C(1796063400000);
	bt_teller_set_tariffs(shop->teller, &tariffs);
	assert_int_equal(quote_of(shop, 50000).units, 673);
	assert_string_equal(quote_of(shop, 50000).tariff, shop->tariff.id);
	shop_pay(shop, 50000);
	assert_string_equal(shop_view(shop).sale.quote.tariff, shop->tariff.id);
	shop->boot_ms += INT64_C(1796063400000) - shop->wall_ms;
	shop->wall_ms = INT64_C(1796063400000);
	assert_int_equal(quote_of(shop, 50000).units, 647);
	assert_string_equal(quote_of(shop, 50000).tariff, "BERC-NEXT");
}

/* A category of one rate knows no months, and its record does not name one. */
static void others_know_no_months(void **state)
{
	struct shop *shop = *state;
	struct bt_sale sale;
	struct bt_buf body;

	for (int i = 0; i < shop->tariff.count; i++)
		shop->tariff.categories[i] = (struct bt_tariff_category){.code = "DS-II", .rate = 742};
	shop_set_tariff(shop);
	shop_pay(shop, 40000);
	sale = shop_view(shop).sale;
	assert_int_equal(sale.quote.month, 0);
	assert_int_equal(sale.quote.fixed, 0);
	bt_buf_init(&body, 8192);
	assert_int_equal(bt_sale_encode(&sale, &body), BT_OK);
	assert_null(strstr((const char *)body.data, "month"));
	bt_buf_fini(&body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(the_list_is_the_beginning, setup, shop_teardown),
	    cmocka_unit_test_setup_teardown(own_sales_count, setup, shop_teardown),
	    cmocka_unit_test_setup_teardown(a_sale_that_is_told_is_in_the_list, setup, shop_teardown),
	    cmocka_unit_test_setup_teardown(the_month_turns, setup, shop_teardown),
	    cmocka_unit_test_setup_teardown(an_amount_that_the_charge_takes_up_is_not_sold, setup, shop_teardown),
	    cmocka_unit_test_setup_teardown(the_record_and_the_slip_say_it, setup, shop_teardown),
	    cmocka_unit_test_setup_teardown(the_tariff_of_the_moment, setup, shop_teardown),
	    cmocka_unit_test_setup_teardown(others_know_no_months, setup, shop_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
