/* Power cuts at every journaled point, slips and their copies, a full table, a journal that stops in the middle.
 * rooms: core/sale core/shift core/authority core/journal core/directory core/wire core/receipt core/sts core/base */
#include "tests/unit/teller_fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* Cut after VENDING: the sale is PENDING, and finishing it asks with the same body and takes the same digits. */
static void sale_restart_cut_while_vending(void **state)
{
	struct shop *shop = *state;
	struct bt_answer answer;
	char digits[21], body[2048];
	struct bt_sale_view view;

	shop_pay(shop, 50000);
	view = shop_view(shop);
	shop_digits(&view.sale, digits);
	bt_text_copy(body, sizeof body, shop->calls[0].body);
	shop_restart(shop);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_PENDING);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_int_equal(shop_view(shop).denial, BT_DENY_SERVER);
	assert_int_equal(shop->jobs_count, 0);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	assert_string_equal(shop->calls[1].body, body);
	answer = shop_good(shop);
	shop_give(shop, &answer);
	assert_int_equal(shop_view(shop).state, BT_SALE_DONE);
	assert_string_equal(shop_view(shop).token, digits);
	assert_int_equal(shop->jobs_count, 0);
}

/* Cut between PAID and all else, as an older journal may hold it. */
static void sale_restart_cut_after_paid(void **state)
{
	struct shop *shop = *state;
	struct bt_event_in event = {.kind = BT_EVENT_PAID};
	struct bt_buf body;
	struct bt_sale sale;

	shop_pay(shop, 50000);
	sale = shop_view(shop).sale;
	sale.sale_id[35] = sale.sale_id[35] == '0' ? '1' : '0';
	sale.tid -= 16;
	bt_text_copy(sale.receipt, sizeof sale.receipt, "0142-0611-002-7");
	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	assert_int_equal(bt_sale_encode(&sale, &body), BT_OK);
	event.sale_id = sale.sale_id;
	event.body = bt_buf_view(&body);
	assert_int_equal(bt_journal_put(shop->journal, &event, 1, &shop->fault), BT_OK);
	bt_buf_fini(&body);
	shop_restart(shop);
	bt_text_copy(shop->sale_id, sizeof shop->sale_id, sale.sale_id);
	assert_int_equal(shop_view(shop).state, BT_SALE_PENDING);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
}

static void sale_restart_cut_after_token(void **state)
{
	struct shop *shop = *state;
	char token[21];

	shop_go_offline(shop);
	shop_pay(shop, 50000);
	bt_text_copy(token, sizeof token, shop_view(shop).token);
	shop_restart(shop);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	assert_string_equal(shop_view(shop).token, token);
	assert_true(shop_view(shop).made_here);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_ESTATE);
	shop->jobs_count = 0;
	assert_int_equal(bt_teller_reprint(shop->teller, shop->sale_id, BT_REPRINT_ASKED), BT_OK);
	assert_int_equal(shop->jobs[0].copy, 2); /* the first was on its way */
	assert_false(shop->jobs[0].open_drawer);
	assert_int_equal(bt_teller_reprint(shop->teller, shop->sale_id, BT_REPRINT_ASKED),
			 BT_ESTATE); /* one at a time */
	shop_printed(shop, BT_PRINT_CONFIRMED);
	assert_int_equal(shop_view(shop).state, BT_SALE_DONE);
	shop_restart(shop);
	assert_int_equal(shop_view(shop).state, BT_SALE_DONE);
	assert_int_equal(shop_view(shop).copies, 2);
	assert_int_equal(bt_teller_reprint(shop->teller, shop->sale_id, BT_REPRINT_ASKED), BT_OK);
	assert_int_equal(shop->jobs[1].copy, 3);
}

