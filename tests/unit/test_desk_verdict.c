/* The desk's table: row by row, and over every combination of facts what must never be said.
 *
 * rooms: core/desk core/base
 * Rules: DESIGN 2.1, 2.2, 2.4; PROTOCOL S4, S5, S9; SCREENS 09 and 10. */
#include "core/desk/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define OURS(s, token, objects)                                                                                        \
	{                                                                                                              \
		.side = BT_DESK_OURS, .stage = BT_STAGE_##s, .gives_token = (token), .objected = (objects)             \
	}
#define APP(...)                                                                                                       \
	{                                                                                                              \
		.side = BT_DESK_ELSEWHERE, __VA_ARGS__                                                                 \
	}

static const struct {
	struct bt_desk_facts facts;
	enum bt_desk_place place;
	enum bt_desk_act act;
	const char *sentence;
} rows[] = {
    {OURS(REFUNDING, true, false), BT_PLACE_BACK, BT_ACT_OPEN,
     "The money goes back. The server has not confirmed it yet."},
    {OURS(REFUNDED, true, false), BT_PLACE_BACK, BT_ACT_OPEN,
     "The server took the sale back. The money is still here."},
    {OURS(TOKENED, true, true), BT_PLACE_COMPANY, BT_ACT_OPEN, "The money is recorded. The server objects to it."},
    {OURS(VENDING, true, false), BT_PLACE_HERE, BT_ACT_OPEN, "The money is here. The sale was cut off."},
    {OURS(REFUSED, true, false), BT_PLACE_HERE, BT_ACT_OPEN, "The money is here. The server refused."},
    {OURS(INQUIRING, true, false), BT_PLACE_HERE, BT_ACT_WAIT_SERVER,
     "The money is here. The server has not said what became of it."},
    {OURS(CREDITED, false, false), BT_PLACE_METER, BT_ACT_NOTHING, "The token was given. The money is in it."},
    {OURS(TENDERING, true, false), BT_PLACE_BANK, BT_ACT_WAIT_BANK, "The bank has not paid us yet."},
    {OURS(UNPAID, true, false), BT_PLACE_PAYER, BT_ACT_WAIT_BANK, "The bank did not pay us."},
    {OURS(ABANDONED, true, false), BT_PLACE_UNKNOWN, BT_ACT_NOTHING, "A supervisor closed this sale."},
    {OURS(PENDING, true, false), BT_PLACE_HERE, BT_ACT_OPEN, "The money is here. The token waits."},
    {OURS(PENDING, false, false), BT_PLACE_HERE, BT_ACT_WAIT_SERVER,
     "The money is here. The credit waits for the server."},
    {APP(.bank = BT_BANK_RETURNED, .received = true, .can = BT_CAN_FINISH, .answers = true), BT_PLACE_BACK,
     BT_ACT_NOTHING, "The money is on its way back to the payer's bank."},
    {APP(.received = true, .token = BT_TOKEN_IN_METER, .answers = true), BT_PLACE_METER, BT_ACT_NOTHING,
     "The meter has it, and said so."},
    {APP(.received = true, .token = BT_TOKEN_GIVEN, .answers = true, .reissue = true, .next_key = true), BT_PLACE_METER,
     BT_ACT_REISSUE, "The meter got a new key after this token was made."},
    {APP(.received = true, .token = BT_TOKEN_GIVEN, .answers = true, .reissue = true), BT_PLACE_METER, BT_ACT_REISSUE,
     "Two tokens of this meter have the same minute. It takes one."},
    {APP(.received = true, .token = BT_TOKEN_GIVEN, .can = BT_CAN_FINISH, .answers = true), BT_PLACE_METER,
     BT_ACT_NOTHING, "The token was given. The money is in it."},
    {APP(.received = true, .can = BT_CAN_OFFICE, .answers = true, .refund_begun = true, .claimed = true,
	 .refund_ordered = true),
     BT_PLACE_UNKNOWN, BT_ACT_WAIT_CLAIM, "The office decides about this money: token, or money back."},
    {APP(.received = true, .credited = true, .can = BT_CAN_OFFICE, .answers = true, .refund_begun = true),
     BT_PLACE_UNKNOWN, BT_ACT_CLAIM, "A refund was begun at that counter and is not confirmed."},
    {APP(.received = true, .can = BT_CAN_OFFICE, .answers = true), BT_PLACE_COMPANY, BT_ACT_CLAIM,
     "The counter that took this money is withdrawn."},
    {APP(.received = true, .credited = true, .can = BT_CAN_FINISH, .answers = true), BT_PLACE_METER, BT_ACT_NOTHING,
     "The credit is on the account."},
    {APP(.bank = BT_BANK_FAILED, .answers = true), BT_PLACE_PAYER, BT_ACT_WAIT_BANK, "The bank did not pay us."},
    {APP(.bank = BT_BANK_UNSURE, .can = BT_CAN_WAIT, .answers = true), BT_PLACE_BANK, BT_ACT_WAIT_BANK,
     "The bank has not paid us yet."},
    {APP(.received = true, .can = BT_CAN_FINISH, .answers = true, .claimed = true, .refund_ordered = true),
     BT_PLACE_BACK, BT_ACT_WAIT_CLAIM, "A refund is ordered. The money goes back to the payer's bank."},
    {APP(.received = true, .can = BT_CAN_FINISH, .answers = true), BT_PLACE_COMPANY, BT_ACT_FINISH,
     "The money reached the company. The meter did not get it."},
    {APP(.received = true, .can = BT_CAN_REFUND, .answers = true), BT_PLACE_COMPANY, BT_ACT_REFUND,
     "The money reached the company. Nothing can be given for it."},
    {APP(.received = true, .can = BT_CAN_FINISH, .claimed = true), BT_PLACE_COMPANY, BT_ACT_WAIT_CLAIM,
     "The money reached the company. The meter did not get it."},
    {APP(.received = true, .can = BT_CAN_FINISH), BT_PLACE_COMPANY, BT_ACT_CLAIM,
     "The money reached the company. The meter did not get it."},
    {APP(.can = BT_CAN_CLAIM, .claimed = true, .answers = true), BT_PLACE_BANK, BT_ACT_WAIT_CLAIM,
     "The bank says paid. The company has not got it."},
    {APP(.can = BT_CAN_CLAIM, .answers = true), BT_PLACE_BANK, BT_ACT_CLAIM,
     "The bank says paid. The company has not got it."},
    {{.side = BT_DESK_UNASKED, .claimed = true},
     BT_PLACE_UNKNOWN,
     BT_ACT_WAIT_CLAIM,
     "A claim is written. Where the money is, the answer will say."},
    {{.side = BT_DESK_UNHEARD},
     BT_PLACE_UNKNOWN,
     BT_ACT_CLAIM,
     "Not found at the company. The bank may still have it."},
    {{.side = BT_DESK_UNASKED}, BT_PLACE_UNKNOWN, BT_ACT_CLAIM, "We cannot ask now, the server is down."},
};
#define ROWS ((int)(sizeof rows / sizeof rows[0]))

