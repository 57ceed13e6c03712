#include <stdio.h>
#include <string.h>

#include "core/sandbox/bytes.h"
#include "core/sandbox/call.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/crypto.h"
#include "core/sandbox/fact.h"
#include "core/sandbox/journal_key.h"
#include "core/sandbox/json_in.h"
#include "core/sandbox/ledger.h"
#include "core/sandbox/payments.h"
#include "core/sandbox/sale_in.h"

#define EVENTS_MAX 200
#define BODY_MAX   65536

static const char no_hash[] = "0000000000000000000000000000000000000000000000000000000000000000";

/* One terminal's upload in progress. */
struct upload {
	struct bt_sbx *sbx;
	struct bt_sbx_terminal terminal;
	int64_t head_seq;
	char head_hash[65];        /* "" when the head is a record whose own hash could not be read */
	int64_t epoch, said_epoch; /* held here, and named by the upload */
	int64_t last_seq;          /* newest record of this upload */
	char last_hash[65];
	json_t *results;
	struct bt_sbx_reply *reply;
};

struct event {
	int64_t seq, time;
	char sale_id[BT_SBX_SALE_ID_LEN + 1];
	char kind[33];
	const char *body;
	char prev_hash[65], hash[65], signature[96];
};

static void load_head(sqlite3 *db, const char *terminal, int64_t *seq, char hash[65])
{
	*seq = 0;
	snprintf(hash, 65, "%s", no_hash);
	sqlite3_stmt *row = bt_sbx_store_ask(
	    db, "SELECT seq, hash FROM events WHERE terminal=? ORDER BY seq DESC LIMIT 1", "t", terminal);
	if (row && sqlite3_step(row) == SQLITE_ROW) {
		*seq = sqlite3_column_int64(row, 0);
		bt_sbx_column_text(row, 1, hash, 65);
	}
	sqlite3_finalize(row);
}

/* Reads what it can; @return true when all of it could be read. */
static bool read_event(const json_t *object, struct event *out)
{
	const json_t *body = json_object_get(object, "body");
	uint8_t raw[BT_SBX_HASH_LEN];
	out->body = json_string_value(body);
	bool ok = out->body && json_string_length(body) < BODY_MAX;
	ok = bt_sbx_json_int(object, "time", 0, INT64_MAX, &out->time) && ok;
	ok = bt_sbx_json_text(object, "sale_id", out->sale_id, sizeof out->sale_id) && ok;
	ok = bt_sbx_json_text(object, "kind", out->kind, sizeof out->kind) && *out->kind && ok;
	ok = bt_sbx_json_text(object, "prev_hash", out->prev_hash, sizeof out->prev_hash) &&
	     bt_sbx_hex_decode(out->prev_hash, raw, sizeof raw) && ok;
	ok = bt_sbx_json_text(object, "signature", out->signature, sizeof out->signature) && ok;
	if (!bt_sbx_json_text(object, "hash", out->hash, sizeof out->hash) ||
	    !bt_sbx_hex_decode(out->hash, raw, sizeof raw)) {
		out->hash[0] = '\0';
		return false;
	}
	return ok && (!*out->sale_id || bt_sbx_is_sale_id(out->sale_id));
}

static bool is_genuine(const struct event *event, const uint8_t journal_key[32])
{
	struct bt_sbx_link link = {.seq = (uint64_t)event->seq,
				   .time = event->time,
				   .sale_id = event->sale_id,
				   .kind = event->kind,
				   .body = event->body};
	uint8_t computed[BT_SBX_HASH_LEN];
	uint8_t said[BT_SBX_HASH_LEN];
	uint8_t signature[64];
	return bt_sbx_hex_decode(event->prev_hash, link.prev_hash, sizeof link.prev_hash) &&
	       bt_sbx_hex_decode(event->hash, said, sizeof said) && bt_sbx_chain_hash(&link, computed) &&
	       memcmp(computed, said, sizeof said) == 0 &&
	       bt_sbx_b64_decode(event->signature, signature, sizeof signature) &&
	       bt_sbx_ed25519_verify(journal_key, said, sizeof said, signature);
}

