#include <stdio.h>
#include <string.h>

#include "core/sandbox/account.h"
#include "core/sandbox/bytes.h"
#include "core/sandbox/call.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/consumer.h"
#include "core/sandbox/crypto.h"
#include "core/sandbox/json_in.h"
#include "core/sandbox/meter_key.h"
#include "core/sandbox/month.h"
#include "core/sandbox/terminal.h"

#define PAGE_MAX         2000
#define KEY_LISTS_AN_ERA INT64_C(1000000)
#define SEARCH_MAX       50
#define WORDS_MAX        6

/* A decoder key as the directory tells it, sealed for one terminal's vault. */
static json_t *seal_key(const struct bt_sbx *sbx, const struct bt_sbx_meter_id *id, int64_t version,
			const uint8_t vault_key[32])
{
	struct bt_sbx_key key;
	uint8_t sealed[sizeof key.bytes + BT_SBX_SEAL_OVER];
	char sealed_text[80];
	char kcv[7];
	char aad[160];
	if (!bt_sbx_decoder_key(&sbx->vending, id, &key) || !bt_sbx_kcv(&key, kcv))
		return NULL;
	snprintf(aad, sizeof aad, "batti-key-v1|%s|%s|%d|%d|%s|%s|%s|%d|%d|%lld|%lld|%s", id->pan, id->sgc, id->krn,
		 id->kt, id->ti, id->ea, id->dkga, id->base, id->ken, (long long)version,
		 (long long)sbx->key_good_until, kcv);
	if (!bt_sbx_seal(vault_key, aad, key.bytes, key.len, sealed))
		return NULL;
	bt_sbx_b64_encode(sealed, key.len + BT_SBX_SEAL_OVER, sealed_text, sizeof sealed_text);
	return json_pack("{s:s, s:i, s:i, s:s, s:s, s:s, s:i, s:i, s:I, s:I, s:s, s:s}", "sgc", id->sgc, "krn", id->krn,
			 "kt", id->kt, "ti", id->ti, "ea", id->ea, "dkga", id->dkga, "base", id->base, "ken", id->ken,
			 "version", (json_int_t)version, "good_until", (json_int_t)sbx->key_good_until, "kcv", kcv,
			 "sealed", sealed_text);
}

/* The key, the next one when it is announced, and the tokens when the change to it is due. */
static json_t *make_keys(const struct bt_sbx *sbx, const struct bt_sbx_consumer *c, const uint8_t vault_key[32])
{
	struct bt_sbx_meter_key key;
	bool has_key = c->takes_token && *c->meter && !bt_sbx_note_of(c->note)->without_key;
	if (!has_key)
		return json_pack("{s:n, s:n, s:n}", "key", "key_next", "key_change");
	if (!bt_sbx_meter_key_find(sbx->db, c, &key))
		return NULL;
	json_t *next =
	    key.stage == BT_SBX_KEY_ANNOUNCED ? seal_key(sbx, &key.next, key.version + 1, vault_key) : json_null();
	return json_pack("{s:o, s:o, s:o}", "key", seal_key(sbx, bt_sbx_meter_key_told(&key), key.version, vault_key),
			 "key_next", next, "key_change", bt_sbx_meter_key_json(sbx, &key));
}

static json_t *number_or_null(int64_t value)
{
	return value < 0 ? json_null() : json_integer(value);
}

static json_t *make_account(const struct bt_sbx_consumer *c)
{
	const struct bt_sbx_note *note = bt_sbx_note_of(c->note);
	json_t *free_units =
	    c->free_of < 0 ? json_null()
			   : json_pack("{s:I, s:I}", "left", (json_int_t)c->free_left, "of", (json_int_t)c->free_of);
	json_t *blocked = note->told_blocked ? bt_sbx_json_words(note->reason_en, note->reason_hi) : json_null();
	return json_pack("{s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:b, s:I, s:I}", "balance_paise",
			 (json_int_t)c->balance_paise, "balance_at", (json_int_t)c->balance_at, "dues_paise",
			 (json_int_t)c->dues_paise, "dues_daily_paise", (json_int_t)c->dues_daily_paise, "free_units",
			 free_units, "blocked", blocked, "supply_cut_at", number_or_null(c->supply_cut_at), "cut_from",
			 c->cut_due ? json_integer(bt_sbx_next_cut(bt_sbx_now_ms())) : json_null(), "postpaid",
			 strcmp(c->kind, "dues") == 0, "last_recharge_paise", (json_int_t)c->last_recharge_paise,
			 "daily_units", (json_int_t)bt_sbx_daily_units(c));
}

