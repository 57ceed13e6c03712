/* The journal's database: one exclusive SQLite connection, its settings, schema and prepared statements.
 *
 * Private to core/journal. Every pragma is read back after it is set; a build of SQLite that ignores one is refused.
 * Source: settings and why, facts of reliability 2.3. */
#ifndef BT_JOURNAL_STORE_H
#define BT_JOURNAL_STORE_H

#include <sqlite3.h>

#include "core/base/disk.h"
#include "core/journal/journal.h"
#include "core/journal/tally.h"

#define BT_SALE_COLUMNS                                                                                                \
	"sale_id,connection,meter,operator,receipt,token,delivery,shift,paid_seq,last_seq,paid_at,amount,dues,units,"  \
	"tid,stage,made_here,settled,exception,printed"
#define BT_EVENT_COLUMNS "seq,time,sale_id,kind,body,prev_hash,hash,signature"
/* Stages as one number with a bit for each: SQLite makes a list of three or more into a table each time it holds a row
 * against it, a bit it looks up. The numbers stand in the SQL below, and in indexes: BT_STAGES_* says what they are. */
#define BT_STAGE_BIT(stage) (1 << BT_STAGE_##stage)
#define BT_STAGES_MONEYLESS                                                                                            \
	(BT_STAGE_BIT(REFUSED) | BT_STAGE_BIT(ABANDONED) | BT_STAGE_BIT(TENDERING) | BT_STAGE_BIT(UNPAID))
#define BT_STAGES_WAITS (BT_STAGE_BIT(PENDING) | BT_STAGE_BIT(REFUNDING) | BT_STAGE_BIT(INQUIRING))
#define BT_STAGES_OWED  (BT_STAGES_WAITS | BT_STAGE_BIT(PAID) | BT_STAGE_BIT(VENDING))
#define BT_STAGES_DONE  (BT_STAGE_BIT(TOKENED) | BT_STAGE_BIT(CREDITED) | BT_STAGE_BIT(REFUNDED))
_Static_assert(BT_STAGES_MONEYLESS == 3168 && BT_STAGES_OWED == 659, "stages of BT_SALE_UNSENT and BT_SALE_OWED");
_Static_assert((BT_STAGES_OWED | BT_STAGE_BIT(REFUSED)) == 691, "stages of BT_SALE_OPEN");
_Static_assert(BT_STAGES_WAITS == 656 && BT_STAGES_DONE == 268, "stages of BT_SALE_WAITS and BT_SALE_DONE");
_Static_assert(BT_STAGE_PAID == 0 && BT_STAGE_VENDING == 1, "stages of BT_STMT_UNDER_WAY");
_Static_assert(BT_STAGE_REFUSED == 5 && BT_STAGE_ABANDONED == 6 && BT_STAGE_REFUNDED == 8 && BT_STAGE_INQUIRING == 9 &&
		   BT_STAGE_TENDERING == 10 && BT_STAGE_UNPAID == 11,
	       "stages that the SQL below names alone");
/** Sales that count against the caps: money taken and not acknowledged, so neither refused (5), abandoned (6), still
 *  waiting for the bank (10) nor unpaid (11). */
#define BT_SALE_UNSENT "settled=0 AND ((3168>>stage)&1)=0"
/** Sales without money, that the bank was asked for. */
#define BT_SALE_TENDERED "stage IN (10,11)"
/** Money taken and nothing given for it yet: paid (0), vending (1), pending (4), refunding (7), inquiring (9). */
#define BT_SALE_OWED "((659>>stage)&1)"
/** Sales that need somebody: owed, refused, refunded (8) with no slip of it yet, or named in an exception, unless a
 *  person has closed them (6). */
#define BT_SALE_OPEN "stage<>6 AND (((691>>stage)&1) OR (stage=8 AND printed=0) OR exception=1)"
/** Sales without money whose last word the bank still owes. */
#define BT_SALE_BANK BT_SALE_TENDERED " AND stage=10 AND NOT (" BT_SALE_OPEN ")"
/** What sync asks the head-end to end: pending (4), refunding (7), inquiring (9). */
#define BT_SALE_WAITS "((656>>stage)&1)"
/** Delivered (2, 3) or refunded (8): what the head-end's acknowledgement settles. */
#define BT_SALE_DONE "((268>>stage)&1)"
/* From behind a key of a body to the quote that ends its text: a body is canonical, and what stands here has no escape
 * (bt_fold_handed()). SQLite's own JSON functions may not stand in an index of a schema that is not trusted. */
