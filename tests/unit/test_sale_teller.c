/* The teller and its answers: online, late, lost, wrong and refused; what it asks and what it never shows.
 * rooms: core/sale core/shift core/authority core/journal core/directory core/wire core/receipt core/sts core/base */
#include "tests/unit/teller_fixture.h"

static void sale_teller_online(void **state)
{
	struct shop *shop = *state;
	struct bt_sale_view view;
	struct bt_answer good;
	char digits[21];

	shop_pay(shop, 50000);
	assert_int_equal(shop->calls_count, 1);
	view = shop_view(shop);
	assert_int_equal(view.state, BT_SALE_VENDING);
	assert_string_equal(view.token, "");
	assert_true(view.sale.has_tid);
	assert_int_equal(view.sale.tid % 16, 3);
	assert_true(view.sale.tid <= SHOP_MINUTE && view.sale.tid > SHOP_MINUTE - 16);
	assert_int_equal(view.sale.quote.units, 635);
	good = shop_good(shop);
	shop_give(shop, &good);
	view = shop_view(shop);
	shop_digits(&view.sale, digits);
	assert_int_equal(view.state, BT_SALE_TOKENED);
	assert_string_equal(view.token, digits);
	assert_true(view.settled);
	assert_false(view.made_here);
	assert_int_equal(shop->jobs_count, 1);
	assert_int_equal(shop->jobs[0].copy, 1);
	assert_true(shop->jobs[0].open_drawer);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	assert_int_equal(shop_view(shop).state, BT_SALE_DONE);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_TOKENED);
	assert_true(shop_row(shop).settled);
	assert_false(shop_row(shop).made_here);
}

/* The body that leaves is the body that was journaled, to the byte. */
static void sale_teller_asks_with_the_journaled_body(void **state)
{
	struct shop *shop = *state;
	struct bt_event event;
	struct bt_buf body;

	shop_pay(shop, 50000);
	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	assert_int_equal(bt_journal_newest(shop->journal, BT_EVENT_PAID, shop->sale_id, &event, &body), BT_OK);
	assert_string_equal((const char *)body.data, shop->calls[0].body);
	assert_int_equal(shop->calls[0].era, 1);
	bt_buf_fini(&body);
}

static void sale_teller_lost_reply_is_made_here(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;
	struct bt_sale_view view;
	char digits[21];

	shop_pay(shop, 50000);
	answer = shop_bad(shop, BT_ELOST, "");
	shop_give(shop, &answer);
	view = shop_view(shop);
	shop_digits(&view.sale, digits);
	assert_int_equal(view.state, BT_SALE_TOKENED);
	assert_true(view.made_here);
	assert_false(view.settled);
	assert_string_equal(view.token, digits);
	assert_true(shop_row(shop).made_here);
}

static void sale_teller_deadline_then_equal_answer_settles(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	shop_pay(shop, 50000);
	assert_int_equal(bt_teller_due_ms(shop->teller), 3000);
	shop_pass(shop, 2999);
	assert_int_equal(shop_view(shop).state, BT_SALE_VENDING);
	shop_pass(shop, 1);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	assert_int_equal(shop->jobs_count, 1);
	answer = shop_good(shop);
	shop_give(shop, &answer);
	assert_true(shop_view(shop).settled);
	assert_true(shop_row(shop).settled);
	assert_true(shop_view(shop).made_here);
	assert_int_equal(shop->jobs_count, 1);
	assert_int_equal(bt_teller_state(shop->teller), BT_OK);
}

/* Another question has taken time already: the consumer does not wait for both as long, and the request goes out. */
static void sale_teller_waits_less_when_it_was_waited_before(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	bt_teller_wait_less(shop->teller, 2000);
	shop_pay(shop, 50000);
	assert_int_equal(bt_teller_due_ms(shop->teller), 1000);
	shop_pass(shop, 1000);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	answer = shop_good(shop);
	shop_give(shop, &answer);
	assert_true(shop_view(shop).settled);
	/* The one behind waits as ever. */
	shop_pay(shop, 50000);
	assert_int_equal(bt_teller_due_ms(shop->teller), 3000);
	answer = shop_good(shop);
	shop_give(shop, &answer);
	/* All of it and more: made here at once, and the head-end asked all the same. */
	bt_teller_wait_less(shop->teller, 9000);
	shop_pay(shop, 50000);
	shop_pass(shop, 0);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	answer = shop_good(shop);
	shop_give(shop, &answer);
	assert_true(shop_view(shop).settled);
}

