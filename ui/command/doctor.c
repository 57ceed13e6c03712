/* batti doctor: the lines of the system page, for the engineer on the telephone. */
#include "ui/command/command.h"

#include <stdio.h>

#define LINES_MAX 18

static enum bt_exit run(struct bt_command_env *env)
{
	static const char marks[] = {'+', '!', 'x'};
	struct bt_ui_system_line lines[LINES_MAX];
	struct bt_counter *counter = NULL;
	struct bt_ui_shop shop;
	int count;
	bool bad = false;
	enum bt_exit code = bt_command_open(env, BT_OPEN_SERVER, &counter);

	if (code)
		return code;
	bt_command_sync(counter, 5000);
	shop = bt_counter_shop(counter);
	count = shop.system_lines(shop.self, LINES_MAX, lines);
	for (int i = 0; i < count; i++) {
		printf("%c %-16s %s\n", marks[lines[i].mark],
		       bt_words_get(env->words, env->config.language, lines[i].label),
		       lines[i].value[env->config.language]);
		bad |= lines[i].mark == BT_UI_BAD;
	}
	bt_counter_close(counter);
	return bad ? BT_EXIT_REFUSED : BT_EXIT_DONE;
}

const struct bt_command bt_command_doctor = {
    .name = "doctor",
    .usage = "--state DIR",
    .summary = "say how server, access to it, clock, record, limits and printer stand",
    .run = run,
};
