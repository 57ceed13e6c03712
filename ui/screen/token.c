/* The token: 20 digits that can be keyed into a meter from three metres away. */
#include "ui/screen/after.h"

#include <string.h>

#include "core/receipt/record.h"
#include "ui/screen/face.h"
#include "ui/widget/bigdigits.h"
#include "ui/widget/dates.h"
#include "ui/widget/frame.h"
#include "ui/widget/qr.h"

#define GROUPS    5
#define GROUP_LEN 4

struct token {
	struct bt_ui_after after;
	char coded[21]; /* the digits that qr holds */
	struct bt_qr qr;
	bool has_proof;
	struct bt_qr proof; /* the signed record, for windows that have room */
};

/* Where things stand, by the size of the window; the first that fits is used. */
static const struct layout {
	int rows, cols, first, step, digit_rows; /* digit_rows 3 or 5 */
	int number_col, digit_col;
	int facts_row, facts_col, money_row, money_col, receipt_col; /* receipt_col 0: not shown */
	int qr_row, qr_col, remark_col, proof_row, proof_col;        /* proof_row 0: no room for the whole record */
} layouts[] = {
    {42, 132, 3, 7, 5, 4, 8, 37, 64, 37, 104, 104, 5, 64, 64, 3, 64},
    {42, 80, 3, 7, 5, 4, 8, 3, 48, 5, 48, 0, 7, 48, 30, 0, 0},
    {36, 80, 2, 6, 5, 4, 8, 2, 48, 4, 48, 0, 6, 48, 30, 0, 0},
    {24, 80, 2, 4, 3, 4, 8, 2, 48, 4, 48, 0, 6, 48, 30, 0, 0},
};

/* The same when other tokens are keyed in first: they stand at the left, the recharge token at the right. */
static const struct layout layouts_after[] = {
    {42, 80, 4, 7, 5, 46, 49, 16, 4, 19, 4, 0, 22, 4, 30, 0, 0},
    {36, 80, 4, 6, 5, 46, 49, 16, 4, 19, 4, 0, 21, 4, 30, 0, 0},
    {26, 80, 4, 4, 3, 53, 56, 16, 4, 19, 4, 0, 21, 4, 30, 0, 0},
    {24, 80, 3, 4, 3, 53, 56, 16, 4, 19, 4, 0, 21, 4, 30, 0, 0},
};

#define FIRST_ROW        4
#define FIRST_STEP       2
#define FIRST_DIGITS_COL 15
#define REMARK_ROW       12
#define REMARK_COLUMNS   36

static void look(struct token *token, const struct bt_ui_desk *desk)
{
	bt_ui_after_look(&token->after, desk);
	const char *digits = token->after.view.token;
	if (token->after.known && digits[0] && strcmp(digits, token->coded) != 0 &&
	    bt_qr_encode(digits, BT_QR_Q, 1, &token->qr) == BT_OK) {
		bt_text_copy(token->coded, sizeof(token->coded), digits);
	}
}

static void enter(void *self, struct bt_ui_desk *desk)
{
	struct token *token = self;
	char text[BT_RECORD_TEXT_CAP];
	bt_ui_after_enter(&token->after, desk);
	look(token, desk);
	token->has_proof = desk->shop->proof(desk->shop->self, token->after.sale_id, text, sizeof(text)) == BT_OK &&
			   bt_qr_encode(text, BT_QR_M, 0, &token->proof) == BT_OK;
}

static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	struct token *token = self;
	if (event->kind == BT_UI_EVENT_TICK) {
		look(token, desk);
		return BT_GO(BT_GO_STAY);
	}
	return bt_ui_after_press(&token->after, desk, &event->press);
}

static const struct layout *find_layout(const struct bt_ui_canvas *canvas, bool after_others)
{
	const struct layout *layout = after_others ? layouts_after : layouts;
	while (layout->rows > canvas->rows || layout->cols > canvas->cols) {
		layout++;
	}
	return layout;
}

/* One group per line, numbered: a grid is read down by one person and across by another. */
static void draw_group(struct bt_ui_canvas *canvas, const struct layout *layout, int at, const char *digits)
{
	char number[2] = {(char)('1' + at), '\0'}, group[GROUP_LEN + 1];
	int row = layout->first + layout->step * at;
	bt_text_printf(group, sizeof(group), "%.*s", GROUP_LEN, digits + GROUP_LEN * at);
	bt_ui_put(canvas, row + layout->digit_rows / 2, layout->number_col, BT_INK_QUIET, number);
	if (layout->digit_rows == 5) {
		(void)bt_ui_digits5(canvas, row, layout->digit_col, BT_INK_FACT, group);
	} else if (canvas->plain) {
		(void)bt_ui_digits_spaced(canvas, row + 1, layout->digit_col, BT_INK_FACT, group);
	} else {
		(void)bt_ui_digits3(canvas, row, layout->digit_col, 2, BT_INK_FACT, group);
	}
}

