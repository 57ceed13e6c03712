#include "core/journal/store.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/mutant.h"
#include "core/journal/schema.h"

#define SQLITE_OLDEST 3037000 /* STRICT tables */

/* In this order: synchronous is EXTRA before the log is first used (facts of reliability 2.3). */
static const struct setting {
	const char *set, *ask, *expect;
} settings[] = {
    {"PRAGMA locking_mode=EXCLUSIVE", "PRAGMA locking_mode", "exclusive"},
    {"PRAGMA synchronous=EXTRA", "PRAGMA synchronous", "3"},
    {"PRAGMA journal_mode=WAL", "PRAGMA journal_mode", "wal"},
    {"PRAGMA synchronous=EXTRA", "PRAGMA synchronous", "3"},
    {"PRAGMA wal_autocheckpoint=0", "PRAGMA wal_autocheckpoint", "0"},
    {"PRAGMA foreign_keys=ON", "PRAGMA foreign_keys", "1"},
    {"PRAGMA trusted_schema=OFF", "PRAGMA trusted_schema", "0"},
    {"PRAGMA cell_size_check=ON", "PRAGMA cell_size_check", "1"},
    {"PRAGMA mmap_size=0", "PRAGMA mmap_size", "0"},
    {"PRAGMA fullfsync=ON", "PRAGMA fullfsync", "1"},
    {"PRAGMA temp_store=MEMORY", "PRAGMA temp_store", "2"},
};

static const char *const statement_sql[BT_STMT_COUNT] = {
#define STATEMENT_SQL(id, sql) [id] = sql,
    BT_STATEMENTS(STATEMENT_SQL)
#undef STATEMENT_SQL
};

enum bt_err bt_store_err(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return BT_OK;
	case SQLITE_FULL:
		return BT_ENOSPC;
	case SQLITE_NOMEM:
		return BT_ENOMEM;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return BT_ECORRUPT;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return BT_EBUSY;
	case SQLITE_CONSTRAINT:
	case SQLITE_READONLY:
		return BT_ESTATE;
	default:
		return BT_EDISK;
	}
}

enum bt_err bt_store_error(const struct bt_store *store, const char *doing, struct bt_fault *fault)
{
	int code = sqlite3_extended_errcode(store->db);
	enum bt_err err = bt_store_err(code);
	if (err == BT_OK)
		err = BT_EDISK;
	return bt_fault_set(fault, err, code, "journal.db: %s: %s", doing, sqlite3_errstr(code));
}

sqlite3_stmt *bt_store_statement(struct bt_store *store, enum bt_statement id)
{
	sqlite3_stmt **slot = &store->statements[id];
	if (!store->db)
		return NULL;
	if (!*slot && sqlite3_prepare_v3(store->db, statement_sql[id], -1, SQLITE_PREPARE_PERSISTENT, slot, NULL))
		return NULL;
	sqlite3_reset(*slot);
	sqlite3_clear_bindings(*slot);
	return *slot;
}

int bt_store_run(sqlite3_stmt *statement)
{
	int code;
	while ((code = sqlite3_step(statement)) == SQLITE_ROW)
		continue;
	int reset = sqlite3_reset(statement);
	return code == SQLITE_DONE ? reset : code;
}

int bt_store_bind_text(sqlite3_stmt *statement, int place, const char *text)
{
	return sqlite3_bind_text(statement, place, text, -1, SQLITE_TRANSIENT);
}

int bt_store_bind_bytes(sqlite3_stmt *statement, int place, struct bt_bytes bytes)
{
	return sqlite3_bind_blob64(statement, place, bytes.data, bytes.len, SQLITE_TRANSIENT);
}

bool bt_store_text(sqlite3_stmt *statement, int column, char *out, size_t cap)
{
	if (sqlite3_column_type(statement, column) != SQLITE_TEXT)
		return false;
	const unsigned char *text = sqlite3_column_text(statement, column);
	size_t len = (size_t)sqlite3_column_bytes(statement, column);
	if (!text || len >= cap || memchr(text, 0, len))
		return false;
	memcpy(out, text, len + 1);
	return true;
}

bool bt_store_bytes(sqlite3_stmt *statement, int column, uint8_t *out, size_t len)
{
	if (sqlite3_column_type(statement, column) != SQLITE_BLOB)
		return false;
	const void *data = sqlite3_column_blob(statement, column);
	if (!data || (size_t)sqlite3_column_bytes(statement, column) != len)
		return false;
	memcpy(out, data, len);
	return true;
}

