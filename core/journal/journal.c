#include "core/journal/journal.h"

#include <string.h>

#include "core/base/json.h"
#include "core/base/mutant.h"
#include "core/base/random.h"
#include "core/journal/chain.h"
#include "core/journal/fold.h"
#include "core/journal/state.h"

#define MIRROR_STEP      1000 /* events a put gives a mirror that is behind: some tens of milliseconds */
#define MIRROR_IDLE_STEP 40   /* and a step between two keys, or a put whose mirror is written aside */
#define MIRROR_WAIT_MS   20   /* a put waits so long for a mirror that is written aside: a good disk is done by then */
#define WAL_PAGES_MAX    256  /* of 4 KiB: then the log is moved into the database, while somebody may be typing */

enum bt_err bt_journal_stop(struct bt_journal *journal, enum bt_err err, const char *why)
{
	if (journal->state == BT_OK && !bt_mutant(BT_MUTANT_STOP_NOT_FINAL)) {
		journal->state = err;
		bt_log_line(journal->log, "journal", "stopped: %s: %s", bt_err_name(err), why);
	}
	return err;
}

enum bt_err bt_journal_judge(struct bt_journal *journal, enum bt_err err, const char *why)
{
	return bt_err_fate(err) == BT_FATE_STOP ? bt_journal_stop(journal, err, why) : err;
}

enum bt_err bt_journal_put_json(struct bt_journal *journal, enum bt_event_kind kind, const char *sale_id, json_t *body,
				struct bt_fault *fault)
{
	struct bt_event_in event = {.kind = kind, .sale_id = sale_id, .tree = body};
	enum bt_err err =
	    body ? bt_journal_put(journal, &event, 1, fault) : bt_fault_set(fault, BT_ENOMEM, 0, "event body");
	json_decref(body);
	return err;
}

enum bt_err bt_journal_state(const struct bt_journal *journal)
{
	return journal->state;
}

struct bt_head bt_journal_head(const struct bt_journal *journal)
{
	return journal->head;
}

int64_t bt_journal_epoch(const struct bt_journal *journal)
{
	return journal->epoch.number;
}

int64_t bt_journal_epoch_seq(const struct bt_journal *journal)
{
	return journal->epoch_seq;
}

int64_t bt_journal_free_bytes(const struct bt_journal *journal)
{
	return bt_hold_free_bytes(&journal->hold);
}

/* ---- one put ---- */

/* Parse and insist on the canonical form: what is hashed here is what the head-end reads. */
static enum bt_err parse_body(struct bt_bytes body, json_t **out, struct bt_fault *fault)
{
	struct bt_buf again;
	json_t *root = NULL;
	bt_buf_init(&again, BT_EVENT_BODY_MAX);
	enum bt_err err = bt_json_parse(body, BT_EVENT_BODY_MAX, &root, NULL);
	if (err == BT_OK && json_is_object(root))
		err = bt_json_encode(root, &again);
	if (err == BT_ENOMEM)
		err = bt_fault_set(fault, BT_ENOMEM, 0, "event body");
	else if (err != BT_OK || !bt_bytes_equal(bt_buf_view(&again), body))
		err = bt_fault_set(fault, BT_EINPUT, 0, "event body is not a canonical JSON object");
	bt_buf_fini(&again);
	if (err == BT_OK)
		*out = root;
	else
		json_decref(root);
	return err;
}

/* The text of a body that comes as an object: what is hashed is made of what is folded. */
static enum bt_err write_body(const json_t *tree, struct bt_buf *out, struct bt_fault *fault)
{
	enum bt_err err = json_is_object(tree) ? bt_json_encode(tree, out) : BT_EINPUT;
	return err == BT_OK ? BT_OK : bt_fault_set(fault, err, 0, "event body");
}

/* PROTOCOL T1: a TID is burned for its meter. Only `paid` and `intent` are barred: a token the head-end made is a
 * fact. */
static enum bt_err check_tid(struct bt_store *store, const struct bt_sale_row *row, struct bt_fault *fault)
{
	sqlite3_stmt *statement = bt_store_statement(store, BT_STMT_TID);
	if (!statement || bt_store_bind_text(statement, 1, row->meter) || sqlite3_bind_int64(statement, 2, row->tid) ||
	    bt_store_bind_text(statement, 3, row->sale_id))
		return bt_store_error(store, "look up TID", fault);
	int code = sqlite3_step(statement);
	sqlite3_reset(statement);
	if (code == SQLITE_ROW && !bt_mutant(BT_MUTANT_TID_NOT_BURNED))
		return bt_fault_set(fault, BT_ESTATE, 0, "TID %u is burned for this meter", row->tid);
	return code == SQLITE_DONE || code == SQLITE_ROW ? BT_OK : bt_store_error(store, "look up TID", fault);
}

