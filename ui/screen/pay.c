#include "ui/screen/pay.h"

#include <string.h>

#include "ui/screen/again.h"
#include "ui/screen/aside.h"
#include "ui/screen/face.h"

const char *bt_ui_reason_key(enum bt_denial denial)
{
	return bt_denial_key(denial == BT_DENY_NONE ? BT_DENY_SERVER : denial);
}

void bt_ui_say_denial(struct bt_ui_desk *desk)
{
	if (desk->status.stopped != BT_OK) {
		bt_ui_note(desk, BT_INK_BAD, bt_ui_stop_sentence(desk->status.stopped),
			   desk->shop->enrolment->complaint, NULL);
	} else if (desk->outlook == BT_OUTLOOK_DOCKET) {
		bt_ui_note(desk, BT_INK_WARN, N_("No token now. Reason: {1}."), "", NULL);
		bt_ui_note_word(desk, 0, bt_ui_reason_key(desk->denial));
	} else {
		bt_ui_note(desk, BT_INK_BAD, N_("Not possible now: {1}."), "", NULL);
		bt_ui_note_word(desk, 0, bt_ui_reason_key(desk->denial));
	}
}

const char *bt_ui_outcome_key(const struct bt_sale_row *row)
{
	static const char *const keys[] = {
	    [BT_STAGE_PAID] = N_("token later"),
	    [BT_STAGE_VENDING] = N_("token later"),
	    [BT_STAGE_TOKENED] = N_("token given"),
	    [BT_STAGE_CREDITED] = N_("credited"),
	    [BT_STAGE_PENDING] = N_("token later"),
	    [BT_STAGE_REFUSED] = N_("token not given"),
	    [BT_STAGE_ABANDONED] = N_("token not given"),
	    [BT_STAGE_REFUNDING] = N_("being refunded"),
	    [BT_STAGE_REFUNDED] = N_("refunded"),
	    [BT_STAGE_INQUIRING] = N_("token later"),
	    [BT_STAGE_TENDERING] = N_("waiting for the bank"),
	    [BT_STAGE_UNPAID] = N_("not paid"),
	};
	if (row->stage == BT_STAGE_CREDITED) {
		return strcmp(row->delivery, "dues") == 0 ? N_("to dues") : N_("credited");
	}
	if (row->stage == BT_STAGE_PENDING && strcmp(row->delivery, "token") != 0) {
		return N_("credit waits");
	}
	return keys[row->stage];
}

bool bt_ui_sale_view(const struct bt_ui_desk *desk, const char *sale_id, struct bt_sale_view *out)
{
	return sale_id[0] && desk->shop->view(desk->shop->self, sale_id, out) == BT_OK;
}

bool bt_ui_print_again(struct bt_ui_desk *desk, const char *sale_id)
{
	struct bt_sale_view view;
	if (desk->status.paper == BT_PAPER_NONE) {
		bt_ui_note(desk, BT_INK_WARN, N_("No printer is set up. Write or photograph this."), NULL);
		return false;
	}
	enum bt_err err = desk->shop->reprint(desk->shop->self, sale_id, BT_REPRINT_UNSAID);
	if (err == BT_EINPUT) {
		bt_ui_again_ask(desk, sale_id);
		return false;
	}
	if (err == BT_ESTATE && bt_ui_sale_view(desk, sale_id, &view) && bt_slip_is_in_hand(view.printing)) {
		return true; /* and nothing keeps it from coming out */
	}
	if (err != BT_OK) {
		bt_ui_note(desk, BT_INK_WARN, N_("The printer does not answer. F5 tries again."), NULL);
		return false;
	}
	return true;
}

bool bt_ui_is_upi(const struct bt_tender_kind *kind)
{
	return kind && strcmp(kind->id, "upi") == 0;
}

bool bt_ui_tender_is_open(const struct bt_ui_desk *desk, const struct bt_tender_kind *kind)
{
	return bt_ui_is_upi(kind) ? !bt_ui_upi_refusal(desk) : kind->available;
}

const struct bt_tender_kind *bt_ui_next_tender(struct bt_ui_desk *desk, const struct bt_tender_kind *now)
{
	const struct bt_tender_kind *next = now;
	const char *refusal = NULL;
	int count = 0, at = 0;
	for (; bt_tender_kinds[count]; count++) {
		at = bt_tender_kinds[count] == now ? count : at;
	}
	for (int i = 1; i <= count && next == now; i++) {
		const struct bt_tender_kind *kind = bt_tender_kinds[(at + i) % count];
		if (bt_ui_tender_is_open(desk, kind)) {
			next = kind;
		} else if (bt_ui_is_upi(kind)) {
			refusal = bt_ui_upi_refusal(desk);
		}
		if (kind == now) {
			break;
		}
	}
	if (refusal) {
		bt_ui_note(desk, BT_INK_WARN, refusal, NULL);
	} else if (next == now) {
		bt_ui_note(desk, BT_INK_WARN, N_("This way of paying is not available here."), NULL);
	}
	return next;
}

bool bt_ui_show_ways(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas, char label[64])
{
	int ways = desk->shop->upi ? 1 : 0;
	(void)self;
	(void)canvas;
	(void)label;
	for (int i = 0; bt_tender_kinds[i]; i++) {
		ways += !bt_ui_is_upi(bt_tender_kinds[i]) && bt_tender_kinds[i]->available;
	}
	return ways > 1;
}