/* One call that was late is one failure, not two: the answer that comes after the deadline is not counted again. */
static void sale_teller_one_late_call_does_not_close_the_line(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	shop_pay(shop, 50000);
	shop_pass(shop, 3000);
	answer = shop_bad(shop, BT_ELOST, "");
	shop_give(shop, &answer);
	assert_true(bt_breaker_worth_waiting(&shop->breaker));
}

/* Its docket was finished elsewhere after the meter had got its next key, which the list here does not know yet. */
static void sale_teller_takes_what_the_next_key_made(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	bt_vault_seal(&shop->vault);
	shop_go_offline(shop);
	shop_pay(shop, 50000);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	shop_unlock(shop);
	shop_go_online(shop);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	answer = shop_good(shop);
	answer.token[0] = answer.token[0] == '9' ? '8' : '9';
	answer.next_key = true;
	shop_give(shop, &answer);
	assert_int_equal(bt_teller_state(shop->teller), BT_OK);
	assert_string_equal(shop_row(shop).token, answer.token);
	/* Another minute is another token, whatever its key. */
	shop_pay(shop, 50000);
	answer = shop_good(shop);
	answer.tid++;
	answer.next_key = true;
	shop_give(shop, &answer);
	assert_int_equal(bt_teller_state(shop->teller), BT_EDIVERGED);
}

static void sale_teller_late_different_answer_stops(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;
	struct bt_event event;

	shop_pay(shop, 50000);
	shop_pass(shop, 3000);
	answer = shop_good(shop);
	answer.token[0] = answer.token[0] == '9' ? '8' : '9';
	shop_give(shop, &answer);
	assert_int_equal(bt_teller_state(shop->teller), BT_EDIVERGED);
	assert_int_equal(shop_view(shop).state, BT_SALE_STOPPED);
	assert_string_equal(shop_view(shop).token, "");
	assert_int_equal(bt_teller_reprint(shop->teller, shop->sale_id, BT_REPRINT_ASKED), BT_ESTATE);
	assert_int_equal(shop_try(shop, 50000, 0, 0), BT_EDIVERGED);
	assert_int_equal(bt_journal_newest(shop->journal, BT_EVENT_EXCEPTION, NULL, &event, NULL), BT_OK);
	assert_int_equal(bt_journal_state(shop->journal), BT_OK);
}

static void sale_teller_every_difference_stops(void **state)
{
	for (int part = 0; part < 3; part++) {
		struct shop *shop = *state;
		struct bt_answer answer;

		shop_pay(shop, 50000 + 100 * part);
		answer = shop_good(shop);
		answer.tid += part == 0 ? 16 : 0;
		answer.units += part == 1 ? 1 : 0;
		if (part == 2)
			answer.token[19] = answer.token[19] == '9' ? '8' : '9';
		shop_give(shop, &answer);
		assert_int_equal(shop_view(shop).state, BT_SALE_STOPPED);
		assert_string_equal(shop_view(shop).token, "");
		assert_string_equal(shop_row(shop).token, "");
		assert_int_equal(shop->jobs_count, 0);
		/* Only a person's decision opens the counter again. */
		assert_int_equal(bt_journal_put_json(shop->journal, BT_EVENT_ABANDONED, shop->sale_id,
						     json_pack("{s:s}", "reason", "returned"), &shop->fault),
				 BT_OK);
		shop_restart(shop);
	}
}

/* What is not about this sale, or has no token for a token sale, says nothing: the sale goes on as if unanswered. */
static void sale_teller_answer_for_another_sale(void **state)
{
	for (int part = 0; part < 4; part++) {
		struct shop *shop = *state;
		struct bt_answer answer;

		shop_pay(shop, 50000 + 100 * part);
		answer = part == 3 ? shop_bad(shop, BT_EREFUSED, "blocked") : shop_good(shop);
		if (part == 0 || part == 3)
			answer.sale_id[35] ^= 1;
		if (part == 1)
			answer.rev = 2;
		if (part == 2)
			answer.token[0] = 0;
		shop_give(shop, &answer);
		assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
		assert_true(shop_view(shop).made_here);
		assert_false(shop_view(shop).settled);
		assert_int_equal(bt_teller_state(shop->teller), BT_OK);
	}
}

