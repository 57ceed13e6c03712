/* What the screens ask of the record, after a long life of the terminal: a hundred thousand sales, ten thousand of them
 * unsent, two thousand that need somebody, a consumer who came a thousand times, a shift with all its numbers used. All
 * of it is asked on the thread that takes the keys: nothing may take as long as TIMES_MOST sales looked up one by one.
 *
 * Usage: bench_screens [FOLDER [SALES]]. Prints a line of JSON per question: median and longest, processor time, and
 * the median of looking up one sale by its number between two of them. Ends with 1 when one is above TIMES_MOST of
 * these.
 *
 * rooms: core/shift core/journal core/receipt core/base */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/shift/report.h"
#include "core/shift/shift.h"
#include "core/shift/till.h"
#include "tests/bench/measure.h"

#define SALES      100000
#define AT_ONCE    20 /* sales in one put */
#define UNSENT     10000
#define OPEN       2000
#define OWN_SHIFT  999  /* of the newest shift */
#define REGULAR    1000 /* sales of one consumer */
#define CLERK      "rina"
#define ROUNDS     25
#define TIMES_MOST 150 /* of one sale looked up; to go through all of them takes several hundred */
#define START_MS   INT64_C(1795000000000)

struct record {
	char dir[512];
	struct bt_clock clock;
	struct bt_signer *signer;
	struct bt_journal *journal;
	struct bt_till till;
	long sales, made;
};

static int64_t wall_of(const struct record *record)
{
	return START_MS + record->made * 1000;
}

static int64_t now_wall(void *self)
{
	return wall_of(self);
}

static int64_t now_boot(void *self)
{
	return 5000 + ((struct record *)self)->made * 1000;
}

static void say_boot_id(void *self, char out[37])
{
	(void)self;
	snprintf(out, 37, "00000000-0000-4000-8000-000000000001");
}

/* ---- the record ---- */

static const char *id_of(long n, char out[37])
{
	snprintf(out, 37, "019a9f00-0000-7000-8000-%012d", (int)(n % INT_MAX));
	return out;
}

static bool is_open_sale(const struct record *record, long n)
{
	return n >= record->sales - UNSENT && n % (UNSENT / OPEN) == 0;
}

static long shift_of(const struct record *record, long n)
{
	return n >= record->sales - OWN_SHIFT ? 900 : 1 + n / 999 % 800;
}

static void write_paid(const struct record *record, long n, char out[1024])
{
	char id[37];
	bool regular = n % (record->sales / REGULAR) == 0;

	snprintf(out, 1024,
		 "{\"amount_paise\":50000,\"connection\":\"1%011ld\",\"delivery\":\"token\",\"dues_paise\":0,"
		 "\"kind\":\"sts_units\",\"lease\":1,\"meter\":\"%011ld\",\"operator\":\"" CLERK "\",\"paid_at\":%lld,"
		 "\"receipt\":\"0142-%04ld-%ld\",\"rev\":1,\"sale_id\":\"%s\",\"shift\":%ld,\"tenders\":["
		 "{\"given_paise\":50000,\"id\":\"%s\",\"kind\":\"cash\",\"paise\":50000}],\"tid\":%ld,\"units\":635}",
		 regular ? 0 : n % 5000 + 1, regular ? 0 : n % 5000 + 1, (long long)wall_of(record),
		 shift_of(record, n), n, id_of(n, id), shift_of(record, n), id, n + 1);
}

