#include "core/directory/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/directory/cache.h"
#include "core/directory/consumer.h"

#define WORDS_MAX      1024
#define ROWS_MAX       64
#define SCHEMA_VERSION 1

/* A record is the consumer's canonical JSON. The word index keeps no text of its own: it is told the old words when a
 * row changes. Prefix lists of each length up to 8 make a prefix as cheap to look up as a word. */
static const char schema[] =
    "BEGIN;"
    "CREATE TABLE consumer(id INTEGER PRIMARY KEY, number TEXT NOT NULL UNIQUE, meter TEXT NOT NULL,"
    " meter_end TEXT NOT NULL, mobile TEXT NOT NULL, words TEXT NOT NULL, record TEXT NOT NULL) STRICT;"
    "CREATE INDEX consumer_by_meter ON consumer(meter) WHERE meter<>'';"
    "CREATE INDEX consumer_by_meter_end ON consumer(meter_end) WHERE meter_end<>'';"
    "CREATE INDEX consumer_by_mobile ON consumer(mobile) WHERE mobile<>'';"
    "CREATE VIRTUAL TABLE word USING fts5(words, content='', columnsize=0, detail=none, tokenize='ascii',"
    " prefix='1 2 3 4 5 6 7 8');"
    "CREATE TABLE state(id INTEGER PRIMARY KEY CHECK(id=1), version INTEGER NOT NULL, updated INTEGER NOT NULL,"
    " rows INTEGER NOT NULL) STRICT;"
    "INSERT INTO state VALUES(1,0,0,0);"
    "PRAGMA user_version=1;"
    "COMMIT";

/* Came later than the rest, and nothing of the rest depends on it: a cache from before gets it as it is opened. */
static const char later[] =
    "CREATE TABLE IF NOT EXISTS account(number TEXT PRIMARY KEY, answer TEXT NOT NULL) STRICT, WITHOUT ROWID;";

/* Losing the newest pages in a power cut is fine, the head-end has them: hence no sync. */
static const char settings[] = "PRAGMA locking_mode=EXCLUSIVE;PRAGMA synchronous=OFF;PRAGMA journal_mode=WAL;"
			       "PRAGMA trusted_schema=OFF;PRAGMA cell_size_check=ON;PRAGMA mmap_size=0;"
			       "PRAGMA cache_size=-32768;PRAGMA temp_store=MEMORY";

static const char *const statement_sql[BT_CACHE_COUNT] = {
#define STATEMENT_SQL(id, sql) [id] = sql,
    BT_CACHE_STATEMENTS(STATEMENT_SQL)
#undef STATEMENT_SQL
};

static enum bt_err note_failure(struct bt_directory *directory, struct bt_fault *fault)
{
	int code = sqlite3_extended_errcode(directory->db);
	enum bt_err err = (code & 0xff) == SQLITE_FULL ? BT_ENOSPC : (code & 0xff) == SQLITE_NOMEM ? BT_ENOMEM : BT_EOS;
	return bt_fault_set(fault, err, code, "directory.db: %s", sqlite3_errstr(code));
}

sqlite3_stmt *bt_cache_statement(struct bt_directory *directory, enum bt_cache_statement id)
{
	sqlite3_stmt **slot = &directory->statements[id];
	if (!*slot && sqlite3_prepare_v3(directory->db, statement_sql[id], -1, SQLITE_PREPARE_PERSISTENT, slot, NULL) !=
			  SQLITE_OK)
		return NULL;
	sqlite3_reset(*slot);
	sqlite3_clear_bindings(*slot);
	return *slot;
}

int bt_cache_bind(sqlite3_stmt *statement, int place, const char *text)
{
	return sqlite3_bind_text(statement, place, text, -1, SQLITE_TRANSIENT);
}

static int run(sqlite3_stmt *statement)
{
	int code;
	while ((code = sqlite3_step(statement)) == SQLITE_ROW)
		continue;
	int reset = sqlite3_reset(statement);
	return code == SQLITE_DONE ? reset : code;
}

/* ---- opening ---- */

static int read_version(sqlite3 *db)
{
	sqlite3_stmt *statement = NULL;
	int version = -1;
	if (sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW)
		version = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	return version;
}

static void close_database(struct bt_directory *directory)
{
	for (int i = 0; i < BT_CACHE_COUNT; i++)
		sqlite3_finalize(directory->statements[i]);
	for (int i = 0; i < BT_CACHE_READ; i++)
		bt_buf_fini(&directory->read[i].record);
	sqlite3_close_v2(directory->db);
	*directory = (struct bt_directory){0};
}

