#include "ui/command/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct bt_command *const bt_commands[] = {
    &bt_command_sell,
    &bt_command_lookup,
    &bt_command_sync_now,
    &bt_command_enrol,
    &bt_command_journal,
    &bt_command_receipt,
    &bt_command_report,
    &bt_command_doctor,
    &bt_command_lease,
    &bt_command_token,
    &bt_command_docket,
    &bt_command_printer,
    NULL,
};

const struct bt_command *bt_command_find(const char *name)
{
	for (int i = 0; bt_commands[i]; i++)
		if (strcmp(bt_commands[i]->name, name) == 0)
			return bt_commands[i];
	return NULL;
}

const struct bt_command_form *bt_command_form_find(const struct bt_command_form *forms, const char *word)
{
	for (; forms && forms->word; forms++)
		if (strcmp(forms->word, word) == 0)
			return forms;
	return NULL;
}

static void say_in(const struct bt_command_env *env, enum bt_lang lang, const char *key, const char *first,
		   const char *second)
{
	char clean[2][400], text[1024];
	const char *args[3] = {clean[0], clean[1], NULL};

	bt_text_clean(first ? first : "", first ? strlen(first) : 0, 300, clean[0], sizeof clean[0]);
	bt_text_clean(second ? second : "", second ? strlen(second) : 0, 300, clean[1], sizeof clean[1]);
	bt_words_format(env->words, lang, key, args, text, sizeof text);
	fprintf(stderr, "batti: %s\n", text);
}

void bt_command_say(const struct bt_command_env *env, const char *key, const char *first, const char *second)
{
	for (int lang = 0; lang < BT_LANG_COUNT; lang++)
		say_in(env, (enum bt_lang)lang, key, first, second);
}

static void cut_stop(const char *in, const char *stop, char out[400])
{
	size_t len, stop_len = strlen(stop);

	bt_text_copy(out, 400, in);
	len = strlen(out);
	if (len > stop_len && strcmp(out + len - stop_len, stop) == 0)
		out[len - stop_len] = 0;
}

void bt_command_say_dual(const struct bt_command_env *env, const char *key, const char *en, const char *hi)
{
	char cut[400];

	cut_stop(en[0] ? en : hi, ".", cut);
	say_in(env, BT_LANG_EN, key, cut, NULL);
	cut_stop(hi[0] ? hi : en, "।", cut);
	say_in(env, BT_LANG_HI, key, cut, NULL);
}

/* What a person is told about each error, and how the program ends. */
static const struct {
	enum bt_err err;
	const char *key;
	enum bt_exit exit;
} sentences[] = {
    {BT_ENOTFOUND, N_("This terminal is not enrolled."), BT_EXIT_REFUSED},
    {BT_EBUSY, N_("Another Batti is open on this folder (process {1})."), BT_EXIT_REFUSED},
    {BT_EAUTH, N_("The passphrase is not right."), BT_EXIT_REFUSED},
    {BT_EUNREACHABLE, N_("The server cannot be reached."), BT_EXIT_REFUSED},
    {BT_EGARBAGE, N_("The server's answer could not be understood. Nothing is lost."), BT_EXIT_UNKNOWN},
    {BT_EFORMAT, N_("The server's answer could not be understood. Nothing is lost."), BT_EXIT_REFUSED},
    {BT_ELOST, N_("The server's answer could not be understood. Nothing is lost."), BT_EXIT_UNKNOWN},
    {BT_ETIMEOUT, N_("The server cannot be reached."), BT_EXIT_UNKNOWN},
    {BT_ENOSPC, N_("Stopped: the disk is full. Nothing is lost. Call {1}."), BT_EXIT_STOPPED},
    {BT_EDISK, N_("Stopped: the record cannot be written. Nothing is lost. Call {1}."), BT_EXIT_STOPPED},
    {BT_ECORRUPT, N_("Stopped: the record does not agree with itself. Nothing is lost. Call {1}."), BT_EXIT_STOPPED},
    {BT_EDIVERGED, N_("Stopped: the record does not agree with itself. Nothing is lost. Call {1}."), BT_EXIT_STOPPED},
};

/* Without a number the holder is no Batti, and its id is not known. */
static const char *first_number(const char *text)
{
	const char *at = strpbrk(text, "0123456789");

	return at ? at : "?";
}