static void sell_some(struct record *record, int count)
{
	static char ids[AT_ONCE][37], paid[AT_ONCE][1024], tokened[AT_ONCE][256];
	struct bt_event_in events[AT_ONCE * 4];
	struct bt_fault fault;
	int n = 0;

	for (int i = 0; i < count; i++) {
		long sale = record->made++;

		id_of(sale, ids[i]);
		write_paid(record, sale, paid[i]);
		events[n++] =
		    (struct bt_event_in){.kind = BT_EVENT_PAID, .sale_id = ids[i], .body = bt_bytes_of(paid[i])};
		if (is_open_sale(record, sale)) {
			events[n++] = (struct bt_event_in){
			    .kind = BT_EVENT_PENDING, .sale_id = ids[i], .body = bt_bytes_of("{\"reason\":\"keys\"}")};
			continue;
		}
		snprintf(tokened[i], sizeof tokened[i],
			 "{\"issued_by\":\"terminal\",\"lease\":1,\"rev\":1,\"tid\":%ld,\"token\":\"%020ld\","
			 "\"units\":635}",
			 sale + 1, sale);
		events[n++] =
		    (struct bt_event_in){.kind = BT_EVENT_TOKENED, .sale_id = ids[i], .body = bt_bytes_of(tokened[i])};
		events[n++] = (struct bt_event_in){.kind = BT_EVENT_PRINTED,
						   .sale_id = ids[i],
						   .body = bt_bytes_of("{\"copy\":1,\"result\":\"confirmed\"}")};
		if (sale < record->sales - UNSENT)
			events[n++] = (struct bt_event_in){.kind = BT_EVENT_SETTLED,
							   .sale_id = ids[i],
							   .body = bt_bytes_of("{\"at\":1,\"by\":\"journal\"}")};
	}
	if (bt_journal_put(record->journal, events, n, &fault) != BT_OK)
		bench_fail(fault.what);
}

static void put(struct record *record, enum bt_event_kind kind, const char *body)
{
	struct bt_event_in event = {.kind = kind, .sale_id = "", .body = bt_bytes_of(body)};
	struct bt_fault fault;

	if (bt_journal_put(record->journal, &event, 1, &fault) != BT_OK)
		bench_fail(fault.what);
}

static void fill(struct record *record)
{
	bool opened = false;

	while (record->made < record->sales) {
		long left = record->sales - record->made;

		if (!opened && left <= OWN_SHIFT) {
			put(record, BT_EVENT_SHIFT_OPEN,
			    "{\"float_paise\":0,\"operator\":\"" CLERK "\",\"shift\":900}");
			opened = true;
		}
		if (!opened && left - OWN_SHIFT < AT_ONCE)
			left -= OWN_SHIFT;
		sell_some(record, left < AT_ONCE ? (int)left : AT_ONCE);
	}
}

static void open_record(struct record *record, const char *folder)
{
	uint8_t seed[BT_ED25519_SEED_LEN] = {7};
	struct bt_journal_options options = {.clock = &record->clock, .terminal = "0142"};
	struct bt_fault fault;

	snprintf(record->dir, sizeof record->dir, "%s/batti-bench-XXXXXX", folder);
	if (!mkdtemp(record->dir))
		bench_fail("no folder");
	record->clock =
	    (struct bt_clock){.wall_ms = now_wall, .boot_ms = now_boot, .boot_id = say_boot_id, .self = record};
	options.dir = record->dir;
	if (bt_signer_open(seed, &record->signer) != BT_OK)
		bench_fail("key");
	options.signer = record->signer;
	if (bt_journal_open(&options, &record->journal, &fault) != BT_OK)
		bench_fail(fault.what);
	bt_till_begin(&record->till, record->journal, 1);
}

static void remove_record(struct record *record)
{
	static const char *const names[] = {"journal.db", "journal.db-wal", "journal.head", "ballast", "lock"};
	char path[600];

	bt_journal_close(record->journal);
	bt_signer_close(record->signer);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(path, sizeof path, "%s/%s", record->dir, names[i]);
		unlink(path);
	}
	rmdir(record->dir);
}

/* ---- the questions ---- */

static enum bt_err ask_sale(struct record *record)
{
	struct bt_sale_row row;
	char id[37];

	return bt_journal_sale(record->journal, id_of(record->sales / 2, id), &row);
}

static enum bt_err ask_unsent(struct record *record)
{
	struct bt_unsent unsent;

	return bt_journal_unsent(record->journal, &unsent);
}

static enum bt_err ask_open_count(struct record *record)
{
	int64_t count;

	return bt_journal_open_count(record->journal, &count);
}

static enum bt_err list(struct record *record, enum bt_sale_filter filter, const char *key, int max)
{
	static struct bt_sale_row rows[64];
	int count;

	return bt_journal_sales(record->journal, filter, key, max, rows, &count);
}

static enum bt_err ask_desk(struct record *record)
{
	return list(record, BT_SALES_OPEN, NULL, 60);
}

static enum bt_err ask_history(struct record *record)
{
	return list(record, BT_SALES_METER, "100000000000", 20);
}

static enum bt_err ask_newest(struct record *record)
{
	return list(record, BT_SALES_ALL, NULL, 1);
}

