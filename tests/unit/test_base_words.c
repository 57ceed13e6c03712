/* The word catalogue: reading, damage, places.
 *
 * rooms: core/base
 * The catalogue here is written byte by byte from the GNU description of .mo files. */
#include "core/base/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT 4

static const char *const pairs[COUNT][2] = {
    {"", "Language: hi\n"},
    {"Next", "आगे"},
    {"empty", ""},
    {"{1} of {2} left", "{2} में {1} बाकी"},
};

static void put_le32(uint8_t *at, size_t value)
{
	for (int i = 0; i < 4; i++) {
		at[i] = (uint8_t)(value >> (8 * i));
	}
}

/* @return length of the file in @p out. */
static size_t make_file(uint8_t out[512])
{
	size_t at = 28 + 2 * COUNT * 8;
	memset(out, 0, 512);
	put_le32(out, 0x950412DE);
	put_le32(out + 8, COUNT);
	put_le32(out + 12, 28);
	put_le32(out + 16, 28 + COUNT * 8);
	for (size_t side = 0; side < 2; side++) {
		for (size_t i = 0; i < COUNT; i++) {
			size_t len = strlen(pairs[i][side]);
			uint8_t *row = out + 28 + (side * COUNT + i) * 8;
			put_le32(row, len);
			put_le32(row + 4, at);
			memcpy(out + at, pairs[i][side], len + 1);
			at += len + 1;
		}
	}
	return at;
}

struct folder {
	char path[64], file[80];
};

static int make_folder(void **state)
{
	static struct folder folder;
	(void)snprintf(folder.path, sizeof(folder.path), "batti-words-XXXXXX");
	if (mkdtemp(folder.path) == NULL) {
		return -1;
	}
	(void)snprintf(folder.file, sizeof(folder.file), "%s/hi.mo", folder.path);
	*state = &folder;
	return 0;
}

static int remove_folder(void **state)
{
	struct folder *folder = *state;
	(void)unlink(folder->file);
	return rmdir(folder->path);
}

static void write_file(const struct folder *folder, const uint8_t *data, size_t len)
{
	FILE *file = fopen(folder->file, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static struct bt_words *open_good(const struct folder *folder)
{
	uint8_t data[512];
	struct bt_words *words = NULL;
	write_file(folder, data, make_file(data));
	assert_int_equal(bt_words_open(folder->path, &words, NULL), BT_OK);
	return words;
}

static void check_lookup(void **state)
{
	struct bt_words *words = open_good(*state);
	assert_string_equal(bt_words_get(words, BT_LANG_HI, "Next"), "आगे");
	assert_string_equal(bt_words_get(words, BT_LANG_EN, "Next"), "Next");
	assert_string_equal(bt_words_get(words, BT_LANG_HI, "Nex"), "Nex");
	assert_string_equal(bt_words_get(words, BT_LANG_HI, "empty"), "empty");
	assert_string_equal(bt_words_get(words, BT_LANG_HI, ""), "");
	assert_string_equal(bt_words_get(NULL, BT_LANG_HI, "Next"), "Next");
	assert_true(bt_words_has(words, "Next"));
	assert_false(bt_words_has(words, "next"));
	assert_false(bt_words_has(words, ""));
	assert_false(bt_words_has(NULL, "Next"));
	bt_words_close(words);
	bt_words_close(NULL);
}

static void check_places(void **state)
{
	struct bt_words *words = open_good(*state);
	char out[64];
	const char *args[] = {"48", "125", NULL};
	const char *few[] = {"48", NULL};
	const char *key = "{1} of {2} left";
	assert_int_equal(bt_words_format(words, BT_LANG_EN, key, args, out, sizeof(out)), BT_OK);
	assert_string_equal(out, "48 of 125 left");
	assert_int_equal(bt_words_format(words, BT_LANG_HI, key, args, out, sizeof(out)), BT_OK);
	assert_string_equal(out, "125 में 48 बाकी");
	assert_int_equal(bt_words_format(words, BT_LANG_EN, key, few, out, sizeof(out)), BT_OK);
	assert_string_equal(out, "48 of {2} left");
	assert_int_equal(bt_words_format(words, BT_LANG_EN, "%s %n {0} {10} {x} {", NULL, out, sizeof(out)), BT_OK);
	assert_string_equal(out, "%s %n {0} {10} {x} {");
	const char *tricky[] = {"{2}", "b", NULL};
	assert_int_equal(bt_words_format(words, BT_LANG_EN, "{1}{2}", tricky, out, sizeof(out)), BT_OK);
	assert_string_equal(out, "{2}b");
	for (size_t cap = 0; cap <= strlen("125 में 48 बाकी"); cap++) {
		memset(out, 'Z', sizeof(out));
		assert_int_equal(bt_words_format(words, BT_LANG_HI, key, args, out, cap), BT_EFULL);
		assert_int_equal(out[cap], 'Z');
		if (cap > 0) {
			assert_true(bt_text_is_clean(out));
		}
	}
	bt_words_close(words);
}

static void check_truncation(void **state)
{
	uint8_t data[512];
	size_t len = make_file(data);
	struct bt_words *const untouched = (struct bt_words *)data;
	struct bt_words *words = untouched;
	for (size_t cut = 0; cut < len; cut++) {
		write_file(*state, data, cut);
		assert_int_equal(bt_words_open(((struct folder *)*state)->path, &words, NULL), BT_EFORMAT);
		assert_ptr_equal(words, untouched);
	}
	assert_int_equal(unlink(((struct folder *)*state)->file), 0);
	assert_int_equal(bt_words_open(((struct folder *)*state)->path, &words, NULL), BT_ENOTFOUND);
	assert_ptr_equal(words, untouched);
}

/* Whoever replaces the file can say other words, not steer the screen. */
static void check_control_characters(void **state)
{
	static const char *const bad[] = {"\x1B[H", "\n", "\x7F", "\xC2\x9B", "\xE2\x80\xAE", "\xEE\x80\x80"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint8_t data[512];
		size_t len = make_file(data);
		struct bt_words *words = NULL;
		uint8_t *at = memmem(data, len, "\xE0\xA4\x86\xE0\xA4\x97", 6); /* of "Next" in Hindi */
		assert_non_null(at);
		memcpy(at, "xxxxxx", 6);
		memcpy(at, bad[i], strlen(bad[i]));
		write_file(*state, data, len);
		assert_int_equal(bt_words_open(((struct folder *)*state)->path, &words, NULL), BT_EFORMAT);
		assert_null(words);
	}
}

/* A flipped bit is refused or gives other words; it never leads outside the file (the sanitizer watches). */
static void check_flipped_bits(void **state)
{
	uint8_t data[512];
	size_t len = make_file(data);
	for (size_t bit = 0; bit < len * 8; bit++) {
		struct bt_words *words = NULL;
		data[bit / 8] ^= (uint8_t)(1 << (bit % 8));
		write_file(*state, data, len);
		enum bt_err err = bt_words_open(((struct folder *)*state)->path, &words, NULL);
		if (err == BT_OK) {
			for (size_t i = 0; i < COUNT; i++) {
				assert_true(strlen(bt_words_get(words, BT_LANG_HI, pairs[i][0])) < len);
			}
			bt_words_close(words);
		} else {
			assert_int_equal(err, BT_EFORMAT);
		}
		data[bit / 8] ^= (uint8_t)(1 << (bit % 8));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(check_lookup, make_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(check_places, make_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(check_truncation, make_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(check_control_characters, make_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(check_flipped_bits, make_folder, remove_folder),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
