/* batti --display: the second screen, for the payer. */
#include "ui/display.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ui/command/command.h"

static enum bt_exit run(struct bt_command_env *env)
{
	struct bt_ui_display_options options = {.dir = env->args.state,
						.words = env->words,
						.no_unicode = env->args.ascii,
						.colours = env->config.colours > 0 ? env->config.colours : 0};
	struct bt_fault fault = {0};
	struct stat folder;

	if (!options.dir) {
		bt_command_say(env, N_("An option needs a value: {1}."), "--state DIR", NULL);
		return BT_EXIT_USAGE;
	}
	if (stat(options.dir, &folder) != 0 || !S_ISDIR(folder.st_mode)) {
		bt_command_say(env, N_("Not possible now: {1}."), options.dir, NULL);
		return BT_EXIT_USAGE;
	}
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		bt_command_say(env, N_("Not possible now: {1}."), "stdin/stdout: tty", NULL);
		return BT_EXIT_USAGE;
	}
	if (env->config.colours == BT_COLOURS_NONE && setenv("NO_COLOR", "1", 1) != 0)
		return BT_EXIT_REFUSED;
	if (bt_ui_display_run(&options, &fault) != BT_OK)
		return bt_command_fail(env, &fault);
	return BT_EXIT_DONE;
}

const struct bt_command bt_command_display = {
    .name = "",
    .usage = "--display --state DIR",
    .summary = "the second screen, for the payer",
    .run = run,
};
