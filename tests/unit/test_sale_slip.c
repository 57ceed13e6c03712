/* What the record adds to a slip: who had a copy printed and when, when the supply may be cut, and the utility's form.
 * rooms: core/sale core/shift core/authority core/journal core/directory core/wire core/receipt core/sts core/base */
#include "tests/unit/teller_fixture.h"

static int setup(void **state)
{
	static const struct bt_operator people[] = {
	    {.id = "rina", .name = {.en = "Rina Kumari"}, .role = BT_ROLE_CLERK},
	    {.id = "sunil", .name = {.en = "Sunil Paswan"}, .role = BT_ROLE_CLERK}};
	int failed = shop_setup(state);
	struct shop *shop = *state;

	if (failed)
		return failed;
	memcpy(shop->enrolment.operators, people, sizeof people);
	shop->enrolment.operator_count = 2;
	return 0;
}

/* @return the value beside @p label on the newest slip, NULL when it is not there. */
static const char *find_value(const struct shop *shop, const char *label)
{
	const struct bt_receipt *slip = &shop->jobs[shop->jobs_count - 1].receipt;

	for (int i = 0; i < slip->count; i++)
		if (slip->lines[i].kind == BT_LINE_PAIR && strcmp(slip->lines[i].left, label) == 0)
			return slip->lines[i].right;
	return NULL;
}

/* Sold by Rina at 16:36; Sunil prints copies. */
static void a_copy_says_who_and_when(void **state)
{
	struct shop *shop = *state;

	shop_go_offline(shop);
	shop_pay(shop, 50000);
	assert_null(find_value(shop, "Copy printed"));
	shop_pass(shop, 61000);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	shop_pass(shop, INT64_C(12000000));
	bt_teller_set_operator(shop->teller, "sunil", 612);
	assert_int_equal(bt_teller_reprint(shop->teller, shop->sale_id, BT_REPRINT_ASKED), BT_OK);
	assert_int_equal(shop->jobs[1].copy, 2);
	assert_string_equal(find_value(shop, "Copy printed"), "18-11-2026 19:57");
	assert_string_equal(find_value(shop, "Copy by"), "Sunil Paswan");
	assert_string_equal(find_value(shop, "First printed"), "18-11-2026 16:37");
	assert_string_equal(find_value(shop, "Time"), "18-11-2026 16:36");
	shop_printed(shop, BT_PRINT_CONFIRMED);
	/* From the record alone, and after others have printed. */
	shop_restart(shop);
	shop_go_offline(shop);
	bt_text_copy(shop->sale_id, sizeof shop->sale_id, shop->jobs[0].sale_id);
	assert_int_equal(bt_teller_reprint(shop->teller, shop->sale_id, BT_REPRINT_ASKED), BT_OK);
	assert_int_equal(shop->jobs[2].copy, 3);
	assert_string_equal(find_value(shop, "First printed"), "18-11-2026 16:37");
}

/* The first slip came to nothing: the next is the original, and a copy of it names its time. */
static void a_failed_slip_is_not_the_first(void **state)
{
	struct shop *shop = *state;

	shop_go_offline(shop);
	shop_pay(shop, 50000);
	shop_printed(shop, BT_PRINT_FAILED);
	shop_pass(shop, 600000);
	assert_int_equal(bt_teller_reprint(shop->teller, shop->sale_id, BT_REPRINT_ASKED), BT_OK);
	assert_int_equal(shop->jobs[1].copy, 1);
	assert_null(find_value(shop, "First printed"));
	shop_printed(shop, BT_PRINT_CONFIRMED);
	assert_int_equal(bt_teller_reprint(shop->teller, shop->sale_id, BT_REPRINT_ASKED), BT_OK);
	assert_string_equal(find_value(shop, "First printed"), "18-11-2026 16:46");
}

/* Paid while the server is down by somebody whose supply is to be cut. */
static void pay_for_a_balance(struct shop *shop)
{
	shop->consumer.kind = BT_KIND_REMOTE;
	shop->consumer.takes_token = false;
	shop->consumer.balance = -21400;
	shop->consumer.balance_at_ms = SHOP_START_MS - SHOP_DAY_MS;
	shop->consumer.cut_from_ms = SHOP_START_MS - SHOP_DAY_MS / 2;
	shop->tariff.cut_from_minute = 600;
	shop->tariff.cut_until_minute = 780;
	shop_set_tariff(shop);
	shop_go_offline(shop);
	shop_pay(shop, 50000);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
}

static void a_docket_says_when_the_next_cut_may_be(void **state)
{
	struct shop *shop = *state;

	pay_for_a_balance(shop);
	assert_string_equal(find_value(shop, "Next possible cut"), "19-11-2026 10:00");
	assert_null(find_value(shop, "Safe until about")); /* nobody knows what is used */
	shop_printed(shop, BT_PRINT_CONFIRMED);
	/* No cut in sight, or cut already: nothing to say. */
	shop->consumer.cut_from_ms = 0;
	shop_pay(shop, 10000);
	assert_null(find_value(shop, "Next possible cut"));
	shop_printed(shop, BT_PRINT_CONFIRMED);
	shop->consumer.cut_from_ms = shop->consumer.supply_cut_at_ms = SHOP_START_MS - 1000;
	shop_pay(shop, 11000);
	assert_null(find_value(shop, "Next possible cut"));
}

/* A token goes into the meter: the office's cut has nothing to do with it. */
static void a_token_says_nothing_of_a_cut(void **state)
{
	struct shop *shop = *state;

	shop->consumer.cut_from_ms = SHOP_START_MS - 1000;
	shop_go_offline(shop);
	shop_pay(shop, 50000);
	assert_null(find_value(shop, "Next possible cut"));
}

