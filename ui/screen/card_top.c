#include "ui/screen/card_top.h"

#include <string.h>

#include "core/tariff/tariff.h"
#include "ui/screen/face.h"
#include "ui/screen/pay.h"
#include "ui/widget/dates.h"

#define REMARK_COLUMNS 11
#define ROW_COLUMNS    (78 - BT_TEXT_LEFT)
#define ROW_BYTES      512
#define NOTHING_TO_SAY "—" /* a slot stays where it is */
#define DAY_MS         INT64_C(86400000)

static void draw_balance(const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct bt_consumer *consumer = &desk->draft.consumer;
	char text[BT_DATE_BYTES], remark[BT_DATE_BYTES];
	int64_t now = desk->status.now_ms, days = bt_ui_days_ago(consumer->balance_at_ms, now);
	bt_ui_label_at(canvas, 5, BT_BLOCK_COL, BT_INK_QUIET, N_("Balance"));
	if (consumer->balance_at_ms == 0) {
		bt_ui_put_right(canvas, 5, BT_AMOUNT_END, BT_INK_QUIET, bt_ui_word(canvas, N_("Not known")));
		return;
	}
	bt_ui_rupees(consumer->balance, true, text);
	bt_ui_put_right(canvas, 5, BT_AMOUNT_END, consumer->balance < 0 ? BT_INK_BAD | BT_BOLD : (unsigned)BT_INK_FACT,
			text);
	if (days == 0) {
		bt_ui_time(consumer->balance_at_ms, remark);
		bt_ui_say(canvas, 5, BT_REMARK_COL, BT_INK_QUIET, N_("at {1}"), remark, NULL);
	} else if (days == 1) {
		const char *until = bt_ui_word(canvas, N_("until yesterday"));
		bt_ui_put(canvas, 5, BT_REMARK_COL, BT_INK_QUIET,
			  bt_text_columns(until) <= REMARK_COLUMNS ? until : bt_ui_word(canvas, N_("yesterday")));
	} else {
		bt_ui_date_short(canvas, consumer->balance_at_ms, remark);
		bt_ui_put_clip(canvas, 5, BT_REMARK_COL, 6, BT_INK_QUIET, remark);
	}
}

/* What keeps the light on until the office is open again. */
static void draw_safe(const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct bt_consumer *consumer = &desk->draft.consumer;
	const struct bt_tariff *tariff = desk->shop->tariff(desk->shop->self);
	struct bt_tariff_use use = {.category = consumer->category,
				    .balance = consumer->balance,
				    .dues_daily = consumer->dues_daily,
				    .daily_units = consumer->daily_units,
				    .free_left = consumer->free_left};
	char text[48];
	bool known = tariff && consumer->balance_at_ms != 0 && !consumer->postpaid;
	bt_paise safe = known ? bt_tariff_safe_amount(tariff, &use, desk->status.now_ms) : 0;
	bt_ui_label_at(canvas, 7, BT_BLOCK_COL, BT_INK_QUIET, N_("To be safe"));
	if (safe == 0) {
		bt_ui_put_right(canvas, 7, BT_AMOUNT_END, BT_INK_QUIET, NOTHING_TO_SAY);
		return;
	}
	bt_ui_rupees(safe, true, text);
	bt_ui_put_right(canvas, 7, BT_AMOUNT_END, BT_INK_FACT | BT_BOLD, text);
	bt_ui_put(canvas, 7, BT_REMARK_COL, BT_INK_QUIET, bt_ui_word(canvas, N_("or more")));
}

/* Free units are granted whole: "48", not "48.0"; a part is shown where there is one. */
static void whole_units(int64_t tenths, char out[32])
{
	if (tenths % 10 == 0) {
		bt_count_format(tenths / 10, out);
	} else {
		bt_units_format(tenths, out);
	}
}

