/* Count the cash, blind: the clerk counts what is there, not what should be there. */
#include "ui/screen/till.h"

#include <string.h>

#include "ui/screen/face.h"
#include "ui/widget/field.h"

#define PIECES_DIGITS 6
#define TORN_DIGITS   4 /* its column is narrow, and no drawer holds ten thousand of them */
#define MANY_PIECES   INT64_C(9999)
#define HEAD_ROW      4
#define FIRST_ROW     5
#define NOTE_END      11
#define PIECES_END    22
#define TORN_END      30
#define RUPEES_END    44
#define BLOCK_COL     48
#define SIGN_COL      46
#define BIG_COL       49
#define BLOCK_END     78

static const char leave_question[] = N_("This count is not recorded yet. Esc again throws it away.");

struct count {
	int lines, at; /* the last line is all coins, in rupees */
	bool in_torn;  /* the cursor stands in how many of them are torn, which coins have not */
	bt_paise values[BT_TILL_NOTES];
	struct bt_ui_field pieces[BT_TILL_NOTES], torn[BT_TILL_NOTES];
	int many_asked; /* line + 1 whose pieces were asked about; 0 none */
	bool empty_asked, leave_asked;
};

static int64_t pieces_of(const struct count *count, int line)
{
	return bt_ui_field_paise(&count->pieces[line]) / BT_PAISE_PER_RUPEE;
}

static int64_t torn_of(const struct count *count, int line)
{
	return bt_ui_field_paise(&count->torn[line]) / BT_PAISE_PER_RUPEE;
}

static bool is_coins(const struct count *count, int line)
{
	return count->values[line] == 0;
}

static struct bt_ui_field *field_at(struct count *count)
{
	return count->in_torn ? &count->torn[count->at] : &count->pieces[count->at];
}

static bt_paise sum_of(const struct count *count, int line)
{
	bt_paise value = count->values[line] > 0 ? count->values[line] : BT_PAISE_PER_RUPEE;
	return pieces_of(count, line) * value;
}

static bt_paise counted(const struct count *count)
{
	bt_paise sum = 0;
	for (int i = 0; i < count->lines; i++) {
		sum += sum_of(count, i);
	}
	return sum;
}

static bool is_typed(const struct count *count)
{
	for (int i = 0; i < count->lines; i++) {
		if (count->pieces[i].text[0] || count->torn[i].text[0]) {
			return true;
		}
	}
	return false;
}

static void enter(void *self, struct bt_ui_desk *desk)
{
	struct count *count = self;
	const struct bt_ui_till *till = desk->shop->till;
	count->lines = till->denominations(till->self, count->values);
}

static struct bt_ui_go record(struct count *count, struct bt_ui_desk *desk)
{
	const struct bt_ui_till *till = desk->shop->till;
	int64_t pieces[BT_TILL_NOTES], torn[BT_TILL_NOTES];
	if (counted(count) == 0 && !count->empty_asked) {
		count->empty_asked = true;
		bt_ui_note(desk, BT_INK_WARN, N_("No money in the drawer? Enter again if this is right."), NULL);
		return BT_GO(BT_GO_STAY);
	}
	for (int i = 0; i < count->lines; i++) {
		pieces[i] = pieces_of(count, i);
		torn[i] = torn_of(count, i);
	}
	enum bt_err err = till->count(till->self, pieces, torn, count->lines);
	if (err != BT_OK) {
		bt_ui_till_say(desk, err);
		return BT_GO(BT_GO_STAY);
	}
	bt_ui_till_look(desk);
	desk->shift = desk->till.shift;
	return BT_GO_TO(BT_GO_SWAP, &bt_ui_seal);
}

/* A line with so many pieces is asked about once. */
static bool asks_many(struct count *count, struct bt_ui_desk *desk)
{
	if (pieces_of(count, count->at) <= MANY_PIECES || count->many_asked == count->at + 1) {
		return false;
	}
	count->many_asked = count->at + 1;
	bt_ui_note(desk, BT_INK_WARN,
		   count->values[count->at] > 0 ? N_("More than 9,999 notes? Enter again if right.")
						: N_("More than ₹ 9,999 in coins? Enter again if right."),
		   NULL);
	return true;
}

