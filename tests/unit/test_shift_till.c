/* The till: its sums come from the record's events alone, whatever is cut off between them, and a sealed shift stands.
 * rooms: core/shift core/receipt core/tender core/journal core/money core/base */
#include "tests/unit/journal_fixture.h"

#include "core/shift/shift.h"
#include "core/shift/till.h"

static const struct bt_till_limits limits = {.ceiling = 5000000, .warn_at = 4000000};

struct day {
	struct fixture f;
	struct bt_till till;
	int64_t shift;
	int sales; /* put so far */
};

static int setup(void **state)
{
	struct day *day = calloc(1, sizeof *day);

	assert_non_null(day);
	fixture_make(&day->f);
	assert_int_equal(fixture_open(&day->f), BT_OK);
	bt_till_begin(&day->till, day->f.journal, 611);
	*state = day;
	return 0;
}

static int teardown(void **state)
{
	struct day *day = *state;

	fixture_end(&day->f);
	free(day);
	return 0;
}

/* The power goes: what is not in the record is gone. */
static void cut(struct day *day)
{
	fixture_close(&day->f);
	assert_int_equal(fixture_open(&day->f), BT_OK);
	bt_till_begin(&day->till, day->f.journal, 611);
}

static void open_shift(struct day *day, const char *operator_id, bt_paise opening_float)
{
	assert_int_equal(bt_till_open(&day->till, operator_id, day->shift, opening_float, &day->shift, &day->f.fault),
			 BT_OK);
}

static void put_record(struct day *day, enum bt_event_kind kind, int sale, const char *tender, bt_paise amount,
		       const char *delivery, int64_t shift)
{
	char id[37], body[1024];

	fixture_sale_id(sale, id);
	snprintf(body, sizeof body,
		 "{\"amount_paise\":%lld,\"connection\":\"100244781560\",\"delivery\":\"%s\",\"dues_paise\":0,"
		 "\"duty_paise\":0,\"energy_paise\":%lld,\"kind\":\"sts_units\",\"lease\":1,\"meter\":\"" FIXTURE_METER
		 "\",\"operator\":\"rina\",\"paid_at\":%lld,\"pan\":\"600727047400152986\","
		 "\"receipt\":\"0142-%04lld-%03d-4\",\"rev\":1,\"sale_id\":\"%s\",\"shift\":%lld,"
		 "\"tariff\":\"BERC-2026-27\",\"tenders\":[{\"given_paise\":%lld,\"id\":\"%s\",\"kind\":\"%s\","
		 "\"paise\":%lld}],\"terminal\":\"0142\",\"units\":635}",
		 (long long)amount, delivery, (long long)amount, (long long)(FIXTURE_START_MS + sale), (long long)shift,
		 sale % 1000, id, (long long)shift, (long long)amount, id, tender, (long long)amount);
	assert_int_equal(fixture_put(&day->f, kind, sale, body), BT_OK);
}

static int sell(struct day *day, const char *tender, bt_paise amount)
{
	put_record(day, BT_EVENT_PAID, ++day->sales, tender, amount, "token", day->shift);
	return day->sales;
}

static void give_token(struct day *day, int sale)
{
	assert_int_equal(fixture_put_tokened(&day->f, sale, 0 + 16 * sale), BT_OK);
}

static void give_back(struct day *day, int sale, bt_paise amount)
{
	char body[128];

	assert_int_equal(fixture_put(&day->f, BT_EVENT_REFUNDING, sale, "{\"asked_by\":\"rina\",\"by\":\"jha\"}"),
			 BT_OK);
	snprintf(body, sizeof body, "{\"amount_paise\":%lld,\"status\":\"reversed\"}", (long long)amount);
	assert_int_equal(fixture_put(&day->f, BT_EVENT_REFUNDED, sale, body), BT_OK);
}

static struct bt_till_facts facts_of(struct day *day, const char *operator_id)
{
	struct bt_till_facts facts;

	assert_int_equal(bt_till_facts(&day->till, operator_id, day->shift, &limits, &facts), BT_OK);
	return facts;
}

static enum bt_err count_rupees(struct day *day, const char *operator_id, int64_t rupees)
{
	const struct bt_receipt_note notes[] = {
	    {50000, rupees / 500, 0}, {10000, rupees % 500 / 100, 0}, {2000, 0, 0}, {100, rupees % 100, 0}};

	return bt_till_count(&day->till, operator_id, day->shift, notes, 4, &day->f.fault);
}

static enum bt_err seal(struct day *day, const char *operator_id)
{
	return bt_till_seal(&day->till, operator_id, day->shift, &day->f.fault);
}

static struct bt_receipt_shift report_of(struct day *day, int64_t shift)
{
	struct bt_receipt_shift report;