static enum bt_err ask_doubt(struct record *record)
{
	return list(record, BT_SALES_IN_DOUBT, "00000000000", 1);
}

static enum bt_err ask_meter_use(struct record *record)
{
	int64_t tokens;
	bt_paise paise;

	return bt_journal_meter_use(record->journal, "00000000000", START_MS, &tokens, &paise);
}

static enum bt_err ask_receipt(struct record *record)
{
	struct bt_sale_row row;

	return bt_journal_sale_by_receipt(record->journal, "0142-0001-5", &row);
}

static enum bt_err ask_quarantined(struct record *record)
{
	int64_t count;

	return bt_journal_count_excepted(record->journal, "[\"malformed\",\"paid_missing\"]", &count);
}

static enum bt_err ask_tries(struct record *record)
{
	struct bt_sign_in_state state;

	return bt_shift_sign_in_state(record->journal, CLERK, wall_of(record), &state);
}

static enum bt_err ask_numbers(struct record *record)
{
	int64_t count;

	return bt_journal_shift_count(record->journal, 900, &count);
}

static enum bt_err ask_till(struct record *record)
{
	const struct bt_till_limits limits = {.warn_at = 100, .ceiling = 200};
	struct bt_till_facts facts;

	return bt_till_facts(&record->till, CLERK, 900, &limits, &facts);
}

static enum bt_err ask_x_report(struct record *record)
{
	static struct bt_receipt_shift report;

	return bt_till_report(&record->till, 900, &report);
}

static const struct question {
	const char *name;
	enum bt_err (*ask)(struct record *record);
	bool once; /* at the start, before anybody can type; it is remembered */
} questions[] = {
    {"sale", ask_sale, false},
    {"status_unsent", ask_unsent, false},
    {"status_open", ask_open_count, false},
    {"status_quarantined", ask_quarantined, false},
    {"desk_list", ask_desk, false},
    {"card_history", ask_history, false},
    {"newest_sale", ask_newest, false},
    {"meter_in_doubt", ask_doubt, false},
    {"meter_use", ask_meter_use, false},
    {"by_receipt", ask_receipt, false},
    {"receipt_number", ask_numbers, false},
    {"sign_in", ask_tries, false},
    {"till_first", ask_till, true},
    {"till", ask_till, false},
    {"x_report", ask_x_report, false},
};

struct timing {
	int64_t median, longest, limit; /* microseconds of the processor */
};

#define QUESTIONS (sizeof questions / sizeof questions[0])

static int64_t time_once(struct record *record, const struct question *question)
{
	int64_t began = bench_cpu_us();

	if (question->ask(record) != BT_OK)
		bench_fail(question->name);
	return bench_cpu_us() - began;
}

/* A machine that is slow for a while is so for both. */
static struct timing time_question(struct record *record, const struct question *question)
{
	int64_t us[ROUNDS], limit[ROUNDS];
	size_t rounds = question->once ? 1 : ROUNDS;
	struct timing timing;

	for (size_t i = 0; i < rounds; i++) {
		limit[i] = time_once(record, &questions[0]);
		us[i] = time_once(record, question);
	}
	bench_sort_us(us, rounds);
	bench_sort_us(limit, rounds);
	timing = (struct timing){.median = us[rounds / 2], .longest = us[rounds - 1], .limit = limit[rounds / 2]};
	if (timing.limit < 1)
		timing.limit = 1;
	return timing;
}

int main(int argc, char **argv)
{
	static struct record record;
	int status = 0;

	record.sales = argc > 2 ? strtol(argv[2], NULL, 10) : SALES;
	if (record.sales < 2 * UNSENT)
		bench_fail("how many sales?");
	open_record(&record, argc > 1 ? argv[1] : "/tmp");
	fill(&record);
	for (size_t i = 0; i < QUESTIONS; i++) {
		struct timing timing = time_question(&record, &questions[i]);
		int64_t times = timing.median / timing.limit;

		printf(
		    "{\"bench\":\"screens\",\"question\":\"%s\",\"sales\":%ld,\"median_us\":%lld,\"longest_us\":%lld,"
		    "\"limit_us\":%lld,\"times_limit\":%lld}\n",
		    questions[i].name, record.sales, (long long)timing.median, (long long)timing.longest,
		    (long long)timing.limit, (long long)times);
		if (times > TIMES_MOST && !questions[i].once)
			status = 1;
	}
	remove_record(&record);
	return status;
}
