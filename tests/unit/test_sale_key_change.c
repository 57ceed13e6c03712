/* Key-change tokens in a sale: on record with the token, before it on every slip, from the head-end alone.
 * rooms: core/sale core/shift core/authority core/journal core/directory core/wire core/receipt core/sts core/base
 * Rules: PROTOCOL T1, T2, T6. The digits are those of the standard's example of four (facts/sts.md 9, F). */
#include "tests/unit/teller_fixture.h"

#include "core/base/json.h"

static const struct bt_key_tokens four = {
    4, {"34812744915211133004", "46903925208523674737", "71464563847088610152", "67904239402617643990"}};
static const struct bt_key_tokens others = {
    4, {"00000000000000000001", "00000000000000000002", "00000000000000000003", "00000000000000000004"}};

/* The list says that the meter's key is due. */
static void list_change(struct shop *shop, const struct bt_key_tokens *tokens)
{
	shop->consumer.key_change = (struct bt_key_change){
	    .tokens = *tokens, .sgc = "123457", .ti = "01", .krn = 9, .kt = 2, .ken = 255, .base = 2014};
	assert_int_equal(bt_directory_put(shop->directory, &shop->consumer, &shop->fault), BT_OK);
}

static void expect_tokens(const struct bt_key_tokens *have, const struct bt_key_tokens *want)
{
	assert_int_equal(have->count, want->count);
	assert_true(bt_key_tokens_equal(have, want));
}

/* The newest slip: these, one after the other, and then the groups of the token. */
static void expect_slip(struct shop *shop, const struct bt_key_tokens *want)
{
	const struct bt_receipt *slip = &shop->jobs[shop->jobs_count - 1].receipt;
	int found = 0, groups = 0;

	for (int i = 0; i < slip->count; i++) {
		char digits[21] = "";

		groups += slip->lines[i].kind == BT_LINE_GROUP;
		if (slip->lines[i].kind != BT_LINE_DIGITS)
			continue;
		assert_int_equal(groups, 0);
		for (const char *at = slip->lines[i].right; *at; at++)
			if (*at != ' ')
				strncat(digits, at, 1);
		assert_true(found < want->count);
		assert_string_equal(digits, want->digits[found++]);
	}
	assert_int_equal(found, want->count);
	assert_int_equal(groups, 5);
}

/* What the record holds of the newest sale's token. */
static void expect_record(struct shop *shop, const struct bt_key_tokens *want)
{
	struct bt_key_tokens have = {.count = 0};
	struct bt_event event;
	struct bt_buf body;
	json_t *o;

	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	assert_int_equal(bt_journal_newest(shop->journal, BT_EVENT_TOKENED, shop->sale_id, &event, &body), BT_OK);
	assert_int_equal(bt_json_parse(bt_buf_view(&body), BT_EVENT_BODY_MAX, &o, NULL), BT_OK);
	assert_int_equal(json_object_get(o, "key_change") != NULL, want->count != 0);
	if (want->count != 0)
		assert_int_equal(bt_key_tokens_read(bt_json_array(o, "key_change"), &have), BT_OK);
	expect_tokens(&have, want);
	json_decref(o);
	bt_buf_fini(&body);
}

static void expect_everywhere(struct shop *shop, const struct bt_key_tokens *want)
{
	struct bt_sale_view view = shop_view(shop);

	expect_tokens(&view.key_tokens, want);
	expect_record(shop, want);
	if (shop->jobs_count > 0)
		expect_slip(shop, want);
}

static void sale_key_change_offline(void **state)
{
	struct shop *shop = *state;

	list_change(shop, &four);
	shop_go_offline(shop);
	shop_pay(shop, 50000);
	expect_everywhere(shop, &four);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	assert_int_equal(bt_teller_reprint(shop->teller, shop->sale_id, BT_REPRINT_ASKED), BT_OK);
	expect_slip(shop, &four);
	/* From the record alone: the list has moved on meanwhile. */
	shop->consumer.key_change.tokens.count = 0;
	assert_int_equal(bt_directory_put(shop->directory, &shop->consumer, &shop->fault), BT_OK);
	shop_restart(shop);
	expect_everywhere(shop, &four);
	assert_int_equal(bt_teller_reprint(shop->teller, shop->sale_id, BT_REPRINT_ASKED), BT_OK);
	assert_int_equal(shop->jobs[shop->jobs_count - 1].copy, 3);
	expect_slip(shop, &four);
	/* The next sale has none. */
	shop_go_offline(shop);
	shop_pay(shop, 30000);
	expect_everywhere(shop, &(struct bt_key_tokens){.count = 0});
}

