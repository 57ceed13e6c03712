/* batti token make: one token, or the set that changes a meter's key. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sts/amount.h"
#include "core/sts/base_date.h"
#include "core/sts/tid.h"
#include "core/sts/token_type.h"
#include "core/sts/vending.h"
#include "ui/command/token.h"
#include "ui/command/token_text.h"

#define MINUTE_MS     60000
#define KEY_CHANGE    "key_change"
#define FIRST_SECTION 3 /* its subclass */

/* What has been made, and for whom. Holds keys: wiped whole. */
struct work {
	struct bt_token_meter meter, after;
	struct bt_sts_decoder_key key;
	struct bt_sts_schedule schedule;
	struct bt_sta *sta;
	unsigned count;
	struct bt_token_shown shown[BT_STS_SECTIONS_MAX];
	char kcv[7];
};

static enum bt_exit say_refusal(const struct bt_command_env *env, const char *clause)
{
	bt_command_say_dual(env, N_("No token now. Reason: {1}."), clause,
			    bt_words_get(env->words, BT_LANG_HI, clause));
	return BT_EXIT_REFUSED;
}

static enum bt_exit say_err(const struct bt_command_env *env, enum bt_err err)
{
	bt_command_say(env, N_("Not possible now: {1}."), bt_err_text(err), NULL);
	return BT_EXIT_REFUSED;
}

/* ---- what the options say ---- */

static enum bt_exit read_amount(const struct bt_command_env *env, struct bt_sts_token *token)
{
	const char *text = env->args.amount;

	if (!text)
		return bt_token_say_missing(env, "--amount");
	if (!bt_token_read_tenths(text, BT_STS_AMOUNT_MAX, &token->value))
		return bt_token_say_value(env, "--amount", text, "0.0..1820162.4");
	return BT_EXIT_DONE;
}

static enum bt_exit read_value(const struct bt_command_env *env, const struct bt_sts_token_type *type,
			       struct bt_sts_token *token)
{
	const char *text = env->args.token.value;
	char range[48];

	if (type->token_class == 0)
		return read_amount(env, token);
	if (!text && type->max == 0)
		return BT_EXIT_DONE;
	if (!text)
		return bt_token_say_missing(env, "--value");
	bt_text_printf(range, sizeof range, type->all ? "0..%u, %u" : "0..%u", type->max, BT_STS_REGISTER_ALL);
	if (!bt_token_read_number(text, UINT32_MAX, &token->value) ||
	    (token->value > type->max && !(type->all && token->value == BT_STS_REGISTER_ALL)))
		return bt_token_say_value(env, "--value", text, range);
	return BT_EXIT_DONE;
}

static enum bt_exit read_rnd(const struct bt_command_env *env, struct bt_sts_token *token)
{
	struct bt_random random = bt_random_system();
	uint32_t rnd;

	if (env->args.token.rnd) {
		if (!bt_token_read_number(env->args.token.rnd, 15, &rnd))
			return bt_token_say_value(env, "--rnd", env->args.token.rnd, "0..15");
	} else {
		enum bt_err err = bt_random_fill(&random, &rnd, sizeof rnd);

		if (err)
			return say_err(env, err);
	}
	token->rnd = rnd & 15;
	return BT_EXIT_DONE;
}

/* @p vend gets the time too, for the rules. */
static enum bt_exit read_tid(const struct bt_command_env *env, uint16_t base, struct bt_sts_vend *vend)
{
	const struct bt_token_args *args = &env->args.token;
	struct bt_clock clock = bt_clock_system();
	uint32_t minute;

	if (args->tid && args->time)
		return bt_token_say_value(env, "--tid", "--time", "1");
	if (args->tid) {
		if (!bt_token_read_number(args->tid, BT_STS_TID_MAX, &vend->tid))
			return bt_token_say_value(env, "--tid", args->tid, "0..16777215");
		vend->wall_ms = bt_sts_base_date_find(base)->wall_ms + (int64_t)vend->tid * MINUTE_MS;
		return BT_EXIT_DONE;
	}
	vend->wall_ms = bt_clock_wall_ms(&clock);
	if (args->time && !bt_token_read_time(args->time, &vend->wall_ms))
		return bt_token_say_value(env, "--time", args->time, "YYYY-MM-DDTHH:MM:SS, UTC");
	if (bt_sts_tid_of(vend->wall_ms, base, &minute) != BT_OK)
		return BT_EXIT_DONE; /* the rules say why not */
	vend->tid = minute;
	if (vend->special)
		vend->tid = bt_sts_tid_special(minute);
	else if (bt_sts_tid_ordinary(minute, &vend->tid) != BT_OK)
		return say_err(env, BT_ERANGE);
	return BT_EXIT_DONE;
}

/* ---- kinds of token ---- */

static enum bt_exit encode_one(const struct bt_command_env *env, struct work *work, const struct bt_sts_token *token)
{
	const struct bt_sts_schedule *schedule = token->token_class == 1 ? NULL : &work->schedule;
	struct bt_token_shown *shown = &work->shown[work->count];
	enum bt_err err = bt_sts_token_encode(schedule, token, shown->digits);

