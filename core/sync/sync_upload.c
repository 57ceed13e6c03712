/* Uploading the journal: batches of signed events, resumable by seq; an acknowledgement settles what it covers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/random.h"
#include "core/sale/sale_rows.h"
#include "core/sync/tasks.h"

#define BATCH_EVENTS 100
#define UPLOAD_MAX   (1 << 20)
#define SETTLE_BATCH 128

bool bt_sync_wants_upload(struct bt_sync *sync)
{
	return bt_journal_head(sync->parts.journal).seq > sync->sent_seq;
}

struct gathering {
	json_t *events;
	int64_t last_seq;
	uint8_t last_hash[BT_SHA256_LEN];
};

static json_t *encode_event(const struct bt_event *event)
{
	char prev[65], hash[65], signature[96];

	bt_hex_encode(BT_BYTES(event->prev_hash), prev);
	bt_hex_encode(BT_BYTES(event->hash), hash);
	if (bt_base64_encode(BT_BYTES(event->signature), signature, sizeof signature) != BT_OK)
		return NULL;
	return json_pack("{s:I, s:I, s:s, s:s, s:s%, s:s, s:s, s:s}", "seq", (json_int_t)event->seq, "time",
			 (json_int_t)event->time_ms, "sale_id", event->sale_id, "kind", bt_event_kind_name(event->kind),
			 "body", (const char *)event->body.data, event->body.len, "prev_hash", prev, "hash", hash,
			 "signature", signature);
}

static bool gather_event(void *context, const struct bt_event *event)
{
	struct gathering *gathering = context;
	json_t *row = encode_event(event);

	if (!row || json_array_append_new(gathering->events, row) != 0)
		return false;
	gathering->last_seq = event->seq;
	memcpy(gathering->last_hash, event->hash, sizeof gathering->last_hash);
	return json_array_size(gathering->events) < BATCH_EVENTS;
}

enum bt_err bt_sync_start_upload(struct bt_sync *sync)
{
	struct gathering gathering = {.events = json_array()};
	struct bt_call call = {.kind = BT_CALL_JOURNAL};
	struct bt_buf body;
	json_t *o;
	enum bt_err err = bt_journal_read(sync->parts.journal, sync->sent_seq, gather_event, &gathering, NULL);

	if (!err && gathering.last_seq == 0)
		err = BT_ENOTFOUND;
	if (err) {
		json_decref(gathering.events);
		return err;
	}
	o = json_pack("{s:s, s:I, s:I, s:o}", "terminal", sync->parts.enrolment->terminal, "era",
		      (json_int_t)sync->state.era, "epoch", (json_int_t)bt_journal_epoch(sync->parts.journal), "events",
		      gathering.events);
	bt_buf_init(&body, UPLOAD_MAX);
	err = bt_json_encode(o, &body);
	json_decref(o);
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

/* A docket for dues or balance is a fact that the head-end posts at once; tokens are not delivered this way. */
static void note_posted(struct bt_sync *sync, const char *sale_id)
{
	struct bt_sale_row row;
	enum bt_err err = bt_journal_sale(sync->parts.journal, sale_id, &row);

	if (err || row.stage != BT_STAGE_PENDING || strcmp(row.delivery, "token") == 0)
		return;
	err = bt_teller_note_posted(sync->parts.teller, sale_id);
	if (!err)
		sync->state.sent++;
	bt_log_line(sync->parts.log, "sync", "posted %s: %s", sale_id, bt_err_name(err));
}

/* One row of "results". */
struct result {
	bool exception;
	char sale_id[37], code[BT_EXCEPTION_CODE_MAX];
};

static enum bt_err read_result(const struct bt_sync *sync, const json_t *row, struct result *out)
{
	char status[16];
	int64_t seq;

