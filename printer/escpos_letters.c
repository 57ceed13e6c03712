#include <string.h>

#include "core/base/text.h"
#include "printer/columns.h"
#include "printer/escpos.h"

/* Every control byte that leaves this file is here; each takes one figure but the last. */
static const uint8_t align[] = {0x1b, 0x61};   /* 0 left, 1 centre */
static const uint8_t bold[] = {0x1b, 0x45};    /* 0, 1 */
static const uint8_t size[] = {0x1d, 0x21};    /* width - 1 in the upper four bits, height - 1 in the lower */
static const uint8_t reverse[] = {0x1d, 0x42}; /* 0, 1 */
static const uint8_t end_line[] = {0x0a};

#define LARGEST          8 /* times the width and height of a letter */
#define DIGIT_PART       5 /* of 32 columns that one token digit takes: four, their number, and white */
#define FOURS_A_LINE     3 /* groups of a token that is keyed in before */
#define COLUMNS_OF_FOURS (FOURS_A_LINE * 5 - 1)

/* ---- plain letters -------------------------------------------------------------------------------------------------
 */

/* What a typewriter has instead; never longer than the bytes it stands for. */
static const struct {
	uint32_t character;
	const char *instead;
} foldings[] = {
    {0x20b9, "Rs"}, {0x2212, "-"}, {0x2013, "-"}, {0x2014, "-"},   {0x2010, "-"},  {0x2011, "-"}, {0x00b7, "-"},
    {0x2022, "-"},  {0x2018, "'"}, {0x2019, "'"}, {0x201c, "\""},  {0x201d, "\""}, {0x00d7, "x"}, {0x2192, "->"},
    {0x00a0, " "},  {0x202f, " "}, {0x2009, " "}, {0x2026, "..."}, {0x2032, "'"},
};

static const char *find_instead(uint32_t character)
{
	for (size_t i = 0; i < sizeof(foldings) / sizeof(foldings[0]); i++)
		if (foldings[i].character == character)
			return foldings[i].instead;
	return NULL;
}

/* @return false when the text cannot be said in ASCII; @p out, as large as @p text, then holds a part. */
static bool fold_text(const char *text, char *out)
{
	size_t len = strlen(text);
	for (size_t at = 0; at < len;) {
		uint32_t character = 0;
		int used = bt_utf8_next(text + at, len - at, &character);
		const char *instead = used > 1 ? find_instead(character) : NULL;
		if (used == 1 && character >= ' ' && character <= '~')
			*out++ = (char)character;
		else if (instead != NULL)
			for (; *instead != '\0'; instead++)
				*out++ = *instead;
		else
			return false;
		at += (size_t)used;
	}
	*out = '\0';
	return true;
}

static bool fold_line(const struct bt_receipt_line *line, struct bt_receipt_line *out)
{
	out->kind = line->kind;
	out->bold = line->bold;
	return line->kind != BT_LINE_QR && line->kind != BT_LINE_PICTURE && fold_text(line->left, out->left) &&
	       (line->kind == BT_LINE_STEP || fold_text(line->right, out->right));
}

bool bt_escpos_is_letters(const struct bt_receipt_line *line)
{
	struct bt_receipt_line folded;
	return fold_line(line, &folded);
}

/* ---- rows of them --------------------------------------------------------------------------------------------------
 */

struct style {
	int width, height; /* times a letter's */
	bool bold, reverse, centred;
};

static const struct style plain = {.width = 1, .height = 1};

struct page {
	struct bt_columns columns; /* of the line in hand, in its size */
	const struct bt_prn_profile *profile;
	struct style now;  /* what the printer is set to */
	struct style line; /* of what stands out in the line in hand */
	struct bt_buf *out;
};

static enum bt_err put_figure(struct page *page, const uint8_t command[2], int figure)
{
	const uint8_t bytes[] = {command[0], command[1], (uint8_t)figure};
	return bt_buf_put(page->out, bytes, sizeof(bytes));
}

/* Alignment is obeyed at a line's start only, where this is called first. */
static enum bt_err set_style(struct page *page, struct style style)
{
	struct style *now = &page->now;
	enum bt_err err = BT_OK;
	if (style.centred != now->centred)
		err = put_figure(page, align, style.centred);
	if (err == BT_OK && (style.width != now->width || style.height != now->height))
		err = put_figure(page, size, (style.width - 1) << 4 | (style.height - 1));
	if (err == BT_OK && style.bold != now->bold)
		err = put_figure(page, bold, style.bold);
	if (err == BT_OK && style.reverse != now->reverse)
		err = put_figure(page, reverse, style.reverse);
	*now = style;
	return err;
}

static enum bt_err put_blanks(struct page *page, int count)
{
	enum bt_err err = BT_OK;
	for (int i = 0; i < count && err == BT_OK; i++)
		err = bt_buf_put_text(page->out, " ");
	return err;
}

