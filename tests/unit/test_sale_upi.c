/* A sale paid by UPI: only the bank's word makes money of it, whatever is lost, late, twice or garbled on the way, and
 * wherever the power goes.
 * rooms: core/sale core/shift core/wire core/receipt core/tender core/authority core/directory core/tariff core/journal
 * core/sts core/money core/base */
#include "tests/unit/upi_fixture.h"

/* ---- the plain way ---- */

static void sale_upi_paid_by_the_banks_word(void **state)
{
	struct shop *shop = *state;
	struct bt_sale intended;

	begin(shop);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_TENDERING);
	assert_int_equal(stage(shop), BT_UPI_ASKING);
	assert_int_equal(upi_view(shop).asked_ms, -1);
	assert_non_null(strstr(last(shop)->body, "\"tid\""));
	assert_non_null(strstr(last(shop)->body, last(shop)->payment_id));
	intended = shop_view(shop).sale;
	assert_true(intended.has_tid);
	say(shop, BT_PAYMENT_ACTIVE);
	assert_string_equal(upi_view(shop).qr, LINK);
	assert_int_equal(upi_view(shop).left_ms, QR_MS);
	assert_string_equal(upi_view(shop).receipt, intended.receipt);
	wait_for(shop, BT_CALL_PAYMENT);
	say(shop, BT_PAYMENT_ACTIVE);
	assert_int_equal(stage(shop), BT_UPI_SHOWN);
	wait_for(shop, BT_CALL_PAYMENT);
	say(shop, BT_PAYMENT_PAID);
	assert_int_equal(stage(shop), BT_UPI_PAID);
	assert_string_equal(upi_view(shop).utr, UTR);
	assert_non_null(strstr(last(shop)->body, UTR));
	assert_int_equal(shop_row(shop).stage, BT_STAGE_VENDING);
	sold_by_server(shop);
	assert_int_equal(shop_view(shop).sale.tid, intended.tid);
	assert_int_equal(shop_view(shop).sale.rnd, intended.rnd);
	assert_string_equal(shop_view(shop).sale.receipt, intended.receipt);
	assert_int_equal(shop->jobs_count, 1);
	assert_false(shop->jobs[0].open_drawer);
	assert_true(paper_says(&shop->jobs[0], UTR));
	shop_printed(shop, BT_PRINT_CONFIRMED);
	assert_int_equal(shop_view(shop).state, BT_SALE_DONE);
}

/* Money is nothing that a clerk can type. */
static void sale_upi_is_never_typed(void **state)
{
	struct shop *shop = *state;
	struct bt_draft draft = {
	    .consumer = shop->consumer, .amount = PAISE, .tender = bt_tender_find("upi"), .reference = UTR};

	assert_int_equal(bt_teller_pay(shop->teller, &draft, shop->sale_id, &shop->fault), BT_EUNSUPPORTED);
	draft.tender = bt_tender_find("cash");
	assert_int_equal(bt_teller_upi_begin(shop->teller, &draft, shop->sale_id, &shop->fault), BT_EUNSUPPORTED);
	assert_int_equal(shop->calls_count, 0);
}

static void sale_upi_needs_somebody_to_ask(void **state)
{
	struct shop *shop = *state;

	assert_true(bt_teller_upi_offered(shop->teller));
	shop_go_offline(shop);
	assert_false(bt_teller_upi_offered(shop->teller));
	assert_int_equal(try_upi(shop, shop->sale_id), BT_EUNREACHABLE);
}

/* The server goes between the bank's word and the sale: the token is made here. */
static void sale_upi_captured_and_the_server_is_gone(void **state)
{
	struct shop *shop = *state;
	struct bt_answer lost;

	show(shop);
	wait_for(shop, BT_CALL_PAYMENT);
	say(shop, BT_PAYMENT_PAID);
	lost = shop_bad(shop, BT_ELOST, "");
	shop_give(shop, &lost);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	assert_true(shop_view(shop).made_here);
	assert_int_equal(shop->jobs_count, 1);
}

/* A head-end that is slow is asked about the bank and not waited for: money and token are one commit. */
static void sale_upi_captured_while_slow(void **state)
{
	struct shop *shop = *state;
	struct bt_answer slow;

	show(shop);
	for (int i = 0; i < 2; i++) {
		wait_for(shop, BT_CALL_PAYMENT);
		slow = word(shop, i == 0 ? BT_PAYMENT_ACTIVE : BT_PAYMENT_PAID);
		slow.latency_ms = 2000;
		shop_give(shop, &slow);
	}
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	assert_true(shop_view(shop).made_here);
	assert_string_equal(shop_view(shop).sale.tenders[0].reference, UTR);
}

/* One that picks tokens itself has the sale since the bank was asked, and may finish it for somebody else: none is made
 * here, also when the request for it never left (PROTOCOL T5, T1). */
static void sale_upi_is_left_to_who_picks_tokens(void **state)
{
	static const struct bt_protocol picks_itself = {.id = "picks", .convergent = false};
	struct shop *shop = *state;
	struct bt_answer answer;

	shop->wire.protocol = &picks_itself;
	show(shop);
	wait_for(shop, BT_CALL_PAYMENT);
	say(shop, BT_PAYMENT_PAID);
	answer = shop_bad(shop, BT_EUNREACHABLE, "");
	answer.sale_id[0] = 0;
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_int_equal(shop_view(shop).denial, BT_DENY_SERVER);
	assert_string_equal(shop_row(shop).token, "");
}

