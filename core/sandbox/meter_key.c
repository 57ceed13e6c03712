#include "core/sandbox/meter_key.h"

#include <stdio.h>
#include <string.h>

#include "core/sandbox/clock.h"
#include "core/sandbox/terminal.h"

#define CLOCK_SLACK_MS (5 * BT_SBX_MINUTE_MS)
#define KRN_MAX        9

bool bt_sbx_meter_key_origin(const struct bt_sbx_consumer *consumer, struct bt_sbx_meter_id *out)
{
	const struct bt_sbx_note *note = bt_sbx_note_of(consumer->note);
	struct bt_sbx_meter_id id = {.sgc = BT_SBX_SGC, .ti = "01", .krn = 1, .kt = 2, .base = 2014, .ken = 255};
	if (note->old_base != 0)
		id.base = note->old_base;
	snprintf(id.ea, sizeof id.ea, "%s", note->ea ? note->ea : "11");
	snprintf(id.dkga, sizeof id.dkga, "%s", note->dkga ? note->dkga : "04");
	if (!bt_sbx_pan_make(consumer->meter, id.pan))
		return false;
	*out = id;
	return true;
}

/* One more change upon what is known so far. */
static void add_change(struct bt_sbx_meter_key *key, sqlite3_stmt *row)
{
	char stage[12];
	if (key->change != 0)
		key->held = key->next;
	key->next = key->held;
	key->change = sqlite3_column_int64(row, 0);
	key->next.krn = sqlite3_column_int(row, 1);
	key->next.base = sqlite3_column_int(row, 2);
	key->roll_over = key->next.base != key->held.base;
	bt_sbx_column_text(row, 3, stage, sizeof stage);
	key->stage = strcmp(stage, "announced") == 0 ? BT_SBX_KEY_ANNOUNCED
		     : strcmp(stage, "due") == 0     ? BT_SBX_KEY_DUE
		     : strcmp(stage, "out") == 0     ? BT_SBX_KEY_OUT
						     : BT_SBX_KEY_SETTLED;
	key->version += key->stage == BT_SBX_KEY_ANNOUNCED ? 0 : 1;
}

bool bt_sbx_meter_key_find(sqlite3 *db, const struct bt_sbx_consumer *consumer, struct bt_sbx_meter_key *out)
{
	struct bt_sbx_meter_key key = {.version = 1};
	if (!bt_sbx_meter_key_origin(consumer, &key.held))
		return false;
	sqlite3_stmt *row = bt_sbx_store_ask(
	    db, "SELECT place, krn, base, stage FROM key_changes WHERE meter=? ORDER BY place", "t", consumer->meter);
	while (row && sqlite3_step(row) == SQLITE_ROW)
		add_change(&key, row);
	sqlite3_finalize(row);
	if (key.change != 0 && key.stage == BT_SBX_KEY_SETTLED)
		key.held = key.next;
	*out = key;
	return row != NULL;
}

bool bt_sbx_meter_key_is_carried(const struct bt_sbx_meter_key *key)
{
	return key->stage == BT_SBX_KEY_DUE || key->stage == BT_SBX_KEY_OUT;
}

const struct bt_sbx_meter_id *bt_sbx_meter_key_told(const struct bt_sbx_meter_key *key)
{
	return bt_sbx_meter_key_is_carried(key) ? &key->next : &key->held;
}

bool bt_sbx_meter_key_id(const struct bt_sbx *sbx, const struct bt_sbx_meter_id *meter, struct bt_sbx_key_id *out)
{
	struct bt_sbx_key key;
	struct bt_sbx_key_id id = {
	    .krn = meter->krn, .kt = meter->kt, .base = meter->base, .ken = meter->ken, .version = 1};
	if (!bt_sbx_decoder_key(&sbx->vending, meter, &key) || !bt_sbx_kcv(&key, id.kcv))
		return false;
	memcpy(id.sgc, meter->sgc, sizeof id.sgc);
	memcpy(id.ti, meter->ti, sizeof id.ti);
	memcpy(id.ea, meter->ea, sizeof id.ea);
	memcpy(id.dkga, meter->dkga, sizeof id.dkga);
	*out = id;
	return true;
}

bool bt_sbx_meter_key_tokens(const struct bt_sbx *sbx, const struct bt_sbx_meter_key *key,
			     struct bt_sbx_key_tokens *out)
{
	struct bt_sbx_key held;
	struct bt_sbx_key next;
	out->count = 0;
	if (!bt_sbx_meter_key_is_carried(key))
		return true;
	if (!bt_sbx_decoder_key(&sbx->vending, &key->held, &held) ||
	    !bt_sbx_decoder_key(&sbx->vending, &key->next, &next))
		return false;
	out->count = bt_sbx_key_change_make(&held, &key->next, &next, key->roll_over, out->tokens);
	return out->count > 0;
}