	/* What is told of it is what the meter will read, an amount rounded up included. */
	if (!err)
		err = bt_sts_token_decode(schedule, shown->digits, &shown->token);
	if (err)
		return say_err(env, err);
	work->count++;
	return BT_EXIT_DONE;
}

static enum bt_exit make_test(const struct bt_command_env *env, const struct bt_sts_token_type *type, struct work *work)
{
	const struct bt_token_args *args = &env->args.token;
	struct bt_sts_token token = {.token_class = type->token_class, .subclass = type->subclass};
	bool four = type->layout == BT_STS_LAYOUT_TEST_4;
	uint32_t mfr = 0;

	if (!args->control)
		return bt_token_say_missing(env, "--control");
	if (!bt_token_read_bits(args->control, &token.control) || token.control >> (four ? 28 : 36))
		return bt_token_say_value(env, "--control", args->control,
					  four ? "0x0..0xfffffff" : "0x0..0xfffffffff");
	if (args->manufacturer && !bt_token_read_number(args->manufacturer, four ? 9999 : 99, &mfr))
		return bt_token_say_value(env, "--manufacturer", args->manufacturer, four ? "0..9999" : "0..99");
	token.mfr_code = (uint16_t)mfr;
	return encode_one(env, work, &token);
}

static enum bt_exit open_key(const struct bt_command_env *env, struct work *work)
{
	enum bt_exit code = bt_token_meter_read(env, &work->meter);
	enum bt_err err;

	if (!code)
		code = bt_token_tables(env, &work->sta);
	if (!code)
		code = bt_token_key_read(env, &work->meter, &work->key);
	if (code)
		return code;
	err = bt_sts_schedule_init(&work->schedule, work->sta, &work->key);
	if (err)
		return say_err(env, err);
	bt_sts_kcv(&work->schedule, work->kcv);
	return BT_EXIT_DONE;
}

static enum bt_exit make_stamped(const struct bt_command_env *env, const struct bt_sts_token_type *type,
				 struct work *work)
{
	struct bt_sts_token token = {.token_class = type->token_class, .subclass = type->subclass};
	struct bt_sts_vend vend = {.token_class = type->token_class,
				   .subclass = type->subclass,
				   .tct = BT_STS_TCT_DIGITS,
				   .special = env->args.token.reserved};
	enum bt_exit code = read_value(env, type, &token);
	const char *refusal;

	if (!code)
		code = read_rnd(env, &token);
	if (!code)
		code = open_key(env, work);
	if (!code)
		code = read_tid(env, work->meter.id.base, &vend);
	if (code)
		return code;
	refusal = bt_sts_vend_refusal(&work->meter.id, &vend);
	if (refusal)
		return say_refusal(env, refusal);
	token.tid = vend.tid;
	return encode_one(env, work, &token);
}

/* A section carries no time, so only the rules of key types are asked, at a time that suits the key. */
static const char *find_change_refusal(const struct bt_sts_key_id *id)
{
	const struct bt_sts_vend vend = {.token_class = 2,
					 .subclass = FIRST_SECTION,
					 .tct = BT_STS_TCT_DIGITS,
					 .wall_ms = bt_sts_base_date_find(id->base)->wall_ms};

	return bt_sts_vend_refusal(id, &vend);
}

static enum bt_exit check_change(const struct bt_command_env *env, const struct work *work)
{
	const struct bt_sts_key_id *from = &work->meter.id, *to = &work->after.id;
	const char *refusal = find_change_refusal(from);
	char kt[2][4];

	if (!refusal)
		refusal = find_change_refusal(to);
	if (refusal)
		return say_refusal(env, refusal);
	if (bt_sts_key_type_allows(from->kt, to->kt))
		return BT_EXIT_DONE;
	bt_text_printf(kt[0], sizeof kt[0], "%u", from->kt);
	bt_text_printf(kt[1], sizeof kt[1], "%u", to->kt);
	bt_command_say(env, N_("A meter does not go from key type {1} to key type {2}."), kt[0], kt[1]);
	return BT_EXIT_REFUSED;
}

static enum bt_exit encode_change(const struct bt_command_env *env, struct work *work,
				  const struct bt_sts_key_change *change)
{
	char set[BT_STS_SECTIONS_MAX][BT_STS_TOKEN_CAP];
	unsigned count;
	enum bt_err err = bt_sts_key_change_encode(&work->schedule, change, set, &count);

	for (unsigned i = 0; !err && i < count; i++) {
		bt_text_copy(work->shown[i].digits, sizeof work->shown[i].digits, set[i]);
		err = bt_sts_token_decode(&work->schedule, set[i], &work->shown[i].token);
	}
	if (err)
		return say_err(env, err);
	work->count = count;
	return BT_EXIT_DONE;
}

static enum bt_exit make_change(const struct bt_command_env *env, struct work *work)
{
	struct bt_sts_key_change change = {0};
	enum bt_exit code = open_key(env, work);