static void sale_upi_is_left_to_who_picks_tokens_while_slow(void **state)
{
	static const struct bt_protocol picks_itself = {.id = "picks", .convergent = false};
	struct shop *shop = *state;
	struct bt_answer slow;

	shop->wire.protocol = &picks_itself;
	show(shop);
	for (int i = 0; i < 2; i++) {
		wait_for(shop, BT_CALL_PAYMENT);
		slow = word(shop, i == 0 ? BT_PAYMENT_ACTIVE : BT_PAYMENT_PAID);
		slow.latency_ms = 2000;
		shop_give(shop, &slow);
	}
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_int_equal(shop_view(shop).denial, BT_DENY_SERVER);
	assert_string_equal(shop_row(shop).token, "");
}

/* ---- questions ---- */

static void sale_upi_one_question_at_a_time(void **state)
{
	struct shop *shop = *state;
	int before;

	begin(shop);
	before = shop->calls_count;
	for (int i = 0; i < 12; i++) {
		shop_pass(shop, 1000);
		assert_int_equal(bt_teller_upi_ask(shop->teller, shop->sale_id), BT_OK);
	}
	assert_int_equal(shop->calls_count, before);
	/* An answer that never came is no answer: what was asked may have arrived, so it is asked about. */
	wait_for(shop, BT_CALL_PAYMENT);
	assert_true(upi_view(shop).unreachable);
}

static void sale_upi_questions_slow_down_without_an_answer(void **state)
{
	struct shop *shop = *state;
	int64_t gap = 0, longest = 0;

	show(shop);
	for (int i = 0; i < 6; i++) {
		int before = shop->calls_count;

		for (gap = 0; shop->calls_count == before && gap < 100000; gap += 1000) {
			shop_go_online(shop);
			shop_pass(shop, 1000);
		}
		assert_true(gap <= 76000);
		longest = gap > longest ? gap : longest;
		say_error(shop, BT_ETIMEOUT, "");
		shop_go_online(shop);
	}
	assert_true(longest > 30000);
	assert_true(upi_view(shop).unreachable);
}

/* PROTOCOL H3: lost is not failed. The same is asked about, and asked for again under the same name. */
static void sale_upi_lost_request_is_asked_about(void **state)
{
	struct shop *shop = *state;
	char payment_id[80];

	begin(shop);
	bt_text_copy(payment_id, sizeof payment_id, last(shop)->payment_id);
	say_error(shop, BT_ELOST, "");
	assert_int_equal(stage(shop), BT_UPI_ASKING);
	wait_for(shop, BT_CALL_PAYMENT);
	assert_string_equal(last(shop)->payment_id, payment_id);
	say_error(shop, BT_EREFUSED, "unknown_payment");
	wait_for(shop, BT_CALL_PAYMENT_OPEN);
	assert_string_equal(last(shop)->payment_id, payment_id);
	say_error(shop, BT_EGARBAGE, "");
	wait_for(shop, BT_CALL_PAYMENT);
	say_attempt(shop, BT_ATTEMPT_NONE);
	assert_int_equal(last(shop)->kind, BT_CALL_PAYMENT_OPEN); /* it arrived: its QR is asked for */
	assert_string_equal(last(shop)->payment_id, payment_id);
	say(shop, BT_PAYMENT_ACTIVE);
	assert_int_equal(stage(shop), BT_UPI_SHOWN);
}

static void sale_upi_lost_request_may_be_paid(void **state)
{
	struct shop *shop = *state;

	begin(shop);
	say_error(shop, BT_ETIMEOUT, "");
	wait_for(shop, BT_CALL_PAYMENT);
	say(shop, BT_PAYMENT_PAID);
	sold_by_server(shop);
}

static void sale_upi_nothing_left_is_simply_asked_again(void **state)
{
	struct shop *shop = *state;

	begin(shop);
	say_error(shop, BT_EINPUT, "");
	wait_for(shop, BT_CALL_PAYMENT_OPEN);
}

/* Another's answer, another amount, the same answer twice: none of them changes anything. */
static void sale_upi_answers_that_are_not_ours(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;
	int calls;

	show(shop);
	wait_for(shop, BT_CALL_PAYMENT);
	answer = word(shop, BT_PAYMENT_PAID);
	answer.payment.payment_id[35] ^= 1;
	shop_give(shop, &answer);
	assert_int_equal(stage(shop), BT_UPI_SHOWN);
	wait_for(shop, BT_CALL_PAYMENT);
	answer = word(shop, BT_PAYMENT_PAID);
	answer.payment.amount = PAISE + 1;
	shop_give(shop, &answer);
	assert_int_equal(stage(shop), BT_UPI_SHOWN);
	wait_for(shop, BT_CALL_PAYMENT);
	answer = word(shop, BT_PAYMENT_PAID);
	shop_give(shop, &answer);
	calls = shop->calls_count;
	assert_int_equal(stage(shop), BT_UPI_PAID);
	shop_give(shop, &answer);
	assert_int_equal(shop->calls_count, calls);
	sold_by_server(shop);
}

