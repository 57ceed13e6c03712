#include "core/journal/mirror.h"

#include <string.h>

#include "core/base/file.h"
#include "core/journal/lines.h"
#include "core/journal/state.h"

#define RETRY_MS  10000
#define WRITE_MAX (256 * 1024) /* bytes given to the disk at once */

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

void bt_mirror_fini(struct bt_mirror *mirror)
{
	struct bt_mirror_job *job = &mirror->job;
	if (mirror->is_given)
		(void)!bt_mirror_writer_wait(mirror->writer, -1);
	bt_mirror_writer_stop(mirror->writer);
	mirror->writer = NULL;
	/* What was found and never taken. */
	if (job->task == BT_MIRROR_LOOK && job->err == BT_OK && job->tail.file)
		mirror->disk->close(job->tail.file);
	if (job->task == BT_MIRROR_CUT)
		mirror->disk->close(job->file);
	bt_mirror_tail_fini(&job->tail);
	bt_buf_fini(&job->text);
	job->task = BT_MIRROR_IDLE;
	mirror->is_given = false;
	if (mirror->file)
		mirror->disk->close(mirror->file);
	mirror->file = NULL;
}

/* ---- finding it ---- */

/* A whole line is the record's own event, or of a record that went on otherwise; the own event with another signature
 * is neither. */
static bool is_own_mutilated(struct bt_journal *journal, const struct bt_mirror_line *line)
{
	struct bt_event event;
	return line->seq <= journal->head.seq && bt_store_event_at(&journal->store, line->seq, &event, NULL) == BT_OK &&
	       memcmp(event.hash, line->hash, sizeof event.hash) == 0 &&
	       memcmp(event.signature, line->signature, sizeof event.signature) != 0;
}

/* The first damaged line ends what counts; a whole one behind it is only noted. @return false: a file without one whole
 * line at its end, though it is long, is no mirror to go on with. */
static bool weigh(struct bt_journal *journal, const struct bt_mirror_tail *tail)
{
	struct bt_mirror *mirror = &journal->mirror;
	bool damaged = false;
	mirror->end = tail->at;
	mirror->head = (struct bt_head){0};
	mirror->ahead = 0;
	for (size_t i = 0; i < tail->count; i++) {
		const struct bt_mirror_line *line = &tail->lines[i];
		if (line->seq == 0 || is_own_mutilated(journal, line)) {
			damaged = true;
		} else if (damaged) {
			mirror->ahead = line->seq;
		} else {
			mirror->end = line->end;
			mirror->head.seq = line->seq;
			memcpy(mirror->head.hash, line->hash, sizeof mirror->head.hash);
		}
	}
	return mirror->head.seq != 0 || tail->at == 0;
}

static enum bt_err compare_with_record(struct bt_journal *journal, struct bt_fault *fault)
{
	const struct bt_mirror *mirror = &journal->mirror;
	struct bt_event event;
	int64_t newest = mirror->ahead > mirror->head.seq ? mirror->ahead : mirror->head.seq;
	/* Looked for aside, the record may have gone on meanwhile. */
	if (newest > mirror->looked_seq)
		return bt_fault_set(fault, BT_ECORRUPT, 0, "mirror ends at %lld, database at %lld", (long long)newest,
				    (long long)mirror->looked_seq);
	if (mirror->head.seq == 0)
		return BT_OK;
	enum bt_err err = bt_store_event_at(&journal->store, mirror->head.seq, &event, fault);
	if (err == BT_OK && memcmp(event.hash, mirror->head.hash, sizeof event.hash) != 0)
		err =
		    bt_fault_set(fault, BT_ECORRUPT, 0, "mirror holds another event %lld", (long long)mirror->head.seq);
	return err;
}

/* Away for now: the next look is some time from now. @p file is closed when there is one. */
static void lose(struct bt_journal *journal, struct bt_disk_file *file, const char *why)
{
	struct bt_mirror *mirror = &journal->mirror;
	bt_log_line(journal->log, "journal", "mirror lost: %s", why);
	mirror->file = NULL;
	mirror->retry_boot_ms = bt_clock_boot_ms(journal->clock) + RETRY_MS;
	if (file) {
		mirror->job.task = BT_MIRROR_CLOSE;
		mirror->job.file = file;
	}
}

