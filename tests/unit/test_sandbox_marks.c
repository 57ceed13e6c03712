/* What no backup takes back: eras, terminals and withdrawals, lanes and the ends of their leases.
 *
 * rooms: core/sandbox
 * Rules: PROTOCOL H4, H5, T4, L1. */
#include "tests/unit/sandbox_fixture.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "core/sandbox/bytes.h"
#include "core/sandbox/crypto.h"
#include "core/sandbox/grants.h"
#include "core/sandbox/lanes.h"
#include "core/sandbox/marks.h"
#include "core/sandbox/terminal.h"

#define LIFE (72 * BT_SBX_HOUR_MS)
#define WAIT (5 * BT_SBX_LANES * BT_SBX_MINUTE_MS)
/* A forgotten lane may have been of any n. */
#define WAIT_MOST (5 * BT_SBX_LANES_MOST * BT_SBX_MINUTE_MS)
#define LONGEST                                                                                                        \
	(BT_SBX_LEASE_HOURS_MAX * BT_SBX_HOUR_MS + (int64_t)BT_SBX_GRANTS_MAX * BT_SBX_GRANT_DAYS * BT_SBX_DAY_MS)

static int open_bench(void **state)
{
	struct head_end *bench = calloc(1, sizeof *bench);
	assert_non_null(bench);
	head_end_open(bench, 0);
	head_end_set_clock(HEAD_END_NOW);
	bench->sbx.lease.grants = 1;
	*state = bench;
	return 0;
}

/* ---- the backup of a ledger, and a ledger put back: nothing else of the folder is touched ---- */

static void copy(const struct head_end *bench, const char *from, const char *into)
{
	char path[128];
	sqlite3 *source = NULL, *target = NULL;
	snprintf(path, sizeof path, "%s/%s", bench->dir, from);
	assert_int_equal(sqlite3_open(path, &source), SQLITE_OK);
	snprintf(path, sizeof path, "%s/%s", bench->dir, into);
	assert_int_equal(sqlite3_open(path, &target), SQLITE_OK);
	sqlite3_backup *backup = sqlite3_backup_init(target, "main", source, "main");
	assert_non_null(backup);
	assert_int_equal(sqlite3_backup_step(backup, -1), SQLITE_DONE);
	assert_int_equal(sqlite3_backup_finish(backup), SQLITE_OK);
	sqlite3_close(target);
	sqlite3_close(source);
}

static void back_up(const struct head_end *bench)
{
	copy(bench, "ledger.db", "backup.db");
}

static void put_back(struct head_end *bench)
{
	bt_sbx_close(&bench->sbx);
	copy(bench, "backup.db", "ledger.db");
	assert_true(bt_sbx_open(bench->dir, &bench->sbx));
	assert_true(bt_sbx_begin_era(&bench->sbx));
}

static void lose_marks(const struct head_end *bench)
{
	assert_int_equal(unlinkat(bench->sbx.dir_fd, "marks", 0), 0);
}

/* ---- what is given out ---- */

static struct bt_sbx_terminal enrol(struct head_end *bench)
{
	struct bt_sbx_terminal terminal = {.lane = -1};
	uint8_t receipt_key[32];
	bt_sbx_random(terminal.journal_key, sizeof terminal.journal_key);
	bt_sbx_random(terminal.vault_key, sizeof terminal.vault_key);
	bt_sbx_random(receipt_key, sizeof receipt_key);
	assert_true(bt_sbx_store_begin(bench->sbx.db));
	assert_true(bt_sbx_terminal_place(&bench->sbx, bt_sbx_now_ms(), &terminal));
	assert_true(bt_sbx_terminal_put(bench->sbx.db, &terminal));
	assert_true(bt_sbx_receipt_key_put(bench->sbx.db, terminal.number, receipt_key));
	assert_true(bt_sbx_mark_terminal(&bench->sbx, &terminal));
	assert_true(bt_sbx_store_commit(bench->sbx.db));
	return terminal;
}