#define BT_BODY_TAIL(key, key_len) "substr(body,instr(body,'\"" key "\":\"')+" #key_len "+4,40)"
#define BT_BODY_TEXT(key, key_len)                                                                                     \
	"substr(" BT_BODY_TAIL(key, key_len) ",1,instr(" BT_BODY_TAIL(key, key_len) ",'\"')-1)"
/* With its sign: beside an index of `kind='delivered'` SQLite compiles a statement that asks for `kind=?` anew each
 * time it is bound, in case that the kind is this one. */
#define BT_HANDED "+kind='delivered'"
/** Of a `delivered` event: the sale of another terminal that it ends, and the number of its docket. */
#define BT_HANDED_SALE   BT_BODY_TEXT("sale_id", 7)
#define BT_HANDED_DOCKET BT_BODY_TEXT("docket", 6)
#define BT_SALE_RANK     "CASE WHEN " BT_SALE_OWED " THEN 0 WHEN stage IN (5,8) THEN 1 ELSE 2 END"

/* One row per statement kept prepared. */
#define BT_STATEMENTS(ROW)                                                                                             \
	ROW(BT_STMT_BEGIN, "BEGIN IMMEDIATE")                                                                          \
	ROW(BT_STMT_COMMIT, "COMMIT")                                                                                  \
	ROW(BT_STMT_INSERT, "INSERT INTO event(" BT_EVENT_COLUMNS ") VALUES(?1,?2,?3,?4,?5,?6,?7,?8)")                 \
	ROW(BT_STMT_MARK_SET, "UPDATE newest SET batch_first=?1,sales=?2,tally=?3 WHERE id=1")                         \
	ROW(BT_STMT_LAST, "SELECT seq,hash FROM event ORDER BY seq DESC LIMIT 1")                                      \
	ROW(BT_STMT_MARK, "SELECT batch_first,sales,tally FROM newest WHERE id=1")                                     \
	ROW(BT_STMT_EVENT, "SELECT " BT_EVENT_COLUMNS " FROM event WHERE seq=?1")                                      \
	ROW(BT_STMT_NEWEST,                                                                                            \
	    "SELECT " BT_EVENT_COLUMNS " FROM event WHERE kind=?1 AND seq<=?2 ORDER BY seq DESC LIMIT 1")              \
	ROW(BT_STMT_NEWEST_SALE,                                                                                       \
	    "SELECT " BT_EVENT_COLUMNS " FROM event WHERE kind=?1 AND seq<=?2 AND sale_id=?3 AND sale_id<>''"          \
	    " ORDER BY seq DESC LIMIT 1")                                                                              \
	ROW(BT_STMT_NEXT,                                                                                              \
	    "SELECT " BT_EVENT_COLUMNS " FROM event WHERE kind=?1 AND seq>?2 AND seq<=?3 ORDER BY seq LIMIT 1")        \
	ROW(BT_STMT_HANDED_SALE, "SELECT " BT_EVENT_COLUMNS " FROM event WHERE " BT_HANDED " AND " BT_HANDED_SALE      \
				 "=?1 AND seq<=?2 ORDER BY seq DESC LIMIT 1")                                          \
	ROW(BT_STMT_HANDED_DOCKET, "SELECT " BT_EVENT_COLUMNS " FROM event WHERE " BT_HANDED " AND " BT_HANDED_DOCKET  \
				   "=?1 AND seq<=?2 ORDER BY seq DESC LIMIT 1")                                        \
	ROW(BT_STMT_SALE_EVENTS,                                                                                       \
	    "SELECT " BT_EVENT_COLUMNS " FROM event WHERE sale_id=?1 AND sale_id<>'' ORDER BY seq")                    \
	ROW(BT_STMT_SALE, "SELECT " BT_SALE_COLUMNS " FROM sale WHERE sale_id=?1")                                     \
	ROW(BT_STMT_SALE_STORE, "INSERT OR REPLACE INTO sale(" BT_SALE_COLUMNS                                         \
				") VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20)")    \
	/* What moves while a sale goes on, which most indexes do not hold. */                                         \
	ROW(BT_STMT_SALE_MOVE, "UPDATE sale SET token=?2,last_seq=?3,units=?4,stage=?5,made_here=?6,settled=?7,"       \
			       "exception=?8,printed=?9 WHERE sale_id=?1")                                             \
	ROW(BT_STMT_RECEIPT, "SELECT sale_id FROM sale WHERE receipt=?1 ORDER BY paid_seq LIMIT 1")                    \
	/* Lists: ?1 is the key, ?2 how many rows. */                                                                  \
	ROW(BT_STMT_ALL, "SELECT " BT_SALE_COLUMNS " FROM sale ORDER BY paid_seq DESC LIMIT ?2")                       \
	ROW(BT_STMT_UNSETTLED,                                                                                         \
	    "SELECT " BT_SALE_COLUMNS " FROM sale WHERE " BT_SALE_UNSENT " ORDER BY paid_seq LIMIT ?2")                \
	ROW(BT_STMT_OPEN,                                                                                              \
	    "SELECT " BT_SALE_COLUMNS " FROM sale WHERE " BT_SALE_OPEN " ORDER BY " BT_SALE_RANK ",paid_seq LIMIT ?2") \
	ROW(BT_STMT_OF_METER, "SELECT " BT_SALE_COLUMNS " FROM sale WHERE (meter=?1 OR connection=?1) AND ?1<>''"      \
			      " ORDER BY paid_seq DESC LIMIT ?2")                                                      \
	ROW(BT_STMT_IN_DOUBT,                                                                                          \
	    "SELECT " BT_SALE_COLUMNS " FROM sale WHERE meter=?1 AND stage=9 ORDER BY paid_seq LIMIT ?2")              \
	ROW(BT_STMT_TENDERED,                                                                                          \
	    "SELECT " BT_SALE_COLUMNS " FROM sale WHERE " BT_SALE_TENDERED " ORDER BY paid_seq DESC LIMIT ?2")         \
	ROW(BT_STMT_UNSENT, "SELECT count(*),coalesce(sum(amount),0),coalesce(min(paid_at),0)"                         \
			    " FROM sale WHERE " BT_SALE_UNSENT)                                                        \
	/* What paper of another terminal remembers was not issued here. What the head-end has and cannot post, by     \
	 * these codes, counts by its value, but ends no selling by its age: nothing that is done here makes it        \
	 * younger. */                                                                                                 \
	ROW(BT_STMT_USED,                                                                                              \
	    "SELECT count(*),coalesce(sum(amount),0),coalesce(min(CASE WHEN paid_seq NOT IN (SELECT s.paid_seq"        \
	    " FROM event e JOIN sale s ON s.sale_id=e.sale_id WHERE e.kind='exception' AND s.settled=0 AND"            \
	    " json_extract(e.body,'$.code') IN ('malformed','paid_missing')) THEN paid_at END),0)"                     \
	    " FROM sale WHERE " BT_SALE_UNSENT " AND paid_seq NOT IN (SELECT seq FROM event WHERE kind='recovered'"    \
	    " AND json_extract(body,'$.own')=0)")                                                                      \
	ROW(BT_STMT_NEXT_PENDING, "SELECT " BT_SALE_COLUMNS " FROM sale WHERE " BT_SALE_WAITS                          \
				  " AND delivery=?1 AND paid_seq>?2 ORDER BY paid_seq LIMIT 1")                        \
	/* Few events, each with its sale: the + keeps the search away from the indexes of all that is unsent. */      \
	ROW(BT_STMT_COVERED,                                                                                           \
	    "SELECT " BT_SALE_COLUMNS " FROM sale WHERE sale_id IN (SELECT sale_id FROM event WHERE seq>?1 AND"        \
	    " seq<=?2 AND sale_id<>'') AND last_seq>?1 AND last_seq<=?2 AND +settled=0 AND " BT_SALE_DONE              \
	    " ORDER BY last_seq LIMIT ?3")                                                                             \
	ROW(BT_STMT_LEFT_OVER, "SELECT " BT_SALE_COLUMNS " FROM sale WHERE " BT_SALE_UNSENT " AND " BT_SALE_DONE       \
			       " AND paid_seq>?1 AND paid_seq<=?2 AND last_seq<=?2 ORDER BY paid_seq LIMIT ?3")        \
	/* Two halves, for each has an index of its own. */                                                            \
	ROW(BT_STMT_OPEN_WITHIN, "SELECT " BT_SALE_COLUMNS " FROM sale WHERE " BT_SALE_OPEN                            \
				 " AND paid_seq>?1 AND paid_seq<=?2 UNION ALL SELECT " BT_SALE_COLUMNS                 \
				 " FROM sale WHERE " BT_SALE_BANK " AND paid_seq>?1 AND paid_seq<=?2"                  \
				 " ORDER BY paid_seq LIMIT ?3")                                                        \
	ROW(BT_STMT_OPEN_WITHIN_COUNT,                                                                                 \
	    "SELECT count(*) FROM sale WHERE " BT_SALE_OPEN " AND paid_seq>?1 AND paid_seq<=?2")                       \
	ROW(BT_STMT_BANK_WITHIN_COUNT,                                                                                 \
	    "SELECT count(*) FROM sale WHERE " BT_SALE_BANK " AND paid_seq>?1 AND paid_seq<=?2")                       \
	ROW(BT_STMT_UNDER_WAY, "SELECT count(*) FROM sale WHERE " BT_SALE_OPEN " AND stage IN (0,1)")                  \
	ROW(BT_STMT_OPEN_COUNT, "SELECT count(*) FROM sale WHERE " BT_SALE_OPEN)                                       \
	ROW(BT_STMT_EXCEPTIONS, "SELECT " BT_EVENT_COLUMNS " FROM event WHERE kind='exception' AND sale_id<>''"        \
				" AND seq<=?1 ORDER BY seq")                                                           \
	/* The + keeps the search to the few events of the sale: exceptions of all sales may be many. */               \
	ROW(BT_STMT_SALE_EXCEPTIONS, "SELECT " BT_EVENT_COLUMNS " FROM event WHERE +kind='exception' AND sale_id<>''"  \
				     " AND seq<=?1 AND sale_id=?2 ORDER BY seq")                                       \
	ROW(BT_STMT_EXCEPTED_COUNT,                                                                                    \
	    "SELECT count(DISTINCT e.sale_id) FROM event e JOIN sale s ON s.sale_id=e.sale_id WHERE"                   \
	    " e.kind='exception' AND e.seq<=?1 AND json_extract(e.body,'$.code') IN (SELECT value FROM"                \
	    " json_each(?2)) AND s.settled=0 AND s.stage NOT IN (5,6,8,10,11)")                                        \
	/* Asked at each sale: a list of more than two would be made into a table each time. */                        \
	ROW(BT_STMT_METER_USE, "SELECT coalesce(sum(delivery='token'),0),coalesce(sum(amount),0)"                      \
			       " FROM sale WHERE meter=?1 AND paid_at>=?2 AND stage<>5 AND stage<>6 AND stage<>8"      \
			       " AND stage<>10 AND stage<>11")                                                         \
	ROW(BT_STMT_TID, "SELECT 1 FROM sale WHERE meter=?1 AND tid=?2 AND tid<>0 AND sale_id<>?3")                    \
	ROW(BT_STMT_SHIFT, "SELECT count(*) FROM sale WHERE shift=?1")                                                 \
	ROW(BT_STMT_PEER, "SELECT seq,hash FROM peer WHERE id=1")                                                      \
	ROW(BT_STMT_PEER_SET, "INSERT OR REPLACE INTO peer(id,seq,hash) VALUES(1,?1,?2)")

