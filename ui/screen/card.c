/* The card: answer what the queue asks, and take the amount, on one screen. */
#include "ui/screen/face.h"

#include <string.h>

#include "ui/screen/ask.h"
#include "ui/screen/card_top.h"
#include "ui/screen/pay.h"
#include "ui/screen/till.h"
#include "ui/widget/field.h"

#define AMOUNT_COL    23
#define AMOUNT_DIGITS 7
#define CHOICE_STEP   14
/* A key change is looked for among so many: older ones are long keyed in. */
#define KEY_CHANGE_SALES 5
#define QUICK_COUNT      4
#define NOTHING_TO_SAY   "—" /* a slot stays where it is */

static const bt_paise quick_amounts[QUICK_COUNT] = {20000, 50000, 100000, 200000};

static const char *const towards_names[] = {
    [BT_TOWARDS_BALANCE] = N_("Balance"), [BT_TOWARDS_DUES] = N_("Dues"), [BT_TOWARDS_SPLIT] = N_("Split")};

struct card {
	struct bt_ui_field amount;
	enum bt_towards towards;
	bool has_quote;
	enum bt_err quote_err;
	struct bt_ui_asked_once asked;
	struct bt_ui_known known;
	char key_sale_id[37]; /* the newest sale whose slip brings the meter to its new key; "" none */
	char scanned[37];     /* the sale whose receipt was scanned; "" none */
};

static bt_paise dues_part(const struct card *card)
{
	return card->towards == BT_TOWARDS_DUES ? bt_ui_field_paise(&card->amount) : 0;
}

/* Gives and outlook follow every digit, before money is taken. */
static void recompute(struct card *card, struct bt_ui_desk *desk)
{
	const struct bt_ui_shop *shop = desk->shop;
	const struct bt_tariff *tariff = shop->tariff(shop->self);
	bt_paise amount = bt_ui_field_paise(&card->amount);
	desk->draft.amount = amount;
	desk->draft.dues = dues_part(card);
	card->quote_err = amount > 0
			      ? shop->quote(shop->self, &desk->draft.consumer, amount, desk->draft.dues, &desk->quote)
			      : BT_ERANGE;
	card->has_quote = card->quote_err == BT_OK;
	/* Before an amount is typed the least one says whether a token will come: that is known before the question. */
	bool typed = amount > 0 || !tariff;
	bt_paise likely = typed ? amount : tariff->minimum;
	desk->outlook =
	    shop->outlook(shop->self, &desk->draft.consumer, likely,
			  typed || card->towards != BT_TOWARDS_DUES ? desk->draft.dues : likely, &desk->denial);
}

/* Who did not key in the change of key comes back: the meter refuses every token until it has it. */
static void find_key_change(struct card *card, const struct bt_ui_desk *desk)
{
	struct bt_sale_view view;
	for (int i = 0; i < card->known.own_count && i < KEY_CHANGE_SALES && !card->key_sale_id[0]; i++) {
		const struct bt_sale_row *row = &card->known.own[i];
		if (row->stage == BT_STAGE_TOKENED && bt_ui_sale_view(desk, row->sale_id, &view) &&
		    view.key_tokens.count > 0 && strcmp(view.sale.meter, desk->draft.consumer.meter) == 0) {
			bt_text_copy(card->key_sale_id, sizeof(card->key_sale_id), row->sale_id);
		}
	}
}

