/* Search in the cached directory at a million consumers: words common and rare, prefixes of names with a place, digits;
 * beside the exact look-up of one consumer by number in the same run.
 *
 * Usage: bench_directory [FOLDER [ROWS]]. Prints one line of JSON, times in microseconds; with BENCH_EACH set, the
 * median of each query on standard error too.
 *
 * rooms: core/directory core/base core/money */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/directory/directory.h"
#include "tests/bench/measure.h"

#define PAGE   2000
#define ROUNDS 200

static const char *const first_names[] = {"Ramesh", "Suresh", "Sunita", "Anita",  "Rajesh", "Mukesh", "Kamla",  "Sita",
					  "Ram",    "Shyam",  "Mohan",  "Sohan",  "Gita",   "Rita",   "Abdul",  "Irfan",
					  "Salma",  "Priya",  "Pooja",  "Vikash", "Manoj",  "Sanjay", "Ajay",   "Vijay",
					  "Dinesh", "Ganesh", "Mahesh", "Naresh", "Lalita", "Savita", "Babita", "Usha",
					  "Asha",   "Nisha",  "Ranjan", "Deepak"};
static const char *const last_names[] = {"Kumar", "Devi",   "Singh",  "Prasad", "Yadav", "Sharma", "Gupta", "Mishra",
					 "Jha",   "Khatun", "Rahman", "Paswan", "Ram",   "Sinha",  "Verma", "Thakur"};
static const char *const places[] = {"Danapur",  "Khagaul", "Phulwari", "Bihta",  "Maner",   "Naubatpur", "Bikram",
				     "Paliganj", "Fatuha",  "Barh",     "Mokama", "Hajipur", "Sonepur",   "Digha"};
#define PICK(list, n) list[(n) % (sizeof list / sizeof *list)]

