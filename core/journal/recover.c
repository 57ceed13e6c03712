/* Recovery: the journal made anew from the longest record that verifies, in a new epoch. Where that record ends,
 * another that goes on from its very head is read on from there, and so on: a rotten page of the database ends nothing
 * that the mirror has, and what came after the stick was pulled is in the database.
 *
 * The new journal is built and checked in the folder "recovered" beside the old one, then a mark is left there and the
 * files change places one by one. Whatever a cut leaves between two of them does not open as a journal, and a run that
 * finds the mark only goes on changing places. Source: DESIGN 6, PROTOCOL J1, T4. */
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/journal/chain.h"
#include "core/journal/check.h"
#include "core/journal/lines.h"
#include "core/journal/places.h"
#include "core/journal/state.h"

#define UNKNOWN_LOSS 1000 /* events: some days of a busy counter */
#define PARTS_MAX    16

/* The records events can be brought back from. */
enum origin { FROM_DATABASE, FROM_MIRROR, FROM_FILE, ORIGINS };
static const char *const origin_names[ORIGINS] = {"database", "mirror", "file"};

struct origin_state {
	char path[4200];           /* "" when there is none */
	struct bt_disk_file *file; /* of lines */
	uint64_t end;              /* of them: behind the newest that verifies */
	struct bt_head head;       /* newest that verifies from the first on */
	enum bt_err why;           /* BT_EAUTH: of another terminal, or of no key that ours follows */
};

/* Read from one origin, behind the part before. */
struct part {
	enum origin origin;
	int64_t last; /* event of it */
};

struct recovery {
	const struct bt_journal_options *options;
	const struct bt_disk *disk;
	const struct bt_signer *signer; /* newest at hand */
	struct bt_key_link links[BT_KEY_LINKS_MAX];
	int link_count;
	struct bt_places places;
	struct bt_store store; /* the database as it is, for reading */
	struct bt_frames frames;
	struct origin_state origins[ORIGINS];
	struct part parts[PARTS_MAX];
	int part_count;
	int bridge; /* links from the key in force at the end of the last part to the newest at hand */
	struct bt_recovery report;
	int64_t epoch;     /* of the newest event brought back */
	int64_t newest_ms; /* latest time among them */
	struct bt_journal fresh;
	struct bt_frame batch[BT_PUT_MAX]; /* of the open transaction */
	int batch_count;
};

/* ---- reading an origin from its first event on, or from where another ended ---- */

struct chain {
	struct bt_head at;
	struct bt_keys keys;
};

static enum bt_err check_first(const struct recovery *r, const struct bt_event *event)
{
	const struct bt_journal_options *options = r->options;
	uint8_t key[BT_ED25519_PUBLIC_LEN];
	char terminal[32];
	if (event->kind != BT_EVENT_GENESIS || bt_chain_genesis(event->body, key, terminal, sizeof terminal) != BT_OK)
		return BT_ECORRUPT;
	if ((options->first_key && memcmp(key, options->first_key, sizeof key) != 0) ||
	    (options->terminal && strcmp(terminal, options->terminal) != 0))
		return BT_EAUTH;
	return BT_OK;
}

/* One more link, hash and signature; @p signatures are checked in the first of two readings. */
static enum bt_err check_link(const struct recovery *r, const struct bt_event *event, bool signatures,
			      struct chain *chain)
{
	enum bt_err err = BT_OK;
	if (event->seq != chain->at.seq + 1 || bt_chain_check(event) != BT_OK ||
	    memcmp(event->prev_hash, chain->at.hash, BT_SHA256_LEN) != 0)
		return BT_ECORRUPT;
	if (event->seq == 1)
		err = check_first(r, event);
	if (err == BT_OK)
		err = signatures ? bt_keys_check(&chain->keys, event) : bt_keys_follow(&chain->keys, event);
	if (err != BT_OK)
		return err;
	chain->at.seq = event->seq;
	memcpy(chain->at.hash, event->hash, BT_SHA256_LEN);
	return BT_OK;
}

