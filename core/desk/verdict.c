#include "core/desk/verdict.h"

#include <string.h>

#include "core/base/words.h"

#define BIT(n) (1u << (n))
#define ANY    0u
#define NO     BIT(0)
#define YES    BIT(1)

/* The first row that fits decides. A mask of zero fits everything. */
struct rule {
	unsigned sides, stages, gives_token, objected, claimed, refund_ordered, answers, banks, received, tokens,
	    credited, cans, reissues, next_keys, refunds_begun;
	struct bt_desk_verdict verdict;
};

static const struct rule rules[] = {
    /* ---- ours: the record knows ---- */
    {.sides = BIT(BT_DESK_OURS),
     .stages = BIT(BT_STAGE_REFUNDING),
     .verdict = {BT_PLACE_BACK, BT_ACT_OPEN, false, N_("money goes back, not confirmed"),
		 N_("The money goes back. The server has not confirmed it yet."), N_("Wait for the server.")}},
    {.sides = BIT(BT_DESK_OURS),
     .stages = BIT(BT_STAGE_REFUNDED),
     .verdict = {BT_PLACE_BACK, BT_ACT_OPEN, true, N_("give the money back"),
		 N_("The server took the sale back. The money is still here."), N_("Give the money back.")}},
    {.sides = BIT(BT_DESK_OURS),
     .objected = YES,
     .verdict = {BT_PLACE_COMPANY, BT_ACT_OPEN, true, N_("the server objects"),
		 N_("The money is recorded. The server objects to it."), N_("A supervisor has to see to it.")}},
    {.sides = BIT(BT_DESK_OURS),
     .stages = BIT(BT_STAGE_PAID) | BIT(BT_STAGE_VENDING),
     .verdict = {BT_PLACE_HERE, BT_ACT_OPEN, true, N_("cut off: say what became of it"),
		 N_("The money is here. The sale was cut off."), N_("Open it and say what became of it.")}},
    {.sides = BIT(BT_DESK_OURS),
     .stages = BIT(BT_STAGE_REFUSED),
     .verdict = {BT_PLACE_HERE, BT_ACT_OPEN, true, N_("the server refused"),
		 N_("The money is here. The server refused."), N_("Open it: other figures, or the money back.")}},
    {.sides = BIT(BT_DESK_OURS),
     .stages = BIT(BT_STAGE_INQUIRING),
     .verdict = {BT_PLACE_HERE, BT_ACT_WAIT_SERVER, false, N_("server has not said"),
		 N_("The money is here. The server has not said what became of it."), N_("Wait for the server.")}},
    {.sides = BIT(BT_DESK_OURS),
     .stages = BIT(BT_STAGE_TOKENED) | BIT(BT_STAGE_CREDITED),
     .verdict = {BT_PLACE_METER, BT_ACT_NOTHING, false, N_("token given"),
		 N_("The token was given. The money is in it."), N_("Nothing. Print the slip again if it is lost.")}},
    {.sides = BIT(BT_DESK_OURS),
     .stages = BIT(BT_STAGE_TENDERING),
     .verdict = {BT_PLACE_BANK, BT_ACT_WAIT_BANK, false, N_("UPI, waiting for the bank"),
		 N_("The bank has not paid us yet."), N_("Wait for the bank. Do not take money again.")}},
    {.sides = BIT(BT_DESK_OURS),
     .stages = BIT(BT_STAGE_UNPAID),
     .verdict = {BT_PLACE_PAYER, BT_ACT_WAIT_BANK, false, N_("the bank did not pay"), N_("The bank did not pay us."),
		 N_("If money was taken, it comes back within 5 days. Paying again is safe.")}},
    {.sides = BIT(BT_DESK_OURS),
     .stages = BIT(BT_STAGE_ABANDONED),
     .verdict = {BT_PLACE_UNKNOWN, BT_ACT_NOTHING, false, N_("closed by a supervisor"),
		 N_("A supervisor closed this sale."), N_("Nothing.")}},
    {.sides = BIT(BT_DESK_OURS),
     .gives_token = YES,
     .verdict = {BT_PLACE_HERE, BT_ACT_OPEN, false, N_("paid here, token waits"),
		 N_("The money is here. The token waits."), N_("Open it: the token comes as soon as it can.")}},
    {.sides = BIT(BT_DESK_OURS),
     .verdict = {BT_PLACE_HERE, BT_ACT_WAIT_SERVER, false, N_("paid here, credit waits"),
		 N_("The money is here. The credit waits for the server."), N_("Wait for the server.")}},
    /* ---- elsewhere: the head-end knows ---- */
    {.sides = BIT(BT_DESK_ELSEWHERE),
     .banks = BIT(BT_BANK_RETURNED),
     .verdict = {BT_PLACE_BACK, BT_ACT_NOTHING, false, N_("on its way back to the bank"),
		 N_("The money is on its way back to the payer's bank."),
		 N_("Nothing. It is in the account within 5 days.")}},
    {.sides = BIT(BT_DESK_ELSEWHERE),
     .tokens = BIT(BT_TOKEN_IN_METER),
     .verdict = {BT_PLACE_METER, BT_ACT_NOTHING, false, N_("in the meter (meter says so)"),
		 N_("The meter has it, and said so."), N_("Nothing.")}},
    {.sides = BIT(BT_DESK_ELSEWHERE),
     .answers = YES,
     .tokens = BIT(BT_TOKEN_GIVEN),
     .reissues = YES,
     .next_keys = YES,
     .verdict = {BT_PLACE_METER, BT_ACT_REISSUE, true, N_("meter has a new key"),
		 N_("The meter got a new key after this token was made."),
		 N_("The meter refuses it? A supervisor gives it anew for ₹ {1}.")}},
    {.sides = BIT(BT_DESK_ELSEWHERE),
     .answers = YES,
     .tokens = BIT(BT_TOKEN_GIVEN),
     .reissues = YES,
     .verdict = {BT_PLACE_METER, BT_ACT_REISSUE, true, N_("two tokens of one minute"),
		 N_("Two tokens of this meter have the same minute. It takes one."),
		 N_("The meter says used? A supervisor gives a new token for ₹ {1}.")}},
    {.sides = BIT(BT_DESK_ELSEWHERE),
     .tokens = BIT(BT_TOKEN_GIVEN),
     .verdict = {BT_PLACE_METER, BT_ACT_NOTHING, false, N_("token given"),
		 N_("The token was given. The money is in it."), N_("Key in the 20 digits that the app shows.")}},
    {.sides = BIT(BT_DESK_ELSEWHERE),
     .answers = YES,
     .claimed = YES,
     .cans = BIT(BT_CAN_OFFICE),
     .verdict = {BT_PLACE_UNKNOWN, BT_ACT_WAIT_CLAIM, false, N_("the office decides"),
		 N_("The office decides about this money: token, or money back."),
		 N_("Wait for the answer to the claim.")}},
    {.sides = BIT(BT_DESK_ELSEWHERE),
     .answers = YES,
     .cans = BIT(BT_CAN_OFFICE),
     .refunds_begun = YES,
     .verdict = {BT_PLACE_UNKNOWN, BT_ACT_CLAIM, true, N_("refund begun, not confirmed"),
		 N_("A refund was begun at that counter and is not confirmed."),
		 N_("Write a claim. The office decides: token or money.")}},
    {.sides = BIT(BT_DESK_ELSEWHERE),
     .answers = YES,
     .cans = BIT(BT_CAN_OFFICE),
     .verdict = {BT_PLACE_COMPANY, BT_ACT_CLAIM, true, N_("its counter is withdrawn"),
		 N_("The counter that took this money is withdrawn."),
		 N_("Write a claim. The office decides: token or money.")}},
    {.sides = BIT(BT_DESK_ELSEWHERE),
     .credited = YES,
     .verdict = {BT_PLACE_METER, BT_ACT_NOTHING, false, N_("credit posted"), N_("The credit is on the account."),
		 N_("Nothing.")}},
    {.sides = BIT(BT_DESK_ELSEWHERE),
     .banks = BIT(BT_BANK_FAILED),
     .verdict = {BT_PLACE_PAYER, BT_ACT_WAIT_BANK, false, N_("the bank did not pay"), N_("The bank did not pay us."),
		 N_("If money was taken, it comes back within 5 days. Paying again is safe.")}},
    {.sides = BIT(BT_DESK_ELSEWHERE),
     .banks = BIT(BT_BANK_UNSURE),
     .verdict = {BT_PLACE_BANK, BT_ACT_WAIT_BANK, true, N_("UPI, bank unsure"), N_("The bank has not paid us yet."),
		 N_("Wait. It comes back or is credited within 5 days.")}},
    {.sides = BIT(BT_DESK_ELSEWHERE),
     .refund_ordered = YES,
     .verdict = {BT_PLACE_BACK, BT_ACT_WAIT_CLAIM, false, N_("refund ordered"),
		 N_("A refund is ordered. The money goes back to the payer's bank."),
		 N_("Wait for the answer to the claim.")}},
    {.sides = BIT(BT_DESK_ELSEWHERE),
     .answers = YES,
     .received = YES,
     .cans = BIT(BT_CAN_FINISH),
     .verdict = {BT_PLACE_COMPANY, BT_ACT_FINISH, true, N_("app paid, no token"),
		 N_("The money reached the company. The meter did not get it."),
		 N_("Give the token for ₹ {1} here. Nothing to pay.")}},
    {.sides = BIT(BT_DESK_ELSEWHERE),
     .answers = YES,
     .received = YES,
     .cans = BIT(BT_CAN_REFUND),
     .verdict = {BT_PLACE_COMPANY, BT_ACT_REFUND, true, N_("app paid, cannot be given"),
		 N_("The money reached the company. Nothing can be given for it."),
		 N_("Order the refund of ₹ {1} to the bank.")}},
    {.sides = BIT(BT_DESK_ELSEWHERE),
     .received = YES,
     .claimed = YES,
     .verdict = {BT_PLACE_COMPANY, BT_ACT_WAIT_CLAIM, false, N_("claim written"),
		 N_("The money reached the company. The meter did not get it."),
		 N_("Wait for the answer to the claim.")}},
    {.sides = BIT(BT_DESK_ELSEWHERE),
     .received = YES,
     .verdict = {BT_PLACE_COMPANY, BT_ACT_CLAIM, true, N_("app paid, no token"),
		 N_("The money reached the company. The meter did not get it."), N_("Write a claim.")}},
    {.sides = BIT(BT_DESK_ELSEWHERE),
     .claimed = YES,
     .verdict = {BT_PLACE_BANK, BT_ACT_WAIT_CLAIM, false, N_("claim written"),
		 N_("The bank says paid. The company has not got it."), N_("Wait for the answer to the claim.")}},
    {.sides = BIT(BT_DESK_ELSEWHERE),
     .verdict = {BT_PLACE_BANK, BT_ACT_CLAIM, true, N_("bank paid, not arrived"),
		 N_("The bank says paid. The company has not got it."), N_("Write a claim.")}},
    /* ---- what a consumer says ---- */
    {.claimed = YES,
     .verdict = {BT_PLACE_UNKNOWN, BT_ACT_WAIT_CLAIM, false, N_("claim written"),
		 N_("A claim is written. Where the money is, the answer will say."),
		 N_("Wait for the answer to the claim.")}},
    {.sides = BIT(BT_DESK_UNHEARD),
     .verdict = {BT_PLACE_UNKNOWN, BT_ACT_CLAIM, true, N_("not found at the company"),
		 N_("Not found at the company. The bank may still have it."), N_("Write a claim.")}},
    {.verdict = {BT_PLACE_UNKNOWN, BT_ACT_CLAIM, true, N_("cannot be asked now"),
		 N_("We cannot ask now, the server is down."), N_("Write a claim.")}},
};

