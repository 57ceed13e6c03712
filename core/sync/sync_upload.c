/* Uploading the journal: batches of signed events, resumable by seq. A batch that the head-end cannot take is halved
 * until what it cannot take stands alone; that record then goes without its body, which the head-end keeps as
 * `malformed`, and those behind it go their way (facts of reliability 6, row 14). */
#include <stdio.h>
#include <string.h>

#include "core/base/json.h"
#include "core/sync/tasks.h"

#define UPLOAD_MAX  (1 << 20)
#define BATCH_BYTES (512 << 10) /* no more records when this many bytes are in */
#define EVENT_FRAME 600         /* what a record takes beside its body, about */
#define LONE_TRIES  4           /* before a record is taken for one that the head-end cannot take */

bool bt_sync_wants_upload(struct bt_sync *sync)
{
	return bt_journal_head(sync->parts.journal).seq > sync->sent_seq;
}

/* What the head-end holds is asked first, at least once. */
bool bt_sync_holds_upload(const struct bt_sync *sync)
{
	return sync->state.forked || (sync->head_wanted && !sync->head_tried);
}

void bt_sync_measure_drain(struct bt_sync *sync)
{
	struct bt_sync_state *state = &sync->state;
	int64_t head = bt_journal_head(sync->parts.journal).seq;

	state->to_send = head - sync->sent_seq;
	if (sync->drain_from < 0 && state->to_send > BT_SYNC_BATCH)
		sync->drain_from = sync->sent_seq;
	if (sync->drain_from > sync->sent_seq)
		sync->drain_from = sync->sent_seq;
	if (state->to_send == 0)
		sync->drain_from = -1;
	state->drain_done = sync->drain_from < 0 ? 0 : sync->sent_seq - sync->drain_from;
	state->drain_total = sync->drain_from < 0 ? 0 : head - sync->drain_from;
}

/* ---- a batch ---- */

struct gathering {
	struct bt_buf *body; /* of the call, which grows by a record at a time */
	int count, most;
	bool withheld; /* without bodies */
	size_t bytes;
	int64_t last_seq;
	uint8_t last_hash[BT_SHA256_LEN];
};

static bool gather_event(void *context, const struct bt_event *event)
{
	struct gathering *gathering = context;
	struct bt_event row = *event;
	size_t before = gathering->body->len;

	/* Behind these nothing could be checked without their bodies. */
	if (gathering->withheld && event->kind != BT_EVENT_KEY && event->kind != BT_EVENT_EPOCH)
		row.body = bt_bytes_of("");
	if ((gathering->count && bt_buf_put(gathering->body, ",", 1) != BT_OK) ||
	    bt_journal_event_json(&row, gathering->body) != BT_OK) {
		bt_buf_cut(gathering->body, before);
		return false;
	}
	gathering->last_seq = event->seq;
	gathering->bytes += event->body.len + EVENT_FRAME;
	memcpy(gathering->last_hash, event->hash, sizeof gathering->last_hash);
	return ++gathering->count < gathering->most && gathering->bytes < BATCH_BYTES;
}

static enum bt_err gather(struct bt_sync *sync, struct gathering *gathering)
{
	enum bt_err err = bt_journal_read(sync->parts.journal, sync->sent_seq, gather_event, gathering, NULL);

	if (!err && gathering->last_seq == 0)
		err = bt_sync_wants_upload(sync) ? BT_ENOMEM : BT_ENOTFOUND;
	return err;
}

/* Canonical, so in the order of the keys. */
static enum bt_err put_upload(struct bt_sync *sync, struct gathering *gathering)
{
	struct bt_buf *body = gathering->body;
	enum bt_err err = bt_buf_printf(body, "{\"epoch\":%lld,\"era\":%lld,\"events\":[",
					(long long)bt_journal_epoch(sync->parts.journal), (long long)sync->state.era);

