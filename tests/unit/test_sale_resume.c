/* Sales that were cut off and the clerk's word for them; new figures; head-ends that pick tokens themselves.
 * Rules: PROTOCOL S3, S6, T5.
 * rooms: core/sale core/shift core/authority core/journal core/directory core/wire core/receipt core/sts core/base */
#include "tests/unit/teller_fixture.h"

#define MINUTES(n) (INT64_C(60000) * (n))

static int setup(void **state)
{
	static const struct bt_operator people[] = {{.id = "rina", .role = BT_ROLE_CLERK},
						    {.id = "jha", .role = BT_ROLE_SUPERVISOR}};
	int failed = shop_setup(state);
	struct shop *shop = *state;

	if (failed)
		return failed;
	memcpy(shop->enrolment.operators, people, sizeof people);
	shop->enrolment.operator_count = 2;
	shop->asks = true;
	assert_int_equal(bt_directory_put(shop->directory, &shop->consumer, NULL), BT_OK);
	return 0;
}

static const struct bt_approval by_jha = {.by = "jha", .reason = "other"};

static void pay_and_be_cut(struct shop *shop)
{
	shop_pay(shop, 50000);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_VENDING);
	shop_restart(shop);
}

/* ---- the question after a restart ---- */

static void cut_off_is_asked_about_first(void **state)
{
	struct shop *shop = *state;
	char found[37];

	pay_and_be_cut(shop);
	assert_true(bt_teller_cut_off(shop->teller, found));
	assert_string_equal(found, shop->sale_id);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_VENDING);
	assert_true(shop_view(shop).cut_off);
	assert_int_equal(bt_teller_finish(shop->teller, found), BT_ESTATE); /* not even sync */
	assert_int_equal(bt_teller_issue_now(shop->teller, found), BT_ESTATE);
	assert_int_equal(bt_teller_under_way(shop->teller), 0);
	shop_pass(shop, MINUTES(5));
	assert_int_equal(shop_row(shop).stage, BT_STAGE_VENDING);
	assert_int_equal(shop->calls_count, 1);
}

/* The head-end's digits were not its own (PROTOCOL T2): a supervisor ends it, nobody is asked whether its consumer is
 * there, and nothing is sent for it. */
static void other_digits_are_not_asked_about(void **state)
{
	struct shop *shop = *state;
	char found[37];

	shop_pay_and_diverge(shop, 50000);
	assert_int_equal(shop_view(shop).state, BT_SALE_STOPPED);
	shop_restart(shop);
	assert_int_equal(shop_view(shop).state, BT_SALE_STOPPED);
	assert_false(shop_view(shop).cut_off);
	assert_false(bt_teller_cut_off(shop->teller, found));
	assert_int_equal(bt_teller_take_up(shop->teller, shop->sale_id), BT_ESTATE);
	assert_int_equal(bt_teller_let_wait(shop->teller, shop->sale_id), BT_ESTATE);
	shop_pass(shop, MINUTES(20));
	assert_int_equal(shop_view(shop).state, BT_SALE_STOPPED);
}

/* Here: the server is asked with the same body, and the slip comes out for the one who stands there. */
static void consumer_is_here(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;
	char body[2048];

	shop_pay(shop, 50000);
	bt_text_copy(body, sizeof body, shop->calls[0].body);
	shop_restart(shop);
	assert_int_equal(bt_teller_take_up(shop->teller, shop->sale_id), BT_OK);
	assert_int_equal(bt_teller_take_up(shop->teller, shop->sale_id), BT_ESTATE);
	assert_string_equal(shop->calls[1].body, body);
	answer = shop_good(shop);
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	assert_int_equal(shop->jobs_count, 1);
	assert_true(shop_shows_token(&shop->jobs[0].receipt));
}