static bool can_enrol(struct head_end *bench, int64_t at, struct bt_sbx_terminal *out)
{
	return bt_sbx_terminal_place(&bench->sbx, at, out);
}

static int64_t take_lease(struct head_end *bench, const char *terminal)
{
	json_t *answer;
	assert_int_equal(head_end_call(bench, terminal, "GET", "/v1/lease", "", &answer), 200);
	json_decref(answer);
	return bt_sbx_store_count(bench->sbx.db, 0, "SELECT max(number) FROM leases WHERE terminal=?", "t", terminal);
}

static void fill_lanes(struct head_end *bench)
{
	for (int i = 1; i < BT_SBX_LANES; i++)
		(void)enrol(bench);
}

/* ---- the text ---- */

#define KNOWN 300

static struct bt_sbx_marks sample(int lanes, int terminals)
{
	struct bt_sbx_marks marks = {.era = 3, .terminal = 156, .forgotten = 8, .lane_count = lanes};
	for (int i = 0; i < lanes; i++)
		marks.lanes[i] = (struct bt_sbx_lane_mark){.index = i % 128,
							   .count = 128,
							   .floor = 0xFFFFFF,
							   .terminal = 9000 + i,
							   .given = INT64_MAX - 5,
							   .lease = INT64_MAX,
							   .from = INT64_MAX - 7,
							   .until = INT64_MAX - i};
	for (int i = 0; i < terminals; i++) {
		/* Made in disorder: they stand by number. */
		struct bt_sbx_terminal_mark *terminal = bt_sbx_marks_terminal(&marks, 9999 - (i * 7) % terminals);
		assert_non_null(terminal);
		terminal->index = 127;
		terminal->count = 128;
		terminal->floor = 0xFFFFFF;
		terminal->enrolled = INT64_MAX;
		terminal->withdrawn = i % 3 ? 0 : INT64_MAX - i;
		memset(terminal->journal_key, i, sizeof terminal->journal_key);
		memset(terminal->receipt_key, i + 1, sizeof terminal->receipt_key);
		memset(terminal->sealed, 255 - i % 256, sizeof terminal->sealed);
	}
	return marks;
}

static void marks_read_what_they_wrote(void **state)
{
	struct bt_sbx_marks wrote = sample(BT_SBX_MARKS_MAX, KNOWN), read = {.era = 0};
	(void)state;
	char *text = bt_sbx_marks_write(&wrote);
	assert_non_null(text);
	assert_true(bt_sbx_marks_read(text, &read));
	assert_int_equal(read.era, 3);
	assert_int_equal(read.terminal, 156);
	assert_int_equal(read.forgotten, 8);
	assert_int_equal(read.lane_count, BT_SBX_MARKS_MAX);
	assert_memory_equal(wrote.lanes, read.lanes, sizeof read.lanes);
	assert_int_equal(read.terminal_count, KNOWN);
	for (int i = 0; i < KNOWN; i++)
		assert_int_equal(read.terminals[i].number, 10000 - KNOWN + i);
	assert_memory_equal(wrote.terminals, read.terminals, KNOWN * sizeof *read.terminals);
	free(text);
	bt_sbx_marks_fini(&read);
	bt_sbx_marks_fini(&wrote);
}

/* Every number that a terminal can have, every lane, each line as long as it can be. */
static void marks_have_room_for_all(void **state)
{
	struct bt_sbx_marks wrote = sample(BT_SBX_MARKS_MAX, BT_SBX_MARKS_KNOWN), read = {.era = 0};
	(void)state;
	assert_null(bt_sbx_marks_terminal(&wrote, BT_SBX_MARKS_KNOWN));
	char *text = bt_sbx_marks_write(&wrote);
	assert_non_null(text);
	assert_true(strlen(text) < BT_SBX_MARKS_TEXT);
	assert_true(bt_sbx_marks_read(text, &read));
	assert_int_equal(read.terminal_count, BT_SBX_MARKS_KNOWN);
	free(text);
	bt_sbx_marks_fini(&read);
	bt_sbx_marks_fini(&wrote);
}

