/* Holding the state folder: the lock that keeps a second process out, the ballast, and the free space.
 *
 * The ballast is 8 MiB set aside while there is room and given back once, when the disk is full, so that a sale whose
 * money is taken can be finished. The lock is of the machine's own disk only: any other disk lives inside one process.
 * Private to core/journal. Source: facts of reliability 2.3. */
#ifndef BT_JOURNAL_HOLD_H
#define BT_JOURNAL_HOLD_H

#include "core/base/disk.h"

#define BT_BALLAST_BYTES INT64_C(8388608)
/** Below this and without ballast no new sale is begun. */
#define BT_SPACE_FLOOR INT64_C(1048576)

struct bt_hold {
	const struct bt_disk *disk;
	char dir[4096];
	int lock_fd;  /* -1 when not held */
	bool ballast; /* set aside and not yet given back */
};

/** Lock <dir>/lock. @return BT_OK, BT_EBUSY (the holder's pid in fault->what), BT_EDISK, BT_ENOSPC. */
BT_MUST_USE enum bt_err bt_hold_open(struct bt_hold *hold, const struct bt_disk *disk, const char *dir,
				     struct bt_fault *fault);
void bt_hold_close(struct bt_hold *hold);
/** Set the ballast aside when it is there already or there is ample room; its absence is not an error. */
void bt_hold_fill_ballast(struct bt_hold *hold);
/** Give the ballast back. @return false when there was none. */
bool bt_hold_drop_ballast(struct bt_hold *hold);
/** Bytes free to this user, ballast not counted; -1 when the system does not say. */
int64_t bt_hold_free_bytes(const struct bt_hold *hold);

#endif