	assert_int_equal(bt_till_report(&day->till, shift, &report), BT_OK);
	return report;
}

static enum bt_err close_shift(struct day *day, int64_t shift)
{
	return bt_till_close(&day->till, shift, "jha", "rina", "end_of_day", day->f.now_ms, &day->f.fault);
}

/* Counted among the others and told apart, by note; of the newest count. */
static void till_tells_torn_notes_apart(void **state)
{
	static const struct bt_receipt_note first[] = {{50000, 3, 3}, {10000, 2, 0}};
	static const struct bt_receipt_note again[] = {{50000, 3, 1}, {10000, 2, 2}, {100, 40, 0}};
	struct day *day = *state;
	struct bt_receipt_shift z;
	struct bt_shift_sums sums;

	open_shift(day, "rina", 0);
	give_token(day, sell(day, "cash", 174000));
	assert_int_equal(bt_till_count(&day->till, "rina", day->shift, first, 2, &day->f.fault), BT_OK);
	assert_int_equal(facts_of(day, "rina").newest_count->torn, 150000);
	assert_int_equal(bt_till_count(&day->till, "rina", day->shift, again, 3, &day->f.fault), BT_OK);
	assert_int_equal(facts_of(day, "rina").newest_count->torn, 70000);
	assert_int_equal(seal(day, "rina"), BT_OK);
	z = report_of(day, 611);
	assert_int_equal(z.counted_cash, 174000);
	assert_int_equal(z.expected_cash, 174000);
	assert_int_equal(z.to_bank, 174000); /* they are money */
	assert_int_equal(z.torn_cash, 70000);
	assert_int_equal(z.notes[0].torn, 1);
	assert_int_equal(z.notes[1].torn, 2);
	assert_int_equal(z.notes[2].torn, 0);
	cut(day);
	assert_int_equal(report_of(day, 611).torn_cash, 70000);
	assert_int_equal(bt_shift_report(day->f.journal, 611, NULL, &sums, &z), BT_OK);
	assert_int_equal(sums.counted[0].torn, 150000);
	assert_int_equal(sums.counted[1].torn, 70000);
}

static void put_count(struct day *day, const char *notes)
{
	char body[256];

	bt_text_printf(body, sizeof body,
		       "{\"count\":1,\"notes\":[%s],\"operator\":\"rina\",\"shift\":611,\"total_paise\":150000}",
		       notes);
	assert_int_equal(
	    bt_journal_put_json(day->f.journal, BT_EVENT_CASH_COUNT, "", json_loads(body, 0, NULL), &day->f.fault),
	    BT_OK);
}

/* Records from before there was a word for them mean none. What no counter writes is refused. */
static void till_reads_counts_without_torn_notes(void **state)
{
	struct day *day = *state;
	struct bt_receipt_shift z;

	open_shift(day, "rina", 0);
	give_token(day, sell(day, "cash", 150000));
	put_count(day, "{\"pieces\":3,\"value_paise\":50000}");
	assert_int_equal(facts_of(day, "rina").newest_count->total, 150000);
	assert_int_equal(facts_of(day, "rina").newest_count->torn, 0);
	put_count(day, "{\"pieces\":3,\"torn\":4,\"value_paise\":50000}");
	assert_int_equal(bt_till_report(&day->till, 611, &z), BT_EFORMAT);
}