enum bt_statement {
#define BT_STATEMENT_ENUM(id, sql) id,
	BT_STATEMENTS(BT_STATEMENT_ENUM)
#undef BT_STATEMENT_ENUM
	    BT_STMT_COUNT
};

struct bt_store {
	sqlite3 *db;
	sqlite3_stmt *statements[BT_STMT_COUNT]; /* prepared on first use */
	struct bt_tally tally;                   /* of the projection, the open transaction included */
	bool migrated;                           /* an older schema was brought up when it was opened */
	int wal_pages;                           /* in the write-ahead log after the newest commit */
	uint8_t body[BT_EVENT_BODY_MAX];         /* of bt_store_event_at() */
};

/**
 * Open <dir>/journal.db, making it when @p writable, and bring its schema up to this version.
 * @return BT_OK, BT_ENOTFOUND (not there, not writable), BT_EUNSUPPORTED (made by a newer version, or SQLite does not
 *         take a setting), BT_ECORRUPT, BT_ENOSPC, BT_EDISK, BT_ENOMEM; nothing stays open on failure.
 */
BT_MUST_USE enum bt_err bt_store_open(struct bt_store *store, const struct bt_disk *disk, const char *dir,
				      bool writable, struct bt_fault *fault);
/** Open what is there of any version, to read the events that can still be read; nothing is brought up or checked.
 *  @return as bt_store_open(). */
