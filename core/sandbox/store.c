#include "core/sandbox/store.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS consumers(number TEXT PRIMARY KEY, meter TEXT NOT NULL, mobile TEXT NOT NULL,"
    " name_en TEXT NOT NULL, name_hi TEXT NOT NULL, relation TEXT NOT NULL, relative_en TEXT NOT NULL,"
    " relative_hi TEXT NOT NULL, place_en TEXT NOT NULL, place_hi TEXT NOT NULL, category TEXT NOT NULL,"
    " kind TEXT NOT NULL, takes_token INTEGER NOT NULL, balance INTEGER NOT NULL, balance_at INTEGER NOT NULL,"
    " dues INTEGER NOT NULL, dues_daily INTEGER NOT NULL, free_left INTEGER, free_of INTEGER, cut_due INTEGER NOT NULL,"
    " supply_cut_at INTEGER, last_recharge INTEGER NOT NULL, note TEXT NOT NULL, version INTEGER NOT NULL) STRICT;"
    "CREATE INDEX IF NOT EXISTS consumers_version ON consumers(version);"
    "CREATE INDEX IF NOT EXISTS consumers_meter ON consumers(meter);"
    "CREATE TABLE IF NOT EXISTS codes(hash BLOB PRIMARY KEY, expires INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0)"
    " STRICT;"
    "CREATE TABLE IF NOT EXISTS terminals(terminal TEXT PRIMARY KEY, lane INTEGER NOT NULL, lane_floor INTEGER NOT "
    "NULL,"
    " journal_key BLOB NOT NULL, vault_key BLOB NOT NULL, enrolled_at INTEGER NOT NULL, revoked_at INTEGER) STRICT;"
    /* Which lane a terminal has had since which of its leases, the newest last; "" is the head-end, in lane 0. A ledger
     * of an earlier version has one of 16 for each terminal. */
    "CREATE TABLE IF NOT EXISTS lanes(place INTEGER PRIMARY KEY, terminal TEXT NOT NULL, lane INTEGER NOT NULL,"
    " lanes INTEGER NOT NULL, floor INTEGER NOT NULL, lease INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;"
    "CREATE INDEX IF NOT EXISTS lanes_terminal ON lanes(terminal, place);"
    "INSERT INTO lanes(terminal, lane, lanes, floor, lease, at) SELECT '', 0, 16, 0, 0, 0"
    " WHERE NOT EXISTS (SELECT 1 FROM lanes WHERE terminal='');"
    "INSERT INTO lanes(terminal, lane, lanes, floor, lease, at) SELECT terminal, lane, 16, lane_floor, 0, enrolled_at"
    " FROM terminals WHERE terminal NOT IN (SELECT terminal FROM lanes);"
    /* Keys a terminal has changed to; records from `from_seq` on are signed with the newest of them. */
    "CREATE TABLE IF NOT EXISTS journal_keys(place INTEGER PRIMARY KEY, terminal TEXT NOT NULL,"
    " from_seq INTEGER NOT NULL, key BLOB NOT NULL) STRICT;"
    "CREATE INDEX IF NOT EXISTS journal_keys_by_seq ON journal_keys(terminal, from_seq);"
    "CREATE TABLE IF NOT EXISTS receipt_keys(terminal TEXT PRIMARY KEY, key BLOB NOT NULL) STRICT;"
    /* Every certificate a terminal was given; `key` is the SHA-256 of the public key it is for. */
    "CREATE TABLE IF NOT EXISTS certificates(place INTEGER PRIMARY KEY, terminal TEXT NOT NULL, key BLOB NOT NULL,"
    " pem TEXT NOT NULL, at INTEGER NOT NULL, until INTEGER NOT NULL) STRICT;"
    "CREATE INDEX IF NOT EXISTS certificates_key ON certificates(key);"
    "CREATE TABLE IF NOT EXISTS leases(terminal TEXT NOT NULL, number INTEGER NOT NULL, not_before INTEGER NOT NULL,"
    " expires INTEGER NOT NULL, PRIMARY KEY(terminal, number)) STRICT;"
    /* The codes of a lease's extensions; `read_at` is when one was told to somebody, `used_at` what the terminal says.
     */
    "CREATE TABLE IF NOT EXISTS grants(terminal TEXT NOT NULL, lease INTEGER NOT NULL, i INTEGER NOT NULL,"
    " days INTEGER NOT NULL, value INTEGER NOT NULL, code TEXT NOT NULL, read_at INTEGER, used_at INTEGER,"
    " PRIMARY KEY(terminal, lease, i)) STRICT;"
    /* `tid` is the minute the ledger holds for the meter; a fact that claims a minute already taken has it in
     * `said_tid` alone. `state`: committed, reversed, tombstone. */
    "CREATE TABLE IF NOT EXISTS sales(place INTEGER PRIMARY KEY, sale_id TEXT NOT NULL UNIQUE, state TEXT NOT NULL,"
    " terminal TEXT, connection TEXT, meter TEXT, delivery TEXT, paise INTEGER, dues INTEGER, units INTEGER,"
    " tid INTEGER, said_tid INTEGER, rnd INTEGER, picked INTEGER NOT NULL DEFAULT 0, key_id TEXT, token TEXT,"
    " rev INTEGER, exception TEXT, released INTEGER NOT NULL DEFAULT 0, by TEXT, at INTEGER NOT NULL, sale TEXT,"
    " reply TEXT) STRICT;"
    "CREATE UNIQUE INDEX IF NOT EXISTS sales_minute ON sales(meter, tid) WHERE tid IS NOT NULL;"
    "CREATE TABLE IF NOT EXISTS events(terminal TEXT NOT NULL, seq INTEGER NOT NULL, time INTEGER NOT NULL,"
    " sale_id TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL, signature TEXT NOT NULL,"
    " status TEXT NOT NULL, code TEXT NOT NULL, received INTEGER NOT NULL, PRIMARY KEY(terminal, seq)) STRICT;"
    "CREATE INDEX IF NOT EXISTS events_sale ON events(sale_id);"
    "CREATE INDEX IF NOT EXISTS events_era ON events(terminal) WHERE kind='era';"
    "CREATE TABLE IF NOT EXISTS paid(sale_id TEXT PRIMARY KEY, terminal TEXT NOT NULL, sale TEXT NOT NULL,"
    " time INTEGER NOT NULL, pending INTEGER NOT NULL DEFAULT 0) STRICT;"
    /* Numbers of receipts and dockets; only the copy of a terminal gives one again. */
    "CREATE TABLE IF NOT EXISTS receipts(receipt TEXT NOT NULL, sale_id TEXT NOT NULL, PRIMARY KEY(receipt, sale_id))"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS exceptions(place INTEGER PRIMARY KEY, terminal TEXT NOT NULL, sale_id TEXT NOT NULL,"
    " code TEXT NOT NULL, detail TEXT NOT NULL, at INTEGER NOT NULL) STRICT;"
    /* Key changes of a meter one after the other; `krn` and `base` are the new ones. `stage`: announced, due, out,
       done. */
    "CREATE TABLE IF NOT EXISTS key_changes(place INTEGER PRIMARY KEY, meter TEXT NOT NULL, krn INTEGER NOT NULL,"
    " base INTEGER NOT NULL, stage TEXT NOT NULL, at INTEGER NOT NULL, UNIQUE(meter, krn)) STRICT;"
    /* `change` 0: this terminal has been given keys. */
    "CREATE TABLE IF NOT EXISTS key_acks(terminal TEXT NOT NULL, change INTEGER NOT NULL,"
    " PRIMARY KEY(terminal, change)) STRICT;"
    "CREATE TABLE IF NOT EXISTS key_carriers(sale_id TEXT PRIMARY KEY, change INTEGER NOT NULL) STRICT;"
    /* What other channels took; the sale behind it stands among the sales once anything was delivered. */
    "CREATE TABLE IF NOT EXISTS app_payments(payment_id TEXT PRIMARY KEY, sale_id TEXT NOT NULL UNIQUE,"
    " connection TEXT NOT NULL, meter TEXT NOT NULL, paise INTEGER NOT NULL, utr TEXT NOT NULL, paid_at INTEGER NOT "
    "NULL,"
    " bank TEXT NOT NULL, received INTEGER NOT NULL, in_meter INTEGER NOT NULL, sale TEXT NOT NULL) STRICT;"
    "CREATE INDEX IF NOT EXISTS app_payments_connection ON app_payments(connection);"
    "CREATE TABLE IF NOT EXISTS claims(claim_id TEXT PRIMARY KEY, number TEXT NOT NULL, terminal TEXT NOT NULL,"
    " connection TEXT NOT NULL, utr TEXT NOT NULL, channel TEXT NOT NULL, paise INTEGER NOT NULL,"
    " paid_on INTEGER NOT NULL, note TEXT NOT NULL, state TEXT NOT NULL, promised_at INTEGER NOT NULL,"
    " at INTEGER NOT NULL) STRICT;"
    "CREATE TABLE IF NOT EXISTS reconnections(place INTEGER PRIMARY KEY, connection TEXT NOT NULL,"
    " sale_id TEXT NOT NULL, since INTEGER NOT NULL, due_at INTEGER NOT NULL, done_at INTEGER) STRICT;"
    /* Connections of the office's own people; minutes that readers found in meters (PROTOCOL J3). */
    "CREATE TABLE IF NOT EXISTS staff(connection TEXT PRIMARY KEY, operator TEXT NOT NULL) STRICT;"
    "CREATE TABLE IF NOT EXISTS meter_reads(meter TEXT NOT NULL, tid INTEGER NOT NULL, read_at INTEGER NOT NULL,"
    " PRIMARY KEY(meter, tid)) STRICT;"
    /* Sales whose token was made under the key after the one that they were paid under, which is `key_id`. */
    "CREATE TABLE IF NOT EXISTS rekeyed(sale_id TEXT PRIMARY KEY, key_id TEXT NOT NULL) STRICT;"
    /* The token that counts in place of the sale's own, which the meter refused; who looked at the meter. */
    "CREATE TABLE IF NOT EXISTS reissues(sale_id TEXT PRIMARY KEY, meter TEXT NOT NULL, tid INTEGER NOT NULL,"
    " token TEXT NOT NULL, terminal TEXT NOT NULL, inspected_by TEXT NOT NULL, at INTEGER NOT NULL,"
    " reply TEXT NOT NULL, UNIQUE(meter, tid)) STRICT;"
    /* Tokens of another minute beside the one that stands for a sale: made at a counter on a supervisor's word, or
     * given elsewhere by a ledger that has forgotten it. Named as exceptions; their minutes are used up. */
    "CREATE TABLE IF NOT EXISTS beside(sale_id TEXT NOT NULL, meter TEXT NOT NULL, tid INTEGER NOT NULL,"
    " token TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(sale_id, token)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS beside_minute ON beside(meter, tid);"
    /* Every minute of a meter that some token has. */
    "CREATE VIEW IF NOT EXISTS minutes AS SELECT meter, tid, sale_id FROM sales WHERE tid IS NOT NULL"
    " UNION ALL SELECT meter, tid, sale_id FROM reissues UNION ALL SELECT meter, tid, sale_id FROM beside;"
    /* What the bank is asked to collect; a sale may have several, one after the other. `status`: active, paid, closed,
     * expired; `attempt`: none, failed, unsure; `way`: head-end, psp; `refund`: '', waits, ordered; `sale` is the whole
     * record, null when only a close or the bank names it. */
    "CREATE TABLE IF NOT EXISTS payments(place INTEGER PRIMARY KEY, payment_id TEXT NOT NULL UNIQUE,"
    " sale_id TEXT NOT NULL, terminal TEXT NOT NULL, way TEXT NOT NULL, status TEXT NOT NULL, attempt TEXT NOT NULL,"
    " paise INTEGER NOT NULL, reference TEXT UNIQUE, qr TEXT NOT NULL, utr TEXT UNIQUE, made_at INTEGER NOT NULL,"
    " expires_at INTEGER NOT NULL, paid_at INTEGER NOT NULL DEFAULT 0, refund TEXT NOT NULL DEFAULT '', sale TEXT)"
    " STRICT;"
    "CREATE INDEX IF NOT EXISTS payments_sale ON payments(sale_id);"
    /* What the payment service was told of one beside its names. */
    "CREATE TABLE IF NOT EXISTS payment_notes(payment_id TEXT PRIMARY KEY, connection TEXT NOT NULL) STRICT;"
    /* Sales of withdrawn terminals before the office: why (a refusal's code), the text of the docket, and what was
     * decided by whom. `ruling`: '', give, returned, give-back. */
    "CREATE TABLE IF NOT EXISTS closings(sale_id TEXT PRIMARY KEY, terminal TEXT NOT NULL, docket TEXT NOT NULL,"
    " code TEXT NOT NULL, at INTEGER NOT NULL, ruling TEXT NOT NULL DEFAULT '', by TEXT, ruled_at INTEGER) STRICT;"
    /* Months of connections whose price depends on them (PROTOCOL S8). `units`: paid for; `slab` and `fixed`: what was
     * taken so far for them and towards the fixed charge, by sales and by lines; `closed`: the month is over. */
    "CREATE TABLE IF NOT EXISTS months(connection TEXT NOT NULL, of INTEGER NOT NULL, units INTEGER NOT NULL,"
    " slab INTEGER NOT NULL, fixed INTEGER NOT NULL, free_left INTEGER NOT NULL, closed INTEGER NOT NULL DEFAULT 0,"
    " PRIMARY KEY(connection, of)) STRICT;"
    /* What one sale did to its month: `before` and `paid` are what it was priced by, `slab` what these come to; `units`
     * and `free` are what was booked. */
    "CREATE TABLE IF NOT EXISTS month_sales(sale_id TEXT PRIMARY KEY, connection TEXT NOT NULL, of INTEGER NOT NULL,"
    " before INTEGER NOT NULL, paid INTEGER NOT NULL, slab INTEGER NOT NULL, fixed INTEGER NOT NULL,"
    " units INTEGER NOT NULL, free INTEGER NOT NULL) STRICT;"
    "CREATE INDEX IF NOT EXISTS month_sales_month ON month_sales(connection, of);"
    /* Lines on an account beside its sales; `what`: slab, fixed; `cause`: posted, reversed, turned. */
    "CREATE TABLE IF NOT EXISTS charges(place INTEGER PRIMARY KEY, connection TEXT NOT NULL, of INTEGER NOT NULL,"
    " what TEXT NOT NULL, paise INTEGER NOT NULL, cause TEXT NOT NULL, sale_id TEXT NOT NULL, at INTEGER NOT NULL)"
    " STRICT;"
    "CREATE INDEX IF NOT EXISTS charges_connection ON charges(connection);";

/* FULL before WAL: the mode then never runs with a weaker setting, not even for its first commit. */
static const char settings[] = "PRAGMA synchronous=FULL; PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON;"
			       "PRAGMA trusted_schema=OFF;";

sqlite3 *bt_sbx_store_open(const char *path)
{
	sqlite3 *db = NULL;
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, NULL) !=
	    SQLITE_OK)
		goto fail;
	sqlite3_busy_timeout(db, 10000);
	if (sqlite3_exec(db, settings, NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_exec(db, schema, NULL, NULL, NULL) != SQLITE_OK)
		goto fail;
	return db;
fail:
	fprintf(stderr, "batti-sandbox: ledger: %s\n", db ? sqlite3_errmsg(db) : "out of memory");
	sqlite3_close(db);
	return NULL;
}

