/* The stage: the screens one behind the other, and the only place that moves between them.
 *
 * It takes presses in the order they came, knows keys that mean the same everywhere (help, language, next person, lock,
 * system), tells a scan from typing, keeps what was typed too early for the next screen, and draws the one in front.
 * It knows no terminal and no clock: both come from its caller. */
#ifndef BT_UI_SCREEN_STAGE_H
#define BT_UI_SCREEN_STAGE_H

#include "ui/screen/screen.h"
#include "ui/widget/burst.h"

struct bt_ui_stage; /* opaque */

struct bt_ui_stage_options {
	enum bt_lang lang;
	bool plain;            /* ASCII shapes only */
	int64_t idle_lock_ms;  /* 0: never */
	const char *signed_in; /* who is signed in already: begin at home; NULL: nobody */
};

/** @return BT_OK or BT_ENOMEM. All memory that screens use is taken here. */
BT_MUST_USE enum bt_err bt_ui_stage_open(const struct bt_ui_shop *shop, const struct bt_ui_stage_options *options,
					 int64_t boot_ms, struct bt_ui_stage **out);
/** Wipes what was typed and shown. NULL is fine. */
void bt_ui_stage_close(struct bt_ui_stage *stage);

/** One press. @return true when a bell is due. */
bool bt_ui_stage_press(struct bt_ui_stage *stage, const struct bt_ui_press *press);
/** Time has passed or the shop has changed something. The status row is asked for here and nowhere else, so that a key
 *  costs only what its screen does. */
void bt_ui_stage_tick(struct bt_ui_stage *stage, int64_t boot_ms);
/** How long until the screen in front wants a tick, in ms; -1 when it does not. */
int bt_ui_stage_due_ms(const struct bt_ui_stage *stage);
/** Draw the screen in front on a canvas of @p rows x @p cols. */
void bt_ui_stage_draw(struct bt_ui_stage *stage, int rows, int cols, struct bt_ui_canvas *canvas);
/** What the second screen may show now; START while nobody is signed in or the screen is locked. */
void bt_ui_stage_payer(const struct bt_ui_stage *stage, struct bt_ui_payer *out);
/** True when the screen in front has not been drawn since it came: what is typed now was typed before. */
bool bt_ui_stage_is_new(const struct bt_ui_stage *stage);

/** True when a demo is to end; a real counter never is. */
bool bt_ui_stage_is_over(const struct bt_ui_stage *stage);

/** For tests: id of the screen in front, and the desk. */
const char *bt_ui_stage_screen_id(const struct bt_ui_stage *stage);
struct bt_ui_desk *bt_ui_stage_desk(struct bt_ui_stage *stage);

#endif