static void sale_upi_follows_the_era(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	begin(shop);
	answer = word(shop, BT_PAYMENT_UNKNOWN);
	answer.fault.err = BT_EREFUSED;
	answer.era = 2;
	bt_text_copy(answer.code, sizeof answer.code, "era");
	shop_give(shop, &answer);
	assert_int_equal(last(shop)->kind, BT_CALL_PAYMENT_OPEN);
	assert_int_equal(last(shop)->era, 2);
}

/* ---- used up, run out, let go ---- */

/* PROTOCOL T1: another QR is another tender of the same sale, never another sale. */
static void sale_upi_new_qr_after_a_failed_one(void **state)
{
	struct shop *shop = *state;
	struct bt_sale first;
	char payment_id[80];

	show(shop);
	first = shop_view(shop).sale;
	bt_text_copy(payment_id, sizeof payment_id, last(shop)->payment_id);
	assert_int_equal(bt_teller_upi_renew(shop->teller, shop->sale_id), BT_ESTATE);
	wait_for(shop, BT_CALL_PAYMENT);
	say_attempt(shop, BT_ATTEMPT_FAILED);
	assert_int_equal(stage(shop), BT_UPI_DEAD);
	assert_int_equal(upi_view(shop).death, BT_UPI_DEATH_FAILED);
	assert_true(upi_view(shop).nothing_came);
	assert_int_equal(last(shop)->kind, BT_CALL_PAYMENT_CLOSE); /* so that it stays dead */
	say(shop, BT_PAYMENT_CLOSED);
	assert_int_equal(stage(shop), BT_UPI_DEAD);
	assert_int_equal(upi_view(shop).death, BT_UPI_DEATH_FAILED);
	assert_int_equal(bt_teller_upi_renew(shop->teller, shop->sale_id), BT_OK);
	assert_int_equal(last(shop)->kind, BT_CALL_PAYMENT_OPEN);
	assert_string_not_equal(last(shop)->payment_id, payment_id);
	assert_string_equal(last(shop)->sale_id, first.sale_id);
	assert_int_equal(shop_view(shop).sale.tid, first.tid);
	assert_int_equal(shop_view(shop).sale.rnd, first.rnd);
	assert_string_equal(shop_view(shop).sale.receipt, first.receipt);
	say(shop, BT_PAYMENT_ACTIVE);
	wait_for(shop, BT_CALL_PAYMENT);
	say(shop, BT_PAYMENT_PAID);
	sold_by_server(shop);
}

/* The head-end will not have it: there is no QR that could be used up. */
static void sale_upi_qr_that_is_refused(void **state)
{
	struct shop *shop = *state;

	begin(shop);
	say_error(shop, BT_EREFUSED, "blocked");
	assert_int_equal(stage(shop), BT_UPI_DEAD);
	assert_int_equal(upi_view(shop).death, BT_UPI_DEATH_UNMADE);
	assert_false(upi_view(shop).nothing_came); /* that was the head-end's word, not the bank's */
}

/* Somebody tried and the bank does not say: asked on, never counted as failed. */
static void sale_upi_unsure_is_not_failed(void **state)
{
	struct shop *shop = *state;

	show(shop);
	wait_for(shop, BT_CALL_PAYMENT);
	say_attempt(shop, BT_ATTEMPT_UNSURE);
	assert_int_equal(stage(shop), BT_UPI_UNSURE);
	assert_string_equal(upi_view(shop).qr, "");
	assert_int_equal(bt_teller_upi_renew(shop->teller, shop->sale_id), BT_ESTATE);
	wait_for(shop, BT_CALL_PAYMENT);
	say(shop, BT_PAYMENT_PAID);
	sold_by_server(shop);
}

static void sale_upi_runs_out(void **state)
{
	struct shop *shop = *state;
	int closes = 0;

	show(shop);
	for (int i = 0; i < 400 && stage(shop) != BT_UPI_DEAD; i++) {
		int before = shop->calls_count;

		shop_pass(shop, 1000);
		if (shop->calls_count == before)
			continue;
		closes += last(shop)->kind == BT_CALL_PAYMENT_CLOSE;
		say(shop, last(shop)->kind == BT_CALL_PAYMENT ? BT_PAYMENT_ACTIVE : BT_PAYMENT_EXPIRED);
	}
	assert_int_equal(closes, 1);
	assert_int_equal(stage(shop), BT_UPI_DEAD);
	assert_int_equal(upi_view(shop).death, BT_UPI_DEATH_UNSAID);
	assert_true(upi_view(shop).nothing_came);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_TENDERING);
	/* Nobody renews it: it ends by itself, and a late success is looked for all the same. */
	for (int i = 0; i < 1000 && stage(shop) == BT_UPI_DEAD; i++) {
		int before = shop->calls_count;

		shop_pass(shop, 1000);
		if (shop->calls_count != before)
			say(shop, BT_PAYMENT_EXPIRED);
	}
	assert_int_equal(stage(shop), BT_UPI_ENDED);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_UNPAID);
}