static uint64_t scramble(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static void put_consumer(struct bt_buf *page, long i)
{
	uint64_t r = scramble((uint64_t)i + 1);
	if (bt_buf_printf(
		page,
		"%s{\"number\":\"1%011ld\",\"meter\":\"%011llu\",\"pan\":\"\",\"mobile\":\"9%09llu\","
		"\"name\":{\"en\":\"%s %s\",\"hi\":\"\"},\"relation\":\"\",\"relative\":{},"
		"\"place\":{\"en\":\"%s, ward %u\",\"hi\":\"\"},\"category\":\"DS-II\",\"kind\":\"sts_units\","
		"\"takes_token\":true,\"balance_paise\":0,\"dues_paise\":0,\"key\":null}",
		i % PAGE ? "," : "", i, (unsigned long long)(r % 99999999999u),
		(unsigned long long)(r / 7 % 999999999u), PICK(first_names, r), PICK(last_names, r >> 8),
		PICK(places, r >> 16), (unsigned)(r >> 24) % 40) != BT_OK)
		bench_fail("page");
}

static void fill(struct bt_directory *directory, long rows)
{
	struct bt_buf page;
	struct bt_fault fault;
	bool complete = false;
	int skipped = 0;
	bt_buf_init(&page, 8 << 20);
	for (long i = 0; i < rows;) {
		bt_buf_clear(&page);
		if (bt_buf_put_text(&page, "{\"removed\":[],\"consumers\":[") != BT_OK)
			bench_fail("page");
		do
			put_consumer(&page, i++);
		while (i < rows && i % PAGE);
		if (bt_buf_printf(&page, "],\"version\":%ld,\"complete\":%s}", i, i < rows ? "false" : "true") != BT_OK)
			bench_fail("page");
		if (bt_directory_apply(directory, bt_buf_view(&page), i, &complete, &skipped, &fault) != BT_OK ||
		    skipped)
			bench_fail(fault.what);
	}
	bt_buf_fini(&page);
}

static const char *const queries[] = {
    "ramesh",
    "ram",
    "ramesh dan",
    "sunita devi",
    "devi khag",
    "kumar ramesh danapur",
    "r kumar",
    "रमेश दाना",
    "jha mok",
    "irf pas",
    "xyzzy",
    "ramesh xyz",
    "lalita verma barh 12",
    "5298",
    "1000",
    "100000123",
    "jha x",
    "m ram singh p",
    "ward 39 jha digha usha",
};

#define QUERIES (sizeof queries / sizeof *queries)

static int64_t time_search(struct bt_directory *directory, const char *text)
{
	static struct bt_consumer rows[16];
	int count = 0;
	bool more = false;
	int64_t start = bench_now_us();
	if (bt_directory_search(directory, text, 16, rows, &count, &more) != BT_OK)
		bench_fail(text);
	return bench_now_us() - start;
}

/* The query with the greatest median. Sorts each query's times. */
static size_t find_slowest(int64_t *times_us, int64_t *median_us)
{
	size_t slowest = 0;
	for (size_t q = 0; q < QUERIES; q++) {
		int64_t *own = times_us + q * ROUNDS;
		bench_sort_us(own, ROUNDS);
		if (getenv("BENCH_EACH"))
			fprintf(stderr, "%-24s %lld\n", queries[q], (long long)own[ROUNDS / 2]);
		if (own[ROUNDS / 2] > *median_us) {
			*median_us = own[ROUNDS / 2];
			slowest = q;
		}
	}
	return slowest;
}

int main(int argc, char **argv)
{
	static int64_t search_us[ROUNDS * QUERIES], bare_us[ROUNDS * 16];
	char dir[4096], path[4096], wal[4096];
	struct bt_directory *directory = NULL;
	struct bt_fault fault;
	struct bt_consumer found;
	long rows = argc > 2 ? strtol(argv[2], NULL, 10) : 1000000;
	size_t bare = 0;
	if (rows < 1 || bt_path_join(argc > 1 ? argv[1] : "/tmp", "bench-directory-XXXXXX", dir, sizeof dir) != BT_OK ||
	    !mkdtemp(dir) || bt_path_join(dir, "directory.db", path, sizeof path) != BT_OK ||
	    bt_path_join(dir, "directory.db-wal", wal, sizeof wal) != BT_OK)
		bench_fail("start");
	if (bt_directory_open(path, &directory, &fault) != BT_OK)
		bench_fail(fault.what);
	int64_t start = bench_now_us();
	fill(directory, rows);
	int64_t fill_us = bench_now_us() - start;
	for (int round = 0; round < ROUNDS; round++) {
		for (size_t q = 0; q < QUERIES; q++)
			search_us[q * ROUNDS + (size_t)round] = time_search(directory, queries[q]);
		for (int i = 0; i < 16; i++) {
			char number[32];
			snprintf(number, sizeof number, "1%011ld",
				 (long)(scramble((uint64_t)(round * 16 + i)) % (uint64_t)rows));
			start = bench_now_us();
			if (bt_directory_find(directory, number, &found) != BT_OK)
				bench_fail(number);
			bare_us[bare++] = bench_now_us() - start;
		}
	}
	bt_directory_close(directory);
	(void)unlink(wal);
	(void)unlink(path);
	(void)rmdir(dir);
	int64_t slowest_us = 0;
	size_t slowest = find_slowest(search_us, &slowest_us), n = ROUNDS * QUERIES;
	bench_sort_us(search_us, n);
	bench_sort_us(bare_us, bare);
	printf("{\"bench\":\"directory_search\",\"rows\":%ld,\"p50_us\":%lld,\"p99_us\":%lld,\"slowest\":\"%s\","
	       "\"slowest_p50_us\":%lld,\"fill_s\":%lld,\"limit_p50_us\":%lld,\"limit_p99_us\":%lld,"
	       "\"limit\":\"one exact look-up\"}\n",
	       rows, (long long)search_us[n / 2], (long long)search_us[n * 99 / 100], queries[slowest],
	       (long long)slowest_us, (long long)(fill_us / 1000000), (long long)bare_us[bare / 2],
	       (long long)bare_us[bare * 99 / 100]);
	return 0;
}
