#include "ui/screen/known.h"

#include <string.h>

#include "ui/screen/face.h"
#include "ui/screen/pay.h"
#include "ui/widget/dates.h"

#define OUTCOME_COL   27 /* from the beginning of a row */
#define BLOCK_COLUMNS 44 /* of the third block */
#define BLOCK_PAST    5
#define NOTHING       "—"

static const char *const channel_names[BT_CHANNEL_COUNT] = {[BT_CHANNEL_OTHER] = N_("elsewhere"),
							    [BT_CHANNEL_COUNTER] = "",
							    [BT_CHANNEL_APP] = N_("app"),
							    [BT_CHANNEL_UPI] = N_("UPI"),
							    [BT_CHANNEL_WEB] = N_("web")};

static const char *outcome_of(const struct bt_account_recharge *row)
{
	bool token = strcmp(row->delivery, "token") == 0;
	if (row->state == BT_RECHARGE_IN_METER) {
		return N_("in the meter");
	}
	if (row->state == BT_RECHARGE_NOT_GIVEN && row->channel != BT_CHANNEL_COUNTER) {
		return N_("not given");
	}
	if (row->state == BT_RECHARGE_NOT_GIVEN) {
		return token ? N_("token not given") : N_("credit waits");
	}
	if (token) {
		return N_("token given");
	}
	return strcmp(row->delivery, "dues") == 0 ? N_("to dues") : N_("balance");
}

/* What the server knows of one that this counter took: it may be further than this record. */
static void improve(struct bt_ui_past *past, const struct bt_sale_row *own, const struct bt_account_recharge *row)
{
	bool given = own->stage == BT_STAGE_TOKENED || own->stage == BT_STAGE_CREDITED;
	if (row->state == BT_RECHARGE_IN_METER || (row->state == BT_RECHARGE_GIVEN && !given)) {
		past->outcome = outcome_of(row);
	}
}

static int find_own(const struct bt_ui_known *known, const struct bt_account_recharge *row)
{
	for (int i = 0; i < known->own_count; i++) {
		if (known->own[i].paid_at_ms == row->at_ms && known->own[i].amount == row->amount) {
			return i;
		}
	}
	return -1;
}

/* In its place by time; the oldest falls off the end. */
static void insert(struct bt_ui_known *known, const struct bt_ui_past *past)
{
	int at = 0;
	while (at < known->past_count && known->past[at].at_ms >= past->at_ms) {
		at++;
	}
	if (at >= BT_KNOWN_PAST) {
		return;
	}
	int behind = (known->past_count < BT_KNOWN_PAST ? known->past_count : BT_KNOWN_PAST - 1) - at;
	memmove(&known->past[at + 1], &known->past[at], (size_t)behind * sizeof(known->past[0]));
	known->past[at] = *past;
	known->past_count = at + behind + 1;
}

/* What an offline sale came to in the end, and the month's fixed charge (PROTOCOL S8): owed above 0, else given back.
 */
static void add_charges(struct bt_ui_known *known)
{
	static const char *const names[BT_CHARGES] = {
	    [BT_CHARGE_SLAB] = N_("Slab difference, {1}"), [BT_CHARGE_FIXED] = N_("Fixed charge, {1}")};
	for (int i = 0; known->has_account && i < known->account.charge_count; i++) {
		const struct bt_account_charge *row = &known->account.charges[i];
		insert(known, &(struct bt_ui_past){.at_ms = row->at_ms,
						   .amount = row->amount,
						   .channel = BT_CHANNEL_COUNTER,
						   .outcome = names[row->what],
						   .month = row->of,
						   .own = -1});
	}
}

/* The record says that a payment was asked for; that nothing came is the bank's word. */
static const char *outcome_of_own(const struct bt_ui_desk *desk, const struct bt_sale_row *row)
{
	const struct bt_ui_upi *upi = desk->shop->upi;
	struct bt_upi_view view;
	if (row->stage == BT_STAGE_TENDERING && upi && upi->view(upi->self, row->sale_id, &view) == BT_OK &&
	    view.nothing_came) {
		return N_("not paid");
	}
	return bt_ui_outcome_key(row);
}

static void merge(struct bt_ui_known *known, const struct bt_ui_desk *desk)
{
	known->past_count = 0;
	for (int i = 0; i < known->own_count; i++) {
		const struct bt_sale_row *row = &known->own[i];
		insert(known, &(struct bt_ui_past){.at_ms = row->paid_at_ms,
						   .amount = row->amount,
						   .channel = BT_CHANNEL_COUNTER,
						   .outcome = outcome_of_own(desk, row),
						   .own = i});
	}
	for (int i = 0; known->has_account && i < known->account.recharge_count; i++) {
		const struct bt_account_recharge *row = &known->account.recharges[i];
		int own = find_own(known, row);
		for (int j = 0; j < known->past_count && own >= 0; j++) {
			if (known->past[j].own == own) {
				improve(&known->past[j], &known->own[own], row);
			}
		}
		if (own < 0) {
			insert(known, &(struct bt_ui_past){.at_ms = row->at_ms,
							   .amount = row->amount,
							   .channel = row->channel,
							   .outcome = outcome_of(row),
							   .own = -1});
		}
	}
	add_charges(known);
}

