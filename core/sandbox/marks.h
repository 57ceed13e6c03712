/* What may never be given out again, and who is known: eras, terminals with their withdrawal, lanes with the newest
 * lease in each. Kept in a small file beside the ledger that no backup of the ledger brings back (PROTOCOL H4, T4, L1).
 *
 * The file is text, "marks" in the state folder, and ends with the SHA-256 of what stands before. It is put in place
 * whole and is on the disk before anything of it leaves the house: marks may run ahead of the ledger, never behind.
 * Inside a transaction of the ledger only: that is what keeps two commands from writing it at once. Where it is missing
 * or damaged, and the ledger was put back at some time, everything that may have been given since counts as given; who
 * was enrolled or withdrawn since is then not known.
 *
 * A terminal's vault key stands in it sealed, under a key that every backup of the ledger has and the file has not. */
#ifndef BT_SANDBOX_MARKS_H
#define BT_SANDBOX_MARKS_H

#include "core/sandbox/crypto.h"
#include "core/sandbox/sbx.h"
#include "core/sandbox/terminal.h"

#define BT_SBX_MARKS_MAX   248   /* lanes of 8, 16, 32, 64 and 128 */
#define BT_SBX_MARKS_KNOWN 10000 /* terminals, whose numbers have four digits */
/** The longest text, with its NUL. */
#define BT_SBX_MARKS_TEXT (512 + 208 * BT_SBX_MARKS_MAX + 352 * BT_SBX_MARKS_KNOWN)

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

/** One terminal, in office or not. */
struct bt_sbx_terminal_mark {
	int64_t number;
	int64_t index, count, floor; /* the lane that it was enrolled in */
	int64_t enrolled;            /* ms since 1970 */
	int64_t withdrawn;           /* ms since 1970, 0 in office */
	uint8_t journal_key[32], receipt_key[32];
	uint8_t sealed[32 + BT_SBX_SEAL_OVER]; /* its vault key */
};

struct bt_sbx_marks {
	int64_t era;
	int64_t terminal;  /* highest number, 0 none */
	int64_t forgotten; /* the latest end of leases that nobody knows of, in any lane; 0 none */
	int lane_count;
	struct bt_sbx_lane_mark lanes[BT_SBX_MARKS_MAX];
	int terminal_count;
	struct bt_sbx_terminal_mark *terminals; /* by number, rising; NULL none */
	bool is_partial;                        /* the ledger could not be read to its end: nothing is kept of it */
};

/** Release what it holds; it is then empty. */
void bt_sbx_marks_fini(struct bt_sbx_marks *marks);
/** The text of @p marks, yours to free; NULL without memory. */
char *bt_sbx_marks_write(const struct bt_sbx_marks *marks);
/** Read a text of this version or of the one before, which says nothing of terminals but the highest number.
 *  @return false when it is not whole; @p out is then untouched. */
BT_SBX_MUST_USE bool bt_sbx_marks_read(const char *text, struct bt_sbx_marks *out);
/** The terminal of this number, made where there is none; NULL when there is no room. Borrowed until the next one is
 *  made. */
struct bt_sbx_terminal_mark *bt_sbx_marks_terminal(struct bt_sbx_marks *marks, int64_t number);

/** What was given out and who is known, as the file and the ledger have it, the newer of both. @p out is to be
 *  released either way. @return false when the file is lost and the ledger alone says so; never an error. */
bool bt_sbx_marks_find(struct bt_sbx *sbx, struct bt_sbx_marks *out);
/** Keep what this transaction has put into the ledger, a withdrawal say, before it is committed. @return false when it
 *  could not be written: then nothing may be committed. */
BT_SBX_MUST_USE bool bt_sbx_marks_keep(struct bt_sbx *sbx);
/** Raise what is kept, before it is given out. @return false when it could not be written: nothing may be given. The
 *  terminal is in the ledger already. */
BT_SBX_MUST_USE bool bt_sbx_mark_terminal(struct bt_sbx *sbx, const struct bt_sbx_terminal *terminal);
BT_SBX_MUST_USE bool bt_sbx_mark_lease(struct bt_sbx *sbx, const struct bt_sbx_terminal *terminal, int64_t number,
				       int64_t from, int64_t until);
/** A lease ends later: a code that lengthens it is read out. */
BT_SBX_MUST_USE bool bt_sbx_mark_longer(struct bt_sbx *sbx, const struct bt_sbx_terminal *terminal, int64_t until);
BT_SBX_MUST_USE bool bt_sbx_mark_era(struct bt_sbx *sbx, int64_t era);
/** Tell a ledger that was put back what it has forgotten: terminals and withdrawals, the newest lease in each lane,
 *  which lane a terminal has now, and that a lane has another holder now. @return false with a line on stderr. */
BT_SBX_MUST_USE bool bt_sbx_marks_remind(struct bt_sbx *sbx, const struct bt_sbx_marks *marks);

#endif
