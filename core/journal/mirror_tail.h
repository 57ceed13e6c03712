/* The newest lines of a mirror's file, as far back as a cut can have left something unwritten.
 *
 * Only the disk is asked, so that another thread may wait for it; what the lines mean beside the record is not judged
 * here. Private to core/journal. Source: DESIGN 6. */
#ifndef BT_JOURNAL_MIRROR_TAIL_H
#define BT_JOURNAL_MIRROR_TAIL_H

#include "core/base/disk.h"
#include "core/journal/journal.h"

struct bt_mirror_line {
	int64_t seq;  /* 0: the line is damaged, and nothing else is said of it */
	uint64_t end; /* offset behind it */
	uint8_t hash[sizeof((struct bt_event *)0)->hash], signature[sizeof((struct bt_event *)0)->signature];
};

struct bt_mirror_tail {
	struct bt_disk_file *file; /* open; the caller's */
	uint64_t at;               /* where the first of the lines begins; 0: they are all there are */
	struct bt_mirror_line *lines;
	size_t count;
};

/** Open @p path and read. @return BT_OK; BT_ENOTFOUND when it cannot be opened; BT_EDISK, BT_ENOMEM: nothing is open
 *  then, and @p out is empty. Blocks as long as the disk does. */
BT_MUST_USE enum bt_err bt_mirror_tail_read(const struct bt_disk *disk, const char *path, enum bt_disk_open how,
					    struct bt_mirror_tail *out);
/** Its lines; the file stays open. */
void bt_mirror_tail_fini(struct bt_mirror_tail *tail);

#endif
