/* Crashes and full disks: a process killed at any moment loses nothing it was told is safe; a second process is kept
 * out; a disk that fills up lets the sale in hand finish.
 *
 * rooms: core/journal core/base core/money */
#include "tests/unit/journal_fixture.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "core/journal/hold.h"

#define KILLS 40

static int make(void **state)
{
	static struct fixture f;
	fixture_make(&f);
	*state = &f;
	return 0;
}

static int end(void **state)
{
	fixture_end(*state);
	return 0;
}

static int reap(pid_t child)
{
	int status = -1;
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

/* Sell until killed; each acknowledged head goes down the pipe. */
static void sell_for_ever(struct fixture *f, int first, int out)
{
	if (fixture_open(f) != BT_OK)
		_exit(1);
	for (int i = first;; i++) {
		if (fixture_put_paid(f, i, 16 * i) != BT_OK || fixture_put_tokened(f, i, 16 * i) != BT_OK)
			_exit(2);
		int64_t seq = bt_journal_head(f->journal).seq;
		if (write(out, &seq, sizeof seq) != (ssize_t)sizeof seq)
			_exit(3);
	}
}

/* Let a seller run for @p rounds acknowledgements and a little more, then kill it; the last it acknowledged. */
static int64_t kill_a_seller(struct fixture *f, int first, int rounds, unsigned spin)
{
	int ends[2];
	int64_t seq = 0, last = 0;
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(ends[0]);
		sell_for_ever(f, first, ends[1]);
	}
	close(ends[1]);
	for (int i = 0; i < rounds && read(ends[0], &seq, sizeof seq) == (ssize_t)sizeof seq; i++)
		last = seq;
	for (volatile unsigned i = 0; i < spin; i++)
		continue;
	assert_int_equal(kill(child, SIGKILL), 0);
	while (read(ends[0], &seq, sizeof seq) == (ssize_t)sizeof seq)
		last = seq;
	close(ends[0]);
	int status = reap(child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	return last;
}

/* Sell in a process that dies at once, so that its log stays. */
static void sell_and_die(struct fixture *f, int sale)
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(fixture_open(f) == BT_OK && fixture_put_paid(f, sale, 16 * sale) == BT_OK ? 0 : 1);
	assert_int_equal(reap(child), 0);
}

/* A put that a cut tore apart is gone for good: were its bytes left in the log, the sectors of a later put that is cut
 * in its turn could make it whole again. */
static void a_torn_put_leaves_nothing_in_the_log(void **state)
{
	struct fixture *f = *state;
	size_t len = 0, head_len = 0;
	sell_and_die(f, 1);
	assert_int_equal(fixture_open(f), BT_OK);
	int64_t before = bt_journal_head(f->journal).seq;
	fixture_close(f);
	uint8_t *head = fixture_load_frames(f, &head_len);
	sell_and_die(f, 2);
	uint8_t *log = fixture_load(f, "journal.db-wal", &len);
	assert_true(len > 8192);
	log[len - 600] ^= 1; /* the last sector of the put */
	fixture_save(f, "journal.db-wal", log, len);
	fixture_save(f, "journal.head", head, head_len);
	free(log);
	assert_int_equal(fixture_open(f), BT_OK);
	assert_int_equal(bt_journal_head(f->journal).seq, before);
	log = fixture_load(f, "journal.db-wal", &len);
	assert_int_equal(len, 0);
	free(log);
	free(head);
}

static void killed_at_any_moment(void **state)
{
	struct fixture *f = *state;
	struct bt_journal_report report;
	unsigned seed = 12345;
	int next = 1;
	for (int i = 0; i < KILLS; i++) {
		seed = seed * 1103515245u + 12345u;
		int64_t acknowledged = kill_a_seller(f, next, 1 + i % 7, (seed >> 8) % 400000);
		assert_int_equal(fixture_open(f), BT_OK);
		assert_true(acknowledged > 0 && bt_journal_head(f->journal).seq >= acknowledged);
		assert_int_equal(bt_journal_verify(f->journal, &report, &f->fault), BT_OK);
		next = (int)report.sales + 1;
		fixture_close(f);
	}
}

static void second_process_is_told_who(void **state)
{
	struct fixture *f = *state;
	char pid[32];
	int ready[2], done[2];
	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(done), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(ready[0]);
		close(done[1]);
		char c = fixture_open(f) == BT_OK ? 'y' : 'n';
		if (write(ready[1], &c, 1) != 1 || read(done[0], &c, 1) != 0)
			_exit(1);
		_exit(0);
	}
	close(ready[1]);
	close(done[0]);
	char c = 0;
	assert_int_equal(read(ready[0], &c, 1), 1);
	assert_int_equal(c, 'y');
	assert_int_equal(fixture_open(f), BT_EBUSY);
	snprintf(pid, sizeof pid, "process %ld", (long)child);
	assert_non_null(strstr(f->fault.what, pid));
	struct bt_signer *signer = f->signer;
	f->signer = NULL; /* a reader is kept out too */
	assert_int_equal(fixture_open(f), BT_EBUSY);
	f->signer = signer;
	close(done[1]);
	assert_int_equal(reap(child), 0);
	close(ready[0]);
	assert_int_equal(fixture_open(f), BT_OK);
}