static void add_result(struct upload *upload, int64_t seq, const char *sale_id, const char *status, const char *code)
{
	enum bt_sbx_code which = BT_SBX_NONE;
	for (int i = 0; i < BT_SBX_CODE_COUNT; i++)
		if (strcmp(bt_sbx_refusal_of((enum bt_sbx_code)i)->name, code) == 0)
			which = (enum bt_sbx_code)i;
	const struct bt_sbx_refusal *words = bt_sbx_refusal_of(which);
	if (*status)
		json_array_append_new(upload->results, json_pack("{s:I, s:s, s:s, s:s, s:o}", "seq", (json_int_t)seq,
								 "sale_id", sale_id, "status", status, "code", code,
								 "message", bt_sbx_json_words(words->en, words->hi)));
}

/* A record that H holds already is acknowledged again with the answer it got then. */
static enum bt_sbx_code repeat_event(struct upload *upload, const struct event *event)
{
	char hash[65];
	char status[16];
	char code[24];
	char sale_id[BT_SBX_SALE_ID_LEN + 1];
	enum bt_sbx_code outcome = BT_SBX_FORK;
	sqlite3_stmt *row = bt_sbx_store_ask(
	    upload->sbx->db, "SELECT hash, status, code, sale_id FROM events WHERE terminal=? AND seq=?", "ti",
	    upload->terminal.number, event->seq);
	if (row && sqlite3_step(row) == SQLITE_ROW) {
		bt_sbx_column_text(row, 0, hash, sizeof hash);
		bt_sbx_column_text(row, 1, status, sizeof status);
		bt_sbx_column_text(row, 2, code, sizeof code);
		bt_sbx_column_text(row, 3, sale_id, sizeof sale_id);
		if (strcmp(hash, event->hash) == 0) {
			add_result(upload, event->seq, sale_id, status, code);
			outcome = BT_SBX_NONE;
		}
	}
	sqlite3_finalize(row);
	return outcome;
}

/* A sale brought back from its receipt: posted when the ledger has the very sale, otherwise named for a person, who has
 * the signed record in the exception's detail (PROTOCOL H2). */
static bool post_recovered(struct upload *upload, const struct event *event, struct bt_sbx_outcome *out)
{
	struct bt_sbx_entry entry;
	char token[21] = "";
	int64_t paise = 0;
	json_t *body = bt_sbx_json_parse(event->body, strlen(event->body));
	bool same = body && bt_sbx_json_text(body, "token", token, sizeof token) &&
		    bt_sbx_json_int(body, "amount_paise", 1, INT64_MAX, &paise) &&
		    bt_sbx_ledger_find(upload->sbx->db, event->sale_id, &entry) &&
		    strcmp(entry.state, "committed") == 0 && entry.core.paise == paise &&
		    strcmp(entry.core.token, token) == 0;
	json_decref(body);
	*out = same ? (struct bt_sbx_outcome){BT_SBX_POSTED, BT_SBX_NONE}
		    : (struct bt_sbx_outcome){BT_SBX_EXCEPTION, BT_SBX_PAID_MISSING};
	return same || bt_sbx_ledger_except(upload->sbx->db, upload->terminal.number, event->sale_id,
					    BT_SBX_PAID_MISSING, event->body);
}

/* Records behind one whose word of the next key makes no sense are still held against the old key. */
static bool change_key(struct upload *upload, const struct event *event, struct bt_sbx_outcome *out)
{
	bool is_sound = false;
	if (!bt_sbx_journal_key_take(upload->sbx->db, &upload->terminal, event->seq, event->body, &is_sound))
		return false;
	*out = is_sound ? (struct bt_sbx_outcome){BT_SBX_SILENT, BT_SBX_NONE}
			: (struct bt_sbx_outcome){BT_SBX_EXCEPTION, BT_SBX_MALFORMED};
	return true;
}

static bool post_fact(struct upload *upload, const struct bt_sbx_fact *fact, const struct event *event,
		      struct bt_sbx_outcome *out)
{
	if (strcmp(event->kind, "recovered") == 0)
		return post_recovered(upload, event, out);
	if (strcmp(event->kind, "key") == 0)
		return change_key(upload, event, out);
	return bt_sbx_fact_post(upload->sbx, fact, out);
}

