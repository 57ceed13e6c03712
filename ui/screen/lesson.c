#include "ui/screen/lesson.h"

#include <string.h>

#include "core/base/words.h"

const struct bt_lesson bt_lessons[BT_LESSONS] = {
    [BT_LESSON_CASH] = {.name = N_("Cash"),
			.task = N_("Sell {1} ₹ {2} for cash. The money is exact."),
			.done = N_("A cash recharge takes 4 keys after a scan: + + Enter Enter."),
			.amount = 20000,
			.has_key = true},
    [BT_LESSON_CHANGE] = {.name = N_("Cash with change"),
			  .task = N_("Sell {1} ₹ {2} for cash. You are given ₹ {3}."),
			  .done = N_("The big number is what goes back to the consumer."),
			  .amount = 20000,
			  .given = 50000,
			  .has_key = true},
    [BT_LESSON_SPLIT] = {.name = N_("Balance and dues"),
			 .task = N_("Sell {1} ₹ {2} for cash, ₹ {3} of it for the dues."),
			 .done = N_("Paying dues adds no units: say so before you take the money."),
			 .amount = 100000,
			 .dues = 30000,
			 .has_key = true},
    [BT_LESSON_AWAY] = {.name = N_("The server is away"),
			.task = N_("The server goes away now. Sell {1} ₹ {2} for cash."),
			.done = N_("The token was made here. The server is back and hears of it by itself."),
			.amount = 30000,
			.is_away = true,
			.has_key = true},
    [BT_LESSON_STUCK] = {.name = N_("A stuck recharge"),
			 .task = N_("The server goes away now. Sell {1} ₹ {2} for cash."),
			 .second = N_("Server and {1} are back: the docket's number, or F4."),
			 .done = N_("Money with a docket is safe: the token comes when the server is back."),
			 .amount = 20000,
			 .is_away = true},
};

static struct bt_lesson_verdict say_wrong(const char *hint, bt_paise figure)
{
	return (struct bt_lesson_verdict){.step = BT_LESSON_WRONG, .hint = hint, .figure = figure};
}

/* What was asked of the money, in the order in which a clerk meets it. */
static struct bt_lesson_verdict judge_money(const struct bt_lesson *lesson, const char *number,
					    const struct bt_lesson_fact *fact)
{
	if (strcmp(fact->number, number) != 0)
		return say_wrong(N_("That was another person. Take the number given here."), 0);
	if (fact->amount != lesson->amount)
		return say_wrong(N_("The amount was to be ₹ {1}. Once more, please."), lesson->amount);
	if (fact->dues != lesson->dues && lesson->dues)
		return say_wrong(N_("₹ {1} of it was for the dues: / chooses Split, then type it."), lesson->dues);
	if (fact->dues != lesson->dues)
		return say_wrong(N_("All of it was for the balance: / chooses."), 0);
	if (!fact->is_cash)
		return say_wrong(N_("It was to be paid in cash: * chooses."), 0);
	if (lesson->given && fact->given != lesson->given)
		return say_wrong(N_("Type the ₹ {1} you are given before the last Enter."), lesson->given);
	if (fact->is_back)
		return say_wrong(N_("This money went back. Once more, please."), 0);
	return (struct bt_lesson_verdict){.step = BT_LESSON_BEGUN};
}

/* Whether what was paid has come to the end that the lesson is about. */
static struct bt_lesson_verdict judge_end(enum bt_lesson_id id, const struct bt_lesson_fact *fact)
{
	struct bt_lesson_verdict verdict = {.step = BT_LESSON_BEGUN};

	if (id == BT_LESSON_STUCK && fact->was_open)
		verdict.step = fact->is_delivered && fact->was_shown ? BT_LESSON_DONE : BT_LESSON_HALF;
	else if (fact->is_delivered && bt_lessons[id].is_away && (id == BT_LESSON_STUCK || !fact->made_here))
		return say_wrong(N_("The server was still there. It is away now: once more, please."), 0);
	else if (fact->is_delivered)
		verdict.step = BT_LESSON_DONE;
	return verdict;
}

struct bt_lesson_verdict bt_lesson_judge(enum bt_lesson_id id, const char *number, const struct bt_lesson_fact *facts,
					 int count)
{
	struct bt_lesson_verdict best = {.step = BT_LESSON_BEGUN};

	for (int i = 0; i < count; i++) {
		struct bt_lesson_verdict verdict = judge_money(&bt_lessons[id], number, &facts[i]);

		if (verdict.step != BT_LESSON_WRONG)
			verdict = judge_end(id, &facts[i]);
		if (i == 0 || (verdict.step >= BT_LESSON_HALF && verdict.step > best.step))
			best = verdict;
	}
	return best;
}