	*out = (struct result){0};
	if (bt_json_text(row, "status", status, sizeof status) != BT_OK ||
	    bt_json_int(row, "seq", sync->sent_seq + 1, sync->upload_to, &seq) != BT_OK ||
	    bt_json_text(row, "sale_id", out->sale_id, sizeof out->sale_id) != BT_OK ||
	    (out->sale_id[0] && !bt_uuid7_is(out->sale_id)))
		return BT_EGARBAGE;
	out->exception = strcmp(status, "exception") == 0;
	if (!out->exception)
		return strcmp(status, "posted") == 0 ? BT_OK : BT_EGARBAGE;
	return bt_json_text(row, "code", out->code, sizeof out->code) == BT_OK && out->code[0] ? BT_OK : BT_EGARBAGE;
}

/* All rows or none: what stands in a row that cannot be read may be an objection to what would be settled. */
static enum bt_err read_results(const struct bt_sync *sync, const json_t *o, struct result out[BATCH_EVENTS],
				size_t *count)
{
	const json_t *rows = bt_json_array(o, "results");
	size_t n = json_array_size(rows);
	enum bt_err err = rows && n <= BATCH_EVENTS ? BT_OK : BT_EGARBAGE;

	for (size_t i = 0; !err && i < n; i++)
		err = read_result(sync, json_array_get(rows, i), &out[i]);
	if (!err)
		*count = n;
	return err;
}

/* A fact is posted over every objection but these, which say that there was nothing to post (PROTOCOL H1). */
static const char *const unposted_codes[] = {"malformed", "paid_missing"};
#define UNPOSTED_CODES (sizeof unposted_codes / sizeof unposted_codes[0])

static bool is_posted_over(const char *code)
{
	for (size_t i = 0; i < UNPOSTED_CODES; i++)
		if (strcmp(code, unposted_codes[i]) == 0)
			return false;
	return true;
}

/* Exceptions become journal events and stand under "stuck"; they never edit a sale (DESIGN 7). Events that are sent
 * again get the same answer again; it is recorded once. */
static enum bt_err note_result(struct bt_sync *sync, const struct result *result)
{
	enum bt_err err;

	if (is_posted_over(result->code))
		note_posted(sync, result->sale_id);
	if (!result->exception || !result->sale_id[0] ||
	    bt_journal_has_exception(sync->parts.journal, result->sale_id, result->code))
		return BT_OK;
	err = bt_journal_put_json(sync->parts.journal, BT_EVENT_EXCEPTION, result->sale_id,
				  json_pack("{s:s}", "code", result->code), NULL);
	if (!err)
		bt_teller_note_exception(sync->parts.teller, result->sale_id, result->code);
	else
		bt_log_line(sync->parts.log, "sync", "exception of %s not recorded: %s", result->sale_id,
			    bt_err_name(err));
	/* A sale that is not of this record is nobody's to settle here either. */
	return err == BT_ESTATE ? BT_OK : err;
}

/* A record that the head-end could not read is not posted: it stays unsent, and counts as such, until a person has seen
 * to it (PROTOCOL L1). Every other exception is named over a posting (H1). */
static bool is_unposted(struct bt_sync *sync, const struct bt_sale_row *row)
{
	for (size_t i = 0; row->exception && i < UNPOSTED_CODES; i++)
		if (bt_journal_has_exception(sync->parts.journal, row->sale_id, unposted_codes[i]))
			return true;
	return false;
}

enum bt_err bt_sync_count_quarantined(struct bt_sync *sync)
{
	struct bt_sale_row *rows = NULL;
	int64_t quarantined = 0;
	int count = 0;
	enum bt_err err = bt_sale_rows_load(sync->parts.journal, BT_SALES_OPEN, &rows, &count);

	if (err)
		return err;
	for (int i = 0; i < count; i++)
		quarantined += !rows[i].settled && is_unposted(sync, &rows[i]);
	free(rows);
	sync->state.quarantined = quarantined;
	return BT_OK;
}

static bool is_covered(struct bt_sync *sync, const struct bt_sale_row *row, int64_t seq)
{
	return row->last_seq <= seq && (row->stage == BT_STAGE_TOKENED || row->stage == BT_STAGE_CREDITED) &&
	       !is_unposted(sync, row);
}

