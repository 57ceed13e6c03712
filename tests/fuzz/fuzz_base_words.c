/* Catalogues of words that an installer replaced by anything: what they say is well-formed and cannot steer a terminal.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/words.h"
#include "tests/fuzz/input.h"

#define KEY_CAP 64

/* A folder whose hi.mo is a file in memory, made once. @return its descriptor. */
static int open_catalogue(const char **dir)
{
	static char folder[] = P_tmpdir "/fuzz-words-XXXXXX";
	static int fd = -1;
	char target[64], path[sizeof folder + 8];

	*dir = folder;
	if (fd >= 0)
		return fd;
	fd = memfd_create("hi.mo", 0);
	(void)snprintf(target, sizeof target, "/proc/self/fd/%d", fd);
	if (fd < 0 || !mkdtemp(folder))
		abort();
	(void)snprintf(path, sizeof path, "%s/hi.mo", folder);
	if (symlink(target, path) != 0)
		abort();
	return fd;
}

static void remove_catalogue(void)
{
	const char *dir;
	char path[64];

	(void)open_catalogue(&dir);
	(void)snprintf(path, sizeof path, "%s/hi.mo", dir);
	(void)unlink(path);
	(void)rmdir(dir);
}

static void write_catalogue(int fd, const uint8_t *data, size_t size)
{
	if (ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
}

/* Strict UTF-8 without a control character but the line end. */
static void check_text(const char *text)
{
	size_t len = strlen(text);

	for (size_t at = 0; at < len;) {
		uint32_t c = 0;
		int step = bt_utf8_next(text + at, len - at, &c);

		assert(step > 0 && (c >= 0x20 || c == '\n') && !(c >= 0x7F && c <= 0x9F));
		assert(!(c >= 0x202A && c <= 0x202E) && !(c >= 0x2066 && c <= 0x2069));
		at += (size_t)step;
	}
}

static void check_key(const struct bt_words *words, const char *key, size_t cap)
{
	static const char *const args[] = {"42", "{1}{2}", "रमेश", NULL};
	const char *found = bt_words_get(words, BT_LANG_HI, key);
	char out[512];
	enum bt_err err;

	assert(strcmp(bt_words_get(words, BT_LANG_EN, key), key) == 0);
	assert(found == key || (bt_words_has(words, key) && found[0]));
	if (found != key)
		check_text(found);
	memset(out, 0x7F, sizeof out);
	err = bt_words_format(words, BT_LANG_HI, key, args, out, cap);
	assert(memchr(out, '\0', cap) != NULL && (err == BT_OK || err == BT_EFULL));
	if (found != key)
		check_text(out);
}

/* Any stretch of the file may be a key: the fuzzer finds those that are. */
static void check_keys(const struct bt_words *words, const uint8_t *data, size_t size)
{
	char key[KEY_CAP];
	size_t from = 0;

	check_key(words, "Cash", 64);
	for (size_t at = 0; at < size; at++) {
		struct input rest = {data + from, size - from};

		if (data[at] != 0)
			continue;
		if (at > from) {
			take_text(&rest, KEY_CAP - 1, key, sizeof key);
			check_key(words, key, 1 + data[size / 2]);
		}
		from = at + 1;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bt_words *words = NULL;
	struct bt_fault fault = {0};
	const char *dir;
	int fd = open_catalogue(&dir);
	static bool registered;
	enum bt_err err;

	if (!registered)
		registered = atexit(remove_catalogue) == 0;
	write_catalogue(fd, data, size);
	err = bt_words_open(dir, &words, &fault);
	assert(err == BT_OK || (err == BT_EFORMAT && !words && fault.err == BT_EFORMAT));
	if (err == BT_OK)
		check_keys(words, data, size);
	bt_words_close(words);
	return 0;
}
