/* What holds for every picture of every screen: the grid, the status row, shapes beside colours, the meaning of keys.
 *
 * Each rule takes the picture on `canvas` and @return NULL, or what is wrong. A test that wants the labels too is
 * linked with `wraps: bt_ui_label bt_ui_label_at` in its head comment. Source: SCREENS 2, 3, 5, 10. */
#ifndef BT_TESTS_PICTURE_RULES_H
#define BT_TESTS_PICTURE_RULES_H

#include "tests/unit/picture.h"
#include "tests/unit/stage_fixture.h"

#define RULE_RIGHT_EDGE 78 /* nothing stands here or beyond at 80 columns but the white of a QR */
#define RULE_READING    76 /* columns of a line that is read */
#define RULE_LABEL      15
#define RULE_GAP        3 /* blanks that end a line that is read */

/* ---- the grid ---- */

static inline const char *rule_edge(void)
{
	for (int row = 0; row < canvas.rows && canvas.cols == BT_SCREEN_COLS; row++) {
		for (int col = RULE_RIGHT_EDGE; col < BT_SCREEN_COLS; col++) {
			if (!picture_is_blank(&canvas.cell[row][col]) && canvas.cell[row][col].ground != BT_ON_PAPER) {
				return "text beyond column 77";
			}
		}
	}
	return NULL;
}

/* No line that is read is longer than 76 columns, however wide the window: letters only, on the ground of the page. */
static inline const char *rule_reading(void)
{
	for (int row = 1; row < canvas.rows - 1; row++) {
		int first = -1, last = -1;
		for (int col = 0; col < canvas.cols; col++) {
			const struct bt_ui_cell *cell = &canvas.cell[row][col];
			if (picture_is_blank(cell) || cell->glyph != BT_GLYPH_TEXT) {
				continue;
			}
			if (first < 0 || col - last > RULE_GAP) {
				first = col;
			}
			last = col;
			if (last - first >= RULE_READING) {
				return "a line of more than 76 columns";
			}
		}
	}
	return NULL;
}

/* F1 ends two columns before the right edge, and has a blank before it. */
static inline const char *rule_help_key(void)
{
	char text[4096];
	const struct bt_ui_cell *keys = canvas.cell[canvas.rows - 1];
	bt_ui_row_text(&canvas, canvas.rows - 1, text, sizeof(text));
	const char *help = strstr(text, "F1 ");
	bool placed = !picture_is_blank(&keys[canvas.cols - 3]) && picture_is_blank(&keys[canvas.cols - 2]);
	return help && help > text && help[-1] == ' ' && placed ? NULL : "F1 is not in its place";
}

static char rule_wide_label[300]; /* the first label that was too wide, from the calls that draw them */

void __real_bt_ui_label(struct bt_ui_canvas *on, int row, const char *key);
void __wrap_bt_ui_label(struct bt_ui_canvas *on, int row, const char *key);
void __real_bt_ui_label_at(struct bt_ui_canvas *on, int row, int col, unsigned style, const char *key);
void __wrap_bt_ui_label_at(struct bt_ui_canvas *on, int row, int col, unsigned style, const char *key);

static inline void rule_see_label(const struct bt_ui_canvas *on, const char *key)
{
	char composed[256];
	bt_text_compose_nukta(bt_ui_word(on, key), composed, sizeof(composed));
	if (bt_text_columns(composed) > RULE_LABEL && !rule_wide_label[0]) {
		(void)bt_text_printf(rule_wide_label, sizeof(rule_wide_label), "the label \"%s\" has %d columns",
				     composed, bt_text_columns(composed));
	}
}

void __wrap_bt_ui_label(struct bt_ui_canvas *on, int row, const char *key)
{
	rule_see_label(on, key);
	__real_bt_ui_label(on, row, key);
}

void __wrap_bt_ui_label_at(struct bt_ui_canvas *on, int row, int col, unsigned style, const char *key)
{
	rule_see_label(on, key);
	__real_bt_ui_label_at(on, row, col, style, key);
}

static inline const char *rule_labels(void)
{
	return rule_wide_label[0] ? rule_wide_label : NULL;
}

/* ---- the status row is read, not only measured ---- */

