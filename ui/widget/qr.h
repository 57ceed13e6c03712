/* A QR on the canvas: two modules per cell, one above the other, four modules of quiet zone around. Where half cells
 * cannot be drawn a module is two whole cells, and the quiet zone may shrink to two: that still reads (facts of the
 * terminal 2.1). */
#ifndef BT_UI_WIDGET_QR_H
#define BT_UI_WIDGET_QR_H

#include "core/qr/qr.h"
#include "ui/widget/canvas.h"

#define BT_QR_QUIET       4
#define BT_QR_QUIET_LEAST 2

/** Size in cells, quiet zone included. Pure. */
int bt_ui_qr_columns(const struct bt_qr *qr);
int bt_ui_qr_rows(const struct bt_qr *qr);
/** True when it fits whole at (@p row, @p col) above @p last_row (inclusive); a clipped code does not decode. */
bool bt_ui_qr_fits(const struct bt_ui_canvas *canvas, const struct bt_qr *qr, int row, int col, int last_row);
void bt_ui_qr_draw(struct bt_ui_canvas *canvas, const struct bt_qr *qr, int row, int col);

/** The same in whole cells, with @p quiet modules around. */
int bt_ui_qr_whole_columns(int modules, int quiet);
int bt_ui_qr_whole_rows(int modules, int quiet);
void bt_ui_qr_whole_draw(struct bt_ui_canvas *canvas, const struct bt_qr *qr, int quiet, int row, int col);

#endif
