#include "core/sandbox/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sandbox/clock.h"
#include "core/sandbox/json_in.h"
#include "core/sandbox/meter_key.h"
#include "core/sandbox/month.h"
#include "core/sandbox/reconnect.h"

static int64_t read_or_none(sqlite3_stmt *row, int column)
{
	return sqlite3_column_type(row, column) == SQLITE_NULL ? -1 : sqlite3_column_int64(row, column);
}

bool bt_sbx_ledger_find(sqlite3 *db, const char *sale_id, struct bt_sbx_entry *out)
{
	sqlite3_stmt *row = bt_sbx_store_ask(db,
					     "SELECT state, terminal, connection, meter, delivery, key_id, token, "
					     "exception, paise, units, said_tid, rnd,"
					     " picked, released, rev FROM sales WHERE sale_id=?",
					     "t", sale_id);
	bool found = row && sqlite3_step(row) == SQLITE_ROW;
	if (found) {
		struct bt_sbx_core *core = &out->core;
		*out = (struct bt_sbx_entry){.released = sqlite3_column_int(row, 13) != 0,
					     .rev = sqlite3_column_int64(row, 14)};
		snprintf(core->sale_id, sizeof core->sale_id, "%s", sale_id);
		bt_sbx_column_text(row, 0, out->state, sizeof out->state);
		bt_sbx_column_text(row, 1, core->terminal, sizeof core->terminal);
		bt_sbx_column_text(row, 2, core->connection, sizeof core->connection);
		bt_sbx_column_text(row, 3, core->meter, sizeof core->meter);
		bt_sbx_column_text(row, 4, core->delivery, sizeof core->delivery);
		bt_sbx_column_text(row, 5, core->key_id, sizeof core->key_id);
		bt_sbx_column_text(row, 6, core->token, sizeof core->token);
		bt_sbx_column_text(row, 7, out->exception, sizeof out->exception);
		core->paise = sqlite3_column_int64(row, 8);
		core->units = sqlite3_column_int64(row, 9);
		core->tid = read_or_none(row, 10);
		core->rnd = read_or_none(row, 11);
		core->picked = sqlite3_column_int(row, 12) != 0;
	}
	sqlite3_finalize(row);
	return found;
}

bool bt_sbx_ledger_is_same(sqlite3 *db, const struct bt_sbx_entry *entry, const struct bt_sbx_core *asked)
{
	struct bt_sbx_core renewed = *asked;
	if (bt_sbx_core_equal(&entry->core, asked))
		return true;
	if (bt_sbx_store_count(db, 0, "SELECT 1 FROM rekeyed WHERE sale_id=? AND key_id=?", "tt", asked->sale_id,
			       asked->key_id) != 1)
		return false;
	snprintf(renewed.key_id, sizeof renewed.key_id, "%s", entry->core.key_id);
	return bt_sbx_core_equal(&entry->core, &renewed);
}

bool bt_sbx_ledger_minute_used(sqlite3 *db, const char *meter, int64_t tid, const char *sale_id)
{
	return bt_sbx_store_count(db, 0, "SELECT 1 FROM minutes WHERE meter=?1 AND tid=?2 AND sale_id<>?3 LIMIT 1",
				  "tit", meter, tid, sale_id) == 1;
}

bool bt_sbx_ledger_put_beside(sqlite3 *db, const struct bt_sbx_core *core, int64_t tid, const char *token)
{
	return core->tid == tid ||
	       bt_sbx_store_run(db, "INSERT OR IGNORE INTO beside(sale_id, meter, tid, token, at) VALUES(?,?,?,?,?)",
				"ttiti", core->sale_id, core->meter, tid, token, bt_sbx_now_ms());
}

/* A token books no balance (PROTOCOL S1): what it carries is in the meter once the consumer has keyed it in. */
static void apply_to_account(const struct bt_sbx_sale *sale, struct bt_sbx_consumer *consumer)
{
	const struct bt_sbx_note *note = bt_sbx_note_of(consumer->note);
	int64_t towards_balance = sale->amount_paise - sale->dues_paise;
	bool books_balance = strcmp(sale->delivery, "balance") == 0;
	int64_t covered = consumer->balance_paise + towards_balance;
	consumer->dues_paise -= sale->dues_paise < consumer->dues_paise ? sale->dues_paise : consumer->dues_paise;
	if (books_balance)
		consumer->balance_paise = covered;
	if (towards_balance > 0) {
		consumer->last_recharge_paise = sale->amount_paise;
		/* A meter that takes the token switches itself; the others are switched from afar. */
		if (covered >= 0) {
			consumer->cut_due = false;
			if (!books_balance)
				consumer->supply_cut_at = -1;
		}
	}
	consumer->balance_at = bt_sbx_now_ms();
	/* Once the server's own category has been told, the directory has it too. */
	if (note->true_category)
		snprintf(consumer->category, sizeof consumer->category, "%s", note->true_category);
}