	/* Section 3 and 4 carry the SGC, section 1 and 2 the rest: none may be a default nobody has looked at. */
	if (!code && !work->meter.named)
		code = bt_token_say_missing(env, "--sgc, --krn, --ti");
	if (!code)
		code = bt_token_meter_change(env, &work->meter, &work->after);
	if (!code)
		code = check_change(env, work);
	if (!code)
		code = bt_token_new_key_read(env, &work->after, &change.key);
	if (!code && change.key.len != work->key.len)
		code = say_err(env, BT_EINPUT);
	change.to = work->after.id;
	change.roll_over = work->after.id.base != work->meter.id.base;
	if (!code)
		code = encode_change(env, work, &change);
	explicit_bzero(&change, sizeof change);
	return code;
}

/* ---- out ---- */

static json_t *encode_meter(const struct bt_token_meter *meter)
{
	const struct bt_sts_key_id *id = &meter->id;
	json_t *object = json_pack("{s:s, s:s, s:i, s:i, s:i}", "pan", meter->pan, "ea", id->ea, "kt", id->kt, "ken",
				   id->ken, "base", id->base);

	if (id->dkga[0])
		json_object_set_new(object, "dkga", json_string(id->dkga));
	if (meter->named) {
		json_object_set_new(object, "sgc", json_string(id->sgc));
		json_object_set_new(object, "krn", json_integer(id->krn));
		json_object_set_new(object, "ti", json_string(id->ti));
	}
	return object;
}

static void print_json(const struct work *work, bool keyed, bool change)
{
	json_t *object = json_object(), *list = json_array();
	char *text;

	for (unsigned i = 0; i < work->count; i++)
		json_array_append_new(list, bt_token_json(&work->shown[i], work->meter.id.base));
	json_object_set_new(object, "tokens", list);
	if (keyed) {
		json_object_set_new(object, "meter", encode_meter(&work->meter));
		json_object_set_new(object, "kcv", json_string(work->kcv));
	}
	if (change)
		json_object_set_new(object, "after", encode_meter(&work->after));
	text = json_dumps(object, JSON_INDENT(2));
	if (text)
		puts(text);
	free(text);
	json_decref(object);
}

static void print_plain(const struct work *work)
{
	char grouped[25];

	for (unsigned i = 0; i < work->count; i++) {
		bt_sts_token_group(work->shown[i].digits, grouped);
		if (work->count > 1)
			printf("%u  ", i + 1);
		puts(grouped);
	}
}

static bool uses_sample(const struct bt_command_env *env, const struct work *work)
{
	return work->key.len == BT_STA_KEY_LEN && !env->args.token.sta_tables && !env->config.sta_tables[0];
}

/* "--type" and every type that is made, a key change under its one name. */
static void list_types(char *out, size_t cap)
{
	unsigned count;
	const struct bt_sts_token_type *types = bt_sts_token_types(&count);
	size_t len = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < count; i++)
		if (!types[i].refusal && types[i].layout != BT_STS_LAYOUT_SECTION && len < cap)
			len += (size_t)snprintf(out + len, cap - len, "%s, ", types[i].id);
	if (len < cap)
		snprintf(out + len, cap - len, "%s", KEY_CHANGE);
}

/* @p type_id NULL: none was given. */
static enum bt_exit say_types(const struct bt_command_env *env, const char *type_id)
{
	char list[240], option[sizeof list + 16];

	list_types(list, sizeof list);
	if (type_id)
		return bt_token_say_value(env, "--type", type_id, list);
	bt_text_printf(option, sizeof option, "--type (%s)", list);
	return bt_token_say_missing(env, option);
}

static enum bt_exit make(const struct bt_command_env *env, const char *type_id, struct work *work)
{
	const struct bt_sts_token_type *type = bt_sts_token_type_named(type_id);
	bool change = strcmp(type_id, KEY_CHANGE) == 0, keyed = change || (type && type->token_class != 1);
	enum bt_exit code;

	if (!type && !change)
		return say_types(env, type_id);
	if (!change && type->refusal)
		return bt_token_say_unsupported(env, type->refusal);
	if (!change && type->layout == BT_STS_LAYOUT_SECTION)
		return bt_token_say_value(env, "--type", type_id, KEY_CHANGE);
	if (change)
		code = make_change(env, work);
	else
		code = keyed ? make_stamped(env, type, work) : make_test(env, type, work);
	if (code)
		return code;
	if (env->args.json)
		print_json(work, keyed, change);
	else
		print_plain(work);
	if (keyed && uses_sample(env, work))
		bt_command_say(env, N_("Made with the sample tables of EA07: no meter in the field takes it."), NULL,
			       NULL);
	return BT_EXIT_DONE;
}

enum bt_exit bt_token_make(struct bt_command_env *env)
{
	struct work *work;
	enum bt_exit code;

	if (env->args.count > 1)
		return bt_token_say_value(env, "token make", env->args.words[1], "--");
	if (!env->args.token.type)
		return say_types(env, NULL);
	work = calloc(1, sizeof *work);
	if (!work)
		return say_err(env, BT_ENOMEM);
	code = make(env, env->args.token.type, work);
	free(work->sta);
	bt_sts_schedule_wipe(&work->schedule);
	explicit_bzero(work, sizeof *work);
	free(work);
	return code;
}
