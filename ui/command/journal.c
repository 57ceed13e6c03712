/* batti journal verify | export | recover: say in words whether the record agrees with itself, hand all of it out, and
 * make it anew when it is lost. */
#include "ui/command/command.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/authority/record_key.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/random.h"
#include "ui/command/proof.h"

/* A sentence on standard output, in the language of the settings. */
static void tell(const struct bt_command_env *env, const char *key, const char *first, const char *second)
{
	const char *args[3] = {first ? first : "", second ? second : "", NULL};
	char text[512];

	bt_words_format(env->words, env->config.language, key, args, text, sizeof text);
	puts(text);
}

static void tell_count(const struct bt_command_env *env, const char *key, int64_t first, int64_t second)
{
	char a[32], b[32];

	bt_count_format(first, a);
	bt_count_format(second, b);
	tell(env, key, a, b);
}

/* ---- verify ---- */

/* What can differ, and what it means. */
static const struct finding {
	const char *name;
	size_t at;
	const char *key;
} findings[] = {
    {"file", offsetof(struct bt_journal_report, file_sound), N_("The file of the record is damaged.")},
    {"chain", offsetof(struct bt_journal_report, chain_whole), N_("A record was changed, lost or put in.")},
    {"signatures", offsetof(struct bt_journal_report, signatures_good),
     N_("A record does not bear this terminal's signature.")},
    {"second_record", offsetof(struct bt_journal_report, second_equal), N_("The second copy is not equal.")},
    {"projections", offsetof(struct bt_journal_report, projections_equal),
     N_("The sales do not follow from the records.")},
    {"acknowledged", offsetof(struct bt_journal_report, acknowledged_within),
     N_("The server holds records that are missing here.")},
    {"mirror", offsetof(struct bt_journal_report, mirror_equal), N_("The mirror holds other records.")},
};
#define FINDING_COUNT (sizeof findings / sizeof findings[0])

static bool is_good(const struct bt_journal_report *report, const struct finding *finding)
{
	return *(const bool *)(const void *)((const char *)report + finding->at);
}

static void print_json(const struct bt_journal_report *report)
{
	char hash[2 * BT_SHA256_LEN + 1];
	bool known = report->mirror.state != BT_MIRROR_NONE;

	bt_hex_encode(BT_BYTES(report->head.hash), hash);
	printf("{\"events\":%" PRId64 ",\"sales\":%" PRId64 ",\"head\":%" PRId64 ",\"hash\":\"%s\",\"epoch\":%" PRId64
	       ",\"server_holds\":%" PRId64,
	       report->events, report->sales, report->head.seq, hash, report->epoch, report->acknowledged);
	if (known)
		printf(",\"mirror_behind\":%" PRId64, report->mirror.behind);
	for (size_t i = 0; i < FINDING_COUNT; i++)
		printf(",\"%s\":%s", findings[i].name, is_good(report, &findings[i]) ? "true" : "false");
	puts("}");
}

static void print_words(const struct bt_command_env *env, const struct bt_journal_report *report, const char *call)
{
	char hash[2 * BT_SHA256_LEN + 1], seq[32], life[32];
	bool whole = true;

	for (size_t i = 0; i < FINDING_COUNT; i++) {
		if (!is_good(report, &findings[i]))
			tell(env, findings[i].key, NULL, NULL);
		whole = whole && is_good(report, &findings[i]);
	}
	bt_hex_encode(BT_BYTES(report->head.hash), hash);
	hash[16] = '\0';
	bt_count_format(report->head.seq, seq);
	bt_count_format(report->epoch, life);
	if (whole)
		tell_count(env, N_("The record is whole: {1} records, {2} sales."), report->events, report->sales);
	else
		tell(env, N_("Nothing is sold on a record in doubt. Call {1}."), call, NULL);
	tell(env, N_("Newest record {1}, {2}"), seq, hash);
	if (report->epoch > 1)
		tell(env, N_("Brought back before: this is life {1} of the record."), life, NULL);
	tell_count(env, N_("The server holds {1} of them."), report->acknowledged, 0);
	if (report->mirror.state == BT_MIRROR_MISSING)
		tell(env, N_("The mirror is missing."), NULL, NULL);
	else if (report->mirror.state == BT_MIRROR_WHOLE)
		tell(env, N_("The mirror holds all of them."), NULL, NULL);
	else if (report->mirror.state == BT_MIRROR_BEHIND)
		tell_count(env, N_("The mirror is {1} records behind."), report->mirror.behind, 0);
}