/* Every beginning of it, every character changed: none is taken for whole, and nothing is given back of it. */
static void marks_refuse_what_is_not_whole(void **state)
{
	struct bt_sbx_marks wrote = sample(5, 3), read = {.era = 77};
	(void)state;
	char *text = bt_sbx_marks_write(&wrote);
	assert_non_null(text);
	size_t len = strlen(text);
	char *torn = calloc(1, len + 2);
	assert_non_null(torn);
	for (size_t i = 0; i < len; i++) {
		memcpy(torn, text, len);
		torn[i] = '\0';
		assert_false(bt_sbx_marks_read(torn, &read));
		memcpy(torn, text, len);
		torn[i] ^= 1;
		assert_false(bt_sbx_marks_read(torn, &read));
	}
	memcpy(torn, text, len);
	torn[len] = 'x';
	assert_false(bt_sbx_marks_read(torn, &read));
	assert_int_equal(read.era, 77);
	assert_null(read.terminals);
	free(torn);
	free(text);
	bt_sbx_marks_fini(&wrote);
}

/* As the version before wrote it; the sum is by sha256sum. */
static void marks_of_the_version_before_are_read(void **state)
{
	static const char text[] =
	    "batti-marks 2\n"
	    "era 4\n"
	    "terminal 143\n"
	    "forgotten 0\n"
	    "lanes 2\n"
	    "lane 3 of 16 above 0 terminal 142 given 1795350245000 lease 1 from 1795349945000 until 1795609445000\n"
	    "lane 4 of 16 above 0 terminal 143 given 1795350245000 lease 1 from 1795349945000 until 1795609445000\n"
	    "sum 50da435281539217b6050ad2e21eaa7ca02d12e8e22aa8da68ea66fc1bcd6d0a\n";
	struct bt_sbx_marks read = {.era = 0};
	(void)state;
	assert_true(bt_sbx_marks_read(text, &read));
	assert_int_equal(read.era, 4);
	assert_int_equal(read.terminal, 143);
	assert_int_equal(read.lane_count, 2);
	assert_int_equal(read.lanes[1].until, 1795609445000);
	assert_int_equal(read.terminal_count, 0);
}

/* ---- the file ---- */

static void marks_outlive_the_ledger(void **state)
{
	struct head_end *bench = *state;
	back_up(bench);
	struct bt_sbx_terminal first = enrol(bench);
	assert_string_equal(first.number, "0142");
	assert_int_equal(take_lease(bench, first.number), 1);
	put_back(bench);
	assert_int_equal(bench->sbx.era, 2);
	struct bt_sbx_terminal second = enrol(bench);
	assert_string_equal(second.number, "0143");
	assert_int_not_equal(second.lane, first.lane);
	assert_true(bt_sbx_terminal_revoke(&bench->sbx, second.number));
	/* The same backup once more: no era comes twice. */
	put_back(bench);
	assert_int_equal(bench->sbx.era, 3);
	struct bt_sbx_terminal third = enrol(bench);
	assert_string_equal(third.number, "0144");
	/* The second had no lease and is withdrawn: its lane is free, above a floor. */
	assert_int_equal(third.lane, second.lane);
	assert_int_equal(third.lane_floor, bt_sbx_tid_minute(HEAD_END_NOW) + 4 * BT_SBX_LANES);
}

static int64_t enrolled_at(struct head_end *bench, const char *terminal)
{
	return bt_sbx_store_count(bench->sbx.db, 0, "SELECT enrolled_at FROM terminals WHERE terminal=?", "t",
				  terminal);
}