static void consumer_is_here_and_the_server_is_not(void **state)
{
	struct shop *shop = *state;
	struct bt_sale_view view;
	char digits[21];

	pay_and_be_cut(shop);
	view = shop_view(shop);
	shop_digits(&view.sale, digits);
	shop_go_offline(shop);
	assert_int_equal(bt_teller_take_up(shop->teller, shop->sale_id), BT_OK);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	assert_string_equal(shop_view(shop).token, digits);
	assert_int_equal(shop->jobs_count, 1);
}

/* Taken up, and cut again: asked about again. */
static void cut_off_twice(void **state)
{
	struct shop *shop = *state;
	char found[37];

	pay_and_be_cut(shop);
	assert_int_equal(bt_teller_take_up(shop->teller, shop->sale_id), BT_OK);
	assert_false(bt_teller_cut_off(shop->teller, found));
	shop_restart(shop);
	assert_true(bt_teller_cut_off(shop->teller, found));
	assert_int_equal(bt_teller_let_wait(shop->teller, shop->sale_id), BT_OK);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_PENDING);
	shop_restart(shop);
	assert_false(bt_teller_cut_off(shop->teller, found));
}

static void consumer_is_gone(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;
	char found[37];

	pay_and_be_cut(shop);
	assert_int_equal(bt_teller_let_wait(shop->teller, shop->sale_id), BT_OK);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_PENDING);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_int_equal(bt_teller_take_up(shop->teller, shop->sale_id), BT_ESTATE);
	assert_false(bt_teller_cut_off(shop->teller, found));
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	answer = shop_good(shop);
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_DONE);
	assert_int_equal(shop->jobs_count, 0);
}

/* The money went back before the power came: a supervisor says so, the head-end agrees, and nothing can be issued. */
static void money_was_returned(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	pay_and_be_cut(shop);
	assert_true(shop_view(shop).refundable);
	assert_int_equal(bt_teller_refund(shop->teller, shop->sale_id, &by_jha), BT_OK);
	assert_int_equal(shop->calls[1].kind, BT_CALL_REVERSAL);
	answer = shop_good(shop);
	shop_give(shop, &answer);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_REFUNDED);
}

/* Nobody says anything: fifteen minutes after the payment it is PENDING, looked at or not, by any clock. */
static void nobody_answers(void **state)
{
	struct shop *shop = *state;

	for (int way = 0; way < 3; way++) {
		shop_go_online(shop);
		pay_and_be_cut(shop);
		if (way == 1)
			(void)shop_view(shop);
		if (way == 2)
			shop->wall_ms -= MINUTES(600); /* set back: the wait must not grow */
		shop_pass(shop, MINUTES(way == 2 ? 14 : 15) - 1000);
		assert_int_equal(shop_row(shop).stage, BT_STAGE_VENDING);
		assert_in_range(bt_teller_due_ms(shop->teller), 0, MINUTES(1));
		shop_pass(shop, MINUTES(way == 2 ? 1 : 0) + 1000);
		assert_int_equal(shop_row(shop).stage, BT_STAGE_PENDING);
		assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
		assert_false(shop_view(shop).cut_off);
		if (way == 2)
			shop->wall_ms += MINUTES(600);
	}
}

/* The power was away for longer, or a command is at work that has no clerk: PENDING at once. */
static void too_late_to_ask(void **state)
{
	struct shop *shop = *state;
	char found[37];

	shop_pay(shop, 50000);
	shop->wall_ms += MINUTES(16);
	shop_restart(shop);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_PENDING);
	assert_false(bt_teller_cut_off(shop->teller, found));
	shop->asks = false;
	shop_go_online(shop);
	pay_and_be_cut(shop);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_PENDING);
	assert_false(bt_teller_cut_off(shop->teller, found));
}

/* ---- new figures ---- */

static void refuse_with(struct shop *shop, const char *figures)
{
	struct bt_answer answer = shop_bad(shop, BT_EREFUSED, "figures");
	char body[512];

	snprintf(body, sizeof body, "{\"error\":{\"code\":\"figures\"},\"figures\":%s}", figures);
	bt_buf_init(&answer.body, sizeof body);
	assert_int_equal(bt_buf_put_text(&answer.body, body), BT_OK);
	shop_give(shop, &answer);
	bt_buf_fini(&answer.body);
}