/* What brings the meter to its new key: one token a line, in normal digits, because they are printed too. */
static void draw_first(const struct bt_key_tokens *tokens, const struct layout *layout, struct bt_ui_canvas *canvas)
{
	char count[8];
	bt_text_printf(count, sizeof(count), "%d", tokens->count);
	bt_ui_put(canvas, 2, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD,
		  bt_ui_word(canvas, N_("First key in these, one by one")));
	for (int i = 0; i < tokens->count; i++) {
		const char *t = tokens->digits[i];
		char at[8], digits[32];
		int row = FIRST_ROW + FIRST_STEP * i;
		bt_text_printf(at, sizeof(at), "%d", i + 1);
		bt_ui_say(canvas, row, BT_TEXT_LEFT, BT_INK_QUIET, N_("{1} of {2}"), at, count, NULL);
		bt_text_printf(digits, sizeof(digits), "%.4s  %.4s  %.4s  %.4s  %.4s", t, t + 4, t + 8, t + 12, t + 16);
		bt_ui_put(canvas, row, FIRST_DIGITS_COL, BT_INK_FACT | BT_BOLD, digits);
	}
	(void)bt_ui_paragraph(canvas, REMARK_ROW, BT_TEXT_LEFT, REMARK_COLUMNS, BT_INK_QUIET,
			      bt_ui_word(canvas, N_("Key change refused? Check the digits and key it in again. Refused "
						    "again: the meter has it; go on.")));
	bt_ui_put(canvas, 2, layout->number_col, BT_INK_FACT | BT_BOLD,
		  bt_ui_word(canvas, N_("Then the recharge token")));
}

static void draw_facts(const struct bt_sale_view *view, const struct layout *layout, struct bt_ui_canvas *canvas)
{
	char text[64], group[32];
	int row = layout->facts_row, col = layout->facts_col;
	int end = col < layout->number_col ? layout->number_col - 1 : canvas->cols - 2;
	bt_ui_put_name(canvas, row, col, end - col, BT_INK_FACT | BT_BOLD,
		       bt_dual_get(&view->consumer.name, canvas->lang));
	bt_ui_group_digits(view->sale.meter, group);
	bt_ui_say(canvas, row + 1, col, BT_INK_QUIET, N_("meter {1}"), group, NULL);
	bt_ui_rupees(view->sale.quote.amount, false, text);
	int next = bt_ui_put(canvas, layout->money_row, layout->money_col, BT_INK_FACT | BT_BOLD, text);
	bt_ui_units(canvas, view->sale.quote.units, text);
	bt_ui_put(canvas, layout->money_row, next + (layout->receipt_col ? 5 : 4), BT_INK_FACT | BT_BOLD, text);
	if (layout->receipt_col) {
		bt_ui_say(canvas, row + 1, layout->receipt_col, BT_INK_QUIET, N_("receipt {1}"), view->sale.receipt,
			  NULL);
	}
}

static void draw_remarks(const struct token *token, const struct bt_ui_desk *desk, const struct layout *layout,
			 struct bt_ui_canvas *canvas)
{
	const struct bt_sale_view *view = &token->after.view;
	char time[BT_DATE_BYTES], text[160];
	bool room = bt_ui_after_print_state(&token->after, desk, N_("Receipt printed."), canvas);
	if (room) {
		bt_ui_put(canvas, canvas->rows - 2, layout->remark_col, BT_INK_QUIET,
			  bt_ui_word(canvas, N_("Next scan or number starts the next person.")));
	}
	if (view->made_here) {
		bt_ui_time(view->tokened_at_ms, time);
		(void)bt_words_format(canvas->words, canvas->lang, N_("made here {1}"), (const char *[]){time, NULL},
				      text, sizeof(text));
		if (layout->receipt_col || layout->facts_col == BT_TEXT_LEFT) {
			bt_ui_put(canvas, canvas->rows - 3, layout->facts_col, BT_INK_QUIET, text);
		} else {
			bt_ui_put_right(canvas, canvas->rows - 3, 78, BT_INK_QUIET, text);
		}
	}
}

/* The whole signed record where it fits, otherwise the 20 digits. */
static void draw_qr(const struct token *token, const struct layout *layout, struct bt_ui_canvas *canvas)
{
	if (layout->proof_row && token->has_proof &&
	    bt_ui_qr_fits(canvas, &token->proof, layout->proof_row, layout->proof_col, layout->facts_row - 1)) {
		bt_ui_qr_draw(canvas, &token->proof, layout->proof_row, layout->proof_col);
	} else if (token->coded[0] &&
		   bt_ui_qr_fits(canvas, &token->qr, layout->qr_row, layout->qr_col, canvas->rows - 3)) {
		bt_ui_qr_draw(canvas, &token->qr, layout->qr_row, layout->qr_col);
	}
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct token *token = self;
	const struct bt_key_tokens *first = &token->after.view.key_tokens;
	const struct layout *layout = find_layout(canvas, first->count != 0);
	if (!token->after.known || strlen(token->after.view.token) != GROUPS * GROUP_LEN) {
		return;
	}
	for (int i = 0; i < GROUPS; i++) {
		draw_group(canvas, layout, i, token->after.view.token);
	}
	if (first->count != 0) {
		draw_first(first, layout, canvas);
	}
	draw_facts(&token->after.view, layout, canvas);
	draw_qr(token, layout, canvas);
	draw_remarks(token, desk, layout, canvas);
}

/* Other numbers that have to be keyed in first are read from the slip, in their order. */
static void payer(const void *self, const struct bt_ui_desk *desk, struct bt_ui_payer *out)
{
	const struct bt_sale_view *view = &((const struct token *)self)->after.view;
	if (!((const struct token *)self)->after.known || !view->token[0]) {
		return;
	}
	out->page = BT_PAYER_TOKEN;
	out->amount = view->sale.quote.amount;
	out->units = view->sale.quote.units;
	bt_ui_payer_name(out, &view->consumer, desk->lang);
	bt_text_copy(out->token, sizeof(out->token), view->key_tokens.count == 0 ? view->token : "");
}

const struct bt_ui_screen bt_ui_token = {
    .id = "token",
    .size = sizeof(struct token),
    .tick_ms = 200,
    .stands = true,
    .scan = BT_SCAN_STARTS,
    .keys = bt_ui_after_keys,
    .enter = enter,
    .draw = draw,
    .on_event = on_event,
    .payer = payer,
};