	if (!err)
		err = gather(sync, gathering);
	if (!err)
		err = bt_buf_put_text(body, "],\"terminal\":");
	if (!err)
		err = bt_json_put_text(body, bt_bytes_of(sync->parts.enrolment->terminal));
	return err ? err : bt_buf_put(body, "}", 1);
}

enum bt_err bt_sync_start_upload(struct bt_sync *sync)
{
	struct bt_buf body;
	struct gathering gathering = {
	    .body = &body, .most = sync->batch_most, .withheld = sync->lone.seq && sync->lone.withheld};
	struct bt_call call = {.kind = BT_CALL_JOURNAL};
	enum bt_err err;

	bt_buf_init(&body, UPLOAD_MAX);
	err = put_upload(sync, &gathering);
	call.body = bt_buf_view(&body);
	if (!err)
		err = bt_sync_submit(sync, &call);
	bt_buf_fini(&body);
	if (!err) {
		sync->upload_to = gathering.last_seq;
		memcpy(sync->upload_hash, gathering.last_hash, sizeof sync->upload_hash);
	}
	return err;
}

/* ---- taken ---- */

/* The acknowledged head must be the one we sent, signed by the head-end. */
static enum bt_err check_head(struct bt_sync *sync, const json_t *o, struct bt_head *out)
{
	char hex[65], encoded[128], message[192];
	uint8_t signature[BT_ED25519_SIGNATURE_LEN];
	size_t len = 0;
	enum bt_err err = bt_json_int(o, "acknowledged", 0, INT64_MAX, &out->seq);

	if (!err)
		err = bt_json_text(o, "head", hex, sizeof hex);
	if (!err)
		err = bt_json_text(o, "head_signature", encoded, sizeof encoded);
	if (!err)
		err = bt_hex_decode(hex, out->hash, sizeof out->hash);
	if (!err)
		err = bt_base64_decode(encoded, signature, sizeof signature, &len);
	if (err || len != sizeof signature)
		return BT_EGARBAGE;
	snprintf(message, sizeof message, "batti-head-v1|%s|%lld|%lld|%s", sync->parts.enrolment->terminal,
		 (long long)bt_journal_epoch(sync->parts.journal), (long long)out->seq, hex);
	err = bt_verify(sync->parts.enrolment->head_end_key, bt_bytes_of(message), signature);
	if (err)
		return err;
	if (out->seq == sync->upload_to && memcmp(out->hash, sync->upload_hash, sizeof out->hash) != 0)
		return BT_EAUTH;
	return BT_OK;
}

struct match {
	const struct bt_head *head;
	bool found;
};

static bool match_head(void *context, const struct bt_event *event)
{
	struct match *match = context;

	match->found =
	    event->seq == match->head->seq && memcmp(event->hash, match->head->hash, sizeof event->hash) == 0;
	return false;
}

/* Only what stands on the head-end's own history may be settled: a head that this record does not have stops it. */
static enum bt_err require_head(struct bt_sync *sync, const struct bt_head *head)
{
	struct match match = {.head = head};
	enum bt_err err = BT_OK;

	if (head->seq > 0)
		err = bt_journal_read(sync->parts.journal, head->seq - 1, match_head, &match, NULL);
	if (err || match.found || head->seq <= 0)
		return err;
	return bt_journal_acknowledge(sync->parts.journal, head, NULL);
}

static void note_progress(struct bt_sync *sync, int64_t seq)
{
	sync->sent_seq = seq;
	sync->lone = (struct bt_sync_lone){0};
	sync->batch_most = sync->batch_most > BT_SYNC_BATCH / 2 ? BT_SYNC_BATCH : sync->batch_most * 2;
	if (!bt_sync_is_resending(sync))
		sync->resend_to = 0;
}

/* What is believed of the answer is worked off by bt_sync_go_on_settling(). */
enum bt_err bt_sync_take_upload(struct bt_sync *sync, const struct bt_answer *answer)
{
	struct bt_sync_settling settling = {.count = 0};
	const json_t *o = answer->document;
	enum bt_err err = o ? check_head(sync, o, &settling.head) : BT_EFORMAT;

