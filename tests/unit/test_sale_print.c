/* Was it printed? A slip that waits for paper, one given up, one nobody can vouch for, and why each copy was made; and
 * who may open the drawer.
 * rooms: core/sale core/shift core/authority core/journal core/directory core/wire core/receipt core/sts core/base */
#include "core/base/json.h"
#include "tests/unit/teller_fixture.h"

static const struct bt_approval by_jha = {.by = "jha", .reason = "small_change"};

static int setup(void **state)
{
	static const struct bt_operator people[] = {
	    {.id = "rina", .name = {.en = "Rina Kumari"}, .role = BT_ROLE_CLERK},
	    {.id = "sunil", .name = {.en = "Sunil Paswan"}, .role = BT_ROLE_CLERK},
	    {.id = "jha", .name = {.en = "A. K. Jha"}, .role = BT_ROLE_SUPERVISOR}};
	int failed = shop_setup(state);
	struct shop *shop = *state;

	if (failed)
		return failed;
	memcpy(shop->enrolment.operators, people, sizeof people);
	shop->enrolment.operator_count = 3;
	return 0;
}

/* ---- the table ---- */

static void each_step_is_there_once(void **state)
{
	(void)state;
	for (int i = 0; i < bt_slip_table_len; i++)
		assert_ptr_equal(bt_slip_find_step(bt_slip_table[i].state, bt_slip_table[i].event), &bt_slip_table[i]);
	assert_null(bt_slip_find_step(BT_PRINTING_NOW, BT_SLIP_EV_PRINT));
	assert_null(bt_slip_find_step(BT_PRINTING_GIVEN_UP, BT_SLIP_EV_GIVE_UP));
	assert_null(bt_slip_find_step(BT_PRINTING_DONE, BT_SLIP_EV_SEEN));
}

static void every_state_is_reached(void **state)
{
	bool reached[BT_PRINTING_COUNT] = {[BT_PRINTING_NONE] = true};

	(void)state;
	for (int round = 0; round < BT_PRINTING_COUNT; round++)
		for (int i = 0; i < bt_slip_table_len; i++)
			if (reached[bt_slip_table[i].state])
				reached[bt_slip_table[i].next] = true;
	for (int i = 0; i < BT_PRINTING_COUNT; i++)
		assert_true(reached[i]);
}

/* While the end of one is not known nothing goes out, and every end is known and recorded. */
static void nothing_goes_out_beside_a_slip_in_hand(void **state)
{
	static const enum bt_slip_event ends[] = {BT_SLIP_EV_CONFIRMED, BT_SLIP_EV_UNCONFIRMED, BT_SLIP_EV_FAILED};

	(void)state;
	for (int i = 0; i < bt_slip_table_len; i++) {
		const struct bt_slip_step *step = &bt_slip_table[i];

		if (bt_slip_is_in_hand(step->state))
			assert_int_not_equal(step->effect, BT_SLIP_DO_SEND);
		if (step->effect == BT_SLIP_DO_SEND || step->effect == BT_SLIP_DO_RECORD_SEND)
			assert_int_equal(step->next, BT_PRINTING_NOW);
	}
	for (int i = 0; i < BT_PRINTING_COUNT; i++)
		for (size_t k = 0; k < sizeof ends / sizeof *ends; k++) {
			const struct bt_slip_step *step = bt_slip_find_step((enum bt_print_progress)i, ends[k]);

			assert_int_equal(step != NULL, bt_slip_is_in_hand((enum bt_print_progress)i));
			if (step)
				assert_true(step->effect == BT_SLIP_DO_RECORD ||
					    step->effect == BT_SLIP_DO_RECORD_SEND);
		}
}

static void only_paper_cover_cutter_and_fault_are_given_up(void **state)
{
	static const bool wanted[BT_PAPER_COUNT] = {
	    [BT_PAPER_OUT] = true, [BT_PAPER_OPEN] = true, [BT_PAPER_JAM] = true, [BT_PAPER_FAULT] = true};

	(void)state;
	for (int i = 0; i < BT_PAPER_COUNT; i++)
		assert_int_equal(bt_slip_is_stuck((enum bt_paper)i), wanted[i]);
}

