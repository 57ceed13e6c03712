/* batti lookup: find consumers as the search field does. */
#include "ui/command/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/sts/identity.h"

#define ROWS 50

static json_t *encode(const struct bt_consumer *c)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:b, s:b}", "number", c->number,
			 "meter", c->meter, "name", bt_dual_get(&c->name, BT_LANG_EN), "name_hi",
			 bt_dual_get(&c->name, BT_LANG_HI), "relation", c->relation, "relative",
			 bt_dual_get(&c->relative, BT_LANG_EN), "place", bt_dual_get(&c->place, BT_LANG_EN), "place_hi",
			 bt_dual_get(&c->place, BT_LANG_HI), "category", c->category, "kind", bt_kind_code(c->kind),
			 "balance_paise", (json_int_t)c->balance, "dues_paise", (json_int_t)c->dues, "blocked",
			 bt_consumer_is_blocked(c), "offline", c->key.present);
}

static void print_json(const struct bt_consumer *rows, int count, bool more)
{
	json_t *list = json_array(), *o;
	char *text;

	for (int i = 0; i < count; i++)
		json_array_append_new(list, encode(&rows[i]));
	o = json_pack("{s:o, s:b}", "consumers", list, "more", more);
	text = json_dumps(o, JSON_INDENT(2));
	if (text)
		puts(text);
	free(text);
	json_decref(o);
}

static void print_plain(const struct bt_consumer *rows, int count, enum bt_lang lang)
{
	for (int i = 0; i < count; i++)
		printf("%-14s %-13s %s  %s %s  %s\n", rows[i].number, rows[i].meter, bt_dual_get(&rows[i].name, lang),
		       rows[i].relation, bt_dual_get(&rows[i].relative, lang), bt_dual_get(&rows[i].place, lang));
}

static enum bt_exit look(struct bt_command_env *env, struct bt_counter *counter, const char *text)
{
	struct bt_consumer *rows = calloc(ROWS, sizeof *rows);
	int count = 0;
	bool more = false;
	enum bt_err err = rows ? bt_counter_search(counter, text, ROWS, rows, &count, &more) : BT_ENOMEM;

	if (!err && count == 0)
		count = bt_counter_find(counter, text, 4000, &rows[0]) == BT_OK;
	if (env->args.json)
		print_json(rows, count, more);
	else
		print_plain(rows, count, env->config.language);
	if (count == 0)
		bt_command_say(
		    env, bt_sts_is_mistyped(text) ? N_("The meter number has a typing mistake.") : N_("Nobody found"),
		    NULL, NULL);
	free(rows);
	return count ? BT_EXIT_DONE : BT_EXIT_REFUSED;
}

static enum bt_exit run(struct bt_command_env *env)
{
	const char *text = env->args.connection ? env->args.connection : env->args.count ? env->args.words[0] : NULL;
	struct bt_counter *counter = NULL;
	enum bt_exit code;

	if (!text) {
		bt_command_say(env, N_("An option needs a value: {1}."), "--connection", NULL);
		return BT_EXIT_USAGE;
	}
	code = bt_command_open(env, BT_OPEN_SERVER, &counter);
	if (!code)
		code = look(env, counter, text);
	bt_counter_close(counter);
	return code;
}

const struct bt_command bt_command_lookup = {
    .name = "lookup",
    .usage = "--state DIR TEXT [--json]",
    .summary = "find consumers by number, meter, mobile or name",
    .run = run,
};
