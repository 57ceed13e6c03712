/* A whole file on the disk: what it holds, in which order it gets there, and what is left when any step fails.
 * rooms: core/base */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/disk.h"

#define PATH_MAX_HERE 96
#define STEPS         "otwsc"
#define STEPS_FOLDER  "otwscf"

/* The machine's disk, which notes a letter a call and refuses the call of one letter. */
struct noting {
	struct bt_disk disk;
	char calls[16], refused;
	int err, open_files;
	uint64_t at, len;
};

static struct noting noting;
static char folder[] = "/tmp/batti-disk-XXXXXX", path[PATH_MAX_HERE];

static int note(char letter)
{
	size_t n = strlen(noting.calls);

	assert_true(n + 1 < sizeof noting.calls);
	noting.calls[n] = letter;
	return letter == noting.refused ? noting.err : 0;
}

static int open_noting(void *context, const char *name, enum bt_disk_open how, struct bt_disk_file **out)
{
	int sys = note('o');

	assert_int_equal(how, BT_DISK_CREATE);
	assert_string_equal(name, path);
	if (!sys)
		sys = bt_disk_system()->open(context, name, how, out);
	noting.open_files += !sys;
	return sys;
}

static void close_noting(struct bt_disk_file *file)
{
	(void)note('c');
	noting.open_files -= file != NULL;
	bt_disk_system()->close(file);
}

static int truncate_noting(struct bt_disk_file *file, uint64_t len)
{
	int sys = note('t');

	assert_int_equal(len, 0);
	return sys ? sys : bt_disk_system()->truncate(file, len);
}

/* A write that fails leaves its first half. */
static int write_noting(struct bt_disk_file *file, uint64_t at, const void *data, size_t len)
{
	int sys = note('w');

	noting.at = at;
	noting.len = len;
	(void)!bt_disk_system()->write(file, at, data, sys ? len / 2 : len);
	return sys;
}

static int sync_noting(struct bt_disk_file *file)
{
	int sys = note('s');

	return sys ? sys : bt_disk_system()->sync(file);
}

static int sync_folder_noting(void *context, const char *name)
{
	int sys = note('f');

	assert_string_equal(name, folder);
	return sys ? sys : bt_disk_system()->sync_folder(context, name);
}

static void refuse(char letter, int err)
{
	noting = (struct noting){.disk = *bt_disk_system(), .refused = letter, .err = err};
	noting.disk.open = open_noting;
	noting.disk.close = close_noting;
	noting.disk.truncate = truncate_noting;
	noting.disk.write = write_noting;
	noting.disk.sync = sync_noting;
	noting.disk.sync_folder = sync_folder_noting;
}

static int put(const char *in_folder, const char *text)
{
	return bt_disk_write_whole(&noting.disk, in_folder, path, bt_bytes_of(text));
}

static void expect_text(const char *wanted)
{
	char text[64] = "";
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	text[fread(text, 1, sizeof text - 1, file)] = '\0';
	assert_int_equal(fclose(file), 0);
	assert_string_equal(text, wanted);
}

static int setup(void **state)
{
	(void)state;
	memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof path, "%s/file", folder);
	refuse(0, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(folder);
}

static void disk_whole_file_is_made(void **state)
{
	struct stat is;

	(void)state;
	assert_int_equal(put(folder, "a lamp in every lane"), 0);
	assert_string_equal(noting.calls, STEPS_FOLDER);
	assert_int_equal(noting.at, 0);
	assert_int_equal(noting.len, 20);
	expect_text("a lamp in every lane");
	assert_int_equal(stat(path, &is), 0);
	assert_int_equal(is.st_mode & 0777, 0600);
	assert_int_equal(noting.open_files, 0);
}

/* Nothing of what was there stays behind the new end. */
static void disk_whole_file_takes_the_place_of_a_longer_one(void **state)
{
	(void)state;
	assert_int_equal(put(folder, "a lamp in every lane"), 0);
	refuse(0, 0);
	assert_int_equal(put(NULL, "dark"), 0);
	assert_string_equal(noting.calls, STEPS); /* its name is the caller's */
	expect_text("dark");
	assert_int_equal(put(NULL, ""), 0);
	expect_text("");
}

/* The errno is that of the step, nothing behind it is tried, and no file stays open. */
static void disk_whole_file_stops_where_it_fails(void **state)
{
	static const struct {
		char step;
		const char *calls, *left;
	} rows[] = {{'o', "oc", "the old bytes"},
		    {'t', "otc", "the old bytes"},
		    {'w', "otwc", "the n"},
		    {'s', "otwsc", "the newest"},
		    {'f', "otwscf", "the newest"}};
	static const int errors[] = {EIO, ENOSPC, EDQUOT, EROFS};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (size_t e = 0; e < sizeof errors / sizeof errors[0]; e++) {
			refuse(0, 0);
			assert_int_equal(put(folder, "the old bytes"), 0);
			refuse(rows[i].step, errors[e]);
			assert_int_equal(put(folder, "the newest"), errors[e]);
			assert_string_equal(noting.calls, rows[i].calls);
			assert_int_equal(noting.open_files, 0);
			expect_text(rows[i].left);
		}
}

/* The machine's own refusals: a folder that is not there, a folder in the file's place, a link. */
static void disk_whole_file_that_cannot_be(void **state)
{
	(void)state;
	assert_int_equal(bt_disk_write_whole(bt_disk_system(), NULL, "/nowhere/at/all", bt_bytes_of("x")), ENOENT);
	assert_int_equal(bt_disk_write_whole(bt_disk_system(), NULL, folder, bt_bytes_of("x")), EISDIR);
	assert_int_equal(symlink("/dev/null", path), 0);
	assert_int_equal(bt_disk_write_whole(bt_disk_system(), NULL, path, bt_bytes_of("x")), ELOOP);
	assert_int_equal(unlink(path), 0);
	/* Written, and its name cannot be made lasting. */
	assert_int_equal(bt_disk_write_whole(bt_disk_system(), "/nowhere", path, bt_bytes_of("x")), ENOENT);
	expect_text("x");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(disk_whole_file_is_made),
	    TEST(disk_whole_file_takes_the_place_of_a_longer_one),
	    TEST(disk_whole_file_stops_where_it_fails),
	    TEST(disk_whole_file_that_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
