/* batti sell: one sale through the same teller as the screen. */
#include "ui/command/command.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "core/base/json.h"
#include "core/sale/upi.h"
#include "core/sts/identity.h"
#include "ui/command/sell_upi.h"

#define LOOK_UP_MS 4000
#define CLOCK_MS   3000

static enum bt_exit say_range(struct bt_command_env *env, struct bt_counter *counter, bt_paise amount)
{
	const struct bt_tariff *tariff = bt_teller_tariff_now(bt_counter_teller(counter));
	char text[32];

	if (!tariff) {
		bt_command_say(env, N_("Not possible now: {1}."), "tariff", NULL);
		return BT_EXIT_REFUSED;
	}
	if (amount > tariff->maximum) {
		bt_money_format(tariff->maximum, text);
		bt_command_say(env, N_("At most ₹ {1} at one time."), text, NULL);
	} else {
		bt_money_format(tariff->minimum, text);
		bt_command_say(env, N_("At least ₹ {1}."), text, NULL);
	}
	return BT_EXIT_REFUSED;
}

static enum bt_exit read_amount(struct bt_command_env *env, const char *text, bt_paise *out)
{
	enum bt_err err = bt_money_parse(text, out);

	if (err == BT_ERANGE) {
		bt_command_say(env, N_("At most ₹ {1} at one time."), "10,000", NULL);
		return BT_EXIT_REFUSED;
	}
	if (err) {
		bt_command_say(env, N_("The amount is not a number."), NULL, NULL);
		return BT_EXIT_USAGE;
	}
	if (*out % BT_PAISE_PER_RUPEE) {
		bt_command_say(env, N_("Only whole rupees."), NULL, NULL);
		return BT_EXIT_REFUSED;
	}
	return BT_EXIT_DONE;
}

static enum bt_exit read_draft(struct bt_command_env *env, struct bt_draft *draft)
{
	const struct bt_args *args = &env->args;
	enum bt_exit code;

	if (!args->connection || !args->amount) {
		bt_command_say(env, N_("An option needs a value: {1}."), args->connection ? "--amount" : "--connection",
			       NULL);
		return BT_EXIT_USAGE;
	}
	draft->tender = bt_tender_find(args->tender ? args->tender : "cash");
	if (!draft->tender || !draft->tender->available) {
		bt_command_say(env, N_("Not possible now: {1}."), args->tender, NULL);
		return BT_EXIT_REFUSED;
	}
	code = read_amount(env, args->amount, &draft->amount);
	if (!code && args->given)
		code = read_amount(env, args->given, &draft->given);
	if (!code && args->towards && strcmp(args->towards, "dues") == 0)
		draft->dues = draft->amount;
	else if (!code && args->towards && strcmp(args->towards, "balance") != 0)
		code = read_amount(env, args->towards, &draft->dues);
	return code;
}

static enum bt_exit find_consumer(struct bt_command_env *env, struct bt_counter *counter, struct bt_consumer *out)
{
	const char *number = env->args.connection;
	enum bt_err err = bt_counter_find(counter, number, LOOK_UP_MS, out);

	if (err == BT_OK)
		return BT_EXIT_DONE;
	if (err == BT_ENOTFOUND && bt_sts_is_mistyped(number))
		bt_command_say(env, N_("The meter number has a typing mistake."), NULL, NULL);
	else if (err == BT_ENOTFOUND)
		bt_command_say(env, N_("This is not a number we know."), NULL, NULL);
	else
		bt_command_say(env, N_("This number is not in our list. It can be tried when the server is up."), NULL,
			       NULL);
	return BT_EXIT_REFUSED;
}

/* After a boot the clock has to be confirmed before a TID may be fixed: ask once, shortly. */
static void confirm_clock(struct bt_counter *counter)
{
	struct bt_clock clock = bt_clock_system();
	int64_t now, until = bt_clock_boot_ms(&clock) + CLOCK_MS;

	while (bt_clock_trust_now(&bt_sync_state(bt_counter_sync(counter))->trust, &clock, &now) != BT_OK &&
	       bt_sync_state(bt_counter_sync(counter))->last_error == BT_OK && bt_clock_boot_ms(&clock) < until)
		bt_counter_pump(counter, 100);
}

