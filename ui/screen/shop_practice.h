/* Part of the shop: the lessons of training. NULL in life. Everything returns at once. */
#ifndef BT_UI_SCREEN_SHOP_PRACTICE_H
#define BT_UI_SCREEN_SHOP_PRACTICE_H

#include "ui/screen/lesson.h"

#define BT_NO_LESSON (-1)

struct bt_ui_practice_state {
	int lesson;                       /* in hand; BT_NO_LESSON */
	int finished;                     /* the one done last, until another is begun; BT_NO_LESSON */
	struct bt_lesson_verdict verdict; /* of the one in hand */
	struct bt_lesson_person person;   /* of the one in hand */
	bool done[BT_LESSONS];
	bool asks; /* the list of lessons is to come in front, at home */
};

struct bt_ui_practice {
	void (*state)(void *self, struct bt_ui_practice_state *out);
	/** Begin @p lesson, or begin it again: what was taken before does not count. */
	void (*begin)(void *self, int lesson);
	/** No lesson is in hand; the server is there again. */
	void (*leave)(void *self);
};

#endif