/* Cash, UPI, a cheque, dues, a refund and a deposit: the drawer and the sums by hand. */
static void till_a_day_adds_up(void **state)
{
	struct day *day = *state;
	struct bt_receipt_shift z;
	int refunded;

	assert_false(facts_of(day, "rina").is_open);
	assert_int_equal(facts_of(day, "rina").shift, 611);
	open_shift(day, "rina", 200000);
	assert_true(facts_of(day, "rina").is_open);
	assert_false(facts_of(day, "sanjay").is_open);
	give_token(day, sell(day, "cash", 50000));
	give_token(day, sell(day, "cash", 20000));
	refunded = sell(day, "cash", 30000);
	sell(day, "upi", 70000);
	sell(day, "cheque", 90000);
	put_record(day, BT_EVENT_PAID, ++day->sales, "cash", 10000, "dues", day->shift);
	give_back(day, refunded, 30000);
	assert_int_equal(bt_till_deposit(&day->till, "rina", day->shift, 40000, "SLIP 77", &day->f.fault), BT_OK);
	/* 2000 + 500 + 200 + 300 + 100 - 300 - 400 */
	assert_int_equal(count_rupees(day, "rina", 2390), BT_OK);
	put_record(day, BT_EVENT_PENDING, 4, "upi", 70000, "token", day->shift);
	put_record(day, BT_EVENT_PENDING, 5, "cheque", 90000, "token", day->shift);
	put_record(day, BT_EVENT_PENDING, 6, "cash", 10000, "dues", day->shift);
	assert_int_equal(seal(day, "rina"), BT_OK);
	z = report_of(day, 611);
	assert_int_equal(z.opening_float, 200000);
	assert_int_equal(z.bankable, 50000 + 20000 + 30000 + 10000 + 90000);
	assert_int_equal(z.non_bankable, 70000);
	assert_string_equal(z.tenders[0].name, "Cash");
	assert_int_equal(z.tenders[0].count, 4);
	assert_int_equal(z.tenders[0].sum, 110000);
	assert_int_equal(z.refunds.sum, 30000);
	assert_int_equal(z.refunded_cash, 30000);
	assert_int_equal(z.deposits.sum, 40000);
	assert_int_equal(z.expected_cash, 240000);
	assert_true(z.is_counted);
	assert_int_equal(z.counted_cash, 239000);
	assert_int_equal(z.to_bank, 239000 - 200000 + 90000);
	assert_int_equal(z.note_count, 3);
	assert_int_equal(z.torn_cash, 0);
	assert_int_equal(z.notes[1].value * z.notes[1].pieces, 30000);
	assert_string_equal(z.kinds[2].name, "Dues payment");
	assert_int_equal(z.kinds[2].sum, 10000);
	assert_string_equal(z.first_receipt, "0142-0611-001-4");
	assert_string_equal(z.last_receipt, "0142-0611-006-4");
	assert_int_equal(z.unsettled_count, 4); /* three dockets, and money given back without a slip of it */
	assert_string_equal(z.unsettled[1].docket, "D-0142-0611-004-4");
	assert_true(z.until_ms > z.from_ms);
}

/* The figures of the mock-up: sold for 44,220 in cash and 12,400 by cheque, 100 short of a float of 2,000. */
static void till_what_goes_to_the_bank(void **state)
{
	struct day *day = *state;
	struct bt_receipt_shift z;
	int cheque;

	open_shift(day, "rina", 200000);
	give_token(day, sell(day, "cash", 4422000));
	give_token(day, sell(day, "cheque", 1240000));
	give_token(day, sell(day, "upi", 3850000));
	cheque = sell(day, "cheque", 90000);
	give_back(day, cheque, 90000); /* the paper goes back to who wrote it */
	assert_int_equal(report_of(day, 611).to_bank, 0);
	assert_int_equal(count_rupees(day, "rina", 46120), BT_OK);
	assert_int_equal(seal(day, "rina"), BT_OK);
	z = report_of(day, 611);
	bt_shift_report_hide_cash(&z); /* nothing is hidden of a sealed one */
	assert_int_equal(z.tenders[0].sum, 4422000);
	assert_int_equal(z.expected_cash, 4622000);
	assert_int_equal(z.to_bank, 5652000);
	assert_int_equal(z.bankable, 4422000 + 1240000 + 90000);
	/* A drawer with less than its float has no cash for the bank, and no less for it of the cheques. */
	open_shift(day, "sanjay", 200000);
	give_token(day, sell(day, "cheque", 50000));
	assert_int_equal(count_rupees(day, "sanjay", 1900), BT_OK);
	assert_int_equal(seal(day, "sanjay"), BT_OK);
	assert_int_equal(report_of(day, 612).to_bank, 50000);
}

/* Nothing tells what is expected before the seal. */
static void till_count_is_blind(void **state)
{
	struct day *day = *state;
	struct bt_receipt_shift x;

	open_shift(day, "rina", 100000);
	sell(day, "cash", 50000);
	sell(day, "upi", 70000);
	x = report_of(day, 611);
	assert_true(x.is_blind);
	assert_int_equal(x.expected_cash, 0);
	/* Nor can it be added up from what a clerk is shown. */
	bt_shift_report_hide_cash(&x);
	assert_true(x.hides_cash);
	assert_true(x.tenders[0].sum == BT_RECEIPT_HIDDEN);
	for (int i = 0; i < x.kind_count; i++)
		assert_true(x.kinds[i].sum == BT_RECEIPT_HIDDEN);
	assert_int_equal(x.bankable, 0);
	assert_int_equal(x.tenders[0].count, 1);
	assert_int_equal(x.tenders[1].sum, 70000);
	assert_int_equal(count_rupees(day, "rina", 1500), BT_OK);
	x = report_of(day, 611);
	assert_true(x.is_blind);
	assert_false(x.is_counted);
	assert_int_equal(x.counted_cash, 0);
	assert_int_equal(x.until_ms, 0);
}