/* False when the sale cannot be looked at. */
static bool wait_for_end(struct bt_counter *counter, const char *sale_id, struct bt_sale_view *view)
{
	enum bt_err err;

	do {
		bt_counter_pump_sales(counter, 1000);
		err = bt_teller_view(bt_counter_teller(counter), sale_id, view);
	} while (err == BT_OK && (view->state == BT_SALE_VENDING || view->state == BT_SALE_PAID ||
				  view->state == BT_SALE_DECIDING || bt_slip_is_in_hand(view->printing)));
	return err == BT_OK;
}

/* JSON has no integers with a decimal point, and money and energy never pass through floating point here: the number of
 * kWh is written digit by digit. */
static void print_json(const struct bt_sale_view *view)
{
	bool has = view->token[0] != 0;

	printf("{\"sale_id\":\"%s\",\"receipt\":\"%s\",\"token\":%s%s%s,\"issued_by\":%s,\"paise\":%" PRId64
	       ",\"units\":%" PRId64 ".%" PRId64 ",\"state\":\"%s\",\"settled\":%s,\"key_change\":[",
	       view->sale.sale_id, view->sale.receipt, has ? "\"" : "", has ? view->token : "null", has ? "\"" : "",
	       !has              ? "null"
	       : view->made_here ? "\"terminal\""
				 : "\"server\"",
	       view->sale.quote.amount, view->sale.quote.units / 10, view->sale.quote.units % 10,
	       bt_sale_state_name(view->state), view->settled ? "true" : "false");
	for (int i = 0; i < view->key_tokens.count; i++)
		printf("%s\"%s\"", i > 0 ? "," : "", view->key_tokens.digits[i]);
	puts("]}");
}

static void print_plain(const struct bt_sale_view *view)
{
	char token[25], units[32], amount[40];

	bt_money_format_rupees(view->sale.quote.amount, amount);
	bt_units_format(view->sale.quote.units, units);
	for (int i = 0; i < view->key_tokens.count; i++) {
		bt_sts_token_group(view->key_tokens.digits[i], token);
		printf("%s  (%d/%d)\n", token, i + 1, view->key_tokens.count);
	}
	if (view->token[0]) {
		bt_sts_token_group(view->token, token);
		printf("%s  %s  %s kWh  %s\n", token, amount, units, view->sale.receipt);
	} else if (view->state == BT_SALE_PENDING) {
		printf("D-%s  %s\n", view->sale.receipt, amount);
	} else {
		printf("%s  %s\n", view->sale.receipt, amount);
	}
}

static void say_pending(struct bt_command_env *env, const struct bt_sale_view *view)
{
	char text[512];

	if (view->sale.delivery != BT_DELIVERY_TOKEN) {
		bt_command_say(env, N_("The money is safe."), NULL, NULL);
		bt_command_say(env, N_("The credit follows by itself when the server is back."), NULL, NULL);
		return;
	}
	for (int lang = 0; lang < BT_LANG_COUNT; lang++) {
		const char *reason = bt_words_get(env->words, (enum bt_lang)lang, bt_denial_key(view->denial));
		const char *args[] = {reason, NULL};

		bt_words_format(env->words, (enum bt_lang)lang, N_("Nothing more to pay. Reason: {1}."), args, text,
				sizeof text);
		fprintf(stderr, "batti: %s %s %s\n", bt_words_get(env->words, (enum bt_lang)lang, N_("No token now.")),
			bt_words_get(env->words, (enum bt_lang)lang, N_("The money is safe.")), text);
	}
}

static enum bt_exit judge(struct bt_command_env *env, struct bt_counter *counter, const struct bt_sale_view *view)
{
	struct bt_fault stopped = {0};
	char amount[32];

