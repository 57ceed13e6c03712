#include "printer/layout.h"

#include <stddef.h>
#include <string.h>

#include "core/qr/qr.h"

/* Below four dots a module cameras fail; seven are the most that gain anything (facts of printing 4). */
#define QR_LEAST_DOTS 4
#define QR_QUIET      4 /* modules, ISO/IEC 18004 */
#define QR_COPY_SHIFT 8 /* a second copy misses the dead dots that may have spoilt the first */
#define GROUP_DIGITS  4

/* All in dots. */
struct sizes {
	int width;
	int body, heading, mark;            /* em of each kind of text */
	int digit, digit_cell, digit_pitch; /* token digits: em, width of one, height of a line */
	int fours;                          /* em of the tokens keyed in before: three groups of four fill a line */
	int number;                         /* em of the number before a group */
	int margin, gap;                    /* at both sides; between label and value, and around rules */
	int qr_dots;                        /* most a module */
};

static const struct sizes all_sizes[] = {
    {384, .body = 22, .heading = 34, .mark = 25, .digit = 84, .digit_cell = 63, .digit_pitch = 84, .fours = 44,
     .number = 30, .margin = 4, .gap = 10, .qr_dots = 6},
    {512, .body = 24, .heading = 40, .mark = 28, .digit = 104, .digit_cell = 80, .digit_pitch = 104, .fours = 58,
     .number = 34, .margin = 6, .gap = 12, .qr_dots = 6},
    {576, .body = 26, .heading = 44, .mark = 31, .digit = 116, .digit_cell = 90, .digit_pitch = 116, .fours = 66,
     .number = 38, .margin = 8, .gap = 14, .qr_dots = 7},
};

enum align { ALIGN_LEFT, ALIGN_CENTRE, ALIGN_RIGHT };

struct layout {
	struct bt_raster *raster;
	const struct sizes *sizes;
	struct bt_bitmap *out;
	int copy;
	int y; /* top of the next line */
};

/* A column of the page that text is set in. */
struct column {
	int x, width;
	enum align align;
};

static struct column find_page(const struct layout *page, enum align align)
{
	return (struct column){page->sizes->margin, page->sizes->width - 2 * page->sizes->margin, align};
}

static int find_start(struct column column, int width)
{
	int free = column.width - width;
	return column.x + (column.align == ALIGN_LEFT ? 0 : column.align == ALIGN_RIGHT ? free : free / 2);
}

/* Closer than the face asks for: only the deepest conjuncts reach so far, and paper costs money. */
static int find_pitch(int px)
{
	return px * 5 / 4;
}

static enum bt_err set_line(struct layout *page, const struct bt_raster_run *run, int from, int to,
			    struct column column)
{
	int ascent, descent;
	bt_raster_metrics(page->raster, run->style.px, &ascent, &descent);
	enum bt_err err = bt_bitmap_extend(page->out, page->y + ascent + descent);
	if (err != BT_OK)
		return err;
	int x = find_start(column, bt_raster_width(run, from, to));
	err = bt_raster_paint(page->raster, run, from, to, x, page->y + ascent, page->out);
	page->y += find_pitch(run->style.px);
	return err;
}

static enum bt_err set_run(struct layout *page, const struct bt_raster_run *run, struct column column)
{
	enum bt_err err = BT_OK;
	for (int from = 0; from < run->count && err == BT_OK;) {
		int next;
		int to = bt_raster_fit(run, from, column.width, &next);
		err = set_line(page, run, from, to, column);
		from = next;
	}
	return err;
}

static enum bt_err set_text(struct layout *page, const char *text, struct bt_raster_style style, struct column column)
{
	struct bt_raster_run run;
	enum bt_err err = bt_raster_shape(page->raster, style, text, &run);
	return err == BT_OK ? set_run(page, &run, column) : err;
}

static enum bt_err put_heading(struct layout *page, const struct bt_receipt_line *line)
{
	struct bt_raster_style style = {page->sizes->heading, line->bold, BT_INK_BLACK};
	return set_text(page, line->left, style, find_page(page, ALIGN_CENTRE));
}

static enum bt_err put_centre(struct layout *page, const struct bt_receipt_line *line)
{
	struct bt_raster_style style = {page->sizes->body, line->bold, BT_INK_BLACK};
	return set_text(page, line->left, style, find_page(page, ALIGN_CENTRE));
}

