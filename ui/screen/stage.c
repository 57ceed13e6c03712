#include "ui/screen/stage.h"

#include <stdlib.h>
#include <string.h>

#include "ui/screen/again.h"
#include "ui/screen/face.h"
#include "ui/screen/till.h"
#include "ui/widget/frame.h"

#define STACK_MAX     8
#define SCREENS_MAX   48
#define HELD_MAX      128
#define TILL_EVERY_MS 500

struct front {
	const struct bt_ui_screen *screen;
	void *state;
};

/* What the screen in front held before a run of characters that may turn out to be a scan. */
struct before_burst {
	const struct bt_ui_screen *screen;
	struct bt_draft draft;
	struct bt_quote quote; /* and what it says beside the draft */
	enum bt_outlook outlook;
	enum bt_denial denial;
	int held_count;
};

struct bt_ui_stage {
	struct bt_ui_desk desk;
	bool plain, help, drawn, over;
	int64_t idle_lock_ms, pressed_ms;
	int64_t till_due_ms;
	int depth;
	struct front stack[STACK_MAX];
	void *states[SCREENS_MAX]; /* in the order of bt_ui_screens */
	size_t largest;
	struct bt_ui_burst burst;
	struct before_burst before;
	void *before_state; /* largest bytes */
	int held_count;
	struct bt_ui_press held[HELD_MAX]; /* typed too early for the screen that was in front */
};

static struct front *find_front(struct bt_ui_stage *stage)
{
	return &stage->stack[stage->depth - 1];
}

static void refresh_status(struct bt_ui_stage *stage)
{
	const struct bt_ui_shop *shop = stage->desk.shop;
	shop->status(shop->self, &stage->desk.status);
	if (shop->practice) {
		shop->practice->state(shop->self, &stage->desk.practice);
	}
	/* It asks the record; the screens of the till look for themselves when they have changed something. */
	if (stage->desk.boot_ms >= stage->till_due_ms) {
		stage->till_due_ms = stage->desk.boot_ms + TILL_EVERY_MS;
		bt_ui_till_look(&stage->desk);
	}
}

static void *find_state(struct bt_ui_stage *stage, const struct bt_ui_screen *screen)
{
	for (int i = 0; bt_ui_screens[i]; i++) {
		if (bt_ui_screens[i] == screen) {
			return stage->states[i];
		}
	}
	return NULL;
}

static void leave(struct bt_ui_stage *stage, struct front *front)
{
	if (front->screen->leave) {
		front->screen->leave(front->state, &stage->desk);
	}
	explicit_bzero(front->state, front->screen->size);
}

/* Each screen has one state, so it can stand in the stack once: what is entered again moves to the front. */
static void take_out(struct bt_ui_stage *stage, const struct bt_ui_screen *screen)
{
	for (int i = 0; i < stage->depth; i++) {
		if (stage->stack[i].screen == screen) {
			leave(stage, &stage->stack[i]);
			stage->depth--;
			memmove(&stage->stack[i], &stage->stack[i + 1],
				sizeof(stage->stack[0]) * (size_t)(stage->depth - i));
			return;
		}
	}
}

static void push(struct bt_ui_stage *stage, const struct bt_ui_screen *screen)
{
	take_out(stage, screen);
	if (stage->depth == STACK_MAX) {
		return;
	}
	struct front *front = &stage->stack[stage->depth++];
	front->screen = screen;
	front->state = find_state(stage, screen);
	explicit_bzero(front->state, screen->size);
	stage->drawn = false;
	if (screen->enter) {
		screen->enter(front->state, &stage->desk);
	}
}

static void pop(struct bt_ui_stage *stage)
{
	leave(stage, find_front(stage));
	stage->depth--;
	stage->drawn = false;
}

static void go_home(struct bt_ui_stage *stage)
{
	while (stage->depth > 0) {
		pop(stage);
	}
	explicit_bzero(&stage->desk.draft, sizeof(stage->desk.draft));
	stage->desk.from_list = false;
	stage->desk.instead_of[0] = '\0';
	push(stage, &bt_ui_home);
}

