/* A field to write in: a text that grows and shrinks at its end, and the amount field made of it.
 *
 * Its bytes are wiped when it is cleared, for PINs and names alike. A value. */
#ifndef BT_UI_WIDGET_FIELD_H
#define BT_UI_WIDGET_FIELD_H

#include "core/money/money.h"
#include "ui/widget/canvas.h"

#define BT_FIELD_BYTES 128

struct bt_ui_field {
	char text[BT_FIELD_BYTES];
	bool replace; /* the next character replaces what is there */
};

void bt_ui_field_clear(struct bt_ui_field *field);
void bt_ui_field_set(struct bt_ui_field *field, const char *text);
/** Add one character; at most @p max_columns columns. @return false when it is refused: full, or not printable. */
bool bt_ui_field_put(struct bt_ui_field *field, uint32_t ch, int max_columns);
/** Take the last character and its marks away. */
void bt_ui_field_backspace(struct bt_ui_field *field);
/** Bold text and the cursor after it. */
void bt_ui_field_draw(struct bt_ui_canvas *canvas, int row, int col, const struct bt_ui_field *field);
/** A dot for each character, for PIN and passphrase. */
void bt_ui_field_draw_dots(struct bt_ui_canvas *canvas, int row, int col, const struct bt_ui_field *field);

/** Whole rupees typed so far, in paise; 0 when empty. */
bt_paise bt_ui_field_paise(const struct bt_ui_field *field);
/** A digit into an amount: no leading zero, at most @p max_digits. @return false when refused. */
bool bt_ui_field_put_digit(struct bt_ui_field *field, uint32_t ch, int max_digits);
void bt_ui_field_set_paise(struct bt_ui_field *field, bt_paise paise);
/** The amount in 3-row digits with the rupee sign at @p sign_col of the middle row and the cursor after it; bold text
 *  where digits do not fit or blocks cannot be drawn. */
void bt_ui_amount_draw(struct bt_ui_canvas *canvas, int row, int sign_col, int col, enum bt_ui_role role,
		       bt_paise paise, bool cursor);

#endif