static bool fits(unsigned mask, unsigned value)
{
	return mask == ANY || (mask & BIT(value)) != 0;
}

/* What another side's facts would say means nothing. */
static bool fits_ours(const struct rule *rule, const struct bt_desk_facts *facts)
{
	return facts->side != BT_DESK_OURS ||
	       (fits(rule->stages, facts->stage) && fits(rule->gives_token, facts->gives_token) &&
		fits(rule->objected, facts->objected));
}

static bool fits_elsewhere(const struct rule *rule, const struct bt_desk_facts *facts)
{
	return facts->side != BT_DESK_ELSEWHERE ||
	       (fits(rule->refund_ordered, facts->refund_ordered) && fits(rule->answers, facts->answers) &&
		fits(rule->banks, facts->bank) && fits(rule->received, facts->received) &&
		fits(rule->tokens, facts->token) && fits(rule->credited, facts->credited) &&
		fits(rule->cans, facts->can) && fits(rule->reissues, facts->reissue) &&
		fits(rule->next_keys, facts->next_key) && fits(rule->refunds_begun, facts->refund_begun));
}

int bt_desk_row_of(const struct bt_desk_facts *facts)
{
	for (int i = 0; i < bt_desk_row_count(); i++) {
		const struct rule *rule = &rules[i];

		if (fits(rule->sides, facts->side) && fits(rule->claimed, facts->claimed) && fits_ours(rule, facts) &&
		    fits_elsewhere(rule, facts))
			return i;
	}
	return bt_desk_row_count() - 1; /* which fits everything */
}

int bt_desk_row_count(void)
{
	return (int)(sizeof rules / sizeof rules[0]);
}

struct bt_desk_verdict bt_desk_judge(const struct bt_desk_facts *facts)
{
	return rules[bt_desk_row_of(facts)].verdict;
}

struct bt_desk_facts bt_desk_facts_of_sale(const struct bt_sale_row *row)
{
	return (struct bt_desk_facts){.side = BT_DESK_OURS,
				      .stage = row->stage,
				      .gives_token = strcmp(row->delivery, "token") == 0,
				      .objected = row->exception};
}
