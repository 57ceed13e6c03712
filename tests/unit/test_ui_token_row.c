/* Rows of a batch: every known answer made again byte for byte, and every kind of wrong row told in its last column.
 * rooms: ui/command core/sts core/base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ui/command/token_row.h"

struct world {
	struct bt_sta sta;
	struct bt_token_maker *maker;
	struct bt_token_row row;
};

static int open_world(void **state)
{
	struct world *world = calloc(1, sizeof *world);

	assert_non_null(world);
	bt_sta_init(&world->sta, &bt_sta_sample);
	assert_int_equal(bt_token_maker_open(&world->sta, &world->maker), BT_OK);
	*state = world;
	return 0;
}

static int close_world(void **state)
{
	struct world *world = *state;

	bt_token_maker_close(world->maker);
	free(world);
	return 0;
}

/* What the line becomes, NUL-terminated. */
static bool run_bytes(struct world *world, const char *line, size_t len, bool first)
{
	bool made = bt_token_row_make(&world->row, world->maker, (struct bt_bytes){(const uint8_t *)line, len}, first);

	assert_true(world->row.len >= 1 && world->row.len < sizeof world->row.out);
	assert_int_equal(world->row.out[world->row.len - 1], '\n');
	assert_ptr_equal(memchr(world->row.out, '\n', world->row.len), world->row.out + world->row.len - 1);
	world->row.out[world->row.len] = '\0';
	return made;
}

static bool run(struct world *world, const char *line)
{
	return run_bytes(world, line, strlen(line), false);
}

/* ---- known answers ---- */

/* The row without its last two columns, and with something else in them. */
static void blank(const char *line, const char *instead, char out[1024])
{
	size_t len = strlen(line);

	for (int commas = 0; commas < 2; len--)
		commas += line[len - 1] == ',';
	snprintf(out, 1024, "%.*s%s", (int)len, line, instead);
}

static unsigned check_file(struct world *world, const char *name, const char *instead)
{
	char path[512], line[1024], asked[1024];
	unsigned rows = 0;
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", BATTI_VECTORS_DIR, name);
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof line, file)) {
		bool made;

		if (rows == 0) {
			made = run_bytes(world, line, strlen(line) - 1, true);
		} else {
			blank(line, instead, asked);
			made = run(world, asked);
		}
		if (!made || strcmp(world->row.out, line) != 0)
			fail_msg("%s: %s", asked, world->row.out);
		rows++;
	}
	fclose(file);
	return rows;
}

static void known_answers_come_out_again(void **state)
{
	static const char *const instead[] = {",,", ",nothing,of this", "", ",,99999999999999999999"};

	for (size_t i = 0; i < sizeof instead / sizeof instead[0]; i++) {
		assert_int_equal(check_file(*state, "sts_ea11_misty1.csv", instead[i]), 64);
		assert_int_equal(check_file(*state, "sts_ea07_sample_tables.csv", instead[i]), 113);
		assert_int_equal(check_file(*state, "sts_class1.csv", instead[i]), 44);
	}
}

/* ---- wrong rows ---- */

/* Rows of the files of known answers. */
static const char credit[] = "D04E11-C0-171,04,11,bafcaba920f0ac5c57b39e4dbda513bd2d38de7c,0000,0440850682756,279745,7,"
			     "3,33,255,2014,0,0,0.0,0,2044-05-20T12:02:00,,";
static const char short_key[] =
    "D02E07-C0-001,02,07,8686b08c8ce04c8a,600727,06408077599,559878,9,2,22,255,1993,0,0,0.0,"
    "0,2000-03-27T22:40:00,,";
static const char manage[] = "D02E07-C2-066,02,07,8686b08c8ce04c8a,600727,60368609370,464040,7,3,82,255,1993,2,1,"
			     "value=0,10,tid=6378874,,";
static const char test[] = "C1-330,,,,,,,,,,,,1,0,mfr=23;control=0x400,,,,";
static const char change[] =
    "D04E11-K-290,04,11,abababababababab949494949494949401234567,0000,0782895955386,913491,4,2,57,255,1993,2,8,"
    "newvk=abababababababab949494949494949401234567;newsgc=913491;newkrn=4;newkt=2;newti=58;newken=60;newbd=1993;ro=0;"
    "newdk=56c556b9cc23c3fea7be151d002d0472,,,,";