static enum bt_err put_settled(struct bt_sync *sync, const struct bt_event_in *events, int count)
{
	enum bt_err err = count ? bt_journal_put(sync->parts.journal, events, count, NULL) : BT_OK;

	for (int i = 0; !err && i < count; i++)
		bt_teller_note_settled(sync->parts.teller, events[i].sale_id);
	if (!err)
		sync->state.sent += count;
	return err;
}

static enum bt_err settle_rows(struct bt_sync *sync, const struct bt_sale_row *rows, int count, int64_t seq)
{
	struct bt_event_in events[SETTLE_BATCH];
	struct bt_buf body;
	json_t *o = json_pack("{s:I, s:s}", "at", (json_int_t)bt_clock_wall_ms(sync->parts.clock), "by", "journal");
	int n = 0;
	enum bt_err err;

	bt_buf_init(&body, 256);
	err = o ? bt_json_encode(o, &body) : BT_ENOMEM;
	json_decref(o);
	for (int i = 0; !err && i < count; i++) {
		if (is_covered(sync, &rows[i], seq))
			events[n++] = (struct bt_event_in){
			    .kind = BT_EVENT_SETTLED, .sale_id = rows[i].sale_id, .body = bt_buf_view(&body)};
		if (n == SETTLE_BATCH || i == count - 1) {
			err = put_settled(sync, events, n);
			n = 0;
		}
	}
	bt_buf_fini(&body);
	return err;
}

static enum bt_err settle(struct bt_sync *sync, int64_t seq)
{
	struct bt_sale_row *rows = NULL;
	int count = 0;
	enum bt_err err = bt_sale_rows_load(sync->parts.journal, BT_SALES_UNSETTLED, &rows, &count);

	if (!err)
		err = settle_rows(sync, rows, count, seq);
	free(rows);
	return err;
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

/* The acknowledgement is kept last: after a cut before it the same events are sent again, and the same answer names the
 * exceptions and settles. Kept first, a cut behind it would lose both. */
enum bt_err bt_sync_take_upload(struct bt_sync *sync, const struct bt_answer *answer)
{
	struct result results[BATCH_EVENTS];
	struct bt_head head;
	size_t count = 0;
	json_t *o;
	bool moved;
	enum bt_err err = bt_json_parse(bt_buf_view(&answer->body), UPLOAD_MAX, &o, NULL);

	if (err)
		return err;
	err = check_head(sync, o, &head);
	if (!err)
		err = read_results(sync, o, results, &count);
	json_decref(o);
	if (!err)
		err = require_head(sync, &head);
	for (size_t i = 0; !err && i < count; i++)
		err = note_result(sync, &results[i]);
	if (!err)
		err = settle(sync, head.seq);
	if (!err)
		err = bt_journal_acknowledge(sync->parts.journal, &head, NULL);
	if (err)
		return err;
	moved = head.seq > sync->sent_seq;
	sync->sent_seq = head.seq;
	err = bt_sync_count_quarantined(sync);
	if (err)
		return err;
	/* A head-end that takes nothing, or has gone back, is not asked again at once. */
	if (!moved)
		return BT_EGARBAGE;
	return bt_sync_wants_upload(sync) ? BT_EBUSY : BT_OK;
}

void bt_sync_upload_refused(struct bt_sync *sync, const struct bt_answer *answer)
{
	int64_t expected;
	json_t *o;

	if (strcmp(answer->code, "fork") == 0) {
		sync->state.forked = true;
		return;
	}
	if (strcmp(answer->code, "gap") != 0 ||
	    bt_json_parse(bt_buf_view(&answer->body), UPLOAD_MAX, &o, NULL) != BT_OK)
		return;
	if (bt_json_int(o, "expected", 1, bt_journal_head(sync->parts.journal).seq + 1, &expected) == BT_OK)
		sync->sent_seq = expected - 1;
	json_decref(o);
}
