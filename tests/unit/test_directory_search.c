/* The cache: pages applied, rows changed and removed, search by digits and by words in either script.
 *
 * rooms: core/directory core/base core/money */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/directory/page.h"

struct fixture {
	char dir[64], path[96];
	struct bt_directory *directory;
	struct bt_fault fault;
	struct bt_consumer rows[64];
	int count;
	bool more;
};

static int make(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	assert_non_null(f);
	bt_text_copy(f->dir, sizeof f->dir, "/tmp/batti-directory-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof f->path, "%s/directory.db", f->dir);
	assert_int_equal(bt_directory_open(f->path, &f->directory, &f->fault), BT_OK);
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;
	char wal[112];
	bt_directory_close(f->directory);
	snprintf(wal, sizeof wal, "%s-wal", f->path);
	(void)unlink(wal);
	(void)unlink(f->path);
	(void)rmdir(f->dir);
	free(f);
	return 0;
}

static const char *consumer(const char *number, const char *meter, const char *mobile, const char *en, const char *hi,
			    const char *place)
{
	static char text[2048];
	snprintf(
	    text, sizeof text,
	    "{\"number\":\"%s\",\"meter\":\"%s\",\"pan\":\"\",\"mobile\":\"%s\",\"name\":{\"en\":\"%s\",\"hi\":\"%s\"},"
	    "\"relation\":\"\",\"relative\":{\"en\":\"\",\"hi\":\"\"},\"place\":{\"en\":\"%s\",\"hi\":\"\"},"
	    "\"category\":\"DS-II\",\"kind\":\"sts_units\",\"takes_token\":true,\"balance_paise\":0,\"balance_at\":0,"
	    "\"dues_paise\":0,\"dues_daily_paise\":0,\"free_units\":null,\"blocked\":null,\"supply_cut_at\":null,"
	    "\"cut_from\":null,\"postpaid\":false,\"last_recharge_paise\":0,\"key\":null}",
	    number, meter, mobile, en, hi, place);
	return text;
}

static enum bt_err apply(struct fixture *f, const char *consumers, const char *removed, int version, int *skipped)
{
	char page[32768];
	bool complete = false;
	snprintf(page, sizeof page, "{\"version\":%d,\"complete\":true,\"consumers\":[%s],\"removed\":[%s]}", version,
		 consumers, removed);
	enum bt_err err =
	    bt_directory_apply(f->directory, bt_bytes_of(page), 1000 + version, &complete, skipped, &f->fault);
	assert_true(err != BT_OK || complete);
	return err;
}

static void fill(struct fixture *f)
{
	static const char *const people[][6] = {
	    {"100244781560", "04740015298", "9835012345", "Ramesh Kumar", "", "Danapur"},
	    {"100244781561", "04740015306", "9835012346", "", "रमेश प्रसाद", "Khagaul"},
	    {"100244781562", "04740025298", "9122244781", "Sunita Devi", "सुनीता देवी", "Danapur"},
	    {"200244781563", "", "", "Abdul Rahman", "अब्दुल रहमान", "Phulwari"},
	    {"1002447", "04740015314", "", "Ramesh Kumari", "", "Danapur"},
	};
	char page[16384] = "";
	int skipped = 9;
	for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
		size_t len = strlen(page);
		snprintf(page + len, sizeof page - len, "%s%s", i ? "," : "",
			 consumer(people[i][0], people[i][1], people[i][2], people[i][3], people[i][4], people[i][5]));
	}
	assert_int_equal(apply(f, page, "", 7, &skipped), BT_OK);
	assert_int_equal(skipped, 0);
}

static int search(struct fixture *f, const char *text, int max)
{
	assert_int_equal(bt_directory_search(f->directory, text, max, f->rows, &f->count, &f->more), BT_OK);
	return f->count;
}

static void digits(void **state)
{
	struct fixture *f = *state;
	fill(f);
	assert_int_equal(search(f, "1002", 64), 4);
	assert_int_equal(search(f, "1002447", 64), 4);
	assert_string_equal(f->rows[0].number, "1002447"); /* the exact one first */
	assert_string_equal(f->rows[1].number, "100244781560");
	assert_int_equal(search(f, "1002 4478 1561", 64), 1);
	assert_int_equal(search(f, "04740015298", 64), 1);
	assert_int_equal(search(f, "5298", 64), 2); /* the last four of two meters */
	assert_int_equal(search(f, "15298", 64), 1);
	assert_int_equal(search(f, "98350", 64), 2);
	assert_int_equal(search(f, "529", 64), 0); /* too few */
	assert_int_equal(search(f, "7777777", 64), 0);
	assert_int_equal(search(f, "11111111111111111111111111111111111111", 64), 0);
	assert_int_equal(search(f, "1002", 2), 2);
	assert_true(f->more);
	assert_int_equal(search(f, "1002", 4), 4);
	assert_false(f->more);
}