/* What this payment leaves of a cut: all that is owed is paid. */
static bool ends_cut(const struct bt_sbx_sale *sale, const struct bt_sbx_consumer *consumer)
{
	bool dues_paid = sale->dues_paise > 0 && consumer->dues_paise == 0;
	bool credit_paid = strcmp(sale->delivery, "balance") == 0 && consumer->balance_paise >= 0;
	return consumer->supply_cut_at >= 0 && (dues_paid || credit_paid);
}

static json_t *make_reply(const struct bt_sbx_posting *posting, const struct bt_sbx_consumer *consumer)
{
	const struct bt_sbx_sale *sale = posting->sale;
	json_t *reply =
	    json_pack("{s:s, s:I, s:s, s:I, s:I, s:I, s:I}", "sale_id", sale->sale_id, "rev", (json_int_t)sale->rev,
		      "status", "committed", "units", (json_int_t)sale->units, "balance_paise",
		      (json_int_t)(consumer ? consumer->balance_paise : 0), "dues_paise",
		      (json_int_t)(consumer ? consumer->dues_paise : 0), "time", (json_int_t)bt_sbx_now_ms());
	json_object_set_new(reply, "token", *posting->token ? json_string(posting->token) : json_null());
	json_object_set_new(reply, "tid", posting->tid >= 0 ? json_integer(posting->tid) : json_null());
	json_object_set_new(reply, "key_change",
			    posting->key_change_json ? json_deep_copy(posting->key_change_json) : json_null());
	return reply;
}

bool bt_sbx_ledger_note_receipt(sqlite3 *db, const char *receipt, const char *sale_id)
{
	return !*receipt || bt_sbx_store_run(db, "INSERT OR IGNORE INTO receipts VALUES(?,?)", "tt", receipt, sale_id);
}

bool bt_sbx_ledger_put(struct bt_sbx *sbx, const struct bt_sbx_posting *posting, struct bt_sbx_consumer *consumer)
{
	const struct bt_sbx_sale *sale = posting->sale;
	int64_t held_tid = posting->tid;
	if (held_tid >= 0 && bt_sbx_ledger_minute_used(sbx->db, sale->meter, held_tid, sale->sale_id))
		held_tid = -1;
	if (consumer) {
		apply_to_account(sale, consumer);
		bool ends = ends_cut(sale, consumer);
		if (!bt_sbx_month_book(sbx->db, sale, consumer, posting->is_fact) ||
		    !bt_sbx_consumer_update(sbx->db, consumer) ||
		    (ends && !bt_sbx_reconnect_order(sbx->db, consumer->number, sale->sale_id)))
			return false;
	}
	json_t *reply = make_reply(posting, consumer);
	char *text = reply ? bt_sbx_json_canonical(reply) : NULL;
	const char *exception = posting->exception == BT_SBX_NONE ? NULL : bt_sbx_refusal_of(posting->exception)->name;
	/* Only a tombstone or a reversed entry stands in the way here; a fact goes over both. */
	bool ok =
	    text &&
	    bt_sbx_store_run(sbx->db, "DELETE FROM sales WHERE sale_id=? AND state<>'committed'", "t", sale->sale_id) &&
	    bt_sbx_store_run(sbx->db,
			     "INSERT INTO sales(sale_id, state, terminal, connection, meter, delivery, paise, dues,"
			     " units, tid, said_tid, rnd, picked, key_id, token, rev, exception, by, at, sale, reply)"
			     " VALUES(?,'committed',?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
			     "tttttiiinnnittittitt", sale->sale_id, sale->terminal, sale->connection, sale->meter,
			     sale->delivery, sale->amount_paise, sale->dues_paise, sale->units, held_tid, posting->tid,
			     posting->rnd, (int64_t)posting->picked, posting->key_id,
			     *posting->token ? posting->token : NULL, sale->rev, exception, posting->by,
			     bt_sbx_now_ms(), posting->sale_text, text) &&
	    bt_sbx_ledger_note_receipt(sbx->db, sale->receipt, sale->sale_id) &&
	    (posting->key_change == 0 || bt_sbx_key_change_carry(sbx->db, sale->sale_id, posting->key_change));
	free(text);
	json_decref(reply);
	return ok;
}

