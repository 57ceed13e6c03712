#include "core/sandbox/reissue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sandbox/check.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/json_in.h"
#include "core/sandbox/sell.h"

/* Of sales that stand, and those out beside them. */
#define OF_THIS_MINUTE                                                                                                 \
	"SELECT (SELECT count(*) FROM beside WHERE meter=?1 AND tid=?2) + count(*) FROM sales WHERE meter=?1 AND"      \
	" said_tid=?2 AND state='committed' AND token IS NOT NULL"

static bool is_replaced(sqlite3 *db, const char *sale_id)
{
	return bt_sbx_store_count(db, 0, "SELECT 1 FROM reissues WHERE sale_id=?", "t", sale_id) == 1;
}

/* Tokens of this minute that are out, or only those that nothing has replaced. */
static int64_t count_tokens(sqlite3 *db, const struct bt_sbx_core *core, const char *sql)
{
	return bt_sbx_store_count(db, 0, sql, "ti", core->meter, core->tid);
}

static int64_t count_standing(sqlite3 *db, const struct bt_sbx_core *core)
{
	return count_tokens(db, core, OF_THIS_MINUTE " AND sale_id NOT IN (SELECT sale_id FROM reissues)");
}

static bool has_token(const struct bt_sbx_entry *entry)
{
	return strcmp(entry->state, "committed") == 0 && *entry->core.token && entry->core.tid >= 0;
}

/* The meter may have taken the other one: a third is for nobody to give without a look at the books. */
static bool has_another(sqlite3 *db, const char *sale_id)
{
	return bt_sbx_store_count(db, 1, "SELECT count(*) FROM beside WHERE sale_id=?", "t", sale_id) > 0;
}

/* ---- the meter's next key ---- */

static bool is_of_base(const struct bt_sbx_core *core, int base)
{
	char field[8];
	snprintf(field, sizeof field, "|%d|", base);
	return strstr(core->key_id, field) != NULL;
}

/* The same minute under the key that the meter has now. Not while the change is due: it still takes the one before. Not
 * over a change of base date, after which it would take that minute again, and not for another meter (PROTOCOL T6). */
static bool follow_key(const struct bt_sbx *sbx, const struct bt_sbx_core *core, struct bt_sbx_sale *out)
{
	struct bt_sbx_consumer consumer;
	struct bt_sbx_meter_key key;
	char key_id[80];
	*out = (struct bt_sbx_sale){.units = core->units, .tid = core->tid, .rnd = core->rnd, .has_key = true};
	snprintf(out->delivery, sizeof out->delivery, "token");
	snprintf(out->meter, sizeof out->meter, "%s", core->meter);
	if (!*core->key_id || core->rnd < 0 || !bt_sbx_consumer_find(sbx->db, core->connection, &consumer) ||
	    strcmp(consumer.meter, core->meter) != 0 || !bt_sbx_pan_make(core->meter, out->pan) ||
	    !bt_sbx_meter_key_find(sbx->db, &consumer, &key) || key.stage == BT_SBX_KEY_DUE)
		return false;
	out->key.base = bt_sbx_meter_key_told(&key)->base;
	if (!is_of_base(core, out->key.base) || !bt_sbx_follow_key(sbx, &consumer, out))
		return false;
	bt_sbx_key_id_text(out, key_id);
	return strcmp(key_id, core->key_id) != 0;
}

bool bt_sbx_reissue_is_for_key(const struct bt_sbx *sbx, const struct bt_sbx_entry *entry)
{
	struct bt_sbx_sale sale;
	int64_t given =
	    bt_sbx_store_count(sbx->db, -1, "SELECT tid FROM reissues WHERE sale_id=?", "t", entry->core.sale_id);
	return given >= 0 ? given == entry->core.tid : has_token(entry) && follow_key(sbx, &entry->core, &sale);
}

bool bt_sbx_reissue_is_open(const struct bt_sbx *sbx, const struct bt_sbx_entry *entry)
{
	const struct bt_sbx_core *core = &entry->core;
	if (!has_token(entry) || is_replaced(sbx->db, core->sale_id))
		return has_token(entry);
	return !has_another(sbx->db, core->sale_id) &&
	       (count_standing(sbx->db, core) > 1 || bt_sbx_reissue_is_for_key(sbx, entry));
}

bool bt_sbx_reissue_is(sqlite3 *db, const char *sale_id, const char *token)
{
	return bt_sbx_store_count(db, 0, "SELECT 1 FROM reissues WHERE sale_id=? AND token=?", "tt", sale_id, token) ==
	       1;
}

/* The meter has taken one of this minute: as far as is known here, this one. */
static enum bt_sbx_code say_alone(sqlite3 *db, const struct bt_sbx_core *core, struct bt_sbx_reply *reply)
{
	if (count_tokens(db, core, OF_THIS_MINUTE) > 1) {
		reply->reason_en = "The other token of this minute was replaced: the meter took this one.";
		reply->reason_hi = "इसी मिनट का दूसरा टोकन बदला जा चुका है: मीटर ने यही टोकन लिया है।";
	}
	return BT_SBX_TID_ALONE;
}

static enum bt_sbx_code say_two(struct bt_sbx_reply *reply)
{
	reply->reason_en = "Two tokens were given for this sale already. The office must look at it.";
	reply->reason_hi = "इस बिक्री के दो टोकन पहले ही दिए जा चुके हैं। दफ़्तर को इसे देखना होगा।";
	return BT_SBX_TID_ALONE;
}

/* The sale as far as a token is made of it, for a minute and under the key of now. A minute of lane 0, whatever this
 * head-end picks else: one that a counter has used and not yet told of would be refused again, and nothing comes in
 * place of a replacement. */
