#include "core/sandbox/grants.h"

#include <stdio.h>
#include <string.h>

#include "core/sandbox/bytes.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/crypto.h"
#include "core/sandbox/json_in.h"
#include "core/sandbox/ledger.h"
#include "core/sandbox/marks.h"
#include "core/sandbox/meter_key.h"

#define GROUPS   4
#define GROUP    5
#define SALT_LEN 16

/* Four random digits, and the Luhn digit over the group's number and them. A byte is drawn until it fits, so that every
 * digit is as likely. */
static void make_code(char out[BT_SBX_GRANT_DIGITS + 1])
{
	for (int group = 0; group < GROUPS; group++) {
		char framed[GROUP];
		framed[0] = (char)('1' + group);
		for (int i = 1; i < GROUP; i++) {
			uint8_t byte = 255;
			while (byte >= 250)
				bt_sbx_random(&byte, 1);
			framed[i] = (char)('0' + byte % 10);
		}
		memcpy(out + group * GROUP, framed + 1, GROUP - 1);
		out[group * GROUP + GROUP - 1] = bt_sbx_luhn(framed, GROUP);
	}
	out[BT_SBX_GRANT_DIGITS] = '\0';
}

static json_t *make_grant(const struct bt_sbx *sbx, const char *terminal, int64_t lease, int i)
{
	char code[BT_SBX_GRANT_DIGITS + 1];
	char message[96];
	char salt_text[32];
	char commit_text[64];
	uint8_t salt[SALT_LEN];
	uint8_t commit[BT_SBX_HASH_LEN];
	int64_t value = sbx->lease.value_paise;
	make_code(code);
	bt_sbx_random(salt, sizeof salt);
	snprintf(message, sizeof message, "batti-extension-v1|%lld|%d|%s", (long long)lease, i, code);
	if (!bt_sbx_code_hash(message, salt, commit) ||
	    !bt_sbx_store_run(sbx->db, "INSERT INTO grants(terminal, lease, i, days, value, code) VALUES(?,?,?,?,?,?)",
			      "tiiiit", terminal, lease, (int64_t)i, (int64_t)BT_SBX_GRANT_DAYS, value, code))
		return NULL;
	bt_sbx_b64_encode(salt, sizeof salt, salt_text, sizeof salt_text);
	bt_sbx_b64_encode(commit, sizeof commit, commit_text, sizeof commit_text);
	return json_pack("{s:i, s:i, s:I, s:s, s:s}", "i", i, "days", BT_SBX_GRANT_DAYS, "value_paise",
			 (json_int_t)value, "salt", salt_text, "commit", commit_text);
}

