#include "core/sandbox/journal_key.h"

#include <stdio.h>
#include <string.h>

#include "core/sandbox/bytes.h"
#include "core/sandbox/crypto.h"
#include "core/sandbox/json_in.h"

/* The newest row wins: more than one key can begin with the same record, and only the last of them signs it. */
static const char newest[] = "SELECT key FROM journal_keys WHERE terminal=? AND from_seq<=?"
			     " ORDER BY from_seq DESC, place DESC LIMIT 1";

bool bt_sbx_journal_key_at(sqlite3 *db, const struct bt_sbx_terminal *terminal, int64_t seq, uint8_t out[32])
{
	sqlite3_stmt *row = bt_sbx_store_ask(db, newest, "ti", terminal->number, seq);
	int code = row ? sqlite3_step(row) : SQLITE_ERROR;
	if (code == SQLITE_ROW && sqlite3_column_bytes(row, 0) == 32)
		memcpy(out, sqlite3_column_blob(row, 0), 32);
	else if (code == SQLITE_DONE)
		memcpy(out, terminal->journal_key, 32);
	sqlite3_finalize(row);
	return code == SQLITE_ROW || code == SQLITE_DONE;
}

static bool put_key(sqlite3 *db, const char *number, int64_t from_seq, const uint8_t key[32])
{
	return bt_sbx_store_run(db, "INSERT INTO journal_keys(terminal, from_seq, key) VALUES(?,?,?)", "tib", number,
				from_seq, (const void *)key, (size_t)32);
}

static bool read_key(const json_t *object, uint8_t out[32])
{
	char text[64];
	return bt_sbx_json_text(object, "journal_key", text, sizeof text) && bt_sbx_b64_decode(text, out, 32);
}

bool bt_sbx_journal_key_take(sqlite3 *db, const struct bt_sbx_terminal *terminal, int64_t seq, const char *body,
			     bool *is_sound)
{
	uint8_t key[32];
	int64_t from_seq;
	json_t *object = bt_sbx_json_parse(body, strlen(body));
	*is_sound = object && bt_sbx_json_int(object, "from_seq", seq + 1, seq + 1, &from_seq) && read_key(object, key);
	json_decref(object);
	return !*is_sound || put_key(db, terminal->number, seq + 1, key);
}

/* "batti-key-v1|<terminal>|<next key>", signed with the one before. */
static bool add_link(const char *number, const json_t *link, struct bt_sbx_key_path *path)
{
	char next[64], certificate[96], statement[128];
	uint8_t signature[64];
	if (path->count > BT_SBX_KEY_LINKS_MAX || !read_key(link, path->keys[path->count]) ||
	    !bt_sbx_json_text(link, "certificate", certificate, sizeof certificate) ||
	    !bt_sbx_b64_decode(certificate, signature, sizeof signature))
		return false;
	bt_sbx_b64_encode(path->keys[path->count], 32, next, sizeof next);
	snprintf(statement, sizeof statement, "batti-key-v1|%s|%s", number, next);
	if (!bt_sbx_ed25519_verify(path->keys[path->count - 1], statement, strlen(statement), signature))
		return false;
	path->count++;
	return true;
}

bool bt_sbx_journal_key_path(sqlite3 *db, const struct bt_sbx_terminal *terminal, int64_t seq, const json_t *body,
			     struct bt_sbx_key_path *out)
{
	uint8_t known[32];
	const json_t *link;
	size_t i;
	bool has_known = false;
	if (!bt_sbx_journal_key_at(db, terminal, seq, out->keys[0]) ||
	    !bt_sbx_journal_key_at(db, terminal, INT64_MAX, known))
		return false;
	out->count = 1;
	json_array_foreach(json_object_get(body, "keys"), i, link)
	{
		if (!add_link(terminal->number, link, out))
			return false;
	}
	for (int k = 0; k < out->count; k++)
		has_known = has_known || memcmp(out->keys[k], known, sizeof known) == 0;
	return has_known;
}

bool bt_sbx_journal_key_rewind(sqlite3 *db, const struct bt_sbx_terminal *terminal, const char *former, int64_t seq,
			       const struct bt_sbx_key_path *path)
{
	bool ok = bt_sbx_store_run(db, "UPDATE journal_keys SET terminal=? WHERE terminal=? AND from_seq>?", "tti",
				   former, terminal->number, seq);
	for (int i = 1; i < path->count && ok; i++)
		ok = put_key(db, terminal->number, seq, path->keys[i]);
	return ok;
}
