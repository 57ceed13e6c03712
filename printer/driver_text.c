#include <string.h>

#include "core/base/text.h"
#include "printer/driver.h"

/* The slip as plain text: for a print log, a screen reader, a test. The QR stands as its payload. */

#define MOST_COLUMNS 64

struct page {
	struct bt_buf *out;
	int columns;
};

enum align { ALIGN_LEFT, ALIGN_CENTRE };

static enum bt_err put_many(struct page *page, char what, int count)
{
	enum bt_err err = BT_OK;
	for (int i = 0; i < count && err == BT_OK; i++)
		err = bt_buf_put(page->out, &what, 1);
	return err;
}

static enum bt_err put_row(struct page *page, const char *text, size_t len, int columns, enum align align)
{
	int free = page->columns - columns;
	enum bt_err err = put_many(page, ' ', align == ALIGN_CENTRE && free > 0 ? free / 2 : 0);
	if (err == BT_OK)
		err = bt_buf_put(page->out, text, len);
	return err == BT_OK ? bt_buf_put_text(page->out, "\n") : err;
}

static int count_columns(const char *text, size_t len)
{
	char part[BT_RECEIPT_TEXT];
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
	char clipped[BT_RECEIPT_TEXT];
	bt_text_clip(text, columns, clipped, sizeof(clipped));
	size_t len = strlen(clipped);
	return len > 0 ? len : strlen(text);
}

static enum bt_err put_wrapped(struct page *page, const char *text, enum align align)
{
	enum bt_err err = BT_OK;
	while (*text != '\0' && err == BT_OK) {
		size_t len = find_row(text, page->columns);
		err = put_row(page, text, len, count_columns(text, len), align);
		text += len + strspn(text + len, " ");
	}
	return err;
}

static enum bt_err put_centre(struct page *page, const struct bt_receipt_line *line)
{
	return put_wrapped(page, line->left, ALIGN_CENTRE);
}

static enum bt_err put_text(struct page *page, const struct bt_receipt_line *line)
{
	return put_wrapped(page, line->left, ALIGN_LEFT);
}

static enum bt_err put_pair(struct page *page, const struct bt_receipt_line *line)
{
	int used = bt_text_columns(line->left) + bt_text_columns(line->right);
	enum bt_err err = BT_OK;
	if (line->right[0] == '\0')
		return put_wrapped(page, line->left, ALIGN_LEFT);
	if (used < page->columns) {
		err = bt_buf_put_text(page->out, line->left);
	} else {
		err = put_wrapped(page, line->left, ALIGN_LEFT);
		used = bt_text_columns(line->right);
	}
	if (err == BT_OK)
		err = put_many(page, ' ', page->columns - used);
	return err == BT_OK ? put_wrapped(page, line->right, ALIGN_LEFT) : err;
}

static enum bt_err put_mark(struct page *page, const struct bt_receipt_line *line)
{
	char marked[BT_RECEIPT_TEXT + 8];
	(void)bt_text_printf(marked, sizeof(marked), "*** %s ***", line->left);
	return put_wrapped(page, marked, ALIGN_CENTRE);
}

static enum bt_err put_group(struct page *page, const struct bt_receipt_line *line)
{
	char group[64];
	const char *digits = line->right;
	(void)bt_text_printf(group, sizeof(group), "%s   %.1s %.1s %.1s %.1s", line->left, digits,
			     digits[0] != '\0' ? digits + 1 : "", strlen(digits) > 1 ? digits + 2 : "",
			     strlen(digits) > 2 ? digits + 3 : "");
	return put_wrapped(page, group, ALIGN_CENTRE);
}

static enum bt_err put_digits(struct page *page, const struct bt_receipt_line *line)
{
	return put_wrapped(page, line->right, ALIGN_CENTRE);
}

static enum bt_err put_rule(struct page *page, const struct bt_receipt_line *line)
{
	(void)line;
	enum bt_err err = put_many(page, '-', page->columns);
	return err == BT_OK ? bt_buf_put_text(page->out, "\n") : err;
}

static enum bt_err put_space(struct page *page, const struct bt_receipt_line *line)
{
	(void)line;
	return bt_buf_put_text(page->out, "\n");
}

/* A payload has blanks that count: it is cut by length, never at a blank. */
static enum bt_err put_payload(struct page *page, const struct bt_receipt_line *line)
{
	size_t left = strlen(line->left);
	enum bt_err err = BT_OK;
	for (const char *at = line->left; left > 0 && err == BT_OK;) {
		size_t len = left < (size_t)page->columns ? left : (size_t)page->columns;
		err = put_row(page, at, len, page->columns, ALIGN_LEFT);
		at += len;
		left -= len;
	}
	return err;
}

static enum bt_err put_end(struct page *page, const struct bt_receipt_line *line)
{
	char end[BT_RECEIPT_TEXT + 16];
	(void)bt_text_printf(end, sizeof(end), "==== %s ====", line->left);
	return put_wrapped(page, end, ALIGN_CENTRE);
}

/* A page of letters has no pictures. */
static enum bt_err put_picture(struct page *page, const struct bt_receipt_line *line)
{
	(void)page;
	(void)line;
	return BT_OK;
}

static enum bt_err (*const putters[])(struct page *page, const struct bt_receipt_line *line) = {
    [BT_LINE_HEADING] = put_centre, [BT_LINE_CENTRE] = put_centre, [BT_LINE_TEXT] = put_text,
    [BT_LINE_PAIR] = put_pair,      [BT_LINE_MARK] = put_mark,     [BT_LINE_GROUP] = put_group,
    [BT_LINE_DIGITS] = put_digits,  [BT_LINE_QR] = put_payload,    [BT_LINE_RULE] = put_rule,
    [BT_LINE_SPACE] = put_space,    [BT_LINE_END] = put_end,       [BT_LINE_PICTURE] = put_picture,
    [BT_LINE_STEP] = put_text,
};

static enum bt_err render_text(const struct bt_prn_sheet *sheet, struct bt_buf *out, struct bt_fault *fault)
{
	struct page page = {out, sheet->profile->columns < MOST_COLUMNS ? sheet->profile->columns : MOST_COLUMNS};
	enum bt_err err = BT_OK;
	for (int i = 0; i < sheet->receipt->count && err == BT_OK; i++)
		err = putters[sheet->receipt->lines[i].kind](&page, &sheet->receipt->lines[i]);
	if (err == BT_OK)
		err = bt_buf_put_text(out, "\n");
	return err == BT_OK ? BT_OK : bt_fault_set(fault, err, 0, "text of a slip");
}

const struct bt_prn_driver bt_prn_text = {
    .id = "text",
    .extension = "txt",
    .render = render_text,
};
