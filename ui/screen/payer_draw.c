/* The pages of the second screen. Light ground, no frame, nothing to press. */
#include <string.h>

#include "ui/screen/face.h"
#include "ui/screen/payer.h"
#include "ui/widget/bigdigits.h"
#include "ui/widget/field.h"
#include "ui/widget/frame.h"
#include "ui/widget/qr.h"

#define GROUPS      5
#define GROUP_LEN   4
#define GROUP_STEP  4
#define DIGIT_COL   8
#define FACTS_COL   48
#define SMALL_QR    6 /* row of the token's QR */
#define SIDE_LEFT   2
#define SIDE_LEAST  35
#define SIDE_COLS   31
#define WIDE_COLS   74
#define TALL_ROWS   36
#define MINUTE_S    60
#define AMOUNT_ROW  10
#define AMOUNT_SIGN 4

static void put_middle(struct bt_ui_canvas *canvas, int row, unsigned style, const char *text)
{
	int col = (canvas->cols - bt_text_columns(text)) / 2;
	bt_ui_put(canvas, row, col > 0 ? col : 0, style, text);
}

/* One thing in both languages, Hindi first: between two persons nobody has chosen one. */
static void put_both(struct bt_ui_canvas *canvas, int row, const char *key)
{
	put_middle(canvas, row, BT_INK_FACT | BT_BOLD, bt_words_get(canvas->words, BT_LANG_HI, key));
	if (canvas->words) {
		put_middle(canvas, row + 1, BT_INK_QUIET, bt_words_get(canvas->words, BT_LANG_EN, key));
	}
}

static void draw_start(const struct bt_ui_payer *payer, struct bt_ui_canvas *canvas)
{
	(void)payer;
	put_both(canvas, 3, N_("Electricity recharge"));
}

static void draw_closed(const struct bt_ui_payer *payer, struct bt_ui_canvas *canvas)
{
	draw_start(payer, canvas);
	put_both(canvas, 10, N_("Please wait."));
}

static void draw_who(const struct bt_ui_payer *payer, int row, int col, int columns, struct bt_ui_canvas *canvas)
{
	char meter[16];
	bt_ui_put_name(canvas, row, col, columns, BT_INK_FACT | BT_BOLD, payer->name);
	if (payer->meter[0]) {
		bt_text_printf(meter, sizeof(meter), "…%s", payer->meter);
		bt_ui_say(canvas, row + 1, col, BT_INK_QUIET, N_("meter {1}"), meter, NULL);
	}
}

/* The sum in big digits with its words below. */
static void draw_sum(bt_paise paise, enum bt_ui_role role, struct bt_ui_canvas *canvas)
{
	char text[32], words[320];
	bt_money_format(paise, text);
	bt_ui_put(canvas, AMOUNT_ROW + 2, AMOUNT_SIGN, (unsigned)role | BT_BOLD, "₹");
	if (strchr(text, '.') || DIGIT_COL + bt_ui_digits5_columns(text) > canvas->cols - 2) {
		bt_ui_put(canvas, AMOUNT_ROW + 2, DIGIT_COL, (unsigned)role | BT_BOLD, text);
	} else {
		(void)bt_ui_digits5(canvas, AMOUNT_ROW, DIGIT_COL, role, text);
	}
	if (bt_money_words(paise, canvas->lang, words, sizeof(words)) == BT_OK) {
		bt_ui_put_clip(canvas, AMOUNT_ROW + 6, DIGIT_COL, canvas->cols - DIGIT_COL - 2, BT_INK_FACT, words);
	}
}

static void draw_confirm(const struct bt_ui_payer *payer, struct bt_ui_canvas *canvas)
{
	char units[64];
	bt_ui_put(canvas, 1, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD, bt_ui_word(canvas, N_("Is this your connection?")));
	draw_who(payer, 4, BT_TEXT_LEFT, canvas->cols - BT_TEXT_LEFT - 2, canvas);
	draw_sum(payer->amount, BT_INK_FACT, canvas);
	if (payer->units > 0) {
		bt_ui_units(canvas, payer->units, units);
		bt_ui_put(canvas, AMOUNT_ROW + 8, DIGIT_COL, BT_INK_FACT | BT_BOLD, units);
	}
}

