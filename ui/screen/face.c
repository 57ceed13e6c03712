#include "ui/screen/face.h"

#include <string.h>

#include "ui/screen/till.h"
#include "ui/widget/dates.h"
#include "ui/widget/frame.h"

#define HOUR_MS  INT64_C(3600000)
#define KEYS_MAX 16
#define TENTH_MS 100
#define LOW_DIV  4 /* below a quarter of any cap the slot turns */

#define LABEL_COLUMNS 15
#define NAME_COLUMNS  6
#define WHO_ROOM      23 /* for paper, who and time, less the gap between them */

#define WORDS(...) ((const char *const[3]){__VA_ARGS__})

static void say_text(const struct bt_ui_canvas *canvas, const char *key, const char *arg, char *out, size_t cap)
{
	(void)bt_words_format(canvas->words, canvas->lang, key, (const char *[]){arg, NULL}, out, cap);
}

/* What does not fit its slot is said in fewer words and then the figure alone: a figure that is cut is a
 * wrong figure. */
static void fill_slot(const struct bt_ui_canvas *canvas, enum bt_ui_slot_id id, const char *const keys[3],
		      const char *arg, struct bt_ui_slot *slot)
{
	int room = bt_ui_slot_room(id, slot->shape);
	for (int i = 0; keys[i]; i++) {
		say_text(canvas, keys[i], arg, slot->text, sizeof(slot->text));
		if (bt_text_columns(slot->text) <= room) {
			return;
		}
	}
	bt_text_copy(slot->text, sizeof(slot->text), arg ? arg : "");
}

/* 0:44, and whole hours from 100 hours on. */
static void say_span(const struct bt_ui_canvas *canvas, int64_t span_ms, char out[BT_DATE_BYTES])
{
	char hours[32];
	if (span_ms < 100 * HOUR_MS) {
		bt_ui_span(span_ms, out);
	} else {
		bt_count_format(span_ms / HOUR_MS, hours);
		say_text(canvas, N_("{1} h"), hours, out, BT_DATE_BYTES);
	}
}

static void fill_server(const struct bt_ui_status *status, const struct bt_ui_canvas *canvas, struct bt_ui_slot *slot)
{
	char arg[BT_DATE_BYTES];
	static const struct {
		const char *shape, *plain;
		enum bt_ui_role role;
	} looks[] = {[BT_BREAKER_ONLINE] = {"●", "[OK]", BT_INK_OK},
		     [BT_BREAKER_SLOW] = {"▲", "[SLOW]", BT_INK_WARN},
		     [BT_BREAKER_OFFLINE] = {"■", "[DOWN]", BT_INK_WARN}};
	slot->shape = canvas->plain ? looks[status->server].plain : looks[status->server].shape;
	slot->shape_role = looks[status->server].role;
	slot->style = (status->server == BT_BREAKER_ONLINE ? BT_INK_FACT : BT_INK_WARN) | BT_BOLD;
	if (status->server == BT_BREAKER_ONLINE) {
		fill_slot(canvas, BT_SLOT_SERVER, WORDS(N_("Server up")), NULL, slot);
	} else if (status->server == BT_BREAKER_SLOW && status->latency_ms < TENTH_MS) {
		fill_slot(canvas, BT_SLOT_SERVER, WORDS(N_("Slow")), NULL, slot); /* it has not answered at all */
	} else if (status->server == BT_BREAKER_SLOW) {
		bt_ui_seconds(status->latency_ms, arg);
		fill_slot(canvas, BT_SLOT_SERVER, WORDS(N_("Slow {1} s")), arg, slot);
	} else {
		say_span(canvas, status->down_ms, arg);
		fill_slot(canvas, BT_SLOT_SERVER, WORDS(N_("Server down {1}")), arg, slot);
	}
}

static void fill_to_send(const struct bt_ui_status *status, const struct bt_ui_canvas *canvas, struct bt_ui_slot *slot)
{
	char arg[32];
	bt_count_format(status->unsent, arg);
	fill_slot(canvas, BT_SLOT_TO_SEND, WORDS(N_("To send {1}")), arg, slot);
	slot->style = status->unsent > 0 ? BT_INK_FACT : BT_INK_QUIET;
	if (status->unsent_old) {
		slot->style = BT_INK_WARN;
	}
}

