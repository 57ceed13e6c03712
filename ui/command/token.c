/* batti token: tokens of the standard made and read without a shop around them. */
#include "ui/command/token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/sts/selftest.h"

#define TABLES_MAX 65536

enum bt_exit bt_token_say_value(const struct bt_command_env *env, const char *option, const char *value,
				const char *expected)
{
	char text[300];

	bt_text_printf(text, sizeof text, "%s%s%s (%s)", option, value ? " " : "", value ? value : "", expected);
	bt_command_say(env, N_("This value cannot be used: {1}."), text, NULL);
	return BT_EXIT_USAGE;
}

enum bt_exit bt_token_say_missing(const struct bt_command_env *env, const char *option)
{
	bt_command_say(env, N_("An option needs a value: {1}."), option, NULL);
	return BT_EXIT_USAGE;
}

enum bt_exit bt_token_say_unsupported(const struct bt_command_env *env, const char *refusal)
{
	bt_command_say_dual(env, N_("not supported: {1}"), refusal, bt_words_get(env->words, BT_LANG_HI, refusal));
	return BT_EXIT_REFUSED;
}

static enum bt_exit read_tables(const struct bt_command_env *env, const char *path, struct bt_sta_tables *out)
{
	struct bt_fault fault = {0};
	struct bt_buf text;
	enum bt_err err;

	bt_buf_init(&text, TABLES_MAX);
	err = bt_file_read(path, &text, &fault);
	if (err == BT_ENOTFOUND)
		bt_command_say(env, N_("The file is not there: {1}."), path, NULL);
	if (!err)
		err = bt_sta_tables_parse(bt_buf_view(&text), out, &fault);
	if (err && err != BT_ENOTFOUND)
		bt_command_say(env, N_("The tables cannot be used: {1}."), fault.what[0] ? fault.what : path, NULL);
	bt_buf_fini(&text);
	return err ? BT_EXIT_USAGE : BT_EXIT_DONE;
}

enum bt_exit bt_token_tables(const struct bt_command_env *env, struct bt_sta **out)
{
	const char *path = env->args.token.sta_tables ? env->args.token.sta_tables : env->config.sta_tables;
	struct bt_sta_tables tables = bt_sta_sample;
	enum bt_exit code = path[0] ? read_tables(env, path, &tables) : BT_EXIT_DONE;
	struct bt_sta *sta;

	if (code)
		return code;
	sta = malloc(sizeof *sta);
	if (!sta) {
		bt_command_say(env, N_("Not possible now: {1}."), bt_err_text(BT_ENOMEM), NULL);
		return BT_EXIT_REFUSED;
	}
	bt_sta_init(sta, &tables);
	*out = sta;
	return BT_EXIT_DONE;
}

static void print_json(json_t *value)
{
	char *text = value ? json_dumps(value, JSON_INDENT(2)) : NULL;

	if (text)
		puts(text);
	free(text);
	json_decref(value);
}

static enum bt_exit test_self(struct bt_command_env *env)
{
	unsigned count;
	const struct bt_sts_known_answer *answers = bt_sts_known_answers(&count);
	json_t *list = json_array();
	bool ok = true;

	for (unsigned i = 0; i < count; i++) {
		bool holds = answers[i].holds();

		ok &= holds;
		json_array_append_new(list, json_pack("{s:s, s:s, s:b}", "name", answers[i].name, "origin",
						      answers[i].origin, "ok", holds));
		if (!env->args.json)
			printf("%-6s %-40s %s\n", holds ? "ok" : "FAILED", answers[i].name, answers[i].origin);
	}
	if (env->args.json)
		print_json(json_pack("{s:b, s:O}", "ok", ok, "answers", list));
	json_decref(list);
	return ok ? BT_EXIT_DONE : BT_EXIT_STOPPED;
}

static const struct bt_command_form forms[] = {
    {"make", "--type TYPE [--amount UNITS|--value N|--control BITS] --meter METER --vending-key-file FILE ... [--json]",
     "one token of any type", bt_token_make},
    {"decode", "TOKEN... [--decoder-key-file FILE|--vending-key-file FILE ...] [--json]", "every field of each token",
     bt_token_decode},
    {"selftest", "[--json]", "each known answer, and whether it comes out", test_self},
    {"batch", "[FILE] [--sta-tables FILE]", "a file of rows, each with its token behind it", bt_token_batch},
    {0},
};

static enum bt_exit run(struct bt_command_env *env)
{
	const char *name = env->args.count ? env->args.words[0] : "token";
	const struct bt_command_form *form = bt_command_form_find(forms, name);

	if (form)
		return form->run(env);
	if (env->args.count)
		bt_command_say(env, N_("This command is not known: {1}."), name, NULL);
	bt_command_say(env, N_("What follows is one of these: {1}."),
		       "token make, token decode, token selftest, token batch", NULL);
	return BT_EXIT_USAGE;
}

const struct bt_command bt_command_token = {
    .name = "token",
    .usage = "",
    .summary = "make and read tokens of the standard, one or a file of them",
    .forms = forms,
    .run = run,
    .listing = "selftest",
};