static void draw_change(const struct bt_ui_payer *payer, struct bt_ui_canvas *canvas)
{
	char given[32], due[32];
	bt_ui_put(canvas, 1, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD, bt_ui_word(canvas, N_("You get back")));
	draw_who(payer, 4, BT_TEXT_LEFT, canvas->cols - BT_TEXT_LEFT - 2, canvas);
	draw_sum(payer->change, BT_INK_OK, canvas);
	bt_money_format(payer->given, given);
	bt_money_format(payer->amount, due);
	bt_ui_say(canvas, AMOUNT_ROW + 8, DIGIT_COL, BT_INK_QUIET, N_("({1} given, {2} to pay)"), given, due, NULL);
}

/* ---- paying by QR: words in the left side, as on the screen of the clerk ---- */

/* @return where the QR begins; 0: it has no room, and nothing of it may be drawn. */
static int place_qr(const struct bt_ui_canvas *canvas, const struct bt_qr *qr)
{
	int col = canvas->cols - bt_ui_qr_columns(qr);
	bool large = col > SIDE_LEAST + SIDE_LEFT;
	if (large) {
		col = SIDE_LEAST + (col - SIDE_LEAST) / 2;
	}
	return col >= SIDE_LEAST && bt_ui_qr_fits(canvas, qr, 0, col, canvas->rows - 1) ? col : 0;
}

static int place_whole_qr(const struct bt_ui_canvas *canvas, const struct bt_qr *qr, int *quiet)
{
	for (*quiet = BT_QR_QUIET; *quiet >= BT_QR_QUIET_LEAST; --*quiet) {
		int col = canvas->cols - bt_ui_qr_whole_columns(qr->modules, *quiet);
		if (col >= SIDE_LEAST && bt_ui_qr_whole_rows(qr->modules, *quiet) <= canvas->rows) {
			return col;
		}
	}
	return 0;
}

static bool draw_qr(const char *text, struct bt_ui_canvas *canvas)
{
	static const enum bt_qr_level levels[] = {BT_QR_M, BT_QR_L};
	for (int i = 0; i < 2; i++) {
		struct bt_qr qr;
		int quiet = 0;
		if (bt_qr_encode(text, levels[i], 0, &qr) != BT_OK) {
			continue;
		}
		int col = canvas->plain ? place_whole_qr(canvas, &qr, &quiet) : place_qr(canvas, &qr);
		if (col > 0 && canvas->plain) {
			bt_ui_qr_whole_draw(canvas, &qr, quiet, 0, col);
		} else if (col > 0) {
			bt_ui_qr_draw(canvas, &qr, 0, col);
		}
		if (col > 0) {
			return true;
		}
	}
	return false;
}

/* The heading has @p columns: where no QR stands beside it, those of a line that is read. */
static void draw_side(const struct bt_ui_payer *payer, const char *heading, enum bt_ui_role role, int columns,
		      struct bt_ui_canvas *canvas)
{
	char words[320];
	bt_ui_put(canvas, 1, SIDE_LEFT - 2, (unsigned)role | BT_BOLD, bt_ui_role_shape(role));
	(void)bt_ui_paragraph(canvas, 1, SIDE_LEFT, columns, (unsigned)role | BT_BOLD, bt_ui_word(canvas, heading));
	bt_ui_amount_draw(canvas, 4, SIDE_LEFT, SIDE_LEFT + 3, BT_INK_FACT, payer->amount, false);
	if (bt_money_words(payer->amount, canvas->lang, words, sizeof(words)) == BT_OK) {
		(void)bt_ui_paragraph(canvas, 8, SIDE_LEFT, SIDE_COLS, BT_INK_FACT, words);
	}
	bt_ui_put_name(canvas, 11, SIDE_LEFT, SIDE_COLS, BT_INK_QUIET, payer->name);
}