static enum bt_err project(struct bt_store *store, const struct bt_event *event, const json_t *body,
			   struct bt_sale_row *row, struct bt_fault *fault)
{
	struct bt_sale_row before;
	enum bt_err err = bt_store_find_sale(store, event->sale_id, &before, fault);
	if (err != BT_OK)
		return err;
	*row = before;
	err = bt_fold_event(row, event, body);
	if (err != BT_OK)
		return bt_fault_set(fault, err, 0, "event %s cannot be recorded for this sale",
				    bt_event_kind_name(event->kind));
	if ((event->kind == BT_EVENT_PAID || event->kind == BT_EVENT_INTENT) && row->tid)
		err = check_tid(store, row, fault);
	return err == BT_OK ? bt_store_put_sale(store, &before, row, fault) : err;
}

static enum bt_err insert_event(struct bt_store *store, const struct bt_event *event, struct bt_fault *fault)
{
	sqlite3_stmt *statement = bt_store_statement(store, BT_STMT_INSERT);
	if (!statement || sqlite3_bind_int64(statement, 1, event->seq) ||
	    sqlite3_bind_int64(statement, 2, event->time_ms) || bt_store_bind_text(statement, 3, event->sale_id) ||
	    bt_store_bind_text(statement, 4, bt_event_kind_name(event->kind)) ||
	    sqlite3_bind_text(statement, 5, (const char *)event->body.data, (int)event->body.len, SQLITE_TRANSIENT) ||
	    bt_store_bind_bytes(statement, 6, BT_BYTES(event->prev_hash)) ||
	    bt_store_bind_bytes(statement, 7, BT_BYTES(event->hash)) ||
	    bt_store_bind_bytes(statement, 8, BT_BYTES(event->signature)) || bt_store_run(statement))
		return bt_store_error(store, "write event", fault);
	return BT_OK;
}

/* Kinds that may be on record without a sale: of the terminal, its people, its shifts and drawer, or of somebody else's
 * sale. */
static const bool stands_alone[BT_EVENT_KIND_COUNT] = {
    [BT_EVENT_GENESIS] = true,      [BT_EVENT_CLOCK] = true,      [BT_EVENT_LEASE] = true,
    [BT_EVENT_UNSEAL] = true,       [BT_EVENT_SIGN_IN] = true,    [BT_EVENT_SIGN_FAILED] = true,
    [BT_EVENT_SHIFT_OPEN] = true,   [BT_EVENT_PRINTED] = true,    [BT_EVENT_EXCEPTION] = true,
    [BT_EVENT_EPOCH] = true,        [BT_EVENT_ERA] = true,        [BT_EVENT_EXTENSION] = true,
    [BT_EVENT_DELIVERED] = true,    [BT_EVENT_KEY] = true,        [BT_EVENT_DRAWER] = true,
    [BT_EVENT_DEPOSIT] = true,      [BT_EVENT_CASH_COUNT] = true, [BT_EVENT_SHIFT_SEALED] = true,
    [BT_EVENT_SHIFT_CLOSED] = true, [BT_EVENT_CLAIM] = true,      [BT_EVENT_CLAIM_ANSWER] = true,
};

static enum bt_err check_input(const struct bt_event_in *in, struct bt_fault *fault)
{
	if ((unsigned)in->kind >= BT_EVENT_KIND_COUNT || !in->sale_id)
		return bt_fault_set(fault, BT_EINPUT, 0, "event kind");
	if (in->sale_id[0] ? !bt_uuid7_is(in->sale_id) : !stands_alone[in->kind])
		return bt_fault_set(fault, BT_EINPUT, 0, "event %s: sale id", bt_event_kind_name(in->kind));
	return BT_OK;
}