static enum bt_err put_text(struct layout *page, const struct bt_receipt_line *line)
{
	struct bt_raster_style style = {page->sizes->body, line->bold, BT_INK_BLACK};
	return set_text(page, line->left, style, find_page(page, ALIGN_LEFT));
}

/* One baseline while both fit. A long value runs on in its own column; a label that leaves no room for that stands on a
 * line of its own. */
static enum bt_err put_pair(struct layout *page, const struct bt_receipt_line *line)
{
	struct bt_raster_run label, value;
	struct bt_raster_style style = {page->sizes->body, line->bold, BT_INK_BLACK};
	struct column left = find_page(page, ALIGN_LEFT);
	struct column right = find_page(page, ALIGN_RIGHT);
	enum bt_err err = bt_raster_shape(
	    page->raster, (struct bt_raster_style){page->sizes->body, false, BT_INK_BLACK}, line->left, &label);
	if (err == BT_OK)
		err = bt_raster_shape(page->raster, style, line->right, &value);
	if (err != BT_OK)
		return err;
	int label_width = bt_raster_width(&label, 0, label.count);
	int value_width = bt_raster_width(&value, 0, value.count);
	int top = page->y;
	err = set_run(page, &label, left);
	if (value.count == 0 || err != BT_OK)
		return err;
	int room = left.width - label_width - page->sizes->gap;
	if (value_width <= room || label_width * 2 <= left.width) {
		right.x += left.width - room;
		right.width = room;
		page->y = top;
	}
	return set_run(page, &value, right);
}

/* The box is drawn first and the text taken out of it. */
static enum bt_err put_mark(struct layout *page, const struct bt_receipt_line *line)
{
	struct bt_raster_run run;
	struct bt_raster_style style = {page->sizes->mark, line->bold, BT_INK_WHITE};
	struct column column = find_page(page, ALIGN_CENTRE);
	int ascent, descent;
	int pad = page->sizes->gap / 2;
	int lines = 0;
	enum bt_err err = bt_raster_shape(page->raster, style, line->left, &run);
	if (err != BT_OK)
		return err;
	for (int from = 0; from < run.count; lines++)
		(void)bt_raster_fit(&run, from, column.width, &from);
	bt_raster_metrics(page->raster, style.px, &ascent, &descent);
	int height = (lines - 1) * find_pitch(style.px) + ascent + descent + pad;
	err = bt_bitmap_extend(page->out, page->y + height + pad);
	if (err != BT_OK)
		return err;
	bt_bitmap_fill(page->out, column.x, page->y, column.width, height);
	page->y += pad / 2;
	int top = page->y - pad / 2;
	err = set_run(page, &run, column);
	page->y = top + height + pad;
	return err;
}

/* Digits stand in cells of one width, so that the groups are read down as a column. */
static enum bt_err put_group(struct layout *page, const struct bt_receipt_line *line)
{
	const struct sizes *sizes = page->sizes;
	struct bt_raster_run run;
	int total = sizes->digit_cell * GROUP_DIGITS + 2 * sizes->number;
	int x = (sizes->width - total) / 2;
	int baseline = page->y + sizes->digit_pitch * 7 / 8;
	enum bt_err err = bt_bitmap_extend(page->out, page->y + sizes->digit_pitch);
	if (err == BT_OK)
		err = bt_raster_shape(page->raster, (struct bt_raster_style){sizes->number, false, BT_INK_BLACK},
				      line->left, &run);
	if (err == BT_OK)
		err = bt_raster_paint(page->raster, &run, 0, run.count, x, baseline, page->out);
	x += 2 * sizes->number;
	for (const char *digit = line->right; *digit != '\0' && err == BT_OK; digit++, x += sizes->digit_cell) {
		const char text[2] = {*digit, '\0'};
		struct bt_raster_style style = {sizes->digit, line->bold, BT_INK_BLACK};
		err = bt_raster_shape(page->raster, style, text, &run);
		if (err != BT_OK)
			break;
		int free = sizes->digit_cell - bt_raster_width(&run, 0, run.count);
		err = bt_raster_paint(page->raster, &run, 0, run.count, x + free / 2, baseline, page->out);
	}
	page->y += sizes->digit_pitch;
	return err;
}

/* In digits of one width a group never moves; 12 of them fill a line and the last 8 stand under them. */
static enum bt_err put_digits(struct layout *page, const struct bt_receipt_line *line)
{
	struct bt_raster_style style = {page->sizes->fours, line->bold, BT_INK_BLACK};
	enum bt_err err = set_text(page, line->right, style, find_page(page, ALIGN_CENTRE));
	page->y += page->sizes->gap;
	return err;
}

