/* `batti token` as people and scripts use it: no terminal, no server. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "tests/e2e/world.h"

#define WORDS_MAX 64
#define VECTORS   BATTI_SOURCE_DIR "/tests/vectors/"
#define SAMPLE_S1 "S1 12 10 8 4 3 15 0 2 14 1 5 13 6 9 7 11\n"
#define SAMPLE_S2 "S2 6 9 7 4 3 10 12 14 2 13 1 15 0 11 8 5\n"
#define SAMPLE_P                                                                                                       \
	"P 29 27 34 9 16 62 55 2 40 49 38 25 33 61 30 23 1 41 21 57 42 15 5 58 19 53 22 17 48 28 24 39 3 60 36 14 11 " \
	"52 54 12 31 51 10 26 0 45 37 43 44 6 59 4 7 35 56 50 13 18 32 47 46 63 20 8\n"

/* The folder of one test, and its files. */
struct place {
	char dir[256];
	char path[512];
	char line[2048];
};

static int open_place(void **state)
{
	struct place *place = calloc(1, sizeof *place);
	const char *tmp = getenv("TMPDIR");

	assert_non_null(place);
	snprintf(place->dir, sizeof place->dir, "%s/batti-token-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(place->dir));
	*state = place;
	return 0;
}

static const char *path_of(struct place *place, const char *name)
{
	snprintf(place->path, sizeof place->path, "%s/%s", place->dir, name);
	return place->path;
}

static int close_place(void **state)
{
	static const char *const files[] = {"in", "vk", "vk2", "dk", "tables", "conf"};
	struct place *place = *state;

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		unlink(path_of(place, files[i]));
	rmdir(place->dir);
	free(place);
	return 0;
}

static void write_file(struct place *place, const char *name, const char *text)
{
	FILE *file = fopen(path_of(place, name), "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* `batti token` and the words of @p line; @ in front of a word is the test's folder. */
static struct world_run token(struct place *place, const char *line)
{
	const char *words[WORDS_MAX] = {BATTI_PROGRAM, "token"};
	char copy[sizeof place->line], paths[WORDS_MAX][512], *rest = copy, *word;
	int count = 2;

	snprintf(copy, sizeof copy, "%s", line);
	while ((word = strsep(&rest, " ")) && count < WORDS_MAX - 1) {
		if (word[0] == '@')
			snprintf(paths[count], sizeof paths[count], "%s/%s", place->dir, word + 1);
		words[count] = word[0] == '@' ? paths[count] : word;
		count++;
	}
	return world_run(words);
}

/* It ends with @p status and says @p part on one of its outputs. */
static void expect(struct place *place, const char *line, int status, const char *part)
{
	struct world_run run = token(place, line);

	if (run.status != status || (!strstr(run.out, part) && !strstr(run.err, part)))
		fail_msg("%s: exit %d, not %d and \"%s\"\nout: %s\nerr: %s", line, run.status, status, part, run.out,
			 run.err);
	world_run_free(&run);
}

/* A refusal stands in both languages and leaves standard output empty. */
static void refuse(struct place *place, const char *line, int status, const char *english, const char *hindi)
{
	struct world_run run = token(place, line);

	if (run.status != status || run.out[0] || !strstr(run.err, english) || !strstr(run.err, hindi))
		fail_msg("%s: exit %d, not %d and \"%s\" and \"%s\"\nout: %s\nerr: %s", line, run.status, status,
			 english, hindi, run.out, run.err);
	world_run_free(&run);
}

static json_t *answer(struct place *place, const char *line)
{
	struct world_run run = token(place, line);
	json_t *json = json_loads(run.out, 0, NULL);

	if (run.status != 0 || !json)
		fail_msg("%s: exit %d\nout: %s\nerr: %s", line, run.status, run.out, run.err);
	world_run_free(&run);
	return json;
}

static const char *text_of(const json_t *json, unsigned index, const char *key)
{
	const char *text =
	    json_string_value(json_object_get(json_array_get(json_object_get(json, "tokens"), index), key));

	return text ? text : "(none)";
}

static json_int_t number_of(const json_t *json, unsigned index, const char *key)
{
	const json_t *value = json_object_get(json_array_get(json_object_get(json, "tokens"), index), key);

	assert_true(json_is_integer(value));
	return json_integer_value(value);
}

/* ---- batch ---- */

/* The file without its last two columns, with @p end behind each line; *whole is the file itself. */
static void blank_file(struct place *place, const char *name, const char *end, char **whole)
{
	char path[512], line[1024];
	FILE *file, *in;
	size_t len = 0;

	snprintf(path, sizeof path, VECTORS "%s", name);
	file = fopen(path, "r");
	in = fopen(path_of(place, "in"), "w");
	assert_true(file && in);
	*whole = calloc(1, 1 << 20);
	assert_non_null(*whole);
	while (fgets(line, sizeof line, file)) {
		len += (size_t)snprintf(*whole + len, (1 << 20) - len, "%s", line);
		*strrchr(line, ',') = '\0';
		*strrchr(line, ',') = '\0';
		fprintf(in, "%s%s", line, end);
	}
	fclose(file);
	assert_int_equal(fclose(in), 0);
}

static void known_answers_come_out_again(void **state)
{
	static const char *const files[] = {"sts_ea11_misty1.csv", "sts_ea07_sample_tables.csv", "sts_class1.csv"};
	static const char *const ends[] = {",,\n", ",,\r\n", "\n"};
	static const char *const lines[] = {"batch @in", "batch @in --sta-tables @tables", "batch @in --config @conf"};
	struct place *place = *state;
	char conf[600], *whole;

	write_file(place, "tables", "# the sample set\n" SAMPLE_P "\n" SAMPLE_S2 SAMPLE_S1);
	snprintf(conf, sizeof conf, "[batti]\nsta_tables = %s/tables\n", place->dir);
	write_file(place, "conf", conf);
	for (int i = 0; i < 27; i++) {
		struct world_run run;

		blank_file(place, files[i % 3], ends[i / 9], &whole);
		run = token(place, lines[i / 3 % 3]);
		assert_int_equal(run.status, 0);
		assert_string_equal(run.out, whole);
		assert_string_equal(run.err, "");
		world_run_free(&run);
		free(whole);
	}
}

/* Other tables, other tokens; and a file that is no table set is told. */
static void tables_come_from_the_file(void **state)
{
	struct place *place = *state;
	struct world_run run;
	char *whole;

	blank_file(place, "sts_ea07_sample_tables.csv", ",,\n", &whole);
	write_file(place, "tables", "S1 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15\n" SAMPLE_S2 SAMPLE_P);
	run = token(place, "batch @in --sta-tables @tables");
	assert_int_equal(run.status, 0);
	assert_string_not_equal(run.out, whole);
	world_run_free(&run);
	free(whole);
	write_file(place, "tables", SAMPLE_S1 SAMPLE_P);
	refuse(place, "batch @in --sta-tables @tables", 2, "The tables cannot be used", "तालिकाएँ");
	write_file(place, "tables", SAMPLE_S1 SAMPLE_S1 SAMPLE_P);
	refuse(place, "batch @in --sta-tables @tables", 2, "The tables cannot be used", "तालिकाएँ");
	refuse(place, "batch @in --sta-tables @nowhere", 2, "The file is not there", "फ़ाइल");
}

static void write_rows(struct place *place, int good, int bad)
{
	FILE *file = fopen(path_of(place, "in"), "w");

	assert_non_null(file);
	for (int i = 0; i < good; i++)
		fprintf(file, "%d,,,,,,,,,,,,1,0,mfr=00;control=0x1,,,,\n", i);
	for (int i = 0; i < bad; i++)
		fprintf(file, "%d,,,,,,,,,,,,1,0,mfr=00;control=,,,,\n", i);
	assert_int_equal(fclose(file), 0);
}

static void the_exit_code_counts(void **state)
{
	static const int counts[][2] = {{0, 0}, {1, 1}, {2, 2}, {124, 124}, {125, 125}, {126, 125}, {3000, 125}};
	struct place *place = *state;
	char said[64];

	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		snprintf(said, sizeof said, "%d rows could not be made", counts[i][0]);
		write_rows(place, 3, counts[i][0]);
		expect(place, "batch @in", counts[i][1], counts[i][0] ? said : "00000000000150997584");
	}
}

static void long_lines_get_a_row_of_their_own(void **state)
{
	struct place *place = *state;
	FILE *file = fopen(path_of(place, "in"), "w");
	struct world_run run;
	unsigned rows = 0;

	assert_non_null(file);
	for (int size = 2000; size < 300000; size = size * 3 / 2) {
		for (int i = 0; i < size; i++)
			fputc('a', file);
		fprintf(file, "\n\nx,,,,,,,,,,,,1,0,mfr=00;control=0x1,,\n");
	}
	for (int i = 0; i < 200000; i++)
		fputc(0, file);
	fclose(file);
	run = token(place, "batch @in");
	for (const char *at = run.out; *at; at = strchr(at, '\n') + 1, rows++) {
		static const char *const turns[] = {",,,,,,,,,,,,,,,,,,error: the line is longer than 2048 bytes\n",
						    "\n",
						    "x,,,,,,,,,,,,1,0,mfr=00;control=0x1,,,,00000000000150997584\n"};

		if (rows > 0) /* the first is within the limit, and of one column */
			assert_int_equal(strncmp(at, turns[rows % 3], strlen(turns[rows % 3])), 0);
	}
	assert_int_equal(rows, 13 * 3 + 1);
	assert_int_equal(run.status, 14);
	world_run_free(&run);
}

static void a_batch_that_cannot_go_on_says_so(void **state)
{
	struct place *place = *state;
	char line[600];

	refuse(place, "batch @nowhere", 2, "The file is not there", "फ़ाइल");
	refuse(place, "batch @in @in", 2, "This value cannot be used", "यह मान");
	snprintf(line, sizeof line, "batch %s", place->dir);
	refuse(place, line, 126, "Cut short", "बीच में");
}

/* ---- make and decode ---- */

#define METER_B " --meter 600727000000000009 --sgc 123457 --krn 1 --ti 01 --base 1993 --ea 11 --vending-key-file @vk"
#define KEY_B   "abababababababab949494949494949401234567\n"

/* The published example: its meter, its vending key, its token. */
static void the_example_is_made_and_read(void **state)
{
	struct place *place = *state;
	json_t *json;

	write_file(place, "vk", KEY_B);
	write_file(place, "dk", "F94b6ed353c3bfdb113e2d3a7ea3c41d  \n");
	expect(place, "make --type electricity --amount 0.1 --rnd 5 --time 2004-03-01T13:00" METER_B, 0,
	       "5938 6323 4721 3742 6967\n");
	expect(place, "make --type electricity --amount 0.1 --rnd 5 --tid 5871660 --base 1993 --decoder-key-file @dk",
	       0, "5938 6323 4721 3742 6967\n");
	json = answer(place, "make --json --type electricity --amount 0.1 --rnd 5 --time 2004-03-01T13:00:59Z" METER_B);
	assert_string_equal(text_of(json, 0, "token"), "59386323472137426967");
	assert_string_equal(json_string_value(json_object_get(json_object_get(json, "meter"), "dkga")), "04");
	assert_int_equal(strlen(json_string_value(json_object_get(json, "kcv"))), 6);
	json_decref(json);
	json = answer(place, "decode 5938 6323 4721 3742 6967 --json" METER_B);
	assert_string_equal(text_of(json, 0, "type"), "electricity");
	assert_string_equal(text_of(json, 0, "amount"), "0.1");
	assert_string_equal(text_of(json, 0, "unit"), "kWh");
	assert_string_equal(text_of(json, 0, "time"), "2004-03-01T13:00:00Z");
	assert_int_equal(number_of(json, 0, "tid"), 5871660);
	assert_int_equal(number_of(json, 0, "rnd"), 5);
	json_decref(json);
	expect(place, "decode 5938-6323-4721-3742-6967 --lang hi" METER_B, 0, "मात्रा");
	expect(place, "decode 00000000000150997584", 0, "InitiateMeterTest");
}

static void a_mistyped_token_is_told_in_both_languages(void **state)
{
	struct place *place = *state;

	write_file(place, "vk", KEY_B);
	refuse(place, "decode 59386323472137426976" METER_B, 1, "typing mistake, or it is for another meter",
	       "टाइपिंग की ग़लती");
	refuse(place, "decode 00000000000150997585", 1, "typing mistake", "टाइपिंग की ग़लती");
	refuse(place, "decode 59386323472137426967", 2, "A key is needed", "चाबी चाहिए");
	refuse(place, "decode 5938632347213742696", 2, "TOKEN", "यह मान");
	refuse(place, "decode 593863234721374269671", 2, "TOKEN", "यह मान");
	refuse(place, "decode 99999999999999999999", 2, "TOKEN", "यह मान");
	refuse(place, "decode 5938632347213742696x", 2, "TOKEN", "यह मान");
	refuse(place, "decode", 2, "TOKEN", "यह मान");
}

/* Worked example of the independent implementation behind tests/vectors: a new tariff index, and nothing else. */
static void the_example_of_a_key_change_is_made(void **state)
{
	struct place *place = *state;

	write_file(place, "vk", KEY_B);
	expect(place, "make --type key_change --to-ti 02" METER_B, 0,
	       "1  3481 2744 9152 1113 3004\n2  4690 3925 2085 2367 4737\n"
	       "3  7146 4563 8470 8861 0152\n4  6790 4239 4026 1764 3990\n");
}

/* Under keys of their own, no vending key anywhere. */
static void a_key_change_from_key_to_key_is_made(void **state)
{
	static const char line[] = "make --json --type key_change --sgc 123457 --krn 1 --ti 01 --to-krn 2"
				   " --decoder-key-file @dk --to-decoder-key-file @vk2";
	struct place *place = *state;
	json_t *json;

	write_file(place, "dk", "e653341f9d5bf36f\n");
	write_file(place, "vk2", "0123456789abcdef\n");
	json = answer(place, line);
	assert_int_equal(json_array_size(json_object_get(json, "tokens")), 2);
	assert_int_equal(number_of(json, 0, "krn"), 2);
	assert_string_equal(text_of(json, 0, "key_part"), "01234567");
	assert_string_equal(text_of(json, 1, "key_part"), "89abcdef");
	json_decref(json);
	write_file(place, "vk2", "0123456789abcdef0123456789abcdef\n");
	refuse(place, line, 2, "--to-decoder-key-file", "चाबी");
}

static void a_key_change_is_made_in_order_and_read_in_any(void **state)
{
	static const char meter[] = " --meter 600727000000000009 --sgc 123457 --krn 1 --ti 01 --ea 11"
				    " --vending-key-file @vk";
	struct place *place = *state;
	char line[2048];
	struct world_run run;
	json_t *json, *change;

	write_file(place, "vk", KEY_B);
	snprintf(line, sizeof line, "make --type key_change --to-ti 02 --to-ken 170%s", meter);
	run = token(place, line);
	assert_int_equal(run.status, 0);
	assert_int_equal(strlen(run.out), 4 * 28);
	for (int i = 0; i < 4; i++)
		assert_true(run.out[28 * i] == '1' + i && run.out[28 * i + 27] == '\n');
	snprintf(line, sizeof line, "decode --json %.24s %.24s %.24s %.24s%s", run.out + 28 * 2 + 3, run.out + 3,
		 run.out + 28 * 3 + 3, run.out + 28 + 3, meter);
	json = answer(place, line);
	change = json_object_get(json, "key_change");
	assert_string_equal(json_string_value(json_object_get(change, "ti")), "02");
	assert_string_equal(json_string_value(json_object_get(change, "sgc")), "123457");
	assert_int_equal(json_integer_value(json_object_get(change, "ken")), 170);
	assert_false(json_boolean_value(json_object_get(change, "roll_over")));
	json_decref(json);
	world_run_free(&run);
	snprintf(line, sizeof line, "make --json --type key_change --to-base 2035%s", meter);
	json = answer(place, line);
	assert_true(
	    json_boolean_value(json_object_get(json_array_get(json_object_get(json, "tokens"), 0), "roll_over")));
	assert_string_equal(text_of(json, 3, "type"), "key_change_4");
	json_decref(json);
}

/* ---- what is refused ---- */

static void rules_of_vending_are_kept(void **state)
{
	static const char *const rows[][3] = {
	    {"--type electricity --amount 1.0 --kt 1 --tid 7", "takes no credit"},
	    {"--type electricity --amount 1.0 --kt 0 --tid 7", "takes no credit"},
	    {"--type electricity --amount 1.0 --kt 3 --tid 7", "magnetic cards"},
	    {"--type electricity --amount 1.0 --ken 0 --time 2004-03-01T13:00", "expired"},
	    {"--type electricity --amount 1.0 --time 1992-12-31T23:59", "before the base date"},
	    {"--type electricity --amount 1.0 --time 2024-11-24T20:16", "base date of the meter's key is used up"},
	    {"--type electricity --amount 1.0 --tid 1441", "kept for special tokens"},
	    {"--type key_change --to-kt 3", "magnetic cards"},
	    {"--type key_change --to-kt 0", "from key type 2 to key type 0"},
	    {"--type electricity_currency", "not supported: currency tokens", "समर्थित नहीं: रुपये वाले टोकन"},
	    {"--type extended_set", "not supported: the extended", "समर्थित नहीं: विस्तृत"},
	    {"--type electricity --amount 1.0 --ea 09", "not supported: EA09", "समर्थित नहीं: EA09 (DEA), जो"},
	    {"--type electricity --amount 1.0 --dkga 01", "not supported: DKGA01", "समर्थित नहीं: DKGA01, पुराने"},
	    {"--type electricity --amount 1.0 --dkga 03", "not supported: DKGA03", "समर्थित नहीं: DKGA03, जो"},
	    {"--type electricity --amount 1.0 --dkga 02", "not supported: DKGA02", "समर्थित नहीं: EA11"},
	};
	struct place *place = *state;
	char line[1024];

	write_file(place, "vk", KEY_B);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		snprintf(line, sizeof line, "make%s %s", METER_B, rows[i][0]);
		refuse(place, line, 1, rows[i][1], rows[i][2] ? rows[i][2] : "।");
	}
}

static void the_reserved_minute_is_asked_for_by_name(void **state)
{
	struct place *place = *state;
	json_t *json;

	write_file(place, "vk", KEY_B);
	json = answer(place, "make --json --type clear_tamper --time 2004-03-01T00:01:30" METER_B);
	assert_string_equal(text_of(json, 0, "time"), "2004-03-01T00:02:00Z");
	json_decref(json);
	json = answer(place, "make --json --type clear_tamper --reserved --time 2004-03-01T13:00" METER_B);
	assert_string_equal(text_of(json, 0, "time"), "2004-03-01T00:01:00Z");
	json_decref(json);
	refuse(place, "make --type clear_tamper --reserved --tid 1442" METER_B, 1, "special", "।");
}

static void wrong_options_are_named(void **state)
{
	static const char *const rows[][2] = {
	    {"", "What follows is one of these"},
	    {"mint", "This command is not known: mint"},
	    {"make", "--type (electricity"},
	    {"make --type beer", "--type beer (electricity"},
	    {"make --type beer", "water_meter_factor, key_change)"},
	    {"make --type key_change_1", "--type key_change_1 (key_change)"},
	    {"make --type electricity", "--amount"},
	    {"make --type electricity --amount 0.15", "--amount 0.15 (0.0..1820162.4)"},
	    {"make --type clear_credit", "--value"},
	    {"make --type clear_credit --value 8", "--value 8 (0..7, 65535)"},
	    {"make --type electricity --amount 1 --rnd 16", "--rnd 16 (0..15)"},
	    {"make --type electricity --amount 1", "A key is needed"},
	    {"make --type electricity --amount 1 --vending-key-file @vk", "--meter"},
	    {"make --type electricity --amount 1 --vending-key-file @vk --meter 600727000000000009",
	     "--sgc, --krn, --ti"},
	    {"make --type electricity --amount 1 --vending-key-file @vk --meter 600727000000000008", "typing mistake"},
	    {"make --type electricity --amount 1 --vending-key-file @vk --meter 6007", "--meter 6007"},
	    {"make --type electricity --amount 1 --krn 0", "--krn 0 (1..9)"},
	    {"make --type electricity --amount 1 --sgc 12345", "--sgc 12345"},
	    {"make --type electricity --amount 1 --ea 12", "--ea 12 (07, 11)"},
	    {"make --type electricity --amount 1 --decoder-key-file @vk", "--decoder-key-file"},
	    {"make --type electricity --amount 1 --decoder-key-file @vk --vending-key-file @vk", "--vending-key-file"},
	    {"make --type electricity --amount 1 --decoder-key-file @nowhere", "The file is not there"},
	    {"make --type electricity --amount 1 --rnd", "--rnd"},
	    {"make --type meter_test_2", "--control"},
	    {"make --type meter_test_2 --control 0x1000000000", "--control"},
	    {"make --type meter_test_2 --control 1 --manufacturer 100", "--manufacturer 100 (0..99)"},
	    {"make --type electricity --amount 1 --time yesterday" METER_B, "--time yesterday"},
	    {"make --type electricity --amount 1 --tid 16777216" METER_B, "--tid 16777216"},
	    {"make --type electricity --amount 1 --tid 2 --time 2014-01-01T00:02" METER_B, "--tid"},
	    {"make more --type electricity", "more"},
	    {"make --type electricity --colour blue", "This option is not known: --colour"},
	};
	struct place *place = *state;

	write_file(place, "vk", KEY_B);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		refuse(place, rows[i][0], 2, rows[i][1], "।");
}

/* Nothing of a key file reaches a screen, and no PIN of an address that cannot be read. */
static void a_wrong_key_is_not_repeated(void **state)
{
	struct place *place = *state;
	struct world_run run;

	write_file(place, "vk", "5ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e7\n");
	run = token(place, "make --type electricity --amount 1" METER_B);
	assert_int_equal(run.status, 2);
	assert_non_null(strstr(run.err, "--vending-key-file"));
	assert_null(strstr(run.err, "5ec2"));
	world_run_free(&run);
	run = token(place, "make --type electricity --amount 1 --meter 600727000000000009 --sgc 123457 --krn 1 --ti 01 "
			   "--ea 11 --vending-key pkcs11:token=%%?pin-value=5ec2");
	assert_int_equal(run.status, 2);
	assert_non_null(strstr(run.err, "--vending-key (pkcs11:...)"));
	assert_null(strstr(run.err, "5ec2"));
	world_run_free(&run);
}

/* ---- selftest ---- */

static void known_answers_are_listed(void **state)
{
	json_t *json, *answers, *row;
	size_t i;

	json = answer(*state, "selftest --json");
	answers = json_object_get(json, "answers");
	assert_true(json_boolean_value(json_object_get(json, "ok")));
	assert_true(json_array_size(answers) >= 5);
	json_array_foreach(answers, i, row)
	{
		assert_true(json_boolean_value(json_object_get(row, "ok")));
		assert_true(json_string_length(json_object_get(row, "origin")) > 0);
	}
	json_decref(json);
	expect(*state, "selftest", 0, "RFC 2994");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(known_answers_come_out_again, open_place, close_place),
	    cmocka_unit_test_setup_teardown(tables_come_from_the_file, open_place, close_place),
	    cmocka_unit_test_setup_teardown(the_exit_code_counts, open_place, close_place),
	    cmocka_unit_test_setup_teardown(long_lines_get_a_row_of_their_own, open_place, close_place),
	    cmocka_unit_test_setup_teardown(a_batch_that_cannot_go_on_says_so, open_place, close_place),
	    cmocka_unit_test_setup_teardown(the_example_is_made_and_read, open_place, close_place),
	    cmocka_unit_test_setup_teardown(a_mistyped_token_is_told_in_both_languages, open_place, close_place),
	    cmocka_unit_test_setup_teardown(the_example_of_a_key_change_is_made, open_place, close_place),
	    cmocka_unit_test_setup_teardown(a_key_change_from_key_to_key_is_made, open_place, close_place),
	    cmocka_unit_test_setup_teardown(a_key_change_is_made_in_order_and_read_in_any, open_place, close_place),
	    cmocka_unit_test_setup_teardown(rules_of_vending_are_kept, open_place, close_place),
	    cmocka_unit_test_setup_teardown(the_reserved_minute_is_asked_for_by_name, open_place, close_place),
	    cmocka_unit_test_setup_teardown(wrong_options_are_named, open_place, close_place),
	    cmocka_unit_test_setup_teardown(a_wrong_key_is_not_repeated, open_place, close_place),
	    cmocka_unit_test_setup_teardown(known_answers_are_listed, open_place, close_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