BT_MUST_USE enum bt_err bt_store_salvage(struct bt_store *store, const struct bt_disk *disk, const char *dir,
					 struct bt_fault *fault);
/** Safe on a zeroed store. */
void bt_store_close(struct bt_store *store);
/** As a process that dies: the log is left as it is, the next opening recovers from it. */
void bt_store_drop(struct bt_store *store);
/** The prepared statement, reset and without bindings; NULL when it cannot be prepared (bt_store_error() says why). */
sqlite3_stmt *bt_store_statement(struct bt_store *store, enum bt_statement id);
/** Run a statement to its end and reset it. @return an SQLite code, SQLITE_OK when done. */
int bt_store_run(sqlite3_stmt *statement);
/** What an SQLite code means here. SQLITE_OK, ROW and DONE are BT_OK. */
enum bt_err bt_store_err(int code);
/** Note the newest failure of the connection. */
enum bt_err bt_store_error(const struct bt_store *store, const char *doing, struct bt_fault *fault);
/** Roll back when a transaction is open. */
void bt_store_rollback(struct bt_store *store);
/** Move the log into the database file. @p whole also empties it. @return BT_OK, BT_ENOSPC, BT_EDISK. */
BT_MUST_USE enum bt_err bt_store_checkpoint(struct bt_store *store, bool whole, struct bt_fault *fault);