void bt_sbx_store_close(sqlite3 *db)
{
	sqlite3_close(db);
}

static bool bind_values(sqlite3_stmt *statement, const char *shape, va_list values)
{
	int rc = SQLITE_OK;
	for (int i = 1; *shape && rc == SQLITE_OK; shape++, i++) {
		if (*shape == 't') {
			rc = sqlite3_bind_text(statement, i, va_arg(values, const char *), -1, SQLITE_TRANSIENT);
		} else if (*shape == 'b') {
			const void *bytes = va_arg(values, const void *);
			rc = sqlite3_bind_blob64(statement, i, bytes, va_arg(values, size_t), SQLITE_TRANSIENT);
		} else {
			int64_t number = va_arg(values, int64_t);
			rc = *shape == 'n' && number < 0 ? sqlite3_bind_null(statement, i)
							 : sqlite3_bind_int64(statement, i, number);
		}
	}
	return rc == SQLITE_OK;
}

static sqlite3_stmt *ask_with(sqlite3 *db, const char *sql, const char *shape, va_list values)
{
	sqlite3_stmt *statement = NULL;
	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK || !bind_values(statement, shape, values)) {
		fprintf(stderr, "batti-sandbox: ledger: %s\n", sqlite3_errmsg(db));
		sqlite3_finalize(statement);
		return NULL;
	}
	return statement;
}

