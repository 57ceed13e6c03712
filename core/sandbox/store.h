/* The sandbox's ledger in SQLite: one connection, prepared statements with bound values, meta values by name.
 *
 * synchronous=FULL: a reply that promises a commit leaves after the disk has it. Statement texts are constants; values
 * travel by a shape string: t text (NULL is null), i int64_t, n int64_t of which a negative is null, b bytes (pointer,
 * size_t). */
#ifndef BT_SANDBOX_STORE_H
#define BT_SANDBOX_STORE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What fails here fails a promise to a terminal, so nobody may overlook it. */
#define BT_SBX_MUST_USE __attribute__((warn_unused_result))

/** Open or create @p path with its schema. @return NULL with a line on stderr. */
sqlite3 *bt_sbx_store_open(const char *path);
void bt_sbx_store_close(sqlite3 *db);

/** A bound statement, yours to sqlite3_finalize; NULL on an error. */
sqlite3_stmt *bt_sbx_store_ask(sqlite3 *db, const char *sql, const char *shape, ...);
/** Run to its end, ignoring rows. */
BT_SBX_MUST_USE bool bt_sbx_store_run(sqlite3 *db, const char *sql, const char *shape, ...);
/** First column of the first row; @p missing when there is none or it is null. */
int64_t bt_sbx_store_count(sqlite3 *db, int64_t missing, const char *sql, const char *shape, ...);
/** Transactions: one writer, taken at once so that nothing read inside can change. */
BT_SBX_MUST_USE bool bt_sbx_store_begin(sqlite3 *db);
BT_SBX_MUST_USE bool bt_sbx_store_commit(sqlite3 *db);
void bt_sbx_store_rollback(sqlite3 *db);

/** Named values of the head-end. Bytes must have exactly the length asked for. */
bool bt_sbx_meta_bytes(sqlite3 *db, const char *name, uint8_t *out, size_t len);
BT_SBX_MUST_USE bool bt_sbx_meta_put_bytes(sqlite3 *db, const char *name, const uint8_t *in, size_t len);
int64_t bt_sbx_meta_int(sqlite3 *db, const char *name, int64_t missing);
BT_SBX_MUST_USE bool bt_sbx_meta_put_int(sqlite3 *db, const char *name, int64_t value);
bool bt_sbx_meta_text(sqlite3 *db, const char *name, char *out, size_t cap);
BT_SBX_MUST_USE bool bt_sbx_meta_put_text(sqlite3 *db, const char *name, const char *value);

/** Copy a text column, "" for null, cut at cap-1. */
void bt_sbx_column_text(sqlite3_stmt *row, int column, char *out, size_t cap);

#endif
