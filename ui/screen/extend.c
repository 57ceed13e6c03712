/* An extension code by telephone: what to read out, and four groups of digits, each told right or wrong as it is typed.
 */
#include "ui/screen/face.h"

#include <string.h>

#include "core/authority/extension.h"
#include "ui/widget/dates.h"
#include "ui/widget/frame.h"

#define ROOM_ROW   5
#define READ_ROW   7
#define CODE_ROW   15
#define GROUP_STEP 10

struct extend {
	struct bt_ui_extension now;
	bool known; /* there is a limit to lengthen */
	bool checking;
	int count;
	char digits[BT_EXTENSION_DIGITS + 1];
};

static void look(struct extend *extend, struct bt_ui_desk *desk)
{
	extend->known = desk->shop->extension(desk->shop->self, &extend->now);
}

static void enter(void *self, struct bt_ui_desk *desk)
{
	look(self, desk);
}

static bool can_type(const struct extend *extend)
{
	return extend->known && extend->now.codes_left > 0;
}

/* True when the last whole group typed does not agree with its check digit. */
static bool is_group_wrong(const struct extend *extend, int group)
{
	return extend->count >= (group + 1) * BT_EXTENSION_GROUP &&
	       !bt_extension_is_group(group + 1, extend->digits + group * BT_EXTENSION_GROUP);
}

static int find_wrong(const struct extend *extend)
{
	for (int group = 0; group < BT_EXTENSION_GROUPS; group++) {
		if (is_group_wrong(extend, group)) {
			return group;
		}
	}
	return -1;
}

static void clear(struct extend *extend)
{
	explicit_bzero(extend->digits, sizeof(extend->digits));
	extend->count = 0;
}

static void say_wrong_group(struct bt_ui_desk *desk, int group)
{
	char number[32];
	bt_count_format(group + 1, number);
	bt_ui_note(desk, BT_INK_BAD, N_("Group {1} is not right. Ask for it once more. Del clears it."), number, NULL);
}

