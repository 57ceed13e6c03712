/* The till of a counter: the shift that is open, what is done to its drawer, and its end.
 *
 * Every step is an event of the record before it counts: opened with a float, cash carried away, counted (twice at
 * most), sealed by the clerk, closed by a supervisor. The till keeps running sums of the shift, which are held against
 * the record when it is sealed. What the drawer should hold leaves this room only after that: a count is blind. */
#ifndef BT_SHIFT_TILL_H
#define BT_SHIFT_TILL_H

#include "core/shift/report.h"

#define BT_TILL_SHIFTS     64      /* that are looked back on */
#define BT_TILL_PIECES_MAX 1000000 /* of one note */
#define BT_TILL_SLIP_MAX   24      /* characters of a deposit slip's number */

struct bt_till {
	struct bt_journal *journal; /* borrowed */
	int64_t first;              /* number of the first shift there is */
	int64_t seen;               /* event the rest is as of; 0 before anything was read */
	bool any;
	struct bt_shift newest;
	struct bt_shift_sums sums; /* of the newest */
	bool list_known;
	int unsealed, sealed; /* ended and not closed, the newest apart */
};

/** Cash in hand that a counter may have; 0: none set. */
struct bt_till_limits {
	bt_paise ceiling, warn_at;
};

/** Where the shift of one operator stands. Whoever asks says which he signed in to: @p in_shift, 0 none. */
struct bt_till_facts {
	bool is_open, is_sealed;
	int64_t shift; /* open or sealed; otherwise the number that would be opened */
	int64_t from_ms;
	bt_paise opening_float;
	int counts;
	const struct bt_shift_count
	    *newest_count;             /* of an open shift; NULL none; the till's, until it is asked again */
	bool recount_due;              /* something moved in the drawer since it was counted */
	bool near_ceiling, at_ceiling; /* of the cash in hand */
	bool has_last_drawer;          /* the newest shift has ended with a count */
	bt_paise last_drawer;
	int64_t left_over;    /* sales of earlier shifts that need somebody */
	int unsealed, sealed; /* earlier shifts that nobody counted; that wait for a supervisor */
};

void bt_till_begin(struct bt_till *till, struct bt_journal *journal, int64_t first);
/** @return BT_OK, or the journal's error: @p out is untouched then. */
BT_MUST_USE enum bt_err bt_till_facts(struct bt_till *till, const char *operator_id, int64_t in_shift,
				      const struct bt_till_limits *limits, struct bt_till_facts *out);
/** As the facts say of the ceiling, without the rest of them: cheap enough for every turn of the screen. */
bool bt_till_cash_is_near(struct bt_till *till, const char *operator_id, int64_t in_shift,
			  const struct bt_till_limits *limits);

/** Open the next shift. @return BT_OK; BT_ESTATE when this operator's is open; BT_ERANGE; the journal's error. */
BT_MUST_USE enum bt_err bt_till_open(struct bt_till *till, const char *operator_id, int64_t in_shift,
				     bt_paise opening_float, int64_t *shift, struct bt_fault *fault);
/** Cash leaves the drawer. @p slip is the number of the bank's slip, "" none.
 *  @return BT_OK; BT_ESTATE (no shift is open, or counted twice); BT_ERANGE (none, or more than can be there);
 *          BT_EINPUT (slip); the journal's error. */
BT_MUST_USE enum bt_err bt_till_deposit(struct bt_till *till, const char *operator_id, int64_t in_shift,
					bt_paise amount, const char *slip, struct bt_fault *fault);
/** What lies in the drawer, by note; lines without a piece are left out of the record.
 *  @return BT_OK; BT_ESTATE (no shift is open, or counted twice); BT_ERANGE; the journal's error. */
BT_MUST_USE enum bt_err bt_till_count(struct bt_till *till, const char *operator_id, int64_t in_shift,
				      const struct bt_receipt_note *notes, int count, struct bt_fault *fault);
/** The newest count holds and the shift ends.
 *  @return BT_OK; BT_ESTATE: not open, not counted since money moved, or a sale waits for an answer, see fault->what;
 *          BT_ECORRUPT: the running sums are not those of the record; the journal's error. */
BT_MUST_USE enum bt_err bt_till_seal(struct bt_till *till, const char *operator_id, int64_t in_shift,
				     struct bt_fault *fault);
/** What a supervisor says of a shift that has ended: @p by, at the request of @p asked_by, for @p reason (a-z and _).
 *  One that nobody counted is sealed first as it stands. What is not finished stands in the record beside it.
 *  @return BT_OK; BT_ENOTFOUND; BT_ESTATE: @p operator_id is in it, or it is closed; BT_EINPUT; the journal's error. */
BT_MUST_USE enum bt_err bt_till_close(struct bt_till *till, int64_t shift, const char *by, const char *asked_by,
				      const char *reason, int64_t now_ms, struct bt_fault *fault);
/** The figures of a shift: X while it is open, Z afterwards. @return BT_OK; BT_ENOTFOUND; the journal's error. */
BT_MUST_USE enum bt_err bt_till_report(struct bt_till *till, int64_t shift, struct bt_receipt_shift *out);

#endif