static enum bt_sbx_code keep_event(struct upload *upload, const struct event *event, bool is_readable)
{
	static const char *const standings[] = {
	    [BT_SBX_SILENT] = "", [BT_SBX_POSTED] = "posted", [BT_SBX_EXCEPTION] = "exception"};
	struct bt_sbx_outcome outcome = {BT_SBX_EXCEPTION, BT_SBX_MALFORMED};
	struct bt_sbx_fact fact = {.terminal = &upload->terminal,
				   .time = event->time,
				   .sale_id = event->sale_id,
				   .kind = event->kind,
				   .body = event->body};
	uint8_t key[32];
	if (!bt_sbx_journal_key_at(upload->sbx->db, &upload->terminal, event->seq, key))
		return BT_SBX_INTERNAL;
	if (is_readable && is_genuine(event, key) && !post_fact(upload, &fact, event, &outcome))
		return BT_SBX_INTERNAL;
	const char *status = standings[outcome.standing];
	const char *code = bt_sbx_refusal_of(outcome.code)->name;
	add_result(upload, event->seq, event->sale_id, status, code);
	upload->head_seq = event->seq;
	snprintf(upload->head_hash, sizeof upload->head_hash, "%s", event->hash);
	return bt_sbx_store_run(upload->sbx->db, "INSERT INTO events VALUES(?,?,?,?,?,?,?,?,?,?,?)", "tiittttttti",
				upload->terminal.number, event->seq, event->time, event->sale_id, event->kind,
				event->body ? event->body : "", event->hash, event->signature, status, code,
				bt_sbx_now_ms())
		   ? BT_SBX_NONE
		   : BT_SBX_INTERNAL;
}

/* ---- epochs ---- */

static bool has_event(const struct upload *upload, int64_t seq, const char *hash)
{
	return bt_sbx_store_count(upload->sbx->db, 0, "SELECT 1 FROM events WHERE terminal=? AND seq=? AND hash=?",
				  "tit", upload->terminal.number, seq, hash) == 1;
}

/* The number of the epoch that a genuine record opens behind one that is held here, and the keys that lead to the one
 * it is signed with; 0 when it opens none. */
static int64_t epoch_opened(const struct upload *upload, const struct event *event, struct bt_sbx_key_path *path)
{
	char from_hash[65];
	int64_t epoch = 0;
	int64_t from_seq = 0;
	if (strcmp(event->kind, "epoch") != 0 || !has_event(upload, event->seq - 1, event->prev_hash))
		return 0;
	json_t *body = bt_sbx_json_parse(event->body, strlen(event->body));
	bool ok = body && bt_sbx_json_int(body, "epoch", upload->epoch + 1, upload->said_epoch, &epoch) &&
		  bt_sbx_json_int(body, "from_seq", event->seq - 1, event->seq - 1, &from_seq) &&
		  bt_sbx_json_text(body, "from_hash", from_hash, sizeof from_hash) &&
		  strcmp(from_hash, event->prev_hash) == 0 &&
		  bt_sbx_journal_key_path(upload->sbx->db, &upload->terminal, event->seq, body, path) &&
		  is_genuine(event, path->keys[path->count - 1]);
	json_decref(body);
	return ok ? epoch : 0;
}

/* What the terminal lost stays posted; its records are kept under the name of the life they belong to. */
static bool open_epoch(struct upload *upload, const struct event *event, int64_t epoch,
		       const struct bt_sbx_key_path *path)
{
	char name[48];
	char former[40];
	snprintf(name, sizeof name, "epoch.%s", upload->terminal.number);
	snprintf(former, sizeof former, "%s/%lld", upload->terminal.number, (long long)upload->epoch);
	if (!bt_sbx_store_run(upload->sbx->db, "UPDATE events SET terminal=? WHERE terminal=? AND seq>=?", "tti",
			      former, upload->terminal.number, event->seq) ||
	    !bt_sbx_journal_key_rewind(upload->sbx->db, &upload->terminal, former, event->seq, path) ||
	    !bt_sbx_meta_put_int(upload->sbx->db, name, epoch))
		return false;
	upload->epoch = epoch;
	upload->head_seq = event->seq - 1;
	snprintf(upload->head_hash, sizeof upload->head_hash, "%s", event->prev_hash);
	return true;
}