static void sale_upi_run_out_unanswered_shows_no_qr(void **state)
{
	struct shop *shop = *state;

	show(shop);
	shop_go_offline(shop);
	shop_pass(shop, QR_MS + 1);
	assert_int_equal(stage(shop), BT_UPI_UNSURE);
	assert_string_equal(upi_view(shop).qr, "");
	assert_int_equal(bt_teller_upi_renew(shop->teller, shop->sale_id), BT_ESTATE);
	shop_go_online(shop);
	wait_for(shop, BT_CALL_PAYMENT_CLOSE);
	say(shop, BT_PAYMENT_PAID); /* in its last second */
	sold_by_server(shop);
}

static void sale_upi_stopped(void **state)
{
	struct shop *shop = *state;

	show(shop);
	assert_int_equal(bt_teller_upi_stop(shop->teller, shop->sale_id, false), BT_OK);
	assert_int_equal(stage(shop), BT_UPI_CLOSING);
	assert_int_equal(last(shop)->kind, BT_CALL_PAYMENT_CLOSE);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_TENDERING);
	say(shop, BT_PAYMENT_CLOSED);
	assert_int_equal(stage(shop), BT_UPI_ENDED);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_UNPAID);
	assert_int_equal(bt_teller_upi_stop(shop->teller, shop->sale_id, false), BT_ESTATE);
	assert_int_equal(bt_teller_upi_ask(shop->teller, shop->sale_id), BT_ESTATE);
}

/* Asked once more before it is let go: the money was there, and the consumer still is. */
static void sale_upi_stopped_too_late(void **state)
{
	struct shop *shop = *state;

	show(shop);
	assert_int_equal(bt_teller_upi_stop(shop->teller, shop->sale_id, false), BT_OK);
	say(shop, BT_PAYMENT_PAID);
	sold_by_server(shop);
}

/* Stopped before the request for the QR was answered: closing makes "not there" definite. */
static void sale_upi_stopped_while_asking(void **state)
{
	struct shop *shop = *state;

	begin(shop);
	assert_int_equal(bt_teller_upi_stop(shop->teller, shop->sale_id, false), BT_OK);
	assert_int_equal(last(shop)->kind, BT_CALL_PAYMENT_OPEN);
	say_error(shop, BT_ELOST, "");
	wait_for(shop, BT_CALL_PAYMENT_CLOSE);
	say_error(shop, BT_ELOST, "");
	shop_go_online(shop);
	wait_for(shop, BT_CALL_PAYMENT_CLOSE);
	say(shop, BT_PAYMENT_CLOSED);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_UNPAID);
}

/* PROTOCOL S7: paid all the same, and nobody stands there: a docket, nothing printed by itself. */
static void sale_upi_late_success(void **state)
{
	struct shop *shop = *state;

	sale_upi_stopped(state);
	wait_for(shop, BT_CALL_PAYMENT);
	say(shop, BT_PAYMENT_PAID);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_PENDING);
	assert_int_equal(stage(shop), BT_UPI_PAID);
	assert_int_equal(shop->jobs_count, 0);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	struct bt_answer answer = shop_good(shop);
	shop_give(shop, &answer);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_TOKENED);
	assert_int_equal(shop->jobs_count, 0);
}

/* Other money took its place: what comes goes back to its account, never in cash. */
static void sale_upi_late_success_after_cash(void **state)
{
	struct shop *shop = *state;
	char upi_sale[37];
	struct bt_event event;
	struct bt_buf body;
	struct bt_answer reversed;

	show(shop);
	bt_text_copy(upi_sale, sizeof upi_sale, shop->sale_id);
	assert_int_equal(bt_teller_upi_stop(shop->teller, shop->sale_id, true), BT_OK);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_UNPAID); /* on record at once */
	assert_int_equal(stage(shop), BT_UPI_CLOSING);
	assert_true(upi_view(shop).for_cash);
	assert_int_equal(bt_teller_upi_stop(shop->teller, shop->sale_id, true), BT_ESTATE);
	say(shop, BT_PAYMENT_CLOSED);
	assert_int_equal(bt_teller_repeat_minutes(shop->teller, &shop->consumer, PAISE), -1);
	shop_pay(shop, PAISE);
	assert_string_not_equal(shop->sale_id, upi_sale);
	sold_by_server(shop);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	bt_text_copy(shop->sale_id, sizeof shop->sale_id, upi_sale);
	wait_for(shop, BT_CALL_PAYMENT);
	say(shop, BT_PAYMENT_PAID);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_REFUNDING);
	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	assert_int_equal(bt_journal_newest(shop->journal, BT_EVENT_REFUNDING, upi_sale, &event, &body), BT_OK);
	assert_non_null(strstr((const char *)body.data, "\"by\":\"rina\""));
	assert_non_null(strstr((const char *)body.data, "\"reason\":\"paid_twice\""));
	bt_buf_fini(&body);
	assert_int_equal(last(shop)->kind, BT_CALL_REVERSAL);
	reversed = (struct bt_answer){.kind = BT_CALL_REVERSAL, .id = last(shop)->id, .status = 200, .latency_ms = 100};
	bt_text_copy(reversed.sale_id, sizeof reversed.sale_id, upi_sale);
	shop_give(shop, &reversed);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_REFUNDED);
	assert_int_equal(shop->jobs_count, 2);
	assert_false(shop->jobs[1].open_drawer);
	assert_true(paper_says(&shop->jobs[1], "bank account"));
	assert_false(paper_says(&shop->jobs[1], "Money returned"));
	shop_printed(shop, BT_PRINT_CONFIRMED);
}

