#include "core/sandbox/terminal.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

#include "core/sandbox/bytes.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/crypto.h"
#include "core/sandbox/lanes.h"
#include "core/sandbox/marks.h"

#define CODE_LIFE_MS BT_SBX_DAY_MS

static void copy_key(sqlite3_stmt *row, int column, uint8_t out[32])
{
	if (sqlite3_column_bytes(row, column) == 32)
		memcpy(out, sqlite3_column_blob(row, column), 32);
}

bool bt_sbx_terminal_find(sqlite3 *db, const char *number, struct bt_sbx_terminal *out)
{
	sqlite3_stmt *row = bt_sbx_store_ask(
	    db,
	    "SELECT t.terminal, l.lane, l.floor, journal_key, vault_key, revoked_at, l.lanes, l.at FROM terminals t "
	    "LEFT JOIN"
	    " lanes l ON l.place=(SELECT max(place) FROM lanes WHERE terminal=t.terminal) WHERE t.terminal=?",
	    "t", number);
	bool found = row && sqlite3_step(row) == SQLITE_ROW;
	if (found) {
		*out = (struct bt_sbx_terminal){.lane = sqlite3_column_int64(row, 1),
						.lane_floor = sqlite3_column_int64(row, 2),
						.lanes = sqlite3_column_int64(row, 6),
						.lane_at = sqlite3_column_int64(row, 7),
						.is_revoked = sqlite3_column_type(row, 5) != SQLITE_NULL,
						.revoked_at = sqlite3_column_int64(row, 5)};
		bt_sbx_column_text(row, 0, out->number, sizeof out->number);
		copy_key(row, 3, out->journal_key);
		copy_key(row, 4, out->vault_key);
	}
	sqlite3_finalize(row);
	return found;
}

bool bt_sbx_terminal_place(struct bt_sbx *sbx, int64_t now_ms, struct bt_sbx_terminal *out)
{
	struct bt_sbx_marks marks;
	(void)bt_sbx_marks_find(sbx, &marks);
	int64_t number = marks.terminal < BT_SBX_FIRST_TERMINAL ? BT_SBX_FIRST_TERMINAL : marks.terminal + 1;
	bool placed = number < 10000 && bt_sbx_lane_place(sbx, &marks, now_ms, out);
	if (placed)
		snprintf(out->number, sizeof out->number, "%04lld", (long long)number % 10000);
	out->lane_at = now_ms;
	bt_sbx_marks_fini(&marks);
	return placed;
}

bool bt_sbx_terminal_put(sqlite3 *db, const struct bt_sbx_terminal *terminal)
{
	return bt_sbx_store_run(db, "INSERT INTO terminals VALUES(?,?,?,?,?,?,NULL)", "tiibbi", terminal->number,
				terminal->lane, terminal->lane_floor, (const void *)terminal->journal_key,
				sizeof terminal->journal_key, (const void *)terminal->vault_key,
				sizeof terminal->vault_key, bt_sbx_now_ms()) &&
	       bt_sbx_lane_put(db, terminal, 0);
}

bool bt_sbx_receipt_key_put(sqlite3 *db, const char *number, const uint8_t key[32])
{
	return bt_sbx_store_run(db, "INSERT INTO receipt_keys VALUES(?,?)", "tb", number, (const void *)key,
				(size_t)32);
}

bool bt_sbx_receipt_key(sqlite3 *db, const struct bt_sbx_terminal *terminal, uint8_t out[32])
{
	sqlite3_stmt *row =
	    bt_sbx_store_ask(db, "SELECT key FROM receipt_keys WHERE terminal=?", "t", terminal->number);
	int code = row ? sqlite3_step(row) : SQLITE_ERROR;
	memcpy(out, terminal->journal_key, 32);
	if (code == SQLITE_ROW)
		copy_key(row, 0, out);
	sqlite3_finalize(row);
	return code == SQLITE_ROW || code == SQLITE_DONE;
}

json_t *bt_sbx_receipt_keys_list(sqlite3 *db)
{
	json_t *list = json_array();
	char terminal[9], key[48];
	/* A terminal of an older version signs slips with the key it was enrolled with. */
	sqlite3_stmt *row = bt_sbx_store_ask(db,
					     "SELECT terminal, coalesce(key, journal_key), revoked_at FROM terminals"
					     " LEFT JOIN receipt_keys USING(terminal) ORDER BY terminal",
					     "");
	while (row && sqlite3_step(row) == SQLITE_ROW) {
		uint8_t raw[32] = {0};
		copy_key(row, 1, raw);
		bt_sbx_column_text(row, 0, terminal, sizeof terminal);
		bt_sbx_b64_encode(raw, sizeof raw, key, sizeof key);
		json_t *until = sqlite3_column_type(row, 2) == SQLITE_NULL ? json_null()
									   : json_integer(sqlite3_column_int64(row, 2));
		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:o}", "terminal", terminal, "key", key, "until", until));
	}
	sqlite3_finalize(row);
	return list;
}

