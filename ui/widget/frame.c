#include "ui/widget/frame.h"

#include <string.h>

#define RIGHT_MARGIN 2
#define GAP_WIDE     3
#define GAP_NARROW   2
#define SIDE_LEFT    2 /* text of a frame that has a side only */

/* Where each slot begins, and how much of the row is its own. */
static const struct {
	int col, columns;
} slot_places[BT_SLOT_WHO] = {[BT_SLOT_SERVER] = {BT_MARK_COL, 19},
			      [BT_SLOT_TO_SEND] = {22, 15},
			      [BT_SLOT_LIMIT] = {38, 15},
			      [BT_SLOT_PAPER] = {54, 12}};

int bt_ui_slot_room(enum bt_ui_slot_id id, const char *shape)
{
	if (id >= BT_SLOT_WHO) {
		return BT_CANVAS_COLS;
	}
	return slot_places[id].columns - (shape[0] ? bt_text_columns(shape) + 1 : 0);
}

static void put_slot(struct bt_ui_canvas *canvas, enum bt_ui_slot_id id, const struct bt_ui_slot *slot)
{
	int col = slot_places[id].col;
	if (slot->shape[0]) {
		int end = bt_ui_put(canvas, 0, col, slot->shape_role | BT_BOLD, slot->shape);
		col = end + 1;
	}
	bt_ui_put_clip(canvas, 0, col, bt_ui_slot_room(id, slot->shape), slot->style, slot->text);
}

void bt_ui_status_row(struct bt_ui_canvas *canvas, const struct bt_ui_slot slots[BT_SLOT_COUNT])
{
	bt_ui_fill(canvas, 0, 0, canvas->cols, BT_ON_BAR);
	for (int i = 0; i < BT_SLOT_WHO; i++) {
		put_slot(canvas, (enum bt_ui_slot_id)i, &slots[i]);
	}
	bt_ui_put_right(canvas, 0, canvas->cols - RIGHT_MARGIN, slots[BT_SLOT_WHO].style, slots[BT_SLOT_WHO].text);
}

void bt_ui_status_side(struct bt_ui_canvas *canvas, int columns, const struct bt_ui_slot *server, const char *time)
{
	bt_ui_fill(canvas, 0, 0, columns, BT_ON_BAR);
	put_slot(canvas, BT_SLOT_SERVER, server);
	bt_ui_put_right(canvas, 0, columns - 1, BT_INK_QUIET, time);
}

void bt_ui_message_side(struct bt_ui_canvas *canvas, int columns, enum bt_ui_role role, const char *text)
{
	int room = columns - SIDE_LEFT - 1, below = canvas->rows;
	/* Below the canvas nothing is drawn: how many lines it takes is known first. */
	int lines = bt_ui_paragraph(canvas, below, SIDE_LEFT, room, role, text) - below;
	int row = canvas->rows - 1 - lines;
	bt_ui_put(canvas, row, 0, role | BT_BOLD, bt_ui_role_shape(role));
	(void)bt_ui_paragraph(canvas, row, SIDE_LEFT, room, role, text);
}

void bt_ui_banner_row(struct bt_ui_canvas *canvas, enum bt_ui_banner kind, const char *text)
{
	switch (kind) {
	case BT_BANNER_NONE:
		break;
	case BT_BANNER_CALM:
		bt_ui_fill(canvas, 1, 0, canvas->cols, BT_ON_BAR);
		bt_ui_put(canvas, 1, BT_TEXT_LEFT, BT_INK_FACT, text);
		break;
	case BT_BANNER_STOP:
		bt_ui_fill(canvas, 1, 0, canvas->cols, BT_ON_STOP);
		bt_ui_put(canvas, 1, BT_MARK_COL, BT_INK_FACT | BT_BOLD, "■");
		bt_ui_put(canvas, 1, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD, text);
		break;
	case BT_BANNER_TRAINING:
		bt_ui_fill(canvas, 1, 0, canvas->cols, BT_ON_TRAINING);
		bt_ui_put(canvas, 1, (canvas->cols - bt_text_columns(text)) / 2, BT_INK_FACT | BT_BOLD, text);
		break;
	}
}