json_t *bt_sbx_ledger_reply(sqlite3 *db, const char *sale_id)
{
	sqlite3_stmt *row = bt_sbx_store_ask(
	    db,
	    "SELECT coalesce(r.reply, s.reply), EXISTS(SELECT 1 FROM rekeyed k WHERE k.sale_id=s.sale_id)"
	    " FROM sales s LEFT JOIN reissues r USING(sale_id) WHERE sale_id=? AND state='committed'",
	    "t", sale_id);
	json_t *reply = NULL;
	bool is_given = row && sqlite3_step(row) == SQLITE_ROW;
	if (is_given)
		reply = json_loads((const char *)sqlite3_column_text(row, 0), 0, NULL);
	/* Its owner may still know the key before: other digits of this minute are no fault then (PROTOCOL T6). */
	if (reply && sqlite3_column_int(row, 1))
		json_object_set_new(reply, "next_key", json_true());
	sqlite3_finalize(row);
	return reply;
}

bool bt_sbx_ledger_tombstone(sqlite3 *db, const char *sale_id)
{
	return bt_sbx_store_run(db, "INSERT OR IGNORE INTO sales(sale_id, state, at) VALUES(?,'tombstone',?)", "ti",
				sale_id, bt_sbx_now_ms());
}

bool bt_sbx_ledger_take_back(sqlite3 *db, const char *sale_id, const char *terminal)
{
	return bt_sbx_ledger_tombstone(db, sale_id) &&
	       bt_sbx_store_run(db, "UPDATE sales SET by=? WHERE sale_id=? AND state='tombstone'", "tt", terminal,
				sale_id);
}

bool bt_sbx_ledger_is_taken_back(sqlite3 *db, const char *sale_id)
{
	return bt_sbx_store_count(db, 0,
				  "SELECT 1 FROM sales WHERE sale_id=? AND (state='reversed' OR"
				  " (state='tombstone' AND by IS NOT NULL))",
				  "t", sale_id) == 1;
}

bool bt_sbx_ledger_release(sqlite3 *db, const char *sale_id)
{
	return bt_sbx_store_run(db, "UPDATE sales SET released=1 WHERE sale_id=? AND token IS NOT NULL AND released=0",
				"t", sale_id) &&
	       bt_sbx_key_change_leave(db, sale_id);
}

bool bt_sbx_ledger_tell(sqlite3 *db, const char *sale_id, const char *terminal)
{
	return bt_sbx_store_run(db,
				"UPDATE sales SET released=1 WHERE sale_id=? AND terminal<>? AND state='committed' AND"
				" token IS NULL AND released=0",
				"tt", sale_id, terminal);
}

bool bt_sbx_ledger_reverse(sqlite3 *db, const char *sale_id)
{
	struct bt_sbx_entry entry;
	struct bt_sbx_consumer consumer;
	if (!bt_sbx_ledger_find(db, sale_id, &entry))
		return false;
	int64_t dues = bt_sbx_store_count(db, 0, "SELECT dues FROM sales WHERE sale_id=?", "t", sale_id);
	if (bt_sbx_consumer_find(db, entry.core.connection, &consumer)) {
		consumer.dues_paise += dues;
		if (strcmp(entry.core.delivery, "balance") == 0)
			consumer.balance_paise -= entry.core.paise - dues;
		consumer.balance_at = bt_sbx_now_ms();
		if (!bt_sbx_month_undo(db, sale_id, &consumer) || !bt_sbx_consumer_update(db, &consumer))
			return false;
	}
	return bt_sbx_reconnect_cancel(db, sale_id) &&
	       bt_sbx_store_run(db, "UPDATE sales SET state='reversed' WHERE sale_id=?", "t", sale_id);
}

bool bt_sbx_ledger_except(sqlite3 *db, const char *terminal, const char *sale_id, enum bt_sbx_code code,
			  const char *detail)
{
	const char *name = bt_sbx_refusal_of(code)->name;
	return bt_sbx_store_run(db, "UPDATE sales SET exception=? WHERE sale_id=? AND exception IS NULL", "tt", name,
				sale_id) &&
	       bt_sbx_store_run(db, "INSERT INTO exceptions(terminal, sale_id, code, detail, at) VALUES(?,?,?,?,?)",
				"tttti", terminal, sale_id, name, detail, bt_sbx_now_ms());
}