static void load_epoch(struct upload *upload)
{
	char name[48];
	snprintf(name, sizeof name, "epoch.%s", upload->terminal.number);
	upload->epoch = bt_sbx_meta_int(upload->sbx->db, name, 1);
}

/* A record that is held here already, in this life of the terminal or a former one. */
static bool is_held(const struct upload *upload, const json_t *object)
{
	struct event event;
	return bt_sbx_json_int(object, "seq", 1, INT64_MAX, &event.seq) &&
	       bt_sbx_json_text(object, "hash", event.hash, sizeof event.hash) &&
	       bt_sbx_store_count(upload->sbx->db, 0,
				  "SELECT count(*) FROM events WHERE seq=? AND hash=? AND (terminal=?3 OR"
				  " substr(terminal,1,length(?3)+1)=?3||'/')",
				  "itt", event.seq, event.hash, upload->terminal.number) > 0;
}

/* An upload that was long on its way says nothing new about the life that is over: no copy is needed to send it. */
static bool is_late(const struct upload *upload, const json_t *body)
{
	const json_t *events = json_object_get(body, "events");
	bool held = true;
	for (size_t i = 0; held && i < json_array_size(events); i++)
		held = is_held(upload, json_array_get(events, i));
	return held;
}

/* Two heads within one epoch, or a life that went on behind its successor: somewhere there is a copy of this terminal
 * (PROTOCOL L4). Nothing of the batch is kept, but that it came is. */
static void name_clone(struct upload *upload, enum bt_sbx_code code)
{
	sqlite3 *db = upload->sbx->db;
	char detail[64];
	bt_sbx_store_rollback(db);
	snprintf(detail, sizeof detail, "epoch %lld, record %lld", (long long)upload->said_epoch,
		 (long long)upload->last_seq);
	if (bt_sbx_store_count(db, 0, "SELECT count(*) FROM exceptions WHERE terminal=? AND code=? AND detail=?", "ttt",
			       upload->terminal.number, bt_sbx_refusal_of(code)->name, detail) == 0 &&
	    !bt_sbx_ledger_except(db, upload->terminal.number, "", code, detail))
		fprintf(stderr, "batti-sandbox: a clone of %s could not be noted\n", upload->terminal.number);
}

static enum bt_sbx_code take_event(struct upload *upload, const json_t *object, int64_t expected)
{
	struct event event = {.seq = expected};
	/* A record without a readable number can only be the one that is expected in its place. */
	(void)bt_sbx_json_int(object, "seq", 1, INT64_MAX, &event.seq);
	bool is_readable = read_event(object, &event);
	upload->last_seq = event.seq;
	snprintf(upload->last_hash, sizeof upload->last_hash, "%s", event.hash);
	struct bt_sbx_key_path path;
	int64_t epoch = is_readable && upload->said_epoch > upload->epoch ? epoch_opened(upload, &event, &path) : 0;
	if (epoch && !open_epoch(upload, &event, epoch, &path))
		return BT_SBX_INTERNAL;
	if (event.seq <= upload->head_seq)
		return repeat_event(upload, &event);
	if (event.seq != upload->head_seq + 1) {
		upload->reply->body = json_pack("{s:I}", "expected", (json_int_t)(upload->head_seq + 1));
		return BT_SBX_GAP;
	}
	bool is_linked = !*upload->head_hash || strcmp(event.prev_hash, upload->head_hash) == 0;
	if (is_readable && !is_linked)
		return BT_SBX_FORK;
	return keep_event(upload, &event, is_readable);
}

static json_t *make_answer(const struct upload *upload)
{
	/* Before its epoch event has come, a terminal's new life has nothing behind what it has just sent. */
	bool is_prefix = upload->epoch < upload->said_epoch;
	const char *head = is_prefix ? upload->last_hash : upload->head_hash;
	const char *hash = *head ? head : no_hash;
	int64_t seq = is_prefix ? upload->last_seq : upload->head_seq;
	char text[160];
	uint8_t signature[64];
	char signature_text[96];
	snprintf(text, sizeof text, "batti-head-v1|%s|%lld|%lld|%s", upload->terminal.number,
		 (long long)upload->said_epoch, (long long)seq, hash);
	if (!bt_sbx_ed25519_sign(upload->sbx->head_end_seed, text, strlen(text), signature))
		return NULL;
	bt_sbx_b64_encode(signature, sizeof signature, signature_text, sizeof signature_text);
	return json_pack("{s:I, s:s, s:s, s:O}", "acknowledged", (json_int_t)seq, "head", hash, "head_signature",
			 signature_text, "results", upload->results);
}