static void reasons_follow_from_what_happened(void **state)
{
	static const struct {
		enum bt_print_progress from;
		int copy;
		enum bt_reprint held, said;
		enum bt_err err;
		enum bt_reprint why;
	} rows[] = {
	    {BT_PRINTING_NONE, 1, BT_REPRINT_UNSAID, BT_REPRINT_UNSAID, BT_OK, BT_REPRINT_UNSAID},
	    {BT_PRINTING_NONE, 1, BT_REPRINT_UNSAID, BT_REPRINT_ASKED, BT_OK, BT_REPRINT_UNSAID},
	    {BT_PRINTING_FAILED, 1, BT_REPRINT_UNSAID, BT_REPRINT_UNSAID, BT_OK, BT_REPRINT_UNSAID},
	    {BT_PRINTING_GIVEN_UP, 1, BT_REPRINT_UNSAID, BT_REPRINT_UNSAID, BT_OK, BT_REPRINT_UNSAID},
	    {BT_PRINTING_GIVEN_UP, 2, BT_REPRINT_UNSAID, BT_REPRINT_UNSAID, BT_OK, BT_REPRINT_PAPER},
	    {BT_PRINTING_ASK, 2, BT_REPRINT_UNSAID, BT_REPRINT_UNSAID, BT_OK, BT_REPRINT_NOT_OUT},
	    {BT_PRINTING_ASK, 3, BT_REPRINT_PAPER, BT_REPRINT_ASKED, BT_OK, BT_REPRINT_NOT_OUT},
	    {BT_PRINTING_FAILED, 2, BT_REPRINT_DAMAGED, BT_REPRINT_UNSAID, BT_OK, BT_REPRINT_DAMAGED},
	    {BT_PRINTING_DONE, 2, BT_REPRINT_PAPER, BT_REPRINT_UNSAID, BT_EINPUT, BT_REPRINT_UNSAID},
	    {BT_PRINTING_NONE, 2, BT_REPRINT_UNSAID, BT_REPRINT_UNSAID, BT_EINPUT, BT_REPRINT_UNSAID},
	    {BT_PRINTING_DONE, 2, BT_REPRINT_PAPER, BT_REPRINT_DAMAGED, BT_OK, BT_REPRINT_DAMAGED},
	    {BT_PRINTING_NONE, 4, BT_REPRINT_UNSAID, BT_REPRINT_ASKED, BT_OK, BT_REPRINT_ASKED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		enum bt_reprint why = BT_REPRINT_COUNT;

		assert_int_equal(bt_reprint_why(rows[i].from, rows[i].copy, rows[i].held, rows[i].said, &why),
				 rows[i].err);
		assert_int_equal(why, rows[i].err == BT_OK ? rows[i].why : BT_REPRINT_COUNT);
	}
}

/* ---- what is on record ---- */

/* True of what is on record before the slip leaves. */
static bool is_sending(const struct bt_buf *body)
{
	return memmem(body->data, body->len, "\"result\":\"sending\"", 18) != NULL;
}

/* The newest `printed` of the sale that tells an end, as its canonical text. */
static void expect_printed(struct shop *shop, const char *wanted)
{
	struct bt_event event = {.seq = 0};
	struct bt_buf body;
	char newest[512] = "";

	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	while (bt_journal_next(shop->journal, BT_EVENT_PRINTED, event.seq, &event, &body) == BT_OK)
		if (strcmp(event.sale_id, shop->sale_id) == 0 && !is_sending(&body))
			snprintf(newest, sizeof newest, "%.*s", (int)body.len, (const char *)body.data);
	bt_buf_fini(&body);
	assert_string_equal(newest, wanted);
}

static int count_printed(struct shop *shop)
{
	struct bt_event event = {.seq = 0};
	struct bt_buf body;
	int count = 0;

	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	while (bt_journal_next(shop->journal, BT_EVENT_PRINTED, event.seq, &event, &body) == BT_OK)
		count += !is_sending(&body);
	bt_buf_fini(&body);
	return count;
}

static enum bt_err again(struct shop *shop)
{
	return bt_teller_reprint(shop->teller, shop->sale_id, BT_REPRINT_UNSAID);
}

static bool slip_says(const struct shop *shop, const char *text)
{
	const struct bt_receipt *slip = &shop->jobs[shop->jobs_count - 1].receipt;

	for (int i = 0; i < slip->count; i++)
		if (strcmp(slip->lines[i].left, text) == 0 || strcmp(slip->lines[i].right, text) == 0)
			return true;
	return false;
}

/* A token made here, its original in the printer's hand, and the roll at its end. */
static void run_out_of_paper(struct shop *shop)
{
	shop_go_offline(shop);
	shop_pay(shop, 50000);
	assert_int_equal(shop_view(shop).printing, BT_PRINTING_NOW);
	assert_true(shop->jobs[0].open_drawer);
	shop->paper = BT_PAPER_OUT;
}

/* The roll is put in: nothing was to be done here, and there is one original. */
static void waits_for_the_roll(void **state)
{
	struct shop *shop = *state;

	run_out_of_paper(shop);
	shop_pass(shop, 300000);
	assert_int_equal(shop_view(shop).printing, BT_PRINTING_NOW);
	shop->paper = BT_PAPER_OK;
	shop_printed(shop, BT_PRINT_CONFIRMED);
	assert_int_equal(shop_view(shop).printing, BT_PRINTING_DONE);
	assert_int_equal(shop->jobs_count, 1);
	assert_int_equal(shop->give_ups, 0);
	expect_printed(shop, "{\"copy\":1,\"result\":\"confirmed\"}");
}

static void given_up_and_printed_as_a_copy(void **state)
{
	static const enum bt_paper papers[] = {BT_PAPER_OUT, BT_PAPER_OPEN, BT_PAPER_JAM, BT_PAPER_FAULT};
	struct shop *shop = *state;

	for (int i = 0; i < 4; i++) {
		shop->jobs_count = shop->give_ups = 0;
		run_out_of_paper(shop);
		shop->paper = papers[i];
		assert_int_equal(again(shop), BT_OK);
		assert_int_equal(shop->give_ups, 1);
		assert_int_equal(shop_view(shop).printing, BT_PRINTING_GIVEN_UP);
		assert_int_equal(again(shop), BT_ESTATE); /* its end is not known yet: nothing else goes out */
		assert_int_equal(shop->give_ups, 1);
		assert_int_equal(shop->jobs_count, 1);
		shop_printed(shop, BT_PRINT_UNCONFIRMED);
		expect_printed(shop, "{\"copy\":1,\"result\":\"unconfirmed\"}");
		assert_int_equal(shop->jobs_count, 2);
		assert_int_equal(shop->jobs[1].copy, 2);
		assert_false(shop->jobs[1].open_drawer);
		assert_true(slip_says(shop, "the printer had stopped"));
		assert_int_equal(shop_view(shop).printing, BT_PRINTING_NOW);
		shop->paper = BT_PAPER_OK;
		shop_printed(shop, BT_PRINT_CONFIRMED);
		assert_int_equal(shop_view(shop).printing, BT_PRINTING_DONE);
		assert_int_equal(shop_view(shop).copies, 2);
		expect_printed(shop,
			       "{\"copy\":2,\"operator\":\"rina\",\"reason\":\"paper\",\"result\":\"confirmed\"}");
	}
}

/* The roll went in just as F5 was pressed: the original is out, and there is no copy. */
static void out_at_the_last_moment(void **state)
{
	struct shop *shop = *state;

	run_out_of_paper(shop);
	assert_int_equal(again(shop), BT_OK);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	assert_int_equal(shop_view(shop).printing, BT_PRINTING_DONE);
	assert_int_equal(shop_view(shop).copies, 1);
	assert_int_equal(shop->jobs_count, 1);
	assert_int_equal(count_printed(shop), 1);
}

/* The lights went out while the original was in the printer: it may be on paper, so what follows is a copy. The clerk
 * is asked, and may say that it came out. */
static void cut_while_it_was_printed(void **state)
{
	struct shop *shop = *state;

	shop_go_offline(shop);
	shop_pay(shop, 50000);
	assert_int_equal(shop->jobs[0].copy, 1);
	shop_restart(shop);
	assert_int_equal(shop_view(shop).printing, BT_PRINTING_ASK);
	assert_int_equal(shop_view(shop).copies, 1);
	assert_int_equal(again(shop), BT_OK);
	assert_int_equal(shop->jobs[shop->jobs_count - 1].copy, 2);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	expect_printed(shop, "{\"copy\":2,\"operator\":\"rina\",\"reason\":\"not_out\",\"result\":\"confirmed\"}");
	shop_restart(shop);
	assert_int_equal(shop_view(shop).printing, BT_PRINTING_NONE);
	assert_int_equal(shop_view(shop).copies, 2);
}

static void seen_after_a_cut(void **state)
{
	struct shop *shop = *state;

	shop_go_offline(shop);
	shop_pay(shop, 50000);
	shop_restart(shop);
	assert_int_equal(bt_teller_paper_seen(shop->teller, shop->sale_id), BT_OK);
	expect_printed(shop, "{\"copy\":1,\"result\":\"confirmed\"}");
	assert_int_equal(shop_view(shop).state, BT_SALE_DONE);
	assert_int_equal(again(shop), BT_EINPUT);
}

/* No byte of it had left: what goes is still the original, drawer and all. */
static void given_up_before_it_left(void **state)
{
	struct shop *shop = *state;

	run_out_of_paper(shop);
	assert_int_equal(again(shop), BT_OK);
	shop_printed(shop, BT_PRINT_FAILED);
	assert_int_equal(shop->jobs_count, 2);
	assert_int_equal(shop->jobs[1].copy, 1);
	assert_true(shop->jobs[1].open_drawer);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	expect_printed(shop, "{\"copy\":1,\"result\":\"confirmed\"}");
	assert_int_equal(shop_view(shop).copies, 1);
}

/* Still no roll: the copy waits too, and may be given up as well. */
static void a_copy_waits_and_is_given_up(void **state)
{
	struct shop *shop = *state;

	run_out_of_paper(shop);
	for (int copy = 2; copy <= 4; copy++) {
		assert_int_equal(again(shop), BT_OK);
		shop_printed(shop, BT_PRINT_UNCONFIRMED);
		assert_int_equal(shop->jobs[shop->jobs_count - 1].copy, copy);
	}
	assert_int_equal(shop->give_ups, 3);
	assert_int_equal(count_printed(shop), 3);
}

/* The sink has no room when the copy is due. */
static void a_copy_that_is_not_taken_can_be_asked_for(void **state)
{
	struct shop *shop = *state;

	run_out_of_paper(shop);
	assert_int_equal(again(shop), BT_OK);
	shop->sink_err = BT_EFULL;
	shop_printed(shop, BT_PRINT_UNCONFIRMED);
	assert_int_equal(shop_view(shop).printing, BT_PRINTING_FAILED);
	assert_int_equal(shop_view(shop).copies, 1);
	shop->sink_err = BT_OK;
	assert_int_equal(again(shop), BT_OK);
	assert_int_equal(shop->jobs[1].copy, 2);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	expect_printed(shop, "{\"copy\":2,\"operator\":\"rina\",\"reason\":\"paper\",\"result\":\"confirmed\"}");
}

/* Two people have paid, and the first one's slip is what the printer holds: it is given up, whoever asks, and its copy
 * comes behind the second one's original. Neither is lost, neither is doubled. */
static void the_one_in_front_is_given_up(void **state)
{
	struct shop *shop = *state;
	char first[37];

	run_out_of_paper(shop);
	bt_text_copy(first, sizeof first, shop->sale_id);
	shop->consumer.dues = 0;
	shop_pay(shop, 30000);
	assert_int_equal(shop->jobs_count, 2);
	assert_int_equal(again(shop), BT_OK);
	assert_int_equal(shop->give_ups, 1);
	assert_int_equal(shop_view(shop).printing, BT_PRINTING_NOW);
	assert_int_equal(again(shop), BT_ESTATE); /* the first has not ended yet */
	shop_end_print(shop, 0, BT_PRINT_UNCONFIRMED);
	assert_int_equal(shop->jobs_count, 3);
	assert_string_equal(shop->jobs[2].sale_id, first);
	assert_int_equal(shop->jobs[2].copy, 2);
	/* Now the second is in front. */
	assert_int_equal(again(shop), BT_OK);
	assert_int_equal(shop->give_ups, 2);
	assert_int_equal(shop_view(shop).printing, BT_PRINTING_GIVEN_UP);
	shop_end_print(shop, 1, BT_PRINT_UNCONFIRMED);
	assert_int_equal(shop->jobs_count, 4);
	assert_string_equal(shop->jobs[3].sale_id, shop->sale_id);
	assert_int_equal(shop->jobs[3].copy, 2);
	shop->paper = BT_PAPER_OK;
	shop_end_print(shop, 2, BT_PRINT_CONFIRMED);
	shop_end_print(shop, 3, BT_PRINT_CONFIRMED);
	assert_int_equal(shop_view(shop).copies, 2);
	assert_int_equal(shop_view(shop).printing, BT_PRINTING_DONE);
	assert_int_equal(shop->jobs_count, 4);
}

/* What nothing keeps from coming out is not given up; nor where the sink does not know how. */
static void not_given_up(void **state)
{
	static const enum bt_paper papers[] = {BT_PAPER_OK, BT_PAPER_LOW, BT_PAPER_SILENT};
	struct shop *shop = *state;

	run_out_of_paper(shop);
	for (int i = 0; i < 3; i++) {
		shop->paper = papers[i];
		assert_int_equal(again(shop), BT_ESTATE);
	}
	shop->paper = BT_PAPER_OUT;
	shop->sink.give_up = NULL;
	assert_int_equal(again(shop), BT_ESTATE);
	assert_int_equal(shop->give_ups, 0);
	assert_int_equal(shop_view(shop).printing, BT_PRINTING_NOW);
}

/* ---- the clerk's word ---- */

static void not_out_says_the_clerk(void **state)
{
	struct shop *shop = *state;

	shop_go_offline(shop);
	shop_pay(shop, 50000);
	shop_printed(shop, BT_PRINT_UNCONFIRMED);
	assert_int_equal(shop_view(shop).printing, BT_PRINTING_ASK);
	bt_teller_set_operator(shop->teller, "sunil", 612);
	assert_int_equal(again(shop), BT_OK);
	assert_true(slip_says(shop, "the first did not come out"));
	shop_printed(shop, BT_PRINT_UNCONFIRMED);
	expect_printed(shop, "{\"copy\":2,\"operator\":\"sunil\",\"reason\":\"not_out\",\"result\":\"unconfirmed\"}");
	assert_int_equal(bt_teller_paper_seen(shop->teller, shop->sale_id), BT_OK);
	expect_printed(shop, "{\"copy\":2,\"operator\":\"sunil\",\"reason\":\"not_out\",\"result\":\"confirmed\"}");
	assert_int_equal(shop_view(shop).printing, BT_PRINTING_DONE);
}

/* It came out: nobody prints another without saying why; what was said stays with a copy that never left. */
static void why_is_asked_when_it_came_out(void **state)
{
	struct shop *shop = *state;

	shop_go_offline(shop);
	shop_pay(shop, 50000);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	assert_int_equal(again(shop), BT_EINPUT);
	assert_int_equal(shop->jobs_count, 1);
	assert_int_equal(shop_view(shop).printing, BT_PRINTING_DONE);
	assert_int_equal(bt_teller_reprint(shop->teller, shop->sale_id, BT_REPRINT_DAMAGED), BT_OK);
	assert_true(slip_says(shop, "torn or unreadable"));
	shop_printed(shop, BT_PRINT_FAILED);
	expect_printed(shop, "{\"copy\":2,\"operator\":\"rina\",\"reason\":\"damaged\",\"result\":\"failed\"}");
	assert_int_equal(again(shop), BT_OK);
	assert_int_equal(shop->jobs[2].copy, 2);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	expect_printed(shop, "{\"copy\":2,\"operator\":\"rina\",\"reason\":\"damaged\",\"result\":\"confirmed\"}");
	shop_restart(shop);
	assert_int_equal(shop_view(shop).copies, 2);
	assert_int_equal(again(shop), BT_EINPUT);
	assert_int_equal(bt_teller_reprint(shop->teller, shop->sale_id, BT_REPRINT_ASKED), BT_OK);
	assert_int_equal(shop->jobs[3].copy, 3);
	assert_true(slip_says(shop, "asked for by the consumer"));
}

/* Records from before reasons were kept are read as they always were. */
static void copies_without_a_reason_are_counted(void **state)
{
	struct shop *shop = *state;

	shop_go_offline(shop);
	shop_pay(shop, 50000);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	assert_int_equal(bt_journal_put_json(shop->journal, BT_EVENT_PRINTED, shop->sale_id,
					     json_pack("{s:i, s:s}", "copy", 2, "result", "confirmed"), &shop->fault),
			 BT_OK);
	shop_restart(shop);
	assert_int_equal(shop_view(shop).copies, 2);
	assert_int_equal(bt_teller_reprint(shop->teller, shop->sale_id, BT_REPRINT_ASKED), BT_OK);
	assert_int_equal(shop->jobs[shop->jobs_count - 1].copy, 3);
}

/* ---- the sale moves on while a slip is in hand ---- */

static void pay_for_a_docket(struct shop *shop)
{
	bt_vault_seal(&shop->vault);
	shop_go_offline(shop);
	shop_pay(shop, 50000);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	shop->paper = BT_PAPER_OUT;
}

/* The docket waits for paper, the token arrives, the clerk gives the docket up: the token's first slip is an original.
 */
static void a_docket_given_up_for_its_token(void **state)
{
	struct shop *shop = *state;

	pay_for_a_docket(shop);
	shop_unlock(shop);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	assert_int_equal(shop->jobs_count, 1);
	assert_int_equal(again(shop), BT_OK);
	shop_printed(shop, BT_PRINT_UNCONFIRMED);
	expect_printed(shop, "{\"copy\":1,\"result\":\"unconfirmed\",\"slip\":\"docket\"}");
	assert_int_equal(shop->jobs_count, 2);
	assert_int_equal(shop->jobs[1].copy, 1);
	assert_true(shop_shows_token(&shop->jobs[1].receipt));
	assert_false(shop->jobs[1].open_drawer);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	expect_printed(shop, "{\"copy\":1,\"result\":\"confirmed\"}");
	assert_int_equal(shop_view(shop).state, BT_SALE_DONE);
}

/* The docket waits for paper while the money goes back: the refund's slip comes behind it, and opens the drawer then.
 */
static void a_refund_behind_a_docket(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;
	const struct bt_approval approval = {.by = "jha", .reason = "no_token"};

	pay_for_a_docket(shop);
	shop_go_online(shop);
	assert_int_equal(bt_teller_refund(shop->teller, shop->sale_id, &approval), BT_OK);
	answer = shop_good(shop);
	answer.token[0] = 0;
	answer.tid = 0;
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_REFUNDED);
	assert_int_equal(shop->jobs_count, 1);
	assert_int_equal(shop_view(shop).printing, BT_PRINTING_FOLLOWED);
	shop->paper = BT_PAPER_OK;
	shop_printed(shop, BT_PRINT_CONFIRMED);
	expect_printed(shop, "{\"copy\":1,\"result\":\"confirmed\",\"slip\":\"docket\"}");
	assert_int_equal(shop->jobs_count, 2);
	assert_int_equal(shop->jobs[1].copy, 1);
	assert_true(shop->jobs[1].open_drawer);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	expect_printed(shop, "{\"copy\":1,\"result\":\"confirmed\",\"slip\":\"refund\"}");
	assert_int_equal(shop_view(shop).printing, BT_PRINTING_DONE);
}