/* The same digits and the next number, each time; what the printer did not take does not count. */
static void sale_restart_reprints(void **state)
{
	struct shop *shop = *state;
	char token[21];

	shop_go_offline(shop);
	shop_pay(shop, 50000);
	bt_text_copy(token, sizeof token, shop_view(shop).token);
	shop_printed(shop, BT_PRINT_FAILED);
	assert_int_equal(shop_view(shop).printing, BT_PRINTING_FAILED);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	for (int copy = 1; copy <= 3; copy++) {
		assert_int_equal(bt_teller_reprint(shop->teller, shop->sale_id, BT_REPRINT_ASKED), BT_OK);
		assert_int_equal(shop->jobs[copy].copy, copy);
		shop_printed(shop, BT_PRINT_UNCONFIRMED);
		assert_int_equal(shop_view(shop).printing, BT_PRINTING_ASK);
		assert_int_equal(bt_teller_paper_seen(shop->teller, shop->sale_id), BT_OK);
		assert_int_equal(bt_teller_paper_seen(shop->teller, shop->sale_id), BT_ESTATE);
		assert_int_equal(shop_view(shop).copies, copy);
		assert_string_equal(shop_row(shop).token, token);
	}
	shop_restart(shop);
	assert_int_equal(shop_view(shop).copies, 3);
	assert_string_equal(shop_view(shop).token, token);
	shop->sink_err = BT_EFULL;
	assert_int_equal(bt_teller_reprint(shop->teller, shop->sale_id, BT_REPRINT_ASKED), BT_EFULL);
	shop->sink_err = BT_OK;
	assert_int_equal(bt_teller_reprint(shop->teller, shop->sale_id, BT_REPRINT_ASKED), BT_OK);
	assert_int_equal(shop->jobs[shop->jobs_count - 1].copy, 4);
}

/* A docket first, the token later: the token's first slip is its original, also after a restart. */
static void sale_restart_docket_then_original(void **state)
{
	struct shop *shop = *state;

	bt_vault_seal(&shop->vault);
	shop_go_offline(shop);
	shop_pay(shop, 50000);
	assert_true(shop->jobs[0].open_drawer);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	assert_int_equal(bt_teller_reprint(shop->teller, shop->sale_id, BT_REPRINT_ASKED), BT_OK);
	assert_int_equal(shop->jobs[1].copy, 2);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	shop_unlock(shop);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	shop_restart(shop);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	assert_int_equal(bt_teller_reprint(shop->teller, shop->sale_id, BT_REPRINT_ASKED), BT_OK);
	assert_int_equal(shop->jobs[2].copy, 1);
	assert_true(shop_shows_token(&shop->jobs[2].receipt));
}

/* The docket is in the printer when the token arrives: its paper is not the token's. */
static void sale_restart_docket_prints_while_the_token_arrives(void **state)
{
	struct shop *shop = *state;

	bt_vault_seal(&shop->vault);
	shop_go_offline(shop);
	shop_pay(shop, 50000);
	shop_unlock(shop);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_OK);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	assert_int_equal(shop_view(shop).state, BT_SALE_TOKENED);
	assert_int_equal(shop_view(shop).copies, 0);
	assert_int_equal(bt_teller_reprint(shop->teller, shop->sale_id, BT_REPRINT_ASKED), BT_OK);
	assert_int_equal(shop->jobs[1].copy, 1);
}

/* A hundred dockets stand before the one that was cut off: it is taken up all the same. */
static void sale_restart_many_dockets_before_the_cut(void **state)
{
	struct shop *shop = *state;

	shop->consumer.kind = BT_KIND_DUES;
	shop_go_offline(shop);
	for (int i = 0; i < 100; i++) {
		shop_pay(shop, 10000);
		shop_printed(shop, BT_PRINT_CONFIRMED);
	}
	shop_go_online(shop);
	shop_pay(shop, 50000);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_VENDING);
	shop_restart(shop);
	assert_int_equal(shop_row(shop).stage, BT_STAGE_PENDING);
}

/* More sales than the table has places: the oldest is read back from the journal as it was. */
static void sale_restart_sale_long_ago(void **state)
{
	struct shop *shop = *state;
	struct bt_sale_view view;
	char first[37], token[21];

	shop->lease.meter_day_count = 1000;
	bt_teller_set_lease(shop->teller, &shop->lease);
	shop_go_offline(shop);
	shop_pay(shop, 50000);
	bt_text_copy(first, sizeof first, shop->sale_id);
	bt_text_copy(token, sizeof token, shop_view(shop).token);
	shop_printed(shop, BT_PRINT_CONFIRMED);
	shop->consumer.kind = BT_KIND_DUES;
	for (int i = 0; i < BT_TELLER_SALES; i++) {
		shop_pay(shop, 10000);
		shop_printed(shop, BT_PRINT_CONFIRMED);
	}
	assert_int_equal(bt_teller_view(shop->teller, first, &view), BT_OK);
	assert_int_equal(view.state, BT_SALE_DONE);
	assert_string_equal(view.token, token);
	assert_int_equal(view.copies, 1);
	assert_true(view.made_here);
	assert_int_equal(bt_teller_view(shop->teller, "019a9f00-0000-7000-8000-00000000ffff", &view), BT_ENOTFOUND);
}