/* Below a quarter of any cap the slot shows the cap that ends first; otherwise the time. */
static void fill_limit_left(const struct bt_allowance *left, const struct bt_ui_canvas *canvas, struct bt_ui_slot *slot)
{
	char arg[48];
	bool low = left->ms_left * LOW_DIV < left->ms_whole || left->paise_left * LOW_DIV < left->paise_cap ||
		   left->count_left * LOW_DIV < left->count_cap;
	slot->style = low ? BT_INK_WARN : BT_INK_QUIET;
	if (low && left->ends == BT_ENDS_MONEY) {
		bt_ui_rupees(left->paise_left, false, arg);
		fill_slot(canvas, BT_SLOT_LIMIT, WORDS(N_("Offline {1}"), N_("{1} left")), arg, slot);
	} else if (low && left->ends == BT_ENDS_COUNT) {
		bt_count_format(left->count_left, arg);
		fill_slot(canvas, BT_SLOT_LIMIT, WORDS(N_("Offline {1} left"), N_("{1} left")), arg, slot);
	} else {
		bt_count_format(left->ms_left / HOUR_MS, arg);
		fill_slot(canvas, BT_SLOT_LIMIT, WORDS(N_("Offline {1} h")), arg, slot);
	}
}

static void fill_limit(const struct bt_ui_status *status, const struct bt_ui_canvas *canvas, struct bt_ui_slot *slot)
{
	slot->style = BT_INK_WARN;
	if (!status->has_lease) {
		fill_slot(canvas, BT_SLOT_LIMIT, WORDS(N_("No limit")), NULL, slot);
	} else if (!status->clock_trusted) {
		fill_slot(canvas, BT_SLOT_LIMIT, WORDS(N_("Time not sure")), NULL, slot);
	} else if (status->allowance.used_up != BT_DENY_NONE) {
		fill_slot(canvas, BT_SLOT_LIMIT, WORDS(N_("Offline used")), NULL, slot);
	} else if (status->keys_locked) {
		fill_slot(canvas, BT_SLOT_LIMIT, WORDS(N_("Keys locked")), NULL, slot);
	} else {
		fill_limit_left(&status->allowance, canvas, slot);
	}
}

static const struct {
	const char *shape;
	enum bt_ui_role role;
	const char *key;
} papers[] = {
    [BT_PAPER_OK] = {"", BT_INK_QUIET, N_("Paper ok")},      [BT_PAPER_LOW] = {"△", BT_INK_WARN, N_("Paper low")},
    [BT_PAPER_OUT] = {"✕", BT_INK_WARN, N_("No paper")},     [BT_PAPER_OPEN] = {"✕", BT_INK_WARN, N_("Lid open")},
    [BT_PAPER_JAM] = {"✕", BT_INK_WARN, N_("Jammed")},       [BT_PAPER_FAULT] = {"✕", BT_INK_WARN, N_("Fault")},
    [BT_PAPER_SILENT] = {"?", BT_INK_WARN, N_("No answer")}, [BT_PAPER_NONE] = {"", BT_INK_QUIET, N_("No printer")}};

const char *bt_ui_paper_key(enum bt_paper paper)
{
	return papers[paper].key;
}

static void fill_paper(const struct bt_ui_status *status, const struct bt_ui_canvas *canvas, struct bt_ui_slot *slot)
{
	slot->shape = papers[status->paper].shape;
	slot->shape_role = papers[status->paper].role;
	slot->style = papers[status->paper].role;
	fill_slot(canvas, BT_SLOT_PAPER, WORDS(papers[status->paper].key), NULL, slot);
}

static int count_columns(const struct bt_ui_slot *slot)
{
	return bt_text_columns(slot->text) + (slot->shape[0] ? bt_text_columns(slot->shape) + 1 : 0);
}