/* @return BT_OK, or BT_EFORMAT when the file is not a directory of this version. */
static enum bt_err open_database(struct bt_directory *directory, const char *path, struct bt_fault *fault)
{
	for (int i = 0; i < BT_CACHE_READ; i++)
		bt_buf_init(&directory->read[i].record, BT_CACHE_RECORD_MAX);
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	if (sqlite3_open_v2(path, &directory->db, flags, NULL) != SQLITE_OK)
		return note_failure(directory, fault);
	sqlite3_db_config(directory->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	int code = sqlite3_exec(directory->db, settings, NULL, NULL, NULL);
	int version = code ? -1 : read_version(directory->db);
	if (!code && version == 0) {
		code = sqlite3_exec(directory->db, schema, NULL, NULL, NULL);
		version = SCHEMA_VERSION;
	}
	if (!code && version == SCHEMA_VERSION)
		code = sqlite3_exec(directory->db, later, NULL, NULL, NULL);
	if ((code & 0xff) == SQLITE_FULL || (code & 0xff) == SQLITE_NOMEM || (code & 0xff) == SQLITE_BUSY)
		return note_failure(directory, fault);
	sqlite3_stmt *state = code || version != SCHEMA_VERSION ? NULL : bt_cache_statement(directory, BT_CACHE_STATE);
	if (!state || sqlite3_step(state) != SQLITE_ROW)
		return bt_fault_set(fault, BT_EFORMAT, code, "directory.db is damaged or of another version");
	sqlite3_reset(state);
	return BT_OK;
}

static void remove_files(const char *path)
{
	static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
	char name[PATH_MAX];
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		if (bt_text_printf(name, sizeof name, "%s%s", path, endings[i]) == BT_OK)
			(void)unlink(name);
	}
}

enum bt_err bt_directory_open(const char *path, struct bt_directory **out, struct bt_fault *fault)
{
	enum bt_err err = BT_EFORMAT;
	struct bt_directory *directory = calloc(1, sizeof *directory);
	if (!directory)
		return bt_fault_set(fault, BT_ENOMEM, 0, "directory");
	/* A second try, on an empty file, when what was there is of no use. */
	for (int i = 0; i < 2 && err == BT_EFORMAT; i++) {
		int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd < 0) {
			err = bt_fault_set(fault, errno == ENOSPC ? BT_ENOSPC : BT_EOS, errno, "directory.db: open: %s",
					   strerror(errno));
			break;
		}
		close(fd);
		err = open_database(directory, path, fault);
		if (err != BT_OK)
			close_database(directory);
		if (err == BT_EFORMAT)
			remove_files(path);
	}
	if (err != BT_OK) {
		free(directory);
		return err == BT_EFORMAT ? bt_fault_set(fault, BT_EOS, 0, "directory.db cannot be made anew") : err;
	}
	*out = directory;
	return BT_OK;
}

void bt_directory_close(struct bt_directory *directory)
{
	if (!directory)
		return;
	close_database(directory);
	free(directory);
}

/* ---- writing ---- */

static int count_by(struct bt_directory *directory, int change)
{
	sqlite3_stmt *statement = bt_cache_statement(directory, BT_CACHE_COUNT_BY);
	return statement && !sqlite3_bind_int(statement, 1, change) ? run(statement) : SQLITE_ERROR;
}

static int index_words(struct bt_directory *directory, enum bt_cache_statement id, int64_t row, const char *words)
{
	sqlite3_stmt *statement = bt_cache_statement(directory, id);
	if (!statement || sqlite3_bind_int64(statement, 1, row) || bt_cache_bind(statement, 2, words))
		return SQLITE_ERROR;
	return run(statement);
}

/* The row of @p number: 0 when there is none. */
static int find_old(struct bt_directory *directory, const char *number, int64_t *row, char words[WORDS_MAX])
{
	sqlite3_stmt *statement = bt_cache_statement(directory, BT_CACHE_OLD);
	if (!statement || bt_cache_bind(statement, 1, number))
		return SQLITE_ERROR;
	int code = sqlite3_step(statement);
	*row = 0;
	if (code == SQLITE_ROW) {
		*row = sqlite3_column_int64(statement, 0);
		bt_text_copy(words, WORDS_MAX, (const char *)sqlite3_column_text(statement, 1));
	}
	sqlite3_reset(statement);
	return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}

void bt_cache_reverse(const char *in, char *out, size_t cap)
{
	size_t len = strlen(in) < cap ? strlen(in) : cap - 1;
	for (size_t i = 0; i < len; i++)
		out[i] = in[len - 1 - i];
	out[len] = '\0';
}