/* Two counts at most; both are kept, the second holds; what moves after the first asks for it. */
static void till_counts_twice_at_most(void **state)
{
	struct day *day = *state;
	struct bt_shift_sums sums;
	struct bt_receipt_shift z;
	int sale;

	open_shift(day, "rina", 0);
	assert_int_equal(seal(day, "rina"), BT_ESTATE); /* not counted */
	sell(day, "cash", 50000);
	assert_int_equal(count_rupees(day, "sanjay", 500), BT_ESTATE);
	assert_int_equal(count_rupees(day, "rina", 499), BT_OK);
	assert_int_equal(facts_of(day, "rina").counts, 1);
	assert_false(facts_of(day, "rina").recount_due);
	sale = sell(day, "cash", 10000);
	assert_true(facts_of(day, "rina").recount_due);
	assert_int_equal(seal(day, "rina"), BT_ESTATE);
	assert_int_equal(bt_shift_continue(day->f.journal, "rina", &day->shift, &day->f.fault), BT_OK);
	assert_int_equal(count_rupees(day, "rina", 600), BT_OK);
	assert_int_equal(count_rupees(day, "rina", 600), BT_ESTATE);
	assert_int_equal(bt_shift_continue(day->f.journal, "rina", &day->shift, &day->f.fault), BT_ESTATE);
	assert_int_equal(seal(day, "rina"), BT_ESTATE); /* the sales wait for an answer */
	give_token(day, 1);
	give_token(day, sale);
	assert_int_equal(seal(day, "rina"), BT_OK);
	assert_int_equal(seal(day, "rina"), BT_ESTATE);
	assert_int_equal(bt_shift_report(day->f.journal, 611, NULL, &sums, &z), BT_OK);
	assert_int_equal(sums.counts, 2);
	assert_int_equal(sums.counted[0].total, 49900);
	assert_string_equal(sums.counted[0].operator_id, "rina");
	assert_int_equal(z.counted_cash, 60000);
	assert_int_equal(z.expected_cash, 60000);
}

/* An answer after the seal, money that the bank confirms, cash given back: all of it is in the next shift. */
static void till_sealed_shift_stands(void **state)
{
	struct day *day = *state;
	struct bt_receipt_shift before, after, next;
	int pending, waiting;

	open_shift(day, "rina", 100000);
	pending = sell(day, "cash", 50000);
	assert_int_equal(fixture_put(&day->f, BT_EVENT_PENDING, pending, "{}"), BT_OK);
	waiting = ++day->sales;
	put_record(day, BT_EVENT_INTENT, waiting, "upi", 70000, "token", 611);
	assert_int_equal(count_rupees(day, "rina", 1500), BT_OK);
	assert_int_equal(seal(day, "rina"), BT_OK);
	before = report_of(day, 611);
	put_record(day, BT_EVENT_PAID, waiting, "upi", 70000, "token", 611);
	give_token(day, waiting);
	give_back(day, pending, 50000);
	cut(day);
	after = report_of(day, 611);
	assert_memory_equal(&before, &after, sizeof before);
	assert_int_equal(before.non_bankable, 0);
	assert_int_equal(before.unsettled_count, 2);
	open_shift(day, "sanjay", 150000);
	next = report_of(day, 612);
	assert_int_equal(next.non_bankable, 70000);
	assert_int_equal(next.refunds.sum, 50000);
	assert_string_equal(next.first_receipt, ""); /* that number was given in the shift before */
	after = report_of(day, 611);
	assert_memory_equal(&before, &after, sizeof before);
}

