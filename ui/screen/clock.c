/* A supervisor's word for date and time: after a boot without the server nobody else can say what the time is.
 *
 * The time is shown large; it is confirmed as it stands or typed anew, and the PIN makes it somebody's word. Only what
 * tokens carry changes; the computer's own clock is left alone. */
#include "ui/screen/face.h"

#include <string.h>

#include "ui/widget/bigdigits.h"
#include "ui/widget/dates.h"
#include "ui/widget/field.h"
#include "ui/widget/list.h"

#define TIME_ROW    6
#define TIME_COL    BT_VALUE_COL
#define DATE_COL    48
#define TYPED_MAX   12 /* ddmmyyyyhhmm */
#define PIN_COLUMNS 12
#define NAME_ROW    11
#define NAMES_SHOWN 4
#define NAME_END    40
#define MINUTE_MS   INT64_C(60000)
#define YEAR_FIRST  2020
#define YEAR_LAST   2099

enum asks { ASKS_TIME, ASKS_PIN };

struct clock {
	enum asks asks;
	struct bt_ui_field typed, pin;
	struct bt_ui_list names; /* supervisors only */
	int64_t offset_ms;       /* what is said to be the time, less what this computer says */
	bool warned;             /* earlier than the newest record, and told so */
	bool checking;
};

static const struct bt_operator *find_supervisor(const struct bt_ui_desk *desk, int at)
{
	const struct bt_enrolment *enrolment = desk->shop->enrolment;
	for (int i = 0, seen = 0; i < enrolment->operator_count; i++) {
		if (enrolment->operators[i].role == BT_ROLE_SUPERVISOR && seen++ == at) {
			return &enrolment->operators[i];
		}
	}
	return NULL;
}

static void enter(void *self, struct bt_ui_desk *desk)
{
	struct clock *clock = self;
	int count = 0;
	while (find_supervisor(desk, count)) {
		count++;
	}
	bt_ui_list_reset(&clock->names, count);
}

static int two(const char *at)
{
	return (at[0] - '0') * 10 + (at[1] - '0');
}

/* @return false when this is no date and time of these years. */
static bool read_typed(const char *text, int64_t *out)
{
	if (strlen(text) != TYPED_MAX) {
		return false;
	}
	struct bt_civil civil = {.day = two(text),
				 .month = two(text + 2),
				 .year = two(text + 4) * 100 + two(text + 6),
				 .hour = two(text + 8),
				 .minute = two(text + 10)};
	if (civil.year < YEAR_FIRST || civil.year > YEAR_LAST || civil.month < 1 || civil.month > 12 || civil.day < 1 ||
	    civil.day > 31 || civil.hour > 23 || civil.minute > 59) {
		return false;
	}
	*out = bt_civil_to_ms(civil, BT_INDIA_OFFSET_MINUTES);
	/* 31 February comes back as another day. */
	return bt_civil_of(*out, BT_INDIA_OFFSET_MINUTES).day == civil.day;
}

static void format_moment(int64_t ms, char out[32])
{
	struct bt_civil c = bt_civil_of(ms, BT_INDIA_OFFSET_MINUTES);
	bt_text_printf(out, 32, "%02d.%02d.%04d %02d:%02d", c.day, c.month, c.year, c.hour, c.minute);
}

/* Earlier than the newest record: within one boot it cannot be; after a boot a clock may have been ahead before. */
static bool may_be_earlier(struct clock *clock, struct bt_ui_desk *desk)
{
	char newest[32];
	int64_t newest_ms = desk->status.newest_ms;
	if (desk->status.now_ms + clock->offset_ms >= newest_ms) {
		return true;
	}
	format_moment(newest_ms, newest);
	if (desk->status.clock_doubt != BT_CLOCK_UNCONFIRMED) {
		bt_ui_note(desk, BT_INK_BAD, N_("This is before the last record, {1}. It cannot be right."), newest,
			   NULL);
		return false;
	}
	if (!clock->warned) {
		clock->warned = true;
		bt_ui_note(desk, BT_INK_WARN, N_("The last record is later: {1}. Enter again if this is right."),
			   newest, NULL);
		return false;
	}
	return true;
}

