#include "core/journal/schema.h"

#include <string.h>

#define SCHEMA_TEXT_MAX 16384 /* the schema has some 3 KB */

/* Conditions as the steps of then were released with them. */
#define UNSENT_TILL_4 "settled=0 AND stage NOT IN (5,6)"
#define UNSENT_TILL_6 "settled=0 AND stage NOT IN (5,6,10,11)"
#define TENDERED      "stage IN (10,11)"
#define OPEN_TILL_6   "stage<>6 AND (stage IN (0,1,4,5,7,9) OR (stage=8 AND printed=0) OR exception=1)"
#define WAITS_TILL_6  "stage IN (4,7,9)"

static const char version_1[] =
    "CREATE TABLE event("
    " seq INTEGER PRIMARY KEY CHECK(seq>=1), time INTEGER NOT NULL, sale_id TEXT NOT NULL, kind TEXT NOT NULL,"
    " body TEXT NOT NULL, prev_hash BLOB NOT NULL CHECK(length(prev_hash)=32),"
    " hash BLOB NOT NULL UNIQUE CHECK(length(hash)=32), signature BLOB NOT NULL CHECK(length(signature)=64)) STRICT;"
    "CREATE INDEX event_by_sale ON event(sale_id,seq) WHERE sale_id<>'';"
    "CREATE INDEX event_by_kind ON event(kind,seq);"
    "CREATE TRIGGER event_keep BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT,'events are never changed'); END;"
    "CREATE TRIGGER event_stay BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT,'events are never removed'); END;"
    "CREATE TABLE mark(id INTEGER PRIMARY KEY CHECK(id=1), batch_first INTEGER NOT NULL) STRICT;"
    "INSERT INTO mark VALUES(1,1);"
    "CREATE TABLE peer(id INTEGER PRIMARY KEY CHECK(id=1), seq INTEGER NOT NULL,"
    " hash BLOB NOT NULL CHECK(length(hash)=32)) STRICT;"
    "CREATE TABLE sale("
    " sale_id TEXT PRIMARY KEY, connection TEXT NOT NULL, meter TEXT NOT NULL, operator TEXT NOT NULL,"
    " receipt TEXT NOT NULL, token TEXT NOT NULL, delivery TEXT NOT NULL, shift INTEGER NOT NULL,"
    " paid_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, paid_at INTEGER NOT NULL, amount INTEGER NOT NULL,"
    " dues INTEGER NOT NULL, units INTEGER NOT NULL, tid INTEGER NOT NULL, stage INTEGER NOT NULL,"
    " made_here INTEGER NOT NULL, settled INTEGER NOT NULL, exception INTEGER NOT NULL,"
    " printed INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE UNIQUE INDEX sale_by_seq ON sale(paid_seq);"
    "CREATE INDEX sale_by_receipt ON sale(receipt);"
    "CREATE INDEX sale_by_meter ON sale(meter,paid_at);"
    "CREATE INDEX sale_by_connection ON sale(connection,paid_at);"
    "CREATE INDEX sale_by_tid ON sale(meter,tid) WHERE tid<>0;"
    "CREATE INDEX sale_by_shift ON sale(shift);"
    "CREATE INDEX sale_unsent ON sale(paid_seq) WHERE " UNSENT_TILL_4 ";"
    "CREATE INDEX sale_open ON sale(paid_seq) WHERE stage<>6 AND (stage IN (0,1,4,5) OR exception=1);";

/* The mark of the newest put takes the tally of the projection along. */
static const char version_2[] =
    "CREATE TABLE newest(id INTEGER PRIMARY KEY CHECK(id=1), batch_first INTEGER NOT NULL, sales INTEGER NOT NULL,"
    " tally BLOB NOT NULL CHECK(length(tally)=32)) STRICT;"
    "INSERT INTO newest SELECT 1,batch_first,0,zeroblob(32) FROM mark;"
    "DROP TABLE mark;";

/* Sales that are being refunded or inquired about need somebody too. */
static const char version_3[] = "DROP INDEX sale_open;"
				"CREATE INDEX sale_open ON sale(paid_seq) WHERE " OPEN_TILL_6 ";";

