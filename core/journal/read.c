/* Events read back, one after the other or one of a kind; each is held against its hash. */
#include <string.h>

#include "core/base/mutant.h"
#include "core/journal/chain.h"
#include "core/journal/state.h"

#define QUERY_MAX 4096

_Static_assert(BT_EVENT_KIND_COUNT <= 64, "a bit for each kind");

/* The + keeps the search in the order of the record, which needs no sorting. */
static enum bt_err write_query(uint64_t kinds, struct bt_buf *out)
{
	static const char head[] = "SELECT " BT_EVENT_COLUMNS " FROM event WHERE seq>?1 AND seq<=?2";
	const char *before = " AND +kind IN ('";
	enum bt_err err = bt_buf_put(out, head, strlen(head));
	for (int kind = 0; kind < BT_EVENT_KIND_COUNT && kinds != UINT64_MAX && err == BT_OK; kind++) {
		const char *name = bt_event_kind_name((enum bt_event_kind)kind);
		if (!(kinds >> kind & 1))
			continue;
		err = bt_buf_put(out, before, strlen(before));
		if (err == BT_OK)
			err = bt_buf_put(out, name, strlen(name));
		before = "','";
	}
	const char *end = kinds == UINT64_MAX ? " ORDER BY seq" : "') ORDER BY seq";
	return err == BT_OK ? bt_buf_put(out, end, strlen(end)) : err;
}

static enum bt_err visit_rows(sqlite3_stmt *statement, int *code,
			      bool (*visit)(void *context, const struct bt_event *event), void *context)
{
	struct bt_event event;
	while ((*code = sqlite3_step(statement)) == SQLITE_ROW) {
		enum bt_err err = bt_store_event(statement, &event);
		if (err == BT_OK)
			err = bt_chain_check(&event);
		*code = SQLITE_OK;
		if (err != BT_OK || !visit(context, &event))
			return err;
	}
	return BT_OK;
}

enum bt_err bt_journal_read_some(struct bt_journal *journal, int64_t after, uint64_t kinds,
				 bool (*visit)(void *context, const struct bt_event *event), void *context,
				 struct bt_fault *fault)
{
	sqlite3_stmt *statement = NULL;
	struct bt_buf sql;
	if (!journal->store.db)
		return bt_fault_set(fault, journal->state, 0, "journal has stopped");
	if (kinds == 0)
		return BT_OK;
	bt_buf_init(&sql, QUERY_MAX);
	enum bt_err err = write_query(kinds, &sql);
	if (err != BT_OK) {
		bt_buf_fini(&sql);
		return bt_fault_set(fault, err, 0, "read events");
	}
	int code = sqlite3_prepare_v2(journal->store.db, (const char *)sql.data, (int)sql.len, &statement, NULL);
	bt_buf_fini(&sql);
	if (!code)
		code = sqlite3_bind_int64(statement, 1, after);
	if (!code)
		code = sqlite3_bind_int64(statement, 2, journal->head.seq);
	if (!code && bt_mutant(BT_MUTANT_READ_BEFORE_SECOND))
		code = sqlite3_bind_int64(statement, 2, INT64_MAX);
	if (!code)
		err = visit_rows(statement, &code, visit, context);
	if (err != BT_OK)
		bt_fault_set(fault, err, 0, "an event after %lld is damaged", (long long)after);
	else if (code && code != SQLITE_DONE)
		err = bt_store_error(&journal->store, "read events", fault);
	sqlite3_finalize(statement);
	return bt_journal_judge(journal, err, "read events");
}

enum bt_err bt_journal_read(struct bt_journal *journal, int64_t after,
			    bool (*visit)(void *context, const struct bt_event *event), void *context,
			    struct bt_fault *fault)
{
	return bt_journal_read_some(journal, after, UINT64_MAX, visit, context, fault);
}

/* The event a ready statement gives, if any; its body copied. */
static enum bt_err take_event(struct bt_journal *journal, sqlite3_stmt *statement, struct bt_event *out,
			      struct bt_buf *body)
{
	struct bt_event event;
	int code = sqlite3_step(statement);
	enum bt_err err = code == SQLITE_ROW ? bt_store_event(statement, &event) : BT_ENOTFOUND;
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		err = bt_store_error(&journal->store, "find event", NULL);
	if (err == BT_OK)
		err = bt_chain_check(&event);
	if (err == BT_OK && body) {
		bt_buf_clear(body);
		err = bt_buf_put(body, event.body.data, event.body.len);
	}
	if (err == BT_OK) {
		event.body = body ? bt_buf_view(body) : (struct bt_bytes){0};
		*out = event;
	}
	sqlite3_reset(statement);
	return bt_journal_judge(journal, err, "an event is damaged");
}

enum bt_err bt_journal_newest(struct bt_journal *journal, enum bt_event_kind kind, const char *sale_id,
			      struct bt_event *out, struct bt_buf *body)
{
	enum bt_statement id = sale_id ? BT_STMT_NEWEST_SALE : BT_STMT_NEWEST;
	sqlite3_stmt *statement = bt_store_statement(&journal->store, id);
	if (!statement || bt_store_bind_text(statement, 1, bt_event_kind_name(kind)) ||
	    sqlite3_bind_int64(statement, 2, journal->head.seq) ||
	    (sale_id && bt_store_bind_text(statement, 3, sale_id)))
		return bt_journal_judge(journal, bt_store_error(&journal->store, "newest", NULL), "newest");
	return take_event(journal, statement, out, body);
}

enum bt_err bt_journal_before(struct bt_journal *journal, enum bt_event_kind kind, int64_t before, struct bt_event *out,
			      struct bt_buf *body)
{
	sqlite3_stmt *statement = bt_store_statement(&journal->store, BT_STMT_NEWEST);
	int64_t upto = before - 1 < journal->head.seq ? before - 1 : journal->head.seq;
	if (!statement || bt_store_bind_text(statement, 1, bt_event_kind_name(kind)) ||
	    sqlite3_bind_int64(statement, 2, upto))
		return bt_journal_judge(journal, bt_store_error(&journal->store, "before", NULL), "before");
	return take_event(journal, statement, out, body);
}

enum bt_err bt_journal_next(struct bt_journal *journal, enum bt_event_kind kind, int64_t after, struct bt_event *out,
			    struct bt_buf *body)
{
	sqlite3_stmt *statement = bt_store_statement(&journal->store, BT_STMT_NEXT);
	if (!statement || bt_store_bind_text(statement, 1, bt_event_kind_name(kind)) ||
	    sqlite3_bind_int64(statement, 2, after) || sqlite3_bind_int64(statement, 3, journal->head.seq))
		return bt_journal_judge(journal, bt_store_error(&journal->store, "next", NULL), "next");
	return take_event(journal, statement, out, body);
}

enum bt_err bt_journal_handed(struct bt_journal *journal, const char *sale_id, const char *number, struct bt_event *out,
			      struct bt_buf *body)
{
	enum bt_statement id = sale_id[0] ? BT_STMT_HANDED_SALE : BT_STMT_HANDED_DOCKET;
	sqlite3_stmt *statement = bt_store_statement(&journal->store, id);
	if (!statement || bt_store_bind_text(statement, 1, sale_id[0] ? sale_id : number) ||
	    sqlite3_bind_int64(statement, 2, journal->head.seq))
		return bt_journal_judge(journal, bt_store_error(&journal->store, "handed", NULL), "handed");
	return take_event(journal, statement, out, body);
}