#define FIGURES                                                                                                        \
	"{\"energy_paise\":48000,\"duty_paise\":2000,\"dues_paise\":0,\"units\":600,\"tariff\":\"BERC-2026-27\"}"

/* Agreed: one revision more, the same TID, RND and key; asked of the server, and made here when its answer is lost. */
static void new_figures_agreed(void **state)
{
	struct shop *shop = *state;
	struct bt_sale_view first, view;
	char digits[21];

	shop_pay(shop, 50000);
	first = shop_view(shop);
	refuse_with(shop, FIGURES);
	view = shop_view(shop);
	assert_int_equal(view.state, BT_SALE_REFUSED);
	assert_true(view.has_figures);
	assert_int_equal(view.figures.units, 600);
	shop_restart(shop);
	assert_true(shop_view(shop).has_figures);
	assert_int_equal(bt_teller_agree(shop->teller, shop->sale_id), BT_OK);
	assert_int_equal(bt_teller_agree(shop->teller, shop->sale_id), BT_ESTATE);
	view = shop_view(shop);
	assert_int_equal(view.sale.rev, 2);
	assert_int_equal(view.sale.quote.units, 600);
	assert_int_equal(view.sale.quote.amount, 50000);
	assert_int_equal(view.sale.tid, first.sale.tid);
	assert_int_equal(view.sale.rnd, first.sale.rnd);
	assert_int_equal(view.sale.paid_at_ms, first.sale.paid_at_ms);
	assert_true(bt_sts_key_id_equal(&view.sale.key, &first.sale.key));
	assert_int_equal(shop->calls[1].rev, 2);
	assert_non_null(strstr(shop->calls[1].body, "\"rev\":2"));
	shop_digits(&view.sale, digits);
	shop_pass(shop, 3001);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	assert_string_equal(shop_row(shop).token, digits);
	shop_restart(shop);
	assert_int_equal(shop_view(shop).sale.rev, 2);
	assert_int_equal(shop_view(shop).sale.quote.units, 600);
}

/* Cut after the agreement was recorded: the sale stands at the new revision, and is asked about as any other. */
static void new_figures_cut_after_agreement(void **state)
{
	struct shop *shop = *state;
	char found[37];

	shop_pay(shop, 50000);
	refuse_with(shop, FIGURES);
	assert_int_equal(bt_teller_agree(shop->teller, shop->sale_id), BT_OK);
	shop_restart(shop);
	assert_true(bt_teller_cut_off(shop->teller, found));
	assert_int_equal(bt_teller_take_up(shop->teller, shop->sale_id), BT_OK);
	assert_int_equal(shop->calls[2].rev, 2);
}

/* Figures that are not the same money, or none at all, can only lead to the refund. */
static void new_figures_that_cannot_be_agreed_to(void **state)
{
	static const char *const rows[] = {
	    "{\"energy_paise\":48000,\"duty_paise\":2001,\"dues_paise\":0,\"units\":600,\"tariff\":\"T\"}",
	    "{\"energy_paise\":38000,\"duty_paise\":2000,\"dues_paise\":10000,\"units\":600,\"tariff\":\"T\"}",
	    "{\"energy_paise\":48000,\"duty_paise\":2000,\"dues_paise\":0,\"units\":0,\"tariff\":\"T\"}",
	    "{\"energy_paise\":-1,\"duty_paise\":50001,\"dues_paise\":0,\"units\":600,\"tariff\":\"T\"}",
	    "{\"energy_paise\":48000,\"duty_paise\":2000,\"dues_paise\":0,\"units\":600}",
	    "[]",
	    "null"};
	struct shop *shop = *state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		shop->calls_count = 0;
		shop_pay(shop, 50000);
		refuse_with(shop, rows[i]);
		assert_int_equal(shop_view(shop).state, BT_SALE_REFUSED);
		assert_false(shop_view(shop).has_figures);
		assert_int_equal(bt_teller_agree(shop->teller, shop->sale_id), BT_ESTATE);
		assert_true(shop_view(shop).refundable);
	}
}