static void found(struct bt_journal *journal, struct bt_disk_file *file)
{
	journal->mirror.file = file;
	bt_log_line(journal->log, "journal", "mirror found, %lld events", (long long)journal->mirror.head.seq);
}

static enum bt_err judge_look(struct bt_journal *journal, struct bt_disk_file *file, const struct bt_mirror_tail *tail,
			      struct bt_fault *fault)
{
	struct bt_mirror *mirror = &journal->mirror;
	if (!weigh(journal, tail)) {
		lose(journal, file, "cannot be read");
		return BT_OK;
	}
	enum bt_err err = compare_with_record(journal, fault);
	if (err == BT_OK && journal->signer) {
		mirror->job.task = BT_MIRROR_CUT;
		mirror->job.file = file;
		mirror->job.at = mirror->end;
		mirror->job.folder = mirror->folder;
	} else {
		found(journal, file);
	}
	return err;
}

/* Each takes what became of one task; it may leave the next one to be done. */
static enum bt_err take_look(struct bt_journal *journal, const struct bt_mirror_job *done, struct bt_fault *fault)
{
	struct bt_mirror_tail tail = done->tail;
	enum bt_err err = BT_OK;
	journal->mirror.job.tail = (struct bt_mirror_tail){0};
	if (done->err == BT_ENOTFOUND)
		journal->mirror.retry_boot_ms = bt_clock_boot_ms(journal->clock) + RETRY_MS;
	else if (done->err != BT_OK)
		lose(journal, NULL, "cannot be read");
	else
		err = judge_look(journal, tail.file, &tail, fault);
	bt_mirror_tail_fini(&tail);
	return err;
}

static enum bt_err take_cut(struct bt_journal *journal, const struct bt_mirror_job *done, struct bt_fault *fault)
{
	(void)fault;
	if (done->err == BT_OK)
		found(journal, done->file);
	else
		lose(journal, done->file, "cannot be written");
	return BT_OK;
}

static enum bt_err take_write(struct bt_journal *journal, const struct bt_mirror_job *done, struct bt_fault *fault)
{
	struct bt_mirror *mirror = &journal->mirror;
	size_t len = done->text.len;
	(void)fault;
	bt_buf_fini(&mirror->job.text);
	if (done->err != BT_OK) {
		lose(journal, mirror->file, "cannot be written");
		return BT_OK;
	}
	mirror->end += len;
	mirror->head = mirror->sent;
	return BT_OK;
}

static enum bt_err take_close(struct bt_journal *journal, const struct bt_mirror_job *done, struct bt_fault *fault)
{
	(void)journal;
	(void)done;
	(void)fault;
	return BT_OK;
}

/* Go on until nothing is asked of the disk any more, or the thread beside it has not done it within @p wait_ms.
 * @return BT_OK, also then; BT_ECORRUPT: it was found, and is not the record's. */
static enum bt_err settle(struct bt_journal *journal, int wait_ms, struct bt_fault *fault)
{
	static enum bt_err (*const takers[BT_MIRROR_TASKS])(struct bt_journal *, const struct bt_mirror_job *,
							    struct bt_fault *) = {[BT_MIRROR_LOOK] = take_look,
										  [BT_MIRROR_CUT] = take_cut,
										  [BT_MIRROR_WRITE] = take_write,
										  [BT_MIRROR_CLOSE] = take_close};
	struct bt_mirror *mirror = &journal->mirror;
	enum bt_err err = BT_OK;
	while (err == BT_OK && mirror->job.task != BT_MIRROR_IDLE) {
		if (!mirror->writer)
			bt_mirror_job_run(mirror->disk, &mirror->job);
		else if (!mirror->is_given)
			bt_mirror_writer_give(mirror->writer, &mirror->job);
		mirror->is_given = mirror->writer != NULL;
		if (mirror->writer && bt_mirror_writer_wait(mirror->writer, wait_ms) != BT_OK)
			break;
		mirror->is_given = false;
		const struct bt_mirror_job done = mirror->job;
		mirror->job.task = BT_MIRROR_IDLE;
		err = takers[done.task](journal, &done, fault);
	}
	return err;
}