static enum bt_err put_row(void *self, const struct bt_row *row)
{
	struct page *page = self;
	struct style style = page->line;
	int beside = style.reverse ? page->columns.width - row->columns : 0; /* a bar goes from edge to edge */
	enum bt_err err = BT_OK;
	style.centred = row->align == BT_ALIGN_CENTRE;
	if (row->label_len > 0) {
		struct style label = plain;
		label.centred = style.centred;
		err = set_style(page, label);
		if (err == BT_OK)
			err = bt_buf_put(page->out, row->text, row->label_len);
	}
	if (err == BT_OK && row->len > row->label_len)
		err = set_style(page, style);
	if (err == BT_OK)
		err = put_blanks(page, beside / 2);
	if (err == BT_OK)
		err = bt_buf_put(page->out, row->text + row->label_len, row->len - row->label_len);
	if (err == BT_OK)
		err = put_blanks(page, beside - beside / 2);
	return err == BT_OK ? bt_buf_put(page->out, end_line, sizeof(end_line)) : err;
}

static void choose_style(struct page *page, struct style style)
{
	page->line = style;
	page->columns.width = page->profile->columns / style.width;
}

static int limit_size(int times)
{
	return times < 1 ? 1 : times > LARGEST ? LARGEST : times;
}

/* ---- lines ---------------------------------------------------------------------------------------------------------
 */

static enum bt_err put_heading(struct page *page, const struct bt_receipt_line *line)
{
	bool wide = strlen(line->left) <= (size_t)page->profile->columns / 2;
	choose_style(page, (struct style){.width = wide ? 2 : 1, .height = 2, .bold = line->bold});
	return bt_columns_wrap(&page->columns, line->left, BT_ALIGN_CENTRE);
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

/* Stars beside it: a printer that cannot reverse shows a mark all the same. */
static enum bt_err put_mark(struct page *page, const struct bt_receipt_line *line)
{
	char marked[BT_RECEIPT_TEXT + 12];
	(void)bt_text_printf(marked, sizeof(marked), "*** %s ***", line->left);
	choose_style(page, (struct style){.width = 1, .height = 2, .bold = line->bold, .reverse = true});
	return bt_columns_wrap(&page->columns, marked, BT_ALIGN_CENTRE);
}

/* The number in letters of the usual size, its digits as large as the paper is wide. */
static enum bt_err put_group(struct page *page, const struct bt_receipt_line *line)
{
	char text[BT_RECEIPT_TEXT + 2 + sizeof(line->right)];
	int columns = page->profile->columns;
	int label = (int)strlen(line->left) + 2, digits = (int)strlen(line->right);
	int wide = digits > 0 ? (columns - label) / digits : 0;
	int most = limit_size(columns * DIGIT_PART / 32);
	(void)bt_text_printf(text, sizeof(text), "%s  %s", line->left, line->right);
	if (wide < 1) /* it is no group of digits */
		return bt_columns_wrap(&page->columns, text, BT_ALIGN_CENTRE);
	wide = wide > most ? most : wide;
	choose_style(page, (struct style){.width = wide, .height = limit_size((wide * 2 + 2) / 3), .bold = line->bold});
	struct bt_row row = {
	    .text = text, .len = (size_t)(label + digits), .label_len = (size_t)label, .align = BT_ALIGN_CENTRE};
	return put_row(page, &row);
}

static enum bt_err put_digits(struct page *page, const struct bt_receipt_line *line)
{
	int times = limit_size(page->profile->columns / COLUMNS_OF_FOURS);
	choose_style(page, (struct style){.width = times, .height = times, .bold = line->bold});
	return bt_columns_wrap(&page->columns, line->right, BT_ALIGN_CENTRE);
}

static enum bt_err put_rule(struct page *page, const struct bt_receipt_line *line)
{
	(void)line;
	return bt_columns_rule(&page->columns, '-');
}

/* With a blank: some models swallow a bare end of line after a picture. */
static enum bt_err put_space(struct page *page, const struct bt_receipt_line *line)
{
	struct bt_row row = {.text = " ", .len = 1};
	(void)line;
	return put_row(page, &row);
}

static enum bt_err put_end(struct page *page, const struct bt_receipt_line *line)
{
	char end[BT_RECEIPT_TEXT + 16];
	(void)bt_text_printf(end, sizeof(end), "==== %s ====", line->left);
	return bt_columns_wrap(&page->columns, end, BT_ALIGN_CENTRE);
}

static enum bt_err (*const putters[])(struct page *page, const struct bt_receipt_line *line) = {
    [BT_LINE_HEADING] = put_heading, [BT_LINE_CENTRE] = put_centre, [BT_LINE_TEXT] = put_text,
    [BT_LINE_PAIR] = put_pair,       [BT_LINE_MARK] = put_mark,     [BT_LINE_GROUP] = put_group,
    [BT_LINE_DIGITS] = put_digits,   [BT_LINE_RULE] = put_rule,     [BT_LINE_SPACE] = put_space,
    [BT_LINE_END] = put_end,         [BT_LINE_STEP] = put_text,
};

enum bt_err bt_escpos_put_letters(const struct bt_prn_profile *profile, const struct bt_receipt_line *line,
				  struct bt_buf *out)
{
	struct bt_receipt_line folded;
	struct page page = {.columns = {.put = put_row, .self = &page}, .profile = profile, .now = plain, .out = out};
	if (!fold_line(line, &folded))
		return BT_EINPUT;
	choose_style(&page, (struct style){.width = 1, .height = 1, .bold = line->bold});
	enum bt_err err = putters[line->kind](&page, &folded);
	return err == BT_OK ? set_style(&page, plain) : err;
}
