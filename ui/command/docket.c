/* batti docket: the token of a docket, from whichever counter it is. */
#include "ui/command/command.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/receipt/record.h"
#include "core/sts/token.h"

#define WAIT_MS 20000

/* The number on the command line, or the first line of standard input. */
static enum bt_exit read_text(struct bt_command_env *env, char out[BT_RECORD_TEXT_CAP])
{
	if (env->args.count != 1) {
		bt_command_say(env, N_("An option needs a value: {1}."), "docket", NULL);
		return BT_EXIT_USAGE;
	}
	if (strcmp(env->args.words[0], "-") != 0)
		return bt_text_copy(out, BT_RECORD_TEXT_CAP, env->args.words[0]) == BT_OK ? BT_EXIT_DONE
											  : BT_EXIT_USAGE;
	if (!fgets(out, BT_RECORD_TEXT_CAP, stdin))
		out[0] = '\0';
	out[strcspn(out, "\r\n")] = '\0';
	return BT_EXIT_DONE;
}

static const char *const states[] = {
    [BT_DOCKET_NONE] = "NONE",
    [BT_DOCKET_LOOKING] = "LOOKING",
    [BT_DOCKET_READY] = "READY",
    [BT_DOCKET_ASKING] = "ASKING",
    [BT_DOCKET_DELIVERED] = "DELIVERED",
    [BT_DOCKET_REFUSED] = "REFUSED",
    [BT_DOCKET_UNANSWERED] = "UNANSWERED",
    [BT_DOCKET_NEEDS_SERVER] = "NEEDS_SERVER",
    [BT_DOCKET_DIFFERS] = "DIFFERS",
    [BT_DOCKET_UNRECORDED] = "UNRECORDED",
};

static void print_json(const struct bt_docket_view *view)
{
	json_t *list = bt_key_tokens_json(&view->key_tokens);
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:s?, s:o?, s:s, s:i}", "docket", view->number, "sale_id",
			      view->sale_id, "owner", view->terminal, "meter", view->consumer.meter, "paise",
			      (json_int_t)view->amount, "paid_at", (json_int_t)view->paid_at_ms, "token",
			      view->token[0] ? view->token : NULL, "key_change", list, "state", states[view->state],
			      "copies", view->copies);
	char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;

	if (text)
		puts(text);
	free(text);
	json_decref(o);
}

static void print_plain(const struct bt_docket_view *view)
{
	char token[25], amount[40];

	bt_money_format_rupees(view->amount, amount);
	for (int i = 0; i < view->key_tokens.count; i++) {
		bt_sts_token_group(view->key_tokens.digits[i], token);
		printf("%s  (%d/%d)\n", token, i + 1, view->key_tokens.count);
	}
	if (view->token[0])
		bt_sts_token_group(view->token, token);
	printf("%s%s%s  %s\n", view->token[0] ? token : "", view->token[0] ? "  " : "", amount, view->number);
}

static enum bt_exit judge(struct bt_command_env *env, struct bt_counter *counter, const struct bt_docket_view *view)
{
	switch (view->state) {
	case BT_DOCKET_DELIVERED:
		return BT_EXIT_DONE;
	case BT_DOCKET_REFUSED:
		bt_command_say_dual(env, N_("The server refused: {1}"), view->refusal_en, view->refusal_hi);
		return BT_EXIT_REFUSED;
	case BT_DOCKET_UNANSWERED:
		bt_command_say(env, N_("The server has not answered. Ask again: it gives the same token."), NULL, NULL);
		return BT_EXIT_UNKNOWN;
	case BT_DOCKET_DIFFERS:
		bt_command_say(env, N_("The server's answer is not of this docket. Nothing was given. Call {1}."),
			       bt_counter_enrolment(counter)->complaint, NULL);
		return BT_EXIT_STOPPED;
	case BT_DOCKET_UNRECORDED:
		bt_command_say(env, N_("Not recorded, so nothing was given. The docket stays good."), NULL, NULL);
		return BT_EXIT_STOPPED;
	default:
		bt_command_say(env, N_("The server is needed; or counter {1} itself."), view->terminal, NULL);
		return BT_EXIT_REFUSED;
	}
}

static void wait_until_known(struct bt_counter *counter, struct bt_docket_view *view)
{
	struct bt_clock clock = bt_clock_system();
	int64_t until = bt_clock_boot_ms(&clock) + WAIT_MS;

	bt_teller_docket_view(bt_counter_teller(counter), view);
	while ((view->state == BT_DOCKET_LOOKING || view->state == BT_DOCKET_ASKING ||
		bt_slip_is_in_hand(view->printing)) &&
	       bt_clock_boot_ms(&clock) < until) {
		bt_counter_pump_sales(counter, 200);
		bt_teller_docket_view(bt_counter_teller(counter), view);
	}
}

