/* A key that is still on its way: nobody waits for it, the sale does, and what comes first counts.
 * rooms: core/sale core/shift core/authority core/journal core/directory core/wire core/receipt core/sts core/base */
#include "tests/unit/teller_fixture.h"

/* A place for keys that says what it is told to, and says it at once. */
struct far_keys {
	enum bt_err prepare;
	struct bt_sts_decoder_key key;
	int derived;
};

static struct far_keys far;

static bool far_is_open(const void *self)
{
	return self != NULL;
}

static enum bt_err far_prepare(void *self, const char *pan, const struct bt_sealed_key *key)
{
	(void)pan;
	(void)key;
	return ((struct far_keys *)self)->prepare;
}

static enum bt_err far_derive(void *self, const char *pan, const struct bt_sealed_key *key,
			      struct bt_sts_decoder_key *out, struct bt_fault *fault)
{
	struct far_keys *place = self;

	(void)pan;
	(void)key;
	/* Whoever asks before it is ready would wait: nobody does. */
	if (place->prepare)
		return bt_fault_set(fault, BT_ECRYPTO, 0, "asked too early");
	place->derived++;
	*out = place->key;
	return BT_OK;
}

static const struct bt_key_driver driver = {
    .id = "far", .is_open = far_is_open, .prepare = far_prepare, .derive = far_derive};

static struct shop *begin(void **state)
{
	struct shop *shop = *state;

	far = (struct far_keys){.prepare = BT_EBUSY, .key = shop_meter_key};
	bt_teller_set_keys(shop->teller, &(struct bt_keys){.driver = &driver, .self = &far});
	return shop;
}

static void require_own_token(struct shop *shop)
{
	struct bt_sale_view view = shop_view(shop);
	char digits[21];

	assert_int_equal(view.state, BT_SALE_TOKENED);
	assert_true(view.made_here);
	shop_digits(&view.sale, digits);
	assert_string_equal(view.token, digits);
	assert_int_equal(shop->jobs_count, 1);
}

static void sale_keys_offline_sale_waits(void **state)
{
	struct shop *shop = begin(state);

	shop_go_offline(shop);
	shop_pay(shop, 50000);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(shop_view(shop).state, BT_SALE_VENDING);
		assert_in_range(bt_teller_due_ms(shop->teller), 1, 50);
		shop_pass(shop, 50);
	}
	assert_int_equal(shop_row(shop).stage, BT_STAGE_PAID);
	assert_int_equal(shop->calls_count, 0);
	assert_int_equal(shop->jobs_count, 0);
	far.prepare = BT_OK;
	shop_pass(shop, 50);
	require_own_token(shop);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_TOKENED);
}

/* Never: the consumer gets a docket, soon enough. */
static void sale_keys_that_never_come(void **state)
{
	struct shop *shop = begin(state);

	shop_go_offline(shop);
	shop_pay(shop, 50000);
	shop_pass(shop, 2900);
	assert_int_equal(shop_view(shop).state, BT_SALE_VENDING);
	shop_pass(shop, 200);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_int_equal(shop_view(shop).denial, BT_DENY_KEYS);
	assert_int_equal(shop->jobs_count, 1);
	assert_int_equal(far.derived, 0);
}

/* The lights go out meanwhile: the money is on record, and the sale is finished later with the same digits. */
static void sale_keys_restart_while_waiting(void **state)
{
	struct shop *shop = begin(state);
	struct bt_sale_view before, after;
	struct bt_answer answer;
	char digits[21];

	shop_go_offline(shop);
	shop_pay(shop, 50000);
	before = shop_view(shop);
	shop_restart(shop);
	after = shop_view(shop);
	assert_int_equal(after.state, BT_SALE_PENDING);
	assert_int_equal(after.sale.tid, before.sale.tid);
	shop_go_online(shop);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	answer = shop_good(shop);
	shop_give(shop, &answer);
	shop_digits(&before.sale, digits);
	assert_string_equal(shop_view(shop).token, digits);
}

