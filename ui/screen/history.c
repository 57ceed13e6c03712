/* More about one person: what was paid through every channel, what is stuck elsewhere, notices, other connections. */
#include "ui/screen/face.h"

#include "ui/screen/known.h"
#include "ui/screen/pay.h"
#include "ui/widget/list.h"

#define HEAD_ROW   5
#define FIRST_ROW  6
#define LAST_ROW   21 /* of the content at 24 rows */
#define LIST_END   60
#define PLACE_COL  (BT_TEXT_LEFT + 17)
#define PAST_LEAST 4
#define COLUMNS    72
#define PAGE       6 /* rows of PgUp and PgDn: what was at the edge stays in view */

struct history {
	struct bt_ui_list list; /* payments, then other connections */
	struct bt_ui_known known;
};

/* How many rows what stands below the payments takes. */
static int rows_below(const struct bt_ui_known *known, int64_t now_ms)
{
	const struct bt_account *account = &known->account;
	if (!known->has_account) {
		return 0;
	}
	return (account->waiting_count > 0 ? account->waiting_count + 2 : 0) +
	       (bt_account_notice_now(account, now_ms) ? 3 : 0) +
	       (account->other_count > 0 ? account->other_count + 2 : 0);
}

/* Payments in view: as many as fit, for what waits and who else there is must not be pushed off the page. */
static int past_room(const struct bt_ui_known *known, int64_t now_ms)
{
	int room = LAST_ROW - FIRST_ROW + 1 - rows_below(known, now_ms);
	if (room < PAST_LEAST) {
		room = PAST_LEAST;
	}
	return known->past_count < room ? known->past_count : room;
}

/* The first of @p count rows to be seen in @p room of them, with the @p chosen one in view. */
static int first_seen(int chosen, int count, int room)
{
	int last = chosen < count ? chosen : count - 1;
	return last >= room ? last - room + 1 : 0;
}

static int count_others(const struct bt_ui_known *known)
{
	return known->has_account ? known->account.other_count : 0;
}

static void enter(void *self, struct bt_ui_desk *desk)
{
	struct history *history = self;
	bt_ui_known_load(&history->known, desk);
	bt_ui_list_reset(&history->list, history->known.past_count + count_others(&history->known));
}

static struct bt_ui_go refresh(struct history *history, struct bt_ui_desk *desk)
{
	int chosen = history->list.chosen;
	bt_ui_known_refresh(&history->known, desk);
	int count = history->known.past_count + count_others(&history->known);
	if (count != history->list.count) {
		bt_ui_list_reset(&history->list, count);
		history->list.chosen = chosen < count ? chosen : 0;
	}
	return BT_GO(BT_GO_STAY);
}

/* The chosen payment when it is this counter's own; NULL otherwise. */
static const struct bt_sale_row *find_own(const struct history *history)
{
	int at = history->list.chosen;
	if (at >= history->known.past_count || history->known.past[at].own < 0) {
		return NULL;
	}
	return &history->known.own[history->known.past[at].own];
}

static struct bt_ui_go print_again(const struct history *history, struct bt_ui_desk *desk)
{
	const struct bt_sale_row *own = find_own(history);
	if (!own) {
		bt_ui_note(desk, BT_INK_WARN, N_("Only what was taken at this counter is printed again here."), NULL);
		return BT_GO(history->list.count > 0 ? BT_GO_STAY : BT_GO_IGNORED);
	}
	if (bt_ui_print_again(desk, own->sale_id)) {
		bt_ui_note(desk, BT_INK_FACT, N_("Printing"), NULL);
	}
	return BT_GO(BT_GO_STAY);
}

/* The slip is lost and there is no printer: the digits can still be read. Another connection begins anew. */
static struct bt_ui_go open_chosen(const struct history *history, struct bt_ui_desk *desk)
{
	int other = history->list.chosen - history->known.past_count;
	const struct bt_sale_row *own = find_own(history);
	struct bt_sale_view view;
	if (history->list.count > 0 && other >= 0) {
		return bt_ui_known_open(desk, history->known.account.others[other].number);
	}
	if (!own || !bt_ui_sale_view(desk, own->sale_id, &view) || !bt_ui_sale_screen(&view)) {
		return BT_GO(BT_GO_IGNORED);
	}
	bt_text_copy(desk->sale_id, sizeof(desk->sale_id), own->sale_id);
	desk->from_list = true;
	return BT_GO_TO(BT_GO_PUSH, bt_ui_sale_screen(&view));
}

static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	struct history *history = self;
	if (event->kind == BT_UI_EVENT_TICK) {
		return refresh(history, desk);
	}
	if (event->press.key == BT_KEY_ESC || event->press.key == BT_KEY_F6) {
		return BT_GO(BT_GO_BACK);
	}
	if (event->press.key == BT_KEY_ENTER) {
		return open_chosen(history, desk);
	}
	if (event->press.key == BT_KEY_F5) {
		return print_again(history, desk);
	}
	return BT_GO(bt_ui_list_move(&history->list, event->press.key, PAGE) ? BT_GO_STAY : BT_GO_IGNORED);
}