typedef enum bt_err take_event(struct recovery *r, const struct bt_event *event, struct bt_fault *fault);

static enum bt_err read_database(struct recovery *r, int64_t last, take_event *take, struct chain *chain,
				 struct bt_fault *fault)
{
	sqlite3_stmt *statement = NULL;
	struct bt_event event;
	enum bt_err err = BT_OK;
	if (!r->store.db ||
	    sqlite3_prepare_v2(r->store.db, "SELECT " BT_EVENT_COLUMNS " FROM event WHERE seq>? ORDER BY seq", -1,
			       &statement, NULL) != SQLITE_OK)
		return BT_OK;
	(void)sqlite3_bind_int64(statement, 1, chain->at.seq);
	while (err == BT_OK && chain->at.seq < last && sqlite3_step(statement) == SQLITE_ROW) {
		if ((err = bt_store_event(statement, &event)) == BT_OK)
			err = check_link(r, &event, !take, chain);
		if (err == BT_OK && take)
			err = take(r, &event, fault);
	}
	sqlite3_finalize(statement);
	return err;
}

/* The next line behind event @p seq. What cannot be read of the lines before is no matter, for another origin had it.
 */
static enum bt_err next_behind(struct bt_lines *lines, int64_t seq, bool is_first, struct bt_event *out)
{
	enum bt_err err = bt_lines_next(lines, out);
	while (is_first && ((err == BT_OK && out->seq <= seq) || err == BT_ECORRUPT))
		err = bt_lines_next(lines, out);
	return err;
}

static enum bt_err read_lines(struct recovery *r, enum origin origin, int64_t last, take_event *take,
			      struct chain *chain, struct bt_fault *fault)
{
	struct bt_lines lines;
	struct bt_event event;
	int64_t behind = chain->at.seq;
	if (!r->origins[origin].file)
		return BT_OK;
	enum bt_err err = bt_lines_open(&lines, r->disk, r->origins[origin].file, 0);
	while (err == BT_OK && chain->at.seq < last &&
	       (err = next_behind(&lines, behind, behind > 0 && chain->at.seq == behind, &event)) == BT_OK) {
		err = check_link(r, &event, !take, chain);
		if (err == BT_OK && behind == 0)
			r->origins[origin].end = lines.at;
		if (err == BT_OK && take)
			err = take(r, &event, fault);
	}
	bt_lines_close(&lines);
	return err == BT_ENOTFOUND ? BT_OK : err;
}

/* From where @p chain stands up to event @p last. Without @p take it only looks how far the origin verifies. */
static enum bt_err read_origin(struct recovery *r, enum origin origin, int64_t last, take_event *take,
			       struct chain *chain, struct bt_fault *fault)
{
	return origin == FROM_DATABASE ? read_database(r, last, take, chain, fault)
				       : read_lines(r, origin, last, take, chain, fault);
}

/* ---- what there is ---- */

static enum bt_err open_lines(struct recovery *r, enum origin origin, const char *path)
{
	struct origin_state *state = &r->origins[origin];
	if (!path[0] || r->disk->open(r->disk->context, path, BT_DISK_EXISTING, &state->file) != 0)
		return BT_ENOTFOUND;
	return bt_text_copy(state->path, sizeof state->path, path);
}

static enum bt_err open_from(struct recovery *r, const char *from)
{
	char path[4200];
	const char *terminal = r->options->terminal ? r->options->terminal : "";
	if (!from)
		return BT_OK;
	if (bt_mirror_path(from, terminal, path, sizeof path) == BT_OK && open_lines(r, FROM_FILE, path) == BT_OK)
		return BT_OK;
	return open_lines(r, FROM_FILE, from);
}