/* Whoever comes next begins where a day begins. */
static void go_out(struct bt_ui_stage *stage)
{
	struct bt_ui_desk *desk = &stage->desk;
	bt_ui_again_drop(desk);
	go_home(stage);
	pop(stage);
	desk->shop->sign_out(desk->shop->self);
	desk->signed_in = false;
	desk->locked = false;
	explicit_bzero(desk->operator_id, sizeof(desk->operator_id));
	refresh_status(stage);
	push(stage, &bt_ui_signin);
}

static void replay_held(struct bt_ui_stage *stage);

/* Another connection in place of the one in hand. */
static void go_anew(struct bt_ui_stage *stage, const struct bt_ui_screen *screen)
{
	struct bt_draft draft = stage->desk.draft;
	go_home(stage);
	stage->desk.draft = draft;
	push(stage, screen);
	explicit_bzero(&draft, sizeof(draft));
}

static void uncover(struct bt_ui_stage *stage)
{
	struct front *front = find_front(stage);
	if (front->screen->come_back) {
		front->screen->come_back(front->state, &stage->desk);
	}
}

/* @return true when a bell is due. */
static bool go(struct bt_ui_stage *stage, struct bt_ui_go where)
{
	const struct bt_ui_screen *was = find_front(stage)->screen;
	switch (where.verb) {
	case BT_GO_STAY:
	case BT_GO_KEEP:
		return false;
	case BT_GO_IGNORED:
		return true;
	case BT_GO_PUSH:
		push(stage, where.screen);
		break;
	case BT_GO_BACK:
		if (stage->depth > 1) {
			pop(stage);
			uncover(stage);
		}
		break;
	case BT_GO_SWAP:
		pop(stage);
		push(stage, where.screen);
		break;
	case BT_GO_HOME:
		go_home(stage);
		break;
	case BT_GO_OVER:
		go_home(stage);
		push(stage, where.screen);
		break;
	case BT_GO_ANEW:
		go_anew(stage, where.screen);
		break;
	case BT_GO_UNLOCK:
		pop(stage);
		if (stage->depth == 0) {
			push(stage, &bt_ui_home);
		}
		break;
	case BT_GO_OUT:
		go_out(stage);
		break;
	}
	if (find_front(stage)->screen != was) {
		stage->help = false;
		replay_held(stage);
	}
	return false;
}

static bool hand_on(struct bt_ui_stage *stage, const struct bt_ui_event *event)
{
	struct front *front = find_front(stage);
	struct bt_ui_go where = front->screen->on_event(front->state, &stage->desk, event);
	if (where.verb == BT_GO_KEEP && stage->held_count < HELD_MAX) {
		stage->held[stage->held_count++] = event->press;
	}
	return go(stage, where);
}

/* Each one is handed on once; what the new screen does not take either is held again, behind them. */
static void replay_held(struct bt_ui_stage *stage)
{
	struct bt_ui_press held[HELD_MAX];
	int count = stage->held_count;
	memcpy(held, stage->held, sizeof(held));
	stage->held_count = 0;
	for (int i = 0; i < count; i++) {
		held[i].fresh = false;
		(void)hand_on(stage, &(struct bt_ui_event){.kind = BT_UI_EVENT_PRESS, .press = held[i]});
	}
	explicit_bzero(held, sizeof(held));
}

/* Somebody has to sign in before anything behind may be seen. */
static bool is_guarded(const struct bt_ui_stage *stage)
{
	for (int i = 0; i < stage->depth; i++) {
		if (stage->stack[i].screen->no_leaving) {
			return true;
		}
	}
	return false;
}

static void lock(struct bt_ui_stage *stage)
{
	struct front *front = find_front(stage);
	if (front->screen == &bt_ui_signin && stage->depth > 1 && !stage->desk.locked) {
		pop(stage); /* it was there for the offline keys only */
	}
	if (is_guarded(stage)) {
		return;
	}
	bt_ui_again_drop(&stage->desk);
	stage->desk.locked = true;
	stage->help = false;
	push(stage, &bt_ui_signin);
}