void bt_ui_card_facts(const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct bt_consumer *consumer = &desk->draft.consumer;
	char text[48], other[48];
	bt_ui_label(canvas, 5, N_("Connection"));
	bt_ui_group_digits(consumer->number, text);
	bt_ui_put(canvas, 5, BT_VALUE_COL, BT_INK_FACT, text);
	bt_ui_label(canvas, 6, N_("Meter"));
	bt_ui_group_digits(consumer->meter, text);
	bt_ui_put(canvas, 6, BT_VALUE_COL, BT_INK_FACT, consumer->meter[0] ? text : bt_ui_word(canvas, N_("none")));
	if (consumer->postpaid) {
		bt_ui_put(canvas, 7, BT_VALUE_COL, BT_INK_FACT, bt_ui_word(canvas, N_("Bill meter (post-paid)")));
	} else if (consumer->free_of <= 0) {
		bt_ui_label(canvas, 7, N_("Free units"));
		bt_ui_put(canvas, 7, BT_VALUE_COL, BT_INK_QUIET, NOTHING_TO_SAY);
	} else {
		bt_ui_label(canvas, 7, N_("Free units"));
		whole_units(consumer->free_left, text);
		whole_units(consumer->free_of, other);
		bt_ui_say(canvas, 7, BT_VALUE_COL, BT_INK_FACT, N_("{1} of {2} left"), text, other, NULL);
	}
	draw_balance(desk, canvas);
	bt_ui_label_at(canvas, 6, BT_BLOCK_COL, BT_INK_QUIET, N_("Dues"));
	bt_ui_rupees(consumer->dues, true, text);
	bt_ui_put_right(canvas, 6, BT_AMOUNT_END, BT_INK_FACT, text);
	if (consumer->dues_daily > 0) {
		bt_money_format(consumer->dues_daily, text);
		bt_ui_say(canvas, 6, BT_REMARK_COL, BT_INK_QUIET, N_("₹ {1}/day"), text, NULL);
	}
	draw_safe(desk, canvas);
}

/* ---- row 9 ---- */

static void draw_warning(enum bt_ui_role role, const char *text, struct bt_ui_canvas *canvas)
{
	char wide[800];
	if (role == BT_INK_QUIET) {
		bt_ui_widen(text, wide, sizeof(wide));
	} else {
		bt_text_copy(wide, sizeof(wide), text);
		bt_ui_put(canvas, 9, BT_MARK_COL, role | BT_BOLD, role == BT_INK_BAD ? "✕" : "▲");
	}
	bt_ui_put_name(canvas, 9, BT_TEXT_LEFT, 78 - BT_TEXT_LEFT, role, wide);
}

static void say_warning(enum bt_ui_role role, const char *key, const char *arg, struct bt_ui_canvas *canvas)
{
	char text[512];
	(void)bt_words_format(canvas->words, canvas->lang, key, (const char *[]){arg, NULL}, text, sizeof(text));
	draw_warning(role, text, canvas);
}

/* For a second after the start; it would be a warning of something that is over before it is read. */
static bool is_opening_keys(const struct bt_ui_desk *desk)
{
	return desk->denial == BT_DENY_KEYS && !desk->status.keys_locked;
}

static int64_t days_left_of_month(int64_t now_ms)
{
	struct bt_civil now = bt_civil_of(now_ms, BT_INDIA_OFFSET_MINUTES);
	struct bt_civil next = {.year = now.year + now.month / 12, .month = now.month % 12 + 1, .day = 1};
	return (bt_civil_to_ms(next, BT_INDIA_OFFSET_MINUTES) - now_ms + DAY_MS - 1) / DAY_MS;
}

/* The free units last for the rest of the month, and nothing is owed. */
static bool is_month_free(const struct bt_consumer *consumer, int64_t now_ms)
{
	return consumer->free_left > 0 && consumer->daily_units > 0 && consumer->balance_at_ms != 0 &&
	       consumer->balance >= 0 && consumer->dues == 0 && !consumer->postpaid &&
	       consumer->daily_units * days_left_of_month(now_ms) <= consumer->free_left;
}