static void sale_teller_answer_nobody_asked_for(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	shop_pay(shop, 50000);
	answer = shop_good(shop);
	shop_give(shop, &answer);
	shop_give(shop, &answer);
	answer.id = 12345;
	answer.token[3] = 'x';
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	answer.kind = BT_CALL_HEALTH;
	assert_false(bt_teller_answer(shop->teller, &answer));
}

static void sale_teller_refused_is_never_issued(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	shop_pay(shop, 50000);
	answer = shop_bad(shop, BT_EREFUSED, "unknown_consumer");
	bt_text_copy(answer.message_en, sizeof answer.message_en, "No such connection.");
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_REFUSED);
	assert_string_equal(shop_view(shop).refusal_en, "No such connection.");
	assert_int_equal(shop_row(shop).stage, BT_STAGE_REFUSED);
	assert_int_equal(bt_teller_issue_now(shop->teller, shop->sale_id), BT_ESTATE);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_ESTATE);
	shop_pass(shop, 60000);
	shop_restart(shop);
	assert_int_equal(shop_view(shop).state, BT_SALE_REFUSED);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_ESTATE);
	assert_string_equal(shop_row(shop).token, "");
}

/* PROTOCOL S2: "blocked" bars the meter here, also for a sale that is under way already. */
static void sale_teller_blocked_bars_the_meter(void **state)
{
	struct shop *shop = *state;
	char first[37];
	struct bt_answer answer;
	struct bt_consumer listed;

	assert_int_equal(bt_directory_put(shop->directory, &shop->consumer, NULL), BT_OK);
	shop_pay(shop, 50000);
	bt_text_copy(first, sizeof first, shop->sale_id);
	answer = shop_bad(shop, BT_EREFUSED, "blocked");
	shop_pay(shop, 60000);
	assert_true(bt_teller_answer(shop->teller, &answer));
	assert_int_equal(bt_directory_find(shop->directory, SHOP_NUMBER, &listed), BT_OK);
	assert_true(bt_consumer_is_blocked(&listed));
	assert_true(listed.key.present);
	shop_pass(shop, 3000);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_int_equal(shop_view(shop).denial, BT_DENY_BLOCKED);
	/* The screen may still hold the consumer as it was. */
	assert_int_equal(shop_try(shop, 70000, 0, 0), BT_ESTATE);
}

/* An account answered with a sale does not put an old key back over a newer one of the list (PROTOCOL T6). */
static void sale_teller_answer_leaves_newer_key(void **state)
{
	struct shop *shop = *state;
	struct bt_consumer newer = shop->consumer, listed;
	struct bt_answer answer;

	assert_int_equal(bt_directory_put(shop->directory, &shop->consumer, NULL), BT_OK);
	shop_pay(shop, 50000);
	newer.key = shop_sealed("4");
	assert_int_equal(bt_directory_put(shop->directory, &newer, NULL), BT_OK);
	answer = shop_good(shop);
	answer.has_account = true;
	answer.balance = 77;
	shop_give(shop, &answer);
	assert_int_equal(bt_directory_find(shop->directory, SHOP_NUMBER, &listed), BT_OK);
	assert_int_equal(listed.key.version, 4);
	assert_int_equal(listed.balance, 77);
}

/* The head-end was restored: nothing was committed, the era is taken over and the same body goes again at once
 * (PROTOCOL H4). A second new era is one too many for the consumer who waits: then it is as with any lost request. */
static void sale_teller_other_era_is_not_the_end(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	bt_vault_seal(&shop->vault);
	shop_pay(shop, 50000);
	answer = shop_bad(shop, BT_EREFUSED, "era");
	answer.era = 2;
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_VENDING);
	assert_int_equal(shop->calls_count, 2);
	assert_int_equal(shop->calls[1].era, 2);
	assert_string_equal(shop->calls[0].body, shop->calls[1].body);
	answer = shop_bad(shop, BT_EREFUSED, "era");
	answer.era = 3;
	shop_give(shop, &answer);
	assert_int_equal(shop->calls_count, 2);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	assert_int_equal(shop->calls[2].era, 3);
	/* Eras rise: one that has gone by is believed of nobody. */
	answer = shop_bad(shop, BT_EREFUSED, "era");
	answer.era = 1;
	shop_give(shop, &answer);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	assert_int_equal(shop->calls[3].era, 3);
	assert_string_equal(shop->calls[0].body, shop->calls[3].body);
}