/* No money has come, so no sum has it; but it may come, so the seal, the close and what is left over name it. */
static void till_names_what_waits_for_the_bank(void **state)
{
	struct day *day = *state;
	struct bt_receipt_shift x, z;
	struct bt_event closed;
	struct bt_buf text;
	int docket, waiting;

	open_shift(day, "rina", 100000);
	docket = sell(day, "cash", 50000);
	assert_int_equal(fixture_put(&day->f, BT_EVENT_PENDING, docket, "{}"), BT_OK);
	waiting = ++day->sales;
	put_record(day, BT_EVENT_INTENT, waiting, "upi", 70000, "token", 611);
	put_record(day, BT_EVENT_INTENT, ++day->sales, "upi", 80000, "token", 611);
	assert_int_equal(fixture_put(&day->f, BT_EVENT_INTENT_END, day->sales, "{\"why\":\"expired\"}"), BT_OK);
	x = report_of(day, 611);
	assert_int_equal(x.unsettled_count, 2);
	assert_int_equal(x.bank_count, 1);
	assert_int_equal(count_rupees(day, "rina", 1500), BT_OK);
	assert_int_equal(seal(day, "rina"), BT_OK);
	cut(day);
	z = report_of(day, 611);
	assert_int_equal(z.unsettled_count, 2);
	assert_int_equal(z.bank_count, 1);
	assert_string_equal(z.unsettled[0].docket, "D-0142-0611-001-4");
	assert_false(z.unsettled[0].waits_for_bank);
	assert_string_equal(z.unsettled[1].docket, "0142-0611-002-4");
	assert_true(z.unsettled[1].waits_for_bank);
	assert_int_equal(z.unsettled[1].amount, 70000);
	assert_int_equal(z.non_bankable, 0);
	assert_int_equal(facts_of(day, "rina").left_over, 2);
	assert_int_equal(close_shift(day, 611), BT_OK);
	bt_buf_init(&text, BT_EVENT_BODY_MAX);
	assert_int_equal(bt_journal_newest(day->f.journal, BT_EVENT_SHIFT_CLOSED, NULL, &closed, &text), BT_OK);
	assert_non_null(strstr((const char *)text.data, "{\"paise\":70000,\"receipt\":\"0142-0611-002-4\","
							"\"waits\":\"bank\"}"));
	bt_buf_fini(&text);
	/* The bank says no: the sealed list stands, and nothing is left over but the docket. */
	assert_int_equal(fixture_put(&day->f, BT_EVENT_INTENT_END, waiting, "{\"why\":\"expired\"}"), BT_OK);
	assert_int_equal(report_of(day, 611).bank_count, 1);
	assert_int_equal(facts_of(day, "rina").left_over, 1);
}

/* A QR that nobody paid gives its number up; one that was paid after all does not. */
static void till_numbers_without_money(void **state)
{
	struct day *day = *state;
	struct bt_receipt_shift x;

	open_shift(day, "rina", 0);
	put_record(day, BT_EVENT_INTENT, 1, "upi", 70000, "token", 611);
	put_record(day, BT_EVENT_INTENT, 2, "upi", 60000, "token", 611);
	day->sales = 2;
	assert_int_equal(report_of(day, 611).abandoned_count, 0);
	assert_int_equal(fixture_put(&day->f, BT_EVENT_INTENT_END, 1, "{\"why\":\"expired\"}"), BT_OK);
	assert_int_equal(fixture_put(&day->f, BT_EVENT_INTENT_END, 2, "{\"why\":\"cash\"}"), BT_OK);
	x = report_of(day, 611);
	assert_int_equal(x.abandoned_count, 2);
	assert_string_equal(x.abandoned[0], "0142-0611-001-4");
	put_record(day, BT_EVENT_PAID, 1, "upi", 70000, "token", 611);
	x = report_of(day, 611);
	assert_int_equal(x.abandoned_count, 1);
	assert_string_equal(x.abandoned[0], "0142-0611-002-4");
	assert_string_equal(x.abandoned[1], "");
	assert_int_equal(x.non_bankable, 70000);
	assert_string_equal(x.last_receipt, "0142-0611-002-4");
	sell(day, "cash", 10000);
	assert_int_equal(report_of(day, 611).tenders[0].sum, 10000);
}

/* One drawer, two people: whoever opens ends the shift before, which nobody has counted. */
static void till_two_clerks_alternate(void **state)
{
	struct day *day = *state;
	struct bt_till_facts facts;

	open_shift(day, "rina", 100000);
	sell(day, "cash", 50000);
	open_shift(day, "sanjay", 0);
	assert_int_equal(day->shift, 612);
	sell(day, "cash", 20000);
	open_shift(day, "rina", 0);
	sell(day, "cash", 10000);
	assert_int_equal(report_of(day, 611).bankable, 50000);
	assert_int_equal(report_of(day, 612).bankable, 20000);
	assert_int_equal(report_of(day, 613).bankable, 10000);
	facts = facts_of(day, "rina");
	assert_int_equal(facts.unsealed, 2);
	assert_int_equal(facts.sealed, 0);
	assert_false(facts.has_last_drawer);
	assert_int_equal(facts.left_over, 2);
	assert_int_equal(close_shift(day, 613), BT_ESTATE); /* somebody is in it */
	assert_int_equal(close_shift(day, 611), BT_OK);
	assert_int_equal(close_shift(day, 611), BT_ESTATE);
	assert_int_equal(close_shift(day, 614), BT_ENOTFOUND);
	assert_int_equal(facts_of(day, "rina").unsealed, 1);
	assert_int_equal(report_of(day, 611).expected_cash, 150000);
	assert_false(report_of(day, 611).is_counted);
	assert_int_equal(report_of(day, 613).bankable, 10000);
}