/* Sixty-four sales that wait: the next is turned away before any money is recorded, and a place frees itself. */
static void sale_restart_table_is_full(void **state)
{
	struct shop *shop = *state;
	struct bt_unsent unsent;

	shop->consumer.kind = BT_KIND_DUES;
	for (int i = 0; i < BT_TELLER_SALES; i++)
		shop_pay(shop, 10000);
	assert_int_equal(bt_teller_under_way(shop->teller), BT_TELLER_SALES);
	assert_int_equal(shop_try(shop, 10000, 0, 0), BT_EFULL);
	assert_int_equal(bt_journal_unsent(shop->journal, &unsent), BT_OK);
	assert_int_equal(unsent.count, BT_TELLER_SALES);
	shop_pass(shop, 60000);
	while (shop->results_count < shop->jobs_count) {
		struct bt_print_result *out = &shop->results[shop->results_count];

		*out = (struct bt_print_result){.copy = 1};
		bt_text_copy(out->sale_id, sizeof out->sale_id, shop->jobs[shop->results_count++].sale_id);
	}
	bt_teller_step(shop->teller);
	assert_int_equal(bt_teller_under_way(shop->teller), 0);
	shop_pay(shop, 10000);
}

/* PROTOCOL S9, J: a person closed it; nothing issues it any more. */
static void sale_restart_abandoned_is_closed(void **state)
{
	struct shop *shop = *state;
	struct bt_event_in event = {
	    .kind = BT_EVENT_ABANDONED, .sale_id = shop->sale_id, .body = bt_bytes_of("{\"reason\":\"returned\"}")};

	bt_vault_seal(&shop->vault);
	shop_go_offline(shop);
	shop_pay(shop, 50000);
	assert_int_equal(bt_journal_put(shop->journal, &event, 1, &shop->fault), BT_OK);
	shop_unlock(shop);
	shop_restart(shop);
	assert_int_equal(bt_teller_finish(shop->teller, shop->sale_id), BT_ESTATE);
	assert_string_equal(shop_row(shop).token, "");
}

static void close_by_person(struct shop *shop, const char *sale_id)
{
	assert_int_equal(bt_journal_put_json(shop->journal, BT_EVENT_ABANDONED, sale_id,
					     json_pack("{s:s}", "reason", "returned"), &shop->fault),
			 BT_OK);
}

/* PROTOCOL T2: a restart does not make a divergence good; only a person's decision does. */
static void sale_restart_divergence_keeps_selling_stopped(void **state)
{
	struct shop *shop = *state;
	char diverged[37];

	shop_pay_and_diverge(shop, 50000);
	assert_string_equal(shop_view(shop).exception, "diverged");
	bt_text_copy(diverged, sizeof diverged, shop->sale_id);
	for (int i = 0; i < 2; i++) {
		shop_restart(shop);
		assert_int_equal(bt_teller_state(shop->teller), BT_EDIVERGED);
		assert_int_equal(shop_view(shop).state, BT_SALE_STOPPED);
		assert_string_equal(shop_view(shop).exception, "diverged");
		assert_int_equal(shop_try(shop, 50000, 0, 0), BT_EDIVERGED);
		bt_text_copy(shop->sale_id, sizeof shop->sale_id, diverged);
		shop->calls_count = 0;
		assert_int_equal(bt_teller_finish(shop->teller, diverged), BT_ESTATE);
		assert_int_equal(shop->calls_count, 0);
		/* A later objection to the same sale does not hide it. */
		assert_int_equal(bt_journal_put_json(shop->journal, BT_EVENT_EXCEPTION, diverged,
						     json_pack("{s:s}", "code", "lease_expired"), &shop->fault),
				 BT_OK);
		shop_restart(shop);
		assert_int_equal(bt_teller_state(shop->teller), BT_EDIVERGED);
		assert_int_equal(bt_teller_finish(shop->teller, diverged), BT_ESTATE);
		assert_string_equal(shop_view(shop).exception, "lease_expired");
		assert_int_equal(bt_journal_put_json(shop->journal, BT_EVENT_EXCEPTION, diverged,
						     json_pack("{s:s}", "code", "diverged"), &shop->fault),
				 BT_OK);
	}
	close_by_person(shop, diverged);
	shop_restart(shop);
	assert_int_equal(bt_teller_state(shop->teller), BT_OK);
	shop_pay(shop, 50000);
}