bool bt_sbx_meter_key_tokens_to(const struct bt_sbx *sbx, const struct bt_sbx_consumer *consumer,
				const struct bt_sbx_key_id *said, struct bt_sbx_key_tokens *out)
{
	struct bt_sbx_meter_key key = {.version = 1};
	bool found = false;
	if (!bt_sbx_meter_key_origin(consumer, &key.held))
		return false;
	sqlite3_stmt *row = bt_sbx_store_ask(sbx->db,
					     "SELECT place, krn, base, stage FROM key_changes WHERE meter=? AND"
					     " stage<>'announced' ORDER BY place",
					     "t", consumer->meter);
	while (!found && row && sqlite3_step(row) == SQLITE_ROW) {
		add_change(&key, row);
		found = key.next.krn == said->krn && key.next.base == said->base;
	}
	sqlite3_finalize(row);
	key.stage = BT_SBX_KEY_DUE;
	return found && bt_sbx_meter_key_tokens(sbx, &key, out);
}

json_t *bt_sbx_meter_key_json(const struct bt_sbx *sbx, const struct bt_sbx_meter_key *key)
{
	struct bt_sbx_key_tokens tokens;
	if (!bt_sbx_meter_key_tokens(sbx, key, &tokens))
		return NULL;
	if (tokens.count == 0)
		return json_null();
	json_t *list = json_array();
	for (int i = 0; i < tokens.count; i++)
		json_array_append_new(list, json_string(tokens.tokens[i]));
	const struct bt_sbx_meter_id *from = &key->held;
	return json_pack("{s:o, s:{s:s, s:i, s:i, s:s, s:i, s:i}, s:b}", "tokens", list, "from", "sgc", from->sgc,
			 "krn", from->krn, "kt", from->kt, "ti", from->ti, "ken", from->ken, "base", from->base,
			 "roll_over", (int)key->roll_over);
}

/* A new version for the row, so that terminals fetch it. */
static bool touch(sqlite3 *db, const char *meter)
{
	return bt_sbx_store_run(db, "UPDATE consumers SET version=(SELECT max(version) FROM consumers)+1 WHERE meter=?",
				"t", meter);
}

static bool put_change(sqlite3 *db, const char *meter, const struct bt_sbx_meter_id *to, const char *stage)
{
	return bt_sbx_store_run(db, "INSERT INTO key_changes(meter, krn, base, stage, at) VALUES(?,?,?,?,?)", "tiiti",
				meter, (int64_t)to->krn, (int64_t)to->base, stage, bt_sbx_now_ms());
}

bool bt_sbx_key_change_seed(sqlite3 *db, const struct bt_sbx_consumer *consumer)
{
	struct bt_sbx_meter_id to;
	if (!bt_sbx_note_of(consumer->note)->is_key_due)
		return true;
	if (!bt_sbx_meter_key_origin(consumer, &to))
		return false;
	to.krn++;
	to.base = 2014;
	return put_change(db, consumer->meter, &to, "due");
}

static bool find_by_meter(sqlite3 *db, const char *meter, struct bt_sbx_consumer *out)
{
	char number[13] = "";
	sqlite3_stmt *row = bt_sbx_store_ask(db, "SELECT number FROM consumers WHERE meter=?", "t", meter);
	if (row && sqlite3_step(row) == SQLITE_ROW)
		bt_sbx_column_text(row, 0, number, sizeof number);
	sqlite3_finalize(row);
	return *number && *meter && bt_sbx_consumer_find(db, number, out);
}

static const char *begin_change(sqlite3 *db, const char *meter)
{
	struct bt_sbx_consumer consumer;
	struct bt_sbx_meter_key key;
	if (!find_by_meter(db, meter, &consumer) || !bt_sbx_meter_key_find(db, &consumer, &key))
		return "no such meter";
	if (!consumer.takes_token || bt_sbx_note_of(consumer.note)->without_key)
		return "this meter takes no tokens here";
	if (key.stage != BT_SBX_KEY_SETTLED)
		return "a key change of this meter is under way";
	if (key.held.krn >= KRN_MAX)
		return "this meter's key has no next revision";
	key.held.krn++;
	if (!put_change(db, meter, &key.held, "announced") || !touch(db, meter) || !bt_sbx_key_change_release(db))
		return "the ledger could not be written";
	return NULL;
}

bool bt_sbx_key_change_begin(struct bt_sbx *sbx, const char *meter)
{
	const char *failure = bt_sbx_store_begin(sbx->db) ? begin_change(sbx->db, meter) : "the ledger is busy";
	if (!failure && bt_sbx_store_commit(sbx->db))
		return true;
	bt_sbx_store_rollback(sbx->db);
	fprintf(stderr, "batti-sandbox: %s\n", failure ? failure : "the ledger could not be written");
	return false;
}

