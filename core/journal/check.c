/* Read at every start: the schema; each event against its hash, its predecessor and its frame, and the newest against
 * the key; the indexes of events against the events; the projection against the tally kept with the newest put, and its
 * indexes against its rows. Signatures of all, and the projection against a fold of all events, are for `verify`. */
#include "core/journal/check.h"

#include <string.h>

#include "core/base/mutant.h"
#include "core/journal/chain.h"
#include "core/journal/fold.h"
#include "core/journal/schema.h"

#define SIGNATURES_AT_OPEN 64 /* newest events: what a crash or a hand reaches first */

/* Sums over what the events say must be in each index: order does not matter for a sum. */
struct sums {
	uint64_t frames, by_sale, by_kind, by_handed_sale, by_docket;
};

static uint64_t mix_text(const char *text, int64_t seq)
{
	uint64_t sum = (uint64_t)seq;
	for (size_t len = strlen(text); len; len -= len < 8 ? len : 8) {
		uint64_t word = 0;
		memcpy(&word, text, len < 8 ? len : 8);
		text += len < 8 ? len : 8;
		sum = bt_mix(sum ^ word);
	}
	return bt_mix(sum);
}

/* ---- events ---- */

static enum bt_err check_signature(struct bt_journal *journal, const struct bt_event *event, const struct bt_head *last)
{
	if (event->seq <= last->seq - SIGNATURES_AT_OPEN)
		return bt_keys_follow(&journal->keys, event);
	return bt_keys_check(&journal->keys, event);
}

/* What the indexes of `delivered` events hold of this one. */
static enum bt_err add_handed(const struct bt_event *event, struct sums *sums)
{
	const char *sale_id, *docket;
	json_t *body = NULL;
	enum bt_err err = bt_json_parse(event->body, BT_EVENT_BODY_MAX, &body, NULL);
	if (err == BT_OK && !bt_fold_handed(body, &sale_id, &docket))
		err = BT_ECORRUPT;
	if (err == BT_OK) {
		sums->by_handed_sale += mix_text(sale_id, event->seq);
		sums->by_docket += mix_text(docket, event->seq);
	}
	json_decref(body);
	return err == BT_OK || err == BT_ENOMEM ? err : BT_ECORRUPT;
}

static enum bt_err take_event(struct bt_journal *journal, sqlite3_stmt *statement, const struct bt_head *last,
			      struct bt_head *at, struct sums *sums)
{
	struct bt_event event;
	if (bt_store_event(statement, &event) != BT_OK || event.seq != at->seq + 1)
		return BT_ECORRUPT;
	enum bt_err err = check_signature(journal, &event, last);
	if (err == BT_ENOMEM)
		return err;
	if (!bt_mutant(BT_MUTANT_CHAIN_NOT_CHECKED) && (memcmp(event.prev_hash, at->hash, sizeof at->hash) != 0 ||
							bt_chain_check(&event) != BT_OK || err != BT_OK))
		return BT_ECORRUPT;
	at->seq = event.seq;
	memcpy(at->hash, event.hash, sizeof at->hash);
	if (event.seq <= journal->frames.count)
		sums->frames += bt_frame_mix(event.seq, event.kind, event.hash);
	if (event.sale_id[0])
		sums->by_sale += mix_text(event.sale_id, event.seq);
	sums->by_kind += mix_text(bt_event_kind_name(event.kind), event.seq);
	return event.kind == BT_EVENT_DELIVERED ? add_handed(&event, sums) : BT_OK;
}

