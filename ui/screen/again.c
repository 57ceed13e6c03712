#include "ui/screen/again.h"

#include <string.h>

/* Longer than the gap between two keys of a scanner or of a practised hand's double stroke, shorter than a thought. */
#define ALONE_MS 100

static const enum bt_reprint answers[] = {BT_REPRINT_DAMAGED, BT_REPRINT_ASKED};
#define ANSWERS (sizeof(answers) / sizeof(answers[0]))

void bt_ui_again_ask(struct bt_ui_desk *desk, const char *sale_id)
{
	bt_ui_again_drop(desk);
	bt_text_copy(desk->again.sale_id, sizeof(desk->again.sale_id), sale_id);
	bt_ui_note(desk, BT_INK_WARN, N_("Why once more? 1 torn or unreadable, 2 the consumer asks for it."), NULL);
}

void bt_ui_again_drop(struct bt_ui_desk *desk)
{
	memset(&desk->again, 0, sizeof(desk->again));
}

static void carry_out(struct bt_ui_desk *desk)
{
	const struct bt_ui_again again = desk->again;
	enum bt_reprint said = answers[again.press.ch - '1'];
	bt_ui_again_drop(desk);
	bt_ui_note_clear(desk);
	if (desk->shop->reprint(desk->shop->self, again.sale_id, said) != BT_OK) {
		bt_ui_note(desk, BT_INK_WARN, N_("The printer does not answer. F5 tries again."), NULL);
	} else if (!again.on_page) {
		bt_ui_note(desk, BT_INK_FACT, N_("Printing"), NULL);
	}
}

static enum bt_ui_again_took follow_answer(struct bt_ui_desk *desk, const struct bt_ui_press *press,
					   struct bt_ui_press *early)
{
	if (press->key != BT_KEY_CHAR || press->at_ms - desk->again.press.at_ms >= ALONE_MS) {
		carry_out(desk);
		return BT_UI_AGAIN_NOT;
	}
	*early = desk->again.press;
	bt_ui_again_drop(desk);
	bt_ui_note_clear(desk);
	return BT_UI_AGAIN_TYPED;
}

enum bt_ui_again_took bt_ui_again_press(struct bt_ui_desk *desk, const struct bt_ui_press *press,
					struct bt_ui_press *early)
{
	struct bt_ui_again *again = &desk->again;
	if (!again->sale_id[0]) {
		return BT_UI_AGAIN_NOT;
	}
	if (again->is_answered) {
		return follow_answer(desk, press, early);
	}
	switch (press->key) {
	case BT_KEY_NONE:
	case BT_KEY_RESIZE:
	case BT_KEY_F1:
	case BT_KEY_F2:
		return BT_UI_AGAIN_NOT;
	case BT_KEY_CHAR:
		if (press->ch >= '1' && press->ch < '1' + ANSWERS) {
			again->is_answered = true;
			again->press = *press;
			return BT_UI_AGAIN_TAKEN;
		}
		break;
	default:
		break;
	}
	bt_ui_again_drop(desk);
	if (press->key == BT_KEY_ESC) {
		bt_ui_note_clear(desk);
		return BT_UI_AGAIN_TAKEN;
	}
	return BT_UI_AGAIN_NOT;
}

void bt_ui_again_tick(struct bt_ui_desk *desk, int64_t boot_ms)
{
	if (desk->again.is_answered && boot_ms - desk->again.press.at_ms >= ALONE_MS) {
		carry_out(desk);
	}
}

int bt_ui_again_due_ms(const struct bt_ui_desk *desk)
{
	return desk->again.is_answered ? ALONE_MS : -1;
}
