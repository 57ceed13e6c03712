#include <string.h>

#include "core/base/text.h"
#include "printer/columns.h"
#include "printer/driver.h"

/* The slip as plain text: for a print log, a screen reader, a test. The QR stands as its payload; there are no
 * pictures. */

#define MOST_COLUMNS 64

struct page {
	struct bt_columns columns;
	struct bt_buf *out;
};

static enum bt_err put_row(void *self, const struct bt_row *row)
{
	struct page *page = self;
	int free = page->columns.width - row->columns;
	enum bt_err err = BT_OK;
	for (int i = 0; i < free / 2 && row->align == BT_ALIGN_CENTRE && err == BT_OK; i++)
		err = bt_buf_put_text(page->out, " ");
	if (err == BT_OK)
		err = bt_buf_put(page->out, row->text, row->len);
	return err == BT_OK ? bt_buf_put_text(page->out, "\n") : err;
}

static enum bt_err put_centre(struct page *page, const struct bt_receipt_line *line)
{
	return bt_columns_wrap(&page->columns, line->left, BT_ALIGN_CENTRE);
}

static enum bt_err put_text(struct page *page, const struct bt_receipt_line *line)
{
	return bt_columns_wrap(&page->columns, line->left, BT_ALIGN_LEFT);
}

static enum bt_err put_pair(struct page *page, const struct bt_receipt_line *line)
{
	return bt_columns_pair(&page->columns, line->left, line->right);
}

static enum bt_err put_mark(struct page *page, const struct bt_receipt_line *line)
{
	char marked[BT_RECEIPT_TEXT + 8];
	(void)bt_text_printf(marked, sizeof(marked), "*** %s ***", line->left);
	return bt_columns_wrap(&page->columns, marked, BT_ALIGN_CENTRE);
}

/* Its digits a blank apart. */
static enum bt_err put_group(struct page *page, const struct bt_receipt_line *line)
{
	char group[BT_RECEIPT_TEXT + 3 * sizeof(line->right)];
	(void)bt_text_printf(group, sizeof(group), "%s  ", line->left);
	size_t len = strlen(group);
	for (const char *digit = line->right; *digit != '\0'; digit++) {
		if ((*digit & 0xc0) != 0x80) /* not within a character */
			group[len++] = ' ';
		group[len++] = *digit;
	}
	group[len] = '\0';
	return bt_columns_wrap(&page->columns, group, BT_ALIGN_CENTRE);
}

static enum bt_err put_digits(struct page *page, const struct bt_receipt_line *line)
{
	return bt_columns_wrap(&page->columns, line->right, BT_ALIGN_CENTRE);
}

static enum bt_err put_rule(struct page *page, const struct bt_receipt_line *line)
{
	(void)line;
	return bt_columns_rule(&page->columns, '-');
}

static enum bt_err put_space(struct page *page, const struct bt_receipt_line *line)
{
	(void)line;
	return bt_buf_put_text(page->out, "\n");
}

static bool is_plain(const char *text)
{
	while (*text >= ' ' && *text <= '~')
		text++;
	return *text == '\0';
}

/* A payload has blanks that count: it is cut by length, never at a blank. */
static enum bt_err put_payload(struct page *page, const struct bt_receipt_line *line)
{
	size_t left = strlen(line->left);
	enum bt_err err = BT_OK;
	if (!is_plain(line->left))
		return bt_columns_wrap(&page->columns, line->left, BT_ALIGN_LEFT);
	for (const char *at = line->left; left > 0 && err == BT_OK;) {
		size_t len = left < (size_t)page->columns.width ? left : (size_t)page->columns.width;
		struct bt_row row = {.text = at, .len = len, .columns = (int)len};
		err = put_row(page, &row);
		at += len;
		left -= len;
	}
	return err;
}

static enum bt_err put_end(struct page *page, const struct bt_receipt_line *line)
{
	char end[BT_RECEIPT_TEXT + 16];
	(void)bt_text_printf(end, sizeof(end), "==== %s ====", line->left);
	return bt_columns_wrap(&page->columns, end, BT_ALIGN_CENTRE);
}

static enum bt_err put_nothing(struct page *page, const struct bt_receipt_line *line)
{
	(void)page;
	(void)line;
	return BT_OK;
}

static enum bt_err (*const putters[])(struct page *page, const struct bt_receipt_line *line) = {
    [BT_LINE_HEADING] = put_centre, [BT_LINE_CENTRE] = put_centre, [BT_LINE_TEXT] = put_text,
    [BT_LINE_PAIR] = put_pair,      [BT_LINE_MARK] = put_mark,     [BT_LINE_GROUP] = put_group,
    [BT_LINE_DIGITS] = put_digits,  [BT_LINE_QR] = put_payload,    [BT_LINE_RULE] = put_rule,
    [BT_LINE_SPACE] = put_space,    [BT_LINE_END] = put_end,       [BT_LINE_PICTURE] = put_nothing,
    [BT_LINE_STEP] = put_text,
};

/* Whoever composed it has cleaned it; no control byte may reach a page of letters even so. */
static enum bt_err put_line(struct page *page, const struct bt_receipt_line *line)
{
	struct bt_receipt_line clean;
	bool payload = line->kind == BT_LINE_QR && is_plain(line->left);
	if (payload || (bt_text_is_clean(line->left) && bt_text_is_clean(line->right)))
		return putters[line->kind](page, line);
	clean = *line;
	bt_text_clean(line->left, strlen(line->left), BT_RECEIPT_TEXT, clean.left, sizeof(clean.left));
	bt_text_clean(line->right, strlen(line->right), BT_RECEIPT_TEXT, clean.right, sizeof(clean.right));
	return putters[line->kind](page, &clean);
}

static enum bt_err render_text(const struct bt_prn_sheet *sheet, struct bt_buf *out, struct bt_fault *fault)
{
	int width = sheet->profile->columns < MOST_COLUMNS ? sheet->profile->columns : MOST_COLUMNS;
	struct page page = {.columns = {.width = width, .put = put_row, .self = &page}, .out = out};
	enum bt_err err = BT_OK;
	for (int i = 0; i < sheet->receipt->count && err == BT_OK; i++)
		err = put_line(&page, &sheet->receipt->lines[i]);
	if (err == BT_OK && sheet->receipt->count > 0)
		err = bt_buf_put_text(out, "\n");
	return err == BT_OK ? BT_OK : bt_fault_set(fault, err, 0, "text of a slip");
}

const struct bt_prn_driver bt_prn_text = {
    .id = "text",
    .extension = "txt",
    .render = render_text,
};