/* Writes beyond a file size fail like those to a broken disk: the journal stops, and what was acknowledged stands. */
static void failing_writes_stop_for_good(void **state)
{
	struct fixture *f = *state;
	for (rlim_t limit = 8 << 20; limit < 9 << 20; limit += 300 << 10) {
		int64_t seqs[2] = {0};
		int ends[2];
		assert_int_equal(pipe(ends), 0);
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			int sale = (int)(limit >> 10) * 1000;
			(void)signal(SIGXFSZ, SIG_IGN);
			const struct rlimit size = {limit - (8 << 20) + (140 << 10), RLIM_INFINITY};
			if (fixture_open(f) != BT_OK || setrlimit(RLIMIT_FSIZE, &size) != 0)
				_exit(1);
			enum bt_err err = BT_OK;
			for (int i = 0; i < 2000 && err == BT_OK; i++) {
				seqs[0] = bt_journal_head(f->journal).seq;
				err = fixture_put_paid(f, sale + i, 0);
			}
			seqs[1] = bt_journal_head(f->journal).seq;
			if (err != BT_EDISK || fixture_put(f, BT_EVENT_UNSEAL, 0, "{}") != BT_EDISK ||
			    bt_journal_state(f->journal) != BT_EDISK ||
			    write(ends[1], seqs, sizeof seqs) != (ssize_t)sizeof seqs)
				_exit(2);
			bt_journal_close(f->journal);
			_exit(0);
		}
		close(ends[1]);
		assert_int_equal(read(ends[0], seqs, sizeof seqs), sizeof seqs);
		close(ends[0]);
		assert_int_equal(reap(child), 0);
		assert_int_equal(seqs[0], seqs[1]);
		assert_int_equal(fixture_open(f), BT_OK);
		struct bt_journal_report report;
		assert_true(bt_journal_head(f->journal).seq >= seqs[1]);
		assert_true(bt_journal_head(f->journal).seq <= seqs[1] + 1); /* all there or not there at all */
		assert_int_equal(bt_journal_verify(f->journal, &report, NULL), BT_OK);
		fixture_close(f);
	}
}

/* Fill the file system of the folder but for @p leave bytes. */
static bool fill_disk(const struct fixture *f, int64_t leave)
{
	char path[128];
	struct bt_hold look = {.lock_fd = -1, .disk = bt_disk_system()};
	fixture_path(f, "filler", path);
	bt_text_copy(look.dir, sizeof look.dir, f->dir);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	int64_t size = bt_hold_free_bytes(&look) - leave;
	bool good = fd >= 0 && size > 0 && fallocate(fd, 0, 0, size) == 0;
	close(fd);
	return good;
}

/* In a mount namespace of its own. */
static bool mount_small_disk(const struct fixture *f)
{
	return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("none", f->dir, "tmpfs", 0, "size=24m") == 0;
}

/* 0 good, 77 not permitted here, else what went wrong. */
static int sell_on_a_full_disk(struct fixture *f)
{
	struct bt_journal_report report;
	if (!mount_small_disk(f))
		return 77;
	if (fixture_open(f) != BT_OK || !f->journal || bt_journal_free_bytes(f->journal) > 17 << 20)
		return 2;
	if (fixture_put_paid(f, 1, 16) != BT_OK || !fill_disk(f, 8192))
		return 3;
	/* The sale in hand finishes: the ballast is given back for it. */
	for (int i = 0; i < 20; i++) {
		if (fixture_put(f, BT_EVENT_VENDING, 1, "{\"rev\":1}") != BT_OK)
			return 4;
	}
	if (fixture_put_tokened(f, 1, 16) != BT_OK || bt_journal_state(f->journal) != BT_OK)
		return 5;
	if (bt_journal_free_bytes(f->journal) < 4 << 20)
		return 6; /* the ballast was not used: nothing was tried */
	/* Fuller again, and no ballast: a new sale is refused before anything is written, the old one goes on. */
	char path[128];
	fixture_path(f, "filler", path);
	if (truncate(path, 0) != 0 || !fill_disk(f, 600 << 10))
		return 7;
	int64_t head = bt_journal_head(f->journal).seq;
	if (fixture_put_paid(f, 2, 32) != BT_ENOSPC || bt_journal_head(f->journal).seq != head)
		return 8;
	if (fixture_put(f, BT_EVENT_PRINTED, 1, "{\"copy\":1,\"result\":\"confirmed\"}") != BT_OK)
		return 9;
	/* At the very end it stops, with everything acknowledged still there. */
	enum bt_err err = BT_OK;
	for (int i = 0; i < 5000 && err == BT_OK; i++)
		err = fixture_put(f, BT_EVENT_PRINTED, 1, "{\"copy\":1,\"result\":\"confirmed\"}");
	head = bt_journal_head(f->journal).seq;
	if (err != BT_ENOSPC || bt_journal_state(f->journal) != BT_ENOSPC)
		return 10;
	fixture_close(f);
	if (unlink(path) != 0 || fixture_open(f) != BT_OK || bt_journal_head(f->journal).seq < head ||
	    bt_journal_verify(f->journal, &report, NULL) != BT_OK || fixture_put_paid(f, 2, 32) != BT_OK)
		return 11;
	fixture_close(f);
	return 0;
}