/* ---- a head-end that picks tokens itself ---- */

static const struct bt_protocol picks_itself = {.id = "picks", .convergent = false};

static void use_other_protocol(struct shop *shop)
{
	shop->wire.protocol = &picks_itself;
}

/* The head-end's own: another TID, other digits than would be made here. */
static struct bt_answer their_token(struct shop *shop)
{
	struct bt_answer answer = shop_good(shop);

	answer.rev = shop_view(shop).sale.rev;
	answer.units = 640;
	answer.tid = 77777;
	bt_text_copy(answer.token, sizeof answer.token, "99998888777766665555");
	return answer;
}

static void lose(struct shop *shop, enum bt_err err)
{
	struct bt_answer answer = shop_bad(shop, err, "");

	answer.sale_id[0] = 0;
	shop_give(shop, &answer);
}

/* No TID is sent, nothing is made here for an answer that is lost, and the meter waits. */
static void unknown_outcome_bars_the_meter(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;
	char first[37];
	enum bt_denial denial;

	use_other_protocol(shop);
	shop_pay(shop, 50000);
	assert_false(shop_view(shop).sale.has_tid);
	assert_null(strstr(shop->calls[0].body, "\"tid\""));
	assert_int_equal(bt_teller_issue_now(shop->teller, shop->sale_id), BT_ESTATE);
	lose(shop, BT_ETIMEOUT);
	bt_text_copy(first, sizeof first, shop->sale_id);
	assert_int_equal(shop_view(shop).state, BT_SALE_INQUIRING);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_INQUIRING);
	assert_int_equal(shop->jobs_count, 1);
	assert_false(shop_shows_token(&shop->jobs[0].receipt));
	shop_go_offline(shop);
	assert_int_equal(bt_teller_outlook(shop->teller, &shop->consumer, 20000, 0, &denial), BT_OUTLOOK_DOCKET);
	assert_int_equal(denial, BT_DENY_DOUBT);
	shop_pay(shop, 20000);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_int_equal(shop_view(shop).denial, BT_DENY_DOUBT);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	/* The inquiry answers: its token, whatever TID it has; and the meter is free. */
	bt_text_copy(shop->sale_id, sizeof shop->sale_id, first);
	shop_go_online(shop);
	assert_int_equal(bt_teller_finish(shop->teller, first), BT_OK);
	assert_int_equal(shop->calls[1].kind, BT_CALL_INQUIRY);
	answer = their_token(shop);
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_DONE);
	assert_string_equal(shop_row(shop).token, "99998888777766665555");
	assert_int_equal(bt_teller_state(shop->teller), BT_OK);
	shop_go_offline(shop);
	assert_int_equal(bt_teller_outlook(shop->teller, &shop->consumer, 30000, 0, &denial), BT_OUTLOOK_TOKEN);
}

/* At the deadline the counter is free; the answer that comes late is the token. Nothing else is asked meanwhile. */
static void unknown_outcome_then_a_late_answer(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	use_other_protocol(shop);
	shop_pay(shop, 50000);
	shop_pass(shop, 3001);
	assert_int_equal(shop_view(shop).state, BT_SALE_INQUIRING);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_ESTATE);
	answer = their_token(shop);
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_DONE);
	assert_int_equal(shop->jobs_count, 1); /* the docket; the desk prints the token */
}