static void each_row_says_this(void **state)
{
	(void)state;
	assert_int_equal(bt_desk_row_count(), ROWS);
	for (int i = 0; i < ROWS; i++) {
		struct bt_desk_verdict verdict = bt_desk_judge(&rows[i].facts);

		assert_int_equal(bt_desk_row_of(&rows[i].facts), i);
		assert_int_equal(verdict.place, rows[i].place);
		assert_int_equal(verdict.act, rows[i].act);
		assert_string_equal(verdict.sentence, rows[i].sentence);
		assert_true(verdict.where && verdict.now);
	}
}

/* ---- every combination ---- */

static bool is_open(const struct bt_desk_facts *facts)
{
	return facts->token == BT_TOKEN_NONE && !facts->credited && facts->received && facts->bank == BT_BANK_PAID &&
	       !facts->refund_ordered;
}

/* A token or a refund only on the head-end's word, given now, for money that it has and that bought nothing. */
static void judge_elsewhere(const struct bt_desk_facts *facts)
{
	enum bt_desk_act act = bt_desk_judge(facts).act;

	assert_int_equal(act == BT_ACT_FINISH, is_open(facts) && facts->answers && facts->can == BT_CAN_FINISH);
	assert_int_equal(act == BT_ACT_REFUND, is_open(facts) && facts->answers && facts->can == BT_CAN_REFUND);
	assert_int_equal(act == BT_ACT_REISSUE, facts->reissue && facts->answers && facts->token == BT_TOKEN_GIVEN &&
						    facts->bank != BT_BANK_RETURNED);
	assert_int_not_equal(act, BT_ACT_OPEN);
	if (facts->claimed)
		assert_int_not_equal(act, BT_ACT_CLAIM);
}