/* Cash near its ceiling takes three columns more; where the paper beside it is long, the name makes room for it. */
static void fill_who(const struct bt_ui_status *status, const struct bt_till_state *till,
		     const struct bt_ui_canvas *canvas, int paper_columns, struct bt_ui_slot *slot)
{
	char time[BT_DATE_BYTES], who[64];
	bool much = till->near_ceiling || till->over_ceiling;
	int room = canvas->cols - BT_SCREEN_COLS + WHO_ROOM - paper_columns;
	bt_ui_time(status->now_ms, time);
	bt_text_clip(bt_dual_get(&status->who, canvas->lang), NAME_COLUMNS, who, sizeof(who));
	/* The longest name stands closer to the time, or the paper beside it would touch it. */
	const char *gap = bt_text_columns(who) < NAME_COLUMNS ? "  " : " ";
	slot->style = much ? BT_INK_WARN : BT_INK_QUIET;
	bt_text_printf(slot->text, sizeof(slot->text), "%s%s%s%s%s", much ? "₹!" : "", much ? gap : "", who,
		       who[0] ? gap : "", time);
	if (much && bt_text_columns(slot->text) > room) {
		bt_text_printf(slot->text, sizeof(slot->text), "₹! %s", time);
	}
}

static void draw_status(const struct bt_ui_status *status, const struct bt_till_state *till,
			struct bt_ui_canvas *canvas)
{
	struct bt_ui_slot slots[BT_SLOT_COUNT];
	memset(slots, 0, sizeof(slots));
	for (int i = 0; i < BT_SLOT_COUNT; i++) {
		slots[i].shape = "";
	}
	fill_server(status, canvas, &slots[BT_SLOT_SERVER]);
	fill_to_send(status, canvas, &slots[BT_SLOT_TO_SEND]);
	fill_limit(status, canvas, &slots[BT_SLOT_LIMIT]);
	fill_paper(status, canvas, &slots[BT_SLOT_PAPER]);
	fill_who(status, till, canvas, count_columns(&slots[BT_SLOT_PAPER]), &slots[BT_SLOT_WHO]);
	bt_ui_status_row(canvas, slots);
}

/* Server and time; of the banner what cannot wait, in few words. */
static void draw_side(const struct bt_ui_desk *desk, int columns, struct bt_ui_canvas *canvas)
{
	const struct bt_ui_status *status = &desk->status;
	struct bt_ui_slot server = {.shape = ""};
	char time[BT_DATE_BYTES], text[320];
	fill_server(status, canvas, &server);
	bt_ui_time(status->now_ms, time);
	bt_ui_status_side(canvas, columns, &server, time);
	if (status->training) {
		bt_ui_banner_side(canvas, columns, BT_BANNER_TRAINING, bt_ui_word(canvas, N_("TRAINING · NO VALUE")));
	} else if (bt_ui_tokens_stopped(status)) {
		bt_ui_banner_side(canvas, columns, BT_BANNER_STOP, bt_ui_word(canvas, N_("No token now.")));
	}
	if (desk->note.key) {
		bt_ui_note_text(&desk->note, canvas, text, sizeof(text));
		bt_ui_message_side(canvas, columns, desk->note.role, text);
	}
}

static const struct {
	const char *reason, *sentence;
} stops[BT_ERR_COUNT] = {
    [BT_EDISK] = {N_("The record cannot be written."),
		  N_("Stopped: the record cannot be written. Nothing is lost. Call {1}.")},
    [BT_ENOSPC] = {N_("The disk is full."), N_("Stopped: the disk is full. Nothing is lost. Call {1}.")},
    [BT_ECORRUPT] = {N_("The record does not agree with itself."),
		     N_("Stopped: the record does not agree with itself. Nothing is lost. Call {1}.")},
    [BT_EDIVERGED] = {N_("The server's token differs from the one made here."),
		      N_("Stopped: the server's token differs. Nothing is lost. Call {1}.")},
};

const char *const bt_ui_withdrawn_sentence = N_("The office has withdrawn this counter. It takes no more money.");

const char *bt_ui_stop_reason(enum bt_err err)
{
	return stops[stops[err].reason ? err : BT_EDISK].reason;
}

const char *bt_ui_stop_sentence(enum bt_err err)
{
	return stops[stops[err].sentence ? err : BT_EDISK].sentence;
}

bool bt_ui_tokens_stopped(const struct bt_ui_status *status)
{
	return status->stopped != BT_OK || (status->server == BT_BREAKER_OFFLINE && status->has_lease &&
					    status->clock_trusted && status->allowance.used_up != BT_DENY_NONE);
}

const char *bt_ui_clock_key(const struct bt_ui_status *status)
{
	return status->clock_doubt == BT_CLOCK_MOVED ? N_("This computer's clock was changed.")
						     : N_("Date and time are not confirmed since the start.");
}