/* The clerk ends the wait for the server; its answer comes before the key does. */
static void sale_keys_answer_comes_first(void **state)
{
	struct shop *shop = begin(state);
	struct bt_answer answer;

	shop_pay(shop, 50000);
	assert_int_equal(bt_teller_issue_now(shop->teller, shop->sale_id), BT_OK);
	shop_pass(shop, 100);
	assert_int_equal(shop_view(shop).state, BT_SALE_VENDING);
	answer = shop_good(shop);
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	assert_false(shop_view(shop).made_here);
	assert_int_equal(far.derived, 0);
	/* When it comes, the token is held against its own. */
	far.prepare = BT_OK;
	shop_pass(shop, 200);
	assert_int_equal(far.derived, 1);
	assert_int_equal(bt_teller_state(shop->teller), BT_OK);
	shop_pass(shop, 1000);
	assert_int_equal(far.derived, 1);
}

static void sale_keys_server_is_lost_first(void **state)
{
	struct shop *shop = begin(state);
	struct bt_answer lost;

	shop_pay(shop, 50000);
	lost = shop_bad(shop, BT_ELOST, "");
	shop_give(shop, &lost);
	assert_int_equal(shop_view(shop).state, BT_SALE_VENDING);
	far.prepare = BT_OK;
	shop_pass(shop, 50);
	require_own_token(shop);
}

/* PROTOCOL T2, however late the key is. */
static void sale_keys_late_proof_finds_other_digits(void **state)
{
	struct shop *shop = begin(state);
	struct bt_answer answer;

	shop_pay(shop, 50000);
	answer = shop_good(shop);
	bt_text_copy(answer.token, sizeof answer.token, "11112222333344445555");
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	shop_pass(shop, 1000);
	far.prepare = BT_OK;
	shop_pass(shop, 200);
	assert_int_equal(shop_view(shop).state, BT_SALE_STOPPED);
	assert_int_equal(bt_teller_state(shop->teller), BT_EDIVERGED);
}

/* A module that stays silent is not asked for ever. */
static void sale_keys_proof_is_given_up(void **state)
{
	struct shop *shop = begin(state);
	struct bt_answer answer;

	shop_pay(shop, 50000);
	answer = shop_good(shop);
	shop_give(shop, &answer);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	for (int i = 0; i < 120; i++)
		shop_pass(shop, 100);
	assert_int_not_equal(bt_teller_due_ms(shop->teller), 0);
	far.prepare = BT_OK;
	shop_pass(shop, 1000);
	assert_int_equal(far.derived, 0);
	assert_int_equal(bt_teller_state(shop->teller), BT_OK);
}

/* The passphrase was typed at the start, and the first consumer pays before it is stretched. */
static void sale_keys_being_opened(void **state)
{
	struct shop *shop = *state;
	struct bt_keys keys = {.driver = &bt_key_driver_sealed, .self = &shop->vault, .opening = true};
	enum bt_denial denial = BT_DENY_NONE;

	bt_vault_seal(&shop->vault);
	shop_go_offline(shop);
	bt_teller_set_keys(shop->teller, &keys);
	assert_int_equal(bt_teller_outlook(shop->teller, &shop->consumer, 50000, 0, &denial), BT_OUTLOOK_TOKEN);
	shop_pay(shop, 50000);
	shop_pass(shop, 400);
	assert_int_equal(shop_view(shop).state, BT_SALE_VENDING);
	shop_unlock(shop);
	keys.opening = false;
	bt_teller_set_keys(shop->teller, &keys);
	shop_pass(shop, 50);
	require_own_token(shop);
}

/* What was typed is not the passphrase. */
static void stay_locked(struct shop *shop, struct bt_keys *keys)
{
	keys->opening = false;
	bt_teller_set_keys(shop->teller, keys);
	shop_pass(shop, 50);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_int_equal(shop_view(shop).denial, BT_DENY_KEYS);
}

/* It was the wrong one: a docket at once, not after the wait. */
static void sale_keys_not_opened_after_all(void **state)
{
	struct shop *shop = *state;
	struct bt_keys keys = {.driver = &bt_key_driver_sealed, .self = &shop->vault, .opening = true};

	bt_vault_seal(&shop->vault);
	shop_go_offline(shop);
	bt_teller_set_keys(shop->teller, &keys);
	shop_pay(shop, 50000);
	stay_locked(shop, &keys);
}

/* ---- finished later: one press is enough ---- */

static struct bt_keys being_opened(struct shop *shop)
{
	struct bt_keys keys = {.driver = &bt_key_driver_sealed, .self = &shop->vault, .opening = true};