static void draw_pay(const struct bt_ui_payer *payer, struct bt_ui_canvas *canvas)
{
	char left[32];
	if (!draw_qr(payer->qr, canvas)) {
		draw_side(payer, N_("The QR comes on paper"), BT_INK_FACT, WIDE_COLS, canvas);
		return;
	}
	draw_side(payer, N_("Scan with your phone"), BT_INK_FACT, SIDE_COLS, canvas);
	bt_ui_put(canvas, 13, SIDE_LEFT, BT_INK_FACT | BT_BOLD, bt_ui_word(canvas, N_("Waiting for the money")));
	if (payer->left_s > 0) {
		bt_text_printf(left, sizeof(left), "%d:%02d", payer->left_s / MINUTE_S, payer->left_s % MINUTE_S);
		bt_ui_say(canvas, 14, SIDE_LEFT, BT_INK_QUIET, N_("{1} left"), left, NULL);
	}
	(void)bt_ui_paragraph(canvas, 17, SIDE_LEFT, SIDE_COLS, BT_INK_FACT,
			      bt_ui_word(canvas, N_("If money is taken, wait. Do not send again.")));
}

static void draw_asking(const struct bt_ui_payer *payer, struct bt_ui_canvas *canvas)
{
	draw_side(payer, N_("Please wait."), BT_INK_FACT, WIDE_COLS, canvas);
}

static void draw_doubt(const struct bt_ui_payer *payer, const char *heading, struct bt_ui_canvas *canvas)
{
	draw_side(payer, heading, BT_INK_WARN, WIDE_COLS, canvas);
	(void)bt_ui_paragraph(
	    canvas, 13, SIDE_LEFT, canvas->cols - 2 * SIDE_LEFT, BT_INK_FACT,
	    bt_ui_word(canvas, N_("If money was taken, it comes back or is credited within 5 days.")));
}

static void draw_unsure(const struct bt_ui_payer *payer, struct bt_ui_canvas *canvas)
{
	draw_doubt(payer, N_("Bank is unsure. Do not pay again."), canvas);
}

static void draw_failed(const struct bt_ui_payer *payer, struct bt_ui_canvas *canvas)
{
	draw_doubt(payer, N_("The bank said no. Please wait."), canvas);
}

static void draw_used_up(const struct bt_ui_payer *payer, struct bt_ui_canvas *canvas)
{
	draw_side(payer, N_("This QR is used up. Please wait."), BT_INK_WARN, WIDE_COLS, canvas);
}

static void draw_wait(const struct bt_ui_payer *payer, struct bt_ui_canvas *canvas)
{
	bt_ui_put(canvas, 1, BT_MARK_COL, BT_INK_OK | BT_BOLD, bt_ui_role_shape(BT_INK_OK));
	bt_ui_put(canvas, 1, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD,
		  bt_ui_word(canvas, N_("The money is here. Please wait.")));
	draw_who(payer, 4, BT_TEXT_LEFT, canvas->cols - BT_TEXT_LEFT - 2, canvas);
	draw_sum(payer->amount, BT_INK_OK, canvas);
}

/* ---- the token ---- */

static void draw_group(const char *token, int at, bool tall, struct bt_ui_canvas *canvas)
{
	char number[2] = {(char)('1' + at), '\0'}, group[GROUP_LEN + 1];
	int row = 1 + (tall ? GROUP_STEP + 2 : GROUP_STEP) * at;
	bt_text_printf(group, sizeof(group), "%.*s", GROUP_LEN, token + GROUP_LEN * at);
	bt_ui_put(canvas, row + (tall ? 2 : 1), BT_TEXT_LEFT, BT_INK_QUIET, number);
	if (tall) {
		(void)bt_ui_digits5(canvas, row, DIGIT_COL, BT_INK_FACT, group);
	} else if (canvas->plain) {
		(void)bt_ui_digits_spaced(canvas, row + 1, DIGIT_COL, BT_INK_FACT, group);
	} else {
		(void)bt_ui_digits3(canvas, row, DIGIT_COL, 2, BT_INK_FACT, group);
	}
}