/** Bind and read text and bytes without a copy the caller has to mind. */
int bt_store_bind_text(sqlite3_stmt *statement, int place, const char *text);
int bt_store_bind_bytes(sqlite3_stmt *statement, int place, struct bt_bytes bytes);
/** @return false when the column is not text or does not fit. */
bool bt_store_text(sqlite3_stmt *statement, int column, char *out, size_t cap);
/** @return false unless the column is exactly @p len bytes. */
bool bt_store_bytes(sqlite3_stmt *statement, int column, uint8_t *out, size_t len);

/** The row of BT_EVENT_COLUMNS the statement stands on. Body is borrowed from it. @return BT_OK or BT_ECORRUPT. */
BT_MUST_USE enum bt_err bt_store_event(sqlite3_stmt *statement, struct bt_event *out);
/** The row of BT_SALE_COLUMNS the statement stands on. @return BT_OK or BT_ECORRUPT. */
BT_MUST_USE enum bt_err bt_store_sale(sqlite3_stmt *statement, struct bt_sale_row *out);

/** By id; a zeroed row when there is none. @return BT_OK, BT_ECORRUPT, BT_EDISK. */
BT_MUST_USE enum bt_err bt_store_find_sale(struct bt_store *store, const char *sale_id, struct bt_sale_row *out,
					   struct bt_fault *fault);
/** Write the row over @p before, the one that is there (zeroed: none); the tally of the store moves along. */
BT_MUST_USE enum bt_err bt_store_put_sale(struct bt_store *store, const struct bt_sale_row *before,
					  const struct bt_sale_row *row, struct bt_fault *fault);
/** End a put: its first event, and the tally as it is now. */
BT_MUST_USE enum bt_err bt_store_put_mark(struct bt_store *store, int64_t batch_first, struct bt_fault *fault);
/** What the newest put left: its first event and the tally. @return BT_OK or BT_ECORRUPT. */
BT_MUST_USE enum bt_err bt_store_mark(struct bt_store *store, int64_t *batch_first, struct bt_tally *tally,
				      struct bt_fault *fault);
/** Body borrowed until the next call of this function. A missing one is BT_ECORRUPT. */
BT_MUST_USE enum bt_err bt_store_event_at(struct bt_store *store, int64_t seq, struct bt_event *out,
					  struct bt_fault *fault);
/** Newest event; zeroed when there is none. */
BT_MUST_USE enum bt_err bt_store_last(struct bt_store *store, struct bt_head *out, struct bt_fault *fault);
/** What the head-end acknowledged last; zeroed when nothing. */
BT_MUST_USE enum bt_err bt_store_peer(struct bt_store *store, struct bt_head *out, struct bt_fault *fault);
BT_MUST_USE enum bt_err bt_store_put_peer(struct bt_store *store, const struct bt_head *head, struct bt_fault *fault);

#endif