void bt_ui_banner_side(struct bt_ui_canvas *canvas, int columns, enum bt_ui_banner kind, const char *text)
{
	if (kind != BT_BANNER_STOP && kind != BT_BANNER_TRAINING) {
		return;
	}
	bt_ui_fill(canvas, 1, 0, columns, kind == BT_BANNER_STOP ? BT_ON_STOP : BT_ON_TRAINING);
	if (kind == BT_BANNER_STOP) {
		bt_ui_put(canvas, 1, 0, BT_INK_FACT | BT_BOLD, "■");
	}
	bt_ui_put_clip(canvas, 1, SIDE_LEFT, columns - SIDE_LEFT, BT_INK_FACT | BT_BOLD, text);
}

const char *bt_ui_role_shape(enum bt_ui_role role)
{
	static const char *const shapes[BT_INK_COUNT] = {[BT_INK_OK] = "✓", [BT_INK_WARN] = "▲", [BT_INK_BAD] = "✕"};
	return shapes[role] ? shapes[role] : "";
}

void bt_ui_message_row(struct bt_ui_canvas *canvas, enum bt_ui_role role, const char *text)
{
	int row = canvas->rows - 2;
	bt_ui_put(canvas, row, BT_MARK_COL, role | BT_BOLD, bt_ui_role_shape(role));
	bt_ui_put_clip(canvas, row, BT_TEXT_LEFT, canvas->cols - BT_TEXT_LEFT - RIGHT_MARGIN, role, text);
}

static int key_columns(const struct bt_ui_key_cell *key)
{
	return bt_text_columns(key->key) + 1 + bt_text_columns(key->label);
}

static void put_key(struct bt_ui_canvas *canvas, int row, int col, const char *key, const char *label)
{
	int end = bt_ui_put(canvas, row, col, BT_INK_FACT | BT_BOLD, key);
	bt_ui_put(canvas, row, end + 1, BT_INK_QUIET, label);
}

void bt_ui_key_row(struct bt_ui_canvas *canvas, const struct bt_ui_key_cell *keys, int count)
{
	int row = canvas->rows - 1;
	bt_ui_fill(canvas, row, 0, canvas->cols, BT_ON_BAR);
	struct bt_ui_key_cell help = {.key = "F1"};
	char composed[64];
	bt_text_compose_nukta(bt_ui_word(canvas, N_("Help")), composed, sizeof(composed));
	bt_text_copy(help.label, sizeof(help.label), composed);
	int help_col = canvas->cols - RIGHT_MARGIN - key_columns(&help);
	int whole = BT_MARK_COL;
	for (int i = 0; i < count; i++) {
		whole += key_columns(&keys[i]) + (i > 0 ? GAP_WIDE : 0);
	}
	int gap = whole + GAP_WIDE <= help_col ? GAP_WIDE : GAP_NARROW;
	int col = BT_MARK_COL;
	for (int i = 0; i < count; i++) {
		int width = key_columns(&keys[i]);
		if (col + width + 1 > help_col) {
			continue;
		}
		put_key(canvas, row, col, keys[i].key, keys[i].label);
		col += width + gap;
	}
	put_key(canvas, row, help_col, help.key, help.label);
}

void bt_ui_help_draw(struct bt_ui_canvas *canvas, const struct bt_ui_key_cell *keys, int count)
{
	bt_ui_fade(canvas, 2, canvas->rows - 2);
	int first = 4, last = first + count + 4;
	for (int row = first; row <= last && row < canvas->rows - 1; row++) {
		bt_ui_blank(canvas, row);
		bt_ui_fill(canvas, row, 0, canvas->cols, BT_ON_BAR);
	}
	int row = first + 1;
	bt_ui_put(canvas, row, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD, bt_ui_word(canvas, N_("This help")));
	row += 2;
	for (int i = 0; i < count && row < canvas->rows - 2; i++, row++) {
		bt_ui_put(canvas, row, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD, keys[i].key);
		bt_ui_put_clip(canvas, row, BT_TEXT_LEFT + 8, canvas->cols - BT_TEXT_LEFT - 8 - RIGHT_MARGIN,
			       BT_INK_FACT, keys[i].help[0] ? keys[i].help : keys[i].label);
	}
}

void bt_ui_too_small(struct bt_ui_canvas *canvas)
{
	const char *text = bt_ui_word(canvas, N_("The window is too small. It needs 80 columns and 24 rows."));
	(void)bt_ui_paragraph(canvas, 0, 0, canvas->cols > 1 ? canvas->cols : 1, BT_INK_FACT | BT_BOLD, text);
}