/* After a long outage: the next pending sale is found, and what is unsent is summed, without a look at each sale. */
static const char version_4[] =
    "DROP INDEX sale_unsent;"
    "CREATE INDEX sale_unsent ON sale(paid_seq,amount,paid_at,stage,settled) WHERE " UNSENT_TILL_4 ";"
    "CREATE INDEX sale_pending ON sale(delivery,paid_seq) WHERE " WAITS_TILL_6 ";";

/* SQLite ends each entry of an index with the row's number. An index that names it holds it twice and orders by the
 * copy that no reader sees: a bit could turn there and the next put stand in the wrong place. */
static const char version_5[] = "DROP INDEX event_by_sale;"
				"DROP INDEX event_by_kind;"
				"CREATE INDEX event_by_sale ON event(sale_id) WHERE sale_id<>'';"
				"CREATE INDEX event_by_kind ON event(kind);";

/* Sales without money: not yet, or never. They are looked for at every start. */
static const char version_6[] =
    "DROP INDEX sale_unsent;"
    "CREATE INDEX sale_unsent ON sale(paid_seq,amount,paid_at,stage,settled) WHERE " UNSENT_TILL_6 ";"
    "CREATE INDEX sale_tendered ON sale(paid_seq) WHERE " TENDERED ";";

/* A list of three or more is made into a table each time a row is held against it, and every row written is held
 * against each condition. And what was handed out for others is found by its sale and by its docket. */
static const char version_7[] =
    "DROP INDEX sale_unsent;"
    "DROP INDEX sale_open;"
    "DROP INDEX sale_pending;"
    "CREATE INDEX sale_unsent ON sale(paid_seq,amount,paid_at,stage,settled) WHERE " BT_SALE_UNSENT ";"
    "CREATE INDEX sale_open ON sale(paid_seq) WHERE " BT_SALE_OPEN ";"
    "CREATE INDEX sale_pending ON sale(delivery,paid_seq) WHERE " BT_SALE_WAITS ";"
    "CREATE INDEX event_by_handed_sale ON event(" BT_HANDED_SALE ") WHERE " BT_HANDED ";"
    "CREATE INDEX event_by_docket ON event(" BT_HANDED_DOCKET ") WHERE " BT_HANDED ";";

static enum bt_err count_sales(struct bt_store *store, struct bt_fault *fault)
{
	static const struct bt_sale_row none = {0};
	struct bt_tally ignored;
	struct bt_sale_row row;
	sqlite3_stmt *statement = NULL;
	int64_t batch_first = 0;
	int code = sqlite3_prepare_v2(store->db, "SELECT " BT_SALE_COLUMNS " FROM sale", -1, &statement, NULL);
	enum bt_err err = BT_OK;
	store->tally = (struct bt_tally){0};
	while (!code && err == BT_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		code = SQLITE_OK;
		err = bt_store_sale(statement, &row);
		if (err == BT_OK)
			err = bt_tally_move(&store->tally, &none, &row);
	}
	if (err == BT_OK && code != SQLITE_DONE)
		err = bt_store_error(store, "count sales", fault);
	else if (err != BT_OK)
		bt_fault_set(fault, err, 0, "a sale row is damaged");
	sqlite3_finalize(statement);
	if (err == BT_OK)
		err = bt_store_mark(store, &batch_first, &ignored, fault);
	return err == BT_OK ? bt_store_put_mark(store, batch_first, fault) : err;
}

static const struct step {
	const char *sql;
	enum bt_err (*fill)(struct bt_store *store, struct bt_fault *fault); /* in the same transaction; may be NULL */
} steps[BT_SCHEMA_VERSION] = {
    {.sql = version_1}, {.sql = version_2, .fill = count_sales},
    {.sql = version_3}, {.sql = version_4},
    {.sql = version_5}, {.sql = version_6},
    {.sql = version_7},
};

static enum bt_err read_version(struct bt_store *store, int *out, struct bt_fault *fault)
{
	sqlite3_stmt *statement = NULL;
	if (sqlite3_prepare_v2(store->db, "PRAGMA user_version", -1, &statement, NULL) != SQLITE_OK ||
	    sqlite3_step(statement) != SQLITE_ROW) {
		sqlite3_finalize(statement);
		return bt_store_error(store, "read version", fault);
	}
	*out = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	return BT_OK;
}

