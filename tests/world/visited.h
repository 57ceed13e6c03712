/* Hard paths that a run has to have gone through; a run that has not seen each often enough proves nothing. Source:
 * PROTOCOL, "each visited at least 100 times per run". */
#ifndef SIM_VISITED_H
#define SIM_VISITED_H

#define SIM_PATHS(ROW)                                                                                                 \
	ROW(REPLY_LOST_AFTER_COMMIT, "reply lost after commit")                                                        \
	ROW(CUT_BETWEEN_COMMIT_AND_PRINT, "crash between commit and print")                                            \
	ROW(REFUSAL_AFTER_FALLBACK, "refusal after fallback")                                                          \
	ROW(RESTORE_OF_SERVER, "restore of the head-end")                                                              \
	ROW(RESTORE_WITHOUT_MARKS, "restore of the head-end, its marks lost")                                          \
	ROW(ENROLLED_SINCE, "counter enrolled after the backup known again")                                           \
	ROW(WITHDRAWN_SINCE, "counter withdrawn after the backup still withdrawn")                                     \
	ROW(RESTORE_OF_TERMINAL, "restore of a terminal")                                                              \
	ROW(BOOT_AT_OLD_TIME, "boot at a saved time")                                                                  \
	ROW(LIMIT_REACHED, "lease exhausted in mid-queue")                                                             \
	ROW(DRAIN_UNSERVED, "drain interrupted: part on its way to the head-end")                                      \
	ROW(DRAIN_UNANSWERED, "drain interrupted: part served, answer on its way")                                     \
	ROW(DRAIN_BETWEEN, "drain interrupted: between two parts")                                                     \
	ROW(SAME_METER_SAME_MINUTE, "two terminals, one meter, one minute")                                            \
	ROW(DISK_FULL_IN_SALE, "disk full inside a sale")                                                              \
	ROW(DUPLICATE_REQUEST, "request delivered twice")                                                              \
	ROW(REFUNDED, "money back, approved and reversed")                                                             \
	ROW(REFUND_TOO_LATE, "refund asked for a token that had left")                                                 \
	ROW(NEW_FIGURES, "sold at new figures")                                                                        \
	ROW(RESUMED, "cut-off sale taken up with the consumer there")                                                  \
	ROW(KEY_CHANGED_MEANWHILE, "key change between quote and commit")                                              \
	ROW(FINISHED_LATER, "docket finished later")                                                                   \
	ROW(FINISHED_ELSEWHERE, "docket finished at another counter")                                                  \
	ROW(FINISHED_BESIDE_EXTENSION, "docket finished at B during A's extension")                                    \
	ROW(DOCKET_AFTER_REFUND, "docket shown after its money went back")                                             \
	ROW(DOCKET_AFTER_TOKEN, "docket shown after its token was given")                                              \
	ROW(EXTENDED, "lease extended by a code")                                                                      \
	ROW(TOMBSTONE_HIT, "tombstone hit by a late POST")                                                             \
	ROW(SYNC_FAILED, "failed sync of the record")                                                                  \
	ROW(REVOKED, "withdrawn terminal hears of it")                                                                 \
	ROW(OFFICE_GIVES, "refund begun at a withdrawn counter, given on head office's word")                          \
	ROW(OFFICE_GIVES_BACK, "refund begun at a withdrawn counter, paid back by head office")                        \
	ROW(MADE_HERE_AND_THERE, "token made here and by the head-end")                                                \
	ROW(NOT_FOUND, "not found, and no tombstone")                                                                  \
	ROW(ID_AFTER_DAYS, "sale asked for again after a day")                                                         \
	ROW(DOUBT, "not known what a head-end that picks minutes did")                                                 \
	ROW(DOUBT_SOLD, "asked about it: sold")                                                                        \
	ROW(DOUBT_NOTHING, "asked about it: nothing, and a tombstone")                                                 \
	ROW(DOUBT_STAYS, "asked about it: still not known")                                                            \
	ROW(DOUBT_BARS, "no token here for a meter in doubt")                                                          \
	ROW(OVERRIDDEN, "token made over doubt on a supervisor's word")                                                \
	ROW(REPLACED, "token in place of one that the meter refused as used")                                          \
	ROW(LANE_CHANGE, "lane given to another terminal")                                                             \
	ROW(LANE_AFTER_RESTORE, "lane given to another terminal by a restored head-end")                               \
	ROW(OTHER_LANES, "lanes of another n")                                                                         \
	ROW(MORE_LANES, "lanes of a larger n")                                                                         \
	ROW(FEWER_LANES, "lanes of a smaller n")                                                                       \
	ROW(LANES_OVERLAP, "lane of another n not given, it overlaps a living one")                                    \
	ROW(UPGRADED, "record of an older version brought up")                                                         \
	ROW(CUT_IN_UPGRADE, "cut while a record was brought up")                                                       \
	ROW(PAPER_AND_RECORD, "core-equal duplicate from paper")                                                       \
	ROW(PAPER_FIRST, "paper before its owner's record")                                                            \
	ROW(CLONE_FLAGGED, "copied disk flagged by its second head")                                                   \
	ROW(CLONE_STOPPED, "copied disk stopped by what the head-end holds")                                           \
	ROW(CLONE_IN_METERS, "copied disk found out by what meters took")                                              \
	ROW(UPI_CLAIM, "UPI claim while the owner issues")                                                             \
	ROW(UPI_PAID, "paid by UPI")                                                                                   \
	ROW(UPI_LATE, "late success of a QR that was closed")                                                          \
	ROW(UPI_RETURNED, "UPI money on its way back")                                                                 \
	ROW(UPI_THREE, "three QRs of one sale paid")                                                                   \
	ROW(SLAB_LINE, "slab difference posted")                                                                       \
	ROW(FIXED_LINE, "fixed charge put right later")                                                                \
	ROW(OLD_TARIFF, "paid by the old tariff, heard of under the new one")                                          \
	ROW(MONTH_TURNED, "month turned in mid-trade")                                                                 \
	ROW(UPI_PICKED, "paid by UPI with a head-end that picks minutes")                                              \
	ROW(UPI_LEFT_TO_IT, "paid by UPI and left to a head-end that picks minutes")                                   \
	ROW(UPI_BY_SERVICE, "paid by UPI at the payment service")                                                      \
	ROW(KEY_CHANGED, "key change keyed in")                                                                        \
	ROW(KEY_BACKWARDS, "key change keyed in backwards")                                                            \
	ROW(KEY_IN_PART, "key change keyed in in part")                                                                \
	ROW(KEY_NEXT, "token of a meter's next key taken")                                                             \
	ROW(KEY_RENEWED, "token of the key before, given anew and taken")                                              \
	ROW(KEY_BEHIND, "token made under the key before after the meter had changed, given anew and taken")           \
	ROW(KEY_ELSEWHERE, "docket finished under the meter's next key")

enum sim_path {
#define SIM_PATH_ENUM(id, name) SIM_PATH_##id,
	SIM_PATHS(SIM_PATH_ENUM)
#undef SIM_PATH_ENUM
	    SIM_PATH_COUNT
};

#endif
