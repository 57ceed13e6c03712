#include "core/journal/mirror_tail.h"

#include <stdlib.h>
#include <string.h>

#include "core/journal/lines.h"

#define TAIL_BYTES  (512 * 1024) /* more than a cut can have left unwritten */
#define LINES_FIRST 64           /* room for so many; doubled when they are more */

/* Where the first line behind @p at begins. */
static enum bt_err skip_to_line(const struct bt_disk *disk, struct bt_disk_file *file, uint64_t *at)
{
	uint8_t piece[4096];
	size_t have = 0;
	for (;;) {
		if (disk->read(file, *at, piece, sizeof piece, &have) != 0)
			return BT_EDISK;
		const uint8_t *end = have ? memchr(piece, '\n', have) : NULL;
		if (end || have == 0) {
			*at += end ? (uint64_t)(end - piece) + 1 : 0;
			return BT_OK;
		}
		*at += have;
	}
}

static struct bt_mirror_line *add_line(struct bt_mirror_tail *tail, size_t *room)
{
	if (tail->count == *room) {
		size_t more = *room ? 2 * *room : LINES_FIRST;
		struct bt_mirror_line *lines = realloc(tail->lines, more * sizeof *lines);
		if (!lines)
			return NULL;
		tail->lines = lines;
		*room = more;
	}
	return &tail->lines[tail->count++];
}

static enum bt_err read_lines(const struct bt_disk *disk, struct bt_mirror_tail *tail)
{
	struct bt_lines lines;
	struct bt_event event;
	size_t room = 0;
	enum bt_err err = bt_lines_open(&lines, disk, tail->file, tail->at);
	while (err == BT_OK && (err = bt_lines_next(&lines, &event)) != BT_ENOTFOUND) {
		bool damaged = err == BT_ECORRUPT;
		struct bt_mirror_line *line = err == BT_OK || damaged ? add_line(tail, &room) : NULL;
		if (!line) {
			err = err == BT_OK || damaged ? BT_ENOMEM : err;
			break;
		}
		err = BT_OK;
		*line = (struct bt_mirror_line){.seq = damaged ? 0 : event.seq, .end = lines.at};
		if (damaged)
			continue;
		memcpy(line->hash, event.hash, sizeof line->hash);
		memcpy(line->signature, event.signature, sizeof line->signature);
	}
	bt_lines_close(&lines);
	return err == BT_ENOTFOUND ? BT_OK : err;
}

static enum bt_err read_tail(const struct bt_disk *disk, struct bt_mirror_tail *tail)
{
	uint64_t len = 0;
	enum bt_err err = disk->size(tail->file, &len) == 0 ? BT_OK : BT_EDISK;
	if (err == BT_OK && len > TAIL_BYTES) {
		tail->at = len - TAIL_BYTES;
		err = skip_to_line(disk, tail->file, &tail->at);
	}
	return err == BT_OK ? read_lines(disk, tail) : err;
}

enum bt_err bt_mirror_tail_read(const struct bt_disk *disk, const char *path, enum bt_disk_open how,
				struct bt_mirror_tail *out)
{
	struct bt_mirror_tail tail = {0};
	*out = tail;
	if (disk->open(disk->context, path, how, &tail.file) != 0)
		return BT_ENOTFOUND;
	enum bt_err err = read_tail(disk, &tail);
	if (err == BT_OK) {
		*out = tail;
		return BT_OK;
	}
	bt_mirror_tail_fini(&tail);
	disk->close(tail.file);
	return err;
}

void bt_mirror_tail_fini(struct bt_mirror_tail *tail)
{
	free(tail->lines);
	tail->lines = NULL;
	tail->count = 0;
}
