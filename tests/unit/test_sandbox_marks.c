/* What no backup takes back: eras, terminal numbers, lanes and the ends of their leases.
 *
 * rooms: core/sandbox
 * Rules: PROTOCOL H4, T4, L1. */
#include "tests/unit/sandbox_fixture.h"

#include <fcntl.h>
#include <sys/stat.h>

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
	assert_true(bt_sbx_store_begin(bench->sbx.db));
	assert_true(bt_sbx_terminal_place(&bench->sbx, bt_sbx_now_ms(), &terminal));
	assert_true(bt_sbx_terminal_put(bench->sbx.db, &terminal));
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

static struct bt_sbx_marks sample(int lanes)
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
	return marks;
}

static void marks_read_what_they_wrote(void **state)
{
	char text[BT_SBX_MARKS_TEXT];
	struct bt_sbx_marks wrote = sample(BT_SBX_MARKS_MAX), read = {.era = 0};
	(void)state;
	bt_sbx_marks_write(&wrote, text);
	assert_true(strlen(text) + 1 < sizeof text);
	assert_true(bt_sbx_marks_read(text, &read));
	assert_memory_equal(&wrote, &read, sizeof read);
}

/* Every beginning of it, every character changed: none is taken for whole, and nothing is given back of it. */
static void marks_refuse_what_is_not_whole(void **state)
{
	char text[BT_SBX_MARKS_TEXT], torn[BT_SBX_MARKS_TEXT];
	struct bt_sbx_marks wrote = sample(5), read = {.era = 77};
	(void)state;
	bt_sbx_marks_write(&wrote, text);
	for (size_t len = strlen(text), i = 0; i < len; i++) {
		memcpy(torn, text, sizeof torn);
		torn[i] = '\0';
		assert_false(bt_sbx_marks_read(torn, &read));
		memcpy(torn, text, sizeof torn);
		torn[i] ^= 1;
		assert_false(bt_sbx_marks_read(torn, &read));
	}
	memcpy(torn, text, sizeof torn);
	memcpy(torn + strlen(text), "x", 2);
	assert_false(bt_sbx_marks_read(torn, &read));
	assert_int_equal(read.era, 77);
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
	/* The enrolment is forgotten; its number and its lane are not. */
	struct bt_sbx_terminal second = enrol(bench);
	assert_string_equal(second.number, "0143");
	assert_int_not_equal(second.lane, first.lane);
	/* The same backup once more: no era comes twice. */
	put_back(bench);
	assert_int_equal(bench->sbx.era, 3);
	struct bt_sbx_terminal third = enrol(bench);
	assert_string_equal(third.number, "0144");
	/* The second had no lease: its lane is free, above a floor. */
	assert_int_equal(third.lane, second.lane);
	assert_int_equal(third.lane_floor, bt_sbx_tid_minute(HEAD_END_NOW) + 4 * BT_SBX_LANES);
}

/* No sooner than a forgotten lease ends, with what a code has added, and no later. */
static void marks_keep_forgotten_lanes(void **state)
{
	struct head_end *bench = *state;
	struct bt_sbx_terminal placed = {.lane = -1};
	struct bt_sbx_grant grant;
	int64_t end = HEAD_END_NOW + LIFE + BT_SBX_GRANT_DAYS * BT_SBX_DAY_MS + WAIT;
	fill_lanes(bench);
	assert_true(bt_sbx_terminal_revoke(bench->sbx.db, "0150"));
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

/* A lane was given on, and the ledger has forgotten it: whoever had it before gets no lease in it any more. */
static void marks_withdraw_the_displaced(void **state)
{
	struct head_end *bench = *state;
	json_t *answer;
	fill_lanes(bench);
	back_up(bench);
	assert_true(bt_sbx_terminal_revoke(bench->sbx.db, "0150"));
	struct bt_sbx_terminal next = enrol(bench);
	assert_int_equal(take_lease(bench, next.number), 1);
	put_back(bench);
	assert_int_equal(head_end_call(bench, "0150", "GET", "/v1/lease", "", &answer), 403);
	json_decref(answer);
	assert_int_equal(take_lease(bench, "0151"), 1000001);
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

static void damage(const struct head_end *bench, const char *bytes, size_t len)
{
	int fd = openat(bench->sbx.dir_fd, "marks", O_WRONLY | O_TRUNC | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	close(fd);
}

static void marks_damaged_are_lost(void **state)
{
	static const char *const contents[] = {"", "batti-marks 2\nera 1\nterm", "\xff\xfe\n\n\n"};
	struct head_end *bench = *state;
	struct bt_sbx_marks marks;
	char large[3 * BT_SBX_MARKS_TEXT];
	memset(large, '7', sizeof large);
	back_up(bench);
	for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
		damage(bench, contents[i], strlen(contents[i]));
		assert_false(bt_sbx_marks_find(&bench->sbx, &marks));
	}
	damage(bench, large, sizeof large);
	assert_false(bt_sbx_marks_find(&bench->sbx, &marks));
	/* A ledger that was never put back has forgotten nothing. */
	assert_int_equal(marks.era, 1);
	assert_string_equal(enrol(bench).number, "0142");
	assert_true(bt_sbx_marks_find(&bench->sbx, &marks));
	damage(bench, large, sizeof large);
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
	assert_int_equal(unlinkat(bench->sbx.dir_fd, "marks.new", AT_REMOVEDIR), 0);
	assert_int_equal(take_lease(bench, first.number), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_bench, head_end_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(marks_read_what_they_wrote),
	    cmocka_unit_test(marks_refuse_what_is_not_whole),
	    TEST(marks_outlive_the_ledger),
	    TEST(marks_keep_forgotten_lanes),
	    TEST(marks_withdraw_the_displaced),
	    TEST(marks_lost_are_the_worst),
	    TEST(marks_damaged_are_lost),
	    TEST(marks_that_fail_give_nothing),
	};
	return cmocka_run_group_tests_name("sandbox_marks", tests, NULL, NULL);
}