static void remember(struct bt_ui_stage *stage)
{
	struct front *front = find_front(stage);
	const struct bt_ui_desk *desk = &stage->desk;
	stage->before = (struct before_burst){.screen = front->screen,
					      .draft = desk->draft,
					      .quote = desk->quote,
					      .outlook = desk->outlook,
					      .denial = desk->denial,
					      .held_count = stage->held_count};
	memcpy(stage->before_state, front->state, front->screen->size);
}

static bool refuse_scan(struct bt_ui_stage *stage)
{
	struct front *front = find_front(stage);
	if (stage->before.screen == front->screen) {
		memcpy(front->state, stage->before_state, front->screen->size);
		stage->desk.draft = stage->before.draft;
		stage->desk.quote = stage->before.quote;
		stage->desk.outlook = stage->before.outlook;
		stage->desk.denial = stage->before.denial;
		stage->held_count = stage->before.held_count;
	}
	bt_ui_note(&stage->desk, BT_INK_WARN, N_("Finish this person first. The scan was not used."), NULL);
	return true;
}

static bool take_scan(struct bt_ui_stage *stage)
{
	struct front *front = find_front(stage);
	char text[BT_BURST_TEXT];
	bt_text_copy(text, sizeof(text), stage->burst.text);
	bt_ui_burst_end(&stage->burst, stage->pressed_ms);
	if (front->screen->scan == BT_SCAN_REFUSED || is_guarded(stage)) {
		return refuse_scan(stage);
	}
	if (front->screen != &bt_ui_home) {
		(void)go(stage, BT_GO(BT_GO_HOME));
	}
	return hand_on(stage, &(struct bt_ui_event){.kind = BT_UI_EVENT_SCAN, .text = text});
}

static void demo(struct bt_ui_stage *stage, enum bt_ui_key key)
{
	static const char *const faults[] = {"down", "slow=2500", "none"};
	if (key == BT_KEY_DEMO_END) {
		stage->over = true;
	} else {
		stage->desk.shop->demo_server(stage->desk.shop->self, faults[key - BT_KEY_DEMO_DOWN]);
	}
}

static bool has_key(const struct bt_ui_screen *screen, const char *key)
{
	for (const struct bt_ui_key_row *row = screen->keys; row->key; row++) {
		if (strcmp(row->key, key) == 0) {
			return true;
		}
	}
	return false;
}

/* A screen that needs a second person for something of its own comes first. @return false when it does not now. */
static bool ask_for_own(struct bt_ui_stage *stage)
{
	struct front *front = find_front(stage);
	struct bt_ui_event event = {.kind = BT_UI_EVENT_PRESS, .press = {.key = BT_KEY_F8}};
	if (!has_key(front->screen, "F8")) {
		return false;
	}
	struct bt_ui_go where = front->screen->on_event(front->state, &stage->desk, &event);
	if (where.verb == BT_GO_IGNORED) {
		return false;
	}
	(void)go(stage, where);
	return true;
}

/* F8 is the second person: whoever opens the keys, says what the time is, or reads out a code. On the screens that
 * speak of the limit it is the code. NULL when nobody is needed. */
static const struct bt_ui_screen *find_second_person(struct bt_ui_stage *stage)
{
	const struct bt_ui_status *status = &stage->desk.status;
	const struct bt_ui_screen *front = find_front(stage)->screen;
	bool about_limit = front == &bt_ui_limit_low || front == &bt_ui_limit_used || front == &bt_ui_system;
	if (about_limit && status->has_lease && status->stopped == BT_OK) {
		return &bt_ui_extend;
	}
	if (status->keys_locked) {
		return &bt_ui_signin;
	}
	if (!status->clock_trusted) {
		return &bt_ui_clock;
	}
	return bt_ui_limit_is_low(status) ? &bt_ui_extend : NULL;
}

static bool is_behind(const struct bt_ui_stage *stage, const struct bt_ui_screen *screen)
{
	for (int i = 0; i < stage->depth; i++) {
		if (stage->stack[i].screen == screen) {
			return true;
		}
	}
	return false;
}