/* Torn ones are counted among the others. The cursor goes to the first line that has more of them than notes. */
static bool refuses_torn(struct count *count, struct bt_ui_desk *desk, int first, int last)
{
	for (int i = first; i <= last; i++) {
		if (torn_of(count, i) <= pieces_of(count, i)) {
			continue;
		}
		count->at = i;
		count->in_torn = true;
		bt_ui_note(desk, BT_INK_WARN, N_("More torn notes than notes in this line. Torn ones count in both."),
			   NULL);
		return true;
	}
	return false;
}

static struct bt_ui_go go_on(struct count *count, struct bt_ui_desk *desk)
{
	if (refuses_torn(count, desk, count->at, count->at) || asks_many(count, desk)) {
		return BT_GO(BT_GO_STAY);
	}
	count->in_torn = false;
	if (count->at + 1 < count->lines) {
		count->at++;
		return BT_GO(BT_GO_STAY);
	}
	return refuses_torn(count, desk, 0, count->at) ? BT_GO(BT_GO_STAY) : record(count, desk);
}

/* To how many of these are torn, and back. */
static struct bt_ui_go turn(struct count *count)
{
	if (is_coins(count, count->at)) {
		return BT_GO(BT_GO_IGNORED);
	}
	count->in_torn = !count->in_torn;
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go move(struct count *count, int by)
{
	int at = count->at + by;
	if (at < 0 || at >= count->lines) {
		return BT_GO(BT_GO_IGNORED);
	}
	count->at = at;
	count->in_torn = count->in_torn && !is_coins(count, at);
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go edit(struct count *count, const struct bt_ui_press *press)
{
	struct bt_ui_field *field = field_at(count);
	count->empty_asked = count->leave_asked = false;
	count->many_asked = 0;
	if (press->key == BT_KEY_BACKSPACE) {
		bt_ui_field_backspace(field);
	} else if (press->key == BT_KEY_DELETE) {
		bt_ui_field_clear(field);
	} else if (!bt_ui_field_put_digit(field, press->ch, count->in_torn ? TORN_DIGITS : PIECES_DIGITS)) {
		return BT_GO(BT_GO_IGNORED);
	}
	return BT_GO(BT_GO_STAY);
}

/* What was counted note by note is not thrown away by one key. */
static struct bt_ui_go step_back(struct count *count, struct bt_ui_desk *desk)
{
	if (is_typed(count) && !count->leave_asked) {
		count->leave_asked = true;
		bt_ui_note(desk, BT_INK_WARN, leave_question, NULL);
		return BT_GO(BT_GO_STAY);
	}
	return BT_GO(BT_GO_BACK);
}

static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	struct count *count = self;
	if (event->kind == BT_UI_EVENT_TICK) {
		/* What is not to be read any more has not been asked. */
		count->leave_asked = count->leave_asked && desk->note.key == leave_question;
		return BT_GO(BT_GO_STAY);
	}
	switch (event->press.key) {
	case BT_KEY_ENTER:
		return go_on(count, desk);
	case BT_KEY_CHAR:
	case BT_KEY_BACKSPACE:
	case BT_KEY_DELETE:
		return edit(count, &event->press);
	case BT_KEY_TAB:
		return turn(count);
	case BT_KEY_DOWN:
		return move(count, 1);
	case BT_KEY_UP:
		return move(count, -1);
	case BT_KEY_ESC:
		return step_back(count, desk);
	default:
		return BT_GO(BT_GO_IGNORED);
	}
}

/* The pieces of a field that ends before @p end; the cursor in it when it is the one. */
static void draw_pieces(const struct bt_ui_field *field, int64_t pieces, int row, int end, unsigned style, bool in_it,
			struct bt_ui_canvas *canvas)
{
	char text[32];
	bool typed = field->text[0] != '\0';
	if (typed) {
		bt_count_format(pieces, text);
		bt_ui_put_right(canvas, row, end, style, text);
	}
	if (in_it) {
		bt_ui_cursor(canvas, row, typed ? end : end - 1);
	}
}

/* Coins have no pieces: their rupees are typed. */
static void draw_line(const struct count *count, int line, struct bt_ui_canvas *canvas)
{
	char text[32];
	int row = FIRST_ROW + line;
	bool chosen = line == count->at, typed = count->pieces[line].text[0] != '\0';
	unsigned style = BT_INK_FACT | (chosen ? BT_BOLD : 0u);
	if (is_coins(count, line)) {
		bt_text_copy(text, sizeof(text), bt_ui_word(canvas, N_("Coins")));
	} else {
		bt_money_format(count->values[line], text);
		draw_pieces(&count->pieces[line], pieces_of(count, line), row, PIECES_END, style,
			    chosen && !count->in_torn, canvas);
		draw_pieces(&count->torn[line], torn_of(count, line), row, TORN_END, style, chosen && count->in_torn,
			    canvas);
	}
	bt_ui_put_right(canvas, row, NOTE_END, style, text);
	if (is_coins(count, line) && chosen) {
		bt_ui_cursor(canvas, row, typed ? RUPEES_END : RUPEES_END - 1);
	}
	if (typed) {
		bt_money_format(sum_of(count, line), text);
		bt_ui_put_right(canvas, row, RUPEES_END, style, text);
	}
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct count *count = self;
	(void)desk;
	bt_ui_put(canvas, 2, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD, bt_ui_word(canvas, N_("Count the cash")));
	bt_ui_say_wide(canvas, 2, BT_TITLE_COL, BT_INK_QUIET, N_("Type how many. The total expected is not shown."),
		       NULL);
	bt_ui_put(canvas, HEAD_ROW, BT_TEXT_LEFT, BT_INK_QUIET, bt_ui_word(canvas, N_("Note")));
	bt_ui_put_right(canvas, HEAD_ROW, PIECES_END, BT_INK_QUIET, bt_ui_word(canvas, N_("How many")));
	bt_ui_put_right(canvas, HEAD_ROW, TORN_END, BT_INK_QUIET, bt_ui_word(canvas, N_("Torn")));
	bt_ui_put_right(canvas, HEAD_ROW, RUPEES_END, BT_INK_QUIET, bt_ui_word(canvas, N_("Rupees")));
	for (int i = 0; i < count->lines; i++) {
		draw_line(count, i, canvas);
	}
	bt_ui_put(canvas, FIRST_ROW, BLOCK_COL, BT_INK_QUIET, bt_ui_word(canvas, N_("Counted so far")));
	bt_ui_sum_big(canvas, FIRST_ROW + 2, SIGN_COL, BIG_COL, BLOCK_END, BT_INK_FACT, counted(count));
	bt_ui_put(canvas, FIRST_ROW + 7, BLOCK_COL, BT_INK_QUIET, bt_ui_word(canvas, N_("Torn or soiled notes:")));
	bt_ui_put(canvas, FIRST_ROW + 8, BLOCK_COL, BT_INK_QUIET, bt_ui_word(canvas, N_("count them, then Tab.")));
}

static bool show_enter(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		       char label[64])
{
	const struct count *count = self;
	(void)desk;
	if (count->at + 1 >= count->lines) {
		bt_text_copy(label, 64, bt_ui_word(canvas, N_("Record the count")));
	}
	return true;
}

static bool show_torn(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		      char label[64])
{
	const struct count *count = self;
	(void)desk;
	if (count->in_torn) {
		bt_text_copy(label, 64, bt_ui_word(canvas, N_("How many")));
	}
	return !is_coins(count, count->at);
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Next line"), N_("Next line; after the coins the count is recorded"), show_enter},
    {"Tab", N_("Torn"), N_("How many of these notes are torn or soiled; back"), show_torn},
    {"↑↓", N_("Line"), N_("Move between the lines"), NULL},
    {"Esc", N_("Back"), N_("One step back"), NULL},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_count = {
    .id = "count",
    .size = sizeof(struct count),
    .tick_ms = 500,
    .scan = BT_SCAN_REFUSED,
    .keys = keys,
    .enter = enter,
    .draw = draw,
    .on_event = on_event,
};
