/* The open cache and its prepared statements, shared by the files of this room only. */
#ifndef BT_DIRECTORY_CACHE_H
#define BT_DIRECTORY_CACHE_H

#include <sqlite3.h>

#include "core/directory/directory.h"

/* Rows whose column begins with the digits of @p from; @p to is the least text above them all. */
#define BT_CACHE_RANGE(column, from, to)                                                                               \
	"SELECT id FROM (SELECT id FROM consumer WHERE " column "<>'' AND " column ">=" from " AND " column "<" to     \
	" ORDER BY " column " LIMIT ?5)"

#define BT_CACHE_STATEMENTS(ROW)                                                                                       \
	ROW(BT_CACHE_BEGIN, "BEGIN IMMEDIATE")                                                                         \
	ROW(BT_CACHE_COMMIT, "COMMIT")                                                                                 \
	ROW(BT_CACHE_OLD, "SELECT id,words FROM consumer WHERE number=?1")                                             \
	ROW(BT_CACHE_INSERT,                                                                                           \
	    "INSERT INTO consumer(number,meter,meter_end,mobile,words,record) VALUES(?1,?2,?3,?4,?5,?6)")              \
	ROW(BT_CACHE_UPDATE, "UPDATE consumer SET meter=?2,meter_end=?3,mobile=?4,words=?5,record=?6 WHERE number=?1") \
	ROW(BT_CACHE_REMOVE, "DELETE FROM consumer WHERE id=?1")                                                       \
	ROW(BT_CACHE_WORDS_ADD, "INSERT INTO word(rowid,words) VALUES(?1,?2)")                                         \
	ROW(BT_CACHE_WORDS_DROP, "INSERT INTO word(word,rowid,words) VALUES('delete',?1,?2)")                          \
	ROW(BT_CACHE_COUNT_BY, "UPDATE state SET rows=rows+?1 WHERE id=1")                                             \
	ROW(BT_CACHE_STATE, "SELECT version,updated,rows FROM state WHERE id=1")                                       \
	ROW(BT_CACHE_STATE_SET, "UPDATE state SET version=?1,updated=?2 WHERE id=1")                                   \
	ROW(BT_CACHE_BY_NUMBER, "SELECT record FROM consumer WHERE number=?1")                                         \
	ROW(BT_CACHE_BY_METER, "SELECT record FROM consumer WHERE meter=?1 AND meter<>''")                             \
	ROW(BT_CACHE_BY_DIGITS,                                                                                        \
	    "SELECT record FROM consumer WHERE id IN (" BT_CACHE_RANGE("number", "?1", "?2") " UNION " BT_CACHE_RANGE( \
		"meter", "?1",                                                                                         \
		"?2") " UNION " BT_CACHE_RANGE("mobile", "?1",                                                         \
					       "?2") " UNION " BT_CACHE_RANGE("meter_end", "?3",                       \
									      "?4") ") ORDER BY (number=?1 OR "        \
										    "meter=?1 "                        \
										    "OR mobile=?1) DESC, words LIMIT " \
										    "?5")                              \
	ROW(BT_CACHE_ACCOUNT, "SELECT answer FROM account WHERE number=?1")                                            \
	ROW(BT_CACHE_ACCOUNT_SET,                                                                                      \
	    "INSERT INTO account(number,answer) VALUES(?1,?2) ON CONFLICT(number) DO UPDATE SET answer=?2")            \
	ROW(BT_CACHE_BY_WORDS,                                                                                         \
	    "SELECT record FROM consumer WHERE id IN (SELECT rowid FROM word WHERE word MATCH ?1 LIMIT ?5)"            \
	    " ORDER BY words")

enum bt_cache_statement {
#define BT_CACHE_ENUM(id, sql) id,
	BT_CACHE_STATEMENTS(BT_CACHE_ENUM)
#undef BT_CACHE_ENUM
	    BT_CACHE_COUNT
};

/* Records as they were read last, and what they say: whoever is being served is looked up at each step of the sale. */
#define BT_CACHE_READ 4
struct bt_cache_read {
	struct bt_buf record; /* empty: none */
	struct bt_consumer consumer;
};

struct bt_directory {
	sqlite3 *db;
	sqlite3_stmt *statements[BT_CACHE_COUNT];
	struct bt_cache_read read[BT_CACHE_READ];
	unsigned next_read; /* the one to be given up next */
};

/** The prepared statement, reset and without bindings; NULL when it cannot be prepared. */
sqlite3_stmt *bt_cache_statement(struct bt_directory *directory, enum bt_cache_statement id);
/** @return an SQLite code. */
int bt_cache_bind(sqlite3_stmt *statement, int place, const char *text);
/** As canonical JSON, at most so many bytes. */
#define BT_CACHE_RECORD_MAX 8192
BT_MUST_USE enum bt_err bt_cache_begin(struct bt_directory *directory, struct bt_fault *fault);
/** Commit when all went well so far, else undo. @return @p err, or why it could not be committed. */
BT_MUST_USE enum bt_err bt_cache_finish(struct bt_directory *directory, enum bt_err err, struct bt_fault *fault);
/** Inside a transaction. @p record is scratch. */
BT_MUST_USE enum bt_err bt_cache_put_row(struct bt_directory *directory, const struct bt_consumer *consumer,
					 struct bt_buf *record, struct bt_fault *fault);
BT_MUST_USE enum bt_err bt_cache_remove_row(struct bt_directory *directory, const char *number, struct bt_fault *fault);
BT_MUST_USE enum bt_err bt_cache_set_state(struct bt_directory *directory, int64_t version, int64_t now_ms,
					   struct bt_fault *fault);
/** ASCII text backwards. */
void bt_cache_reverse(const char *in, char *out, size_t cap);

#endif
