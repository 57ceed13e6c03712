/* Over whom a QR is made: chosen by who answers, on record before it is asked for, and kept to in every later question,
 * whatever is lost, restarted or set otherwise meanwhile.
 * rooms: core/sale core/shift core/wire core/receipt core/tender core/authority core/directory core/tariff core/journal
 * core/sts core/money core/base */
#include "tests/unit/upi_fixture.h"

#define OTHER_UTR "632599999999"

static void reopen(struct shop *shop, enum bt_upi_way upi, bool has_service)
{
	shop->upi = upi;
	shop->has_service = has_service;
	shop_restart(shop);
}

static int setup(void **state)
{
	shop_setup(state);
	reopen(*state, BT_UPI_BY_EITHER, true);
	return 0;
}

static void renew_shop(struct shop *shop)
{
	shop_end(shop);
	shop_make(shop);
	reopen(shop, BT_UPI_BY_EITHER, true);
}

/* ---- who was asked what ---- */

static int count_calls(const struct shop *shop, enum bt_call_kind kind, bool by_service)
{
	int count = 0;

	for (int i = 0; i < shop->calls_count; i++)
		count += shop->calls[i].kind == kind && shop->calls[i].by_service == by_service;
	return count;
}

static bool is_about_payment(const struct shop_call *call)
{
	return call->kind == BT_CALL_PAYMENT_OPEN || call->kind == BT_CALL_PAYMENT ||
	       call->kind == BT_CALL_PAYMENT_CLOSE;
}

/* From call @p from on every question about a payment went to one of the two alone. */
static void check_all_by(const struct shop *shop, int from, bool by_service)
{
	int asked = 0;

	for (int i = from; i < shop->calls_count; i++) {
		if (!is_about_payment(&shop->calls[i]))
			continue;
		assert_int_equal(shop->calls[i].by_service, by_service);
		asked++;
	}
	assert_true(asked > 0);
}

static void begin_by(struct shop *shop, bool by_service)
{
	begin(shop);
	assert_int_equal(last(shop)->by_service, by_service);
	assert_non_null(strstr(last(shop)->body, by_service ? "\"way\":\"psp\"" : "\"way\":\"head-end\""));
}

static void show_by(struct shop *shop, bool by_service)
{
	begin_by(shop, by_service);
	say(shop, BT_PAYMENT_ACTIVE);
	assert_int_equal(stage(shop), BT_UPI_SHOWN);
}

static enum bt_tender_way way_on_record(struct shop *shop)
{
	return shop_view(shop).sale.tenders[0].way;
}

static void service_goes(struct shop *shop)
{
	bt_breaker_note(&shop->service_breaker, BT_EUNREACHABLE, 0, 1500, shop->boot_ms, &shop->random);
	shop->service_breaker.next_probe_ms = shop->boot_ms + 3600000;
}

static void service_comes(struct shop *shop)
{
	bt_breaker_note(&shop->service_breaker, BT_OK, 10, 1500, shop->boot_ms, &shop->random);
}

/* ---- the choice ---- */

static void sale_upi_auto_asks_the_head_end_while_it_answers(void **state)
{
	struct shop *shop = *state;

	show_by(shop, false);
	wait_for(shop, BT_CALL_PAYMENT);
	say(shop, BT_PAYMENT_PAID);
	sold_by_server(shop);
	assert_int_equal(way_on_record(shop), BT_WAY_SERVER);
	for (int i = 0; i < shop->calls_count; i++)
		assert_false(shop->calls[i].by_service);
}

static void sale_upi_auto_asks_the_service_while_the_head_end_is_away(void **state)
{
	struct shop *shop = *state;

	shop_go_offline(shop);
	assert_true(bt_teller_upi_offered(shop->teller));
	show_by(shop, true);
	wait_for(shop, BT_CALL_PAYMENT);
	say(shop, BT_PAYMENT_PAID);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	assert_true(shop_view(shop).made_here);
	assert_int_equal(way_on_record(shop), BT_WAY_SERVICE);
	check_all_by(shop, 0, true);
	assert_int_equal(shop->jobs_count, 1);
}

/* Of a head-end that picks tokens itself whoever has the bank's word may have one made: none is made here, however the
 * money was heard of, and the head-end's own is given when it is back (PROTOCOL T1, T5). */
static const struct bt_protocol picks_itself = {.id = "picks", .convergent = false};