static struct bt_ui_go accept_time(struct clock *clock, struct bt_ui_desk *desk)
{
	int64_t typed_ms = 0;
	if (clock->names.count == 0) {
		bt_ui_note(desk, BT_INK_WARN, N_("No supervisor is known at this counter."), NULL);
		return BT_GO(BT_GO_STAY);
	}
	if (clock->typed.text[0] && !read_typed(clock->typed.text, &typed_ms)) {
		bt_ui_note(desk, BT_INK_WARN, N_("Type day, month, year, hour, minute: 22 11 2026 11 42."), NULL);
		return BT_GO(BT_GO_STAY);
	}
	clock->offset_ms = clock->typed.text[0] ? typed_ms - desk->status.now_ms : 0;
	if (may_be_earlier(clock, desk)) {
		clock->asks = ASKS_PIN;
	}
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go submit(struct clock *clock, struct bt_ui_desk *desk)
{
	const struct bt_operator *person = find_supervisor(desk, clock->names.chosen);
	if (!person || !clock->pin.text[0]) {
		return BT_GO(BT_GO_IGNORED);
	}
	desk->shop->confirm_clock(desk->shop->self, person->id, clock->pin.text, clock->offset_ms);
	bt_ui_field_clear(&clock->pin);
	clock->checking = true;
	bt_ui_note(desk, BT_INK_FACT, N_("Please wait."), NULL);
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go take_result(struct clock *clock, struct bt_ui_desk *desk)
{
	int tries_left = 0;
	int64_t wait_ms = 0;
	char text[32];
	enum bt_ui_job job = desk->shop->job(desk->shop->self, &tries_left, &wait_ms);
	if (!clock->checking || job == BT_UI_JOB_RUNNING) {
		return BT_GO(BT_GO_STAY);
	}
	clock->checking = false;
	bt_ui_note_clear(desk);
	if (job == BT_UI_JOB_GOOD) {
		bt_ui_note(desk, BT_INK_OK, N_("Date and time are confirmed."), NULL);
		return BT_GO(BT_GO_BACK);
	}
	if (job == BT_UI_JOB_LOCKED_OUT) {
		bt_count_format((wait_ms + MINUTE_MS - 1) / MINUTE_MS, text);
		bt_ui_note(desk, BT_INK_BAD, N_("This name waits {1} minutes."), text, NULL);
	} else if (job == BT_UI_JOB_FAILED) {
		clock->asks = ASKS_TIME;
		bt_ui_note(desk, BT_INK_BAD, N_("This time could not be taken. Nothing has changed."), NULL);
	} else {
		bt_count_format(tries_left, text);
		bt_ui_note(desk, BT_INK_BAD, N_("Wrong PIN. {1} tries left."), text, NULL);
	}
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go write_char(struct clock *clock, uint32_t ch)
{
	bool pin = clock->asks == ASKS_PIN;
	clock->warned = false;
	if (ch < '0' || ch > '9') {
		return BT_GO(BT_GO_IGNORED);
	}
	return BT_GO(bt_ui_field_put(pin ? &clock->pin : &clock->typed, ch, pin ? PIN_COLUMNS : TYPED_MAX)
			 ? BT_GO_STAY
			 : BT_GO_IGNORED);
}

static struct bt_ui_go step_back(struct clock *clock)
{
	bt_ui_field_clear(&clock->pin);
	if (clock->asks == ASKS_TIME) {
		return BT_GO(BT_GO_BACK);
	}
	clock->asks = ASKS_TIME;
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go press_key(struct clock *clock, struct bt_ui_desk *desk, const struct bt_ui_press *press)
{
	struct bt_ui_field *field = clock->asks == ASKS_PIN ? &clock->pin : &clock->typed;
	switch (press->key) {
	case BT_KEY_ENTER:
		return clock->asks == ASKS_PIN ? submit(clock, desk) : accept_time(clock, desk);
	case BT_KEY_CHAR:
		return write_char(clock, press->ch);
	case BT_KEY_BACKSPACE:
		bt_ui_field_backspace(field);
		return BT_GO(BT_GO_STAY);
	case BT_KEY_DELETE:
		bt_ui_field_clear(field);
		return BT_GO(BT_GO_STAY);
	case BT_KEY_ESC:
		return step_back(clock);
	default:
		return BT_GO(clock->asks == ASKS_PIN && bt_ui_list_move(&clock->names, press->key, NAMES_SHOWN)
				 ? BT_GO_STAY
				 : BT_GO_IGNORED);
	}
}

static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	struct clock *clock = self;
	if (event->kind == BT_UI_EVENT_TICK) {
		return take_result(clock, desk);
	}
	return clock->checking ? BT_GO(BT_GO_KEEP) : press_key(clock, desk, &event->press);
}

/* Hours and minutes in big digits, the date beside them. */
static void draw_moment(int64_t ms, struct bt_ui_canvas *canvas)
{
	struct bt_civil c = bt_civil_of(ms, BT_INDIA_OFFSET_MINUTES);
	char text[16], day[BT_DATE_BYTES], year[16];
	int col;
	bt_text_printf(text, sizeof(text), "%02d", c.hour);
	col = canvas->plain ? bt_ui_digits_spaced(canvas, TIME_ROW + 1, TIME_COL, BT_INK_FACT, text)
			    : bt_ui_digits3(canvas, TIME_ROW, TIME_COL, 1, BT_INK_FACT, text);
	if (canvas->plain) {
		bt_ui_put(canvas, TIME_ROW + 1, col + 1, BT_INK_FACT | BT_BOLD, ":");
	} else {
		bt_ui_block(canvas, TIME_ROW, col + 1, BT_GLYPH_LOWER, BT_INK_FACT);
		bt_ui_block(canvas, TIME_ROW + 1, col + 1, BT_GLYPH_LOWER, BT_INK_FACT);
	}
	bt_text_printf(text, sizeof(text), "%02d", c.minute);
	if (canvas->plain) {
		bt_ui_digits_spaced(canvas, TIME_ROW + 1, col + 3, BT_INK_FACT, text);
	} else {
		bt_ui_digits3(canvas, TIME_ROW, col + 3, 1, BT_INK_FACT, text);
	}
	bt_ui_date_day(canvas, ms, day);
	bt_text_printf(year, sizeof(year), "%04d", c.year);
	bt_ui_put(canvas, TIME_ROW, DATE_COL, BT_INK_FACT | BT_BOLD, day);
	bt_ui_put(canvas, TIME_ROW + 1, DATE_COL, BT_INK_FACT | BT_BOLD, year);
}

/* 22.11.2026 11:4_ : the points come by themselves, and show from the start what is wanted. */
static void draw_typed(const struct bt_ui_field *typed, int row, struct bt_ui_canvas *canvas)
{
	static const char shape[] = "dd.dd.dddd dd:dd";
	const char *at = typed->text;
	int cursor = -1;
	for (int i = 0; shape[i]; i++) {
		bool digit = shape[i] == 'd', typed_here = cursor < 0 && (!digit || *at);
		char one[2] = {digit ? *at : shape[i], '\0'};
		if (!typed_here && cursor < 0) {
			cursor = i;
		}
		bt_ui_put(canvas, row, BT_VALUE_COL + i, typed_here ? BT_INK_FACT | BT_BOLD : (unsigned)BT_INK_FAINT,
			  digit && !typed_here ? "·" : one);
		at += digit && typed_here;
	}
	bt_ui_cursor(canvas, row, BT_VALUE_COL + (cursor < 0 ? (int)sizeof(shape) - 1 : cursor));
}

static void draw_ask(const struct clock *clock, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	bt_ui_label(canvas, NAME_ROW, N_("Right time"));
	draw_typed(&clock->typed, NAME_ROW, canvas);
	bt_ui_put(canvas, NAME_ROW, BT_BLOCK_COL, BT_INK_QUIET, bt_ui_word(canvas, N_("empty = it is right")));
	bt_ui_put(canvas, NAME_ROW + 1, BT_VALUE_COL, BT_INK_QUIET,
		  bt_ui_word(canvas, N_("day, month, year, hour, minute")));
	if (desk->status.clock_doubt == BT_CLOCK_MOVED) {
		char minutes[32];
		int64_t apart = desk->status.clock_apart_ms;
		bt_count_format((apart < 0 ? -apart : apart) / MINUTE_MS, minutes);
		bt_ui_put(canvas, NAME_ROW + 3, BT_MARK_COL, BT_INK_WARN | BT_BOLD, "▲");
		bt_ui_say(canvas, NAME_ROW + 3, BT_TEXT_LEFT, BT_INK_WARN,
			  apart > 0 ? N_("This computer's clock was set forward by {1} minutes.")
				    : N_("This computer's clock was set back by {1} minutes."),
			  minutes, NULL);
	}
	bt_ui_say_wide(canvas, NAME_ROW + 5, BT_TEXT_LEFT, BT_INK_QUIET,
		       N_("Every token carries this time. A wrong time makes meters refuse tokens."), NULL);
	bt_ui_put(canvas, NAME_ROW + 6, BT_TEXT_LEFT, BT_INK_QUIET,
		  bt_ui_word(canvas, N_("The computer's own clock stays as it is.")));
}

static void draw_pin(const struct clock *clock, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct bt_operator *chosen = find_supervisor(desk, clock->names.chosen);
	char moment[32];
	int row = NAME_ROW;
	for (int i = clock->names.top; i < clock->names.count && row < NAME_ROW + NAMES_SHOWN; i++, row++) {
		const struct bt_operator *person = find_supervisor(desk, i);
		if (i == clock->names.chosen) {
			bt_ui_list_mark(canvas, row, NAME_END);
		}
		if (person) {
			bt_ui_put(canvas, row, BT_TEXT_LEFT, BT_INK_FACT | (i == clock->names.chosen ? BT_BOLD : 0u),
				  bt_dual_get(&person->name, desk->lang));
		}
	}
	if (chosen) {
		format_moment(desk->status.now_ms + clock->offset_ms, moment);
		bt_ui_say(canvas, row + 1, BT_TEXT_LEFT, BT_INK_FACT, N_("I, {1}, have looked: it is {2}."),
			  bt_dual_get(&chosen->name, desk->lang), moment, NULL);
	}
	bt_ui_label(canvas, row + 3, N_("PIN"));
	bt_ui_field_draw_dots(canvas, row + 3, BT_VALUE_COL, &clock->pin);
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct clock *clock = self;
	bt_ui_put(canvas, 3, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD,
		  bt_ui_word(canvas, clock->asks == ASKS_TIME ? N_("Is this the date and time?")
							      : N_("A supervisor's word for date and time")));
	draw_moment(desk->status.now_ms + (clock->asks == ASKS_PIN ? clock->offset_ms : 0), canvas);
	if (clock->asks == ASKS_TIME) {
		draw_ask(clock, desk, canvas);
	} else {
		draw_pin(clock, desk, canvas);
	}
}

static bool show_enter(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		       char label[64])
{
	const struct clock *clock = self;
	(void)desk;
	if (clock->asks == ASKS_PIN) {
		bt_text_copy(label, 64, bt_ui_word(canvas, N_("Confirm")));
	}
	return true;
}

static bool show_names(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		       char label[64])
{
	const struct clock *clock = self;
	(void)desk;
	(void)canvas;
	(void)label;
	return clock->asks == ASKS_PIN && clock->names.count > 1;
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Next"), N_("Forward: accept, choose, next"), show_enter},
    {"↑↓", N_("Name"), N_("Move in the list"), show_names},
    {"Esc", N_("Back"), N_("One step back"), NULL},
    {"F2", N_("हिन्दी"), N_("Hindi or English"), NULL},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_clock = {
    .id = "clock",
    .size = sizeof(struct clock),
    .tick_ms = 50,
    .scan = BT_SCAN_TYPED,
    .keys = keys,
    .enter = enter,
    .draw = draw,
    .on_event = on_event,
};