static const char short_change[] =
    "K,02,07,9494949494949494,600727,95116846551,898827,2,3,78,255,1993,2,3,"
    "newvk=9494949494949494;newsgc=091408;newkrn=6;newkt=3;newti=65;newken=85;newbd=1993;ro=0,,,,";

static void replace(const char *row, int column, const char *value, char out[4096])
{
	const char *at = row, *end;

	for (int i = 0; i < column; i++)
		at = strchr(at, ',') + 1;
	end = strchr(at, ',');
	snprintf(out, 4096, "%.*s%s%s", (int)(at - row), row, value, end);
}

/* One column of a good row made wrong, and part of what is said of it. */
static const struct {
	const char *row;
	int column;
	const char *value, *why;
} wrong[] = {
    {credit, BT_TOKEN_DKGA, "01", "not supported: "},
    {credit, BT_TOKEN_DKGA, "03", "not supported: "},
    {credit, BT_TOKEN_DKGA, "05", "not supported: "},
    {credit, BT_TOKEN_DKGA, "", "dkga: "},
    {credit, BT_TOKEN_DKGA, "0004", "dkga: "},
    {credit, BT_TOKEN_EA, "09", "not supported: "},
    {credit, BT_TOKEN_EA, "12", "not supported: "},
    {credit, BT_TOKEN_EA, "misty1", "ea: "},
    {credit, BT_TOKEN_DKGA, "02", "not supported: "},
    {short_key, BT_TOKEN_DKGA, "04", "the vending key is not of the length"},
    {short_key, BT_TOKEN_EA, "11", "not supported: "},
    {credit, BT_TOKEN_VENDING_KEY, "", "vending_key_hex: 16 or 40 hex digits"},
    {credit, BT_TOKEN_VENDING_KEY, "bafcaba920f0ac5c57b39e4dbda513bd2d38de7", "vending_key_hex: "},
    {credit, BT_TOKEN_VENDING_KEY, "bafcaba920f0ac5c57b39e4dbda513bd2d38de7g", "vending_key_hex: "},
    {credit, BT_TOKEN_VENDING_KEY, "bafcaba920f0ac5c57b39e4dbda513bd2d38de7c00", "vending_key_hex: "},
    {credit, BT_TOKEN_IIN, "600727", "iin: "},
    {credit, BT_TOKEN_IIN, "", "iin: "},
    {credit, BT_TOKEN_IIN, "000", "iin: "},
    {short_key, BT_TOKEN_IIN, "0000", "iin: "},
    {credit, BT_TOKEN_DRN, "0440850682757", "typing mistake"},
    {credit, BT_TOKEN_DRN, "4040850682756", "typing mistake"},
    {credit, BT_TOKEN_DRN, "044085068275", "drn: "},
    {credit, BT_TOKEN_DRN, "044085068275A", "drn: "},
    {credit, BT_TOKEN_SGC, "79745", "sgc: 6 digits"},
    {credit, BT_TOKEN_SGC, "27974a", "sgc: 6 digits"},
    {credit, BT_TOKEN_KRN, "0", "krn: 1 to 9"},
    {credit, BT_TOKEN_KRN, "10", "krn: 1 to 9"},
    {credit, BT_TOKEN_KT, "4", "kt: 0 to 3"},
    {credit, BT_TOKEN_KT, "-1", "kt: 0 to 3"},
    {credit, BT_TOKEN_TI, "100", "ti: 00 to 99"},
    {credit, BT_TOKEN_KEN, "256", "ken: 0 to 255"},
    {credit, BT_TOKEN_KEN, "85", "expired"},
    {credit, BT_TOKEN_BASE, "2013", "base_date: "},
    {credit, BT_TOKEN_BASE, "2035-01-01", "base_date: "},
    {credit, BT_TOKEN_BASE, "1993", "past the last TID of the base date 1993"},
    {credit, BT_TOKEN_CLASS, "3", "not supported: class 3"},
    {credit, BT_TOKEN_CLASS, "4", "class: "},
    {credit, BT_TOKEN_CLASS, "", "class: "},
    {credit, BT_TOKEN_SUBCLASS, "4", "not supported: currency"},
    {credit, BT_TOKEN_SUBCLASS, "7", "not supported: currency"},
    {credit, BT_TOKEN_SUBCLASS, "8", "not supported: "},
    {credit, BT_TOKEN_SUBCLASS, "16", "subclass: "},
    {manage, BT_TOKEN_SUBCLASS, "10", "not supported: "},
    {manage, BT_TOKEN_SUBCLASS, "15", "not supported: "},
    {credit, BT_TOKEN_FIELDS, "0.05", "one decimal"},
    {credit, BT_TOKEN_FIELDS, "-1", "one decimal"},
    {credit, BT_TOKEN_FIELDS, "", "one decimal"},
    {credit, BT_TOKEN_FIELDS, "1820162.5", "1820162.4"},
    {credit, BT_TOKEN_FIELDS, "value=1", "one decimal"},
    {manage, BT_TOKEN_FIELDS, "0", "value=N"},
    {manage, BT_TOKEN_FIELDS, "value=", "value=N"},
    {manage, BT_TOKEN_FIELDS, "value=1;value=1", "value=N"},
    {manage, BT_TOKEN_FIELDS, "value=8", "range"},
    {manage, BT_TOKEN_FIELDS, "value=65536", "range"},
    {credit, BT_TOKEN_RND, "16", "rnd: 0 to 15"},
    {credit, BT_TOKEN_RND, "", "rnd: 0 to 15"},
    {credit, BT_TOKEN_TIME, "", "tid_or_datetime: "},
    {credit, BT_TOKEN_TIME, "2044-02-30T12:02:00", "tid_or_datetime: "},
    {credit, BT_TOKEN_TIME, "2013-12-31T23:59:59", "before the base date 2014"},
    {credit, BT_TOKEN_TIME, "2045-11-24T20:16:00", "past the last TID"},
    {credit, BT_TOKEN_TIME, "tid=16777216", "tid: 0 to 16777215"},
    {credit, BT_TOKEN_TIME, "tid=", "tid: "},
    {test, BT_TOKEN_FIELDS, "control=0x400", "mfr=NN"},
    {test, BT_TOKEN_FIELDS, "mfr=23", "mfr=NN"},
    {test, BT_TOKEN_FIELDS, "mfr=100;control=0x400", "mfr: 0 to 99"},
    {test, BT_TOKEN_FIELDS, "mfr=23;control=0x1000000000", "control: "},
    {test, BT_TOKEN_FIELDS, "mfr=23;control=zzz", "control: "},
    {test, BT_TOKEN_SUBCLASS, "2", "not supported: "},
    {test, BT_TOKEN_SUBCLASS, "3", "not supported: "},
    {change, BT_TOKEN_FIELDS, "newvk=abababababababab949494949494949401234567", "newsgc is missing"},
    {change, BT_TOKEN_FIELDS,
     "newvk=abababababababab949494949494949401234567;newsgc=913491;newkrn=4;newkt=2;newti=58;newken=60;newbd=1993;ro=0;"
     "newdk=56c556b9cc23c3fea7be151d002d0473",
     "newdk is not the key"},
    {change, BT_TOKEN_FIELDS,
     "newvk=9494949494949494;newsgc=913491;newkrn=4;newkt=2;newti=58;newken=60;newbd=1993;ro=0", "length"},
    {change, BT_TOKEN_FIELDS,
     "newvk=abababababababab949494949494949401234567;newsgc=913491;newkrn=0;newkt=2;newti=58;newken=60;newbd=1993;ro=0",
     "newkrn: "},
    {change, BT_TOKEN_FIELDS,
     "newvk=abababababababab949494949494949401234567;newsgc=913491;newkrn=4;newkt=2;newti=58;newken=60;newbd=1993;ro=2",
     "ro: "},
    {change, BT_TOKEN_FIELDS, "newvk", "amount_or_fields: "},
    {change, BT_TOKEN_FIELDS, "old=1", "amount_or_fields: "},
    {short_change, BT_TOKEN_SUBCLASS, "8", "a key change under EA07 has 2 tokens"},
    {short_change, BT_TOKEN_SUBCLASS, "9", "a key change under EA07 has 2 tokens"},
};