static enum bt_exit finish(struct bt_command_env *env, struct bt_counter *counter)
{
	struct bt_teller *teller = bt_counter_teller(counter);
	struct bt_docket_view view;

	wait_until_known(counter, &view);
	if (view.state == BT_DOCKET_READY && bt_teller_docket_finish(teller) == BT_OK)
		wait_until_known(counter, &view);
	else if (view.state == BT_DOCKET_DELIVERED && bt_teller_docket_reprint(teller, BT_REPRINT_ASKED) == BT_OK)
		wait_until_known(counter, &view);
	if (env->args.json)
		print_json(&view);
	else if (view.state == BT_DOCKET_DELIVERED)
		print_plain(&view);
	return judge(env, counter, &view);
}

/* Our own sale: finished as at the desk. */
static enum bt_exit finish_own(struct bt_command_env *env, struct bt_counter *counter, const char *sale_id)
{
	struct bt_teller *teller = bt_counter_teller(counter);
	struct bt_sale_view sale = {.state = BT_SALE_DRAFT};
	struct bt_docket_view view = {.state = BT_DOCKET_NEEDS_SERVER};

	if (bt_teller_finish(teller, sale_id) == BT_OK)
		while (bt_teller_is_asking(teller, sale_id))
			bt_counter_pump_sales(counter, 200);
	if (bt_teller_view(teller, sale_id, &sale) != BT_OK)
		return BT_EXIT_STOPPED;
	view.consumer = sale.consumer;
	view.key_tokens = sale.key_tokens;
	view.amount = sale.sale.quote.amount;
	view.paid_at_ms = sale.sale.paid_at_ms;
	view.copies = sale.copies;
	bt_text_copy(view.sale_id, sizeof view.sale_id, sale_id);
	bt_text_copy(view.terminal, sizeof view.terminal, sale.sale.terminal);
	bt_text_copy(view.token, sizeof view.token, sale.token);
	bt_text_printf(view.number, sizeof view.number, "D-%s", sale.sale.receipt);
	if (sale.token[0] || sale.state == BT_SALE_CREDITED || sale.state == BT_SALE_DONE)
		view.state = BT_DOCKET_DELIVERED;
	else if (sale.state == BT_SALE_REFUSED) {
		view.state = BT_DOCKET_REFUSED;
		bt_text_copy(view.refusal_en, sizeof view.refusal_en, sale.refusal_en);
		bt_text_copy(view.refusal_hi, sizeof view.refusal_hi, sale.refusal_hi);
	}
	if (env->args.json)
		print_json(&view);
	else if (view.state == BT_DOCKET_DELIVERED)
		print_plain(&view);
	return judge(env, counter, &view);
}

static enum bt_exit take(struct bt_command_env *env, struct bt_counter *counter, const char *text)
{
	const struct bt_enrolment *enrolment = bt_counter_enrolment(counter);
	struct bt_fault fault = {0};
	char sale_id[37] = "";

	if (bt_counter_sign_in(counter, env->args.operator_id ? env->args.operator_id : enrolment->operators[0].id,
			       &fault) != BT_OK)
		return bt_command_fail(env, &fault);
	switch (bt_teller_docket_open(bt_counter_teller(counter), text, sale_id)) {
	case BT_DOCKET_ELSEWHERE:
		return finish(env, counter);
	case BT_DOCKET_OURS:
		return finish_own(env, counter, sale_id);
	case BT_DOCKET_SLIP:
		bt_command_say(env, N_("This is no docket: the token stands on this receipt."), NULL, NULL);
		return BT_EXIT_USAGE;
	default:
		bt_command_say(env, N_("This docket cannot be read. Scan it again, or type its number."), NULL, NULL);
		return BT_EXIT_USAGE;
	}
}

static enum bt_exit run(struct bt_command_env *env)
{
	struct bt_counter *counter = NULL;
	char text[BT_RECORD_TEXT_CAP] = "";
	enum bt_exit code = read_text(env, text);

	if (!code)
		code = bt_command_open(env, BT_OPEN_SERVER, &counter);
	if (!code)
		code = take(env, counter, text);
	bt_counter_close(counter);
	return code;
}

const struct bt_command bt_command_docket = {
    .name = "docket",
    .usage = "--state DIR NUMBER|- [--json]",
    .summary = "the token of a docket, from whichever counter it is",
    .run = run,
};