static enum bt_sbx_code choose(struct bt_sbx *sbx, const struct bt_sbx_core *core,
			       const struct bt_sbx_consumer *consumer, struct bt_sbx_sale *out)
{
	*out = (struct bt_sbx_sale){.units = core->units};
	snprintf(out->delivery, sizeof out->delivery, "token");
	snprintf(out->meter, sizeof out->meter, "%s", core->meter);
	if (strcmp(consumer->meter, core->meter) != 0 || !bt_sbx_pan_make(core->meter, out->pan))
		return BT_SBX_METER_MISMATCH;
	enum bt_sbx_code code = bt_sbx_check_memory(sbx, out, bt_sbx_now_ms());
	return code == BT_SBX_NONE ? bt_sbx_choose_own(sbx, consumer, bt_sbx_now_ms(), out) : code;
}

/* A token in place of the sale's own. */
struct substitute {
	int64_t tid;
	const char *token, *terminal, *by;
	json_t *key_change; /* taken; NULL: null */
};

/* What was answered of the sale stands, but for the token. */
static bool put(struct bt_sbx *sbx, const struct bt_sbx_core *core, const struct substitute *new)
{
	json_t *reply = bt_sbx_ledger_reply(sbx->db, core->sale_id);
	json_t *change = new->key_change ? new->key_change : json_null();
	bool ok = json_object_set_new(reply, "key_change", change) == 0 &&
		  json_object_set_new(reply, "token", json_string(new->token)) == 0 &&
		  json_object_set_new(reply, "tid", json_integer(new->tid)) == 0 &&
		  json_object_set_new(reply, "time", json_integer(bt_sbx_now_ms())) == 0;
	char *text = ok ? bt_sbx_json_canonical(reply) : NULL;
	json_decref(reply);
	ok = text &&
	     bt_sbx_store_run(sbx->db,
			      "INSERT OR IGNORE INTO reissues(sale_id, meter, tid, token, terminal, inspected_by, at,"
			      " reply) VALUES(?,?,?,?,?,?,?,?)",
			      "ttitttit", core->sale_id, core->meter, new->tid, new->token, new->terminal, new->by,
			      bt_sbx_now_ms(), text) &&
	     /* It left, whoever has said so: the money stays with it. */
	     bt_sbx_ledger_release(sbx->db, core->sale_id);
	free(text);
	return ok;
}

bool bt_sbx_reissue_learn(struct bt_sbx *sbx, const struct bt_sbx_entry *entry, const char *terminal, const char *by,
			  int64_t tid, const char *token)
{
	const struct substitute new = {.tid = tid, .token = token, .terminal = terminal, .by = by};
	return put(sbx, &entry->core, &new);
}

/* A ledger put back from a backup may have forgotten that it did this before (PROTOCOL H4). */
static bool is_forgotten(const struct bt_sbx *sbx, const struct bt_sbx_core *core)
{
	return bt_sbx_may_have_forgotten(sbx, bt_sbx_made_at(core->sale_id), core->terminal, "");
}

/* Safe be the first one in the meter or not: it takes a minute once, under whichever of these keys. */
static enum bt_sbx_code renew(struct bt_sbx *sbx, const struct bt_sbx_core *core, const struct bt_sbx_sale *sale,
			      const char *terminal, const char *by, struct bt_sbx_reply *reply)
{
	char token[21];
	if (has_another(sbx->db, core->sale_id))
		return say_two(reply);
	if (!bt_sbx_token_of(sbx, sale, token))
		return BT_SBX_KEY_MISMATCH;
	struct substitute new = {.tid = core->tid, .token = token, .terminal = terminal, .by = by};
	return put(sbx, core, &new) && is_replaced(sbx->db, core->sale_id) ? BT_SBX_NONE : BT_SBX_INTERNAL;
}

enum bt_sbx_code bt_sbx_reissue(struct bt_sbx *sbx, const struct bt_sbx_entry *entry, const char *terminal,
				const char *by, struct bt_sbx_reply *reply)
{
	const struct bt_sbx_core *core = &entry->core;
	struct bt_sbx_consumer consumer;
	struct bt_sbx_sale sale;
	char token[21];
	if (is_replaced(sbx->db, core->sale_id))
		return BT_SBX_NONE;
	if (is_forgotten(sbx, core))
		return BT_SBX_DOCKET_WAITS;
	if (has_token(entry) && follow_key(sbx, core, &sale))
		return renew(sbx, core, &sale, terminal, by, reply);
	if (!has_token(entry) || count_standing(sbx->db, core) < 2)
		return say_alone(sbx->db, core, reply);
	if (has_another(sbx->db, core->sale_id))
		return say_two(reply);
	if (!bt_sbx_key_change_release(sbx->db))
		return BT_SBX_INTERNAL;
	if (!bt_sbx_consumer_find(sbx->db, core->connection, &consumer))
		return BT_SBX_UNKNOWN_CONSUMER;
	enum bt_sbx_code code = choose(sbx, core, &consumer, &sale);
	if (code != BT_SBX_NONE)
		return code;
	if (!bt_sbx_token_of(sbx, &sale, token))
		return BT_SBX_KEY_MISMATCH;
	struct bt_sbx_meter_key key;
	struct substitute new = {.tid = sale.tid, .token = token, .terminal = terminal, .by = by};
	if (bt_sbx_carries_change(sbx, &sale, &consumer, &key))
		new.key_change = bt_sbx_meter_key_json(sbx, &key);
	return put(sbx, core, &new) && is_replaced(sbx->db, core->sale_id) ? BT_SBX_NONE : BT_SBX_INTERNAL;
}