/* The free units of the month that goes on, where the price knows months. */
static json_t *make_month(const struct bt_sbx *sbx, const struct bt_sbx_consumer *c, const char *terminal)
{
	json_t *month = bt_sbx_month_json(sbx->db, c, terminal);
	const json_t *left = json_object_get(month, "free");
	if (!json_is_object(month))
		return month ? json_object() : NULL;
	json_t *units = c->free_of < 0
			    ? json_null()
			    : json_pack("{s:I, s:I}", "left", json_integer_value(left), "of", (json_int_t)c->free_of);
	(void)json_object_del(month, "free");
	return json_pack("{s:o, s:o}", "free_units", units, "month", month);
}

static json_t *make_consumer(const struct bt_sbx *sbx, const struct bt_sbx_consumer *c,
			     const struct bt_sbx_terminal *terminal)
{
	char pan[19] = "";
	if (*c->meter && !bt_sbx_pan_make(c->meter, pan))
		return NULL;
	json_t *consumer =
	    json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:o, s:o, s:s, s:s, s:b}", "number", c->number, "meter", c->meter,
		      "pan", pan, "mobile", c->mobile, "name", bt_sbx_json_words(c->name_en, c->name_hi), "relation",
		      c->relation, "relative", bt_sbx_json_words(c->relative_en, c->relative_hi), "place",
		      bt_sbx_json_words(c->place_en, c->place_hi), "category", c->category, "kind", c->kind,
		      "takes_token", (int)c->takes_token);
	json_t *parts[] = {make_account(c), make_keys(sbx, c, terminal->vault_key),
			   make_month(sbx, c, terminal->number)};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		bool is_whole = consumer && parts[i] && json_object_update(consumer, parts[i]) == 0;
		json_decref(parts[i]);
		if (!is_whole) {
			json_decref(consumer);
			consumer = NULL;
		}
	}
	return consumer;
}

/* Runs the statement to its end; *last gets the version of the last row. */
static json_t *make_list(const struct bt_sbx *sbx, const char *terminal, sqlite3_stmt *row, int64_t *last)
{
	struct bt_sbx_terminal known;
	struct bt_sbx_consumer consumer;
	json_t *list = json_array();
	if (row && bt_sbx_terminal_find(sbx->db, terminal, &known))
		while (sqlite3_step(row) == SQLITE_ROW) {
			bt_sbx_consumer_read(row, &consumer);
			*last = consumer.version;
			json_array_append_new(list, make_consumer(sbx, &consumer, &known));
		}
	sqlite3_finalize(row);
	return list;
}

/* What a terminal has is what it asks beyond; a look-up asks beyond nothing. */
static bool give_keys(struct bt_sbx *sbx, const char *terminal, int64_t since)
{
	return bt_sbx_store_begin(sbx->db) && bt_sbx_month_turn(sbx->db, bt_sbx_now_ms()) &&
	       bt_sbx_key_change_give(sbx->db, terminal) && bt_sbx_key_change_acknowledge(sbx->db, terminal, since) &&
	       bt_sbx_key_change_release(sbx->db) && bt_sbx_store_commit(sbx->db);
}

/* Numbers of lists rise over a restore from a backup, too, as those of leases do. @return NULL when the terminal has
 * the newest. */
static json_t *make_receipt_keys(const struct bt_sbx *sbx, int64_t held)
{
	int64_t number = (sbx->era - 1) * KEY_LISTS_AN_ERA + bt_sbx_receipt_keys_changes(sbx->db);
	if (number <= held)
		return NULL;
	return bt_sbx_sign_document(sbx,
				    json_pack("{s:s, s:i, s:I, s:o}", "what", "receipt_keys", "format", 1, "number",
					      (json_int_t)number, "keys", bt_sbx_receipt_keys_list(sbx->db)));
}