static void words(void **state)
{
	struct fixture *f = *state;
	fill(f);
	assert_int_equal(search(f, "ramesh", 64), 3);
	assert_string_equal(f->rows[0].name.en, "Ramesh Kumar");
	assert_int_equal(search(f, "रमेश", 64), 3);
	assert_int_equal(search(f, "RAM dan", 64), 2);
	assert_int_equal(search(f, "danapur kumar ramesh", 64), 2);
	assert_int_equal(search(f, "सुनीता", 64), 1);
	assert_int_equal(search(f, "suni", 64), 1);
	assert_int_equal(search(f, "rahman", 64), 1);
	assert_int_equal(search(f, "r k dan", 64), 2);
	assert_int_equal(search(f, "ra", 64), 0);
	assert_int_equal(search(f, "", 64), 0);
	assert_int_equal(search(f, "ramesh xyz", 64), 0);
	assert_int_equal(search(f, "ramesh", 2), 2);
	assert_true(f->more);
	/* Nothing typed is taken for a query's own signs. */
	static const char *const signs[] = {"\"ram",   "ram*",      "ram OR sunita",    "ram AND",
					    "NOT ram", "words:ram", "-ram -dan",        "NEAR(ram)",
					    "^ram",    "ram')--",   "\xff\xfe\xfd ram", "{ram} + dan"};
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		(void)search(f, signs[i], 64);
	char text[2000];
	memset(text, 'b', sizeof text);
	for (size_t i = 3; i < sizeof text; i += 4)
		text[i] = ' ';
	text[sizeof text - 1] = '\0';
	assert_int_equal(search(f, text, 64), 0);
	assert_int_equal(bt_directory_search(f->directory, "ramesh", 65, f->rows, &f->count, &f->more), BT_EINPUT);
}

static void changes_and_removals(void **state)
{
	struct fixture *f = *state;
	struct bt_consumer found;
	int skipped = 0;
	fill(f);
	assert_int_equal(bt_directory_count(f->directory), 5);
	assert_int_equal(bt_directory_version(f->directory), 7);
	assert_int_equal(bt_directory_updated_ms(f->directory), 1007);
	assert_int_equal(apply(f, consumer("100244781560", "04740099999", "", "Mohan Lal", "", "Bihta"),
			       "\"200244781563\",\"999\"", 8, &skipped),
			 BT_OK);
	assert_int_equal(bt_directory_count(f->directory), 4);
	assert_int_equal(search(f, "ramesh", 64), 2);
	assert_int_equal(search(f, "mohan bih", 64), 1);
	assert_int_equal(search(f, "rahman", 64), 0);
	assert_int_equal(search(f, "15298", 64), 0);
	assert_int_equal(bt_directory_find(f->directory, "200244781563", &found), BT_ENOTFOUND);
	assert_int_equal(bt_directory_find_meter(f->directory, "04740099999", &found), BT_OK);
	assert_string_equal(found.name.en, "Mohan Lal");
	assert_int_equal(bt_directory_find_meter(f->directory, "", &found), BT_ENOTFOUND);
	found.balance = 777;
	assert_int_equal(bt_directory_put(f->directory, &found, &f->fault), BT_OK);
	assert_int_equal(bt_directory_find(f->directory, "100244781560", &found), BT_OK);
	assert_int_equal(found.balance, 777);
	assert_int_equal(bt_directory_version(f->directory), 8);
	assert_int_equal(bt_directory_count(f->directory), 4);
	bt_directory_close(f->directory);
	assert_int_equal(bt_directory_open(f->path, &f->directory, &f->fault), BT_OK);
	assert_int_equal(bt_directory_count(f->directory), 4);
	assert_int_equal(search(f, "mohan", 64), 1);
}

static void one_bad_of_many_is_skipped(void **state)
{
	struct fixture *f = *state;
	char page[16384];
	int skipped = 0;
	snprintf(page, sizeof page, "%s,5,{\"number\":\"1\"},null,",
		 consumer("1001", "", "", "Asha Devi", "", "Maner"));
	size_t len = strlen(page);
	snprintf(page + len, sizeof page - len, "%s,", consumer("10x2", "", "", "Bad", "", "Maner"));
	len = strlen(page);
	snprintf(page + len, sizeof page - len, "%s", consumer("1003", "", "", "Usha Devi", "", "Maner"));
	assert_int_equal(apply(f, page, "", 1, &skipped), BT_OK);
	assert_int_equal(skipped, 4);
	assert_int_equal(bt_directory_count(f->directory), 2);
	assert_int_equal(search(f, "devi", 64), 2);
}

/* It may have been a new key: what is held of it is not used any more. */
static void a_row_that_cannot_be_read_is_not_kept_as_it_was(void **state)
{
	struct fixture *f = *state;
	struct bt_consumer found;
	int skipped = 0;
	fill(f);
	assert_int_equal(apply(f, "{\"number\":\"100244781560\",\"key\":7}", "", 8, &skipped), BT_OK);
	assert_int_equal(skipped, 1);
	assert_int_equal(bt_directory_find(f->directory, "100244781560", &found), BT_ENOTFOUND);
	assert_int_equal(bt_directory_count(f->directory), 4);
}