	switch (view->state) {
	case BT_SALE_TOKENED:
	case BT_SALE_CREDITED:
	case BT_SALE_DONE:
		return BT_EXIT_DONE;
	case BT_SALE_REFUSED:
		bt_command_say_dual(env, N_("The server refused: {1}"), view->refusal_en, view->refusal_hi);
		bt_money_format(view->sale.quote.amount, amount);
		bt_command_say(env, N_("The money goes back: ₹ {1}. A supervisor has to approve it."), amount, NULL);
		return BT_EXIT_REFUSED;
	case BT_SALE_PENDING:
		say_pending(env, view);
		if (bt_sync_state(bt_counter_sync(counter))->lease_file != BT_OK)
			bt_command_say(env,
				       N_("The offline permission is damaged. A new one is needed from the server."),
				       NULL, NULL);
		return view->denial == BT_DENY_KIND ? BT_EXIT_DONE : BT_EXIT_LEASE;
	default:
		stopped.err = bt_teller_state(bt_counter_teller(counter));
		if (stopped.err == BT_OK)
			stopped.err = BT_ECORRUPT;
		return bt_command_fail(env, &stopped);
	}
}

static bool exceeds_dues(const struct bt_draft *draft)
{
	bt_paise dues = draft->consumer.kind == BT_KIND_DUES ? draft->amount : draft->dues;

	return dues > draft->consumer.dues;
}

/* A record that stopped in the middle may hold the sale all the same: the next start tells. */
static enum bt_exit say_failed(struct bt_command_env *env, const struct bt_draft *draft, const struct bt_fault *fault)
{
	char amount[32];
	enum bt_exit code = bt_command_fail(env, fault);

	bt_money_format(draft->amount, amount);
	if (bt_err_fate(fault->err) == BT_FATE_STOP)
		bt_command_say(env, N_("Not sure if ₹ {1} was recorded. Write down the name; a restart tells."), amount,
			       NULL);
	return code;
}

static enum bt_exit say_not_paid(struct bt_command_env *env, struct bt_counter *counter, const struct bt_draft *draft,
				 const struct bt_fault *fault)
{
	if (fault->err == BT_ERANGE && exceeds_dues(draft)) {
		bt_command_say(env, N_("More than the known dues is not taken. The rest goes to balance."), NULL, NULL);
		return BT_EXIT_REFUSED;
	}
	if (fault->err == BT_ERANGE || !bt_teller_tariff_now(bt_counter_teller(counter)))
		return say_range(env, counter, draft->amount);
	if (fault->err == BT_ESTATE && bt_consumer_is_blocked(&draft->consumer)) {
		bt_command_say_dual(env, N_("Blocked by the office. Reason: {1}."), draft->consumer.blocked.en,
				    draft->consumer.blocked.hi);
		return BT_EXIT_REFUSED;
	}
	return say_failed(env, draft, fault);
}

/* Recorded, but whoever asked has not seen what came of it: the id leads to it again. */
static enum bt_exit say_unseen(const struct bt_command_env *env, const char *sale_id)
{
	bt_command_say(env, N_("Money is recorded, {1}."), sale_id, NULL);
	return BT_EXIT_UNKNOWN;
}

/* From here on money is recorded: a signal waits until it is known what came of it. */
static void hold_signals(void)
{
	sigset_t held;

	sigemptyset(&held);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGHUP);
	sigprocmask(SIG_BLOCK, &held, NULL);
}

static enum bt_exit begin_upi(struct bt_command_env *env, struct bt_counter *counter, const struct bt_draft *draft,
			      char sale_id[37])
{
	struct bt_fault fault = {0};
	enum bt_err err = bt_teller_upi_begin(bt_counter_teller(counter), draft, sale_id, &fault);

	if (err == BT_EUNREACHABLE || err == BT_EFULL) {
		bt_command_say(env, N_("No UPI now: the bank cannot be asked. Take cash."), NULL, NULL);
		return BT_EXIT_REFUSED;
	}
	return err ? say_not_paid(env, counter, draft, &fault) : bt_command_sell_upi(env, counter, sale_id);
}

/* As on the screen: the cash of a person in a day, and the drawer's ceiling. Which connections are the person's the
 * server knows; while it does not answer, what it said last counts. */
static enum bt_exit check_cash(struct bt_command_env *env, struct bt_counter *counter, const struct bt_draft *draft)
{
	struct bt_cash_facts facts;
	enum bt_cash_word word;
	char most[32], taken[32], elsewhere[32];

