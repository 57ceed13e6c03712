/* Money back: a supervisor's word first, the head-end's second, cash last; cut at every step. PROTOCOL S5, S9, H3.
 * rooms: core/sale core/shift core/authority core/journal core/directory core/wire core/receipt core/sts core/base */
#include "tests/unit/teller_fixture.h"

static int setup(void **state)
{
	static const struct bt_operator people[] = {
	    {.id = "rina", .name = {.en = "Rina Kumari"}, .role = BT_ROLE_CLERK},
	    {.id = "jha", .name = {.en = "A. K. Jha"}, .role = BT_ROLE_SUPERVISOR},
	    {.id = "das", .name = {.en = "P. Das"}, .role = BT_ROLE_AUDITOR}};
	int failed = shop_setup(state);
	struct shop *shop = *state;

	if (failed)
		return failed;
	memcpy(shop->enrolment.operators, people, sizeof people);
	shop->enrolment.operator_count = 3;
	return 0;
}

static enum bt_err refund(struct shop *shop, const char *docket)
{
	const struct bt_approval approval = {.by = "jha", .reason = "no_token", .docket = docket};

	return bt_teller_refund(shop->teller, shop->sale_id, &approval);
}

/* Paid, and refused by the head-end: the plainest way to a refund. */
static void pay_and_be_refused(struct shop *shop)
{
	struct bt_answer answer;

	shop_pay(shop, 50000);
	answer = shop_bad(shop, BT_EREFUSED, "unknown_consumer");
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_REFUSED);
	assert_int_equal(shop->jobs_count, 0);
}

/* Offline, keys locked: paid, with a docket in the consumer's hand. */
static void pay_for_a_docket(struct shop *shop)
{
	bt_vault_seal(&shop->vault);
	shop_go_offline(shop);
	shop_pay(shop, 50000);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	shop->jobs_count = 0;
}

static void be_reversed(struct shop *shop)
{
	struct bt_answer answer = shop_good(shop);

	assert_int_equal(answer.kind, BT_CALL_REVERSAL);
	answer.token[0] = 0;
	answer.tid = 0;
	shop_give(shop, &answer);
}

static int64_t count_events(struct shop *shop, enum bt_event_kind kind)
{
	struct bt_event event;

	return bt_journal_newest(shop->journal, kind, shop->sale_id, &event, NULL) == BT_OK ? 1 : 0;
}

static bool says(const struct bt_receipt *receipt, const char *text)
{
	for (int i = 0; i < receipt->count; i++)
		if (strcmp(receipt->lines[i].left, text) == 0)
			return true;
	return false;
}

/* Refused, approved, reversed, paid out: one drawer, one slip, and nothing before the head-end's word. */
static void refund_of_a_refused_sale(void **state)
{
	struct shop *shop = *state;

	pay_and_be_refused(shop);
	assert_true(shop_view(shop).refundable);
	assert_int_equal(refund(shop, NULL), BT_OK);
	assert_int_equal(shop_view(shop).state, BT_SALE_REFUNDING);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_REFUNDING);
	assert_int_equal(shop->calls[1].kind, BT_CALL_REVERSAL);
	assert_int_equal(shop->jobs_count, 0);
	be_reversed(shop);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_REFUNDED);
	assert_int_equal(shop->jobs_count, 1);
	assert_true(shop->jobs[0].open_drawer);
	assert_int_equal(shop->jobs[0].copy, 1);
	assert_false(shop_shows_token(&shop->jobs[0].receipt));
	assert_true(says(&shop->jobs[0].receipt, "REFUND"));
	assert_true(says(&shop->jobs[0].receipt, "Approved by A. K. Jha."));
	shop_printed(shop, BT_PRINT_CONFIRMED);
	assert_int_equal(bt_teller_reprint(shop->teller, shop->sale_id, BT_REPRINT_ASKED), BT_OK);
	assert_int_equal(shop->jobs[1].copy, 2);
	assert_false(shop->jobs[1].open_drawer);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	shop_restart(shop);
	assert_int_equal(shop_view(shop).state, BT_SALE_REFUNDED);
	assert_int_equal(shop_view(shop).copies, 2);
	assert_string_equal(shop_view(shop).approved_by, "jha");
	assert_int_equal(refund(shop, NULL), BT_ESTATE);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_ESTATE);
}

