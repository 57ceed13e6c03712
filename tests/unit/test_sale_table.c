/* The table of a sale, walked: every state reached, no trap, money once taken leaves only as a token, a credit, a
 * docket or a stop that a person has to look at.
 * rooms: core/sale core/base */
#include "core/sale/sale.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static bool reached[BT_SALE_STATE_COUNT];

static void reach(enum bt_sale_state state)
{
	if (reached[state])
		return;
	reached[state] = true;
	for (int i = 0; i < bt_sale_table_len; i++)
		if (bt_sale_table[i].state == state)
			reach(bt_sale_table[i].next);
}

static bool leads_to(enum bt_sale_state from, enum bt_sale_state to)
{
	memset(reached, 0, sizeof reached);
	reach(from);
	return reached[to];
}

static void sale_table_every_state_is_reached(void **state)
{
	(void)state;
	for (int to = 0; to < BT_SALE_STATE_COUNT; to++)
		assert_true(leads_to(BT_SALE_DRAFT, (enum bt_sale_state)to));
}

static void sale_table_one_row_per_state_and_event(void **state)
{
	(void)state;
	for (int i = 0; i < bt_sale_table_len; i++)
		assert_ptr_equal(bt_sale_find_step(bt_sale_table[i].state, bt_sale_table[i].event), &bt_sale_table[i]);
}

static void sale_table_money_never_goes_back_to_draft(void **state)
{
	(void)state;
	for (int from = 0; from < BT_SALE_STATE_COUNT; from++)
		if (from != BT_SALE_DRAFT)
			assert_false(leads_to((enum bt_sale_state)from, BT_SALE_DRAFT));
}

/* Money that has come is never forgotten: nothing leads back to a sale that waits for it or goes without. */
static void sale_table_paid_is_never_unpaid(void **state)
{
	(void)state;
	for (int from = 0; from < BT_SALE_STATE_COUNT; from++) {
		if (from == BT_SALE_DRAFT || from == BT_SALE_TENDERING || from == BT_SALE_UNPAID)
			continue;
		assert_false(leads_to((enum bt_sale_state)from, BT_SALE_TENDERING));
		assert_false(leads_to((enum bt_sale_state)from, BT_SALE_UNPAID));
	}
	assert_false(leads_to(BT_SALE_UNPAID, BT_SALE_TENDERING));
}

/* Only the bank's word leads from a sale without money to anything but the end of it (PROTOCOL S7). */
static void sale_table_only_the_bank_pays(void **state)
{
	(void)state;
	for (int i = 0; i < bt_sale_table_len; i++) {
		const struct bt_sale_step *step = &bt_sale_table[i];

		if (step->state != BT_SALE_TENDERING && step->state != BT_SALE_UNPAID)
			continue;
		assert_true(step->event == BT_SALE_EV_CAPTURED
				? step->next == BT_SALE_PAID
				: step->next == BT_SALE_TENDERING || step->next == BT_SALE_UNPAID ||
				      step->next == BT_SALE_STOPPED);
	}
	assert_non_null(bt_sale_find_step(BT_SALE_UNPAID, BT_SALE_EV_CAPTURED));
}

/* From wherever money is recorded there is a way to a token, and one for the money to go back. */
static void sale_table_no_trap_after_payment(void **state)
{
	static const enum bt_sale_state paid[] = {BT_SALE_PAID,      BT_SALE_VENDING,   BT_SALE_DECIDING,
						  BT_SALE_INQUIRING, BT_SALE_PENDING,   BT_SALE_REFUSED,
						  BT_SALE_REFUNDING, BT_SALE_TENDERING, BT_SALE_UNPAID};

	(void)state;
	for (size_t i = 0; i < sizeof paid / sizeof paid[0]; i++) {
		assert_true(leads_to(paid[i], BT_SALE_DONE));
		assert_true(leads_to(paid[i], BT_SALE_REFUNDED));
	}
}

/* Where nothing happens any more, the money has left as token, credit or refund, or a person has decided. */
static void sale_table_ends_are_token_credit_refund_or_a_person(void **state)
{
	(void)state;
	for (int from = 0; from < BT_SALE_STATE_COUNT; from++) {
		bool moves = false;

		for (int i = 0; i < bt_sale_table_len; i++)
			moves = moves || ((int)bt_sale_table[i].state == from &&
					  bt_sale_table[i].next != bt_sale_table[i].state &&
					  bt_sale_table[i].next != BT_SALE_STOPPED);
		if (moves)
			continue;
		assert_true(from == BT_SALE_DONE || from == BT_SALE_REFUNDED || from == BT_SALE_ABANDONED);
	}
	assert_true(leads_to(BT_SALE_STOPPED, BT_SALE_ABANDONED));
}

