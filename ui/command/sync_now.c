/* batti sync: send what is unsent, fetch what is new, and say how it stands. */
#include "ui/command/command.h"

#include <inttypes.h>
#include <stdio.h>

/* A drain of a long outage takes minutes; a server that stopped answering ends it much earlier. */
#define SYNC_MS 600000

static enum bt_exit report(struct bt_command_env *env, struct bt_counter *counter, int64_t before)
{
	const struct bt_sync_state *state = bt_sync_state(bt_counter_sync(counter));
	struct bt_unsent unsent = {0};
	struct bt_fault fault = {.err = bt_journal_unsent(bt_counter_journal(counter), &unsent)};

	if (fault.err)
		return bt_command_fail(env, &fault);
	if (env->args.json)
		printf("{\"sent\":%" PRId64 ",\"unsent\":%" PRId64 ",\"unsent_since\":%" PRId64
		       ",\"quarantined\":%" PRId64 ",\"records_to_send\":%" PRId64 ",\"certificate_until\":%" PRId64
		       ",\"stopped\":%s}\n",
		       before - unsent.count, unsent.count, unsent.oldest_ms, state->quarantined, state->to_send,
		       state->certificate_until_ms, state->forked ? "true" : "false");
	else
		printf("sent %" PRId64 ", unsent %" PRId64 ", quarantined %" PRId64 "\n", before - unsent.count,
		       unsent.count, state->quarantined);
	if (state->health_at_ms == 0) {
		bt_command_say(env, N_("The server cannot be reached."), NULL, NULL);
		return BT_EXIT_REFUSED;
	}
	if (state->forked) {
		bt_command_say(env,
			       state->ahead ? N_("stopped: the server has more records than this counter")
					    : N_("stopped: the server has other records of this counter"),
			       NULL, NULL);
		return BT_EXIT_STOPPED;
	}
	return unsent.count ? BT_EXIT_UNKNOWN : BT_EXIT_DONE;
}

static enum bt_exit run(struct bt_command_env *env)
{
	struct bt_counter *counter = NULL;
	struct bt_unsent unsent = {0};
	enum bt_exit code = bt_command_open(env, BT_OPEN_SERVER, &counter);

	if (!code && bt_journal_unsent(bt_counter_journal(counter), &unsent) != BT_OK)
		code = BT_EXIT_STOPPED;
	if (!code) {
		bt_command_sync(counter, SYNC_MS);
		code = report(env, counter, unsent.count);
	}
	bt_counter_close(counter);
	return code;
}

const struct bt_command bt_command_sync_now = {
    .name = "sync",
    .usage = "--state DIR [--json]",
    .summary = "send what is unsent, fetch lease, tariffs and consumers",
    .run = run,
};
