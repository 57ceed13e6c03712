/* Sign in, lock and unlock: who is at the counter. */
#include "ui/screen/face.h"

#include <string.h>

#include "ui/screen/till.h"
#include "ui/widget/field.h"
#include "ui/widget/list.h"

#define FIRST_ROW      8
#define NAMES_SHOWN    5
#define NAME_END       40
#define PIN_COLUMNS    12
#define PHRASE_COLUMNS 60
#define PLAIN_TRIES    "5"
#define PLAIN_WAIT     "15"
#define MINUTE_MS      INT64_C(60000)

enum asks { ASKS_PIN, ASKS_PHRASE };

struct signin {
	struct bt_ui_list names;
	struct bt_ui_field field;
	enum asks asks;
	bool unlock_only; /* reached from a screen to open the offline keys; Esc leads back */
	bool checking;
};

/* While locked the name that locked it stands first, then everyone else. */
static const struct bt_operator *find_name(const struct bt_ui_desk *desk, int at)
{
	const struct bt_enrolment *enrolment = desk->shop->enrolment;
	if (!desk->locked || !desk->operator_id[0]) {
		return at < enrolment->operator_count ? &enrolment->operators[at] : NULL;
	}
	for (int i = 0, seen = 1; i < enrolment->operator_count; i++) {
		const struct bt_operator *person = &enrolment->operators[i];
		bool first = strcmp(person->id, desk->operator_id) == 0;
		if ((first && at == 0) || (!first && seen++ == at)) {
			return person;
		}
	}
	return NULL;
}

static void enter(void *self, struct bt_ui_desk *desk)
{
	struct signin *signin = self;
	bt_ui_list_reset(&signin->names, desk->shop->enrolment->operator_count);
	signin->unlock_only = !desk->locked && desk->signed_in;
	signin->asks = signin->unlock_only ? ASKS_PHRASE : ASKS_PIN;
}

static struct bt_ui_go let_in(struct signin *signin, struct bt_ui_desk *desk)
{
	const struct bt_operator *person = find_name(desk, signin->names.chosen);
	bool same = person && strcmp(person->id, desk->operator_id) == 0;
	bool was_locked = desk->locked;
	desk->locked = false;
	desk->signed_in = true;
	if (person) {
		bt_text_copy(desk->operator_id, sizeof(desk->operator_id), person->id);
	}
	if (was_locked && same) {
		return BT_GO(BT_GO_UNLOCK);
	}
	/* A supervisor comes to close a shift more often than to open one. */
	bt_ui_till_look(desk);
	bool opens = person && person->role == BT_ROLE_CLERK && !bt_ui_till_is_open(desk);
	return opens ? BT_GO_TO(BT_GO_OVER, &bt_ui_shift_open) : BT_GO(BT_GO_HOME);
}

static void say_wait(struct bt_ui_desk *desk, int64_t wait_ms)
{
	char minutes[32];
	bt_count_format((wait_ms + MINUTE_MS - 1) / MINUTE_MS, minutes);
	bt_ui_note(desk, BT_INK_BAD, N_("This name waits {1} minutes."), minutes, NULL);
}

/* Keys alone make no token after a boot without the server: whoever opened them is asked for the time too. */
static struct bt_ui_go leave_unlocked(struct signin *signin, struct bt_ui_desk *desk)
{
	signin->asks = ASKS_PIN;
	bt_ui_note(desk, BT_INK_OK, N_("The offline keys are open."), NULL);
	if (!desk->status.clock_trusted) {
		return BT_GO_TO(signin->unlock_only ? BT_GO_SWAP : BT_GO_PUSH, &bt_ui_clock);
	}
	return BT_GO(signin->unlock_only ? BT_GO_BACK : BT_GO_STAY);
}