/* From anywhere but its own pages, where F7 would leave a count half typed. */
static bool leads_to_shift(const struct bt_ui_stage *stage)
{
	const struct bt_ui_screen *front = stage->stack[stage->depth - 1].screen;
	return stage->desk.shop->till && !has_key(front, "F7") && !is_behind(stage, &bt_ui_shift);
}

/* Keys that bring a screen in front of any other; Esc leads back. @return false when this one means nothing here. */
static bool press_screen(struct bt_ui_stage *stage, enum bt_ui_key key)
{
	const struct bt_ui_screen *screen = NULL;
	bool leaving = !is_guarded(stage);
	if (key == BT_KEY_F12) {
		screen = &bt_ui_system;
	} else if (key == BT_KEY_F4 && leaving) {
		screen = &bt_ui_stuck;
	} else if (key == BT_KEY_F7 && leaving && leads_to_shift(stage)) {
		screen = &bt_ui_shift;
	} else if (key == BT_KEY_F8 && leaving && ask_for_own(stage)) {
		return true;
	} else if (key == BT_KEY_F8 && leaving) {
		screen = find_second_person(stage);
	}
	if (!screen || screen == find_front(stage)->screen) {
		return false;
	}
	(void)go(stage, BT_GO_TO(BT_GO_PUSH, screen));
	return true;
}

/* Keys that mean the same on every screen. @return true when it was one of them. */
static bool press_anywhere(struct bt_ui_stage *stage, const struct bt_ui_press *press)
{
	bool leaving = !is_guarded(stage);
	if (press->key == BT_KEY_RESIZE || press->key == BT_KEY_NONE) {
		return true; /* nobody pressed anything: the help stays */
	}
	if (stage->help && (press->key == BT_KEY_ESC || press->key == BT_KEY_F1)) {
		stage->help = false;
		return true;
	}
	if (press->key == BT_KEY_F2) {
		stage->desk.lang = stage->desk.lang == BT_LANG_EN ? BT_LANG_HI : BT_LANG_EN;
		return true; /* the help stays here too: it is what is being read */
	}
	if (press->key == BT_KEY_PASTE) {
		bt_ui_note(&stage->desk, BT_INK_WARN, N_("Paste is not taken here."), NULL);
		return true;
	}
	stage->help = false;
	switch (press->key) {
	case BT_KEY_F1:
		stage->help = true;
		return true;
	case BT_KEY_F3:
		if (leaving) {
			(void)go(stage, BT_GO(BT_GO_HOME));
		}
		return leaving;
	case BT_KEY_F9:
		if (leaving) {
			lock(stage);
		}
		return leaving;
	case BT_KEY_F4:
	case BT_KEY_F7:
	case BT_KEY_F8:
	case BT_KEY_F12:
		return press_screen(stage, press->key);
	case BT_KEY_DEMO_DOWN:
	case BT_KEY_DEMO_SLOW:
	case BT_KEY_DEMO_UP:
	case BT_KEY_DEMO_END:
		demo(stage, press->key);
		return true;
	default:
		return press->key == BT_KEY_RESIZE || press->key == BT_KEY_NONE;
	}
}

/* @return true when the key was the answer to a question in row 22. */
static bool answer_question(struct bt_ui_stage *stage, const struct bt_ui_press *press)
{
	struct bt_ui_event early = {.kind = BT_UI_EVENT_PRESS};
	enum bt_ui_again_took took = bt_ui_again_press(&stage->desk, press, &early.press);
	if (took == BT_UI_AGAIN_TYPED) {
		(void)hand_on(stage, &early);
	}
	return took == BT_UI_AGAIN_TAKEN;
}

/* What a scanner sends between and behind the characters is never a command. */
static bool is_of_scan(struct bt_ui_stage *stage, const struct bt_ui_press *press)
{
	if (press->key == BT_KEY_RESIZE || press->key == BT_KEY_NONE) {
		return false;
	}
	if (bt_ui_burst_is_tail(&stage->burst, press->at_ms)) {
		return true;
	}
	return press->key != BT_KEY_CHAR && press->key != BT_KEY_ENTER &&
	       bt_ui_burst_swallow(&stage->burst, press->at_ms);
}