/* The row as it came, no decoder key, and one last column without a comma in it. */
static void check_refusal(struct world *world, const char *row, const char *why)
{
	char begin[4096];
	int len = (int)strlen(row) - 2;

	if (run(world, row))
		fail_msg("%s became %s", row, world->row.out);
	snprintf(begin, sizeof begin, "%.*s,,error: ", len, row);
	if (strncmp(world->row.out, begin, strlen(begin)) != 0 || !strstr(world->row.out + strlen(begin) - 7, why))
		fail_msg("not \"%s\" but %s", why, world->row.out);
	assert_null(strpbrk(world->row.out + strlen(begin), ",\""));
}

static void each_wrong_column_is_told(void **state)
{
	static const char *const good[] = {credit, short_key, manage, test, change, short_change};
	char row[4096];

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		replace(wrong[i].row, wrong[i].column, wrong[i].value, row);
		check_refusal(*state, row, wrong[i].why);
		assert_true(run(*state, wrong[i].row)); /* and the next row is none the worse */
	}
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_true(run(*state, good[i]));
}

/* An error says nothing of a key. */
static void no_key_stands_in_an_error(void **state)
{
	struct world *world = *state;
	char row[4096];
	const char *why;

	replace(credit, BT_TOKEN_VENDING_KEY, "5ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec", row);
	assert_false(run(world, row));
	why = strstr(world->row.out, "error: ");
	assert_non_null(why);
	assert_null(strstr(why, "5ec2e7"));
}