/* Killed with puts in SQLite's log alone, and meanwhile others have filled the disk: it opens, and no sale is begun. */
static int start_on_a_full_disk(struct fixture *f)
{
	if (!mount_small_disk(f))
		return 77;
	pid_t killed = fork();
	if (killed == 0) {
		enum bt_err err = fixture_open(f) ? BT_ESTATE : fixture_put_paid(f, 1, 16);
		for (int i = 0; i < 60 && err == BT_OK; i++)
			err = fixture_put(f, BT_EVENT_VENDING, 1, "{\"rev\":1}");
		_exit(err == BT_OK ? 0 : 1);
	}
	int status = reap(killed);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || !fill_disk(f, 4096))
		return 2;
	if (fixture_open(f) != BT_OK || bt_journal_head(f->journal).seq < 61)
		return 3;
	if (fixture_put_tokened(f, 1, 16) != BT_OK || bt_journal_state(f->journal) != BT_OK)
		return 4;
	fixture_close(f);
	return 0;
}

static void run_on_small_disk(struct fixture *f, int (*run)(struct fixture *f))
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(run(f));
	int status = reap(child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void full_disk(void **state)
{
	run_on_small_disk(*state, sell_on_a_full_disk);
}

static void full_disk_at_the_start(void **state)
{
	run_on_small_disk(*state, start_on_a_full_disk);
}

/* A put of several events that was cut between the records: some or none of its frames are there. */
static void frames_completed_after_a_cut(void **state)
{
	struct fixture *f = *state;
	char body[3][1024], ids[3][37];
	struct bt_event_in events[3];
	size_t len = 0, now = 0;
	assert_int_equal(fixture_open(f), BT_OK);
	assert_int_equal(fixture_put_paid(f, 1, 16), BT_OK);
	for (int i = 0; i < 3; i++)
		events[i] = (struct bt_event_in){.kind = BT_EVENT_PAID,
						 .sale_id = fixture_sale_id(i + 2, ids[i]),
						 .body = bt_bytes_of(fixture_paid(i + 2, 16 * (i + 2), body[i]))};
	assert_int_equal(bt_journal_put(f->journal, events, 3, &f->fault), BT_OK);
	fixture_close(f);
	uint8_t *head = fixture_load_frames(f, &len);
	for (size_t cut = 2 * 64; cut <= len; cut += 7) {
		fixture_save(f, "journal.head", head, cut);
		struct bt_signer *signer = f->signer;
		f->signer = NULL; /* a reader writes nothing and sees only what is in both */
		assert_int_equal(fixture_open(f), BT_OK);
		assert_int_equal(bt_journal_head(f->journal).seq, cut / 64);
		fixture_close(f);
		f->signer = signer;
		assert_int_equal(fixture_open(f), BT_OK);
		assert_int_equal(bt_journal_head(f->journal).seq, 5);
		fixture_close(f);
		uint8_t *again = fixture_load_frames(f, &now);
		assert_int_equal(now, len);
		assert_memory_equal(again, head, len);
		free(again);
	}
	fixture_save(f, "journal.head", head, 2 * 64 - 1);
	assert_int_equal(fixture_open(f), BT_ECORRUPT);
	free(head);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_torn_put_leaves_nothing_in_the_log, make, end),
	    cmocka_unit_test_setup_teardown(killed_at_any_moment, make, end),
	    cmocka_unit_test_setup_teardown(second_process_is_told_who, make, end),
	    cmocka_unit_test_setup_teardown(failing_writes_stop_for_good, make, end),
	    cmocka_unit_test_setup_teardown(full_disk, make, end),
	    cmocka_unit_test_setup_teardown(full_disk_at_the_start, make, end),
	    cmocka_unit_test_setup_teardown(frames_completed_after_a_cut, make, end),
	};
	return cmocka_run_group_tests_name("journal crash", tests, NULL, NULL);
}