bool bt_ui_limit_is_low(const struct bt_ui_status *status)
{
	return status->has_lease && status->clock_trusted &&
	       (status->allowance.used_up != BT_DENY_NONE || status->allowance.percent_used >= BT_LIMIT_LOW_PERCENT);
}

static void banner_text(const struct bt_ui_canvas *canvas, const char *key, const char *arg, char *out, size_t cap)
{
	char text[512];
	say_text(canvas, key, arg, text, sizeof(text));
	bt_ui_widen(text, out, cap);
}

/* The control room is whom the screen below names; its number is long, and 1912 finds it too. */
static void stop_text(const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas, char *out, size_t cap)
{
	const struct bt_enrolment *enrolment = desk->shop->enrolment;
	const char *key = bt_ui_stop_sentence(desk->status.stopped);
	banner_text(canvas, key, enrolment->control_room, out, cap);
	if (!enrolment->control_room[0] || bt_text_columns(out) > BT_SCREEN_COLS - BT_TEXT_LEFT - 2) {
		banner_text(canvas, key, enrolment->complaint, out, cap);
	}
}

static enum bt_ui_banner choose_banner(const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas, char *out,
				       size_t cap)
{
	const struct bt_ui_status *status = &desk->status;
	char when[BT_DATE_BYTES];
	if (status->training) {
		banner_text(canvas, N_("TRAINING · NO VALUE"), NULL, out, cap);
		return BT_BANNER_TRAINING;
	}
	if (status->stopped != BT_OK) {
		stop_text(desk, canvas, out, cap);
		return BT_BANNER_STOP;
	}
	if (status->withdrawn) {
		banner_text(canvas, bt_ui_withdrawn_sentence, NULL, out, cap);
		return BT_BANNER_STOP;
	}
	if (status->server != BT_BREAKER_OFFLINE) {
		return BT_BANNER_NONE;
	}
	if (status->has_lease && !status->clock_trusted) {
		banner_text(canvas,
			    status->clock_doubt == BT_CLOCK_MOVED
				? N_("This computer's clock was changed. Dockets only. Supervisor: F8.")
				: N_("The time is not confirmed. Payments with docket only. Supervisor: F8."),
			    NULL, out, cap);
		return BT_BANNER_CALM;
	}
	if (bt_ui_tokens_stopped(status)) {
		banner_text(canvas, N_("Offline limit used. Payments with docket only; tokens wait."), NULL, out, cap);
		return BT_BANNER_STOP;
	}
	if (status->keys_locked || !status->has_lease) {
		banner_text(canvas, N_("Payments with docket only; tokens wait for the server."), NULL, out, cap);
		return BT_BANNER_CALM;
	}
	bt_ui_date_near(canvas, status->balances_known_ms, status->now_ms, when);
	banner_text(canvas, N_("Tokens are made here. Balances are from {1}."), when, out, cap);
	return BT_BANNER_CALM;
}

/* The demo's keys stand in row 1 where nothing else does, and shrink to the one that brings the server back. */
static void draw_demo(const struct bt_ui_desk *desk, enum bt_ui_banner banner, const char *text,
		      struct bt_ui_canvas *canvas)
{
	const char *whole = bt_ui_word(canvas, N_("Demo: Ctrl-D server down, Ctrl-S slow, Ctrl-U up, Ctrl-Q end"));
	const char *back = bt_ui_word(canvas, N_("Ctrl-U up"));
	int room = canvas->cols - 2 - (banner == BT_BANNER_NONE ? 0 : BT_TEXT_LEFT + bt_text_columns(text) + 1);
	if (!desk->shop->demo_server) {
		return;
	}
	if (bt_text_columns(whole) <= room) {
		bt_ui_put_right(canvas, 1, canvas->cols - 2, BT_INK_QUIET, whole);
	} else if (bt_text_columns(back) <= room) {
		bt_ui_put_right(canvas, 1, canvas->cols - 2, BT_INK_QUIET, back);
	}
}