/* Neither the clerk, nor an auditor, nor a name nobody knows; and a reason is a word that can be sent. */
static void refund_needs_a_supervisor(void **state)
{
	static const struct {
		struct bt_approval approval;
		enum bt_err err;
	} rows[] = {{{"rina", "other", NULL}, BT_EAUTH},
		    {{"das", "other", NULL}, BT_EAUTH},
		    {{"nobody", "other", NULL}, BT_EAUTH},
		    {{"", "other", NULL}, BT_EAUTH},
		    {{"jha", "", NULL}, BT_EINPUT},
		    {{"jha", "Other reason", NULL}, BT_EINPUT},
		    {{"jha", "an_endless_reason_that_no_record_takes", NULL}, BT_EINPUT}};
	struct shop *shop = *state;

	pay_and_be_refused(shop);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(bt_teller_refund(shop->teller, shop->sale_id, &rows[i].approval), rows[i].err);
	/* The supervisor at the counter does not approve what he asks for. */
	bt_teller_set_operator(shop->teller, "jha", 611);
	assert_int_equal(refund(shop, NULL), BT_EAUTH);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_REFUSED);
	assert_int_equal(shop->calls_count, 1);
}

/* PROTOCOL S9: whatever was made or shown is never refunded. */
static void refund_of_a_token_is_impossible(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	shop_pay(shop, 50000);
	assert_int_equal(refund(shop, NULL), BT_ESTATE); /* a wait is ended, not refunded */
	answer = shop_good(shop);
	shop_give(shop, &answer);
	assert_int_equal(refund(shop, NULL), BT_ESTATE);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	assert_int_equal(refund(shop, NULL), BT_ESTATE);
	shop_restart(shop);
	assert_int_equal(refund(shop, NULL), BT_ESTATE);
	shop_go_offline(shop);
	shop_pay(shop, 20000);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	assert_int_equal(refund(shop, NULL), BT_ESTATE);
	assert_int_equal(count_events(shop, BT_EVENT_REFUNDING), 0);
}

/* PROTOCOL S5: whoever asks for the money of a docket has the docket. */
static void refund_of_a_docket_needs_its_number(void **state)
{
	struct shop *shop = *state;
	char digits[24] = "";
	size_t used = 0;

	pay_for_a_docket(shop);
	assert_true(shop_view(shop).needs_docket);
	shop_go_online(shop);
	assert_int_equal(refund(shop, NULL), BT_EINPUT);
	assert_int_equal(refund(shop, ""), BT_EINPUT);
	assert_int_equal(refund(shop, "D-0142-0611-002-2"), BT_EINPUT);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_PENDING);
	for (const char *at = shop_view(shop).sale.receipt; *at; at++)
		if (*at != '-')
			digits[used++] = *at;
	assert_int_equal(refund(shop, digits), BT_OK);
	be_reversed(shop);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_REFUNDED);
}