static void expect_no_token_here(struct shop *shop)
{
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_int_equal(shop_view(shop).denial, BT_DENY_SERVER);
	assert_false(shop_view(shop).made_here);
	assert_false(shop_view(shop).sale.has_tid);
	assert_string_equal(shop_row(shop).token, "");
}

static void expect_their_token(struct shop *shop)
{
	struct bt_answer answer;

	shop_go_online(shop);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	assert_int_equal(last(shop)->kind, BT_CALL_SALE);
	assert_false(last(shop)->by_service);
	assert_null(strstr(last(shop)->body, "\"tid\""));
	assert_non_null(strstr(last(shop)->body, UTR));
	answer = shop_good(shop);
	answer.units = shop_view(shop).sale.quote.units;
	answer.tid = 77777;
	bt_text_copy(answer.token, sizeof answer.token, "99998888777766665555");
	shop_give(shop, &answer);
	assert_string_equal(shop_row(shop).token, "99998888777766665555");
	assert_int_equal(shop_row(shop).tid, 77777);
}

static void sale_upi_paid_by_the_service_is_left_to_who_picks_tokens(void **state)
{
	struct shop *shop = *state;

	shop->wire.protocol = &picks_itself;
	shop_go_offline(shop);
	show_by(shop, true);
	wait_for(shop, BT_CALL_PAYMENT);
	say(shop, BT_PAYMENT_PAID);
	expect_no_token_here(shop);
	assert_false(shop_shows_token(&shop->jobs[0].receipt));
	shop_printed(shop, BT_PRINT_CONFIRMED);
	shop_restart(shop);
	assert_int_equal(bt_teller_issue_now(shop->teller, shop->sale_id), BT_ESTATE);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_PENDING);
	expect_their_token(shop);
}

/* It answers, and is gone when the sale is to be sent: nothing has left. */
static void sale_upi_paid_by_the_service_when_the_head_end_goes(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	reopen(shop, BT_UPI_BY_SERVICE, true);
	shop->wire.protocol = &picks_itself;
	show_by(shop, true);
	wait_for(shop, BT_CALL_PAYMENT);
	say(shop, BT_PAYMENT_PAID);
	assert_int_equal(last(shop)->kind, BT_CALL_SALE);
	answer = shop_bad(shop, BT_EUNREACHABLE, "");
	answer.sale_id[0] = 0;
	shop_give(shop, &answer);
	expect_no_token_here(shop);
	expect_their_token(shop);
}

/* One silence, and the breaker has not opened yet: the other one is there. */
static void sale_upi_auto_does_not_try_a_silent_head_end(void **state)
{
	struct shop *shop = *state;

	bt_breaker_note(&shop->breaker, BT_ETIMEOUT, 10000, 1500, shop->boot_ms, &shop->random);
	assert_true(bt_breaker_worth_waiting(&shop->breaker));
	begin_by(shop, true);
}

/* Slow is no silence. */
static void sale_upi_auto_asks_a_slow_head_end(void **state)
{
	struct shop *shop = *state;

	for (int i = 0; i < 3; i++)
		bt_breaker_note(&shop->breaker, BT_OK, 5000, 1500, shop->boot_ms, &shop->random);
	assert_false(bt_breaker_worth_waiting(&shop->breaker));
	begin_by(shop, false);
}

static void sale_upi_auto_needs_one_of_the_two(void **state)
{
	struct shop *shop = *state;

	service_goes(shop);
	assert_true(bt_teller_upi_offered(shop->teller));
	shop_go_offline(shop);
	assert_false(bt_teller_upi_offered(shop->teller));
	assert_int_equal(try_upi(shop, shop->sale_id), BT_EUNREACHABLE);
	service_comes(shop);
	assert_true(bt_teller_upi_offered(shop->teller));
}

/* Each of the other settings keeps to the one it names, whoever else could be asked. */
static void sale_upi_set_ways_are_kept_to(void **state)
{
	struct shop *shop = *state;

	reopen(shop, BT_UPI_BY_SERVER, true);
	begin_by(shop, false);
	shop_go_offline(shop);
	assert_false(bt_teller_upi_offered(shop->teller));
	shop_go_online(shop);
	reopen(shop, BT_UPI_BY_SERVICE, true);
	begin_by(shop, true);
	service_goes(shop);
	assert_false(bt_teller_upi_offered(shop->teller));
	service_comes(shop);
	reopen(shop, BT_UPI_OFF, true);
	assert_false(bt_teller_upi_offered(shop->teller));
}