/* A result that nobody waits for any more changes nothing. */
static void a_stray_result_is_nothing(void **state)
{
	struct shop *shop = *state;

	shop_go_offline(shop);
	shop_pay(shop, 50000);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	shop_printed(shop, BT_PRINT_FAILED);
	assert_int_equal(shop_view(shop).printing, BT_PRINTING_DONE);
	assert_int_equal(count_printed(shop), 1);
}

/* ---- the drawer ---- */

static void a_supervisor_opens_the_drawer(void **state)
{
	struct shop *shop = *state;
	struct bt_event event;
	struct bt_buf body;
	static const char wanted[] = "{\"asked_by\":\"rina\",\"by\":\"jha\",\"reason\":\"small_change\"}";

	assert_int_equal(bt_teller_open_drawer(shop->teller, &by_jha), BT_OK);
	assert_int_equal(shop->drawers, 1);
	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	assert_int_equal(bt_journal_newest(shop->journal, BT_EVENT_DRAWER, NULL, &event, &body), BT_OK);
	assert_string_equal(event.sale_id, "");
	assert_int_equal(body.len, sizeof wanted - 1);
	assert_memory_equal(body.data, wanted, body.len);
	bt_buf_fini(&body);
	/* What became of that job is nobody's slip. */
	shop->results[shop->results_count++] = (struct bt_print_result){.state = BT_PRINT_UNCONFIRMED};
	bt_teller_step(shop->teller);
	assert_int_equal(count_printed(shop), 0);
	shop_restart(shop);
	assert_int_equal(bt_teller_state(shop->teller), BT_OK);
}