/* A control, a bidi sign or what is no character is none of the keys: it begins nothing anywhere. */
static bool is_key(const struct bt_ui_stage *stage, const struct bt_ui_press *press)
{
	char text[8] = "";
	if (press->key >= BT_KEY_DEMO_DOWN && press->key <= BT_KEY_DEMO_END) {
		return stage->desk.shop->demo_server != NULL;
	}
	if (press->key != BT_KEY_CHAR || press->ch == ' ') {
		return true;
	}
	bool scalar = press->ch >= ' ' && press->ch <= 0x10FFFF && (press->ch < 0xD800 || press->ch > 0xDFFF);
	int used = scalar ? bt_utf8_put(press->ch, text) : 0;
	text[used] = '\0';
	return used > 0 && (bt_char_is_mark(press->ch) || bt_text_is_clean(text));
}

bool bt_ui_stage_press(struct bt_ui_stage *stage, const struct bt_ui_press *press)
{
	if (!is_key(stage, press)) {
		return false;
	}
	struct bt_ui_event event = {.kind = BT_UI_EVENT_PRESS, .press = *press};
	enum bt_ui_scan scan = find_front(stage)->screen->scan;
	event.press.fresh = press->fresh && stage->drawn;
	stage->desk.boot_ms = press->at_ms;
	stage->pressed_ms = press->at_ms;
	if (scan != BT_SCAN_TYPED && is_of_scan(stage, press)) {
		return false;
	}
	if (press->key == BT_KEY_CHAR && scan != BT_SCAN_TYPED) {
		if (bt_ui_burst_note(&stage->burst, press->ch, press->at_ms)) {
			remember(stage);
		}
	} else if (press->key == BT_KEY_ENTER && scan != BT_SCAN_TYPED && !stage->help &&
		   bt_ui_burst_is_scan(&stage->burst, press->at_ms)) {
		bt_ui_note_clear(&stage->desk);
		return take_scan(stage);
	} else {
		bt_ui_burst_reset(&stage->burst);
	}
	if (!stage->help && answer_question(stage, &event.press)) {
		return false;
	}
	if (press->key != BT_KEY_F1 && press->key != BT_KEY_F2 && press->key != BT_KEY_RESIZE) {
		bt_ui_note_clear(&stage->desk);
	}
	if (press_anywhere(stage, &event.press)) {
		return false;
	}
	return hand_on(stage, &event);
}

void bt_ui_stage_tick(struct bt_ui_stage *stage, int64_t boot_ms)
{
	stage->desk.boot_ms = boot_ms;
	refresh_status(stage);
	if (stage->idle_lock_ms > 0 && boot_ms - stage->pressed_ms >= stage->idle_lock_ms) {
		lock(stage);
	}
	bt_ui_again_tick(&stage->desk, boot_ms);
	(void)hand_on(stage, &(struct bt_ui_event){.kind = BT_UI_EVENT_TICK});
}

int bt_ui_stage_due_ms(const struct bt_ui_stage *stage)
{
	int tick_ms = stage->stack[stage->depth - 1].screen->tick_ms, again_ms = bt_ui_again_due_ms(&stage->desk);
	if (again_ms > 0 && (tick_ms <= 0 || again_ms < tick_ms)) {
		return again_ms;
	}
	return tick_ms > 0 ? tick_ms : -1;
}

/* A page that begins right below a banner stands a row lower where the row above the message is free: words that touch
 * the banner read as a part of it. */
static void give_air(const struct bt_ui_screen *screen, struct bt_ui_canvas *canvas)
{
	int last = canvas->rows - 3;
	bool touches = !bt_ui_is_blank(canvas, 1) && !bt_ui_is_blank(canvas, 2);
	if (touches && !screen->stands && bt_ui_is_blank(canvas, last)) {
		bt_ui_lower(canvas, 2, last);
	}
}

