#include "ui/screen/screen.h"

#include <stdarg.h>
#include <string.h>

const struct bt_ui_screen *const bt_ui_screens[] = {
    &bt_ui_signin,
    &bt_ui_home,
    &bt_ui_card,
    &bt_ui_split,
    &bt_ui_confirm,
    &bt_ui_wait,
    &bt_ui_docket,
    &bt_ui_token,
    &bt_ui_credit,
    &bt_ui_history,
    &bt_ui_stuck,
    &bt_ui_limit_low,
    &bt_ui_limit_used,
    &bt_ui_system,
    &bt_ui_extend,
    &bt_ui_clock,
    &bt_ui_approve,
    &bt_ui_refund,
    &bt_ui_resume,
    &bt_ui_elsewhere,
    &bt_ui_stuck_one,
    &bt_ui_claim,
    &bt_ui_shift_open,
    &bt_ui_shift,
    &bt_ui_deposit,
    &bt_ui_count,
    &bt_ui_seal,
    &bt_ui_close_shift,
    &bt_ui_upi,
    &bt_ui_practice_list,
    NULL,
};

void bt_ui_note(struct bt_ui_desk *desk, enum bt_ui_role role, const char *key, ...)
{
	bt_ui_note_clear(desk);
	desk->note.role = role;
	desk->note.key = key;
	va_list list;
	va_start(list, key);
	for (int i = 0; i < BT_NOTE_ARGS; i++) {
		const char *arg = va_arg(list, const char *);
		if (!arg) {
			break;
		}
		bt_ui_note_dual(desk, i, arg, "");
	}
	va_end(list);
}

void bt_ui_note_dual(struct bt_ui_desk *desk, int at, const char *en, const char *hi)
{
	bt_text_copy(desk->note.args[BT_LANG_EN][at], BT_NOTE_TEXT, en);
	bt_text_copy(desk->note.args[BT_LANG_HI][at], BT_NOTE_TEXT, hi[0] ? hi : en);
}

void bt_ui_note_word(struct bt_ui_desk *desk, int at, const char *key)
{
	const struct bt_words *words = desk->shop->words;
	bt_ui_note_dual(desk, at, bt_words_get(words, BT_LANG_EN, key), bt_words_get(words, BT_LANG_HI, key));
}

void bt_ui_note_text(const struct bt_ui_note *note, const struct bt_ui_canvas *canvas, char *out, size_t cap)
{
	const char *args[BT_NOTE_ARGS + 1] = {NULL};
	for (int i = 0; i < BT_NOTE_ARGS; i++) {
		args[i] = note->args[canvas->lang][i];
	}
	out[0] = '\0';
	if (note->key) {
		(void)bt_words_format(canvas->words, canvas->lang, note->key, args, out, cap);
	}
}

void bt_ui_note_clear(struct bt_ui_desk *desk)
{
	memset(&desk->note, 0, sizeof(desk->note));
}

const char *bt_ui_desk_word(const struct bt_ui_desk *desk, const char *key)
{
	return bt_words_get(desk->shop->words, desk->lang, key);
}

const struct bt_ui_screen *bt_ui_sale_screen(const struct bt_sale_view *view)
{
	static const struct bt_ui_screen *const by_state[BT_SALE_STATE_COUNT] = {
	    [BT_SALE_TOKENED] = &bt_ui_token,    [BT_SALE_CREDITED] = &bt_ui_credit,
	    [BT_SALE_PENDING] = &bt_ui_docket,   [BT_SALE_REFUSED] = &bt_ui_docket,
	    [BT_SALE_STOPPED] = &bt_ui_docket,   [BT_SALE_INQUIRING] = &bt_ui_docket,
	    [BT_SALE_ABANDONED] = &bt_ui_docket, [BT_SALE_REFUNDING] = &bt_ui_refund,
	    [BT_SALE_REFUNDED] = &bt_ui_refund,
	};
	if (view->cut_off) {
		return &bt_ui_resume;
	}
	if (view->awaits_key) {
		return NULL;
	}
	if (view->state == BT_SALE_DONE) {
		return view->token[0] ? &bt_ui_token : &bt_ui_credit;
	}
	return by_state[view->state];
}
