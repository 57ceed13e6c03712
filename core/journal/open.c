/* Opening and closing a journal: every way in which a cut, rot or an edit can have left the two records, told apart. */
#include <stdlib.h>
#include <string.h>

#include "core/base/mutant.h"
#include "core/journal/chain.h"
#include "core/journal/check.h"
#include "core/journal/state.h"

static enum bt_err read_genesis(struct bt_journal *journal, const uint8_t *first_key, const char *terminal,
				struct bt_fault *fault)
{
	struct bt_event event;
	uint8_t key[BT_ED25519_PUBLIC_LEN];
	char named[32];
	enum bt_err err = bt_store_event_at(&journal->store, 1, &event, fault);
	if (err != BT_OK)
		return err;
	if (bt_chain_check(&event) != BT_OK || event.kind != BT_EVENT_GENESIS ||
	    bt_chain_genesis(event.body, key, named, sizeof named) != BT_OK ||
	    bt_chain_epoch(event.body, &journal->epoch) != BT_OK)
		return bt_fault_set(fault, BT_ECORRUPT, 0, "genesis event is damaged");
	if (first_key && memcmp(key, first_key, sizeof key) != 0)
		return bt_fault_set(fault, BT_EAUTH, 0, "journal was begun with another key");
	if (terminal && strcmp(terminal, named) != 0)
		return bt_fault_set(fault, BT_EAUTH, 0, "journal is terminal %s's", named);
	return BT_OK;
}

static enum bt_err read_amount(struct bt_bytes body, bt_paise *out, struct bt_fault *fault)
{
	json_t *root = NULL;
	enum bt_err err = bt_json_parse(body, BT_EVENT_BODY_MAX, &root, NULL);
	if (err == BT_OK)
		err = bt_json_int(root, "amount_paise", 1, BT_PAISE_MAX, out);
	json_decref(root);
	return err == BT_OK || err == BT_ENOMEM ? err : bt_fault_set(fault, BT_ECORRUPT, 0, "paid without an amount");
}

static enum bt_err make_frame(struct bt_journal *journal, int64_t seq, struct bt_frame *out, struct bt_fault *fault)
{
	struct bt_event event;
	struct bt_sale_row row = {0};
	enum bt_err err = bt_store_event_at(&journal->store, seq, &event, fault);
	if (err == BT_OK && event.kind == BT_EVENT_TOKENED)
		err = bt_store_find_sale(&journal->store, event.sale_id, &row, fault);
	if (err == BT_OK && event.kind == BT_EVENT_PAID) /* not the row's: the same put may have paid again */
		err = read_amount(event.body, &row.amount, fault);
	if (err != BT_OK)
		return err;
	*out = (struct bt_frame){.seq = seq, .kind = event.kind, .amount = row.amount};
	memcpy(out->hash, event.hash, sizeof out->hash);
	return BT_OK;
}

/* A cut fell between the commit and the second record: the newest put is in the database only. */
static enum bt_err complete_frames(struct bt_journal *journal, int64_t last, struct bt_fault *fault)
{
	struct bt_frame frames[BT_PUT_MAX];
	int n = 0;
	enum bt_err err = BT_OK;
	if (journal->frames.tail == BT_TAIL_TORN)
		err = bt_frames_cut(&journal->frames, fault);
	for (int64_t seq = journal->frames.count + 1; seq <= last && err == BT_OK; seq++)
		err = make_frame(journal, seq, &frames[n++], fault);
	if (err != BT_OK)
		return err;
	bt_log_line(journal->log, "journal", "second record completed by %d events up to %lld", n, (long long)last);
	return bt_frames_append(&journal->frames, frames, n, fault);
}

static enum bt_err check_peer(struct bt_journal *journal, struct bt_fault *fault)
{
	struct bt_head peer;
	struct bt_event event;
	enum bt_err err = bt_store_peer(&journal->store, &peer, fault);
	if (err != BT_OK || peer.seq == 0)
		return err;
	if (peer.seq > journal->head.seq)
		return bt_fault_set(fault, BT_ECORRUPT, 0, "head-end holds more than this journal");
	err = bt_store_event_at(&journal->store, peer.seq, &event, fault);
	if (err == BT_OK && memcmp(event.hash, peer.hash, sizeof peer.hash) != 0)
		err = bt_fault_set(fault, BT_ECORRUPT, 0, "head-end holds another event %lld", (long long)peer.seq);
	return err;
}

/*
 * Bring the two records together. With D events in the database, F whole frames, and b the first event of the newest
 * put: F = D is the rule; b-1 <= F < D is a cut before the second record was synced, its tail may then be torn;
 * anything else has lost or changed what was acknowledged.
 */