enum bt_err bt_store_event(sqlite3_stmt *statement, struct bt_event *out)
{
	struct bt_event event = {.seq = sqlite3_column_int64(statement, 0),
				 .time_ms = sqlite3_column_int64(statement, 1)};
	char kind[16];
	if (!bt_store_text(statement, 2, event.sale_id, sizeof event.sale_id) ||
	    !bt_store_text(statement, 3, kind, sizeof kind) || bt_event_kind_parse(kind, &event.kind) != BT_OK ||
	    sqlite3_column_type(statement, 4) != SQLITE_TEXT ||
	    !bt_store_bytes(statement, 5, event.prev_hash, sizeof event.prev_hash) ||
	    !bt_store_bytes(statement, 6, event.hash, sizeof event.hash) ||
	    !bt_store_bytes(statement, 7, event.signature, sizeof event.signature))
		return BT_ECORRUPT;
	event.body.data = sqlite3_column_text(statement, 4);
	event.body.len = (size_t)sqlite3_column_bytes(statement, 4);
	if (!event.body.data || event.body.len > BT_EVENT_BODY_MAX)
		return BT_ECORRUPT;
	*out = event;
	return BT_OK;
}

static bool read_flag(sqlite3_stmt *statement, int column, bool *out)
{
	int64_t value = sqlite3_column_int64(statement, column);
	*out = value == 1;
	return value == 0 || value == 1;
}

enum bt_err bt_store_sale(sqlite3_stmt *statement, struct bt_sale_row *out)
{
	struct bt_sale_row row = {.shift = sqlite3_column_int64(statement, 7),
				  .paid_seq = sqlite3_column_int64(statement, 8),
				  .last_seq = sqlite3_column_int64(statement, 9),
				  .paid_at_ms = sqlite3_column_int64(statement, 10),
				  .amount = sqlite3_column_int64(statement, 11),
				  .dues = sqlite3_column_int64(statement, 12),
				  .units = sqlite3_column_int64(statement, 13)};
	int64_t tid = sqlite3_column_int64(statement, 14), stage = sqlite3_column_int64(statement, 15),
		printed = sqlite3_column_int64(statement, 19);
	if (!bt_store_text(statement, 0, row.sale_id, sizeof row.sale_id) ||
	    !bt_store_text(statement, 1, row.connection, sizeof row.connection) ||
	    !bt_store_text(statement, 2, row.meter, sizeof row.meter) ||
	    !bt_store_text(statement, 3, row.operator_id, sizeof row.operator_id) ||
	    !bt_store_text(statement, 4, row.receipt, sizeof row.receipt) ||
	    !bt_store_text(statement, 5, row.token, sizeof row.token) ||
	    !bt_store_text(statement, 6, row.delivery, sizeof row.delivery) || tid < 0 || tid > 0xffffff || stage < 0 ||
	    stage > BT_STAGE_UNPAID || printed < 0 || printed > INT_MAX || !read_flag(statement, 16, &row.made_here) ||
	    !read_flag(statement, 17, &row.settled) || !read_flag(statement, 18, &row.exception))
		return BT_ECORRUPT;
	row.tid = (uint32_t)tid;
	row.stage = (enum bt_sale_stage)stage;
	row.printed_copies = (int)printed;
	*out = row;
	return BT_OK;
}

enum bt_err bt_store_find_sale(struct bt_store *store, const char *sale_id, struct bt_sale_row *out,
			       struct bt_fault *fault)
{
	sqlite3_stmt *statement = bt_store_statement(store, BT_STMT_SALE);
	if (!statement || bt_store_bind_text(statement, 1, sale_id))
		return bt_store_error(store, "look up sale", fault);
	int code = sqlite3_step(statement);
	enum bt_err err = BT_OK;
	if (code == SQLITE_ROW)
		err = bt_store_sale(statement, out);
	else if (code == SQLITE_DONE)
		*out = (struct bt_sale_row){0};
	else
		err = bt_store_error(store, "look up sale", fault);
	sqlite3_reset(statement);
	return err == BT_ECORRUPT ? bt_fault_set(fault, err, 0, "sale row is damaged") : err;
}