static int draw_waiting(const struct history *history, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas,
			int row)
{
	const struct bt_account *account = &history->known.account;
	char text[512];
	if (account->waiting_count == 0) {
		return row;
	}
	bt_ui_say(canvas, row, BT_TEXT_LEFT, BT_INK_QUIET, N_("Waiting elsewhere. F4 opens it."), NULL);
	for (int i = 0; i < account->waiting_count; i++) {
		bt_ui_put(canvas, row + 1 + i, BT_MARK_COL, BT_INK_WARN | BT_BOLD, "▲");
		bt_ui_known_waiting(canvas, &account->waiting[i], desk->status.now_ms, text, sizeof(text));
		bt_ui_put_name(canvas, row + 1 + i, BT_TEXT_LEFT, 78 - BT_TEXT_LEFT, BT_INK_FACT, text);
	}
	return row + account->waiting_count + 2;
}

static int draw_notice(const struct history *history, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas,
		       int row)
{
	const struct bt_account_notice *notice = bt_account_notice_now(&history->known.account, desk->status.now_ms);
	if (!notice) {
		return row;
	}
	bt_ui_put(canvas, row, BT_TEXT_LEFT, BT_INK_QUIET, bt_ui_word(canvas, N_("Notice")));
	bt_ui_put_name(canvas, row + 1, BT_TEXT_LEFT, COLUMNS, BT_INK_FACT,
		       bt_account_notice_text(notice, canvas->lang));
	return row + 3;
}

static void draw_others(const struct history *history, struct bt_ui_canvas *canvas, int row, int chosen)
{
	const struct bt_account *account = &history->known.account;
	if (account->other_count == 0) {
		return;
	}
	bt_ui_put(canvas, row, BT_TEXT_LEFT, BT_INK_QUIET, bt_ui_word(canvas, N_("Other connections of this person")));
	int room = LAST_ROW - row, from = first_seen(chosen, account->other_count, room);
	for (int i = from; i < account->other_count && i < from + room; i++) {
		char number[32];
		unsigned ink = BT_INK_FACT | (i == chosen ? BT_BOLD : 0u);
		int at = row + 1 + i - from;
		if (i == chosen) {
			bt_ui_list_mark(canvas, at, LIST_END);
		}
		bt_ui_group_digits(account->others[i].number, number);
		bt_ui_put(canvas, at, BT_TEXT_LEFT, ink, number);
		bt_ui_put_name(canvas, at, PLACE_COL, LIST_END - PLACE_COL, ink,
			       bt_dual_get(&account->others[i].place, canvas->lang));
	}
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct history *history = self;
	int past = history->known.past_count, chosen = history->list.chosen;
	int room = past_room(&history->known, desk->status.now_ms), from = first_seen(chosen, past, room);
	bt_ui_person(canvas, 2, &desk->draft.consumer);
	bt_ui_numbers(canvas, 3, &desk->draft.consumer);
	int col = bt_ui_put(canvas, HEAD_ROW, BT_TEXT_LEFT, BT_INK_QUIET, bt_ui_word(canvas, N_("Last recharges")));
	bt_ui_known_since(&history->known, desk, canvas, HEAD_ROW, col + 2);
	if (past == 0) {
		bt_ui_put(canvas, FIRST_ROW, BT_TEXT_LEFT, BT_INK_QUIET,
			  bt_ui_word(canvas, N_("No recharges known here.")));
	} else if (chosen < past) {
		bt_ui_list_mark(canvas, FIRST_ROW + chosen - from, LIST_END);
	}
	bt_ui_known_past(&history->known, canvas, FIRST_ROW, BT_TEXT_LEFT, from, room, chosen);
	if (history->known.has_account) {
		int row = draw_waiting(history, desk, canvas, FIRST_ROW + (room > 0 ? room : 1) + 1);
		row = draw_notice(history, desk, canvas, row);
		draw_others(history, canvas, row, chosen - past);
	}
}

static bool show_rows(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		      char label[64])
{
	(void)desk;
	(void)canvas;
	(void)label;
	return ((const struct history *)self)->list.count > 0;
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Open"), N_("Forward: accept, choose, next"), show_rows},
    {"↑↓", N_("Move"), N_("Move in the list"), show_rows},
    {"F5", N_("Print again"), N_("Print this again"), show_rows},
    {"Esc", N_("Back"), N_("One step back"), NULL},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_history = {
    .id = "history",
    .size = sizeof(struct history),
    .tick_ms = 500,
    .scan = BT_SCAN_STARTS,
    .keys = keys,
    .enter = enter,
    .draw = draw,
    .on_event = on_event,
};
