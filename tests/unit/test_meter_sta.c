/* The virtual meter's STA: its table file, and another set than the sample. The sample set itself: test_meter_decoder.
 * rooms: tests/meter */
#include "tests/meter/sta.h"

#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#define S1 "S1 12 10 8 4 3 15 0 2 14 1 5 13 6 9 7 11\n"
#define S2 "S2 6 9 7 4 3 10 12 14 2 13 1 15 0 11 8 5\n"
#define P                                                                                                              \
	"P 29 27 34 9 16 62 55 2 40 49 38 25 33 61 30 23 1 41 21 57 42 15 5 58 19 53 22 17 48 28 24 39 "               \
	"3 60 36 14 11 52 54 12 31 51 10 26 0 45 37 43 44 6 59 4 7 35 56 50 13 18 32 47 46 63 20 8\n"
#define SAME "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15"
#define UP                                                                                                             \
	"P 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 "                    \
	"33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 0\n"

static bool read_text(const char *text, struct meter_sta *out)
{
	char copy[1024];
	size_t len = strlen(text);
	FILE *file;
	bool done;

	assert_true(len < sizeof copy);
	memcpy(copy, text, len + 1);
	file = fmemopen(copy, len, "r");
	assert_non_null(file);
	done = meter_sta_read(file, out);
	fclose(file);
	return done;
}

static void test_file_of_the_sample_set(void **state)
{
	struct meter_sta sample, read;

	(void)state;
	meter_sta_sample(&sample);
	assert_true(read_text("# a set\n" P "\n" S2 S1, &read));
	assert_memory_equal(&sample, &read, sizeof sample);
}

static void test_files_that_are_no_set(void **state)
{
	static const char *const texts[] = {
	    "\n",
	    S1 S2,
	    S1 S2 P P,
	    S1 S1 P,
	    S1 S2 P "S3 1\n",
	    S1 S2 "P 1 2 3\n",
	    "S1 12 10 8 4 3 15 0 2 14 1 5 13 6 9 7 7\n" S2 P,
	    "S1 12 10 8 4 3 15 0 2 14 1 5 13 6 9 7 16\n" S2 P,
	    "S1 12 10 8 4 3 15 0 2 14 1 5 13 6 9 7 11 0\n" S2 P,
	    "S1 12 10 8 4 3 15 0 2 14 1 5 13 6 9 7 x\n" S2 P,
	};
	struct meter_sta sta = {.went_to = {77}};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		assert_false(read_text(texts[i], &sta));
	assert_int_equal(sta.went_to[0], 77);
}

/* Without substitution, and each bit one place up: 16 rounds are 16 places, under any key. */
static void test_a_set_to_follow_by_hand(void **state)
{
	struct meter_sta sta;

	(void)state;
	assert_true(read_text("S1 " SAME "\nS2 " SAME "\n" UP, &sta));
	assert_true(meter_sta_decrypt(&sta, 0x0123456789abcdef, 0x0123456789abcdef) == 0xcdef0123456789ab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_file_of_the_sample_set),
	    cmocka_unit_test(test_files_that_are_no_set),
	    cmocka_unit_test(test_a_set_to_follow_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