/* Stopped first, and paid in cash then: the same. A cut between leaves it so. */
static void sale_upi_late_success_after_the_end_and_cash(void **state)
{
	struct shop *shop = *state;

	sale_upi_stopped(state);
	assert_int_equal(bt_teller_upi_stop(shop->teller, shop->sale_id, true), BT_OK);
	assert_int_equal(bt_teller_upi_stop(shop->teller, shop->sale_id, true), BT_ESTATE);
	shop_restart(shop);
	wait_for(shop, BT_CALL_PAYMENT_CLOSE);
	say(shop, BT_PAYMENT_PAID);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_REFUNDING);
}

/* On paper it says what it is not, and no slip of the sale is counted. */
static void sale_upi_qr_on_paper(void **state)
{
	struct shop *shop = *state;
	const struct bt_print_job *job = &shop->jobs[0];
	bool has_qr = false;

	begin(shop);
	assert_int_equal(bt_teller_upi_print(shop->teller, shop->sale_id), BT_ESTATE);
	say(shop, BT_PAYMENT_ACTIVE);
	assert_int_equal(bt_teller_upi_print(shop->teller, shop->sale_id), BT_OK);
	assert_int_equal(shop->jobs_count, 1);
	for (int i = 0; i < job->receipt.count; i++)
		has_qr = has_qr ||
			 (job->receipt.lines[i].kind == BT_LINE_QR && strcmp(job->receipt.lines[i].left, LINK) == 0);
	assert_true(has_qr && paper_says(job, "NOT A RECEIPT") && paper_says(job, "500.00"));
	assert_false(job->open_drawer || paper_says(job, shop_view(shop).sale.receipt));
	shop_printed(shop, BT_PRINT_CONFIRMED);
	assert_int_equal(shop_view(shop).copies, 0);
}

/* The bank has the money of so many that are asked about next, each of them. */
static void tell_of(struct shop *shop, int wanted)
{
	static const char *const utrs[] = {"632599999999", "632599999998"};
	int seen = 0;

	for (int i = 0; i < 200 && seen < wanted; i++) {
		int before = shop->calls_count;
		struct bt_answer answer;

		shop_pass(shop, 1000);
		if (shop->calls_count == before)
			continue;
		answer = word(shop, BT_PAYMENT_PAID);
		bt_text_copy(answer.payment.utr, sizeof answer.payment.utr, utrs[seen++]);
		shop_give(shop, &answer);
	}
	assert_int_equal(seen, wanted);
}

/* Two QRs of one sale, and both are paid: one sale, one token, and a named exception for the second. */
static void sale_upi_both_qrs_paid(void **state)
{
	struct shop *shop = *state;

	show(shop);
	wait_for(shop, BT_CALL_PAYMENT);
	say_attempt(shop, BT_ATTEMPT_FAILED);
	say(shop, BT_PAYMENT_CLOSED);
	assert_int_equal(bt_teller_upi_renew(shop->teller, shop->sale_id), BT_OK);
	say(shop, BT_PAYMENT_ACTIVE);
	wait_for(shop, BT_CALL_PAYMENT);
	say(shop, BT_PAYMENT_PAID);
	sold_by_server(shop);
	tell_of(shop, 1);
	assert_true(bt_journal_has_exception(shop->journal, shop->sale_id, "paid_twice"));
	assert_string_equal(shop_view(shop).sale.tenders[0].reference, UTR);
	assert_int_equal(shop->jobs_count, 1);
}

static bool count_twice(void *context, const char *sale_id, const char *code)
{
	(void)sale_id;
	*(int *)context += strcmp(code, "paid_twice") == 0;
	return true;
}

static int count_paid_twice(struct shop *shop)
{
	int count = 0;

	assert_int_equal(bt_journal_exceptions(shop->journal, shop->sale_id, count_twice, &count), BT_OK);
	return count;
}

/* Three QRs, all of them paid: each of the two that the sale did not take is named, and each once. */
static void sale_upi_three_qrs_paid(void **state)
{
	struct shop *shop = *state;

	show(shop);
	for (int i = 0; i < 2; i++) {
		wait_for(shop, BT_CALL_PAYMENT);
		say_attempt(shop, BT_ATTEMPT_FAILED);
		say(shop, BT_PAYMENT_CLOSED);
		assert_int_equal(bt_teller_upi_renew(shop->teller, shop->sale_id), BT_OK);
		say(shop, BT_PAYMENT_ACTIVE);
	}
	wait_for(shop, BT_CALL_PAYMENT);
	say(shop, BT_PAYMENT_PAID);
	sold_by_server(shop);
	tell_of(shop, 2);
	assert_int_equal(count_paid_twice(shop), 2);
	/* After a restart both are looked at once more, and are on record already. */
	shop_restart(shop);
	tell_of(shop, 2);
	assert_int_equal(count_paid_twice(shop), 2);
	assert_string_equal(shop_view(shop).sale.tenders[0].reference, UTR);
}

/* ---- set aside ---- */

