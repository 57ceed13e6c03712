#include "printer/layout.h"

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
    {384, .body = 22, .heading = 34, .mark = 25, .digit = 104, .digit_cell = 80, .digit_pitch = 92, .fours = 44,
     .number = 30, .margin = 4, .gap = 10, .qr_dots = 6},
    {512, .body = 24, .heading = 40, .mark = 28, .digit = 136, .digit_cell = 106, .digit_pitch = 118, .fours = 58,
     .number = 34, .margin = 6, .gap = 12, .qr_dots = 6},
    {576, .body = 26, .heading = 44, .mark = 31, .digit = 154, .digit_cell = 120, .digit_pitch = 132, .fours = 66,
     .number = 38, .margin = 8, .gap = 14, .qr_dots = 7},
};

static const struct sizes *find_sizes(int width)
{
	for (size_t i = 0; i < sizeof(all_sizes) / sizeof(all_sizes[0]); i++)
		if (all_sizes[i].width == width)
			return &all_sizes[i];
	return NULL;
}

enum align { ALIGN_LEFT, ALIGN_CENTRE, ALIGN_RIGHT };

struct layout {
	const struct bt_receipt *receipt;
	struct bt_raster *raster;
	struct bt_pictures *pictures;
	const struct sizes *sizes;
	struct bt_bitmap *out;
	int margin; /* at both sides, in dots; none beside the printer's letters, which have none */
	int y;      /* top of the next line */
};

/* A column of the page that text is set in. */
struct column {
	int x, width;
	enum align align;
};

