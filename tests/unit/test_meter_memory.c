/* What the virtual meter remembers and refuses, its key file, and two entries at once.
 * rooms: tests/meter */
#include "tests/meter/memory.h"

#include <ftw.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

#include "tests/unit/sts_rows.h"

static struct meter_token make_token(uint32_t tid, uint32_t tenths)
{
	return (struct meter_token){.digits = "01234567890123456789", .tid = tid, .tenths = tenths};
}

static void assert_same(const struct meter_memory *a, const struct meter_memory *b)
{
	assert_int_equal(a->credit_tenths, b->credit_tenths);
	assert_memory_equal(a->tids, b->tids, sizeof a->tids);
	assert_int_equal(a->last_count, b->last_count);
	for (unsigned i = 0; i < a->last_count; i++) {
		assert_string_equal(a->last[i].digits, b->last[i].digits);
		assert_int_equal(a->last[i].tid, b->last[i].tid);
		assert_int_equal(a->last[i].tenths, b->last[i].tenths);
	}
}

static enum meter_result take(struct meter_memory *memory, uint32_t tid, uint32_t tenths)
{
	const struct meter_memory before = *memory;
	const struct meter_token token = make_token(tid, tenths);
	enum meter_result result = meter_memory_take(memory, 255, &token);

	if (result != METER_ACCEPTED)
		assert_same(&before, memory);
	return result;
}

static void test_used_and_old(void **state)
{
	struct meter_memory memory = {.credit_tenths = 0};

	(void)state;
	assert_int_equal(take(&memory, 0, 1), METER_USED); /* as every slot from the factory */
	/* Rising by two, in an order that is not rising. */
	for (uint32_t i = 0; i < METER_TIDS; i++)
		assert_int_equal(take(&memory, 1000 + (i * 7 % METER_TIDS) * 2, 10), METER_ACCEPTED);
	assert_int_equal(memory.credit_tenths, 500);
	assert_int_equal(memory.tids[0], 1000);
	assert_int_equal(take(&memory, 1000, 10), METER_USED);
	assert_int_equal(take(&memory, 1098, 10), METER_USED);
	assert_int_equal(take(&memory, 999, 10), METER_OLD);
	assert_int_equal(take(&memory, 1001, 10), METER_ACCEPTED); /* 1000 falls out */
	assert_int_equal(take(&memory, 1000, 10), METER_OLD);
	assert_int_equal(take(&memory, 1001, 10), METER_USED);
	for (size_t i = 1; i < METER_TIDS; i++)
		assert_true(memory.tids[i - 1] < memory.tids[i]);
	assert_int_equal(memory.last_count, METER_LAST);
	assert_int_equal(memory.last[0].tid, 1001);
}

static void test_overflow_is_not_used_up(void **state)
{
	struct meter_memory memory = {.credit_tenths = METER_CREDIT_MAX - 10};

	(void)state;
	assert_int_equal(take(&memory, 5, 11), METER_OVERFLOW);
	assert_int_equal(take(&memory, 5, 10), METER_ACCEPTED);
	assert_int_equal(memory.credit_tenths, METER_CREDIT_MAX);
	assert_int_equal(take(&memory, 6, 1), METER_OVERFLOW);
	assert_int_equal(take(&memory, 6, 0), METER_ACCEPTED);
}

static enum meter_result take_under(uint8_t ken, uint32_t tid)
{
	struct meter_memory memory = {.credit_tenths = 0};
	const struct meter_token token = make_token(tid, 1);

	return meter_memory_take(&memory, ken, &token);
}

static void test_expiry(void **state)
{
	(void)state;
	assert_int_equal(take_under(85, 5636095), METER_ACCEPTED);
	assert_int_equal(take_under(85, 5636096), METER_EXPIRED);
	assert_int_equal(take_under(254, 0xffffff), METER_EXPIRED);
	assert_int_equal(take_under(255, 0xffffff), METER_ACCEPTED);
}

/* A folder of its own for each test. */
#define FOLDER_PATTERN P_tmpdir "/batti-meter-XXXXXX"
static char folder[sizeof FOLDER_PATTERN];

