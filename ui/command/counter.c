/* batti without a command: the full-screen counter. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ui/app.h"
#include "ui/command/command.h"
#include "ui/training.h"

/* The whole host must be a loopback one: a name that only begins like one is somebody else's machine. */
static bool is_this_machine(const char *url)
{
	static const char *const hosts[] = {"https://127.0.0.1", "https://localhost", "https://[::1]", NULL};

	for (int i = 0; hosts[i]; i++) {
		size_t len = strlen(hosts[i]);

		if (strncmp(url, hosts[i], len) == 0 && (url[len] == 0 || url[len] == ':' || url[len] == '/'))
			return true;
	}
	return false;
}

/* The demo starts signed in; a counter of a real utility never does. */
static enum bt_exit sign_in_demo(struct bt_command_env *env, struct bt_counter *counter)
{
	struct bt_fault fault = {0};

	const char *option = env->args.sign_in ? "--sign-in" : "--demo-sandbox";

	if (!env->args.sign_in && !env->args.demo_sandbox)
		return BT_EXIT_DONE;
	if (!is_this_machine(bt_counter_enrolment(counter)->url)) {
		bt_command_say(env, N_("Not possible now: {1}."), option, NULL);
		return BT_EXIT_USAGE;
	}
	if (!env->args.sign_in)
		return BT_EXIT_DONE;
	if (bt_counter_sign_in(counter, env->args.sign_in, &fault) != BT_OK)
		return bt_command_fail(env, &fault);
	return BT_EXIT_DONE;
}

/* Nobody has been given a PIN yet: the first clerk is signed in. */
static enum bt_exit sign_in_training(struct bt_command_env *env, struct bt_counter *counter)
{
	const struct bt_enrolment *enrolment = bt_counter_enrolment(counter);
	struct bt_fault fault = {0};

	if (!env->training || env->args.sign_in)
		return BT_EXIT_DONE;
	for (int i = 0; i < enrolment->operator_count && !env->args.sign_in; i++)
		if (enrolment->operators[i].role == BT_ROLE_CLERK)
			env->args.sign_in = enrolment->operators[i].id;
	if (!env->args.sign_in || bt_counter_sign_in(counter, env->args.sign_in, &fault) == BT_OK)
		return BT_EXIT_DONE;
	return bt_command_fail(env, &fault);
}

static enum bt_exit show(struct bt_command_env *env, struct bt_counter *counter)
{
	struct bt_ui_shop shop = bt_counter_shop(counter);
	struct bt_ui_app_options options = {.lang = env->config.language,
					    .no_unicode = env->args.ascii,
					    .colours = env->config.colours > 0 ? env->config.colours : 0,
					    .idle_lock_ms = (int64_t)env->config.idle_lock_s * 1000,
					    .signed_in = env->args.sign_in,
					    .display_dir = env->args.state};
	struct bt_fault fault = {0};

	if (env->config.colours == BT_COLOURS_NONE && setenv("NO_COLOR", "1", 1) != 0)
		return BT_EXIT_REFUSED;
	if (bt_ui_app_run(&shop, &options, &fault) != BT_OK)
		return bt_command_fail(env, &fault);
	return BT_EXIT_DONE;
}

static enum bt_exit run(struct bt_command_env *env)
{
	struct bt_counter *counter = NULL;
	enum bt_exit code;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		bt_command_say(env, N_("Not possible now: {1}."), "stdin/stdout: tty", NULL);
		return BT_EXIT_USAGE;
	}
	code = env->args.training ? bt_command_start_training(env) : BT_EXIT_DONE;
	if (!code)
		code = bt_command_open(env, BT_OPEN_SCREEN, &counter);
	if (!code)
		code = sign_in_demo(env, counter);
	if (!code)
		code = sign_in_training(env, counter);
	if (!code)
		code = show(env, counter);
	bt_counter_close(counter);
	bt_training_close(env->training);
	return code;
}

const struct bt_command bt_command_counter = {
    .name = "",
    .usage = "--state DIR [--passphrase-file FILE]",
    .summary = "the counter, full screen",
    .run = run,
};
