/* One payment of another channel: where the money is, what happened, and the one right thing to do. */
#include "ui/screen/stuck_rows.h"

#include <string.h>

#include "ui/screen/face.h"
#include "ui/screen/pay.h"
#include "ui/widget/dates.h"

#define SENTENCE_ROW 5
#define STEPS_ROW    7
#define DO_ROW       13
#define TIME_COL     BT_TEXT_LEFT
#define SIGN_COL     15
#define STEP_COL     19
#define READ_COLUMNS 56

struct stuck_one {
	struct bt_desk_verdict verdict;
	struct bt_consumer person;
	bool known; /* the person, by the list */
	bool has_claim;
	struct bt_claim claim;
	bool has_owed;
	struct bt_desk_owed owed;
	bool asking; /* the server makes the token */
	bool asking_again;
	bool replacing; /* a supervisor is asked for a new token */
};

/* What may be done is judged anew at each look: a server that goes away takes its word with it. */
static void look(struct stuck_one *one, const struct bt_ui_desk *desk)
{
	const struct bt_ui_enquiry *enquiry = desk->shop->enquiry;
	const struct bt_desk_payment *payment = &desk->payment;
	const struct bt_desk_owed *owed = NULL;
	int count = 0;
	one->verdict = bt_ui_stuck_judge(desk, payment);
	one->known = enquiry->person(enquiry->self, payment->connection, &one->person);
	if (!one->known) {
		memset(&one->person, 0, sizeof(one->person));
		one->person.name = payment->name;
		bt_text_copy(one->person.number, sizeof(one->person.number), payment->connection);
		bt_text_copy(one->person.meter, sizeof(one->person.meter), payment->meter);
	}
	one->has_claim = bt_ui_stuck_claim(desk, payment, &one->claim);
	one->has_owed = false;
	if (enquiry->owed(enquiry->self, &owed, &count)) {
		for (int i = 0; i < count; i++) {
			if (strcmp(owed[i].connection, payment->connection) == 0) {
				one->owed = owed[i];
				one->has_owed = true;
			}
		}
	}
}

static void enter(void *self, struct bt_ui_desk *desk)
{
	look(self, desk);
}

/* ---- what is done ---- */