static enum bt_err open_origins(struct recovery *r, const char *from, struct bt_fault *fault)
{
	char path[4200] = "";
	const struct bt_journal_options *options = r->options;
	if (open_from(r, from) != BT_OK)
		return bt_fault_set(fault, BT_ENOTFOUND, 0, "%.100s cannot be read", from);
	if (options->mirror && options->mirror[0] &&
	    bt_mirror_path(options->mirror, options->terminal ? options->terminal : "", path, sizeof path) == BT_OK)
		(void)!open_lines(r, FROM_MIRROR, path);
	/* A damaged database is read as far as it goes; one that cannot be opened at all counts as empty. */
	if (bt_store_salvage(&r->store, r->disk, options->dir, NULL) != BT_OK)
		r->store = (struct bt_store){0};
	if (bt_frames_open(&r->frames, r->disk, options->dir, false, NULL) != BT_OK)
		r->frames = (struct bt_frames){.disk = r->disk};
	return BT_OK;
}

static void close_origins(struct recovery *r)
{
	for (int i = 0; i < ORIGINS; i++)
		if (r->origins[i].file)
			r->disk->close(r->origins[i].file);
	bt_store_drop(&r->store);
	bt_frames_close(&r->frames);
}

static enum origin find_longest(const struct recovery *r)
{
	enum origin longest = FROM_DATABASE;
	for (enum origin i = FROM_DATABASE; i < ORIGINS; i++)
		if (r->origins[i].head.seq > r->origins[longest].head.seq)
			longest = i;
	return longest;
}

static int find_bridge(const struct recovery *r, const struct chain *chain)
{
	const uint8_t *key = chain->keys.spans[chain->keys.count - 1].key;
	return bt_keys_bridge(chain->keys.terminal, key, bt_signer_public(r->signer), r->links, r->link_count);
}

/* What ends under a key that none at hand follows cannot be gone on with: it is another terminal's, or the keys are
 * older than it. */
static void look_for_bridge(const struct recovery *r, struct origin_state *state, const struct chain *chain)
{
	if (chain->keys.count == 0)
		return;
	if (find_bridge(r, chain) >= 0)
		return;
	state->head = (struct bt_head){0};
	state->why = BT_EAUTH;
}

/* Lines behind the newest that verifies: torn, rotten, or whole behind one that is. Nobody could tell them from a
 * record that went on otherwise. */
static bool holds_more(const struct recovery *r, const struct origin_state *state)
{
	uint64_t len = 0;
	return state->file && state->why != BT_EAUTH && r->disk->size(state->file, &len) == 0 && len > state->end;
}

static void add_part(struct recovery *r, enum origin origin, int64_t last)
{
	r->parts[r->part_count++] = (struct part){origin, last};
	bt_log_line(r->options->log, "journal", "recovery: up to event %lld from the %s", (long long)last,
		    origin_names[origin]);
}

/* Goes on where @p chain, that of @p longest, ends. Where no key at hand follows the last one, nobody could sign behind
 * it: that far it does not go. */
static void join_parts(struct recovery *r, enum origin longest, struct chain *chain)
{
	enum origin last = longest;
	r->bridge = find_bridge(r, chain);
	add_part(r, longest, chain->at.seq);
	for (enum origin i = (longest + 1) % ORIGINS; i != last && r->part_count < PARTS_MAX; i = (i + 1) % ORIGINS) {
		int64_t from = chain->at.seq;
		(void)read_origin(r, i, INT64_MAX, NULL, chain, NULL);
		if (chain->at.seq == from)
			continue;
		int bridge = find_bridge(r, chain);
		if (bridge < 0)
			return;
		r->bridge = bridge;
		r->report.restored = chain->at;
		add_part(r, i, chain->at.seq);
		last = i;
	}
}

