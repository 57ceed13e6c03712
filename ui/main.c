/* batti: the counter, and the commands around it. The composition root: settings, words, then one of the two. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/sts/selftest.h"
#include "ui/command/command.h"

/* The words lie beside the program when it runs from a build, in the installed place otherwise. */
static enum bt_err open_words(struct bt_words **out, struct bt_fault *fault)
{
	const char *chosen = getenv("BATTI_LOCALE_DIR");
	char beside[1024];
	ssize_t len = readlink("/proc/self/exe", beside, sizeof beside - 64);
	char *slash;

	if (chosen)
		return bt_words_open(chosen, out, fault);
	if (len > 0) {
		beside[len] = 0;
		slash = strrchr(beside, '/');
		if (slash && bt_text_copy(slash, 64, "/../share/batti/locale") == BT_OK &&
		    bt_words_open(beside, out, fault) == BT_OK)
			return BT_OK;
	}
	return bt_words_open(BATTI_SHARE_DIR "/locale", out, fault);
}

/* What is wrong in the settings file; {1} is the line's number and {2} the line. */
static void say_mistake(const struct bt_command_env *env, const char *path, enum bt_err err,
			const struct bt_fault *fault)
{
	static const struct {
		enum bt_err err;
		const char *words;
	} mistakes[] = {
	    {BT_EUNSUPPORTED, N_("Settings, line {1}: there is no such setting: {2}.")},
	    {BT_EINPUT, N_("Settings, line {1}: this value cannot be: {2}. batti.conf.sample says which can.")},
	    {BT_ESTATE, N_("Settings, line {1}: this has to stand under [batti]: {2}.")},
	    {BT_ECORRUPT, N_("Settings, line {1}: a line is \"setting = value\".")},
	};
	char line[16];

	snprintf(line, sizeof line, "%d", fault->sys);
	for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++)
		if (mistakes[i].err == err) {
			bt_command_say(env, mistakes[i].words, line, fault->what);
			return;
		}
	bt_command_say(env, N_("The settings file cannot be read: {1}."), path, NULL);
}

static enum bt_exit read_config(struct bt_command_env *env)
{
	struct bt_fault fault = {0};
	char beside[1100];
	const char *path = env->args.config;
	enum bt_err err;

	bt_config_default(&env->config);
	if (!path && env->args.state && bt_path_join(env->args.state, "batti.conf", beside, sizeof beside) == BT_OK &&
	    access(beside, F_OK) == 0)
		path = beside;
	if (!path)
		return BT_EXIT_DONE;
	err = bt_config_read(path, &env->config, &fault);
	if (err) {
		say_mistake(env, path, err, &fault);
	} else if (bt_config_lacks_service(&env->config)) {
		bt_command_say(env, N_("The settings file says upi = {1}, which needs psp_url and psp_key_file too."),
			       bt_config_lacks_service(&env->config), NULL);
		err = BT_EINPUT;
	}
	return err ? BT_EXIT_USAGE : BT_EXIT_DONE;
}

static enum bt_exit use_options(struct bt_command_env *env)
{
	const struct bt_args *args = &env->args;

	if (args->printer && bt_text_copy(env->config.printer, sizeof env->config.printer, args->printer) != BT_OK)
		return BT_EXIT_USAGE;
	if (args->mono)
		env->config.colours = BT_COLOURS_NONE;
	/* A receipt may be in both languages; only the screen needs one of the two. */
	if (args->lang && bt_lang_parse(args->lang, &env->config.language) != BT_OK &&
	    strcmp(args->lang, "both") != 0) {
		bt_command_say(env, N_("An option needs a value: {1}."), "--lang en|hi", NULL);
		return BT_EXIT_USAGE;
	}
	return BT_EXIT_DONE;
}

static enum bt_exit say_not_known(const struct bt_command_env *env)
{
	const struct bt_args *args = &env->args;
	bool helps = strcmp(args->command, "help") == 0 && args->count;

	bt_command_say(env, N_("This command is not known: {1}."), helps ? args->words[0] : args->command, NULL);
	return BT_EXIT_USAGE;
}

static enum bt_exit start(struct bt_command_env *env, const struct bt_command *command)
{
	enum bt_exit code = read_config(env);

	if (!code)
		code = use_options(env);
	if (code)
		return code;
	if (!command && env->args.command)
		return say_not_known(env);
	if (command)
		return command->run(env);
	return env->args.display ? bt_command_display.run(env) : bt_command_counter.run(env);
}

/* Before anything is read or opened: arithmetic that is wrong issues nothing, and answers nothing. */
static enum bt_exit check_arithmetic(const struct bt_command_env *env)
{
	struct bt_fault fault = {0};

	if (bt_sts_selftest(&fault) == BT_OK)
		return BT_EXIT_DONE;
	bt_command_say(env, N_("Stopped: a known answer does not come out ({1}). No token is made."), fault.what, NULL);
	return BT_EXIT_STOPPED;
}

/* Which answer it is that does not come out may be asked all the same. */
static bool lists_answers(const struct bt_command *command, const struct bt_args *args)
{
	return command && command->listing && args->count && strcmp(args->words[0], command->listing) == 0;
}

int main(int argc, char **argv)
{
	struct bt_command_env env = {0};
	struct bt_fault fault = {0};
	const char *why = NULL, *wrong = bt_args_parse(argc - 1, argv + 1, &env.args, &why);
	const struct bt_command *command = env.args.command ? bt_command_find(env.args.command) : NULL;
	enum bt_exit code;

	signal(SIGPIPE, SIG_IGN);
	if (!setlocale(LC_CTYPE, "") || MB_CUR_MAX == 1)
		setlocale(LC_CTYPE, "C.UTF-8");
	if (!wrong && bt_command_help(&env.args))
		return 0;
	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		puts("batti " BATTI_VERSION);
		return 0;
	}
	bt_json_process_init();
	if (bt_secret_process_init(&fault) != BT_OK) {
		fprintf(stderr, "batti: %s\n", fault.what);
		return BT_EXIT_STOPPED;
	}
	if (open_words(&env.words, &fault) != BT_OK)
		bt_command_say(&env, N_("The words for Hindi cannot be read: {1}."), fault.what, NULL);
	code = check_arithmetic(&env);
	if (wrong && !code) {
		bt_command_say(&env, why, wrong, NULL);
		code = BT_EXIT_USAGE;
	} else if (!wrong && (!code || lists_answers(command, &env.args))) {
		code = start(&env, command);
	}
	bt_words_close(env.words);
	return (int)code;
}
