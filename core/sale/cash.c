#include "core/sale/cash.h"

#include <string.h>

#include "core/base/json.h"

#define DAY_SALES 64 /* of one connection in one day that are looked at */
#define DAY_MS    INT64_C(86400000)

enum bt_cash_word bt_cash_judge(const struct bt_cash_facts *facts)
{
	if (facts->today_is_unknown)
		return BT_CASH_UNKNOWN;
	if (facts->today + facts->elsewhere + facts->amount >= facts->day_limit)
		return BT_CASH_DAY;
	return facts->drawer_is_full ? BT_CASH_DRAWER : BT_CASH_MAY;
}

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

static enum bt_err add_sale(struct bt_journal *journal, const char *sale_id, bt_paise *sum)
{
	struct bt_event event;
	struct bt_buf text;
	json_t *body = NULL;
	enum bt_err err;

	bt_buf_init(&text, BT_EVENT_BODY_MAX);
	err = bt_journal_newest(journal, BT_EVENT_PAID, sale_id, &event, &text);
	if (!err)
		err = bt_json_parse(bt_buf_view(&text), BT_EVENT_BODY_MAX, &body, NULL);
	if (!err)
		*sum += cash_of(body);
	json_decref(body);
	bt_buf_fini(&text);
	return err;
}

static enum bt_err add_connection(struct bt_journal *journal, const char *number, int64_t since_ms, bt_paise *sum)
{
	struct bt_sale_row rows[DAY_SALES];
	int count = 0;
	enum bt_err err = bt_journal_sales(journal, BT_SALES_METER, number, DAY_SALES, rows, &count);

	/* Newest first; a day that does not end within them is not known whole. */
	if (!err && count == DAY_SALES && rows[count - 1].paid_at_ms >= since_ms)
		err = BT_EFULL;
	for (int i = 0; !err && i < count && rows[i].paid_at_ms >= since_ms; i++)
		if (is_kept(rows[i].stage))
			err = add_sale(journal, rows[i].sale_id, sum);
	return err;
}

static int64_t start_of_day(int64_t now_ms)
{
	const int64_t india = BT_INDIA_OFFSET_MINUTES * INT64_C(60000);

	return (now_ms + india) / DAY_MS * DAY_MS - india;
}

enum bt_err bt_cash_today(struct bt_journal *journal, const char *number, const struct bt_account *account,
			  int64_t now_ms, bt_paise *out)
{
	int64_t since = start_of_day(now_ms);
	bt_paise sum = 0;
	enum bt_err err = add_connection(journal, number, since, &sum);

	for (int i = 0; !err && account && i < account->other_count; i++)
		err = add_connection(journal, account->others[i].number, since, &sum);
	if (!err)
		*out = sum;
	return err;
}

bt_paise bt_cash_elsewhere(const struct bt_account *account, int64_t now_ms)
{
	return account && account->cash_since_ms == start_of_day(now_ms) ? account->cash_elsewhere : 0;
}