static struct column find_page(const struct layout *page, enum align align)
{
	return (struct column){page->margin, page->sizes->width - 2 * page->margin, align};
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

/* Of the digits of the face, about. */
static int find_digit_height(int px)
{
	return px * 18 / 25;
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

/* From glyph @p from to the end, in as many lines as it takes. */
static enum bt_err set_run(struct layout *page, const struct bt_raster_run *run, int from, struct column column)
{
	enum bt_err err = BT_OK;
	while (from < run->count && err == BT_OK) {
		int next;
		int to = bt_raster_fit(run, from, column.width, &next);
		err = set_line(page, run, from, to, column);
		from = next;
	}
	return err;
}

static int count_lines(const struct bt_raster_run *run, int from, int width)
{
	int lines = 0;
	for (; from < run->count; lines++)
		(void)bt_raster_fit(run, from, width, &from);
	return lines;
}

static enum bt_err set_text(struct layout *page, const char *text, struct bt_raster_style style, struct column column)
{
	struct bt_raster_run run;
	enum bt_err err = bt_raster_shape(page->raster, style, text, &run);
	return err == BT_OK ? set_run(page, &run, 0, column) : err;
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
	err = set_run(page, &label, 0, left);
	if (value.count == 0 || err != BT_OK)
		return err;
	int room = left.width - label_width - page->sizes->gap;
	if (value_width <= room || label_width * 2 <= left.width) {
		right.x += left.width - room;
		right.width = room;
		page->y = top;
	}
	return set_run(page, &value, 0, right);
}

/* The box is drawn first and the text taken out of it. */
static enum bt_err put_mark(struct layout *page, const struct bt_receipt_line *line)
{
	struct bt_raster_run run;
	struct bt_raster_style style = {page->sizes->mark, line->bold, BT_INK_WHITE};
	struct column column = find_page(page, ALIGN_CENTRE);
	int ascent, descent;
	int pad = page->sizes->gap / 2;
	enum bt_err err = bt_raster_shape(page->raster, style, line->left, &run);
	if (err != BT_OK)
		return err;
	int lines = count_lines(&run, 0, column.width);
	bt_raster_metrics(page->raster, style.px, &ascent, &descent);
	int height = (lines - 1) * find_pitch(style.px) + ascent + descent + pad;
	err = bt_bitmap_extend(page->out, page->y + height + pad);
	if (err != BT_OK)
		return err;
	bt_bitmap_fill(page->out, column.x, page->y, column.width, height);
	page->y += pad / 2;
	int top = page->y - pad / 2;
	err = set_run(page, &run, 0, column);
	page->y = top + height + pad;
	return err;
}

/* Digits stand in cells of one width, so that the groups are read down as a column. */
static enum bt_err put_group(struct layout *page, const struct bt_receipt_line *line)
{
	const struct sizes *sizes = page->sizes;
	struct bt_raster_run run;
	int x = (sizes->width - sizes->digit_cell * GROUP_DIGITS - sizes->number) / 2;
	int baseline = page->y + (sizes->digit_pitch + find_digit_height(sizes->digit)) / 2;
	enum bt_err err = bt_bitmap_extend(page->out, page->y + sizes->digit_pitch);
	if (err == BT_OK)
		err = bt_raster_shape(page->raster, (struct bt_raster_style){sizes->number, false, BT_INK_BLACK},
				      line->left, &run);
	if (err == BT_OK)
		err = bt_raster_paint(page->raster, &run, 0, run.count, x, baseline, page->out);
	x += sizes->number;
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

/* A row of modules at a time, dark ones beside each other together. */
static void fill_modules(struct bt_bitmap *out, const struct bt_qr *qr, int x, int y, int dots)
{
	for (int row = 0; row < qr->modules; row++) {
		for (int from = 0, to; from < qr->modules; from = to + 1) {
			to = from;
			while (to < qr->modules && qr->dark[row][to])
				to++;
			bt_bitmap_fill(out, x + from * dots, y + row * dots, (to - from) * dots, dots);
		}
	}
}

enum bt_err bt_layout_qr(int width_dots, int modules, int copy, int *dots, int *shift)
{
	const struct sizes *sizes = find_sizes(width_dots);
	int side = modules + 2 * QR_QUIET;
	if (sizes == NULL)
		return BT_EINPUT;
	int most = width_dots / side > sizes->qr_dots ? sizes->qr_dots : width_dots / side;
	if (most < QR_LEAST_DOTS)
		return BT_EFULL;
	int free = (width_dots - side * most) / 2;
	int wanted = copy % 2 == 0 && copy > 0 ? QR_COPY_SHIFT : 0;
	*dots = most;
	*shift = wanted > free ? free : wanted;
	return BT_OK;
}

static enum bt_err put_qr(struct layout *page, const struct bt_receipt_line *line)
{
	struct bt_qr qr;
	int dots, shift;
	enum bt_err err = bt_qr_encode(line->left, BT_QR_M, 0, &qr);
	if (err == BT_OK)
		err = bt_layout_qr(page->sizes->width, qr.modules, page->receipt->copy, &dots, &shift);
	if (err != BT_OK)
		return err;
	int side = (qr.modules + 2 * QR_QUIET) * dots;
	err = bt_bitmap_extend(page->out, page->y + side);
	if (err != BT_OK)
		return err;
	int x = (page->sizes->width - side) / 2 + shift + QR_QUIET * dots;
	fill_modules(page->out, &qr, x, page->y + QR_QUIET * dots, dots);
	page->y += side;
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

/* ---- pictures ------------------------------------------------------------------------------------------------------
 */

static const struct bt_stamp *find_picture(const struct layout *page, const char *name)
{
	return bt_pictures_find(page->pictures, name, page->sizes->width);
}

static enum bt_err put_picture(struct layout *page, const struct bt_receipt_line *line)
{
	const struct bt_stamp *picture = find_picture(page, line->left);
	if (picture == NULL)
		return BT_OK;
	enum bt_err err = bt_bitmap_extend(page->out, page->y + picture->rows);
	if (err != BT_OK)
		return err;
	bt_bitmap_print(page->out, picture, (page->sizes->width - picture->width) / 2, page->y);
	page->y += picture->rows + page->sizes->gap / 2;
	return BT_OK;
}

int bt_layout_block_end(const struct bt_receipt *receipt, int from)
{
	int to = from + 1;
	if (receipt->lines[from].kind == BT_LINE_STEP)
		while (to < receipt->count && receipt->lines[to].kind == BT_LINE_STEP)
			to++;
	return to;
}

/* A sentence that begins with its number, "1. ...", runs on under its first word, not under the number. */
struct sentence {
	struct bt_raster_run run;
	int first;  /* glyph of the first word; 0 without a number */
	int indent; /* of the words, in dots */
};

static enum bt_err shape_sentence(struct layout *page, const struct bt_receipt_line *line, int width,
				  struct sentence *out)
{
	struct bt_raster_style style = {page->sizes->body, line->bold, BT_INK_BLACK};
	enum bt_err err = bt_raster_shape(page->raster, style, line->left, &out->run);
	out->first = out->indent = 0;
	if (err != BT_OK || line->left[0] < '0' || line->left[0] > '9')
		return err;
	while (out->first < out->run.count && !out->run.glyphs[out->first].blank)
		out->first++;
	out->first++;
	if (out->first < out->run.count)
		out->indent = bt_raster_width(&out->run, 0, out->first);
	if (out->indent == 0 || out->indent * 4 > width)
		out->first = out->indent = 0;
	return BT_OK;
}

static enum bt_err set_sentence(struct layout *page, const struct sentence *sentence, struct column column)
{
	int top = page->y;
	enum bt_err err = BT_OK;
	if (sentence->first > 0)
		err = set_line(page, &sentence->run, 0, sentence->first - 1, column);
	page->y = top;
	column.x += sentence->indent;
	column.width -= sentence->indent;
	return err == BT_OK ? set_run(page, &sentence->run, sentence->first, column) : err;
}

/* What the sentences of lines @p from up to @p to need, with a gap before each but the first. */
static enum bt_err measure_steps(struct layout *page, int from, int to, struct column column, int *out)
{
	struct sentence sentence;
	*out = 0;
	for (int i = from; i < to; i++) {
		enum bt_err err = shape_sentence(page, &page->receipt->lines[i], column.width, &sentence);
		if (err != BT_OK)
			return err;
		int lines = count_lines(&sentence.run, sentence.first, column.width - sentence.indent);
		*out += lines * find_pitch(page->sizes->body) + (i > from ? page->sizes->gap / 2 : 0);
	}
	return BT_OK;
}

/* Beside which there is room for words. */
static const struct bt_stamp *find_step_picture(const struct layout *page, const char *name)
{
	const struct bt_stamp *picture = find_picture(page, name);
	return picture != NULL && picture->width * 2 <= page->sizes->width ? picture : NULL;
}

/* A step with a picture and those after it without: both stand in the middle of the taller one's height. */
static enum bt_err set_steps(struct layout *page, int from, int to, struct column column)
{
	const struct bt_stamp *picture = find_step_picture(page, page->receipt->lines[from].right);
	struct sentence sentence;
	int text, rows = picture != NULL ? picture->rows : 0, top = page->y;
	enum bt_err err = measure_steps(page, from, to, column, &text);
	int height = text > rows ? text : rows;
	if (err == BT_OK)
		err = bt_bitmap_extend(page->out, top + height);
	if (err == BT_OK && picture != NULL)
		bt_bitmap_print(page->out, picture, page->margin, top + (height - rows) / 2);
	page->y = top + (height - text) / 2;
	for (int i = from; i < to && err == BT_OK; i++) {
		err = shape_sentence(page, &page->receipt->lines[i], column.width, &sentence);
		page->y += i > from ? page->sizes->gap / 2 : 0;
		if (err == BT_OK)
			err = set_sentence(page, &sentence, column);
	}
	page->y = top + height + page->sizes->gap / 2;
	return err;
}

/* The block of steps that begins at line @p from; the sentences of all of it begin at one place. */
static enum bt_err put_steps(struct layout *page, int from, int to)
{
	const struct bt_receipt_line *lines = page->receipt->lines;
	struct column column = find_page(page, ALIGN_LEFT);
	int widest = 0;
	enum bt_err err = BT_OK;
	for (int i = from; i < to; i++) {
		const struct bt_stamp *picture = find_step_picture(page, lines[i].right);
		if (picture != NULL && picture->width > widest)
			widest = picture->width;
	}
	column.x += widest > 0 ? widest + page->sizes->gap : 0;
	column.width -= widest > 0 ? widest + page->sizes->gap : 0;
	while (from < to && err == BT_OK) {
		int next = from + 1;
		while (next < to && find_step_picture(page, lines[next].right) == NULL)
			next++;
		err = set_steps(page, from, next, column);
		from = next;
	}
	return err;
}

/* ---- the slip ------------------------------------------------------------------------------------------------------
 */

static enum bt_err (*const putters[])(struct layout *page, const struct bt_receipt_line *line) = {
    [BT_LINE_HEADING] = put_heading, [BT_LINE_CENTRE] = put_centre, [BT_LINE_TEXT] = put_text,
    [BT_LINE_PAIR] = put_pair,       [BT_LINE_MARK] = put_mark,     [BT_LINE_GROUP] = put_group,
    [BT_LINE_DIGITS] = put_digits,   [BT_LINE_QR] = put_qr,         [BT_LINE_RULE] = put_rule,
    [BT_LINE_SPACE] = put_space,     [BT_LINE_END] = put_end,       [BT_LINE_PICTURE] = put_picture,
};

enum bt_err bt_layout_draw_lines(const struct bt_prn_sheet *sheet, int from, int to, struct bt_bitmap *out)
{
	struct layout page = {.receipt = sheet->receipt,
			      .raster = sheet->raster,
			      .pictures = sheet->pictures,
			      .sizes = find_sizes(out->width),
			      .out = out,
			      .y = out->rows};
	enum bt_err err = page.sizes != NULL ? BT_OK : BT_EINPUT;
	if (err == BT_OK && sheet->profile->mode == BT_PRN_RASTER)
		page.margin = page.sizes->margin;
	while (from < to && err == BT_OK) {
		const struct bt_receipt_line *line = &sheet->receipt->lines[from];
		int next = bt_layout_block_end(sheet->receipt, from);
		if (line->kind == BT_LINE_STEP)
			err = put_steps(&page, from, next < to ? next : to);
		else
			err = putters[line->kind](&page, line);
		from = next;
	}
	return err;
}

enum bt_err bt_layout_draw(const struct bt_prn_sheet *sheet, struct bt_bitmap *out)
{
	return bt_layout_draw_lines(sheet, 0, sheet->receipt->count, out);
}
