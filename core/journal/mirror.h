/* The mirror: whole events in a file of lines on a second disk or a stick, from which the record can be made anew.
 *
 * It follows the record: after a put both records have the events, then the mirror gets them and is synced before the
 * put returns; or, written aside, soon after, when the disk is slow. Without it (pulled, full, broken) selling goes on
 * and its state says so, unless it is required; when it is back it is brought up to date, some events with each put and
 * the rest when idle. It is never made ahead of the
 * record, so one that holds more, or other events, is a reason to stop. The folder is not made: the mount point of an
 * absent stick must not be taken for the stick. Private to core/journal. Source: DESIGN 6. */
#ifndef BT_JOURNAL_MIRROR_H
#define BT_JOURNAL_MIRROR_H

#include "core/base/disk.h"
#include "core/journal/journal.h"
#include "core/journal/mirror_writer.h"

struct bt_mirror {
	const struct bt_disk *disk;
	char folder[4096], path[4160]; /* "" without a mirror */
	bool required;
	struct bt_disk_file *file;       /* NULL while it is missing, or not known to be the record's */
	uint64_t end;                    /* behind the last whole line */
	struct bt_head head;             /* of that line */
	int64_t ahead;                   /* newest seq seen behind a damaged line; 0 none */
	int64_t retry_boot_ms;           /* not looked for before */
	struct bt_mirror_writer *writer; /* NULL: whoever asks something of the disk waits for it */
	struct bt_mirror_job job;        /* what is asked of it */
	bool is_given;                   /* and is under way */
	int64_t looked_seq;              /* where the record ended when it was looked for */
	struct bt_head sent;             /* of the last of the lines on their way */
};

/** "<folder>/journal-<terminal>.mirror". @return BT_OK or BT_EFULL. */
BT_MUST_USE enum bt_err bt_mirror_path(const char *folder, const char *terminal, char *out, size_t cap);
/** @p folder NULL or "": no mirror. Opens nothing. @return BT_OK or BT_EFULL. */
BT_MUST_USE enum bt_err bt_mirror_init(struct bt_mirror *mirror, const struct bt_disk *disk, const char *folder,
				       const char *terminal, bool required);
/** From now on a thread of its own looks for it, reads its end and writes it: for disks that stand two. @return BT_OK;
 * BT_ENOMEM, BT_EOS: it does not. */
BT_MUST_USE enum bt_err bt_mirror_write_aside(struct bt_mirror *mirror);
/** Waits for what is on its way, as long as the disk takes. */
void bt_mirror_fini(struct bt_mirror *mirror);
/** Look for it, read its end, hold it against @p journal's database, and when the journal may write cut a torn end.
 *  @return BT_OK, also when it is missing; BT_ECORRUPT when it holds more or other events. */
BT_MUST_USE enum bt_err bt_mirror_find(struct bt_journal *journal, struct bt_fault *fault);
/** Give it at most @p max events that it lacks, and sync; looks for a missing one every ten seconds. Written aside, it
 * is waited for @p wait_ms for each piece, -1 as long as it takes, and not at all while it is looked for; what is not
 * done then is settled by the next call.
 *  @return BT_OK, whatever became of the mirror; BT_ECORRUPT as bt_mirror_find(), or when an event cannot be read. */
BT_MUST_USE enum bt_err bt_mirror_follow(struct bt_journal *journal, int64_t max, int wait_ms, struct bt_fault *fault);
/** It is there and lacks something. */
bool bt_mirror_wants_more(const struct bt_journal *journal);
/** Read it through and hold each line against the database. False when it is there and any differs. */
bool bt_mirror_verify(struct bt_journal *journal);

#endif