sqlite3_stmt *bt_sbx_store_ask(sqlite3 *db, const char *sql, const char *shape, ...)
{
	va_list values;
	va_start(values, shape);
	sqlite3_stmt *statement = ask_with(db, sql, shape, values);
	va_end(values);
	return statement;
}

bool bt_sbx_store_run(sqlite3 *db, const char *sql, const char *shape, ...)
{
	va_list values;
	va_start(values, shape);
	sqlite3_stmt *statement = ask_with(db, sql, shape, values);
	va_end(values);
	if (!statement)
		return false;
	int rc = SQLITE_ROW;
	while (rc == SQLITE_ROW)
		rc = sqlite3_step(statement);
	if (rc != SQLITE_DONE)
		fprintf(stderr, "batti-sandbox: ledger: %s\n", sqlite3_errmsg(db));
	sqlite3_finalize(statement);
	return rc == SQLITE_DONE;
}

int64_t bt_sbx_store_count(sqlite3 *db, int64_t missing, const char *sql, const char *shape, ...)
{
	va_list values;
	va_start(values, shape);
	sqlite3_stmt *statement = ask_with(db, sql, shape, values);
	va_end(values);
	int64_t value = missing;
	if (statement && sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL)
		value = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return value;
}

bool bt_sbx_store_begin(sqlite3 *db)
{
	return bt_sbx_store_run(db, "BEGIN IMMEDIATE", "");
}