	bt_vault_seal(&shop->vault);
	bt_teller_set_keys(shop->teller, &keys);
	return keys;
}

static void are_open(struct shop *shop, struct bt_keys *keys)
{
	shop_unlock(shop);
	keys->opening = false;
	bt_teller_set_keys(shop->teller, keys);
}

/* Paid with the keys locked and the server away: a docket. Somebody types the passphrase, and presses at once. */
static struct bt_keys leave_a_docket(struct shop *shop)
{
	shop_go_offline(shop);
	bt_vault_seal(&shop->vault);
	shop_pay(shop, 50000);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_int_equal(shop_view(shop).denial, BT_DENY_KEYS);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	return being_opened(shop);
}

static void sale_keys_one_press_finishes(void **state)
{
	struct shop *shop = *state;
	struct bt_keys keys = leave_a_docket(shop);
	int slips = shop->jobs_count;

	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	assert_true(shop_view(shop).awaits_key);
	assert_true(bt_teller_is_asking(shop->teller, shop->sale_id));
	assert_int_equal(bt_teller_under_way(shop->teller), 1);
	shop_pass(shop, 400);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_true(shop_view(shop).waited_ms >= 400);
	/* A second one changes nothing. */
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	are_open(shop, &keys);
	shop_pass(shop, 50);
	require_own_token(shop);
	assert_false(shop_view(shop).awaits_key);
	assert_int_equal(shop->jobs_count, slips); /* on the screen: a person prints it */
	assert_int_equal(shop_row(shop).stage, BT_STAGE_TOKENED);
}

/* The passphrase was wrong: said as soon as that is known, and the next press is tried like the first. */
static void sale_keys_press_in_vain(void **state)
{
	struct shop *shop = *state;
	struct bt_keys keys = leave_a_docket(shop);

	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	shop_pass(shop, 400);
	stay_locked(shop, &keys);
	assert_false(shop_view(shop).awaits_key);
	assert_int_equal(bt_teller_under_way(shop->teller), 0);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_ESTATE);
	keys.opening = true;
	bt_teller_set_keys(shop->teller, &keys);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	are_open(shop, &keys);
	shop_pass(shop, 50);
	require_own_token(shop);
}

/* Keys that never come are waited for a few seconds at each press, and not beyond. */
static void sale_keys_press_is_not_for_ever(void **state)
{
	struct shop *shop = *state;

	(void)leave_a_docket(shop);
	for (int press = 0; press < 2; press++) {
		assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
		shop_pass(shop, 2500);
		assert_true(shop_view(shop).awaits_key);
		shop_pass(shop, 600);
		assert_false(shop_view(shop).awaits_key);
		assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
		assert_int_not_equal(bt_teller_due_ms(shop->teller), 0);
	}
}

/* The power goes meanwhile: the docket stands, nothing else was on record. */
static void sale_keys_cut_after_the_press(void **state)
{
	struct shop *shop = *state;
	int64_t head;

	(void)leave_a_docket(shop);
	head = bt_journal_head(shop->journal).seq;
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	shop_pass(shop, 200);
	assert_int_equal(bt_journal_head(shop->journal).seq, head);
	shop_restart(shop);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_false(shop_view(shop).awaits_key);
}

/* The server comes back before the key does, and is asked by the next press or by itself: one token, its own. */
static void sale_keys_server_comes_back_first(void **state)
{
	struct shop *shop = *state;
	struct bt_keys keys = leave_a_docket(shop);
	struct bt_answer answer;

	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	shop_pass(shop, 100);
	shop_go_online(shop);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	are_open(shop, &keys);
	shop_pass(shop, 100);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	answer = shop_good(shop);
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_DONE);
	assert_false(shop_view(shop).made_here);
}

/* Asked because nobody knew better, and nobody was there: the press still stands. */
static void sale_keys_press_while_the_server_goes(void **state)
{
	struct shop *shop = *state;
	struct bt_keys keys = leave_a_docket(shop);
	struct bt_answer lost;

	shop_go_online(shop);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	lost = shop_bad(shop, BT_EUNREACHABLE, "");
	shop_give(shop, &lost);
	assert_true(shop_view(shop).awaits_key);
	are_open(shop, &keys);
	shop_pass(shop, 50);
	require_own_token(shop);
}

static const struct bt_protocol picks_itself = {.id = "other", .convergent = false};