static bool read_account(struct bt_ui_known *known, const struct bt_ui_desk *desk)
{
	const struct bt_ui_shop *shop = desk->shop;
	int64_t before = known->has_account ? known->account.time_ms : -1;
	if (!shop->accounts ||
	    shop->accounts->find(shop->self, desk->draft.consumer.number, &known->account) != BT_OK) {
		return false;
	}
	known->has_account = true;
	return known->account.time_ms != before;
}

void bt_ui_known_load(struct bt_ui_known *known, const struct bt_ui_desk *desk)
{
	const struct bt_ui_shop *shop = desk->shop;
	known->has_account = false;
	if (shop->history(shop->self, &desk->draft.consumer, BT_KNOWN_PAST, known->own, &known->own_count) != BT_OK) {
		known->own_count = 0;
	}
	(void)read_account(known, desk);
	merge(known, desk);
}

void bt_ui_known_refresh(struct bt_ui_known *known, const struct bt_ui_desk *desk)
{
	if (read_account(known, desk)) {
		merge(known, desk);
	}
}

/* "Slab difference, November 2026"; of a payment how it ended, and where it was made when not at a counter. */
static void name_past(const struct bt_ui_canvas *canvas, const struct bt_ui_past *past, char *out, size_t cap)
{
	const char *channel = channel_names[past->channel];
	char month[BT_DATE_BYTES];
	if (past->month) {
		bt_ui_month(canvas, past->month, month);
		(void)bt_words_format(canvas->words, canvas->lang, past->outcome, (const char *[]){month, NULL}, out,
				      cap);
		return;
	}
	bool elsewhere = channel[0] != '\0';
	bt_text_printf(out, cap, "%s%s%s", elsewhere ? bt_ui_word(canvas, channel) : "", elsewhere ? ", " : "",
		       bt_ui_word(canvas, past->outcome));
}

void bt_ui_known_past(const struct bt_ui_known *known, struct bt_ui_canvas *canvas, int row, int col, int from, int max,
		      int chosen)
{
	row -= from;
	for (int i = from; i < known->past_count && i < from + max; i++) {
		const struct bt_ui_past *past = &known->past[i];
		char text[BT_DATE_BYTES];
		bt_ui_date_short(canvas, past->at_ms, text);
		bt_ui_put_clip(canvas, row + i, col, 13, BT_INK_FACT | (i == chosen ? BT_BOLD : 0u), text);
		bt_ui_rupees(past->amount, past->month != 0, text);
		bt_ui_put_right(canvas, row + i, col + 23, BT_INK_FACT, text);
		name_past(canvas, past, text, sizeof(text));
		bt_ui_put_name(canvas, row + i, col + OUTCOME_COL, canvas->cols - 2 - col - OUTCOME_COL, BT_INK_QUIET,
			       text);
	}
}

void bt_ui_known_since(const struct bt_ui_known *known, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas,
		       int row, int col)
{
	char when[BT_DATE_BYTES];
	if (desk->status.server != BT_BREAKER_OFFLINE) {
		return;
	}
	if (!known->has_account) {
		bt_ui_put(canvas, row, col, BT_INK_QUIET, bt_ui_word(canvas, N_("this counter only")));
		return;
	}
	bt_ui_date_near(canvas, known->account.time_ms, desk->status.now_ms, when);
	bt_ui_say(canvas, row, col, BT_INK_QUIET, N_("as of {1}"), when, NULL);
}

void bt_ui_known_waiting(const struct bt_ui_canvas *canvas, const struct bt_account_waiting *waiting, int64_t now_ms,
			 char *out, size_t cap)
{
	static const char *const keys[BT_CHANNEL_COUNT] = {
	    [BT_CHANNEL_OTHER] = N_("₹ {1} paid elsewhere {2}, not yet in the meter."),
	    [BT_CHANNEL_COUNTER] = N_("₹ {1} paid at a counter {2}, not yet in the meter."),
	    [BT_CHANNEL_APP] = N_("₹ {1} paid in the app {2}, not yet in the meter."),
	    [BT_CHANNEL_UPI] = N_("₹ {1} paid by UPI {2}, not yet in the meter."),
	    [BT_CHANNEL_WEB] = N_("₹ {1} paid on the website {2}, not yet in the meter."),
	};
	const char *key =
	    waiting->unsure ? N_("₹ {1} paid {2}: the bank is unsure. Do not pay again.") : keys[waiting->channel];
	char amount[32], when[BT_DATE_BYTES], at[BT_DATE_BYTES];
	bt_money_format(waiting->amount, amount);
	bt_ui_date_near(canvas, waiting->paid_at_ms, now_ms, when);
	if (bt_ui_days_ago(waiting->paid_at_ms, now_ms) == 0) {
		(void)bt_words_format(canvas->words, canvas->lang, N_("at {1}"), (const char *[]){when, NULL}, at,
				      sizeof(at));
	} else {
		bt_text_copy(at, sizeof(at), when);
	}
	(void)bt_words_format(canvas->words, canvas->lang, key, (const char *[]){amount, at, NULL}, out, cap);
}