static int collect_keys(const struct bt_ui_screen *screen, const void *self, const struct bt_ui_desk *desk,
			const struct bt_ui_canvas *canvas, struct bt_ui_key_cell out[KEYS_MAX])
{
	int count = 0;
	for (const struct bt_ui_key_row *row = screen->keys; row->key && count < KEYS_MAX; row++) {
		char label[64] = "";
		if (row->show && !row->show(self, desk, canvas, label)) {
			continue;
		}
		bt_text_compose_nukta(label[0] ? label : bt_ui_word(canvas, row->label), out[count].label,
				      sizeof(out[count].label));
		out[count].key = row->key;
		out[count].help = row->help[0] ? bt_ui_word(canvas, row->help) : "";
		count++;
	}
	return count;
}

/* The status row, the banner and the message over all columns. */
static void draw_rows(const struct bt_ui_desk *desk, struct bt_ui_canvas *canvas)
{
	char text[768] = "";
	draw_status(&desk->status, &desk->till, canvas);
	enum bt_ui_banner banner = choose_banner(desk, canvas, text, sizeof(text));
	bt_ui_banner_row(canvas, banner, text);
	draw_demo(desk, banner, text, canvas);
	if (desk->note.key) {
		bt_ui_note_text(&desk->note, canvas, text, sizeof(text));
		bt_ui_message_row(canvas, desk->note.role, text);
	}
}

void bt_ui_face_draw(const struct bt_ui_screen *screen, const void *self, const struct bt_ui_desk *desk,
		     struct bt_ui_canvas *canvas)
{
	struct bt_ui_key_cell keys[KEYS_MAX];
	int columns = screen->frame_columns ? screen->frame_columns(self, desk, canvas) : canvas->cols;
	if (columns < canvas->cols) {
		draw_side(desk, columns, canvas);
	} else {
		draw_rows(desk, canvas);
	}
	bt_ui_key_row(canvas, keys, collect_keys(screen, self, desk, canvas, keys));
}

void bt_ui_face_training(const struct bt_ui_screen *screen, const void *self, const struct bt_ui_desk *desk,
			 struct bt_ui_canvas *canvas)
{
	char text[768];
	if (!desk->status.training || canvas->rows < 2) {
		return;
	}
	int columns = screen && screen->frame_columns ? screen->frame_columns(self, desk, canvas) : canvas->cols;
	banner_text(canvas, N_("TRAINING · NO VALUE"), NULL, text, sizeof(text));
	if (columns < canvas->cols) {
		bt_ui_banner_side(canvas, columns, BT_BANNER_TRAINING, text);
	} else {
		bt_ui_banner_row(canvas, BT_BANNER_TRAINING, text);
	}
}

void bt_ui_face_help(const struct bt_ui_screen *screen, const void *self, const struct bt_ui_desk *desk,
		     struct bt_ui_canvas *canvas)
{
	static const struct {
		const char *key, *help;
		bool signed_in; /* only behind a PIN */
	} everywhere[] = {
	    {"F1", N_("Esc closes this help."), false},
	    {"F2", N_("Hindi or English"), false},
	    {"F3", N_("Next person; work in progress goes on by itself"), true},
	    {"F4", N_("Stuck recharges"), true},
	    {"F7", N_("The shift: deposit, report, count, close"), true},
	    {"F9", N_("Lock the screen; work goes on"), true},
	    {"F12", N_("System"), false},
	};
	struct bt_ui_key_cell keys[KEYS_MAX + sizeof(everywhere) / sizeof(everywhere[0])];
	int count = collect_keys(screen, self, desk, canvas, keys);
	for (size_t i = 0; i < sizeof(everywhere) / sizeof(everywhere[0]); i++) {
		bool listed = everywhere[i].signed_in && screen->no_leaving;
		/* Its own pages have it among their keys, or lead back to it. */
		listed = listed || (strcmp(everywhere[i].key, "F7") == 0 && !bt_ui_till_leads_to(desk, screen));
		for (int j = 0; j < count; j++) {
			listed = listed || strcmp(keys[j].key, everywhere[i].key) == 0;
		}
		if (!listed) {
			keys[count] = (struct bt_ui_key_cell){.key = everywhere[i].key,
							      .help = bt_ui_word(canvas, everywhere[i].help)};
			count++;
		}
	}
	bt_ui_help_draw(canvas, keys, count);
}