/* Enrolled after the backup: it need not enrol again, and is waited for as any other that may have sold. */
static void marks_know_who_was_enrolled(void **state)
{
	struct head_end *bench = *state;
	struct bt_sbx_terminal again = {.lane = -1};
	uint8_t key[32], key_again[32];
	json_t *answer;
	back_up(bench);
	struct bt_sbx_terminal first = enrol(bench);
	int64_t at = enrolled_at(bench, first.number);
	assert_true(bt_sbx_receipt_key(bench->sbx.db, &first, key));
	assert_memory_not_equal(key, first.journal_key, sizeof key);
	assert_int_equal(take_lease(bench, first.number), 1);
	head_end_set_clock(HEAD_END_NOW + BT_SBX_HOUR_MS);
	put_back(bench);
	assert_true(bt_sbx_terminal_find(bench->sbx.db, first.number, &again));
	assert_int_equal(again.lane, first.lane);
	assert_int_equal(again.lanes, first.lanes);
	assert_int_equal(again.lane_floor, first.lane_floor);
	assert_memory_equal(again.journal_key, first.journal_key, sizeof again.journal_key);
	assert_memory_equal(again.vault_key, first.vault_key, sizeof again.vault_key);
	assert_true(bt_sbx_receipt_key(bench->sbx.db, &again, key_again));
	assert_memory_equal(key_again, key, sizeof key);
	assert_false(again.is_revoked);
	assert_int_equal(enrolled_at(bench, first.number), at);
	assert_int_equal(bt_sbx_store_count(bench->sbx.db, 0, "SELECT count(*) FROM lanes WHERE terminal='0142'", ""),
			 1);
	assert_int_equal(head_end_call(bench, first.number, "GET", "/v1/journal/head", "", &answer), 200);
	json_decref(answer);
	assert_true(bt_sbx_may_have_forgotten(&bench->sbx, HEAD_END_NOW, "", ""));
	assert_false(bt_sbx_may_have_forgotten(&bench->sbx, HEAD_END_NOW, "", first.number));
	assert_int_equal(take_lease(bench, first.number), 1000001);
}

/* The backup does not know which codes were used since: none of it is good any more. */
static void codes_end_with_a_restore(void **state)
{
	struct head_end *bench = *state;
	char used[BT_SBX_CODE_LEN + 1], left[BT_SBX_CODE_LEN + 1], next[BT_SBX_CODE_LEN + 1];
	assert_true(bt_sbx_code_make(bench->sbx.db, used));
	assert_true(bt_sbx_code_make(bench->sbx.db, left));
	back_up(bench);
	assert_true(bt_sbx_code_use(bench->sbx.db, used));
	put_back(bench);
	assert_false(bt_sbx_code_use(bench->sbx.db, used));
	assert_false(bt_sbx_code_use(bench->sbx.db, left));
	assert_true(bt_sbx_code_make(bench->sbx.db, next));
	assert_true(bt_sbx_code_use(bench->sbx.db, next));
}

/* It has keys that the restored ledger knows nothing of: a key change that came about without it is told to it before
 * it has a lease. */
static void marks_tell_of_keys(void **state)
{
	struct head_end *bench = *state;
	json_t *answer;
	back_up(bench);
	struct bt_sbx_terminal first = enrol(bench);
	put_back(bench);
	assert_true(bt_sbx_store_run(bench->sbx.db,
				     "INSERT INTO key_changes(meter, krn, base, stage, at) VALUES('1',2,2014,'due',?)",
				     "i", HEAD_END_NOW));
	assert_int_equal(head_end_call(bench, first.number, "GET", "/v1/lease", "", &answer), 409);
	assert_string_equal(head_end_code(answer), "directory_old");
	json_decref(answer);
}

static int64_t revoked_at(struct head_end *bench, const char *terminal)
{
	return bt_sbx_store_count(bench->sbx.db, 0, "SELECT revoked_at FROM terminals WHERE terminal=?", "t", terminal);
}