json_t *bt_sbx_grants_make(const struct bt_sbx *sbx, const char *terminal, int64_t number)
{
	json_t *list = json_array();
	for (int i = 1; list && i <= sbx->lease.grants; i++) {
		if (json_array_append_new(list, make_grant(sbx, terminal, number, i)) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

/* ---- at the telephone ---- */

static bool refuse(const char *why)
{
	fprintf(stderr, "batti-sandbox: %s\n", why);
	return false;
}

/* The number a terminal shows while this many requests of the lease are closed. */
static void request_number(const char *terminal, int64_t lease, int64_t closed, char out[9])
{
	char message[96];
	uint8_t hash[BT_SBX_HASH_LEN] = {0};
	snprintf(message, sizeof message, "batti-request-v1|%s|%lld|%lld", terminal, (long long)lease,
		 (long long)closed);
	(void)bt_sbx_sha256(message, strlen(message), hash);
	uint32_t number = (uint32_t)hash[0] << 24 | (uint32_t)hash[1] << 16 | (uint32_t)hash[2] << 8 | hash[3];
	snprintf(out, 9, "%07u", (unsigned)(number % 10000000u));
	out[7] = bt_sbx_luhn(out, 7);
	out[8] = '\0';
}

static void tell_what_is_known(const struct bt_sbx *sbx, const char *terminal, struct bt_sbx_grant *out)
{
	char hash[65] = "";
	int64_t closed = bt_sbx_store_count(
	    sbx->db, 0, "SELECT count(*) FROM grants WHERE terminal=? AND lease=? AND read_at IS NOT NULL", "ti",
	    terminal, out->lease);
	for (int i = 0; i < BT_SBX_REQUESTS_TOLD; i++)
		request_number(terminal, out->lease, closed + i, out->requests[i]);
	sqlite3_stmt *row = bt_sbx_store_ask(
	    sbx->db, "SELECT seq, hash FROM events WHERE terminal=? ORDER BY seq DESC LIMIT 1", "t", terminal);
	if (row && sqlite3_step(row) == SQLITE_ROW) {
		out->head_seq = sqlite3_column_int64(row, 0);
		bt_sbx_column_text(row, 1, hash, sizeof hash);
	}
	sqlite3_finalize(row);
	snprintf(out->head, sizeof out->head, "%.16s", hash);
}

static bool find_next(const struct bt_sbx *sbx, const char *terminal, struct bt_sbx_grant *out)
{
	sqlite3_stmt *row = bt_sbx_store_ask(
	    sbx->db,
	    "SELECT lease, i, days, value, code, (SELECT count(*) FROM grants g WHERE g.terminal=grants.terminal"
	    " AND g.lease=grants.lease) FROM grants WHERE terminal=?1 AND read_at IS NULL AND lease="
	    "(SELECT max(number) FROM leases WHERE terminal=?1) ORDER BY i LIMIT 1",
	    "t", terminal);
	bool found = row && sqlite3_step(row) == SQLITE_ROW;
	if (found) {
		*out = (struct bt_sbx_grant){.lease = sqlite3_column_int64(row, 0),
					     .number = sqlite3_column_int64(row, 1),
					     .days = sqlite3_column_int64(row, 2),
					     .value_paise = sqlite3_column_int64(row, 3),
					     .of = sqlite3_column_int64(row, 5)};
		bt_sbx_column_text(row, 4, out->code, sizeof out->code);
	}
	sqlite3_finalize(row);
	return found;
}

/* From here on the terminal may use it, and whoever waits for this lease to die waits so much longer (PROTOCOL T4, T6).
 */
static bool give_out(struct bt_sbx *sbx, const struct bt_sbx_terminal *known, const struct bt_sbx_grant *grant)
{
	const char *terminal = known->number;
	bool ok = bt_sbx_store_run(sbx->db, "UPDATE grants SET read_at=? WHERE terminal=? AND lease=? AND i=?", "itii",
				   bt_sbx_now_ms(), terminal, grant->lease, grant->number) &&
		  bt_sbx_store_run(sbx->db, "UPDATE leases SET expires=expires+? WHERE terminal=? AND number=?", "iti",
				   grant->days * BT_SBX_DAY_MS, terminal, grant->lease);
	return ok && bt_sbx_mark_longer(sbx, known,
					bt_sbx_store_count(sbx->db, 0,
							   "SELECT expires FROM leases WHERE terminal=? AND number=?",
							   "ti", terminal, grant->lease));
}

static bool read_out(struct bt_sbx *sbx, const char *terminal, struct bt_sbx_grant *out)
{
	struct bt_sbx_terminal known;
	if (!bt_sbx_terminal_find(sbx->db, terminal, &known))
		return refuse("no such terminal");
	if (known.is_revoked)
		return refuse("this terminal is withdrawn");
	/* A lease that was dead when keys changed has been waited for no longer: it must not come back to life. */
	if (bt_sbx_key_change_is_behind(sbx->db, terminal))
		return refuse("keys of meters have changed without this terminal; it has to reach the server first");
	if (!find_next(sbx, terminal, out))
		return refuse("no code is left for its newest lease");
	tell_what_is_known(sbx, terminal, out);
	return give_out(sbx, &known, out) && bt_sbx_store_commit(sbx->db);
}

bool bt_sbx_grants_read_out(struct bt_sbx *sbx, const char *terminal, struct bt_sbx_grant *out)
{
	bool ok = bt_sbx_store_begin(sbx->db) && read_out(sbx, terminal, out);
	if (!ok)
		bt_sbx_store_rollback(sbx->db);
	return ok;
}

/* ---- from the record ---- */

bool bt_sbx_grants_note(struct bt_sbx *sbx, const struct bt_sbx_fact *fact, const json_t *body,
			struct bt_sbx_outcome *out)
{
	const char *terminal = fact->terminal->number;
	int64_t lease = 0;
	int64_t number = 0;
	if (!bt_sbx_json_int(body, "lease", 1, INT64_MAX, &lease) ||
	    !bt_sbx_json_int(body, "grant", 0, BT_SBX_GRANTS_MAX, &number)) {
		*out = (struct bt_sbx_outcome){BT_SBX_EXCEPTION, BT_SBX_MALFORMED};
		return bt_sbx_ledger_except(sbx->db, terminal, "", BT_SBX_MALFORMED, fact->body);
	}
	/* 0 is a code that was tried. */
	if (number == 0)
		return true;
	if (bt_sbx_store_count(sbx->db, 0,
			       "SELECT 1 FROM grants WHERE terminal=? AND lease=? AND i=? AND read_at IS NOT NULL AND"
			       " used_at IS NULL",
			       "tii", terminal, lease, number) != 1) {
		*out = (struct bt_sbx_outcome){BT_SBX_EXCEPTION, BT_SBX_EXTENSION_UNKNOWN};
		return bt_sbx_ledger_except(sbx->db, terminal, "", BT_SBX_EXTENSION_UNKNOWN, fact->body);
	}
	return bt_sbx_store_run(sbx->db, "UPDATE grants SET used_at=? WHERE terminal=? AND lease=? AND i=?", "itii",
				fact->time, terminal, lease, number);
}
