/* The virtual meter from its command line: what it prints, its exit status, and what it keeps between two starts. */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tests/e2e/world.h"

#define DRN      "58000079523"
#define ARGS_MAX 12

/* The worked example of the standard: 0.1 kWh, and the four sections of a key change from TI 01 to TI 02. Published. */
#define CREDIT    "59386323472137426967"
#define SECTION_1 "34812744915211133004"
#define SECTION_2 "46903925208523674737"
#define SECTION_3 "71464563847088610152"
#define SECTION_4 "67904239402617643990"
#define TEST_ALL  "00000000000150997584"

#define FOLDER P_tmpdir "/batti-meter-XXXXXX"
static char folder[sizeof FOLDER];

static int make_folder(void **state)
{
	char path[sizeof folder + sizeof "/meters.csv"];
	FILE *file;

	(void)state;
	memcpy(folder, FOLDER, sizeof folder);
	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(path, sizeof path, "%s/meters.csv", folder);
	file = fopen(path, "w");
	if (file == NULL)
		return 1;
	fputs("drn,ea,base,ti,krn,sgc,ken,decoder_key_hex\n" DRN
	      ",11,1993,01,1,123457,255,f94b6ed353c3bfdb113e2d3a7ea3c41d\n",
	      file);
	return fclose(file);
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

/* `batti-meter COMMAND --state FOLDER WORDS...`: its exit status, and @p out is all it printed. */
static void expect(int status, const char *out, const char *command, ...)
{
	const char *arguments[ARGS_MAX] = {METER_PROGRAM, command, "--state", folder};
	struct world_run run;
	va_list words;
	size_t count = 4;

	va_start(words, command);
	while (count < ARGS_MAX - 1 && (arguments[count] = va_arg(words, const char *)) != NULL)
		count++;
	va_end(words);
	run = world_run(arguments);
	assert_string_equal(run.out, out);
	assert_int_equal(run.status, status);
	world_run_free(&run);
}

static void test_credit(void **state)
{
	(void)state;
	expect(0, "credit=0.0 kWh\n", "show", DRN, NULL);
	expect(0, "accepted credit=0.1 kWh (+0.1)\n", "enter", DRN, CREDIT, NULL);
	expect(1, "used credit=0.1 kWh\n", "enter", DRN, "5938", "6323", "4721-3742", "6967", NULL);
	expect(1, "invalid credit=0.1 kWh (crc)\n", "enter", DRN, "59386323472137426960", NULL);
	expect(1, "invalid credit=0.1 kWh (digits)\n", "enter", DRN, "5938632347213742696", NULL);
	expect(1,
	       "{\"meter\":\"" DRN "\",\"result\":\"used\",\"reason\":\"\",\"credit_tenths\":1,\"added_tenths\":0,"
	       "\"tid\":5871660,\"name\":\"UsedError\",\"code\":10,\"kind\":\"credit_electricity\",\"unit\":\"kWh\"}\n",
	       "enter", "--json", DRN, CREDIT, NULL);
	expect(0, "credit=0.1 kWh\n5938 6323 4721 3742 6967 tid=5871660 +0.1\n", "show", DRN, NULL);
	expect(0,
	       "{\"meter\":\"" DRN "\",\"credit_tenths\":1,\"tokens\":[{\"token\":\"" CREDIT
	       "\",\"tid\":5871660,\"tenths\":1,\"kind\":\"credit_electricity\"}]}\n",
	       "show", "--json", DRN, NULL);
}

static void test_key_change(void **state)
{
	(void)state;
	expect(0, "accepted key change 1 of 4\n", "enter", "--now", "1000", DRN, SECTION_4, NULL);
	expect(0, "accepted key change 2 of 4\n", "enter", "--now", "1599", DRN, SECTION_2, NULL);
	expect(0, "accepted key change 3 of 4\n", "enter", "--now", "2198", DRN, SECTION_1, NULL);
	expect(0, "accepted key change 1 of 4\n", "enter", "--now", "2798", DRN, SECTION_3, NULL);
	expect(0, "accepted key change 2 of 4\n", "enter", "--now", "2798", DRN, SECTION_1, NULL);
	expect(0,
	       "{\"meter\":\"" DRN "\",\"result\":\"accepted\",\"reason\":\"\",\"credit_tenths\":0,\"added_tenths\":0,"
	       "\"tid\":0,\"name\":\"4thKCT\",\"code\":null,\"kind\":\"key_change_4\",\"unit\":\"kWh\","
	       "\"key_change\":{\"held\":3,\"of\":4}}\n",
	       "enter", "--json", "--now", "2799", DRN, SECTION_4, NULL);
	expect(0, "accepted key change 4 of 4 krn=1 kt=2 ti=02 sgc=123457 ken=255\n", "enter", "--now", "2800", DRN,
	       SECTION_2, NULL);
	expect(1, "invalid credit=0.0 kWh (crc)\n", "enter", "--now", "2801", DRN, CREDIT, NULL);
}

static void test_lock_out(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		expect(1, "invalid credit=0.0 kWh (digits)\n", "enter", "--now", "1000", DRN, "1", NULL);
	expect(1, "invalid credit=0.0 kWh (locked, 2 s to wait)\n", "enter", "--now", "1003", DRN, CREDIT, NULL);
	expect(0, "accepted credit=0.1 kWh (+0.1)\n", "enter", "--now", "1005", DRN, CREDIT, NULL);
}

static void test_status(void **state)
{
	(void)state;
	expect(0, "", "tamper", DRN, NULL);
	expect(0,
	       "credit=0.0 kWh\nproduct=electricity\nkt=2\nload_switch=open\ndisplay=88888888\ntotal=0.0 kWh\nkrn=1\n"
	       "ti=01\ntoken_reader=good\npower_limit_w=18201624\ntamper=tampered\npower_w=0\nversion=batti-meter 2\n"
	       "unbalance_limit_w=18201624\nwater_factor=0\ntariff_rate=0\nea=11\nkey_tokens=4\nsgc=123457\nken=255\n"
	       "drn=" DRN "\nkey=factory\nkey_change=0 of 4\nwrong_entries=0\nlocked_s=0\n",
	       "status", DRN, NULL);
	expect(0,
	       "{\"meter\":\"" DRN "\",\"product\":\"electricity\",\"unit\":\"kWh\",\"credit_tenths\":0,"
	       "\"binding\":{\"krn\":1,\"kt\":2,\"ti\":\"01\",\"sgc\":\"123457\",\"ken\":255},\"key\":\"factory\","
	       "\"display\":{\"load_switch\":\"open\",\"display\":\"88888888\",\"total\":\"0.0 "
	       "kWh\",\"krn\":1,\"ti\":\"01\","
	       "\"token_reader\":\"good\",\"power_limit_w\":18201624,\"tamper\":\"tampered\",\"power_w\":0,"
	       "\"version\":\"batti-meter 2\",\"unbalance_limit_w\":18201624,\"water_factor\":0,\"tariff_rate\":0,"
	       "\"ea\":\"11\",\"key_tokens\":4,\"sgc\":\"123457\",\"ken\":255,\"drn\":\"" DRN "\"},"
	       "\"key_change\":{\"held\":0,\"of\":4},\"wrong_entries\":0,\"locked_s\":0}\n",
	       "status", "--json", DRN, NULL);
	expect(0,
	       "accepted credit=0.0 kWh (meter test)\nload_switch=open\ndisplay=88888888\ntotal=0.0 kWh\nkrn=1\nti=01\n"
	       "token_reader=good\npower_limit_w=18201624\ntamper=tampered\npower_w=0\nversion=batti-meter 2\n"
	       "unbalance_limit_w=18201624\nwater_factor=0\ntariff_rate=0\nea=11\nkey_tokens=4\nsgc=123457\nken=255\n"
	       "drn=" DRN "\n",
	       "enter", DRN, TEST_ALL, NULL);
}

static void test_usage(void **state)
{
	(void)state;
	expect(2, "", "enter", DRN, NULL);
	expect(2, "", "show", DRN, CREDIT, NULL);
	expect(2, "", "enter", "--now", "soon", DRN, CREDIT, NULL);
	expect(2, "", "open", DRN, NULL);
	expect(2, "", "show", "58000079531", NULL);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    IN_FOLDER(test_credit), IN_FOLDER(test_key_change), IN_FOLDER(test_lock_out),
	    IN_FOLDER(test_status), IN_FOLDER(test_usage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