/* ---- before there is a QR ---- */

/* No byte of the request left: the same sale, under another name, over the other way. */
static void sale_upi_auto_goes_on_where_nothing_had_left(void **state)
{
	struct shop *shop = *state;
	struct bt_sale first;
	char name[80];

	begin_by(shop, false);
	first = shop_view(shop).sale;
	bt_text_copy(name, sizeof name, last(shop)->payment_id);
	say_error(shop, BT_EUNREACHABLE, "");
	assert_int_equal(last(shop)->kind, BT_CALL_PAYMENT_OPEN);
	assert_true(last(shop)->by_service);
	assert_string_not_equal(last(shop)->payment_id, name);
	assert_string_equal(last(shop)->sale_id, first.sale_id);
	assert_int_equal(shop_view(shop).sale.tid, first.tid);
	assert_int_equal(shop_view(shop).sale.rnd, first.rnd);
	assert_string_equal(shop_view(shop).sale.receipt, first.receipt);
	assert_int_equal(way_on_record(shop), BT_WAY_SERVICE);
	say(shop, BT_PAYMENT_ACTIVE);
	assert_int_equal(stage(shop), BT_UPI_SHOWN);
	assert_int_equal(bt_teller_upi_waiting(shop->teller, BT_UPI_WAITING, (struct bt_upi_view[BT_UPI_WAITING]){0}),
			 1);
	wait_for(shop, BT_CALL_PAYMENT);
	say(shop, BT_PAYMENT_PAID);
	assert_true(shop_view(shop).made_here);
	assert_int_equal(count_calls(shop, BT_CALL_PAYMENT_OPEN, false), 1);
}

/* PROTOCOL H3: it may exist. However long nobody answers, nobody else is asked for a QR of that sale. */
static void check_it_stays(struct shop *shop, const char *name)
{
	shop_go_offline(shop);
	for (int i = 0; i < 600; i++)
		shop_pass(shop, 1000);
	assert_int_equal(stage(shop), BT_UPI_ASKING);
	assert_int_equal(bt_teller_upi_renew(shop->teller, shop->sale_id), BT_ESTATE);
	assert_int_equal(count_calls(shop, BT_CALL_PAYMENT_OPEN, true), 0);
	shop_go_online(shop);
	wait_for(shop, BT_CALL_PAYMENT);
	assert_false(last(shop)->by_service);
	assert_string_equal(last(shop)->payment_id, name);
}

static void sale_upi_auto_stays_where_the_request_was_lost(void **state)
{
	static const enum bt_err lost[] = {BT_ELOST, BT_ETIMEOUT, BT_EGARBAGE};
	struct shop *shop = *state;
	char name[80];

	for (size_t i = 0; i < sizeof lost / sizeof lost[0]; i++) {
		begin_by(shop, false);
		bt_text_copy(name, sizeof name, last(shop)->payment_id);
		say_error(shop, lost[i], "");
		check_it_stays(shop, name);
		renew_shop(shop);
	}
}

/* "Not there" is no promise of the head-end's: the lost request may still arrive. */
static void sale_upi_auto_stays_after_not_there(void **state)
{
	struct shop *shop = *state;
	char name[80];

	begin_by(shop, false);
	bt_text_copy(name, sizeof name, last(shop)->payment_id);
	say_error(shop, BT_ELOST, "");
	wait_for(shop, BT_CALL_PAYMENT);
	say_error(shop, BT_EREFUSED, "unknown_payment");
	wait_for(shop, BT_CALL_PAYMENT_OPEN);
	assert_string_equal(last(shop)->payment_id, name);
	assert_false(last(shop)->by_service);
	say_error(shop, BT_EUNREACHABLE, "");
	for (int i = 0; i < 300; i++)
		shop_pass(shop, 1000);
	assert_int_equal(count_calls(shop, BT_CALL_PAYMENT_OPEN, true), 0);
	assert_int_equal(stage(shop), BT_UPI_ASKING);
}

/* The lights went out with the request: nobody knows any more whether it left. */
static void sale_upi_auto_stays_after_a_cut(void **state)
{
	struct shop *shop = *state;
	char name[80];

	begin_by(shop, false);
	bt_text_copy(name, sizeof name, last(shop)->payment_id);
	shop_restart(shop);
	check_it_stays(shop, name);
}