/* Only what BT_STMT_SALE_MOVE writes is another. */
static bool is_moved_only(const struct bt_sale_row *before, const struct bt_sale_row *row)
{
	return before->paid_seq != 0 && strcmp(before->connection, row->connection) == 0 &&
	       strcmp(before->meter, row->meter) == 0 && strcmp(before->operator_id, row->operator_id) == 0 &&
	       strcmp(before->receipt, row->receipt) == 0 && strcmp(before->delivery, row->delivery) == 0 &&
	       before->shift == row->shift && before->paid_seq == row->paid_seq &&
	       before->paid_at_ms == row->paid_at_ms && before->amount == row->amount && before->dues == row->dues &&
	       before->tid == row->tid;
}

static int bind_row(sqlite3_stmt *statement, const char *const *texts, int text_count, const int64_t *numbers,
		    int number_count)
{
	int place = 1, code = statement ? SQLITE_OK : SQLITE_NOMEM;
	for (int i = 0; i < text_count && !code; i++)
		code = bt_store_bind_text(statement, place++, texts[i]);
	for (int i = 0; i < number_count && !code; i++)
		code = sqlite3_bind_int64(statement, place++, numbers[i]);
	return code;
}

static int move_sale(struct bt_store *store, const struct bt_sale_row *row)
{
	sqlite3_stmt *statement = bt_store_statement(store, BT_STMT_SALE_MOVE);
	const char *const texts[] = {row->sale_id, row->token};
	const int64_t numbers[] = {row->last_seq, row->units,     row->stage,         row->made_here,
				   row->settled,  row->exception, row->printed_copies};
	int code = bind_row(statement, texts, sizeof texts / sizeof *texts, numbers, sizeof numbers / sizeof *numbers);
	return code ? code : bt_store_run(statement);
}

static int store_sale(struct bt_store *store, const struct bt_sale_row *row)
{
	sqlite3_stmt *statement = bt_store_statement(store, BT_STMT_SALE_STORE);
	const char *const texts[] = {row->sale_id, row->connection, row->meter,   row->operator_id,
				     row->receipt, row->token,      row->delivery};
	const int64_t numbers[] = {row->shift,   row->paid_seq,  row->last_seq,      row->paid_at_ms, row->amount,
				   row->dues,    row->units,     row->tid,           row->stage,      row->made_here,
				   row->settled, row->exception, row->printed_copies};
	int code = bind_row(statement, texts, sizeof texts / sizeof *texts, numbers, sizeof numbers / sizeof *numbers);
	return code ? code : bt_store_run(statement);
}

enum bt_err bt_store_put_sale(struct bt_store *store, const struct bt_sale_row *before, const struct bt_sale_row *row,
			      struct bt_fault *fault)
{
	if (is_moved_only(before, row) ? move_sale(store, row) : store_sale(store, row))
		return bt_store_error(store, "store sale", fault);
	enum bt_err err = bt_tally_move(&store->tally, before, row);
	return err == BT_OK ? BT_OK : bt_fault_set(fault, err, 0, "tally of sales");
}

enum bt_err bt_store_put_mark(struct bt_store *store, int64_t batch_first, struct bt_fault *fault)
{
	uint8_t sum[BT_TALLY_LEN];
	sqlite3_stmt *statement = bt_store_statement(store, BT_STMT_MARK_SET);
	bt_tally_encode(&store->tally, sum);
	if (!statement || sqlite3_bind_int64(statement, 1, batch_first) ||
	    sqlite3_bind_int64(statement, 2, store->tally.sales) || bt_store_bind_bytes(statement, 3, BT_BYTES(sum)) ||
	    bt_store_run(statement))
		return bt_store_error(store, "write mark", fault);
	return BT_OK;
}

enum bt_err bt_store_mark(struct bt_store *store, int64_t *batch_first, struct bt_tally *tally, struct bt_fault *fault)
{
	uint8_t sum[BT_TALLY_LEN];
	sqlite3_stmt *statement = bt_store_statement(store, BT_STMT_MARK);
	if (!statement || sqlite3_step(statement) != SQLITE_ROW)
		return bt_fault_set(fault, BT_ECORRUPT, 0, "mark of the newest put is missing");
	int64_t first = sqlite3_column_int64(statement, 0), sales = sqlite3_column_int64(statement, 1);
	bool whole = bt_store_bytes(statement, 2, sum, sizeof sum);
	sqlite3_reset(statement);
	if (!whole)
		return bt_fault_set(fault, BT_ECORRUPT, 0, "mark of the newest put is damaged");
	*batch_first = first;
	bt_tally_decode(sales, sum, tally);
	return BT_OK;
}