/* The slot from column @p from up to @p to as text, its shape first. */
static inline void rule_slot_text(int from, int to, char out[256])
{
	size_t used = 0;
	for (int col = from; col < to; col++) {
		const char *text = canvas.cell[0][col].text;
		used += (size_t)snprintf(out + used, 256 - used, "%s", text[0] ? text : " ");
	}
}

static inline bool rule_slot_says(const char *slot, const char *shape, const char *key)
{
	char wanted[256], composed[256], english[256];
	(void)bt_text_copy(english, sizeof(english), bt_words_get(canvas.words, canvas.lang, key));
	english[strcspn(english, "{")] = '\0';
	(void)bt_text_printf(wanted, sizeof(wanted), "%s%s%s", shape, shape[0] ? " " : "", english);
	bt_text_compose_nukta(wanted, composed, sizeof(composed));
	return strncmp(slot, composed, strlen(composed)) == 0;
}

struct rule_word {
	const char *shape, *key;
};

/* @return the row of @p words that the slot is read as, -1 none; the first that fits. */
static inline int rule_read_slot(int from, int to, const struct rule_word *words, int count)
{
	char slot[256];
	rule_slot_text(from, to, slot);
	for (int i = 0; i < count; i++) {
		if (rule_slot_says(slot, words[i].shape, words[i].key)) {
			return i;
		}
	}
	return -1;
}

static const struct rule_word rule_servers[] = {[BT_BREAKER_ONLINE] = {"●", "Server up"},
						[BT_BREAKER_SLOW] = {"▲", "Slow {1} s"},
						[BT_BREAKER_OFFLINE] = {"■", "Server down {1}"}};
static const struct rule_word rule_papers[BT_PAPER_COUNT] = {
    [BT_PAPER_OK] = {"", "Paper ok"},       [BT_PAPER_LOW] = {"△", "Paper low"}, [BT_PAPER_OUT] = {"✕", "No paper"},
    [BT_PAPER_OPEN] = {"✕", "Lid open"},    [BT_PAPER_JAM] = {"✕", "Jammed"},    [BT_PAPER_FAULT] = {"✕", "Fault"},
    [BT_PAPER_SILENT] = {"?", "No answer"}, [BT_PAPER_NONE] = {"", "No printer"}};
enum rule_limit { RULE_LIMIT_NONE, RULE_LIMIT_CLOCK, RULE_LIMIT_USED, RULE_LIMIT_LOCKED, RULE_LIMIT_LEFT };
static const struct rule_word rule_limits[] = {[RULE_LIMIT_NONE] = {"", "No limit"},
					       [RULE_LIMIT_CLOCK] = {"", "Time not sure"},
					       [RULE_LIMIT_USED] = {"", "Offline used"},
					       [RULE_LIMIT_LOCKED] = {"", "Keys locked"},
					       [RULE_LIMIT_LEFT] = {"", "Offline {1} h"}};

static inline enum rule_limit rule_limit_of(const struct bt_ui_status *status)
{
	if (!status->has_lease) {
		return RULE_LIMIT_NONE;
	}
	if (!status->clock_trusted) {
		return RULE_LIMIT_CLOCK;
	}
	if (status->allowance.used_up != BT_DENY_NONE) {
		return RULE_LIMIT_USED;
	}
	return status->keys_locked ? RULE_LIMIT_LOCKED : RULE_LIMIT_LEFT;
}

/* Shape and word of row 0 say what @p status says, and nothing touches the slot before it. */
static inline const char *rule_status(const struct bt_ui_status *status, const struct bt_till_state *till,
				      bool has_side)
{
	static const int before[] = {21, 37, 53};
	char who[256];
	if (rule_read_slot(2, 21, rule_servers, 3) != (int)status->server) {
		return "the status row does not say how the server is";
	}
	if (has_side) {
		return NULL;
	}
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		if (!picture_is_blank(&canvas.cell[0][before[i]])) {
			return "a status slot over its columns";
		}
	}
	if (rule_read_slot(54, 66, rule_papers, BT_PAPER_COUNT) != (int)status->paper) {
		return "the status row does not say how the paper is";
	}
	int limit = rule_read_slot(38, 53, rule_limits, 5);
	/* A figure may stand without its word: "₹ 9,400 left". */
	limit = limit < 0 ? RULE_LIMIT_LEFT : limit;
	if (limit != (int)rule_limit_of(status)) {
		return "the status row does not say how the limit is";
	}
	rule_slot_text(60, canvas.cols, who);
	if ((strstr(who, "₹!") != NULL) != (till->near_ceiling || till->over_ceiling)) {
		return "the status row does not say how much is in the drawer";
	}
	if (picture_is_blank(&canvas.cell[0][canvas.cols - 3]) || !picture_is_blank(&canvas.cell[0][canvas.cols - 2])) {
		return "the last slot does not end at the right edge";
	}
	return NULL;
}