/* Whom to call stands in the enrolment, which may be what cannot be read. */
static void find_complaint_number(const struct bt_command_env *env, char out[16])
{
	struct bt_enrolment *enrolment = calloc(1, sizeof *enrolment);

	bt_text_copy(out, 16, "1912");
	if (enrolment && env->args.state && bt_enrolment_load(env->args.state, enrolment, NULL) == BT_OK &&
	    enrolment->complaint[0])
		bt_text_copy(out, 16, enrolment->complaint);
	free(enrolment);
}

enum bt_exit bt_command_fail(const struct bt_command_env *env, const struct bt_fault *fault)
{
	bool stops = bt_err_fate(fault->err) == BT_FATE_STOP;
	char complaint[16], what[640];

	for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++)
		if (sentences[i].err == fault->err) {
			find_complaint_number(env, complaint);
			bt_command_say(env, sentences[i].key, stops ? complaint : first_number(fault->what), NULL);
			bt_text_clean(fault->what, strlen(fault->what), 160, what, sizeof what);
			fprintf(stderr, "batti: (%s: %s)\n", bt_err_name(fault->err), what);
			return sentences[i].exit;
		}
	bt_command_say(env, N_("Not possible now: {1}."), fault->what[0] ? fault->what : bt_err_text(fault->err), NULL);
	return BT_EXIT_REFUSED;
}

static enum bt_exit read_passphrase(struct bt_command_env *env, struct bt_secret *out)
{
	struct bt_fault fault = {0};

	if (!env->args.passphrase_file || bt_secret_read_file(env->args.passphrase_file, out, &fault) == BT_OK)
		return BT_EXIT_DONE;
	bt_command_say(env, N_("The file is not there: {1}."), env->args.passphrase_file, NULL);
	return BT_EXIT_USAGE;
}

enum bt_purpose bt_command_purpose(const struct bt_command_env *env)
{
	return env->args.training ? BT_FOR_TRAINING : BT_FOR_LIVE;
}

/* A folder of the other kind is said in words; what cannot be read is for bt_counter_open to name. */
static enum bt_exit check_purpose(const struct bt_command_env *env)
{
	struct bt_enrolment *enrolment = calloc(1, sizeof *enrolment);
	enum bt_exit code = BT_EXIT_DONE;

	if (enrolment && bt_enrolment_load(env->args.state, enrolment, NULL) == BT_OK &&
	    enrolment->purpose != bt_command_purpose(env)) {
		bt_command_say(env,
			       env->args.training
				   ? N_("This folder is not for training: {1}.")
				   : N_("This folder is for training, and --training was not said: {1}."),
			       env->args.state, NULL);
		code = BT_EXIT_REFUSED;
	}
	free(enrolment);
	return code;
}

/* Nothing has been asked of the server yet: what cannot be read is a file of this folder. */
static enum bt_exit say_not_open(const struct bt_command_env *env, const struct bt_fault *fault)
{
	if (fault->err != BT_EFORMAT)
		return bt_command_fail(env, fault);
	bt_command_say(env, N_("A file of this terminal is damaged: {1}."), fault->what, NULL);
	return BT_EXIT_STOPPED;
}

enum bt_exit bt_command_open(struct bt_command_env *env, enum bt_open how, struct bt_counter **out)
{
	struct bt_secret passphrase = {0};
	struct bt_fault fault = {0};
	struct bt_counter_options options = {.dir = env->args.state,
					     .config = &env->config,
					     .words = env->words,
					     .unseal_now = how != BT_OPEN_SCREEN,
					     .has_clerk = how == BT_OPEN_SCREEN,
					     .offline = how == BT_OPEN_LOCAL || env->args.offline,
					     .demo_sandbox = env->args.demo_sandbox,
					     .purpose = bt_command_purpose(env),
					     .training = env->training};
	enum bt_exit code;

	if (!env->args.state) {
		bt_command_say(env, N_("An option needs a value: {1}."), "--state", NULL);
		return BT_EXIT_USAGE;
	}
	code = check_purpose(env);
	if (!code)
		code = read_passphrase(env, &passphrase);
	if (code)
		return code;
	if (passphrase.len)
		options.passphrase = &passphrase;
	if (bt_counter_open(&options, out, &fault) != BT_OK)
		code = say_not_open(env, &fault);
	bt_secret_wipe(&passphrase);
	return code;
}

void bt_command_sync(struct bt_counter *counter, int timeout_ms)
{
	struct bt_clock clock = bt_clock_system();
	int64_t until = bt_clock_boot_ms(&clock) + timeout_ms;

	do
		bt_counter_pump(counter, 100);
	while (!bt_sync_is_idle(bt_counter_sync(counter)) && bt_clock_boot_ms(&clock) < until);
}