/* The era is not asked: facts are taken whatever era they come from (PROTOCOL H1, H4). */
static enum bt_sbx_code take_upload(struct upload *upload, const json_t *body)
{
	char terminal[9];
	int64_t previous;
	const json_t *events = json_object_get(body, "events");
	if (!json_is_array(events) || json_array_size(events) > EVENTS_MAX ||
	    !bt_sbx_json_text(body, "terminal", terminal, sizeof terminal) ||
	    !bt_sbx_json_int(body, "epoch", 1, INT64_MAX, &upload->said_epoch))
		return BT_SBX_MALFORMED;
	if (strcmp(terminal, upload->terminal.number) != 0)
		return BT_SBX_WRONG_TERMINAL;
	load_epoch(upload);
	if (upload->said_epoch < upload->epoch)
		return BT_SBX_EPOCH;
	if (!bt_sbx_store_begin(upload->sbx->db))
		return BT_SBX_INTERNAL;
	load_head(upload->sbx->db, terminal, &upload->head_seq, upload->head_hash);
	previous = upload->head_seq;
	for (size_t i = 0; i < json_array_size(events); i++) {
		const json_t *object = json_array_get(events, i);
		enum bt_sbx_code code = take_event(upload, object, previous + 1);
		if (code != BT_SBX_NONE)
			return code;
		if (!bt_sbx_json_int(object, "seq", 1, INT64_MAX - 1, &previous))
			previous++;
	}
	return bt_sbx_payment_settle(upload->sbx->db, terminal) && bt_sbx_store_commit(upload->sbx->db)
		   ? BT_SBX_NONE
		   : BT_SBX_INTERNAL;
}

enum bt_sbx_code bt_sbx_call_journal(struct bt_sbx *sbx, const struct bt_sbx_request *request,
				     struct bt_sbx_reply *reply)
{
	struct upload upload = {.sbx = sbx, .results = json_array(), .reply = reply};
	json_t *body = bt_sbx_json_parse(request->body, request->body_len);
	enum bt_sbx_code code = BT_SBX_MALFORMED;
	reply->moves_money = true;
	if (body && upload.results && bt_sbx_terminal_find(sbx->db, request->terminal, &upload.terminal))
		code = take_upload(&upload, body);
	if (code == BT_SBX_FORK || (code == BT_SBX_EPOCH && !is_late(&upload, body)))
		name_clone(&upload, code);
	if (code == BT_SBX_NONE)
		reply->body = make_answer(&upload);
	json_decref(upload.results);
	json_decref(body);
	return code;
}

enum bt_sbx_code bt_sbx_call_head(struct bt_sbx *sbx, const struct bt_sbx_request *request, struct bt_sbx_reply *reply)
{
	int64_t seq = 0;
	char hash[65];
	char name[48];
	char text[160];
	uint8_t signature[64];
	char signature_text[96];
	load_head(sbx->db, request->terminal, &seq, hash);
	if (!*hash)
		snprintf(hash, sizeof hash, "%s", no_hash);
	snprintf(name, sizeof name, "epoch.%s", request->terminal);
	int64_t epoch = bt_sbx_meta_int(sbx->db, name, 1);
	snprintf(text, sizeof text, "batti-held-v1|%s|%lld|%lld|%s", request->terminal, (long long)epoch,
		 (long long)seq, hash);
	if (!bt_sbx_ed25519_sign(sbx->head_end_seed, text, strlen(text), signature))
		return BT_SBX_INTERNAL;
	bt_sbx_b64_encode(signature, sizeof signature, signature_text, sizeof signature_text);
	reply->body = json_pack("{s:I, s:s, s:I, s:s}", "seq", (json_int_t)seq, "hash", hash, "epoch",
				(json_int_t)epoch, "signature", signature_text);
	return BT_SBX_NONE;
}