	if (!err)
		err = bt_sync_read_results(sync, o, settling.results, &settling.count);
	if (!err)
		err = require_head(sync, &settling.head);
	if (!err)
		sync->settling = settling;
	return err;
}

static enum bt_err note_taken(struct bt_sync *sync, int64_t seq)
{
	/* A head-end that takes nothing, or has gone back, is not asked again at once. */
	if (seq <= sync->sent_seq) {
		sync->sent_seq = seq;
		return BT_EGARBAGE;
	}
	note_progress(sync, seq);
	return bt_sync_wants_upload(sync) ? BT_EBUSY : BT_OK;
}

enum bt_err bt_sync_go_on_settling(struct bt_sync *sync, bool *done)
{
	struct bt_sync_settling *settling = &sync->settling;
	size_t looked_at = 0;
	enum bt_err err;

	if (settling->noted < settling->count) {
		err = bt_sync_note_results(sync, settling->results + settling->noted, settling->count - settling->noted,
					   &looked_at);
		settling->noted += looked_at;
		return err;
	}
	err = bt_sync_settle(sync, &settling->head, done);
	return !err && *done ? note_taken(sync, settling->head.seq) : err;
}

/* ---- not taken ---- */

static void note_gap(struct bt_sync *sync, const struct bt_answer *answer)
{
	int64_t expected;
	json_t *o = NULL;

	if (bt_json_parse(bt_buf_view(&answer->body), UPLOAD_MAX, &o, NULL) == BT_OK &&
	    bt_json_int(o, "expected", 1, bt_journal_head(sync->parts.journal).seq + 1, &expected) == BT_OK)
		sync->sent_seq = expected - 1;
	json_decref(o);
}

/* The head-end answered, and what it could not take is in the batch: too large, not readable, or it fell over it. What
 * gateways say of a head-end that is away (502 to 504) says nothing of the batch. */
static bool is_about_batch(const struct bt_answer *answer)
{
	static const int statuses[] = {400, 413, 422, 500};

	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
		if (answer->status == statuses[i])
			return true;
	return false;
}

/* One record, several times, while the head-end answered that it is well: only then is it the record. */
static void note_lone(struct bt_sync *sync)
{
	struct bt_sync_lone *lone = &sync->lone;

	if (lone->seq != sync->upload_to)
		*lone = (struct bt_sync_lone){.seq = sync->upload_to, .since_boot_ms = bt_sync_boot_ms(sync)};
	if (lone->withheld) {
		/* Not even so: it was not the record. */
		*lone = (struct bt_sync_lone){0};
		return;
	}
	lone->tries++;
	lone->withheld = lone->tries >= LONE_TRIES && sync->healthy_boot_ms > lone->since_boot_ms;
	if (lone->withheld)
		bt_log_line(sync->parts.log, "sync", "record %lld cannot be taken: it goes without its body",
			    (long long)lone->seq);
}

void bt_sync_upload_failed(struct bt_sync *sync, const struct bt_answer *answer)
{
	int64_t count = sync->upload_to - sync->sent_seq;

	if (bt_err_fate(answer->fault.err) == BT_FATE_REFUSED &&
	    (strcmp(answer->code, "fork") == 0 || strcmp(answer->code, "epoch") == 0)) {
		sync->state.forked = true;
	} else if (bt_err_fate(answer->fault.err) == BT_FATE_REFUSED && strcmp(answer->code, "gap") == 0) {
		note_gap(sync, answer);
	} else if (count > 1 && (is_about_batch(answer) || answer->fault.err == BT_ETIMEOUT)) {
		/* On a line too slow for a large batch a small one gets through. */
		sync->batch_most = (int)(count / 2);
		if (is_about_batch(answer))
			sync->backoff_ms[BT_TASK_JOURNAL] = 0;
	} else if (is_about_batch(answer)) {
		note_lone(sync);
	}
}