/* ---- the record stops ---- */

enum { CHILD_GOOD = 42 };

static void stop_disk(void)
{
	struct rlimit none = {0, 0};

	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &none) != 0)
		_exit(1);
}

#define DEMAND(condition)                                                                                              \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			fprintf(stderr, "line %d: %s\n", __LINE__, #condition);                                        \
			_exit(2);                                                                                      \
		}                                                                                                      \
	} while (0)

static void assert_child(void (*run)(struct shop *shop), struct shop *shop)
{
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		run(shop);
		_exit(CHILD_GOOD);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), CHILD_GOOD);
}

static void demand_nothing_shown(struct shop *shop)
{
	struct bt_sale_view view;

	DEMAND(bt_teller_state(shop->teller) != BT_OK);
	DEMAND(bt_teller_view(shop->teller, shop->sale_id, &view) != BT_OK || view.token[0] == 0);
	DEMAND(shop->jobs_count == 0);
}

static void stop_before_pay(struct shop *shop)
{
	stop_disk();
	shop_go_offline(shop);
	DEMAND(shop_try(shop, 50000, 0, 0) != BT_OK);
	demand_nothing_shown(shop);
	DEMAND(shop->calls_count == 0);
	DEMAND(bt_err_fate(shop_try(shop, 50000, 0, 0)) == BT_FATE_STOP);
	DEMAND(bt_teller_under_way(shop->teller) == 0);
}

static void stop_before_request(struct shop *shop)
{
	stop_disk();
	DEMAND(shop_try(shop, 50000, 0, 0) != BT_OK);
	DEMAND(shop->calls_count == 0);
	demand_nothing_shown(shop);
}

static void stop_before_answer(struct shop *shop)
{
	struct bt_answer answer;

	shop_pay(shop, 50000);
	answer = shop_good(shop);
	stop_disk();
	shop_give(shop, &answer);
	demand_nothing_shown(shop);
	DEMAND(shop_view(shop).state == BT_SALE_STOPPED);
}

static void stop_before_issue(struct shop *shop)
{
	shop_pay(shop, 50000);
	stop_disk();
	shop_pass(shop, 3000);
	demand_nothing_shown(shop);
	DEMAND(shop_view(shop).state == BT_SALE_STOPPED);
	shop_pass(shop, 60000);
	demand_nothing_shown(shop);
}

static void stop_before_refusal(struct shop *shop)
{
	struct bt_answer answer;

	shop_pay(shop, 50000);
	answer = shop_bad(shop, BT_EREFUSED, "blocked");
	stop_disk();
	shop_give(shop, &answer);
	demand_nothing_shown(shop);
}

static void sale_restart_record_stops_anywhere(void **state)
{
	static void (*const runs[])(struct shop * shop) = {stop_before_pay, stop_before_request, stop_before_answer,
							   stop_before_issue, stop_before_refusal};

	(void)state;
	for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
		struct shop *shop = calloc(1, sizeof *shop);

		assert_non_null(shop);
		shop_make(shop);
		assert_child(runs[i], shop);
		shop_end(shop);
		free(shop);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(sale_restart_cut_while_vending),
	    TEST(sale_restart_cut_after_paid),
	    TEST(sale_restart_cut_after_token),
	    TEST(sale_restart_reprints),
	    TEST(sale_restart_docket_then_original),
	    TEST(sale_restart_docket_prints_while_the_token_arrives),
	    TEST(sale_restart_many_dockets_before_the_cut),
	    TEST(sale_restart_sale_long_ago),
	    TEST(sale_restart_table_is_full),
	    TEST(sale_restart_abandoned_is_closed),
	    TEST(sale_restart_divergence_keeps_selling_stopped),
	    cmocka_unit_test(sale_restart_record_stops_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
