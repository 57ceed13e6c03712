/* The five lessons of training: what is asked, and whether it was done, judged from what really happened.
 *
 * Pure: it is told the recharges that were taken since the lesson began, as record and shop have them, and never what
 * was typed. Source: SCREENS 16, DESIGN 9. */
#ifndef BT_UI_SCREEN_LESSON_H
#define BT_UI_SCREEN_LESSON_H

#include "core/directory/directory.h"

enum bt_lesson_id {
	BT_LESSON_CASH,
	BT_LESSON_CHANGE,
	BT_LESSON_SPLIT,
	BT_LESSON_AWAY,
	BT_LESSON_STUCK,
	BT_LESSONS, /* how many */
};

struct bt_lesson {
	const char *name; /* catalogue keys: in the list, */
	const char *task; /* the task: {1} the person, {2} the amount in rupees, {3} cash given or the part of dues, */
	const char *second; /* what is left when it is half done; NULL when it has no halves */
	const char *done;   /* and what was learnt */
	bt_paise amount, dues;
	bt_paise given; /* 0: the money is exact */
	bool is_away;   /* the server is taken away for it, until it is done or half done */
	bool has_key;   /* the person's meter is one that a token can be made for here */
};
extern const struct bt_lesson bt_lessons[BT_LESSONS];

/** Whom a lesson is about. */
struct bt_lesson_person {
	char number[16];
	struct bt_dual name;
};

/** One recharge taken since the lesson began. */
struct bt_lesson_fact {
	char number[16];
	bt_paise amount, dues, given;
	bool is_cash;
	bool is_delivered; /* a token or a credit was given for it */
	bool is_back;      /* its money went back, or it was given up */
	bool made_here;    /* the token, without the server */
	bool was_open;     /* it has stood as a docket */
	bool was_shown;    /* its token has stood on the screen */
};

enum bt_lesson_step { BT_LESSON_BEGUN, BT_LESSON_WRONG, BT_LESSON_HALF, BT_LESSON_DONE };

struct bt_lesson_verdict {
	enum bt_lesson_step step;
	const char *hint; /* catalogue key with WRONG, NULL otherwise; {1} is @p figure in rupees */
	bt_paise figure;  /* 0: the hint names none */
};

/** Judge lesson @p id of the person with @p number. One recharge that is right counts whatever else was taken; without
 *  one the newest says what was wrong. @param[in] facts newest first. Time: pure. */
struct bt_lesson_verdict bt_lesson_judge(enum bt_lesson_id id, const char *number, const struct bt_lesson_fact *facts,
					 int count);

#endif
