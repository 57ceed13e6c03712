/* batti lease show | extend: under which terms tokens are made here while the server is away, for the utility's
 * engineer; and an extension code without a screen. */
#include "ui/command/command.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"

/* Everything that is shown, gathered once. */
struct terms {
	const struct bt_sync_state *state;
	struct bt_unsent used;
	struct bt_allowance left;
	struct bt_sts_lane lane;
	enum bt_clock_doubt doubt;
	char request[BT_REQUEST_CAP];
};

static const char *const doubts[] = {
    [BT_CLOCK_SURE] = "confirmed", [BT_CLOCK_UNCONFIRMED] = "not confirmed", [BT_CLOCK_MOVED] = "set since confirmed"};
static const char *const ends[] = {[BT_ENDS_TIME] = "time", [BT_ENDS_MONEY] = "money", [BT_ENDS_COUNT] = "recharges"};

static enum bt_err gather(struct bt_counter *counter, struct terms *out)
{
	struct bt_clock clock = bt_clock_system();
	const struct bt_sync_state *state = bt_sync_state(bt_counter_sync(counter));
	struct bt_journal *journal = bt_counter_journal(counter);
	int64_t now = 0, apart = 0;
	enum bt_err trusted = bt_clock_trust_now(&state->trust, &clock, &now), err;

	*out = (struct terms){.state = state};
	out->doubt = bt_clock_trust_doubt(&state->trust, &clock, &apart);
	out->lane = bt_authority_lane(&state->lease, &bt_counter_enrolment(counter)->lane,
				      bt_clock_recovered_ms(journal), 2014);
	err = bt_journal_used(journal, &out->used);
	if (!err)
		err = bt_extension_request(&state->signed_lease, &state->extension, out->request);
	bt_authority_allowance(&state->lease, trusted, now, &out->used, &out->left);
	return err;
}

/* ---- show ---- */

