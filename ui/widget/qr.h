/* A QR on the canvas: two modules per cell, one above the other, four modules of quiet zone around. */
#ifndef BT_UI_WIDGET_QR_H
#define BT_UI_WIDGET_QR_H

#include "core/qr/qr.h"
#include "ui/widget/canvas.h"

#define BT_QR_QUIET 4

/** Size in cells, quiet zone included. Pure. */
int bt_ui_qr_columns(const struct bt_qr *qr);
int bt_ui_qr_rows(const struct bt_qr *qr);
/** True when it fits whole at (@p row, @p col) above @p last_row (inclusive); a clipped code does not decode. */
bool bt_ui_qr_fits(const struct bt_ui_canvas *canvas, const struct bt_qr *qr, int row, int col, int last_row);
void bt_ui_qr_draw(struct bt_ui_canvas *canvas, const struct bt_qr *qr, int row, int col);

#endif