static enum bt_err look(struct bt_journal *journal, int wait_ms, struct bt_fault *fault)
{
	struct bt_mirror *mirror = &journal->mirror;
	mirror->looked_seq = journal->head.seq;
	mirror->job.task = BT_MIRROR_LOOK;
	mirror->job.path = mirror->path;
	mirror->job.how = journal->signer ? BT_DISK_CREATE : BT_DISK_EXISTING;
	return settle(journal, wait_ms, fault);
}

enum bt_err bt_mirror_find(struct bt_journal *journal, struct bt_fault *fault)
{
	struct bt_mirror *mirror = &journal->mirror;
	if (!mirror->path[0])
		return BT_OK;
	if (mirror->file)
		mirror->disk->close(mirror->file);
	mirror->file = NULL;
	return look(journal, -1, fault);
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

static enum bt_err give(struct bt_journal *journal, int64_t last, int wait_ms, struct bt_fault *fault)
{
	struct bt_mirror *mirror = &journal->mirror;
	struct bt_mirror_job *job = &mirror->job;
	enum bt_err err = BT_OK;
	while (err == BT_OK && job->task == BT_MIRROR_IDLE && mirror->file && mirror->head.seq < last) {
		mirror->sent = mirror->head;
		bt_buf_init(&job->text, WRITE_MAX + BT_LINE_MAX);
		err = gather(journal, last, &mirror->sent, &job->text, fault);
		if (err != BT_OK) {
			bt_buf_fini(&job->text);
			break;
		}
		job->task = BT_MIRROR_WRITE;
		job->file = mirror->file;
		job->at = mirror->end;
		err = settle(journal, wait_ms, fault);
	}
	return err == BT_ENOMEM ? BT_OK : err; /* out of memory: a loss of the mirror only, made good later */
}

enum bt_err bt_mirror_write_aside(struct bt_mirror *mirror)
{
	return mirror->path[0] ? bt_mirror_writer_start(mirror->disk, &mirror->writer) : BT_OK;
}

enum bt_err bt_mirror_follow(struct bt_journal *journal, int64_t max, int wait_ms, struct bt_fault *fault)
{
	struct bt_mirror *mirror = &journal->mirror;
	if (!mirror->path[0] || !journal->signer)
		return BT_OK;
	/* Who waited for this piece once does not wait for it again. */
	enum bt_err err = settle(journal, wait_ms < 0 ? wait_ms : 0, fault);
	if (err != BT_OK || mirror->job.task != BT_MIRROR_IDLE)
		return err;
	if (!mirror->file) {
		if (bt_clock_boot_ms(journal->clock) < mirror->retry_boot_ms)
			return BT_OK;
		err = look(journal, wait_ms < 0 ? wait_ms : 0, fault);
		if (err != BT_OK || !mirror->file)
			return err;
	}
	int64_t missing = journal->head.seq - mirror->head.seq;
	return give(journal, missing > max ? mirror->head.seq + max : journal->head.seq, wait_ms, fault);
}

bool bt_mirror_wants_more(const struct bt_journal *journal)
{
	const struct bt_mirror *mirror = &journal->mirror;
	return journal->signer && mirror->file && mirror->head.seq < journal->head.seq;
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
	enum bt_err err = settle(journal, -1, NULL);
	if (err != BT_OK || !mirror->file)
		return err == BT_OK;
	err = bt_lines_open(&lines, mirror->disk, mirror->file, 0);
	while (err == BT_OK && (err = bt_lines_next(&lines, &line)) == BT_OK) {
		if (line.seq != ++seq || bt_store_event_at(&journal->store, seq, &event, NULL) != BT_OK ||
		    memcmp(event.hash, line.hash, sizeof event.hash) != 0 ||
		    memcmp(event.signature, line.signature, sizeof event.signature) != 0)
			err = BT_ECORRUPT;
	}
	bt_lines_close(&lines);
	return err == BT_ENOTFOUND && seq == mirror->head.seq;
}