static void bad_pages_change_nothing(void **state)
{
	struct fixture *f = *state;
	static const char *const pages[] = {
	    "",
	    "[]",
	    "{}",
	    "{\"version\":9,\"complete\":true}",
	    "{\"version\":\"9\",\"complete\":true,\"consumers\":[],\"removed\":[]}",
	    "{\"version\":-9,\"complete\":true,\"consumers\":[],\"removed\":[]}",
	    "{\"version\":9,\"complete\":1,\"consumers\":[],\"removed\":[]}",
	    "{\"version\":9,\"complete\":true,\"consumers\":{},\"removed\":[]}",
	    "{\"version\":9,\"complete\":true,\"consumers\":[],\"removed\":{}}",
	    "{\"version\":9,\"version\":10,\"complete\":true,\"consumers\":[],\"removed\":[]}",
	    "{\"version\":9,\"complete\":true,\"consumers\":[],\"removed\":[]",
	    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
	};
	bool complete = false;
	int skipped = -1;
	fill(f);
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
		assert_int_equal(
		    bt_directory_apply(f->directory, bt_bytes_of(pages[i]), 5, &complete, &skipped, &f->fault),
		    BT_EFORMAT);
	assert_int_equal(skipped, -1);
	assert_int_equal(bt_directory_version(f->directory), 7);
	assert_int_equal(bt_directory_count(f->directory), 5);
}

/* Some rows at a time: they are found as soon as they are in, the version moves with the last, and a page that was left
 * in the middle is put again. */
static void a_page_in_steps(void **state)
{
	struct fixture *f = *state;
	static char text[65536];
	struct bt_directory_page *page = NULL;
	bool done = false;
	fill(f);
	size_t len = (size_t)snprintf(text, sizeof text, "{\"version\":9,\"complete\":true,\"consumers\":[");
	for (int i = 0; i < 30; i++) {
		char number[13];
		snprintf(number, sizeof number, "3000000000%02d", i);
		len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", i ? "," : "",
					i == 20 ? "{\"number\":\"300000000003\"}"
						: consumer(number, "", "", "Stepwise Kumar", "", "Gaya"));
	}
	snprintf(text + len, sizeof text - len, "],\"removed\":[\"300000000001\",\"300000000002\"]}");
	assert_int_equal(bt_directory_page_open(bt_bytes_of(text), &page, &f->fault), BT_OK);
	assert_int_equal(bt_directory_page_step(f->directory, page, 12, 5, &done, &f->fault), BT_OK);
	assert_false(done);
	assert_int_equal(search(f, "stepwise", 64), 12);
	assert_int_equal(bt_directory_version(f->directory), 7);
	bt_directory_page_close(page);
	assert_int_equal(bt_directory_page_open(bt_bytes_of(text), &page, &f->fault), BT_OK);
	for (int steps = 1; steps <= 3; steps++) {
		assert_false(done);
		assert_int_equal(bt_directory_page_step(f->directory, page, 12, 5, &done, &f->fault), BT_OK);
	}
	assert_true(done);
	assert_int_equal(bt_directory_page_skipped(page), 1);
	bt_directory_page_close(page);
	/* 29 were whole; one was forgotten for what could not be read of it, two were removed. */
	assert_int_equal(search(f, "stepwise", 64), 26);
	assert_int_equal(bt_directory_version(f->directory), 9);
	assert_int_equal(bt_directory_updated_ms(f->directory), 5);
	assert_int_equal(bt_directory_count(f->directory), 5 + 26);
}

static void damaged_file_is_made_anew(void **state)
{
	struct fixture *f = *state;
	fill(f);
	bt_directory_close(f->directory);
	f->directory = NULL;
	int fd = open(f->path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	assert_true(fd >= 0);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(write(fd, "not a database, ", 16), 16);
	close(fd);
	assert_int_equal(bt_directory_open(f->path, &f->directory, &f->fault), BT_OK);
	assert_int_equal(bt_directory_count(f->directory), 0);
	assert_int_equal(bt_directory_version(f->directory), 0);
	fill(f);
	assert_int_equal(search(f, "ramesh", 64), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(digits, make, end),
	    cmocka_unit_test_setup_teardown(words, make, end),
	    cmocka_unit_test_setup_teardown(changes_and_removals, make, end),
	    cmocka_unit_test_setup_teardown(one_bad_of_many_is_skipped, make, end),
	    cmocka_unit_test_setup_teardown(a_row_that_cannot_be_read_is_not_kept_as_it_was, make, end),
	    cmocka_unit_test_setup_teardown(bad_pages_change_nothing, make, end),
	    cmocka_unit_test_setup_teardown(a_page_in_steps, make, end),
	    cmocka_unit_test_setup_teardown(damaged_file_is_made_anew, make, end),
	};
	return cmocka_run_group_tests_name("directory search", tests, NULL, NULL);
}