bool bt_sbx_store_commit(sqlite3 *db)
{
	return bt_sbx_store_run(db, "COMMIT", "");
}

void bt_sbx_store_rollback(sqlite3 *db)
{
	/* A transaction that cannot be rolled back is dropped with the connection; there is nothing else to do. */
	if (!sqlite3_get_autocommit(db) && !bt_sbx_store_run(db, "ROLLBACK", ""))
		fprintf(stderr, "batti-sandbox: ledger: rollback failed\n");
}

bool bt_sbx_meta_bytes(sqlite3 *db, const char *name, uint8_t *out, size_t len)
{
	sqlite3_stmt *row = bt_sbx_store_ask(db, "SELECT value FROM meta WHERE name=?", "t", name);
	bool ok = row && sqlite3_step(row) == SQLITE_ROW && (size_t)sqlite3_column_bytes(row, 0) == len;
	if (ok)
		memcpy(out, sqlite3_column_blob(row, 0), len);
	sqlite3_finalize(row);
	return ok;
}

bool bt_sbx_meta_put_bytes(sqlite3 *db, const char *name, const uint8_t *in, size_t len)
{
	return bt_sbx_store_run(db, "INSERT OR REPLACE INTO meta VALUES(?,?)", "tb", name, (const void *)in, len);
}