/* The wait is the one that began with the payment, however often is asked. */
static void sale_teller_other_era_waits_no_longer(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	shop_pay(shop, 50000);
	shop_pass(shop, 2000);
	answer = shop_bad(shop, BT_EREFUSED, "era");
	answer.era = 2;
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_VENDING);
	shop_pass(shop, 999);
	assert_int_equal(shop_view(shop).state, BT_SALE_VENDING);
	shop_pass(shop, 1);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	assert_true(shop_view(shop).made_here);
}

static void sale_teller_clerk_ends_the_wait(void **state)
{
	struct shop *shop = *state;

	shop_pay(shop, 50000);
	bt_vault_seal(&shop->vault);
	assert_int_equal(bt_teller_issue_now(shop->teller, shop->sale_id), BT_ESTATE);
	assert_int_equal(shop_view(shop).state, BT_SALE_VENDING);
	shop_unlock(shop);
	assert_int_equal(bt_teller_issue_now(shop->teller, shop->sale_id), BT_OK);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	assert_int_equal(bt_teller_issue_now(shop->teller, shop->sale_id), BT_ESTATE);
}

/* A request that could not even be handed over waits for nobody and says nothing about the server. */
static void sale_teller_request_not_taken(void **state)
{
	struct shop *shop = *state;

	shop->submit_err = BT_EFULL;
	for (int i = 0; i < 3; i++) {
		shop_pay(shop, 50000 + 100 * i);
		assert_int_equal(bt_teller_due_ms(shop->teller), 0);
		shop_pass(shop, 0);
		assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	}
	assert_true(bt_breaker_worth_waiting(&shop->breaker));
}

/* A call that is never answered does not hold its sale for ever. */
static void sale_teller_call_never_answered(void **state)
{
	struct shop *shop = *state;

	bt_vault_seal(&shop->vault);
	shop_pay(shop, 50000);
	shop_pass(shop, 3000);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_ESTATE);
	assert_true(bt_teller_is_asking(shop->teller, shop->sale_id));
	shop_pass(shop, bt_teller_due_ms(shop->teller));
	assert_false(bt_teller_is_asking(shop->teller, shop->sale_id));
	assert_int_equal(bt_teller_due_ms(shop->teller), -1);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	assert_int_equal(shop->calls_count, 2);
}

static void sale_teller_dues_online_and_offline(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	shop->consumer.kind = BT_KIND_DUES;
	shop_pay(shop, 50000);
	assert_false(shop_view(shop).sale.has_tid);
	answer = shop_good(shop);
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_CREDITED);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_CREDITED);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	assert_int_equal(shop_view(shop).state, BT_SALE_DONE);

	shop_go_offline(shop);
	shop_pay(shop, 60000);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_int_equal(shop_view(shop).denial, BT_DENY_KIND);
	shop_go_online(shop);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	answer = shop_good(shop);
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_DONE);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_CREDITED);
	assert_string_equal(shop_row(shop).token, "");
}

/* PROTOCOL S1: with a balance no token is ever made, whatever is lost and whoever sends one. */
static void sale_teller_balance_is_never_a_token(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	shop->consumer.kind = BT_KIND_REMOTE;
	shop->consumer.takes_token = false;
	shop_pay(shop, 50000);
	assert_int_equal(shop_view(shop).sale.delivery, BT_DELIVERY_BALANCE);
	assert_false(shop_view(shop).sale.has_tid);
	answer = shop_bad(shop, BT_ELOST, "");
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	answer = shop_good(shop);
	bt_text_copy(answer.token, sizeof answer.token, "11112222333344445555");
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_DONE);
	assert_string_equal(shop_view(shop).token, "");
	assert_string_equal(shop_row(shop).token, "");
	for (int i = 0; i < shop->jobs_count; i++)
		assert_false(shop_shows_token(&shop->jobs[i].receipt));
}