enum bt_err bt_store_event_at(struct bt_store *store, int64_t seq, struct bt_event *out, struct bt_fault *fault)
{
	sqlite3_stmt *statement = bt_store_statement(store, BT_STMT_EVENT);
	if (!statement || sqlite3_bind_int64(statement, 1, seq))
		return bt_store_error(store, "read event", fault);
	int code = sqlite3_step(statement);
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		return bt_store_error(store, "read event", fault);
	/* Reset at once: a statement left on its row would hold the log back from being moved into the database. */
	enum bt_err err = code == SQLITE_ROW ? bt_store_event(statement, out) : BT_ECORRUPT;
	if (err == BT_OK) {
		memcpy(store->body, out->body.data, out->body.len);
		out->body.data = store->body;
	}
	sqlite3_reset(statement);
	if (err == BT_OK)
		return BT_OK;
	return bt_fault_set(fault, BT_ECORRUPT, 0, "event %lld is missing or damaged", (long long)seq);
}

/* A row of seq and hash; none is the head of nothing. */
static enum bt_err read_head(struct bt_store *store, sqlite3_stmt *statement, struct bt_head *out,
			     struct bt_fault *fault)
{
	int code = statement ? sqlite3_step(statement) : SQLITE_ERROR;
	struct bt_head head = {0};
	enum bt_err err = BT_OK;
	if (code == SQLITE_ROW) {
		head.seq = sqlite3_column_int64(statement, 0);
		if (!bt_store_bytes(statement, 1, head.hash, sizeof head.hash))
			err = bt_fault_set(fault, BT_ECORRUPT, 0, "head is damaged");
	} else if (code != SQLITE_DONE) {
		err = bt_store_error(store, "read head", fault);
	}
	sqlite3_reset(statement);
	if (err == BT_OK)
		*out = head;
	return err;
}

enum bt_err bt_store_last(struct bt_store *store, struct bt_head *out, struct bt_fault *fault)
{
	return read_head(store, bt_store_statement(store, BT_STMT_LAST), out, fault);
}

enum bt_err bt_store_peer(struct bt_store *store, struct bt_head *out, struct bt_fault *fault)
{
	sqlite3_stmt *statement = bt_store_statement(store, BT_STMT_PEER);
	return read_head(store, statement, out, fault);
}

enum bt_err bt_store_put_peer(struct bt_store *store, const struct bt_head *head, struct bt_fault *fault)
{
	sqlite3_stmt *statement = bt_store_statement(store, BT_STMT_PEER_SET);
	if (!statement || sqlite3_bind_int64(statement, 1, head->seq) ||
	    bt_store_bind_bytes(statement, 2, BT_BYTES(head->hash)) || bt_store_run(statement))
		return bt_store_error(store, "acknowledge", fault);
	return BT_OK;
}

void bt_store_rollback(struct bt_store *store)
{
	if (store->db && !sqlite3_get_autocommit(store->db))
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
}

enum bt_err bt_store_checkpoint(struct bt_store *store, bool whole, struct bt_fault *fault)
{
	int mode = whole ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
	if (sqlite3_wal_checkpoint_v2(store->db, "main", mode, NULL, NULL) != SQLITE_OK)
		return bt_store_error(store, "checkpoint", fault);
	store->wal_pages = 0;
	return BT_OK;
}

static int note_wal_pages(void *context, sqlite3 *db, const char *name, int pages)
{
	(void)db;
	(void)name;
	((struct bt_store *)context)->wal_pages = pages;
	return SQLITE_OK;
}

static bool answer_is(sqlite3 *db, const char *sql, const char *expect)
{
	sqlite3_stmt *statement = NULL;
	bool same = sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
		    sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_text(statement, 0) &&
		    strcmp((const char *)sqlite3_column_text(statement, 0), expect) == 0;
	sqlite3_finalize(statement);
	return same;
}

static enum bt_err apply_settings(struct bt_store *store, struct bt_fault *fault)
{
	int defensive = 0;
	if (sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, &defensive) != SQLITE_OK || !defensive)
		return bt_fault_set(fault, BT_EUNSUPPORTED, 0, "journal.db: no defensive mode");
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
		if (sqlite3_exec(store->db, settings[i].set, NULL, NULL, NULL) != SQLITE_OK)
			return bt_store_error(store, settings[i].set, fault);
		if (!answer_is(store->db, settings[i].ask, settings[i].expect))
			return bt_fault_set(fault, BT_EUNSUPPORTED, 0, "journal.db: not taken: %s", settings[i].set);
	}
	if (bt_mutant(BT_MUTANT_SYNCHRONOUS_NORMAL))
		sqlite3_exec(store->db, "PRAGMA synchronous=NORMAL", NULL, NULL, NULL);
	sqlite3_wal_hook(store->db, note_wal_pages, store);
	return BT_OK;
}