static void sale_upi_set_aside_goes_on_by_itself(void **state)
{
	struct shop *shop = *state;
	struct bt_upi_view views[BT_UPI_WAITING + 1];
	char first[37], other[37];

	for (int i = 0; i < BT_UPI_WAITING; i++) {
		shop->wall_ms += 10;
		shop->boot_ms += 10;
		assert_int_equal(try_upi(shop, i == 0 ? first : other), BT_OK);
		say(shop, BT_PAYMENT_ACTIVE);
	}
	assert_false(bt_teller_upi_offered(shop->teller));
	assert_int_equal(try_upi(shop, other), BT_EFULL);
	assert_int_equal(bt_teller_upi_waiting(shop->teller, BT_UPI_WAITING + 1, views), BT_UPI_WAITING);
	assert_string_equal(views[0].sale_id, first);
	assert_string_equal(views[0].consumer.name.en, "Ramesh Kumar");
	bt_text_copy(shop->sale_id, sizeof shop->sale_id, first);
	for (int i = 0; i < 20 && strcmp(last(shop)->sale_id, first) != 0; i++) {
		if (last(shop)->kind == BT_CALL_PAYMENT)
			say(shop, BT_PAYMENT_ACTIVE);
		assert_int_equal(bt_teller_upi_ask(shop->teller, first), BT_OK);
	}
	say(shop, BT_PAYMENT_PAID);
	sold_by_server(shop);
	assert_int_equal(shop->jobs_count, 1);
	assert_int_equal(bt_teller_upi_waiting(shop->teller, BT_UPI_WAITING + 1, views), BT_UPI_WAITING - 1);
	assert_true(bt_teller_upi_offered(shop->teller));
}

/* Captured in another shift, or long after: recorded, and finished by a person. */
static void sale_upi_captured_in_another_shift(void **state)
{
	struct shop *shop = *state;

	show(shop);
	bt_teller_set_operator(shop->teller, "ajay", 612);
	wait_for(shop, BT_CALL_PAYMENT);
	say(shop, BT_PAYMENT_PAID);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_PENDING);
	assert_int_equal(shop->jobs_count, 0);
}

/* Begun so long ago, to the millisecond, when the bank says "paid". */
static void capture_after(struct shop *shop, int64_t ms)
{
	show(shop);
	wait_for(shop, BT_CALL_PAYMENT);
	shop->wall_ms = shop_row(shop).paid_at_ms + ms;
	shop_trust_clock(shop);
	say(shop, BT_PAYMENT_PAID);
}

static void sale_upi_captured_long_after(void **state)
{
	struct shop *shop = *state;

	capture_after(shop, SHOP_DAY_MS / 2);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_PENDING);
	assert_int_equal(shop->jobs_count, 0);
}

static void sale_upi_captured_at_the_end_of_a_shift(void **state)
{
	struct shop *shop = *state;

	capture_after(shop, SHOP_DAY_MS / 2 - 1);
	sold_by_server(shop);
	assert_int_equal(shop->jobs_count, 1);
}

/* The QR is up at five seconds to midnight in India, 18:30 UTC; the bank says "paid" five seconds after. */
static void sale_upi_captured_after_midnight(void **state)
{
	const int64_t midnight = SHOP_START_MS / SHOP_DAY_MS * SHOP_DAY_MS + 18 * 3600000 + 1800000;
	struct shop *shop = *state;

	shop->wall_ms = midnight - 5000;
	shop_trust_clock(shop);
	show(shop);
	shop->wall_ms += 10000;
	shop->boot_ms += 10000;
	wait_for(shop, BT_CALL_PAYMENT);
	say(shop, BT_PAYMENT_PAID);
	sold_by_server(shop);
	assert_int_equal(shop->jobs_count, 1);
}

/* Nothing is sold any more because two tokens differ: money that the bank has is recorded all the same. */
static void sale_upi_captured_while_stopped(void **state)
{
	struct shop *shop = *state;
	char waits[37];

	show(shop);
	bt_text_copy(waits, sizeof waits, shop->sale_id);
	shop_pay_and_diverge(shop, PAISE);
	assert_false(bt_teller_upi_offered(shop->teller));
	bt_text_copy(shop->sale_id, sizeof shop->sale_id, waits);
	wait_for(shop, BT_CALL_PAYMENT);
	say(shop, BT_PAYMENT_PAID);
	assert_int_equal(stage(shop), BT_UPI_PAID);
	assert_true(shop_row(shop).stage == BT_STAGE_VENDING || shop_row(shop).stage == BT_STAGE_PENDING);
}

/* A docket of such a sale that a supervisor takes back: no drawer. */
static void sale_upi_refund_goes_to_the_bank(void **state)
{
	struct shop *shop = *state;
	struct bt_approval approval = {.by = "jha", .reason = "consumer"};
	struct bt_answer reversed;

	shop->enrolment.operator_count = 1;
	bt_text_copy(shop->enrolment.operators[0].id, sizeof shop->enrolment.operators[0].id, "jha");
	shop->enrolment.operators[0].role = BT_ROLE_SUPERVISOR;
	sale_upi_captured_in_another_shift(state);
	assert_int_equal(bt_teller_refund(shop->teller, shop->sale_id, &approval), BT_OK);
	reversed = (struct bt_answer){.kind = BT_CALL_REVERSAL, .id = last(shop)->id, .status = 200, .latency_ms = 100};
	bt_text_copy(reversed.sale_id, sizeof reversed.sale_id, shop->sale_id);
	shop_give(shop, &reversed);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_REFUNDED);
	assert_int_equal(shop->jobs_count, 1);
	assert_false(shop->jobs[0].open_drawer);
	assert_int_equal(shop->drawers, 0);
}

