/* What the head-end holds of this record, and its era. A head-end restored from a backup has lost what it had
 * acknowledged: it is sent again from its head. One that holds another history says that there are two of this
 * terminal. Source: PROTOCOL H4, J1, L4. */
#include <stdio.h>
#include <string.h>

#include "core/base/json.h"
#include "core/sync/tasks.h"

#define ANSWER_MAX 65536

/* ---- era ---- */

static enum bt_err read_era(struct bt_bytes body, int64_t *out)
{
	json_t *o = NULL;
	enum bt_err err = bt_json_parse(body, BT_EVENT_BODY_MAX, &o, NULL);

	if (!err)
		err = bt_json_int(o, "era", 1, INT64_MAX, out);
	json_decref(o);
	return err;
}

static void want_head(struct bt_sync *sync)
{
	sync->head_wanted = true;
	sync->head_tried = false;
	sync->due_boot_ms[BT_TASK_HEAD] = 0;
	sync->backoff_ms[BT_TASK_HEAD] = 0;
}

enum bt_err bt_sync_load_era(struct bt_sync *sync, struct bt_fault *fault)
{
	struct bt_event event;
	struct bt_buf body;
	int64_t era = 0;
	enum bt_err err;

	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	err = bt_journal_newest(sync->parts.journal, BT_EVENT_ERA, NULL, &event, &body);
	if (!err) {
		sync->resend_to = event.seq;
		err = read_era(event.body, &era);
	}
	bt_buf_fini(&body);
	if (err && err != BT_ENOTFOUND)
		return bt_fault_set(fault, err, 0, "era cannot be read");
	sync->state.era = sync->parts.enrolment->era > era ? sync->parts.enrolment->era : era;
	bt_teller_set_era(sync->parts.teller, sync->state.era);
	want_head(sync);
	return BT_OK;
}

void bt_sync_note_era(struct bt_sync *sync, int64_t era)
{
	enum bt_err err;

	/* Eras rise: an older one is a head-end that has not heard of its own restore, or nobody's word at all. */
	if (era <= sync->state.era)
		return;
	err = bt_journal_put_json(sync->parts.journal, BT_EVENT_ERA, "", json_pack("{s:I}", "era", (json_int_t)era),
				  NULL);
	bt_log_line(sync->parts.log, "sync", "era %lld, was %lld: %s", (long long)era, (long long)sync->state.era,
		    bt_err_name(err));
	sync->state.era = era;
	sync->resend_to = bt_journal_head(sync->parts.journal).seq;
	sync->due_boot_ms[BT_TASK_LEASE] = 0; /* ours may be of the era gone by */
	sync->changed = true;
	bt_teller_set_era(sync->parts.teller, era);
	want_head(sync);
}

/* The acknowledgement on record may be of the era gone by: only the head-end's own word of this run counts. */
bool bt_sync_is_resending(const struct bt_sync *sync)
{
	return sync->resend_to > 0 && (sync->head_wanted || sync->sent_seq < sync->resend_to);
}

/* ---- head ---- */

bool bt_sync_wants_head(struct bt_sync *sync)
{
	return sync->head_wanted;
}

enum bt_err bt_sync_start_head(struct bt_sync *sync)
{
	struct bt_call call = {.kind = BT_CALL_HEAD};

	return bt_sync_submit(sync, &call);
}

struct held {
	struct bt_head head;
	int64_t epoch; /* the newest it has heard of */
};

static enum bt_err check_signature(const struct bt_sync *sync, const struct held *held, const char *hex,
				   const char *encoded)
{
	char message[192];
	uint8_t signature[BT_ED25519_SIGNATURE_LEN];
	size_t len = 0;

	if (bt_base64_decode(encoded, signature, sizeof signature, &len) != BT_OK || len != sizeof signature)
		return BT_EAUTH;
	snprintf(message, sizeof message, "batti-held-v1|%s|%lld|%lld|%s", sync->parts.enrolment->terminal,
		 (long long)held->epoch, (long long)held->head.seq, hex);
	return bt_verify(sync->parts.enrolment->head_end_key, bt_bytes_of(message), signature);
}

static enum bt_err read_held(const struct bt_sync *sync, const struct bt_answer *answer, struct held *out)
{
	char hex[2 * BT_SHA256_LEN + 1], encoded[128];
	json_t *o = NULL;
	enum bt_err err = bt_json_parse(bt_buf_view(&answer->body), ANSWER_MAX, &o, NULL);

	*out = (struct held){.epoch = 0};
	if (!err)
		err = bt_json_int(o, "seq", 0, INT64_MAX, &out->head.seq);
	if (!err)
		err = bt_json_text(o, "hash", hex, sizeof hex);
	if (!err)
		err = bt_hex_decode(hex, out->head.hash, sizeof out->head.hash);
	if (!err)
		err = bt_json_int(o, "epoch", 1, INT64_MAX, &out->epoch);
	if (!err)
		err = bt_json_text(o, "signature", encoded, sizeof encoded);
	json_decref(o);
	return err ? BT_EGARBAGE : check_signature(sync, out, hex, encoded);
}

