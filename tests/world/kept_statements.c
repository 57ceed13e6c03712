/* Statements kept for the next time, linked in between by the linker's --wrap: whoever asks the same connection the
 * same thing again gets the statement that was given back, reset and with nothing bound. What SQLite compiles and runs
 * is the same; it only compiles it once. A connection that is closed takes its statements along. */
#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define KEPT_BITS 10
#define KEPT      (1 << KEPT_BITS)

typedef int preparer(sqlite3 *db, const char *sql, int len, sqlite3_stmt **out, const char **tail);
typedef int finalizer(sqlite3_stmt *statement);
typedef int closer(sqlite3 *db);
preparer __real_sqlite3_prepare_v2, __wrap_sqlite3_prepare_v2;
finalizer __real_sqlite3_finalize, __wrap_sqlite3_finalize;
closer __real_sqlite3_close, __wrap_sqlite3_close, __real_sqlite3_close_v2, __wrap_sqlite3_close_v2;

/* By connection and words. */
static struct {
	sqlite3 *db;
	const char *sql;
	sqlite3_stmt *statement; /* idle */
} kept[KEPT];

static size_t place_of(const sqlite3 *db, const char *sql, size_t len)
{
	uint64_t mixed = ((uintptr_t)db >> 4) * UINT64_C(0x9e3779b97f4a7c15) + len, word = 0;

	for (; len >= sizeof word; sql += sizeof word, len -= sizeof word) {
		memcpy(&word, sql, sizeof word);
		mixed = (mixed ^ word) * UINT64_C(0xff51afd7ed558ccd);
		mixed ^= mixed >> 32;
	}
	for (size_t i = 0; i < len; i++)
		mixed = (mixed ^ (unsigned char)sql[i]) * UINT64_C(0x100000001b3);
	return (size_t)(mixed * UINT64_C(0xff51afd7ed558ccd) >> (64 - KEPT_BITS));
}

int __wrap_sqlite3_prepare_v2(sqlite3 *db, const char *sql, int len, sqlite3_stmt **out, const char **tail)
{
	size_t have = len < 0 ? strlen(sql) : strnlen(sql, (size_t)len);
	size_t place = place_of(db, sql, have);

	if (!tail && kept[place].statement && kept[place].db == db && strncmp(kept[place].sql, sql, have) == 0 &&
	    kept[place].sql[have] == '\0') {
		*out = kept[place].statement;
		kept[place].statement = NULL;
		return SQLITE_OK;
	}
	return __real_sqlite3_prepare_v2(db, sql, len, out, tail);
}

int __wrap_sqlite3_finalize(sqlite3_stmt *statement)
{
	sqlite3 *db = statement ? sqlite3_db_handle(statement) : NULL;
	const char *sql = statement ? sqlite3_sql(statement) : NULL;
	size_t place = sql ? place_of(db, sql, strlen(sql)) : KEPT;
	int code;

	if (place == KEPT)
		return __real_sqlite3_finalize(statement);
	code = sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	(void)__real_sqlite3_finalize(kept[place].statement);
	kept[place].db = db;
	kept[place].sql = sql;
	kept[place].statement = statement;
	return code;
}

static void let_go(const sqlite3 *db)
{
	for (size_t i = 0; db && i < KEPT; i++)
		if (kept[i].statement && kept[i].db == db) {
			(void)__real_sqlite3_finalize(kept[i].statement);
			kept[i].statement = NULL;
		}
}

int __wrap_sqlite3_close(sqlite3 *db)
{
	let_go(db);
	return __real_sqlite3_close(db);
}

int __wrap_sqlite3_close_v2(sqlite3 *db)
{
	let_go(db);
	return __real_sqlite3_close_v2(db);
}