static enum bt_err read_events(struct bt_journal *journal, const struct bt_head *last, struct sums *sums,
			       struct bt_fault *fault)
{
	struct bt_head at = {0};
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(journal->store.db, "SELECT " BT_EVENT_COLUMNS " FROM event ORDER BY seq", -1,
				      &statement, NULL);
	enum bt_err err = BT_OK;
	bt_keys_fini(&journal->keys);
	while (!code && err == BT_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		code = SQLITE_OK;
		err = take_event(journal, statement, last, &at, sums);
	}
	if (err != BT_OK)
		bt_fault_set(fault, err, 0, "chain is broken at event %lld", (long long)at.seq + 1);
	else if (code != SQLITE_DONE)
		err = bt_store_error(&journal->store, "read events", fault);
	else if (at.seq != last->seq || memcmp(at.hash, last->hash, sizeof at.hash) != 0)
		err = bt_fault_set(fault, BT_ECORRUPT, 0, "events end at %lld, not at %lld", (long long)at.seq,
				   (long long)last->seq);
	sqlite3_finalize(statement);
	return err;
}

/* The sums differ: say where. */
static enum bt_err find_difference(struct bt_journal *journal, struct bt_fault *fault)
{
	struct bt_event event;
	struct bt_frame frame;
	for (int64_t seq = 1; seq <= journal->frames.count; seq++) {
		enum bt_err err = bt_store_event_at(&journal->store, seq, &event, fault);
		if (err != BT_OK)
			return err;
		if (bt_frames_get(&journal->frames, seq, &frame) != BT_OK || frame.kind != event.kind ||
		    memcmp(frame.hash, event.hash, sizeof frame.hash) != 0)
			return bt_fault_set(fault, BT_ECORRUPT, 0, "records differ at event %lld", (long long)seq);
	}
	return bt_fault_set(fault, BT_ECORRUPT, 0, "records differ");
}

/* An index is read in its own order, which has to be the order. */
static enum bt_err check_index(struct bt_journal *journal, const char *sql, uint64_t expected, struct bt_fault *fault)
{
	char text[2][40] = {"", ""};
	int64_t seq[2] = {0, 0};
	uint64_t sum = 0;
	int now = 0, code;
	sqlite3_stmt *statement = NULL;
	enum bt_err err = BT_OK;
	code = sqlite3_prepare_v2(journal->store.db, sql, -1, &statement, NULL);
	while (!code && err == BT_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		code = SQLITE_OK;
		now = !now;
		seq[now] = sqlite3_column_int64(statement, 1);
		if (!bt_store_text(statement, 0, text[now], sizeof text[now]))
			err = BT_ECORRUPT;
		int order = strcmp(text[!now], text[now]);
		if (order > 0 || (order == 0 && seq[!now] >= seq[now]))
			err = BT_ECORRUPT;
		sum += mix_text(text[now], seq[now]);
	}
	if (err == BT_OK && code != SQLITE_DONE)
		err = bt_store_error(&journal->store, "read index", fault);
	else if (err != BT_OK || sum != expected)
		err = bt_fault_set(fault, BT_ECORRUPT, 0, "journal.db: an index of events is damaged");
	sqlite3_finalize(statement);
	return err;
}

static enum bt_err check_events(struct bt_journal *journal, const struct bt_head *last, struct bt_fault *fault)
{
	struct sums sums = {0};
	enum bt_err err = read_events(journal, last, &sums, fault);
	if (err == BT_OK && sums.frames != journal->frames.sum && !bt_mutant(BT_MUTANT_HEADS_NOT_COMPARED))
		err = find_difference(journal, fault);
	if (err == BT_OK)
		err = check_index(journal,
				  "SELECT sale_id,seq FROM event INDEXED BY event_by_sale WHERE sale_id<>''"
				  " ORDER BY sale_id,seq",
				  sums.by_sale, fault);
	if (err == BT_OK)
		err = check_index(journal, "SELECT kind,seq FROM event INDEXED BY event_by_kind ORDER BY kind,seq",
				  sums.by_kind, fault);
	if (err == BT_OK)
		err = check_index(journal,
				  "SELECT " BT_HANDED_SALE ",seq FROM event INDEXED BY event_by_handed_sale"
				  " WHERE " BT_HANDED " ORDER BY " BT_HANDED_SALE ",seq",
				  sums.by_handed_sale, fault);
	if (err == BT_OK)
		err = check_index(journal,
				  "SELECT " BT_HANDED_DOCKET ",seq FROM event INDEXED BY event_by_docket"
				  " WHERE " BT_HANDED " ORDER BY " BT_HANDED_DOCKET ",seq",
				  sums.by_docket, fault);
	return err;
}

