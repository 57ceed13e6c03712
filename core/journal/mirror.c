#include "core/journal/mirror.h"

#include <string.h>

#include "core/base/file.h"
#include "core/journal/lines.h"
#include "core/journal/state.h"

#define RETRY_MS   10000
#define TAIL_BYTES (512 * 1024) /* more than a cut can have left unwritten */
#define WRITE_MAX  (256 * 1024) /* bytes given to the disk at once */

enum bt_err bt_mirror_path(const char *folder, const char *terminal, char *out, size_t cap)
{
	char name[48];
	bt_text_printf(name, sizeof name, "journal-%.20s.mirror", terminal);
	return bt_path_join(folder, name, out, cap);
}

enum bt_err bt_mirror_init(struct bt_mirror *mirror, const struct bt_disk *disk, const char *folder,
			   const char *terminal, bool required)
{
	*mirror = (struct bt_mirror){.disk = disk, .required = required};
	if (!folder || !folder[0])
		return BT_OK;
	enum bt_err err = bt_text_copy(mirror->folder, sizeof mirror->folder, folder);
	return err == BT_OK ? bt_mirror_path(folder, terminal, mirror->path, sizeof mirror->path) : err;
}

void bt_mirror_close(struct bt_mirror *mirror)
{
	if (mirror->file)
		mirror->disk->close(mirror->file);
	mirror->file = NULL;
}

/* ---- finding it ---- */

/* Where the first line behind @p at begins. */
static enum bt_err skip_to_line(struct bt_mirror *mirror, uint64_t *at)
{
	uint8_t piece[4096];
	size_t have = 0;
	for (;;) {
		if (mirror->disk->read(mirror->file, *at, piece, sizeof piece, &have) != 0)
			return BT_EDISK;
		const uint8_t *end = have ? memchr(piece, '\n', have) : NULL;
		if (end || have == 0) {
			*at += end ? (uint64_t)(end - piece) + 1 : 0;
			return BT_OK;
		}
		*at += have;
	}
}

/* A whole line is the record's own event, or of a record that went on otherwise; the own event with another signature
 * is neither. */
static bool is_own_mutilated(struct bt_journal *journal, const struct bt_event *line)
{
	struct bt_event event;
	return line->seq <= journal->head.seq && bt_store_event_at(&journal->store, line->seq, &event, NULL) == BT_OK &&
	       memcmp(event.hash, line->hash, sizeof event.hash) == 0 &&
	       memcmp(event.signature, line->signature, sizeof event.signature) != 0;
}

/* Read the newest lines. The first damaged one ends what counts; a whole one behind it is only noted. */
static enum bt_err read_tail(struct bt_journal *journal)
{
	struct bt_mirror *mirror = &journal->mirror;
	struct bt_lines lines = {0};
	struct bt_event event;
	uint64_t len = 0, at = 0;
	bool damaged = false;
	enum bt_err err = mirror->disk->size(mirror->file, &len) == 0 ? BT_OK : BT_EDISK;
	if (err == BT_OK && len > TAIL_BYTES) {
		at = len - TAIL_BYTES;
		err = skip_to_line(mirror, &at);
	}
	if (err == BT_OK)
		err = bt_lines_open(&lines, mirror->disk, mirror->file, at);
	mirror->end = at;
	mirror->head = (struct bt_head){0};
	mirror->ahead = 0;
	while (err == BT_OK && (err = bt_lines_next(&lines, &event)) != BT_ENOTFOUND) {
		if (err == BT_OK && is_own_mutilated(journal, &event))
			err = BT_ECORRUPT;
		if (err == BT_ECORRUPT) {
			damaged = true;
			err = BT_OK;
		} else if (err == BT_OK && damaged) {
			mirror->ahead = event.seq;
		} else if (err == BT_OK) {
			mirror->end = lines.at;
			mirror->head.seq = event.seq;
			memcpy(mirror->head.hash, event.hash, sizeof event.hash);
		}
	}
	bt_lines_close(&lines);
	if (err != BT_ENOTFOUND)
		return err;
	/* A file without one whole line at its end, though it is long, is no mirror to go on with. */
	return mirror->head.seq == 0 && at > 0 ? BT_EDISK : BT_OK;
}

static enum bt_err compare_with_record(struct bt_journal *journal, struct bt_fault *fault)
{
	const struct bt_mirror *mirror = &journal->mirror;
	struct bt_event event;
	int64_t newest = mirror->ahead > mirror->head.seq ? mirror->ahead : mirror->head.seq;
	if (newest > journal->head.seq)
		return bt_fault_set(fault, BT_ECORRUPT, 0, "mirror ends at %lld, database at %lld", (long long)newest,
				    (long long)journal->head.seq);
	if (mirror->head.seq == 0)
		return BT_OK;
	enum bt_err err = bt_store_event_at(&journal->store, mirror->head.seq, &event, fault);
	if (err == BT_OK && memcmp(event.hash, mirror->head.hash, sizeof event.hash) != 0)
		err =
		    bt_fault_set(fault, BT_ECORRUPT, 0, "mirror holds another event %lld", (long long)mirror->head.seq);
	return err;
}

/* Away for now: the next look is some time from now. */
static void lose(struct bt_journal *journal, const char *why)
{
	if (journal->mirror.file)
		bt_log_line(journal->log, "journal", "mirror lost: %s", why);
	bt_mirror_close(&journal->mirror);
	journal->mirror.retry_boot_ms = bt_clock_boot_ms(journal->clock) + RETRY_MS;
}