/* A tombstone: nothing was given and nothing will be. The money goes back, or is used for a new sale. */
static void inquiry_finds_a_tombstone(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	use_other_protocol(shop);
	shop_pay(shop, 50000);
	lose(shop, BT_ELOST);
	shop_go_online(shop);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	lose(shop, BT_ELOST);
	assert_int_equal(shop_view(shop).state, BT_SALE_INQUIRING);
	shop_go_online(shop);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	answer = shop_bad(shop, BT_EREFUSED, "unknown_sale");
	answer.tombstone = true;
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_REFUSED);
	assert_true(shop_view(shop).refundable);
}

/* What never left did nothing: made here, with a TID fixed in the commit that hands it out. */
static void nothing_left_is_made_here(void **state)
{
	struct shop *shop = *state;
	struct bt_sale_view view;
	char digits[21];

	use_other_protocol(shop);
	shop_pay(shop, 50000);
	lose(shop, BT_EUNREACHABLE);
	view = shop_view(shop);
	assert_int_equal(view.state, BT_SALE_TOKENED);
	assert_int_equal(view.sale.rev, 2);
	shop_digits(&view.sale, digits);
	assert_string_equal(view.token, digits);
	assert_int_equal(shop_row(shop).tid, view.sale.tid);
	assert_false(view.possible_duplicate);
	shop_go_offline(shop);
	shop_pay(shop, 20000);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	assert_int_equal(shop_view(shop).sale.rev, 2);
	shop_restart(shop);
	assert_true(shop_view(shop).sale.has_tid);
}

/* A docket without a TID is out: at another counter the head-end would make a token of its own of it, so none is made
 * here any more (PROTOCOL T1, S4). */
static void docket_out_waits_for_the_server(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	use_other_protocol(shop);
	bt_vault_seal(&shop->vault);
	shop_go_offline(shop);
	shop_pay(shop, 50000);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_false(shop_view(shop).sale.has_tid);
	shop_unlock(shop);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_ESTATE);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	shop_go_online(shop);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	lose(shop, BT_EUNREACHABLE);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_string_equal(shop_row(shop).token, "");
	shop_go_online(shop);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	answer = their_token(shop);
	shop_give(shop, &answer);
	assert_string_equal(shop_row(shop).token, "99998888777766665555");
}

/* It was asked and said not now, or it was asked before the power went: only that head-end may make this one. */
static void asked_before_waits_for_the_server(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;

	use_other_protocol(shop);
	shop_pay(shop, 50000);
	answer = shop_bad(shop, BT_EREFUSED, "tid_wait");
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_int_equal(shop_view(shop).denial, BT_DENY_SERVER);
	assert_string_equal(shop_row(shop).token, "");
	shop_go_online(shop);
	pay_and_be_cut(shop);
	shop_go_online(shop);
	assert_int_equal(bt_teller_take_up(shop->teller, shop->sale_id), BT_OK);
	lose(shop, BT_EUNREACHABLE);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_string_equal(shop_row(shop).token, "");
}

/* It was asked and named other figures; whoever starts again and agrees to them has asked before. */
static void refused_before_waits_for_the_server(void **state)
{
	struct shop *shop = *state;

	use_other_protocol(shop);
	shop_pay(shop, 50000);
	refuse_with(shop, FIGURES);
	shop_restart(shop);
	assert_int_equal(bt_teller_agree(shop->teller, shop->sale_id), BT_OK);
	lose(shop, BT_EUNREACHABLE);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_string_equal(shop_row(shop).token, "");
}

static bool has_mark(const struct bt_receipt *receipt, const char *text)
{
	for (int i = 0; i < receipt->count; i++)
		if (receipt->lines[i].kind == BT_LINE_MARK && strcmp(receipt->lines[i].left, text) == 0)
			return true;
	return false;
}

/* The supervisor's word: POSSIBLE DUPLICATE on the slip and each copy; the head-end's own token, when it comes, is an
 * exception and no stop. */
