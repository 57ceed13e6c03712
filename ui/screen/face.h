/* What every screen shows around itself: status, banner, message and keys, made from the desk; and pieces that several
 * screens share: names, amounts, groups of digits. */
#ifndef BT_UI_SCREEN_FACE_H
#define BT_UI_SCREEN_FACE_H

#include "ui/screen/screen.h"

#define BT_REMARK_COL 67
#define BT_BLOCK_COL  44  /* labels of the second block */
#define BT_AMOUNT_END 65  /* amounts of the second block end before it */
#define BT_THIRD_COL  86  /* the third block, */
#define BT_THIRD_FROM 120 /* from this many columns */
#define BT_PERSON_COL 30

/** Rows 0, 1, and the last two. */
void bt_ui_face_draw(const struct bt_ui_screen *screen, const void *self, const struct bt_ui_desk *desk,
		     struct bt_ui_canvas *canvas);
/** Training is said last and over everything else, in row 1 of each screen, its help (@p screen NULL) and a window that
 *  is too small. Nothing while it is not training. */
void bt_ui_face_training(const struct bt_ui_screen *screen, const void *self, const struct bt_ui_desk *desk,
			 struct bt_ui_canvas *canvas);
/** The help over it. */
void bt_ui_face_help(const struct bt_ui_screen *screen, const void *self, const struct bt_ui_desk *desk,
		     struct bt_ui_canvas *canvas);

/** "1002 4478 1560". Needs 32 bytes. */
void bt_ui_group_digits(const char *digits, char out[32]);
/** "₹ 1,860", "− ₹ 142.30"; @p full always with paise. Needs 48 bytes. */
void bt_ui_rupees(bt_paise paise, bool full, char out[48]);
/** "63.5 units". Needs 64 bytes. */
void bt_ui_units(const struct bt_ui_canvas *canvas, int64_t tenths, char out[64]);
/** "s/o Mahesh Singh" in the canvas's language; "" when no relative is known. */
void bt_ui_relative(const struct bt_ui_canvas *canvas, const struct bt_consumer *consumer, char out[320]);
/** Name in bold at column 4; relative and place from BT_PERSON_COL. */
void bt_ui_person(struct bt_ui_canvas *canvas, int row, const struct bt_consumer *consumer);
/** Number at column 4, meter from BT_PERSON_COL. */
void bt_ui_numbers(struct bt_ui_canvas *canvas, int row, const struct bt_consumer *consumer);
/** A quiet label at column 4. */
void bt_ui_label(struct bt_ui_canvas *canvas, int row, const char *key);
/** A label of another block, or one that has a state of its own. Every label is drawn by one of the two. */
void bt_ui_label_at(struct bt_ui_canvas *canvas, int row, int col, unsigned style, const char *key);
/** Catalogue key: the head-end has withdrawn this counter. */
extern const char *const bt_ui_withdrawn_sentence;
/** Catalogue keys of why the record stopped: "The disk is full.", and all of it with {1} for whom to call. */
const char *bt_ui_stop_reason(enum bt_err err);
const char *bt_ui_stop_sentence(enum bt_err err);
/** True when tokens cannot be made here and the server does not make them either. */
bool bt_ui_tokens_stopped(const struct bt_ui_status *status);
/** Catalogue key of what the status row says of the paper. */
const char *bt_ui_paper_key(enum bt_paper paper);
/** Catalogue key of why the time is not trusted. */
const char *bt_ui_clock_key(const struct bt_ui_status *status);
/** Three quarters of a limit are used, or all of it: the clerk is told, and a code may be asked for. */
#define BT_LIMIT_LOW_PERCENT 75
bool bt_ui_limit_is_low(const struct bt_ui_status *status);

/** A key on a screen that tells of the limit: Enter and Esc lead back, what is typed is for the next screen. */
struct bt_ui_go bt_ui_limit_press(enum bt_ui_key key);
/** What a screen with the key to the extension code keeps first of its own: whether there is one to be asked for. */
struct bt_ui_code_way {
	bool open;
};
/** True when the limit has codes left. Asks the shop, so not for `draw`. */
bool bt_ui_has_code(const struct bt_ui_desk *desk);
/** `show` of that key's row. */
bool bt_ui_show_code(const void *self, const struct bt_ui_desk *desk, const struct bt_ui_canvas *canvas,
		     char label[64]);

#endif
