/* Lines of any bytes as rows of a batch: each becomes exactly one line of 19 columns that may go to a screen, a token
 * is 20 digits, and what is asked twice is answered the same.
 *
 * rooms: ui/command core/sts core/base */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "tests/fuzz/input.h"
#include "ui/command/token_row.h"

static struct bt_token_maker *open_maker(void)
{
	static struct bt_sta sta;
	static bool ready;
	struct bt_token_maker *maker = NULL;

	if (!ready)
		bt_sta_init(&sta, &bt_sta_sample);
	ready = true;
	if (bt_token_maker_open(&sta, &maker) != BT_OK)
		abort();
	return maker;
}

/* A comma in quotes is part of a column: the last two never have quotes, so they are found from the end. */
static void check_row(const struct bt_token_row *row, bool made)
{
	const char *last = memrchr(row->out, ',', row->len);

	assert(row->len >= 1 && memchr(row->out, '\n', row->len) == row->out + row->len - 1);
	if (row->len == 1) {
		assert(made);
		return;
	}
	assert(last);
	last++;
	if (!made) {
		assert(memcmp(last, "error: ", 7) == 0);
	} else if (memcmp(last, "token20\n", 8) != 0) {
		assert(row->out + row->len - last == 21);
		assert(strspn(last, "0123456789") == 20);
	}
}

static void check_text(const struct bt_token_row *row)
{
	char text[BT_TOKEN_ROW_CAP + 1];

	for (size_t i = 0; i < row->len - 1; i++)
		text[i] = row->out[i] == ' ' ? '.' : row->out[i]; /* blanks may come in runs */
	text[row->len - 1] = '\0';
	assert(strlen(text) == row->len - 1 && bt_text_is_clean(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bt_token_maker *maker = open_maker(), *other = open_maker();
	struct bt_token_row row, again;
	bool first = true;

	while (size > 0) {
		const uint8_t *stop = memchr(data, '\n', size);
		struct bt_bytes line = {data, stop ? (size_t)(stop - data) : size};
		bool made = bt_token_row_make(&row, maker, line, first);

		row.out[row.len] = '\0';
		check_row(&row, made);
		check_text(&row);
		/* A maker that has seen the lines before says what a fresh one says. */
		assert(bt_token_row_make(&again, other, line, first) == made);
		assert(again.len == row.len && memcmp(again.out, row.out, row.len) == 0);
		bt_token_maker_close(other);
		other = open_maker();
		first = false;
		size -= line.len + (stop != NULL);
		data += line.len + (stop != NULL);
	}
	bt_token_maker_close(maker);
	bt_token_maker_close(other);
	return 0;
}