enum bt_err bt_journal_store(struct bt_journal *journal, const struct bt_event *event, const json_t *body,
			     struct bt_frame *frame, struct bt_fault *fault)
{
	struct bt_sale_row row = {0};
	const char *sale_id, *docket;
	enum bt_err err = BT_OK;
	if (event->kind == BT_EVENT_DELIVERED && !bt_fold_handed(body, &sale_id, &docket))
		return bt_fault_set(fault, BT_EINPUT, 0, "delivered without its sale and docket");
	if (event->sale_id[0])
		err = project(&journal->store, event, body, &row, fault);
	if (bt_mutant(BT_MUTANT_PROJECTION_APART))
		sqlite3_exec(journal->store.db, "COMMIT;BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (err == BT_OK)
		err = insert_event(&journal->store, event, fault);
	if (err != BT_OK)
		return err;
	bool money = event->kind == BT_EVENT_PAID || event->kind == BT_EVENT_TOKENED;
	*frame = (struct bt_frame){.seq = event->seq, .kind = event->kind, .amount = money ? row.amount : 0};
	memcpy(frame->hash, event->hash, sizeof frame->hash);
	return BT_OK;
}

/* Seal @p event, but for its body which is there, onto @p head. */
static enum bt_err seal_event(struct bt_journal *journal, const struct bt_head *head, struct bt_event *event,
			      struct bt_fault *fault)
{
	memcpy(event->prev_hash, head->hash, sizeof event->prev_hash);
	enum bt_err err = bt_chain_hash(event, event->hash);
	if (err == BT_OK)
		err = bt_sign(journal->signer, BT_BYTES(event->hash), event->signature);
	return err == BT_OK ? BT_OK : bt_fault_set(fault, err, 0, "hash or sign event");
}

/* Seal @p in onto @p head and write it; @p head moves on, @p frame is its second record. Inside a transaction. */
static enum bt_err write_event(struct bt_journal *journal, const struct bt_event_in *in, int64_t now_ms,
			       struct bt_head *head, struct bt_frame *frame, struct bt_fault *fault)
{
	struct bt_event event = {.seq = head->seq + 1, .time_ms = now_ms, .kind = in->kind, .body = in->body};
	struct bt_buf text;
	json_t *read = NULL;
	enum bt_err err = check_input(in, fault);
	bt_buf_init(&text, BT_EVENT_BODY_MAX);
	if (err == BT_OK)
		err = in->tree ? write_body(in->tree, &text, fault) : parse_body(in->body, &read, fault);
	if (err == BT_OK) {
		if (in->tree)
			event.body = bt_buf_view(&text);
		bt_text_copy(event.sale_id, sizeof event.sale_id, in->sale_id);
		err = seal_event(journal, head, &event, fault);
	}
	if (err == BT_OK)
		err = bt_journal_store(journal, &event, in->tree ? in->tree : read, frame, fault);
	json_decref(read);
	bt_buf_fini(&text);
	if (err != BT_OK)
		return err;
	head->seq = event.seq;
	memcpy(head->hash, event.hash, sizeof head->hash);
	return BT_OK;
}

struct batch {
	const struct bt_event_in *events;
	int count;
	int64_t now_ms;
	const struct bt_head *peer; /* what the head-end acknowledges with it; NULL: nothing */
	struct bt_head head;        /* after the batch */
	struct bt_frame frames[BT_PUT_MAX];
	bool written; /* COMMIT was tried: from here on a failure is final */
};

/* The first record. Events are hashed inside the transaction, so a refused one leaves no trace. */
static enum bt_err write_batch(struct bt_journal *journal, struct batch *batch, struct bt_fault *fault)
{
	struct bt_store *store = &journal->store;
	sqlite3_stmt *begin = bt_store_statement(store, BT_STMT_BEGIN);
	batch->head = journal->head;
	batch->written = false;
	if (!begin || bt_store_run(begin))
		return bt_store_error(store, "begin", fault);
	enum bt_err err = BT_OK;
	struct bt_tally before = store->tally;
	for (int i = 0; i < batch->count && err == BT_OK; i++)
		err = write_event(journal, &batch->events[i], batch->now_ms, &batch->head, &batch->frames[i], fault);
	if (err == BT_OK && !bt_mutant(BT_MUTANT_PUT_NOT_MARKED))
		err = bt_store_put_mark(store, journal->head.seq + 1, fault);
	if (err == BT_OK && batch->peer)
		err = bt_store_put_peer(store, batch->peer, fault);
	if (err == BT_OK && bt_mutant(BT_MUTANT_FRAMES_FIRST))
		err = bt_frames_append(&journal->frames, batch->frames, batch->count, fault);
	if (err == BT_OK) {
		sqlite3_stmt *commit = bt_store_statement(store, BT_STMT_COMMIT);
		batch->written = true;
		if (!commit || bt_store_run(commit))
			err = bt_store_error(store, "commit", fault);
	}
	if (err != BT_OK) {
		bt_store_rollback(store);
		store->tally = before;
	}
	return err;
}

enum bt_err bt_journal_regain(struct bt_journal *journal, struct bt_head *found, struct bt_fault *fault)
{
	bt_store_drop(&journal->store);
	if (!bt_hold_drop_ballast(&journal->hold))
		return bt_fault_set(fault, BT_ENOSPC, 0, "disk full");
	bt_log_line(journal->log, "journal", "disk full: ballast given back");
	int64_t batch_first = 0;
	enum bt_err err = bt_store_open(&journal->store, journal->disk, journal->dir, true, fault);
	if (err == BT_OK)
		err = bt_store_mark(&journal->store, &batch_first, &journal->store.tally, fault);
	return err == BT_OK ? bt_store_last(&journal->store, found, fault) : err;
}

static bool is_same_head(const struct bt_head *a, const struct bt_head *b)
{
	return a->seq == b->seq && memcmp(a->hash, b->hash, sizeof a->hash) == 0;
}

static enum bt_err write_batch_again(struct bt_journal *journal, struct batch *batch, struct bt_fault *fault)
{
	struct bt_head found = {0};
	enum bt_err err = bt_journal_regain(journal, &found, fault);
	if (err != BT_OK)
		return err;
	if (is_same_head(&found, &journal->head))
		return write_batch(journal, batch, fault);
	/* The commit had reached the disk before the disk was full. */
	if (batch->written && is_same_head(&found, &batch->head))
		return BT_OK;
	return bt_fault_set(fault, BT_ECORRUPT, 0, "database changed while the disk was full");
}

static enum bt_err write_frames(struct bt_journal *journal, const struct batch *batch, struct bt_fault *fault)
{
	enum bt_err err = bt_frames_append(&journal->frames, batch->frames, batch->count, fault);
	if (err == BT_ENOSPC && bt_hold_drop_ballast(&journal->hold))
		err = bt_frames_append(&journal->frames, batch->frames, batch->count, fault);
	return err;
}

/* The events are safe in both records already; a failure here stops the next put, not this one. */
static void checkpoint_when_due(struct bt_journal *journal)
{
	struct bt_fault fault = {0};
	if (journal->store.wal_pages < WAL_PAGES_MAX)
		return;
	enum bt_err err = bt_store_checkpoint(&journal->store, false, &fault);
	if (err == BT_ENOSPC && bt_hold_drop_ballast(&journal->hold))
		bt_log_line(journal->log, "journal", "disk full: ballast given back");
	else if (err != BT_OK && err != BT_EBUSY) /* busy: a reading is under way; the next put tries again */
		bt_journal_stop(journal, err, fault.what);
}

/* The events are safe in both records already: the mirror stops the next put at most. */
static void follow_with_mirror(struct bt_journal *journal, int64_t max, int wait_ms)
{
	struct bt_fault fault = {0};
	enum bt_err err = bt_mirror_follow(journal, max, wait_ms, &fault);
	if (err != BT_OK)
		bt_journal_stop(journal, bt_err_fate(err) == BT_FATE_STOP ? err : BT_EDISK, fault.what);
}

/* Money that the bank says has come is no beginning: it is a fact, and is taken while there is any room. */
static bool begins_sale(struct bt_journal *journal, const struct bt_event_in *events, int count)
{
	struct bt_sale_row row;
	for (int i = 0; i < count; i++) {
		if (events[i].kind == BT_EVENT_INTENT)
			return true;
		if (events[i].kind == BT_EVENT_PAID && events[i].sale_id &&
		    (bt_store_find_sale(&journal->store, events[i].sale_id, &row, NULL) != BT_OK || row.paid_seq == 0))
			return true;
	}
	return false;
}

/* A sale is begun only when the mirror can hold it too, where the utility wants that. */
static bool lacks_mirror(struct bt_journal *journal)
{
	struct bt_mirror_status status;
	bt_journal_mirror(journal, &status);
	return status.required && (status.state == BT_MIRROR_MISSING || status.state == BT_MIRROR_BEHIND);
}

static enum bt_err check_put(struct bt_journal *journal, const struct bt_event_in *events, int count,
			     struct bt_fault *fault)
{
	if (journal->state != BT_OK)
		return bt_fault_set(fault, journal->state, 0, "journal has stopped");
	if (!journal->signer)
		return bt_fault_set(fault, BT_ESTATE, 0, "journal is open for reading only");
	if (count < 1 || count > BT_PUT_MAX)
		return bt_fault_set(fault, BT_EINPUT, 0, "%d events in one put", count);
	bool begins = begins_sale(journal, events, count);
	if (begins && !journal->hold.ballast && bt_journal_free_bytes(journal) < BT_SPACE_FLOOR)
		return bt_fault_set(fault, BT_ENOSPC, 0, "too little space to begin a sale");
	if (begins && lacks_mirror(journal)) {
		enum bt_err err = bt_mirror_follow(journal, MIRROR_STEP, -1, fault);
		if (err != BT_OK)
			return bt_journal_judge(journal, err, "mirror");
		if (lacks_mirror(journal))
			return bt_fault_set(fault, BT_EDISK, 0, "the mirror is missing");
	}
	return BT_OK;
}

/* True for a failure that left both records as they were. A database that could not be opened again behind a full disk
 * serves nobody any more. */
static bool is_harmless(const struct bt_journal *journal, const struct batch *batch, enum bt_err err)
{
	return !batch->written && journal->store.db && bt_err_fate(err) == BT_FATE_NOTHING;
}

enum bt_err bt_journal_put_events(struct bt_journal *journal, const struct bt_event_in *events, int count,
				  const struct bt_head *peer, struct bt_fault *fault)
{
	struct bt_fault own = {0};
	struct batch batch = {.events = events, .count = count, .peer = peer};
	if (!fault)
		fault = &own;
	enum bt_err err = check_put(journal, events, count, fault);
	if (err != BT_OK)
		return err;
	batch.now_ms = bt_clock_wall_ms(journal->clock);
	err = write_batch(journal, &batch, fault);
	if (err == BT_ENOSPC && journal->hold.ballast)
		err = write_batch_again(journal, &batch, fault);
	if (err != BT_OK && is_harmless(journal, &batch, err))
		return err;
	if (err == BT_OK && !bt_mutant(BT_MUTANT_FRAMES_FIRST))
		err = write_frames(journal, &batch, fault);
	if (err != BT_OK)
		return bt_journal_stop(journal, bt_err_fate(err) == BT_FATE_STOP ? err : BT_EDISK, fault->what);
	journal->head = batch.head;
	follow_with_mirror(journal, journal->mirror.writer ? MIRROR_IDLE_STEP : MIRROR_STEP, MIRROR_WAIT_MS);
	checkpoint_when_due(journal);
	return BT_OK;
}

enum bt_err bt_journal_check_kinds(const struct bt_event_in *events, int count, struct bt_fault *fault)
{
	/* What follows would have to be signed otherwise: bt_journal_ratchet() sees to that. */
	for (int i = 0; i < count && i < BT_PUT_MAX; i++)
		if (events[i].kind == BT_EVENT_KEY)
			return bt_fault_set(fault, BT_EINPUT, 0, "a key is changed by itself");
	return BT_OK;
}

enum bt_err bt_journal_put(struct bt_journal *journal, const struct bt_event_in *events, int count,
			   struct bt_fault *fault)
{
	enum bt_err err = bt_journal_check_kinds(events, count, fault);
	return err == BT_OK ? bt_journal_put_events(journal, events, count, NULL, fault) : err;
}

enum bt_err bt_journal_tidy(struct bt_journal *journal, struct bt_fault *fault)
{
	if (journal->state != BT_OK)
		return journal->state;
	follow_with_mirror(journal, INT64_MAX, -1);
	if (journal->state != BT_OK)
		return bt_fault_set(fault, journal->state, 0, "mirror");
	enum bt_err err = bt_store_checkpoint(&journal->store, true, fault);
	return err == BT_OK || err == BT_EBUSY ? err : bt_journal_stop(journal, err, "checkpoint");
}

bool bt_journal_step(struct bt_journal *journal)
{
	if (journal->state != BT_OK)
		return false;
	follow_with_mirror(journal, MIRROR_IDLE_STEP, 0);
	return journal->state == BT_OK && bt_mirror_wants_more(journal);
}