static int cut_torn_end(struct bt_mirror *mirror)
{
	uint64_t len = 0;
	int sys = mirror->disk->size(mirror->file, &len);
	if (!sys && len > mirror->end)
		sys = mirror->disk->truncate(mirror->file, mirror->end);
	return sys ? sys : mirror->disk->sync_folder(mirror->disk->context, mirror->folder);
}

enum bt_err bt_mirror_find(struct bt_journal *journal, struct bt_fault *fault)
{
	struct bt_mirror *mirror = &journal->mirror;
	bool writes = journal->signer != NULL;
	if (!mirror->path[0])
		return BT_OK;
	bt_mirror_close(mirror);
	if (mirror->disk->open(mirror->disk->context, mirror->path, writes ? BT_DISK_CREATE : BT_DISK_EXISTING,
			       &mirror->file) != 0) {
		lose(journal, "not there");
		return BT_OK;
	}
	if (read_tail(journal) != BT_OK) {
		lose(journal, "cannot be read");
		return BT_OK;
	}
	enum bt_err err = compare_with_record(journal, fault);
	if (err == BT_OK && writes && cut_torn_end(mirror) != 0)
		lose(journal, "cannot be written");
	bt_log_line(journal->log, "journal", "mirror found, %lld events", (long long)mirror->head.seq);
	return err;
}

/* ---- following ---- */

/* Encode as many events as fit one write, from the one behind @p at on; @p at becomes the newest among them. */
static enum bt_err gather(struct bt_journal *journal, int64_t last, struct bt_head *at, struct bt_buf *out,
			  struct bt_fault *fault)
{
	struct bt_event event;
	enum bt_err err = BT_OK;
	while (err == BT_OK && at->seq < last && out->len < WRITE_MAX) {
		err = bt_store_event_at(&journal->store, at->seq + 1, &event, fault);
		if (err == BT_OK && bt_chain_check(&event) != BT_OK)
			err = bt_fault_set(fault, BT_ECORRUPT, 0, "event %lld is damaged", (long long)event.seq);
		if (err == BT_OK)
			err = bt_journal_line(&event, out);
		if (err != BT_OK)
			break;
		at->seq = event.seq;
		memcpy(at->hash, event.hash, sizeof event.hash);
	}
	return err;
}

static int append_lines(struct bt_mirror *mirror, struct bt_bytes lines)
{
	int sys = mirror->disk->write(mirror->file, mirror->end, lines.data, lines.len);
	return sys ? sys : mirror->disk->sync(mirror->file);
}

static enum bt_err give(struct bt_journal *journal, int64_t last, struct bt_fault *fault)
{
	struct bt_mirror *mirror = &journal->mirror;
	struct bt_buf text;
	enum bt_err err = BT_OK;
	bt_buf_init(&text, WRITE_MAX + BT_LINE_MAX);
	while (mirror->file && err == BT_OK && mirror->head.seq < last) {
		struct bt_head at = mirror->head;
		bt_buf_clear(&text);
		err = gather(journal, last, &at, &text, fault);
		if (err == BT_ENOMEM) /* the mirror's loss only; the events stand in both records */
			err = BT_OK;
		else if (err == BT_OK && append_lines(mirror, bt_buf_view(&text)) != 0)
			lose(journal, "cannot be written");
		else if (err == BT_OK)
			mirror->end += text.len;
		if (mirror->file && mirror->head.seq == at.seq)
			break;
		mirror->head = at;
	}
	bt_buf_fini(&text);
	return err;
}

enum bt_err bt_mirror_follow(struct bt_journal *journal, int64_t max, struct bt_fault *fault)
{
	struct bt_mirror *mirror = &journal->mirror;
	if (!mirror->path[0] || !journal->signer)
		return BT_OK;
	if (!mirror->file) {
		if (bt_clock_boot_ms(journal->clock) < mirror->retry_boot_ms)
			return BT_OK;
		enum bt_err err = bt_mirror_find(journal, fault);
		if (err != BT_OK || !mirror->file)
			return err;
	}
	int64_t missing = journal->head.seq - mirror->head.seq;
	return give(journal, missing > max ? mirror->head.seq + max : journal->head.seq, fault);
}

void bt_journal_mirror(const struct bt_journal *journal, struct bt_mirror_status *out)
{
	const struct bt_mirror *mirror = &journal->mirror;
	*out = (struct bt_mirror_status){.state = BT_MIRROR_NONE, .required = mirror->required};
	if (!mirror->path[0])
		return;
	out->behind = journal->head.seq - mirror->head.seq;
	if (!mirror->file)
		out->state = BT_MIRROR_MISSING;
	else
		out->state = out->behind > 0 ? BT_MIRROR_BEHIND : BT_MIRROR_WHOLE;
}

bool bt_mirror_verify(struct bt_journal *journal)
{
	struct bt_mirror *mirror = &journal->mirror;
	struct bt_lines lines;
	struct bt_event line, event;
	int64_t seq = 0;
	if (!mirror->file)
		return true;
	enum bt_err err = bt_lines_open(&lines, mirror->disk, mirror->file, 0);
	while (err == BT_OK && (err = bt_lines_next(&lines, &line)) == BT_OK) {
		if (line.seq != ++seq || bt_store_event_at(&journal->store, seq, &event, NULL) != BT_OK ||
		    memcmp(event.hash, line.hash, sizeof event.hash) != 0 ||
		    memcmp(event.signature, line.signature, sizeof event.signature) != 0)
			err = BT_ECORRUPT;
	}
	bt_lines_close(&lines);
	return err == BT_ENOTFOUND && seq == mirror->head.seq;
}