static bool run_sql(struct bt_store *store, const char *sql)
{
	return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* A released step that is no sentence for this database met other tables than the steps before it make. */
static enum bt_err note_step(struct bt_store *store, struct bt_fault *fault)
{
	if (sqlite3_errcode(store->db) == SQLITE_ERROR)
		return bt_fault_set(fault, BT_ECORRUPT, SQLITE_ERROR, "journal.db: tables are not as they were made");
	return bt_store_error(store, "bring schema up", fault);
}

static enum bt_err take_step(struct bt_store *store, int version, struct bt_fault *fault)
{
	char number[48];
	enum bt_err err = BT_OK;
	bt_text_printf(number, sizeof number, "PRAGMA user_version=%d;COMMIT", version + 1);
	if (!run_sql(store, "BEGIN IMMEDIATE") || !run_sql(store, steps[version].sql))
		err = note_step(store, fault);
	if (err == BT_OK && steps[version].fill)
		err = steps[version].fill(store, fault);
	if (err == BT_OK && !run_sql(store, number))
		err = bt_store_error(store, "bring schema up", fault);
	if (err != BT_OK)
		bt_store_rollback(store);
	return err;
}

enum bt_err bt_schema_migrate(struct bt_store *store, bool writable, struct bt_fault *fault)
{
	int version = 0;
	enum bt_err err = read_version(store, &version, fault);
	if (err != BT_OK)
		return err;
	if (version < 0 || version > BT_SCHEMA_VERSION || (!writable && version != BT_SCHEMA_VERSION))
		return bt_fault_set(fault, BT_EUNSUPPORTED, version, "journal.db: schema %d, this program knows %d",
				    version, BT_SCHEMA_VERSION);
	store->migrated = version > 0 && version < BT_SCHEMA_VERSION;
	for (; version < BT_SCHEMA_VERSION && err == BT_OK; version++)
		err = take_step(store, version, fault);
	return err;
}

/* ---- is it the schema that the steps make? ---- */

/* SHA-256 of all that the steps make, so that no opening has to make it again to compare. Of what stands in a file, the
 * texts of its tables, indexes and triggers are as they were given: no version of SQLite writes them otherwise. */
static const char fingerprint[] = "358114e9a7df3dace9d32e691b9b5f69559bbfbced20a37384fd9b71a6990afe";

/* Fields and their ends, in the order of the names. */
static enum bt_err read_schema(struct bt_store *store, struct bt_buf *out, struct bt_fault *fault)
{
	static const char listing[] =
	    "SELECT type,name,tbl_name,coalesce(sql,'') FROM sqlite_schema ORDER BY type,name";
	sqlite3_stmt *statement = NULL;
	enum bt_err err = BT_OK;
	int code = sqlite3_prepare_v2(store->db, listing, -1, &statement, NULL);
	while (!code && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		code = SQLITE_OK;
		for (int column = 0; column < 4 && err == BT_OK; column++) {
			const char *text = (const char *)sqlite3_column_text(statement, column);
			err = text ? bt_buf_put(out, text, strlen(text) + 1) : BT_ECORRUPT;
		}
		if (err != BT_OK)
			break;
	}
	if (err == BT_EFULL || err == BT_ECORRUPT)
		err = bt_fault_set(fault, BT_ECORRUPT, 0, "journal.db: tables are not as they were made");
	else if (err == BT_OK && code != SQLITE_DONE)
		err = bt_store_error(store, "read schema", fault);
	sqlite3_finalize(statement);
	return err;
}

enum bt_err bt_schema_check(struct bt_store *store, struct bt_fault *fault)
{
	uint8_t hash[BT_SHA256_LEN];
	char is[2 * BT_SHA256_LEN + 1];
	struct bt_buf schema;
	bt_buf_init(&schema, SCHEMA_TEXT_MAX);
	enum bt_err err = read_schema(store, &schema, fault);
	if (err == BT_OK && bt_sha256(bt_buf_view(&schema), hash) != BT_OK)
		err = bt_fault_set(fault, BT_ECRYPTO, 0, "hash of the schema");
	if (err == BT_OK) {
		bt_hex_encode(BT_BYTES(hash), is);
		if (strcmp(is, fingerprint) != 0)
			err =
			    bt_fault_set(fault, BT_ECORRUPT, 0, "journal.db: tables are not as they were made: %s", is);
	}
	bt_buf_fini(&schema);
	return err;
}
