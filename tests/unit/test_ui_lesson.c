/* The lessons of training: what counts as done, and what is said of a wrong step.
 *
 * rooms: ui/screen ui/widget core/base core/money core/directory core/qr core/tender */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ui/screen/lesson.h"

#define SUNITA "100245510087"

/* What a clerk who did as told leaves behind. */
static struct bt_lesson_fact make_right(enum bt_lesson_id id)
{
	const struct bt_lesson *lesson = &bt_lessons[id];
	return (struct bt_lesson_fact){.number = SUNITA,
				       .amount = lesson->amount,
				       .dues = lesson->dues,
				       .given = lesson->given ? lesson->given : lesson->amount,
				       .is_cash = true,
				       .is_delivered = true,
				       .made_here = lesson->is_away && lesson->has_key,
				       .was_open = !lesson->has_key,
				       .was_shown = true};
}

static enum bt_lesson_step judge(enum bt_lesson_id id, struct bt_lesson_fact fact)
{
	return bt_lesson_judge(id, SUNITA, &fact, 1).step;
}

static void test_nothing_taken_is_nothing_wrong(void **state)
{
	(void)state;
	for (int id = 0; id < BT_LESSONS; id++) {
		assert_int_equal(bt_lesson_judge((enum bt_lesson_id)id, SUNITA, NULL, 0).step, BT_LESSON_BEGUN);
	}
}

static void test_what_was_asked_is_done(void **state)
{
	(void)state;
	for (int id = 0; id < BT_LESSONS; id++) {
		assert_int_equal(judge((enum bt_lesson_id)id, make_right((enum bt_lesson_id)id)), BT_LESSON_DONE);
	}
}

/* Money alone is not the end: something has to be given for it. */
static void test_paid_is_not_done(void **state)
{
	(void)state;
	for (int id = 0; id < BT_LESSONS; id++) {
		struct bt_lesson_fact fact = make_right((enum bt_lesson_id)id);
		fact.is_delivered = fact.was_open = fact.was_shown = false;
		assert_int_equal(judge((enum bt_lesson_id)id, fact), BT_LESSON_BEGUN);
	}
}

#define assert_wrong(id, change)                                                                                       \
	do {                                                                                                           \
		struct bt_lesson_fact fact = make_right(id);                                                           \
		struct bt_lesson_verdict verdict;                                                                      \
		change;                                                                                                \
		verdict = bt_lesson_judge(id, SUNITA, &fact, 1);                                                       \
		assert_int_equal(verdict.step, BT_LESSON_WRONG);                                                       \
		assert_non_null(verdict.hint);                                                                         \
		assert_int_equal(strstr(verdict.hint, "{1}") != NULL, verdict.figure != 0);                            \
	} while (0)

static void test_each_wrong_step_has_its_hint(void **state)
{
	(void)state;
	for (int i = 0; i < BT_LESSONS; i++) {
		enum bt_lesson_id id = (enum bt_lesson_id)i;
		assert_wrong(id, fact.number[0] = '9');
		assert_wrong(id, fact.amount += 100);
		assert_wrong(id, fact.amount -= 100);
		assert_wrong(id, fact.dues += 100);
		assert_wrong(id, fact.is_cash = false);
		assert_wrong(id, fact.is_back = true);
	}
	assert_wrong(BT_LESSON_CHANGE, fact.given = fact.amount);
	assert_wrong(BT_LESSON_SPLIT, fact.dues = 0);
	assert_wrong(BT_LESSON_AWAY, fact.made_here = false);
	assert_wrong(BT_LESSON_STUCK, fact.was_open = false);
}

/* The change lesson is about change only; elsewhere whatever was given is right. */
static void test_change_matters_in_its_lesson_only(void **state)
{
	struct bt_lesson_fact fact = make_right(BT_LESSON_CASH);
	(void)state;
	fact.given = fact.amount + 30000;
	assert_int_equal(judge(BT_LESSON_CASH, fact), BT_LESSON_DONE);
}

static void test_stuck_has_two_halves(void **state)
{
	struct bt_lesson_fact fact = make_right(BT_LESSON_STUCK);
	(void)state;
	fact.is_delivered = fact.was_shown = false;
	assert_int_equal(judge(BT_LESSON_STUCK, fact), BT_LESSON_HALF);
	fact.is_delivered = true; /* the list worked itself off; the consumer has not seen the token */
	assert_int_equal(judge(BT_LESSON_STUCK, fact), BT_LESSON_HALF);
	fact.was_shown = true;
	assert_int_equal(judge(BT_LESSON_STUCK, fact), BT_LESSON_DONE);
	assert_non_null(bt_lessons[BT_LESSON_STUCK].second);
}

/* Newest first: one that is right counts wherever it stands; else the newest is spoken of. */
static void test_one_right_recharge_among_others(void **state)
{
	struct bt_lesson_fact facts[3];
	(void)state;
	for (int right = 0; right < 3; right++) {
		for (int i = 0; i < 3; i++) {
			facts[i] = make_right(BT_LESSON_CASH);
			facts[i].amount += i == right ? 0 : 100;
		}
		assert_int_equal(bt_lesson_judge(BT_LESSON_CASH, SUNITA, facts, 3).step, BT_LESSON_DONE);
	}
	facts[0] = facts[1] = facts[2] = make_right(BT_LESSON_CASH);
	facts[0].is_cash = false;
	facts[1].amount = facts[2].amount = 100;
	assert_int_equal(bt_lesson_judge(BT_LESSON_CASH, SUNITA, facts, 3).figure, 0);
	facts[0].is_delivered = false;
	facts[0].is_cash = true; /* under way: nothing to be said of the ones before */
	assert_int_equal(bt_lesson_judge(BT_LESSON_CASH, SUNITA, facts, 3).step, BT_LESSON_BEGUN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_nothing_taken_is_nothing_wrong),
	    cmocka_unit_test(test_what_was_asked_is_done),
	    cmocka_unit_test(test_paid_is_not_done),
	    cmocka_unit_test(test_each_wrong_step_has_its_hint),
	    cmocka_unit_test(test_change_matters_in_its_lesson_only),
	    cmocka_unit_test(test_stuck_has_two_halves),
	    cmocka_unit_test(test_one_right_recharge_among_others),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
