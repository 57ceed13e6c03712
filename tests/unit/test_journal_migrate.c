/* Schema steps: a database of each older version comes up whole, or is left as it was, wherever it is interrupted.
 *
 * rooms: core/journal core/base core/money
 * The old database and head file were made by the program of that version (tests/vectors). */
#include "tests/unit/journal_fixture.h"

#include <errno.h>
#include <stdbool.h>

#include "core/journal/schema.h"
#include "tests/sim/older_schema_steps.h"

#define SALES  4
#define EVENTS 13

/* ---- a disk and its VFS that fail for good at the n-th change, like a machine whose power goes ---- */

static struct {
	struct bt_disk disk;
	sqlite3_vfs vfs;
	sqlite3_io_methods methods;
	int left; /* changes until then */
	bool gone;
} cut;

struct cut_file {
	sqlite3_file base;
	sqlite3_file *real;
};

static bool is_cut(void)
{
	if (!cut.gone && --cut.left == 0)
		cut.gone = true;
	return cut.gone;
}

static sqlite3_file *real_of(sqlite3_file *file)
{
	return ((struct cut_file *)(void *)file)->real;
}

static int cut_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 at)
{
	return is_cut() ? SQLITE_IOERR_WRITE : real_of(file)->pMethods->xWrite(real_of(file), data, len, at);
}

static int cut_truncate(sqlite3_file *file, sqlite3_int64 len)
{
	return is_cut() ? SQLITE_IOERR_TRUNCATE : real_of(file)->pMethods->xTruncate(real_of(file), len);
}

static int cut_sync(sqlite3_file *file, int flags)
{
	return is_cut() ? SQLITE_IOERR_FSYNC : real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int cut_read(sqlite3_file *file, void *data, int len, sqlite3_int64 at)
{
	return real_of(file)->pMethods->xRead(real_of(file), data, len, at);
}

static int cut_size(sqlite3_file *file, sqlite3_int64 *out)
{
	return real_of(file)->pMethods->xFileSize(real_of(file), out);
}

static int cut_lock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int cut_unlock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int cut_reserved(sqlite3_file *file, int *out)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}

static int cut_control(sqlite3_file *file, int op, void *argument)
{
	return real_of(file)->pMethods->xFileControl(real_of(file), op, argument);
}

static int cut_sector(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int cut_traits(sqlite3_file *file)
{
	(void)file;
	return 0;
}

static int cut_close(sqlite3_file *file)
{
	sqlite3_file *real = real_of(file);
	int code = real->pMethods ? real->pMethods->xClose(real) : SQLITE_OK;
	free(real);
	return code;
}

static int cut_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
	sqlite3_vfs *system = vfs->pAppData;
	struct cut_file *mine = (struct cut_file *)(void *)file;
	mine->base.pMethods = NULL;
	mine->real = calloc(1, (size_t)system->szOsFile);
	int code = mine->real ? system->xOpen(system, name, mine->real, flags, out_flags) : SQLITE_NOMEM;
	if (code == SQLITE_OK)
		mine->base.pMethods = &cut.methods;
	else
		free(mine->real);
	return code;
}

static int cut_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
	sqlite3_vfs *system = vfs->pAppData;
	return is_cut() ? SQLITE_IOERR_DELETE : system->xDelete(system, name, sync_folder);
}

static int disk_write(struct bt_disk_file *file, uint64_t at, const void *data, size_t len)
{
	return is_cut() ? EIO : bt_disk_system()->write(file, at, data, len);
}

static int disk_sync(struct bt_disk_file *file)
{
	return is_cut() ? EIO : bt_disk_system()->sync(file);
}

static int disk_sync_folder(void *context, const char *folder)
{
	return is_cut() ? EIO : bt_disk_system()->sync_folder(context, folder);
}

static int make_vfs(void **state)
{
	sqlite3_vfs *system = sqlite3_vfs_find(NULL);
	(void)state;
	cut.disk = *bt_disk_system();
	cut.disk.vfs = "cut";
	cut.disk.write = disk_write;
	cut.disk.sync = disk_sync;
	cut.disk.sync_folder = disk_sync_folder;
	cut.methods = (sqlite3_io_methods){.iVersion = 1,
					   .xClose = cut_close,
					   .xRead = cut_read,
					   .xWrite = cut_write,
					   .xTruncate = cut_truncate,
					   .xSync = cut_sync,
					   .xFileSize = cut_size,
					   .xLock = cut_lock,
					   .xUnlock = cut_unlock,
					   .xCheckReservedLock = cut_reserved,
					   .xFileControl = cut_control,
					   .xSectorSize = cut_sector,
					   .xDeviceCharacteristics = cut_traits};
	cut.vfs = *system;
	cut.vfs.pNext = NULL;
	cut.vfs.zName = "cut";
	cut.vfs.szOsFile = sizeof(struct cut_file);
	cut.vfs.pAppData = system;
	cut.vfs.xOpen = cut_open;
	cut.vfs.xDelete = cut_delete;
	return sqlite3_vfs_register(&cut.vfs, 0);
}