/* The rate is not in the record. It stands on a copy after a restart all the same, but not when the tariff has changed
 * or gives other units. */
static void a_copy_after_a_restart_says_the_rate(void **state)
{
	struct shop *shop = *state;

	shop->consumer.balance_at_ms = 0;
	assert_int_equal(bt_directory_put(shop->directory, &shop->consumer, NULL), BT_OK);
	shop_go_offline(shop);
	shop_pay(shop, 50000);
	assert_string_equal(find_value(shop, "DS-II · BERC 2026-27"), "₹ 7.42/kWh");
	shop_printed(shop, BT_PRINT_CONFIRMED);
	shop_restart(shop);
	bt_text_copy(shop->sale_id, sizeof shop->sale_id, shop->jobs[0].sale_id);
	assert_int_equal(bt_teller_reprint(shop->teller, shop->sale_id, BT_REPRINT_ASKED), BT_OK);
	assert_string_equal(find_value(shop, "DS-II · BERC 2026-27"), "₹ 7.42/kWh");
	shop_printed(shop, BT_PRINT_CONFIRMED);
	shop->tariff.categories[0].rate = 743; /* 63.4 kWh */
	shop_set_tariff(shop);
	assert_int_equal(bt_teller_reprint(shop->teller, shop->sale_id, BT_REPRINT_ASKED), BT_OK);
	assert_string_equal(find_value(shop, "DS-II · BERC 2026-27"), "");
}

/* 20 rupees are left and 500 bought: 66.1 kWh at 786.52 paise, 6 a day, last eleven days and 24 minutes, until Sunday
 * the 29th, 17:00; three days of grace end on Wednesday after 13:00, so nobody comes before Thursday. */
static void a_slip_says_how_long_it_lasts(void **state)
{
	struct shop *shop = *state;

	shop->tariff.cut_from_minute = 600;
	shop->tariff.cut_until_minute = 780;
	shop->tariff.cut_not_sunday = true;
	shop->tariff.cut_grace_hours = 72;
	shop_set_tariff(shop);
	shop_go_offline(shop);
	shop->consumer.balance = 2000;
	shop->consumer.daily_units = 60;
	shop_pay(shop, 50000);
	assert_null(find_value(shop, "Safe until about")); /* what is held is not known */
	shop_printed(shop, BT_PRINT_CONFIRMED);
	shop->consumer.balance_at_ms = SHOP_START_MS - SHOP_DAY_MS;
	shop_pay(shop, 50000);
	assert_string_equal(find_value(shop, "Safe until about"), "03-12-2026");
	shop_printed(shop, BT_PRINT_CONFIRMED);
	assert_int_equal(bt_teller_reprint(shop->teller, shop->sale_id, BT_REPRINT_ASKED), BT_OK);
	assert_string_equal(find_value(shop, "Safe until about"), "03-12-2026");
	shop_printed(shop, BT_PRINT_CONFIRMED);
	/* That Thursday is a holiday, and Friday is not: 4 December is 20791 days after 1 January 1970. */
	shop->tariff.holidays[0] = 20790;
	shop->tariff.holiday_count = 1;
	shop_set_tariff(shop);
	assert_int_equal(bt_teller_reprint(shop->teller, shop->sale_id, BT_REPRINT_ASKED), BT_OK);
	assert_string_equal(find_value(shop, "Safe until about"), "04-12-2026");
	shop_printed(shop, BT_PRINT_CONFIRMED);
	/* What was owed is more than what is paid: nothing of it lights a lamp. */
	shop->consumer.balance = -100000;
	shop_pay(shop, 50000);
	assert_null(find_value(shop, "Safe until about"));
}

static void the_form_of_the_counter_is_used(void **state)
{
	static struct bt_receipt_form form;
	struct shop *shop = *state;

	bt_form_default(&form);
	bt_text_copy(form.slips[BT_RECEIPT_TOKEN].heading.text[BT_LANG_EN], 32, "TAX RECEIPT");
	form.slips[BT_RECEIPT_TOKEN].has_lang = true;
	form.slips[BT_RECEIPT_TOKEN].lang = BT_RECEIPT_BOTH;
	shop->form = &form;
	shop_restart(shop);
	shop_go_offline(shop);
	shop_pay(shop, 50000);
	assert_string_equal(shop->jobs[0].receipt.lines[1].left, "TAX RECEIPT");
	/* Asked for in one language, it comes in that one: only paper has a language of its own. */
	struct bt_receipt *slip = calloc(1, sizeof *slip);
	assert_non_null(slip);
	assert_int_equal(bt_teller_receipt(shop->teller, shop->sale_id, BT_RECEIPT_EN, 1, slip), BT_OK);
	assert_string_equal(slip->lines[1].left, "TAX RECEIPT");
	free(slip);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_copy_says_who_and_when, setup, shop_teardown),
	    cmocka_unit_test_setup_teardown(a_failed_slip_is_not_the_first, setup, shop_teardown),
	    cmocka_unit_test_setup_teardown(a_docket_says_when_the_next_cut_may_be, setup, shop_teardown),
	    cmocka_unit_test_setup_teardown(a_token_says_nothing_of_a_cut, setup, shop_teardown),
	    cmocka_unit_test_setup_teardown(a_copy_after_a_restart_says_the_rate, setup, shop_teardown),
	    cmocka_unit_test_setup_teardown(a_slip_says_how_long_it_lasts, setup, shop_teardown),
	    cmocka_unit_test_setup_teardown(the_form_of_the_counter_is_used, setup, shop_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
