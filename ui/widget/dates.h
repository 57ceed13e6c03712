/* Times of day and dates as people read them: 24 hours, a date with its weekday, in the canvas's language and in India.
 */
#ifndef BT_UI_WIDGET_DATES_H
#define BT_UI_WIDGET_DATES_H

#include "core/base/clock.h"
#include "ui/widget/canvas.h"

#define BT_DATE_BYTES 96

/** "11:42". */
void bt_ui_time(int64_t ms, char out[BT_DATE_BYTES]);
/** "11:42:07". */
void bt_ui_time_seconds(int64_t ms, char out[BT_DATE_BYTES]);
/** "Sat 22 Nov, 10:00". */
void bt_ui_date_time(const struct bt_ui_canvas *canvas, int64_t ms, char out[BT_DATE_BYTES]);
/** "Sat 22 Nov". */
void bt_ui_date_day(const struct bt_ui_canvas *canvas, int64_t ms, char out[BT_DATE_BYTES]);
/** "14 Nov 09:12", for columns of a list. */
void bt_ui_date_short(const struct bt_ui_canvas *canvas, int64_t ms, char out[BT_DATE_BYTES]);
/** "yesterday 21:10", "21:10" of today, or "Sat 22 Nov, 10:00", as seen from @p now_ms. */
void bt_ui_date_near(const struct bt_ui_canvas *canvas, int64_t ms, int64_t now_ms, char out[BT_DATE_BYTES]);
/** "November 2026", from year * 100 + month. */
void bt_ui_month(const struct bt_ui_canvas *canvas, int32_t month, char out[BT_DATE_BYTES]);
/** Days from the day of @p ms to the day of @p now_ms: 0 today, 1 yesterday. */
int64_t bt_ui_days_ago(int64_t ms, int64_t now_ms);
/** "0:44", hours and minutes. */
void bt_ui_span(int64_t span_ms, char out[BT_DATE_BYTES]);
/** "2.3": seconds to a tenth, rounded half up. */
void bt_ui_seconds(int64_t span_ms, char out[BT_DATE_BYTES]);

#endif