/* Yesterday's shift that nobody sealed: not gone on with, and a supervisor ends it before or after the next. */
static void till_yesterday_is_closed_by_a_supervisor(void **state)
{
	struct day *day = *state;
	struct bt_shift shift;
	int64_t resumed = 0;

	open_shift(day, "rina", 100000);
	sell(day, "cash", 50000);
	day->f.now_ms += 86400000;
	assert_int_equal(bt_shift_sign_in(day->f.journal, "rina", day->f.now_ms, &resumed, &day->f.fault), BT_OK);
	assert_int_equal(resumed, 0);
	day->shift = 0;
	assert_int_equal(facts_of(day, "rina").unsealed, 1);
	assert_int_equal(facts_of(day, "rina").shift, 612);
	assert_int_equal(bt_till_close(&day->till, 611, "jha", "rina", "No!", day->f.now_ms, &day->f.fault), BT_EINPUT);
	assert_int_equal(close_shift(day, 611), BT_OK);
	assert_int_equal(bt_shift_find(day->f.journal, 611, &shift), BT_OK);
	assert_true(shift.ended && shift.closed_seq > shift.sealed_seq && shift.sealed_seq > 0);
	assert_false(shift.counted);
	assert_string_equal(shift.closed_by, "jha");
	assert_string_equal(shift.sealed_by, "jha"); /* nobody had counted it */
	assert_true(shift.sealed_ms > shift.until_ms - 86400000 && shift.closed_ms >= shift.sealed_ms);
	assert_string_equal(report_of(day, 611).closed_by, "jha");
	open_shift(day, "rina", 0);
	assert_int_equal(report_of(day, 611).bankable, 50000);
	assert_int_equal(facts_of(day, "rina").unsealed, 0);
	assert_int_equal(facts_of(day, "rina").sealed, 0);
}

/* The record is cut after each event in turn: what is read back is what had been said. */
static void till_power_cut_between_events(void **state)
{
	struct day *day = *state;
	struct bt_receipt_shift x, again;

	open_shift(day, "rina", 100000);
	for (int step = 0; step < 6; step++) {
		if (step == 1)
			assert_int_equal(bt_till_deposit(&day->till, "rina", day->shift, 10000, "", &day->f.fault),
					 BT_OK);
		else if (step == 4)
			assert_int_equal(count_rupees(day, "rina", 2000), BT_OK);
		else
			give_token(day, sell(day, step % 2 ? "upi" : "cash", 50000));
		x = report_of(day, 611);
		cut(day);
		again = report_of(day, 611);
		assert_memory_equal(&x, &again, sizeof x);
		assert_int_equal(bt_shift_resume(day->f.journal, "rina", day->f.now_ms, &day->shift), BT_OK);
	}
	assert_int_equal(count_rupees(day, "rina", 1900), BT_OK);
	cut(day);
	assert_int_equal(facts_of(day, "rina").counts, 2);
	assert_int_equal(seal(day, "rina"), BT_OK);
	cut(day);
	assert_int_equal(bt_shift_resume(day->f.journal, "rina", day->f.now_ms, &day->shift), BT_ENOTFOUND);
	assert_int_equal(report_of(day, 611).expected_cash, 100000 + 100000 - 10000);
	assert_true(facts_of(day, "rina").has_last_drawer);
	assert_int_equal(facts_of(day, "rina").last_drawer, 190000);
}

static void till_bounds_of_what_is_typed(void **state)
{
	struct day *day = *state;
	struct bt_receipt_note many[BT_RECEIPT_NOTES + 1] = {{50000, 1, 0}};
	struct bt_receipt_note bad = {50000, -1, 0};
	int64_t shift;

	assert_int_equal(bt_till_deposit(&day->till, "rina", 611, 100, "", &day->f.fault), BT_ESTATE);
	assert_int_equal(bt_till_open(&day->till, "rina", 0, -1, &shift, &day->f.fault), BT_ERANGE);
	assert_int_equal(bt_till_open(&day->till, "rina", 0, BT_PAISE_MAX + 1, &shift, &day->f.fault), BT_ERANGE);
	open_shift(day, "rina", 5000);
	assert_int_equal(bt_till_open(&day->till, "rina", day->shift, 0, &shift, &day->f.fault), BT_ESTATE);
	assert_int_equal(bt_till_deposit(&day->till, "rina", day->shift, 0, "", &day->f.fault), BT_ERANGE);
	assert_int_equal(bt_till_deposit(&day->till, "rina", day->shift, 5001, "", &day->f.fault), BT_ERANGE);
	assert_int_equal(bt_till_deposit(&day->till, "rina", day->shift, 100, "a\033b", &day->f.fault), BT_EINPUT);
	assert_int_equal(
	    bt_till_deposit(&day->till, "rina", day->shift, 100, "1234567890123456789012345", &day->f.fault),
	    BT_EINPUT);
	assert_int_equal(bt_till_count(&day->till, "rina", day->shift, many, BT_RECEIPT_NOTES + 1, &day->f.fault),
			 BT_ERANGE);
	assert_int_equal(bt_till_count(&day->till, "rina", day->shift, &bad, 1, &day->f.fault), BT_ERANGE);
	bad = (struct bt_receipt_note){50000, 2, 3};
	assert_int_equal(bt_till_count(&day->till, "rina", day->shift, &bad, 1, &day->f.fault), BT_ERANGE);
	bad = (struct bt_receipt_note){50000, 2, -1};
	assert_int_equal(bt_till_count(&day->till, "rina", day->shift, &bad, 1, &day->f.fault), BT_ERANGE);
	bad = (struct bt_receipt_note){50000, BT_TILL_PIECES_MAX + 1, 0};
	assert_int_equal(bt_till_count(&day->till, "rina", day->shift, &bad, 1, &day->f.fault), BT_ERANGE);
	assert_int_equal(facts_of(day, "rina").counts, 0);
}