/* ---- the power goes ---- */

/* While the request may have arrived: asked about first, and its QR asked for again under the same name. */
static void sale_upi_cut_after_the_intent(void **state)
{
	struct shop *shop = *state;
	char payment_id[80];

	begin(shop);
	bt_text_copy(payment_id, sizeof payment_id, last(shop)->payment_id);
	shop_restart(shop);
	assert_int_equal(stage(shop), BT_UPI_ASKING);
	wait_for(shop, BT_CALL_PAYMENT);
	assert_string_equal(last(shop)->payment_id, payment_id);
	say_error(shop, BT_EREFUSED, "unknown_payment");
	wait_for(shop, BT_CALL_PAYMENT_OPEN);
	assert_string_equal(last(shop)->payment_id, payment_id);
	say(shop, BT_PAYMENT_ACTIVE);
	assert_string_equal(upi_view(shop).qr, LINK);
}

/* Nobody is told "no money came" by a counter that has not asked again. */
static void sale_upi_cut_after_a_failed_one(void **state)
{
	struct shop *shop = *state;
	struct bt_answer closed;

	show(shop);
	wait_for(shop, BT_CALL_PAYMENT);
	say_attempt(shop, BT_ATTEMPT_FAILED);
	say(shop, BT_PAYMENT_CLOSED);
	assert_true(upi_view(shop).nothing_came);
	shop_restart(shop);
	assert_int_equal(stage(shop), BT_UPI_ASKING);
	assert_false(upi_view(shop).nothing_came);
	wait_for(shop, BT_CALL_PAYMENT);
	closed = word(shop, BT_PAYMENT_CLOSED);
	closed.payment.attempt = BT_ATTEMPT_FAILED;
	shop_give(shop, &closed);
	assert_int_equal(stage(shop), BT_UPI_DEAD);
	assert_int_equal(upi_view(shop).death, BT_UPI_DEATH_FAILED);
	assert_true(upi_view(shop).nothing_came);
	assert_int_equal(bt_teller_upi_renew(shop->teller, shop->sale_id), BT_OK);
	say(shop, BT_PAYMENT_ACTIVE);
	assert_false(upi_view(shop).nothing_came);
}

/* The QR was up, and was paid while nobody looked. */
static void sale_upi_cut_while_shown(void **state)
{
	struct shop *shop = *state;
	uint32_t tid;

	show(shop);
	tid = shop_view(shop).sale.tid;
	shop_restart(shop);
	wait_for(shop, BT_CALL_PAYMENT);
	say(shop, BT_PAYMENT_PAID);
	assert_int_equal(shop_view(shop).sale.tid, tid);
	sold_by_server(shop);
	assert_int_equal(shop->jobs_count, 1);
}

static void sale_upi_cut_after_a_new_qr(void **state)
{
	struct shop *shop = *state;
	char first[80], second[80];
	bool closed_first = false;

	show(shop);
	bt_text_copy(first, sizeof first, last(shop)->payment_id);
	wait_for(shop, BT_CALL_PAYMENT);
	say_attempt(shop, BT_ATTEMPT_FAILED);
	assert_int_equal(bt_teller_upi_renew(shop->teller, shop->sale_id), BT_OK);
	bt_text_copy(second, sizeof second, last(shop)->payment_id);
	shop_restart(shop);
	shop_pass(shop, 1);
	/* Both are asked about: the first is closed, whatever was said before. */
	for (int i = shop->calls_count - 2; i < shop->calls_count; i++) {
		closed_first = closed_first || (shop->calls[i].kind == BT_CALL_PAYMENT_CLOSE &&
						strcmp(shop->calls[i].payment_id, first) == 0);
		assert_true(strcmp(shop->calls[i].payment_id, first) == 0 ||
			    (strcmp(shop->calls[i].payment_id, second) == 0 && shop->calls[i].kind == BT_CALL_PAYMENT));
	}
	assert_true(closed_first);
}

/* Sold by its second QR, and then the power goes: the first is closed and watched all the same, and money that comes
 * for it is named. Once it is, nobody asks again. */
static void sale_upi_cut_after_the_second_qr_was_paid(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;
	char first[80];

	show(shop);
	bt_text_copy(first, sizeof first, last(shop)->payment_id);
	wait_for(shop, BT_CALL_PAYMENT);
	say_attempt(shop, BT_ATTEMPT_FAILED);
	say(shop, BT_PAYMENT_CLOSED);
	assert_int_equal(bt_teller_upi_renew(shop->teller, shop->sale_id), BT_OK);
	say(shop, BT_PAYMENT_ACTIVE);
	wait_for(shop, BT_CALL_PAYMENT);
	say(shop, BT_PAYMENT_PAID);
	sold_by_server(shop);
	shop_restart(shop);
	wait_for(shop, BT_CALL_PAYMENT_CLOSE);
	assert_string_equal(last(shop)->payment_id, first);
	assert_false(bt_journal_has_exception(shop->journal, shop->sale_id, "paid_twice"));
	answer = word(shop, BT_PAYMENT_PAID);
	bt_text_copy(answer.payment.utr, sizeof answer.payment.utr, "632599999999");
	shop_give(shop, &answer);
	assert_true(bt_journal_has_exception(shop->journal, shop->sale_id, "paid_twice"));
	assert_string_equal(shop_view(shop).sale.tenders[0].reference, UTR);
	assert_int_equal(bt_teller_upi_waiting(shop->teller, BT_UPI_WAITING, (struct bt_upi_view[BT_UPI_WAITING]){0}),
			 0);
}

