#include "core/sandbox/terminal.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

#include "core/sandbox/bytes.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/crypto.h"
#include "core/sandbox/sbx.h"

#define FIRST_TERMINAL 142
#define CODE_LIFE_MS   BT_SBX_DAY_MS

static void copy_key(sqlite3_stmt *row, int column, uint8_t out[32])
{
	if (sqlite3_column_bytes(row, column) == 32)
		memcpy(out, sqlite3_column_blob(row, column), 32);
}

bool bt_sbx_terminal_find(sqlite3 *db, const char *number, struct bt_sbx_terminal *out)
{
	sqlite3_stmt *row = bt_sbx_store_ask(
	    db, "SELECT terminal, lane, lane_floor, journal_key, vault_key, revoked_at FROM terminals WHERE terminal=?",
	    "t", number);
	bool found = row && sqlite3_step(row) == SQLITE_ROW;
	if (found) {
		*out = (struct bt_sbx_terminal){.lane = sqlite3_column_int64(row, 1),
						.lane_floor = sqlite3_column_int64(row, 2),
						.is_revoked = sqlite3_column_type(row, 5) != SQLITE_NULL,
						.revoked_at = sqlite3_column_int64(row, 5)};
		bt_sbx_column_text(row, 0, out->number, sizeof out->number);
		copy_key(row, 3, out->journal_key);
		copy_key(row, 4, out->vault_key);
	}
	sqlite3_finalize(row);
	return found;
}

/* A lane is free when nobody ever had it, or when its last holder is revoked and its last lease is dead by 5n minutes.
 */
static bool is_lane_free(sqlite3 *db, int64_t lane, int64_t now_ms)
{
	if (bt_sbx_store_count(db, 0, "SELECT count(*) FROM terminals WHERE lane=? AND revoked_at IS NULL", "i", lane) >
	    0)
		return false;
	int64_t dead_at = bt_sbx_store_count(
	    db, 0, "SELECT max(expires) FROM leases JOIN terminals USING(terminal) WHERE lane=?", "i", lane);
	return dead_at == 0 || dead_at + 5 * BT_SBX_LANES * BT_SBX_MINUTE_MS < now_ms;
}

bool bt_sbx_terminal_place(sqlite3 *db, int64_t now_ms, struct bt_sbx_terminal *out)
{
	int64_t count = bt_sbx_store_count(db, 0, "SELECT count(*) FROM terminals", "");
	for (int64_t i = 0; i < BT_SBX_LANES - 1; i++) {
		/* 3, 4 .. 15, 1, 2: lane 0 is the head-end's own. */
		int64_t lane = (BT_SBX_FIRST_LANE - 1 + i) % (BT_SBX_LANES - 1) + 1;
		if (!is_lane_free(db, lane, now_ms))
			continue;
		bool was_used = bt_sbx_store_count(db, 0, "SELECT count(*) FROM terminals WHERE lane=?", "i", lane) > 0;
		out->lane = lane;
		out->lane_floor = was_used ? bt_sbx_tid_minute(now_ms) + 4 * BT_SBX_LANES : 0;
		snprintf(out->number, sizeof out->number, "%04lld", (long long)(FIRST_TERMINAL + count) % 10000);
		return count < 10000 - FIRST_TERMINAL;
	}
	return false;
}

bool bt_sbx_terminal_put(sqlite3 *db, const struct bt_sbx_terminal *terminal)
{
	return bt_sbx_store_run(db, "INSERT INTO terminals VALUES(?,?,?,?,?,?,NULL)", "tiibbi", terminal->number,
				terminal->lane, terminal->lane_floor, (const void *)terminal->journal_key,
				sizeof terminal->journal_key, (const void *)terminal->vault_key,
				sizeof terminal->vault_key, bt_sbx_now_ms());
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

bool bt_sbx_terminal_revoke(sqlite3 *db, const char *number)
{
	return bt_sbx_store_run(db, "UPDATE terminals SET revoked_at=? WHERE terminal=? AND revoked_at IS NULL", "it",
				bt_sbx_now_ms(), number) &&
	       bt_sbx_store_count(db, 0, "SELECT count(*) FROM terminals WHERE terminal=?", "t", number) == 1;
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
