/* batti receipt verify: whether a slip is what a terminal of this utility printed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/sts/token.h"
#include "ui/command/proof.h"
#include "ui/command/receipt.h"
#include "ui/command/scan_image.h"

static const struct {
	const char *name; /* in JSON */
	const char *key;  /* {1} is the terminal */
	enum bt_exit exit;
} verdicts[] = {
    [BT_VERDICT_GENUINE] = {"genuine", N_("Genuine: signed by terminal {1}."), BT_EXIT_DONE},
    [BT_VERDICT_ALTERED] = {"altered", N_("Not genuine: altered or damaged."), BT_EXIT_REFUSED},
    [BT_VERDICT_WITHDRAWN] = {"withdrawn", N_("Not genuine: terminal {1} was withdrawn before that time."),
			      BT_EXIT_REFUSED},
    [BT_VERDICT_UNKNOWN] = {"unknown_terminal", N_("Cannot be judged: terminal {1} is not known here."), BT_EXIT_USAGE},
    [BT_VERDICT_NO_RECORD] = {"no_receipt", N_("This is not the QR code of a receipt."), BT_EXIT_USAGE},
};

/* What this terminal's own record has of it. */
enum known { NOT_ASKED, MISSING, KNOWN };
static const char *const known_names[] = {[MISSING] = "missing", [KNOWN] = "known"};

struct slip {
	enum bt_verdict verdict;
	struct bt_receipt_record record;
	enum known known;
	int printed;
};

/* A line for each language: whoever stands at the counter reads one of them. */
static void tell(const struct bt_command_env *env, const char *key, const char *arg)
{
	const char *args[2] = {arg, NULL};
	char text[512];

	for (int lang = 0; lang < BT_LANG_COUNT; lang++) {
		bt_words_format(env->words, (enum bt_lang)lang, key, args, text, sizeof text);
		puts(text);
	}
}

static void tell_field(const struct bt_command_env *env, const char *key, const char *value)
{
	const char *args[1] = {NULL};
	char words[BT_LANG_COUNT][64];

	if (!value[0])
		return;
	for (int lang = 0; lang < BT_LANG_COUNT; lang++)
		bt_words_format(env->words, (enum bt_lang)lang, key, args, words[lang], sizeof words[lang]);
	printf("  %s / %s: %s\n", words[BT_LANG_EN], words[BT_LANG_HI], value);
}

/* As the slip has it, in Indian time. */
static void format_moment(int64_t ms, char *out, size_t cap)
{
	struct bt_civil at = bt_civil_of(ms, BT_INDIA_OFFSET_MINUTES);

	bt_text_printf(out, cap, "%02d-%02d-%04d %02d:%02d", at.day, at.month, at.year, at.hour, at.minute);
}

static void tell_fields(const struct bt_command_env *env, const struct bt_receipt_record *record)
{
	char moment[24], amount[40], units[32] = "", token[25] = "";

	format_moment(record->paid_at_ms, moment, sizeof moment);
	bt_money_format_rupees(record->amount, amount);
	if (record->units)
		bt_units_format(record->units, units);
	if (record->token[0])
		bt_sts_token_group(record->token, token);
	tell_field(env, N_("Terminal"), record->terminal);
	tell_field(env, record->is_docket ? N_("Docket") : N_("Receipt number"), record->receipt);
	tell_field(env, N_("Connection"), record->connection);
	tell_field(env, N_("Meter"), record->drn);
	tell_field(env, N_("Time"), moment);
	tell_field(env, N_("Amount"), amount);
	tell_field(env, N_("Units"), units);
	tell_field(env, N_("Token"), token);
}

static void print_words(const struct bt_command_env *env, const struct bt_proof *proof, const struct slip *slip)
{
	char count[32];

	tell(env, verdicts[slip->verdict].key, slip->record.terminal);
	if (slip->verdict == BT_VERDICT_UNKNOWN && proof->keys.number == 0)
		tell(env, N_("The list of terminals has not come yet. Reach the server once."), "");
	if (slip->record.is_training)
		tell(env, N_("TRAINING · NO VALUE"), "");
	bt_count_format(slip->printed, count);
	if (slip->known == KNOWN)
		tell(env, N_("Sold here; its slip was printed {1} times."), count);
	else if (slip->known == MISSING)
		tell(env, N_("The record here does not have this sale. Bring it back with --receipts."), "");
	if (!slip->record.terminal[0])
		return;
	if (slip->verdict != BT_VERDICT_GENUINE)
		tell(env, N_("It says, and nothing proves it:"), "");
	tell_fields(env, &slip->record);
}

static json_t *make_fields(const struct bt_receipt_record *record)
{
	char number[32];

	bt_text_printf(number, sizeof number, "%s%s", record->is_docket ? "D-" : "", record->receipt);
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:b, s:b}", "terminal", record->terminal,
			 "sale_id", record->sale_id, "connection", record->connection, "meter", record->drn, "paise",
			 (json_int_t)record->amount, "dues_paise", (json_int_t)record->dues, "units",
			 (json_int_t)record->units, "paid_at", (json_int_t)record->paid_at_ms, "version",
			 (json_int_t)record->version, "docket", record->is_docket, "training", record->is_training);
}