/* Let go before the cut: closed again, and a late success found all the same. */
static void sale_upi_cut_after_the_end(void **state)
{
	struct shop *shop = *state;

	sale_upi_stopped(state);
	shop_restart(shop);
	assert_int_equal(stage(shop), BT_UPI_ENDED);
	wait_for(shop, BT_CALL_PAYMENT_CLOSE);
	say(shop, BT_PAYMENT_PAID);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_PENDING);
}

static void sale_upi_cut_after_let_go_for_cash(void **state)
{
	struct shop *shop = *state;

	show(shop);
	assert_int_equal(bt_teller_upi_stop(shop->teller, shop->sale_id, true), BT_OK);
	shop_restart(shop);
	assert_true(upi_view(shop).for_cash);
	wait_for(shop, BT_CALL_PAYMENT_CLOSE);
	say(shop, BT_PAYMENT_PAID);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_REFUNDING);
}

/* Money and request are one commit: after it the sale is as any other that a restart cut off. */
static void sale_upi_cut_after_paid(void **state)
{
	struct shop *shop = *state;

	show(shop);
	wait_for(shop, BT_CALL_PAYMENT);
	say(shop, BT_PAYMENT_PAID);
	shop_restart(shop);
	assert_int_equal(stage(shop), BT_UPI_PAID);
	assert_string_equal(upi_view(shop).utr, UTR);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_PENDING);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	assert_int_equal(last(shop)->kind, BT_CALL_SALE);
}

#define WITH_SHOP(test) cmocka_unit_test_setup_teardown(test, shop_setup, shop_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_SHOP(sale_upi_paid_by_the_banks_word),
	    WITH_SHOP(sale_upi_is_never_typed),
	    WITH_SHOP(sale_upi_needs_somebody_to_ask),
	    WITH_SHOP(sale_upi_captured_and_the_server_is_gone),
	    WITH_SHOP(sale_upi_captured_while_slow),
	    WITH_SHOP(sale_upi_is_left_to_who_picks_tokens),
	    WITH_SHOP(sale_upi_is_left_to_who_picks_tokens_while_slow),
	    WITH_SHOP(sale_upi_one_question_at_a_time),
	    WITH_SHOP(sale_upi_questions_slow_down_without_an_answer),
	    WITH_SHOP(sale_upi_lost_request_is_asked_about),
	    WITH_SHOP(sale_upi_lost_request_may_be_paid),
	    WITH_SHOP(sale_upi_nothing_left_is_simply_asked_again),
	    WITH_SHOP(sale_upi_answers_that_are_not_ours),
	    WITH_SHOP(sale_upi_follows_the_era),
	    WITH_SHOP(sale_upi_new_qr_after_a_failed_one),
	    WITH_SHOP(sale_upi_qr_that_is_refused),
	    WITH_SHOP(sale_upi_unsure_is_not_failed),
	    WITH_SHOP(sale_upi_runs_out),
	    WITH_SHOP(sale_upi_run_out_unanswered_shows_no_qr),
	    WITH_SHOP(sale_upi_stopped),
	    WITH_SHOP(sale_upi_stopped_too_late),
	    WITH_SHOP(sale_upi_stopped_while_asking),
	    WITH_SHOP(sale_upi_late_success),
	    WITH_SHOP(sale_upi_late_success_after_cash),
	    WITH_SHOP(sale_upi_late_success_after_the_end_and_cash),
	    WITH_SHOP(sale_upi_qr_on_paper),
	    WITH_SHOP(sale_upi_both_qrs_paid),
	    WITH_SHOP(sale_upi_three_qrs_paid),
	    WITH_SHOP(sale_upi_set_aside_goes_on_by_itself),
	    WITH_SHOP(sale_upi_captured_in_another_shift),
	    WITH_SHOP(sale_upi_captured_long_after),
	    WITH_SHOP(sale_upi_captured_at_the_end_of_a_shift),
	    WITH_SHOP(sale_upi_captured_after_midnight),
	    WITH_SHOP(sale_upi_captured_while_stopped),
	    WITH_SHOP(sale_upi_refund_goes_to_the_bank),
	    WITH_SHOP(sale_upi_cut_after_the_intent),
	    WITH_SHOP(sale_upi_cut_after_a_failed_one),
	    WITH_SHOP(sale_upi_cut_while_shown),
	    WITH_SHOP(sale_upi_cut_after_a_new_qr),
	    WITH_SHOP(sale_upi_cut_after_the_second_qr_was_paid),
	    WITH_SHOP(sale_upi_cut_after_the_end),
	    WITH_SHOP(sale_upi_cut_after_let_go_for_cash),
	    WITH_SHOP(sale_upi_cut_after_paid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