/* A request that this counter could not even hand over says nothing of the head-end. */
static void sale_upi_auto_asks_again_when_the_fault_is_here(void **state)
{
	struct shop *shop = *state;

	begin_by(shop, false);
	say_error(shop, BT_EINPUT, "");
	wait_for(shop, BT_CALL_PAYMENT_OPEN);
	assert_false(last(shop)->by_service);
}

/* Neither was there; the first one that comes makes the QR. */
static void sale_upi_auto_takes_whoever_comes_first(void **state)
{
	struct shop *shop = *state;

	shop_go_offline(shop);
	begin_by(shop, true);
	say_error(shop, BT_EUNREACHABLE, "");
	service_goes(shop);
	for (int i = 0; i < 60; i++)
		shop_pass(shop, 1000);
	assert_int_equal(stage(shop), BT_UPI_ASKING);
	assert_int_equal(shop->calls_count, 1);
	shop_go_online(shop);
	wait_for(shop, BT_CALL_PAYMENT_OPEN);
	assert_false(last(shop)->by_service);
	assert_int_equal(way_on_record(shop), BT_WAY_SERVER);
	say(shop, BT_PAYMENT_ACTIVE);
	assert_int_equal(stage(shop), BT_UPI_SHOWN);
}

/* A no of the head-end's is an answer: the service is no way round it. */
static void sale_upi_auto_is_no_way_round_a_refusal(void **state)
{
	struct shop *shop = *state;

	begin_by(shop, false);
	say_error(shop, BT_EREFUSED, "blocked");
	assert_int_equal(stage(shop), BT_UPI_DEAD);
	wait_for(shop, BT_CALL_PAYMENT_CLOSE);
	say(shop, BT_PAYMENT_CLOSED);
	shop_go_offline(shop);
	assert_int_equal(bt_teller_upi_renew(shop->teller, shop->sale_id), BT_ESTATE);
	shop_go_online(shop);
	assert_int_equal(bt_teller_upi_renew(shop->teller, shop->sale_id), BT_OK);
	assert_false(last(shop)->by_service);
}

/* ---- every later question ---- */

/* The head-end comes and goes: what the service made is asked of the service, until after its end. */
static void sale_upi_questions_go_the_way_of_the_qr(void **state)
{
	struct shop *shop = *state;
	struct bt_answer paid;
	int from;

	shop_go_offline(shop);
	show_by(shop, true);
	shop_go_online(shop);
	from = shop->calls_count;
	wait_for(shop, BT_CALL_PAYMENT);
	say(shop, BT_PAYMENT_ACTIVE);
	assert_int_equal(bt_teller_upi_ask(shop->teller, shop->sale_id), BT_OK);
	say(shop, BT_PAYMENT_ACTIVE);
	assert_int_equal(bt_teller_upi_stop(shop->teller, shop->sale_id, false), BT_OK);
	assert_int_equal(last(shop)->kind, BT_CALL_PAYMENT_CLOSE);
	say(shop, BT_PAYMENT_CLOSED);
	assert_int_equal(stage(shop), BT_UPI_ENDED);
	wait_for(shop, BT_CALL_PAYMENT);
	check_all_by(shop, from, true);
	paid = word(shop, BT_PAYMENT_PAID);
	shop_give(shop, &paid);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_PENDING);
	assert_int_equal(way_on_record(shop), BT_WAY_SERVICE);
}

/* Its answers are no news of the head-end, and the other way round. */
static void sale_upi_silence_counts_against_who_was_silent(void **state)
{
	struct shop *shop = *state;

	shop_go_offline(shop);
	show_by(shop, true);
	wait_for(shop, BT_CALL_PAYMENT);
	say(shop, BT_PAYMENT_ACTIVE);
	assert_int_equal(shop->breaker.state, BT_BREAKER_OFFLINE);
	wait_for(shop, BT_CALL_PAYMENT);
	shop_go_online(shop);
	say_error(shop, BT_EUNREACHABLE, "");
	assert_int_equal(shop->breaker.state, BT_BREAKER_ONLINE);
	assert_int_equal(shop->service_breaker.state, BT_BREAKER_OFFLINE);
}

