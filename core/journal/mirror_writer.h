/* What is asked of the mirror's disk, and a thread of its own that asks it: a stick that is slow or hangs holds nobody
 * up.
 *
 * One thing at a time. Of lines that are written only whole pieces count: what a cut leaves of one is cut off at the
 * next start, as ever. Private to core/journal. Source: DESIGN 6. */
#ifndef BT_JOURNAL_MIRROR_WRITER_H
#define BT_JOURNAL_MIRROR_WRITER_H

#include "core/base/bytes.h"
#include "core/base/disk.h"
#include "core/journal/mirror_tail.h"

enum bt_mirror_task {
	BT_MIRROR_IDLE,  /* nothing is asked */
	BT_MIRROR_LOOK,  /* open `path` as `how` says and read its end into `tail` */
	BT_MIRROR_CUT,   /* `file` ends at `at`, and its name in `folder` is lasting */
	BT_MIRROR_WRITE, /* `text` stands at `at` of `file`, and is lasting */
	BT_MIRROR_CLOSE, /* `file` is closed */
	BT_MIRROR_TASKS
};

/** What it points to is borrowed while it is done. */
struct bt_mirror_job {
	enum bt_mirror_task task;
	const char *folder, *path;
	enum bt_disk_open how;
	struct bt_disk_file *file;
	uint64_t at;
	struct bt_buf text;
	/* Once it is done: */
	struct bt_mirror_tail tail;
	enum bt_err err; /* BT_OK; of a look as bt_mirror_tail_read(); BT_EDISK */
};

struct bt_mirror_writer;

/** Do it here and now. Blocks as long as @p disk does. */
void bt_mirror_job_run(const struct bt_disk *disk, struct bt_mirror_job *job);

/** @p disk is borrowed, and used by two threads at once. @return BT_OK; BT_ENOMEM, BT_EOS: there is none. */
BT_MUST_USE enum bt_err bt_mirror_writer_start(const struct bt_disk *disk, struct bt_mirror_writer **out);
/** Waits for what is under way, as long as the disk takes. NULL is fine. */
void bt_mirror_writer_stop(struct bt_mirror_writer *writer);
/** Begin to do @p job. Only when nothing is under way: it is the thread's until bt_mirror_writer_wait() says BT_OK. */
void bt_mirror_writer_give(struct bt_mirror_writer *writer, struct bt_mirror_job *job);
/** After each give. @return BT_OK: it is done; BT_ETIMEOUT. @p wait_ms -1: as long as the disk takes. */
BT_MUST_USE enum bt_err bt_mirror_writer_wait(struct bt_mirror_writer *writer, int wait_ms);

#endif