static enum bt_exit verify(struct bt_command_env *env)
{
	struct bt_counter *counter = NULL;
	struct bt_journal_report report = {0};
	struct bt_fault fault = {0};
	enum bt_exit code = bt_command_open(env, BT_OPEN_LOCAL, &counter);
	enum bt_err err;

	if (code)
		return code;
	err = bt_journal_verify(bt_counter_journal(counter), &report, &fault);
	if (err != BT_OK)
		code = bt_command_fail(env, &fault);
	/* A disk that cannot be read says nothing about the record. */
	if (err == BT_OK || err == BT_ECORRUPT) {
		if (env->args.json)
			print_json(&report);
		else
			print_words(env, &report, bt_counter_enrolment(counter)->complaint);
	}
	bt_counter_close(counter);
	return code;
}

/* ---- export ---- */

struct export
{
	FILE *file;
	struct bt_buf line;
	int64_t count;
	bool failed;
};

static bool write_line(void *context, const struct bt_event *event)
{
	struct export *export = context;

	bt_buf_clear(&export->line);
	export->failed = bt_journal_line(event, &export->line) != BT_OK ||
			 fwrite(export->line.data, 1, export->line.len, export->file) != export->line.len;
	export->count++;
	return !export->failed;
}

/* Under another name until it is whole and on the disk. */
static enum bt_err export_to(struct bt_journal *journal, const char *path, int64_t *count, struct bt_fault *fault)
{
	char fresh[1100] = "";
	struct export export = {.file = stdout};
	enum bt_err err;

	if (path) {
		bt_text_printf(fresh, sizeof fresh, "%s.new", path);
		export.file = fopen(fresh, "wxe");
	}
	if (!export.file)
		return bt_fault_set(fault, BT_EOS, 0, "%.100s cannot be written", fresh);
	bt_buf_init(&export.line, 65536);
	err = bt_journal_read(journal, 0, write_line, &export, fault);
	export.failed |= fflush(export.file) != 0 || (path && fsync(fileno(export.file)) != 0);
	if (path) {
		export.failed |= fclose(export.file) != 0;
		if (!err && !export.failed)
			export.failed = rename(fresh, path) != 0;
		if (err || export.failed)
			(void)unlink(fresh);
	}
	bt_buf_fini(&export.line);
	if (!err && export.failed)
		err = bt_fault_set(fault, BT_EOS, 0, "%.100s cannot be written", path ? path : "standard output");
	*count = export.count;
	return err;
}

static enum bt_exit export_all(struct bt_command_env *env)
{
	const char *path = env->args.output && strcmp(env->args.output, "-") != 0 ? env->args.output : NULL;
	struct bt_counter *counter = NULL;
	struct bt_fault fault = {0};
	int64_t count = 0;
	enum bt_exit code = bt_command_open(env, BT_OPEN_LOCAL, &counter);

	if (code)
		return code;
	if (export_to(bt_counter_journal(counter), path, &count, &fault) != BT_OK)
		code = bt_command_fail(env, &fault);
	else if (path)
		tell_count(env, N_("{1} records written."), count, 0);
	bt_counter_close(counter);
	return code;
}

/* ---- recover: from what still verifies ---- */

/* A record that opens needs no recovery, which would only begin a new life of it. */
static bool opens(const struct bt_journal_options *options)
{
	struct bt_journal *journal = NULL;
	bool whole = bt_journal_open(options, &journal, NULL) == BT_OK;

	bt_journal_close(journal);
	return whole;
}

static enum bt_exit say_not_recovered(const struct bt_command_env *env, const struct bt_fault *fault)
{
	if (fault->err == BT_EBUSY)
		return bt_command_fail(env, fault);
	bt_command_say(env, N_("The record was not brought back: {1}."), fault->what, NULL);
	return bt_err_fate(fault->err) == BT_FATE_STOP ? BT_EXIT_STOPPED : BT_EXIT_REFUSED;
}