/* After a restart and under any other setting: only the record says whom to ask. */
static void sale_upi_the_record_says_whom_to_ask(void **state)
{
	static const enum bt_upi_way settings[] = {BT_UPI_BY_EITHER, BT_UPI_BY_SERVER, BT_UPI_BY_SERVICE, BT_UPI_OFF};
	struct shop *shop = *state;

	for (int by_service = 0; by_service <= 1; by_service++) {
		for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
			int from;

			if (by_service)
				shop_go_offline(shop);
			show_by(shop, by_service);
			shop_go_online(shop);
			reopen(shop, settings[i], true);
			from = shop->calls_count;
			wait_for(shop, BT_CALL_PAYMENT);
			check_all_by(shop, from, by_service);
			say(shop, BT_PAYMENT_PAID);
			assert_int_equal(stage(shop), BT_UPI_PAID);
			assert_int_equal(way_on_record(shop), by_service ? BT_WAY_SERVICE : BT_WAY_SERVER);
			renew_shop(shop);
		}
	}
}

/* The key was taken out of the settings: nobody else is asked, and nothing is said to be over. */
static void sale_upi_a_service_that_is_not_set_any_more(void **state)
{
	struct shop *shop = *state;
	int before;

	shop_go_offline(shop);
	show_by(shop, true);
	shop_go_online(shop);
	reopen(shop, BT_UPI_BY_SERVER, false);
	before = shop->calls_count;
	for (int i = 0; i < 600; i++)
		shop_pass(shop, 1000);
	assert_int_equal(shop->calls_count, before);
	assert_true(upi_view(shop).unreachable);
	assert_int_equal(bt_teller_upi_ask(shop->teller, shop->sale_id), BT_ESTATE);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_TENDERING);
	reopen(shop, BT_UPI_BY_SERVER, true);
	wait_for(shop, BT_CALL_PAYMENT);
	assert_true(last(shop)->by_service);
	say(shop, BT_PAYMENT_PAID);
	sold_by_server(shop);
}

/* ---- two QRs of one sale ---- */

/* Only closed, and by who made it, is a QR out of the way of one that somebody else makes. */
static void sale_upi_auto_new_qr_needs_the_old_one_closed(void **state)
{
	struct shop *shop = *state;

	show_by(shop, false);
	wait_for(shop, BT_CALL_PAYMENT);
	say_attempt(shop, BT_ATTEMPT_FAILED);
	assert_int_equal(last(shop)->kind, BT_CALL_PAYMENT_CLOSE);
	say_error(shop, BT_EUNREACHABLE, "");
	assert_int_equal(stage(shop), BT_UPI_DEAD);
	assert_int_equal(bt_teller_upi_renew(shop->teller, shop->sale_id), BT_ESTATE);
	shop_go_online(shop);
	wait_for(shop, BT_CALL_PAYMENT_CLOSE);
	assert_false(last(shop)->by_service);
	say(shop, BT_PAYMENT_CLOSED);
	shop_go_offline(shop);
	assert_int_equal(bt_teller_upi_renew(shop->teller, shop->sale_id), BT_OK);
	assert_int_equal(last(shop)->kind, BT_CALL_PAYMENT_OPEN);
	assert_true(last(shop)->by_service);
}

/* The other direction: the head-end does not close what the service made. */
static void sale_upi_auto_new_qr_back_at_the_head_end(void **state)
{
	struct shop *shop = *state;

	shop_go_offline(shop);
	show_by(shop, true);
	wait_for(shop, BT_CALL_PAYMENT);
	say_attempt(shop, BT_ATTEMPT_FAILED);
	assert_int_equal(last(shop)->kind, BT_CALL_PAYMENT_CLOSE);
	shop_go_online(shop);
	assert_int_equal(bt_teller_upi_renew(shop->teller, shop->sale_id), BT_ESTATE);
	say(shop, BT_PAYMENT_CLOSED);
	assert_int_equal(bt_teller_upi_renew(shop->teller, shop->sale_id), BT_OK);
	assert_int_equal(last(shop)->kind, BT_CALL_PAYMENT_OPEN);
	assert_false(last(shop)->by_service);
}

/* A first QR at the head-end, a second one there that its request closes, a third elsewhere: all before it are closed.
 */