/* Money goes back only from REFUNDING, by the head-end's word (PROTOCOL S5, H3). */
static void sale_table_one_way_to_refunded(void **state)
{
	int ways = 0;

	(void)state;
	for (int i = 0; i < bt_sale_table_len; i++) {
		const struct bt_sale_step *step = &bt_sale_table[i];

		if (step->next == BT_SALE_REFUNDED && step->state != BT_SALE_REFUNDED) {
			assert_int_equal(step->state, BT_SALE_REFUNDING);
			assert_int_equal(step->event, BT_SALE_EV_REVERSED);
			assert_int_equal(step->effect, BT_SALE_DO_GIVE_BACK);
			ways++;
		}
		if (step->next == BT_SALE_REFUNDING && step->state != BT_SALE_REFUNDING)
			assert_int_equal(step->event, BT_SALE_EV_REFUND);
		assert_true(step->effect != BT_SALE_DO_GIVE_BACK || step->next == BT_SALE_REFUNDED);
	}
	assert_int_equal(ways, 1);
	assert_null(bt_sale_find_step(BT_SALE_REFUNDING, BT_SALE_EV_ISSUE_HERE));
	assert_null(bt_sale_find_step(BT_SALE_REFUNDING, BT_SALE_EV_OVERRIDE));
	assert_false(leads_to(BT_SALE_REFUNDED, BT_SALE_TOKENED));
}

/* A token that is out is never taken back: no row leads from TOKENED or DONE to a state that owes or refunds. */
static void sale_table_a_token_out_stays_out(void **state)
{
	static const enum bt_sale_state owing[] = {BT_SALE_PENDING, BT_SALE_REFUSED,  BT_SALE_PAID,
						   BT_SALE_VENDING, BT_SALE_DECIDING, BT_SALE_REFUNDING,
						   BT_SALE_REFUNDED};

	(void)state;
	for (size_t i = 0; i < sizeof owing / sizeof owing[0]; i++) {
		assert_false(leads_to(BT_SALE_TOKENED, owing[i]));
		assert_false(leads_to(BT_SALE_DONE, owing[i]));
	}
}

/* A refused sale is never issued from the lease (PROTOCOL S2): it leads to its next revision, asked of the server
 * anew, or to the refund. */
static void sale_table_refused_is_never_issued(void **state)
{
	(void)state;
	for (int i = 0; i < bt_sale_table_len; i++)
		if (bt_sale_table[i].state == BT_SALE_REFUSED)
			assert_true(bt_sale_table[i].next == BT_SALE_REFUSED ||
				    bt_sale_table[i].next == BT_SALE_STOPPED ||
				    (bt_sale_table[i].event == BT_SALE_EV_AGREED &&
				     bt_sale_table[i].effect == BT_SALE_DO_ASK_SERVER) ||
				    bt_sale_table[i].event == BT_SALE_EV_REFUND);
	assert_false(leads_to(BT_SALE_STOPPED, BT_SALE_TOKENED));
}

static void sale_table_every_wait_survives_every_answer(void **state)
{
	static const enum bt_sale_event answers[] = {BT_SALE_EV_VEND_OK, BT_SALE_EV_VEND_LOST, BT_SALE_EV_VEND_REFUSED,
						     BT_SALE_EV_VEND_DIVERGED};
	static const enum bt_sale_state asked[] = {BT_SALE_VENDING, BT_SALE_PENDING, BT_SALE_TOKENED, BT_SALE_DONE};

	(void)state;
	for (size_t s = 0; s < sizeof asked / sizeof asked[0]; s++)
		for (size_t a = 0; a < sizeof answers / sizeof answers[0]; a++)
			assert_non_null(bt_sale_find_step(asked[s], answers[a]));
	assert_non_null(bt_sale_find_step(BT_SALE_INQUIRING, BT_SALE_EV_VEND_OK));
	assert_non_null(bt_sale_find_step(BT_SALE_INQUIRING, BT_SALE_EV_VEND_LOST));
	assert_non_null(bt_sale_find_step(BT_SALE_INQUIRING, BT_SALE_EV_VEND_REFUSED));
	assert_non_null(bt_sale_find_step(BT_SALE_REFUNDING, BT_SALE_EV_VEND_OK));
	assert_non_null(bt_sale_find_step(BT_SALE_REFUNDING, BT_SALE_EV_VEND_CREDITED));
	assert_non_null(bt_sale_find_step(BT_SALE_REFUNDING, BT_SALE_EV_VEND_LOST));
	assert_non_null(bt_sale_find_step(BT_SALE_REFUNDING, BT_SALE_EV_VEND_REFUSED));
	assert_non_null(bt_sale_find_step(BT_SALE_REFUNDING, BT_SALE_EV_VEND_DIVERGED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sale_table_every_state_is_reached),
	    cmocka_unit_test(sale_table_one_row_per_state_and_event),
	    cmocka_unit_test(sale_table_money_never_goes_back_to_draft),
	    cmocka_unit_test(sale_table_no_trap_after_payment),
	    cmocka_unit_test(sale_table_paid_is_never_unpaid),
	    cmocka_unit_test(sale_table_only_the_bank_pays),
	    cmocka_unit_test(sale_table_a_token_out_stays_out),
	    cmocka_unit_test(sale_table_ends_are_token_credit_refund_or_a_person),
	    cmocka_unit_test(sale_table_one_way_to_refunded),
	    cmocka_unit_test(sale_table_refused_is_never_issued),
	    cmocka_unit_test(sale_table_every_wait_survives_every_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