/* ---- rows of another form ---- */

static void ends_with(struct world *world, const char *tail)
{
	size_t len = strlen(tail);

	if (world->row.len < len || strcmp(world->row.out + world->row.len - len, tail) != 0)
		fail_msg("not \"%s\" but %s", tail, world->row.out);
}

static unsigned count_commas(const char *text)
{
	unsigned count = 0;

	for (; *text; text++)
		count += *text == ',';
	return count;
}

static void other_forms_become_rows(void **state)
{
	static const char *const lines[] = {"x",
					    ",",
					    " ",
					    "case",
					    "\"",
					    "\"\"\"",
					    "a,b,c",
					    "\xef\xbb\xbf",
					    ",,,,,,,,,,,,,,,,,,,,,,,,",
					    "error: ,,,,",
					    "=1+1,,,,,,,,,,,,,,,,,,"};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		assert_false(run(world, lines[i]));
		assert_int_equal(count_commas(world->row.out), BT_TOKEN_COLUMNS - 1);
		assert_non_null(strstr(world->row.out, ",error: "));
	}
	assert_true(run(world, ""));
	assert_string_equal(world->row.out, "\n");
	assert_false(run(world, "a,b"));
	assert_string_equal(world->row.out, "a,b,,,,,,,,,,,,,,,,,error: a row has 19 columns and this one has 2\n");
}

static void bytes_that_are_no_text_are_not_passed_on(void **state)
{
	static const char *const ends[] = {"\x1b[2J", "\x07", "\r", "\x7f", "\xff", "\xe2\x80\xae", "\xc2\x9b"};
	struct world *world = *state;
	char line[1024];

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		snprintf(line, sizeof line, "%s%s", ends[i], credit);
		assert_false(run(world, line));
		assert_string_equal(world->row.out,
				    ",,,,,,,,,,,,,,,,,,error: the line holds characters that are not text\n");
	}
	assert_false(run_bytes(world, "a\0b", 3, false));
	ends_with(world, "are not text\n");
	snprintf(line, sizeof line, "\xe0\xa4\xae\xe0\xa5\x80\xe0\xa4\x9f\xe0\xa4\xb0  1%s", credit + 13);
	assert_true(run(world, line)); /* a case named in Hindi */
}

static void lines_of_every_length_are_answered(void **state)
{
	struct world *world = *state;
	char *line = malloc(BT_TOKEN_LINE_MAX + 2);

	assert_non_null(line);
	memset(line, ',', BT_TOKEN_LINE_MAX + 2);
	for (size_t len = 1; len <= BT_TOKEN_LINE_MAX + 2; len++)
		assert_false(run_bytes(world, line, len, false));
	assert_string_equal(world->row.out, ",,,,,,,,,,,,,,,,,,error: the line is longer than 2048 bytes\n");
	memset(line, 'a', BT_TOKEN_LINE_MAX + 2);
	for (size_t len = 1; len <= BT_TOKEN_LINE_MAX + 2; len++)
		assert_false(run_bytes(world, line, len, false));
	free(line);
}

