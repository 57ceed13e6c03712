/* The account of a connection behind the table the screens know, and whether cash may be taken. */
#include <string.h>

#include "core/receipt/record.h"
#include "ui/counter_parts.h"

#define DEADLINE_MS 4000

/* Behind the answer about the connection itself, so that a server that hangs is not asked twice. */
void bt_counter_ask_account(struct bt_counter *counter, const char *number)
{
	struct bt_call call = {.kind = BT_CALL_ACCOUNT, .deadline_ms = DEADLINE_MS};

	bt_text_copy(call.text, sizeof call.text, number);
	call.id = counter->account_call = BT_COUNTER_LIVE_CALLS | ++counter->live_calls;
	if (!counter->has_wire || bt_wire_submit(&counter->wire, &call) != BT_OK)
		counter->account_call = 0;
}

void bt_counter_take_account(struct bt_counter *counter, const struct bt_answer *answer)
{
	struct bt_account account;
	struct bt_fault fault = {0};
	enum bt_err err;

	if (answer->kind != BT_CALL_ACCOUNT || answer->id != counter->account_call)
		return;
	counter->account_call = 0;
	if (answer->fault.err != BT_OK)
		return;
	err = bt_account_decode(bt_buf_view(&answer->body), &account, &fault);
	if (!err)
		err = bt_directory_put_account(counter->directory, account.number, bt_buf_view(&answer->body), &fault);
	if (err)
		bt_log_line(counter->log, "list", "account not kept: %s", fault.what);
	else if (account.cash_is_odd)
		bt_log_line(counter->log, "list", "the cash of other counters cannot be read: cash_elsewhere");
}

void bt_counter_await_account(struct bt_counter *counter, const char *number, int timeout_ms)
{
	int64_t began = bt_clock_boot_ms(&counter->clock), now = began;

	if (!counter->has_wire || !bt_breaker_worth_waiting(&counter->breaker))
		return;
	/* A look-up may have asked already. */
	if (counter->account_call == 0)
		bt_counter_ask_account(counter, number);
	while (counter->account_call != 0 && now < began + timeout_ms) {
		bt_counter_pump_sales(counter, (int)(began + timeout_ms - now));
		now = bt_clock_boot_ms(&counter->clock);
	}
	/* What comes later is of no use to this sale; and the consumer waits once. */
	counter->account_call = 0;
	bt_teller_wait_less(counter->teller, now - began);
}

static enum bt_err find(void *self, const char *number, struct bt_account *out)
{
	return bt_directory_find_account(((struct bt_counter *)self)->directory, number, out);
}

static enum bt_err connection(void *self, const char *number, struct bt_consumer *out)
{
	return bt_directory_find(((struct bt_counter *)self)->directory, number, out);
}

/* Whose key signed it does not matter: it only opens what its number would have opened. */
static enum bt_err of_receipt(void *self, const char *text, struct bt_consumer *out)
{
	static const uint8_t nobody[BT_ED25519_PUBLIC_LEN] = {0};
	struct bt_counter *counter = self;
	struct bt_receipt_record record;
	enum bt_err err = bt_record_decode(text, nobody, &record);

	if (err && err != BT_EAUTH)
		return BT_ENOTFOUND;
	err = record.connection[0] ? bt_directory_find(counter->directory, record.connection, out) : BT_ENOTFOUND;
	if (err == BT_ENOTFOUND && record.drn[0])
		err = bt_directory_find_meter(counter->directory, record.drn, out);
	return err;
}

/* ---- cash ---- */

enum bt_cash_word bt_counter_judge_cash(struct bt_counter *counter, const struct bt_draft *draft,
					struct bt_cash_facts *out)
{
	const char *number = draft->consumer.number;
	struct bt_account account;
	bool known = find(counter, number, &account) == BT_OK;
	int64_t now = bt_clock_trust_best(&bt_sync_state(counter->sync)->trust, &counter->clock);

	*out = (struct bt_cash_facts){.amount = draft->amount,
				      .day_limit = counter->config.cash_day_limit * (bt_paise)BT_PAISE_PER_RUPEE,
				      .ceiling = counter->config.cash_ceiling,
				      .drawer_is_full = bt_counter_drawer_is_full(counter)};
	if (!draft->tender || strcmp(draft->tender->id, "cash") != 0)
		return BT_CASH_MAY;
	out->elsewhere = bt_cash_elsewhere(known ? &account : NULL, now);
	out->today_is_unknown =
	    bt_cash_today(counter->journal, number, known ? &account : NULL, now, &out->today) != BT_OK;
	return bt_cash_judge(out);
}

static enum bt_cash_word judge_cash(void *self, const struct bt_draft *draft, struct bt_cash_facts *out)
{
	return bt_counter_judge_cash(self, draft, out);
}

const struct bt_ui_accounts bt_counter_accounts = {
    .find = find, .connection = connection, .of_receipt = of_receipt, .judge_cash = judge_cash};