static void till_says_when_cash_is_near_its_ceiling(void **state)
{
	struct day *day = *state;

	open_shift(day, "rina", 0);
	sell(day, "cash", 3999900);
	sell(day, "upi", 9000000);
	assert_false(facts_of(day, "rina").near_ceiling);
	sell(day, "cash", 100);
	assert_true(facts_of(day, "rina").near_ceiling);
	assert_false(facts_of(day, "rina").at_ceiling);
	sell(day, "cash", 1000000);
	assert_true(facts_of(day, "rina").at_ceiling);
	assert_false(facts_of(day, "sanjay").near_ceiling);
	assert_int_equal(bt_till_deposit(&day->till, "rina", day->shift, 4500000, "A-1", &day->f.fault), BT_OK);
	assert_false(facts_of(day, "rina").near_ceiling);
}

/* What else stands in the record of a sale: five events more, which the figures are read past. */
static void put_the_rest(struct day *day)
{
	struct bt_event_in events[BT_PUT_MAX];
	char ids[BT_PUT_MAX][37];
	int count = 0;

	for (int i = 0; i < 5 * day->sales; i++) {
		fixture_sale_id(1 + i % day->sales, ids[count]);
		events[count] = (struct bt_event_in){.kind = BT_EVENT_PRINTED,
						     .sale_id = ids[count],
						     .body = bt_bytes_of("{\"copy\":1,\"result\":\"unconfirmed\"}")};
		if (++count < BT_PUT_MAX && i + 1 < 5 * day->sales)
			continue;
		assert_int_equal(bt_journal_put(day->f.journal, events, count, &day->f.fault), BT_OK);
		count = 0;
	}
}

/* The 1,000th receipt of one clerk: the full shift is sealed uncounted, the drawer goes on in the next. */
static void till_goes_on_after_999_receipts(void **state)
{
	struct day *day = *state;
	struct bt_receipt_shift full, next;
	int64_t started, taken;
	struct bt_clock clock = bt_clock_system();
	bt_paise sold = 0;

	open_shift(day, "rina", 100000);
	for (int i = 0; i < 999; i++) {
		sell(day, i % 3 ? "cash" : "upi", 10000 + i);
		sold += i % 3 ? 10000 + i : 0;
	}
	put_the_rest(day);
	bt_till_begin(&day->till, day->f.journal, 611);
	started = bt_clock_boot_ms(&clock);
	full = report_of(day, 611);
	taken = bt_clock_boot_ms(&clock) - started;
	print_message("figures of 999 sales read in %lld ms\n", (long long)taken);
	assert_int_equal(bt_shift_continue(day->f.journal, "rina", &day->shift, &day->f.fault), BT_OK);
	assert_int_equal(day->shift, 612);
	sell(day, "cash", 10000);
	full = report_of(day, 611);
	next = report_of(day, 612);
	assert_int_equal(full.tenders[0].count + full.tenders[1].count, 999);
	assert_int_equal(full.expected_cash, 100000 + sold);
	assert_false(full.is_counted);
	assert_string_equal(full.last_receipt, "0142-0611-999-4");
	assert_string_equal(full.sealed_by, "");
	assert_true(full.sealed_ms == full.until_ms && full.closed_ms == 0);
	assert_int_equal(next.opening_float, 100000 + sold);
	assert_int_equal(next.tenders[0].count, 1);
	assert_true(facts_of(day, "rina").is_open);
	assert_int_equal(facts_of(day, "rina").sealed, 1);
}

/* Lost with the record: the shift of before is not gone on with, its number and those after it are not given again, and
 * what a receipt brings back is no cash of today. */
