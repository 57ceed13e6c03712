/* Claims of consumers, sent one by one in their order as soon as nothing more urgent is left: payments that end a
 * disconnection go first, the rest of the record after. */
#include <string.h>

#include "core/desk/claim.h"
#include "core/sync/tasks.h"

/* A head-end that was restored has to hear of its era first; the rest of these are tried again. */
static const char *const passing[] = {"era", "revoked", "certificate_expired", NULL};

static bool is_passing(const char *code)
{
	const char *const *at = passing;

	while (*at && strcmp(*at, code) != 0)
		at++;
	return *at != NULL;
}

bool bt_sync_wants_claims(struct bt_sync *sync)
{
	int64_t head = bt_journal_head(sync->parts.journal).seq;
	struct bt_claim claim;
	enum bt_err err;

	if (bt_sync_is_ending_cuts(sync))
		return false;
	/* Asked some times a minute: as long as nothing was put, the answer stands. */
	if (head == sync->no_claims_at)
		return false;
	err = bt_claim_unanswered(sync->parts.journal, &claim, NULL);
	sync->no_claims_at = err == BT_ENOTFOUND ? head : 0;
	return err == BT_OK;
}

enum bt_err bt_sync_start_claims(struct bt_sync *sync)
{
	struct bt_call call = {.kind = BT_CALL_CLAIM};
	struct bt_buf body;
	enum bt_err err;

	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	err = bt_claim_unanswered(sync->parts.journal, &sync->claim, &body);
	if (!err) {
		bt_text_copy(call.text, sizeof call.text, sync->claim.claim_id);
		call.body = bt_buf_view(&body);
		err = bt_sync_submit(sync, &call);
	}
	bt_buf_fini(&body);
	return err;
}

static enum bt_err note(struct bt_sync *sync, enum bt_err err, const char *what)
{
	bt_log_line(sync->parts.log, "sync", "claim %s: %s, %s", sync->claim.number, what, bt_err_name(err));
	return err ? err : BT_EBUSY; /* there may be more of them */
}

enum bt_err bt_sync_take_claims(struct bt_sync *sync, const struct bt_answer *answer)
{
	return note(sync, bt_claim_answer(sync->parts.journal, &sync->claim, bt_buf_view(&answer->body), NULL),
		    "answered");
}

/* One that is refused for good holds up no other. */
void bt_sync_claims_failed(struct bt_sync *sync, const struct bt_answer *answer)
{
	if (answer->fault.err == BT_EREFUSED && !is_passing(answer->code))
		(void)note(sync, bt_claim_refused(sync->parts.journal, &sync->claim, answer->code, NULL), "refused");
}

void bt_sync_note_cuts_ended(struct bt_sync *sync)
{
	if (sync->backoff_ms[BT_TASK_CLAIMS] == 0)
		sync->due_boot_ms[BT_TASK_CLAIMS] = 0;
}

void bt_sync_note_claim(struct bt_sync *sync)
{
	sync->due_boot_ms[BT_TASK_CLAIMS] = 0;
}