/* The request for the reversal is lost: no cash, a slip that says so, and the same question later. */
static void refund_reply_lost(void **state)
{
	static const enum bt_err ways[] = {BT_ETIMEOUT, BT_ELOST, BT_EGARBAGE, BT_EUNREACHABLE};
	struct shop *shop = *state;
	struct bt_answer answer;

	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		shop->calls_count = shop->jobs_count = 0;
		shop_go_online(shop);
		pay_and_be_refused(shop);
		assert_int_equal(refund(shop, NULL), BT_OK);
		answer = shop_bad(shop, ways[i], "");
		answer.sale_id[0] = 0;
		shop_give(shop, &answer);
		assert_int_equal(shop_row(shop).stage, BT_STAGE_REFUNDING);
		assert_int_equal(shop->jobs_count, 1);
		assert_false(shop->jobs[0].open_drawer);
		assert_true(says(&shop->jobs[0].receipt, "REFUND, money follows"));
		shop_printed(shop, BT_PRINT_CONFIRMED);
		shop_restart(shop);
		shop_go_online(shop);
		assert_int_equal(shop_view(shop).state, BT_SALE_REFUNDING);
		assert_int_equal(shop_view(shop).copies, 1);
		assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
		assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_ESTATE); /* one at a time */
		assert_string_equal(shop->calls[2].sale_id, shop->calls[1].sale_id);
		be_reversed(shop);
		assert_int_equal(shop_row(shop).stage, BT_STAGE_REFUNDED);
		/* Nobody stands there: the drawer opens when the slip is asked for, and only then. */
		assert_int_equal(shop->jobs_count, 1);
		assert_int_equal(bt_teller_reprint(shop->teller, shop->sale_id, BT_REPRINT_ASKED), BT_OK);
		assert_int_equal(shop->jobs[1].copy, 1);
		assert_true(shop->jobs[1].open_drawer);
		shop_printed(shop, BT_PRINT_CONFIRMED);
	}
}

/* The head-end is away: approved, on record, and nothing moves. The counter is free at once. */
static void refund_offline_waits(void **state)
{
	struct shop *shop = *state;

	pay_and_be_refused(shop);
	shop_go_offline(shop);
	assert_int_equal(refund(shop, NULL), BT_OK);
	assert_int_equal(shop_view(shop).state, BT_SALE_REFUNDING);
	assert_int_equal(shop->calls_count, 1);
	assert_int_equal(shop->jobs_count, 1);
	assert_false(shop->jobs[0].open_drawer);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_ESTATE);
	shop_unlock(shop);
	assert_int_equal(bt_teller_issue_now(shop->teller, shop->sale_id), BT_ESTATE);
	assert_string_equal(shop_row(shop).token, "");
	shop_go_online(shop);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	be_reversed(shop);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_REFUNDED);
}

/* A slow head-end: at the deadline the consumer has a slip; the answer that follows moves nothing by itself. */
static void refund_deadline_frees_the_counter(void **state)
{
	struct shop *shop = *state;

	pay_and_be_refused(shop);
	assert_int_equal(refund(shop, NULL), BT_OK);
	shop_pass(shop, 2999);
	assert_int_equal(shop->jobs_count, 0);
	shop_pass(shop, 2);
	assert_int_equal(shop->jobs_count, 1);
	assert_false(shop->jobs[0].open_drawer);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	be_reversed(shop);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_REFUNDED);
	assert_int_equal(shop->jobs_count, 1);
}

/* The token had left by another way: it wins, is fetched, and is what the consumer gets. */
static void refund_loses_to_a_released_token(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;
	char digits[21];
	struct bt_sale_view view;

	pay_for_a_docket(shop);
	shop_go_online(shop);
	view = shop_view(shop);
	shop_digits(&view.sale, digits);
	assert_int_equal(refund(shop, view.sale.receipt), BT_OK);
	answer = shop_bad(shop, BT_EREFUSED, "token_released");
	shop_give(shop, &answer);
	assert_int_equal(shop->calls[shop->calls_count - 1].kind, BT_CALL_INQUIRY);
	assert_int_equal(shop->jobs_count, 0);
	answer = shop_good(shop);
	answer.rev = 1;
	shop_give(shop, &answer);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_TOKENED);
	assert_true(shop_row(shop).settled);
	assert_string_equal(shop_view(shop).token, digits);
	assert_int_equal(shop->jobs_count, 1);
	assert_true(shop_shows_token(&shop->jobs[0].receipt));
	assert_int_equal(count_events(shop, BT_EVENT_REFUNDED), 0);
	assert_int_equal(refund(shop, view.sale.receipt), BT_ESTATE);
}

