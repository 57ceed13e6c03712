/* What an upload's answer says of each record, and what its acknowledgement settles. Each sale is looked at once, when
 * its newest event has been acknowledged, however many others are unsent. */
#include <string.h>

#include "core/base/json.h"
#include "core/base/mutant.h"
#include "core/base/random.h"
#include "core/sync/tasks.h"

#define SETTLE_EVENTS 128 /* at the start, when nobody waits */
/* What is done in a step while somebody may be typing: about a millisecond of work, and a put's two syncs. */
#define STEP_SALES   13
#define STEP_RESULTS 25
#define UNPOSTED     "[\"malformed\",\"paid_missing\"]"

/* A docket for dues or balance is a fact that the head-end posts at once; tokens are not delivered this way.
 * @return true when it took a put. */
static bool note_posted(struct bt_sync *sync, const char *sale_id)
{
	struct bt_sale_row row;
	enum bt_err err;

	if (!bt_journal_may_be_pending(sync->parts.journal, sale_id) ||
	    bt_journal_sale(sync->parts.journal, sale_id, &row) != BT_OK || row.stage != BT_STAGE_PENDING ||
	    strcmp(row.delivery, "token") == 0)
		return false;
	err = bt_teller_note_posted(sync->parts.teller, sale_id);
	if (!err)
		sync->state.sent++;
	bt_log_line(sync->parts.log, "sync", "posted %s: %s", sale_id, bt_err_name(err));
	return true;
}

static enum bt_err read_result(const struct bt_sync *sync, const json_t *row, struct bt_sync_result *out)
{
	char status[16];
	int64_t seq;

	*out = (struct bt_sync_result){0};
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

enum bt_err bt_sync_read_results(const struct bt_sync *sync, const json_t *answer,
				 struct bt_sync_result out[BT_SYNC_BATCH], size_t *count)
{
	const json_t *rows = bt_json_array(answer, "results");
	size_t n = json_array_size(rows);
	enum bt_err err = rows && n <= BT_SYNC_BATCH ? BT_OK : BT_EGARBAGE;

	for (size_t i = 0; !err && i < n; i++)
		err = read_result(sync, json_array_get(rows, i), &out[i]);
	if (!err)
		*count = n;
	return err;
}

/* A fact is posted over every objection but these, which say that there was nothing to post (PROTOCOL H1). They are
 * those of UNPOSTED. */
static const char *const unposted_codes[] = {"malformed", "paid_missing"};
#define UNPOSTED_CODES (sizeof unposted_codes / sizeof unposted_codes[0])

static bool is_posted_over(const char *code)
{
	for (size_t i = 0; i < UNPOSTED_CODES; i++)
		if (strcmp(code, unposted_codes[i]) == 0)
			return false;
	return true;
}

/* A record that the head-end could not read is not posted: it stays unsent, and counts as such, until a person has seen
 * to it (PROTOCOL L1). Every other exception is named over a posting (H1). Of a sale that only paper remembers the
 * head-end has all there is, with the signature on it: nothing more can be sent. */
static bool is_unposted(struct bt_sync *sync, const struct bt_sale_row *row)
{
	bool is_paper = row->receipt[0] == '\0';

	for (size_t i = 0; row->exception && i < UNPOSTED_CODES; i++)
		if (bt_journal_has_exception(sync->parts.journal, row->sale_id, unposted_codes[i]) &&
		    !(is_paper && strcmp(unposted_codes[i], "paid_missing") == 0))
			return true;
	return false;
}

enum bt_err bt_sync_count_quarantined(struct bt_sync *sync)
{
	sync->counted_boot_ms = bt_sync_boot_ms(sync);
	return bt_journal_count_excepted(sync->parts.journal, UNPOSTED, &sync->state.quarantined);
}

/* ---- exceptions: they become journal events and stand under "stuck"; they never edit a sale (DESIGN 7) ---- */

/* Exceptions of one answer, for one put. */
struct objections {
	const struct bt_sync_result *results[BT_SYNC_BATCH];
	int count;
};

static enum bt_err put_objections(struct bt_sync *sync, const struct bt_sync_result *const *results, int count)
{
	struct bt_event_in events[BT_SYNC_BATCH] = {{.sale_id = ""}};
	char bodies[BT_SYNC_BATCH][BT_EXCEPTION_CODE_MAX + 16];
	enum bt_err err;

	for (int i = 0; i < count; i++) {
		bt_text_printf(bodies[i], sizeof bodies[i], "{\"code\":\"%s\"}", results[i]->code);
		events[i] = (struct bt_event_in){
		    .kind = BT_EVENT_EXCEPTION, .sale_id = results[i]->sale_id, .body = bt_bytes_of(bodies[i])};
	}
	err = bt_journal_put(sync->parts.journal, events, count, NULL);
	for (int i = 0; !err && i < count; i++)
		bt_teller_note_exception(sync->parts.teller, results[i]->sale_id, results[i]->code);
	return err;
}

/* A sale that is not of this record is nobody's to settle here either; it keeps no other from being recorded. */
static enum bt_err put_one_by_one(struct bt_sync *sync, const struct objections *objections)
{
	enum bt_err err = BT_OK;

