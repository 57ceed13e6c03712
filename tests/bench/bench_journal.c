/* What a sale costs in the journal: `paid` and `tokened`, each durable in both records, beside the bare writes and
 * syncs that two records of two events need, measured in the same run on the same disk.
 *
 * Then the journal is filled to 100,000 whole sales of four events, with a change of key every 256 sales as by shifts,
 * and opened again, as at a start: everything is read.
 *
 * Usage: bench_journal [FOLDER [SALES]]. Prints one line of JSON, times in microseconds per sale.
 *
 * rooms: core/authority core/journal core/base core/money */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/authority/record_key.h"
#include "core/base/file.h"
#include "core/journal/journal.h"
#include "tests/bench/measure.h"

#define SALES_MAX       100000
#define SALES_AT_START  100000 /* in the journal that is opened */
#define SALES_PER_SHIFT 256

static const char *make_id(int n, char out[37])
{
	snprintf(out, 37, "019a9f00-0000-7000-8000-%012d", n);
	return out;
}

static const char *make_paid(int n, const char *id, char out[1024])
{
	snprintf(
	    out, 1024,
	    "{\"amount_paise\":50000,\"connection\":\"100244781560\",\"delivery\":\"token\",\"dues_paise\":0,"
	    "\"duty_paise\":2830,\"energy_paise\":47170,\"key\":{\"base\":2014,\"dkga\":\"04\",\"ea\":\"11\","
	    "\"kcv\":\"A1B2C3\",\"ken\":255,\"krn\":1,\"kt\":2,\"sgc\":\"123457\",\"ti\":\"01\",\"version\":1},"
	    "\"kind\":\"sts_units\",\"lease\":1,\"meter\":\"%011d\",\"operator\":\"rina\","
	    "\"paid_at\":1795000000000,\"pan\":\"600727047400152986\",\"receipt\":\"0142-0611-%d\",\"rev\":1,"
	    "\"rnd\":5,\"sale_id\":\"%.36s\",\"shift\":611,\"tariff\":\"BERC-2026-27\",\"tenders\":[{\"given_paise\":"
	    "100000,\"id\":\"%.36s\",\"kind\":\"cash\",\"paise\":50000}],\"terminal\":\"0142\",\"tid\":%d,\"units\":"
	    "635}",
	    n % 5000, n, id, id, n);
	return out;
}

static const char *make_tokened(int n, char out[1024])
{
	snprintf(out, 1024,
		 "{\"issued_by\":\"terminal\",\"lease\":1,\"rev\":1,\"tid\":%d,\"token\":\"%020d\",\"units\":635}", n,
		 n);
	return out;
}

static void put(struct bt_journal *journal, const struct bt_event_in *events, int count)
{
	struct bt_fault fault;
	if (bt_journal_put(journal, events, count, &fault) != BT_OK)
		bench_fail(fault.what);
}

static void sell(struct bt_journal *journal, int n)
{
	char id[37], body[1024];
	make_id(n, id);
	struct bt_event_in event = {.kind = BT_EVENT_PAID, .sale_id = id, .body = bt_bytes_of(make_paid(n, id, body))};
	put(journal, &event, 1);
	event =
	    (struct bt_event_in){.kind = BT_EVENT_TOKENED, .sale_id = id, .body = bt_bytes_of(make_tokened(n, body))};
	put(journal, &event, 1);
}

#define SALES_AT_ONCE (BT_PUT_MAX / 4)

/* Whole sales, four events each, many in one put: only to have a journal of that size. */
static void fill(struct bt_journal *journal, int first, int sales)
{
	static char ids[SALES_AT_ONCE][37], paid[SALES_AT_ONCE][1024], tokened[SALES_AT_ONCE][1024];
	struct bt_event_in events[BT_PUT_MAX];
	while (sales > 0) {
		int n = sales < SALES_AT_ONCE ? sales : SALES_AT_ONCE, count = 0;
		for (int i = 0; i < n; i++, first++) {
			const char *id = make_id(first, ids[i]);
			const struct bt_event_in sale[] = {
			    {.kind = BT_EVENT_PAID, .sale_id = id, .body = bt_bytes_of(make_paid(first, id, paid[i]))},
			    {.kind = BT_EVENT_TOKENED,
			     .sale_id = id,
			     .body = bt_bytes_of(make_tokened(first, tokened[i]))},
			    {.kind = BT_EVENT_PRINTED,
			     .sale_id = id,
			     .body = bt_bytes_of("{\"copy\":1,\"result\":\"confirmed\"}")},
			    {.kind = BT_EVENT_SETTLED,
			     .sale_id = id,
			     .body = bt_bytes_of("{\"at\":1795000000000,\"by\":\"journal\"}")},
			};
			memcpy(events + count, sale, sizeof sale);
			count += 4;
		}
		put(journal, events, count);
		sales -= n;
		if (first / SALES_PER_SHIFT != (first - n) / SALES_PER_SHIFT &&
		    bt_journal_ratchet(journal, NULL) != BT_OK)
			bench_fail("change of key");
	}
}