static struct bt_keys leave_a_doubt(struct shop *shop)
{
	bt_text_copy(shop->enrolment.operators[1].id, sizeof shop->enrolment.operators[1].id, "jha");
	shop->enrolment.operators[1].role = BT_ROLE_SUPERVISOR;
	shop->enrolment.operator_count = 2;
	shop->wire.protocol = &picks_itself;
	shop_pay(shop, 50000);
	shop_pass(shop, 3001);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	assert_int_equal(shop_view(shop).state, BT_SALE_INQUIRING);
	return being_opened(shop);
}

/* F8, the supervisor's PIN and reason once: his word goes on record with the token, not before. */
static void sale_keys_one_word_of_a_supervisor(void **state)
{
	struct bt_approval word = {.by = "jha", .reason = "other"};
	struct shop *shop = *state;
	struct bt_keys keys = leave_a_doubt(shop);
	enum bt_denial denial = BT_DENY_NONE;
	struct bt_sale_view view;
	struct bt_event event;
	struct bt_buf body;
	char digits[21];
	int64_t head = bt_journal_head(shop->journal).seq;

	assert_int_equal(bt_teller_override(shop->teller, shop->sale_id, &word, &denial), BT_OK);
	word = (struct bt_approval){.by = "", .reason = ""}; /* the screen has forgotten it */
	assert_true(shop_view(shop).awaits_key);
	shop_pass(shop, 400);
	assert_int_equal(shop_view(shop).state, BT_SALE_INQUIRING);
	assert_int_equal(bt_journal_head(shop->journal).seq, head);
	are_open(shop, &keys);
	shop_pass(shop, 50);
	view = shop_view(shop);
	shop_digits(&view.sale, digits);
	assert_int_equal(view.state, BT_SALE_TOKENED);
	assert_string_equal(view.token, digits);
	assert_true(shop_view(shop).possible_duplicate);
	assert_true(shop_shows_token(&shop->jobs[shop->jobs_count - 1].receipt));
	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	assert_int_equal(bt_journal_newest(shop->journal, BT_EVENT_OVERRIDDEN, shop->sale_id, &event, &body), BT_OK);
	assert_non_null(strstr((const char *)body.data, "\"by\":\"jha\""));
	bt_buf_fini(&body);
}

static void sale_keys_word_in_vain(void **state)
{
	const struct bt_approval word = {.by = "jha", .reason = "other"};
	struct shop *shop = *state;
	struct bt_keys keys = leave_a_doubt(shop);
	enum bt_denial denial = BT_DENY_NONE;
	int64_t head = bt_journal_head(shop->journal).seq;

	assert_int_equal(bt_teller_override(shop->teller, shop->sale_id, &word, &denial), BT_OK);
	keys.opening = false;
	bt_teller_set_keys(shop->teller, &keys);
	shop_pass(shop, 50);
	assert_int_equal(shop_view(shop).state, BT_SALE_INQUIRING);
	assert_int_equal(shop_view(shop).denial, BT_DENY_KEYS);
	assert_false(shop_view(shop).awaits_key);
	assert_int_equal(bt_journal_head(shop->journal).seq, head);
	/* Nothing is made later without a new word. */
	are_open(shop, &keys);
	shop_pass(shop, 5000);
	assert_int_equal(shop_view(shop).state, BT_SALE_INQUIRING);
	assert_string_equal(shop_row(shop).token, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(sale_keys_offline_sale_waits),
	    TEST(sale_keys_that_never_come),
	    TEST(sale_keys_restart_while_waiting),
	    TEST(sale_keys_answer_comes_first),
	    TEST(sale_keys_server_is_lost_first),
	    TEST(sale_keys_late_proof_finds_other_digits),
	    TEST(sale_keys_proof_is_given_up),
	    TEST(sale_keys_being_opened),
	    TEST(sale_keys_not_opened_after_all),
	    TEST(sale_keys_one_press_finishes),
	    TEST(sale_keys_press_in_vain),
	    TEST(sale_keys_press_is_not_for_ever),
	    TEST(sale_keys_cut_after_the_press),
	    TEST(sale_keys_server_comes_back_first),
	    TEST(sale_keys_press_while_the_server_goes),
	    TEST(sale_keys_one_word_of_a_supervisor),
	    TEST(sale_keys_word_in_vain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
