/* The account of a connection behind the table the screens know, and the day's cash of one person. */
#include <string.h>

#include "core/base/json.h"
#include "core/receipt/record.h"
#include "ui/counter_parts.h"

#define DEADLINE_MS 4000
#define DAY_SALES   32 /* of one connection that are looked at */
#define DAY_MS      INT64_C(86400000)

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

	if (answer->kind != BT_CALL_ACCOUNT || answer->id != counter->account_call || answer->fault.err != BT_OK)
		return;
	counter->account_call = 0;
	err = bt_account_decode(bt_buf_view(&answer->body), &account, &fault);
	if (!err)
		err = bt_directory_put_account(counter->directory, account.number, bt_buf_view(&answer->body), &fault);
	if (err)
		bt_log_line(counter->log, "list", "account not kept: %s", fault.what);
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

/* ---- cash of a day ---- */

static bool is_kept(enum bt_sale_stage stage)
{
	return stage != BT_STAGE_ABANDONED && stage != BT_STAGE_REFUNDED && stage != BT_STAGE_TENDERING &&
	       stage != BT_STAGE_UNPAID;
}

/* @return what of a `paid` event's tenders is cash. */
static bt_paise cash_of(const json_t *body)
{
	const json_t *tenders = bt_json_array(body, "tenders");
	bt_paise sum = 0;

	for (size_t i = 0; tenders && i < json_array_size(tenders); i++) {
		const json_t *tender = json_array_get(tenders, i);
		char kind[16];
		int64_t amount;

		if (bt_json_text(tender, "kind", kind, sizeof kind) == BT_OK && strcmp(kind, "cash") == 0 &&
		    bt_json_int(tender, "paise", 0, BT_PAISE_MAX, &amount) == BT_OK)
			sum += amount;
	}
	return sum;
}

static enum bt_err add_sale(struct bt_counter *counter, const char *sale_id, bt_paise *sum)
{
	struct bt_event event;
	struct bt_buf text;
	json_t *body = NULL;
	enum bt_err err;

	bt_buf_init(&text, BT_EVENT_BODY_MAX);
	err = bt_journal_newest(counter->journal, BT_EVENT_PAID, sale_id, &event, &text);
	if (!err)
		err = bt_json_parse(bt_buf_view(&text), BT_EVENT_BODY_MAX, &body, NULL);
	if (!err)
		*sum += cash_of(body);
	json_decref(body);
	bt_buf_fini(&text);
	return err;
}

static enum bt_err add_connection(struct bt_counter *counter, const char *number, int64_t since_ms, bt_paise *sum)
{
	struct bt_sale_row rows[DAY_SALES];
	int count = 0;
	enum bt_err err = bt_journal_sales(counter->journal, BT_SALES_METER, number, DAY_SALES, rows, &count);

	for (int i = 0; !err && i < count && rows[i].paid_at_ms >= since_ms; i++)
		if (is_kept(rows[i].stage))
			err = add_sale(counter, rows[i].sale_id, sum);
	return err;
}

static int64_t start_of_day(struct bt_counter *counter)
{
	const int64_t india = BT_INDIA_OFFSET_MINUTES * INT64_C(60000);
	int64_t now = bt_clock_trust_best(&bt_sync_state(counter->sync)->trust, &counter->clock);

	return (now + india) / DAY_MS * DAY_MS - india;
}

static enum bt_err cash_today(void *self, const struct bt_consumer *consumer, const struct bt_account *account,
			      bt_paise *out)
{
	struct bt_counter *counter = self;
	int64_t since = start_of_day(counter);
	bt_paise sum = 0;
	enum bt_err err = add_connection(counter, consumer->number, since, &sum);

	for (int i = 0; !err && account && i < account->other_count; i++)
		err = add_connection(counter, account->others[i].number, since, &sum);
	if (!err)
		*out = sum;
	return err;
}

static bt_paise cash_day_limit(void *self)
{
	return ((struct bt_counter *)self)->config.cash_day_limit * (bt_paise)BT_PAISE_PER_RUPEE;
}

bool bt_counter_cash_allowed(struct bt_counter *counter, const struct bt_draft *draft)
{
	struct bt_account account;
	bt_paise sum = 0;
	bool known = find(counter, draft->consumer.number, &account) == BT_OK;

	return !draft->tender || strcmp(draft->tender->id, "cash") != 0 ||
	       (cash_today(counter, &draft->consumer, known ? &account : NULL, &sum) == BT_OK &&
		sum + draft->amount < cash_day_limit(counter));
}

const struct bt_ui_accounts bt_counter_accounts = {.find = find,
						   .connection = connection,
						   .of_receipt = of_receipt,
						   .cash_today = cash_today,
						   .cash_day_limit = cash_day_limit};
