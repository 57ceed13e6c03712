/* After a restart: a recharge was cut off in the middle, and only the clerk can say whether the consumer is still here.
 */
#include "ui/screen/face.h"

#include <string.h>

#include "ui/screen/pay.h"
#include "ui/widget/dates.h"
#include "ui/widget/list.h"

#define READ_COLUMNS 70
#define FIRST_ROW    13
#define WORDS_END    70

enum answer { ANSWER_HERE, ANSWER_GONE, ANSWER_RETURNED, ANSWERS };

static const char *const answers[ANSWERS] = {
    [ANSWER_HERE] = N_("The consumer is here: go on, with the same token"),
    [ANSWER_GONE] = N_("The consumer has gone: it is finished by itself"),
    [ANSWER_RETURNED] = N_("The money was given back: a supervisor has to approve"),
};

struct resume {
	struct bt_sale_view view;
	char sale_id[37];
	bool known;
	struct bt_ui_list list;
};

/* Answered, or waited for too long: the screen of what it is now. */
static struct bt_ui_go look(struct resume *resume, struct bt_ui_desk *desk)
{
	memcpy(desk->sale_id, resume->sale_id, sizeof(desk->sale_id));
	resume->known = bt_ui_sale_view(desk, resume->sale_id, &resume->view);
	if (!resume->known) {
		return BT_GO(BT_GO_BACK);
	}
	if (resume->view.cut_off) {
		return BT_GO(BT_GO_STAY);
	}
	const struct bt_ui_screen *screen = bt_ui_sale_screen(&resume->view);
	return BT_GO_TO(BT_GO_SWAP, screen ? screen : &bt_ui_wait);
}

static void enter(void *self, struct bt_ui_desk *desk)
{
	struct resume *resume = self;
	memcpy(resume->sale_id, desk->sale_id, sizeof(resume->sale_id));
	bt_ui_list_reset(&resume->list, ANSWERS);
	(void)look(resume, desk);
}

static struct bt_ui_go answer(struct resume *resume, struct bt_ui_desk *desk)
{
	const struct bt_ui_shop *shop = desk->shop;
	const struct bt_quote *quote = &resume->view.sale.quote;
	enum bt_err err;
	if (resume->list.chosen == ANSWER_RETURNED) {
		desk->asked = BT_UI_ASK_REFUND;
		return BT_GO_TO(BT_GO_PUSH, &bt_ui_approve);
	}
	desk->outlook = shop->outlook(shop->self, &resume->view.consumer, quote->amount, quote->dues, &desk->denial);
	err = resume->list.chosen == ANSWER_HERE ? shop->take_up(shop->self, resume->sale_id)
						 : shop->let_wait(shop->self, resume->sale_id);
	if (err != BT_OK && err != BT_ESTATE) {
		bt_ui_note(desk, BT_INK_BAD, N_("Not done. Nothing was recorded. Call {1}."),
			   shop->enrolment->complaint, NULL);
	}
	return look(resume, desk);
}

static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	struct resume *resume = self;
	if (event->kind == BT_UI_EVENT_TICK) {
		return look(resume, desk);
	}
	if (event->press.key == BT_KEY_ENTER) {
		/* An Enter typed for another screen says nothing about this consumer. */
		return event->press.fresh ? answer(resume, desk) : BT_GO(BT_GO_IGNORED);
	}
	return BT_GO(bt_ui_list_move(&resume->list, event->press.key, ANSWERS) ? BT_GO_STAY : BT_GO_IGNORED);
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct resume *resume = self;
	char text[BT_DATE_BYTES];
	(void)desk;
	if (!resume->known) {
		return;
	}
	bt_ui_person(canvas, 3, &resume->view.consumer);
	bt_ui_numbers(canvas, 4, &resume->view.consumer);
	bt_ui_put(canvas, 6, BT_MARK_COL, BT_INK_OK | BT_BOLD, "✓");
	bt_ui_time_seconds(resume->view.sale.paid_at_ms, text);
	bt_ui_say(canvas, 6, BT_TEXT_LEFT, BT_INK_FACT, N_("Money is recorded, {1}."), text, NULL);
	bt_ui_rupees(resume->view.sale.quote.amount, false, text);
	bt_ui_put(canvas, 6, BT_BLOCK_COL, BT_INK_FACT | BT_BOLD, text);
	bt_ui_put(canvas, 8, BT_MARK_COL, BT_INK_WARN | BT_BOLD, "▲");
	int row = bt_ui_paragraph(canvas, 8, BT_TEXT_LEFT, READ_COLUMNS, BT_INK_WARN | BT_BOLD,
				  bt_ui_word(canvas, N_("This recharge was cut off before anything was given.")));
	bt_ui_put(canvas, row + 1, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD, bt_ui_word(canvas, N_("What became of it?")));
	for (int i = 0; i < ANSWERS; i++) {
		bool chosen = i == resume->list.chosen;
		if (chosen) {
			bt_ui_list_mark(canvas, FIRST_ROW + i, WORDS_END);
		}
		bt_ui_say_wide(canvas, FIRST_ROW + i, BT_TEXT_LEFT, BT_INK_FACT | (chosen ? BT_BOLD : 0u), answers[i],
			       NULL);
	}
	bt_ui_say_wide(canvas, FIRST_ROW + ANSWERS + 1, BT_TEXT_LEFT, BT_INK_QUIET,
		       N_("Without an answer it is finished by itself, 15 minutes after the payment."), NULL);
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Choose"), N_("Forward: accept, choose, next"), NULL},
    {"↑↓", N_("Move"), N_("Move in the list"), NULL},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_resume = {
    .id = "resume",
    .size = sizeof(struct resume),
    .tick_ms = 500,
    .scan = BT_SCAN_REFUSED,
    .keys = keys,
    .enter = enter,
    .draw = draw,
    .on_event = on_event,
};