static void draw_facts(const struct bt_ui_payer *payer, struct bt_ui_canvas *canvas)
{
	char amount[48], units[64], meter[16];
	bt_ui_rupees(payer->amount, false, amount);
	int col = bt_ui_put(canvas, 1, FACTS_COL, BT_INK_FACT | BT_BOLD, amount);
	if (payer->units > 0) {
		bt_ui_units(canvas, payer->units, units);
		bt_ui_put(canvas, 1, col + 4, BT_INK_FACT | BT_BOLD, units);
	}
	if (payer->meter[0]) {
		bt_text_printf(meter, sizeof(meter), "…%s", payer->meter);
		bt_ui_say(canvas, 2, FACTS_COL, BT_INK_QUIET, N_("meter {1}"), meter, NULL);
	}
	bt_ui_put_name(canvas, 3, FACTS_COL, canvas->cols - FACTS_COL - 2, BT_INK_QUIET, payer->name);
}

static void draw_token(const struct bt_ui_payer *payer, struct bt_ui_canvas *canvas)
{
	struct bt_qr qr;
	draw_facts(payer, canvas);
	if (!payer->token[0]) {
		(void)bt_ui_paragraph(canvas, 6, BT_TEXT_LEFT, canvas->cols - 2 * BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD,
				      bt_ui_word(canvas, N_("Key in all the numbers on the slip, in their order.")));
		return;
	}
	for (int i = 0; i < GROUPS; i++) {
		draw_group(payer->token, i, canvas->rows >= TALL_ROWS, canvas);
	}
	if (bt_qr_encode(payer->token, BT_QR_M, 0, &qr) == BT_OK &&
	    bt_ui_qr_fits(canvas, &qr, SMALL_QR, FACTS_COL, canvas->rows - 3)) {
		bt_ui_qr_draw(canvas, &qr, SMALL_QR, FACTS_COL);
	}
	bt_ui_say_wide(canvas, canvas->rows - 2, BT_TEXT_LEFT, BT_INK_FACT,
		       N_("Key these 20 digits into the meter, then the blue button."), NULL);
}

void bt_ui_payer_draw(const struct bt_ui_payer *payer, struct bt_ui_canvas *canvas)
{
	static void (*const pages[BT_PAYER_PAGES])(const struct bt_ui_payer *, struct bt_ui_canvas *) = {
	    [BT_PAYER_START] = draw_start,   [BT_PAYER_CLOSED] = draw_closed,   [BT_PAYER_CONFIRM] = draw_confirm,
	    [BT_PAYER_CHANGE] = draw_change, [BT_PAYER_ASKING] = draw_asking,   [BT_PAYER_QR] = draw_pay,
	    [BT_PAYER_UNSURE] = draw_unsure, [BT_PAYER_USED_UP] = draw_used_up, [BT_PAYER_FAILED] = draw_failed,
	    [BT_PAYER_WAIT] = draw_wait,     [BT_PAYER_TOKEN] = draw_token,
	};
	canvas->lang = payer->lang;
	if (canvas->rows < BT_SCREEN_ROWS || canvas->cols < BT_SCREEN_COLS) {
		bt_ui_too_small(canvas);
		return;
	}
	pages[payer->page](payer, canvas);
	if (payer->training) {
		const char *text = bt_ui_word(canvas, N_("TRAINING · NO VALUE"));
		int row = canvas->rows - 1;
		bt_ui_fill(canvas, row, 0, canvas->cols, BT_ON_TRAINING);
		put_middle(canvas, row, BT_INK_FACT | BT_BOLD, text);
	}
}