static void sale_upi_auto_every_old_qr_is_closed_first(void **state)
{
	struct shop *shop = *state;
	char second[80];

	show_by(shop, false);
	wait_for(shop, BT_CALL_PAYMENT);
	say_attempt(shop, BT_ATTEMPT_FAILED);
	say_error(shop, BT_EGARBAGE, "");
	shop_go_online(shop);
	assert_int_equal(bt_teller_upi_renew(shop->teller, shop->sale_id), BT_OK);
	bt_text_copy(second, sizeof second, last(shop)->payment_id);
	say_error(shop, BT_EREFUSED, "payment_closed");
	for (int i = 0; i < 10; i++) {
		shop_pass(shop, 1000);
		if (last(shop)->kind == BT_CALL_PAYMENT_CLOSE && strcmp(last(shop)->payment_id, second) == 0)
			break;
	}
	assert_string_equal(last(shop)->payment_id, second);
	say(shop, BT_PAYMENT_CLOSED);
	assert_int_equal(stage(shop), BT_UPI_DEAD);
	shop_go_offline(shop);
	assert_int_equal(bt_teller_upi_renew(shop->teller, shop->sale_id), BT_ESTATE);
}

static void begin_two(struct shop *shop, char first[80])
{
	show_by(shop, false);
	bt_text_copy(first, 80, last(shop)->payment_id);
	wait_for(shop, BT_CALL_PAYMENT);
	say_attempt(shop, BT_ATTEMPT_FAILED);
	say(shop, BT_PAYMENT_CLOSED);
	shop_go_offline(shop);
	assert_int_equal(bt_teller_upi_renew(shop->teller, shop->sale_id), BT_OK);
	say(shop, BT_PAYMENT_ACTIVE);
	assert_int_equal(stage(shop), BT_UPI_SHOWN);
}

/* The first is asked about again where it was made, and has money too. */
static void check_second_is_named(struct shop *shop, const char *first)
{
	struct bt_event event;
	struct bt_answer answer;
	struct bt_buf body;
	bool seen = false;

	shop_go_online(shop);
	for (int i = 0; i < 200 && !seen; i++) {
		int before = shop->calls_count;

		shop_pass(shop, 1000);
		seen = shop->calls_count > before && strcmp(last(shop)->payment_id, first) == 0;
	}
	assert_true(seen);
	assert_false(last(shop)->by_service);
	answer = word(shop, BT_PAYMENT_PAID);
	bt_text_copy(answer.payment.utr, sizeof answer.payment.utr, OTHER_UTR);
	shop_give(shop, &answer);
	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	assert_int_equal(bt_journal_newest(shop->journal, BT_EVENT_EXCEPTION, shop->sale_id, &event, &body), BT_OK);
	assert_non_null(strstr((const char *)body.data, "\"code\":\"paid_twice\""));
	assert_non_null(strstr((const char *)body.data, "\"utr\":\"" OTHER_UTR "\""));
	assert_non_null(strstr((const char *)body.data, "\"way\":\"head-end\""));
	bt_buf_fini(&body);
	assert_string_equal(shop_view(shop).sale.tenders[0].reference, UTR);
	assert_int_equal(way_on_record(shop), BT_WAY_SERVICE);
	assert_int_equal(shop->jobs_count, 1);
}

static void sale_upi_auto_both_ways_paid(void **state)
{
	struct shop *shop = *state;
	char first[80];

	begin_two(shop, first);
	wait_for(shop, BT_CALL_PAYMENT);
	assert_true(last(shop)->by_service);
	say(shop, BT_PAYMENT_PAID);
	assert_true(shop_view(shop).made_here);
	check_second_is_named(shop, first);
}

static void sale_upi_auto_both_ways_paid_and_a_cut(void **state)
{
	struct shop *shop = *state;
	char first[80];

	begin_two(shop, first);
	wait_for(shop, BT_CALL_PAYMENT);
	say(shop, BT_PAYMENT_PAID);
	assert_true(shop_view(shop).made_here);
	shop_restart(shop);
	check_second_is_named(shop, first);
}

