/* The whole journal read through: chain, signatures, second record, projections; and the projections made anew. */
#include <string.h>

#include "core/journal/chain.h"
#include "core/journal/check.h"
#include "core/journal/fold.h"
#include "core/journal/state.h"

/* Called with every event of a walk. @return BT_OK to go on. */
typedef enum bt_err walk_visit(void *context, const struct bt_event *event);

static enum bt_err walk(struct bt_journal *journal, const char *sql, walk_visit *visit, void *context,
			struct bt_fault *fault)
{
	sqlite3_stmt *statement = NULL;
	struct bt_event event;
	enum bt_err err = BT_OK;
	int code = sqlite3_prepare_v2(journal->store.db, sql, -1, &statement, NULL);
	while (!code && err == BT_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		code = SQLITE_OK;
		err = bt_store_event(statement, &event);
		if (err != BT_OK)
			bt_fault_set(fault, err, 0, "event %lld is damaged", (long long)event.seq);
		else
			err = visit(context, &event);
	}
	if (err == BT_OK && code != SQLITE_DONE)
		err = bt_store_error(&journal->store, "read events", fault);
	sqlite3_finalize(statement);
	return err;
}

/* ---- events in order ---- */

struct chain_walk {
	struct bt_journal *journal;
	struct bt_journal_report *report;
	struct bt_head peer;
	struct bt_keys keys;
};

static bt_paise amount_of(struct bt_journal *journal, const struct bt_event *event)
{
	struct bt_sale_row row = {0};
	if (event->kind != BT_EVENT_PAID && event->kind != BT_EVENT_TOKENED)
		return 0;
	if (event->kind == BT_EVENT_TOKENED)
		return bt_store_find_sale(&journal->store, event->sale_id, &row, NULL) == BT_OK ? row.amount : -1;
	json_t *body = NULL;
	bt_paise amount = -1;
	if (bt_json_parse(event->body, BT_EVENT_BODY_MAX, &body, NULL) == BT_OK &&
	    bt_json_int(body, "amount_paise", 0, BT_PAISE_MAX, &amount) != BT_OK)
		amount = -1;
	json_decref(body);
	return amount;
}

static enum bt_err check_link(void *context, const struct bt_event *event)
{
	struct chain_walk *w = context;
	struct bt_journal_report *report = w->report;
	struct bt_frame frame;
	if (event->seq != report->head.seq + 1 || memcmp(event->prev_hash, report->head.hash, BT_SHA256_LEN) != 0 ||
	    bt_chain_check(event) != BT_OK)
		report->chain_whole = false;
	enum bt_err err = bt_keys_check(&w->keys, event);
	if (err == BT_ENOMEM)
		return err;
	if (err != BT_OK)
		report->signatures_good = false;
	if (bt_frames_get(&w->journal->frames, event->seq, &frame) != BT_OK || frame.kind != event->kind ||
	    frame.amount != amount_of(w->journal, event) || memcmp(frame.hash, event->hash, BT_SHA256_LEN) != 0)
		report->second_equal = false;
	if (event->seq == w->peer.seq && memcmp(event->hash, w->peer.hash, BT_SHA256_LEN) != 0)
		report->acknowledged_within = false;
	report->events++;
	report->head.seq = event->seq;
	memcpy(report->head.hash, event->hash, BT_SHA256_LEN);
	return BT_OK;
}

static enum bt_err verify_chain(struct bt_journal *journal, struct bt_journal_report *report, struct bt_fault *fault)
{
	struct chain_walk w = {.journal = journal, .report = report};
	enum bt_err err = bt_store_peer(&journal->store, &w.peer, fault);
	if (err == BT_OK)
		err = walk(journal, "SELECT " BT_EVENT_COLUMNS " FROM event ORDER BY seq", check_link, &w, fault);
	bt_keys_fini(&w.keys);
	if (err == BT_ECORRUPT)
		report->chain_whole = false;
	if (w.peer.seq > report->head.seq)
		report->acknowledged_within = false;
	/* The file is read through again: what was cached at open is not what is on the disk now. */
	struct bt_frames again;
	if (bt_frames_open(&again, journal->disk, journal->dir, false, NULL) != BT_OK || again.tail != BT_TAIL_NONE ||
	    again.count != report->head.seq)
		report->second_equal = false;
	bt_frames_close(&again);
	return err == BT_ECORRUPT ? BT_OK : err;
}

/* ---- events sale by sale ---- */

struct sale_walk {
	struct bt_journal *journal;
	struct bt_journal_report *report;
	struct bt_sale_row row; /* being folded; its id is empty between sales */
};

static void finish_sale(struct sale_walk *w)
{
	struct bt_sale_row live = {0};
	if (!w->row.sale_id[0])
		return;
	w->report->sales++;
	if (bt_store_find_sale(&w->journal->store, w->row.sale_id, &live, NULL) != BT_OK ||
	    !bt_fold_equal(&live, &w->row))
		w->report->projections_equal = false;
	w->row = (struct bt_sale_row){0};
}

static enum bt_err fold_next(void *context, const struct bt_event *event)
{
	struct sale_walk *w = context;
	json_t *body = NULL;
	if (strcmp(w->row.sale_id, event->sale_id) != 0)
		finish_sale(w);
	if (bt_json_parse(event->body, BT_EVENT_BODY_MAX, &body, NULL) != BT_OK ||
	    bt_fold_event(&w->row, event, body) != BT_OK)
		w->report->projections_equal = false;
	json_decref(body);
	return BT_OK;
}