int64_t bt_sbx_receipt_keys_changes(sqlite3 *db)
{
	return bt_sbx_store_count(db, 0, "SELECT count(*)+count(revoked_at) FROM terminals", "");
}

/* A backup must not bring it back into office: the marks know of it before the ledger does (PROTOCOL H4, H5). */
static bool revoke(struct bt_sbx *sbx, const char *number)
{
	if (bt_sbx_store_count(sbx->db, 0, "SELECT count(*) FROM terminals WHERE terminal=?", "t", number) != 1) {
		fprintf(stderr, "batti-sandbox: no such terminal\n");
		return false;
	}
	return bt_sbx_store_run(sbx->db, "UPDATE terminals SET revoked_at=? WHERE terminal=? AND revoked_at IS NULL",
				"it", bt_sbx_now_ms(), number) &&
	       bt_sbx_marks_keep(sbx) && bt_sbx_store_commit(sbx->db);
}

bool bt_sbx_terminal_revoke(struct bt_sbx *sbx, const char *number)
{
	bool ok = bt_sbx_store_begin(sbx->db) && revoke(sbx, number);
	if (!ok)
		bt_sbx_store_rollback(sbx->db);
	return ok;
}

bool bt_sbx_certificate_put(sqlite3 *db, const char *number, const uint8_t key_hash[32], const char *pem,
			    int64_t life_ms)
{
	int64_t now_ms = bt_sbx_now_ms();
	return bt_sbx_store_run(db, "INSERT INTO certificates(terminal, key, pem, at, until) VALUES(?,?,?,?,?)",
				"tbtii", number, (const void *)key_hash, (size_t)32, pem, now_ms, now_ms + life_ms);
}

bool bt_sbx_certificate_find(sqlite3 *db, const char *number, const uint8_t key_hash[32], char *pem, size_t cap)
{
	int64_t now_ms = bt_sbx_now_ms();
	sqlite3_stmt *row = bt_sbx_store_ask(db,
					     "SELECT pem FROM certificates WHERE terminal=? AND key=? AND at<=?"
					     " AND until-?>(until-at)/2 ORDER BY place DESC LIMIT 1",
					     "tbii", number, (const void *)key_hash, (size_t)32, now_ms, now_ms);
	bool found = row && sqlite3_step(row) == SQLITE_ROW;
	if (found)
		bt_sbx_column_text(row, 0, pem, cap);
	sqlite3_finalize(row);
	return found;
}

bool bt_sbx_certificate_is_foreign(sqlite3 *db, const char *number, const uint8_t key_hash[32])
{
	return bt_sbx_store_count(db, 0, "SELECT count(*) FROM certificates WHERE key=? AND terminal<>?", "bt",
				  (const void *)key_hash, (size_t)32, number) > 0;
}

/* Without I, L, O, U and 0, 1: the code is read out and typed by people. 30 letters, so a byte is drawn until it fits.
 */
static const char alphabet[] = "23456789ABCDEFGHJKMNPQRSTVWXYZ";

bool bt_sbx_code_make(sqlite3 *db, char out[BT_SBX_CODE_LEN + 1])
{
	uint8_t hash[BT_SBX_HASH_LEN];
	for (size_t i = 0; i < BT_SBX_CODE_LEN; i++) {
		uint8_t byte = 255;
		while (byte >= 240)
			bt_sbx_random(&byte, 1);
		out[i] = i % 5 == 4 ? '-' : alphabet[byte % 30];
	}
	out[BT_SBX_CODE_LEN] = '\0';
	return bt_sbx_sha256(out, BT_SBX_CODE_LEN, hash) &&
	       bt_sbx_store_run(db, "INSERT INTO codes(hash, expires) VALUES(?,?)", "bi", (const void *)hash,
				sizeof hash, bt_sbx_now_ms() + CODE_LIFE_MS);
}

bool bt_sbx_codes_end(sqlite3 *db)
{
	return bt_sbx_store_run(db, "UPDATE codes SET used=1", "");
}

bool bt_sbx_code_use(sqlite3 *db, const char *code)
{
	uint8_t asked[BT_SBX_HASH_LEN];
	int64_t found = 0;
	if (!bt_sbx_sha256(code, strlen(code), asked))
		return false;
	/* Every living code is compared, each in constant time, so the time taken tells nothing. */
	sqlite3_stmt *row =
	    bt_sbx_store_ask(db, "SELECT rowid, hash FROM codes WHERE used=0 AND expires>?", "i", bt_sbx_now_ms());
	while (row && sqlite3_step(row) == SQLITE_ROW)
		if (sqlite3_column_bytes(row, 1) == BT_SBX_HASH_LEN &&
		    CRYPTO_memcmp(sqlite3_column_blob(row, 1), asked, BT_SBX_HASH_LEN) == 0)
			found = sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	return found > 0 && bt_sbx_store_run(db, "UPDATE codes SET used=1 WHERE rowid=?", "i", found);
}