static enum bt_err measure(struct recovery *r, struct bt_fault *fault)
{
	struct bt_head peer = {0};
	struct bt_recovery *report = &r->report;
	struct chain chains[ORIGINS] = {0};
	for (enum origin i = FROM_DATABASE; i < ORIGINS; i++) {
		r->origins[i].why = read_origin(r, i, INT64_MAX, NULL, &chains[i], fault);
		r->origins[i].head = chains[i].at;
		look_for_bridge(r, &r->origins[i], &chains[i]);
		bt_log_line(r->options->log, "journal", "recovery: %s verifies up to event %lld", origin_names[i],
			    (long long)chains[i].at.seq);
	}
	enum origin longest = find_longest(r);
	report->mirror_is_damaged = holds_more(r, &r->origins[FROM_MIRROR]);
	report->restored = r->origins[longest].head;
	if (report->restored.seq > 0)
		join_parts(r, longest, &chains[longest]);
	for (int i = 0; i < ORIGINS; i++)
		bt_keys_fini(&chains[i].keys);
	report->in_database = r->origins[FROM_DATABASE].head.seq;
	report->in_mirror = r->origins[FROM_MIRROR].head.seq;
	report->in_file = r->origins[FROM_FILE].head.seq;
	report->known = report->restored.seq > r->frames.extent ? report->restored.seq : r->frames.extent;
	if (r->store.db && bt_store_peer(&r->store, &peer, NULL) == BT_OK && peer.seq > report->known)
		report->known = peer.seq;
	if (r->origins[FROM_FILE].why == BT_EAUTH)
		return bt_fault_set(fault, BT_EAUTH, 0, "the file is of another terminal or key");
	if (report->restored.seq == 0 &&
	    (r->origins[FROM_DATABASE].why == BT_EAUTH || r->origins[FROM_MIRROR].why == BT_EAUTH))
		return bt_fault_set(fault, BT_EAUTH, 0, "no key that is here follows that of the record");
	if (report->restored.seq == 0)
		return bt_fault_set(fault, BT_ENOTFOUND, 0, "no record that verifies was found");
	return BT_OK;
}

/* A shorter record has to be the beginning of the longest: otherwise there were two lives of one terminal. */
static enum bt_err compare_origins(struct recovery *r, const struct bt_event *event, struct bt_fault *fault)
{
	for (int i = 0; i < ORIGINS; i++) {
		const struct bt_head *head = &r->origins[i].head;
		if (head->seq == event->seq && memcmp(head->hash, event->hash, sizeof head->hash) != 0)
			return bt_fault_set(fault, BT_ECORRUPT, 0, "%s holds other events up to %lld", origin_names[i],
					    (long long)head->seq);
	}
	return BT_OK;
}

static enum bt_err note_epoch(struct recovery *r, const struct bt_event *event)
{
	if (event->kind != BT_EVENT_GENESIS && event->kind != BT_EVENT_EPOCH)
		return BT_OK;
	struct bt_epoch epoch;
	enum bt_err err = bt_chain_epoch(event->body, &epoch);
	if (err == BT_OK)
		r->epoch = epoch.number;
	return err;
}

/* ---- the batch in hand ---- */

static enum bt_err end_batch(struct recovery *r, struct bt_fault *fault)
{
	struct bt_store *store = &r->fresh.store;
	if (r->batch_count == 0)
		return BT_OK;
	enum bt_err err = bt_store_put_mark(store, r->fresh.head.seq - r->batch_count + 1, fault);
	sqlite3_stmt *commit = bt_store_statement(store, BT_STMT_COMMIT);
	if (err == BT_OK && (!commit || bt_store_run(commit)))
		err = bt_store_error(store, "commit", fault);
	if (err == BT_OK)
		err = bt_frames_append(&r->fresh.frames, r->batch, r->batch_count, fault);
	r->batch_count = 0;
	return err;
}

static enum bt_err begin_batch(struct recovery *r, struct bt_fault *fault)
{
	sqlite3_stmt *begin = bt_store_statement(&r->fresh.store, BT_STMT_BEGIN);
	return begin && bt_store_run(begin) == SQLITE_OK ? BT_OK : bt_store_error(&r->fresh.store, "begin", fault);
}

