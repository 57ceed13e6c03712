/* What has been given out and may never be given out again: eras, terminal numbers, lanes with the newest lease in
 * each. Kept in a small file beside the ledger that no backup of the ledger brings back (PROTOCOL H4, T4, L1).
 *
 * The file is text, "marks" in the state folder, and ends with the SHA-256 of what stands before. It is put in place
 * whole and is on the disk before anything of it leaves the house: marks may run ahead of the ledger, never behind.
 * Inside a transaction of the ledger only: that is what keeps two commands from writing it at once. Where it is missing
 * or damaged, and the ledger was put back at some time, everything that may have been given since counts as given. */
#ifndef BT_SANDBOX_MARKS_H
#define BT_SANDBOX_MARKS_H

#include "core/sandbox/sbx.h"
#include "core/sandbox/terminal.h"

/** Of one lane, `index` of `count`; there are as many as were ever given, of whatever count. */
struct bt_sbx_lane_mark {
	int64_t index, count;
	int64_t floor;    /* above which it was given to that one */
	int64_t terminal; /* number of the newest that was given it, 0 none known */
	int64_t given;    /* since when it is that one's, ms since 1970 */
	int64_t lease;    /* newest number that this one was given, 0 none */
	int64_t from;     /* since when that lease is good, ms since 1970 */
	int64_t until;    /* the latest end of any lease in this lane, ms since 1970; 0 none */
};

struct bt_sbx_marks {
	int64_t era;
	int64_t terminal;  /* highest number, 0 none */
	int64_t forgotten; /* the latest end of leases that nobody knows of, in any lane; 0 none */
	int lane_count;
	struct bt_sbx_lane_mark lanes[BT_SBX_MARKS_MAX];
};

/** The text of @p marks. */
void bt_sbx_marks_write(const struct bt_sbx_marks *marks, char out[BT_SBX_MARKS_TEXT]);
/** @return false when it is not whole; @p out is then untouched. */
BT_SBX_MUST_USE bool bt_sbx_marks_read(const char *text, struct bt_sbx_marks *out);

/** What was given out, as the file and the ledger have it, the newer of both. @return false when the file is lost and
 *  the ledger alone says so; never an error. */
bool bt_sbx_marks_find(struct bt_sbx *sbx, struct bt_sbx_marks *out);
/** Raise what is kept, before it is given out. @return false when it could not be written: nothing may be given. */
BT_SBX_MUST_USE bool bt_sbx_mark_terminal(struct bt_sbx *sbx, const struct bt_sbx_terminal *terminal);
BT_SBX_MUST_USE bool bt_sbx_mark_lease(struct bt_sbx *sbx, const struct bt_sbx_terminal *terminal, int64_t number,
				       int64_t from, int64_t until);
/** A lease ends later: a code that lengthens it is read out. */
BT_SBX_MUST_USE bool bt_sbx_mark_longer(struct bt_sbx *sbx, const struct bt_sbx_terminal *terminal, int64_t until);
BT_SBX_MUST_USE bool bt_sbx_mark_era(struct bt_sbx *sbx, int64_t era);
/** Tell a ledger that was put back what it has forgotten: the newest lease in each lane, which lane a terminal has now,
 *  and that a lane has another
 *  holder now. */
BT_SBX_MUST_USE bool bt_sbx_marks_remind(struct bt_sbx *sbx, const struct bt_sbx_marks *marks);

#endif