/* ---- a shape beside every colour ---- */

static inline bool rule_row_has(int row, const char *const *shapes)
{
	char text[4096];
	if (row < 0 || row >= canvas.rows) {
		return false;
	}
	bt_ui_row_text(&canvas, row, text, sizeof(text));
	for (int i = 0; shapes[i]; i++) {
		if (strstr(text, shapes[i])) {
			return true;
		}
	}
	return false;
}

/* The rupee sign belongs to the figure behind it. */
static inline bool rule_is_coloured(const struct bt_ui_cell *cell)
{
	bool signals = cell->role == BT_INK_OK || cell->role == BT_INK_WARN || cell->role == BT_INK_BAD;
	return signals && !picture_is_blank(cell) && cell->glyph == BT_GLYPH_TEXT && strcmp(cell->text, "₹") != 0 &&
	       (cell->ground == BT_ON_GROUND || cell->ground == BT_ON_SELECTED);
}

/* A big figure that is short or wanting: its sign hangs in the margin of one of its rows. */
static inline bool rule_figure_has_shape(int row)
{
	static const char *const shapes[] = {"▲", "✕", NULL};
	for (int i = row - 4; i <= row + 4; i++) {
		if (rule_row_has(i, shapes)) {
			return true;
		}
	}
	return false;
}

/* What is said in ok, warn or bad has its sign in the same row; a line that goes on has it where it began. A big figure
 * that is good has a word beside it. */
static inline const char *rule_shapes(void)
{
	static const char *const shapes[] = {"▲", "■", "✕", "✓", "●", "△", "?", "○", "−", "₹!", NULL};
	bool had = false, has;
	for (int row = 1; row < canvas.rows - 1; row++, had = has) {
		bool coloured = false;
		for (int col = 0; col < canvas.cols; col++) {
			const struct bt_ui_cell *cell = &canvas.cell[row][col];
			bool figure = cell->glyph >= BT_GLYPH_FULL && cell->glyph <= BT_GLYPH_LOWER;
			coloured = coloured || rule_is_coloured(cell);
			if (figure && (cell->role == BT_INK_WARN || cell->role == BT_INK_BAD) &&
			    !rule_figure_has_shape(row)) {
				return "a figure in colour only";
			}
		}
		has = coloured && (rule_row_has(row, shapes) || had);
		if (coloured && !has) {
			return "said in colour only";
		}
	}
	return NULL;
}

/* ---- what a key means ---- */

/* SCREENS 5 in the labels that name each meaning; a key of a screen that is not here, or says something else, fails. */
static const struct rule_meaning {
	const char *key;
	const char *labels[48];
} rule_meanings[] = {
    /* forward: accept, choose, next */
    {"Enter",
     {"Choose",
      "Next",
      "Money taken, give token",
      "Money taken, give docket",
      "Make it here now",
      "Print docket",
      "Print again",
      "Go on",
      "Open",
      "Sign in",
      "Unlock",
      "Approve",
      "Begin",
      "Ask bank now",
      "New QR",
      "Test it",
      "Hand over",
      "Check the code",
      "Get the token now",
      "Give the token",
      "Count",
      "Next line",
      "Seal the count",
      "Confirm",
      "Show QR",
      "Record the count",
      "Record the deposit",
      "Agreed, go on",
      "Make it here anyway",
      "Credit it now",
      "Give the money",
      "Write a claim",
      "Write the claim",
      "Ask again",
      "Find"}},
    {"↑↓", {"Move", "Name", "Line"}},
    /* next or previous ready-made choice */
    {"+ −", {"Amount", "Move ₹ {1}", "Day"}},
    {"/", {"Towards", "Balance, dues, split"}},
    {"*", {"Pay by", "Paid by", "Cash"}},
    {"Tab", {"All, ours, app", "Torn", "How many"}},
    {"Del", {"Clear the group"}},
    {"Esc", {"Back", "Stop", "Refuse", "Practice", "Without a task"}},
    {"F2", {"हिन्दी"}},
    {"F3", {"Next person"}},
    {"F4", {"Stuck", "Stuck {1}"}},
    /* on paper, whatever the screen is about */
    {"F5", {"Reprint", "Print again", "Print", "Print docket", "Print QR", "Docket", "Key slip", "Print X", "Print Z"}},
    /* more about it */
    {"F6", {"History", "Same person", "Look"}},
    /* the shift and its drawer */
    {"F7", {"Shift", "Open drawer", "Earlier shifts", "Deposit", "Recount"}},
    /* a second person */
    {"F8",
     {"Enter code", "Unlock", "Refund", "Supervisor", "Close", "Close it", "Confirm time", "Supervisor closes",
      "Cash check"}},
    {"F9", {"Lock"}},
    {"F12", {"System"}},
    /* no key at all: what stands in the place of Enter once money is recorded */
    {"✓", {"Money is recorded"}},
};

