#include "printer/columns.h"

#include <string.h>

#include "core/base/text.h"

#define ROW_BYTES 512
#define ROW_MOST  96 /* columns that are padded with blanks */

static int count_columns(const char *text, size_t len)
{
	char part[ROW_BYTES];
	(void)bt_text_copy(part, len + 1 < sizeof(part) ? len + 1 : sizeof(part), text);
	return bt_text_columns(part);
}

/* Bytes of @p text that make one row: as many words as fit, or as many characters when the first word does not. */
static size_t find_row(const char *text, int columns)
{
	size_t fits = 0;
	for (size_t at = 0; text[at] != '\0';) {
		size_t word = strcspn(text + at, " ");
		if (count_columns(text, at + word) > columns)
			break;
		fits = at + word;
		at = fits + strspn(text + fits, " ");
	}
	if (fits > 0)
		return fits;
	char clipped[ROW_BYTES];
	bt_text_clip(text, columns, clipped, sizeof(clipped));
	size_t len = strlen(clipped);
	return len > 0 ? len : strlen(text);
}

enum bt_err bt_columns_wrap(const struct bt_columns *columns, const char *text, enum bt_columns_align align)
{
	enum bt_err err = BT_OK;
	while (*text != '\0' && err == BT_OK) {
		size_t len = find_row(text, columns->width);
		struct bt_row row = {.text = text, .len = len, .columns = count_columns(text, len), .align = align};
		err = columns->put(columns->self, &row);
		text += len + strspn(text + len, " ");
	}
	return err;
}

/* @p label, blanks, and @p value at the right edge. */
static enum bt_err put_beside(const struct bt_columns *columns, const char *label, const char *value, size_t value_len)
{
	char text[ROW_BYTES];
	size_t len = strlen(label);
	int used = bt_text_columns(label) + count_columns(value, value_len);
	size_t blanks = used < columns->width ? (size_t)(columns->width - used) : 0;
	if (len + blanks + value_len >= sizeof(text))
		return BT_EFULL;
	memcpy(text, label, len);
	memset(text + len, ' ', blanks);
	memcpy(text + len + blanks, value, value_len);
	struct bt_row row = {.text = text,
			     .len = len + blanks + value_len,
			     .label_len = len + blanks,
			     .columns = used + (int)blanks,
			     .align = BT_ALIGN_LEFT};
	return columns->put(columns->self, &row);
}

static enum bt_err put_label(const struct bt_columns *columns, const char *label)
{
	enum bt_err err = BT_OK;
	while (*label != '\0' && err == BT_OK) {
		size_t len = find_row(label, columns->width);
		struct bt_row row = {.text = label, .len = len, .label_len = len, .columns = count_columns(label, len)};
		err = columns->put(columns->self, &row);
		label += len + strspn(label + len, " ");
	}
	return err;
}

enum bt_err bt_columns_pair(const struct bt_columns *columns, const char *label, const char *value)
{
	enum bt_err err = BT_OK;
	if (value[0] == '\0')
		return put_label(columns, label);
	if (bt_text_columns(label) + bt_text_columns(value) < columns->width)
		return put_beside(columns, label, value, strlen(value));
	err = put_label(columns, label);
	while (*value != '\0' && err == BT_OK) {
		size_t len = find_row(value, columns->width);
		err = put_beside(columns, "", value, len);
		value += len + strspn(value + len, " ");
	}
	return err;
}

enum bt_err bt_columns_rule(const struct bt_columns *columns, char what)
{
	char text[ROW_MOST];
	int width = columns->width < ROW_MOST ? columns->width : ROW_MOST;
	struct bt_row row = {.text = text, .len = (size_t)width, .columns = width};
	memset(text, what, (size_t)width);
	return columns->put(columns->self, &row);
}
