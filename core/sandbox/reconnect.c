#include "core/sandbox/reconnect.h"

#include <stdio.h>
#include <string.h>

#include "core/sandbox/call.h"
#include "core/sandbox/clock.h"
#include "core/sandbox/json_in.h"

#define PROMISE_MS (20 * BT_SBX_MINUTE_MS)
#define LIST_MAX   50

bool bt_sbx_reconnect_order(sqlite3 *db, const char *connection, const char *sale_id)
{
	return bt_sbx_store_run(
	    db,
	    "INSERT INTO reconnections(connection, sale_id, since, due_at) SELECT ?1, ?2, ?3, ?4"
	    " WHERE NOT EXISTS(SELECT 1 FROM reconnections WHERE connection=?1 AND done_at IS NULL)",
	    "ttii", connection, sale_id, bt_sbx_now_ms(), bt_sbx_now_ms() + PROMISE_MS);
}

bool bt_sbx_reconnect_cancel(sqlite3 *db, const char *sale_id)
{
	return bt_sbx_store_run(db, "DELETE FROM reconnections WHERE sale_id=? AND done_at IS NULL", "t", sale_id);
}

static bool switch_on(sqlite3 *db, struct bt_sbx_consumer *consumer)
{
	consumer->supply_cut_at = -1;
	return bt_sbx_store_run(db, "UPDATE reconnections SET done_at=? WHERE connection=? AND done_at IS NULL", "it",
				bt_sbx_now_ms(), consumer->number) &&
	       bt_sbx_consumer_update(db, consumer);
}

bool bt_sbx_reconnect(struct bt_sbx *sbx, const char *connection)
{
	struct bt_sbx_consumer consumer;
	bool ok = bt_sbx_store_begin(sbx->db);
	bool ordered =
	    ok && bt_sbx_store_count(sbx->db, 0, "SELECT 1 FROM reconnections WHERE connection=? AND done_at IS NULL",
				     "t", connection) == 1;
	ok = ordered && bt_sbx_consumer_find(sbx->db, connection, &consumer) && switch_on(sbx->db, &consumer) &&
	     bt_sbx_store_commit(sbx->db);
	bt_sbx_store_rollback(sbx->db);
	if (!ordered)
		fprintf(stderr, "batti-sandbox: no reconnection is ordered there\n");
	return ok;
}

bool bt_sbx_cut(struct bt_sbx *sbx, const char *connection)
{
	struct bt_sbx_consumer consumer;
	bool ok = bt_sbx_store_begin(sbx->db) && bt_sbx_consumer_find(sbx->db, connection, &consumer);
	if (ok) {
		consumer.supply_cut_at = bt_sbx_now_ms();
		ok = bt_sbx_consumer_update(sbx->db, &consumer) && bt_sbx_store_commit(sbx->db);
	}
	bt_sbx_store_rollback(sbx->db);
	if (!ok)
		fprintf(stderr, "batti-sandbox: no such connection\n");
	return ok;
}

static json_t *describe(sqlite3_stmt *row)
{
	int64_t due_at = sqlite3_column_int64(row, 4);
	bool is_done = sqlite3_column_type(row, 5) != SQLITE_NULL;
	const char *state = is_done ? "done" : bt_sbx_now_ms() > due_at ? "overdue" : "ordered";
	char connection[13], name_en[64], name_hi[128];
	bt_sbx_column_text(row, 0, connection, sizeof connection);
	bt_sbx_column_text(row, 1, name_en, sizeof name_en);
	bt_sbx_column_text(row, 2, name_hi, sizeof name_hi);
	return json_pack("{s:s, s:o, s:I, s:I, s:s}", "connection", connection, "name",
			 bt_sbx_json_words(name_en, name_hi), "since", (json_int_t)sqlite3_column_int64(row, 3),
			 "due_at", (json_int_t)due_at, "state", state);
}

/* Of one connection: what was ordered last, done or not. Without one: all that are owed, longest due first. */
enum bt_sbx_code bt_sbx_call_reconnections(struct bt_sbx *sbx, const struct bt_sbx_request *request,
					   struct bt_sbx_reply *reply)
{
	const char *connection = request->argument(request->source, "connection");
	json_t *list = json_array();
	sqlite3_stmt *row = bt_sbx_store_ask(
	    sbx->db,
	    "SELECT r.connection, c.name_en, c.name_hi, r.since, r.due_at, r.done_at FROM reconnections r JOIN"
	    " consumers c ON c.number=r.connection WHERE CASE WHEN ?1='' THEN r.done_at IS NULL ELSE r.connection=?1"
	    " END ORDER BY CASE WHEN ?1='' THEN r.due_at ELSE -r.place END LIMIT ?2",
	    "ti", connection ? connection : "", (int64_t)(connection && *connection ? 1 : LIST_MAX));
	while (row && sqlite3_step(row) == SQLITE_ROW)
		json_array_append_new(list, describe(row));
	sqlite3_finalize(row);
	reply->body = json_pack("{s:o, s:I}", "reconnections", list, "time", (json_int_t)bt_sbx_now_ms());
	return row && reply->body ? BT_SBX_NONE : BT_SBX_INTERNAL;
}