/* As it was, but many events in one put: the mark of the newest put is all that remembers which came together. */
static enum bt_err bring_back(struct recovery *r, const struct bt_event *event, struct bt_fault *fault)
{
	json_t *body = NULL;
	enum bt_err err = compare_origins(r, event, fault);
	if (err == BT_OK)
		err = note_epoch(r, event);
	if (err == BT_OK && r->batch_count == 0)
		err = begin_batch(r, fault);
	if (err == BT_OK)
		err = bt_json_parse(event->body, BT_EVENT_BODY_MAX, &body, fault);
	if (err == BT_OK)
		err = bt_journal_store(&r->fresh, event, body, &r->batch[r->batch_count], fault);
	json_decref(body);
	if (err != BT_OK)
		return err;
	r->batch_count++;
	r->newest_ms = r->newest_ms > event->time_ms ? r->newest_ms : event->time_ms;
	r->fresh.head.seq = event->seq;
	memcpy(r->fresh.head.hash, event->hash, sizeof event->hash);
	return r->batch_count < BT_PUT_MAX ? BT_OK : end_batch(r, fault);
}

/* ---- building ---- */

/* Events that are lost as far as is known. Only a head file that reaches as far as anything says that no more were
 * made: one that ends before is missing or of an old copy of the disk, and one whose record lacks keys that are at hand
 * may be. Then it may be many more. */
static int64_t count_lost(const struct recovery *r)
{
	int64_t lost = r->report.known - r->report.restored.seq;
	return !r->report.may_be_more || lost > UNKNOWN_LOSS ? lost : UNKNOWN_LOSS;
}

/* What the lost sales took of the offline limits is known from their frames alone. No time here is to be relied upon:
 * "floor_ms" is for programs of before, which open no record without it. */
static json_t *make_epoch(const struct recovery *r)
{
	char hash[2 * BT_SHA256_LEN + 1];
	int64_t now_ms = bt_clock_wall_ms(r->options->clock);
	struct bt_frames_paid paid = bt_frames_count_paid(&r->frames, r->report.restored.seq);
	bt_hex_encode(BT_BYTES(r->report.restored.hash), hash);
	return json_pack("{s:I, s:I, s:s, s:I, s:I, s:I, s:I}", "epoch", (json_int_t)r->report.epoch, "floor_ms",
			 (json_int_t)(now_ms > r->newest_ms ? now_ms : r->newest_ms), "from_hash", hash, "from_seq",
			 (json_int_t)r->report.restored.seq, "lost", (json_int_t)count_lost(r), "lost_paise",
			 (json_int_t)paid.paise, "lost_sales", (json_int_t)paid.sales);
}

static enum bt_err put_epoch(struct recovery *r, struct bt_fault *fault)
{
	int bridge = r->bridge;
	r->report.may_be_more = r->frames.extent < r->report.known || bridge > 0;
	r->report.epoch = bt_places_next_epoch(&r->places, r->epoch);
	json_t *body = make_epoch(r);
	if (bridge > 0 &&
	    json_object_set_new(body, "keys", bt_keys_encode_links(r->links + r->link_count - bridge, bridge)) != 0) {
		json_decref(body);
		body = NULL;
	}
	return bt_journal_put_json(&r->fresh, BT_EVENT_EPOCH, "", body, fault);
}

static enum bt_err open_fresh(struct recovery *r, struct bt_fault *fault)
{
	struct bt_journal *fresh = &r->fresh;
	enum bt_err err = bt_path_join(r->options->dir, BT_WORKPLACE, fresh->dir, sizeof fresh->dir);
	*fresh = (struct bt_journal){.disk = r->disk,
				     .clock = r->options->clock,
				     .signer = r->signer,
				     .log = r->options->log,
				     .hold = {.disk = r->disk, .lock_fd = -1},
				     .frames = {.disk = r->disk},
				     .epoch = {.number = 1}};
	if (err == BT_OK)
		err = bt_path_join(r->options->dir, BT_WORKPLACE, fresh->dir, sizeof fresh->dir);
	if (err == BT_OK)
		err = bt_store_open(&fresh->store, r->disk, fresh->dir, true, fault);
	return err == BT_OK ? bt_frames_open(&fresh->frames, r->disk, fresh->dir, true, fault) : err;
}

