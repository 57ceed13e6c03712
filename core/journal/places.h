/* Where a recovery builds the new journal, and how old and new change places so that a cut between any two steps leaves
 * either no journal that opens or the whole new one.
 *
 * The new files lie in the folder "recovered" of the state folder; a mark in it says that they are whole and that the
 * change has begun. The old files are kept under names ending in ".before-<epoch>". Private to core/journal. */
#ifndef BT_JOURNAL_PLACES_H
#define BT_JOURNAL_PLACES_H

#include "core/base/disk.h"
#include "core/journal/journal.h"

#define BT_WORKPLACE "recovered"

struct bt_places {
	const struct bt_disk *disk;
	const char *dir; /* state folder */
};

/** Make the workplace, or empty it. @return BT_OK, BT_EFULL (path), BT_EDISK. */
BT_MUST_USE enum bt_err bt_places_clear(const struct bt_places *p, struct bt_fault *fault);
/** The first epoch after @p after of which no files were put away here. */
int64_t bt_places_next_epoch(const struct bt_places *p, int64_t after);
/** Leave the mark, with what the recovery did. @return BT_OK, BT_EDISK, BT_ENOSPC, BT_ENOMEM. */
BT_MUST_USE enum bt_err bt_places_mark(const struct bt_places *p, const struct bt_recovery *report,
				       struct bt_fault *fault);
/** @return false when there is no mark. */
bool bt_places_find_mark(const struct bt_places *p, struct bt_recovery *out);
/** Keep the mirror at @p path in @p folder as "<path>.before-<epoch>", once. @return BT_OK, also when it is not there;
 *  BT_EDISK: the recovery has to be run again. */
BT_MUST_USE enum bt_err bt_places_put_mirror_away(const struct bt_places *p, const char *folder, const char *path,
						  int64_t epoch, struct bt_fault *fault);
/** Change places, from wherever it stands, and remove the mark. @return BT_OK or BT_EDISK: it has to be run again. */
BT_MUST_USE enum bt_err bt_places_change(const struct bt_places *p, int64_t epoch, struct bt_fault *fault);

#endif