static int write_row(struct bt_directory *directory, bool old, const struct bt_consumer *c, const char *words,
		     const struct bt_buf *record)
{
	char meter_end[sizeof c->meter];
	sqlite3_stmt *statement = bt_cache_statement(directory, old ? BT_CACHE_UPDATE : BT_CACHE_INSERT);
	bt_cache_reverse(c->meter, meter_end, sizeof meter_end);
	if (!statement || bt_cache_bind(statement, 1, c->number) || bt_cache_bind(statement, 2, c->meter) ||
	    bt_cache_bind(statement, 3, meter_end) || bt_cache_bind(statement, 4, c->mobile) ||
	    bt_cache_bind(statement, 5, words) ||
	    sqlite3_bind_text(statement, 6, (const char *)record->data, (int)record->len, SQLITE_TRANSIENT))
		return SQLITE_ERROR;
	return run(statement);
}

enum bt_err bt_cache_put_row(struct bt_directory *directory, const struct bt_consumer *consumer, struct bt_buf *record,
			     struct bt_fault *fault)
{
	char words[WORDS_MAX], before[WORDS_MAX];
	int64_t row = 0;
	bt_buf_clear(record);
	enum bt_err err = bt_consumer_encode(consumer, record);
	if (err != BT_OK)
		return bt_fault_set(fault, err, 0, "consumer record");
	bt_consumer_words(consumer, words, sizeof words);
	int code = find_old(directory, consumer->number, &row, before);
	bool old = row != 0, same = old && strcmp(words, before) == 0;
	if (!code && old && !same)
		code = index_words(directory, BT_CACHE_WORDS_DROP, row, before);
	if (!code)
		code = write_row(directory, old, consumer, words, record);
	if (!code && !old) {
		row = sqlite3_last_insert_rowid(directory->db);
		code = count_by(directory, 1);
	}
	if (!code && !same)
		code = index_words(directory, BT_CACHE_WORDS_ADD, row, words);
	return code ? note_failure(directory, fault) : BT_OK;
}

enum bt_err bt_cache_remove_row(struct bt_directory *directory, const char *number, struct bt_fault *fault)
{
	char words[WORDS_MAX];
	int64_t row = 0;
	int code = find_old(directory, number, &row, words);
	if (!code && row) {
		code = index_words(directory, BT_CACHE_WORDS_DROP, row, words);
		sqlite3_stmt *statement = code ? NULL : bt_cache_statement(directory, BT_CACHE_REMOVE);
		code = statement && !sqlite3_bind_int64(statement, 1, row) ? run(statement) : SQLITE_ERROR;
		if (!code)
			code = count_by(directory, -1);
	}
	return code ? note_failure(directory, fault) : BT_OK;
}

enum bt_err bt_cache_begin(struct bt_directory *directory, struct bt_fault *fault)
{
	sqlite3_stmt *statement = bt_cache_statement(directory, BT_CACHE_BEGIN);
	return statement && run(statement) == SQLITE_OK ? BT_OK : note_failure(directory, fault);
}

enum bt_err bt_cache_finish(struct bt_directory *directory, enum bt_err err, struct bt_fault *fault)
{
	sqlite3_stmt *statement = err == BT_OK ? bt_cache_statement(directory, BT_CACHE_COMMIT) : NULL;
	if (err == BT_OK && (!statement || run(statement) != SQLITE_OK))
		err = note_failure(directory, fault);
	if (!sqlite3_get_autocommit(directory->db))
		sqlite3_exec(directory->db, "ROLLBACK", NULL, NULL, NULL);
	return err;
}

enum bt_err bt_directory_put(struct bt_directory *directory, const struct bt_consumer *consumer, struct bt_fault *fault)
{
	struct bt_buf record;
	bt_buf_init(&record, BT_CACHE_RECORD_MAX);
	enum bt_err err = bt_cache_begin(directory, fault);
	if (err == BT_OK)
		err = bt_cache_finish(directory, bt_cache_put_row(directory, consumer, &record, fault), fault);
	bt_buf_fini(&record);
	return err;
}

enum bt_err bt_cache_set_state(struct bt_directory *directory, int64_t version, int64_t now_ms, struct bt_fault *fault)
{
	sqlite3_stmt *statement = bt_cache_statement(directory, BT_CACHE_STATE_SET);
	if (!statement || sqlite3_bind_int64(statement, 1, version) || sqlite3_bind_int64(statement, 2, now_ms) ||
	    run(statement) != SQLITE_OK)
		return note_failure(directory, fault);
	return BT_OK;
}

/* ---- reading ---- */

static int64_t read_state(struct bt_directory *directory, int column)
{
	sqlite3_stmt *statement = bt_cache_statement(directory, BT_CACHE_STATE);
	int64_t value = 0;
	if (statement && sqlite3_step(statement) == SQLITE_ROW)
		value = sqlite3_column_int64(statement, column);
	sqlite3_reset(statement);
	return value;
}

int64_t bt_directory_version(struct bt_directory *directory)
{
	return read_state(directory, 0);
}

int64_t bt_directory_updated_ms(struct bt_directory *directory)
{
	return read_state(directory, 1);
}

int64_t bt_directory_count(struct bt_directory *directory)
{
	return read_state(directory, 2);
}