/* Every beginning of a good row: only those that leave out the answer make a token. */
static void cut_rows_make_no_token(void **state)
{
	size_t len = strlen(credit);

	for (size_t cut = 1; cut < len - 7; cut++)
		assert_false(run_bytes(*state, credit, cut, false));
}

static void names_of_columns_are_answered_once(void **state)
{
	static const char names[] = "case,dkga,ea,vending_key_hex,iin,drn,sgc,krn,kt,ti,ken,base_date,class,subclass,"
				    "amount_or_fields,rnd,tid_or_datetime,decoder_key_hex,token20";
	struct world *world = *state;
	char line[4096];

	snprintf(line, sizeof line, "\xef\xbb\xbf%s", names);
	assert_true(run_bytes(world, names, strlen(names), true));
	assert_true(run_bytes(world, line, strlen(line), true));
	assert_int_equal(world->row.out[0], 'c');
	assert_true(run_bytes(world, names, strlen(names) - strlen(",decoder_key_hex,token20"), true));
	ends_with(world, ",tid_or_datetime,decoder_key_hex,token20\n");
	assert_false(run(world, names));
	replace(names, BT_TOKEN_SGC, "SGC", line);
	assert_false(run_bytes(world, line, strlen(line), true));
}

/* Spreadsheets put quotes around what they please; the row is given back as it came. */
static void quotes_are_taken_off_for_reading_only(void **state)
{
	struct world *world = *state;
	char line[4096], plain[2048];

	assert_true(run(world, credit));
	snprintf(plain, sizeof plain, "%s", strrchr(world->row.out, ','));
	replace(credit, BT_TOKEN_SGC, "\"279745\"", line);
	assert_true(run(world, line));
	ends_with(world, plain);
	assert_non_null(strstr(world->row.out, ",\"279745\","));
	replace(credit, BT_TOKEN_CASE, "\"one, \"\"two\"\"\"", line);
	assert_true(run(world, line));
	ends_with(world, plain);
	replace(credit, BT_TOKEN_SGC, "\"279745", line);
	assert_false(run(world, line));
}

/* ---- what is kept from row to row ---- */

static void a_row_does_not_depend_on_the_one_before(void **state)
{
	static const char *const rows[] = {credit, short_key, manage, test, change, short_change};
	struct world *world = *state;
	char alone[6][BT_TOKEN_ROW_CAP + 1];

	for (int i = 0; i < 6; i++) {
		struct bt_token_maker *maker = world->maker;

		assert_int_equal(bt_token_maker_open(&world->sta, &world->maker), BT_OK);
		assert_true(run(world, rows[i]));
		memcpy(alone[i], world->row.out, world->row.len + 1);
		bt_token_maker_close(world->maker);
		world->maker = maker;
	}
	for (int i = 0; i < 36; i++) {
		assert_true(run(world, rows[i / 6]));
		assert_true(run(world, rows[i % 6]));
		assert_string_equal(world->row.out, alone[i % 6]);
	}
}

/* A key of another length, base or KEN in the same columns is another meter. */
static void only_the_same_meter_is_remembered(void **state)
{
	struct world *world = *state;
	char row[4096], token[64];

	assert_true(run(world, credit));
	snprintf(token, sizeof token, "%s", strrchr(world->row.out, ','));
	for (int column = BT_TOKEN_SGC; column <= BT_TOKEN_TI; column++) {
		replace(credit, column, column == BT_TOKEN_SGC ? "279746" : column == BT_TOKEN_TI ? "34" : "2", row);
		assert_true(run(world, row));
		assert_string_not_equal(strrchr(world->row.out, ','), token);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(known_answers_come_out_again),
	    cmocka_unit_test(each_wrong_column_is_told),
	    cmocka_unit_test(no_key_stands_in_an_error),
	    cmocka_unit_test(other_forms_become_rows),
	    cmocka_unit_test(bytes_that_are_no_text_are_not_passed_on),
	    cmocka_unit_test(lines_of_every_length_are_answered),
	    cmocka_unit_test(cut_rows_make_no_token),
	    cmocka_unit_test(names_of_columns_are_answered_once),
	    cmocka_unit_test(quotes_are_taken_off_for_reading_only),
	    cmocka_unit_test(a_row_does_not_depend_on_the_one_before),
	    cmocka_unit_test(only_the_same_meter_is_remembered),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