/* Another counter had given the credit on the docket: it stands, and the record of the one that took the money says so.
 */
static void refund_loses_to_a_credit_given_elsewhere(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	shop->consumer.kind = BT_KIND_DUES;
	pay_for_a_docket(shop);
	shop_go_online(shop);
	assert_int_equal(refund(shop, shop_view(shop).sale.receipt), BT_OK);
	answer = shop_bad(shop, BT_EREFUSED, "token_released");
	shop_give(shop, &answer);
	assert_int_equal(shop->calls[shop->calls_count - 1].kind, BT_CALL_INQUIRY);
	answer = shop_good(shop);
	answer.rev = 1;
	answer.token[0] = 0;
	answer.tid = 0;
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_CREDITED);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_CREDITED);
	assert_true(shop_row(shop).settled);
	assert_int_equal(count_events(shop, BT_EVENT_REFUNDED), 0);
	assert_int_equal(refund(shop, shop_view(shop).sale.receipt), BT_ESTATE);
	shop_restart(shop);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_CREDITED);
}

/* Released, and the inquiry is lost: the refund stands open, and the next question leads to the token again. */
static void refund_released_then_inquiry_lost(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	pay_for_a_docket(shop);
	shop_go_online(shop);
	assert_int_equal(refund(shop, shop_view(shop).sale.receipt), BT_OK);
	answer = shop_bad(shop, BT_EREFUSED, "token_released");
	shop_give(shop, &answer);
	answer = shop_bad(shop, BT_ELOST, "");
	shop_give(shop, &answer);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_REFUNDING);
	shop_restart(shop);
	shop_go_online(shop);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	answer = shop_bad(shop, BT_EREFUSED, "token_released");
	shop_give(shop, &answer);
	answer = shop_good(shop);
	answer.rev = 1;
	shop_give(shop, &answer);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_TOKENED);
}

/* Pressed while sync was finishing the docket: nothing else leaves before that answer, whatever it says does not count,
 * and the head-end decides (PROTOCOL H3, H6). */
static void refund_while_a_request_is_out(void **state)
{
	static const bool token_first[] = {true, false};
	struct shop *shop = *state;

	for (size_t i = 0; i < 2; i++) {
		struct bt_answer late, answer;

		shop->calls_count = 0;
		pay_for_a_docket(shop);
		shop_go_online(shop);
		assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
		late = shop_good(shop);
		assert_int_equal(refund(shop, shop_view(shop).sale.receipt), BT_OK);
		assert_int_equal(shop->calls_count, 1);
		shop_give(shop, &late);
		assert_string_equal(shop_row(shop).token, "");
		assert_int_equal(shop_row(shop).stage, BT_STAGE_REFUNDING);
		assert_int_equal(shop->calls[1].kind, BT_CALL_REVERSAL);
		if (token_first[i]) {
			answer = shop_bad(shop, BT_EREFUSED, "token_released");
			shop_give(shop, &answer);
			answer = shop_good(shop);
			answer.rev = 1;
			shop_give(shop, &answer);
			assert_int_equal(shop_row(shop).stage, BT_STAGE_TOKENED);
			assert_int_equal(count_events(shop, BT_EVENT_REFUNDED), 0);
		} else {
			be_reversed(shop);
			assert_int_equal(shop_row(shop).stage, BT_STAGE_REFUNDED);
			assert_string_equal(shop_row(shop).token, "");
		}
		shop_printed(shop, BT_PRINT_CONFIRMED);
	}
}

/* The request that was out is never answered: the refund goes on without it. */
static void refund_after_a_request_that_never_ends(void **state)
{
	struct shop *shop = *state;

	pay_for_a_docket(shop);
	shop_go_online(shop);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	assert_int_equal(refund(shop, shop_view(shop).sale.receipt), BT_OK);
	for (int i = 0; i < 40; i++) {
		shop_go_online(shop);
		shop_pass(shop, 1000);
	}
	assert_int_equal(shop->calls_count, 2);
	assert_int_equal(shop->calls[1].kind, BT_CALL_REVERSAL);
	be_reversed(shop);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_REFUNDED);
}

