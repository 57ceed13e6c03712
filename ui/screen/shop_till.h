/* The till and its shift as the screens see them (SCREENS 12 to 14). A part of the shop; NULL where a shop has no till.
 */
#ifndef BT_UI_SCREEN_SHOP_TILL_H
#define BT_UI_SCREEN_SHOP_TILL_H

#include "core/base/err.h"
#include "core/money/money.h"
#include "core/receipt/receipt_shift.h"

struct bt_approval;

#define BT_TILL_NOTES   12 /* lines of a count: notes, then coins in one sum */
#define BT_TILL_COUNTS  2  /* a count and one recount; both are kept */
#define BT_TILL_WAITING 8

/** Where the signed-in person's shift stands. */
enum bt_till_stage {
	BT_TILL_NONE, /* nobody's: it is to be opened with a float before money is taken */
	BT_TILL_OPEN,
	BT_TILL_COUNTED, /* a count is on record; one recount or the seal comes next; money may still be taken, which
			    asks for the recount */
	BT_TILL_SEALED,  /* the clerk may go; the next shift can open */
};

struct bt_till_state {
	enum bt_till_stage stage;
	int64_t shift;   /* its number; the one that would be opened while NONE */
	int64_t from_ms; /* when it was opened */
	bt_paise opening_float;
	int counts;       /* on record for this shift, 0..BT_TILL_COUNTS */
	bt_paise counted; /* by the newest count, of these notes; the last one is of one rupee: all coins */
	int note_count;
	struct bt_receipt_note notes[BT_TILL_NOTES];
	bt_paise torn;             /* of counted what is torn or soiled */
	bool recount_due;          /* cash has moved since the newest count, and another one is allowed */
	bt_paise ceiling, warn_at; /* cash in hand, from the settings; ceiling 0: none */
	bool near_ceiling, over_ceiling;
	bool has_last_drawer;
	bt_paise last_drawer; /* what the shift before left in the drawer by its count, less what was deposited since */
	int left_over;        /* open sales of shifts before */
	int unsealed;         /* shifts before that nobody counted, and */
	int sealed;           /* those that wait for a supervisor */
};

/** A shift that has ended, as a supervisor's list shows it. */
struct bt_till_shift {
	int64_t shift, from_ms, until_ms;
	char operator_id[24];
	bool sealed, closed;
	bt_paise difference; /* counted less expected; only once sealed */
};

struct bt_ui_till {
	void *self;
	void (*state)(void *self, struct bt_till_state *out);
	/** BT_OK; BT_ESTATE (one is open); the journal's error. Only now may money be taken. */
	enum bt_err (*open)(void *self, bt_paise opening_float);
	/** Cash out of the drawer, with the number of the bank's or cash office's slip ("" none). BT_OK; BT_ESTATE (no
	 *  shift is open); BT_ERANGE (none, or more than can be there); BT_EINPUT; the journal's error. */
	enum bt_err (*deposit)(void *self, bt_paise amount, const char *slip);
	/** Notes of the settings in falling order; the last line, of value 0, is the sum of all coins, in rupees.
	 *  @return how many, at most BT_TILL_NOTES. */
	int (*denominations)(void *self, bt_paise out[BT_TILL_NOTES]);
	/** A count, pieces by line of denominations, and how many of them are torn or soiled. BT_OK; BT_ESTATE (not
	 * open, or counted twice); BT_ERANGE; the journal's error. */
	enum bt_err (*count)(void *self, const int64_t *pieces, const int64_t *torn, int lines);
	/** The newest count holds, and the shift ends: nothing changes it any more. BT_OK; BT_ESTATE (not counted; a
	 * sale still waits for an answer that must come, see the message); the journal's error. */
	enum bt_err (*seal)(void *self);
	/** A supervisor closes a sealed shift, or one that nobody counted. BT_OK; BT_EAUTH; BT_ESTATE; the journal's.
	 */
	enum bt_err (*close)(void *self, int64_t shift, const struct bt_approval *approval);
	/** Figures: of an open shift as they stand without what would tell the cash in its drawer (X), of an ended one
	 * as they were sealed (Z). BT_OK; BT_ENOTFOUND; the journal's error. */
	enum bt_err (*report)(void *self, int64_t shift, struct bt_receipt_shift *out);
	/** On paper: X of an open shift, Z of an ended one, with the list of what is not finished. BT_OK; BT_ESTATE (no
	 *  printer); BT_ENOTFOUND; BT_EFULL. */
	enum bt_err (*print)(void *self, int64_t shift);
	/** The X with its cash, on paper, for a supervisor who checks the drawer. As print; BT_EAUTH. */
	enum bt_err (*print_cash)(void *self, int64_t shift, const struct bt_approval *approval);
	/** Shifts that are not closed, newest first. @return how many, at most @p max. */
	int (*waiting)(void *self, int max, struct bt_till_shift *out);
};

#endif
