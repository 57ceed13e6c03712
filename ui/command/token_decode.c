/* batti token decode: what tokens say, and what a complete key change does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sts/block.h"
#include "core/sts/tid.h"
#include "core/sts/token_type.h"
#include "ui/command/token.h"

#define TOKENS_MAX (BT_WORDS_MAX - 1)

/* Holds keys: wiped whole. */
struct work {
	struct bt_token_meter meter;
	struct bt_sta *sta;
	struct bt_sts_decoder_key key;
	struct bt_sts_schedule schedule;
	bool keyed;
	unsigned count;
	struct bt_token_shown shown[TOKENS_MAX];
	bool read[TOKENS_MAX];
};

/* ---- the digits ---- */

/* Digits of @p word without the blanks and dashes between them. @return how many, 0 when it holds anything else. */
static size_t squeeze(const char *word, char out[BT_STS_TOKEN_CAP])
{
	size_t len = 0;

	for (; *word; word++) {
		if (*word == ' ' || *word == '-')
			continue;
		if (*word < '0' || *word > '9' || len == BT_STS_TOKEN_CAP - 1)
			return 0;
		out[len++] = *word;
	}
	out[len] = '\0';
	return len;
}

/* A token may come as one word or as the five groups it is printed in. */
static enum bt_exit read_tokens(const struct bt_command_env *env, struct work *work)
{
	char digits[BT_STS_TOKEN_CAP] = "", part[BT_STS_TOKEN_CAP];
	struct bt_sts_carrier carrier;
	size_t len = 0;

	for (int i = 1; i < env->args.count; i++) {
		size_t more = squeeze(env->args.words[i], part);

		if (more == 0 || len + more > BT_STS_TOKEN_CAP - 1)
			return bt_token_say_value(env, "TOKEN", env->args.words[i], "20: 0..9");
		memcpy(digits + len, part, more + 1);
		len += more;
		if (len < BT_STS_TOKEN_CAP - 1)
			continue;
		if (bt_sts_carrier_parse(digits, &carrier) != BT_OK)
			return bt_token_say_value(env, "TOKEN", digits, "00000000000000000000..73786976294838206463");
		bt_text_copy(work->shown[work->count++].digits, BT_STS_TOKEN_CAP, digits);
		len = 0;
	}
	if (len || work->count == 0)
		return bt_token_say_value(env, "TOKEN", len ? digits : NULL, "20: 0..9");
	return BT_EXIT_DONE;
}

static bool needs_key(const struct work *work)
{
	struct bt_sts_carrier carrier;

	for (unsigned i = 0; i < work->count; i++)
		if (bt_sts_carrier_parse(work->shown[i].digits, &carrier) == BT_OK && carrier.token_class != 1)
			return true;
	return false;
}

static enum bt_exit open_key(const struct bt_command_env *env, struct work *work)
{
	enum bt_exit code = bt_token_meter_read(env, &work->meter);

	if (code || !needs_key(work))
		return code;
	code = bt_token_tables(env, &work->sta);
	if (!code)
		code = bt_token_key_read(env, &work->meter, &work->key);
	if (code)
		return code;
	if (bt_sts_schedule_init(&work->schedule, work->sta, &work->key) != BT_OK)
		return bt_token_say_unsupported(env, work->meter.id.ea);
	work->keyed = true;
	return BT_EXIT_DONE;
}

/* ---- what they say ---- */

static enum bt_exit say_unread(const struct bt_command_env *env, const struct bt_sts_token *token, enum bt_err err)
{
	const char *refusal = bt_sts_token_type_refusal(token->token_class, token->subclass);

	if (err == BT_EAUTH) {
		bt_command_say(env, N_("This token has a typing mistake, or it is for another meter or another key."),
			       NULL, NULL);
		return BT_EXIT_REFUSED;
	}
	if (err == BT_EUNSUPPORTED && refusal)
		return bt_token_say_unsupported(env, refusal);
	bt_command_say(env, N_("Not possible now: {1}."), bt_err_text(err), NULL);
	return BT_EXIT_REFUSED;
}

static enum bt_exit read_all(const struct bt_command_env *env, struct work *work)
{
	enum bt_exit code = BT_EXIT_DONE;

	for (unsigned i = 0; i < work->count; i++) {
		struct bt_token_shown *shown = &work->shown[i];
		enum bt_err err =
		    bt_sts_token_decode(work->keyed ? &work->schedule : NULL, shown->digits, &shown->token);

		work->read[i] = err == BT_OK;
		if (err)
			code = say_unread(env, &shown->token, err);
	}
	return code;
}

