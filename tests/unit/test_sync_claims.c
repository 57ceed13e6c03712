/* Claims are sent in their order, once each, and what is promised is on record.
 * rooms: core/sync core/sale core/shift core/authority core/journal core/directory core/wire core/receipt core/desk
 * core/base */
#include "tests/unit/sync_fixture.h"

#include "core/desk/claim.h"

static struct bt_claim write_claim(struct far *far, const char *utr)
{
	struct bt_claim claim = {.connection = "100244781560",
				 .channel = "app",
				 .note = "no_token",
				 .operator_id = "rina",
				 .amount = 50000,
				 .paid_on_ms = far->shop.wall_ms};

	bt_text_copy(claim.utr, sizeof claim.utr, utr);
	assert_int_equal(bt_claim_write(far->shop.journal, "0142", &far->shop.random, far->shop.wall_ms, &claim, NULL),
			 BT_OK);
	bt_sync_note_claim(far->sync);
	return claim;
}

static void promise(struct far *far, const struct bt_claim *claim)
{
	char json[256];

	snprintf(json, sizeof json,
		 "{\"claim_id\":\"%s\",\"number\":\"%s\",\"promised_at\":1795007200000,\"state\":\"open\"}",
		 claim->claim_id, claim->number);
	far_answer(far, BT_OK, "", json);
}

static struct bt_claim newest(struct far *far)
{
	struct bt_claim claim;
	int count = 0;

	assert_int_equal(bt_claim_list(far->shop.journal, 1, &claim, &count), BT_OK);
	assert_int_equal(count, 1);
	return claim;
}

static void sent_in_order_and_before_the_record(void **state)
{
	struct far *far = *state;
	struct bt_claim first = write_claim(far, "432611805521"), second = write_claim(far, "");

	assert_true(far_wait(far, BT_CALL_CLAIM, 60000));
	assert_int_equal(far->submits[BT_CALL_JOURNAL], 0);
	assert_string_equal(far->nonce, first.claim_id);
	promise(far, &first);
	assert_true(far_wait(far, BT_CALL_CLAIM, 60000));
	assert_string_equal(far->nonce, second.claim_id);
	promise(far, &second);
	assert_true(newest(far).answered);
	assert_int_equal(newest(far).promised_ms, INT64_C(1795007200000));
	assert_false(far_wait(far, BT_CALL_CLAIM, 20000));
}

static void an_answer_that_is_lost_is_asked_for_again(void **state)
{
	struct far *far = *state;
	struct bt_claim claim = write_claim(far, "432611805521");

	assert_true(far_wait(far, BT_CALL_CLAIM, 60000));
	far_answer(far, BT_ELOST, "", NULL);
	assert_false(newest(far).answered);
	assert_true(far_wait(far, BT_CALL_CLAIM, 120000));
	assert_string_equal(far->nonce, claim.claim_id);
	promise(far, &claim);
	assert_true(newest(far).answered);
}

static void one_that_is_refused_holds_up_no_other(void **state)
{
	struct far *far = *state;
	struct bt_claim first = write_claim(far, "432611805521"), second = write_claim(far, "");

	assert_true(far_wait(far, BT_CALL_CLAIM, 60000));
	assert_string_equal(far->nonce, first.claim_id);
	far_answer(far, BT_EREFUSED, "id_conflict", NULL);
	assert_true(far_wait(far, BT_CALL_CLAIM, 120000));
	assert_string_equal(far->nonce, second.claim_id);
}

/* Said by a head-end that was restored: the claim itself is as good as before (PROTOCOL H4). */
static void another_era_refuses_no_claim(void **state)
{
	struct far *far = *state;
	struct bt_claim claim = write_claim(far, "432611805521");

	assert_true(far_wait(far, BT_CALL_CLAIM, 60000));
	far_answer(far, BT_EREFUSED, "era", NULL);
	assert_false(newest(far).answered);
	assert_true(far_wait(far, BT_CALL_CLAIM, 120000));
	assert_string_equal(far->nonce, claim.claim_id);
}

static void leave_dues_pending(struct far *far)
{
	far->shop.consumer.kind = BT_KIND_DUES;
	far->shop.consumer.takes_token = false;
	shop_go_offline(&far->shop);
	shop_pay(&far->shop, 50000);
	shop_printed(&far->shop, BT_PRINT_CONFIRMED);
}

static void what_ends_a_disconnection_goes_first(void **state)
{
	struct far *far = *state;
	struct bt_answer answer = {.kind = BT_CALL_SALE, .rev = 1, .latency_ms = 10};

	leave_dues_pending(far);
	leave_dues_pending(far);
	(void)write_claim(far, "432611805521");
	shop_go_online(&far->shop);
	assert_false(far_wait(far, BT_CALL_CLAIM, 10000));
	assert_int_equal(far->submits[BT_CALL_SALE], 1);
	answer.id = far->asked_id[0];
	bt_text_copy(answer.sale_id, sizeof answer.sale_id, far->asked[0]);
	assert_true(bt_teller_answer(far->shop.teller, &answer));
	assert_true(far_wait(far, BT_CALL_CLAIM, 1000));
	assert_int_equal(far->submits[BT_CALL_SALE], 2);
}

/* It finishes nothing any more, so nothing goes before. */
static void a_withdrawn_terminal_sends_its_claims(void **state)
{
	struct far *far = *state;

	leave_dues_pending(far);
	(void)write_claim(far, "432611805521");
	bt_sync_note_revoked(far->sync);
	shop_go_online(&far->shop);
	assert_true(far_wait(far, BT_CALL_CLAIM, 20000));
	assert_int_equal(far->submits[BT_CALL_SALE], 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, far_setup, far_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(sent_in_order_and_before_the_record),
	    TEST(an_answer_that_is_lost_is_asked_for_again),
	    TEST(one_that_is_refused_holds_up_no_other),
	    TEST(another_era_refuses_no_claim),
	    TEST(what_ends_a_disconnection_goes_first),
	    TEST(a_withdrawn_terminal_sends_its_claims),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