static bool keep_hash(void *context, const struct bt_event *event)
{
	struct bt_head *found = context;

	found->seq = event->seq;
	memcpy(found->hash, event->hash, sizeof found->hash);
	return false;
}

static enum bt_err find_head(struct bt_sync *sync, int64_t seq, struct bt_head *out)
{
	*out = (struct bt_head){0};
	return seq > 0 ? bt_journal_read(sync->parts.journal, seq - 1, keep_hash, out, NULL) : BT_OK;
}

static enum bt_err read_epoch(struct bt_bytes body, int64_t *out)
{
	json_t *o = NULL;
	enum bt_err err = bt_json_parse(body, BT_EVENT_BODY_MAX, &o, NULL);

	if (!err)
		err = bt_json_int(o, "epoch", 1, INT64_MAX, out);
	json_decref(o);
	return err;
}

/* The last record that a head-end which has heard of @p epoch only can share with ours: the one before the first later
 * epoch began. */
static enum bt_err find_common(struct bt_sync *sync, int64_t epoch, int64_t *out)
{
	struct bt_event event = {.seq = 0};
	struct bt_buf body;
	int64_t begun = 0;
	enum bt_err err;

	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	do {
		err = bt_journal_next(sync->parts.journal, BT_EVENT_EPOCH, event.seq, &event, &body);
		if (!err)
			err = read_epoch(event.body, &begun);
	} while (!err && begun <= epoch);
	bt_buf_fini(&body);
	if (!err)
		*out = event.seq - 1;
	return err;
}

static void stop_sending(struct bt_sync *sync, const char *why)
{
	sync->state.forked = true;
	bt_log_line(sync->parts.log, "sync", "the head-end holds another history of this terminal: %s", why);
}

/* An old copy of the disk came back: what was made since is at the head-end and not here, and its minutes would be used
 * again. The record stops itself, and keeps the head for the starts to come; a recovery opens a new epoch. */
static enum bt_err stop_behind(struct bt_sync *sync, const struct bt_head *head)
{
	enum bt_err err = bt_journal_acknowledge(sync->parts.journal, head, NULL);

	sync->state.ahead = true;
	stop_sending(sync, "more than this record");
	return err ? err : BT_ECORRUPT;
}

/* A head-end that could not read its newest record has no hash of it; zeros say nothing. */
static bool may_be(const struct bt_head *own, const struct bt_head *held)
{
	static const uint8_t none[BT_SHA256_LEN];

	return memcmp(held->hash, none, sizeof none) == 0 || memcmp(own->hash, held->hash, sizeof own->hash) == 0;
}

static enum bt_err start_from(struct bt_sync *sync, const struct held *held, int64_t common)
{
	struct bt_head own;
	enum bt_err err;

	if (held->head.seq <= common) {
		err = find_head(sync, held->head.seq, &own);
		if (err)
			return err;
		if (own.seq != held->head.seq || !may_be(&own, &held->head)) {
			stop_sending(sync, "another record in one place");
			return BT_EAUTH;
		}
		common = held->head.seq;
	}
	/* Never forward: only a signed acknowledgement says that something has arrived. */
	if (common < sync->sent_seq)
		sync->sent_seq = common;
	return BT_OK;
}

static enum bt_err judge_head(struct bt_sync *sync, const struct held *held)
{
	int64_t epoch = bt_journal_epoch(sync->parts.journal), common = bt_journal_head(sync->parts.journal).seq;
	enum bt_err err = BT_OK;

	if (held->epoch > epoch) {
		stop_sending(sync, "a later epoch");
		return BT_EAUTH;
	}
	if (held->epoch == epoch && held->head.seq > common)
		return stop_behind(sync, &held->head);
	if (held->epoch < epoch)
		err = find_common(sync, held->epoch, &common);
	return err ? err : start_from(sync, held, common);
}

enum bt_err bt_sync_take_head(struct bt_sync *sync, const struct bt_answer *answer)
{
	struct held held;
	enum bt_err err = read_held(sync, answer, &held);

	sync->head_tried = true;
	if (!err) {
		sync->state.forked = false;
		err = judge_head(sync, &held);
	}
	sync->head_wanted = err != BT_OK && !sync->state.forked;
	if (!err && !bt_sync_is_resending(sync))
		sync->resend_to = 0;
	return err;
}

/* What was sent since tells the same by a gap or a fork: sending does not wait for ever for this answer. */
void bt_sync_head_failed(struct bt_sync *sync, const struct bt_answer *answer)
{
	(void)answer;
	sync->head_tried = true;
}
