#include "ui/widget/qr.h"

int bt_ui_qr_columns(const struct bt_qr *qr)
{
	return qr->modules + 2 * BT_QR_QUIET;
}

int bt_ui_qr_rows(const struct bt_qr *qr)
{
	return (qr->modules + 2 * BT_QR_QUIET + 1) / 2;
}

bool bt_ui_qr_fits(const struct bt_ui_canvas *canvas, const struct bt_qr *qr, int row, int col, int last_row)
{
	return !canvas->plain && col + bt_ui_qr_columns(qr) <= canvas->cols && row + bt_ui_qr_rows(qr) - 1 <= last_row;
}

static bool is_dark(const struct bt_qr *qr, int quiet, int y, int x)
{
	y -= quiet;
	x -= quiet;
	return y >= 0 && x >= 0 && y < qr->modules && x < qr->modules && qr->dark[y][x];
}

void bt_ui_qr_draw(struct bt_ui_canvas *canvas, const struct bt_qr *qr, int row, int col)
{
	int columns = bt_ui_qr_columns(qr), rows = bt_ui_qr_rows(qr);
	for (int y = 0; y < rows; y++) {
		bt_ui_fill(canvas, row + y, col, columns, BT_ON_PAPER);
		for (int x = 0; x < columns; x++) {
			bool upper = is_dark(qr, BT_QR_QUIET, 2 * y, x), lower = is_dark(qr, BT_QR_QUIET, 2 * y + 1, x);
			if (upper || lower) {
				enum bt_ui_glyph glyph = BT_GLYPH_FULL;
				if (!lower) {
					glyph = BT_GLYPH_UPPER;
				} else if (!upper) {
					glyph = BT_GLYPH_LOWER;
				}
				bt_ui_block(canvas, row + y, col + x, glyph, BT_INK_FACT);
			}
		}
	}
}

int bt_ui_qr_whole_columns(int modules, int quiet)
{
	return 2 * (modules + 2 * quiet);
}

int bt_ui_qr_whole_rows(int modules, int quiet)
{
	return modules + 2 * quiet;
}

void bt_ui_qr_whole_draw(struct bt_ui_canvas *canvas, const struct bt_qr *qr, int quiet, int row, int col)
{
	int rows = bt_ui_qr_whole_rows(qr->modules, quiet), columns = bt_ui_qr_whole_columns(qr->modules, quiet);
	for (int y = 0; y < rows; y++) {
		bt_ui_fill(canvas, row + y, col, columns, BT_ON_PAPER);
		for (int x = 0; x < columns; x++) {
			if (is_dark(qr, quiet, y, x / 2)) {
				bt_ui_block(canvas, row + y, col + x, BT_GLYPH_FULL, BT_INK_FACT);
			}
		}
	}
}
