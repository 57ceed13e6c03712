/* batti journal verify: read everything and say whether it agrees with itself. */
#include "ui/command/command.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/json.h"

static const char *say_bool(bool value)
{
	return value ? "yes" : "NO";
}

static void print(const struct bt_journal_report *report, bool json)
{
	char hash[2 * BT_SHA256_LEN + 1];

	bt_hex_encode(BT_BYTES(report->head.hash), hash);
	if (json)
		printf("{\"events\":%" PRId64 ",\"sales\":%" PRId64 ",\"head\":%" PRId64
		       ",\"hash\":\"%s\",\"file\":%s,\"chain\":%s,\"signatures\":%s,\"second_record\":%s,"
		       "\"projections\":%s,"
		       "\"acknowledged\":%s}\n",
		       report->events, report->sales, report->head.seq, hash, report->file_sound ? "true" : "false",
		       report->chain_whole ? "true" : "false", report->signatures_good ? "true" : "false",
		       report->second_equal ? "true" : "false", report->projections_equal ? "true" : "false",
		       report->acknowledged_within ? "true" : "false");
	else
		printf("events          %" PRId64 "\nsales           %" PRId64 "\nhead            %" PRId64
		       " %.16s\nfile sound      %s\nchain whole     %s\nsignatures good %s\nsecond record   "
		       "%s\nprojections     %s\n"
		       "acknowledged    %s\n",
		       report->events, report->sales, report->head.seq, hash, say_bool(report->file_sound),
		       say_bool(report->chain_whole), say_bool(report->signatures_good), say_bool(report->second_equal),
		       say_bool(report->projections_equal), say_bool(report->acknowledged_within));
}

static enum bt_exit verify(struct bt_command_env *env)
{
	struct bt_counter *counter = NULL;
	struct bt_journal_report report = {0};
	struct bt_fault fault = {0};
	enum bt_exit code = bt_command_open(env, BT_OPEN_LOCAL, &counter);

	if (code)
		return code;
	if (bt_journal_verify(bt_counter_journal(counter), &report, &fault) != BT_OK)
		code = bt_command_fail(env, &fault);
	print(&report, env->args.json);
	bt_counter_close(counter);
	return code;
}

static enum bt_exit run(struct bt_command_env *env)
{
	if (env->args.count == 1 && strcmp(env->args.words[0], "verify") == 0)
		return verify(env);
	bt_command_say(env, N_("This command is not known: {1}."), env->args.count ? env->args.words[0] : "journal",
		       NULL);
	return BT_EXIT_USAGE;
}

const struct bt_command bt_command_journal = {
    .name = "journal",
    .usage = "journal verify --state DIR [--json]",
    .summary = "check chain, signatures, projections and second record",
    .run = run,
};