/* The head-end posted the docket from the journal: credited and settled once, and a late refusal changes nothing. */
static void sale_teller_docket_posted_from_the_journal(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	shop->consumer.kind = BT_KIND_DUES;
	shop_pay(shop, 50000);
	shop_pass(shop, 3000);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_int_equal(bt_teller_note_posted(shop->teller, shop->sale_id), BT_OK);
	assert_int_equal(bt_teller_note_posted(shop->teller, shop->sale_id), BT_ESTATE);
	assert_int_equal(shop_view(shop).state, BT_SALE_DONE);
	assert_true(shop_row(shop).settled);
	answer = shop_bad(shop, BT_EREFUSED, "dues_too_much");
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_DONE);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_CREDITED);
}

/* Money taken against a docket is never "refused": the consumer has a slip and the head-end will post the fact. */
static void sale_teller_docket_refused_as_a_request_stays_owed(void **state)
{
	struct shop *shop = *state;
	struct bt_answer refused;

	shop->consumer.kind = BT_KIND_DUES;
	shop_go_offline(shop);
	shop_pay(shop, 50000);
	shop_go_online(shop);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	refused = shop_bad(shop, BT_EREFUSED, "dues_too_much");
	shop_give(shop, &refused);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_PENDING);
	assert_int_equal(bt_teller_note_posted(shop->teller, shop->sale_id), BT_OK);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_CREDITED);
}

static void sale_teller_more_than_the_dues_is_not_taken(void **state)
{
	struct shop *shop = *state;
	int64_t before = bt_journal_head(shop->journal).seq;

	shop->consumer.dues = 40000;
	assert_int_equal(shop_try(shop, 50000, 40100, 0), BT_ERANGE);
	shop->consumer.kind = BT_KIND_DUES;
	assert_int_equal(shop_try(shop, 50000, 0, 0), BT_ERANGE);
	assert_int_equal(bt_journal_head(shop->journal).seq, before);
	assert_int_equal(shop_try(shop, 40000, 0, 0), BT_OK);
}

static void sale_teller_split(void **state)
{
	struct shop *shop = *state;
	struct bt_sale_view view;

	assert_int_equal(shop_try(shop, 100000, 50000, 100000), BT_OK);
	view = shop_view(shop);
	assert_int_equal(view.sale.delivery, BT_DELIVERY_TOKEN);
	assert_int_equal(view.sale.quote.dues, 50000);
	assert_int_equal(view.sale.quote.units, 635);
	shop_pass(shop, 3000);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	assert_int_equal(shop_row(shop).dues, 50000);
	assert_int_equal(shop_row(shop).amount, 100000);
	/* All of it towards dues is no token; so little left that it buys no tenth of a unit is no sale. */
	assert_int_equal(shop_try(shop, 100000, 100000, 0), BT_OK);
	assert_int_equal(shop_view(shop).sale.delivery, BT_DELIVERY_DUES);
	assert_int_equal(shop_try(shop, 100000, 99990, 0), BT_ERANGE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(sale_teller_online),
	    TEST(sale_teller_asks_with_the_journaled_body),
	    TEST(sale_teller_lost_reply_is_made_here),
	    TEST(sale_teller_deadline_then_equal_answer_settles),
	    TEST(sale_teller_waits_less_when_it_was_waited_before),
	    TEST(sale_teller_one_late_call_does_not_close_the_line),
	    TEST(sale_teller_takes_what_the_next_key_made),
	    TEST(sale_teller_late_different_answer_stops),
	    TEST(sale_teller_every_difference_stops),
	    TEST(sale_teller_answer_for_another_sale),
	    TEST(sale_teller_answer_nobody_asked_for),
	    TEST(sale_teller_refused_is_never_issued),
	    TEST(sale_teller_blocked_bars_the_meter),
	    TEST(sale_teller_answer_leaves_newer_key),
	    TEST(sale_teller_other_era_is_not_the_end),
	    TEST(sale_teller_other_era_waits_no_longer),
	    TEST(sale_teller_clerk_ends_the_wait),
	    TEST(sale_teller_request_not_taken),
	    TEST(sale_teller_call_never_answered),
	    TEST(sale_teller_dues_online_and_offline),
	    TEST(sale_teller_balance_is_never_a_token),
	    TEST(sale_teller_docket_posted_from_the_journal),
	    TEST(sale_teller_docket_refused_as_a_request_stays_owed),
	    TEST(sale_teller_more_than_the_dues_is_not_taken),
	    TEST(sale_teller_split),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