	if (strcmp(draft->tender->id, "cash") == 0)
		bt_counter_await_account(counter, draft->consumer.number, env->config.deadline_ms);
	word = bt_counter_judge_cash(counter, draft, &facts);
	bt_money_format(word == BT_CASH_DRAWER ? facts.ceiling : facts.day_limit, most);
	bt_money_format(facts.today + facts.elsewhere, taken);
	bt_money_format(facts.elsewhere, elsewhere);
	if (word == BT_CASH_DAY)
		bt_command_say(env, N_("Cash stays below ₹ {1} a person a day; ₹ {2} was taken today."), most, taken);
	else if (word == BT_CASH_DRAWER)
		bt_command_say(env, N_("The drawer is at its ceiling of ₹ {1}. Deposit first: F7."), most, NULL);
	else if (word == BT_CASH_UNKNOWN)
		bt_command_say(env, N_("The cash taken today cannot be summed up. Another way of paying works."), NULL,
			       NULL);
	if (word == BT_CASH_DAY && facts.elsewhere > 0)
		bt_command_say(env, N_("Of this, ₹ {1} was taken at other counters."), elsewhere, NULL);
	return word == BT_CASH_MAY ? BT_EXIT_DONE : BT_EXIT_REFUSED;
}

/* Money is taken and on record: a signal waits from there on. */
static enum bt_exit take_money(struct bt_command_env *env, struct bt_counter *counter, const struct bt_draft *draft,
			       char sale_id[37])
{
	struct bt_fault fault = {0};

	if (draft->tender->asks_bank) {
		enum bt_exit code = begin_upi(env, counter, draft, sale_id);

		if (code)
			return code;
		hold_signals();
		return BT_EXIT_DONE;
	}
	hold_signals();
	if (bt_teller_pay(bt_counter_teller(counter), draft, sale_id, &fault) != BT_OK)
		return say_not_paid(env, counter, draft, &fault);
	return BT_EXIT_DONE;
}

static enum bt_exit sell(struct bt_command_env *env, struct bt_counter *counter, struct bt_draft *draft)
{
	const struct bt_enrolment *enrolment = bt_counter_enrolment(counter);
	const char *operator_id = env->args.operator_id ? env->args.operator_id : enrolment->operators[0].id;
	struct bt_fault fault = {0};
	struct bt_sale_view view = {0};
	char sale_id[37];
	enum bt_exit code = find_consumer(env, counter, &draft->consumer);
	enum bt_err err;

	if (code)
		return code;
	err = bt_counter_sign_in(counter, operator_id, &fault);
	if (err == BT_ENOTFOUND) {
		bt_command_say(env, N_("Not possible now: {1}."), operator_id, NULL);
		return BT_EXIT_USAGE;
	}
	if (err)
		return bt_command_fail(env, &fault);
	confirm_clock(counter);
	code = check_cash(env, counter, draft);
	if (!code)
		code = take_money(env, counter, draft, sale_id);
	if (code)
		return code;
	if (!wait_for_end(counter, sale_id, &view))
		return say_unseen(env, sale_id);
	if (env->args.json)
		print_json(&view);
	else
		print_plain(&view);
	if (fflush(stdout) != 0 || ferror(stdout))
		return say_unseen(env, sale_id);
	return judge(env, counter, &view);
}

static enum bt_exit run(struct bt_command_env *env)
{
	struct bt_draft draft = {0};
	struct bt_counter *counter = NULL;
	enum bt_exit code = read_draft(env, &draft);

	if (!code)
		code = bt_command_open(env, BT_OPEN_SERVER, &counter);
	if (!code)
		code = sell(env, counter, &draft);
	bt_counter_close(counter);
	return code;
}

const struct bt_command bt_command_sell = {
    .name = "sell",
    .usage = "--state DIR --connection NUMBER --amount RUPEES [--tender cash|upi] [--towards balance|dues|RUPEES] "
	     "[--passphrase-file FILE] [--json]",
    .summary = "sell one recharge: a token, server or no server",
    .run = run,
};