/* A stolen one is not back in office, whether the backup has it or not, however often it is put back. */
static void marks_know_who_was_withdrawn(void **state)
{
	struct head_end *bench = *state;
	json_t *answer;
	struct bt_sbx_terminal known = enrol(bench);
	back_up(bench);
	struct bt_sbx_terminal later = enrol(bench);
	assert_true(bt_sbx_terminal_revoke(&bench->sbx, known.number));
	assert_true(bt_sbx_terminal_revoke(&bench->sbx, later.number));
	int64_t at = revoked_at(bench, known.number);
	head_end_set_clock(HEAD_END_NOW + BT_SBX_HOUR_MS);
	for (int i = 0; i < 2; i++) {
		put_back(bench);
		assert_int_equal(revoked_at(bench, known.number), at);
		assert_int_equal(head_end_call(bench, known.number, "GET", "/v1/lease", "", &answer), 403);
		json_decref(answer);
		assert_int_equal(head_end_call(bench, later.number, "GET", "/v1/lease", "", &answer), 403);
		json_decref(answer);
		/* Its records are taken all the same. */
		assert_int_equal(head_end_call(bench, later.number, "GET", "/v1/journal/head", "", &answer), 200);
		json_decref(answer);
	}
}

/* No sooner than a forgotten lease ends, with what a code has added, and no later. */
static void marks_keep_forgotten_lanes(void **state)
{
	struct head_end *bench = *state;
	struct bt_sbx_terminal placed = {.lane = -1};
	struct bt_sbx_grant grant;
	int64_t end = HEAD_END_NOW + LIFE + BT_SBX_GRANT_DAYS * BT_SBX_DAY_MS + WAIT;
	fill_lanes(bench);
	assert_true(bt_sbx_terminal_revoke(&bench->sbx, "0150"));
	back_up(bench);
	assert_true(bt_sbx_store_run(bench->sbx.db, "UPDATE terminals SET revoked_at=NULL", ""));
	assert_int_equal(take_lease(bench, "0150"), 1);
	assert_true(bt_sbx_grants_read_out(&bench->sbx, "0150", &grant));
	put_back(bench);
	assert_false(can_enrol(bench, end, &placed));
	assert_true(can_enrol(bench, end + BT_SBX_MINUTE_MS, &placed));
	/* The lease is back in the ledger: key changes wait for it, and what is issued under it is covered. */
	assert_int_equal(bt_sbx_store_count(bench->sbx.db, 0,
					    "SELECT count(*) FROM leases WHERE terminal='0150' AND number=1 AND"
					    " expires BETWEEN ? AND ?",
					    "ii", end - WAIT, end - WAIT + BT_SBX_MINUTE_MS),
			 1);
}