static int make_folder(void **state)
{
	(void)state;
	memcpy(folder, FOLDER_PATTERN, sizeof FOLDER_PATTERN);
	return mkdtemp(folder) == NULL;
}

static int remove_entry(const char *path, const struct stat *stat, int type, struct FTW *walk)
{
	(void)stat;
	(void)type;
	(void)walk;
	return remove(path);
}

static int remove_folder(void **state)
{
	(void)state;
	return nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void write_file(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

#define DRN   "58000079523"
#define KEY   "f94b6ed353c3bfdb113e2d3a7ea3c41d"
#define TOKEN "59386323472137426967" /* a worked example of the standard: 0.1 kWh at minute 5871660 */

static void test_key_file(void **state)
{
	struct meter_identity identity = {.ken = 7};
	struct meter_fault fault;

	(void)state;
	assert_false(meter_factory_find(folder, DRN, &identity, &fault));
	write_file("meters.csv", "drn,key\n" DRN ",00\n");
	assert_false(meter_factory_find(folder, DRN, &identity, &fault));
	write_file("meters.csv", METER_FACTORY_HEADER "\n"
						      "58000079531,11,2014,01,1,123457,255," KEY "\n" DRN
						      ",07,2014,01,1,123457,255," KEY "\n");
	assert_false(meter_factory_find(folder, DRN, &identity, &fault));
	assert_non_null(strstr(fault.what, "EA"));
	assert_false(meter_factory_find(folder, "58000079549", &identity, &fault));
	assert_non_null(strstr(fault.what, "unknown meter 58000079549"));
	assert_false(meter_factory_find(folder, "../meters", &identity, &fault));
	write_file("meters.csv", METER_FACTORY_HEADER "\n" DRN ",11,2014,01,1,123457,256," KEY "\n");
	assert_false(meter_factory_find(folder, DRN, &identity, &fault));
	write_file("meters.csv", METER_FACTORY_HEADER "\n" DRN ",11,2014,01,1,123457,255,00" KEY "\n");
	assert_false(meter_factory_find(folder, DRN, &identity, &fault));
	assert_int_equal(identity.ken, 7);
	write_file("meters.csv", METER_FACTORY_HEADER "\r\n" DRN ",11,2014,01,1,123457,0," KEY "\r\n" DRN
						      ",11,2014,01,2,123457,200," KEY);
	assert_true(meter_factory_find(folder, DRN, &identity, &fault));
	assert_string_equal(identity.drn, DRN);
	assert_int_equal(identity.ken, 200);
	assert_int_equal(identity.key[15], 0x1d);
}

static void test_memory_survives(void **state)
{
	struct meter_memory memory, again;
	struct meter_fault fault;
	int lock = meter_memory_lock(folder, DRN, &fault);

	(void)state;
	assert_true(lock >= 0);
	assert_true(meter_memory_load(folder, DRN, &memory, &fault));
	assert_int_equal(memory.credit_tenths, 0);
	for (uint32_t i = 1; i < 70; i++) {
		assert_int_equal(take(&memory, i * 100, i), METER_ACCEPTED);
		assert_true(meter_memory_save(folder, DRN, &memory, &fault));
		memset(&again, 0, sizeof again);
		assert_true(meter_memory_load(folder, DRN, &again, &fault));
		assert_same(&memory, &again);
	}
	close(lock);
}

/* A memory cut short anywhere is told as damaged, and never read as another. */
static void test_damaged_memory(void **state)
{
	struct meter_memory memory = {.credit_tenths = 77};
	struct meter_fault fault;
	char path[128], text[4096];
	size_t len;
	FILE *file;

	(void)state;
	assert_int_equal(close(meter_memory_lock(folder, DRN, &fault)), 0);
	assert_int_equal(take(&memory, 123456, 7), METER_ACCEPTED);
	assert_true(meter_memory_save(folder, DRN, &memory, &fault));
	snprintf(path, sizeof path, "%s/meters/" DRN, folder);
	file = fopen(path, "r");
	assert_non_null(file);
	len = fread(text, 1, sizeof text, file);
	fclose(file);
	assert_true(len > 0 && len < sizeof text);
	for (size_t cut = 0; cut + 1 < len; cut++) {
		file = fopen(path, "w");
		assert_non_null(file);
		assert_int_equal(fwrite(text, 1, cut, file), cut);
		fclose(file);
		assert_false(meter_memory_load(folder, DRN, &memory, &fault));
	}
	assert_int_equal(memory.credit_tenths, 84);
}

static enum meter_result enter(const struct meter_identity *identity, const char *text, uint32_t *credit_tenths)
{
	struct meter_memory memory;
	struct meter_token token;
	struct meter_fault fault;
	enum meter_result result = METER_BROKEN;

	assert_true(meter_enter(folder, identity, text, &result, &token, &memory, &fault));
	*credit_tenths = memory.credit_tenths;
	return result;
}

/* Every electricity token of the file: accepted, then used; with its last digit changed, invalid. One has TID 0, which
 * fills the slots from the factory: used at once. */
static void test_vector_file(void **state)
{
	FILE *file = fopen(STS_ROWS_PATH, "r");
	struct sts_row row;
	int count = 0;

	(void)state;
	assert_non_null(file);
	while (sts_row_next(file, &row)) {
		struct meter_identity identity = {.ken = 255};
		uint32_t first, then;
		char *last;

		if (sts_row_number(&row, STS_CLASS) != 0 || sts_row_number(&row, STS_SUBCLASS) != 0)
			continue;
		count++;
		memcpy(identity.drn, row.field[STS_DRN], strlen(row.field[STS_DRN]));
		sts_row_bytes(row.field[STS_DECODER_KEY], identity.key, METER_KEY_LEN);
		if (sts_row_tid(&row) == 0) {
			assert_int_equal(enter(&identity, row.field[STS_TOKEN], &first), METER_USED);
			assert_int_equal(first, 0);
			continue;
		}
		assert_int_equal(enter(&identity, row.field[STS_TOKEN], &first), METER_ACCEPTED);
		assert_true(first >= sts_row_tenths(&row));
		assert_int_equal(enter(&identity, row.field[STS_TOKEN], &then), METER_USED);
		assert_int_equal(first, then);
		last = row.field[STS_TOKEN] + METER_DIGITS - 1;
		*last = *last == '9' ? '0' : (char)(*last + 1);
		assert_int_equal(enter(&identity, row.field[STS_TOKEN], &then), METER_BAD_CRC);
		assert_int_equal(first, then);
	}
	fclose(file);
	assert_int_equal(count, 15);
}

static void test_entries_at_once(void **state)
{
	struct meter_identity identity = {.drn = DRN, .ken = 255};
	struct meter_memory memory;
	struct meter_fault fault;
	int accepted = 0, used = 0;
	int status;

	(void)state;
	sts_row_bytes(KEY, identity.key, METER_KEY_LEN);
	for (int i = 0; i < 8; i++) {
		struct meter_token token;
		enum meter_result result = METER_BROKEN;
		pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0)
			_exit(meter_enter(folder, &identity, TOKEN, &result, &token, &memory, &fault) ? (int)result
												      : 99);
	}
	for (int i = 0; i < 8; i++) {
		assert_true(wait(&status) > 0);
		assert_true(WIFEXITED(status));
		accepted += WEXITSTATUS(status) == METER_ACCEPTED;
		used += WEXITSTATUS(status) == METER_USED;
	}
	assert_int_equal(accepted, 1);
	assert_int_equal(used, 7);
	assert_true(meter_memory_load(folder, DRN, &memory, &fault));
	assert_int_equal(memory.credit_tenths, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_used_and_old),
	    cmocka_unit_test(test_overflow_is_not_used_up),
	    cmocka_unit_test(test_expiry),
	    cmocka_unit_test_setup_teardown(test_key_file, make_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(test_memory_survives, make_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(test_damaged_memory, make_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(test_vector_file, make_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(test_entries_at_once, make_folder, remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