static struct bt_ui_go write_digit(struct extend *extend, struct bt_ui_desk *desk, uint32_t ch)
{
	int wrong = find_wrong(extend);
	if (!can_type(extend) || ch < '0' || ch > '9' || wrong >= 0 || extend->count == BT_EXTENSION_DIGITS) {
		if (wrong >= 0) {
			say_wrong_group(desk, wrong);
		}
		return BT_GO(BT_GO_IGNORED);
	}
	extend->digits[extend->count++] = (char)ch;
	wrong = find_wrong(extend);
	if (wrong >= 0) {
		say_wrong_group(desk, wrong);
	}
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go take_back(struct extend *extend, enum bt_ui_key key)
{
	int keep = extend->count - 1;
	if (extend->count == 0) {
		return BT_GO(BT_GO_IGNORED);
	}
	if (key == BT_KEY_DELETE) {
		keep -= keep % BT_EXTENSION_GROUP;
	}
	while (extend->count > keep) {
		extend->digits[--extend->count] = '\0';
	}
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go submit(struct extend *extend, struct bt_ui_desk *desk)
{
	if (!can_type(extend) || extend->count == 0) {
		return BT_GO(BT_GO_IGNORED);
	}
	if (!bt_extension_is_code(extend->digits)) {
		bt_ui_note(desk, BT_INK_WARN, N_("The code has 20 digits, in four groups of five."), NULL);
		return BT_GO(BT_GO_STAY);
	}
	desk->shop->extend(desk->shop->self, extend->digits);
	clear(extend);
	extend->checking = true;
	bt_ui_note(desk, BT_INK_FACT, N_("Please wait."), NULL);
	return BT_GO(BT_GO_STAY);
}

/* Row 22 has one sentence: what was added, and till when. */
static void say_extended(const struct extend *extend, struct bt_ui_desk *desk)
{
	char days[32], rupees[32], until[32];
	struct bt_civil c = bt_civil_of(extend->now.until_ms, BT_INDIA_OFFSET_MINUTES);
	bt_count_format(extend->now.added_days, days);
	bt_money_format(extend->now.added, rupees);
	bt_text_printf(until, sizeof(until), "%02d.%02d.%04d %02d:%02d", c.day, c.month, c.year, c.hour, c.minute);
	bt_ui_note(desk, BT_INK_OK, N_("Accepted: {1} days and ₹ {2} more, till {3}."), days, rupees, until, NULL);
}

static struct bt_ui_go take_result(struct extend *extend, struct bt_ui_desk *desk)
{
	int tries_left = 0;
	int64_t wait_ms = 0;
	char tries[32];
	enum bt_ui_job job = desk->shop->job(desk->shop->self, &tries_left, &wait_ms);
	look(extend, desk);
	if (!extend->checking || job == BT_UI_JOB_RUNNING) {
		return BT_GO(BT_GO_STAY);
	}
	extend->checking = false;
	bt_ui_note_clear(desk);
	if (job == BT_UI_JOB_GOOD) {
		say_extended(extend, desk);
		return BT_GO(BT_GO_BACK);
	}
	bt_count_format(tries_left, tries);
	if (job == BT_UI_JOB_FAILED) {
		bt_ui_note(desk, BT_INK_BAD, N_("The limit has changed. Read out the new request number."), NULL);
	} else if (tries_left == BT_EXTENSION_TRIES) {
		bt_ui_note(desk, BT_INK_BAD, N_("Five codes were wrong. Call again with the new request number."),
			   NULL);
	} else {
		bt_ui_note(desk, BT_INK_BAD, N_("This code is not right, or is for another request. {1} tries left."),
			   tries, NULL);
	}
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	struct extend *extend = self;
	if (event->kind == BT_UI_EVENT_TICK) {
		return take_result(extend, desk);
	}
	if (extend->checking) {
		return BT_GO(BT_GO_KEEP);
	}
	switch (event->press.key) {
	case BT_KEY_ENTER:
		return submit(extend, desk);
	case BT_KEY_CHAR:
		return write_digit(extend, desk, event->press.ch);
	case BT_KEY_BACKSPACE:
	case BT_KEY_DELETE:
		return take_back(extend, event->press.key);
	case BT_KEY_ESC:
		return BT_GO(BT_GO_BACK);
	default:
		return BT_GO(BT_GO_IGNORED);
	}
}

static void draw_group(const struct extend *extend, int group, struct bt_ui_canvas *canvas)
{
	int col = BT_VALUE_COL + group * GROUP_STEP, from = group * BT_EXTENSION_GROUP;
	int typed = extend->count - from;
	char text[BT_EXTENSION_GROUP + 1] = "";
	typed = typed < 0 ? 0 : typed > BT_EXTENSION_GROUP ? BT_EXTENSION_GROUP : typed;
	memcpy(text, extend->digits + from, (size_t)typed);
	int end = bt_ui_put(canvas, CODE_ROW, col, BT_INK_FACT | BT_BOLD, text);
	if (typed == BT_EXTENSION_GROUP) {
		enum bt_ui_role role = is_group_wrong(extend, group) ? BT_INK_BAD : BT_INK_OK;
		bt_ui_put(canvas, CODE_ROW, col + BT_EXTENSION_GROUP + 1, role | BT_BOLD, bt_ui_role_shape(role));
		return;
	}
	bool here = extend->count / BT_EXTENSION_GROUP == group && !extend->checking;
	if (here) {
		bt_ui_cursor(canvas, CODE_ROW, end++);
	}
	for (; end < col + BT_EXTENSION_GROUP; end++) {
		bt_ui_put(canvas, CODE_ROW, end, BT_INK_FAINT, "·");
	}
	explicit_bzero(text, sizeof(text));
}

static void draw_line(struct bt_ui_canvas *canvas, int row, const char *label, const char *value)
{
	bt_ui_label(canvas, row, label);
	bt_ui_put(canvas, row, BT_VALUE_COL, BT_INK_FACT | BT_BOLD, value);
}

static void draw_call(const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct bt_enrolment *enrolment = desk->shop->enrolment;
	if (enrolment->control_room[0]) {
		bt_ui_say(canvas, ROOM_ROW, BT_TEXT_LEFT, BT_INK_FACT, N_("1  Call the division control room: {1}."),
			  enrolment->control_room, NULL);
	} else {
		bt_ui_say(canvas, ROOM_ROW, BT_TEXT_LEFT, BT_INK_FACT, N_("1  Call {1}."), enrolment->complaint, NULL);
	}
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct extend *extend = self;
	char text[48];
	bt_ui_put(canvas, 3, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD,
		  bt_ui_word(canvas, N_("More recharges while the server is down")));
	if (!can_type(extend)) {
		bt_ui_put(canvas, ROOM_ROW, BT_TEXT_LEFT, BT_INK_FACT,
			  bt_ui_word(canvas, extend->known ? N_("All codes of this limit are used.")
							   : N_("There is no offline limit that could be extended.")));
		bt_ui_put(canvas, ROOM_ROW + 1, BT_TEXT_LEFT, BT_INK_QUIET,
			  bt_ui_word(canvas, N_("A new limit comes by itself when the server is up.")));
		return;
	}
	draw_call(desk, canvas);
	bt_ui_put(canvas, READ_ROW, BT_TEXT_LEFT, BT_INK_FACT, bt_ui_word(canvas, N_("2  Read this out:")));
	draw_line(canvas, READ_ROW + 2, N_("Terminal"), desk->shop->enrolment->terminal);
	draw_line(canvas, READ_ROW + 3, N_("Request"), extend->now.request);
	bt_ui_rupees(extend->now.unsent, false, text);
	draw_line(canvas, READ_ROW + 4, N_("Not sent yet"), text);
	draw_line(canvas, READ_ROW + 5, N_("Record"), extend->now.head);
	bt_ui_put(canvas, CODE_ROW - 1, BT_TEXT_LEFT, BT_INK_FACT,
		  bt_ui_word(canvas, N_("3  Type the 20 digits they give you:")));
	for (int group = 0; group < BT_EXTENSION_GROUPS; group++) {
		draw_group(extend, group, canvas);
	}
	bt_ui_say_wide(canvas, CODE_ROW + 2, BT_TEXT_LEFT, BT_INK_QUIET,
		       N_("Each group is checked as it is typed. A code works once, and only here."), NULL);
	bt_count_format(extend->now.codes_left, text);
	bt_ui_say(canvas, CODE_ROW + 4, BT_TEXT_LEFT, BT_INK_QUIET, N_("Codes left for this limit: {1}."), text, NULL);
}

static bool show_typing(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
			char label[64])
{
	(void)desk;
	(void)canvas;
	(void)label;
	return can_type(self);
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Check the code"), "", show_typing},
    {"Del", N_("Clear the group"), "", show_typing},
    {"Esc", N_("Back"), N_("One step back"), NULL},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_extend = {
    .id = "extend",
    .size = sizeof(struct extend),
    .tick_ms = 50,
    .scan = BT_SCAN_TYPED,
    .keys = keys,
    .enter = enter,
    .draw = draw,
    .on_event = on_event,
};