static void nobody_else_opens_the_drawer(void **state)
{
	const struct bt_approval own = {.by = "rina", .reason = "other"}, clerk = {.by = "sunil", .reason = "other"};
	const struct bt_approval odd = {.by = "jha", .reason = "Not a code"};
	struct shop *shop = *state;
	struct bt_event event;

	assert_int_equal(bt_teller_open_drawer(shop->teller, &own), BT_EAUTH);
	assert_int_equal(bt_teller_open_drawer(shop->teller, &clerk), BT_EAUTH);
	assert_int_equal(bt_teller_open_drawer(shop->teller, &odd), BT_EINPUT);
	bt_teller_set_operator(shop->teller, "jha", 611);
	assert_int_equal(bt_teller_open_drawer(shop->teller, &by_jha), BT_EAUTH); /* two people */
	assert_int_equal(bt_journal_newest(shop->journal, BT_EVENT_DRAWER, NULL, &event, NULL), BT_ENOTFOUND);
	assert_int_equal(shop->drawers, 0);
	shop->no_sink = true;
	shop_restart(shop);
	assert_int_equal(bt_teller_open_drawer(shop->teller, &by_jha), BT_ESTATE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, shop_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_step_is_there_once),
	    cmocka_unit_test(every_state_is_reached),
	    cmocka_unit_test(nothing_goes_out_beside_a_slip_in_hand),
	    cmocka_unit_test(only_paper_cover_cutter_and_fault_are_given_up),
	    cmocka_unit_test(reasons_follow_from_what_happened),
	    TEST(waits_for_the_roll),
	    TEST(given_up_and_printed_as_a_copy),
	    TEST(out_at_the_last_moment),
	    TEST(given_up_before_it_left),
	    TEST(cut_while_it_was_printed),
	    TEST(seen_after_a_cut),
	    TEST(a_copy_waits_and_is_given_up),
	    TEST(a_copy_that_is_not_taken_can_be_asked_for),
	    TEST(the_one_in_front_is_given_up),
	    TEST(not_given_up),
	    TEST(not_out_says_the_clerk),
	    TEST(why_is_asked_when_it_came_out),
	    TEST(copies_without_a_reason_are_counted),
	    TEST(a_docket_given_up_for_its_token),
	    TEST(a_refund_behind_a_docket),
	    TEST(a_stray_result_is_nothing),
	    TEST(a_supervisor_opens_the_drawer),
	    TEST(nobody_else_opens_the_drawer),
	};
	return cmocka_run_group_tests_name("sale_print", tests, NULL, NULL);
}