int64_t bt_sbx_meta_int(sqlite3 *db, const char *name, int64_t missing)
{
	return bt_sbx_store_count(db, missing, "SELECT value FROM meta WHERE name=?", "t", name);
}

bool bt_sbx_meta_put_int(sqlite3 *db, const char *name, int64_t value)
{
	return bt_sbx_store_run(db, "INSERT OR REPLACE INTO meta VALUES(?,?)", "ti", name, value);
}

bool bt_sbx_meta_text(sqlite3 *db, const char *name, char *out, size_t cap)
{
	sqlite3_stmt *row = bt_sbx_store_ask(db, "SELECT value FROM meta WHERE name=?", "t", name);
	bool ok = row && sqlite3_step(row) == SQLITE_ROW;
	if (ok)
		bt_sbx_column_text(row, 0, out, cap);
	sqlite3_finalize(row);
	return ok;
}

bool bt_sbx_meta_put_text(sqlite3 *db, const char *name, const char *value)
{
	return bt_sbx_store_run(db, "INSERT OR REPLACE INTO meta VALUES(?,?)", "tt", name, value);
}

void bt_sbx_column_text(sqlite3_stmt *row, int column, char *out, size_t cap)
{
	const char *text = (const char *)sqlite3_column_text(row, column);
	snprintf(out, cap, "%s", text ? text : "");
}