enum bt_sbx_code bt_sbx_call_directory(struct bt_sbx *sbx, const struct bt_sbx_request *request,
				       struct bt_sbx_reply *reply)
{
	const char *since_text = request->argument(request->source, "since");
	const char *limit_text = request->argument(request->source, "limit");
	const char *keys_text = request->argument(request->source, "keys");
	int64_t since = 0;
	int64_t limit = PAGE_MAX;
	int64_t keys_held = 0;
	char sql[512];
	if ((since_text && !bt_sbx_number_parse(since_text, 0, INT64_MAX, &since)) ||
	    (limit_text && !bt_sbx_number_parse(limit_text, 1, PAGE_MAX, &limit)) ||
	    (keys_text && !bt_sbx_number_parse(keys_text, 0, INT64_MAX, &keys_held)))
		return BT_SBX_MALFORMED;
	if (!give_keys(sbx, request->terminal, since))
		return BT_SBX_INTERNAL;
	snprintf(sql, sizeof sql, "SELECT %s FROM consumers WHERE version>? ORDER BY version LIMIT ?",
		 bt_sbx_consumer_columns);
	int64_t last = since;
	json_t *list = make_list(sbx, request->terminal, bt_sbx_store_ask(sbx->db, sql, "ii", since, limit), &last);
	bool complete =
	    bt_sbx_store_count(sbx->db, 0, "SELECT 1 FROM consumers WHERE version>? LIMIT 1", "i", last) == 0;
	/* The sandbox closes connections but never forgets one, so nothing is ever removed. */
	reply->body = json_pack("{s:I, s:b, s:o, s:[], s:o*}", "version", (json_int_t)last, "complete", (int)complete,
				"consumers", list, "removed", "receipt_keys", make_receipt_keys(sbx, keys_held));
	return BT_SBX_NONE;
}

enum bt_sbx_code bt_sbx_call_consumer(struct bt_sbx *sbx, const struct bt_sbx_request *request,
				      struct bt_sbx_reply *reply)
{
	struct bt_sbx_terminal terminal;
	struct bt_sbx_consumer consumer;
	if (!bt_sbx_terminal_find(sbx->db, request->terminal, &terminal))
		return BT_SBX_NO_CERTIFICATE;
	if (!give_keys(sbx, request->terminal, 0))
		return BT_SBX_INTERNAL;
	if (!bt_sbx_consumer_find(sbx->db, request->name, &consumer) || bt_sbx_note_of(consumer.note)->server_knows_not)
		return BT_SBX_UNKNOWN_CONSUMER;
	reply->body = make_consumer(sbx, &consumer, &terminal);
	return BT_SBX_NONE;
}

/* Every word must be found somewhere in the row: name, relative, place, number, meter or mobile. */
static size_t split_words(char *text, const char *words[WORDS_MAX])
{
	size_t count = 0;
	while (count < WORDS_MAX && *(text += strspn(text, " "))) {
		words[count++] = text;
		text += strcspn(text, " ");
		if (*text)
			*text++ = '\0';
	}
	return count;
}

enum bt_sbx_code bt_sbx_call_search(struct bt_sbx *sbx, const struct bt_sbx_request *request,
				    struct bt_sbx_reply *reply)
{
	const char *query = request->argument(request->source, "q");
	const char *words[WORDS_MAX] = {"", "", "", "", "", ""};
	char text[256];
	char sql[1024];
	int64_t last = 0;
	if (!give_keys(sbx, request->terminal, 0))
		return BT_SBX_INTERNAL;
	if (!query || strlen(query) >= sizeof text)
		return BT_SBX_MALFORMED;
	snprintf(text, sizeof text, "%s", query);
	if (split_words(text, words) == 0)
		return BT_SBX_MALFORMED;
	snprintf(sql, sizeof sql,
		 "WITH found AS (SELECT *, lower(number||' '||meter||' '||mobile||' '||name_en||' '||name_hi||' '||"
		 "relative_en||' '||relative_hi||' '||place_en||' '||place_hi) AS whole FROM consumers"
		 " WHERE note<>'unknown_to_server') SELECT %s FROM found WHERE instr(whole, lower(?)) AND"
		 " instr(whole, lower(?)) AND instr(whole, lower(?)) AND instr(whole, lower(?)) AND"
		 " instr(whole, lower(?)) AND instr(whole, lower(?)) LIMIT ?",
		 bt_sbx_consumer_columns);
	sqlite3_stmt *row = bt_sbx_store_ask(sbx->db, sql, "tttttti", words[0], words[1], words[2], words[3], words[4],
					     words[5], (int64_t)SEARCH_MAX);
	reply->body = json_pack("{s:o}", "consumers", make_list(sbx, request->terminal, row, &last));
	return BT_SBX_NONE;
}