static void print_recovery(const struct bt_command_env *env, const struct bt_recovery *recovery)
{
	if (env->args.json) {
		printf("{\"restored\":%" PRId64 ",\"known\":%" PRId64 ",\"epoch\":%" PRId64 ",\"database\":%" PRId64
		       ",\"mirror\":%" PRId64 ",\"file\":%" PRId64 ",\"mirror_is_damaged\":%s,\"may_be_more\":%s}\n",
		       recovery->restored.seq, recovery->known, recovery->epoch, recovery->in_database,
		       recovery->in_mirror, recovery->in_file, recovery->mirror_is_damaged ? "true" : "false",
		       recovery->may_be_more ? "true" : "false");
		return;
	}
	tell_count(env, N_("{1} records brought back."), recovery->restored.seq, 0);
	if (recovery->known > recovery->restored.seq)
		tell_count(env, N_("{1} records are lost. Scan the receipts of that time (--receipts)."),
			   recovery->known - recovery->restored.seq, 0);
	if (recovery->may_be_more)
		tell(env,
		     N_("More may be lost after the newest record brought back. Scan the receipts since then "
			"(--receipts)."),
		     NULL, NULL);
	if (recovery->mirror_is_damaged)
		tell(env, N_("The mirror was damaged. It is kept beside the new one."), NULL, NULL);
}

static enum bt_exit recover_with(struct bt_command_env *env, const struct bt_enrolment *enrolment,
				 const struct bt_key_store *keys)
{
	struct bt_clock clock = bt_clock_system();
	struct bt_journal_options options = {.dir = env->args.state,
					     .clock = &clock,
					     .keys = keys,
					     .first_key = enrolment->has_journal_key ? enrolment->journal_key : NULL,
					     .terminal = enrolment->terminal,
					     .mirror = env->config.mirror};
	struct bt_recovery recovery;
	struct bt_fault fault = {0};

	if (!env->args.from && opens(&options)) {
		tell(env, N_("The record is whole. There is nothing to bring back."), NULL, NULL);
		return BT_EXIT_DONE;
	}
	if (bt_journal_recover(&options, env->args.from, &recovery, &fault) != BT_OK)
		return say_not_recovered(env, &fault);
	print_recovery(env, &recovery);
	return BT_EXIT_DONE;
}

static enum bt_exit recover_record(struct bt_command_env *env)
{
	struct bt_enrolment *enrolment = calloc(1, sizeof *enrolment);
	struct bt_random random = bt_random_system();
	struct bt_record_key *keys = NULL;
	struct bt_fault fault = {0};
	char folder[1024];
	enum bt_exit code = BT_EXIT_REFUSED;
	enum bt_err err = enrolment ? bt_enrolment_load(env->args.state, enrolment, &fault) : BT_ENOMEM;

	if (!err)
		err = bt_path_join(env->args.state, "keys", folder, sizeof folder);
	if (!err)
		err = bt_record_key_open(NULL, folder, enrolment->terminal, &random, &keys, &fault);
	code = err ? bt_command_fail(env, &fault) : recover_with(env, enrolment, bt_record_key_store(keys));
	bt_record_key_close(keys);
	free(enrolment);
	return code;
}

/* ---- recover: from paper ---- */

struct paper {
	struct bt_command_env *env;
	struct bt_counter *counter;
	struct bt_proof *proof;
	int64_t line, brought_back, there_already, refused;
};

/* What the signed record carries, and the record itself: whoever reads this later can check it (PROTOCOL H2). */
static json_t *make_body(const struct bt_receipt_record *record, const char *text, bool own)
{
	json_t *body = json_pack(
	    "{s:I, s:I, s:s, s:I, s:s, s:s, s:s, s:I, s:b}", "amount_paise", (json_int_t)record->amount, "dues_paise",
	    (json_int_t)record->dues, "meter", record->drn, "paid_at", (json_int_t)record->paid_at_ms, "record", text,
	    "terminal", record->terminal, "token", record->token, "units", (json_int_t)record->units, "own", own);

	if (body && record->tid) {
		json_object_set_new(body, "tid", json_integer(record->tid));
		json_object_set_new(body, "rnd", json_integer(record->rnd));
	}
	return body;
}

static void refuse_line(struct paper *paper, const char *key)
{
	char number[32];

	paper->refused++;
	bt_count_format(paper->line, number);
	bt_command_say(paper->env, key, number, NULL);
}