static void fill_modules(struct bt_bitmap *out, const struct bt_qr *qr, int x, int y, int dots)
{
	for (int row = 0; row < qr->modules; row++)
		for (int column = 0; column < qr->modules; column++)
			if (qr->dark[row][column])
				bt_bitmap_fill(out, x + column * dots, y + row * dots, dots, dots);
}

static enum bt_err put_qr(struct layout *page, const struct bt_receipt_line *line)
{
	struct bt_qr qr;
	enum bt_err err = bt_qr_encode(line->left, BT_QR_M, 0, &qr);
	if (err != BT_OK)
		return err;
	int side = qr.modules + 2 * QR_QUIET;
	int dots = page->sizes->width / side;
	dots = dots > page->sizes->qr_dots ? page->sizes->qr_dots : dots;
	if (dots < QR_LEAST_DOTS)
		return BT_EFULL;
	int free = page->sizes->width - side * dots;
	int shift = page->copy % 2 == 0 && page->copy > 0 ? QR_COPY_SHIFT : 0;
	int x = free / 2 + (shift > free / 2 ? free / 2 : shift) + QR_QUIET * dots;
	err = bt_bitmap_extend(page->out, page->y + side * dots);
	if (err != BT_OK)
		return err;
	fill_modules(page->out, &qr, x, page->y + QR_QUIET * dots, dots);
	page->y += side * dots;
	return BT_OK;
}

static enum bt_err put_bar(struct layout *page, int height)
{
	struct column column = find_page(page, ALIGN_LEFT);
	enum bt_err err = bt_bitmap_extend(page->out, page->y + height);
	if (err == BT_OK)
		bt_bitmap_fill(page->out, column.x, page->y, column.width, height);
	page->y += height;
	return err;
}

static enum bt_err put_rule(struct layout *page, const struct bt_receipt_line *line)
{
	(void)line;
	page->y += page->sizes->gap / 2;
	enum bt_err err = put_bar(page, 2);
	page->y += page->sizes->gap / 2;
	return err;
}

static enum bt_err put_space(struct layout *page, const struct bt_receipt_line *line)
{
	(void)line;
	page->y += page->sizes->gap;
	return bt_bitmap_extend(page->out, page->y);
}

static enum bt_err put_end(struct layout *page, const struct bt_receipt_line *line)
{
	page->y += page->sizes->gap;
	enum bt_err err = put_bar(page, 6);
	if (err == BT_OK)
		err = put_centre(page, line);
	if (err == BT_OK)
		err = put_bar(page, 6);
	page->y += page->sizes->gap;
	return err == BT_OK ? bt_bitmap_extend(page->out, page->y) : err;
}

static enum bt_err (*const putters[])(struct layout *page, const struct bt_receipt_line *line) = {
    [BT_LINE_HEADING] = put_heading, [BT_LINE_CENTRE] = put_centre, [BT_LINE_TEXT] = put_text,
    [BT_LINE_PAIR] = put_pair,       [BT_LINE_MARK] = put_mark,     [BT_LINE_GROUP] = put_group,
    [BT_LINE_DIGITS] = put_digits,   [BT_LINE_QR] = put_qr,         [BT_LINE_RULE] = put_rule,
    [BT_LINE_SPACE] = put_space,     [BT_LINE_END] = put_end,       [BT_LINE_PICTURE] = put_space,
    [BT_LINE_STEP] = put_text,
};

static const struct sizes *find_sizes(int width)
{
	for (size_t i = 0; i < sizeof(all_sizes) / sizeof(all_sizes[0]); i++)
		if (all_sizes[i].width == width)
			return &all_sizes[i];
	return NULL;
}

enum bt_err bt_layout_draw(struct bt_raster *raster, const struct bt_receipt *receipt, struct bt_bitmap *out)
{
	struct layout page = {.raster = raster, .out = out, .copy = receipt->copy, .y = out->rows};
	enum bt_err err = BT_OK;
	page.sizes = find_sizes(out->width);
	if (page.sizes == NULL)
		return BT_EINPUT;
	for (int i = 0; i < receipt->count && err == BT_OK; i++)
		err = putters[receipt->lines[i].kind](&page, &receipt->lines[i]);
	return err;
}