/* What has come is shown as any other token or credit; what has not says why. */
static struct bt_ui_go follow(struct stuck_one *one, struct bt_ui_desk *desk)
{
	struct bt_docket_view docket;
	struct bt_sale_view view;
	desk->shop->docket_view(desk->shop->self, &docket);
	if (strcmp(docket.sale_id, desk->payment.sale_id) != 0 || docket.state == BT_DOCKET_ASKING) {
		return BT_GO(BT_GO_STAY);
	}
	one->asking = false;
	if (docket.state == BT_DOCKET_DELIVERED && bt_ui_sale_view(desk, docket.sale_id, &view)) {
		bt_text_copy(desk->sale_id, sizeof(desk->sale_id), docket.sale_id);
		desk->from_list = false;
		bt_ui_note_clear(desk);
		return BT_GO_TO(BT_GO_SWAP, bt_ui_sale_screen(&view));
	}
	switch (docket.state) {
	case BT_DOCKET_REFUSED:
		bt_ui_note(desk, BT_INK_BAD, N_("The server refused: {1}"), "", NULL);
		bt_ui_note_dual(desk, 0, docket.refusal_en, docket.refusal_hi);
		break;
	case BT_DOCKET_DIFFERS:
	case BT_DOCKET_UNRECORDED:
		bt_ui_note(desk, BT_INK_BAD, N_("Not done. Nothing was recorded. Call {1}."),
			   desk->shop->enrolment->complaint, NULL);
		break;
	default:
		bt_ui_note(desk, BT_INK_WARN, N_("The server has not answered. Ask again: it gives the same token."),
			   NULL);
		break;
	}
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go give_token(struct stuck_one *one, struct bt_ui_desk *desk)
{
	const struct bt_ui_enquiry *enquiry = desk->shop->enquiry;
	enum bt_err err = enquiry->finish(enquiry->self, &desk->payment);
	if (err == BT_OK) {
		one->asking = true;
		bt_ui_note(desk, BT_INK_FACT, N_("Asking the server"), NULL);
		return follow(one, desk);
	}
	bt_ui_note(desk, BT_INK_WARN, N_("The server cannot be asked now."), NULL);
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go open_claim(const struct stuck_one *one, struct bt_ui_desk *desk)
{
	const struct bt_desk_payment *payment = &desk->payment;
	desk->claim = (struct bt_claim){.amount = payment->amount, .paid_on_ms = payment->paid_at_ms};
	if (one->has_claim) {
		desk->claim = one->claim;
	}
	bt_text_copy(desk->claim.connection, sizeof(desk->claim.connection), payment->connection);
	bt_text_copy(desk->claim.utr, sizeof(desk->claim.utr), payment->utr);
	bt_text_copy(desk->claim.channel, sizeof(desk->claim.channel), payment->channel);
	return BT_GO_TO(BT_GO_PUSH, &bt_ui_claim);
}

/* Its docket once more: the claim is on record. */
static struct bt_ui_go print_claim(const struct stuck_one *one, struct bt_ui_desk *desk)
{
	const struct bt_ui_enquiry *enquiry = desk->shop->enquiry;
	if (enquiry->print(enquiry->self, one->claim.claim_id) == BT_OK) {
		bt_ui_note(desk, BT_INK_FACT, N_("Printing"), NULL);
	} else {
		bt_ui_note(desk, BT_INK_WARN, N_("The printer does not answer. F5 tries again."), NULL);
	}
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go order_back(struct bt_ui_desk *desk)
{
	desk->asked = BT_UI_ASK_ORDER;
	return BT_GO_TO(BT_GO_PUSH, &bt_ui_approve);
}

static struct bt_ui_go replace_token(struct stuck_one *one, struct bt_ui_desk *desk)
{
	desk->asked = BT_UI_ASK_REISSUE;
	one->replacing = true;
	return BT_GO_TO(BT_GO_PUSH, &bt_ui_approve);
}

/* The supervisor said yes: the server is asked, or has answered. */
static bool is_replacing(const struct stuck_one *one, const struct bt_ui_desk *desk)
{
	struct bt_docket_view docket;
	desk->shop->docket_view(desk->shop->self, &docket);
	return one->replacing && docket.refused_by[0] && docket.state != BT_DOCKET_READY &&
	       strcmp(docket.sale_id, desk->payment.sale_id) == 0;
}

/* The bank may have made up its mind. */
static struct bt_ui_go ask_again(struct stuck_one *one, struct bt_ui_desk *desk)
{
	const struct bt_ui_enquiry *enquiry = desk->shop->enquiry;
	if (enquiry->find(enquiry->self, desk->payment.payment_id) != BT_OK) {
		bt_ui_note(desk, BT_INK_WARN, N_("The server cannot be asked now."), NULL);
		return BT_GO(BT_GO_STAY);
	}
	one->asking_again = true;
	bt_ui_note(desk, BT_INK_FACT, N_("Asking the server"), NULL);
	return BT_GO(BT_GO_STAY);
}

static void take_again(struct stuck_one *one, struct bt_ui_desk *desk)
{
	const struct bt_desk_payment *found = NULL;
	int count = 0;
	if (desk->shop->enquiry->found(desk->shop->enquiry->self, &found, &count) == BT_DESK_ASKING) {
		return;
	}
	one->asking_again = false;
	bt_ui_note_clear(desk);
	for (int i = 0; i < count; i++) {
		if (strcmp(found[i].payment_id, desk->payment.payment_id) == 0) {
			desk->payment = found[i];
		}
	}
}

static bool may_order(const struct stuck_one *one)
{
	return one->verdict.act == BT_ACT_REFUND || one->verdict.act == BT_ACT_FINISH;
}

static struct bt_ui_go press_enter(struct stuck_one *one, struct bt_ui_desk *desk)
{
	switch (one->verdict.act) {
	case BT_ACT_FINISH:
		return give_token(one, desk);
	case BT_ACT_REISSUE:
		return replace_token(one, desk);
	case BT_ACT_REFUND:
		return order_back(desk);
	case BT_ACT_CLAIM:
		return open_claim(one, desk);
	case BT_ACT_WAIT_BANK:
	case BT_ACT_WAIT_CLAIM:
		return ask_again(one, desk);
	default:
		return BT_GO(BT_GO_IGNORED);
	}
}

static struct bt_ui_go press_key(struct stuck_one *one, struct bt_ui_desk *desk, enum bt_ui_key key)
{
	switch (key) {
	case BT_KEY_ENTER:
		return press_enter(one, desk);
	case BT_KEY_F5:
		return one->has_claim ? print_claim(one, desk) : open_claim(one, desk);
	case BT_KEY_F8:
		return may_order(one) ? order_back(desk) : BT_GO(BT_GO_IGNORED);
	case BT_KEY_F6:
		if (!one->known) {
			return BT_GO(BT_GO_IGNORED);
		}
		memset(&desk->draft, 0, sizeof(desk->draft));
		desk->draft.consumer = one->person;
		return BT_GO_TO(BT_GO_PUSH, &bt_ui_history);
	case BT_KEY_ESC:
		return BT_GO(BT_GO_BACK);
	default:
		return BT_GO(BT_GO_IGNORED);
	}
}

static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	struct stuck_one *one = self;
	if (event->kind == BT_UI_EVENT_TICK) {
		if (one->asking_again) {
			take_again(one, desk);
		}
		look(one, desk);
		if (is_replacing(one, desk)) {
			one->replacing = false;
			one->asking = true;
		}
		return one->asking ? follow(one, desk) : BT_GO(BT_GO_STAY);
	}
	if (one->asking && event->press.key != BT_KEY_ESC) {
		return BT_GO(BT_GO_IGNORED);
	}
	return press_key(one, desk, event->press.key);
}

/* ---- drawing ---- */

/* A payment says what it was and what the bank calls it. */
static void draw_step(const struct bt_desk_payment *payment, int at, int row, struct bt_ui_canvas *canvas)
{
	const struct bt_desk_step *step = &payment->step[at];
	char time[BT_DATE_BYTES], amount[48], utr[32];
	bt_ui_time_seconds(step->at_ms, time);
	bt_ui_put(canvas, row, TIME_COL, BT_INK_QUIET, time);
	bt_ui_put(canvas, row, SIGN_COL, step->good ? BT_INK_OK : BT_INK_BAD, step->good ? "✓" : "✕");
	int end = bt_ui_put(canvas, row, STEP_COL, BT_INK_FACT, bt_ui_word(canvas, step->says));
	if (at == 0) {
		bt_ui_rupees(payment->amount, false, amount);
		end = bt_ui_put(canvas, row, end + 2, BT_INK_FACT | BT_BOLD, amount);
		bt_ui_group_digits(payment->utr, utr);
		if (utr[0]) {
			bt_ui_say(canvas, row, end + 2, BT_INK_FACT, N_("UTR {1}"), utr, NULL);
		}
	}
}

static void draw_if_not(const struct stuck_one *one, const struct bt_ui_desk *desk, int row,
			struct bt_ui_canvas *canvas)
{
	char when[BT_DATE_BYTES];
	if (!one->has_claim && one->verdict.act == BT_ACT_CLAIM) {
		return; /* that is what is done now */
	}
	bt_ui_label(canvas, row, N_("If not"));
	if (one->has_claim && one->claim.answered) {
		bt_ui_date_near(canvas, one->claim.promised_ms, desk->status.now_ms, when);
		bt_ui_say_wide(canvas, row, BT_VALUE_COL, BT_INK_FACT, N_("Claim {1}, answer promised by {2}."),
			       one->claim.number, when, NULL);
	} else if (one->has_claim) {
		bt_ui_say_wide(canvas, row, BT_VALUE_COL, BT_INK_FACT,
			       N_("Claim {1}. It is sent as soon as the server is back."), one->claim.number, NULL);
	} else {
		bt_ui_say_wide(canvas, row, BT_VALUE_COL, BT_INK_FACT,
			       N_("F5 writes a claim: a docket, and a promised time."), NULL);
	}
}

static void draw_supply(const struct stuck_one *one, const struct bt_ui_desk *desk, int row,
			struct bt_ui_canvas *canvas)
{
	char when[BT_DATE_BYTES];
	if (one->has_owed) {
		bool late = one->owed.overdue || desk->status.now_ms > one->owed.due_ms;
		bt_ui_label(canvas, row, N_("Supply"));
		bt_ui_time(one->owed.due_ms, when);
		bt_ui_say_wide(canvas, row, BT_VALUE_COL, late ? BT_INK_WARN | BT_BOLD : BT_INK_FACT,
			       late ? N_("Was due back {1}. Call {2}.") : N_("Due back {1}."), when,
			       desk->shop->enrolment->complaint, NULL);
	} else if (one->known && one->person.supply_cut_at_ms > 0) {
		bt_ui_label(canvas, row, N_("Supply"));
		bt_ui_date_near(canvas, one->person.supply_cut_at_ms, desk->status.now_ms, when);
		bt_ui_say_wide(canvas, row, BT_VALUE_COL, BT_INK_FACT,
			       N_("Cut {1}. Should return within 20 min of the credit."), when, NULL);
	}
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct stuck_one *one = self;
	const struct bt_desk_payment *payment = &desk->payment;
	char amount[32], text[512];
	int row = STEPS_ROW;
	bt_ui_person(canvas, 2, &one->person);
	bt_ui_numbers(canvas, 3, &one->person);
	bt_ui_say_wide(canvas, SENTENCE_ROW, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD, one->verdict.sentence, NULL);
	for (int i = 0; i < payment->steps; i++) {
		draw_step(payment, i, row++, canvas);
	}
	row = row + 1 > DO_ROW ? row + 1 : DO_ROW;
	bt_money_format(payment->amount, amount);
	bt_ui_label(canvas, row, N_("Do now"));
	(void)bt_words_format(canvas->words, canvas->lang, one->verdict.now, (const char *[]){amount, NULL}, text,
			      sizeof(text));
	(void)bt_ui_paragraph(canvas, row, BT_VALUE_COL, READ_COLUMNS, BT_INK_FACT | BT_BOLD, text);
	draw_if_not(one, desk, row + 2, canvas);
	draw_supply(one, desk, row + 4, canvas);
}

static bool show_enter(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		       char label[64])
{
	static const char *const labels[BT_ACTS] = {
	    [BT_ACT_FINISH] = N_("Give the token"), [BT_ACT_REISSUE] = N_("New token"),
	    [BT_ACT_REFUND] = N_("Refund"),         [BT_ACT_CLAIM] = N_("Write a claim"),
	    [BT_ACT_WAIT_BANK] = N_("Ask again"),   [BT_ACT_WAIT_CLAIM] = N_("Ask again"),
	};
	const struct stuck_one *one = self;
	const char *key = labels[one->verdict.act];
	if (one->verdict.act == BT_ACT_FINISH && !desk->payment.meter[0]) {
		key = N_("Credit it now");
	}
	if (key) {
		bt_text_copy(label, 64, bt_ui_word(canvas, key));
	}
	return key && !one->asking;
}

static bool show_order(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		       char label[64])
{
	(void)desk;
	(void)canvas;
	(void)label;
	return may_order(self);
}

static bool show_person(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
			char label[64])
{
	(void)desk;
	(void)canvas;
	(void)label;
	return ((const struct stuck_one *)self)->known;
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Give the token"), N_("Do what stands beside Do now"), show_enter},
    {"F5", N_("Docket"), N_("Write a claim and print its docket"), NULL},
    {"F8", N_("Refund"), N_("Order the money back, with a supervisor"), show_order},
    {"F6", N_("History"), N_("More about this person"), show_person},
    {"Esc", N_("Back"), N_("One step back"), NULL},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_stuck_one = {
    .id = "stuck_one",
    .size = sizeof(struct stuck_one),
    .tick_ms = 200,
    .scan = BT_SCAN_STARTS,
    .keys = keys,
    .enter = enter,
    .draw = draw,
    .on_event = on_event,
};