static enum bt_err reconcile(struct bt_journal *journal, const struct bt_head *last, struct bt_fault *fault)
{
	struct bt_frames *frames = &journal->frames;
	int64_t batch_first = 0;
	struct bt_tally ignored;
	enum bt_err err = bt_store_mark(&journal->store, &batch_first, &ignored, fault);
	if (err != BT_OK)
		return err;
	if (bt_mutant(BT_MUTANT_HEADS_NOT_COMPARED) && frames->extent > last->seq)
		frames->extent = frames->count = last->seq;
	if (frames->tail == BT_TAIL_BAD)
		return bt_fault_set(fault, BT_ECORRUPT, 0, "journal.head: frame %lld is damaged",
				    (long long)frames->count + 1);
	if (frames->extent > last->seq)
		return bt_fault_set(fault, BT_ECORRUPT, 0, "database ends at %lld, second record at %lld",
				    (long long)last->seq, (long long)frames->extent);
	if (batch_first < 1 || batch_first > last->seq || last->seq - batch_first >= BT_PUT_MAX ||
	    frames->count < batch_first - 1)
		return bt_fault_set(fault, BT_ECORRUPT, 0, "second record ends at %lld, database at %lld",
				    (long long)frames->count, (long long)last->seq);
	err = bt_check_all(journal, last, fault);
	if (err == BT_OK)
		err = bt_journal_choose_signer(journal, fault);
	if (err == BT_OK && journal->signer)
		err = bt_frames_renew(frames, batch_first, fault);
	if (err == BT_OK && frames->count < last->seq && journal->signer)
		err = complete_frames(journal, last->seq, fault);
	return err;
}

/* The newest event in both records; for a reader that may not complete the second one it can be older than D. */
static enum bt_err set_head(struct bt_journal *journal, struct bt_fault *fault)
{
	struct bt_event event;
	if (journal->frames.count == 0)
		return bt_fault_set(fault, BT_ENOTFOUND, 0, "journal is empty");
	enum bt_err err = bt_store_event_at(&journal->store, journal->frames.count, &event, fault);
	if (err != BT_OK)
		return err;
	journal->head.seq = event.seq;
	memcpy(journal->head.hash, event.hash, sizeof event.hash);
	return BT_OK;
}

static enum bt_err begin_journal(struct bt_journal *journal, const uint8_t *first_key, const char *terminal,
				 struct bt_fault *fault)
{
	struct bt_buf body;
	if (journal->frames.extent)
		return bt_fault_set(fault, BT_ECORRUPT, 0, "database is empty, second record ends at %lld",
				    (long long)journal->frames.extent);
	if (!journal->signer)
		return bt_fault_set(fault, BT_ENOTFOUND, 0, "journal is empty");
	/* So is a key that was changed, and a mirror of this terminal that is there already. */
	if (first_key && memcmp(first_key, bt_signer_public(journal->signer), BT_ED25519_PUBLIC_LEN) != 0)
		return bt_fault_set(fault, BT_ECORRUPT, 0, "the journal that changed the key is missing");
	enum bt_err err = bt_mirror_find(journal, fault);
	if (err != BT_OK)
		return err;
	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	err = bt_chain_genesis_encode(bt_signer_public(journal->signer), terminal ? terminal : "", &body);
	if (err != BT_OK)
		bt_fault_set(fault, err, 0, "genesis event");
	struct bt_event_in event = {.kind = BT_EVENT_GENESIS, .sale_id = "", .body = bt_buf_view(&body)};
	if (err == BT_OK)
		err = bt_journal_put(journal, &event, 1, fault);
	bt_buf_fini(&body);
	return err;
}

/* The newest recovery; the genesis event has set epoch 1. */
static enum bt_err read_epoch(struct bt_journal *journal, struct bt_fault *fault)
{
	struct bt_event event;
	struct bt_buf body;
	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	enum bt_err err = bt_journal_newest(journal, BT_EVENT_EPOCH, NULL, &event, &body);
	if (err == BT_OK && bt_chain_epoch(event.body, &journal->epoch) != BT_OK)
		err = bt_fault_set(fault, BT_ECORRUPT, 0, "epoch event is damaged");
	else if (err == BT_OK)
		journal->epoch_seq = event.seq;
	else if (err != BT_OK && err != BT_ENOTFOUND)
		bt_fault_set(fault, err, 0, "epoch event cannot be read");
	bt_buf_fini(&body);
	return err == BT_ENOTFOUND ? BT_OK : err;
}

/* What a cut left of a put that is not on record still stands in the log of SQLite, behind what counts. The next put is
 * written over it, often with many of the same bytes; were it cut in its turn, its sectors could make the old put whole
 * again, long after it was seen to be gone. So the log begins anew before anything is written. */