/* ---- version 1 ---- */

static char *load_vector(const char *name)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s", BATTI_VECTORS_DIR, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	assert_true(fd >= 0 && fstat(fd, &st) == 0);
	char *text = calloc(1, (size_t)st.st_size + 1);
	assert_non_null(text);
	assert_int_equal(read(fd, text, (size_t)st.st_size), st.st_size);
	close(fd);
	return text;
}

static void make_head(struct fixture *f)
{
	char *text = load_vector("journal_v1_head.hex");
	uint8_t bytes[EVENTS * BT_SHA256_LEN * 2];
	size_t count = 0;
	for (char *save = NULL, *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (line[0] == '#')
			continue;
		assert_true(count < EVENTS && strlen(line) == 128);
		assert_int_equal(bt_hex_decode(line, bytes + 64 * count++, 64), BT_OK);
	}
	assert_int_equal(count, EVENTS);
	fixture_save(f, "journal.head", bytes, sizeof bytes);
	free(text);
}

static void make_version_1(struct fixture *f, const char *change)
{
	char path[128];
	char *sql = load_vector("journal_v1.sql");
	sqlite3 *db = NULL;
	static const char *const names[] = {"journal.db", "journal.db-wal", "journal.db-journal"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		fixture_path(f, names[i], path);
		(void)unlink(path);
	}
	fixture_path(f, "journal.db", path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, change, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	free(sql);
	make_head(f);
}

static int make(void **state)
{
	static struct fixture f;
	fixture_make(&f);
	make_version_1(&f, "");
	*state = &f;
	return 0;
}

static int end(void **state)
{
	fixture_end(*state);
	return 0;
}

static int version_of(struct fixture *f)
{
	char path[128];
	sqlite3 *db = NULL;
	sqlite3_stmt *statement = NULL;
	fixture_path(f, "journal.db", path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	int version = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return version;
}

/* Everything that version 1 knew, as its program left it. */
static void expect_whole(struct fixture *f)
{
	static const struct {
		enum bt_sale_stage stage;
		bool settled, exception;
		int printed;
	} expected[SALES] = {{BT_STAGE_TOKENED, true, false, 1},
			     {BT_STAGE_TOKENED, false, true, 0},
			     {BT_STAGE_PENDING, false, false, 0},
			     {BT_STAGE_TOKENED, false, false, 0}};
	struct bt_journal_report report;
	struct bt_sale_row row;
	char id[37];
	assert_int_equal(bt_journal_verify(f->journal, &report, &f->fault), BT_OK);
	assert_int_equal(report.events, EVENTS);
	assert_int_equal(report.sales, SALES);
	assert_int_equal(report.acknowledged, EVENTS - 1);
	assert_int_equal(report.epoch, 1);
	for (int i = 0; i < SALES; i++) {
		assert_int_equal(bt_journal_sale(f->journal, fixture_sale_id(i + 1, id), &row), BT_OK);
		assert_int_equal(row.stage, expected[i].stage);
		assert_int_equal(row.settled, expected[i].settled);
		assert_int_equal(row.exception, expected[i].exception);
		assert_int_equal(row.printed_copies, expected[i].printed);
		assert_int_equal(row.amount, 50001 + i);
		assert_int_equal(row.tid, 16 * (i + 1));
	}
}

static void comes_up_whole(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(version_of(f), 1);
	assert_int_equal(fixture_open(f), BT_OK);
	expect_whole(f);
	assert_int_equal(fixture_put_paid(f, 9, 144), BT_OK);
	fixture_close(f);
	assert_int_equal(version_of(f), BT_SCHEMA_VERSION);
	assert_int_equal(fixture_open(f), BT_OK);
}

static void reader_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct bt_signer *signer = f->signer;
	f->signer = NULL;
	assert_int_equal(fixture_open(f), BT_EUNSUPPORTED);
	f->signer = signer;
	assert_int_equal(version_of(f), 1);
}

static void newer_version_is_left_alone(void **state)
{
	struct fixture *f = *state;
	make_version_1(f, "PRAGMA user_version=99");
	assert_int_equal(fixture_open(f), BT_EUNSUPPORTED);
	assert_int_equal(version_of(f), 99);
}

/* What the old version could not notice by itself is noticed when it comes up. */
static void damage_does_not_come_along(void **state)
{
	static const char *const changes[] = {
	    "UPDATE sale SET amount=99999 WHERE paid_seq=4",
	    "DELETE FROM sale WHERE paid_seq=4",
	    "UPDATE sale SET settled=1",
	    "DROP TRIGGER event_keep;UPDATE event SET body=replace(body,'50002','90002')",
	    "DROP INDEX sale_unsent",
	    "DROP TRIGGER event_stay;DELETE FROM event WHERE seq=13",
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		make_version_1(f, changes[i]);
		assert_int_equal(fixture_open(f), BT_ECORRUPT);
		assert_null(f->journal);
	}
}

/* A damaged database of an old version need not come up to be recovered from: its events are read as they are. */
static void old_version_is_recovered_from(void **state)
{
	struct fixture *f = *state;
	struct bt_journal_options options = fixture_options(f);
	struct bt_recovery recovery;
	struct bt_sale_row row;
	char id[37], path[128];
	make_version_1(f, "UPDATE sale SET amount=99999 WHERE paid_seq=4");
	assert_int_equal(bt_journal_recover(&options, NULL, &recovery, &f->fault), BT_OK);
	assert_int_equal(recovery.restored.seq, EVENTS);
	assert_int_equal(fixture_open(f), BT_OK);
	assert_int_equal(bt_journal_sale(f->journal, fixture_sale_id(2, id), &row), BT_OK);
	assert_int_equal(row.amount, 50002);
	static const char *const kept[] = {"journal.db.before-2", "journal.db.before-2-wal", "journal.head.before-2"};
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
		fixture_path(f, kept[i], path);
		(void)unlink(path);
	}
}

