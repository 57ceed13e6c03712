/* Planted faults: each breaks one rule on purpose, so that the simulation can be seen to notice.
 *
 * They exist only in a build with -DBATTI_MUTANTS=ON (the preset "mutants"), where at most one is switched on by name.
 * Anywhere else bt_mutant() is the constant false, and neither the faults nor their names are in the program. To add
 * one: a row here, and at the place it breaks `if (bt_mutant(BT_MUTANT_X))`. */
#ifndef BT_BASE_MUTANT_H
#define BT_BASE_MUTANT_H

#include <stdbool.h>

/* One row each: id, name, the campaign of tests/sim that has to catch it, the rule it breaks. */
#define BT_MUTANTS(ROW)                                                                                                \
	ROW(BT_MUTANT_SYNCHRONOUS_NORMAL, "synchronous-normal", "cuts", "DESIGN 6: synchronous=EXTRA")                 \
	ROW(BT_MUTANT_FRAMES_NOT_SYNCED, "frames-not-synced", "cuts", "DESIGN 6: second record synced before use")     \
	ROW(BT_MUTANT_READ_BEFORE_SECOND, "read-before-second-record", "cuts", "PROTOCOL J1: only what is in both")    \
	ROW(BT_MUTANT_FOLDER_NOT_SYNCED, "folder-not-synced", "cuts", "reliability 2.3: folder synced after making")   \
	ROW(BT_MUTANT_FRAMES_FIRST, "frames-before-commit", "cuts", "DESIGN 6: database first, then second record")    \
	ROW(BT_MUTANT_PROJECTION_APART, "projection-in-second-transaction", "cuts", "reliability 3.2 rule 6")          \
	ROW(BT_MUTANT_SYNC_ERROR_IGNORED, "failed-sync-ignored", "cuts", "DESIGN 6: a failed sync is STOP")            \
	ROW(BT_MUTANT_SYNC_RETRIED, "failed-sync-retried", "cuts", "reliability 2.2: a failed sync is never retried")  \
	ROW(BT_MUTANT_STOP_NOT_FINAL, "stop-not-final", "cuts", "DESIGN 6: STOP lasts until the next start")           \
	ROW(BT_MUTANT_PUT_NOT_MARKED, "put-not-marked", "cuts", "DESIGN 6: heads agree but for the newest put")        \
	ROW(BT_MUTANT_TID_NOT_BURNED, "tid-not-burned", "cuts", "PROTOCOL T1: a TID is burned when journaled")         \
	ROW(BT_MUTANT_HEADS_NOT_COMPARED, "heads-not-compared", "rot", "DESIGN 6: heads agree at start")               \
	ROW(BT_MUTANT_CHAIN_NOT_CHECKED, "chain-not-checked", "rot", "DESIGN 6: chain checked at start")               \
	ROW(BT_MUTANT_ROWS_NOT_COUNTED, "rows-not-counted", "rot", "reliability 2.4: totals from checked rows only")   \
	ROW(BT_MUTANT_INDEXES_NOT_CHECKED, "indexes-not-checked", "rot", "reliability 2.4: no row hidden by an index") \
	ROW(BT_MUTANT_SHOW_FIRST, "token-shown-before-commit", "sales", "DESIGN 2.3: journal first")                   \
	ROW(BT_MUTANT_NEW_ID_ON_RETRY, "new-id-on-retry", "sales", "PROTOCOL T1, H2: one id for ever")                 \
	ROW(BT_MUTANT_NEW_TID_LATER, "new-tid-on-finishing", "sales", "PROTOCOL T1: one TID for ever")                 \
	ROW(BT_MUTANT_OTHER_DIGITS_TAKEN, "other-digits-taken", "sales", "PROTOCOL T2: the same 20 digits or nothing") \
	ROW(BT_MUTANT_SERVER_BUMPS_TID, "head-end-bumps-tid", "sales", "PROTOCOL T2: never bumps a TID")               \
	ROW(BT_MUTANT_LOST_IS_REFUSED, "lost-answer-taken-as-refusal", "sales", "DESIGN 2.4: unknown is not failed")   \
	ROW(BT_MUTANT_ISSUE_OVER_REFUSAL, "refused-sale-issued-here", "sales", "PROTOCOL S2")                          \
	ROW(BT_MUTANT_CAP_PER_LEASE, "cap-counted-per-lease", "sales", "PROTOCOL L1: whichever lease")                 \
	ROW(BT_MUTANT_CAP_WITHOUT_SALE, "cap-without-the-sale-in-hand", "sales", "PROTOCOL L1")                        \
	ROW(BT_MUTANT_RAW_CLOCK_TID, "tid-from-raw-clock", "sales", "PROTOCOL T3, T4: in lane and unused")             \
	ROW(BT_MUTANT_CLOCK_TRUSTED_AT_BOOT, "clock-trusted-at-boot", "sales", "PROTOCOL L2")                          \
	ROW(BT_MUTANT_EXPIRY_IGNORED, "expired-lease-used", "sales", "PROTOCOL S2: expired by then means PENDING")     \
	ROW(BT_MUTANT_INTENT_DROPPED, "intent-dropped-at-restart", "sales", "PROTOCOL S6")                             \
	ROW(BT_MUTANT_NEW_TOKEN_ON_COPY, "copy-with-other-digits", "sales", "PROTOCOL S9: reprint is the same token")  \
	ROW(BT_MUTANT_REFUND_UNANSWERED, "refund-without-tombstone", "sales", "PROTOCOL S5, H3")                       \
	ROW(BT_MUTANT_REFUND_ON_WORD, "refund-without-the-record", "sales", "PROTOCOL S5: REFUNDING first")            \
	ROW(BT_MUTANT_ONE_ACK_SETTLES_ALL, "one-acknowledgement-settles-all", "sales", "PROTOCOL L1")                  \
	ROW(BT_MUTANT_REFUSAL_BLOCKS_UPLOAD, "exception-blocks-the-upload", "sales", "PROTOCOL H1, DESIGN 7")          \
	ROW(BT_MUTANT_CODE_USED_TWICE, "extension-code-used-twice", "sales", "PROTOCOL L3: each code once")            \
	ROW(BT_MUTANT_UPI_UNSURE_IS_FAILED, "upi-unsure-taken-as-failed", "sales",                                     \
	    "facts of vending 3.2, PROTOCOL S7")                                                                       \
	ROW(BT_MUTANT_UPI_FORGOTTEN, "upi-forgotten-at-restart", "sales", "PROTOCOL T1, S6, S7")                       \
	ROW(BT_MUTANT_UPI_WAY_FORGOTTEN, "upi-way-forgotten-at-restart", "sales", "PROTOCOL H3: who made it is asked") \
	ROW(BT_MUTANT_OLD_ERA_TAKEN, "old-era-accepted", "sales", "PROTOCOL H4")                                       \
	ROW(BT_MUTANT_NEW_TID_ON_REQUOTE, "new-tid-on-requote", "sales", "PROTOCOL T1, S3: the same TID")              \
	ROW(BT_MUTANT_NOT_FOUND_IS_NOTHING, "not-found-taken-as-nothing", "sales", "PROTOCOL H3: it is UNKNOWN")       \
	ROW(BT_MUTANT_BALANCE_AND_TOKEN, "balance-and-token", "sales", "PROTOCOL S1: exactly one of them")             \
	ROW(BT_MUTANT_IDS_FORGOTTEN, "ids-forgotten-after-a-day", "sales", "PROTOCOL H2: ids live 400 days")           \
	ROW(BT_MUTANT_LANE_REUSED, "lane-reused-without-a-floor", "sales", "PROTOCOL T4: floor and dead time")         \
	ROW(BT_MUTANT_MARKS_PUT_BACK, "marks-put-back-with-the-ledger", "sales", "PROTOCOL H4: marks outside backups") \
	ROW(BT_MUTANT_WITHDRAWAL_UNDONE, "withdrawal-undone-by-a-restore", "sales", "PROTOCOL H4, H5: stops issue")    \
	ROW(BT_MUTANT_ENROLMENT_FORGOTTEN, "enrolment-forgotten-by-a-restore", "sales",                                \
	    "PROTOCOL H4: outside backups")                                                                            \
	ROW(BT_MUTANT_LANES_WITHOUT_N, "overlap-of-another-n-not-seen", "sales", "PROTOCOL T4: k = k' mod min(n, n')") \
	ROW(BT_MUTANT_FREE_UNITS_BEYOND, "free-units-beyond-the-list", "sales",                                        \
	    "PROTOCOL S8: no more than the list has")                                                                  \
	ROW(BT_MUTANT_MONTH_OF_RAW_CLOCK, "month-of-the-raw-clock", "sales", "PROTOCOL S8, S3: the month of PAID")     \
	ROW(BT_MUTANT_TARIFF_TOO_EARLY, "tariff-before-its-time", "sales", "PROTOCOL S3: the one valid when PAID")     \
	ROW(BT_MUTANT_LINE_TWICE, "line-posted-twice", "sales", "PROTOCOL S8, H2: each line once")                     \
	ROW(BT_MUTANT_SOLD_ANEW, "sold-anew-without-asking", "sales", "PROTOCOL T5: inquiry first")                    \
	ROW(BT_MUTANT_UPI_PICKED_TWICE, "upi-token-where-it-is-picked", "sales", "PROTOCOL T5: it is left to H")       \
	ROW(BT_MUTANT_REPLACED_TWICE, "token-replaced-twice", "sales", "PROTOCOL T5: once, after inspection")          \
	ROW(BT_MUTANT_BESIDE_FORGOTTEN, "minute-of-second-token-forgotten", "sales", "PROTOCOL T1: burned for good")   \
	ROW(BT_MUTANT_KEY_TOKENS_LEFT_OUT, "key-change-left-out", "sales", "PROTOCOL T6: with each token of the key")  \
	ROW(BT_MUTANT_NEXT_KEY_EARLY, "next-key-used-early", "sales", "PROTOCOL T6: not before all have it")           \
	ROW(BT_MUTANT_KEY_RELEASED_EARLY, "key-change-released-at-once", "sales", "PROTOCOL T6: when all have it")     \
	ROW(BT_MUTANT_KEY_ARRIVED, "key-change-left-and-forgotten", "sales", "PROTOCOL T6: until a slip has it")       \
	ROW(BT_MUTANT_CONNECTION_KEPT, "silent-re-post", "transport", "PROTOCOL H6, reliability 0.1")

#ifdef BATTI_MUTANTS

enum bt_mutant {
	BT_MUTANT_NONE,
#define BT_MUTANT_ENUM(id, name, campaign, rule) id,
	BT_MUTANTS(BT_MUTANT_ENUM)
#undef BT_MUTANT_ENUM
	    BT_MUTANT_COUNT
};

struct bt_mutant_row {
	const char *name, *campaign, *rule;
};

/** Is this fault the one switched on? */
bool bt_mutant(enum bt_mutant mutant);
/** Switch one on, for the whole process. @return false when there is none of this name. */
bool bt_mutant_switch_on(const char *name);
/** The rows, from 1 to BT_MUTANT_COUNT - 1. */
const struct bt_mutant_row *bt_mutant_row(enum bt_mutant mutant);

#else

#define bt_mutant(mutant) false
static inline bool bt_mutant_switch_on(const char *name)
{
	(void)name;
	return false;
}

#endif
#endif