static enum bt_err drop_dead_puts(struct bt_journal *journal, struct bt_fault *fault)
{
	enum bt_err err = journal->signer ? bt_store_checkpoint(&journal->store, true, fault) : BT_OK;
	/* A disk that others have filled keeps nobody from looking up, reprinting and finishing what is begun. */
	if (err == BT_ENOSPC && bt_hold_drop_ballast(&journal->hold)) {
		bt_log_line(journal->log, "journal", "disk full at the start: ballast given back");
		err = bt_store_checkpoint(&journal->store, true, fault);
	}
	return err;
}

static enum bt_err open_records(struct bt_journal *journal, const struct bt_journal_options *options,
				struct bt_fault *fault)
{
	bool writable = journal->signer != NULL;
	struct bt_head last = {0};
	enum bt_err err = bt_store_open(&journal->store, journal->disk, journal->dir, writable, fault);
	if (err == BT_OK)
		err = bt_frames_open(&journal->frames, journal->disk, journal->dir, writable, fault);
	if (err == BT_OK)
		err = bt_store_last(&journal->store, &last, fault);
	if (err == BT_OK && last.seq == 0) {
		err = drop_dead_puts(journal, fault);
		if (err == BT_OK)
			err = begin_journal(journal, options->first_key, options->terminal, fault);
		if (err == BT_OK)
			err = bt_store_last(&journal->store, &last, fault);
	}
	if (err == BT_OK)
		err = read_genesis(journal, options->first_key, options->terminal, fault);
	if (err == BT_OK)
		err = reconcile(journal, &last, fault);
	if (err == BT_OK)
		err = drop_dead_puts(journal, fault);
	if (err == BT_OK && journal->store.migrated)
		err = bt_check_rows_by_events(journal, fault);
	if (err == BT_OK)
		err = set_head(journal, fault);
	if (err == BT_OK)
		err = read_epoch(journal, fault);
	return err == BT_OK ? check_peer(journal, fault) : err;
}

enum bt_err bt_journal_open(const struct bt_journal_options *options, struct bt_journal **out, struct bt_fault *fault)
{
	struct bt_fault own = {0};
	if (!fault)
		fault = &own;
	struct bt_journal *journal = calloc(1, sizeof *journal);
	if (!journal)
		return bt_fault_set(fault, BT_ENOMEM, 0, "journal");
	journal->clock = options->clock;
	journal->key_store = options->keys;
	journal->signer = options->keys ? options->keys->newest(options->keys->self) : options->signer;
	journal->log = options->log;
	journal->disk = options->disk ? options->disk : bt_disk_system();
	journal->hold.lock_fd = -1;
	enum bt_err err = bt_text_copy(journal->dir, sizeof journal->dir, options->dir);
	if (err == BT_OK)
		err = bt_hold_open(&journal->hold, journal->disk, options->dir, fault);
	if (err == BT_OK && journal->signer)
		bt_hold_fill_ballast(&journal->hold);
	if (err == BT_OK && bt_recovery_is_cut(journal->disk, options->dir))
		err = bt_fault_set(fault, BT_ECORRUPT, 0, "a recovery was cut off: it has to be run again");
	if (err == BT_OK)
		err = bt_mirror_init(&journal->mirror, journal->disk, options->mirror,
				     options->terminal ? options->terminal : "", options->mirror_required);
	if (err == BT_OK)
		err = open_records(journal, options, fault);
	if (err == BT_OK)
		err = bt_mirror_find(journal, fault);
	if (err == BT_OK)
		err = bt_mirror_follow(journal, INT64_MAX, -1, fault);
	if (err == BT_OK && options->mirror_aside && !options->mirror_required && journal->signer &&
	    bt_mirror_write_aside(&journal->mirror) != BT_OK)
		err = bt_fault_set(fault, BT_EOS, 0, "thread for the mirror");
	if (err == BT_OK)
		bt_journal_settle_keys(journal);
	bt_log_line(options->log, "journal", "open with SQLite %s: %s %s", sqlite3_libversion(), bt_err_name(err),
		    err == BT_OK ? "" : fault->what);
	if (err != BT_OK) {
		/* Whatever is in doubt is left as it was found. */
		bt_store_drop(&journal->store);
		bt_journal_close(journal);
		return err;
	}
	*out = journal;
	return BT_OK;
}

void bt_journal_close(struct bt_journal *journal)
{
	if (!journal)
		return;
	if (journal->state == BT_OK && journal->signer)
		bt_store_close(&journal->store);
	else
		bt_store_drop(&journal->store);
	bt_frames_close(&journal->frames);
	bt_mirror_fini(&journal->mirror);
	bt_hold_close(&journal->hold);
	bt_keys_fini(&journal->keys);
	free(journal);
}