/* A receipt of a terminal that is not known here is taken as it is: the utility checks its signature. One of a terminal
 * that is known, above all of this one, has to bear that terminal's. A slip of training is no sale. */
static enum bt_err take_receipt(struct paper *paper, const char *text, struct bt_fault *fault)
{
	struct bt_journal *journal = bt_counter_journal(paper->counter);
	struct bt_receipt_record record;
	struct bt_sale_row row;
	enum bt_verdict verdict = bt_proof_judge(paper->proof, text, &record);
	bool own = strcmp(record.terminal, bt_counter_enrolment(paper->counter)->terminal) == 0;
	enum bt_err err;

	if ((verdict != BT_VERDICT_GENUINE && verdict != BT_VERDICT_UNKNOWN) || record.is_training) {
		refuse_line(paper, N_("Line {1} is not a receipt of ours."));
		return BT_OK;
	}
	err = bt_journal_sale(journal, record.sale_id, &row);
	if (err == BT_OK)
		paper->there_already++;
	if (err != BT_ENOTFOUND)
		return err;
	err = bt_journal_put_json(journal, BT_EVENT_RECOVERED, record.sale_id, make_body(&record, text, own), fault);
	if (err == BT_OK)
		paper->brought_back++;
	else if (bt_err_fate(err) == BT_FATE_NOTHING) {
		refuse_line(paper, N_("The receipt in line {1} cannot be recorded."));
		err = BT_OK;
	}
	return err;
}

static enum bt_err read_receipts(struct paper *paper, FILE *file, struct bt_fault *fault)
{
	char text[2 * BT_RECORD_TEXT_CAP];
	enum bt_err err = BT_OK;

	while (!err && fgets(text, sizeof text, file)) {
		text[strcspn(text, "\r\n")] = '\0';
		paper->line++;
		if (text[0])
			err = take_receipt(paper, text, fault);
	}
	return err;
}

static enum bt_exit recover_receipts(struct bt_command_env *env)
{
	struct paper paper = {.env = env};
	struct bt_fault fault = {0};
	FILE *file = fopen(env->args.receipts, "re");
	enum bt_exit code;
	enum bt_err err;

	if (!file) {
		bt_command_say(env, N_("The file is not there: {1}."), env->args.receipts, NULL);
		return BT_EXIT_USAGE;
	}
	code = bt_command_open(env, BT_OPEN_LOCAL, &paper.counter);
	if (code)
		goto out;
	err = bt_proof_open(env->args.state, &paper.proof, &fault);
	if (!err)
		err = read_receipts(&paper, file, &fault);
	bt_proof_close(paper.proof);
	if (err)
		code = bt_command_fail(env, &fault);
	tell_count(env, N_("{1} sales brought back from receipts, {2} were there already."), paper.brought_back,
		   paper.there_already);
	if (!code && paper.refused)
		code = BT_EXIT_REFUSED;
	bt_counter_close(paper.counter);
out:
	fclose(file);
	return code;
}

static enum bt_exit recover(struct bt_command_env *env)
{
	enum bt_exit code = BT_EXIT_DONE;

	if (!env->args.state) {
		bt_command_say(env, N_("An option needs a value: {1}."), "--state", NULL);
		return BT_EXIT_USAGE;
	}
	if (env->args.from || !env->args.receipts)
		code = recover_record(env);
	return code || !env->args.receipts ? code : recover_receipts(env);
}

/* ---- which ---- */

static const struct bt_command_form forms[] = {
    {"verify", "--state DIR [--json]", "check the whole record through", verify},
    {"export", "--state DIR [-o FILE]", "every record as a line of JSON", export_all},
    {"recover", "--state DIR [--from FILE|DIR] [--receipts FILE]", "make a damaged or lost record anew", recover},
    {0},
};

static enum bt_exit run(struct bt_command_env *env)
{
	const char *name = env->args.count == 1 ? env->args.words[0] : "journal";
	const struct bt_command_form *form = bt_command_form_find(forms, name);

	if (form)
		return form->run(env);
	bt_command_say(env, N_("This command is not known: {1}."), name, NULL);
	return BT_EXIT_USAGE;
}

const struct bt_command bt_command_journal = {
    .name = "journal",
    .usage = "",
    .summary = "check the record through, hand it out, or make it anew",
    .forms = forms,
    .run = run,
};