static void override_marks_the_slip(void **state)
{
	const struct bt_approval clerk = {.by = "rina", .reason = "other"};
	struct shop *shop = *state;
	struct bt_answer answer;
	enum bt_denial denial = BT_DENY_NONE;
	char token[21];

	use_other_protocol(shop);
	shop_pay(shop, 50000);
	shop_pass(shop, 3001);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	answer = their_token(shop);
	assert_int_equal(bt_teller_override(shop->teller, shop->sale_id, &clerk, &denial), BT_EAUTH);
	bt_vault_seal(&shop->vault);
	assert_int_equal(bt_teller_override(shop->teller, shop->sale_id, &by_jha, &denial), BT_ESTATE);
	assert_int_equal(denial, BT_DENY_KEYS);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_INQUIRING);
	shop_unlock(shop);
	assert_int_equal(bt_teller_override(shop->teller, shop->sale_id, &by_jha, &denial), BT_OK);
	assert_int_equal(bt_teller_override(shop->teller, shop->sale_id, &by_jha, &denial), BT_ESTATE);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	assert_true(shop_view(shop).possible_duplicate);
	bt_text_copy(token, sizeof token, shop_view(shop).token);
	assert_true(shop_shows_token(&shop->jobs[1].receipt));
	assert_int_equal(shop->jobs[1].copy, 1);
	assert_true(has_mark(&shop->jobs[1].receipt, "POSSIBLE DUPLICATE"));
	shop_printed(shop, BT_PRINT_CONFIRMED);
	shop_give(shop, &answer);
	assert_string_equal(shop_view(shop).exception, "possible_duplicate");
	assert_string_equal(shop_view(shop).token, token);
	assert_int_equal(bt_teller_state(shop->teller), BT_OK);
	shop_restart(shop);
	assert_true(shop_view(shop).possible_duplicate);
	assert_int_equal(bt_teller_reprint(shop->teller, shop->sale_id, BT_REPRINT_ASKED), BT_OK);
	assert_true(has_mark(&shop->jobs[2].receipt, "POSSIBLE DUPLICATE"));
}

/* A power cut while the head-end had the request: gone is not PENDING there, it is in doubt. */
static void cut_off_is_in_doubt(void **state)
{
	struct shop *shop = *state;
	char found[37];

	use_other_protocol(shop);
	pay_and_be_cut(shop);
	assert_true(bt_teller_cut_off(shop->teller, found));
	assert_int_equal(bt_teller_let_wait(shop->teller, shop->sale_id), BT_OK);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_INQUIRING);
	shop_restart(shop);
	assert_int_equal(shop_view(shop).state, BT_SALE_INQUIRING);
	shop->asks = false;
	shop_go_online(shop);
	pay_and_be_cut(shop);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_INQUIRING);
	shop->asks = true;
	shop_go_online(shop);
	pay_and_be_cut(shop);
	shop_go_offline(shop);
	assert_int_equal(bt_teller_take_up(shop->teller, shop->sale_id), BT_OK);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_INQUIRING);
	assert_string_equal(shop_row(shop).token, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, shop_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(cut_off_is_asked_about_first),
	    TEST(other_digits_are_not_asked_about),
	    TEST(consumer_is_here),
	    TEST(consumer_is_here_and_the_server_is_not),
	    TEST(cut_off_twice),
	    TEST(consumer_is_gone),
	    TEST(money_was_returned),
	    TEST(nobody_answers),
	    TEST(too_late_to_ask),
	    TEST(new_figures_agreed),
	    TEST(new_figures_cut_after_agreement),
	    TEST(new_figures_that_cannot_be_agreed_to),
	    TEST(unknown_outcome_bars_the_meter),
	    TEST(unknown_outcome_then_a_late_answer),
	    TEST(inquiry_finds_a_tombstone),
	    TEST(nothing_left_is_made_here),
	    TEST(docket_out_waits_for_the_server),
	    TEST(asked_before_waits_for_the_server),
	    TEST(refused_before_waits_for_the_server),
	    TEST(override_marks_the_slip),
	    TEST(cut_off_is_in_doubt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