/* ---- the projection ---- */

static enum bt_err take_row(sqlite3_stmt *statement, char before[37], struct bt_tally *tally)
{
	static const struct bt_sale_row none = {0};
	struct bt_sale_row row;
	if (bt_store_sale(statement, &row) != BT_OK || strcmp(before, row.sale_id) >= 0)
		return BT_ECORRUPT;
	memcpy(before, row.sale_id, sizeof row.sale_id);
	return bt_tally_move(tally, &none, &row);
}

static enum bt_err check_rows(struct bt_journal *journal, struct bt_fault *fault)
{
	struct bt_tally found = {0}, expected;
	char before[37] = "";
	int64_t batch_first = 0;
	sqlite3_stmt *statement = NULL;
	enum bt_err err = bt_store_mark(&journal->store, &batch_first, &expected, fault);
	if (err != BT_OK)
		return err;
	int code = sqlite3_prepare_v2(journal->store.db, "SELECT " BT_SALE_COLUMNS " FROM sale", -1, &statement, NULL);
	while (!code && err == BT_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		code = SQLITE_OK;
		err = take_row(statement, before, &found);
	}
	if (err == BT_OK && code != SQLITE_DONE)
		err = bt_store_error(&journal->store, "read sales", fault);
	else if (err != BT_OK || !bt_tally_equal(&found, &expected))
		err = bt_fault_set(fault, BT_ECORRUPT, 0, "sales differ from what was written");
	sqlite3_finalize(statement);
	if (err == BT_OK)
		journal->store.tally = expected;
	return err;
}

/* One statement that answers "ok". */
static enum bt_err ask_sqlite(struct bt_journal *journal, const char *sql, const char *what, struct bt_fault *fault)
{
	sqlite3_stmt *statement = NULL;
	enum bt_err err = BT_OK;
	int code = sqlite3_prepare_v2(journal->store.db, sql, -1, &statement, NULL);
	if (!code)
		code = sqlite3_step(statement);
	const char *answer = code == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
	if (code != SQLITE_ROW)
		err = bt_store_error(&journal->store, what, fault);
	else if (!answer || strcmp(answer, "ok") != 0)
		err = bt_fault_set(fault, BT_ECORRUPT, 0, "journal.db: %s", what);
	sqlite3_finalize(statement);
	return err;
}

static enum bt_err check_row_indexes(struct bt_journal *journal, struct bt_fault *fault)
{
	return ask_sqlite(journal, "PRAGMA integrity_check('sale')", "an index of sales is damaged", fault);
}

/* A page can read right and yet be wrong about where it is free: the next put would then write over what it holds. */
static enum bt_err check_pages(struct bt_journal *journal, struct bt_fault *fault)
{
	return ask_sqlite(journal, "PRAGMA quick_check(1)", "a page is damaged", fault);
}

enum bt_err bt_check_all(struct bt_journal *journal, const struct bt_head *last, struct bt_fault *fault)
{
	enum bt_err err = bt_schema_check(&journal->store, fault);
	if (err == BT_OK)
		err = check_events(journal, last, fault);
	if (err == BT_OK && !bt_mutant(BT_MUTANT_ROWS_NOT_COUNTED))
		err = check_rows(journal, fault);
	if (err == BT_OK && !bt_mutant(BT_MUTANT_INDEXES_NOT_CHECKED))
		err = check_row_indexes(journal, fault);
	return err == BT_OK ? check_pages(journal, fault) : err;
}