static struct bt_ui_go take_result(struct signin *signin, struct bt_ui_desk *desk)
{
	int tries_left = 0;
	int64_t wait_ms = 0;
	char tries[32];
	enum bt_ui_job job = desk->shop->job(desk->shop->self, &tries_left, &wait_ms);
	if (!signin->checking || job == BT_UI_JOB_RUNNING) {
		return BT_GO(BT_GO_STAY);
	}
	signin->checking = false;
	bt_ui_field_clear(&signin->field);
	bt_ui_note_clear(desk);
	if (job == BT_UI_JOB_GOOD && signin->asks == ASKS_PIN) {
		return let_in(signin, desk);
	}
	if (job == BT_UI_JOB_GOOD) {
		return leave_unlocked(signin, desk);
	}
	if (job == BT_UI_JOB_LOCKED_OUT) {
		say_wait(desk, wait_ms);
	} else if (job == BT_UI_JOB_FAILED) {
		bt_ui_note(desk, BT_INK_BAD, N_("The key module does not open. F12 says why."), NULL);
	} else if (signin->asks == ASKS_PHRASE) {
		bt_ui_note(desk, BT_INK_BAD,
			   desk->status.keys_want_pin ? N_("The PIN of the key module is not right.")
						      : N_("The passphrase is not right."),
			   NULL);
	} else {
		bt_count_format(tries_left, tries);
		bt_ui_note(desk, BT_INK_BAD, N_("Wrong PIN. {1} tries left."), tries, NULL);
	}
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go submit(struct signin *signin, struct bt_ui_desk *desk)
{
	const struct bt_operator *person = find_name(desk, signin->names.chosen);
	if (!signin->field.text[0]) {
		return BT_GO(BT_GO_IGNORED);
	}
	if (signin->asks == ASKS_PHRASE) {
		desk->shop->unlock(desk->shop->self, signin->field.text);
	} else if (person) {
		desk->shop->sign_in(desk->shop->self, person->id, signin->field.text);
	} else {
		return BT_GO(BT_GO_IGNORED);
	}
	signin->checking = true;
	bt_ui_field_clear(&signin->field);
	bt_ui_note(desk, BT_INK_FACT, N_("Please wait."), NULL);
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go write_char(struct signin *signin, struct bt_ui_desk *desk, uint32_t ch)
{
	bool digit = ch >= '0' && ch <= '9';
	(void)desk;
	if (signin->asks == ASKS_PIN && !digit) {
		return BT_GO(BT_GO_IGNORED);
	}
	return BT_GO(bt_ui_field_put(&signin->field, ch, signin->asks == ASKS_PIN ? PIN_COLUMNS : PHRASE_COLUMNS)
			 ? BT_GO_STAY
			 : BT_GO_IGNORED);
}

static struct bt_ui_go step_back(struct signin *signin)
{
	bt_ui_field_clear(&signin->field);
	if (signin->unlock_only) {
		return BT_GO(BT_GO_BACK);
	}
	signin->asks = ASKS_PIN;
	return BT_GO(BT_GO_STAY);
}

static struct bt_ui_go press_key(struct signin *signin, struct bt_ui_desk *desk, const struct bt_ui_press *press)
{
	switch (press->key) {
	case BT_KEY_ENTER:
		return submit(signin, desk);
	case BT_KEY_CHAR:
		return write_char(signin, desk, press->ch);
	case BT_KEY_BACKSPACE:
		bt_ui_field_backspace(&signin->field);
		return BT_GO(BT_GO_STAY);
	case BT_KEY_DELETE:
		bt_ui_field_clear(&signin->field);
		return BT_GO(BT_GO_STAY);
	case BT_KEY_ESC:
		return step_back(signin);
	case BT_KEY_F8:
		bt_ui_field_clear(&signin->field);
		if (!desk->status.keys_locked && !desk->status.clock_trusted) {
			return BT_GO_TO(BT_GO_PUSH, &bt_ui_clock);
		}
		signin->asks = ASKS_PHRASE;
		return BT_GO(BT_GO_STAY);
	default:
		if (signin->asks == ASKS_PIN && bt_ui_list_move(&signin->names, press->key, NAMES_SHOWN)) {
			bt_ui_field_clear(&signin->field);
			return BT_GO(BT_GO_STAY);
		}
		return BT_GO(BT_GO_IGNORED);
	}
}

/* Keys that come while a PIN is checked are for what follows it. */
static struct bt_ui_go on_event(void *self, struct bt_ui_desk *desk, const struct bt_ui_event *event)
{
	struct signin *signin = self;
	if (event->kind == BT_UI_EVENT_TICK) {
		return take_result(signin, desk);
	}
	return signin->checking ? BT_GO(BT_GO_KEEP) : press_key(signin, desk, &event->press);
}

static void draw_name(const struct bt_ui_desk *desk, const struct bt_operator *person, int row, bool chosen,
		      struct bt_ui_canvas *canvas)
{
	static const char *const titles[] = {[BT_ROLE_CLERK] = NULL,
					     [BT_ROLE_SUPERVISOR] = N_("{1}, supervisor"),
					     [BT_ROLE_AUDITOR] = N_("{1}, auditor")};
	const char *name = bt_dual_get(&person->name, desk->lang);
	unsigned style = BT_INK_FACT | (chosen ? BT_BOLD : 0u);
	if (chosen) {
		bt_ui_list_mark(canvas, row, NAME_END);
	}
	if (titles[person->role]) {
		bt_ui_say(canvas, row, BT_TEXT_LEFT, style, titles[person->role], name, NULL);
	} else {
		bt_ui_put(canvas, row, BT_TEXT_LEFT, style, name);
	}
}

static int draw_names(const struct signin *signin, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	int row = FIRST_ROW;
	for (int i = signin->names.top; i < signin->names.count && row < FIRST_ROW + NAMES_SHOWN; i++) {
		const struct bt_operator *person = find_name(desk, i);
		if (person) {
			draw_name(desk, person, row++, i == signin->names.chosen, canvas);
		}
	}
	return row;
}

static void draw_remarks(const struct signin *signin, const struct bt_ui_desk *desk, int row,
			 struct bt_ui_canvas *canvas)
{
	if (signin->asks == ASKS_PIN) {
		bt_ui_say(canvas, row, BT_TEXT_LEFT, BT_INK_QUIET,
			  N_("After {1} wrong tries this name waits {2} minutes."), PLAIN_TRIES, PLAIN_WAIT, NULL);
	}
	if (desk->status.keys_locked) {
		bt_ui_put(canvas, row + 2, BT_MARK_COL, BT_INK_WARN | BT_BOLD, "▲");
		bt_ui_put(canvas, row + 2, BT_TEXT_LEFT, BT_INK_WARN,
			  bt_ui_word(canvas, N_("Offline keys are locked since the power cut.")));
		bt_ui_say_wide(canvas, row + 3, BT_TEXT_LEFT, BT_INK_QUIET,
			       N_("Recharges work while the server is up. Supervisor: F8 unlocks."), NULL);
	} else if (!desk->status.clock_trusted) {
		bt_ui_put(canvas, row + 2, BT_MARK_COL, BT_INK_WARN | BT_BOLD, "▲");
		bt_ui_put(canvas, row + 2, BT_TEXT_LEFT, BT_INK_WARN,
			  bt_ui_word(canvas, bt_ui_clock_key(&desk->status)));
		bt_ui_say_wide(canvas, row + 3, BT_TEXT_LEFT, BT_INK_QUIET,
			       N_("Recharges work while the server is up. Supervisor: F8 confirms the time."), NULL);
	}
}

static const char *name_secret(const struct signin *signin, const struct bt_ui_desk *desk)
{
	if (signin->asks == ASKS_PIN)
		return N_("PIN");
	return desk->status.keys_want_pin ? N_("Module PIN") : N_("Passphrase");
}

static void draw(const void *self, const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	const struct signin *signin = self;
	const struct bt_enrolment *enrolment = desk->shop->enrolment;
	bt_ui_put(canvas, 4, BT_TEXT_LEFT, BT_INK_FACT | BT_BOLD, bt_dual_get(&enrolment->counter, desk->lang));
	bt_ui_say(canvas, 5, BT_TEXT_LEFT, BT_INK_QUIET, N_("terminal {1}"), enrolment->terminal, NULL);
	const struct bt_operator *holder = desk->locked ? find_name(desk, 0) : NULL;
	if (holder) {
		bt_ui_say_wide(canvas, 6, BT_TEXT_LEFT, BT_INK_FACT, N_("Locked by {1}. Work goes on."),
			       bt_dual_get(&holder->short_name, desk->lang), NULL);
	}
	int row = draw_names(signin, desk, canvas) + 2;
	bt_ui_label(canvas, row, name_secret(signin, desk));
	bt_ui_field_draw_dots(canvas, row, BT_VALUE_COL, &signin->field);
	draw_remarks(signin, desk, row + 3, canvas);
}

static bool asks_pin(const struct signin *signin)
{
	return signin->asks == ASKS_PIN;
}

static bool show_names(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		       char label[64])
{
	(void)desk;
	(void)canvas;
	(void)label;
	return asks_pin(self);
}

static bool show_back(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		      char label[64])
{
	return !show_names(self, desk, canvas, label);
}

static bool show_unlock(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
			char label[64])
{
	if (!desk->status.keys_locked && !desk->status.clock_trusted) {
		bt_text_copy(label, 64, bt_ui_word(canvas, N_("Confirm time")));
	}
	return (desk->status.keys_locked || !desk->status.clock_trusted) && asks_pin(self);
}

static bool show_enter(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		       char label[64])
{
	(void)desk;
	if (((const struct signin *)self)->asks == ASKS_PHRASE) {
		bt_text_copy(label, 64, bt_ui_word(canvas, N_("Unlock")));
	}
	return true;
}

static const struct bt_ui_key_row keys[] = {
    {"Enter", N_("Sign in"), "", show_enter},
    {"↑↓", N_("Name"), N_("Move in the list"), show_names},
    {"F8", N_("Unlock"), N_("A supervisor's approval, unlock, code"), show_unlock},
    {"Esc", N_("Back"), N_("One step back"), show_back},
    {"F2", N_("हिन्दी"), N_("Hindi or English"), NULL},
    {"F12", N_("System"), "", NULL},
    {NULL, NULL, NULL, NULL},
};

const struct bt_ui_screen bt_ui_signin = {
    .id = "signin",
    .size = sizeof(struct signin),
    .tick_ms = 50,
    .scan = BT_SCAN_TYPED,
    .no_leaving = true,
    .keys = keys,
    .enter = enter,
    .draw = draw,
    .on_event = on_event,
};