/* 12 digits as 4 4 4, an 11-digit meter as 4 4 3; anything else as it is. */
void bt_ui_group_digits(const char *digits, char out[32])
{
	size_t used = 0;
	if (!bt_text_is_digits(digits)) {
		bt_text_copy(out, 32, digits);
		return;
	}
	for (size_t i = 0; digits[i] && used + 3 < 32; i++) {
		if (i > 0 && i % 4 == 0) {
			out[used++] = ' ';
		}
		out[used++] = digits[i];
	}
	out[used] = '\0';
}

void bt_ui_rupees(bt_paise paise, bool full, char out[48])
{
	char number[32];
	bt_paise size = paise < 0 ? -paise : paise;
	if (full) {
		bt_money_format_full(size, number);
	} else {
		bt_money_format(size, number);
	}
	bt_text_printf(out, 48, "%s₹ %s", paise < 0 ? "− " : "", number);
}

void bt_ui_units(const struct bt_ui_canvas *canvas, int64_t tenths, char out[64])
{
	char number[32];
	bt_units_format(tenths, number);
	say_text(canvas, N_("{1} units"), number, out, 64);
}

void bt_ui_relative(const struct bt_ui_canvas *canvas, const struct bt_consumer *consumer, char out[320])
{
	static const struct {
		const char *relation, *key;
	} known[] = {{"s/o", N_("s/o {1}")}, {"d/o", N_("d/o {1}")}, {"w/o", N_("w/o {1}")}};
	const char *name = bt_dual_get(&consumer->relative, canvas->lang);
	bt_text_copy(out, 320, name);
	for (size_t i = 0; name[0] && i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].relation, consumer->relation) == 0) {
			say_text(canvas, known[i].key, name, out, 320);
		}
	}
}

void bt_ui_person(struct bt_ui_canvas *canvas, int row, const struct bt_consumer *consumer)
{
	char text[512] = "", relative[320];
	bt_ui_relative(canvas, consumer, relative);
	bt_ui_put_name(canvas, row, BT_TEXT_LEFT, BT_PERSON_COL - BT_TEXT_LEFT - 1, BT_INK_FACT | BT_BOLD,
		       bt_dual_get(&consumer->name, canvas->lang));
	if (relative[0]) {
		bt_text_printf(text, sizeof(text), "%s,  ", relative);
	}
	size_t len = strlen(text);
	bt_text_copy(text + len, sizeof(text) - len, bt_dual_get(&consumer->place, canvas->lang));
	bt_ui_put_name(canvas, row, BT_PERSON_COL, 78 - BT_PERSON_COL, BT_INK_QUIET, text);
}

void bt_ui_numbers(struct bt_ui_canvas *canvas, int row, const struct bt_consumer *consumer)
{
	char group[32];
	bt_ui_group_digits(consumer->number, group);
	bt_ui_put(canvas, row, BT_TEXT_LEFT, BT_INK_FACT, group);
	if (consumer->meter[0]) {
		bt_ui_group_digits(consumer->meter, group);
		bt_ui_say(canvas, row, BT_PERSON_COL, BT_INK_QUIET, N_("meter {1}"), group, NULL);
	}
}

void bt_ui_label(struct bt_ui_canvas *canvas, int row, const char *key)
{
	bt_ui_label_at(canvas, row, BT_TEXT_LEFT, BT_INK_QUIET, key);
}

void bt_ui_label_at(struct bt_ui_canvas *canvas, int row, int col, unsigned style, const char *key)
{
	bt_ui_put_clip(canvas, row, col, LABEL_COLUMNS, style, bt_ui_word(canvas, key));
}

bool bt_ui_has_code(const struct bt_ui_desk *desk)
{
	struct bt_ui_extension extension;
	return desk->shop->extension(desk->shop->self, &extension) && extension.codes_left > 0;
}

bool bt_ui_show_code(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas, char label[64])
{
	(void)desk;
	(void)canvas;
	(void)label;
	return ((const struct bt_ui_code_way *)self)->open;
}

struct bt_ui_go bt_ui_limit_press(enum bt_ui_key key)
{
	switch (key) {
	case BT_KEY_ENTER:
	case BT_KEY_ESC:
		return BT_GO(BT_GO_BACK);
	case BT_KEY_CHAR:
		return BT_GO(BT_GO_KEEP);
	default:
		return BT_GO(BT_GO_IGNORED);
	}
}
