/* Events as lines of JSON, one event a line with its hash and signature: the form of the mirror and of an export.
 *
 * The members are those of an uploaded event (assets/api/openapi.yaml). A line proves itself: its hash covers all of it
 * but the signature, which the reader of a whole record checks. Private to core/journal. */
#ifndef BT_JOURNAL_LINES_H
#define BT_JOURNAL_LINES_H

#include "core/base/disk.h"
#include "core/journal/journal.h"

/** A body of control characters only grows sixfold. */
#define BT_LINE_MAX (6 * BT_EVENT_BODY_MAX + 1024)

/** Read a line without its end; @p body keeps the body, which @p out borrows. @return BT_OK; BT_ECORRUPT when it is no
 *  event or its hash is another's; BT_ENOMEM. */
BT_MUST_USE enum bt_err bt_line_decode(struct bt_bytes line, struct bt_event *out, struct bt_buf *body);

/** A file of such lines being read from some offset on. */
struct bt_lines {
	const struct bt_disk *disk;
	struct bt_disk_file *file;
	uint64_t at;    /* offset of the next line */
	uint8_t *piece; /* bytes read ahead, from offset @p piece_at */
	uint64_t piece_at;
	size_t have;
	struct bt_buf body; /* of the newest event */
};

/** Take over @p file, which stays the caller's to close. @return BT_OK or BT_ENOMEM. */
BT_MUST_USE enum bt_err bt_lines_open(struct bt_lines *lines, const struct bt_disk *disk, struct bt_disk_file *file,
				      uint64_t at);
void bt_lines_close(struct bt_lines *lines);
/** The next event, its body borrowed until the next call. @return BT_OK; BT_ENOTFOUND at the end; BT_ECORRUPT for a
 *  line that is damaged or has no end: the next call goes on behind it; BT_EDISK; BT_ENOMEM. */
BT_MUST_USE enum bt_err bt_lines_next(struct bt_lines *lines, struct bt_event *out);

#endif
