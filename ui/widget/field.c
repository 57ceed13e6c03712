#include "ui/widget/field.h"

#include <string.h>

#include "ui/widget/bigdigits.h"

void bt_ui_field_clear(struct bt_ui_field *field)
{
	explicit_bzero(field, sizeof(*field));
}

void bt_ui_field_set(struct bt_ui_field *field, const char *text)
{
	bt_ui_field_clear(field);
	bt_text_copy(field->text, sizeof(field->text), text);
}

bool bt_ui_field_put(struct bt_ui_field *field, uint32_t ch, int max_columns)
{
	char longer[BT_FIELD_BYTES];
	if (field->replace) {
		bt_ui_field_clear(field);
	}
	size_t len = strlen(field->text);
	if (ch < ' ' || ch == 0x7F || ch > 0x10FFFF || len + 5 > sizeof(longer)) {
		return false;
	}
	memcpy(longer, field->text, len);
	size_t used = (size_t)bt_utf8_put(ch, longer + len);
	longer[len + used] = '\0';
	/* A lone mark at the start, a control or a private character is not clean; a blank at the end is wanted. */
	if ((ch != ' ' && !bt_text_is_clean(longer + len)) || bt_text_columns(longer) > max_columns) {
		explicit_bzero(longer, sizeof(longer));
		return false;
	}
	memcpy(field->text, longer, len + used + 1);
	explicit_bzero(longer, sizeof(longer));
	return true;
}

void bt_ui_field_backspace(struct bt_ui_field *field)
{
	size_t len = strlen(field->text);
	field->replace = false;
	while (len > 0) {
		len--;
		if (((unsigned char)field->text[len] & 0xC0) != 0x80) {
			break;
		}
	}
	explicit_bzero(field->text + len, sizeof(field->text) - len);
}

void bt_ui_field_draw(struct bt_ui_canvas *canvas, int row, int col, const struct bt_ui_field *field)
{
	int end = bt_ui_put(canvas, row, col, BT_INK_FACT | BT_BOLD, field->text);
	if (field->replace) {
		bt_ui_fill(canvas, row, col, end - col, BT_ON_SELECTED);
	}
	bt_ui_cursor(canvas, row, end);
}

void bt_ui_field_draw_dots(struct bt_ui_canvas *canvas, int row, int col, const struct bt_ui_field *field)
{
	int count = bt_text_columns(field->text);
	for (int i = 0; i < count && i < 24; i++, col += 2) {
		bt_ui_put(canvas, row, col, BT_INK_FACT, "●");
	}
	bt_ui_cursor(canvas, row, col);
}

bt_paise bt_ui_field_paise(const struct bt_ui_field *field)
{
	bt_paise paise = 0;
	return field->text[0] && bt_money_parse(field->text, &paise) == BT_OK ? paise : 0;
}

bool bt_ui_field_put_digit(struct bt_ui_field *field, uint32_t ch, int max_digits)
{
	if (ch < '0' || ch > '9') {
		return false;
	}
	if (field->replace) {
		bt_ui_field_clear(field);
	}
	if (field->text[0] == '0') {
		field->text[0] = '\0';
	}
	return bt_ui_field_put(field, ch, max_digits);
}

void bt_ui_field_set_paise(struct bt_ui_field *field, bt_paise paise)
{
	char text[32];
	bt_text_printf(text, sizeof(text), "%lld", (long long)(paise / BT_PAISE_PER_RUPEE));
	bt_ui_field_set(field, text);
}

void bt_ui_amount_draw(struct bt_ui_canvas *canvas, int row, int sign_col, int col, enum bt_ui_role role,
		       bt_paise paise, bool cursor)
{
	char text[32] = "";
	if (paise > 0 || !cursor) {
		bt_money_format(paise, text);
	}
	bt_ui_put(canvas, row + 1, sign_col, (unsigned)role | BT_BOLD, "₹");
	if (canvas->plain || strchr(text, '.') || strlen(text) > sizeof("9,99,999") - 1) {
		int end = bt_ui_put(canvas, row + 1, col, (unsigned)role | BT_BOLD, text);
		if (cursor) {
			bt_ui_cursor(canvas, row + 1, end);
		}
		return;
	}
	int end = text[0] ? bt_ui_digits3(canvas, row, col, 1, role, text) + 2 : col;
	for (int i = 0; cursor && i < 4; i++) {
		bt_ui_block(canvas, row + 2, end + i, BT_GLYPH_UPPER, BT_INK_ACCENT);
	}
}
