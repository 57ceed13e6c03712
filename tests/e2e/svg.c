#include "tests/e2e/svg.h"

#include <stdio.h>
#include <string.h>

#define CELL_W    10
#define CELL_H    21
#define FONT_SIZE "16.667" /* Noto Sans Mono advances 0.6 em: ten units, one cell */
#define BASELINE  16
#define MARGIN    12

/* Parts of a cell, in eighths of its height: from, to. */
struct block {
	const char *text;
	int from, to;
};

static const struct block blocks[] = {
    {"█", 0, 8},
    {"▀", 0, 4},
    {"▄", 4, 8},
    {"─", 4, 4},
};

static const struct block *find_block(const char *text)
{
	for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++)
		if (strcmp(text, blocks[i].text) == 0)
			return &blocks[i];
	return NULL;
}

static struct pty_cell look(struct pty *pty, int row, int column)
{
	struct pty_cell cell = pty_cell(pty, row, column);

	if (cell.reverse) {
		uint8_t swap[3];

		memcpy(swap, cell.ink, sizeof swap);
		memcpy(cell.ink, cell.ground, sizeof swap);
		memcpy(cell.ground, swap, sizeof swap);
	}
	return cell;
}

static bool is_same_ink(const struct pty_cell *a, const struct pty_cell *b)
{
	return memcmp(a->ink, b->ink, sizeof a->ink) == 0 && a->bold == b->bold;
}

static void put_rect(FILE *out, int column, int cells, int top, int height, const uint8_t colour[3])
{
	fprintf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%02x%02x%02x\"/>\n", column * CELL_W,
		top, cells * CELL_W, height, colour[0], colour[1], colour[2]);
}

static void put_grounds(FILE *out, struct pty *pty, int row, int columns)
{
	for (int column = 0; column < columns;) {
		struct pty_cell first = look(pty, row, column);
		int cells = 1;

		while (column + cells < columns) {
			struct pty_cell next = look(pty, row, column + cells);

			if (memcmp(next.ground, first.ground, sizeof first.ground) != 0)
				break;
			cells++;
		}
		put_rect(out, column, cells, row * CELL_H, CELL_H, first.ground);
		column += cells;
	}
}

/* Like blocks side by side in one rectangle: no hair lines between them. @return cells drawn. */
static int put_blocks(FILE *out, struct pty *pty, int row, int column, int columns, const struct block *block)
{
	struct pty_cell first = look(pty, row, column);
	int top = row * CELL_H + (CELL_H * block->from + 4) / 8, bottom = row * CELL_H + (CELL_H * block->to + 4) / 8;
	int cells = 1;

	while (column + cells < columns) {
		struct pty_cell next = look(pty, row, column + cells);

		if (strcmp(next.text, first.text) != 0 || !is_same_ink(&next, &first))
			break;
		cells++;
	}
	put_rect(out, column, cells, top, bottom > top ? bottom - top : 1, first.ink);
	return cells;
}

static void put_escaped(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '&')
			fputs("&amp;", out);
		else if (*text == '<')
			fputs("&lt;", out);
		else
			fputc(*text, out);
	}
}

static bool is_blank(const struct pty_cell *cell)
{
	return cell->text[0] == '\0' || strcmp(cell->text, " ") == 0;
}

/* @return cells drawn. */
static int put_word(FILE *out, struct pty *pty, int row, int column, int columns)
{
	struct pty_cell first = look(pty, row, column), cell = first;
	int cells = 0;

	fprintf(out, "<text x=\"%d\" y=\"%d\" fill=\"#%02x%02x%02x\"%s>", column * CELL_W, row * CELL_H + BASELINE,
		first.ink[0], first.ink[1], first.ink[2], first.bold ? " font-weight=\"bold\"" : "");
	while (column + cells < columns && !is_blank(&cell) && find_block(cell.text) == NULL &&
	       is_same_ink(&cell, &first)) {
		put_escaped(out, cell.text);
		cells++;
		if (column + cells < columns)
			cell = look(pty, row, column + cells);
	}
	fputs("</text>\n", out);
	return cells;
}

static void put_row(FILE *out, struct pty *pty, int row, int columns)
{
	put_grounds(out, pty, row, columns);
	for (int column = 0; column < columns;) {
		struct pty_cell cell = look(pty, row, column);
		const struct block *block = find_block(cell.text);

		if (block != NULL)
			column += put_blocks(out, pty, row, column, columns, block);
		else if (is_blank(&cell))
			column++;
		else
			column += put_word(out, pty, row, column, columns);
	}
}

static void put_cursor(FILE *out, struct pty *pty)
{
	static const uint8_t colour[3] = {0x87, 0xd7, 0xff};
	int row, column;

	if (pty_cursor(pty, &row, &column))
		put_rect(out, column, 1, row * CELL_H + CELL_H - 4, 3, colour);
}

bool svg_write(struct pty *pty, const char *path)
{
	FILE *out = fopen(path, "w");
	struct pty_cell corner;
	int rows, columns;

	if (out == NULL)
		return false;
	pty_size(pty, &rows, &columns);
	corner = look(pty, rows / 2, 0);
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"%d %d %d %d\" "
		"font-family=\"Noto Sans Mono, Noto Sans Devanagari, Noto Sans Symbols2, Noto Sans Math\" "
		"font-size=\"" FONT_SIZE "\" shape-rendering=\"crispEdges\">\n",
		columns * CELL_W + 2 * MARGIN, rows * CELL_H + 2 * MARGIN, -MARGIN, -MARGIN,
		columns * CELL_W + 2 * MARGIN, rows * CELL_H + 2 * MARGIN);
	fprintf(out, "<rect x=\"%d\" y=\"%d\" width=\"100%%\" height=\"100%%\" fill=\"#%02x%02x%02x\"/>\n", -MARGIN,
		-MARGIN, corner.ground[0], corner.ground[1], corner.ground[2]);
	for (int row = 0; row < rows; row++)
		put_row(out, pty, row, columns);
	put_cursor(out, pty);
	fputs("</svg>\n", out);
	return fclose(out) == 0;
}