static json_t *list_grants(const struct bt_sync_state *state)
{
	json_t *list = json_array();

	for (int i = 0; list && i < state->signed_lease.grant_count; i++) {
		const struct bt_grant *grant = &state->signed_lease.grants[i];

		if (json_array_append_new(list,
					  json_pack("{s:i, s:I, s:I, s:b}", "i", i + 1, "days", (json_int_t)grant->days,
						    "value_paise", (json_int_t)grant->value, "used",
						    (int)(state->extension.used >> i & 1u))) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *pack_terms(const struct terms *terms)
{
	const struct bt_lease *l = &terms->state->lease;
	const struct bt_allowance *left = &terms->left;
	json_t *caps = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "sale_paise", (json_int_t)l->sale_cap,
				 "meter_day_paise", (json_int_t)l->meter_day_cap, "meter_day_count",
				 (json_int_t)l->meter_day_count, "total_paise", (json_int_t)l->total_cap, "total_count",
				 (json_int_t)l->total_count, "oldest_ms", (json_int_t)l->oldest_ms);
	json_t *used = json_pack("{s:I, s:I, s:I}", "paise", (json_int_t)terms->used.paise, "count",
				 (json_int_t)terms->used.count, "oldest_at", (json_int_t)terms->used.oldest_ms);
	json_t *rest = json_pack("{s:I, s:I, s:I, s:i, s:s}", "paise", (json_int_t)left->paise_left, "count",
				 (json_int_t)left->count_left, "ms", (json_int_t)left->ms_left, "recharges",
				 left->sales_left, "ends", ends[left->ends]);

	return json_pack(
	    "{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:s, s:I, s:I, s:s, s:s, s:o, s:o, s:o, s:o, s:s, "
	    "s:i}",
	    "terminal", l->terminal, "number", (json_int_t)l->number, "era", (json_int_t)l->era, "lane",
	    (json_int_t)l->lane.index, "lanes", (json_int_t)l->lane.count, "tid_floor", (json_int_t)terms->lane.floor,
	    "grants_used",
	    (json_int_t)(l->grant_count - bt_extension_left(&terms->state->signed_lease, &terms->state->extension)),
	    "tariff", l->tariff, "zone", l->zone, "not_before", (json_int_t)l->not_before_ms, "expires",
	    (json_int_t)l->expires_ms, "clock", doubts[terms->doubt], "refused", bt_denial_code(left->used_up), "caps",
	    caps, "used", used, "left", rest, "grants", list_grants(terms->state), "request", terms->request,
	    "tries_left", BT_EXTENSION_TRIES - terms->state->extension.tries);
}

static enum bt_exit print_json(const struct terms *terms)
{
	json_t *o = pack_terms(terms);
	char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;

	if (text)
		puts(text);
	free(text);
	json_decref(o);
	return text ? BT_EXIT_DONE : BT_EXIT_REFUSED;
}

static void print_money(const char *label, bt_paise used, bt_paise cap)
{
	char a[32], b[32];

	bt_money_format(used, a);
	bt_money_format(cap, b);
	printf("%-12s Rs %s of Rs %s\n", label, a, b);
}

static void print_caps(const struct terms *terms)
{
	const struct bt_lease *l = &terms->state->lease;
	char sale[32], meter[32];

	print_money("money", terms->used.paise, l->total_cap);
	printf("%-12s %" PRId64 " of %" PRId64 "\n", "recharges", terms->used.count, l->total_count);
	printf("%-12s %" PRId64 " h, unsent at most %" PRId64 " h\n", "time left", terms->left.ms_left / 3600000,
	       l->oldest_ms / 3600000);
	bt_money_format(l->sale_cap, sale);
	bt_money_format(l->meter_day_cap, meter);
	printf("%-12s Rs %s; a meter and day: Rs %s, %" PRId64 " tokens\n", "one sale", sale, meter,
	       l->meter_day_count);
	printf("%-12s about %d more recharges, %s ends first\n", "left", terms->left.sales_left,
	       ends[terms->left.ends]);
}

static void print_terms(const struct terms *terms)
{
	const struct bt_sync_state *state = terms->state;
	const struct bt_lease *l = &state->lease;
	int left = bt_extension_left(&state->signed_lease, &state->extension);
	char from[21], until[21];

	bt_time_format_utc(l->not_before_ms, from);
	bt_time_format_utc(l->expires_ms, until);
	printf("%-12s %" PRId64 " of terminal %s, era %" PRId64 ", tariff %s, zone %s\n", "lease", l->number,
	       l->terminal, l->era, l->tariff, l->zone);
	printf("%-12s %s to %s\n", "valid", from, until);
	printf("%-12s %u of %u, no minute at or below %u\n", "lane", l->lane.index, l->lane.count, terms->lane.floor);
	print_caps(terms);
	printf("%-12s %d of %d used; request %s, %d tries\n", "extensions", l->grant_count - left, l->grant_count,
	       terms->request, BT_EXTENSION_TRIES - state->extension.tries);
	printf("%-12s %s\n", "clock", doubts[terms->doubt]);
	if (terms->left.used_up != BT_DENY_NONE)
		printf("%-12s %s\n", "no tokens", bt_denial_code(terms->left.used_up));
}

static enum bt_exit say_no_lease(const struct bt_command_env *env)
{
	bt_command_say(env, N_("This counter has no offline limit now."), NULL, NULL);
	return BT_EXIT_LEASE;
}

static enum bt_exit show(struct bt_command_env *env, struct bt_counter *counter)
{
	struct terms terms;
	struct bt_fault fault = {0};

	if (!bt_sync_state(bt_counter_sync(counter))->has_lease)
		return say_no_lease(env);
	fault.err = gather(counter, &terms);
	if (fault.err)
		return bt_command_fail(env, &fault);
	if (env->args.json)
		return print_json(&terms);
	print_terms(&terms);
	return BT_EXIT_DONE;
}

/* ---- extend ---- */

/* The groups come as one word or as four. */
static bool join_code(const struct bt_args *args, char out[BT_EXTENSION_DIGITS + 1])
{
	size_t len = 0;

	for (int i = 1; i < args->count; i++) {
		size_t more = strlen(args->words[i]);

		if (len + more > BT_EXTENSION_DIGITS)
			return false;
		memcpy(out + len, args->words[i], more);
		len += more;
	}
	out[len] = '\0';
	return len > 0;
}

static enum bt_exit say_wrong(const struct bt_command_env *env, const struct bt_sync_state *state)
{
	char tries[32];

	bt_count_format(BT_EXTENSION_TRIES - state->extension.tries, tries);
	if (state->extension.tries == 0)
		bt_command_say(env, N_("Five codes were wrong. Call again with the new request number."), NULL, NULL);
	else
		bt_command_say(env, N_("This code is not right, or is for another request. {1} tries left."), tries,
			       NULL);
	return BT_EXIT_REFUSED;
}

static enum bt_exit extend(struct bt_command_env *env, struct bt_counter *counter)
{
	struct bt_sync *sync = bt_counter_sync(counter);
	const struct bt_sync_state *state = bt_sync_state(sync);
	char code[BT_EXTENSION_DIGITS + 1];
	struct bt_fault fault = {0};
	int number = 0;
	enum bt_err err;

	if (!state->has_lease)
		return say_no_lease(env);
	if (!join_code(&env->args, code) || !bt_extension_is_code(code)) {
		bt_command_say(env, N_("The code has a typing mistake. It has 20 digits, in four groups of five."),
			       NULL, NULL);
		return BT_EXIT_USAGE;
	}
	err = bt_sync_try_code(sync, "", &fault);
	if (!err) {
		err = bt_extension_judge(&state->signed_lease, &state->extension, bt_bytes_of(code), &number);
		if (err == BT_EAUTH)
			return say_wrong(env, state);
	}
	if (!err)
		err = bt_sync_extend(sync, state->signed_lease.number, number, "", &fault);
	if (err) {
		fault.err = err;
		return bt_command_fail(env, &fault);
	}
	return show(env, counter);
}

static enum bt_exit with_counter(struct bt_command_env *env,
				 enum bt_exit (*act)(struct bt_command_env *env, struct bt_counter *counter))
{
	struct bt_counter *counter = NULL;
	enum bt_exit code = bt_command_open(env, BT_OPEN_LOCAL, &counter);

	if (!code)
		code = act(env, counter);
	bt_counter_close(counter);
	return code;
}

static enum bt_exit say_not_known(const struct bt_command_env *env, const char *name)
{
	bt_command_say(env, N_("This command is not known: {1}."), name, NULL);
	return BT_EXIT_USAGE;
}

static enum bt_exit run_show(struct bt_command_env *env)
{
	return env->args.count > 1 ? say_not_known(env, "show") : with_counter(env, show);
}

static enum bt_exit run_extend(struct bt_command_env *env)
{
	return env->args.count > 1 ? with_counter(env, extend) : say_not_known(env, "extend");
}

static const struct bt_command_form forms[] = {
    {"show", "--state DIR [--json]", "the terms for making tokens offline", run_show},
    {"extend", "CODE --state DIR [--json]", "lengthen them by a code read out over the telephone", run_extend},
    {0},
};

static enum bt_exit run(struct bt_command_env *env)
{
	const char *name = env->args.count > 0 ? env->args.words[0] : "lease";
	const struct bt_command_form *form = bt_command_form_find(forms, name);

	return form ? form->run(env) : say_not_known(env, name);
}

const struct bt_command bt_command_lease = {
    .name = "lease",
    .usage = "",
    .summary = "show the terms for making tokens offline, or lengthen them by a code read out over the telephone",
    .forms = forms,
    .run = run,
};
