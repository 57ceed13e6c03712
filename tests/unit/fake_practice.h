/* Training that is only data: Sunita Devi in every lesson, and what a test says has become of it. */
#ifndef BT_TEST_FAKE_PRACTICE_H
#define BT_TEST_FAKE_PRACTICE_H

#include "tests/unit/fake_shop.h"

struct fake_practice {
	struct bt_ui_practice table;
	struct bt_ui_practice_state state;
	int begins, leaves;
};

/* The table has no self of its own: one test has one practice. */
static struct fake_practice practice;

static inline void fake_practice_state(void *self, struct bt_ui_practice_state *out)
{
	(void)self;
	*out = practice.state;
}

static inline void fake_practice_begin(void *self, int lesson)
{
	(void)self;
	practice.begins++;
	practice.state.lesson = lesson;
	practice.state.finished = BT_NO_LESSON;
	practice.state.asks = false;
	practice.state.verdict = (struct bt_lesson_verdict){.step = BT_LESSON_BEGUN};
}

static inline void fake_practice_leave(void *self)
{
	(void)self;
	practice.leaves++;
	practice.state.lesson = practice.state.finished = BT_NO_LESSON;
	practice.state.asks = false;
}

/** The lesson in hand is done. */
static inline void fake_practice_finish(void)
{
	practice.state.done[practice.state.lesson] = true;
	practice.state.finished = practice.state.lesson;
	practice.state.lesson = BT_NO_LESSON;
	practice.state.asks = true;
}

static inline void fake_practice_open(struct fake_shop *shop)
{
	memset(&practice, 0, sizeof(practice));
	practice.table = (struct bt_ui_practice){
	    .state = fake_practice_state, .begin = fake_practice_begin, .leave = fake_practice_leave};
	practice.state = (struct bt_ui_practice_state){.lesson = BT_NO_LESSON, .finished = BT_NO_LESSON, .asks = true};
	(void)bt_text_copy(practice.state.person.number, sizeof(practice.state.person.number), "100245510087");
	practice.state.person.name = fake_dual("Sunita Devi", "सुनीता देवी");
	shop->status.training = true;
	shop->shop.practice = &practice.table;
}

#endif