/* It is the first that is paid, late, while the second is up: that one is closed by who made it. */
static void sale_upi_auto_the_first_is_paid_late(void **state)
{
	struct shop *shop = *state;
	char first[80], second[80];
	bool seen = false;

	begin_two(shop, first);
	bt_text_copy(second, sizeof second, last(shop)->payment_id);
	shop_go_online(shop);
	for (int i = 0; i < 300 && !seen; i++) {
		int before = shop->calls_count;

		shop_pass(shop, 1000);
		seen = shop->calls_count > before && strcmp(last(shop)->payment_id, first) == 0;
		if (shop->calls_count > before && !seen)
			say(shop, BT_PAYMENT_ACTIVE);
	}
	assert_true(seen);
	assert_false(last(shop)->by_service);
	say(shop, BT_PAYMENT_PAID);
	assert_int_equal(way_on_record(shop), BT_WAY_SERVER);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_VENDING);
	for (int i = 0; i < 20 && strcmp(last(shop)->payment_id, second) != 0; i++)
		shop_pass(shop, 1000);
	assert_int_equal(last(shop)->kind, BT_CALL_PAYMENT_CLOSE);
	assert_string_equal(last(shop)->payment_id, second);
	assert_true(last(shop)->by_service);
}

/* ---- records from before ways were told apart ---- */

/* An intent as it was written then: of another sale than any here, without the word. */
static void put_old_intent(struct shop *shop)
{
	struct bt_event_in event = {.kind = BT_EVENT_INTENT, .sale_id = shop->sale_id};
	struct bt_sale sale;
	struct bt_buf body;

	show_by(shop, false);
	sale = shop_view(shop).sale;
	say(shop, BT_PAYMENT_ACTIVE);
	assert_int_equal(bt_teller_upi_stop(shop->teller, shop->sale_id, false), BT_OK);
	say(shop, BT_PAYMENT_CLOSED);
	sale.sale_id[35] = sale.sale_id[35] == 'f' ? 'e' : 'f';
	sale.tenders[0].id[35] = sale.tenders[0].id[35] == 'f' ? 'e' : 'f';
	sale.tenders[0].way = BT_WAY_UNSAID;
	sale.receipt[strlen(sale.receipt) - 1] = 'X';
	sale.has_tid = false;
	bt_text_copy(shop->sale_id, sizeof shop->sale_id, sale.sale_id);
	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	assert_int_equal(bt_sale_encode(&sale, &body), BT_OK);
	assert_null(strstr((const char *)body.data, "\"way\""));
	event.body = bt_buf_view(&body);
	assert_int_equal(bt_journal_put(shop->journal, &event, 1, &shop->fault), BT_OK);
	bt_buf_fini(&body);
}

/* The newest question about the sale to one of the two. */
static const struct shop_call *asked_of(const struct shop *shop, int from, bool by_service)
{
	for (int i = shop->calls_count - 1; i >= from; i--)
		if (shop->calls[i].by_service == by_service && strcmp(shop->calls[i].sale_id, shop->sale_id) == 0)
			return &shop->calls[i];
	return NULL;
}

/* It may be either's: each is told to close it, neither is asked for it again, and no other QR comes before both have
 * said so. */
static void sale_upi_old_record_is_asked_about_both_ways(void **state)
{
	static const enum bt_upi_way settings[] = {BT_UPI_BY_EITHER, BT_UPI_BY_SERVER, BT_UPI_BY_SERVICE};
	struct shop *shop = *state;

	for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
		struct bt_answer closed;
		int from;

		put_old_intent(shop);
		reopen(shop, settings[i], true);
		from = shop->calls_count;
		shop_pass(shop, 1);
		for (int by_service = 0; by_service <= 1; by_service++) {
			assert_non_null(asked_of(shop, from, by_service));
			assert_int_equal(asked_of(shop, from, by_service)->kind, BT_CALL_PAYMENT_CLOSE);
			assert_int_equal(bt_teller_upi_renew(shop->teller, shop->sale_id), BT_ESTATE);
		}
		closed = word_to(shop, asked_of(shop, from, false), BT_PAYMENT_CLOSED);
		shop_give(shop, &closed);
		assert_int_equal(bt_teller_upi_renew(shop->teller, shop->sale_id), BT_ESTATE);
		closed = word_to(shop, asked_of(shop, from, true), BT_PAYMENT_CLOSED);
		shop_give(shop, &closed);
		assert_int_equal(stage(shop), BT_UPI_DEAD);
		assert_int_equal(bt_teller_upi_renew(shop->teller, shop->sale_id), BT_OK);
		renew_shop(shop);
	}
}