/* Sync finished it first: the desk comes too late, and says so. */
static void refund_after_sync_finished_it(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	pay_for_a_docket(shop);
	shop_go_online(shop);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	answer = shop_good(shop);
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_DONE);
	assert_int_equal(refund(shop, shop_view(shop).sale.receipt), BT_ESTATE);
	assert_int_equal(count_events(shop, BT_EVENT_REFUNDING), 0);
}

/* Two supervisors, two presses: one refund. */
static void refund_approved_twice(void **state)
{
	struct shop *shop = *state;

	pay_and_be_refused(shop);
	assert_int_equal(refund(shop, NULL), BT_OK);
	assert_int_equal(refund(shop, NULL), BT_ESTATE);
	assert_int_equal(shop->calls_count, 2);
	be_reversed(shop);
	assert_int_equal(refund(shop, NULL), BT_ESTATE);
	assert_int_equal(shop->jobs_count, 1);
}

/* Cut after REFUNDING, with or without the request gone; cut after the reversal and before `refunded`: the same
 * question again, and money once. */
static void refund_cut_at_each_step(void **state)
{
	struct shop *shop = *state;

	for (int step = 0; step < 3; step++) {
		shop->calls_count = shop->jobs_count = 0;
		shop_go_online(shop);
		pay_and_be_refused(shop);
		if (step == 0)
			shop_go_offline(shop); /* nothing has left */
		assert_int_equal(refund(shop, NULL), BT_OK);
		shop_restart(shop); /* step 2: the head-end has reversed, its answer went down with the power */
		shop->jobs_count = 0;
		assert_int_equal(shop_view(shop).state, BT_SALE_REFUNDING);
		assert_false(shop_view(shop).refundable);
		shop_go_online(shop);
		assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
		be_reversed(shop);
		assert_int_equal(shop_row(shop).stage, BT_STAGE_REFUNDED);
		shop_restart(
		    shop); /* after `refunded`, before the drawer: the money is still owed, and is in the list */
		assert_int_equal(shop_row(shop).printed_copies, 0);
		assert_int_equal(bt_teller_reprint(shop->teller, shop->sale_id, BT_REPRINT_ASKED), BT_OK);
		assert_int_equal(shop->jobs_count, 1);
		assert_true(shop->jobs[0].open_drawer);
		shop_printed(shop, BT_PRINT_CONFIRMED);
		assert_int_equal(shop_row(shop).printed_copies, 1);
	}
}

/* Another era, a revoked terminal: nothing moves; the era is taken over and asked under. */
static void refund_refused_by_the_head_end(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	pay_and_be_refused(shop);
	assert_int_equal(refund(shop, NULL), BT_OK);
	answer = shop_bad(shop, BT_EREFUSED, "era");
	answer.era = 2;
	shop_give(shop, &answer);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_REFUNDING);
	assert_int_equal(shop->calls_count, 3);
	assert_int_equal(shop->calls[2].kind, BT_CALL_REVERSAL);
	assert_int_equal(shop->calls[2].era, 2);
	answer = shop_bad(shop, BT_EREFUSED, "era");
	answer.era = 3;
	shop_give(shop, &answer);
	assert_int_equal(shop->calls_count, 3);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	assert_int_equal(shop->calls[3].era, 3);
	answer = shop_bad(shop, BT_EREFUSED, "revoked");
	bt_text_copy(answer.message_en, sizeof answer.message_en, "This terminal was withdrawn.");
	shop_give(shop, &answer);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_REFUNDING);
	assert_string_equal(shop_view(shop).refusal_en, "This terminal was withdrawn.");
	/* An answer about another sale counts for nothing. */
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	answer = shop_good(shop);
	answer.sale_id[35] = answer.sale_id[35] == '0' ? '1' : '0';
	shop_give(shop, &answer);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_REFUNDING);
}