/* The floor: for each of two events one synced append to each of two files, an event's bytes and a frame's. */
static void append_bare(int events, int frames)
{
	static const char bytes[1024] = {'x'};
	for (int i = 0; i < 2; i++) {
		if (write(events, bytes, sizeof bytes) < 0 || fdatasync(events) != 0 || write(frames, bytes, 64) < 0 ||
		    fdatasync(frames) != 0)
			bench_fail("bare append");
	}
}

static int open_bare(const char *dir, const char *name)
{
	char path[4096];
	if (bt_path_join(dir, name, path, sizeof path) != BT_OK)
		bench_fail(dir);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		bench_fail(path);
	return fd;
}

static void remove_files(const char *dir)
{
	static const char *const names[] = {"journal.db", "journal.db-wal", "journal.head", "ballast",
					    "lock",       "bare-events",    "bare-frames",  "journal.key"};
	char path[4096];
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (bt_path_join(dir, names[i], path, sizeof path) == BT_OK)
			(void)unlink(path);
	}
	(void)rmdir(dir);
}

static void write_key(const char *dir)
{
	static const uint8_t seed[BT_ED25519_SEED_LEN] = {1};
	char path[4096];
	struct bt_buf text;
	bt_buf_init(&text, 128);
	if (bt_record_key_encode(seed, &text) != BT_OK ||
	    bt_path_join(dir, "journal.key", path, sizeof path) != BT_OK ||
	    bt_file_replace(path, bt_buf_view(&text), 0600, NULL) != BT_OK)
		bench_fail("key");
	bt_buf_fini(&text);
}

int main(int argc, char **argv)
{
	static int64_t sale_us[SALES_MAX], bare_us[SALES_MAX];
	char dir[4096];
	struct bt_clock clock = bt_clock_system();
	struct bt_journal_options options = {.dir = dir, .clock = &clock, .terminal = "0142"};
	struct bt_random random = bt_random_system();
	struct bt_record_key *keys = NULL;
	struct bt_journal *journal = NULL;
	struct bt_fault fault;
	long sales = argc > 2 ? strtol(argv[2], NULL, 10) : 2000;
	if (sales < 1 || sales > SALES_MAX)
		bench_fail("number of sales");
	if (bt_path_join(argc > 1 ? argv[1] : "/tmp", "bench-journal-XXXXXX", dir, sizeof dir) != BT_OK ||
	    !mkdtemp(dir))
		bench_fail("start");
	write_key(dir);
	if (bt_record_key_open(NULL, dir, options.terminal, &random, &keys, &fault) != BT_OK)
		bench_fail(fault.what);
	options.keys = bt_record_key_store(keys);
	if (bt_journal_open(&options, &journal, &fault) != BT_OK)
		bench_fail(fault.what);
	int events = open_bare(dir, "bare-events"), frames = open_bare(dir, "bare-frames");
	for (long i = 0; i < sales; i++) { /* turn by turn, so that both meet the same disk */
		int64_t start = bench_now_us();
		sell(journal, (int)i + 1);
		int64_t middle = bench_now_us();
		append_bare(events, frames);
		sale_us[i] = middle - start;
		bare_us[i] = bench_now_us() - middle;
	}
	close(events);
	close(frames);
	fill(journal, (int)sales + 1, SALES_AT_START - (int)sales);
	bt_journal_close(journal);
	int64_t open_us = bench_now_us();
	if (bt_journal_open(&options, &journal, &fault) != BT_OK)
		bench_fail(fault.what);
	open_us = bench_now_us() - open_us;
	bt_journal_close(journal);
	bt_record_key_close(keys);
	remove_files(dir);
	bench_sort_us(sale_us, (size_t)sales);
	bench_sort_us(bare_us, (size_t)sales);
	printf("{\"bench\":\"journal_sale\",\"sales\":%ld,\"p50_us\":%lld,\"p99_us\":%lld,\"limit_p50_us\":%lld,"
	       "\"limit_p99_us\":%lld,\"limit\":\"4 appends and fdatasyncs\",\"ratio_p50_percent\":%lld,"
	       "\"ratio_limit_percent\":150,\"open_100k_sales_ms\":%lld,\"open_limit_ms\":2000}\n",
	       sales, (long long)sale_us[sales / 2], (long long)sale_us[sales * 99 / 100],
	       (long long)bare_us[sales / 2], (long long)bare_us[sales * 99 / 100],
	       (long long)(sale_us[sales / 2] * 100 / bare_us[sales / 2]), (long long)(open_us / 1000));
	return 0;
}