/* Whichever of the two has the money is who it is from, on record from now on. */
static void sale_upi_old_record_is_paid_either_way(void **state)
{
	struct shop *shop = *state;

	for (int by_service = 0; by_service <= 1; by_service++) {
		struct bt_answer paid, again;
		int from;

		put_old_intent(shop);
		shop_restart(shop);
		from = shop->calls_count;
		shop_pass(shop, 1);
		paid = word_to(shop, asked_of(shop, from, by_service), BT_PAYMENT_PAID);
		again = word_to(shop, asked_of(shop, from, !by_service), BT_PAYMENT_PAID);
		shop_give(shop, &paid);
		assert_int_equal(stage(shop), BT_UPI_PAID);
		assert_int_equal(way_on_record(shop), by_service ? BT_WAY_SERVICE : BT_WAY_SERVER);
		/* A head-end that knows the service's payments says it too: it is one and the same. */
		shop_give(shop, &again);
		assert_false(bt_journal_has_exception(shop->journal, shop->sale_id, "paid_twice"));
		renew_shop(shop);
	}
}

/* Where there was never a payment service it can only be the head-end's, and is shown again. */
static void sale_upi_old_record_of_a_counter_without_a_service(void **state)
{
	struct shop *shop = *state;

	reopen(shop, BT_UPI_BY_SERVER, false);
	put_old_intent(shop);
	shop_restart(shop);
	assert_int_equal(stage(shop), BT_UPI_ASKING);
	shop_pass(shop, 1);
	const struct shop_call *call = asked_of(shop, 0, false);
	struct bt_answer answer = word_to(shop, call, BT_PAYMENT_ACTIVE);
	assert_int_equal(call->kind, BT_CALL_PAYMENT);
	shop_give(shop, &answer);
	call = asked_of(shop, 0, false);
	assert_int_equal(call->kind, BT_CALL_PAYMENT_OPEN);
	answer = word_to(shop, call, BT_PAYMENT_ACTIVE);
	shop_give(shop, &answer);
	assert_int_equal(stage(shop), BT_UPI_SHOWN);
	assert_int_equal(count_calls(shop, BT_CALL_PAYMENT, true), 0);
}

#define WITH_SHOP(test) cmocka_unit_test_setup_teardown(test, setup, shop_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_SHOP(sale_upi_auto_asks_the_head_end_while_it_answers),
	    WITH_SHOP(sale_upi_auto_asks_the_service_while_the_head_end_is_away),
	    WITH_SHOP(sale_upi_paid_by_the_service_is_left_to_who_picks_tokens),
	    WITH_SHOP(sale_upi_paid_by_the_service_when_the_head_end_goes),
	    WITH_SHOP(sale_upi_auto_does_not_try_a_silent_head_end),
	    WITH_SHOP(sale_upi_auto_asks_a_slow_head_end),
	    WITH_SHOP(sale_upi_auto_needs_one_of_the_two),
	    WITH_SHOP(sale_upi_set_ways_are_kept_to),
	    WITH_SHOP(sale_upi_auto_goes_on_where_nothing_had_left),
	    WITH_SHOP(sale_upi_auto_stays_where_the_request_was_lost),
	    WITH_SHOP(sale_upi_auto_stays_after_not_there),
	    WITH_SHOP(sale_upi_auto_stays_after_a_cut),
	    WITH_SHOP(sale_upi_auto_asks_again_when_the_fault_is_here),
	    WITH_SHOP(sale_upi_auto_takes_whoever_comes_first),
	    WITH_SHOP(sale_upi_auto_is_no_way_round_a_refusal),
	    WITH_SHOP(sale_upi_questions_go_the_way_of_the_qr),
	    WITH_SHOP(sale_upi_silence_counts_against_who_was_silent),
	    WITH_SHOP(sale_upi_the_record_says_whom_to_ask),
	    WITH_SHOP(sale_upi_a_service_that_is_not_set_any_more),
	    WITH_SHOP(sale_upi_auto_new_qr_needs_the_old_one_closed),
	    WITH_SHOP(sale_upi_auto_new_qr_back_at_the_head_end),
	    WITH_SHOP(sale_upi_auto_every_old_qr_is_closed_first),
	    WITH_SHOP(sale_upi_auto_both_ways_paid),
	    WITH_SHOP(sale_upi_auto_both_ways_paid_and_a_cut),
	    WITH_SHOP(sale_upi_auto_the_first_is_paid_late),
	    WITH_SHOP(sale_upi_old_record_is_asked_about_both_ways),
	    WITH_SHOP(sale_upi_old_record_is_paid_either_way),
	    WITH_SHOP(sale_upi_old_record_of_a_counter_without_a_service),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