/* The old receipt is in the consumer's hand: a copy of it is what was scanned for. */
static struct bt_ui_go print_scanned(const struct card *card, struct bt_ui_desk *desk)
{
	if (bt_ui_print_again(desk, card->scanned)) {
		bt_ui_note(desk, BT_INK_FACT, N_("Printing"), NULL);
	}
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go give_key_change(const struct card *card, struct bt_ui_desk *desk)
{
	if (card->scanned[0]) {
		return print_scanned(card, desk);
	}
	if (!card->key_sale_id[0]) {
		return BT_GO(BT_GO_IGNORED);
	}
	(void)bt_ui_print_again(desk, card->key_sale_id);
	desk->again.on_page = true;
	bt_text_copy(desk->sale_id, sizeof(desk->sale_id), card->key_sale_id);
	desk->from_list = true;
	return BT_GO_TO(BT_GO_PUSH, &bt_ui_token);
}

static void enter(void *self, struct bt_ui_desk *desk)
{
	struct card *card = self;
	const struct bt_ui_shop *shop = desk->shop;
	desk->draft.tender = bt_tender_kinds[0];
	desk->instead_of[0] = '\0';
	card->towards = desk->draft.consumer.kind == BT_KIND_DUES || desk->draft.consumer.postpaid ? BT_TOWARDS_DUES
												   : BT_TOWARDS_BALANCE;
	bt_text_copy(card->scanned, sizeof(card->scanned), desk->scanned);
	desk->scanned[0] = '\0';
	bt_ui_known_load(&card->known, desk);
	find_key_change(card, desk);
	if (desk->status.server != BT_BREAKER_OFFLINE) {
		shop->look_up(shop->self, desk->draft.consumer.number);
	}
	recompute(card, desk);
}

static struct bt_ui_go take_live(struct card *card, struct bt_ui_desk *desk)
{
	struct bt_consumer live;
	if (desk->shop->live(desk->shop->self, desk->draft.consumer.number, &live) == BT_OK) {
		desk->draft.consumer = live;
	}
	bt_ui_known_refresh(&card->known, desk);
	recompute(card, desk);
	return BT_GO(BT_GO_STAY);
}

/* Next or previous of the ready-made amounts, from wherever the amount stands. */
static void step_quick(struct card *card, struct bt_ui_desk *desk, int by)
{
	bt_paise now = bt_ui_field_paise(&card->amount);
	int best = -1;
	for (int i = 0; i < QUICK_COUNT; i++) {
		if (by > 0 && quick_amounts[i] > now) {
			best = i;
			break;
		}
		if (by < 0 && quick_amounts[i] < now) {
			best = i;
		}
	}
	if (best >= 0) {
		bt_ui_field_set_paise(&card->amount, quick_amounts[best]);
	}
	recompute(card, desk);
}

static struct bt_ui_go step_towards(struct card *card, struct bt_ui_desk *desk)
{
	const struct bt_consumer *consumer = &desk->draft.consumer;
	if (consumer->dues <= 0 && card->towards == BT_TOWARDS_BALANCE) {
		bt_ui_note(desk, BT_INK_WARN, N_("There are no dues to pay."), NULL);
		return BT_GO(BT_GO_STAY);
	}
	if (consumer->kind == BT_KIND_DUES || consumer->postpaid) {
		return BT_GO(BT_GO_STAY);
	}
	card->towards = (enum bt_towards)((card->towards + 1) % BT_TOWARDS_COUNT);
	recompute(card, desk);
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go step_tender(struct card *card, struct bt_ui_desk *desk)
{
	desk->draft.tender = bt_ui_next_tender(desk, desk->draft.tender);
	recompute(card, desk);
	return BT_GO(BT_GO_STAY);
}

static bool refuse_limits(struct card *card, struct bt_ui_desk *desk)
{
	char text[32];
	const struct bt_tariff *tariff = desk->shop->tariff(desk->shop->self);
	bt_paise amount = bt_ui_field_paise(&card->amount);
	bool all_dues = card->towards == BT_TOWARDS_DUES;
	if (amount == 0) {
		bt_ui_note(desk, BT_INK_WARN, N_("Type the amount first."), NULL);
		return true;
	}
	if (tariff && amount < tariff->minimum && !all_dues) {
		bt_money_format(tariff->minimum, text);
		bt_ui_note(desk, BT_INK_WARN, N_("At least ₹ {1}."), text, NULL);
		return true;
	}
	if (tariff && amount > tariff->maximum) {
		bt_money_format(tariff->maximum, text);
		bt_ui_note(desk, BT_INK_WARN, N_("At most ₹ {1} at one time."), text, NULL);
		return true;
	}
	if (all_dues && amount > desk->draft.consumer.dues) {
		bt_ui_note(desk, BT_INK_WARN, N_("More than the known dues is not taken. The rest goes to balance."),
			   NULL);
		card->towards = BT_TOWARDS_SPLIT;
		return true;
	}
	return false;
}

static struct bt_ui_go go_on(struct card *card, struct bt_ui_desk *desk)
{
	if (bt_consumer_is_blocked(&desk->draft.consumer)) {
		return BT_GO(BT_GO_IGNORED);
	}
	if (desk->status.stopped != BT_OK) {
		return BT_GO_TO(BT_GO_PUSH, &bt_ui_limit_used);
	}
	if (bt_ui_refuse_withdrawn(desk)) {
		return BT_GO(BT_GO_STAY);
	}
	recompute(card, desk);
	if (refuse_limits(card, desk)) {
		recompute(card, desk);
		return BT_GO(BT_GO_STAY);
	}
	if (card->has_quote && desk->quote.units == 0 && card->towards == BT_TOWARDS_BALANCE && desk->quote.fixed > 0) {
		bt_ui_note(desk, BT_INK_WARN, N_("The fixed charge takes all of this. Take more."), NULL);
		return BT_GO(BT_GO_STAY);
	}
	if (desk->outlook == BT_OUTLOOK_REFUSED || !card->has_quote) {
		bt_ui_say_denial(desk);
		return BT_GO(BT_GO_STAY);
	}
	if (bt_ui_refuse_cash(desk) || bt_ui_ask_once(desk, &card->asked)) {
		return BT_GO(BT_GO_STAY);
	}
	const struct bt_ui_screen *before = bt_ui_till_way(desk);
	if (before) {
		return BT_GO_TO(BT_GO_PUSH, before);
	}
	if (desk->outlook == BT_OUTLOOK_DOCKET) {
		bt_ui_say_denial(desk);
	}
	return BT_GO_TO(BT_GO_PUSH, card->towards == BT_TOWARDS_SPLIT ? &bt_ui_split : &bt_ui_confirm);
}

static struct bt_ui_go write_digit(struct card *card, struct bt_ui_desk *desk, uint32_t ch)
{
	if (ch == '.') {
		bt_ui_note(desk, BT_INK_WARN, N_("Only whole rupees."), NULL);
		return BT_GO(BT_GO_IGNORED);
	}
	if (!bt_ui_field_put_digit(&card->amount, ch, AMOUNT_DIGITS)) {
		bt_ui_note(desk, BT_INK_WARN, N_("The amount is not a number."), NULL);
		return BT_GO(BT_GO_IGNORED);
	}
	card->asked.repeat = false;
	recompute(card, desk);
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go press_char(struct card *card, struct bt_ui_desk *desk, uint32_t ch)
{
	switch (ch) {
	case '+':
	case '-':
		step_quick(card, desk, ch == '+' ? 1 : -1);
		return BT_GO(BT_GO_STAY);
	case '/':
		return step_towards(card, desk);
	case '*':
		return step_tender(card, desk);
	default:
		return write_digit(card, desk, ch);
	}
}

static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	struct card *card = self;
	if (event->kind == BT_UI_EVENT_TICK) {
		return take_live(card, desk);
	}
	switch (event->press.key) {
	case BT_KEY_ENTER:
		return go_on(card, desk);
	case BT_KEY_CHAR:
		return press_char(card, desk, event->press.ch);
	case BT_KEY_BACKSPACE:
		bt_ui_field_backspace(&card->amount);
		break;
	case BT_KEY_DELETE:
		bt_ui_field_clear(&card->amount);
		break;
	case BT_KEY_ESC:
		return BT_GO(BT_GO_BACK);
	case BT_KEY_F5:
		return give_key_change(card, desk);
	case BT_KEY_F6:
		return BT_GO_TO(BT_GO_PUSH, &bt_ui_history);
	case BT_KEY_UP:
	case BT_KEY_DOWN:
	case BT_KEY_PAGE_UP:
	case BT_KEY_PAGE_DOWN:
	case BT_KEY_SIDEWAYS:
		bt_ui_note(desk, BT_INK_WARN, N_("Num Lock is off."), NULL);
		return BT_GO(BT_GO_IGNORED);
	default:
		return BT_GO(BT_GO_IGNORED);
	}
	recompute(card, desk);
	return BT_GO(BT_GO_STAY);
}

/* ---- drawing ---- */

static void draw_quick(const struct card *card, struct bt_ui_canvas *canvas)
{
	bt_paise amount = bt_ui_field_paise(&card->amount);
	int col = bt_ui_put(canvas, 15, BT_VALUE_COL, BT_INK_QUIET, "+ −") + 4;
	for (int i = 0; i < QUICK_COUNT; i++) {
		char text[32];
		bt_money_format(quick_amounts[i], text);
		bool chosen = quick_amounts[i] == amount;
		col = bt_ui_put(canvas, 15, col, chosen ? BT_INK_FACT | BT_BOLD : (unsigned)BT_INK_QUIET, text) + 4;
	}
}

static void draw_choice(int row, int at, const char *key, bool possible, bool chosen, struct bt_ui_canvas *canvas)
{
	int col = BT_VALUE_COL + CHOICE_STEP * at;
	enum bt_ui_role role = possible ? BT_INK_QUIET : BT_INK_FAINT;
	if (chosen) {
		bt_ui_put(canvas, row, col - 2, BT_INK_FACT | BT_BOLD, "●");
	}
	bt_ui_put_clip(canvas, row, col, CHOICE_STEP - 2, chosen ? BT_INK_FACT | BT_BOLD : (unsigned)role,
		       bt_ui_word(canvas, key));
}

/* A bill meter has no balance to pay into, and where no dues are known there is nothing to divide. */
static bool is_possible(const struct bt_consumer *consumer, enum bt_towards towards)
{
	if (consumer->kind == BT_KIND_DUES || consumer->postpaid) {
		return towards == BT_TOWARDS_DUES;
	}
	return towards == BT_TOWARDS_BALANCE || consumer->dues > 0;
}

static void draw_choices(const struct card *card, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct bt_consumer *consumer = &desk->draft.consumer;
	bt_ui_label(canvas, 17, N_("Towards"));
	for (int i = 0; i < BT_TOWARDS_COUNT; i++) {
		draw_choice(17, i, towards_names[i], is_possible(consumer, (enum bt_towards)i), (int)card->towards == i,
			    canvas);
	}
	bt_ui_label(canvas, 19, N_("Pay by"));
	for (int i = 0; bt_tender_kinds[i] && BT_VALUE_COL + CHOICE_STEP * i + CHOICE_STEP - 2 <= 78; i++) {
		const struct bt_tender_kind *kind = bt_tender_kinds[i];
		draw_choice(19, i, kind->name, bt_ui_tender_is_open(desk, kind), desk->draft.tender == kind, canvas);
	}
}

/* With paise, or without where they would run into @p next. */
static void put_part(struct bt_ui_canvas *canvas, int row, int col, int next, const char *key, bt_paise paise)
{
	char figure[32], text[96];
	bt_money_format_full(paise, figure);
	(void)bt_words_format(canvas->words, canvas->lang, key, (const char *[]){figure, NULL}, text, sizeof(text));
	if (col + bt_text_columns(text) >= next) {
		bt_money_format(paise, figure);
	}
	bt_ui_say(canvas, row, col, BT_INK_QUIET, key, figure, NULL);
}

static void draw_gives(const struct card *card, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	char text[64];
	bt_ui_label(canvas, 21, N_("Gives"));
	if (!card->has_quote) {
		bt_ui_put(canvas, 21, BT_VALUE_COL, BT_INK_QUIET, NOTHING_TO_SAY);
		return;
	}
	bt_ui_units(canvas, desk->quote.units, text);
	bt_ui_put(canvas, 21, BT_VALUE_COL, BT_INK_FACT | BT_BOLD, text);
	put_part(canvas, 21, 34, 50, N_("energy {1}"), desk->quote.energy);
	put_part(canvas, 21, 50, 63, N_("duty {1}"), desk->quote.duty);
	put_part(canvas, 21, 63, 79, N_("dues {1}"), desk->quote.dues);
	/* What the month asks and gives stands above: most quotes have neither. */
	if (desk->quote.fixed > 0) {
		put_part(canvas, 20, 34, 63, N_("fixed charge {1}"), desk->quote.fixed);
	}
	if (desk->quote.free > 0) {
		bt_units_format(desk->quote.free, text);
		bt_ui_say(canvas, 20, BT_VALUE_COL, BT_INK_QUIET, N_("{1} free"), text, NULL);
	}
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct card *card = self;
	bt_ui_person(canvas, 3, &desk->draft.consumer);
	bt_ui_card_facts(desk, canvas);
	bt_ui_card_warning(&card->known, card->key_sale_id[0] != '\0', desk, canvas);
	bt_ui_label(canvas, 12, N_("Amount"));
	bt_ui_amount_draw(canvas, 11, BT_VALUE_COL, AMOUNT_COL, BT_INK_FACT, bt_ui_field_paise(&card->amount), true);
	draw_quick(card, canvas);
	draw_choices(card, desk, canvas);
	draw_gives(card, desk, canvas);
	if (canvas->cols >= BT_THIRD_FROM) {
		bt_ui_known_block(&card->known, desk, canvas);
	}
}

static bool show_key_change(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
			    char label[64])
{
	const struct card *card = self;
	(void)desk;
	if (card->scanned[0]) {
		(void)bt_text_copy(label, 64, bt_ui_word(canvas, N_("Print again")));
	}
	return card->scanned[0] || card->key_sale_id[0];
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Next"), N_("Forward: accept, choose, next"), NULL},
    {"+ −", N_("Amount"), N_("Next ready-made amount"), NULL},
    {"/", N_("Towards"), N_("Towards: balance, dues, split"), NULL},
    {"*", N_("Pay by"), N_("Pay by: cash, UPI, card, cheque, voucher"), bt_ui_show_ways},
    {"F5", N_("Key slip"), N_("The key change of this meter again: screen and slip"), show_key_change},
    {"F6", N_("History"), N_("More about this person"), NULL},
    {"Esc", N_("Back"), N_("One step back"), NULL},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_card = {
    .id = "card",
    .size = sizeof(struct card),
    .tick_ms = 500,
    .scan = BT_SCAN_STARTS,
    .keys = keys,
    .enter = enter,
    .draw = draw,
    .on_event = on_event,
};