static void print_json(const struct slip *slip)
{
	const struct bt_receipt_record *record = &slip->record;
	json_t *o = record->terminal[0] ? make_fields(record) : json_object();
	char *text;

	json_object_set_new(o, "verdict", json_string(verdicts[slip->verdict].name));
	if (record->receipt[0])
		json_object_set_new(o, "receipt", json_string(record->receipt));
	if (record->token[0])
		json_object_set_new(o, "token", json_string(record->token));
	if (slip->known != NOT_ASKED)
		json_object_set_new(o, "here", json_string(known_names[slip->known]));
	if (slip->known == KNOWN)
		json_object_set_new(o, "printed", json_integer(slip->printed));
	text = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);
	if (text)
		puts(text);
	free(text);
	json_decref(o);
}

/* The record is opened for this one question alone, so that a counter can start meanwhile; while one runs the question
 * stays open. */
static void ask_record(struct bt_command_env *env, struct slip *slip)
{
	struct bt_config config = env->config;
	struct bt_counter_options options = {
	    .dir = env->args.state, .config = &config, .words = env->words, .offline = true};
	struct bt_counter *counter = NULL;
	struct bt_sale_row row;
	enum bt_err err;

	bt_text_copy(config.printer, sizeof config.printer, "none");
	if (bt_counter_open(&options, &counter, NULL) != BT_OK)
		return;
	err = bt_journal_sale(bt_counter_journal(counter), slip->record.sale_id, &row);
	if (err == BT_OK) {
		slip->known = KNOWN;
		slip->printed = row.printed_copies;
	} else if (err == BT_ENOTFOUND) {
		slip->known = MISSING;
	}
	bt_counter_close(counter);
}

static enum bt_exit judge(struct bt_command_env *env, const struct bt_proof *proof, const char *text)
{
	struct slip slip = {.known = NOT_ASKED};

	slip.verdict = bt_proof_judge(proof, text, &slip.record);
	if (slip.verdict == BT_VERDICT_GENUINE && strcmp(slip.record.terminal, proof->enrolment.terminal) == 0)
		ask_record(env, &slip);
	if (env->args.json)
		print_json(&slip);
	else
		print_words(env, proof, &slip);
	(void)fflush(stdout);
	return verdicts[slip.verdict].exit;
}

/* Of several the worst counts: one that is not genuine before one that cannot be judged. */
static enum bt_exit worse(enum bt_exit a, enum bt_exit b)
{
	if (a == BT_EXIT_REFUSED || b == BT_EXIT_REFUSED)
		return BT_EXIT_REFUSED;
	return a ? a : b;
}

/* What a scanner sends: a line for each code. */
static enum bt_exit judge_lines(struct bt_command_env *env, const struct bt_proof *proof)
{
	char text[2 * BT_RECORD_TEXT_CAP];
	enum bt_exit code = BT_EXIT_DONE;
	bool any = false;

	while (fgets(text, sizeof text, stdin)) {
		text[strcspn(text, "\r\n")] = '\0';
		if (!text[0])
			continue;
		any = true;
		code = worse(code, judge(env, proof, text));
	}
	return any ? code : BT_EXIT_USAGE;
}

static enum bt_exit judge_image(struct bt_command_env *env, const struct bt_proof *proof, const char *path)
{
	struct bt_scan *found = calloc(1, sizeof *found);
	struct bt_fault fault = {0};
	enum bt_exit code = BT_EXIT_DONE;
	enum bt_err err = found ? bt_scan_image(path, found, &fault) : BT_ENOMEM;

	if (err == BT_ENOTFOUND)
		bt_command_say(env, N_("The file is not there: {1}."), path, NULL);
	else if (err)
		bt_command_say(env, N_("Not possible now: {1}."), fault.what, NULL);
	else if (found->count == 0)
		bt_command_say(env, N_("There is no QR code in this picture."), NULL, NULL);
	if (err || found->count == 0)
		code = BT_EXIT_USAGE;
	for (int i = 0; !err && i < found->count; i++)
		code = worse(code, judge(env, proof, found->texts[i]));
	free(found);
	return code;
}

enum bt_exit bt_command_receipt_verify(struct bt_command_env *env)
{
	const char *text = env->args.count == 2 ? env->args.words[1] : NULL;
	struct bt_proof *proof = NULL;
	struct bt_fault fault = {0};
	enum bt_exit code;

	if (!env->args.state || !text == !env->args.image) {
		bt_command_say(env, N_("An option needs a value: {1}."), env->args.state ? "verify" : "--state", NULL);
		return BT_EXIT_USAGE;
	}
	if (bt_proof_open(env->args.state, &proof, &fault) != BT_OK) {
		(void)bt_command_fail(env, &fault);
		return BT_EXIT_USAGE;
	}
	if (env->args.image)
		code = judge_image(env, proof, env->args.image);
	else
		code = strcmp(text, "-") == 0 ? judge_lines(env, proof) : judge(env, proof, text);
	bt_proof_close(proof);
	return code;
}