static void sale_key_change_online(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	list_change(shop, &four);
	shop_pay(shop, 50000);
	assert_int_equal(shop_view(shop).key_tokens.count, 0); /* nothing is shown before the record has it */
	answer = shop_good(shop);
	answer.key_change.tokens = four;
	shop_give(shop, &answer);
	expect_everywhere(shop, &four);
	shop_restart(shop);
	expect_everywhere(shop, &four);
}

/* The head-end's word counts: it may have seen the change through already, or have begun another. */
static void sale_key_change_head_end_counts(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	list_change(shop, &others);
	shop_pay(shop, 50000);
	answer = shop_good(shop);
	answer.key_change.tokens = four;
	shop_give(shop, &answer);
	expect_everywhere(shop, &four);
	assert_int_equal(bt_teller_state(shop->teller), BT_OK);
	shop_printed(shop, BT_PRINT_CONFIRMED);

	shop_pay(shop, 30000);
	answer = shop_good(shop);
	shop_give(shop, &answer);
	expect_everywhere(shop, &(struct bt_key_tokens){.count = 0});
}

/* The answer came too late: what was handed out stays what it was. */
static void sale_key_change_late_answer(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	list_change(shop, &four);
	shop_pay(shop, 50000);
	shop_pass(shop, 3001);
	assert_true(shop_view(shop).made_here);
	expect_everywhere(shop, &four);
	answer = shop_good(shop);
	answer.key_change.tokens = others;
	shop_give(shop, &answer);
	assert_true(shop_view(shop).settled);
	expect_everywhere(shop, &four);
	shop_restart(shop);
	expect_everywhere(shop, &four);
}

/* Paid under the key before; then the list brings the next key with its tokens. They are not for this sale. */
static void sale_key_change_after_paid(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	shop_pay(shop, 50000);
	shop->consumer.key = shop_sealed("4");
	shop->consumer.key.krn = 2;
	list_change(shop, &four);
	answer = shop_bad(shop, BT_ELOST, "");
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_int_equal(shop_view(shop).denial, BT_DENY_KEY_CHANGE);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	answer = shop_good(shop);
	shop_give(shop, &answer);
	assert_true(shop_view(shop).settled);
	assert_int_equal(shop_view(shop).sale.key.krn, 1);
	assert_string_equal(shop_view(shop).token, answer.token);
	assert_int_equal(shop_view(shop).key_tokens.count, 0);
	expect_record(shop, &(struct bt_key_tokens){.count = 0});
}

/* A docket and a payment of dues carry nothing; another meter's tokens neither. */
static void sale_key_change_without_token(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	list_change(shop, &four);
	assert_int_equal(shop_try(shop, 50000, 50000, 0), BT_OK);
	answer = shop_good(shop);
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).key_tokens.count, 0);
	bt_vault_seal(&shop->vault);
	shop_go_offline(shop);
	shop_pay(shop, 50000);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_int_equal(shop_view(shop).key_tokens.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(sale_key_change_offline, shop_setup, shop_teardown),
	    cmocka_unit_test_setup_teardown(sale_key_change_online, shop_setup, shop_teardown),
	    cmocka_unit_test_setup_teardown(sale_key_change_head_end_counts, shop_setup, shop_teardown),
	    cmocka_unit_test_setup_teardown(sale_key_change_late_answer, shop_setup, shop_teardown),
	    cmocka_unit_test_setup_teardown(sale_key_change_after_paid, shop_setup, shop_teardown),
	    cmocka_unit_test_setup_teardown(sale_key_change_without_token, shop_setup, shop_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