static size_t read_marks(const struct head_end *bench, char *out, size_t cap)
{
	int fd = openat(bench->sbx.dir_fd, "marks", O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	ssize_t len = read(fd, out, cap - 1);
	close(fd);
	assert_true(len > 0 && len < (ssize_t)cap - 1);
	out[len] = '\0';
	return (size_t)len;
}

static void write_marks(const struct head_end *bench, const char *bytes, size_t len)
{
	int fd = openat(bench->sbx.dir_fd, "marks", O_WRONLY | O_TRUNC | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	close(fd);
}

/* What the version before would have kept of the same. */
static void write_version_before(const struct head_end *bench)
{
	char text[16384], sum[65];
	uint8_t hash[32];
	(void)read_marks(bench, text, sizeof text - 80);
	char *end = strstr(text, "counters ");
	assert_non_null(end);
	text[strlen("batti-marks ")] = '2';
	assert_true(bt_sbx_sha256(text, (size_t)(end - text), hash));
	bt_sbx_hex_encode(hash, sizeof hash, sum);
	snprintf(end, 80, "sum %s\n", sum);
	write_marks(bench, text, strlen(text));
}

/* An installation goes on from the file that it has, and what its ledger knows is in the next one. */
static void marks_of_the_version_before_go_on(void **state)
{
	struct head_end *bench = *state;
	struct bt_sbx_marks marks;
	back_up(bench);
	struct bt_sbx_terminal first = enrol(bench);
	struct bt_sbx_terminal second = enrol(bench);
	assert_true(bt_sbx_terminal_revoke(&bench->sbx, second.number));
	write_version_before(bench);
	assert_int_equal(take_lease(bench, first.number), 1);
	put_back(bench);
	assert_int_equal(bench->sbx.era, 2);
	assert_true(bt_sbx_marks_find(&bench->sbx, &marks));
	assert_int_equal(marks.terminal_count, 2);
	assert_int_equal(marks.terminals[0].withdrawn, 0);
	assert_int_not_equal(marks.terminals[1].withdrawn, 0);
	bt_sbx_marks_fini(&marks);
	assert_int_equal(take_lease(bench, first.number), 1000001);
}

/* Whoever finds the file finds no key in it, and nobody else may read it. */
static void marks_keep_keys_sealed(void **state)
{
	struct head_end *bench = *state;
	struct stat about;
	char text[8192], key[48];
	struct bt_sbx_terminal first = enrol(bench);
	size_t len = read_marks(bench, text, sizeof text);
	assert_null(memmem(text, len, first.vault_key, sizeof first.vault_key));
	bt_sbx_b64_encode(first.vault_key, sizeof first.vault_key, key, sizeof key);
	assert_null(strstr(text, key));
	bt_sbx_b64_encode(first.journal_key, sizeof first.journal_key, key, sizeof key);
	assert_non_null(strstr(text, key));
	assert_int_equal(fstatat(bench->sbx.dir_fd, "marks", &about, 0), 0);
	assert_int_equal(about.st_mode & 0777, 0600);
}

static void expect_nothing_begun(struct head_end *bench, const char *marks, size_t len, int terminals)
{
	char after[8192];
	assert_false(bt_sbx_begin_era(&bench->sbx));
	assert_int_equal(bt_sbx_store_count(bench->sbx.db, -1, "SELECT count(*) FROM terminals", ""), terminals);
	assert_int_equal(bt_sbx_meta_int(bench->sbx.db, "era", 0), 1);
	assert_int_equal(read_marks(bench, after, sizeof after), len);
	assert_memory_equal(after, marks, len);
}

/* Those of another head-end open nothing here, be a terminal of that number known or not: nobody is entered or
 * withdrawn by them, and nothing is begun. */
static void marks_of_another_are_refused(void **state)
{
	struct head_end *bench = *state;
	char text[8192];
	struct bt_sbx_terminal first = enrol(bench);
	assert_true(bt_sbx_terminal_revoke(&bench->sbx, first.number));
	assert_true(bt_sbx_store_run(bench->sbx.db, "UPDATE terminals SET revoked_at=NULL", ""));
	size_t len = read_marks(bench, text, sizeof text);
	bench->sbx.head_end_seed[7] ^= 1;
	expect_nothing_begun(bench, text, len, 1);
	assert_int_equal(revoked_at(bench, first.number), 0);
	assert_true(bt_sbx_store_run(bench->sbx.db, "DELETE FROM terminals", ""));
	expect_nothing_begun(bench, text, len, 0);
}

/* A lane was given on, and the ledger has forgotten it: whoever had it before gets no lease in it any more. */
static void marks_withdraw_the_displaced(void **state)
{
	struct head_end *bench = *state;
	json_t *answer;
	fill_lanes(bench);
	back_up(bench);
	assert_true(bt_sbx_terminal_revoke(&bench->sbx, "0150"));
	struct bt_sbx_terminal next = enrol(bench);
	assert_int_equal(take_lease(bench, next.number), 1);
	write_version_before(bench);
	put_back(bench);
	assert_int_equal(head_end_call(bench, "0150", "GET", "/v1/lease", "", &answer), 403);
	json_decref(answer);
	assert_int_equal(take_lease(bench, "0151"), 1000001);
	/* Marks of that version know no terminals. */
	assert_int_equal(head_end_call(bench, next.number, "GET", "/v1/lease", "", &answer), 401);
	json_decref(answer);
}

/* Without them the worst is true: numbers are left out, every lane without a holder waits, the era is one that never
 * was. */
static void marks_lost_are_the_worst(void **state)
{
	struct head_end *bench = *state;
	struct bt_sbx_terminal placed = {.lane = -1};
	back_up(bench);
	(void)enrol(bench);
	(void)enrol(bench);
	lose_marks(bench);
	put_back(bench);
	assert_int_equal(bench->sbx.era, HEAD_END_NOW / 1000);
	assert_false(can_enrol(bench, HEAD_END_NOW + LONGEST + WAIT_MOST, &placed));
	/* They are whole again, and say the same. */
	assert_true(can_enrol(bench, HEAD_END_NOW + LONGEST + WAIT_MOST + BT_SBX_MINUTE_MS, &placed));
	assert_int_equal(strtol(placed.number, NULL, 10), 100 + 142);
	assert_true(placed.lane_floor > 0);
	put_back(bench);
	assert_int_equal(bench->sbx.era, HEAD_END_NOW / 1000 + 1);
}

static void marks_damaged_are_lost(void **state)
{
	static const char *const contents[] = {"", "batti-marks 3\nera 1\nterm", "\xff\xfe\n\n\n"};
	struct head_end *bench = *state;
	struct bt_sbx_marks marks;
	static char large[BT_SBX_MARKS_TEXT + 2];
	memset(large, '7', sizeof large);
	back_up(bench);
	for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
		write_marks(bench, contents[i], strlen(contents[i]));
		assert_false(bt_sbx_marks_find(&bench->sbx, &marks));
		bt_sbx_marks_fini(&marks);
	}
	write_marks(bench, large, sizeof large);
	assert_false(bt_sbx_marks_find(&bench->sbx, &marks));
	/* A ledger that was never put back has forgotten nothing. */
	assert_int_equal(marks.era, 1);
	bt_sbx_marks_fini(&marks);
	assert_string_equal(enrol(bench).number, "0142");
	assert_true(bt_sbx_marks_find(&bench->sbx, &marks));
	bt_sbx_marks_fini(&marks);
	write_marks(bench, large, sizeof large);
	put_back(bench);
	assert_int_equal(bench->sbx.era, HEAD_END_NOW / 1000);
}

/* What cannot be written down first is not given out. */
static void marks_that_fail_give_nothing(void **state)
{
	struct head_end *bench = *state;
	json_t *answer;
	struct bt_sbx_terminal first = enrol(bench);
	assert_int_equal(mkdirat(bench->sbx.dir_fd, "marks.new", 0700), 0);
	assert_int_equal(head_end_call(bench, first.number, "GET", "/v1/lease", "", &answer), 500);
	json_decref(answer);
	assert_int_equal(bt_sbx_store_count(bench->sbx.db, -1, "SELECT count(*) FROM leases", ""), 0);
	assert_false(bt_sbx_begin_era(&bench->sbx));
	assert_int_equal(bench->sbx.era, 1);
	/* A withdrawal that a backup could bring back is none. */
	assert_false(bt_sbx_terminal_revoke(&bench->sbx, first.number));
	assert_int_equal(revoked_at(bench, first.number), 0);
	assert_int_equal(unlinkat(bench->sbx.dir_fd, "marks.new", AT_REMOVEDIR), 0);
	assert_int_equal(take_lease(bench, first.number), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_bench, head_end_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(marks_read_what_they_wrote),
	    cmocka_unit_test(marks_refuse_what_is_not_whole),
	    cmocka_unit_test(marks_have_room_for_all),
	    cmocka_unit_test(marks_of_the_version_before_are_read),
	    TEST(marks_outlive_the_ledger),
	    TEST(marks_know_who_was_enrolled),
	    TEST(codes_end_with_a_restore),
	    TEST(marks_tell_of_keys),
	    TEST(marks_know_who_was_withdrawn),
	    TEST(marks_of_the_version_before_go_on),
	    TEST(marks_keep_keys_sealed),
	    TEST(marks_of_another_are_refused),
	    TEST(marks_keep_forgotten_lanes),
	    TEST(marks_withdraw_the_displaced),
	    TEST(marks_lost_are_the_worst),
	    TEST(marks_damaged_are_lost),
	    TEST(marks_that_fail_give_nothing),
	};
	return cmocka_run_group_tests_name("sandbox_marks", tests, NULL, NULL);
}