static bool answer_is(struct bt_journal *journal, const char *sql, const char *text, int64_t number)
{
	sqlite3_stmt *statement = NULL;
	bool same = sqlite3_prepare_v2(journal->store.db, sql, -1, &statement, NULL) == SQLITE_OK &&
		    sqlite3_step(statement) == SQLITE_ROW;
	const char *answer = same ? (const char *)sqlite3_column_text(statement, 0) : NULL;
	same = answer && (text ? strcmp(answer, text) == 0 : sqlite3_column_int64(statement, 0) == number);
	sqlite3_finalize(statement);
	return same;
}

static enum bt_err verify_sales(struct bt_journal *journal, struct bt_journal_report *report, struct bt_fault *fault)
{
	struct sale_walk w = {.journal = journal, .report = report};
	enum bt_err err = walk(journal, "SELECT " BT_EVENT_COLUMNS " FROM event WHERE sale_id<>'' ORDER BY sale_id,seq",
			       fold_next, &w, fault);
	finish_sale(&w);
	if (err == BT_ECORRUPT || !answer_is(journal, "SELECT count(*) FROM sale", NULL, report->sales))
		report->projections_equal = false;
	return err == BT_ECORRUPT ? BT_OK : err;
}

enum bt_err bt_check_rows_by_events(struct bt_journal *journal, struct bt_fault *fault)
{
	struct bt_journal_report report = {.projections_equal = true};
	enum bt_err err = verify_sales(journal, &report, fault);
	if (err != BT_OK || report.projections_equal)
		return err;
	return bt_fault_set(fault, BT_ECORRUPT, 0, "sales differ from their events");
}

enum bt_err bt_journal_verify(struct bt_journal *journal, struct bt_journal_report *out, struct bt_fault *fault)
{
	struct bt_journal_report report = {.chain_whole = true,
					   .signatures_good = true,
					   .second_equal = true,
					   .projections_equal = true,
					   .acknowledged_within = true,
					   .epoch = journal->epoch.number,
					   .acknowledged = bt_journal_acknowledged(journal)};
	if (!journal->store.db)
		return bt_fault_set(fault, journal->state, 0, "journal has stopped");
	report.file_sound = answer_is(journal, "PRAGMA integrity_check(1)", "ok", 0);
	enum bt_err err = verify_chain(journal, &report, fault);
	if (err == BT_OK)
		err = verify_sales(journal, &report, fault);
	report.mirror_equal = bt_mirror_verify(journal);
	bt_journal_mirror(journal, &report.mirror);
	if (err != BT_OK)
		return bt_journal_judge(journal, err, "verify");
	*out = report;
	if (report.file_sound && report.chain_whole && report.signatures_good && report.second_equal &&
	    report.projections_equal && report.acknowledged_within && report.mirror_equal)
		return BT_OK;
	return bt_journal_stop(journal, bt_fault_set(fault, BT_ECORRUPT, 0, "records do not agree"), "verify");
}

/* ---- made anew ---- */

static enum bt_err fold_into_table(void *context, const struct bt_event *event)
{
	struct bt_store *store = context;
	struct bt_sale_row row, before;
	json_t *body = NULL;
	enum bt_err err = bt_store_find_sale(store, event->sale_id, &before, NULL);
	row = before;
	if (err == BT_OK)
		err = bt_json_parse(event->body, BT_EVENT_BODY_MAX, &body, NULL);
	if (err == BT_OK && bt_fold_event(&row, event, body) != BT_OK)
		err = BT_ECORRUPT;
	json_decref(body);
	return err == BT_OK ? bt_store_put_sale(store, &before, &row, NULL) : err;
}

enum bt_err bt_journal_rebuild(struct bt_journal *journal, struct bt_fault *fault)
{
	if (journal->state != BT_OK)
		return bt_fault_set(fault, journal->state, 0, "journal has stopped");
	if (!journal->signer)
		return bt_fault_set(fault, BT_ESTATE, 0, "journal is open for reading only");
	sqlite3 *db = journal->store.db;
	struct bt_tally tally;
	int64_t batch_first = 0;
	enum bt_err err = bt_store_mark(&journal->store, &batch_first, &tally, fault);
	if (err != BT_OK)
		return bt_journal_judge(journal, err, "rebuild projections");
	journal->store.tally = (struct bt_tally){0};
	if (sqlite3_exec(db, "BEGIN IMMEDIATE;DELETE FROM sale", NULL, NULL, NULL) != SQLITE_OK)
		err = bt_store_error(&journal->store, "clear projections", fault);
	if (err == BT_OK)
		err = walk(journal, "SELECT " BT_EVENT_COLUMNS " FROM event WHERE sale_id<>'' ORDER BY seq",
			   fold_into_table, &journal->store, fault);
	if (err == BT_OK)
		err = bt_store_put_mark(&journal->store, batch_first, fault);
	if (err == BT_OK && sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		err = bt_store_error(&journal->store, "commit", fault);
	if (err != BT_OK)
		journal->store.tally = tally;
	bt_store_rollback(&journal->store);
	return bt_journal_judge(journal, err, "rebuild projections");
}
