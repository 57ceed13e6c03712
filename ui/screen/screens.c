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
		bt_text_copy(desk->note.args[i], BT_NOTE_ARG, arg);
	}
	va_end(list);
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
	if (view->state == BT_SALE_DONE) {
		return view->token[0] ? &bt_ui_token : &bt_ui_credit;
	}
	return by_state[view->state];
}