static void close_fresh(struct recovery *r, bool whole)
{
	if (whole)
		bt_store_close(&r->fresh.store);
	else
		bt_store_drop(&r->fresh.store);
	bt_frames_close(&r->fresh.frames);
	bt_keys_fini(&r->fresh.keys);
}

static enum bt_err build(struct recovery *r, struct bt_fault *fault)
{
	struct chain chain = {0};
	enum bt_err err = bt_places_clear(&r->places, fault);
	if (err == BT_OK)
		err = open_fresh(r, fault);
	for (int i = 0; err == BT_OK && i < r->part_count; i++)
		err = read_origin(r, r->parts[i].origin, r->parts[i].last, bring_back, &chain, fault);
	bt_keys_fini(&chain.keys);
	if (err == BT_OK)
		err = end_batch(r, fault);
	if (err == BT_OK && r->fresh.head.seq != r->report.restored.seq)
		err = bt_fault_set(fault, BT_EDISK, 0, "a record reads otherwise the second time");
	if (err == BT_OK)
		err = put_epoch(r, fault);
	if (err == BT_OK)
		err = bt_check_all(&r->fresh, &r->fresh.head, fault);
	close_fresh(r, err == BT_OK);
	return err;
}

/* A mirror that is not whole is kept for whoever wants to look, and a new one begins. */
static enum bt_err change_places(struct recovery *r, struct bt_fault *fault)
{
	char path[4200];
	const struct bt_journal_options *options = r->options;
	enum bt_err err = BT_OK;
	if (r->report.mirror_is_damaged && options->mirror && options->mirror[0] &&
	    bt_mirror_path(options->mirror, options->terminal ? options->terminal : "", path, sizeof path) == BT_OK)
		err = bt_places_put_mirror_away(&r->places, options->mirror, path, r->report.epoch, fault);
	return err == BT_OK ? bt_places_change(&r->places, r->report.epoch, fault) : err;
}

static enum bt_err run(struct recovery *r, const char *from, struct bt_fault *fault)
{
	if (bt_places_find_mark(&r->places, &r->report))
		return change_places(r, fault);
	enum bt_err err = open_origins(r, from, fault);
	if (err == BT_OK)
		err = measure(r, fault);
	if (err == BT_OK)
		err = build(r, fault);
	close_origins(r);
	if (err == BT_OK)
		err = bt_places_mark(&r->places, &r->report, fault);
	return err == BT_OK ? change_places(r, fault) : err;
}

enum bt_err bt_journal_recover(const struct bt_journal_options *options, const char *from, struct bt_recovery *out,
			       struct bt_fault *fault)
{
	struct bt_fault own = {0};
	struct bt_hold hold;
	if (!fault)
		fault = &own;
	const struct bt_key_store *store = options->keys;
	if (!store && !options->signer)
		return bt_fault_set(fault, BT_EINPUT, 0, "recovery needs the terminal's key");
	struct recovery *r = calloc(1, sizeof *r);
	if (!r)
		return bt_fault_set(fault, BT_ENOMEM, 0, "recovery");
	r->options = options;
	r->signer = store ? store->newest(store->self) : options->signer;
	r->link_count = store ? store->links(store->self, r->links) : 0;
	r->disk = options->disk ? options->disk : bt_disk_system();
	r->places = (struct bt_places){r->disk, options->dir};
	enum bt_err err = bt_hold_open(&hold, r->disk, options->dir, fault);
	if (err == BT_OK) {
		err = run(r, from, fault);
		bt_hold_close(&hold);
	}
	bt_log_line(options->log, "journal", "recovery: %s, %lld events, epoch %lld", bt_err_name(err),
		    (long long)r->report.restored.seq, (long long)r->report.epoch);
	if (err == BT_OK)
		*out = r->report;
	free(r);
	return err;
}