/* ---- the third block ---- */

static int draw_waiting(const struct bt_ui_known *known, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas,
			int row)
{
	char text[512];
	bt_ui_put(canvas, row, BT_THIRD_COL, BT_INK_QUIET, bt_ui_word(canvas, N_("Waiting elsewhere")));
	if (known->account.waiting_count == 0) {
		bt_ui_put(canvas, row + 2, BT_THIRD_COL, BT_INK_QUIET, NOTHING);
		return row + 3;
	}
	bt_ui_put(canvas, row + 2, BT_THIRD_COL - 2, BT_INK_WARN | BT_BOLD, "▲");
	bt_ui_known_waiting(canvas, &known->account.waiting[0], desk->status.now_ms, text, sizeof(text));
	size_t len = strlen(text);
	bt_text_printf(text + len, sizeof(text) - len, " %s", bt_ui_word(canvas, N_("F4 opens it.")));
	return bt_ui_paragraph(canvas, row + 2, BT_THIRD_COL, BLOCK_COLUMNS, BT_INK_FACT, text);
}

static int draw_notice(const struct bt_ui_known *known, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas,
		       int row)
{
	const struct bt_account_notice *notice = bt_account_notice_now(&known->account, desk->status.now_ms);
	bt_ui_put(canvas, row, BT_THIRD_COL, BT_INK_QUIET, bt_ui_word(canvas, N_("Notice")));
	if (!notice) {
		bt_ui_put(canvas, row + 2, BT_THIRD_COL, BT_INK_QUIET, NOTHING);
		return row + 3;
	}
	return bt_ui_paragraph(canvas, row + 2, BT_THIRD_COL, BLOCK_COLUMNS, BT_INK_FACT,
			       bt_account_notice_text(notice, canvas->lang));
}

static void draw_others(const struct bt_ui_known *known, struct bt_ui_canvas *canvas, int row)
{
	bt_ui_put(canvas, row, BT_THIRD_COL, BT_INK_QUIET, bt_ui_word(canvas, N_("Same person")));
	if (known->account.other_count == 0) {
		bt_ui_put(canvas, row + 2, BT_THIRD_COL, BT_INK_QUIET, NOTHING);
	}
	for (int i = 0; i < known->account.other_count && row + 2 + i < canvas->rows - 2; i++) {
		const struct bt_account_other *other = &known->account.others[i];
		char number[32];
		bt_ui_group_digits(other->number, number);
		bt_ui_put(canvas, row + 2 + i, BT_THIRD_COL, BT_INK_FACT, number);
		bt_ui_put_name(canvas, row + 2 + i, BT_THIRD_COL + 17, BLOCK_COLUMNS - 17, BT_INK_FACT,
			       bt_dual_get(&other->place, canvas->lang));
	}
}

/* Where the design has them when what stands above is as short as usual. */
static int below(int usual, int end)
{
	return end + 1 > usual ? end + 1 : usual;
}

void bt_ui_known_block(const struct bt_ui_known *known, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	int col = bt_ui_put(canvas, 3, BT_THIRD_COL, BT_INK_QUIET, bt_ui_word(canvas, N_("Last recharges")));
	bt_ui_known_since(known, desk, canvas, 3, col + 2);
	bt_ui_known_past(known, canvas, 5, BT_THIRD_COL, 0, BLOCK_PAST, -1);
	if (!known->has_account) {
		return;
	}
	int end = draw_waiting(known, desk, canvas, 12);
	end = draw_notice(known, desk, canvas, below(17, end));
	draw_others(known, canvas, below(23, end + 1));
}

struct bt_ui_go bt_ui_known_open(struct bt_ui_desk *desk, const char *number)
{
	const struct bt_ui_shop *shop = desk->shop;
	struct bt_consumer consumer;
	if (shop->accounts->connection(shop->self, number, &consumer) != BT_OK) {
		bt_ui_note(desk, BT_INK_WARN,
			   N_("This number is not in our list. It can be tried when the server is up."), NULL);
		return BT_GO(BT_GO_STAY);
	}
	memset(&desk->draft, 0, sizeof(desk->draft));
	desk->draft.consumer = consumer;
	return BT_GO_TO(BT_GO_ANEW, &bt_ui_card);
}