	for (int i = 0; (!err || err == BT_ESTATE) && i < objections->count; i++) {
		err = put_objections(sync, &objections->results[i], 1);
		if (err)
			bt_log_line(sync->parts.log, "sync", "exception of %s not recorded: %s",
				    objections->results[i]->sale_id, bt_err_name(err));
	}
	return err == BT_ESTATE ? BT_OK : err;
}

/* Events that are sent again get the same answer again; it is recorded once. */
static bool is_known(struct bt_sync *sync, const struct objections *objections, const struct bt_sync_result *result)
{
	for (int i = 0; i < objections->count; i++)
		if (strcmp(objections->results[i]->sale_id, result->sale_id) == 0 &&
		    strcmp(objections->results[i]->code, result->code) == 0)
			return true;
	return bt_journal_has_exception(sync->parts.journal, result->sale_id, result->code);
}

enum bt_err bt_sync_note_results(struct bt_sync *sync, const struct bt_sync_result *results, size_t count,
				 size_t *looked_at)
{
	struct objections objections = {.count = 0};
	bool unposted = false, has_put = false;
	size_t i = 0;
	enum bt_err err = BT_OK;

	for (; i < count && i < STEP_RESULTS && !has_put; i++) {
		if (bt_mutant(BT_MUTANT_REFUSAL_BLOCKS_UPLOAD) && results[i].exception)
			return BT_EGARBAGE;
		if (is_posted_over(results[i].code))
			has_put = note_posted(sync, results[i].sale_id);
		if (!results[i].exception || !results[i].sale_id[0] || is_known(sync, &objections, &results[i]))
			continue;
		objections.results[objections.count++] = &results[i];
		unposted = unposted || !is_posted_over(results[i].code);
	}
	if (objections.count)
		err = put_objections(sync, objections.results, objections.count);
	if (err == BT_ESTATE)
		err = put_one_by_one(sync, &objections);
	if (!err)
		*looked_at = i;
	return !err && unposted ? bt_sync_count_quarantined(sync) : err;
}

/* ---- settling ---- */

static enum bt_err put_settled(struct bt_sync *sync, const struct bt_event_in *events, int count,
			       const struct bt_head *head)
{
	enum bt_err err = BT_OK;

	if (head)
		err = bt_journal_put_acknowledged(sync->parts.journal, events, count, head, NULL);
	else if (count)
		err = bt_journal_put(sync->parts.journal, events, count, NULL);
	for (int i = 0; !err && i < count; i++)
		bt_teller_note_settled(sync->parts.teller, events[i].sale_id);
	if (!err)
		sync->state.sent += count;
	return err;
}

/* @p head is acknowledged with them; NULL: not yet, or long ago. */
static enum bt_err settle_rows(struct bt_sync *sync, const struct bt_sale_row *rows, int count,
			       const struct bt_head *head)
{
	struct bt_event_in events[SETTLE_EVENTS] = {{.sale_id = ""}};
	char body[64];
	int n = 0;

	bt_text_printf(body, sizeof body, "{\"at\":%lld,\"by\":\"journal\"}",
		       (long long)bt_clock_wall_ms(sync->parts.clock));
	for (int i = 0; i < count; i++)
		if (!is_unposted(sync, &rows[i]))
			events[n++] = (struct bt_event_in){
			    .kind = BT_EVENT_SETTLED, .sale_id = rows[i].sale_id, .body = bt_bytes_of(body)};
	return put_settled(sync, events, n, head);
}

enum bt_err bt_sync_settle(struct bt_sync *sync, const struct bt_head *head, bool *done)
{
	struct bt_sale_row rows[STEP_SALES];
	int64_t seq = bt_mutant(BT_MUTANT_ONE_ACK_SETTLES_ALL) ? bt_journal_head(sync->parts.journal).seq : head->seq;
	int count = 0;
	bool is_last;
	enum bt_err err = BT_OK;

	if (sync->settled_seq < seq)
		err = bt_journal_covered(sync->parts.journal, sync->settled_seq, seq, STEP_SALES, rows, &count);
	is_last = count < STEP_SALES;
	if (!err)
		err = settle_rows(sync, rows, count, is_last ? head : NULL);
	if (err)
		return err;
	/* They come in the order of their newest records. */
	if (!is_last)
		sync->settled_seq = rows[count - 1].last_seq;
	else if (sync->settled_seq < seq)
		sync->settled_seq = seq;
	*done = is_last;
	return BT_OK;
}

/* Once, at the start; those that stay are quarantined. */
enum bt_err bt_sync_settle_left_over(struct bt_sync *sync)
{
	struct bt_sale_row rows[SETTLE_EVENTS];
	int64_t after = 0, upto = bt_journal_acknowledged(sync->parts.journal);
	int count = 0;
	enum bt_err err;

	do {
		err = bt_journal_left_over(sync->parts.journal, after, upto, SETTLE_EVENTS, rows, &count);
		if (!err && count)
			err = settle_rows(sync, rows, count, NULL);
		if (count)
			after = rows[count - 1].paid_seq;
	} while (!err && count == SETTLE_EVENTS);
	sync->settled_seq = upto;
	return err;
}
