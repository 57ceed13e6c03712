#include "tests/sim/journal_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 3, 4))) static void say(struct check_report *report, enum check_result result,
						      const char *format, ...)
{
	va_list args;
	if (report->result != CHECK_GOOD)
		return;
	report->result = result;
	va_start(args, format);
	vsnprintf(report->where, sizeof report->where, format, args);
	va_end(args);
}

/* ---- events ---- */

struct event_walk {
	const struct ledger *ledger;
	struct check_report *report;
	int64_t count;
	uint8_t hash[BT_SHA256_LEN]; /* of the event before */
};

static bool is_same_event(const struct ledger *ledger, const struct bt_event *event)
{
	const struct ledger_event *put = &ledger->events[event->seq - 1];
	const char *sale_id = put->sale < 0 ? "" : ledger->sales[put->sale].id;
	return event->kind == put->kind && strcmp(event->sale_id, sale_id) == 0 &&
	       (put->own || ledger_content(event->body) == put->content);
}

static bool check_event(void *context, const struct bt_event *event)
{
	struct event_walk *walk = context;
	const struct ledger *ledger = walk->ledger;
	walk->count++;
	if (event->seq != walk->count)
		say(walk->report, CHECK_LOST, "event %lld is missing, %lld follows", (long long)walk->count,
		    (long long)event->seq);
	else if (event->seq > ledger->drawn)
		say(walk->report, CHECK_EXTRA, "event %lld was never put", (long long)event->seq);
	else if (!is_same_event(ledger, event))
		say(walk->report, event->seq > ledger->count ? CHECK_EXTRA : CHECK_LOST,
		    "event %lld (%s) is not what was put", (long long)event->seq, bt_event_kind_name(event->kind));
	else if (memcmp(event->prev_hash, walk->hash, sizeof walk->hash) != 0)
		say(walk->report, CHECK_LOST, "event %lld is not linked to the one before", (long long)event->seq);
	memcpy(walk->hash, event->hash, sizeof walk->hash);
	return walk->report->result == CHECK_GOOD;
}

struct check_report check_events(struct bt_journal *journal, const struct ledger *ledger)
{
	struct check_report report = {0};
	struct event_walk walk = {.ledger = ledger, .report = &report};
	struct bt_fault fault = {0};
	struct bt_head head = bt_journal_head(journal);
	enum bt_err err = bt_journal_read(journal, 0, check_event, &walk, &fault);
	if (err != BT_OK)
		say(&report, CHECK_STOPPED, "reading events: %s: %s", bt_err_name(err), fault.what);
	if (walk.count < ledger->count)
		say(&report, CHECK_LOST, "%lld events are on record, %lld were acknowledged", (long long)walk.count,
		    (long long)ledger->count);
	if (walk.count != ledger->count && walk.count != ledger->drawn)
		say(&report, CHECK_EXTRA, "half of a put is on record: %lld events, %lld or %lld",
		    (long long)walk.count, (long long)ledger->count, (long long)ledger->drawn);
	if (head.seq != walk.count || memcmp(head.hash, walk.hash, sizeof head.hash) != 0)
		say(&report, CHECK_LOST, "head is %lld, events end at %lld", (long long)head.seq,
		    (long long)walk.count);
	report.kept = walk.count == ledger->drawn;
	return report;
}

/* ---- totals ---- */

static void check_sale(struct bt_journal *journal, const struct ledger *ledger, int sale, struct check_report *report)
{
	struct bt_sale_row row = {0};
	enum bt_err err = bt_journal_sale(journal, ledger->sales[sale].id, &row);
	if (err == BT_ENOTFOUND)
		say(report, CHECK_LOST, "sale %s is not found", ledger->sales[sale].id);
	else if (err != BT_OK)
		say(report, CHECK_STOPPED, "sale: %s", bt_err_name(err));
	else if (ledger_differs(ledger, sale, &row))
		say(report, CHECK_LOST, "sale %s: %s differs", ledger->sales[sale].id,
		    ledger_differs(ledger, sale, &row));
}

