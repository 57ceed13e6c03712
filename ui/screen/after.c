#include "ui/screen/after.h"

#include <string.h>

#include "ui/screen/face.h"
#include "ui/screen/pay.h"
#include "ui/widget/dates.h"
#include "ui/widget/frame.h"

void bt_ui_after_enter(struct bt_ui_after *after, const struct bt_ui_desk *desk)
{
	memcpy(after->sale_id, desk->sale_id, sizeof(after->sale_id));
	bt_ui_after_look(after, desk);
}

void bt_ui_after_look(struct bt_ui_after *after, const struct bt_ui_desk *desk)
{
	after->known = bt_ui_sale_view(desk, after->sale_id, &after->view);
}

static struct bt_ui_go start_next(struct bt_ui_desk *desk, const char *text)
{
	bt_text_copy(desk->start, sizeof(desk->start), text);
	return BT_GO(BT_GO_HOME);
}

static struct bt_ui_go print_again(struct bt_ui_after *after, struct bt_ui_desk *desk)
{
	(void)bt_ui_print_again(desk, after->sale_id);
	desk->again.on_page = true;
	bt_ui_after_look(after, desk);
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go confirm_paper(struct bt_ui_after *after, struct bt_ui_desk *desk)
{
	if (after->view.printing == BT_PRINTING_ASK &&
	    desk->shop->paper_seen(desk->shop->self, after->sale_id) == BT_OK) {
		bt_ui_after_look(after, desk);
	}
	return BT_GO(BT_GO_STAY);
}

struct bt_ui_go bt_ui_after_press(struct bt_ui_after *after, struct bt_ui_desk *desk, const struct bt_ui_press *press)
{
	const struct bt_consumer *consumer = &after->view.consumer;
	char one[2] = {press->ch < 0x80 ? (char)press->ch : '\0', '\0'};
	switch (press->key) {
	case BT_KEY_CHAR:
		return start_next(desk, one);
	case BT_KEY_F5:
		return print_again(after, desk);
	case BT_KEY_F6:
		return start_next(desk,
				  consumer->mobile[0] ? consumer->mobile : bt_dual_get(&consumer->name, desk->lang));
	case BT_KEY_ENTER:
		return confirm_paper(after, desk);
	case BT_KEY_ESC:
		return BT_GO(desk->from_list ? BT_GO_BACK : BT_GO_STAY);
	default:
		return BT_GO(BT_GO_STAY);
	}
}

bool bt_ui_after_show_back(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
			   char label[64])
{
	(void)self;
	(void)canvas;
	(void)label;
	return desk->from_list;
}

bool bt_ui_after_is_held(const struct bt_ui_after *after)
{
	return bt_slip_is_in_hand(after->view.printing);
}

/* What keeps the slip from coming out, by what is known of the paper. */
static const char *failure_key(enum bt_paper paper)
{
	static const char *const keys[] = {
	    [BT_PAPER_OK] = N_("Printing was not confirmed. F5 prints again."),
	    [BT_PAPER_LOW] = N_("Printing was not confirmed. F5 prints again."),
	    [BT_PAPER_OUT] = N_("No paper. Put in a roll, then F5. Meanwhile write or photograph this."),
	    [BT_PAPER_OPEN] = N_("The printer is open. Close it, then F5."),
	    [BT_PAPER_JAM] = N_("The cutter is stuck. Open the printer, free it, close it, then F5."),
	    [BT_PAPER_FAULT] = N_("The printer reports an error. Switch it off and on, then F5."),
	    [BT_PAPER_SILENT] = N_("The printer does not answer. F5 tries again."),
	    [BT_PAPER_NONE] = N_("No printer is set up. Write or photograph this."),
	};
	return keys[paper];
}

/* A slip in hand: what it waits for, if anything. It goes on by itself, so the clerk need not do anything but that. */
static bool say_in_hand(const struct bt_ui_after *after, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	static const char *const keys[BT_PAPER_COUNT] = {
	    [BT_PAPER_OUT] = N_("No paper. Put in a roll: it goes on by itself. F5 prints again."),
	    [BT_PAPER_OPEN] = N_("The printer is open. Close it: it goes on by itself. F5 prints again."),
	    [BT_PAPER_JAM] = N_("The cutter is stuck. Free it: it goes on by itself. F5 prints again."),
	    [BT_PAPER_FAULT] = N_("The printer reports an error. Wait, or switch it off and on, then F5."),
	    [BT_PAPER_SILENT] = N_("The printer does not answer. Is it switched on?"),
	};
	const char *key = keys[desk->status.paper];
	if (key && after->view.printing != BT_PRINTING_GIVEN_UP) {
		bt_ui_message_row(canvas, BT_INK_BAD, bt_ui_word(canvas, key));
		return false;
	}
	bt_ui_message_row(canvas, BT_INK_FACT, bt_ui_word(canvas, N_("Printing")));
	return true;
}

bool bt_ui_after_print_state(const struct bt_ui_after *after, const struct bt_ui_desk *desk, const char *done_key,
			     struct bt_ui_canvas *canvas)
{
	if (desk->note.key) {
		return false;
	}
	switch (after->view.printing) {
	case BT_PRINTING_DONE:
		bt_ui_message_row(canvas, BT_INK_OK, bt_ui_word(canvas, done_key));
		return true;
	case BT_PRINTING_NOW:
	case BT_PRINTING_GIVEN_UP:
	case BT_PRINTING_FOLLOWED:
		return say_in_hand(after, desk, canvas);
	case BT_PRINTING_ASK:
		bt_ui_message_row(canvas, BT_INK_WARN,
				  bt_ui_word(canvas, N_("Did the slip come out? Enter yes, F5 no.")));
		return false;
	case BT_PRINTING_FAILED:
		bt_ui_message_row(canvas, BT_INK_BAD, bt_ui_word(canvas, failure_key(desk->status.paper)));
		return false;
	case BT_PRINTING_NONE:
	case BT_PRINTING_COUNT:
		break;
	}
	if (desk->status.paper == BT_PAPER_NONE) {
		bt_ui_message_row(canvas, BT_INK_FACT, bt_ui_word(canvas, failure_key(BT_PAPER_NONE)));
		return false;
	}
	if (after->view.copies == 0) {
		bt_ui_message_row(canvas, BT_INK_FACT, bt_ui_word(canvas, N_("Not printed. F5 prints it.")));
		return false;
	}
	return true;
}

void bt_ui_after_money(const struct bt_ui_after *after, struct bt_ui_canvas *canvas)
{
	char text[BT_DATE_BYTES];
	bt_ui_put_name(canvas, 3, BT_TEXT_LEFT, BT_PERSON_COL - BT_TEXT_LEFT - 1, BT_INK_FACT | BT_BOLD,
		       bt_dual_get(&after->view.consumer.name, canvas->lang));
	bt_ui_rupees(after->view.sale.quote.amount, false, text);
	bt_ui_put(canvas, 3, BT_PERSON_COL, BT_INK_FACT | BT_BOLD, text);
	bt_ui_put(canvas, 5, BT_MARK_COL, BT_INK_OK | BT_BOLD, "✓");
	bt_ui_time_seconds(after->view.sale.paid_at_ms, text);
	bt_ui_say(canvas, 5, BT_TEXT_LEFT, BT_INK_FACT, N_("Money is recorded, {1}."), text, NULL);
}

const struct bt_ui_key_row bt_ui_after_keys[] = {
    {"F5", N_("Print again"), N_("Print this again"), NULL},
    {"F3", N_("Next person"), N_("Next person; work in progress goes on by itself"), NULL},
    {"F6", N_("Same person"), N_("Other connections of this person"), NULL},
    {"Esc", N_("Back"), N_("One step back"), bt_ui_after_show_back},
    {NULL, NULL, NULL, NULL},
};