/* The files of a record of @p version, brought up once and taken back. */
struct older {
	uint8_t *db, *head;
	size_t db_len, head_len;
};

static void make_older(struct fixture *f, int version, struct older *out)
{
	char path[128], sql[64];
	sqlite3 *db = NULL;
	make_version_1(f, "");
	assert_int_equal(fixture_open(f), BT_OK);
	fixture_close(f);
	fixture_path(f, "journal.db", path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	for (int i = OLDER_SCHEMA_NEWEST - 2; i >= version - 1; i--)
		assert_int_equal(sqlite3_exec(db, older_schema_undo[i], NULL, NULL, NULL), SQLITE_OK);
	snprintf(sql, sizeof sql, "PRAGMA user_version=%d;PRAGMA wal_checkpoint(TRUNCATE)", version);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	out->db = fixture_load(f, "journal.db", &out->db_len);
	out->head = fixture_load(f, "journal.head", &out->head_len);
}

static void put_older(struct fixture *f, const struct older *older)
{
	char path[128];
	fixture_path(f, "journal.db-wal", path);
	(void)unlink(path);
	fixture_save(f, "journal.db", older->db, older->db_len);
	fixture_save(f, "journal.head", older->head, older->head_len);
}

static void cut_each_operation_from(struct fixture *f, int version)
{
	struct bt_journal_options options = fixture_options(f);
	struct older older;
	int at = 0, stayed = 0;
	make_older(f, version, &older);
	options.disk = &cut.disk;
	do {
		put_older(f, &older);
		cut.left = ++at;
		cut.gone = false;
		assert_true(at < 500);
		enum bt_err err = bt_journal_open(&options, &f->journal, &f->fault);
		bool gone = cut.gone;
		assert_true(err == BT_OK || gone);
		bt_journal_close(f->journal);
		f->journal = NULL;
		stayed += version_of(f) == version;
		assert_int_equal(fixture_open(f), BT_OK);
		expect_whole(f);
		fixture_close(f);
		assert_int_equal(version_of(f), BT_SCHEMA_VERSION);
	} while (cut.gone);
	assert_true(at > 15 && stayed > 3); /* cuts on both sides of the commit */
	free(older.db);
	free(older.head);
}

static void cut_at_each_operation(void **state)
{
	assert_int_equal(OLDER_SCHEMA_NEWEST, BT_SCHEMA_VERSION);
	for (int version = 1; version < BT_SCHEMA_VERSION; version++)
		cut_each_operation_from(*state, version);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(comes_up_whole, make, end),
	    cmocka_unit_test_setup_teardown(reader_changes_nothing, make, end),
	    cmocka_unit_test_setup_teardown(newer_version_is_left_alone, make, end),
	    cmocka_unit_test_setup_teardown(damage_does_not_come_along, make, end),
	    cmocka_unit_test_setup_teardown(old_version_is_recovered_from, make, end),
	    cmocka_unit_test_setup_teardown(cut_at_each_operation, make, end),
	};
	return cmocka_run_group_tests_name("journal migrate", tests, make_vfs, NULL);
}