/* Whoever has asked beyond the row's present version has been given that very version: it was made after the change. */
bool bt_sbx_key_change_acknowledge(sqlite3 *db, const char *terminal, int64_t since)
{
	return bt_sbx_store_run(db,
				"INSERT OR IGNORE INTO key_acks(terminal, change)"
				" SELECT ?, place FROM key_changes JOIN consumers USING(meter) WHERE version<=?",
				"ti", terminal, since);
}

/* A revoked terminal counts until its last lease is dead: it may not have heard of it. */
#define UNREADY                                                                                                        \
	"SELECT 1 FROM leases WHERE expires>=? AND NOT EXISTS (SELECT 1 FROM key_acks"                                 \
	" WHERE key_acks.terminal=leases.terminal AND change=place)"

bool bt_sbx_key_change_release(sqlite3 *db)
{
	bool ok = true;
	bool more = true;
	while (ok && more) {
		char meter[14] = "";
		sqlite3_stmt *row = bt_sbx_store_ask(
		    db, "SELECT meter FROM key_changes WHERE stage='announced' AND NOT EXISTS (" UNREADY ")", "i",
		    bt_sbx_now_ms() - CLOCK_SLACK_MS);
		more = row && sqlite3_step(row) == SQLITE_ROW;
		if (more)
			bt_sbx_column_text(row, 0, meter, sizeof meter);
		sqlite3_finalize(row);
		ok = row && (!more || (bt_sbx_store_run(db,
							"UPDATE key_changes SET stage='due' WHERE meter=? AND"
							" stage='announced'",
							"t", meter) &&
				       touch(db, meter)));
	}
	return ok;
}

/* Kept as an acknowledgement of change 0, which nothing else has. */
bool bt_sbx_key_change_give(sqlite3 *db, const char *terminal)
{
	return bt_sbx_store_run(db, "INSERT OR IGNORE INTO key_acks(terminal, change) VALUES(?,0)", "t", terminal);
}

bool bt_sbx_key_change_is_behind(sqlite3 *db, const char *terminal)
{
	return bt_sbx_store_count(db, 0, "SELECT 1 FROM key_acks WHERE terminal=? AND change=0", "t", terminal) == 1 &&
	       bt_sbx_store_count(db, 0,
				  "SELECT 1 FROM key_changes WHERE stage<>'announced' AND NOT EXISTS (SELECT 1 FROM"
				  " key_acks WHERE terminal=? AND change=place) LIMIT 1",
				  "t", terminal) == 1;
}

bool bt_sbx_key_change_carry(sqlite3 *db, const char *sale_id, int64_t change)
{
	return bt_sbx_store_run(db, "INSERT OR REPLACE INTO key_carriers(sale_id, change) VALUES(?,?)", "ti", sale_id,
				change);
}

bool bt_sbx_key_change_leave(sqlite3 *db, const char *sale_id)
{
	return bt_sbx_store_run(db,
				"UPDATE key_changes SET stage='out' WHERE stage='due' AND place="
				"(SELECT change FROM key_carriers WHERE sale_id=?)",
				"t", sale_id);
}

static bool are_same(const struct bt_sbx_key_tokens *a, const struct bt_sbx_key_tokens *b)
{
	for (int i = 0; i < a->count && a->count == b->count; i++)
		if (strcmp(a->tokens[i], b->tokens[i]) != 0)
			return false;
	return a->count == b->count;
}

bool bt_sbx_key_change_arrive(struct bt_sbx *sbx, const char *sale_id, const struct bt_sbx_key_tokens *tokens)
{
	struct bt_sbx_consumer consumer;
	struct bt_sbx_meter_key key;
	struct bt_sbx_key_tokens right;
	char meter[14] = "";
	sqlite3_stmt *row = bt_sbx_store_ask(sbx->db,
					     "SELECT meter FROM key_carriers JOIN key_changes ON change=place WHERE"
					     " sale_id=? AND stage IN ('due','out')",
					     "t", sale_id);
	if (row && sqlite3_step(row) == SQLITE_ROW)
		bt_sbx_column_text(row, 0, meter, sizeof meter);
	sqlite3_finalize(row);
	if (!*meter || tokens->count == 0)
		return row != NULL;
	if (!find_by_meter(sbx->db, meter, &consumer) || !bt_sbx_meter_key_find(sbx->db, &consumer, &key) ||
	    !bt_sbx_meter_key_tokens(sbx, &key, &right))
		return false;
	return !are_same(&right, tokens) ||
	       (bt_sbx_store_run(sbx->db, "UPDATE key_changes SET stage='done' WHERE place=?", "i", key.change) &&
		touch(sbx->db, meter));
}
