/* Cleaning, measuring and clipping of any bytes: what comes out can neither steer a terminal nor leave its field. */
#include <assert.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/base/text.h"
#include "tests/fuzz/input.h"

#define FIELD_MAX 1024
#define CANARY    0x7F

/* Judged apart from the product's own tables: what no terminal may be sent. */
static bool is_dangerous(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x061C || (c >= 0x200E && c <= 0x200F) ||
	       (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x206F) || (c >= 0xD800 && c <= 0xF8FF) ||
	       c == 0xFEFF || (c >= 0xE0000 && c <= 0xE007F) || c >= 0xF0000;
}

static bool is_joiner(uint32_t c)
{
	return c == 0x200C || c == 0x200D;
}

/* Every character by itself and with its neighbour; @return the columns. */
static int check_characters(const char *text)
{
	size_t len = strlen(text);
	uint32_t before = 0;
	int columns = 0, marks = 0;

	for (size_t at = 0; at < len;) {
		uint32_t c = 0;
		int step = bt_utf8_next(text + at, len - at, &c);

		assert(step > 0 && !is_dangerous(c));
		assert(!(is_joiner(c) && is_joiner(before)) && !(c == ' ' && before == ' '));
		assert(at > 0 || bt_char_columns(c) > 0);
		marks = bt_char_columns(c) > 0 ? 0 : marks + !is_joiner(c);
		assert(marks <= 4);
		assert(bt_char_columns(c) >= 0 && bt_char_columns(c) <= 2);
		columns += bt_char_columns(c);
		before = c;
		at += (size_t)step;
	}
	return columns;
}

static void check_clean(const char *in, size_t len, int max_columns, size_t cap)
{
	char out[FIELD_MAX + 1], again[FIELD_MAX];
	int columns;

	memset(out, CANARY, sizeof out);
	bt_text_clean(in, len, max_columns, out, cap);
	assert(out[cap] == CANARY && memchr(out, '\0', cap) != NULL);
	columns = check_characters(out);
	assert(columns <= max_columns && columns == bt_text_columns(out));
	assert(bt_text_is_clean(out));
	bt_text_clean(out, strlen(out), INT_MAX, again, sizeof again);
	assert(strcmp(out, again) == 0);
}

/* A text that is clean passes untouched, and only such a one. */
static void check_verdict(const char *text)
{
	char *out = malloc(3 * strlen(text) + 1);

	assert(out != NULL);
	bt_text_clean(text, strlen(text), INT_MAX, out, 3 * strlen(text) + 1);
	assert(bt_text_is_clean(out));
	assert(bt_text_is_clean(text) == (strcmp(text, out) == 0));
	free(out);
}

/* A clip is a beginning, within its columns, and all of it when all fits. */
static void check_clip(const char *text, int columns, size_t cap)
{
	char out[FIELD_MAX + 1], again[FIELD_MAX];

	memset(out, CANARY, sizeof out);
	bt_text_clip(text, columns, out, cap);
	assert(out[cap] == CANARY && memchr(out, '\0', cap) != NULL);
	assert(strncmp(text, out, strlen(out)) == 0 && bt_text_columns(out) <= columns);
	if (bt_text_columns(text) <= columns && strlen(text) < cap)
		assert(strcmp(text, out) == 0);
	bt_text_clip(out, columns, again, sizeof again);
	assert(strcmp(out, again) == 0);
	if (bt_text_is_clean(text))
		assert(bt_text_is_clean(out));
}

static void check_copies(const char *text, size_t cap)
{
	char out[FIELD_MAX + 1];
	enum bt_err err;

	memset(out, CANARY, sizeof out);
	err = bt_text_copy(out, cap, text);
	assert(out[cap] == CANARY && strlen(out) < cap && strncmp(text, out, strlen(out)) == 0);
	assert((err == BT_OK) == (strlen(text) < cap));
	if (bt_text_is_clean(text))
		assert(bt_text_is_clean(out));
	memset(out, CANARY, sizeof out);
	err = bt_text_printf(out, cap, "%s", text);
	assert(out[cap] == CANARY && strlen(out) < cap && (err == BT_OK) == (strlen(text) < cap));
	if (bt_text_is_clean(text))
		assert(bt_text_is_clean(out));
	memset(out, CANARY, sizeof out);
	bt_text_compose_nukta(text, out, cap);
	assert(out[cap] == CANARY && strlen(out) < cap);
}

/* Words of small letters and digits, parted by one blank. */
static void check_search_key(const char *text, size_t cap)
{
	char out[FIELD_MAX + 1];
	size_t len;

	memset(out, CANARY, sizeof out);
	bt_text_search_key(text, out, cap);
	assert(out[cap] == CANARY && memchr(out, '\0', cap) != NULL);
	len = strlen(out);
	assert(strspn(out, "abcdefghijklmnopqrstuvwxyz0123456789 ") == len);
	assert(strstr(out, "  ") == NULL && (len == 0 || (out[0] != ' ' && out[len - 1] != ' ')));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	int columns = take_byte(&input);
	size_t cap = 1 + take_number(&input, 2) % FIELD_MAX;
	char *text;

	if (input.len > 4096)
		return 0;
	check_clean((const char *)input.data, input.len, columns, cap);
	text = malloc(input.len + 1);
	assert(text != NULL);
	take_text(&input, input.len, text, input.len + 1);
	check_verdict(text);
	check_clip(text, columns, cap);
	check_copies(text, cap);
	check_search_key(text, cap);
	free(text);
	return 0;
}
