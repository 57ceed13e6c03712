/* Hard paths that a run has to have gone through; a run that has not seen each often enough proves nothing. Source:
 * PROTOCOL, "each visited at least 100 times per run". */
#ifndef SIM_VISITED_H
#define SIM_VISITED_H

#define SIM_PATHS(ROW)                                                                                                 \
	ROW(REPLY_LOST_AFTER_COMMIT, "reply lost after commit")                                                        \
	ROW(CUT_BETWEEN_COMMIT_AND_PRINT, "crash between commit and print")                                            \
	ROW(REFUSAL_AFTER_FALLBACK, "refusal after fallback")                                                          \
	ROW(RESTORE_OF_SERVER, "restore of the head-end")                                                              \
	ROW(RESTORE_OF_TERMINAL, "restore of a terminal")                                                              \
	ROW(BOOT_AT_OLD_TIME, "boot at a saved time")                                                                  \
	ROW(LIMIT_REACHED, "lease exhausted in mid-queue")                                                             \
	ROW(DRAIN_INTERRUPTED, "drain interrupted")                                                                    \
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
	ROW(EXTENDED, "lease extended by a code")                                                                      \
	ROW(TOMBSTONE_HIT, "tombstone hit by a late POST")                                                             \
	ROW(SYNC_FAILED, "failed sync of the record")                                                                  \
	ROW(REVOKED, "withdrawn terminal hears of it")                                                                 \
	ROW(MADE_HERE_AND_THERE, "token made here and by the head-end")                                                \
	ROW(UPI_CLAIM, "UPI claim while the owner issues")                                                             \
	ROW(UPI_PAID, "paid by UPI")                                                                                   \
	ROW(UPI_LATE, "late success of a QR that was closed")                                                          \
	ROW(UPI_RETURNED, "UPI money on its way back")

enum sim_path {
#define SIM_PATH_ENUM(id, name) SIM_PATH_##id,
	SIM_PATHS(SIM_PATH_ENUM)
#undef SIM_PATH_ENUM
	    SIM_PATH_COUNT
};

#endif
