/* The terminal's certificate, renewed before it runs out and at any time after (PROTOCOL H5). */
#include "core/authority/identity.h"
#include "core/sync/tasks.h"

/* So long after its time it no longer waits for what goes before it in order. */
#define PATIENCE_MS INT64_C(3600000)

/* Only trusted time says anything of a certificate (PROTOCOL L2). */
static bool is_after(const struct bt_sync *sync, int64_t moment_ms)
{
	int64_t now;

	return bt_clock_trust_now(&sync->state.trust, sync->parts.clock, &now) == BT_OK && now >= moment_ms;
}

bool bt_sync_wants_identity(struct bt_sync *sync)
{
	return sync->parts.identity && is_after(sync, bt_identity_renew_ms(sync->parts.identity));
}

bool bt_sync_presses_identity(const struct bt_sync *sync)
{
	const struct bt_identity *identity = sync->parts.identity;

	return identity && (is_after(sync, bt_identity_until_ms(identity)) ||
			    is_after(sync, bt_identity_renew_ms(identity) + PATIENCE_MS));
}

enum bt_err bt_sync_start_identity(struct bt_sync *sync)
{
	struct bt_call call = {.kind = BT_CALL_RENEW};
	struct bt_fault fault = {0};
	struct bt_buf request;
	enum bt_err err;

	bt_buf_init(&request, BT_IDENTITY_REQUEST_MAX);
	err = bt_identity_request(sync->parts.identity, &request, &fault);
	if (err) {
		bt_log_line(sync->parts.log, "sync", "certificate not asked for: %s (%s)", bt_err_name(err),
			    fault.what);
	} else {
		bt_text_copy(call.text, sizeof call.text, sync->parts.enrolment->terminal);
		call.body = bt_buf_view(&request);
		err = bt_sync_submit(sync, &call);
	}
	bt_buf_fini(&request);
	return err;
}

enum bt_err bt_sync_take_identity(struct bt_sync *sync, const struct bt_answer *answer)
{
	struct bt_fault fault = {0};
	enum bt_err err = bt_identity_take(sync->parts.identity, bt_buf_view(&answer->body), &fault);

	bt_log_line(sync->parts.log, "sync", "certificate %s: %s %s", err ? "not taken" : "renewed", bt_err_name(err),
		    fault.what);
	bt_sync_note_identity(sync);
	return err;
}

void bt_sync_note_identity(struct bt_sync *sync)
{
	if (sync->parts.identity)
		sync->state.certificate_until_ms = bt_identity_until_ms(sync->parts.identity);
}