void bt_ui_stage_draw(struct bt_ui_stage *stage, int rows, int cols, struct bt_ui_canvas *canvas)
{
	const struct front *front = find_front(stage);
	canvas->words = stage->desk.shop->words;
	canvas->lang = stage->desk.lang;
	canvas->plain = stage->plain;
	bt_ui_canvas_reset(canvas, rows, cols);
	if (rows < BT_SCREEN_ROWS || cols < BT_SCREEN_COLS) {
		bt_ui_too_small(canvas);
		bt_ui_face_training(NULL, NULL, &stage->desk, canvas);
		return;
	}
	bt_ui_face_draw(front->screen, front->state, &stage->desk, canvas);
	front->screen->draw(front->state, &stage->desk, canvas);
	give_air(front->screen, canvas);
	if (stage->help) {
		bt_ui_face_help(front->screen, front->state, &stage->desk, canvas);
	}
	bt_ui_face_training(stage->help ? NULL : front->screen, front->state, &stage->desk, canvas);
	stage->drawn = true;
}

void bt_ui_stage_payer(const struct bt_ui_stage *stage, struct bt_ui_payer *out)
{
	*out = (struct bt_ui_payer){.lang = stage->desk.lang, .training = stage->desk.status.training};
	if (is_guarded(stage)) {
		return;
	}
	for (int i = stage->depth - 1; i >= 0; i--) {
		const struct front *front = &stage->stack[i];
		if (front->screen->payer) {
			front->screen->payer(front->state, &stage->desk, out);
			return;
		}
	}
}

bool bt_ui_stage_is_new(const struct bt_ui_stage *stage)
{
	return !stage->drawn;
}

static bool take_memory(struct bt_ui_stage *stage)
{
	for (int i = 0; bt_ui_screens[i]; i++) {
		stage->states[i] = calloc(1, bt_ui_screens[i]->size);
		if (!stage->states[i]) {
			return false;
		}
		if (bt_ui_screens[i]->size > stage->largest) {
			stage->largest = bt_ui_screens[i]->size;
		}
	}
	stage->before_state = calloc(1, stage->largest);
	return stage->before_state != NULL;
}

enum bt_err bt_ui_stage_open(const struct bt_ui_shop *shop, const struct bt_ui_stage_options *options, int64_t boot_ms,
			     struct bt_ui_stage **out)
{
	struct bt_ui_stage *stage = calloc(1, sizeof(*stage));
	if (!stage || !take_memory(stage)) {
		bt_ui_stage_close(stage);
		return BT_ENOMEM;
	}
	stage->desk.shop = shop;
	stage->desk.lang = options->lang;
	stage->desk.boot_ms = boot_ms;
	stage->desk.signed_in = options->signed_in != NULL;
	if (options->signed_in) {
		bt_text_copy(stage->desk.operator_id, sizeof(stage->desk.operator_id), options->signed_in);
	}
	stage->plain = options->plain;
	stage->idle_lock_ms = options->idle_lock_ms;
	stage->pressed_ms = boot_ms;
	refresh_status(stage);
	push(stage, options->signed_in ? &bt_ui_home : &bt_ui_signin);
	*out = stage;
	return BT_OK;
}

void bt_ui_stage_close(struct bt_ui_stage *stage)
{
	if (!stage) {
		return;
	}
	for (int i = 0; bt_ui_screens[i]; i++) {
		if (stage->states[i]) {
			explicit_bzero(stage->states[i], bt_ui_screens[i]->size);
			free(stage->states[i]);
		}
	}
	if (stage->before_state) {
		explicit_bzero(stage->before_state, stage->largest);
		free(stage->before_state);
	}
	explicit_bzero(stage, sizeof(*stage));
	free(stage);
}

bool bt_ui_stage_is_over(const struct bt_ui_stage *stage)
{
	return stage->over;
}

const char *bt_ui_stage_screen_id(const struct bt_ui_stage *stage)
{
	return stage->stack[stage->depth - 1].screen->id;
}

struct bt_ui_desk *bt_ui_stage_desk(struct bt_ui_stage *stage)
{
	return &stage->desk;
}