/* The same money under the caps until the head-end has the refund on record. */
static void refund_counts_until_it_is_settled(void **state)
{
	struct shop *shop = *state;
	struct bt_unsent unsent;

	pay_for_a_docket(shop);
	shop_go_online(shop);
	assert_int_equal(refund(shop, shop_view(shop).sale.receipt), BT_OK);
	assert_int_equal(bt_journal_unsent(shop->journal, &unsent), BT_OK);
	assert_int_equal(unsent.count, 1);
	be_reversed(shop);
	assert_int_equal(bt_journal_unsent(shop->journal, &unsent), BT_OK);
	assert_int_equal(unsent.count, 1);
}

/* Without a printer the screen is the slip: the sale does not stand in the list for ever. */
static void refund_without_a_printer(void **state)
{
	struct shop *shop = *state;
	int64_t open = 0;

	shop->no_sink = true;
	shop_restart(shop);
	pay_and_be_refused(shop);
	assert_int_equal(refund(shop, NULL), BT_OK);
	be_reversed(shop);
	assert_int_equal(shop_view(shop).copies, 1);
	assert_int_equal(bt_journal_open_count(shop->journal, &open), BT_OK);
	assert_int_equal(open, 0);
}

/* PROTOCOL T2: closed on a supervisor's word; selling goes on, the exception stays, the token is never shown. */
static void divergence_closed_by_a_supervisor(void **state)
{
	const struct bt_approval clerk = {.by = "rina", .reason = "other"}, chief = {.by = "jha", .reason = "other"};
	struct shop *shop = *state;
	char first[37];

	shop_pay_and_diverge(shop, 50000);
	bt_text_copy(first, sizeof first, shop->sale_id);
	assert_int_equal(refund(shop, NULL), BT_ESTATE);
	assert_int_equal(bt_teller_abandon(shop->teller, first, &clerk), BT_EAUTH);
	assert_int_equal(bt_teller_state(shop->teller), BT_EDIVERGED);
	assert_int_equal(bt_teller_abandon(shop->teller, first, &chief), BT_OK);
	assert_int_equal(bt_teller_state(shop->teller), BT_OK);
	assert_int_equal(shop_view(shop).state, BT_SALE_ABANDONED);
	assert_int_equal(bt_teller_abandon(shop->teller, first, &chief), BT_ESTATE);
	shop_pay(shop, 20000);
	shop_restart(shop);
	assert_int_equal(bt_teller_state(shop->teller), BT_OK);
	bt_text_copy(shop->sale_id, sizeof shop->sale_id, first);
	assert_int_equal(shop_view(shop).state, BT_SALE_ABANDONED);
	assert_string_equal(shop_view(shop).exception, "diverged");
	assert_int_equal(bt_teller_reprint(shop->teller, first, BT_REPRINT_ASKED), BT_ESTATE);
	assert_int_equal(bt_teller_finish(shop->teller, first), BT_ESTATE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, shop_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(refund_of_a_refused_sale),
	    TEST(refund_needs_a_supervisor),
	    TEST(refund_of_a_token_is_impossible),
	    TEST(refund_of_a_docket_needs_its_number),
	    TEST(refund_reply_lost),
	    TEST(refund_offline_waits),
	    TEST(refund_deadline_frees_the_counter),
	    TEST(refund_loses_to_a_released_token),
	    TEST(refund_loses_to_a_credit_given_elsewhere),
	    TEST(refund_released_then_inquiry_lost),
	    TEST(refund_while_a_request_is_out),
	    TEST(refund_after_a_request_that_never_ends),
	    TEST(refund_after_sync_finished_it),
	    TEST(refund_approved_twice),
	    TEST(refund_cut_at_each_step),
	    TEST(refund_refused_by_the_head_end),
	    TEST(refund_counts_until_it_is_settled),
	    TEST(refund_without_a_printer),
	    TEST(divergence_closed_by_a_supervisor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