static inline bool rule_is_meant(const char *key, const char *label)
{
	for (size_t i = 0; i < sizeof(rule_meanings) / sizeof(rule_meanings[0]); i++) {
		for (int j = 0; strcmp(rule_meanings[i].key, key) == 0 && rule_meanings[i].labels[j]; j++) {
			if (strcmp(rule_meanings[i].labels[j], label) == 0) {
				return true;
			}
		}
	}
	return false;
}

/* @p text is @p pattern, a figure standing for each of its places. */
static inline bool rule_fits(const char *pattern, const char *text)
{
	const char *place = strchr(pattern, '{');
	if (!place) {
		return strcmp(pattern, text) == 0;
	}
	size_t before = (size_t)(place - pattern), after = strlen(place + 3), len = strlen(text);
	return len >= before + after && strncmp(pattern, text, before) == 0 &&
	       strcmp(text + len - after, place + 3) == 0;
}

static inline bool rule_is_meant_here(const struct rule_meaning *meaning, const char *label)
{
	for (int i = 0; meaning->labels[i]; i++) {
		char composed[256];
		bt_text_compose_nukta(bt_words_get(canvas.words, canvas.lang, meaning->labels[i]), composed,
				      sizeof(composed));
		if (rule_fits(composed, label)) {
			return true;
		}
	}
	return false;
}

/* The last row as it is drawn: each key on it is in the table, with a label of its meaning, in this language. */
static inline const char *rule_keys(void)
{
	static char wrong[512];
	char text[4096];
	bt_ui_row_text(&canvas, canvas.rows - 1, text, sizeof(text));
	char *help = strstr(text, "F1 ");
	if (help) {
		*help = '\0'; /* rule_help_key has seen it */
	}
	for (char *at = text + strspn(text, " "); *at;) {
		char *end = strstr(at, "  ");
		char *next = end ? end + strspn(end, " ") : at + strlen(at);
		bool meant = false;
		end = end ? end : next - (next[-1] == ' ');
		*end = '\0';
		for (size_t i = 0; i < sizeof(rule_meanings) / sizeof(rule_meanings[0]) && !meant; i++) {
			size_t len = strlen(rule_meanings[i].key);
			meant = strncmp(at, rule_meanings[i].key, len) == 0 && at[len] == ' ' &&
				rule_is_meant_here(&rule_meanings[i], at + len + 1);
		}
		if (!meant) {
			(void)bt_text_printf(wrong, sizeof(wrong), "\"%s\" is not among the meanings of that key", at);
			return wrong;
		}
		at = next;
	}
	return NULL;
}

/* ---- what is drawn from blocks can be read back ---- */

static inline const char *rule_blocks(void)
{
	char digits[1024], qr[1024];
	if (!picture_read_digits(&canvas, digits, sizeof(digits))) {
		return "a big digit that cannot be read";
	}
	if (picture_has_paper(&canvas)) {
		picture_read_qr(&canvas, qr, sizeof(qr));
		return qr[0] ? NULL : "a QR that cannot be read";
	}
	return NULL;
}

#endif
