/* The office of --training, started for the counter. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"
#include "ui/command/command.h"
#include "ui/training.h"

#define FOLDER_CAP 1024

static enum bt_err open_office(struct bt_command_env *env, struct bt_fault *fault)
{
	char folder[FOLDER_CAP];
	enum bt_err err = BT_OK;

	if (env->args.state)
		err = bt_text_copy(folder, sizeof folder, env->args.state);
	else
		err = bt_training_folder(folder, sizeof folder);
	if (err)
		return bt_fault_set(fault, BT_EINPUT, 0, "--state");
	if (env->args.anew)
		err = bt_training_forget(folder, fault);
	return err ? err : bt_training_open(folder, &env->training, fault);
}

/* What is practised may not reach a second disk or a key module of the live counter. */
static void use_office(struct bt_command_env *env)
{
	env->args.state = bt_training_terminal(env->training);
	env->args.passphrase_file = bt_training_passphrase(env->training);
	env->config.vending_key[0] = '\0';
	env->config.vending_key_pin[0] = '\0';
	env->config.mirror[0] = '\0';
	env->config.mirror_required = false;
}

static enum bt_exit enrol(struct bt_command_env *env)
{
	char code[32] = "", path[FOLDER_CAP];
	struct bt_fault fault = {0};
	enum bt_exit done;

	if (bt_path_join(env->args.state, "terminal.json", path, sizeof path) == BT_OK && access(path, F_OK) == 0)
		return BT_EXIT_DONE;
	if (bt_training_code(env->training, code, &fault) != BT_OK)
		return bt_command_fail(env, &fault);
	env->args.code = code;
	env->args.ca = bt_training_ca(env->training);
	env->args.words[0] = bt_training_url(env->training);
	env->args.count = 1;
	done = bt_command_enrol.run(env);
	env->args.code = NULL;
	env->args.count = 0;
	return done;
}

enum bt_exit bt_command_start_training(struct bt_command_env *env)
{
	struct bt_fault fault = {0};
	enum bt_err err = open_office(env, &fault);

	if (err == BT_EBUSY) {
		bt_command_say(env, N_("The training office did not start. Perhaps somebody practises in it already."),
			       NULL, NULL);
		return BT_EXIT_REFUSED;
	}
	if (err) {
		bt_command_say(env, N_("Not possible now: {1}."), fault.what, NULL);
		return BT_EXIT_REFUSED;
	}
	use_office(env);
	return enrol(env);
}
