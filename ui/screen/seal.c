/* Seal the count: the last look before the shift ends, still without what should be there. */
#include "ui/screen/till.h"

#include <string.h>

#include "ui/screen/face.h"

#define BIG_ROW   4
#define SIGN_COL  17
#define WORDS_ROW 8
#define TORN_ROW  15
#define TEXT_ROW  18

static bool may_recount(const struct bt_ui_desk *desk)
{
	return desk->till.counts < BT_TILL_COUNTS;
}

static struct bt_ui_go seal_it(struct bt_ui_desk *desk)
{
	const struct bt_ui_till *till = desk->shop->till;
	int64_t shift = desk->till.shift;
	enum bt_err err = till->seal(till->self);
	bt_ui_till_look(desk);
	if (err == BT_ESTATE && desk->till.recount_due) {
		bt_ui_note(desk, BT_INK_WARN, N_("Cash has moved since it was counted. Count again: F7."), NULL);
		return BT_GO(BT_GO_STAY);
	}
	if (err == BT_ESTATE && desk->till.stage == BT_TILL_COUNTED) {
		bt_ui_note(desk, BT_INK_WARN, N_("A recharge still waits for its answer. Finish it first: F4."), NULL);
		return BT_GO(BT_GO_STAY);
	}
	if (err != BT_OK) {
		bt_ui_till_say(desk, err);
		return BT_GO(BT_GO_STAY);
	}
	desk->shift = shift;
	return BT_GO_TO(BT_GO_SWAP, &bt_ui_close_shift);
}

static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	(void)self;
	if (event->kind == BT_UI_EVENT_TICK) {
		return BT_GO(BT_GO_STAY);
	}
	switch (event->press.key) {
	case BT_KEY_ENTER:
		return seal_it(desk);
	case BT_KEY_F7:
		return may_recount(desk) ? BT_GO_TO(BT_GO_SWAP, &bt_ui_count) : BT_GO(BT_GO_IGNORED);
	case BT_KEY_ESC:
		return BT_GO(BT_GO_BACK);
	default:
		return BT_GO(BT_GO_IGNORED);
	}
}

static void draw_counted(const struct bt_till_state *till, struct bt_ui_canvas *canvas)
{
	char text[320], number[32], of[32];
	bt_ui_label(canvas, BIG_ROW + 1, N_("Counted"));
	bt_ui_sum_big(canvas, BIG_ROW, SIGN_COL, BT_VALUE_COL, BT_BLOCK_COL + 10, BT_INK_FACT, till->counted);
	bt_count_format(till->counts, number);
	bt_count_format(BT_TILL_COUNTS, of);
	if (bt_money_words(till->counted, canvas->lang, text, sizeof(text)) == BT_OK) {
		bt_ui_put_clip(canvas, WORDS_ROW, BT_VALUE_COL, 58, BT_INK_FACT, text);
	}
	bt_ui_say(canvas, WORDS_ROW + 1, BT_VALUE_COL, BT_INK_QUIET, N_("count {1} of {2}"), number, of, NULL);
}

/* Of what it was counted, so that a slip of the hand shows. */
static void draw_notes(const struct bt_till_state *till, struct bt_ui_canvas *canvas)
{
	char text[64], value[32], pieces[32];
	int row = WORDS_ROW + 3, col = BT_VALUE_COL;
	for (int i = 0; i < till->note_count; i++) {
		const struct bt_receipt_note *note = &till->notes[i];
		if (note->pieces == 0) {
			continue;
		}
		bt_money_format(note->value, value);
		bt_count_format(note->pieces, pieces);
		if (note->value > BT_PAISE_PER_RUPEE) {
			bt_text_printf(text, sizeof(text), "%s × %s", value, pieces);
		} else {
			bt_text_printf(text, sizeof(text), "%s %s", bt_ui_word(canvas, N_("Coins")), pieces);
		}
		bt_ui_put_clip(canvas, row, col, 18, BT_INK_QUIET, text);
		col += 19;
		if (col + 19 > 78) {
			col = BT_VALUE_COL;
			row++;
		}
	}
}

/* Money, but none that goes into the next drawer's change. */
static void draw_torn(const struct bt_till_state *till, struct bt_ui_canvas *canvas)
{
	char text[256], amount[48], value[32];
	const char *gap = ":  ";
	if (till->torn == 0) {
		return;
	}
	bt_ui_rupees(till->torn, false, amount);
	size_t used = bt_text_copy(text, sizeof(text), amount) == BT_OK ? strlen(text) : 0;
	for (int i = 0; i < till->note_count; i++) {
		const struct bt_receipt_note *note = &till->notes[i];
		if (note->torn > 0) {
			bt_money_format(note->value, value);
			bt_text_printf(text + used, sizeof(text) - used, "%s%s × %lld", gap, value,
				       (long long)note->torn);
			used += strlen(text + used);
			gap = ", ";
		}
	}
	bt_ui_label(canvas, TORN_ROW, N_("Torn or soiled"));
	bt_ui_put_clip(canvas, TORN_ROW, BT_VALUE_COL, 58, BT_INK_FACT, text);
	bt_ui_put(canvas, TORN_ROW + 1, BT_VALUE_COL, BT_INK_QUIET,
		  bt_ui_word(canvas, N_("Put them apart: for exchange at the bank, not for change.")));
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	char span[BT_NOTE_ARG * 2];
	(void)self;
	bt_ui_shift_span(canvas, desk->till.from_ms, 0, desk->status.now_ms, span);
	bt_ui_shift_title(canvas, desk, N_("Seal the count"), desk->till.shift, desk->operator_id, span);
	draw_counted(&desk->till, canvas);
	draw_notes(&desk->till, canvas);
	draw_torn(&desk->till, canvas);
	int row = TEXT_ROW;
	bt_ui_put(canvas, row++, BT_TEXT_LEFT, BT_INK_FACT,
		  bt_ui_word(canvas, N_("What should be there is shown after the seal; then nothing changes.")));
	bt_ui_put(canvas, row++, BT_TEXT_LEFT, BT_INK_QUIET,
		  bt_ui_word(canvas, may_recount(desk) ? N_("Not sure? F7 counts once more. Both counts are kept.")
						       : N_("It was counted twice. Both counts are kept.")));
}

static bool show_recount(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
			 char label[64])
{
	(void)self;
	(void)canvas;
	(void)label;
	return may_recount(desk);
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Seal the count"), N_("The shift ends with this count"), NULL},
    {"F7", N_("Recount"), N_("Count once more; both counts are kept"), show_recount},
    {"Esc", N_("Back"), N_("One step back"), NULL},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_seal = {
    .id = "seal",
    .scan = BT_SCAN_REFUSED,
    .keys = keys,
    .draw = draw,
    .on_event = on_event,
};