static void check_caps(struct bt_journal *journal, const struct ledger *ledger, struct check_report *report)
{
	struct bt_unsent is = {0}, want = ledger_unsent(ledger);
	int64_t open = 0, want_open = ledger_open_count(ledger);
	enum bt_err err = bt_journal_unsent(journal, &is);
	if (err == BT_OK)
		err = bt_journal_open_count(journal, &open);
	if (err != BT_OK)
		say(report, CHECK_STOPPED, "totals: %s", bt_err_name(err));
	else if (is.count != want.count || is.paise != want.paise || is.oldest_ms != want.oldest_ms)
		say(report, CHECK_LOST, "unsent: %lld sales, %lld paise; %lld, %lld were put", (long long)is.count,
		    (long long)is.paise, (long long)want.count, (long long)want.paise);
	else if (open != want_open)
		say(report, CHECK_LOST, "open sales: %lld, %lld were put", (long long)open, (long long)want_open);
}

static void check_meter(struct bt_journal *journal, const struct ledger *ledger, int meter, struct check_report *report)
{
	char name[14];
	int64_t tokens = 0, want_tokens = 0;
	bt_paise paise = 0, want = 0;
	ledger_meter(meter, name);
	for (int i = 0; i < ledger->sale_count; i++) {
		const struct ledger_sale *sale = &ledger->sales[i];
		if (sale->meter != meter || sale->stage == BT_STAGE_REFUSED || sale->stage == BT_STAGE_ABANDONED)
			continue;
		want += sale->amount;
		want_tokens += sale->tid != 0;
	}
	enum bt_err err = bt_journal_meter_use(journal, name, 0, &tokens, &paise);
	if (err != BT_OK)
		say(report, CHECK_STOPPED, "meter's use: %s", bt_err_name(err));
	else if (tokens != want_tokens || paise != want)
		say(report, CHECK_LOST, "meter %s: %lld tokens, %lld paise; %lld, %lld were put", name,
		    (long long)tokens, (long long)paise, (long long)want_tokens, (long long)want);
}

static void check_tid(struct bt_journal *journal, const struct ledger *ledger, int sale, struct check_report *report)
{
	char meter[14];
	const struct ledger_sale *of = &ledger->sales[sale];
	if (of->tid && !bt_journal_tid_used(journal, ledger_meter(of->meter, meter), of->tid) &&
	    bt_journal_state(journal) == BT_OK)
		say(report, CHECK_LOST, "TID %u of sale %s counts as unused", of->tid, of->id);
}

static void check_shift(struct bt_journal *journal, const struct ledger *ledger, struct check_report *report)
{
	int64_t count = 0;
	enum bt_err err = bt_journal_shift_count(journal, ledger->shift, &count);
	if (err != BT_OK)
		say(report, CHECK_STOPPED, "shift count: %s", bt_err_name(err));
	else if (count != ledger->sale_count)
		say(report, CHECK_LOST, "shift has %lld sales, %d were put", (long long)count, ledger->sale_count);
}

struct check_report check_totals(struct bt_journal *journal, struct ledger *ledger, int sales)
{
	struct check_report report = {0};
	int all = ledger->sale_count;
	check_caps(journal, ledger, &report);
	check_shift(journal, ledger, &report);
	for (int i = 0; i < (sales < 0 ? all : sales) && all > 0; i++) {
		int sale = sales < 0          ? i
			   : i < 2 && i < all ? all - 1 - i
					      : (int)chance_below(&ledger->chance, (uint32_t)all);
		check_sale(journal, ledger, sale, &report);
		check_tid(journal, ledger, sale, &report);
	}
	for (int i = 0; sales < 0 && i < LEDGER_METERS; i++)
		check_meter(journal, ledger, i, &report);
	if (sales >= 0)
		check_meter(journal, ledger, (int)chance_below(&ledger->chance, LEDGER_METERS), &report);
	return report;
}

struct check_report check_token(struct bt_journal *journal, const struct ledger *ledger, int sale)
{
	struct check_report report = {0};
	const struct ledger_sale *of = &ledger->sales[sale];
	struct bt_event event;
	struct bt_buf body;
	char want[32];
	bt_buf_init(&body, BT_EVENT_BODY_MAX);
	enum bt_err err = bt_journal_newest(journal, BT_EVENT_TOKENED, of->id, &event, &body);
	snprintf(want, sizeof want, "\"%s\"", of->token);
	if (err == BT_ENOTFOUND && of->token[0])
		say(&report, CHECK_LOST, "token of sale %s is not found", of->id);
	else if (err != BT_OK && err != BT_ENOTFOUND)
		say(&report, CHECK_STOPPED, "token: %s", bt_err_name(err));
	else if (err == BT_OK && (!of->token[0] || !strstr((const char *)body.data, want)))
		say(&report, CHECK_LOST, "sale %s has another token", of->id);
	bt_buf_fini(&body);
	return report;
}