static void a_token_only_on_the_head_ends_word(void **state)
{
	int judged = 0;

	(void)state;
	for (int bank = 0; bank < BT_BANKS; bank++)
		for (int token = 0; token < BT_TOKENS; token++)
			for (int can = 0; can < BT_CANS; can++)
				for (unsigned bits = 0; bits < 256; bits++) {
					struct bt_desk_facts facts = {.side = BT_DESK_ELSEWHERE,
								      .bank = (enum bt_desk_bank)bank,
								      .token = (enum bt_desk_token)token,
								      .can = (enum bt_desk_can)can,
								      .claimed = (bits & 1) != 0,
								      .answers = (bits & 2) != 0,
								      .received = (bits & 4) != 0,
								      .credited = (bits & 8) != 0,
								      .refund_ordered = (bits & 16) != 0,
								      .reissue = (bits & 32) != 0,
								      .next_key = (bits & 64) != 0,
								      .refund_begun = (bits & 128) != 0};
					judge_elsewhere(&facts);
					judged++;
				}
	assert_int_equal(judged, BT_BANKS * BT_TOKENS * BT_CANS * 256);
}

/* Without the head-end's word the most that is done is to write it down. */
static void what_is_not_known_becomes_a_claim(void **state)
{
	(void)state;
	for (int side = BT_DESK_UNHEARD; side < BT_DESK_SIDES; side++)
		for (int can = 0; can < BT_CANS; can++)
			for (int claimed = 0; claimed < 2; claimed++) {
				struct bt_desk_facts facts = {.side = (enum bt_desk_side)side,
							      .can = (enum bt_desk_can)can,
							      .answers = true,
							      .received = true,
							      .claimed = claimed != 0};
				assert_int_equal(bt_desk_judge(&facts).act, claimed ? BT_ACT_WAIT_CLAIM : BT_ACT_CLAIM);
			}
}

/* A sale of ours is never finished by the desk: its own page and table do. */
static void ours_goes_its_own_way(void **state)
{
	(void)state;
	for (int stage = BT_STAGE_PAID; stage <= BT_STAGE_UNPAID; stage++)
		for (unsigned bits = 0; bits < 8; bits++) {
			struct bt_desk_facts facts = {.side = BT_DESK_OURS,
						      .stage = (enum bt_sale_stage)stage,
						      .gives_token = (bits & 1) != 0,
						      .objected = (bits & 2) != 0,
						      .claimed = (bits & 4) != 0,
						      .can = BT_CAN_FINISH,
						      .received = true,
						      .answers = true};
			enum bt_desk_act act = bt_desk_judge(&facts).act;

			assert_true(act == BT_ACT_OPEN || act == BT_ACT_WAIT_SERVER || act == BT_ACT_NOTHING ||
				    act == BT_ACT_WAIT_BANK);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_row_says_this),
	    cmocka_unit_test(a_token_only_on_the_head_ends_word),
	    cmocka_unit_test(what_is_not_known_becomes_a_claim),
	    cmocka_unit_test(ours_goes_its_own_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