/* ---- a key change that is there whole ---- */

static bool find_change(const struct work *work, struct bt_sts_key_change *out)
{
	struct bt_sts_token sections[BT_STS_SECTIONS_MAX];
	unsigned count = 0;
	bool found;

	for (unsigned i = 0; i < work->count; i++) {
		const struct bt_sts_token *token = &work->shown[i].token;

		if (!work->read[i] ||
		    bt_sts_token_type_find(token->token_class, token->subclass)->layout != BT_STS_LAYOUT_SECTION)
			continue;
		if (count == BT_STS_SECTIONS_MAX)
			return false;
		sections[count++] = *token;
	}
	found = bt_sts_key_change_join(sections, count, out) == BT_OK;
	explicit_bzero(sections, sizeof sections);
	return found;
}

/* The new key is told by its check value only. */
static void find_kcv(const struct work *work, const struct bt_sts_key_change *change, char kcv[7])
{
	struct bt_sts_schedule schedule;

	kcv[0] = '\0';
	if (bt_sts_schedule_init(&schedule, work->sta, &change->key) != BT_OK)
		return;
	bt_sts_kcv(&schedule, kcv);
	bt_sts_schedule_wipe(&schedule);
}

static json_t *encode_change(const struct bt_sts_key_change *change, const char *kcv)
{
	json_t *object = json_pack("{s:i, s:i, s:s, s:i, s:b, s:s}", "krn", change->to.krn, "kt", change->to.kt, "ti",
				   change->to.ti, "ken", change->to.ken, "roll_over", change->roll_over, "kcv", kcv);

	if (change->to.sgc[0])
		json_object_set_new(object, "sgc", json_string(change->to.sgc));
	return object;
}

static void print_change(const struct bt_command_env *env, const struct bt_sts_key_change *change, const char *kcv)
{
	printf("\n%s: %s%s%sKRN %u, KT %u, TI %s, KEN %u, RO %d, KCV %s\n",
	       bt_words_get(env->words, env->config.language, N_("New key")), change->to.sgc[0] ? "SGC " : "",
	       change->to.sgc, change->to.sgc[0] ? ", " : "", change->to.krn, change->to.kt, change->to.ti,
	       change->to.ken, change->roll_over, kcv);
}

/* ---- out ---- */

static void print_json(const struct work *work, const struct bt_sts_key_change *change, const char *kcv)
{
	json_t *object = json_object(), *list = json_array();
	char *text;

	for (unsigned i = 0; i < work->count; i++) {
		json_t *token = work->read[i] ? bt_token_json(&work->shown[i], work->meter.id.base)
					      : json_pack("{s:s}", "token", work->shown[i].digits);

		json_object_set_new(token, "ok", json_boolean(work->read[i]));
		json_array_append_new(list, token);
	}
	json_object_set_new(object, "tokens", list);
	if (change)
		json_object_set_new(object, "key_change", encode_change(change, kcv));
	text = json_dumps(object, JSON_INDENT(2));
	if (text)
		puts(text);
	free(text);
	json_decref(object);
}

static void print_plain(const struct bt_command_env *env, const struct work *work,
			const struct bt_sts_key_change *change, const char *kcv)
{
	bool before = false;

	for (unsigned i = 0; i < work->count; i++) {
		if (!work->read[i])
			continue;
		if (before)
			putchar('\n');
		before = true;
		bt_token_print(env, &work->shown[i], work->meter.id.base);
	}
	if (change)
		print_change(env, change, kcv);
}

static void print_all(const struct bt_command_env *env, const struct work *work)
{
	struct bt_sts_key_change change = {0};
	bool changes = find_change(work, &change);
	char kcv[7] = "";

	if (changes)
		find_kcv(work, &change, kcv);
	if (env->args.json)
		print_json(work, changes ? &change : NULL, kcv);
	else
		print_plain(env, work, changes ? &change : NULL, kcv);
	explicit_bzero(&change, sizeof change);
}

enum bt_exit bt_token_decode(struct bt_command_env *env)
{
	struct work *work = calloc(1, sizeof *work);
	enum bt_exit code;

	if (!work) {
		bt_command_say(env, N_("Not possible now: {1}."), bt_err_text(BT_ENOMEM), NULL);
		return BT_EXIT_REFUSED;
	}
	code = read_tokens(env, work);
	if (!code)
		code = open_key(env, work);
	if (!code) {
		code = read_all(env, work);
		print_all(env, work);
	}
	free(work->sta);
	bt_sts_schedule_wipe(&work->schedule);
	explicit_bzero(work, sizeof *work);
	free(work);
	return code;
}