static void till_after_a_recovery(void **state)
{
	struct day *day = *state;
	static const char *const names[] = {"journal.head", "journal.db.before-2", "journal.db.before-2-wal",
					    "journal.head.before-2", "recovered"};
	struct bt_journal_options options = fixture_options(&day->f);
	struct bt_recovery recovery;
	struct bt_receipt_shift x;
	struct bt_shift shift;
	char path[128];

	open_shift(day, "rina", 100000);
	sell(day, "cash", 50000);
	fixture_close(&day->f);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		fixture_path(&day->f, names[i], path);
		(void)unlink(path);
		if (i == 0)
			assert_int_equal(bt_journal_recover(&options, NULL, &recovery, &day->f.fault), BT_OK);
	}
	assert_int_equal(fixture_open(&day->f), BT_OK);
	bt_till_begin(&day->till, day->f.journal, 611);
	assert_int_equal(bt_shift_find(day->f.journal, 611, &shift), BT_OK);
	assert_true(shift.lost > 0);
	assert_int_equal(bt_shift_sign_in(day->f.journal, "rina", day->f.now_ms, &day->shift, &day->f.fault), BT_OK);
	assert_int_equal(day->shift, 0);
	open_shift(day, "rina", 150000);
	assert_int_equal(day->shift, 812);
	assert_int_equal(report_of(day, 611).bankable, 50000);
	assert_int_equal(fixture_put(&day->f, BT_EVENT_RECOVERED, 77,
				     "{\"amount_paise\":70000,\"connection\":\"100244781560\",\"dues_paise\":0,"
				     "\"meter\":\"" FIXTURE_METER "\",\"operator\":\"\",\"paid_at\":1,\"receipt\":"
				     "\"0142-0611-002-4\",\"shift\":611,\"token\":\"\",\"units\":0}"),
			 BT_OK);
	x = report_of(day, 812);
	assert_int_equal(x.bankable + x.non_bankable, 0);
	assert_int_equal(close_shift(day, 611), BT_OK);
	assert_int_equal(report_of(day, 611).bankable, 50000);
}

/* Whatever is in the record is in exactly one shift: the Zs add up to all of it. */
static void till_shifts_add_up_to_the_record(void **state)
{
	struct day *day = *state;
	static const char *const clerks[] = {"rina", "sanjay", "meena"};
	struct bt_shift shifts[BT_TILL_SHIFTS];
	bt_paise sold = 0, refunded = 0, all = 0, back = 0;
	int64_t seq = 0;
	int count = 0;

	for (int i = 0; i < 12; i++) {
		int refund;

		open_shift(day, clerks[i % 3], 1000 * i);
		for (int k = 0; k < 5; k++, sold += 20000 + i)
			give_token(day, sell(day, k % 2 ? "upi" : "cash", 20000 + i));
		refund = sell(day, "cash", 5000 + i);
		assert_int_equal(fixture_put(&day->f, BT_EVENT_PENDING, refund, "{}"), BT_OK);
		sold += 5000 + i;
		if (i % 2 == 0) {
			assert_int_equal(count_rupees(day, clerks[i % 3], 700), BT_OK);
			assert_int_equal(seal(day, clerks[i % 3]), BT_OK);
		}
		give_back(day, refund, 5000 + i);
		refunded += 5000 + i;
	}
	assert_int_equal(bt_shift_list(day->f.journal, INT64_MAX, BT_TILL_SHIFTS, shifts, &count), BT_OK);
	assert_int_equal(count, 12);
	for (int i = count - 1; i >= 0; i--) {
		struct bt_receipt_shift report = report_of(day, shifts[i].number);

		all += report.bankable + report.non_bankable;
		back += report.refunds.sum;
		if (i < count - 1)
			assert_int_equal(shifts[i].after, seq);
		seq = shifts[i].until;
	}
	assert_int_equal(seq, INT64_MAX);
	assert_int_equal(all, sold);
	assert_int_equal(back, refunded);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(till_a_day_adds_up),
	    TEST(till_what_goes_to_the_bank),
	    TEST(till_count_is_blind),
	    TEST(till_counts_twice_at_most),
	    TEST(till_tells_torn_notes_apart),
	    TEST(till_reads_counts_without_torn_notes),
	    TEST(till_sealed_shift_stands),
	    TEST(till_names_what_waits_for_the_bank),
	    TEST(till_numbers_without_money),
	    TEST(till_two_clerks_alternate),
	    TEST(till_yesterday_is_closed_by_a_supervisor),
	    TEST(till_power_cut_between_events),
	    TEST(till_bounds_of_what_is_typed),
	    TEST(till_says_when_cash_is_near_its_ceiling),
	    TEST(till_goes_on_after_999_receipts),
	    TEST(till_after_a_recovery),
	    TEST(till_shifts_add_up_to_the_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