/* Supply is off, or owed back. @return true when that has been said. */
static bool warn_of_cut(const struct bt_ui_known *known, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct bt_consumer *consumer = &desk->draft.consumer;
	int64_t due = known->has_account ? known->account.reconnect_due_ms : 0;
	char when[BT_DATE_BYTES];
	if (due > 0 && consumer->supply_cut_at_ms > 0) {
		bt_ui_date_near(canvas, due, desk->status.now_ms, when);
		say_warning(BT_INK_WARN, N_("Paid. Supply is due back by {1}."), when, canvas);
	} else if (!consumer->takes_token && consumer->kind == BT_KIND_REMOTE && desk->outlook == BT_OUTLOOK_DOCKET) {
		say_warning(BT_INK_WARN, N_("Supply returns only after the server is back."), "", canvas);
	} else if (consumer->supply_cut_at_ms > 0) {
		bt_ui_date_near(canvas, consumer->supply_cut_at_ms, desk->status.now_ms, when);
		say_warning(BT_INK_WARN, N_("Supply is cut since {1}."), when, canvas);
	} else {
		return false;
	}
	return true;
}

/* What this sale will bring, where it is not what is usual. */
static bool warn_of_outlook(const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	int keys = desk->draft.consumer.key_change.tokens.count;
	char count[32];
	if (desk->outlook == BT_OUTLOOK_DOCKET && desk->denial != BT_DENY_NONE && !is_opening_keys(desk)) {
		say_warning(BT_INK_WARN, N_("No token now. Reason: {1}."),
			    bt_ui_word(canvas, bt_ui_reason_key(desk->denial)), canvas);
		return true;
	}
	if (keys > 0 && desk->outlook == BT_OUTLOOK_TOKEN) {
		bt_count_format(keys, count);
		say_warning(BT_INK_WARN, N_("New key for this meter: {1} more numbers are keyed in before the token."),
			    count, canvas);
		return true;
	}
	return false;
}

/* Where to go with it, when there is room to say so. */
static void say_where(const struct bt_ui_canvas *canvas, char text[ROW_BYTES])
{
	const char *where = bt_ui_word(canvas, N_("F4 opens it."));
	size_t len = strlen(text);
	if (bt_text_columns(text) + 2 + bt_text_columns(where) <= ROW_COLUMNS) {
		bt_text_printf(text + len, ROW_BYTES - len, "  %s", where);
	}
}

static bool warn_of_waiting(const struct bt_ui_known *known, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	char text[ROW_BYTES];
	if (!known->has_account || known->account.waiting_count == 0 || canvas->cols >= BT_THIRD_FROM) {
		return false; /* the third block says it */
	}
	bt_ui_known_waiting(canvas, &known->account.waiting[0], desk->status.now_ms, text, sizeof(text));
	say_where(canvas, text);
	draw_warning(BT_INK_WARN, text, canvas);
	return true;
}

/* Nothing is wrong: what is good to know. */
static void tell(const struct bt_ui_known *known, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct bt_account_notice *notice =
	    known->has_account ? bt_account_notice_now(&known->account, desk->status.now_ms) : NULL;
	if (notice && canvas->cols < BT_THIRD_FROM) {
		draw_warning(BT_INK_QUIET, bt_account_notice_text(notice, canvas->lang), canvas);
	} else if (is_month_free(&desk->draft.consumer, desk->status.now_ms)) {
		say_warning(BT_INK_QUIET, N_("No recharge is needed this month."), "", canvas);
	}
}

void bt_ui_card_warning(const struct bt_ui_known *known, bool key_given, const struct bt_ui_desk *desk,
			struct bt_ui_canvas *canvas)
{
	const struct bt_consumer *consumer = &desk->draft.consumer;
	char when[BT_DATE_BYTES];
	if (bt_consumer_is_blocked(consumer)) {
		say_warning(BT_INK_BAD, N_("Blocked by the office. Reason: {1}."),
			    bt_dual_get(&consumer->blocked, canvas->lang), canvas);
	} else if (warn_of_cut(known, desk, canvas) || warn_of_waiting(known, desk, canvas) ||
		   warn_of_outlook(desk, canvas)) {
		return;
	} else if (consumer->cut_from_ms > 0) {
		bt_ui_date_time(canvas, consumer->cut_from_ms, when);
		say_warning(BT_INK_WARN, N_("Supply may be cut from {1}."), when, canvas);
	} else if (key_given) {
		say_warning(BT_INK_QUIET, N_("A key change was given here. The meter refuses tokens? F5 repeats it."),
			    "", canvas);
	} else {
		tell(known, desk, canvas);
	}
}