/* SQLite would make the file readable to the group; make it here first. Closed before SQLite takes its locks. */
static enum bt_err make_file(const struct bt_disk *disk, const char *path, bool writable, struct bt_fault *fault)
{
	struct bt_disk_file *file = NULL;
	int sys = disk->open(disk->context, path, writable ? BT_DISK_CREATE : BT_DISK_EXISTING, &file);
	if (sys == ENOENT)
		return bt_fault_set(fault, BT_ENOTFOUND, sys, "journal.db: not there");
	if (sys)
		return bt_disk_note(fault, sys, "journal.db", "open");
	disk->close(file);
	return BT_OK;
}

static enum bt_err open_database(struct bt_store *store, const struct bt_disk *disk, const char *dir, bool writable,
				 struct bt_fault *fault)
{
	char path[PATH_MAX];
	*store = (struct bt_store){0};
	if (sqlite3_libversion_number() < SQLITE_OLDEST)
		return bt_fault_set(fault, BT_EUNSUPPORTED, sqlite3_libversion_number(), "SQLite is too old");
	enum bt_err err = bt_path_join(dir, "journal.db", path, sizeof path);
	if (err != BT_OK)
		return bt_fault_set(fault, err, 0, "path is too long");
	err = make_file(disk, path, writable, fault);
	if (err != BT_OK)
		return err;
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	if (sqlite3_open_v2(path, &store->db, flags, disk->vfs) != SQLITE_OK)
		err = bt_store_error(store, "open", fault);
	if (err == BT_OK)
		err = apply_settings(store, fault);
	if (err != BT_OK)
		bt_store_drop(store);
	return err;
}

enum bt_err bt_store_salvage(struct bt_store *store, const struct bt_disk *disk, const char *dir,
			     struct bt_fault *fault)
{
	return open_database(store, disk, dir, false, fault);
}

/* The log as it is read now, written again and synced. After a sync that failed, memory may show what the disk never
 * got, and the next sync would not say so: what is built on it now has to be there after a cut. */
static enum bt_err renew_log(const struct bt_disk *disk, const char *dir, struct bt_fault *fault)
{
	char path[PATH_MAX];
	uint8_t chunk[65536];
	struct bt_disk_file *file = NULL;
	size_t have = sizeof chunk;
	if (bt_path_join(dir, "journal.db-wal", path, sizeof path) != BT_OK)
		return bt_fault_set(fault, BT_EFULL, 0, "path is too long");
	int sys = disk->open(disk->context, path, BT_DISK_EXISTING, &file);
	if (sys == ENOENT)
		return BT_OK;
	for (uint64_t at = 0; !sys && have == sizeof chunk; at += have) {
		sys = disk->read(file, at, chunk, sizeof chunk, &have);
		if (!sys && have)
			sys = disk->write(file, at, chunk, have);
	}
	if (!sys)
		sys = disk->sync(file);
	disk->close(file);
	return sys ? bt_disk_note(fault, sys, "journal.db-wal", "renew") : BT_OK;
}

enum bt_err bt_store_open(struct bt_store *store, const struct bt_disk *disk, const char *dir, bool writable,
			  struct bt_fault *fault)
{
	*store = (struct bt_store){0};
	enum bt_err err = writable ? renew_log(disk, dir, fault) : BT_OK;
	if (err == BT_OK)
		err = open_database(store, disk, dir, writable, fault);
	if (err == BT_OK)
		err = bt_schema_migrate(store, writable, fault);
	bool named = err == BT_OK && writable && !bt_mutant(BT_MUTANT_FOLDER_NOT_SYNCED);
	int sys = named ? disk->sync_folder(disk->context, dir) : 0;
	if (sys)
		err = bt_disk_note(fault, sys, "state folder", "sync");
	if (err != BT_OK)
		bt_store_drop(store);
	return err;
}

void bt_store_close(struct bt_store *store)
{
	for (int i = 0; i < BT_STMT_COUNT; i++)
		sqlite3_finalize(store->statements[i]);
	sqlite3_close_v2(store->db);
	*store = (struct bt_store){0};
}

void bt_store_drop(struct bt_store *store)
{
	if (store->db)
		sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	bt_store_close(store);
}
